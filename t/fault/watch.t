#!/usr/bin/perl
# Promise: while the database is away /healthz stays 200 and /readyz says 503 with the reason, quickly; /metrics goes on
# with what needs no database; and all is as before within five seconds after it is back.  A unit that failed
# is told of by mail, with what it said last.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(own_dir wait_for write_file);
use HTTP::Tiny;
use JSON::PP;
use Shop;
use Test::More;
use Time::HiRes qw(time);

use constant BACK_S => 5;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home watch))]);
my $stack = $shop->stack;
my $port = $stack->ports->{watch};
sub ask { return HTTP::Tiny->new(timeout => 20)->get("http://127.0.0.1:$port$_[0]") }

subtest 'the database is away' => sub {
	my $admin = $stack->{cluster}->dbh('postgres');
	my $database = $shop->value('SELECT current_database()');
	my $allow = sub { $admin->do(sprintf 'ALTER DATABASE %s WITH ALLOW_CONNECTIONS %s', $admin->quote_identifier($database), $_[0]) };
	is ask('/readyz')->{status}, 200, 'ready';
	$allow->('false');
	$admin->do('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?', undef, $database);
	my $began = time;
	my $got = ask('/readyz');
	is $got->{status}, 503, 'not any more';
	cmp_ok time - $began, '<', 4, '... said within some seconds';
	is_deeply decode_json($got->{content})->{reasons}, ['database'], '... with the reason';
	is ask('/healthz')->{status}, 200, 'it lives all the same' for 1 .. 6;
	my $page = ask('/metrics');
	is $page->{status}, 200, 'figures too';
	like $page->{content}, qr/^sutler_database_up 0$/m, '... say that it is away';
	like $page->{content}, qr/^sutler_requests_total\{program="watch",method="GET",route="\/readyz",status="5xx"\} [1-9]/m, '... and what needs it not';
	$allow->('true');
	$began = time;
	ok wait_for(BACK_S, sub { ask('/readyz')->{status} == 200 }), 'ready again';
	diag sprintf 'ready %.2f s after the database came back', time - $began;
	like ask('/metrics')->{content}, qr/^sutler_database_up 1$/m, 'and the figures say so';
};

subtest 'mail about a failure' => sub {
	$stack->start_mail;
	# What the journal has; the host of a test has none of our units.
	my $bin = own_dir("$stack->{dir}/bin", 0755);
	write_file("$bin/journalctl", "#!/bin/sh\nfor a; do u=\$a; done\necho \"{\\\"program\\\":\\\"cart\\\",\\\"message\\\":\\\"worker crashed\\\"} of \$u\"\n", 0755);
	chmod 0755, "$bin/journalctl";
	my $tell = sub { local $ENV{PATH} = "$bin:$ENV{PATH}"; $stack->capture("$stack->{build}/sbin/failure-mail", @_) };
	my ($status, $text) = $tell->('sutler-cart.service');
	is $status, 0, 'it is sent' or diag $text;
	my ($mail) = $shop->mails;
	ok $mail, '... to root';
	like $mail->{subject} // '', qr/^\[sutler\] sutler-cart\.service failed on /, '... says which';
	like $mail->{text} // '', qr/worker crashed"\} of sutler-cart\.service/, '... and what it said last';
	for my $bad ('', '-rf', "a\nBcc: x\@y", 'a b', 'x' x 200) {
		is(($tell->($bad))[0], 64, 'what is no unit is refused');
	}
	is(($tell->())[0], 64, 'and so is nothing');
	$stack->{config}{'mail.smtp'} = 'smtp://127.0.0.1:1';
	$stack->write_config;
	($status, $text) = $tell->('sutler-cart.service');
	is $status, 75, 'a mail server that is away is no success';
	like $text, qr/"message":"mail about a failure cannot be sent"/, '... and the journal knows';
};
done_testing;
