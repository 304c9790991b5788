#!/usr/bin/perl
# The promise (reliability P4, T4, T5, T6, T7): the pricing engine and an independent decimal
# calculation, written in another language from shop/pricing.h alone, agree on every
# figure of random carts.
#
# PRICING_CARTS (100000) and PRICING_SEED say how many and which; the seed is printed, and
# a cart that differs is printed whole: feed it to both programs by hand.  SUTLER_BUILD is
# the build tree (default: the current directory).
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $here = dirname(__FILE__);
my $build = $ENV{SUTLER_BUILD} // '.';
my $carts = $ENV{PRICING_CARTS} // 100_000;
my $seed = $ENV{PRICING_SEED} // time ^ ($$ << 8);
my $driver = "$build/t/unit/pricing_driver";
my $oracle = "$here/pricing-oracle.py";
my ($workers, $chunk) = (2, 2500);
my $dir = tempdir(CLEANUP => 1);

sub pick { $_[rand @_] }
sub chance { rand() < $_[0] }
sub between { my ($low, $high) = @_; $low + int rand($high - $low + 1) }

my @classes = qw(std std std red food -);
my @places = ('ES - 28001', 'ES CN 35001', 'ES - 35-0', 'FR - 75001', 'FR COR 20000', 'US CA 90210',
	'US CA 9-02', 'US - 10001', 'GB - sw1a-1aa', 'ID - -', '- - -');
my @rates = (0, 1, 40_000, 55_000, 77_500, 99_750, 100_000, 110_000, 190_000, 200_000, 210_000,
	210_000, 333_333, 500_000, 999_999, 1_000_000);

sub price {
	my $r = rand;
	return pick(0, 1, 2, 3, 5, 7, 99, 100, 101) if $r < 0.2;
	return between(0, 20) if $r < 0.3;
	return between(0, 30_000) if $r < 0.85;
	return between(0, 10_000_000) if $r < 0.95;
	return pick(1_000_000_000_000, 999_999_999_999, between(0, 1_000_000_000_000)) if $r < 0.9995;
	return pick(1_000_000_000_001, -1);
}

sub quantity {
	my $r = rand;
	return 1 if $r < 0.4;
	return between(1, 12) if $r < 0.85;
	return between(1, 10_000) if $r < 0.95;
	return pick(9_999, 10_000) if $r < 0.9995;
	return pick(0, 10_001, -3);
}

sub rule {
	my ($deep) = @_;
	my $treatment = chance(0.85) ? 0 : pick(1, 2, 2);
	my $rate = chance(0.7) ? pick(@rates) : between(0, 1_000_000);
	$rate = 0 if $treatment && !chance(0.001);
	$rate = pick(-1, 1_000_001) if chance(0.0003);
	my $country = pick(qw(ES ES FR US GB ID - -));
	my $region = chance(0.2) ? pick(qw(CN CA COR)) : '-';
	my $postal = chance(0.2) ? pick(qw(35 350 28 90 9 9-0 SW1 sw 7)) : '-';
	my $priority = $deep ? between(1, $deep) : pick(1, 1, 1, 1, 2, 2, 3);
	my $name = pick('VAT', "T$priority", "R$rate");
	return join ' ', $name, pick(qw(- - std red food ship)), $country, $region, $postal, $rate,
		$priority, pick(0, 0, 0, 0, 1, 2), $treatment, chance(0.25) ? 1 : 0, chance(0.8) ? 1 : 0;
}

sub ids {
	my ($often, $prefix, $n) = @_;
	my @list = chance($often) ? map { $prefix . between(1, $n) } 1 .. between(1, 3) : ();
	return join ' ', scalar @list, @list;
}

sub coupon {
	my $kind = pick(0, 1, 1, 2, 2, 3);
	my $percent = pick(1, 50_000, 100_000, 125_000, 333_333, 999_999, 1_000_000, 1_000_001,
		5_000_000, between(1, 1_000_000));
	$percent = 0 if chance(0.0005);
	return join ' ', $kind, $percent, chance(0.5) ? price() : between(0, 3_000),
		chance(0.5) ? 0 : price() * between(1, 5), ids(0.2, 'p', 5), ids(0.2, 'p', 5),
		ids(0.2, 'c', 6), ids(0.2, 'c', 6);
}

sub delivery {
	my @bands = map { pick(0, 100, 500, 1_000, 5_000, between(0, 100_000)) . ' ' . price() }
		1 .. between(0, 4);
	return join ' ', pick(0, 1, 1, 2, 2, 3, 3), price(), price(), chance(0.7) ? 0 : price(),
		pick(@classes, 'ship'), scalar @bands, @bands;
}

sub surcharge {
	return join ' ', chance(0.4) ? 0 : chance(0.8) ? between(0, 2_000) : price(), chance(0.5) ? 0 : chance(0.999) ? between(0, 60_000) : pick(-1, 1_000_000, 1_000_001), pick(@classes, 'ship');
}

# The largest carts: their sums lie on both sides of 2^53.
sub giant {
	my ($id) = @_;
	return join ' ', $id, $id, $id, 0, pick('std', 'red'),
		pick(10_000, 10_000, between(9_000, 10_000)), between(4_000_000_000, 5_000_000_000), 0, 1, 0, 0, 0;
}

