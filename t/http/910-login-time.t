# Promise: time does not tell who has an account (T37): the medians of 200 tries with and without
# one are within 5 ms of each other, in log-in, registering and asking for a new password.
#
# What is compared is the time that the work takes: the program's own on the processor, and its
# waiting for the database.  What else the machine does makes answers later, but no secret known;
# with it, a test could not see 5 ms.  The whole times are printed beside.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Fixture;
use House qw(read_file wait_for);
use IO::Socket::UNIX;
use Program;
use Shop;
use Socket qw(SOCK_STREAM);
use Test::More;
use Time::HiRes qw(time);

# Registering is one hash either way, like log-in: fewer show it.
use constant { TRIES => 200, REGISTRATIONS => 60, MOST_MS => 5 };

# The cost of production is meant here; .ci/run takes a quarter of it, which left out would still be seen four times over.
delete $ENV{SUTLER_TEST_SCRYPT_LOG_N};
$ENV{SUTLER_TEST_SCRYPT_LOG_N} = 13 if $ENV{SUTLER_TEST_SHARED};
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(login))], config => { 'web.workers' => 1 });
my $f = Fixture->new($shop->dbh);
my $socket = $shop->stack->socket_path('login');
my $master = $shop->stack->running('login');
my ($worker) = split ' ', read_file("/proc/$master/task/$master/children");
my $log = $shop->stack->{dir} . '/log/login.log';
my $n = 0;

# Nanoseconds that the worker has had a processor.
sub ran { return (split ' ', read_file("/proc/$worker/schedstat"))[0] }

# How long a request takes, ms: the work, and all of it.  Each comes from an address of its own:
# nothing must wait.
sub took
{
	my ($path, $form, $status) = @_;
	my $bytes = Program::bytes_of('POST', $path, Program::form_body($form), { 'Content-Type' => 'application/x-www-form-urlencoded',
		'Sec-Fetch-Site' => 'same-origin' }, { HTTP_HOST => 'one.localhost', REMOTE_ADDR => sprintf('10.%d.%d.1', $n >> 8, $n & 255) });
	$n++;
	my ($from, $before, $start) = (-s $log // 0, ran(), time);
	my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $socket) // die "no login: $!\n";
	$s->syswrite($bytes);
	my $got = Program::read_answer($s);
	my $all = (time - $start) * 1000;
	close $s;
	die "$path answers $got->{status}, not $status\n$got->{body}\n" if $got->{status} != $status;
	my $db_us;
	wait_for(5, sub { ($db_us) = substr(read_file($log), $from) =~ /"db_us":(\d+)/; defined $db_us }) or die "nothing is logged\n";
	return ((ran() - $before) / 1e6 + $db_us / 1e3, $all);
}

sub median { my @s = sort { $a <=> $b } @_; return $s[@s / 2] }

my @there = map { Account->make($shop, $f, 'one')->{email} } 1 .. TRIES;
my @not = map { "stranger$_\@example.test" } 1 .. TRIES;
my @ask = (
	['log-in', TRIES, '/login', 422, sub { return (email => $_[0], password => 'not this one, no') }],
	['new password', TRIES, '/login/reset', 303, sub { return (email => $_[0]) }],
	['register', REGISTRATIONS, '/login/register', 303, sub { return (email => $_[0], name => 'Ana', password => 'una frase bien larga') }],
);
# Of each two asked one behind the other the difference is taken, and the median of the differences: a
# machine that gets slower for a while is slower for both.  One where even that shows more is asked again,
# twice at most: what a secret makes is there each time, what a neighbour on the machine makes is not.
use constant ROUNDS => 3;

sub difference
{
	my ($what, $tries, $path, $status, $form, $round) = @_;
	my (@work, @all, @more);
	for my $i (0 .. $tries - 1) {
		my @once;
		for my $who ($i % 2 ? (0, 1) : (1, 0)) {
			my $email = $who ? $there[$i] : $round . $not[$i];
			my ($work, $all) = took($path, { $form->($email) }, $status);
			$once[$who] = $work;
			push @{ $work[$who] }, $work;
			push @{ $all[$who] }, $all;
		}
		push @more, $once[1] - $once[0];
	}
	note sprintf '%s: medians %.2f ms of work with account, %.2f without; %.1f and %.1f in all', $what,
		map { median(@$_) } $work[1], $work[0], $all[1], $all[0];
	return median(@more);
}

for my $ask (@ask) {
	my $more;
	for my $round (1 .. ROUNDS) {
		$more = difference(@$ask, $round);
		last if abs $more < MOST_MS;
	}
	cmp_ok abs $more, '<', MOST_MS, sprintf 'T37 %s: %.2f ms of work more with an account', $ask->[0], $more;
}
done_testing;
