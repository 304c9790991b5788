#!/usr/bin/perl
# Promise: ten times more visitors than the shop can serve are answered at once that it is full, with the time to come
# again, while those who are let in are served; when they are gone it is as fast as before within five seconds (P13).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Load;
use Shop;
use Test::More;
use Time::HiRes qw(sleep time);

use constant { CROWD => 40, EACH => 12, SECONDS => 8, AT_ONCE_MS => 1000, RECOVERED_S => 5 };

my $shop = Shop->start(kind => 'empty', limits => 1, config => { 'web.workers' => 2 }, rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
my $path = '/c/shoes';

sub page_ms
{
	my ($n) = @_;
	my $v = Visitor->new(port => $shop->stack->port, host => 'one.localhost', from => '127.4.0.' . (1 + $n % 200));
	my $start = time;
	my $status = $v->get($path)->status;
	return $status == 200 ? 1000 * (time - $start) : undef;
}

my $normal = Load::p95(grep { defined } map { page_ms($_) } 1 .. 60);
# Each of the crowd opens a dozen connections at once and reads them one by one: all wait at the same time.
my $load = Load->start($shop, visitors => CROWD, timeout_s => 40, work => sub {
	my ($v) = @_;
	my $one = Visitor->new(%$v);
	my @s = map { $one->connection } 1 .. EACH;
	print {$_} "GET $path HTTP/1.1\r\nHost: one.localhost\r\nConnection: close\r\n\r\n" for @s;
	$_->flush for @s;
	my %seen;
	my $start = time;
	my (@pages, @refused_ms);
	require IO::Select;
	my $select = IO::Select->new(@s);
	my %text;
	while ($select->count) {
		my @ready = $select->can_read(40) or last;
		for my $s (@ready) {
			my $n = sysread $s, my $bytes, 65536;
			$text{$s} .= $bytes if $n;
			next if $n;
			$select->remove($s);
			my ($status) = ($text{$s} // '') =~ m{^HTTP/1\.1 (\d+)};
			$status //= 0;
			$seen{$status}++;
			next if $status == 200;
			push @refused_ms, 1000 * (time - $start);
			$seen{silent}++ if $text{$s} !~ /^Retry-After: \d+\r$/mi;
		}
	}
	my ($slowest) = sort { $b <=> $a } @refused_ms, 0;
	my $page = bless { status => $seen{200} ? 200 : 503, headers => {} }, 'Visitor::Page';
	return ($page, join ',', sprintf('refused_ms=%.0f', $slowest), map { "$_=$seen{$_}" } sort keys %seen);
});
sleep SECONDS;
my @answers = $load->stop;
my $end = time;
my (%n, @refused_ms);
for my $a (@answers) {
	for my $pair (split /,/, $a->{note}) {
		my ($what, $value) = split /=/, $pair;
		$what eq 'refused_ms' ? push @refused_ms, $value : ($n{$what} += $value);
	}
}
my $tally = join ', ', map { "$_: $n{$_}" } sort keys %n;
cmp_ok $n{200} // 0, '>', 0, "some are served ($tally)";
cmp_ok(($n{503} // 0) + ($n{429} // 0), '>', 0, 'and the others refused');
is $n{silent} // 0, 0, '... each told when to come again';
is_deeply [grep { !/^(?:200|503|429|silent)$/ } sort keys %n], [], '... and nothing else happens';
cmp_ok Load::p95(@refused_ms), '<', AT_ONCE_MS, sprintf '... at once: %.0f ms', Load::p95(@refused_ms);
my $after;
while (time - $end < RECOVERED_S + 10) {
	my @ms = grep { defined } map { page_ms($_) } 1 .. 20;
	$after = @ms == 20 ? Load::p95(@ms) : undef;
	last if defined $after && $after < 3 * $normal + 50;
}
cmp_ok time - $end, '<=', RECOVERED_S, sprintf 'when they are gone: %.0f ms after %.1f s (%.0f ms before)', $after // 0, time - $end, $normal;
done_testing;
