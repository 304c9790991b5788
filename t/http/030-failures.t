# Promise: whatever fails, a change is done whole or not at all, the visitor learns
# which, and the program is there for the next one.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(hmac_sha256 sha256);
use House qw(alive read_file wait_for);
use MIME::Base64 qw(encode_base64url);
use Program;
use Test::More;
use Time::HiRes qw(time);

my $p = Program->new('template', workers => 2, env => { SUTLER_TEST_STALL_S => 2 },
	config => { 'web.deadline_ms' => 1500, 'web.request_limit' => 150 });
my $cookie = "__Host-cart=$Program::VISITOR";
my $csrf = encode_base64url(hmac_sha256('csrf', $Program::VISITOR));
my $serial = 0;

sub form
{
	$serial++;
	return { kind => 'idea', detail => "note $serial", csrf => $csrf, idempotency_key => encode_base64url(sha256("key $serial")) };
}
sub notes { return $p->dbh->selectrow_array('SELECT count(*) FROM event.note') }
sub keys_kept { return $p->dbh->selectrow_array('SELECT count(*) FROM event.idempotency') }
sub submit { return $p->post('/template', $_[0], Cookie => $cookie) }
# The host's row is cached for a second and costs calls of its own: both cases are met.
sub warm { $p->get('/template') for 1 .. 4; return }

warm();
is submit(form())->{status}, 303, 'a note is saved';

subtest 'the n-th database call fails, for every n' => sub {
	for my $kind (qw(error retry lost)) {
		my $done = 0;
		for (my $n = 1; $n <= 40 && !$done; $n++) {
			my ($notes, $keys) = (notes(), keys_kept());
			$p->fault("$n $kind");
			my $got = submit(form());
			$p->fault(undef);
			$done = $got->{status} == 303;
			my $written = notes() - $notes;
			# A COMMIT that is lost each time is done, and its re-runs are told of failure again.
			my $allowed = $done ? $written == 1 : $kind eq 'lost' ? $written <= 1 : $written == 0;
			ok $allowed && ($done || $got->{status} == 500 || $got->{status} == 503),
				"$kind at $n: $got->{status}, $written written";
			is keys_kept() - $keys, $written, '... and as many keys used up';
			like $got->{body}, qr/[0-9a-f]{8}-[0-9a-f]{4}-7/, '... and the page names the request' if !$done;
		}
		ok $done, "$kind: beyond the last call all is well";
	}
	for (my $n = 1; $n <= 12; $n++) {
		$p->fault("$n error");
		my $status = $p->get('/template/new')->{status};
		ok $status == 200 || $status == 500 || $status == 503, "GET, error at $n: $status";
	}
	$p->fault(undef);
	is $p->get('/template')->{status}, 200, 'and afterwards the program is well';
};

subtest 'a failure that passes is not noticed' => sub {
	for my $kind (qw(retry lost)) {
		for my $n (1 .. 8) {
			warm();
			my $before = notes();
			$p->fault("$n $kind once");
			my $got = submit(form());
			is "$got->{status} " . (notes() - $before), '303 1', "$kind once at $n: done once";
			$p->fault(undef);
		}
	}
	$p->fault('3 retry once');
	submit(form());
	$p->fault(undef);
	ok wait_for(5, sub { $p->log =~ /"status":303[^\n]*"runs":2/ }), 'the log says that it took two runs';
};

subtest 'the database goes away' => sub {
	my $kill = sub { $p->dbh->do(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '\_sutler-%'}) };
	for (1 .. 3) {
		$kill->();
		my $before = notes();
		my $got = submit(form());
		is "$got->{status} " . (notes() - $before), '303 1', 'backends ended between requests';
	}
	$p->dbh->disconnect;
	$p->{dbh} = undef;
	$p->{cluster}->stop;
	my $got = submit(form());
	is $got->{status}, 503, 'no database: 503';
	is $got->{headers}{'retry-after'}, 5, 'with Retry-After';
	like $got->{body}, qr/Nothing was changed|cannot answer/, 'and it says so';
	$p->{cluster}->start;
	ok wait_for(10, sub { $p->get('/template')->{status} == 200 }), 'back again';
	is submit(form())->{status}, 303, 'and saving';
};

subtest 'waiting has an end' => sub {
	warm();
	$p->dbh->begin_work;
	$p->dbh->do('LOCK TABLE event.note IN ACCESS EXCLUSIVE MODE');
	my $start = time;
	my $got = submit(form());
	my $took = time - $start;
	$p->dbh->rollback;
	is $got->{status}, 503, 'a lock held by somebody else';
	cmp_ok $took, '<', 5, 'is not waited for longer than the deadline';
	like $got->{body}, qr/took too long|very busy/, 'and the page says what happened';
	is submit(form())->{status}, 303, 'the next one is saved';
};

subtest 'peers that stall' => sub {
	my %pid = map { $_ => 1 } $p->workers;
	my $whole = Program::bytes_of('GET', '/template', '', {});
	my @silent = map { my $s = $p->connection; $s->syswrite(substr $whole, 0, $_); $s } 20, 60;
	ok wait_for(15, sub { my @now = $p->workers; @now == 2 && !grep { $pid{$_} } @now }),
		'their workers end at the deadline and are replaced';
	is $p->get('/template')->{status}, 200, 'the next visitor is served';
	like $p->log, qr/peer stalled/, 'the log says so';
	my $garbage = $p->connection;
	$garbage->syswrite('GET / HTTP/1.0' . "\r\n" x 20);
	is $p->get('/template')->{status}, 200, 'what is no FastCGI harms nobody';
	my $early = $p->connection;
	$early->syswrite($whole);
	close $early;
	is $p->get('/template')->{status}, 200, 'a peer that does not wait for its answer harms nobody';
};

