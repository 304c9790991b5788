#!/usr/bin/perl
# Promise: a payment gateway that takes everything and answers nothing does not stop the shop
# (P15): other pages stay as fast as they were within a tenth, who pays is told within five
# seconds that it is not known or not possible now, and after five such calls at once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Gateway;
use House qw(read_file wait_for);
use POSIX ();
use Shop;
use Test::More;
use Time::HiRes qw(sleep time);

use constant { ROUNDS => 8, PAGES => 160, PAYERS => 4, TRIES => 4 };

# As many workers as the programs want themselves.
my $shop = Shop->start(kind => 'empty', gateway => 1, config => { 'web.workers' => 0 },
	rows => [Fixture::rows(qw(home catalog cart checkout order courier))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
my $c = CardOrder->new($shop->dbh, $f);
$shop->stack->set_origins;
fresh_account();
my $g = Gateway->new($shop->stack->gateway_url);
my @paths = ('/', '/p/' . $f->slug_of('one'), '/cart', '/about', '/search?q=plain');

# Another account at the gateway: its circuit is closed, and people wait in earnest.  Nobody
# has tried too often.
sub fresh_account
{
	$shop->dbh->do("DELETE FROM $_") for qw(payment.intent payment.account event.attempt);
	$shop->stack->open_accounts;
	return;
}

# Time of one page, ms.
my $reader = $shop->visitor('one');
sub page
{
	my ($path) = @_;
	my $start = time;
	my $status = $reader->get($path)->status;
	die "$path: $status\n" if $status >= 500;
	return 1000 * (time - $start);
}
sub pages { my ($times) = @_; push @$times, map { page($paths[$_ % @paths]) } 1 .. PAGES; return }
sub p95 { my ($times) = @_; my @s = sort { $a <=> $b } @$times; return $s[int(0.95 * @s)] }

# People who press "Pay now" again and again; each answer is a line "ms status who".
my @pids;
END { my $status = $?; kill 'KILL', @pids; $? = $status }
sub payers
{
	my ($log) = @_;
	my @orders = map { $c->order(intent => 0) } 1 .. PAYERS;
	my @started;
	for my $o (@orders) {
		my $pid = fork // die;
		if (!$pid) {
			$c->{dbh}{AutoInactiveDestroy} = 1;
			open my $out, '>>', $log or die $!;
			$out->autoflush(1);
			my $v = $shop->visitor('one');
			while (1) {
				my $start = time;
				my $got = $v->post("/order/$o->{token}/pay", {});
				printf {$out} "%.0f %d %s\n", 1000 * (time - $start), $got->status, $o->{number};
				sleep 0.5;
			}
		}
		push @started, $pid;
	}
	push @pids, @started;
	return @started;
}
sub stop { my (@which) = @_; kill 'KILL', @which; waitpid $_, 0 for @which; return }
sub asked { return scalar $g->requests('POST .*') }

pages([]) for 1 .. 2;		# caches, connections, prepared statements
my ($calm, $away, $ratio);
my (@first, $log);
for my $try (1 .. TRIES) {
	my (@calm, @away);
	for my $round (1 .. ROUNDS) {
		pages(\@calm);
		fresh_account();
		$g->behave('.*', 'hang', 0);
		$log = $shop->stack->{dir} . "/log/payers-$try-$round";
		my $before = asked();
		my @who = payers($log);
		wait_for(10, sub { asked() > $before }) or die "nobody reached the gateway\n";
		pages(\@away);
		stop(@who);
		$g->clear;
	}
	($calm, $away) = (p95(\@calm), p95(\@away));
	$ratio = $away / $calm;
	note sprintf 'p95 of %d pages: %.1f ms in peace, %.1f ms while the gateway hangs (%+.0f %%)', scalar @calm, $calm, $away, 100 * $ratio - 100;
	last if $ratio <= 1.10;
}
cmp_ok $ratio, '<=', 1.10, sprintf 'other pages are as fast as before within a tenth (%.1f ms, %.1f ms)', $calm, $away;

# Who pays.  Some of those who were stopped above still have a worker that waits for their answer:
# the payers to come begin with workers that are free.
my $order = $shop->stack->running('order');
sub workers { return split ' ', read_file("/proc/$order/task/$order/children") }
my %before = map { $_ => 1 } workers();
kill 'HUP', $order;
ok wait_for(20, sub { my @now = workers(); @now && !grep { $before{$_} } @now }), 'all workers are free';
fresh_account();
$g->behave('.*', 'hang', 0);
$log = $shop->stack->{dir} . '/log/payers-last';
my @who = payers($log);
# Whose last answer came at once.
sub quick { my %last = map { /^(\d+) \d+ (\d+)$/ ? ($2 => $1) : () } split /\n/, -e $log ? read_file($log) : ''; return grep { $_ < 1000 } values %last }
ok wait_for(60, sub { read_file($shop->stack->{dir} . '/log/courier.log') =~ /gateway is away/ && quick() == PAYERS }),
	'after five calls the gateway is left in peace';
my $lines = -e $log ? read_file($log) : '';
my $asked = asked();
sleep 3;
stop(@who);
my @answers = map { [split / /] } split /\n/, $lines;
my ($slowest) = sort { $b <=> $a } map { $_->[0] } @answers;
cmp_ok $slowest, '<=', 5500, "who pays is answered within five seconds ($slowest ms)";
is join(' ', grep { $_ != 303 } map { $_->[1] } @answers), '', '... and led back to his order';
my @later = map { [split / /] } split /\n/, substr read_file($log), length $lines;
cmp_ok scalar @later, '>', PAYERS, 'then many are answered';
my ($slow) = sort { $b <=> $a } map { $_->[0] } @later;
cmp_ok $slow, '<', 1000, "... at once ($slow ms)";
is asked(), $asked, '... and the gateway is not asked';
done_testing;
