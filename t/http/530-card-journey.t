#!/usr/bin/perl
# Promise: from the last button of the checkout to the invoice in the mail, by card: declined and paid,
# by return and by report, given back and cancelled, in euros and in rupiah; and each capture at the
# gateway is in the books once.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use CardOrder;
use Fixture;
use Gateway;
use House qw(wait_for);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', gateway => 1, rows => [Fixture::rows(qw(home cart checkout order webhooks courier))]);
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
$f->payment($f->{tenant}{bahari}, $f->{store}{three}, 'card', ['id']);
$shop->stack->set_origins;
$shop->dbh->do('UPDATE payment.account SET active = false');
$shop->stack->gateway_account($_) for qw(one three);
my $g = Gateway->new($shop->stack->gateway_url);
my $pages = $shop->stack->gateway_url;

my $serial = 0;
sub buyer
{
	my ($store, $sku, %o) = @_;
	my $b = Buyer->new($shop->visitor($store), $o{prefix} // '');
	$b->add($f->{variant}{$sku}, $o{pieces} // 1)->contact(email => 'journey' . ++$serial . '@example.test');
	$o{address} ? $b->address(%{ $o{address} }) : $b->address;
	return $b->delivery->step('/checkout/payment', '/checkout/payment', { method => 'card' }, '/checkout/review');
}

# Presses the last button; the session at the gateway, the order and the answer.
sub press
{
	my ($b) = @_;
	my $answer = $b->visitor->submit($b->get('/checkout/review'), action => $b->path('/checkout/order'), {});
	my %seen = (answer => $answer, order => { id => $shop->value('SELECT order_id FROM sales."order" ORDER BY order_id DESC LIMIT 1') });
	($seen{order}{number}) = $shop->value('SELECT number FROM sales."order" WHERE order_id = ?', $seen{order}{id});
	($seen{session}) = grep { $_->{metadata}{order} eq $seen{order}{id} } $g->sessions;
	return \%seen;
}
sub path_of { my ($url) = @_; return $url =~ s{^https?://[^/]+}{}r }
sub paid { my ($o) = @_; return wait_for(10, sub { $c->states($o) =~ / paid$/ }) }

# ---- declined, then paid; the return comes before the report ----
{
	$g->mode('hold');
	my $b = buyer('one', 'PLAIN');
	my $s = press($b);
	is $s->{answer}->status, 303, 'the buyer is sent';
	like $s->{answer}->header('location'), qr{^\Q$pages\E/c/pay/cs_test_}, 'to the hosted page';
	is $s->{session}{amount_total}, 1500, 'which asks for the total';
	is $s->{session}{currency}, 'eur', 'in the order\'s currency';
	is $g->pay($s->{session}{id}, '4000000000000002'), 'generic_decline', 'a card is declined';
	my $back = $b->visitor->get(path_of($s->{session}{success_url}));
	is $back->status, 200, 'a buyer who comes back all the same';
	is $c->states($s->{order}), 'open pending', 'has not paid';
	is $g->pay($s->{session}{id}), 'ok', 'another card is good';
	is $c->states($s->{order}), 'open pending', 'nobody has told us yet';
	$back = $b->visitor->get(path_of($s->{session}{success_url}));
	is $back->status, 302, 'T16 the true return';
	is $c->states($s->{order}), 'open paid', 'is paid at once';
	is $c->books($s->{order}), 'gateway 1500, receivable -1500', 'and booked';
	my @told = $g->deliver_all;
	cmp_ok scalar(@told), '>=', 2, 'then the reports come';
	is_deeply [ grep { $_->{status} != 200 } @told ], [], 'and are taken';
	@told = $g->deliver(map { $_->{id} } reverse $g->events);
	is_deeply [ grep { $_->{status} != 200 } @told ], [], 'once more, backwards';
	is $c->books($s->{order}), 'gateway 1500, receivable -1500', 'P3 nothing changes';
	my $page = $b->visitor->get($back->header('location'));
	like $page->text, qr/Pagado/, 'the order says paid';
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /Pago recibido/i && $_[0]{subject} =~ /\Q$s->{order}{number}\E/ });
	ok $mail, 'a mail says so';
	$shop->job('issue-invoices');
	my $invoice = $shop->wait_mail(sub { ($_[0]{attached} // [])->[0] });
	like $invoice->{attached}[0]{body}, qr/^%PDF-/, 'and another brings the invoice';
	like $b->visitor->get($back->header('location'))->body, qr/invoice\.pdf/, 'which stands on the order\'s page too';

	# Given back in part, then whole.
	$shop->stack->ctl('payment', 'refund', 'one', $s->{order}{number}, '5.00', '--reason', 'scratched');
	$shop->job('reconcile-payments');
	is $c->states($s->{order}), 'open partly_refunded', 'PAY-10 a part is given back';
	is $c->books($s->{order}), 'gateway 1000, receivable -1000', 'and booked';
	like $b->visitor->get($back->header('location'))->text, qr/5,00.{1,3}€ devueltos/, 'the page says so';
	$shop->job('issue-invoices');
	my $order = $b->visitor->get($back->header('location'));
	my ($credit) = $order->html =~ m{href="([^"]+/credit-note/[0-9a-f-]{36})"};
	ok $credit, 'ACC-01 with its credit note';
	like $order->text, qr/Factura rectificativa \d{4}-R1 /, 'of a series of its own';
	my $pdf = $b->visitor->get($credit);
	is $pdf->header('content-type'), 'application/pdf', 'which is a file';
	like $pdf->header('content-disposition'), qr/credit-note-\d{4}-R1\.pdf/, 'with a name';
	like $pdf->body, qr/^%PDF-/, 'for everybody to read';
	like $shop->stack->ctl('payment', 'show', 'one', $s->{order}{number}), qr/^credited\tcredit note\t\d{4}-R1\t.*5\.00\tof invoice \d{4}-\d+$/m, 'staff see it too';
	is $b->visitor->get($credit =~ s/.\z/$& eq '0' ? '1' : '0'/er)->status, 404, 'another is not there';
	like $shop->wait_mail(sub { $_[0]{subject} =~ /Reembolso del pedido \Q$s->{order}{number}\E/ })->{text}, qr/5,00/, 'and a mail';
	$shop->stack->ctl('order', 'cancel', $s->{order}{number}, '--store', 'one', '--reason', 'no longer made');
	$shop->job('reconcile-payments');
	is $c->states($s->{order}), 'cancelled refunded', 'ORD-06 a cancelled order gives the rest back';
	is $c->books($s->{order}), '', 'all is even';
	$g->deliver_all;
	is $c->books($s->{order}), '', 'the gateway\'s reports of its refunds change nothing';
	is $c->work($s->{order}), '', 'and need nobody';
	like $shop->stack->ctl('payment', 'show', 'one', $s->{order}{number}), qr/^refund\tdone\t.*10\.00\tsutlerctl/m, 'staff see it all';
	$g->mode('send');
}

# ---- by report alone, and the session is asked for in the buyer's language and money ----
{
	my $b = buyer('three', 'SANDAL', address => { country => 'ID', name => 'Siti Aminah', street => 'Jalan Merdeka 5', postcode => '40115', city => 'Bandung', region => 'JB' });
	my $s = press($b);
	is $s->{session}{currency}, 'idr', 'rupiah';
	is $s->{session}{amount_total}, scalar $shop->value('SELECT total FROM sales."order" WHERE order_id = ?', $s->{order}{id}), 'in hundredths, as both count them';
	is $g->pay($s->{session}{id}), 'ok', 'paid';
	ok paid($s->{order}), 'the report alone pays the order';
	like $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$s->{order}{number}\E/ && $_[0]{text} =~ /Pembayaran Anda/ })->{text}, qr/Rp/, 'the mail is in his language and money';
	# Wholly given back at the gateway's own desk.
	my ($ref) = $shop->value('SELECT payment_ref FROM payment.intent WHERE order_id = ?', $s->{order}{id});
	$g->refund($ref, $s->{session}{amount_total});
	ok wait_for(10, sub { $c->states($s->{order}) eq 'open refunded' }), 'a refund made at the gateway is known';
	is $c->books($s->{order}), '', 'and booked';
	$g->dispute($ref);
	ok wait_for(10, sub { $c->work($s->{order}) =~ /dispute/ }), 'a dispute after it too';
	is $c->work($s->{order}), 'dispute negative', 'P4 as a matter for a person';
}

# ---- PAY-13: a page that ends, the order that ends with it ----
{
	my $b = buyer('one', 'LAST');
	my $s = press($b);
	is $c->held($s->{order}), 1, 'the piece is held while the page is open';
	$g->expire($s->{session}{id});
	ok wait_for(10, sub { $c->states($s->{order}) eq 'open failed' }), 'the page ends';
	ok $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$s->{order}{number}\E aún no está pagado/ }), 'the buyer is told';
	$shop->job('reconcile-payments');
	is $c->states($s->{order}), 'open failed', 'the order waits for the store\'s hour';
	is $c->held($s->{order}), 1, 'with its piece';
	$shop->dbh->do(q{UPDATE sales."order" SET placed_at = placed_at - interval '61 minutes' WHERE order_id = ?}, undef, $s->{order}{id});
	$shop->job('reconcile-payments');
	is $c->states($s->{order}), 'cancelled failed', 'then it ends';
	is $c->held($s->{order}), 0, 'and its piece is free';
	ok $shop->wait_mail(sub { $_[0]{subject} =~ /\Q$s->{order}{number}\E/ && $_[0]{text} =~ /No se pagó a tiempo/ }), 'the buyer is told again';
}

