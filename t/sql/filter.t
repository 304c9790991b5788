#!/usr/bin/perl
# Promise: what bits say of a filtered list is what its rows say: for each value how many products pass all filters but those of
# its own attribute, and which are left; whatever changed before, wherever their bits stand, in each currency, of one tenant.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $one) = ($f->{tenant}{acme}, $f->{store}{one});
my $ZERO = '00000000-0000-0000-0000-000000000000';
my @CODE = qw(in few made out);
# PRICING_MAX_PRICE: no bound.
my $MOST = 1_000_000_000_000;
$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
my @one = (tenant_id => $acme, store_id => $one);
my $seed = 7;
# Numbers that look random and are the same in each run.
sub pick { my ($of) = @_; $seed = ($seed * 1103515245 + 12345) % 2147483648; return int($seed / 65536) % $of }

# Three attributes of four values each, two categories, forty products of one variant.
my (%attribute, %value, %category);
for my $a (qw(tone cut ply)) {
	$attribute{$a} = Fixture::id();
	$f->add('catalog.attribute', tenant_id => $acme, attribute_id => $attribute{$a}, code => $a, filterable => 'true');
	for my $v (1 .. 4) {
		$value{"$a$v"} = Fixture::id();
		$f->add('catalog.attribute_value', tenant_id => $acme, value_id => $value{"$a$v"}, attribute_id => $attribute{$a}, code => "$a$v");
	}
}
for my $c (qw(left right)) {
	$category{$c} = Fixture::id();
	$f->add('catalog.category', @one, category_id => $category{$c});
	$f->add('catalog.category_text', @one, category_id => $category{$c}, locale => $_, slug => "$c-$_", name => $c) for qw(es en);
}
my @sku = map { "BIT$_" } 1 .. 40;
for my $sku (@sku) {
	$f->variant($acme, $sku, price => { EUR => 1000 + pick(500), pick(3) ? (USD => 1500) : () }, stores => [pick(6) ? 'one' : 'two']);
	dress($sku);
}

sub dress
{
	my ($sku) = @_;
	my $product = $f->{product}{$sku};
	$dbh->do('DELETE FROM catalog.product_value WHERE product_id = ?', undef, $product);
	for my $a (sort keys %attribute) {
		for my $v (grep { pick(3) == 0 } 1 .. 4) {
			$f->add('catalog.product_value', tenant_id => $acme, product_id => $product, attribute_id => $attribute{$a}, value_id => $value{"$a$v"});
		}
	}
	$dbh->do('DELETE FROM catalog.category_product WHERE product_id = ? AND store_id = ?', undef, $product, $one);
	for my $c (grep { pick(2) } sort keys %category) {
		$f->add('catalog.category_product', @one, category_id => $category{$c}, product_id => $product);
	}
	$f->stock($acme, $sku, 'W1', (0, 2, 500)[pick(3)]);
	$dbh->do('DELETE FROM catalog.product_tag WHERE product_id = ?', undef, $product);
	for my $tag (grep { pick(3) == 0 } 'Rain', 'Sun hat', 'Snow') {
		$f->add('catalog.product_tag', tenant_id => $acme, product_id => $product, tag => $tag, locale => ('', 'en', 'es')[pick(3)]);
	}
	# To the smallest price and one far above all others.
	$dbh->do('UPDATE catalog.price SET amount = ? WHERE variant_id = ? AND currency = ?', undef, (1000 + pick(500), 1000 + pick(500), 0, 1, 8_589_934_592)[pick(5)],
		$f->{variant}{$sku}, (qw(EUR USD))[pick(2)]);
	return;
}

sub freshen { 1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme); return }

# What the rows say: product => { badge, values by attribute }.
sub rows
{
	my ($category, $currency) = @_;
	my %p;
	for (@{ $dbh->selectall_arrayref(q{SELECT s.product_id, min(l.stock), min(l.price) FROM catalog.placement s
			JOIN catalog.listing l USING (tenant_id, product_id, store_id, currency) WHERE s.store_id = ? AND s.category_id = ? AND s.currency = ? GROUP BY 1},
			undef, $one, $category, $currency) }) {
		$p{ $_->[0] } = { stock => $_->[1], price => $_->[2], value => {}, tag => {} };
	}
	for (@{ $dbh->selectall_arrayref(q{SELECT product_id, slug, locale FROM catalog.product_tag WHERE locale IN ('', 'en')}) }) {
		$p{ $_->[0] }{tag}{ $_->[1] } = 1 if $p{ $_->[0] };
	}
	for (@{ $dbh->selectall_arrayref(q{SELECT f.product_id, a.code, v.code FROM catalog.facet f JOIN catalog.attribute a USING (attribute_id)
			JOIN catalog.attribute_value v USING (value_id) WHERE f.store_id = ? AND f.category_id = ?}, undef, $one, $category) }) {
		$p{ $_->[0] }{value}{ $_->[1] }{ $_->[2] } = 1 if $p{ $_->[0] };
	}
	return \%p;
}

