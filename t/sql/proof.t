#!/usr/bin/perl
# Promise: whatever changes the catalogue, the read model is what making it again gives; sutlerctl catalog verify sees each
# part of it that somebody changed past the triggers, changes nothing itself, and mends it when told to.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Schema;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $one = $f->{store}{one};
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
sub verify { my ($status, $said) = $s->ctl('catalog', 'verify', @_); return ($status, $said) }
as($acme);
my @one = (tenant_id => $acme, store_id => $one);

# A catalogue with something in each part.
my $boots = Fixture::id();
$f->add('catalog.category', @one, category_id => $boots);
$f->add('catalog.category_text', @one, category_id => $boots, locale => $_, slug => "boots-$_", name => 'Boots') for qw(es en);
$f->add('catalog.category_product', @one, category_id => $boots, product_id => $f->{product}{$_}) for qw(PLAIN FEW MADE);
my ($attribute, $value) = (Fixture::id(), Fixture::id());
$f->add('catalog.attribute', tenant_id => $acme, attribute_id => $attribute, code => 'finish', filterable => 'true');
$f->add('catalog.attribute_value', tenant_id => $acme, value_id => $value, attribute_id => $attribute, code => 'matt');
$f->add('catalog.product_value', tenant_id => $acme, product_id => $f->{product}{PLAIN}, attribute_id => $attribute, value_id => $value);
$f->add('catalog.related', tenant_id => $acme, product_id => $f->{product}{PLAIN}, related_id => $f->{product}{FEW});
my ($status, $said) = verify();
is($status, 0, 'what triggers and freshen made is what making it again gives') or diag $said;
like($said, qr/^$_: \d+ products and \d+ stores: nothing differs$/m, "... of $_") for qw(acme bahari);

# Changes by the doors of everybody: each followed, or waiting for freshen.
for my $change (
	[q{UPDATE catalog.product_text SET name = 'Another' WHERE product_id = ? AND locale = 'en'}, $f->{product}{PLAIN}],
	[q{UPDATE catalog.price SET amount = amount + 100 WHERE variant_id = ?}, $f->{variant}{PLAIN}],
	# All that a change of prices may be: an amount, a former one, one of days, of quantities or of a group; the last one and the first.
	[q{UPDATE catalog.price SET was = amount * 2 WHERE variant_id = ?}, $f->{variant}{PLAIN}],
	[q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, min_quantity, amount) SELECT tenant_id, store_id, variant_id, currency, 5, amount - 1
		FROM catalog.price WHERE variant_id = ? AND min_quantity = 1}, $f->{variant}{PLAIN}],
	[q{UPDATE catalog.price SET amount = amount - 1 WHERE variant_id = ? AND min_quantity = 5}, $f->{variant}{PLAIN}],
	[q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount, starts_at, ends_at) SELECT tenant_id, store_id, variant_id, currency, amount / 2, now() - interval '1 day',
		now() + interval '1 day' FROM catalog.price WHERE variant_id = ? AND min_quantity = 1}, $f->{variant}{PLAIN}],
	[q{DELETE FROM catalog.price WHERE variant_id = ? AND (min_quantity = 5 OR starts_at > '-infinity')}, $f->{variant}{PLAIN}],
	[q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, position, options_key) SELECT tenant_id, 'aaaaaaaa-0000-7000-8000-000000000001', product_id, 'PLAIN-2', 2, 'x'
		FROM catalog.variant WHERE variant_id = ?}, $f->{variant}{PLAIN}],
	[q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount) SELECT tenant_id, store_id, 'aaaaaaaa-0000-7000-8000-000000000001', currency, amount + 300
		FROM catalog.price WHERE variant_id = ?}, $f->{variant}{PLAIN}],
	[q{UPDATE catalog.price p SET amount = amount + 50 FROM catalog.variant v WHERE v.variant_id = p.variant_id AND v.product_id = ?}, $f->{product}{PLAIN}],
	[q{DELETE FROM catalog.price WHERE variant_id = ? AND store_id = (SELECT min(store_id::text)::uuid FROM catalog.price)}, 'aaaaaaaa-0000-7000-8000-000000000001'],
	[q{DELETE FROM catalog.price WHERE variant_id = ?}, $f->{variant}{FEW}],
	[q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount) SELECT tenant_id, store_id, '}.$f->{variant}{FEW}.q{', currency, amount FROM catalog.price WHERE variant_id = ?},
		$f->{variant}{PLAIN}],
	[q{UPDATE catalog.product SET brand = 'Sur', status = 'draft' WHERE product_id = ?}, $f->{product}{MADE}],
	[q{UPDATE catalog.store_product SET visible = false WHERE product_id = ?}, $f->{product}{FEW}],
	[q{DELETE FROM catalog.category_product WHERE product_id = ?}, $f->{product}{PLAIN}],
	[q{UPDATE catalog.category SET visible = false WHERE category_id = ?}, $boots],
	[q{DELETE FROM catalog.product_value WHERE product_id = ?}, $f->{product}{PLAIN}],
	[q{UPDATE catalog.variant SET sku = 'NEW-SKU' WHERE variant_id = ?}, $f->{variant}{FEW}],
	[q{UPDATE catalog.store_product SET visible = true WHERE product_id = ?}, $f->{product}{FEW}],
) {
	my ($sql, @bind) = @$change;
	cmp_ok($dbh->do($sql, undef, @bind), '>', 0, $sql);
	($status, $said) = verify();
	is($status, 0, '... is followed') or diag $said;
}

