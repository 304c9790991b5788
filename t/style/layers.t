#!/usr/bin/perl
# Promise: includes go down only. A layer sees itself and those below it, so that the
# domain knows no HTTP, the base knows no shop, and the tree tells the architecture.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Sources qw(tracked code_of);
use Test::More;

# Who may include what, besides itself and the system.
my @up_to_shop = qw(base db shop);
my %sees = (
	base => [], db => ['base'], shop => ['base', 'db'],
	(map { $_ => \@up_to_shop } qw(pay ship notify channel)),
	web => ['base', 'db'],		# knows no shop
	front => [qw(base db shop web)],
	'cgi-bin' => [qw(base db shop web front)],
	# These alone know gateways: one asks them, one hears them, and one takes their keys from a form.
	'cgi-bin/courier' => [qw(base db shop pay web)],
	'cgi-bin/webhooks' => [qw(base db shop pay web front)],
	'cgi-bin/admin-settings-gateway' => [qw(base db shop pay web front)],
	jobs => [qw(base db shop pay ship notify channel)],
	sbin => [qw(base db shop pay ship notify channel)],
);

my @files = tracked(qr{^(?:lib/\w+|cgi-bin|jobs|sbin)/.*\.[ch]$});
cmp_ok(scalar @files, '>', 20, 'the sources are found');
my %wrong;
for my $file (@files) {
	my ($layer) = $file =~ m{^(?:lib/)?([\w-]+)/};
	ok($sees{$layer}, "$file lies in a known layer") or next;
	my ($whole) = $file =~ m{^(cgi-bin/[\w-]+)};
	my ($program) = $file =~ m{^(cgi-bin/[a-z]+)};
	my %may = map { $_ => 1 } $layer, @{ $sees{ $whole // '' } // $sees{ $program // '' } // $sees{$layer} };
	my $code = code_of($file, 1);
	while ($code =~ m{^#\s*include\s+"([^"/]+)/[^"]+"}mg) {
		push @{ $wrong{$file} }, $1 if !$may{$1};
	}
}
is_deeply(\%wrong, {}, 'every include stays in its layer or goes down');

# A module's own header first, before any other: it shows that the header is complete in itself.
my @late;
for my $c (grep { /\.c$/ } @files) {
	(my $own = $c) =~ s{^(?:lib/)?(.*)\.c$}{$1.h};
	next if !grep { $_ eq ($c =~ s/\.c$/.h/r) } @files;
	my ($first) = code_of($c, 1) =~ m{^#\s*include\s+(\S+)}m;
	# A private header of the same directory that includes it counts as well.
	my ($dir) = $own =~ m{^(.*/)};
	push @late, $c if ($first // '') !~ m{^"(?:\Q$dir\E)?[^"/]+"$};
}
is_deeply(\@late, [], 'every module includes its own header first');
done_testing;
