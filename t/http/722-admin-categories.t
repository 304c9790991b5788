# Promise: staff make the tree of categories, call them in each language, move and switch them and
# put products into them; the shop shows it in the same moment, an old address leads to the new one,
# none lies under itself whatever two people do at once, and no typed word is lost.  A collection can choose
# its products by a rule, which is written without scripts and shows what fits before it is saved.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
# What a worker knows of a store it asks anew for each request: what is read right behind a change is the page after it.
$ENV{SUTLER_TEST_SITE_AGE_MS} = 0;
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], name => 'Ana Ruiz');
my $base = '/admin/catalog/categories';
sub shop { return $shop->visitor('one')->get($_[0]) }
sub freshen { $shop->job('freshen', '--once'); return }
sub listed { my ($id) = @_; return join ' ', map { $_->{reference} } $shop->rows(q{SELECT DISTINCT p.reference FROM catalog.placement l
	JOIN catalog.product p USING (tenant_id, product_id) WHERE l.category_id = ? AND l.store_id = ? ORDER BY 1}, $id, $f->{store}{one}) }
# Depth and name of each row.
sub tree { return join ' ', map { join '', /deep-(\d)/, /<a href="[^"]+">([^<]+)/ } $ana->get($base)->html =~ m{(<th scope="row" class="deep-.*?</th>)}gs }
my %id;
sub made
{
	my ($name, %form) = @_;
	my $got = $ana->visitor->submit($ana->get("$base/new"), field => 'name_0', { name_0 => $name, %form });
	($id{$name}) = ($got->header('location') // '') =~ m{/categories/([0-9a-f-]{36})$};
	return $got;
}
sub saved { my ($name, %form) = @_; return $ana->visitor->submit($ana->get("$base/$id{$name}"), field => 'name_0', { %form }) }

subtest 'CAT-04 a tree is made' => sub {
	like $ana->get($base)->text, qr/no category yet/, 'at first there is none';
	like $ana->get('/admin/catalog')->html, qr{href="/en$base"}, 'the list of products leads there';
	my $bad = $ana->visitor->submit($ana->get("$base/new"), field => 'name_0', { name_0 => '', name_1 => '', description_0 => 'Palabras' });
	is $bad->status, 422, 'a language with texts needs a name';
	like $bad->html, qr/id="w-name_0">.*Palabras/s, 'said there, and nothing is lost';
	like $ana->visitor->submit($ana->get("$base/new"), field => 'name_0', {})->html, qr/id="w-name_0">A category needs/, 'and one name at least';
	is made('Suelas', name_1 => 'Soles')->status, 303, 'one is made';
	is made('Botas', parent => $id{Suelas}, name_1 => 'Boots')->status, 303, 'one below it';
	is made('Zapatos', parent => $id{Suelas}, place => 1, slug_0 => 'calzado')->status, 303, 'and one before that';
	is made('Cueros')->status, 303, 'and another beside the first';
	is tree(), '0Soles 1Zapatos 1Boots 0Cueros', 'the tree';
	freshen();
	like shop('/c/suelas')->text, qr/Suelas.*Zapatos.*Botas/s, 'the shop has it';
	like shop('/en/c/soles')->text, qr/Soles/, 'in both languages, by addresses made of the names';
	like made('Otra', slug_0 => 'suelas')->html, qr/id="w-slug_0">Another category/, 'an address is there once';
	is made('Sale', kind => 'collection')->status, 303, 'a collection';
	is_deeply [$ana->get($base)->text =~ /(Sale)/], ['Sale'], 'stands beside the tree';
};

subtest 'CAT-04 products in it' => sub {
	my $put = sub { my (%form) = @_; return $ana->visitor->submit($ana->get("$base/$id{Botas}"), field => 'codes', { %form }) };
	my $bad = $put->(codes => 'PLAIN, none-such');
	is $bad->status, 422, 'a code nobody has';
	like $bad->html, qr/id="w-codes">No product has this[^<]*none-such/, 'is said';
	like $bad->html, qr/value="PLAIN, none-such"/, 'with what was typed';
	is listed($id{Botas}), '', 'and nothing was added';
	is $put->(codes => 'PLAIN few, tiers')->status, 303, 'by reference, SKU and address';
	is listed($id{Botas}), 'FEW PLAIN TIERS', 'they are listed at once';
	is listed($id{Suelas}), 'FEW PLAIN TIERS', 'and above';
	my $page = $ana->get("$base/$id{Botas}");
	is_deeply [$page->html =~ /name="order" value="(\d+)"/g], [1, 2, 3], 'each behind the others';
	my @product = $page->html =~ /name="product" value="([^"]+)"/g;
	$bad = $ana->visitor->submit($page, field => 'codes', { order => ['x', 2, 3], gone => $product[1] });
	like $bad->html, qr/id="w-order_0">.*name="gone" value="$product[1]" checked/s, 'a mistake stands at its field';
	is $ana->visitor->submit($page, field => 'codes', { order => [9, 2, 3], gone => $product[1] })->status, 303, 'order and removal';
	is_deeply [$ana->get("$base/$id{Botas}")->html =~ /name="product" value="([^"]+)"/g], [@product[2, 0]], 'are kept';
	is $shop->value(q{SELECT position FROM catalog.placement WHERE category_id = ? AND product_id = ? LIMIT 1}, $id{Botas}, $product[0]), 9, 'the shop recommends by it';
	freshen();
	like $ana->get($base)->html, qr{Boots.*?<td class="num">2</td><td class="num">2</td>}s, 'the tree counts them';
	like shop('/c/botas')->text, qr/Product TIERS.*Product PLAIN/s, 'and the shop shows them so';
};

