package Chroot;

# A Debian in a directory, alone with itself: processes, mounts, names and network of its own.
#
#	my $debian = Chroot->new('nginx');		# a fresh one; the base is made once and kept for a day
#	$debian->runs('apt-get -q install -y nginx-light', 'nginx is installed');
#	$debian->says('id -u www-data');
#	$debian->end;
#
# The base is the smallest Debian that mmdebstrap makes, as this host knows it (its sources, its way
# to them), with the packages named in @PACKAGES lying in apt's cache: inside there is no network, only the
# loopback interface, and apt-get installs from that cache.  Each tree is a layer over it and goes when its
# first process ends, with everything that was started inside.

use strict;
use warnings;
use File::Path qw(make_path);
use House qw(read_file top wait_for write_file);
use Test::More ();

# What the packages under test need or recommend, and what looks at them.
our @PACKAGES = qw(postgresql nginx-light apache2 curl openssl ca-certificates systemd systemd-standalone-sysusers cron bsd-mailx
	dbconfig-pgsql perl libdbd-pg-perl);
use constant BASE_DAYS => 1;

sub dir { return top() . '/var/package-trees' }

# The debs under test, by package.
sub debs
{
	my %deb = map { m{/(sutler(?:-demo|-doc)?)_[^/]*\.deb$} ? ($1 => $_) : () } glob top() . '/var/package/*.deb';
	return \%deb;
}

sub apt_sources { return grep { -e } '/etc/apt/sources.list', glob '/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources' }

# Makes the base where it is missing or old; dies with where its log is.
sub base
{
	my ($class, $deb) = @_;
	my ($base, $log) = (dir() . '/base', top() . '/var/log/mmdebstrap.log');
	return $base if -e "$base.made" && -M "$base.made" < BASE_DAYS;
	make_path(dir(), top() . '/var/log');
	unlink "$base.made";
	system('rm', '-rf', $base);
	my @options = map { "--aptopt=$_" } grep { /./ } split /\n/, `apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Check)'`;
	system('sh', '-c', 'log=$1; shift; exec mmdebstrap --mode=root --variant=minbase "$@" > "$log" 2>&1', 'sh', $log,
		@options, 'bookworm', $base, apt_sources()) == 0 or die "no Debian in a directory: see $log\n";
	system('cp', '/etc/resolv.conf', "$base/etc/resolv.conf");
	system('cp', $deb, "$base/tmp/sutler.deb") == 0 or die "cannot copy $deb\n";
	# With this host's network, for this once.
	local $ENV{BASE} = $base;
	local $ENV{LINE} = 'apt-get -q update && apt-get -q install -y -d --no-install-recommends /tmp/sutler.deb && '
		. join(' && ', map { "apt-get -q install -y -d --no-install-recommends $_" } @PACKAGES);
	system('sh', '-c', 'exec unshare --mount --pid --fork sh -c \'mount -t proc proc "$BASE/proc" && '
		. 'exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$BASE" sh -c "$LINE"\' >> "$0" 2>&1', $log) == 0
		or die "the packages cannot be fetched: see $log\n";
	unlink "$base/tmp/sutler.deb";
	write_file("$base.made", '');
	return $base;
}

# A fresh tree called NAME.
sub new
{
	my ($class, $name) = @_;
	my $self = bless { name => $name, dir => dir() . "/$name" }, $class;
	my $base = $class->base(debs()->{sutler} // die "there is no package\n");
	system('rm', '-rf', $self->{dir});
	make_path(map { "$self->{dir}/$_" } qw(upper work root));
	$self->{root} = "$self->{dir}/root";
	local $ENV{OPTIONS} = "lowerdir=$base,upperdir=$self->{dir}/upper,workdir=$self->{dir}/work";
	local $ENV{ROOT} = $self->{root};
	# The first process of the tree only takes up those that end.
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', top() . '/var/log/chroot.log';
		open STDERR, '>&', \*STDOUT;
		exec 'unshare', '--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child', 'sh', '-c',
			'mount -t overlay overlay -o "$OPTIONS" "$ROOT" && mount -t proc proc "$ROOT/proc" && mount -t sysfs -o ro sysfs "$ROOT/sys"; '
			. 'mount -t tmpfs -o mode=755 tmpfs "$ROOT/run" && mkdir -p "$ROOT/run/lock" && mount -t tmpfs tmpfs "$ROOT/dev/shm"; '
			. 'ip link set lo up; echo shop > /proc/sys/kernel/hostname; touch "$ROOT/run/up"; exec chroot "$ROOT" perl -e '
			. q{'$SIG{TERM} = sub { exit }; while (1) { 1 while waitpid(-1, 1) > 0; select undef, undef, undef, 0.5 }'};
	}
	$self->{pid} = $pid;
	my $inner;
	wait_for(30, sub { ($inner) = split ' ', -e "/proc/$pid/task/$pid/children" ? read_file("/proc/$pid/task/$pid/children") : ''; defined $inner })
		or die "no namespaces\n";
	$self->{inner} = $inner;
	wait_for(30, sub { -e "/proc/$inner/root/run/up" || -e "/proc/$inner/root$self->{root}/run/up" }) or die "the tree $name does not come up\n";
	return $self;
}

# Runs a line of shell in it; (status, what it said).
sub inside
{
	my ($self, $line) = @_;
	my $pid = open my $out, '-|';
	die "fork: $!" if !defined $pid;
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', '/dev/null';
		local $ENV{ROOT} = $self->{root};
		exec 'nsenter', "--target=$self->{inner}", qw(--mount --pid --net --ipc --uts), 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
			'HOME=/root', 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive', 'chroot', $self->{root}, 'sh', '-c', $line;
	}
	my $said = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8 || ($? & 127 ? 128 + ($? & 127) : 0), $said);
}

# A test: the line ends well.  What it said.
sub runs
{
	my ($self, $line, $what) = @_;
	my ($status, $said) = $self->inside($line);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::is($status, 0, $what) or Test::More::diag($said);
	return $said;
}

sub says { my ($self, $line) = @_; my (undef, $said) = $self->inside($line); return $said =~ s/\s+\z//r }

# A file of this host, put into the tree.
sub put
{
	my ($self, $file, $to) = @_;
	# By the mounts of the tree: a layer may not be changed from below.
	system('cp', $file, "/proc/$self->{inner}/root$to") == 0 or die "cannot copy $file\n";
	return;
}

sub write
{
	my ($self, $to, $text, $mode) = @_;
	write_file("/proc/$self->{inner}/root$to", $text, $mode // 0644);
	return;
}

sub read { my ($self, $path) = @_; return read_file("/proc/$self->{inner}/root$path") }
sub there { my ($self, $path) = @_; return -e "/proc/$self->{inner}/root$path" }

sub end
{
	my ($self) = @_;
	return if !$self->{pid};
	kill 'TERM', $self->{inner};
	kill 'KILL', $self->{pid} if !wait_for(10, sub { waitpid($self->{pid}, 1) != 0 });
	delete $self->{pid};
	system('rm', '-rf', $self->{dir});
	return;
}

sub DESTROY { my ($self) = @_; local $?; $self->end; return }

1;
