package Schema;

# A server of its own with one database at this release: made the way production
# makes it, by bootstrap.sql and sutlerctl migrate.  For the tests in t/sql.
#
#	my $s = Schema->new;                    # skips the whole test when nothing is built
#	my $dbh = $s->dbh('_sutler-cart');      # DBI as a role; superuser without one
#	my ($status, $text) = $s->ctl('check');
#
# The server and its files go when the object does.  One such server is made for the present sources, build and day and kept in
# var/test; each begins with a copy of its data.

use strict;
use warnings;
use Cluster;
use Fcntl qw(:flock);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use House qw(own_dir quietly read_file top write_file);
use POSIX qw(strftime);
use Test::More ();
use Testbed;

sub build_dir { return $ENV{SUTLER_BUILD} // top() }

# Whether this machine has files in memory with room for some servers of 100 MB: to copy there takes a seventh of the time.
sub in_memory
{
	my $room = qx{df --output=avail -k /dev/shm 2>/dev/null};
	return $room =~ /(\d+)\s*\z/ && $1 > 2_000_000;
}

# Named values: migrate (0: leave the database as bootstrap.sql leaves it).
sub new
{
	my ($class, %o) = @_;
	my $ctl = build_dir() . '/sbin/sutlerctl';

	-x $ctl or Test::More::plan(skip_all => "$ctl is not built");
	my $dir = tempdir(in_memory() ? (DIR => '/dev/shm') : (), CLEANUP => 1);
	chmod 0755, $dir;       # the server runs as another user than root
	my $self = bless { ctl => $ctl, dir => $dir, owner => $$, db => 'shop', sql => top() . '/sql' }, $class;
	my $whole = $o{migrate} // 1;
	if ($whole) {
		my ($kept, $lock) = $self->kept;
		own_dir("$dir/pg", 0755);
		quietly("$dir/copy.log", 'cp', '-a', "$kept/data", "$dir/pg/data");
	}
	$self->{cluster} = Cluster->new("$dir/pg");
	$self->{cluster}->start;
	$whole ? $self->{cluster}->map_roles : $self->bootstrap;
	return $self;
}

sub bootstrap
{
	my ($self) = @_;
	my $c = $self->{cluster};
	$c->createdb($self->{db});
	$c->psql_file($self->{db}, "$self->{sql}/bootstrap.sql");
	$c->map_roles;
	return;
}

# The directory of the server whose data others copy, made when it is not of today; and the lock that keeps it there.
sub kept
{
	my ($self) = @_;
	my $dir = top() . '/var/test/schema' . (build_dir() =~ /(-[a-z]+)$/ ? $1 : '');
	make_path(top() . '/var/test');
	open my $lock, '>', "$dir.lock" or die "cannot write $dir.lock: $!\n";
	flock $lock, LOCK_EX;
	# What migrates is a program of ours: another one makes another.
	my $want = join ' ', Testbed->new->fingerprint, (stat $self->{ctl})[7, 9], strftime('%F', gmtime);
	if (!-e "$dir/stamp" || read_file("$dir/stamp") ne $want) {
		remove_tree($dir);
		my $maker = bless { %$self, owner => $$, cluster => Cluster->new($dir) }, ref $self;
		$maker->{cluster}->start;
		$maker->bootstrap;
		my ($status, $text) = $maker->ctl('migrate');
		$status == 0 or die "sutlerctl migrate fails:\n$text";
		$maker->{cluster}->stop;
		write_file("$dir/stamp", $want);
	}
	return ($dir, $lock);
}

sub ctl_command
{
	my ($self, @args) = @_;
	return ($self->{ctl}, '--db', $self->{cluster}->conninfo($self->{db}, '_sutler-owner'),
		'--sql', $self->{sql}, @args);
}

# Runs a subcommand of sutlerctl: its exit status and all it said.
sub ctl
{
	my ($self, @args) = @_;
	my $pid = open(my $out, '-|') // die "cannot fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>&', \*STDOUT;
		exec $self->ctl_command(@args) or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $text);
}

sub dbh
{
	my ($self, $role) = @_;
	return $self->{cluster}->dbh($self->{db}, $role);
}

sub DESTROY
{
	my ($self) = @_;
	local $?;
	$self->{cluster}->stop if $self->{cluster} && $self->{owner} == $$;
	return;
}

1;
