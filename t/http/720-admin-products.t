# Promise: staff find each product by what they know of it, page through all of them once, and
# change them without losing what they typed; the shop shows each change at once, the audit log
# keeps it, and another merchant's products do not exist.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit catalog.price)], name => 'Ana Ruiz');
my $base = '/admin/catalog';
sub names { return [$_[0]->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }

subtest 'CAT-01 the list' => sub {
	my $page = $ana->get($base);
	is $page->status, 200, 'is there';
	is_deeply [sort @{ names($page) }], [map { "Product $_ es" } qw(EURO FEW LAST MADE OUT PLAIN TIERS)], 'with every product of the merchant';
	like $page->html, qr{Product PLAIN es.*?<td class="num">1</td><td class="num">100</td><td class="num">[^<]*10\.00}s, 'its SKUs, pieces and price';
	for (['q=plain', 'PLAIN', 'by reference'], ['q=Pro%20PLA', 'PLAIN', 'by two words begun'], ['q=few', 'FEW', 'by SKU'], ['q=plain&state=draft', '', 'not in another state'],
		['without=stock&q=out', 'OUT', 'by lack of stock'], ['without=price', '', 'by lack of a price']) {
		my ($query, $want, $what) = @$_;
		is join(' ', map { /Product (\w+)/ } @{ names($ana->get("$base?$query")) }), $want, $what;
	}
	like $ana->get("$base?q=zzz")->text, qr/No product fits this search/, 'nothing is said kindly';
	is $ana->get("$base?order=best")->status, 400, 'an order there is not is refused';
	$shop->change(q{INSERT INTO catalog.product (tenant_id, product_id, reference, created_at, updated_at)
		SELECT ?, sutler.uuid7(), 'MANY-' || n, now(), now() FROM generate_series(1, 113) n}, $f->{tenant}{acme});
	for my $order (qw(newest changed name)) {
		my @seen;
		for (my $path = "/en$base?order=$order"; $path; ) {
			my $p = $ana->visitor->get($path);
			push @seen, @{ names($p) };
			($path) = map { s/&amp;/&/gr } $p->html =~ m{<a class="btn" href="([^"]+)" rel="next">};
		}
		is scalar @seen, 120, "by $order, three pages hold all";
		is scalar keys %{ { map { $_ => 1 } @seen } }, 120, 'each once';
	}
	my $siti = Staff->new($shop, $f, 'bahari', may => ['catalog.view']);
	unlike $siti->get("$base?q=product")->html, qr/PLAIN|MANY/, 'T26 another merchant sees his own';
};

my %text = (locale_0 => 'es', name_0 => 'Suela nueva', locale_1 => 'en', name_1 => 'New sole', description_1 => "# Strong\n\n*very*");
sub saved { my ($page, %form) = @_; return $ana->visitor->submit($page, field => 'reference', { %form }) }
sub shop { return $shop->visitor('one')->get($_[0]) }

