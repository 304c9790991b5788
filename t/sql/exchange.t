#!/usr/bin/perl
# Promise: goods that came back pay for their exchange (ORD-08) once, and for no more than they cost and came in: the books of both
# orders are even, card money included, and what is given back meanwhile pays nothing more, however many try at once.
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

sub value { return ($dbh->selectrow_array(@_))[0] }
sub call { my ($d, $name, @p) = @_; return ($d->selectrow_array("SELECT $name(" . join(', ', ('?') x (@p + 1)) . ')', undef, $tenant, @p))[0] }

# An order of 2 PLAIN at 10.00, paid and sent, of which one came back: the order, with { return }.
sub back
{
	my (%o) = @_;
	my $o = $c->order(method => 'bank_transfer', intent => 0, pieces => 2, total => 2000, %o);
	if ($o{intent}) { $c->said($dbh, $o, 'captured', event => "e$o->{number}") eq 'paid' or die }
	elsif (!$o{unpaid}) { call($dbh, 'sales.receive_payment', $o->{id}, 2000, 'r', 'x') }
	call($dbh, 'sales.fire', $o->{id}, 'fulfilment', 'make_ready', 'x', '');
	call($dbh, 'sales.ship', $o->{id}, [1], [2], 'Post', 'T', '', 'x') eq 'ok' or die;
	$o->{return} = $c->id;
	call($dbh, 'sales.staff_return', $actor, $o->{id}, $o->{return}, 'exchange', 'size', '', [1], [1]) eq 'ok' or die;
	call($dbh, 'sales.decide_return', $actor, $o->{return}, 'approve', '');
	call($dbh, 'sales.receive_return', $actor, $o->{return}, $w1, [], []) if !$o{away};
	return $o;
}
sub begin { my ($d, $o) = @_; my ($id) = $d->selectrow_array('SELECT sutler.uuid7()'); return (call($d, 'sales.exchange_begin', $actor, $o->{return}, $id), $id) }
# The exchange is N pieces of SKU at 10.00 each.
sub put
{
	my ($d, $draft, $sku, $n) = @_;
	return call($d, 'sales.draft_put', $actor, $store, $draft, 0, [$f->{variant}{$sku}], [$n], $f->{method}{post}, 'bank_transfer', 0, '', '',
		'b@example.test', '', 'consumer', '', 'B', '', 'S', '', '1', 'C', '', 'ES');
}
sub place
{
	my ($d, $draft, $sku, $n, %o) = @_;
	my $sth = $d->prepare(q{SELECT sales.draft_place(?, ?, ?, ?, 1, sutler.uuid7(), ?, 400, 7, ?, 'till', ?, 0, 0, 0, ?, 'Post', NULL, NULL, ?, ?, '{1000}', '{0}', '{0}', ?, ?, '{P}', '{""}', '{""}',
		'{""}', '{f}', '{1}', '{}', '{}', '{}', '{}')});
	my @p = ($tenant, $actor, $store, $draft, pack('H*', sprintf '%064x', int(rand(2**31)) * 100_000 + $$), $o{paid} // 0, 1000 * $n, 1000 * $n, [$f->{variant}{$sku}], [$n], [1000 * $n], [$sku]);
	$sth->bind_param($_, $p[$_ - 1], $_ == 5 ? { pg_type => DBD::Pg::PG_BYTEA() } : ()) for 1 .. @p;
	$sth->execute;
	return ($sth->fetchrow_array)[0];
}
# The order of a draft, with what CardOrder's functions want.
sub new_order { my ($draft) = @_; return { id => value('SELECT order_id FROM sales."order" WHERE cart_id = ?', undef, $draft) } }
sub money { my ($o) = @_; return join ' ', $dbh->selectrow_array('SELECT o.payment, p.amount, p.captured, p.refunded FROM sales."order" o JOIN payment.payment p USING (tenant_id, order_id) WHERE o.order_id = ?', undef, $o->{id}) }
sub refund { my ($d, $o) = @_; return call($d, 'sales.refund_return', $actor, $o->{return}, undef, 'asked', ($d->selectrow_array('SELECT sutler.uuid7()'))[0]) }
sub at_once { return Race::at_once($dbh, sub { return $s->dbh }, $tenant, @_) }
# Over all orders what exchanges took and gave is even, and no payment gave back more than came in.
sub even
{
	my ($name) = @_;
	is(value(q{SELECT coalesce(sum(CASE 'exchange' WHEN e.debit THEN e.amount WHEN e.credit THEN -e.amount END), 0) FROM payment.entry e}), 0, "$name: exchanges are even");
	is(value('SELECT count(*) FROM sales.return r WHERE r.refunded > sales.return_worth(r.tenant_id, r.return_id)'), 0, "$name: no return paid more than its goods cost");
	is(value('SELECT count(*) FROM payment.payment WHERE refunded > captured'), 0, "$name: no payment gave more than came in");
	return;
}

# ---- one for one, dearer, cheaper ----
{
	my $away = back(away => 1);
	is((begin($dbh, $away))[0], 'not_allowed', 'what has not come yet is not exchanged');
	my $o = back();
	my ($said, $d) = begin($dbh, $o);
	is($said, 'ok', 'what is here is');
	is((begin($dbh, $o))[0], 'exchanged', 'once');
	put($dbh, $d, 'FEW', 1);
	is(place($dbh, $d, 'FEW', 1), 'ok', 'one for one');
	is(money(new_order($d)), 'paid 1000 1000 0', 'is paid by the return');
	is(money($o), 'partly_refunded 2000 2000 1000', 'whose order gave it back');
	is($c->books($o), 'bank 2000, exchange -1000, receivable -1000', 'from no bank');
	is($c->books(new_order($d)), 'exchange 1000, receivable -1000', 'to none');
	is(value('SELECT exchange_of FROM sales."order" WHERE order_id = ?', undef, new_order($d)->{id}), $o->{return}, 'the new order says for which return');
	is(refund($dbh, $o), 'amount', 'nothing is left of it to be given back');
	is($c->mails($o) =~ /refund-made/ ? 1 : 0, 0, 'and no mail tells of money that did not go');
	is((begin($dbh, $o))[0], 'exchanged', 'nor a second exchange');

	my $dear = back();
	(undef, $d) = begin($dbh, $dear);
	put($dbh, $d, 'PLAIN', 3);
	is(place($dbh, $d, 'PLAIN', 3), 'ok', 'dearer');
	is(money(new_order($d)), 'pending 3000 1000 0', 'the difference is due');
	is(value('SELECT payment.due(?, ?)', undef, $tenant, new_order($d)->{id}), 2000, 'and no more');

	my $till = back();
	(undef, $d) = begin($dbh, $till);
	put($dbh, $d, 'PLAIN', 2);
	is(place($dbh, $d, 'PLAIN', 2, paid => 1), 'ok', 'dearer, the difference paid by hand at once');
	is(money(new_order($d)), 'paid 2000 2000 0', 'is paid');

	my $cheap = back(total => 6000);
	call($dbh, 'sales.receive_payment', $cheap->{id}, 6000, 'r', 'x');
	(undef, $d) = begin($dbh, $cheap);
	put($dbh, $d, 'PLAIN', 1);
	is(place($dbh, $d, 'PLAIN', 1), 'ok', 'cheaper');
	is(money(new_order($d)), 'paid 1000 1000 0', 'is paid by a part of it');
	is(refund($dbh, $cheap), 'ok', 'the rest is given back');
	is(money($cheap), 'partly_refunded 6000 6000 3000', 'to what the goods cost');

	my $owes = back(unpaid => 1);
	(undef, $d) = begin($dbh, $owes);
	put($dbh, $d, 'PLAIN', 1);
	is(place($dbh, $d, 'PLAIN', 1), 'ok', 'goods that were not paid');
	is(money(new_order($d)), 'pending 1000 0 0', 'pay nothing');
	even('one by one');
}

# ---- a return that is refused ----
{
	my $o = back();
	my (undef, $d) = begin($dbh, $o);
	put($dbh, $d, 'PLAIN', 1);
	is(call($dbh, 'sales.decide_return', $actor, $o->{return}, 'refuse', 'worn'), 'ok', 'refused while its exchange is put together');
	is(place($dbh, $d, 'PLAIN', 1), 'not_allowed', 'it pays nothing');
	is(money($o), 'paid 2000 2000 0', 'and gives nothing');
	my $p = back();
	(undef, $d) = begin($dbh, $p);
	put($dbh, $d, 'PLAIN', 1);
	place($dbh, $d, 'PLAIN', 1);
	is(call($dbh, 'sales.decide_return', $actor, $p->{return}, 'refuse', 'worn'), 'not_allowed', 'what paid is not refused any more');
}

# ---- card money ----
{
	my $o = back(method => 'card', intent => 1);
	my (undef, $d) = begin($dbh, $o);
	put($dbh, $d, 'PLAIN', 1);
	place($dbh, $d, 'PLAIN', 1);
	is(money($o), 'partly_refunded 2000 2000 1000', 'card money pays, too');
	is(call($dbh, 'payment.ask_refund', $o->{id}, 1001, 'EUR', 'r', 'x', $c->id), 'too_much', 'and is not at the gateway any more to be given back');
	is(call($dbh, 'payment.ask_refund', $o->{id}, undef, 'EUR', 'r', 'x', $c->id), 'ok', 'but the rest');
	is(money($o), 'partly_refunded 2000 2000 2000', 'to the last cent');
	is(call($dbh, 'payment.ask_refund', $o->{id}, undef, 'EUR', 'r', 'x', $c->id), 'too_much', 'and no more');

	my $billed = back();
	call($dbh, 'accounting.issue_invoice', $billed->{id}, 'S', 'B');
	(undef, $d) = begin($dbh, $billed);
	put($dbh, $d, 'PLAIN', 1);
	place($dbh, $d, 'PLAIN', 1);
	is(value('SELECT count(*) FROM accounting.uncredited u JOIN payment.refund r USING (tenant_id, refund_id) JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ?', undef,
		$billed->{id}), 1, 'an invoice gets its credit note');
	is(value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', undef, new_order($d)->{id}), 1, 'the new order its own invoice');
	even('card');
}

# ---- at the same moment ----
for my $round (1 .. 4) {
	my $o = back();
	my $seen = at_once(map { sub { my ($word) = begin($_[0], $o); return $word } } 1 .. 5);
	is_deeply($seen, { ok => 1, exchanged => 4 }, "round $round: of five who begin its exchange one does");
	my $d = value('SELECT draft_id FROM sales.draft WHERE return_id = ?', undef, $o->{return});
	put($dbh, $d, 'PLAIN', 1);
	$seen = at_once((map { sub { return place($_[0], $d, 'PLAIN', 1) } } 1 .. 3), (map { sub { return 'money ' . refund($_[0], $o) } } 1 .. 3));
	my $by_money = $seen->{'money ok'} // 0;
	is($seen->{ok}, 1, 'of three who place it one does');
	cmp_ok($by_money, '<=', 1, 'and of three who give its money back one at most');
	is(money(new_order($d)), $by_money ? 'pending 1000 0 0' : 'paid 1000 1000 0', 'the goods paid once: the buyer, or the new order');
	is(money($o), 'partly_refunded 2000 2000 1000', 'their order gave it once');
}
even('at once');
done_testing;
