#!/usr/bin/perl
# Promise (CAT-19, T61, T62): a catalogue that goes out in Shopify's or WooCommerce's columns is the same catalogue in an
# empty shop, as far as those columns carry it; it comes back into the shop it left without changing it; the same file twice
# changes nothing; a text like a formula is held back.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use DBD::Pg;
use Encode qw(decode_utf8 encode_utf8);
use Jobs;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $j = Jobs->new(no_mail => 1);
my @locales = (locales => [['es', 'es-ES'], ['en', 'en-GB']]);
my $home = $j->merchant('home', @locales);
# Sees one merchant, as the programs do.
my $eyes = $j->{schema}->dbh('_sutler-owner');
sub look { my ($t) = @_; $eyes->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t->{tenant}); return $eyes }
sub seen { my ($t, $sql, @bind) = @_; return scalar look($t)->selectrow_array($sql, undef, @bind) }

sub furnish
{
	my ($t) = @_;
	$j->tenant($t);
	$t->{staff} = Jobs::id();
	$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $t->{staff}, email => "$t->{slug}\@example.test", state => 'active');
	$j->put('accounting.tax_class', tenant_id => $t->{tenant}, tax_class => 'reduced-rate');
	return $t;
}
furnish($home);
# Codes that nobody would make of the names; two values of one name.
for ([size => 'Talla', 0, s40 => '40', s41 => '41'], [color => 'Color', 1, rd => 'Rojo, vivo', bl => 'Azul', bx => 'Azul'], [mat => 'Material', 2, ru => 'Goma', le => 'Piel']) {
	my ($code, $label, $position, @values) = @$_;
	my $a = Jobs::id();
	$j->put('catalog.attribute', tenant_id => $home->{tenant}, attribute_id => $a, code => $code, position => $position);
	$j->put('catalog.attribute_text', tenant_id => $home->{tenant}, attribute_id => $a, locale => 'es', label => $label);
	while (my ($value, $name) = splice @values, 0, 2) {
		my $v = Jobs::id();
		$j->put('catalog.attribute_value', tenant_id => $home->{tenant}, value_id => $v, attribute_id => $a, code => $value);
		$j->put('catalog.attribute_value_text', tenant_id => $home->{tenant}, value_id => $v, locale => 'es', label => $name);
	}
}
my %category = map { $_ => Jobs::id() } qw(shoes fine new);
for (['shoes', undef, 'category', 'Zapatos'], ['fine', 'shoes', 'category', 'Piel, fina'], ['new', undef, 'collection', 'Novedades']) {
	my ($slug, $parent, $kind, $name) = @$_;
	$j->put('catalog.category', tenant_id => $home->{tenant}, store_id => $home->{store}, category_id => $category{$slug}, kind => $kind,
		parent_id => $parent ? $category{$parent} : undef);
	$j->put('catalog.category_text', tenant_id => $home->{tenant}, store_id => $home->{store}, category_id => $category{$slug}, locale => 'es',
		slug => "x-$slug", name => $name);
}

sub send_file
{
	my ($t, $bytes, $layout) = @_;
	my $id = Jobs::id();
	$j->tenant($t);
	$j->put('catalog.transfer', tenant_id => $t->{tenant}, transfer_id => $id, direction => 'import', store_id => $t->{store}, staff_id => $t->{staff},
		state => 'queued', file_name => 'file.csv', layout => $layout, bytes => length $bytes, reason => 'spring');
	my $put = $j->db->prepare('INSERT INTO catalog.transfer_part (tenant_id, transfer_id, part, data) VALUES (?, ?, 0, ?)');
	$put->bind_param(3, undef, { pg_type => DBD::Pg::PG_BYTEA() });
	$put->execute($t->{tenant}, $id, $bytes);
	$j->run('transfer', '--once') for 1 .. 2;
	my $state = $j->value(q{SELECT concat_ws(' ', state, nullif(why, ''), 'made', created, 'changed', updated, 'same', unchanged) FROM catalog.transfer WHERE transfer_id = ?}, $id);
	$state .= ": $_" for $j->column(q{SELECT line || ' ' || col || ' ' || message FROM catalog.transfer_note WHERE transfer_id = ? AND kind = 'error' ORDER BY note}, $id);
	return $state;
}

