#!/usr/bin/perl
# Promise: while the database is away the shop says so in its own house: in the language of
# the path, in its colours, kindly, with a way to try again; and it is back when the database is.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(wait_for);
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
# The server is shared with tests that run beside this one: only our database goes away.
my $admin = $shop->stack->{cluster}->dbh('postgres');
my $database = $shop->value('SELECT current_database()');
sub away
{
	my ($away) = @_;
	$admin->do(sprintf 'ALTER DATABASE %s WITH ALLOW_CONNECTIONS %s', $admin->quote_identifier($database), $away ? 'false' : 'true');
	$admin->do('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?', undef, $database) if $away;
	return;
}
my $v = $shop->visitor('one');
my @pages = ('/en/', '/en/c/shoes', '/en/p/plain', '/en/search?q=plain', '/en/cart');

# Every worker has seen the store.
for my $path (@pages) { is $v->get($path)->status, 200, "$path is there" for 1 .. 12 }
my ($theme) = $v->get('/en/')->body =~ m{href="(/theme/[^"]+)"};
my $css = $v->get($theme)->body;
$v->post('/en/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 });
away(1);
ok wait_for(5, sub { $v->get('/en/')->status == 503 }), 'the database goes away';

for my $path (@pages) {
	my $page = $v->get($path);
	is $page->status, 503, "$path: 503";
	like $page->body, qr{<html lang="en-GB"}, "$path: in its language";
	like $page->body, qr{<h1>Please come back in a moment</h1>}, "$path: in words";
	like $page->body, qr{<a class="btn main" href="">Try again</a>}, "$path: with a way to try again";
	like $page->text, qr/Your cart is kept\./, "$path: without fear";
	like $page->body, qr{href="\Q$theme\E"}, "$path: with the store's colours";
	like $page->text, qr/Store one .*shop\@one\.test/, "$path: and whom to ask";
	is $page->header('cache-control'), 'no-store', "$path: kept by nobody";
	is $page->header('retry-after'), 5, "$path: with the time to wait";
}
like $v->get('/c/shoes')->html, qr{<h1>Vuelva dentro de un momento</h1>}, 'in the store\'s own language without prefix';
is $v->get($theme)->body, $css, 'the colours are answered meanwhile';
is $v->get('/swatch/a1b2c3.svg')->status, 200, 'and swatches';
my $posted = $v->post('/en/cart/items', { variant => $f->{variant}{PLAIN}, quantity => 1 });
is $posted->status, 503, 'a form too is told to wait';
like $posted->text, qr/Please go back and try again/, 'and how to send it again';
unlike $posted->body, qr{href="">Try again}, 'not to load what is no page';
away(0);
# Each worker comes back by itself, a moment after its last try.
ok wait_for(10, sub { $v->get('/en/cart')->text =~ /Product PLAIN en/ }), 'the database comes back, and with it the shop and the cart';

done_testing;
