#!/usr/bin/perl
# Promise: who chose to pay by card has an order whatever the gateway does; the answer comes within five
# seconds and tells the truth: kept, not paid, nothing charged, and a way on.  Only what the gateway
# says makes an order paid, whatever address the buyer comes back by.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use CardOrder;
use Fixture;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();
use Shop;
use Test::More;

# ---- courier, played by the test: it does what it is told and writes down what it was asked ----

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order))],
	config => { 'pay.stripe_pages' => 'https://pay.test' });
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
my $t = $c->{tenant};
my $json = JSON::PP->new->utf8->canonical;
my $socket_path = $shop->stack->settings->{'paths.courier'};
my @asked;
my $courier;

# Runs $work while a courier answers each question by $answer->(call, id); a hash, undef: silence.
sub with_courier
{
	my ($answer, $work) = @_;
	pipe my $told, my $tell or die;
	unlink $socket_path;
	my $listen = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $socket_path, Listen => 8) or die "cannot listen on $socket_path: $!\n";
	chmod 0666, $socket_path;
	my $pid = fork // die;
	if ($pid == 0) {
		close $told;
		$c->{dbh}{AutoInactiveDestroy} = 1;
		my $dbh = $shop->stack->dbh;
		while (my $peer = $listen->accept) {
			my $line = readline $peer;
			next if !defined $line;
			my $q = $json->decode($line);
			syswrite $tell, "$q->{call} $q->{id}\n";
			my $a = $answer->($q->{call}, $q->{id}, $dbh);
			if (defined $a) {
				print {$peer} $json->encode({ url => '', code => '', state => '', %$a }), "\n";
			} else {
				sleep 30;
			}
		}
		POSIX::_exit(0);
	}
	close $listen;
	close $tell;
	my @result = eval { $work->() };
	my $why = $@;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	unlink $socket_path;
	@asked = map { s/\n//r } readline $told;
	die $why if $why;
	return @result;
}

# What courier would do to the database, and say, when the gateway opens a page.
sub opens
{
	my ($call, $id, $dbh) = @_;
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	if ($call eq 'payment.start') {
		$dbh->do(q{SELECT payment.opened(?, ?, ?, 'https://pay.test/c/1', sutler.now() + interval '31 minutes')}, undef, $t, $id, "cs_$id");
		return { outcome => 'ok', url => 'https://pay.test/c/1', state => 'open' };
	}
	if ($call eq 'payment.expire') {
		$c->said($dbh, { id => $dbh->selectrow_array('SELECT order_id FROM payment.intent WHERE intent_id = ?', undef, $id), intent => $id, total => 0 }, 'expired');
		return { outcome => 'ok', state => 'expired' };
	}
	return { outcome => 'ok', state => 'open' };
}

# The gateway says that the attempt is paid.
sub pays
{
	my ($call, $id, $dbh) = @_;
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	my ($order, $amount) = $dbh->selectrow_array('SELECT order_id, amount FROM payment.intent WHERE intent_id = ?', undef, $id);
	$c->said($dbh, { id => $order, intent => $id, total => $amount }, 'captured');
	return { outcome => 'ok', state => 'succeeded' };
}

my $serial = 0;
sub buyer
{
	my $b = Buyer->new($shop->visitor('one'), '/en');
	return $b->add($f->{variant}{PLAIN}, 1)->contact(email => 'card' . ++$serial . '@example.test')->address->delivery
		->step('/checkout/payment', '/checkout/payment', { method => 'card' }, '/checkout/review');
}

