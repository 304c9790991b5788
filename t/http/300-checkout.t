# Promise: the checkout leads from the cart to one order, in its order, at the price that was
# shown, with what was typed kept and every mistake said at its field.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Digest::SHA qw(sha256);
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};

sub buyer { my ($host, $prefix) = @_; return Buyer->new($shop->visitor($host), $prefix) }
sub orders { return $shop->value('SELECT count(*) FROM sales."order"') }

subtest 'CHK-03 a guest buys' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN}, 2)->add($v->{MADE});
	$b->start;
	is join(',', $f->count('PLAIN')), '100,2', 'CHK-08 the start of checkout holds the pieces';
	my ($minutes) = $shop->value("SELECT round(extract(epoch FROM max(expires_at) - now()) / 60) FROM inventory.hold");
	is $minutes, 15, 'for the store\'s minutes';
	$b->ready;
	my $review = $b->get('/checkout/review');
	like $review->text, qr/ana\@example\.test \+34 600 000 000/, 'contact';
	like $review->text, qr/Ana López Calle Mayor 1 28013 Madrid/, 'address as it is written there';
	like $review->text, qr/Post Arrives between \d+ \w+ \d{4} and/, 'CHK-15 delivery with its dates';
	like $review->text, qr/Total €100\.00 including IVA \(21 %\) €17\.36/, 'free above 60: no charge';
	unlike $review->html, qr/checkbox" id="f-reminders" name="reminders" value="1" checked/, 'no consent is ticked for him';
	my $order = $b->place(form => { note => 'Please ring' });
	is $order->status, 200, 'the order has a page';
	like $order->text, qr/Thank you for your order Order 1001/, 'thanks with the number';
	like $order->text, qr/Pending Payment/, 'the word of its state';
	like $order->text, qr/Please transfer €100\.00 .* Bank of Test IBAN ES00 1234 Reference 1001 Amount €100\.00/,
		'PAY-05 instructions with the reference';
	like $order->text, qr/Your note Please ring/, 'CHK-10 the note';
	is $order->header('referrer-policy'), 'no-referrer', 'T55 the address stays here';
	is join(',', $f->count('PLAIN')), '100,2', 'INV-02 held for the order now';
	is $shop->value('SELECT count(*) FROM inventory.hold WHERE order_id IS NOT NULL AND expires_at IS NULL'), 1, 'without an end';
	is $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'order-placed'"), 1, 'one mail is queued';
	is $shop->value("SELECT string_agg(axis || ' ' || event, ',') FROM sales.order_event"), 'order place', 'ORD-17 its history';
	like $b->get('/cart')->text, qr/Your cart is empty/, 'T11 the cart is gone';
	is $b->get('/checkout/review')->header('location'), '/en/cart', 'and so is the checkout';
	my ($old) = $shop->value('SELECT cart_id FROM sales."order"');
	$b->add($v->{PLAIN});
	isnt $shop->value("SELECT cart_id FROM sales.cart WHERE state = 'open' ORDER BY created_at DESC LIMIT 1"), $old,
		'T11 adding again makes a new cart';
	is $shop->value('SELECT count(*) FROM sales.cart_line WHERE cart_id = ?', $old), 2, 'T11 the ordered one stays as it was';
	unlike join('', map { $_->[0] } @{ $shop->dbh->selectall_arrayref("SELECT o::text FROM event.outbox o UNION ALL
		SELECT e::text FROM sales.order_event e UNION ALL SELECT n::text FROM event.note n") }), qr/ana|Mayor/, 'nothing personal in events';
};

subtest 'T22 the contact form sent twice' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->start;
	my $page = $b->get('/checkout/contact');
	my %old = %{ $b->visitor->{cookies} };
	my %typed = (email => 'twice@example.test', phone => '+34 600 000 000');
	my @new;
	for (1, 2) {
		%{ $b->visitor->{cookies} } = %old;
		is $b->visitor->submit($page, action => '/en/checkout/contact', {%typed})->status, 303, "time $_";
		push @new, $b->visitor->{cookies}{cart};
	}
	isnt $new[0], $old{cart}, 'the cart has a token of its own now';
	is $new[1], $new[0], 'the same both times';
	is $b->get('/checkout/address')->status, 200, 'it goes on';
	my $stranger = $shop->visitor('one');
	$stranger->{cookies}{cart} = $old{cart};
	like $stranger->get('/en/cart')->text, qr/Your cart is empty/, 'the old one opens nothing';
	my $his = $b->get('/checkout/contact');
	%{ $b->visitor->{cookies} } = %old;
	my ($turn) = $his->html =~ /name="turn" value="([\w-]{43})"/;
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	is $b->visitor->post('/en/checkout/contact', { %typed, csrf => $csrf, turn => $turn })->header('location'), '/en/cart',
		'nor with the turn of another page';
};

subtest 'fewer of the last pieces' => sub {
	my $b = buyer('one', '/en')->add($v->{FEW}, 3)->ready;
	is join(',', $f->count('FEW')), '3,3', 'all that there are';
	my ($line) = $b->get('/cart')->html =~ m{lines/quantity".*?name="line" value="([^"]+)"}s;
	$b->visitor->submit($b->get('/cart'), action => '/en/cart/lines/quantity', { quantity => 2 });
	is $b->place->status, 200, 'two of them can be ordered, though the cart holds three';
	is join(',', $f->count('FEW')), '3,2', 'and the third is free';
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $f->{tenant}{acme});
	is $shop->value(q{SELECT sales.cancel(o.tenant_id, o.order_id, 'test', '') FROM sales."order" o ORDER BY placed_at DESC LIMIT 1}), 'ok', 'back with them';
};

subtest 'T23 steps cannot be skipped' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->start;
	my $before = orders();
	for my $step (qw(address delivery payment review)) {
		is $b->get("/checkout/$step")->header('location'), '/en/checkout/contact', "GET $step leads to the first unfinished";
	}
	my ($csrf) = $b->get('/checkout/contact')->html =~ /name="csrf" value="([^"]+)"/;
	my %post = (address => { country => 'ES' }, delivery => { method => $f->{method}{post} }, payment => { method => 'cod' },
		order => { total => 1000, idempotency_key => 'k' x 43 });
	for my $step (sort keys %post) {
		is $b->visitor->post("/en/checkout/$step", { csrf => $csrf, %{ $post{$step} } })->status, 409, "POST $step is a conflict";
	}
	$b->contact->address;
	is $b->get('/checkout/review')->header('location'), '/en/checkout/delivery', 'after the address comes delivery';
	is orders(), $before, 'nothing was ordered';
	is buyer('one', '/en')->get('/checkout')->header('location'), '/en/cart', 'without a cart there is no checkout';
};

