#!/usr/bin/perl
# Promise: every query of sql/query/ fits the schema, answers with the columns its
# header names, and never reads a big table from end to end, nor all that a tenant has
# in it, nor asks a function for each row what no row changes.
#
# Types: each query and each of its fragments is prepared against the real schema.
# Plans: a copy of the schema is filled with synthetic rows (20 tenants, see fill()),
# and each is explained with a generic plan, as the programs run it, under
# row-level security.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use House qw(read_file top);
use IPC::Open2 qw(open2);
use JSON::PP;
use Schema;
use Test::More;

use constant TENANTS => 20;
use constant ROWS => 10_000;            # of each big table, unless it stands in %rows

# Tables that grow with products, shoppers or time.  All others are small: a store's
# settings, reference tables.
my @big = qw(
	catalog.product catalog.product_text catalog.slug_history catalog.product_value
	catalog.variant catalog.variant_value catalog.product_media catalog.product_media_text
	catalog.product_tag catalog.related catalog.category_product catalog.store_product
	catalog.store_product_text catalog.price catalog.listing catalog.placement catalog.placement_price catalog.placement_name catalog.search catalog.search_code
	catalog.word catalog.word_form catalog.counted catalog.media catalog.stale catalog.desk catalog.desk_lack catalog.desk_word
	inventory.stock inventory.movement inventory.hold inventory.reorder inventory.insight inventory.forecast inventory.lot
	inventory.inspection inventory.production inventory.production_line shipping.pick_lot shipping.shipment_lot
	event.outbox event.ready event.idempotency event.note
	customer.person customer.person_note customer.person_tag customer.session customer.token customer.email_change audit.entry analytics.search analytics.view
	sales.contact sales.cart sales.cart_token sales.cart_line sales.verification sales.order
	sales.order_line sales.order_tax sales.order_event sales.order_token sales.coupon_use
	sales.return sales.return_line shipping.wave shipping.pick shipping.parcel shipping.parcel_line
	payment.payment payment.entry payment.intent payment.refund payment.event shipping.shipment shipping.shipment_line
	accounting.invoice accounting.document marketing.reminder marketing.opt_out
);
my %rows = map { $_ => 40_000 } qw(catalog.listing catalog.placement catalog.placement_price catalog.placement_name);
# Queries that may read a big table whole, and why.
my %whole = (
	audit_unsealed => 'sutlerctl audit verify looks at the whole log, by hand',
	reorder_suppliers => 'adds up what is low by supplier: the first thousand, by an index of what is low alone',
	job_reconcile => 'the nightly proof counts all stock of a tenant',
	template_note_like => 'of the program to copy, likewise',
	template_notes => 'of the program to copy, which is not installed: its few notes have no index of their own',
);
# Result types (oids) that each column type of a header reads.
my %reads = (
	text => { map { $_ => 1 } 25, 1043, 19, 18, 1009 }, code => { 25 => 1 }, html => { 25 => 1 },
	uuid => { 2950 => 1 }, int => { map { $_ => 1 } 20, 21, 23 }, money => { 20 => 1, 23 => 1 },
	bool => { 16 => 1 }, date => { 1082 => 1 }, time => { 1184 => 1 },
);

my $top = top();
my @files = sort glob "$top/sql/query/*.sql";
cmp_ok(scalar @files, '>', 0, 'there are query files');
my $list = `'$^X' '$top/dev/gen-queries' --list-json @{[ map { "'$_'" } @files ]}`;
is($?, 0, 'gen-queries reads them all') or BAIL_OUT('the query files are broken');
my @queries = @{ JSON::PP->new->utf8->decode($list) };

my %built = map { $_ => 1 } read_file("$top/lib/db/Makemodule.am") =~ m{lib/db/query/(\w+)\.c}g;
is_deeply([ grep { !$built{$_} } map { m{(\w+)\.sql$} } @files ], [], 'each file stands in lib/db/Makemodule.am');

my $s = Schema->new;
my $dbh = $s->dbh;
$dbh->do("SET search_path = ''");

sub label
{
	my ($q, $v) = @_;
	return $q->{name} . (@{ $v->{fragments} } ? ' with ' . join('+', @{ $v->{fragments} }) : '');
}

