# Promise: a customer changes his order until it is processed; it costs what he confirmed, stock
# and coupon follow, and whatever hinders it leaves the order as it was (ORD-04).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Customer;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account deliver))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
my $ana = Customer->new($shop, $f, 'one', prefix => '/en');
my $me = $ana->visitor;

# An order of 2 PLAIN and 3 FEW: 20 + 75, delivered free.
sub order
{
	my ($coupon, @more) = @_;
	my $b = Buyer->new($shop->visitor('one'), '/en');
	$b->add($v->{PLAIN}, 2)->add($v->{FEW}, 3);
	$b->coupon($coupon) if $coupon;
	$b->ready(email => $ana->{email}, @more)->place;
	my ($token) = $b->{link} =~ m{/order/([\w-]{43})};
	my ($id) = $shop->value('SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, \'UTF8\'))', $token);
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $ana->{tenant});
	$shop->change('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', $ana->{id}, $id);
	return $id;
}

sub lines { return join ' ', map { "$_->{sku}x$_->{quantity}" } $shop->rows('SELECT sku, quantity FROM sales.order_line WHERE order_id = ? ORDER BY line_no', $_[0]) }
sub total { return scalar $shop->value('SELECT total FROM sales."order" WHERE order_id = ?', $_[0]) }
sub held { return join ' ', map { "$_=" . ($f->count($_))[1] } qw(PLAIN FEW) }
# Everything of the order and what hangs on it, in one word.
sub whole
{
	return join '|', $shop->value(q{SELECT (SELECT md5(o::text) FROM sales."order" o WHERE o.order_id = ?),
		(SELECT md5(string_agg(l::text, '' ORDER BY line_no)) FROM sales.order_line l WHERE l.order_id = ?),
		(SELECT sum(quantity) FROM inventory.hold WHERE order_id = ?), (SELECT count(*) FROM inventory.hold WHERE cart_id IS NOT NULL),
		(SELECT sum(used) FROM sales.coupon), (SELECT count(*) FROM sales.cart WHERE state = 'open'), (SELECT count(*) FROM sales.contact)}, ($_[0]) x 3);
}

# Posts the form; %$new: variant => quantity, other fields as they are.
sub change
{
	my ($id, $pieces, %o) = @_;
	my $page = $o{page} // $me->get("/en/account/orders/$id/change");
	my $form = $page->form(action => "/en/account/orders/$id/change") or die 'no form: ' . $page->status . substr($page->text, 0, 500);
	my (@pairs, $variant);
	for my $pair (@{ $form->{fields} }) {
		my ($name, $value) = @$pair;
		$variant = $value if $name eq 'variant';
		$value = $pieces->{$variant} // $value if $name eq 'quantity';
		$value = $o{set}{$name} // $value;
		push @pairs, [$name, $value];
	}
	return $me->post("/en/account/orders/$id/change", \@pairs);
}

subtest 'fewer pieces, confirmed' => sub {
	my $id = order();
	is total($id), 9500, 'it costs 95.00';
	is held(), 'PLAIN=2 FEW=3', 'and holds its pieces, the last ones';
	like $me->get("/en/account/orders/$id")->html, qr{/change">Change this order}, 'it can be changed';
	my $before = whole($id);
	my $ask = change($id, { $v->{FEW} => 1 });
	is $ask->status, 200, 'another total is asked about';
	like $ask->text, qr/New total €50\.00 Total so far €95\.00/, 'in figures: delivery is not free any more';
	is whole($id), $before, 'asking changes nothing';
	my $done = $me->submit($ask, action => "/en/account/orders/$id/change");
	is $done->status, 303, 'confirmed';
	like $me->follow($done)->text, qr/The order is changed.*€50\.00/s, 'and shown';
	is lines($id), 'PLAINx2 FEWx1', 'the lines';
	is held(), 'PLAIN=2 FEW=1', 'two pieces are free again';
	is $shop->value('SELECT amount FROM payment.payment WHERE order_id = ?', $id), 5000, 'that is to be paid';
	is $shop->value("SELECT actor || ' ' || detail FROM sales.order_event WHERE order_id = ? AND event = 'change'", $id), 'buyer 9500 EUR → 5000 EUR', 'the history says so';
	is $shop->value("SELECT count(*) FROM sales.cart WHERE state = 'open'"), 0, 'no cart is left behind';
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /changed/i });
	like $mail->{text}, qr/50[.,]00/, 'a mail tells the new total';
	my $gone = change($id, { $v->{FEW} => 0 });
	$me->submit($gone, action => "/en/account/orders/$id/change");
	is lines($id), 'PLAINx2', 'a line can go';
	is held(), 'PLAIN=2 FEW=0', 'with its pieces';
	my $none = change($id, { $v->{PLAIN} => 0 });
	is $none->status, 422, 'the last line cannot';
	like $none->text, qr/at least one product/, 'which is said';
	my $more = change($id, { $v->{PLAIN} => 5 });
	$me->submit($more, action => "/en/account/orders/$id/change");
	is lines($id) . ' ' . held(), 'PLAINx5 PLAIN=5 FEW=0', 'more can be had where there is more';
	$shop->job('reconcile-stock');
	$shop->value(q{SELECT sales.cancel(?, ?, 'test', '')}, $ana->{tenant}, $id);
	is held(), 'PLAIN=0 FEW=0', 'cancelled it gives all back';
};

