#!/usr/bin/perl
# Promise: debian/tests passes as Debian's own machines run it: autopkgtest installs the packages, with what the tests ask
# for and nothing else, on a host with systemd that had none of it, and says PASS.
#
# That host is a Debian in a directory (t/lib/BootTree.pm), and autopkgtest runs on it with its backend null: the host is
# the testbed and is thrown away, so that the test may break it.  Of the backends that make a testbed themselves, unshare
# and chroot of Debian 12 do not offer isolation-container, which the test asks for because it starts services.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use BootTree;
use House qw(read_file top);
use Test::More;

my $why = BootTree::missing();
plan skip_all => "no host in a directory: $why" if $why;
my $top = top();

# t/package/build.t made them; alone, this file makes them itself.
sub packages { my @found = glob "$top/var/package/sutler_*.deb $top/var/package/sutler-demo_*.deb"; return @found }
system "$top/dev/package > /dev/null" if packages() < 2;
my @debs = packages();
is(scalar @debs, 2, 'there are packages') or BAIL_OUT('no package');
my @sources = glob "$top/var/package/sutler_*.dsc $top/var/package/sutler_*.orig.tar.xz $top/var/package/sutler_*.debian.tar.xz";
is(scalar @sources, 3, '... and their source') or BAIL_OUT('no source package');

# What is not there and can be installed: what our packages depend on, and what the tests ask for.
my $control = read_file("$top/debian/tests/control");
my @asked = map { split /[\s,]+/ } $control =~ /^Depends:\s*(.*)$/mg;
my @ours = map { s{.*/}{}sr =~ s/_.*//sr } @debs;
my @depends = map { s/[|(].*//sr =~ s/\s//gr } map { split /,/, `dpkg-deb -f '$_' Depends` } @debs;
my %cached = map { $_ => 1 } grep { my $p = $_; !grep { $_ eq $p } @ours } @asked, @depends;
my $t = BootTree->new(name => 'autopkgtest', debs => \@debs, packages => [qw(systemd systemd-sysv dbus autopkgtest dpkg-dev)], cached => [sort keys %cached]);
$t->boot;
my ($status, $said) = $t->inside('dpkg-query -W -f "\${db:Status-Abbrev}\${Package}\n" | grep -E "^ii *(postgresql|nginx|sutler)"');
is($said, '', 'a host that has neither shop nor database nor web server');

$t->inside('mkdir /srv/package');
$t->put($_, '/srv/package/' . s{.*/}{}r) for @debs, @sources;
($status, $said) = $t->inside('cd /srv/package && timeout 1800 autopkgtest --no-built-binaries --ignore-restrictions=breaks-testbed --output-dir /srv/out *.deb *.dsc -- null 2>&1');
is($status, 0, 'autopkgtest is content') or diag $said;
my ($summary) = ($t->inside('cat /srv/out/summary'))[1];
my @tests = map { split /[\s,]+/ } $control =~ /^Tests:\s*(.*)$/mg;
like($summary, qr/^\Q$_\E +PASS$/m, "$_ passes") for @tests;
unlike($summary, qr/SKIP|FAIL/, 'none is left out');
$t->stop;
done_testing;
