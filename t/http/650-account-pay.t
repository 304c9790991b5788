#!/usr/bin/perl
# Promise: a customer who is signed in pays an order that waits for a card from his account as from the
# order's own page: begun, declined and tried again with the same page at the gateway, paid in another
# way; a gateway that is away is said; and nobody begins to pay another's order (PAY-13, T21, T26).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use CardOrder;
use Customer;
use Fixture;
use Gateway;
use House qw(wait_for);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', gateway => 1, rows => [Fixture::rows(qw(home cart checkout order account webhooks courier))]);
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
$shop->stack->set_origins;
$shop->dbh->do('UPDATE payment.account SET active = false');
$shop->stack->gateway_account('one');
my $g = Gateway->new($shop->stack->gateway_url);
my $pages = $shop->stack->gateway_url;
my $ana = Customer->new($shop, $f, 'one');
my $eve = Customer->new($shop, $f, 'one');

# An order by card of the customer's, whose hosted page he has left: { id, path }.
sub order_by_card
{
	my ($who) = @_;
	my $b = Buyer->new($who->visitor);
	$b->add($f->{variant}{PLAIN}, 1)->start;
	$b->visitor->submit($b->get('/checkout/contact'), action => '/checkout/contact');
	$b->address->delivery->step('/checkout/payment', '/checkout/payment', { method => 'card' }, '/checkout/review');
	my $answer = $b->visitor->submit($b->get('/checkout/review'), action => '/checkout/order', {});
	die 'the order answers ' . $answer->status . "\n" if $answer->status != 303;
	my $id = $shop->value('SELECT order_id FROM sales."order" WHERE customer_id = ? ORDER BY order_id DESC LIMIT 1', $who->{id});
	return { id => $id, path => "/account/orders/$id", sent => $answer->header('location') };
}
sub press { my ($v, $o, $what, $values) = @_; return $v->submit($v->get($o->{path}), action => "$o->{path}/$what", $values // {}) }
sub session_of { my ($o) = @_; return grep { $_->{metadata}{order} eq $o->{id} } $g->sessions }

subtest 'declined, and once more' => sub {
	my $v = $ana->visitor;
	my $o = order_by_card($ana);
	my ($s) = session_of($o);
	my $page = $v->get($o->{path});
	like $page->text, qr/El pago aún no se ha completado/, 'the order says that it was not paid';
	is $g->pay($s->{id}, '4000000000000002'), 'generic_decline', 'a card is declined';
	ok wait_for(10, sub { $shop->value('SELECT code FROM payment.intent WHERE order_id = ?', $o->{id}) ne '' }), 'the shop hears of it';
	like $v->get($o->{path})->text, qr/La tarjeta fue rechazada/, 'and says so';
	my $answer = press($v, $o, 'pay');
	is $answer->status, 303, 'Pay now';
	is $answer->header('location'), $o->{sent}, 'leads to the page at the gateway that is open already';
	is scalar(session_of($o)), 1, 'there is one';
	is $g->pay($s->{id}), 'ok', 'another card is good';
	ok wait_for(10, sub { $c->states($o) eq 'open paid' }), 'the order is paid';
	$page = $v->get($o->{path});
	like $page->text, qr/Pagado/, 'the account says so';
	unlike $page->html, qr{action="\Q$o->{path}\E/(?:pay|method)"}, 'and asks for nothing more';
	$shop->stack->ctl('payment', 'refund', 'one', $shop->value('SELECT number FROM sales."order" WHERE order_id = ?', $o->{id}), '5.00', '--reason', 'scratched');
	$shop->job('reconcile-payments');
	$shop->job('issue-invoices');
	my ($credit) = $v->get($o->{path})->html =~ m{href="(\Q$o->{path}\E/credit-note/[0-9a-f-]{36})"};
	ok $credit, 'ACC-01 what is given back has its credit note there';
	like $v->get($credit)->body, qr/^%PDF-/, 'as a file';
	is $eve->visitor->get($credit)->status, 404, 'T26 for nobody else';
	my $csrf = ($page->html =~ /name="csrf" value="([^"]+)"/)[0];
	is $v->post("$o->{path}/pay", { csrf => $csrf })->header('location'), $o->{path}, 'a press from an old tab comes back to it';
	is scalar(session_of($o)), 1, 'and opens no page';
};

subtest 'a page that ended' => sub {
	my $v = $ana->visitor;
	my $o = order_by_card($ana);
	my ($s) = session_of($o);
	$g->expire($s->{id});
	ok wait_for(10, sub { $c->states($o) eq 'open failed' }), 'nobody paid in time';
	like $v->get($o->{path})->text, qr/La página de pago se cerró sin que se realizara el pago/, 'the order says so';
	my $answer = press($v, $o, 'pay');
	like $answer->header('location'), qr{^\Q$pages\E/c/pay/cs_test_}, 'Pay now leads to the gateway';
	isnt $answer->header('location'), $o->{sent}, 'to another page';
	is $c->states($o), 'open pending', 'the order waits again';
	is scalar(session_of($o)), 2, 'with a second attempt';
};

subtest 'T21 the gateway is away' => sub {
	my $v = $ana->visitor;
	my $o = order_by_card($ana);
	my ($s) = session_of($o);
	$g->expire($s->{id});
	ok wait_for(10, sub { $c->states($o) eq 'open failed' }), 'a page ended';
	$g->behave('POST /v1/checkout/sessions', 'hang');
	my $answer = press($v, $o, 'pay');
	is $answer->header('location'), $o->{path}, 'Pay now comes back';
	like $v->get($o->{path})->text, qr/no se ha podido abrir la página de pago/, 'and says why';
	$g->clear;
	like press($v, $o, 'pay')->header('location'), qr{^\Q$pages\E/c/pay/}, 'a moment later it leads on';
	is $shop->value("SELECT count(*) FROM payment.intent WHERE order_id = ? AND state <> 'expired'", $o->{id}), 1, 'with the same attempt';
};

subtest 'in another way' => sub {
	my $v = $ana->visitor;
	my $o = order_by_card($ana);
	my ($s) = session_of($o);
	my $answer = press($v, $o, 'method', { method => 'bank_transfer' });
	is $answer->header('location'), $o->{path}, 'the order is shown again';
	is $shop->value('SELECT payment_method FROM sales."order" WHERE order_id = ?', $o->{id}), 'bank_transfer', 'by bank transfer';
	($s) = session_of($o);
	is $s->{status}, 'expired', 'the page at the gateway was closed first';
	like $v->get($o->{path})->text, qr/Haga una transferencia/, 'and it says how to pay';
};

subtest 'T26 others' => sub {
	my $o = order_by_card($ana);
	my $mine = order_by_card($eve);
	my $v = $eve->visitor;
	my $csrf = ($v->get($mine->{path})->html =~ /name="csrf" value="([^"]+)"/)[0];
	my $before = $shop->value('SELECT count(*) FROM payment.intent');
	is $v->post("$o->{path}/pay", { csrf => $csrf })->status, 404, 'another\'s order does not exist for Eve';
	is $v->post("$o->{path}/method", { csrf => $csrf, method => 'cod' })->status, 404, 'nor can she choose how it is paid';
	is $shop->value('SELECT count(*) FROM payment.intent'), $before, 'no attempt was begun';
	is $shop->value('SELECT payment_method FROM sales."order" WHERE order_id = ?', $o->{id}), 'card', 'nor another way chosen';
	is $v->post("$mine->{path}/pay", {})->status, 403, 'T34 a form without its token is refused';
	is $shop->visitor('one')->post("$o->{path}/pay", {})->status, 403, 'and who is not signed in too';
};

is_deeply $g->problems, [], 'Stripe would have understood all of it';
done_testing;
