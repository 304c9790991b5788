package BootTree;

# A Debian in a directory, with systemd as its process 1: what the package does on a host, without one.
#
#	my $why = BootTree::missing();		# what this environment does not allow, or ''
#	my $t = BootTree->new(debs => [@debs]);	# makes the Debian when there is none of these packages
#	my $t = BootTree->new(debs => [@debs], name => 'bare', packages => ['systemd-sysv'], cached => ['nginx-light']);
#			# another one, of just these packages; the cached ones lie in apt's cache, for inside is no network
#	$t->boot;				# namespaces of its own for mounts, processes, IPC, name and network
#	my ($status, $said) = $t->inside('systemctl is-system-running');
#	$t->stop;
#
# What is installed stands in var/NAME-base (NAME is boot unless said) and is kept; what a run writes goes to a
# layer above it that ends with the run.  Without boot(), inside() runs in a plain chroot with the same namespaces.

use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use File::Path qw(make_path remove_tree);
use POSIX ();
use House qw(alive end_pid read_file spawn top wait_for write_file);

# What a host has beside our package.
my @PACKAGES = qw(systemd systemd-sysv dbus cron postgresql nginx-light curl libseccomp2);
# Its first seconds on a machine that does other things.
use constant BOOT_S => 120;

# Each thing that boot() needs, tried the way it is used.
sub missing
{
	return 'it needs root' if $> != 0;
	for my $cmd (qw(mmdebstrap unshare nsenter pivot_root ip)) {
		return "there is no $cmd" if !grep { -x "$_/$cmd" } split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin';
	}
	my $said = `unshare --mount --pid --ipc --uts --net --cgroup --fork true 2>&1`;
	return "namespaces are not allowed here ($said)" if $?;
	$said = `unshare --mount --cgroup sh -c 'mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b /mnt/w /mnt/o && mount -t overlay overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/w /mnt/o && mount -t cgroup2 none /mnt/a' 2>&1`;
	return "mounts are not allowed here ($said)" if $?;
	return '';
}

