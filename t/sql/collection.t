#!/usr/bin/perl
# Promise: a collection by rule holds exactly the products that fit its conditions, a round of freshen after
# any of them changed: by the desk, an order, a price that began, a day that passed; rules made anew give
# the rows that were kept, also when products and rule change at the same moments; nobody puts a product
# into it by hand; who declines has written nothing.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $store = $f->{store}{one};
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub run { $dbh->do(shift, undef, @_); return }
my $new = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-catalog') };
my $d = $new->();
run("SELECT set_config('sutler.tenant', ?, false)", $acme);
sub freshen { my $left = 200; 1 while value(q{SELECT catalog.freshen(?, 500)}, $acme) > 0 && --$left; die "freshen finds no end\n" if !$left; return }
sub make
{
	my ($slug, $kind, $parent) = @_;
	my $id = value('SELECT sutler.uuid7()');
	run('INSERT INTO catalog.category (tenant_id, store_id, category_id, parent_id, kind) VALUES (?, ?, ?, ?, ?)', $acme, $store, $id, $parent, $kind);
	run('INSERT INTO catalog.category_text (tenant_id, store_id, category_id, locale, slug, name) VALUES (?, ?, ?, ?, ?, ?)', $acme, $store, $id, 'es', $slug, $slug);
	return $id;
}
my %c = (sale => make(sale => 'collection'));
# Conditions as rows of { kind, ... }; the door is made ready here, for a connection of its own.
sub door
{
	my ($match, @rows) = @_;
	my $col = sub { my ($k, $otherwise) = @_; return [map { $_->{$k} // $otherwise } @rows] };
	my @bind = ($acme, $actor, $store, $c{sale}, value('SELECT revision FROM catalog.category WHERE category_id = ?', $c{sale}), $match, $col->('kind'), $col->('word', ''),
		$col->('under'), $col->('value'), $col->('low', -1), $col->('high', -1), $col->('currency', ''), $col->('days', 0));
	return sub { ($_[0]->selectrow_array('SELECT catalog.desk_rule(' . join(', ', ('?') x @bind) . ')', undef, @bind))[0] };
}
sub rule { my @rule = @_; return Race::transaction($d, $acme, door(@rule)) }
sub names { return join ' ', map { $_->[0] } @{ $dbh->selectall_arrayref(shift, undef, @_) } }
sub kept { return names('SELECT p.reference FROM catalog.category_product cp JOIN catalog.product p USING (tenant_id, product_id) WHERE cp.category_id = ? ORDER BY 1', $c{sale}) }
sub shown { return names('SELECT DISTINCT p.reference FROM catalog.placement l JOIN catalog.product p USING (tenant_id, product_id) WHERE l.category_id = ? ORDER BY 1', $c{sale}) }
sub holds { my ($want, $what) = @_; freshen(); is(shown(), $want, $what); is(kept(), $want, '... and the rows say so') if kept() ne $want; return }
freshen();

# ---- each condition, and what changes it ----
is(rule('all', { kind => 'price', low => 900, high => 1250, currency => 'EUR' }), 'ok', 'a rule: from 9.00 to 12.50');
is(shown(), '', 'the door itself puts nothing in');
holds('LAST OUT PLAIN', 'a round of freshen does');
run('UPDATE catalog.price SET amount = 1300 WHERE store_id = ? AND variant_id = ? AND currency = ?', $store, $f->{variant}{LAST}, 'EUR');
holds('OUT PLAIN', 'a price rises: it leaves');
run(q{INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, starts_at, amount, was) VALUES (?, ?, ?, 'EUR', sutler.now() + interval '1 hour', 1200, 1300)},
	$acme, $store, $f->{variant}{LAST});
holds('OUT PLAIN', 'a price that begins later is not there yet');
run(q{UPDATE catalog.price SET starts_at = sutler.now() - interval '1 second' WHERE variant_id = ? AND starts_at > '-infinity'}, $f->{variant}{LAST});
holds('LAST OUT PLAIN', 'it begins: it comes');
is(rule('all', { kind => 'reduced' }), 'ok', 'what is reduced');
holds('LAST', 'is what had a higher price');
is(rule('any', { kind => 'tag', word => 'Summer Sale' }, { kind => 'brand', word => 'Sur' }), 'ok', 'a tag or a brand');
holds('', 'none fits');
run(q{INSERT INTO catalog.product_tag (tenant_id, product_id, locale, tag) VALUES (?, ?, '', 'summer-sale!')}, $acme, $f->{product}{FEW});
run(q{UPDATE catalog.product SET brand = 'Sur' WHERE product_id = ?}, $f->{product}{TIERS});
holds('FEW TIERS', 'either is enough, spellings that share a page are one tag');
is(rule('all', { kind => 'tag', word => 'Summer Sale' }, { kind => 'brand', word => 'Sur' }), 'ok', 'both at once');
holds('', 'no product has both');
run(q{UPDATE catalog.product SET brand = 'Sur' WHERE product_id = ?}, $f->{product}{FEW});
holds('FEW', 'until one has');
@c{qw(top low other)} = (make(top => 'category'), make(low => 'category'), make(other => 'category'));
run('UPDATE catalog.category SET parent_id = ? WHERE category_id = ?', $c{top}, $c{low});
run('INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id) VALUES (?, ?, ?, ?)', $acme, $store, @$_)
	for [$c{low}, $f->{product}{PLAIN}], [$c{top}, $f->{product}{MADE}], [$c{other}, $f->{product}{FEW}];
is(rule('all', { kind => 'category', under => $c{top} }), 'ok', 'a category');
holds('MADE PLAIN', 'with what lies below');
run('UPDATE catalog.category SET parent_id = ? WHERE category_id = ?', $c{other}, $c{low});
holds('MADE', 'which moves away with its products');
is(rule('all', { kind => 'stock' }, { kind => 'category', under => $c{other} }), 'ok', 'in stock, and in another category');
holds('FEW PLAIN', 'what is made to order or sold out is not');
$f->stock($acme, 'FEW', 'W1', 0);
holds('PLAIN', 'pieces go: it leaves');
$f->stock($acme, 'FEW', 'W1', 3);
holds('FEW PLAIN', 'pieces come: it is back');
my ($attribute, $matt, $gloss) = map { value('SELECT sutler.uuid7()') } 1 .. 3;
run('INSERT INTO catalog.attribute (tenant_id, attribute_id, code) VALUES (?, ?, ?)', $acme, $attribute, 'finish');
run('INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code) VALUES (?, ?, ?, ?)', $acme, @$_) for [$matt, $attribute, 'matt'], [$gloss, $attribute, 'gloss'];
is(rule('all', { kind => 'value', value => $matt }), 'ok', 'a value of an attribute');
run('INSERT INTO catalog.product_value (tenant_id, product_id, attribute_id, value_id) VALUES (?, ?, ?, ?)', $acme, $f->{product}{PLAIN}, $attribute, $matt);
run('INSERT INTO catalog.variant_value (tenant_id, variant_id, attribute_id, value_id) VALUES (?, ?, ?, ?)', $acme, $f->{variant}{MADE}, $attribute, $matt);
holds('MADE PLAIN', 'of the product or of a variant');
run('UPDATE catalog.variant_value SET value_id = ? WHERE variant_id = ?', $gloss, $f->{variant}{MADE});
holds('PLAIN', 'follows both');
run('DELETE FROM catalog.attribute_value WHERE value_id = ?', $matt);
holds('', 'a value that is deleted fits none');
is(value('SELECT value_id IS NULL FROM catalog.condition WHERE category_id = ?', $c{sale}), 1, 'and the condition is still there to be seen');
run(q{UPDATE catalog.product SET created_at = sutler.now() - interval '40 days'});
run(q{UPDATE catalog.product SET created_at = ((sutler.now() AT TIME ZONE 'Europe/Madrid')::date - 3)::timestamp AT TIME ZONE 'Europe/Madrid' WHERE product_id = ?}, $f->{product}{OUT});
is(rule('all', { kind => 'new', days => 3 }), 'ok', 'new since three days');
holds('OUT', 'from the first moment of that day, as the store has it');
# As if the rule had last been looked at a day ago, and the product had come in a day earlier.
run("SET session_replication_role = 'replica'");
run(q{UPDATE catalog.product SET created_at = created_at - interval '1 second' WHERE product_id = ?}, $f->{product}{OUT});
run("SET session_replication_role = 'origin'");
holds('OUT', 'on the same day nobody looks again');
run(q{UPDATE catalog.rule SET walked_on = walked_on - 1});
holds('', 'when a day has passed it leaves');
run('UPDATE catalog.store_product SET visible = false WHERE product_id = ?', $f->{product}{FEW});
is(rule('all', { kind => 'brand', word => 'Sur' }), 'ok', 'a brand');
holds('TIERS', 'what is hidden in the store is not in it');
run('UPDATE catalog.store_product SET visible = true WHERE product_id = ?', $f->{product}{FEW});
holds('FEW TIERS', 'shown again, it is');
run('UPDATE catalog.store_product SET position = 5 WHERE store_id = ? AND product_id = ?', $store, $f->{product}{TIERS});
freshen();
is(value('SELECT DISTINCT position FROM catalog.placement WHERE category_id = ? AND product_id = ?', $c{sale}, $f->{product}{TIERS}), 5, 'they stand in the order of the store');

# ---- by hand, and past the rule ----
my $put = sub { Race::transaction($d, $acme, sub { ($_[0]->selectrow_array('SELECT catalog.desk_category_products(?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor,
	$store, $c{sale}, [], [], [], ['PLAIN']))[0] }) };
is($put->(), 'rule', 'nobody puts a product in by hand');
is(Race::transaction($d, $acme, sub { ($_[0]->selectrow_array('SELECT catalog.desk_bulk(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, -1, 100, -1, ?)', undef, $acme, $actor, $store, [$f->{product}{PLAIN}],
	'into', '', $c{sale}, 'EUR', 0, 0, 'because'))[0] }), 'rule', 'nor many at once');
run('INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id) VALUES (?, ?, ?, ?)', $acme, $store, $c{sale}, $f->{product}{PLAIN});
holds('FEW TIERS', 'whoever does it past the door is put right');
my $entries = value('SELECT count(*) FROM audit.entry');
my $rows = value('SELECT md5(string_agg(x::text, $$ $$ ORDER BY n)) FROM catalog.condition x');
is(rule('all'), 'none', 'a rule has a condition');
is(rule('all', { kind => 'reduced' }, { kind => 'category', under => $c{sale} }), 'category 1', 'a category of the tree');
is(rule('all', { kind => 'value', value => $actor }), 'value 0', 'a value that is there');
is(rule('all', { kind => 'price', low => 1, currency => 'IDR' }), 'price 0', 'a currency of the store');
{
	local $f->{tenant}{acme} = $bahari;
	is(Race::transaction($d, $bahari, door('all', { kind => 'reduced' })), 'gone', 'T26 another merchant has no such collection');
}
{ local $c{sale} = $c{top}; is(rule('all', { kind => 'reduced' }), 'gone', 'a category of the tree has no rule'); }
is(value('SELECT count(*) FROM audit.entry'), $entries, 'nothing of it is logged');
is(value('SELECT md5(string_agg(x::text, $$ $$ ORDER BY n)) FROM catalog.condition x'), $rows, 'or written');
is(rule('all', { kind => 'brand', word => 'Sur' }), 'ok', 'the same rule again');
is(value('SELECT count(*) FROM audit.entry'), $entries, 'is no change');
ok(!eval { run(q{INSERT INTO catalog.rule (tenant_id, store_id, category_id, match, walked_on) VALUES (?, ?, ?, 'all', sutler.now())}, $acme, $store, $c{top}); 1 },
	'nor has the database a rule of a category of the tree');
is(rule(''), 'ok', 'by hand again');
holds('FEW TIERS', 'what was in it stays');
is(names('SELECT p.reference FROM catalog.category_product cp JOIN catalog.product p USING (tenant_id, product_id) WHERE cp.category_id = ? ORDER BY cp.position', $c{sale}),
	'FEW TIERS', 'in the order that was shown');
is($put->(), 'ok', 'and others come by hand');
holds('FEW PLAIN TIERS', 'and stay');

# ---- more products than one part ----
run(q{CREATE FUNCTION pg_temp.ids(integer) RETURNS SETOF uuid LANGUAGE sql AS $$ SELECT ('01900000-0000-7000-8001-' || lpad(g::text, 12, '0'))::uuid
	FROM generate_series(1, $1) g $$});
my $many = 510;
run("SELECT set_config('sutler.relist', 'later', false)");
run($_, $acme, $many) for "INSERT INTO catalog.product (tenant_id, product_id, reference, brand) SELECT ?, u, 'N' || u, 'Norte' FROM pg_temp.ids(?) u",
	"INSERT INTO catalog.product_text (tenant_id, product_id, locale, slug, name) SELECT ?, u, 'es', u::text, 'N' FROM pg_temp.ids(?) u",
	"INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku) SELECT ?, u, u, u::text FROM pg_temp.ids(?) u";
run("INSERT INTO catalog.store_product (tenant_id, store_id, product_id) SELECT ?, ?, u FROM pg_temp.ids(?) u", $acme, $store, $many);
run("INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount) SELECT ?, ?, u, 'EUR', 100 + n FROM pg_temp.ids(?) WITH ORDINALITY x (u, n)", $acme, $store, $many);
run("SELECT set_config('sutler.relist', '', false)");
run('ANALYZE');
run('SELECT catalog.relist(?, ARRAY(SELECT pg_temp.ids(?)))', $acme, $many);
freshen();
is(rule('all', { kind => 'brand', word => 'Norte' }, { kind => 'price', low => 150, currency => 'EUR' }), 'ok', 'a rule over many');
is(value('SELECT catalog.freshen(?, 500)', $acme) > 0, 1, 'a step of freshen');
is(value('SELECT count(*) FROM catalog.category_product WHERE category_id = ?', $c{sale}) < $many - 49, 1, 'takes a part');
freshen();
is(value('SELECT count(*) FROM catalog.category_product WHERE category_id = ?', $c{sale}), $many - 49, 'the others follow');
is(value('SELECT products FROM catalog.category_count WHERE category_id = ?', $c{sale}), $many - 49, 'and are counted');

# ---- at the same moments ----
# Prices of products and the rule change at once, again and again, while two copies of freshen look.
my @race = map { $f->{variant}{$_} } qw(PLAIN FEW TIERS OUT);
my ($right, %seen) = (0);
for my $round (1 .. 6) {
	my $limit = 720 + 40 * ($round % 7);
	my $changed = sub { my ($variant, $n) = @_; return sub { $_[0]->do('UPDATE catalog.price SET amount = ? WHERE variant_id = ? AND store_id = ? AND currency = ? AND min_quantity = 1', undef,
		400 + (($round * 37 + $n * 211) % 900), $variant, $store, 'EUR'); 'priced' } };
	my $looks = sub { 1 while ($_[0]->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $acme))[0] > 0; 'looked' };
	my $door = door('all', { kind => 'price', low => $limit, high => 1100, currency => 'EUR' });
	my $got = Race::at_once($dbh, sub { Race::connection($s->{cluster}, $s->{db}, 'postgres') }, $acme, $door, (map { $changed->($race[$_], $_) } 0 .. $#race), $looks, $looks);
	$seen{$_} += $got->{$_} for keys %$got;
	freshen();
	my $want = names('SELECT p.reference FROM catalog.rule_fits(?, ?, NULL) r JOIN catalog.product p ON p.product_id = r ORDER BY 1', $acme, $c{sale});
	$right += kept() eq $want && shown() eq $want;
}
is($right, 6, 'after each round exactly what fits is in it') or diag explain \%seen;
is($seen{priced}, 24, 'with all prices') or diag explain \%seen;
my $was = kept();
ok($was, 'some are in it');
run("SELECT set_config('sutler.relist', 'later', false)");
run('DELETE FROM catalog.category_product WHERE category_id = ?', $c{sale});
run("SELECT set_config('sutler.relist', '', false)");
run(q{INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (?, 'rule', ?)}, $acme, $c{sale});
run(q{UPDATE catalog.rule SET walked_to = '00000000-0000-0000-0000-000000000000'});
holds($was, 'made anew, the rows are those that were kept');
run('DELETE FROM catalog.category WHERE category_id = ?', $c{sale});
is(value('SELECT count(*) FROM catalog.condition'), 0, 'a collection takes its rule along');
done_testing;
