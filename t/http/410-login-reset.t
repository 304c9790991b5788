# Promise: a forgotten password is replaced by a link that counts once, for half an hour, for
# its owner alone; a changed address can be taken back; and whoever is told, it is by mail.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Fixture;
use House qw(read_file);
use List::Util qw(max);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart login))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;

sub account { my (%o) = @_; return Account->make($shop, $f, 'one', prefix => '/en', %o) }
sub mails_to { my ($to) = @_; $shop->job('deliver', '--once'); return grep { $_->{to}[0] eq $to } $shop->mails }

sub newest { return max 0, map { $_->{number} } $shop->mails }

# Asks for a link; the number of the newest mail before.
sub ask
{
	my ($a, $email) = @_;
	my $last = newest();
	$a->step('/login/reset', '/login/reset', { email => $email // $a->{email} }, '/login/reset/sent$');
	return $last;
}

subtest 'CUS-06 T41 a new password' => sub {
	my $a = account();
	my $known = $a->elsewhere->sign_in;
	my $link = $a->link('reset', after => ask($a));
	my $secret = $link =~ s{.*/}{}r;
	like $a->{mail}{subject}, qr/Choose a new password/, 'a mail';
	my $page = $a->visitor->get($link);
	is $page->status . ' ' . $page->header('referrer-policy'), '200 no-referrer', 'its page tells nobody its address';
	like $page->text, qr/\Q$a->{email}\E/, 'for whom it is';
	is $a->visitor->post($link, { password => 'password1' })->status, 422, 'T35 what everybody guesses is declined';
	is $a->visitor->post($link, { password => 'short' })->status, 422, 'and what is short; the link still counts';
	for my $bad (substr($link, 0, -1), "${link}A", lc $link, $link =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er) {
		next if $bad eq $link;
		like $a->visitor->get($bad)->status, qr/^(?:404|410)$/, 'T41 a part of it, more than it, another case: nothing';
		like $a->visitor->post($bad, { password => 'una frase bien nueva' })->status, qr/^(?:404|410)$/, 'nor by posting';
	}
	my $answer = $a->visitor->post($link, { password => 'una frase bien nueva' });
	is $answer->status . ' ' . $answer->header('location'), '303 /en/account', 'it is set, and we are in';
	ok $a->signed_in, 'signed in';
	ok !$known->signed_in, 'T33 the others are out';
	is $known->try->status, 422, 'the old password is dead';
	is $known->try('una frase bien nueva')->status, 303, 'the new one counts';
	is $a->visitor->get($link)->status, 410, 'T41 the link counts once';
	is $a->visitor->post($link, { password => 'una frase mas nueva' })->status, 410, 'only once';
	ok scalar(grep { $_->{subject} =~ /password was changed/ } mails_to($a->{email})), 'its owner is told';
	unlike read_file($shop->stack->{dir} . "/log/$_.log"), qr/\Q$secret\E|una frase/, "T41 nothing of it in the log of $_" for qw(login home);
	my ($text) = $shop->value(q{SELECT string_agg(t::text, ' ') FROM (SELECT o::text FROM event.outbox o UNION ALL SELECT k::text FROM customer.token k) x (t)});
	unlike $text, qr/\Q$secret\E|\@example/, 'P24 nor in queue and table';
};

subtest 'T41 links that end' => sub {
	my $a = account();
	my $first = $a->link('reset', after => ask($a));
	my $second = $a->link('reset', after => ask($a));
	isnt $second, $first, 'a second link';
	is $a->visitor->get($first)->status, 410, 'ends the first';
	is $a->visitor->get($second)->status, 200, 'and counts';
	$shop->change("UPDATE customer.token SET expires_at = now() - interval '1 second'");
	is $a->visitor->get($second)->status, 410, 'not after its time';
	is $a->visitor->post($second, { password => 'una frase bien nueva' })->status, 410, 'whatever is posted';
	my $third = $a->link('reset', after => ask($a));
	my ($minutes) = $shop->value("SELECT round(extract(epoch FROM expires_at - created_at) / 60) FROM customer.token WHERE used_at IS NULL AND purpose = 'reset'");
	is $minutes, 30, 'half an hour';
	my $three = Account->make($shop, $f, 'three');
	is $three->visitor->get($third =~ s{^/en}{}r)->status, 410, 'T27 at another tenant it opens nothing';
	is $a->visitor->get($third =~ s/reset/verify/r)->status, 410, 'nor for another purpose';
};

subtest 'T41 a host of the asker\'s choice' => sub {
	my $a = account();
	like $a->visitor->post('/en/login/reset', { email => $a->{email} }, headers => { Host => 'evil.test' })->status, qr/^(?:421|403)$/, 'a strange host is no shop';
	is $a->visitor->post('/en/login/reset', { email => $a->{email} }, headers => { 'X-Forwarded-Host' => 'evil.test', Forwarded => 'host=evil.test' })->status, 303,
		'and headers name none';
	my ($mail) = mails_to($a->{email});
	unlike $mail->{raw}, qr/evil/, 'the link is of our own host';
};

subtest 'T37 the same for an address without account' => sub {
	my $a = account();
	my $there = $a->step('/login/reset', '/login/reset', { email => $a->{email} }, '/login/reset/sent$');
	my $not = $a->step('/login/reset', '/login/reset', { email => 'nobody@example.test' }, '/login/reset/sent$');
	is $there->header('location'), $not->header('location'), 'the same answer';
	my $mails = scalar mails_to($a->{email});
	is $mails, 1, 'one mail to who has an account';
	is scalar mails_to('nobody@example.test'), 0, 'none to who has none';
	ask($a) for 1 .. 4;
	is scalar mails_to($a->{email}), 3, 'three an hour at most, with the same answer';
	Account::forgive($shop);
	my @more = map { account() } 1 .. 11;
	ask($a, $_->{email}) for @more;
	is scalar(grep { mails_to($_->{email}) } @more), 10, 'ten of a visitor, with the same answer';
	Account::forgive($shop);
};

subtest 'T37 registering with an address that has an account' => sub {
	my $a = account();
	my ($before) = $shop->value('SELECT hash FROM customer.credential WHERE customer_id = ?', $a->{id});
	my $b = $a->elsewhere(password => 'una frase del ladron', name => 'Thief');
	$b->register;
	my ($mail) = mails_to($a->{email});
	like $mail->{subject}, qr/You have an account already/, 'the owner is told';
	like $mail->{text}, qr{/en/login/reset}, 'and how to get in';
	is_deeply [$shop->value('SELECT hash, name FROM customer.credential JOIN customer.person USING (tenant_id, customer_id) WHERE customer_id = ?', $a->{id})],
		[$before, 'Ana Ruiz'], 'nothing of the account is changed';
	for (1 .. 3) { $b->register }
	is $b->visitor->post('/en/login/register', { name => 'x', email => 'other@example.test', password => 'una frase del ladron' })->status, 303, 'a fifth';
	my $answer = $b->visitor->post('/en/login/register', { name => 'x', email => 'other@example.test', password => 'una frase del ladron' });
	is $answer->status, 429, 'five an hour of a visitor';
	cmp_ok $answer->header('retry-after'), '>', 0, 'and when it may be tried again';
	Account::forgive($shop);
};

subtest 'somebody registers with a stranger\'s address' => sub {
	my $thief = Account->new($shop, 'one', prefix => '/en', email => 'victim@example.test', password => 'una frase del ladron');
	$thief->register;
	my $link = $thief->link('verify');
	my $victim = $thief->elsewhere(password => 'una frase de victima');
	is $victim->visitor->post($link, { password => $victim->{password} })->status, 422, 'who opens the link does not know the password';
	is $shop->value("SELECT count(*) FROM customer.person WHERE email = 'victim\@example.test' AND verified_at IS NOT NULL"), 0, 'so nothing is proven';
	my $reset = $victim->link('reset', after => ask($victim));
	is $victim->visitor->post($reset, { password => $victim->{password} })->status, 303, 'but chooses his own';
	is $thief->try->status, 422, 'and the thief\'s is dead';
	is $victim->visitor->get($link)->status, 410, 'with his link';
	Account::forgive($shop);
};

subtest 'another password, for who is signed in' => sub {
	my $a = account()->sign_in;
	my $b = $a->elsewhere->sign_in;
	my $before = $a->visitor->{cookies}{sid};
	my $page = $a->visitor->submit($a->get('/login/password'), action => '/en/login/password', { current => 'not this one, no', password => 'una frase bien nueva' });
	is $page->status, 422, 'the present one is asked';
	like $page->html, qr/id="w-current"/, 'said at its field';
	$page = $a->visitor->submit($a->get('/login/password'), action => '/en/login/password', { current => $a->{password}, password => 'qwertyuiop' });
	is $page->status, 422, 'T35 a bad new one is declined';
	$page = $a->visitor->submit($a->get('/login/password'), action => '/en/login/password', { current => $a->{password}, password => 'una frase bien nueva' });
	is $page->status, 303, 'changed';
	isnt $a->visitor->{cookies}{sid}, $before, 'P23 with a new session';
	ok $a->signed_in && !$b->signed_in, 'T33 the others are out';
	like((mails_to($a->{email}))[-1]->{subject}, qr/password was changed/, 'and the owner is told');
	Account::forgive($shop);
};

subtest 'T44 another address' => sub {
	my $a = account()->sign_in;
	my $new = "new.$a->{email}";
	my $page = $a->visitor->submit($a->get('/login/email'), action => '/en/login/email', { email => $new, password => 'not this one, no' });
	is $page->status, 422, 'the password is asked';
	like $page->html, qr/value="\Q$new\E"/, 'what was typed is kept';
	is $a->visitor->submit($a->get('/login/email'), action => '/en/login/email', { email => $new, password => $a->{password} })->status, 303, 'asked for';
	is $shop->value('SELECT email FROM customer.person WHERE customer_id = ?', $a->{id}), $a->{email}, 'nothing is changed yet';
	my $link = $a->link('email', to => $new);
	is $a->visitor->get($link)->status, 200, 'the new address has a link';
	is $shop->value('SELECT email FROM customer.person WHERE customer_id = ?', $a->{id}), $a->{email}, 'looking changes nothing';
	my $reset = $a->link('reset', after => ask($a));
	is $a->visitor->post($link, {})->status, 303, 'confirmed';
	is $shop->value('SELECT email FROM customer.person WHERE customer_id = ?', $a->{id}), $new, 'it counts';
	is $a->visitor->get($reset)->status, 410, 'T41 links to the old address are dead';
	my $undo = $a->link('undo');
	like $a->{mail}{text}, qr/\Q$new\E/, 'the old address is told, with the new one';
	is $a->elsewhere(email => $new)->try->status, 303, 'who changed it signs in with it';
	my $grab = account(email => "grab.$a->{email}");
	is $grab->elsewhere(email => $a->{email})->register->visitor->{cookies}{sid}, undef, 'somebody registers the old address meanwhile';
	is $a->visitor->get($undo)->status, 200, 'the way back asks';
	my $last = newest();
	my $answer = $a->elsewhere->visitor->post($undo, {});
	is $answer->status . ' ' . $answer->header('location'), '303 /en/login/undo/done', 'and takes it back';
	is $a->get('/login/undo/done')->status, 200, 'which it says';
	is $shop->value('SELECT email FROM customer.person WHERE customer_id = ?', $a->{id}), $a->{email}, 'the old address again';
	ok !$a->signed_in, 'nobody is signed in';
	is $a->try->status, 422, 'not even with the password';
	is $a->visitor->post($undo, {})->status, 410, 'it counts once';
	my $again = $a->link('reset', after => $last);
	is $a->visitor->post($again, { password => 'una frase bien nueva' })->status, 303, 'the mailed link gets the owner in';
	Account::forgive($shop);
};

subtest 'T44 the way back ends after a day' => sub {
	my $a = account()->sign_in;
	my $new = "new.$a->{email}";
	$a->visitor->submit($a->get('/login/email'), action => '/en/login/email', { email => $new, password => $a->{password} });
	$a->visitor->post($a->link('email', to => $new), {});
	my $undo = $a->link('undo');
	my ($hours) = $shop->value("SELECT round(extract(epoch FROM expires_at - created_at) / 3600) FROM customer.token WHERE purpose = 'undo' AND used_at IS NULL ORDER BY created_at DESC LIMIT 1");
	is $hours, 24, '24 hours';
	$shop->change("UPDATE customer.token SET expires_at = now() WHERE purpose = 'undo'");
	is $a->visitor->post($undo, {})->status, 410, 'then it is over';
	Account::forgive($shop);
};

subtest 'T44 an address that has an account' => sub {
	my ($a, $b) = (account()->sign_in, account());
	my $answer = $a->visitor->submit($a->get('/login/email'), action => '/en/login/email', { email => $b->{email}, password => $a->{password} });
	is $answer->status . ' ' . $answer->header('location'), '303 /en/login/email/sent', 'T37 the same answer';
	is $a->get('/login/email/sent')->status, 200, 'and page';
	like((mails_to($b->{email}))[-1]->{subject}, qr/You have an account already/, 'its owner is told');
	is scalar(grep { $_->{text} =~ m{/login/email/} } mails_to($b->{email})), 0, 'and no link goes out';
};

done_testing;