# And by the desk's doors for prices, which make amounts alone again.
my @door = ($acme, $f->{staff}{owner} // Fixture::id(), $f->{product}{PLAIN});
for my $door (
	["SELECT catalog.desk_prices(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = '$door[2]'), ?, 'EUR', '', ARRAY[?]::uuid[], ARRAY[4711], ARRAY[9900], 'dearer')",
		@door, $one, $f->{variant}{PLAIN}],
	["SELECT catalog.desk_special(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = '$door[2]'), ?, 'EUR', ARRAY[''], ARRAY[''], ARRAY[10], ARRAY[''], ARRAY[''],
		ARRAY[4000], ARRAY[-1], 'many')", @door, $one],
	["SELECT catalog.desk_bulk(?, ?, ?, ARRAY[?]::uuid[], 'price', '', NULL, 'EUR', 1000, 0, -1, 1, -1, 'all')", @door[0, 1], $one, $door[2]],
	["SELECT catalog.desk_prices(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = '$door[2]'), ?, 'EUR', '', ARRAY[?]::uuid[], ARRAY[-1], ARRAY[-1], 'no price')",
		@door, $one, $f->{variant}{PLAIN}],
	["SELECT catalog.desk_prices(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = '$door[2]'), ?, 'EUR', '', ARRAY[?]::uuid[], ARRAY[4800], ARRAY[-1], 'a price')",
		@door, $one, $f->{variant}{PLAIN}],
) {
	my ($sql, @bind) = @$door;
	my $shown = sub { return join ' ', map { $_ // '' } map { @$_ } @{ $dbh->selectall_arrayref('SELECT price, was FROM catalog.listing WHERE product_id = ? AND store_id = ?
		ORDER BY locale, currency', undef, $f->{product}{PLAIN}, $one) } };
	my $before = $shown->();
	is($dbh->selectrow_array($sql, undef, @bind), 'ok', $sql);
	isnt($shown->(), $before, '... shows in the lists at once') if $sql !~ /special/;
	($status, $said) = verify();
	is($status, 0, '... and all is as if made again') or diag $said;
}

$f->stock($acme, 'PLAIN', 'W1', 0);
($status, $said) = verify();
is($status, 0, 'stock that ends, too') or diag $said;

# What freshen counts, change by change, is what counting the whole store gives; and it costs what changed.
my @all = sort values %{ $f->{product} };
my $whole = sub { return join "\n", sort map { join ' ', @$_ } @{ $dbh->selectall_arrayref(q{
	SELECT 'category', category_id::text, products::text FROM catalog.category_count WHERE tenant_id = $1
	UNION ALL SELECT 'filter', category_id::text || value_id::text, products::text FROM catalog.facet_count WHERE tenant_id = $1
	UNION ALL SELECT 'word', locale || word || shown, products::text FROM catalog.word WHERE tenant_id = $1}, undef, $acme) } };
for my $n (1 .. 30) {
	my $product = $all[($n * 7) % @all];
	my $change = (
		[q{UPDATE catalog.product SET brand = ? WHERE product_id = ?}, ('Sur', 'Norte', '')[$n % 3], $product],
		[q{UPDATE catalog.product_text SET name = ? WHERE product_id = ? AND locale = 'es'}, "Tac\x{f3}n n\x{fa}mero " . chr(97 + $n) x 4, $product],
		[q{UPDATE catalog.product_text SET summary = ? WHERE product_id = ? AND locale = 'es'}, $n % 2 ? 'tacon TACON' : "tac\x{f3}n", $product],
		[q{UPDATE catalog.product SET status = ? WHERE product_id = ?}, $n % 2 ? 'draft' : 'active', $product],
		[q{INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id) SELECT tenant_id, store_id, ?, product_id
			FROM catalog.store_product WHERE store_id = (SELECT store_id FROM catalog.category WHERE category_id = ?) AND product_id = ? ON CONFLICT DO NOTHING},
			$boots, $boots, $product],
		[q{INSERT INTO catalog.product_value (tenant_id, product_id, attribute_id, value_id) SELECT tenant_id, ?, attribute_id, value_id
			FROM catalog.attribute_value WHERE value_id = ? ON CONFLICT DO NOTHING}, $product, $value],
		[q{DELETE FROM catalog.product_value WHERE product_id = ?}, $product],
		[q{UPDATE inventory.stock SET on_hand = CASE on_hand WHEN 0 THEN 50 ELSE 0 END WHERE held = 0 AND variant_id IN (SELECT variant_id FROM catalog.variant WHERE product_id = ?)},
			$product],
	)[$n % 8];
	my ($sql, @bind) = @$change;
	$dbh->do($sql, undef, @bind);
	1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
	my $kept = $whole->();
	$dbh->begin_work;
	$dbh->do('SELECT catalog.recount(?, store_id) FROM tenancy.store WHERE tenant_id = ?', undef, $acme, $acme);
	is($whole->(), $kept, "change $n is counted: $sql");
	$dbh->rollback;
}
$dbh->do(q{UPDATE catalog.product SET status = 'active'});
# Without variants it counts nowhere.
my $counted = sub { return $dbh->selectrow_array('SELECT count(*) FROM catalog.counted WHERE product_id = ?', undef, $f->{product}{MADE}) };
1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
cmp_ok($counted->(), '>', 0, 'a product that shows is counted');
$dbh->begin_work;
$dbh->do('DELETE FROM catalog.variant WHERE product_id = ?', undef, $f->{product}{MADE});
1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
is($counted->(), 0, 'one without variants is not');
$dbh->rollback;

# A product that somebody holds while it is counted gets the numbers of its places later, when nothing else is left to do.
my $numbers = sub { return join ' ', map { $dbh->selectrow_array("SELECT count(*) FILTER (WHERE ordinal IS NULL) || '/' || count(*) FROM $_ WHERE product_id = ?", undef, $f->{product}{FEW}) }
	qw(catalog.placement catalog.placement_price catalog.placement_name) };
$f->add('catalog.category_product', @one, category_id => $boots, product_id => $f->{product}{FEW}) if !$dbh->selectrow_array('SELECT count(*) FROM catalog.category_product
	WHERE product_id = ?', undef, $f->{product}{FEW});
$dbh->do(q{UPDATE catalog.category SET visible = false WHERE category_id = ?}, undef, $boots);
1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
like($numbers->(), qr{^0/[1-9]\d* 0/[1-9]\d* 0/[1-9]\d*$}, 'each place has its number');
my $before = $numbers->();
$dbh->do(q{UPDATE catalog.category SET visible = true WHERE category_id = ?}, undef, $boots);
like($numbers->(), qr{^[1-9]\d*/\d+ [1-9]\d*/\d+ [1-9]\d*/\d+$}, 'new ones have none yet');
my $holder = $s->dbh;
$holder->begin_work;
$holder->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
$holder->do('SELECT FROM catalog.product WHERE product_id = ? FOR NO KEY UPDATE', undef, $f->{product}{FEW});
1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
like($numbers->(), qr{^[1-9]}, 'while somebody holds the product freshen does not wait for him');
$holder->rollback;
is($dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme), 0, 'with nothing to do');
like($numbers->(), qr{^0/[1-9]\d* 0/[1-9]\d* 0/[1-9]\d*$}, '... it numbers them');
isnt($numbers->(), $before, '... and there are more');

# Past the triggers.
$dbh->do(q{UPDATE catalog.category SET visible = true WHERE category_id = ?}, undef, $boots);
$f->add('catalog.product_value', tenant_id => $acme, product_id => $f->{product}{FEW}, attribute_id => $attribute, value_id => $value);
($status) = verify('--mend');
is($status, 0, 'a catalogue in order');
my $few = $f->{product}{FEW};
my %wrong = (
	'product FEW: card' => ['UPDATE catalog.listing SET price = price + 1 WHERE product_id = ?', $few],
	'product FEW: place' => ['UPDATE catalog.placement_price SET price = price + 1 WHERE product_id = ?', $few],
	'product FEW: filter' => ['DELETE FROM catalog.facet WHERE product_id = ?', $few],
	'product FEW: search' => [q{UPDATE catalog.search SET tsv = 'x' WHERE product_id = ?}, $few],
	'product FEW: code' => ['DELETE FROM catalog.search_code WHERE product_id = ?', $few],
	'product FEW: page' => [q{UPDATE catalog.product_page SET name = 'x' WHERE product_id = ?}, $few],
	'product FEW: desk' => [q{UPDATE catalog.desk SET name = 'x' WHERE product_id = ?}, $few],
	'product FEW: word' => ['DELETE FROM catalog.desk_word WHERE product_id = ?', $few],
	'product FEW: lack' => ['DELETE FROM catalog.desk_lack WHERE product_id = ?', $few],
	'product PLAIN: card' => [q{DELETE FROM catalog.listing WHERE product_id = ?}, $f->{product}{PLAIN}],
	'store one: categories' => ['UPDATE catalog.category_count SET products = products + 1 WHERE store_id = ?', $one],
	'store one: filters' => ['UPDATE catalog.facet_count SET products = products + 1 WHERE store_id = ?', $one],
	'store one: words' => [q{UPDATE catalog.word SET shown = 'x' WHERE store_id = ?}, $one],
	'store one: counted' => [q{UPDATE catalog.counted SET stock = stock % 4 + 1 WHERE store_id = ?}, $one],
	'store one: numbers' => [q{WITH p AS (UPDATE catalog.placement SET ordinal = ordinal + 1 WHERE store_id = $1), q AS (UPDATE catalog.placement_price SET ordinal = NULL WHERE store_id = $1)
		UPDATE catalog.placement_name SET ordinal = 4711 WHERE store_id = $1}, $one],
	'store one: brands' => ['UPDATE catalog.version SET many_brands = NOT many_brands WHERE store_id = ?', $one],
);
for my $what (sort keys %wrong) {
	my ($sql, @bind) = @{ $wrong{$what} };
	$dbh->do('SET session_replication_role = replica');
	cmp_ok($dbh->do($sql, undef, @bind), '>', 0, $sql);
	$dbh->do('SET session_replication_role = origin');
	($status, $said) = verify();
	is($status, 1, "$what is wrong");
	like($said, qr/^acme: \Q$what\E: \d+ rows differ$/m, '... and named') or diag $said;
	unlike($said, qr/^bahari: (?!\d+ products and \d+ stores: nothing differs)/m, '... and nobody else\'s');
	($status, $said) = verify('--mend');
	is($status, 0, '... it is mended');
	like($said, qr/^acme: .*: what differed is mended$/m, '... which is said, so looking had not done it');
}
($status, $said) = verify();
is($status, 0, 'all is right again') or diag $said;
($status) = verify('now');
is($status, 64, 'there is nothing else to say');
done_testing;
