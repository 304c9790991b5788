# Promise: whoever has the link of a reminder ends them, with one click in his mail program
# (RFC 8058, a post from anywhere) or on a page; a look at the page ends nothing, and a
# guess learns nothing.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(sha256_hex);
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart))]);
my $f = Fixture->new($shop->dbh);
my $b = $shop->visitor('one');
is $b->post('/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 })->status, 303, 'a cart';
my $token = 'a' x 43;
my ($tenant, $cart) = $shop->value('SELECT tenant_id, cart_id FROM sales.cart');
$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
$shop->change(q{INSERT INTO sales.contact (tenant_id, contact_id, email) VALUES (?, sutler.uuid7(), 'Ana@example.org')}, $tenant);
$shop->change('UPDATE sales.cart SET reminders = true, contact_id = (SELECT contact_id FROM sales.contact LIMIT 1) WHERE cart_id = ?', $cart);
$shop->change(q{INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (?, decode(?, 'hex'), ?)}, $tenant, sha256_hex($token), $cart);
my $out = sub { return scalar $shop->value('SELECT count(*) FROM marketing.opt_out') };
my $stranger = $shop->visitor('one');

sub click
{
	my ($path, $body) = @_;
	return $stranger->request('POST', $path, body => $body // 'List-Unsubscribe=One-Click', headers => {
		'Content-Type' => 'application/x-www-form-urlencoded', 'Sec-Fetch-Site' => 'cross-site', Origin => 'https://mail.example' });
}

my $page = $stranger->get("/en/cart/no-reminders/$token");
is $page->status, 200, 'a page asks';
like $page->text, qr/No more reminders\?/, 'in words';
is $page->header('referrer-policy'), 'no-referrer', 'and gives the address to nobody';
is $out->(), 0, 'looking ends nothing';

is click("/cart/no-reminders/$token", 'x=y')->status, 404, 'a post that does not say so is none';
is $out->(), 0, 'and ends nothing';
my $guess = click('/cart/no-reminders/' . 'b' x 43);
is $guess->status, 200, 'a guess is answered';
is $out->(), 0, 'and ends nothing';
my $done = click("/cart/no-reminders/$token");
is $done->status, 200, 'a mail program ends them';
is $done->text, $guess->text, 'with the same words as for a guess';
is $out->(), 1, 'the address is kept';
is $shop->value(q{SELECT encode(email_sha256, 'hex') FROM marketing.opt_out}), sha256_hex('ana@example.org'), 'as a hash, folded';
is $shop->value('SELECT count(*) FROM sales.cart WHERE reminders'), 0, 'and the cart wants none';
is click("/cart/no-reminders/$token")->status, 200, 'twice is once';
is $out->(), 1, 'still one';
is $shop->visitor('two')->get("/cart/no-reminders/short")->status, 200, 'the page itself knows nothing of tokens';
is click('/cart/no-reminders/short')->status, 404, 'what is no token is none';

done_testing;
