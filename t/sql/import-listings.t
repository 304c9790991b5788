#!/usr/bin/perl
# Promise (CAT-05, CAT-15, T27): a file puts products into collections beside the tree, by hand or by
# rule, gives them tags in each language, says what goes with them and what their prices follow, and lets a store show its tenant's products by its own title, text,
# picture, price and place, which changes nothing in the tenant's other stores; bad rows are told by
# line and column, the same file twice writes nothing, and no file reaches another tenant.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use Picture qw(png);
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $dir = tempdir(CLEANUP => 1);
sub put { my ($name, $text) = @_; open my $f, '>:raw', "$dir/$name" or die $!; print {$f} $text; close $f; return "$dir/$name" }
sub value { return ($dbh->selectrow_array(@_))[0] }
put('sutler.conf', "[paths]\nmedia = $dir\n");
$ENV{SUTLER_CONFIG} = "$dir/sutler.conf";

for (['acme', 'main', 'en-GB es-ES', 'EUR'], ['acme', 'outlet', 'id-ID en-GB', 'IDR EUR'], ['rival', 'boots', 'en-GB', 'EUR']) {
	my ($tenant, $code, $locales, $currencies) = @$_;
	my $path = put('store.conf', "[tenant]\nslug = $tenant\nname = $tenant\n[store]\ncode = $code\nname = $code\nlocales = $locales\n"
		. "currencies = $currencies\ncountry = ES\nstatus = active\n[host $code.localhost]\n[warehouse W]\nname = W\ncountry = ES\n"
		. "[tax-class standard]\n" . join('', map { "name.$_ = Standard\n" } $locales =~ /(\w+)-/g));
	my ($status, $text) = $s->ctl('import', 'store', $path);
	$status == 0 or die $text;
}
my $acme = value(q{SELECT tenant_id FROM tenancy.tenant WHERE slug = 'acme'});

# import_file(WHAT, STORE, TEXT, OPTION...): the status and what was said.
sub import_file { my ($what, $store, $text, @o) = @_; return $s->ctl('import', $what, put('file.csv', $text), '--store', $store, @o) }
sub comes_in
{
	my ($name, $counts, @args) = @_;
	my ($status, $text) = import_file(@args);
	is($status, 0, $name) or diag $text;
	like($text, $counts, "$name: counted");
	return;
}
sub refused
{
	my ($name, $line, $column, $why, @args) = @_;
	my ($status, $text) = import_file(@args);
	is($status, 1, "$name is refused");
	like($text, qr/file\.csv:$line: \Q$column\E: .*\Q$why\E/, "$name is told with line and column");
	return;
}

# ---- collections ----
my $categories = "slug:en,slug:es,name:en,name:es,parent,kind\nshoes,zapatos,Shoes,Zapatos,,\nflats,bajos,Flats,Bajos,shoes,category\n"
	. "gifts,regalos,Gifts,Regalos,,collection\n";
comes_in('a collection', qr/3 created/, 'categories', 'main', $categories);
comes_in('the same again', qr/0 created, 0 updated, 3 unchanged/, 'categories', 'main', $categories);
is(value(q{SELECT kind FROM catalog.category JOIN catalog.category_text USING (category_id) WHERE slug = 'gifts'}), 'collection', 'is one');
for (['a collection under something', "x,x,X,X,shoes,collection\n", 5, 'parent', 'has no parent'],
     ['something under a collection', "x,x,X,X,gifts,\n", 5, 'parent', '"gifts" is a collection'],
     ['a kind of its own', "x,x,X,X,,group\n", 5, 'kind', 'one of']) {
	my ($name, $row, @where) = @$_;
	refused($name, @where, 'categories', 'main', $categories . $row);
}
refused('a category that becomes a collection above others', 2, 'kind', '"flats" stands under it', 'categories', 'main',
	"slug:en,slug:es,name:en,name:es,kind\nshoes,zapatos,Shoes,Zapatos,collection\n");
my ($category, $collection) = map { value('SELECT category_id FROM catalog.category_text WHERE slug = ?', undef, $_) } qw(flats gifts);
ok(!eval { $dbh->do('UPDATE catalog.category SET parent_id = ? WHERE category_id = ?', undef, $collection, $category); 1 },
	'nothing gets below a collection past the importer either');
ok(!eval { $dbh->do(q{UPDATE catalog.category SET kind = 'collection' WHERE category_id = ?}, undef, $category); 1 },
	'nor a collection below something');

