#!/usr/bin/perl
# Promise: goods leave as staff scan them: by pick lists, into parcels, past quality, out of the
# warehouse they lay in.  Never more leaves than was ordered, never what is not held, no piece stands
# on two lists; a wrong or surplus scan changes nothing; and the movements sum to what is on hand,
# also when eight people work at once.
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
my %w = map { @$_ } @{ $dbh->selectall_arrayref('SELECT code, warehouse_id FROM inventory.warehouse WHERE tenant_id = ?', undef, $tenant) };

sub value { return ($dbh->selectrow_array(@_))[0] }
sub row { my ($sql, @p) = @_; return join ' ', map { $_ // '-' } $dbh->selectrow_array($sql, undef, @p) }
sub paid { my (%o) = @_; my $o = $c->order(method => 'bank_transfer', intent => 0, %o); value('SELECT sales.receive_payment(?, ?, ?, ?, ?)', undef, $tenant, $o->{id}, $o->{total}, 'r', 'x'); return $o }
sub line
{
	my ($o, $sku, $n) = @_;
	my $no = 1 + value('SELECT max(line_no) FROM sales.order_line WHERE order_id = ?', undef, $o->{id});
	$f->add('sales.order_line', tenant_id => $tenant, order_id => $o->{id}, line_no => $no, variant_id => $f->{variant}{$sku}, sku => $sku, name => $sku,
		quantity => $n, unit_price => 100, discount => 0, tax => 0, total => 100 * $n, made_to_order => $sku eq 'MADE' ? 1 : 0);
	return if $sku eq 'MADE';
	die "no $sku" if value(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?, ?)}, undef, $tenant, $store, $o->{id}, [$f->{variant}{$sku}], [$n]);
	return;
}
sub wave { my ($warehouse, $zone, @o) = @_; return $dbh->selectrow_array('SELECT outcome, wave_id, number, pieces FROM shipping.make_wave(?, ?, ?, ?, ?)', undef,
	$tenant, $actor, $warehouse, $zone, [ map { $_->{id} } @o ]) }
