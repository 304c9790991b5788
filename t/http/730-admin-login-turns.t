# Promise: the log-in of the console, as the shop's own, hashes two passwords at a time, lets three wait
# and sends the others away at once with 429 and Retry-After, behind whichever web server; its cheap
# pages answer all the while (T38).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use IO::Select;
use IO::Socket::INET;
use Shop;
use Staff;
use Test::More;

use constant { AT_ONCE => 30, WORK => 2 };

delete $ENV{SUTLER_TEST_SCRYPT_LOG_N};		# the cost of production is meant here
# Without the limits of the web server: what is told here is the program's own word.
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login))], config => { 'web.workers' => 0 });
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $host = Staff::host($shop, $f, 'acme');

# A log-in under way, from a network and for a person of its own.
sub try
{
	my ($n) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $shop->port, LocalAddr => sprintf('127.%d.0.1', 10 + $n)) // die "no connection: $!\n";
	my $body = "email=turn$n%40example.test&password=not+this+one";
	syswrite $s, "POST /en/admin/login HTTP/1.1\r\nHost: $host:" . $shop->port . "\r\nSec-Fetch-Site: same-origin\r\n"
		. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
	return $s;
}

my $select = IO::Select->new(map { try($_) } 1 .. AT_ONCE);
my (%of, @came, %page);
while ($select->count) {
	for my $s ($select->can_read(0.01)) {
		next if sysread $s, $of{$s}, 65536, length($of{$s} // '');
		push @came, { status => ($of{$s} =~ m{^HTTP/1\.1 (\d+)})[0] // 'none', text => $of{$s} };
		$select->remove($s);
	}
	$page{ $shop->visitor($host)->get('/en/admin/login')->status }++ if $select->count;
}
my %n;
$n{ $_->{status} }++ for @came;
is join(' ', sort keys %n), '422 429', 'T38 each is answered, by its form or sent away';
cmp_ok $n{422}, '>=', WORK, 'who found a place was heard';
my @away = grep { $_->{status} == 429 } @came;
cmp_ok scalar @away, '>', AT_ONCE / 2, 'most found none';
is scalar(grep { $_->{text} =~ /^Retry-After: \d+\r$/mi && $_->{text} =~ /Too many people want this/ } @away), scalar @away, 'they are told when to come again, and why';
my ($third) = (grep { $came[$_]{status} == 422 } 0 .. $#came)[WORK] // $#came;
cmp_ok scalar(grep { $_->{status} == 429 } @came[0 .. $third]), '>', AT_ONCE / 2, 'at once: before the first who waited was heard';
is join(' ', sort keys %page), '200', 'a page that costs little comes all the while';
done_testing;
