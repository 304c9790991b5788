#!/usr/bin/perl
# Promise: that of nth-call.t, for the console.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use NthCall;
use Test::More;

NthCall::walk(sub { $_[0] =~ /^admin-/ }, 6);
done_testing;
