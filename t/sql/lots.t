#!/usr/bin/perl
# Promise: the lots of a variant are always what is on hand, whatever moves it; what expires first leaves
# first; what expired or is blocked is not for sale and never leaves; each shipment knows its lots, so
# that a recall finds the orders; and goods that must be inspected are nobody's until somebody has
# looked at them; and what is made to order is made for those who wait, and leaves when it is made.
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

# ---- the first import ----
# Rows read for each that comes into an empty table: a plan made of the empty one must not walk through what came before.
{
	my ($n, $m) = (3000, '01900000-0000-7000-9000-');
	$dbh->begin_work;
	$dbh->do("SELECT set_config('sutler.$_', 'later', true)") for qw(relist redesk);
	$dbh->do("INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES ('${m}000000000001', 'first', 'First')");
	$dbh->do("INSERT INTO inventory.warehouse (tenant_id, warehouse_id, code, name, country) VALUES ('${m}000000000001', '${m}000000000002', 'W', 'W', 'ES')");
	$dbh->do("INSERT INTO accounting.tax_class (tenant_id, tax_class) VALUES ('${m}000000000001', 'standard')");
	$dbh->do("INSERT INTO catalog.product (tenant_id, product_id, reference) VALUES ('${m}000000000001', '${m}000000000003', 'P')");
	$dbh->do("INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, options_key)
		SELECT '${m}000000000001', ('$m' || lpad(to_hex(4096 + i), 12, '0'))::uuid, '${m}000000000003', 'S-' || i, i FROM generate_series(1, $n) i");
	$dbh->do("INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand)
		SELECT tenant_id, variant_id, '${m}000000000002', 1 FROM catalog.variant");
	my ($read) = $dbh->selectrow_array(q{SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'inventory.stock'::regclass});
	cmp_ok($read, '<', 4 * $n, "$n rows of stock come in, $read are read for it");
	$dbh->rollback;
}

my $f = Fixture->new($dbh);
my $c = CardOrder->new($dbh, $f);
my ($t, $store) = @$c{qw(tenant store)};
my ($w1, $w2) = @{ $f->{warehouse} }{qw(W1 W2)};
my ($plain, $euro, $few) = @{ $f->{variant} }{qw(PLAIN EURO FEW)};
my $ana = $c->id;

sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub list { return '{' . join(',', @_) . '}' }
sub there { my ($v, $w) = @_; return value('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $v, $w // $w1) // 0 }
sub day { my ($n) = @_; return value('SELECT (inventory.today() + ?::integer)::text', $n) }
# "A:3/0 B:2/1": number, on hand / set apart.
sub lots
{
	my ($v, $w) = @_;
	return join ' ', map { "$_->[0]:$_->[1]/$_->[2]" } @{ $dbh->selectall_arrayref(q{SELECT coalesce(nullif(number, ''), '-'), on_hand, apart
		FROM inventory.lot WHERE variant_id = ? AND warehouse_id = ? AND (on_hand > 0 OR apart > 0) ORDER BY number}, undef, $v, $w // $w1) };
}
sub care { my ($v, $lots, $inspect) = @_; return value('SELECT inventory.care_save(?, ?, ?, false, ?, ?)', $t, $ana, $v, $lots, $inspect ? 1 : 0) }
sub proven
{
	my ($name) = @_;
	is(value('SELECT inventory.reconcile(?)', $t), 0, "$name: counts are proven by movements");
	is(value(q{SELECT count(*) FROM inventory.stock s WHERE s.by_lot AND s.on_hand <> (SELECT coalesce(sum(l.on_hand), 0) FROM inventory.lot l
		WHERE l.variant_id = s.variant_id AND l.warehouse_id = s.warehouse_id)}), 0, '... and lots are what is on hand');
	return;
}
sub paid { my (%o) = @_; my $o = $c->order(method => 'bank_transfer', intent => 0, %o); value('SELECT sales.receive_payment(?, ?, ?, ?, ?)', $t, $o->{id}, $o->{total}, 'r', 'x'); return $o }
sub ship { my ($o, $n) = @_; value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $t, $o->{id});
	return value('SELECT sales.ship(?, ?, ?::integer[], ?::integer[], ?, ?, ?, ?)', $t, $o->{id}, '{1}', list($n), 'Post', 'T', '', 'test') }
sub left { my ($o) = @_; return join ' ', map { "$_->[0]:$_->[1]" } @{ $dbh->selectall_arrayref(q{SELECT l.number, x.quantity FROM shipping.shipment_lot x
	JOIN inventory.lot l ON l.lot_id = x.lot_id WHERE x.order_id = ? ORDER BY 1}, undef, $o->{id}) } }
sub lot { my ($v, $number, $w) = @_; return value('SELECT lot_id FROM inventory.lot WHERE variant_id = ? AND warehouse_id = ? AND number = ?', $v, $w // $w1, $number) }

# ---- INV-10 lots begin with what is there ----
is(care($plain, 'expiry'), 'ok', 'a variant has lots from now on');
is(lots($plain), '-:100/0', 'what was there belongs to a lot without number');
is(care(Fixture::id(), 'number'), 'unknown', 'no such variant');
is(care($plain, 'much'), 'state', 'no such way');
is(care($f->{variant}{SANDAL}, 'number'), 'unknown', 'a variant of another tenant');

# ---- receipts ----
my $supplier = Fixture::id();
$f->add('inventory.supplier', tenant_id => $t, supplier_id => $supplier, code => 'LOT', name => 'Lots Ltd', currency => 'EUR');
my $buy = Fixture::id();
is(value('SELECT inventory.purchase_draft(?, NULL, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?::bigint[])', $t, 'test', $buy, $supplier, $w1, list($plain, $euro, $few), '{1000,1000,1000}', '{100,100,100}'), 'ok', 'an order at a supplier');
value(q{SELECT inventory.purchase_step(?, NULL, 'test', ?, 'send', '')}, $t, $buy);
sub come
{
	my ($v, $n, $number, $expires, $made) = @_;
	return value('SELECT inventory.purchase_receive(?, ?, ?, ?, ?, ?::uuid[], ?::integer[], 0, ?, ?, ?::date[], ?::date[])', $t, $ana, 'test', Fixture::id(), $buy, list($v), list($n), '',
		defined $number ? [$number] : undef, [$expires], [$made]);
}
is(come($plain, 5), "lot $plain", 'goods without the number of their lot');
is(come($plain, 5, ' ', day(9)), "lot $plain", 'a blank one');
is(come($plain, 5, 'A'), "expiry $plain", 'without its last day');
is(come($plain, 5, 'A', day(-1)), "expired $plain", 'over already');
is(come($plain, 5, 'A', day(9), day(10)), "dates $plain", 'made after its last day');
is(come($plain, 5, 'A', day(30), day(-3)), 'ok', 'five of lot A');
is(come($plain, 4, 'B', day(10)), 'ok', 'four of lot B, which expires first');
is(come($plain, 1, 'a'), 'ok', 'one more of A, whose last day is known');
is(come($plain, 1, 'A', day(31)), "differs $plain", 'another last day for the same number');
is(come($euro, 2), 'ok', 'goods without lots need no number');
is(lots($plain), '-:100/0 A:6/0 B:4/0', 'they lie in their lots');
is(value('SELECT supplier_id FROM inventory.lot WHERE number = ?', 'A'), $supplier, 'who sold it is known');
is(value(q{SELECT count(*) FROM inventory.movement m JOIN inventory.lot l ON l.lot_id = m.lot_id WHERE l.number = 'A' AND m.kind = 'receipt'}), 2, 'the ledger names the lot');
proven('receipts');

# ---- the first to expire leaves first ----
{
	my $o = paid(pieces => 7, total => 7000);
	is(value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], ?::integer[])}, $t, $store, $o->{id}, list($plain), '{7}'), undef, 'seven are held') if !value('SELECT count(*) FROM inventory.hold WHERE order_id = ?', $o->{id});
	is(lots($plain), '-:100/0 A:6/0 B:4/0', 'an order touches no lot');
	is(ship($o, 7), 'ok', 'they are shipped');
	is(left($o), 'A:3 B:4', 'B first, then A; the one without day last');
	is(lots($plain), '-:100/0 A:3/0', 'the lots are less');
	proven('shipping');
	# They come back.
	$dbh->do('UPDATE shipping.shipment SET delivered_at = sutler.now() WHERE order_id = ?', undef, $o->{id});
	my $r = Fixture::id();
	is(value('SELECT sales.staff_return(?, ?, ?, ?, ?, ?, ?, ?::integer[], ?::integer[])', $t, $ana, $o->{id}, $r, 'refund', 'size', '', '{1}', '{6}'), 'ok', 'six come back');
	value(q{SELECT sales.decide_return(?, ?, ?, 'approve', '')}, $t, $ana, $r);
	is(value('SELECT sales.receive_return(?, ?, ?, ?, ?::integer[], ?::integer[])', $t, $ana, $r, $w2, '{}', '{}'), 'ok', 'into the other warehouse');
	is(value('SELECT sales.inspect_return(?, ?, ?, 1, ?, 5, ?)', $t, $ana, $r, 'restock', ''), 'ok', 'five go on the shelf');
	is(value('SELECT sales.inspect_return(?, ?, ?, 1, ?, 1, ?)', $t, $ana, $r, 'scrap', 'torn'), 'ok', 'one is thrown away');
	is(lots($plain, $w2), 'A:1/0 B:4/0', 'in the lots they left with');
	is(value(q{SELECT string_agg(returned::text, ' ' ORDER BY number_key) FROM shipping.shipment_lot WHERE order_id = ?}, $o->{id}), '2 4', 'the shipment knows what came back of which');
	proven('returns');
}

# ---- transfers keep the number ----
{
	my $go = Fixture::id();
	is(value('SELECT inventory.transfer_send(?, ?, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $t, $ana, 'test', $go, $w2, $w1, list($plain), '{5}', ''), 'ok', 'five go over');
	is(lots($plain, $w2), '', 'none is left there');
	is(value('SELECT inventory.transfer_receive(?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $t, $ana, 'test', $go, list($plain), '{6}', 'one too many'), 'ok', 'six come');
	is(lots($plain), '-:101/0 A:4/0 B:4/0', 'under their numbers; the one that nobody sent has none');
	proven('transfers');
}

# ---- corrections and counts ----
is(value('SELECT inventory.lot_adjust(?, ?, ?, -1, ?)', $t, $ana, lot($plain, 'A'), 'damaged: wet'), 'ok', 'one lot is corrected');
is(value('SELECT inventory.lot_adjust(?, ?, ?, -99, ?)', $t, $ana, lot($plain, 'A'), 'lost'), 'negative', 'not below nothing, although the variant has more');
is(value('SELECT inventory.adjust_by_hand(?, ?, ?, ?, ?, -2, ?)', $t, $ana, 'test', $plain, $w1, 'lost'), 'ok', 'two of the variant are lost');
is(lots($plain), '-:101/0 A:3/0 B:2/0', 'of what expires first');
is(value(q{SELECT inventory.count(?, ARRAY[?]::uuid[], ARRAY[?]::uuid[], '{110}', 'test', 'test')}, $t, $plain, $w1), 1, 'a count finds more');
is(lots($plain), '-:105/0 A:3/0 B:2/0', 'which have no number');
proven('corrections');

# ---- INV-11 what expired ----
{
	my $o = paid(pieces => 2, total => 2000);
	value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], ?::integer[])}, $t, $store, $o->{id}, list($plain), '{2}') if !value('SELECT count(*) FROM inventory.hold WHERE order_id = ?', $o->{id});
	$dbh->do(q{UPDATE inventory.lot SET made_on = NULL, expires_on = inventory.today() - 1 WHERE variant_id = ? AND number = 'B'}, undef, $plain);
	is(ship($o, 2), 'ok', 'shipped in the minute after midnight');
	is(left($o), 'A:2', '... of a lot that keeps, although the other is not set apart yet');
	is(value('SELECT inventory.available(?, ?, ?)', $t, $store, $plain), 108, 'for sale until the job has looked');
	is(value('SELECT inventory.expire_lots(?, 100)', $t), 1, 'one lot expired');
	is(value('SELECT inventory.expire_lots(?, 100)', $t), 0, 'once');
	is(lots($plain), '-:105/0 A:1/0 B:0/2', 'it is set apart');
	is(value('SELECT inventory.available(?, ?, ?)', $t, $store, $plain), 106, 'and not for sale');
	is(value(q{SELECT quantity || ' ' || kind || ' ' || reason FROM inventory.movement WHERE kind = 'quarantine'}), '-2 quarantine expired', 'the ledger says why');
	is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'lot.apart'}), 1, 'and the log');
	is(value('SELECT inventory.lot_scrap(?, ?, ?, 3, ?)', $t, $ana, lot($plain, 'B'), 'over'), 'negative', 'three of two are not thrown away');
	is(value('SELECT inventory.lot_scrap(?, ?, ?, 2, ?)', $t, $ana, lot($plain, 'B'), ' '), 'reason', 'nor without a reason');
	is(value('SELECT inventory.lot_scrap(?, ?, ?, 2, ?)', $t, $ana, lot($plain, 'B'), 'over'), 'ok', 'two are');
	is(lots($plain), '-:105/0 A:1/0', 'nothing of it is left');
	is(come($plain, 1, 'B', day(-1)), "expired $plain", 'nothing of it comes in');
	proven('expiry');
}