# Presses the last button: (answer, buyer).
sub press
{
	my ($b) = @_;
	my $review = $b->get('/checkout/review');
	return $b->visitor->submit($review, action => '/en/checkout/order', {});
}
sub last_order { return $shop->value('SELECT order_id FROM sales."order" ORDER BY order_id DESC LIMIT 1') }
sub states { return join ' ', $shop->value('SELECT state, payment FROM sales."order" WHERE order_id = ?', $_[0] // last_order()) }

# ---- the way it goes ----
{
	my $b = buyer();
	my $review = $b->get('/checkout/review');
	like $review->header('content-security-policy'), qr{form-action 'self' https://pay\.test;}, 'the last form may lead to the gateway, and nowhere else';
	unlike $b->get('/checkout/payment')->header('content-security-policy'), qr/pay\.test/, 'other forms may not';
	my ($answer) = with_courier(\&opens, sub { press($b) });
	is $answer->status, 303, 'the buyer is sent on';
	is $answer->header('location'), 'https://pay.test/c/1', 'to the hosted page';
	is states(), 'open pending', 'the order waits for money';
	is scalar(@asked), 1, 'courier was asked once';
	my $order = last_order();
	my $intent = $shop->value('SELECT intent_id FROM payment.intent WHERE order_id = ?', $order);
	is $asked[0], "payment.start $intent", 'for the attempt that is written down';
	# The same form once more: back button, double click.
	my ($again) = with_courier(\&opens, sub { $b->visitor->submit($review, action => '/en/checkout/order', {}) });
	like $again->header('location') // '', qr{^/en/order/|^/en/cart}, 'T22 the same form again leads to the order';
	is scalar(@asked), 0, 'and asks nobody';
	is $shop->value('SELECT count(*) FROM payment.intent'), 1, 'P2 there is one attempt';
}

# ---- T16: back from the gateway ----
{
	my $b = buyer();
	with_courier(\&opens, sub { press($b) });
	my $order = last_order();
	my $token = 'k' x 43;
	$shop->dbh->do(q{INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at) VALUES (?, sha256(?::text::bytea), ?, now() + interval '1 day')},
		undef, $t, $token, $order);
	my $path = "/en/order/$token";
	my ($forged) = with_courier(\&opens, sub { $b->visitor->get("$path/paid") });
	is $forged->status, 200, 'T16 a return that was not paid';
	like $forged->text, qr/We are asking for your payment/, 'is told that we ask';
	is states($order), 'open pending', 'and changes nothing';
	is $asked[0], 'payment.status ' . $shop->value('SELECT intent_id FROM payment.intent WHERE order_id = ?', $order), 'the gateway was asked';
	like $forged->header('refresh'), qr{^\d+; url=\Q$path\E/paid\?look=2$}, 'the page looks again by itself';
	my ($last) = with_courier(\&opens, sub { $b->visitor->get("$path/paid?look=6") });
	is $last->header('refresh') // '', '', 'but not for ever';
	like $last->text, qr/Pay now/, 'then it offers to pay';
	is $b->visitor->get("$path/paid?look=7")->status, 400, 'nobody makes it look more';
	my ($away) = $b->visitor->get("$path/paid");
	is $away->status, 200, 'without courier too the return is answered';
	my ($left) = $b->visitor->get("$path/unpaid");
	is $left->header('location'), $path, 'who left the hosted page comes to the order';
	my $page = $b->visitor->get($path);
	like $page->text, qr/The payment was not completed yet/, 'which says so';
	like $page->header('content-security-policy'), qr{form-action 'self' https://pay\.test;}, 'and may lead to the gateway again';
	my ($retry) = with_courier(\&opens, sub { $b->visitor->submit($page, action => "$path/pay", {}) });
	is $retry->header('location'), 'https://pay.test/c/1', 'the same page is taken up again';
	is $shop->value('SELECT count(*) FROM payment.intent WHERE order_id = ?', $order), 1, 'by the same attempt';
	my ($true) = with_courier(\&pays, sub { $b->visitor->get("$path/paid") });
	is $true->status, 302, 'a true return';
	is $true->header('location'), $path, 'leads to the order';
	is states($order), 'open paid', 'which is paid at once, before any report';
	my $done = $b->visitor->get($path);
	like $done->text, qr/Paid/, 'and says so';
	unlike $done->text, qr/Pay now/, 'nothing is left to pay';
	is $b->visitor->post("$path/pay", {})->header('location'), $path, 'a late click on Pay now only shows it';
}

# ---- the gateway or courier is away: P15, T21 ----
for my $case ([ 'courier is away', undef, 'new' ],
	[ 'the gateway is away', sub { return { outcome => 'unavailable' } }, 'new' ],
	[ 'the gateway gives no answer', sub { my (undef, $id, $dbh) = @_; $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
		$dbh->do('SELECT payment.unanswered(?, ?, ?)', undef, $t, $id, 'timeout'); return { outcome => 'unknown', code => 'timeout' } }, 'unknown' ],
	[ 'courier hangs', sub { return }, 'new' ]) {
	my ($name, $courier, $state) = @$case;
	my $b = buyer();
	my ($answer) = $courier ? with_courier($courier, sub { press($b) }) : press($b);
	is $answer->status, 303, "$name: the order is placed";
	like $answer->header('location'), qr{^/en/order/}, 'and its page comes';
	cmp_ok $answer->{seconds}, '<', 6, sprintf 'within five seconds and a bit (%.1f s)', $answer->{seconds};
	is states(), 'open pending', 'unpaid';
	is $shop->value('SELECT state FROM payment.intent WHERE order_id = ?', last_order()), $state, "the attempt is $state";
	my $page = $b->visitor->get($answer->header('location'));
	like $page->text, qr/could not be reached just now\. Your order is kept and nothing was charged/, 'the page tells the truth';
	like $page->text, qr/Pay now/, 'with a way on';
	like $page->text, qr/Bank transfer/, 'and other ways';
	my ($retry) = with_courier(\&opens, sub { $b->visitor->submit($page, action => $answer->header('location') . '/pay', {}) });
	is $retry->header('location'), 'https://pay.test/c/1', 'which leads to the gateway when it is back';
	is $shop->value('SELECT count(*) FROM payment.intent WHERE order_id = ?', last_order()), 1, 'T21 with the same attempt, so with the same key';
}

# ---- another way to pay ----
{
	my $b = buyer();
	my $answer = press($b);
	my $path = $answer->header('location');
	with_courier(\&opens, sub { $b->visitor->post("$path/pay", {}) });
	my $page = $b->visitor->get($path);
	my ($switched) = with_courier(\&opens, sub { $b->visitor->submit($page, action => "$path/method", { method => 'bank_transfer' }) });
	is $switched->header('location'), $path, 'another way to pay is taken';
	like $asked[0], qr/^payment\.expire /, 'the open page at the gateway was closed first';
	like $b->visitor->get($path)->text, qr/Please transfer/, 'and the order shows how';
	is $b->visitor->post("$path/method", { method => 'barter' })->header('location'), $path, 'a way nobody offers changes nothing';
	is $shop->value('SELECT payment_method FROM sales."order" WHERE order_id = ?', last_order()), 'bank_transfer', 'it stays';
}

# ---- declined, failed, held: what the page says ----
for my $case ([ declined => 'card_declined', qr/The card was declined and nothing was charged/, 1 ], [ expired => '', qr/closed without a payment/, 1 ],
	[ failed => '', qr/did not succeed and nothing was charged/, 1 ]) {
	my ($kind, $code, $like, $may) = @$case;
	my $o = $c->order;
	$c->said($c->{dbh}, $o, $kind, code => $code);
	my $page = $shop->visitor('one')->get("/en/order/$o->{token}");
	like $page->text, $like, "$kind: it is said";
	like $page->text, qr/Pay now/, 'and may be tried again';
}
{
	my $o = $c->order;
	$c->said($c->{dbh}, $o, 'captured', amount => 1);
	my $page = $shop->visitor('one')->get("/en/order/$o->{token}");
	like $page->text, qr/A payment has reached us that we must look at/, 'T12 money that does not fit: we look at it';
	unlike $page->text, qr/Pay now/, 'nobody is asked to pay twice';
	is $shop->visitor('one')->post("/en/order/$o->{token}/pay", {})->header('location'), "/en/order/$o->{token}", 'nor led to';
}

# ---- T25: card testing ----
{
	my $o = $c->order(intent => 0);
	my $v = $shop->visitor('one');
	my @status;
	for (1 .. 7) {
		my ($page) = with_courier(\&opens, sub { $v->post("/en/order/$o->{token}/pay", {}) });
		push @status, $page->status;
		my ($intent) = $shop->value(q{SELECT intent_id FROM payment.intent WHERE order_id = ? AND state = 'open'}, $o->{id});
		$c->said($c->{dbh}, $o, 'failed', of => $intent) if $intent;
	}
	is "@status", '303 303 303 303 303 429 429', 'T25 five pages in an hour for an order';
	cmp_ok $shop->value(q{SELECT count(*) FROM event.note WHERE kind = 'card testing'}), '>=', 1, 'and it is noted';
	is $shop->visitor('one')->request('POST', "/en/order/$o->{token}/pay", body => '', headers => { Origin => 'https://evil.test', 'Sec-Fetch-Site' => 'cross-site' })->status,
		403, 'T34 other sites begin no payment';
}

# ---- mails ----
{
	my $o = $c->order;
	$c->said($c->{dbh}, $o, 'expired');
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$o->{number}\E no est|pedido \Q$o->{number}\E aún/ });
	ok $mail, 'who left the hosted page is told' and like $mail->{text}, qr/No se ha cobrado nada/, 'in his language';
	my ($link) = $mail->{text} =~ m{(/order/[\w-]{43})};
	like $shop->visitor('one')->get($link)->text, qr/Pagar ahora/, 'with a link that leads to paying';
	my $p = $c->order;
	$c->said($c->{dbh}, $p, 'expired');
	$c->said($c->{dbh}, $p, 'captured');
	$shop->wait_mail(sub { $_[0]{subject} =~ /\Q$p->{number}\E/ && $_[0]{text} =~ /pago/ && $_[0]{subject} =~ /Pago recibido/i });
	is scalar(grep { $_->{subject} =~ /\Q$p->{number}\E aún/ } $shop->mails), 0, 'who paid meanwhile is not told that he did not';
	$c->{dbh}->do('SELECT payment.ask_refund(?, ?, 300, ?, ?, ?, ?)', undef, $t, $p->{id}, 'EUR', 'test', 'sutlerctl', $c->id);
	$c->{dbh}->do('SELECT payment.refund_answer(?, ?, ?, ?, ?)', undef, $t, ($c->refunds($p))[0], 'done', 're_9', '');
	my $back = $shop->wait_mail(sub { $_[0]{subject} =~ /Reembolso del pedido \Q$p->{number}\E/ });
	like $back->{text}, qr/3,00/, 'money given back is told with its amount';
	like $shop->visitor('one')->get("/order/$p->{token}")->text, qr/3,00.{1,3}€ devueltos/, 'and stands on the order\'s page';
	my $late = $c->order(age => 61);
	$c->said($c->{dbh}, $late, 'expired');
	$c->{dbh}->do('SELECT payment.expire(?, 50)', undef, $t);
	my $gone = $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$late->{number}\E/ && $_[0]{text} =~ /No se pagó a tiempo/ });
	ok $gone, 'PAY-13 who did not pay in time is told that the order was cancelled, and why';
	$c->{dbh}->do('SELECT sales.cancel(?, ?, ?, ?)', undef, $t, $p->{id}, 'sutlerctl', 'no longer made');
	my $cancelled = $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$p->{number}\E/ && $_[0]{text} =~ /Devolvemos|devolvemos/ });
	like $cancelled->{text}, qr/7,00/, 'a paid order that is cancelled says what goes back';
}
done_testing;
