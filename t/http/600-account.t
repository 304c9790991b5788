# Promise: a customer sees and changes what is his own, as his country writes it, and nobody
# else's; whoever is not signed in is asked to (reliability P21, T26, T33).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Customer;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account))]);
my $f = Fixture->new($shop->dbh);
my $ana = Customer->new($shop, $f, 'one', prefix => '/en', phone => '+34 600 000 000');
my $eve = Customer->new($shop, $f, 'one', prefix => '/en', name => 'Eve Other');

sub addresses { return $shop->rows('SELECT * FROM customer.address WHERE customer_id = ? ORDER BY address_id', $_[0]{id}) }

subtest 'T33 signed in or not' => sub {
	my $stranger = $shop->visitor('one');
	for my $path (qw(/en/account /en/account/profile /en/account/addresses /en/account/orders)) {
		my $page = $stranger->get($path);
		is $page->status, 302, "$path is for who is signed in";
		like $page->header('location'), qr{^/en/login\?next=}, 'and leads to the log-in';
	}
	is $stranger->post('/en/account/profile', { name => 'X', language => 'en' })->status, 403, 'a post is refused';
	my $v = $ana->visitor;
	my $page = $v->get('/en/account');
	is $page->status, 200, 'with a session it opens';
	is $page->header('cache-control'), 'no-store', 'and is kept nowhere';
	like $page->text, qr/Hello, Ana López/, 'by name';
	like $page->html, qr{href="/en/login/password".*href="/en/login/email".*href="/en/login/sessions"}s, 'with the ways to the log-in\'s own pages';
	is $v->post('/en/account/profile', { name => 'X', language => 'en' })->status, 403, 'without the form\'s token nothing is taken';
	my $gone = Customer->new($shop, $f, 'one');
	my $w = $gone->visitor;
	is $w->get('/account')->status, 200, 'a second one';
	$shop->change('DELETE FROM customer.session WHERE customer_id = ?', $gone->{id});
	is $w->get('/account')->status, 302, 'is out with the next request after his session ended';
	my $other = $ana->visitor(host => 'three');
	is $other->get('/account')->status, 302, 'a session of one merchant is none at another';
};

subtest 'CUS-01 profile' => sub {
	my $v = $ana->visitor;
	my $page = $v->get('/en/account/profile');
	like $page->html, qr{name="name" value="Ana L}, 'filled in';
	my $bad = $v->submit($page, action => '/en/account/profile', { name => 'Ana <b>', phone => 'call me', type => 'business', company => '',
		tax_number => '1' });
	is $bad->status, 422, 'what is wrong is said';
	like $bad->text, qr/telephone number.*company's name.*tax number/s, 'for each field';
	like $bad->html, qr/value="Ana &lt;b&gt;"/, 'and nothing typed is lost';
	like $bad->html, qr/value="business" checked/, 'the choice neither';
	my $good = $v->submit($bad, action => '/en/account/profile', { name => 'Ana Ruiz', phone => '+34 611 222 333', company => 'Suelas SL',
		tax_number => 'B12345678', language => 'es' });
	is $good->status, 303, 'the rest is taken';
	like $v->follow($good)->text, qr/Your profile is saved/, 'and that is said';
	is join('|', $shop->value('SELECT name, phone, customer_type, company, tax_id, locale FROM customer.person WHERE customer_id = ?', $ana->{id})),
		'Ana Ruiz|+34 611 222 333|business|Suelas SL|B12345678|es', 'kept';
	is $v->submit($v->get('/en/account/profile'), action => '/en/account/profile', { type => 'consumer' })->status, 303, 'back to a consumer';
	is join('|', $shop->value('SELECT company, tax_id FROM customer.person WHERE customer_id = ?', $ana->{id})), '|', 'a consumer has no company';
	is $v->post('/en/account/profile', { csrf => $page->form(action => '/en/account/profile') && ($page->html =~ /name="csrf" value="([^"]+)"/)[0],
		name => 'X', language => 'tlh' })->status, 400, 'a language that the store does not speak';
	is $shop->value('SELECT name FROM customer.person WHERE customer_id = ?', $eve->{id}), 'Eve Other', 'Eve is as she was';
};

