#!/usr/bin/perl
# Promise: the guides lead somewhere. What doc/*.md and README.md name beside them is there, each picture is small enough for a
# page of text, and none lies about that no guide shows.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Sources qw(tracked);
use Test::More;

# Bytes: the package of guides has them all.
use constant PICTURE_MOST => 120 * 1024;

my $top = top();
my %shown;
for my $guide (sort(tracked(qr{^doc/[^/]+\.md$})), 'README.md') {
	my ($dir) = $guide =~ m{^(.*/)?};
	my $text = read_file("$top/$guide");
	my %anchor = map { lc(s/[^\w\s-]//gr =~ s/\s+/-/gr) => 1 } $text =~ /^#+ (.*)$/mg;
	my @lost;
	while ($text =~ /\]\(([^)\s]+)\)/g) {
		my $to = $1;
		next if $to =~ /^https?:/;
		push @lost, $to if $to =~ /^#(.*)/ ? !$anchor{$1} : !-e "$top/" . ($dir // '') . $to =~ s/#.*//r;
		$shown{ ($dir // '') . $to } = 1;
	}
	is "@lost", '', "$guide names what is there";
}
my @pictures = tracked(qr{^doc/guide/});
cmp_ok scalar @pictures, '>', 10, 'the guide has pictures';
is_deeply [grep { !$shown{$_} } @pictures], [], 'each is shown';
is_deeply [grep { -s "$top/$_" > PICTURE_MOST || read_file("$top/$_") !~ /^RIFF....WEBP/s } @pictures], [], 'each is a small WebP';
done_testing;
