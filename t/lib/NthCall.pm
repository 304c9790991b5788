package NthCall;

# What t/fault/nth-call*.t walk: each route of some programs with its 1st, 2nd ... n-th database call failing.
#
#	NthCall::walk(sub { $_[0] =~ /^admin-/ });	# whether a program of this name is walked here
#	NthCall::walk(sub { ... }, 6);			# one in six of their routes, others in each run
#
# Hundreds of routes take a quarter of an hour: SUTLER_NTH_CALL_PART=all walks them all, a number that part.

use strict;
use warnings;
use Test::More;
use Trial;

use constant MOST_CALLS => 60;	# no request asks the database as often

my $t;
my (%base, %calls);

# What is wrong with an answer as a page, or nothing.
sub broken
{
	my ($got) = @_;
	my $h = $got->{headers};
	return 'no answer' if !$got->{status};
	return 'length' if defined $h->{'content-length'} && $h->{'content-length'} != length $got->{body};
	# A fragment for a script has no end of its own; its length was compared.
	return 'half a page' if $got->{body} =~ /^\s*<!DOCTYPE/i && $got->{body} !~ m{</html>\s*\z};
	return '5xx without request id' if $got->{status} >= 500
		&& ($got->{body} !~ /\b\Q$h->{'x-request-id'}\E\b/ || $h->{'cache-control'} ne 'no-store' || @{ $got->{cookies} });
	return;
}

my (%fresh, $digest);

# Asks with the fault; (answer, whether rows changed, whether it struck).  A request that
# changed nothing can be made again as it is: preparing one takes a whole checkout.
sub struck
{
	my ($route, $fault) = @_;
	my $ask = delete $fresh{ $route->{name} };
	if (!$ask) {
		$ask = $t->request($route, 'one');
		undef $digest;
	}
	my $before = $digest // $t->digest;
	$t->fault($fault);
	my $got = $t->ask($route->{program}, $ask);
	my $struck = $fault =~ /once/ ? !$t->fault_waits : undef;
	$t->fault(undef);
	$digest = $t->digest;
	$fresh{ $route->{name} } = $ask if $digest eq $before;
	return ($got, $digest ne $before, $struck);
}

sub bad
{
	my ($what, $n, $got, @more) = @_;
	return join ' ', $what, "at $n:", $got->{status}, @more;
}

# Call N fails for good: nothing is done, and that is said.
sub fails
{
	my ($route) = @_;
	my (@bad, $n);
	for ($n = 1; $n <= MOST_CALLS; $n++) {
		my ($got, $changed, $struck) = struck($route, "$n error once");
		push @bad, bad('error', $n, $got, broken($got)) if broken($got);
		last if $got->{status} < 500;
		push @bad, bad('error', $n, $got, 'and rows changed') if $changed;
		push @bad, bad('error', $n, $got, 'although nothing failed') if !$struck;
	}
	# Past the end: as many calls as the log counts went before, and COMMIT.  What is declined draws its form in a run of its own,
	# whose calls are counted anew.
	my ($got) = struck($route, MOST_CALLS . ' error');
	push @bad, "only the first $n calls fail, the log counts $calls{ $route->{name} }" if $n <= $calls{ $route->{name} } && $base{ $route->{name} } < 400;
	push @bad, bad('past the end', $n, $got) if $got->{status} != $base{ $route->{name} };
	return ($n - 1, @bad);
}

