# Promise: a bundle is sold out of the stock of its parts and of nothing else: what a store can give of
# it follows them, its order holds, ships and takes back the parts, its money stands once, and no bundle
# is in a bundle, whoever edits them at the same moment.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use POSIX ();
use Race;
use Test::More;
use Testbed;

my $bed = Testbed->new;
my $database = $bed->clone('empty');
my $cluster = $bed->cluster;
$cluster->map_roles;
my $dbh = $cluster->dbh($database);
my $f = Fixture->new($dbh);
my $t = $f->{tenant}{acme};
my $store = $f->{store}{one};

sub value { my ($sql, @args) = @_; return ($dbh->selectrow_array($sql, undef, @args))[0] }
sub as_tenant { return $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t) }
sub goods { my ($sku, %o) = @_; as_tenant(); return $f->variant($t, $sku, price => { EUR => $o{price} // 1000 }, stock => $o{stock} // {}, row => $o{row} // {}) }
sub list { return '{' . join(',', @_) . '}' }
sub contains
{
	my ($sku, %part) = @_;
	as_tenant();
	my $p = $f->{product}{$sku};
	my @skus = sort keys %part;
	return value('SELECT catalog.desk_bundle(?, sutler.uuid7(), ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ?, ?)', $t, $p, $p, $f->{variant}{$sku},
		\@skus, [@part{@skus}]);
}
sub free { my ($sku) = @_; return value('SELECT inventory.bundle_free(?, ?, NULL, ?)', $t, $store, $f->{variant}{$sku}) }
sub badge { my ($sku) = @_; return value('SELECT min(stock) FROM catalog.listing WHERE store_id = ? AND product_id = ?', $store, $f->{product}{$sku}) }
sub freshen { 1 while value('SELECT catalog.freshen(?, 1000)', $t); return }

sub cart
{
	my (@lines) = @_;
	my ($cart, $contact) = (Fixture::id(), Fixture::id());
	as_tenant();
	$f->add('sales.contact', tenant_id => $t, contact_id => $contact, email => 'buyer@example.test', country => 'ES');
	$f->add('sales.cart', tenant_id => $t, store_id => $store, cart_id => $cart, locale => 'es', currency => 'EUR',
		contact_id => $contact, method_id => $f->{method}{post}, payment_method => 'bank_transfer');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $f->{variant}{ $_->[0] }, quantity => $_->[1]) for @lines;
	return $cart;
}
# [SKU, pieces, unit price]...: the word, the variant that is short, the order ($given: its id, for processes do not share the counter of ids)
my $given;
sub place
{
	my ($cart, @l) = @_;
	my $order = $given // Fixture::id();
	my $total = 0;
	$total += $_->[1] * $_->[2] for @l;
	my ($word, $short) = $dbh->selectrow_array(<<'SQL', undef, $t, $cart, $order, $order, $total, $total, list(map { $f->{variant}{ $_->[0] } } @l),
SELECT outcome, variant_id FROM sales.place_order(?, ?, ?, sha256(?::text::bytea), now() + interval '1 day', ?, 0, 0, 0, ?, 'Post', NULL, NULL, NULL,
	?::uuid[], ?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
	?::boolean[], ?::integer[], '{}', '{}', '{}', '{}')
SQL
		list(map { $_->[1] } @l), list(map { $_->[2] } @l), list((0) x @l), list((0) x @l), list(map { $_->[1] * $_->[2] } @l),
		list(map { $_->[0] } @l), list(('Name') x @l), list(('""') x @l), list(('""') x @l), list(('IVA') x @l), list(('f') x @l), list((0) x @l));
	return ($word, $short, $order);
}
sub lines
{
	my ($order) = @_;
	return join '; ', map { join ' ', @$_ } @{ $dbh->selectall_arrayref('SELECT line_no, sku, quantity, total, share, coalesce(part_of, 0), ships::integer
		FROM sales.order_line WHERE order_id = ? ORDER BY line_no', undef, $order) };
}
sub counts { my (@skus) = @_; as_tenant(); return join ', ', map { join '/', $f->count($_) } @skus }
sub agree { my ($name) = @_; as_tenant(); is value('SELECT inventory.reconcile(?)', $t), 0, "$name: counts are proven by movements and holds"; return }

goods('SOLE', stock => { W1 => 6, W2 => 5 });
goods('HEEL', price => 3000, stock => { W1 => 20 });
goods('GLUE', row => { track_stock => 0 });
goods('KIT', price => 5001);
goods('CASE');

subtest 'CAT-09 what a bundle can contain' => sub {
	is contains('KIT', SOLE => 2, HEEL => 1), 'ok', 'two others';
	is contains('KIT', sole => 2, heel => 1), 'ok', 'the same again';
	is value("SELECT count(*) FROM audit.entry WHERE action = 'product.bundle'"), 1, 'which is in the log once';
	freshen();
	is value("SELECT count(*) FROM catalog.desk_lack WHERE lack = 'stock' AND product_id = ?", $f->{product}{KIT}), 0, 'at the desk it is not among what lacks stock';
	is contains('CASE', KIT => 1), 'bundle 0', 'a bundle is in no bundle';
	is contains('CASE', CASE => 1), 'self 0', 'nor in itself';
	is contains('SOLE', HEEL => 1), 'inside', 'what is contained contains nothing';
	is contains('HEEL', GLUE => 1), 'inside', 'neither does another part';
	is contains('CASE', NOBODY => 1), 'sku 0', 'what is not there';
	is contains('PLAIN', HEEL => 1), 'stock', 'what lies on a shelf becomes no bundle';
	as_tenant();
	for (["UPDATE catalog.variant SET bundle = true, track_stock = false WHERE variant_id = '$f->{variant}{SOLE}'", 'a part becomes no bundle'],
		["INSERT INTO catalog.bundle_part (tenant_id, bundle_id, part_id, quantity) VALUES ('$t', '$f->{variant}{CASE}', '$f->{variant}{SOLE}', 1)", 'only bundles contain'],
		["INSERT INTO catalog.bundle_part (tenant_id, bundle_id, part_id, quantity) VALUES ('$t', '$f->{variant}{KIT}', '$f->{variant}{KIT}', 1)", 'no bundle is contained'],
		["UPDATE catalog.variant SET track_stock = true WHERE variant_id = '$f->{variant}{KIT}'", 'a bundle is not counted']) {
		ok !eval { $dbh->do($_->[0]); 1 }, "the database says: $_->[1]";
	}
};

subtest 'CAT-09 how many there are' => sub {
	is free('KIT'), 5, 'as the part allows of which there are fewest, over all warehouses';
	$f->stock($t, 'SOLE', 'W1', 20);
	is free('KIT'), 12, 'more of it, more bundles';
	freshen();
	is badge('KIT'), 'in', 'its card says so';
	$f->stock($t, 'SOLE', 'W1', 0);
	is free('KIT'), 2, 'follows the part';
	freshen();
	is badge('KIT'), 'few', 'and the card within a step of freshen';
	$f->stock($t, 'SOLE', 'W2', 1);
	freshen();
	is badge('KIT'), 'out', 'one sole makes no pair';
	$f->stock($t, 'SOLE', 'W1', 6);
	$f->stock($t, 'SOLE', 'W2', 5);
	$dbh->do("UPDATE catalog.variant SET status = 'archived' WHERE variant_id = ?", undef, $f->{variant}{HEEL});
	is free('KIT'), 0, 'none while a part is sold no more';
	freshen();
	is badge('KIT'), 'out', 'which the card says as well';
	$dbh->do("UPDATE catalog.variant SET status = 'active' WHERE variant_id = ?", undef, $f->{variant}{HEEL});
	is contains('CASE', GLUE => 3), 'ok', 'of what nobody counts';
	is free('CASE'), undef, 'there is as much as wanted';
	freshen();
	is badge('CASE'), 'in', 'and it is there';
};

my $order;
subtest 'CAT-09 a cart holds the parts, its order gets them' => sub {
	my $cart = cart([KIT => 2], [SOLE => 3]);
	is_deeply [$dbh->selectrow_array("SELECT outcome FROM inventory.hold_cart(?, ?, '', 500)", undef, $t, $cart)], ['ok'], 'checkout begins';
	is counts('SOLE', 'HEEL'), '11/7, 20/2', 'parts of both lines are held together';
	is free('KIT'), 2, 'others can have two more';
	is value('SELECT sales.cart_available(?, ?, ?, ?)', $t, $store, $cart, $f->{variant}{KIT}), 4, 'this cart four: what its other line wants is gone';
	(my $word, undef, $order) = place($cart, [KIT => 2, 5001], [SOLE => 3, 1000]);
	is $word, 'ok', 'it is ordered';
	is counts('SOLE', 'HEEL'), '11/7, 20/2', 'out of what it held';
	is lines($order), '1 KIT 2 10002 0 0 0; 2 SOLE 3 3000 0 0 1; 3 HEEL 2 0 6001 1 1; 4 SOLE 4 0 4001 1 1',
		'the parts are lines without money, which the bundle has; their shares sum to it';
	agree('the order');
	my $greedy = cart([SOLE => 3], [KIT => 1]);
	my ($outcome, $who, $left) = $dbh->selectrow_array("SELECT outcome, variant_id, available FROM inventory.hold_cart(?, ?, '', 500)", undef, $t, $greedy);
	is_deeply [$outcome, $who, $left], ['short', $f->{variant}{KIT}, 0], 'five are too many: the bundle is named, and how many of it are left';
	is_deeply [(place($greedy, [SOLE => 3, 1000], [KIT => 1, 5001]))[0, 1]], ['sold_out', $f->{variant}{KIT}], 'nor can it be ordered';
	is counts('SOLE', 'HEEL'), '11/7, 20/2', 'and nothing of it was taken';
	as_tenant();
	is contains('KIT', SOLE => 1), 'ok', 'the bundle may change meanwhile';
	is lines($order), '1 KIT 2 10002 0 0 0; 2 SOLE 3 3000 0 0 1; 3 HEEL 2 0 6001 1 1; 4 SOLE 4 0 4001 1 1', 'what was ordered stays';
	is contains('KIT', SOLE => 2, HEEL => 1), 'ok', 'and back';
};

my $staff = Fixture::id();
subtest 'CAT-09 the parts are fetched, sent and taken back' => sub {
	as_tenant();
	$dbh->do('SELECT sales.receive_payment(?, ?, 13002, ?, ?)', undef, $t, $order, 'ref', 'test');
	my ($word, $wave, undef, $pieces) = $dbh->selectrow_array('SELECT * FROM shipping.make_wave(?, ?, ?, ?, ?)', undef, $t, $staff, $f->{warehouse}{W1}, '', [$order]);
	is $word, 'ok', 'a pick list';
	is value("SELECT string_agg(l.sku, ' ' ORDER BY l.line_no) FROM shipping.pick p JOIN sales.order_line l USING (tenant_id, order_id, line_no) WHERE p.wave_id = ?", $wave),
		'SOLE HEEL SOLE', 'names parts and no bundle';
	is value("SELECT shipping.drop_wave(?, ?, ?, 'test')", $t, $staff, $wave), 'ok', 'given up again';
	is value("SELECT sales.ship(?, ?, ARRAY[1], ARRAY[1], 'Post', '', '', 'test')", $t, $order), 'lines', 'a bundle as such is not sent';
	is value("SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')", $t, $order), 'ok', 'it is ready';
	is value("SELECT sales.ship(?, ?, ARRAY[2, 3], ARRAY[3, 2], 'Post', '', '', 'test')", $t, $order), 'ok', 'a part of the parts leaves';
	is value('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $order), 'partly_shipped', 'so the order has left in part';
	is value("SELECT sales.ship(?, ?, ARRAY[4], ARRAY[4], 'Post', '', '', 'test')", $t, $order), 'ok', 'the rest';
	is value('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $order), 'shipped', 'and that was all';
	is counts('SOLE', 'HEEL'), '4/0, 18/0', 'stock of the parts went out';
	agree('sent');
	is value('SELECT sales.worth(?, ?, ARRAY[3, 4], ARRAY[2, 4])', $t, $order), 10002, 'all parts are worth the bundle';
	is value('SELECT sales.worth(?, ?, ARRAY[1], ARRAY[1])', $t, $order), 5001, 'as is the bundle';
is value('SELECT sales.worth(?, ?, ARRAY[1, 3], ARRAY[1, 1])', $t, $order), undef, 'but not a bundle and a part of it, which is in it already';
	my $return = Fixture::id();
	is value("SELECT sales.staff_return(?, ?, ?, ?, 'refund', 'faulty', '', ARRAY[3], ARRAY[1])", $t, $staff, $order, $return), 'ok', 'one heel comes back';
	is value("SELECT sales.decide_return(?, ?, ?, 'approve', '')", $t, $staff, $return), 'ok', 'may';
	is value("SELECT sales.receive_return(?, ?, ?, ?, ARRAY[3], ARRAY[1])", $t, $staff, $return, $f->{warehouse}{W1}), 'ok', 'does';
	is value('SELECT sales.return_worth(?, ?)', $t, $return), 3000, 'and is worth its share, rounded down';
	is value("SELECT sales.inspect_return(?, ?, ?, 3, 'restock', 1, '')", $t, $staff, $return), 'ok', 'it is good';
	is counts('SOLE', 'HEEL'), '4/0, 19/0', 'and on the shelf again';
	agree('back');
};

subtest 'CAT-09 a cancelled order gives the parts back' => sub {
	my ($word, undef, $o) = place(cart([KIT => 1]), [KIT => 1, 5001]);
	is $word, 'ok', 'ordered';
	is counts('SOLE', 'HEEL'), '4/2, 19/1', 'held';
	is value("SELECT sales.cancel(?, ?, 'test', 'no')", $t, $o), 'ok', 'cancelled';
	is counts('SOLE', 'HEEL'), '4/0, 19/0', 'free';
	agree('cancelled');
};

subtest 'CAT-09 what an order found in a bundle stays until the order has it' => sub {
	goods($_, stock => { W1 => 50 }) for qw(FIRST SECOND THIRD);
	goods('PAIR', price => 3000);
	is(contains('PAIR', FIRST => 1), 'ok', 'a bundle');
	my ($cart, $order) = (cart(['PAIR', 1]), Fixture::id());
	my ($editor, $later) = map { Race::connection($cluster, $database, '_sutler-owner') } 1, 2;
	my $change = sub { my ($d, $sku) = @_; $d->do("SELECT set_config('sutler.tenant', ?, true)", undef, $t);
		return ($d->selectrow_array('SELECT catalog.desk_bundle(?, sutler.uuid7(), ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ARRAY[?], ARRAY[1])', undef, $t,
			($f->{product}{PAIR}) x 2, $f->{variant}{PAIR}, $sku))[0] };
	# One change is under way when the order comes, and the order is not over when the next one comes.
	$editor->begin_work;
	is($change->($editor, 'SECOND'), 'ok', 'it is changed');
	pipe(my $told, my $tell) or die "no pipe: $!\n";
	pipe(my $end, my $ended) or die "no pipe: $!\n";
	$dbh->{AutoInactiveDestroy} = $editor->{AutoInactiveDestroy} = $later->{AutoInactiveDestroy} = 1;
	my $pid = fork // die "cannot fork: $!\n";
	if (!$pid) {
		close $ended;
		($dbh, $given) = (Race::connection($cluster, $database, '_sutler-owner'), $order);
		$dbh->begin_work;
		as_tenant();
		syswrite $tell, (place($cart, ['PAIR', 1, 3000]))[0] . "\n";
		readline $end;
		$dbh->commit;
		POSIX::_exit(0);
	}
	close $end;
	ok(wait_for(20, sub { $cluster->dbh('postgres')->selectrow_array(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%place_order%' AND query NOT LIKE '%pg_stat_activity%'}) }), 'the order waits for it');
	$editor->commit;
	is(readline($told), "ok\n", 'and is placed');
	$later->begin_work;
	$later->do("SET LOCAL lock_timeout = '300ms'");
	ok(!defined eval { $change->($later, 'THIRD') }, 'the next change waits for the order');
	is($later->state, '55P03', '... by its lock');
	$later->rollback;
	close $ended;
	waitpid $pid, 0;
	is(value('SELECT string_agg(sku || quantity, $$ $$ ORDER BY line_no) FROM sales.order_line WHERE order_id = ? AND part_of IS NOT NULL', $order), 'SECOND1', 'which has what stood in it');
	is(contains('PAIR', THIRD => 1), 'ok', 'then it is changed');
};

subtest 'CAT-09 orders while somebody changes what is in the bundle' => sub {
	$dbh->{AutoInactiveDestroy} = 1;
	goods('LEFT', stock => { W1 => 5000 });
	goods('RIGHT', stock => { W1 => 5000 });
	goods('WAX', stock => { W1 => 5000 });
	goods('DUO', price => 3000);
	is(contains('DUO', LEFT => 1, RIGHT => 1), 'ok', 'a bundle of two');
	my ($n, $rounds) = (6, 5);
	my @carts = map { [ map { [ cart(['DUO', 1]), Fixture::id() ] } 1 .. $rounds ] } 1 .. $n;
	my $connect = sub { return Race::connection($cluster, $database, '_sutler-owner') };
	my %made = ('LEFT 1, RIGHT 1' => 1, 'LEFT 2, WAX 1' => 1, 'RIGHT 3' => 1);
	my $seen = {};
	for my $round (0 .. $rounds - 1) {
		my @sets = ([ LEFT => 2, WAX => 1 ], [ LEFT => 1, RIGHT => 1 ], [ RIGHT => 3 ]);
		my $got = Race::at_once($dbh, $connect, $t,
			(map { my $e = $_; sub {
				my ($d) = @_;
				my %part = @{ $sets[($round + $e) % 3] };
				my @skus = sort keys %part;
				my $p = $f->{product}{DUO};
				return 'edit ' . ($d->selectrow_array('SELECT catalog.desk_bundle(?, sutler.uuid7(), ?, (SELECT revision FROM catalog.product WHERE product_id = ? FOR UPDATE), ?, ?, ?)', undef, $t, $p, $p,
					$f->{variant}{DUO}, \@skus, [@part{@skus}]))[0] } } 0 .. 3),
			map { my ($cart, $order) = @{ $carts[$_][$round] }; sub { my ($d) = @_; ($dbh, $given) = ($d, $order); return 'order ' . (place($cart, ['DUO', 1, 3000]))[0] } } 0 .. $n - 1);
		$seen->{$_} += $got->{$_} for keys %$got;
	}
	is_deeply([ grep { !/^(?:edit ok|order ok)$/ } sort keys %$seen ], [], 'orders and changes go on beside each other') or diag explain $seen;
	as_tenant();
	my $parts = $dbh->selectall_arrayref(q{SELECT string_agg(p.sku || ' ' || p.quantity, ', ' ORDER BY p.sku), min(b.total) - sum(p.share), count(*)
		FROM sales.order_line b LEFT JOIN sales.order_line p ON p.order_id = b.order_id AND p.part_of = b.line_no WHERE b.sku = 'DUO' GROUP BY b.order_id});
	is(scalar @$parts, $n * $rounds, 'every order was placed');
	is_deeply([ grep { !$made{$_} } map { $_->[0] // 'nothing' } @$parts ], [], 'each has one set as it stood, whole');
	is(scalar(grep { ($_->[1] // 1) != 0 } @$parts), 0, 'and its money is that of the bundle');
	is(value(q{SELECT count(*) FROM inventory.stock s WHERE s.held <> (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id)}), 0,
		'held is what the holds are');
	is(value(q{SELECT count(*) FROM sales.order_line l WHERE l.ships AND l.sku IN ('LEFT', 'RIGHT', 'WAX') AND l.quantity <> (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
		WHERE h.order_id = l.order_id AND h.variant_id = l.variant_id)}), 0, 'and each order holds what it has');
};

$dbh->disconnect;
done_testing;
$bed->end;
