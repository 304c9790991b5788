# Promise: at their desk staff find every order of their store and no other, see all of it, and take each
# step of its four states that may be taken: by the page, with reason and audit; what may not be taken is
# said and changes nothing.  What is written to the buyer reaches him.  No refund passes what came in.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use Race;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home admin-orders order))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $c = CardOrder->new($shop->dbh, $f);
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz', stores => ['one']);
my $v = $ana->visitor;
my $W1 = $shop->value(q{SELECT warehouse_id FROM inventory.warehouse WHERE code = 'W1' AND tenant_id = ?}, $f->{tenant}{acme});
my $serial = 0;

# An order of so many PLAIN, held in W1.
sub order
{
	my (%o) = @_;
	my $o = $c->order(method => 'bank_transfer', intent => 0, pieces => 2, total => 2000, %o);
	my $n = $o{pieces} // 2;
	$shop->dbh->do(q{INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, order_id) VALUES (?, sutler.uuid7(), ?, ?, ?, ?)}, undef,
		$f->{tenant}{acme}, $f->{variant}{PLAIN}, $W1, $n, $o->{id}) if !$c->held($o);
	$shop->dbh->do('UPDATE inventory.stock s SET held = (SELECT coalesce(sum(quantity), 0) FROM inventory.hold h WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id)');
	return $o;
}

