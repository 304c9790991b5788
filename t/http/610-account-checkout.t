# Promise: who is signed in buys with what his account knows: his proven mail address without a
# code, an address of his book by one choice; and the order is his (CHK-05, CUS-03).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Customer;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};

# Store two asks guests to prove their mail address.
my $ana = Customer->new($shop, $f, 'two', phone => '+34 600 000 000');
my $home = $ana->address(street => 'Calle Mayor 1', is_shipping => 1);
my $office = $ana->address(street => 'Gran Via 2', name => 'Office', is_billing => 1);

subtest 'from the account to the order' => sub {
	my $b = Buyer->new($ana->visitor);
	$b->add($v->{PLAIN}, 1)->start;
	my $contact = $b->get('/checkout/contact');
	like $contact->html, qr/value="\Q$ana->{email}\E"[^>]* readonly/, 'the account\'s mail address';
	like $contact->html, qr/value="\+34 600 000 000"/, 'and telephone';
	my $next = $b->visitor->submit($contact, action => '/checkout/contact', { email => 'thief@example.test' });
	like $next->header('location'), qr{/checkout/address$}, 'no code is asked for';
	is $shop->value('SELECT email FROM sales.contact ORDER BY contact_id DESC LIMIT 1'), $ana->{email}, 'another address is not taken';
	is $shop->value("SELECT count(*) FROM sales.cart WHERE customer_id = ? AND state = 'open'", $ana->{id}), 1, 'CHK-05 the cart is saved';
	my $page = $b->get('/checkout/address');
	like $page->html, qr/value="$home" checked.*value="$office">/s, 'the default is chosen, the others are offered';
	like $page->html, qr/name="billing_differs" value="1" checked/, 'the invoice goes to its own default';
	my $done = $b->visitor->submit($page, action => '/checkout/address', { change_country => undef });
	like $done->header('location'), qr{/checkout/delivery$}, 'one press is enough';
	is join('|', $shop->value(q{SELECT k.street, b.street FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id
		JOIN sales.contact b ON b.contact_id = c.billing_id WHERE c.customer_id = ?}, $ana->{id})), 'Calle Mayor 1|Gran Via 2', 'both are kept';
	like $b->get('/checkout/address')->html, qr/value="$home" checked/, 'it is still chosen';
	$done = $b->visitor->submit($b->get('/checkout/address'), action => '/checkout/address', { change_country => undef, book => $office });
	is $shop->value('SELECT k.street FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id WHERE c.customer_id = ?', $ana->{id}),
		'Gran Via 2', 'another can be chosen';
	$b->delivery->payment->place;
	is $shop->value('SELECT count(*) FROM sales."order" WHERE customer_id = ?', $ana->{id}), 1, 'the order is his';
	like $b->get('/account/orders')->text, qr/Order 1001/, 'and in his history';
	is $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'verify-code'"), 0, 'no code was sent';
};

subtest 'a new address, kept' => sub {
	my $b = Buyer->new($ana->visitor);
	$b->add($v->{PLAIN}, 1)->start;
	$b->visitor->submit($b->get('/checkout/contact'), action => '/checkout/contact');
	my $new = $b->visitor->submit($b->get('/checkout/address'), action => '/checkout/address', { change_country => undef, book => '', name => 'Ana',
		street => 'New Street 3', postcode => '28014', city => 'Madrid', region => 'M', country => 'ES', billing_differs => undef, keep_address => 1 });
	is $new->status, 303, 'another address is typed';
	is $shop->value('SELECT count(*) FROM customer.address WHERE customer_id = ? AND street = ?', $ana->{id}, 'New Street 3'), 1, 'and kept in the book';
	is $shop->value('SELECT street FROM customer.address WHERE customer_id = ? AND is_shipping', $ana->{id}), 'Calle Mayor 1', 'the default stays';
	$b->visitor->submit($b->get('/checkout/address'), action => '/checkout/address', { change_country => undef, book => '', name => 'Ana',
		street => 'New Street 3', postcode => '28014', city => 'Madrid', region => 'M', country => 'ES', billing_differs => undef, keep_address => 1 });
	is $shop->value('SELECT count(*) FROM customer.address WHERE customer_id = ? AND street = ?', $ana->{id}, 'New Street 3'), 1, 'once, though it was sent twice';
};

subtest 'where nothing is delivered' => sub {
	my $jo = Customer->new($shop, $f, 'one');
	$jo->address(street => 'Far Street', country => 'JP', region => '', postal_code => '100-0001', is_shipping => 1);
	my $near = $jo->address(street => 'Near Street');
	my $b = Buyer->new($jo->visitor);
	$b->add($v->{PLAIN}, 1)->start;
	$b->visitor->submit($b->get('/checkout/contact'), action => '/checkout/contact');
	my $page = $b->get('/checkout/address');
	like $page->html, qr/value="$near" checked/, 'the nearest that can be delivered to is chosen';
	unlike $page->html, qr/Far Street/, 'the others are not offered';
};

subtest 'others' => sub {
	my $eve = Customer->new($shop, $f, 'two');
	my $b = Buyer->new($eve->visitor);
	$b->add($v->{PLAIN}, 1)->start;
	$b->visitor->submit($b->get('/checkout/contact'), action => '/checkout/contact');
	my $page = $b->get('/checkout/address');
	unlike $page->html, qr/name="book"/, 'an empty book is not shown';
	like $page->html, qr/name="name"[^>]* value="Ana/, 'the name is filled in';
	my $csrf = ($page->html =~ /name="csrf" value="([^"]+)"/)[0];
	my $tried = $b->visitor->post('/checkout/address', { csrf => $csrf, country => 'ES', book => $home });
	is $tried->status, 422, 'T26 an entry of another\'s book is none';
	unlike $tried->html, qr/Calle Mayor 1/, 'and is not shown';
	# an account whose address was never proven is as good as a guest
	my $new = Customer->new($shop, $f, 'two');
	$shop->change('UPDATE customer.person SET verified_at = NULL WHERE customer_id = ?', $new->{id});
	my $c = Buyer->new($new->visitor);
	$c->add($v->{PLAIN}, 1)->start;
	my $answer = $c->visitor->submit($c->get('/checkout/contact'), action => '/checkout/contact', { email => 'x@example.test' });
	like $answer->header('location'), qr{/checkout/verify$}, 'an unproven account proves its address like a guest';
	# signed in late, with a guest's unproven address in the cart
	my $late = $shop->visitor('two');
	my $d = Buyer->new($late);
	$d->add($v->{PLAIN}, 1)->start;
	$late->submit($d->get('/checkout/contact'), action => '/checkout/contact', { email => 'stranger@example.test' });
	$late->{cookies}{sid} = $eve->{token};
	like $d->get('/checkout/address')->header('location'), qr{/checkout/verify$}, 'the log-in proves its own address alone';
};

done_testing;
