#!/usr/bin/perl
# Promise: on a host where systemd is process 1 the package looks after itself: sockets listen and start their
# program when somebody asks, idle programs leave, jobs run by timers and never by cron as well, who is killed is
# there again, and no program can do what its row of programs.tab does not say - a probe in its place tries.
#
# The host is a Debian in a directory with namespaces of its own (t/lib/BootTree.pm).  Where the environment does
# not allow that, the file is skipped and says why.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use BootTree;
use House qw(program_rows read_file top wait_for);
use Probes qw(expected verdicts);
use Test::More;
use Units qw(user_of);

# Proportional memory of all programs together when nobody asks anything, without PostgreSQL.
use constant IDLE_MB => 64;
# A program without visitors leaves after this here; a host waits a quarter of an hour.
use constant IDLE_S => 4;
use constant RELOADS => 20;

my $why = BootTree::missing();
plan skip_all => "no host in a directory: $why" if $why;
my $top = top();
my $build = $ENV{SUTLER_BUILD} // "$top/var/build";
my @rows = program_rows();
my @pages = grep { $_->{kind} eq 'page' } @rows;
my @served = grep { $_->{kind} =~ /^(?:page|service)$/ } @rows;
my @jobs = grep { $_->{kind} =~ /^(?:job|resident)$/ } @rows;

# t/package/build.t made them; alone, this file makes them itself.
my @debs = glob "$top/var/package/sutler_*.deb";
if (!@debs) {
	system "$top/dev/package > /dev/null";
	@debs = glob "$top/var/package/sutler_*.deb";
}
ok(@debs, 'there is a package') or BAIL_OUT('no package');
my $t = BootTree->new(debs => \@debs);
$t->boot;

sub runs
{
	my ($line, $what) = @_;
	my ($status, $said) = $t->inside($line);
	is($status, 0, $what) or diag $said;
	return $said;
}

sub says { my ($line) = @_; return ($t->inside($line))[1] =~ s/\s+\z//r }

# Properties of a unit.
sub shows
{
	my ($unit, @names) = @_;
	my %p = says("systemctl show '$unit' " . join ' ', map { "-p $_" } @names) =~ /^(\w+)=(.*)$/mg;
	return wantarray ? @p{@names} : $p{ $names[0] };
}

sub main_pid { my ($row) = @_; return shows("sutler-$row->{name}.service", 'MainPID') }
sub active { my ($row) = @_; return shows("sutler-$row->{name}.service", 'ActiveState') eq 'active' }
sub path_of { my ($row) = @_; return (split /,/, $row->{prefixes})[0] }
sub host_of { my ($row) = @_; return $row->{name} =~ /^admin-/ ? 'admin.localhost' : 'shop.localhost' }

# user => [[pid, kB], ...] of every process of a program.
sub memory
{
	my $said = says(q{find /proc -maxdepth 1 -name '[0-9]*' -printf '%u %f\n' 2>/dev/null | while read u p; do case $u in _sutler-*) echo "$u $p $(sed -n 's/^Pss: *//p' /proc/$p/smaps_rollup 2>/dev/null)";; esac; done});
	my %of;
	push @{ $of{$1} }, [$2, $3] while $said =~ /^(\S+) (\d+) (\d+) kB$/mg;
	return \%of;
}

sub sum_mb { my ($of) = @_; my $kb = 0; $kb += $_->[1] for map { @$_ } values %$of; return $kb / 1024 }

# ---- installed on a running host ----
{
	my ($status, $said) = $t->install;
	is($status, 0, 'the package installs while systemd runs') or diag $said;
}
is(says('systemctl is-active sutler.target'), 'active', 'and its target is there');
for my $row (@served) {
	my $socket = says("stat -c '%F %a %U %G' /run/sutler/$row->{name}.sock");
	is($socket, 'socket 660 root ' . ($row->{kind} eq 'service' ? '_sutler' : 'www-data'), "$row->{name}: its socket is for whom it serves");
}
is(scalar(grep { active($_) } @served), 0, 'nobody asked, so no page runs');
{
	my ($status, $said) = $t->make_database;
	is($status, 0, 'the database is made') or diag $said;
	($status, $said) = $t->make_store;
	is($status, 0, '... and a shop') or diag $said;
	($status, $said) = $t->configure_nginx;
	is($status, 0, 'nginx takes the snippets') or diag $said;
}
runs('systemctl restart nginx', 'nginx serves');
# Timers have called the jobs before there was a database, which they rightly complained about.
runs('systemctl reset-failed', 'from here on nothing may fail');

