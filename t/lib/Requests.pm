package Requests;

# A believable request for every route of the shop, for the tests that walk them all
# (Trial.pm).  One line per route: method and path as the route table says them, and a
# function of the trial and the store's code (one, two, three) that returns { path, form,
# cookies }, after preparing what the request needs.  A route without a line fails t/fault.

use strict;
use warnings;
use Customer;
use Staff;

# A cart's cookie and a form with its token.
sub in_cart
{
	my ($t, $store, $path, %form) = @_;
	my $cookies = $t->cart($store);
	return { path => $path, cookies => $cookies, form => { csrf => $t->csrf($cookies->{cart}), %form } };
}

my %ADDRESS = (
	ES => { country => 'ES', name => 'Ana Ruiz', street => 'Calle Mayor 1', postcode => '28013', city => 'Madrid', region => 'M' },
	ID => { country => 'ID', name => 'Siti Aminah', street => 'Jalan Merdeka 5', more => 'RT 1 RW 2', postcode => '40115',
		city => 'Bandung', region => 'JB' },
);
my $mails = 0;

sub address_of { my ($store) = @_; return $ADDRESS{ $store eq 'three' ? 'ID' : 'ES' } }

# The steps of checkout, in their order: what each posts.
my @STEPS = (
	[ start => '/checkout', sub { return } ],
	[ contact => '/checkout/contact', sub {
		my ($t) = @_;
		return (turn => $t->key, email => sprintf('ana%d.%d@example.test', $$, $mails++), phone => '+34 600 000 000');
	} ],
	[ verify => '/checkout/verify', sub { return (code => '123456') } ],
	[ address => '/checkout/address', sub { my ($t, $s) = @_; return %{ address_of($s) } } ],
	[ delivery => '/checkout/delivery', sub {
		my ($t, $s) = @_;
		return (method => $t->{f}{method}{ { one => 'post', two => 'parcel', three => 'jne' }->{$s} });
	} ],
	[ payment => '/checkout/payment', sub { return (method => 'bank_transfer') } ],
	[ order => '/checkout/order', sub {
		my ($t, $s, $cookies) = @_;
		my ($total) = $t->get($s, '/checkout/review', $cookies)->{body} =~ /name="total" value="(\d+)"/ or die "no total at $s\n";
		return (total => $total, terms => 1, idempotency_key => $t->key);
	} ],
);

# The code that a mail would bring; store two wants one.
sub send_code
{
	my ($t, $cookies) = @_;
	$t->dbh->do(q{UPDATE sales.verification v SET code_sha256 = sha256(convert_to(v.cart_id::text || '123456', 'UTF8'))
		FROM sales.cart_token k WHERE k.cart_id = v.cart_id AND k.token_sha256 = sha256(convert_to(?, 'UTF8'))}, undef, $cookies->{cart});
	return;
}

# A cart that has gone through the steps before the one named: its cookies.
sub before
{
	my ($t, $store, $until) = @_;
	my $cookies = $t->cart($store);
	for my $step (@STEPS) {
		my ($name, $path, $form) = @$step;
		send_code($t, $cookies) if $name eq 'verify' && $store eq 'two';
		last if $name eq $until;
		next if $name eq 'verify' && $store ne 'two';
		my $got = $t->post($store, $path, { csrf => $t->csrf($cookies->{cart}), $form->($t, $store, $cookies) }, $cookies);
		die "$path of store $store answers $got->{status}\n$got->{body}\n" if $got->{status} != 303;
		my ($new) = map { /^(?:__Host-)?cart=([\w-]{43});/ ? $1 : () } @{ $got->{cookies} };
		$cookies = { cart => $new } if $new;
		return ($cookies, $got->{headers}{location}) if $name eq 'order';
	}
	return $cookies;
}

sub see
{
	my ($step, $store) = @_;
	return sub {
		my ($t, $s) = @_;
		$s = $store if $store && $s ne 'three';
		return { host => "$s.localhost", path => "/checkout/$step", cookies => scalar before($t, $s, $step eq 'review' ? 'order' : $step) };
	};
}

sub do_step
{
	my ($step, $store) = @_;
	my ($row) = grep { $_->[0] eq $step } @STEPS;
	return sub {
		my ($t, $s) = @_;
		$s = $store if $store && $s ne 'three';
		my $cookies = before($t, $s, $step);
		return { host => "$s.localhost", path => $row->[1], cookies => $cookies,
			form => { csrf => $t->csrf($cookies->{cart}), $row->[2]->($t, $s, $cookies) } };
	};
}

# The page of an order: { path, cookies }.
sub ordered
{
	my ($t, $store, $more) = @_;
	my (undef, $url) = before($t, $store, '');
	my ($path) = $url =~ m{(/order/[\w-]{43})} or die "no order: $url\n";
	return { path => $path . ($more // '') };
}

# A request of somebody who is signed in: the path, or a function of the trial, the customer and
# the store's code that makes it; and for a post one of the trial and the code that returns the form.
sub of_customer
{
	my ($path, $form) = @_;
	return sub {
		my ($t, $s) = @_;
		my $c = Customer->new($t->{shop}, $t->{f}, $s);
		my $ask = { path => ref $path ? $path->($t, $c, $s) : $path, cookies => { sid => $c->{token} } };
		$ask->{form} = { csrf => $t->csrf($c->{token}), %{ $form->($t, $s) } } if $form;
		return $ask;
	};
}

sub own_order
{
	my ($t, $c, $s) = @_;
	my ($token) = ordered($t, $s)->{path} =~ m{([\w-]{43})$};
	my ($order) = $t->value(q{SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, 'UTF8'))}, $token);
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $c->{tenant});
	$t->dbh->do('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', undef, $c->{id}, $order);
	return "/account/orders/$order";
}

