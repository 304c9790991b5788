#!/usr/bin/perl
# Promise (CAT-19, T62): the job transfer takes the same memory for a file of any length, be it CSV or a workbook, while
# it reads and while it brings products in by parts: seven times the rows and more, a few kilobytes more.  The planner
# hears of what came in.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use DBD::Pg;
use House qw(read_file);
use Jobs;
use POSIX qw(WNOHANG);
use Test::More;

plan skip_all => 'memory says nothing under AddressSanitizer' if $ENV{ASAN_OPTIONS};
# What allocators and the database's library do with the same work from run to run; a row of the longer files has some 1000 bytes.
my $ROOM_KB = 3 * 1024;
my $MOST_KB = 100 * 1024;
my $j = Jobs->new(no_mail => 1);
my $t = $j->merchant('big', locales => [['es', 'es-ES']]);
my $driver = "$j->{build}/t/unit/sheet_driver";
my $staff = Jobs::id();
$j->tenant($t);
$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $staff, email => 'ana@example.test', state => 'active');

sub rows
{
	my ($n, $long, $end) = @_;
	my $text = $long ? 'Suela cosida a mano. ' x 45 : '';
	return ([qw(product name:es description:es sku price:EUR)], (map { [ "P-$_", "Suela $_", $text, "P-$_", '19.90' ] } 1 .. $n), $end // ());
}
sub csv { return join '', map { join(',', @$_) . "\n" } @_ }
sub workbook
{
	my $path = "$j->{dir}/big.xlsx";
	open my $out, '|-', $driver, 'write', $path or die "cannot run $driver: $!\n";
	print {$out} join("\t", @$_), "\n" for @_;
	close $out or die "$driver fails\n";
	return read_file($path);
}

# The most memory that the job had while it took the file, in kB, and what became of the file.
sub peak
{
	my ($bytes, $state) = @_;
	my ($id, $peak) = (Jobs::id(), 0);
	$j->put('catalog.transfer', tenant_id => $t->{tenant}, transfer_id => $id, direction => 'import', store_id => $t->{store}, staff_id => $staff,
		state => $state, file_name => 'big', layout => 'auto', bytes => length $bytes, reason => 'spring');
	my $put = $j->db->prepare('INSERT INTO catalog.transfer_part (tenant_id, transfer_id, part, data) VALUES (?, ?, ?, ?)');
	$put->bind_param(4, undef, { pg_type => DBD::Pg::PG_BYTEA() });
	for (my $part = 0; $part << 20 < length $bytes; $part++) {
		$put->execute($t->{tenant}, $id, $part, substr $bytes, $part << 20, 1 << 20);
	}
	my $pid = $j->start('transfer', '--once');
	while (waitpid($pid, WNOHANG) == 0) {
		open my $f, '<', "/proc/$pid/status" or next;
		while (<$f>) { $peak = $1 if /^VmHWM:\s+(\d+)/ }
		select undef, undef, undef, 0.002;
	}
	return ($peak, $j->value(q{SELECT concat_ws(' ', state, nullif(why, ''), created) FROM catalog.transfer WHERE transfer_id = ?}, $id));
}

# A fault in the last row: all is read and checked, and nothing merged.
my @bad = ([ 'BAD', 'Mala', '', 'BAD', 'free' ]);
for my $kind ([ 'CSV' => \&csv, 1_000, 7_000 ], [ 'a workbook' => \&workbook, 500, 4_500 ]) {
	my ($name, $make, $few, $many) = @$kind;
	subtest "$name is read" => sub {
		plan skip_all => "$driver is not built" if $make == \&workbook && !-x $driver;
		my ($small, $one) = peak($make->(rows($few, 1, @bad)), 'waiting');
		my ($large, $other) = peak($make->(rows($many, 1, @bad)), 'waiting');
		is("$one, $other", 'failed faults 0, failed faults 0', 'to its end, where a fault is');
		cmp_ok($small, '>', 0, 'as measured');
		cmp_ok($large, '<', $small + $ROOM_KB, "$many rows take $large kB, $few take $small kB");
		cmp_ok($large, '<', $MOST_KB, 'far from the limit');
	};
}

subtest 'products come in' => sub {
	my ($small, $one) = peak(csv(rows(100)), 'queued');
	# Else the next ones are looked up as if the tables were empty, each among all.
	cmp_ok($j->value(q{SELECT min(reltuples) FROM pg_class WHERE oid IN ('catalog.variant'::regclass, 'catalog.price'::regclass, 'catalog.listing'::regclass)}), '>=', 100,
		'the planner knows what came in');
	my ($large, $other) = peak(csv(rows(1_100)), 'queued');
	is("$one, $other", 'done 100, done 1000', 'all of them');
	cmp_ok($large, '<', $small + $ROOM_KB, "by parts: $large kB, in one $small kB");
	cmp_ok($large, '<', $MOST_KB, 'far from the limit');
};

done_testing;