# ---- types ----
{
	my $describe = Schema::build_dir() . '/t/sql/describe';
	-x $describe or BAIL_OUT("$describe is not built");
	my %nullable = map { ("$_->[0]:$_->[1]" => !$_->[2]) } @{ $dbh->selectall_arrayref(q{
		SELECT attrelid, attnum, attnotnull FROM pg_catalog.pg_attribute WHERE attnum > 0}) };
	my $pid = open2(my $out, my $in, $describe, $s->{cluster}->conninfo($s->{db}, '_sutler-owner'));
	binmode $in, ':utf8';
	$in->autoflush(1);
	for my $q (@queries) {
		for my $v (@{ $q->{variants} }) {
			(my $sql = $v->{sql}) =~ tr/\n\t/  /;
			print {$in} join("\t", $q->{name}, join(',', map { $_->{oid} } @{ $q->{params} }), $sql), "\n";
			chomp(my $line = readline($out) // 'no answer');
			my (undef, $state, @got) = split /\t/, $line;
			my $name = label($q, $v);
			my @bad = $state ne 'ok' ? ("@got") : ();
			my @want = @{ $q->{columns} };
			push @bad, @want . ' columns in the header, ' . @got . ' come'
				if $state eq 'ok' && $q->{kind} ne 'exec' && @got != @want;
			for my $i (0 .. ($state eq 'ok' && @got == @want ? $#want : -1)) {
				my ($type, $table, $column) = split /:/, $got[$i];
				push @bad, "column $want[$i]{name} is of type oid $type, not $want[$i]{type}"
					if !$reads{ $want[$i]{type} }{$type};
				push @bad, "column $want[$i]{name} may be null; the header lacks its ?"
					if !$want[$i]{nullable} && $nullable{"$table:$column"};
			}
			ok(!@bad, "$name fits the schema") or diag join "\n", map { "$q->{file}:$q->{line}: $_" } @bad;
		}
	}
	close $in;
	waitpid $pid, 0;
}

# ---- plans ----

# The literals of "column = ANY (ARRAY['a'::text, ...])" in the CHECKs of a table.
sub choices
{
	my ($table) = @_;
	my %list;
	for my $row (@{ $dbh->selectall_arrayref(q{SELECT pg_catalog.pg_get_constraintdef(oid)
		FROM pg_catalog.pg_constraint WHERE contype = 'c' AND conrelid = ?::pg_catalog.regclass}, undef, $table) }) {
		$list{$1} //= [ $2 =~ /'([^']*)'/g ] while $row->[0] =~ /\(?"?(\w+)"? = ANY \(ARRAY\[(.*?)\]\)/g;
	}
	return \%list;
}

# An expression of t (tenant, 0..) and k (row of the tenant, 0..) for one column.
# Ids called alike hold the same values in all tables, so that joins find rows.
sub value
{
	my ($column, $type, $own, $choices) = @_;
	my $per = $own ? 'k' : 'k % 500';

	return q{pg_catalog.md5('tenant' || t)::uuid} if $column eq 'tenant_id';
	return q{pg_catalog.md5('store' || t || ':' || k % 2)::uuid} if $column eq 'store_id';
	if ($type eq 'uuid') {
		(my $kind = $column) =~ s/^(?:parent|related|root|next)_/product_/;
		# Version 7 ids of this month, as time-ordered as real ones.
		return "(pg_catalog.substr(pg_catalog.lpad(pg_catalog.to_hex((extract(epoch FROM pg_catalog.now()) * 1000)::bigint"
			. " - ($per) * 1000), 12, '0') || '7' || pg_catalog.md5('$kind' || t || ':' || ($per)), 1, 32))::uuid";
	}
	if ($choices->{$column} && @{ $choices->{$column} }) {
		my $array = join ',', map { $dbh->quote($_) } @{ $choices->{$column} };
		return "(ARRAY[$array])[k % " . @{ $choices->{$column} } . ' + 1]';
	}
	return q{(ARRAY['en','es','id'])[k % 3 + 1]} if $column eq 'locale';
	return q{(ARRAY['EUR','USD','IDR'])[k % 3 + 1]} if $column eq 'currency';
	return "pg_catalog.md5('$column' || t || ':' || ($per))" if $type eq 'text';
	return 'k % 1000' if $type =~ /^(?:bigint|integer|smallint)$/ && !$own;
	return 'k' if $type =~ /^(?:bigint|integer|smallint)$/;
	return 'k % 1000 + 1' if $type eq 'numeric';
	return 'k % 10 <> 0' if $type eq 'boolean';
	return "pg_catalog.now() - k * interval '1 minute'" if $type =~ /^timestamp/;
	return 'current_date - (k % 400)::int' if $type eq 'date';
	return "pg_catalog.sha256(pg_catalog.convert_to('$column' || t || ':' || k, 'UTF8'))" if $type eq 'bytea';
	return "pg_catalog.to_tsvector('simple', pg_catalog.md5((k % 100)::text))" if $type eq 'tsvector';
	return "pg_catalog.md5((k % 100)::text)::tsquery" if $type eq 'tsquery';
	return "'{}'" if $type =~ /^json|\[\]$/;
	# The only one: catalog.bitmap.bits.
	return '1::bit(16384)' if $type eq 'bit';
	return 'NULL';
}

my %choices;

sub fill
{
	my ($table, $rows) = @_;
	my $columns = $dbh->selectall_arrayref(q{
		SELECT a.attname, pg_catalog.format_type(a.atttypid, NULL), a.attnotnull FROM pg_catalog.pg_attribute a
		WHERE a.attrelid = ?::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		ORDER BY a.attnum}, undef, $table);
	my %key = map { $_->[0] => 1 } @{ $dbh->selectall_arrayref(q{
		SELECT DISTINCT a.attname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
		ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
		WHERE i.indrelid = ?::pg_catalog.regclass AND i.indisunique}, undef, $table) };
	my $choices = $choices{$table};
	my (@names, @values);
	for my $c (@$columns) {
		my $value = value($c->[0], $c->[1], $key{ $c->[0] }, $choices);
		$value = "CASE WHEN k % 5 > 0 THEN $value END" if !$c->[2];
		push @names, $dbh->quote_identifier($c->[0]);
		push @values, $value;
	}
	my $each = int($rows / TENANTS);
	$dbh->do(sprintf 'INSERT INTO %s (%s) SELECT %s FROM pg_catalog.generate_series(0, %d) t, pg_catalog.generate_series(0, %d) k'
		. ' ON CONFLICT DO NOTHING', $table, join(', ', @names), join(', ', @values), TENANTS - 1, $each - 1);
	return;
}

my %parent = map { ($_->[0] => $_->[1]) } @{ $dbh->selectall_arrayref(q{
	SELECT n.nspname || '.' || c.relname, m.nspname || '.' || p.relname
	FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_namespace m ON m.oid = p.relnamespace}) };
my %is_big = map { $_ => 1 } @big;

sub table_sql { return join '.', map { $dbh->quote_identifier($_) } split /\./, $_[0], 2 }

my @small = grep { !$is_big{$_} } map { $_->[0] } @{ $dbh->selectall_arrayref(q{
	SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^(pg_|information_schema|public$|migration$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition}) };
my @filled = map { table_sql($_) } @big, grep { $_ !~ /^tenancy\.(?:tenant|host)$|^sales\.step$/ } @small;
%choices = map { $_ => choices($_) } @filled;
# The rows only have to look right to the planner: no triggers, no foreign keys, no CHECKs.
$dbh->do(q{SET session_replication_role = replica});
# ON CONFLICT wants unique keys that are not deferrable; the planner does not mind.
$dbh->do(q{UPDATE pg_catalog.pg_index SET indimmediate = true WHERE NOT indimmediate});
$dbh->do("ALTER TABLE $_->[0] DROP CONSTRAINT $_->[1]") for @{ $dbh->selectall_arrayref(q{
	SELECT k.conrelid::pg_catalog.regclass, pg_catalog.quote_ident(k.conname) FROM pg_catalog.pg_constraint k
	JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE k.contype = 'c' AND k.conislocal AND n.nspname !~ '^(pg_|information_schema)'}) };
fill(table_sql($_), $rows{$_} // ROWS) for @big;
fill($_, 20 * TENANTS) for @filled[@big .. $#filled];
$dbh->do(q{SET session_replication_role = origin});
$dbh->do('ANALYZE');
for my $table (@big) {
	my ($n) = $dbh->selectrow_array('SELECT count(*) FROM ' . table_sql($table));
	cmp_ok($n, '>=', ROWS / 4, "$table is filled");
}

# Index conditions of a node: its own, or those below a bitmap.
sub conditions
{
	my ($node) = @_;
	return ($node->{'Index Cond'} // '') if $node->{'Node Type'} =~ /Index/;
	return map { conditions($_) } @{ $node->{Plans} // [] } if $node->{'Node Type'} =~ /^Bitmap/;
	return;
}

# Partitions of other months: the planner may read what is empty as it likes.
my %empty = map { ($_->[0] => 1) } @{ $dbh->selectall_arrayref(q{SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition AND c.relkind = 'r' AND c.reltuples <= 0}) };

# What reads a big table whole, or all that the tenant has in it.  Under a LIMIT the
# reading stops early, unless something between wants all rows first.
sub whole_reads
{
	my ($node, $limited) = @_;
	my $type = $node->{'Node Type'};
	my @found;

	$limited = $type eq 'Limit' || ($limited && $type !~ /^(?:Sort|Aggregate|Hash|WindowAgg|Materialize|SetOp)$/);
	if ($node->{'Relation Name'} && $type =~ /Scan/) {
		my $name = "$node->{Schema}.$node->{'Relation Name'}";
		$name = $parent{$name} // $name;
		my @conditions = conditions($node);
		# Policies compare tenant_id with the setting; anything else narrows.
		my $narrow = grep { my $c = $_; $c =~ s/\(*(?:\w+\.)?tenant_id = \(?NULLIF\(.*?\)\)::uuid\)//gi; $c =~ /\w/ && $c !~ /^\W*AND\W*$/ }
			@conditions;
		# A row that is wanted for its value may be the last one, or absent: no LIMIT stops that search.
		my $sought = ($node->{Filter} // '') =~ /[^<>!]= (?:\(|lower\(|upper\(|NULLIF\()*\$\d/i;
		push @found, "$type of $name" . ($sought ? " ($node->{Filter})" : '')
			if $is_big{$name} && !$empty{"$node->{Schema}.$node->{'Relation Name'}"} && ($type eq 'Seq Scan' || (!$narrow && (!$limited || $sought)));
	}
	return (@found, map { whole_reads($_, $limited) } @{ $node->{Plans} // [] });
}

# Functions that read tables: one that a condition gives nothing of the row is asked anew for each row all the same,
# however often it answers alike.  In a sub-select it is asked once.
my $readers = join '|', map { quotemeta } @{ $dbh->selectcol_arrayref(q{SELECT n.nspname || '.' || p.proname FROM pg_catalog.pg_proc p
	JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
	WHERE n.nspname !~ '^(pg_|information_schema)' AND p.provolatile = 's' AND p.prosecdef AND l.lanname IN ('sql', 'plpgsql')}) };
like('sales.order_open', qr/^(?:$readers)$/, 'such functions are found');
sub asked_each_row
{
	my ($node) = @_;
	my @found = map { my $c = $_; map { "$node->{'Node Type'}: $_" } $c =~ /(?<![\w.])((?:$readers)\((?:(?:\$\d+|NULL|'[^']*')(?:::[\w.]+)?(?:, )?)+\))/g }
		map { $node->{$_} // () } 'Filter', 'Index Cond', 'Recheck Cond', 'Join Filter';
	return (@found, map { asked_each_row($_) } @{ $node->{Plans} // [] });
}

$dbh->do('CREATE ROLE reader');
for my $schema (map { $_->[0] } @{ $dbh->selectall_arrayref(q{SELECT nspname FROM pg_catalog.pg_namespace
	WHERE nspname !~ '^(pg_|information_schema)'}) }) {
	$dbh->do("GRANT USAGE ON SCHEMA $schema TO reader");
	$dbh->do("GRANT ALL ON ALL TABLES IN SCHEMA $schema TO reader");
	$dbh->do("GRANT ALL ON ALL SEQUENCES IN SCHEMA $schema TO reader");
	$dbh->do("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA $schema TO reader");
}
$dbh->do('SET plan_cache_mode = force_generic_plan');
$dbh->do(q{SELECT pg_catalog.set_config('sutler.tenant', pg_catalog.md5('tenant3')::uuid::text, false)});
$dbh->do('SET ROLE reader');

# As in lib/db: parameters by type, then one generic plan whatever the values are.
sub plan_of
{
	my ($q, $sql) = @_;
	my $types = join ',', map { { 2950 => 'uuid', 25 => 'text', 20 => 'bigint', 23 => 'integer', 21 => 'smallint',
		16 => 'boolean', 1082 => 'date', 1184 => 'timestamptz', 17 => 'bytea', 2951 => 'uuid[]', 1009 => 'text[]',
		1016 => 'bigint[]', 1000 => 'boolean[]' }->{ $_->{oid} } } @{ $q->{params} };
	my $nulls = join ',', map { 'NULL' } @{ $q->{params} };
	local $dbh->{pg_server_prepare} = 0;
	local $dbh->{pg_placeholder_nocolons} = 1;
	$dbh->do('PREPARE q' . ($types ? "($types)" : '') . " AS $sql", { pg_direct => 1 });
	my $text = $dbh->selectrow_array('EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE q' . ($nulls ? "($nulls)" : ''), { pg_direct => 1 });
	$dbh->do('DEALLOCATE q');
	return JSON::PP->new->decode($text)->[0]{Plan};
}

for my $q (@queries) {
	for my $v (@{ $q->{variants} }) {
		my $name = label($q, $v);
		my $plan = eval { plan_of($q, $v->{sql}) };
		if (!$plan) {
			fail("$name can be explained");
			diag $@;
			eval { $dbh->do('DEALLOCATE ALL') };
			next;
		}
		my @whole = whole_reads($plan, 0);
		ok(!@whole || $whole{ $q->{name} }, "$name reads no big table whole")
			or diag "$q->{file}:$q->{line}: ", join ', ', @whole;
		my @each = asked_each_row($plan);
		ok(!@each, "$name asks once what no row changes") or diag "$q->{file}:$q->{line}: ", join ', ', @each;
	}
}
is_deeply([ grep { my $n = $_; !grep { $_->{name} eq $n } @queries } sort keys %whole ], [], 'every excused query exists');

$dbh->disconnect;
done_testing;
