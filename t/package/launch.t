#!/usr/bin/perl
# Promise: without systemd sutler-launch runs the house from the same table: sockets for whom they are, a program
# per first visitor, each as its own user and unable to do what its row does not say; who is killed is there again,
# and what a crash leaves is in nobody's way.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use BootTree;
use House qw(program_rows top wait_for);
use Probes qw(expected verdicts);
use Test::More;
use Units qw(user_of);

my $why = BootTree::missing();
plan skip_all => "no host in a directory: $why" if $why;
my $top = top();
my $build = $ENV{SUTLER_BUILD} // "$top/var/build";
my @rows = program_rows();
my @served = grep { $_->{kind} =~ /^(?:page|service)$/ } @rows;
my @pages = grep { $_->{kind} eq 'page' } @rows;

my @debs = glob "$top/var/package/sutler_*.deb";
if (!@debs) {
	system "$top/dev/package > /dev/null";
	@debs = glob "$top/var/package/sutler_*.deb";
}
ok(@debs, 'there is a package') or BAIL_OUT('no package');
my $t = BootTree->new(debs => \@debs);
# A container: its process 1 waits for the others.
$t->boot('sh', '-c', 'while :; do sleep 60; done');

sub says { my ($line) = @_; return ($t->inside($line))[1] =~ s/\s+\z//r }
sub host_of { my ($row) = @_; return $row->{name} =~ /^admin-/ ? 'admin.localhost' : 'shop.localhost' }
sub path_of { my ($row) = @_; return (split /,/, $row->{prefixes})[0] }

# Starts it; what it says goes to /tmp/launch.log.
sub launch
{
	my (@options) = @_;
	$t->inside("setsid sutler-launch @options > /tmp/launch.log 2>&1 < /dev/null & echo \$! > /tmp/launch.pid");
	return;
}

sub launcher { return says('cat /tmp/launch.pid') }
sub running { return says('kill -0 $(cat /tmp/launch.pid) 2>/dev/null && echo yes') eq 'yes' }

sub stops
{
	my ($what) = @_;
	$t->inside('kill $(cat /tmp/launch.pid)');
	ok(wait_for(40, sub { !running() }), $what) or diag says('tail -n 5 /tmp/launch.log');
	return;
}

# Processes of a program, the oldest first.
sub pids_of
{
	my ($row) = @_;
	return split ' ', says("find /proc -maxdepth 1 -name '[0-9]*' -user ${\user_of($row)} -printf '%f\\n' 2>/dev/null | sort -n");
}

# The users that have a process.
sub programs { return join ' ', grep { /^_sutler-/ } split ' ', says("find /proc -maxdepth 1 -name '[0-9]*' -printf '%u\\n' 2>/dev/null | sort -u") }

{
	my ($status, $said) = $t->install;
	is($status, 0, 'the package installs where there is no systemd') or diag $said;
	($status, $said) = $t->inside('pg_ctlcluster 15 main start');
	is($status, 0, 'a database server runs') or diag $said;
	($status, $said) = $t->make_database;
	is($status, 0, '... has the database') or diag $said;
	($status, $said) = $t->make_store;
	is($status, 0, '... and a shop') or diag $said;
	($status, $said) = $t->configure_nginx;
	is($status, 0, 'nginx takes the snippets') or diag $said;
	$t->inside('nginx');
}

# ---- the house ----
launch('-i 600');
ok(wait_for(20, sub { says('ls /run/sutler/*.sock 2>/dev/null | wc -l') == @served }), 'it listens for each program') or diag says('cat /tmp/launch.log');
for my $row (@served) {
	is(says("stat -c '%F %a %U %G' /run/sutler/$row->{name}.sock"), 'socket 660 root ' . ($row->{kind} eq 'service' ? '_sutler' : 'www-data'),
		"$row->{name}: its socket is for whom it serves");
}
is(programs(), '', 'nobody asked, so no page runs');
for my $row (@pages) {
	my $status = $t->status_of(host_of($row), path_of($row));
	ok($status >= 200 && $status < 500 && $status != 421, "$row->{name}: " . path_of($row) . " answers $status") or diag says('tail -n 5 /tmp/launch.log');
	my ($master) = pids_of($row);
	ok($master, '... its program was started for that') or next;
	my %status = says("cat /proc/$master/status") =~ /^(\w+):\t(.*)$/mg;
	is(join(' ', @status{qw(NoNewPrivs Seccomp CapEff CapPrm CapBnd)}), '1 2 ' . join(' ', ('0' x 16) x 3), '... with no privilege and a filter');
	my @groups = split ' ', says('id -G ' . user_of($row));
	is_deeply([sort { $a <=> $b } split ' ', $status{Groups}], [grep { $_ != (split ' ', $status{Gid})[0] } sort { $a <=> $b } @groups], '... and the groups of its row');
}
{
	my ($status, $said) = $t->inside('sutler-launch');
	is($status, 78, 'a second one does not start');
	like($said, qr/another one runs/, '... and says why');
	is($t->status_of('shop.localhost', '/'), 200, '... the first one is not disturbed');
}

# ---- who is killed is there again ----
for my $name (qw(cart login)) {
	my ($row) = grep { $_->{name} eq $name } @pages;
	my ($master) = pids_of($row);
	$t->inside("kill -9 $master");
	is($t->status_of(host_of($row), path_of($row)), 200, "$name: its master is killed, and the next visitor served");
	my ($now) = pids_of($row);
	isnt($now, $master, '... by another one');
}
{
	my ($row) = grep { $_->{name} eq 'home' } @pages;
	my ($master, @workers) = pids_of($row);
	$t->inside('kill -HUP $(cat /tmp/launch.pid)');
	my %old = map { ($_ => 1) } @workers;
	ok(wait_for(20, sub { my ($m, @w) = pids_of($row); @w && !grep { $old{$_} } @w }), 'SIGHUP: new workers');
	is((pids_of($row))[0], $master, '... of the same master');
	is($t->status_of('shop.localhost', '/'), 200, '... serve');
}

# ---- a crash of its own ----
$t->inside('kill -9 $(cat /tmp/launch.pid)');
ok(wait_for(40, sub { programs() eq '' }), 'when it is killed, the programs end');
is(says('ls /run/sutler/*.sock | wc -l'), scalar @served, '... and sockets that nobody listens on are left');
launch('-i 600');
is(wait_for(20, sub { $t->status_of('shop.localhost', '/') == 200 }) ? 'serves' : 'does not', 'serves', 'the next one replaces them');
stops('SIGTERM ends it');
is(programs(), '', '... and all programs');
is(says('ls /run/sutler/*.sock 2>/dev/null'), '', '... and takes the sockets away');
is(says("sed -n 's/.*\"message\":\"\\(failed\\)\".*/\\1/p' /tmp/launch.log"), '', '... nothing failed meanwhile');

# ---- idle programs, jobs ----
launch('-j -i 2 home ' . join ' ', map { $_->{name} } grep { $_->{kind} =~ /^(?:job|resident)$/ } @rows);
ok(wait_for(20, sub { $t->status_of('shop.localhost', '/') == 200 }), 'one page and all jobs');
{
	my ($row) = grep { $_->{name} eq 'home' } @pages;
	ok(wait_for(30, sub { !pids_of($row) }), '... a page that nobody asks leaves');
	is($t->status_of('shop.localhost', '/'), 200, '... and comes back');
	my @minutely = grep { $_->{schedule} eq 'every-1m' } @rows;
	ok(wait_for(90, sub { my $log = says('cat /tmp/launch.log'); !grep { $log !~ /"message":"started","program":"\Q$_->{name}\E"/ } @minutely }), '... jobs run at their minute')
		or diag says('cat /tmp/launch.log');
	my @jobs_left = grep { $_->{schedule} =~ /^daily/ } @rows;
	is(scalar(grep { says('cat /tmp/launch.log') =~ /"message":"started","program":"\Q$_->{name}\E"/ } @jobs_left), 0, '... and not those of another hour')
		if says('date -u +%H') !~ /^0[1-4]/;
}
stops('it ends while jobs run');
is(says("sed -n 's/.*\"message\":\"failed\",\"program\":\"\\([a-z-]*\\)\".*/\\1/p' /tmp/launch.log"), '', '... which all ended well') or diag says('cat /tmp/launch.log');

# ---- what cannot be is said ----
for my $case (['-t /nonexistent', qr/cannot read/], ['nobody', qr/has no row nobody/], ['-g nogroup-here', qr/no group nogroup-here/], ['-x /nonexistent', qr/cannot run/], ['-o', qr/each program has its own user/]) {
	my ($status, $said) = $t->inside("timeout 10 sutler-launch $case->[0]");
	ok($status == 78 || $status == 64, "$case->[0]: refused");
	like($said, $case->[1], '... and says why');
}
my $table = "home page / 2 64k 96 - - - -\n";
for my $case (["home page / 2 64k 96 - -\n", 'too few cells'], ["$table ./x page / 2 64k 96 - - - -\n", 'small letters'], ["home page / 2 64k 96 out etc - -\n", 'nobody knows'],
	["home page / 2 64k 96 in - - -\n", 'neither out nor'], ["home job / 2 64k 96 - - - weekly\n", 'not understood'], ["home page / 2 64k x - - - -\n", 'megabytes']) {
	$t->write('/tmp/table', $case->[0]);
	my ($status, $said) = $t->inside('timeout 10 sutler-launch -t /tmp/table');
	is($status, 78, "a table with a mistake ($case->[1]) starts nothing");
	like($said, qr/\Q$case->[1]\E/, '... and says where');
}

# ---- the sandboxes hold ----
$t->put("$build/t/lib/probe", '/tmp/probe', 0755);
$t->inside('mkdir -p /usr/libexec/probe/cgi-bin /usr/libexec/probe/jobs; for d in media private downloads; do echo x > /var/lib/sutler/$d/canary; chgrp _sutler-$d /var/lib/sutler/$d/canary; '
	. 'chmod 640 /var/lib/sutler/$d/canary; done; chmod 644 /var/lib/sutler/media/canary');
my %tried;
for my $row (@rows) {
	# A program started at once, and with the kind of a page so that it needs no minute.
	$t->inside("cp /tmp/probe /usr/libexec/probe/cgi-bin/$row->{name}");
	my @cells = ($row->{name}, 'page', '/', 1, '64k', $row->{memory}, map({ $row->{$_} || '-' } qw(network writes reads)), '-');
	$t->write('/tmp/table', "@cells\n");
	$t->inside('rm -f /tmp/launch.log');
	launch('-n -t /tmp/table -x /usr/libexec/probe');
	wait_for(20, sub { says('grep -c "^core-files" /tmp/launch.log') > 0 });
	my ($want, $got) = (expected($row, launch => 1), verdicts(says('grep -v "^{" /tmp/launch.log')));
	$t->inside('kill $(cat /tmp/launch.pid)');
	wait_for(20, sub { !running() });
	$tried{$_}{ $want->{$_} }++ for keys %$want;
	is_deeply($got, $want, "$row->{name}: what it may and may not, in " . keys(%$want) . ' tries')
		or diag join "\n", map { "$_: " . ($got->{$_} // 'not tried') . ", not $want->{$_}" } grep { ($got->{$_} // -1) != $want->{$_} } sort keys %$want;
}
is_deeply([grep { keys %{ $tried{$_} } < 2 } qw(inet inet6 udp secret read-private read-downloads write-media write-private write-downloads)], [],
	'what rows give, one has and another has not');
$t->stop;
done_testing;
