# Promise: staff enter a gateway's keys in the console, which seals them and can never open them: what is wrong with
# them is said before they are kept, nothing of them comes back to a page, a log or the audit; shoppers pay with
# what was typed; the gateway's answer is told in plain words; and nobody reaches another merchant's account.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use CardOrder;
use Fixture;
use Gateway;
use House qw(read_file top);
use Shop;
use Staff;
use StripeSigner;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
# A key file of its own: the database still knows the public half of another one, as after a key was changed.
my $own_key = top() . "/var/test/own-key-$$";
my $shop = Shop->start(kind => 'empty', gateway => 1, key_file => $own_key,
	rows => [Fixture::rows(qw(home catalog cart checkout order webhooks courier admin-login admin-home admin-settings))]);
END { unlink $own_key, "$own_key.away" if defined $own_key }
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
$shop->stack->set_origins;
$shop->dbh->do('DELETE FROM payment.account');
# A copied database is not the owner's, who migrates it here.
$shop->dbh->do(sprintf 'GRANT CREATE ON DATABASE %s TO "_sutler-owner"', $shop->value('SELECT current_database()'));
my $g = Gateway->new($shop->stack->gateway_url);
my $signer = StripeSigner->new;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], name => 'Ana Ruiz');
my $ben = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], name => 'Ben Ode');
my $siti = Staff->new($shop, $f, 'bahari', may => [qw(settings.view settings.edit)]);
my $at = '/admin/settings/payment';
my ($key, $secret) = ('sk_test_51Hnewkey0123456789wxyz', 'whsec_a0123456789secretofone');
my @typed = ($key, $secret);