subtest 'CAT-01 CAT-22 a product is made and changed' => sub {
	my $page = $ana->get("$base/new");
	is $page->status, 200, 'a form';
	my $bad = saved($page, reference => 'NEW', sku => 'NEW-1', name_0 => '', summary_0 => 'Typed already');
	is $bad->status, 422, 'a product needs a name';
	like $bad->html, qr/id="w-name_0">/, 'said at its field';
	like $bad->html, qr/value="Typed already"/, 'and what was typed stays';
	$bad = saved($page, reference => 'PLAIN', sku => 'NEW-1', name_0 => 'Suela');
	like $bad->html, qr/id="w-reference">Another product/, 'a reference is there once';
	$bad = saved($page, reference => 'NEW', sku => 'few', name_0 => 'Suela');
	like $bad->html, qr/id="w-sku">Another variant/, 'and a SKU, however it is written';
	my $made = saved($page, reference => 'NEW', sku => 'NEW-1', status => 'active', tags => 'strong, new', %text);
	is $made->status, 303, 'then it is made';
	my ($id) = $made->header('location') =~ m{/admin/catalog/([0-9a-f-]{36})$};
	$shop->change(q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount)
		SELECT tenant_id, ?, variant_id, 'EUR', 1500 FROM catalog.variant WHERE product_id = ?}, $f->{store}{one}, $id);
	like shop('/en/p/new-sole')->html, qr{<em>very</em>}, 'the shop shows it, by an address made of its name';
	$page = $ana->get("$base/$id");
	like $page->html, qr/>See it in the shop</, 'and is a step away';
	is saved($page, slug_1 => 'strong-sole', name_1 => 'Strong sole')->status, 303, 'it gets another address';
	is shop('/en/p/new-sole')->header('location'), '/en/p/strong-sole', 'where the old one leads';
	like shop('/en/p/strong-sole')->text, qr/Strong sole/, 'at once';
	$bad = saved($ana->get("$base/$id"), slug_1 => 'plain');
	like $bad->html, qr/id="w-slug_1">Another product/, 'not to that of another';
	my $entry = $shop->value(q{SELECT detail FROM audit.entry WHERE action = 'product.changed' AND target = ? AND actor = ?}, "product $id", $ana->{id});
	like $entry, qr/"name\.en": ?\["New sole", ?"Strong sole"\]/, 'SEC-05 the log keeps old and new';

	# Two at one product.
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], name => 'Ben Ode');
	my ($hers, $his) = ($ana->get("$base/$id"), $ben->get("$base/$id"));
	is saved($hers, brand => 'Her brand')->status, 303, 'she saves first';
	my $told = $ben->visitor->submit($his, field => 'reference', { brand => 'His brand', summary_0 => 'His words' });
	is $told->status, 422, 'the second is told';
	like $told->text, qr/Somebody else has changed this product/, 'in words';
	like $told->html, qr/value="His brand".*Saved meanwhile: Her brand/s, 'with what stands now beside what he typed';
	like $told->html, qr/value="His words"/, 'and loses nothing';
	is $shop->value('SELECT brand FROM catalog.product WHERE product_id = ?', $id), 'Her brand', 'nothing was overwritten';
	is $ben->visitor->submit($told, field => 'reference', {})->status, 303, 'he saves knowing it';
	is saved($ana->get("$base/$id"), status => 'archived')->status, 303, 'it is archived';
	is shop('/en/p/strong-sole')->status, 404, 'and gone from the shop';
	my $one = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], stores => ['one']);
	unlike $one->get("$base/$id")->html, qr/>Save</, 'TEN-05 who works in one store looks';
	is $one->get("$base/new")->status, 403, 'and does not change what is of all';
};

subtest 'CAT-02 the matrix' => sub {
	my $tenant = $f->{tenant}{acme};
	my %id = map { $_ => $shop->value('SELECT sutler.uuid7()') } qw(color size black red s m);
	$shop->change('INSERT INTO catalog.attribute (tenant_id, attribute_id, code, position) VALUES (?, ?, ?, ?)', $tenant, @$_)
		for [$id{color}, 'color', 0], [$id{size}, 'size', 1];
	$shop->change('INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code, position) VALUES (?, ?, ?, ?, ?)', $tenant, @$_)
		for [$id{black}, $id{color}, 'black', 0], [$id{red}, $id{color}, 'red', 1], [$id{s}, $id{size}, 's', 0], [$id{m}, $id{size}, 'm', 1];
	my $url = "$base/$f->{product}{PLAIN}";
	my $page = $ana->get("$url/variants");
	is $page->status, 200, 'a page';
	my $combine = sub { my ($from, @values) = @_; return $ana->visitor->submit($from, field => 'value', { value => [@id{@values}] }) };
	is $combine->($page, qw(black red s))->status, 303, 'values are chosen';
	is join(' ', map { $_->{options_key} } $shop->rows('SELECT options_key FROM catalog.variant WHERE product_id = ? ORDER BY position, options_key', $f->{product}{PLAIN})),
		'black/s red/s', 'the first variant takes the first combination, the others are made';
	is $combine->($ana->get("$url/variants"), qw(black red s m))->status, 303, 'more of them';
	is $shop->value('SELECT count(*) FROM catalog.variant WHERE product_id = ?', $f->{product}{PLAIN}), 4, 'each once';
	is $shop->value(q{SELECT count(DISTINCT amount) FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id)
		WHERE v.product_id = ? AND p.currency = 'EUR' AND p.store_id = ?}, $f->{product}{PLAIN}, $f->{store}{one}), 1, 'at the price of the first';
	like $combine->($ana->get("$url/variants"), 'black')->text, qr/differ in other options/, 'options stay what they are';
	like shop('/en/p/plain')->html, qr/value="[0-9a-f-]{36}"/, 'the shop sells them';

	$page = $ana->get("$url/variants");
	my @sku = $page->html =~ /name="sku" value="([^"]*)"/g;
	my $bad = $ana->visitor->submit($page, field => 'sku', { sku => ['FEW', @sku[1 .. 3]], gtin => ['12345', ('') x 3], weight => [qw(1 2 x 4)] });
	is $bad->status, 422, 'wrong input comes back';
	like $bad->html, qr/id="w-gtin_0">A GTIN/, 'each mistake';
	like $bad->html, qr/id="w-weight_2">/, 'at its field';
	like $bad->html, qr/name="weight" value="x"/, 'as it was typed';
	$bad = $ana->visitor->submit($bad, field => 'sku', { sku => ['FEW', @sku[1 .. 3]], gtin => [('') x 4], weight => [qw(1 2 3 4)] });
	like $bad->html, qr/id="w-sku_0">Another variant/, 'a SKU of another product too';
	is $ana->visitor->submit($bad, field => 'sku', { sku => [@sku[1, 0, 2, 3]], gtin => ['4006381333931', ('') x 3], weight => [qw(1 2 3 4)] })->status, 303, 'SKUs change places';
	is_deeply [$ana->get("$url/variants")->html =~ /name="sku" value="([^"]*)"/g], [@sku[1, 0, 2, 3]], 'and stand so';
	is $ana->get("$base?q=4006381333931")->html =~ /Product PLAIN/ ? 1 : 0, 1, 'it is found by its GTIN';
};

