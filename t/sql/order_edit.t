#!/usr/bin/perl
# Promise: an order that staff change (ORD-05) is one order at every moment: editors, pickers, and money that arrives meet at
# its lock, so that no piece is sold twice, nothing is picked that is not ordered, and what is due is what came in less; and
# an order that costs more after it was paid takes the rest by card once, and gives back no more than came in.
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
sub order { return $c->order(method => 'bank_transfer', intent => 0, pieces => 2, total => 2000, @_) }
sub may { return call($dbh, 'sales.can_edit', $_[0]{id}) }
sub look { my ($o) = @_; return join ' ', $dbh->selectrow_array(q{SELECT o.payment, o.total, p.amount, p.captured, p.refunded, (SELECT sum(l.quantity) FROM sales.order_line l WHERE l.order_id = o.order_id),
	(SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h WHERE h.order_id = o.order_id)
	FROM sales."order" o JOIN payment.payment p USING (tenant_id, order_id) WHERE o.order_id = ?}, undef, $o->{id}) }
sub revision { return value('SELECT revision FROM sales."order" WHERE order_id = ?', undef, $_[0]{id}) }

# Staff make it N pieces of SKU at 10.00 each: laid out, priced (here by hand), made.
sub edit
{
	my ($d, $o, $n, %e) = @_;
	my $total = $e{total} // 1000 * $n;
	my $sku = $e{sku} // 'PLAIN';
	my $variant = $f->{variant}{$sku};
	my $cart = pack 'H*', sprintf '%064x', int(rand(2**31)) * 100_000 + $$;
	my $sth = $d->prepare('SELECT outcome FROM sales.edit_begin(?, ?, ?, ?, ?, ?, ?, 0, \'\', \'B\', \'\', \'S\', \'\', \'1\', \'C\', \'\', \'ES\')');
	$sth->bind_param(4, $cart, { pg_type => DBD::Pg::PG_BYTEA() });
	my $n_param = 0;
	for my $v ($tenant, $o->{id}, $e{revision} // 0, undef, [$variant], [$n], $f->{method}{post}) {
		$n_param++;
		$sth->bind_param($n_param, $v) if $n_param != 4;
	}
	$sth->execute;
	my ($said) = $sth->fetchrow_array;
	return $said if $said ne 'ok';
	$sth = $d->prepare(q{SELECT sales.edit_order(?, ?, ?, ?, ?, 'race', ?, 0, 0, 0, ?, 'Post', NULL, NULL, false, ?, ?, '{1000}', '{0}', '{0}', ?, ?, '{P}', '{""}', '{""}', '{""}', '{f}', '{1}',
		'{}', '{}', '{}', '{}')});
	$sth->bind_param(5, $cart, { pg_type => DBD::Pg::PG_BYTEA() });
	$n_param = 0;
	for my $v ($tenant, $actor, $store, $o->{id}, undef, $total, $total, [$variant], [$n], [$total], [$sku]) {
		$n_param++;
		$sth->bind_param($n_param, $v) if $n_param != 5;
	}
	$sth->execute;
	my ($word) = $sth->fetchrow_array;
	die "rolled back: $word\n" if $word ne 'ok' && $e{back};
	return $word;
}
# A change that is declined is rolled back, as its page does.
sub edit_or_back
{
	my ($d, @e) = @_;
	$d->do('SAVEPOINT before');
	my $word = edit($d, @e);
	$d->do('ROLLBACK TO before') if $word ne 'ok';
	return $word;
}
sub at_once { return Race::at_once($dbh, sub { return $s->dbh }, $tenant, @_) }
# Stock counts what is held, and holds are of orders that are open.
sub sound
{
	my ($name) = @_;
	is(value('SELECT count(*) FROM inventory.stock s WHERE s.held <> coalesce((SELECT sum(h.quantity) FROM inventory.hold h
		WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id), 0) OR s.held > s.on_hand'), 0, "$name: stock counts what is held");
	is(value(q{SELECT count(*) FROM inventory.hold h LEFT JOIN sales."order" o ON o.order_id = h.order_id WHERE o.state IS DISTINCT FROM 'open'}), 0, "$name: all of it for orders");
	is(value(q{SELECT count(*) FROM sales.cart WHERE state = 'open'}), 0, "$name: no cart is left");
	is(value('SELECT count(*) FROM payment.payment p JOIN sales."order" o USING (tenant_id, order_id) WHERE p.amount <> o.total'), 0, "$name: payments ask for what orders cost");
	return;
}

