#!/usr/bin/perl
# Promise: two accounts of one merchant become one whole: every order, address, note, tag and cart of the
# one that goes is the other's, what opens it ends, its proven address opens the other; nothing is half
# done, whatever is asked at the same moment; who is joined or forgotten is so once, and for ever.
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
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my ($serial, $one, $plain) = (0, $f->{store}{one}, $f->{variant}{PLAIN});

sub value { my ($sql, @bind) = @_; return ($dbh->selectrow_array($sql, undef, @bind))[0] }
sub tenant { my ($t) = @_; return $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t) }
sub id { return value('SELECT sutler.uuid7()') }

my $c = CardOrder->new($dbh, $f);
tenant($acme);
my $staff = id();
$f->add('staff.person', tenant_id => $acme, staff_id => $staff, email => 'staff@example.test', name => 'Ben', state => 'active');

sub person
{
	my (%o) = @_;
	my $id = id();
	$f->add('customer.person', tenant_id => $acme, customer_id => $id, store_id => $one, name => 'Ana Ruiz', email => 'p' . $serial++ . '@example.test',
		verified_at => '2026-01-01', %o);
	return $id;
}
sub cart
{
	my ($who, $store, %lines) = @_;
	my $cart = id();
	$f->add('sales.cart', tenant_id => $acme, store_id => $f->{store}{$store}, cart_id => $cart, locale => 'en', currency => 'EUR', customer_id => $who);
	$f->add('sales.cart_line', tenant_id => $acme, cart_id => $cart, variant_id => $f->{variant}{$_}, quantity => $lines{$_}) for keys %lines;
	return $cart;
}
sub order { my ($who) = @_; my $o = $c->order(method => 'bank_transfer', intent => 0); $dbh->do('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', undef, $who, $o->{id}); return $o->{id} }
sub address { my ($who, $street, %o) = @_; return $f->add('customer.address', tenant_id => $acme, address_id => id(), customer_id => $who, street => $street, country => 'ES', %o) }
sub merge { my ($keep, $gone) = @_; return value('SELECT customer.merge(?, ?, ?, ?, 200, ?)', $acme, $staff, $keep, $gone, 'asked at the desk') }
sub owner { my ($order) = @_; return value('SELECT customer_id FROM sales."order" WHERE order_id = ?', $order) }
sub key { my ($mail) = @_; return value('SELECT customer.account_key(?, ?)', $acme, $mail) }
# All that still belongs to an account, as figures.
sub left
{
	my ($who) = @_;
	return value(q{SELECT concat_ws(' ', (SELECT count(*) FROM sales."order" WHERE customer_id = $1), (SELECT count(*) FROM sales.cart WHERE customer_id = $1),
		(SELECT count(*) FROM customer.address WHERE customer_id = $1), (SELECT count(*) FROM customer.person_note WHERE customer_id = $1),
		(SELECT count(*) FROM customer.person_tag WHERE customer_id = $1), (SELECT count(*) FROM customer.session WHERE customer_id = $1),
		(SELECT count(*) FROM customer.credential WHERE customer_id = $1))}, $who);
}