subtest 'CAT-13 CAT-23 prices' => sub {
	my $url = "$base/$f->{product}{PLAIN}/prices";
	my $page = $ana->get($url);
	my @price = $page->html =~ /name="price" value="([^"]*)"/g;
	is_deeply \@price, [('10.00') x 4], 'as they are';
	my $post = sub { my ($from, $prices, $was, $reason) = @_; return $ana->visitor->submit($from, field => 'price', { price => $prices, was => $was, reason => $reason }) };
	my $bad = $post->($page, ['12,50', 'cheap', '10', '10'], ['', '', '9', ''], '');
	is $bad->status, 422, 'wrong input and no reason';
	like $bad->html, qr/id="w-reason">/, 'is said at the reason';
	$bad = $post->($bad, ['12,50', 'cheap', '10', '10'], ['', '', '9', ''], 'rubber costs more');
	like $bad->html, qr/id="w-price_1">.*id="w-was_2">/s, 'at the price and at the one before';
	like $bad->html, qr/value="cheap"/, 'nothing is lost';
	is $post->($bad, ['12,50', '11', '10', ''], ['15', '', '', ''], 'rubber costs more')->status, 303, 'then it is saved';
	is_deeply [map { $_->{amount} } $shop->rows(q{SELECT p.amount FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id)
		WHERE v.product_id = ? AND p.store_id = ? AND p.currency = 'EUR' ORDER BY 1}, $f->{product}{PLAIN}, $f->{store}{one})], [1000, 1100, 1250], 'one is without price';
	is $shop->value(q{SELECT price || ' ' || price_varies FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = 'EUR' AND locale = 'en'},
		$f->{product}{PLAIN}, $f->{store}{one}), '1000 true', 'the shop\'s card shows it';
	is $shop->value(q{SELECT count(DISTINCT p.amount) FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id)
		WHERE v.product_id = ? AND p.store_id = ? AND p.currency = 'EUR'}, $f->{product}{PLAIN}, $f->{store}{two}), 1, 'TEN-05 of this store alone';
	like $shop->value(q{SELECT reason || ' ' || detail FROM audit.entry WHERE action = 'product.priced' AND target = ?}, "product $f->{product}{PLAIN}"),
		qr/^rubber costs more .*\[1000, 1250, null, 1500\]/, 'SEC-05 why, and the figures before and after';
	my $eve = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)]);
	unlike $eve->get($url)->html, qr/>Save prices</, 'SEC-01 who may edit may not price';
	is $ana->get("$url?currency=IDR")->status, 404, 'the store has no such currency';
};

