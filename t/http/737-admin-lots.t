# Promise: staff take goods in by lot, see what expires, block a lot and find its buyers; what must be
# inspected is not for sale before somebody has passed it; what is made to order is gathered, begun and
# finished on one page, and its orders can be picked then.  What is wrong is said beside its field and
# loses nothing; who may not, cannot.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home admin-inventory admin-orders tend-stock))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $c = CardOrder->new($shop->dbh, $f);
my $ana = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.adjust inventory.purchase inventory.inspect inventory.produce orders.view orders.fulfil orders.export)], name => 'Ana Ruiz');
my $tenant = $ana->tenant;
my $base = '/admin/inventory';
my ($w1) = $f->{warehouse}{W1};
my ($plain, $few, $made) = @{ $f->{variant} }{qw(PLAIN FEW MADE)};
sub one { return ($shop->dbh->selectrow_array(shift, undef, @_))[0] }
sub day { return one('SELECT (inventory.today() + ?::integer)::text', $_[0]) }
sub lot { my ($number) = @_; return one('SELECT lot_id FROM inventory.lot WHERE number = ?', $number) }
sub rows { return [$_[0]->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }
sub paid
{
	my (%o) = @_;
	my $o = $c->order(method => 'bank_transfer', intent => 0, %o);
	one('SELECT sales.receive_payment(?, ?, ?, ?, ?)', $tenant, $o->{id}, $o->{total}, 'r', 'x');
	return $o;
}
$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);

my $buy = Fixture::id();
my $supplier = Fixture::id();
$f->add('inventory.supplier', tenant_id => $tenant, supplier_id => $supplier, code => 'FOOD', name => 'Balm Ltd', currency => 'EUR');
one('SELECT inventory.purchase_draft(?, NULL, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?::bigint[])', $tenant, 'test', $buy, $supplier, $w1, "{$few,$plain}", '{50,100}', '{100,100}');
one(q{SELECT inventory.purchase_step(?, NULL, 'test', ?, 'send', '')}, $tenant, $buy);

subtest 'INV-10 a variant with lots' => sub {
	is $ana->form("$base/$plain", { lots => 'expiry' }, field => 'lots')->status, 303, 'it has them from now on';
	my $page = $ana->get("$base/$plain");
	like $page->html, qr/<option value="expiry" selected>/, 'the page says so';
	like $page->html, qr{href="[^"]*/admin/inventory/lots\?variant=$plain"}, 'and leads to them';
	is_deeply rows($ana->get("$base/lots?variant=$plain")), ['Without number'], 'what was there has no number';
};