sub exported
{
	my ($t, $layout, $stock) = @_;
	my $id = Jobs::id();
	$j->tenant($t);
	is($j->value('SELECT catalog.transfer_export(?, ?, ?, ?, ?, ?, ?, ?, ?)', @$t{qw(tenant staff store)}, $id, 'out.csv', $layout, 'csv', $stock ? 1 : 0, 'to move'), 'ok', 'asked for');
	$j->run('transfer', '--once') for 1 .. 2;
	is($j->value(q{SELECT concat_ws(' ', state, why) FROM catalog.transfer WHERE transfer_id = ?}, $id), 'done ', "$layout is made");
	return join '', $j->column('SELECT data FROM catalog.transfer_part WHERE transfer_id = ? ORDER BY part', $id);
}

my $long = 'una-suela-con-un-nombre-tan-largo-que-nadie-lo-lee-hasta-el-final-ni-lo-escribe';
my $words = "Línea *uno* y **dos**.\n\n- Punto\n- Otro\n\n1\\. no es lista, [aquí](https://a.example/b)";
my @head = qw(product status brand slug:es name:es name:en summary:es description:es meta_title:es categories tags tags:es related tax_class visible featured
	spec:mat sku gtin option:size option:color price:EUR was:EUR weight_g variant_made_to_order track_stock stock:A);