subtest 'CHK-11 addresses by country' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->contact;
	my $page = $b->get('/checkout/address');
	like $page->html, qr/name="region".*?<option value="TF">Santa Cruz de Tenerife/s, 'Spain asks for the province';
	is_deeply [sort $page->html =~ m{<select id="f-country".*?</select>}s ? $& =~ /value="(\w\w)"/g : ()], [qw(DE ES FR PT)],
		'only where a way of delivery goes';
	my $answer = $b->visitor->submit($page, action => '/en/checkout/address', { name => 'Ana', postcode => '2801', change_country => undef });
	is $answer->status, 422, 'mistakes bring the form back';
	like $answer->html, qr/id="f-name"[^>]*value="Ana"/, 'filled in';
	like $answer->html, qr/id="w-postcode">This postal code does not look right/, 'with a sentence at the field';
	like $answer->html, qr/id="errors".*href="#f-street".*href="#f-region"/s, 'and all of them on top';
	$answer = $b->visitor->submit($page, action => '/en/checkout/address', { country => 'US', change_country => undef });
	like $answer->html, qr/id="w-country">We do not deliver to this country/, 'a country that is not served';
	$b->address(country => 'PT');
	like $b->get('/checkout/delivery')->text, qr/Post/, 'post goes to Portugal';
	unlike $b->page->text, qr/Courier/, 'the courier does not';
	$b->delivery;
	unlike $b->get('/checkout/payment')->text, qr/Cash on delivery/, 'PAY-06 cash on delivery is for Spain';
	$answer = $b->visitor->submit($b->page, action => '/en/checkout/payment', { method => 'cod' });
	is $answer->status, 422, 'and is not taken';
	$b->payment;
	like $b->get('/checkout/review')->text, qr/Rua Nova 2 1100-053 Lisboa Portugal/, 'the address abroad names its country';
	like $b->page->text, qr/Total €15\.00 including IVA PT \(23 %\) €2\.80/, 'CHK-13 tax of the destination';
	$b->address(country => 'ES', fields => { billing_differs => 1, billing_name => 'Firma SL', billing_street => 'Gran Vía 2',
		billing_postcode => '08001', billing_city => 'Barcelona', billing_region => 'B', billing_country => 'ES' });
	$b->delivery('Courier')->payment('Cash on delivery');
	like $b->get('/checkout/review')->text, qr/Invoice to Change invoice address Firma SL Gran Vía 2 08001 Barcelona/, 'another invoice address';
	like $b->page->text, qr/Total €17\.00/, 'SHP-01 by weight';
	like $b->place->text, qr/You pay the driver on delivery: €17\.00/, 'PAY-06 cash on delivery';
};

