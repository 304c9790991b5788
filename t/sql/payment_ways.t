#!/usr/bin/perl
# Promise: a way of payment is offered within its limits and to its groups alone, whoever places the order; what cash on delivery
# costs stands apart in the order and cannot be lost or invented, and no other way may cost anything; on invoice a customer never
# owes more than was agreed, however many orders are placed at once.
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
my ($tenant, $store) = @$c{qw(tenant store)};
my $actor = $c->id;
$f->add('staff.person', tenant_id => $tenant, staff_id => $actor, email => 'staff@example.test', name => 'Ben', state => 'active');
my @ids = (tenant_id => $tenant, store_id => $store);
my $n = 0;

sub value { return ($dbh->selectrow_array(@_))[0] }
sub fits { my ($method, $amount, $who) = @_; return value('SELECT payment.fits(?, ?, ?, ?, ?, ?)', undef, $tenant, $store, $method, 'EUR', $amount, $who) }
sub refused { my ($why, $sql, @p) = @_; ok(!eval { local $dbh->{PrintError} = 0; $dbh->do($sql, undef, @p); 1 }, $why); return $@ }
sub way
{
	my ($method, %o) = @_;
	my $revision = value('SELECT revision FROM payment.method WHERE store_id = ? AND method = ?', undef, $store, $method) // 0;
	return value('SELECT payment.desk_way(?, ?, ?, ?, ?, true, 3, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $tenant, $actor, $store, $method, $o{over} // $revision, $o{ppm} // 0, $o{later} // 0,
		[qw(es en)], ['Modo', 'Way'], ['', ''], [], $o{groups} // [], [$o{currency} // 'EUR'], [$o{least} // 0], [$o{most} // -1], [$o{cost} // 0], 'test');
}
# Places an order of one piece for 10.00 that costs $fee more; the outcome and the order.
sub place
{
	my @made = prepare(@_);
	my @said = make($dbh, @made);
	# A customer has one open cart in a store.
	$dbh->do('UPDATE sales.cart SET customer_id = NULL WHERE cart_id = ?', undef, $made[0]) if $said[0] ne 'ok';
	return @said;
}
sub prepare
{
	my ($method, $fee, $who, $actor) = @_;
	my ($cart, $contact, $order) = map { $c->id } 1 .. 3;
	$f->add('sales.contact', tenant_id => $tenant, contact_id => $contact, email => 'b' . ++$n . '@example.test', country => 'ES', name => 'B');
	$f->add('sales.cart', @ids, cart_id => $cart, locale => 'es', currency => 'EUR', contact_id => $contact, method_id => $f->{method}{post}, payment_method => $method,
		customer_id => $who, actor => $actor // 'buyer');
	$f->add('sales.cart_line', tenant_id => $tenant, cart_id => $cart, variant_id => $f->{variant}{PLAIN}, quantity => 1);
	return ($cart, $order, 1500 + $fee, $n);
}
sub make
{
	my ($d, $cart, $order, $total, $no) = @_;
	my $sth = $d->prepare(q{SELECT outcome FROM sales.place_order(?, ?, ?, ?, sutler.now() + interval '1 day', 1000, 0, 500, 0, ?, 'Post', NULL, NULL, NULL, ?, '{1}', '{1000}', '{0}', '{0}',
		'{1000}', '{PLAIN}', '{P}', '{""}', '{""}', '{""}', '{f}', '{1}', '{}', '{}', '{}', '{}')});
	my @p = ($tenant, $cart, $order, pack('H*', sprintf '%064x', $no), $total, [$f->{variant}{PLAIN}]);
	$sth->bind_param($_, $p[$_ - 1], $_ == 4 ? { pg_type => DBD::Pg::PG_BYTEA() } : ()) for 1 .. @p;
	$sth->execute;
	return (($sth->fetchrow_array)[0], $order);
}

$f->stock($tenant, 'PLAIN', 'W1', 100);
is(value('SELECT customer.save_group(?, ?, true, ?, ?)', undef, $tenant, $actor, 'TRADE', 'Resellers'), 'ok', 'a group');
my ($guest, $member) = (undef, $c->id);
$f->add('customer.person', tenant_id => $tenant, customer_id => $member, store_id => $store, email => 'member@example.test', name => 'M', locale => 'es', price_group => 'TRADE');

is(way('cod', least => 1000, most => 5000, cost => 300, ppm => 20_000), 'ok', 'limits and a fee are saved');
is(way('cod', over => 0), 'changed', 'who saw an older one is told');
is(way('cod', currency => 'JPY'), 'amount', 'no limit in a currency that the store has not');
is(way('cod', groups => ['NONE']), 'group', 'nor for a group that is not there');
like(value(q{SELECT detail FROM audit.entry WHERE action = 'payment.changed' ORDER BY entry_id DESC LIMIT 1}), qr/"EUR": ?\[1000, 5000, 300\]/, 'SEC-05 the log keeps it');
is(join('', map { fits('cod', $_) ? 1 : 0 } 999, 1000, 5000, 5001), '0110', 'from and up to count the ends in');
is(value('SELECT payment.fits(?, ?, ?, ?, ?, NULL)', undef, $tenant, $store, 'cod', 'USD', 1), 1, 'another currency has its own');
is((place('cod', 330))[0], 'ok', 'within them it is placed');

is(way('cod', most => 1400), 'ok', 'less is allowed');
is((place('cod', 330))[0], 'payment', 'then not: goods and delivery are 15.00');
is((place('cod', 330, undef, $actor))[0], 'ok', 'but staff may');

is(way('bank_transfer', groups => ['TRADE']), 'ok', 'a way for a group');
is(join('', map { fits('bank_transfer', 1, $_) ? 1 : 0 } $guest, $member), '01', 'is for its members');
is((place('bank_transfer', 0))[0], 'payment', 'a guest cannot use it');
is((place('bank_transfer', 0, $member))[0], 'ok', 'a member can');
$dbh->do('UPDATE customer.person SET price_group = NULL WHERE customer_id = ?', undef, $member);
is(value('SELECT customer.drop_group(?, ?, ?, ?)', undef, $tenant, $actor, 'TRADE', 'not wanted'), 'ways', 'the group stays while a way is offered to it alone');
refused('nor can it be deleted past the door', q{DELETE FROM customer.price_group WHERE code = 'TRADE'});
is(way('bank_transfer'), 'ok', 'for everybody again');
is(value('SELECT customer.drop_group(?, ?, ?, ?)', undef, $tenant, $actor, 'TRADE', 'not wanted'), 'ok', 'then it goes');

# The fee: what is left of the total.
is(way('cod', cost => 300), 'ok', 'a fee of 3.00');
my ($said, $order) = place('cod', 300);
is(value('SELECT surcharge FROM sales."order" WHERE order_id = ?', undef, $order), 300, 'stands in the order as what it is');
is(value(q{SELECT sales.desk_pay(?, ?, ?, 'cash', 1800)}, undef, $tenant, $actor, $order), 'ok', 'it is part of what is paid');
my $invoice = value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, undef, $tenant, $order);
is(value('SELECT surcharge FROM accounting.invoice WHERE invoice_id = ?', undef, $invoice), 300, 'and of the invoice');
is(value(q{SELECT sum(e.amount) FROM payment.entry e JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ? AND e.credit = 'receivable'}, undef, $order), 1800, 'and of the books');
refused('an order of less than its parts cannot be written', 'UPDATE sales."order" SET total = total - 301 WHERE order_id = ?', $order);
refused('no fee on a card', q{INSERT INTO payment.method_amount (tenant_id, store_id, method, currency, surcharge) VALUES (?, ?, 'bank_transfer', 'USD', 1)}, $tenant, $store);
refused('in percent neither', q{UPDATE payment.method SET surcharge_ppm = 1 WHERE method = 'bank_transfer'});
refused('nor more than all', q{UPDATE payment.method SET surcharge_ppm = 1000001 WHERE method = 'cod'});

# An order that waits for a card can be paid otherwise, but not for more.
my $o = $c->order(intent => 0);
sub other { my ($method) = @_; return value(q{SELECT payment.switch(?, ?, sha256(convert_to(?, 'UTF8')), NULL, NULL, ?)}, undef, $tenant, $store, $o->{token}, $method) }
is(other('cod'), 'none', 'not by cash on delivery, which costs more');
is(way('cod', most => 1000), 'ok', 'the fee goes');
is(other('cod'), 'ok', 'now it can');
($said, $order) = place('cod', 0);
is(value('SELECT surcharge FROM sales."order" WHERE order_id = ?', undef, $order), undef, 'above the limit nothing was placed');
is($said, 'payment', 'and it says why');
# On invoice.
sub terms { my ($who, $group, $limit, $days) = @_; return value('SELECT payment.desk_terms(?, ?, NULL, ?, ?, ?, ?, ?, ?)', undef, $tenant, $actor, $who, $group, 'EUR', $limit, $days, 'test') }
sub left { return value('SELECT payment.credit_left(?, ?, ?)', undef, $tenant, $member, 'EUR') }
sub order_of { my ($what, $id) = @_; return value(qq{SELECT $what FROM sales."order" WHERE order_id = ?}, undef, $id) }
is(way('invoice'), 'ok', 'the store takes payment on invoice');
is((place('invoice', 0))[0], 'payment', 'not of a guest');
is((place('invoice', 0, $member))[0], 'credit', 'nor of a customer with whom nothing was agreed');
is(left(), undef, 'he has no credit at all');
value('SELECT customer.save_group(?, ?, true, ?, ?)', undef, $tenant, $actor, 'TRADE', 'Resellers');
is(terms(undef, 'NONE', 1, 14), 'no_group', 'no terms for no group');
is(value('SELECT payment.desk_terms(?, ?, NULL, NULL, ?, ?, 1, 14, ?)', undef, $tenant, $actor, 'TRADE', 'XTS', 'test'), 'currency', 'none in a currency that nobody sells in');
is(terms(undef, 'TRADE', 5000, 14), 'ok', 'terms for a group');
$dbh->do('UPDATE customer.person SET price_group = ? WHERE customer_id = ?', undef, 'TRADE', $member);
is(left(), 5000, 'are those of its members');
is(terms($member, undef, 0, 30), 'ok', 'but not of one');
is(left() // 'none', 'none', 'whose own are nothing');
is(terms($member, undef, 4500, 30), 'ok', 'his own');
is(left(), 4500, 'go before');
is(value(q{SELECT detail FROM audit.entry WHERE action = 'credit.changed' ORDER BY entry_id DESC LIMIT 1}), '{"currency" : "EUR", "from" : [0, 30], "to" : [4500, 30]}', 'SEC-05 the log keeps both');
($said, $order) = place('invoice', 0, $member);
is($said, 'ok', 'an order within them is placed');
is(order_of(q{concat_ws(' ', payment, pay_days, due_on)}, $order), 'pending 30', 'for his days; it is not due yet');
is(left(), 3000, 'and counts');
ok(value('SELECT shipping.may_leave(o) FROM sales."order" o WHERE o.order_id = ?', undef, $order), 'it may leave without money');
refused('an order on invoice has its days', 'UPDATE sales."order" SET pay_days = NULL WHERE order_id = ?', $order);
refused('no other becomes one past the door', q{UPDATE sales."order" SET payment_method = 'invoice' WHERE order_id = ?}, $o->{id});
is(value(q{SELECT payment.switch(?, ?, sha256(convert_to(?, 'UTF8')), NULL, NULL, 'invoice')}, undef, $tenant, $store, $o->{token}), 'none', 'nor by choosing it later');

# Of six orders for 15.00 at once two go with the 30.00 that are left.
for my $round (1 .. 3) {
	# Drafts that staff place for him: of carts he has one at a time.
	my @made = map { [prepare('invoice', 0, undef, $actor)] } 1 .. 6;
	$f->add('sales.draft', @ids, draft_id => $_->[0], customer_id => $member, made_by => $actor) for @made;
	my $seen = Race::at_once($dbh, sub { return $s->dbh }, $tenant, map { my $m = $_; sub { return (make($_[0], @$m))[0] } } @made);
	is_deeply($seen, { ok => 2, credit => 4 }, "round $round: of six orders at once as many go as the limit allows");
	is(left(), 0, 'nothing is left');
	cmp_ok(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), '<=', 4500, 'and never more is owed');
	for my $m (@made) {
		value('SELECT sales.cancel(?, ?, ?, ?)', undef, $tenant, $m->[1], 'test', 'test');
	}
	is(left(), 3000, 'cancelled orders count no more');
}
is((place('invoice', 0, $member, $actor))[0], 'ok', 'staff may order for him too');
is((place('invoice', 1600, $member, $actor))[0], 'credit', 'but not past the limit');

# It is billed when it leaves, with its day.
is(value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, undef, $tenant, $order) // '', '', 'before it leaves there is no invoice');
is(value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', undef, $order), 0, 'and none is wanted');
is(value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, undef, $tenant, $order), 'ok', 'it is made ready');
is(value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, undef, $tenant, $order), 'ok', 'it leaves');
is(value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', undef, $order), 1, 'then it is to be billed');
$invoice = value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, undef, $tenant, $order);
ok(value('SELECT due_on = issued_on + 30 FROM accounting.invoice WHERE invoice_id = ?', undef, $invoice), 'the invoice says until when');
ok(order_of('due_on IS NOT NULL', $order), 'and so does the order');
my $owed = value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR');
is(value(q{SELECT sales.desk_pay(?, ?, ?, 'statement 7', 1500)}, undef, $tenant, $actor, $order), 'ok', 'the transfer is booked by hand');
is(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), $owed - 1500, 'and is owed no more');
is(value(q{SELECT e.debit FROM payment.entry e JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ?}, undef, $order), 'bank', 'it lies in the bank');
is(value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, undef, $tenant, $order), $invoice, 'there is one invoice');

