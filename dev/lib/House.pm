package House;

# What dev/run, dev/test and the test helpers share: where the checkout is, who
# the unprivileged user is, and how to start and end a process.
#
# Nothing of the house runs as root.  When root starts it (a container, CI), the
# processes become the user that the PostgreSQL package made, else nobody; a
# normal user keeps being himself.  A checkout below a directory closed to that
# user (such as root's home) stays readable to it by one ambient capability.

use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::SHA qw(sha1_hex);
use Exporter qw(import);
use Fcntl qw(:DEFAULT :flock :mode);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Socket::INET;
use POSIX qw(setsid);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(top user user_id demoted as_user quietly spawn end_pid alive free_port own_dir
	short_dir wait_for read_file write_file program_rows);

my $top = abs_path(dirname(__FILE__) . '/../..');

# The checkout's directory.
sub top { return $top }

# Name of the user that servers and programs run as.
sub user
{
	return scalar getpwuid($<) // "uid$<" if $> != 0;
	return defined getpwnam('postgres') ? 'postgres' : 'nobody';
}

# (uid, gid) of user().
sub user_id
{
	return ($>, $) + 0) if $> != 0;
	my (undef, undef, $uid, $gid) = getpwnam(user());
	return ($uid, $gid);
}

my @demote;	# computed once

# The command @_ with the words in front that make it run as user().
sub demoted
{
	return @_ if $> != 0;
	if (!@demote) {
		my ($uid, $gid) = user_id();
		@demote = ('setpriv', "--reuid=$uid", "--regid=$gid", '--clear-groups');
		if (system(@demote, 'test', '-x', "$top/dev") != 0) {
			no warnings "portable";		# 64 bits
			my $bnd = hex((read_file('/proc/self/status') =~ /^CapBnd:\s*(\S+)/m)[0]);
			my $cap = $bnd & (1 << 2) ? 'dac_read_search' : 'dac_override';
			push @demote, "--inh-caps=+$cap", "--ambient-caps=+$cap";
		}
	}
	return (@demote, @_);
}

# The same for another user and his own group alone; the superuser's to use.
sub as_user
{
	my ($name, @cmd) = @_;
	my (undef, undef, $uid, $gid) = getpwnam($name) or die "there is no user $name\n";
	return ('setpriv', "--reuid=$uid", "--regid=$gid", '--clear-groups', @cmd);
}

# Runs a command with its output in $log (appended); dies with the log's last lines.
sub quietly
{
	my ($log, @cmd) = @_;
	make_path(dirname($log));
	my $pid = fork // die "cannot fork: $!";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $log or POSIX::_exit(126);
		open STDERR, '>&', \*STDOUT;
		exec { $cmd[0] } @cmd or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	return if $? == 0;
	my @lines = split /^/, read_file($log);
	splice @lines, 0, @lines - 30 if @lines > 30;
	die "failed: @cmd\n", @lines, "(all of it is in $log)\n";
}

# Starts a server in its own process group and returns its pid.  Named values:
# log (file for stdout and stderr), stdin (a handle), env (hash), umask, cmd (array).
sub spawn
{
	my (%o) = @_;
	my $pid = fork // die "cannot fork: $!";
	return $pid if $pid;
	setsid();
	if ($o{stdin}) {
		POSIX::dup2(fileno($o{stdin}), 0);
	} else {
		open STDIN, '<', '/dev/null';
	}
	open STDOUT, '>>', $o{log} or POSIX::_exit(126);
	open STDERR, '>&', \*STDOUT;
	POSIX::close($_) for 3 .. 63;
	$ENV{$_} = $o{env}{$_} for keys %{ $o{env} // {} };
	umask $o{umask} if defined $o{umask};
	exec { $o{cmd}[0] } @{ $o{cmd} } or POSIX::_exit(127);
}

# Is the process there (and not a zombie of ours)?
sub alive
{
	my ($pid) = @_;
	return 0 if !$pid;
	waitpid $pid, POSIX::WNOHANG();
	return 0 if !-e "/proc/$pid/stat";
	return (read_file("/proc/$pid/stat") =~ /\) (\S)/)[0] ne 'Z';
}