subtest 'workers that crash' => sub {
	my ($pid) = $p->workers;
	my @before = $p->workers;
	kill 'KILL', $pid;
	ok wait_for(3, sub { my @now = $p->workers; @now == 2 && !grep { $_ == $pid } @now }), 'another takes its place';
	is $p->get('/template')->{status}, 200, 'the next visitor is served';
	kill 'SEGV', $_ for $p->workers;
	ok wait_for(5, sub { $p->workers == 2 }), 'all at once too';
	my $crashes = unpack 'q', substr read_file("$p->{dir}/run/counters-template"), 40, 8;
	cmp_ok $crashes, '>=', 3, 'they are counted';
};

# Visitors in processes of their own; each writes how many answers were not 200.
sub visitors
{
	my ($n, $requests) = @_;
	my @pids;
	for my $i (1 .. $n) {
		my $pid = fork // die "cannot fork: $!";
		if ($pid == 0) {
			my $bad = grep { $p->get('/template')->{status} != 200 } 1 .. $requests;
			POSIX::_exit($bad > 100 ? 100 : $bad);
		}
		push @pids, $pid;
	}
	return @pids;
}

subtest 'nobody notices a restart' => sub {
	require POSIX;
	my @pids = visitors(4, 300);
	my $restarts = 0;
	while ($restarts < 5) {
		my %old = map { $_ => 1 } $p->workers;
		$p->kill('HUP');
		last if !wait_for(20, sub { my @now = $p->workers; @now == 2 && !grep { $old{$_} } @now });
		$restarts++;
	}
	is $restarts, 5, 'five times new configuration under load';
	my $bad = 0;
	for my $pid (@pids) {
		waitpid $pid, 0;
		$bad += $? >> 8;
	}
	is $bad, 0, 'all 1200 requests were answered';
	like $p->log, qr/"requests?":|"event":"request"/, 'by workers old and new';
	# Workers that have served nobody yet: one near its request_limit would go by itself.
	my %tired = map { $_ => 1 } $p->workers;
	$p->kill('HUP');
	my @before;
	ok wait_for(20, sub { @before = $p->workers; @before == 2 && !grep { $tired{$_} } @before }), 'two fresh workers';
	House::write_file("$p->{dir}/sutler.conf", "[web]\nworkers = many\n");
	$p->kill('HUP');
	ok wait_for(5, sub { $p->log =~ /new configuration refused/ }), 'a configuration that is wrong is refused';
	# Beside them there may still be the child that read it and found it wrong.
	ok wait_for(5, sub { join(' ', sort $p->workers) eq join ' ', sort @before }), 'and the old workers stay';
	$p->write_config;
};

# A second one may come while the first is still being followed: the process has the new program by then and
# has not told the kernel yet what it does with signals.
subtest 'one restart upon another' => sub {
	my @pids = visitors(2, 200);
	for (1 .. 120) {
		$p->kill('HUP');
		select undef, undef, undef, 0.001 * ($_ % 12);	# the moments to hit, not a wait
	}
	my $bad = 0;
	for my $pid (@pids) {
		waitpid $pid, 0;
		$bad += $? >> 8;
	}
	is $bad, 0, 'all 400 requests were answered';
	ok House::alive($p->{pid}), 'and the master is there';
	ok wait_for(20, sub { $p->workers == 2 }), '... with its workers';
};

subtest 'workers make room' => sub {
	my %seen;
	my $bad = 0;
	for (1 .. 500) {
		$bad++ if $p->get('/template')->{status} != 200;
		$seen{$_} = 1 for $p->workers;
	}
	is $bad, 0, 'none of 500 requests is lost';
	cmp_ok keys %seen, '>', 2, 'workers are replaced after their share';
};

subtest 'the end' => sub {
	warm();
	$p->dbh->begin_work;
	$p->dbh->do('LOCK TABLE event.note IN ACCESS EXCLUSIVE MODE');
	my $s = $p->connection;
	$s->syswrite(Program::bytes_of('POST', '/template', Program::form_body(form()), { Cookie => $cookie,
		'Sec-Fetch-Site' => 'same-origin', 'Content-Type' => 'application/x-www-form-urlencoded' }));
	my $watch = $p->{cluster}->dbh('sutler');
	ok wait_for(5, sub { $watch->selectrow_array(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'}) }),
		'a request is in the middle';
	$p->kill('TERM');
	$p->dbh->rollback;
	is Program::read_answer($s)->{status}, 303, 'it is finished';
	ok wait_for(10, sub { !alive($p->{pid}) }), 'then the program ends';
	is $?, 0, 'with status 0' if $? != -1;
	$watch->disconnect;
};

subtest 'a program nobody asks leaves' => sub {
	$p->{args} = [ '-i', '1' ];
	$p->start;
	is $p->get('/template')->{status}, 200, 'it serves';
	ok wait_for(15, sub { !alive($p->{pid}) }), 'and ends when idle';
};

done_testing;