sub url { my ($o, $more) = @_; return "/admin/orders/$o->{id}" . ($more // '') }
sub token { my ($page) = @_; my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/; return $csrf }

my $csrf;
# Posts to a route of the order as its page's form does; the answer.
sub act
{
	my ($o, $more, %form) = @_;
	$csrf //= token($ana->get('/admin/orders'));
	my $path = ref $o ? url($o, $more) : $o;
	return $v->post("/en$path", { csrf => $csrf, %form });
}

sub states { my ($o) = @_; return join ' ', $shop->dbh->selectrow_array(q{SELECT state, payment, fulfilment, return_state FROM sales."order" WHERE order_id = ?}, undef, $o->{id}) }
sub audits { my ($action) = @_; return $shop->value('SELECT count(*) FROM audit.entry WHERE action = ?', $action) }
sub key { return sprintf '%043d', ++$serial }

subtest 'the queue' => sub {
	my @o = map { order() } 1 .. 3;
	my ($two) = $shop->value(q{SELECT number FROM sales."order" WHERE order_id = ?}, $o[1]{id});
	$shop->dbh->do(q{UPDATE sales."order" SET payment = 'paid' WHERE order_id = ?}, undef, $o[1]{id});
	my $page = $ana->get('/admin/orders');
	is $page->status, 200, 'it is there';
	like $page->html, qr{href="/en/admin/orders/$_->{id}"}, 'with each order' for @o;
	my $found = sub { my ($query) = @_; return join ' ', map { my $i = $_; grep { $o[$_]{id} eq $i } 0 .. 2 } $ana->get("/admin/orders?$query")->html =~ m{<th scope="row"><a href="/en/admin/orders/([0-9a-f-]+)"}g };
	is $found->('payment=paid'), '1', 'filtered by payment';
	is $found->('word=pending'), '2 0', 'by the one word, newest first';
	is $found->("q=$two"), '1', 'a number is found';
	is $found->('q=plain'), '2 1 0', 'a SKU';
	is $found->("q=b$two\@example.test"), '1', 'a mail address';
	is $found->('from=2020-01-01&to=2020-01-02'), '', 'by day';
	like $ana->get('/admin/orders?word=returned')->text, qr/No order fits/, 'nothing is said kindly';
	is act($o[0], '/tag', tag => 'Urgent')->status, 303, 'a tag is hung on';
	is $found->('tag=urgent'), '0', 'and found';
	my $file = act('/admin/orders/export.csv', '', payment => 'paid', reason => 'for the books');
	is $file->status, 200, 'ORD the list leaves as a file';
	like $file->html, qr/^number,placed,.*\r\n$two,/, 'with what was searched';
	is audits('order.exported'), 1, 'SEC-06 and is written down';
	is act('/admin/orders/export.csv', '', reason => '')->status, 422, 'SEC-04 not without a reason';
	like $ana->get('/admin/orders?payment=paid')->text, qr/Keep this search/, 'a search can be kept';
	my $other = Staff->new($shop, $f, 'acme', may => ['orders.view'], stores => ['two']);
	unlike $other->get('/admin/orders')->html, qr/$o[0]{id}/, 'another store has its own queue';
	is $other->get(url($o[0]))->status, 404, 'T26 TEN-05 and finds none of ours';
};

subtest 'the whole way by the pages' => sub {
	my $o = order();
	my $page = $ana->get(url($o));
	is $page->status, 200, 'the page';
	like $page->text, qr/Held for it/, 'a line says its stock';
	is act($o, '/step', event => 'deliver')->status, 422, 'what is not shipped is not delivered';
	is act($o, '/step', event => 'close')->status, 422, 'nor closed';
	is act($o, '/ship', line => 1, pieces => 1, carrier => 'Post')->status, 422, 'nothing leaves unpaid';
	is act($o, '/pay', reference => 'statement 12')->status, 303, 'money came by hand';
	is states($o), 'open paid unfulfilled none', 'it is paid';
	is act($o, '/pay', reference => 'again')->status, 422, 'once';
	is act($o, '/step', event => 'produce')->status, 303, 'production begins';
	is act($o, '/step', event => 'produce')->status, 422, 'once';
	is act($o, '/step', event => 'make_ready')->status, 303, 'ready';
	my $bad = act($o, '/ship', line => 1, pieces => 1, carrier => 'Post', url => 'javascript:alert(1)');
	is $bad->status, 422, 'a link that is none is refused';
	like $bad->html, qr/id="w-url"/, 'beside its field';
	is act($o, '/ship', line => 1, pieces => 9, carrier => 'Post')->status, 422, 'no more than there is';
	is act($o, '/ship', line => 1, pieces => 1, carrier => 'Post', tracking => 'X1', url => 'https://post.test/X1')->status, 303, 'ORD-14 a part leaves';
	is states($o), 'open paid partly_shipped none', 'partly shipped';
	is act($o, '/cancel', cancel_reason => 'too late')->status, 422, 'ORD-06 it cannot be called off any more';
	is act($o, '/ship', line => 1, pieces => 1, carrier => 'Post', tracking => 'X2')->status, 303, 'the rest leaves';
	is act($o, '/step', event => 'deliver')->status, 303, 'delivered';
	like $ana->get(url($o))->html, qr{href="https://post.test/X1"}, 'the parcel can be followed';
	is states($o), 'open paid delivered none', 'as the states say';
	is act($o, '/returns', line => 1, pieces => 3, wish => 'refund', return_reason => 'size')->status, 422, 'no more comes back than left';
	is act($o, '/returns', line => 1, pieces => 1, wish => 'refund', return_reason => 'size')->status, 303, 'ORD-07 a return is opened';
	my ($back) = $shop->value('SELECT return_id FROM sales.return WHERE order_id = ?', $o->{id});
	is act($o, '/step', event => 'close')->status, 422, 'with a return under way it is not closed';
	is act($o, "/returns/$back/decide", event => 'refuse')->status, 422, 'a refusal needs words';
	is act($o, "/returns/$back/receive", warehouse => $W1)->status, 422, 'nothing is received before it is approved';
	is act($o, "/returns/$back/decide", event => 'approve', answer => 'To the back door')->status, 303, 'approved';
	my $slip = $ana->get(url($o, "/returns/$back/slip.pdf"));
	like $slip->html, qr/^%PDF/, 'with a slip to print';
	is act($o, "/returns/$back/receive", warehouse => $W1, line => 1, pieces => 1)->status, 303, 'it came';
	is act($o, "/returns/$back/inspect", line => 1, pieces => 1, verdict => 'scrap')->status, 422, 'nothing is scrapped without a reason';
	is act($o, "/returns/$back/inspect", line => 1, pieces => 1, verdict => 'restock')->status, 303, 'back on the shelf';
	is states($o), 'open paid delivered returned', 'returned';
	is act($o, "/returns/$back/refund", back_reason => 'it came back', back_amount => '999.00', idempotency_key => key())->status, 422, 'not more than came in';
	is act($o, "/returns/$back/refund", back_reason => 'it came back', idempotency_key => key())->status, 303, 'its worth goes back';
	is states($o), 'open partly_refunded delivered returned', 'in part';
	is act($o, '/step', event => 'close')->status, 303, 'and now it is closed';
	is states($o), 'closed partly_refunded delivered returned', 'at the end of all four';
	is act($o, '/step', event => 'produce')->status, 422, 'what is closed moves no more';
	like $ana->get(url($o))->text, qr/Ana Ruiz/, 'ORD-17 the history says who';
};

subtest 'calling off, and what does not exist' => sub {
	my $o = order();
	is act($o, '/cancel', cancel_reason => '')->status, 422, 'a reason is wanted';
	is act($o, '/cancel', cancel_reason => 'asked by phone')->status, 303, 'cancelled';
	is $c->held($o), 0, 'its stock is free';
	is states($o), 'cancelled failed unfulfilled none', 'as the states say';
	is act($o, '/pay', reference => 'late')->status, 422, 'no money is booked on it';
	is act($o, $_->[0], %{ $_->[1] })->status, 422, "$_->[0] is refused" for [ '/step', { event => 'make_ready' } ], [ '/ship', { line => 1, pieces => 1, carrier => 'P' } ];
	my $gone = { id => '01900000-0000-7000-8000-00000000dead' };
	is $ana->get(url($gone))->status, 404, 'an order that is none';
	is act($gone, '/note', words => 'x')->status, 404, 'nor can anything be written on it';
};

subtest 'notes' => sub {
	my $o = order();
	my $b = $shop->visitor('one');
	is act($o, '/note', words => 'Looks odd, <b>call</b>')->status, 303, 'ORD-15 a note inside';
	is act($o, '/note', words => "We ship on Monday.\nThank you.", shown => 1)->status, 303, 'a note to the buyer';
	my $page = $b->get("/order/$o->{token}");
	like $page->text, qr/We ship on Monday/, 'stands on his page';
	unlike $page->text, qr/Looks odd/, 'the other does not';
	unlike $ana->get(url($o))->html, qr/<b>call/, 'and is text, not markup';
	$shop->stack->run_job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /^(?:Un mensaje|A message)/ });
	like $mail->{text} // '', qr/We ship on Monday\.\s+Thank you/, 'and came by mail';
	is act($o, '/note', words => ' ')->status, 422, 'nothing is no note';
};

