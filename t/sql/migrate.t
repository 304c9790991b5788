#!/usr/bin/perl
# Promise (P38): sutlerctl migrate, killed at any step and run again, gives the
# database of one clean run; an applied migration never changes unseen.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use House qw(top wait_for);
use POSIX ();
use Schema;
use Test::More;

my $s = Schema->new(migrate => 0);
my $c = $s->{cluster};
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;

sub put
{
	my ($path, $text) = @_;
	make_path("$dir/sql/migrations", "$dir/sql/functions");
	open my $f, '>', "$dir/sql/$path" or die "$path: $!\n";
	print {$f} $text;
	close $f;
	return;
}

# What is there: tables, columns, functions, rights, applied files.
sub picture
{
	my ($db) = @_;
	return $c->psql($db, <<'SQL');
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
	SELECT format('%s.%s %s %s %s', n.nspname, c.relname, c.relkind, c.relacl, c.relrowsecurity) AS line
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^(pg_|information_schema)'
	UNION ALL
	SELECT format('%s.%s %s %s', a.attrelid::regclass, a.attname, a.atttypid::regtype, a.attnotnull)
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^(pg_|information_schema)' AND a.attnum > 0
	UNION ALL
	SELECT format('%s %s %s', p.oid::regprocedure, p.proacl, md5(p.prosrc)) FROM pg_proc p
	JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema)'
	UNION ALL
	SELECT format('applied %s %s %s', version, name, sha256) FROM migration.applied
) x
SQL
}

sub fresh
{
	my ($db) = @_;
	$c->dropdb($db);
	$c->createdb($db);
	$c->psql_file($db, top() . '/sql/bootstrap.sql');
	$s->{db} = $db;
	return;
}

# ---- the real migrations ----
fresh('clean');
my ($status, $text) = $s->ctl('migrate');
is($status, 0, 'a clean run succeeds') or diag $text;
my $clean = picture('clean');
($status, $text) = $s->ctl('migrate');
is($status, 0, 'a second run succeeds') or diag $text;
unlike($text, qr/applied/, 'and applies nothing');
is(picture('clean'), $clean, 'and changes nothing');
($status, $text) = $s->ctl('check');
is($status, 0, 'check finds nothing wrong') or diag $text;

# Killed behind the n-th migration, and again somewhere inside the next one.
my $files = () = glob top() . '/sql/migrations/*.sql';
my $kills = 0;
for my $n (0 .. $files) {
	# .ci/run kills behind every sixth and the last.
	next if $ENV{SUTLER_TEST_SHARED} && $n % 6 && $n != $files;
	fresh('killed');
	my $pid = open(my $out, '-|') // die "cannot fork: $!\n";
	if ($pid == 0) {
		exec $s->ctl_command('migrate') or POSIX::_exit(127);
	}
	for (1 .. $n) { defined readline $out or last }
	select undef, undef, undef, 0.007 * $n;         # where in it does not matter
	kill 'KILL', $pid;
	close $out;
	$kills++ if $? & 127;
	wait_for(10, sub { !$c->psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE datname = 'killed'") });
	($status, $text) = $s->ctl('migrate');
	is($status, 0, "the run after a kill behind migration $n succeeds") or diag $text;
	ok(picture('killed') eq $clean, 'and gives what a clean run gives');
}
cmp_ok($kills, '>', 0, 'some kills hit a running migration');

# ---- refusals, on migrations made up here ----
put('roles.sql', "SELECT 1;\n");
put('functions/a.sql', "CREATE OR REPLACE FUNCTION shop.two() RETURNS int LANGUAGE sql AS 'SELECT shop.one() + 1';\n");
put('functions/b.sql', "CREATE OR REPLACE FUNCTION shop.one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n");
put('migrations/0001-first.sql', "-- transactional\nCREATE SCHEMA shop;\nCREATE TABLE shop.thing (n int);\n"
	. "INSERT INTO shop.thing SELECT generate_series(1, 1000);\n");
put('migrations/0002-index.sql', "-- online\n-- a ; in a comment\nCREATE INDEX CONCURRENTLY IF NOT EXISTS thing_n "
	. "ON shop.thing (n);\nDO \$x\$ BEGIN PERFORM 'a;b'; END \$x\$;\n");
$s->{sql} = "$dir/sql";
fresh('made');
($status, $text) = $s->ctl('migrate');
is($status, 0, 'transactional and online migrations run') or diag $text;
is($c->psql('made', 'SELECT indisvalid FROM pg_index WHERE indexrelid = \'shop.thing_n\'::regclass'), 't', 'the index is valid');

# What a killed CREATE INDEX CONCURRENTLY leaves is an invalid index of the same name.
$c->psql('made', "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shop.thing_n'::regclass");
$c->psql('made', 'DELETE FROM migration.applied WHERE version = 2');
($status, $text) = $s->ctl('migrate');
is($status, 0, 'an online migration resumes') or diag $text;
is($c->psql('made', 'SELECT indisvalid FROM pg_index WHERE indexrelid = \'shop.thing_n\'::regclass'), 't',
	'and makes the half-built index anew');

put('migrations/0003-bad.sql', "CREATE TABLE shop.half (n int);\n\nSELECT 1 FROM shop.missing;\n");
($status, $text) = $s->ctl('migrate');
is($status, 1, 'a failing migration is refused');
like($text, qr{sql/migrations/0003-bad\.sql:3: }, 'with file and line');
is($c->psql('made', "SELECT to_regclass('shop.half') IS NULL"), 't', 'and leaves nothing');
is((($s->ctl('check'))[0]), 1, 'check says that a migration waits');
put('migrations/0003-bad.sql', "COMMIT;\n");
($status, $text) = $s->ctl('migrate');
like($text, qr/ends the transaction itself/, 'a migration cannot end its transaction');
unlink "$dir/sql/migrations/0003-bad.sql";

put('migrations/0003-busy.sql', "ALTER TABLE shop.thing ADD m int;\n");
my $other = $c->dbh('made');
$other->begin_work;
$other->do('SELECT * FROM shop.thing LIMIT 1');
($status, $text) = $s->ctl('migrate');
is($status, 1, 'a table in use for long makes the migration fail');
like($text, qr/waits for a lock/, 'after trying again');
$other->rollback;
($status, $text) = $s->ctl('migrate');
is($status, 0, 'later it succeeds') or diag $text;

$other->do('SELECT pg_advisory_lock(3486392410)');
($status, $text) = $s->ctl('migrate');
like($text, qr/another migration is running/, 'two runs at once are refused');
$other->disconnect;

put('migrations/0001-first.sql', "CREATE SCHEMA shop; -- changed\n");
($status, $text) = $s->ctl('migrate');
is($status, 1, 'a changed migration is refused');
like($text, qr/0001-first\.sql was changed after it was applied/, 'by name');
unlink "$dir/sql/migrations/0001-first.sql";
($status, $text) = $s->ctl('migrate');
is($status, 1, 'a missing migration is refused');
like($text, qr/the database is of another release/, 'as another release');

done_testing;
