# Promise: what was put into a cart is found again after signing in, on every device, once and
# not twice; and after signing out nobody sees it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Buyer;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order login))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $v = $f->{variant};

sub account { my (%o) = @_; Account::forgive($shop); return Account->make($shop, $f, 'one', prefix => '/en', %o) }

sub add
{
	my ($who, %what) = @_;
	for my $sku (sort keys %what) {
		my $answer = $who->visitor->post('/en/cart/items', { variant => $v->{$sku}, quantity => $what{$sku} });
		die "adding $sku answers " . $answer->status . "\n" if $answer->status != 303;
	}
	return $who;
}

# What the browser's cart shows: { SKU => pieces }.
sub cart
{
	my ($who) = @_;
	my $html = $who->get('/cart')->html;
	my %sku = map { $v->{$_} => $_ } keys %$v;
	my %seen;
	$seen{ $sku{$1} } = $2 + 0 while $html =~ /id="line-([0-9a-f-]{36})".*?name="quantity"[^>]*value="(\d+)"/gs;
	return \%seen;
}

sub out { my ($who) = @_; return $who->visitor->submit($who->get('/login/sessions'), action => '/en/login/out') }
sub carts { my ($who) = @_; return $shop->value("SELECT count(*) FROM sales.cart WHERE customer_id = ? AND state = 'open'", $who->{id}) }

subtest 'CHK-02 CHK-05 the cart goes along' => sub {
	my $a = add(account(), PLAIN => 2, FEW => 1);
	my $before = $a->visitor->{cookies}{cart};
	$a->sign_in;
	is_deeply cart($a), { PLAIN => 2, FEW => 1 }, 'after signing in it is the same';
	isnt $a->visitor->{cookies}{cart}, $before, 'under a new token';
	my $looker = $a->elsewhere;
	$looker->visitor->{cookies}{cart} = $before;
	is_deeply cart($looker), {}, 'T32 the one from before opens it no more';
	my $phone = $a->elsewhere->sign_in;
	is_deeply cart($phone), { PLAIN => 2, FEW => 1 }, 'on another device it is there';
	add($phone, TIERS => 10);
	is_deeply cart($a), { PLAIN => 2, FEW => 1, TIERS => 10 }, 'and what is added there is here';
	is carts($a), 1, 'one cart';
	my $held = $a->visitor->{cookies}{cart};
	out($a);
	is_deeply cart($a), {}, 'after signing out the browser has an empty one';
	$a->visitor->{cookies}{cart} = $held;
	is_deeply cart($a), {}, 'T33 whatever cookie it kept';
	delete $a->visitor->{cookies}{cart};
	is_deeply cart($phone), { PLAIN => 2, FEW => 1, TIERS => 10 }, 'the account has it still';
	$a->sign_in;
	is_deeply cart($a), { PLAIN => 2, FEW => 1, TIERS => 10 }, 'and gives it back';
};

subtest 'two carts become one' => sub {
	my $a = add(account()->sign_in, PLAIN => 2, FEW => 2, TIERS => 5);
	my $saved = $shop->value('SELECT cart_id FROM sales.cart WHERE customer_id = ?', $a->{id});
	$shop->change("UPDATE sales.cart SET coupon_code = 'TENPERCENT', note = 'Ring twice' WHERE cart_id = ?", $saved);
	my $b = add($a->elsewhere, PLAIN => 3, FEW => 2, EURO => 1);
	my $answer = $b->try;
	is $answer->status, 303, 'signed in';
	like $b->get('/cart')->text, qr/What you had saved in your cart before is in it again/, 'it is said';
	is_deeply cart($b), { PLAIN => 5, FEW => 3, TIERS => 5, EURO => 1 }, 'pieces are added up, as far as stock reaches';
	like $b->get('/cart')->text, qr/TENPERCENT/, 'the coupon of the one';
	like $b->get('/cart')->html, qr/Ring twice/, 'and its note';
	is_deeply cart($a), cart($b), 'here and there the same';
	is carts($a), 1, 'one cart';
	is $shop->value('SELECT count(*) FROM sales.cart WHERE cart_id = ?', $saved), 0, 'the other is gone';
	$b->sign_in;
	is_deeply cart($b), { PLAIN => 5, FEW => 3, TIERS => 5, EURO => 1 }, 'signing in again adds nothing';
	$shop->change('UPDATE customer.session SET expires_at = now() WHERE customer_id = ?', $a->{id});
	$b->sign_in;
	is_deeply cart($b), { PLAIN => 5, FEW => 3, TIERS => 5, EURO => 1 }, 'nor after the session ended by itself';
};

subtest 'holds of a checkout in two browsers' => sub {
	my $a = add(account()->sign_in, LAST => 1);
	Buyer->new($a->visitor, '/en')->contact->address;
	is join(',', $f->count('LAST')), '1,1', 'the last piece is held';
	my $b = add($a->elsewhere, PLAIN => 1)->sign_in;
	is_deeply cart($b), { PLAIN => 1, LAST => 1 }, 'signed in elsewhere';
	is join(',', $f->count('LAST')), '1,0', 'it is given back with the cart that ended';
	is $shop->value('SELECT inventory.reconcile(?)', $f->{tenant}{acme}), 0, 'counts agree with holds';
	like $b->get('/checkout/address')->html, qr/value="Calle Mayor 1"/, 'what was filled in is kept';
};

