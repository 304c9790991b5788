# Promise: what falls to its reorder point stands in the list and is told by mail once, until there is
# enough again; one click makes the order that fills it up, and no second click another.
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
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-inventory deliver freshen))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(home.view inventory.view inventory.purchase)], name => 'Ana Ruiz');
my $tenant = $ana->tenant;
my $base = '/admin/inventory';
my $w1 = $f->{warehouse}{W1};
sub one { return ($shop->dbh->selectrow_array(shift, undef, @_))[0] }
sub point { my ($sku, $point, $up_to) = @_; my $page = "$base/$f->{variant}{$sku}"; return $ana->form($page, { warehouse => $w1, point => $point, up_to => $up_to }, action => "/en$page/reorder") }
sub low { return [$ana->get("$base/low")->html =~ m{<th scope="row"><a href="[^"]+">([^<]+)</a>}g] }
sub low_home { return $ana->get('/admin')->text =~ /Low stock (\d+)/ ? $1 : undef }
sub moved { my ($sku, $n) = @_; is one('SELECT inventory.adjust(?, ?, ?, ?, ?, ?, ?, NULL)', $tenant, $f->{variant}{$sku}, $w1, $n, 'adjustment', 'x', 'test'), 'ok', "$sku $n"; $shop->job('freshen', '--once'); return }
sub mails { $shop->change('UPDATE event.ready SET due_at = sutler.now()'); $shop->job('deliver', '--once'); return grep { $_->{subject} =~ /Pocas existencias/ } $shop->mails }

subtest 'INV-07 a point' => sub {
	like point('PLAIN', 10, 5)->html, qr/id="w-up_to">Please fill up to at least/, 'not to fewer than it is ordered at';
	is point('PLAIN', 'x', 5)->status, 422, 'nor at a word';
	is point('PLAIN', 10, 50)->status, 303, 'is kept';
	like $ana->get("$base/$f->{variant}{PLAIN}")->html, qr/10 → 50/, 'and shown';
	is_deeply low(), [], '100 are enough';
	is point('FEW', 5, 8)->status, 303, 'of another';
	is_deeply low(), ['FEW'], 'three are too few, at once';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'reorder.set' AND actor = ?}, $ana->{id}), 2, 'the audit log has both';
};

subtest 'INV-06 told once' => sub {
	my $home = low_home();
	moved('PLAIN', -89);
	is_deeply low(), ['FEW'], '11 are above the point';
	moved('PLAIN', -1);
	is_deeply [sort @{ low() }], ['FEW', 'PLAIN'], '10 are at it';
	is low_home(), $home + 1, 'the first page counts it too';
	my @mails = mails();
	is scalar @mails, 1, 'both come in one mail';
	is_deeply $mails[0]{to}, ['shop@one.test'], 'to the store\'s own address';
	like $mails[0]{text}, qr/FEW \(W1\): 3.* 5\n- PLAIN \(W1\): 10.* 10/, 'with what is low';
	moved('PLAIN', -1);
	is scalar mails(), 1, 'still lower is not told again';
	moved('PLAIN', 50);
	is_deeply low(), ['FEW'], 'there is enough';
	moved('PLAIN', -55);
	is scalar mails(), 2, 'then it is told anew';
};

my $supplier = Fixture::id();
subtest 'INV-07 INV-08 one click' => sub {
	unlike $ana->get("$base/low")->html, qr/name="supplier"/, 'nobody sells it: nothing is offered';
	for ([$supplier, 'CHEAP', 300], [my $dear = Fixture::id(), 'DEAR', 400]) {
		$f->add('inventory.supplier', tenant_id => $tenant, supplier_id => $_->[0], code => $_->[1], name => "$_->[1] Ltd", currency => 'EUR');
		$f->add('inventory.supplier_item', tenant_id => $tenant, supplier_id => $_->[0], variant_id => $f->{variant}{PLAIN}, price => $_->[2], least => 60);
	}
	$f->add('inventory.supplier_item', tenant_id => $tenant, supplier_id => $supplier, variant_id => $f->{variant}{FEW}, price => 900);
	my $page = $ana->get("$base/low");
	like $page->text, qr/Make a draft: CHEAP Ltd W1 · Lines: 2/, 'the one who asks least is offered';
	unlike $page->text, qr/DEAR/, 'the other is not';
	my $made = $ana->visitor->submit($page, action => "/en$base/low/order", {});
	is $made->status, 303, 'a click';
	is_deeply $shop->dbh->selectall_arrayref('SELECT v.sku, l.ordered, l.price FROM inventory.purchase_line l JOIN catalog.variant v USING (variant_id) ORDER BY v.sku'),
		[['FEW', 5, 900], ['PLAIN', 60, 300]], 'makes the draft that fills up, and not fewer than the supplier sells';
	is $ana->visitor->submit($page, action => "/en$base/low/order", {})->status, 422, 'a second click makes no other';
	is one('SELECT count(*) FROM inventory.purchase'), 1, 'there is one';
	$shop->change(q{UPDATE catalog.variant SET status = 'archived' WHERE variant_id = ?}, $f->{variant}{FEW});
	is_deeply low(), ['PLAIN'], 'nothing is ordered of what is archived';
	$shop->change(q{UPDATE catalog.variant SET status = 'active' WHERE variant_id = ?}, $f->{variant}{FEW});
	like $ana->get("$base/low")->text, qr/In a draft/, 'and the list says so';
	my ($url) = $made->header('location') =~ m{(/admin/.*)};
	is $ana->form($url, { way => 'other' }, action => "/en$url/send")->status, 303, 'it is sent';
	$shop->job('freshen', '--once');
	is_deeply low(), [], 'what is on its way counts';
	is $ana->form($url, { reason => 'they have none' }, action => "/en$url/cancel")->status, 303, 'it is cancelled';
	$shop->job('freshen', '--once');
	is_deeply [sort @{ low() }], ['FEW', 'PLAIN'], 'then it is low again';
	is point('FEW', 0, '')->status, 303, 'a point is taken away';
	is_deeply low(), ['PLAIN'], 'and nothing is said of it any more';
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.purchase)], stores => ['one'], name => 'Ben');
	is $ben->get("$base/low")->status, 403, 'who works in one store does not order for all';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	unlike $bahari->get("$base/low")->html, qr/PLAIN/, 'T26 another merchant does not see it';
	my ($csrf) = $bahari->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
	is $bahari->visitor->post("/en$base/low/order", { csrf => $csrf, supplier => $supplier, warehouse => $w1 })->status, 404, 'T27 nor order it';
};
done_testing;
