# Promise: a shop speaks one language on a page: from the home page to the order nothing of
# the house's English stands on a Spanish or an Indonesian page, errors and mistakes included.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Brand;
use Buyer;
use Encode qw(decode_utf8 encode_utf8);
use Fixture;
use House qw(read_file top);
use Shop;
use Test::More;
use Unicode::Collate;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order))]);
my $f = Fixture->new($shop->dbh);
Brand::dress($f, 'acme', 'one', [qw(es en)], 'acme');
Brand::dress($f, 'bahari', 'three', ['id'], 'bahari');

for my $in (['acme', 'one', 'PLAIN'], ['bahari', 'three', 'SANDAL']) {
	my ($tenant, $store, $sku) = @$in;
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{$tenant});
	$f->add('catalog.category_product', tenant_id => $f->{tenant}{$tenant}, store_id => $f->{store}{$store},
		category_id => $f->{category}{"$tenant shoes"}, product_id => $f->{product}{$sku});
}

# What the fixture itself says in English: names of goods, of ways to deliver and to pay.
my $theirs = qr/(?:acme|bahari) [A-Z]{2} [\w ]+|Product [A-Z]+ \w+|Bank (?:transfer|of Test)|Cash on delivery|Store \w+|Instagram/;

# One expression for all messages whose translation differs from them; tags may hold anything.
sub english
{
	my ($language) = @_;
	my $po = decode_utf8(read_file(top() . "/po/$language.po"));
	my @said;
	while ($po =~ /^msgid "(.+)"\nmsgstr "(.*)"$/mg) {
		my ($said, $done) = ($1, $2);
		$said =~ s/\\(.)/$1/g;
		# Single short words may be words of the other language as well.
		next if $said eq $done || length $said < 4;
		next if $said !~ / / && $po =~ /^msgstr(?:\[\d\])? "(?:[^"]* )?\Q$said\E(?:[ .,:][^"]*)?"$/m;
		push @said, join '.{1,40}', map { quotemeta } split /\{\{?[^}]*\}?\}/, $said, -1;
	}
	cmp_ok(scalar @said, '>', 250, "$language: messages are known");
	my $all = join '|', sort { length $b <=> length $a } @said;
	return qr/(?<![\w-])($all)(?![\w-])/;
}

my %english = map { $_ => english($_) } qw(es id);

sub speaks
{
	my ($language, $page, $status, $name) = @_;
	is $page->status, $status, "$name: $status" or return;
	my $said = join ' | ', $page->text, map { $page->attribute('\w+', $_) } qw(aria-label placeholder alt title content);
	$said =~ s/$theirs/ /g;
	my @found = $said =~ /$english{$language}/g;
	is_deeply \@found, [], "$name: no English" or diag encode_utf8(join ', ', @found);
	like $page->html, qr/<html lang="$language\b/, "$name: its language";
	return;
}

# The mail about the order, in both its parts.
sub letter
{
	my ($language, $mail) = @_;
	ok $mail, 'a mail comes' or return;
	for my $part (qw(subject text html)) {
		my $said = $mail->{$part} =~ s/<style.*?<\/style>|<[^>]*>/ /gsr =~ s/\s+/ /gr =~ s/$theirs/ /gr;
		my @found = $said =~ /$english{$language}/g;
		is_deeply \@found, [], "mail, $part: no English" or diag encode_utf8($said);
	}
	return;
}

# From the front door to the order, with the mistakes people make.
sub walk
{
	my ($language, $host, $good, $country) = @_;
	my $b = Buyer->new($shop->visitor($host));
	my $v = $b->visitor;
	my $say = sub { speaks($language, @_) };
	$say->($b->get('/'), 200, 'home');
	$say->($b->get("/page/$language-terms"), 200, 'a page of text');
	$say->($b->get('/nothing'), 404, 'not found');
	$say->($b->get('/?x=1'), 400, 'a wrong parameter');
	$say->($v->request('DELETE', '/'), 405, 'a wrong method');
	$say->($v->post('/cart/items', { variant => $good }, headers => { Origin => 'http://evil.example',
		'Sec-Fetch-Site' => 'cross-site' }), 403, 'another site');
	$say->($b->get("/c/$language-shoes"), 200, 'a category');
	$say->($b->get("/c/$language-shoes?sort=price&price_from=99999"), 200, 'filters that leave nothing');
	$say->($b->get("/c/$language-nothing"), 404, 'no such category');
	$say->($b->get('/cart'), 200, 'an empty cart');
	$say->($v->post('/cart/items', { variant => $good, quantity => 0 }), 422, 'a quantity that is none');
	$say->($v->post('/cart/items', { variant => $good, quantity => 9000 }), 422, 'more than there is');
	$b->add($good);
	$say->($b->get('/cart'), 200, 'a cart');
	$say->($v->submit($b->page, action => '/cart/coupon', { coupon => 'NOTHING' }), 422, 'a coupon nobody knows');
	$b->start;
	$say->($b->get('/checkout/contact'), 200, 'contact');
	$say->($v->submit($b->page, action => '/checkout/contact', { email => 'none' }), 422, 'contact with a mistake');
	$b->contact;
	$say->($b->get('/checkout/address'), 200, 'address');
	my ($billing) = $b->page->html =~ m{<select id="f-billing_country".*?</select>}sg;
	my @countries = grep { length } $billing =~ />([^<]+)<\/option>/g;
	my $order = Unicode::Collate->new(level => 1, variable => 'non-ignorable');
	my @wrong = grep { $order->cmp($countries[$_], $countries[$_ + 1]) > 0 } 1 .. $#countries - 1;
	is_deeply [map { "$countries[$_] $countries[$_ + 1]" } @wrong], [], 'countries stand in the order of the alphabet';
	$say->($v->submit($b->page, action => '/checkout/address', { change_country => undef }), 422, 'address with mistakes');
	$b->address(country => $country);
	$say->($b->get('/checkout/delivery'), 200, 'delivery');
	$b->delivery;
	$say->($b->get('/checkout/payment'), 200, 'payment');
	$b->payment;
	$say->($b->get('/checkout/review'), 200, 'review');
	$b->place(form => { terms => 1 });
	$say->($b->page, 200, 'the order');
	letter($language, $shop->wait_mail(sub { $_[0]{headers}{from} =~ /$host/ }));
	return;
}

subtest 'Spanish' => sub { walk('es', 'one', $f->{variant}{PLAIN}, 'ES') };
subtest 'Indonesian' => sub { walk('id', 'three', $f->{variant}{SANDAL}, 'ID') };

done_testing;
