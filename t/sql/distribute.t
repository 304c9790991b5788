#!/usr/bin/perl
# Promise: the schema can be spread over several machines by merchant: every table has its place, keys and
# triggers stay with the merchant, and sutlerctl distribute plans just that.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $ours = q{n.nspname !~ '^(pg_|information_schema$|public$)'};
my $tables = sub { map { $_->[0] } @{ $dbh->selectall_arrayref("SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE $ours AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND ($_[0]) ORDER BY 1") } };

# A function's tenant is its first argument, or it asks the setting, or it touches no rows at all.
my @astray = map { $_->[0] } @{ $dbh->selectall_arrayref("SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE $ours AND p.prosecdef AND p.prorettype <> 'trigger'::regtype AND p.oid NOT IN ('sutler.make_months(integer)'::regprocedure, 'watch.job_ran(bigint,bigint,boolean)'::regprocedure, 'watch.schema_version()'::regprocedure)
		AND NOT coalesce(p.proargnames[1] = 'p_tenant', false) AND p.prosrc !~ 'sutler\\.tenant'") };
is_deeply(\@astray, [], 'functions take the tenant');

# What a trigger writes, it writes of a tenant that it has from its rows or from the setting.
my @loose;
for my $row (@{ $dbh->selectall_arrayref("SELECT DISTINCT p.oid::regprocedure::text, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
	JOIN pg_namespace n ON n.oid = p.pronamespace WHERE NOT t.tgisinternal AND $ours") }) {
	my ($name, $code) = @$row;
	$code =~ s/--.*//g;
	for my $write ($code =~ /\bINSERT\s+INTO\s+([^;]+)/gi) {
		push @loose, $name if $write !~ /tenant_id/;
	}
}
is_deeply(\@loose, [], 'triggers write tenant_id with every row');

my ($status, $plan) = $s->ctl('distribute');
is($status, 0, 'there is a plan') or diag $plan;
my @distributed = map { s/''/'/gr } $plan =~ /^SELECT create_distributed_table\('((?:[^']|'')+)', 'tenant_id'/mg;
my @reference = $plan =~ /^SELECT create_reference_table\('((?:[^']|'')+)'/mg;
my @host = $tables->(q{obj_description(c.oid, 'pg_class') LIKE '%Table of the host%'});
is_deeply([sort @distributed, @reference, @host], [sort { $a cmp $b } $tables->('true')], 'each table has its place, once');
is_deeply(\@reference, [qw(sales.step staff.permission tenancy.host tenancy.tenant)], 'these are on every machine');
is_deeply(\@host, [qw(migration.applied sutler.drill tenancy.seal_key watch.certificate watch.house watch.job)], 'these stay where they are');
is($distributed[0], 'tenancy.store', 'the first, beside which all others lie');
my @dropped = $plan =~ /^ALTER TABLE (\S+) DROP CONSTRAINT (\S+);$/mg;
my @added = map { @$_ } map { [/^ALTER TABLE (\S+) ADD CONSTRAINT (\S+) FOREIGN KEY/] } split /\n/, $plan;
cmp_ok(scalar @dropped, '>', 200, 'foreign keys go');
is_deeply(\@added, \@dropped, 'and all come back');

# A mistake is seen.
$dbh->do('CREATE TABLE sales.mistake (tenant_id uuid NOT NULL, code text PRIMARY KEY); ALTER TABLE sales.mistake OWNER TO "_sutler-owner"');
($status, $plan) = $s->ctl('distribute');
is($status, 1, 'a unique key without tenant');
like($plan, qr/sales\.mistake has a unique key without tenant_id and is not marked/, '... is named');
$dbh->do(q{COMMENT ON TABLE sales.mistake IS 'Codes. Reference table.'});
($status) = $s->ctl('distribute');
is($status, 0, '... until it is marked');
$dbh->do('DROP TABLE sales.mistake');
($status, $plan) = $s->ctl('distribute', '--run');
is($status, 1, 'without the extension');
like($plan, qr/the extension citus is not in this database/, '... it says so, and does nothing');
$dbh->disconnect;
done_testing;
