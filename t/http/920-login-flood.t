# Promise: a flood of log-ins from everywhere neither takes the machine's memory nor slows the
# shop down for who buys (T38).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(read_file wait_for);
use IO::Select;
use IO::Socket::INET;
use Shelf;
use Shop;
use Test::More;
use Time::HiRes qw(time);

use constant { CLIENTS => 120, PAGES => 60, MEMORY_MB => 64 };

# With the limits of production; the web server knows visitors by their address, and all of
# 127.0.0.0/8 is this machine.
delete $ENV{SUTLER_TEST_SCRYPT_LOG_N};		# the cost of production is meant here
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog login))], limits => 1,
	config => { 'web.workers' => 0 });
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
$shop->stack->set_origins;
my $visitor = $shop->visitor('one');

sub pages
{
	my @s = map { my $p = $visitor->get('/en/c/boots', headers => { Cookie => 'cart=' . 'A' x 43 }); die $p->status if $p->status != 200;
		# Under 20 requests in a second: the limit is not what is measured.
		select undef, undef, undef, 0.05 if $p->{seconds} < 0.05; $p->{seconds} } 1 .. PAGES;
	@s = sort { $a <=> $b } @s;
	return $s[@s / 2];
}

sub workers
{
	my $pid = $shop->stack->running('login');
	return split ' ', read_file("/proc/$pid/task/$pid/children");
}

my $calm = pages();
my @workers = workers();
is scalar @workers, 8, 'two workers hash passwords, five wait, one is free';

# Keeps CLIENTS log-ins under way, each from an address of its own, until it is told to end;
# says how they were answered.
pipe my $from_child, my $to_parent or die;
my $pid = fork // die;
if ($pid == 0) {
	close $from_child;
	my $end = 0;
	local $SIG{TERM} = sub { $end = 1 };
	my ($select, $n, %seen, %of) = (IO::Select->new, 0);
	while (!$end || $select->count) {
		while (!$end && $select->count < CLIENTS) {
			$n++;
			my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $shop->port,
				LocalAddr => sprintf('127.%d.%d.%d', 1 + $n / 62500, $n / 250 % 250, 1 + $n % 250)) // next;
			my $body = "email=person$n%40example.test&password=not+this+one";
			syswrite $s, "POST /en/login HTTP/1.1\r\nHost: one.localhost:" . $shop->port . "\r\nSec-Fetch-Site: same-origin\r\n"
				. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
			$select->add($s);
		}
		for my $s ($select->can_read(0.2)) {
			my $got = sysread $s, my $bytes, 65536;
			$of{$s} .= $bytes if $got;
			next if $got;
			$seen{ (($of{$s} // '') =~ m{^HTTP/1\.1 (\d+)})[0] // 'none' }++;
			delete $of{$s};
			$select->remove($s);
			close $s;
		}
	}
	print {$to_parent} join(' ', map { "$_=$seen{$_}" } sort keys %seen), "\n";
	close $to_parent;
	require POSIX;
	POSIX::_exit(0);
}
close $to_parent;
my $refused = "$shop->{stack}{dir}/web/access.log";
ok wait_for(20, sub { scalar(() = read_file($refused) =~ m{ /en/login HTTP/1\.1" 429 }g) > 20 }), 'who comes beyond 32 waiting is sent away';
my $flooded = pages();
my ($rss) = sort { $b <=> $a } map { read_file("/proc/$_/status") =~ /^VmHWM:\s+(\d+)/m ? $1 / 1024 : 0 } workers();
kill 'TERM', $pid;
my $seen = readline $from_child;
waitpid $pid, 0;
my %seen = $seen =~ /(\w+)=(\d+)/g;
note "answers to the flood: $seen";
cmp_ok $seen{422} // 0, '>', 4, 'log-ins are answered all the while';
cmp_ok $seen{429} // 0, '>', $seen{422} // 0, 'most are told to wait';
is join(' ', grep { !/^(?:422|429)$/ } sort keys %seen), '', 'nobody gets anything else';
cmp_ok $rss, '<', MEMORY_MB, sprintf 'a worker takes %.0f MB at most', $rss;
is join(' ', workers()), join(' ', @workers), 'and none dies';
# The flood itself, its web server and this test share two cores with the shop.
cmp_ok $flooded, '<', 5 * $calm + 0.05, sprintf 'T38 a page of the shop takes %.1f ms, calm %.1f ms', $flooded * 1000, $calm * 1000;
my $after = $shop->visitor('one')->get('/en/login');
is $after->status, 200, 'afterwards all is as before';
done_testing;
