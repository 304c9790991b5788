#!/usr/bin/perl
# Promise: sutlerctl import store brings in all of a store file or nothing; every fault is
# told with its line in one run; the same file twice changes nothing; what is no longer in
# the file goes, or is put out of use where orders hang on it; no file reaches another tenant.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use Digest::MD5 qw(md5_hex);
use Encode qw(encode_utf8);
use House qw(top);
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $dir = tempdir(CLEANUP => 1);
my $file = "$dir/store.conf";

sub put { my ($text) = @_; open my $f, '>', $file or die $!; print {$f} $text; close $f; return }
sub import_store { my ($text, @options) = @_; put($text); return $s->ctl('import', 'store', $file, @options) }
sub value { return ($dbh->selectrow_array(@_))[0] }

# Everything that stores consist of, with ids.
sub picture
{
	my @tables = @{ $dbh->selectcol_arrayref(<<'SQL') };
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname IN ('tenancy', 'catalog', 'inventory', 'sales', 'payment', 'shipping', 'content', 'accounting', 'audit') ORDER BY 1
SQL
	return md5_hex(encode_utf8(join "\n", map { "$_ " . value("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM $_ t") } @tables));
}

my $good = <<'CONF';
; a store
[tenant]
slug = acme
name = Acme

[store]
code = shoes
name = Shoes
locales = en-GB es-ES
currencies = EUR JPY
country = ES
timezone = Europe/Madrid
holidays = 2027-01-06 2027-12-25
closed_weekdays = sun
cutoff = 13:30
order_prefix = A-
status = active

[host shoes.localhost]

[warehouse ELX]
name = Elche
country = ES

[tax-class standard]
name.en = Standard
name.es = General

[tax es]
class = standard
country = ES
rate = 21.5
name = IVA

[delivery post]
kind = weight
countries = ES PT
bands.EUR = 1000:4.90|2000:6
bands.JPY = 1000:500
free_above.EUR = 50
days = 1-3
name.en = Post
name.es = Correo

[payment bank_transfer]
name.en = Transfer
name.es = Transferencia
instructions.en = Pay
	us ; now
	.
	Thanks

[coupon TEN]
kind = percent
value = 10
ends = 2030-12-31

[block values]
kind = values
title.en = Values
title.es = Valores
items.en = One :: first
	Two :: second

[page terms]
slug.en = terms
slug.es = condiciones
title.en = Terms
title.es = Condiciones
body.en = Long
body.es = Largo

[social]
instagram = https://instagram.example/acme

[mail]
from_name = Acme
signature.en = Yours
	Acme
CONF

my ($status, $text) = import_store($good);
is($status, 0, 'a good file comes in') or diag $text;
like($text, qr/rows changed/, 'it says how much changed');
is(value('SELECT rate_ppm FROM accounting.tax_rate'), 215_000, 'a rate in millionths');
is_deeply($dbh->selectcol_arrayref('SELECT currency || up_to_g || $$=$$ || first FROM shipping.method_price ORDER BY 1'),
	['EUR1000=490', 'EUR2000=600', 'JPY1000=500'], 'prices in minor units of each currency');
is(value('SELECT instructions FROM payment.method_text WHERE locale = $$en$$'), "Pay\nus ; now\n\nThanks", 'a value of many lines');
is(value('SELECT closed_weekdays || $$ $$ || cutoff_minute FROM tenancy.store'), '64 810', 'days and times');
is(value('SELECT ends_at::text FROM sales.coupon'), '2030-12-31 23:00:00+00', 'the last day of a coupon counts whole, in the store\'s zone');
is(value('SELECT string_agg(title || $$=$$ || body, $$,$$ ORDER BY position) FROM content.block_item'), 'One=first,Two=second', 'items');
is(value('SELECT origin FROM tenancy.host'), 'https://shoes.localhost', 'a host has an origin');
is(value('SELECT count(*) FROM pg_class WHERE relname LIKE $$number\_%$$'), 1, 'order numbers can be taken');
is(value('SELECT mail_signature FROM tenancy.store_text'), "Yours\nAcme", 'signature');
is(value('SELECT count(*) FROM audit.entry WHERE actor = $$sutlerctl$$ AND action = $$import store$$'), 1, 'an audit entry');
cmp_ok(value('SELECT count(*) FROM catalog.stale WHERE kind = $$store$$'), '>', 0, 'the catalogue is told');