# ---- a pick list says the lots, the parcel has them, and a block stops it ----
sub wave { my (@o) = @_; return value('SELECT wave_id FROM shipping.make_wave(?, ?, ?, ?, ?)', $t, $ana, $w1, '', [ map { $_->{id} } @o ]) }
sub told { my ($wave, $o) = @_; return join ' ', map { "$_->[0]:$_->[1]" } @{ $dbh->selectall_arrayref(q{SELECT l.number, y.quantity FROM shipping.pick_lot y JOIN inventory.lot l ON l.lot_id = y.lot_id
	WHERE y.wave_id = ? AND y.order_id = ? ORDER BY 1}, undef, $wave, $o->{id}) } }
sub packed
{
	my ($wave, $o, $n) = @_;
	value('SELECT outcome FROM shipping.pick(?, ?, ?, ?, ?)', $t, $ana, $wave, 'PLAIN', $n);
	my ($word, $k) = $dbh->selectrow_array('SELECT outcome, parcel_id FROM shipping.pack(?, ?, ?, ?, ?, ?)', undef, $t, $ana, $wave, $o->{id}, 'PLAIN', $n);
	is($word, 'ok', "$n are packed");
	value('SELECT shipping.close_parcel(?, ?, ?, 500)', $t, $ana, $k);
	return $k;
}
sub leave { my ($k) = @_; return value('SELECT shipping.send(?, ?, ?, ?, ?, ?)', $t, $ana, $k, 'Post', 'T', '') }
sub held { my ($n) = @_; my $o = paid(pieces => $n, total => 1000 * $n); value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], ?::integer[])}, $t, $store, $o->{id}, list($plain), list($n))
	if !value('SELECT count(*) FROM inventory.hold WHERE order_id = ?', $o->{id}); return $o }
