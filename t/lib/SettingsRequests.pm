package SettingsRequests;

# The routes of admin-settings about a store's settings, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;
# What no provider was ever sent to with.
my $UNKNOWN = 'A' x 43;

# The store one works in, its revision, and a host of its own that is not the main one.
sub store_of { my ($t, $store) = @_; return $t->{f}{store}{$store} }
# What every form says.
sub of { return (store => store_of(@_)) }
sub revision { my ($t, $store) = @_; return (of(@_), revision => $t->value('SELECT revision FROM tenancy.store WHERE store_id = ?', store_of($t, $store))) }
sub a_host
{
	my ($t, $store) = @_;
	my $host = sprintf 'more%d-%d.localhost', $$, $serial++;
	$t->dbh->do(q{INSERT INTO tenancy.host (host, tenant_id, store_id, origin) SELECT ?, tenant_id, store_id, 'http://' || ? FROM tenancy.store WHERE store_id = ?},
		undef, $host, $host, store_of($t, $store));
	return $host;
}

# A way of delivery of the store's, and the form of one.
sub a_method { my ($t, $store) = @_; return $t->value('SELECT method_id FROM shipping.method WHERE store_id = ? ORDER BY code LIMIT 1', store_of($t, $store)) }
sub method_form
{
	my ($t, $store) = @_;
	my ($locales, $currencies) = map { $t->dbh->selectcol_arrayref($_, undef, store_of($t, $store)) }
		'SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position', 'SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position';
	return (of($t, $store), kind => 'flat', active => 1, position => $serial++ % 1000, days_min => 1, days_max => 3, zones => 'ES, -ES-GC',
		(map { ("locale_$_" => $locales->[$_], "name_$_" => 'Post') } 0 .. $#$locales), (map { ("currency_$_" => $currencies->[$_], "first_$_" => 5) } 0 .. $#$currencies));
}

# A tax rate of the store's that goes on, made anew each time, and a day far away.
sub a_rate
{
	my ($t, $store) = @_;
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{INSERT INTO accounting.tax_rate (tenant_id, store_id, tax_rate_id, code, tax_class, country, rate_ppm, name)
		SELECT s.tenant_id, s.store_id, ?::uuid, ?, (SELECT c.tax_class FROM accounting.tax_class c WHERE c.tenant_id = s.tenant_id ORDER BY 1 LIMIT 1), 'PT', 230000, 'IVA'
		FROM tenancy.store s WHERE s.store_id = ?}, undef, $id, $id, store_of($t, $store));
	return "/admin/settings/taxes/$id";
}
sub a_class { my ($t, $store) = @_; return $t->value('SELECT c.tax_class FROM accounting.tax_class c JOIN tenancy.store s USING (tenant_id) WHERE s.store_id = ? ORDER BY 1 LIMIT 1', store_of($t, $store)) }

# An account of the store's at a gateway that is not used, made anew each time.
sub a_gateway
{
	my ($t, $store) = @_;
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{INSERT INTO payment.account (tenant_id, store_id, account_id, provider, name, active, key_sealed, webhook_sealed)
		SELECT s.tenant_id, s.store_id, ?::uuid, 'stripe', 'one more', false, '\x00', '\x00' FROM tenancy.store s WHERE s.store_id = ?}, undef, $id, store_of($t, $store));
	# A store has 20 at most.
	$t->dbh->do(q{DELETE FROM payment.account a WHERE a.store_id = ? AND a.account_id <> ? AND a.name = 'one more'}, undef, store_of($t, $store), $id);
	return "/admin/settings/payment/accounts/$id";
}
sub the_keys { return (key => 'sk_test_51Hnewkey0123456789wxyz', webhook => 'whsec_a0123456789secretofone') }

# A page of the store's, made anew each time, and the form of one.
sub a_page
{
	my ($t, $store) = @_;
	my ($id) = $t->value('SELECT sutler.uuid7()');
	$t->dbh->do(q{INSERT INTO content.page (tenant_id, store_id, page_id, code) SELECT s.tenant_id, s.store_id, ?::uuid, ? FROM tenancy.store s WHERE s.store_id = ?}, undef, $id, $id,
		store_of($t, $store));
	return "/admin/settings/policies/$id";
}
sub page_form
{
	my ($t, $store) = @_;
	my ($locale) = $t->value('SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position LIMIT 1', store_of($t, $store));
	return (of($t, $store), position => 1, locale_0 => $locale, title_0 => 'Terms', slug_0 => "terms-$$-" . $serial++, body_0 => '# Terms');
}

