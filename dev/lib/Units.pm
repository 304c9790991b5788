package Units;

# What runs the programs of etc/programs.tab on an installed host: users, sockets, services and
# their sandboxes, timers, and a cron table for hosts without systemd.
#
#	my $files = units(rows => [program_rows()]);	# { 'system/sutler-cart.socket' => text, ... }
#
# Named values:
#	rows		of programs.tab
#	libexec		directory of cgi-bin and jobs	state	directory that programs write below
#	sysconf		directory of the settings
#	web_group	group of the web server, which alone may connect to the pages
#
# Files of system/ belong into the directory of system units, the others where their name says.

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(units user_of schedule_of cron_of);

# A program that nobody asked anything leaves, and is started by the next request.
use constant IDLE_S => 15 * 60;

# A job that has not ended by then hangs; reconcile-stock has the longest to do.
use constant JOB_S => 2 * 60 * 60;

# What takes the processor for long lets the others go first: hashing a password, making a picture's sizes.
my %NICE = ('admin-media' => 5, login => 10, 'admin-login' => 10);

# What a group of files is called after it; its members are the programs whose row names it.
my %GROUP = (
	media => '_sutler-media',	# pictures: written by programs, read by the web server
	private => '_sutler-private',	# exports and registers
	downloads => '_sutler-downloads',	# what is sold as a download
	secrets => '_sutler-secrets',	# the key that seals secrets in the database
	journal => 'systemd-journal',	# what units said: of systemd, no group of ours
	probe => '_sutler-probe',	# nothing: that something can be written there is what is looked at
	backup => '_sutler-backups',	# copies of everything but that key
);
# No files of the house, but the runtime directory of each program that serves requests.
use constant COUNTERS => 'counters';

# What tells of failures is no program of the table: it sends as deliver does, by its settings, and reads
# the journal.  A unit that fails again and again is told of three times in ten minutes.
my %FAILURE = (name => 'deliver', run => 'failure', network => 'out', writes => '', reads => 'journal', memory => 64);
use constant FAILURE_EVERY_S => 10 * 60;

# Every service, in this order: nothing that the row does not ask for (systemd.exec(5);
# the reasons stand in reliability.md and are measured by systemd-analyze security).
my @SANDBOX = (
	NoNewPrivileges => 'yes', CapabilityBoundingSet => '', AmbientCapabilities => '',
	ProtectSystem => 'strict', ProtectHome => 'yes', PrivateTmp => 'yes', PrivateDevices => 'yes', PrivateUsers => 'yes',
	PrivateIPC => 'yes', DevicePolicy => 'closed', ProtectKernelTunables => 'yes', ProtectKernelModules => 'yes', ProtectKernelLogs => 'yes',
	ProtectControlGroups => 'yes', ProtectClock => 'yes', ProtectHostname => 'yes', ProtectProc => 'invisible',
	ProcSubset => 'pid', RestrictNamespaces => 'yes', RestrictRealtime => 'yes', RestrictSUIDSGID => 'yes',
	LockPersonality => 'yes', MemoryDenyWriteExecute => 'yes', RemoveIPC => 'yes',
	SystemCallArchitectures => 'native',
	SystemCallFilter => '@system-service',
	SystemCallFilter => '~@privileged @resources @mount @debug @setuid @chown @clock @cpu-emulation @module @obsolete @raw-io @reboot @swap',
	# Their kernel code is large and young, and no program here has a use for them.
	SystemCallFilter => '~@keyring userfaultfd io_uring_setup io_uring_enter io_uring_register',
	SystemCallErrorNumber => 'EPERM',
	KeyringMode => 'private', LimitCORE => '0', LimitNOFILE => '256', TasksMax => '32',
);

sub user_of { my ($row) = @_; return "_sutler-$row->{name}" }
sub is_page { my ($row) = @_; return $row->{kind} =~ /^(?:page|service)$/ }
sub names { my ($cell) = @_; return grep { $_ ne '' } split /,/, $cell }

