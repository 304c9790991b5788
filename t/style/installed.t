#!/usr/bin/perl
# Promise: what programs read at run time is installed with them: each template, statement, static
# file, translation and manual page of the checkout stands in the Makemodule.am of its directory, once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Sources qw(tracked);
use Test::More;

# Directory => what of it is read at run time.
my %read = (
	tmpl => qr{\.mustache$}, htdocs => qr{.}, man => qr{\.[1-9]$},
	sql => qr{^(?!sql/(?:demo|query)/).*\.sql$},	# the demo is loaded, queries are compiled in
);
my $top = top();
for my $dir (sort keys %read) {
	my $make = read_file("$top/$dir/Makemodule.am");
	my %listed;
	$listed{$_ =~ s/%D%/$dir/r}++ for grep { m{^%D%/} } split /[\s\\]+/, $make;
	my @files = grep { $_ =~ $read{$dir} && !m{Makemodule\.am$} } tracked(qr{^\Q$dir\E/});
	cmp_ok(scalar @files, '>', 5, "$dir: files are found");
	is_deeply([grep { !$listed{$_} } @files], [], '... and each is installed');
	is_deeply([grep { $listed{$_} > 1 } sort keys %listed], [], '... once');
	is_deeply([grep { !-e "$top/$_" && !/\.(?:h|c|mo)$/ } sort keys %listed], [], '... and nothing that is not there');
}
done_testing;
