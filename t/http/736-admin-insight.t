# Promise: the study of the night counts what was ordered and how old what lies is, first in, first out;
# its lists page without a gap; a forecast says what it missed by, and its reorder point is taken with
# one click.  A study that was cut off goes on where it was.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-inventory study-stock))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.purchase)], name => 'Ana Ruiz');
my $tenant = $ana->tenant;
my $base = '/admin/inventory';
my ($w1, $w2) = @{ $f->{warehouse} }{qw(W1 W2)};
my $dbh = $shop->dbh;
sub mine { $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant); return }
sub one { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub skus { my ($page) = @_; return [$page->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }
sub list { my ($search) = @_; return $ana->get("$base/insight$search") }
sub insight { my ($sku) = @_; return $dbh->selectrow_hashref('SELECT * FROM inventory.insight WHERE variant_id = ?', undef, $f->{variant}{$sku}) }
my $serial = 0;

# An order of QUANTITY pieces, placed WHEN (SQL).
sub sold
{
	my ($sku, $when, $quantity, $state) = @_;
	$serial++;
	my $id = one("SELECT (left(sutler.uuid7_at($when)::text, 19) || ?)::uuid", sprintf '8000-%012d', $serial);
	$dbh->do(qq{INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, state, locale, currency, customer_type, prices_include_tax,
		tax_rounding, goods, discount, shipping, tax, total, contact_id, method_id, method_name, payment_method, placed_at)
		VALUES (?, ?, ?, ?, ?, ?, 'es', 'EUR', 'consumer', true, 'line', 1, 0, 0, 0, 1, ?, ?, 'Post', 'cod', $when)}, undef,
		$tenant, $f->{store}{one}, $id, "T$serial", $id, $state // 'closed', $id, $id);
	$dbh->do('INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total)
		VALUES (?, ?, 1, ?, ?, ?, ?, 1, 0, 0, 1)', undef, $tenant, $id, $f->{variant}{$sku}, $sku, $sku, $quantity);
	return;
}

# Pieces of AGED that came or went DAYS ago.
sub moved
{
	my ($days, $quantity, $kind, $where) = @_;
	$dbh->do(q{INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, source, created_at)
		VALUES (?, sutler.uuid7(), ?, ?, ?, ?, 'test', sutler.now() - make_interval(days => ?))}, undef, $tenant, $f->{variant}{AGED}, $where // $w1, $quantity, $kind, $days);
	return;
}

mine();
$f->variant($tenant, 'AGED', price => { EUR => 900 });
$f->variant($tenant, 'PACE', price => { EUR => 900 });
$dbh->begin_work;
$dbh->do('SET LOCAL session_replication_role = replica');
my $monday = q{(date_trunc('week', sutler.now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')};
sold('PLAIN', "$monday - interval '$_ weeks' + interval '36 hours'", 20 + $_ % 3) for 1 .. 40;
my $n = 1;
for (1, 6, 8, 29, 31, 89, 91) {
	sold('PACE', "sutler.now() - interval '$_ days'", $n);
	$n *= 2;
}
sold('PACE', q{sutler.now() - interval '2 days'}, 1000, $_) for qw(cancelled draft);
moved(400, 10, 'receipt');
moved(200, 10, 'receipt');
moved(60, 10, 'receipt');
moved(50, -12, 'sale');
moved(5, -4, 'transfer');
moved(5, 4, 'transfer', $w2);
$dbh->do('INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) VALUES (?, ?, ?, ?)', undef, $tenant, $f->{variant}{AGED}, @$_) for [$w1, 14], [$w2, 4];
$dbh->do(q{INSERT INTO inventory.cost (tenant_id, variant_id, currency, average) VALUES (?, ?, 'EUR', 250)}, undef, $tenant, $f->{variant}{AGED});
# Sixty of one kind: pieces that no arrival tells of, all equally many.
$dbh->do(q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, options_key) SELECT ?, sutler.uuid7(), ?, 'ROW-' || lpad(n::text, 2, '0'), n FROM generate_series(1, 60) n},
	undef, $tenant, $f->{product}{AGED});
$dbh->do(q{INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) SELECT tenant_id, variant_id, ?, 5 FROM catalog.variant WHERE sku LIKE 'ROW-%'}, undef, $w1);
$dbh->commit;

subtest 'before the first night' => sub {
	like list('')->text, qr/The first ones will stand here tomorrow/, 'the list says when';
	is $ana->get("$base/$f->{variant}{PLAIN}")->status, 200, 'a SKU has its page';
};

$shop->job('study-stock');
mine();

subtest 'velocity and age' => sub {
	my $pace = insight('PACE');
	is_deeply [@$pace{qw(sold_7 sold_30 sold_90 on_hand cover_days)}], [3, 15, 63, 0, 0], 'what was ordered in 7, 30 and 90 days, cancelled and drafts left out';
	my $aged = insight('AGED');
	is_deeply [@$aged{qw(on_hand age_30 age_90 age_180 age_365 age_more old cover_days)}], [18, 0, 10, 0, 8, 0, 8, undef],
		'INV-11 the last that came are there; moving them made them no younger';
	is one(q{SELECT min(age_more) FROM inventory.insight WHERE sku_key LIKE 'row-%'}), 5, 'what no arrival tells of is old';
	my $plain = insight('PLAIN');
	is $plain->{cover_days}, int 100 * 90 / $plain->{sold_90}, 'days of cover';
	is one('SELECT ended_at IS NOT NULL FROM inventory.study'), 1, 'the study is over';
};

subtest 'the lists' => sub {
	my $page = list('');
	like $page->text, qr/As of/, 'says how new it is';
	is_deeply skus($page), [sort { lc $a cmp lc $b } @{ skus($page) }], 'by SKU';
	my ($best) = skus(list('?show=best'));
	is_deeply $best, ['PLAIN', 'PACE'], 'what sold most';
	is_deeply skus(list('?show=soon')), ['PACE', 'PLAIN'], 'what is sold out first';
	is skus(list('?show=slow'))->[0], one(q{SELECT v.sku FROM inventory.insight i JOIN catalog.variant v USING (variant_id) WHERE sold_90 = 0
		ORDER BY i.on_hand DESC, variant_id DESC LIMIT 1}), 'what does not sell, the most first';
	like list('?show=aged&q=aged')->text, qr/AGED Product AGED \w\w 18 0 10 0 8 0 €45\.00 €20\.00/, 'ages, at cost';
	for my $search ('?q=row', '?q=row&show=aged', '?q=row&show=slow') {
		my ($at, @seen) = (list($search));
		for (1 .. 3) {
			push @seen, @{ skus($at) };
			my ($next) = $at->html =~ m{rel="next" href="([^"]+)"} or last;
			$at = $ana->get($next =~ s/&amp;/&/gr =~ s{^/en}{}r);
		}
		is_deeply [sort @seen], [map { sprintf 'ROW-%02d', $_ } 1 .. 60], "$search: all on two pages, none twice";
	}
	like list('?q=nothing')->text, qr/No SKU fits/, 'nothing found is said';
	my $csv = $ana->visitor->submit(list('?show=aged&q=aged'), action => "/en$base/insight/export.csv", {});
	like $csv->body, qr/^sku,product,.*\r\nAGED,Product AGED \w\w,no,0,0,0,18,,0,10,0,8,0,EUR,45.00,20.00\r\n$/s, 'the same as a file';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'stock.exported' AND actor = ?}, $ana->{id}), 1, 'it is written down who took it';
};

