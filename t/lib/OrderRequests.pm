package OrderRequests;

# The routes of admin-orders where staff put orders together or change them, for Requests.pm: a line for each.

use strict;
use warnings;

# What the form of an order holds: MADE is the order, as Requests::desk_order() makes it.
sub composed
{
	my ($t, $store, $made, %more) = @_;
	return (variant => $made->{variant}, quantity => 1, method => $t->{f}{method}{ { one => 'post', two => 'parcel', three => 'jne' }->{$store} },
		%{ Requests::address_of($store) }, %more);
}

# A request about an order that is not begun.
sub on_edit
{
	my ($path, $form) = @_;
	my $made;
	return Requests::at_desk(sub {
		my ($t, $store) = @_;
		$made = Requests::desk_order($t, $store, unpaid => 1);
		return "/admin/orders/$made->{id}$path";
	}, $form && sub { my ($t, $store) = @_; return $form->($t, $store, $made) });
}

# A draft of the store with what MADE tells of one line; { id, variant }.
sub draft
{
	my ($t, $store) = @_;
	my $f = $t->{f};
	my ($slug, $locale, $currency) = $store eq 'three' ? qw(bahari id IDR) : ('acme', 'en', 'EUR');
	my ($id) = $t->dbh->selectrow_array('SELECT sutler.uuid7()');
	$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{$slug});
	my ($said) = $t->dbh->selectrow_array('SELECT sales.draft_new(?, NULL, ?, ?, ?, ?)', undef, $f->{tenant}{$slug}, $f->{store}{$store}, $id, $locale, $currency);
	die "draft: $said\n" if $said ne 'ok';
	return { id => $id, variant => $f->variant_of($store) };
}

# A request about such a draft.
sub on_draft
{
	my ($path, $form) = @_;
	my $made;
	return Requests::at_desk(sub {
		my ($t, $store) = @_;
		$made = draft($t, $store);
		return "/admin/orders/drafts/$made->{id}$path";
	}, $form && sub { my ($t, $store) = @_; return $form->($t, $store, $made) });
}

# Somebody for whom an order is put together.
my $people = 0;
sub person
{
	my ($t, $store) = @_;
	my ($id) = $t->dbh->selectrow_array('SELECT sutler.uuid7()');
	$t->{f}->add('customer.person', tenant_id => $t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' }, customer_id => $id, store_id => $t->{f}{store}{$store}, name => 'Eva Gil',
		email => sprintf('draft%d.%d@example.test', $$, $people++));
	return $id;
}

sub entries
{
	return (
		'GET /admin/orders/drafts' => Requests::at_desk('/admin/orders/drafts'),
		'POST /admin/orders/drafts' => Requests::at_desk('/admin/orders/drafts', sub { return $_[1] eq 'three' ? (locale => 'id', currency => 'IDR') : (locale => 'en', currency => 'EUR') }),
		'GET /admin/orders/drafts/{draft:id}' => on_draft('?find=eva'),
		'POST /admin/orders/drafts/{draft:id}' => on_draft('', sub { return (composed(@_), revision => 0, step => 'save', email => 'eva@example.test') }),
		'POST /admin/orders/drafts/{draft:id}/customer' => on_draft('/customer', sub { return (revision => 0, person => person(@_)) }),
		'POST /admin/orders/drafts/{draft:id}/drop' => on_draft('/drop', sub { return (revision => 0) }),
		'POST /admin/orders/{id:id}/returns/{return:id}/exchange' => Requests::on_order('received', '/admin/orders/{id}/returns/{return}/exchange', sub { return () }),
		'GET /admin/orders/{id:id}/edit' => on_edit('/edit'),
		'POST /admin/orders/{id:id}/edit' => on_edit('/edit', sub { return (composed(@_), revision => 0, step => 'look') }),
	);
}

1;