sub new
{
	my ($class, %o) = @_;
	my $top = top();
	my $name = $o{name} // 'boot';
	my $self = bless { base => "$top/var/$name-base", layer => "$top/var/$name-layer", debs => $o{debs}, log => "$top/var/log/$name.log",
		packages => $o{packages}, cached => $o{cached} // [] }, $class;
	make_path("$top/var/log");
	$self->make_base;
	return $self;
}

# The packages that those of ours depend on; the first of each choice.
sub depends
{
	my ($self) = @_;
	my %seen;
	return grep { !/^sutler/ && !$seen{$_}++ } map { s/[|(].*//sr =~ s/\s//gr }
		map { split /,/, `dpkg-deb -f '$_' Depends` } @{ $self->{debs} };
}

sub make_base
{
	my ($self) = @_;
	my @wanted = $self->{packages} ? @{ $self->{packages} } : (@PACKAGES, $self->depends);
	my @cached = @{ $self->{cached} };
	my $stamp = "$self->{base}.stamp";
	my $sum = sha1_hex(join ' ', @wanted, map { "/$_" } @cached);
	return if -e $stamp && read_file($stamp) eq $sum;
	unlink $stamp;
	my @sources = grep { -e } '/etc/apt/sources.list', glob '/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources';
	my @options = map { "--aptopt=$_" } grep { /./ } split /\n/, `apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Check)'`;
	push @options, '--skip=cleanup/apt', '--customize-hook=chroot "$1" sh -c "apt-get clean && apt-get -q install -y -d --no-install-recommends ' . join(' ', @cached) . '"' if @cached;
	system('rm', '-rf', $self->{base});
	system('sh', '-c', 'log=$1; shift; exec mmdebstrap --mode=root --variant=minbase "$@" > "$log" 2>&1', 'sh', "$self->{log}.make",
		'--include=' . join(',', @wanted), @options, 'bookworm', $self->{base}, @sources) == 0 or die "no Debian in a directory: see $self->{log}.make\n";
	write_file($stamp, $sum);
	return;
}

# The mounts below /: what a container has.  A cgroup of its own, so that systemd owns the tree below it.
my $MOUNTS = <<'END';
set -e
ip link set lo up
mount --make-rprivate /
mkdir -p "$LAYER"
mount -t tmpfs -o mode=0755 tmpfs "$LAYER"
mkdir "$LAYER/upper" "$LAYER/work" "$LAYER/root"
cd "$LAYER/root"
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$LAYER/upper,workdir=$LAYER/work" "$LAYER/root"
cd "$LAYER/root"
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o mode=0755,nosuid tmpfs dev
for d in null zero full random urandom tty; do
	touch dev/$d
	mount --bind /dev/$d dev/$d
done
mkdir dev/pts dev/shm dev/mqueue
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp
mount -t cgroup2 -o nosuid,nodev,noexec none sys/fs/cgroup
mkdir "$LAYER/root/run/old"
pivot_root . run/old
mount --make-rshared /
umount -l run/old
rmdir run/old
touch run/entered
exec "$@" < /dev/null
END

# Runs @cmd as process 1 of it; returns the pid of the process that waits for it.
sub enter
{
	my ($self, @cmd) = @_;
	my %env = (BASE => $self->{base}, LAYER => $self->{layer}, PATH => '/usr/sbin:/usr/bin:/sbin:/bin', container => 'sutler-test', LC_ALL => 'C.UTF-8',
		HOME => '/root', DEBIAN_FRONTEND => 'noninteractive');
	my $pid = fork // die "cannot fork: $!\n";
	return $pid if $pid;
	POSIX::setsid();
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', $self->{log};
	open STDERR, '>&', \*STDOUT;
	%ENV = %env;
	# A cgroup of its own first: the namespace begins there.
	join_cgroup("sutler-test-$$");
	exec { 'unshare' } 'unshare', '--mount', '--pid', '--ipc', '--uts', '--net', '--cgroup', '--fork', '--kill-child', 'sh', '-c', $MOUNTS, 'sh', @cmd or POSIX::_exit(127);
}

# The place of the unified hierarchy on this machine.
sub cgroup_root
{
	my ($root) = map { (split)[1] } grep { (split)[2] eq 'cgroup2' } split /\n/, read_file('/proc/self/mounts');
	return $root;
}

sub join_cgroup
{
	my ($name) = @_;
	my $root = cgroup_root() // return;
	mkdir "$root/$name";
	open my $f, '>', "$root/$name/cgroup.procs" or return;
	syswrite $f, "0\n";
	return;
}

# The process 1 of the tree, as this side numbers it.
sub init_pid
{
	my ($self) = @_;
	return $self->{init} //= do {
		my $pid = $self->{pid};
		my ($child) = -e "/proc/$pid/task/$pid/children" ? split ' ', read_file("/proc/$pid/task/$pid/children") : ();
		$child;
	};
}

sub boot
{
	my ($self, @cmd) = @_;
	$self->{pid} = $self->enter(@cmd ? @cmd : '/lib/systemd/systemd');
	wait_for(30, sub { $self->init_pid && ($self->inside('test -e /run/entered'))[0] == 0 }) or die "nothing starts: see $self->{log}\n";
	wait_for(BOOT_S, sub { !alive($self->{pid}) || ($self->inside('test -d /run/systemd/system && systemctl is-system-running'))[1] =~ /^(?:running|degraded)/ })
		&& alive($self->{pid}) or die "systemd does not come up: see $self->{log}\n" if !@cmd;
	return;
}

# A line of shell inside; (status, what it said).
sub inside
{
	my ($self, $line) = @_;
	my $pid = open my $out, '-|';
	die "fork: $!" if !defined $pid;
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', '/dev/null';
		%ENV = (PATH => '/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', LC_ALL => 'C.UTF-8', DEBIAN_FRONTEND => 'noninteractive');
		exec { 'nsenter' } 'nsenter', '--target', $self->init_pid, '--mount', '--pid', '--ipc', '--uts', '--net', '--cgroup', '--root', '--wd', 'sh', '-c', $line or POSIX::_exit(127);
	}
	my $said = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $said);
}

