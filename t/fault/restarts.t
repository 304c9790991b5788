#!/usr/bin/perl
# Promise: fifty restarts while visitors ask and buy, and no request fails (P12): half of them as a reload, which
# takes over the new program and settings under the same process id, half as a new release does, a new copy on the
# same socket before the old one ends.  Then workers and masters are killed: what was in the air is told to come
# again, nothing else is lost.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(alive read_file wait_for);
use Load;
use Shop;
use Test::More;
use Time::HiRes qw(sleep time);

use constant { RESTARTS => 50, VISITORS => 6, KILLS => 12 };

my $shop = Shop->start(kind => 'empty', config => { 'web.workers' => 2 }, rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
$f->stock($f->{tenant}{acme}, 'PLAIN', 'W1', 1_000_000);
my $stack = $shop->stack;
my @programs = qw(home catalog cart);
my @paths = ('/', '/p/' . $f->slug_of('one'), '/cart', '/c/shoes');
my $variant = $f->variant_of('one');

sub workers
{
	my ($name) = @_;
	my $pid = $stack->running($name) or return;
	my $file = "/proc/$pid/task/$pid/children";
	return -e $file ? split ' ', read_file($file) : ();
}

# Every third try puts something into a new cart, the others look at pages.
sub work
{
	my ($v, $n, $k) = @_;
	return $n % 3 ? $v->get($paths[($n + $k) % @paths]) : $v->post('/cart/items', { variant => $variant, quantity => 1 });
}

sub bad { return grep { $_->{status} < 200 || $_->{status} >= 400 } @_ }

my $carts = $shop->value('SELECT count(*) FROM sales.cart');
my $load = Load->start($shop, visitors => VISITORS, work => \&work);
ok wait_for(20, sub { $load->count > 20 }), 'visitors ask';
my ($reloads, $releases) = (0, 0);
for my $round (1 .. RESTARTS) {
	my $name = $programs[$round % @programs];
	my %old = map { ($_ => 1) } workers($name);
	my $pid = $stack->running($name);
	if ($round % 2) {
		kill 'HUP', $pid;
		$reloads++ if wait_for(30, sub { my @now = workers($name); @now && !grep { $old{$_} } @now }) && $stack->running($name) == $pid;
	} else {
		$stack->restart_program($name);
		$releases++ if $stack->running($name) && $stack->running($name) != $pid;
	}
}
my @answers = $load->stop;
is "$reloads $releases", join(' ', (RESTARTS / 2) x 2), RESTARTS . ' restarts';
is_deeply [map { "$_->{status} after $_->{ms} ms" } bad(@answers)], [], 'of ' . @answers . ' requests none failed (' . Load::tally(@answers) . ')';
cmp_ok scalar @answers, '>', RESTARTS, '... and there were enough of them';
is $shop->value('SELECT count(*) FROM sales.cart') - $carts, scalar(grep { $_->{status} == 303 } @answers), 'each cart that was promised is there, and no other';

# ---- killed ----
$carts = $shop->value('SELECT count(*) FROM sales.cart');
$load = Load->start($shop, visitors => VISITORS, work => \&work);
ok wait_for(20, sub { $load->count > 20 }), 'visitors ask again';
for my $round (1 .. KILLS) {
	# One whose successor still waits for its turn is none.
	my @victims;
	wait_for(20, sub { @victims = workers('cart') }) or die "no workers come back\n";
	kill 'KILL', $victims[rand @victims];
	my $n = $load->count;
	wait_for(10, sub { $load->count > $n + 10 });
}
@answers = $load->stop;
my @bad = bad(@answers);
is scalar(grep { $_->{status} != 503 || $_->{retry} eq '-' } @bad), 0, 'a worker is killed ' . KILLS . ' times: who loses his answer is told when to come again (' . Load::tally(@answers) . ')';
cmp_ok scalar @bad, '<=', KILLS, '... one answer for each at most';
my $made = $shop->value('SELECT count(*) FROM sales.cart') - $carts;
my $promised = grep { $_->{status} == 303 } @answers;
ok $made >= $promised && $made <= $promised + @bad, "... and each promise was kept: $promised promised, $made there";
is $shop->visitor('one')->get('/cart')->status, 200, '... and it serves';
done_testing;
