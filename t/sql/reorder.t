#!/usr/bin/perl
# Promise: whoever looks at reorder points at the same moment, staff at their pages and freshen, makes one
# mail of what is low and waits for nobody crosswise; one click of many makes the order.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh('_sutler-owner');
my $f = Fixture->new($dbh);
my $t = $f->{tenant}{acme};
my $w = $f->{warehouse}{W1};
$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
my @skus = map { $f->variant($t, "LOW-$_", price => { EUR => 5000 }) } 1 .. 6;
my $supplier = Fixture::id();
$f->add('inventory.supplier', tenant_id => $t, supplier_id => $supplier, code => 'LEATHER', name => 'Leather Ltd', currency => 'EUR');
$f->add('inventory.supplier_item', tenant_id => $t, supplier_id => $supplier, variant_id => $_, price => 1000, least => 3) for @skus;
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
my $connect = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
my $set = 'SELECT inventory.reorder_set(?, NULL, ?, ?, ?, ?)';
my $list = '{' . join(',', reverse @skus) . '}';

is(value($set, $t, $skus[0], $w, 5, 4), 'up_to', 'not up to fewer than the point');
is(value($set, $t, $f->{variant}{SANDAL}, $w, 5, 9), 'unknown', 'T27 a variant of another tenant');
is(value($set, $t, $skus[0], Fixture::id(), 5, 9), 'unknown', 'a warehouse that is not there');
is(value('SELECT count(*) FROM inventory.reorder'), 0, 'nothing was set');

# ---- INV-06 looks at once ----
my @work = map { my $v = $_; (sub { $_[0]->selectrow_array($set, undef, $t, $v, $w, 5, 9) },
	sub { $_[0]->do('SELECT inventory.reorder_look(?, ?)', undef, $t, $list); 'looked' }) } @skus;
is_deeply(Race::at_once($dbh, $connect, $t, @work), { ok => 6, looked => 6 }, 'six points and six looks, no deadlock');
is(value('SELECT count(*) FROM inventory.reorder WHERE below'), 6, 'all are low');
is(value(q{SELECT count(*) FROM event.outbox WHERE template = 'stock-alert'}), 1, 'one mail tells of them');
is(value('SELECT count(DISTINCT mail_id) FROM inventory.reorder'), 1, 'and each knows it');
is(value('SELECT inventory.reorder_look(?, ?)', $t, $list), 0, 'looking again changes nothing');

# A mail that is about to leave takes nothing more in: it may be written already.
$dbh->do(q{UPDATE event.ready SET due_at = sutler.now() + interval '20 seconds'});
my $late = $f->variant($t, 'LATE', price => { EUR => 5000 });
is(value($set, $t, $late, $w, 5, 9), 'ok', 'a late one');
is(value(q{SELECT count(*) FROM event.outbox WHERE template = 'stock-alert'}), 2, 'comes in a mail of its own');

# ---- INV-07 one order ----
my $order = 'SELECT inventory.reorder_order(?, NULL, sutler.uuid7(), ?, ?)';
is_deeply(Race::at_once($dbh, $connect, $t, map { sub { $_[0]->selectrow_array($order, undef, $t, $supplier, $w) } } 1 .. 12),
	{ ok => 1, none => 11 }, 'twelve clicks make one draft');
is_deeply([value('SELECT count(*) FROM inventory.purchase'), value('SELECT count(*) FROM inventory.purchase_line'), value('SELECT min(ordered) FROM inventory.purchase_line')],
	[1, 6, 9], 'of all that its supplier sells, up to what was wished');
is(value($order, $t, Fixture::id(), $w), 'unknown', 'a supplier that is not there');

# ---- INV-09 the suggestion, by hand ----
my $suggest = 'SELECT point, up_to, days, demand, reserve FROM inventory.reorder_suggest(?, ?)';
$dbh->do(q{INSERT INTO inventory.forecast (tenant_id, variant_id, method, monday, begins, weeks, ahead, sigma)
	VALUES (?, ?, 'damped', '2026-11-23', 0, array_fill(1::bigint, ARRAY[52]), '{10000,11000,12000,13000,14000,15000,16000,17000}', 2000)}, undef, $t, $skus[0]);
sub lead { $dbh->do('UPDATE inventory.supplier SET lead_days = ?', undef, $_[0]); return [$dbh->selectrow_array($suggest, undef, $t, $skus[0])] }
# 10 days: 10 + 11 * 3/7 = 14.71; 1.645 * 2 * sqrt(10/7) = 3.93: 18.65; four weeks: 46.
is_deeply(lead(10), [19, 65, 10, 15, 4], 'ten days to wait');
# 63 days: 108 + 17 = 125; 1.645 * 2 * 3 = 9.87.
is_deeply(lead(63), [135, 181, 63, 125, 10], 'nine weeks, one beyond what is foretold');
# One day at least: 10/7 = 1.43; 1.645 * 2 * sqrt(1/7) = 1.24.
is_deeply(lead(0), [3, 49, 1, 2, 1], 'a supplier that says nothing');
$dbh->do('UPDATE inventory.supplier_item SET lead_days = 7, least = 100 WHERE variant_id = ?', undef, $skus[0]);
# 10; 3.29; the fewest it sells: 100.
is_deeply(lead(63), [14, 114, 7, 10, 4], 'the SKU\'s own days, and the fewest that are sold');
is(value('SELECT inventory.reorder_take(?, NULL, ?, ?, 13, 114)', $t, $skus[0], $w), 'again', 'another figure is not taken');
is(value('SELECT inventory.reorder_take(?, NULL, ?, ?, 14, 114)', $t, $skus[0], $w), 'ok', 'this one is');

$dbh->disconnect;
done_testing;
