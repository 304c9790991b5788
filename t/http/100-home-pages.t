# Promise: the brand's own pages say what the merchant wrote, in the language of the path
# and in no other, and what is not there is said in the shop's own house.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Brand;
use Fixture;
use House ();
use JSON::PP qw(decode_json);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('home')]);
my $f = Fixture->new($shop->dbh);
Brand::dress($f, 'acme', 'one', [qw(es en)], 'acme');
Brand::dress($f, 'bahari', 'three', ['id'], 'bahari');
$shop->change(q{UPDATE catalog.store_product SET featured = true WHERE product_id = ? AND store_id = ?},
	$f->{product}{PLAIN}, $f->{store}{one});
$shop->change(q{UPDATE tenancy.store SET contact_phone = '+34 965 550 142' WHERE store_id = ?}, $f->{store}{one});
my $origin = $shop->value(q{SELECT origin FROM tenancy.host WHERE host = 'one.localhost'});
my $v = $shop->visitor('one');

# Values of an attribute of elements whose tag matches: tags($page, 'link', qr/rel="alternate"/, 'href').
sub tags
{
	my ($page, $element, $which, $name) = @_;
	return map { /\b\Q$name\E="([^"]*)"/ ? $1 : () } grep { $_ =~ $which } $page->html =~ /<$element\b[^>]*>/g;
}

