# Promise: a cart holds what the shopper put in, at the shop's prices and never more than can
# be had; what cannot be is said kindly, and nobody else's cart is ever reached.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};

sub lines { return $shop->value('SELECT count(*) FROM sales.cart_line') }

# A visitor of a store with things in the cart: buyer('one', PLAIN => 2).
sub buyer
{
	my ($host, %what) = @_;
	my $b = $shop->visitor($host);
	for my $sku (sort keys %what) {
		is $b->post('/cart/items', { variant => $v->{$sku}, quantity => $what{$sku} })->status, 303, "$sku is added";
	}
	return $b;
}

subtest 'CHK-01 CHK-02 an anonymous cart' => sub {
	my $b = $shop->visitor('one');
	my $page = $b->get('/en/cart');
	is $page->status, 200, 'an empty cart is a page';
	like $page->text, qr/Your cart is empty/, 'that says so';
	is_deeply $b->{cookies}, {}, 'looking makes no cart';
	my $answer = $b->post('/en/cart/items', { variant => $v->{PLAIN}, quantity => 2 });
	is $answer->status . ' ' . $answer->header('location'), '303 /en/cart', 'adding leads to the cart';
	like join(' ', $answer->headers('set-cookie')), qr/cart=[\w-]{43};.*HttpOnly.*SameSite=Lax/, 'its token is a cookie';
	$page = $b->follow($answer);
	like $page->text, qr/Added to your cart/, 'a word about it';
	like $page->text, qr/Product PLAIN en .* €10\.00 each .* €20\.00/, 'line with unit price and amount';
	like $page->text, qr/Total €20\.00 including IVA \(21 %\) €3\.47/, 'total with the tax in it';
	$b->post('/en/cart/items', { variant => $v->{PLAIN}, quantity => 1 });
	like $b->get('/en/cart')->text, qr/Total €30\.00/, 'the same again is one line of three';
	is scalar(() = $b->get('/en/cart')->html =~ /id="line-/g), 1, 'one line';
	my $token = $b->{cookies}{cart};
	is $shop->value('SELECT count(*) FROM sales.cart_token WHERE token_sha256 = sha256(?::text::bytea)', $token), 1,
		'the database holds the hash of the token';
	like $b->get('/cart')->text, qr/Product PLAIN es .* 30,00 €/, 'in the language of the path';
};

subtest 'tiers, and a currency without a price' => sub {
	my $b = buyer('one', TIERS => 10, EURO => 1);
	like $b->get('/en/cart')->text, qr/€3\.00 each €30\.00/, 'the tier of ten';
	like $b->get('/en/cart')->text, qr/Total €37\.00/, 'sum in euro';
	my $page = $b->get('/en-usd/cart');
	like $page->text, qr/Not sold in USD/, 'a line without price in dollars is said so';
	unlike $page->html, qr{action="/en-usd/checkout"}, 'and does not go to checkout';
};

subtest 'CHK-01 live stock' => sub {
	my $b = $shop->visitor('one');
	my $before = lines();
	for my $case (['FEW', 4, qr/only so many left: 3/], ['OUT', 1, qr/just been sold out/], ['FEW', 10000, qr/left: 3/]) {
		my ($sku, $n, $says) = @$case;
		my $page = $b->post('/en/cart/items', { variant => $v->{$sku}, quantity => $n });
		is $page->status, 422, "$n of $sku";
		like $page->text, $says, 'a kind sentence';
	}
	is lines(), $before, 'nothing was kept';
	is $b->{cookies}{cart}, undef, 'and no cart made';
	$b = buyer('one', FEW => 3, MADE => 50);
	like $b->get('/en/cart')->text, qr/Few left: 3/, 'few are said';
	like $b->get('/en/cart')->text, qr/Made to order, working days until it leaves us: 5/, 'made to order needs no stock';
	is $b->post('/en/cart/items', { variant => $v->{FEW} })->status, 422, 'a fourth cannot be added';
	$f->stock($f->{tenant}{acme}, 'FEW', 'W1', 2);
	like $b->get('/en/cart')->text, qr/fewer than you want: 2/, 'T2 stock fell since';
	unlike $b->get('/en/cart')->html, qr{action="/en/checkout"}, 'no checkout like this';
	my $page = $b->get('/en/cart');
	is $b->submit($page, action => '/en/cart/lines/quantity', { quantity => 2, line => $v->{FEW} })->status, 303, 'fewer';
	like $b->get('/en/cart')->html, qr{action="/en/checkout"}, 'then checkout again';
	$f->stock($f->{tenant}{acme}, 'FEW', 'W1', 3);
};

subtest 'T3 T4 quantities that are none' => sub {
	my $b = buyer('one', PLAIN => 1);
	my $page = $b->get('/en/cart');
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	for my $bad (-1, 0, '0.5', '1e3', 2**31, '9223372036854775808', '12abc', 'NaN', 'true', '1' x 400, ' ', '+1', '0x1', '١') {
		my $got = $b->post('/en/cart/items', { variant => $v->{PLAIN}, quantity => $bad })->status;
		ok $bad eq ' ' ? $got == 303 : $got == 422, "quantity '" . substr($bad, 0, 20) =~ s/[^ -~]/?/gr . "' is $got";
	}
	for my $bad (-1, '0.5', 10001, 'x') {
		is $b->post('/en/cart/lines/quantity', { csrf => $csrf, line => $v->{PLAIN}, quantity => $bad })->status, 422, "set to $bad";
	}
	is $shop->value('SELECT sum(quantity) FROM sales.cart_line WHERE variant_id = ? AND cart_id = (SELECT cart_id FROM
		sales.cart_token WHERE token_sha256 = sha256(?::text::bytea))', $v->{PLAIN}, $b->{cookies}{cart}), 2, 'only the empty one counted as 1';
	is $b->post('/en/cart/lines/quantity', { csrf => $csrf, line => $v->{PLAIN}, quantity => 0 })->status, 303, '0 takes it out';
	like $b->get('/en/cart')->text, qr/Your cart is empty/, 'empty';
};

subtest 'T1 T29 fields that are not asked' => sub {
	my $b = $shop->visitor('one');
	for my $field (qw(price total tax discount currency tenant_id cart_id is_admin role)) {
		is $b->post('/en/cart/items', { variant => $v->{PLAIN}, $field => 1 })->status, 400, "$field is refused";
	}
	is $b->{cookies}{cart}, undef, 'nothing was made';
};

subtest 'CAT-10 accessories of what is in the cart' => sub {
	my @t = (tenant_id => $f->{tenant}{acme});
	my $goes = sub { my ($of, $with, $n, $kind) = @_; $f->add('catalog.related', @t, product_id => $f->{product}{$of}, related_id => $f->{product}{$with}, position => $n, kind => $kind // 'accessory') };
	$goes->(PLAIN => 'MADE', 2);
	$goes->(PLAIN => 'FEW', 1);
	$goes->(PLAIN => 'OUT', 0);
	$goes->(PLAIN => 'EURO', 0, 'alternative');
	$goes->(TIERS => 'MADE', 5);
	my $shown = sub { my ($b) = @_; my ($list) = $b->get('/en/cart')->html =~ m{<h2>Goes with what is in your cart</h2>(.*)}s; return join ' ', ($list // '') =~ m{<h3><a href="/en/p/([\w-]+)"}g };
	my $b = buyer('one', EURO => 1);
	is $shown->($b), '', 'nothing goes with it';
	$b = buyer('one', PLAIN => 2);
	is $shown->($b), 'few made', 'those that can be had, in the merchant\'s order, and no other kind';
	is $b->post('/cart/items', { variant => $v->{TIERS}, quantity => 1 })->status, 303, 'another is added';
	is $shown->($b), 'made few', 'first what goes with most';
	is $b->post('/cart/items', { variant => $v->{MADE}, quantity => 1 })->status, 303, 'one of them is taken';
	is $shown->($b), 'few', 'and is offered no more';
	unlike $shop->visitor('one')->get('/en/cart')->html, qr/Goes with what/, 'an empty cart has none';
	$shop->dbh->do('DELETE FROM catalog.related');
};

subtest 'T27 another tenant, and T26 another cart' => sub {
	my $b = buyer('one', PLAIN => 1);
	my $before = lines();
	is $b->post('/en/cart/items', { variant => $v->{SANDAL} })->status, 422, 'a variant of another tenant is not sold here';
	my $stranger = $shop->visitor('one');
	my $page = $b->get('/en/cart');
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	is $stranger->post('/en/cart/lines/remove', { csrf => $csrf, line => $v->{PLAIN} })->status, 403, 'a token of another cart';
	is lines(), $before, 'nothing changed';
	my $there = $shop->visitor('three');
	$there->{cookies}{cart} = $b->{cookies}{cart};
	unlike $there->get('/cart')->text, qr/PLAIN/, 'the cookie opens nothing at another tenant';
	is $there->post('/cart/items', { variant => $v->{SANDAL} })->status, 303, 'there a new cart';
	isnt $there->{cookies}{cart}, $b->{cookies}{cart}, 'under a token of its own';
	my $other = $shop->visitor('two');
	$other->{cookies}{cart} = $b->{cookies}{cart};
	unlike $other->get('/cart')->text, qr/PLAIN/, 'nor at another store of the same tenant';
};

subtest 'session fixation: a made-up token is not adopted' => sub {
	my $b = $shop->visitor('one');
	$b->{cookies}{cart} = 'A' x 43;
	$b->post('/en/cart/items', { variant => $v->{PLAIN} });
	isnt $b->{cookies}{cart}, 'A' x 43, 'a new token';
};

subtest 'T34 another site' => sub {
	my $b = $shop->visitor('one');
	for my $h ({ 'Sec-Fetch-Site' => 'cross-site' }, { 'Sec-Fetch-Site' => undef, Origin => 'http://evil.test' },
		{ 'Sec-Fetch-Site' => undef, Origin => undef }, { 'Sec-Fetch-Site' => 'same-site' }) {
		is $b->post('/en/cart/items', { variant => $v->{PLAIN} }, headers => $h)->status, 403, 'add to cart is refused';
	}
	is $b->get('/en/cart/items')->status, 405, 'GET changes nothing';
	$b = buyer('one', PLAIN => 1);
	for my $path (qw(lines/quantity lines/remove coupon coupon/remove note)) {
		is $b->post("/en/cart/$path", {})->status, 403, "$path without the page's token";
	}
};

subtest 'CHK-09 MKT-01 MKT-02 MKT-03 coupons' => sub {
	my $b = buyer('one', FEW => 1);
	my $apply = sub { return $b->submit($b->get('/en/cart'), action => '/en/cart/coupon', { coupon => $_[0] }) };
	my %refused = (NOSUCH => qr/do not know this code/, OLD => qr/no longer valid/, SOON => qr/not valid yet/);
	for my $code (sort keys %refused) {
		my $page = $apply->($code);
		is $page->status, 422, "$code is refused";
		like $page->text, $refused{$code}, 'with its reason';
	}
	is $apply->('tenpercent')->status, 303, 'T75 any case';
	like $b->get('/en/cart')->text, qr/Discount \(TENPERCENT\) −€2\.50 .* Total €22\.50/, '10 % off';
	is $apply->('FIVEOFF')->status, 303, 'another replaces it';
	like $b->get('/en/cart')->text, qr/Discount \(FIVEOFF\) −€5\.00 .* Total €20\.00/, 'fixed';
	is $b->submit($b->get('/en/cart'), action => '/en/cart/coupon/remove')->status, 303, 'and off';
	like $b->get('/en/cart')->text, qr/Total €25\.00/, 'the full price again';
	my $c = buyer('one', PLAIN => 1);
	$c->submit($c->get('/en/cart'), action => '/en/cart/coupon', { coupon => 'FIVEOFF' });
	like $c->get('/en/cart')->text, qr/Total €10\.00 .* add products for €10\.00 more/, 'a minimum that is not reached says what is missing';
	$c->submit($c->get('/en/cart'), action => '/en/cart/coupon', { coupon => 'NOTPLAIN' });
	like $c->get('/en/cart')->text, qr/NOTPLAIN is not for these products/, 'excluded products';
	for my $bad ("TEN\x{202e}PERCENT", "TEN\x{0420}ERCENT", 'x' x 300) {
		is $c->submit($c->get('/en/cart'), action => '/en/cart/coupon', { coupon => $bad })->status, 422, 'T75 homoglyphs are no code';
	}
	my $guess = buyer('one', PLAIN => 1);
	my $page = $guess->get('/en/cart');
	$guess->submit($page, action => '/en/cart/coupon', { coupon => "GUESS$_" }) for 1 .. 20;
	like $guess->submit($page, action => '/en/cart/coupon', { coupon => 'TENPERCENT' })->text, qr/Too many codes/, 'guessing ends';
};

subtest 'CHK-05 CHK-10 a note, and a mailed link' => sub {
	my $b = buyer('one', PLAIN => 1);
	is $b->submit($b->get('/en/cart'), action => '/en/cart/note', { note => "Ring twice <b>\r\nñ" })->status, 303, 'a note';
	like $b->get('/en/cart')->html, qr/Ring twice &lt;b&gt;\nñ/, 'is kept and escaped';
	my $later = $shop->visitor('one');
	my $before = $shop->value('SELECT count(*) FROM sales.cart_token');
	my $answer = $later->get("/en/cart/restore/$b->{cookies}{cart}");
	is $answer->status . ' ' . $answer->header('location'), '302 /en/cart', 'a link leads to the cart';
	is $answer->header('referrer-policy'), 'no-referrer', 'T55 and tells nobody its address';
	like $later->follow($answer)->text, qr/Product PLAIN/, 'with everything in it';
	is $shop->value('SELECT count(*) FROM sales.cart_token'), $before, 'GET wrote nothing';
	is $later->get('/en/cart/restore/' . 'x' x 42)->status, 404, 'a link that is none';
	is $later->get('/en/cart/restore/' . 'B' x 43)->status, 302, 'T26 a guess looks like an old link';
};

subtest 'T51 T56 headers stay whole' => sub {
	my $b = $shop->visitor('one');
	for my $evil ("%0d%0aSet-Cookie:x=1", 'a%00b', '%2f%2fevil.test') {
		my $page = $b->get("/en/cart/restore/$evil");
		like $page->status, qr/^40[04]$/, "restore/$evil";
		unlike $page->{answer}, qr/^Set-Cookie:\s*x=1/mi, 'no header of theirs';
	}
	my $page = $b->get('/en/cart');
	is $page->header('cache-control'), 'no-store', 'a cart is not cached';
	like $page->html, qr/<meta name="robots" content="noindex">/, 'nor found';
};

subtest 'T5 the cart of most lines' => sub {
	my $b = $shop->visitor('one');
	my $t = $f->{tenant}{acme};
	$f->in_bulk(sub { $f->variant($t, "BULK$_", price => { EUR => 1_000_000_000 }, row => { track_stock => 'false' }, stores => ['one'], locales => ['en'])
		for 1 .. 201 });
	is $b->post("/en/cart/items", { variant => $v->{BULK1}, quantity => 10000 })->status, 303, "a line of 10 000";
	my ($cart) = $shop->value('SELECT cart_id FROM sales.cart_token WHERE token_sha256 = sha256(?::text::bytea)', $b->{cookies}{cart});
	$shop->change('INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity) SELECT tenant_id, ?, variant_id, 10000
		FROM catalog.variant WHERE sku LIKE \'BULK%\' AND sku NOT IN (\'BULK1\', \'BULK201\')', $cart);
	my $page = $b->get('/en/cart');
	like $page->text, qr/Total €20,000,000,000,000\.00/, '200 lines of 10 000 at ten million each are reckoned exactly';
	like $b->post('/en/cart/items', { variant => $v->{BULK201} })->text, qr/200 different products at most/, 'line 201 is declined';
	like $b->post('/en/cart/items', { variant => $v->{BULK1} })->text, qr/ask us for an offer/, 'and piece 10 001';
	# The largest price that the schema takes.
	my $rich = $shop->visitor('one');
	$f->variant($t, 'MOST', price => { EUR => 1_000_000_000_000 }, row => { track_stock => 'false' }, stores => ['one'], locales => ['en']);
	ok !eval { $f->variant($t, 'MORE', price => { EUR => 1_000_000_000_001 }, stores => ['one'], locales => ['en']); 1 }, 'a price above the largest';
	$rich->post('/en/cart/items', { variant => $v->{MOST}, quantity => 1 });
	like $rich->get('/en/cart')->text, qr/Total €10,000,000,000\.00/, 'the largest price is reckoned';
	$rich->post('/en/cart/items', { variant => $v->{MOST}, quantity => 9999 });
	$page = $rich->get('/en/cart');
	is $page->status, 200, 'a sum past all bounds is a page';
	like $page->text, qr/worth more than one order can be/, 'that says so';
	unlike $page->html, qr{action="/en/checkout"}, 'and does not lead on';
	is $rich->post('/en/checkout', { csrf => ($page->html =~ /name="csrf" value="([^"]+)"/)[0] })->header('location') // '', '', 'by no other way';
};

done_testing;
