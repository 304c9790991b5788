package Account;

# A customer of a store, step by step by the pages that the shop offers.
#
#	my $a = Account->new($shop, 'one', prefix => '/en', email => 'ana@example.test');
#	$a->register->verify;			# signed in now
#	my $b = $a->elsewhere;			# the same person in another browser
#	$b->sign_in;
#	my $page = $b->try('a wrong password');
#
# make() writes an account straight into the database: tests about what comes later.

use strict;
use warnings;

use constant PASSWORD => 'mi gato come a las 7';

my $serial = 0;

sub new
{
	my ($class, $shop, $store, %o) = @_;
	return bless { shop => $shop, store => $store, prefix => '', email => sprintf('person%d.%d@example.test', $$, ++$serial),
		name => 'Ana Ruiz', password => PASSWORD, v => $shop->visitor($store), %o }, $class;
}

sub elsewhere { my ($self, %o) = @_; return ref($self)->new($self->{shop}, $self->{store}, %$self, v => $self->{shop}->visitor($self->{store}), %o) }

sub visitor { return $_[0]{v} }
sub path { my ($self, $path) = @_; return "$self->{prefix}$path" }
sub get { my ($self, $path, %o) = @_; return $self->{v}->get($self->path($path), %o) }

# Submits the form at a page whose action is $action; dies unless it leads to $to.
sub step
{
	my ($self, $path, $action, $values, $to) = @_;
	my $page = $self->get($path);
	my $answer = $self->{v}->submit($page, action => $action eq '' ? '' : $self->path($action), $values);
	my $where = $answer->header('location') // '';
	die "$path answers " . $answer->status . " $where: " . substr($answer->text, 0, 600) . "\n"
		if $answer->status != 303 || $where !~ m{^\Q$self->{prefix}\E$to};
	return $answer;
}

sub register
{
	my ($self) = @_;
	$self->step('/login/register', '/login/register', { name => $self->{name}, email => $self->{email}, password => $self->{password} },
		'/login/register/sent$');
	return $self;
}

# The link of the newest mail of this person whose text has one of that kind: its path with prefix.
sub link
{
	my ($self, $kind, %o) = @_;
	my $to = $o{to} // $self->{email};
	my $after = $o{after} // 0;
	my $mail = $self->{shop}->wait_mail(sub { $_[0]{number} > $after && $_[0]{to}[0] eq $to && $_[0]{text} =~ m{/login/$kind/[\w-]{43}} })
		// die "no mail with /login/$kind/ to $to\n";
	($mail) = grep { $_->{to}[0] eq $to && $_->{text} =~ m{/login/$kind/[\w-]{43}} } reverse $self->{shop}->mails;
	$self->{mail} = $mail;
	return $mail->{text} =~ m{https?://[^/]+(/\S*login/$kind/[\w-]{43})} ? $1 : die "no link\n";
}

sub verify
{
	my ($self, $link) = @_;
	$link //= $self->link('verify');
	my $page = $self->{v}->get($link);
	die "$link answers " . $page->status . "\n" if $page->status != 200;
	my $answer = $self->{v}->post($link, { password => $self->{password} });
	die "$link answers " . $answer->status . ': ' . substr($answer->text, 0, 600) . "\n" if $answer->status != 303;
	return $self;
}

# A try to sign in, as it is answered.
sub try
{
	my ($self, $password, %more) = @_;
	return $self->{v}->post($self->path('/login'), { email => $self->{email}, password => $password // $self->{password}, %more });
}

sub sign_in
{
	my ($self, %more) = @_;
	my $answer = $self->try($self->{password}, %more);
	die 'signing in answers ' . $answer->status . ': ' . substr($answer->text, 0, 600) . "\n" if $answer->status != 303;
	return $self;
}

sub signed_in { my ($self) = @_; return $self->get('/login/sessions')->status == 200 }

# An account whose address is proven; hashing it each time would take most of a test's time.
my %hash;
sub make
{
	my ($class, $shop, $f, $store, %o) = @_;
	my $self = $class->new($shop, $store, %o);
	my $tenant = $f->{tenant}{ $store eq 'three' ? 'bahari' : 'acme' };
	$self->{id} = Fixture::id();
	if (!$hash{ $self->{password} }) {
		$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
		$shop->stack->{keep_stdin} = 0;
		my $first = $class->new($shop, $store, password => $self->{password})->register;
		($hash{ $self->{password} }) = $shop->value('SELECT c.hash FROM customer.credential c JOIN customer.person p USING (tenant_id, customer_id)
			WHERE p.email = ?', $first->{email});
		# What this cost is no part of the test.
		$shop->change('DELETE FROM customer.person WHERE email = ?', $first->{email});
		$shop->change('DELETE FROM event.ready');
		$shop->change("DELETE FROM event.outbox WHERE template = 'verify'");
		$shop->change('DELETE FROM event.attempt');
	}
	my @ids = (tenant_id => $tenant, customer_id => $self->{id});
	$f->add('customer.person', @ids, email => $self->{email}, name => $self->{name}, store_id => $f->{store}{$store}, verified_at => '2026-01-01',
		locale => $store eq 'three' ? 'id' : 'en');
	$f->add('customer.credential', @ids, hash => $o{hash} // $hash{ $self->{password} });
	return $self;
}

# Forgets all counters of tries.
sub forgive { my ($shop) = @_; $shop->change('DELETE FROM customer.guess'); $shop->change('DELETE FROM event.attempt'); return }

1;