# The form of a new account, from the list on.
sub new_form
{
	my ($who) = @_;
	my ($link) = $who->get($at)->html =~ m{href="([^"]*/accounts/new)"} or die 'no way to a new account';
	return $who->visitor->follow($who->visitor->get($link));
}
sub add { my ($who, $page, %o) = @_; return $who->visitor->submit($page, action => $who->path("$at/accounts/new"), { key => $key, webhook => $secret, reason => 'we take cards', %o }) }
sub account { return scalar $shop->value('SELECT account_id FROM payment.account WHERE store_id = ? ORDER BY account_id DESC LIMIT 1', $f->{store}{one}) }
sub show { my ($who, $id) = @_; return $who->get("$at/accounts/$id") }
sub change { my ($who, $id, %o) = @_; return $who->visitor->submit($o{page} // show($who, $id), action => $who->path("$at/accounts/$id"), { reason => 'rolled', map { $_ => $o{$_} } grep { $_ ne 'page' } keys %o }) }
sub act { my ($who, $id, $what, %o) = @_; return $who->visitor->submit(show($who, $id), action => $who->path("$at/accounts/$id/$what"), { %o }) }
sub try_it { my ($who, $id) = @_; return $who->visitor->follow(act($who, $id, 'try'))->text }
sub logged { my ($action) = @_; return $shop->value('SELECT detail FROM audit.entry WHERE action = ? ORDER BY entry_id DESC LIMIT 1', "payment.account.$action") }
sub report
{
	my ($id, $by, %o) = @_;
	my $body = StripeSigner::event('customer.created', { id => 'cus_1', object => 'customer' }, %o);
	return $shop->visitor('one')->request('POST', "/webhooks/stripe/$id", body => $body, headers => { 'Content-Type' => 'application/json',
		'Stripe-Signature' => $signer->sign($body, $by, time), 'User-Agent' => 'Stripe/1.0', Origin => undef, 'Sec-Fetch-Site' => undef })->status;
}

subtest 'what is typed is looked at' => sub {
	like $ana->get($at)->text, qr/There is none yet: cards cannot be taken/, 'a store has none';
	my $page = new_form($ana);
	is $page->status, 200, 'a form';
	my ($reports) = $page->html =~ m{<code class="long-word">([^<]+)};
	my ($id) = $page->html =~ /name="account" value="([^"]+)"/;
	is $reports, $shop->url('one') . "/webhooks/stripe/$id", 'says the address for the gateway before anything is saved';
	like $ana->visitor->get($page->{path})->html, qr/\Q$reports\E/, 'which stays when the page is loaded again';
	like $page->html, qr/name="$_" type="password"[^>]* autocomplete="off"/, "$_: no browser keeps it" for qw(key webhook);
	for my $case (['nothing', key => '', qr/enter the secret key/], ['no signing secret', webhook => '', qr/enter the signing secret/],
		['the publishable key', key => 'pk_test_51Hnewkey0123456789wxyz', qr/publishable key/], ['the secrets in each other\'s field', key => $secret, qr/belongs in the field below/],
		['a key without its end', key => 'sk_test_5', qr/lost in copying/], ['something else', key => 'let me in please', qr/no secret key of Stripe/],
		['a key as signing secret', webhook => $key, qr/no signing secret of Stripe/],
		['a live key for tests', key => 'sk_live_51Hnewkey0123456789wxyz', qr/moves real money/]) {
		my ($name, $field, $value, $says) = @$case;
		my $bad = add($ana, $page, $field => $value, name => 'Cards & more');
		is $bad->status, 422, "$name comes back";
		like $bad->html, qr/id="w-$field">[^<]*$says/, 'and why, beside the field';
		like $bad->html, qr/value="Cards &amp; more"/, 'what is no secret is not lost';
		unlike $bad->html, qr/\Q$_\E/, 'P24 what is one is not shown again' for grep { $_ ne '' } $value, @typed;
		like $bad->text, qr/never shown again, also not after a mistake/, 'which is said';
	}
	like add($ana, $page, mode => 'live')->html, qr/id="w-key">This is a test key: no money would move/, 'a test key is no key of real money';
	is add($ana, $page, reason => '')->status, 422, 'a reason is wanted';
	my $old = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], age_s => 3600);
	like add($old, new_form($old))->text, qr/a while since you showed a code/, 'and a fresh code';
	is $shop->value('SELECT count(*) FROM payment.account'), 0, 'nothing was kept';
	my $looks = Staff->new($shop, $f, 'acme', may => ['settings.view']);
	is $looks->get("$at/accounts/new?account=$id")->status, 403, 'who may only look adds none';
	unlike $looks->get($at)->html, qr{accounts/new}, 'and is not offered to';
};

subtest 'the key of the host was changed' => sub {
	my $said = $ana->visitor->follow(add($ana, new_form($ana)));
	like $said->text, qr/its key does not work yet/, 'what was sealed for the old one cannot be opened';
	like $said->text, qr/The server cannot open this key.*sutlerctl migrate/, 'which is said in plain words';
	my ($status, $text) = $shop->stack->capture($shop->stack->ctl_path, 'check');
	isnt $status, 0, 'sutlerctl check finds it too';
	like $text, qr/sealed for another key/, 'and says so';
	$shop->stack->ctl('migrate');
	($status, $text) = $shop->stack->capture($shop->stack->ctl_path, 'check');
	unlike $text, qr/sealed for another key/, 'sutlerctl migrate mends it';
	like $ana->visitor->follow(change($ana, account(), key => $key, webhook => $secret))->text, qr/The new key is saved, and the gateway takes it/, 'entered again they work';
	is act($ana, account(), 'use', use_reason => 'to begin anew')->status, 303, 'it is switched off';
	is act($ana, account(), 'remove', remove_reason => 'to begin anew')->status, 303, 'and removed';
	is $shop->value('SELECT count(*) FROM payment.account'), 0, 'with its keys';
	$shop->dbh->do('DELETE FROM tenancy.seal_key');
	my $bad = add($ana, new_form($ana));
	like $bad->html, qr/id="w-key">The server has no key yet/, 'without a key nothing is kept';
	$shop->stack->ctl('migrate');
};