# What came back of an order that is not paid is owed no more.
my $back;
($said, $back) = place('invoice', 0, $member, $actor);
is($said, 'ok', 'an order that will come back');
is(value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, undef, $tenant, $back), 'ok', 'it is made ready');
is(value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, undef, $tenant, $back), 'ok', 'it leaves');
my ($return) = value('SELECT sutler.uuid7()');
my ($owes, $free) = (value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), left());
is(value(q{SELECT sales.staff_return(?, ?, ?, ?, 'refund', 'size', 'too small', '{1}', '{1}')}, undef, $tenant, $actor, $back, $return), 'ok', 'a return is made');
value(q{SELECT sales.decide_return(?, ?, ?, 'approve', '')}, undef, $tenant, $actor, $return) if value('SELECT state FROM sales.return WHERE return_id = ?', undef, $return) eq 'requested';
is(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), $owes, 'while it is on its way all is owed');
is(value('SELECT sales.receive_return(?, ?, ?, (SELECT warehouse_id FROM inventory.warehouse ORDER BY 1 LIMIT 1), NULL, NULL)', undef, $tenant, $actor, $return), 'ok', 'it came');
my $worth = value('SELECT sales.return_worth(?, ?)', undef, $tenant, $return);
cmp_ok($worth, '>', 0, 'and was worth something');
is(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), $owes - $worth, 'which is owed no more');
is(left(), $free + $worth, 'and may be ordered for again');
is(value(q{SELECT sales.desk_pay(?, ?, ?, 'statement 8', (SELECT amount - captured FROM payment.payment WHERE order_id = ?))}, undef, $tenant, $actor, $back, $back), 'ok', 'all of it is paid nevertheless');
is(value(q{SELECT sales.refund_return(?, ?, ?, NULL, 'came back', sutler.uuid7())}, undef, $tenant, $actor, $return), 'ok', 'then the worth goes back');
is(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), $owes - value('SELECT total FROM sales."order" WHERE order_id = ?', undef, $back), 'and only the other order is owed');