# ---- tags ----
comes_in('an option', qr/3 created/, 'attributes', 'main', "attribute,value,label:en\nsize,,Size\nsize,s,S\nsize,l,L\n");
my $products = "product,brand,name:en,name:es,description:en,meta_title:en,categories,tags,tags:es,tags:en,sku,option:size,price:EUR\n"
	. "P-1,A,One,Uno,Words of the tenant,Tenant title,flats|gifts,Soft,verano|Niño,summer,P-1-S,s,10\nP-1,,,,,,,,,,P-1-L,l,12\n"
	. "P-2,B,Two,Dos,,,flats,,,,P-2,,20\n";
comes_in('products with tags', qr/2 created/, 'products', 'main', $products);
comes_in('the same again', qr/2 unchanged/, 'products', 'main', $products, '--update');
sub tags { return value(q{SELECT string_agg(locale || ':' || tag || ':' || slug, ' ' ORDER BY locale, slug COLLATE "C") FROM catalog.product_tag}) }
utf8::decode(my $child = 'Niño');
is(tags(), ":Soft:soft en:summer:summer es:$child:\L$child\E es:verano:verano", 'by language, each with its name in addresses');
comes_in('a file of one language', qr/1 updated/, 'products', 'main', "product,tags:es,sku,option:size\nP-1,invierno,P-1-S,s\nP-1,,P-1-L,l\n", '--update');
is(tags(), ':Soft:soft en:summer:summer es:invierno:invierno', 'leaves the others');
is(value(q{SELECT count(*) FROM catalog.placement l WHERE category_id = ? AND locale = 'en'}, undef, $collection), 1, 'a collection lists its product');
is(value(q{SELECT string_agg(locale, ' ' ORDER BY locale) FROM catalog.search WHERE tsv @@ 'inviern'}), 'es', 'tags are searched in their language');

# ---- listings ----
my $head = "product,visible,featured,position,name:id,name:en,summary:id,description:id,sku,price:IDR,price:EUR,tiers:IDR\n";
my $listings = $head . "P-1,,yes,7,Satu,,Kata toko,Teks *toko*,P-1-S,150000,9.50,10:140000\nP-1,,,,,,,,P-1-L,170000,,\n";
comes_in('a listing of another store\'s product', qr/2 rows: 1 created, 0 updated, 0 unchanged/, 'listings', 'outlet', $listings);
comes_in('the same again', qr/0 created, 0 updated, 1 unchanged/, 'listings', 'outlet', $listings);
sub card
{
	my ($store, $locale, $currency) = @_;
	return value(q{SELECT name || '|' || price || '|' || featured || '|' || position FROM catalog.listing
		WHERE store_id = (SELECT store_id FROM tenancy.store WHERE code = ?) AND locale = ? AND currency = ?
		AND name IN ('One', 'Uno', 'Satu', 'Outlet one')}, undef, @_);
}
my $theirs = card('main', 'en', 'EUR');
is(card('outlet', 'id', 'IDR'), 'Satu|15000000|true|7', 'shows its own name, price and place');
is(card('outlet', 'en', 'EUR'), 'One|950|true|7', 'and the tenant\'s name where it has none');
is($theirs, 'One|1000|false|1', 'beside the other store\'s');
is(value(q{SELECT string_agg(p.amount::text, ' ' ORDER BY p.min_quantity, p.amount) FROM catalog.price p JOIN tenancy.store s USING (store_id)
	WHERE s.code = 'outlet' AND currency = 'IDR'}), '15000000 17000000 14000000', 'with tiers');
