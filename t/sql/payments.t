#!/usr/bin/perl
# Promise: whatever a gateway reports, in any order and any number of times, ends in one state: the
# money that came in is booked once, an order is paid once and only by what fits it, refunds never
# exceed the capture, the books sum to zero, and nothing that was reported is lost.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use CardOrder;
use Fixture;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my $c = CardOrder->new($dbh, $f);
my ($tenant, $store, $account) = @$c{qw(tenant store account)};
my $other = $c->account(active => 0);

sub value { return $c->value(@_) }
sub id { return $c->id }
sub order { return $c->order(@_) }
sub begin { return $c->begin(@_) }
sub attempt { return $c->attempt(@_) }
sub states { return $c->states(@_) }
sub mails { return $c->mails(@_) }
sub held { return $c->held(@_) }
sub work { return $c->work(@_) }
sub refunds { return $c->refunds(@_) }
sub books { return $c->books(@_) }

# What a gateway says of an order's attempt, each time by another event.
my $event = 0;
sub said { my ($o, $kind, %e) = @_; return $c->said($dbh, $o, $kind, event => sprintf('evt_%d', ++$event), %e) }
sub refund { my ($o, $amount, %r) = @_; return value('SELECT payment.ask_refund(?, ?, ?, ?, ?, ?, ?)', undef, $tenant, $o->{id}, $amount, $r{currency} // 'EUR',
	'test', 'sutlerctl', $r{id} // id()) }
sub answer { my ($refund, $state, $ref) = @_; return value('SELECT payment.refund_answer(?, ?, ?, ?, ?)', undef, $tenant, $refund, $state, $ref // '', '') }

# Everything there is of an order, without ids and times.
sub digest
{
	my ($o) = @_;
	return join ' | ', states($o), books($o), mails($o), work($o), held($o),
		join(',', map { join '/', @$_ } @{ $dbh->selectall_arrayref(q{SELECT state, captured, excess, refunded, taken, code FROM payment.intent
			WHERE order_id = ? ORDER BY intent_id}, undef, $o->{id}) }),
		join(',', map { join '/', @$_ } @{ $dbh->selectall_arrayref(q{SELECT r.state, r.amount, r.actor, r.refund_ref FROM payment.refund r
			JOIN payment.intent i USING (tenant_id, intent_id) WHERE i.order_id = ? ORDER BY r.refund_ref, r.amount}, undef, $o->{id}) }),
		join(',', map { join '/', @$_ } @{ $dbh->selectall_arrayref(q{SELECT d.state, d.amount FROM payment.dispute d
			JOIN payment.intent i USING (tenant_id, intent_id) WHERE i.order_id = ?}, undef, $o->{id}) }),
		value(q{SELECT captured || '/' || refunded FROM payment.payment WHERE order_id = ?}, undef, $o->{id});
}

sub permute
{
	my ($done, @rest) = @_;
	return [@$done] if !@rest;
	return map { my $i = $_; permute([@$done, $rest[$i]], @rest[grep { $_ != $i } 0 .. $#rest]) } 0 .. $#rest;
}

# ---- P3, T18: every order of events and a duplicate ----
# The same duplicate has the same name; the others are events of their own.
my %stories = (
	'paid, then given back in part at the gateway' => [
		[ declined => (code => 'card_declined', event => 'e1') ],
		[ captured => (event => 'e2') ],
		[ captured => (event => 'e3', session_ref => '') ],
		[ refunded => (event => 'e4', amount => 400, refunded => 400) ],
		[ refunded => (event => 'e5', amount => 400, refund_ref => 're_1') ],
		[ captured => (event => 'e2') ],
	],
	'paid, given back whole, disputed all the same' => [
		[ open => (event => 'e1') ],
		[ captured => (event => 'e2') ],
		[ refunded => (event => 'e3', amount => 1000, refund_ref => 're_1') ],
		[ disputed => (event => 'e4', amount => 1000, refund_ref => 'dp_1') ],
		[ dispute_lost => (event => 'e5', amount => 1000, refund_ref => 'dp_1') ],
		[ dispute_lost => (event => 'e5', amount => 1000, refund_ref => 'dp_1') ],
	],
	'expired on the clock of another machine, and paid' => [
		[ expired => (event => 'e1') ],
		[ captured => (event => 'e2') ],
		[ declined => (event => 'e3', code => 'insufficient_funds') ],
		[ captured => (event => 'e4') ],
		[ unknown_type => (event => 'e5') ],
		[ captured => (event => 'e2') ],
	],
	'authorised, and captured in part' => [
		[ open => (event => 'e1') ],
		[ authorised => (event => 'e2') ],
		[ captured => (event => 'e3', amount => 600) ],
		[ captured => (event => 'e4', amount => 600, session_ref => '') ],
		[ authorised => (event => 'e2') ],
	],
	'authorised, and captured whole' => [
		[ authorised => (event => 'e1') ],
		[ open => (event => 'e2') ],
		[ captured => (event => 'e3') ],
		[ authorised => (event => 'e4') ],
		[ captured => (event => 'e3') ],
	],
	'authorised, and let go' => [
		[ authorised => (event => 'e1') ],
		[ open => (event => 'e2') ],
		[ failed => (event => 'e3', code => 'requested_by_customer') ],
		[ authorised => (event => 'e4') ],
		[ failed => (event => 'e3', code => 'requested_by_customer') ],
	],
);
my %ends = (
	'authorised, and captured in part' => 'open pending | gateway 600, receivable -600',
	'authorised, and captured whole' => 'open paid | gateway 1000, receivable -1000',
	'authorised, and let go' => 'open failed | ',
	'paid, then given back in part at the gateway' => 'open partly_refunded | gateway 600, receivable -600',
	'paid, given back whole, disputed all the same' => 'open refunded | gateway -1000, losses 1000',
	'expired on the clock of another machine, and paid' => 'open paid | gateway 1000, receivable -1000',
);
for my $story (sort keys %stories) {
	my (%seen, $n);
	my $last = $#{ $stories{$story} };
	for my $order (permute([], 0 .. $last)) {
		$dbh->begin_work;
		my $o = order(total => 1000);
		$dbh->do('UPDATE payment.intent SET later = true WHERE intent_id = ?', undef, $o->{intent}) if $story =~ /^authorised/;
		for my $i (@$order) {
			my ($kind, %e) = @{ $stories{$story}[$i] };
			my $name = $e{event} . " $o->{number}";
			# Each is kept first, as the webhooks program does; what was kept is not new.
			value('SELECT payment.keep_event(?, ?, ?, ?, ?)', undef, $tenant, $account, $name, $kind, '{}');
			said($o, $kind, %e, event => $name);
		}
		# Mails of an end that was none are dropped when they are written (t/fault/payments.t).
		(my $d = digest($o)) =~ s/payment-failed //;
		push @{ $seen{$d} }, join ',', @$order;
		$n++;
		is(value('SELECT count(*) FROM payment.event WHERE outcome = \'\''), 0, "$story: an event has no outcome") if value('SELECT count(*) FROM payment.event WHERE outcome = \'\'');
		$dbh->rollback;
	}
	is($n, $last == 5 ? 720 : 120, "$story: $n orders of events");
	is(scalar keys %seen, 1, 'one end (P3 T18)') or diag map { "$seen{$_}[0]: $_\n" } sort keys %seen;
	like((keys %seen)[0], qr/^\Q$ends{$story}\E/, "it is the right one: $ends{$story}");
}

# ---- authorised first, captured later ----
my $staff = id();
$f->add('staff.person', tenant_id => $tenant, staff_id => $staff, email => 'pay@example.test', name => 'Pia', state => 'active');
sub kept { my $o = order(total => 1000); $dbh->do('UPDATE payment.intent SET later = true WHERE intent_id = ?', undef, $o->{intent}); said($o, 'authorised'); return $o }
sub capture { my ($o, $amount, $d) = @_; return (($d // $dbh)->selectrow_array('SELECT outcome FROM payment.ask_capture(?, ?, ?, ?)', undef, $tenant, $staff, $o->{id}, $amount))[0] }
sub let_go { my ($o, $d) = @_; return (($d // $dbh)->selectrow_array('SELECT outcome FROM payment.ask_release(?, ?, ?, ?)', undef, $tenant, $staff, $o->{id}, 'test'))[0] }
sub calls { my ($o) = @_; $dbh->do('UPDATE payment.intent SET ask_at = sutler.now() WHERE intent_id = ?', undef, $o->{intent});
	return join ' ', map { $_->[0] } grep { $_->[1] eq $o->{intent} } @{ $dbh->selectall_arrayref('SELECT call, id FROM payment.take_due(?, 1000)', undef, $tenant) } }
{
	my $o = kept();
	is(states($o), 'open authorised', 'the money is kept, not taken');
	is(books($o), '', 'and not booked');
	ok(value('SELECT shipping.may_leave(o) FROM sales."order" o WHERE o.order_id = ?', undef, $o->{id}), 'the order may leave');
	is((begin($o))[0], 'paid', 'nobody pays twice');
	is(calls($o), 'payment.status', 'meanwhile the gateway is asked how it stands');
	is(capture($o, 1001), 'too_much', 'no more than was authorised');
	is(capture($o, 0), 'too_much', 'nor nothing');
	ok(!eval { local $dbh->{PrintError} = 0; $dbh->do('UPDATE payment.intent SET to_capture = 1001 WHERE intent_id = ?', undef, $o->{intent}); 1 }, 'whoever asks');
	is(capture($o, 600), 'ok', 'a part is asked for');
	is(capture($o, 600), 'ok', 'the same again is the same');
	is(capture($o, 700), 'again', 'another is not');
	is(let_go($o), 'again', 'what is captured is not let go');
	is(calls($o), 'payment.capture', 'reconcile-payments asks again when no answer came');
	is(said($o, 'captured', amount => 1001), 'review', 'more than that is held for a person');
	is(value('SELECT payment.capture_refused(?, ?, ?)', undef, $tenant, $o->{intent}, 'x'), 'again', 'which a late refusal does not change');
	$o = kept();
	is(capture($o, 1000), 'ok', 'all of another');
	is(value('SELECT payment.capture_refused(?, ?, ?)', undef, $tenant, $o->{intent}, 'card_declined'), 'ok', 'is refused');
	is(capture($o, 400), 'ok', 'then less may be asked for');
	is(said($o, 'captured', amount => 400), 'paid', 'it comes');
	is(states($o), 'open pending', 'the rest is due again');
	is(value('SELECT payment.due(?, ?)', undef, $tenant, $o->{id}), 600, 'which is what is missing');
	is((begin($o))[0], 'ok', 'and can be paid');
	$o = kept();
	is(let_go($o), 'ok', 'another is let go');
	is(capture($o, 1000), 'again', 'then it is not captured');
	is(calls($o), 'payment.release', 'the gateway is told');
	is(said($o, 'failed', code => 'requested_by_customer'), 'ok', 'it is gone');
	is(states($o) . ' ' . mails($o), 'open failed ', 'nobody is told that a payment failed');
	is(let_go($o), 'none', 'once');
	$o = kept();
	is(said($o, 'failed', code => 'automatic'), 'ok', 'one whose week is over');
	is(mails($o), 'payment-failed', 'is told');
	$o = kept();
	value('SELECT sales.cancel(?, ?, ?, ?)', undef, $tenant, $o->{id}, 'test', 'test');
	is(calls($o), 'payment.release', 'of a cancelled order it is let go');
	$o = order(total => 1000);
	$dbh->do('UPDATE payment.intent SET later = true WHERE intent_id = ?', undef, $o->{intent});
	value('SELECT sales.cancel(?, ?, ?, ?)', undef, $tenant, $o->{id}, 'test', 'test');
	is(said($o, 'authorised'), 'late', 'also when it is told late');
	is(calls($o), 'payment.release', 'and let go');
	$o = kept();
	value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, undef, $tenant, $o->{id});
	is(value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, undef, $tenant, $o->{id}), 'ok', 'a parcel leaves');
	is(calls($o), 'payment.capture', 'then it is captured by itself');
	$o = kept();
	$dbh->do(q{UPDATE payment.intent SET authorised_until = sutler.now() + interval '47 hours' WHERE intent_id = ?}, undef, $o->{intent});
	value('SELECT payment.expire(?, 100)', undef, $tenant);
	is(work($o), 'expiring', 'two days before it ends staff are warned');
	value('SELECT payment.expire(?, 100)', undef, $tenant);
	is(value('SELECT count(*) FROM payment.work WHERE order_id = ?', undef, $o->{id}), 1, 'once');
	said($o, 'captured');
	value('SELECT payment.expire(?, 100)', undef, $tenant);
	is(value('SELECT closed_by FROM payment.work WHERE order_id = ?', undef, $o->{id}), 'house', 'and no longer when it was captured');
	for my $round (1 .. 3) {
		$o = kept();
		my $seen = Race::at_once($dbh, sub { return $s->dbh }, $tenant, (map { my $n = $_; sub { return 'capture ' . capture($o, $n, $_[0]) } } 1000, 900), sub { return 'release ' . let_go($o, $_[0]) });
		is(scalar(grep { / ok$/ } keys %$seen), 1, "round $round: of two captures and a release at once one happens");
	}
}

# ---- T12: what does not fit is never paid ----
my $stranger = order();
for my $case ([ 'another amount', 'amount', amount => 999 ], [ 'another currency', 'currency', currency => 'USD' ],
	[ 'another order', 'order', order => $stranger->{id} ], [ 'another tenant', 'tenant', said_tenant => $f->{tenant}{bahari} ],
	[ 'real money on a test account', 'mode', live => 1 ], [ 'another page', 'session', session_ref => 'cs_forged' ]) {
	my ($name, $code, %e) = @$case;
	my $o = order();
	is(said($o, 'captured', %e), 'review', "T12 $name is held for review");
	is(states($o), 'open pending', 'and the order is not paid');
	is(work($o), 'mismatch', 'a person is told');
	is(join(' ', $dbh->selectrow_array('SELECT state, code, captured FROM payment.intent WHERE intent_id = ?', undef, $o->{intent})), "review $code 0", 'the attempt waits');
	is((begin($o))[0], 'review', 'nobody is sent to pay once more meanwhile');
	is(said($o, 'captured', %e), 'review', 'told again');
	is(value('SELECT count(*) FROM payment.work WHERE order_id = ?', undef, $o->{id}), 1, 'it is one matter');
	is(said($o, 'captured'), 'paid', 'and what fits still pays');
}
{
	my $o = order();
	is(said($o, 'captured', account => $other), 'review', 'T12 T17 an event of another account of the store');
	is(states($o), 'open pending', 'changes nothing');
	is(said($o, 'captured', intent => id(), session_ref => '', payment_ref => 'pi_x'), 'review', 'T18 an attempt nobody knows is kept for review');
	is(said($o, 'captured', intent => "'; DROP TABLE", order => '{}', session_ref => 'cs_y', payment_ref => 'pi_y'), 'review', 'ids that are none too');
	is(said($o, 'captured', intent => '', order => '', session_ref => 'cs_z', payment_ref => 'pi_z'), 'not_ours', 'money of another shop of the same account is not ours');
	is(states($o), 'open pending', 'nothing was paid by all that');
	is(value(q{SELECT count(*) FROM payment.work WHERE kind = 'unknown'}), 3, 'three matters for a person');
	is(said($o, 'nothing'), 'nothing', 'events of no consequence');
	is(said($o, 'unknown_type'), 'kept', 'and words we do not know are kept');
	is(said($o, 'expired', session_ref => 'cs_other'), 'ignored', 'an end of another page ends nothing');
}

{
	my $o = order();
	said($o, 'expired');
	$dbh->do('UPDATE payment.payment SET amount = 1200 WHERE order_id = ?', undef, $o->{id});
	is(said($o, 'captured'), 'review', 'T12 money of a page that asked for the total before the order was changed');
	is(states($o), 'open failed', 'is not taken for the new one');
}

# ---- T13: two pages of one order both succeed ----
{
	my $o = order();
	my $first = $o->{intent};
	is((begin($o))[1], $first, 'an attempt under way is taken up again: the same page');
	said($o, 'expired');
	is(states($o), 'open failed', 'its end leaves the order unpaid');
	my $second = attempt($o);
	is(states($o), 'open pending', 'a new attempt waits for money');
	is(said($o, 'captured', of => $second), 'paid', 'it pays');
	is(said($o, 'captured'), 'second', 'T13 the first page brings money too');
	is(states($o), 'open paid', 'the order is paid once');
	is(books($o), 'gateway 2000, receivable -1000, refunds_due -1000', 'the second sum is on its way back');
	my ($refund) = refunds($o);
	is(join(' ', $dbh->selectrow_array('SELECT amount, actor, state, intent_id = ? FROM payment.refund WHERE refund_id = ?', undef, $first, $refund)), '1000 house asked 1',
		'a refund of it, by the house');
	answer($refund, 'done', 're_s');
	is(books($o), 'gateway 1000, receivable -1000', 'and then it is gone');
	is(states($o), 'open paid', 'the order is still paid');
	is(work($o), 'second', 'a person may look');
	like(mails($o), qr/payment-received.*payment-returned/, 'the buyer knows');
	is((begin($o))[0], 'paid', 'nothing more is to be paid');
	is(refund($o, undef), 'ok', 'the rest may be given back');
	is(value('SELECT amount FROM payment.refund WHERE refund_id = ?', undef, (refunds($o))[-1]), 1000, 'the paid sum, not both');
}

# ---- PAY-13, T14, T15: orders that are not paid in time ----
{
	my $o = order(sku => 'LAST', total => 1250, age => 61);
	is(value('SELECT payment.expire(?, 50)', undef, $tenant), 0, 'T15 an order with an open page is not cancelled, whatever its age');
	said($o, 'expired');
	is(value('SELECT payment.expire(?, 50)', undef, $tenant), 1, 'when its page ended it is');
	is(states($o), 'cancelled failed', 'cancelled');
	is(held($o), 0, 'its stock is free');
	like(mails($o), qr/^cancelled payment-failed$/, 'the buyer is told');
	is((begin($o))[0], 'none', 'and cannot pay it any more');
	is(said($o, 'captured'), 'paid', 'T14 money comes after all, and the piece is still there');
	is(states($o), 'open paid', 'the order lives again');
	is(held($o), 1, 'and holds its piece');

	my $p = order(sku => 'FEW', pieces => 3, total => 2500, age => 61);
	said($p, 'failed');
	value('SELECT payment.expire(?, 50)', undef, $tenant);
	my $rival = order(sku => 'FEW', pieces => 2, intent => 0);
	is(said($p, 'captured'), 'late', 'T14 money comes, the pieces are gone');
	is(states($p), 'cancelled failed', 'it stays cancelled');
	is(held($p), 0, 'nothing is oversold');
	is(books($p), 'excess 0' x 0 . 'gateway 2500, refunds_due -2500', 'the money goes back');
	like(mails($p), qr/payment-returned/, 'the buyer is told');
	is(value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', undef, $p->{id}), 0, 'no invoice');
	answer((refunds($p))[0], 'done', 're_late');
	is(books($p), '', 'and all is even');

	my $gone = order();
	is(value('SELECT sales.cancel(?, ?, ?, ?)', undef, $tenant, $gone->{id}, 'sutlerctl', 'buyer asked'), 'ok', 'staff cancel an unpaid order');
	is_deeply([ grep { $_ eq "payment.expire $gone->{intent}" } due() ], ["payment.expire $gone->{intent}"], 'its page is to be closed');
	is(said($gone, 'captured'), 'late', 'what a person cancelled stays cancelled');
	is(scalar(refunds($gone)), 1, 'and the money goes back');

	my $kept = order(age => 59);
	said($kept, 'expired');
	my $young = order(age => 0, intent => 0);
	my $paid = order(age => 600);
	said($paid, 'captured');
	my $transfer = order(method => 'bank_transfer', intent => 0, age => 600);
	is(value('SELECT payment.expire(?, 50)', undef, $tenant), 0, 'the store\'s time, paid orders and other ways to pay are respected');
	my $never = order(age => 61, intent => 0);
	my (undef, $lost) = begin($never);
	value('SELECT payment.expire(?, 50)', undef, $tenant);
	is(states($never), 'open pending', 'an attempt that was just begun may still open');
	$dbh->do(q{UPDATE payment.intent SET changed_at = changed_at - interval '61 minutes' WHERE intent_id = ?}, undef, $lost);
	is(value('SELECT payment.expire(?, 50)', undef, $tenant), 1, 'one that never did is over');
	is(value(q{SELECT payment.opened(?, ?, 'cs_late', 'https://pay.test/', sutler.now())}, undef, $tenant, $lost), 'over', 'and nobody is sent to it any more');
}

# What reconcile-payments would ask for now: "call id".
sub due
{
	$dbh->do(q{UPDATE payment.intent SET ask_at = sutler.now() - interval '1 second' WHERE state IN ('new', 'open', 'unknown')});
	return map { "$_->[0] $_->[1]" } @{ $dbh->selectall_arrayref('SELECT d.call, d.id FROM payment.take_due(?, 1000) d', undef, $tenant) };
}

# ---- T14 with a coupon: it is used again, or the order stays cancelled ----
{
	my $o = order(coupon => 'ONCE', age => 61);
	$f->add('sales.coupon_use', tenant_id => $tenant, store_id => $store, coupon_id => $f->{coupon}{ONCE}, order_id => $o->{id}, email_key => 'x');
	$dbh->do(q{UPDATE sales.coupon SET used = 1 WHERE code = 'ONCE'});
	said($o, 'expired');
	value('SELECT payment.expire(?, 50)', undef, $tenant);
	is(value(q{SELECT used FROM sales.coupon WHERE code = 'ONCE'}), 0, 'a cancelled order gives its coupon back');
	$dbh->do(q{UPDATE sales.coupon SET used = 1 WHERE code = 'ONCE'});
	is(said($o, 'captured'), 'late', 'T14 another had the coupon meanwhile: the money goes back');
	is(states($o), 'cancelled failed', 'the order stays cancelled');
	is(held($o), 0, 'without holding anything');
}

# ---- T20: refunds ----
{
	my $o = order();
	is(refund($o, 100), 'none', 'T20 nothing came in yet');
	said($o, 'captured');
	is(refund($o, -1), 'amount', 'T20 less than nothing');
	is(refund($o, 0), 'amount', 'nothing');
	is(refund($o, 100, currency => 'USD'), 'currency', 'T20 another currency');
	is(refund($o, 1001), 'too_much', 'T20 more than came in');
	is(refund($o, 300), 'ok', 'a part');
	is(states($o), 'open paid', 'that is asked, not done');
	is(books($o), 'gateway 1000, receivable -700, refunds_due -300', 'the books say so');
	is(refund($o, 701), 'too_much', 'what is asked counts');
	my ($r) = refunds($o);
	is(answer($r, 'unknown'), 'ok', 'T21 no answer');
	is(answer($r, 'pending', 're_a'), 'ok', 'under way');
	is(answer($r, 'done', 're_a'), 'ok', 'done');
	is(answer($r, 'pending', 're_a'), 'again', 'never backwards');
	is(said($o, 'refunded', amount => 300, refund => $r, refund_ref => 're_a'), 'again', 'the gateway tells it too');
	is(said($o, 'refunded', amount => 300, refunded => 300), 'again', 'and the total');
	is(states($o), 'open partly_refunded', 'partly refunded');
	is(refund($o, 700), 'ok', 'the rest');
	is(said($o, 'refund_failed', amount => 700, refund => (refunds($o))[1], refund_ref => 're_b', code => 'expired_or_canceled_card'), 'ok', 'fails');
	is(books($o), 'gateway 700, receivable -700', 'and is open again');
	is(work($o), 'refund_failed', 'a person is told');
	is(refund($o, 700), 'ok', 'once more');
	is(answer((refunds($o))[2], 'done', 're_c'), 'ok', 'and done');
	is(states($o), 'open refunded', 'refunded');
	is(books($o), '', 'all is even');
	is(refund($o, 1), 'too_much', 'T20 nothing is left');
	is(said($o, 'refund_failed', amount => 700, refund => (refunds($o))[2], refund_ref => 're_c', code => 'lost_card'), 'ok', 'a gateway may take "done" back');
	is(states($o), 'open partly_refunded', 'then it is partly refunded again');
	is(books($o), 'gateway 700, receivable -700', 'and the money is with us');
	is(value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', undef, $o->{id}), 1, 'it is billed once');
	like(mails($o), qr/refund-made refund-made/, 'two mails for two refunds');

	my $d = order();
	said($d, 'captured');
	said($d, 'disputed', amount => 1000, refund_ref => 'dp_d');
	is(refund($d, 1), 'too_much', 'T20 after a chargeback nothing is given back');
	is(said($d, 'dispute_won', amount => 1000, refund_ref => 'dp_d'), 'ok', 'won');
	is(refund($d, 600), 'ok', 'then it may');
	is(said($d, 'disputed', amount => 1000, refund_ref => 'dp_e'), 'ok', 'P4 a dispute after a refund is recorded all the same');
	is(work($d), 'dispute dispute negative', 'the negative balance is a matter for a person');
	is(value('SELECT balance FROM (SELECT captured - refunded - taken AS balance FROM payment.intent WHERE intent_id = ?) b', undef, $d->{intent}), -600, 'of minus 6 euros');
}

# ---- ORD-06: a paid order that is cancelled gives its money back ----
{
	my $o = order();
	said($o, 'captured');
	is(value('SELECT sales.cancel(?, ?, ?, ?)', undef, $tenant, $o->{id}, 'sutlerctl', 'no longer made'), 'ok', 'a paid order is cancelled');
	is(states($o), 'cancelled paid', 'its money is on its way');
	is(books($o), 'gateway 1000, refunds_due -1000', 'asked for whole');
	answer((refunds($o))[0], 'done', 're_k');
	is(states($o), 'cancelled refunded', 'and done');
	is(held($o), 0, 'the stock is free');

	my $t = order(method => 'bank_transfer', intent => 0);
	is(value('SELECT sales.receive_payment(?, ?, ?, ?, ?)', undef, $tenant, $t->{id}, 1000, 'ref', 'sutlerctl'), 'ok', 'a transfer comes');
	is(refund($t, 400), 'ok', 'and a part is given back by hand');
	is(states($t), 'open partly_refunded', 'at once');
	is(refund($t, 601), 'too_much', 'never more than came');
	is(refund($t, undef), 'ok', 'the rest');
	is(states($t), 'open refunded', 'refunded');
	is(books($t), '', 'and even');
}

# ---- T25: attempts are counted ----
{
	my $o = order(intent => 0);
	my @got = map { my ($outcome, $intent) = begin($o); said($o, 'expired', of => $intent, session_ref => '') if $intent; $outcome } 1 .. 6;
	is("@got", 'ok ok ok ok ok too_many', 'T25 five pages in an hour for an order');
	my @orders = map { order(intent => 0) } 1 .. 21;
	is(join(' ', map { (begin($_, 'one address'))[0] } @orders), join(' ', ('ok') x 20, 'too_many'), 'T25 twenty for an address');
}

# ---- switching to another way, and what is offered ----
{
	my $o = order();
	my $switch = sub { my ($method) = @_; return value(q{SELECT payment.switch(?, ?, sha256(convert_to(?, 'UTF8')), NULL, NULL, ?)}, undef, $tenant, $store, $o->{token}, $method) };
	is($switch->('bank_transfer'), 'open', 'an open page must be closed first');
	is($switch->('barter'), 'none', 'what the store does not offer');
	said($o, 'expired');
	is($switch->('bank_transfer'), 'ok', 'then the order is paid by transfer');
	is(states($o), 'open pending', 'and waits');
	is((begin($o))[0], 'none', 'not by card any more');
	is(said($o, 'captured'), 'paid', 'money of the old page pays it all the same');
	is($switch->('cod'), 'paid', 'and then it is paid');
	is(value(q{SELECT payment.offered(?, ?, 'card', 'ES')}, undef, $tenant, $store), 1, 'card is offered');
	$dbh->do('UPDATE payment.account SET active = false WHERE account_id = ?', undef, $account);
	is(value(q{SELECT payment.offered(?, ?, 'card', 'ES')}, undef, $tenant, $store), 0, 'not without an account at a gateway');
	$dbh->do('UPDATE payment.account SET active = true WHERE account_id = ?', undef, $account);
}

# ---- what gateways wrote of buyers is not kept for ever ----
{
	my $o = order();
	$c->value('SELECT payment.keep_event(?, ?, ?, ?, ?)', undef, $tenant, $account, $_, 'x', '{"email":"a@b.example"}') for qw(evt_old evt_new);
	$dbh->do(q{UPDATE payment.event SET received_at = received_at - interval '36 days' WHERE event_ref = 'evt_old'});
	is(value('SELECT payment.forget(?, 10)', undef, $tenant), 1, 'P20 old reports are emptied');
	is(value('SELECT payment.forget(?, 10)', undef, $tenant), 0, 'once');
	is(value(q{SELECT string_agg(event_ref, ' ' ORDER BY event_ref) FROM payment.event WHERE event_ref IN ('evt_old', 'evt_new') AND body <> ''}), 'evt_new', 'newer ones are kept');
	is(value(q{SELECT payment.keep_event(?, ?, 'evt_old', 'x', '{}')}, undef, $tenant, $account), 0, 'and an old one is still known');
	said($o, 'captured', of => $o->{intent});
	my $twice = order();
	$dbh->do('SELECT sales.receive_payment(?, ?, 1000, ?, ?)', undef, $tenant, $twice->{id}, 'transfer', 'sutlerctl');
	is_deeply([ grep { /$twice->{intent}/ } due() ], ["payment.expire $twice->{intent}"], 'T13 a page of an order that is paid otherwise is closed');
	is(said($twice, 'captured'), 'second', 'and what is paid on it goes back');
}

# ---- the books ----
ok(!eval { local $dbh->{PrintError} = 0; $dbh->do('UPDATE payment.entry SET amount = 1'); 1 }, 'a money move cannot be changed');
ok(!eval { local $dbh->{PrintError} = 0; $dbh->do('DELETE FROM payment.entry'); 1 }, 'nor deleted');
is(value(q{SELECT count(*) FROM payment.payment p WHERE p.captured <> coalesce((SELECT sum(e.amount) FROM payment.entry e
	WHERE e.payment_id = p.payment_id AND e.reason = 'capture'), 0)}), 0, 'what is captured is booked, for all orders of this test');
is(value(q{SELECT count(*) FROM payment.payment p WHERE p.refunded <> coalesce((SELECT sum(r.amount) FROM payment.refund r
	WHERE r.payment_id = p.payment_id AND r.state <> 'failed' AND r.actor <> 'gateway'), 0)}), 0, 'what is given back too');
is(value('SELECT count(*) FROM audit.entry WHERE action = \'payment review\''), value('SELECT count(*) FROM payment.work'), 'each matter has its audit entry');
done_testing();
