# Promise: staff come into the console by an invitation, a password and a code that counts once,
# and in no other way; strangers who guess are slowed down and lock nobody out; the console answers
# on its own hosts alone, and no shop answers there.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order login account admin-login admin-home))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->owner($shop, $f, 'acme');

# As if strangers had tried a hundred passwords today.
sub guessed
{
	$shop->change('DELETE FROM customer.guess');
	return $shop->change(q{INSERT INTO customer.guess (tenant_id, scope, key_sha256, tries) VALUES (?, 'account', staff.guess_key(?), 100)}, $f->{tenant}{acme}, $ana->{email});
}

subtest 'SEC-02 an invitation, a password, a second factor' => sub {
	my $page = $ana->visitor->get($ana->{link});
	is $page->status, 200, 'the link opens a page';
	is $page->header('referrer-policy'), 'no-referrer', 'T41 that tells nobody its address';
	like $page->html, qr/autocomplete="new-password"/, 'for a password';
	for my $bad ('short', 'password1', $ana->{email}) {
		my $again = $ana->visitor->post($ana->{link}, { name => 'Ana', password => $bad });
		is $again->status, 422, "T35 '$bad' cannot be chosen";
		unlike $again->html, qr/value="\Q$bad\E"[^>]*type="password"/, 'and is not shown';
	}
	$page = $ana->visitor->follow($ana->visitor->submit($ana->get($ana->{link}), field => 'password', { name => 'Ana Ruiz', password => $ana->{password} }));
	is $page->{path}, '/en/admin/login/setup', 'the second factor is set up at once';
	my ($secret) = $page->html =~ m{class="secret">([A-Z2-7 ]{39})<};
	ok $secret, 'its key stands as text';
	like $page->html, qr{<svg class="qr" viewBox="0 0 (\d+) \1" role="img" aria-label="[^"]+"[^>]*><path d="M4 4h7}, 'beside its picture';
	is $ana->visitor->get('/en/admin')->header('location'), '/en/admin/login?next=%2Fen%2Fadmin', 'a password alone opens nothing';
	is $ana->visitor->submit($page, field => 'code', { code => '000000' })->status, 422, 'a wrong code sets nothing up';
	is $shop->value('SELECT count(*) FROM staff.totp'), 0, 'so it is';
	my $codes = $ana->visitor->submit($page, field => 'code', { code => Staff::code_of($secret) });
	is $codes->status, 200, 'the code that oathtool shows does';
	$ana->{codes} = [$codes->html =~ m{<li><code>([A-Z0-9-]{19})</code>}g];
	$ana->{secret} = $secret;
	is scalar @{ $ana->{codes} }, 10, 'ten recovery codes are shown';
	ok $ana->signed_in, 'and she is signed in';
	is $ana->visitor->get($ana->{link})->status, 410, 'T41 the link counts once';
	unlike $ana->get('/admin')->html, qr/\Q$ana->{codes}[0]\E/, 'the codes are shown nowhere else';
	my $dump = join ' ', map { join ' ', map { $_ // '' } values %$_ } map { my $t = $_; $shop->rows("SELECT t::text AS row FROM $t t") }
		qw(staff.credential staff.totp staff.recovery staff.session staff.challenge staff.invitation audit.entry event.note);
	(my $plain = $secret) =~ s/ //g;
	unlike $dump, qr/\Q$_\E/, 'P24 the database holds no ' . $_ for $ana->{password}, $plain, @{ $ana->{codes} }, $ana->visitor->{cookies}{staff}, $ana->{link} =~ m{([\w-]{43})$};
};

subtest 'hosts' => sub {
	my $shopper = $shop->visitor('one');
	is $shopper->get($_)->status, 421, "$_ does not answer at a shop" for qw(/admin /admin/login /en/admin/login /admin/nothing);
	is $shopper->post('/admin/login', { email => $ana->{email}, password => $ana->{password} })->status, 421, 'nor take a password there';
	my $v = $ana->visitor;
	is $v->get($_)->status, 421, "$_ does not answer at the console" for qw(/en/ /cart /checkout /login /account /p/plain /search);
	is $v->get('/')->status . ' ' . $v->get('/')->header('location'), '302 /admin', 'its name alone leads to it';
	is $v->post('/', {})->status, 421, '... and takes nothing';
	is $shop->visitor('admin-nobody')->get('/admin')->status, 421, 'a host that nobody has is nobody\'s';
	my $page = $ana->get('/admin/login/again');
	is $page->header('cache-control'), 'no-store', 'nothing is kept';
	is $page->header('referrer-policy'), 'same-origin', 'addresses stay here';
	is $page->header('x-robots-tag'), 'noindex, nofollow', 'no search engine';
	like $page->header('content-security-policy'), qr/script-src 'self'; style-src 'self'; img-src 'self';.*require-trusted-types-for 'script'/, 'a strict policy';

	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	$bahari->visitor->{cookies} = { %{ $ana->visitor->{cookies} } };
	ok !$bahari->signed_in, 'T27 another tenant does not know the session';
	Staff::forgive($shop);
};

subtest 'SEC-02 signing in and out' => sub {
	Staff::forgive($shop);
	my $b = $ana->elsewhere;
	my $page = $b->get('/admin');
	is $page->header('location'), '/en/admin/login?next=%2Fen%2Fadmin', 'who is not signed in is sent to the log-in';
	my $answer = $b->visitor->submit($b->get('/admin/login?next=/en/admin'), action => '/en/admin/login', { email => $b->{email}, password => $b->{password} });
	is $answer->header('location'), '/en/admin/login/code?next=%2Fen%2Fadmin', 'after the password comes the code';
	my ($step) = map { /^staff-step=([\w-]{43})/ ? $1 : () } $answer->headers('set-cookie');
	like +($answer->headers('set-cookie'))[0], qr/HttpOnly; SameSite=Strict/, 'by a cookie of its own';
	ok !defined $b->visitor->{cookies}{staff}, 'and no session';
	is $b->get('/admin')->status, 302, 'which opens nothing';
	is $b->try_code('123456')->status, 422, 'a wrong code';
	my $in = $b->visitor->submit($b->get('/admin/login/code?next=/en/admin'), field => 'code', { code => substr($b->code, 0, 3) . ' ' . substr($b->code, 3) });
	is $in->status . ' ' . $in->header('location'), '303 /en/admin', 'the right one, with a blank in it, leads to where she wanted';
	ok $b->signed_in, 'signed in';
	ok $ana->signed_in, 'in two browsers';
	my $first = $b->visitor->{cookies}{staff};
	isnt $first, $ana->visitor->{cookies}{staff}, 'T32 each log-in is a new session';
	is $shop->value('SELECT count(*) FROM staff.session WHERE token_sha256 = sha256(?::text::bytea)', $first), 1, 'P23 the database holds its hash';
	my $out = $b->visitor->submit($b->get('/admin/login/again'), action => '/en/admin/login/out');
	is $out->status . ' ' . $out->header('location'), '303 /en/admin/login', 'signed out';
	$b->visitor->{cookies}{staff} = $first;
	ok !$b->signed_in for 1 .. 3;
	Staff::forgive($shop);
	$b->sign_in;
	my $c = $ana->elsewhere;
	Staff::forgive($shop);
	$c->sign_in;
	is $c->visitor->submit($c->get('/admin/login/again'), action => '/en/admin/login/out-everywhere')->status, 303, 'signed out everywhere';
	ok !$_->signed_in, 'T33 at once' for $ana, $b, $c;
	Staff::forgive($shop);
	$ana->sign_in;
};

subtest 'P25 T43 codes' => sub {
	Staff::forgive($shop);
	my $b = $ana->elsewhere;
	$b->try_password;
	my $code = $b->code;
	is $b->try_code($code)->status, 303, 'a code signs in';
	my $c = $ana->elsewhere;
	$c->try_password;
	is $c->try_code($code)->status, 422, 'P25 and not once more';
	is $c->try_code($ana->code(-2))->status, 422, 'T43 nor one of a minute ago';
	is $c->try_code($ana->code(3))->status, 422, 'T43 nor one of later on';
	is $c->try_code($_)->status, 422, "'$_' is none" for '', 'abcdef';
	my $wait = $c->try_code('000000');
	is $wait->status, 429, 'T43 five are tried in five minutes';
	cmp_ok $wait->header('retry-after'), '<=', 300, 'then it waits';
	is $c->try_code($ana->code(1))->status, 429, 'the right one too';
	my $d = $ana->elsewhere;
	$d->visitor->{cookies}{'staff-device'} = $b->visitor->{cookies}{'staff-device'};
	$d->try_password;
	is $d->try_code($ana->code(1))->status, 303, 'T36 a browser that she signed in with has tries of its own';
	Staff::forgive($shop);
	my $e = $ana->elsewhere;
	$e->try_password;
	is $e->form('/admin/login/recovery', { code => lc($ana->{codes}[0]) =~ s/-/ /gr })->status, 303, 'a recovery code signs in, however it was copied';
	ok $e->signed_in, 'so it does';
	my $g = $ana->elsewhere;
	$g->try_password;
	is $g->form('/admin/login/recovery', { code => $ana->{codes}[0] })->status, 422, 'T43 once';
	is $g->form('/admin/login/recovery', { code => 'AAAA-AAAA-AAAA-AAAA' })->status, 422, 'and no other';
	is $g->visitor->post('/en/admin/login/code', { csrf => 'x', code => $ana->code, next => '' })->status, 403, 'T34 not without the page\'s token';
	$shop->change("UPDATE staff.challenge SET expires_at = now()");
	is $g->get('/admin/login/code')->header('location'), '/en/admin/login', 'after ten minutes it begins anew';
	Staff::forgive($shop);
};

subtest 'T35 T36 P22 guessing' => sub {
	Staff::forgive($shop);
	my $known = $ana->elsewhere->sign_in;
	my $stranger = $ana->elsewhere;
	my @answers = map { $stranger->try_password("wrong number $_")->status } 1 .. 7;
	is "@answers", '422 422 422 422 422 429 429', 'T35 five, then ever slower';
	my $nobody = $ana->elsewhere(email => 'nobody@example.test');
	Staff::forgive($shop);
	is join(' ', map { $nobody->try_password("wrong number $_")->status } 1 .. 7), '422 422 422 422 422 429 429', 'T37 an address that is nobody\'s is slowed down alike';
	Staff::forgive($shop);
	my ($one, $other) = map { $_->try_password('wrong') } $stranger, $nobody;
	is $one->text =~ s/\S+\@example\.test//gr, $other->text =~ s/\S+\@example\.test//gr, 'T37 and told the same';
	guessed();
	my $more = $stranger->try_password;
	is $more->status, 422, 'P22 after 100 guesses a day even the right password waits for more';
	like $more->text, qr/A browser that you signed in with before still gets in/, 'and it is said how';
	delete $known->visitor->{cookies}{staff};
	is $known->try_password->status, 303, 'T36 her own browser gets in';
	my $customers = $shop->value(q{SELECT count(*) FROM customer.guess WHERE key_sha256 = sha256(convert_to(?, 'UTF8'))}, $ana->{email});
	is $customers, 0, 'counters of customers are others';
	Staff::forgive($shop);
	guessed();
	$ana->invite->join;
	ok $ana->signed_in, 'T36 and a new link by sutlerctl';
	is $shop->value(q{SELECT count(*) FROM customer.guess WHERE scope = 'account'}), 0, 'after which all begins anew';
	ok !$known->elsewhere(v => $known->visitor)->signed_in, 'T33 whatever was open before is shut';
	Staff::forgive($shop);
};

subtest 'T33 sessions that ended' => sub {
	my %end = (idle => "UPDATE staff.session SET seen_at = now() - interval '3 hours' WHERE staff_id = ?",
		old => 'UPDATE staff.session SET expires_at = now() WHERE staff_id = ?', suspended => "UPDATE staff.person SET state = 'suspended' WHERE staff_id = ?");
	for my $why (sort keys %end) {
		my $s = Staff->new($shop, $f, 'acme', may => ['home.view']);
		ok $s->signed_in, "$why: before";
		$shop->change($end{$why}, $s->{id});
		ok !$s->signed_in, "$why: after, whoever answers" for 1 .. 3;
	}
	my $s = Staff->new($shop, $f, 'acme', may => ['home.view']);
	is $s->get('/admin')->status, 200, 'a role opens a page';
	$shop->change('DELETE FROM staff.role_permission WHERE role_id = ?', $s->{role});
	is $s->get('/admin')->status, 403, 'T33 and taken away it is shut on the next request';
};

subtest 'step-up by a code' => sub {
	Staff::forgive($shop);
	$shop->change("UPDATE staff.session SET proven_at = now() - interval '1 hour' WHERE staff_id = ?", $ana->{id});
	my $old = $ana->visitor->{cookies}{staff};
	is $ana->form('/admin/login/again', { code => '000000' })->status, 422, 'a wrong code proves nothing';
	ok $ana->signed_in, 'and costs nothing';
	my $code = $ana->code;
	is $ana->form('/admin/login/again?next=/en/admin', { code => $code }, field => 'code')->header('location'), '/en/admin', 'the right one leads on';
	isnt $ana->visitor->{cookies}{staff}, $old, 'P23 under a new session id';
	is $shop->value("SELECT count(*) FROM staff.session WHERE staff_id = ? AND proven_at > now() - interval '1 minute'", $ana->{id}), 1, 'proven just now';
	is $ana->form('/admin/login/again', { code => $code })->status, 422, 'P25 the code is used up';
};

is join(' ', map { $_->{action} } $shop->rows(q{SELECT DISTINCT action FROM audit.entry WHERE action LIKE 'staff.%' ORDER BY 1})),
	'staff.joined staff.owner staff.recovery_code staff.second_factor staff.signed_in', 'SEC-05 each of these is in the audit log';
done_testing;
