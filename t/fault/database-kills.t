#!/usr/bin/perl
# Promise: whatever happens to PostgreSQL under load - connections cut, a restart, kill -9 - nothing that was
# acknowledged is lost, visitors meanwhile are told when to come again and never see an error of ours, and the shop
# serves within five seconds after the database does (P5, P14).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(sha256_hex);
use Fixture;
use House qw(alive wait_for);
use Load;
use Test::More;
use Time::HiRes qw(sleep time);
use Trial;

use constant { KILLS => 5, RESTARTS => 5, CUTS => 10, VISITORS => 5, SERVING_S => 5 };

my $t = Trial->new(own => 1, workers => 2, programs => [qw(home catalog cart)]);
my $cluster = $t->stack->{cluster};
my $variant = $t->{f}->variant_of('one');
my ($cart_path, $product) = ('/cart', '/p/' . $t->{f}->slug_of('one'));

# Puts something into a new cart; the cookie says whose it is.
sub work
{
	my ($v, $n) = @_;
	return $v->get($product) if $n % 3 == 0;
	my $page = $v->post('/cart/items', { variant => $variant, quantity => 1 });
	my ($token) = map { /^(?:__Host-)?cart=([\w-]{43})/ ? $1 : () } $page->headers('set-cookie');
	return ($page, $page->status == 303 ? $token : undef);
}

# Of the carts that were acknowledged those that are not there, with their line.
sub lost
{
	my @tokens = map { $_->{note} ne '-' ? $_->{note} : () } @_;
	my %there = map { ($_ => 1) } @{ $t->dbh->selectcol_arrayref(q{
		SELECT encode(k.token_sha256, 'hex') FROM sales.cart_token k JOIN sales.cart_line l USING (tenant_id, cart_id)}) };
	return grep { !$there{ sha256_hex($_) } } @tokens;
}

# Serves again: pages and changes, by every worker that is asked.
sub serves
{
	my $v = $t->{shop}->visitor('one');
	return $v->get($product)->status == 200 && ($t->{shop}->visitor('one')->post('/cart/items', { variant => $variant, quantity => 1 }))->status == 303;
}

my @slowest;
sub breaks
{
	my ($what, $times, $break, $down) = @_;
	my $load = Load->start($t->{shop}, visitors => VISITORS, work => \&work);
	ok wait_for(20, sub { $load->count > 10 }), "$what: visitors ask and buy";
	my $slowest = 0;
	for (1 .. $times) {
		my $n = $load->count;
		$break->();
		my $back = time;
		wait_for(30, \&serves);
		$slowest = time - $back if time - $back > $slowest;
		wait_for(20, sub { $load->count > $n + 15 });
	}
	my @answers = $load->stop;
	cmp_ok $slowest, '<=', SERVING_S, sprintf '%s %d times: it serves %.1f s after the database does at most', $what, $times, $slowest;
	my @other = grep { $_->{status} != 200 && $_->{status} != 303 && !($_->{status} == 503 && $_->{retry} ne '-') } @answers;
	is_deeply [map { "$_->{status} $_->{retry}" } @other], [], '... meanwhile: ' . Load::tally(@answers) . ', and each 503 says when to come again';
	$t->reconnect;
	my @acknowledged = grep { $_->{note} ne '-' } @answers;
	cmp_ok scalar @acknowledged, '>', 5 * $times, '... ' . @acknowledged . ' changes were acknowledged';
	is_deeply [lost(@answers)], [], '... and none of them is lost';
	return;
}

breaks('the connections are cut', CUTS, sub { $cluster->psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'sutler' AND usename LIKE '\_sutler%'}) });
breaks('PostgreSQL is restarted', RESTARTS, sub { $cluster->stop('fast'); $cluster->start });
breaks('PostgreSQL is killed', KILLS, sub {
	my $pid = $cluster->pid;
	kill 'KILL', $pid;
	wait_for(20, sub { !alive($pid) });
	# Its children notice, and hold the shared memory until then.
	wait_for(60, sub { eval { $cluster->start; 1 } }) or die "PostgreSQL does not come back\n";
});
breaks('PostgreSQL crashes', KILLS, sub {
	# A backend that dies of a signal makes all of them start over.
	my $pid = $cluster->psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE datname = 'sutler' AND usename LIKE '\_sutler%' LIMIT 1});
	kill 'KILL', $pid if $pid;
	wait_for(30, sub { eval { $cluster->dbh('postgres')->do('SELECT 1'); 1 } });
});
done_testing;
