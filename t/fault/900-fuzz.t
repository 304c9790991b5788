#!/usr/bin/perl
# Hostile bytes cannot corrupt memory: each parser under libFuzzer with
# AddressSanitizer and UndefinedBehaviorSanitizer, a short run from its corpus.
# SUTLER_FUZZ_SECONDS asks for a longer one.
use strict;
use warnings;
use FindBin;

exec "$FindBin::Bin/../../dev/fuzz", '-t', $ENV{SUTLER_FUZZ_SECONDS} // 3
	or die "cannot run dev/fuzz: $!\n";
