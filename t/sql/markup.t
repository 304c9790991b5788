#!/usr/bin/perl
# Promise (CAT-15): prices of a store follow what another store asks, or what pieces cost, by the rule that stands,
# in the transaction that changes the base (a cost: after a round of freshen), and the shop lists them so; a price set
# by hand follows nothing until it is taken away; no rule follows itself, whoever makes them at the same moment; and
# however bases, rules and prices by hand change at the same moments, what is kept is what rule and base make.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use POSIX ();
use Schema;
use Test::More;

# More than catalog.markup_part().
use constant MANY => 130;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my ($one, $two) = @{ $f->{store} }{qw(one two)};
my $all = '00000000-0000-0000-0000-000000000000';
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub run { $dbh->do(shift, undef, @_); return }
my $new = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-catalog') };
my $d = $new->();
run("SELECT set_config('sutler.tenant', ?, false)", $acme);
sub freshen { my $left = 200; 1 while value(q{SELECT catalog.freshen(?, 500)}, $acme) > 0 && --$left; die "freshen finds no end\n" if !$left; return }

# The rule of STORE in CURRENCY; named: product, base, store, currency, rate, percent, ending, exponents, take, over.
sub door
{
	my ($store, $currency, %o) = @_;
	my $product = $o{product} // $all;
	my @bind = ($acme, $actor, $store, $currency, $product, $o{over} // value('SELECT coalesce((SELECT revision FROM catalog.markup WHERE store_id = ? AND currency = ?
		AND product_id = ?), 0)', $store, $currency, $product), $o{base}, $o{store}, $o{from} // $currency, $o{rate} // '', $o{percent} // 0, $o{ending} // -1,
		$o{exponent} // 2, $o{base_exponent} // 2, $o{take} ? 1 : 0, 'as agreed');
	return sub { ($_[0]->selectrow_array('SELECT catalog.desk_markup(' . join(', ', ('?') x @bind) . ')', undef, @bind))[0] };
}
sub rule { my @o = @_; return Race::transaction($d, $acme, door(@o)) }
sub price
{
	my ($store, $currency, $sku) = @_;
	return value(q{SELECT amount || CASE WHEN reckoned THEN ' reckoned' ELSE ' by hand' END || coalesce(' was ' || was, '') FROM catalog.price
		WHERE store_id = ? AND currency = ? AND variant_id = ? AND customer_group = '' AND min_quantity = 1 AND starts_at = '-infinity'}, $store, $currency, $f->{variant}{$sku}) // 'none';
}
sub listed { my ($store, $currency, $sku) = @_; return value('SELECT DISTINCT price FROM catalog.listing WHERE store_id = ? AND currency = ? AND product_id = ?', $store, $currency, $f->{product}{$sku}) // 'none' }
sub base { my ($sku, $amount, $was) = @_; run('UPDATE catalog.price SET amount = ?, was = ? WHERE store_id = ? AND currency = ? AND variant_id = ? AND min_quantity = 1', $amount, $was, $one, 'EUR', $f->{variant}{$sku}); return }
freshen();

# ---- another currency of the same store, at a rate ----
is(rule($one, 'USD', base => 'store', store => $one, from => 'EUR', rate => '1.1', percent => 0, ending => 95), 'ok', 'dollars follow euros');
is(price($one, 'USD', 'PLAIN'), '1200 by hand', 'what was set by hand stays');
is(price($one, 'USD', 'EURO'), '795 reckoned', 'what had no price gets one: 7.00 at 1.1, ending in .95');
is(listed($one, 'USD', 'EURO'), 795, 'and is sold now');
is(rule($one, 'USD', base => 'store', store => $one, from => 'EUR', rate => '1.1', percent => 0, ending => 95, take => 1), 'ok', 'prices set by hand follow too');
is(price($one, 'USD', 'PLAIN'), '1095 reckoned', '10.00 at 1.1 is 11.00, and ends in .95');
is(listed($one, 'USD', 'PLAIN'), 1095, 'the shop lists it at once');
$dbh->begin_work;
base('PLAIN', 2000, 2500);
is(price($one, 'USD', 'PLAIN'), '2195 reckoned was 2795', 'the base changes: in its transaction the price follows, and what it was reduced from');
is(listed($one, 'USD', 'PLAIN'), 2195, 'as the shop does');
$dbh->rollback;
is(price($one, 'USD', 'PLAIN'), '1095 reckoned', 'and goes back with it');

# ---- with and without tax ----
# Store two prints prices without tax, store one with 21 %.
is(rule($two, 'EUR', base => 'store', store => $one, percent => 1000, take => 1), 'ok', 'another store follows with ten percent');
is(price($two, 'EUR', 'PLAIN'), '909 reckoned', '10.00 without 21 % tax, and ten percent on it');
is(price($two, 'EUR', 'TIERS'), '364 reckoned', 'the plain price follows');
is(value('SELECT string_agg(amount::text, $$ $$ ORDER BY min_quantity) FROM catalog.price WHERE store_id = ? AND variant_id = ? AND min_quantity > 1', $two, $f->{variant}{TIERS}), '300 250', 'those of many pieces do not');

# ---- by hand, and back ----
sub desk_price
{
	my ($store, $currency, $sku, $amount) = @_;
	return Race::transaction($d, $acme, sub { ($_[0]->selectrow_array('SELECT catalog.desk_prices(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ?, ?, ARRAY[?]::uuid[], ARRAY[?]::bigint[], ARRAY[-1]::bigint[], ?)',
		undef, $acme, $actor, $f->{product}{$sku}, $f->{product}{$sku}, $store, $currency, '', $f->{variant}{$sku}, $amount, 'a reason'))[0] });
}
is(desk_price($two, 'EUR', 'FEW', 3000), 'ok', 'a price by hand');
base('FEW', 5000, undef);
is(price($two, 'EUR', 'FEW'), '3000 by hand', 'follows nothing');
is(desk_price($two, 'EUR', 'FEW', -1), 'ok', 'it is taken away');
is(price($two, 'EUR', 'FEW'), '4545 reckoned', 'and follows again');
is(rule($two, 'EUR', product => $f->{product}{FEW}, base => 'hand'), 'ok', 'a product whose prices are by hand, though the store has a rule');
is(price($two, 'EUR', 'FEW'), '4545 by hand', 'keeps its price');
base('FEW', 6000, undef);
is(price($two, 'EUR', 'FEW'), '4545 by hand', 'and follows nothing');
is(rule($two, 'EUR', product => $f->{product}{FEW}, base => 'store', store => $one, percent => -5000, take => 1), 'ok', 'a rule of its own');
is(price($two, 'EUR', 'FEW'), '2479 reckoned', 'half the price');
is(rule($two, 'EUR', product => $f->{product}{FEW}, base => ''), 'ok', 'which goes');
is(price($two, 'EUR', 'FEW'), '5455 reckoned', 'then that of the store is in force');
is(rule($two, 'EUR', base => '', over => 7), 'changed', 'a form filled in before is old');
is(rule($two, 'EUR', base => 'store', store => $f->{store}{three}, from => 'IDR', rate => 1), 'gone', 'a store of another merchant is not there');
is(rule($two, 'GBP', base => 'cost'), 'gone', 'nor a currency that the store has not');
is(value(q{SELECT count(*) FROM audit.entry WHERE action IN ('store.markup', 'product.markup')}), 6, 'each change is in the log');

# ---- a base that goes, a product that comes ----
run('DELETE FROM catalog.price WHERE store_id = ? AND variant_id = ? AND currency = ?', $one, $f->{variant}{MADE}, 'EUR');
is(price($two, 'EUR', 'MADE'), '7273 reckoned', 'a price whose base is gone stays as it was');
my $fresh = $f->variant($acme, 'FRESH', stores => ['one'], price => { EUR => 1210 });
is(price($two, 'EUR', 'FRESH'), 'none', 'what the store does not offer has no price there');
run('INSERT INTO catalog.store_product (tenant_id, store_id, product_id) VALUES (?, ?, ?)', $acme, $two, $f->{product}{FRESH});
is(price($two, 'EUR', 'FRESH'), '1100 reckoned', 'until it offers it');
is(listed($two, 'EUR', 'FRESH'), 1100, 'and lists it');

# ---- chains and circles ----
is(price($one, 'USD', 'FRESH'), '1295 reckoned', 'dollars follow euros');
is(rule($one, 'EUR', base => 'store', store => $one), 'circle', 'a price does not follow itself');
is(rule($one, 'EUR', base => 'store', store => $two), 'circle', 'nor one that follows it');
is(rule($one, 'EUR', product => $f->{product}{PLAIN}, base => 'store', store => $one, from => 'USD', rate => 1), 'circle', 'not of one product either');
my $three = $f->store($acme, 'four', locales => ['en-GB'], currencies => ['EUR'], row => { country => 'ES', prices_include_tax => 'false' });
run('INSERT INTO catalog.store_product (tenant_id, store_id, product_id) VALUES (?, ?, ?)', $acme, $three, $f->{product}{PLAIN});
is(rule($three, 'EUR', base => 'store', store => $two, percent => 10000), 'ok', 'a third store follows the second');
is(price($three, 'EUR', 'PLAIN'), '1818 reckoned', 'twice its price');
base('PLAIN', 1210, undef);
is(price($two, 'EUR', 'PLAIN') . ', ' . price($three, 'EUR', 'PLAIN'), '1100 reckoned, 2200 reckoned', 'both follow the first');
my $seen = Race::at_once($dbh, $new, $acme,
	map { my ($x, $y) = $_ % 2 ? ($three, $one) : ($one, $three); door($x, 'EUR', base => 'store', store => $y, over => $x eq $three ? 1 : 0) } 1 .. 8);
is_deeply([sort keys %$seen], ['changed', 'circle', 'ok'], 'of rules that would follow each other, made at the same moment, one stands') or diag explain $seen;
is(value('SELECT count(*) FROM catalog.markup WHERE base = $$store$$ AND currency = $$EUR$$ AND base_currency = $$EUR$$ AND store_id IN (?, ?)', $one, $three), 1, 'and is the only one');
rule($_, 'EUR', base => '') for $one, $three;

# ---- bounds ----
is(rule($one, 'USD', base => 'store', store => $one, from => 'EUR', rate => '0.0000001', take => 1), 'ok', 'next to nothing');
is(price($one, 'USD', 'PLAIN'), '1 reckoned', 'is never nothing');
is(rule($one, 'USD', base => 'store', store => $one, from => 'EUR', rate => '999999999', percent => 990000), 'ok', 'more than a price may be');
is(price($one, 'USD', 'PLAIN'), '1 reckoned', 'is no price: the old one stays');
is(rule($one, 'USD', base => ''), 'ok', 'the rule goes');
is(price($one, 'USD', 'PLAIN'), '1 by hand', 'its prices stay, as if set by hand');

# ---- what pieces cost ----
is(rule($two, 'EUR', base => 'cost', percent => 8000, ending => 95), 'ok', 'a store follows costs');
is(price($two, 'EUR', 'PLAIN'), '1100 reckoned', 'where none is known nothing changes');
run('INSERT INTO inventory.cost (tenant_id, variant_id, currency, average) VALUES (?, ?, ?, ?)', $acme, $f->{variant}{PLAIN}, 'EUR', 500.4);
is(price($two, 'EUR', 'PLAIN'), '1100 reckoned', 'an arrival waits for no price');
freshen();
is(price($two, 'EUR', 'PLAIN'), '995 reckoned', 'a round of freshen later it follows: never below cost and 80 %');
is(listed($two, 'EUR', 'PLAIN'), 995, 'and is listed');
run(q{INSERT INTO accounting.tax_class (tenant_id, tax_class) VALUES (?, 'none') ON CONFLICT DO NOTHING}, $acme);
is(rule($one, 'EUR', base => 'cost', percent => 8000, take => 1), 'ok', 'a store with prices with tax');
is(price($one, 'EUR', 'PLAIN'), '1090 reckoned', 'puts its tax on it');
run(q{UPDATE catalog.product SET tax_class = 'none' WHERE product_id = ?}, $f->{product}{PLAIN});
freshen();
is(price($one, 'EUR', 'PLAIN'), '901 reckoned', 'which follows the tax class');
rule($_, 'EUR', base => '') for $one, $two;
run(q{UPDATE catalog.product SET tax_class = 'standard' WHERE product_id = ?}, $f->{product}{PLAIN});

# ---- a store of many ----
# Listed in parts, once the server knows how many there are, as an import does it.
$dbh->begin_work;
run(q{SELECT set_config('sutler.relist', 'later', true), set_config('sutler.redesk', 'later', true)});
$f->variant($acme, "MANY-$_", stores => [qw(one two)], locales => ['en'], price => { EUR => 1000 + $_ }) for 1 .. MANY;
$dbh->commit;
run('ANALYZE');
my @many = @{ $dbh->selectcol_arrayref(q{SELECT product_id FROM catalog.product WHERE reference LIKE 'MANY-%' ORDER BY 1}) };
run('SELECT catalog.relist(?, ?)', $acme, [splice @many, 0, 50]) while @many;
freshen();
is(rule($two, 'EUR', base => 'store', store => $one, percent => 0, take => 1), 'ok', 'a rule of more products than go at once');
my $left = value(q{SELECT count(*) FROM catalog.price a JOIN catalog.price b ON b.variant_id = a.variant_id AND b.store_id = ? AND b.currency = 'EUR' AND b.min_quantity = 1
	WHERE a.store_id = ? AND a.currency = 'EUR' AND a.min_quantity = 1 AND a.amount = b.amount}, $two, $one);
cmp_ok($left, '>', 0, "some wait ($left)");
is(value('SELECT count(*) FROM catalog.markup_walk'), 1, 'and the page can say so');
freshen();
# What rule and base make, row by row, by the rule's own arithmetic done here.
my $wrong = q{SELECT count(*) FROM catalog.price a JOIN catalog.price b ON b.variant_id = a.variant_id AND b.store_id = $1 AND b.currency = 'EUR' AND b.min_quantity = 1 AND b.customer_group = ''
	JOIN catalog.markup m ON m.store_id = a.store_id AND m.currency = a.currency AND m.product_id = $3
	WHERE a.store_id = $2 AND a.currency = 'EUR' AND a.reckoned AND a.amount <> round(b.amount * (10000 + m.percent) / 10000.0 / 1.21)};
is(value($wrong, $one, $two, $all), 0, 'freshen reckons the rest');
is(value('SELECT count(*) FROM catalog.price WHERE store_id = ? AND reckoned', $two) > MANY ? 1 : 0, 1, 'all of them');
is(value('SELECT count(*) FROM catalog.markup_walk'), 0, 'and is done');

# ---- at the same moments ----
my @skus = map { "MANY-$_" } 1 .. 6;
for my $round (1 .. 4) {
	my @work = map { my $n = $_; my $sku = $skus[$n % @skus]; my $amount = 1000 + 100 * $round + $n;
		$n % 4 == 0 ? door($two, 'EUR', base => 'store', store => $one, percent => 100 * $round + $n, over => scalar value('SELECT revision FROM catalog.markup WHERE store_id = ? AND product_id = ?', $two, $all))
		: $n % 4 == 1 ? sub { desk($_[0], $one, $sku, $amount) }
		: $n % 4 == 2 ? sub { desk($_[0], $two, $sku, $amount) }
		: sub { desk($_[0], $two, $sku, -1) } } 1 .. 16;
	my $saw = Race::at_once($dbh, $new, $acme, @work);
	# Who waits too long is told so, and has written nothing.
	my @odd = grep { !/^(?:(?:ok|changed)(?: deadlock)*|busy|error 57014)$/ } keys %$saw;
	is("@odd", '', "round $round: each ends well (" . join(', ', map { "$saw->{$_} $_" } sort keys %$saw) . ')');
	freshen();
	is(value($wrong, $one, $two, $all), 0, "round $round: what is reckoned is what rule and base make");
	is(value(q{SELECT count(*) FROM catalog.listing l JOIN catalog.variant v USING (tenant_id, product_id) JOIN catalog.price p ON p.variant_id = v.variant_id AND p.store_id = l.store_id
		AND p.currency = l.currency AND p.min_quantity = 1 AND p.customer_group = '' WHERE l.store_id = ? AND v.sku LIKE 'MANY-%' AND l.price <> p.amount}, $two), 0, "round $round: and listed so");
}
# A price of the product as the desk saves it, over whatever revision stands.
sub desk
{
	my ($c, $store, $sku, $amount) = @_;
	return ($c->selectrow_array('SELECT catalog.desk_prices(?, ?, ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ?, ?, ARRAY[?]::uuid[], ARRAY[?]::bigint[], ARRAY[-1]::bigint[], ?)',
		undef, $acme, $actor, $f->{product}{$sku}, $f->{product}{$sku}, $store, 'EUR', '', $f->{variant}{$sku}, $amount, 'a reason'))[0];
}

# The very first rule, made while a base changes that no rule follows yet.
run('DELETE FROM catalog.markup');
run('UPDATE catalog.price SET reckoned = false WHERE store_id = ?', $two);
my $v = $f->{variant}{'MANY-1'};
$dbh->begin_work;
run('UPDATE catalog.price SET amount = 8888 WHERE store_id = ? AND variant_id = ? AND currency = ?', $one, $v, 'EUR');
$seen = {};
my $pid = fork // die;
if ($pid == 0) {
	$dbh->{InactiveDestroy} = $d->{InactiveDestroy} = 1;
	my $c = $new->();
	my $w = Race::transaction($c, $acme, door_of_first());
	POSIX::_exit($w =~ /^ok/ ? 0 : 1);
}
sub door_of_first { my @b = ($acme, $actor, $two, 'EUR', $f->{product}{'MANY-1'}, 0, 'store', $one, 'EUR', '', 0, -1, 2, 2, 1, 'first');
	return sub { ($_[0]->selectrow_array('SELECT catalog.desk_markup(' . join(', ', ('?') x @b) . ')', undef, @b))[0] } }
select undef, undef, undef, 0.7;
$dbh->commit;
waitpid $pid, 0;
is($?, 0, 'the first rule is made while a base changes');
is(value('SELECT amount FROM catalog.price WHERE store_id = ? AND variant_id = ? AND min_quantity = 1', $two, $v), 7345, 'and sees it: 88.88 without tax');
done_testing;
