#!/usr/bin/perl
# Promise: whatever is killed at whatever moment between the buyer's last click and the refund, in the
# end each capture at the gateway is in our books once, each order is paid once and has its one mail,
# each refund was made once, and nothing that came in is lost (P5, P6).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use CardOrder;
use Fixture;
use Gateway;
use House qw(alive demoted read_file spawn wait_for);
use POSIX ();
use Shop;
use Test::More;

use constant { KILLS => 100, MOST_ROUNDS => 220 };
# Random, but the same again when the number is given.
my $seed = $ENV{SUTLER_TEST_SEED} // time;
srand $seed;
diag "seed $seed";

my $shop = Shop->start(kind => 'empty', gateway => 1, rows => [Fixture::rows(qw(home cart checkout order webhooks courier))],
	config => { 'web.workers' => 8 });
my $stack = $shop->stack;
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
$f->stock($c->{tenant}, 'PLAIN', 'W1', 10_000);
$stack->set_origins;
$shop->dbh->do('UPDATE payment.account SET active = false');
$stack->gateway_account('one');
my $g = Gateway->new($stack->gateway_url);
my %killed;

# ---- killing ----

sub workers
{
	my ($program) = @_;
	my $pid = $stack->running($program);
	my $file = "/proc/$pid/task/$pid/children";
	return $pid && -e $file ? split ' ', read_file($file) : ();
}

# Does WORK while each worker of the programs may be killed after some random ms.
sub while_killing
{
	my ($programs, $most_ms, $work) = @_;
	my @targets = map { my $p = $_; map { [$p, $_] } workers($p) } @$programs;
	pipe my $read, my $write or die;
	my $pid = fork // die;
	if ($pid == 0) {
		close $read;
		# Half of a program's workers: whoever works on it is among them as often as not, and the
		# others go on, so that nobody waits for those who come back.
		my $program = $programs->[rand @$programs];
		my @of = grep { $_->[0] eq $program } @targets;
		select undef, undef, undef, rand($most_ms) / 1000;
		for my $t (splice @of, rand(@of / 2 + 1), (@of + 1) / 2) {
			syswrite $write, "$t->[0]\n" if kill 'KILL', $t->[1];
		}
		POSIX::_exit(0);
	}
	close $write;
	my $result = eval { $work->() };
	my @hit = readline $read;
	waitpid $pid, 0;
	chomp @hit;
	$killed{ $hit[0] }++ if @hit;
	wait_for(30, sub { !grep { !workers($_) } @$programs });
	return $result;
}

# Runs a job that is killed after some ms, or ends before.
sub job_killed
{
	my ($name, $most_ms, @args) = @_;
	my $pid = spawn(cmd => [demoted("$stack->{build}/jobs/$name", @args)], env => { $stack->environment }, log => "$stack->{dir}/log/$name.log");
	my $ended = wait_for(rand($most_ms) / 1000, sub { !alive($pid) });
	if (!$ended) {
		kill 'KILL', $pid;
		$killed{$name}++;
	}
	wait_for(10, sub { !alive($pid) });
	wait_for(10, sub { !$shop->value('SELECT count(*) FROM pg_stat_activity WHERE application_name = ?', "_sutler-$name") });
	return;
}

sub hurry
{
	$shop->dbh->do(q{UPDATE payment.intent SET ask_at = sutler.now() WHERE state IN ('new', 'open', 'unknown')});
	$shop->dbh->do(q{UPDATE payment.refund SET ask_at = sutler.now() WHERE state IN ('asked', 'unknown', 'pending')});
	return;
}

# ---- the rounds ----