subtest 'a cart of somebody else' => sub {
	my $a = add(account()->sign_in, PLAIN => 1);
	my $b = account()->elsewhere;
	# A shared browser: the session of the one is lost, the cart's cookie is still there.
	$b->visitor->{cookies} = { cart => $a->visitor->{cookies}{cart} };
	$b->sign_in;
	is_deeply cart($b), {}, 'T26 is not taken over';
	is_deeply cart($a), { PLAIN => 1 }, 'and stays whose it is';
};

subtest 'a handed-over cart' => sub {
	my $thief = add(account()->elsewhere, PLAIN => 1);
	my $a = account();
	$a->visitor->get("/en/cart/restore/" . $thief->visitor->{cookies}{cart});
	add($a, FEW => 1)->sign_in;
	is_deeply cart($a), { PLAIN => 1, FEW => 1 }, 'who signs in with it keeps its goods';
	is_deeply cart($thief), {}, 'T32 who handed it over looks on no more';
};

subtest 'T11 after the order, in two browsers' => sub {
	my $a = add(account()->sign_in, PLAIN => 1);
	my $b = $a->elsewhere->sign_in;
	my $buyer = Buyer->new($a->visitor, '/en')->ready;
	is_deeply cart($b), { PLAIN => 1 }, 'the other browser still sees it in checkout';
	$buyer->place;
	my ($order) = $shop->value('SELECT customer_id FROM sales."order" ORDER BY order_id DESC LIMIT 1');
	is $order, $a->{id}, 'CUS-06 the order is the customer\'s';
	is_deeply cart($_), {}, 'both carts are empty' for $a, $b;
	add($b, FEW => 1);
	add($a, TIERS => 1);
	is_deeply cart($_), { FEW => 1, TIERS => 1 }, 'and the next is one again' for $a, $b;
	is carts($a), 1, 'one open cart';
};

subtest 'T11 two browsers begin the next cart at once' => sub {
	my $a = add(account()->sign_in, PLAIN => 1);
	my $b = $a->elsewhere->sign_in;
	$shop->change("UPDATE sales.cart SET state = 'ordered' WHERE customer_id = ?", $a->{id});
	my @pids = map { my $who = $_; my $pid = fork // die; if ($pid == 0) {
		my $ok = eval { add($who, PLAIN => 1); 1 }; require POSIX; POSIX::_exit($ok ? 0 : 1) } $pid } $a, $b, $a, $b, $a, $b;
	my $bad = 0;
	for (@pids) { waitpid $_, 0; $bad++ if $? }
	is $bad, 0, 'all are answered well';
	is carts($a), 1, 'one cart';
	is_deeply cart($_), { PLAIN => 6 }, 'with all pieces' for $a, $b;
	$shop->change("DELETE FROM sales.cart WHERE customer_id = ? AND state = 'ordered'", $a->{id});
};

subtest 'most lines' => sub {
	my $t = $f->{tenant}{acme};
	$shop->dbh->begin_work;
	my @bulk = map { $f->variant($t, "BULK$_", price => { EUR => 100 }, row => { track_stock => 'false' }, stores => ['one'], locales => ['en']); "BULK$_" } 1 .. 300;
	$shop->dbh->commit;
	my $a = add(account()->sign_in, PLAIN => 1);
	my $b = add($a->elsewhere, PLAIN => 1);
	$shop->change("SELECT set_config('sutler.tenant', ?, false)", $t);
	my $fill = sub {
		my ($who, @skus) = @_;
		$shop->change('INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity) SELECT t.tenant_id, t.cart_id, x.variant_id, 1
			FROM sales.cart_token t JOIN catalog.variant x ON x.tenant_id = t.tenant_id AND x.sku = ANY (?)
			WHERE t.token_sha256 = sha256(convert_to(?, \'UTF8\'))', [@skus], $who->visitor->{cookies}{cart});
	};
	$fill->($a, @bulk[0 .. 149]);
	$fill->($b, @bulk[150 .. 299]);
	$b->sign_in;
	is scalar(keys %{ cart($b) }), 200, '151 and 151 lines are 200: no more can be priced';
	is $b->get('/cart')->status, 200, 'and the page stands';
};

subtest 'CUS-06 orders placed as a guest' => sub {
	Account::forgive($shop);
	my $email = 'Guest.Buyer@example.test';
	my $guest = Buyer->new($shop->visitor('one'), '/en')->add($v->{PLAIN})->ready(email => 'guest.buyer@example.test');
	$guest->place;
	my $like = Buyer->new($shop->visitor('one'), '/en')->add($v->{PLAIN})->ready(email => "gu\x{e9}st.buyer\@example.test");
	$like->place;
	my $a = Account->new($shop, 'one', prefix => '/en', email => $email)->register;
	my $mine = sub { return $shop->value('SELECT count(*) FROM sales."order" o JOIN customer.person p USING (tenant_id, customer_id) WHERE p.email = ?', $email) };
	is $mine->(), 0, 'not before the address is proven';
	$a->verify;
	is $mine->(), 1, 'then they are the account\'s, and no look-alike\'s';
	Buyer->new($shop->visitor('one'), '/en')->add($v->{PLAIN})->ready(email => 'guest.buyer@example.test')->place;
	$a->sign_in;
	is $mine->(), 2, 'later ones come along at the next log-in';
};

subtest 'T37 the checkout tells nobody who has an account' => sub {
	my $a = account();
	my @pages = map {
		my $b = Buyer->new($shop->visitor('one'), '/en')->add($v->{PLAIN});
		my $answer = $b->contact(email => $_)->page;
		join ' ', $answer->status, $answer->header('location');
	} $a->{email}, 'nobody.else@example.test';
	is $pages[0], $pages[1], 'the same answer';
};

done_testing;
