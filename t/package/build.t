#!/usr/bin/perl
# Promise: the release tarball makes Debian packages that lintian has nothing against, built with every
# hardening flag, twice the same to the bit, and they hold what programs.tab says and nothing else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA;
use House qw(program_rows read_file top);
use Test::More;

my $top = top();
my @dirs = map { "$top/var/package$_" } '', '-again';

# The packages of a build, NAME => path.
sub packages
{
	my ($dir) = @_;
	return map { m{/(sutler[a-z-]*)_[^/]*\.deb$} ? ($1 => $_) : () } glob "$dir/*.deb";
}

sub digest { my ($path) = @_; return Digest::SHA->new(256)->addfile($path, 'b')->hexdigest }

is(system("$top/dev/package '$dirs[0]' > /dev/null"), 0, 'the packages are built') or BAIL_OUT('no packages');
my %deb = packages($dirs[0]);
is_deeply([sort keys %deb], [qw(sutler sutler-dbgsym sutler-demo sutler-demo-dbgsym sutler-doc)], '... these');
my ($changes) = glob "$dirs[0]/*.changes";
my $said = `lintian --fail-on error,warning '$changes' 2>&1`;
is($?, 0, 'lintian has no error and no warning') or diag $said;
$said = `blhc --all '$dirs[0]/package.log' 2>&1`;
is($?, 0, 'blhc misses no hardening flag') or diag $said;

{
	local $ENV{TZ} = 'Pacific/Auckland';
	local $ENV{LC_ALL} = 'C.UTF-8';
	is(system("umask 002; $top/dev/package '$dirs[1]' > /dev/null"), 0, 'built once more, elsewhere');
}
my %again = packages($dirs[1]);
is(digest($again{$_} // '/dev/null'), digest($deb{$_}), "$_ is the same to the bit") for sort keys %deb;

my %file;	# path => mode, owner
for (split /\n/, `dpkg-deb --contents '$deb{sutler}'`) {
	my ($mode, $owner, $path) = /^(\S+) +(\S+) +\d+ +\S+ +\S+ \.(\/\S*)/ or next;
	$file{$path} = [$mode, $owner];
}
for my $row (program_rows()) {
	my $page = $row->{kind} =~ /^(?:page|service)$/;
	my @needs = ("/usr/libexec/sutler/" . ($page ? 'cgi-bin' : 'jobs') . "/$row->{name}", "/usr/share/man/man8/sutler-$row->{name}.8.gz",
		map { "/lib/systemd/system/sutler-$row->{name}.$_" } 'service', $page ? 'socket' : 'timer');
	is_deeply([grep { !$file{$_} } @needs], [], "$row->{name}: program, manual, units");
}
is_deeply([grep { !$file{$_} } qw(/usr/sbin/sutlerctl /usr/libexec/sutler/failure-mail /lib/systemd/system/sutler.target /usr/lib/sysusers.d/sutler.conf
	/usr/lib/tmpfiles.d/sutler.conf /etc/cron.d/sutler /etc/sutler/sutler.conf /usr/share/sutler/etc/programs.tab /usr/share/sutler/sql/roles.sql
	/usr/share/sutler/messages/es.mo /usr/libexec/sutler/webserver /usr/share/dbconfig-common/data/sutler/install-dbadmin/pgsql
	/usr/share/sutler/monitoring/sutler.rules.yml /usr/share/sutler/monitoring/sutler-dashboard.json /usr/share/sutler/webserver/nginx-watch.conf)], [], 'and what belongs to all of them');
is_deeply([grep { $file{$_}[0] =~ /s|t|^.{8}w|^.{5}w/ && $file{$_}[0] !~ /^l/ } sort keys %file], [], 'no file is anybody\'s to write, none has the rights of its owner');
is_deeply([grep { $file{$_}[1] ne 'root/root' } sort keys %file], [], 'all of them are root\'s');
is_deeply([grep { m{^/(?:usr/local|var|run|home|opt|tmp|root)/.} } sort keys %file], [], 'and stand where the policy wants them');
done_testing;
