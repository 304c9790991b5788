#!/usr/bin/perl
# Promise: whatever is changed in the sealed audit log afterwards shows (reliability P19,
# T72): edited, deleted, inserted, reordered, unsealed, and a tail cut off against the heads
# that were written down; whoever writes in parallel, the chain does not fork, and killing
# the job anywhere leaves it whole.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use House qw(alive end_pid read_file wait_for write_file);
use Jobs;
use Test::More;

my $MUTATIONS = $ENV{ASAN_OPTIONS} ? 100 : 1000;		# a sanitizer sees each kind in a tenth of them
my $j = Jobs->new(no_mail => 1);
my @merchants = map { $j->merchant("shop-$_") } 1 .. 2;
my $db = $j->db;
my $anchors = "$j->{dir}/private/audit-anchor.log";

sub write_entries
{
	my ($t, $n) = @_;
	$j->tenant($t);
	$j->change(q{INSERT INTO audit.entry (tenant_id, entry_id, actor, action, target, reason, detail)
		SELECT ?, sutler.uuid7(), 'job:test', 'stock.adjusted', 'variant ' || gen_random_uuid(), '', '{"old": ' || i || ', "new": 1}' FROM generate_series(1, ?) i},
		$t->{tenant}, $n);
	return;
}

sub unsealed { return $j->value('SELECT count(*) FROM audit.entry e WHERE NOT EXISTS (SELECT FROM audit.sealed z WHERE z.entry_id = e.entry_id)') }
sub seal
{
	my ($status, $text) = $j->run('seal-audit', '--once');
	is($status, 0, 'seal-audit ends well') or diag $text;
	# A copy that begins before the connection of the last one has gone leaves the work to it.
	wait_for(20, sub { !unsealed() || do { $j->run('seal-audit', '--once'); 0 } });
	return;
}
sub verify { return $j->{schema}->ctl('audit', 'verify', '--anchor', $anchors) }
sub fine { my ($what) = @_; my ($status, $text) = verify(); is($status, 0, "$what: the log is whole") or diag $text; return $text }

subtest 'a chain grows' => sub {
	for (1 .. 4) {
		write_entries($_, 5 + int rand 10) for @merchants;
		seal();
	}
	my $text = fine('sealed');
	like($text, qr/^shop-1: 4 seals over \d+ entries, \S+ to \S+; 0 unsealed$/m, 'the sealed range is named');
	write_entries($merchants[0], 3);
	like(fine('with new entries'), qr/^shop-1:.*; 3 unsealed$/m, 'what waits is counted');
	seal();
	my ($status, $said) = $j->{schema}->ctl('audit', 'verify');
	is($status, 0, 'without anchors');
	like($said, qr/no anchors/, 'the weaker promise is told');
	write_entries($merchants[1], 2500);
	seal();
	fine('several seals in one run');
	$j->change('DELETE FROM audit.sealed WHERE tenant_id = ?', $merchants[1]{tenant});
	$j->change('DELETE FROM audit.seal WHERE tenant_id = ?', $merchants[1]{tenant});
	$j->change('DELETE FROM audit.entry WHERE tenant_id = ?', $merchants[1]{tenant});
	write_file($anchors, join '', grep { !/$merchants[1]{tenant}/ } split /^/, read_file($anchors));
};

subtest 'no program changes what was written' => sub {
	for my $role (map { s/.*_sutler/_sutler/r } $j->column(q{SELECT rolname FROM pg_roles WHERE rolname LIKE '\_sutler-%' AND rolname <> '_sutler-owner'})) {
		is($j->value(q{SELECT string_agg(t || ' ' || p, ', ') FROM unnest('{audit.entry,audit.seal,audit.sealed}'::text[]) t,
			unnest('{UPDATE,DELETE,TRUNCATE}'::text[]) p WHERE has_table_privilege(?, t, p)}, $role), undef, $role);
	}
};

# A small log, kept aside to be brought back after each mutation.
$j->change('CREATE SCHEMA kept');
$j->change("CREATE TABLE kept.$_ AS TABLE audit.$_") for qw(entry seal sealed);
$db->do('SET session_replication_role = replica');      # foreign keys do not stop who owns the database

