#!/usr/bin/perl
# Promise: four hundred connections that send or read a byte now and then take nothing from other visitors, whose
# pages come within half a second for all but one in twenty; who does not even end the head of a request is shown
# out (P16).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use IO::Socket::INET;
use Load;
use POSIX ();
use Shop;
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;
use Time::HiRes qw(sleep time);

use constant { SLOW => 400, P95_MS => 500, PAGES => 300, GONE_S => 60 };

# With the limits of production: they count addresses, so the slow ones come from many.
my $shop = Shop->start(kind => 'empty', limits => 1, rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
my $port = $shop->stack->port;
my @paths = ('/', '/p/' . $f->slug_of('one'), '/cart', '/c/shoes');

sub pages
{
	my @ms;
	for my $n (1 .. PAGES) {
		# Each from an address of his own, so that no limit of ours is what is measured.
		my $v = Visitor->new(port => $port, host => 'one.localhost', from => sprintf '127.2.%d.%d', 1 + $n / 200, 1 + $n % 200);
		my $start = time;
		my $status = $v->get($paths[$n % @paths])->status;
		push @ms, 1000 * (time - $start);
		die "$paths[$n % @paths]: $status\n" if $status >= 400;
	}
	return @ms;
}

# A process that holds them: heads that never end, bodies that never end, answers that nobody takes.  Prints
# how many are still open, once a second.
sub slow_ones
{
	pipe my $read, my $write or die;
	my $pid = fork // die "fork: $!";
	if ($pid) {
		close $write;
		return ($pid, $read);
	}
	close $read;
	$write->autoflush(1);
	$SIG{PIPE} = 'IGNORE';
	my @all;
	for my $n (0 .. SLOW - 1) {
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, LocalAddr => sprintf('127.3.0.%d', 1 + $n / 10), Timeout => 10) or next;
		$s->setsockopt(SOL_SOCKET, SO_RCVBUF, 1024) if $n % 3 == 2;
		syswrite $s, ("GET / HTTP/1.1\r\nHost: one.localhost\r\nX-Slow: ", "POST /cart/items HTTP/1.1\r\nHost: one.localhost\r\nOrigin: http://one.localhost\r\n"
			. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n", "GET /search?q=plain HTTP/1.1\r\nHost: one.localhost\r\n\r\n" x 5)[$n % 3];
		$s->blocking(0);
		push @all, [$s, $n % 3];
	}
	while (getppid() > 1) {
		my $open = 0;
		for my $one (@all) {
			my $bytes = q{};
			my ($s, $kind) = @$one;
			next if !$s;
			my $gone = $kind < 2 ? !defined syswrite($s, 'x') && !$!{EAGAIN} : 0;
			# Those who read take a few bytes; the end of what there is says that they were shown out.
			my $n = sysread($s, $bytes, $kind == 2 ? 64 : 4096);
			$gone = 1 if defined $n && $n == 0;
			$gone ? ($one->[0] = undef) : $open++;
		}
		print {$write} "$open\n" or last;
		sleep 1;
	}
	POSIX::_exit(0);
}

my $before = Load::p95(pages());
my ($pid, $slow) = slow_ones();
END { my $status = $?; kill 'KILL', $pid if $pid; $? = $status }
my $open = <$slow>;
cmp_ok $open, '>=', SLOW * 0.95, 'slow connections: ' . (0 + $open);
my $during = Load::p95(pages());
cmp_ok $during, '<', P95_MS, sprintf 'other visitors: 95 of 100 pages within %.0f ms (%.0f ms without the slow ones)', $during, $before;
# A body or an answer may take its time: it holds no program, and a visitor has a few of them at most.
my ($left, $since) = (SLOW, time);
while (time - $since < GONE_S) {
	$left = <$slow> // last;
	last if $left <= SLOW * 2 / 3 + 1;
}
cmp_ok $left, '<=', SLOW * 2 / 3 + 1, sprintf 'heads that never end are shown out: %d connections are left after %.0f s', $left, time - $since;
done_testing;