subtest 'pick, pack, quality' => sub {
	$shop->dbh->do('SELECT shipping.set_policy(?, NULL, ?, 30, true)', undef, $f->{tenant}{acme}, $f->{store}{one});
	my @o = map { order() } 1 .. 2;
	is act('/admin/orders/picks', '', order => [map { $_->{id} } @o], warehouse => $W1)->status, 422, 'nothing is picked unpaid';
	act($_, '/pay', reference => 'r') for @o;
	is act($o[0], '/ship', line => 1, pieces => 1, carrier => 'Post')->status, 422, 'where quality looks, nothing leaves by word alone';
	my $answer = act('/admin/orders/picks', '', order => [map { $_->{id} } @o], warehouse => $W1);
	is $answer->status, 303, 'ORD-10 a list of several orders';
	my ($wave) = $answer->header('location') =~ m{picks/([0-9a-f-]+)$};
	my $list = "/admin/orders/picks/$wave";
	my $page = $ana->get($list);
	like $page->html, qr/<input id="f-code" name="code" autofocus/, 'ORD-12 the scanner types at once';
	like $page->text, qr/Still to fetch: 4/, 'four lack';
	my $wrong = act("$list/scan", '', code => 'FEW');
	is $wrong->status, 422, 'a wrong piece';
	like $wrong->html, qr/role="alert"[^>]*><p>Wrong piece/, 'is said aloud';
	like act("$list/scan", '', code => 'NOBODY')->html, qr/role="alert"[^>]*><p>Nobody knows/, 'as is one nobody knows';
	is act("$list/scan", '', code => 'plain')->status, 303, 'a right one is counted';
	like $ana->get($list)->text, qr/Still to fetch: 3/, 'three lack';
	is act("$list/scan", '', code => 'PLAIN', count => 3)->status, 303, 'three at once';
	is act("$list/scan", '', code => 'PLAIN')->status, 422, 'a fifth is too many';
	like $ana->get("$list/list.pdf")->html, qr/^%PDF/, 'the list is printed';
	my $pack = "$list/orders/$o[0]{id}";
	is act($pack, '', code => 'FEW')->status, 422, 'packing says what is wrong, too';
	is act($pack, '', code => 'PLAIN', count => 2)->status, 303, 'packed';
	my ($parcel) = $shop->value('SELECT parcel_id FROM shipping.parcel WHERE order_id = ?', $o[0]{id});
	my $at = "/parcels/$parcel";
	is act($o[0], "$at/send", carrier => 'Post')->status, 422, 'an open parcel does not leave';
	is act($o[0], "$at/close", weight => 'heavy')->status, 422, 'a weight is a number';
	is act($o[0], "$at/close", weight => 800)->status, 303, 'closed';
	is act($o[0], "$at/send", carrier => 'Post')->status, 422, 'nor one that quality has not seen';
	is act($o[0], "$at/check", verdict => 'fail')->status, 422, 'ORD-13 who stops it says why';
	is act($o[0], "$at/check", verdict => 'pass')->status, 303, 'passed';
	like $ana->get(url($o[0], "$at/slip.pdf"))->html, qr/^%PDF/, 'ORD-11 with its slip';
	like $ana->get(url($o[0], "$at/label.pdf"))->html, qr/^%PDF/, 'SHP-06 and its label';
	is $ana->get(url($o[1], "$at/label.pdf"))->status, 404, 'which is of no other order';
	like $ana->get("$list/labels.pdf")->html, qr/^%PDF/, 'the labels of a whole list';
	is act($o[1], "$at/send", carrier => 'Post')->status, 404, 'not as a parcel of another order';
	is act($o[0], "$at/send", carrier => 'Post', tracking => 'Z9')->status, 303, 'it leaves';
	is states($o[0]), 'open paid shipped none', 'shipped';
	is act($o[0], "$at/arrived")->status, 303, 'it arrives';
	is states($o[0]), 'open paid delivered none', 'delivered';
	is act($o[0], "$at/arrived")->status, 422, 'once';
	is act($o[0], "$at/unpack", unpack_reason => 'too late')->status, 422, 'what is gone is not unpacked';
	is act("$list/drop", '', drop_reason => 'end of shift')->status, 303, 'the rest is given up';
	is $shop->value('SELECT allotted FROM sales.order_line WHERE order_id = ?', $o[1]{id}), 0, 'and free again';
	$shop->dbh->do('SELECT shipping.set_policy(?, NULL, ?, 30, false)', undef, $f->{tenant}{acme}, $f->{store}{one});
};