come($plain, 3, 'C', day(5));
come($plain, 3, 'D', day(6));
{
	my ($a, $b) = (held(2), held(3));
	my $one = wave($a);
	my $two = wave($b);
	is(told($one, $a), 'C:2', 'the first list takes what expires first');
	is(told($two, $b), 'C:1 D:2', 'the second what that leaves');
	is(leave(packed($two, $b, 3)), 'ok', 'the second leaves first');
	is(left($b), 'C:1 D:2', 'with the lots that were fetched for it');
	my $k = packed($one, $a, 2);
	is(value('SELECT inventory.lot_block(?, ?, ?, true, ?)', $t, $ana, lot($plain, 'C'), ''), 'reason', 'a recall needs a reason');
	is(value('SELECT inventory.lot_block(?, ?, ?, true, ?)', $t, $ana, lot($plain, 'C'), 'glue'), 'ok', 'lot C is called back');
	is(value('SELECT inventory.lot_block(?, ?, ?, true, ?)', $t, $ana, lot($plain, 'C'), 'glue'), 'state', 'once');
	is(lots($plain), '-:105/0 A:1/0 C:0/2 D:1/0', 'what is left of it is set apart');
	is(leave($k), 'lot', 'the parcel that has it does not leave');
	is(value('SELECT state FROM shipping.parcel WHERE parcel_id = ?', $k), 'packed', '... and is as it was');
	is(come($plain, 1, 'C', day(5)), "blocked $plain", 'nothing of it comes in');
	is(value('SELECT shipping.unpack(?, ?, ?, ?)', $t, $ana, $k, 'recall'), 'ok', 'it is taken apart');
	my $again = wave($a);
	is(told($again, $a), 'A:1 D:1', 'another list takes what is good');
	is(leave(packed($again, $a, 2)), 'ok', 'which leaves');
	is(left($a), 'A:1 D:1', 'and is known');
	is(value('SELECT inventory.lot_block(?, ?, ?, false, ?)', $t, $ana, lot($plain, 'C'), 'it was another glue'), 'ok', 'the recall is over');
	is(lots($plain), '-:105/0 C:2/0', 'it is on hand again');
	proven('recall');
}
is(value(q{SELECT count(DISTINCT order_id) FROM shipping.shipment_lot WHERE variant_id = ? AND number_key = 'a'}, $plain), 3, 'three orders had pieces of A');

