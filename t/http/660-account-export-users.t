#!/usr/bin/perl
# Promise: where every program is a Unix user of its own, as in production, the copy of a customer's
# data is written by the job privacy, read by the program account and by nobody else: another program
# cannot even see that it is there, and account cannot change it (P20).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Customer;
use House qw(as_user top wait_for);
use Test::More;
use Trial;

plan skip_all => 'only the superuser can become others' if $> != 0;
# Users that every Debian has; what they are for is of no matter.
my %user = (privacy => 'backup', account => 'games', home => 'news');
getpwnam $_ or plan skip_all => "there is no user $_" for values %user;
system(as_user($user{account}, 'test', '-x', top() . '/dev')) == 0 or plan skip_all => 'other users cannot reach the checkout';

my $t = Trial->new(own => 1, programs => [qw(home account)], furnish => 0, users => { %user }, server => { unix_socket_permissions => '0777' },
	# Until the doors are open nobody of them can start.
	program => sub { my ($row) = @_; return '/bin/true' });
my $stack = $t->stack;
my $dir = "$stack->{dir}/private";

# What the package does on a host: who may go in where.
chmod 0711, $stack->{cluster}->socket_dir, $dir;
chmod 0755, $stack->{dir};
chmod 0777, "$stack->{dir}/state";
chmod 0644, $stack->{config_file};
mkdir "$dir/export" or die;
chown scalar(getpwnam $user{privacy}), scalar(getgrnam $user{account}), "$dir/export";
chmod 02750, "$dir/export";
$stack->{program} = sub { my ($row) = @_; return "$stack->{build}/cgi-bin/$row->{name}" };
sub start { my ($program) = @_; $stack->restart_program($program); return }
start('home');
start('account');

my $ana = Customer->new($t->{shop}, $t->{f}, 'one');
my $v = $ana->visitor;
wait_for(10, sub { $v->get('/account/privacy')->status == 200 }) or die 'account does not answer: ' . $t->log('account');
my ($worker) = $t->workers('account');
is((stat "/proc/$worker")[4], scalar(getpwnam $user{account}), 'account is a user of its own');
$v->submit($v->get('/account/privacy'), action => '/account/privacy/export');
my ($status, $text) = $stack->run_job('privacy');
is $status, 0, 'the job, another user, makes the copy' or diag $text;

my ($file) = glob "$dir/export/*";
ok $file, 'which lies there' or BAIL_OUT('no copy');
is sprintf('%04o', (stat $file)[2] & 07777), '0640', 'whatever the umask of the job is';
is((stat $file)[4], scalar(getpwnam $user{privacy}), 'the job\'s own');
is((stat $file)[5], scalar(getgrnam $user{account}), 'and of account\'s group');
my ($path) = $v->get('/account/privacy')->html =~ m{href="(/account/privacy/[0-9a-f-]{36})"};
my $got = $v->get($path);
is $got->status, 200, 'account hands it out';
like $got->text, qr/\Q$ana->{email}\E/, 'whole';

sub can { my ($program, $shell) = @_; return system(as_user($user{$program}, 'sh', '-c', "($shell) >/dev/null 2>&1", 'sh', $file)) == 0 }
ok can('account', 'cat "$1"'), 'account may read it';
ok !can('account', 'echo more >>"$1"'), 'but not write';
ok !can('account', 'rm -f "$1"'), 'nor remove it';
ok !can('account', 'touch "$1".other'), 'nor put another beside it';
ok !can('home', 'cat "$1"'), 'another program may not read it';
ok !can('home', 'ls "$(dirname "$1")"'), 'nor see that it is there';
ok can('privacy', 'rm "$1".none; cat "$1"'), 'the job may';

# The rights are what opens it: the same program as another user finds nothing.
$stack->{users}{account} = $user{home};
$stack->{cluster}{users}{account} = $user{home};
$stack->{cluster}->write_map;
$t->dbh->do('SELECT pg_reload_conf()');
unlink "$stack->{dir}/state/counters-account";
start('account');
wait_for(20, sub { $v->get('/account/privacy')->status == 200 }) or die 'account does not answer: ' . $t->log('account');
is $v->get($path)->status, 404, 'account as another user does not get at it';
done_testing;