sub come { my (%o) = @_; return $ana->form("$base/purchases/$buy/receive", { %o, pieces => ['', $o{pieces}], map { $_ => ['', $o{$_} // ''] } qw(lot expires made) }, field => 'receipt') }
subtest 'INV-10 goods come by lot' => sub {
	# Lines are in the order of their SKUs: FEW, PLAIN.
	for ([lot => '', qr/number of the lot/], [expires => '', qr/last day of the lot/], [expires => day(-1), qr/over already/], [made => day(40), qr/before it was made/]) {
		my ($field, $value, $says) = @$_;
		my $bad = come(pieces => 6, lot => 'A-1', expires => day(20), $field => $value);
		is $bad->status, 422, "$field '$value' is declined";
		like $bad->html, qr/id="w-${field}_1">[^<]*$says/, 'beside its field';
		like $bad->html, qr/name="pieces" value="6"/, 'and nothing is lost';
	}
	is come(pieces => 6, lot => 'A-1', expires => day(20), made => day(-2))->status, 303, 'six of A-1 come';
	is come(pieces => 4, lot => 'B-1', expires => day(60))->status, 303, 'four of B-1';
	like come(pieces => 1, lot => 'A-1', expires => day(21))->html, qr/id="w-expires_1">A lot of this number/, 'A-1 has one last day';
	is one('SELECT sum(on_hand) FROM inventory.lot WHERE variant_id = ?', $plain), one('SELECT sum(on_hand) FROM inventory.stock WHERE variant_id = ?', $plain), 'lots are what is on hand';
};

subtest 'INV-11 what expires' => sub {
	is_deeply rows($ana->get("$base/lots?show=expiring")), ['A-1'], 'within a month';
	is_deeply rows($ana->get("$base/lots?show=expiring&days=90")), ['A-1', 'B-1'], 'within three, the first first';
	is_deeply rows($ana->get("$base/lots?number=b-")), ['B-1'], 'by number';
	like $ana->get("$base/lots?show=expired")->text, qr/No lot fits/, 'nothing has expired';
	is $ana->get("$base/lots?show=soon")->status, 400, 'a list that is none';
	$shop->change(q{UPDATE inventory.lot SET made_on = NULL, expires_on = ? WHERE number = 'B-1'}, day(-1));
	like $shop->stack->run_job('tend-stock'), qr/job done/, 'the job looks';
	is_deeply rows($ana->get("$base/lots?show=expired")), ['B-1'], 'now one has';
	is_deeply rows($ana->get("$base/lots?show=apart")), ['B-1'], 'and is set apart';
	my $page = $ana->get("$base/lots/" . lot('B-1'));
	like $page->text, qr/Set apart\s+4 · Expired/, 'its page says why';
	my $bad = $ana->form("$base/lots/" . lot('B-1'), { pieces => 5, scrap_reason => 'over' }, field => 'scrap_reason');
	like $bad->html, qr/id="w-pieces">Fewer pieces/, 'no more is thrown away than is there';
	is $ana->form("$base/lots/" . lot('B-1'), { scrap_reason => 'over' }, field => 'scrap_reason')->status, 303, 'all of it is';
	is one('SELECT on_hand + apart FROM inventory.lot WHERE lot_id = ?', lot('B-1')), 0, 'none is left';
};

subtest 'INV-04 a lot leaves, and is called back' => sub {
	my $o = paid(pieces => 2, total => 2000);
	my $page = $ana->form('/admin/orders', { order => $o->{id}, warehouse => $w1 }, field => 'warehouse');
	my $wave = one('SELECT wave_id FROM shipping.pick WHERE order_id = ?', $o->{id});
	like $ana->get("/admin/orders/picks/$wave")->text, qr/Lot A-1 × 2/, 'the pick list says which lot';
	one('SELECT outcome FROM shipping.pick(?, NULL, ?, ?, 2)', $tenant, $wave, 'PLAIN');
	my ($k) = $shop->dbh->selectrow_array('SELECT parcel_id FROM shipping.pack(?, NULL, ?, ?, ?, 2)', undef, $tenant, $wave, $o->{id}, 'PLAIN');
	one('SELECT shipping.close_parcel(?, NULL, ?, 500)', $tenant, $k);
	is one('SELECT shipping.send(?, NULL, ?, ?, ?, ?)', $tenant, $k, 'Post', 'T', ''), 'ok', 'it is sent';
	my $url = "$base/lots/" . lot('A-1');
	like $ana->get($url)->html, qr{<th scope="row">$o->{number}</th>.*?<td class="num">2</td><td class="num">0</td>}s, 'the lot knows the order';
	like $ana->form($url, { quantity => -99, code => 'lost' }, field => 'quantity')->html, qr/id="w-quantity">The lot has fewer/, 'no more is lost than is there';
	is $ana->form($url, { quantity => -1, code => 'damaged', words => 'wet' }, field => 'quantity')->status, 303, 'one is';
	is $ana->form($url, { block_reason => '' }, field => 'block_reason')->status, 422, 'a block wants a reason';
	is $ana->form($url, { block_reason => 'the glue' }, field => 'block_reason')->status, 303, 'it is blocked';
	like $ana->get($url)->text, qr/Set apart\s+3 · the glue/, 'what is left is set apart';
	my $csv = $ana->form($url, { recall_reason => 'the glue' }, field => 'recall_reason');
	is $csv->status, 200, 'the recall list';
	like $csv->header('content-type'), qr{^text/csv}, 'is a file';
	like $csv->body, qr/^$o->{number},one,[^,]+,2,0,B,b\d+\@example\.test\r?$/m, 'with the buyer';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'lot.recall' AND reason = 'the glue'}), 1, 'who took it is in the log';
	is $ana->form($url, { block_reason => 'it was another glue' }, field => 'block_reason')->status, 303, 'it is released';
	is one('SELECT on_hand FROM inventory.lot WHERE lot_id = ?', lot('A-1')), 3, 'and on hand';
};

subtest 'INV-12 inspection' => sub {
	like $ana->get("$base/inspections")->text, qr/Nothing waits/, 'nothing waits';
	is $ana->form("$base/suppliers/$supplier", { inspect => 1 }, field => 'note')->status, 303, 'what comes from this supplier is inspected';
	my $before = one('SELECT on_hand FROM inventory.stock WHERE variant_id = ?', $few);
	is $ana->form("$base/purchases/$buy/receive", { pieces => ['9', ''] }, field => 'receipt')->status, 303, 'nine come';
	is one('SELECT on_hand FROM inventory.stock WHERE variant_id = ?', $few), $before, 'nobody can buy them';
	is_deeply rows($ana->get("$base/inspections")), ['FEW'], 'they wait';
	my $url = "$base/inspections/" . one('SELECT inspection_id FROM inventory.inspection');
	my $bad = $ana->form($url, { verdict => 'scrap', pieces => 2, words => '' }, field => 'verdict');
	like $bad->html, qr/id="w-words">/, 'what is bad wants a reason';
	like $bad->html, qr/<option value="scrap" selected>/, 'and nothing is lost';
	like $ana->form($url, { pieces => 10 }, field => 'verdict')->html, qr/id="w-pieces">Fewer/, 'ten of nine';
	is $ana->form($url, { verdict => 'back', pieces => 2, words => 'torn' }, field => 'verdict')->status, 303, 'two go back';
	is $ana->form($url, { verdict => 'pass' }, field => 'verdict')->status, 303, 'the others are good';
	like $ana->get($url)->text, qr/All of it is decided/, 'it is over';
	is one('SELECT on_hand FROM inventory.stock WHERE variant_id = ?', $few), $before + 7, 'seven are on hand';
};

subtest 'CAT-12 made to order' => sub {
	my $o = paid(sku => 'EURO', pieces => 2, total => 16000);
	one('SELECT inventory.release_order(?, ?)', $tenant, $o->{id});
	$shop->change(q{UPDATE sales.order_line SET made_to_order = true, variant_id = ?, sku = 'MADE' WHERE order_id = ?}, $made, $o->{id});
	like $ana->get("$base/production")->text, qr/Nothing is to be made/, 'nothing is to be made';
	like $shop->stack->run_job('tend-stock'), qr/job done/, 'the job gathers';
	is_deeply rows($ana->get("$base/production")), ['MO-1'], 'a production order';
	my $url = "$base/production/" . one('SELECT production_id FROM inventory.production');
	my $page = $ana->get($url);
	like $page->html, qr{<a href="[^"]*/admin/orders/$o->{id}">$o->{number}</a>}, 'with the order that waits';
	unlike $page->html, qr/name="made"/, 'it cannot be finished yet';
	is $ana->form($url, {}, action => $ana->path("$url/start"))->status, 303, 'work begins';
	is one('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $o->{id}), 'in_production', 'the order is in production';
	like $ana->form($url, { made => 1, warehouse => $w1 }, field => 'made')->html, qr/id="w-why">Another number/, 'another number wants a reason';
	is $ana->form($url, { warehouse => $w1 }, field => 'made')->status, 303, 'it is finished';
	is one('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $o->{id}), 'ready', 'the order is ready';
	is_deeply rows($ana->get("$base/production?state=finished")), ['MO-1'], 'it is among what is finished';
	is $ana->form('/admin/orders', { order => $o->{id}, warehouse => $w1 }, field => 'warehouse')->status, 303, 'its order is picked';
};

subtest 'rights' => sub {
	my $bob = Staff->new($shop, $f, 'acme', may => ['inventory.view'], name => 'Bob');
	my $page = $bob->get("$base/lots/" . lot('A-1'));
	is $page->status, 200, 'who looks sees the lot';
	unlike $page->html, qr/name="(?:block_reason|recall_reason|quantity)"/, 'and nothing to change or to take away';
	is $bob->get("$base/$_")->status, 403, "not $_" for qw(inspections production);
	my $eve = Staff->new($shop, $f, 'bahari', may => [qw(inventory.view inventory.inspect inventory.produce)], name => 'Eve');
	is $eve->get("$base/lots/" . lot('A-1'))->status, 404, 'another merchant has no such lot';
	is $eve->get("$base/production/" . one('SELECT production_id FROM inventory.production LIMIT 1'))->status, 404, 'nor production order';
	is $eve->get("$base/inspections/" . one('SELECT inspection_id FROM inventory.inspection LIMIT 1'))->status, 404, 'nor inspection';
};
done_testing;
