#!/usr/bin/perl
# Promise: how long a comparison takes tells nobody anything (T70): what proves somebody - a
# MAC, a signature, a token, a secret's hash - is compared by same_secret() and by nothing else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Sources qw(tracked code_of);
use Test::More;

# path: code => why it may be compared as any text.
my %known = (
	'sbin/ctl_migrate.c: s->digest' => 'whether a migration changed since it ran: no secret',
	'lib/shop/checkout.c: p->email_sha256' => 'whether the address is still the one that was verified: both are in our rows',
);

sub comparisons
{
	my ($code) = @_;
	my @found;
	while ($code =~ /\b(?:mem|str)n?(?:case)?cmp\(((?:[^();]|\((?:[^()]|\([^()]*\))*\))*)\)/g) {
		push @found, grep { !/^\s*"/ && /(?:^|[^a-z])(?:h?mac|digest|secret|signature|token|proof|sha256)\w*\b(?!\()/ } split /,(?![^(]*\))/, $1;
	}
	return map { s/^\s+|\s+$//gr } @found;
}

my (@bad, %used);
my @files = tracked(qr{^(?:lib|cgi-bin|jobs|sbin)/.*\.c$});
for my $file (@files) {
	for my $what (comparisons(code_of($file, 1))) {
		$known{"$file: $what"} ? $used{"$file: $what"}++ : push @bad, "$file: $what";
	}
}
is_deeply(\@bad, [], 'proofs are compared in constant time');
is_deeply([grep { !$used{$_} } keys %known], [], 'every exception is still there');
is_deeply([comparisons('if (memcmp(mac, right, 32) == 0 || strcmp(r->token, given) == 0 || strcmp(name, "token") == 0)')],
	['mac', 'r->token'], 'the rule can fail');
cmp_ok(scalar(grep { code_of($_) =~ /\bsame_secret\(/ } @files), '>', 3, 'there are proofs that are compared');
done_testing;
