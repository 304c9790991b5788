#!/usr/bin/perl
# Promise: a search finds what is there, with misspelt words too, helps when nothing is,
# and cannot be made to show or cost more than a search.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8);
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use JSON::PP;
use Shelf;
use Shop;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog))]);
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
my $v = $shop->visitor('one');

sub enc { return join '', map { sprintf '%%%02X', ord } split //, encode_utf8($_[0]) }
sub look { my ($q, $more, $who) = @_; return ($who // $v)->get('/en/search?q=' . enc($q) . ($more // '')) }
sub cards { my ($page) = @_; return join ' ', $page->body =~ m{<h3><a href="[^"]*/p/([^"]+)"}g }
sub total { my ($page) = @_; return $page->body =~ m{role="status">(\d+) } ? $1 : 0 }

subtest 'SRC-01 SRC-04 what is found' => sub {
	is cards(look('BT-07-38')), 'boot-07', 'a SKU';
	is cards(look('bt-07')), 'boot-07', 'a reference in small letters';
	is total(look('boots')), 60, 'a word in another form';
	is total(look('comfortable boot')), 60, 'all words';
	is total($v->get('/search?q=' . enc('comoda'))), 60, 'without its accent';
	is total($v->get('/search?q=' . enc('CÓMODA'))), 60, 'in capitals';
	is cards(look('goma')), 'sandalia', 'what is not translated is found by its own words';
	is total(look('leather')), 30, 'by a value of an attribute';
	is total(look('boot -leather')), 30, 'without a word';
	is total(look('boot umbrella')), 60, 'any word when not all are together';
	is total(look('"comfortable boot"')), 60, 'a phrase that is there';
	is total(look('"boot comfortable" -leather')), 0, 'the same words in another order are another phrase';
	is total(look('boot -"boot comfortable"')), 60, 'without a phrase: its words may be there in another order';
	is total(look('boot -"comfortable boot"')), 0, 'but not the phrase';
	my $none = look('-boot');
	cmp_ok total($none), '>', 3, 'only what must not be there: all the rest';
	unlike cards($none), qr/boot/, '... and nothing else';
	is total(look($_)), 60, "what looks like the inside of a query is words: $_" for q{boot's}, q{'boot'}, q{boot\\}, q{boot <-> boot}, q{boot ! ( | &};
	like look('boots')->body, qr{name="robots" content="noindex"}, 'results are not indexed';
};

subtest 'SRC-03 filters, order and pages of results' => sub {
	my $page = look('boot', '&color=black&sort=price_desc');
	is total($page), 30, 'filtered';
	like cards($page), qr/^boot-59 boot-57/, 'ordered';
	my @all;
	my $path = '/en/search?q=boot';
	while (defined $path) {
		$page = $v->get($path);
		push @all, split / /, cards($page);
		$path = $page->body =~ m{rel="next" href="([^"]+)"} ? $1 =~ s/&amp;/&/gr : undef;
		last if @all > 80;
	}
	my %seen = map { $_ => 1 } @all;
	is @all . ' ' . keys %seen, '60 60', 'each once over all pages';
	is look('boot', '&nosuch=1')->status, 400, 'an attribute that is none';
};

subtest 'misspelt words' => sub {
	my $page = look('comfortabel boott');
	is total($page), 60, 'are corrected';
	like $page->text, qr/results for “comfortable boot/, 'it says so';
	my ($exact) = $page->body =~ m{<a href="([^"]+)">Search as typed};
	is total($v->get($exact =~ s/&amp;/&/gr)), 0, 'and can be told not to';
	$page = look('xqzzyw');
	like $page->text, qr/We found no product for this/, 'nothing at all';
	like $page->body, qr{Liked by other shoppers.*class="card"}s, 'shows what there is';
	like $page->body, qr{class="chip" href="/en/c/footwear"}, 'and where to look';
	like look('lether', '&exact=1')->body, qr{Did you mean.*href="/en/search\?q=leather">leather<}s, 'and words that are near';
	is $v->get('/en/search')->status, 200, 'a search for nothing is a page';
};

subtest 'suggestions' => sub {
	my $hits = sub { return JSON::PP->new->utf8->decode($v->get('/en/search/suggest?q=' . enc($_[0]))->body)->{hits} };
	is_deeply [map { $_->{text} } grep { $_->{url} =~ m{/search} } @{ $hits->('com') }], ['comfortable'], 'words that begin so';
	is scalar(grep { $_->{url} =~ m{^/en/p/boot-} } @{ $hits->('comfortable bo') }), 5, 'products, the last word begun';
	is_deeply $hits->('c'), [], 'one letter is too little';
	is_deeply $hits->(q{'; DROP}), [], 'nothing for what is no word';
};

subtest 'SRC-05 the log' => sub {
	look('LEATHER');
	ok wait_for(8, sub { $shop->value(q{SELECT count(*) FROM analytics.search WHERE query = 'leather' AND hits = 30}) }), 'words and hits are kept';
	ok wait_for(8, sub { $shop->value(q{SELECT count(*) FROM analytics.search WHERE query = 'xqzzyw' AND hits = 0}) }), 'and what was not found';
	ok wait_for(8, sub { $shop->value(q{SELECT count(*) FROM analytics.search WHERE corrected = 'comfortable boot'}) }), 'and what was corrected';
};

subtest 'T27 T49 T68 bombs and others\' goods' => sub {
	for my $q ('*', '%', '_', "'", '"', '"""', '(((((', ':*', '& | !', '\\', '<->', '-', "a' OR 'a'='a", '$$', "\x{202e}x", '🥾',
		join(' ', ('"' . 'a ' x 10 . '"') x 8), '- ' x 90, 'bo*t', ('ab ' x 66)) {
		my $page = look($q);
		cmp_ok $page->status, '<', 500, 'a query like ' . substr($q, 0, 20);
	}
	is look('a' x 400)->status, 200, 'a long query is cut';
	my $three = $shop->visitor('three');
	is cards($three->get('/search?q=boot')) =~ /boot/ ? 1 : 0, 0, 'another tenant finds nothing of ours';
	is cards($three->get('/search?q=SANDAL')), 'sandal', 'but its own';
	is cards($shop->visitor('two')->get('/search?q=boot')) =~ /boot/ ? 1 : 0, 0, 'nor does the other store of the tenant';
	is $three->get('/search/suggest?q=comf')->body, '{"hits":[]}', 'suggestions neither';
	my $role = $shop->dbh('_sutler-catalog');
	is $role->selectrow_array('SELECT count(hits) FROM catalog.search_for(?, ?, ?, false)', undef, $f->{store}{one}, 'en', 'boot'), 0, 'without tenant nothing';
	$role->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $f->{tenant}{bahari});
	is $role->selectrow_array('SELECT count(hits) FROM catalog.search_for(?, ?, ?, false)', undef, $f->{store}{one}, 'en', 'boot'), 0,
		'nor with another tenant and our store';
	ok !eval { $role->do('SELECT tsv FROM catalog.search'); 1 }, 'the table itself is closed to pages';
};

subtest 'the index is used' => sub {
	my $dbh = $shop->dbh;
	$dbh->begin_work;
	$dbh->do(q{INSERT INTO catalog.search (tenant_id, store_id, locale, product_id, tsv)
		SELECT ?, s, 'en', gen_random_uuid(), to_tsvector('simple', 'w' || i % 500 || ' x' || i % 3)
		FROM generate_series(1, 20000) i, unnest(?::uuid[]) s}, undef, $f->{tenant}{acme}, [@{ $f->{store} }{qw(one two)}]);
	$dbh->do(q{SELECT gin_clean_pending_list('catalog.search_words')});
	$dbh->do('ANALYZE catalog.search');
	$dbh->do('SET LOCAL ROLE sutler_search');
	$dbh->do(q{SELECT set_config('sutler.tenant', ?, true)}, undef, $f->{tenant}{acme});
	my $plan = join "\n", map { @$_ } @{ $dbh->selectall_arrayref(q{EXPLAIN (ANALYZE, TIMING off, SUMMARY off) SELECT product_id FROM catalog.search
		WHERE tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid AND tsv @@ to_tsquery('simple', 'w7')
		AND catalog.keyed_words(store_id, locale, tsv) @@ catalog.keyed_query($1, 'en', to_tsquery('simple', 'w7'))}, undef, $f->{store}{one}) };
	$dbh->rollback;
	like $plan, qr{Bitmap Index Scan on search_words .*\(actual rows=40 loops=1\)\n\s*Index Cond: \(catalog\.keyed_words}s,
		'and knows words by their store: those of the other are not read';
};

done_testing;
