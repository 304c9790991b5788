# Promise: staff come in by their merchant's identity provider when it vouches for them: for us, now, in
# answer to this browser's own question, by a key of its own, once; and only as whom the merchant knows.
# Owners keep their way in, whatever the provider does (T32, T45).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use HTTP::Tiny;
use House qw(wait_for);
use IdentityHouse;
use JSON::PP;
use Race;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home admin-settings courier))]);
my $f = Fixture->new($shop->dbh);
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
my $ana = Staff->owner($shop, $f, 'acme', name => 'Ana Ruiz')->join;
my $bea = Staff->owner($shop, $f, 'bahari', name => 'Bea Lim')->join;
$shop->stack->set_origins;
my @back = map { $shop->url($_->{host}) . '/admin/login/provider/back' } $ana, $bea;
my $house = IdentityHouse->new(client => 'shop & co', secret => 's3cret:%', back => \@back);
my $page_at = '/admin/staff/sign-in';

sub settings { return (name => 'Kiosk ID', issuer => $house->issuer, client => 'shop & co', secret => 's3cret:%', domains => '', passwords => 1,
	role => '', second => 'unless_said', active => 1, reason => 'one way in', @_) }
# Saves the settings of an owner; the page that comes of it.
sub save
{
	my ($who, %o) = @_;
	my $answer = $who->visitor->submit($who->get($page_at), field => 'issuer', { settings(%o) });
	return $answer->status == 303 ? $who->visitor->follow($answer) : $answer;
}
sub uri_escape { my ($text) = @_; return $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }
sub claims { my ($email, %o) = @_; return { email => $email, email_verified => $true, name => 'Cem Oz', %o } }

# A browser that signs in: away, through the provider, back, and by the form of our own page.
sub away
{
	my ($v) = @_;
	$shop->change('DELETE FROM event.attempt');
	my $answer = $v->submit($v->get('/en/admin/login'), action => '/en/admin/login/provider', {});
	is $answer->status, 303, 'away' or diag $answer->text;
	return $answer->header('location');
}
sub path_of { my ($url) = @_; $url =~ s{^https?://[^/]+}{}; return $url }
sub back
{
	my ($v, $url, %change) = @_;
	my $page = $v->get(path_of($url), cross_site => 1, no_cookies => 1);
	is $page->status, 200, 'back' or diag $page->text;
	return $v->submit($page, field => 'state', \%change);
}
sub sign_in
{
	my ($v, %o) = @_;
	$v //= $shop->visitor($ana->{host});
	$house->set(spoil => undef, amr => ['pwd', 'mfa'], %o);
	return back($v, $house->visit(away($v)));
}
sub is_in { my ($v) = @_; return $v->get('/en/admin')->status == 200 }
sub person { my ($email, $state) = @_; $ana->tenant; $shop->dbh->do(q{INSERT INTO staff.person (tenant_id, staff_id, email, state) VALUES (?, sutler.uuid7(), ?, ?)}, undef,
	$f->{tenant}{acme}, $email, $state);
	my ($id) = $shop->value('SELECT staff_id FROM staff.person WHERE email = ?', $email);
	my $owner = $shop->value('SELECT role_id FROM staff.role WHERE tenant_id = ? AND is_owner', $f->{tenant}{acme});
	$shop->dbh->do('INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (?, ?, ?)', undef, $f->{tenant}{acme}, $id, $owner);
	return $id }

subtest 'an owner sets it up' => sub {
	my $page = $ana->get($page_at);
	like $page->text, qr/\Q$back[0]\E/, 'the page says where people come back';
	my $answer = save($ana, secret => '', issuer => 'ftp://x', domains => 'a b@c', passwords => '', active => '');
	is $answer->status, 422, 'what is wrong is said';
	like $answer->html, qr/id="w-$_"/, "beside $_" for qw(issuer domains passwords);
	like $answer->html, qr/value="Kiosk ID"/, 'and nothing is lost';
	like save($ana, secret => '')->html, qr/id="w-secret"/, 'a secret is wanted at first';
	like save($ana, issuer => 'http://127.0.0.1:1')->text, qr/nobody answers/, 'it is tried at once';
	unlike $shop->visitor($ana->{host})->get('/en/admin/login')->text, qr/Kiosk ID/, 'who has not answered is not offered';
	like save($ana, secret => '', issuer => $house->issuer . '/')->html, qr/id="w-secret"/, 'the secret of one is not sent to another';
	like save($ana, issuer => $house->issuer . '/')->text, qr/calls itself otherwise/, 'nor who calls himself otherwise';
	like save($ana)->text, qr/answers as it should/, 'this one is';
	like $ana->get($page_at)->text, qr/The provider answers/, 'it stays said';
	unlike $ana->get($page_at)->html, qr/s3cret/, 'P24 the secret is not shown again';
	unlike $shop->value("SELECT string_agg(s::text, '') FROM staff.sso s") . $shop->value("SELECT string_agg(e::text, '') FROM audit.entry e"), qr/s3cret/, 'nor kept in the clear';
	my $cem = Staff->new($shop, $f, 'acme', may => ['staff.view', 'staff.manage']);
	my $form = $cem->get($page_at);
	like $form->text, qr/Only owners change this/, 'who is no owner sees it';
	my ($csrf) = $form->html =~ /name="csrf" value="([^"]+)"/;
	is $cem->visitor->post("/en$page_at", { csrf => $csrf, revision => 9, settings(issuer => 'https://evil.example') })->status, 422, 'and cannot become anybody by it';
	$answer = $ana->visitor->submit($ana->get($page_at), action => "/en$page_at/try", {});
	like $ana->visitor->follow($answer)->text, qr/answers as it should/, 'it is tried again by a button';
};

