#!/usr/bin/perl
# Promise: the desk of products knows each product by name and words at once, whoever changes it, and
# what it lacks: pictures and prices at once, stock when freshen has looked;
# its doors refuse what does not fit and then write nothing; of two who take the same at the same
# moment one is told; and no door opens on another merchant's product.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

binmode Test::More->builder->$_, ":utf8" for qw(output failure_output todo_output);
my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
sub role { my ($d) = @_; return $s->dbh('_sutler-admin-catalog') }

# ---- finding ----
as($acme);
sub found { my ($query) = @_; return join ' ', sort map { $_->[0] } @{ $dbh->selectall_arrayref(
	'SELECT p.reference FROM unnest(catalog.desk_find(?, ?, 10)) u (id) JOIN catalog.product p ON p.product_id = u.id', undef, $acme, $query) } }
is(found('plain'), 'PLAIN', 'a product is found by its reference');
$dbh->do(q{UPDATE catalog.product_text SET name = 'Suela Ñandú 42-B' WHERE product_id = ? AND locale = 'es'}, undef, $f->{product}{PLAIN});
is(found($_), 'PLAIN', "then by \"$_\"") for 'nandu', 'SUE', '42-b', '42 nan';
is(found('42 zebra'), '', 'each word must fit');
is(found('  '), '', 'no word is no find');
is(value('SELECT catalog.desk_find(?, ?, 1) IS NULL', $acme, 'product'), 1, 'more than may be are not picked from');
is(value('SELECT cardinality(catalog.desk_find(?, ?, 1))', $acme, 'pro few'), 1, 'but looked through where another word leaves few');
$dbh->do(q{UPDATE catalog.variant SET gtin = '4006381333931' WHERE variant_id = ?}, undef, $f->{variant}{PLAIN});
is(found('400638133'), 'PLAIN', 'by a GTIN begun');
is(value('SELECT name FROM catalog.desk WHERE product_id = ?', $f->{product}{PLAIN}), 'Suela Ñandú 42-B', 'the list has its name in the first language');
$dbh->do(q{UPDATE catalog.product SET status = 'archived' WHERE product_id = ?}, undef, $f->{product}{OUT});
is(value('SELECT status FROM catalog.desk WHERE product_id = ?', $f->{product}{OUT}), 'archived', 'and its state');
is(value('SELECT count(*) FROM catalog.desk'), value('SELECT count(*) FROM catalog.product'), 'each product once');

# Common words: the first of the list in each order, below each filter, as if all were found and sorted.
my %key = (newest => ['created_at', '<', 'DESC'], changed => ['updated_at', '<', 'DESC'], name => ['name', '>', 'ASC']);
my @one = (tenant_id => $acme, store_id => $f->{store}{one});
my $category = Fixture::id();
$f->add('catalog.category', @one, category_id => $category);
$f->add('catalog.category_product', @one, category_id => $category, product_id => $f->{product}{$_}) for qw(FEW MADE OUT LAST PLAIN);
$dbh->do(q{UPDATE catalog.product SET brand = 'Norte' WHERE reference IN ('FEW', 'EURO', 'OUT')});
my ($walked, $rows) = (0, 0);
for my $order (sort keys %key) {
	my ($key, $than, $way) = @{ $key{$order} };
	for my $o ({}, { status => 'active' }, { status => 'archived' }, { brand => 'Norte' }, { category => $category },
		{ after => $f->{product}{LAST} }, { lack => 'picture' }, { lack => 'picture', after => $f->{product}{FEW}, status => 'active' }) {
		my $none = '00000000-0000-0000-0000-000000000000';
		for my $query ('product', 'prod pro', 'pro zzz') {
			my ($got) = $dbh->selectrow_array('SELECT catalog.desk_walk(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 4)', undef, $acme, $query, $o->{lack} // '', $none, '',
				$o->{status} // '', $o->{category}, $o->{brand} // '', $o->{after}, $order);
			my ($from, @bind) = $o->{lack} ? ("catalog.desk_lack p WHERE lack = ? AND store_id = ?", $o->{lack}, $none) : 'catalog.desk p WHERE true';
			my ($wanted) = $dbh->selectrow_array("SELECT coalesce(array_agg(product_id), '{}') FROM (SELECT product_id FROM $from
				AND product_id = ANY (catalog.desk_find(?, ?, 1000)) AND (? = '' OR status = ?) AND (? = '' OR brand = ?)
				AND (?::uuid IS NULL OR product_id IN (SELECT product_id FROM catalog.category_product WHERE category_id = ?))
				AND (?::uuid IS NULL OR ($key, product_id) $than (SELECT $key, product_id FROM catalog.desk WHERE product_id = ?))
				ORDER BY $key $way, product_id $way LIMIT 4) x", undef, @bind, $acme, $query, ($o->{status} // '') x 2, ($o->{brand} // '') x 2,
				($o->{category}) x 2, ($o->{after}) x 2);
			$walked++;
			$rows += @$wanted;
			is_deeply($got, $wanted, "$query by $order: " . join(', ', map { "$_ $o->{$_}" } sort keys %$o));
		}
	}
}
cmp_ok($rows, '>', 2 * $walked / 3, 'with products most of the time');