subtest 'goods back, another way' => sub {
	my $o = order(pieces => 4, total => 4000);
	act($o, '/pay', reference => 'r');
	act($o, '/step', event => 'make_ready');
	is act($o, '/ship', line => 1, pieces => 4, carrier => 'Post')->status, 303, 'four pieces are out';
	my $on_hand = sub { return scalar $shop->value('SELECT on_hand FROM inventory.stock WHERE variant_id = ? AND warehouse_id = ?', $f->{variant}{PLAIN}, $W1) };
	# A return of N pieces, brought to the step that is wanted; its path.
	my $back = sub {
		my ($n, @steps) = @_;
		is act($o, '/returns', line => 1, pieces => $n, wish => 'refund', return_reason => 'size')->status, 303, 'a return is opened';
		my $path = '/returns/' . $shop->value('SELECT return_id FROM sales.return WHERE order_id = ? ORDER BY return_no DESC LIMIT 1', $o->{id});
		for my $step (@steps) {
			is act($o, "$path/$step->[0]", %{ $step->[1] })->status, 303, "$step->[0] " . join ' ', %{ $step->[1] };
		}
		return $path;
	};
	my @here = ([ decide => { event => 'approve', answer => 'Send it' } ], [ receive => { warehouse => $W1 } ]);
	my $counts = sub { my ($path) = @_; return join ' ', $shop->value('SELECT r.state, l.received, l.restocked, l.scrapped, l.quarantined FROM sales.return r
		JOIN sales.return_line l USING (tenant_id, return_id) WHERE r.return_id = ?', $path =~ s{.*/}{}r) };

	my $no = $back->(1);
	is act($o, "$no/decide", event => 'refuse', answer => 'It was worn in the rain')->status, 303, 'ORD-07 refused, with words';
	is states($o), 'open paid shipped refused', 'as the states say';
	like $shop->visitor('one')->get("/order/$o->{token}")->text, qr/It was worn in the rain/, 'the buyer reads why';
	my $number = $shop->value('SELECT number FROM sales.return WHERE order_id = ?', $o->{id});
	like $number, qr/^RMA-\d+$/, 'ORD-07 it has a number of its own';
	like $shop->visitor('one')->get("/order/$o->{token}")->text, qr/\Q$number\E/, 'which the buyer sees';
	like $ana->get(url($o))->text, qr/Return \Q$number\E/, 'and staff';
	like $ana->get('/admin/orders?q=' . lc $number)->html, qr{href="/en\Q@{[url($o)]}\E"}, 'ORD-07 the queue finds its order by it, however it is typed';
	unlike $ana->get("/admin/orders?q=${number}0")->html, qr{href="/en\Q@{[url($o)]}\E"}, 'and by no other';
	is act($o, "$no/receive", warehouse => $W1)->status, 422, 'what is refused does not come in';

	my $before = $on_hand->();
	my $scrap = $back->(1, @here);
	is act($o, "$scrap/inspect", line => 1, pieces => 2, verdict => 'scrap', inspect_reason => 'torn')->status, 422, 'no more is scrapped than came';
	is act($o, "$scrap/inspect", line => 1, pieces => 1, verdict => 'scrap', inspect_reason => 'torn')->status, 303, 'ORD-07 a torn one is thrown away';
	is $counts->($scrap), 'returned 1 0 1 0', 'and counted as that';
	is $on_hand->(), $before, 'it is on no shelf';
	is $shop->value(q{SELECT sum(quantity) FROM inventory.movement WHERE kind = 'scrap' AND warehouse_id = ?}, $W1), -1, 'but in the ledger';

	my $apart = $back->(3, @here);
	is act($o, "$apart/inspect", line => 1, pieces => 2, verdict => 'quarantine')->status, 422, 'what is set apart has a reason';
	is act($o, "$apart/inspect", line => 1, pieces => 2, verdict => 'quarantine', inspect_reason => 'smells')->status, 303, 'ORD-07 two are set apart';
	is act($o, "$apart/inspect", line => 1, pieces => 1, verdict => 'restock')->status, 303, 'one goes on the shelf';
	is $counts->($apart) . ' ' . $on_hand->(), 'returned 3 1 0 2 ' . ($before + 1), 'what is apart is not on hand';
	is act($o, "$apart/inspect", line => 1, pieces => 1, verdict => 'release_restock', inspect_reason => '')->status, 422, 'nothing is released without a reason';
	is act($o, "$apart/inspect", line => 1, pieces => 3, verdict => 'release_restock', inspect_reason => 'aired')->status, 422, 'nor more than is apart';
	is act($o, "$apart/inspect", line => 1, pieces => 1, verdict => 'release_restock', inspect_reason => 'aired')->status, 303, 'one is released to the shelf';
	is act($o, "$apart/inspect", line => 1, pieces => 1, verdict => 'release_scrap', inspect_reason => 'still smells')->status, 303, 'one away';
	is $counts->($apart) . ' ' . $on_hand->(), 'returned 3 2 1 0 ' . ($before + 2), 'as the counters and the shelf say';
	like $ana->get(url($o))->text, qr/Pieces set apart were decided on/, 'and the history';
};

subtest 'what quality stops' => sub {
	$shop->dbh->do('SELECT shipping.set_policy(?, NULL, ?, 30, true)', undef, $f->{tenant}{acme}, $f->{store}{one});
	my $o = order();
	act($o, '/pay', reference => 'r');
	my ($wave) = act('/admin/orders/picks', '', order => $o->{id}, warehouse => $W1)->header('location') =~ m{picks/([0-9a-f-]+)$};
	act("/admin/orders/picks/$wave/scan", '', code => 'PLAIN', count => 2);
	act("/admin/orders/picks/$wave/orders/$o->{id}", '', code => 'PLAIN', count => 2);
	my $at = '/parcels/' . $shop->value('SELECT parcel_id FROM shipping.parcel WHERE order_id = ?', $o->{id});
	is act($o, "$at/close", weight => 800)->status, 303, 'packed';
	is act($o, "$at/check", verdict => 'fail', check_reason => 'a seam is open')->status, 303, 'ORD-13 quality stops it';
	like $ana->get(url($o))->text, qr/Quality stopped it/, 'the page says so';
	is act($o, "$at/send", carrier => 'Post')->status, 422, 'it does not leave';
	is act($o, "$at/unpack", unpack_reason => '')->status, 422, 'nobody takes it apart without a reason';
	is act($o, "$at/unpack", unpack_reason => 'to be mended')->status, 303, 'it is taken apart';
	is join(' ', $shop->value('SELECT k.state, l.allotted, l.shipped FROM shipping.parcel k JOIN sales.order_line l USING (tenant_id, order_id) WHERE k.order_id = ?', $o->{id})),
		'dropped 0 0', 'and its pieces are free for another list';
	is $c->held($o), 2, 'the order holds them still';
	$shop->dbh->do('SELECT shipping.set_policy(?, NULL, ?, 30, false)', undef, $f->{tenant}{acme}, $f->{store}{one});
};

subtest 'money back' => sub {
	my $o = order();
	act($o, '/pay', reference => 'r');
	is act($o, '/refund', amount => '20.01', refund_reason => 'too much', idempotency_key => key())->status, 422, 'never above what came in';
	is act($o, '/refund', amount => '5.00', refund_reason => '', idempotency_key => key())->status, 422, 'SEC-04 nor without a reason';
	my $key = key();
	is act($o, '/refund', amount => '5.00', refund_reason => 'a scratch', idempotency_key => $key)->status, 303, 'a part by hand';
	is act($o, '/refund', amount => '5.00', refund_reason => 'a scratch', idempotency_key => $key)->status, 303, 'the same form again';
	is $shop->value('SELECT refunded FROM payment.payment WHERE order_id = ?', $o->{id}), 500, 'is the same refund';
	is act($o, '/refund', line => 1, pieces => 1, refund_reason => 'one piece', idempotency_key => key())->status, 303, 'by line';
	is $shop->value('SELECT refunded FROM payment.payment WHERE order_id = ?', $o->{id}), 1500, 'what the piece cost';
	is states($o), 'open partly_refunded unfulfilled none', 'in part';
	like $ana->get(url($o))->text, qr/A refund was asked for \S*5\.00\S*: a scratch/, 'the history says it as money';
	my $old = Staff->new($shop, $f, 'acme', may => ['orders.view', 'orders.refund'], stores => ['one'], age_s => 3600);
	my $page = $old->get(url($o));
	my $answer = $old->visitor->post('/en' . url($o, '/refund'), { csrf => token($page), amount => '1.00', refund_reason => 'without a code', idempotency_key => key() });
	isnt $answer->status, 303, 'SEC-02 not without a recent code' if ($answer->header('location') // '') !~ m{login/again};
	is $shop->value('SELECT refunded FROM payment.payment WHERE order_id = ?', $o->{id}), 1500, 'and gives nothing';
	is act($o, '/refund', refund_reason => 'the rest', idempotency_key => key())->status, 303, 'all that is left';
	is states($o), 'open refunded unfulfilled none', 'refunded';

	my $p = order();
	act($p, '/pay', reference => 'r');
	my $stack = $shop->stack;
	my $seen = Race::at_once($shop->dbh, sub { Race::connection($stack->{cluster}, $stack->{database}, '_sutler-admin-orders') }, $f->{tenant}{acme},
		map { sub { my ($d) = @_; return ($d->selectrow_array(q{SELECT outcome FROM sales.desk_refund(?, ?, ?, 300, '{}', '{}', 'race', sutler.uuid7())}, undef,
			$f->{tenant}{acme}, $ana->{id}, $p->{id}))[0] } } 1 .. 20);
	is_deeply $seen, { ok => 6, too_much => 14 }, 'of 20 refunds of 3.00 at once six go through, of 20.00';
	is $shop->value('SELECT refunded FROM payment.payment WHERE order_id = ?', $p->{id}), 1800, 'and no more is given back';
};

done_testing;