subtest 'CHK-14 tax by customer type' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->contact;
	my $page = $b->get('/checkout/address');
	$page = $b->visitor->submit($page, action => '/en/checkout/address', { country => 'DE', change_country => 1 });
	my %company = (customer => 'business', company => 'Sohlen GmbH', name => 'Eva', street => 'Torstraße 3', postcode => '10119',
		city => 'Berlin', change_country => undef);
	my $answer = $b->visitor->submit($page, action => '/en/checkout/address', { %company, tax_number => '12' });
	like $answer->html, qr/id="w-tax_number"/, 'a tax number that is none';
	is $b->visitor->submit($page, action => '/en/checkout/address', { %company, tax_number => 'de 123 456 789' })->status, 303, 'one that is';
	$b->delivery->payment;
	like $b->get('/checkout/review')->text, qr/Tax number DE123456789 .*Total €12\.39 including Reverse charge \(0 %\) €0\.00/,
		'reverse charge: the price without IVA';
};

subtest 'T1 T2 the total that was seen' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN}, 3);
	$b->ready;
	my $before = orders();
	my $page = $b->get('/checkout/review');
	is $b->visitor->submit($page, action => '/en/checkout/order', { total => 1 })->status, 422, 'another total orders nothing';
	for my $bad ('-1', '1e3', '9007199254740992', 'abc', '') {
		is $b->visitor->submit($page, action => '/en/checkout/order', { total => $bad })->status, 422, "total '$bad'";
	}
	$shop->change('UPDATE catalog.price SET amount = 1100 WHERE variant_id = ? AND currency = ?', $v->{PLAIN}, 'EUR');
	my $answer = $b->visitor->submit($page, action => '/en/checkout/order');
	is $answer->status, 422, 'a price that rose meanwhile';
	like $answer->text, qr/Something changed while you were here.*Place order €38\.00/s, 'shows the new total';
	is orders(), $before, 'nothing was ordered';
	is $b->visitor->submit($answer, action => '/en/checkout/order')->status, 303, 'the new total can be ordered';
	is $shop->value('SELECT total FROM sales."order" ORDER BY placed_at DESC LIMIT 1'), 3800, 'and is what the order says';
	$shop->change('UPDATE catalog.price SET amount = 1000 WHERE variant_id = ? AND currency = ?', $v->{PLAIN}, 'EUR');
	for my $field (qw(price tax discount shipping tenant_id status is_admin)) {
		my $c = buyer('one', '/en')->add($v->{PLAIN});
		my ($csrf) = $c->get('/cart')->html =~ /name="csrf" value="([^"]+)"/;
		is $c->visitor->post('/en/checkout', { csrf => $csrf, $field => 1 })->status, 400, "T29 $field is refused";
	}
};

subtest 'T22 a double click and two tabs are one order' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->ready;
	my $before = orders();
	my $first = $b->get('/checkout/review');
	my $second = $b->visitor->tab->get('/en/checkout/review');
	my $answer = $b->visitor->submit($first, action => '/en/checkout/order');
	my $again = $b->visitor->submit($first, action => '/en/checkout/order');
	is $again->status . $again->header('location'), '303' . $answer->header('location'), 'the same form again: the same answer';
	my $other = $b->visitor->submit($second, action => '/en/checkout/order');
	is $other->status, 303, 'the other tab is led to the order';
	my ($number) = $b->visitor->get($answer->header('location'))->text =~ /Order (\d+)/;
	like $b->visitor->get($other->header('location'))->text, qr/Order $number/, 'the same one';
	is orders(), $before + 1, 'one order';
};

