#!/usr/bin/perl
# Promise (reliability F5-F11, P26): what nginx and Apache hand to programs can be trusted,
# they route each path to the program that owns it, refuse strangers and what is too
# large, and answer with the house's headers even when no program does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use File::Temp qw(tempdir);
use HTTP::Tiny;
use Stack;
use Test::More;
use Visitor;

# A house without database whose programs are t/lib/hello.
package Bare {
	our @ISA = ('Stack');
	sub start_cluster { $_[0]{cluster} = Cluster->new("$_[0]{dir}/pg"); return }
	sub build_database { return }
}

my $build = $ENV{SUTLER_BUILD} // House::top() . '/var/build';
my $hello = "$build/t/lib/hello";
ok(-x $hello, 'the test program is built') or BAIL_OUT("$hello is missing: make check-programs");
my @rows = map { my %r; @r{qw(name kind prefixes workers body)} = split; \%r } 'home page / 1 64k',
	'catalog page /c/,/p/ 1 64k', 'cart page /cart 1 64k', 'api page /api/v1/ 1 1m';

for my $web (qw(nginx apache)) {
	for my $tls (0, 1) {
		my $dir = tempdir('sutler-web-XXXXXX', TMPDIR => 1, CLEANUP => 1);
		chmod 0755, $dir;
		my $s = Bare->new(dir => $dir, build => $build, web => $web, tls => $tls, rows => \@rows, program => sub { $hello },
			names => ['localhost', 'shop.localhost']);
		subtest "$web over " . $s->scheme => sub {
			eval { $s->start; check($s, $web, $tls); 1 } or fail("runs: $@");
			eval { $s->stop };
		};
	}
}

# Which program answered: its socket's name is in no parameter, so each path is checked
# through the largest body that its row allows, and through what reaches it.
sub check
{
	my ($s, $web, $tls) = @_;
	my $v = Visitor->new(port => $s->port, host => 'shop.localhost', tls => $tls, timeout_s => 40);
	my $p = $v->get('/es/cart/x?a=1&b=%41', headers => { Host => 'SHOP.localhost:99', Proxy => 'evil' });
	my %got = $p->body =~ /^(\w+)=(.*)$/mg;
	is($got{REQUEST_URI}, '/es/cart/x?a=1&b=%41', 'REQUEST_URI is as sent');
	is($got{HTTP_HOST}, 'shop.localhost', 'HTTP_HOST is lower case, without port');
	is($got{HTTP_PROXY} // '', '', 'no HTTP_PROXY of the visitor');
	is($got{QUERY_STRING}, 'a=1&b=%41', 'QUERY_STRING');
	is($got{REQUEST_METHOD}, 'GET', 'REQUEST_METHOD');
	is($got{REMOTE_ADDR}, '127.0.0.1', 'REMOTE_ADDR');
	is($got{HTTPS} // '', $tls ? 'on' : '', 'HTTPS');

	my $big = 'x' x 70_000;
	for my $case (['/cart', 413], ['/es/cart', 413], ['/es-usd/c/boots', 413], ['/', 413], ['/cartoon', 413],
		['/api/v1/orders', 200], ['/es/api/v1/orders', 200]) {
		is($v->request('POST', $case->[0], body => $big)->status, $case->[1], "70 000 bytes to $case->[0]: $case->[1]");
	}
	is(($v->request('POST', '/api/v1/x', body => $big)->body =~ /^body=(\d+)/m)[0], 70_000, 'the whole body arrives');

	# An answer that the program made keeps its own headers, one of each.
	$p = $v->get('/cart/headers');
	is(join('|', $p->headers('X-Frame-Options')), 'SAMEORIGIN', 'a program\'s header stands alone');
	is(join('|', $p->headers('X-Content-Type-Options')), 'nosniff', 'one that it forgot is added');
	is(join('|', $p->headers('Cache-Control')), 'no-store', 'Cache-Control is the program\'s');
	unlike($p->header('Server'), qr/\d/, 'no version is told');

	for my $case (['/static/css/none.css', 404], ['/static/../etc/passwd', 400, 404], ['/media/none.jpg', 404]) {
		my ($path, @want) = @$case;
		my $page = $v->get($path);
		ok((grep { $page->status == $_ } @want, 200) && ($page->status != 200 || $page->body =~ /^REQUEST_URI=/m),
			"$path: " . $page->status);
	}
	$p = $v->get('/static/css/shop.css');
	is($p->status, 200, 'a static file');
	is($p->header('Cache-Control'), 'public, max-age=300', 'stays five minutes');
	$p = $v->get('/static/0123abcd/css/shop.css');
	is($p->header('Cache-Control'), 'public, max-age=31536000, immutable', 'with a version a year');
	is($v->request('POST', '/static/css/shop.css', body => 'a=1')->status >= 400, 1, 'files take no POST') if $web eq 'nginx';

	# The server's own answers.
	is($v->get('/', headers => { Host => 'stranger.example' })->status, 421, 'a strange host: 421');
	is($v->request('TRACE', '/cart')->status, 405, 'no TRACE');
	like($v->raw("GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n"), qr{^HTTP/1\.1 400},
		'two Host headers: 400');
	like($v->raw("POST /cart HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n"
		. "Connection: close\r\n\r\nhello"), qr{^HTTP/1\.1 400}, 'two lengths: 400');
	$p = $v->get('/cart/crash');
	is($p->status, 503, 'a program that dies: 503');
	is($p->header('Retry-After'), 5, 'come back in five seconds');
	is($p->header('Cache-Control'), 'no-store', 'kept by nobody');
	is($p->header('X-Content-Type-Options'), 'nosniff', 'with the house\'s headers');
	is($p->header('Strict-Transport-Security') ne '', !!$tls, 'HTTPS only is said over HTTPS') if $web eq 'apache';
	is($v->get('/p/x')->status, 200, 'other programs are not touched');
	$s->restart_program('cart');
	is($v->get('/cart')->status, 200, 'a new copy on the old socket answers');
	return;
}
done_testing;