# ---- the first request starts its program ----
for my $row (@pages) {
	my $status = $t->status_of(host_of($row), path_of($row));
	ok($status >= 200 && $status < 500 && $status != 421, "$row->{name}: " . path_of($row) . " answers $status") or diag says("journalctl --no-pager -n 20 -u sutler-$row->{name}");
	ok(active($row), '... its program was started for that');
	my $pid = main_pid($row);
	like(says("readlink /proc/$pid/fd/0"), qr/^socket:/, '... with the socket as standard input');
	is(says("stat -c %U /proc/$pid"), user_of($row), '... as its own user');
}
note sprintf 'every page program at once: %.1f MB', sum_mb(memory());
{
	my ($courier) = grep { $_->{kind} eq 'service' } @rows;
	$t->inside("curl -s -m 3 --unix-socket /run/sutler/$courier->{name}.sock http://x/");
	ok(active($courier), 'who connects to courier starts it');
}

# ---- who is killed is there again ----
for my $row (grep { $_->{name} =~ /^(?:cart|login)$/ } @pages) {
	my $pid = main_pid($row);
	runs("kill -9 $pid", "$row->{name}: its master is killed");
	is($t->status_of(host_of($row), path_of($row)), 200, '... the next visitor is served');
	ok(wait_for(10, sub { my $now = main_pid($row); $now && $now != $pid }), '... by another one');
}
runs('systemctl kill -s KILL sutler-cart.service', 'a program and all its workers are killed');
is($t->status_of('shop.localhost', '/cart'), 200, '... and the next visitor is served');

