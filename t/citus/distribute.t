#!/usr/bin/perl
# Promise: on a server with Citus the schema is spread by merchant as planned, and rows, policies and
# functions of a merchant work as before. Debian has no package of it: without it this is skipped, and says so.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Cluster;
use File::Temp qw(tempdir);
use House qw(top);
use Test::More;

my ($control) = grep { -e } map { "$_/extension/citus.control" } glob '/usr/share/postgresql/*';
plan skip_all => 'SKIPPED: the extension citus is not installed on this machine; nothing of it was tried' if !$control;
my $ctl = ($ENV{SUTLER_BUILD} // top()) . '/sbin/sutlerctl';
plan skip_all => "$ctl is not built" if !-x $ctl;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
my $c = Cluster->new("$dir/pg", settings => { shared_preload_libraries => "'citus'", wal_level => 'logical', max_wal_senders => 10,
	'citus.enable_unsafe_triggers' => 'on' });
$c->start;
$c->createdb('shop');
$c->psql_file('shop', top() . '/sql/bootstrap.sql');
$c->map_roles;
my $conn = $c->conninfo('shop', '_sutler-owner');
sub ctl { my (@args) = @_; my $text = join '', `'$ctl' --db "$conn" --sql '${\top()}/sql' @args 2>&1`; return ($? >> 8, $text) }
is((ctl('migrate'))[0], 0, 'a house');
$c->psql('shop', q{CREATE EXTENSION citus; SELECT citus_set_coordinator_host('localhost'); GRANT USAGE ON SCHEMA pg_catalog TO "_sutler-owner"});
my ($status, $text) = ctl('distribute', '--run');
is($status, 0, 'it is distributed') or diag $text;
is($c->psql('shop', q{SELECT count(*) FROM pg_dist_partition WHERE partmethod = 'h'}), () = $text =~ /^SELECT create_distributed_table/mg, 'as many tables as planned');
is($c->psql('shop', q{SELECT count(DISTINCT colocationid) FROM pg_dist_partition WHERE partmethod = 'h'}), 1, 'all of them together');
$c->psql('shop', q{INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES ('01900000-0000-7000-8000-000000000001', 'one', 'One')});
my $owner = $c->dbh('shop', '_sutler-owner');
$owner->do(q{SELECT set_config('sutler.tenant', '01900000-0000-7000-8000-000000000001', false)});
ok($owner->do(q{INSERT INTO audit.entry (tenant_id, actor, action, target) VALUES ('01900000-0000-7000-8000-000000000001', 't', 't', 't')}), 'a row of a merchant');
ok(!eval { $owner->do(q{INSERT INTO audit.entry (tenant_id, actor, action, target) VALUES ('01900000-0000-7000-8000-000000000002', 't', 't', 't')}); 1 }, 'none of another');
is($owner->selectrow_array(q{SELECT sealed FROM audit.seal_some('01900000-0000-7000-8000-000000000001', 10)}), 1, 'its functions work');
$c->stop;
done_testing;
