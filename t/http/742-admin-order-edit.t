# Promise: staff change an order that is not begun (ORD-05): they see what it will cost before anything changes, stock,
# coupon, address and money follow in one step, what is owed or paid too much is said to staff and buyer, an invoice is
# never changed, and of two who change it at once one is told to look again.
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
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order deliver issue-invoices admin-login admin-home admin-orders))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz', stores => ['one']);
my $serial = 0;
$f->stock($f->{tenant}{acme}, 'FEW', 'W1', 50);

# An order of 2 PLAIN and 1 FEW, 20 + 25, delivered for 5: 50.00.
sub order
{
	my ($coupon, %o) = @_;
	my $b = Buyer->new($shop->visitor('one'), '/en');
	$b->add($v->{PLAIN}, 2)->add($v->{FEW}, 1);
	$b->coupon($coupon) if $coupon;
	$b->ready(email => 'buyer' . ++$serial . '@example.test', delivery => 'Post', payment => 'Bank transfer', %o)->place;
	my ($token) = $b->{link} =~ m{/order/([\w-]{43})};
	my ($id) = $shop->value('SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, \'UTF8\'))', $token);
	return { id => $id, buyer => $b };
}

sub url { my ($o, $more) = @_; return "/admin/orders/$o->{id}" . ($more // '') }
sub lines { return join ' ', map { "$_->{sku}x$_->{quantity}" } $shop->rows('SELECT sku, quantity FROM sales.order_line WHERE order_id = ? ORDER BY line_no', $_[0]{id}) }
sub total { return scalar $shop->value('SELECT total FROM sales."order" WHERE order_id = ?', $_[0]{id}) }
sub states { return join ' ', $shop->value('SELECT state, payment, fulfilment FROM sales."order" WHERE order_id = ?', $_[0]{id}) }
sub held { my ($o) = @_; return join ' ', map { "$_->{sku}=$_->{n}" } $shop->rows('SELECT v.sku, sum(h.quantity) AS n FROM inventory.hold h
	JOIN catalog.variant v USING (tenant_id, variant_id) WHERE h.order_id = ? GROUP BY v.sku ORDER BY v.sku', $o->{id}) }
# Everything of the order and what hangs on it, in one word.
sub whole
{
	my ($o) = @_;
	return join '|', $shop->value(q{SELECT (SELECT md5(o::text) FROM sales."order" o WHERE o.order_id = ?),
		(SELECT md5(string_agg(l::text, '' ORDER BY line_no)) FROM sales.order_line l WHERE l.order_id = ?),
		(SELECT md5(string_agg(p::text, '')) FROM payment.payment p WHERE p.order_id = ?),
		(SELECT sum(quantity) FROM inventory.hold WHERE order_id = ?), (SELECT count(*) FROM inventory.hold WHERE cart_id IS NOT NULL),
		(SELECT sum(used) FROM sales.coupon), (SELECT count(*) FROM sales.cart WHERE state = 'open'), (SELECT count(*) FROM sales.contact),
		(SELECT count(*) FROM sales.order_event), (SELECT count(*) FROM event.outbox)}, ($o->{id}) x 4);
}

# Posts the form of a page; pieces => { variant => quantity }, other fields as they are.
sub send_form
{
	my ($who, $page, $o, %new) = @_;
	my $form = $page->form(action => '/en' . url($o, '/edit')) or die 'no form: ' . $page->status . substr($page->text, 0, 600);
	my (@pairs, $variant);
	my $pieces = delete $new{of} // {};
	my $step = delete $new{step} // 'look';
	for my $pair (@{ $form->{fields} }) {
		my ($name, $value) = @$pair;
		$variant = $value if $name eq 'variant';
		$value = $pieces->{$variant} // $value if $name eq 'quantity';
		$value = delete $new{$name} if exists $new{$name} && $name !~ /^(?:variant|quantity)$/;
		push @pairs, [$name, $value];
	}
	push @pairs, [$_, $new{$_}] for sort keys %new;
	return $who->visitor->post('/en' . url($o, '/edit'), [@pairs, [step => $step]]);
}
sub look { my ($o, %new) = @_; return send_form($ana, $ana->get(url($o, '/edit')), $o, %new) }
sub save { my ($o, $page, %new) = @_; return send_form($new{who} // $ana, $page, $o, step => 'save', reason => 'asked by phone', map { $_ eq 'who' ? () : ($_ => $new{$_}) } keys %new) }
sub token { my ($page) = @_; my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/; return $csrf }
my $csrf;
sub act { my ($o, $more, %form) = @_; $csrf //= token($ana->get(url($o))); return $ana->visitor->post('/en' . url($o, $more), { csrf => $csrf, %form }) }

subtest 'products' => sub {
	my $o = order();
	is total($o), 5000, 'it costs 50.00';
	like $ana->get(url($o))->html, qr{href="/en/admin/orders/$o->{id}/edit"}, 'it can be changed';
	my $before = whole($o);
	my $page = look($o, of => { $v->{PLAIN} => 4, $v->{FEW} => 0 }, sku => 'tiers', pieces => 10);
	is $page->status, 200, 'what it would be is shown';
	like $page->text, qr/New total €70\.00 Total so far €50\.00 Difference \+ €20\.00/, 'old and new total and the difference';
	like $page->html, qr{name="variant" value="$v->{TIERS}"}, 'with the product that was added';
	is whole($o), $before, 'looking changes nothing';
	my $none = save($o, $page, reason => '');
	is $none->status, 422, 'SEC-04 nothing is saved without a reason';
	like $none->html, qr/id="w-reason"/, 'which is said beside its field';
	like $none->html, qr{value="$v->{TIERS}"}, 'and loses nothing';
	is whole($o), $before, 'nor changes anything';
	my $done = save($o, $page);
	is $done->status, 303, 'saved';
	is lines($o) . ' ' . total($o), 'PLAINx4 TIERSx10 7000', 'the lines and the total';
	is held($o), 'PLAIN=4 TIERS=10', 'its stock is held, that of the line taken out is free';
	is $shop->value('SELECT amount FROM payment.payment WHERE order_id = ?', $o->{id}), 7000, 'that is to be paid';
	is $shop->value("SELECT actor || ' ' || detail FROM sales.order_event WHERE order_id = ? AND event = 'change'", $o->{id}), "$ana->{id} 5000 EUR → 7000 EUR", 'ORD-17 the history says who';
	like $ana->get(url($o))->text, qr/€50\.00 → €70\.00/, 'and its page says it in money';
	is $shop->value(q{SELECT reason || ' ' || (detail::json -> 'lines')::text FROM audit.entry WHERE action = 'order.edited' AND target = ?}, "order $o->{id}"),
		'asked by phone ["2 x PLAIN, 1 x FEW", "4 x PLAIN, 10 x TIERS"]', 'SEC-06 and the audit log what';
	is $shop->value(q{SELECT count(*) FROM sales.cart WHERE state = 'open'}), 0, 'no cart is left behind';
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /changed/i });
	like $mail->{text}, qr/Please transfer €70\.00/, 'ORD-09 the buyer gets a mail with the new total';
	$shop->job('reconcile-stock');
};

subtest 'what cannot be' => sub {
	my $o = order();
	my $before = whole($o);
	my $page = look($o, sku => 'NOBODY', street => 'Calle Nueva 7');
	is $page->status, 422, 'a SKU that is none';
	like $page->html, qr/id="w-sku">No product has this SKU/, 'is said beside its field';
	like $page->html, qr/value="NOBODY"/, 'as it was typed';
	like $page->html, qr/Calle Nueva 7/, 'and nothing else is lost';
	my $short = look($o, sku => 'last', pieces => 2);
	like $short->text, qr/LAST.*To be had: 1/s, 'more than there are: how many there are';
	unlike $short->html, qr/value="save"/, 'and it cannot be saved';
	my $out = look($o, sku => 'OUT');
	like $out->text, qr/OUT.*Sold out/s, 'what is sold out';
	my $empty = look($o, of => { $v->{PLAIN} => 0, $v->{FEW} => 0 });
	is $empty->status, 422, 'no order is left empty';
	my $bad = look($o, of => { $v->{PLAIN} => 10001 });
	is $bad->status, 422, 'nor has a line more than 10 000';
	is look($o, postcode => '1')->status, 422, 'a postal code that is none';
	my $weight = look($o, of => { $v->{PLAIN} => 13 }, method => $f->{method}{courier});
	like $weight->text, qr/way of delivery does not take this/, 'a way of delivery that does not take it';
	is whole($o), $before, 'none of it changed anything';
	is act($o, '/edit', revision => 0, step => 'save')->status, 422, 'nor a form without lines';
	my $gone = { id => '01900000-0000-7000-8000-00000000dead' };
	is $ana->get(url($gone, '/edit'))->status, 404, 'an order that is none';
	my $other = Staff->new($shop, $f, 'acme', owner => 1, stores => ['two']);
	is $other->get(url($o, '/edit'))->status, 404, 'T26 TEN-05 or of another store';
};

subtest 'address and delivery' => sub {
	my $o = order();
	my $form = $ana->get(url($o, '/edit'));
	my $again = send_form($ana, $form, $o, country => 'PT', step => 'country');
	is $again->status, 200, 'another country has other fields';
	unlike $again->html, qr/name="region"/, 'Portugal no provinces';
	my $page = send_form($ana, $again, $o, country => 'PT', street => 'Rua Nova 2', postcode => '1100-053', city => 'Lisboa');
	like $page->text, qr/IVA PT/, 'its taxes';
	is save($o, $page)->status, 303, 'saved';
	is join('|', $shop->value('SELECT k.country, k.city, x.name FROM sales."order" o JOIN sales.contact k ON k.contact_id = o.contact_id
		JOIN sales.order_tax x ON x.order_id = o.order_id WHERE o.order_id = ?', $o->{id})), 'PT|Lisboa|IVA PT', 'the parcel goes there, taxed there';
	my $p = order();
	is save($p, look($p, method => $f->{method}{courier}))->status, 303, 'another way of delivery';
	is join('|', $shop->value('SELECT method_name, shipping FROM sales."order" WHERE order_id = ?', $p->{id})), 'Courier|900', 'by its name and price';
};

subtest 'a discount by hand' => sub {
	my $o = order('TENPERCENT');
	is total($o), 4550, 'with a coupon';
	is $shop->value(q{SELECT used FROM sales.coupon WHERE code = 'TENPERCENT'}), 1, 'which is used';
	my $much = look($o, discount => '45.01');
	is $much->status, 422, 'more than the products cost';
	like $much->html, qr/id="w-discount"/, 'is refused beside its field';
	my $page = look($o, discount => '12.00');
	like $page->text, qr/Discount − €12\.00/, 'it is shown';
	is save($o, $page, reason => 'a scratch on the box')->status, 303, 'saved';
	is join('|', $shop->value('SELECT total, discount, hand_discount, coupon_code FROM sales."order" WHERE order_id = ?', $o->{id})), '3800|1200|1200|', 'in place of the coupon';
	is $shop->value(q{SELECT used FROM sales.coupon WHERE code = 'TENPERCENT'}), 0, 'which is free again';
	my $clerk = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.edit'], stores => ['one']);
	my $form = $clerk->get(url($o, '/edit'));
	unlike $form->html, qr/name="discount"/, 'SEC-05 who may not sees no field for it';
	my $sent = send_form($clerk, $form, $o, discount => '30.00');
	is save($o, $sent, who => $clerk)->status, 303, 'what he changes besides';
	is $shop->value('SELECT hand_discount FROM sales."order" WHERE order_id = ?', $o->{id}), 1200, 'leaves the discount as it was';
};

subtest 'what is paid already' => sub {
	my $o = order();
	is act($o, '/pay', reference => 'statement 1', due => 4999)->status, 422, 'money that is not what is due is not booked';
	is act($o, '/pay', reference => 'statement 1', due => 5000)->status, 303, 'paid';
	my $up = look($o, of => { $v->{PLAIN} => 3 });
	like $up->text, qr/Still to be paid then[^€]*€10\.00/, 'dearer: what will be owed is said before';
	is save($o, $up)->status, 303, 'saved';
	is states($o), 'open pending unfulfilled', 'the order waits for money again';
	is join('|', $shop->value('SELECT amount, captured FROM payment.payment WHERE order_id = ?', $o->{id})), '6000|5000', 'for the rest alone';
	is $shop->value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', $o->{id}), 0, 'and is not billed';
	like $ana->get(url($o))->text, qr/Due[^€]*€10\.00/, 'staff see what is due';
	like $shop->visitor('one')->get($o->{buyer}{link})->text, qr/Please transfer €10\.00.*Paid so far: €50\.00\. Still to be paid: €10\.00/s, 'the buyer too';
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /changed/i && $_[0]{text} =~ /Still to be paid/ });
	like $mail->{text}, qr{Please transfer €10\.00.*http\S+/order/[\w-]{43}}s, 'and a mail with the link to pay';
	is act($o, '/ship', line => 1, pieces => 1, carrier => 'Post')->status, 422, 'nothing leaves before';
	is act($o, '/pay', reference => 'statement 2', due => 1000)->status, 303, 'the rest came';
	is states($o), 'open paid unfulfilled', 'paid';
	is $shop->value('SELECT count(*) FROM accounting.unbilled WHERE order_id = ?', $o->{id}), 1, 'to be billed';
	my $down = look($o, of => { $v->{PLAIN} => 1 });
	like $down->text, qr/More came in than it costs then[^€]*€20\.00/, 'cheaper: what can be given back';
	is save($o, $down)->status, 303, 'saved';
	my $page = $ana->get(url($o));
	like $page->text, qr/To be given back: €20\.00/, 'the page offers it';
	like $page->html, qr/name="amount" value="20\.00"/, 'as the amount of a refund';
	is act($o, '/refund', amount => '60.01', refund_reason => 'less', idempotency_key => sprintf('%043d', ++$serial))->status, 422, 'never above what came in';
	is act($o, '/refund', amount => '20.00', refund_reason => 'less', idempotency_key => sprintf('%043d', ++$serial))->status, 303, 'given back';
	is states($o), 'open partly_refunded unfulfilled', 'in part';
	unlike $ana->get(url($o))->text, qr/To be given back/, 'which is done then';
	my $late = $ana->get(url($o, '/edit'));
	is $late->status, 302, 'after that it is not changed any more';
	like $ana->visitor->follow($late)->text, qr/Money was given back for it already/, 'and why';
	my $free = order();
	is save($free, look($free, discount => '45.00'))->status, 303, 'all of it for nothing but the way';
	is total($free), 500, 'costs the way';
};

subtest 'an invoice is never changed' => sub {
	my $o = order();
	my $form = $ana->get(url($o, '/edit'));
	act($o, '/pay', reference => 'r', due => 5000);
	$shop->job('issue-invoices');
	is $shop->value('SELECT total FROM accounting.invoice WHERE order_id = ?', $o->{id}), 5000, 'billed';
	my $before = whole($o);
	my $page = send_form($ana, $form, $o, of => { $v->{PLAIN} => 1 });
	is $page->status, 422, 'a form that was open is refused';
	like $page->text, qr/an invoice is never changed/, 'in clear words';
	is whole($o), $before, 'and changes nothing';
	like $ana->get(url($o))->text, qr/an invoice is never changed/, 'the page says so';
	unlike $ana->get(url($o))->html, qr{/edit"}, 'and offers no change';
};

subtest 'two at once' => sub {
	my $o = order();
	my $mine = look($o, of => { $v->{PLAIN} => 3 });
	my $ben = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.edit'], stores => ['one'], name => 'Ben');
	my $his = send_form($ben, $ben->get(url($o, '/edit')), $o, of => { $v->{PLAIN} => 5 });
	is save($o, $mine)->status, 303, 'who is first';
	my $late = save($o, $his, who => $ben);
	is $late->status, 422, 'the second is told';
	like $late->text, qr/Somebody changed it while you were here.*As it is now: 3 × PLAIN · 1 × FEW/s, 'and shown how it is now';
	like $late->html, qr/name="quantity"[^>]*value="5"/, 'beside what he typed';
	is lines($o), 'PLAINx3 FEWx1', 'nothing of the first is lost';
	is save($o, send_form($ben, $late, $o), who => $ben)->status, 303, 'he looks again and saves';
	is lines($o), 'PLAINx5 FEWx1', 'and then it is his';
	my $seen = look($o, of => { $v->{PLAIN} => 6 });
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $f->{tenant}{acme});
	$shop->change('UPDATE catalog.price SET amount = 1100 WHERE variant_id = ?', $v->{PLAIN});
	my $moved = save($o, $seen);
	is $moved->status, 200, 'another price meanwhile';
	like $moved->text, qr/not the total that you saw.*New total €91\.00/s, 'is shown first';
	is lines($o), 'PLAINx5 FEWx1', 'and changes nothing by itself';
};

done_testing;
