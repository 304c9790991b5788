# Promise: staff put an order together for somebody on the telephone (ORD-16): a customer who is found or a guest, priced as
# the shop prices, kept as a draft that holds no stock, and placed once as the shop places, with the way to pay or paid by hand.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home order deliver reconcile-payments admin-login admin-home admin-orders))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
my $c = CardOrder->new($shop->dbh, $f);
$shop->stack->set_origins;
my $tenant = $f->{tenant}{acme};
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz', stores => ['one']);
$f->stock($tenant, 'FEW', 'W1', 50);

sub token { my ($page) = @_; my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/; return $csrf }
my %address = (name => 'Eva Gil', street => 'Calle Nueva 7', postcode => '28013', city => 'Madrid', region => 'M', country => 'ES');

# Begins a draft; its path.
sub draft
{
	my ($who, %o) = @_;
	my $list = $who->get('/admin/orders/drafts');
	my $made = $who->visitor->post('/en/admin/orders/drafts', { csrf => token($list), locale => 'en', currency => 'EUR', %o });
	my ($path) = $made->header('location') =~ m{^(?:https?://[^/]+)?/en(/admin/orders/drafts/[0-9a-f-]{36})$} or die 'no draft: ' . $made->status . $made->text;
	return $path;
}

# Posts the form of a draft's page: of => { variant => quantity }, other fields as they are.
sub send_form
{
	my ($who, $path, %new) = @_;
	my $page = delete $new{page} // $who->get($path);
	my $form = $page->form(action => "/en$path") && (grep { $_->{names}{revision} && $_->{names}{street} } $page->forms)[0] or die 'no form: ' . $page->status . substr($page->text, 0, 600);
	my (@pairs, $variant);
	my ($pieces, $step) = (delete $new{of} // {}, delete $new{step} // 'save');
	for my $pair (@{ $form->{fields} }) {
		my ($name, $value) = @$pair;
		$variant = $value if $name eq 'variant';
		$value = $pieces->{$variant} // $value if $name eq 'quantity';
		$value = delete $new{$name} if exists $new{$name} && $name !~ /^(?:variant|quantity)$/;
		push @pairs, [$name, $value];
	}
	return $who->visitor->post("/en$path", [@pairs, (map { [$_, $new{$_}] } sort keys %new), [step => $step]]);
}
sub id_of { my ($path) = @_; return $path =~ s{.*/}{}r }
sub order_of { my ($path) = @_; return scalar $shop->value('SELECT order_id FROM sales."order" WHERE cart_id = ?', id_of($path)) }
sub states { my ($id) = @_; return join ' ', $shop->value('SELECT state, payment, fulfilment, total FROM sales."order" WHERE order_id = ?', $id) }
sub held { return scalar $shop->value('SELECT count(*) FROM inventory.hold') }

subtest 'for a guest' => sub {
	like $ana->get('/admin/orders')->html, qr{href="/en/admin/orders/drafts"}, 'the queue leads there';
	like $ana->get('/admin/orders/drafts')->text, qr/No draft waits/, 'there is none';
	my $path = draft($ana);
	is $ana->get($path)->status, 200, 'one is begun';
	my $none = send_form($ana, $path, sku => 'NOBODY', email => 'eva@example.test');
	is $none->status, 422, 'a SKU that is none';
	like $none->html, qr/id="w-sku">No product has this SKU/, 'is said beside its field';
	like $none->html, qr/value="eva\@example\.test"/, 'and loses nothing';
	is send_form($ana, $path, %address, sku => 'plain', pieces => 3, phone => '+34 600 1', payment => 'bank_transfer', method => $f->{method}{post})->status, 303, 'kept';
	my $page = $ana->get($path);
	like $page->text, qr/Products €30\.00 Delivery €5\.00 IVA \(21 %\) \(included\) €\S+ Total €35\.00/, 'priced as the shop prices';
	is held(), 0, 'and nothing is held for it';
	like $ana->get('/admin/orders/drafts')->text, qr/Eva Gil .* Ana Ruiz 3/s, 'it stands in the list';
	my $other = Staff->new($shop, $f, 'acme', owner => 1, stores => ['two']);
	is $other->get($path)->status, 404, 'T26 TEN-05 of its store alone';
	is send_form($ana, $path, step => 'place', phone => '', page => $page)->status, 422, 'nobody orders without mail and telephone';
	is send_form($ana, $path, step => 'place', payment => '', page => $page)->status, 422, 'nor without a way to pay';
	is send_form($ana, $path, step => 'place', street => '', page => $page)->status, 422, 'nor without an address';
	my $moved = send_form($ana, $path, step => 'place', of => { $v->{PLAIN} => 4 }, page => $page);
	is $moved->status, 303, 'another total than was seen';
	like $ana->visitor->follow($moved)->text, qr/not the total that you saw before.*Total €45\.00/s, 'is shown first';
	is order_of($path), undef, 'and not placed';
	is send_form($ana, $path, step => 'place', page => $page)->status, 422, 'a page that is old is refused';
	my $done = send_form($ana, $path, step => 'place', email => 'eva@example.test');
	is $done->status, 303, 'placed';
	my $order = order_of($path);
	is states($order), 'open pending unfulfilled 4500', 'an order like any other';
	is held(), 1, 'its pieces are held now';
	is $shop->value(q{SELECT actor FROM sales.order_event WHERE order_id = ? AND event = 'place'}, $order), $ana->{id}, 'ORD-17 the history says who placed it';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'order.placed' AND target = ?}, "order $order"), 1, 'SEC-06 and the audit log';
	like $ana->get($path)->header('location'), qr{/admin/orders/$order$}, 'its page leads to the order now';
	is $ana->visitor->post("/en$path", { csrf => token($page), revision => 1, %address, step => 'save' })->status, 303, 'and changes nothing more';
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { ($_[0]{to} // '') =~ /eva\@example/ || $_[0]{text} =~ /Eva Gil/ });
	like $mail->{text}, qr{transfer €45\.00.*http\S+/order/[\w-]{43}}s, 'the buyer gets the way to pay, with a link to his order';
};

subtest 'for a customer' => sub {
	my ($customer) = $shop->value('SELECT sutler.uuid7()');
	$f->add('customer.person', tenant_id => $tenant, store_id => $f->{store}{one}, customer_id => $customer, email => 'rosa@example.test', name => 'Rosa Vidal', phone => '+34 600 2', locale => 'es');
	$f->add('customer.address', tenant_id => $tenant, customer_id => $customer, address_id => Fixture::id(), name => 'Rosa Vidal', street => 'Plaza 3', postal_code => '28013',
		city => 'Madrid', region => 'M', country => 'ES', is_shipping => 1);
	my $path = draft($ana);
	my $found = $ana->get("$path?find=rosa+v");
	like $found->text, qr/Rosa Vidal rosa\@example\.test Madrid, ES/, 'found by the beginning of the name';
	like $ana->get("$path?find=ROSA\@example.test")->html, qr/$customer/, 'and by the mail address';
	like $ana->get("$path?find=nobody")->text, qr/No customer fits/, 'or said that there is none';
	is $ana->visitor->submit($found, action => "/en$path/customer")->status, 303, 'taken';
	like $ana->get($path)->html, qr/value="Plaza 3"/, 'with the address';
	my $clerk = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.edit'], stores => ['one']);
	unlike $clerk->get("$path?find=rosa")->text, qr/Rosa Vidal rosa/, 'SEC-05 who may not see customers finds none';
	is $clerk->visitor->post("/en$path/customer", { csrf => token($clerk->get($path)), revision => 1, person => $customer })->status, 422, 'nor gives it one';
	is send_form($ana, $path, sku => 'FEW', pieces => 2, payment => 'cod', method => $f->{method}{courier}, discount => '10.00')->status, 422, 'SEC-04 a discount needs a reason';
	is send_form($ana, $path, sku => 'FEW', pieces => 2, payment => 'cod', method => $f->{method}{courier}, discount => '10.00', reason => 'an old friend')->status, 303, 'with one it is kept';
	like $ana->get($path)->text, qr/Discount − €10\.00 Delivery €7\.00 .* Total €47\.00/, 'and reckoned';
	is send_form($ana, $path, step => 'place')->status, 303, 'placed';
	my $order = order_of($path);
	is join('|', states($order), $shop->value('SELECT customer_id, payment_method, hand_discount FROM sales."order" WHERE order_id = ?', $order)),
		"open pending unfulfilled 4700|$customer|cod|1000", 'an order of hers, to be paid at the door';
};

subtest 'for a member of a price group' => sub {
	my ($customer) = $shop->value('SELECT sutler.uuid7()');
	$f->add('customer.price_group', tenant_id => $tenant, code => 'TRADE', name => 'Trade');
	$f->add('catalog.price', tenant_id => $tenant, store_id => $f->{store}{one}, variant_id => $v->{FEW}, currency => 'EUR', customer_group => 'TRADE', amount => 2000);
	$f->add('customer.person', tenant_id => $tenant, store_id => $f->{store}{one}, customer_id => $customer, email => 'tomas@example.test', name => 'Tomas Mora', locale => 'es', price_group => 'TRADE');
	my $path = draft($ana);
	my %form = (%address, sku => 'FEW', pieces => 2, payment => 'cod', method => $f->{method}{courier}, email => 'x@example.test');
	is send_form($ana, $path, %form)->status, 303, 'kept for nobody yet';
	like $ana->get($path)->text, qr/Total €57\.00/, 'it costs what it costs everybody';
	is $ana->visitor->submit($ana->get("$path?find=tomas"), action => "/en$path/customer")->status, 303, 'now it is his';
	like $ana->get($path)->text, qr/Total €47\.00/, 'ORD-16 and costs what he pays in the shop';
	is send_form($ana, $path, %address, step => 'place')->status, 303, 'placed';
	is join('|', $shop->value('SELECT o.total, l.unit_price, o.customer_id FROM sales."order" o JOIN sales.order_line l USING (tenant_id, order_id) WHERE o.order_id = ?', order_of($path))),
		"4700|2000|$customer", 'at his price';
};

subtest 'a currency without decimals' => sub {
	my %at = (tenant_id => $tenant, store_id => $f->{store}{one}, currency => 'JPY');
	$f->add('tenancy.store_currency', %at, position => 9);
	$f->add('catalog.price', %at, variant_id => $v->{FEW}, amount => 3000);
	$f->add('shipping.method_price', %at, method_id => $f->{method}{post}, first => 700);
	my $path = draft($ana, currency => 'JPY');
	my %form = (%address, payment => 'bank_transfer', method => $f->{method}{post}, email => 'aki@example.test', reason => 'an old friend');
	my $bad = send_form($ana, $path, %form, sku => 'FEW', discount => '100.50');
	is $bad->status, 422, 'half a yen is none';
	like $bad->text, qr/this currency has none/, 'it says so';
	is send_form($ana, $path, %form, sku => 'FEW', discount => '100')->status, 303, 'a hundred are kept';
	is $shop->value('SELECT hand_discount FROM sales.cart WHERE cart_id = ?', id_of($path)), 100, 'PAY-06 as a hundred, not as ten thousand';
	my $placed = send_form($ana, $path, step => 'place', paid => 1, reference => 'till 5');
	is $placed->status, 303, 'placed and paid' or diag $placed->text;
	my $order = order_of($path);
	is $shop->value('SELECT total FROM sales."order" WHERE order_id = ?', $order), 3600, 'less a hundred';
	my $page = $ana->get("/admin/orders/$order");
	my ($key) = $page->html =~ /name="idempotency_key" value="([^"]+)"/;
	my $refund = sub { return $ana->visitor->post("/en/admin/orders/$order/refund", { csrf => token($page), refund_reason => 'a scratch', idempotency_key => $key, amount => $_[0] }) };
	is $refund->('50,5')->status, 422, 'nor is half a yen given back';
	is $refund->('50')->status, 303, 'fifty are';
	is $shop->value('SELECT refunded FROM payment.payment WHERE order_id = ?', $order), 50, 'as fifty, not as five thousand';
};

subtest 'money' => sub {
	my $path = draft($ana);
	my %form = (%address, sku => 'PLAIN', payment => 'bank_transfer', method => $f->{method}{post}, email => 'eva@example.test');
	send_form($ana, $path, %form);
	is send_form($ana, $path, step => 'place', paid => 1)->status, 422, 'money by hand has a reference';
	my $clerk = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.edit'], stores => ['one']);
	is send_form($clerk, $path, step => 'place', paid => 1, reference => 'till')->status, 422, 'SEC-05 and is booked by who may';
	is send_form($ana, $path, step => 'place', paid => 1, reference => 'till 4')->status, 303, 'placed and paid';
	my $order = order_of($path);
	is states($order), 'open paid unfulfilled 1500', 'in one step';
	is $shop->value(q{SELECT reason FROM audit.entry WHERE action = 'order.paid' AND target = ?}, "order $order"), 'till 4', 'as the audit log says';

	my $card = draft($ana);
	send_form($ana, $card, %form, payment => 'card', email => '', phone => '1');
	is send_form($ana, $card, step => 'place')->status, 422, 'who pays by card needs a mail address';
	is send_form($ana, $card, step => 'place', email => 'eva@example.test')->status, 303, 'where the link goes';
	my $by_card = order_of($card);
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{text} =~ /card/i && $_[0]{text} =~ m{/order/} });
	my ($link) = $mail->{text} =~ m{https?://[^/\s]+(\S*/order/[\w-]{43})};
	like $shop->visitor('one')->get($link)->text, qr/Please pay by card: €15\.00/, 'and leads to the payment';
	$shop->change('UPDATE sales."order" SET placed_at = placed_at - interval \'2 days\' WHERE order_id = ?', $by_card);
	$shop->value('SELECT payment.expire(?, 10)', $tenant);
	is states($by_card), 'open pending unfulfilled 1500', 'it is kept longer than an order of the shop';
	$shop->change('UPDATE sales."order" SET pay_until = sutler.now() - interval \'1 minute\' WHERE order_id = ?', $by_card);
	$shop->value('SELECT payment.expire(?, 10)', $tenant);
	is states($by_card), 'cancelled failed unfulfilled 1500', 'and ends with its days';
	$shop->job('reconcile-stock');
};

