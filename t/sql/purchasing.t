#!/usr/bin/perl
# Promise: what comes of a purchase order is booked once, in parts as it comes, never more than was
# agreed without a reason; and the average cost of a piece is exact: another program, with
# fractions, comes to the same figure.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Math::BigInt;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh('_sutler-owner');
my $f = Fixture->new($dbh);
my $t = $f->{tenant}{acme};
my ($w1, $w2) = @{ $f->{warehouse} }{qw(W1 W2)};
$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
my $ana = Fixture::id();
my $supplier = Fixture::id();
my ($a, $b) = map { $f->variant($t, $_, price => { EUR => 5000 }) } qw(BUY-A BUY-B);
$f->add('inventory.supplier', tenant_id => $t, supplier_id => $supplier, code => 'LEATHER', name => 'Leather Ltd', currency => 'EUR', over_ppm => 100_000);
$f->add('inventory.supplier_item', tenant_id => $t, supplier_id => $supplier, variant_id => $a, sku => 'L-1', price => 1000);

sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub list { return '{' . join(',', map { $_ // 'NULL' } @_) . '}' }
sub draft { my ($id, $v, $q, $p, $who) = @_; return value('SELECT inventory.purchase_draft(?, ?, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?::bigint[])', $t, $ana, 'test', $id, $who // $supplier, $w1, list(@$v), list(@$q), list(@$p)) }
sub step { my ($id, $step, $why) = @_; return value('SELECT inventory.purchase_step(?, ?, ?, ?, ?, ?)', $t, $ana, 'test', $id, $step, $why // '') }
my $receive = 'SELECT inventory.purchase_receive(?, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?, ?)';
sub receive { my ($receipt, $id, $v, $q, $landed, $why) = @_; return value($receive, $t, $ana, 'test', $receipt, $id, list(@$v), list(@$q), $landed // 0, $why // '') }
sub state { my ($id) = @_; return value('SELECT state FROM inventory.purchase WHERE purchase_id = ?', $id) }
sub there { my ($v) = @_; return value('SELECT coalesce(sum(on_hand), 0) FROM inventory.stock WHERE variant_id = ?', $v) }
sub average { my ($v) = @_; return value("SELECT average FROM inventory.cost WHERE variant_id = ? AND currency = 'EUR'", $v) }

# ---- INV-08 states and arrivals ----
my $po = Fixture::id();
is(draft($po, [$a, $b], [10, 20], [undef, undef]), 'unknown', 'a price that nobody knows');
is(draft($po, [$a], [0], [1]), 'quantity', 'no pieces');
is(draft($po, [$a, $a], [1, 1], [1, 1]), 'twice', 'a variant in two lines');
is(draft($po, [$f->{variant}{SANDAL}], [1], [1]), 'unknown', 'T27 a variant of another tenant');
is(draft($po, [$a], [1], [1], Fixture::id()), 'unknown', 'a supplier that is not there');
is(value('SELECT count(*) FROM inventory.purchase'), 0, 'nothing was made');
is(draft($po, [$a, $b], [10, 20], [undef, 250]), 'ok', 'a draft');
is(draft($po, [$a], [1], [1]), 'state', 'the same once more');
is(value('SELECT price FROM inventory.purchase_line WHERE variant_id = ?', $a), 1000, 'the supplier\'s price');
is(receive(Fixture::id(), $po, [$a], [1]), 'state', 'a draft takes nothing in');
is(step($po, 'close', 'x'), 'state', 'nor is it closed');
is(step($po, 'send'), 'ok', 'sent');
is(step($po, 'send'), 'state', 'once');
my $first = Fixture::id();
is(receive($first, $po, [$a], [4]), 'ok', 'four came');
is(receive($first, $po, [$a], [4]), 'state', 'the same arrival is booked once');
is_deeply([state($po), there($a)], ['partly_received', 4], 'four are there, the rest is awaited');
is(step($po, 'cancel', 'x'), 'state', 'too late to cancel');
is(receive(Fixture::id(), $po, [$a], [8]), 'over', '12 of 10 is beyond a tenth more');
is(receive(Fixture::id(), $po, [$b], [0]), 'quantity', 'none of a line');
is(receive(Fixture::id(), $po, [$f->{variant}{PLAIN}], [1]), 'unknown', 'what was not ordered');
is(there($a), 4, 'nothing was booked');
is(receive(Fixture::id(), $po, [$a], [7]), 'ok', '11 of 10 is within it');
is(receive(Fixture::id(), $po, [$b], [30], 0, 'they sent a whole box'), 'ok', 'more with a reason');
is(state($po), 'received', 'all is there');
is(receive(Fixture::id(), $po, [$b], [1], 0, 'x'), 'state', 'it is over');
is_deeply([there($a), there($b)], [11, 30], 'every piece was counted');
my $short = Fixture::id();
draft($short, [$a, $b], [5, 5], [1000, 250]);
is(value('SELECT number FROM inventory.purchase WHERE purchase_id = ?', $short), 2, 'numbers follow each other');
step($short, 'send');
receive(Fixture::id(), $short, [$a], [2]);
is(step($short, 'close'), 'reason', 'closed short needs a reason');
is(step($short, 'close', 'sold out'), 'ok', 'the rest will not come');
is(state($short), 'received', 'over');
my $never = Fixture::id();
draft($never, [$a], [5], [1000]);
is(step($never, 'cancel', 'too dear'), 'ok', 'a draft may be cancelled');
is(step($never, 'send'), 'state', 'and is not sent then');
is_deeply($dbh->selectcol_arrayref("SELECT action FROM audit.entry WHERE target = ? ORDER BY at", undef, "purchase $short"),
	['purchase.draft', 'purchase.send', 'purchase.receive', 'purchase.close'], 'the log has each step');
is(value('SELECT inventory.reconcile(?)', $t), 0, 'counts are proven by movements');

# ---- cost, against fractions: average in millionths as an integer, a half away from zero ----
my %oracle;	# variant => [pieces, average in millionths or undef]
sub nearest { my ($n, $d) = @_; return (2 * $n + $d) / (2 * $d) }	# integers, n >= 0: half up
sub arrive
{
	my ($landed, %line) = @_;	# variant => [pieces, price]
	my @v = sort keys %line;
	my $all = Math::BigInt->new(0);
	my $free = !grep { $line{$_}[1] } @v;
	my %weight = map { $_ => Math::BigInt->new($line{$_}[0]) * ($free ? 1 : $line{$_}[1]) } @v;
	$all += $weight{$_} for @v;
	my ($sum, $given) = (Math::BigInt->new(0), Math::BigInt->new(0));
	for my $v (@v) {
		my ($q, $price) = @{ $line{$v} };
		$sum += $weight{$v};
		my $share = $landed * $sum / $all - $given;
		$given += $share;
		my $value = (Math::BigInt->new($q) * $price + $share) * 1_000_000;
		my ($n, $average) = @{ $oracle{$v} // [0, undef] };
		$oracle{$v} = [$n + $q, defined $average ? nearest($average * $n + $value, $n + $q) : nearest($value, $q)];
	}
	return $given;
}
srand 4;
my @goods = map { $f->variant($t, "COST$_", price => { EUR => 1 }) } 1 .. 3;
my $wrong = 0;
for my $n (1 .. 60) {
	my @v = grep { rand() < 0.7 } @goods or next;
	my %line = map { $_ => [1 + int rand 50, $n % 7 ? int rand 100_000 : 0] } @v;
	my $landed = int rand 10_000;
	my $id = Fixture::id();
	draft($id, \@v, [map { $line{$_}[0] } @v], [map { $line{$_}[1] } @v]);
	step($id, 'send');
	receive(Fixture::id(), $id, \@v, [map { $line{$_}[0] } @v], $landed);
	is(arrive($landed, %line), $landed, "arrival $n: the shares add up") or $wrong++;
	for my $v (@v) {
		my $want = sprintf '%07s', $oracle{$v}[1]->bstr;
		$want =~ s/(\d{6})$/.$1/;
		$wrong++ if average($v) ne $want;
	}
	# Some are sold: pieces go, the average stays.
	my $gone = $v[0];
	my $k = int rand $oracle{$gone}[0];
	value("SELECT inventory.adjust_by_hand(?, NULL, 'test', ?, ?, ?, 'sample')", $t, $gone, $w1, -$k);
	$oracle{$gone}[0] -= $k;
}
is($wrong, 0, 'every average is the oracle\'s, to the sixth place');
{
	my $v = $goods[0];
	my $before = average($v);
	value('SELECT inventory.transfer_send(?, NULL, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $t, 'test', Fixture::id(), $w1, $w2, list($v), list(1), '');
	my $id = Fixture::id();
	draft($id, [$v], [1], [7]);
	step($id, 'send');
	receive(Fixture::id(), $id, [$v], [1]);
	arrive(Math::BigInt->new(0), $v => [1, 7]);
	is(average($v) * 1_000_000, $oracle{$v}[1]->bstr, 'what is in transit counts') or diag $before;
}

# ---- at once: 16 arrivals of one order, and the same arrival 16 times ----
my $race = Fixture::id();
draft($race, [$a, $b], [100, 100], [1000, 250]);
step($race, 'send');
my @had = (there($a), there($b));
my $connect = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') };
my @ids = map { Fixture::id() } 1 .. 16;
my $n = 0;
my $seen = Race::at_once($dbh, $connect, $t, map { my ($r, @v) = ($_, $n++ % 2 ? ($a, $b) : ($b, $a));
	sub { $_[0]->selectrow_array($receive, undef, $t, undef, 'race', $r, $race, list(@v), list(10, 10), 5, '') } } @ids);
is_deeply($seen, { ok => 10, state => 6 }, 'ten arrivals fill the order, six come too late, no deadlock');
is_deeply([there($a) - $had[0], there($b) - $had[1]], [100, 100], 'a hundred each');
my $again = Fixture::id();
draft($again, [$a], [100], [1000]);
step($again, 'send');
my $same = Fixture::id();
is_deeply(Race::at_once($dbh, $connect, $t, map { sub { $_[0]->selectrow_array($receive, undef, $t, undef, 'race', $same, $again, list($a), list(3), 0, '') } } 1 .. 16),
	{ ok => 1, state => 15 }, 'one arrival is booked once');
is(value('SELECT inventory.reconcile(?)', $t), 0, 'counts are proven by movements');

$dbh->disconnect;
done_testing;
