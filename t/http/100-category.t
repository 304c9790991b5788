#!/usr/bin/perl
# Promise: a category shows its products, each filter says how many it leaves, every page
# follows the one before without a gap, and no address makes it say anything else.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use Shelf;
use Shop;
use Test::More;

# What a worker knows of a store it asks anew for each request: what is read right behind a change is the page after it.
$ENV{SUTLER_TEST_SITE_AGE_MS} = 0;
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
my $v = $shop->visitor('one');

# Slugs of the cards of a page, in order.
sub cards { my ($page) = @_; return join ' ', $page->body =~ m{<h3><a href="[^"]*/p/([^"]+)"}g }
sub slugs { return join ' ', map { sprintf 'boot-%02d', $_ } @_ }
sub total { my ($page) = @_; return $page->body =~ m{role="status">(\d+) } ? $1 : 'none' }
# What the filter form offers: "black:30 brown:30".
sub offers
{
	my ($page, $name) = @_;
	my @found;
	my @m = $page->body =~ m{<input type="checkbox"[^>]*? name="$name" value="([^"]+)"([^>]*)>.*?<span class="n[^"]*">(.*?)</label>}gs;
	while (my ($value, $checked, $count) = splice @m, 0, 3) {
		$count =~ s/<[^>]*>//g;
		push @found, ($checked =~ /checked/ ? '*' : '') . "$value:" . $count =~ tr/0-9//cdr;
	}
	return join ' ', @found;
}
# Sees what freshen did: at most as late as a page may be.
sub soon { return wait_for(4, $_[0]) }
sub link_of { my ($page, $rel) = @_; return $page->body =~ m{rel="$rel" href="([^"]+)"} ? $1 =~ s/&amp;/&/gr : undef }

subtest 'SF CAT-04 a category and what lies below it' => sub {
	my $page = $v->get('/en/c/boots');
	is $page->status, 200, 'boots';
	is total($page), 60, 'all of them';
	is cards($page), slugs(1 .. 24), 'the first 24 by hand';
	like $page->body, qr{<nav class="crumbs[^>]*>.*href="/en/">Home</a>.*href="/en/c/footwear">Footwear</a>.*aria-current="page">Boots<}s, 'breadcrumbs';
	like $page->body, qr{"\@type":"BreadcrumbList"}, 'and as data';
	like $page->body, qr{<link rel="canonical" href="http://one\.localhost/en/c/boots">}, 'canonical';
	like $page->body, qr{hreflang="es-ES" href="http://one\.localhost/c/botas"}, 'the other language under its own slug';
	unlike $page->body, qr{name="robots"}, 'it may be indexed';
	is total($v->get('/en/c/footwear')), 61, 'the parent shows what its children hold';
	like $v->get('/en/c/footwear')->body, qr{class="chip" href="/en/c/sandals">Sandals<}, 'and links them';
	is cards($v->get('/en/c/sandals')), 'sandalia', 'what is not translated stands in the store\'s language';
};

subtest 'paging by key, both ways, in each order' => sub {
	my %want = (recommended => [1 .. 60], price => [1 .. 60], price_desc => [reverse 1 .. 60],
		newest => [reverse 1 .. 60], name => [1 .. 60]);
	for my $sort (sort keys %want) {
		my ($path, @pages, @all) = ("/en/c/boots?sort=$sort");
		while (defined $path) {
			my $page = $v->get($path);
			push @pages, cards($page);
			push @all, split / /, $pages[-1];
			$path = link_of($page, 'next');
			last if @pages > 4;
		}
		is "@all", slugs(@{ $want{$sort} }), "$sort: every product once";
		is @pages, 3, 'on three pages';
		my $back = link_of($v->get(link_of($v->get("/en/c/boots?sort=$sort"), 'next')), 'prev');
		is cards($v->get($back)), $pages[0], 'and back';
		is link_of($v->get($back), 'prev'), undef, 'the first page has none before it';
	}
	my $page = $v->get(link_of($v->get('/en/c/boots'), 'next'));
	like $page->body, qr{name="robots" content="noindex"}, 'later pages are not indexed';
	$shop->dbh->do('UPDATE catalog.store_product SET visible = false WHERE product_id = ?', undef, $f->{product}{'BT-24'});
	Shelf::freshen($shop, $f);	# a page that is kept is one of before
	is cards($v->get(link_of($v->get('/en/c/boots'), 'next'))), slugs(26 .. 49), 'a product that goes moves no page of a cursor';
	$shop->dbh->do('UPDATE catalog.store_product SET visible = true WHERE product_id = ?', undef, $f->{product}{'BT-24'});
	Shelf::freshen($shop, $f);
};

subtest 'SRC-02 filters and their counts' => sub {
	my $page = $v->get('/en/c/boots');
	is offers($page, 'color'), 'black:30 brown:30', 'colours';
	is offers($page, 'material'), 'leather:30 rubber:30', 'materials';
	is offers($page, 'availability'), 'in:58 few:1 out:1', 'availability';
	$page = $v->get('/en/c/boots?color=black');
	is total($page), 30, 'black ones';
	is offers($page, 'color'), '*black:30 brown:30', 'the other colours keep their counts';
	is offers($page, 'material'), 'leather:15 rubber:15', 'materials of black ones';
	is offers($page, 'availability'), 'in:29 few:1', 'black ones by availability';
	$page = $v->get('/en/c/boots?color=black&color=brown&material=leather');
	is total($page), 30, 'values of one attribute widen, another narrows';
	is offers($page, 'material'), '*leather:30 rubber:30', 'its own choice does not narrow its counts';
	$page = $v->get('/en/c/boots?color=black&material=leather&price_from=5&price_to=20,00&availability=in');
	is cards($page), slugs(5, 9, 11, 13, 15, 17, 19), 'all kinds together';
	is total($page), 7, 'counted';
	is offers($page, 'availability'), '*in:7 few:1', 'availability does not narrow itself';
	like $page->body, qr{name="robots" content="noindex"}, 'combinations are not indexed';
	my @applied = $page->body =~ m{<a class="chip" href="([^"]+)"><span class="vh">Remove filter}g;
	is @applied, 4, 'each can be taken away';
	is total($v->get($applied[0] =~ s/&amp;/&/gr)), 14, 'and taking the first away widens the list';
	like $v->get('/en/c/boots?color=red')->body, qr{No product matches these filters}, 'nothing is said kindly';
	is $v->get('/en/c/boots?color=purple')->status, 200, 'a value that is no more is no error';
	$page = $v->get('/en/c/boots?price_from=abc');
	is total($page), 60, 'a price that is none is left out';
	like $page->body, qr{name="price_from" value="abc"}, 'and stays where it was typed';
	$page = $v->get('/en/c/boots?color=black&sort=price_desc');
	is cards($v->get(link_of($page, 'next'))), slugs(11, 9, 7, 5, 3, 1), 'filters and order go on to the next page';
};

