# Promise: a refund that staff ask for goes to the gateway once, behind the commit that wrote it down; while
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
my $ana = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.refund', 'orders.cancel'], stores => ['one']);
my ($csrf) = $ana->get('/admin/orders')->html =~ /name="csrf" value="([^"]+)"/;
if (!$csrf) { ($csrf) = $ana->get('/admin')->html =~ /name="csrf" value="([^"]+)"/ }
my $serial = 0;

# An order that was paid at the gateway's page.
sub paid
{
	my $o = $c->order(intent => 0, total => 2000);
	my $b = $shop->visitor('one');
	$b->post("/order/$o->{token}/pay", {});
	my ($s) = grep { $_->{metadata}{order} eq $o->{id} } $g->sessions;
	$g->pay($s->{id});
	$b->get("/order/$o->{token}/paid");
	is $c->states($o), 'open paid', 'paid by card';
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
is_deeply $g->problems, [], 'the gateway understood all of it';

my $old = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.refund'], stores => ['one'], age_s => 3600);
my $p = paid();
$old->visitor->post("/en/admin/orders/$p->{id}/refund", { csrf => $csrf, amount => '1.00', refund_reason => 'no code', idempotency_key => sprintf('%043d', ++$serial) });
is $c->states($p), 'open paid', 'SEC-02 without a recent code nothing goes back';
done_testing;
