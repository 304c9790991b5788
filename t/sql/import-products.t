#!/usr/bin/perl
# Promise (T27, T46, T57, T59, T60, T61, T62, T75, P29; CAT-19): sutlerctl import products
# takes sutler's own files, Shopify's of both generations and WooCommerce's; a bad row names
# its line, column and reason; nothing is half imported, also when it is killed; the same
# file twice changes nothing; pictures are decoded and written anew or refused; no file
# reaches another tenant.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::MD5 qw(md5_hex);
use Encode qw(encode encode_utf8);
use File::Temp qw(tempdir);
use House qw(top wait_for);
use Picture qw(chunk png);
use Schema;
use Test::More;
use Time::HiRes qw(sleep);

my $s = Schema->new;
my $dbh = $s->dbh;
my $dir = tempdir(CLEANUP => 1);
mkdir "$dir/media";
sub put { my ($name, $text) = @_; open my $f, '>', "$dir/$name" or die $!; binmode $f; print {$f} $text; close $f; return "$dir/$name" }
sub value { return ($dbh->selectrow_array(@_))[0] }
sub list { return join ',', @{ $dbh->selectcol_arrayref(@_) } }

put('sutler.conf', "[paths]\nmedia = $dir/media\n");
$ENV{SUTLER_CONFIG} = "$dir/sutler.conf";

sub store_conf
{
	my ($tenant, $code) = @_;
	return <<"CONF";
[tenant]
slug = $tenant
name = $tenant
[store]
code = $code
name = $code
locales = en-GB es-ES
currencies = EUR
country = ES
status = active
[host $code.localhost]
[warehouse ELX]
name = Elche
country = ES
[tax-class standard]
name.en = Standard
name.es = General
CONF
}
for (['acme', 'shoes'], ['rival', 'boots']) {
	my ($status, $text) = $s->ctl('import', 'store', put('store.conf', store_conf(@$_)));
	$status == 0 or die $text;
}
my ($acme, $rival) = map { value('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', undef, $_) } qw(acme rival);
sub import_file { my ($what, $name, $text, @o) = @_; put($name, $text); return $s->ctl('import', $what, "$dir/$name", '--store', 'shoes', @o) }

# Everything of the catalogue, with ids; created by the database alone.
sub picture
{
	my @tables = @{ $dbh->selectcol_arrayref(<<'SQL') };
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('catalog', 'inventory', 'audit') ORDER BY 1
SQL
	return md5_hex(encode_utf8(join "\n", map { value("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM $_ t") } @tables));
}

# ---- pictures ----
put('red.png', png(1200, 800, 255, 0, 0));
put('blue.png', png(300, 300, 0, 0, 255));
put('sheet.pdf', "%PDF-1.4\nsheet\n%%EOF\n");

# ---- attributes and categories ----
my $attributes = "attribute,value,label:en,label:es,swatch,position\ncolor,,Colour,Color,,1\ncolor,red,Red,Rojo,#ff0000,1\n"
	. "color,blue,Blue,Azul,#0000ff,2\nsize,,Size,Talla,,2\nsize,40,40,40,,1\nsize,41,41,41,,2\nmaterial,,Material,Material,,3\nmaterial,rubber,Rubber,Goma,,1\n";
my ($status, $text) = import_file('attributes', 'attributes.csv', $attributes);
is($status, 0, 'attributes come in') or diag $text;
like($text, qr/8 rows: 8 created/, 'and are counted');
like((import_file('attributes', 'attributes.csv', $attributes))[1], qr/0 created, 0 updated, 8 unchanged/, 'twice changes nothing');
my $categories = "slug:en,slug:es,name:en,name:es,parent,image,position\nsoles,suelas,Soles,Suelas,,red.png,1\nsport,deporte,Sport,Deporte,soles,,1\n";
($status, $text) = import_file('categories', 'categories.csv', $categories);
is($status, 0, 'categories come in') or diag $text;
like((import_file('categories', 'categories.csv', $categories))[1], qr/0 created, 0 updated, 2 unchanged/, 'twice changes nothing');
is(value('SELECT count(*) FROM catalog.category WHERE parent_id IS NOT NULL AND tenant_id = ?', undef, $acme), 1, 'one stands below the other');
for (['a parent that is not there', "x,x,X,X,none,,1\n", 'parent', 'no category'], ['a category under itself', "x,x,X,X,x,,1\n", 'parent', 'under itself'],
     ['a slug with spaces', "a b,x,X,X,,,1\n", 'slug:en', 'not a slug'], ['the same slug twice', "soles,s,X,X,,,1\n", 'slug:en', 'line 2 already'],
     ['a ring', "x,x,X,X,y,,1\ny,y,Y,Y,x,,1\n", 'parent', 'below itself']) {
	my ($name, $row, $column, $why) = @$_;
	($status, $text) = import_file('categories', 'bad.csv', $categories . $row);
	is($status, 1, "$name is refused");
	like($text, qr/^\S*bad\.csv:4: \Q$column\E: .*\Q$why\E/m, "$name is told with line and column");
}

# ---- the own layout ----
my $head = 'product,status,slug:en,slug:es,name:en,name:es,description:en,categories,tags,related,images,image_alt:en,image_option,documents,document_title:en,'
	. "spec:material,sku,gtin,option:color,option:size,price:EUR,was:EUR,tiers:EUR,weight_g,stock:ELX\n";
