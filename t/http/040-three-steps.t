# Promise: a page that must wait for the outside records what is wanted, asks courier once
# with no transaction open, and records what came of it. Only the transactions are run
# again, never the call; whatever courier does or does not say, the page answers in time.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(sha256);
use House qw(wait_for);
use IO::Select;
use IO::Socket::UNIX;
use MIME::Base64 qw(encode_base64url);
use Program;
use Socket qw(SOCK_STREAM SOMAXCONN);
use Test::More;
use Time::HiRes qw(time);

use constant { CALL_S => 5, QUEUE => 8 };

my $p;
{
	# The program of t/lib, with the socket where a courier of ours will listen.
	my $build = $ENV{SUTLER_BUILD} // "$FindBin::Bin/../../var/build";
	$p = Program->new('caller', file => "$build/t/lib/caller", workers => 2, env => { SUTLER_TEST_SITE_AGE_MS => 600_000 });
}
my $path = "$p->{dir}/run/courier.sock";
my $id = '0190a000-0000-7000-8000-0000000000aa';
my $listen;

# A courier that answers each question by $say->(socket, line).  It lives in a child; the
# questions come back through a pipe.
my ($pid, $questions);
sub courier
{
	my ($say) = @_;
	no_courier();
	$listen = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => SOMAXCONN) or die "courier: $!";
	chmod 0777, $path;
	pipe $questions, my $out or die $!;
	$pid = fork // die $!;
	if (!$pid) {
		$SIG{TERM} = sub { POSIX::_exit(0) };
		while (my $s = $listen->accept) {
			my $line = readline $s;
			syswrite $out, $line // "nothing\n";
			$say->($s, $line);
			close $s;
		}
		POSIX::_exit(0);
	}
	close $out;
	return;
}

sub no_courier
{
	return if !$pid;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	($pid, $listen) = ();
	unlink $path;
	return;
}
END { my $status = $?; kill 'KILL', $pid if $pid; $? = $status }

# Questions asked since the last look.
sub asked
{
	my $all = '';
	my $select = IO::Select->new($questions);
	1 while $select->can_read(0.1) && sysread $questions, $all, 65536, length $all;
	return split /\n/, $all;
}

# In the order of their transactions: the ids follow the clock, which may be set back between two of them.
sub notes { return join ' ', map { "$_->[0]:$_->[1]" } @{ $p->dbh->selectall_arrayref(
	q{SELECT kind, detail FROM event.note WHERE program = 'caller' ORDER BY xmin::text::bigint, note_id}) } }