subtest 'CAT-13 CAT-14 special prices' => sub {
	my $product = $f->{product}{LAST};
	my $url = "$base/$product/special";
	my $prices = sub { return join ' ', map { join '/', map { $_ // '' } @{$_}{qw(customer_group min_quantity starts ends amount was)} } $shop->rows(q{
		SELECT p.customer_group, p.min_quantity, to_char(nullif(p.starts_at, '-infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS starts,
			to_char(nullif(p.ends_at, 'infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS ends, p.amount, p.was
		FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? AND p.store_id = ? AND p.currency = 'EUR'
		AND (p.customer_group <> '' OR p.min_quantity > 1 OR p.starts_at > '-infinity') ORDER BY p.starts_at, p.min_quantity, p.customer_group}, $product, $f->{store}{one}) };
	$shop->change(q{INSERT INTO customer.price_group (tenant_id, code, name) VALUES (?, 'DEALER', 'Dealers')}, $f->{tenant}{acme})
		if !$shop->value(q{SELECT count(*) FROM customer.price_group WHERE code = 'DEALER'});
	my $page = $ana->get($url);
	is $page->status, 200, 'a page';
	is scalar(() = $page->html =~ /name="price" value=""/g), 4, 'with empty rows';
	# Rows of sku, group, least, starts, ends, price, was.
	my $post = sub { my ($from, $reason, @rows) = @_; my @names = qw(sku group least starts ends price was);
		return $ana->visitor->submit($from, field => 'sku', { reason => $reason, map { my $i = $_; ($names[$i] => [map { $_->[$i] } @rows]) } 0 .. 6 }) };
	my @tier = ('', '', 10, '', '', '20', '');
	my @black = ('LAST', '', 1, '2031-11-27T09:00', '2031-11-30T00:00', '15,50', '24');
	my $bad = $post->($page, 'Black Friday', \@tier, ['FEW', '', 5, '', '', '3', ''], ['', '', 1, '', '', '3', ''], ['', '', 1, '2031-02-30T10:00', '', '3', '']);
	is $bad->status, 422, 'wrong input comes back';
	like $bad->html, qr/id="w-starts_2">For everybody.*id="w-starts_3">Please enter a day/s, 'said in its rows';
	like $bad->html, qr/name="sku" value="FEW"/, 'nothing is lost';
	like $post->($bad, 'Black Friday', \@tier, ['FEW', '', 5, '', '', '3', ''])->html, qr/id="w-sku_1">This product has no such SKU/, 'nor a SKU of another product';
	like $post->($bad, 'Black Friday', \@tier, [@black[0 .. 3], '2031-11-27T08:00', '9', ''])->html, qr/id="w-ends_1">A price ends after/, 'nor an end before the begin';
	like $post->($bad, 'Black Friday', \@tier, \@black, [@black[0 .. 4], '14', ''])->html, qr/id="w-starts_2">Another row has a price/, 'nor two that begin together';
	like $post->($bad, 'Black Friday', \@tier, [@black[0 .. 4], '', ''])->html, qr/id="w-price_1">/, 'nor a row without price';
	like $post->($bad, 'Black Friday', \@tier, [@black[0 .. 5], '15'])->html, qr/id="w-was_1">/, 'nor a reduction that is none';
	is $prices->(), '', 'nothing is written';
	is $post->($bad, 'Black Friday', \@tier, \@black, ['', 'DEALER', 1, '', '', '18', ''], [('') x 2, 1, ('') x 4])->status, 303, 'then it is saved';
	is $prices->(), 'DEALER/1///1800/ /10///2000/ /1/2031-11-27 08:00/2031-11-29 23:00/1550/2400', 'CAT-14 in the store\'s time';
	like $shop->value(q{SELECT reason || ' ' || detail FROM audit.entry WHERE action = 'product.priced' AND target = ? ORDER BY entry_id DESC LIMIT 1}, "product $product"),
		qr/^Black Friday .*"come".*1550/, 'SEC-05 and kept in the log';
	$page = $ana->get($url);
	like $page->html, qr/value="2031-11-27T09:00"/, 'the page shows the times again';
	like $page->text, qr/Begins later/, 'and what is to come';
	is scalar(() = $page->html =~ /name="sku" value="LAST"/g), 0, 'what holds for all variants needs no SKU';
	is $ana->visitor->submit($page, field => 'sku', { reason => 'no more dealers', drop => [1] })->status, 303, 'a row is removed';
	is $prices->(), '/10///2000/ /1/2031-11-27 08:00/2031-11-29 23:00/1550/2400', 'that one';
	is $ana->visitor->submit($page, field => 'sku', { reason => 'from an old page' })->status, 422, 'an old page changes nothing';
	is $shop->value(q{SELECT price_varies FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = 'EUR' AND locale = 'en'},
		$product, $f->{store}{one}), 1, 'the shop\'s card says "from"';
	my $eve = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)]);
	unlike $eve->get($url)->html, qr/>Save prices</, 'SEC-01 who may edit may not price';
	is $ana->get("$url?currency=IDR")->status, 404, 'the store has no such currency';
};

subtest 'CAT-15 in one store' => sub {
	my $url = "$base/$f->{product}{FEW}/listing";
	my $page = $ana->get($url);
	is $page->status, 200, 'a page';
	my ($en) = $page->html =~ /name="locale_(\d)" value="en"/;
	my $save = sub { my ($from, %form) = @_; return $ana->visitor->submit($from, field => 'place', { %form }) };
	is $save->($page, place => 'first')->status, 422, 'a place is a number';
	is $save->($page, place => 7, featured => 1, visible => 1, "name_$en" => 'The store\'s sole', "summary_$en" => 'Only here')->status, 303, 'it is saved';
	like shop('/en/p/few')->html, qr/The store&#39;s sole/, 'the store says its own name at once';
	unlike $shop->visitor('two')->get('/p/few')->html, qr/The store&#39;s sole/, 'another store the product\'s';
	is $shop->value('SELECT position || featured::text FROM catalog.store_product WHERE product_id = ? AND store_id = ?', $f->{product}{FEW}, $f->{store}{one}), '7true', 'its place';
	like $shop->value(q{SELECT detail FROM audit.entry WHERE action = 'product.listed' AND target = ?}, "product $f->{product}{FEW}"), qr/The store's sole/, 'the log keeps it';
	is $save->($page, place => 8)->status, 422, 'an old page changes nothing';
	is $save->($ana->get($url), visible => undef)->status, 303, 'it is hidden';
	is shop('/en/p/few')->status, 404, 'in this store';
	is $shop->visitor('two')->get('/p/few')->status, 200, 'and in no other';
	is $save->($ana->get($url), visible => 1, featured => undef, "name_$en" => '', "summary_$en" => '')->status, 303, 'and comes back';
	unlike shop('/en/p/few')->html, qr/The store&#39;s sole/, 'under its own name';
	my $eve = Staff->new($shop, $f, 'acme', may => ['catalog.view']);
	unlike $eve->get($url)->html, qr/>Save</, 'SEC-01 who may look may not change';
};

subtest 'CAT-10 related products' => sub {
	my $url = "$base/$f->{product}{FEW}/related";
	my $save = sub { my ($from, %form) = @_; return $ana->visitor->submit($from, field => 'codes', { %form }) };
	my $page = $ana->get($url);
	like $page->text, qr/Nothing goes with it yet/, 'nothing yet';
	like $save->($page, codes => 'LAST, GONE-1')->html, qr/id="w-codes">[^<]*GONE-1/, 'a code nobody has is said';
	like $save->($page, codes => 'FEW')->html, qr/id="w-codes">A product does not go with itself/, 'nor itself';
	is $shop->value('SELECT count(*) FROM catalog.related WHERE product_id = ?', $f->{product}{FEW}), 0, 'nothing is written';
	is $save->($page, codes => 'LAST, MADE')->status, 303, 'by reference';
	my $order = sub { return join ' ', map { $_->{reference} } $shop->rows(q{SELECT p.reference FROM catalog.related r JOIN catalog.product p ON p.product_id = r.related_id
		WHERE r.product_id = ? ORDER BY r.position}, $f->{product}{FEW}) };
	is $order->(), 'LAST MADE', 'in the order typed';
	is $save->($ana->get($url), order => [2, 1])->status, 303, 'they change places';
	is $order->(), 'MADE LAST', 'so';
	$shop->job('freshen', '--once');
	like shop('/en/p/few')->html, qr/Product MADE.*Product LAST/s, 'the shop shows them';
	is $save->($ana->get($url), kind => ['alternative', 'related'])->status, 303, 'one becomes an alternative';
	is $save->($ana->get($url), codes => 'TIERS', as => 'accessory')->status, 303, 'another comes as an accessory';
	is join(' ', $ana->get($url)->html =~ /<option value="(\w+)" selected>[^<]+<.option>(?=.{0,400}?<.select><.td>)/g), 'related accessory alternative', 'the desk has them by kind';
	$shop->job('freshen', '--once');
	like shop('/en/p/few')->html, qr/Accessories for it.*Product TIERS.*Goes well with it.*Product LAST.*You may like these too.*Product MADE/s, 'the shop shows each kind under its heading';
	is $save->($ana->get($url), kind => ['related', 'gift', 'related'])->status, 400, 'a kind there is not is refused';
	is $save->($ana->get($url), gone => [$f->{product}{TIERS}], kind => ['related', 'related', 'related'])->status, 303, 'all are related again';
	is $save->($ana->get($url), gone => [$f->{product}{MADE}])->status, 303, 'one leaves';
	is $order->(), 'LAST', 'that one';
	my $one = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], stores => ['one']);
	unlike $one->get($url)->html, qr/>Save products</, 'SEC-01 they belong to all stores';
};

