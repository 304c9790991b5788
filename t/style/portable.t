#!/usr/bin/perl
# Promise: the checkout works anywhere. No tracked file names a package registry's host
# or a place of one developer's machine, tools are executable, tests say their promise.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Sources qw(tracked);
use Test::More;

my $top = top();
my $registry = join '|', map { quotemeta } 'registry.' . 'npmjs', 'npmjs.' . 'org', 'registry.' . 'yarnpkg',
	'deb.' . 'debian.org', 'proxy.' . 'golang', 'crates.' . 'io', 'pypi.' . 'org';
my @files = tracked(qr{.});
my (@hosts, @places);
for my $file (@files) {
	next if $file eq 'COPYING' || -B "$top/$file";
	my $text = read_file("$top/$file");
	push @hosts, $file if $text =~ /$registry/;
	push @places, "$file: $1" if $text =~ m~(?<![-\w.%)}])(/(?:home|root|Users|work)/[\w.-]+)~;
}
is_deeply(\@hosts, [], 'no registry host');
is_deeply(\@places, [], 'no path of a developer\'s machine');

my @tools = grep { /^#!/ } map { my $f = $_; (read_file("$top/$f") =~ /\A#!/) ? "#!$f" : () } grep { !-B "$top/$_" } tracked(qr{^(?:dev|\.ci|t/lib)/});
is_deeply([grep { my $f = s/^#!//r; !-x "$top/$f" } @tools], [], 'every script of dev, .ci and t/lib is executable');

my @silent;
for my $file (tracked(qr{^t/(?:unit/.*_test\.c|(?:sql|http|fault|style)/.*\.t|browser/[^/]*\.mjs)$})) {
	my $start = substr read_file("$top/$file"), 0, 700;
	$start =~ s/\A#![^\n]*\n//;
	push @silent, $file if $start !~ m{\A\s*(?:/\*|//|\#)\s*\S+};
}
is_deeply(\@silent, [], 'every test begins with what it guards');

my $packages = read_file("$top/dev/packages");
my @bare = grep { !/^#/ && !/^[a-z0-9][a-z0-9.+-]+(?:\s+unless\s+\S+)?\s+# \S/ } grep { /\S/ } split /\n/, $packages;
is_deeply(\@bare, [], 'every package of dev/packages says why');
done_testing;