my $id;
subtest 'a shopper pays with what was typed' => sub {
	my $page = new_form($ana);
	my $answer = add($ana, $page, key => "  $key\n", webhook => "$secret ", name => 'Cards');
	is $answer->status, 303, 'saved, with the spaces of a copy' or diag $answer->text;
	my $said = $ana->visitor->follow($answer);
	like $said->text, qr/The account is saved, and the gateway takes its key/, 'the gateway was asked at once';
	$id = account();
	is add($ana, $page)->status, 303, 'the form sent twice';
	is $shop->value('SELECT count(*) FROM payment.account'), 1, 'makes one';
	like $said->text, qr/…wxyz/, 'the last four letters tell which key it is';
	like $said->text, qr/Ana Ruiz/, 'who entered it is said';
	like $said->text, qr/Works/, 'and that it works';
	like $ana->get($at)->text, qr/Cards Stripe Test In use Works …wxyz/, 'the list says the same';
	unlike $said->html . $ana->get($at)->html . $ana->get("$at/card")->html, qr/\Q$_\E/, 'P24 no page shows a secret' for @typed;
	is_deeply [$shop->value('SELECT get_byte(key_sealed, 0), get_byte(webhook_sealed, 0), live FROM payment.account')], [2, 2, 0], 'both are boxes';
	my $everything = $shop->value(q{SELECT string_agg(t, '') FROM (SELECT a::text AS t FROM payment.account a UNION ALL SELECT e::text FROM audit.entry e) x});
	my $logs = join '', map { read_file($_) } glob $shop->stack->{dir} . '/log/*';
	unlike $everything . unpack('H*', $everything) . $logs, qr/\Q$_\E|${\ unpack('H*', $_)}/, 'P24 neither the database nor a log has it in the clear' for @typed;
	like logged('added'), qr/"key_last": ?"wxyz"/, 'SEC-05 the audit log knows which key';
	is scalar($g->requests('GET /v1/checkout/sessions')), 3, 'asked for each key that could be opened, and again when the form came twice';
	is scalar($g->requests('POST .*')), 0, 'by a question that changes nothing';
	is_deeply $g->problems, [], 'as the gateway knows it';

	$g->mode('hold');
	$g->endpoint(key => $key, url => $shop->url('one') . "/webhooks/stripe/$id", secret => $secret);
	my $b = Buyer->new($shop->visitor('one'));
	$b->add($f->{variant}{PLAIN}, 1)->contact(email => 'buyer@example.test')->address;
	$b->delivery->step('/checkout/payment', '/checkout/payment', { method => 'card' }, '/checkout/review');
	my $pressed = $b->visitor->submit($b->get('/checkout/review'), action => $b->path('/checkout/order'), {});
	my ($session) = $g->sessions;
	is $pressed->header('location'), $session->{url}, 'the buyer is sent to the hosted page';
	is +($g->requests('POST /v1/checkout/sessions'))[0]{key}, $key, 'which was made with the key';
	is $g->pay($session->{id}), 'ok', 'pays';
	my @told = $g->deliver_all;
	is_deeply [grep { $_->{status} != 200 } @told], [], 'the reports are believed by the secret';
	cmp_ok scalar(@told), '>=', 1, 'there was one';
	my ($order) = $shop->value('SELECT order_id FROM sales."order" ORDER BY order_id DESC LIMIT 1');
	is $c->states({ id => $order }), 'open paid', 'and the order is paid';
};

