# Promise: staff see what lies where and why, and correct it with a reason; no correction is booked
# twice or without its line in the ledger and the audit log; who works in one store sees its
# warehouses and changes none; another merchant's stock does not exist.
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
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-inventory))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.adjust)], name => 'Ana Ruiz');
my $base = '/admin/inventory';
my ($variant, $warehouse, $sku, $there) = $shop->dbh->selectrow_array(q{SELECT s.variant_id, s.warehouse_id, v.sku, s.on_hand
	FROM inventory.stock s JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.product_id = ? LIMIT 1}, undef, $f->{product}{PLAIN});
my $page_of = "$base/$variant";
sub rows { return [$_[0]->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }
sub on_hand { return $shop->value('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $variant, $warehouse) }
sub correct { my (%form) = @_; return $ana->form($page_of, { warehouse => $warehouse, code => 'damaged', reason => '', %form }, field => 'quantity') }

subtest 'INV-01 the list' => sub {
	my $page = $ana->get($base);
	is $page->status, 200, 'is there';
	is scalar(grep { $_ eq $sku } @{ rows($page) }), $shop->value('SELECT count(*) FROM inventory.stock WHERE variant_id = ?', $variant), 'with a row for each warehouse';
	like $page->html, qr{>\Q$sku\E</a></th><td>Product PLAIN.*?<td class="num">$there</td>}s, 'and the pieces';
	is_deeply [grep { $_ !~ /^plain/i } @{ rows($ana->get("$base?q=PLAI")) }], [], 'found by how the SKU begins, whatever its case';
	ok scalar @{ rows($ana->get("$base?q=plai")) }, 'and there are some';
	is_deeply rows($ana->get("$base?state=short")), [], 'nothing is missing';
	like $ana->get("$base?q=zzz")->text, qr/No stock fits this search/, 'nothing is said kindly';
	is $ana->get("$base?state=lost")->status, 400, 'a state there is not is refused';
	is_deeply rows($ana->get("$base?q=" . '%25')), [], 'a sign of LIKE is a sign';
};

subtest 'the list page by page' => sub {
	$shop->change(q{INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, options_key)
		SELECT ?, sutler.uuid7(), ?, 'Many ' || n, n::text FROM generate_series(1, 60) n}, $f->{tenant}{acme}, $f->{product}{PLAIN});
	$shop->change(q{INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand) SELECT v.tenant_id, v.variant_id, w.warehouse_id, 0
		FROM catalog.variant v JOIN inventory.warehouse w USING (tenant_id) WHERE v.sku LIKE 'Many %'});
	my $all = $shop->value(q{SELECT count(*) FROM inventory.stock s JOIN catalog.variant v USING (tenant_id, variant_id) WHERE v.sku LIKE 'Many %'});
	my @seen;
	for (my $path = "/en$base?q=many&state=none"; $path; ) {
		my $p = $ana->visitor->get($path);
		push @seen, @{ rows($p) };
		($path) = $p->html =~ m{<a class="btn" href="([^"]+)">Next page};
		$path =~ s/&amp;/&/g if $path;
	}
	is scalar @seen, $all, 'shows each row once';
	is scalar keys %{ { map { $_ => 1 } @seen } }, 60, 'of each variant';
	$shop->change(q{UPDATE catalog.variant SET sku = 'aaa renamed' WHERE sku = 'Many 7'});
	is rows($ana->get("$base?state=none"))->[0], 'aaa renamed', 'what is sold out stands in the order of SKUs, also of new ones';
	$shop->change(q{UPDATE inventory.stock SET on_hand = 5 WHERE variant_id = (SELECT variant_id FROM catalog.variant WHERE sku = 'aaa renamed')});
	isnt rows($ana->get("$base?state=none"))->[0], 'aaa renamed', 'until there is some again';
};

subtest 'INV-14 a correction' => sub {
	my $page = correct(quantity => '-3', reason => 'wet');
	is $page->status, 303, 'is booked';
	is on_hand(), $there - 3, 'to the piece';
	$page = $ana->get($page_of);
	like $page->html, qr{<td class="num">-3</td><td>Corrected</td><td>[^<]+</td><td>Ana Ruiz</td><td></td><td>Damaged: wet</td>}, 'and stands in the ledger with who and why';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'stock.adjusted' AND actor = ? AND reason = 'damaged: wet'}, $ana->{id}), 1, 'and in the audit log';
	for (['quantity', '0', qr/how many pieces more/], ['quantity', 'two', qr/./], ['quantity', '99999999', qr/./], ['quantity', -$there, qr/Fewer than none/]) {
		my ($field, $value, $says) = @$_;
		my $bad = correct($field => $value, reason => 'I counted');
		is $bad->status, 422, "$field '$value' is declined";
		like $bad->html, qr{id="f-$field"[^>]*value="\Q$value\E"[^>]*aria-invalid="true"}, 'with what was typed';
		like $bad->html, qr{id="w-$field">[^<]*$says}, 'and a sentence beside it';
		like $bad->html, qr/value="I counted"/, 'nothing else is lost';
	}
	is correct(quantity => 1, code => 'other')->status, 422, '"other" wants words';
	is on_hand(), $there - 3, 'nothing of that was booked';
	my $form = $ana->get($page_of);
	my ($key) = $form->html =~ /name="idempotency_key" value="([^"]+)"/;
	my ($csrf) = $form->html =~ /name="csrf" value="([^"]+)"/;
	my %again = (csrf => $csrf, idempotency_key => $key, warehouse => $warehouse, quantity => 3, code => 'found', reason => '');
	is $ana->visitor->post("/en$page_of/adjust", { %again })->status, 303, 'sent twice' for 1 .. 2;
	is on_hand(), $there, 'it counts once';
	is $shop->value('SELECT sum(quantity) FROM inventory.movement WHERE variant_id = ? AND source = ?', $variant, 'admin-inventory'), 0, 'and the ledger agrees';
};

subtest 'ORD-10 where it lies' => sub {
	is $ana->form($page_of, { warehouse => $warehouse, zone => 'B', bin => '12-3' }, field => 'bin')->status, 303, 'is kept';
	like $ana->get($page_of)->html, qr{<td>B 12-3</td>}, 'and shown';
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.adjust)], stores => ['one'], name => 'Ben');
	my $sold_from = $shop->value('SELECT count(*) FROM inventory.store_warehouse WHERE store_id = ?', $f->{store}{one});
	my $page = $ben->get($page_of);
	my ($table) = $page->html =~ m{<tbody>(.*?)</tbody>}s;
	is scalar(() = $table =~ m{<tr>}g), $sold_from, 'who works in one store sees the warehouses it sells from';
	unlike $page->html, qr/name="quantity"/, 'and no form to change them';
	my ($csrf) = $ben->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
	is $ben->visitor->post("/en$page_of/place", { csrf => $csrf, warehouse => $warehouse, zone => 'A', bin => '1' })->status, 403, 'whatever he sends';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	is $bahari->get($page_of)->status, 404, 'T26 of another merchant it does not exist';
	unlike $bahari->get($base)->html, qr/\Q$sku\E</, 'T26 nor in his list';
};
done_testing;
