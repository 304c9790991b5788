#!/usr/bin/perl
# Promise: that of nth-call.t, for customers' accounts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use NthCall;
use Test::More;

NthCall::walk(sub { $_[0] =~ /^(?:login|account)$/ });
done_testing;
