# Promise: a buyer of a size run orders all its cells at once or none of them; a mistake in one
# stands at that cell, and what was typed in the others stays.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shelf;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);

sub product_of { return $shop->value('SELECT product_id FROM catalog.product_text WHERE slug = ?', $_[0]) }
sub variants_of { return @{ $shop->dbh->selectcol_arrayref('SELECT variant_id FROM catalog.variant WHERE product_id = ? ORDER BY variant_id', undef, $_[0]) } }
sub pieces { return join ' ', map { "$_->[0]" } @{ $shop->dbh->selectall_arrayref('SELECT l.quantity FROM sales.cart_line l ORDER BY l.variant_id') } }
# The cells of the page, in its order: [variant, typed, sentence].
sub cells
{
	my $html = $_[0]->html;
	my @cells;
	push @cells, [$1, $2, $3 // ''] while $html =~ m{name="variant" value="([^"]+)"><input [^>]*name="quantity"[^>]*value="([^"]*)"[^>]*>(?:<p class="wrong"[^>]*>([^<]*)</p>)?}g;
	return @cells;
}
# What a browser posts: both lists in the order of the page.
sub run
{
	my ($v, $product, %quantity) = @_;
	my $page = $v->get("/en/cart/run/$product");
	return $v->post("/en/cart/run/$product", [map { ([variant => $_->[0]], [quantity => $quantity{ $_->[0] } // '']) } cells($page)]);
}

my $boot = product_of('boot-05');
my @v = variants_of($boot);

subtest 'the way there' => sub {
	my $v = $shop->visitor('one');
	my ($link) = $v->get('/en/p/boot-05')->html =~ m{href="(/en/cart/run/[^"]+)"};
	is $link, "/en/cart/run/$boot", 'the product leads to it';
	my $page = $v->get($link);
	is $page->status, 200, 'a page';
	is scalar cells($page), scalar @v, 'a cell for each variant';
	like $page->html, qr{<label for="f-quantity-\Q$v[0]\E"><span aria-hidden="true">38</span><span class="vh">Quantity of (?:Black, )?38</span>}, 'its label says colour and size';
	like $page->html, qr/noindex/, 'not for search engines';
	is $page->header('set-cookie'), '', 'looking makes no cart';
	unlike $v->get('/en/p/sandalia')->html, qr{/cart/run/}, 'a product of one variant has none';
	is $shop->visitor('three')->get("/cart/run/$boot")->status, 404, 'T27 nor has another tenant\'s';
};

subtest 'all cells at once' => sub {
	my $v = $shop->visitor('one');
	is run($v, $boot, $v[0] => 2, $v[1] => 3)->header('location'), '/en/cart', 'taken';
	is pieces(), '2 3', 'both lines';
	like $v->get('/en/cart')->text, qr/Added to your cart/, 'and said';
	is run($v, $boot, $v[1] => ' 1 ')->status, 303, 'one more, with blanks';
	is pieces(), '2 4', 'added to what was there';
	$shop->dbh->do('DELETE FROM sales.cart_line');
};

subtest 'a mistake in one cell' => sub {
	my $v = $shop->visitor('one');
	for my $bad ('-1', '1.5', 'x', '10001', '99999', '1e1') {
		my $page = run($v, $boot, $v[0] => 2, $v[1] => $bad);
		is $page->status, 422, "$bad is refused";
		my %at = map { $_->[0] => $_ } cells($page);
		is $at{ $v[0] }[1], 2, '... what was typed stays';
		is $at{ $v[1] }[1], $bad, '... the wrong too';
		like $at{ $v[1] }[2], qr/whole number/, '... and is told at its cell';
		is $at{ $v[0] }[2], '', '... not at the other';
	}
	my $page = run($v, $boot, $v[0] => 2, $v[1] => 11);
	my %at = map { $_->[0] => $_ } cells($page);
	is $page->status, 422, 'more than there is';
	like $at{ $v[1] }[2], qr/only so many left: 10/, 'how many there are';
	is pieces(), '', 'nothing was taken';
	is $v->{cookies}{cart}, undef, 'no cart was made';
	like run($v, $boot)->text, qr/at least one/, 'none at all';
	like run($v, $boot, map { ($_ => 0) } @v)->text, qr/at least one/, 'only noughts';
};

subtest 'what no page of ours sends' => sub {
	my $v = $shop->visitor('one');
	is $v->post("/en/cart/run/$boot", [[variant => $v[0]], [variant => $v[1]], [quantity => 1]])->status, 400, 'lists of two lengths';
	is $v->post("/en/cart/run/$boot", [map { ([variant => $v[0]], [quantity => 1]) } 1 .. 100])->status, 400, 'T66 too many cells';
	my $page = $v->post("/en/cart/run/$boot", [[variant => $f->{variant}{SANDAL}], [quantity => 1]]);
	is $page->status, 422, 'T27 a variant of another tenant';
	is pieces(), '', 'nothing was taken';
	is $v->post("/en/cart/run/$boot", [[variant => $v[0]], [quantity => 6], [variant => $v[0]], [quantity => 6]])->status, 422,
		'a cell twice counts together';
	is pieces(), '', 'and takes nothing';
};

done_testing;
