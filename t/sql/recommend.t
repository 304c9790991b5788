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

# SRC-04: what is asked for is found further up; in a large store the popular fifth is looked at first.
sub popularity { my ($sku, $store) = @_; return value(q{SELECT string_agg(DISTINCT popularity || CASE WHEN popular THEN '*' ELSE '' END, ' ') FROM catalog.search
	WHERE product_id = ? AND store_id = ?}, $product{$sku}, $store // $one) }
sub searched { my ($words) = @_; return join ' ', map { $name{$_} // 'other' } @{ value(q{SELECT ids FROM catalog.matches(?, 'es', websearch_to_tsquery(catalog.text_config('es'), ?))}, $one, $words) // [] } }

subtest 'popularity' => sub {
	run('DELETE FROM analytics.view');
	run('DELETE FROM sales.order_line');
	again();
	is(popularity($_), 0, "nobody asks for $_") for qw(PLAIN TIERS);
	order(['TIERS']) for 1 .. 3;
	look($one, 'TIERS') for 1 .. 3;
	look($one, 'TIERS', 'TIERS');
	order(['TIERS'], state => 'cancelled') for 1 .. 9;
	order(['TIERS'], days => 200) for 1 .. 9;
	order(['PLAIN'], store => $two);
	is(popularity('TIERS'), 0, 'not before the night');
	again();
	is(popularity('TIERS'), 34, 'three orders and four visitors are 30 log(1 + 9 + 4); neither cancelled ones nor those of long ago');
	is(popularity('TIERS', $two), 0, 'in the store where it was');
	is(popularity('PLAIN', $two), 18, 'each store of its own');
	is(popularity('PLAIN'), 0, '... for itself');
	run(q{UPDATE catalog.product_text SET name = 'Zapato alabastro', summary = '', description = '' WHERE product_id = ANY (?)}, [@product{qw(PLAIN TIERS FEW)}]);
	freshen();
	is(popularity('TIERS'), 34, 'a text that changes leaves it');
	like(searched('alabastro'), qr/^TIERS /, 'of those that say the same the popular one is found first');
	run('DELETE FROM sales.order_line');
	run('DELETE FROM analytics.view');
	order(['FEW']);
	my $holder = $s->dbh;
	$holder->begin_work;
	$holder->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
	$holder->do('SELECT FROM catalog.product WHERE product_id = ? FOR NO KEY UPDATE', undef, $product{TIERS});
	again();
	is(popularity('TIERS'), 34, 'a product that somebody holds is left as it is, and nobody waits');
	$holder->rollback;
	again();
	is(popularity('TIERS'), 0, 'the next night looks at it');
	like(searched('alabastro'), qr/^FEW /, '... and finds another one');
};

subtest 'the popular fifth of a large store' => sub {
	is(value('SELECT count(*) FROM catalog.popular_from'), 0, 'a small store has none');
	is(value('SELECT count(*) FROM catalog.search WHERE popular'), 0, '... at all');
	# Large from five on, for this test.
	my $limits = value(q{SELECT pg_get_functiondef('catalog.popularity_limit(text)'::regprocedure)});
	run($limits =~ s/THEN 16384/THEN 5/r);
	my $n = value(q{SELECT products FROM catalog.category_count WHERE store_id = ? AND category_id = '00000000-0000-0000-0000-000000000000'}, $one);
	cmp_ok($n, '>=', 5, "$n products");
	again();
	my @row = @{ $dbh->selectcol_arrayref(q{SELECT product_id FROM (SELECT DISTINCT l.product_id, l.position FROM catalog.listing l WHERE l.store_id = ? AND l.locale = 'es') x
		ORDER BY product_id <> ?, position, product_id}, undef, $one, $product{FEW}) };
	my @popular = @row[0 .. int($n / 5) - 1];
	is(value('SELECT string_agg(DISTINCT product_id::text, $$ $$) FROM catalog.search WHERE popular AND store_id = ?', $one), join(' ', sort @popular),
		'a fifth of the products: what was asked for, then what the store recommends first');
	order([$_]) for map { my $sku = $_; ($sku, $sku) } grep { $_ ne 'FEW' } sort keys %product;
	again() for 1 .. 2;	# the first finds how popular they are, the second where the fifth ends
	is(value('SELECT count(DISTINCT product_id) FROM catalog.search WHERE popular AND store_id = ? AND popularity < 25', $one), 0, 'when more were asked for than a fifth, those that were least are not of it');
	cmp_ok(value('SELECT count(DISTINCT product_id) FROM catalog.search WHERE popular AND store_id = ?', $one), '>', 0, '... and others are');
	run($limits);
	again();
	is(value('SELECT count(*) FROM catalog.popular_from') . value('SELECT count(*) FROM catalog.search WHERE popular'), '00', 'a store that is not large any more has none');
};

subtest 'which are ranked of many' => sub {
	my $fill = sub {
		my ($popular, $others) = @_;
		run(q{DELETE FROM catalog.search WHERE product_id::text LIKE 'aaaa%'});
		run(q{INSERT INTO catalog.search (tenant_id, store_id, locale, product_id, tsv, stock, currencies, filters, popular, popularity)
			SELECT ?, ?, 'es', ('aaaa' || lpad(n::text, 4, '0') || '-0000-7000-8000-000000000000')::uuid, to_tsvector('simple', 'common thing' || n % 3), 'in', 'EUR', '', n > ?, n % 7
			FROM generate_series(1, ?) n}, $acme, $one, $others, $popular + $others);
		return join ' ', map { $_ // 0 } $dbh->selectrow_array(q{SELECT count(*), count(*) FILTER (WHERE s.popular), count(DISTINCT s.product_id)
			FROM catalog.candidates(?, 'es', 'common'::tsquery) c JOIN catalog.search s ON s.product_id = c.product_id AND s.locale = 'es' AND s.store_id = ?}, undef, $one, $one);
	};
	is($fill->(0, 900), '900 0 900', 'all of few');
	is($fill->(0, 1400), '1000 0 1000', 'of many a thousand');
	is($fill->(300, 1200), '1000 300 1000', 'the popular ones among them');
	is($fill->(1200, 300), '1000 1000 1000', '... alone, where they are a thousand');
	is($fill->(30, 20), '50 30 50', '... and all others, where all are few');
	is(value(q{SELECT max(s.popularity) = 6 AND min(s.popularity) = 6 FROM (SELECT unnest(ids[1:7]) AS id FROM catalog.matches(?, 'es', 'common'::tsquery)) m JOIN catalog.search s ON s.product_id = m.id}, $one),
		1, 'first the most popular');
	run(q{DELETE FROM catalog.search WHERE product_id::text LIKE 'aaaa%'});
};

tenant($bahari);
is(value('SELECT count(*) FROM catalog.recommendation WHERE tenant_id = ?', $bahari), 0, 'another merchant has none of it');
done_testing;
