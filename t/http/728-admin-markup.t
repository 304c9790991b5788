# Promise (CAT-15): at the console a store's prices are made to follow another store, or what goods cost, after a look at
# what becomes of them; a price by hand ends that; who may not see costs or a store follows neither; and a store shows
# the pictures that it chose of a product, in its order, on card and page.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(program_rows);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home login catalog admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my @may = qw(catalog.view catalog.edit catalog.price);
my $ana = Staff->new($shop, $f, 'acme', may => [@may, 'catalog.cost']);
my ($acme, $one, $two) = ($f->{tenant}{acme}, @{ $f->{store} }{qw(one two)});
my $base = '/admin/catalog';
sub price
{
	my ($store, $currency, $sku) = @_;
	return scalar($shop->value(q{SELECT amount || CASE WHEN reckoned THEN ' by rule' ELSE '' END FROM catalog.price WHERE store_id = ? AND currency = ? AND variant_id = ? AND customer_group = ''
		AND min_quantity = 1 AND starts_at = '-infinity'}, $store, $currency, $f->{variant}{$sku})) // 'none';
}
sub send_rule { my ($who, $path, %form) = @_; return $who->visitor->submit($who->get($path), field => 'follows', { do => 'save', reason => 'as agreed', %form }) }

subtest 'a store' => sub {
	my $page = $ana->get("$base/markup?currency=USD");
	is $page->status, 200, 'a page';
	like $page->html, qr/value="store:$two:EUR"/, 'offers the other stores';
	like $page->html, qr/value="store:$one:EUR"/, 'and this one in its other currency';
	unlike $page->html, qr/value="store:$one:USD"/, 'but not itself';
	my $bad = send_rule($ana, "$base/markup?currency=USD", follows => "store:$one:EUR", percent => 'much', rate => '');
	is $bad->status, 422, 'a percentage in words is not taken';
	like $bad->html, qr/id="w-percent"/, 'which is said beside it';
	like $bad->html, qr/id="w-rate"/, 'as is a rate that two currencies need';
	is send_rule($ana, "$base/markup?currency=USD", follows => 'store:x:EUR')->status, 422, 'something that cannot be followed';
	my $look = $ana->visitor->submit($page, field => 'follows', { do => 'look', follows => "store:$one:EUR", percent => '-4', rate => '1,25', ending => '95', take => 1 });
	is $look->status, 200, 'what would become of prices is shown';
	like $look->html, qr/PLAIN.*?12\.00.*?11\.95/s, 'as they are and would be';
	is price($one, 'USD', 'PLAIN'), '1200', 'and nothing is written';
	is send_rule($ana, "$base/markup?currency=USD", follows => "store:$one:EUR", percent => '-4', rate => '1,25', ending => '95', take => 1, reason => '')->status, 422, 'a reason is wanted';
	is send_rule($ana, "$base/markup?currency=USD", follows => "store:$one:EUR", percent => '-4', rate => '1,25', ending => '95', take => 1)->status, 303, 'it is saved';
	is price($one, 'USD', 'PLAIN'), '1195 by rule', 'prices follow';
	$page = $ana->get("$base/markup?currency=USD");
	like $page->html, qr/name="percent" value="-4"/, 'the form has it';
	like $page->html, qr/name="rate" value="1\.25"/, 'with its rate';
	like scalar($shop->value(q{SELECT reason || detail FROM audit.entry WHERE action = 'store.markup'})), qr/as agreed.*"percent": \[null, -400\]/, 'SEC-05 and the log why';
	is $ana->visitor->submit($page, field => 'follows', { do => 'save', reason => 'again', over => 0 })->status, 422, 'a form filled in before is old';
	is $ana->get("$base/markup?currency=IDR")->status, 404, 'the store has no such currency';
};

subtest 'one product' => sub {
	my $url = "$base/$f->{product}{FEW}/markup?currency=USD";
	like $ana->get($url)->html, qr/value="hand"/, 'may follow nothing';
	is send_rule($ana, $url, follows => "store:$one:EUR", percent => '100', rate => '1')->status, 303, 'a rule of its own';
	is price($one, 'USD', 'FEW'), '5000 by rule', 'is followed at once';
	my $prices = $ana->get("$base/$f->{product}{FEW}/prices?currency=USD");
	like $prices->html, qr/By rule/, 'the page of prices says so';
	is $ana->visitor->submit($prices, field => 'price', { price => '41.00', reason => 'a guess' })->status, 303, 'a price by hand';
	is price($one, 'USD', 'FEW'), '4100', 'ends it for the variant';
	is $ana->visitor->submit($ana->get("$base/$f->{product}{FEW}/prices?currency=USD"), field => 'price', { price => '', reason => 'by rule again' })->status, 303, 'an empty one';
	is price($one, 'USD', 'FEW'), '5000 by rule', 'brings it back';
	is $ana->get("$base/01900000-0000-7000-8000-00000000ffff/markup")->status, 404, 'a product that is not there';
};

