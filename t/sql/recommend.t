#!/usr/bin/perl
# Promise SRC-07: what is bought together, looked at together or alike is found every night, of each store out
# of its own; cancelled orders and chance count for nothing, what everybody buys is not shown everywhere;
# a page shows four of each kind that are there, behind what the merchant chose, each once, and none of a kind
# that the store switched off; the work of a product has a bound; a second night changes nothing.
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
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my ($one, $two, $three) = @{ $f->{store} }{qw(one two three)};
my %product = %{ $f->{product} };
my %name = reverse %product;
my $number = 100;
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub run { $dbh->do(shift, undef, @_); return }
sub tenant { run("SELECT set_config('sutler.tenant', ?, false)", shift); return }
sub freshen { my $left = 200; 1 while value('SELECT catalog.freshen(?, 500)', $acme) > 0 && --$left; die "freshen finds no end\n" if !$left; return }

# An order of these SKUs, %o: store, state, days (ago).
sub order
{
	my ($skus, %o) = @_;
	my $at = value('SELECT sutler.now() - make_interval(days => ?)', $o{days} // 1);
	my ($order, $contact) = map { value('SELECT overlay(sutler.uuid7()::text placing left(sutler.uuid7_at(?)::text, 13) from 1)', $at) } 1 .. 2;
	$f->add('sales.contact', tenant_id => $acme, contact_id => $contact, email => "b$number\@example.test", country => 'ES', name => 'B');
	$f->add('sales.cart', tenant_id => $acme, store_id => $o{store} // $one, cart_id => my $cart = Fixture::id(), locale => 'en', currency => 'EUR', state => 'ordered');
	$f->add('sales.order', tenant_id => $acme, store_id => $o{store} // $one, order_id => $order, number => $number++, cart_id => $cart, locale => 'en',
		currency => 'EUR', customer_type => 'consumer', prices_include_tax => 1, tax_rounding => 'line', goods => 100, discount => 0,
		shipping => 0, tax => 0, total => 100, contact_id => $contact, method_id => Fixture::id(), method_name => 'Post',
		payment_method => 'cod', coupon_code => '', state => $o{state} // 'open', payment => 'pending');
	my $line = 0;
	$f->add('sales.order_line', tenant_id => $acme, order_id => $order, line_no => ++$line, variant_id => $f->{variant}{$_}, sku => $_,
		name => 'P', quantity => 1, unit_price => 100, discount => 0, tax => 0, total => 100) for @$skus;
	return;
}

sub look
{
	my ($store, @skus) = @_;
	my $cart = Fixture::id();
	$f->add('analytics.view', tenant_id => $acme, view_id => value('SELECT sutler.uuid7()'), store_id => $store, product_id => $product{$_}, cart_id => $cart) for @skus;
	return;
}

sub night
{
	my ($steps) = (0);
	while (value('SELECT catalog.recommend(?, 3)', $acme)) {
		die "the night finds no end\n" if ++$steps > 50;
	}
	freshen();
	return $steps;
}

sub again { run(q{UPDATE catalog.recommend_run SET started_at = started_at - interval '1 day'}); return night() }

# "TIERS:3/4 FEW:2/4": what was found, with why.
sub found
{
	my ($sku, $kind, $store) = @_;
	return join ' ', map { "$name{$_->[0]}:$_->[1]/$_->[2]" } @{ $dbh->selectall_arrayref('SELECT other_id, together, of_all FROM catalog.recommendation
		WHERE product_id = ? AND kind = ? AND store_id = ? ORDER BY position', undef, $product{$sku}, $kind, $store // $one) };
}

# "a b|c||d": slugs of the cards of a page, the six kinds parted.
sub shown
{
	my ($sku, $store) = @_;
	my $cards = value(q{SELECT related FROM catalog.product_page WHERE product_id = ? AND store_id = ? AND locale = 'en' AND currency = 'EUR'}, $product{$sku}, $store // $one);
	return join '|', map { my $kind = $_; join ' ', map { my $card = $_; grep { index($card, lc("$_\x1f")) >= 0 } sort keys %product } split /\x1e/, $kind } split /\x1d/, $cards;
}

tenant($acme);
# Everybody buys TIERS; who buys PLAIN buys EURO; LAST goes with PLAIN once, by chance.
order(['PLAIN', 'EURO', 'TIERS']) for 1 .. 3;
order(['PLAIN', 'LAST']);
order(['TIERS', $_]) for qw(FEW MADE FEW MADE LAST LAST OUT);
order(['TIERS']) for 1 .. 6;
order(['PLAIN', 'FEW'], state => 'cancelled') for 1 .. 4;
order(['PLAIN', 'MADE'], days => 200) for 1 .. 4;
order(['PLAIN', 'TIERS'], store => $two) for 1 .. 2;
look($one, 'PLAIN', 'MADE') for 1 .. 3;
look($one, 'PLAIN', 'OUT') for 1 .. 2;
look($two, 'PLAIN', 'FEW') for 1 .. 5;
cmp_ok(night(), '>', 3, 'some products in a step');
is(found('PLAIN', 'bought'), 'EURO:3/4 TIERS:3/4', 'bought together: what goes with it before what goes with everything; neither chance, nor cancelled, nor long ago');
is(found('PLAIN', 'bought', $two), 'TIERS:2/2', 'each store out of its own orders');
is(found('EURO', 'bought'), 'PLAIN:3/3 TIERS:3/3', 'and the other way round');
is(found('PLAIN', 'viewed'), 'MADE:3/5', 'looked at by three visitors; two are chance');
is(found('PLAIN', 'viewed', $two), 'FEW:5/5', 'each store has its visitors');
is(value('SELECT count(*) FROM catalog.recommendation WHERE product_id = other_id'), 0, 'nothing goes with itself');
is(shown('PLAIN'), '|||EURO TIERS|MADE', 'the page shows both kinds');

subtest 'the merchant chose first' => sub {
	$f->add('catalog.related', tenant_id => $acme, product_id => $product{PLAIN}, related_id => $product{EURO}, kind => 'accessory');
	freshen();
	is(shown('PLAIN'), '|EURO||TIERS|MADE', 'what is shown above is not shown again');
	run('DELETE FROM catalog.related');
	freshen();
	is(shown('PLAIN'), '|||EURO TIERS|MADE', 'and comes back');
};

subtest 'what is there' => sub {
	$f->stock($acme, 'EURO', 'W1', 0);
	freshen();
	is(shown('PLAIN'), '|||TIERS|MADE', 'sold out: not shown');
	$f->stock($acme, 'EURO', 'W1', 50);
	freshen();
	is(shown('PLAIN'), '|||EURO TIERS|MADE', 'back again');
	run('DELETE FROM catalog.store_product WHERE product_id = ? AND store_id = ?', $product{EURO}, $one);
	freshen();
	is(shown('PLAIN'), '|||TIERS|MADE', 'taken out of the store: gone at once');
	$f->add('catalog.store_product', tenant_id => $acme, store_id => $one, product_id => $product{EURO});
	freshen();
	is(shown('PLAIN'), '|||EURO TIERS|MADE', 'and back');
};

subtest 'switched per store' => sub {
	my $actor = '01900000-0000-7000-8000-00000000aaaa';
	my $switch = sub {
		my ($what, $on) = @_;
		is(value('SELECT tenancy.desk_store(?, ?, ?, (SELECT revision FROM tenancy.store WHERE store_id = ?), ?, ?, ?)', $acme, $actor, $one, $one, [$what], [$on], ''), 'ok', "$what $on");
		freshen();
	};
	$switch->(show_bought => 'false');
	is(shown('PLAIN'), '||||MADE', 'not shown any more');
	is(shown('PLAIN', $two), '|||TIERS|FEW', '... in this store');
	$switch->(show_bought => 'true');
	$switch->(show_viewed => 'false');
	is(shown('PLAIN'), '|||EURO TIERS', 'looks');
	$switch->(show_viewed => 'true');
	is(shown('PLAIN'), '|||EURO TIERS|MADE', 'all again');
};

subtest 'alike' => sub {
	my ($colour, $category) = (Fixture::id(), Fixture::id());
	my %value = map { $_ => Fixture::id() } qw(red blue);
	$f->add('catalog.attribute', tenant_id => $acme, attribute_id => $colour, code => 'shade', position => 0);
	$f->add('catalog.attribute_value', tenant_id => $acme, value_id => $value{$_}, attribute_id => $colour, code => $_, position => 0) for keys %value;
	$f->add('catalog.category', tenant_id => $acme, store_id => $one, category_id => $category, kind => 'category');
	$f->add('catalog.category_text', tenant_id => $acme, store_id => $one, category_id => $category, locale => 'es', slug => 'x', name => 'X');
	my %is = (PLAIN => 'red', EURO => 'red', FEW => 'red', TIERS => 'blue', LAST => 'red');
	for my $sku (sort keys %is) {
		$f->add('catalog.product_value', tenant_id => $acme, product_id => $product{$sku}, attribute_id => $colour, value_id => $value{ $is{$sku} });
		$f->add('catalog.category_product', tenant_id => $acme, store_id => $one, category_id => $category, product_id => $product{$sku}) if $sku ne 'LAST';
	}
	freshen();
	again();
	is(found('PLAIN', 'similar'), 'EURO:1/1 FEW:1/1', 'of the same category and colour, next in price first');
	is(found('TIERS', 'similar'), '', 'nothing is like the blue one');
	is(shown('PLAIN'), '|||EURO TIERS|MADE|FEW', 'shown where it is not shown already');
};

subtest 'a second night' => sub {
	my $rows = q{SELECT string_agg(r::text, E'\n' ORDER BY r::text) FROM catalog.recommendation r};
	my $before = value($rows);
	is(night(), 0, 'too soon: nothing is done');
	run('DELETE FROM catalog.stale');
	run(q{UPDATE catalog.recommend_run SET started_at = started_at - interval '1 day'});
	my $steps = 0;
	$steps++ while value('SELECT catalog.recommend(?, 3)', $acme);
	cmp_ok($steps, '>', 3, 'the next night looks again');
	is(value($rows), $before, 'and finds the same');
	is(value(q{SELECT count(*) FROM catalog.stale}), 0, '... and makes no page anew');
	run('DELETE FROM sales.order_line WHERE sku = ?', 'EURO');
	again();
	is(found('PLAIN', 'bought'), 'TIERS:3/4', 'what is no more is forgotten');
};

subtest 'bounded' => sub {
	run(q{INSERT INTO analytics.view (tenant_id, view_id, store_id, product_id, cart_id)
		SELECT ?, sutler.uuid7(), ?, p, sutler.uuid7_at(sutler.now() + make_interval(secs => n)) FROM generate_series(1, 3000) n, unnest(ARRAY[?, ?]::uuid[]) p},
		$acme, $one, @product{qw(LAST FEW)});
	$dbh->begin_work;
	my $read = sub { value(q{SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname LIKE 'view%'}) };
	run('ANALYZE analytics.view');
	my $before = $read->();
	run('SELECT * FROM catalog.viewed_with(?, ?)', $acme, $product{LAST});
	cmp_ok($read->() - $before, '<', 500 + 500 * 30 + 40 * 500, 'of 3 000 visitors the newest 500 are read');
	$dbh->rollback;
};

tenant($bahari);
is(value('SELECT count(*) FROM catalog.recommendation WHERE tenant_id = ?', $bahari), 0, 'another merchant has none of it');
done_testing;