my $url = "$base/$f->{variant}{PLAIN}";
subtest 'INV-09 forecast' => sub {
	my $row = $dbh->selectrow_hashref('SELECT * FROM inventory.forecast WHERE variant_id = ?', undef, $f->{variant}{PLAIN});
	is_deeply [@{ $row->{weeks} }[49 .. 51]], [20, 22, 21], 'the weeks are as they were ordered';
	ok $row->{ahead}[0] > 19_000 && $row->{ahead}[0] < 23_000, "some 21 a week are foretold: $row->{ahead}[0]";
	ok $row->{missed} < 0.1 * $row->{asked} && $row->{mase} > 0, 'and it says what it missed by';
	my $page = $ana->get($url);
	like $page->html, qr{<svg class="chart".*fill-opacity}s, 'drawn';
	is scalar(() = $page->html =~ /<tr><th scope="row">[^<]+<span class="tag">Forecast/g), 8, 'and as a table';
	like $page->text, qr/Missed in 8 weeks held back \(WAPE\) \d+ % all SKUs: \d+ %/, 'the error of this SKU and of all';
	like $page->text, qr/\(days: 14\)/, 'without a supplier two weeks are taken';
	# Two weeks of 21 and 1.645 deviations over the root of two weeks, by the figures themselves.
	my ($point) = $page->text =~ /Suggested reorder point (\d+) →/;
	my $want = ($row->{ahead}[0] + $row->{ahead}[1] + 1.645 * $row->{sigma} * sqrt 2) / 1000;
	ok abs($point - $want) <= 1, "$point is suggested";
	is $ana->visitor->submit($page, action => "/en$url/suggested", { point => 7, warehouse => $w1 })->status, 422, 'another figure is not taken';
	is $ana->visitor->submit($page, action => "/en$url/suggested", { warehouse => $w1 })->status, 303, 'one click takes it';
	is one('SELECT point FROM inventory.reorder WHERE variant_id = ? AND warehouse_id = ?', $f->{variant}{PLAIN}, $w1), $point, 'it is the reorder point';
	my $supplier = Fixture::id();
	$f->add('inventory.supplier', tenant_id => $tenant, supplier_id => $supplier, code => 'FAR', name => 'Far Ltd', currency => 'EUR', lead_days => 70);
	$f->add('inventory.supplier_item', tenant_id => $tenant, supplier_id => $supplier, variant_id => $f->{variant}{PLAIN}, price => 9);
	($point) = $ana->get($url)->text =~ /Suggested reorder point (\d+) →/;
	ok $point > 10 * 20 && $point < 10 * 24, "ten weeks to wait, beyond the weeks foretold: $point";
	like $ana->get("$base/$f->{variant}{AGED}")->text, qr/No forecast/, 'of what nobody orders there is none';
};