subtest 'CAT-04 CAT-22 moving, renaming, switching off' => sub {
	like saved('Suelas', parent => $id{Botas})->html, qr/id="w-parent">/, 'none lies under itself';
	unlike $ana->get("$base/$id{Suelas}")->html, qr{<option value="$id{Botas}"}, 'and is not offered to';
	is saved('Botas', parent => $id{Cueros})->status, 303, 'one moves';
	is tree(), '0Soles 1Zapatos 0Cueros 1Boots', 'to another place';
	is listed($id{Suelas}) . '|' . listed($id{Cueros}), '|PLAIN TIERS', 'its products with it, at once';
	like $shop->value(q{SELECT trail FROM catalog.product_page WHERE product_id = ? AND locale = 'es' LIMIT 1}, $f->{product}{PLAIN}), qr/Cueros.*Botas/s, 'and the way to them';
	is saved('Cueros', place => 1)->status, 303, 'it comes to the front';
	is tree(), '0Cueros 1Boots 0Soles 1Zapatos', 'with all below';
	is saved('Botas', name_0 => 'Botines', slug_0 => 'botines', meta_title_0 => 'Botines de cuero')->status, 303, 'it gets another name and address';
	$id{Botines} = $id{Botas};
	freshen();
	ok wait_for(5, sub { (shop('/c/botas')->header('location') // '') eq '/c/botines' }), 'where the old one leads';
	like shop('/c/botines')->html, qr{<title>Botines de cuero}, 'with its title for search engines';
	is saved('Cueros', visible => undef)->status, 303, 'it is switched off';
	is listed($id{Botas}) . listed($id{Cueros}), '', 'and all below it';
	freshen();
	ok wait_for(5, sub { shop('/c/botines')->status == 404 }), 'is not in the shop';
	is shop('/p/plain')->status, 200, 'its products stay';
	is saved('Cueros', visible => 1)->status, 303, 'and on again';
	is listed($id{Botas}), 'PLAIN TIERS', 'with what was in it';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'category.changed' AND target = ? AND actor = ?}, "category $id{Cueros}", $ana->{id}), 3, 'SEC-05 the log has each change';
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], name => 'Ben Ode');
	my ($hers, $his) = ($ana->get("$base/$id{Zapatos}"), $ben->get("$base/$id{Zapatos}"));
	is $ana->visitor->submit($hers, field => 'name_0', { name_0 => 'Zapatillas' })->status, 303, 'two at one: she saves first';
	my $told = $ben->visitor->submit($his, field => 'name_0', { name_0 => 'Sandalias' });
	like $told->text, qr/Somebody else has changed this category/, 'he is told';
	like $told->html, qr/value="Sandalias"/, 'and keeps his words';
};

