#!/usr/bin/perl
# Promise: whatever happens to a query, a transaction or the server, lib/db says
# what is known, and the next transaction starts clean under its own tenant.
#
# The checks themselves are C (t/sql/db_check.c); here is the server they need.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use Cluster;
use File::Temp qw(tempdir);
use Test::More;

my $program = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../..") . '/t/sql/db_check';
-x $program or plan(skip_all => "$program is not built (make check-programs)");

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;               # the server runs as another user than root
my $c = Cluster->new("$dir/pg");
$c->start;
END { my $status = $?; $c->stop if $c; $? = $status }
$c->createdb('scratch');
$c->psql('scratch', <<'SQL');
CREATE ROLE scratch LOGIN;
CREATE SCHEMA scratch;
GRANT USAGE ON SCHEMA scratch TO scratch;
CREATE TABLE scratch.item (tenant_id uuid, id bigint, name text, PRIMARY KEY (tenant_id, id));
ALTER TABLE scratch.item ENABLE ROW LEVEL SECURITY;
ALTER TABLE scratch.item FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON scratch.item USING (tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid);
CREATE FUNCTION scratch.fail(code text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'asked for'; END $$;
CREATE TABLE scratch.changing (v int);
INSERT INTO scratch.changing VALUES (7);
-- Ends its own session while COMMIT runs: nobody hears how it went.
CREATE TABLE scratch.doom (n int);
CREATE FUNCTION scratch.end_me() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER end_me AFTER INSERT ON scratch.doom DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION scratch.end_me();
CREATE TABLE scratch.late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO scratch.late VALUES (1);
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA scratch TO scratch;
SQL
$ENV{SUTLER_TEST_CONNINFO} = $c->conninfo('scratch', 'scratch');
$ENV{SUTLER_TEST_ADMIN} = $c->conninfo('scratch');
$ENV{SUTLER_TEST_FAULT} = "$dir/fault";

# One line of TAP in, one out: prove sees the checks by name.
open my $tap, '-|', $program or die "cannot run $program: $!\n";
print while <$tap>;
close $tap;
my $status = $?;
$c->stop;
undef $c;
exit($status == 0 ? 0 : 1);
