# Promise: everybody arranges his own first page, by plain buttons, and nobody another's; what is hidden is
# not asked for; figures and best sellers are those of the orders, and of the chosen store alone (ANA-01, ANA-02).
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
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', owner => 1);
my $ben = Staff->new($shop, $f, 'acme', may => ['home.view']);

sub titles { return join ' | ', $_[0]->get('/admin')->html =~ m{<dt>([^<]+)</dt>}g }
sub panels { return join ' | ', $_[0]->get('/admin')->html =~ m{<section class="panel">\n<h2>([^<]+)</h2>}g }
sub press
{
	my ($who, $widget, $do) = @_;
	my $page = $who->get('/admin/arrange');
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	return $who->visitor->post('/en/admin/arrange', { csrf => $csrf, widget => $widget, do => $do })->status;
}

my $first = 'Orders today | Revenue today | To be shipped | Low stock | Returns to answer | Mail that could not be sent';
is titles($ana), $first, 'at first all figures stand there';
is panels($ana), 'Revenue of the last 14 days | Best sellers of the last 14 days', 'and all panels';

is press($ana, 'mail', 'up'), 303, 'one goes up';
like titles($ana), qr/Low stock \| Mail that could not be sent \| Returns to answer$/, 'past its neighbour';
is press($ana, 'orders', 'up'), 303, 'the first one can go no further';
like titles($ana), qr/^Orders today/, 'and stays';
is press($ana, 'chart', 'down'), 303, 'a panel goes down';
is panels($ana), 'Best sellers of the last 14 days | Revenue of the last 14 days', 'among panels';
is press($ana, 'stock', 'hide'), 303, 'one is hidden';
unlike titles($ana), qr/Low stock/, 'and gone';
is press($ana, 'mail', 'up'), 303, 'its neighbour goes past it';
is press($ana, 'stock', 'show'), 303, 'it comes back';
like titles($ana), qr/To be shipped \| Mail that could not be sent \| Low stock/, 'where it was';
is press($ana, 'chart', 'hide') + press($ana, 'best', 'hide'), 606, 'both panels go';
is panels($ana), '', 'and no chart is drawn';
is titles($ben), $first, 'a colleague sees his own page, as it was';
is press($ben, 'orders', 'hide'), 303, 'and hides on it';
like titles($ana), qr/^Orders today/, 'what stays on hers';

my ($csrf) = $ana->get('/admin/arrange')->html =~ /name="csrf" value="([^"]+)"/;
is $ana->visitor->post('/en/admin/arrange', { csrf => $csrf, widget => 'nothing', do => 'hide' })->status, 400, 'what there is not cannot be moved';
is $ana->visitor->post('/en/admin/arrange', { csrf => $csrf, widget => 'mail', do => 'away' })->status, 400, 'nor otherwise';
is $ana->visitor->post('/en/admin/arrange', { csrf => 'x', widget => 'mail', do => 'hide' })->status, 403, 'T34 nor from another page';
ok !eval { $shop->dbh->do(q{UPDATE staff.person SET home = '{"no one"}'}); 1 }, 'no page can be stored that is none';
$shop->change(q{UPDATE staff.person SET home = '{gone,-chart,chart,mail}' WHERE staff_id = ?}, $ana->{id});
like titles($ana), qr/^Mail that could not be sent \| Orders today/, 'what an earlier release showed is passed over, the rest stands behind';
is panels($ana), 'Best sellers of the last 14 days', 'hidden is what was said first';
is $ana->visitor->post('/en/admin/arrange/reset', { csrf => $csrf })->status, 303, 'and all is as it was';
is titles($ana), $first, 'at first';

# The figures are those of the store's orders.
sub order
{
	my ($store, $state, $return, @lines) = @_;
	my ($order, $cart, $contact) = map { $shop->value('SELECT sutler.uuid7()') } 1 .. 3;
	my $total = 0;
	$total += $_->[1] * $_->[2] for @lines;
	$f->add('sales.contact', tenant_id => $f->{tenant}{acme}, contact_id => $contact, email => 'a@example.test', name => 'A', country => 'ES');
	$f->add('sales.cart', tenant_id => $f->{tenant}{acme}, store_id => $f->{store}{$store}, cart_id => $cart, locale => 'en', currency => 'EUR', state => 'ordered');
	$f->add('sales.order', tenant_id => $f->{tenant}{acme}, order_id => $order, store_id => $f->{store}{$store}, number => "H$order", cart_id => $cart, locale => 'en',
		currency => 'EUR', customer_type => 'consumer', prices_include_tax => 1, tax_rounding => 'line', goods => $total, discount => 0, shipping => 0, tax => 0,
		total => $total, contact_id => $contact, method_id => $order, method_name => 'Post', payment_method => 'bank_transfer', state => $state, return_state => $return);
	my $n = 0;
	$f->add('sales.order_line', tenant_id => $f->{tenant}{acme}, order_id => $order, line_no => ++$n, variant_id => $_->[0][0], sku => "S$n", name => $_->[0][1],
		quantity => $_->[1], unit_price => $_->[2], discount => 0, tax => 0, total => $_->[1] * $_->[2]) for @lines;
	return;
}
my @v = map { [@$_{qw(variant_id sku)}] } $shop->rows('SELECT DISTINCT ON (product_id) variant_id, sku FROM catalog.variant WHERE tenant_id = ? ORDER BY product_id, variant_id LIMIT 2', $f->{tenant}{acme});
order('one', 'open', 'none', [$v[0], 2, 1000]);
order('one', 'closed', 'requested', [$v[1], 5, 300], [$v[0], 1, 1000]);
order('one', 'closed', 'received', [$v[1], 1, 300]);
order('one', 'cancelled', 'none', [$v[0], 90, 1000]);
order('two', 'open', 'requested', [$v[0], 50, 1000]);
$ana->visitor->post('/en/admin/store', { csrf => $csrf, store => $f->{store}{one} });
my $page = $ana->get('/admin');
like $page->html, qr{Returns to answer</dt><dd class="num">1</dd>\n<dd class="muted small">Arrived, to be looked at: 1<}, 'returns of this store';
my @best = $page->html =~ m{<tr><th scope="row"><a href="/en/admin/catalog/[0-9a-f-]{36}">([^<]+)</a></th><td class="num">(\d+)</td><td class="num">([^<]+)</td></tr>}g;
is_deeply [@best], [$v[1][1], 6, '€18.00', $v[0][1], 3, '€30.00'], 'best sellers by pieces: cancelled orders and other stores do not count';
unlike $ben->get('/admin')->html, qr{<th scope="row"><a }, 'no link for who may not see products';

done_testing;