my @buyers;
my $rounds = 0;
sub kills { my $n = 0; $n += $_ for values %killed; return $n }
while (kills() < KILLS && $rounds < MOST_ROUNDS) {
	my $round = $rounds++;
	# A buyer who is ready for the last button; the programs may still be coming back.
	my $b;
	wait_for(30, sub {
		$b = eval { Buyer->new($shop->visitor('one'))->add($f->{variant}{PLAIN}, 1)->contact(email => "kill$round\@example.test")->address->delivery
			->step('/checkout/payment', '/checkout/payment', { method => 'card' }, '/checkout/review') };
	}) or die "no buyer gets to the review: $@";
	my $review = $b->get('/checkout/review');
	my $press = sub { return eval { $b->visitor->submit($review, action => '/checkout/order', {}) } };
	while_killing([qw(checkout courier)], 40, $press);
	# The buyer presses again what gave him no answer: the same form.
	wait_for(30, sub { my $again = $press->(); $again && $again->status < 500 });
	push @buyers, "kill$round\@example.test";

	# Those who have a page pay, and come back by it or not.
	my ($session) = grep { $_->{status} eq 'open' } $g->sessions;
	if ($session) {
		while_killing([qw(webhooks courier order)], 30, sub {
			$g->pay($session->{id});
			my $path = $session->{success_url} =~ s{^https?://[^/]+}{}r;
			eval { $shop->visitor('one')->get($path) } if $round % 2;
		});
	}
	if ($round % 4 == 3) {
		# Some money goes back.
		$shop->dbh->do(q{SELECT payment.ask_refund(tenant_id, order_id, 100, 'EUR', 'kill', 'test', sutler.uuid7()) FROM sales."order"
			WHERE payment = 'paid' ORDER BY order_id DESC LIMIT 1});
		hurry();
		while_killing(['courier'], 60, sub { job_killed('reconcile-payments', 120) });
	}
	job_killed('deliver', 80, '--once') if $round % 8 == 7;
}
cmp_ok kills(), '>=', KILLS, sprintf 'P6 killed %d times in %d rounds: %s', kills(), $rounds, join ', ', map { "$_ $killed{$_}" } sort keys %killed;

# ---- now in peace ----
my $settled = wait_for(120, sub {
	hurry();
	# What breaker and restarts left of the last kills passes.
	$stack->run_job('reconcile-payments');
	return !$shop->value(q{SELECT count(*) FROM payment.refund WHERE state IN ('asked', 'unknown', 'pending')})
		&& !$shop->value(q{SELECT count(*) FROM payment.intent WHERE state IN ('new', 'unknown')});
});
ok $settled, 'the job settles all that was left open';
my @told = $g->deliver(map { $_->{id} } $g->events);
is_deeply [ grep { $_->{status} != 200 } @told ], [], 'P6 each report is taken when it comes again';
$shop->job('deliver', '--once') for 1 .. 3;
$shop->dbh->do(q{UPDATE event.ready SET due_at = sutler.now()});
$shop->job('deliver', '--once');

my @paid = grep { $_->{payment_status} eq 'paid' } $g->sessions;
cmp_ok scalar(@paid), '>=', 10, scalar(@paid) . ' pages were paid at the gateway';
my %ours = map { @$_ } @{ $shop->dbh->selectall_arrayref('SELECT intent_id, captured FROM payment.intent WHERE captured > 0') };
is_deeply \%ours, { map { ($_->{client_reference_id} => $_->{amount_total}) } @paid }, 'P6 each capture at the gateway is ours, and no other';
is $shop->value(q{SELECT count(*) FROM payment.entry WHERE reason = 'capture'}), scalar(@paid), 'booked once';
is $shop->value(q{SELECT count(*) FROM (SELECT order_id FROM payment.intent WHERE captured > 0 AND NOT excess GROUP BY order_id HAVING count(*) > 1) x}), 0,
	'no order is paid twice';
is $shop->value(q{SELECT count(*) FROM sales."order" o WHERE (o.payment IN ('paid', 'partly_refunded', 'refunded'))
	<> EXISTS (SELECT FROM payment.intent i WHERE i.order_id = o.order_id AND i.captured > 0 AND NOT i.excess)}), 0, 'paid are those that money came for';
is $shop->value(q{SELECT count(*) FROM (SELECT o.order_id FROM sales."order" o LEFT JOIN event.outbox b ON b.order_id = o.order_id AND b.template = 'payment-received'
	WHERE o.payment IN ('paid', 'partly_refunded', 'refunded') GROUP BY o.order_id HAVING count(b.outbox_id) <> 1) x}), 0, 'P6 each has its one mail';
is $shop->value('SELECT count(*) FROM (SELECT contact.email FROM sales."order" o JOIN sales.contact contact USING (tenant_id, contact_id) GROUP BY 1 HAVING count(*) > 1) x'), 0,
	'P2 no buyer has two orders';
is $shop->value('SELECT count(*) FROM sales."order"'), scalar(@buyers), 'and each has one';
is $shop->value('SELECT count(*) FROM payment.work'), 0, 'nothing waits for a person';

# Mails as they arrived: at most twice, and then with the same Message-ID.
my %mails;
push @{ $mails{ $_->{to}[0] } }, $_->{headers}{'message-id'} for grep { $_->{subject} =~ /Pago recibido/i } $shop->mails;
my $paid_orders = $shop->value(q{SELECT count(*) FROM sales."order" WHERE payment IN ('paid', 'partly_refunded', 'refunded')});
is scalar(keys %mails), $paid_orders, 'each buyer who paid has it in his box';
is scalar(grep { my %id = map { $_ => 1 } @{ $mails{$_} }; keys %id > 1 } keys %mails), 0, 'P6 whoever has it twice has the same twice';

# Refunds: one at the gateway for each of ours.
my %made;
$made{ $_->{data}{object}{metadata}{refund} // '' }{ $_->{data}{object}{id} } = 1 for grep { $_->{type} eq 'refund.created' } $g->events;
my @refunds = map { $_->[0] } @{ $shop->dbh->selectall_arrayref('SELECT refund_id FROM payment.refund') };
cmp_ok scalar(@refunds), '>=', 5, scalar(@refunds) . ' refunds were asked';
is_deeply [ sort keys %made ], [ sort @refunds ], 'P6 each was made at the gateway';
is scalar(grep { keys %{ $made{$_} } > 1 } keys %made), 0, 'once';
is $shop->value(q{SELECT count(*) FROM payment.refund WHERE state <> 'done'}), 0, 'and is done';
is $shop->value(q{SELECT coalesce(sum(m), 0) FROM payment.entry e CROSS JOIN LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) AS x (a, m)
	WHERE a IN ('refunds_due', 'excess')}), 0, 'no money hangs between two accounts';
is $shop->value('SELECT inventory.reconcile(?)', $c->{tenant}), 0, 'counts are proven by movements and holds';
done_testing;
