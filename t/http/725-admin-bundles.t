# Promise: staff put a bundle together by SKU and lose nothing they typed when a row is wrong; the shop tells
# what is in it, sells as many as its parts allow, and order, mail and the desk show the parts below it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order admin-login admin-home admin-catalog admin-orders))]);
my $f = Fixture->new($shop->dbh);
my $t = $f->{tenant}{acme};
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit orders.view)], name => 'Ana Ruiz');
$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t);
$f->variant($t, 'KIT', price => { EUR => 2500 });
my ($product, $kit) = ($f->{product}{KIT}, $f->{variant}{KIT});
my $path = "/admin/catalog/$product/parts/$kit";
sub one { my ($sql, @args) = @_; $shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return ($shop->dbh->selectrow_array($sql, undef, @args))[0] }
sub save { my (%form) = @_; return $ana->visitor->submit($ana->get($path), field => 'sku', { %form }) }

# What the job freshen does within a second.
sub freshen { 1 while one('SELECT catalog.freshen(?, 1000)', $t); return }

subtest 'CAT-09 the editor' => sub {
	like $ana->get("/admin/catalog/$product/variants")->html, qr{<a href="[^"]*$path">}, 'the variant leads to it';
	is $ana->get($path)->status, 200, 'is there, with empty rows';
	my $bad = save(sku => ['PLAIN', 'NOBODY', '', ''], pieces => ['2', '1', '', '']);
	is $bad->status, 422, 'a SKU that is not there';
	like $bad->html, qr{id="w-sku_1">}, 'is said at its field';
	like $bad->html, qr{name="sku" value="PLAIN"}, 'and what was typed stays';
	$bad = save(sku => ['PLAIN', '', 'FEW', ''], pieces => ['2', '', 'many', '']);
	like $bad->html, qr{id="w-pieces_2">.*1 .* 100}, 'pieces are whole ones, said beside their row';
	$bad = save(sku => ['PLAIN', 'plain', '', ''], pieces => ['2', '1', '', '']);
	like $bad->html, qr{id="w-sku_1">}, 'the same twice is not two parts';
	$bad = save(sku => ['KIT', '', '', ''], pieces => ['1', '', '', '']);
	like $bad->html, qr{id="w-sku_0">}, 'nor is it a part of itself';
	is one('SELECT count(*) FROM catalog.bundle_part'), 0, 'nothing of it is kept';
	my $good = save(sku => ['PLAIN', '', 'FEW', ''], pieces => ['30', '', '1', '']);
	is $good->status, 303, 'two parts are saved';
	like $ana->get($path)->html, qr{value="PLAIN".*Product PLAIN.*value="30".*value="FEW"}s, 'and shown, the empty row gone';
	is one("SELECT count(*) FROM audit.entry WHERE action = 'product.bundle'"), 1, 'the log has it';
	like $ana->get("/admin/catalog/$product/variants")->text, qr/31 pieces|31 piezas/, 'the list of variants counts them';
	is one(q{SELECT string_agg(x.value, '') FROM tenancy.store s CROSS JOIN LATERAL catalog.export_cells(?, s.store_id, ARRAY['track_stock'], '{}', '{}', false,
		'00000000-0000-0000-0000-000000000000', 1000) x WHERE s.code = 'one' AND x.variant = ?}, $t, $kit), 'yes', 'a file of it does not let another shop sell it without end';
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	is $siti->get($path)->status, 404, 'T26 to another merchant it does not exist';
};

subtest 'CAT-09 the shop' => sub {
	freshen();
	my $page = $shop->visitor('one')->get('/en/p/kit');
	is $page->status, 200, 'the bundle has its page';
	like $page->html, qr{Contains</h2>.*30 × <a href="/en/p/plain">Product PLAIN en</a>.*1 × <a href="/en/p/few">}s, 'which tells what is in it';
	my $buyer = $shop->visitor('one');
	my $full = $buyer->submit($buyer->get('/en/p/kit'), field => 'variant', { variant => $kit, quantity => 4 });
	like $full->text, qr/3/, '100 pieces make three of them, not four';
	is one('SELECT count(*) FROM sales.cart_line'), 0, 'so four are not in the cart';
	is $buyer->submit($buyer->get('/en/p/kit'), field => 'variant', { variant => $kit, quantity => 2 })->status, 303, 'two are';
	like $buyer->get('/en/cart')->text, qr/Product KIT en/, 'and stand there as one line';
	like $buyer->get('/en/cart')->text, qr/In this bundle: 30 × Product PLAIN en; 1 × Product FEW en/, 'with what is in it below';
	$f->stock($t, 'PLAIN', 'W1', 20);
	freshen();
	unlike $shop->visitor('one')->get('/en/p/kit')->html, qr{action="[^"]*/cart/items"}, 'without enough of a part it cannot be ordered';
};

subtest 'CAT-09 the papers of an order' => sub {
	$f->stock($t, 'PLAIN', 'W1', 100);
	my $buyer = Buyer->new($shop->visitor('one'), '/en');
	$buyer->add($kit, 2)->ready(email => 'ana@example.test')->place;
	my ($order) = $shop->dbh->selectrow_array('SELECT order_id FROM sales."order" ORDER BY order_id DESC LIMIT 1');
	my $seen = $shop->visitor('one')->get($buyer->{link} =~ s{^https?://[^/]+}{}r)->html;
	like $seen, qr{<h3>Product KIT en</h3>.*?50\.00.*?In this bundle:.*?60 pieces.*?In this bundle:.*?2 pieces}s, 'the buyer sees what is in it, below its price';
	is_deeply [map { s/ en$//r } $seen =~ m{class="line short part">.*?<h3>([^<]+)</h3>}sg], ['Product PLAIN', 'Product FEW'], 'in the order it was put together';
	my $desk = $ana->get("/admin/orders/$order");
	is $desk->status, 200, 'the desk has it';
	like $desk->html, qr{<th scope="row">KIT</th>.*?<td class="num">2</td>.*?<th scope="row">PLAIN</th><td class="deep-1">.*?<td class="num">60</td>}s, 'with its parts below';
	is one("SELECT string_agg(v.sku || ' ' || h.quantity, ', ' ORDER BY v.sku) FROM inventory.hold h JOIN catalog.variant v USING (tenant_id, variant_id) WHERE h.order_id = ?", $order),
		'FEW 2, PLAIN 60', 'which are held';
};

is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
