#!/usr/bin/perl
# Promise: what a home page is made of is printed once for a version of the catalogue, cards aside, and whatever the merchant
# writes counts the version on, by whichever way; with web.page_memory whole pages of home are kept likewise.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Brand;
use Fixture;
use House qw(read_file wait_for);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('home')], config => { 'web.workers' => 1, 'web.page_memory' => 0 });
my $f = Fixture->new($shop->dbh);
Brand::dress($f, 'acme', 'one', [qw(es en)], 'acme');
Brand::dress($f, 'acme', 'two', ['en'], 'second');
my $v = $shop->visitor('one');
my $log = $shop->stack->{dir} . '/log/home.log';

# The calls that a page cost the database, and its round trips.
sub cost
{
	my ($path) = @_;
	my $from = -s $log // 0;
	$v->get($path);
	my @cost;
	wait_for(5, sub { @cost = substr(read_file($log), $from) =~ /"event":"request".*"trips":(\d+),"calls":(\d+)/ }) or die "$path is not logged\n";
	return \@cost;
}
# Asked until the site's row and the frame are known, too.
sub settled { my $cost; $cost = cost(@_) for 1 .. 3; return $cost }
sub version { return $shop->value('SELECT coalesce((SELECT version FROM catalog.version WHERE store_id = ?), 0)', $f->{store}{ $_[0] }) }
# Both languages have what stands in BLOCK's table.
sub change
{
	my ($sql) = @_;
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{acme});
	my ($one, $two) = map { version($_) } 'one', 'two';
	cmp_ok $shop->change($sql =~ s/:one/'$f->{store}{one}'/gr), '>', 0, "changed: " . substr $sql, 0, 60;
	cmp_ok version('one'), '>', $one, 'counts the version of its store on';
	is version('two'), $two, 'and no other one\'s';
	return;
}
sub shows { my ($path, $re) = @_; return wait_for(4, sub { $v->get($path)->html =~ $re }) }

is_deeply settled('/'), [1, 1], 'the cards alone are asked for, in one trip';
my $first = $v->get('/en/')->html;
like $first, qr/acme EN hero title.*acme EN categories title.*acme EN featured title.*acme EN mission title.*acme EN vision title.*acme EN cta title/s,
	'all parts stand in their order';
like $v->get('/')->html, qr/acme ES hero title/, 'each language has its own';
like $shop->visitor('two')->get('/')->html, qr/second EN hero title/, 'each store, too';
is $v->get('/en/')->html, $first, 'and again the same';

change(q{UPDATE content.block_text SET title = 'Another hero' WHERE store_id = :one AND title = 'acme EN hero title'});
ok shows('/en/', qr/Another hero/), 'another text of a block is seen';
change(q{UPDATE content.block SET position = 99 WHERE store_id = :one AND kind = 'hero'});
ok shows('/en/', qr/acme EN cta title.*Another hero/s), 'another order of them';
change(q{UPDATE content.block_item SET title = 'Another aim' WHERE store_id = :one AND title = 'acme EN objectives point 1'});
ok shows('/en/', qr/Another aim/), 'another point';
change(q{DELETE FROM content.block_item WHERE store_id = :one AND title = 'Another aim'});
ok shows('/en/', qr/^(?!.*Another aim)/s), 'one less';
change(q{DELETE FROM content.block WHERE store_id = :one AND kind = 'cta'});
ok shows('/en/', qr/^(?!.*acme EN cta title)/s), 'a block less';
change(q{INSERT INTO content.block (tenant_id, store_id, block_id, code, kind, position, link)
	SELECT tenant_id, store_id, sutler.uuid7(), 'more', 'cta', 50, '/cart' FROM tenancy.store WHERE store_id = :one});
change(q{INSERT INTO content.block_text (tenant_id, store_id, block_id, locale, title, body, link_text)
	SELECT tenant_id, store_id, block_id, 'en', 'One more band', 'words', 'go' FROM content.block WHERE store_id = :one AND code = 'more'});
ok shows('/en/', qr/One more band/), 'one more';
change(q{DELETE FROM content.block_text WHERE store_id = :one AND title = 'One more band'});
change(q{UPDATE content.page_text SET title = 'Other terms' WHERE store_id = :one AND slug = 'en-terms'});
ok shows('/en/', qr/Other terms/), 'a page\'s name in the foot';

subtest 'whole pages' => sub {
	$shop->stack->{config}{'web.page_memory'} = 1 << 20;
	$shop->stack->write_config;
	$shop->stack->restart_program('home');
	is_deeply settled($_), [1, 1], "$_ costs one look" for '/en/', '/en/page/en-terms';
	change(q{UPDATE content.page_text SET body = 'Other words of law' WHERE store_id = :one AND slug = 'en-terms'});
	ok shows('/en/page/en-terms', qr/Other words of law/), 'a page that was changed is shown anew';
	like $v->get('/en/page/en-terms')->header('etag'), qr/^"/, 'and has a tag';
	change(q{UPDATE content.block_text SET title = 'Hero of today' WHERE store_id = :one AND title = 'Another hero'});
	ok shows('/en/', qr/Hero of today/), 'the home page, too';
	change(q{DELETE FROM content.page_text WHERE store_id = :one AND slug = 'en-terms'});
	ok wait_for(4, sub { $v->get('/en/page/en-terms')->status == 404 }), 'and one that is gone is not there';
};
done_testing;
