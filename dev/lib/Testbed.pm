package Testbed;

# What all test files share: one PostgreSQL cluster with two databases to copy.
#
#	sutler_empty	tables, functions, roles and rights; no rows but reference data
#	sutler_demo	the same with the demo shops in it
#
# They are built once for a state of the sources and kept in var/test; every test
# file works on copies (CREATE DATABASE ... TEMPLATE, a fifth of a second), so files
# run side by side and in any order.  dev/test starts the cluster for the whole run; a
# file that is run by hand starts it itself and stops it at its end.

use strict;
use warnings;
use Cluster;
use Digest::SHA;
use Fcntl qw(:flock);
use File::Find ();
use File::Path qw(make_path remove_tree);
use House qw(own_dir read_file top write_file);
use Stack;

my $next = 0;

# Named values: quiet.  The object stops the cluster when it was the one to start it.
sub new
{
	my ($class) = @_;
	my $dir = top() . '/var/test';
	make_path($dir);
	return bless { dir => $dir, build => $ENV{SUTLER_BUILD} // top() . '/var/build', owner => $$,
		started => 0, made => [] }, $class;
}

sub cluster
{
	my ($self) = @_;
	return $self->{cluster} if $self->{cluster};
	my $lock = $self->lock;
	my $c = Cluster->new("$self->{dir}/pg", connections => 400, settings => { shared_buffers => '256MB' });
	if (!$c->pid) {
		$c->start;
		$self->{started} = 1;
	}
	return $self->{cluster} = $c;
}

sub lock
{
	my ($self) = @_;
	open my $f, '>', "$self->{dir}/lock" or die "cannot write $self->{dir}/lock: $!\n";
	flock $f, LOCK_EX;
	return $f;
}

# A sum over everything that shapes the databases.
sub fingerprint
{
	my ($self, @more) = @_;
	my $sum = Digest::SHA->new(1);
	my @files;
	File::Find::find({ no_chdir => 1, wanted => sub { push @files, $_ if -f } },
		grep { -e } map { top() . "/$_" } 'sql/migrations', 'sql/functions', @more);
	push @files, grep { -e } map { top() . "/sql/$_" } 'bootstrap.sql', 'roles.sql';
	for my $file (sort @files) {
		$sum->add($file, "\0", read_file($file), "\0");
	}
	return $sum->hexdigest;
}

# Makes sure that a template exists for the present sources; its name.
sub template
{
	my ($self, $kind) = @_;
	my $c = $self->cluster;
	return "sutler_$kind" if $self->{ready}{$kind};
	die "the demo shops did not load when dev/test prepared them\n" if $kind eq 'demo' && $ENV{SUTLER_NO_DEMO};
	my $lock = $self->lock;
	my $name = "sutler_$kind";
	my $stamp = "$self->{dir}/$name.stamp";
	my $want = $self->fingerprint($kind eq 'demo' ? 'sql/demo' : ());
	if (!-e $stamp || read_file($stamp) ne $want || !$c->exists_db($name)) {
		unlink $stamp;
		$c->dropdb($name);
		$self->build_template($kind, $name);
		write_file($stamp, $want);
	}
	$self->{ready}{$kind} = 1;
	return $name;
}

sub build_template
{
	my ($self, $kind, $name) = @_;
	my $dir = "$self->{dir}/$name";
	remove_tree($dir) if $kind eq 'demo';
	my $s = Stack->new(dir => $dir, build => $self->{build}, cluster => $self->{cluster}, database => $name,
		media => "$self->{dir}/media", key_file => "$self->{dir}/secret.key");
	$s->prepare_dirs;
	own_dir("$self->{dir}/media", 0755);
	$s->write_config;
	$s->build_database;
	$s->load_demo if $kind eq 'demo';
	return;
}

# A database of one's own, dropped at the end; kind is empty or demo.
sub clone
{
	my ($self, $kind) = @_;
	my $template = $self->template($kind);
	my $name = sprintf 't_%d_%d', $$, $next++;
	my $lock = $self->lock;		# a template must have no other visitor while it is copied
	$self->{cluster}->createdb($name, $template);
	push @{ $self->{made} }, $name;
	return $name;
}

# A whole house on a copy.  Named values: kind (demo), and those of Stack->new.
sub stack
{
	my ($self, %o) = @_;
	my $kind = delete $o{kind} // 'demo';
	my $database = $self->clone($kind);
	(my $test = $0) =~ s{^.*/|\.t$}{}g;
	my $s = Stack->new(dir => "$self->{dir}/run/$test-$$-$next", build => $self->{build}, cluster => $self->{cluster},
		database => $database, prepared => 1, media => "$self->{dir}/media", key_file => "$self->{dir}/secret.key", web_workers => 1,
		room => [100_000_000_000, 200_000_000_000],
		web => $ENV{SUTLER_TEST_WEB} // 'nginx', %o, config => { 'web.workers' => 2, %{ $o{config} // {} } });
	push @{ $self->{stacks} }, $s;
	return $s->start;
}

# Stops what this object started; with keep the directories stay, to be looked at.
sub end
{
	my ($self, %o) = @_;
	return if $$ != $self->{owner};
	for my $s (@{ $self->{stacks} // [] }) {
		$s->stop;
		remove_tree($s->{dir}) if !$o{keep};
	}
	$self->{stacks} = [];
	if ($self->{cluster} && $self->{cluster}->pid) {
		$self->{cluster}->dropdb($_) for @{ $self->{made} };
		$self->{cluster}->stop if $self->{started};
	}
	$self->{made} = [];
	$self->{started} = 0;
	return;
}

1;
