#!/usr/bin/perl
# Promise: whoever changes products while several count them at the same moment, what lists, desk and counts say in the end is
# what making them again gives.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use DBD::Pg;
use Fixture;
use Race;
use Schema;
use Test::More;

use constant { PRODUCTS => 12, COUNTERS => 3, CHANGERS => 4, TIMES => 25 };

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $one) = ($f->{tenant}{acme}, $f->{store}{one});
$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
my @one = (tenant_id => $acme, store_id => $one);
my ($category, $attribute, $value) = map { Fixture::id() } 1 .. 3;
$f->add('catalog.category', @one, category_id => $category);
$f->add('catalog.category_text', @one, category_id => $category, locale => 'es', slug => 'shelf', name => 'Shelf');
$f->add('catalog.attribute', tenant_id => $acme, attribute_id => $attribute, code => 'tone', filterable => 'true');
$f->add('catalog.attribute_value', tenant_id => $acme, value_id => $value, attribute_id => $attribute, code => 'deep');
my @sku = map { "RACE$_" } 1 .. PRODUCTS;
for my $sku (@sku) {
	$f->variant($acme, $sku, price => { EUR => 1000 }, stock => { W1 => 10 });
	$f->add('catalog.category_product', @one, category_id => $category, product_id => $f->{product}{$sku});
}

# Each change is of products that others change, too.
my @change = (
	[q{UPDATE catalog.product SET brand = 'b' || $2 WHERE product_id = $1}],
	[q{UPDATE catalog.product SET status = CASE WHEN $2 % 2 = 0 THEN 'active' ELSE 'draft' END WHERE product_id = $1}],
	[q{UPDATE catalog.product_text SET name = 'Word' || chr(97 + $2 % 26) || ' thing' WHERE product_id = $1 AND locale = 'es'}],
	[q{WITH gone AS (DELETE FROM catalog.product_value WHERE product_id = $1 AND $2 % 2 = 0)
		INSERT INTO catalog.product_value (tenant_id, product_id, attribute_id, value_id)
		SELECT v.tenant_id, $1, v.attribute_id, v.value_id FROM catalog.attribute_value v WHERE v.code = 'deep' AND $2 % 2 = 1 ON CONFLICT DO NOTHING}],
	[q{SELECT inventory.count($3, ARRAY[v.variant_id], ARRAY[w.warehouse_id], ARRAY[CASE WHEN $2 % 2 = 0 THEN 0 ELSE 20 END], 'test', 'test')
		FROM catalog.variant v, inventory.warehouse w WHERE v.product_id = $1 AND w.code = 'W1'}],
);
# Many transactions in the place of the one that Race opens.
sub by_and_by
{
	my ($d, $work) = @_;
	$d->commit;
	my $word = $work->();
	$d->begin_work;
	return $word;
}

sub as_counted
{
	my ($when) = @_;
	$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
	1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme);
	my ($status, $said) = $s->ctl('catalog', 'verify');
	is($status, 0, "what was counted $when is what is there") or diag $said;
	return;
}

sub changer
{
	my ($me) = @_;
	return sub {
		my ($d) = @_;
		return by_and_by($d, sub {
			my %seen;
			for my $n (1 .. TIMES) {
				my $k = ($n * 7 + $me * 3);
				my $sql = $change[$k % @change][0];
				my @bind = ($f->{product}{ $sku[($k * 5) % @sku] }, $k, $acme);
				$bind[$_ - 1] = $d->quote($bind[$_ - 1]) for 1 .. 3;
				$sql =~ s/\$([123])/$1 == 2 ? $k : $bind[$1 - 1]/ge;
				$seen{ Race::transaction($d, $acme, sub { $_[0]->do($sql); 'ok' }) =~ s/ .*//r }++;
			}
			return join ' ', sort keys %seen;
		});
	};
}
sub counter
{
	return sub {
		my ($d) = @_;
		return by_and_by($d, sub {
			my $word = 'ok';
			for (1 .. 2 * TIMES) {
				my $got = Race::transaction($d, $acme, sub { $_[0]->selectrow_array('SELECT catalog.freshen(?, 1)', undef, $acme); 'ok' });
				$word = $got if $got !~ /^ok/;
			}
			return $word;
		});
	};
}
my $seen = Race::at_once($dbh, sub { $s->dbh }, $acme, (map { changer($_) } 1 .. CHANGERS), (map { counter() } 1 .. COUNTERS));
is_deeply($seen, { ok => CHANGERS + COUNTERS }, 'all changes and all countings end well') or diag explain $seen;
as_counted('while they change');

# Counting alone, each its own products of the same store.
for my $round (1 .. 6) {
	$dbh->do(q{UPDATE catalog.product SET status = $1 WHERE product_id = ANY ($2)}, undef, $round % 2 ? 'draft' : 'active', [map { $f->{product}{$_} } @sku]);
	my @counts = map { my $product = $f->{product}{$_}; sub { $_[0]->do('SELECT catalog.count_products(?, ARRAY[?::uuid])', undef, $acme, $product); 'ok' } } @sku;
	$seen = Race::at_once($dbh, sub { $s->dbh }, $acme, @counts);
	is_deeply($seen, { ok => scalar @counts }, 'all countings end well') or diag explain $seen;
	as_counted("all at once, round $round");
}

# One changes the product and has not ended; the other changes its text meanwhile, and must see what the first one wrote.
$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
my $product = $f->{product}{ $sku[0] };
for my $brand ('one', 'two') {
	my ($first, $second) = map { $s->dbh } 1 .. 2;
	for my $d ($first, $second) {
		$d->begin_work;
		$d->do(q{SELECT set_config('sutler.tenant', ?, true)}, undef, $acme);
	}
	$first->do('UPDATE catalog.product SET brand = $1 WHERE product_id = $2', undef, $brand, $product);
	my $asked = $second->prepare(q{UPDATE catalog.product_text SET name = $1 WHERE product_id = $2 AND locale = 'es'},
		{ pg_async => DBD::Pg::PG_ASYNC() });
	$asked->execute("Of $brand", $product);
	select undef, undef, undef, 0.05 until $dbh->selectrow_array('SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ?', undef, $second->{pg_pid});
	$first->commit;
	$second->pg_result;
	$second->commit;
	is($dbh->selectrow_array('SELECT name || brand FROM catalog.desk WHERE product_id = ?', undef, $product), "Of $brand$brand",
		'the desk has what both wrote');
	as_counted('after both');
	$_->disconnect for $first, $second;
}
done_testing;
