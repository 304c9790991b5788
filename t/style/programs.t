#!/usr/bin/perl
# Promise: what programs.tab says is so. Each row has its source, database role, manual
# page without mandoc complaints, and every route stands in the page of its program.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(program_rows read_file top);
use Sources qw(tracked code_of);
use Test::More;

my $top = top();
my @rows = program_rows();
cmp_ok(scalar @rows, '>', 0, 'programs.tab has rows');
my (%seen, %prefix);
for my $row (@rows) {
	my $name = $row->{name};
	ok(!$seen{$name}++, "$name has one row");
	like($name, qr/^[a-z][a-z0-9-]{1,30}$/, "$name: name");
	like($row->{kind}, qr/^(?:page|service|job|resident)$/, "$name: kind");
	my $page = $row->{kind} =~ /^(?:page|service)$/;
	my $source = $page ? "cgi-bin/$name.c" : "jobs/$name.c";
	ok(-e "$top/$source", "$name: $source exists");
	like($row->{body}, $row->{kind} eq 'page' ? qr/^\d+[km]$/ : qr/^$/, "$name: body");
	like($row->{workers}, $page ? qr/^\d+c?$/ : qr/^$/, "$name: workers");
	like($row->{network}, qr/^(?:out)?$/, "$name: network");
	like($row->{schedule}, $page ? qr/^$/ : qr/^(?:every-\d+m|hourly|(?:daily|weekly)-\d\d:\d\d)$/, "$name: schedule");
	for my $prefix (split /,/, $row->{prefixes}) {
		like($prefix, qr{^/[a-z0-9/-]*$}, "$name: prefix $prefix");
		unlike($prefix, qr{^/[a-z]{2}(?:-[a-z]{2,4})*(?:/|$)}, "$name: prefix $prefix is not like a locale");
		ok(!$prefix{$prefix}++, "$name: prefix $prefix is its own");
	}
	manual($name, 8);
}
# What a page asks of courier, itself or by a file of lib/front that it includes, courier does for it.
my %callers = read_file("$top/cgi-bin/courier.c") =~ /\{\s*"([a-z.]+)",\s*"([^"]*)",\s*\w+\s*\}/g;
for my $row (grep { $_->{kind} eq 'page' } @rows) {
	my @files = tracked(qr{^cgi-bin/\Q$row->{name}\E(?:-[a-z-]+)?\.c$});
	my $code = join '', map { read_file("$top/$_") } @files;
	$code .= join '', map { read_file("$top/lib/front/$_.c") } grep { -e "$top/lib/front/$_.c" } $code =~ m{#include "front/(\w+)\.h"}g;
	my %asked = map { $_ => 1 } $code =~ /page_call\(r, "([a-z.]+)"/g;
	my @refused = grep { !grep { $_ eq $row->{name} } split / /, $callers{$_} // '' } sort keys %asked;
	is("@refused", '', "$row->{name}: courier does what it asks for");
}
# Programs that need a page but no row.
manual('sutlerctl', 8, 'sutlerctl') if -e "$top/sbin/sutlerctl.c";

sub manual
{
	my ($name, $section, $file) = @_;
	$file = 'man/' . ($file // "sutler-$name") . ".$section";
	ok(-e "$top/$file", "$name: $file exists") or return;
	my $lint = `mandoc -Tlint -Wwarning '$top/$file' 2>&1`;
	# References to our own pages cannot be found before they are installed.
	$lint = join '', grep { !/cross reference .*not found|referenced manual not found/i } split /^/, $lint;
	is($lint, '', "$file: mandoc has no complaint");
}

# The routes of each page program, as code says them, in its manual page.
for my $row (grep { $_->{kind} eq 'page' } @rows) {
	my ($source, $man) = ("cgi-bin/$row->{name}.c", "$top/man/sutler-$row->{name}.8");
	next if !-e "$top/$source";
	my @routes;
	for my $file (tracked(qr{^cgi-bin/\Q$row->{name}\E(?:-[a-z-]+)?\.c$})) {
		my $code = code_of($file, 1);
		push @routes, [$1, $2] while $code =~ /\{\s*(GET|POST)\s*,\s*"([^"]+)"/g;
	}
	cmp_ok(scalar @routes, '>', 0, "$row->{name}: routes are found");
	my $text = -e $man ? read_file($man) =~ s/\\&//gr =~ s/^\.\w+ //gmr : '';
	for my $route (@routes) {
		my ($method, $path) = @$route;
		ok($text =~ /\Q$method\E\b[^\n]*\Q$path\E(?=\s|$)/m, "$row->{name}: $method $path is in the manual");
	}
}

# What starts them where there is no systemd reads the same rows: it comes as far as their files.
my $launch = ($ENV{SUTLER_BUILD} // "$top/var/build") . '/sbin/sutler-launch';
SKIP: {
	skip "$launch is not built", 1 if !-x $launch;
	like(`'$launch' -t '$top/etc/programs.tab' -x /nonexistent -R / -r '$top/var/test/no-run' 2>&1`, qr{^sutler-launch: cannot run /nonexistent/}, 'sutler-launch understands every row');
}

# One role per program, and none that has no program.
my $bootstrap = read_file("$top/sql/bootstrap.sql");
my ($list) = $bootstrap =~ /programs constant text\[\] := ARRAY\[(.*?)\]/s;
my %role = map { $_ => 1 } ($list // '') =~ /'([a-z-]+)'/g;
is_deeply([grep { !$role{$_} } map { $_->{name} } @rows], [], 'every program has its role in bootstrap.sql');
is_deeply([grep { my $r = $_; $r ne 'template' && !grep { $_->{name} eq $r } @rows } sort keys %role], [],
	'every role has its program');

# Settings.
my $config = read_file("$top/lib/base/config.c");
my @settings = $config =~ /\.name = "([a-z_]+\.[a-z_0-9]+)"/g;
cmp_ok(scalar @settings, '>', 5, 'the settings are found');
ok(-e "$top/man/sutler.conf.5", 'man/sutler.conf.5 exists');
my $man = -e "$top/man/sutler.conf.5" ? read_file("$top/man/sutler.conf.5") : '';
for my $setting (@settings) {
	my ($section, $key) = split /\./, $setting;
	ok($man =~ /^\.It\s+(?:Cm|Va|Ic|Sy|Li)\s+(?:\Q$section\E\.)?\Q$key\E\b/m, "sutler.conf(5) has $setting");
}
done_testing;
