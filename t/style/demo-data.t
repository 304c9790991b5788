#!/usr/bin/perl
# Promise: the demo shops' files are what dev/gen-demo writes, and a shop's store.conf
# names only pictures, categories and products that its other files bring.
use strict;
use warnings;
use utf8;
use FindBin qw($Bin);
use File::Temp qw(tempdir);
use Test::More;

my $top = "$Bin/../..";
my $fresh = tempdir(CLEANUP => 1);

sub slurp { my ($path) = @_; open my $f, '<:encoding(UTF-8)', $path or return; local $/; return <$f> }

is(system("$top/dev/gen-demo '$fresh' >/dev/null"), 0, 'gen-demo runs');

for my $shop (qw(suelas velora langkah)) {
	my $dir = "$top/sql/demo/$shop";
	for my $file (qw(attributes.csv categories.csv products.csv pictures.tsv), $shop eq 'langkah' ? 'listings.csv' : (), $shop eq 'velora' ? 'bundles.csv' : ()) {
		ok((slurp("$dir/$file") // '') eq (slurp("$fresh/$shop/$file") // '-'),
			"$shop/$file is the output of dev/gen-demo") or diag('run dev/gen-demo and commit');
		cmp_ok(-s "$dir/$file", '<', 1_500_000, "$shop/$file stays small");
	}
	my %picture = map { /^([^\t]+)/ ? ($1 => 1) : () } split /\n/, slurp("$dir/pictures.tsv");
	my %category = map { /^([^,]+)/ ? ($1 => 1) : () } split /\n/, slurp("$dir/categories.csv");
	my %product = map { /^([A-Z]{2}-[A-Z]+-\d+),/ ? ($1 => 1) : () } split /\n/, slurp("$dir/products.csv") . (slurp("$dir/bundles.csv") // '');
	my @unknown;
	for my $line (split /\n/, slurp("$dir/store.conf")) {
		my ($key, $value) = $line =~ /^(\w+) = (.+)$/ or next;
		push @unknown, $value if $key =~ /^(image|logo|favicon)$/ && !$picture{$value};
		push @unknown, grep { !$category{$_} } split ' ', $value if $key =~ /_categories$/;
		push @unknown, grep { !$product{$_} } split ' ', $value if $key =~ /_products$/;
		push @unknown, $value if $key eq 'link' && $value =~ m{^/c/(.+)} && !$category{$1};
	}
	is("@unknown", '', "$shop/store.conf names nothing unknown");
}
done_testing();