my @rows = (
	"A-1,active,one,uno,One,Uno,\"First line\n\nSecond, line\",sport,new|soft,A-2,red.png|blue.png,Red|Blue,red|blue,sheet.pdf,Sheet,rubber,A-1-R40,12345678,red,40,19.90,25.00,10:18.50|50:16.90,300,5\n",
	"A-1,,,,,,,,,,,,,,,,A-1-B41,,blue,41,19.90,,,310,0\n",
	"A-2,active,two,dos,Two,Dos,,soles,,,,,,,,,A-2,,,,5,,,100,7\n",
);
my $good = join '', $head, @rows;
($status, $text) = import_file('products', 'own.csv', $good);
is($status, 0, 'products come in') or diag $text;
like($text, qr/3 rows: 2 created, 0 updated, 0 unchanged; 2 files converted/, 'and are counted');
is(value(q{SELECT string_agg(sku || ' ' || options_key || ' ' || weight_g, ',' ORDER BY sku) FROM catalog.variant}), 'A-1-B41 blue/41 310,A-1-R40 red/40 300,A-2  100', 'variants');
is(list('SELECT min_quantity || $$:$$ || amount || coalesce($$ was $$ || was, $$$$) FROM catalog.price JOIN catalog.variant USING (variant_id) WHERE sku = $$A-1-R40$$ ORDER BY min_quantity'),
	'1:1990 was 2500,10:1850,50:1690', 'prices and tiers');
is(value('SELECT sum(on_hand) FROM inventory.stock'), 12, 'stock is counted');
is(value('SELECT count(*) FROM inventory.movement WHERE kind = $$count$$'), 2, 'and stands in the ledger');
is(value('SELECT description FROM catalog.product_text WHERE slug = $$one$$'), "First line\n\nSecond, line", 'quoted lines');
is(value('SELECT count(*) FROM catalog.related'), 1, 'a reference to a later row');
is(value('SELECT label FROM catalog.product_media_text t JOIN catalog.product_media m USING (product_id, media_id) WHERE m.kind = $$document$$'), 'Sheet', 'a document');
is(value('SELECT v.code FROM catalog.product_media m JOIN catalog.attribute_value v USING (value_id) WHERE m.position = 1 AND m.kind = $$image$$'), 'blue', 'a picture of a colour');
is(value('SELECT width || $$x$$ || height || $$ $$ || mime FROM catalog.media WHERE file_name = $$red.png$$'), '1200x800 image/png', 'a picture\'s size');
cmp_ok(value('SELECT count(*) FROM catalog.listing WHERE name = $$One$$'), '>', 0, 'the products are listed');

# ---- the same as a workbook ----
SKIP: {
	my $driver = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../..") . '/t/unit/sheet_driver';
	-x $driver or skip("$driver is not built", 2);
	require Text::ParseWords;
	(my $lines = $good) =~ s/First line\n\nSecond/First line. Second/;
	open my $w, '|-', $driver, 'write', "$dir/own.xlsx" or die $!;
	print {$w} map { join("\t", Text::ParseWords::quotewords(',', 0, $_)) . "\n" } split /\n/, $lines;
	close $w;
	($status, $text) = $s->ctl('import', 'products', "$dir/own.xlsx", '--store', 'shoes', '--update', '--images', $dir);
	is($status, 0, 'a workbook comes in') or diag $text;
	like($text, qr/3 rows: 0 created, 1 updated, 1 unchanged/, 'and changes the one text that differs');
	import_file('products', 'own.csv', $good, '--update');
}
# ---- a list of prices ----
# What a file with prices alone leaves is what the same prices leave in a file that is looked at as a whole.
$dbh->do('ALTER DATABASE ' . $dbh->quote_identifier($s->{db}) . q{ SET track_functions = 'pl'});
# Without the numbers that places get when they are counted (catalog.number_places).
sub shown
{
	return join "\n", map { value("SELECT coalesce(string_agg(t, E'\\n' ORDER BY t), '') FROM (SELECT (to_jsonb(x) - '{updated_at,revision,ordinal}'::text[])::text AS t FROM $_ x) y") }
		map { "catalog.$_" } qw(price listing placement placement_price placement_name product_page search search_code desk desk_lack desk_word variant product);
}
sub looked { return value(q{SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'import_variants'}) }
my ($quick, $long) = map { my $more = $_; join "\n", "product,sku,price:EUR$more->[0]", "A-1,A-1-R40,21.50$more->[1]", "A-1,A-1-B41,22$more->[2]", "A-2,A-2,6$more->[3]", '' }
	['', '', '', ''], [',weight_g', ',300', ',310', ',100'];