subtest 'CUS-03 address book' => sub {
	my $v = $ana->visitor;
	my $new = $v->get('/en/account/addresses/new');
	like $new->html, qr/name="region".*?<option value="TF">/s, 'the form of the store\'s country';
	my $redrawn = $v->submit($new, action => '/en/account/addresses/new', { country => 'PT', name => 'Rui', change_country => 1 });
	is $redrawn->status, 200, 'another country redraws it';
	unlike $redrawn->html, qr/name="region"/, 'as that country writes addresses';
	like $redrawn->html, qr/value="Rui"/, 'with what was typed';
	my $bad = $v->submit($redrawn, action => '/en/account/addresses/new', { change_country => undef, postcode => '99', street => 'Rua 1', city => 'Lisboa' });
	is $bad->status, 422, 'its postal code is looked at';
	my $done = $v->submit($bad, action => '/en/account/addresses/new', { change_country => undef, postcode => '1100053', phone => '+351 912 345 678' });
	is $done->status, 303, 'kept';
	my ($first) = addresses($ana);
	is join('|', @$first{qw(name postal_code country is_shipping is_billing)}), 'Rui|1100-053|PT|1|1', 'in form; the first is the default for both';
	my $second = $ana->address(street => 'Gran Vía 2');
	my $list = $v->get('/en/account/addresses');
	like $list->text, qr/We deliver here Invoices go here Rui .* Gran Vía 2/s, 'the list tells the default';
	my $edit = $v->get("/en/account/addresses/$second");
	like $edit->html, qr/value="Gran Vía 2"/, 'to be changed';
	is $v->submit($edit, action => "/en/account/addresses/$second", { change_country => undef, for_delivery => 1 })->status, 303, 'changed';
	is join("|", map { $_->{is_shipping} . $_->{is_billing} } addresses($ana)), "10|01", 'there is one default for each';
	# A stranger's entry
	my $csrf = ($v->get('/en/account/addresses')->html =~ /name="csrf" value="([^"]+)"/)[0];
	my $hers = $eve->address(street => 'Her Street');
	is $v->get("/en/account/addresses/$hers")->status, 404, 'T26 another\'s address is no page';
	is $v->post("/en/account/addresses/$hers", { csrf => $csrf, country => 'ES', name => 'X', street => 'Y', postcode => '28013', city => 'Z', region => 'M' })->status,
		404, 'and cannot be changed';
	is $v->post("/en/account/addresses/$hers/remove", { csrf => $csrf })->status, 404, 'nor removed';
	is join('|', map { $_->{street} } addresses($eve)), 'Her Street', 'it is as it was';
	is $v->post("/en/account/addresses/$second/remove", { csrf => $csrf })->status, 303, 'his own can';
	is join('|', map { $_->{street} . $_->{is_shipping} . $_->{is_billing} } addresses($ana)), 'Rua 111', 'the other one becomes the default';
	$ana->address(street => "Street $_") for 1 .. 19;
	my $full = $v->submit($v->get('/en/account/addresses/new'), action => '/en/account/addresses/new', { change_country => undef, name => 'One more',
		street => 'S', postcode => '28013', city => 'Madrid', region => 'M' });
	is $full->status, 422, 'twenty are enough';
	like $full->text, qr/address book is full/, 'which is said';
};

subtest 'CUS-04 and ORD-03: orders' => sub {
	my $order = $ana->order($f->{variant}{PLAIN}, 2);
	my $v = $ana->visitor;
	like $v->get('/en/account')->text, qr/Order 1001 Pending Payment .*€25\.00/s, 'the overview names the last';
	my $page = $v->get("/en$order");
	is $page->status, 200, 'its page';
	like $page->text, qr/Order 1001 .*Where it stands Ordered.*Calle Mayor 1.*2 pieces/s, 'with where it stands and what it holds';
	is $v->get("/en$order/invoice.pdf")->status, 404, 'no invoice yet';
	my $w = $eve->visitor;
	is $w->get("/en$order")->status, 404, 'T26 Eve does not see it';
	is $w->get("/en$order/invoice.pdf")->status, 404, 'nor an invoice';
	my $csrf = ($w->get('/en/account/profile')->html =~ /name="csrf" value="([^"]+)"/)[0];
	is $w->post("/en$order/cancel", { csrf => $csrf })->status, 404, 'nor cancels it';
	is $w->post("/en$order/again", { csrf => $csrf })->status, 404, 'nor orders it again';
	is $ana->visitor(host => 'two')->get($order)->status, 404, 'it belongs to its store';
	is $shop->value('SELECT state FROM sales."order" WHERE number = ?', '1001'), 'open', 'it is as it was';

	my ($id) = $order =~ m{([^/]+)$};
	$shop->value(q{SELECT sales.receive_payment(?, ?, 2500, 'ref', 'test')}, $ana->{tenant}, $id);
	$shop->job('issue-invoices');
	my $pdf = $v->get("/en$order/invoice.pdf");
	is $pdf->header('content-type'), 'application/pdf', 'its invoice, once there is one';
	is $w->get("/en$order/invoice.pdf")->status, 404, 'for Ana alone';
	unlike $v->get("/en$order")->html, qr{$order/cancel}, 'what was paid is not called off by a click';
	$csrf = ($v->get('/en/account/profile')->html =~ /name="csrf" value="([^"]+)"/)[0];
	like $v->follow($v->post("/en$order/cancel", { csrf => $csrf }))->text, qr/cannot be cancelled here any more/, 'nor by hand';
	is $shop->value('SELECT state FROM sales."order" WHERE order_id = ?', $id), 'open', 'it stands';
};

