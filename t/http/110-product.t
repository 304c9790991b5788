#!/usr/bin/perl
# Promise: a product page offers exactly what can be bought, at the price and stock of now.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use JSON::PP;
use Shelf;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
my $dbh = $shop->dbh;
my @t = (tenant_id => $f->{tenant}{acme});
my @p = (@t, product_id => $f->{product}{'BT-10'});
my $v = $shop->visitor('one');

$dbh->do(q{UPDATE catalog.product_text SET summary = 'Warm & dry', description = E'Made **well** <script>alert(1)</script>'
	WHERE slug = 'boot-10'});
my ($picture, $sheet) = (Fixture::id(), Fixture::id());
$f->add('catalog.media', @t, media_id => $picture, name => 'ab/' . '1' x 30, mime => 'image/png', bytes => 1, width => 960, height => 960);
$f->add('catalog.media', @t, media_id => $sheet, name => 'cd/' . '2' x 30 . '.pdf', mime => 'application/pdf', bytes => 2048);
$f->add('catalog.product_media', @p, media_id => $picture, position => 0);
$f->add('catalog.product_media', @p, media_id => $sheet, kind => 'document', position => 1);
$f->add('catalog.product_media_text', @p, media_id => $sheet, locale => 'en', label => 'Data sheet');
$f->add('catalog.related', @p, related_id => $f->{product}{'BT-11'});
$f->add('catalog.related', @p, related_id => $f->{product}{OUT}, position => 1);

