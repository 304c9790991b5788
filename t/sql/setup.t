#!/usr/bin/perl
# Promise: sutlerctl setup makes a store that can sell of a few answers, a second time changes nothing, and says of
# each option what is wrong with it before anything is done.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Schema;
use Test::More;

my $s = Schema->new;
my $c = $s->{cluster};
delete @ENV{qw(LANG LC_ALL)};
my @garden = qw(setup --host www.garden.example --country DE --owner-email owner@garden.example);

sub count { my ($what) = @_; return $c->psql($s->{db}, "SELECT count(*) FROM $what") }
sub value { my ($sql) = @_; return $c->psql($s->{db}, $sql) }

# ---- wrong answers ----

my ($status, $said) = $s->ctl('setup');
is($status, 64, 'without answers and without somebody to ask');
is($said, "sutlerctl: --host is missing\nsutlerctl: --country is missing\nsutlerctl: --owner-email is missing\n", '... what is needed is missed, and not what follows from it');
for my $case (
	['host', 'Shop.example', 'a host name in small letters'], ['host', 'shop..example', 'a host name'], ['host', 'https://x.example', 'a host name'],
	['admin-host', 'a b', 'a host name'], ['store', 'My Shop', 'a short name of a-z'], ['name', '', 'a name that people read'], ['country', 'XX', "a country's two capitals"],
	['country', 'de', "a country's two capitals"], ['locale', 'german', 'a language and a country'], ['locale', 'xx-XX', 'a language and a country'], ['currency', 'EUX', 'a currency of three capitals'],
	['timezone', '../etc', 'a time zone'], ['timezone', 'Mars/Base', 'time zone'], ['tax-rate', '120', 'a rate in percent'], ['delivery-price', '4.999', 'an amount in EUR'], ['delivery-price', '-1', 'an amount in EUR'],
	['payment', 'gold', 'one of bank_transfer'], ['owner-email', 'owner', 'a mail address'], ['owner-email', 'a@b@c', 'a mail address'], ['origin', 'shop.example', 'https://HOST'],
	['legal-name', "a\nb", 'one line of text'],
) {
	my ($option, $value, $what) = @$case;
	($status, $said) = $s->ctl(@garden, "--$option", $value);
	isnt($status, 0, "--$option $value is refused");
	like($said, qr/\Q$what\E/i, '... with what it should be');
}
($status, $said) = $s->ctl(@garden, '--admin-host', 'www.garden.example');
like($said, qr/--admin-host www\.garden\.example: store and console need hosts of their own/, 'store and console at one host are refused');
is(count('tenancy.tenant'), 0, 'nothing was made of wrong answers');
($status, $said) = $s->ctl(@garden, '--print');
like($said, qr/^\[store\]\ncode = garden\nname = Garden\nlocales = de-DE\ncurrencies = EUR\ncountry = DE\n/m, 'the store file can be seen');
is(count('tenancy.tenant'), 0, '... and nothing is done');

# ---- a store ----

($status, $said) = $s->ctl(@garden, '--bank-account', 'DE02 1203 0000 0000 2020 51', '--delivery-price', '4.90');
is($status, 0, 'a store is made') or diag $said;
like($said, qr{^  https://admin\.garden\.example/admin/login/join/[A-Za-z0-9_-]{20,}$}m, '... and the owner has a link');
is(value(q{SELECT s.code || ' ' || s.status || ' ' || string_agg(h.host || ' ' || h.kind, ' ' ORDER BY h.host) FROM tenancy.store s JOIN tenancy.host h USING (tenant_id, store_id) GROUP BY s.store_id, s.code, s.status}),
	'garden active admin.garden.example admin www.garden.example store', '... open, with its hosts');
is(value('SELECT country || rate_ppm FROM accounting.tax_rate'), 'DE190000', '... the tax of its country');
is(value('SELECT p.currency || p.first FROM shipping.method_price p'), 'EUR490', '... a way of delivery');
like(value('SELECT instructions FROM payment.method_text'), qr/DE02 1203 0000 0000 2020 51/, '... a way of payment, with the account');
is(value('SELECT code FROM inventory.warehouse'), 'MAIN', '... and a warehouse');
my $before = value(q{SELECT count(*) FROM audit.entry}) . value(q{SELECT md5(string_agg(x::text, ',' ORDER BY x::text)) FROM tenancy.store x});
($status, $said) = $s->ctl(@garden, '--name', 'Another');
is($status, 0, 'once more');
is($said, "the store garden is there already and stays as it is\nowner\@garden.example is invited as owner already: sutlerctl staff owner owner\@garden.example --tenant garden makes a new link\n"
	. "buyers read that you mail them your bank account: say it to them in the console, Settings, Payment\nsutlerctl doctor says whether all is well\n", '... all is there');
is(value(q{SELECT count(*) FROM audit.entry}) . value(q{SELECT md5(string_agg(x::text, ',' ORDER BY x::text)) FROM tenancy.store x}), $before, '... and nothing changed');

# ---- what is somebody else's ----

($status, $said) = $s->ctl(@garden, '--store', 'other', '--tenant', 'other');
like($said, qr/--host www\.garden\.example: another store answers there/, 'the host of another store is refused');
($status, $said) = $s->ctl(qw(setup --host new.example --store garden --tenant garden --country DE --owner-email owner@garden.example));
like($said, qr/--store garden: this store is there already, at another host/, 'a store does not move');
($status, $said) = $s->ctl(qw(setup --host new.example --admin-host admin.garden.example --country DE --owner-email owner@garden.example));
like($said, qr/--admin-host admin\.garden\.example: something else answers there/, "nor does another merchant get the console's host");

# ---- a second store of the same merchant, and another merchant ----

($status, $said) = $s->ctl(qw(setup --host outlet.example --tenant garden --country GB --payment none --owner-email owner@garden.example));
is($status, 0, 'a second store') or diag $said;
is(value(q{SELECT string_agg(s.code, ' ' ORDER BY s.code) FROM tenancy.store s JOIN tenancy.tenant t USING (tenant_id) WHERE t.slug = 'garden' AND t.name = 'Garden'}), 'garden outlet', '... of the merchant, who keeps his name');
is(value('SELECT count(*) FROM inventory.warehouse'), 1, '... from the same warehouse');
is(value(q{SELECT c.currency || l.tag FROM tenancy.store s JOIN tenancy.store_currency c USING (tenant_id, store_id) JOIN tenancy.store_locale l USING (tenant_id, store_id) WHERE s.code = 'outlet'}), 'GBPen-GB', '... in the money and language of its country');
($status, $said) = $s->ctl(qw(setup --host kopi.example --country ID --payment cod --owner-email siti@kopi.example));
is($status, 0, 'another merchant') or diag $said;
is(count('tenancy.tenant'), 2, '... is one');
($status, $said) = $s->ctl(qw(setup --host far.example --country FJ --currency FJD --locale en-FJ --owner-email a@far.example));
is($status, 0, 'a country of which nothing is known') or diag $said;
is(value(q{SELECT count(*) FROM accounting.tax_rate WHERE country = 'FJ'}), 0, '... has no tax until somebody says one');
is((split /\n/, ($s->ctl('store', 'hosts'))[1])[0], 'far.example https://far.example', 'sutlerctl store hosts lists what a web server shows');
done_testing;
