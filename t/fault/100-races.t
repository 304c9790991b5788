# Promise: whoever comes at the same moment, nothing is sold twice: pieces, coupons and carts
# are counted by the database, without deadlocks, also when every answer of it comes late.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use File::Temp qw(tempdir);
use Fixture;
use House qw(end_pid spawn top wait_for);
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
my $through;		# directory of the delaying proxy's socket, or undef: the server itself

my $serial = 0;
sub as_tenant { return $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t) }

# A cart that went through all steps: [variant, quantity, unit price]...
sub cart
{
	my ($lines, %o) = @_;
	my ($cart, $contact) = (Fixture::id(), Fixture::id());
	my $email = $o{email} // 'buyer' . ++$serial . '@example.test';
	as_tenant();
	$f->add('sales.contact', tenant_id => $t, contact_id => $contact, email => $email, country => 'ES');
	$f->add('sales.cart', tenant_id => $t, store_id => $store, cart_id => $cart, locale => 'es', currency => 'EUR',
		contact_id => $contact, method_id => $f->{method}{post}, payment_method => 'bank_transfer', coupon_code => $o{coupon} // '');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $_->[0], quantity => $_->[1]) for @$lines;
	return { id => $cart, lines => $lines, key => $o{coupon} ? $email : undef };
}

sub connection { my ($role) = @_; return Race::connection($cluster, $database, $role, $through) }

my $place = <<'SQL';
SELECT outcome FROM sales.place_order(?, ?, ?, sha256(?::text::bytea), now() + interval '1 day', ?, 0, 0, 0, ?, 'Post', NULL, NULL, ?,
	?::uuid[], ?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
	?::boolean[], ?::integer[], '{}', '{}', '{}', '{}')
SQL

sub list { return '{' . join(',', @_) . '}' }

sub place
{
	my ($d, $cart, $order) = @_;
	my @l = @{ $cart->{lines} };
	my $total = 0;
	$total += $_->[1] * $_->[2] for @l;
	my ($word) = $d->selectrow_array($place, undef, $t, $cart->{id}, $order, "$order$$", $total, $total, $cart->{key},
		list(map { $_->[0] } @l), list(map { $_->[1] } @l), list(map { $_->[2] } @l), list((0) x @l), list((0) x @l),
		list(map { $_->[1] * $_->[2] } @l), list(('SKU') x @l), list(('Name') x @l), list(('""') x @l), list(('""') x @l),
		list(('IVA') x @l), list(('f') x @l), list((0) x @l));
	return $word;
}

sub at_once { my ($role, @work) = @_; return Race::at_once($dbh, sub { connection($role) }, $t, @work) }

sub holds_agree
{
	my ($name) = @_;
	as_tenant();
	is $dbh->selectrow_array('SELECT inventory.reconcile(?)', undef, $t), 0, "$name: counts are proven by movements and holds";
	return;
}

sub goods { my ($sku, %stock) = @_; as_tenant(); return $f->variant($t, $sku, price => { EUR => 1000 }, stock => \%stock) }

my $run = 0;
sub races
{
	my ($how) = @_;
	$run++;

	subtest "INV-05 64 buyers of 10 pieces $how" => sub {
		my $v = goods("TEN$run", W1 => 10);
		my @carts = map { cart([[$v, 1, 1000]]) } 1 .. 64;
		my $seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
		is_deeply $seen, { ok => 10, sold_out => 54 }, '10 have one, 54 are told';
		is_deeply [$f->count("TEN$run")], [10, 10], 'all ten are promised, none twice';
		holds_agree('orders');
	};

	subtest "INV-05 two warehouses, two lines in opposite order $how" => sub {
		my ($a, $b) = (goods("A$run", W1 => 5, W2 => 5), goods("B$run", W1 => 5, W2 => 5));
		my @carts = map { cart($_ % 2 ? [[$a, 1, 1000], [$b, 1, 1000]] : [[$b, 1, 1000], [$a, 1, 1000]]) } 1 .. 40;
		my $seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
		is_deeply $seen, { ok => 10, sold_out => 30 }, '10 have both, no deadlock';
		is_deeply [$f->count("A$run"), $f->count("B$run")], [10, 10, 10, 10], 'all are promised';
		holds_agree('warehouses');
	};

	subtest "CAT-09 64 buyers of bundles and of what is in them $how" => sub {
		my ($sole, $heel, $kit) = (goods("SOLE$run", W1 => 7, W2 => 5), goods("HEEL$run", W1 => 20), goods("KIT$run"));
		is $dbh->selectrow_array('SELECT catalog.desk_bundle(?, sutler.uuid7(), ?, 1, ?, ?, ?)', undef, $t, $f->{product}{"KIT$run"}, $kit,
			["HEEL$run", "SOLE$run"], [1, 2]), 'ok', 'a bundle of a heel and two soles';
		my @carts = map { cart($_ % 3 == 0 ? [[$kit, 1, 1000]] : $_ % 3 == 1 ? [[$sole, 1, 1000]] : [[$heel, 1, 1000], [$kit, 1, 1000], [$sole, 1, 1000]]) } 1 .. 64;
		my $seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
		is_deeply [sort keys %$seen], [qw(ok sold_out)], 'each hears one of two words, no deadlock';
		my ($soles) = $dbh->selectrow_array('SELECT sum(l.quantity) FROM sales.order_line l WHERE l.variant_id = ?', undef, $sole);
		is_deeply [$f->count("SOLE$run")], [12, $soles], 'orders and stock agree';
		cmp_ok $soles, '>=', 11, 'and at most one sole is left, which makes no pair';
		cmp_ok $soles, '<=', 12, 'none is sold twice';
		holds_agree('bundles');
	};

	subtest "CHK-08 64 carts hold 10 pieces $how" => sub {
		my $v = goods("HOLD$run", W1 => 6, W2 => 4);
		my @carts = map { cart([[$v, 1, 1000]]) } 1 .. 64;
		my $seen = at_once(undef, map { my $c = $_; sub { ($_[0]->selectrow_array(
			"SELECT outcome FROM inventory.hold_cart(?, ?, '', 500)", undef, $t, $c->{id}))[0] } } @carts);
		is_deeply $seen, { ok => 10, short => 54 }, 'ten hold one';
		holds_agree('holds');
	};

	subtest "T8 a one-use coupon in 50 checkouts $how" => sub {
		my $v = goods("COUPON$run", W1 => 1000);
		$f->coupon("ONE$run", 'percent', percent_ppm => 100_000, max_uses => 1);
		my @carts = map { cart([[$v, 1, 900]], coupon => "ONE$run") } 1 .. 50;
		my $seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
		is_deeply $seen, { ok => 1, coupon_used_up => 49 }, 'one has it';
		is $dbh->selectrow_array('SELECT used FROM sales.coupon WHERE code = ?', undef, "ONE$run"), 1, 'one use';
		$f->coupon("MINE$run", 'percent', percent_ppm => 100_000, per_customer => 1);
		@carts = map { cart([[$v, 1, 900]], coupon => "MINE$run", email => "same$run\@example.test") } 1 .. 20;
		$seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
		is_deeply $seen, { ok => 1, coupon_customer => 19 }, 'one per customer, by many carts';
		is_deeply [$f->count("COUPON$run")], [1000, 2], 'who was declined holds nothing';
		holds_agree('coupons');
	};

	subtest "T22 one cart, 16 times $how" => sub {
		my $v = goods("CLICK$run", W1 => 100);
		my $c = cart([[$v, 2, 1000]]);
		my $seen = at_once('_sutler-checkout', map { my $o = Fixture::id(); sub { place($_[0], $c, $o) } } 1 .. 16);
		is_deeply $seen, { ok => 1, again => 15 }, 'one order, 15 are shown it';
		is $dbh->selectrow_array('SELECT count(*) FROM sales."order" WHERE cart_id = ?', undef, $c->{id}), 1, 'one row';
		is_deeply [$f->count("CLICK$run")], [100, 2], 'two pieces';
	};

	subtest "T11 adding to a cart while it is ordered $how" => sub {
		my $v = goods("ADD$run", W1 => 100);
		for my $round (1 .. 5) {
			my $c = cart([[$v, 1, 1000]]);
			my $token = "token$run-$round";
			$dbh->do('INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (?, sha256(?::text::bytea), ?)', undef, $t, $token, $c->{id});
			my $o = Fixture::id();
			my $seen = at_once(undef, sub { place($_[0], $c, $o) }, sub { ($_[0]->selectrow_array("SELECT outcome FROM
				sales.cart_add(?, ?, sha256(?::text::bytea), sha256('new'::bytea || ?::text::bytea), 'es', 'EUR', ?, 1, 200)",
				undef, $t, $store, $token, $token, $v))[0] });
			my ($ordered) = $dbh->selectrow_array('SELECT sum(quantity) FROM sales.order_line WHERE order_id = ?', undef, $o);
			my ($in_cart) = $dbh->selectrow_array('SELECT sum(quantity) FROM sales.cart_line WHERE cart_id = ?', undef, $c->{id});
			my $state = $dbh->selectrow_array('SELECT state FROM sales.cart WHERE cart_id = ?', undef, $c->{id});
			ok $state eq 'ordered' ? $ordered == 1 && $in_cart == 1 : $seen->{changed} && $in_cart == 2,
				"round $round: either the order without it, or nothing was ordered (" . join(' ', sort keys %$seen) . ')';
		}
	};

	subtest "a hold ends while it is ordered $how" => sub {
		my $v = goods("END$run", W1 => 8);
		my @carts = map { cart([[$v, 1, 1000]]) } 1 .. 8;
		as_tenant();
		for my $c (@carts) {
			is $dbh->selectrow_array("SELECT outcome FROM inventory.hold_cart(?, ?, '', 500)", undef, $t, $c->{id}), 'ok', 'held';
		}
		$dbh->do("UPDATE inventory.hold SET expires_at = now() - interval '1 second' WHERE variant_id = ?", undef, $v);
		my @late = map { cart([[$v, 1, 1000]]) } 1 .. 8;
		my $seen = at_once(undef,
			(map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts, @late),
			map { sub { $_[0]->selectrow_array('SELECT inventory.release_expired(?, 3)', undef, $t); 'released' } } 1 .. 6);
		is $seen->{released}, 6, 'the job ran';
		is $seen->{ok}, 8, 'eight have one';
		is $seen->{sold_out}, 8, 'eight are told';
		is_deeply [$f->count("END$run")], [8, 8], 'all are promised';
		holds_agree('expiry');
	};

	subtest "cancelling gives back once $how" => sub {
		my $v = goods("BACK$run", W1 => 3, W2 => 2);
		$f->coupon("BACK$run", 'percent', percent_ppm => 100_000, max_uses => 5);
		my $c = cart([[$v, 5, 900]], coupon => "BACK$run");
		my $o = Fixture::id();
		is_deeply at_once('_sutler-checkout', sub { place($_[0], $c, $o) }), { ok => 1 }, 'ordered';
		is_deeply [$f->count("BACK$run")], [5, 5], 'from both warehouses';
		my $seen = at_once(undef, map { sub { ($_[0]->selectrow_array("SELECT sales.cancel(?, ?, 'test', '')", undef, $t, $o))[0] } } 1 .. 10);
		is_deeply $seen, { ok => 1, not_allowed => 9 }, 'cancelled once';
		is_deeply [$f->count("BACK$run")], [5, 0], 'the pieces are free again';
		is $dbh->selectrow_array('SELECT used FROM sales.coupon WHERE code = ?', undef, "BACK$run"), 0, 'T8 and the coupon';
		holds_agree('cancel');
	};
	return;
}

races('at once');

# A customer ordered, and both of his browsers add the next goods: whoever finds that the other has
# begun the next cart this moment puts them there, and not into one that nobody will find.
subtest 'T11 the next cart is begun between two looks' => sub {
	my $v = goods('NEXT', W1 => 10);
	my $person = Fixture::id();
	as_tenant();
	$f->add('customer.person', tenant_id => $t, customer_id => $person, email => 'two.browsers@example.test', name => 'Ana', store_id => $store, locale => 'es');
	my $old = cart([[$v, 1, 1000]]);
	$dbh->do('UPDATE sales.cart SET customer_id = ? WHERE cart_id = ?', undef, $person, $old->{id});
	for my $browser (qw(one two)) {
		my $session = Fixture::id();
		$dbh->do("INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at)
			VALUES (?, ?, sha256(?::bytea), ?, sutler.now() + interval '1 day')", undef, $t, $session, $browser, $person);
		$dbh->do('INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id, session_id) VALUES (?, sha256(?::bytea), ?, ?)', undef,
			$t, $browser, $old->{id}, $session);
	}
	my $add = "SELECT outcome || CASE WHEN made THEN ' in a new one' ELSE '' END FROM sales.cart_add(?, ?, sha256(?::bytea), sha256(?::bytea), 'es', 'EUR', ?, 1, 50)";
	my ($first, $second) = (connection('_sutler-cart'), connection('_sutler-cart'));
	$_->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t) for $first, $second;
	# The order and the first browser's next cart become visible together, while the second looks.
	$dbh->begin_work;
	as_tenant();
	$dbh->do("UPDATE sales.cart SET state = 'ordered' WHERE cart_id = ?", undef, $old->{id});
	is $dbh->selectrow_array($add, undef, $t, $store, 'one', 'new one', $v), 'ok', 'the first begins it';
	my $asked = $second->prepare($add, { pg_async => DBD::Pg::PG_ASYNC() });
	$asked->execute($t, $store, 'two', 'new two', $v);
	my $look = $cluster->dbh($database);
	ok wait_for(10, sub { $look->selectrow_array('SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ?', undef, $second->{pg_pid}) }), 'the second waits for the order';
	$dbh->commit;
	$second->pg_result;
	is $asked->fetchrow_array, 'ok', 'the second adds to the same';
	$_->disconnect for $first, $second, $look;
	as_tenant();
	is_deeply $dbh->selectall_arrayref(q{SELECT c.state, l.quantity FROM sales.cart c JOIN sales.cart_line l USING (tenant_id, cart_id)
		WHERE c.customer_id = ? ORDER BY 1}, undef, $person), [['open', 2], ['ordered', 1]], 'his next cart has both';
};

# The same with each answer of the server 5 to 50 ms late.
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
my $proxy = spawn(cmd => [$^X, top() . '/t/lib/delay-proxy', $dir, $cluster->socket_dir . '/.s.PGSQL.5432', 5, 50, 1], log => "$dir/log");
wait_for(10, sub { -S "$dir/.s.PGSQL.5432" }) or die "the proxy did not start\n";
$through = $dir;
races('with answers 5 to 50 ms late');
$through = undef;

# Would these tests see it?  Without its condition the update of the stock row sells more
# than there is: then the constraint stops it, which is an error and no kind sentence.
subtest 'a weakened condition is seen' => sub {
	my ($text) = $dbh->selectrow_array("SELECT pg_get_functiondef('inventory.take(uuid,uuid,uuid,uuid,timestamptz,text,uuid[],integer[])'::regprocedure)");
	my $weak = $text =~ s/ AND s\.held \+ q\[i\] <= s\.on_hand//r;
	isnt $weak, $text, 'the condition stands in inventory.take()';
	$dbh->do($weak);
	$through = $dir;
	my $v = goods('WEAK', W1 => 10);
	my @carts = map { cart([[$v, 1, 1000]]) } 1 .. 64;
	my $seen = at_once('_sutler-checkout', map { my $c = $_; my $o = Fixture::id(); sub { place($_[0], $c, $o) } } @carts);
	$through = undef;
	isnt +($seen->{ok} // 0) . ' ' . ($seen->{sold_out} // 0), '10 54', 'the first test would fail: ' . join ', ', map { "$_ $seen->{$_}" } sort keys %$seen;
	is_deeply [$f->count('WEAK')], [10, 10], 'and still the constraint sold no eleventh';
	$dbh->do($text);
};

end_pid($proxy);
$dbh->disconnect;
done_testing;
$bed->end;
