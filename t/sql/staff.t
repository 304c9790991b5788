#!/usr/bin/perl
# Promise: until there is a console, staff move orders on and correct stock by sutlerctl;
# what the state does not allow is refused, and each change leaves an audit entry with its reason.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use Schema;
use Test::More;

delete $ENV{SUTLER_TEST_SCRYPT_LOG_N};		# the cost of production is meant here

my $s = Schema->new;
my $dbh = $s->dbh;
my $dir = tempdir(CLEANUP => 1);
sub put { my ($name, $text) = @_; open my $f, '>', "$dir/$name" or die $!; print {$f} $text; close $f; return "$dir/$name" }
sub value { return ($dbh->selectrow_array(@_))[0] }
sub done { my ($args, $name) = @_; my ($status, $text) = $s->ctl(@$args); is($status, 0, $name) or diag $text; return $text }
sub refused { my ($args, $why, $name) = @_; my ($status, $text) = $s->ctl(@$args); is($status, 1, "$name is refused"); like($text, qr/\Q$why\E/, 'and says why'); return }

done(['import', 'store', put('store.conf', <<'CONF')], 'a store');
[tenant]
slug = acme
name = Acme
[store]
code = shoes
name = Shoes
locales = en-GB
currencies = EUR
country = ES
[host shoes.localhost]
[warehouse ELX]
name = Elche
country = ES
[tax-class standard]
name.en = Standard
CONF
done(['import', 'products', put('p.csv', "product,name:en,sku,price:EUR,stock:ELX\nA,A,A-1,19.90,5\n"), '--store', 'shoes'], 'a product');

# ---- customers ----
{
	my $said = done(['customer', 'add', 'Ana@Example.test', '--store', 'shoes', '--name', 'Ana'], 'an account is made');
	like($said, qr/^password [\w-]{22}$/m, 'with a password that is told once');
	my ($password) = $said =~ /^password (\S+)$/m;
	is(value(q{SELECT email || ' ' || name || ' ' || locale FROM customer.person WHERE verified_at IS NOT NULL}), 'Ana@Example.test Ana en', 'it counts as proven');
	like(value('SELECT hash FROM customer.credential'), qr/^\$s1\$0f0803\$/, 'P24 the database has its hash');
	ok(!defined value('SELECT 1 FROM customer.credential WHERE hash LIKE ?', undef, "%$password%"), 'and nothing else');
	is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'customer add' AND target = (SELECT customer_id::text FROM customer.person)}), 1, 'an audit entry');
	refused(['customer', 'add', 'ANA@example.TEST', '--store', 'shoes'], 'has an account', 'a second one');
	done(['customer', 'add', 'ana@example.test', '--store', 'shoes', '--keep'], 'unless it may stay as it is');
	refused(['customer', 'add', 'bea@example.test', '--store', 'boots'], 'no store boots', 'an unknown store');
	refused(['customer', 'add', 'nobody', '--store', 'shoes'], 'no mail address', 'what is no address');
	is(($s->ctl('customer', 'add', 'bea@example.test'))[0], 64, 'without a store it is wrong usage');
	is(value('SELECT count(*) FROM customer.person'), 1, 'nothing else was made');
}

# ---- stock ----
like(done(['stock', 'show', 'a-1'], 'stock is shown'), qr/^ELX\t5 on hand\t0 held\t5 free$/m, 'with what is free');
done(['stock', 'adjust', 'A-1', 'ELX', '-2', '--reason', 'damaged'], 'stock is corrected');
is(value('SELECT on_hand FROM inventory.stock'), 3, 'three are left');
is(value(q{SELECT reason || ' ' || quantity FROM inventory.movement WHERE kind = 'adjustment'}), 'damaged -2', 'the ledger knows why');
is(value(q{SELECT reason FROM audit.entry WHERE action = 'stock adjust'}), 'damaged', 'an audit entry too');
refused(['stock', 'adjust', 'A-1', 'ELX', '-4', '--reason', 'x'], 'less than nothing', 'more than there is');
refused(['stock', 'adjust', 'A-1', 'NO', '1', '--reason', 'x'], 'no warehouse', 'an unknown warehouse');
refused(['stock', 'show', 'NONE'], 'no SKU NONE', 'an unknown SKU');
is(($s->ctl('stock', 'adjust', 'A-1', 'ELX', '1'))[0], 64, 'without a reason it is wrong usage');
is(value('SELECT on_hand FROM inventory.stock'), 3, 'nothing changed');