# ---- what goes where ----
my ($ana, $old) = (person(phone => ''), person(email => 'Old@example.test', name => 'A. Ruiz', phone => '+34600100200', customer_type => 'business', company => 'Ruiz SL', tax_id => 'B12345674'));
my $order = order($old);
my $guest = $c->order(method => 'bank_transfer', intent => 0);
$dbh->do(q{UPDATE sales.contact SET email = 'old@example.test' WHERE contact_id = (SELECT contact_id FROM sales."order" WHERE order_id = ?)}, undef, $guest->{id});
address($ana, 'Calle Mayor 1', is_shipping => 1);
address($old, 'Calle Mayor 1', is_shipping => 1);
address($old, 'Gran Via 2', is_billing => 1);
my $keep_cart = cart($ana, 'one', PLAIN => 2);
cart($old, 'one', PLAIN => 3, TIERS => 5);
my $moved = cart($old, 'two', PLAIN => 1);
$f->add('customer.person_note', tenant_id => $acme, customer_id => $old, staff_id => $staff, words => 'Rings twice');
for my $tag ([$ana, 'vip'], [$old, 'vip'], [$old, 'trade']) {
	$f->add('customer.person_tag', tenant_id => $acme, customer_id => $tag->[0], store_id => $one, tag => $tag->[1]);
}
$f->add('customer.credential', tenant_id => $acme, customer_id => $old, hash => '*');
$f->add('customer.session', tenant_id => $acme, session_id => id(), token_sha256 => '\x' . '00' x 32, customer_id => $old, expires_at => '2030-01-01');
$dbh->do('SELECT customer.queue_mail(?, ?, ?, ?, NULL)', undef, $acme, $one, $old, 'reset');
$dbh->do(q{INSERT INTO marketing.opt_out (tenant_id, email_sha256) VALUES (?, sha256('old@example.test'))}, undef, $acme);

is merge($ana, $ana), 'same', 'nobody is joined to himself';
is merge($ana, id()), 'unknown', 'nor to nobody';
is merge($ana, $old), 'ok', 'two become one';
is left($old), '0 0 0 0 0 0 0', 'nothing is left at the one that went';
is owner($order), $ana, 'orders went over';
is owner($guest->{id}), $ana, 'and those placed as a guest with its proven address';
is value(q{SELECT string_agg(street || CASE WHEN is_shipping THEN ' s' ELSE '' END || CASE WHEN is_billing THEN ' b' ELSE '' END, ',' ORDER BY street)
	FROM customer.address WHERE customer_id = ?}, $ana), 'Calle Mayor 1 s,Gran Via 2 b', 'addresses, each once, with one default of each kind';
is value(q{SELECT string_agg(v.sku || l.quantity, ' ' ORDER BY v.sku) FROM sales.cart_line l JOIN catalog.variant v USING (variant_id) WHERE l.cart_id = ?}, $keep_cart),
	'PLAIN5 TIERS5', 'goods of both carts in one';
is value('SELECT customer_id FROM sales.cart WHERE cart_id = ?', $moved), $ana, 'a cart of another store';
is value('SELECT words FROM customer.person_note WHERE customer_id = ?', $ana), 'Rings twice', 'notes';
is value(q{SELECT string_agg(tag, ',' ORDER BY tag) FROM customer.person_tag WHERE customer_id = ?}, $ana), 'trade,vip', 'tags';
is value(q{SELECT concat_ws('|', name, phone, customer_type, company, tax_id) FROM customer.person WHERE customer_id = ?}, $ana),
	'Ana Ruiz|+34600100200|business|Ruiz SL|B12345674', 'what was empty is filled in, the rest stays';
ok value('SELECT marketing.opted_out(?, email_key) FROM customer.person WHERE customer_id = ?', $acme, $ana), 'who wanted no reminders wants none';
is value(q{SELECT string_agg(template || ' ' || state, ',' ORDER BY template, state) FROM event.outbox WHERE customer_id IN (?, ?)}, $ana, $old),
	'account-joined waiting,account-joined waiting,reset dropped', 'both addresses are told; a link that waited goes nowhere';
is value('SELECT count(*) FROM event.ready r JOIN event.outbox m USING (tenant_id, outbox_id) WHERE m.template = ?', 'reset'), 0, 'nor is it sent';
is value(q{SELECT string_agg(target, ',' ORDER BY target = 'customer ' || ?) FROM audit.entry WHERE action = 'customer.merged' AND actor = ? AND reason = 'asked at the desk'}, $ana, $staff),
	"customer $old,customer $ana", 'both ways stand in the log';
is value(q{SELECT count(*) FROM audit.entry WHERE detail LIKE '%example%' OR detail LIKE '%Ruiz%'}), 0, 'by ids alone';