subtest 'the happy path' => sub {
	my $v = $shop->visitor($ana->{host});
	my $page = $v->get('/en/admin/login?next=%2Fen%2Fadmin%2Fstaff');
	like $page->text, qr/Sign in with Kiosk ID/, 'the page offers it';
	like $page->header('content-security-policy'), qr/form-action 'self' \Q@{[$house->issuer]}\E/, 'and may lead there';
	$house->requests;
	$house->set(who => 'sub-ana', claims => claims($ana->{email}));
	my $url = away($v);
	like $url, qr/[?&]\Q$_\E/, "with $_" for qw(response_type=code code_challenge_method=S256 code_challenge= nonce= state=);
	$url = $house->visit($url);
	$page = $v->get(path_of($url), cross_site => 1, no_cookies => 1);
	is $page->header('referrer-policy'), 'no-referrer', 'T41 the page with the code tells nobody its address';
	is $page->header('set-cookie'), '', 'T34 and does nothing';
	my $answer = $v->submit($page, field => 'state', {});
	is path_of($answer->header('location')), '/en/admin/login/code?next=%2Fen%2Fadmin', 'our own code is asked for: the provider said nothing of several factors';
	ok !is_in($v), 'before it nobody is in';
	$shop->change('DELETE FROM staff.totp_step');
	is $v->submit($v->follow($answer), field => 'code', { code => $ana->code })->status, 303, 'with it she is';
	ok is_in($v), 'in the console';
	is $shop->value('SELECT subject FROM staff.identity WHERE staff_id = ?', $ana->{id}), 'sub-ana', 'her account is bound by its number';
	is_deeply [sort grep { /POST/ } $house->requests], ['POST /token'], 'one code was sent, once';
	my $w = $shop->visitor($ana->{host});
	$w->{cookies}{staff} = 'x' x 43;
	$answer = sign_in($w);
	is path_of($answer->header('location')), '/en/admin', 'several factors at the provider are enough';
	ok is_in($w), 'then';
	isnt $w->{cookies}{staff}, 'x' x 43, 'T32 the session is a new one';
	is $shop->value("SELECT count(*) FROM audit.entry WHERE action = 'staff.signed_in' AND actor = ? AND detail LIKE ?", $ana->{id}, '%' . $house->issuer . '%'), 1, 'SEC-04 the log names the provider';
	my $left = $w->submit($w->get('/en/admin'), action => '/en/admin/login/out', {});
	is $left->status, 303, 'she leaves';
	ok !is_in($w), 'T33 and is out';
	$page = $w->follow($left);
	like $page->text, qr/You are signed out here\..*Kiosk ID\s+Sign out there too/, 'SEC-02 she is told that she is not out at the provider';
	my ($end) = $page->html =~ m{<a class="btn" href="([^"]+)">Sign out there too};
	$end =~ s/&amp;/&/g;
	is $end, $house->issuer . '/session/end?client_id=shop%20%26%20co&post_logout_redirect_uri=' . uri_escape($shop->url($ana->{host}) . '/admin/login'),
		'and where she does it';
	my $asked = HTTP::Tiny->new->get($end);
	is $asked->{status}, 200, 'which the provider understands' or diag $asked->{content};
	like $asked->{content}, qr{action="[^"]*/session/end/confirm"}, 'and takes for a sign-out';
	is(HTTP::Tiny->new->get($end =~ s/login$/elsewhere/r)->{status}, 400, 'it leads back here and nowhere else');
	unlike $shop->visitor($ana->{host})->get('/en/admin/login')->text, qr/signed out/, 'who did not leave is told nothing';
	my $dee = Staff->new($shop, $f, 'acme', may => ['home.view']);
	$left = $dee->visitor->submit($dee->get('/admin'), action => '/en/admin/login/out', {});
	is path_of($left->header('location')), '/en/admin/login', 'nor who has no account there';
	$house->set(claims => claims('new.name@example.test'));
	my $english = $shop->visitor($ana->{host});
	like sign_in($english, spoil => 'nonce')->text, qr/Sign in with Kiosk ID/, 'who began in a language goes on in it';
	is sign_in(undef)->status, 303, 'with another address at the provider she is still herself';
	is $shop->value('SELECT count(*) FROM staff.identity'), 1, 'and nobody else';
};

