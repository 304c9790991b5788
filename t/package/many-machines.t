#!/usr/bin/perl
# Promise: the runbooks "A second database server" and "Several front hosts" work as doc/runbooks.md says: a streaming
# replica takes over with everything that was committed, and of two front hosts behind HAProxy either can go
# while visitors notice nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Cluster;
use File::Path qw(remove_tree);
use House qw(alive demoted end_pid free_port own_dir read_file spawn top wait_for write_file);
use IO::Socket::INET;
use POSIX ();
use Shop;
use Stack;
use Test::More;
use Time::HiRes qw(sleep time);
use Visitor;

plan skip_all => 'haproxy is not installed' if !-x '/usr/sbin/haproxy';
my $top = top();
my $dir = "$top/var/test/run/many-machines-$$";
my $guide = read_file("$top/doc/runbooks.md");
my %pid;
my ($owner, $one, $two, $standby) = ($$);
END {
	my $s = $?;
	if ($$ == $owner) {
		end_pid($_, 5) for grep { alive($_) } values %pid;
		eval { $_->stop } for grep { defined } $two, $one, $standby;
	}
	$? = $s;
}

# ---- one database, two front hosts with their own programs and web server ----
require Fixture;
my @rows = House::program_rows();
$one = Stack->new(dir => "$dir/one", build => $ENV{SUTLER_BUILD} // "$top/var/build", media => "$dir/media", durable => 1,
	server => { wal_level => 'replica', max_wal_senders => 5, hot_standby => 'on' }, config => { 'web.workers' => 1 });
own_dir("$dir/media", 0755);
$one->start;
my $c = $one->{cluster};
my $f = Fixture->new($one->dbh);
$f->furnish;
$two = Stack->new(dir => "$dir/two", build => $one->{build}, media => "$dir/media", cluster => $c, database => $one->{database}, prepared => 1,
	config => { 'web.workers' => 1 }, key_file => $one->secret_key_file);
$two->start;

# The snippet of the guide.
my ($snippet) = $guide =~ m{```haproxy\n(.*?)```}s or die 'the guide has no snippet for HAProxy';
my $port = free_port();
for (['bind :80', "bind 127.0.0.1:$port"], ['front1 10.0.0.11:80', 'front1 127.0.0.1:' . $one->port], ['front2 10.0.0.12:80', 'front2 127.0.0.1:' . $two->port]) {
	my ($from, $to) = @$_;
	ok($snippet =~ s/\Q$from\E/$to/, "the guide's snippet says $from");
}
write_file("$dir/haproxy.cfg", $snippet);
is(system("haproxy -c -q -f '$dir/haproxy.cfg'"), 0, 'HAProxy takes it');
$pid{haproxy} = spawn(cmd => ['haproxy', '-db', '-f', "$dir/haproxy.cfg"], log => "$dir/haproxy.log");
my $visitor = Visitor->new(port => $port, host => 'one.localhost', timeout_s => 30);
sub ask { my ($path) = @_; my $got = eval { $visitor->get($path) }; return $got ? $got->status : "none: $@" =~ s/\s+/ /gr }
ok(wait_for(30, sub { ask('/') eq '200' }), 'the shop answers behind it');

# A cart made at one front is the same at the other.
is($visitor->post('/cart/items', { variant => $f->variant_of('one'), quantity => 2 })->status, 303, 'something goes into a cart');
sub shows { my ($v) = @_; return $v->get('/cart')->text =~ /Product PLAIN es\b.*\b20,00/s ? 'yes' : 'no' }
is_deeply([map { my $v = Visitor->new(port => $_->port, host => 'one.localhost'); $v->{cookies} = { %{ $visitor->{cookies} } }; shows($v) } $one, $two],
	['yes', 'yes'], 'either front shows it: programs keep nothing');

# One of them dies under load, then comes back.
my $stop = 0;
my $from = time;
my $reader = open(my $out, '-|') // die;
if (!$reader) {
	my ($n, %status) = (0);
	local $SIG{TERM} = sub { $stop = 1 };
	while (!$stop) { $status{ ask($n++ % 2 ? '/' : '/cart') }++ }
	print join ' ', map { "$_=$status{$_}" } sort keys %status;
	close STDOUT;
	POSIX::_exit(0);
}
sleep 3;
$two->end('nginx', 1, 'KILL');
sleep 6;
$two->start_web;
sleep 6;
kill 'TERM', $reader;
my $said = do { local $/; <$out> };
close $out;
note sprintf 'front 2 killed and back under load: %s in %.0f s', $said, time - $from;
like($said, qr/^200=\d+$/, 'no visitor noticed');

# ---- a streaming replica ----
$standby = Cluster->new("$dir/standby", durable => 1, settings => { wal_level => 'replica', max_wal_senders => 5, hot_standby => 'on' });
own_dir("$dir/standby", 0755);
write_file("$dir/one/pg/pg_hba.conf", read_file("$dir/one/pg/pg_hba.conf") . "local replication all peer map=house\n");
$c->psql('postgres', 'CREATE ROLE replicator LOGIN REPLICATION');
$c->map_roles;
$c->psql('postgres', 'SELECT pg_reload_conf()');
$from = time;
is(system(demoted(Cluster::bin_dir() . '/pg_basebackup', '-h', $c->socket_dir, '-U', 'replicator', '-D', $standby->{data}, '-R', '-X', 'stream', '--checkpoint=fast')), 0,
	'pg_basebackup copies the server');
note sprintf 'copied in %.1f s: %s', time - $from, $c->psql('postgres', q{SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database});
$standby->start;
is($standby->psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'the replica follows');
my $lag = time;
$c->psql($one->{database}, q{INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (sutler.uuid7(), 'mark', 'Mark')});
ok(wait_for(30, sub { $standby->psql($one->{database}, q{SELECT count(*) FROM tenancy.tenant WHERE slug = 'mark'}) }), 'what is committed is there');
note sprintf 'seen on the replica after %.0f ms', 1000 * (time - $lag);
ok(!eval { local *STDERR; $standby->psql($one->{database}, 'DELETE FROM tenancy.tenant'); 1 }, 'it takes no writes');
is($c->psql('postgres', 'SELECT state FROM pg_stat_replication'), 'streaming', 'the first server knows of it');

# The first server is lost; the replica becomes the database.
my $orders = $c->psql($one->{database}, 'SELECT count(*) FROM sales.cart');
$from = time;
$c->stop('immediate');
is(ask('/cart'), 503, 'without a database the shop says 503');
is($standby->psql('postgres', 'SELECT pg_promote()'), 't', 'the replica takes over');
$standby->map_roles;
for my $s ($one, $two) {
	$s->{cluster} = $standby;
	$s->write_config;
	$s->restart_program($_->{name}) for grep { $_->{kind} =~ /page|service/ } @{ $s->{rows} };
}
ok(wait_for(60, sub { ask('/cart') eq '200' }), 'the shop serves from it');
note sprintf 'taken over in %.1f s', time - $from;
is(shows($visitor), 'yes', 'with the cart of before');
is($standby->psql($one->{database}, 'SELECT count(*) FROM sales.cart'), $orders, 'and everything that was committed');
$_->stop for $two, $one;
$standby->stop;
remove_tree($dir) if Test::More->builder->is_passing;
done_testing;