sub alternates
{
	my ($page) = @_;
	my $which = qr/rel="alternate"/;
	my @lang = tags($page, 'link', $which, 'hreflang');
	my @href = tags($page, 'link', $which, 'href');
	return { map { $lang[$_] => $href[$_] } 0 .. $#lang };
}

# The home page once both workers give it a status: eight times in a row.
sub settled
{
	my ($status) = @_;
	my ($row, $page) = (0);
	return House::wait_for(5, sub {
		$page = $v->get("/");
		$row = $page->status == $status ? $row + 1 : 0;
		return $row >= 8 && $page;
	});
}

# No answer of this file may hand a cookie to somebody who sent none.
sub anonymous
{
	my ($path) = @_;
	my $page = $v->get($path);
	is_deeply [$page->headers('set-cookie')], [], "$path sets no cookie";
	return $page;
}

for my $l (qw(es en)) {
	my ($L, $prefix) = (uc $l, $l eq 'es' ? '' : '/en');
	subtest "the home page in $l" => sub {
		my $page = anonymous("$prefix/");
		is $page->status, 200, 'is there';
		my @said = grep { !/point|words/ } $page->text =~ /acme $L (\w+) (?:title|point|words)/g;
		my %seen;
		is_deeply [grep { !$seen{$_}++ } @said], \@Brand::BLOCKS, 'blocks stand in the merchant\'s order';
		is scalar(() = $page->text =~ /acme $L \w+ point [12]/g), 8, 'each point once';
		unlike $page->html, qr/acme (?!$L )[A-Z]{2} /, 'and in no other language';
		like $page->html, qr/body &lt;i&gt;&amp;/, 'marks of HTML in a text are text';
		unlike $page->html, qr/<i>&/, 'never markup';
		is scalar(() = $page->html =~ /<h1\b/g), 1, 'one main heading';
		like $page->html, qr{<h1>acme $L hero title</h1>}, 'that of the hero';
		like $page->html, qr{<section class="hero">.*?href="$prefix/cart">acme $L hero link<}s, 'its button keeps the language';
		like $page->text, qr/Product PLAIN $l .*10/, 'the featured product';
		unlike $page->text, qr/Product FEW/, 'and no other';
		like $page->html, qr{href="$prefix/p/plain"}, 'its link';
		is scalar(() = $page->html =~ m{class="tile" href="$prefix/c/$l-(?:shoes|heels)"}g), 2, 'tiles of the top categories';
		unlike $page->html, qr/secret/, 'nothing of a hidden category';
	};
	subtest "the frame in $l" => sub {
		my $page = $v->get("$prefix/");
		like $page->html, qr/<html lang="$l-(?:ES|GB)" dir="ltr">/, 'its language';
		is_deeply [tags($page, 'link', qr/rel="canonical"/, 'href')], ["$origin$prefix/"], 'canonical';
		is_deeply alternates($page), { 'es-ES' => "$origin/", 'en-GB' => "$origin/en/", 'x-default' => "$origin/" },
			'the other languages';
		is $page->title, 'Store one', 'title';
		is_deeply [tags($page, 'meta', qr/name="description"/, 'content')], ["acme $L hero body &lt;i&gt;&amp;"], 'description';
		my ($json) = $page->html =~ m{<script type="application/ld\+json">(.*?)</script>}s;
		my $ld = eval { decode_json(Encode::encode_utf8($json)) } // [];
		is_deeply [map { $_->{'@type'} } @$ld], [qw(Organization WebSite)], 'structured data';
		is $ld->[1]{url}, "$origin$prefix/", 'with the address of this language';
		my ($foot) = $page->html =~ m{<footer.*?</footer>}sg;
		my ($menu) = $page->html =~ m{<details class="menu">.*?</details>}sg;
		for my $c (qw(shoes heels)) {
			like $menu, qr{href="$prefix/c/$l-$c">acme $L $c<}, "menu: $c";
			like $foot, qr{href="$prefix/c/$l-$c">acme $L $c<}, "footer: $c";
		}
		like $menu, qr{<ul>\s*<li><a href="$prefix/c/$l-boots">}, 'menu: a child below its parent';
		unlike $foot, qr/boots/, 'footer: the top alone';
		like $foot, qr{href="$prefix/page/$l-delivery">acme $L delivery</a>.*href="$prefix/page/$l-terms"}s, 'footer: pages in order';
		like $foot, qr{href="tel:\+34965550142".*\+34 965 550 142}s, 'footer: telephone';
		like $foot, qr{href="mailto:shop\@one\.test"}, 'footer: mail';
		like $foot, qr{href="https://instagram\.com/acme" rel="noopener"}, 'footer: network';
		like $foot, qr/Calle Mayor 1, 03201 Elche/, 'footer: address';
		like $foot, qr/Bank transfer.*Cash on delivery/s, 'footer: ways to pay';
		my ($pick) = $page->html =~ m{<details class="pick">.*?</details>}sg;
		like $pick, qr{<a href="/" lang="es-ES" hreflang="es-ES"[^>]*>español}i, 'language menu: Spanish in Spanish';
		like $pick, qr{<a href="/en/" lang="en-GB" hreflang="en-GB"[^>]*>English}i, 'language menu: English in English';
		is scalar(() = $pick =~ /aria-current="true"/g), 2, 'language menu: where we are';
		like $pick, qr{href="/$l-usd/"|href="/en-usd/"}, 'currency menu';
	};
}

subtest 'another currency' => sub {
	my $page = $v->get('/en-usd/');
	is $page->status, 200, 'has its page';
	like $page->text, qr/Product PLAIN en .*\$12\.00/, 'prices in it';
	like $page->html, qr{href="/en-usd/c/en-shoes"}, 'links keep it';
	is_deeply [sort values %{ alternates($page) }], [sort "$origin/", "$origin/", "$origin/en/"],
		'search engines hear of the default currency';
};

subtest 'a store of one language, on whose page nothing was put yet' => sub {
	$shop->change('DELETE FROM content.block_item WHERE store_id = ?', $f->{store}{three});
	$shop->change('DELETE FROM content.block_text WHERE store_id = ?', $f->{store}{three});
	$shop->change('DELETE FROM content.block WHERE store_id = ?', $f->{store}{three});
	my $page = $shop->visitor('three')->get('/');
	is $page->status, 200, 'is there';
	like $page->html, qr/<html lang="id-ID"/, 'in Indonesian';
	is_deeply [$page->html =~ m{<h1>(.*?)</h1>}g], ['Store three'], 'its heading is the name of the shop';
	like $page->html, qr{<ul class="grid">.*href="/p/}s, 'it shows what it sells';
	is_deeply alternates($page), {}, 'has no alternates';
	unlike $page->html, qr/class="pick"/, 'and no menu of languages';
};

subtest 'pages of text' => sub {
	my $es = anonymous('/page/es-delivery');
	is $es->status, 200, 'in Spanish';
	is $es->title, 'acme ES delivery · Store one', 'title';
	like $es->html, qr{<h1>acme ES delivery</h1>}, 'heading';
	like $es->html, qr{<h2>Top</h2>.*<h3>Below</h3>}s, 'headings of the text stand below it';
	like $es->html, qr{&lt;b&gt;raw&lt;/b&gt; &lt;script&gt;}, 'raw HTML is text';
	unlike $es->html, qr{javascript:|<script>alert}, 'and no script';
	like $es->html, qr{<img src="/a\.png" alt="x src="> :<a href="/onerror=alert\(2\)//">y</a>},
		'nothing gets out of an attribute';
	my ($body) = $es->html =~ m{(<body.*</body>)}s;
	(my $left = $body) =~ s{<(?:\w+(?: [\w:-]+(?:="[^"<>]*")?)*/?|/\w+)>}{ }g;
	unlike $left, qr/[<>]|"=/, 'all marks of HTML are whole tags';
	like $es->html, qr{<a href="/page/x">good</a> <a href="#">bad</a>}, 'links are looked at';
	is_deeply alternates($es), { 'es-ES' => "$origin/page/es-delivery", 'en-GB' => "$origin/en/page/en-delivery",
		'x-default' => "$origin/page/es-delivery" }, 'alternates have their own slugs';
	like $es->html, qr{href="/en/page/en-delivery" lang="en-GB"}, 'the language menu too';
	like $es->text, qr/Inicio acme ES delivery/, 'breadcrumbs';
	is $v->get('/en/page/en-delivery')->status, 200, 'in English';
	is $v->get('/en/page/es-delivery')->header('location'), '/en/page/en-delivery', 'a slug of the other language leads on';
	is $v->get($_)->status, 404, "not $_" for '/page/nothing', '/page/', '/page', '/page/es-delivery/x', '/page/ES-delivery';
	like $v->get('/page/es-delivery%00')->status, qr/^40[04]$/, 'a zero byte is no path';
	is_deeply alternates($v->get('/page/es-legal')), { 'es-ES' => "$origin/page/es-legal", 'x-default' => "$origin/page/es-legal" },
		'a page of one language names no other';
	like $v->get('/page/es-legal')->html, qr{<a href="/en/" lang="en-GB"}, 'its menu leads to the home page';
	is $v->get('/en/page/en-legal')->status, 404, 'and it is not there in the other';
	is $v->get('/page/es-delivery?x=1')->status, 400, 'a parameter is refused';
};

subtest 'colours' => sub {
	my ($theme) = tags($v->get('/'), 'link', qr{href="/theme/}, 'href');
	my $css = anonymous($theme);
	is $css->header('content-type'), 'text/css; charset=utf-8', 'a style sheet';
	is $css->body, ":root{--primary:#1f4e79;--on-primary:#fff;--accent:#c75b12;--on-accent:#fff}\n"
		=~ s/on-accent:#fff/on-accent:#000/r, 'of the store\'s colours with readable words';
	like $css->header('cache-control'), qr/s-maxage=86400/, 'kept long';
	my $square = anonymous('/swatch/c75b12.svg');
	is $square->header('content-type'), 'image/svg+xml', 'a square';
	like $square->body, qr/fill="#c75b12"/, 'of its colour';
	is $v->get($_)->status, 404, "not $_" for '/theme/red.css', '/theme/1F4E79-c75b12.css', '/theme/1f4e79-c75b12',
		'/swatch/red.svg', '/swatch/c75b12%22.svg', '/swatch/c75b12.svg/x';
};

subtest 'robots.txt' => sub {
	my $page = anonymous('/robots.txt');
	is $page->header('content-type'), 'text/plain; charset=utf-8', 'plain text';
	like $page->body, qr{^User-agent: \*\n}, 'for all';
	like $page->body, qr{^Disallow: /\Q$_\E$}m, "leave out /$_" for qw(cart checkout order search), '*/cart';
};

subtest 'what is not there' => sub {
	for my $case (['/nothing', 'Página no encontrada', 'es', ''], ['/en/nothing/at/all', 'Page not found', 'en', '/en']) {
		my ($path, $headline, $l, $prefix) = @$case;
		my $page = anonymous($path);
		is $page->status, 404, $path;
		is $page->header('cache-control'), 'no-store', 'is kept nowhere';
		like $page->html, qr{<h1>$headline</h1>}, 'is said in its language';
		like $page->html, qr{class="chip" href="$prefix/c/$l-shoes"}, 'categories are offered';
		like $page->html, qr{<form class="search".*<footer}s, 'in the shop\'s house';
	}
	is $v->get($_)->status, 404, $_ for '/favicon.ico', '/.env', '/wp-login.php', '/admin', '/de/', '/fr-eur/page/es-terms';
	is $v->request($_, '/')->status, 405, "$_ is not answered" for qw(POST PUT DELETE);
	is $v->request('HEAD', '/')->body, '', 'HEAD has no body';
};

subtest 'shops that do not answer' => sub {
	is $shop->visitor('nobody')->get('/')->status, 421, 'an unknown host';
	for my $case (['inactive', 410, 'Esta tienda ha cerrado.'], ['pending', 503, 'Esta tienda todavía no está abierta.'],
		['active', 200, 'acme ES hero title']) {
		my ($status, $want, $words) = @$case;
		$shop->change('UPDATE tenancy.store SET status = ? WHERE store_id = ?', $status, $f->{store}{one});
		my $got = settled($want);
		ok $got, "$status: $want" or next;
		like $got->text, qr/\Q$words\E/, 'in words';
		unlike $got->text, qr/acme/, 'and nothing of the shop' if $want != 200;
	}
};

done_testing;
