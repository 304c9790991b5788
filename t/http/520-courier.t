#!/usr/bin/perl
# Promise: courier asks a gateway exactly what the database says, in words the gateway's own
# specification knows; asked twice it happens once; an answer that is lost is found again and
# never paid twice; a gateway that is away is not waited for, and nobody else suffers.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Gateway;
use House qw(read_file wait_for write_file);
use IO::Socket::UNIX;
use JSON::PP;
use Shop;
use Socket qw(SOCK_STREAM);
use StripeSpec;
use Test::More;
use Time::HiRes qw(time);

my $shop = Shop->start(kind => 'empty', gateway => 1, rows => [Fixture::rows(qw(courier))]);
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
my $g = Gateway->new($shop->stack->gateway_url);
my $spec = StripeSpec->new;
my $json = JSON::PP->new->utf8;
my ($tenant, $dir) = ($c->{tenant}, $shop->stack->{dir});
$shop->stack->set_origins;

# An account as staff make it.
sub secret_file { my ($text) = @_; write_file("$dir/state/$text", "$text\n", 0600); return "$dir/state/$text" }
sub make_account
{
	my ($key, @more) = @_;
	$shop->dbh->do(q{UPDATE payment.account SET active = false});
	my ($id) = $shop->stack->ctl('payment', 'account', 'one', 'stripe', '--key-file', secret_file($key),
		'--webhook-secret-file', secret_file('whsec_one'), @more) =~ m{/webhooks/stripe/(\S+)};
	return $c->{account} = $id;
}
my $account = make_account('sk_test_one');

my $socket = $shop->stack->socket_path('courier');
sub connection { return IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $socket) // die "cannot connect to courier: $!\n" }
sub say_line
{
	my ($line) = @_;
	my $s = connection();
	local $SIG{PIPE} = 'IGNORE';
	print {$s} $line;
	$s->flush;
	my $answer = readline $s;
	return defined $answer ? $json->decode($answer) : undef;
}
sub call { my ($name, $id, %more) = @_; return say_line($json->encode({ call => "payment.$name", tenant => $tenant, id => $id, %more }) . "\n") }