my $before = picture();
($status, $text) = import_store($good);
like($text, qr/unchanged/, 'the same file again says so');
is(picture(), $before, 'and changes nothing');
($status, $text) = import_store("\xef\xbb\xbf" . $good =~ s/\n/\r\n/gr);
like($text, qr/unchanged/, 'a byte order mark and CR LF make no difference');
($status, $text) = import_store($good =~ s/rate = 21.5/rate = 10/r, '--dry-run');
is(picture(), $before, 'a dry run writes nothing');

# every fault, with its line
my %line;
sub line_of { my ($conf, $what) = @_; my $at = index $conf, $what; return 1 + (substr($conf, 0, $at) =~ tr/\n//) }
my @bad = (
	['a section that is not known', '[social]', '[socail]', '[socail]', 'there is no section [socail]; did you mean [social]?'],
	['a setting that is not known', 'order_prefix', 'order_prefx', 'order_prefx', 'did you mean order_prefix?'],
	['a colour', 'status = active', 'color_accent = red', 'color_accent', 'not a colour'],
	['an amount', '1000:4.90|', '1000:4.905|', 'bands.EUR', 'list of weights'],
	['an amount above all', '1000:4.90|', '1000:10000000000.01|', 'bands.EUR', 'list of weights'],
	['bands that fall', '2000:6', '500:6', 'bands.EUR', 'rising'],
	['a rate over 100', 'rate = 21.5', 'rate = 121', 'rate = 121', 'percentage from 0 to 100'],
	['a date', '2030-12-31', '2030-02-30', 'ends', 'not a date'],
	['a country', 'countries = ES PT', 'countries = ES Portugal', 'countries', 'country of two letters'],
	['a repeated setting', "days = 1-3\n", "days = 1-3\ndays = 1-4\n", 'days = 1-4', 'already'],
	['a repeated section', "[social]\n", "[tax es]\n[social]\n", "[tax es]\n[social]", 'already'],
	['a currency that is not sold in', 'free_above.EUR', 'free_above.USD', 'free_above.USD', 'currency of the store'],
	['a language that is not spoken', 'signature.en', 'signature.fr', 'signature.fr', 'language of the store'],
	['a language left out', "name.es = Correo\n", '', '[delivery post]', 'in each language'],
	['a setting left out', "kind = weight\n", '', '[delivery post]', 'needs this setting'],
	['no price in a currency', "bands.JPY = 1000:500\n", '', 'kind = weight', 'each currency'],
	['a tax class that is not there', 'class = standard', 'class = luxury', 'class = luxury', 'no section [tax-class luxury]'],
	['a smallest amount of nothing', "currencies = ", "smallest_amount.EUR = 0\ncurrencies = ", 'smallest_amount', 'more than nothing'],
	['an amount between two steps', "currencies = ", "smallest_amount.EUR = 1\ncurrencies = ", 'bands.EUR', 'multiples of smallest_amount.EUR'],
	['a time zone', 'Europe/Madrid', 'Europe/Elche', 'timezone', 'no time zone'],
	['a line that is nothing', '[social]', "hello\n[social]", 'hello', 'no setting = value'],
	['an address that is not https', 'https://instagram', 'javascript:alert', 'instagram = ', 'https://'],
	['a link to elsewhere', 'kind = values', "kind = values\nlink = //evil.example/", 'link = ', 'path of this shop'],
	['a picture from elsewhere', 'kind = values', "kind = values\nimage = ../../etc/passwd", 'image = ', 'directory of pictures'],
	['a picture that is not there', 'kind = values', "kind = values\nimage = none.png", 'image = ', 'no such file'],
	['an empty value', 'name = Acme', 'name =', 'name =', 'empty'],
	['control characters', 'name = Acme', "name = Ac\x{01}me", 'name = Ac', 'control'],
	['an item without a title', 'One :: first', ' :: first', 'items.en', 'title'],
	['two pages of one slug', "[social]", "[page more]\nslug.en = terms\nslug.es = mas\ntitle.en = M\ntitle.es = M\nbody.en = M\nbody.es = M\n\n[social]",
		"slug.en = terms\nslug.es = mas", 'another page has the slug'],
);
for my $case (@bad) {
	my ($name, $from, $to, $mark, $wanted) = @$case;
	my $conf = $good;
	substr($conf, index($conf, $from), length $from) = $to;
	($status, $text) = import_store($conf);
	my $at = line_of($conf, $mark);
	is($status, 1, "$name is refused");
	like($text, qr/^\Q$file\E:$at: .*\Q$wanted\E/m, "$name is told with its line");
	is(picture(), $before, 'nothing came in') or last;
}
my $conf = $good =~ s/rate = 21.5/rate = x/r =~ s/kind = weight/kind = heavy/r =~ s/days = 1-3/days = 3-1/r;
($status, $text) = import_store($conf);
is(() = $text =~ /^\Q$file\E:\d+:/mg, 3, 'all faults in one run') or diag $text;
($status, $text) = import_store("\xff\xfe" . $good);
like($text, qr/not UTF-8/, 'another encoding is refused');
($status, $text) = import_store($good . ('x' x 3_000_000));
like($text, qr/larger than 2 MiB/, 'a huge file is refused');

# another tenant
(my $other = $good) =~ s/slug = acme/slug = rival/;
($status, $text) = import_store($other);
like($text, qr/:\Q@{[ line_of($other, '[host') ]}\E: the host shoes.localhost leads to another store/, 'a host of another tenant is refused');
$other =~ s/shoes\.localhost/rival.localhost/;
my $mine = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM tenancy.store t JOIN tenancy.tenant x USING (tenant_id) WHERE x.slug = 'acme'";
my $was = value($mine);
($status, $text) = import_store($other =~ s/name = Shoes/name = Mine now/r);
is($status, 0, 'the same store code in another tenant is another store') or diag $text;
is(value($mine), $was, 'the first tenant\'s store is as it was');
is(value('SELECT count(*) FROM tenancy.store'), 2, 'there are two stores');

# what left the file
my ($tenant, $store) = $dbh->selectrow_array(q{SELECT tenant_id, store_id FROM tenancy.store JOIN tenancy.tenant t USING (tenant_id) WHERE t.slug = 'acme'});
my $method = value('SELECT method_id FROM shipping.method WHERE tenant_id = ?', undef, $tenant);
$dbh->do('INSERT INTO sales.contact (tenant_id, contact_id) VALUES (?, sutler.uuid7())', undef, $tenant);
$dbh->do(q{INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency) VALUES (?, ?, sutler.uuid7(), 'en', 'EUR')}, undef, $tenant, $store);
$dbh->do(q{INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, locale, currency, customer_type, prices_include_tax,
	tax_rounding, goods, discount, shipping, tax, total, contact_id, method_id, method_name, payment_method)
	SELECT ?, ?, sutler.uuid7(), '1', c.cart_id, 'en', 'EUR', 'consumer', true, 'line', 0, 0, 0, 0, 0, p.contact_id, ?, 'Post', 'cod'
	FROM sales.cart c, sales.contact p}, undef, $tenant, $store, $method);