# All pages of a list, and back from the last one: their cards.
sub both_ways
{
	my ($path) = @_;
	my (@on, @back);
	for (my $page = $v->get($path); ; $page = $v->get($path)) {
		push @on, split / /, cards($page);
		my $next = link_of($page, 'next');
		if (!defined $next || @on > 100) {
			for (; ; $page = $v->get($path)) {
				unshift @back, split / /, cards($page);
				$path = link_of($page, 'prev') // last;
				last if @back > 100;
			}
			return ("@on", "@back");
		}
		$path = $next;
	}
}

# Few products are looked up one by one, many met on a walk along the list: what is left of 60 decides (8 are few).
subtest 'the cards of a filtered list are those of the whole list that fit, in its order' => sub {
	my %fits = (
		'color=brown' => sub { $_ % 2 == 0 }, 'color=black&color=brown' => sub { 1 }, 'size=38&size=39&color=black' => sub { $_ % 2 },
		'material=leather&color=brown&size=39' => sub { $_ <= 30 && $_ % 2 == 0 }, 'availability=in' => sub { $_ != 7 && $_ != 8 },
		'availability=in&color=brown&color=black&size=38' => sub { $_ != 7 && $_ != 8 }, 'availability=few&availability=out' => sub { $_ == 7 || $_ == 8 },
		'color=red&size=38' => sub { 0 },
	);
	my %order = (recommended => [1 .. 60], price => [1 .. 60], price_desc => [reverse 1 .. 60], newest => [reverse 1 .. 60], name => [1 .. 60]);
	for my $filter (sort keys %fits) {
		for my $sort (sort keys %order) {
			my $want = slugs(grep { $fits{$filter}->() } @{ $order{$sort} });
			is_deeply [both_ways("/en/c/boots?$filter&sort=$sort")], [$want, $want], "$filter by $sort, on and back";
		}
	}
};

subtest 'the price filter' => sub {
	my $label = qr{<label class="muted small" for="price-from">};
	like $v->get('/c/botas')->html, qr{${label}Desde €</label>}, 'names the currency by its sign';
	like $v->get('/en/c/boots')->html, qr{${label}From €</label>}, 'in each language';
};

