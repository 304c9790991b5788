package Schema;

# A server of its own with one database at this release: made the way production
# makes it, by bootstrap.sql and sutlerctl migrate.  For the tests in t/sql.
#
#	my $s = Schema->new;                    # skips the whole test when nothing is built
#	my $dbh = $s->dbh('_sutler-cart');      # DBI as a role; superuser without one
#	my ($status, $text) = $s->ctl('check');
#
# The server and its files go when the object does.

use strict;
use warnings;
use Cluster;
use File::Temp qw(tempdir);
use House qw(top);
use Test::More ();

sub build_dir { return $ENV{SUTLER_BUILD} // top() }

# Named values: migrate (0: leave the database as bootstrap.sql leaves it).
sub new
{
	my ($class, %o) = @_;
	my $ctl = build_dir() . '/sbin/sutlerctl';

	-x $ctl or Test::More::plan(skip_all => "$ctl is not built");
	my $dir = tempdir(CLEANUP => 1);
	chmod 0755, $dir;       # the server runs as another user than root
	my $self = bless { ctl => $ctl, dir => $dir, owner => $$, db => 'shop', sql => top() . '/sql' }, $class;
	my $c = $self->{cluster} = Cluster->new("$dir/pg");
	$c->start;
	$c->createdb($self->{db});
	$c->psql_file($self->{db}, "$self->{sql}/bootstrap.sql");
	$c->map_roles;
	if ($o{migrate} // 1) {
		my ($status, $text) = $self->ctl('migrate');
		$status == 0 or die "sutlerctl migrate fails:\n$text";
	}
	return $self;
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
