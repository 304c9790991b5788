#!/usr/bin/perl
# Promise: a worker that is never replaced does not grow: neither memory nor open files, over
# thousands of requests of every page that caches may keep, of pages that fail, and of carts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file);
use Test::More;
use Trial;

# Under the sanitizers memory is kept aside on purpose, and everything is slow: there leaks
# are what AddressSanitizer finds, and fewer requests are enough for it.
my $t = Trial->new(config => { 'web.request_limit' => 1_000_000 });
my ($first) = map { $_->{name} } @{ $t->{rows} };
my $sanitized = read_file($t->stack->{build} . "/cgi-bin/$first") =~ /__asan_init/;
my $requests = $sanitized ? 1000 : 3000;
my $growth_kb = 400;	# glibc's arenas breathe by about half of this

sub anonymous_kb { my ($pid) = @_; return (read_file("/proc/$pid/smaps_rollup") =~ /^Anonymous:\s+(\d+)/m)[0] }
sub files { my ($pid) = @_; my @f = glob "/proc/$pid/fd/*"; return scalar @f }

my %programs;
push @{ $programs{ $_->{program} } }, $_ for grep { $t->known($_) } $t->routes;
for my $program (sort keys %programs) {
	my @asks = map { my $r = $_; map { $t->request($r, $_) } qw(one three) } grep { $_->{method} eq 'GET' } @{ $programs{$program} };
	push @asks, map { { method => 'GET', host => 'one.localhost', path => $_ } } '/nowhere', '/%zz', '/?x=1';
	push @asks, { method => 'GET', host => 'nobody.localhost', path => '/' };
	push @asks, { method => 'POST', host => 'one.localhost', path => '/cart/items', form => { variant => 'none' } };
	my ($pid) = $t->workers($program);
	my $round = sub {
		my ($n) = @_;
		my $lost = 0;
		for my $i (1 .. $n) {
			$lost++ if !$t->ask($program, $asks[ $i % @asks ])->{status};
		}
		return $lost;
	};
	my $each = int($requests / keys %programs);
	$round->(int($each / 3));
	my ($kb, $fds) = (anonymous_kb($pid), files($pid));
	is($round->($each), 0, "$program: $each requests are answered");
	is(join(' ', $t->workers($program)), $pid, '... by the same worker');
	my $more = anonymous_kb($pid) - $kb;
	cmp_ok($more, '<', $growth_kb, "... whose memory grows by $more kB") if !$sanitized;
	# The last visitor's connection may still be there.
	cmp_ok(files($pid), '<=', $fds + 1, "... and which has no more files open than the $fds before");
}
# A worker that ends tells what it did not free.
for my $program (sort keys %programs) {
	$t->stack->end($program, 40);
	unlike($t->log($program), qr/Sanitizer|runtime error/, "$program: no sanitizer complains");
}
done_testing;