# Copies a file of this side into it.
sub put
{
	my ($self, $from, $to, $mode) = @_;
	open my $in, '<:raw', $from or die "cannot read $from: $!\n";
	$self->write($to, do { local $/; <$in> }, $mode);
	return;
}

sub write
{
	my ($self, $to, $text, $mode) = @_;
	open my $out, '|-', 'nsenter', '--target', $self->init_pid, '--mount', '--root', 'sh', '-c', 'cat > "$1" && chmod "$2" "$1"', 'sh', $to,
		sprintf('%o', $mode // 0644) or die "cannot run nsenter: $!\n";
	binmode $out;
	print {$out} $text;
	close $out or die "cannot write $to\n";
	return;
}

# The package, as apt would install it.
sub install
{
	my ($self) = @_;
	$self->inside('rm -f /usr/sbin/policy-rc.d');
	$self->put($_, '/tmp/' . s{.*/}{}r) for @{ $self->{debs} };
	return $self->inside('dpkg -i /tmp/sutler*.deb');
}

# The package made it where a server ran; where not, the cluster's superuser does, and everything else is sutlerctl's.
sub make_database
{
	my ($self) = @_;
	return $self->inside(<<'END');
test -e /var/lib/sutler/ready && exit
su postgres -c 'createdb -T template0 -E UTF8 sutler && psql -X -q -v ON_ERROR_STOP=1 -d sutler -f /usr/share/sutler/sql/bootstrap.sql' &&
sutlerctl migrate && touch /var/lib/sutler/ready
END
}

# A shop at shop.localhost and a console at admin.localhost, empty.
sub make_store
{
	my ($self) = @_;
	$self->write('/tmp/store.conf', <<'END');
[tenant]
slug = boot
name = Boot Trading
[store]
code = boot
name = Boot Shoes
timezone = UTC
locales = en-GB
currencies = EUR
status = active
country = ES
contact_email = hello@boot.example
[host shop.localhost]
primary = yes
[host admin.localhost]
kind = admin
primary = yes
[warehouse MAIN]
name = Main
country = ES
priority = 1
[tax-class standard]
name.en = Standard rate
[tax es-iva]
class = standard
country = ES
rate = 21
name = IVA
END
	return $self->inside('sutlerctl import store /tmp/store.conf');
}

sub configure_nginx
{
	my ($self) = @_;
	$self->write('/etc/nginx/conf.d/sutler.conf', <<'END');
include /usr/share/sutler/webserver/nginx-http.conf;
server {
	listen 127.0.0.1:80;
	server_name localhost *.localhost;
	include /usr/share/sutler/webserver/nginx-server.conf;
}
END
	# It speaks no TLS, so nobody is asked for certificates.
	$self->write('/etc/sutler/sutler.conf.d/no-tls.conf', "[watch]\ntls_address =\n");
	return $self->inside('rm -f /etc/nginx/sites-enabled/default && nginx -t');
}

# Status of a page inside.
sub status_of
{
	my ($self, $host, $path) = @_;
	my (undef, $said) = $self->inside("curl -s -m 20 -o /dev/null -w '%{http_code}' -H 'Host: $host' 'http://127.0.0.1$path'");
	return $said;
}

sub stop
{
	my ($self) = @_;
	return if !$self->{pid};
	# Process 1 takes everything with it.
	kill 'KILL', $self->init_pid if $self->init_pid;
	end_pid($self->{pid}, 20);
	my $root = cgroup_root();
	if ($root) {
		# Deepest first; a cgroup is a directory that is empty when nobody is in it.
		rmdir $_ for reverse split /\n/, `find '$root/sutler-test-$self->{pid}' -type d 2>/dev/null`;
	}
	delete @$self{qw(pid init)};
	return;
}

sub DESTROY { my ($self) = @_; $self->stop; return }

1;
