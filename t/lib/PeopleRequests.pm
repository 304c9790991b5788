package PeopleRequests;

# The routes of admin-customers that came after the first ones, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;

sub merchant { my ($t, $store) = @_; return $t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' } }

# A price group of the store's merchant, made for it.
sub group_of
{
	my ($t, $store) = @_;
	my $code = sprintf 'GROUP-%d-%d', $$, $serial++;
	$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, merchant($t, $store));
	$t->{f}->add('customer.price_group', tenant_id => merchant($t, $store), code => $code, name => "Group $code");
	return $code;
}
sub on_group
{
	my ($more, $form) = @_;
	return Requests::at_desk(sub { return '/admin/customers/groups/' . group_of(@_) . $more }, $form);
}

# Another customer of the store, made for it.
sub another
{
	my ($t, $store) = @_;
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, merchant($t, $store));
	$t->{f}->add('customer.person', tenant_id => merchant($t, $store), customer_id => $id, store_id => $t->{f}{store}{$store}, name => 'Twin',
		email => sprintf('twin%d.%d@example.test', $$, $serial++));
	return $id;
}

# An own field of the store's merchant; at most 20 there are, so each takes the place of the one before.
sub field_of
{
	my ($t, $store) = @_;
	my $tenant = merchant($t, $store);
	my $code = sprintf 'FIELD-%d-%d', $$, $serial++;
	$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	$t->dbh->do('DELETE FROM customer.field WHERE tenant_id = ?', undef, $tenant);
	$t->{f}->add('customer.field', tenant_id => $tenant, code => $code, label => "Field $code", kind => 'text', position => 1);
	return $code;
}
sub on_field
{
	my ($more, $form) = @_;
	return Requests::at_desk(sub { return '/admin/customers/fields/' . field_of(@_) . $more }, $form);
}

# Terms of payment on invoice in a currency of the store.
sub credit
{
	my ($t, $store) = @_;
	my $currency = $t->value('SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position LIMIT 1', $t->{f}{store}{$store});
	return (credit_currency => $currency, credit_limit => 100 + $serial++, credit_days => 30, credit_reason => 'as agreed');
}

sub entries
{
	return (
		'GET /admin/customers/groups' => Requests::at_desk('/admin/customers/groups'),
		'POST /admin/customers/groups' => Requests::at_desk('/admin/customers/groups', sub { my $n = $serial++; return (code => "NEW-$$-$n", name => "New $$ $n") }),
		'GET /admin/customers/groups/{code}' => on_group(''),
		'POST /admin/customers/groups/{code}' => on_group('', sub { return (name => "Renamed $$ " . $serial++) }),
		'POST /admin/customers/groups/{code}/credit' => on_group('/credit', \&credit),
		'POST /admin/customers/groups/{code}/drop' => on_group('/drop', sub { return (reason => 'nobody is in it') }),
		'GET /admin/customers/fields' => Requests::at_desk('/admin/customers/fields'),
		'POST /admin/customers/fields' => Requests::at_desk('/admin/customers/fields', sub { field_of(@_); my $n = $serial++; return (code => "MORE-$$-$n", label => "More $$ $n", kind => 'date') }),
		'GET /admin/customers/fields/{code}' => on_field(''),
		'POST /admin/customers/fields/{code}' => on_field('', sub { return (label => "Changed $$ " . $serial++) }),
		'POST /admin/customers/fields/{code}/drop' => on_field('/drop', sub { return (reason => 'not wanted') }),
		'POST /admin/customers/{id:id}/fields' => Requests::on_person('fields', sub { return (field => field_of(@_), value => 'something') }),
		'POST /admin/customers/{id:id}/credit' => Requests::on_person('credit', \&credit),
		'GET /admin/customers/{id:id}/merge' => Requests::on_person('merge'),
		'POST /admin/customers/{id:id}/merge' => Requests::on_person('merge', sub { my $other = another(@_); return (other => $other, keep => $other, reason => 'the same person') }),
		'POST /admin/customers/{id:id}/group' => Requests::on_person('group', sub { return (price_group => group_of(@_), group_reason => 'buys by the hundred') }),
	);
}

1;