# Set off: what came back before the money did is due no more, and only the rest is asked for.
($said, $back) = place('invoice', 0, $member, $actor);
value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, undef, $tenant, $back);
is(value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, undef, $tenant, $back), 'ok', 'another order leaves');
$invoice = value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, undef, $tenant, $back);
($return) = value('SELECT sutler.uuid7()');
value(q{SELECT sales.staff_return(?, ?, ?, ?, 'refund', 'size', 'too small', '{1}', '{1}')}, undef, $tenant, $actor, $back, $return);
value(q{SELECT sales.decide_return(?, ?, ?, 'approve', '')}, undef, $tenant, $actor, $return);
value('SELECT sales.receive_return(?, ?, ?, (SELECT warehouse_id FROM inventory.warehouse ORDER BY 1 LIMIT 1), NULL, NULL)', undef, $tenant, $actor, $return);
$owes = value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR');
sub off { my ($amount) = @_; return value(q{SELECT sales.refund_return(?, ?, ?, ?, 'came back', sutler.uuid7())}, undef, $tenant, $actor, $return, $amount) }
is(off(1001), 'too_much', 'more than came back is not taken off');
is(off(400), 'ok', 'a part of it is');
is(value('SELECT payment.due(?, ?)', undef, $tenant, $back), 1100, 'and is due no more');
is(off(undef), 'ok', 'so is the rest');
is(off(undef), 'amount', 'once');
is(value('SELECT payment.due(?, ?)', undef, $tenant, $back), 500, 'the delivery is still due');
is(value('SELECT payment.owed(?, ?, ?)', undef, $tenant, $member, 'EUR'), $owes, 'what he owes does not change: it counted when it came');
is(order_of('payment', $back), 'pending', 'the order waits for the rest');
my @notes = map { value('SELECT accounting.issue_credit_note(?, ?, false)', undef, $tenant, $_) }
	@{ $dbh->selectcol_arrayref('SELECT r.refund_id FROM payment.refund r JOIN payment.payment p USING (payment_id) WHERE p.order_id = ? ORDER BY 1', undef, $back) };