# ---- when ----
{
	my $o = order();
	is(may($o), 'ok', 'an order that is not begun may be changed');
	is(may({ id => $c->id }), 'unknown', 'one that is none may not');
	my %when = (
		not_allowed => sub { call($dbh, 'sales.cancel', $_[0]{id}, 'x', 'y') },
		begun => sub { call($dbh, 'sales.fire', $_[0]{id}, 'fulfilment', 'produce', 'x', '') },
		invoiced => sub { call($dbh, 'sales.receive_payment', $_[0]{id}, 2000, 'r', 'x'); call($dbh, 'accounting.issue_invoice', $_[0]{id}, 'S', 'B') },
		given_back => sub { call($dbh, 'sales.receive_payment', $_[0]{id}, 2000, 'r', 'x'); call($dbh, 'payment.ask_refund', $_[0]{id}, 100, 'EUR', 'r', 'x', $c->id) },
	);
	for my $why (sort keys %when) {
		my $p = order();
		$when{$why}->($p);
		is(may($p), $why, "$why is said");
		is(edit($dbh, $p, 1), $why, 'and it is not changed');
	}
	my $p = order();
	call($dbh, 'sales.receive_payment', $p->{id}, 2000, 'r', 'x');
	$dbh->do(q{SELECT shipping.make_wave(?, NULL, ?, '', ?)}, undef, $tenant, $w1, [$p->{id}]);
	is(may($p), 'begun', 'on a pick list it is begun');
	my $card = $c->order(pieces => 2, total => 2000);
	is(may($card), 'paying', 'a page that is open holds it at its amount');
	is(edit($dbh, $o, 3, revision => 1), 'again', 'who saw another order is told');
	is(edit($dbh, $o, 10001), 'lines', 'no line above 10 000');
	is(edit($dbh, $o, 3), 'ok', 'who saw this one changes it');
	is(look($o), 'pending 3000 3000 0 0 3 3', 'lines, money and stock follow');
	is(revision($o), 1, 'and it is another order');
	eval { $dbh->do('UPDATE sales."order" SET discount = goods + 1 WHERE order_id = ?', undef, $o->{id}) };
	like($@, qr/order_discount_of_goods/, 'no discount passes the goods');
	sound('one by one');
}

# ---- money ----
{
	my $o = $c->order(pieces => 2, total => 2000);
	is($c->said($dbh, $o, 'captured', event => 'm1'), 'paid', 'paid by card');
	is(edit($dbh, $o, 3), 'ok', 'one piece more');
	is(look($o), 'pending 3000 3000 2000 0 3 3', 'it waits for the rest');
	is(value('SELECT payment.due(?, ?)', undef, $tenant, $o->{id}), 1000, 'of one piece');
	is($c->said($dbh, $o, 'captured', event => 'm2'), 'again', 'the first money told again is no other');
	is($c->work($o), '', 'and nothing for a person to look at');
	my $first = $o->{intent};
	$o->{intent} = $c->attempt($o);
	is(value('SELECT amount FROM payment.intent WHERE intent_id = ?', undef, $o->{intent}), 1000, 'a page asks for the rest alone');
	is(may($o), 'paying', 'and holds the order');
	is($c->said($dbh, $o, 'captured', event => 'm3', amount => 1000), 'paid', 'it came');
	is(look($o), 'paid 3000 3000 3000 0 3 3', 'paid');
	is($c->books($o), 'gateway 3000, receivable -3000', 'the books say the same');
	is(edit($dbh, $o, 1, revision => 1), 'ok', 'two pieces fewer');
	is(look($o), 'paid 1000 1000 3000 0 1 1', 'paid, with 20.00 too much');
	is(call($dbh, 'payment.ask_refund', $o->{id}, 2500, 'EUR', 'less', 'x', $c->id), 'parts', 'no one payment was so much');
	is(call($dbh, 'payment.ask_refund', $o->{id}, 3001, 'EUR', 'less', 'x', $c->id), 'too_much', 'nor all of them');
	my $back = $c->id;
	is(call($dbh, 'payment.ask_refund', $o->{id}, 2000, 'EUR', 'less', 'x', $back), 'ok', 'what is too much goes back');
	is(value('SELECT intent_id FROM payment.refund WHERE refund_id = ?', undef, $back), $first, 'by the payment that has it');
	call($dbh, 'payment.refund_answer', $back, 'done', 're_m', '');
	is(look($o), 'partly_refunded 1000 1000 3000 2000 1 1', 'in part');
	is(call($dbh, 'payment.ask_refund', $o->{id}, 1001, 'EUR', 'more', 'x', $c->id), 'too_much', 'no more than the other has');

	my $twice = $c->order(pieces => 1, total => 1000);
	$c->said($dbh, $twice, 'captured', event => 't1');
	edit($dbh, $twice, 2);
	my $a = $c->attempt($twice);
	$dbh->do(q{UPDATE payment.intent SET expires_at = sutler.now() - interval '1 minute' WHERE intent_id = ?}, undef, $a);
	my $b = $c->attempt($twice);
	is($c->said($dbh, $twice, 'captured', event => 't2', of => $a, amount => 1000), 'paid', 'of two pages for the rest one is enough');
	is($c->said($dbh, $twice, 'captured', event => 't3', of => $b, amount => 1000), 'second', 'the other goes back by itself');
	is(look($twice), 'paid 2000 2000 3000 1000 2 2', 'and pays nothing');

	my $free = order();
	call($dbh, 'sales.receive_payment', $free->{id}, 2000, 'r', 'x');
	is(edit($dbh, $free, 3), 'ok', 'dearer');
	is(edit($dbh, $free, 2, revision => 1), 'ok', 'and back again');
	is(look($free), 'paid 2000 2000 2000 0 2 2', 'nothing is owed any more');
	$dbh->do('UPDATE sales."order" SET placed_at = placed_at - interval \'2 days\', payment_method = \'card\' WHERE order_id = ?', undef, $free->{id});
	is(edit($dbh, $free, 3, revision => 2), 'ok', 'dearer, to be paid by card');
	call($dbh, 'payment.expire', 10);
	is($c->states($free), 'open pending', 'what is paid in part is not cancelled for want of the rest');
	sound('money');
}