# ---- its mail address ----
is key('OLD@example.test'), 'p0@example.test', 'the address opens the account that goes on';
is key('nobody@example.test'), 'nobody@example.test', 'another opens what it opened';
is value(q{SELECT customer_id FROM customer.login_admit(?, '192.0.2.1', 'old@example.test', NULL)}, $acme), undef, 'without a password there nobody gets in';
$f->add('customer.credential', tenant_id => $acme, customer_id => $ana, hash => 'hash of ana');
is value(q{SELECT customer_id || hash FROM customer.login_admit(?, '192.0.2.1', 'old@example.test', NULL)}, $acme), $ana . 'hash of ana', 'with one it is that one\'s';
my $mails = sub { my ($t) = @_; return value('SELECT count(*) FROM event.outbox WHERE customer_id = ? AND template = ?', $old, $t) };
$dbh->do(q{SELECT customer.ask_reset(?, ?, '192.0.2.1', 'old@example.test')}, undef, $acme, $one);
$dbh->do(q{SELECT customer.register(?, ?, '192.0.2.1', 'old@example.test', 'X', 'thief', 'en')}, undef, $acme, $one);
is $mails->('reset') . $mails->('account-exists') . $mails->('account-joined'), '003', 'who asks for a password or registers with it is told by mail';
is value('SELECT count(*) FROM customer.credential WHERE customer_id = ?', $old), 0, 'and gets no way in';
like value('SELECT customer.export_data(?, ?)', $acme, $ana), qr/"Old\@example\.test"/, 'a copy of the data names it';
my ($new, $typo) = (person(email => 'typo@example.test', verified_at => undef), person());
is merge($typo, $new), 'ok', 'one whose address was never proven';
is key('typo@example.test'), 'typo@example.test', 'leaves it to whom it belongs';
is value(q{SELECT customer.register(?, ?, '192.0.2.9', 'typo@example.test', 'Tim', 'hash', 'en')}, $acme, $one), 'ok', 'who may register with it';
is value(q{SELECT name FROM customer.person WHERE email_key = 'typo@example.test' AND erased_at IS NULL}), 'Tim', 'as anybody';

# ---- it stays so ----
is merge($ana, $old), 'over', 'one that went is not joined again';
is merge($old, $ana), 'over', 'nor does it come back';
is value('SELECT customer.desk_note(?, ?, NULL, ?, ?)', $acme, $staff, $old, 'x'), 'erased', 'nothing is written about it';
is owner(order($old)), $ana, 'an order that comes late is the other\'s';
ok !eval { $dbh->do('UPDATE customer.person SET merged_into = customer_id WHERE customer_id = ?', undef, $old); 1 }, 'it leads nowhere in a circle';
my $third = person();
is merge($third, $ana), 'ok', 'the one that stayed is joined to a third';
is key('old@example.test'), value('SELECT email_key FROM customer.person WHERE customer_id = ?', $third), 'the first address follows';
is owner($order), $third, 'so do the orders';
my $leaver = person();
$f->add('customer.request', tenant_id => $acme, customer_id => $leaver, store_id => $one, kind => 'erase', due_at => '2030-01-01');
is merge($third, $leaver), 'leaving', 'who has asked to be forgotten is not joined';
is merge($leaver, $third), 'leaving', 'in neither direction';
tenant($bahari);
my $kim = id();
$f->add('customer.person', tenant_id => $bahari, customer_id => $kim, store_id => $f->{store}{three}, email => 'kim@example.test');
tenant($acme);
is merge($third, $kim), 'unknown', 'T26 nor is anybody of another merchant';
is value('SELECT customer.desk_erase(?, ?, ?, ?)', $acme, $staff, $third, 'asked by letter'), 'ok', 'the one that stayed is forgotten';
is value(q{SELECT count(*) FROM customer.person WHERE email LIKE '%old@%' OR email LIKE 'Old@%'}), 0, 'with every address that opened it';

