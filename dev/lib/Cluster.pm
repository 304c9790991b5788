package Cluster;

# A private PostgreSQL cluster in one directory: for dev/run and for the tests.
#
# It listens on a Unix socket in a 0700 directory and nowhere else.  Logging in is
# by peer: the operating system says who the client is, and the map lets that one
# user (and root) be any role, so a program gets exactly the rights of its role
# without passwords.  The map names each role, as PostgreSQL 15 has no "any role";
# dbh() and map_roles() keep it complete.
#
#	my $c = Cluster->new("$dir/pg", durable => 1);	# no process yet
#	$c->start;				# initdb the first time
#	$c->createdb('shop');			# or ->createdb('copy', 'shop') from a template
#	$c->psql('shop', 'SELECT 1');		# text of the answer, as superuser; dies on error
#	$c->psql_file('shop', 'sql/roles.sql');
#	my $dbh = $c->dbh('shop');		# DBI, as superuser; dbh('shop', '_sutler-cart') as a role
#	$c->conninfo('shop', '_sutler-cart');	# for libpq; dsn() is the same for DBI
#	$c->stop;

use strict;
use warnings;
use House qw(demoted own_dir quietly read_file short_dir user wait_for write_file alive);

my $SUPERUSER = 'postgres';

# durable: fsync on (dev/run keeps its data); off in tests.  connections: max_connections.  hba: more lines of pg_hba.conf.
sub new
{
	my ($class, $dir, %o) = @_;
	my $self = bless { dir => $dir, data => "$dir/data", log => "$dir/postgresql.log",
		durable => $o{durable} // 0, users => $o{users}, connections => $o{connections} // 100,
		extra => $o{settings} // {}, hba => $o{hba} // '', mapped => {} }, $class;
	$self->{bin} = bin_dir();
	return $self;
}

# Where the newest installed server's programs are.
sub bin_dir
{
	my @found = sort { $b <=> $a } map { m{/(\d+)/bin/initdb$} ? $1 : () }
		glob '/usr/lib/postgresql/*/bin/initdb';
	die "PostgreSQL 15 or newer is not installed\n" if !@found || $found[0] < 15;
	return "/usr/lib/postgresql/$found[0]/bin";
}

sub socket_dir
{
	my ($self) = @_;
	return $self->{socket} //= short_dir("$self->{dir}/socket");
}

sub settings
{
	my ($self) = @_;
	my %s = (
		listen_addresses => "''",
		unix_socket_directories => "'" . $self->socket_dir . "'",
		unix_socket_permissions => '0700',
		max_connections => $self->{connections},
		shared_buffers => '128MB',
		jit => 'off',			# every query of a page is short
		timezone => "'UTC'",
		log_timezone => "'UTC'",
		lc_messages => "'C'",
		log_line_prefix => "'%m [%p] %u@%d '",
		log_lock_waits => 'on',
		wal_level => 'minimal',
		max_wal_senders => 0,
		hba_file => "'$self->{dir}/pg_hba.conf'",
		ident_file => "'$self->{dir}/pg_ident.conf'",
	);
	if (!$self->{durable}) {
		# Tests throw their data away; the durability test sets durable.
		@s{qw(fsync full_page_writes)} = ('off', 'off');
	}
	return (%s, %{ $self->{extra} });
}

sub init
{
	my ($self) = @_;
	own_dir($self->{dir}, 0755);
	return if -e "$self->{data}/PG_VERSION";
	# A start that was broken off leaves a data directory that is of no use.
	quietly("$self->{log}.initdb", 'rm', '-rf', "$self->{dir}/data.new");
	quietly("$self->{log}.initdb", demoted("$self->{bin}/initdb", '-D', "$self->{dir}/data.new",
		'-U', $SUPERUSER, '-E', 'UTF8', '--locale=C.UTF-8', '-k', '-A', 'peer',
		$self->{durable} ? () : '--no-sync'));
	rename "$self->{dir}/data.new", $self->{data} or die "cannot rename $self->{dir}/data.new: $!\n";
	return;
}

sub start
{
	my ($self) = @_;
	$self->init;
	return if $self->pid;
	unlink "$self->{data}/postmaster.pid";
	my %s = $self->settings;
	write_file("$self->{dir}/server.conf", join '', map { "$_ = $s{$_}\n" } sort keys %s);
	write_file("$self->{dir}/pg_hba.conf", "local all all peer map=house\n$self->{hba}");
	$self->{mapped} = $self->mapped;
	$self->write_map;
	quietly("$self->{log}.start", demoted("$self->{bin}/pg_ctl", 'start', '-w', '-t', '60', '-s',
		'-D', $self->{data}, '-l', $self->{log},
		'-o', "-c config_file=$self->{dir}/server.conf"));
	return;
}

# Pid of the running postmaster, else 0.
sub pid
{
	my ($self) = @_;
	my $file = "$self->{data}/postmaster.pid";
	my ($pid) = -e $file ? read_file($file) =~ /^(\d+)/ : 0;
	return 0 if !$pid || !alive($pid);
	return read_file("/proc/$pid/cmdline") =~ /postgres/ ? $pid : 0;
}

# mode: fast (default), immediate (as a crash) or smart.
sub stop
{
	my ($self, $mode) = @_;
	my $pid = $self->pid or return;
	my %signal = (fast => 'INT', immediate => 'QUIT', smart => 'TERM');
	kill $signal{ $mode // 'fast' }, $pid;
	wait_for(60, sub { !alive($pid) }) or die "PostgreSQL (pid $pid) does not stop\n";
	return;
}

sub conninfo
{
	my ($self, $db, $role) = @_;
	$self->map_roles($role) if defined $role;
	return sprintf "host=%s dbname='%s' user='%s'", $self->socket_dir, $db, $role // $SUPERUSER;
}

sub dsn
{
	my ($self, $db, $role) = @_;
	$self->map_roles($role) if defined $role;
	return sprintf 'dbi:Pg:host=%s;dbname=%s;user=%s', $self->socket_dir, $db, $role // $SUPERUSER;
}

sub dbh
{
	my ($self, $db, $role, %o) = @_;
	require DBI;
	return DBI->connect($self->dsn($db, $role), undef, undef, { RaiseError => 1, PrintError => 0,
		AutoCommit => 1, pg_enable_utf8 => 1, AutoInactiveDestroy => 1, %o });
}

# Options that a psql or another libpq program needs to reach this cluster.
sub psql_command
{
	my ($self, $db, @more) = @_;
	return ("$self->{bin}/psql", '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $self->socket_dir,
		'-U', $SUPERUSER, '-d', $db, @more);
}

sub psql
{
	my ($self, $db, $sql) = @_;
	return $self->read_from($self->psql_command($db, '-At', '-c', $sql));
}

sub psql_file
{
	my ($self, $db, $file, @more) = @_;
	return $self->read_from($self->psql_command($db, '-At', '-f', $file, @more));
}

sub read_from
{
	my ($self, @cmd) = @_;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	open my $out, '-|', @cmd or die "cannot run $cmd[0]: $!\n";
	my $text = do { local $/; <$out> } // '';
	close $out or die "psql fails: @cmd[1 .. $#cmd]\n";
	return $text =~ s/\n\z//r;
}

sub exists_db
{
	my ($self, $db) = @_;
	return $self->psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = '$db'");
}

# A new database; with $template a copy of that one, which nobody may be using.
sub createdb
{
	my ($self, $db, $template) = @_;
	$self->psql('postgres', sprintf 'CREATE DATABASE "%s"%s', $db,
		$template ? qq{ TEMPLATE "$template"} : " TEMPLATE template0 ENCODING 'UTF8'");
	return;
}

sub dropdb
{
	my ($self, $db) = @_;
	$self->psql('postgres', qq{DROP DATABASE IF EXISTS "$db" WITH (FORCE)});
	return;
}

# The user map.  Without arguments it takes in every role that may log in.
sub map_roles
{
	my ($self, @roles) = @_;
	# Another process may have added some meanwhile.
	$self->{mapped} = { %{ $self->{mapped} }, %{ $self->mapped } };
	@roles = split /\n/, $self->psql('postgres', 'SELECT rolname FROM pg_roles WHERE rolcanlogin')
		if !@roles;
	my @new = grep { !$self->{mapped}{$_} } @roles;
	return if !@new;
	$self->{mapped}{$_} = 1 for @new;
	$self->write_map;
	return if !$self->pid;
	# A new connection sees the new map once its parent has read it.
	my $loaded = 'SELECT extract(epoch FROM pg_conf_load_time())';
	my $before = $self->psql('postgres', $loaded);
	$self->psql('postgres', 'SELECT pg_reload_conf()');
	wait_for(10, sub { $self->psql('postgres', $loaded) > $before })
		or die "PostgreSQL did not read its user map\n";
	return;
}

sub mapped
{
	my ($self) = @_;
	my $file = "$self->{dir}/pg_ident.conf";
	my %roles = ($SUPERUSER => 1);
	if (-e $file) {
		my $text = read_file($file);
		$roles{$1} = 1 while $text =~ /^house\s+\S+\s+"([^"]+)"$/mg;
	}
	return \%roles;
}

sub write_map
{
	my ($self) = @_;
	my %people = map { $_ => 1 } user(), scalar getpwuid($>) // "uid$>";
	my $text = '';
	for my $person (sort keys %people) {
		$text .= qq{house "$person" "$_"\n} for sort keys %{ $self->{mapped} };
	}
	# Programs with a user of their own, as in production.
	$text .= qq{house "$self->{users}{$_}" "_sutler-$_"\n} for sort keys %{ $self->{users} // {} };
	write_file("$self->{dir}/pg_ident.conf", $text);
	return;
}

1;