subtest 'many at once' => sub {
	my @two = map { $f->{product}{$_} } qw(FEW LAST);
	my $choose = sub { my ($what, $value) = @_; return $ana->visitor->submit($ana->get("$base?q=product"), field => 'product', { product => [@two], what => $what, value => $value }) };
	my $bad = $choose->('percent', 'more');
	is $bad->status, 422, 'what is no percentage comes back';
	like $bad->html, qr/id="w-value">/, 'said at its field';
	is scalar(() = $bad->html =~ /name="product" value="[^"]+" checked/g), 2, 'with the choice';
	my $look = $choose->('percent', '-7,5');
	is $look->status, 200, 'first it is shown';
	like $look->html, qr{<td>FEW</td><td class="num">[^<]*25\.00</td><td class="num">[^<]*23\.13</td>}, 'what each price would become';
	is $shop->value(q{SELECT count(*) FROM catalog.price WHERE amount = 2313}), 0, 'and nothing is done';
	my $again = $ana->visitor->submit($look, field => 'what', { reason => '' });
	is $again->status, 422, 'a reason is wanted';
	like $again->html, qr/23\.13.*id="w-reason">/s, 'on the same page';
	is $ana->visitor->submit($again, field => 'what', { reason => 'season ends' })->status, 303, 'then it is done';
	is $shop->value(q{SELECT price FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = 'EUR' AND locale = 'en'}, $two[0], $f->{store}{one}),
		2313, 'and shown in the shop';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'product.priced' AND reason = 'season ends' AND detail ~ '2500, .*2313,|1250, .*1156,'}), 2, 'each with its entry';
	for (['hide', '', 404], ['show', '', 200], ['draft', '', 404], ['active', '', 200], ['tag', 'Season', 200], ['tax', 'reduced', 200]) {
		my ($what, $value, $status) = @$_;
		is $ana->visitor->submit($choose->($what, $value), field => 'what', { reason => 'because' })->status, 303, "$what is done";
		is shop('/en/p/few')->status, $status, 'and the shop follows';
	}
	is $shop->value(q{SELECT count(*) FROM catalog.product p JOIN catalog.product_tag g USING (tenant_id, product_id) WHERE p.tax_class = 'reduced' AND g.tag = 'Season'}), 2, 'to both';
	my $eve = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)]);
	my $hand = $eve->visitor->submit($eve->get("$base?q=few"), field => 'product', { product => [$two[0]], what => 'tag', value => 'x' });
	is $eve->visitor->submit($hand, field => 'what', { what => 'percent', value => '5', reason => 'mine' })->status, 403, 'SEC-01 prices want their permission';
};

