package CatalogRequests;

# The routes of admin-catalog and admin-inventory, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;

# A product of the store's merchant, and what the form of one holds.
sub product_of { my ($t, $store) = @_; return $t->{f}{product}{ $store eq 'three' ? 'SANDAL' : 'PLAIN' } }
# A value of an attribute of the merchant, made when he has none.
sub a_value
{
	my ($t, $tenant) = @_;
	my ($value) = $t->value('SELECT value_id FROM catalog.attribute_value WHERE tenant_id = ? LIMIT 1', $tenant);
	return $value if $value;
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	($value) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{INSERT INTO catalog.attribute (tenant_id, attribute_id, code) VALUES (?, ?, 'finish')}, undef, $tenant, $value);
	$t->dbh->do(q{INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code) VALUES (?, ?, ?, 'matt')}, undef, $tenant, $value, $value);
	return $value;
}
sub variant_of
{
	my ($t, $store) = @_;
	my $product = product_of($t, $store);
	return (variant => $t->value('SELECT variant_id FROM catalog.variant WHERE product_id = ? LIMIT 1', $product),
		revision => $t->value('SELECT revision FROM catalog.product WHERE product_id = ?', $product));
}
sub product_form { my ($reference) = @_; return (reference => $reference, status => 'active', tax_class => 'standard', locale_0 => 'en', name_0 => "Product $reference") }

# A variant of the merchant's, and one of his warehouses.
sub stock_of
{
	my ($t, $store) = @_;
	my ($variant, $warehouse) = $t->dbh->selectrow_array('SELECT s.variant_id, s.warehouse_id FROM inventory.stock s
		JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? LIMIT 1', undef, product_of($t, $store));
	return { variant => $variant, warehouse => $warehouse };
}

# A file that came in, in a state that its route needs; or one that goes out.
sub transfer_of
{
	my ($t, $store, $direction, $state) = @_;
	my $s = Requests::staff($t, $store);
	my ($id, $shop) = ($t->value('SELECT sutler.uuid7()'), $t->value('SELECT store_id FROM tenancy.store WHERE tenant_id = ? ORDER BY code LIMIT 1', $s->{tenant}));
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $s->{tenant});
	# One at a time is under way.
	$t->dbh->do(q{UPDATE catalog.transfer SET state = 'cancelled' WHERE state = 'waiting'});
	$t->dbh->do(q{INSERT INTO catalog.transfer (tenant_id, transfer_id, direction, store_id, staff_id, state, file_name, layout, bytes)
		VALUES (?, ?, ?, ?, ?, ?, 'spring.csv', 'own', 4)}, undef, $s->{tenant}, $id, $direction, $shop, $s->{id}, $state);
	$t->dbh->do(q{INSERT INTO catalog.transfer_part (tenant_id, transfer_id, part, data) VALUES (?, ?, 0, 'text')}, undef, $s->{tenant}, $id);
	$t->dbh->do(q{INSERT INTO catalog.transfer_note (tenant_id, transfer_id, note, kind, line, col, message) VALUES (?, ?, 0, 'warning', 2, 'sku', 'odd')},
		undef, $s->{tenant}, $id);
	return "/admin/catalog/$direction/$id";
}
sub none_under_way
{
	my ($t, $store) = @_;
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, Requests::staff($t, $store)->{tenant});
	$t->dbh->do(q{UPDATE catalog.transfer SET state = 'cancelled' WHERE state IN ('waiting', 'queued')});
	return;
}

