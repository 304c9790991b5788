# Promise: staff make and change warehouses and say which stores sell from them; one that holds
# anything, or awaits anything, is not switched off and says why; what is switched off sells
# nothing and takes nothing in, also when both happen at once.
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
my $tenant = $ana->tenant;
my $base = '/admin/inventory/warehouses';
sub one { return ($shop->dbh->selectrow_array(shift, undef, @_))[0] }
sub id_of { return one('SELECT warehouse_id FROM inventory.warehouse WHERE tenant_id = ? AND code = ?', $tenant, $_[0]) }
sub make { my (%form) = @_; return $ana->form($base, { code => 'NORTH', name => 'North hall', country => 'PT', %form }) }
sub turn { my ($id, $how, $reason) = @_; return $ana->form("$base/$id", { reason => $reason // 'the lease is over' }, action => "/en$base/$id/$how") }
sub ranks { my ($id) = @_; return one(q{SELECT string_agg(s.code || ' ' || x.priority, ', ' ORDER BY s.code) FROM inventory.store_warehouse x JOIN tenancy.store s USING (tenant_id, store_id) WHERE x.warehouse_id = ?}, $id) // '' }

subtest 'INV-01 a warehouse is made' => sub {
	like $ana->get($base)->text, qr/W1.*W2/s, 'the list has those there are';
	for ([code => '-X', qr/with a letter or digit first/], [code => 'W1', qr/Another warehouse/], [name => '', qr/fill in/], [country => 'XX', qr/choose a country/]) {
		my ($field, $value, $says) = @$_;
		my $bad = make(name => 'Typed already', $field => $value);
		is $bad->status, 422, "$field '$value' is declined";
		like $bad->html, qr/id="w-$field">[^<]*$says/, 'with a sentence beside it';
		like $bad->html, qr/value="Typed already"/, 'and nothing is lost' if $field ne 'name';
	}
	is make()->status, 303, 'a good one is made';
	like $ana->get($base)->text, qr/NORTH\s+North hall\s+Portugal\s+None/, 'and stands in the list; nobody sells from it';
	is one(q{SELECT count(*) FROM audit.entry WHERE action = 'warehouse.made' AND actor = ?}, $ana->{id}), 1, 'the audit log knows who';
};
my $north = id_of('NORTH');

subtest 'INV-01 which stores sell from it' => sub {
	my %stores = map { $_ => $f->{store}{$_} } qw(one two);
	my $page = $ana->get("$base/$north");
	my @order = $page->html =~ m{name="store" value="([^"]+)"}g;
	is_deeply [sort @order], [sort values %stores], 'the form has every store of the merchant and no other';
	my $save = sub { my (%rank) = @_; return $ana->visitor->submit($ana->get("$base/$north"), action => "/en$base/$north",
		{ code => 'NORTH', name => 'North hall', country => 'PT', store => \@order, rank => [map { my $s = $_; my ($c) = grep { $stores{$_} eq $s } keys %stores; $rank{$c} // '' } @order] }) };
	my $bad = $save->(one => '3', two => 'x');
	is $bad->status, 422, 'a rank that is no number';
	like $bad->html, qr{aria-describedby="w-rank_\d" aria-invalid="true">\s*<p class="wrong" id="w-rank_\d">Please enter a number}, 'is said at its field';
	like $bad->html, qr/name="rank" value="3"/, 'the other is kept';
	is $save->(one => '3')->status, 303, 'one store sells from it';
	is ranks($north), 'one 3', 'in its place';
	is $save->(one => '0', two => '7')->status, 303, 'then both';
	is ranks($north), 'one 0, two 7', 'each in its own';
	one(q{SELECT set_config('sutler.tenant', ?, false)}, $tenant);
	is one('SELECT inventory.adjust(?, ?, ?, 5, ?, ?, ?, NULL)', $tenant, $f->{variant}{OUT}, $north, 'receipt', '', 'test'), 'ok', 'five pieces come';
	is one('SELECT inventory.available(?, ?, ?)', $tenant, $f->{store}{two}, $f->{variant}{OUT}), 5, 'and can be sold';
	$shop->dbh->do('DELETE FROM catalog.stale');
	is $save->(one => '0')->status, 303, 'the other store sells from it no more';
	is one('SELECT inventory.available(?, ?, ?)', $tenant, $f->{store}{two}, $f->{variant}{OUT}), 0, 'and has none left';
	is one(q{SELECT count(*) FROM catalog.stale WHERE kind = 'stock' AND target_id = ?}, $f->{variant}{OUT}), 1, 'its badge is looked at again';
	my ($foreign) = $f->{store}{three};
	my $csrf = ($page->html =~ /name="csrf" value="([^"]+)"/)[0];
	is $ana->visitor->post("/en$base/$north", { csrf => $csrf, code => 'NORTH', name => 'N', country => 'PT', store => $foreign, rank => 1 })->status, 404, 'T27 a store of another merchant is not there';
};

subtest 'INV-01 switching off' => sub {
	my $page = turn($north, 'off');
	is $page->status, 422, 'what holds goods is not switched off';
	like $page->text, qr/Something still lies there/, 'and says so';
	is one('SELECT inventory.adjust(?, ?, ?, -5, ?, ?, ?, NULL)', $tenant, $f->{variant}{OUT}, $north, 'adjustment', 'lost', 'test'), 'ok', 'it is emptied';
	my $transfer = one('SELECT sutler.uuid7()');
	is one('SELECT inventory.transfer_send(?, NULL, ?, ?, ?, ?, ?::uuid[], ?::integer[], ?)', $tenant, 'test', $transfer, $f->{warehouse}{W1}, $north,
		"{$f->{variant}{PLAIN}}", '{2}', ''), 'ok', 'two are sent there';
	like turn($north, 'off')->text, qr/A transfer is on its way there/, 'still not';
	is one('SELECT inventory.transfer_receive(?, NULL, ?, ?, ?::uuid[], ?::integer[], ?)', $tenant, 'test', $transfer, "{$f->{variant}{PLAIN}}", '{0}', 'fell off'), 'ok', 'none of them came';
	my $count = one('SELECT sutler.uuid7()');
	is one('SELECT inventory.stocktake_open(?, NULL, ?, ?, ?, NULL, NULL, ?)', $tenant, 'test', $count, $north, ''), 'ok', 'it is counted';
	like turn($north, 'off')->text, qr/being counted/, 'still not';
	is one('SELECT inventory.stocktake_cancel(?, NULL, ?, ?, ?)', $tenant, 'test', $count, 'no'), 'ok', 'no more';
	is turn($north, 'off', '')->status, 422, 'not without a reason';
	is turn($north, 'off')->status, 303, 'now it is';
	is ranks($north), '', 'nobody sells from it';
	like $ana->get($base)->text, qr/North hall Switched off/, 'the list says so';
	unlike $ana->get('/admin/inventory')->html, qr/North hall/, 'and the filter of the stock offers it no more';
	is one('SELECT inventory.adjust_by_hand(?, NULL, ?, ?, ?, 1, ?)', $tenant, 'test', $f->{variant}{OUT}, $north, 'found'), 'unknown', 'no correction is booked there';
	ok !eval { one('SELECT inventory.adjust(?, ?, ?, 1, ?, ?, ?, NULL)', $tenant, $f->{variant}{OUT}, $north, 'receipt', '', 'test'); 1 }, 'and the table itself refuses pieces';
	like $@, qr/switched off takes nothing in/, 'with its reason';
	is one('SELECT inventory.warehouse_switch(?, NULL, ?, false, ?)', $tenant, $north, 'again'), 'state', 'off twice is said';
	is turn($north, 'on', 'needed again')->status, 303, 'on again';
	is one('SELECT inventory.adjust_by_hand(?, NULL, ?, ?, ?, 1, ?)', $tenant, 'test', $f->{variant}{OUT}, $north, 'found'), 'ok', 'it takes goods';
};

subtest 'both at once' => sub {
	my ($a, $b) = map { my $d = $shop->stack->dbh; $d->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant); $d->do("SET lock_timeout = '50ms'"); $d } 1, 2;
	my $in = sub { return eval { ($a->selectrow_array('SELECT inventory.adjust(?, ?, ?, 1, ?, ?, ?, NULL)', undef, $tenant, $f->{variant}{OUT}, $_[0], 'receipt', '', 'test'))[0] } // $a->state };
	my $off = sub { return eval { ($b->selectrow_array('SELECT inventory.warehouse_switch(?, NULL, ?, false, ?)', undef, $tenant, $_[0], 'empty'))[0] } // $b->state };
	$b->{AutoCommit} = 1;
	make(code => $_) for qw(SOUTH EAST);
	my ($south, $east) = map { id_of($_) } qw(SOUTH EAST);
	$a->begin_work;
	is $in->($south), 'ok', 'somebody books a piece in and is not done';
	is $off->($south), '55P03', 'who switches off has to wait for it';
	$a->commit;
	is $off->($south), 'stock', 'and then sees the piece';
	$b->begin_work;
	is $off->($east), 'ok', 'somebody switches off and is not done';
	is $in->($east), '55P03', 'who books a piece in has to wait for it';
	$b->commit;
	is $in->($east), '23514', 'and then is refused';
	is one('SELECT coalesce(sum(on_hand), 0) FROM inventory.stock WHERE warehouse_id = ?', $east), 0, 'nothing lies there';
	$_->disconnect for $a, $b;
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.adjust)], stores => ['one'], name => 'Ben');
	unlike $ben->get("$base/$north")->html, qr/<button class="main">Save/, 'who works in one store changes nothing';
	my ($csrf) = $ben->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
	is $ben->visitor->post("/en$base/$north/off", { csrf => $csrf, reason => 'because' })->status, 403, 'whatever he sends';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	is $bahari->get("$base/$north")->status, 404, 'T26 of another merchant it does not exist';
};
done_testing;
