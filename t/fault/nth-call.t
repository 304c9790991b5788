#!/usr/bin/perl
# Promise: whichever call of the database fails, in whatever route, the visitor gets a whole
# page that names the request, nothing is half done, and the worker is there for the next.
#
# Every route of every page program is asked with its 1st, 2nd ... n-th database call failing
# (lib/db, SUTLER_TEST_FAULT), until the request is past its last call.  Here nobody is asked
# outside; t/fault/nth-call-three-steps.t goes through courier.  Three files walk at the same time: this one
# all programs that the others do not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use NthCall;
use Test::More;

NthCall::walk(sub { $_[0] !~ /^(?:admin-.*|login|account)$/ });
done_testing;