subtest 'CAT-17 what goods cost, and prices made of it' => sub {
	my $url = "$base/$f->{product}{EURO}/prices";
	my $cleo = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit catalog.price catalog.cost)], name => 'Cleo Roe');
	my $post = sub { my ($page, %form) = @_; return $cleo->visitor->submit($page, field => 'price', { %form }) };
	my $cost = sub { return $shop->value(q{SELECT average FROM inventory.cost WHERE variant_id = ? AND currency = 'EUR'}, $f->{variant}{EURO}) // '' };
	unlike $ana->get($url)->html, qr/name="cost"|Markup/, 'SEC-01 who has not the permission sees none of it';
	my $page = $cleo->get($url);
	like $page->html, qr/name="cost" value=""/, 'at first nothing is known';
	like $post->($page, cost => 'cheap', reason => 'new supplier')->html, qr/name="cost" value="cheap".*id="w-cost_0">/s, 'what is no amount is said at its field';
	is $post->($page, cost => '4,00', reason => 'new supplier')->status, 303, 'a cost is set';
	is $cost->(), '400.000000', 'where arrivals reckon it';
	like $shop->value(q{SELECT reason || ' ' || detail FROM audit.entry WHERE action = 'product.cost' AND target = ?}, "product $f->{product}{EURO}"),
		qr/^new supplier .*\[null, 400\]/, 'SEC-05 the log has it';
	$page = $cleo->get($url);
	like $page->html, qr{name="cost" value="4.00".*31 %</td><td class="num">45 %<}s, 'margin and markup of the price without its tax';
	is $post->($page, do => 'fill', markup => 'lots')->status, 422, 'a markup is a number';
	my $filled = $post->($page, do => 'fill', markup => '100', ending => '90');
	like $filled->html, qr/name="price" value="9.90".*not saved yet/s, 'a price of the cost, with tax, never below, with its ending';
	is $shop->value('SELECT count(*) FROM catalog.price WHERE amount = 990'), 0, 'and nothing is saved';
	is $post->($filled, reason => 'new supplier')->status, 303, 'until it is';
	is $shop->value('SELECT count(*) FROM catalog.price WHERE amount = 990'), 1, 'in this store';
	$shop->change(q{UPDATE inventory.cost SET average = 412.345678 WHERE variant_id = ?}, $f->{variant}{EURO});
	is $post->($cleo->get($url), price => '10.90', reason => 'round')->status, 303, 'a price is saved';
	is $cost->(), '412.345678', 'and the average keeps its places';
	my $old = $cleo->get($url);
	$shop->change(q{UPDATE inventory.cost SET average = 500 WHERE variant_id = ?}, $f->{variant}{EURO});
	like $post->($old, cost => '4.50', reason => 'mine')->html, qr/A delivery has changed.*value="4.50"/s, 'what an arrival changed meanwhile is not overwritten';
	is $cost->(), '500.000000', 'but said';
	is $ana->visitor->submit($cleo->get($url), field => 'price', { csrf => $ana->get($url)->html =~ /name="csrf" value="([^"]+)"/, do => 'fill', markup => '0' })->status, 403,
		'SEC-01 whoever sends the form without the permission is refused';
	my @three = map { $f->{product}{$_} } qw(EURO OUT);
	my $choose = sub { my ($who, %form) = @_; return $who->visitor->submit($who->get("$base?q=product"), field => 'product', { product => [@three], %form }) };
	unlike $ana->get("$base?q=product")->html, qr/value="markup"/, 'SEC-01 nor is it offered for many';
	is $choose->($cleo, what => 'markup', value => '-5')->status, 422, 'a markup is not negative';
	my $look = $choose->($cleo, what => 'markup', value => '50', ending => '95');
	like $look->html, qr{<td>EURO</td><td class="num">[^<]*10\.90</td><td class="num">[^<]*9\.95</td>}, 'many at once are shown first';
	unlike $look->html, qr{<td>OUT</td>}, 'those without cost stay';
	is $choose->($ana, what => 'markup', value => '0')->status, 403, 'SEC-01 nor made for who asks for it all the same';
	is $cleo->visitor->submit($look, field => 'what', { reason => 'new season' })->status, 303, 'then they are done';
	is $shop->value(q{SELECT amount FROM catalog.price WHERE variant_id = ? AND store_id = ? AND currency = 'EUR'}, $f->{variant}{EURO}, $f->{store}{one}), 995, 'so';
	like $choose->($cleo, what => 'percent', value => '-10', ending => '00')->html, qr{<td>EURO</td><td class="num">[^<]*9\.95</td><td class="num">[^<]*9\.00</td>}, 'a percentage goes to the nearest ending';
	is join(' ', map { $shop->value("SELECT catalog.price_round($_)") } '1020, 1, 100, 90, false', '1050, 1, 100, 90, true', '3, 1, 100, 90, false', '1023.5, 5, 100, 99, true', '1021, 5, 100, -1, false',
		'0.4, 1, 100, -1, true', '990.0000001, 1, 100, 90, true'), '990 1090 90 1025 1020 1 990', 'endings, smallest amounts and rounding';
};
is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
