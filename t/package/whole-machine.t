#!/usr/bin/perl
# Promise (P18): a machine whose database cluster, pictures and private files are gone is back by the runbook
# (doc/runbooks.md, "Everything is lost"): counts, ledgers and audit chains are equal, and every page
# answers as it did.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Cluster;
use House qw(own_dir read_file wait_for write_file);
use Test::More;
use Time::HiRes qw(sleep time);
use Trial;

my $t = Trial->new(own => 1, workers => 2);
my $stack = $t->stack;
my $dir = $stack->{dir};
$t->value('SELECT 1');

# ---- what is there ----
my ($acme) = $t->value(q{SELECT tenant_id FROM tenancy.tenant WHERE slug = 'acme'});
$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
$t->dbh->do(q{INSERT INTO audit.entry (tenant_id, actor, action, target) SELECT ?, 'test', 'made', i::text FROM generate_series(1, 500) i}, undef, $acme);
is(($stack->run_job('seal-audit', '--once'))[0], 0, 'the chain is sealed');
write_file("$stack->{media}/aa/" . 'b' x 30 . '-240.webp', 'a picture');
write_file("$dir/private/export/x.json", 'a copy');

sub statuses
{
	my %all;
	for my $route (grep { $_->{method} eq 'GET' } $t->routes) {
		my $ask = $t->request($route, 'one') or next;
		$all{ $route->{name} } = $t->ask($route->{program}, $ask)->{status};
	}
	return \%all;
}
my $before = statuses();
cmp_ok(scalar(keys %$before), '>', 100, 'pages are asked');
my $rows = $t->value('SELECT count(*) FROM sales."order"');

own_dir("$dir/$_", 0750) for qw(backup keys);
my ($status, $text) = $stack->capture($stack->ctl_path, 'backup', "$dir/backup", '--with-key', "$dir/keys/copy");
is($status, 0, 'the backup of last night') or diag $text;
my ($set) = $text =~ /^(\S+):/m;
my $head = $t->value(q{SELECT encode(hash, 'hex') FROM audit.seal WHERE tenant_id = ? ORDER BY seal_no DESC LIMIT 1}, $acme);

# ---- the machine is lost ----
$_->disconnect for values %{ $t->{shop}{dbh} };
$stack->end($_->{name}, 12, 'TERM') for @{ $t->{rows} };
$stack->{cluster}->stop('immediate');
system('rm', '-rf', "$dir/pg", $stack->{media}, "$dir/private", "$dir/downloads", $stack->secret_key_file);
ok(!-e "$dir/pg", 'database, pictures, private files and key are gone');

# ---- the runbook ----
my $began = time;
my %took;
own_dir($_, 0750) for $dir, $stack->{media}, "$dir/private", "$dir/downloads";
my $c = $stack->{cluster};
delete $c->{socket};		# its directory is made again
$c->start;
$c->createdb($stack->{database});
$c->psql_file($stack->{database}, "$stack->{top}/sql/bootstrap.sql");
$c->map_roles;
$took{server} = time - $began;
($status, $text) = $stack->capture($stack->ctl_path, 'restore', $set, '--key', "$dir/keys/copy");
is($status, 0, 'restore') or diag $text;
like($text, qr/counts, ledgers and audit chains are those of the backup/, 'counts, ledgers and chains are equal');
unlike($text, qr/must be entered again/, 'with its key nothing is missing');
$took{restore} = time - $began;
$stack->start_program($_) for @{ $t->{rows} };
$t->reconnect;
$t->{f}{dbh} = $t->dbh;
ok(wait_for(60, sub { $t->get('one', '/')->{status} == 200 }), 'it serves');
$took{serving} = time - $began;
note sprintf 'server after %.1f s, rows and files after %.1f s, serving after %.1f s', @took{qw(server restore serving)};

is($t->value(q{SELECT encode(hash, 'hex') FROM audit.seal WHERE tenant_id = ? ORDER BY seal_no DESC LIMIT 1}, $acme), $head, 'the head of the chain');
is($t->value('SELECT count(*) FROM sales."order"'), $rows, 'the orders');
is(read_file("$stack->{media}/aa/" . 'b' x 30 . '-240.webp') . read_file("$dir/private/export/x.json"), 'a picturea copy', 'the files');
like(read_file("$dir/private/audit-anchor.log"), qr/ \Q$head\E$/m, 'the heads that were written down');
is(($stack->capture($stack->ctl_path, 'audit', 'verify', '--anchor', "$dir/private/audit-anchor.log"))[0], 0, 'the audit log is whole');
is_deeply(statuses(), $before, 'every page answers as before');
is(($stack->run_job($_, $_ eq 'seal-audit' ? '--once' : ()))[0], 0, "the job $_ goes on") for qw(seal-audit release-holds privacy reconcile-stock);
is(($stack->capture($stack->ctl_path, 'audit', 'verify', '--anchor', "$dir/private/audit-anchor.log"))[0], 0, 'and the chain goes on whole');
done_testing;
