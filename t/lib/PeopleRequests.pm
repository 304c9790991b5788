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

sub entries
{
	return (
		'GET /admin/customers/groups' => Requests::at_desk('/admin/customers/groups'),
		'POST /admin/customers/groups' => Requests::at_desk('/admin/customers/groups', sub { my $n = $serial++; return (code => "NEW-$$-$n", name => "New $$ $n") }),
		'GET /admin/customers/groups/{code}' => on_group(''),
		'POST /admin/customers/groups/{code}' => on_group('', sub { return (name => "Renamed $$ " . $serial++) }),
		'POST /admin/customers/groups/{code}/drop' => on_group('/drop', sub { return (reason => 'nobody is in it') }),
		'GET /admin/customers/{id:id}/merge' => Requests::on_person('merge'),
		'POST /admin/customers/{id:id}/merge' => Requests::on_person('merge', sub { my $other = another(@_); return (other => $other, keep => $other, reason => 'the same person') }),
		'POST /admin/customers/{id:id}/group' => Requests::on_person('group', sub { return (price_group => group_of(@_), group_reason => 'buys by the hundred') }),
	);
}

1;
