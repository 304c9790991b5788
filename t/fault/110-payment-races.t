# Promise: whoever moves an order's money at the same moment, the order is paid once, a paid order is
# never cancelled, what is given back never exceeds what came in, no piece is sold twice, and nobody
# waits for another in a ring.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Race;
use Test::More;
use Testbed;

my $bed = Testbed->new;
my $database = $bed->clone('empty');
my $cluster = $bed->cluster;
$cluster->map_roles;
my $dbh = $cluster->dbh($database);
my $f = Fixture->new($dbh);
my $c = CardOrder->new($dbh, $f);
my $t = $c->{tenant};
$f->stock($t, 'PLAIN', 'W1', 10_000);

sub at_once { my ($role, @work) = @_; return Race::at_once($dbh, sub { Race::connection($cluster, $database, $role && "_sutler-$role") }, $t, @work) }
sub captured { my ($o, %e) = @_; return sub { my ($d) = @_; return $c->said($d, $o, 'captured', %e) } }
sub expired { my ($o, %e) = @_; return sub { my ($d) = @_; return $c->said($d, $o, 'expired', %e) } }
sub expire { my ($d) = @_; return 'ended ' . ($d->selectrow_array('SELECT payment.expire(?, 50)', undef, $t))[0] }
sub even { return $c->value('SELECT inventory.reconcile(?)', undef, $t) }

subtest 'T20 twenty refunds at once' => sub {
	for my $round (1 .. 10) {
		my $o = $c->order;
		$c->said($dbh, $o, 'captured');
		my $seen = at_once(undef, map { my $id = Fixture::id(); sub { ($_[0]->selectrow_array("SELECT payment.ask_refund(?, ?, 90, 'EUR', 'race', 'test', ?)",
			undef, $t, $o->{id}, $id))[0] } } 1 .. 20);
		is_deeply $seen, { ok => 11, too_much => 9 }, "round $round: eleven times 0.90 of 10.00";
		is $c->books($o), 'gateway 1000, receivable -10, refunds_due -990', 'and the books say the same';
	}
};

subtest 'P3 the same report sixteen times at once' => sub {
	for my $round (1 .. 10) {
		my $o = $c->order;
		my $seen = at_once('webhooks', map { captured($o, event => "evt_same_$round") } 1 .. 16);
		is_deeply $seen, { paid => 1, again => 15 }, "round $round: it pays once";
		is $c->books($o), 'gateway 1000, receivable -1000', 'and is booked once';
		is $c->mails($o), 'payment-received', 'with one mail';
	}
};

subtest 'T13 two pages of an order are paid at once' => sub {
	for my $round (1 .. 20) {
		my $o = $c->order;
		$c->said($dbh, $o, 'expired');
		my $second = $c->attempt($o);
		my $seen = at_once('webhooks', captured($o), captured($o, of => $second));
		is_deeply $seen, { paid => 1, second => 1 }, "round $round: one pays, the other goes back";
		is $c->states($o), 'open paid', 'the order is paid';
		is $c->books($o), 'gateway 2000, receivable -1000, refunds_due -1000', 'once';
	}
};

subtest 'T15 the end of unpaid orders races with the report' => sub {
	my %ends;
	for my $round (1 .. 60) {
		my $o = $c->order(age => 61);
		$c->said($dbh, $o, 'expired');
		my $seen = at_once(undef, captured($o), \&expire);
		my ($said) = grep { /^(?:paid|late)/ } keys %$seen;
		my $end = $c->states($o);
		$ends{ exists $seen->{'ended 1'} ? 'cancelled first' : 'paid first' }++;
		is $end, 'open paid', 'the order is paid and open, whoever was first' or diag explain $seen;
		is $c->held($o), 1, 'its piece is held';
		is $c->books($o), 'gateway 1000, receivable -1000', 'the money is booked once';
	}
	note explain \%ends;
};

subtest 'T14 late money for the last piece races with another buyer' => sub {
	my %ends;
	for my $round (1 .. 40) {
		my $o = $c->order(sku => 'LAST', age => 61);
		$c->said($dbh, $o, 'expired');
		expire($dbh);
		my $cart = Fixture::id();
		my $seen = at_once(undef, captured($o), sub { ($_[0]->selectrow_array(
			"SELECT inventory.take(?, ?, ?, NULL, sutler.now() + interval '1 hour', '', ?, ?)", undef, $t, $c->{store}, $cart, [$f->{variant}{LAST}], [1]))[0] ? 'short' : 'taken' });
		my $end = $c->states($o);
		$ends{$end}++;
		ok(($end eq 'open paid' && $seen->{short} && $c->held($o) == 1) || ($end eq 'cancelled failed' && $seen->{taken} && $c->held($o) == 0 && $c->refunds($o)),
			"round $round: one of both has it ($end)") or diag explain $seen;
		$dbh->do('SELECT sales.cancel(?, ?, ?, ?)', undef, $t, $o->{id}, 'test', '') if $end =~ /^open/;
		$dbh->do('SELECT inventory.release_expired(?, 100)', undef, $t) if $dbh->do('UPDATE inventory.hold SET expires_at = sutler.now() WHERE cart_id = ?', undef, $cart) > 0;
	}
	note explain \%ends;
};

subtest 'cancelling, refunding, reporting and asking at once' => sub {
	for my $round (1 .. 20) {
		my $o = $c->order;
		$c->said($dbh, $o, 'captured');
		my @ids = map { Fixture::id() } 1 .. 4;
		my $seen = at_once(undef, (map { my $id = $_; sub { ($_[0]->selectrow_array("SELECT payment.ask_refund(?, ?, 400, 'EUR', 'race', 'test', ?)", undef, $t, $o->{id}, $id))[0] } } @ids),
			sub { ($_[0]->selectrow_array("SELECT sales.cancel(?, ?, 'sutlerctl', 'race')", undef, $t, $o->{id}))[0] . ' cancel' },
			captured($o), sub { $c->said($_[0], $o, 'disputed', amount => 1000, refund_ref => "dp_$round") },
			sub { $_[0]->selectall_arrayref('SELECT d.call FROM payment.take_due(?, 5) d', undef, $t); 'asked' });
		is scalar(grep { /deadlock|error|busy/ } keys %$seen), 0, "round $round: nobody waits in a ring" or diag explain $seen;
		cmp_ok $c->value('SELECT refunded FROM payment.payment WHERE order_id = ?', undef, $o->{id}), '<=', 1000, 'no more than came in is given back';
		is $c->value(q{SELECT sum(m) FROM payment.payment p JOIN payment.entry e USING (tenant_id, payment_id)
			CROSS JOIN LATERAL (VALUES (e.amount), (-e.amount)) AS x (m) WHERE p.order_id = ?}, undef, $o->{id}), 0, 'the books are even';
	}
};

subtest 'T25 one order, many tabs: one attempt' => sub {
	for my $round (1 .. 10) {
		my $o = $c->order(intent => 0);
		my $seen = at_once('order', map { my $id = Fixture::id(); sub { join ' ', $_[0]->selectrow_array(
			q{SELECT b.outcome, b.intent_id FROM payment.begin_intent(?, ?, sha256(convert_to(?, 'UTF8')), NULL, NULL, ?, ?) b}, undef, $t, $c->{store}, $o->{token}, $id, $o->{address}) } } 1 .. 12);
		is scalar(keys %$seen), 1, "round $round: twelve tabs take up the same attempt" or diag explain $seen;
		is $c->value('SELECT count(*) FROM payment.intent WHERE order_id = ?', undef, $o->{id}), 1, 'there is one';
	}
};

is even(), 0, 'counts are proven by movements and holds';
done_testing;
