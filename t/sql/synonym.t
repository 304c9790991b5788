#!/usr/bin/perl
# Promise: a search is widened by the lines of its store and language and by nothing else, in bounded steps; of two who save
# at the same moment one is told; no merchant reaches another's words; a language that goes takes its words along.
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
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
as($acme);
my $one = $f->{store}{one};
sub mark { my ($store, $locale) = @_; return value('SELECT mark FROM catalog.synonym_text(?, ?, ?)', $acme, $store, $locale) }
sub save
{
	my ($body, %o) = @_;
	my ($store, $locale) = ($o{store} // $one, $o{locale} // 'en');
	return value('SELECT catalog.desk_synonyms(?, ?, ?, ?, ?, ?)', $o{tenant} // $acme, $actor, $store, $locale, $o{mark} // mark($store, $locale), $body);
}
sub wide { my ($q, $locale) = @_; return value(q{SELECT catalog.widen(?, ?, websearch_to_tsquery(catalog.text_config(?), ?))::text}, $one, $locale // 'en', $locale // 'en', $q) }

is(save("boots, wellies\nsea boots, waders, Gummistiefel"), 'ok', 'two lines');
is(wide('hats'), q{'hat'}, 'what stands in no line is left alone');
is(wide('boots'), q{'boot' | 'welli'}, 'a word becomes any of its line');
is(wide('red boots'), q{( 'boot' | 'welli' ) & 'red'}, 'among others');
like(wide('sea boots'), qr/'gummistiefel' \| 'wader'/, 'a phrase before a word of it');
is(wide('-boots'), q{!( 'boot' | 'welli' )}, 'what must not be there must not be there by another name');
is(wide('boots', 'es'), q{'boots'}, 'not in another language');
my $version = value('SELECT version FROM catalog.version WHERE store_id = ?', $one);
is(save('a b, c'), 'ok', 'other lines');
is(value('SELECT version FROM catalog.version WHERE store_id = ?', $one), $version + 1, 'count the version on: kept searches are old');
is(save('a b, c'), 'ok', 'the same again');
is(value('SELECT version FROM catalog.version WHERE store_id = ?', $one), $version + 1, 'does not');

# The most lines of the most words, each with a word of every other: a query stays bounded and quick.
my $most = join "\n", map { my $l = $_; join ', ', 'common', map { "w$l" . "x$_" } 1 .. 19 } 1 .. 200;
is(save($most), 'ok', '200 lines of 20');
my $nodes = value(q{SELECT numnode(catalog.widen(?, 'en', 'common'::tsquery))}, $one);
cmp_ok($nodes, '<', 8 * 2 * 20 + 20, "a word of all lines asks for eight of them ($nodes nodes)");
$nodes = value(q{SELECT numnode(catalog.widen(?, 'en', websearch_to_tsquery('english', ?)))}, $one, join ' ', map { "w${_}x1" } 1 .. 30);
cmp_ok($nodes, '<', 30 * 2 + 8 * 40, "nor do thirty words of thirty lines ask for more ($nodes nodes)");

# At the same moment.
my $mark = mark($one, 'en');
my $seen = Race::at_once($dbh, sub { $s->dbh('_sutler-admin-catalog') }, $acme, map { my $n = $_; sub { my ($c) = @_;
	return ($c->selectrow_array('SELECT catalog.desk_synonyms(?, ?, ?, ?, ?, ?)', undef, $acme, $actor, $one, 'en', $mark, "first$n, second$n"))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, changed => 5 }, 'of six who save one page, one does') or diag explain $seen;
like(value('SELECT words FROM catalog.synonym_text(?, ?, ?)', $acme, $one, 'en'), qr/^first(\d), second\1$/, 'and it is whole');

# Others.
my $admin = $s->dbh('_sutler-admin-catalog');
is(Race::transaction($admin, $bahari, sub { ($_[0]->selectrow_array('SELECT catalog.desk_synonyms(?, ?, ?, ?, ?, ?)', undef, $bahari, $actor, $one, 'en', $mark, 'x, y'))[0] }),
	'gone', 'T26 another merchant has no such store');
is(Race::transaction($admin, $bahari, sub { ($_[0]->selectrow_array('SELECT words FROM catalog.synonym_text(?, ?, ?)', undef, $_, $one, 'en'))[0] }), '', 'T26 nor sees its words') for $bahari, $acme;
is(Race::transaction($s->dbh('_sutler-catalog'), $bahari, sub { ($_[0]->selectrow_array(q{SELECT count(hits) FROM catalog.search_for(?, 'en', 'first1', true)}, undef, $one))[0] }),
	0, 'T26 nor searches by them');
is(save('x, y', locale => 'xx'), 'gone', 'a language the store does not speak');
as($acme);
$dbh->do(q{DELETE FROM catalog.synonym}) ;
is(save('bota, katiuska', locale => 'es'), 'ok', 'another language');
$dbh->do(q{DELETE FROM tenancy.store_locale WHERE store_id = ? AND locale = 'en'}, undef, $one) if save('boots, wellies') eq 'ok';
is(join(',', map { $_->[0] } @{ $dbh->selectall_arrayref('SELECT word FROM catalog.synonym ORDER BY n') }), 'bota,katiuska', 'a language that goes takes its words along');
done_testing;
