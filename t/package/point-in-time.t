#!/usr/bin/perl
# Promise (P18): the recipe of doc/point-in-time.md brings the database back to a moment between two backups,
# by pgBackRest: what was written before it is there, what was done after it is not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Cluster;
use File::Temp qw(tempdir);
use House qw(demoted own_dir read_file top wait_for write_file);
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'pgbackrest is not installed' if !-x '/usr/bin/pgbackrest';
my $ctl = ($ENV{SUTLER_BUILD} // top()) . '/sbin/sutlerctl';
plan skip_all => "$ctl is not built" if !-x $ctl;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
own_dir("$dir/$_", 0750) for qw(repo log lock spool private);
my $conf = "$dir/pgbackrest.conf";
my $c = Cluster->new("$dir/pg", durable => 1, settings => { wal_level => 'replica', max_wal_senders => 3, archive_mode => 'on', archive_timeout => '5min',
	archive_command => "'pgbackrest --config=$conf --stanza=sutler archive-push %p'" });
# The snippet of the guide, with the places of this test.
my ($snippet) = read_file(top() . '/doc/point-in-time.md') =~ m{```ini\n(.*?)```}s or die 'the guide has no snippet';
my %place = ('/srv/pgbackrest' => "$dir/repo", '/var/lib/postgresql/15/main' => $c->{data}, '/var/run/postgresql' => $c->socket_dir,
	'/var/log/pgbackrest' => "$dir/log");
my $settings = $snippet;
for my $from (keys %place) {
	ok($settings =~ s/\Q$from\E/$place{$from}/g, "the guide's snippet names $from");
}
my $pass = 'a word that opens the repository';
ok($settings =~ s/^(repo1-cipher-pass=).*$/$1$pass/m, 'and a word for the repository');
write_file($conf, $settings . "lock-path=$dir/lock\nspool-path=$dir/spool\n", 0644);
my $took = {};

sub rest
{
	my ($what, @args) = @_;
	my $from = time;
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		exec demoted('pgbackrest', "--config=$conf", '--stanza=sutler', @args) or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	is($?, 0, $what) or diag $text;
	$took->{$what} = time - $from;
	note sprintf '%s: %.1f s', $what, $took->{$what};
	return $text;
}
sub sql { return $c->psql('sutler', $_[0]) }

$c->start;
$c->createdb('sutler');
$c->psql_file('sutler', top() . '/sql/bootstrap.sql');
$c->map_roles;
write_file("$dir/sutler.conf", "[database]\nconnection = host=${\$c->socket_dir} dbname=sutler\n[paths]\nprivate = $dir/private\nsql = ${\top()}/sql\n");
$ENV{SUTLER_CONFIG} = "$dir/sutler.conf";
is(system("'$ctl' migrate > /dev/null"), 0, 'a house');
# 300 000 rows, so that the figures are of something.
sql(q{INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (sutler.uuid7(), 'acme', 'Acme')});
sql(q{INSERT INTO audit.entry (tenant_id, actor, action, target) SELECT tenant_id, 'test', 'made', repeat(i::text, 20) FROM tenancy.tenant, generate_series(1, 300000) i});

rest('the stanza is made', 'stanza-create');
rest('the archive works', 'check');
rest('a full backup', '--type=full', 'backup');
my $size = $c->psql('postgres', q{SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database});
sql(q{INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (sutler.uuid7(), 'before', 'Before')});
rest('an incremental one', '--type=diff', 'backup');
sql(q{INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (sutler.uuid7(), 'later', 'Later')});
sleep 1.1;
my $moment = sql(q{SELECT to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US+00')});
sleep 1.1;
sql(q{SET session_replication_role = replica; DELETE FROM audit.entry; DELETE FROM tenancy.tenant WHERE slug = 'acme'});
sql('SELECT pg_switch_wal()');
wait_for(60, sub { sql(q{SELECT count(*) FROM pg_stat_archiver WHERE last_archived_wal IS NOT NULL AND failed_count = 0}) });

# The disk is lost.
my $from = time;
$c->stop('immediate');
system('rm', '-rf', $c->{data});
own_dir($c->{data}, 0700);
rest('the way back', 'restore', '--type=time', "--target=$moment", '--target-action=promote');
$c->start;
ok(wait_for(120, sub { eval { $c->psql('postgres', 'SELECT pg_is_in_recovery()') } eq 'f' }), 'it is no longer recovering');
$took->{all} = time - $from;
is(sql(q{SELECT string_agg(slug, ' ' ORDER BY slug) FROM tenancy.tenant}), 'acme before later', 'all that was before the moment');
is(sql('SELECT count(*) FROM audit.entry'), 300000, 'and nothing of what came after');
like(`'$ctl' erase replay 2>&1`, qr/^0 in the register/, 'the register of erasures is done again');
rest('it goes on archiving', 'check');
note sprintf '%s of databases: full %.1f s, diff %.1f s, back and serving %.1f s', $size, @$took{'a full backup', 'an incremental one', 'all'};
unlike(join('', map { read_file($_) } split /\n/, `find '$dir/repo' -type f -name '*.manifest'`), qr/acme/, 'the repository is encrypted');
$c->stop;
done_testing;