subtest 'sold out while he typed' => sub {
	my $one = buyer('one', '/en')->add($v->{LAST});
	$one->ready;
	$shop->change("UPDATE inventory.hold SET expires_at = now() - interval '1 second' WHERE variant_id = ?", $v->{LAST});
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{acme});
	is $shop->value('SELECT inventory.release_expired(?, 100)', $f->{tenant}{acme}), 1, 'the hold ends';
	my $review = $one->get('/checkout/review');
	my $two = buyer('one', '/en')->add($v->{LAST});
	$two->ready->place;
	my $answer = $one->visitor->submit($review, action => '/en/checkout/order');
	is $answer->status, 422, 'the late one is declined';
	like $answer->text, qr/Somebody was faster/, 'kindly';
	like $answer->html, qr{href="/en/cart">Change the cart}, 'with a way on';
	is join(',', $f->count('LAST')), '1,1', 'one piece, one promise';
	my $three = buyer('one', '/en');
	is $three->visitor->post('/en/cart/items', { variant => $v->{LAST} })->status, 422, 'nobody else gets it';
};

subtest 'CHK-08 short at the start' => sub {
	my $one = buyer('one', '/en')->add($v->{FEW}, 2);
	my $two = buyer('one', '/en')->add($v->{FEW}, 2);
	$one->start;
	my $page = $two->get('/cart');
	like $page->text, qr/fewer than you want: 1/, 'the other cart says what is left';
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	is $two->visitor->post('/en/checkout', { csrf => $csrf })->header('location'), '/en/cart', 'and stays where it is';
};

subtest 'T24 hoarding' => sub {
	my $b = buyer('one', '/en')->add($v->{TIERS}, 400);
	$b->start;
	my $c = buyer('one', '/en')->add($v->{TIERS}, 200);
	my $answer = $c->visitor->submit($c->get('/cart'), action => '/en/checkout');
	is $answer->status, 429, 'more than 500 pieces from one address';
	is $answer->header('retry-after'), 1800, 'later';
	is join(',', $f->count('TIERS')), '1000,400', 'nothing more is held';
	unlike join('', map { $_->[0] } @{ $shop->dbh->selectall_arrayref('SELECT address_key FROM inventory.hold') }), qr/127\.0/,
		'the address itself is not kept';
};

subtest 'MKT-02 coupon limits at the order' => sub {
	my $one = buyer('one', '/en')->add($v->{PLAIN})->coupon('ONCE');
	my $two = buyer('one', '/en')->add($v->{PLAIN})->coupon('ONCE');
	$_->ready for $one, $two;
	my $review = $two->get('/checkout/review');
	like $review->text, qr/Discount \(ONCE\) −€1\.00/, 'both see it';
	$one->place;
	my $answer = $two->visitor->submit($review, action => '/en/checkout/order');
	is $answer->status, 422, 'T8 the second is declined';
	like $answer->text, qr/Something changed|just been used up/, 'kindly';
	is $shop->value("SELECT used FROM sales.coupon WHERE code = 'ONCE'"), 1, 'one use';
	my $three = buyer('one', '/en')->add($v->{PLAIN})->coupon('EACHONE');
	$three->ready(email => 'rosa@example.test')->place;
	my $four = buyer('one', '/en')->add($v->{PLAIN})->coupon('EACHONE');
	$four->ready(email => 'ROSA@example.test');
	$answer = $four->visitor->submit($four->get('/checkout/review'), action => '/en/checkout/order');
	like $answer->text, qr/You have used this coupon before/, 'T8 once per customer, however the address is typed';
	my $five = buyer('one', '/en')->add($v->{PLAIN})->coupon('SHIPFREE');
	$five->ready;
	like $five->get('/checkout/review')->text, qr/Delivery free/, 'MKT-01 free delivery';
};