# ---- at the same moment ----
{
	my $o = order();
	my $seen = at_once(map { my $n = $_; sub { return edit_or_back($_[0], $o, $n) } } 1 .. 8);
	is_deeply($seen, { ok => 1, again => 7 }, 'of eight editors one changes it and seven are told');
	sound('editors');

	# 3 pieces; five orders of one each by stock that is counted: each wants two more.
	$f->stock($tenant, 'FEW', 'W1', 9);
	my @o = map { order(sku => 'FEW', pieces => 1, total => 1000) } 1 .. 5;
	$seen = at_once(map { my $p = $_; sub { return edit_or_back($_[0], $p, 3, sku => 'FEW') } } @o);
	is_deeply($seen, { ok => 2, sold_out => 3 }, 'of five that want the last four pieces two get them');
	is(value('SELECT sum(held) - sum(on_hand) FROM inventory.stock WHERE variant_id = ?', undef, $f->{variant}{FEW}), 0, 'and no piece is sold twice');
	sound('the last pieces');

	for my $round (1 .. 6) {
		my $p = order();
		call($dbh, 'sales.receive_payment', $p->{id}, 2000, 'r', 'x');
		$seen = at_once(sub { return edit_or_back($_[0], $p, 1) },
			sub { return 'list ' . (($_[0]->selectrow_array(q{SELECT outcome FROM shipping.make_wave(?, NULL, ?, '', ?)}, undef, $tenant, $w1, [$p->{id}]))[0]) });
		my ($lines, $picked) = $dbh->selectrow_array('SELECT sum(l.quantity), sum(l.allotted) FROM sales.order_line l WHERE l.order_id = ?', undef, $p->{id});
		ok($seen->{ok} ? $lines == 1 && $picked == 1 : $seen->{begun} && $lines == 2 && $picked == 2, "against a pick list, $round: what is picked is what is ordered")
			or diag(join ' ', %$seen, $lines, $picked);

		my $q = order();
		$seen = at_once(sub { return edit_or_back($_[0], $q, 3) },
			sub { return 'money ' . call($_[0], 'sales.desk_pay', $actor, $q->{id}, 'r', 2000) });
		ok($seen->{ok}, "against money by hand, $round: it is changed");
		like(look($q), $seen->{'money ok'} ? qr/^pending 3000 3000 2000 0/ : qr/^pending 3000 3000 0 0/, 'and owes the rest, or all, as it was booked');
		ok($seen->{'money ok'} || $seen->{'money again'}, 'for what was booked is what was seen') or diag(join ' ', %$seen);

		my $card = $c->order(pieces => 2, total => 2000);
		$seen = at_once(sub { return edit_or_back($_[0], $card, 3) }, sub { return 'card ' . $c->said($_[0], $card, 'captured', event => "r$round") });
		is($seen->{'card paid'}, 1, "against a card, $round: the money fits");
		like(look($card), $seen->{ok} ? qr/^pending 3000 3000 2000 0/ : qr/^paid 2000 2000 2000 0/, 'whoever was first');
	}
	sound('all of it');
}

done_testing;
