#!/usr/bin/perl
# Promise: the package installs into a Debian 12 that has nothing else, and into one where it was broken
# off; programs have users, the key is for those who need it; removing keeps the shop, purging leaves
# nothing secret.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(program_rows read_file top write_file);
use Test::More;
use Units qw(user_of);

plan skip_all => 'making a Debian in a directory needs root' if $> != 0;
my $top = top();
my $root = "$top/var/package-root";
my ($deb) = glob "$top/var/package/sutler_*.deb";
# t/package/build.t made them; alone, this file makes them itself.
system "$top/dev/package > /dev/null" if !$deb;
($deb) = glob "$top/var/package/sutler_*.deb";
ok($deb, 'there is a package') or BAIL_OUT('no package');

# Debian as this host knows it: its sources, its way to them.
sub make_root
{
	my @sources = grep { -e } '/etc/apt/sources.list', glob '/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources';
	my @options = map { "--aptopt=$_" } grep { /./ } split /\n/, `apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Check)'`;
	my $log = "$top/var/log/mmdebstrap.log";
	system('rm', '-rf', $root);
	system('sh', '-c', 'log=$1; shift; exec mmdebstrap --mode=root --variant=minbase "$@" > "$log" 2>&1', 'sh', $log,
		@options, 'bookworm', $root, @sources) == 0 or die "no Debian in a directory: see $log\n";
	return;
}

# Runs a line of shell in it, with mounts that end with it; (status, what it said).
sub inside
{
	my ($line) = @_;
	my $pid = open my $out, '-|';
	die "fork: $!" if !defined $pid;
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', '/dev/null';
		local $ENV{ROOT} = $root;
		local $ENV{LINE} = $line;
		exec 'unshare', '--mount', '--pid', '--fork', 'sh', '-c', 'mount -t proc proc "$ROOT/proc" && mount -t tmpfs tmpfs "$ROOT/run" && '
			. 'exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$ROOT" sh -c "$LINE"';
	}
	my $said = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $said);
}

sub runs
{
	my ($line, $what) = @_;
	my ($status, $said) = inside($line);
	is($status, 0, $what) or diag $said;
	return $said;
}

sub says { my ($line) = @_; my (undef, $said) = inside($line); return $said =~ s/\s+\z//r }

make_root();
system('cp', $deb, "$root/tmp/sutler.deb") == 0 or die "cannot copy\n";
system('cp', '/etc/resolv.conf', "$root/etc/resolv.conf");
write_file("$root/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0755);
runs('apt-get -q update && apt-get -q install -y --no-install-recommends /tmp/sutler.deb', 'it installs with what it needs and nothing else');
my @rows = program_rows();
is(says(join '; ', map { 'id -u ' . user_of($_) . ' > /dev/null 2>&1 || echo ' . user_of($_) } @rows), '', 'each program has its user');
is(says('stat -c "%a %U %G %s" /etc/sutler/secret.key'), '640 root _sutler-secrets 32', 'the key is made, for whom it is');
is(says('stat -c "%a %G" /var/lib/sutler/media /var/lib/sutler/private'), "2775 _sutler-media\n2770 _sutler-private", 'and so are the directories');
like(says('sutlerctl config'), qr/^#?connection = dbname=sutler$/m, 'sutlerctl works');
like(says('sutlerctl check'), qr/no connection to the database/, '... and says that there is no database yet');
is(says('setpriv --reuid=_sutler-cart --regid=_sutler-cart --init-groups cat /etc/sutler/secret.key > /dev/null 2>&1 && echo readable'), '', 'the cart reads no key');
is(says('setpriv --reuid=_sutler-courier --regid=_sutler-courier --init-groups cat /etc/sutler/secret.key > /dev/null 2>&1 && echo readable'), 'readable', 'courier does');
is(says('for p in /usr/libexec/sutler/cgi-bin/* /usr/libexec/sutler/jobs/*; do ldd $p | grep "not found"; done'), '', 'every program finds its libraries');
is(says('for p in /usr/libexec/sutler/cgi-bin/*; do $p -V > /dev/null || echo $p; done'), '', '... and says its version');

# A second time, and after being broken off.
my $key = read_file("$root/etc/sutler/secret.key");
runs('apt-get -q install -y --no-install-recommends --reinstall /tmp/sutler.deb', 'it installs once more');
is(read_file("$root/etc/sutler/secret.key"), $key, '... with the same key');
unlink "$root/etc/sutler/secret.key";
write_file("$root/etc/sutler/secret.key.new.broken", 'x');
runs('rm -rf /var/lib/sutler/private; dpkg --unpack /tmp/sutler.deb && dpkg --configure sutler', 'after a configuration that was broken off');
is(says('stat -c "%a %G %s" /etc/sutler/secret.key; ls /etc/sutler; ls -d /var/lib/sutler/private'), "640 _sutler-secrets 32\nsecret.key\nsutler.conf\n/var/lib/sutler/private",
	'all is there, and nothing of the half');
$key = read_file("$root/etc/sutler/secret.key");
runs('echo "[log]" >> /etc/sutler/sutler.conf; echo x > /var/lib/sutler/private/x; apt-get -q remove -y sutler', 'it is removed');
ok(-e "$root/etc/sutler/secret.key" && -e "$root/var/lib/sutler/private/x" && !-e "$root/usr/sbin/sutlerctl", '... and keeps key and files');
runs('apt-get -q install -y --no-install-recommends /tmp/sutler.deb', 'and installed again');
is(read_file("$root/etc/sutler/secret.key"), $key, '... it has its key');
like(read_file("$root/etc/sutler/sutler.conf"), qr/^\[log\]\n\z/m, '... and its settings');
runs('apt-get -q purge -y sutler', 'it is purged');
is(says('ls -d /etc/sutler /var/lib/sutler /usr/share/sutler /usr/libexec/sutler /etc/cron.d/sutler 2> /dev/null; find / -xdev -name "*sutler*" -not -path "/tmp/*" '
	. '-not -path "/var/log/*" -not -path "/proc/*" -not -path "/var/lib/dpkg/*" -not -path "/var/cache/*"'), '', '... and nothing of it is left');
system('rm', '-rf', $root);
done_testing;
