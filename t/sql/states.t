#!/usr/bin/perl
# Promise: an order moves on its four axes by the steps of sales.step and by no other: from every
# state every event is tried, those of the table lead where it says, leave one event row and queue
# its mail, all others are refused and change nothing.  doc/states.md draws the same table.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use CardOrder;
use Fixture;
use House qw(read_file top);
use Schema;
use States;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $c = CardOrder->new($dbh, Fixture->new($dbh));
my $tenant = $c->{tenant};
my %column = (order => 'state', payment => 'payment', fulfilment => 'fulfilment', return => 'return_state');

my $rows = States::rows($dbh);
my (%step, %events);
for my $r (@$rows) {
	my ($axis, $from, $event, $to, $mail) = @$r;
	$step{$axis}{$from}{$event} = { to => $to, mail => $mail };
	$events{$event} = 1;
}

# What a column may hold, by its CHECK.
sub states_of
{
	my ($column) = @_;
	my ($check) = $dbh->selectrow_array(q{SELECT pg_get_constraintdef(oid) FROM pg_constraint
		WHERE conrelid = 'sales.order'::regclass AND contype = 'c' AND conname = ?}, undef, "order_${column}_check");
	return $check =~ /'(\w+)'/g;
}

my $order = $c->order(intent => 0)->{id};
sub look
{
	return join ' ', $dbh->selectrow_array(q{SELECT state, payment, fulfilment, return_state,
		(SELECT count(*) FROM sales.order_event e WHERE e.order_id = o.order_id),
		(SELECT count(*) FROM event.outbox x WHERE x.order_id = o.order_id) FROM sales."order" o WHERE order_id = ?}, undef, $order);
}

sub fire { my ($axis, $event) = @_; return ($dbh->selectrow_array('SELECT sales.fire(?, ?, ?, ?, ?, ?)', undef, $tenant, $order, $axis, $event, 'a test', 'why'))[0] }

# ---- all axes, all states, all events of all axes and one of none ----
my ($allowed, $refused) = (0, 0);
for my $axis (sort keys %column) {
	my @states = states_of($column{$axis});
	cmp_ok(scalar @states, '>=', 4, "$axis has states");
	is_deeply([ grep { my $x = $_; !grep { $_ eq $x } @states } map { ($_->[1], $_->[3]) } grep { $_->[0] eq $axis } @$rows ], [], 'and its steps name no others');
	my %reached = (States::start($axis) => 1);
	for (@states) { $reached{ $_->[3] } ||= $reached{ $_->[1] } for grep { $_->[0] eq $axis } @$rows }
	is_deeply([ grep { !$reached{$_} } @states ], [], "each state of $axis can be reached");
	for my $from (@states) {
		for my $event (sort keys(%events), 'explode') {
			$dbh->begin_work;
			$dbh->do(qq{UPDATE sales."order" SET $column{$axis} = ? WHERE order_id = ?}, undef, $from, $order);
			my $before = look();
			my $want = $step{$axis}{$from}{$event};
			my $answer = fire($axis, $event);
			if ($want) {
				my $row = $dbh->selectrow_hashref(q{SELECT * FROM sales.order_event WHERE order_id = ? ORDER BY event_id DESC LIMIT 1}, undef, $order);
				my ($mail) = $dbh->selectrow_array('SELECT template FROM event.outbox WHERE order_id = ?', undef, $order);
				my ($to) = $dbh->selectrow_array(qq{SELECT $column{$axis} FROM sales."order" WHERE order_id = ?}, undef, $order);
				is("$answer $to " . ($mail // '') . " @$row{qw(axis event from_state to_state actor detail)}",
					"ok $want->{to} $want->{mail} $axis $event $from $want->{to} a test why", "$axis: $event leads from $from to $want->{to}");
				$allowed++;
			} else {
				is("$answer, " . look(), "not_allowed, $before", "$axis: no $event from $from");
				$refused++;
			}
			$dbh->rollback;
		}
	}
}
is($allowed, scalar @$rows, 'every step of the table was made');
cmp_ok($refused, '>', 5 * $allowed, 'and far more refused');

# ---- the axes guard each other ----
for my $state (qw(draft closed cancelled)) {
	for my $r (grep { $_->[0] =~ /^(?:fulfilment|return)$/ } @$rows) {
		my ($axis, $from, $event) = @$r;
		$dbh->begin_work;
		$dbh->do(qq{UPDATE sales."order" SET state = ?, $column{$axis} = ? WHERE order_id = ?}, undef, $state, $from, $order);
		my $want = $axis eq 'return' && $state eq 'closed' ? 'ok' : 'not_allowed';
		is(fire($axis, $event), $want, "$axis: $event from $from of an order that is $state: $want");
		$dbh->rollback;
	}
}
is(($dbh->selectrow_array('SELECT sales.fire(?, ?, ?, ?, ?, ?)', undef, $tenant, $c->id, 'order', 'close', '', ''))[0], 'unknown', 'an order that is none');
ok(!defined fire('weather', 'rain') || fire('weather', 'rain') eq 'not_allowed', 'an axis that is none');

# ---- the word ----
{
	my @axis = map { [ states_of($column{$_}) ] } qw(order payment fulfilment return);
	my $all = join ' ', map { sprintf q{CROSS JOIN unnest(ARRAY['%s']) AS %s}, join("','", @{ $axis[$_] }), qw(a b c d)[$_] } 0 .. 3;
	my ($n, $bad) = (0, 0);
	for my $r (@{ $dbh->selectall_arrayref("SELECT a, b, c, d, sales.word(a, b, c, d) FROM (SELECT) AS one $all") }) {
		my $w = pop @$r;
		$n++;
		$dbh->begin_work;
		$dbh->do('UPDATE sales."order" SET state = ?, payment = ?, fulfilment = ?, return_state = ? WHERE order_id = ?', undef, @$r, $order);
		$bad++ if $dbh->selectrow_array('SELECT word FROM sales."order" WHERE order_id = ?', undef, $order) ne $w;
		$dbh->rollback;
	}
	is($n, 4 * 6 * 6 * 6, 'all combinations of states have a word');
	is($bad, 0, 'the column of the queue says the same as sales.word()');
}

# ---- mails and the picture ----
for my $mail (sort { $a cmp $b } do { my %m = map { $_->[4] => 1 } grep { $_->[4] ne '' } @$rows; keys %m }) {
	ok(-f top() . "/tmpl/mail/$mail.$_.mustache", "the mail $mail has its $_") for qw(txt html);
}
ok(read_file(top() . '/doc/states.md') eq States::page($rows), 'doc/states.md is current (else run dev/gen-states)');

$dbh->disconnect;
done_testing;