is(value(q{SELECT count(*) FROM catalog.search JOIN tenancy.store USING (store_id) WHERE code = 'outlet' AND tsv @@ 'toko'}), 1, 'found by its own text');
comes_in('another name and no text', qr/1 updated/, 'listings', 'outlet', "product,name:en,summary:id,description:id\nP-1,Outlet one,,\n");
is(card('outlet', 'en', 'EUR'), 'Outlet one|950|true|7', 'prices that the file does not speak of stay');
is(value('SELECT count(*) FROM catalog.store_product_text WHERE summary IS NOT NULL OR description IS NOT NULL'), 0, 'an empty cell gives way');
is(card('main', 'en', 'EUR'), $theirs, 'the other store is what it was');
is(value('SELECT description FROM catalog.product_text WHERE description <> $$$$'), 'Words of the tenant', 'and so is the product');
put('own.png', png(300, 300, 0, 0, 255));
put('shared.png', png(300, 300, 255, 0, 0));
comes_in('a picture of the product', qr/1 updated/, 'products', 'main', "product,images,image_alt:en,sku,option:size\nP-1,shared.png,Red,P-1-S,s\nP-1,,,P-1-L,l\n", '--update');
sub pictures
{
	return value(q{SELECT string_agg(s.code || ':' || m.file_name || ':' || l.alt, ' ' ORDER BY s.code) FROM catalog.listing l JOIN tenancy.store s USING (store_id)
		JOIN catalog.media m ON m.name = l.image WHERE l.locale = 'en' AND l.currency = 'EUR' AND l.name IN ('One', 'Outlet one')});
}
is(pictures(), 'main:shared.png:Red outlet:shared.png:Red', 'both stores show it');
comes_in('a picture of the store\'s own', qr/1 updated.*1 files converted/, 'listings', 'outlet', "product,images\nP-1,own.png\n");
is(pictures(), 'main:shared.png:Red outlet:own.png:Outlet one', 'stands in its place in that store alone');
comes_in('the same again', qr/1 unchanged/, 'listings', 'outlet', "product,images\nP-1,own.png\n");
refused('a picture that is not there', 2, 'images', 'no such file', 'listings', 'outlet', "product,images\nP-1,none.png\n");
comes_in('no picture', qr/1 updated/, 'listings', 'outlet', "product,images\nP-1,\n");
is(pictures(), 'main:shared.png:Red outlet:shared.png:Red', 'gives way to the product\'s');
comes_in('a hidden listing', qr/1 updated/, 'listings', 'outlet', "product,visible\nP-1,no\n");
is(card('outlet', 'id', 'IDR'), undef, 'is not shown');
is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'import listings'}), 5, 'audit entries, one for each file that changed something');

my $before = $dbh->selectcol_arrayref('SELECT t::text FROM catalog.store_product t ORDER BY 1');
for (['a product that is not there', "Z-9,,,,,,,,,,,\n", 2, 'product', 'no product "Z-9"'],
     ['a SKU that is not there', "P-2,,,,Dua,,,,Z-9,1,1,\n", 2, 'sku', 'no SKU "Z-9"'],
     ['a SKU of another product', "P-2,,,,Dua,,,,P-1-S,1,1,\n", 2, 'sku', 'belongs to product "P-1"'],
     ['a product twice', "P-2,,,,Dua,,,,P-2,1,1,\nP-1,,,,Satu,,,,,,,\nP-2,,,,Dua,,,,,,,\n", 4, 'product', 'line 2 already'],
     ['no name in the store\'s language', "P-2,,,,,,,,P-2,1,1,\n", 2, 'name:id', 'needs a name'],
     ['no price', "P-2,,,,Dua,,,,,,,\n", 2, 'price:IDR', 'no variant of the product has a price'],
     ['a price without SKU', "P-2,,,,Dua,,,,,5,,\n", 2, 'price:IDR', 'needs the SKU'],
     ['a place in words', "P-2,,,first,Dua,,,,P-2,1,1,\n", 2, 'position', 'whole number']) {
	my ($name, $rows, @where) = @$_;
	refused($name, @where, 'listings', 'outlet', $head . $rows);
}
refused('a category of the other store', 2, 'categories', 'no category "gifts"', 'listings', 'outlet', "product,categories\nP-1,gifts\n");
refused("another tenant's product", 2, 'product', 'no product "P-1"', 'listings', 'boots', "product,name:en\nP-1,Mine\n");
my ($status, $text) = import_file('listings', 'outlet', "product,brand,stock:W\nP-1,Mine,5\n");
like($text, qr/1: warning: brand: the column is not known.*1: warning: stock:W: /s, 'what is the tenant\'s is not read, and said');
is_deeply($dbh->selectcol_arrayref('SELECT t::text FROM catalog.store_product t ORDER BY 1'), $before, 'none of it changed anything');

# ---- what collections choose by ----
my $rules = "slug:en,name:en,slug:es,name:es,kind,match,rule\ngifts,Gifts,regalos,Regalos,collection,any,tag=Soft|price=EUR:15..\n"
	. "small,Small,peque,Peque,collection,,value=size:s|category=shoes|stock\nplain,Plain,normal,Normal,collection,,\n";
