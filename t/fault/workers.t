#!/usr/bin/perl
# Promise: a worker that dies takes one answer with it and nothing else; what visitors send,
# through a real web server, is an answer below 500, text when shown, and never a command.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(demoted wait_for);
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use Trial;

use constant RESTART_S => 1;	# a crashed worker is there again

my $t = Trial->new(workers => 2);
my @gets = grep { $_->{method} eq 'GET' && $t->known($_) } $t->routes;

# A cart, its token and its line.
sub carts { return join ' ', $t->dbh->selectrow_array(q{SELECT (SELECT count(*) FROM sales.cart), (SELECT count(*) FROM sales.cart_token),
	(SELECT count(*) FROM sales.cart_line)}) }

subtest 'T79 a worker dies in the middle of a change' => sub {
	for my $signal (qw(SEGV ABRT KILL)) {
		my ($before, $had) = ($t->digest, carts());
		$t->dbh->begin_work;
		$t->dbh->do('LOCK TABLE sales.cart IN ACCESS EXCLUSIVE MODE');
		my $v = $t->{shop}->visitor('one');
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			my $page = $v->post('/cart/items', { variant => $t->{f}->variant_of('one') });
			POSIX::_exit($page->status == 503 && $page->header('retry-after') ? 0 : 1);
		}
		my $watch = $t->{watch} //= $t->stack->dbh;
		ok(wait_for(10, sub { $watch->selectrow_array(q{SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND usename = '_sutler-cart'}) }), "$signal: a change is in the middle");
		my @old = $t->workers('cart');
		kill $signal, @old;
		my $at = time;
		$t->dbh->rollback;
		waitpid $pid, 0;
		is($? >> 8, 0, '... its visitor is told to come back, once');
		is($t->get('one', '/')->{status}, 200, '... other programs do not notice');
		my %old = map { ($_ => 1) } @old;
		ok(wait_for(10, sub { my @now = $t->workers('cart'); @now && !grep { $old{$_} } @now }), '... new workers are there');
		cmp_ok(time - $at, '<', RESTART_S + 2 + ($ENV{ASAN_OPTIONS} ? 5 : 0), '... soon');	# a program with sanitizers takes seconds to start
		# COMMIT travels with the call, so the database may do all of it although nobody is there to hear.
		my $whole = join ' ', map { $_ + 1 } split ' ', $had;
		ok($t->digest eq $before || carts() eq $whole, '... and nothing is half done')
			or diag("carts, tokens, lines: $had, then " . carts());
		is($t->get('one', '/cart')->{status}, 200, '... and the next visitor is served');
	}
};

subtest 'T79 memory runs out' => sub {
	my $before = $t->digest;
	my @old = $t->workers('cart');
	system demoted('prlimit', '--pid', $_, '--as=1048576') == 0 or die "prlimit fails\n" for @old;
	my %status;
	for (1 .. 30) {
		my $got = $t->ask('cart', { method => 'POST', host => 'one.localhost', path => '/cart/note', form => { note => 'x' x 60_000 } });
		$status{ $got->{status} }++;
		last if !grep { my $o = $_; grep { $_ == $o } $t->workers('cart') } @old;
	}
	ok(!grep({ $_ >= 200 && $_ < 400 } keys %status), 'no change without memory is claimed');
	is($t->digest, $before, 'nothing is half done');
	kill 'KILL', grep { my $o = $_; grep { $_ == $o } $t->workers('cart') } @old;
	ok(wait_for(10, sub { $t->get('one', '/cart')->{status} == 200 }), 'new workers serve');
};