# Call N fails once, and the request is run again: the visitor does not notice.
sub heals
{
	my ($route, $kind, $last) = @_;
	my @bad;
	for my $n (1 .. $last) {
		my ($got, $changed, $struck) = struck($route, "$n $kind once");
		my $unknown = $kind eq 'lost' && $n == $last && $got->{status} == 503;
		push @bad, bad("$kind once", $n, $got, broken($got) // 'is not what it is without')
			if broken($got) || ($got->{status} != $base{ $route->{name} } && !$unknown);
		push @bad, bad("$kind once", $n, $got, 'did not strike') if !$struck;
	}
	return @bad;
}

# Call N fails each time: 503 after the last try, and nothing was changed, but by a COMMIT
# whose answer was lost, which is said to be unknown.  The pauses between the tries would cost
# most of this test's time: one call of each kind, the first, one between, and COMMIT.
sub gives_up
{
	my ($route, $kind, $last) = @_;
	my @bad;
	for my $n (1 .. $last) {
		next if $n != $last && $n != ($kind eq 'lost' ? 1 : int(($last + 1) / 2));
		my ($got, $changed) = struck($route, "$n $kind");
		my $commit_lost = $kind eq 'lost' && $n == $last;
		push @bad, bad($kind, $n, $got, broken($got) // '') if broken($got) || ($got->{status} != 503 && !$commit_lost);
		push @bad, bad($kind, $n, $got, 'and rows changed') if $changed && !$commit_lost;
	}
	return @bad;
}

# Whoever adds a route adds its request.
sub all_known
{
	my @late = grep { !-x $t->stack->{build} . "/cgi-bin/$_->{name}" } grep { $_->{kind} eq 'page' } House::program_rows();
	my %there = map { ("$_->{method} $_->{path}" => 1) } $t->routes;
	is_deeply([ grep { !$there{$_} } Requests::entries() ], [], 'each entry of Requests.pm is a route')
		if !@late;
	return;
}

# Finding the host: the same, with workers that keep no host.
sub cold
{
	my ($here, @routes) = @_;
	$t->end;
	(%fresh, $digest) = ();
	$t = Trial->new(env => { SUTLER_TEST_SITE_AGE_MS => 0 });
	for my $program (grep { $here->($_) } map { $_->{name} } @{ $t->{rows} }) {
		undef $digest;
		# Looking changes nothing; who has no page to look at is asked to do something.
		my ($route) = sort { ($b->{method} eq 'GET') <=> ($a->{method} eq 'GET') } grep { $_->{program} eq $program && $t->known($_) } @routes;
		my (@bad, $n);
		for ($n = 1; $n <= MOST_CALLS; $n++) {
			my ($got, $changed, $struck) = struck($route, "$n error once");
			push @bad, bad('error', $n, $got, broken($got) // 'and rows changed') if broken($got) || $changed;
			last if $got->{status} < 500 && !$struck;
		}
		cmp_ok($n, '>', 3, "$program: finding the host takes calls of its own");
		ok(!@bad, '... and each may fail') or diag join "\n", @bad;
		@bad = ();
		for my $kind (qw(lost retry)) {
			for my $i (1 .. $n - 1) {
				my ($got) = struck($route, "$i $kind once");
				push @bad, "$kind at $i: $got->{status}" if $got->{status} >= 500;
			}
		}
		ok(!@bad, '... once, and nobody notices') or diag join "\n", @bad;
	}
	return;
}

sub walk
{
	my ($here, $parts) = @_;
	# A worker keeps what it knows of a host, so that a request has the same calls each time;
	# cold() is about finding the host.
	$t = Trial->new(env => { SUTLER_TEST_SITE_AGE_MS => 3600_000 });
	my @here = grep { $here->($_->{program}) } $t->routes;
	my @routes = @here;
	my $part = $ENV{SUTLER_NTH_CALL_PART} // int rand($parts // 1);
	if (($parts // 1) > 1 && $part ne 'all') {
		diag "SUTLER_NTH_CALL_PART=$part";
		@routes = @routes[grep { $_ % $parts == $part % $parts } 0 .. $#routes];
	}
	all_known() if grep { $_->{program} eq 'home' } @routes;
	cmp_ok(scalar @routes, '>', 10, 'routes to walk');
	for my $route (@routes) {
		ok($t->known($route), "$route->{name} has its request in t/lib/Requests.pm") or next;
		my $ask = $t->request($route, 'one');
		undef $digest;
		my ($pid) = $t->workers($route->{program});
		my $got = $t->ask($route->{program}, $ask);
		$base{ $route->{name} } = $got->{status};
		ok($got->{status} >= 200 && $got->{status} < 500 && $got->{status} != 400 && $got->{status} != 403 && !broken($got),
			"$route->{name} answers $got->{status}") or diag $got->{body};
		# The first request of a worker also finds the host.
		(undef, my $line) = $t->ask_logged($route->{program}, $t->request($route, 'one'));
		$calls{ $route->{name} } = $line->{calls};
		my ($last, @bad) = fails($route);
		$last = 0 if $last == MOST_CALLS;
		push @bad, heals($route, $_, $last) for qw(retry lost);
		push @bad, gives_up($route, $_, $last) for qw(retry lost);
		$got = $t->ask($route->{program}, $t->request($route, 'one'));
		push @bad, "afterwards: $got->{status}" if $got->{status} != $base{ $route->{name} };
		push @bad, 'the worker died' if join(' ', $t->workers($route->{program})) ne $pid;
		ok(!@bad, "$route->{name}: each of its $last calls may fail") or diag join "\n", @bad;
	}
	cold($here, @here);	# of whatever part: the same page of each program
	return;
}

1;