subtest 'CAT-05 collections' => sub {
	my @s = (tenant_id => $f->{tenant}{acme}, store_id => $f->{store}{one});
	my ($gifts, $block) = (Fixture::id(), Fixture::id());
	$f->add('catalog.category', @s, category_id => $gifts, kind => 'collection');
	$f->add('catalog.category_text', @s, category_id => $gifts, locale => 'es', slug => 'regalos', name => 'Regalos');
	$f->add('catalog.category_text', @s, category_id => $gifts, locale => 'en', slug => 'gifts', name => 'Gifts', description => 'For those you like.');
	$f->add('catalog.category_product', @s, category_id => $gifts, product_id => $f->{product}{$_}) for qw(BT-03 SD-01);
	$f->add('content.block', @s, block_id => $block, code => 'c', kind => 'collections', position => 99);
	$f->add('content.block_text', @s, block_id => $block, locale => 'en', title => 'Our collections');
	Shelf::freshen($shop, $f);
	my $page = $v->get('/en/c/gifts');
	is_deeply [sort split / /, cards($page)], [qw(boot-03 sandalia)], 'has a page with its products';
	like $page->text, qr/For those you like\./, 'and its text';
	is offers($page, 'color'), 'black:1 red:1', 'and filters';
	like $page->body, qr{hreflang="es-ES" href="http://one\.localhost/c/regalos"}, 'in each language';
	my $home;
	ok soon(sub { $home = $v->get('/en/'); $home->body =~ m{<h2>Our collections</h2>\s*<ul class="tiles">\s*<li><a class="tile" href="/en/c/gifts">} }),
		'the home page leads to it';
	like $home->text, qr/Gifts 2 products/, 'and says how much is there';
	unlike $home->body =~ s{<main.*</main>}{}sr, qr{/c/gifts}, 'but no menu does';
	unlike $v->get('/en/p/boot-03')->body, qr{<nav class="crumbs.*?gifts.*?</nav>}s, 'nor the way to a product';
	is $shop->visitor('two')->get('/c/gifts')->status, 404, 'it is no other store\'s';
};

subtest 'T27 T49 T53 T66 T68 what an address cannot do' => sub {
	for my $case (
		['?nosuch=black', 400, 'an attribute that does not exist'], ['?color=black&color=black', 400, 'a filter twice'],
		['?sort=price&sort=name', 400, 'an order twice'], ['?sort=price;drop', 400, 'an order of one\'s own'],
		["?color=black'--", 400, 'a value that is no code'], ['?color%5B%5D=black', 400, 'brackets'],
		['?' . join('&', map { "color=c$_" } 1 .. 31), 400, '31 filters'], ['?' . join('&', map { "a$_=b" } 1 .. 201), 400, '201 parameters'],
		['?after=x', 404, 'a cursor that is none'], ['?after=f.1.%27%20OR%201=1', 404, 'a cursor of one\'s own'],
		['?after=f.99999999999.' . $f->{product}{'BT-01'}, 404, 'a cursor out of range'], ['?offset=100000', 400, 'an offset'],
		['?filters=black', 400, 'the row that takes filters is no name'], ['?availability=maybe', 400, 'no such availability'],
	) {
		my $status = $v->get("/en/c/boots$case->[0]")->status;
		is $status, $case->[1], $case->[2];
	}
	is $v->get('/en/c/nothing')->status, 404, 'no such category';
	is $v->get('/en/c/hidden')->status, 404, 'a hidden one';
	is $v->get('/en/c/inside')->status, 404, 'one below a hidden one';
	is $shop->visitor('two')->get('/c/boots')->status, 404, 'one of the tenant\'s other store';
	is $shop->visitor('three')->get('/c/boots')->status, 404, 'one of another tenant';
	my $page = $v->get('/en/c/boots?after=f.0.' . $f->{product}{SANDAL});
	is cards($page), slugs(1 .. 24), 'a foreign id in a cursor is only a key';
	is $v->get('/en/c/boots?utm_source=mail')->status, 200, 'tags of advertisers are dropped';
};

subtest 'slugs that were' => sub {
	$shop->dbh->do(q{UPDATE catalog.category_text SET slug = 'high-boots' WHERE slug = 'boots'});
	Shelf::freshen($shop, $f);
	ok soon(sub { $v->get('/en/c/boots')->header('location') eq '/en/c/high-boots' }), 'the old slug moves to the new one';
	is $v->get('/en/c/high-boots')->status, 200, 'which is there';
	$shop->dbh->do(q{UPDATE catalog.category_text SET slug = 'boots' WHERE slug = 'high-boots'});
	Shelf::freshen($shop, $f);
	ok soon(sub { $v->get('/en/c/boots')->status == 200 }), 'a slug that is used again is itself';
};

subtest 'a change shows within two seconds' => sub {
	$shop->dbh->do(q{UPDATE catalog.category_text SET name = 'Winter boots' WHERE slug = 'boots'});
	Shelf::freshen($shop, $f);
	ok soon(sub { $v->get('/en/c/boots')->text =~ /Winter boots/ }), 'a new name reaches what workers keep';
};

subtest 'the job freshen' => sub {
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $f->{tenant}{acme});
	$shop->dbh->do(q{UPDATE catalog.category_text SET name = 'Summer boots' WHERE slug = 'boots'});
	$f->stock($f->{tenant}{acme}, "BT-01-$_", 'W1', 0) for 38, 39;
	$shop->job('freshen', '--once');
	is $shop->value('SELECT count(*) FROM catalog.stale'), 0, 'takes all that is stale, of every tenant';
	is $shop->value(q{SELECT DISTINCT stock FROM catalog.listing WHERE slug = 'boot-01'}), 'out', 'sets the badge';
	ok soon(sub { my $page = $v->get('/en/c/boots'); $page->text =~ /Summer boots/ && offers($page, 'availability') =~ /out:2/ }),
		'and what workers keep follows';
};

done_testing;
