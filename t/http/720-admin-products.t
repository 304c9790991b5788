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
	is $shop->value(q{SELECT price || ' ' || price_varies FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = 'EUR' AND locale = 'en' AND category_id::text ~ '^0'},
		$f->{product}{PLAIN}, $f->{store}{one}), '1000 true', 'the shop\'s card shows it';
	is $shop->value(q{SELECT count(DISTINCT p.amount) FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id)
		WHERE v.product_id = ? AND p.store_id = ? AND p.currency = 'EUR'}, $f->{product}{PLAIN}, $f->{store}{two}), 1, 'TEN-05 of this store alone';
	like $shop->value(q{SELECT reason || ' ' || detail FROM audit.entry WHERE action = 'product.priced' AND target = ?}, "product $f->{product}{PLAIN}"),
		qr/^rubber costs more .*\[1000, 1250, null, 1500\]/, 'SEC-05 why, and the figures before and after';
	my $eve = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)]);
	unlike $eve->get($url)->html, qr/>Save prices</, 'SEC-01 who may edit may not price';
	is $ana->get("$url?currency=IDR")->status, 404, 'the store has no such currency';
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
	is $shop->value(q{SELECT price FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = 'EUR' AND locale = 'en' AND category_id::text ~ '^0'}, $two[0], $f->{store}{one}),
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
done_testing;
