#!/usr/bin/perl
# Promise: what the warehouse prints shows every line it was given, goes on over as many pages as it takes,
# has a barcode that a scanner reads as its number, and is the same file for the same input.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $driver = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../..") . '/t/unit/paper_driver';
-x $driver or plan skip_all => "$driver is not built";
`pdftotext -v 2>&1` =~ /version/ or plan skip_all => 'pdftotext is not installed';
my $dir = tempdir(CLEANUP => 1);

sub draw
{
	my ($kind, $rows) = @_;
	open my $out, '-|:raw', $driver, $kind, $rows or die "cannot run $driver: $!\n";
	local $/;
	my $pdf = <$out> // '';
	close $out or return '';
	open my $f, '>:raw', "$dir/p.pdf" or die $!;
	print {$f} $pdf;
	close $f;
	return $pdf;
}

sub text { open my $p, '-|:utf8', 'pdftotext', '-layout', "$dir/p.pdf", '-' or return ''; local $/; return <$p> // '' }

for my $kind (['slip', 'Packing slip', 'Deliver to', 'Ana Núñez', 'Ring twice', 'Post'], ['pick', 'Pick list', 'A 02', 'S-1001'],
	['return', 'Return slip', 'Send to', 'lay this slip'], ['purchase', 'Purchase order', 'Supplier', 'Deliver to: Post', '8,50 €', '2,00 €', 'Total without tax: 123,45 €']) {
	my ($name, @want) = @$kind;
	like(draw($name, 3), qr/^%PDF/, "$name is drawn");
	my $text = text();
	like($text, qr/\Q$_\E/, "$name: $_") for @want, '22 nov 2026', 'SKU-2', 'Ante marrón 2', 'Pieces in all: 6';
}
my $long = draw('pick', 80);
my $text = text();
is(scalar(() = $text =~ /SKU-\d+/g), 80, 'a long list loses nothing');
my $pages = $text =~ tr/\f//;
cmp_ok($pages, '>', 2, "and goes on over $pages pages");
like($text, qr{$pages ?/ ?$pages}, 'which are numbered');
is(draw('pick', 80), $long, 'the same input is the same file');

my $labels = draw('label', 2);
$text = text();
is($text =~ tr/\f//, 2, 'a label is a page');
like($text, qr/\Q$_\E/, "label: $_") for 'From', 'Deliver to', 'Núñez e Hijas', '08001 Barcelona', 'Correos', '1250 g', 'Parcel S-1001/1', 'Tracking number PK43B0492847511080128001X';
is(draw('label', 2), $labels, 'the same labels are the same file');
like(`pdfinfo $dir/p.pdf`, qr/Page size:\s+297\.6\d* x 419\.5\d* pts/, 'of A6');

SKIP: {
	skip 'zbarimg is not installed', 2 if `zbarimg --version 2>&1` !~ /^\d/;
	draw('label', 2);
	system 'pdftoppm', '-r', '200', '-f', '2', '-png', '-singlefile', "$dir/p.pdf", "$dir/l";
	my $read = `zbarimg -q --raw $dir/l.png`;
	is(join(' ', sort split /\n/, $read), 'PK43B0492847511080128001X S-1001/2', 'a scanner reads both numbers of a label');
	draw('slip', 1);
	system 'pdftoppm', '-r', '150', '-png', '-singlefile', "$dir/p.pdf", "$dir/p";
	like(`zbarimg -q --raw '$dir/p.png' 2>/dev/null`, qr/^S-1001$/m, 'a scanner reads the number');
}
done_testing;