subtest 'cancelling' => sub {
	my $order = $ana->order($f->{variant}{FEW}, 2);
	my $v = $ana->visitor;
	is join(',', $f->count('FEW')), '3,2', 'held';
	my $page = $v->get("/en$order");
	my $done = $v->follow($v->submit($page, action => "/en$order/cancel"));
	like $done->text, qr/The order is cancelled\. .*Cancelled/s, 'called off';
	is join(',', $f->count('FEW')), '3,0', 'and free again';
	unlike $done->html, qr{$order/cancel}, 'once';
	is $shop->value("SELECT count(*) FROM event.outbox WHERE template = 'cancelled'"), 1, 'a mail says so';
	# a guest by his link
	my $b = Buyer->new($shop->visitor('one'), '/en');
	$b->add($f->{variant}{FEW}, 1)->ready->place;
	my $path = $b->{link} =~ s{^https?://[^/]+}{}r;
	my $stranger = $shop->visitor('one');
	is $stranger->post($path . '/cancel', {}, headers => { 'Sec-Fetch-Site' => 'cross-site' })->status, 403, 'another site cannot';
	is $stranger->post('/en/order/' . 'a' x 43 . '/cancel', {})->status, 404, 'a guess cannot';
	my $see = $stranger->get($path);
	is $stranger->submit($see, action => "$path/cancel")->status, 303, 'who has the link can';
	like $stranger->get($path)->text, qr/Cancelled/, 'and sees it';
	is join(',', $f->count('FEW')), '3,0', 'free again';
};

subtest 'ordering again' => sub {
	my $v = $ana->visitor;
	my $order = $ana->order($f->{variant}{FEW}, 3);
	my ($id) = $order =~ m{([^/]+)$};
	my $gone = $v->follow($v->submit($v->get("/en$order"), action => "/en$order/again"));
	like $gone->text, qr/Not to be had any more: .*/, 'what is sold out is said';
	is $shop->value('SELECT count(*) FROM sales.cart WHERE customer_id = ?', $ana->{id}), 0, 'no cart is made for nothing';
	$shop->value(q{SELECT sales.cancel(?, ?, 'test', '')}, $ana->{tenant}, $id);
	$f->stock($f->{tenant}{acme}, 'FEW', 'W1', 2);
	my $fewer = $v->follow($v->submit($v->get("/en$order"), action => "/en$order/again"));
	like $fewer->text, qr/Fewer than you had: .*The rest is in your cart/s, 'fewer are said';
	like $fewer->html, qr/name="quantity"[^>]*value="2"/, 'two are in the cart';
	is $shop->value("SELECT count(*) FROM sales.cart WHERE customer_id = ? AND state = 'open'", $ana->{id}), 1, 'CHK-05 which is his saved one';
	my $elsewhere = $ana->visitor;
	my $home = $elsewhere->get('/en/account');
	like $home->text, qr/2 × .*another device/s, 'CHK-05 another device tells of it';
	like $elsewhere->follow($elsewhere->submit($home, action => '/en/account/cart'))->html, qr/name="quantity"[^>]*value="2"/, 'and opens it';
	like $elsewhere->get('/en/account')->text, qr/2 × .*To the cart/s, 'then it is its own';
	my $all = $v->follow($v->submit($v->get('/en' . $ana->order($f->{variant}{PLAIN})), button => 'Order this again'));
	like $all->text, qr/Everything of that order is in your cart/, 'all of it';
	is $shop->value("SELECT count(*) FROM sales.cart WHERE customer_id = ? AND state = 'open'", $ana->{id}), 1, 'in the same cart';
};

subtest 'a long history' => sub {
	my $many = Customer->new($shop, $f, 'one');
	my $from = $many->order($f->{variant}{PLAIN}) =~ s{.*/}{}r;
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $many->{tenant});
	for my $n (1 .. 44) {
		# all at one moment: the page must not lose those that share it
		$shop->dbh->do(q{INSERT INTO sales.cart (tenant_id, store_id, cart_id, state, locale, currency) VALUES (?, ?, ?, 'ordered', 'en', 'EUR')}, undef,
			$many->{tenant}, $many->{store}, sprintf('01900000-0000-7000-c000-%012x', $n));
		# all columns but those that PostgreSQL reckons itself
		my $columns = join ', ', map { qq{"$_"} } @{ $shop->dbh->selectcol_arrayref(q{SELECT attname FROM pg_attribute
			WHERE attrelid = 'sales.order'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''}) };
		$shop->dbh->do(sprintf(q{INSERT INTO sales."order" (%1$s) SELECT %2$s FROM (SELECT jsonb_populate_record(x, jsonb_build_object('order_id', ?::text,
			'number', ?::text, 'cart_id', ?::text)) AS o FROM sales."order" x WHERE x.order_id = ?) y}, $columns, $columns =~ s/"\w+"/(o).$&/gr), undef,
			sprintf('01900000-0000-7000-d000-%012x', $n), "H$n", sprintf('01900000-0000-7000-c000-%012x', $n), $from);
	}
	my $v = $many->visitor;
	my (%seen, $pages);
	my $page = $v->get('/account/orders');
	while (1) {
		$pages++;
		$seen{$_}++ for $page->html =~ m{href="/account/orders/([0-9a-f-]{36})"}g;
		my ($next) = $page->html =~ /rel="next" href="([^"]+)"/ or last;
		$page = $v->get($next);
	}
	is $pages, 3, 'three pages of twenty';
	is scalar keys %seen, 45, 'hold them all';
	is scalar(grep { $_ > 1 } values %seen), 0, 'each once';
	is $v->get('/account/orders?after=' . ($ana->order($f->{variant}{PLAIN}) =~ s{.*/}{}r))->status, 200, 'from another\'s order';
	is scalar(() = $v->get('/account/orders?offset=1')->status), 1;
	is $v->get('/account/orders?offset=1')->status, 400, 'there is no counting';
};