sub restore
{
	$db->do(join ';', map { "DELETE FROM audit.$_; INSERT INTO audit.$_ SELECT * FROM kept.$_" } qw(entry seal sealed));
	return;
}

sub pick { my ($table) = @_; return $j->rows("SELECT * FROM audit.$table ORDER BY random() LIMIT 1") }

my @fields = qw(actor action target reason detail);
my %mutation = (
	'edits a text' => sub { my ($e) = pick('entry'); my $f = $fields[rand @fields];
		$j->change("UPDATE audit.entry SET $f = $f || 'x' WHERE entry_id = ?", $e->{entry_id}) },
	'moves text from one field to the next' => sub { my ($e) = pick('entry');
		$j->change(q{UPDATE audit.entry SET actor = actor || left(action, 1), action = substr(action, 2) WHERE entry_id = ?}, $e->{entry_id}) },
	'changes a moment' => sub { my ($e) = pick('entry');
		$j->change("UPDATE audit.entry SET at = at + interval '1 microsecond' WHERE entry_id = ?", $e->{entry_id}) },
	'deletes an entry' => sub { my ($e) = pick('entry'); $j->change('DELETE FROM audit.entry WHERE entry_id = ?', $e->{entry_id}) },
	'deletes an entry with its mark' => sub { my ($e) = pick('entry');
		$j->change("DELETE FROM audit.$_ WHERE entry_id = ?", $e->{entry_id}) for qw(sealed entry) },
	'deletes an entry and corrects the count' => sub { my ($e) = pick('sealed');
		$j->change("DELETE FROM audit.$_ WHERE entry_id = ?", $e->{entry_id}) for qw(sealed entry);
		$j->change('UPDATE audit.seal SET entries = greatest(entries - 1, 1) WHERE seal_no = ?', $e->{seal_no}) },
	'inserts an entry into a seal' => sub { my ($e) = pick('sealed');
		$j->change(q{INSERT INTO audit.entry (tenant_id, entry_id, actor, action, target) VALUES (?, sutler.uuid7(), 'a', 'b', 'c')}, $e->{tenant_id});
		$j->change(q{INSERT INTO audit.sealed SELECT tenant_id, entry_id, ? FROM audit.entry WHERE actor = 'a'}, $e->{seal_no}) },
	'inserts an old entry' => sub { my ($e) = pick('sealed');
		$j->change(q{INSERT INTO audit.entry (tenant_id, entry_id, actor, action, target)
			VALUES (?, sutler.uuid7_at(now() - interval '30 days'), 'a', 'b', 'c')}, $e->{tenant_id}) },
	'exchanges two entries' => sub {
		my ($p, $q) = $j->rows('SELECT * FROM audit.entry ORDER BY random() LIMIT 2');
		$j->change('UPDATE audit.entry SET target = ?, detail = ? WHERE entry_id = ?', @$q{qw(target detail)}, $p->{entry_id});
		$j->change('UPDATE audit.entry SET target = ?, detail = ? WHERE entry_id = ?', @$p{qw(target detail)}, $q->{entry_id}) },
	'moves an entry to another seal' => sub {
		my ($p) = pick('sealed');
		$j->change('UPDATE audit.sealed SET seal_no = (SELECT min(seal_no) FROM audit.seal WHERE seal_no <> ?) WHERE entry_id = ?',
			$p->{seal_no}, $p->{entry_id}) },
	'takes the marks of a seal away' => sub { my ($s) = pick('seal'); $j->change('DELETE FROM audit.sealed WHERE seal_no = ?', $s->{seal_no}) },
	'deletes a seal' => sub { my ($s) = pick('seal'); $j->change('DELETE FROM audit.seal WHERE seal_no = ?', $s->{seal_no}) },
	'cuts the tail' => sub { my ($s) = pick('seal');
		$j->change('DELETE FROM audit.entry e USING audit.sealed z WHERE z.entry_id = e.entry_id AND z.seal_no >= ?', $s->{seal_no});
		$j->change("DELETE FROM audit.$_ WHERE seal_no >= ?", $s->{seal_no}) for qw(sealed seal) },
	'empties the log' => sub { $db->do('TRUNCATE audit.entry, audit.seal, audit.sealed') },
	'changes a hash' => sub { my ($s) = pick('seal');
		$j->change("UPDATE audit.seal SET hash = sha256(hash) WHERE seal_no = ?", $s->{seal_no}) },
	'changes a link' => sub { my ($s) = pick('seal');
		$j->change("UPDATE audit.seal SET previous = sha256(previous) WHERE seal_no = ?", $s->{seal_no}) },
	'changes when it was sealed' => sub { my ($s) = pick('seal');
		$j->change("UPDATE audit.seal SET sealed_at = sealed_at - interval '1 second' WHERE seal_no = ?", $s->{seal_no}) },
	'makes a new chain over a changed log' => sub {
		my ($e) = pick('entry');
		$j->change("UPDATE audit.entry SET reason = 'x' WHERE entry_id = ?", $e->{entry_id});
		$db->do('TRUNCATE audit.seal, audit.sealed');
		$j->tenant($merchants[0]);
		1 while $db->selectrow_array('SELECT sealed FROM audit.seal_some(?, 9)', undef, $merchants[0]{tenant}) },
);

