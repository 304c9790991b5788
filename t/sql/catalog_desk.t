#!/usr/bin/perl
# Promise: the desk of products knows each product by name and words at once, whoever changes it;
# its doors refuse what does not fit and then write nothing; of two who take the same at the same
# moment one is told; and no door opens on another merchant's product.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

binmode Test::More->builder->$_, ":utf8" for qw(output failure_output todo_output);
my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
sub role { my ($d) = @_; return $s->dbh('_sutler-admin-catalog') }

# ---- finding ----
as($acme);
sub found { my ($query) = @_; return join ' ', sort map { $_->[0] } @{ $dbh->selectall_arrayref(
	'SELECT p.reference FROM unnest(catalog.desk_find(?, ?, 10)) u (id) JOIN catalog.product p ON p.product_id = u.id', undef, $acme, $query) } }
is(found('plain'), 'PLAIN', 'a product is found by its reference');
$dbh->do(q{UPDATE catalog.product_text SET name = 'Suela Ñandú 42-B' WHERE product_id = ? AND locale = 'es'}, undef, $f->{product}{PLAIN});
is(found($_), 'PLAIN', "then by \"$_\"") for 'nandu', 'SUE', '42-b', '42 nan';
is(found('42 zebra'), '', 'each word must fit');
$dbh->do(q{UPDATE catalog.variant SET gtin = '4006381333931' WHERE variant_id = ?}, undef, $f->{variant}{PLAIN});
is(found('400638133'), 'PLAIN', 'by a GTIN begun');
is(value('SELECT name FROM catalog.desk WHERE product_id = ?', $f->{product}{PLAIN}), 'Suela Ñandú 42-B', 'the list has its name in the first language');
$dbh->do(q{UPDATE catalog.product SET status = 'archived' WHERE product_id = ?}, undef, $f->{product}{OUT});
is(value('SELECT status FROM catalog.desk WHERE product_id = ?', $f->{product}{OUT}), 'archived', 'and its state');
is(value('SELECT count(*) FROM catalog.desk'), value('SELECT count(*) FROM catalog.product'), 'each product once');

# ---- doors ----
my $d = role();
sub call { my ($t, $sql, @bind) = @_; return Race::transaction($d, $t, sub { ($_[0]->selectrow_array($sql, undef, @bind))[0] }) }
sub save
{
	my ($t, $product, %o) = @_;
	return call($t, 'SELECT catalog.desk_save(?, ?, ?, false, ?, ?, ?, ?, ?, ?, ?, 0, false, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $t, $actor, $product, $f->{store}{one}, '',
		$o{revision} // value('SELECT revision FROM catalog.product WHERE product_id = ?', $product), $o{reference} // 'PLAIN', 'active', '', $o{tax} // 'standard',
		[$o{locale} // 'en'], [$o{name} // 'Sole'], [$o{slug} // ''], [''], [''], [''], [''], [], []);
}
my $plain = $f->{product}{PLAIN};
my $entries = value('SELECT count(*) FROM audit.entry');
is(save($acme, $plain, reference => 'FEW'), 'reference', 'a reference of another product is refused');
is(save($acme, $plain, slug => 'few'), 'slug en', 'and an address');
is(save($acme, $plain, tax => 'none'), 'tax_class', 'and a tax class there is not');
is(save($acme, $plain, revision => 999), 'changed', 'and a form that is old');
is(save($acme, $plain, locale => 'xx'), 'gone', 'and a language no store speaks');
is(value('SELECT count(*) FROM audit.entry'), $entries, 'nothing was written');
is(save($bahari, $plain), 'gone', 'T26 another merchant finds no such product');
is(call($bahari, 'SELECT catalog.desk_prices(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)', $bahari, $actor, $plain, $f->{store}{three}, 'IDR', '', [$f->{variant}{PLAIN}], [1], [-1], 'why'),
	'gone', 'T26 nor its price');
is(call($acme, 'SELECT catalog.desk_prices(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $acme, $actor, $plain, value('SELECT revision FROM catalog.product WHERE product_id = ?', $plain),
	$f->{store}{one}, 'EUR', '', [$f->{variant}{FEW}], [1], [-1], 'why'), 'gone', 'nor a variant of another product');
is(save($acme, $plain, name => 'Strong sole'), 'ok', 'what fits is saved');
is(value('SELECT slug FROM catalog.listing WHERE product_id = ? AND locale = ? LIMIT 1', $plain, 'en'), 'strong-sole', 'and listed in the same transaction');
is(value('SELECT count(*) FROM audit.entry'), $entries + 1, 'with one entry');
is(save($acme, $plain, name => 'Strong sole', slug => 'strong-sole'), 'ok', 'the same again');
is(value('SELECT count(*) FROM audit.entry'), $entries + 1, 'is no change');
is(join(',', eval { $d->do('DELETE FROM catalog.product'); 1 } // 'refused'), 'refused', 'the program itself writes nothing');

# ---- at the same moment ----
my $revision = value('SELECT revision FROM catalog.product WHERE product_id = ?', $plain);
my $seen = Race::at_once($dbh, sub { role() }, $acme, map { my $n = $_; sub { my ($c) = @_; return ($c->selectrow_array(
	'SELECT catalog.desk_variants(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $plain, $revision, [$f->{variant}{PLAIN}], ["SKU-$n"], [''], [100], ['active']))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, changed => 5 }, 'of six who save one product, one does') or diag explain $seen;
my @rows = map { [$f->{product}{$_}, $f->{variant}{$_}, value('SELECT revision FROM catalog.product WHERE product_id = ?', $f->{product}{$_})] } qw(FEW LAST MADE EURO);
$seen = Race::at_once($dbh, sub { role() }, $acme, map { my $r = $_; sub { my ($c) = @_; return ($c->selectrow_array(
	'SELECT catalog.desk_variants(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $r->[0], $r->[2], [$r->[1]], ['WANTED'], [''], [100], ['active']))[0] =~ s/^sku .*/sku/r } } @rows);
is($seen->{ok}, 1, 'of four products that want one SKU, one gets it') or diag explain $seen;
is(($seen->{sku} // 0) + ($seen->{taken} // 0), 3, 'the others are told') or diag explain $seen;
$d->disconnect;
done_testing;