# ---- orders: one made to order, so that no hold is needed ----
$dbh->do(<<'SQL');
DO $$
DECLARE
	t uuid := (SELECT tenant_id FROM tenancy.tenant);
	st uuid := (SELECT store_id FROM tenancy.store);
	ct uuid := sutler.uuid7();
	n integer;
	o uuid;
	c uuid;
BEGIN
	INSERT INTO sales.contact (tenant_id, contact_id) VALUES (t, ct);
	FOR n IN 1..2 LOOP
		o := sutler.uuid7();
		c := sutler.uuid7();
		INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency) VALUES (t, st, c, 'en', 'EUR');
		INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, locale, currency, customer_type, prices_include_tax, tax_rounding,
			goods, discount, shipping, tax, total, contact_id, method_id, method_name, payment_method)
		VALUES (t, st, o, (1000 + n)::text, c, 'en', 'EUR', 'consumer', true, 'line', 1990, 0, 0, 0, 1990, ct, sutler.uuid7(), 'Post', 'bank_transfer');
		INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total, made_to_order)
		SELECT t, o, 1, v.variant_id, 'A-1', 'A', 1, 1990, 0, 0, 1990, true FROM catalog.variant v;
		INSERT INTO payment.payment (tenant_id, payment_id, order_id, method, currency, amount) VALUES (t, sutler.uuid7(), o, 'bank_transfer', 'EUR', 1990);
	END LOOP;
END
$$
SQL
sub order { my ($what, $number, @o) = @_; return ["order", $what, $number, @o, "--store", "shoes"] }
like(done(['order', 'list', '--store', 'shoes'], 'orders are listed'), qr/^1001\t.*\topen\tpending\tunfulfilled\t€19\.90$/m, 'with state and total');
refused(order('deliver', 1001), 'does not allow', 'delivering what has not left');
done(order('pay', 1001, '--reference', 'transfer 7'), 'it is paid');
is(value('SELECT captured || reference FROM payment.payment WHERE captured > 0'), '1990transfer 7', 'the whole amount is booked');
refused(order('pay', 1001), 'not allow', 'paying twice');
done(order('produce', 1001), 'it is made');
done(order('ready', 1001), 'it is ready');
done(order('ship', 1001, '--carrier', 'Post', '--tracking', 'T-1', '--url', 'https://post.example/T-1'), 'it is shipped');
is(value('SELECT tracking_number FROM shipping.shipment'), 'T-1', 'with its tracking number');
refused(order('ship', 1001), 'have left already', 'shipping twice');
refused(order('cancel', 1001), 'does not allow', 'cancelling what has left');
done(order('deliver', 1001), 'it is delivered');
done(order('cancel', 1002, '--reason', 'asked to'), 'the other is cancelled');
like(done(order('show', 1002), 'an order is shown'), qr/cancelled.*\n1\t1 x A-1\tA \t€19\.90\n(?:.*\n)*.*order cancel -> cancelled/, 'with lines and history');
refused(order('show', 9999), 'no order 9999', 'an unknown order');
is(value(q{SELECT count(*) FROM audit.entry WHERE actor = 'sutlerctl' AND action LIKE 'order %'}), 6, 'each change left an audit entry');
is(value(q{SELECT reason FROM audit.entry WHERE action = 'order cancel'}), 'asked to', 'with its reason');

# ---- a parcel by pick list, and back again ----
$dbh->do(<<'SQL');
DO $$
DECLARE
	t uuid := (SELECT tenant_id FROM tenancy.tenant);
	st uuid := (SELECT store_id FROM tenancy.store);
	o uuid := sutler.uuid7();
	c uuid := sutler.uuid7();
	v uuid := (SELECT variant_id FROM catalog.variant);
BEGIN
	PERFORM set_config('sutler.tenant', t::text, true);
	INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency) VALUES (t, st, c, 'en', 'EUR');
	INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, locale, currency, customer_type, prices_include_tax, tax_rounding,
		goods, discount, shipping, tax, total, contact_id, method_id, method_name, payment_method)
	VALUES (t, st, o, '1003', c, 'en', 'EUR', 'consumer', true, 'line', 3980, 0, 0, 0, 3980, (SELECT contact_id FROM sales.contact LIMIT 1), sutler.uuid7(), 'Post', 'bank_transfer');
	INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total) VALUES (t, o, 1, v, 'A-1', 'A', 2, 1990, 0, 0, 3980);
	INSERT INTO payment.payment (tenant_id, payment_id, order_id, method, currency, amount) VALUES (t, sutler.uuid7(), o, 'bank_transfer', 'EUR', 3980);
	INSERT INTO inventory.store_warehouse (tenant_id, store_id, warehouse_id) SELECT t, st, w.warehouse_id FROM inventory.warehouse w ON CONFLICT DO NOTHING;
	IF inventory.take(t, st, NULL, o, NULL, '', ARRAY[v], ARRAY[2]) IS NOT NULL THEN RAISE 'no stock'; END IF;
