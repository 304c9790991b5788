#!/usr/bin/perl
# Promise: no two servers of the tests are given the same port, be it by one test or by two that run beside each other.
# Two of six hundred would have the same one, some fifteen times over, were they only chosen at random among those that are free.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use House qw(free_port);
use Test::More;

use constant MANY => 300;

my @mine = map { free_port() } 1 .. MANY;
open my $other, '-|', $^X, "-I$FindBin::Bin/../../dev/lib", '-MHouse=free_port', '-e', 'print map { free_port() . "\n" } 1 .. ' . MANY or die "cannot start perl: $!\n";
chomp(my @theirs = <$other>);
ok(close $other, 'another process is given ports, too');
is(scalar @theirs, MANY, '... as many');
my %seen;
$seen{$_}++ for @mine, @theirs;
is(scalar keys %seen, 2 * MANY, 'all are different');
my $kept = free_port($mine[0]);
is($kept, $mine[0], 'who had one before gets it again');
done_testing;
