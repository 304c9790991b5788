#!/usr/bin/perl
# Promise: a database of each release that was frozen (dev/freeze, t/data/release-*.sql.xz) comes to this release by
# sutlerctl migrate with every row it had, and has then the schema and rights of a fresh one.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use House qw(top);
use Schema;
use Test::More;

# What a release changed in rows that were there, "table" => why; what is not named here is kept to the letter.
my %changed = ('staff.permission' => 'what can be allowed grows with the console',
	'sales.step' => 'an order can take steps that it could not take before',
	'catalog.listing' => 'a card stands once for each language, and where it stands in catalog.placement');

my @frozen = sort glob top() . '/t/data/release-*.sql.xz';
my ($here) = do { open my $f, '<', top() . '/configure.ac' or die; local $/; <$f> } =~ /^AC_INIT\(\[sutler\], \[([^\]]+)\]/m;
cmp_ok(scalar @frozen, '>', 0, 'a release is frozen');
my $s = Schema->new;
my $c = $s->{cluster};
my $dir = tempdir(CLEANUP => 1);

# Tables, columns, constraints, indexes, policies, functions and rights: what there is.
sub picture
{
	my ($db) = @_;
	# Parentheses come and go when a dump comes back; sequences are each store's, partitions each month's.
	return [sort grep { !/ (?:sales\.number_[0-9a-f]{32}|\w+\.\w+_\d{4}_?\d\d)\b/ } map { tr/()//dr } split /\n/, $c->psql($db, <<'SQL')];
SELECT line FROM (
	SELECT format('table %s.%s %s %s %s', n.nspname, c.relname, c.relkind, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) a), c.relrowsecurity) AS line
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind <> 'i'
	UNION ALL
	SELECT format('column %s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
	LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE n.nspname !~ '^(pg_|information_schema)' AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'i'
	UNION ALL
	SELECT format('constraint %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
	JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname !~ '^(pg_|information_schema)'
	UNION ALL
	SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
	JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema)'
	UNION ALL
	SELECT format('policy %s.%s %s %s %s %s', schemaname, tablename, policyname, roles, qual, with_check) FROM pg_policies
	UNION ALL
	SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t WHERE NOT t.tgisinternal
	UNION ALL
	SELECT format('function %s %s %s %s', p.oid::regprocedure, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) a), md5(p.prosrc), p.prosecdef) FROM pg_proc p
	JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema)' AND p.prokind <> 'a'
		AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = p.oid AND x.deptype = 'e')
	UNION ALL
	SELECT format('applied %s %s %s', version, name, sha256) FROM migration.applied
) x ORDER BY line COLLATE "C"
SQL
}

# table => [columns], of tables with rows of ours.
sub columns
{
	my ($db) = @_;
	my %of;
	for (split /\n/, $c->psql($db, q{SELECT format('%I.%I %I', table_schema, table_name, column_name) FROM information_schema.columns
		JOIN information_schema.tables USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' AND table_schema !~ '^(pg_|information_schema|migration)'
		ORDER BY table_schema, table_name, ordinal_position})) {
		my ($table, $column) = split / /, $_, 2;
		push @{ $of{$table} }, $column;
	}
	return \%of;
}

# table => "rows digest" over those columns.
sub contents
{
	my ($db, $of) = @_;
	my $sql = join ' UNION ALL ', map { sprintf q{SELECT '%s ' || count(*) || ' ' || coalesce(md5(string_agg(x, ',' ORDER BY x)), '') FROM (SELECT md5(ROW(%s)::text) AS x FROM ONLY %s) r},
		s/'/''/gr, join(', ', @{ $of->{$_} }), $_ } sort keys %$of;
	return { map { /^(\S+) (.*)$/ } split /\n/, $c->psql($db, $sql) };
}

my $fresh = picture($s->{db});
for my $file (@frozen) {
	my ($version) = $file =~ /release-(.*)\.sql\.xz$/;
	my $db = 'frozen_' . $version =~ s/\W/_/gr;
	cmp_ok(-s $file, '<', 1024 * 1024, "$version: its file is below 1 MB");
	system("xz -dc '$file' > '$dir/$version.sql'") == 0 or die "xz fails\n";
	chmod 0644, "$dir/$version.sql";
	chmod 0755, $dir;
	$c->createdb($db);
	$c->psql_file($db, top() . '/sql/bootstrap.sql');
	# What bootstrap.sql and the dump both make.
	$c->psql_file($db, "$dir/$version.sql", '-v', 'ON_ERROR_STOP=0');
	my $of = columns($db);
	delete $of->{$_} for keys %changed;
	my $before = contents($db, $of);
	my @full = grep { $before->{$_} !~ /^0 / } sort keys %$before;
	cmp_ok(scalar @full, '>', 60, "$version: " . @full . ' tables have rows');
	like($before->{'sales."order"'} // '', qr/^[3-9] /, '... orders too');
	$s->{db} = $db;
	my ($status, $text) = $s->ctl('migrate');
	is($status, 0, '... it comes to this release') or diag $text;
	my $after = contents($db, $of);
	my @lost = grep { $after->{$_} ne $before->{$_} } sort keys %$before;
	is("@lost", '', '... with every row it had');
	my $picture = picture($db);
	my %in = map { $_ => 1 } @$fresh;
	my %is = map { $_ => 1 } @$picture;
	is_deeply([grep { !$is{$_} } @$fresh], [], '... and nothing of a fresh database is missing');
	is_deeply([grep { !$in{$_} } @$picture], [], '... nor too much');
	($status, $text) = $s->ctl('check');
	is($status, 0, '... sutlerctl check is content') or diag $text;
	# Words keep the places that the release gave them which wrote them, until their product changes.
	($status, $text) = $s->ctl('catalog', 'verify');
	unlike($text, qr/: (?!search: )\w+: \d+ rows differ/, '... lists, cards and counts are what making them again gives');
	($status, $text) = $s->ctl('migrate');
	is_deeply([$status, contents($db, $of)->{'sales."order"'}], [0, $after->{'sales."order"'}], '... and once more changes nothing');
}
done_testing;