# Nobody can write one without the other.
{
	my $no = sub { my ($sql) = @_; eval { $dbh->begin_work; $dbh->do($sql, undef, $plain, $w1); $dbh->commit; 1 } and return 'written'; my $state = $dbh->state; eval { $dbh->rollback } if !$dbh->{AutoCommit}; return $state };
	is($no->(q{UPDATE inventory.lot SET on_hand = on_hand + 1 WHERE variant_id = ? AND warehouse_id = ? AND number = 'C'}), '23514', 'a lot alone');
	is($no->('UPDATE inventory.stock SET on_hand = on_hand + 1 WHERE variant_id = ? AND warehouse_id = ?'), '23514', 'what is on hand alone');
	is($no->('DELETE FROM inventory.lot WHERE on_hand > 0 AND variant_id = ? AND warehouse_id = ? AND NOT EXISTS (SELECT FROM inventory.movement m WHERE m.lot_id = lot.lot_id AND m.kind = $$x$$) AND number = $$$$') =~ /^23/ ? 'no' : 'yes', 'no', 'or take one away');
}

# ---- INV-12 inspection ----
is(care($few, 'number', 1), 'ok', 'a variant that is looked at when it comes');
{
	my $before = value('SELECT inventory.available(?, ?, ?)', $t, $store, $few);
	is(come($few, 10, 'Q', undef), 'ok', 'ten come');
	is(value('SELECT inventory.available(?, ?, ?)', $t, $store, $few), $before, 'nobody can buy them');
	my $i = value('SELECT inspection_id FROM inventory.inspection WHERE variant_id = ?', $few);
	my $say = sub { return value('SELECT inventory.inspect(?, ?, ?, ?, ?, ?)', $t, $ana, $i, @_) };
	is($say->('pass', 11, ''), 'quantity', 'eleven of ten');
	is($say->('scrap', 2, ' '), 'reason', 'thrown away without a reason');
	is($say->('good', 2, 'x'), 'unknown', 'no such verdict');
	is($say->('pass', 6, ''), 'ok', 'six are good');
	is(value('SELECT inventory.available(?, ?, ?)', $t, $store, $few), $before + 6, 'and for sale');
	is($say->('scrap', 1, 'torn'), 'ok', 'one is thrown away');
	is($say->('back', 3, 'wrong colour'), 'ok', 'three go back');
	is($say->('pass', 1, ''), 'quantity', 'none is left');
	is(value('SELECT closed_at IS NOT NULL FROM inventory.inspection WHERE inspection_id = ?', $i), 1, 'it is over');
	is(value(q{SELECT count(*) FROM audit.entry WHERE action LIKE 'inspection.%'}), 3, 'each verdict is in the log');
	is(lots($few), '-:' . $before . '/0 Q:6/0', 'the good ones lie in their lot');
	$dbh->do('UPDATE inventory.supplier SET inspect = true WHERE supplier_id = ?', undef, $supplier);
	my $euros = there($euro);
	is(come($euro, 4), 'ok', 'goods without lots of a supplier who is looked at');
	is(there($euro), $euros, 'wait too');
	is(value('SELECT inventory.inspecting(?, ?)', $t, $euro), 4, 'four');
	($i) = value('SELECT inspection_id FROM inventory.inspection WHERE variant_id = ?', $euro);
	is($say->('pass', 4, ''), 'ok', 'they are good');
	is(there($euro), $euros + 4, 'and on hand');
	$dbh->do('UPDATE inventory.supplier SET inspect = false WHERE supplier_id = ?', undef, $supplier);
	proven('inspection');
}

