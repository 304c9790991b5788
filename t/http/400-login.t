# Promise: who registers and proves his address signs in with his password and nobody else
# does; a session is new at each log-in, ends when it is told to, on every worker at once, and
# nothing that a stranger sees tells who has an account.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Fixture;
use Shop;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order login))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $v = $f->{variant};

sub account { my ($store, %o) = @_; return Account->make($shop, $f, $store, prefix => $store eq 'one' ? '/en' : '', %o) }
sub sessions { my ($a) = @_; return $shop->value('SELECT count(*) FROM customer.session WHERE customer_id = ?', $a->{id}) }
sub cookie { my ($a, $name) = @_; return $a->visitor->{cookies}{$name} }

subtest 'CUS-01 register, prove the address, sign in, sign out' => sub {
	my $a = Account->new($shop, 'one', prefix => '/en', email => 'Ana.Ruiz@Example.test');
	my $page = $a->get('/login/register');
	is $page->status, 200, 'the form';
	like $page->html, qr/autocomplete="new-password"/, 'known to password managers';
	like $page->html, qr/<meta name="robots" content="noindex">/, 'and to no search engine';
	$a->register;
	is $shop->value("SELECT count(*) FROM customer.session"), 0, 'nobody is signed in by registering';
	my $early = $a->elsewhere->try;
	is $early->status . ' ' . $early->header('location'), '303 /en/login/register/sent', 'before the proof the password leads to the mail';
	is $shop->value("SELECT count(*) FROM customer.session"), 0, 'and not in';
	my $link = $a->link('verify');
	is $a->{mail}{to}[0], 'Ana.Ruiz@Example.test', 'T42 the mail goes to the address as it was typed';
	like $a->{mail}{subject}, qr/Confirm your mail address/, 'in the language of the page';
	like $a->{mail}{html}, qr{href="http://one\.localhost:\d+\Q$link\E"}, 'with a link in both parts';
	$page = $a->visitor->get($link);
	is $page->status, 200, 'T41 the link opens a page';
	is $page->header('referrer-policy'), 'no-referrer', 'T41 that tells nobody its address';
	is $shop->value("SELECT count(*) FROM customer.person WHERE verified_at IS NOT NULL"), 0, 'looking proves nothing: programs that look through mails do that';
	is $a->visitor->post($link, { password => 'not this one, no' })->status, 422, 'nor does the link alone: it asks the password';
	$a->verify($link);
	is $shop->value("SELECT count(*) FROM customer.person WHERE verified_at IS NOT NULL"), 1, 'then it is proven';
	$page = $a->get('/login/sessions');
	is $page->status, 200, 'and signed in';
	like $page->text, qr/Welcome! Your mail address is confirmed\./, 'with a word about it';
	is $a->visitor->get($link)->status, 410, 'T41 the link counts once';
	like $a->get('/cart')->text, qr/Your account: Ana Ruiz/, 'the frame knows the name';
	like $a->get('/')->text, qr/Your account: Ana Ruiz/, 'on cacheable pages too';
	is $a->get('/')->header('cache-control'), 'no-store', 'which are personal then';
	unlike $shop->visitor('one')->get('/en/')->html, qr/Ana Ruiz/, 'and for nobody else';
	like $shop->visitor('one')->get('/en/')->html, qr{href="/en/login".*Sign in}, 'who is asked to sign in';
	my $token = cookie($a, 'sid');
	is $shop->value('SELECT count(*) FROM customer.session WHERE token_sha256 = sha256(?::text::bytea)', $token), 1, 'the database holds the hash of the cookie';
	my $answer = $a->visitor->submit($a->get('/login/sessions'), action => '/en/login/out');
	is $answer->status . ' ' . $answer->header('location'), '303 /en/', 'signed out';
	is $answer->header('clear-site-data'), '"cache", "storage"', 'the browser forgets what it kept';
	is cookie($a, 'sid'), undef, 'the cookie is taken';
	$a->visitor->{cookies}{sid} = $token;
	is $a->get('/login/sessions')->header('location'), '/en/login?next=%2Fen%2Flogin%2Fsessions', 'T33 and opens nothing any more';
	delete $a->visitor->{cookies}{sid};
	$a->sign_in(next => '/en/cart');
	ok $a->signed_in, 'and in again';
};

