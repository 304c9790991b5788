#!/usr/bin/perl
# Promise: the program login itself, behind whichever web server, hashes two passwords at a time, lets
# five wait and sends the others away at once with 429 and Retry-After; its cheap pages answer all the
# while, and who comes again gets in (T38).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Fixture;
use House qw(read_file wait_for);
use IO::Select;
use IO::Socket::INET;
use Shop;
use Test::More;
use Time::HiRes qw(time);

# A hash takes 32 MB; a worker without one takes far less.
use constant { AT_ONCE => 40, WORK => 2, PLACES => 7, HASHING_MB => 30 };

# Without the limits of the web server: what is told here is the program's own word.
delete $ENV{SUTLER_TEST_SCRYPT_LOG_N};		# the cost of production is meant here
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home login))], config => { 'web.workers' => 0 });
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Account->make($shop, $f, 'one', prefix => '/en');
my $serial = 0;

# A log-in under way, from a network and for an account of its own: guessing is not what is slowed down.
sub try
{
	my $n = ++$serial;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $shop->port, LocalAddr => sprintf('127.%d.%d.1', 10 + $n % 200, $n / 200))
		// die "no connection: $!\n";
	my $body = "email=turn$n%40example.test&password=not+this+one";
	syswrite $s, "POST /en/login HTTP/1.1\r\nHost: one.localhost:" . $shop->port . "\r\nSec-Fetch-Site: same-origin\r\n"
		. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
	return $s;
}

sub workers
{
	my $pid = $shop->stack->running('login');
	return split ' ', read_file("/proc/$pid/task/$pid/children");
}

# How many workers hold the memory of a hash just now.
sub hashing
{
	my ($base) = @_;
	return scalar grep { my ($rss) = eval { read_file("/proc/$_/status") } =~ /^VmRSS:\s+(\d+)/m; ($rss // 0) / 1024 > $base + HASHING_MB / 2 } workers();
}

# Reads all of @sockets to their end: their answers in the order they came; $between runs now and then.
sub answers
{
	my ($between, @sockets) = @_;
	my $select = IO::Select->new(@sockets);
	my (%of, @came);
	while ($select->count) {
		for my $s ($select->can_read(0.01)) {
			next if sysread $s, $of{$s}, 65536, length($of{$s} // '');
			push @came, { status => ($of{$s} =~ m{^HTTP/1\.1 (\d+)})[0] // 'none', text => $of{$s} };
			$select->remove($s);
			close $s;
		}
		$between->();
	}
	return @came;
}

my ($base) = sort { $b <=> $a } map { read_file("/proc/$_/status") =~ /^VmRSS:\s+(\d+)/m ? $1 / 1024 : 0 } workers();
subtest 'T38 forty at once' => sub {
	my ($most, %page) = (0);
	my @came = answers(sub {
		my $n = hashing($base);
		$most = $n if $n > $most;
		$page{ $shop->visitor('one')->get('/en/login')->status }++ if $n == WORK;
	}, map { try() } 1 .. AT_ONCE);
	my %n;
	$n{ $_->{status} }++ for @came;
	is join(' ', sort keys %n), '422 429', 'each is answered, by its form or sent away';
	cmp_ok $n{422}, '>=', WORK, 'who found a place was heard';
	cmp_ok $n{422}, '<=', AT_ONCE / 2, 'which are few';
	cmp_ok $n{429}, '>', AT_ONCE / 2, 'most found none';
	my @away = grep { $_->{status} == 429 } @came;
	is scalar(grep { $_->{text} =~ /^Retry-After: \d+\r$/mi } @away), scalar @away, 'each of them is told when to come again';
	is scalar(grep { $_->{text} =~ /Too many people want this/ } @away), scalar @away, 'and why, in the shop\'s own words';
	# However busy the machine is: to send somebody away costs less than a hash.
	my ($third) = (grep { $came[$_]{status} == 422 } 0 .. $#came)[WORK] // $#came;
	cmp_ok scalar(grep { $_->{status} == 429 } @came[0 .. $third]), '>', AT_ONCE / 2, 'at once: before the first who waited was heard';
	cmp_ok $most, '>', 0, 'hashing was seen';
	cmp_ok $most, '<=', WORK, 'never more than two at a time';
	is join(' ', sort keys %page), '200', 'a page that costs little comes all the while';
};

subtest 'and again' => sub {
	is scalar(workers()), PLACES + 1, 'no worker was lost';
	is $ana->try->status, 303, 'who comes again gets in';
	# Killed while it hashes, a worker leaves its place.
	for (1 .. 4) {
		my @s = map { try() } 1 .. WORK;
		wait_for(10, sub { hashing($base) }) or die "nobody hashes\n";
		kill 'KILL', workers();
		close $_ for @s;
		wait_for(20, sub { workers() == PLACES + 1 }) or die "workers stay away\n";
	}
	# When the web server has no more of what it had for the dead.
	ok wait_for(40, sub { join(' ', map { $_->{status} } answers(sub { }, map { try() } 1 .. WORK)) eq join(' ', (422) x WORK) }),
		'T79 a worker that dies takes no turn along';
};
done_testing;
