package Race;

# Database functions called at the same moment, each in its own process and connection.
#
#	my $seen = Race::at_once($dbh, sub { Race::connection($cluster, $database, '_sutler-cart') }, $tenant,
#		map { sub { my ($d) = @_; ... 'word' } } 1 .. 16);	# { ok => 10, sold_out => 6 }

use strict;
use warnings;
use DBI;

# A connection as ROLE; THROUGH is the directory of another socket (a delaying proxy), or undef.
sub connection
{
	my ($cluster, $database, $role, $through) = @_;
	my $dsn = $cluster->dsn($database, $role);
	$dsn =~ s/host=[^;]+/host=$through/ if $through;
	my $d = DBI->connect($dsn, undef, undef, { RaiseError => 1, PrintError => 0, AutoCommit => 1 });
	$d->{pg_server_prepare} = 0;
	# 64 at once on two busy cores take longer than a page may; what is right does not hang on that.
	$d->do("SET statement_timeout = '60s'");
	return $d;
}

# In a transaction of the tenant; again after a conflict, as the web library does.  Returns
# the word of the outcome; counts deadlocks in the word.
sub transaction
{
	my ($d, $tenant, $work) = @_;
	my $deadlocks = 0;
	for my $try (1 .. 10) {
		my $word = eval {
			$d->begin_work;
			$d->do("SELECT set_config('sutler.tenant', ?, true)", undef, $tenant);
			my $w = $work->($d);
			$d->commit;
			$w;
		};
		return $word . ' deadlock' x $deadlocks if defined $word;
		my $state = $d->state;
		eval { $d->rollback };
		$deadlocks++ if $state eq '40P01';
		return "error $state" if $state !~ /^(?:40001|40P01|55P03)$/;
	}
	return 'busy';
}

# The answers of all by number: { ok => 10, sold_out => 54 }.  $dbh is the parent's own
# connection, which the children must not end.
sub at_once
{
	my ($dbh, $connect, $tenant, @work) = @_;
	my (@out, @pids, @go);
	$dbh->{AutoInactiveDestroy} = 1;
	for my $n (0 .. $#work) {
		pipe my $start, my $go or die;
		pipe my $read, my $write or die;
		my $pid = fork // die "cannot fork: $!\n";
		if ($pid == 0) {
			close $_ for $go, $read, @go;
			my $answer = eval {
				my $d = $connect->();
				syswrite $write, "ready\n";
				sysread $start, my $wait, 1;
				transaction($d, $tenant, $work[$n]);
			} // "died $@";
			syswrite $write, $answer;
			close $write;
			require POSIX;
			POSIX::_exit(0);
		}
		close $start;
		close $write;
		push @go, $go;
		push @out, $read;
		push @pids, $pid;
	}
	for my $read (@out) {
		my $line = readline $read;
		die 'one of them did not come: ' . ($line // '') if ($line // '') ne "ready\n";
	}
	close $_ for @go;
	my %seen;
	$seen{ do { local $/; readline($_) // '' } }++ for @out;
	waitpid $_, 0 for @pids;
	return \%seen;
}

1;