sub line {
	my ($id) = @_;
	my $product = between(1, 5);
	my @cats = map { 'c' . between(1, 6) } 1 .. between(0, 3);
	my @tiers = chance(0.3) ? map { pick(1, 2, 5, 10, 100, between(1, 200)) . ' ' . price() }
		1 .. between(1, 4) : ();
	return join ' ', $id, 'v' . ($product * 10 + between(0, 2)), "p$product", scalar @cats, @cats,
		pick(@classes), quantity(), price(), scalar @tiers, @tiers,
		chance(0.3) ? 0 : chance(0.999) ? between(0, 3_000) : 100_000_000,
		map { chance($_) ? 1 : 0 } 0.3, 0.1, 0.1;
}

sub cart {
	my $nlines = chance(0.995) ? between(0, 5) : chance(0.7) ? between(6, 60) : between(190, 201);
	my $deep = chance(0.05) ? between(2, 9) : 0;
	my @rules = map { rule($deep) } 1 .. ($deep ? between(4, 12) : between(0, 9));
	my ($home, $to) = (pick(@places), pick(@places));
	$home = $to if chance(0.3);
	my $line = $nlines > 150 && chance(0.6) ? \&giant : \&line;
	push @rules, map { "G$_ - - - - " . between(600_000, 1_000_000) . " $_ 0 0 0 1" } 1 .. 5
		if $line == \&giant;
	my @lines = map { $line->(sprintf '%c%x', between(97, 122), $_) } 1 .. $nlines;
	if (@lines > 1 && chance(0.2)) {        # lines alike make equal remainders: the ties
		my $tail = $lines[0] =~ s/^\S+//r;
		s/ .*/$tail/ for @lines;
	}
	my $step = chance(0.7) ? pick(0, 1, 1) : chance(0.99) ? pick(5, 10, 100, 100, 100_000, between(2, 1_000)) : pick(-1, 100_001);
	return join ' ', pick(0, 2, 2, 3), $step, pick(0, 1), pick(0, 1), pick(0, 1), pick(0, 1), $home, $to,
		chance(0.3) ? 1 : 0, chance(0.8) ? 0 : price(), scalar @rules, @rules, coupon(),
		delivery(), surcharge(), scalar @lines, @lines;
}

# Prices the carts of one file by both programs; prints what differs, returns what it saw.
sub compare {
	my ($file, $seen) = @_;
	my @run = (qq('$driver' < $file), qq(python3 -B '$oracle' < $file));
	my @out = map { open my $fh, '-|', $_ or die "$_: $!"; $fh } @run;
	my $different = 0;

	open my $in, '<', $file or die "$file: $!";
	while (my $cart = <$in>) {
		my ($c, $py) = map { scalar readline $_ } @out;
		$_ //= "(nothing)\n" for $c, $py;
		$seen->{"outcome $1"}++, $seen->{"coupon $2"}++ if $c =~ /^(\d) (\d)/;
		$seen->{compound}++ if $c =~ / T \S+ \d+ \d+ \d+ \d+ 1 /;
		$seen->{'steps'}++ if $cart =~ /^\d (?!100001)\d{2,} / && $c =~ /^[01] /;
		$seen->{'reverse charge'}++ if $c =~ / T \S+ 0 \d+ \d+ \d+ \d 2/;
		next if $c eq $py;
		print STDERR "# cart   $cart# C      $c# oracle $py" if $different++ < 2;
	}
	for (@out) {
		$different++ if defined readline $_;
		close $_ or $different++;
	}
	return $different;
}

sub work {
	my ($worker) = @_;
	my ($different, %seen) = (0);
	my $left = int($carts / $workers) + ($worker < $carts % $workers);

	srand($seed + $worker);
	while ($left > 0 && $different < 10) {
		my $n = $left < $chunk ? $left : $chunk;
		my $file = "$dir/carts.$worker";
		open my $out, '>', $file or die "$file: $!";
		print $out cart(), "\n" for 1 .. $n;
		close $out or die "$file: $!";
		$different += compare($file, \%seen);
		$seen{carts} += $n;
		$left -= $n;
	}
	return { different => $different, %seen };
}

plan skip_all => "no $driver here (make check-programs; SUTLER_BUILD)" unless -x $driver
	or $ENV{SUTLER_BUILD};
diag("PRICING_SEED=$seed PRICING_CARTS=$carts");
my @pipes;
for my $worker (0 .. $workers - 1) {
	pipe my $read, my $write or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		my $result = work($worker);
		print $write map { "$_=$result->{$_}\n" } sort keys %$result;
		close $write;
		require POSIX;
		POSIX::_exit(0);
	}
	close $write;
	push @pipes, [$pid, $read];
}
my %sum;
for (@pipes) {
	my ($pid, $read) = @$_;
	while (<$read>) { $sum{$1} += $2 if /^(.*)=(\d+)$/ }
	waitpid $pid, 0;
	is($?, 0, 'a half of the carts was priced to its end');
}
is($sum{carts} // 0, $carts, "$carts carts were compared");
is($sum{different}, 0, 'every figure of every cart agrees');
SKIP: {
	skip 'too few carts to reach every case', 11 if $carts < 20_000;
	ok($sum{$_}, "reached: $_ (" . ($sum{$_} // 0) . ' carts)')
		for map({ "outcome $_" } 0 .. 3), map({ "coupon $_" } 0 .. 3), 'compound', 'steps', 'reverse charge';
}
done_testing();