subtest 'CHK-04 a guest proves the mail address' => sub {
	my $b = buyer('two')->add($v->{PLAIN});
	$b->contact(email => 'eva@example.test');
	is $b->page->header('location'), '/checkout/verify', 'asks for a code';
	is $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'verify-code'"), 1, 'a mail is queued';
	is $b->get('/checkout/address')->header('location'), '/checkout/verify', 'T23 and nothing goes on without';
	my ($cart) = $shop->value('SELECT cart_id FROM sales.verification');
	my $code = sub {
		my $q = $shop->dbh->prepare('UPDATE sales.verification SET code_sha256 = decode(?, \'hex\') WHERE cart_id = ?');
		$q->execute(unpack('H*', sha256("${cart}482913")), $cart);
	};
	$code->();
	my $try = sub { my $page = $b->get('/checkout/verify'); return $b->visitor->submit($page, action => '/checkout/verify', { code => $_[0] }) };
	is $try->('12345')->status, 422, 'five digits are no code';
	like $b->visitor->follow($try->('000000'))->text, qr/not the code we sent/, 'a wrong one';
	$try->('000000') for 2 .. 5;
	like $b->visitor->follow($try->('482913'))->text, qr/Too many tries/, 'five wrong ones end it, the right one too';
	like $b->visitor->follow($b->visitor->submit($b->get('/checkout/verify'), action => '/checkout/verify/again'))->text,
		qr/new code is on its way/, 'another code';
	$code->();
	$shop->change("UPDATE sales.verification SET expires_at = now() - interval '1 second'");
	like $b->visitor->follow($try->('482913'))->text, qr/This code has ended/, 'an old one';
	$b->visitor->submit($b->get('/checkout/verify'), action => '/checkout/verify/again');
	$code->();
	is $try->('482 913')->header('location'), '/checkout/address', 'the right one, as people write it';
	$b->address->delivery->payment;
	like $b->get('/checkout/review')->text, qr/Products €10\.00 Delivery €4\.00 IVA \(21 %\) €2\.94 Total €16\.94/, 'prices without tax: it is added';
	$b->step('/checkout/contact', '/checkout/contact', { email => 'other@example.test' }, '/checkout/verify');
	is $b->get('/checkout/review')->header('location'), '/checkout/verify', 'another address must be proven too';
	$b->visitor->submit($b->get('/checkout/verify'), action => '/checkout/verify/again') for 1 .. 5;
	like $b->get('/checkout/verify')->text, qr/Too many tries|new code/, 'codes are not sent without end';
	cmp_ok $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'verify-code'"), '<=', 6, 'no more than the limit';
};

subtest 'another cannot look on' => sub {
	my $evil = $shop->visitor('one');
	$evil->post('/en/cart/items', { variant => $v->{PLAIN} });
	my $victim = $shop->visitor('one');
	$victim->get("/en/cart/restore/$evil->{cookies}{cart}");
	my $b = Buyer->new($victim, '/en');
	$b->contact->address;
	like $evil->get('/en/cart')->text, qr/Your cart is empty/, 'a cart handed on changes its token when somebody enters his name';
	is $evil->get('/en/checkout/address')->header('location'), '/en/cart', 'its giver sees nothing';
};

subtest 'T26 T27 links to orders' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->ready->place;
	my ($token) = $b->{link} =~ m{/order/([\w-]{43})$};
	ok $token, '256 random bits';
	is $shop->visitor('one')->get("/en/order/$token")->status, 200, 'whoever has the link sees the order';
	is $shop->visitor('two')->get("/order/$token")->status, 404, 'not at another store';
	is $shop->visitor('three')->get("/order/$token")->status, 404, 'not at another tenant';
	is $shop->visitor('one')->get('/en/order/' . 'C' x 43)->status, 404, 'a guess';
	is $shop->visitor('one')->get('/en/order/1001')->status, 404, 'a number';
	like $shop->visitor('one')->get("/order/$token")->text, qr/Pedido|Order/, 'in any language of the store';
	like $shop->visitor('one')->get("/en-usd/order/$token")->text, qr/€15\.00/, 'always in its own currency';
	is $shop->value('SELECT count(*) FROM sales.order_token WHERE token_sha256 = sha256(?::text::bytea)', $token), 1, 'the database has its hash';
	is $b->visitor->get("$b->{link}/invoice.pdf")->status, 404, 'no invoice yet';
	$shop->change("UPDATE sales.order_token SET expires_at = now() WHERE token_sha256 = sha256(?::text::bytea)", $token);
	is $shop->visitor('one')->get("/en/order/$token")->status, 404, 'an old link';
};

