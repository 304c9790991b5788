#!/usr/bin/perl
# Promise: the schema keeps the rules of the house without anyone remembering them.
# tenant_id leads every key, row-level security is forced with the one policy,
# everything has a comment, and functions and views cannot be used to get around it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Schema;
use Test::More;

# Tables without tenant, and why.
my %without = (
	'migration.applied' => 'which migrations the database had',
	'tenancy.tenant' => 'the list of tenants itself: jobs go through it',
	'tenancy.host' => 'leads from a host name to its tenant',
	'event.ready' => 'the queue head: tenant, id and due time; bodies are under row-level security',
	'watch.job' => 'how the tasks of the host do, which serve all',
	'watch.house' => 'counts over all merchants together, one row',
	'watch.certificate' => 'the same of certificates',
	'sutler.drill' => 'reports of restore drills: of the whole host',
	'staff.permission' => 'reference: what can be allowed, the same for all',
	'tenancy.seal_key' => 'the public half of the host\'s key, the same for all',
	'sales.step' => 'reference: the allowed steps of states, the same for all',
);
# Policies beside the one, as "table policy", and why.
my %extra_policy = (
	'catalog.search search' => 'the search functions of sutler_search read by their own rule',
	'catalog.search_code search' => 'the same for exact codes',
	'catalog.word search' => 'the same for the words that correct others',
	'catalog.synonym search' => 'the same for words that mean the same',
	(map { ("catalog.$_ owner" => 'the owner is a member of sutler_search, and sees one tenant all the same') }
		qw(search search_code word synonym)),
);
# Indexes that tenant_id does not lead, as "table index", and why.
my %keyed = (
	'catalog.search catalog.search_words' => 'each word in it begins with the key of its store and language; to lead it, the index would intersect all rows of the tenant',
	'catalog.search catalog.search_popular' => 'the same, of the popular ones',
);
my $policy = q{(tenant_id = (NULLIF(current_setting('sutler.tenant'::text, true), ''::text))::uuid)};

my $s = Schema->new;
my $dbh = $s->dbh;
$dbh->do("SET search_path = ''");
my $ours = q{n.nspname !~ '^(pg_|information_schema|public$)'};

# Each check is a query for what breaks the rule.
sub none
{
	my ($rule, $sql, $skip) = @_;
	my @bad = grep { !$skip || !$skip->($_) } map { join ' ', grep { defined } @$_ } @{ $dbh->selectall_arrayref($sql) };
	ok(!@bad, $rule) or diag join "\n", @bad;
	return;
}

my $without = join ',', map { $dbh->quote($_) } sort keys %without;
my $tenant_tables = qq{
	SELECT c.oid, c.oid::regclass::text AS name, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE $ours AND c.relkind IN ('r', 'p') AND c.oid::regclass::text NOT IN ($without)};

cmp_ok($dbh->selectrow_array("SELECT count(*) FROM ($tenant_tables) t"), '>', 10, 'there are tables to look at');
is_deeply([ grep { !$dbh->selectrow_array('SELECT to_regclass(?)', undef, $_) } sort keys %without ], [],
	'every listed exception exists');

none('every table has tenant_id uuid NOT NULL', qq{
	SELECT t.name FROM ($tenant_tables) t WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid
		AND a.attname = 'tenant_id' AND a.atttypid = 'uuid'::regtype AND a.attnotnull)});
none('every table has a primary key', qq{
	SELECT t.name FROM ($tenant_tables) t
	WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)});
none('tenant_id leads every primary key, unique key and index', qq{
	SELECT t.name, i.indexrelid::regclass::text FROM ($tenant_tables) t JOIN pg_index i ON i.indrelid = t.oid
	LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
	WHERE a.attname IS DISTINCT FROM 'tenant_id'}, sub { $keyed{ $_[0] } });