subtest 'T79 crash loops are throttled' => sub {
	my %seen;
	my $end = time + 3;
	while (time < $end) {
		for my $pid ($t->workers('order')) {
			$seen{$pid} = 1;
			kill 'SEGV', $pid;
		}
		select undef, undef, undef, 0.01;	# the pace of the crashes, not a wait
	}
	cmp_ok(scalar keys %seen, '<', 30, scalar(keys %seen) . ' starts in three seconds of crashing');
	is($t->get('one', '/')->{status}, 200, 'others do not notice');
	ok(wait_for(10, sub { $t->ask('order', { method => 'GET', host => 'one.localhost', path => '/order/x' })->{status} }), 'and it comes back');
};

# The first contact gives the cart another token: whoever loses the answer must not lose the cart.
subtest 'T80 a contact whose COMMIT got lost leaves no cart behind' => sub {
	my ($route) = grep { $_->{method} eq 'POST' && $_->{path} eq '/checkout/contact' } $t->routes;
	for my $n (1 .. 8) {
		my $ask = $t->request($route, 'one');
		$t->fault("$n lost once");
		my $got = $t->ask('checkout', $ask);
		$t->fault(undef);
		my $again = $t->ask('checkout', $ask);
		my @carts = map { map { /^(?:__Host-)?cart=([\w-]{43});/ ? $1 : () } @{ $_->{cookies} } } $got, $again;
		is($again->{status}, 303, "lost at $n: sent again, it goes on");
		ok(@carts && !grep({ $_ ne $carts[0] } @carts), '... with one token');
		is($t->get('one', '/checkout/address', { cart => $carts[-1] })->{status}, 200, '... that opens the cart');
		is($t->get('one', '/checkout/address', $ask->{cookies})->{status}, 302, '... and the old one opens nothing');
	}
};

subtest 'T80 an order whose COMMIT got lost exists once' => sub {
	my ($route) = grep { $_->{path} eq '/checkout/order' } $t->routes;
	for my $n (1 .. 14) {
		my $ask = $t->request($route, 'one');
		my $before = $t->value('SELECT count(*) FROM sales."order"');
		$t->fault("$n lost once");
		my $got = $t->ask('checkout', $ask);
		$t->fault(undef);
		my $again = $t->ask('checkout', $ask);
		my $orders = $t->value('SELECT count(*) FROM sales."order"') - $before;
		ok($orders == 1 && ($got->{status} == 303 || $got->{status} == 503) && $again->{status} == 303
			&& ($got->{status} == 503 || $got->{headers}{location} eq $again->{headers}{location}), "lost at $n: $orders order");
	}
};