# ---- doors ----
my $d = role();
sub call { my ($t, $sql, @bind) = @_; return Race::transaction($d, $t, sub { ($_[0]->selectrow_array($sql, undef, @bind))[0] }) }
sub save
{
	my ($t, $product, %o) = @_;
	return call($t, 'SELECT catalog.desk_save(?, ?, ?, false, ?, ?, ?, ?, ?, ?, ?, 0, false, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $t, $actor, $product, $f->{store}{one}, '',
		$o{revision} // value('SELECT revision FROM catalog.product WHERE product_id = ?', $product), $o{reference} // 'PLAIN', 'active', '', $o{tax} // 'standard',
		[$o{locale} // 'en'], [$o{name} // 'Sole'], [$o{slug} // ''], [''], [''], [''], [''], [], []);
}
my $plain = $f->{product}{PLAIN};
my $entries = value('SELECT count(*) FROM audit.entry');
is(save($acme, $plain, reference => 'FEW'), 'reference', 'a reference of another product is refused');
is(save($acme, $plain, slug => 'few'), 'slug en', 'and an address');
is(save($acme, $plain, tax => 'none'), 'tax_class', 'and a tax class there is not');
is(save($acme, $plain, revision => 999), 'changed', 'and a form that is old');
is(save($acme, $plain, locale => 'xx'), 'gone', 'and a language no store speaks');
is(value('SELECT count(*) FROM audit.entry'), $entries, 'nothing was written');
is(save($bahari, $plain), 'gone', 'T26 another merchant finds no such product');
is(call($bahari, 'SELECT catalog.desk_prices(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)', $bahari, $actor, $plain, $f->{store}{three}, 'IDR', '', [$f->{variant}{PLAIN}], [1], [-1], 'why'),
	'gone', 'T26 nor its price');
is(call($acme, 'SELECT catalog.desk_prices(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $acme, $actor, $plain, value('SELECT revision FROM catalog.product WHERE product_id = ?', $plain),
	$f->{store}{one}, 'EUR', '', [$f->{variant}{FEW}], [1], [-1], 'why'), 'gone', 'nor a variant of another product');
is(call($bahari, 'SELECT catalog.desk_special(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $bahari, $actor, $plain, $f->{store}{three}, 'IDR', [''], [''], [5], [''], [''], [1], [-1], 'why'),
	'gone', 'T26 nor its special prices');
is(call($bahari, 'SELECT catalog.desk_listing(?, ?, ?, ?, 1, true, false, 0, ?, ?, ?, ?)', $bahari, $actor, $f->{store}{three}, $plain, [], [], [], []), 'gone', 'T26 nor how a store shows it');
is(call($bahari, 'SELECT catalog.desk_related(?, ?, ?, 1, ?, ?, ?, ?, ?, ?)', $bahari, $actor, $plain, [], [], [], [], ['PLAIN'], 'related'), 'gone', 'T26 nor what goes with it');
is(save($acme, $plain, name => 'Strong sole'), 'ok', 'what fits is saved');
is(value('SELECT slug FROM catalog.listing WHERE product_id = ? AND locale = ? LIMIT 1', $plain, 'en'), 'strong-sole', 'and listed in the same transaction');
is(value('SELECT count(*) FROM audit.entry'), $entries + 1, 'with one entry');
is(save($acme, $plain, name => 'Strong sole', slug => 'strong-sole'), 'ok', 'the same again');
is(value('SELECT count(*) FROM audit.entry'), $entries + 1, 'is no change');
is(join(',', eval { $d->do('DELETE FROM catalog.product'); 1 } // 'refused'), 'refused', 'the program itself writes nothing');

# ---- at the same moment ----
my $revision = value('SELECT revision FROM catalog.product WHERE product_id = ?', $plain);
my $seen = Race::at_once($dbh, sub { role() }, $acme, map { my $n = $_; sub { my ($c) = @_; return ($c->selectrow_array(
	'SELECT catalog.desk_variants(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $plain, $revision, [$f->{variant}{PLAIN}], ["SKU-$n"], [''], [100], ['active']))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, changed => 5 }, 'of six who save one product, one does') or diag explain $seen;
my @rows = map { [$f->{product}{$_}, $f->{variant}{$_}, value('SELECT revision FROM catalog.product WHERE product_id = ?', $f->{product}{$_})] } qw(FEW LAST MADE EURO);
$seen = Race::at_once($dbh, sub { role() }, $acme, map { my $r = $_; sub { my ($c) = @_; return ($c->selectrow_array(
	'SELECT catalog.desk_variants(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $r->[0], $r->[2], [$r->[1]], ['WANTED'], [''], [100], ['active']))[0] =~ s/^sku .*/sku/r } } @rows);
is($seen->{ok}, 1, 'of four products that want one SKU, one gets it') or diag explain $seen;
is(($seen->{sku} // 0) + ($seen->{taken} // 0), 3, 'the others are told') or diag explain $seen;
# ---- what products lack ----
# By the tables that merchants write, beside catalog.lacks_of(): what is listed must be so, whoever wrote what.
sub lacking { my ($lack) = @_; return join ' ', map { $_->[0] } @{ $dbh->selectall_arrayref(q{SELECT DISTINCT p.reference FROM catalog.desk_lack l
	JOIN catalog.product p USING (product_id) WHERE l.lack = ? ORDER BY 1}, undef, $lack) } }
sub wrong { return join ' ', map { join ':', map { $_ // '' } @$_ } @{ $dbh->selectall_arrayref(q{
	WITH truth AS (
		SELECT p.product_id, 'picture' AS lack, '' AS place FROM catalog.product p
		WHERE p.product_id NOT IN (SELECT m.product_id FROM catalog.product_media m WHERE m.kind = 'image')
		UNION ALL SELECT p.product_id, 'stock', '' FROM catalog.product p
		WHERE p.product_id NOT IN (SELECT v.product_id FROM catalog.variant v JOIN inventory.stock s USING (variant_id) WHERE v.status = 'active' AND s.on_hand - s.held > 0)
		UNION ALL SELECT s.product_id, 'price', s.store_id || c.currency FROM catalog.store_product s JOIN tenancy.store_currency c USING (store_id)
		WHERE (s.product_id, s.store_id, c.currency) NOT IN (SELECT v.product_id, r.store_id, r.currency FROM catalog.variant v JOIN catalog.price r USING (variant_id) WHERE v.status = 'active')
	), listed AS (
		SELECT l.product_id, l.lack, CASE l.lack WHEN 'price' THEN l.store_id::text ELSE '' END || l.currency AS place FROM catalog.desk_lack l
	)
	SELECT * FROM (SELECT 'more', x.* FROM (TABLE listed EXCEPT TABLE truth) x UNION ALL SELECT 'less', x.* FROM (TABLE truth EXCEPT TABLE listed) x) y
	UNION ALL SELECT 'old', l.product_id, l.lack, l.name FROM catalog.desk_lack l JOIN catalog.desk d USING (product_id)
	WHERE (l.name, l.status, l.brand, l.created_at, l.updated_at) IS DISTINCT FROM (d.name, d.status, d.brand, d.created_at, d.updated_at)}) } }
sub freshen { 1 while value('SELECT catalog.freshen(?, 500)', $acme); return }
as($acme);
freshen();
is(wrong(), '', 'what products lack is listed');
is(lacking('stock'), 'MADE OUT', 'what is sold out');
my ($one, $euro) = ($f->{store}{one}, $f->{product}{EURO});
my @steps = (
	['a product is made', q{INSERT INTO catalog.product (tenant_id, product_id, reference) VALUES (?, '01900000-0000-7000-8000-0000000f0001', 'BARE')}, $acme],
	['it stands in a store', q{INSERT INTO catalog.store_product (tenant_id, store_id, product_id) VALUES (?, ?, '01900000-0000-7000-8000-0000000f0001')}, $acme, $one],
	['it has a variant', q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku) VALUES (?, '01900000-0000-7000-8000-0000000f0002', '01900000-0000-7000-8000-0000000f0001', 'BARE')}, $acme],
	['with a price', q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount) VALUES (?, ?, '01900000-0000-7000-8000-0000000f0002', 'EUR', 100)}, $acme, $one],
	['a document', q{INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes) VALUES (?, '01900000-0000-7000-8000-0000000f0003', 'aa/00000000000000000000000000000f', 'image/png', 9)}, $acme],
	['... of it', q{INSERT INTO catalog.product_media (tenant_id, product_id, media_id, kind, position) VALUES (?, '01900000-0000-7000-8000-0000000f0001', '01900000-0000-7000-8000-0000000f0003', 'document', 1)}, $acme],
	['that is a picture', q{UPDATE catalog.product_media SET kind = 'image' WHERE media_id = '01900000-0000-7000-8000-0000000f0003'}],
	['pieces come', q{INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) SELECT ?, '01900000-0000-7000-8000-0000000f0002', warehouse_id, 5 FROM inventory.warehouse LIMIT 1}, $acme],
	['... freshen is told', q{SELECT inventory.touched(?, ARRAY['01900000-0000-7000-8000-0000000f0002'::uuid])}, $acme],
	['it is called otherwise', q{UPDATE catalog.product SET reference = 'BARER', brand = 'Elm', status = 'draft' WHERE reference = 'BARE'}],
	['its variant is archived', q{UPDATE catalog.variant SET status = 'archived' WHERE sku = 'BARE'}],
	['and comes back', q{UPDATE catalog.variant SET status = 'active' WHERE sku = 'BARE'}],
	['its price goes', q{DELETE FROM catalog.price WHERE variant_id = '01900000-0000-7000-8000-0000000f0002'}],
	['its picture goes', q{DELETE FROM catalog.product_media WHERE product_id = '01900000-0000-7000-8000-0000000f0001'}],
	['the store takes another currency', q{INSERT INTO tenancy.store_currency (tenant_id, store_id, currency, position) VALUES (?, ?, 'GBP', 7)}, $acme, $one],
	['the store gives it up', q{DELETE FROM tenancy.store_currency WHERE currency = 'GBP'}],
	['it leaves the store', q{DELETE FROM catalog.store_product WHERE product_id = '01900000-0000-7000-8000-0000000f0001'}],
	['all have brands', q{UPDATE catalog.product SET brand = 'Fjord'}],
	['pieces go', q{DELETE FROM inventory.stock WHERE variant_id = '01900000-0000-7000-8000-0000000f0002'}],
	['... and freshen is told', q{SELECT inventory.touched(?, ARRAY['01900000-0000-7000-8000-0000000f0002'::uuid])}, $acme],
	['it goes', q{DELETE FROM catalog.product WHERE reference = 'BARER'}],
);
for my $step (@steps) {
	my ($what, $sql, @bind) = @$step;
	$dbh->do($sql, undef, @bind);
	freshen() if $what =~ /told|archived|comes back/;
	next if $what =~ /^pieces/;
	is(wrong(), '', "... when $what");
}
# An import says at its end what it changed.
$dbh->begin_work;
$dbh->do(q{SELECT set_config('sutler.redesk', 'later', true)});
$dbh->do('DELETE FROM catalog.price WHERE variant_id = ?', undef, $f->{variant}{EURO});
isnt(wrong(), '', 'with sutler.redesk "later" nothing follows');
$dbh->do('SELECT catalog.redesk(?, ?)', undef, $acme, [$euro]);
is(wrong(), '', 'until the product is made again');
$dbh->rollback;
ok(!eval { $dbh->do(q{UPDATE catalog.price SET currency = 'USD' WHERE variant_id = ?}, undef, $f->{variant}{PLAIN}); 1 }, 'a price stays where it stands');

# The last picture goes as another comes, and the other way round: each sees what the other wrote.
for my $round (1 .. 4) {
	my @media = map { my $id = value('SELECT sutler.uuid7()');
		$dbh->do(q{INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes) VALUES (?, ?, ?, 'image/png', 9)}, undef, $acme, $id, sprintf 'bb/%030x', $round * 10 + $_);
		$id } 0 .. 5;
	$dbh->do(q{INSERT INTO catalog.product_media (tenant_id, product_id, media_id, position) VALUES (?, ?, ?, 1)}, undef, $acme, $plain, $_) for @media[0 .. 2];
	my $seen = Race::at_once($dbh, sub { $s->dbh }, $acme,
		(map { my $m = $_; sub { my ($c) = @_; $c->do('DELETE FROM catalog.product_media WHERE product_id = ? AND media_id = ?', undef, $plain, $m); return 'ok' } } @media[0 .. 2]),
		$round % 2 ? (map { my $m = $_; sub { my ($c) = @_; $c->do(q{INSERT INTO catalog.product_media (tenant_id, product_id, media_id, position)
			VALUES (?, ?, ?, 1)}, undef, $acme, $plain, $m); return 'ok' } } @media[3 .. 5]) : ());
	is($seen->{ok}, $round % 2 ? 6 : 3, "round $round: all do") or diag explain $seen;
	is(wrong(), '', '... and the list is right');
	$dbh->do('DELETE FROM catalog.product_media WHERE product_id = ?', undef, $plain);
}
$d->disconnect;
done_testing;