# ---- CAT-12 made to order ----
{
	my $made = $f->{variant}{MADE};
	# Orders of the tests hold what they order: this one has nothing to hold.
	my $like = sub {
		my ($o) = @_;
		value('SELECT inventory.release_order(?, ?)', $t, $o->{id});
		$dbh->do(q{UPDATE sales.order_line SET made_to_order = true, variant_id = ?, sku = 'MADE' WHERE order_id = ?}, undef, $made, $o->{id});
		return $o;
	};
	my $order = sub {
		my ($n) = @_;
		return $like->(paid(sku => 'EURO', pieces => $n, total => 8000 * $n));
	};
	my ($a, $b) = ($order->(2), $order->(3));
	$like->($c->order(sku => 'EURO', method => 'bank_transfer', intent => 0));
	is(value('SELECT inventory.tend(?, 50, 100)', $t), 2, 'two paid lines are gathered');
	is(value('SELECT inventory.tend(?, 50, 100)', $t), 0, 'once');
	my $p = value('SELECT production_id FROM inventory.production');
	my $state = sub { return value('SELECT state FROM inventory.production WHERE production_id = ?', $p) };
	is(value('SELECT sum(quantity) FROM inventory.production_line WHERE production_id = ?', $p), 5, 'into one production order');
	is(value(q{SELECT due_on - (SELECT min((placed_at AT TIME ZONE 'UTC')::date) FROM sales."order" WHERE order_id IN (?, ?)) FROM inventory.production}, $a->{id}, $b->{id}), 5, 'due by the lead time');
	is(ship($a, 2), 'lines', 'what is not made is not shipped');
	$dbh->do(q{UPDATE sales."order" SET fulfilment = 'unfulfilled' WHERE order_id = ?}, undef, $a->{id});
	is(value('SELECT outcome FROM shipping.make_wave(?, ?, ?, ?, ?)', $t, $ana, $w1, '', [ $a->{id} ]), 'empty', 'nor picked');
	my $finish = sub { return value('SELECT inventory.production_finish(?, ?, ?, ?, ?, ?, ?, ?)', $t, $ana, $p, @_) };
	is($finish->($w1, 5, '', undef, ''), 'state', 'it has not begun');
	is(value('SELECT inventory.production_start(?, ?, ?)', $t, $ana, $p), 'ok', 'it begins');
	is(value('SELECT inventory.production_start(?, ?, ?)', $t, $ana, $p), 'state', 'once');
	is(value(q{SELECT string_agg(fulfilment, ' ') FROM sales."order" WHERE order_id IN (?, ?)}, $a->{id}, $b->{id}), 'in_production in_production', 'both orders are in production');
	my $late = $order->(1);
	is(value('SELECT inventory.tend(?, 50, 100)', $t), 1, 'who comes later');
	is(value(q{SELECT count(*) FROM inventory.production WHERE state = 'planned'}), 1, 'waits for the next one');
	is(care($made, 'expiry'), 'ok', 'what is made has lots');
	is($finish->($w1, 4, 'M1', day(90), ''), 'reason', 'four of five without a reason');
	is($finish->($w1, 4, '', day(90), 'one broke'), 'lot', 'without a number');
	is($finish->($w1, 0, 'M1', day(90), 'all broke'), 'quantity', 'none');
	is($finish->($f->{warehouse}{B1}, 5, 'M1', day(90), ''), 'warehouse', 'in a warehouse of another tenant');
	is($finish->($w1, 4, 'M1', day(90), 'one broke'), 'ok', 'four are made');
	is($state->(), 'finished', 'it is over');
	is(lots($made), 'M1:4/0', 'they are a lot');
	is(value('SELECT held FROM inventory.stock WHERE variant_id = ?', $made), 2, 'two are held for the first order');
	is(value(q{SELECT string_agg(fulfilment, ' ' ORDER BY order_id) FROM sales."order" WHERE order_id IN (?, ?)}, $a->{id}, $b->{id}), 'ready in_production', 'which is ready; three of two are no whole line');
	is(value('SELECT inventory.tend(?, 50, 100)', $t), 1, 'the second waits for the next');
	is(value(q{SELECT sum(l.quantity) FROM inventory.production_line l JOIN inventory.production p USING (production_id) WHERE p.state = 'planned'}), 4, 'with who came later');
	is(ship($a, 2), 'ok', 'the first is shipped');
	is(left($a), 'M1:2', 'out of its lot');
	$p = value(q{SELECT production_id FROM inventory.production WHERE state = 'planned'});
	is(value('SELECT sales.staff_cancel(?, ?, ?, ?)', $t, $ana, $late->{id}, 'changed his mind'), 'ok', 'an order is cancelled');
	is(value('SELECT sum(quantity) FROM inventory.production_line WHERE production_id = ?', $p), 3, 'nothing is made for it');
	is(value('SELECT inventory.production_cancel(?, ?, ?, ?)', $t, $ana, $p, ' '), 'reason', 'cancelled without a reason');
	is(value('SELECT inventory.production_cancel(?, ?, ?, ?)', $t, $ana, $p, 'no leather'), 'ok', 'cancelled');
	is(value('SELECT inventory.tend(?, 50, 100)', $t), 1, 'its line waits for another');
	# What is inspected serves nobody before it has passed.
	care($made, 'expiry', 1);
	$p = value(q{SELECT production_id FROM inventory.production WHERE state = 'planned'});
	value('SELECT inventory.production_start(?, ?, ?)', $t, $ana, $p);
	is($finish->($w1, 3, 'M2', day(90), ''), 'ok', 'three are made');
	is(value(q{SELECT fulfilment FROM sales."order" WHERE order_id = ?}, $b->{id}), 'in_production', 'and looked at first');
	my $i = value('SELECT inspection_id FROM inventory.inspection WHERE production_id = ?', $p);
	is(value('SELECT inventory.inspect(?, ?, ?, ?, 1, ?)', $t, $ana, $i, 'back', 'x'), 'supplier', 'nobody takes them back');
	is(value('SELECT inventory.inspect(?, ?, ?, ?, 2, ?)', $t, $ana, $i, 'pass', ''), 'ok', 'two are good');
	is(value('SELECT inventory.inspect(?, ?, ?, ?, 1, ?)', $t, $ana, $i, 'pass', ''), 'ok', 'the third');
	is(value(q{SELECT fulfilment FROM sales."order" WHERE order_id = ?}, $b->{id}), 'ready', 'now the order is ready');
	is(ship($b, 3), 'ok', 'and shipped');
	is(value(q{SELECT count(*) FROM audit.entry WHERE action LIKE 'production.%'}), 5, 'each step is in the log');
	proven('production');
}