# The same, on its way to him: it can come back.
sub own_sent_order
{
	my ($t, $c, $s) = @_;
	my $path = own_order($t, $c, $s);
	my ($order) = $path =~ m{([^/]+)$};
	$t->dbh->do(q{UPDATE sales."order" SET payment = 'paid', fulfilment = 'shipped' WHERE order_id = ?}, undef, $order);
	$t->dbh->do('INSERT INTO shipping.shipment (tenant_id, shipment_id, order_id) VALUES (?, ?, ?)', undef, $c->{tenant}, $order, $order);
	$t->dbh->do(q{INSERT INTO shipping.shipment_line (tenant_id, shipment_id, order_id, line_no, quantity)
		SELECT tenant_id, order_id, order_id, line_no, quantity FROM sales.order_line WHERE order_id = ?}, undef, $order);
	return $path;
}

# A customer of a store whose address is proven, made once for a trial: { email, id }.
my %customers;
sub customer
{
	my ($t, $store) = @_;
	return $customers{"$t $store"} if $customers{"$t $store"};
	my %c = (email => sprintf('kim%d.%d@example.test', $$, $mails++), password => 'mi gato come a las 7');
	$t->post($store, '/login/register', { %c, name => 'Kim' });
	my ($id) = $t->value("UPDATE customer.person SET verified_at = now() WHERE email = ? RETURNING customer_id", $c{email});
	return $customers{"$t $store"} = { %c, id => $id // die "no account at store $store\n" };
}

sub ids { my ($t, $store) = @_; return ($t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' }, customer($t, $store)->{id}) }

# Signed in: cookies, and a form with the page's token.
sub signed_in
{
	my ($t, $store, $path, $form) = @_;
	my $sid = $t->token;
	$t->dbh->do(q{INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at)
		VALUES (?, sutler.uuid7(), sha256(convert_to(?, 'UTF8')), ?, now() + interval '1 day')}, undef,
		(ids($t, $store))[0], $sid, customer($t, $store)->{id});
	return { path => $path, cookies => { sid => $sid }, $form ? (form => { csrf => $t->csrf($sid), %$form }) : () };
}

# The next customer of the store is a new one.
sub forget { my ($t, $store) = @_; delete $customers{"$t $store"}; return }

# ---- the console ----

# An owner of the store's merchant, with password, second factor and a session.
sub slug { my ($store) = @_; return $store eq 'three' ? 'bahari' : 'acme' }
sub staff
{
	my ($t, $store) = @_;
	# Kept in the trial: another one may stand at the same address.
	return $t->{"staff " . slug($store)} //= do {
		my $s = Staff->new($t->{shop}, $t->{f}, slug($store), owner => 1);
		# A customer of his own lends the hash: the password of others is changed by some of the requests.
		my %c = (email => sprintf('lend%d.%d@example.test', $$, $mails++), password => 'mi gato come a las 7');
		$t->post($store, '/login/register', { %c, name => 'Kim' });
		$s->{password} = $c{password};
		$t->dbh->do('INSERT INTO staff.credential (tenant_id, staff_id, hash) SELECT ?, ?, hash FROM customer.credential
			WHERE customer_id = (SELECT customer_id FROM customer.person WHERE email = ?)', undef, $s->tenant, $s->{id}, $c{email});
		my $cookies = { 'staff-step' => step($t, $s) };
		my $page = $t->ask('admin-login', { method => 'GET', host => $s->{host}, path => '/admin/login/setup', cookies => $cookies });
		($s->{secret}) = $page->{body} =~ m{class="secret">([A-Z2-7 ]+)<} or die "no secret: $page->{status}\n";
		my $got = $t->ask('admin-login', { method => 'POST', host => $s->{host}, path => '/admin/login/setup', cookies => $cookies,
			form => { csrf => $t->csrf($cookies->{'staff-step'}), code => $s->code } });
		die "the second factor is not set up: $got->{status}\n" if $got->{status} != 200;
		$s;
	};
}

# The cookie of somebody whose password was right.
sub step
{
	my ($t, $s) = @_;
	Staff::forgive($t->{shop});
	my $got = $t->ask('admin-login', { method => 'POST', host => $s->{host}, path => '/admin/login', form => { email => $s->{email}, password => $s->{password} } });
	my ($token) = map { /^(?:__Host-)?staff-step=([\w-]{43});/ ? $1 : () } @{ $got->{cookies} };
	return $token // die "no step: $got->{status} " . ($got->{body} =~ m{(<(?:p|ul|div)[^>]*(?:error|alert|flash)[^>]*>.{0,300})}s ? $1 : substr $got->{body}, 0, 200) . "\n";
}

# Somebody between password and code.
sub stepping
{
	my ($path, $form) = @_;
	return sub {
		my ($t, $store) = @_;
		my $s = staff($t, $store);
		my $cookies = { 'staff-step' => step($t, $s) };
		return { host => $s->{host}, path => $path, cookies => $cookies, $form ? (form => { csrf => $t->csrf($cookies->{'staff-step'}), $form->($t, $s) }) : () };
	};
}

# Somebody signed in.
sub at_desk
{
	my ($path, $form) = @_;
	return sub {
		my ($t, $store) = @_;
		my $s = staff($t, $store);
		my $cookies = { staff => $s->session(0) };
		return { host => $s->{host}, path => ref $path ? $path->($t, $store, $s) : $path, cookies => $cookies,
			$form ? (form => { csrf => $t->csrf($cookies->{staff}), $form->($t, $store, $s) }) : () };
	};
}

# An order at a store as its desk meets it: paid, held, in the state that STEP needs; its id, and what STEP made.
my $desk_orders = 0;
sub desk_order
{
	my ($t, $store, %o) = @_;
	my ($f, $dbh, $tenant) = ($t->{f}, $t->dbh, $t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' });
	my ($order, $cart, $contact) = map { $dbh->selectrow_array('SELECT sutler.uuid7()') } 1 .. 3;
	my ($variant, $warehouse) = $dbh->selectrow_array(q{SELECT v.variant_id, s.warehouse_id FROM catalog.variant v JOIN inventory.stock s USING (tenant_id, variant_id)
		WHERE v.tenant_id = ? AND s.on_hand > s.held ORDER BY s.on_hand - s.held DESC LIMIT 1}, undef, $tenant);
	my $paid = $o{unpaid} ? 0 : 1000;
	my @ids = (tenant_id => $tenant, order_id => $order);
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	$f->add('sales.contact', tenant_id => $tenant, contact_id => $contact, email => "desk$order\@example.test", name => 'Ana Ruiz', country => 'ES');
	$f->add('sales.cart', tenant_id => $tenant, store_id => $f->{store}{$store}, cart_id => $cart, locale => 'es', currency => 'EUR', state => 'ordered');
	$f->add('sales.order', @ids, store_id => $f->{store}{$store}, number => sprintf('D%d-%d', $$, $desk_orders++), cart_id => $cart, locale => 'es',
		currency => 'EUR', customer_type => 'consumer', prices_include_tax => 1, tax_rounding => 'line', goods => 1000, discount => 0, shipping => 0,
		tax => 0, total => 1000, contact_id => $contact, method_id => $order, method_name => 'Post', payment_method => 'bank_transfer',
		state => 'open', payment => $paid ? 'paid' : 'pending');
	$f->add('sales.order_line', @ids, line_no => 1, variant_id => $variant, sku => $dbh->selectrow_array('SELECT sku FROM catalog.variant WHERE variant_id = ?', undef, $variant),
		name => 'P', quantity => 2, unit_price => 500, discount => 0, tax => 0, total => 1000);
	$f->add('payment.payment', tenant_id => $tenant, payment_id => $order, order_id => $order, method => 'bank_transfer', currency => 'EUR', amount => 1000, captured => $paid);
	$f->add('inventory.hold', tenant_id => $tenant, hold_id => $order, variant_id => $variant, warehouse_id => $warehouse, quantity => 2, order_id => $order);
	$dbh->do('UPDATE inventory.stock SET held = held + 2 WHERE variant_id = ? AND warehouse_id = ?', undef, $variant, $warehouse);
	return { id => $order, variant => $variant, warehouse => $warehouse, tenant => $tenant,
		sku => $dbh->selectrow_array('SELECT sku FROM catalog.variant WHERE variant_id = ?', undef, $variant) };
}

# The same on a pick list, { wave }; fetched and lying in a parcel, { parcel }; closed; sent, { shipment }.
sub desk_wave
{
	my ($t, $store, $step) = @_;
	my $o = desk_order($t, $store);
	my $dbh = $t->dbh;
	($o->{wave}) = $dbh->selectrow_array('SELECT wave_id FROM shipping.make_wave(?, NULL, ?, \'\', ?)', undef, $o->{tenant}, $o->{warehouse}, [$o->{id}]);
	return $o if $step eq 'open';
	$dbh->do('SELECT shipping.pick(?, NULL, ?, ?, 2)', undef, $o->{tenant}, $o->{wave}, $o->{sku});
	return $o if $step eq 'picked';
	($o->{parcel}) = $dbh->selectrow_array('SELECT parcel_id FROM shipping.pack(?, NULL, ?, ?, ?, 2)', undef, $o->{tenant}, $o->{wave}, $o->{id}, $o->{sku});
	return $o if $step eq 'packing';
	$dbh->do('SELECT shipping.close_parcel(?, NULL, ?, 500)', undef, $o->{tenant}, $o->{parcel});
	return $o if $step eq 'packed';
	$dbh->do('SELECT shipping.send(?, NULL, ?, \'Post\', \'X1\', \'\')', undef, $o->{tenant}, $o->{parcel});
	return $o if $step eq 'sent';
	($o->{return}) = $dbh->selectrow_array('SELECT sutler.uuid7()');
	$dbh->do(q{SELECT sales.staff_return(?, NULL, ?, ?, 'refund', 'size', '', '{1}', '{1}')}, undef, @$o{qw(tenant id return)});
	return $o if $step eq 'requested';
	$dbh->do(q{SELECT sales.decide_return(?, NULL, ?, 'approve', '')}, undef, @$o{qw(tenant return)});
	return $o if $step eq 'approved';
	$dbh->do(q{SELECT sales.receive_return(?, NULL, ?, ?, '{}', '{}')}, undef, @$o{qw(tenant return warehouse)});
	return $o;
}

# A request about such an order: PATH has the names of its parts in it.
sub on_order
{
	my ($step, $path, $form) = @_;
	my $made;
	return at_desk(sub {
		my ($t, $store) = @_;
		$made = $step =~ /^(?:paid|unpaid)$/ ? desk_order($t, $store, unpaid => $step eq 'unpaid') : desk_wave($t, $store, $step);
		return $path =~ s/\{(\w+)\}/$made->{$1}/gr;
	}, $form && sub { return $form->($made, $_[0]) });
}

# A request about a customer of the store, made for it: MORE behind the path of its page.
my $people = 0;
sub on_person
{
	my ($more, $form) = @_;
	return at_desk(sub {
		my ($t, $store) = @_;
		my $f = $t->{f};
		my ($id) = $t->dbh->selectrow_array('SELECT sutler.uuid7()');
		my $tenant = $f->{tenant}{ $store eq 'three' ? 'bahari' : 'acme' };
		$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
		$f->add('customer.person', tenant_id => $tenant, customer_id => $id, store_id => $f->{store}{$store}, name => 'Ana Ruiz',
			email => sprintf('person%d.%d@example.test', $$, $people++));
		return "/admin/customers/$id" . ($more eq '' ? '' : "/$more");
	}, $form);
}

# Somebody who has a password and no second factor yet.
sub fresh
{
	my ($t, $store) = @_;
	my $old = staff($t, $store);
	my $s = Staff->new($t->{shop}, $t->{f}, slug($store), password => $old->{password});
	$t->dbh->do('INSERT INTO staff.credential (tenant_id, staff_id, hash) SELECT tenant_id, ?, hash FROM staff.credential WHERE staff_id = ?', undef, $s->{id}, $old->{id});
	return { host => $s->{host}, path => '/admin/login/setup', cookies => { 'staff-step' => step($t, $s) } };
}

# What an invitation opens; a person of its own, for joining ends all sessions.
sub invited
{
	my ($form) = @_;
	return sub {
		my ($t, $store) = @_;
		my $s = Staff->new($t->{shop}, $t->{f}, slug($store));
		my $token = $t->token;
		$t->dbh->do(q{INSERT INTO staff.invitation (tenant_id, token_sha256, staff_id, expires_at)
			VALUES (?, sha256(convert_to(?, 'UTF8')), ?, sutler.now() + interval '1 hour')}, undef, $s->tenant, $token, $s->{id});
		return { host => $s->{host}, path => "/admin/login/join/$token", $form ? (form => $form) : () };
	};
}

# A colleague with a role of his own that holds nothing: anybody who manages staff may change him.
sub colleague
{
	my ($t, $store) = @_;
	return Staff->new($t->{shop}, $t->{f}, slug($store));
}

my %ENTRY = (
	# the console
	'GET /admin/login' => sub { my ($t, $s) = @_; return { host => staff($t, $s)->{host}, path => '/admin/login' } },
	'POST /admin/login' => sub {
		my ($t, $store) = @_;
		my $s = staff($t, $store);
		Staff::forgive($t->{shop});
		return { host => $s->{host}, path => '/admin/login', form => { email => $s->{email}, password => $s->{password} } };
	},
	'GET /admin/login/code' => stepping('/admin/login/code'),
	'POST /admin/login/code' => stepping('/admin/login/code', sub { my ($t, $s) = @_; return (code => $s->code) }),
	'GET /admin/login/recovery' => stepping('/admin/login/recovery'),
	'POST /admin/login/recovery' => stepping('/admin/login/recovery', sub {
		my ($t, $s) = @_;
		my $code = 'AAAABBBBCCCC' . sprintf '%04d', $mails++;
		$t->dbh->do(q{INSERT INTO staff.recovery (tenant_id, staff_id, code_sha256) VALUES (?, ?, sha256(convert_to(?, 'UTF8')))}, undef, $s->tenant, $s->{id}, $code);
		return (code => $code);
	}),
	# A challenge of somebody who has no second factor yet.
	'GET /admin/login/setup' => sub { my ($t, $s) = @_; return fresh($t, $s) },
	'POST /admin/login/setup' => sub {
		my ($t, $s) = @_;
		my $ask = fresh($t, $s);
		my $page = $t->ask('admin-login', { method => 'GET', %$ask });
		my ($secret) = $page->{body} =~ m{class="secret">([A-Z2-7 ]+)<} or die "no secret: $page->{status}\n";
		return { %$ask, form => { csrf => $t->csrf($ask->{cookies}{'staff-step'}), code => Staff::code_of($secret) } };
	},
	'GET /admin/login/join/{token}' => invited(),
	'POST /admin/login/join/{token}' => invited({ name => 'Ben Ode', password => 'seven kittens, all asleep' }),
	'GET /admin/login/again' => at_desk('/admin/login/again'),
	'POST /admin/login/again' => at_desk('/admin/login/again', sub { my ($t, undef, $s) = @_; Staff::forgive($t->{shop}); return (code => $s->code) }),
	'POST /admin/login/out' => at_desk('/admin/login/out', sub { return () }),
	'POST /admin/login/out-everywhere' => at_desk('/admin/login/out-everywhere', sub { return () }),
	'GET /admin' => at_desk('/admin'),
	'GET /admin/arrange' => at_desk('/admin/arrange'),
	'POST /admin/arrange' => at_desk('/admin/arrange', sub { return (widget => 'stock', do => 'hide') }),
	'POST /admin/arrange/reset' => at_desk('/admin/arrange/reset', sub { return () }),
	'GET /admin/searches' => at_desk('/admin/searches?at=%2Fadmin&search=q%3Done'),
	'POST /admin/searches' => at_desk('/admin/searches', sub { return (at => '/admin', search => 'q=one', name => 'One') }),
	'POST /admin/searches/{id:id}/forget' => at_desk(sub {
		my ($t, undef, $s) = @_;
		$s->tenant;
		my ($id) = $t->{shop}->value('SELECT sutler.uuid7()');
		$t->dbh->do(q{INSERT INTO staff.search (tenant_id, staff_id, search_id, place, name, query) VALUES (?, ?, ?, '/admin', ?, 'q=two')}, undef,
			$s->{tenant}, $s->{id}, $id, $id);
		return "/admin/searches/$id/forget";
	}, sub { return (at => '/admin') }),
	'GET /admin/orders' => at_desk('/admin/orders'),
	'POST /admin/orders/export.csv' => at_desk('/admin/orders/export.csv', sub { return (word => 'paid', reason => 'for the books') }),
	'GET /admin/orders/picks' => at_desk('/admin/orders/picks'),
	'POST /admin/orders/picks' => on_order('paid', '/admin/orders/picks', sub { return (order => $_[0]{id}, warehouse => $_[0]{warehouse}) }),
	'GET /admin/orders/picks/{wave:id}' => on_order('open', '/admin/orders/picks/{wave}'),
	'GET /admin/orders/picks/{wave:id}/list.pdf' => on_order('open', '/admin/orders/picks/{wave}/list.pdf'),
	'GET /admin/orders/picks/{wave:id}/labels.pdf' => on_order('packed', '/admin/orders/picks/{wave}/labels.pdf'),
	'POST /admin/orders/picks/{wave:id}/scan' => on_order('open', '/admin/orders/picks/{wave}/scan', sub { return (code => $_[0]{sku}, count => 1) }),
	'POST /admin/orders/picks/{wave:id}/drop' => on_order('open', '/admin/orders/picks/{wave}/drop', sub { return (drop_reason => 'no trolley') }),
	'GET /admin/orders/picks/{wave:id}/orders/{id:id}' => on_order('picked', '/admin/orders/picks/{wave}/orders/{id}'),
	'POST /admin/orders/picks/{wave:id}/orders/{id:id}' => on_order('picked', '/admin/orders/picks/{wave}/orders/{id}', sub { return (code => $_[0]{sku}) }),
	'GET /admin/orders/{id:id}' => on_order('requested', '/admin/orders/{id}'),
	'GET /admin/orders/{id:id}/documents/{document:id}' => on_order('paid', '/admin/orders/{id}/documents/{id}'),
	'GET /admin/orders/{id:id}/slip.pdf' => on_order('paid', '/admin/orders/{id}/slip.pdf'),
	'POST /admin/orders/{id:id}/note' => on_order('paid', '/admin/orders/{id}/note', sub { return (words => 'Rings twice', shown => 1) }),
	'POST /admin/orders/{id:id}/tag' => on_order('paid', '/admin/orders/{id}/tag', sub { return (tag => 'urgent') }),
	'POST /admin/orders/{id:id}/pay' => on_order('unpaid', '/admin/orders/{id}/pay', sub { return (reference => 'statement 7') }),
	'POST /admin/orders/{id:id}/cancel' => on_order('paid', '/admin/orders/{id}/cancel', sub { return (cancel_reason => 'as asked') }),
	'POST /admin/orders/{id:id}/step' => on_order('paid', '/admin/orders/{id}/step', sub { return (event => 'make_ready') }),
	'POST /admin/orders/{id:id}/ship' => on_order('paid', '/admin/orders/{id}/ship', sub { return (line => 1, pieces => 1, carrier => 'Post') }),
	'POST /admin/orders/{id:id}/refund' => on_order('paid', '/admin/orders/{id}/refund',
		sub { return (amount => '1.00', refund_reason => 'a scratch', idempotency_key => $_[1]->key) }),
	# Nothing is kept for a paid order: that is said; t/http/741 captures and lets go.
	'POST /admin/orders/{id:id}/capture' => on_order('paid', '/admin/orders/{id}/capture', sub { return (capture_amount => '1.00', idempotency_key => $_[1]->key) }),
	'POST /admin/orders/{id:id}/release' => on_order('paid', '/admin/orders/{id}/release', sub { return (release_reason => 'not wanted', idempotency_key => $_[1]->key) }),
	'POST /admin/orders/{id:id}/returns' => on_order('sent', '/admin/orders/{id}/returns', sub { return (line => 1, pieces => 1, wish => 'refund', return_reason => 'size') }),
	'GET /admin/orders/{id:id}/returns/{return:id}/slip.pdf' => on_order('approved', '/admin/orders/{id}/returns/{return}/slip.pdf'),
	'POST /admin/orders/{id:id}/returns/{return:id}/decide' => on_order('requested', '/admin/orders/{id}/returns/{return}/decide', sub { return (event => 'approve') }),
	'POST /admin/orders/{id:id}/returns/{return:id}/receive' => on_order('approved', '/admin/orders/{id}/returns/{return}/receive', sub { return (warehouse => $_[0]{warehouse}) }),
	'POST /admin/orders/{id:id}/returns/{return:id}/inspect' => on_order('received', '/admin/orders/{id}/returns/{return}/inspect',
		sub { return (line => 1, pieces => 1, verdict => 'restock') }),
	'POST /admin/orders/{id:id}/returns/{return:id}/refund' => on_order('received', '/admin/orders/{id}/returns/{return}/refund',
		sub { return (back_reason => 'it came', idempotency_key => $_[1]->key) }),
	'GET /admin/orders/{id:id}/parcels/{parcel:id}/slip.pdf' => on_order('packed', '/admin/orders/{id}/parcels/{parcel}/slip.pdf'),
	'GET /admin/orders/{id:id}/parcels/{parcel:id}/label.pdf' => on_order('packed', '/admin/orders/{id}/parcels/{parcel}/label.pdf'),
	'POST /admin/orders/{id:id}/parcels/{parcel:id}/close' => on_order('packing', '/admin/orders/{id}/parcels/{parcel}/close', sub { return (weight => 500) }),
	'POST /admin/orders/{id:id}/parcels/{parcel:id}/check' => on_order('packed', '/admin/orders/{id}/parcels/{parcel}/check', sub { return (verdict => 'pass') }),
	'POST /admin/orders/{id:id}/parcels/{parcel:id}/unpack' => on_order('packed', '/admin/orders/{id}/parcels/{parcel}/unpack', sub { return (unpack_reason => 'too small') }),
	'POST /admin/orders/{id:id}/parcels/{parcel:id}/send' => on_order('packed', '/admin/orders/{id}/parcels/{parcel}/send', sub { return (carrier => 'Post', tracking => 'X2') }),
	'POST /admin/orders/{id:id}/parcels/{parcel:id}/arrived' => on_order('sent', '/admin/orders/{id}/parcels/{parcel}/arrived', sub { return () }),
	'GET /admin/customers' => at_desk('/admin/customers'),
	'GET /admin/customers/{id:id}' => on_person(''),
	'POST /admin/customers/{id:id}/edit' => on_person('edit', sub { return (name => 'Ana Ruiz', phone => '+34 600 100 200', type => 'consumer') }),
	'POST /admin/customers/{id:id}/note' => on_person('note', sub { return (words => 'Rings twice') }),
	'POST /admin/customers/{id:id}/tag' => on_person('tag', sub { return (tag => 'vip') }),
	'POST /admin/customers/{id:id}/export' => on_person('export', sub { return (export_reason => 'asked by letter') }),
	'POST /admin/customers/{id:id}/erase' => on_person('erase', sub { return (erase_reason => 'asked by letter') }),
	'GET /admin/staff' => at_desk('/admin/staff'),
	'POST /admin/staff' => at_desk('/admin/staff', sub {
		my ($t, $store) = @_;
		return (email => sprintf('new%d.%d@example.test', $$, $mails++), name => 'Ben Ode', locale => 'es', mail => 1, role => colleague($t, $store)->{role}, reason => 'for the season');
	}),
	'GET /admin/staff/{id:id}' => at_desk(sub { return '/admin/staff/' . colleague(@_)->{id} }),
	'POST /admin/staff/{id:id}/role' => at_desk(sub { return '/admin/staff/' . colleague(@_)->{id} . '/role' }, sub {
		my ($t, $store) = @_;
		return (role => colleague($t, $store)->{role}, store => $t->{f}{store}{$store}, reason => 'moves to this store');
	}),
	'POST /admin/staff/{id:id}/suspend' => at_desk(sub { return '/admin/staff/' . colleague(@_)->{id} . '/suspend' }, sub { return (reason => 'left') }),
	'POST /admin/staff/{id:id}/restore' => at_desk(sub {
		my ($t, $store) = @_;
		my $c = colleague($t, $store);
		$t->dbh->do("UPDATE staff.person SET state = 'suspended' WHERE staff_id = ?", undef, $c->{id});
		return "/admin/staff/$c->{id}/restore";
	}, sub { return (reason => 'came back') }),
	'POST /admin/staff/{id:id}/withdraw' => at_desk(sub { return '/admin/staff/' . colleague(@_)->{id} . '/withdraw' }, sub { return (reason => 'not any more') }),
	'POST /admin/staff/{id:id}/link' => at_desk(sub { return '/admin/staff/' . colleague(@_)->{id} . '/link' }, sub { return (reason => 'lost the phone') }),
	'GET /admin/roles' => at_desk('/admin/roles'),
	'GET /admin/roles/new' => at_desk('/admin/roles/new'),
	'POST /admin/roles/new' => at_desk('/admin/roles/new', sub { return (name => sprintf('Packer %d', $mails++), reason => 'a new role') }),
	'GET /admin/roles/{id:id}' => at_desk(sub { return '/admin/roles/' . colleague(@_)->{role} }),
	'POST /admin/roles/{id:id}' => at_desk(sub { return '/admin/roles/' . colleague(@_)->{role} }, sub { return (name => sprintf('Packer %d', $mails++), reason => 'may more') }),
	'GET /admin/audit' => at_desk('/admin/audit'),
	'GET /admin/status' => at_desk('/admin/status'),
	'POST /admin/status/mails/{mail:id}/again' => at_desk(sub {
		my ($t, $store, $s) = @_;
		$s->tenant;
		my ($id) = $t->{shop}->value("SELECT event.queue_mail(?, ?, 'order_placed', NULL, NULL, NULL)", $s->{tenant}, $t->{f}{store}{$store});
		$t->dbh->do('DELETE FROM event.ready WHERE outbox_id = ?', undef, $id);
		$t->dbh->do(q{UPDATE event.outbox SET state = 'failed', done_at = now() WHERE outbox_id = ?}, undef, $id);
		return "/admin/status/mails/$id/again";
	}, sub { return () }),
	'POST /admin/store' => at_desk('/admin/store', sub { my ($t, $s) = @_; return (store => $t->{f}{store}{$s}) }),

	# home
	'GET /' => sub { return { path => '/' } },
	'GET /page/{slug}' => sub { return { path => '/page/about' } },
	'GET /theme/{file}' => sub { return { path => '/theme/1a2b3c-4d5e6f.css' } },
	'GET /swatch/{file}' => sub { return { path => '/swatch/1a2b3c.svg' } },
	'GET /robots.txt' => sub { return { path => '/robots.txt' } },
	'GET /{path:rest}' => sub { return { path => '/no/such/page' } },

	# catalog
	'GET /c/{slug}' => sub { return { path => '/c/shoes' } },
	'GET /t/{slug}' => sub { return { path => '/t/gift' } },
	'GET /p/{slug}' => sub { my ($t, $s) = @_; return { path => '/p/' . $t->{f}->slug_of($s) } },
	'GET /search' => sub { return { path => '/search?q=product' } },
	'GET /search/suggest' => sub { return { path => '/search/suggest?q=prod' } },
	'GET /recent' => sub { my ($t, $s) = @_; return { path => '/recent?ids=' . $t->{f}{product}{ $s eq 'three' ? 'SANDAL' : 'PLAIN' } } },

	# cart
	'GET /cart' => sub { my ($t, $s) = @_; return { path => '/cart', cookies => $t->cart($s) } },
	'POST /cart/items' => sub {
		my ($t, $s) = @_;
		return { path => '/cart/items', cookies => $t->cart($s), form => { variant => $t->{f}->variant_of($s), quantity => 2 } };
	},
	'POST /cart/lines/quantity' => sub {
		my ($t, $s) = @_;
		return in_cart($t, $s, '/cart/lines/quantity', line => $t->{f}->variant_of($s), quantity => 2);
	},
	'POST /cart/lines/remove' => sub {
		my ($t, $s) = @_;
		return in_cart($t, $s, '/cart/lines/remove', line => $t->{f}->variant_of($s));
	},
	'POST /cart/coupon' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/coupon', coupon => 'TENPERCENT') },
	'GET /cart/run/{product:id}' => sub { my ($t, $s) = @_; return { path => '/cart/run/' . $t->{f}->product_of($s) } },
	'POST /cart/run/{product:id}' => sub {
		my ($t, $s) = @_;
		return { path => '/cart/run/' . $t->{f}->product_of($s), form => { variant => $t->{f}->variant_of($s), quantity => 1 } };
	},
	'POST /cart/coupon/remove' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/coupon/remove') },
	'POST /cart/note' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/note', note => 'Please ring twice.') },
	'GET /checkout' => sub { my ($t, $s) = @_; return { path => '/checkout', cookies => scalar before($t, $s, 'contact') } },
	'POST /checkout' => do_step('start'),
	'GET /checkout/contact' => see('contact'),
	'POST /checkout/contact' => do_step('contact'),
	'GET /checkout/verify' => see('verify', 'two'),
	'POST /checkout/verify' => do_step('verify', 'two'),
	'POST /checkout/verify/again' => sub {
		my ($t, $s) = @_;
		my $cookies = before($t, 'two', 'verify');
		return { host => 'two.localhost', path => '/checkout/verify/again', cookies => $cookies, form => { csrf => $t->csrf($cookies->{cart}) } };
	},
	'GET /checkout/address' => see('address'),
	'POST /checkout/address' => do_step('address'),
	'GET /checkout/delivery' => see('delivery'),
	'POST /checkout/delivery' => do_step('delivery'),
	'GET /checkout/payment' => see('payment'),
	'POST /checkout/payment' => do_step('payment'),
	'GET /checkout/review' => see('review'),
	'POST /checkout/order' => do_step('order'),

	# the way out of reminders, behind a mail's link
	'GET /cart/no-reminders/{token}' => sub {
		my ($t, $s) = @_;
		return { path => '/cart/no-reminders/' . before($t, $s, $s eq 'two' ? 'verify' : 'address')->{cart} };
	},
	'POST /cart/no-reminders/{token}' => sub {
		my ($t, $s) = @_;
		return { path => '/cart/no-reminders/' . before($t, $s, $s eq 'two' ? 'verify' : 'address')->{cart},
			form => { 'List-Unsubscribe' => 'One-Click' } };
	},

	# order
	'GET /order/{token}' => sub { my ($t, $s) = @_; return ordered($t, $s) },
	'POST /order/{token}/pay' => sub { my ($t, $s) = @_; return { %{ ordered($t, $s, '/pay') }, form => {} } },
	'POST /order/{token}/method' => sub { my ($t, $s) = @_; return { %{ ordered($t, $s, '/method') }, form => { method => 'cod' } } },
	'GET /order/{token}/paid' => sub { my ($t, $s) = @_; return ordered($t, $s, '/paid') },
	'GET /order/{token}/unpaid' => sub { my ($t, $s) = @_; return ordered($t, $s, '/unpaid') },
	'GET /order/{token}/invoice.pdf' => sub { my ($t, $s) = @_; return ordered($t, $s, '/invoice.pdf') },

	'GET /order/{token}/credit-note/{note:id}' => sub { my ($t, $s) = @_; return ordered($t, $s, '/credit-note/01900000-0000-7000-8000-000000000001') },
	'POST /order/{token}/cancel' => sub { my ($t, $s) = @_; return { %{ ordered($t, $s, '/cancel') }, form => {} } },

	# account
	'GET /account' => of_customer('/account'),
	'POST /account/cart' => of_customer('/account/cart', sub { return {} }),
	'GET /account/profile' => of_customer('/account/profile'),
	'POST /account/profile' => of_customer('/account/profile', sub {
		my ($t, $s) = @_;
		return { name => 'Ana Ruiz', phone => '+34 600 111 222', type => 'business', company => 'Firm', language => { one => 'es', two => 'en', three => 'id' }->{$s} };
	}),
	'GET /account/addresses' => of_customer('/account/addresses'),
	'GET /account/addresses/new' => of_customer('/account/addresses/new'),
	'POST /account/addresses/new' => of_customer('/account/addresses/new', sub { my ($t, $s) = @_; return { %{ address_of($s) }, for_invoice => 1 } }),
	'GET /account/addresses/{id:id}' => of_customer(sub { my ($t, $c) = @_; return '/account/addresses/' . $c->address }),
	'POST /account/addresses/{id:id}' => of_customer(sub { my ($t, $c) = @_; return '/account/addresses/' . $c->address },
		sub { my ($t, $s) = @_; return { %{ address_of($s) }, for_delivery => 1 } }),
	'POST /account/addresses/{id:id}/remove' => of_customer(sub { my ($t, $c) = @_; return '/account/addresses/' . $c->address . '/remove' }, sub { return {} }),
	'GET /account/orders' => of_customer('/account/orders'),
	'GET /account/orders/{id:id}' => of_customer(sub { return own_order(@_) }),
	'GET /account/orders/{id:id}/invoice.pdf' => of_customer(sub { return own_order(@_) . '/invoice.pdf' }),
	'GET /account/orders/{id:id}/credit-note/{note:id}' => of_customer(sub { return own_order(@_) . '/credit-note/01900000-0000-7000-8000-000000000001' }),
	'POST /account/orders/{id:id}/again' => of_customer(sub { return own_order(@_) . '/again' }, sub { return {} }),
	'POST /account/orders/{id:id}/pay' => of_customer(sub { return own_order(@_) . '/pay' }, sub { return {} }),
	'POST /account/orders/{id:id}/method' => of_customer(sub { return own_order(@_) . '/method' }, sub { return { method => 'cod' } }),
	'GET /account/orders/{id:id}/change' => of_customer(sub { return own_order(@_) . '/change' }),
	'POST /account/orders/{id:id}/change' => of_customer(sub { return own_order(@_) . '/change' }, sub {
		my ($t, $s) = @_;
		my %a = %{ address_of($s) };
		delete $a{country};
		return { variant => $t->{f}->variant_of($s), quantity => 1, note => 'Changed', %a };
	}),
	'GET /account/orders/{id:id}/return' => of_customer(sub { return own_sent_order(@_) . '/return' }),
	'POST /account/orders/{id:id}/return' => of_customer(sub { return own_sent_order(@_) . '/return' }, sub { return { line => 1, quantity => 1, reason => 'size', words => '' } }),
	'GET /account/privacy' => of_customer('/account/privacy'),
	'POST /account/privacy/export' => of_customer('/account/privacy/export', sub { return {} }),
	# A copy that is not there: a file is made by the job alone.
	'GET /account/privacy/{id:id}' => of_customer('/account/privacy/01900000-0000-7000-8000-000000000001'),
	'POST /account/privacy/erase' => of_customer('/account/privacy/erase', sub { return {} }),
	'GET /account/privacy/erase/{token}' => of_customer(sub { my ($t) = @_; return '/account/privacy/erase/' . $t->token }),
	'POST /account/privacy/erase/{token}' => of_customer(sub { my ($t, $c) = @_; return '/account/privacy/erase/' . $c->erase_token }, sub { return {} }),
	'POST /account/privacy/keep' => of_customer('/account/privacy/keep', sub { return {} }),
	'POST /account/orders/{id:id}/cancel' => of_customer(sub { return own_order(@_) . '/cancel' }, sub { return {} }),

	# webhooks: a report that is not proven; the proven ones are in t/http/500-webhooks.t
	'POST /webhooks/{provider}/{account:id}' => sub {
		return { path => '/webhooks/stripe/01900000-0000-7000-8000-00000000ffff', form => { id => 'evt_1' } };
	},
	# cart, again: the link of a mail
	'GET /cart/restore/{token}' => sub { my ($t) = @_; return { path => '/cart/restore/' . $t->token } },
);

# Desks with many routes, and the log-in, have files of their own.
require CatalogRequests;
require LoginRequests;
require OrderRequests;
require PeopleRequests;
require SettingsRequests;
require StockRequests;
%ENTRY = (%ENTRY, CatalogRequests::entries(), LoginRequests::entries(), OrderRequests::entries(), PeopleRequests::entries(), SettingsRequests::entries(), StockRequests::entries());

sub entry { my ($method, $path) = @_; return $ENTRY{"$method $path"} }

# All entries, as "METHOD path": one of a route that is gone fails the tests too.
sub entries { return sort keys %ENTRY }

1;
