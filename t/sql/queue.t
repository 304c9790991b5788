#!/usr/bin/perl
# Promise: the queue of orders reads a page, not the shop: whatever filter, search or page is asked
# of a merchant with very many orders, PostgreSQL touches a few hundred blocks, goes by key, and the pages
# lose nobody and show nobody twice.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use CardOrder;
use Fixture;
use House qw(read_file top);
use JSON::PP;
use Schema;
use Test::More;

use constant ORDERS => 100_000;
use constant PAGE => 50;
use constant BLOCKS => 900;     # of 8 KiB: a page of 50 with its stores and contacts, by index; the tables have thousands

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my $c = CardOrder->new($dbh, $f);
my ($tenant, $store) = @$c{qw(tenant store)};
my $queue = "$FindBin::Bin/../../sql/query/fulfilment.sql";
my ($of) = map { { map { ($_->{name} => $_) } @$_ } } JSON::PP->new->utf8->decode(scalar `'$^X' '@{[ top() ]}/dev/gen-queries' --list-json '$queue'`);

$dbh->begin_work;
$dbh->do(q{SET LOCAL session_replication_role = replica});
# An order each minute, newest last; one in a thousand waits to be sent, one in 500 is of store two.
$dbh->do(sprintf q{INSERT INTO sales.contact (tenant_id, contact_id, email, name)
	SELECT '%s', sutler.uuid7_at('2026-01-01Z'::timestamptz + n * interval '1 minute'), 'buyer' || n %% 20000 || '@example.test', 'Name' || n %% 30000
	FROM generate_series(1, %d) n}, $tenant, ORDERS);
$dbh->do(sprintf q{INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, state, payment, fulfilment, locale, currency, customer_type,
		prices_include_tax, tax_rounding, goods, discount, shipping, tax, total, contact_id, method_id, method_name, payment_method, placed_at)
	SELECT '%s', CASE n %% 500 WHEN 0 THEN '%s' ELSE '%s' END::uuid, i, 'N' || n, i, CASE WHEN n %% 1000 = 0 THEN 'open' ELSE 'closed' END,
		CASE WHEN n %% 1000 = 0 THEN 'paid' WHEN n %% 77 = 0 THEN 'refunded' WHEN n %% 50 = 0 THEN 'pending' ELSE 'paid' END,
		CASE WHEN n %% 1000 = 0 THEN 'ready' ELSE 'delivered' END, 'es', 'EUR', 'consumer', true, 'line', 1, 0, 0, 0, 1, i, i, 'Post', 'cod', '2026-01-01Z'::timestamptz + n * interval '1 minute'
	FROM (SELECT n, sutler.uuid7_at('2026-01-01Z'::timestamptz + n * interval '1 minute') AS i FROM generate_series(1, %d) n) x},
	$tenant, $f->{store}{two}, $store, ORDERS);
$dbh->do(sprintf q{INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total)
	SELECT tenant_id, order_id, 1, CASE WHEN number LIKE '%%77' THEN '%s' ELSE '%s' END::uuid, 'x', 'x', 1, 1, 0, 0, 1 FROM sales."order"}, @{ $f->{variant} }{qw(FEW PLAIN)});
$dbh->do(q{INSERT INTO sales.order_tag SELECT tenant_id, 'urgent', order_id FROM sales."order" WHERE number LIKE '%999'});
$dbh->commit;
$dbh->do('ANALYZE');
$dbh->do('CREATE ROLE reader');
for my $schema (qw(sales tenancy catalog sutler)) {
	$dbh->do("GRANT USAGE ON SCHEMA $schema TO reader");
	$dbh->do("GRANT SELECT ON ALL TABLES IN SCHEMA $schema TO reader");
}
$dbh->do('GRANT EXECUTE ON FUNCTION sutler.uuid7_at(timestamptz) TO reader');
$dbh->do('SET plan_cache_mode = force_generic_plan');    # as lib/db/conn.c
$dbh->do('SET max_parallel_workers_per_gather = 0');
$dbh->do('SET ROLE reader');
$dbh->{pg_server_prepare} = 0;
$dbh->{pg_placeholder_nocolons} = 1;