sub rules
{
	return value(q{SELECT string_agg(t.slug || ' ' || r.match || ': ' || (SELECT string_agg(concat_ws(' ', c.kind, nullif(c.word, ''), (SELECT x.slug FROM catalog.category_text x
		WHERE x.category_id = c.under_id AND x.locale = 'en'), (SELECT v.code FROM catalog.attribute_value v WHERE v.value_id = c.value_id), c.low, c.high, nullif(c.currency, ''), nullif(c.days, 0)), ', '
		ORDER BY c.n) FROM catalog.condition c WHERE c.category_id = r.category_id), '; ' ORDER BY t.slug)
		FROM catalog.rule r JOIN catalog.category_text t ON t.category_id = r.category_id AND t.locale = 'en'}) // '';
}
comes_in('rules of collections', qr/2 created, 1 updated/, 'categories', 'main', $rules);
is(rules(), 'gifts any: tag Soft, price 1500 EUR; small all: value s, category shoes, stock', 'are kept as the file says');
comes_in('the same again', qr/0 created, 0 updated, 3 unchanged/, 'categories', 'main', $rules);
$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme);
1 while value('SELECT catalog.freshen(?, 500)', undef, $acme);
is(value(q{SELECT string_agg(p.reference, ' ' ORDER BY p.reference) FROM catalog.category_product cp JOIN catalog.product p USING (product_id) WHERE cp.category_id = ?}, undef, $collection), 'P-1 P-2',
	'freshen puts in what fits: the tag, or the price');
comes_in('a file without the column', qr/2 unchanged/, 'categories', 'main', "slug:en,name:en,slug:es,name:es,kind\ngifts,Gifts,regalos,Regalos,collection\nsmall,Small,peque,Peque,collection\n");
is(rules(), 'gifts any: tag Soft, price 1500 EUR; small all: value s, category shoes, stock', 'leaves them');
comes_in('another condition', qr/1 updated/, 'categories', 'main', "slug:en,name:en,kind,rule\nsmall,Small,collection,new=30|reduced\n");
comes_in('an empty cell', qr/1 updated/, 'categories', 'main', "slug:en,name:en,kind,rule\ngifts,Gifts,collection,\n");
is(rules(), 'small all: new 30, reduced', 'takes a rule away');
is(value('SELECT count(*) FROM catalog.category_product WHERE category_id = ?', undef, $collection), 2, 'what stood in it stays');
for (['no condition', 'nice=1', 'is not a condition'], ['an amount in a currency the store has not', 'price=IDR:1..2', 'is not a condition'], ['ends that are crossed', 'price=EUR:3..2', 'is not a condition'],
     ['days in words', 'new=soon', 'is not a condition'], ['a tag without a word', 'tag=', 'is not a condition'],
     ['a category that is not there', 'category=none', 'no category "none"'], ['a collection as category', 'category=small', 'no category "small"'],
     ['a value that is not there', 'value=size:xl', 'has no value "xl"'], ['too many', join('|', ('stock') x 11), 'more than 10 items']) {
	my ($name, $cell, $why) = @$_;
	refused($name, 2, 'rule', $why, 'categories', 'main', "slug:en,name:en,kind,rule\ngifts,Gifts,collection,$cell\n");
}
refused('a rule of a category', 2, 'rule', 'of a collection, not of a category', 'categories', 'main', "slug:en,name:en,rule\nflats,Flats,stock\n");
is(value('SELECT count(*) FROM catalog.rule'), 1, 'nothing of that was kept');

