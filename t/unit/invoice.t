#!/usr/bin/perl
# Promise: an invoice shows every figure it was given, goes on over as many pages as it
# takes, numbers them, and the same invoice is the same file.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $driver = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../..") . '/t/unit/invoice_driver';
-x $driver or plan skip_all => "$driver is not built";
`pdftotext -v 2>&1` =~ /version/ or plan skip_all => 'pdftotext is not installed';
my $dir = tempdir(CLEANUP => 1);

sub draw
{
	my ($kind, $lines) = @_;
	open my $out, '-|:raw', $driver, $kind, $lines or die "cannot run $driver: $!\n";
	local $/;
	my $pdf = <$out> // '';
	close $out or return '';
	return $pdf;
}

sub text_of
{
	my ($pdf) = @_;
	open my $f, '>:raw', "$dir/i.pdf" or die $!;
	print {$f} $pdf;
	close $f;
	open my $p, '-|:utf8', 'pdftotext', '-layout', '-nopgbrk', "$dir/i.pdf", '-' or return '';
	local $/;
	return (<$p> // '') =~ s/[\x{a0}\x{202f}]/ /gr;
}

my $pdf = draw('plain', 3);
my $text = text_of($pdf);
for my $want ('F2026-17', 'S-1001', '22 nov 2026', '20 nov 2026', 'Suelas Toty, S.L.', '28001 Madrid', 'Ana Núñez',
	'Suela de tacón señorial', 'SU-002', 'Negro, 38', '10,02 €', '20,04 €', '1234,56 €', '-12,34 €', '6,05 €',
	'1228,27 €', 'HOLA10', 'Mensajero', 'Transferencia', '21 %', '5,2 %', '10,00 €', '2,10 €', '0,26 €', 'Page 1 of 1')
{
	like($text, qr/\Q$want\E/, "it shows $want");
}
is(draw('plain', 3), $pdf, 'the same invoice is the same file');
my $info = do { open my $p, '-|', 'pdfinfo', "$dir/i.pdf" or die $!; local $/; <$p> };
like($info, qr/^Title:\s+Invoice F2026-17$/m, 'the file has a title');
like($info, qr/^Author:\s+Suelas Toty$/m, 'and an author');
like($info, qr/A4/, 'on A4');

for my $n (1, 12 .. 22, 60, 400) {
	my $t = text_of(draw('plain', $n));
	my ($page, $pages) = ($t =~ /Page (\d+) of (\d+)/g)[-2, -1];
	is($page, $pages, "$n lines: the last page is page $page of $pages");
	is(scalar(() = $t =~ /SU-\d{3}/g), $n, "$n lines: each is shown once");
	like($t, qr/1228,27/, "$n lines: the total is there");
}
my $credit = text_of(draw('credit', 1));
for my $want ('Credit note taken back', 'F2026-R4', 'F2026-R3', 'F2026-17', '21 nov 2026', '22 nov 2026', 'Ana Núñez', '-15,00 €', '-17,36 €', '21 %', '2,10 €') {
	like($credit, qr/\Q$want\E/, "a credit note shows $want");
}
unlike($credit, qr/Delivery|Transferencia|has been paid/, 'and nothing that only an invoice has');
like(text_of(draw('strange', 1)), qr/<b>&/, 'markup is text');
done_testing;
