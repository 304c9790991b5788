#!/usr/bin/perl
# Promise: each program has a database role of its own that can log in and nothing
# more, sees one tenant, and has exactly the rights that roles.sql gives.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use House qw(program_rows);
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $names = sub { map { $_->[0] } @{ $dbh->selectall_arrayref(@_) } };

my @programs = sort map { "_sutler-$_->{name}" } program_rows();
cmp_ok(scalar @programs, '>', 0, 'programs.tab has rows');
is_deeply([ $names->(q{SELECT rolname FROM pg_roles WHERE rolname LIKE '\_sutler-%' AND rolname <> '_sutler-owner'
	ORDER BY rolname COLLATE "C"}) ], \@programs, 'bootstrap.sql makes the roles of programs.tab, no more, no less');

is_deeply([ $names->(q{SELECT rolname FROM pg_roles WHERE rolname ~ '^_?sutler' AND (rolsuper OR rolcreaterole
	OR (rolcreatedb AND rolname <> '_sutler-drill') OR rolreplication OR (rolbypassrls AND rolname <> 'sutler_backup'))}) ], [],
	'no role has a power over the server; only sutler_backup passes row-level security, only the drill makes databases');
is_deeply([ $names->(q{SELECT rolname FROM pg_roles WHERE rolname LIKE 'sutler\_%' AND rolcanlogin}) ], [],
	'the helper roles cannot log in');
is_deeply([ $names->(q{SELECT m.member::regrole || ' in ' || m.roleid::regrole FROM pg_auth_members m
	WHERE m.member::regrole::text ~ 'sutler' OR m.roleid::regrole::text ~ 'sutler' ORDER BY 1}) ],
	['"_sutler-backup" in sutler_backup', '"_sutler-owner" in sutler_search'],
	'no role is a member of another, but the owner in the search role, and who saves in the one that sees all');
ok(!$s->dbh('_sutler-backup')->selectrow_array(q{SELECT has_table_privilege('tenancy.store', 'SELECT')}), 'who saves reads nothing as himself');

my %want = (statement_timeout => '5s', lock_timeout => '2s', idle_in_transaction_session_timeout => '10s',
	search_path => '""');
for my $role (@programs) {
	my $as = $s->dbh($role);
	my %got = map { $_ => $as->selectrow_array("SHOW $_") } keys %want;
	is_deeply(\%got, \%want, "$role has its limits");
	ok(!eval { $as->do('CREATE TABLE public.mine (n int)'); 1 }, "$role makes no tables");
	ok(!eval { $as->do('CREATE TEMP TABLE mine (n int)'); 1 }, "$role makes no temporary tables");
	ok(!eval { $as->do('SELECT count(*) FROM migration.applied'); 1 }, "$role does not see the migrations");
	$as->disconnect;
}

# Rights that others gave by hand go with the next migrate.
$dbh->do('GRANT DELETE, TRUNCATE ON tenancy.tenant TO "_sutler-home", PUBLIC');
$dbh->do('GRANT UPDATE (name) ON tenancy.tenant TO "_sutler-home"');
my ($status, $text) = $s->ctl('migrate');
is($status, 0, 'migrate runs again') or diag $text;
is_deeply([ $names->(q{SELECT p FROM unnest('{DELETE,TRUNCATE,UPDATE}'::text[]) p
	WHERE has_table_privilege('_sutler-home', 'tenancy.tenant', p)}) ], [], 'rights given by hand are taken back');
ok(!$dbh->selectrow_array(q{SELECT has_column_privilege('_sutler-home', 'tenancy.tenant', 'name', 'UPDATE')}),
	'those on columns too');
is_deeply([ $names->(q{SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE n.nspname !~ '^(pg_|information_schema|public)' AND has_function_privilege('public', p.oid, 'EXECUTE')}) ],
	[], 'no function of ours is for everybody');
is_deeply([ $names->(q{SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^(pg_|information_schema|public)' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
	AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')}) ], [],
	'no table is for everybody');
is_deeply([ $names->(q{SELECT r.rolname || ' ' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	CROSS JOIN pg_roles r WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p')
	AND r.rolname ~ '^_?sutler' AND r.rolname <> '_sutler-owner'
	AND has_table_privilege(r.oid, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')}) ], [],
	'no program empties tables, refers to them or puts triggers on them');
is($dbh->selectrow_array(q{SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p')
	AND NOT has_table_privilege('sutler_backup', c.oid, 'SELECT')}), 0, 'the backup role reads every table');

$dbh->disconnect;
done_testing;