# ---- what goes with a product ----
sub goes { return value(q{SELECT string_agg(p.reference || ' ' || r.kind || ' ' || o.reference, ', ' ORDER BY p.reference, r.kind, o.reference) FROM catalog.related r
	JOIN catalog.product p USING (product_id) JOIN catalog.product o ON o.product_id = r.related_id}) // '' }
comes_in('more products', qr/2 created/, 'products', 'main', "product,name:en,sku,price:EUR\nP-3,Three,P-3,3\nP-4,Four,P-4,4\n");
my $with = "product,related,accessories,alternatives,sku,price:EUR\nP-2,P-3,P-4,P-1,P-2,20\n";
comes_in('three kinds of them', qr/1 updated/, 'products', 'main', $with, '--update');
is(goes(), 'P-2 accessory P-4, P-2 alternative P-1, P-2 related P-3', 'as what they go with it');
comes_in('the same again', qr/1 unchanged/, 'products', 'main', $with, '--update');
comes_in('a file that knows one kind', qr/1 updated/, 'products', 'main', "product,related,sku,price:EUR\nP-2,,P-2,20\n", '--update');
is(goes(), 'P-2 accessory P-4, P-2 alternative P-1', 'leaves the others');
comes_in('one as something else', qr/1 updated/, 'products', 'main', "product,accessories,alternatives,sku,price:EUR\nP-2,P-1|P-4,,P-2,20\n", '--update');
is(goes(), 'P-2 accessory P-1, P-2 accessory P-4', 'changes its kind');
refused('a product in two kinds', 2, 'alternatives', 'more than one of', 'products', 'main', "product,accessories,alternatives,sku,price:EUR\nP-2,P-1,P-1,P-2,20\n", '--update');
refused('itself', 2, 'accessories', 'not related to itself', 'products', 'main', "product,accessories,sku,price:EUR\nP-2,P-2,P-2,20\n", '--update');
refused('one that is not there', 2, 'alternatives', 'no product "Z-9"', 'products', 'main', "product,alternatives,sku,price:EUR\nP-2,Z-9,P-2,20\n", '--update');

# ---- what prices follow ----
sub followed
{
	return value(q{SELECT string_agg(v.sku || ' ' || p.currency || ' ' || p.amount || CASE WHEN p.reckoned THEN ' reckoned' ELSE '' END, ', ' ORDER BY v.sku, p.currency) FROM catalog.price p JOIN catalog.variant v USING (variant_id)
		JOIN tenancy.store s ON s.store_id = p.store_id WHERE s.code = 'outlet' AND v.sku = 'P-2' AND p.min_quantity = 1}) // '';
}
my $markups = "product,name:id,sku,price:IDR,price:EUR,markup:EUR,markup:IDR\nP-2,Dua,P-2,,,store main +10% .95,store main:EUR*17000.5 -5%\n";
comes_in('a listing whose prices follow', qr/1 created/, 'listings', 'outlet', $markups);
is(followed(), 'P-2 EUR 2195 reckoned, P-2 IDR 32300950 reckoned', 'another store, in its currency and another');
comes_in('the same again', qr/0 created, 0 updated, 1 unchanged/, 'listings', 'outlet', $markups);
comes_in('a base that changes', qr/1 updated/, 'products', 'main', "product,sku,price:EUR\nP-2,P-2,30\n", '--update');
is(followed(), 'P-2 EUR 3295 reckoned, P-2 IDR 48451425 reckoned', 'is followed in the same import');
comes_in('a price beside its rule', qr/1 unchanged/, 'listings', 'outlet', "product,sku,price:EUR,markup:EUR\nP-2,P-2,1.00,store main +10% .95\n");
comes_in('a price without it', qr/1 updated/, 'listings', 'outlet', "product,sku,price:EUR\nP-2,P-2,31.00\n");
is(followed(), 'P-2 EUR 3100, P-2 IDR 48451425 reckoned', 'is one set by hand');
comes_in('no rule', qr/1 updated/, 'listings', 'outlet', "product,markup:EUR,markup:IDR\nP-2,,\n");
is(followed(), 'P-2 EUR 3100, P-2 IDR 48451425', 'leaves the prices as they are');
is(value('SELECT count(*) FROM catalog.markup'), 0, 'and nothing to follow');
for (['no rule', 'cheap'], ['no percent', 'store main'], ['no sign', 'store main 10%'], ['another ending', 'cost +10% .42'], ['a rate of nothing', 'store main:EUR*0 +1%'],
     ['costs of a store', 'cost main +5%'], ['more than a price may be', 'cost +99999%'], ['words behind', 'hand up']) {
	refused($_->[0], 2, 'markup:EUR', 'is not a rule of prices', 'listings', 'outlet', "product,markup:EUR\nP-2,$_->[1]\n");
}
refused('a store that is not there', 2, 'markup:EUR', 'there is no store "none"', 'listings', 'outlet', "product,markup:EUR\nP-2,store none +1%\n");
refused("another tenant's store", 2, 'markup:EUR', 'there is no store "boots"', 'listings', 'outlet', "product,markup:EUR\nP-2,store boots +1%\n");
refused('a currency it has not', 2, 'markup:EUR', 'no currency "GBP"', 'listings', 'outlet', "product,markup:EUR\nP-2,store main:GBP*1.2 +1%\n");
refused('prices that follow themselves', 2, 'markup:EUR', 'would follow themselves', 'listings', 'outlet', "product,markup:EUR\nP-2,store outlet +1%\n");

done_testing();
