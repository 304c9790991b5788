#!/usr/bin/perl
# Promise: doc/abuse-cases.md tells the truth. Each case of the first release is in it, and
# each test it names exists, says the case's number and holds the words it points to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Test::More;

my @wanted = (1 .. 8, 11 .. 29, 32 .. 44, 46, 49, 51 .. 56, 65, 66, 68, 75, 77 .. 81);
my $top = top();
my %there;
for my $line (grep { /^\| T\d/ } split /\n/, read_file("$top/doc/abuse-cases.md")) {
	my ($case, $what, $file, $words) = map { s/^\s+|\s+$//gr } (split /\|/, $line)[1 .. 4];
	my $text = -e "$top/$file" ? read_file("$top/$file") : '';
	ok($text =~ /\b$case\b/ && index($text, $words) >= 0, "$case: $file: $words");
	$there{$case} = 1;
}
is_deeply([grep { !$there{"T$_"} } @wanted], [], 'every case of the first release is listed');
done_testing;
