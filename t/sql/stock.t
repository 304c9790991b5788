#!/usr/bin/perl
# Promise: work on stock that no order asks for (corrections, transfers, counts) is booked once, with
# its reason, its user and an audit entry; what the shop declines changes nothing; a count is right
# although pieces come and go while people count.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh('_sutler-owner');
my $f = Fixture->new($dbh);
my $t = $f->{tenant}{acme};
my ($w1, $w2, $b1) = @{ $f->{warehouse} }{qw(W1 W2 B1)};
my ($plain, $few, $last) = @{ $f->{variant} }{qw(PLAIN FEW LAST)};
my $ana = Fixture::id();
$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);

sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub list { return '{' . join(',', @_) . '}' }
sub there { my ($v, $w) = @_; return value('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $v, $w) // 0 }
sub movements { return value('SELECT count(*) FROM inventory.movement') }
sub entries { my ($action) = @_; return value('SELECT count(*) FROM audit.entry WHERE action = ?', $action) }
sub proven { my ($name) = @_; return is(value('SELECT inventory.reconcile(?)', $t), 0, "$name: counts are proven by movements") }

# The word says no, and no row of the ledger or the log came of it.
sub declined
{
	my ($word, $name, $work) = @_;
	my @before = (movements(), value('SELECT count(*) FROM audit.entry'));
	is($work->(), $word, $name);
	is_deeply([movements(), value('SELECT count(*) FROM audit.entry')], \@before, '... and nothing was booked');
	return;
}

# An order's hold, without the order: what it is for is not looked at here.
sub hold
{
	my ($v, $n) = @_;
	my $order = Fixture::id();
	is(value('SELECT inventory.take(?, ?, NULL, ?, NULL, \'\', ?::uuid[], ?::integer[])', $t, $f->{store}{one}, $order, list($v), list($n)), undef, "$n are held");
	return $order;
}

# ---- INV-14 corrections with a reason ----
sub adjust { my ($v, $w, $n, $why) = @_; return value('SELECT inventory.adjust_by_hand(?, ?, ?, ?, ?, ?, ?)', $t, $ana, 'test', $v, $w, $n, $why) }
is(adjust($plain, $w1, -2, 'damaged: rain'), 'ok', 'two are damaged');
is(there($plain, $w1), 98, 'they are gone');
is_deeply([$dbh->selectrow_array("SELECT quantity, kind, reason, source, staff_id FROM inventory.movement WHERE staff_id IS NOT NULL")],
	[-2, 'adjustment', 'damaged: rain', 'test', $ana], 'INV-03 the ledger has change, reason, source and user');
is_deeply([$dbh->selectrow_array("SELECT actor, target, reason, detail::jsonb->>'before', detail::jsonb->>'after' FROM audit.entry")],
	[$ana, "variant $plain", 'damaged: rain', 100, 98], 'the log has who, why, before and after');
declined('reason', "a reason '$_'", sub { adjust($plain, $w1, 1, $_) }) for '', 'because', 'other', 'other: ';
declined('reason', 'no reason at all', sub { adjust($plain, $w1, 1, undef) });
declined('quantity', "$_ pieces", sub { adjust($plain, $w1, $_, 'found') }) for 0, 10_000_001, -2_147_483_648;
declined('negative', 'more than there is', sub { adjust($plain, $w1, -99, 'lost') });
declined('unknown', 'a warehouse of another tenant', sub { adjust($plain, $b1, 1, 'found') });
declined('unknown', 'a variant of another tenant', sub { adjust($f->{variant}{SANDAL}, $w1, 1, 'found') });
{
	my $old = hold($few, 1);
	my $new = hold($few, 2);
	is(adjust($few, $w1, -2, 'stolen'), 'ok', 'promised pieces can be stolen');
	is(value('SELECT short FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $few, $w1), 2, 'two are short');
	is_deeply($dbh->selectall_arrayref('SELECT order_id, quantity FROM inventory.at_risk(?, ?, ?)', undef, $t, $few, $w1), [[$new, 2]],
		'the newest order is at risk, the older is served');
	value('SELECT inventory.release_order(?, ?)', $t, $_) for $old, $new;
	is_deeply($dbh->selectall_arrayref('SELECT * FROM inventory.at_risk(?, ?, ?)', undef, $t, $few, $w1), [], 'released: none is at risk');
}
proven('corrections');

# ---- INV-01 transfers ----
sub send_off { my ($id, $from, $to, $v, $n) = @_; return value('SELECT inventory.transfer_send(?, ?, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $t, $ana, 'test', $id, $from, $to, list(@$v), list(@$n), 'for the fair') }
sub take_in { my ($id, $v, $n, $why) = @_; return value('SELECT inventory.transfer_receive(?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $t, $ana, 'test', $id, list(@$v), list(@$n), $why) }
my $go = Fixture::id();
is(send_off($go, $w1, $w2, [$plain, $last], [10, 1]), 'ok', 'eleven pieces leave');
is_deeply([there($plain, $w1), there($plain, $w2), value('SELECT inventory.in_transit(?, ?)', $t, $plain)], [88, 0, 10], 'they are in neither warehouse, but in transit');
is(value('SELECT inventory.available(?, ?, ?)', $t, $f->{store}{one}, $last), 0, 'what is on its way is not for sale');
declined('state', 'the same transfer twice', sub { send_off($go, $w1, $w2, [$plain], [1]) });
declined('reason', 'another number without a reason', sub { take_in($go, [$plain, $last], [9, 1], ' ') });
declined('uncounted', 'a line left out', sub { take_in($go, [$plain], [10], '') });
declined('uncounted', 'a line too many', sub { take_in($go, [$plain, $last, $few], [10, 1, 1], '') });
declined('twice', 'a line twice', sub { take_in($go, [$plain, $plain], [5, 5], '') });
declined('quantity', 'less than none', sub { take_in($go, [$plain, $last], [-1, 1], '') });
is(take_in($go, [$last, $plain], [0, 12], 'counted badly'), 'ok', 'twelve came for ten, none for one');
is_deeply([there($plain, $w2), there($last, $w2), value('SELECT inventory.in_transit(?, ?)', $t, $plain)], [12, 0, 0], 'what came is on hand, nothing is in transit');
is(value(q{SELECT detail::jsonb->'differences' = jsonb_build_object(?::text, 2, ?::text, -1) FROM audit.entry WHERE action = 'transfer.received'}, $plain, $last), 1, 'the log names both differences');
declined('state', 'received twice', sub { take_in($go, [$last, $plain], [1, 10], '') });
declined('unknown', 'a transfer that is not there', sub { take_in(Fixture::id(), [$plain], [1], '') });
declined('unknown', 'within one warehouse', sub { send_off(Fixture::id(), $w1, $w1, [$plain], [1]) });
declined('unknown', 'to another tenant', sub { send_off(Fixture::id(), $w1, $b1, [$plain], [1]) });
declined('negative', 'more than there is, in the second line: the first is undone', sub { send_off(Fixture::id(), $w1, $w2, [$plain, $few], [1, 50]) });
declined('twice', 'a variant in two lines', sub { send_off(Fixture::id(), $w1, $w2, [$plain, $plain], [1, 1]) });
declined('quantity', 'no pieces', sub { send_off(Fixture::id(), $w1, $w2, [$plain], [0]) });
declined('quantity', 'no lines', sub { send_off(Fixture::id(), $w1, $w2, [], []) });
{
	my $order = hold($plain, 80);
	declined('promised', 'what orders hold', sub { send_off(Fixture::id(), $w1, $w2, [$plain], [9]) });
	is(send_off(Fixture::id(), $w1, $w2, [$plain], [8]), 'ok', 'what is free may go');
	value('SELECT inventory.release_order(?, ?)', $t, $order);
}
proven('transfers');

# ---- INV-13 counts ----
sub open_count { my ($id, $w, $zone, $v) = @_; return value('SELECT inventory.stocktake_open(?, ?, ?, ?, ?, ?, ?::uuid[], ?)', $t, $ana, 'test', $id, $w, $zone, $v && list(@$v), 'yearly') }
sub counted { my ($id, $v, $n) = @_; return value('SELECT inventory.stocktake_count(?, ?, ?, ?, ?)', $t, $ana, $id, $v, $n) }
sub review { my ($id, $leave) = @_; return value('SELECT inventory.stocktake_review(?, ?, ?)', $t, $id, $leave // 'f') }
sub book { my ($id, $why) = @_; return value('SELECT inventory.stocktake_book(?, ?, ?, ?, ?)', $t, $ana, 'test', $id, $why // 'yearly') }
my $c = Fixture::id();
is(open_count($c, $w1, undef, [$plain, $few]), 'ok', 'a count of two variants');
is(open_count(Fixture::id(), $w1, undef, [$few, $last]), 'twice', 'a variant is in one open count alone');
is(value('SELECT count(*) FROM inventory.stocktake'), 1, 'the second was not opened');
is(review($c), 'uncounted', 'not before all have a number');
my $sold = hold($plain, 5);
is(counted($c, $plain, 77), 'ok', '77 are counted where 80 should be');
is(counted($c, $few, 1), 'ok', 'one, as it should be');
is(counted($c, $last, 1), 'unknown', 'a variant that is not in it');
is(counted($c, $few, -1), 'quantity', 'less than none');
is(value('SELECT inventory.book_out(?, ?, ?, 5, ?)', $t, $sold, $plain, 'test'), 1, 'five are shipped while people count');
is(book($c), 'state', 'not to be booked yet');
is(review($c), 'recount', 'differences are counted again');
is_deeply($dbh->selectcol_arrayref('SELECT variant_id FROM inventory.stocktake_line WHERE again'), [$plain], 'and they alone');
is(counted($c, $few, 2), 'state', 'what agreed is not counted again');
is(review($c), 'uncounted', 'the second number is missing');
is(counted($c, $plain, 73), 'ok', '73 of 75');
is(review($c), 'ok', 'the second number is believed');
declined('reason', 'booked without a reason', sub { book($c, ' ') });
$sold = hold($plain, 3);
value('SELECT inventory.book_out(?, ?, ?, 3, ?)', $t, $sold, $plain, 'test');
is(book($c), 'ok', 'booked after three more went out');
is(there($plain, $w1), 70, '75 - 2 that were missing - 3 that were sold');
is(value("SELECT quantity FROM inventory.movement WHERE kind = 'count' AND staff_id IS NOT NULL"), -2, 'one movement, of the difference');
declined('state', 'booked twice', sub { book($c) });
is(entries('count.booked'), 1, 'one entry in the log');
proven('count');

# A correction between the number and the booking makes the number stale.
$c = Fixture::id();
is(open_count($c, $w1, undef, [$plain]), 'ok', 'the variant may be counted again');
counted($c, $plain, 68);
review($c);
counted($c, $plain, 68);
is(review($c), 'ok', 'two are missing, twice');
is(adjust($plain, $w1, -2, 'lost'), 'ok', 'somebody books the loss by hand');
is(book($c), 'recount', 'it is not booked twice');
is(there($plain, $w1), 68, 'nothing changed');
is(counted($c, $plain, 68), 'ok', 'counted once more');
is(review($c), 'ok', 'it agrees');
is(book($c), 'ok', 'booked');
is(there($plain, $w1), 68, 'and nothing was left to book');

# What the count says is not there was shipped nevertheless: who is right must look again.
$c = Fixture::id();
open_count($c, $w1, undef, [$plain]);
counted($c, $plain, 0);
review($c);
counted($c, $plain, 0);
is(review($c), 'ok', 'none is there');
$sold = hold($plain, 1);
value('SELECT inventory.book_out(?, ?, ?, 1, ?)', $t, $sold, $plain, 'test');
is(book($c), 'recount', 'one was shipped all the same: count again');
is(value('SELECT inventory.stocktake_cancel(?, ?, ?, ?, ?)', $t, $ana, 'test', $c, 'tired'), 'ok', 'or give up');
is(value('SELECT inventory.stocktake_cancel(?, ?, ?, ?, ?)', $t, $ana, 'test', $c, ''), 'state', 'once');
proven('stale counts');

# By zone: what lies in its bins.
my $zone = 'A';
is(value('SELECT inventory.set_place(?, ?, ?, ?, ?, ?)', $t, $ana, $w1, $few, $zone, 'A-01'), 'ok', 'goods lie in a zone that pickers know');
$c = Fixture::id();
is(open_count($c, $w2, $zone), 'unknown', 'a zone of another warehouse');
is(open_count($c, $w1, $zone), 'ok', 'a zone is counted');
is_deeply($dbh->selectcol_arrayref('SELECT variant_id FROM inventory.stocktake_line WHERE stocktake_id = ?', undef, $c), [$few], 'what lies there');
is(review($c, 't'), 'ok', 'what has no number may be left');
is(book($c), 'ok', 'and is left');
is(there($few, $w1), 1, 'as it was');
proven('zones');

# What the first step of a checkout reads does not hang on how many variants the shop has.
subtest 'a hold in a shop of many variants' => sub {
	my $su = $s->dbh;
	$su->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	$su->do('SET session_replication_role = replica');
	$su->do(q{INSERT INTO catalog.product (tenant_id, product_id, reference, status) SELECT ?, ('bbbb0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'MANY' || n, 'draft' FROM generate_series(1, 5000) n}, undef, $t);
	$su->do(q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, position, options_key)
		SELECT ?, ('cccc' || lpad(k::text, 4, '0') || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ('bbbb0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'MANY' || n || '-' || k, k, 'o' || k
		FROM generate_series(1, 5000) n, generate_series(1, 4) k}, undef, $t);
	$su->do('SET session_replication_role = origin');
	$su->do('ANALYZE catalog.product');
	$su->do('ANALYZE catalog.variant');
	my $cart = Fixture::id();
	$f->add('sales.cart', tenant_id => $t, store_id => $f->{store}{one}, cart_id => $cart, locale => 'en', currency => 'EUR');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $_, quantity => 1) for $plain, $few;
	my $read = sub { value(q{SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE schemaname = 'catalog'}) // 0 };
	for my $mode (qw(force_generic_plan force_custom_plan)) {
		$dbh->do("SET plan_cache_mode = $mode");
		$dbh->begin_work;
		my $before = $read->();
		is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, '', 0)}, $t, $cart), 'ok', "held, $mode");
		cmp_ok($read->() - $before, '<', 200, '... and some rows were read, not the 20 000 variants');
		$dbh->rollback;
	}
};

# An order reads its own holds, not those of all orders that wait for the same variant: a product that everybody wants
# would be slower with each order.
subtest 'a variant that thousands of orders wait for' => sub {
	my $su = $s->dbh;
	$su->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	$su->do('SET session_replication_role = replica');
	$su->do(q{INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, order_id)
		SELECT ?, sutler.uuid7(), ?, ?, 1, sutler.uuid7() FROM generate_series(1, 4000)}, undef, $t, $plain, $w1);
	$su->do('SET session_replication_role = origin');
	my $cart = Fixture::id();
	$f->add('sales.cart', tenant_id => $t, store_id => $f->{store}{one}, cart_id => $cart, locale => 'en', currency => 'EUR');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $plain, quantity => 1);
	my $read = sub { value(q{SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE schemaname = 'inventory'}) // 0 };
	my $least = sub {
		my ($name, $work) = @_;
		my $before = $read->();
		$work->();
		cmp_ok($read->() - $before, '<', 100, "$name reads few rows");
	};
	for my $known (0, 1) {
		$su->do('ANALYZE inventory.hold') if $known;
		$dbh->do('SET plan_cache_mode = force_generic_plan');
		$dbh->do('DISCARD PLANS');
		$dbh->begin_work;
		my $order = Fixture::id();
		my $how = $known ? 'with statistics' : 'without';
		$least->("a hold, $how", sub { is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, '', 0)}, $t, $cart), 'ok', "held, $how") });
		$least->("... once more, $how", sub { is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, '', 0)}, $t, $cart), 'ok', 'held again') });
		$least->("a look at what is left, $how", sub { value('SELECT sales.cart_available(?, ?, ?, ?)', $t, $f->{store}{one}, $cart, $plain) });
		$least->("an order, $how", sub { is(value('SELECT inventory.adopt(?, ?, ?, ?, ?::uuid[], ?::integer[])', $t, $f->{store}{one}, $cart, $order, list($plain), list(2)), undef, "ordered, $how") });
		$least->("what leaves, $how", sub { ok(value('SELECT inventory.book_out(?, ?, ?, 2, ?)', $t, $order, $plain, 'test'), "shipped, $how") });
		$dbh->rollback;
	}
	$su->do('DELETE FROM inventory.hold WHERE variant_id = ? AND order_id NOT IN (SELECT order_id FROM sales."order")', undef, $plain);
};

# Orders of one moment leave no set of transactions (a multixact) in the stock row that all of them want: every later reader would
# look each of them up.  Rows that all orders of a tenant refer to have theirs, whatever is ordered.
subtest 'two who want the same variant' => sub {
	my $su = $s->dbh;
	my $next = sub { $su->do('CHECKPOINT'); return $su->selectrow_array('SELECT next_multixact_id FROM pg_control_checkpoint()') };
	my $take = q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], '{1}')};
	my $other = $s->dbh('_sutler-owner');
	$other->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	# Of waiting for a lock alone: a slow machine may take its time.
	$other->do("SET lock_timeout = '300ms'");
	$other->{PrintError} = 0;
	my $made = sub {
		my ($variant, $waits) = @_;
		my $before = $next->();
		$dbh->begin_work;
		$other->begin_work;
		is(value($take, $t, $f->{store}{one}, Fixture::id(), list($plain)), undef, 'one has it and goes on');
		my $had = eval { $other->selectrow_array($take, undef, $t, $f->{store}{one}, Fixture::id(), list($variant)); 1 };
		is($had // 0, $waits ? 0 : 1, $waits ? 'the other waits until it is tired of it' : 'the other has another one');
		$_->rollback for $other, $dbh;
		return $next->() - $before;
	};
	is($made->($plain, 1), $made->($few, 0), 'and no set was made of it');
};

