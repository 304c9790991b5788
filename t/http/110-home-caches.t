# Promise: what is kept is never older than two seconds, never somebody else's and never
# personal: frames in the workers, answers in shared caches, sites by host.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Brand;
use Fixture;
use House qw(wait_for);
use Shop;
use Test::More;
use Time::HiRes qw(time);

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('home')]);
my $f = Fixture->new($shop->dbh);
Brand::dress($f, 'acme', 'one', [qw(es en)], 'acme');
Brand::dress($f, 'acme', 'two', ['en'], 'second');
my $v = $shop->visitor('one');
my $cookie = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';

# Both workers have a frame before anything changes: as many answers as needed in a row
# that each could have met.
$v->get('/') for 1 .. 40;
$v->get('/en/') for 1 .. 40;

sub bump
{
	my ($store) = @_;
	$shop->change('UPDATE catalog.version SET version = version + 1 WHERE store_id = ?', $f->{store}{$store});
	return;
}

# Seconds until eight answers in a row say so; whoever asks is met by either worker.
sub seconds_until
{
	my ($path, $words) = @_;
	my ($started, $row, $first) = (time, 0);
	wait_for(10, sub {
		if ($v->get($path)->text =~ $words) {
			$first //= time if !$row;
			$row++;
		} else {
			($row, $first) = (0, undef);
		}
		return $row >= 8;
	}) or return 99;
	return $first - $started;
}

subtest 'a frame is kept for a version of the catalogue' => sub {
	$shop->change(q{UPDATE catalog.category_text SET name = 'Zapatos nuevos' WHERE category_id = ? AND locale = 'es'},
		$f->{category}{'acme shoes'});
	my $page = $v->get('/nothing');
	like $page->text, qr/acme ES shoes/, 'another name alone is not read';
	unlike $page->text, qr/Zapatos nuevos/, 'as no version says that it changed';
	bump('one');
	cmp_ok seconds_until('/nothing', qr/Zapatos nuevos.*Zapatos nuevos/), '<', 2, 'with the new version within 2 s';
	unlike $v->get('/nothing')->text, qr/acme ES shoes/, 'and the old name is gone';
	like $v->get('/en/nothing')->text, qr/acme EN shoes/, 'the other language has its own';
	like $shop->visitor('two')->get('/nothing')->text, qr/second EN shoes/, 'the other store as well';
	$shop->change('UPDATE catalog.category SET visible = false WHERE category_id = ?', $f->{category}{'acme heels'});
	bump('one');
	my $gone = wait_for(10, sub { $v->get('/en/nothing')->text !~ /acme EN heels/ });
	ok $gone, 'a hidden category leaves the menu';
};

subtest 'a store\'s settings show within two seconds' => sub {
	$shop->change(q{UPDATE tenancy.store SET name = 'Store uno', color_primary = '#ffee00' WHERE store_id = ?}, $f->{store}{one});
	cmp_ok seconds_until('/', qr/© \d{4} Store uno/), '<', 2, 'its name';
	like $v->get('/')->html, qr{href="/theme/ffee00-c75b12\.css"}, 'its colours have another address';
	like $v->get('/theme/ffee00-c75b12.css')->body, qr/--on-primary:#000/, 'with words in black';
	like $v->get('/')->html, qr{rel="icon" href="/static/[^"]*/icons/favicon\.svg"}, 'without an icon of its own ours';
	$shop->change(q{UPDATE tenancy.store SET favicon = 'ab/cdef' WHERE store_id = ?}, $f->{store}{one});
	ok wait_for(5, sub { 8 == grep { $v->get('/')->html =~ m{rel="icon" href="/media/ab/cdef-240\.webp"} } 1 .. 8 }),
		'its own icon, from every worker';
};

subtest 'shared caches' => sub {
	for my $path ('/', '/en/', '/page/es-terms', '/robots.txt', '/theme/1f4e79-c75b12.css', '/swatch/1f4e79.svg') {
		my $page = $v->get($path);
		my ($age) = $page->header('cache-control') =~ /^public, max-age=0, s-maxage=(\d+)$/;
		ok $age, "$path may be kept";
		cmp_ok $age, '<=', 2, 'for two seconds' if $page->body =~ /<html/;
		is_deeply [$page->headers('set-cookie')], [], 'and sets no cookie';
		unlike $page->body, qr/name="csrf"|csrf=/, 'and holds no token';
		my $etag = $page->header('etag');
		is $v->get($path, headers => { 'If-None-Match' => $etag })->status, 304, 'is known again by its tag';
		my $mine = $v->get($path, headers => { Cookie => "cart=$cookie", 'If-None-Match' => $etag });
		is $mine->header('cache-control'), 'no-store', 'with the cookie of a cart it is kept nowhere';
		is $mine->status, 200, 'and a whole answer';
	}
	is $v->get('/nothing')->header('cache-control'), 'no-store', 'what is not there is not kept';
	isnt $v->get('/')->header('etag'), $v->get('/en/')->header('etag'), 'each language has its tag';
};

subtest 'the cart\'s count is for its owner alone' => sub {
	my $cart = Fixture::id();
	my @ids = (tenant_id => $f->{tenant}{acme}, cart_id => $cart);
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{acme});
	$f->add('sales.cart', @ids, store_id => $f->{store}{one}, locale => 'es', currency => 'EUR');
	$shop->change('INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (?, sha256(?::bytea), ?)',
		$f->{tenant}{acme}, $cookie, $cart);
	$f->add('sales.cart_line', @ids, variant_id => $f->{variant}{PLAIN}, quantity => 7);
	my $count = qr{<span class="count">7<};
	like $v->get('/', headers => { Cookie => "cart=$cookie" })->html, $count, 'with the cookie';
	for (1 .. 8) {
		unlike $v->get('/')->html, qr/class="count"/, 'without it';
	}
	(my $other = $cookie) =~ s/^abc/xyz/;
	unlike $v->get('/', headers => { Cookie => "cart=$other" })->html, qr/class="count"/, 'with another\'s';
	unlike $v->get('/', headers => { Cookie => 'cart=short' })->html, qr/class="count"/, 'with one that is none';
	unlike $shop->visitor('three')->get('/', headers => { Cookie => "cart=$cookie" })->html, qr/class="count"/,
		'at another merchant\'s';
};

done_testing;
