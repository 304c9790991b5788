#!/usr/bin/perl
# Promise: the runbooks "The database is down", "An upgrade failed" and "A program is compromised" (doc/runbooks.md) do what
# they say: the shop comes back by itself, a migration that failed leaves everything as it was and goes on
# once it is mended, and one program is cut off while the others serve.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use House qw(alive wait_for write_file);
use Test::More;
use Time::HiRes qw(sleep time);
use Trial;

my $t = Trial->new(own => 1, workers => 2, programs => [qw(home catalog cart)]);
my $stack = $t->stack;
my $c = $stack->{cluster};
my $status = sub { my ($path) = @_; return $t->get('one', $path)->{status} };
is($status->('/'), 200, 'the shop serves');
my $cart = $t->cart('one');

subtest 'the database is down' => sub {
	$_->disconnect for values %{ $t->{shop}{dbh} };
	$c->stop('immediate');
	my $got = $t->get('one', '/cart', $cart);
	is($got->{status}, 503, 'a cart says 503');
	ok($got->{headers}{'retry-after'}, 'and when to come again');
	my %worker = map { $_ => 1 } $t->workers('cart');
	my $from = time;
	$c->start;
	ok(wait_for(30, sub { $t->get('one', '/cart', $cart)->{status} == 200 }), 'it serves again');
	note sprintf 'started and serving after %.1f s', time - $from;
	ok((grep { $worker{$_} } $t->workers('cart')), 'by the same workers');
	$t->reconnect;
};

subtest 'an upgrade failed' => sub {
	my $sql = "$stack->{dir}/sql";
	system('cp', '-a', "$stack->{top}/sql", $sql) == 0 or die 'cp';
	write_file("$sql/migrations/9998-good.sql", "-- transactional\nCREATE TABLE sutler.next (n integer PRIMARY KEY);\nCOMMENT ON TABLE sutler.next IS 'x';\n");
	write_file("$sql/migrations/9999-bad.sql", "-- transactional\nCREATE TABLE sutler.after (n integer PRIMARY KEY);\nSELECT 1 / 0;\n");
	my ($is, $text) = $stack->capture($stack->ctl_path, '--sql', $sql, 'migrate');
	is($is, 1, 'a migration fails');
	like($text, qr{9999-bad\.sql:\d+: division by zero}, 'file and line are told');
	is($t->value(q{SELECT to_regclass('sutler.next') IS NOT NULL, to_regclass('sutler.after') IS NULL}), 1, 'what came before it stays');
	is($t->value(q{SELECT to_regclass('sutler.after')}), undef, 'of itself nothing is left');
	is($status->('/'), 200, 'the programs of before serve');
	is($t->get('one', '/cart', $cart)->{status}, 200, 'carts too');
	write_file("$sql/migrations/9999-bad.sql", "-- transactional\nCREATE TABLE sutler.after (n integer PRIMARY KEY);\n");
	($is, $text) = $stack->capture($stack->ctl_path, '--sql', $sql, 'migrate');
	is($is, 0, 'mended, it goes on') or diag $text;
	unlike($text, qr/9998/, 'where it stopped');
	is($status->('/'), 200, 'the programs of before serve on the schema of the next');
	# Programs of before look after themselves; their sutlerctl says what is the matter.
	($is, $text) = $stack->capture($stack->ctl_path, 'check');
	is($is, 1, 'the older sutlerctl');
	like($text, qr/9998-good\.sql was applied, but this release has none/, '... says that the database is of another release');
};

subtest 'a program is compromised' => sub {
	my $from = time;
	$stack->end('cart', 5, 'KILL');
	$c->psql('postgres', 'ALTER ROLE "_sutler-cart" NOLOGIN');
	$c->psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '_sutler-cart'});
	ok(!eval { local $SIG{__WARN__} = sub { }; $c->dbh($stack->{database}, '_sutler-cart') }, 'its log-in is gone');
	note sprintf 'cut off after %.1f s', time - $from;
	is($status->('/'), 200, 'the shop serves');
	is($status->('/search?q=plain'), 200, 'and finds');
	$c->psql('postgres', 'ALTER ROLE "_sutler-cart" LOGIN');
	$stack->start_program(grep { $_->{name} eq 'cart' } @{ $t->{rows} });
	ok(wait_for(30, sub { $t->get('one', '/cart', $cart)->{status} == 200 }), 'given back, it serves the cart of before');
};

done_testing;
