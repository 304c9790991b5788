package Buyer;

# A visitor who goes through the checkout, page by page, by the forms the pages offer.
#
#	my $b = Buyer->new($shop->visitor('one'), '/en');
#	$b->add($f->{variant}{PLAIN}, 2)->contact->address->delivery->payment;
#	my $order = $b->place;			# the order's page
#
# Each step dies unless it leads where it must; page() is the last page seen.

use utf8;
use strict;
use warnings;

sub new
{
	my ($class, $visitor, $prefix) = @_;
	return bless { v => $visitor, prefix => $prefix // '' }, $class;
}

sub visitor { return $_[0]{v} }
sub page { return $_[0]{page} }
sub path { my ($self, $path) = @_; return "$self->{prefix}$path" }

sub get
{
	my ($self, $path) = @_;
	return $self->{page} = $self->{v}->get($self->path($path));
}

# Submits the form of the page at $path; follows, and dies unless it ends at $to.
sub step
{
	my ($self, $path, $action, $values, $to) = @_;
	my $page = $self->get($path);
	die "$path answers " . $page->status . ' ' . $page->header('location') . "\n" if $page->status != 200;
	my $answer = $self->{page} = $self->{v}->submit($page, action => $self->path($action), $values);
	my $where = $answer->header('location');
	die "$action answers " . $answer->status . " $where: " . substr($answer->text, 0, 1500) . "\n"
		if $answer->status != 303 || $where !~ m{^\Q$self->{prefix}\E$to};
	return $self;
}

sub add
{
	my ($self, $variant, $quantity) = @_;
	my $answer = $self->{v}->post($self->path('/cart/items'), { variant => $variant, quantity => $quantity // 1 });
	die 'adding answers ' . $answer->status . "\n" if $answer->status != 303;
	return $self;
}

sub coupon { my ($self, $code) = @_; return $self->step('/cart', '/cart/coupon', { coupon => $code }, '/cart') }
sub start { my ($self) = @_; return $self->step('/cart', '/checkout', {}, '/checkout/') }

sub contact
{
	my ($self, %o) = @_;
	return $self->start->step('/checkout/contact', '/checkout/contact',
		{ email => $o{email} // 'ana@example.test', phone => $o{phone} // '+34 600 000 000' }, '/checkout/');
}

my %address = (
	ES => { name => 'Ana López', street => 'Calle Mayor 1', postcode => '28013', city => 'Madrid', region => 'M' },
	PT => { name => 'Rui Costa', street => 'Rua Nova 2', postcode => '1100-053', city => 'Lisboa' },
	DE => { name => 'Eva Groß', street => 'Torstraße 3', postcode => '10119', city => 'Berlin' },
	FR => { name => 'Luc Blanc', street => '4 rue du Bac', postcode => '75007', city => 'Paris' },
	GB => { name => 'Emma Clark', street => '27 Lamb Street', postcode => 'E1 6EA', city => 'London' },
	ID => { name => 'Siti Aminah', street => 'Jalan Merdeka 5', more => 'RT 1 RW 2', postcode => '40115', city => 'Bandung',
		region => 'JB' },
);

# The form is that of the store's country: another one is chosen first, as without scripts.
sub address
{
	my ($self, %o) = @_;
	my $country = $o{country} // 'ES';
	my %fields = (%{ $address{$country} }, country => $country, %{ $o{fields} // {} });
	my $page = $self->get('/checkout/address');
	my ($now) = $page->html =~ m{<option value="(\w\w)" selected};
	if (($now // '') ne $country) {
		$page = $self->{page} = $self->{v}->submit($page, action => $self->path('/checkout/address'),
			{ country => $country, change_country => 1 });
	}
	my $answer = $self->{page} = $self->{v}->submit($page, action => $self->path('/checkout/address'),
		{ %fields, change_country => undef });
	die 'address answers ' . $answer->status . ': ' . substr($answer->text, 0, 1500) . "\n" if $answer->status != 303;
	return $self;
}

# The first way offered, or the one whose name is given.
sub delivery { my ($self, $name) = @_; return $self->choose('delivery', $name, '/checkout/payment') }
sub payment { my ($self, $name) = @_; return $self->choose('payment', $name, '/checkout/review') }

sub choose
{
	my ($self, $step, $name, $to) = @_;
	my $page = $self->get("/checkout/$step");
	my @choices = $page->html =~ m{name="method" value="([^"]+)".*?<span class="title">([^<]+)<}g;
	die "no $step is offered: " . $page->status . ' ' . substr($page->text, 0, 800) . "\n" if !@choices;
	my $value = $choices[0];
	while (my ($id, $title) = splice @choices, 0, 2) {
		$value = $id if defined $name && $title eq $name;
	}
	return $self->step("/checkout/$step", "/checkout/$step", { method => $value }, $to);
}

# All steps to the review.
sub ready
{
	my ($self, %o) = @_;
	return $self->contact(%o)->address(%o)->delivery($o{delivery})->payment($o{payment});
}

# Places and opens the order's page.
sub place
{
	my ($self, %o) = @_;
	$self->step('/checkout/review', '/checkout/order', $o{form} // {}, '/order/');
	$self->{link} = $self->{page}->header('location');
	return $self->{page} = $self->{v}->get($self->{link});
}

1;