# The groups of files that a program belongs to; of who reads the counters those of the programs that have some.
sub groups_of
{
	my ($row, $rows) = @_;
	my @reads = names($row->{reads});
	return ((grep { $_ ne user_of($row) } map { user_of($_) } grep { is_page($_) } @$rows), groups_of({ %$row, reads => join ',', grep { $_ ne COUNTERS } @reads }, $rows))
		if grep { $_ eq COUNTERS } @reads;
	return map { $GROUP{$_} // die "programs.tab: nobody knows the files $_\n" } sort(names($row->{writes}), names($row->{reads}));
}

# Of a section: NAME => VALUE pairs, as lines.
sub section
{
	my ($name, @pairs) = @_;
	my $out = "[$name]\n";
	while (@pairs) {
		my ($key, $value) = splice @pairs, 0, 2;
		$out .= "$key=$value\n" if defined $value;
	}
	return $out;
}

sub unit
{
	return join "\n", '# Made from programs.tab; changes belong into a drop-in (systemctl edit).', @_;
}

# A schedule as OnCalendar=, and in five fields of cron.
sub schedule_of
{
	my ($schedule) = @_;
	return $1 == 1 ? '*:*:00' : "*:0/$1:00" if $schedule =~ /^every-(\d+)m$/;
	return '*:17:00' if $schedule eq 'hourly';
	return "*-*-* $1:$2:00 UTC" if $schedule =~ /^daily-(\d\d):(\d\d)$/;
	return "Sun *-*-* $1:$2:00 UTC" if $schedule =~ /^weekly-(\d\d):(\d\d)$/;
	die "schedule not understood: $schedule\n";
}

sub cron_of
{
	my ($schedule) = @_;
	return $1 == 1 ? '* * * * *' : "*/$1 * * * *" if $schedule =~ /^every-(\d+)m$/;
	return '17 * * * *' if $schedule eq 'hourly';
	return $2 + 0 . ' ' . ($1 + 0) . ' * * *' if $schedule =~ /^daily-(\d\d):(\d\d)$/;
	return $2 + 0 . ' ' . ($1 + 0) . ' * * 0' if $schedule =~ /^weekly-(\d\d):(\d\d)$/;
	die "schedule not understood: $schedule\n";
}

sub sandbox
{
	my ($row, $o) = @_;
	my @groups = groups_of($row, $o->{rows});
	my @writes = map { "$o->{state}/$_" } names($row->{writes});
	my $out = $row->{network} eq 'out';
	my @secret = grep { $_ eq 'secrets' } names($row->{reads});
	my %may = map { ($_ => 1) } names($row->{writes}), names($row->{reads});
	return (
		User => user_of($row), Group => user_of($row), SupplementaryGroups => join(' ', '_sutler', @groups),
		# Its counters outlive it: who left because nobody asked has done what it has done.
		RuntimeDirectory => 'sutler/' . ($row->{run} // $row->{name}), RuntimeDirectoryMode => '0750', RuntimeDirectoryPreserve => 'yes',
		# The web server reads pictures; of all else only the group of those files sees something.
		UMask => (grep { $_ eq 'media' } names($row->{writes})) ? '0022' : '0027',
		@SANDBOX,
		# The name of a service that is reached is looked up, and the journal is a socket of AF_UNIX.
		RestrictAddressFamilies => $out ? 'AF_UNIX AF_INET AF_INET6' : 'AF_UNIX',
		$out ? () : (PrivateNetwork => 'yes', IPAddressDeny => 'any'),
		# Of the settings what others may not read, and of the state what it has no part in.
		InaccessiblePaths => join(' ', map { "-$_" } @secret ? () : "$o->{sysconf}/secret.key",
			map { $may{$_} ? () : "$o->{state}/$_" } sort grep { $_ ne 'media' && $_ ne 'secrets' } keys %GROUP) || undef,
		# It runs its own file and what that is linked with: nothing that it could have written, no shell.
		# A mount below / is not /: each is named.
		NoExecPaths => join(' ', '/', "-/run/sutler/$row->{name}", '-/tmp', '-/var/tmp', '-/dev/shm', map { "-$_" } @writes), ExecPaths => "$o->{libexec} -/usr/lib -/usr/lib64 -/lib -/lib64",
		@writes ? (ReadWritePaths => join ' ', @writes) : (),
		MemoryMax => "$row->{memory}M", MemorySwapMax => '0',
	);
}

sub socket_unit
{
	my ($row, $o) = @_;
	return unit(
		section('Unit', Description => "sutler: socket of $row->{name}", PartOf => 'sutler.target', Before => 'nginx.service apache2.service'),
		# courier is for programs of the house alone.
		section('Socket', ListenStream => "/run/sutler/$row->{name}.sock", SocketMode => '0660',
			SocketGroup => $row->{kind} eq 'service' ? '_sutler' : $o->{web_group}, DirectoryMode => '0755',
			Backlog => 4096, RemoveOnStop => 'yes',
			# It must not fail for good because a program crashed often: the next visitor tries again.
			TriggerLimitIntervalSec => '0'));
}

sub page_service
{
	my ($row, $o) = @_;
	my $w = $row->{workers} =~ /^(\d+)$/ ? " -w $1" : '';
	return unit(
		section('Unit', Description => "sutler: $row->{name}", Documentation => "man:sutler-$row->{name}(8)", PartOf => 'sutler.target',
			Requires => "sutler-$row->{name}.socket", After => "sutler-$row->{name}.socket postgresql.service",
			OnFailure => 'sutler-failure@%n.service', StartLimitIntervalSec => '0'),
		section('Service', Type => 'exec', ExecStart => "$o->{libexec}/cgi-bin/$row->{name}$w -i " . IDLE_S,
			ExecReload => q{+/bin/sh -c 'kill -HUP $MAINPID'}, StandardInput => 'socket', StandardOutput => 'journal', StandardError => 'journal',
			Restart => 'on-failure', RestartSec => '1', KillMode => 'mixed', TimeoutStopSec => '35',
			Nice => $NICE{ $row->{name} }, sandbox($row, $o)));
}

sub job_service
{
	my ($row, $o) = @_;
	return unit(
		section('Unit', Description => "sutler: job $row->{name}", Documentation => "man:sutler-$row->{name}(8)", PartOf => 'sutler.target',
			# Between apt install and sutlerctl setup there is nothing to do, and nobody is to be told of it each minute.
			ConditionPathExists => "$o->{state}/ready",
			After => 'postgresql.service', OnFailure => 'sutler-failure@%n.service', StartLimitIntervalSec => '0'),
		section('Service', Type => 'oneshot', ExecStart => "$o->{libexec}/jobs/$row->{name}", TimeoutStartSec => JOB_S,
			StandardInput => 'null', StandardOutput => 'journal', StandardError => 'journal', TimeoutStopSec => '35', Nice => '5',
			sandbox($row, $o)));
}

sub timer_unit
{
	my ($row) = @_;
	my $often = $row->{schedule} =~ /^every-/;
	return unit(
		section('Unit', Description => "sutler: when $row->{name} runs", PartOf => 'sutler.target'),
		section('Timer', OnCalendar => schedule_of($row->{schedule}), AccuracySec => $often ? '1s' : '1min',
			RandomizedDelaySec => $row->{schedule} =~ /^(?:daily|weekly)/ ? '10min' : undef, Persistent => $often ? undef : 'yes'));
}

# Whoever enables this enables the house: what a release adds or takes away needs no hand.
sub target_unit
{
	my ($rows) = @_;
	return unit(
		section('Unit', Description => 'sutler: all sockets and timers', Documentation => 'man:sutler(7)',
			map { (Wants => "sutler-$_->{name}." . (is_page($_) ? 'socket' : 'timer')) } @$rows),
		section('Install', WantedBy => 'multi-user.target'));
}

sub failure_unit
{
	my ($o) = @_;
	# It sends as deliver does, whose settings it knows, and reads what the unit said in the journal.
	return unit(
		section('Unit', Description => 'sutler: mail about the failure of %i', StartLimitIntervalSec => FAILURE_EVERY_S, StartLimitBurst => 3),
		section('Service', Type => 'oneshot', ExecStart => "$o->{libexec}/failure-mail %i", TimeoutStartSec => '60',
			StandardInput => 'null', StandardOutput => 'journal', StandardError => 'journal',
			sandbox({ %FAILURE }, $o)));
}

sub users
{
	my ($rows) = @_;
	my $out = "# Made from programs.tab: one user for each program, and the groups of files.\ng _sutler -\n";
	my @ours = grep { $GROUP{$_} =~ /^_sutler-/ } sort keys %GROUP;
	$out .= "g $GROUP{$_} -\n" for @ours;
	# Who owns the tables, and whom sutlerctl becomes when root calls it.
	$out .= "u _sutler-owner - \"sutler owner\" - -\n";
	$out .= "m _sutler-owner $GROUP{$_}\n" for @ours;
	for my $row (@$rows) {
		my $user = user_of($row);
		$out .= "u $user - \"sutler $row->{name}\" - -\n";
		$out .= "m $user $_\n" for '_sutler', groups_of($row, $rows);
	}
	return $out;
}

sub directories
{
	my ($o) = @_;
	return <<"END";
# Made by gen-units.  What the web server reads is open, what it must not read is closed to it.
d /run/sutler 0755 root root -
d $o->{state} 0755 root root -
# Pages for anybody, which nginx keeps for a second: it makes its own directory in there.
d /var/cache/sutler 0755 root root -
d $o->{state}/media 2775 root $GROUP{media} -
d $o->{state}/private 2770 root $GROUP{private} -
d $o->{state}/downloads 2770 root $GROUP{downloads} -
d $o->{state}/probe 2770 root $GROUP{probe} -
d $o->{state}/backup 2770 root $GROUP{backup} -
END
}

sub cron
{
	my ($rows, $o) = @_;
	my $out = <<'END';
# Made from programs.tab: the jobs on a host without systemd, whose timers run them otherwise.
SHELL=/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
END
	for my $row (grep { !is_page($_) } @$rows) {
		my $job = "$o->{libexec}/jobs/$row->{name}";
		$out .= sprintf "%-14s %-26s [ -d /run/systemd/system ] || [ ! -x %s ] || [ ! -e %s/ready ] || %s\n", cron_of($row->{schedule}), user_of($row), $job, $o->{state}, $job;
	}
	return $out;
}

sub units
{
	my %o = (libexec => '/usr/libexec/sutler', state => '/var/lib/sutler', sysconf => '/etc/sutler', web_group => 'www-data', @_);
	my @rows = @{ $o{rows} };
	my %f = (
		'system/sutler.target' => target_unit(\@rows),
		'system/sutler-failure@.service' => failure_unit(\%o),
		'sysusers.d/sutler.conf' => users(\@rows), 'tmpfiles.d/sutler.conf' => directories(\%o), 'cron.d/sutler' => cron(\@rows, \%o),
	);
	for my $row (@rows) {
		if (is_page($row)) {
			$f{"system/sutler-$row->{name}.socket"} = socket_unit($row, \%o);
			$f{"system/sutler-$row->{name}.service"} = page_service($row, \%o);
		} else {
			$f{"system/sutler-$row->{name}.timer"} = timer_unit($row);
			$f{"system/sutler-$row->{name}.service"} = job_service($row, \%o);
		}
	}
	return \%f;
}

1;
