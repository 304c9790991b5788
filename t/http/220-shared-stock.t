#!/usr/bin/perl
# Promise (TEN-12): stores of a tenant sell from one stock, and no piece of it twice; a store
# sells only from the warehouses that are given to it; no other tenant sees or sells any of it,
# and no row can make it so.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Fixture;
use House qw(wait_for);
use Shelf;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout))]);
my $f = Fixture->new($shop->dbh);
my $dbh = $shop->dbh;
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my %goods = %{ $f->{variant} };

sub put { my ($visitor, $sku) = @_; return $visitor->post('/cart/items', { variant => $goods{$sku}, quantity => 1 })->status }
sub badge
{
	my ($store, $sku) = @_;
	Shelf::freshen($shop, $f);
	return $shop->value(q{SELECT DISTINCT stock FROM catalog.listing WHERE store_id = ? AND product_id = ?}, $f->{store}{$store}, $f->{product}{$sku});
}

subtest 'one stock, two stores' => sub {
	is join(' ', map { badge($_, 'LAST') } qw(one two)), 'few few', 'both offer the last piece';
	my ($one, $two) = map { $shop->visitor($_) } qw(one two);
	is put($_, 'LAST'), 303, 'it goes into a cart of each' for $one, $two;
	Buyer->new($one)->start;
	is join(',', $f->count('LAST')), '1,1', 'the first checkout holds it';
	ok !eval { Buyer->new($two)->start; 1 }, 'the second cannot';
	is join(',', $f->count('LAST')), '1,1', 'and holds nothing';
	is put($shop->visitor('two'), 'LAST'), 422, 'nor does it go into another cart';
	is join(' ', map { badge($_, 'LAST') } qw(one two)), 'out out', 'both stores say so';
};

subtest 'a store sells only from warehouses that are given to it' => sub {
	is join(' ', map { badge($_, 'PLAIN') } qw(one two)), 'in in', 'both sell from W1';
	$dbh->do('DELETE FROM inventory.store_warehouse WHERE store_id = ? AND warehouse_id = ?', undef, $f->{store}{two}, $f->{warehouse}{W1});
	is join(' ', map { badge($_, 'PLAIN') } qw(one two)), 'in out', 'taken away from store two it has none';
	is put($shop->visitor('two'), 'PLAIN'), 422, 'and sells none';
	is put($shop->visitor('one'), 'PLAIN'), 303, 'the other goes on';
	$f->stock($acme, 'PLAIN', 'W2', 1);
	is badge('two', 'PLAIN'), 'few', 'what lies in its own warehouse is another thing';
	my $two = $shop->visitor('two');
	is put($two, 'PLAIN'), 303, 'that it sells';
	is put($two, 'PLAIN'), 422, 'and no piece of the other one';
};

subtest 'T27 another tenant' => sub {
	ok !eval { $dbh->do('INSERT INTO inventory.store_warehouse (tenant_id, store_id, warehouse_id) VALUES (?, ?, ?)', undef,
		$bahari, $f->{store}{three}, $f->{warehouse}{W1}); 1 }, 'cannot be given a warehouse, not by the superuser either';
	like $@, qr/violates foreign key/, 'the key says why';
	ok !eval { $dbh->do('INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) VALUES (?, ?, ?, 5)', undef,
		$bahari, $goods{SANDAL}, $f->{warehouse}{W1}); 1 }, 'nor count its goods there';
	is put($shop->visitor('three'), 'PLAIN'), 422, 'nor sell a piece of it';
	$dbh->begin_work;
	$dbh->do("SELECT set_config('sutler.tenant', ?, true)", undef, $bahari);
	$dbh->do('SET LOCAL ROLE "_sutler-cart"');
	is $dbh->selectrow_array('SELECT count(*) FROM inventory.stock s JOIN inventory.store_warehouse w USING (warehouse_id) WHERE s.tenant_id = ?',
		undef, $acme), 0, 'nor read how much is there';
	$dbh->rollback;
};

done_testing;