# ---- a new release takes over without a visitor noticing ----
{
	my ($home) = grep { $_->{name} eq 'home' } @pages;
	my $pid = main_pid($home);
	my $said = says(q{(while [ ! -e /run/enough ]; do curl -s -m 20 -o /dev/null -w '%{http_code}\n' -H 'Host: shop.localhost' http://127.0.0.1/; done > /run/answers) & }
		. "for i in \$(seq ${\RELOADS}); do systemctl reload sutler-home || echo failed; done; touch /run/enough; wait; sort /run/answers | uniq -c");
	like($said, qr/\A\s*\d+ 200\z/, RELOADS . " reloads under load: $said");
	is(main_pid($home), $pid, '... under the same process id');
}

# ---- who is not asked leaves ----
for my $row (@served) {
	my $line = says("sed -n 's/^ExecStart=//p' /lib/systemd/system/sutler-$row->{name}.service") =~ s/ -i \d+/' -i ' . IDLE_S/er;
	$t->inside("mkdir -p /run/systemd/system/sutler-$row->{name}.service.d && printf '[Service]\\nExecStart=\\nExecStart=$line\\n' > /run/systemd/system/sutler-$row->{name}.service.d/idle.conf");
}
runs('systemctl daemon-reload && systemctl stop ' . join(' ', map { "sutler-$_->{name}.service" } @served), 'the programs get less patience');
# The visitors of the reloads may have left / with nginx in this very second; under this address nobody asked for it.
is_deeply([grep { $t->status_of(host_of($_), path_of($_) . '?utm_id=again') >= 500 || !active($_) } @pages], [], '... and each comes when it is asked');
ok(wait_for(60, sub { !grep { active($_) } @served }), 'when nobody asks any more, they leave') or diag join ' ', map { $_->{name} } grep { active($_) } @served;
is_deeply([grep { shows("sutler-$_->{name}.socket", 'ActiveState') ne 'active' } @served], [], '... and their sockets listen on');

# ---- jobs, by timers alone ----
is_deeply([grep { shows("sutler-$_->{name}.timer", 'ActiveState') ne 'active' } @jobs], [], 'each job has its timer');
is(says('systemctl is-active cron'), 'active', 'cron runs on this host as well');
my @minutely = grep { $_->{schedule} eq 'every-1m' } @jobs;
ok(wait_for(130, sub { !grep { !shows("sutler-$_->{name}.service", 'ExecMainStartTimestampMonotonic') } @minutely }), 'the timers of every minute have fired');
for my $row (grep { $_->{kind} eq 'job' } @jobs) {
	my ($status) = $t->inside("systemctl start sutler-$row->{name}.service");
	is($status, 0, "$row->{name} runs through") or diag says("journalctl --no-pager -n 20 -u sutler-$row->{name}");
}
my @residents = grep { $_->{kind} eq 'resident' } @jobs;
ok(wait_for(70, sub { !grep { shows("sutler-$_->{name}.service", 'ActiveState') ne 'activating' } @residents }), 'the residents stay');
{
	my $of = memory();
	is_deeply([sort keys %$of], [sort map { user_of($_) } @residents], 'and are all that runs on a host that nobody asks anything');
	cmp_ok(sum_mb($of), '<=', IDLE_MB, sprintf 'they hold %.1f MB together', sum_mb($of));
	my %cgroup = map { my $p = $_->[0]; ($p => says("cat /proc/$p/cgroup") =~ s/.*://sr) } map { @$_ } values %$of;
	is_deeply([grep { $cgroup{$_} !~ m{/sutler-[a-z-]+\.service$} } sort keys %cgroup], [], 'each in the cgroup of its unit: cron started none');
	my @twice = grep { @{ $of->{$_} } > 1 } sort keys %$of;
	is_deeply(\@twice, [], 'and none twice');
}
like(says('journalctl --no-pager -u cron | grep -c _sutler-'), qr/^[1-9]/, 'cron read its table, and left it to the timers');
is(says('systemctl list-units --failed --no-legend --plain'), '', 'and in all this nothing failed');

# ---- the sandboxes hold ----
$t->inside('systemctl stop sutler.target ' . join ' ', map { "sutler-$_->{name}.service" } @rows);
$t->put("$build/t/lib/probe", '/usr/libexec/sutler/probe', 0755);
$t->inside('mkdir -p /run/probe; for d in media private downloads; do echo x > /var/lib/sutler/$d/canary; chgrp _sutler-$d /var/lib/sutler/$d/canary; chmod 640 /var/lib/sutler/$d/canary; done; '
	. 'chmod 644 /var/lib/sutler/media/canary');
for my $row (@rows) {
	my $d = "/run/systemd/system/sutler-$row->{name}.service.d";
	$t->inside("mkdir -p $d");
	$t->write("$d/probe.conf", "[Service]\nExecStart=\nExecStart=/usr/libexec/sutler/probe\nStandardInput=null\nStandardOutput=file:/run/probe/$row->{name}\n");
}
runs('systemctl daemon-reload', 'a probe is put in the place of each program');
my %tried;
for my $row (@rows) {
	$t->inside("systemctl start sutler-$row->{name}.service");
	wait_for(20, sub { shows("sutler-$row->{name}.service", 'ActiveState') eq 'inactive' });
	my $said = says("cat /run/probe/$row->{name}");
	my ($want, $got) = (expected($row), verdicts($said));
	$tried{$_}{ $want->{$_} }++ for keys %$want;
	is_deeply($got, $want, "$row->{name}: what it may and may not, in " . keys(%$want) . ' tries')
		or diag join "\n", map { "$_: " . ($got->{$_} // 'not tried') . ", not $want->{$_}" } grep { ($got->{$_} // -1) != $want->{$_} } sort keys %$want;
}
# A probe that no program passes might not work at all: what rows give is given to one and not to another.
is_deeply([grep { keys %{ $tried{$_} } < 2 } qw(inet inet6 udp secret read-private read-downloads write-media write-private write-downloads)], [],
	'what rows give, one has and another has not');
{
	my ($status, $said) = $t->inside('mkdir -p /run/free && RUNTIME_DIRECTORY=/run/free /usr/libexec/sutler/probe');
	my $got = verdicts($said);
	is_deeply([grep { !$got->{$_} } grep { !/^(?:many-files|core-files|run-(?:own|scratch)|rings|page-faults|keys|kernel-programs|performance|real-time|read-kernel-log|write-kernel|device)$/ } sort keys %$got], [],
		'without a sandbox root can do all of it: the probes can tell') or diag $said;
}
is(says('systemctl list-units --failed --no-legend --plain'), '', 'no probe failed');
$t->stop;
done_testing;