# A mail in the store's first language, and the form of it over what stands now.
sub a_mail { my ($t, $store) = @_; return '/admin/settings/mails/shipped/' . $t->value('SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position LIMIT 1', store_of($t, $store)) }
sub mail_form
{
	my ($t, $store) = @_;
	return (of($t, $store), over => $t->value("SELECT coalesce((SELECT revision FROM tenancy.mail_text WHERE store_id = ? AND template = 'shipped'
		AND locale = (SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position LIMIT 1)), 0)", store_of($t, $store), store_of($t, $store)),
		subject => 'On its way: {{order.number}} ' . $serial++, opening => '# Hello, {{person}}', closing => 'Yours');
}

sub entries
{
	return (
		'GET /admin/settings' => Requests::at_desk('/admin/settings'),
		'POST /admin/settings/status' => Requests::at_desk('/admin/settings/status', sub { return (revision(@_), status => 'active', reason => 'as it was') }),
		'GET /admin/settings/store' => Requests::at_desk('/admin/settings/store'),
		'POST /admin/settings/store' => Requests::at_desk('/admin/settings/store', sub {
			return (revision(@_), name => 'Store ' . $serial++, country => 'ES', color_primary => '#1f4e79', color_accent => '#c75b12', guest_checkout => 'plain',
				low_stock => 5, hold_minutes => 15, unpaid_minutes => 60, timezone => 'UTC', cutoff => '14:00');
		}),
		'GET /admin/settings/languages' => Requests::at_desk('/admin/settings/languages'),
		'POST /admin/settings/languages' => Requests::at_desk('/admin/settings/languages', sub {
			my ($t, $store) = @_;
			my ($tags, $currencies) = map { $t->dbh->selectcol_arrayref($_, undef, store_of($t, $store)) }
				'SELECT tag FROM tenancy.store_locale WHERE store_id = ? ORDER BY position', 'SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position';
			return (revision(@_), tag => $tags, currency => $currencies, step => [map { '' } @$currencies], reason => 'as it was');
		}),
		'GET /admin/settings/hosts' => Requests::at_desk('/admin/settings/hosts'),
		'POST /admin/settings/hosts' => Requests::at_desk('/admin/settings/hosts', sub { return (of(@_), host => sprintf('new%d-%d.localhost', $$, $serial++), kind => 'store', reason => 'another name') }),
		'POST /admin/settings/hosts/main' => Requests::at_desk('/admin/settings/hosts/main', sub { return (of(@_), which => a_host(@_), act_reason => 'the new name') }),
		'POST /admin/settings/hosts/remove' => Requests::at_desk('/admin/settings/hosts/remove', sub { return (of(@_), which => a_host(@_), act_reason => 'not used') }),
		'GET /admin/settings/delivery' => Requests::at_desk('/admin/settings/delivery?country=ES&goods=20&weight=500&pieces=2'),
		'GET /admin/settings/delivery/new' => Requests::at_desk('/admin/settings/delivery/new'),
		'POST /admin/settings/delivery/new' => Requests::at_desk('/admin/settings/delivery/new', sub { return (method_form(@_), code => sprintf 'way-%d-%d', $$, $serial++) }),
		'GET /admin/settings/delivery/{id:id}' => Requests::at_desk(sub { return '/admin/settings/delivery/' . a_method(@_) }),
		'POST /admin/settings/delivery/{id:id}' => Requests::at_desk(sub { return '/admin/settings/delivery/' . a_method(@_) }, sub {
			return (method_form(@_), revision => $_[0]->value('SELECT revision FROM shipping.method WHERE method_id = ?', a_method(@_)));
		}),
		'GET /admin/settings/taxes' => Requests::at_desk('/admin/settings/taxes?country=ES&amount=10.00'),
		'GET /admin/settings/taxes/new' => Requests::at_desk('/admin/settings/taxes/new'),
		'POST /admin/settings/taxes/new' => Requests::at_desk('/admin/settings/taxes/new', sub {
			my $n = $serial++;
			return (of(@_), code => "rate-$$-$n", name => 'IVA', rate => 21, treatment => 'taxed', tax_class => a_class(@_), country => 'FR',
				postal => sprintf('%05d', $n), customer => 'any', priority => 1, day => '2090-01-01', reason => 'the new law');
		}),
		'GET /admin/settings/taxes/how' => Requests::at_desk('/admin/settings/taxes/how'),
		'POST /admin/settings/taxes/how' => Requests::at_desk('/admin/settings/taxes/how', sub {
			return (revision(@_), prices_include_tax => 1, keep_gross => 1, tax_rounding => 'document', shipping_tax => 'class', shipping_tax_class => a_class(@_), reason => 'as it was');
		}),
		'GET /admin/settings/taxes/{id:id}' => Requests::at_desk(\&a_rate),
		'POST /admin/settings/taxes/{id:id}' => Requests::at_desk(\&a_rate, sub { return (of(@_), name => 'IVA', rate => '22.5', day => '2090-01-01', reason => 'the new law') }),
		'POST /admin/settings/taxes/{id:id}/end' => Requests::at_desk(sub { return a_rate(@_) . '/end' }, sub { return (of(@_), until => '2090-01-01', end_reason => 'the new law') }),
		'GET /admin/settings/payment' => Requests::at_desk('/admin/settings/payment'),
		'GET /admin/settings/payment/{method}' => Requests::at_desk('/admin/settings/payment/bank_transfer'),
		'POST /admin/settings/payment/{method}' => Requests::at_desk('/admin/settings/payment/bank_transfer', sub {
			my ($t, $store) = @_;
			my $locales = $t->dbh->selectcol_arrayref('SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position', undef, store_of($t, $store));
			return (of(@_), over => $t->value("SELECT coalesce((SELECT revision FROM payment.method WHERE store_id = ? AND method = 'bank_transfer'), 0)", store_of($t, $store)),
				active => 1, position => $serial++ % 1000, reason => 'as it was', map { ("locale_$_" => $locales->[$_], "name_$_" => 'Bank', "words_$_" => 'IBAN ES00 1234') } 0 .. $#$locales);
		}),
		'GET /admin/settings/payment/accounts/new' => Requests::at_desk(sub { return '/admin/settings/payment/accounts/new?account=' . $_[0]->value('SELECT sutler.uuid7()') }),
		'POST /admin/settings/payment/accounts/new' => Requests::at_desk('/admin/settings/payment/accounts/new', sub {
			$_[0]->dbh->do(q{DELETE FROM payment.account a WHERE a.store_id = ? AND a.key_last = 'wxyz'}, undef, store_of(@_));
			return (of(@_), account => $_[0]->value('SELECT sutler.uuid7()'), mode => 'test', the_keys(), reason => 'we take cards');
		}),
		'GET /admin/settings/payment/accounts/{id:id}' => Requests::at_desk(\&a_gateway),
		'POST /admin/settings/payment/accounts/{id:id}' => Requests::at_desk(\&a_gateway, sub { return (of(@_), revision => 1, name => 'Cards', the_keys(), reason => 'rolled') }),
		'POST /admin/settings/payment/accounts/{id:id}/try' => Requests::at_desk(sub { return a_gateway(@_) . '/try' }, sub { return (of(@_)) }),
		'POST /admin/settings/payment/accounts/{id:id}/use' => Requests::at_desk(sub { return a_gateway(@_) . '/use' }, sub { return (of(@_), use_reason => 'not now') }),
		'POST /admin/settings/payment/accounts/{id:id}/remove' => Requests::at_desk(sub { return a_gateway(@_) . '/remove' }, sub { return (of(@_), remove_reason => 'not used') }),
		'POST /admin/login/provider' => sub { my ($t, $store) = @_; return { host => Requests::staff($t, $store)->{host}, path => '/admin/login/provider', form => { next => '' } } },
		'GET /admin/login/provider/back' => sub { my ($t, $store) = @_; return { host => Requests::staff($t, $store)->{host}, path => "/admin/login/provider/back?state=$UNKNOWN&code=a" } },
		'POST /admin/login/provider/back' => sub { my ($t, $store) = @_; return { host => Requests::staff($t, $store)->{host}, path => '/admin/login/provider/back',
			form => { state => $UNKNOWN, code => 'a' }, cookies => { 'staff-away' => $UNKNOWN } } },
		'POST /admin/login/provider/again' => Requests::at_desk('/admin/login/provider/again', sub { return (next => '') }),
		'GET /admin/staff/sign-in' => Requests::at_desk('/admin/staff/sign-in'),
		'POST /admin/staff/sign-in' => Requests::at_desk('/admin/staff/sign-in', sub {
			my ($t, $store) = @_;
			my ($tenant) = $t->value('SELECT tenant_id FROM tenancy.store WHERE store_id = ?', store_of($t, $store));
			return (revision => $t->value('SELECT coalesce((SELECT revision FROM staff.sso WHERE tenant_id = ?), 0)', $tenant), name => 'Kiosk ID',
				issuer => 'http://127.0.0.1:9', client => 'shop', secret => 's3cret', passwords => 1, second => 'always', reason => 'one way in');
		}),
		'POST /admin/staff/sign-in/try' => Requests::at_desk('/admin/staff/sign-in/try', sub { return () }),
		'POST /admin/staff/{id:id}/unbind' => Requests::at_desk(sub {
			my ($t, $store) = @_;
			my $c = Requests::colleague($t, $store);
			$t->dbh->do(q{INSERT INTO staff.identity (tenant_id, issuer, subject, staff_id) SELECT tenant_id, 'https://idp.test', staff_id::text, staff_id FROM staff.person WHERE staff_id = ?},
				undef, $c->{id});
			return "/admin/staff/$c->{id}/unbind";
		}, sub { return (reason => 'a new account') }),
		'GET /admin/settings/policies' => Requests::at_desk('/admin/settings/policies'),
		'POST /admin/settings/policies' => Requests::at_desk('/admin/settings/policies', sub { return (of(@_), return_days => 30) }),
		'GET /admin/settings/policies/new' => Requests::at_desk('/admin/settings/policies/new'),
		'POST /admin/settings/policies/new' => Requests::at_desk('/admin/settings/policies/new', sub { return (page_form(@_), code => sprintf 'page-%d-%d', $$, $serial++) }),
		'GET /admin/settings/policies/{id:id}' => Requests::at_desk(\&a_page),
		'POST /admin/settings/policies/{id:id}' => Requests::at_desk(\&a_page, sub { return (page_form(@_), revision => 1) }),
		'GET /admin/settings/numbers' => Requests::at_desk('/admin/settings/numbers'),
		'POST /admin/settings/numbers' => Requests::at_desk('/admin/settings/numbers', sub {
			my ($t, $store) = @_;
			my ($orders, $invoices, $returns) = $t->value('SELECT order_prefix, invoice_prefix, return_prefix FROM tenancy.store WHERE store_id = ?', store_of($t, $store));
			my ($invoice, $credit) = map { $t->value("SELECT coalesce(max(next_number), 1) FROM accounting.series WHERE store_id = ? AND series $_ 'R\$'", store_of($t, $store)) } '!~', '~';
			return (revision(@_), order_prefix => $orders, order_next => 900_000 + $serial++, invoice_prefix => $invoices, invoice_next => $invoice, credit_next => $credit,
				return_prefix => $returns, return_next => 900_000 + $serial++,
				reason => 'a new book');
		}),
		'GET /admin/settings/mails' => Requests::at_desk('/admin/settings/mails'),
		'POST /admin/settings/mails' => Requests::at_desk('/admin/settings/mails', sub {
			my ($t, $store) = @_;
			return (of($t, $store), locale_0 => $t->value('SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position LIMIT 1', store_of($t, $store)),
				words_0 => 'Yours ' . $serial++);
		}),
		'GET /admin/settings/mails/{template}/{locale}' => Requests::at_desk(\&a_mail),
		'POST /admin/settings/mails/{template}/{locale}' => Requests::at_desk(\&a_mail, \&mail_form),
		'POST /admin/settings/mails/{template}/{locale}/look' => Requests::at_desk(sub { return a_mail(@_) . '/look' }, \&mail_form),
		'POST /admin/settings/mails/{template}/{locale}/trial' => Requests::at_desk(sub { return a_mail(@_) . '/trial' }, \&mail_form),
	);
}

1;