subtest 'the program that seals cannot open' => sub {
	my $role = $shop->dbh('_sutler-admin-settings');
	local $role->{PrintError} = 0;
	for my $column (qw(key_sealed webhook_sealed webhook_old_sealed)) {
		ok !defined eval { $role->selectrow_array("SELECT $column FROM payment.account"); 1 }, "P24 it may not read $column";
		like $role->errstr // $@, qr/permission denied/, 'by its rights';
		eval { $role->rollback } if !$role->{AutoCommit};
	}
	for my $sql (q{UPDATE tenancy.seal_key SET public = decode(repeat('ab', 32), 'hex')}, 'DELETE FROM tenancy.seal_key',
		q{INSERT INTO tenancy.seal_key (one, public) VALUES (true, decode(repeat('ab', 32), 'hex'))}) {
		ok !eval { $role->do($sql); 1 }, "it may not change the public key: $sql";
	}
	my ($row) = grep { $_->{name} eq 'admin-settings' } House::program_rows();
	unlike $row->{reads}, qr/secrets/, 'nor has it the key file on a host';
	# And needs none: it goes on without, while nobody could open anything.
	rename $own_key, "$own_key.away" or die;
	$shop->stack->restart_program('admin-settings');
	is change($ana, $id, webhook => 'whsec_b0123456789secretofone')->status, 303, 'without the key file it seals all the same';
	rename "$own_key.away", $own_key or die;
	is report($id, 'whsec_b0123456789secretofone', id => 'evt_second'), 200, 'what it sealed opens where the key is';
};

subtest 'replaced' => sub {
	is report($id, $secret, id => 'evt_old'), 200, 'the old secret still proves reports';
	like show($ana, $id)->text, qr/Old signing secret holds until/, 'which the page says';
	$shop->dbh->do(q{UPDATE payment.account SET webhook_old_until = sutler.now() - interval '1 second'});
	is report($id, $secret, id => 'evt_old2'), 400, 'for a day';
	my ($hours) = $shop->value('SELECT 1');
	change($ana, $id, webhook => 'whsec_c0123456789secretofone');
	($hours) = $shop->value('SELECT round(extract(epoch FROM webhook_old_until - sutler.now()) / 3600) FROM payment.account');
	is $hours, 24, 'of 24 hours';
	is report($id, 'whsec_b0123456789secretofone', id => 'evt_old3'), 200, 'the one before it then';
	change($ana, $id, webhook => 'whsec_d0123456789secretofone', at_once => 1);
	is report($id, 'whsec_c0123456789secretofone', id => 'evt_old4'), 400, 'or at once, when somebody else may know it';
	is report($id, 'whsec_d0123456789secretofone', id => 'evt_new'), 200, 'the new one holds';
	my ($hers, $his) = (show($ana, $id), show($ben, $id));
	is change($ana, $id, page => $hers, name => 'Cards of Ana')->status, 303, 'a name alone is changed';
	like logged('changed'), qr/"new_key": ?false.*"new_webhook_secret": ?false|"new_webhook_secret": ?false.*"new_key": ?false/, 'SEC-05 the log says that no key was';
	my $told = change($ben, $id, page => $his, webhook => 'whsec_e0123456789secretofone');
	is $told->status, 422, 'an old form replaces nothing';
	like $told->text, qr/Somebody else has changed/, 'and says why';
	is report($id, 'whsec_e0123456789secretofone', id => 'evt_e'), 400, 'nothing was kept';
	is change($ana, $id, key => 'sk_live_51Hnewkey0123456789wxyz')->status, 422, 'the mode stays what it is';
};

subtest 'the gateway\'s answer in plain words' => sub {
	like try_it($ana, $id), qr/The gateway answers and takes the key/, 'it works';
	$g->revoke($key);
	my $text = try_it($ana, $id);
	like $text, qr/does not know this key/, 'a key that was deleted there';
	like $ana->get($at)->text, qr/Does not work/, 'the list says so too';
	like $ana->visitor->follow(change($ana, $id, key => 'rk_test_refundsonly0123456789'))->text, qr/does not let it make payment pages/, 'a key without the right';
	my $next = 'sk_test_51Hnextkey0123456789abcd';
	like $ana->visitor->follow(change($ana, $id, key => $next))->text, qr/The new key is saved, and the gateway takes it.*…abcd/s, 'a good one';
	$g->behave('GET /v1/checkout/sessions', 'error', 4);
	like try_it($ana, $id), qr/gave no answer of use/, 'a gateway that is away';
	$g->clear;
	like try_it($ana, $id), qr/answers and takes the key/, 'and is back';
	$shop->dbh->do(q{UPDATE payment.account SET key_sealed = overlay(key_sealed placing '\x00' from 40)});
	like try_it($ana, $id), qr/The server cannot open this key/, 'a row that was altered';
	like $ana->visitor->follow(change($ana, $id, key => $next))->text, qr/the gateway takes it/, 'entered again';
};

