#!/usr/bin/perl
# Promise: words that staff say mean the same find each other's products at once, in their store and language alone; what
# was searched for in vain is shown; what is wrong is said by its line, and no typed word is lost.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
# What a worker knows of a store it asks anew for each request: what is read right behind a change is the page after it.
$ENV{SUTLER_TEST_SITE_AGE_MS} = 0;
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit)], stores => [qw(one two)], name => 'Ana Ruiz');
my $url = '/admin/catalog/search?language=en';
sub one { my ($sql, @args) = @_; $shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $acme); return ($shop->dbh->selectrow_array($sql, undef, @args))[0] }
one('SELECT 1');
for ([PLAIN => 'Red trainers'], [FEW => 'Sneaker of canvas'], [LAST => 'Tennis shoes'], [MADE => 'Parka']) {
	my ($reference, $name) = @$_;
	$shop->dbh->do('UPDATE catalog.product_text SET name = ? WHERE product_id = ? AND locale = ?', undef, $name, $f->{product}{$reference}, 'en');
}
$shop->job('freshen', '--once');
my %slug = map { lc $_ => 1 } qw(PLAIN FEW LAST MADE);
# What a search finds; where that is nothing, the page shows other goods.
sub found
{
	my ($q, $host) = @_;
	my $html = $shop->visitor($host // 'one')->get(($host ? '' : '/en') . "/search?q=$q")->html;
	return $html =~ /role="status"/ ? join ' ', sort grep { $slug{$_} } $html =~ m{<h3><a href="(?:/en)?/p/([\w-]+)"}g : '';
}
sub save { my ($words, %o) = @_; return $ana->visitor->submit($o{from} // $ana->get($o{url} // $url), field => 'words', { words => $words }) }

subtest 'SRC-03 words that mean the same' => sub {
	is found('sneakers'), 'few', 'before, a word finds what has it';
	is found('tennis+shoes'), 'last', 'and so do two';
	like $ana->get('/admin/catalog')->html, qr{href="/en/admin/catalog/search"}, 'the list of products leads to the page';
	is save("trainers,  sneakers , tennis shoes\r\n\r\nparka, anorak, Windjacke")->status, 303, 'lines are saved';
	like $ana->get($url)->html, qr{>trainers, sneakers, tennis shoes\nparka, anorak, Windjacke</textarea>}, 'tidy';
	is found($_), 'few last plain', "now \"$_\" finds all of them" for qw(sneakers trainer Tennis+shoes);
	is found('red+sneakers'), 'plain', 'with another word what has that, too';
	is found('anoraks'), 'made', 'a word that no product has';
	is found('windjacken'), '', 'stems are those of the language';
	is found('windjacke'), 'made', 'a word of another language is itself';
	is found('sneakers+-red'), 'few last', 'what must not be in it stays out';
	is found('tennis'), 'last', 'a part of a phrase is not the phrase';
	is found('tennis+shoes', 'two'), 'last', 'the other store sells some of them';
	is found('sneakers', 'two'), 'few', 'and knows nothing of what means the same in the first';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'synonyms.changed' AND detail LIKE '%sneakers%'}), 1, 'SEC-05 the log has it';
	is save("trainers, sneakers, tennis shoes\nparka, anorak, Windjacke")->status, 303, 'the same again';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'synonyms.changed'}), 1, 'is no change';
	is save('')->status, 303, 'all are taken away';
	is found('sneakers'), 'few', 'and mean nothing any more';
};

subtest 'what is wrong' => sub {
	my $wrong = sub { my ($words, $sentence) = @_; my $page = save($words); is $page->status, 422, "refused: $sentence"; like $page->html, qr{id="w-words">\Q$sentence\E}, '... beside the field'; return $page };
	my $page = $wrong->("one, two\nlonely", 'Line 2: please write at least two words');
	like $page->html, qr{>one, two\nlonely</textarea>}, 'and stays there';
	$wrong->("boot, Boots", 'Line 1: please write at least two words that differ');
	$wrong->("a1, b1\n\nthe, boot", 'Line 3: there is a word in it that no search looks for');
	$wrong->(join(',', map { "w$_" } 1 .. 21), 'Line 1: these are more than 20');
	$wrong->('a' x 61 . ',b1', 'Line 1: a word has more than 60');
	$wrong->(join("\n", map { "a$_, b$_" } 1 .. 201), 'These are more than 200 lines');
	is save(join "\n", map { "a$_, b$_" } 1 .. 200)->status, 303, '200 may be';
	my $old = $ana->get($url);
	is save('x1, x2')->status, 303, 'one saves';
	my $late = save('y1, y2', from => $old);
	like $late->text, qr/Somebody else has changed these words/, 'who was second is told';
	like $late->html, qr{>y1, y2</textarea>}, 'and keeps what he typed';
	is $ana->get('/admin/catalog/search?language=fr')->status, 404, 'a language the store does not speak';
	is save("'); DROP TABLE catalog.synonym; --, x & | ! <-> y")->status, 303, 'operators are no operators';
	is found('x+y'), '', 'and nothing breaks';
	save('');
};

subtest 'what was searched for' => sub {
	$shop->dbh->do('INSERT INTO analytics.search (tenant_id, search_id, store_id, locale, query, corrected, hits)
		SELECT ?, sutler.uuid7(), ?, ?, q, c, h FROM (VALUES (1, ?, ?, 0), (2, ?, ?, 0), (3, ?, ?, 3), (4, ?, ?, 0), (5, ?, ?, 2)) v (n, q, c, h) ORDER BY n', undef, $acme, $f->{store}{one}, 'es',
		galoshes => '', galoshes => '', sneekers => 'sneaker', '<b>clogs' => '', '<b>clogs' => '');
	my ($vain, $most) = $ana->get('/admin/catalog/search?language=es')->html =~ m{Searched for in vain</h2>(.*)Searched for most</h2>(.*)</main>}s;
	is join(' ', $vain =~ m{<th scope="row" lang="es">([^<]*)</th><td class="num">(\d+)}g), 'galoshes 2', 'in vain is what the last search of it did not find';
	is join(' ', $most =~ m{<th scope="row" lang="es">([^<]*)</th><td class="num">(\d+)</td><td class="num">(\d+)</td><td lang="es">([^<]*)}g),
		'&lt;b&gt;clogs 2 2  galoshes 2 0  sneekers 1 3 sneaker', 'what was searched for most';
	unlike $ana->get($url)->html, qr/galoshes/, 'each language by itself';
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	like $siti->get('/admin/catalog/search')->text, qr/Nobody has searched yet/, 'T26 another merchant sees nothing of it';
	my $eye = Staff->new($shop, $f, 'acme', may => ['catalog.view'], stores => ['one']);
	unlike $eye->get($url)->html, qr/>Save</, 'who may only look saves nothing';
};

done_testing;