subtest 'T45 twenty at once' => sub {
	$house->set(who => 'sub-ana', claims => claims($ana->{email}), amr => ['pwd', 'mfa'], spoil => undef);
	my $v = $shop->visitor($ana->{host});
	my $url = $house->visit(away($v));
	my $page = $v->get(path_of($url), cross_site => 1, no_cookies => 1);
	my $before = $shop->value('SELECT count(*) FROM staff.session');
	$house->requests;
	my $stack = $shop->stack;
	my $seen = Race::at_once($shop->dbh, sub { Race::connection($stack->{cluster}, $stack->{database}, '_sutler-owner') }, $f->{tenant}{acme}, map { sub {
		my $w = $shop->visitor($ana->{host});
		$w->{cookies} = { %{ $v->{cookies} } };
		return $w->submit($page, field => 'state', {})->status;
	} } 1 .. 20);
	is_deeply $seen, { 303 => 1, 422 => 19 }, 'of twenty returns with one state at the same moment one comes in';
	is $shop->value('SELECT count(*) FROM staff.session'), $before + 1, 'with one session';
	is_deeply [grep { /POST/ } $house->requests], ['POST /token'], 'and the code was sent once';
};

subtest 'T45 answers that do not fit' => sub {
	$house->set(who => 'sub-ana', claims => claims($ana->{email}));
	my $sessions = sub { return $shop->value('SELECT count(*) FROM staff.session') . ' ' . $shop->value('SELECT count(*) FROM staff.challenge') };
	my $before = $sessions->();
	for my $spoil (qw(nonce issuer audience shared party expired early access nameless none hs256 secret foreign unknown critical altered)) {
		my $answer = sign_in(undef, spoil => $spoil);
		is $answer->status, 422, "a token with a wrong $spoil lets nobody in";
		like $answer->text, qr/does not fit what was asked/, 'and says so';
	}
	my $v = $shop->visitor($ana->{host});
	$house->set(spoil => undef);
	my $url = $house->visit(away($v));
	is back($shop->visitor($ana->{host}), $url)->status, 422, 'in another browser it counts for nothing';
	is back($v, $url, state => 'A' x 43)->status, 422, 'nor with another state';
	is back($v, $url, code => '')->status, 422, 'nor without a code';
	is back($v, $url)->status, 303, 'in its own it does';
	is back($v, $url)->status, 422, 'once';
	for my $iss ('https://evil.example', '') {
		my $w = $shop->visitor($ana->{host});
		is back($w, $house->visit(away($w)), iss => $iss)->status, 422, "an answer of '$iss' is none of this provider's (mix-up)";
	}
	my $w = $shop->visitor($ana->{host});
	is back($w, $house->visit(away($w)), code => 'abc')->status, 422, 'a code that the provider does not know';
	my $late = $shop->visitor($ana->{host});
	my $late_url = $house->visit(away($late));
	$shop->change("UPDATE staff.sso_attempt SET expires_at = sutler.now() - interval '1 second' WHERE state = 'begun'");
	is back($late, $late_url)->status, 422, 'after ten minutes it is over';
	is back($late, "$back[0]?error=access_denied&error_description=no")->status, 422, 'who stopped there is told so';
	is $late->post('/en/admin/login/provider', { next => '//evil.example/' }, headers => { 'Sec-Fetch-Site' => 'cross-site', Origin => 'https://evil.example' })->status, 403, 'T34 nobody is sent away by another site';
	my $open = $shop->visitor($ana->{host});
	my $answer = $open->post('/en/admin/login/provider', { next => 'https://evil.example/' });
	is path_of(back($open, $house->visit($answer->header('location')))->header('location')), '/en/admin', 'T45 nor afterwards';
	is $sessions->(), $before =~ s/^(\d+)/$1 + 2/er, 'the two right ones came in';
};

