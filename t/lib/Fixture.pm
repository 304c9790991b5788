package Fixture;

# Two merchants, three stores and a few goods, made row by row: for tests that must know
# every figure.  Tests that want a believable shop use the demo (Shop->start).
#
#	my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order))]);
#	my $f = Fixture->new($shop->dbh);
#	$shop->visitor('one')->post('/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 2 });
#
# tenant acme:  store one (one.localhost; es, en; EUR, USD; prices with 21 % IVA; guests plain)
#               store two (two.localhost; en; EUR; prices without tax; guests prove their mail)
#               both sell from warehouses W1, then W2.
# tenant bahari: store three (three.localhost; id; IDR without sen; PPN 11 % included)
# Goods of acme (price in EUR with tax, pieces in W1):
#	PLAIN 10.00, 100   FEW 25.00, 3   LAST 12.50, 1   OUT 9.00, 0   MADE 80.00, made to order in 5 days
#	TIERS 4.00, 3.00 from 10, 2.50 from 100; 1000 pieces   EURO 7.00, 50, not sold in USD
# Coupons of store one: TENPERCENT, FIVEOFF (5.00 from 20.00), ONCE (10 %, one use), SHIPFREE, EACHONE
#	(10 %, one per customer), OLD (over), SOON (not yet).
# Delivery of store one: post (flat 5.00, free above 60.00; ES, PT, FR, DE), courier (by weight; ES).
#
# variant() makes more; count() says what a warehouse holds.
# furnish() gives every store a page of text (about), one block of each kind, a category
# (shoes) and a collection (gifts) with its goods, and the goods a tag (Gift); the fault tests look for its words on other tenants' pages.

use strict;
use warnings;
use House qw(program_rows);

my $serial = 0;

# Rows of programs.tab for Shop->start: only what the test needs is started.
sub rows { my %want = map { $_ => 1 } @_; return grep { $want{ $_->{name} } } program_rows() }

sub id { return sprintf '01900000-0000-7000-8000-%012x', ++$serial }

sub new
{
	my ($class, $dbh) = @_;
	my $self = bless { dbh => $dbh }, $class;
	$self->in_bulk(sub { $self->acme; $self->bahari });
	return $self;
}

# The merchant toty of the demo under the names above, as far as the requests of Requests.pm ask for them: nothing
# is made but what they make.
sub of_demo
{
	my ($class, $dbh) = @_;
	my $self = bless { dbh => $dbh }, $class;
	($self->{tenant}{acme}, $self->{store}{one}) = $dbh->selectrow_array(q{SELECT tenant_id, store_id FROM tenancy.store WHERE code = 'suelas'});
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $self->{tenant}{acme});
	# The product with most to show: pictures, variants, prices.
	($self->{product}{PLAIN}, $self->{variant}{PLAIN}) = $dbh->selectrow_array(q{
		SELECT v.product_id, (array_agg(v.variant_id ORDER BY v.position, v.variant_id))[1] FROM catalog.variant v
		WHERE v.tenant_id = ? AND EXISTS (SELECT FROM catalog.listing l WHERE l.store_id = ? AND l.product_id = v.product_id AND l.stock = 'in')
		GROUP BY v.product_id
		ORDER BY (SELECT count(*) FROM catalog.product_media m WHERE m.product_id = v.product_id) DESC, count(*) DESC, v.product_id LIMIT 1},
		undef, $self->{tenant}{acme}, $self->{store}{one});
	($self->{method}{post}) = $dbh->selectrow_array('SELECT method_id FROM shipping.method WHERE store_id = ? ORDER BY position, code LIMIT 1', undef, $self->{store}{one});
	return $self;
}

# Many products in one transaction, listed once at its end, as an import does; each row alone would list
# its product again.
sub in_bulk
{
	my ($self, $work) = @_;
	my $dbh = $self->{dbh};
	$dbh->begin_work;
	$dbh->do("SELECT set_config('sutler.relist', 'later', true)");
	$work->();
	my ($before) = $dbh->selectrow_array("SELECT current_setting('sutler.tenant', true)");
	for my $tenant (values %{ $self->{tenant} }) {
		$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
		# Nothing fell short of stock before the stock was there.
		$dbh->do("SELECT catalog.$_(?, ARRAY(SELECT product_id FROM catalog.product WHERE tenant_id = ? ORDER BY 1))", undef, $tenant, $tenant)
			for qw(relist redesk_lacks);
	}
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $before);
	$dbh->commit;
	return;
}

# One row; the tenant is set for functions and defaults alike.
sub add
{
	my ($self, $table, %row) = @_;
	my @names = sort keys %row;
	$self->{dbh}->do(sprintf('INSERT INTO %s (%s) VALUES (%s)', $table, join(', ', map { qq{"$_"} } @names),
		join(', ', ('?') x @names)), undef, @row{@names});
	return;
}

