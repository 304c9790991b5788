#!/usr/bin/perl
# Promise: a product has its files once, at most so many, in the order that was last given, whoever
# brings them at the same moment; a file that is put to use is not forgotten, however close the sweep
# comes; and no door opens on another merchant's product.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $actor = '01900000-0000-7000-8000-00000000aaaa';
my ($plain, $few) = @{ $f->{product} }{qw(PLAIN FEW)};
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub name { return sprintf 'ab/%030x', $_[0] }
sub door { return $s->dbh('_sutler-admin-media') }
my $d = door();
sub call { my ($c, $t, $sql, @bind) = @_; return Race::transaction($c, $t, sub { ($_[0]->selectrow_array($sql, undef, @bind))[0] }) }
sub add
{
	my ($c, $t, $product, $mime, @n) = @_;
	return call($c, $t, 'SELECT catalog.desk_media_add(?, ?, ?, ?, ?, ?, ?, ?, ?)', $t, $actor, $product, [map { name($_) } @n], [($mime) x @n], [(9) x @n],
		[(8) x @n], [(8) x @n], [map { "$_.png" } @n]);
}
sub order { my ($product, $kind) = @_; return join ' ', map { hex substr $_, 3 } @{ $dbh->selectcol_arrayref(q{SELECT m.name FROM catalog.product_media x
	JOIN catalog.media m USING (tenant_id, media_id) WHERE x.product_id = ? AND x.kind = ? ORDER BY x.position}, undef, $product, $kind // 'image') } }
sub media { my ($n) = @_; return value('SELECT media_id FROM catalog.media WHERE name = ? AND tenant_id = ?', name($n), $acme) }
sub save
{
	my ($t, $product, %o) = @_;
	return call($d, $t, 'SELECT catalog.desk_media_save(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $t, $actor, $product,
		$o{revision} // value('SELECT revision FROM catalog.product WHERE product_id = ?', $product), $o{media} // [], $o{places} // [],
		$o{values} // [('') x @{ $o{media} // [] }], $o{gone} // [], $o{label_media} // [], $o{locales} // [], $o{labels} // []);
}

is(add($d, $acme, $plain, 'image/png', 3, 1, 2, 1), 'ok', 'files come in');
is(order($plain), '3 1 2', 'in the order sent, each once');
is(add($d, $acme, $plain, 'image/png', 2, 4), 'ok', 'one of them again');
is(order($plain), '3 1 2 4', 'stays where it is');
is(add($d, $acme, $plain, 'application/pdf', 5), 'ok', 'a document');
is(order($plain, 'document'), '5', 'has an order of its own');
is(add($d, $acme, $plain, 'image/png', 10 .. 24), 'many', 'more than 18 of a kind are too many');
is(add($d, $acme, $plain, 'image/png', 10 .. 23), 'ok', '18 are not');
is(value('SELECT count(*) FROM catalog.media WHERE name = ?', name(24)), 0, 'who declines has written nothing');
is(save($acme, $plain, gone => [map { media($_) } 10 .. 23]), 'ok', 'they leave');
is(add($d, $bahari, $plain, 'image/png', 30), 'gone', 'T26 another merchant finds no such product');
is(save($bahari, $plain, gone => [media(3)]), 'gone', 'T26 and takes nothing from it');

# ---- order ----
my @m = map { media($_) } 3, 1, 2, 4;
for my $case ([[1, 2, 3, 1], '4 3 1 2', 'to the front'], [[4, 2, 3, 4], '3 1 2 4', 'and back behind the last'], [[2, 1, 3, 4], '1 3 2 4', 'two change places'],
	[[1, 1, 1, 1], '3 2 4 1', 'all to the first'], [[900, 800, 2, 1], '1 4 2 3', 'any numbers']) {
	my ($places, $want, $what) = @$case;
	is(save($acme, $plain, media => [@m], places => $places), 'ok', $what);
	is(order($plain), $want, "... $want");
	@m = map { media($_) } split / /, order($plain);
}
is(save($acme, $plain, media => [$m[3]], places => [1]), 'ok', 'a form that holds one of four');
is(order($plain), '3 1 4 2', 'leaves the others in their order, behind it');
is(order($plain, 'document'), '5', 'and documents alone');
is(save($acme, $plain, revision => 1, media => [$m[0]], places => [1]), 'changed', 'a form that is old is refused');
is(save($acme, $plain, media => [media(1)], places => [1], values => ['no value']), 'value', 'and a value no variant has');
is(save($acme, $few, media => [media(1)], places => [1]), 'gone', 'and a file of another product');
is(save($acme, $plain, label_media => [media(1)], locales => ['xx'], labels => ['x']), 'gone', 'and a language no store speaks');
is(save($acme, $plain, label_media => [media(1), media(1)], locales => ['es', 'en'], labels => ['Suela', 'Sole']), 'ok', 'words');
is(save($acme, $plain, label_media => [media(1)], locales => ['es'], labels => ['']), 'ok', 'can be taken back');
is(join(' ', @{ $dbh->selectcol_arrayref('SELECT locale || label FROM catalog.product_media_text WHERE media_id = ?', undef, media(1)) }), 'enSole', 'one by one');
my $entries = value('SELECT count(*) FROM audit.entry');
is(save($acme, $plain, media => [map { media($_) } 3, 1, 4, 2], places => [1 .. 4]), 'ok', 'nothing new');
is(value('SELECT count(*) FROM audit.entry'), $entries, 'is not logged');

# ---- at once ----
my $new = sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-media') };
my $seen = Race::at_once($dbh, $new, $acme, map { my @n = $_ % 2 ? (40 .. 45) : reverse 40 .. 45; my $p = $_ % 4 < 2 ? $plain : $few;
	sub { my ($c) = @_; return ($c->selectrow_array('SELECT catalog.desk_media_add(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $p, [map { name($_) } @n],
		[('image/png') x 6], [(9) x 6], [(8) x 6], [(8) x 6], [('x.png') x 6]))[0] } } 1 .. 8);
is_deeply($seen, { ok => 8 }, 'eight bring the same files to two products, and nobody waits for ever');
is(value('SELECT count(*) FROM catalog.media WHERE name BETWEEN ? AND ?', name(40), name(45)), 6, 'they are there once');
is(value(q{SELECT count(*) FROM catalog.product_media x JOIN catalog.media m USING (tenant_id, media_id) WHERE m.name BETWEEN ? AND ?}, name(40), name(45)), 12, 'and belong to both');
is(value(q{SELECT max(n) FROM (SELECT count(*) AS n FROM catalog.product_media WHERE product_id IN (?, ?) GROUP BY product_id, kind, position) x}, $plain, $few), 1,
	'each has a place of its own');

# ---- forgetting ----
my $sweeper = sub { my ($t) = @_; return call($s->dbh('_sutler-sweep-media'), $t, 'SELECT catalog.forget_media(?, 100)', $t) };
is($sweeper->($acme), 0, 'what came in today is left alone');
$dbh->do(q{UPDATE catalog.media SET created_at = created_at - interval '2 days'});
my $before = order($plain);
is($sweeper->($bahari), 0, 'T26 another merchant has nothing of it');
is($sweeper->($acme), 14, 'tomorrow what is used nowhere is forgotten');
is(order($plain), $before, 'and nothing else');
# What stands in other places than products.
for my $case (['category', sub { $dbh->do('INSERT INTO catalog.category (tenant_id, store_id, category_id, image) VALUES (?, ?, sutler.uuid7(), ?)', undef, $acme, $f->{store}{one}, name(60)) }, 60],
	['store', sub { $dbh->do('UPDATE tenancy.store SET logo = ? WHERE store_id = ?', undef, name(61), $f->{store}{one}) }, 61]) {
	my ($what, $use, $n) = @$case;
	add($d, $acme, $few, 'image/png', $n);
	$use->();
	save($acme, $few, gone => [media($n)]);
	$dbh->do(q{UPDATE catalog.media SET created_at = created_at - interval '2 days' WHERE name = ?}, undef, name($n));
	is($sweeper->($acme), 0, "the picture of a $what is kept");
}
# A file that is nobody's, and is put to use while the sweep looks at it.
add($d, $acme, $few, 'image/png', 70);
save($acme, $few, gone => [media(70)]);
$dbh->do(q{UPDATE catalog.media SET created_at = created_at - interval '2 days' WHERE name = ?}, undef, name(70));
{
	my $c = door();
	$c->begin_work;
	$c->do("SELECT set_config('sutler.tenant', ?, true)", undef, $acme);
	is(($c->selectrow_array('SELECT catalog.desk_media_add(?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $few, [name(70)], ['image/png'], [9], [8], [8], ['x']))[0], 'ok', 'somebody brings it');
	is($sweeper->($acme), 0, 'the sweep passes by');
	$c->commit;
}
is($sweeper->($acme), 0, 'and finds it in use');
is((split / /, order($few))[-1], 70, 'it is there');
done_testing;