subtest 'T45 other tenants' => sub {
	like save($bea, name => 'Bahari ID')->text, qr/answers as it should/, 'another merchant has the same provider';
	$house->set(who => 'sub-ana', claims => claims($ana->{email}));
	my $v = $shop->visitor($bea->{host});
	my $answer = sign_in($v);
	is $answer->status, 422, 'who is known to one is not to the other';
	like $answer->text, qr/Nobody here is known/, 'and is told so';
	my $w = $shop->visitor($ana->{host});
	my $url = $house->visit(away($w));
	my $stolen = $shop->visitor($bea->{host});
	$stolen->{cookies} = { %{ $w->{cookies} } };
	is back($stolen, $url)->status, 422, 'nor does an answer for one count at the other';
};

subtest 'whom the merchant knows' => sub {
	my $cem = person('cem@example.test', 'invited');
	my $answer = sign_in(undef, who => 'sub-cem', claims => claims('cem@example.test', email_verified => $false));
	is $answer->status, 422, 'T45 an address that the provider does not vouch for is nobody';
	like $answer->text, qr/does not vouch/, 'as it says';
	is $shop->value('SELECT state FROM staff.person WHERE staff_id = ?', $cem), 'invited', 'nothing is bound';
	my $v = $shop->visitor($ana->{host});
	is sign_in($v, who => 'sub-cem', claims => claims('CEM@example.test', email_verified => 'true'))->status, 303, 'one that it vouches for is the invited person';
	ok is_in($v), 'who is in without a password';
	is $shop->value('SELECT state FROM staff.person WHERE staff_id = ?', $cem), 'active', 'and has joined';
	is sign_in(undef, who => 'sub-other', claims => claims('cem@example.test'))->status, 422, 'another account with his address is not he';
	is sign_in(undef, who => 'sub-nobody', claims => claims('dan@example.test'))->status, 422, 'a stranger does not come in';

	my $again = $v->get('/en/admin/login/again');
	like $again->text, qr/Confirm with Kiosk ID/, 'he has no app here: he shows it there once more';
	$house->set(who => 'sub-cem', claims => claims('cem@example.test'), amr => ['mfa'], spoil => 'stale');
	my $ask = sub { return $v->submit($v->get('/en/admin/login/again'), action => '/en/admin/login/provider/again', {})->header('location') };
	my $url = $ask->();
	like $url, qr/prompt=login.*max_age=0/, 'which must ask him anew';
	is back($v, $house->visit($url))->status, 422, 'and it must have';
	$house->set(who => 'sub-ana', spoil => undef);
	is back($v, $house->visit($ask->()))->status, 422, 'nobody else shows it for him';
	$house->set(who => 'sub-cem');
	$shop->change("UPDATE staff.session SET proven_at = proven_at - interval '1 hour' WHERE staff_id = ?", $cem);
	is back($v, $house->visit($ask->()))->status, 303, 'he does';
	is $v->get('/en/admin/roles/new')->status, 200, 'and it counts';

	my ($csrf) = $ana->get("/admin/staff/$cem")->html =~ /name="csrf" value="([^"]+)"/;
	is $ana->visitor->post("/en/admin/staff/$cem/unbind", { csrf => $csrf, reason => 'a new account' })->status, 303, 'an owner forgets his account';
	ok !is_in($v), 'T33 he is out at once';
	is sign_in(undef, who => 'sub-cem2', claims => claims('cem@example.test'))->status, 303, 'and comes in by his new one';
	$v = $shop->visitor($ana->{host});
	sign_in($v);
	is $ana->visitor->submit($ana->get("/admin/staff/$cem"), action => "/en/admin/staff/$cem/suspend", { reason => 'left us' })->status, 303, 'he is suspended';
	ok !is_in($v), 'T33 and out';
	like sign_in(undef)->text, qr/You are suspended/, 'the provider does not bring him back';
};