# ---- at the same moment ----
my $connect = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-customers') };
my $owner = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
my $joining = sub { my ($keep, $gone) = @_; return sub { my ($d) = @_; return ($d->selectrow_array('SELECT customer.merge(?, ?, ?, ?, 200, ?)', undef, $acme, $staff, $keep, $gone, 'why'))[0] } };
my $living = sub { my (@ids) = @_; return value('SELECT count(*) FROM customer.person WHERE customer_id = ANY (?) AND erased_at IS NULL', \@ids) };
my $clean = sub { my ($seen) = @_; my %n; $n{ s/(?: deadlock)+$//r } += $seen->{$_} for keys %$seen; return \%n };

for my $round (1 .. 5) {
	my ($a, $b) = (person(), person());
	my @orders = map { order($_) } $a, $b;
	my $seen = $clean->(Race::at_once($dbh, $connect, $acme, $joining->($a, $b), $joining->($b, $a), $joining->($a, $b)));
	is_deeply $seen, { ok => 1, over => 2 }, "round $round: of a pair in both directions one merge is made" or diag explain $seen;
	is $living->($a, $b), 1, 'one account is left';
	is value('SELECT count(DISTINCT o.customer_id) FROM sales."order" o JOIN customer.person p USING (tenant_id, customer_id) WHERE o.order_id = ANY (?) AND p.erased_at IS NULL', \@orders),
		1, 'and has the orders of both';
}
for my $round (1 .. 5) {
	my ($a, $b) = (person(), person());
	order($b);
	my $seen = $clean->(Race::at_once($dbh, $connect, $acme, $joining->($a, $b),
		sub { my ($d) = @_; return 'erase ' . ($d->selectrow_array('SELECT customer.desk_erase(?, ?, ?, ?)', undef, $acme, $staff, $b, 'why'))[0] }));
	my $said = join ' ', sort keys %$seen;
	like $said, qr/^(?:erase erased ok|erase ok over)$/, "round $round: joined or forgotten, not both";
	is $living->($a, $b), 1, 'the other is untouched';
	is value('SELECT count(*) FROM sales."order" WHERE customer_id = ?', $said =~ /^erase erased/ ? $a : $b), 1, 'the order is where it belongs';
}
for my $round (1 .. 8) {
	my ($a, $b) = (person(), person());
	my $cart = cart($b, 'one', PLAIN => 1);
	my ($contact, $placed) = (id(), id());
	$f->add('sales.contact', tenant_id => $acme, contact_id => $contact, email => 'x@example.test', country => 'ES', name => 'B');
	$dbh->do(q{UPDATE sales.cart SET contact_id = ?, method_id = (SELECT method_id FROM shipping.method WHERE store_id = ? LIMIT 1), payment_method = 'card' WHERE cart_id = ?},
		undef, $contact, $one, $cart);
	cart($a, 'one', TIERS => 1) if $round % 2;
	my $seen = $clean->(Race::at_once($dbh, $owner, $acme, $joining->($a, $b), sub {
		my ($d) = @_;
		return 'place ' . ($d->selectrow_array(q{SELECT outcome FROM sales.place_order(?, ?, ?, sha256(?::bytea), now() + interval '1 day',
			1000, 0, 0, 0, 1000, 'Post', current_date, current_date, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', '{}', '{}', '{}')}, undef,
			$acme, $cart, $placed, $placed, [$plain], [1], [1000], [0], [0], [1000], ['PLAIN'], ['P'], [''], [''], ['IVA'], ['false'], [100]))[0];
	}));
	is $seen->{ok}, 1, "round $round: two are joined while one orders" or diag explain $seen;
	# Where both had a cart, the goods may be in the other one by now: the buyer looks again.
	ok $seen->{'place ok'} || ($round % 2 && $seen->{'place gone'}), 'the order is placed, or its cart was poured into the other' or diag explain $seen;
	is value('SELECT count(*) FROM sales."order" WHERE customer_id = ?', $a), $seen->{'place ok'} ? 1 : 0, 'and the account that stays has it';
	is left($b) =~ /^0 0 /, 1, 'the other has none, and no cart';
}
is value(q{SELECT count(*) FROM inventory.stock s WHERE s.held <> coalesce((SELECT sum(h.quantity) FROM inventory.hold h
	WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id), 0)}), 0, 'stock counts what is held';
done_testing;
