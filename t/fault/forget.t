#!/usr/bin/perl
# Promise: what is over about log-ins goes, after its time and not before; so nobody can fill the
# database by guessing or registering.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Jobs;
use Test::More;

my $j = Jobs->new(no_mail => 1);
my $t = $j->merchant('suelas');
my $other = $j->merchant('otra');
my @t = (tenant_id => $t->{tenant});

sub run { my ($status, $text) = $j->run('forget'); is($status, 0, 'forget ends well') or diag $text; return }
sub person
{
	my ($m, %o) = @_;
	my $id = Jobs::id();
	$j->put('customer.person', tenant_id => $m->{tenant}, customer_id => $id, email => "$id\@example.org", store_id => $m->{store}, %o);
	return $id;
}
sub count { my ($table) = @_; return $j->value("SELECT count(*) FROM customer.$table") }
sub ago { my ($interval) = @_; return $j->value("SELECT now() - interval '$interval'") }

my $ana = person($t, verified_at => ago('1 year'));
for my $m ($t, $other) {
	$j->tenant($m);
	my @m = (tenant_id => $m->{tenant});
	my $p = $m == $t ? $ana : person($m, verified_at => ago('1 year'));
	my $n = 0;
	my $bytes = sub { return sprintf '\x%064x', ++$n };
	$j->put('customer.guess', @m, scope => 'pair', key_sha256 => $bytes->(), tries => 3, last_at => ago($_)) for '1 day', '3 days';
	$j->put('customer.token', @m, token_sha256 => $bytes->(), customer_id => $p, purpose => 'reset', expires_at => ago($_)) for '-1 hour', '1 hour', '2 days';
	$j->put('customer.session', @m, session_id => Jobs::id(), token_sha256 => $bytes->(), customer_id => $p, expires_at => ago($_->[0]), seen_at => ago($_->[1]))
		for ['-80 days', '29 days'], ['1 hour', '1 hour'], ['-80 days', '31 days'];
	$j->put('customer.device', @m, token_sha256 => $bytes->(), customer_id => $p, seen_at => ago($_)) for '11 months', '13 months';
	$j->put('event.attempt', @m, scope => 'login', key_sha256 => $bytes->(), window_start => ago($_), tries => 9) for '1 day', '3 days';
	person($m, created_at => ago($_)) for '6 days', '8 days';
}
run();
my %left = (guess => 1, token => 2, session => 1, device => 1);
is(count($_), 2 * $left{$_}, "$_: $left{$_} of each tenant is left") for sort keys %left;
is(count('person'), 4, 'who proved the address stays, and who still may');
is($j->value('SELECT count(*) FROM event.attempt'), 2, 'counters of today stay');
run();
is(count('person'), 4, 'a second run finds nothing');

$j->tenant($t);
$j->change(q{INSERT INTO customer.guess (tenant_id, scope, key_sha256, tries, last_at)
	SELECT ?, 'account', sha256(convert_to('x' || i, 'UTF8')), 1, now() - interval '3 days' FROM generate_series(1, 3000) i}, $t->{tenant});
run();
is(count('guess'), 2, 'three thousand at once are no trouble');
done_testing;