subtest 'strangers of a domain, and passwords' => sub {
	my $role = Staff->new($shop, $f, 'acme', may => ['home.view'])->{role};
	is save($ana, secret => '', role => $role)->status, 422, 'strangers come in by domain alone';
	my $owner = $shop->value('SELECT role_id FROM staff.role WHERE tenant_id = ? AND is_owner', $f->{tenant}{acme});
	isnt save($ana, secret => '', role => $owner, domains => 'corp.test')->status, 200, 'and never as owners';
	like save($ana, secret => '', role => $role, domains => '@Corp.test, example.test')->text, qr/answers as it should/, 'so it is saved';
	my $v = $shop->visitor($ana->{host});
	is sign_in($v, who => 'sub-eve', claims => claims('eve@corp.test'))->status, 303, 'somebody of the domain comes in';
	is $v->get('/en/admin/staff')->status, 403, 'with the role that is given';
	for my $bad ('eve@corp.test.evil.test', 'eve@corp.test@evil.test', 'eve@evil.test@corp.test', 'eve@sub.corp.test') {
		is sign_in(undef, who => "sub-$bad", claims => claims($bad))->status, 422, "$bad does not";
	}
	is sign_in(undef, who => 'sub-eve', claims => claims('eve@elsewhere.test'))->status, 422, 'nor somebody who left the domain';
	my $dan = Staff->new($shop, $f, 'acme', may => ['home.view']);
	$ana->tenant;
	$shop->dbh->do('INSERT INTO staff.credential (tenant_id, staff_id, hash) SELECT ?, ?, hash FROM staff.credential WHERE staff_id = ?', undef, $f->{tenant}{acme}, $dan->{id}, $ana->{id});
	is $dan->elsewhere->try_password->status, 303, 'passwords count';
	like save($ana, secret => '', passwords => '')->text, qr/answers as it should/, 'until they are switched off';
	is $dan->elsewhere->try_password->status, 422, 'for all';
	my $in = $ana->elsewhere;
	is $in->try_password->status, 303, 'but owners';
	like $shop->visitor($ana->{host})->get('/en/admin/login')->text, qr/Owners can also use their password/, 'which the page says';
};

subtest 'keys change, and the provider goes away' => sub {
	$house->set(who => 'sub-ana', claims => claims($ana->{email}), rotate => $true);
	ok wait_for(15, sub { return sign_in(undef)->status == 303 }), 'a key that is new is looked for';
	undef $house;
	my $v = $shop->visitor($ana->{host});
	$shop->change('DELETE FROM event.attempt');
	my $answer = $v->submit($v->get('/en/admin/login'), action => '/en/admin/login/provider', {});
	my $url = $answer->header('location');
	ok $answer->status == 422 || $url ne '', 'who keeps its description still sends people there';
	is $ana->elsewhere->try_password->status, 303, 'owners come in without it';
};

done_testing;