subtest 'whose it is' => sub {
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	is $siti->get("$base/$id{Suelas}")->status, 404, 'T26 another merchant has no such category';
	my $two = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], stores => ['two']);
	is $two->get("$base/$id{Suelas}")->status, 404, 'TEN-05 nor has another store';
	unlike $two->get($base)->text, qr/Suelas/, 'whose tree is its own';
	my $looks = Staff->new($shop, $f, 'acme', may => ['catalog.view']);
	unlike $looks->get("$base/$id{Suelas}")->html, qr/>Save</, 'P21 who may only look, looks';
	is $looks->get("$base/new")->status, 403, 'and makes none';
};
subtest 'CAT-04 a category has a picture' => sub {
	my $url = "$base/$id{Zapatos}";
	my %media = map { $_ => $shop->value('SELECT sutler.uuid7()') } qw(acme other bahari);
	$f->{dbh}->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $f->{tenant}{$_->[1]}), $f->add('catalog.media', tenant_id => $f->{tenant}{$_->[1]}, media_id => $media{$_->[0]},
		name => $_->[2], mime => 'image/jpeg', bytes => 9, width => 900, height => 900, file_name => "$_->[0].jpg")
		for ['acme', 'acme', 'aa/' . 'b' x 30], ['other', 'acme', 'aa/' . 'c' x 30], ['bahari', 'bahari', 'aa/' . 'd' x 30];
	my $post = sub { my ($page, %form) = @_; return $ana->visitor->submit($page, field => 'picture', { %form }) };
	like $ana->get($url)->html, qr{It has no picture.*href="/en$url/picture"}s, 'at first it has none';
	my $page = $ana->get("$url/picture");
	is_deeply [sort $page->html =~ /alt="(\w+)\.jpg"/g], [qw(acme other)], 'T26 it is chosen among those of the merchant';
	like $post->($page, picture => $media{bahari})->html, qr/id="w-picture">This picture is not there/, 'another\'s is refused';
	is $post->($page, picture => $media{acme}, alt_0 => 'Zapatos <en> una mesa')->status, 303, 'one is chosen, with words';
	like $ana->get($url)->html, qr{/media/aa/b{30}-240\.webp}, 'the desk shows it';
	like $ana->get("$url/picture")->html, qr{value="$media{acme}" checked.*value="Zapatos &lt;en&gt; una mesa"}s, 'and what was chosen';
	like $post->($page, picture => $media{other})->text, qr/Somebody else has changed/, 'an old form is refused';
	freshen();
	like shop('/c/calzado')->html, qr{<img src="/media/aa/b{30}-480\.webp" srcset="[^"]+" sizes="[^"]+" width="480" height="480" alt="Zapatos &lt;en&gt; una mesa">},
		'the shop shows it at the head, in its sizes, at once';
	ok !eval { $shop->change('DELETE FROM catalog.media WHERE media_id = ?', $media{acme}); 1 }, 'it cannot be swept away';
	is $post->($ana->get("$url/picture"), picture => '', alt_0 => '')->status, 303, 'none again';
	freshen();
	ok wait_for(5, sub { shop('/c/calzado')->html !~ m{/media/aa/b{30}} }), 'and it is gone';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'category.pictured' AND target = ?}, "category $id{Zapatos}"), 2, 'SEC-05 the log has both';
};