# An order with an attempt that nobody has called for yet.
sub fresh
{
	my (%o) = @_;
	my $o = $c->order(intent => 0, %o);
	(undef, $o->{intent}) = $c->begin($o);
	return $o;
}
sub intent { my ($o) = @_; return ($shop->rows('SELECT * FROM payment.intent WHERE intent_id = ?', $o->{intent}))[0] }
sub session { my ($o) = @_; return (grep { ($_->{client_reference_id} // '') eq $o->{intent} } $g->sessions)[0] }
sub same { my ($got, $want, $name) = @_; return is "$got->{outcome} $got->{state} $got->{code}", $want, $name }

subtest 'a hosted page' => sub {
	my $o = fresh(total => 4990);
	my $a = call('start', $o->{intent});
	same($a, 'ok open ', 'is made');
	my $s = session($o);
	is $a->{url}, $s->{url}, 'and its address told';
	is "$s->{amount_total} $s->{currency} $s->{locale} $s->{customer_email}", "4990 eur es b$o->{number}\@example.test", 'for amount, language and buyer';
	is_deeply $s->{metadata}, { tenant => $tenant, order => $o->{id}, intent => $o->{intent}, order_number => $o->{number} }, 'with our ids';
	my $i = intent($o);
	is "$i->{state} $i->{session_ref} $i->{url}", "open $s->{id} $s->{url}", 'the database knows the page';
	my ($asked) = $g->requests('POST /v1/checkout/sessions');
	is "$asked->{key} $asked->{idempotency} $asked->{version}", "sk_test_one $o->{intent} 2022-11-15", 'key, idempotency key, version';
	is_deeply [$spec->request('POST', $asked->{path}, $asked->{params})], [], 'in words that the specification knows';
	like $s->{success_url}, qr{^http://one\.localhost:\d+/order/[\w-]{43}/paid$}, 'the buyer comes back to the shop';
	my ($token) = $s->{success_url} =~ m{/order/([\w-]+)/};
	is $shop->value(q{SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, 'UTF8'))}, $token), $o->{id}, 'by a link to his order';
	same(call('start', $o->{intent}), 'ok open ', 'asked again');
	is scalar($g->requests('POST .*')), 1, '... the database answers';
	my @lines = grep { /"call done"/ } split /\n/, read_file("$dir/log/courier.log");
	unlike join('', @lines), qr/sk_test|$token|example\.test/, 'no key, link or address of a person is logged';
};

subtest 'how it stands' => sub {
	$g->clear;
	my $o = fresh();
	call('start', $o->{intent});
	same(call('status', $o->{intent}), 'ok open ', 'open');
	is $g->pay(session($o)->{id}, '4000000000000002'), 'generic_decline', 'a card is refused';
	same(call('status', $o->{intent}), 'ok open generic_decline', 'still open, with the reason') or diag explain intent($o);
	$g->pay(session($o)->{id}, '4242424242424242');
	same(call('status', $o->{intent}), 'ok succeeded ', 'paid');
	is $c->states($o), 'open paid', 'and the order knows';
	my $n = $g->requests;
	same(call('status', $o->{intent}), 'ok succeeded ', 'asked once more');
	same(call('expire', $o->{intent}), 'ok succeeded ', 'closed');
	same(call('start', $o->{intent}), 'decline succeeded ', 'started');
	is scalar($g->requests), $n, '... a paid attempt is not asked about';
	$o = fresh();
	call('start', $o->{intent});
	same(call('expire', $o->{intent}), 'ok expired ', 'a page is closed');
	is session($o)->{status}, 'expired', 'at the gateway too';
	$o = fresh();
	call('start', $o->{intent});
	$g->pay(session($o)->{id}, '4242424242424242');
	same(call('expire', $o->{intent}), 'ok succeeded ', 'one that was paid meanwhile is paid, not closed');
	$o = fresh();
	call('start', $o->{intent});
	$g->pay(session($o)->{id}, 'slow');
	same(call('status', $o->{intent}), 'ok open ', 'money that comes later');
	$g->settle(session($o)->{id}, 1);
	same(call('status', $o->{intent}), 'ok succeeded ', '... has come');
	is_deeply $g->problems, [], 'the gateway understood all of it';
};

subtest 'T21 answers that are lost' => sub {
	for my $how (qw(drop hang_after error garbage)) {
		$g->clear;
		my $o = fresh();
		$g->behave('POST /v1/checkout/sessions', $how, 2);
		my $start = time;
		my $a = call('start', $o->{intent});
		cmp_ok time - $start, '<', 5.5, "$how: in time";
		same($a, 'unknown unknown ' . ($how eq 'garbage' ? 'unreadable_answer' : $how eq 'error' ? 'api_error' : 'no_answer'), '... and not known');
		is intent($o)->{state}, 'unknown', '... in the database too';
		$g->clear;
		$a = call('status', $o->{intent});
		if ($how eq 'error') {
			same($a, 'unknown unknown api_error', '... a failure that the gateway keeps stays one');
			is scalar(grep { ($_->{client_reference_id} // '') eq $o->{intent} } $g->sessions), 0, '... no page';
			call('start', $o->{intent}) for 1 .. 6;
			same(call('start', fresh()->{intent}), 'ok open ', '... and asking for it again and again stops nobody else');
			next;
		}
		same($a, 'ok open ', '... asked again, the page is found');
		is scalar(grep { ($_->{client_reference_id} // '') eq $o->{intent} } $g->sessions), 1, '... and it is the only one';
		is_deeply [map { $_->{replayed} } $g->requests('POST .*')], [1], '... by the same key';
	}
	$g->clear;
	my $o = fresh();
	$g->behave('POST /v1/checkout/sessions', 'drop_before');
	same(call('start', $o->{intent}), 'ok open ', 'a hiccup is tried once more');
	$o = fresh();
	$g->behave('POST /v1/checkout/sessions', 'redirect', 2);
	same(call('start', $o->{intent}), 'unknown unknown http_302', 'a redirect is not followed');
	is scalar($g->requests('.*elsewhere')), 0, '... anywhere';
	$g->clear;
};

subtest 'a gateway that says no' => sub {
	my $o = fresh(total => 10);
	same(call('start', $o->{intent}), 'decline failed amount_too_small', 'too small an amount');
	is $c->states($o), 'open failed', 'the order may be paid otherwise';
	make_account('rk_wrong!');
	$o = fresh();
	my $a = call('start', $o->{intent});
	is "$a->{outcome} $a->{state}", 'decline failed', 'a wrong key';
	like read_file("$dir/log/courier.log"), qr/refuses to be asked like this/, '... is loud';
	make_account('sk_live_one');
	$o = fresh();
	same(call('start', $o->{intent}), 'decline failed wrong_mode', 'a key of real money in a test account');
	$account = make_account('sk_test_one');
	$shop->change(q{UPDATE payment.account SET key_sealed = overlay(key_sealed placing '\x00' from 20) WHERE account_id = ?}, $account);
	same(call('start', fresh()->{intent}), 'unavailable new not_ready', 'a key that was altered in the database opens nothing');
	$account = make_account('sk_test_one');
	$g->behave('POST /v1/checkout/sessions', 'rate', 2);
	same(call('start', fresh()->{intent}), 'unavailable new rate_limit', 'too many of us: nothing happened');
	$g->clear;
};

sub paid
{
	my (%o) = @_;
	my $o = fresh(%o);
	call('start', $o->{intent});
	$g->pay(session($o)->{id}, '4242424242424242');
	call('status', $o->{intent});
	return $o;
}
sub ask_refund
{
	my ($o, $amount) = @_;
	my $id = $c->id;
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	is $shop->value(q{SELECT payment.ask_refund(?, ?, ?, 'EUR', 'too large', 'sutlerctl', ?)}, $tenant, $o->{id}, $amount, $id), 'ok', 'a refund is asked for';
	return $id;
}
sub given_back { my ($o) = @_; return scalar grep { ($_->{metadata}{intent} // '') eq $o->{intent} } map { $_->{data}{object} }
	grep { $_->{type} eq 'refund.created' } $g->events }

subtest 'refunds' => sub {
	$g->clear;
	my $o = paid(total => 3000);
	my $r = ask_refund($o, 1000);
	same(call('refund', $r), 'ok done ', 'done');
	is $c->states($o), 'open partly_refunded', 'the order knows';
	my ($asked) = $g->requests('POST /v1/refunds');
	is "$asked->{idempotency} $asked->{params}{amount} $asked->{params}{metadata}{refund}", "$r 1000 $r", 'by its own id';
	is_deeply [$spec->request('POST', $asked->{path}, $asked->{params})], [], 'in words that the specification knows';
	same(call('refund', $r), 'ok done ', 'asked again');
	is given_back($o), 1, '... it is not sent again';
	for my $how (qw(drop hang_after)) {
		$g->clear;
		$r = ask_refund($o, 100);
		$g->behave('POST /v1/refunds', $how, 2);
		same(call('refund', $r), 'unknown unknown no_answer', "$how: not known");
		# The gateway has forgotten the key, as after a day: only its list can tell.
		$g->clear;
		my $before = given_back($o);
		same(call('refund', $r), 'ok done ', '... asked again');
		is given_back($o), $before, '... and found in the list: nothing is paid twice';
		is scalar($g->requests('POST /v1/refunds')), 0, '... nothing was even sent';
	}
	$g->clear;
	$g->refunds_end_as('pending');
	$r = ask_refund($o, 200);
	same(call('refund', $r), 'ok pending ', 'one that takes time');
	my ($ref) = $shop->value('SELECT refund_ref FROM payment.refund WHERE refund_id = ?', $r);
	$g->end_refund($ref, 'failed');
	same(call('refund', $r), 'ok failed expired_or_canceled_card', '... and fails');
	$g->refunds_end_as('succeeded');
	# Money was given back at the gateway's own desk: ours is more than is left there.
	$g->refund(session($o)->{payment_intent}, 1500);
	$r = ask_refund($o, 1800);
	my $a = call('refund', $r);
	is "$a->{outcome} $a->{state}", 'decline failed', 'more than is left is declined, and not asked for ever';
	$r = ask_refund(paid(), 500);
	$g->behave('GET /v1/refunds', 'error', 2);
	$shop->change('UPDATE payment.refund SET attempts = 1 WHERE refund_id = ?', $r);
	same(call('refund', $r), 'unknown unknown api_error', 'no list, no guess');
	$g->clear;
	is_deeply $g->problems, [], 'the gateway understood all of it';
};

subtest 'questions that are none' => sub {
	my $id = fresh()->{intent};
	my %bad = ('no JSON' => "hello\n", 'another call' => $json->encode({ call => 'payment.steal', tenant => $tenant, id => $id }) . "\n",
		'no id' => $json->encode({ call => 'payment.start', tenant => $tenant }) . "\n",
		'an id that is none' => $json->encode({ call => 'payment.start', tenant => $tenant, id => 'x' }) . "\n",
		'a tenant with a quote' => $json->encode({ call => 'payment.start', tenant => "' OR 1", id => $id }) . "\n",
		'an address' => $json->encode({ call => 'payment.start', tenant => $tenant, id => $id, url => 'http://evil/' }) . "\n",
		'two lines' => "{}\n{}\n", 'too much' => '{"call":"' . 'x' x 4000 . "\"}\n");
	for my $name (sort keys %bad) {
		my $a = say_line($bad{$name});
		is $a->{outcome} . ' ' . $a->{code}, 'unavailable refused', $name;
	}
	same(call('start', $id, until_us => 1), 'unavailable  too_late', 'nobody waits any more');
	same(call('start', $c->id), 'unavailable  no_such_attempt', 'an attempt that is not there');
	my $a = say_line($json->encode({ call => 'payment.start', tenant => $f->{tenant}{bahari}, id => $id }) . "\n");
	is "$a->{outcome} $a->{code}", 'unavailable no_such_attempt', 'an attempt of another tenant';
	is_deeply [$g->requests], [], 'none of it reached the gateway';
	my $silent = connection();
	my @slow = map { my $s = connection(); syswrite $s, '{'; $s } 1 .. 3;
	my $start = time;
	same(call('start', $id), 'ok open ', 'callers that say nothing do not keep courier');
	cmp_ok time - $start, '<', 3, '... for long';
};

subtest 'who may ask' => sub {
	plan skip_all => 'only root can be somebody else' if $> != 0;
	my $uid = getpwnam('nobody') // 65534;
	my $id = fresh()->{intent};
	chmod 0777, $socket;
	chmod 0711, $shop->stack->{socket_dir};
	pipe my $in, my $out;
	my $pid = fork // die;
	if (!$pid) {
		$c->{dbh}{AutoInactiveDestroy} = 1;
		chdir $shop->stack->{socket_dir};
		$socket = 'courier.sock';
		$< = $> = $uid;
		my $a = eval { call('start', $id) };
		syswrite $out, $a ? "$a->{outcome} $a->{code}" : "no: $@";
		POSIX::_exit(0);
	}
	close $out;
	is scalar(readline $in), 'unavailable refused', 'a stranger who reaches the socket is refused';
	waitpid $pid, 0;
	chmod 0660, $socket;
	chmod 0700, $shop->stack->{socket_dir};
};

subtest 'a gateway that is away' => sub {
	$g->clear;
	$account = make_account('sk_test_away');
	$g->behave('.*', 'hang', 0);
	my @orders = map { fresh() } 1 .. 6;
	my @took;
	for my $o (@orders[0 .. 4]) {
		my $start = time;
		same(call('start', $o->{intent}), 'unknown unknown no_answer', 'no answer');
		push @took, time - $start;
	}
	cmp_ok((sort { $b <=> $a } @took)[0], '<', $ENV{ASAN_OPTIONS} ? 8 : 5.2, 'each within five seconds') or diag "@took";
	my $start = time;
	my $a = call('start', $orders[5]{intent});
	same($a, 'unavailable new away', 'the sixth is told at once');
	cmp_ok time - $start, '<', 0.5, '... at once';
	is scalar($g->requests), 5, '... and asks nothing';
	like read_file("$dir/log/courier.log"), qr/gateway is away: it is left in peace/, 'the log says so';
	$g->clear;
	my $old = $account;
	make_account('sk_test_other');
	same(call('start', fresh()->{intent}), 'ok open ', 'another account goes on');
	same(call('start', $orders[5]{intent}), 'unavailable new away', 'the first is left in peace');
};

subtest 'a gateway that refuses connections' => sub {
	make_account('sk_test_gone');
	$shop->stack->end('gateway');
	my $o = fresh();
	same(call('start', $o->{intent}), 'unavailable new no_connection', 'surely nothing happened');
	$shop->stack->start_gateway;
	same(call('start', $o->{intent}), 'ok open ', 'back again');
};
done_testing;