subtest 'T42 addresses' => sub {
	my $a = account('one', email => 'mike@example.test');
	$a->{email} = 'MIKE@Example.TEST';
	ok $a->sign_in->signed_in, 'case does not matter';
	for my $twin ("m\x{131}ke\@example.test", "M\x{130}KE\@example.test", "\x{ff4d}ike\@example.test", "mike\@ex\x{e4}mple.test") {
		my $b = $a->elsewhere(email => $twin);
		my $answer = $b->try;
		is $answer->status, 422, 'a look-alike is another address';
		$b->visitor->post('/en/login/reset', { email => $twin });
	}
	Account::forgive($shop);
	is $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'reset'"), 0, 'and brings no mail to anybody';
};

subtest 'T32 a session is never adopted' => sub {
	my $a = account('one');
	$a->visitor->{cookies}{sid} = 'A' x 43;
	$a->sign_in;
	isnt cookie($a, 'sid'), 'A' x 43, 'a made-up id is not kept';
	my $first = cookie($a, 'sid');
	$a->sign_in;
	isnt cookie($a, 'sid'), $first, 'each log-in has a new one';
	is sessions($a), 1, 'and ends the one before';
	my $stranger = $a->elsewhere;
	$stranger->visitor->{cookies}{sid} = $first;
	ok !$stranger->signed_in, 'on every worker';
	my $tls = $shop->value("SELECT count(*) FROM customer.session WHERE expires_at BETWEEN now() + interval '89 days' AND now() + interval '90 days'");
	cmp_ok $tls, '>', 0, 'it ends after 90 days';
	my $three = Account->make($shop, $f, 'three');
	$three->visitor->{cookies} = { %{ $a->visitor->{cookies} } };
	ok !$three->signed_in, 'T27 another tenant does not know it';
};

subtest 'T33 sessions that ended' => sub {
	my %end = (
		idle => "UPDATE customer.session SET seen_at = now() - interval '31 days' WHERE customer_id = ?",
		old => 'UPDATE customer.session SET expires_at = now() WHERE customer_id = ?',
		erased => 'UPDATE customer.person SET erased_at = now() WHERE customer_id = ?',
		gone => 'DELETE FROM customer.person WHERE customer_id = ?',
	);
	for my $why (sort keys %end) {
		my $a = account('one')->sign_in;
		ok $a->signed_in, "$why: before";
		my ($csrf) = $a->get('/login/password')->html =~ /name="csrf" value="([^"]+)"/;
		$shop->change('DELETE FROM sales.cart WHERE customer_id = ?', $a->{id}) if $why eq 'gone';
		$shop->change($end{$why}, $a->{id});
		for (1 .. 4) { ok !$a->signed_in, "$why: after, whoever answers" }
		is $a->visitor->post('/en/login/password', { csrf => $csrf, current => $a->{password}, password => 'z7Kq-2vW-9' })->status, 403,
			"$why: and nothing is changed";
		like $a->get('/')->text, qr/Sign in/, "$why: the shop stays open";
	}
};

subtest 'a list of own sessions' => sub {
	my $a = account('one')->sign_in;
	my $b = $a->elsewhere;
	$b->visitor->{agent} = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
	$b->sign_in;
	my $c = $a->elsewhere->sign_in;
	my $other = account('one')->sign_in;
	my $page = $a->get('/login/sessions');
	is scalar(() = $page->html =~ /<li class="panel">/g), 3, 'all three';
	like $page->text, qr/Firefox, Windows/, 'by browser and system';
	my ($its) = $shop->value("SELECT session_id FROM customer.session WHERE label = 'Firefox, Windows' AND customer_id = ?", $a->{id});
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	my $foreign = $shop->value('SELECT session_id FROM customer.session WHERE customer_id = ?', $other->{id});
	$a->visitor->post('/en/login/sessions/end', { csrf => $csrf, session => $foreign });
	ok $other->signed_in, 'T26 another person\'s cannot be ended';
	is $a->visitor->post('/en/login/sessions/end', { csrf => $csrf, session => $its })->status, 303, 'one is ended';
	ok !$b->signed_in, 'and signed out there at once';
	ok $c->signed_in, 'the third is not';
	is $a->visitor->submit($a->get('/login/sessions'), action => '/en/login/sessions/end-others')->status, 303, 'all others are';
	ok !$c->signed_in, 'now it is';
	ok $a->signed_in, 'this one stays';
};