# Slugs of the cards of a page.
sub tagged { my ($page) = @_; return join ' ', sort $page->body =~ m{<h3><a href="[^"]*/p/([^"]+)"}g }
sub data { my ($page) = @_; return JSON::PP->new->decode($page->html =~ m{application/ld\+json">(.*?)</script>}s ? $1 : '{}') }

subtest 'CAT-01 CAT-02 CAT-06 CAT-07 CAT-10 the page' => sub {
	my $page = $v->get('/en/p/boot-10');
	is $page->status, 200, 'is there';
	like $page->body, qr{<h1>Comfortable boot 10</h1>}, 'name';
	like $page->body, qr{Warm &amp; dry}, 'summary, escaped';
	like $page->body, qr{<strong>well</strong>}, 'description as Markdown';
	unlike $page->body, qr{<script>alert}, 'without markup of its own';
	like $page->html, qr{from</small> €10\.00}, 'a price that varies';
	like $page->body, qr{Colour and size.*<legend>.*Brown</legend>}s, 'a matrix of colours and sizes';
	is scalar(() = $page->body =~ /<input type="radio" name="variant"/g), 2, 'two cells';
	like $page->html, qr{aria-label="Brown, 39".*?€10\.01}s, 'each with its price where prices differ';
	like $page->body, qr{/media/ab/1{30}-960\.webp}, 'picture';
	like $page->body, qr{<a href="/media/cd/2{30}\.pdf"[^>]*>.*Data sheet.*2 kB}s, 'technical sheet';
	like $page->body, qr{<th scope="row">Material</th><td>Leather</td>}, 'details';
	like $page->body, qr{Goes well with it.*boot-11.*/en/p/out}s, 'related products';
	like $page->body, qr{href="/en/c/footwear">Footwear</a>.*href="/en/c/boots">Boots</a>}s, 'the way to it';
	like $page->body, qr{hreflang="es-ES" href="http://one\.localhost/p/bota-10"}, 'in the other language';
};

subtest 'CAT-06 the picture of a colour' => sub {
	my ($brown) = $dbh->selectrow_array('SELECT v.value_id FROM catalog.attribute_value v JOIN catalog.attribute_value_text x USING (tenant_id, value_id)
		WHERE x.label = ? AND x.locale = ? AND v.tenant_id = ?', undef, 'Brown', 'en', $f->{tenant}{acme});
	ok $brown, 'brown is a colour';
	unlike $v->get('/en/p/boot-10')->body, qr{data-picture}, 'no picture shows one';
	$f->add('catalog.media', @t, media_id => my $second = Fixture::id(), name => 'ab/' . '3' x 30, mime => 'image/png', bytes => 1, width => 960, height => 960);
	$f->add('catalog.product_media', @p, media_id => $second, position => 2, value_id => $brown);
	my $body = $v->get('/en/p/boot-10')->body;
	like $body, qr{<a href="#picture-2">Brown</a></legend>.*data-picture="2"><input type="radio" name="variant"}s, 'the colour leads to its picture, and each of its sizes knows it';
	like $body, qr{id="picture-2"><img src="/media/ab/3{30}-960}, 'which is that one';
	$dbh->do('DELETE FROM catalog.product_media WHERE media_id = ?', undef, $second);
};

subtest 'schema.org' => sub {
	my $d = data($v->get('/en/p/boot-10'));
	is $d->{'@type'}, 'ProductGroup', 'a group';
	is_deeply [map { "$_->{sku} $_->{offers}{price} $_->{offers}{priceCurrency} $_->{offers}{availability}" } @{ $d->{hasVariant} }],
		['BT-10-38 10 EUR https://schema.org/InStock', 'BT-10-39 10.01 EUR https://schema.org/InStock'], 'with its variants';
	$d = data($v->get('/en/p/made'));
	is "$d->{'@type'} $d->{offers}{price} $d->{offers}{availability}", 'Product 80 https://schema.org/MadeToOrder', 'a single one';
};

subtest 'CAT-11 CAT-12 CAT-13 badges, lead time, tiers' => sub {
	my %badge = (plain => 'In stock', few => 'Only a few left', out => 'Out of stock', made => 'Made to order');
	for my $slug (sort keys %badge) {
		like $v->get("/en/p/$slug")->body, qr{<div class="status">\s*<span class="badge[^>]*>$badge{$slug}<}, "$slug: $badge{$slug}";
	}
	like $v->get('/en/p/made')->text, qr/Leaves us in 5 working days/, 'lead time';
	my $out = $v->get('/en/p/out');
	unlike $out->body, qr{action="/en/cart/items"}, 'what is out cannot be put into the cart';
	like $v->get('/en/p/tiers')->html, qr{<tr><td>10</td><td class="num">€3\.00</td><td class="num">25 %</td></tr>\s*<tr><td>100</td>}, 'tiers';
	$f->stock($f->{tenant}{acme}, 'PLAIN', 'W1', 2);
	ok wait_for(4, sub { $v->get('/en/p/plain')->body =~ /badge few/ || do { Shelf::freshen($shop, $f); 0 } }), 'stock that falls shows';
};

subtest 'CAT-05 T27 tags' => sub {
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{$_}, tag => 'Warm & dry') for qw(BT-10 BT-11 BT-12 SD-01);
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{'BT-13'}, tag => 'warm, dry');
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{'BT-10'}, tag => 'Año', locale => 'es');
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{'BT-10'}, tag => '!!');
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{FEW}, tag => 'rare');
	$f->add('catalog.product_tag', @t, product_id => $f->{product}{EURO}, tag => 'coin');
	my $page = $v->get('/en/p/boot-10');
	is join(' ', $page->body =~ m{<h2>Tags</h2>\s*<ul class="chips">(.*?)</ul>}s ? $1 =~ m{<a class="chip" href="([^"]+)">}g : ()),
		'/en/t/warm-dry', 'link from the product; those of other languages and those without a letter do not';
	like $v->get('/p/bota-10')->html, qr{<a class="chip" href="/t/a%C3%B1o">Año</a>}, 'in their own language they do';
	$page = $v->get('/en/t/warm-dry');
	is $page->status, 200, 'a tag has a page';
	is tagged($page), 'boot-10 boot-11 boot-12 boot-13 sandalia', 'at once with its products; what counts them follows';
	Shelf::freshen($shop, $f);
	$page = $v->get('/en/t/warm-dry');
	like $page->body, qr{<h1>Warm &amp; dry</h1>}, 'with its name, escaped';
	is tagged($page), 'boot-10 boot-11 boot-12 boot-13 sandalia', 'and its products, however they spell it';
	like $page->header('cache-control'), qr/s-maxage=1\b/, 'as cacheable as other lists';
	unlike $page->body, qr{name="robots"}, 'search engines may know it';
	like $page->body, qr{hreflang="es-ES" href="http://one\.localhost/t/warm-dry"}, 'in the other language too';
	is tagged($v->get('/en/t/warm-dry?material=rubber')), 'sandalia', 'filters narrow it';
	is $v->get('/en/t/warm-dry?nosuch=1')->status, 400, 'as they do elsewhere';
	is $v->get('/en/t/warm-dry?after=x')->status, 404, 'and a cursor that is none is none here';
	is tagged($v->get('/t/a%C3%B1o')), 'bota-10', 'a tag of one language';
	like $v->get('/t/a%C3%B1o')->body, qr{name="robots" content="noindex"}, 'with so few products is nothing for search engines';
	is $v->get('/en/t/a%C3%B1o')->status, 404, 'and is not there in the other';
	is $v->get('/en/t/nothing')->status, 404, 'no such tag';
	is $v->get('/en-usd/t/coin')->status, 404, 'nor one whose products are not sold in this currency';
	is $shop->visitor('three')->get('/t/warm-dry')->status, 404, "nor another tenant's";
	is tagged($shop->visitor('two')->get('/t/rare')), 'few', 'the tenant\'s other store shows what it sells';
	is $shop->visitor('two')->get('/t/warm-dry')->status, 404, 'and no more';
};

subtest 'the brand on cards' => sub {
	my $more = qr{<p class="muted small">(?:Norte|Sur)</p>};
	Shelf::freshen($shop, $f);
	my $page = $v->get('/en/c/boots');
	unlike $page->body, $more, 'is left out where all goods are of one';
	$dbh->do(q{UPDATE catalog.product SET brand = 'Sur' WHERE reference = 'BT-02'});
	Shelf::freshen($shop, $f);
	ok wait_for(4, sub { $v->get('/en/c/boots')->body =~ m{Norte</p>.*>Sur</p>}s }), 'stands there when there are more';
	ok wait_for(4, sub { $v->get('/en/search?q=boot')->body =~ $more }), 'in results';
	ok wait_for(4, sub { $v->get("/en/recent?ids=$f->{product}{'BT-02'}")->body =~ $more }), 'among those seen before';
	$dbh->do(q{UPDATE catalog.product SET brand = 'Norte' WHERE reference = 'BT-02'});
	Shelf::freshen($shop, $f);
	ok wait_for(4, sub { $v->get('/en/c/boots')->body !~ $more }), 'and goes again';
};

subtest 'CAT-15 a store\'s own listing' => sub {
	my @two = (@t, store_id => $f->{store}{two}, product_id => $f->{product}{PLAIN});
	$f->add('catalog.store_product_text', @two, locale => 'en', name => 'Our very own', summary => 'Said our way', description => 'By **us**.');
	$dbh->do(q{UPDATE catalog.product_text SET meta_title = 'Shared title', meta_description = 'Shared words' WHERE slug = 'plain'});
	$dbh->do(q{UPDATE catalog.price SET amount = 1234 WHERE store_id = ? AND variant_id = ? AND min_quantity = 1}, undef,
		$f->{store}{two}, $f->{variant}{PLAIN});
	my $own = Fixture::id();
	$f->add('catalog.media', @t, media_id => $own, name => 'ef/' . '3' x 30, mime => 'image/png', bytes => 1, width => 960, height => 960);
	$f->add('catalog.store_product_media', @two, media_id => $own, position => 0);
	$f->add('catalog.product_media', @t, product_id => $f->{product}{PLAIN}, media_id => $picture, position => 0);
	my ($one, $two) = ($v->get('/en/p/plain'), $shop->visitor('two')->get('/p/plain'));
	like $two->body, qr{<h1>Our very own</h1>}, 'its title';
	like $two->body, qr{Said our way.*<p>By <strong>us</strong>\.</p>}s, 'its texts';
	like $two->html, qr{<span class="price">€12\.34}, 'its price';
	is $two->title, 'Our very own · Store two', 'its title for search engines';
	like $two->body, qr{name="description" content="Said our way"}, 'and description';
	is join(' ', $two->body =~ m{<figure[^>]*><img src="/media/(..)}g), 'ef', 'its picture alone';
	is join(' ', $one->body =~ m{<figure[^>]*><img src="/media/(..)}g), 'ab', 'the other store that of the product';
	like $one->body, qr{<h1>Product PLAIN en</h1>}, 'the other store keeps its own';
	is $one->title, 'Shared title · Store one', 'also for search engines';
	like $one->html, qr{<span class="price">€10\.00}, 'at its own price';
	like $shop->visitor('two')->get('/search?q=very+own')->text, qr/Our very own .*12\.34/, 'found by it';
	like $v->get('/en/search?q=very+own&exact=1')->text, qr/We found no product/, 'only there';
	my $b = $shop->visitor('two');
	$b->post('/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 });
	like $b->get('/cart')->text, qr/Our very own/, 'in the cart too';
	like $b->get('/cart')->body, qr{/media/ef/3}, 'with its picture';
	$dbh->do(q{DELETE FROM catalog.product_text WHERE product_id = ? AND locale = 'en'}, undef, $f->{product}{PLAIN});
	is $shop->visitor('two')->get('/p/plain')->status, 200, 'a product without a text in the store\'s language lives by the store\'s own';
	like $b->get('/cart')->text, qr/Our very own/, 'in the cart likewise';
	like $v->get('/en/p/plain')->body, qr{<h1>Product PLAIN es</h1>}, 'where the first store falls back to its own language';
	my $c = $shop->visitor('one');
	$c->post('/en/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 });
	like $c->get('/en/cart')->text, qr/Product PLAIN es/, 'as its cart does';
	$dbh->do(q{DELETE FROM catalog.store_product_text WHERE product_id = ?}, undef, $f->{product}{PLAIN});
	is $shop->visitor('two')->get('/p/plain')->status, 404, 'without any name it is not shown';
	$f->add('catalog.product_text', @t, product_id => $f->{product}{PLAIN}, locale => 'en', slug => 'plain', name => 'Product PLAIN en');
};

subtest 'what is not there' => sub {
	is $v->get('/en/p/nothing')->status, 404, 'no such product';
	is $shop->visitor('three')->get('/p/plain')->status, 404, 'another tenant\'s';
	is $v->get('/en-usd/p/euro')->status, 404, 'not sold in this currency';
	is $v->get('/en-usd/p/plain')->status, 200, 'sold in it';
	is $v->get('/en/p/boot-10?color=black')->status, 400, 'no parameters';
	is $v->get('/en/p/bota-11')->status . ' ' . $v->get('/en/p/bota-11')->header('location'), '301 /en/p/boot-11',
		'a slug of the other language leads to that of this one';
	is $v->get('/p/boot-11')->header('location'), '/p/bota-11', 'and back';
	is $shop->visitor('two')->get('/p/bota-11')->status, 404, 'but to no product that this store does not show';
	$dbh->do(q{UPDATE catalog.product_text SET slug = 'warm-boot-10' WHERE slug = 'boot-10'});
	is $v->get('/en/p/boot-10')->header('location'), '/en/p/warm-boot-10', 'a slug of before moves';
	$dbh->do(q{UPDATE catalog.product SET status = 'archived' WHERE reference = 'BT-12'});
	is $v->get('/en/p/boot-12')->status, 404, 'an archived product';
};

subtest 'SF-10 recently viewed' => sub {
	my $page = $v->get("/en/recent?ids=$f->{product}{PLAIN},$f->{product}{FEW},x,$f->{product}{SANDAL}");
	is join(' ', $page->body =~ m{/en/p/([\w-]+)"}g), 'plain few', 'what the browser remembers, in its order; nobody else\'s goods';
	unlike $page->body, qr{<html}, 'a piece of a page';
	is $v->get('/en/recent')->body =~ /card/ ? 1 : 0, 0, 'nothing without ids and cart';
	my $b = $shop->visitor('one');
	$b->post('/en/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 });
	$b->get("/en/p/$_") for qw(few made);
	ok wait_for(8, sub { join(' ', $b->get('/en/recent')->body =~ m{/en/p/([\w-]+)"}g) eq 'made few' }), 'with a cart the shop remembers';
	is $shop->value('SELECT count(*) FROM analytics.view'), 2, 'two looks, none of the visitor without a cart';
};

done_testing;