subtest "$MUTATIONS mutations" => sub {
	fine('before');
	my @kinds = sort keys %mutation;
	my (%found, %done);
	for my $i (1 .. $MUTATIONS) {
		my $kind = $kinds[$i % @kinds];
		$mutation{$kind}->();
		my ($status, $text) = verify();
		$done{$kind}++;
		$found{$kind}++ if $status == 1 && $text =~ /things are wrong with the audit log/;
		restore();
	}
	is($found{$_}, $done{$_}, "who $_ is found ($done{$_})") for @kinds;
	fine('brought back');
};
$db->do('SET session_replication_role = origin');

subtest 'writers in parallel, and kills' => sub {
	my @pids;
	for my $w (1 .. 8) {
		my $pid = fork // die;
		if (!$pid) {
			my $mine = $j->{schema}->dbh;
			for my $i (1 .. 60) {
				$mine->begin_work;
				$mine->do(q{INSERT INTO audit.entry (tenant_id, entry_id, actor, action, target) VALUES (?, sutler.uuid7(), ?, 'x', ?)},
					undef, $merchants[$w % 2]{tenant}, "writer $w", "thing $i");
				$mine->do('SELECT pg_sleep(random() * 0.02)');
				$mine->commit;
			}
			$mine->disconnect;
			POSIX::_exit(0);
		}
		push @pids, $pid;
	}
	my $killed = 0;
	for (1 .. 25) { $killed += $j->kill_after(5 + int rand 40, 'seal-audit', '--once') }
	waitpid $_, 0 for @pids;
	seal();
	cmp_ok($killed, '>', 5, "$killed kills");
	my $text = fine('after it all');
	is(scalar(() = $text =~ /; 0 unsealed$/mg), 2, 'everything is sealed');
	is($j->value('SELECT count(*) FROM audit.entry e WHERE (SELECT count(*) FROM audit.sealed z WHERE z.entry_id = e.entry_id) <> 1'), 0,
		'each entry once');
};

subtest 'started by cron it stays, and seals what comes' => sub {
	my $pid = $j->start('seal-audit');
	for my $more (1, 2) {
		write_entries($merchants[0], 3);
		ok(wait_for(20, sub { ($j->{schema}->ctl('audit', 'verify'))[1] !~ /; [1-9]\d* unsealed$/m }), "time $more: all sealed");
		ok(alive($pid), '... and it is still there');
	}
	end_pid($pid, 5);
	fine('after the end');
};

subtest 'the anchors' => sub {
	my ($status, $text) = $j->{schema}->ctl('audit', 'verify', '--anchor', "$j->{dir}/none");
	is($status, 1, 'anchors that cannot be read are no good sign');
	write_entries($merchants[0], 1);
	($status, $text) = $j->run('seal-audit', '--once', '--anchor', "$j->{dir}/nowhere/anchor");
	is($status, 1, 'an anchor that cannot be written is told');
	fine('and the chain is whole');
};

done_testing;