is(value('SELECT sum(total) FROM accounting.credit_note WHERE invoice_id = ?', undef, $invoice), 1000, 'credit notes take it back from the invoice') or diag("@notes");
is(value(q{SELECT coalesce(sum(e.amount) FILTER (WHERE e.debit = 'bank'), 0) + coalesce(sum(e.amount) FILTER (WHERE e.credit = 'bank'), 0) FROM payment.entry e
	JOIN payment.payment p USING (payment_id) WHERE p.order_id = ?}, undef, $back), 0, 'no money moved');
is(value(q{SELECT sales.desk_pay(?, ?, ?, 'statement 9', 1500)}, undef, $tenant, $actor, $back), 'again', 'the whole is not asked for');
is(value(q{SELECT sales.desk_pay(?, ?, ?, 'statement 9', 500)}, undef, $tenant, $actor, $back), 'ok', 'the rest is paid');
is(order_of('payment', $back), 'partly_refunded', 'and the order is what it is');
is(value(q{SELECT sum(e.amount) FROM payment.entry e JOIN payment.payment p USING (payment_id) WHERE p.order_id = ? AND e.debit = 'bank'}, undef, $back), 500, 'the bank has the rest');
# All of it: nothing is to be paid at all.
($said, $back) = place('invoice', 0, $member, $actor);
$dbh->do('UPDATE payment.payment SET amount = 1000 WHERE order_id = ?', undef, $back);
value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, undef, $tenant, $back);
value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, undef, $tenant, $back);
($return) = value('SELECT sutler.uuid7()');
value(q{SELECT sales.staff_return(?, ?, ?, ?, 'refund', 'size', 'too small', '{1}', '{1}')}, undef, $tenant, $actor, $back, $return);
value(q{SELECT sales.decide_return(?, ?, ?, 'approve', '')}, undef, $tenant, $actor, $return);
value('SELECT sales.receive_return(?, ?, ?, (SELECT warehouse_id FROM inventory.warehouse ORDER BY 1 LIMIT 1), NULL, NULL)', undef, $tenant, $actor, $return);
is(off(undef), 'ok', 'all that is due came back');
is(order_of('payment', $back), 'refunded', 'nothing is to be paid');
is(value(q{SELECT count(*) FROM event.outbox WHERE order_id = ? AND template IN ('payment-received', 'refund-made')}, undef, $back), 0, 'and no mail speaks of money');
is(terms($member, undef, undef, 1), 'ok', 'his own terms end');
is(value('SELECT t.days FROM payment.terms_of(?, ?, ?) t', undef, $tenant, $member, 'EUR'), 14, 'then those of his group count again');
done_testing();
