# Promise (reliability T28): a worker that serves several merchants in turn never shows one
# of them a word of the other, whatever happened before: good pages, missing ones, refused
# ones, a lost database connection.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Brand;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('home')]);
my $f = Fixture->new($shop->dbh);
Brand::dress($f, 'acme', 'one', [qw(es en)], 'CANARYACME');
Brand::dress($f, 'bahari', 'three', ['id'], 'CANARYBAHARI');
$shop->change('UPDATE tenancy.store SET contact_email = ?, street = ? WHERE store_id = ?', "$_->[1]\@example.com",
	"$_->[1] 1", $f->{store}{ $_->[0] }) for ['one', 'canaryacme'], ['three', 'canarybahari'];

my %words = (one => 'acme', three => 'bahari');
my %visitor = map { $_ => $shop->visitor($_) } keys %words;
my %paths = (one => ['/', '/en/', '/page/es-delivery', '/en/page/en-terms', '/nothing', '/page/id-delivery', '/?x=1'],
	three => ['/', '/page/id-terms', '/page/id-delivery', '/nothing', '/en/', '/page/es-terms', '/%zz']);

use constant REQUESTS => 500;
my (@leaks, %status, $silent);
for my $n (1 .. REQUESTS) {
	my $store = $n % 2 ? 'one' : 'three';
	my $other = $words{ $n % 2 ? 'three' : 'one' };
	my $path = $paths{$store}[int($n / 2) % @{ $paths{$store} }];
	# Half of them come with the cookie of a cart that is nobody's.
	my %headers = $n % 4 < 2 ? (Cookie => 'cart=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ') : ();
	if ($n % 125 == 0) {
		$shop->change(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '_sutler-home'
			AND datname = current_database()});
	}
	my $page = $visitor{$store}->get($path, headers => \%headers);
	$status{"$store $path"}{ $page->status }++;
	push @leaks, "request $n: $store $path: " . $page->status if $page->body =~ /canary$other/i;
	$silent++ if $page->status == 200 && $page->body !~ /canary$words{$store}/i;
}
is_deeply \@leaks, [], REQUESTS . ' requests in turn: no word of the other merchant';
is $silent // 0, 0, 'each page had words of its own';
my %wanted = ('one /' => 200, 'one /en/' => 200, 'one /page/es-delivery' => 200, 'one /en/page/en-terms' => 200,
	'one /nothing' => 404, 'one /page/id-delivery' => 404, 'one /?x=1' => 400,
	'three /' => 200, 'three /page/id-terms' => 200, 'three /page/id-delivery' => 200, 'three /nothing' => 404,
	'three /en/' => 404, 'three /page/es-terms' => 404, 'three /%zz' => 400);
is_deeply [sort keys %{ $status{$_} }], [$wanted{$_}], "$_: always $wanted{$_}" for sort keys %wanted;

my $log = House::read_file($shop->stack->{dir} . '/log/home.log');
my %by;
while ($log =~ /"event":"request".*?"tenant":"([^"]+)"/g) {
	$by{$1}++;
}
is scalar keys %by, 2, 'the log knows both merchants';
unlike $log, qr/canary/i, 'and says nothing of their words';

done_testing;