none('tenant_id leads every foreign key on both sides, but to reference tables', qq{
	SELECT t.name, k.conname FROM ($tenant_tables) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
	JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
	JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
	WHERE (a.attname, b.attname) <> ('tenant_id', 'tenant_id')
		AND k.confrelid::regclass::text NOT IN ($without)});
none('row-level security is enabled and forced', qq{
	SELECT t.name FROM ($tenant_tables) t WHERE NOT (t.relrowsecurity AND t.relforcerowsecurity)});
none('by exactly the one policy, for everybody and everything', qq{
	SELECT t.name, coalesce(string_agg(p.polname || ': ' || pg_get_expr(p.polqual, p.polrelid), '; '), 'none')
	FROM ($tenant_tables) t LEFT JOIN pg_policy p ON p.polrelid = t.oid
		AND t.name || ' ' || p.polname NOT IN (${\ join ',', map { $dbh->quote($_) } keys %extra_policy})
	GROUP BY t.name
	HAVING count(p.oid) <> 1 OR NOT bool_and(p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
		AND p.polwithcheck IS NULL AND pg_get_expr(p.polqual, p.polrelid) = ${\ $dbh->quote($policy)})});
none('a policy beside it is for one named role and reads only', qq{
	SELECT p.polrelid::regclass::text, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
	WHERE c.oid::regclass::text || ' ' || p.polname IN (${\ join ',', map { $dbh->quote($_) } keys %extra_policy})
		AND NOT (p.polcmd = 'r' AND 0 <> ALL (p.polroles))});

none('every schema has a comment', qq{
	SELECT n.nspname FROM pg_namespace n WHERE $ours AND obj_description(n.oid, 'pg_namespace') IS NULL});
none('every table and view has a comment', qq{
	SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE $ours AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
		AND obj_description(c.oid, 'pg_class') IS NULL});
none('every column has a comment', qq{
	SELECT c.oid::regclass::text, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE $ours AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
		AND col_description(c.oid, a.attnum) IS NULL});
none('every function that a program may call has a comment', qq{
	SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE $ours AND p.prorettype <> 'trigger'::regtype AND obj_description(p.oid, 'pg_proc') IS NULL});

none('states are text with a CHECK, not enums', qq{
	SELECT t.oid::regtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
	WHERE $ours AND t.typtype = 'e'});
none('no timestamp without time zone, no char(n), no money, no float', qq{
	SELECT c.oid::regclass::text, a.attname, a.atttypid::regtype::text
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE $ours AND c.relkind IN ('r', 'p') AND a.atttypid IN ('timestamp'::regtype, 'timetz'::regtype,
		'bpchar'::regtype, 'money'::regtype, 'float4'::regtype, 'float8'::regtype)});

none('a definer function has a fixed search_path that ends in pg_temp', qq{
	SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE $ours AND p.prosecdef AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c
		WHERE c ~ '^search_path=(pg_catalog, )?pg_temp\$')});
none('a definer function belongs to the owner or the search role', qq{
	SELECT p.oid::regprocedure::text, p.proowner::regrole::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE $ours AND p.prosecdef AND p.proowner::regrole::text NOT IN ('"_sutler-owner"', 'sutler_search')});
# sutler.make_months makes tables and touches no row; the others know no merchant.
none('a definer function that reads or writes rows takes the tenant or the setting', qq{
	SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE $ours AND p.prosecdef AND p.oid NOT IN ('sutler.make_months(integer)'::regprocedure,
			'watch.job_ran(bigint, bigint, boolean)'::regprocedure, 'watch.schema_version()'::regprocedure) AND p.prorettype <> 'trigger'::regtype
		AND NOT coalesce(p.proargnames[1] = 'p_tenant', false) AND p.prosrc !~ 'sutler\\.tenant'});
none('a view is security_invoker', qq{
	SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE $ours AND c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)});
none('no materialised view: row-level security does not reach it', qq{
	SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE $ours AND c.relkind = 'm'});
none('no role has BYPASSRLS but sutler_backup', q{
	SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper AND rolname <> 'sutler_backup'});

$dbh->disconnect;
done_testing;
