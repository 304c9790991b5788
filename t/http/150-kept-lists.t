#!/usr/bin/perl
# Promise: a worker gives a page of a list again as it printed it, and asks one look-up for it; but never when the
# catalogue or the store's row changed, never to somebody else's address, and never to who has a session or a cart.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(read_file wait_for);
use JSON::PP;
use Shelf;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(catalog cart))], config => { 'web.workers' => 1 });
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
my $v = $shop->visitor('one');
my $log = $shop->stack->{dir} . '/log/catalog.log';
my $acme = $f->{tenant}{acme};

# A page and the calls that it cost the database.
sub ask
{
	my ($path, %o) = @_;
	my $from = -s $log // 0;
	my $page = ($o{as} // $v)->get($path, headers => $o{headers} // {});
	my $calls;
	wait_for(5, sub { ($calls) = substr(read_file($log), $from) =~ /"event":"request".*"calls":(\d+)/; defined $calls }) or die "$path is not logged\n";
	return ($page, $calls);
}
sub calls { return (ask(@_))[1] }
# Asked until the site's row and the frame are known, too: the calls of the last time.
sub settled { my $calls; $calls = calls(@_) for 1 .. 3; return $calls }
sub one { my ($sql, @p) = @_; $shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $acme); return $shop->dbh->do($sql, undef, @p) }
sub freshen { Shelf::freshen($shop, $f); return }

freshen();
sub price
{
	my ($cents) = @_;
	one('UPDATE catalog.price SET amount = ? WHERE variant_id IN (SELECT variant_id FROM catalog.variant JOIN catalog.product_text x USING (tenant_id, product_id)
		WHERE x.slug = ? AND x.locale = ?)', $cents, 'boot-01', 'en') > 0 or die "no price\n";
	return;
}
settled('/en/c/boots');
my ($first) = ask('/en/c/boots');
price(4141);
my ($again, $calls) = ask('/en/c/boots');
is $calls, 1, 'one look at the database is enough';
unlike $again->html, qr/41\.41/, 'it is the page that was printed before';
is $again->body, $first->body, 'for the same page';
is $again->header($_), $first->header($_), "and the same $_" for qw(etag cache-control content-type content-language content-security-policy);
is $v->get('/en/c/boots', headers => { 'If-None-Match' => $again->header('etag') })->status, 304, 'who has it is told so';

subtest 'an address of its own' => sub {
	for my $other ('/en/c/boots?color=black', '/en/c/boots?sort=price', '/c/botas', '/en/c/sandals') {
		my ($page) = ask($other);
		isnt $page->body, $first->body, "$other is another page";
	}
	my ($page) = ask('/en/c/boots', as => $shop->visitor('two'));
	isnt $page->body, $first->body, 'and so is that of another store';
	is settled('/en/c/boots?color=black'), 1, 'a filtered one is kept, too';
	is settled('/en/t/' . ($shop->value('SELECT tag FROM catalog.product_tag LIMIT 1') // 'none')) >= 1, 1, 'tags';
};

subtest 'what changes is seen' => sub {
	settled('/en/c/boots');
	price(4242);
	freshen();
	like +(ask('/en/c/boots'))[0]->html, qr/42\.42/, 'a price, as soon as freshen ran';
	settled('/en/c/boots');
	one(q{UPDATE inventory.stock SET on_hand = 0 WHERE variant_id IN (SELECT variant_id FROM catalog.variant JOIN catalog.product_text x USING (tenant_id, product_id)
		WHERE x.slug = 'boot-02' AND x.locale = 'en')});
	freshen();
	like +(ask('/en/c/boots'))[0]->html, qr/boot-02.*?Out of stock/s, 'stock';
	settled('/en/c/boots');
	one(q{UPDATE catalog.category_text SET name = 'Sturdy boots' WHERE slug = 'boots' AND locale = 'en'});
	freshen();
	# What is kept of the category stands under the version that the worker knows of the store, as old as a second.
	ok wait_for(4, sub { (ask('/en/c/boots'))[0]->html =~ /Sturdy boots/ }), 'a text';
	settled('/en/c/boots');
	one('UPDATE tenancy.store SET name = ? WHERE store_id = ?', 'Renamed House', $f->{store}{one});
	ok wait_for(4, sub { (ask('/en/c/boots'))[0]->html =~ /Renamed House/ }), 'the store itself, by its own age';
};

subtest 'nobody in particular' => sub {
	settled('/en/c/boots');
	for my $cookie ('sid', 'cart') {
		my $value = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
		my ($page, $calls) = ask('/en/c/boots', headers => { Cookie => "$cookie=$value" });
		is $page->header('cache-control'), 'no-store', "who has $cookie has a page that is kept nowhere";
		price(5000 + $calls);
		like +(ask('/en/c/boots', headers => { Cookie => "$cookie=$value" }))[0]->html, qr/50\.0$calls/, 'which is printed for him';
	}
	is calls('/en/c/boots'), 1, 'the one for anybody is still there';
};

subtest 'the setting' => sub {
	$shop->stack->{config}{'web.page_memory'} = 0;
	$shop->stack->write_config;
	$shop->stack->restart_program('catalog');
	settled('/en/c/boots');
	price(4343);
	like +(ask('/en/c/boots'))[0]->html, qr/43\.43/, '0 keeps none';
};
done_testing;
