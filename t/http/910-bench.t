#!/usr/bin/perl
# Promise: dev/bench works: it measures all its figures, each beside its limit, and the lists
# of the console, and no answer is an error. How fast the shop is, a loaded machine cannot tell: no figure is judged.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use JSON::PP;
use Test::More;

my $top = top();
my $build = $ENV{SUTLER_BUILD} // "$top/var/build";
my $log = "$top/var/test/bench.log";
my $json = `'$top/dev/bench' smoke --json '--build=$build' 2>'$log'`;
is $?, 0, 'dev/bench smoke ends well' or diag(read_file($log));
my $figures = eval { decode_json($json) };
ok $figures, 'and prints one object' or BAIL_OUT($json);
my $prices = delete $figures->{price_import};
is_deeply [sort keys %{ $prices // {} }], [qw(p95_before_ms p95_busy_ms p95_ms prices seconds)], 'a list of prices comes in, and how a page does meanwhile is told';
ok !(grep { !($_ > 0) } values %$prices), 'and measured';
for my $name (qw(completion correction price)) {
	my $m = delete $figures->{$name};
	is_deeply [sort keys %{ $m // {} }], [qw(n p50_ms p95_ms p99_ms)], "$name is timed alone";
	cmp_ok $m->{n}, '>=', 100, '... often enough for a hundredth';
	ok !(grep { !($_ > 0) } values %$m), '... and took something';
}
is_deeply [sort keys %$figures], [sort qw(static empty_fcgi home category_10k category_deep category_kept product_10k search_10k microcache cart_add cart_add_alone commit_floor
	place_order_spread place_order_hot place_order_hot_1ms place_order_held_1ms)], 'with the sixteen names';
for my $name (sort keys %$figures) {
	my $f = $figures->{$name};
	is_deeply [sort keys %$f], [qw(p50_ms p99_ms ratio rps)], "$name has its four numbers";
	cmp_ok $f->{rps}, '>', 1, "$name: something was done";
	cmp_ok $f->{p50_ms}, '<=', $f->{p99_ms}, "$name: the median is no later than the last hundredth";
	cmp_ok $f->{ratio}, '>', 0, "$name stands beside its limit";
	cmp_ok $f->{ratio}, '<', 50, "$name: and the limit is one";
}
is $figures->{empty_fcgi}{ratio}, 1, 'the empty program is its own limit';

my $lists = eval { decode_json(scalar `'$top/dev/bench' admin-smoke --json '--build=$build' 2>>'$log'`) };
is_deeply [sort keys %{ $lists // {} }], [qw(customer_list order_list order_search product_list stock_list)], 'the lists of the console are measured, too'
	or diag(read_file($log));
for my $name (sort keys %{ $lists // {} }) {
	my $f = $lists->{$name};
	is_deeply [sort keys %$f], [qw(p50_ms p95_ms trips)], "$name has its three numbers";
	cmp_ok $f->{p50_ms}, '<=', $f->{p95_ms}, "$name: the median is no later than the last twentieth";
	cmp_ok $f->{trips}, '<', 4, "$name: three round trips, and once a second those that read the store anew";
}
done_testing;