# ---- T21: the gateway gives no answer, the job asks it; T14: an order that staff cancelled ----
{
	$g->behave('POST /v1/checkout/sessions', 'hang_after');
	my $b = buyer('one', 'PLAIN');
	my $s = press($b);
	cmp_ok $s->{answer}{seconds}, '<', 6, 'P15 a black hole at the gateway holds the buyer five seconds';
	like $s->{answer}->header('location'), qr{^/order/}, 'and leads to the order';
	is $shop->value('SELECT state FROM payment.intent WHERE order_id = ?', $s->{order}{id}), 'unknown', 'T21 nobody knows what happened';
	$g->clear;
	$shop->dbh->do(q{UPDATE payment.intent SET ask_at = sutler.now() WHERE order_id = ?}, undef, $s->{order}{id});
	$shop->job('reconcile-payments');
	is $shop->value('SELECT state FROM payment.intent WHERE order_id = ?', $s->{order}{id}), 'open', 'the job asks with the same key and finds the page';
	is scalar(grep { $_->{metadata}{order} eq $s->{order}{id} } $g->sessions), 1, 'there is one page at the gateway';
	$shop->stack->ctl('order', 'cancel', $s->{order}{number}, '--store', 'one', '--reason', 'asked for');
	$shop->job('reconcile-payments');
	my ($session) = grep { $_->{metadata}{order} eq $s->{order}{id} } $g->sessions;
	is $session->{status}, 'expired', 'the page of a cancelled order is closed';
}

# ---- the whole: what the gateway took is in the books, and nothing else ----
my %captured = map { $_->{payment_intent} => $_ } grep { $_->{payment_status} eq 'paid' } $g->sessions;
is $shop->value('SELECT count(*) FROM payment.intent WHERE captured > 0'), scalar(keys %captured), 'each capture at the gateway is known once';
is_deeply $g->problems, [], 'and Stripe would have understood all of it';
done_testing;
