#!/usr/bin/perl
# Promise: workbooks of another program (openpyxl) read as the tables they are, and what we write
# is a workbook for it, in which a cell like =1+1 is a text and a price a number.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $driver = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../..") . '/t/unit/sheet_driver';
-x $driver or plan skip_all => "$driver is not built";
system('/usr/bin/python3 -c "import openpyxl" 2>/dev/null') == 0 or plan skip_all => 'python3-openpyxl is not installed';
my $dir = tempdir(CLEANUP => 1);

sub python
{
	my ($code, @args) = @_;
	open my $p, '-|:utf8', '/usr/bin/python3', '-X', 'utf8', '-c', "import sys, openpyxl\n$code", @args or die "cannot run python3: $!\n";
	local $/;
	my $text = <$p> // '';
	return close $p ? $text : "failed: $text";
}
sub ours { my (@args) = @_; open my $p, '-|:utf8', $driver, @args or die $!; local $/; my $text = <$p> // ''; close $p; return $text }

is python(<<'PY', "$dir/theirs.xlsx"), '', 'openpyxl writes a workbook';
b = openpyxl.Workbook()
s = b.active
s.title = 'Products'
b.create_sheet('More').append(['not', 'this'])
s.append(['product', 'name', 'price', 'sold'])
s.append(['A-1', 'Suela de tacón', 19.9, True])
s.append(['0042', 'ñ' * 300, 18.5 * 3, None])
s.append([])
s['A5'] = 'A-5'
s['B5'] = '=1+1'
s['B5'].data_type = 's'
s['C5'] = 4006381333931
s['A6'] = 'A-6'
s['B6'] = '=CONCATENATE("a","b")'
b.save(sys.argv[1])
PY
is ours('read', "$dir/theirs.xlsx"), join('', "2\tA-1\tSuela de tacón\t19.9\ty\n", "3\t0042\t" . 'ñ' x 300 . "\t55.5\t\n",
	"5\tA-5\t=1+1\t4006381333931\t\n", "6\tA-6\t\t\t\n"), 'which we read: texts, numbers, a row left out, no formula computed';

open my $w, '|-:utf8', $driver, 'write', "$dir/ours.xlsx" or die $!;
print {$w} "product\tname\tprice\nA-1\t=1+1\t19.90\n007\t+cmd|' /C calc'!A0\t\nÑ-9\t<b>&amp;\tfree\n";
close $w;
is $?, 0, 'we write a workbook';
is python(<<'PY', "$dir/ours.xlsx"), join("\n", 'Products', "product|name|price", "A-1|=1+1|19.9", "007|+cmd|' /C calc'!A0|None", 'Ñ-9|<b>&amp;|free', 's n A2', ''), 'which openpyxl reads';
s = openpyxl.load_workbook(sys.argv[1]).active
print(s.title)
for row in s.iter_rows(values_only=True):
	print('|'.join(str(v) for v in row))
print(s['B2'].data_type, s['C2'].data_type, s.freeze_panes)
PY
done_testing;