subtest 'CAT-04 a category is deleted' => sub {
	my ($put) = $shop->value('SELECT count(*) FROM catalog.category_product WHERE category_id = ?', $id{Botas});
	my $page = $ana->get("$base/$id{Botas}");
	like $page->text, qr/stay in the shop\s*$put\b.*Its address leads to\s*Cueros/s, 'what happens is said before';
	my $post = sub { my ($from, %form) = @_; return $ana->visitor->submit($from, field => 'reason', { %form }) };
	is $post->($page, reason => '')->status, 422, 'it wants a reason';
	my $was = listed($id{Botas});
	ok $was, 'with products in it';
	is $post->($page, reason => 'sold no more')->status, 303, 'it goes';
	is $shop->value('SELECT count(*) FROM catalog.category WHERE category_id = ?', $id{Botas}), 0, 'it is gone';
	freshen();
	ok wait_for(5, sub { (shop('/c/botines')->header('location') // '') eq '/c/cueros' }), 'its address leads to what it lay under';
	is shop('/c/botas')->header('location') // '', '/c/cueros', 'and so does the one before';
	is shop('/p/plain')->status, 200, 'its products stay';
	is $ana->get("$base/$id{Botas}")->status, 404, 'the desk does not know it';
	like $shop->value(q{SELECT reason || ' ' || detail FROM audit.entry WHERE action = 'category.deleted' AND target = ?}, "category $id{Botas}"),
		qr/^sold no more .*botines/, 'SEC-05 the log does';
	my $top = $shop->value('SELECT count(*) FROM catalog.category WHERE store_id = ? AND parent_id IS NULL', $f->{store}{one});
	my $below = $shop->value('SELECT count(*) FROM catalog.category WHERE parent_id = ?', $id{Suelas});
	is $post->($ana->get("$base/$id{Suelas}"), reason => 'a flatter tree')->status, 303, 'one at the top goes';
	is $shop->value('SELECT count(*) FROM catalog.category WHERE store_id = ? AND parent_id IS NULL', $f->{store}{one}), $top - 1 + $below, 'what lay below stands at the top';
	is $shop->value(q{SELECT count(*) FROM catalog.slug_history WHERE target_id = ?}, $id{Suelas}), 0, 'and its address leads nowhere';
};

subtest 'CAT-05 a collection by rule' => sub {
	my $url = "$base/$id{Sale}";
	my $rule = sub { my ($page, $do, %form) = @_; return $ana->visitor->submit($page, field => 'match', { do => $do, %form }) };
	like $ana->get($url)->html, qr{chosen by hand.*href="/en$url/rule"}s, 'at first by hand; a link leads to the rule';
	my $page = $ana->get("$url/rule");
	like $page->text, qr/There is no condition yet/, 'there is none';
	like $rule->($page, 'save', match => 'all')->html, qr/id="w-more">A rule needs a condition/, 'a rule without one is refused';
	$page = $rule->($page, 'add', more => 'price');
	is $page->status, 200, 'one is added, without scripts';
	like $page->html, qr/value="all" checked.*1\. Costs.*name="low".*name="high".*value="EUR" selected/s, 'with its fields, and then it is a rule';
	$page = $rule->($page, 'add', more => 'tag', low => '5', high => '4');
	like $page->html, qr/name="low" value="5".*2\. Has the tag/s, 'and another; what was typed stays';
	my $bad = $rule->($page, 'preview', high => ['4', ''], word => ['', '']);
	is $bad->status, 422, 'wrong ones';
	like $bad->html, qr/id="w-high_0">The highest.*id="w-word_1">Please fill/s, 'are told at their fields';
	like $rule->($page, 'preview', low => ['much', ''], word => ['', 'x'])->html, qr/name="low" value="much"[^>]*aria-invalid.*id="w-low_0">/s, 'with what was typed';
	$page = $rule->($page, 'drop_1', low => ['9,50', ''], high => ['12.50', '']);
	unlike $page->html, qr/Has the tag<.legend>/, 'one is removed';
	$page = $rule->($page, 'preview');
	like $page->html, qr{2 products fit</h2>.*Product LAST}s, 'what fits is shown and counted';
	is listed($id{Sale}), '', 'and nothing has changed yet';
	my $old = $ana->get("$url/rule");
	is $rule->($page, 'save')->status, 303, 'it is saved';
	freshen();
	is listed($id{Sale}), 'LAST PLAIN', 'the shop follows';
	like shop('/c/sale')->text, qr/Product LAST/, 'on its page';
	like $ana->get($url)->html, qr/A rule chooses them/, 'the desk says so';
	unlike $ana->get($url)->html, qr/name="codes"/, 'and nobody adds by hand';
	like $ana->get($base)->html, qr{Sale</a> <span class="tag">By rule}, 'the list too';
	like $ana->get("$url/rule")->html, qr{name="low" value="9.50".*name="high" value="12.50".*2 products fit}s, 'the rule is there with what fits';
	like $rule->($rule->($old, 'add', more => 'reduced'), 'save')->text, qr/Somebody else has changed/, 'an old form is refused';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'category.rule' AND target = ? AND actor = ?}, "category $id{Sale}", $ana->{id}), 1, 'SEC-05 it is logged';
	$page = $rule->($ana->get("$url/rule"), 'add', more => 'category');
	like $rule->($page, 'save')->html, qr/id="w-pick_1">Please choose a category/, 'a category must be chosen';
	is $rule->($page, 'save', pick => ['', $id{Cueros}])->status, 303, 'and is';
	freshen();
	is listed($id{Sale}), '', 'no product fits both';
	is $ana->visitor->submit($ana->get("$base/$id{Cueros}"), field => 'reason', { reason => 'sold no more' })->status, 303, 'the category is deleted';
	like $ana->get("$url/rule")->html, qr/id="w-pick_1">What was chosen here was deleted/, 'which the rule says';
	is $rule->($ana->get("$url/rule"), 'save', match => 'hand')->status, 303, 'by hand again';
	like $ana->get($url)->html, qr/name="codes"/, 'as before';
	is $ana->get("$base/$id{Zapatos}/rule")->status, 404, 'a category of the tree has no rule';
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	is $siti->get("$url/rule")->status, 404, 'T26 nor is it there for another merchant';
	my $looks = Staff->new($shop, $f, 'acme', may => ['catalog.view']);
	unlike $looks->get("$url/rule")->html, qr/>Save</, 'P21 who may only look, looks';
};

is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