END
$$
SQL
sub at { my ($noun, $what, @o) = @_; return [$noun, $what, @o, '--store', 'shoes'] }
refused(at('pick', 'make', 'ELX', '1003'), 'nothing is to be fetched', 'listing an unpaid order');
done(order('pay', 1003), 'it is paid');
done(at('pick', 'place', 'ELX', 'a-1', 'A', 'A-07'), 'goods get a place');
like(done(at('pick', 'make', 'ELX', '1003,1001'), 'a pick list'), qr/ELX-1, 2 pieces/, 'with its name and pieces');
refused(at('pick', 'make', 'NO', '1003'), 'no such warehouse', 'an unknown warehouse');
like(done(at('pick', 'show', 'ELX-1'), 'the list'), qr/^A\tA-07\tA-1\tA\t\torder 1003\t0 of 2\t0 packed$/m, 'by place');
refused(at('pick', 'scan', 'ELX-1', 'B-9'), 'nobody knows', 'an unknown code');
like(done(at('pick', 'scan', 'ELX-1', 'a-1'), 'a scan'), qr/A-1: 1 of 2/, 'counts');
refused(at('pick', 'scan', 'ELX-1', 'a-1', '--pieces', '2'), 'more than is wanted', 'one too many');
done(at('pick', 'scan', 'ELX-1', 'a-1'), 'the other');
like(done(at('pick', 'pack', 'ELX-1', '1003', 'A-1', '--pieces', '2'), 'both are packed'), qr/A-1: 2 of 2/, 'and counted');
refused(order('ship', 1003), 'not held, or have left', 'sending claimed pieces another way');
done(at('parcel', 'close', '1003', '1', '--weight', '800'), 'the parcel is closed');
refused(at('parcel', 'send', '1003', '1', '--url', 'ftp://x'), 'http', 'a wrong link');
done(at('parcel', 'send', '1003', '1', '--carrier', 'Post', '--tracking', 'T-3', '--url', 'https://post.example/T-3'), 'and sent');
like(done(at('parcel', 'list', '1003'), 'parcels'), qr/^1\tshipped\tnone\t800 g\tPost T-3\t\t2 x A-1$/m, 'are listed');
refused(order('close', 1003), 'still under way', 'closing what has not arrived');
done(at('parcel', 'arrived', '1003', '1'), 'it arrives');
done(order('note', 1003, 'fragile'), 'a note');
refused(at('return', 'open', '1003', 'A-1=3', 'size'), 'not so many', 'returning more than was sent');
done(at('return', 'open', '1003', 'A-1=2', 'size', '--reason', 'by phone'), 'a return');
refused(at('return', 'refuse', '1003'), 'say why', 'refusing without words');
done(at('return', 'approve', '1003', '--answer', 'To our house.'), 'is approved');
done(at('return', 'receive', '1003', 'ELX'), 'comes');
done(at('return', 'restock', '1003', 'A-1'), 'one goes on the shelf');
done(at('return', 'scrap', '1003', 'A-1', '--reason', 'worn'), 'one away');
refused(at('return', 'refund', '1003', '1,000', '--reason', 'x'), 'no amount', 'what is no amount');
refused(at('return', 'refund', '1003', '99.00', '--reason', 'x'), 'more than came in', 'too much money');
done(at('return', 'refund', '1003', '12.50', '--reason', 'worn'), 'some goes back');
done(at('return', 'refund', '1003', 'all', '--reason', 'came back'), 'and the rest of its worth');
is(value('SELECT p.refunded FROM payment.payment p JOIN sales."order" o USING (tenant_id, order_id) WHERE o.number = $$1003$$'), 3980, 'all of it');
like(done(at('return', 'show', '1003'), 'the return'), qr/^1\treturned\t1\tA-1\t2 announced\t2 came\t1 restocked\t1 scrapped\t0 set apart\tby phone$/m, 'tells it all');
done(order('close', 1003), 'and the order is closed');
is(($s->ctl('pick', 'scan', 'ELX-1', '--store', 'shoes'))[0], 64, 'a missing argument is wrong usage');
done_testing();