# All connections share one table of locks: an order of many lines takes a few of them.
subtest 'turns of a large order' => sub {
	$dbh->begin_work;
	my @many = map { Fixture::id() } 1 .. 40;
	my $product = value('SELECT product_id FROM catalog.variant WHERE variant_id = ?', $plain);
	$dbh->do(q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, position, options_key) SELECT ?, v, ?, 'LARGE-' || n, 100 + n, 'large' || n
		FROM unnest(?::uuid[]) WITH ORDINALITY AS m (v, n)}, undef, $t, $product, list(@many));
	$dbh->do(q{INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) SELECT ?, v, ?, 5 FROM unnest(?::uuid[]) AS m (v)}, undef, $t, $w1, list(@many));
	is(value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], array_fill(1, ARRAY[40]))}, $t, $f->{store}{one}, Fixture::id(), list(@many)), undef, 'forty are held');
	is(value(q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2}), 16, 'sixteen turns were taken');
	$dbh->rollback;
};

# The first step of a checkout once more: what is held stays so for longer; who is refused prolongs nothing.  What was held and
# is not ordered goes back.
subtest 'holds of a cart that changes' => sub {
	$dbh->begin_work;
	my ($cart, $order) = (Fixture::id(), Fixture::id());
	$f->add('sales.cart', tenant_id => $t, store_id => $f->{store}{one}, cart_id => $cart, locale => 'en', currency => 'EUR');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $_, quantity => 1) for $plain, $few;
	my $promised = sub { value('SELECT sum(held) FROM inventory.stock WHERE variant_id = ?', $few) };
	my $soon = sub { value(q{SELECT count(*) FROM inventory.hold WHERE cart_id = ? AND expires_at < sutler.now() + interval '2 minutes'}, $cart) };
	my $before = $promised->();
	is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, 'here', 2)}, $t, $cart), 'ok', 'two variants are held');
	$dbh->do(q{UPDATE inventory.hold SET expires_at = sutler.now() + interval '1 minute' WHERE cart_id = ?}, undef, $cart);
	$dbh->do('UPDATE sales.cart_line SET quantity = 2 WHERE cart_id = ? AND variant_id = ?', undef, $cart, $plain);
	is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, 'here', 2)}, $t, $cart), 'hoarding', 'a third piece is one too many');
	is($soon->(), 2, '... and prolongs nothing');
	$dbh->do('UPDATE sales.cart_line SET quantity = 1 WHERE cart_id = ?', undef, $cart);
	is(value(q{SELECT outcome FROM inventory.hold_cart(?, ?, 'here', 2)}, $t, $cart), 'ok', 'once more');
	is($soon->(), 0, '... for as long as at first');
	is(value(q{SELECT inventory.adopt(?, ?, ?, ?, ?::uuid[], '{1}')}, $t, $f->{store}{one}, $cart, $order, list($plain)), undef, 'one of them is ordered');
	is($promised->(), $before, 'the other is free again');
	is(value('SELECT count(*) FROM inventory.hold WHERE order_id = ?', $order), 1, '... and the order has what it wants');
	$dbh->rollback;
};

# T27: the other tenant sees and touches nothing of it.
$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{bahari});
is(value("SELECT count(*) FROM $_"), 0, "bahari sees no row of $_") for map { "inventory.$_" } qw(place transfer transfer_line stocktake stocktake_line);
is(value('SELECT inventory.stocktake_cancel(?, NULL, ?, ?, ?)', $f->{tenant}{bahari}, 'test', $c, ''), 'unknown', 'a count of acme');
is(value('SELECT inventory.transfer_receive(?, NULL, ?, ?, ?::uuid[], ?::integer[], ?)', $f->{tenant}{bahari}, 'test', $go, '{}', '{}', ''), 'unknown', 'a transfer of acme');

$dbh->disconnect;
done_testing;
