#!/usr/bin/perl
# Promise: every text of every page exists in every language of the house: dev/gen-pot
# finds no message that a catalogue lacks, and the catalogues are well formed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(top);
use Sources qw(tracked);
use Test::More;

my $top = top();
my $out = `cd '$top' && dev/gen-pot --check 2>&1`;
is($?, 0, 'no catalogue lacks a message') or diag($out);
for my $po (tracked(qr{^po/\w+\.po$})) {
	my $check = `msgfmt --check -o /dev/null '$top/$po' 2>&1`;
	is($?, 0, "$po is well formed") or diag($check);
}
done_testing;
