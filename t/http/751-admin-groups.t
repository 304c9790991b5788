#!/usr/bin/perl
# Promise: a merchant makes a price group, gives a product a price for it and puts a customer into it, all
# at the console; from his next page on the customer sees that price and pays it, in the cart, at checkout
# and when he changes the order; nobody else does, nothing is paid that was not shown, and what is typed
# wrongly comes back with its sentence (CUS-07, PRC-04).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Customer;
use Fixture;
use House qw(read_file);
use JSON::PP qw(decode_json);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order account admin-login admin-home admin-catalog admin-customers admin-orders))],
	config => { 'web.page_memory' => 0 });		# what a page costs is counted
my $f = Fixture->new($shop->dbh);
$f->furnish;
$shop->stack->set_origins;
my $ben = Staff->new($shop, $f, 'acme', owner => 1);
my $ana = Customer->new($shop, $f, 'one', prefix => '/en');
my $eva = Customer->new($shop, $f, 'one', prefix => '/en');
my $acme = $ben->tenant;
my ($plain, $tiers) = @{ $f->{variant} }{qw(PLAIN TIERS)};

# A submitted form, found by one of its fields: what it answers.
sub submit { my ($path, $field, %values) = @_; return $ben->visitor->submit($ben->get($path), field => $field, \%values) }
sub price { my ($product, $query, $price) = @_; return submit("/admin/catalog/$f->{product}{$product}/prices$query", 'price', price => $price, reason => 'agreed') }
sub group_of { my ($who, $code) = @_; return submit("/admin/customers/$who->{id}", 'group_reason', price_group => $code, group_reason => 'buys much') }
sub slug { my ($product) = @_; return $shop->value('SELECT slug FROM catalog.listing WHERE product_id = ? AND locale = ? LIMIT 1', $f->{product}{$product}, 'en') }
sub page { my ($who, $product) = @_; my $v = ref $who eq 'Customer' ? $who->visitor : $who; return $v->get('/en/p/' . slug($product)) }