sub entries
{
	return (
		'GET /admin/inventory' => Requests::at_desk('/admin/inventory?q=plain'),
		'GET /admin/inventory/{id:id}' => Requests::at_desk(sub { return '/admin/inventory/' . stock_of(@_)->{variant} }),
		'POST /admin/inventory/{id:id}/adjust' => Requests::at_desk(sub { return '/admin/inventory/' . stock_of(@_)->{variant} . '/adjust' }, sub {
			return (warehouse => stock_of(@_)->{warehouse}, quantity => 1, code => 'found', idempotency_key => $_[0]->key);
		}),
		'POST /admin/inventory/{id:id}/place' => Requests::at_desk(sub { return '/admin/inventory/' . stock_of(@_)->{variant} . '/place' }, sub {
			return (warehouse => stock_of(@_)->{warehouse}, zone => 'A', bin => '1-2');
		}),
		'GET /admin/catalog' => Requests::at_desk('/admin/catalog?q=plain&order=name'),
		'POST /admin/catalog/bulk' => Requests::at_desk('/admin/catalog/bulk', sub { return (product => product_of(@_), what => 'tag', value => 'Season') }),
		'POST /admin/catalog/bulk/do' => Requests::at_desk('/admin/catalog/bulk/do', sub { return (product => product_of(@_), what => 'tag', value => 'Season ' . $serial++, reason => 'for the season') }),
		'GET /admin/catalog/{id:id}/variants' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/variants' }),
		'POST /admin/catalog/{id:id}/variants' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/variants' }, sub {
			my ($t, $store) = @_;
			return (variant_of(@_), sku => 'SKU-' . $serial++, gtin => '40063813', weight => 300, state => 'active');
		}),
		'POST /admin/catalog/{id:id}/combine' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/combine' }, sub {
			my ($t, $store) = @_;
			return (revision => { variant_of(@_) }->{revision}, value => a_value($t, Requests::staff($t, $store)->{tenant}));
		}),
		'GET /admin/catalog/{id:id}/prices' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/prices' }),
		'POST /admin/catalog/{id:id}/prices' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/prices' }, sub {
			my ($t, $store) = @_;
			return (variant_of(@_), currency => $store eq 'three' ? 'IDR' : 'EUR', price => 120 + $serial++, was => '', reason => 'costs more now');
		}),
		'GET /admin/catalog/import' => Requests::at_desk('/admin/catalog/import'),
		'POST /admin/catalog/import' => Requests::at_desk('/admin/catalog/import', sub {
			none_under_way(@_);
			return (layout => 'auto', known => 1, file => { name => 'spring.csv', bytes => "product,sku\nA,B\n" });
		}),
		'GET /admin/catalog/import/{id:id}' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'checked') }),
		'GET /admin/catalog/import/{id:id}/errors.csv' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'failed') . '/errors.csv' }),
		'POST /admin/catalog/import/{id:id}/apply' => Requests::at_desk(sub { none_under_way(@_); return transfer_of(@_[0, 1], 'import', 'checked') . '/apply' },
			sub { return (reason => 'the spring catalogue') }),
		'POST /admin/catalog/import/{id:id}/cancel' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'checked') . '/cancel' }, sub { return }),
		'GET /admin/catalog/export' => Requests::at_desk('/admin/catalog/export'),
		'POST /admin/catalog/export' => Requests::at_desk('/admin/catalog/export', sub {
			none_under_way(@_);
			return (format => 'csv', reason => 'for the printer');
		}),
		'GET /admin/catalog/export/{id:id}' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'export', 'done') }),
		'GET /admin/catalog/export/{id:id}/file' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'export', 'done') . '/file' }),
		'POST /admin/catalog/export/{id:id}/cancel' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'export', 'checked') . '/cancel' }, sub { return }),
		'GET /admin/catalog/new' => Requests::at_desk('/admin/catalog/new'),
		'POST /admin/catalog/new' => Requests::at_desk('/admin/catalog/new', sub { my $n = $serial++; return (product_form("NEW-$n"), sku => "NEW-$n") }),
		'GET /admin/catalog/{id:id}' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) }),
		'POST /admin/catalog/{id:id}' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) }, sub {
			my ($t, $store) = @_;
			my ($revision) = $t->value('SELECT revision FROM catalog.product WHERE product_id = ?', product_of($t, $store));
			return (product_form('CHANGED-' . $serial++), revision => $revision);
		}),
	);
}

1;