subtest 'what cannot be' => sub {
	my $path = draft($ana);
	my %form = (%address, payment => 'bank_transfer', method => $f->{method}{post}, email => 'eva@example.test');
	is send_form($ana, $path, %form, sku => 'LAST', pieces => 2)->status, 303, 'a wish for more than there are is kept';
	my $page = $ana->get($path);
	like $page->text, qr/To be had: 1/, 'and marked';
	unlike $page->html, qr/value="place"/, 'but cannot be placed';
	is send_form($ana, $path, step => 'place')->status, 422, 'by no form';
	is send_form($ana, $path, of => { $v->{LAST} => 1 })->status, 303, 'one of it';
	my $before = $ana->get($path);
	$f->stock($tenant, 'LAST', 'W1', 0);
	my $gone = send_form($ana, $path, step => 'place', page => $before);
	is $gone->status, 422, 'sold meanwhile';
	is order_of($path), undef, 'no order is made';
	is send_form($ana, $path, customer => 'business', tax_number => '')->status, 422, 'a business has a tax number';
	is send_form($ana, $path, country => 'zz')->status, 422, 'a country that is none';
	is $ana->visitor->post('/en/admin/orders/drafts', { csrf => token($page), locale => 'xx', currency => 'EUR' })->status, 422, 'a language the store has not';
	is $ana->visitor->post("/en$path/drop", { csrf => token($page), revision => 0 })->status, 422, 'a draft that changed since is not thrown away';
	is $ana->visitor->submit($ana->get($path), action => "/en$path/drop")->status, 303, 'thrown away';
	is $ana->get($path)->status, 404, 'it is gone';
	is $shop->value('SELECT count(*) FROM sales.contact k WHERE NOT EXISTS (SELECT FROM sales.cart c WHERE c.contact_id = k.contact_id) AND NOT EXISTS (SELECT FROM sales."order" o WHERE o.contact_id = k.contact_id)'), 0,
		'with what it knew of a person';
};

done_testing;