my $first = shown();
my $calls = looked();
($status, $text) = import_file('products', 'prices.csv', $quick, '--update');
is($status, 0, 'a list of prices comes in') or diag $text;
like($text, qr/3 rows: 0 created, 2 updated, 0 unchanged/, 'and is counted');
is(looked(), $calls, 'no variant is looked at for it');
my $after = shown();
isnt($after, $first, 'prices changed');
like((import_file('products', 'prices.csv', $quick, '--update'))[1], qr/0 updated, 2 unchanged/, 'twice changes nothing');
import_file('products', 'own.csv', $good, '--update');
is(shown(), $first, 'the file of before leads back');
($status, $text) = import_file('products', 'prices.csv', $long, '--update');
cmp_ok(looked(), '>', $calls, 'a file that says more is looked at');
is(shown(), $after, 'and leaves the same');
($status, $text) = $s->ctl('catalog', 'verify');
is($status, 0, 'which is what making it again gives') or diag $text;
import_file('products', 'own.csv', $good, '--update');
($status, $text) = import_file('products', 'prices.csv', "product,sku,price:EUR\nA-1,A-1-R40,21.50\nZ-1,Z-1,1\n", '--update');
is($status, 1, 'a product that is not there is an error in it, too');
($status, $text) = import_file('products', 'prices.csv', "product,sku,price:EUR\nA-1,A-1-R40,x\n", '--update');
like($text, qr/prices\.csv:2: price:EUR: /, 'as is an amount that is none');
($status, $text) = import_file('products', 'prices.csv', $quick =~ s/,6$/,/mr, '--update');
like($text, qr/prices\.csv:4: price:EUR: .*needs a price/, 'and a price that would be lost');
is($status, 1, '... nothing comes in');
$dbh->do('UPDATE tenancy.store_currency SET step = 5');
($status, $text) = import_file('products', 'prices.csv', $quick =~ s/,6$/,6.03/mr, '--update');
like($text, qr/prices\.csv:4: \S+: prices in EUR are multiples/, 'and one that the store does not have');
is($status, 1, '... nothing comes in');
$dbh->do('UPDATE tenancy.store_currency SET step = 1');
is(shown(), $first, 'nothing came in of these');
($status, $text) = import_file('products', 'prices.csv', "product,sku,price:EUR\nA-1,A-1-R40,19.90\n", '--update');
is(value(q{SELECT status FROM catalog.variant WHERE sku = 'A-1-B41'}), 'archived', 'a variant that is not in it leaves the shop, as from any file');
import_file('products', 'own.csv', $good, '--update');
is(shown(), $first, 'and comes again');
my $media = value('SELECT name FROM catalog.media WHERE file_name = $$red.png$$');
for (240, 480, 960) {
	open my $f, '<:raw', "$dir/media/$media-$_.webp" or fail("no file of $_ pixels"), next;
	my $bytes = do { local $/; <$f> };
	is(substr($bytes, 0, 4) . substr($bytes, 8, 4), 'RIFFWEBP', "a WebP of $_ pixels");
	unlike($bytes, qr/secret place/, 'without the original\'s metadata');
	ok(-s "$dir/media/$media-$_.avif", 'and the same as AVIF');
}
ok(-s "$dir/media/" . value('SELECT name FROM catalog.media WHERE mime = $$application/pdf$$'), 'the document is a file');

my $before = picture();
like((import_file('products', 'own.csv', $good))[1], qr/0 created, 0 updated, 0 unchanged, 2 left as they are/, 'again without --update: left alone');
is(picture(), $before, 'nothing changed');
like((import_file('products', 'own.csv', $good, '--update'))[1], qr/0 created, 0 updated, 2 unchanged/, 'again with --update: unchanged');
is(picture(), $before, 'nothing changed');
like((import_file('products', 'own.csv', $good =~ s/A-2,active/A-3,active/r =~ s/,A-2,,,,5/,A-3,,,,5/r =~ s/two,dos/three,tres/r, '--dry-run'))[1], qr/dry run/, 'a dry run');
is(picture(), $before, 'writes nothing');
# T62: encodings, marks, delimiters, line ends
my $latin = encode('iso-8859-1', $good =~ s/Uno/U\x{f1}o/r);
for (['a byte order mark', "\xef\xbb\xbf$good"], ['CR LF', $good =~ s/\n(?!\n|Second)/\r\n/gr], ['semicolons', $good =~ s/"First[^"]*"/"First line\n\nSecond, line"/r =~ s/,(?! line)/;/gr],
     ['tabs', $good =~ s/,(?! line)/\t/gr], ['blank lines at the end', "$good\n\n"]) {
	($status, $text) = import_file('products', 'own.csv', $_->[1], '--update');
	like($text, qr/0 created, 0 updated, 2 unchanged/, "$_->[0] make no difference");
}
my $flat = $good =~ s/"First[^"]*"/First/r;
like((import_file('products', 'own.csv', $flat, '--update'))[1], qr/1 updated/, 'a changed text');
like((import_file('products', 'own.csv', $flat =~ s/\n/\r/gr, '--update'))[1], qr/0 created, 0 updated, 2 unchanged/, 'CR alone ends lines too');
import_file('products', 'own.csv', $good, '--update');
like((import_file('products', 'own.csv', $latin, '--update'))[1], qr/own\.csv:2:.*UTF-8/, 'another encoding is told by line');

# what a file does not speak of stays
($status, $text) = import_file('products', 'prices.csv', "product,sku,price:EUR\nA-1,A-1-R40,18.90\nA-1,A-1-B41,17.90\n", '--update');
like($text, qr/2 rows: 0 created, 1 updated/, 'a file of prices alone comes in');
is(list(q{SELECT v.sku || ' ' || v.options_key || ' ' || p.amount || coalesce(' was ' || p.was, '') FROM catalog.variant v JOIN catalog.price p USING (variant_id) WHERE p.min_quantity = 1 ORDER BY 1}),
	'A-1-B41 blue/41 1790,A-1-R40 red/40 1890 was 2500,A-2  500', 'and leaves options and former prices');