subtest 'address and note' => sub {
	my $id = order();
	my $done = change($id, {}, set => { street => 'Gran Via 2', note => "Ring twice\nplease" });
	is $done->status, 303, 'what costs the same is done at once';
	is join('|', $shop->value('SELECT k.street, o.note, o.total FROM sales."order" o JOIN sales.contact k ON k.contact_id = o.contact_id WHERE o.order_id = ?', $id)),
		"Gran Via 2|Ring twice\nplease|9500", 'kept';
	my $bad = change($id, { $v->{PLAIN} => 1 }, set => { postcode => '1' });
	is $bad->status, 422, 'a bad postal code is said';
	like $bad->html, qr/name="quantity"[^>]*value="1"/, 'and the quantity that was typed stays';
	my $ask = change($id, { $v->{PLAIN} => 1 }, set => { note => 'Keep me' });
	$me->submit($ask, action => "/en/account/orders/$id/change");
	is $shop->value('SELECT note FROM sales."order" WHERE order_id = ?', $id), 'Keep me', 'a note goes along with the confirmation';
	$shop->value(q{SELECT sales.cancel(?, ?, 'test', '')}, $ana->{tenant}, $id);
};

subtest 'what hinders it' => sub {
	my $id = order();
	my $before = whole($id);
	my $short = change($id, { $v->{FEW} => 4 });
	is $short->status, 422, 'more than there are';
	like $short->text, qr/cannot be had in this quantity/, 'is said';
	is whole($id), $before, 'nothing changed';
	is change($id, { $v->{FEW} => -1 })->status, 422, 'a negative quantity';
	is change($id, { $v->{FEW} => 20000 })->status, 422, 'a huge one';
	is change($id, {}, set => { variant => $v->{LAST} })->status, 422, 'a product that the order has not';
	is whole($id), $before, 'nothing changed';
	# another total than the one that was seen
	my $ask = change($id, { $v->{FEW} => 1 });
	$f->price('PLAIN', 'EUR', 1100) if $f->can('price');
	$shop->change('UPDATE catalog.price SET amount = amount + 100 WHERE variant_id = ? AND currency = ?', $v->{PLAIN}, 'EUR');
	$before = whole($id);
	my $again = $me->submit($ask, action => "/en/account/orders/$id/change");
	is $again->status, 200, 'a price that rose meanwhile';
	like $again->text, qr/Something changed while you were here.*New total €52\.00/s, 'is shown before it is paid';
	is whole($id), $before, 'nothing changed';
	$shop->change('UPDATE catalog.price SET amount = amount - 100 WHERE variant_id = ? AND currency = ?', $v->{PLAIN}, 'EUR');
	# another customer
	my $eve = Customer->new($shop, $f, 'one');
	my $w = $eve->visitor;
	is $w->get("/en/account/orders/$id/change")->status, 404, 'T26 Eve finds no such order';
	my ($csrf) = $w->get('/en/account/profile')->html =~ /name="csrf" value="([^"]+)"/;
	is $w->post("/en/account/orders/$id/change", [ [ csrf => $csrf ], [ variant => $v->{FEW} ], [ quantity => 1 ] ])->status, 404, 'nor can she change it';
	# too late
	my $form = $me->get("/en/account/orders/$id/change");
	$shop->value(q{SELECT sales.fire(?, ?, 'fulfilment', 'produce', 'test', '')}, $ana->{tenant}, $id);
	$before = whole($id);
	my $late = $me->follow(change($id, { $v->{FEW} => 1 }, page => $form));
	like $late->text, qr/cannot be changed here any more/, 'once it is made it stays';
	is $me->get("/en/account/orders/$id/change")->status, 302, 'and has no form';
	is whole($id), $before, 'nothing changed';
	my $paid = order_paid();
	unlike $me->get("/en/account/orders/$paid")->html, qr/Change this order/, 'nor one that was paid';
};

sub order_paid
{
	my $path = $ana->order($v->{PLAIN}, 1);
	my ($id) = $path =~ m{([^/]+)$};
	$shop->value(q{SELECT sales.receive_payment(?, ?, ?, 'ref', 'test')}, $ana->{tenant}, $id, total($id));
	return $id;
}

subtest 'a coupon goes along' => sub {
	$f->stock($f->{tenant}{acme}, 'FEW', 'W1', 6);
	my $id = order('ONCE');
	is total($id), 8550, 'ten per cent off';
	is $shop->value("SELECT used FROM sales.coupon WHERE code = 'ONCE'"), 1, 'its one use is taken';
	my $ask = change($id, { $v->{FEW} => 2 });
	like $ask->text, qr/Discount −?.?€7\.00.*New total €63\.00/s, 'still off, though it is used up';
	is $shop->value("SELECT used FROM sales.coupon WHERE code = 'ONCE'"), 1, 'looking gives no use back';
	$me->submit($ask, action => "/en/account/orders/$id/change");
	is total($id), 6300, 'changed';
	is $shop->value("SELECT used FROM sales.coupon WHERE code = 'ONCE'"), 1, 'one use still';
	$shop->change("UPDATE sales.coupon SET active = false WHERE code = 'ONCE'");
	$ask = change($id, { $v->{FEW} => 1 });
	unlike $ask->text, qr/Discount/, 'a coupon that ended is not given again';
	$me->submit($ask, action => "/en/account/orders/$id/change");
	is join('|', $shop->value('SELECT coupon_code, discount FROM sales."order" WHERE order_id = ?', $id)), '|0', 'the order has none';
	is $shop->value('SELECT count(*) FROM sales.coupon_use WHERE order_id = ?', $id), 0, 'nor its use';
};

done_testing;