subtest 'groups' => sub {
	like $ben->get('/admin/customers/groups')->text, qr/There is no price group yet/, 'none yet, and it is said';
	my $bad = submit('/admin/customers/groups', 'code', code => 'no blanks', name => '');
	is $bad->status, 422, 'what cannot be is not made';
	like $bad->html, qr/id="w-$_"/, "$_: said at its field" for qw(code name);
	is submit('/admin/customers/groups', 'code', code => 'trade', name => 'Resellers')->status, 303, 'a group is made';
	my $twice = submit('/admin/customers/groups', 'code', code => 'TRADE', name => 'Others');
	is $twice->status, 422, 'once';
	like $twice->html, qr/id="w-code">Another group has this code/, 'the code is in use';
	like $twice->html, qr/value="Others"/, 'nothing typed is lost';
	is submit('/admin/customers/groups/TRADE', 'name', name => 'Trade')->status, 303, 'it is renamed';
	like $ben->get('/admin/customers/groups')->text, qr/Trade\s+TRADE\s+0/, 'and stands in the list';
	is $ben->get('/admin/customers/groups/NONE')->status, 404, 'another does not';
	my $kim = Staff->new($shop, $f, 'acme', may => ['customers.view', 'customers.groups'], stores => ['one']);
	unlike $kim->get('/admin/customers/groups')->html, qr/<form[^>]*groups"/, 'TEN-05 with a role in one store groups are looked at';
	my ($csrf) = $ben->get('/admin/customers/groups')->html =~ /name="csrf" value="([^"]+)"/;
	my ($own) = $kim->get('/admin')->html =~ /name="csrf" value="([^"]+)"/;
	is $kim->visitor->post('/en/admin/customers/groups', { csrf => $own // $csrf, code => 'X', name => 'X' })->status, 403, 'and not made';
};

subtest 'a price for it' => sub {
	my $page = $ben->get("/admin/catalog/$f->{product}{PLAIN}/prices?currency=EUR");
	like $page->html, qr{href="[^"]*/prices\?currency=EUR&amp;group=TRADE">Trade</a>}, 'the product offers its price list';
	is $ben->get("/admin/catalog/$f->{product}{PLAIN}/prices?currency=EUR&group=NONE")->status, 404, 'of no other';
	my $bad = price('PLAIN', '?currency=EUR&group=TRADE', 'cheap');
	is $bad->status, 422, 'a price is a number';
	like $bad->html, qr/name="group" value="TRADE"/, 'the form comes back for the same group';
	is price('PLAIN', '?currency=EUR&group=TRADE', '8.00')->status, 303, 'it is kept';
	is price('TIERS', '?currency=EUR&group=TRADE', '3.50')->status, 303, 'another product, too';
	is join(',', map { $shop->value(q{SELECT amount FROM catalog.price WHERE variant_id = ? AND store_id = ? AND currency = 'EUR' AND customer_group = ?}, $plain, $f->{store}{one}, $_) } '', 'TRADE'),
		'1000,800', 'beside everybody\'s';
	like $ben->get("/admin/catalog/$f->{product}{PLAIN}/prices?currency=EUR&group=TRADE")->html, qr/value="8\.00"/, 'and shown';
};

subtest 'who pays it' => sub {
	my $no = group_of($ana, '');
	is $no->status, 303, 'in none he was, in none he stays';
	my $bad = submit("/admin/customers/$ana->{id}", 'group_reason', price_group => 'TRADE', group_reason => '');
	is $bad->status, 422, 'SEC-04 a reason is wanted';
	like $bad->html, qr/value="TRADE" selected/, 'and the choice not lost';
	is page($ana, 'PLAIN')->text =~ /Your price/, '', 'until then he sees what everybody sees';
	is group_of($ana, 'TRADE')->status, 303, 'he is in it';
	like $ben->get('/admin/customers?group=TRADE')->html, qr{/admin/customers/$ana->{id}"}, 'the group finds him';
	is $shop->value(q{SELECT reason FROM audit.entry WHERE action = 'customer.grouped' AND actor = ?}, $ben->{id}), 'buys much', 'the log knows why';
	my $his = page($ana, 'PLAIN');
	like $his->text, qr/€8\.00\s+Your price · without your account: €10\.00/, 'his page has his price';
	is $his->header('cache-control'), 'no-store', 'and is kept by nobody';
	for my $other (['who is not signed in', $shop->visitor('one')], ['a customer in no group', $eva]) {
		my $page = page($other->[1], 'PLAIN');
		like $page->text, qr/€10\.00/, "$other->[0] sees everybody's";
		unlike $page->text, qr/€8\.00|Your price/, 'and nothing of it';
	}
	like page($ana, 'TIERS')->text, qr/from €3\.50.*10 €3\.00.*100 €2\.50/s, 'a lower tier of everybody counts for him as well';
	like page($ana, 'FEW')->text, qr/€25\.00/, 'where the group has no price he pays what everybody pays';
};

# What the log says of the page of a product: trips to the database, and statements in them.  The line is
# written behind the answer.
# Once a second a request reads the store anew besides: the least of some is the page's own.
sub cost { my ($who, $path) = @_; return (sort { (split / /, $a)[1] <=> (split / /, $b)[1] } map { cost_once($who, $path) } 1 .. 3)[0] }

sub cost_once
{
	my ($who, $path) = @_;
	my $log = $shop->stack->{dir} . '/log/catalog.log';
	my ($kind) = ($path // '/en/p/') =~ m{^/en(/\w+/)};
	my $lines = sub { return grep { /"event":"request".*"route":"\Q$kind\E/ } split /\n/, read_file($log) };
	my $before = () = $lines->();
	if ($path) { (ref $who eq 'Customer' ? $who->visitor : $who)->get($path) } else { page($who, 'PLAIN') }
	my @now;
	for (1 .. 100) {
		last if (@now = $lines->()) > $before;
		select undef, undef, undef, 0.05;
	}
	my $line = decode_json($now[-1]);
	return "$line->{trips} $line->{calls}";
}

subtest 'what it costs' => sub {
	my ($trips, $calls) = split / /, cost($shop->visitor('one'));
	is $trips, 1, 'who is not signed in makes one trip';
	is cost($shop->visitor('one')), "$trips $calls", 'always the same';
	my ($more, $asked) = split / /, cost($ana);
	is $more, $trips, 'a member makes no more';
	is $asked, $calls + 3, 'and asks who he is, whether he is in a group, and for his prices';
};

subtest 'on cards' => sub {
	is submit('/admin/customers/groups', 'code', code => 'CLUB', name => 'Club')->status, 303, 'another group';
	is price('PLAIN', '?currency=EUR&group=CLUB', '7.00')->status, 303, 'with a price of its own';
	my $kim = Customer->new($shop, $f, 'one', prefix => '/en');
	is group_of($kim, 'CLUB')->status, 303, 'and a member';
	$shop->change('UPDATE catalog.listing SET featured = true WHERE product_id = ?', $f->{product}{PLAIN});
	my ($category) = $shop->value(q{SELECT t.slug FROM catalog.category_text t JOIN catalog.placement l ON l.category_id = t.category_id AND l.store_id = t.store_id
		WHERE l.product_id = ? AND l.store_id = ? AND t.locale = 'en' LIMIT 1}, $f->{product}{PLAIN}, $f->{store}{one});
	my $slug = slug('PLAIN');
	my %seen = (ana => $ana->visitor, kim => $kim->visitor, eva => $eva->visitor, nobody => $shop->visitor('one'));
	my %pays = (ana => '€8.00', kim => '€7.00', eva => '€10.00', nobody => '€10.00');
	# Who comes first to a worker that knows nothing yet makes no more trips than its route says.
	$shop->stack->restart_program($_) for qw(home catalog);
	for my $path ("/en/c/$category", '/en/search?q=plain', '/en/', "/en/recent?ids=$f->{product}{PLAIN}") {
		for my $round (1, 2) {
			for my $who (sort keys %seen) {
				my $page = $seen{$who}->get($path);
				my ($card) = $page->html =~ m{(<li class="card">\s*<h3><a href="/en/p/\Q$slug\E">.*?</li>)}s;
				ok $card, "$path has the card" or diag(substr $page->text, 0, 300), next;
				is join(' ', $card =~ /(€[\d.]+)/g), $pays{$who}, "$path, $who: $pays{$who} alone, round $round";
				next if $path =~ /recent/;
				is $page->header('cache-control') // '', $who eq 'nobody' && $path !~ /search/ ? 'public, max-age=0, s-maxage=1' : 'no-store', 'kept by nobody but where all see the same';
			}
		}
	}
	is cost($seen{nobody}, "/en/c/$category"), cost($shop->visitor('one'), "/en/c/$category"), 'who is not signed in costs what he costs';
	my ($trips, $calls) = split / /, cost($seen{nobody}, "/en/c/$category");
	is $trips, 1, 'one trip';
	is cost($seen{eva}, "/en/c/$category"), $trips . ' ' . ($calls + 2), 'who is in no group makes no trip more';
	my ($more, $asked) = split / /, cost($seen{ana}, "/en/c/$category");
	is $more, 2, 'a member makes one';
	is $asked, $calls + 3, 'for one statement';
	is group_of($ana, '')->status, 303, 'out of the group';
	like $seen{ana}->get("/en/c/$category")->html, qr/€10\.00/, 'the next page has the price of everybody';
	is group_of($ana, 'TRADE')->status, 303, 'and in again';
};

my $order;
subtest 'the cart and the order' => sub {
	my $b = Buyer->new($ana->visitor, '/en');
	$b->add($plain, 2)->add($tiers, 10);
	like $b->get('/cart')->text, qr/€16\.00.*€30\.00/s, 'the cart reckons with it, and with the tier that is lower';
	$b->ready;
	like $b->get('/checkout/review')->text, qr/€16\.00/, 'so does the review';
	# Out of the group while he reads.
	group_of($ana, '');
	my $answer = $b->visitor->submit($b->page, action => '/en/checkout/order');
	ok $answer->status != 303 || $answer->header('location') !~ m{/order/}, 'nothing is placed at another price than was shown';
	is $shop->value('SELECT count(*) FROM sales."order" WHERE customer_id = ?', $ana->{id}), 0, 'no order';
	like $b->get('/checkout/review')->text, qr/€20\.00/, 'the page shows the new one';
	group_of($ana, 'TRADE');
	$b->get('/checkout/review');
	$b->place;
	($order) = $shop->value('SELECT order_id FROM sales."order" WHERE customer_id = ?', $ana->{id});
	is $shop->value('SELECT string_agg(unit_price::text, \',\' ORDER BY line_no) FROM sales.order_line WHERE order_id = ?', $order), '800,300', 'then the order has his prices';
	my $guest = Buyer->new($shop->visitor('one'), '/en');
	$guest->add($plain, 1);
	like $guest->get('/cart')->text, qr/€10\.00/, 'a guest pays what everybody pays';
};

subtest 'an order that changes' => sub {
	my $v = $ana->visitor;
	my $path = "/en/account/orders/$order/change";
	my $form = $v->get($path)->form(action => $path) or return fail('the order can be changed');
	my $variant = '';
	my @pairs = map { $variant = $_->[1] if $_->[0] eq 'variant'; [$_->[0], $_->[0] eq 'quantity' && $variant eq $plain ? 1 : $_->[1]] } @{ $form->{fields} };
	$v->submit($v->post($path, \@pairs), action => $path);
	is $shop->value(q{SELECT string_agg(quantity || 'x' || unit_price, ',' ORDER BY line_no) FROM sales.order_line WHERE order_id = ?}, $order), '1x800,10x300',
		'keeps the prices of whoever ordered';
};

subtest 'a cart that somebody else opens' => sub {
	my $v = $ana->visitor;
	Buyer->new($v, '/en')->add($plain, 1);
	my $thief = $shop->visitor('one');
	$thief->{cookies}{cart} = $v->{cookies}{cart};
	unlike $thief->get('/en/cart')->text, qr/€8\.00/, 'has everybody\'s prices: they are those of who is signed in';
};

subtest 'the end' => sub {
	my $no = submit('/admin/customers/groups/TRADE', 'reason', reason => 'not wanted');
	is $no->status, 422, 'a group in use stays';
	like $no->html, qr/id="w-reason">Customers are still in this group/, 'and says why';
	group_of($ana, '');
	like submit('/admin/customers/groups/TRADE', 'reason', reason => 'not wanted')->html, qr/id="w-reason">Products still have prices/, 'so does one with prices';
	price($_, '?currency=EUR&group=TRADE', '') for qw(PLAIN TIERS);
	is submit('/admin/customers/groups/TRADE', 'reason', reason => 'not wanted')->status, 303, 'an empty one goes';
	is $ben->get('/admin/customers/groups/TRADE')->status, 404, 'it is gone';
};
subtest 'payment on invoice' => sub {
	my $tenant = $f->{tenant}{acme};
	$f->add('payment.method', tenant_id => $tenant, store_id => $f->{store}{one}, method => 'invoice', position => 9);
	$f->stock($tenant, 'PLAIN', 'W1', 100);
	is submit('/admin/customers/groups', 'code', code => 'FIRMS', name => 'Firms')->status, 303, 'a group of firms';
	my $bad = submit('/admin/customers/groups/FIRMS', 'credit_limit', credit_currency => 'EUR', credit_limit => 'much', credit_days => '0', credit_reason => '');
	is $bad->status, 422, 'what cannot be is not saved';
	like $bad->html, qr/id="w-$_"/, "$_: said at its field" for qw(credit_days credit_reason);
	like submit('/admin/customers/groups/FIRMS', 'credit_limit', credit_currency => 'EUR', credit_limit => 'much', credit_days => '14', credit_reason => 'as agreed')->html,
		qr/id="w-credit_limit".*value="much"|value="much".*id="w-credit_limit"/s, 'nor an amount that is none; nothing typed is lost';
	is submit('/admin/customers/groups/FIRMS', 'credit_limit', credit_currency => 'EUR', credit_limit => '30', credit_days => '14', credit_reason => 'as agreed')->status, 303, 'terms are';
	like $ben->get('/admin/customers/groups/FIRMS')->text, qr/May owe €30\.00 · days to pay: 14/, 'and stand there';
	my $who = Customer->new($shop, $f, 'one', prefix => '/en');
	my $buyer = Buyer->new($who->visitor, '/en');
	my $offered = sub { my ($b) = @_; $b->contact(email => $who->{email})->address->delivery; return $b->get('/checkout/payment')->html =~ /value="invoice"/ ? 1 : 0 };
	$buyer->add($f->{variant}{PLAIN}, 1);
	is $offered->($buyer), 0, 'who is in no group does not see it';
	is group_of($who, 'FIRMS')->status, 303, 'then he is in it';
	like $ben->get("/admin/customers/$who->{id}")->text, qr/May owe €30\.00 · owes €0\.00 · days to pay: 14 of the group/, 'the desk sees his terms';
	like $buyer->get('/checkout/payment')->html, qr/value="invoice"/, 'he sees it';
	$buyer->payment('On invoice');
	my $page = $buyer->place;
	like $page->text, qr/The invoice comes when your products leave/, 'he orders, and is told when he pays';
	my ($order, $total) = $shop->dbh->selectrow_array(q{SELECT order_id, total FROM sales."order" WHERE payment_method = 'invoice'});
	like $ben->get("/admin/customers/$who->{id}")->text, qr/owes €\d+\.\d\d/, 'the desk sees what he owes';
	my $guest = Buyer->new($shop->visitor('one'), '/en');
	$guest->add($f->{variant}{PLAIN}, 1);
	is $offered->($guest), 0, 'a guest does not see it';
	my $second = Buyer->new($who->visitor, '/en');
	$second->add($f->{variant}{PLAIN}, 2);
	is $offered->($second), 0, 'nor he, for more than is left of it';
	my $made_up = $second->visitor->submit($second->get('/checkout/payment'), action => '/en/checkout/payment', { method => 'invoice' });
	is $made_up->status, 422, 'not by a form that was made up either';

	$shop->value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $tenant, $order);
	is $shop->value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T', '', 'test')}, $tenant, $order), 'ok', 'it leaves';
	my $pdf = $shop->value(q{SELECT accounting.issue_invoice(?, ?, 'S', 'B')}, $tenant, $order);
	like $buyer->visitor->get($buyer->{link})->text, qr/Please transfer the amount until/, 'billed, his page says until when';
	my $sam = Staff->new($shop, $f, 'acme', may => [qw(orders.view orders.pay)], stores => ['one']);
	like $sam->get('/admin/orders?invoice=owed')->html, qr/$order/, 'the queue finds what is owed';
	unlike $sam->get('/admin/orders?invoice=overdue')->html, qr/$order/, 'it is not overdue';
	$shop->dbh->do(q{UPDATE sales."order" SET due_on = due_on - 20 WHERE order_id = ?}, undef, $order);
	like $sam->get('/admin/orders?invoice=overdue')->html, qr/$order/, 'some days later it is';
	my $desk = $sam->get("/admin/orders/$order");
	like $desk->text, qr/Due on .*Overdue/, 'its page says so';
	is $sam->visitor->submit($desk, field => 'reference', { reference => 'statement 7' })->status, 303, 'the transfer is booked by hand';
	unlike $sam->get('/admin/orders?invoice=overdue')->html, qr/$order/, 'and it is gone from the list';
	like $ben->get("/admin/customers/$who->{id}")->text, qr/owes €0\.00/, 'he owes nothing';
};

done_testing;
