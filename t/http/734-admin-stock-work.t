# Promise: staff move goods between warehouses and count them by scanner while orders go on: nothing leaves
# that is not there, what came is booked with what differs and why, nobody sees what a count expects before
# it is over, and what is sold meanwhile stays sold.
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
my $base = '/admin/inventory';
my ($w1, $w2) = @{ $f->{warehouse} }{qw(W1 W2)};
sub one { return ($shop->dbh->selectrow_array(shift, undef, @_))[0] }
sub there { my ($sku, $w) = @_; return one('SELECT coalesce(sum(on_hand), 0) FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $f->{variant}{$sku}, $w // $w1) }
sub scan { my ($url, $code, %more) = @_; return $ana->form($url, { code => $code, %more }, field => 'code') }
sub at { my ($page) = @_; my ($url) = $page->header('location') =~ m{(/admin/.*)} or die $page->text; return $url }
sub token { my ($csrf) = $ana->get($_[0])->html =~ /name="csrf" value="([^"]+)"/; return $csrf }

subtest 'INV-01 a transfer' => sub {
	my $make = sub { return $ana->form("$base/transfers", { from => $w1, to => $w2, why => 'more room', @_ }, field => 'from') };
	like $make->(to => $w1)->html, qr/id="w-to">Please choose two different/, 'from a warehouse to itself is said';
	my $url = at($make->());
	like $ana->get($url)->text, qr/Transfer Draft.*W1 → W2/, 'a draft';
	is scan($url, 'FEW')->status, 303, 'scanned' for 1 .. 4;
	is scan($url, 'plain', count => 10)->status, 303, 'ten at once';
	like scan($url, 'NOPE')->html, qr/id="w-code"><p>Nobody knows/, 'an unknown code is said aloud';
	is there('FEW'), 3, 'nothing has moved yet';
	like $ana->get($url)->html, qr/FEW.*?<span class="tag bad">Too few/s, 'the page shows of what there is too little';
	my $bad = $ana->form($url, {}, action => "/en$url/send");
	is $bad->status, 422, 'which does not leave';
	like $bad->text, qr/FEW: fewer lie there/, 'and is named';
	is_deeply [there('FEW'), there('PLAIN')], [3, 100], 'nothing of it left';
	my @skus = $ana->get($url)->html =~ /aria-label="Pieces: (\w+)"/g;
	my $set = sub { my (%n) = @_; return $ana->visitor->submit($ana->get($url), action => "/en$url", { pieces => [map { $n{$_} } @skus] }) };
	like $set->(FEW => 'x', PLAIN => 10)->html, qr/value="x"[^>]*aria-invalid="true"/, 'what is no number is said at its line';
	is $set->(FEW => 2, PLAIN => 10)->status, 303, 'the number is corrected';
	is $ana->form($url, {}, action => "/en$url/send")->status, 303, 'now it leaves';
	is_deeply [there('FEW'), there('PLAIN'), there('PLAIN', $w2)], [1, 90, 0], 'and is in no warehouse';
	like $ana->get($url)->text, qr/Transfer On its way/, 'it is on its way';
	is $ana->visitor->post("/en$url/send", { csrf => token($url) })->status, 422, 'sent twice is said';
	like scan($url, 'TIERS')->html, qr/This does not belong here/, 'what was not sent does not belong';
	like $ana->visitor->follow(scan($url, 'PLAIN', count => 9))->text, qr{PLAIN: 9 / 10}, 'what comes is scanned';
	my $book = sub { my (%n) = @_; my $why = delete $n{why} // ''; return $ana->visitor->submit($ana->get($url), field => 'why', { pieces => [map { $n{$_} } @skus], why => $why }) };
	is $book->(FEW => '', PLAIN => 9)->status, 422, 'a line without a number';
	my $no = $book->(FEW => 2, PLAIN => 9);
	like $no->html, qr/id="w-why">Other numbers came/, 'fewer want a reason';
	is $book->(FEW => 2, PLAIN => 9, why => 'one broke')->status, 303, 'with it they are booked';
	is_deeply [there('FEW', $w2), there('PLAIN', $w2)], [2, 9], 'to the piece';
	like $ana->get($url)->text, qr/Why the numbers differ: one broke/, 'and the transfer tells why';
	is one('SELECT count(*) FROM inventory.tally'), 0, 'no scan is left over';
	my $other = at($make->());
	is $ana->form($other, {}, action => "/en$other/drop")->status, 303, 'a draft can be thrown away';
	is $ana->get($other)->status, 404, 'and is gone';
	is one(q{SELECT count(*) FROM audit.entry WHERE action ~ '^transfer' AND actor = ?}, $ana->{id}), 5, 'the audit log has each step';
};

subtest 'INV-13 a count' => sub {
	my $open = sub { return $ana->form("$base/counts", { warehouse => $w1, why => 'every year', @_ }, field => 'zone') };
	like $open->(skus => "PLAIN\nNOPE")->html, qr/id="w-skus">NOPE: No product/, 'an unknown SKU is named';
	like $open->(zone => 'Q')->text, qr/nothing to count/, 'so is an empty zone';
	my $url = at($open->(skus => "PLAIN\nFEW\nTIERS"));
	like $open->(skus => 'PLAIN')->text, qr/being counted already/, 'nothing is counted twice at once';
	my $page = $ana->get($url);
	like $page->text, qr{Counted: 0 / 3}, 'three lines';
	unlike $page->html, qr/>90<|>1,000</, 'and nobody is told what is expected';
	is scan($url, 'FEW')->status, 303, 'a scan';
	is scan($url, 'PLAIN', count => 60)->status, 303, 'some of a shelf';
	like $ana->visitor->follow(scan($url, 'PLAIN', count => 28))->text, qr/PLAIN: 88/, 'and the rest of it';
	like scan($url, 'LAST')->html, qr/This does not belong here/, 'what is not of this count';
	# Somebody buys two while they count on: those are gone from the shelf, and from the books.
	my $order = one('SELECT sutler.uuid7()');
	my $sell = sub { one(q{SELECT inventory.take(?, ?, NULL, ?, NULL, '', ?::uuid[], ?::integer[])}, $tenant, $f->{store}{one}, $order, "{$f->{variant}{PLAIN}}", "{$_[0]}");
		return one('SELECT inventory.book_out(?, ?, ?, ?, ?)', $tenant, $order, $f->{variant}{PLAIN}, $_[0], 'test') };
	ok $sell->(2), 'two are sold meanwhile';
	my $early = $ana->form($url, {}, action => "/en$url/review");
	like $early->text, qr/Not everything has a number/, 'it is not over while a number lacks';
	is scan($url, 'TIERS', count => 1000, whole => 1)->status, 303, 'a whole number';
	like $ana->visitor->follow($ana->form($url, {}, action => "/en$url/review"))->text, qr/Some numbers differ and are counted once more.*Counted again/s, 'what differs is counted once more';
	$page = $ana->get($url);
	like $page->html, qr/PLAIN.*?Once more/s, 'it is named';
	unlike $page->html, qr/TIERS|FEW/, 'and nothing else';
	like scan($url, 'TIERS')->html, qr/right the first time/, 'what was right needs no second look';
	is scan($url, 'PLAIN', count => 87, whole => 1)->status, 303, 'the second number';
	ok $sell->(3), 'three more are sold';
	is $ana->form($url, {}, action => "/en$url/review")->status, 303, 'is believed';
	$page = $ana->get($url);
	like $page->text, qr/Ready to book.*With a difference 1.*PLAIN.*87 88 -1/s, 'the difference is shown before it is booked';
	is there('PLAIN'), 85, 'and nothing was booked';
	is $ana->form($url, { reason => '' }, action => "/en$url/book")->status, 422, 'booking wants a reason';
	is $ana->form($url, { reason => 'one is lost' }, action => "/en$url/book")->status, 303, 'it is booked';
	is there('PLAIN'), 84, 'onto what is there now: five sold, one lost';
	is one('SELECT sum(quantity) FROM inventory.movement WHERE variant_id = ? AND warehouse_id = ? AND kind = ? AND source = ?', $f->{variant}{PLAIN}, $w1, 'count', 'admin-inventory'), -1, 'the ledger has the one';
	like $ana->get($url)->text, qr/Booked/, 'it is over';
	my $again = at($open->(skus => 'FEW'));
	is scan($again, 'FEW', count => 0, whole => 1)->status, 303, 'none at all is a number';
	is $ana->visitor->submit($ana->get($again), action => "/en$again/cancel", { reason => 'begun by mistake' })->status, 303, 'a count can be cancelled';
	is there('FEW'), 1, 'then nothing changes';
	is one(q{SELECT count(*) FROM audit.entry WHERE action ~ '^count' AND actor = ?}, $ana->{id}), 4, 'the audit log has opening, booking and cancelling';
};

subtest 'INV-13 what is scanned twice is one number' => sub {
	my $url = at($ana->form("$base/counts", { warehouse => $w2, skus => 'FEW' }, field => 'zone'));
	is scan($url, 'FEW')->status, 303, 'one' for 1, 2;
	is $ana->form($url, {}, action => "/en$url/review")->status, 303, 'two scans are the two that are there';
	like $ana->get($url)->text, qr/Ready to book.*No difference was found/s, 'at the first look';
};

subtest 'who may' => sub {
	my $ben = Staff->new($shop, $f, 'acme', may => [qw(inventory.view inventory.adjust)], stores => ['one'], name => 'Ben');
	is $ben->get("$base/$_")->status, 403, "who works in one store does not see $_" for qw(transfers counts);
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	is $bahari->get("$base/$_->[0]/" . one("SELECT $_->[1] FROM inventory.$_->[2] WHERE tenant_id = ? LIMIT 1", $tenant))->status, 404, "T26 $_->[0] of another merchant do not exist"
		for ['transfers', 'transfer_id', 'transfer'], ['counts', 'stocktake_id', 'stocktake'];
};
done_testing;
