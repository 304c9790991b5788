# Promise: who has the link that staff made sees a product before the store shows it, and can do nothing else with
# it; the link is shown once, ends with its time, with a new one and by hand, and opens nothing anywhere else.
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
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
my $t = $f->{tenant}{acme};
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], stores => ['one'], name => 'Ana Ruiz');
sub one { my ($sql, @args) = @_; $shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return ($shop->dbh->selectrow_array($sql, undef, @args))[0] }
one('SELECT 1');
$f->variant($t, 'SOON1', price => { EUR => 4500 }, stock => { W1 => 7 }, product => { status => 'draft' });
my $product = $f->{product}{SOON1};
my $path = "/admin/catalog/$product/preview";
# The token of a link that is made now.
sub make { my $page = $ana->visitor->submit($ana->get($path), action => "/en$path"); return $page->html =~ m{value="https?://one\.localhost[^"]*/p/preview/([\w-]{43})"} ? $1 : '' }
sub look { my ($token, $host, $prefix) = @_; return $shop->visitor($host // 'one')->get(($prefix // '/en') . "/p/preview/$token") }

my $first;
subtest 'the link' => sub {
	is $shop->visitor('one')->get('/en/p/soon1')->status, 404, 'the shop has no such page';
	like $ana->get("/admin/catalog/$product")->html, qr{href="/en$path"}, 'the product leads to the page of links';
	unlike $ana->get($path)->text, qr/counts until/, 'none counts';
	$first = make();
	ok $first, 'one is made, and shown';
	like $ana->get($path)->text, qr/counts until/, 'later only that it counts';
	unlike $ana->get($path)->html, qr/$first/, 'and not what it is';
	is one("SELECT count(*) FROM catalog.preview WHERE token_sha256 = sha256(convert_to(?, 'UTF8'))", $first), 1, 'its hash alone is kept';
	is one("SELECT count(*) FROM audit.entry WHERE action = 'product.preview'"), 1, 'who made it is in the log';
	my $eye = Staff->new($shop, $f, 'acme', may => ['catalog.view'], stores => ['one']);
	unlike $eye->get($path)->html, qr{action="[^"]*/preview"}, 'who may only look makes none';
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	is $siti->get($path)->status, 404, 'T26 to another merchant the product does not exist';
};

subtest 'what it shows' => sub {
	my $page = look($first);
	is $page->status, 200, 'the page';
	like $page->text, qr/Preview : this product is not in the shop yet.*Product SOON1 en.*€45\.00/s, 'with a banner, name and price';
	like look($first, 'one', '')->text, qr/Product SOON1 es/, 'in the language of its address';
	unlike $page->html, qr{action="[^"]*/cart/items"|application/ld\+json|data-product=}, 'nothing to buy, to index or to remember';
	like $page->header('x-robots-tag'), qr/noindex/, 'not for search engines';
	like $page->header('cache-control'), qr/no-store/, 'kept by nobody';
	is $page->header('referrer-policy'), 'no-referrer', 'and told to no other site';
	is $shop->visitor('one')->post('/en/cart/items', { variant => $f->{variant}{SOON1}, quantity => 1 })->status, 422, 'by hand it cannot be bought either';
	is look('A' x 43)->status, 404, 'a guess';
	is look($first . 'x')->status, 404, 'too long';
	is look($first, 'two', '')->status, 404, 'T26 another store of the merchant';
	is look($first, 'three', '')->status, 404, 'T26 a store of another merchant';
};

subtest 'when it ends' => sub {
	my $second = make();
	is look($first)->status, 404, 'a new one ends the last';
	is look($second)->status, 200, 'and counts itself';
	$shop->change("UPDATE catalog.preview SET expires_at = now() - interval '1 second'");
	is look($second)->status, 404, 'its time is over';
	my $third = make();
	is $ana->visitor->submit($ana->get($path), action => "/en$path/end")->status, 303, 'ended by hand';
	is look($third)->status, 404, 'it opens nothing';
	my $fourth = make();
	one('SELECT 1');
	$shop->change(q{UPDATE catalog.product SET status = 'active' WHERE product_id = ?}, $product);
	is look($fourth)->header('location'), '/en/p/soon1', 'once the shop shows it, the link leads there';
	unlike $ana->get($path)->html, qr{action="[^"]*/preview"}, 'and no other is offered';
};

done_testing;