subtest 'T81 conflicts are tried again, three times' => sub {
	my $cookies = $t->cart('one');
	for my $case ([ '2 retry once', 303, 2 ], [ '2 retry', 503, 4 ]) {
		my ($fault, $status, $runs) = @$case;
		my $ask = { method => 'POST', host => 'one.localhost', path => '/cart/note', cookies => $cookies,
			form => { csrf => $t->csrf($cookies->{cart}), note => "note $fault" } };
		# A worker that has not seen the host for a second looks for it first, and the fault may strike
		# that look-up, which is repeated by itself: then once more.
		my ($got, $line);
		for (1 .. 5) {
			$t->get('one', '/cart') for 1 .. 4;
			$t->fault($fault);
			($got, $line) = $t->ask_logged('cart', $ask);
			$t->fault(undef);
			last if $line->{runs} == $runs;
		}
		is("$got->{status} $line->{runs}", "$status $runs", $fault);
	}
	# A real one: two transactions that want each other's row.
	my ($a, $b) = map { $t->stack->dbh } 1, 2;
	my $dbh = $t->dbh;
	$dbh->begin_work;
	$dbh->do('SELECT 1 FROM sales.cart c JOIN sales.cart_token k USING (cart_id)
		WHERE k.token_sha256 = sha256(convert_to(?, \'UTF8\')) FOR UPDATE OF c', undef, $cookies->{cart});
	my $s = $t->socket_to('cart');
	$s->syswrite($t->bytes_of({ method => 'POST', host => 'one.localhost', path => '/cart/note', cookies => $cookies,
		form => { csrf => $t->csrf($cookies->{cart}), note => 'behind a lock' } }));
	wait_for(10, sub { $a->selectrow_array(q{SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
		AND wait_event_type = 'Lock'}) });
	ok(wait_for(10, sub { $t->log('cart') =~ /55P03/ }), 'a lock that is held for longer than the role waits');
	$dbh->rollback;
	is(Program::read_answer($s)->{status}, 303, 'is asked for again, and the change is made');
	$_->disconnect for $a, $b;
};

# Strings that mean something to PostgreSQL, HTML, paths or formats.
my @INJECTIONS = ("' OR '1'='1", "'; SELECT pg_sleep(5)--", '") OR 1=1--', '1 UNION SELECT null', "\\'; DROP TABLE x", '%', '_%_',
	'${jndi:x}', '{{7*7}}', '../../etc/passwd', "\xc2\xa0", 'a:* & !b | (c', '<->', '%s%n%s', "\xf0\x9f\x91\x9f", '-1', '1e309',
	'9' x 40, 'NaN', '01900000-0000-7000-8000-000000000000', "x' AND pg_sleep(3)::text='", '<script>alert(1)</script>');

subtest 'T49 injection in every parameter of every page' => sub {
	for my $route (@gets) {
		my (@bad, $slowest);
		$slowest = 0;
		my $ask = $t->request($route, 'one');
		my @params = map { s/\?$//r } split /,/, $route->{params};
		my ($path, $query) = split /\?/, $ask->{path}, 2;
		my @paths = map { my $n = $_; map { my $i = Visitor::escape($_); "$path?$n=$i" } @INJECTIONS } @params;
		if ($route->{path} =~ /\{/) {
			my $stem = $route->{path} =~ s/\{.*//r;
			push @paths, map { $stem . Visitor::escape($_) } grep { !m{/} } @INJECTIONS;
		}
		for my $p (@paths) {
			my $start = time;
			my $got = $t->ask($route->{program}, { %$ask, path => $p });
			my $took = time - $start;
			$slowest = $took if $took > $slowest;
			push @bad, "$p: $got->{status}" if $got->{status} >= 500 || !$got->{status};
			push @bad, "$p: says too much"
				if $got->{body} =~ /syntax error|SQLSTATE|pg_catalog|permission denied|PostgreSQL|SELECT .* FROM|(?<![\w-])42601(?![\w-])/i;	# a request id has such digits too
			push @bad, "$p: raw" if $got->{body} =~ /<script>alert|>49</;
		}
		ok(!@bad, "$route->{name}: " . @paths . ' tries') or diag join "\n", @bad;
		cmp_ok($slowest, '<', 2, '... none slow');
	}
};

subtest 'T68 long searches' => sub {
	for my $q ('a' x 101, 'ab ' x 1300, '* ' x 100, '(' x 200, '"' x 99, "\xcc\x81" x 300) {
		my $start = time;
		my $got = $t->get('one', '/search?q=' . Visitor::escape($q));
		ok($got->{status} < 500 && time - $start < 2, 'search of ' . length($q) . " characters: $got->{status}");
	}
	is($t->get('one', '/search?q=' . 'a' x 10_000)->{status}, 414, '10 kB: 414');
};

# Before texts are changed under the version that workers keep them by.
subtest 'T53 T54 what caches keep' => sub {
	for my $route (grep { $_->{cache_s} > 0 } @gets) {
		my $ask = $t->request($route, 'one');
		my $plain = $t->ask($route->{program}, $ask);
		my $odd = $t->ask($route->{program}, { %$ask, headers => { 'X-Forwarded-Host' => 'evil.test', 'X-Original-URL' => '/x',
			'X-Forwarded-Proto' => 'gopher', Range => 'bytes=0-3', 'Accept-Language' => 'fr', 'User-Agent' => 'evil' } });
		is("$odd->{status} $odd->{body}", "$plain->{status} $plain->{body}", "$route->{name} depends on host and address alone");
		is(@{ $plain->{cookies} }, 0, '... sets no cookie');
		unlike($odd->{head} . $odd->{body}, qr/evil\.test|gopher/, '... and repeats nothing of them');
		my $mine = $t->ask($route->{program}, { %$ask, cookies => { cart => $t->token } });
		is($mine->{headers}{'cache-control'}, 'no-store', '... with a cart it is personal');
	}
	for my $path ('/cart/x.css', '/checkout/contact/x.jpg', '/checkout%2fx.jpg', '/order/x.css', '/cart;x.css', '/cart%3bx.js', '/cart.css') {
		my $page = $t->{shop}->visitor('one')->get($path);
		ok($page->status >= 400 && $page->header('cache-control') eq 'no-store', "deception $path: " . $page->status);
	}
};

subtest 'T46 T75 markup and deceiving characters in every text' => sub {
	my $evil = qq{<b zq="1">'"&\x{202e}\x{200b}\x{1f45f}} . "e\x{301}" x 50;
	my $planted = 0;
	my $fixed = qr/(?:slug|code|sku|host|origin|locale|tag|currency|kind|status|state|link|path|method|sha256|timezone|country|type|
		class|email|scope|source|key|event|axis|reason|number|prefix|group|template|logo|image|favicon|url|reference|word|swatches|hash)/x;
	for my $table (grep { !/^(?:event|audit|analytics)\./ } $t->tables) {
		for my $c (@{ $t->dbh->selectcol_arrayref(q{SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0
			AND NOT attisdropped AND attgenerated = '' AND atttypid = 'text'::regtype}, undef, $table) }) {
			next if $c =~ $fixed;
			$t->dbh->begin_work;
			my $n = eval { $t->dbh->do(qq{UPDATE $table SET "$c" = "$c" || ?}, undef, $evil) } // 0;
			$n > 0 ? do { $t->dbh->commit; $planted++ } : $t->dbh->rollback;
		}
	}
	cmp_ok($planted, '>', 25, "$planted columns carry markup");
	my $shown = 0;
	for my $route (@gets) {
		my (@bad);
		for my $store (qw(one three)) {
			my $got = $t->ask($route->{program}, $t->request($route, $store));
			push @bad, "$store: $got->{status}" if $got->{status} >= 500 || !$got->{status};
			push @bad, "$store: raw at " . substr $got->{body}, $-[0] - 60 > 0 ? $-[0] - 60 : 0, 120 if $got->{body} =~ /<b zq/;
			# Attributes: the quote must not end one.
			push @bad, "$store: quote" if $got->{body} =~ /zq="1"/;
			$shown++ if $got->{body} =~ /&lt;b zq=(?:&quot;|&#34;)1|\\u003[cC]b zq/;
		}
		ok(!@bad, $route->{name}) or diag join "\n", @bad;
	}
	cmp_ok($shown, '>', 10, "$shown pages show it as text");
};

subtest 'T77 a clock that jumps revives nothing' => sub {
	my ($verify) = grep { "$_->{method} $_->{path}" eq 'POST /checkout/verify' } $t->routes;
	for my $step (-3_600_000, 86_400_000) {
		my $ask = $t->request($verify, 'two');
		$t->dbh->do(q{UPDATE sales.verification SET expires_at = now() - interval '1 second'});
		$t->clock($step);
		my $got = $t->ask('checkout', $ask);
		unlike("$got->{status} " . ($got->{headers}{location} // ''), qr/^(?:2|303 (?!.*verify))/,
			"a code that is over stays over, clock at $step ms");
		is($t->get('one', $_)->{status}, 200, "$_ is well, clock at $step ms") for '/', '/cart';
		my $cookies = Requests::before($t, 'one', 'order');
		$t->dbh->do(q{UPDATE inventory.hold SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL});
		my ($free) = $t->value('SELECT count(*) FROM inventory.hold WHERE expires_at > now()');
		$t->get('one', '/checkout/review', $cookies);
		is($t->value('SELECT count(*) FROM inventory.hold WHERE expires_at > now()'), $free, '... looking revives no hold');
	}
	$t->clock(0);
};

# Through both web servers: what arrives is refused whole or answered.
sub odd_requests
{
	my ($trial, $web) = @_;
	my $v = $trial->{shop}->visitor('one');
	my $line = "Host: one.localhost\r\nConnection: close\r\n";
	my %bad = (
		'T55 length and chunks' => "POST /cart/items HTTP/1.1\r\n${line}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
		'T55 negative length' => "POST /cart/items HTTP/1.1\r\n${line}Content-Length: -1\r\n\r\n",
		'T55 two lengths' => "POST /cart/items HTTP/1.1\r\n${line}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		'T55 strange coding' => "POST /cart/items HTTP/1.1\r\n${line}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		'T55 bad chunk' => "POST /cart/items HTTP/1.1\r\n${line}Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
		'T55 NUL in the path' => "GET /cart%00 HTTP/1.1\r\n$line\r\n",
		'T55 space before the colon' => "GET / HTTP/1.1\r\nHost : one.localhost\r\n$line\r\n",
		'T66 15 000 parameters' => "POST /cart/items HTTP/1.1\r\n${line}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
			. substr('a=1&' x 20000, 0, 60000),
		'T66 a scalar twice' => "GET /search?q=a&q=b HTTP/1.1\r\n$line\r\n",
		'T66 an array' => "GET /search?q[]=a HTTP/1.1\r\n$line\r\n",
		'T66 broken escape' => "GET /search?q=%zz HTTP/1.1\r\n$line\r\n",
		'T65 multipart where none is taken' => "POST /cart/items HTTP/1.1\r\n${line}Content-Type: multipart/form-data; boundary=x\r\n"
			. "Content-Length: 10\r\n\r\n--x\r\n--x--",
		'T65 multipart without boundary' => "POST /cart/items HTTP/1.1\r\n${line}Content-Type: multipart/form-data\r\nContent-Length: 4\r\n\r\n--x-",
		'T52 no host' => "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
		map({ ("T52 host $_" => "GET / HTTP/1.1\r\nHost: $_\r\nConnection: close\r\n\r\n") } 'evil.test', 'one.localhost.evil.test',
			'evil.test@one.localhost', 'one.localhost@evil.test', 'one_.localhost', 'xn--ne-fka.localhost', '[::1]', '127.0.0.1'),
		'T52 absolute target of a stranger' => "GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
	);
	for my $name (sort keys %bad) {
		my $answer = $v->raw($bad{$name}, timeout_s => 30);
		my ($status) = $answer =~ m{^HTTP/1\.[01] (\d+)};
		$status //= 0;
		# A connection that is closed without a word refuses as well.
		ok($status == 0 || ($status >= 400 && $status <= 501 && $status != 500), "$web: $name: $status");
		unlike($answer, qr{//evil\.test}, '... no link to the stranger') if $name =~ /T52/;
	}
	my $page = $v->get('/', headers => { 'X-Forwarded-Host' => 'evil.test', Forwarded => 'host=evil.test' });
	is($page->status, 200, "$web: T52 forwarded hosts are not read");
	unlike($page->body, qr/evil\.test/, '... nor shown');
	return;
}

subtest 'T52 T55 T65 T66 odd requests through the web server' => sub { odd_requests($t, $ENV{SUTLER_TEST_WEB} // 'nginx') };
subtest 'T52 T55 T65 T66 and through the other one' => sub {
	my $other = ($ENV{SUTLER_TEST_WEB} // 'nginx') eq 'nginx' ? 'apache' : 'nginx';
	odd_requests(Trial->new(web => $other), $other);
};
$t->{watch}->disconnect if $t->{watch};
done_testing;