subtest 'P21 every route is for who is signed in' => sub {
	my $stranger = $shop->visitor('one');
	my @routes = map { [ (split /\t/)[0, 1, 5] ] } split /\n/, `'@{[ $shop->stack->{build} ]}/cgi-bin/account' -r`;
	cmp_ok scalar @routes, '>', 20, 'routes to walk';
	for my $route (@routes) {
		my ($method, $path, $needs) = @$route;
		like $needs, qr/\bsession\b.*\bcsrf\b/, "$method $path needs a session and the form's token";
		$path =~ s/\{\w+:id\}/01900000-0000-7000-8000-000000000001/g;
		$path =~ s/\{token\}/'a' x 43/e;
		my $page = $method eq 'GET' ? $stranger->get($path) : $stranger->post($path, {});
		is $page->status, $method eq 'GET' ? 302 : 403, 'which a stranger has not';
		# and somebody else, with a token of his own, finds nothing of hers
		next if $path !~ /01900000/ || $method eq 'GET';
		my $w = $eve->visitor;
		my ($csrf) = $w->get('/account/profile')->html =~ /name="csrf" value="([^"]+)"/;
		my %form = $path =~ /method$/ ? (method => 'cod') : $path =~ /change$/ ? (variant => $f->{variant}{PLAIN}, quantity => 1)
			: $path =~ /return$/ ? (line => 1, quantity => 1, reason => 'size') : $path =~ /download$/ ? (file => '01900000-0000-7000-8000-000000000001')
			: $path =~ /addresses/ && $path !~ /remove/ ? (country => 'ES', name => 'E', street => 'S', postcode => '28013', city => 'C', region => 'M') : ();
		is $w->post($path, { csrf => $csrf, %form })->status, 404, 'and what is not his does not exist';
	}
};

done_testing;
