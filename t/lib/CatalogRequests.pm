package CatalogRequests;

# The routes of admin-catalog and admin-inventory, for Requests.pm: a line for each.

use strict;
use warnings;
use Picture qw(png);

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
# Other words each time, over those that are there.
sub synonyms
{
	my ($t, $store) = @_;
	my ($id, $locale, $tenant) = $t->dbh->selectrow_array('SELECT s.store_id, l.locale, s.tenant_id FROM tenancy.store s JOIN tenancy.store_locale l USING (tenant_id, store_id)
		WHERE s.code = ? ORDER BY l.position LIMIT 1', undef, $store);
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	return (language => $locale, mark => $t->value('SELECT mark FROM catalog.synonym_text(?, ?, ?)', $tenant, $id, $locale), words => 'trainers, sneakers' . ++$serial);
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
		JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? ORDER BY s.on_hand - s.held DESC, 1, 2 LIMIT 1', undef, product_of($t, $store));
	return { variant => $variant, warehouse => $warehouse };
}

# The rule that prices of the store follow, all or those of a product, over what stands now.
sub rule_form
{
	my ($t, $store, $product) = @_;
	my $currency = $store eq 'three' ? 'IDR' : 'EUR';
	return (currency => $currency, over => $t->value('SELECT coalesce((SELECT revision FROM catalog.markup WHERE store_id = ? AND currency = ? AND product_id = ?), 0)',
		$t->{f}{store}{$store}, $currency, $product), # What goods cost is for who may see that, a right of its own.
		follows => $store eq 'one' ? "store:$t->{f}{store}{one}:USD" : "cost:$currency", rate => '0.9', percent => 1 + $serial++ % 1000, ending => '95', do => 'save', reason => 'as agreed');
}

# A picture of the merchant's product, and what the form of it holds.
sub a_picture
{
	my ($t, $store) = @_;
	my ($tenant, $product, $n) = (Requests::staff($t, $store)->{tenant}, product_of($t, $store), $serial++);
	my ($media) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	$t->dbh->do(q{INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes, width, height) VALUES (?, ?, ?, 'image/png', 9, 9, 9)}, undef,
		$tenant, $media, sprintf 'aa/%030x', $n);
	$t->dbh->do(q{INSERT INTO catalog.product_media (tenant_id, product_id, media_id, position) VALUES (?, ?, ?, ?)}, undef, $tenant, $product, $media, $n);
	return (media => $media, revision => $t->value('SELECT revision FROM catalog.product WHERE product_id = ?', $product), place => 1, value => '');
}