subtest 'on and off' => sub {
	my $offered = sub { my $b = Buyer->new($shop->visitor('one')); $b->add($f->{variant}{PLAIN}, 1)->contact(email => 'b@example.test')->address; return $b->delivery->get('/checkout/payment')->html =~ /value="card"/ ? 1 : 0 };
	is $offered->(), 1, 'cards are offered';
	is act($ana, $id, 'use', use_reason => '')->status, 422, 'a reason is wanted';
	is act($ana, $id, 'use', use_reason => 'moving')->status, 303, 'switched off';
	is $offered->(), 0, 'they are not';
	is report($id, 'whsec_d0123456789secretofone', id => 'evt_off'), 200, 'its reports are taken all the same';
	my $bad = act($ana, $id, 'remove', remove_reason => 'tidy');
	is $bad->status, 422, 'what was used stays';
	like $bad->text, qr/only by it can they be given back/, 'and says why';
	my $second = $ana->visitor->follow(add($ana, new_form($ana), key => 'sk_test_51Hsecond0123456789efgh', webhook => 'whsec_second0123456789', name => 'Second'));
	like $second->text, qr/…efgh/, 'a second account';
	my $other = account();
	is act($ana, $id, 'use', use_reason => 'back')->status, 303, 'the first is used again';
	is_deeply [map { $_->{account_id} } $shop->rows('SELECT account_id FROM payment.account WHERE active')], [$id], 'and the second no more';
	is act($ana, $other, 'remove', remove_reason => 'not used')->status, 303, 'which may go';
	like logged('removed'), qr/efgh/, 'SEC-05 the log keeps which it was';
};

subtest 'another merchant, another store' => sub {
	for my $who ($siti) {
		is show($who, $id)->status, 404, 'T26 her colleague elsewhere sees none';
		my $own = new_form($who);
		my %form = (csrf => $own->html =~ /name="csrf" value="([^"]+)"/, store => $f->{store}{three});
		my $to = $who->path("$at/accounts/$id");
		is $who->visitor->post($to, { %form, revision => 1, name => 'x', key => $key, webhook => $secret, reason => 'mine' })->status, 404, 'T26 replaces none';
		is $who->visitor->post("$to/try", { %form })->status, 404, 'T26 tries none';
		is $who->visitor->post("$to/use", { %form, use_reason => 'mine' })->status, 404, 'T26 switches none';
		is $who->visitor->post("$to/remove", { %form, remove_reason => 'mine' })->status, 404, 'T26 removes none';
		is $who->visitor->post($who->path("$at/accounts/new"), { %form, store => $f->{store}{one}, account => $id, mode => 'test', key => $key, webhook => $secret, reason => 'mine' })->status, 404,
			'T26 and adds none to a store of ours';
	}
	$ana->visitor->submit($ana->get($at), action => $ana->path('/admin/store'), { store => $f->{store}{two} });
	is show($ana, $id)->status, 404, 'nor is it one of another store of the same merchant';
	my $own = new_form($ana);
	is add($ana, $own, account => $id)->status, 404, 'and no form of that store takes its number';
	is $shop->value('SELECT key_last FROM payment.account WHERE account_id = ?', $id), 'abcd', 'nothing of it has changed';
};

done_testing;