# The rows of a query with these fragments, and how many blocks it touched.
sub ask
{
	my ($name, $with, %value) = @_;
	my $q = $of->{$name};
	# gen-queries lists the fragments one by one; here any of them go together.
	my ($sql) = grep { /^-- \Q$name\E\(/m } split /\n\n/, read_file($queue);
	my %with = map { $_ => 1 } @$with;
	my %used;
	my $n = 0;
	my %place = map { ($_->{name} => '$' . ++$n) } @{ $q->{params} };
	$sql =~ s/^\s*--\? (\w+): (.*)$/$with{$1} ? do { $used{$1} = 1; $2 } : ''/gme;
	$sql =~ s/^--.*$//gm;
	$sql =~ s/(?<!:):(\w+)/$place{$1}/g;
	die "$name has no @$with" if keys %used != @$with;
	my $types = join ',', map { { 2950 => 'uuid', 25 => 'text', 20 => 'bigint', 1082 => 'date' }->{ $_->{oid} } } @{ $q->{params} };
	my $values = join ',', map { defined $value{ $_->{name} } ? $dbh->quote($value{ $_->{name} }) : 'NULL' } @{ $q->{params} };
	$dbh->do("PREPARE q($types) AS $sql", { pg_direct => 1 });
	my $plan = JSON::PP->new->decode($dbh->selectrow_array("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE q($values)", { pg_direct => 1 }))->[0]{Plan};
	my $rows = $dbh->selectall_arrayref("EXECUTE q($values)", { Slice => {}, pg_direct => 1 });
	my $text = join "\n", map { $_->[0] } @{ $dbh->selectall_arrayref("EXPLAIN EXECUTE q($values)", { pg_direct => 1 }) };
	$dbh->do('DEALLOCATE q');
	return ($rows, $plan->{'Shared Hit Blocks'} + $plan->{'Shared Read Blocks'}, $text);
}

my %common = (most => PAGE, zone => 'Europe/Madrid', store => $f->{store}{two});
my $middle = $dbh->selectrow_array(q{SELECT order_id FROM sales."order" WHERE number = 'N50000'});
for my $case (
	[ 'the first page', queue_orders => [], 50, store => $store ],
	[ 'a later page', queue_orders => ['later'], 50, before => $middle, store => $store ],
	[ 'a rare word', queue_orders => ['of_word'], 50, word => 'ready' ],
	[ 'a rare word, later', queue_orders => ['of_word', 'later'], 49, word => 'ready', before => $middle ],
	[ 'a word of nobody', queue_orders => ['of_word'], 0, word => 'draft' ],
	[ 'what nobody has paid', queue_orders => ['of_payment'], 0, payment => 'failed' ],
	[ 'what is to be sent', queue_orders => ['of_fulfilment'], 50, fulfilment => 'ready' ],
	[ 'a small store', queue_orders => [], 50 ],
	[ 'what is open', queue_orders => ['of_state'], 50, state => 'open' ],
	[ 'a return', queue_orders => ['of_return'], 0, return_state => 'requested', store => $store ],
	[ 'a draft of a great store', queue_orders => ['of_word'], 0, word => 'draft', store => $store ],
	[ 'a failed payment of a great store', queue_orders => ['of_payment'], 0, payment => 'failed', store => $store ],
	[ 'a way of delivery', queue_orders => ['by_method'], 0, method => $store ],
	[ 'two states of which one is rare', queue_orders => ['of_payment', 'of_fulfilment'], 50, payment => 'paid', fulfilment => 'ready' ],
	[ 'a tag', queue_orders => ['tagged'], 50, tag => 'urgent', store => $store ],
	[ 'some days of the past', queue_orders => ['since', 'until'], 50, store => $store, since => '2026-01-15', until => '2026-02-01' ],
	[ 'a number', queue_search => [], 1, words => 'N4711' ],
	[ 'a mail address', queue_search => [], 5, words => 'Buyer7@example.test' ],
	[ 'the beginning of a name', queue_search => [], 34, words => 'name2999' ],
	[ 'a SKU that is sold all the time', queue_search => [], 50, words => 'plain' ],
	[ 'a SKU that is not', queue_search => [], 50, words => 'FEW' ],
	[ 'a SKU in a small store', queue_search => ['in_store'], 3, words => 'plain' ],
	[ 'a SKU in a great store', queue_search => ['in_store'], 50, words => 'plain', store => $store ],
	[ 'a name in a small store', queue_search => ['in_store'], 4, words => 'name10000' ],
	[ 'nothing', queue_search => [], 0, words => 'zzz' ],
) {
	my ($name, $query, $with, $want, %value) = @$case;
	my ($rows, $blocks, $plan) = ask($query, $with, %common, %value);
	is(scalar @$rows, $want, "$name: $want orders") or diag explain $rows->[0];
	cmp_ok($blocks, '<', $name =~ /SKU/ ? 3 * BLOCKS : BLOCKS, "and touches few blocks ($blocks)") or diag $plan;
}

# ---- pages by key ----
{
	my (%seen, $before, $n);
	while (1) {
		my ($rows) = ask('queue_orders', [ 'of_word', $before ? 'later' : () ], %common, word => 'ready', before => $before);
		last if !@$rows;
		$seen{ $_->{number} }++ for @$rows;
		$before = $rows->[-1]{order_id};
		$n++;
	}
	is(scalar(keys %seen) . " $n", ORDERS / 1000 . ' 2', 'pages show each order once');
	is((grep { $_ > 1 } values %seen), 0, 'none twice');
}
$dbh->disconnect;
done_testing;
