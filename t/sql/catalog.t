#!/usr/bin/perl
# Promise: whatever a merchant changes, the rows that lists, filters and search read say
# the same in the same transaction; badges, counts and the version follow with freshen;
# and no tenant's change touches or shows another's rows.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Schema;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $s = Schema->new;
my $db = $s->dbh;
my $ZERO = '00000000-0000-0000-0000-000000000000';
my $n = 0;

sub id { return sprintf '00000000-0000-7000-8000-%012d', ++$n }
sub tenant { $db->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $_[0]); return }
sub put
{
	my ($table, %row) = @_;
	my @k = sort keys %row;
	$db->do("INSERT INTO $table (" . join(', ', @k) . ') VALUES (' . join(', ', ('?') x @k) . ')', undef, @row{@k});
	return;
}
sub one { return scalar $db->selectrow_array($_[0], undef, @_[1 .. $#_]) }
sub list { return join ' ', map { join ':', map { $_ // '-' } @$_ } @{ $db->selectall_arrayref($_[0], undef, @_[1 .. $#_]) } }

# A tenant with a store in Spanish and English, euros and dollars; one warehouse.
sub shop
{
	my ($slug) = @_;
	my %t = (tenant => id(), store => id(), house => id());
	my @t = (tenant_id => $t{tenant});
	my @s = (@t, store_id => $t{store});

	put('tenancy.tenant', @t, slug => $slug, name => $slug);
	tenant($t{tenant});
	put('tenancy.store', @s, code => $slug, status => 'active', name => $slug, low_stock => 5);
	put('tenancy.store_locale', @s, locale => 'es', tag => 'es-ES', position => 0);
	put('tenancy.store_locale', @s, locale => 'en', tag => 'en-GB', position => 1);
	put('tenancy.store_currency', @s, currency => 'EUR', position => 0);
	put('tenancy.store_currency', @s, currency => 'USD', position => 1);
	put('accounting.tax_class', @t, tax_class => 'standard');
	put('inventory.warehouse', @t, warehouse_id => $t{house}, code => 'A', name => 'A', country => 'ES');
	put('inventory.store_warehouse', @s, warehouse_id => $t{house});
	$t{color} = id();
	put('catalog.attribute', @t, attribute_id => $t{color}, code => 'color');
	for my $c (['black', '#101010', 'Negro'], ['brown', '#663300', 'Marrón']) {
		$t{ $c->[0] } = id();
		put('catalog.attribute_value', @t, value_id => $t{ $c->[0] }, attribute_id => $t{color}, code => $c->[0], swatch => $c->[1]);
		put('catalog.attribute_value_text', @t, value_id => $t{ $c->[0] }, locale => 'es', label => $c->[2]);
	}
	for my $c (['top', undef], ['mid', 'top'], ['leaf', 'mid']) {
		$t{ $c->[0] } = id();
		put('catalog.category', @s, category_id => $t{ $c->[0] }, parent_id => $c->[1] && $t{ $c->[1] });
		put('catalog.category_text', @s, category_id => $t{ $c->[0] }, locale => 'es', slug => $c->[0], name => $c->[0]);
	}
	return \%t;
}

my $a = shop('merchant-a');
my @t = (tenant_id => $a->{tenant});
my @s = (@t, store_id => $a->{store});
my ($p, $v, $w) = (id(), id(), id());
put('catalog.product', @t, product_id => $p, reference => 'SU-100', brand => 'Sur');
put('catalog.product_text', @t, product_id => $p, locale => 'es', slug => 'suela-tacon', name => 'Suela con Tacón');
put('catalog.store_product', @s, product_id => $p, position => 7);
is(one('SELECT count(*) FROM catalog.listing'), 0, 'a product without variant and price has no card');
put('catalog.variant', @t, variant_id => $v, product_id => $p, sku => 'SU-100-N', gtin => '8412345678905', options_key => 'black');
put('catalog.variant_value', @t, variant_id => $v, attribute_id => $a->{color}, value_id => $a->{black});
put('catalog.price', @s, variant_id => $v, currency => 'EUR', amount => 1250);

my $card = q{SELECT locale, currency, slug, name, price, was, price_varies, stock, swatches, position FROM catalog.listing ORDER BY 1, 2};
is(list($card), 'en:EUR:suela-tacon:Suela con Tacón:1250:-:0:out:#101010:7 es:EUR:suela-tacon:Suela con Tacón:1250:-:0:out:#101010:7',
	'the price puts it into the list, in each language, in the currency it has a price in');
is(list('SELECT code FROM catalog.search_code ORDER BY code'), '8412345678905 su-100 su-100-n', 'its codes are found, folded');

put('catalog.product_text', @t, product_id => $p, locale => 'en', slug => 'heeled-sole', name => 'Heeled sole');
is(one(q{SELECT name FROM catalog.listing WHERE locale = 'en'}), 'Heeled sole', 'a translation takes the place of the store\'s language');
put('catalog.store_product_text', @s, product_id => $p, locale => 'en', name => 'Our sole');
is(one(q{SELECT name FROM catalog.listing WHERE locale = 'en'}), 'Our sole', 'the store\'s own name wins');
$db->do('DELETE FROM catalog.store_product_text');
is(one(q{SELECT name FROM catalog.listing WHERE locale = 'en'}), 'Heeled sole', 'and goes when it is taken away');

put('catalog.category_product', @s, category_id => $a->{leaf}, product_id => $p, position => 3);
is(list(q{SELECT t.slug, l.position FROM catalog.placement l JOIN catalog.category_text t USING (category_id)
	WHERE t.locale = 'es' AND l.locale = 'es' AND l.currency = 'EUR' ORDER BY 1}), 'leaf:3 mid:7 top:7', 'a category shows it, and all above it');
$db->do('UPDATE catalog.category SET visible = false WHERE category_id = ?', undef, $a->{mid});
is(one('SELECT count(*) FROM catalog.placement WHERE category_id <> ?', $ZERO), 0, 'a hidden category hides what lies below it');
$db->do('UPDATE catalog.category SET visible = true WHERE category_id = ?', undef, $a->{mid});
is(one('SELECT count(DISTINCT category_id) FROM catalog.facet'), 4, 'shown again, with its filters');
$db->do('UPDATE catalog.category SET parent_id = NULL WHERE category_id = ?', undef, $a->{mid});
is(one('SELECT count(*) FROM catalog.placement WHERE category_id = ?', $a->{top}), 0, 'moved away, the old parent shows it no more');
$db->do('UPDATE catalog.category SET parent_id = ? WHERE category_id = ?', undef, $a->{top}, $a->{mid});

put('catalog.variant', @t, variant_id => $w, product_id => $p, sku => 'SU-100-M', options_key => 'brown', position => 1);
put('catalog.variant_value', @t, variant_id => $w, attribute_id => $a->{color}, value_id => $a->{brown});
put('catalog.price', @s, variant_id => $w, currency => 'EUR', amount => 990, was => 1300);
is(list(q{SELECT DISTINCT price, was, price_varies, swatches FROM catalog.listing}), '990:1300:1:#101010 #663300',
	'the lowest price with what it was reduced from, "from", and both colours');
$db->do(q{UPDATE catalog.price SET amount = 1250, was = NULL WHERE variant_id = ?}, undef, $w);
is(list(q{SELECT DISTINCT price, was, price_varies FROM catalog.listing}), '1250:-:0', 'equal prices do not vary');
put('catalog.price', @s, variant_id => $w, currency => 'EUR', amount => 1100, min_quantity => 10);
is(list(q{SELECT DISTINCT price, price_varies FROM catalog.listing}), '1250:1', 'a tier does not lower the price but makes it vary');
put('customer.price_group', @t, code => 'TRADE', name => 'Trade');
put('catalog.price', @s, variant_id => $w, currency => 'EUR', amount => 100, customer_group => 'TRADE');
is(one(q{SELECT DISTINCT price FROM catalog.listing}), 1250, 'the price of a group is not shown to everybody');
$db->do('DELETE FROM catalog.price WHERE min_quantity > 1');
put('catalog.price', @s, variant_id => $w, currency => 'USD', amount => 1500);
is(list(q{SELECT currency, price FROM catalog.listing WHERE locale = 'es' ORDER BY 1}),
	'EUR:1250 USD:1500', 'each currency has its price');

my $media = id();
put('catalog.media', @t, media_id => $media, name => 'ab/' . '0' x 30, mime => 'image/png', bytes => 1);
put('catalog.product_media', @t, product_id => $p, media_id => $media, position => 0);
is(list('SELECT DISTINCT image, alt FROM catalog.listing WHERE locale = ?', 'es'), 'ab/' . '0' x 30 . ':Suela con Tacón',
	'the first picture, named by the product');
put('catalog.product_media_text', @t, product_id => $p, media_id => $media, locale => 'es', label => 'Foto');
is(list('SELECT DISTINCT alt FROM catalog.listing'), 'Foto', 'its own text, for the other language too');

is(list('SELECT DISTINCT v.code FROM catalog.facet f JOIN catalog.attribute_value v USING (value_id) ORDER BY 1'), 'black brown',
	'options can be filtered by');
put('catalog.product_value', @t, product_id => $p, attribute_id => $a->{color}, value_id => $a->{brown});
$db->do('UPDATE catalog.variant SET status = ? WHERE variant_id = ?', undef, 'archived', $v);
is(list('SELECT DISTINCT v.code FROM catalog.facet f JOIN catalog.attribute_value v USING (value_id) ORDER BY 1'), 'brown',
	'an archived variant is no reason to be found');
$db->do('UPDATE catalog.variant SET status = ? WHERE variant_id = ?', undef, 'active', $v);
$db->do('UPDATE catalog.attribute SET filterable = false');
is(one('SELECT count(*) FROM catalog.facet'), 0, 'an attribute that is not for filtering has no facets');
$db->do('UPDATE catalog.attribute SET filterable = true');

my $found = q{SELECT count(*) FROM catalog.search WHERE locale = 'es' AND tsv @@ to_tsquery('spanish', ?)};
is(one($found, 'tacon'), 1, 'words are found without their accents');
is(one($found, 'marron'), 1, 'and by the labels of values');
put('catalog.product_tag', @t, product_id => $p, tag => 'verano');
is(one($found, 'verano'), 1, 'a tag is searched');
$db->do(q{UPDATE catalog.attribute_value_text SET label = 'Castaño' WHERE value_id = ?}, undef, $a->{brown});
is(one($found, 'castano'), 1, 'a label that changes is searched anew');

# ---- stock, counts, version: freshen's
sub freshen { return one('SELECT catalog.freshen(?, 500)', $a->{tenant}) }
1 while freshen();
my $version = one('SELECT version FROM catalog.version WHERE store_id = ?', $a->{store});
cmp_ok($version, '>', 0, 'freshen gives the store a version');
is(freshen(), 0, 'and rests when nothing is stale');
my $stock = 'SELECT DISTINCT stock FROM catalog.listing';
is(list($stock), 'out', 'nothing on hand: out');
for my $step ([5, 'few'], [6, 'in'], [0, 'out']) {
	one('SELECT inventory.count(?, ?, ?, ?, ?, ?)', $a->{tenant}, [$v], [$a->{house}], [$step->[0]], 'count', 'test');
	freshen();
	is(list($stock), $step->[1], "$step->[0] on hand: $step->[1]");
	is(list(q{SELECT DISTINCT variant_ids[1] = ?, stock FROM catalog.product_page WHERE currency = 'EUR'}, $v), '1:' . substr($step->[1], 0, 1) . 'o', 'and on its page, variant by variant');
}
cmp_ok(one('SELECT version FROM catalog.version WHERE store_id = ?', $a->{store}), '>=', $version + 3, 'each badge bumped the version');
$version = one('SELECT version FROM catalog.version WHERE store_id = ?', $a->{store});
one('SELECT inventory.touched(?, ?)', $a->{tenant}, [$v]);
is(freshen(), 1, 'a stock that moved within its badge is looked at');
is(one('SELECT version FROM catalog.version WHERE store_id = ?', $a->{store}), $version, 'and bumps nothing');
$db->do('UPDATE catalog.product SET made_to_order = true');
freshen();
is(list($stock), 'made', 'made to order is never out');
is(list(q{SELECT DISTINCT stock FROM catalog.product_page WHERE currency = 'EUR'}), 'mm', 'nor is any of its variants');
$db->do('UPDATE catalog.product SET made_to_order = false');
one('SELECT inventory.count(?, ?, ?, ?, ?, ?)', $a->{tenant}, [$v], [$a->{house}], [6], 'count', 'test');
freshen();
$db->do('UPDATE tenancy.store SET low_stock = 50');
freshen();
is(list($stock), 'few', 'another bound of "few" reaches the badges');
is(list('SELECT t.slug, c.products FROM catalog.category_count c JOIN catalog.category_text t USING (category_id) ORDER BY 1'),
	'leaf:1 mid:1 top:1', 'categories are counted');
is(list('SELECT v.code, c.products FROM catalog.facet_count c JOIN catalog.attribute_value v USING (value_id) WHERE category_id = ? ORDER BY 1',
	$a->{leaf}), 'black:1 brown:1', 'values are counted');
is(list(q{SELECT word, shown FROM catalog.word WHERE locale = 'es' AND word = 'tacon'}), 'tacon:tacón', 'words are kept as they are written');

# ---- prices with dates
$db->do(q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount, starts_at, ends_at)
	VALUES (?, ?, ?, 'EUR', 800, now() + interval '1 hour', now() + interval '2 hours')}, undef, $a->{tenant}, $a->{store}, $v);
is(one(q{SELECT DISTINCT price FROM catalog.listing WHERE currency = 'EUR'}), 1250, 'a price of tomorrow is not shown');
my $clock = sub {
	$db->do(qq{CREATE OR REPLACE FUNCTION sutler.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
		AS \$\$ SELECT pg_catalog.now() + interval '$_[0] minutes' \$\$});
};
for my $step ([90, 800, 'begins'], [150, 1250, 'ends']) {
	$clock->($step->[0]);
	freshen();
	is(one(q{SELECT DISTINCT price FROM catalog.listing WHERE currency = 'EUR'}), $step->[1], "freshen shows it when it $step->[2]");
}
1 while freshen();
is(one('SELECT catalog.reprice(?)', $a->{tenant}), 0, 'and looks at it once');
$clock->(0);

# ---- slugs
$db->do(q{UPDATE catalog.product_text SET slug = 'suela-de-tacon' WHERE locale = 'es'});
is(list('SELECT kind, locale, slug FROM catalog.slug_history'), 'product:es:suela-tacon', 'a slug given up is remembered');
$db->do(q{UPDATE catalog.category_text SET slug = 'hoja' WHERE slug = 'leaf'});
is(one(q{SELECT target_id FROM catalog.slug_history WHERE kind = 'category' AND slug = 'leaf'}), $a->{leaf}, 'a category\'s too');

# ---- the product page, put together
my $part = sub {
	my ($column, $locale) = @_;
	return one("SELECT translate($column, U&'\\001F\\001E', '|;') FROM catalog.product_page WHERE currency = 'EUR' AND product_id = ? AND locale = ?",
		$p, $locale // 'es');
};
is($part->('name'), one(q{SELECT DISTINCT name FROM catalog.listing WHERE locale = 'es' AND product_id = ?}, $p), 'a page bears the name of its card');
unlike($part->('variants'), qr/negro/i, 'a value that is no option is not named');
put('catalog.product_option', @t, product_id => $p, attribute_id => $a->{color}, position => 0);
like($part->('variants'), qr/\|SU-100-N\|/, 'its variants are there');
$db->do(q{UPDATE catalog.attribute_value_text SET label = 'Carbon' WHERE value_id = ?}, undef, $a->{black});
like($part->('variants'), qr/\|Carbon\|/, 'with the label of their option, which follows a change');
put('catalog.attribute_text', @t, attribute_id => $a->{color}, locale => 'es', label => 'Tono');
like($part->('variants'), qr/\|Tono\|Carbon\|/, 'and of the attribute');
is($part->('specs'), one(q{SELECT 'Tono|' || string_agg(l, ', ') || '|;' FROM (SELECT coalesce(t.label, v.code) AS l FROM catalog.product_value x
	JOIN catalog.attribute_value v USING (tenant_id, attribute_id, value_id)
	LEFT JOIN catalog.attribute_value_text t ON t.value_id = v.value_id AND t.locale = 'es' WHERE x.product_id = ?) y}, $p), 'its free attributes');
$db->do(q{UPDATE catalog.category_text SET name = E'Hoja\u001F nueva' WHERE category_id = ? AND locale = 'es'}, undef, $a->{leaf});
like($part->('trail'), qr/Hoja nueva\|hoja\|;\z/, 'the way to it follows a category\'s name, and no text ends a field');
is($part->('media'), one(q{SELECT string_agg(concat_ws('|', m.kind, f.name, 'Foto', f.bytes) || '||;', '') FROM catalog.product_media m
	JOIN catalog.media f USING (tenant_id, media_id) WHERE m.product_id = ?}, $p), 'its pictures');
put('catalog.product_tag', @t, product_id => $p, tag => $_->[0], locale => $_->[1]) for ['Otoño', ''], ['otoño!', ''], ['abrigo', 'es'], ['warm', 'en'], ['!!', ''];
is($part->('tags'), 'Otoño|otoño|;abrigo|abrigo|;verano|verano|;', 'its tags that have a page, those of its language and of all');
is($part->('tags', 'en'), 'Otoño|otoño|;verano|verano|;warm|warm|;', 'each language its own');
$db->do(q{DELETE FROM catalog.product_tag WHERE tag <> 'verano'});
is($part->('tags'), 'verano|verano|;', 'a tag taken away is gone');
my $shared = $part->('media');
$db->do(q{UPDATE catalog.product_text SET meta_title = 'Para buscadores', meta_description = 'Dicho a buscadores' WHERE product_id = ?}, undef, $p);
is($part->('meta_title') . '/' . $part->('meta_description'), 'Para buscadores/Dicho a buscadores', 'what search engines are told');
put('catalog.store_product_text', @s, product_id => $p, locale => 'es', name => 'La nuestra', summary => 'Como decimos', description => '*Nuestra*');
is(join('/', map { $part->($_) } qw(name summary description meta_title meta_description)), 'La nuestra/Como decimos/*Nuestra*//',
	'texts of the store\'s own come first, and nobody tells search engines of the others');
$db->do('DELETE FROM catalog.store_product_text WHERE product_id = ?', undef, $p);
is($part->('meta_title'), 'Para buscadores', 'without them all is as before');
my $own = id();
put('catalog.media', @t, media_id => $own, name => 'ef/' . '3' x 30, mime => 'image/png', bytes => 5, width => 960, height => 960);
put('catalog.store_product_media', @s, product_id => $p, media_id => $own, position => 0);
is($part->('media'), 'image|ef/' . '3' x 30 . '||5||;', 'pictures of the store\'s own stand in place of the product\'s');
$db->do('DELETE FROM catalog.store_product_media WHERE product_id = ?', undef, $p);
is($part->('media'), $shared, 'and go again');
is($part->('paths'), one(q{SELECT string_agg(locale || '|' || slug || '|;', '' ORDER BY locale) FROM catalog.listing
	WHERE product_id = ? AND currency = 'EUR'}, $p), 'and its address in each language');
is(one('SELECT cardinality(variant_ids) FROM catalog.product_page WHERE currency = ? AND locale = ? AND product_id = ?', 'EUR', 'es', $p), 2,
	'the variants that its stock is told of');
is(one(q{SELECT currencies || ' ' || stock FROM catalog.search WHERE product_id = ? AND locale = 'es'}, $p),
	one(q{SELECT DISTINCT 'EUR USD ' || stock FROM catalog.listing WHERE product_id = ?}, $p), 'a search knows currencies and badge');
like(one(q{SELECT translate(filters, U&'\001F', '|') FROM catalog.search WHERE product_id = ? AND locale = 'es'}, $p), qr/color\|black\|color\|brown\|/,
	'and the values it counts');

# ---- related cards on the page
my ($near, $sole) = (id(), id());
put('catalog.product', @t, product_id => $near, reference => 'SU-200');
put('catalog.product_text', @t, product_id => $near, locale => 'es', slug => 'tacon', name => 'Tacon');
put('catalog.store_product', @s, product_id => $near);
put('catalog.variant', @t, variant_id => $sole, product_id => $near, sku => 'SU-200');
put('catalog.price', @s, variant_id => $sole, currency => 'EUR', amount => 700);
1 while freshen();
is($part->('related'), '', 'nothing is related to nothing');
put('catalog.related', @t, product_id => $p, related_id => $near);
my $teaser = q{SELECT translate(card, U&'\001F\001E', '|;') || ';' FROM catalog.listing WHERE product_id = ? AND locale = 'es' AND currency = 'EUR'};
is($part->('related'), one($teaser, $near), 'a related product\'s card stands on the page at once');
$db->do('UPDATE catalog.price SET amount = 650 WHERE variant_id = ?', undef, $sole);
1 while freshen();
like($part->('related'), qr/\|650\|/, 'follows its price');
one('SELECT inventory.count(?, ?, ?, ?, ?, ?)', $a->{tenant}, [$sole], [$a->{house}], [100], 'count', 'test');
1 while freshen();
like($part->('related'), qr{\|badge/in\|}, 'and its stock');
$db->do(q{UPDATE catalog.related SET kind = 'alternative' WHERE product_id = ?}, undef, $p);
is($part->('related'), "\x1d\x1d" . one($teaser, $near), 'an alternative stands behind related ones and accessories');
$db->do(q{UPDATE catalog.related SET kind = 'accessory' WHERE product_id = ?}, undef, $p);
is($part->('related'), "\x1d" . one($teaser, $near), 'an accessory between');
$db->do(q{UPDATE catalog.product SET status = 'archived' WHERE product_id = ?}, undef, $near);
1 while freshen();
is($part->('related'), '', 'and goes with it');

# ---- later, and the same again
$db->begin_work;
$db->do(q{SELECT set_config('sutler.relist', 'later', true)});
$db->do(q{UPDATE catalog.product_text SET name = 'Otra suela' WHERE locale = 'es'});
is(one(q{SELECT count(*) FROM catalog.listing WHERE name = 'Otra suela'}), 0, 'with sutler.relist "later" triggers wait');
$db->do('SELECT catalog.relist(?, ?)', undef, $a->{tenant}, [$p]);
is(one(q{SELECT count(DISTINCT name) FROM catalog.listing WHERE name = 'Otra suela'}), 1, 'and relist does the whole batch');
$db->commit;
my $state = q{SELECT (SELECT string_agg(DISTINCT xmin::text, ',') FROM catalog.listing) || '/' || (SELECT string_agg(DISTINCT xmin::text, ',') FROM catalog.facet)
	|| '/' || (SELECT string_agg(DISTINCT xmin::text, ',') FROM catalog.search)
	|| '/' || (SELECT string_agg(DISTINCT xmin::text, ',') FROM catalog.product_page)};
my $before = one($state);
$db->do('SELECT catalog.relist(?, ?)', undef, $a->{tenant}, [$p]);
is(one($state), $before, 'the same again writes no row');

# ---- another tenant
my $b = shop('merchant-b');
my ($q, $x) = (id(), id());
put('catalog.product', tenant_id => $b->{tenant}, product_id => $q, reference => 'SU-100');
put('catalog.product_text', tenant_id => $b->{tenant}, product_id => $q, locale => 'es', slug => 'suela-de-tacon', name => 'Ajena');
put('catalog.store_product', tenant_id => $b->{tenant}, store_id => $b->{store}, product_id => $q);
put('catalog.variant', tenant_id => $b->{tenant}, variant_id => $x, product_id => $q, sku => 'SU-100-N');
tenant($a->{tenant});
put('catalog.price', tenant_id => $b->{tenant}, store_id => $b->{store}, variant_id => $x, currency => 'EUR', amount => 1);
is(list('SELECT DISTINCT tenant_id FROM catalog.listing WHERE product_id = ?', $q), $b->{tenant}, 'a change lists for the tenant of its rows');
is(one(q{SELECT current_setting('sutler.tenant')}), $a->{tenant}, 'and leaves the setting as it was');
$before = one('SELECT count(*) FROM catalog.listing WHERE tenant_id = ?', $b->{tenant});
$db->do('SELECT catalog.relist(?, ?)', undef, $a->{tenant}, [$q]);
is(one('SELECT count(*) FROM catalog.listing WHERE tenant_id = ?', $b->{tenant}), $before, 'a foreign id relists nothing');

# ---- an end
$db->do(q{UPDATE catalog.store_product SET visible = false WHERE product_id = ?}, undef, $p);
is(one('SELECT count(*) FROM catalog.listing WHERE product_id = ?', $p), 0, 'hidden in the store: no card');
is(one('SELECT count(*) FROM catalog.search WHERE product_id = ?', $p), 0, 'not found');
is(one('SELECT count(*) FROM catalog.product_page WHERE product_id = ?', $p), 0, 'no page');
$db->do(q{UPDATE catalog.store_product SET visible = true WHERE product_id = ?}, undef, $p);
is(one('SELECT count(*) > 0 FROM catalog.listing WHERE product_id = ?', $p), 1, 'shown again');
$db->do(q{UPDATE catalog.product SET status = 'archived' WHERE product_id = ?}, undef, $p);
is(one('SELECT count(*) FROM catalog.listing WHERE product_id = ?', $p), 0, 'archived: no card');
$db->do('DELETE FROM catalog.price WHERE tenant_id = ?', undef, $b->{tenant});
is(one('SELECT count(*) FROM catalog.listing WHERE product_id = ?', $q), 0, 'without price: no card');
$db->do('DELETE FROM catalog.product WHERE product_id = ?', undef, $q);
is(one('SELECT count(*) FROM catalog.search_code WHERE product_id = ?', $q), 0, 'deleted: nothing stays');

done_testing;