sub tenant
{
	my ($self, $slug) = @_;
	my $tenant = $self->{tenant}{$slug} = id();
	$self->{dbh}->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	$self->add('tenancy.tenant', tenant_id => $tenant, slug => $slug, name => ucfirst $slug);
	$self->add('accounting.tax_class', tenant_id => $tenant, tax_class => $_) for qw(standard reduced);
	return $tenant;
}

sub store
{
	my ($self, $tenant, $code, %o) = @_;
	my $store = $self->{store}{$code} = id();
	my @ids = (tenant_id => $tenant, store_id => $store);
	$self->add('tenancy.store', @ids, code => $code, status => 'active', name => "Store $code", timezone => 'Europe/Madrid',
		contact_email => "shop\@$code.test", %{ $o{row} // {} });
	my $n = 0;
	$self->add('tenancy.store_locale', @ids, locale => (split /-/)[0], tag => $_, position => $n++) for @{ $o{locales} };
	$n = 0;
	for (@{ $o{currencies} }) {
		my ($currency, $step) = split m{/};
		$self->add('tenancy.store_currency', @ids, currency => $currency, position => $n++, step => $step // 1);
	}
	$self->add('tenancy.host', @ids, host => "$code.localhost", origin => "http://$code.localhost", is_primary => 1);
	$self->{dbh}->do('SELECT sales.prepare_store(?, ?)', undef, $tenant, $store);
	return $store;
}

sub tax
{
	my ($self, $tenant, $store, $code, $country, $ppm, $name, %o) = @_;
	$self->add('accounting.tax_rate', tenant_id => $tenant, store_id => $store, tax_rate_id => id(), code => $code,
		tax_class => 'standard', country => $country, rate_ppm => $ppm, name => $name, %o);
	return;
}

sub method
{
	my ($self, $tenant, $store, $code, %o) = @_;
	my $method = $self->{method}{$code} = id();
	my @ids = (tenant_id => $tenant, store_id => $store, method_id => $method);
	$self->add('shipping.method', @ids, code => $code, kind => $o{kind} // 'flat', position => $o{position} // 0,
		days_min => 1, days_max => 3);
	$self->add('shipping.method_text', @ids, locale => $_, name => ucfirst $code) for @{ $o{locales} };
	$self->add('shipping.method_country', @ids, country => $_) for @{ $o{countries} };
	$self->add('shipping.method_price', @ids, %$_) for @{ $o{prices} };
	return;
}

sub payment
{
	my ($self, $tenant, $store, $method, $locales, @countries) = @_;
	my @ids = (tenant_id => $tenant, store_id => $store, method => $method);
	$self->add('payment.method', @ids, position => $method eq 'cod' ? 1 : 0);
	$self->add('payment.method_text', @ids, locale => $_, name => $method eq 'cod' ? 'Cash on delivery' : 'Bank transfer',
		instructions => $method eq 'cod' ? '' : "Bank of Test\nIBAN ES00 1234") for @$locales;
	$self->add('payment.method_country', @ids, country => $_) for @countries;
	return;
}

sub coupon
{
	my ($self, $code, $kind, %o) = @_;
	my $coupon = $self->{coupon}{$code} = id();
	my $amount = delete $o{amount};
	my $scope = delete $o{scope};
	my @ids = (tenant_id => $self->{tenant}{acme}, store_id => $self->{store}{one}, coupon_id => $coupon);
	$self->add('sales.coupon', @ids, code => $code, kind => $kind, %o);
	$self->add('sales.coupon_amount', @ids, currency => 'EUR', %$amount) if $amount;
	$self->add('sales.coupon_scope', @ids, %$_) for @{ $scope // [] };
	return $coupon;
}

# A product of one variant, its prices { EUR => minor units } in stores, its stock { W1 => pieces }.
sub variant
{
	my ($self, $tenant, $sku, %o) = @_;
	my ($product, $variant) = ($self->{product}{$sku} = id(), $self->{variant}{$sku} = id());
	$self->add('catalog.product', tenant_id => $tenant, product_id => $product, reference => $sku, %{ $o{product} // {} });
	$self->add('catalog.variant', tenant_id => $tenant, variant_id => $variant, product_id => $product, sku => $sku,
		weight_g => 400, %{ $o{row} // {} });
	$self->add('catalog.product_text', tenant_id => $tenant, product_id => $product, locale => $_, slug => lc $sku,
		name => "Product $sku $_") for @{ $o{locales} // [qw(es en)] };
	for my $code (@{ $o{stores} // [qw(one two)] }) {
		my @ids = (tenant_id => $tenant, store_id => $self->{store}{$code});
		$self->add('catalog.store_product', @ids, product_id => $product);
		for my $currency (sort keys %{ $o{price} }) {
			$self->add('catalog.price', @ids, variant_id => $variant, currency => $currency, amount => $o{price}{$currency});
			$self->add('catalog.price', @ids, variant_id => $variant, currency => $currency, min_quantity => $_,
				amount => $o{tiers}{$_}) for sort keys %{ $o{tiers} // {} };
		}
	}
	$self->stock($tenant, $sku, $_, $o{stock}{$_}) for sort keys %{ $o{stock} // {} };
	return $variant;
}

sub stock
{
	my ($self, $tenant, $sku, $warehouse, $pieces) = @_;
	$self->{dbh}->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	$self->{dbh}->do("SELECT inventory.count(?, ARRAY[?]::uuid[], ARRAY[?]::uuid[], ARRAY[?]::integer[], 'test', 'test')",
		undef, $tenant, $self->{variant}{$sku}, $self->{warehouse}{$warehouse}, $pieces);
	return;
}

# on_hand, held of a variant over all warehouses.
sub count
{
	my ($self, $sku) = @_;
	return $self->{dbh}->selectrow_array(
		'SELECT sum(on_hand), sum(held) FROM inventory.stock WHERE variant_id = ?', undef, $self->{variant}{$sku});
}

sub warehouse
{
	my ($self, $tenant, $code, @stores) = @_;
	my $warehouse = $self->{warehouse}{$code} = id();
	$self->add('inventory.warehouse', tenant_id => $tenant, warehouse_id => $warehouse, code => $code, name => $code, country => 'ES');
	$self->add('inventory.store_warehouse', tenant_id => $tenant, store_id => $self->{store}{$_}, warehouse_id => $warehouse,
		priority => scalar keys %{ $self->{warehouse} }) for @stores;
	return;
}

sub acme
{
	my ($self) = @_;
	my $t = $self->tenant('acme');
	my $one = $self->store($t, 'one', locales => [qw(es-ES en-GB)], currencies => [qw(EUR USD)],
		row => { country => 'ES', city => 'Elche', postal_code => '03201', street => 'Calle Mayor 1' });
	my $two = $self->store($t, 'two', locales => ['en-GB'], currencies => ['EUR'],
		row => { country => 'ES', prices_include_tax => 'false', guest_checkout => 'verified' });
	$self->warehouse($t, $_, qw(one two)) for qw(W1 W2);
	for my $store ($one, $two) {
		$self->tax($t, $store, 'es', 'ES', 210_000, 'IVA');
		$self->tax($t, $store, 'pt', 'PT', 230_000, 'IVA PT');
		$self->tax($t, $store, 'de', 'DE', 190_000, 'MwSt');
		$self->tax($t, $store, 'eu-b2b', '*', 0, 'Reverse charge', customer_type => 'business', treatment => 'reverse_charge');
		$self->payment($t, $store, 'bank_transfer', [qw(es en)]);
		$self->payment($t, $store, 'cod', [qw(es en)], 'ES');
	}
	$self->method($t, $one, 'post', locales => [qw(es en)], countries => [qw(ES PT FR DE)],
		prices => [{ currency => 'EUR', first => 500, free_above => 6000 }, { currency => 'USD', first => 600 }]);
	$self->method($t, $one, 'courier', kind => 'weight', position => 1, locales => [qw(es en)], countries => ['ES'],
		prices => [{ currency => 'EUR', first => 700, up_to_g => 1000 }, { currency => 'EUR', first => 900, up_to_g => 5000 }]);
	$self->method($t, $two, 'parcel', kind => 'item', locales => ['en'], countries => ['*'],
		prices => [{ currency => 'EUR', first => 400, further => 100 }]);
	$self->variant($t, 'PLAIN', price => { EUR => 1000, USD => 1200 }, stock => { W1 => 100 });
	$self->variant($t, 'FEW', price => { EUR => 2500, USD => 2900 }, stock => { W1 => 3 });
	$self->variant($t, 'LAST', price => { EUR => 1250, USD => 1500 }, stock => { W1 => 1 });
	$self->variant($t, 'OUT', price => { EUR => 900 }, stock => { W1 => 0 });
	$self->variant($t, 'MADE', price => { EUR => 8000 }, product => { made_to_order => 'true', lead_time_days => 5 });
	$self->variant($t, 'TIERS', price => { EUR => 400 }, tiers => { 10 => 300, 100 => 250 }, stock => { W1 => 1000 });
	$self->variant($t, 'EURO', price => { EUR => 700 }, stock => { W1 => 50 });
	$self->coupon('TENPERCENT', 'percent', percent_ppm => 100_000);
	$self->coupon('FIVEOFF', 'fixed', amount => { fixed => 500, minimum => 2000 });
	$self->coupon('ONCE', 'percent', percent_ppm => 100_000, max_uses => 1);
	$self->coupon('EACHONE', 'percent', percent_ppm => 100_000, per_customer => 1);
	$self->coupon('SHIPFREE', 'free_shipping');
	$self->coupon('OLD', 'percent', percent_ppm => 100_000, ends_at => '2020-01-01');
	$self->coupon('SOON', 'percent', percent_ppm => 100_000, starts_at => '2099-01-01');
	$self->coupon('NOTPLAIN', 'percent', percent_ppm => 500_000,
		scope => [{ kind => 'exclude', target => 'product', target_id => $self->{product}{PLAIN} }]);
	return;
}

sub bahari
{
	my ($self) = @_;
	my $t = $self->tenant('bahari');
	my $three = $self->store($t, 'three', locales => ['id-ID'], currencies => ['IDR/100'],
		row => { country => 'ID', timezone => 'Asia/Jakarta' });
	$self->warehouse($t, 'B1', 'three');
	$self->tax($t, $three, 'id', 'ID', 110_000, 'PPN');
	$self->payment($t, $three, $_, ['id']) for qw(bank_transfer cod);
	$self->method($t, $three, 'jne', locales => ['id'], countries => ['ID'], prices => [{ currency => 'IDR', first => 1_500_000 }]);
	$self->variant($t, 'SANDAL', locales => ['id'], stores => ['three'], price => { IDR => 15_000_000 }, stock => { B1 => 20 });
	return;
}

# Goods that the store sells, in plenty.
sub variant_of { my ($self, $store) = @_; return $self->{variant}{ $store eq 'three' ? 'SANDAL' : 'PLAIN' } }
sub product_of { my ($self, $store) = @_; return $self->{product}{ $store eq 'three' ? 'SANDAL' : 'PLAIN' } }
sub slug_of { my ($self, $store) = @_; return $store eq 'three' ? 'sandal' : 'plain' }

my @BLOCKS = qw(hero mission vision objectives values featured categories collections testimonials sustainability cta);

sub furnish { my ($self) = @_; return $self->in_bulk(sub { $self->put_up }) }

sub put_up
{
	my ($self) = @_;
	my %of = (one => ['acme', qw(es en)], two => ['acme', 'en'], three => ['bahari', 'id']);
	for my $code (sort keys %of) {
		my ($slug, @locales) = @{ $of{$code} };
		my $tenant = $self->{tenant}{$slug};
		my @ids = (tenant_id => $tenant, store_id => $self->{store}{$code});
		$self->{dbh}->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
		$self->furnish_blocks(\@ids, \@locales);
		my ($page, $category) = (id(), $self->{category}{$code} = id());
		$self->add('content.page', @ids, page_id => $page, code => 'about');
		$self->add('content.page_text', @ids, page_id => $page, locale => $_, slug => 'about', title => "About $_",
			body => 'Who we are and what we make.') for @locales;
		$self->add('tenancy.social', @ids, network => 'instagram', url => "https://instagram.example/$code");
		$self->add('catalog.category', @ids, category_id => $category);
		$self->add('catalog.category_text', @ids, category_id => $category, locale => $_, slug => 'shoes', name => "Shoes $_",
			description => 'Made by hand.') for @locales;
		my @goods = $code eq 'three' ? qw(SANDAL) : qw(PLAIN FEW LAST OUT MADE TIERS EURO);
		my $collection = id();
		$self->add('catalog.category', @ids, category_id => $collection, kind => 'collection');
		$self->add('catalog.category_text', @ids, category_id => $collection, locale => $_, slug => 'gifts', name => "Gifts $_") for @locales;
		for my $product (@{ $self->{product} }{@goods}) {
			$self->add('catalog.category_product', @ids, category_id => $_, product_id => $product) for $category, $collection;
			$self->add('catalog.product_tag', tenant_id => $tenant, product_id => $product, tag => 'Gift') if $code ne 'two';
		}
	}
	return;
}

sub furnish_blocks
{
	my ($self, $ids, $locales) = @_;
	for my $n (0 .. $#BLOCKS) {
		my $block = id();
		$self->add('content.block', @$ids, block_id => $block, code => $BLOCKS[$n], kind => $BLOCKS[$n], position => $n,
			link => '/page/about');
		for my $locale (@$locales) {
			my @one = (@$ids, block_id => $block, locale => $locale);
			$self->add('content.block_text', @one, title => "$BLOCKS[$n] title", body => "$BLOCKS[$n] body", link_text => 'More');
			$self->add('content.block_item', @one, position => $_, title => "$BLOCKS[$n] item $_", body => 'Said well.') for 1 .. 2;
		}
	}
	return;
}

1;
