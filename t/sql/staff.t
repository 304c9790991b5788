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
sub order { my ($what, $number, @o) = @_; return ['order', $what, $number, '--store', 'shoes', @o] }
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
done_testing();
