# Promise: staff order from suppliers and take in what comes: what is wrong with a line is said at that
# line and loses nothing; what was sent stays as it was and reaches the supplier with its paper; each scan
# counts one, an arrival is booked once, more than ordered only with a reason, and stock moves by exactly
# what the page says.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use File::Temp qw(tempdir);
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-inventory deliver))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.purchase)], name => 'Ana Ruiz');
my $tenant = $ana->tenant;
my $base = '/admin/inventory';
my ($w1) = $f->{warehouse}{W1};
$shop->change(q{UPDATE catalog.variant SET gtin = '4006381333931' WHERE variant_id = ?}, $f->{variant}{FEW});
sub one { return ($shop->dbh->selectrow_array(shift, undef, @_))[0] }
sub there { return one('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $f->{variant}{ $_[0] }, $w1) }
sub rows { return [$_[0]->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }

my $supplier;
subtest 'INV-08 a supplier' => sub {
	for ([code => '_X', qr/letter or digit first/], [currency => 'EUX', qr/currency like EUR/], [email => 'nobody', qr/./], [days => '5000', qr/./]) {
		my ($field, $value, $says) = @$_;
		my $bad = $ana->form("$base/suppliers", { code => 'LEATHER', name => 'Leather Ltd', $field => $value }, field => 'code');
		is $bad->status, 422, "$field '$value' is declined";
		like $bad->html, qr/id="w-$field">[^<]*$says/, 'beside its field';
		like $bad->html, qr/value="Leather Ltd"/, 'and nothing is lost';
	}
	is $ana->form("$base/suppliers", { code => 'leather', name => 'Leather Ltd', email => 'orders@leather.example', currency => 'usd', days => 12, over => 10 }, field => 'code')->status,
		303, 'a good one is made';
	$supplier = one('SELECT supplier_id FROM inventory.supplier WHERE tenant_id = ?', $tenant);
	my $item = sub { my (%i) = @_; return $ana->form("$base/suppliers/$supplier", { sku => 'PLAIN', article => 'L-1', price => '4,50', least => 5, %i }, field => 'article') };
	is $item->()->status, 303, 'and what is bought there, with a decimal comma';
	is one('SELECT price FROM inventory.supplier_item WHERE supplier_id = ?', $supplier), 450, 'to the cent of his currency';
	like $item->(sku => 'NOPE')->html, qr/id="w-sku">No product of ours/, 'an SKU that nobody knows is said';
	like $item->(price => '4.567')->html, qr/id="w-price">Please enter an amount/, 'so is a price that is none';
	is $item->(sku => '4006381333931', article => 'L-2', price => '9', least => 1)->status, 303, 'a barcode does as well';
	is_deeply [sort @{ rows($ana->get("$base/suppliers/$supplier")) }], ['FEW', 'PLAIN'], 'the list shows both';
	like $ana->form("$base/suppliers/$supplier", { currency => 'EUR' }, field => 'note')->text, qr/prices in the old currency/, 'the currency of prices does not change under them';
	is one(q{SELECT count(*) FROM audit.entry WHERE action ~ '^supplier' AND actor = ?}, $ana->{id}), 3, 'the audit log has each change';
};

sub pdf
{
	my ($bytes) = @_;
	my $dir = tempdir(CLEANUP => 1);
	open my $out, '>:raw', "$dir/p.pdf" or die $!;
	print {$out} $bytes;
	close $out;
	open my $in, '-|:utf8', 'pdftotext', '-layout', "$dir/p.pdf", '-' or die $!;
	local $/;
	return <$in>;
}

sub draft { my ($form) = @_; return $ana->form("$base/purchases/new", { supplier => $supplier, warehouse => $w1, %$form }, field => 'paste') }
my $url;
subtest 'INV-08 a draft' => sub {
	my $bad = draft({ sku => ['PLAIN', 'NOPE', 'LAST'], pieces => ['12', '3', ''], price => ['', '1', ''] });
	is $bad->status, 422, 'a line without pieces';
	like $bad->html, qr/id="w-pieces_2">Please enter how many/, 'is said at that line';
	like $bad->html, qr/name="sku" value="NOPE"/, 'the others stay';
	$bad = draft({ sku => ['PLAIN', '', 'NOPE'], pieces => ['12', '', '3'], price => ['', '', '1'] });
	like $bad->html, qr/id="w-sku_1">No product of ours/, 'an unknown SKU is said at its line, empty ones left out';
	like draft({ sku => ['LAST'], pieces => ['1'], price => [''] })->html, qr/id="w-price_0">We know no price/, 'a price that nobody knows is asked for';
	like draft({ sku => ['PLAIN'], pieces => ['2'], price => [''] })->html, qr/id="w-pieces_0">The supplier sells only more/, 'fewer than the supplier sells';
	like draft({ paste => "PLAIN\t12\n4006381333931;3;8,75\nfew 1" })->html, qr/id="w-sku_2">This stands in another line/, 'an SKU and its barcode are one product';
	$bad = draft({ paste => "PLAIN\t12\nNOPE\t1" });
	like $bad->html, qr/value="PLAIN".*?value="12".*?value="NOPE"[^>]*aria-invalid/s, 'pasted lines become rows, with what is wrong at theirs';
	like draft({})->text, qr/An order needs at least one line/, 'none at all is said';
	is one('SELECT count(*) FROM inventory.purchase'), 0, 'nothing was made';
	my $good = draft({ paste => "PLAIN\t12\r\n\r\n4006381333931;3;8,75\r\nLAST;2;1.20" });
	is $good->status, 303, 'three pasted lines make an order';
	($url) = $good->header('location') =~ m{(/admin/.*)};
	my $page = $ana->get($url);
	like $page->text, qr/PO-1 Draft/, 'the first of the merchant';
	like $page->text, qr/Total without tax (?:US)?\$82\.65/, 'reckoned in the supplier\'s currency, his own price for the first line';
	is $ana->form("$url/edit", { pieces => ['3', '2', '20', ('') x 5] }, field => 'paste')->status, 303, 'its lines can be changed';
	is one('SELECT sum(ordered) FROM inventory.purchase_line'), 25, 'while it is a draft';
	like pdf($ana->get("$url/order.pdf")->body), qr/PO-1.*Leather Ltd.*Total without tax: US\$118\.65/s, 'and drawn as it is then';
};

subtest 'INV-08 sent' => sub {
	is $ana->form($url, { way => 'mail' }, action => "/en$url/send")->status, 303, 'by mail';
	my $page = $ana->get($url);
	like $page->text, qr/PO-1 Sent/, 'it counts as sent';
	unlike $page->html, qr{/edit"}, 'and is changed no more';
	is $ana->get("$url/edit")->status, 302, 'whatever one types';
	my $file = $ana->get("$url/order.pdf");
	is $file->header('content-type'), 'application/pdf', 'its paper';
	like pdf($file->body), qr/Purchase order.*PO-1.*Leather Ltd.*20 +US\$4\.50 +US\$90\.00.*L-1.*Total without tax: (?:US)?\$118\.65/s, 'has supplier, article numbers, prices and total';
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /PO-1/ });
	is_deeply $mail->{to}, ['orders@leather.example'], 'the supplier gets a mail';
	ok $mail->{attached}[0]{body} eq $file->body, 'with that very file';
	like $ana->visitor->submit($ana->get("$base/purchases/new"), field => 'paste', { supplier => $supplier, warehouse => $w1, paste => 'FEW 1' })->header('location'), qr/purchases/, 'another draft';
	my ($other) = one('SELECT purchase_id FROM inventory.purchase WHERE number = 2');
	$shop->change(q{UPDATE inventory.supplier SET email = ''});
	my $csrf = ($page->html =~ /name="csrf" value="([^"]+)"/)[0];
	my $no = $ana->visitor->post("/en$base/purchases/$other/send", { csrf => $csrf, way => 'mail' });
	is $no->status, 422, 'without an address no mail';
	is one('SELECT state FROM inventory.purchase WHERE number = 2'), 'draft', 'and it is not sent';
	is_deeply rows($ana->get("$base/purchases?q=po-2")), ['PO-2'], 'found by its number';
	is_deeply rows($ana->get("$base/purchases?state=sent&supplier=$supplier")), ['PO-1'], 'and by state and supplier';
};

subtest 'INV-08 what comes' => sub {
	my $scan = sub { return $ana->form("$url/receive", { code => $_[0], count => $_[1] // 1 }, field => 'code') };
	like $ana->get("$url/receive")->html, qr/<input id="f-code" name="code" autofocus/, 'the scanner\'s field has the focus';
	my $before = there('PLAIN');
	is $scan->('plain')->status, 303, 'a scan' for 1 .. 3;
	like $ana->visitor->follow($scan->('PLAIN'))->text, qr{PLAIN: 4 / 20}, 'counts one each';
	like $scan->('NOPE')->html, qr/id="w-code"><p>Nobody knows/, 'an unknown code is said aloud';
	like $scan->('TIERS')->html, qr/id="w-code"><p>This does not belong here/, 'so is one that was not ordered';
	is there('PLAIN'), $before, 'nothing is booked yet';
	my $page = $ana->get("$url/receive");
	like $page->html, qr/aria-label="Came now: PLAIN"/, 'the numbers stand in the form';
	is $scan->('4006381333931')->status, 303, 'somebody scans on meanwhile';
	my @pieces = map { $_ eq 'PLAIN' ? 4 : '' } $page->html =~ /aria-label="Came now: (\w+)"/g;
	my $book = sub { my ($p, %more) = @_; return $ana->visitor->submit($p, field => 'receipt', { %more }) };
	is $book->($page, landed => 'x')->status, 422, 'freight that is no amount';
	is $book->($page, landed => '2.00')->status, 303, 'it is booked';
	is there('PLAIN'), $before + 4, 'to the piece';
	is $book->($page, landed => '2.00')->status, 303, 'sent twice';
	is there('PLAIN'), $before + 4, 'it counts once';
	is one('SELECT count(*) FROM inventory.receipt'), 1, 'as one arrival';
	is one('SELECT pieces FROM inventory.tally'), 1, 'the scan made meanwhile waits for the next';
	like $ana->get($url)->text, qr/PO-1 Partly received/, 'the rest is awaited';
	$page = $ana->get("$url/receive");
	my @skus = $page->html =~ /aria-label="Came now: (\w+)"/g;
	my %came = (PLAIN => 19, FEW => 1, LAST => '');
	my $over = $book->($page, pieces => [map { $came{$_} } @skus]);
	is $over->status, 422, 'more than ordered and a tenth more';
	like $over->html, qr/id="w-why">More came than was ordered/, 'wants a reason';
	like $over->html, qr/name="pieces" value="19"/, 'and keeps the numbers';
	is $book->($over, why => 'they gave some away')->status, 303, 'with one it is taken';
	is there('PLAIN'), $before + 23, 'all of it';
	like $ana->get($url)->text, qr/they gave some away/, 'and the order tells why';
	is one('SELECT sum(quantity) FROM inventory.movement WHERE variant_id = ? AND kind = ?', $f->{variant}{PLAIN}, 'receipt'), 23, 'the ledger agrees';
	is $ana->form($url, { reason => '' }, action => "/en$url/close")->status, 422, 'the end wants a reason';
	is $ana->form($url, { reason => 'they have no more' }, action => "/en$url/close")->status, 303, 'the rest will not come';
	like $ana->get($url)->text, qr/PO-1 Received/, 'it is closed';
	like $ana->get("$url/receive")->text, qr/Nothing can be received/, 'and takes nothing in';
	my $draft = "$base/purchases/" . one('SELECT purchase_id FROM inventory.purchase WHERE number = 2');
	is $ana->form($draft, { reason => 'changed our mind' }, action => "/en$draft/cancel")->status, 303, 'a draft is cancelled';
	is one(q{SELECT count(*) FROM audit.entry WHERE action ~ '^purchase' AND actor = ?}, $ana->{id}), 8, 'the audit log has each step';
};

subtest 'many orders' => sub {
	$shop->change(q{INSERT INTO inventory.purchase (tenant_id, purchase_id, number, supplier_id, warehouse_id, currency)
		SELECT ?, sutler.uuid7(), 100 + n, ?, ?, 'USD' FROM generate_series(1, 113) n}, $tenant, $supplier, $w1);
	my @seen;
	for (my $path = "/en$base/purchases?supplier=$supplier"; $path; ) {
		my $p = $ana->visitor->get($path);
		push @seen, @{ rows($p) };
		($path) = map { s/&amp;/&/gr } $p->html =~ m{<a class="btn" rel="next" href="([^"]+)">};
	}
	is scalar @seen, 115, 'page by page';
	is scalar keys %{ { map { $_ => 1 } @seen } }, 115, 'each once';
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.purchase)], stores => ['one'], name => 'Ben');
	is $ben->get($base . $_)->status, 403, "who works in one store does not see $_" for '/purchases', '/suppliers', "/suppliers/$supplier";
	unlike $ben->get($base)->html, qr{inventory/suppliers"}, 'nor the way there';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	is $bahari->get($_)->status, 404, 'T26 of another merchant it does not exist' for $url, "$base/suppliers/$supplier", "$url/order.pdf", "$url/receive";
	my ($csrf) = $bahari->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
	is $bahari->visitor->post("/en$url/receive/scan", { csrf => $csrf, code => 'PLAIN', count => 1 })->status, 404, 'T27 and nothing of it is counted';
};
done_testing;