# Whether P passes the filters { attribute => [values], '' => [badges], PRICE => [from, to], TAG => [slug] } but those of BUT.
sub passes
{
	my ($p, $want, $but) = @_;
	for my $a (keys %$want) {
		next if defined $but && $a eq $but;
		if ($a eq 'PRICE') {
			return 0 if $p->{price} < $want->{$a}[0] || $p->{price} > $want->{$a}[1];
			next;
		}
		if ($a eq 'TAG') {
			return 0 if !$p->{tag}{ $want->{$a}[0] };
			next;
		}
		return 0 if !grep { $a eq '' ? $p->{stock} eq $_ : $p->{value}{$a}{$_} } @{ $want->{$a} };
	}
	return 1;
}

sub same
{
	my ($category, $currency, $want, $what) = @_;
	my $rows = rows($category, $currency);
	my %expect;
	for my $p (values %$rows) {
		$expect{"//$p->{stock}"}++ if passes($p, $want, '');
		for my $a (keys %{ $p->{value} }) {
			next if !passes($p, $want, $a);
			$expect{"$a/$_/"}++ for keys %{ $p->{value}{$a} };
		}
	}
	my (@names, @values);
	for my $a (sort grep { !/^(?:|PRICE|TAG)$/ } keys %$want) {
		push @names, $a for @{ $want->{$a} };
		push @values, @{ $want->{$a} };
	}
	my @ask = ($acme, $one, $category, $currency, \@names, \@values, $want->{''} // [], @{ $want->{PRICE} // [0, $MOST] }, 'en', ($want->{TAG} // [''])->[0]);
	my %got = map { (join('/', @$_[0 .. 2]) => $_->[3]) } @{ $dbh->selectall_arrayref(
		'SELECT code, value, stock, products FROM catalog.filter_counts(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, @ask) };
	my $found = join ' ', sort @{ $dbh->selectrow_array('SELECT catalog.filter_found(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, @ask) // [] };
	my $left = join ' ', sort grep { passes($rows->{$_}, $want) } keys %$rows;
	my $said = join ', ', map { "$_: @{ $want->{$_} }" } sort keys %$want;
	return is_deeply([\%got, $found], [\%expect, $left], "$what: $said");
}

sub random_filters
{
	my %want;
	for my $a (grep { pick(2) } sort keys %attribute) {
		my @v = map { "$a$_" } grep { pick(3) == 0 } 1 .. 4;
		$want{$a} = \@v if @v;
	}
	my @stocks = grep { pick(3) == 0 } @CODE;
	$want{''} = \@stocks if @stocks && pick(3) == 0;
	my ($low, $high) = sort { $a <=> $b } 900 + pick(700), 900 + pick(700);
	$want{PRICE} = [pick(3) ? $low : 0, pick(3) ? $high : $MOST] if pick(2);
	$want{TAG} = [(qw(rain sun-hat snow))[pick(3)]] if pick(3) == 0;
	return \%want;
}

# A value that the attribute does not have leaves nothing, as one that no product has.
sub check_all
{
	my ($what, $times) = @_;
	freshen();
	subtest $what => sub {
		for my $category ($ZERO, map { $category{$_} } sort keys %category) {
			for my $currency (qw(EUR USD)) {
				my $name = "$what, " . ($category eq $ZERO ? 'all' : $category eq $category{left} ? 'left' : 'right') . ", $currency";
				same($category, $currency, { tone => ['tone1'] }, $name);
				same($category, $currency, { '' => ['in', 'few'] }, $name);
				same($category, $currency, { tone => ['tone1'], cut => ['cut9'] }, $name);
				same($category, $currency, { PRICE => $_ }, $name) for [1200, 1300], [0, 1255], [1255, $MOST], [1024, 1279], [1023, 1280], [1500, 1500], [0, 0], [0, 1], [1, $MOST],
					[5000, 9000], [$MOST, $MOST], [0, $MOST], [1300, 1200], [0, $MOST - 1];
				same($category, $currency, { TAG => [$_] }, $name) for 'rain', 'sun-hat', 'none';
				same($category, $currency, { TAG => ['rain'], PRICE => [1100, 1400], tone => ['tone1', 'tone2'] }, $name);
				same($category, $currency, random_filters(), $name) for 1 .. $times;
			}
		}
	};
	return;
}

check_all('as they were made', 12);
# Nothing but prices: relist_prices().
$dbh->do(q{UPDATE catalog.price SET amount = amount + 77 WHERE variant_id = ANY (?)}, undef, [map { $f->{variant}{$_} } @sku[0 .. 24]]);
check_all('after new prices alone', 2);
for my $round (1 .. 3) {
	dress($sku[pick(scalar @sku)]) for 1 .. 10;
	$dbh->do(q{UPDATE catalog.product SET status = ? WHERE product_id = ?}, undef, pick(2) ? 'draft' : 'active', $f->{product}{ $sku[pick(scalar @sku)] }) for 1 .. 6;
	check_all("after changes $round", 4);
}
# Where chunks meet, and far out.
$dbh->do(q{UPDATE catalog.counted SET ordinal = -1 - ordinal WHERE store_id = ?}, undef, $one);
$dbh->do(q{UPDATE catalog.counted SET ordinal = CASE WHEN ordinal > -20 THEN 16384 * 3 ELSE 16384 END - 10 - ordinal - 1 WHERE store_id = ?}, undef, $one);
my $free = 1 + $dbh->selectrow_array('SELECT max(ordinal) FROM catalog.counted WHERE store_id = ?', undef, $one);
$dbh->do(q{UPDATE catalog.bit_range SET next_ordinal = ?, last_ordinal = 16384 * 4 - 1 WHERE store_id = ?}, undef, $free, $one);
$dbh->do('SELECT catalog.recount(?, ?)', undef, $acme, $one);
cmp_ok($dbh->selectrow_array('SELECT count(DISTINCT chunk) FROM catalog.bitmap WHERE store_id = ?', undef, $one), '>', 2, 'bits in several chunks');
check_all('in several chunks', 6);
dress($_) for @sku[0 .. 19];
$f->variant($acme, 'NEW', price => { EUR => 1000 }, stock => { W1 => 5 });
check_all('changed there, and one more', 6);
# A small change does not wait for a big one.
freshen();
$dbh->do(q{UPDATE catalog.product SET brand = 'Bulk' WHERE product_id = ANY (?)}, undef, [map { $f->{product}{$_} } @sku]);
$dbh->do(q{UPDATE catalog.product SET brand = 'Quick' WHERE product_id = ?}, undef, $f->{product}{NEW});
my $brand = sub { return $dbh->selectrow_array('SELECT brand FROM catalog.counted WHERE store_id = ? AND product_id = ?', undef, $one, $_[0]) };
my $before = $dbh->selectrow_array('SELECT version FROM catalog.version WHERE store_id = ?', undef, $one);
cmp_ok($dbh->selectrow_array('SELECT count(*) FROM catalog.stale'), '>', 40, 'a change of all products leaves much to do');
is($dbh->selectrow_array('SELECT catalog.freshen(?, 10)', undef, $acme), 10, 'the first step');
is($brand->($f->{product}{NEW}), 'Quick', '... does the change of one product that came later');
cmp_ok($dbh->selectrow_array('SELECT version FROM catalog.version WHERE store_id = ?', undef, $one), '>', $before, '... and tells the workers');
my $told = $dbh->selectrow_array('SELECT version FROM catalog.version WHERE store_id = ?', undef, $one);
freshen();
cmp_ok($dbh->selectrow_array('SELECT version FROM catalog.version WHERE store_id = ?', undef, $one), '>', $told, 'workers are told of what is counted later, too');
is(scalar(grep { ($brand->($f->{product}{$_}) // 'Bulk') ne 'Bulk' } @sku), 0, 'then the others');
my ($next) = $dbh->selectrow_array('SELECT ordinal FROM catalog.counted WHERE product_id = ? AND store_id = ?', undef, $f->{product}{NEW}, $one);
is($next, $free, 'a new product gets the next number');
# In a large store, of four chunks, a department has its own; one that is full is followed by one that nobody has.
my $give = sub {
	my ($sku) = @_;
	$f->variant($acme, $sku, price => { EUR => 1000 }, stock => { W1 => 5 });
	$f->add('catalog.category_product', @one, category_id => $category{$_}, product_id => $f->{product}{$sku}) for @_[1 .. $#_];
	freshen();
	return $dbh->selectrow_array('SELECT ordinal FROM catalog.counted WHERE store_id = ? AND product_id = ?', undef, $one, $f->{product}{$sku});
};
is_deeply([map { $give->(@$_) } ['L1', 'left'], ['N1'], ['R1', 'right'], ['L2', 'left'], ['N2']],
	[16384 * 4, $free + 1, 16384 * 5, 16384 * 4 + 1, $free + 2], 'each department a chunk of its own');
$dbh->do(q{UPDATE catalog.bit_range SET next_ordinal = last_ordinal WHERE store_id = ? AND category_id = ?}, undef, $one, $category{left});
is_deeply([map { $give->(@$_) } ['L3', 'left'], ['L4', 'left'], ['L5', 'left']], [16384 * 5 - 1, 16384 * 6, 16384 * 6 + 1], 'a full one is followed by one behind all others');
is($dbh->selectrow_array('SELECT count(*) - count(DISTINCT ordinal) FROM catalog.counted WHERE store_id = ?', undef, $one), 0, 'no number twice');
check_all('in chunks of departments', 4);
$dbh->do(q{UPDATE catalog.product SET status = 'draft'});
freshen();
is($dbh->selectrow_array('SELECT count(*) FROM catalog.bitmap'), 0, 'of nothing no bits stay');
done_testing;