sub forget { $p->dbh->do('DELETE FROM event.note'); return }
sub submit { my ($where) = @_; return $p->post($where // '/caller', { id => $id }) }
my $serial = 0;
sub submit_go
{
	my ($key) = @_;
	return $p->post('/caller/go', { id => $id, idempotency_key => encode_base64url(sha256('go' . ($key // ++$serial))) });
}
sub says { my ($text) = @_; return sub { syswrite $_[0], $text } }
my $fine = "{\"outcome\":\"ok\",\"url\":\"https://gateway.test/c/1\",\"state\":\"open\"}\n";

subtest 'no courier' => sub {
	my $got = submit();
	is $got->{status}, 200, 'the page answers';
	is $got->{body}, "unavailable url= code= state=\n", 'and knows that nothing happened';
	is notes(), "wish:$id answer:unavailable noted:in step 1", 'the wish, the answer, and what step 1 noted';
	is_deeply $got->{cookies}, [], 'what step 1 said to the browser is gone';
};

subtest 'a good answer' => sub {
	forget();
	courier(says($fine));
	my $got = submit();
	is $got->{body}, "ok url=https://gateway.test/c/1 code= state=open\n", 'reaches step 3';
	my @q = asked();
	is scalar @q, 1, 'courier was asked once';
	like $q[0], qr/^\{"call":"payment\.start","tenant":"$Program::TENANT_ONE","id":"$id","until_us":\d+\}$/,
		'for the tenant of the request and the row, and nothing else';
	like $p->log, qr/"route":"\/caller","status":200[^\n]*"trips":2,[^\n]*"call_us":[1-9]/, 'the log has the trips of both transactions, and the wait';
	like submit('/caller/dear')->{body}, qr/asks the database more often/, 'the row of a route bounds both together';
};

subtest 'no transaction is open during the call' => sub {
	courier(sub { syswrite $_[0], $_[1] =~ /$id/ && sprintf "{\"outcome\":\"ok\",\"state\":\"%s\"}\n",
		join ',', @{ $p->{cluster}->dbh('sutler')->selectcol_arrayref(
			q{SELECT state FROM pg_stat_activity WHERE usename = '_sutler-caller' AND state <> 'idle'}) } });
	is submit()->{body}, "ok url= code= state=\n", 'every connection of the program is idle';
};

subtest 'other outcomes' => sub {
	for my $outcome (qw(decline unknown unavailable)) {
		courier(says("{\"outcome\":\"$outcome\",\"code\":\"why\"}\n"));
		is submit()->{body}, "$outcome url= code=why state=\n", $outcome;
	}
};

subtest 'answers that are none' => sub {
	my %bad = ('nothing' => '', 'half a line' => '{"outcome":"ok"', 'no JSON' => "ok\n", 'no outcome' => "{}\n",
		'an outcome of its own' => "{\"outcome\":\"great\"}\n", 'too long' => 'x' x 20_000 . "\n",
		'a number' => "{\"outcome\":1}\n");
	for my $name (sort keys %bad) {
		courier(says($bad{$name}));
		is submit()->{body}, "unknown url= code= state=\n", "$name: it may have happened";
		is scalar(asked()), 1, '... and is not asked again';
	}
};

subtest 'a courier that dies' => sub {
	courier(sub { POSIX::_exit(1) });
	is submit()->{body}, "unknown url= code= state=\n", 'after it has read the question';
	# The socket is there and nobody behind it: a full queue, then a closed one.
	no_courier();
	$listen = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 1) or die "courier: $!";
	chmod 0777, $path;
	close $listen;
	is submit()->{body}, "unavailable url= code= state=\n", 'before: nobody listens';
	unlink $path;
};

subtest 'a slow and a dripping courier' => sub {
	for my $how (sub { sleep 30 }, sub { for (1 .. 100) { syswrite $_[0], ' '; select undef, undef, undef, 0.3 } }) {
		courier($how);
		my $start = time;
		is submit()->{body}, "unknown url= code= state=\n", 'is given up';
		my $took = time - $start;
		ok $took > CALL_S - 1 && $took < CALL_S + 1.5, sprintf 'after %.1f s', $took;
	}
	no_courier();
};

# A request whose answer is read later.
sub begin
{
	my ($where) = @_;
	my $s = $p->connection;
	$s->syswrite(Program::bytes_of('POST', $where, "id=$id", { 'Content-Type' => 'application/x-www-form-urlencoded',
		'Sec-Fetch-Site' => 'same-origin', Origin => 'https://one.test' }));
	return $s;
}

subtest 'a worker stays free' => sub {
	courier(sub { sleep 30 });
	my $waiting = begin('/caller');
	ok wait_for(3, sub { scalar asked() }), 'one of two workers waits';
	my $start = time;
	is $p->get('/caller')->{status}, 200, 'the other shows pages';
	cmp_ok time - $start, '<', 0.5, '... at once';
	# Had each of them waited for the first, the last would wait for all the others, and then for courier.
	my @queue = map { begin('/caller') } 1 .. QUEUE;
	is join('', map { Program::read_answer($_)->{body} } @queue), "unavailable url= code=busy state=\n" x QUEUE, 'who comes meanwhile does not wait as well';
	ok !IO::Select->new($waiting)->can_read(0), '... all of them have gone before the first is answered';
	is scalar(asked()), 0, '... and nobody else asks';
	is Program::read_answer($waiting)->{body}, "unknown url= code= state=\n", 'who is answered in its time';
	no_courier();
};

subtest 'conflicts' => sub {
	courier(says($fine));
	# Both workers know the host from now on.
	$p->get('/caller') for 1 .. 8;
	asked();
	my %did;
	for my $kind (qw(retry lost error)) {
		for my $n (1 .. 12) {
			asked();
			forget();
			$p->fault("$n $kind once");
			my $got = submit_go();
			$p->fault(undef);
			my @q = asked();
			my $notes = notes();
			my $wishes = () = $notes =~ /wish:/g;
			my $answers = () = $notes =~ /answer:/g;
			my $name = "$kind at $n: $got->{status}, $wishes wish, " . @q . " calls, $answers answers";
			if ($kind eq 'error' && $got->{status} != 303) {
				ok $got->{status} == 500 && @q == $wishes && $wishes <= 1 && $answers == 0, $name;
				like $got->{body}, @q ? qr/passed on/ : qr/Nothing was changed|wrong on our side/, '... and it says so';
			} else {
				# A COMMIT of step 1 that is lost is found again, and leads where a repetition leads; one of
				# step 3 is not known.
				my $found = $got->{status} == 303 && $got->{headers}{location} =~ /later/;
				ok $wishes == 1 && ($found ? @q == 0 : @q == 1 && $answers == 1)
					&& ($got->{status} == 303 || $kind eq 'lost' && $got->{status} == 503), $name;
			}
			$did{"$kind $got->{status}"}++;
		}
	}
	ok $did{'error 500'} >= 4 && $did{'retry 303'} == 12 && $did{'lost 303'} >= 8, 'all of it happened' or diag explain \%did;
};

subtest 'the third transaction is run again, and the call is not' => sub {
	asked();
	forget();
	my $dbh = $p->dbh;
	$dbh->do(q{CREATE FUNCTION public.stumble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
		BEGIN
			IF NEW.kind = 'answer' AND nextval('public.stumbles') < 3 THEN
				RAISE EXCEPTION USING ERRCODE = '40001';
			END IF;
			RETURN NEW;
		END $$});
	$dbh->do('CREATE SEQUENCE public.stumbles');
	$dbh->do('CREATE TRIGGER stumble BEFORE INSERT ON event.note FOR EACH ROW EXECUTE FUNCTION public.stumble()');
	my $got = submit();
	is $got->{body}, "ok url=https://gateway.test/c/1 code= state=open\n", 'the visitor does not notice';
	is scalar(asked()), 1, 'one call';
	like notes(), qr/^wish:$id answer:ok noted/, 'one wish, one answer';
	ok wait_for(5, sub { $p->log =~ /"route":"\/caller","status":200[^\n]*"runs":4/ }), 'in four runs';
	$dbh->do('DROP TRIGGER stumble ON event.note');
};

subtest 'a form sent twice' => sub {
	asked();
	forget();
	my $got = submit_go('same');
	is "$got->{status} $got->{headers}{location}", '303 https://gateway.test/c/1', 'the first leaves for the gateway';
	$got = submit_go('same');
	is "$got->{status} $got->{headers}{location}", '303 /caller/later', 'the second is shown where it stands';
	is scalar(asked()), 1, 'one call';
};

subtest 'step 3 declines' => sub {
	forget();
	courier(says("{\"outcome\":\"decline\",\"code\":\"Not this card.\"}\n"));
	my $got = submit_go();
	is "$got->{status} $got->{body}", "200 the form\n", 'the form comes back' if $got->{status} == 200;
	is notes(), "wish:$id noted:in step 3", 'step 1 stands, step 3 is rolled back but for its notes';
	like $got->{headers}{'content-security-policy'}, qr{form-action 'self' https://gateway\.test;}, 'forms may lead to the gateway';
	is scalar(asked()), 1, 'one call';
};

subtest 'gateways elsewhere' => sub {
	courier(says("{\"outcome\":\"ok\",\"url\":\"https://gateway.test.evil/\"}\n"));
	is submit_go()->{status}, 500, 'the browser is not sent to another host than the named one';
};

subtest 'work of the program itself' => sub {
	forget();
	asked();
	courier(sub { syswrite $_[0], $_[1] =~ /$id/ && sprintf "{\"outcome\":\"ok\",\"state\":\"%s\"}\n",
		join ',', @{ $p->{cluster}->dbh('sutler')->selectcol_arrayref(
			q{SELECT state FROM pg_stat_activity WHERE usename = '_sutler-caller' AND state <> 'idle'}) } });
	my $got = submit('/caller/apart');
	is $got->{body}, "ok state=\n", 'no transaction is open while it works';
	is notes(), "wish:$id answer:ok noted:in step 1", 'what it looked for stands, and what came of it';
	is_deeply $got->{cookies}, [], 'what step 1 said to the browser is gone';
	is scalar(asked()), 1, 'it worked once';
	courier(says($fine));
	my %did;
	for my $kind (qw(retry lost error)) {
		for my $n (1 .. 8) {
			asked();
			forget();
			$p->fault("$n $kind once");
			$got = submit('/caller/apart');
			$p->fault(undef);
			my @q = asked();
			my $answers = () = notes() =~ /answer:/g;
			ok @q <= 1 && $answers <= 1 && ($got->{status} == 200 ? @q == 1 && $answers == 1 : $got->{status} =~ /^50[03]$/),
				"$kind at $n: $got->{status}, worked " . @q . " times, $answers answers";
			unlike $got->{body}, qr/passed on/, '... nobody else was asked for anything' if $got->{status} != 200;
			$did{"$kind $got->{status}"}++;
		}
	}
	ok $did{'retry 200'} == 8 && $did{'error 500'} >= 2, 'all of it happened' or diag explain \%did;
	courier(says("{\"outcome\":\"decline\",\"code\":\"Not this one.\"}\n"));
	forget();
	like submit('/caller/apart')->{body}, qr/the form/, 'what step 3 declines comes back as a form';
	is notes(), "wish:$id noted:in step 1", 'and it is rolled back';
};

subtest 'a page that only looks' => sub {
	courier(says($fine));
	is $p->get("/caller/state?id=$id")->{body}, "ok back=/caller\n", 'is told as well';
	like((asked())[0], qr/^\{"call":"payment\.status"/, 'what it asked');
};

subtest 'a call in step 3' => sub {
	courier(says($fine));
	is submit('/caller/twice')->{status}, 0, 'is a defect of the program';
	ok wait_for(5, sub { $p->log =~ /calls payment\.start, and may not/ }), 'and named';
};
no_courier();
done_testing;
