#!/usr/bin/perl
# Promise: goods come back as agreed: the buyer asks within the store's days and for what he got,
# staff decide, receive and look at every piece, what is restocked is on hand again, and no more is
# given back than came in, also when twenty try at once.
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
my ($w1) = $dbh->selectrow_array(q{SELECT warehouse_id FROM inventory.warehouse WHERE code = 'W1' AND tenant_id = ?}, undef, $tenant);
my $customer = $c->id;
$f->add('customer.person', tenant_id => $tenant, store_id => $store, customer_id => $customer, email => 'eva@example.test', locale => 'es');

sub value { return ($dbh->selectrow_array(@_))[0] }
sub row { my ($sql, @p) = @_; return join ' ', map { $_ // '-' } $dbh->selectrow_array($sql, undef, @p) }
sub call { my ($name, @p) = @_; return value("SELECT $name(" . join(', ', ('?') x (@p + 1)) . ')', undef, $tenant, @p) }
sub sent
{
	my (%o) = @_;
	my $o = $c->order(method => 'bank_transfer', intent => 0, pieces => 3, total => 3000, %o);
	$dbh->do('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', undef, $customer, $o->{id});
	call('sales.receive_payment', $o->{id}, $o->{total}, 'r', 'x') if !$o{intent};
	call('sales.fire', $o->{id}, 'fulfilment', 'make_ready', 'x', '');
	my $n = $o{ship} // $o{pieces} // 3;
	call('sales.ship', $o->{id}, [1], [$n], 'Post', 'T', '', 'x') eq 'ok' or die;
	return $o;
}
sub ask { my ($o, $n, %a) = @_; my $id = $c->id; my $said = call('sales.ask_return', $a{store} // $store, $o->{id}, $a{customer} // $customer, $id, $a{wish} // 'refund', 'size', 'too small',
	$a{lines} // [1], [ $n ]); return wantarray ? ($said, $id) : $said }
sub decide { my ($r, $event, $words) = @_; return call('sales.decide_return', $actor, $r, $event, $words // '') }
sub receive { my ($r, @n) = @_; return call('sales.receive_return', $actor, $r, $w1, @n ? ([1], [@n]) : ([], [])) }
sub inspect { my ($r, $verdict, $n, $why) = @_; return call('sales.inspect_return', $actor, $r, 1, $verdict, $n, $why // '') }
sub refund { my ($r, $amount) = @_; return call('sales.refund_return', $actor, $r, $amount, 'came back', $c->id) }
sub state_of { my ($o, $r) = @_; return row('SELECT o.return_state, r.state, l.returned FROM sales."order" o JOIN sales.order_line l USING (tenant_id, order_id)
	JOIN sales.return r USING (tenant_id, order_id) WHERE o.order_id = ? AND r.return_id = ?', $o->{id}, $r) }
sub on_hand { return value('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', undef, $f->{variant}{PLAIN}, $w1) }

# ---- who may ask, for what, until when ----
{
	my $o = sent(ship => 2);
	ok(call('sales.can_return', $o->{id}), 'something left: it may come back');
	is(scalar ask($o, 3), 'lines', 'what has not left is not returned');
	is(scalar ask($o, 1, lines => [7]), 'lines', 'nor a line that is none');
	is(call('sales.ask_return', $store, $o->{id}, $customer, $c->id, 'refund', 'size', '', [], []), 'lines', 'nor nothing');
	is(scalar ask($o, 1, customer => $c->id), 'unknown', 'a stranger has no such order');
	is(scalar ask($o, 1, store => $f->{store}{two}), 'unknown', 'nor has another store');
	$dbh->do(q{UPDATE shipping.shipment SET shipped_at = shipped_at - interval '31 days' WHERE order_id = ?}, undef, $o->{id});
	is(scalar ask($o, 1), 'late', 'after 30 days it is too late');
	call('shipping.set_policy', $actor, $store, 40, 0);
	ok(call('sales.can_return', $o->{id}), 'a store may give more days');
	call('shipping.set_policy', $actor, $store, 0, 0);
	is(scalar ask($o, 1), 'late', 'or none');
	is(call('sales.staff_return', $actor, $o->{id}, $c->id, 'refund', 'faulty', 'by phone', [1], [1]), 'ok', 'staff open one all the same');
	is(scalar ask($o, 1), 'open', 'one at a time');
	call('shipping.set_policy', $actor, $store, 30, 0);
}

# ---- approved, received, looked at, paid back ----
{
	my $o = sent();
	my ($said, $r) = ask($o, 2);
	is("$said " . state_of($o, $r), 'ok requested requested 2', 'two of three are asked back');
	is(receive($r), 'not_allowed', 'nothing is received before it is approved');
	is(refund($r, 100), 'not_allowed', 'and nothing paid back');
	is(decide($r, 'refuse'), 'reason', 'a refusal needs words');
	is(decide($r, 'approve', 'To our house, please.'), 'ok', 'staff approve');
	is(decide($r, 'approve'), 'not_allowed', 'once');
	is(receive($r, 3), 'lines', 'more than announced cannot come');
	is(call('sales.receive_return', $actor, $r, $c->id, [], []), 'warehouse', 'nor to nowhere');
	is(receive($r), 'ok', 'it comes');
	is(inspect($r, 'scrap', 1), 'reason', 'scrapping needs a reason');
	is(inspect($r, 'restock', 3), 'lines', 'more than came is not restocked');
	my $before = on_hand();
	is(inspect($r, 'restock', 1), 'ok', 'one goes on the shelf');
	is(on_hand(), $before + 1, 'and is on hand');
	is(state_of($o, $r), 'received received 2', 'the other is still to be looked at');
	is(decide($r, 'refuse', 'worn'), 'not_allowed', 'what was restocked cannot be refused');
	is(inspect($r, 'scrap', 1, 'worn'), 'ok', 'it is thrown away');
	is(on_hand(), $before + 1, 'and is not on hand');
	is(row(q{SELECT string_agg(kind || quantity, ' ' ORDER BY kind) FROM inventory.movement WHERE source = 'return' AND staff_id = ?}, $actor), 'return1 return1 scrap-1', 'the ledger shows it came and went');
	is(state_of($o, $r), 'returned returned 2', 'all is looked at');
	is(call('sales.return_worth', $r), 2000, 'it cost 20.00');
	is(refund($r, undef), 'ok', 'that is given back');
	is(row('SELECT o.payment, p.refunded, r.refunded FROM sales."order" o JOIN payment.payment p USING (tenant_id, order_id) JOIN sales.return r USING (tenant_id, order_id)
		WHERE o.order_id = ?', $o->{id}), 'partly_refunded 2000 2000', 'and booked');
	is(refund($r, undef), 'amount', 'nothing is left of its worth');
	is(refund($r, 1001), 'too_much', 'never more than came in');
	is(refund($r, 1000), 'ok', 'of goodwill all of it');
	is(value(q{SELECT payment FROM sales."order" WHERE order_id = ?}, undef, $o->{id}), 'refunded', 'all went back');
	is(value(q{SELECT string_agg(template, ' ' ORDER BY template) FROM event.outbox WHERE order_id = ? AND template ~ 'return|refund'}, undef, $o->{id}),
		'refund-made refund-made return-accepted return-approved', 'the buyer is told');
	is(scalar ask($o, 2), 'lines', 'one is left to be returned');
	is(scalar ask($o, 1), 'ok', 'and may be, by a second return');
	is(value(q{SELECT count(*) FROM audit.entry WHERE actor = ? AND target = ? AND action LIKE 'return %'}, undef, $actor, $o->{id}), 4, 'each decision is in the audit log');
}

# ---- refused, withdrawn, come in part, quarantine, a closed order ----
{
	my $o = sent();
	my (undef, $r) = ask($o, 3);
	is(decide($r, 'refuse', 'It was worn.'), 'ok', 'staff refuse');
	is(state_of($o, $r), 'refused refused 0', 'nothing is on its way back');
	(undef, $r) = ask($o, 3);
	is(decide($r, 'withdraw'), 'ok', 'the next is withdrawn');
	is(value('SELECT return_state FROM sales."order" WHERE order_id = ?', undef, $o->{id}), 'none', 'as if nothing had been');
	call('sales.deliver', $o->{id}, 'x');
	is(call('sales.close', $actor, $o->{id}, ''), 'ok', 'the order is closed');
	(undef, $r) = ask($o, 3);
	is(state_of($o, $r), 'requested requested 3', 'goods of a closed order come back too');
	decide($r, 'approve');
	is(receive($r, 2), 'ok', 'two of three come');
	is(state_of($o, $r), 'received received 2', 'the third may be announced again');
	my $before = on_hand();
	is(inspect($r, 'quarantine', 2, 'smells'), 'ok', 'they are set apart');
	is(on_hand(), $before, 'and are not on hand');
	my $release = sub { call('sales.release_quarantine', $actor, $r, 1, @_) };
	is($release->('restock', 1, ''), 'reason', 'why they come out must be said');
	is($release->('restock', 3, 'aired'), 'lines', 'no more than lie there');
	is($release->('restock', 1, 'aired'), 'ok', 'one goes on the shelf');
	is($release->('scrap', 1, 'mould'), 'ok', 'one away');
	is(on_hand(), $before + 1, 'one is on hand');
	eval { $dbh->do('UPDATE sales.order_line SET returned = 4 WHERE order_id = ?', undef, $o->{id}) };
	like($@, qr/order_line_back/, 'no door takes more back than was shipped');
}

# ---- twenty at once ----
{
	my $connect = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
	my $o = sent();
	my $seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT sales.ask_return(?, ?, ?, ?, sutler.uuid7(), ?, ?, ?, ?, ?)', undef,
		$tenant, $store, $o->{id}, $customer, 'refund', 'size', '', [1], [2]))[0] } } 1 .. 20);
	is_deeply($seen, { ok => 1, open => 19 }, 'twenty ask: one return');
	my $r = value('SELECT return_id FROM sales.return WHERE order_id = ?', undef, $o->{id});
	decide($r, 'approve');
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT sales.receive_return(?, NULL, ?, ?, ?, ?)', undef, $tenant, $r, $w1, [], []))[0] } } 1 .. 20);
	is_deeply($seen, { ok => 1, not_allowed => 19 }, 'twenty receive it: one does');
	my $before = on_hand();
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT sales.inspect_return(?, NULL, ?, 1, ?, 1, ?)', undef, $tenant, $r, 'restock', ''))[0] } } 1 .. 20);
	is_deeply($seen, { ok => 2, not_allowed => 18 }, 'twenty restock: two pieces');
	is(on_hand(), $before + 2, 'two are on hand');
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT sales.refund_return(?, NULL, ?, 400, ?, sutler.uuid7())', undef, $tenant, $r, 'race'))[0] } } 1 .. 20);
	is_deeply($seen, { ok => 7, too_much => 13 }, 'twenty pay 4.00 back of 30.00: seven do');
	is(row('SELECT captured, refunded FROM payment.payment WHERE order_id = ?', $o->{id}), '3000 2800', 'never above what came in');
	is(value('SELECT refunded FROM sales.return WHERE return_id = ?', undef, $r), 2800, 'the return knows');
}

# ---- numbers ----
{
	my $connect = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
	my @sent = map { sent() } 1 .. 8;
	my $next = value('SELECT next_number FROM sales.return_series');
	my $seen = Race::at_once($dbh, $connect, $tenant, map { my $o = $_; sub { return ($_[0]->selectrow_array('SELECT sales.ask_return(?, ?, ?, ?, sutler.uuid7(), ?, ?, ?, ?, ?)', undef,
		$tenant, $store, $o->{id}, $customer, 'refund', 'size', '', [1], [1]))[0] } } @sent);
	is_deeply($seen, { ok => 8 }, 'eight buyers ask at once');
	is(join(' ', @{ $dbh->selectcol_arrayref('SELECT number FROM sales.return WHERE order_id = ANY (?) ORDER BY length(number), number', undef, [map { $_->{id} } @sent]) }),
		join(' ', map { 'RMA-' . ($next + $_) } 0 .. 7), 'ORD-07 each gets a number of its own, without a gap');
	eval { $dbh->do(q{UPDATE sales.return SET number = 'rma-1001' WHERE number = ?}, undef, "RMA-$next") };
	like($@, qr/return_number/, 'no number is given twice, however it is written');
}

# ---- card money is asked of the gateway ----
{
	my $o = $c->order(pieces => 2, total => 2000);
	$dbh->do('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', undef, $customer, $o->{id});
	is($c->said($dbh, $o, 'captured', event => 'evt_r'), 'paid', 'an order by card');
	call('sales.fire', $o->{id}, 'fulfilment', 'make_ready', 'x', '');
	call('sales.ship', $o->{id}, [1], [2], 'Post', 'T', '', 'x');
	my (undef, $r) = ask($o, 1);
	decide($r, 'approve');
	receive($r);
	is(refund($r, undef), 'ok', 'half of it comes back');
	is(row('SELECT r.state, r.amount, r.actor FROM payment.refund r JOIN payment.intent i USING (tenant_id, intent_id) WHERE i.order_id = ?', $o->{id}), "asked 1000 $actor", 'the gateway is asked for half of the money');
}
# ---- a buyer who is forgotten takes his words along ----
{
	my $before = value(q{SELECT count(*) FROM sales.return WHERE words LIKE '%small%'});
	cmp_ok($before, '>', 3, 'buyers wrote why');
	my ($any) = $dbh->selectrow_array(q{SELECT order_id FROM sales."order" WHERE customer_id = ? LIMIT 1}, undef, $customer);
	call('sales.note', $actor, $any, 1, 'Eva rings twice');
	like(value('SELECT customer.export_data(?, ?)::text', undef, $tenant, $customer), qr/"words": "too small".*Eva rings|Eva rings.*"words": "too small"/s, 'his copy of the data has them');
	$dbh->do(q{UPDATE sales."order" SET state = 'closed' WHERE customer_id = ?}, undef, $customer);
	$dbh->do('DELETE FROM accounting.unbilled');
	value('SELECT customer.erase(?, ?, ?, ?)', undef, $tenant, $customer, 'test', '');
	value('SELECT customer.erase_orders(?, ?)', undef, $tenant, $customer);
	is(value(q{SELECT count(*) FROM sales.return WHERE words LIKE '%small%'}) + value('SELECT count(*) FROM sales.order_note'), 0, 'and forgetting him takes them away');
}
$dbh->disconnect;
done_testing;