subtest 'ORD-03 tracking, and the invoice' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->ready->place;
	my $t = $f->{tenant}{acme};
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $t);
	my ($order) = $shop->value('SELECT order_id FROM sales."order" ORDER BY placed_at DESC, number::int DESC LIMIT 1');
	is $shop->value("SELECT sales.receive_payment(?, ?, 1500, 'x', 'test')", $t, $order), 'ok', 'paid';
	my ($invoice) = $shop->value("SELECT accounting.issue_invoice(?, ?, 'Seller', 'Buyer')", $t, $order);
	$shop->change("INSERT INTO accounting.document (tenant_id, invoice_id, pdf, sha256) VALUES (?, ?, '%PDF-1.7 \\000\\377'::bytea,
		sha256('x'))", $t, $invoice);
	is $shop->value("SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')", $t, $order), 'ok', 'ready';
	is $shop->value("SELECT sales.ship(?, ?, ARRAY[1], ARRAY[1], 'Correos', 'PQ123', 'https://track.test/PQ123', 'test')", $t, $order), 'ok', 'shipped';
	my $page = $b->visitor->get($b->{link});
	like $page->text, qr/Shipped/, 'the word of the state';
	like $page->html, qr{<a href="https://track\.test/PQ123" rel="noopener">PQ123</a>}, 'the parcel\'s link';
	like $page->html, qr{class="done"><strong>Paid.*class="now"[^>]*><strong>Shipped}s, 'the way it went';
	unlike $page->text, qr/Please transfer/, 'nothing to pay any more';
	my ($pdf) = grep { /invoice\.pdf/ } $page->links;
	my $file = $b->visitor->get($pdf);
	is $file->header('content-type'), 'application/pdf', 'the invoice is a PDF';
	is $file->body, "%PDF-1.7 \0\xff", 'byte for byte';
	is $file->header('cache-control'), 'no-store', 'not cached';
	$shop->change("UPDATE sales.\"order\" SET fulfilment = 'unfulfilled' WHERE order_id = ?", $order);
	is $shop->value("SELECT sales.cancel(?, ?, 'test', 'x')", $t, $order), 'ok', 'cancelled';
	like $b->visitor->get($b->{link})->html, qr{class="now bad"[^>]*><strong>Cancelled}, 'said so';
};

subtest 'every store in its language and currency' => sub {
	my $b = buyer('three')->add($v->{SANDAL}, 2);
	$b->ready(country => 'ID')->place;
	my $page = $b->page;
	like $page->text, qr/Rp\s?315\.000/, 'rupiah';
	like $page->text, qr/Jalan Merdeka 5 RT 1 RW 2 Bandung, Jawa Barat 40115/, 'an Indonesian address';
	like $page->html, qr/<html lang="id-ID"/, 'in Indonesian';
};

subtest 'T34 forms carry their page\'s token' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	for my $path ('', qw(/contact /verify /verify/again /address /delivery /payment /order)) {
		is $b->visitor->post("/en/checkout$path", {})->status, 403, "POST /checkout$path without one";
		is $b->visitor->post("/en/checkout$path", {}, headers => { 'Sec-Fetch-Site' => 'cross-site' })->status, 403, 'from another site';
	}
	$b->contact;
	is $b->get('/checkout/contact')->header('cache-control'), 'no-store', 'personal pages are not kept';
	like $b->page->html, qr/name="robots" content="noindex"/, 'nor found';
};

subtest 'T75 what people type' => sub {
	my $b = buyer('one', '/en')->add($v->{PLAIN});
	$b->ready(fields => { name => "Ana \x{202e}zepóL <script>" });
	like $b->get('/checkout/review')->html, qr/Ana zepóL &lt;script&gt;/, 'direction marks go, markup is text';
	my $page = $b->get('/checkout/address');
	is $b->visitor->submit($page, action => '/en/checkout/address', { city => 'a' . "\x{301}" x 10000, change_country => undef })->status, 422, '10 000 marks';
	is $b->visitor->submit($page, action => '/en/checkout/address', { city => 'x' x 81, change_country => undef })->status, 422, 'too long';
	my $contact = $b->get('/checkout/contact');
	for my $bad ("a\@b.test\r\nBcc: x\@y.test", 'a@b', '@', "a\x{0}b\@c.test", 'x' x 250 . '@a.test') {
		my $status = $b->visitor->submit($contact, action => '/en/checkout/contact', { email => $bad })->status;
		like $status, qr/^4(?:00|22)$/, 'T51 no mail address: ' . substr($bad, 0, 12) =~ s/[^ -~]/?/gr;
	}
};

done_testing;
