# Promise: goods that came back are exchanged by the pages (ORD-08): from their return to a draft for the same person, with what
# they pay and what is due said before, and both orders lead to each other.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order admin-login admin-home admin-orders))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz', stores => ['one']);
my $W1 = $shop->value(q{SELECT warehouse_id FROM inventory.warehouse WHERE code = 'W1' AND tenant_id = ?}, $f->{tenant}{acme});

my $b = Buyer->new($shop->visitor('one'), '/en');
$b->add($v->{PLAIN}, 2)->ready(email => 'eva@example.test', delivery => 'Post', payment => 'Bank transfer')->place;
my ($token) = $b->{link} =~ m{/order/([\w-]{43})};
my ($id) = $shop->value('SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, \'UTF8\'))', $token);
my $order = "/admin/orders/$id";
my ($csrf) = $ana->get($order)->html =~ /name="csrf" value="([^"]+)"/;
sub act { my ($more, %form) = @_; return $ana->visitor->post("/en$order$more", { csrf => $csrf, %form }) }

act('/pay', reference => 'r');
act('/step', event => 'make_ready');
act('/ship', line => 1, pieces => 2, carrier => 'Post');
act('/returns', line => 1, pieces => 2, wish => 'exchange', return_reason => 'size');
my ($back) = $shop->value('SELECT return_id FROM sales.return WHERE order_id = ?', $id);
is act("/returns/$back/exchange")->status, 422, 'what is not here is not exchanged';
act("/returns/$back/decide", event => 'approve');
act("/returns/$back/receive", warehouse => $W1);
my $page = $ana->get($order);
like $page->text, qr/Send other goods for it/, 'what is here can be';
my $begun = $ana->visitor->submit($page, action => "/en$order/returns/$back/exchange");
is $begun->status, 303, 'it is begun';
my ($draft) = $begun->header('location') =~ m{/en(/admin/orders/drafts/[0-9a-f-]{36})$};
like $ana->get($order)->html, qr{href="/en$draft">Go on with its exchange}, 'the order leads there';
is act("/returns/$back/exchange")->status, 422, 'a second one is refused';
like act("/returns/$back/exchange")->text, qr/has its exchange already/, 'and why';

my $form = $ana->get($draft);
like $form->html, qr/value="Calle Mayor 1"/, 'it goes to the same person';
my ($shown) = grep { $_->{names}{street} } $form->forms;
my %kept = map { @$_ } @{ $shown->{fields} };
is $ana->visitor->post("/en$draft", { %kept, sku => 'FEW', pieces => 1, step => 'save' })->status, 303, 'other goods';
$form = $ana->get($draft);
like $form->text, qr/Total €30\.00 Paid by the return − €20\.00 Still to be paid €10\.00/, 'what the return pays, and what is due';
($shown) = grep { $_->{names}{street} } $form->forms;
my @pairs = @{ $shown->{fields} };
my $done = $ana->visitor->post("/en$draft", [@pairs, [step => 'place']]);
is $done->status, 303, 'placed';
my ($new) = $done->header('location') =~ m{/admin/orders/([0-9a-f-]{36})$};
is join(' ', $shop->value('SELECT o.payment, p.amount, p.captured FROM sales."order" o JOIN payment.payment p USING (tenant_id, order_id) WHERE o.order_id = ?', $new)),
	'pending 3000 2000', 'it waits for the difference alone';
like $ana->get("/admin/orders/$new")->html, qr{Exchange for goods of order <a href="/en$order">}, 'it leads to the first order';
like $ana->get($order)->html, qr{Exchanged by order <a href="/en/admin/orders/$new">}, 'and that to it';
unlike $ana->get($order)->text, qr/Give money back for it/, 'of which nothing is left to be given back';
my ($few) = $shop->value('SELECT sum(quantity) FROM inventory.hold WHERE order_id = ?', $new);
is $few, 1, 'its piece is held';
my $clerk = Staff->new($shop, $f, 'acme', may => ['orders.view'], stores => ['one']);
is $clerk->visitor->post("/en$order/returns/$back/exchange", { csrf => ($clerk->get('/admin')->html =~ /name="csrf" value="([^"]+)"/)[0] // '' })->status, 403, 'SEC-05 by who may take returns';
done_testing;
