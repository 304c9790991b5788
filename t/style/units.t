#!/usr/bin/perl
# Promise: what runs the programs on an installed host is right by the judgement of systemd itself, lets
# each program do what its row of programs.tab says and nothing else, and cron does the same without it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use File::Temp qw(tempdir);
use House qw(program_rows read_file top write_file);
use Test::More;
use Units qw(cron_of schedule_of units user_of);

# "Exposure" in tenths, as systemd-analyze security counts it.
use constant EXPOSURE_MOST => 15;

my $top = top();
my $dir = tempdir(CLEANUP => 1);
my $build = $ENV{SUTLER_BUILD} // "$top/var/build";
my @rows = program_rows();
my $state = "$dir/state";
# A directory with the programs as they are installed, so that systemd finds what it is to start.
mkdir "$dir/libexec";
symlink "$build/$_", "$dir/libexec/$_" for qw(cgi-bin jobs);
symlink "$build/sbin/failure-mail", "$dir/libexec/failure-mail";
my $files = units(rows => \@rows, libexec => "$dir/libexec", state => $state);
write_file("$dir/$_", $files->{$_}) for keys %$files;

# KEY => [values] of a unit.
sub settings
{
	my ($name) = @_;
	my %s;
	push @{ $s{$1} }, $2 while ($files->{"system/$name"} // '') =~ /^(\w+)=(.*)$/mg;
	return \%s;
}

my @units = map { s{^system/}{}r } sort grep { m{^system/} } keys %$files;
is_deeply([sort @{ settings('sutler.target')->{Wants} }], [grep { /\.(?:socket|timer)$/ } @units], 'the target starts every socket and timer');
is(scalar @units, 2 * @rows + 2, 'two units for each program, the target, and what tells of failures');
{
	local $ENV{SYSTEMD_UNIT_PATH} = "$dir/system:";
	my @whole = grep { !/@/ } @units;
	my $said = `cd '$dir/system' && systemd-analyze verify --man=no --recursive-errors=no @whole 2>&1`;
	# Other units of this host are not ours to judge.
	is(join('', grep { /sutler/ } split /^/, $said), '', 'systemd-analyze verify has no complaint');
}
for my $row (@rows) {
	my $name = "sutler-$row->{name}";
	my $s = settings("$name.service");
	my $judged = `systemd-analyze security --offline=true --threshold=${\EXPOSURE_MOST} '$dir/system/$name.service' 2>&1`;
	is($?, 0, "$name: " . ($judged =~ /(Overall exposure level.*?:\s*[\d.]+)/)[0]) or diag $judged;
	is_deeply($s->{User}, [user_of($row)], '... its own user');
	my $out = $row->{network} eq 'out';
	is($s->{RestrictAddressFamilies}[0], $out ? 'AF_UNIX AF_INET AF_INET6' : 'AF_UNIX', $out ? '... reaches the network' : '... reaches no network');
	is($s->{PrivateNetwork}[0] // 'no', $out ? 'no' : 'yes', '... and sees none without');
	is_deeply($s->{ReadWritePaths} // [], [grep { $_ } join ' ', map { "$state/$_" } split /,/, $row->{writes}], '... writes where its row says');
	is(grep({ /secret\.key/ } @{ $s->{InaccessiblePaths} // [] }), $row->{reads} =~ /secrets/ ? 0 : 1, '... the key is there for whom it is');
	is($s->{MemoryMax}[0], "$row->{memory}M", '... and bounded in memory');
	if ($row->{kind} =~ /^(?:page|service)$/) {
		my $socket = settings("$name.socket");
		is_deeply([map { $socket->{$_}[0] } qw(ListenStream SocketMode SocketGroup)],
			["/run/sutler/$row->{name}.sock", '0660', $row->{kind} eq 'page' ? 'www-data' : '_sutler'], '... its socket is for whom it serves');
		is_deeply([map { $s->{$_}[0] } qw(StandardInput Restart)], ['socket', 'on-failure'], '... is its standard input');
	} else {
		is_deeply(settings("$name.timer")->{OnCalendar}, [schedule_of($row->{schedule})], '... runs when its row says');
		my $said = `systemd-analyze calendar '${\schedule_of($row->{schedule})}' 2>&1`;
		is($?, 0, '... as systemd understands it') or diag $said;
		my @lines = grep { / \Q${\user_of($row)}\E / } split /\n/, $files->{'cron.d/sutler'};
		is(scalar @lines, 1, '... and one line of cron');
		like($lines[0], qr/^\Q${\cron_of($row->{schedule})}\E +\S+ +\[ -d \/run\/systemd\/system \] \|\|/, '... at the same times, where there is no systemd');
	}
}
# What tells of failures: a sandbox of its own, the journal and the mail server within reach.
{
	my $s = settings('sutler-failure@.service');
	my $judged = `systemd-analyze security --offline=true --threshold=${\EXPOSURE_MOST} '$dir/system/sutler-failure@.service' 2>&1`;
	is($?, 0, 'sutler-failure@: ' . ($judged =~ /(Overall exposure level.*?:\s*[\d.]+)/)[0]) or diag $judged;
	is($s->{User}[0], '_sutler-deliver', '... sends as deliver does');
	is($s->{SupplementaryGroups}[0], '_sutler systemd-journal', '... and may read the journal');
	like($s->{InaccessiblePaths}[0] // '', qr/secret\.key/, '... not the key');
}
is(schedule_of('daily-02:30') . '|' . cron_of('daily-02:30'), '*-*-* 02:30:00 UTC|30 2 * * *', 'once a day');
is(schedule_of('every-5m') . '|' . cron_of('every-5m'), '*:0/5:00|*/5 * * * *', 'every five minutes');
is(schedule_of('weekly-04:30') . '|' . cron_of('weekly-04:30'), 'Sun *-*-* 04:30:00 UTC|30 4 * * 0', 'once a week');
ok(!eval { schedule_of('weekly'); 1 }, 'what nobody understands is refused');
ok(!eval { units(rows => [{ %{ $rows[0] }, writes => 'etc' }]); 1 }, 'and so is a directory that nobody knows');

# Users and directories, by the programs that make them.
my $root = "$dir/root";
mkdir $root;
mkdir "$root/etc";
write_file("$root/usr/lib/sysusers.d/sutler.conf", $files->{'sysusers.d/sutler.conf'});
my $said = `systemd-sysusers --root='$root' 2>&1`;
is($?, 0, 'systemd-sysusers makes the users') or diag $said;
my $passwd = -e "$root/etc/passwd" ? read_file("$root/etc/passwd") : '';
is_deeply([grep { $passwd !~ /^\Q$_\E:/m } map { user_of($_) } @rows], [], '... each of them');
my $group = -e "$root/etc/group" ? read_file("$root/etc/group") : '';
my %in = $group =~ /^(_sutler\S*?):[^:]*:\d+:(.*)$/mg;
is($in{'_sutler-secrets'}, join(',', sort '_sutler-owner', map { user_of($_) } grep { $_->{reads} =~ /secrets/ } @rows), 'who may open secrets');
is($in{'_sutler-media'}, join(',', sort '_sutler-owner', map { user_of($_) } grep { $_->{writes} =~ /media/ } @rows), 'who may write pictures');
is($in{'_sutler-downloads'}, join(',', sort '_sutler-owner', map { user_of($_) } grep { "$_->{writes},$_->{reads}" =~ /downloads/ } @rows), 'who may open what is sold');
my $readers = join ',', sort map { user_of($_) } grep { $_->{reads} =~ /counters/ } @rows;
is($in{'_sutler-home'}, $readers, 'who may read the counters of a program');
is($in{'_sutler-deliver'} // '', '', 'of a job there are none');
is(scalar(split /,/, $in{_sutler}), scalar @rows, 'all of them belong to the house');
done_testing;