is(list(q{SELECT a.code FROM catalog.product_option o JOIN catalog.attribute a USING (attribute_id) ORDER BY o.position}), 'color,size', 'in which the variants differ still');
like((import_file('products', 'prices.csv', "product,sku,price:EUR\nA-1,A-1-R40,26\n", '--update'))[1], qr/1 updated/, 'one that is higher than the former one');
is(value(q{SELECT amount || coalesce(' was ' || was, '') FROM catalog.price JOIN catalog.variant USING (variant_id) WHERE sku = 'A-1-R40' AND min_quantity = 1}), '2600', 'ends it');
import_file('products', 'own.csv', $good, '--update');

# prices of some days, and bundles
my $more = "product,name:en,sku,price:EUR,special:EUR,parts\n";
my $kit = $more . "KIT,Kit,KIT,30,24.90\@2026-11-20..2026-11-30|20<30\@2026-12-01 08:00..,A-1-R40:2|a-2\n";
($status, $text) = import_file('products', 'kit.csv', $kit, '--update');
is($status, 0, 'a bundle comes in') or diag $text;
is(list(q{SELECT amount || coalesce('<' || was, '') || '@' || (starts_at AT TIME ZONE s.timezone) || '..' || (ends_at AT TIME ZONE s.timezone) FROM catalog.price p
	JOIN tenancy.store s USING (store_id) JOIN catalog.variant USING (variant_id) WHERE sku = 'KIT' AND starts_at > '-infinity' ORDER BY starts_at}),
	'2490@2026-11-20 00:00:00..2026-12-01 00:00:00,2000<3000@2026-12-01 08:00:00..infinity', 'with prices of some days, the last of which counts whole');
is(value(q{SELECT bundle || ' ' || track_stock || ' ' || weight_g FROM catalog.variant WHERE sku = 'KIT'}), 'true false 700', 'without stock of its own, as heavy as its parts');
is(list(q{SELECT v.sku || ':' || b.quantity FROM catalog.bundle_part b JOIN catalog.variant v ON v.variant_id = b.part_id ORDER BY b.position}), 'A-1-R40:2,A-2:1', 'of which it has so many');
my $with = picture() . list('SELECT bundle_part::text FROM catalog.bundle_part ORDER BY 1');
like((import_file('products', 'kit.csv', $kit, '--update'))[1], qr/0 created, 0 updated, 1 unchanged/, 'the same again');
is(picture() . list('SELECT bundle_part::text FROM catalog.bundle_part ORDER BY 1'), $with, 'changes nothing');
for (['itself', 'KIT'], ['a bundle', 'KIT2'], ['an SKU that is not there', 'NONE'], ['a part twice', 'A-2|a-2:3'], ['many pieces', 'A-2:101']) {
	my $bad = $kit =~ s/A-1-R40:2\|a-2/$_->[1]/r . "KIT2,Kit 2,KIT2,3,,A-2\n";
	isnt((import_file('products', 'kit.csv', $bad, '--update'))[0], 0, "a bundle of $_->[0] is told");
}
like((import_file('products', 'kit.csv', "$more" . "A-1,,A-1-R40,19.90,,A-2\nA-1,,A-1-B41,19.90,,\n", '--update'))[1], qr/is in a bundle and cannot be one/, 'a part is no bundle');
for ('24.90', '24.90@2026-11-20', '24.90@2026-11-31..', '24.90@2026-11-20..2026-11-19', '24.90<20@2026-11-20..', '1@2026-11-20..|2@2026-11-20..2026-11-21') {
	isnt((import_file('products', 'kit.csv', $more . "KIT,Kit,KIT,30,$_,A-2\n", '--update'))[0], 0, "$_ is told");
}
is(picture() . list('SELECT bundle_part::text FROM catalog.bundle_part ORDER BY 1'), $with, 'and nothing of it came in');
($status, $text) = import_file('products', 'kit.csv', $more . "KIT,Kit,KIT,30,,\n", '--update');
is(value(q{SELECT bundle || ' ' || track_stock || ' ' || (SELECT count(*) FROM catalog.price p WHERE p.variant_id = v.variant_id) FROM catalog.variant v WHERE sku = 'KIT'}), 'false true 1',
	'without parts it is a variant again; so are the prices gone') or diag $text;
is(value('SELECT count(*) FROM catalog.bundle_part'), 0, 'and contains nothing');
$dbh->do(q{DELETE FROM catalog.product WHERE reference = 'KIT'});

# a new slug leaves a redirect; a variant that left is kept for old orders
($status, $text) = import_file('products', 'own.csv', $head . $rows[0] =~ s/,one,/,first,/r =~ s/red\|blue,sheet/red|red,sheet/r . $rows[2], '--update');
is($status, 0, 'an update comes in') or diag $text;
is(value('SELECT slug FROM catalog.slug_history WHERE kind = $$product$$'), 'one', 'the old slug is kept');
is(value('SELECT status FROM catalog.variant WHERE sku = $$A-1-B41$$'), 'archived', 'the variant that left is archived');
import_file('products', 'own.csv', $good, '--update');
is(value('SELECT status FROM catalog.variant WHERE sku = $$A-1-B41$$'), 'active', 'and comes back');
is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'import products' AND actor = 'sutlerctl'}) > 2, 1, 'audit entries');

