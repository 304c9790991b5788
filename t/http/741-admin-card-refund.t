# Promise: what staff ask for goes to the gateway once: capturing an authorisation, letting it go, giving money back. A refund goes to the gateway once, behind the commit that wrote it down; while
# the gateway's answer is not known it stays unknown, is said so, and is found out later, never paid twice.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Gateway;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', gateway => 1, rows => [Fixture::rows(qw(home order courier admin-login admin-orders))]);
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
$shop->stack->set_origins;
$shop->dbh->do('UPDATE payment.account SET active = false');
$shop->stack->gateway_account('one');
my $g = Gateway->new($shop->stack->gateway_url);
my $ana = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.refund', 'orders.cancel', 'orders.pay'], stores => ['one']);
my ($csrf) = $ana->get('/admin/orders')->html =~ /name="csrf" value="([^"]+)"/;
if (!$csrf) { ($csrf) = $ana->get('/admin')->html =~ /name="csrf" value="([^"]+)"/ }
my $serial = 0;

# An order that was paid at the gateway's page.
sub paid
{
	my ($state) = @_;
	my $o = $c->order(intent => 0, total => 2000);
	my $b = $shop->visitor('one');
	$b->post("/order/$o->{token}/pay", {});
	my ($s) = grep { $_->{metadata}{order} eq $o->{id} } $g->sessions;
	$g->pay($s->{id});
	$b->get("/order/$o->{token}/paid");
	is $c->states($o), $state // 'open paid', 'paid by card';
	$g->clear;
	return $o;
}

sub refund { my ($o, %form) = @_; return $ana->visitor->post("/en/admin/orders/$o->{id}/refund", { csrf => $csrf, refund_reason => 'a scratch', idempotency_key => sprintf('%043d', ++$serial), %form }) }

my $o = paid();
my $key = sprintf '%043d', ++$serial;
is refund($o, amount => '5.00', idempotency_key => $key)->status, 303, 'PAY-10 a part';
is $c->states($o), 'open partly_refunded', 'is given back';
like $ana->get("/admin/orders/$o->{id}")->text, qr/The money is given back.*Given back/s, 'and said';
my ($asked) = $g->requests('POST /v1/refunds');
is $asked->{params}{amount}, 500, 'by the gateway';
is refund($o, amount => '5.00', idempotency_key => $key)->status, 303, 'the same form twice';
is scalar($g->requests('POST /v1/refunds')), 1, 'asks once';
is refund($o, amount => '15.01')->status, 422, 'never above the capture';

$g->behave('POST /v1/refunds', 'drop', 2);
is refund($o, amount => '2.00')->status, 303, 'T21 an answer that is lost';
my $page = $ana->get("/admin/orders/$o->{id}");
like $page->text, qr/answer is not known yet/, 'is said to be not known';
is $shop->value(q{SELECT state FROM payment.refund WHERE amount = 200 AND reason = 'a scratch'}), 'unknown', 'and stays unknown';
is refund($o, amount => '13.01')->status, 422, 'its money is not given twice';
$g->clear;
$shop->change('UPDATE payment.refund SET ask_at = sutler.now()');
$shop->stack->run_job('reconcile-payments');
is $shop->value(q{SELECT state FROM payment.refund WHERE amount = 200 AND reason = 'a scratch'}), 'done', 'until it is found out';
is $ana->visitor->post("/en/admin/orders/$o->{id}/cancel", { csrf => $csrf, cancel_reason => 'as asked' })->status, 303, 'ORD-06 called off';
is $shop->value(q{SELECT sum(amount) FROM payment.refund WHERE state <> 'failed'}), 2000, 'the rest is asked of the gateway';

# ---- authorised first, captured later ----
$f->add('payment.method', tenant_id => $f->{tenant}{acme}, store_id => $f->{store}{one}, method => 'card', later => 1)
	if !$shop->value(q{SELECT count(*) FROM payment.method WHERE store_id = ? AND method = 'card'}, $f->{store}{one});
$shop->dbh->do(q{UPDATE payment.method SET later = true WHERE store_id = ? AND method = 'card'}, undef, $f->{store}{one});
sub kept { my ($o) = paid('open authorised'); return $o }
sub act { my ($o, $what, %form) = @_; return $ana->visitor->post("/en/admin/orders/$o->{id}/$what", { csrf => $csrf, idempotency_key => sprintf('%043d', ++$serial), %form }) }
sub shown { my ($o) = @_; return $ana->get("/admin/orders/$o->{id}")->text }
my $h = kept();
unlike shown($h), qr/Money came by hand/, 'PAY-09 money is not booked by hand meanwhile';
like shown($h), qr/The buyer's bank keeps the money for us: \S*20\.00 , until/, 'the page says what is kept';
is act($h, 'capture', capture_amount => '20.01')->status, 422, 'never above the authorisation';
is act($h, 'capture', capture_amount => '')->status, 422, 'an amount it must be';
$key = sprintf '%043d', ++$serial;
is act($h, 'capture', capture_amount => '20.00', idempotency_key => $key)->status, 303, 'all of it';
is $c->states($h), 'open paid', 'is captured';
is act($h, 'capture', capture_amount => '20.00', idempotency_key => $key)->status, 303, 'the same form twice';
is scalar($g->requests('POST /v1/payment_intents/.*/capture')), 1, 'captures once';
like shown($h), qr/The money is captured/, 'and says so';
$g->clear;
$h = kept();
$g->behave('POST /v1/payment_intents/.*/capture', 'drop', 2);
is act($h, 'capture', capture_amount => '12.50')->status, 303, 'T21 a part, whose answer is lost';
like shown($h), qr/has not answered yet.*To be captured: \S*12\.50/s, 'is said to be under way';
is act($h, 'release', release_reason => 'not wanted')->status, 422, 'and not let go meanwhile';
$g->clear;
$shop->change('UPDATE payment.intent SET ask_at = sutler.now()');
$shop->stack->run_job('reconcile-payments');
is $c->states($h), 'open pending', 'it was captured: the rest is due again';
is $shop->value('SELECT payment.due(?, ?)', $f->{tenant}{acme}, $h->{id}), 750, 'and how much';
$h = kept();
is act($h, 'release', release_reason => 'not wanted')->status, 303, 'another is let go';
is $c->states($h), 'open failed', 'and nothing was taken';
$h = kept();
$g->lapse($shop->value('SELECT payment_ref FROM payment.intent WHERE order_id = ?', $h->{id}));
is act($h, 'capture', capture_amount => '20.00')->status, 303, 'one that is gone at the gateway';
is $c->states($h), 'open failed', 'is found to be gone';
$h = kept();
$shop->value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $f->{tenant}{acme}, $h->{id});
$shop->value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, $f->{tenant}{acme}, $h->{id});
$shop->stack->run_job('reconcile-payments');
is $c->states($h), 'open paid', 'what leaves is captured by itself';
is_deeply $g->problems, [], 'the gateway understood all of it';
$shop->dbh->do(q{UPDATE payment.method SET later = false WHERE store_id = ? AND method = 'card'}, undef, $f->{store}{one});

my $old = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.refund'], stores => ['one'], age_s => 3600);
my $p = paid();
$old->visitor->post("/en/admin/orders/$p->{id}/refund", { csrf => $csrf, amount => '1.00', refund_reason => 'no code', idempotency_key => sprintf('%043d', ++$serial) });
is $c->states($p), 'open paid', 'SEC-02 without a recent code nothing goes back';
done_testing;