sub line { my (%r) = @_; return join(',', map { my $v = $r{$_} // ''; $v =~ s/"/""/g; qq("$v") } @head) . "\n" }
my $own = join '', join(',', @head) . "\n",
	line(product => 'SU 200', brand => 'Acme, S.L.', 'slug:es' => 'suela-fuerte', 'name:es' => 'Suela fuerte', 'name:en' => 'Strong sole', 'summary:es' => 'Dura & <buena>',
		'description:es' => $words, 'meta_title:es' => 'Suelas', categories => 'x-fine|x-new', tags => 'cuero', 'tags:es' => 'hecho a mano', related => 'SOLO|ARCH|COL',
		'spec:mat' => 'ru|le', sku => 'SU-200-1', gtin => '12345678', 'option:size' => 's40', 'option:color' => 'rd', 'price:EUR' => '19.90', 'was:EUR' => '25.00',
		weight_g => 310, 'stock:A' => 5, featured => 'yes'),
	line(product => 'SU 200', sku => 'SU-200-2', 'option:size' => 's41', 'option:color' => 'bl', 'price:EUR' => '21.05', weight_g => 1234, 'stock:A' => 0),
	line(product => 'SU 200', sku => 'SU-200-3', 'option:size' => 's41', 'option:color' => 'bx', 'price:EUR' => '21.05', variant_made_to_order => 'yes'),
	line(product => 'SOLO', 'slug:es' => 'solo', 'name:es' => "'=1+1", sku => 'SOLO-SKU', 'price:EUR' => '5', visible => 'no', track_stock => 'no', tax_class => 'reduced-rate'),
	line(product => 'ARCH', status => 'archived', 'slug:es' => 'arch', 'name:es' => 'Archivada', sku => 'ARCH-1', 'price:EUR' => '7', 'stock:A' => 2),
	line(product => 'DRAFT', status => 'draft', 'slug:es' => 'draft', 'name:es' => 'Borrador', sku => 'DRAFT', 'price:EUR' => '7.50', visible => 'no'),
	line(product => 'COL', 'slug:es' => $long, 'name:es' => 'Choca', sku => 'COL', 'option:size' => 's40', 'price:EUR' => '1', 'stock:A' => 9),
	line(product => 'COL', sku => 'COL-2', 'option:size' => 's41', 'price:EUR' => '1.10', 'stock:A' => 1);
is(send_file($home, encode_utf8($own), 'own'), 'done made 5 changed 0 same 0', 'a catalogue');
$j->tenant($home);
my ($product, $variant) = $j->db->selectrow_array(q{SELECT product_id, variant_id FROM catalog.variant WHERE sku = 'SU-200-2'});
# What no other layout carries, or only in part: tiers, prices of dates; what lies behind a gap.
$j->put('catalog.price', tenant_id => $home->{tenant}, store_id => $home->{store}, variant_id => $variant, currency => 'EUR', min_quantity => 10, amount => 1500);
my ($dated) = $j->value(q{SELECT variant_id FROM catalog.variant WHERE sku = 'SU-200-3'});
$j->put('catalog.price', tenant_id => $home->{tenant}, store_id => $home->{store}, variant_id => $dated, currency => 'EUR', amount => $$_[0], starts_at => $$_[1], ends_at => $$_[2])
	for [1900, '2026-11-01 00:00 Europe/Madrid', '2097-03-01 00:00 Europe/Madrid'], [1800, '2098-01-01 09:00 Europe/Madrid', '2098-02-01 00:00 Europe/Madrid'];
$j->change(q{UPDATE catalog.related SET position = position * 7 + 3 WHERE product_id = ?}, $product);
$j->change(q{UPDATE catalog.variant SET position = position * 5 + 2});
unlike(picture($home, woo => 1), qr/SU-100/, 'seen alone');

# A merchant's catalogue in words: by slugs, SKUs and what people read.
sub picture
{
	my ($t, %o) = @_;
	my $key = $o{slug} ? 't.slug' : 't.name';
	my $archived = $o{archive} ? 'p.status' : q{CASE p.status WHEN 'archived' THEN 'draft' ELSE p.status END};
	my @q = ("SELECT $key, t.name, p.brand, $archived, s.visible" . ($o{woo} ? ', t.summary, p.tax_class, s.featured' : ', t.meta_title')
			. ' FROM catalog.product p JOIN catalog.product_text t USING (tenant_id, product_id) JOIN catalog.store_product s USING (tenant_id, product_id) WHERE t.locale = \'es\'',
		"SELECT $key, t.description FROM catalog.product p JOIN catalog.product_text t USING (tenant_id, product_id) JOIN catalog.store_product s USING (tenant_id, product_id) WHERE t.locale = 'es'",
		q{SELECT v.sku, v.gtin, v.weight_g, v.made_to_order, v.track_stock, r.amount, r.was, row_number() OVER (PARTITION BY v.product_id ORDER BY v.position)
			FROM catalog.variant v JOIN catalog.price r USING (tenant_id, variant_id) WHERE v.status = 'active' AND r.min_quantity = 1 AND r.starts_at = '-infinity'},
		q{SELECT v.sku, k.on_hand FROM catalog.variant v JOIN inventory.stock k USING (tenant_id, variant_id) JOIN catalog.price r USING (tenant_id, variant_id) WHERE k.on_hand > 0 AND r.min_quantity = 1 AND r.starts_at = '-infinity'},
		q{SELECT v.sku, at.label AS option, CASE WHEN vt.label LIKE 'Azul (%' THEN 'Azul' ELSE vt.label END, row_number() OVER (PARTITION BY v.variant_id ORDER BY o.position) FROM catalog.variant v JOIN catalog.variant_value x USING (tenant_id, variant_id)
			JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = x.attribute_id
			JOIN catalog.attribute_text at ON at.attribute_id = x.attribute_id AND at.locale = 'es' JOIN catalog.attribute_value_text vt ON vt.value_id = x.value_id AND vt.locale = 'es'},
		"SELECT $key, g.tag FROM catalog.product_tag g JOIN catalog.product_text t USING (tenant_id, product_id) WHERE t.locale = 'es'",
		"SELECT $key, c.name FROM catalog.category_product x JOIN catalog.product_text t USING (tenant_id, product_id) JOIN catalog.category_text c USING (tenant_id, category_id)
			WHERE t.locale = 'es' AND c.locale = 'es'" . ($o{woo} ? '' : q{ AND c.name <> 'Novedades'}));
	push @q, q{SELECT v.sku, r.amount, r.starts_at, r.ends_at FROM catalog.variant v JOIN catalog.price r USING (tenant_id, variant_id) WHERE r.starts_at > '-infinity' AND r.starts_at < '2098-01-01'},
		"SELECT $key, u.name, row_number() OVER (PARTITION BY r.product_id ORDER BY r.position) FROM catalog.related r JOIN catalog.product_text t USING (tenant_id, product_id)
			JOIN catalog.product_text u ON u.product_id = r.related_id AND u.locale = 'es' WHERE t.locale = 'es'",
		"SELECT $key, a.label AS is, v.label FROM catalog.product_value x JOIN catalog.product_text t USING (tenant_id, product_id) JOIN catalog.attribute_text a ON a.attribute_id = x.attribute_id AND a.locale = 'es'
			JOIN catalog.attribute_value_text v ON v.value_id = x.value_id AND v.locale = 'es' WHERE t.locale = 'es'" if $o{woo};
	return join "\n", map { join "\n", sort map { join '|', map { $_ // '' } @$_ } @{ look($t)->selectall_arrayref($_) } } @q;
}
# Everything of it, to the last row.
sub whole
{
	my ($t) = @_;
	return join "\n", map { seen($t, "SELECT '$_ ' || count(*) || ' ' || md5(coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')) FROM $_ x") }
		map { "catalog.$_" } qw(product product_text variant price store_product category category_text category_product product_tag attribute attribute_text attribute_value
		attribute_value_text product_option variant_value product_value related slug_history listing);
}

for my $layout (qw(shopify woocommerce)) {
	my %is = $layout eq 'shopify' ? (slug => 1, archive => 1) : (woo => 1);
	subtest $layout => sub {
		my $file = exported($home, $layout, 1);
		my $text = decode_utf8($file);
		unlike($text, qr/^(?:[^"\n]*,)?[=+@]/m, 'T61 no cell begins like a formula');
		like($text, qr/<li>Punto<\/li>/, 'descriptions are HTML');
		my $empty = furnish($j->merchant("empty-$layout", @locales));
		is(send_file($empty, $file, $layout), 'done made 5 changed 0 same 0', 'it comes into an empty shop');
		is(picture($empty, %is), picture($home, %is), 'which has the same catalogue then');
		my $before = whole($empty);
		is(send_file($empty, $file, $layout), 'done made 0 changed 0 same 5', 'the same file again changes nothing');
		is(whole($empty), $before, 'not a row');
		$before = whole($home);
		is(send_file($home, $file, $layout), 'done made 0 changed 0 same 5', 'it comes back into the shop it left');
		is(whole($home), $before, 'and changes nothing there');
		my $without = exported($home, $layout, 0);
		unlike($without, qr/Inventory Qty|,Stock,|In stock/, 'without the stock unless asked');
		my $other = furnish($j->merchant("bare-$layout", @locales));
		is(send_file($other, $without, $layout), 'done made 5 changed 0 same 0', 'so it comes in as well');
		is(seen($other, q{SELECT bool_and(track_stock) FROM catalog.variant WHERE sku LIKE 'SU-200-%'}), 1, 'and nothing is sold without end that was counted');
	};
}

subtest 'names that are known here' => sub {
	my $t = furnish($j->merchant('words', @locales));
	my $head = 'Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price';
	is(send_file($t, "$head\nuno,Uno,Botas,Talla,40,UNO,1\n", 'shopify'), 'done made 1 changed 0 same 0', 'a product with an option comes in');
	look($t)->do(q{UPDATE catalog.category_text SET slug = 'b' WHERE name = 'Botas'});
	$eyes->do(q{UPDATE catalog.attribute SET code = 'size' WHERE code = 'talla'});
	is(send_file($t, "$head\ndos,Dos,botas,talla,40,DOS,1\n", 'shopify'), 'done made 1 changed 0 same 0', 'another of the same category and option');
	is(seen($t, 'SELECT count(*) FROM catalog.category'), 1, 'which are found by their names');
	is(seen($t, q{SELECT string_agg(code, ' ') FROM catalog.attribute}), 'size', 'not made anew');
	is(send_file($t, "$head\nde-uno,Uno,Botas,Talla,40,UNO,2\n", 'shopify'), 'done made 0 changed 1 same 0', 'a product is found by its SKU');
	is(seen($t, q{SELECT reference FROM catalog.product JOIN catalog.variant USING (product_id) WHERE sku = 'UNO'}), 'uno', 'and keeps its reference');
	is(send_file($t, "$head\nx,X,Botas,Talla,40,UNO,2\nx,,,,41,DOS,2\n", 'shopify') =~ /belongs to product/ ? 1 : 0, 1, 'SKUs of two products are none of them');
	is(send_file($t, "$head\n" . 'h' x 80 . ",H,,Talla,40,LONG,2\n", 'shopify'), 'done made 1 changed 0 same 0', 'a handle that is too long for a reference');
	is(send_file($t, "$head\n" . 'h' x 80 . ",H,,Talla,40,LONG,2\n", 'shopify'), 'done made 0 changed 0 same 1', 'is the same again');
};

done_testing;
