package StockRequests;

# The routes of admin-inventory beside the stock list, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;

sub desk { my ($path, $form) = @_; return Requests::at_desk(ref $path ? sub { return '/admin/inventory/' . $path->(@_) } : "/admin/inventory/$path", $form) }

# The merchant of a store, with his tenant set.
sub merchant
{
	my ($t, $store) = @_;
	my $tenant = $t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' };
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	return $tenant;
}

# A warehouse of his with nothing in it.
sub warehouse
{
	my ($t, $store, undef, %o) = @_;
	my $tenant = merchant($t, $store);
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->{f}->add('inventory.warehouse', tenant_id => $tenant, warehouse_id => $id, code => sprintf('X%d-%d', $$ % 100000, $serial++), name => 'Shed', country => 'ES', %o);
	return $id;
}

sub entries
{
	return (
		'GET /admin/inventory/warehouses' => desk('warehouses'),
		'POST /admin/inventory/warehouses' => desk('warehouses', sub { return (code => 'NEW-' . $serial++, name => 'New hall', country => 'PT') }),
		'GET /admin/inventory/warehouses/{warehouse:id}' => desk(sub { return 'warehouses/' . warehouse(@_) }),
		'POST /admin/inventory/warehouses/{warehouse:id}' => desk(sub { return 'warehouses/' . warehouse(@_) }, sub {
			my ($t, $store) = @_;
			return (code => 'HALL-' . $serial++, name => 'Hall', country => 'PT', store => $t->{f}{store}{$store}, rank => 9);
		}),
		'POST /admin/inventory/warehouses/{warehouse:id}/off' => desk(sub { return 'warehouses/' . warehouse(@_) . '/off' }, sub { return (reason => 'the lease is over') }),
		'POST /admin/inventory/warehouses/{warehouse:id}/on' => desk(sub { return 'warehouses/' . warehouse(@_, active => 0) . '/on' }, sub { return (reason => 'needed again') }),
	);
}

1;