# ---- every kind of bad row ----
$before = picture();
put('evil.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
put('empty.png', '');
put('text.png', 'GIF89a=alert(1)');
put('bomb.png', "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', 30_000, 30_000, 8, 2, 0, 0, 0)) . chunk('IDAT', Compress::Zlib::compress("\0" x 1000)) . chunk('IEND', ''));
put('broken.png', substr png(400, 400, 1, 2, 3), 0, 120);
put('big.png', "\x89PNG\r\n\x1a\n" . "x" x 13_000_000);
symlink '/etc/passwd', "$dir/link.png";
mkdir "$dir/sub";
sub row { my (%v) = @_; my %r = (product => 'B-1', name => 'B', slug => 'b', sku => 'B-1', price => '1', %v);
	return join(',', $r{product}, $r{status} // '', $r{slug}, '', $r{name}, '', $r{description} // '', $r{categories} // '', $r{tags} // '', $r{related} // '', $r{images} // '', $r{alt} // '',
		$r{image_option} // '', $r{documents} // '', '', $r{material} // '', $r{sku}, $r{gtin} // '', $r{color} // '', $r{size} // '', $r{price}, $r{was} // '', $r{tiers} // '', $r{weight} // '', $r{stock} // '') . "\n" }
my @bad = (
	['no name', { name => '' }, 'name:en', ''], ['no SKU', { sku => '' }, 'sku', 'empty'], ['no price', { price => '' }, 'price:EUR', 'needs a price'],
	['a price with a comma', { price => '"1,50"' }, 'price:EUR', 'amount in EUR'], ['too many digits', { price => '1.505' }, 'price:EUR', 'amount in EUR'],
	['a price below zero', { price => '-1' }, 'price:EUR', 'amount'], ['a huge price', { price => '10000000000.01' }, 'price:EUR', 'amount'],
	['a huge tier', { price => '10000000000', tiers => '10:10000000000.01' }, 'tiers:EUR', 'tier'],
	['a former price that is lower', { was => '0.5' }, 'was:EUR', 'higher'], ['tiers that fall', { tiers => '50:1|10:1' }, 'tiers:EUR', 'tier'],
	['a weight in words', { weight => 'heavy' }, 'weight_g', 'whole number'], ['stock below zero', { stock => '-1' }, 'stock:ELX', 'whole number'],
	['a GTIN of letters', { gtin => 'ABC' }, 'gtin', 'GTIN'], ['a slug with capitals', { slug => 'Bad Slug' }, 'slug:en', 'slug'],
	['a slug of another product', { slug => 'two' }, 'slug:en', 'product "A-2" has'], ['a SKU of another product', { sku => 'a-2' }, 'sku', 'belongs to product "A-2"'],
	['a category that is not there', { categories => 'none' }, 'categories', 'no category "none"'], ['a status', { status => 'sold' }, 'status', 'one of'],
	['a related product that is not there', { related => 'Z-9' }, 'related', 'no product "Z-9"'], ['itself as related', { related => 'B-1' }, 'related', 'itself'],
	['an option value', { color => 'pink' }, 'option:color', 'no value "pink"'], ['a property', { material => 'gold' }, 'spec:material', 'no value "gold"'],
	['a picture that is not there', { images => 'none.png' }, 'images', 'no such file'], ['SVG (T59)', { images => 'evil.svg' }, 'images', 'SVG is refused'],
	['an empty file (T59)', { images => 'empty.png' }, 'images', 'empty'], ['a GIF with script (T59)', { images => 'text.png' }, 'images', 'no JPEG, PNG or WebP'],
	['a picture bomb (T60)', { images => 'bomb.png' }, 'images', 'more than 40 million'], ['a cut picture', { images => 'broken.png' }, 'images', 'broken'],
	['a picture of 13 MB', { images => 'big.png' }, 'images', 'larger than 12 MiB'], ['a way out (T59)', { images => '../store.conf' }, 'images', 'leads out'],
	['a link out (T59)', { images => 'link.png' }, 'images', 'outside'], ['an absolute path', { images => '/etc/passwd' }, 'images', 'leads out'],
	['a picture of a network address (T57)', { images => 'http://169.254.169.254/x.png' }, 'images', 'leads out'],
	['a document that is none', { documents => 'red.png' }, 'documents', 'no PDF'],
	['an option of pictures that no variant has', { images => 'red.png', image_option => 'red' }, 'image_option', 'no variant'],
	['control characters (T75)', { name => "B\x01" }, 'name:en', 'control'], ['a name of 300 letters', { name => 'x' x 300 }, 'name:en', 'longer than 200'],
	['10 000 marks on a letter (T75)', { name => 'a' . "\xcc\x81" x 10_000 }, 'name:en', ''],
);
for (@bad) {
	my ($name, $cells, $column, $why) = @$_;
	($status, $text) = import_file('products', 'bad.csv', $head . row(product => 'C-1', sku => 'C-1', slug => 'c') . row(%$cells));
	is($status, 1, "$name is refused");
	like($text, qr/^\S*bad\.csv:3: \Q$column\E: .*\Q$why\E/m, "$name is told with line and column") or last;
}
is(picture(), $before, 'nothing of the good rows beside them came in');
for (['a SKU twice', row() . row(product => 'B-2', slug => 'b2'), 'sku', 'line 2 already'], ['a product twice', row() . row(product => 'B-2', sku => 'B-2', slug => 'b2') . row(sku => 'B-3'), 'product', 'line 2 already'],
     ['a cell of the matrix twice', row(color => 'red') . row(color => 'red', sku => 'B-9'), 'option', 'line 2 already'],
     ['other options than the first', row(color => 'red') . row(size => '40', sku => 'B-9'), 'option', 'the first one'],
     ['a field too many', row() . "a" . ",b" x 30 . "\n", '', 'more fields']) {
	my ($name, $text_rows, $column, $why) = @$_;
	($status, $text) = import_file('products', 'bad.csv', $head . $text_rows);
	like($text, qr/^\S*bad\.csv:[34]: .*\Q$why\E/m, "$name is told with its line");
}
($status, $text) = import_file('products', 'bad.csv', join '', $head, map { row(product => "D-$_", sku => "D-$_", slug => "d-$_", price => 'x') } 1 .. 300);
like($text, qr/and 500 more|and 200 more/, 'a hundred faults are shown, all are counted');
like($text, qr/nothing came in: (300|600) errors/, 'with their number');
like((import_file('products', 'bad.csv', $head =~ s/price:EUR/price:USD/r . row()))[1], qr/bad\.csv:1: price:USD: the store has no currency "USD"/, 'a currency the store does not sell in');
like((import_file('products', 'bad.csv', $head =~ s/categories/categoris/r . row(), '--dry-run'))[1], qr/warning: categoris: .*did you mean categories\?/, 'a column that is not known');
like((import_file('products', 'bad.csv', "a,b\n1,2\n"))[1], qr/no known layout/, 'a header that is not known');
is(picture(), $before, 'still nothing came in');
my $ten = 'x' x 10_000_000;
($status, $text) = import_file('products', 'bad.csv', $head . row(description => "\"$ten\""));
is($status, 1, 'a field of 10 MB is refused');

# T46, T61, T75: what cells may hold is text
($status, $text) = import_file('products', 'evil.csv', $head . row(product => '=cmd|1', sku => '@SUM(1)', name => "<script>alert(1)</script>\xe2\x80\xaeevil", slug => 'evil', description => '<img src=x onerror=alert(1)>', tags => '=1+1'));
is($status, 0, 'formulas and HTML come in as text') or diag $text;
is(value('SELECT name FROM catalog.product_text WHERE slug = $$evil$$'), '<script>alert(1)</script>evil', 'without the mark that turns the reading direction');

# T27, P29: another tenant's products of the same names are other products
my $sum = q{SELECT md5(string_agg(p::text || v::text, ',' ORDER BY v.sku)) FROM catalog.product p JOIN catalog.variant v USING (tenant_id, product_id) WHERE p.tenant_id = ?};
my $mine = value($sum, undef, $acme);
put('attributes.csv', $attributes); put('categories.csv', $categories); put('own.csv', $good =~ s/One,Uno/Stolen,Robado/r);
$s->ctl('import', $_, "$dir/$_.csv", '--store', 'boots') for qw(attributes categories);
($status, $text) = $s->ctl('import', 'products', "$dir/own.csv", '--store', 'boots', '--update');
is($status, 0, 'the same SKUs in another tenant come in') or diag $text;
is(value($sum, undef, $acme), $mine, 'the first tenant\'s products are as they were');
is(value('SELECT count(*) FROM catalog.product WHERE tenant_id = ?', undef, $rival), 2, 'the other has its own');
like(($s->ctl('import', 'products', "$dir/own.csv", '--store', 'shoes', '--tenant', 'rival'))[1], qr/tenant rival has no store shoes/, 'a store of another tenant is not found');
like(($s->ctl('import', 'products', "$dir/own.csv", '--store', 'none'))[1], qr/there is no store none/, 'an unknown store');

# ---- Shopify ----
sub csv { return join('', map { join(',', map { /[",\n]/ ? '"' . s/"/""/gr . '"' : $_ } @$_) . "\n" } @_) }
my @classic = ('Handle', 'Title', 'Body (HTML)', 'Vendor', 'Type', 'Tags', 'Published', 'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Variant SKU', 'Variant Grams',
	'Variant Inventory Tracker', 'Variant Inventory Qty', 'Variant Inventory Policy', 'Variant Price', 'Variant Compare At Price', 'Variant Barcode', 'Image Src', 'Image Position', 'Image Alt Text', 'Status', 'Google Shopping / MPN');
my @newer = ('Title', 'URL handle', 'Description', 'Vendor', 'Type', 'Tags', 'Published on online store', 'Status', 'SKU', 'Barcode', 'Option1 name', 'Option1 value', 'Option2 name', 'Option2 value', 'Price', 'Compare-at price',
	'Inventory tracker', 'Inventory quantity', 'Continue selling when out of stock', 'Weight value (grams)', 'Product image URL', 'Image position', 'Image alt text');
my @shopify = (
	['runner', 'Runner', '<p>A <b>light</b> shoe.<script>alert(1)</script></p><ul><li>One</li><li>Two</li></ul><a href="javascript:x">x</a>', 'Acme', 'Running Shoes', 'new, sale', 'TRUE', 'Colour', 'Sea Green', 'Size', '40', 'RUN-40', '250.0',
		'shopify', '4', 'deny', '49.90', '60.00', '12345670', 'https://cdn.shop.example/files/red.png?v=1', '1', 'Red one', 'active', ''],
	['runner', '', '', '', '', '', '', '', 'Sea Green', '', '41', '', '250', 'shopify', '-2', 'continue', '49.90', '', '', 'https://cdn.shop.example/files/gone.png', '2', '', '', ''],
	['runner', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 'blue.png', '3', 'Blue', '', ''],
	['card', 'Gift, "big"', '', 'Acme', '', '', 'false', 'Title', 'Default Title', '', '', 'CARD', '0', '', '', 'deny', '10', '', '', '', '', '', 'active', ''],
);
($status, $text) = import_file('products', 'shopify.csv', csv(\@classic, @shopify));
is($status, 0, 'a Shopify file of the older kind comes in') or diag $text;
like($text, qr/4 rows: 2 created/, 'two products');
like($text, qr/shopify\.csv:3: warning: Image Src: picture .*gone\.png.* is left out/, 'a picture that is no local file is told (T57: nothing is fetched)');
is(value('SELECT description FROM catalog.product_text WHERE slug = $$runner$$'), "A **light** shoe.\n\n- One\n- Two\n\nx", 'HTML became Markdown (T46)');
is(list(q{SELECT sku || ' ' || options_key || ' ' || weight_g || ' ' || made_to_order FROM catalog.variant WHERE sku LIKE 'RUN%' OR sku LIKE 'runner%' ORDER BY position}),
	'RUN-40 sea-green/40 250 false,runner-sea-green-41 sea-green/41 250 true', 'variants; a missing SKU is made');
is(value(q{SELECT label FROM catalog.attribute_value_text t JOIN catalog.attribute_value v USING (value_id) WHERE v.code = 'sea-green'}), 'Sea Green', 'options are made');
is(value(q{SELECT t.name FROM catalog.category_product c JOIN catalog.category_text t USING (category_id) JOIN catalog.product p USING (product_id) WHERE p.reference = 'runner'}), 'Running Shoes', 'categories are made');
is(value(q{SELECT count(*) FROM catalog.product_media m JOIN catalog.product p USING (product_id) WHERE p.reference = 'runner'}), 2, 'local pictures come in');
is(value(q{SELECT visible FROM catalog.store_product JOIN catalog.product USING (product_id) WHERE reference = 'card'}), 0, 'not published: not shown');
is(value(q{SELECT track_stock || options_key FROM catalog.variant WHERE sku = 'CARD'}), 'false', 'no tracker: unlimited; the default title is no option');
is(value(q{SELECT amount || ' ' || was FROM catalog.price JOIN catalog.variant USING (variant_id) WHERE sku = 'RUN-40'}), '4990 6000', 'prices');
my %at = map { lc $classic[$_] => $_ } 0 .. $#classic;
my %newer = ('url handle' => 'handle', description => 'body (html)', 'published on online store' => 'published', sku => 'variant sku', barcode => 'variant barcode', price => 'variant price', 'compare-at price' => 'variant compare at price',
	'inventory tracker' => 'variant inventory tracker', 'inventory quantity' => 'variant inventory qty', 'continue selling when out of stock' => 'variant inventory policy', 'weight value (grams)' => 'variant grams', 'product image url' => 'image src');
$before = picture();
($status, $text) = import_file('products', 'shopify2.csv', csv(\@newer, map { my $r = $_; [map { $r->[$at{ $newer{ lc $_ } // lc $_ }] } @newer] } @shopify), '--update');
like($text, qr/0 created, 0 updated, 2 unchanged/, 'the newer header says the same') or diag $text;
is(picture(), $before, 'and changes nothing');
like((import_file('products', 'shopify3.csv', csv(\@classic, [@{ $shopify[0] }[0 .. 15], 'cheap', @{ $shopify[0] }[17 .. 23]])))[1], qr/shopify3\.csv:2: Variant Price: "cheap" is not an amount/, 'a bad row is told');

# ---- WooCommerce ----
my @woo = ('ID', 'Type', 'SKU', 'Name', 'Published', 'Is featured?', 'Visibility in catalog', 'Short description', 'Description', 'Tax status', 'Tax class', 'In stock?', 'Stock', 'Backorders allowed?', 'Weight (lbs)',
	'Sale price', 'Regular price', 'Categories', 'Tags', 'Images', 'Parent', 'Upsells', 'Attribute 1 name', 'Attribute 1 value(s)', 'Attribute 1 visible', 'Attribute 2 name', 'Attribute 2 value(s)');
my @woorows = (
	['12', 'variation', 'WOO-R', 'Hoodie - Red', '1', '0', 'visible', '', '', 'taxable', 'parent', '1', '3', '0', '', '', '45', '', '', '', 'woo-hoodie', '', 'Colour', 'Red', '', '', ''],
	['13', 'variation, virtual', 'WOO-G', 'Hoodie - Any', '1', '0', 'visible', '', '', 'taxable', 'parent', '0', '', '0', '1', '40', '45', '', '', '', 'id:11', '', 'Colour', '', '', '', ''],
	['11', 'variable', 'WOO-HOODIE', 'Hoodie', '1', '1', 'visible', '<p>Warm &amp; soft</p>', '<p>Long</p>', 'taxable', '', '1', '', '0', '.5', '', '', 'Clothing > Hoodies, Sale\, now', 'warm', '', '', 'woo-cap,none', 'Colour', 'Red, Green', '1', 'Fabric', 'Wool | Cotton'],
	['14', 'simple', 'woo-cap', 'Cap', '-1', '0', 'visible', '', '', 'taxable', '', 'backorder', '2', 'notify', '0.25', '', '16', 'Clothing', '', '', '', '', '', '', '', '', ''],
	['15', 'grouped', 'woo-set', 'Set', '1', '0', 'visible', '', '', 'taxable', '', '1', '', '0', '', '', '', '', '', '', '', '', '', '', '', '', ''],
	['16', 'external', 'woo-ext', 'Poster', '1', '0', 'visible', '', '', 'taxable', '', '1', '', '0', '', '', '10', '', '', '', '', '', '', '', '', '', ''],
);
my $woo = "\xef\xbb\xbf" . csv(\@woo, @woorows);
($status, $text) = import_file('products', 'woo.csv', $woo);
is($status, 0, 'a WooCommerce file comes in') or diag $text;
like($text, qr/6 rows: 2 created/, 'two products');
like($text, qr/woo\.csv:6: warning: Type: a grouped product/, 'a grouped product is told');
like($text, qr/woo\.csv:7: warning: Type: an external product/, 'an external product is told');
like($text, qr/woo\.csv:4: warning: Upsells: there is no product "none"/, 'a reference to nothing is told');
is(list(q{SELECT sku || ' ' || options_key || ' ' || weight_g || ' ' || track_stock FROM catalog.variant WHERE sku LIKE 'WOO%' ORDER BY sku}), 'WOO-G any 454 true,WOO-R red 227 true',
	'variations before their parent, by SKU in another case and by id; weight in pounds, inherited; any');
is(value(q{SELECT amount || ' ' || was FROM catalog.price JOIN catalog.variant USING (variant_id) WHERE sku = 'WOO-G'}), '4000 4500', 'a sale price');
is(list(q{SELECT v.code FROM catalog.product_value x JOIN catalog.attribute_value v USING (value_id) JOIN catalog.product p USING (product_id) WHERE p.reference = 'WOO-HOODIE' ORDER BY 1}), 'cotton,wool', 'attributes that are no options are properties');
is(list(q{SELECT t.slug || coalesce('<' || (SELECT u.slug FROM catalog.category_text u WHERE u.category_id = c.parent_id), '') FROM catalog.category_product x JOIN catalog.category c USING (category_id)
	JOIN catalog.category_text t USING (category_id) JOIN catalog.product p USING (product_id) WHERE p.reference = 'WOO-HOODIE' ORDER BY 1}), 'clothing-hoodies<clothing,sale-now', 'category paths, a comma in a name');
is(value(q{SELECT summary FROM catalog.product_text WHERE name = 'Hoodie'}), 'Warm & soft', 'the short description');
is(value(q{SELECT p.status || ' ' || v.made_to_order FROM catalog.product p JOIN catalog.variant v USING (product_id) WHERE p.reference = 'woo-cap'}), 'draft true', 'drafts; backorders');
is(value(q{SELECT count(*) FROM catalog.related r JOIN catalog.product p USING (product_id) WHERE p.reference = 'WOO-HOODIE'}), 1, 'upsells');
$before = picture();
like((import_file('products', 'woo.csv', $woo, '--update'))[1], qr/0 created, 0 updated, 2 unchanged/, 'twice changes nothing');
is(picture(), $before, 'and nothing differs');
like((import_file('products', 'woo2.csv', csv(\@woo, [@{ $woorows[0] }[0, 1], 'WOO-NEW', @{ $woorows[0] }[3 .. 26]])))[1], qr/woo2\.csv:2: Parent: there is no product "woo-hoodie"/, 'a variation without its parent is told');

# ---- large files: T62 ----
my $n = $ENV{ASAN_OPTIONS} ? 10_000 : 100_000;	# what a sanitizer looks for needs no mass
open my $big, '>', "$dir/big.csv" or die;
print {$big} "product,name:en,sku,option:size,price:EUR,stock:ELX\n";
printf {$big} "BIG-%d,%s,BIG-%d,%s,19.90,3\n", int($_ / 2), $_ % 2 ? '' : "Big $_", $_, 40 + $_ % 2 for 0 .. $n - 1;
close $big;
$before = picture();
my $pid = fork // die;
if ($pid == 0) {
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', '/dev/null';
	exec $s->ctl_command('import', 'products', "$dir/big.csv", '--store', 'shoes') or POSIX::_exit(127);
}
# killed while the database merges, as late as that can be seen
ok(wait_for(60, sub { value(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sutlerctl' AND query LIKE '%import_part%'}) }), 'a large file is under way');
my $peak = 0;
if (open my $f, '<', "/proc/$pid/status") {
	while (<$f>) { $peak = $1 if /^VmHWM:\s+(\d+)/ }
}
kill 'KILL', $pid;
waitpid $pid, 0;
SKIP: {
	# AddressSanitizer keeps freed memory in quarantine and shadows the rest.
	skip 'memory says nothing under AddressSanitizer', 1 if $ENV{ASAN_OPTIONS};
	cmp_ok($peak, '<', 100 * 1024, "$n rows take less than 100 MB ($peak kB)");
}
cmp_ok($peak, '>', 0, 'as measured');
ok(wait_for(60, sub { !value(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sutlerctl'}) }), 'the server notices the kill')
	or $dbh->do(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sutlerctl'});
is(picture(), $before, 'killed midway it leaves nothing');
# The largest price there can be (lib/shop/pricing.h), whose neighbour above was refused.
($status, $text) = import_file('products', 'most.csv', $head . row(product => 'MOST', sku => 'MOST', slug => 'most', price => '10000000000', tiers => '10:9999999999.99'));
is($status, 0, 'the largest price comes in') or diag $text;
is(value(q{SELECT string_agg(amount::text, ' ' ORDER BY amount) FROM catalog.price JOIN catalog.variant USING (variant_id) WHERE sku = 'MOST'}),
	'999999999999 1000000000000', 'as it is');
done_testing();