# ---- production and inspection, many at once ----
{
	my $made = $f->{variant}{MADE};
	my $connect = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
	my $all = sub { my (@work) = @_; return Race::at_once($dbh, $connect, $t, map { my ($sql, @p) = @$_; sub { return ($_[0]->selectrow_array($sql, undef, @p))[0] } } @work) };
	my $order = sub {
		my $o = paid(sku => 'EURO', pieces => 2, total => 16000);
		value('SELECT inventory.release_order(?, ?)', $t, $o->{id});
		$dbh->do(q{UPDATE sales.order_line SET made_to_order = true, variant_id = ?, sku = 'MADE' WHERE order_id = ?}, undef, $made, $o->{id});
		return $o;
	};
	my $planned = sub { return value(q{SELECT production_id FROM inventory.production WHERE state = 'planned'}) };
	my $waits = sub { return value('SELECT count(*) FROM inventory.production_line WHERE order_id = ? AND NOT done', $_[0]{id}) };
	my $held = sub { return value('SELECT coalesce(sum(quantity), 0) FROM inventory.hold WHERE order_id = ? AND variant_id = ?', $_[0]{id}, $made) };
	care($made, 'none');
	my @o = map { $order->() } 1 .. 4;
	is_deeply($all->(map { ['SELECT CASE WHEN inventory.gather_made(?, 100) >= 0 THEN $$ok$$ END', $t] } 1 .. 8), { ok => 8 }, 'eight gather');
	is(value('SELECT count(*) FROM inventory.production_line WHERE order_id = ANY (?)', [ map { $_->{id} } @o ]), 4, 'each line once');
	is(value(q{SELECT count(*) FROM inventory.production WHERE state = 'planned'}), 1, 'on one production order');
	my $p = $planned->();
	is_deeply($all->(map { ['SELECT inventory.production_start(?, ?, ?)', $t, $ana, $p] } 1 .. 12), { ok => 1, state => 11 }, 'twelve begin: one does');
	is(value(q{SELECT count(*) FROM sales.order_event WHERE order_id = ANY (?) AND event = 'produce'}, [ map { $_->{id} } @o ]), 4, 'each buyer is told once');
	my $before = there($made);
	# Two workers, and somebody who calls it off, while one of the orders is cancelled and others look for work.
	my $late = $order->();
	my $seen = $all->((map { ['SELECT $$finish $$ || inventory.production_finish(?, ?, ?, ?, 8, $$$$, NULL, $$counted again$$)', $t, $ana, $p, $w1] } 1 .. 6),
		(map { ['SELECT $$cancel $$ || inventory.production_cancel(?, ?, ?, $$no leather$$)', $t, $ana, $p] } 1 .. 4),
		['SELECT $$order $$ || sales.staff_cancel(?, ?, ?, $$changed his mind$$)', $t, $ana, $o[3]{id}], ['SELECT CASE WHEN inventory.gather_made(?, 100) >= 0 THEN $$gathered$$ END', $t]);
	my $finished = $seen->{'finish ok'} // 0;
	is($finished + ($seen->{'cancel ok'} // 0), 1, 'it is finished or called off, once') or diag explain $seen;
	is_deeply([ grep { !/^(?:finish|cancel) (?:ok|state)$|^order ok$|^gathered$/ } keys %$seen ], [], 'everybody is told kindly, without deadlock') or diag explain $seen;
	is(there($made), $before + 8 * $finished, 'its pieces came once or not at all');
	is(value('SELECT count(*) FROM inventory.movement WHERE variant_id = ? AND kind = $$production$$ AND reason = ?', $made, 'production ' . value('SELECT number FROM inventory.production WHERE production_id = ?', $p)), $finished, 'by one movement');
	is($held->($o[3]), 0, 'the cancelled order holds nothing');
	is(join(' ', map { $held->($_) + 2 * $waits->($_) * (1 - $finished) } @o[0 .. 2]), $finished ? '2 2 2' : join(' ', map { 2 * $waits->($_) } @o[0 .. 2]), 'the others have their pieces, or wait on');
	value('SELECT inventory.tend(?, 50, 100)', $t);
	is($held->($_) || $waits->($_) ? 1 : 0, 1, 'nobody is forgotten') for @o[0 .. 2], $late;
	# Called off while it begins: both may be, in this order alone.
	$p = $planned->();
	$seen = $all->((map { ['SELECT $$start $$ || inventory.production_start(?, ?, ?)', $t, $ana, $p] } 1 .. 4), map { ['SELECT $$cancel $$ || inventory.production_cancel(?, ?, ?, $$no leather$$)', $t, $ana, $p] } 1 .. 4);
	is($seen->{'cancel ok'}, 1, 'called off while it begins: once');
	cmp_ok($seen->{'start ok'} // 0, '<=', 1, 'and begun at most once before');
	is(value('SELECT state FROM inventory.production WHERE production_id = ?', $p), 'cancelled', 'it stays called off');
	is(value('SELECT count(*) FROM inventory.production_line WHERE production_id = ?', $p), 0, 'and keeps no line');
	proven('production, many at once');

	# Pieces that wait for a look: what is said of them is never more than they are.
	value('SELECT inventory.tend(?, 50, 100)', $t);
	$p = $planned->();
	value('SELECT inventory.production_start(?, ?, ?)', $t, $ana, $p);
	care($made, 'number', 1);
	my $wanted = value('SELECT sum(quantity) FROM inventory.production_line WHERE production_id = ?', $p);
	is(value('SELECT inventory.production_finish(?, ?, ?, ?, ?, $$L9$$, NULL, $$two more$$)', $t, $ana, $p, $w1, $wanted + 2), 'ok', 'made, and to be looked at');
	my ($i, $lot) = map { value("SELECT $_ FROM inventory.inspection WHERE production_id = ?", $p) } qw(inspection_id lot_id);
	$before = there($made);
	$seen = $all->((map { ['SELECT $$pass $$ || inventory.inspect(?, ?, ?, $$pass$$, 1, $$$$)', $t, $ana, $i] } 1 .. $wanted + 1),
		(map { ['SELECT $$scrap $$ || inventory.inspect(?, ?, ?, $$scrap$$, 1, $$torn$$)', $t, $ana, $i] } 1 .. 4),
		map { ['SELECT $$block $$ || inventory.lot_block(?, ?, ?, ?::boolean, $$a letter$$)', $t, $ana, $lot, $_ % 2] } 1 .. 4);
	is_deeply([ grep { !/^(?:pass|scrap) (?:ok|quantity|blocked)$|^block (?:ok|state)$/ } keys %$seen ], [], 'looked at and blocked at once: all are told kindly') or diag explain $seen;
	my ($passed, $scrapped) = map { value("SELECT $_ FROM inventory.inspection WHERE inspection_id = ?", $i) } qw(passed scrapped);
	is("$passed $scrapped", ($seen->{'pass ok'} // 0) . ' ' . ($seen->{'scrap ok'} // 0), 'each verdict counts once');
	cmp_ok($passed + $scrapped, '<=', $wanted + 2, 'and they are no more than the pieces');
	value('SELECT inventory.lot_block(?, ?, ?, false, ?)', $t, $ana, $lot, 'it was the wrong letter');
	is(there($made), $before + $passed, 'what passed is on hand');
	while ((my $rest = $wanted + 2 - value('SELECT passed + scrapped FROM inventory.inspection WHERE inspection_id = ?', $i)) > 0) { is(value('SELECT inventory.inspect(?, ?, ?, $$pass$$, ?, $$$$)', $t, $ana, $i, $rest), 'ok', 'the rest passes') or last }
	proven('inspection, many at once');

	# Shipped while its lot is blocked: it left before, or not at all.
	my @goes = grep { $held->($_) } @o[0 .. 2], $late;
	ok(scalar @goes, 'orders have their pieces');
	value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $t, $_->{id}) for @goes;
	my @lots = grep { defined } @{ $dbh->selectcol_arrayref('SELECT lot_id FROM inventory.lot WHERE variant_id = ? AND on_hand > 0', undef, $made) };
	$seen = $all->((map { ['SELECT $$block $$ || inventory.lot_block(?, ?, ?, true, $$a letter$$)', $t, $ana, $_] } @lots),
		map { my $o = $_; map { ['SELECT $$ship $$ || sales.ship(?, ?, $${1}$$::integer[], $${2}$$::integer[], $$P$$, $$T$$, $$$$, $$race$$)', $t, $o->{id}] } 1 .. 3 } @goes);
	is_deeply([ grep { !/^block ok$|^ship \w+$/ } keys %$seen ], [], 'all are told kindly') or diag explain $seen;
	cmp_ok($seen->{'ship ok'} // 0, '<=', scalar @goes, 'each order is shipped at most once');
	is(value('SELECT count(*) FROM inventory.lot WHERE variant_id = ? AND (on_hand < 0 OR apart < 0 OR (blocked AND on_hand > 0))', $made), 0, 'nothing of a blocked lot is on hand');
	isnt(ship($_, 2), 'ok', 'and what is blocked does not leave') for grep { !value('SELECT shipped FROM sales.order_line WHERE order_id = ?', $_->{id}) } @goes;
	proven('shipped while it was blocked');
}

# ---- lots end ----
is(value('SELECT inventory.lot_block(?, ?, ?, true, ?)', $t, $ana, lot($plain, 'C'), 'again'), 'ok', 'something is set apart');
is(care($plain, 'none'), 'apart', 'lots do not end while it is');
is(value('SELECT inventory.lot_scrap(?, ?, ?, 2, ?)', $t, $ana, lot($plain, 'C'), 'burnt'), 'ok', 'it is thrown away');
is(care($plain, 'none'), 'ok', 'then they do');
is(lots($plain), '', 'no lot has any');
is(there($plain), 105, 'what is on hand is as before');

# ---- eight at once ----
$dbh->do(q{SELECT inventory.count(?, ARRAY[?, ?]::uuid[], ARRAY[?, ?]::uuid[], '{60,60}', 'test', 'test')}, undef, $t, $plain, $plain, $w1, $w2);
care($plain, 'number');
$dbh->{AutoInactiveDestroy} = 1;
my @pids;
my $seen = {};
{
	my $connect = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
	my @orders = map { my $o = paid(pieces => 3, total => 3000);
		value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], ?::integer[])}, $t, $store, $o->{id}, list($plain), '{3}') if !value('SELECT count(*) FROM inventory.hold WHERE order_id = ?', $o->{id});
		value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $t, $o->{id}); $o } 1 .. 8;
	my $any = sub { return $_[int rand @_] };
	my $id = sub { my ($d) = @_; return ($d->selectrow_array('SELECT sutler.uuid7()'))[0] };
	my %work = (
		receive => sub { my ($d, $n) = @_; return ($d->selectrow_array('SELECT inventory.purchase_receive(?, NULL, ?, ?, ?, ?::uuid[], ?::integer[], 0, ?, ?::text[])', undef,
			$t, 'race', $id->($d), $buy, list($plain, $euro), '{2,1}', '', [ $any->(qw(R1 R2 R3)), '' ]))[0] },
		adjust => sub { my ($d) = @_; my $q = $any->(-3 .. -1, 1 .. 3); return ($d->selectrow_array('SELECT inventory.adjust_by_hand(?, NULL, ?, ?, ?, ?, ?)', undef, $t, 'race', $plain, $any->($w1, $w2), $q, $q < 0 ? 'lost' : 'found'))[0] },
		ship => sub { my ($d, $n) = @_; return ($d->selectrow_array('SELECT sales.ship(?, ?, ?::integer[], ?::integer[], ?, ?, ?, ?)', undef, $t, $orders[$n]{id}, '{1}', '{1}', 'P', 'T', '', 'race'))[0] },
		transfer => sub { my ($d) = @_; my ($from, $to) = rand() < 0.5 ? ($w1, $w2) : ($w2, $w1);
			return ($d->selectrow_array('SELECT inventory.transfer_send(?, NULL, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', undef, $t, 'race', $id->($d), $from, $to, list($plain), '{3}', ''))[0] },
		arrive => sub { my ($d) = @_; my ($go) = $d->selectrow_array(q{SELECT transfer_id FROM inventory.transfer WHERE state = 'sent' ORDER BY random() LIMIT 1}) or return 'none';
			return ($d->selectrow_array('SELECT inventory.transfer_receive(?, NULL, ?, ?, ?::uuid[], ?::integer[], ?)', undef, $t, 'race', $go, list($plain), list($any->(2, 3, 4)), 'differs'))[0] },
		count => sub { my ($d) = @_; my ($n) = $d->selectrow_array('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', undef, $plain, $w1);
			$d->selectrow_array(q{SELECT inventory.count(?, ARRAY[?]::uuid[], ARRAY[?]::uuid[], ARRAY[?]::integer[], 'race', 'race')}, undef, $t, $plain, $w1, $n + $any->(-1, 0, 1)); return 'ok' },
		block => sub { my ($d) = @_; my ($l, $b) = $d->selectrow_array('SELECT lot_id, blocked FROM inventory.lot WHERE variant_id = ? AND number <> $$$$ ORDER BY random() LIMIT 1', undef, $plain) or return 'none';
			return ($d->selectrow_array('SELECT inventory.lot_block(?, NULL, ?, ?, ?)', undef, $t, $l, $b ? 0 : 1, 'race'))[0] },
		expire => sub { my ($d) = @_; $d->selectrow_array('SELECT inventory.expire_lots(?, 10)', undef, $t); return 'ok' },
		pick => sub { my ($d, $n) = @_; my ($word, $wave) = $d->selectrow_array('SELECT outcome, wave_id FROM shipping.make_wave(?, NULL, ?, ?, ?)', undef, $t, $w1, '', [ map { $_->{id} } @orders ]);
			return $word if $word ne 'ok';
			return ($d->selectrow_array('SELECT shipping.drop_wave(?, NULL, ?, ?)', undef, $t, $wave, 'race'))[0] },
		back => sub { my ($d) = @_; my ($o) = $d->selectrow_array('SELECT order_id FROM shipping.shipment_lot WHERE returned < quantity ORDER BY random() LIMIT 1') or return 'none';
			$d->selectrow_array('SELECT 1 FROM sales."order" WHERE order_id = ? FOR UPDATE', undef, $o);
			$d->selectrow_array('SELECT inventory.take_back(?, ?, ?, ?, 1, ?, ?, NULL)', undef, $t, $o, $plain, $any->($w1, $w2), $any->(0, 1), 'race'); return 'ok' },
		care => sub { my ($d) = @_; return ($d->selectrow_array('SELECT inventory.care_save(?, NULL, ?, false, ?, false)', undef, $t, $plain, $any->(qw(none number number))))[0] },
	);
	my @names = sort keys %work;
	for my $round (1 .. 12) {
		my $got = Race::at_once($dbh, $connect, $t, map { my $n = $_; sub { my ($d) = @_; srand($round * 100 + $n); my $name = $names[($n * 7 + $round * 3) % @names]; return "$name " . $work{$name}->($d, $n) } } 0 .. 7);
		$seen->{$_} += $got->{$_} for keys %$got;
	}
	my %fine = map { $_ => 1 } qw(ok negative promised state none empty lines apart);
	is_deeply([ grep { !$fine{ (split / /, $_, 2)[1] } && !/^receive (?:lot|blocked) / } sort keys %$seen ], [], 'all was done or kindly declined, without deadlock') or diag explain $seen;
	ok($seen->{"$_ ok"}, "$_ was done " . ($seen->{"$_ ok"} // 0) . ' times') for @names;
	proven('eight at once');
	is(value(q{SELECT count(*) FROM inventory.stock s WHERE held <> (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
		WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id)}), 0, 'and held is what the holds are');
}
$dbh->disconnect;
done_testing;
