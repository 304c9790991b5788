#!/usr/bin/perl
# The promise (INV-09): the forecast and an independent calculation, written in another language from
# the papers alone, agree on every method, every weight and every choice of random series.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $here = dirname(__FILE__);
my $build = $ENV{SUTLER_BUILD} // '.';
my $seed = $ENV{FORECAST_SEED} // time ^ ($$ << 8);
my $dir = tempdir(CLEANUP => 1);
my $made = 120;         # whole choices: each is some hundred fits in the slower language

-x "$build/t/unit/forecast_driver" or plan skip_all => 'forecast_driver is not built';
srand $seed;
diag "FORECAST_SEED=$seed";

# Sales of a kind: steady, rising, seldom, dying out, huge, or nothing at all.
sub series
{
	my ($n) = @_;
	my $kind = int rand 7;
	my $size = (1, 3, 20, 500)[rand 4];
	return map {
		my $t = $_ / $n;
		$kind == 0 ? int rand 2 * $size : $kind == 1 ? int $size * (1 + 3 * $t) + rand $size
		: $kind == 2 ? (rand() < 0.15 ? 1 + int rand $size : 0) : $kind == 3 ? ($t < 0.6 ? int rand 2 * $size : 0)
		: $kind == 4 ? int(1e6 * rand) : $kind == 5 ? $size : (rand() < 0.5 ? 0 : 0)
	} 1 .. $n;
}

my @lines;
for (1 .. 600) {
	my $method = qw(ses sba damped)[rand 3];
	push @lines, join ' ', $method, map({ sprintf '%.2f', 0.01 + 0.98 * rand } 1 .. 3), series(4 + int rand 49);
}
push @lines, join ' ', 'make 0 0 0', series($_ <= 60 ? 1 + $_ % 20 : 16 + int rand 37) for 1 .. $made;
open my $in, '>', "$dir/series" or die "series: $!\n";
print $in "$_\n" for @lines;
close $in or die "series: $!\n";
my @ours = `'$build/t/unit/forecast_driver' < '$dir/series'`;
my @theirs = `python3 '$here/forecast-oracle.py' < '$dir/series'`;
is scalar @ours, scalar @lines, 'a line for each series';
is scalar @theirs, scalar @lines, 'from both';

# Whose errors are equal but for the last bit, either may be chosen: then all that follows is the same.
sub near
{
	my ($one, $two) = map { [split] } @_;
	return 0 if @$one != @$two;
	return !grep { abs($one->[$_] - $two->[$_]) > 1e-6 * (1 + abs $two->[$_]) } 1 .. $#$one;
}

my (@wrong, %seen);
for (0 .. $#lines) {
	push @wrong, "$lines[$_]\nours   $ours[$_]theirs $theirs[$_]" if !near($ours[$_], $theirs[$_]);
	$seen{(split ' ', $ours[$_])[0]}++;
}
ok !@wrong, 'all agree' or diag @wrong[0 .. ($#wrong > 2 ? 2 : $#wrong)];
cmp_ok scalar keys %seen, '==', 4, 'each method, and none at all, was among them';
done_testing;