subtest 'again, and cut off' => sub {
	$dbh->do('UPDATE inventory.stock SET on_hand = 15 WHERE variant_id = ? AND warehouse_id = ?', undef, $f->{variant}{AGED}, $w1);
	$shop->job('study-stock');
	mine();
	is insight('AGED')->{on_hand}, 18, 'the same night it is not done again';
	# Cut off behind the fixture's SKUs: the rest is done, these are not.
	$dbh->do('UPDATE inventory.study SET ended_at = NULL, after_id = ?', undef, $f->{variant}{AGED});
	$dbh->do(q{UPDATE inventory.insight SET archived = true WHERE sku_key LIKE 'row-%'});
	$dbh->do(q{DELETE FROM inventory.stock WHERE variant_id = (SELECT variant_id FROM catalog.variant WHERE sku = 'ROW-60')});
	$dbh->do(q{UPDATE catalog.variant SET track_stock = false WHERE sku = 'ROW-60'});
	like list('')->text, qr/The study of this night goes on/, 'the list says so';
	$shop->job('study-stock');
	mine();
	is_deeply [insight('AGED')->{on_hand}, one(q{SELECT count(*) FROM inventory.insight WHERE sku_key LIKE 'row-%' AND NOT archived}),
		one(q{SELECT count(*) FROM inventory.insight WHERE sku_key = 'row-60'})], [18, 59, 0], 'it goes on where it was; what is not counted any more is gone';
	$dbh->do(q{UPDATE inventory.study SET started_at = started_at - interval '1 day'});
	$shop->job('study-stock');
	mine();
	is_deeply [insight('AGED')->{on_hand}, insight('AGED')->{age_more}], [19, 0], 'the next night looks anew';
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.purchase)], stores => ['one'], name => 'Ben');
	is $ben->get("$base/insight")->status, 403, 'who works in one store does not see what all sell';
	unlike $ben->get($url)->html, qr/Suggested reorder point/, 'nor a forecast';
	my $cleo = Staff->new($shop, $f, 'acme', may => [qw(inventory.view)], name => 'Cleo');
	unlike $cleo->get("$base/insight?q=aged")->text, qr/€/, 'what goods cost is for who buys them';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	unlike $bahari->get("$base/insight")->html, qr/PLAIN/, 'T26 another merchant does not see what ours sell';
	my ($csrf) = $bahari->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
	is $bahari->visitor->post("/en$url/suggested", { csrf => $csrf, warehouse => $w1, point => 1, up_to => 2 })->status, 404, 'T27 nor takes our forecast';
};
done_testing;