subtest 'who may what' => sub {
	my $eve = Staff->new($shop, $f, 'acme', may => \@may, stores => ['one']);
	my $page = $eve->get("$base/markup");
	unlike $page->html, qr/value="cost:/, 'SEC-01 costs are offered to who may see them';
	unlike $page->html, qr/value="store:$two:/, 'TEN-05 and stores to who works there';
	my $form = sub { my ($follows) = @_; return $eve->visitor->post($eve->path("$base/markup"), { csrf => $page->html =~ /name="csrf" value="([^"]+)"/, currency => 'EUR', over => 0, follows => $follows, percent => 5, do => 'look' }) };
	is $form->('cost:EUR')->status, 403, 'a forged form shows no cost';
	is $form->("store:$two:EUR")->status, 404, 'nor a store';
	is send_rule($ana, "$base/markup?currency=EUR", follows => 'cost:EUR', percent => '80')->status, 303, 'who may see costs lets prices follow them';
	my $shown = $eve->get("$base/markup?currency=EUR");
	unlike $shown->html, qr/name="percent" value="80"/, 'which others cannot read off';
	unlike $shown->html, qr/name="do" value="save"/, 'nor change';
	my $kim = Staff->new($shop, $f, 'acme', may => ['catalog.view']);
	unlike $kim->get("$base/markup?currency=USD")->html, qr/name="do" value="save"/, 'who may only look cannot save';
};

subtest 'pictures of a store' => sub {
	my $product = $f->{product}{PLAIN};
	my @media = map { my $id = Fixture::id(); $f->{dbh}->do("SELECT set_config('sutler.tenant', ?, false)", undef, $acme);
		$f->add('catalog.media', tenant_id => $acme, media_id => $id, name => sprintf('aa/%030x', $_), mime => 'image/png', bytes => 9, width => 900, height => 900);
		$f->add('catalog.product_media', tenant_id => $acme, product_id => $product, media_id => $id, position => $_);
		$f->add('catalog.product_media_text', tenant_id => $acme, product_id => $product, media_id => $id, locale => 'en', label => "View $_");
		$id } 1 .. 3;
	my $url = "$base/$product/listing";
	my $card = sub { return scalar $shop->value(q{SELECT right(image, 1) || ' ' || alt FROM catalog.listing WHERE store_id = ? AND product_id = ? AND locale = 'en' AND currency = 'EUR'}, $_[0], $product) };
	my $on_page = sub { my ($store, $path) = @_; my %seen; return join ' ', grep { !$seen{$_}++ } $shop->visitor($store)->get($path)->html =~ m{/media/aa/0{29}(\d)-}g };
	is $card->($one), '1 View 1', 'the first picture stands on the card';
	my $page = $ana->get($url);
	like $page->html, qr/View 3/, 'the page shows them all';
	my $send = sub { my (%o) = @_; my $now = $ana->get($url); my ($csrf) = $now->html =~ /name="csrf" value="([^"]+)"/; my ($revision) = $now->html =~ /name="revision" value="(\d+)"/;
		return $ana->visitor->post($ana->path("$url/pictures"), { csrf => $csrf, revision => $revision, media => \@media, order => [1, 2, 3], %o }) };
	is $send->(pictures => 'own', shown => [])->status, 422, 'none at all is no choice';
	is $send->(pictures => 'own', shown => [@media[1, 2]], order => [1, 'x', 3])->status, 422, 'a place is a number';
	is $send->(pictures => 'own', shown => [@media[1, 2]], order => [1, 9, 3])->status, 303, 'two of them, the last one first';
	is $card->($one), '3 View 3', 'the card shows that one, with its description';
	is $card->($two), '1 View 1', 'in this store alone';
	is $on_page->('one', '/en/p/plain'), '3 2', 'the product\'s page both, in this order';
	is $on_page->('two', '/p/plain'), '1 2 3', 'that of another store all';
	like $ana->get($url)->html, qr/value="own" checked/, 'the form says so';
	is $send->(pictures => 'product')->status, 303, 'those of the product again';
	is $card->($one), '1 View 1', 'are shown';
	is scalar($shop->value('SELECT count(*) FROM catalog.store_product_media')), 0, 'and nothing is kept';
	is $send->(pictures => 'own', shown => [$media[0]])->status, 303, 'a choice';
	like scalar($shop->value(q{SELECT string_agg(detail, ' ') FROM audit.entry WHERE action = 'product.listed'})), qr/own_media/, 'SEC-05 is in the log';
};
is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
