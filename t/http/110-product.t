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

subtest 'what is not there' => sub {
	is $v->get('/en/p/nothing')->status, 404, 'no such product';
	is $shop->visitor('three')->get('/p/plain')->status, 404, 'another tenant\'s';
	is $v->get('/en-usd/p/euro')->status, 404, 'not sold in this currency';
	is $v->get('/en-usd/p/plain')->status, 200, 'sold in it';
	is $v->get('/en/p/boot-10?color=black')->status, 400, 'no parameters';
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
