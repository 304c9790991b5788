#!/usr/bin/perl
# Promise: a product may have as many variants and special prices as its pages hold, and each of their forms is taken as a
# browser sends it, with every field of every row.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;
use constant { VARIANTS => 200, SPECIALS => 100 };

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit catalog.price)], name => 'Ana Ruiz');
my ($tenant, $product, $store) = ($f->{tenant}{acme}, $f->{product}{PLAIN}, $f->{store}{one});
my $base = "/admin/catalog/$product";

$shop->change(q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, weight_g, position, options_key)
	SELECT ?, sutler.uuid7(), ?, 'MANY-' || n, 400, n, 'n' || n FROM generate_series(1, ?::integer) n}, $tenant, $product, VARIANTS - 1);
$shop->change(q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount) SELECT v.tenant_id, ?, v.variant_id, 'EUR', 1000
	FROM catalog.variant v WHERE v.product_id = ? AND v.sku LIKE 'MANY-%'}, $store, $product);
$shop->change(q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, min_quantity, amount) SELECT v.tenant_id, ?, v.variant_id, 'EUR', 5, 900
	FROM catalog.variant v WHERE v.product_id = ? AND v.sku LIKE 'MANY-%' ORDER BY v.position LIMIT ?}, $store, $product, SPECIALS);

my $page = $ana->get("$base/variants");
my ($form) = grep { $_->{names}{gtin} } $page->forms;
cmp_ok scalar @{ $form->{fields} }, '>', 4 * VARIANTS, 'the page of variants sends them all';
my $answer = $ana->visitor->submit($page, field => 'gtin', { sku => ['RENAMED', map { "MANY-$_" } 1 .. VARIANTS - 1] });
is $answer->status, 303, 'which is taken' or diag $answer->text;
is $shop->value('SELECT count(*) FROM catalog.variant WHERE product_id = ? AND sku = ?', $product, 'RENAMED'), 1, 'and kept';

$page = $ana->get("$base/prices");
$answer = $ana->visitor->submit($page, field => 'price', { price => [('12.34') x VARIANTS], reason => 'spring' });
is $answer->status, 303, 'so are as many prices' or diag $answer->text;
is $shop->value('SELECT count(*) FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? AND p.store_id = ? AND p.currency = ?
	AND p.min_quantity = 1 AND p.amount = 1234', $product, $store, 'EUR'), VARIANTS, 'each is kept';

$page = $ana->get("$base/special");
($form) = grep { $_->{names}{least} } $page->forms;
cmp_ok scalar @{ $form->{fields} }, '>', 7 * SPECIALS, 'the page of special prices sends them all';
$answer = $ana->visitor->submit($page, field => 'least', { price => [('8.88') x SPECIALS, ('') x 4], reason => 'spring' });
is $answer->status, 303, 'which is taken' or diag $answer->text;
is $shop->value('SELECT count(*) FROM catalog.price p JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? AND p.min_quantity = 5 AND p.amount = 888',
	$product), SPECIALS, 'and kept';

# A form has its bound all the same, and a query the smaller one.
is $ana->visitor->post("/en$base/special", [map { ['sku', ''] } 1 .. 1201])->status, 400, 'more than any form of ours is refused';
is $ana->get('/admin/catalog?' . join('&', map { 'q=1' } 1 .. 201))->status, 400, 'and so is a query of more than 200';
done_testing;