subtest 'T34 another site' => sub {
	my $a = account('one');
	my %form = (email => $a->{email}, password => $a->{password});
	for my $h ({ 'Sec-Fetch-Site' => 'cross-site' }, { 'Sec-Fetch-Site' => undef, Origin => 'http://evil.test' },
		{ 'Sec-Fetch-Site' => undef, Origin => undef }, { 'Sec-Fetch-Site' => 'same-site' }) {
		is $a->visitor->post('/en/login', \%form, headers => $h)->status, 403, 'signing in is refused';
		is $a->visitor->post('/en/login/register', { %form, name => 'x' }, headers => $h)->status, 403, 'and registering';
		is $a->visitor->post('/en/login/reset', { email => $a->{email} }, headers => $h)->status, 403, 'and a new password';
	}
	$a->sign_in;
	for my $path (qw(out password email sessions/end sessions/end-others)) {
		is $a->visitor->post("/en/login/$path", {})->status, 403, "$path without the page's token";
		is $a->visitor->get("/en/login/$path")->status, $path =~ /^(?:password|email)$/ ? 200 : $path =~ /end/ ? 405 : 405, "$path changes nothing by GET";
	}
	ok $a->signed_in, 'still signed in';
};

subtest 'T39 damaged hashes let nobody in' => sub {
	for my $hash ('', '*', 'x', '$s1$0f0803$', '$s1$0f0803$AAAAAAAAAAAAAAAAAAAAAA==$', '$2b$12$abcdefghijklmnopqrstuv') {
		Account::forgive($shop);
		my $a = account('one', hash => $hash);
		is $a->try($_)->status, 422, "hash '$hash', password '" . ($_ // '') . "'" for ' ', '*', $a->{password};
		is sessions($a), 0, 'no session';
	}
	Account::forgive($shop);
};

subtest 'T40 what passwords are' => sub {
	my $p = "contrase\x{f1}a caf\x{e9} ";
	my $a = Account->new($shop, 'one', prefix => '/en', password => $p)->register->verify;
	$a = $a->elsewhere(password => "contrasen\x{303}a cafe\x{301} ");
	ok $a->sign_in->signed_in, 'composed and decomposed are one';
	is $a->elsewhere->try("contrase\x{f1}a caf\x{e9}")->status, 422, 'the blank at its end counts';
	my $b = account('one');
	is $b->visitor->request('POST', '/en/login', body => 'email=a%40example.test&password=abc%00defgh',
		headers => { 'Content-Type' => 'application/x-www-form-urlencoded' })->status, 400, 'NUL is refused';
	is $b->try('x' x 1025)->status, 422, 'more than 1024 bytes too';
	is $b->try('x' x 1_000_000)->status, 413, 'and a megabyte before it is read';
	for my $bad ('short', 'password1', $b->{email}, '12345678') {
		my $page = $b->visitor->post('/en/login/register', { name => 'Ana', email => $b->{email}, password => $bad });
		is $page->status, 422, "T35 '$bad' cannot be chosen";
		like $page->html, qr/id="w-password"/, 'said at its field';
		like $page->html, qr/name="email" type="email" value="\Q$b->{email}\E"/, 'nothing that was typed is lost';
		unlike $page->html, qr/value="\Q$bad\E"[^>]*type="password"|type="password"[^>]*value=/, 'but the password';
	}
	Account::forgive($shop);
};

subtest 'T56 where next leads' => sub {
	my $a = account('one');
	for my $next ('//evil.test', '/\\evil.test', 'https://evil.test/', 'https:evil.test', "/\tevil", 'javascript:alert(1)', '/%0d%0aSet-Cookie:x=1', '') {
		my $where = $a->try($a->{password}, next => $next)->header('location');
		ok $where eq '/en/account' || $where eq $next && $next =~ m{^/%}, "'$next' leads to $where";
	}
	is $a->try($a->{password}, next => '/en/checkout/contact')->header('location'), '/en/checkout/contact', 'a path of the shop is kept';
	Account::forgive($shop);
	my $page = $a->elsewhere->get('/login?next=/en/cart');
	like $page->html, qr/name="next" value="\/en\/cart"/, 'it travels in the form';
	my $wrong = $a->elsewhere->try('not this one, no', next => '/en/cart');
	like $wrong->html, qr/name="next" value="\/en\/cart"/, 'also after a mistake';
	like $wrong->html, qr/value="\Q$a->{email}\E"/, 'with the address';
};

done_testing;