sub pick { my ($wave, $code, $n) = @_; return row('SELECT outcome, sku, picked, wanted FROM shipping.pick(?, ?, ?, ?, ?)', $tenant, $actor, $wave, $code, $n // 1) }
sub box { my ($wave, $o, $code, $n) = @_; return $dbh->selectrow_array('SELECT outcome, parcel_id FROM shipping.pack(?, ?, ?, ?, ?, ?)', undef, $tenant, $actor, $wave, $o->{id}, $code, $n // 1) }
sub shut { return value('SELECT shipping.close_parcel(?, ?, ?, 500)', undef, $tenant, $actor, $_[0]) }
sub leave { my ($k, %o) = @_; return value('SELECT shipping.send(?, ?, ?, ?, ?, ?)', undef, $tenant, $actor, $k, 'Post', $o{tracking} // 'T', $o{url} // '') }
sub counts { my ($o, $n) = @_; return row('SELECT quantity, allotted, shipped FROM sales.order_line WHERE order_id = ? AND line_no = ?', $o->{id}, $n // 1) }
sub is_true { my ($name) = @_; is(value(q{SELECT count(*) FROM inventory.stock s WHERE on_hand <> (SELECT coalesce(sum(m.quantity), 0) FROM inventory.movement m
	WHERE m.tenant_id = s.tenant_id AND m.variant_id = s.variant_id AND m.warehouse_id = s.warehouse_id)}), $main::wrong, $name); return }

# The fixture's first stock has no movements of its own: give them.
$dbh->do(q{INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, source)
	SELECT s.tenant_id, sutler.uuid7(), s.variant_id, s.warehouse_id, s.on_hand - coalesce(m.n, 0), 'receipt', 'test' FROM inventory.stock s
	LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id, sum(quantity) AS n FROM inventory.movement GROUP BY 1, 2, 3) m USING (tenant_id, variant_id, warehouse_id)
	WHERE s.on_hand <> coalesce(m.n, 0)});
our $wrong = 0;
is_true('at first the movements sum to what is on hand');

# ---- a list of two orders, zones, scans ----
{
	my $a = paid(pieces => 3);
	my $b = paid(pieces => 2);
	line($b, 'FEW', 1);
	my $unpaid = $c->order(method => 'bank_transfer', intent => 0);
	is(value('SELECT inventory.set_place(?, ?, ?, ?, ?, ?)', undef, $tenant, $actor, $w{W1}, $f->{variant}{PLAIN}, 'A', 'A-03'), 'ok', 'goods have a place');
	is(join(' ', map { $_ // '-' } (wave($c->id, '', $a))[0]), 'warehouse', 'a warehouse that is none');
	is((wave($w{W2}, '', $a))[0], 'empty', 'nothing of it lies in the other warehouse');
	is((wave($w{W1}, '', $unpaid))[0], 'empty', 'an unpaid order is not picked');
	is(value('SELECT count(*) FROM shipping.wave'), 0, 'no list was left behind');
	my ($o, $zoned, $n, $pieces) = wave($w{W1}, 'A', $a, $b, $unpaid);
	is("$o $n $pieces", 'ok 1 5', 'a list of zone A: two orders, five pieces');
	is(counts($a), '3 3 0', 'they are claimed');
	is((wave($w{W1}, 'A', $a, $b))[0], 'empty', 'and stand on no second list');
	my (undef, $rest, $m, $more) = wave($w{W1}, '', $a, $b);
	is("$m $more", '2 1', 'what lies elsewhere is for another');
	$f->add('sales.order_line', tenant_id => $tenant, order_id => $a->{id}, line_no => 9, variant_id => $f->{variant}{EURO}, sku => 'EURO', name => 'x', quantity => 1,
		unit_price => 1, discount => 0, tax => 0, total => 1);
	is((wave($w{W1}, '', $a))[0], 'empty', 'what the order does not hold is not picked');
	$dbh->do('DELETE FROM sales.order_line WHERE order_id = ? AND line_no = 9', undef, $a->{id});

	$dbh->do(q{UPDATE catalog.variant SET gtin = '4006381333931' WHERE variant_id = ?}, undef, $f->{variant}{PLAIN});
	is(pick($zoned, ' plain '), 'ok PLAIN 1 5', 'a scanned SKU');
	is(pick($zoned, '4006381333931', 2), 'ok PLAIN 3 5', 'a scanned bar code');
	is(pick($zoned, 'NOBODY'), 'code  0 0', 'a code nobody knows');
	is(pick($zoned, 'FEW'), 'wrong FEW 0 0', 'a piece that is not on the list');
	is(pick($zoned, 'PLAIN', 3), 'surplus PLAIN 3 5', 'one too many');
	is(pick($c->id, 'PLAIN'), 'unknown  0 0', 'a list that is none');
	is((box($zoned, $b, 'PLAIN'))[0], 'surplus', 'what was not fetched is not packed');
	is(pick($zoned, 'PLAIN', 2), 'ok PLAIN 5 5', 'the rest');
	is((box($zoned, $a, 'FEW'))[0], 'wrong', 'a piece for another order is not packed');
	is((box($zoned, $a, 'PLAIN', 4))[0], 'surplus', 'nor more than ordered');
	my ($ok, $k1) = box($zoned, $a, 'PLAIN', 2);
	is($ok, 'ok', 'two go into a parcel');
	is(leave($k1), 'over', 'an open parcel does not leave');
	is(shut($k1), 'ok', 'it is closed');
	is(shut($k1), 'over', 'once');
	is(leave($k1, url => 'javascript:alert(1)'), 'url', 'a link that is none');
	is(leave($k1, tracking => 'T-1', url => 'https://post.example/T-1'), 'ok', 'it leaves');
	is(leave($k1), 'over', 'once');
	is(counts($a), '3 1 2', 'two have left, one is on the list');
	is(row(q{SELECT fulfilment, word FROM sales."order" WHERE order_id = ?}, $a->{id}), 'partly_shipped shipped', 'the order is partly on its way');
	is(row('SELECT quantity, kind, staff_id = ? FROM inventory.movement WHERE order_id = ?', $actor, $a->{id}), '-2 sale 1', 'the ledger knows who');
	is(value('SELECT sales.ship(?, ?, ARRAY[1], ARRAY[1], ?, ?, ?, ?)', undef, $tenant, $a->{id}, '', '', '', 'x'), 'lines', 'a claimed piece is not sent another way');
	my (undef, $k2) = box($zoned, $a, 'PLAIN');
	isnt($k2, $k1, 'the next piece begins another parcel');
	shut($k2);
	is(leave($k2), 'ok', 'it leaves too');
	is(value(q{SELECT fulfilment FROM sales."order" WHERE order_id = ?}, undef, $a->{id}), 'shipped', 'all of it is on its way');
	is(value(q{SELECT string_agg(template, ' ' ORDER BY template) FROM event.outbox WHERE order_id = ?}, undef, $a->{id}), 'payment-received shipped shipped', 'the buyer is told');
	is(value('SELECT shipping.arrived(?, ?, ?)', undef, $tenant, $actor, $k1), 'ok', 'the first arrives');
	is(value('SELECT sales.close(?, ?, ?, ?)', undef, $tenant, $actor, $a->{id}, ''), 'open', 'the order is not done');
	is(value('SELECT shipping.arrived(?, ?, ?)', undef, $tenant, $actor, $k1), 'over', 'it arrives once');
	is(value('SELECT shipping.arrived(?, ?, ?)', undef, $tenant, $actor, $k2), 'ok', 'the second arrives');
	is(value(q{SELECT fulfilment FROM sales."order" WHERE order_id = ?}, undef, $a->{id}), 'delivered', 'all is delivered');
	is(value('SELECT sales.close(?, ?, ?, ?)', undef, $tenant, $actor, $a->{id}, 'done'), 'ok', 'and closed');
	is(value('SELECT sales.close(?, ?, ?, ?)', undef, $tenant, $actor, $c->id, ''), 'unknown', 'an order that is none');
	is(value(q{SELECT count(*) FROM audit.entry WHERE actor = ? AND action IN ('parcel send', 'order pack', 'order arrive', 'order close')}, undef, $actor), 7, 'the audit log has each step');

	# ---- cancelled on the way ----
	my (undef, $kb) = box($zoned, $b, 'PLAIN');
	is(value('SELECT sales.staff_cancel(?, ?, ?, ?)', undef, $tenant, $actor, $b->{id}, ''), 'reason', 'staff say why they cancel');
	is(value('SELECT sales.staff_cancel(?, ?, ?, ?)', undef, $tenant, $actor, $b->{id}, 'asked to'), 'ok', 'an order that is being packed is cancelled');
	is((box($zoned, $b, 'PLAIN'))[0], 'unknown', 'no scan adds to it');
	is(row('SELECT state FROM shipping.parcel WHERE parcel_id = ?', $kb), 'dropped', 'its parcel is taken apart');
	is(row('SELECT state FROM shipping.wave WHERE wave_id = ?', $rest), 'dropped', 'a list of nothing else too');
	is(counts($b), '2 0 0', 'nothing is claimed');
	is($c->held($b), 0, 'nothing is held');
	is_true('the movements sum to what is on hand');
}

# ---- quality, lists given up, parcels taken apart ----
{
	is(value('SELECT shipping.set_policy(?, ?, ?, 400, true)', undef, $tenant, $actor, $store), 'days', 'days that no store has');
	is(value('SELECT shipping.set_policy(?, ?, ?, 14, true)', undef, $tenant, $actor, $store), 'ok', 'a store wants parcels looked at');
	my $o = paid(pieces => 2);
	my (undef, $l) = wave($w{W1}, '', $o);
	pick($l, 'PLAIN', 2);
	my (undef, $k) = box($l, $o, 'PLAIN', 2);
	shut($k);
	is(leave($k), 'quality', 'it does not leave unseen');
	my $sub = sub { value('SELECT shipping.check_parcel(?, ?, ?, ?, ?)', undef, $tenant, $actor, $k, @_) };
	is($sub->(0, ''), 'reason', 'a failure needs a reason');
	is($sub->(0, 'torn'), 'ok', 'it fails');
	is(leave($k), 'quality', 'and stays');
	eval { $dbh->do('UPDATE shipping.parcel SET state = ?, shipment_id = (SELECT shipment_id FROM shipping.shipment LIMIT 1) WHERE parcel_id = ?', undef, 'shipped', $k) };
	like($@, qr/parcel_good/, 'the table says so too');
	is(value('SELECT shipping.unpack(?, ?, ?, ?)', undef, $tenant, $actor, $k, 'torn'), 'ok', 'it is taken apart');
	is(counts($o), '2 0 0', 'its pieces are free');
	my (undef, $again) = wave($w{W1}, '', $o);
	is(counts($o), '2 2 0', 'for another list');
	is(value('SELECT shipping.drop_wave(?, ?, ?, ?)', undef, $tenant, $actor, $again, 'late'), 'ok', 'which is given up');
	is(pick($again, 'PLAIN'), 'over  0 0', 'and takes no scans');
	is(counts($o), '2 0 0', 'free again');
	(undef, $l) = wave($w{W1}, '', $o);
	pick($l, 'PLAIN', 2);
	(undef, $k) = box($l, $o, 'PLAIN', 2);
	shut($k);
	is($sub->(1, ''), 'ok', 'the next passes');
	is(leave($k), 'ok', 'and leaves');
	is(value(q{SELECT string_agg(template, ' ' ORDER BY template) FROM event.outbox WHERE order_id = ?}, undef, $o->{id}), 'payment-received ready shipped', 'packed whole, the buyer was told before');
	value('SELECT shipping.set_policy(?, ?, ?, 30, false)', undef, $tenant, $actor, $store);
}

# ---- what is not held does not leave; what is more than ordered neither ----
{
	my $o = paid(pieces => 2);
	my (undef, $l) = wave($w{W1}, '', $o);
	pick($l, 'PLAIN', 2);
	my (undef, $k) = box($l, $o, 'PLAIN', 2);
	shut($k);
	value('SELECT inventory.release_order(?, ?)', undef, $tenant, $o->{id});
	is(leave($k), 'short', 'pieces that are not held do not leave');
	is(counts($o), '2 2 0', 'nothing changed');
	eval { $dbh->do('UPDATE sales.order_line SET shipped = 1 WHERE order_id = ?', undef, $o->{id}) };
	like($@, qr/order_line_never_more/, 'no door lets more leave than was ordered');
	is_true('the movements sum to what is on hand');
}

# ---- eight workers ----
{
	my $connect = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
	my $o = paid(sku => 'EURO', pieces => 10);
	my $seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT outcome FROM shipping.make_wave(?, NULL, ?, ?, ?)', undef,
		$tenant, $w{W1}, '', [ $o->{id} ]))[0] } } 1 .. 8);
	is_deeply($seen, { ok => 1, empty => 7 }, 'eight want to list an order: one does');
	my $l = value('SELECT wave_id FROM shipping.pick WHERE order_id = ?', undef, $o->{id});
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT outcome FROM shipping.pick(?, NULL, ?, ?, 2)', undef, $tenant, $l, 'EURO'))[0] } } 1 .. 8);
	is_deeply($seen, { ok => 5, surplus => 3 }, 'sixteen scans for ten pieces');
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT outcome FROM shipping.pack(?, NULL, ?, ?, ?, 2)', undef, $tenant, $l, $o->{id}, 'EURO'))[0] } } 1 .. 8);
	is_deeply($seen, { ok => 5, over => 3 }, 'sixteen into the parcel');
	my $k = value('SELECT parcel_id FROM shipping.parcel WHERE order_id = ?', undef, $o->{id});
	shut($k);
	$seen = Race::at_once($dbh, $connect, $tenant, map { sub { return ($_[0]->selectrow_array('SELECT shipping.send(?, NULL, ?, ?, ?, ?)', undef, $tenant, $k, 'Post', 'T', ''))[0] } } 1 .. 8);
	is_deeply($seen, { ok => 1, over => 7 }, 'eight send the parcel: one does');
	is(counts($o), '10 0 10', 'ten have left');
	my @mixed = map { paid(sku => 'TIERS', pieces => 4) } 1 .. 4;
	$seen = Race::at_once($dbh, $connect, $tenant, map { my $n = $_; sub {
		my ($d) = @_;
		my $x = $mixed[$n % 4];
		return ($d->selectrow_array('SELECT sales.staff_cancel(?, NULL, ?, ?)', undef, $tenant, $x->{id}, 'race'))[0] if $n % 8 == 7;
		return ($d->selectrow_array('SELECT inventory.adjust(?, ?, ?, 1, ?, ?, ?, NULL)', undef, $tenant, $f->{variant}{TIERS}, $w{W1}, 'adjustment', 'race', 'test'))[0] if $n % 8 == 6;
		my ($out, $wave) = $d->selectrow_array('SELECT outcome, wave_id FROM shipping.make_wave(?, NULL, ?, ?, ?)', undef, $tenant, $w{W1}, '', [ map { $_->{id} } @mixed ]);
		return $out if $out ne 'ok';
		for my $y (@mixed) {
			my ($p) = $d->selectrow_array('SELECT outcome FROM shipping.pick(?, NULL, ?, ?, 4)', undef, $tenant, $wave, 'TIERS');
			my ($q, $kk) = $d->selectrow_array('SELECT outcome, parcel_id FROM shipping.pack(?, NULL, ?, ?, ?, 4)', undef, $tenant, $wave, $y->{id}, 'TIERS');
			next if $q ne 'ok';
			$d->selectrow_array('SELECT shipping.close_parcel(?, NULL, ?, 1)', undef, $tenant, $kk);
			my ($sent) = $d->selectrow_array('SELECT shipping.send(?, NULL, ?, ?, ?, ?)', undef, $tenant, $kk, 'P', 'T', '');
			return "sent $sent" if $sent ne 'ok';
		}
		return 'ok';
	} } 0 .. 7);
	is_deeply([ grep { !/^(?:ok|empty|not_allowed)$/ } keys %$seen ], [], 'eight at once: lists, scans, parcels, a cancellation and a correction') or diag explain $seen;
	is(value('SELECT count(*) FROM sales.order_line l WHERE shipped + allotted > quantity'), 0, 'nothing left twice');
	is(value(q{SELECT count(*) FROM sales.order_line l WHERE shipped <> (SELECT coalesce(sum(x.quantity), 0) FROM shipping.shipment_line x
		WHERE x.order_id = l.order_id AND x.line_no = l.line_no)}), 0, 'the counters are the shipments');
	is(value(q{SELECT count(*) FROM sales.order_line l WHERE allotted <> (SELECT coalesce(sum(p.quantity - p.packed), 0) FROM shipping.pick p JOIN shipping.wave w USING (tenant_id, wave_id)
			WHERE p.order_id = l.order_id AND p.line_no = l.line_no AND w.state = 'open')
		+ (SELECT coalesce(sum(y.quantity), 0) FROM shipping.parcel_line y JOIN shipping.parcel k USING (tenant_id, parcel_id)
			WHERE y.order_id = l.order_id AND y.line_no = l.line_no AND k.state IN ('packing', 'packed'))}), 0, 'and what lists and parcels claim');
	is_true('the movements sum to what is on hand');
	is(value(q{SELECT count(*) FROM inventory.stock s WHERE held <> (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
		WHERE h.tenant_id = s.tenant_id AND h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id)}), 0, 'the holds to what is held');
}

# ---- notes and tags ----
{
	my $o = paid();
	my $note = sub { value('SELECT sales.note(?, ?, ?, ?, ?)', undef, $tenant, $actor, $o->{id}, @_) };
	is($note->(0, ' '), 'words', 'a note of no words');
	is($note->(0, 'rings twice'), 'ok', 'a note for the house');
	is($note->(1, 'We pack it on Monday.'), 'ok', 'one for the buyer');
	is(value(q{SELECT count(*) FROM audit.entry WHERE detail LIKE '%rings%' OR reason LIKE '%rings%'}), 0, 'its words are in no log');
	my $tag = sub { value('SELECT sales.tag(?, ?, ?, ?, ?)', undef, $tenant, $actor, $o->{id}, @_) };
	is($tag->('  Very  URGENT ', 1), 'ok', 'a tag');
	is($tag->('very urgent', 1), 'ok', 'twice');
	is(value('SELECT string_agg(tag, $$,$$) FROM sales.order_tag WHERE order_id = ?', undef, $o->{id}), 'very urgent', 'is one');
	is($tag->('', 1), 'tag', 'an empty one');
	is($tag->('Very urgent', 0), 'ok', 'taken off');
	is(value('SELECT count(*) FROM sales.order_tag'), 0, 'it is gone');
}
$dbh->disconnect;
done_testing;