(my $less = $good) =~ s/\[delivery post\].*?\n\n//s;
$less =~ s/\[payment bank_transfer\].*?\n\n(?=\[)//s;
$less =~ s/\[coupon TEN\].*?\n\n//s;
$less =~ s/\[page terms\].*?\n\n//s;
$less =~ s/holidays.*\n//;
($status, $text) = import_store($less);
is($status, 0, 'a shorter file comes in') or diag $text;
is(value('SELECT active FROM shipping.method WHERE tenant_id = ?', undef, $tenant), 0, 'a method of an order is put out of use');
is(value("SELECT count(*) FROM $_ WHERE tenant_id = ?", undef, $tenant), 0, "$_ is empty")
	for qw(payment.method sales.coupon content.page content.page_text tenancy.holiday);

# a coupon for things that are not there must not hold for everything
($status, $text) = import_store($good =~ s/value = 10/value = 10\ninclude_categories = boots/r);
like($text, qr/warning: include_categories: category "boots" is not there yet/, 'a category to come is told');
is(value('SELECT active FROM sales.coupon WHERE tenant_id = ?', undef, $tenant), 0, 'its coupon waits');

# the origin of a host
is(($s->ctl('store', 'origin', 'shoes.localhost', 'http://shoes.localhost:8080'))[0], 0, 'an origin is set');
import_store($good);
is(value('SELECT origin FROM tenancy.host WHERE tenant_id = ?', undef, $tenant), 'http://shoes.localhost:8080', 'and an import leaves it');
is(($s->ctl('store', 'origin', 'none.localhost', 'http://none.localhost'))[0], 1, 'an unknown host is refused');
like(($s->ctl('store', 'list'))[1], qr{^acme/shoes\tactive\tShoes\thttp://shoes.localhost:8080$}m, 'stores are listed');
done_testing();