# Ends a process politely, after $patience_s by force; returns when it is gone.
sub end_pid
{
	my ($pid, $patience_s, $signal) = @_;
	return if !alive($pid);
	kill $signal // 'TERM', $pid;
	return if poll($patience_s // 10, sub { !alive($pid) });
	kill 'KILL', $pid;
	poll(5, sub { !alive($pid) });
	return;
}

# Waits for what will come: true as soon as it is there.  $limit_s is what a quiet machine may take; one that runs four tests on
# two slow cores gets three times as long, for no test is about that.
sub wait_for
{
	my ($limit_s, $condition) = @_;
	return poll(3 * $limit_s, $condition);
}

# Polls a condition; true as soon as it holds, false after $limit_s.
sub poll
{
	my ($limit_s, $condition) = @_;
	my $end = time + $limit_s;
	while (1) {
		my $got = $condition->();
		return $got if $got;
		return 0 if time > $end;
		sleep 0.02;
	}
}

my %reserved;	# port => its lock, of this process

# Nobody else of this checkout is given the port while this process lives: until its server listens it looks free to all.
sub reserve_port
{
	my ($port) = @_;
	return 0 if $reserved{$port};
	make_path("$top/var/ports");
	# Whoever may not write there goes without.
	open my $lock, '>>', "$top/var/ports/$port" or return 1;
	flock $lock, LOCK_EX | LOCK_NB or return 0;
	$reserved{$port} = $lock;
	return 1;
}

# A free TCP port of the loopback, below the kernel's ephemeral range, so that no
# outgoing connection takes it meanwhile.  Starts searching at $wanted if given.
sub free_port
{
	my ($wanted) = @_;
	for my $try (0 .. 200) {
		my $again = $try == 0 && $wanted;
		my $port = $again ? $wanted : 20000 + int rand 12000;
		next if !($again && $reserved{$port}) && !reserve_port($port);
		my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port,
			Listen => 1, ReuseAddr => 1);
		return $port if $s;
	}
	die "no free port found between 20000 and 32000\n";
}

# Makes a directory that belongs to user(), with the given mode.
sub own_dir
{
	my ($dir, $mode) = @_;
	make_path($dir);
	my ($uid, $gid) = user_id();
	chown $uid, $gid, $dir if $> == 0;
	chmod $mode // 0700, $dir or die "cannot change the mode of $dir: $!\n";
	return $dir;
}

# $dir when a socket named there stays under the kernel's 108 bytes, else a
# directory of user() under the temporary directory, the same for the same $dir.
sub short_dir
{
	my ($dir) = @_;
	return own_dir($dir, 0700) if length "$dir/.s.PGSQL.5432.lock" < 100;
	my $short = sprintf '/tmp/sutler-%d-%s', $>, substr sha1_hex($dir), 0, 12;
	if (!mkdir $short, 0700) {
		my @st = lstat $short;
		die "$short is not a directory of ours\n"
			if !@st || !S_ISDIR($st[2]) || ($st[4] != $> && $st[4] != (user_id())[0]);
	}
	return own_dir($short, 0700);
}

sub read_file
{
	my ($path) = @_;
	open my $f, '<:raw', $path or die "cannot read $path: $!\n";
	local $/;
	my $text = <$f>;
	return $text // '';
}

# Writes a whole file by rename, so that nobody reads half of it.
sub write_file
{
	my ($path, $text, $mode) = @_;
	make_path(dirname($path));
	my $tmp = "$path.new$$";
	open my $f, '>:raw', $tmp or die "cannot write $tmp: $!\n";
	print {$f} $text or die "cannot write $tmp: $!\n";
	close $f or die "cannot write $tmp: $!\n";
	if ($> == 0) {
		my ($uid, $gid) = user_id();
		chown $uid, $gid, $tmp;
	}
	chmod $mode // 0644, $tmp;
	rename $tmp, $path or die "cannot rename $tmp: $!\n";
	return;
}

# The rows of etc/programs.tab as hashes: see the head of that file.
sub program_rows
{
	my ($path) = @_;
	$path //= "$top/etc/programs.tab";
	my (@rows, @names);
	for my $line (split /\n/, read_file($path)) {
		if ($line =~ /^#\s*columns:\s*(.+)/) { @names = split ' ', $1; next }
		next if $line =~ /^\s*(#|$)/;
		my @cells = split ' ', $line;
		die "$path: no '# columns:' line before the first row\n" if !@names;
		die "$path: a row has " . @cells . " cells, not " . @names . ": $line\n" if @cells != @names;
		my %row;
		@row{@names} = @cells;
		$_ eq '-' and $_ = '' for values %row;
		push @rows, \%row;
	}
	return @rows;
}

1;
