package Load;

# Visitors who ask all the time, each a process with an address of its own, while a test breaks something.
#
#	my $load = Load->start($shop, visitors => 6, work => sub { my ($v, $n) = @_; return $v->get('/') });
#	...
#	my @answers = $load->stop;		# { at, ms, status, retry, note } in the order of their end
#
# work gets a Visitor without cookies and the number of the try, and returns the page that counts, or a page and
# a word that is kept as its note.  A connection that is refused or cut has status 0.

use strict;
use warnings;
use POSIX ();
use Time::HiRes qw(sleep time);

# Named values: visitors, work, store (default one), timeout_s, pause_s between two tries.
sub start
{
	my ($class, $shop, %o) = @_;
	my $stack = $shop->stack;
	my $self = bless { dir => "$stack->{dir}/load-" . (time * 1000 | 0), pids => [], owner => $$ }, $class;
	mkdir $self->{dir} or die "cannot make $self->{dir}: $!\n";
	my $host = ($o{store} // 'one') . '.localhost';
	for my $k (1 .. $o{visitors} // 4) {
		my $pid = fork // die "cannot fork: $!\n";
		if (!$pid) {
			$SIG{TERM} = 'DEFAULT';
			eval { visits($self->{dir}, $k, $stack->port, $host, %o) };
			POSIX::_exit(0);
		}
		push @{ $self->{pids} }, $pid;
	}
	return $self;
}

sub visits
{
	my ($dir, $k, $port, $host, %o) = @_;
	open my $out, '>', "$dir/$k" or return;
	$out->autoflush(1);
	for (my $n = 1; !-e "$dir/enough"; $n++) {
		my $v = Visitor->new(port => $port, host => $host, timeout_s => $o{timeout_s} // 20, from => sprintf('127.0.%d.%d', 1 + $k / 250, 1 + $k % 250));
		my $start = time;
		my ($page, $note) = eval { $o{work}->($v, $n, $k) };
		printf {$out} "%.6f %.1f %d %s %s\n", time, 1000 * (time - $start), $page ? $page->status : 0, ($page && $page->header('retry-after')) || '-', $note // '-';
		sleep $o{pause_s} if $o{pause_s};
	}
	return;
}

# How many answers have come so far.
sub count
{
	my ($self) = @_;
	my $n = 0;
	for my $file (glob "$self->{dir}/[0-9]*") {
		open my $in, '<', $file or next;
		$n++ while <$in>;
	}
	return $n;
}

# Lets each end the try it is at; all answers.
sub stop
{
	my ($self) = @_;
	open my $f, '>', "$self->{dir}/enough" or die "cannot write: $!\n";
	close $f;
	waitpid $_, 0 for splice @{ $self->{pids} };
	my @all;
	for my $file (glob "$self->{dir}/[0-9]*") {
		open my $in, '<', $file or next;
		while (<$in>) {
			my %a;
			@a{qw(at ms status retry note)} = split ' ';
			push @all, \%a;
		}
	}
	return sort { $a->{at} <=> $b->{at} } @all;
}

# A test that dies leaves nobody asking.
sub DESTROY
{
	my ($self) = @_;
	return if $$ != $self->{owner};
	local $?;
	kill 'KILL', @{ $self->{pids} } if @{ $self->{pids} };
	waitpid $_, 0 for @{ $self->{pids} };
	return;
}

# The time that all but one in twenty keep to, ms.
sub p95
{
	my @ms = sort { $a <=> $b } @_;
	return $ms[int(0.95 * $#ms)];
}

# "200: 12, 503: 3"
sub tally
{
	my %n;
	$n{ $_->{status} }++ for @_;
	return join ', ', map { "$_: $n{$_}" } sort keys %n;
}

1;