# The link of a product that the store does not show: its token.
sub a_preview
{
	my ($t, $store) = @_;
	my ($tenant, $n, $token) = ($t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' }, $serial++, sprintf '%043d', $serial);
	my ($product) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	$t->dbh->do(q{INSERT INTO catalog.product (tenant_id, product_id, reference, status) VALUES (?, ?, ?, 'draft')}, undef, $tenant, $product, "DRAFT-$n");
	$t->dbh->do('INSERT INTO catalog.store_product (tenant_id, store_id, product_id) VALUES (?, ?, ?)', undef, $tenant, $t->{f}{store}{$store}, $product);
	$t->dbh->do(q{INSERT INTO catalog.preview (tenant_id, store_id, product_id, token_sha256, made_by, expires_at)
		VALUES (?, ?, ?, sha256(convert_to(?, 'UTF8')), 'test', sutler.now() + interval '1 hour')}, undef, $tenant, $t->{f}{store}{$store}, $product, $token);
	return $token;
}

# A category of the store, and what its form holds; or a collection.
sub a_category
{
	my ($t, $store) = @_;
	my ($tenant, $n) = (Requests::staff($t, $store)->{tenant}, $serial++);
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	$t->dbh->do('INSERT INTO catalog.category (tenant_id, store_id, category_id) VALUES (?, ?, ?)', undef, $tenant, $t->{f}{store}{$store}, $id);
	$t->dbh->do('INSERT INTO catalog.category_text (tenant_id, store_id, category_id, locale, slug, name) VALUES (?, ?, ?, ?, ?, ?)', undef, $tenant,
		$t->{f}{store}{$store}, $id, language_of($store), "things-$n", "Things $n");
	return $id;
}
sub a_collection
{
	my ($t) = @_;
	my $id = a_category(@_);
	$t->dbh->do(q{UPDATE catalog.category SET kind = 'collection' WHERE category_id = ?}, undef, $id);
	return $id;
}
sub language_of { return { one => 'es', two => 'en', three => 'id' }->{ $_[0] } }
sub category_form { my ($store) = @_; my $n = $serial++; return (visible => 1, locale_0 => language_of($store), name_0 => "Goods $n", slug_0 => "goods-$n") }

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
		'GET /admin/catalog/search' => Requests::at_desk('/admin/catalog/search'),
		'POST /admin/catalog/search' => Requests::at_desk('/admin/catalog/search', sub { return synonyms(@_) }),
		'GET /admin/catalog/categories' => Requests::at_desk('/admin/catalog/categories'),
		'GET /admin/catalog/categories/new' => Requests::at_desk('/admin/catalog/categories/new?kind=collection'),
		'POST /admin/catalog/categories/new' => Requests::at_desk('/admin/catalog/categories/new', sub { return (kind => 'category', category_form($_[1])) }),
		'GET /admin/catalog/categories/{id:id}' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) }),
		'POST /admin/catalog/categories/{id:id}' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) },
			sub { return (revision => 1, category_form($_[1])) }),
		'POST /admin/catalog/categories/{id:id}/delete' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) . '/delete' },
			sub { return (revision => 1, reason => 'sold no more') }),
		'POST /admin/catalog/categories/{id:id}/products' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) . '/products' },
			sub { return (codes => $_[1] eq 'three' ? 'SANDAL' : 'PLAIN') }),
		'GET /admin/catalog/categories/{id:id}/picture' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) . '/picture' }),
		'POST /admin/catalog/categories/{id:id}/picture' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_category(@_) . '/picture' },
			sub { return (revision => 1, picture => '', locale_0 => language_of($_[1]), alt_0 => 'Things on a table') }),
		'GET /admin/catalog/categories/{id:id}/rule' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_collection(@_) . '/rule' }),
		'POST /admin/catalog/categories/{id:id}/rule' => Requests::at_desk(sub { return '/admin/catalog/categories/' . a_collection(@_) . '/rule' },
			sub { return (revision => 2, match => 'all', do => 'save', kind => 'reduced', word => '', pick => '', low => '', high => '', currency => '') }),
		'GET /admin/media/{id:id}' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) }),
		'POST /admin/media/{id:id}' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) }, sub {
			my $n = $serial++;
			my ($t, $store) = @_;
			# It takes one more for ever.
			$t->dbh->do('DELETE FROM catalog.product_media WHERE product_id = ?', undef, product_of($t, $store));
			return (picture => { file => 'red.png', data => png(8, 8, $n % 256, $n / 256 % 256, 3) });
		}),
		'POST /admin/media/{id:id}/save' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) . '/save' }, sub {
			my ($t, $store) = @_;
			return (a_picture($t, $store), locale_0 => 'en', label_0 => 'A boot, seen from the side');
		}),
		'GET /admin/media/{id:id}/downloads' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) . '/downloads' }),
		'POST /admin/media/{id:id}/downloads' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) . '/downloads' }, sub {
			my ($t, $store) = @_;
			$t->dbh->do('DELETE FROM catalog.download_file WHERE variant_id = ?', undef, stock_of($t, $store)->{variant});
			return (variant => stock_of($t, $store)->{variant}, file => { file => 'guide.pdf', data => 'a guide ' . $serial++ });
		}),
		'POST /admin/media/{id:id}/downloads/save' => Requests::at_desk(sub { return '/admin/media/' . product_of(@_) . '/downloads/save' }, sub {
			my ($t, $store) = @_;
			return (variant => stock_of($t, $store)->{variant}, days => 1 + $serial++, times => 3,
				revision => $t->value('SELECT revision FROM catalog.product WHERE product_id = ?', product_of($t, $store)));
		}),
		'GET /admin/catalog/{id:id}/preview' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/preview' }),
		'POST /admin/catalog/{id:id}/preview' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/preview' }, sub { return () }),
		'POST /admin/catalog/{id:id}/preview/end' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/preview/end' }, sub { a_preview(@_); return () }),
		'GET /p/preview/{token}' => sub { my ($t, $store) = @_; return { path => '/p/preview/' . a_preview($t, $store) } },
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
		'GET /admin/catalog/{id:id}/parts/{variant:id}' => Requests::at_desk(sub { my %v = variant_of(@_); return '/admin/catalog/' . product_of(@_) . "/parts/$v{variant}" }),
		'POST /admin/catalog/{id:id}/parts/{variant:id}' => Requests::at_desk(sub { my %v = variant_of(@_); return '/admin/catalog/' . product_of(@_) . "/parts/$v{variant}" }, sub {
			my %v = variant_of(@_);
			return (revision => $v{revision}, sku => '', pieces => '');
		}),
		'GET /admin/catalog/{id:id}/prices' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/prices' }),
		'POST /admin/catalog/{id:id}/prices' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/prices' }, sub {
			my ($t, $store) = @_;
			return (variant_of(@_), currency => $store eq 'three' ? 'IDR' : 'EUR', price => 120 + $serial++, was => '', reason => 'costs more now');
		}),
		'GET /admin/catalog/{id:id}/listing' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/listing' }),
		'POST /admin/catalog/{id:id}/listing' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/listing' }, sub {
			my ($t, $store) = @_;
			return (revision => { variant_of(@_) }->{revision}, visible => 1, place => 3 + $serial++, locale_0 => language_of($store), name_0 => '');
		}),
		'POST /admin/catalog/{id:id}/listing/pictures' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/listing/pictures' }, sub {
			my ($t, $store) = @_;
			my %p = a_picture(@_);
			return (revision => $p{revision}, pictures => 'own', media => $p{media}, order => 1, shown => $p{media});
		}),
		'GET /admin/catalog/{id:id}/markup' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/markup' }),
		'POST /admin/catalog/{id:id}/markup' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/markup' }, sub { return rule_form(@_[0, 1], product_of(@_)) }),
		'GET /admin/catalog/markup' => Requests::at_desk('/admin/catalog/markup'),
		'POST /admin/catalog/markup' => Requests::at_desk('/admin/catalog/markup', sub { return rule_form(@_[0, 1], '00000000-0000-0000-0000-000000000000') }),
		'GET /admin/catalog/{id:id}/related' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/related' }),
		'POST /admin/catalog/{id:id}/related' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/related' }, sub {
			my ($t, $store) = @_;
			my ($other) = $t->value('SELECT product_id FROM catalog.product WHERE tenant_id = ? AND product_id <> ? ORDER BY 1 LIMIT 1',
				Requests::staff($t, $store)->{tenant}, product_of($t, $store));
			return (revision => { variant_of(@_) }->{revision}, codes => $other ? $t->value('SELECT reference FROM catalog.product WHERE product_id = ?', $other) : '');
		}),
		'GET /admin/catalog/{id:id}/special' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/special' }),
		'POST /admin/catalog/{id:id}/special' => Requests::at_desk(sub { return '/admin/catalog/' . product_of(@_) . '/special' }, sub {
			my ($t, $store) = @_;
			return (revision => { variant_of(@_) }->{revision}, currency => $store eq 'three' ? 'IDR' : 'EUR', sku => '', group => '', least => 10,
				starts => '', ends => '', price => 80 + $serial++, was => '', reason => 'who buys ten');
		}),
		'GET /admin/catalog/import' => Requests::at_desk('/admin/catalog/import'),
		'POST /admin/catalog/import' => Requests::at_desk('/admin/catalog/import', sub {
			none_under_way(@_);
			return (layout => 'auto', known => 1, file => { file => 'spring.csv', data => "product,sku\nA,B\n" });
		}),
		'GET /admin/catalog/import/{id:id}' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'checked') }),
		'GET /admin/catalog/import/{id:id}/errors.csv' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'failed') . '/errors.csv' }),
		'POST /admin/catalog/import/{id:id}/apply' => Requests::at_desk(sub { none_under_way(@_); return transfer_of(@_[0, 1], 'import', 'checked') . '/apply' },
			sub { return (reason => 'the spring catalogue') }),
		'POST /admin/catalog/import/{id:id}/cancel' => Requests::at_desk(sub { return transfer_of(@_[0, 1], 'import', 'checked') . '/cancel' }, sub { return }),
		'GET /admin/catalog/export' => Requests::at_desk('/admin/catalog/export'),
		'POST /admin/catalog/export' => Requests::at_desk('/admin/catalog/export', sub {
			none_under_way(@_);
			return (layout => 'own', format => 'csv', reason => 'for the printer');
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
