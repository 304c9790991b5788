# Promise: the database alone says who may fetch a file and how often: a right is born with the payment and with
# nothing else, is never used once too often whoever comes at the same moment, and is of one merchant.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Race;
use Test::More;
use Testbed;

my $bed = Testbed->new;
my $database = $bed->clone('empty');
my $cluster = $bed->cluster;
$cluster->map_roles;
my $dbh = $cluster->dbh($database);
my $f = Fixture->new($dbh);
my $t = $f->{tenant}{acme};
my $store = $f->{store}{one};

sub as_tenant { return $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $_[0] // $t) }
sub value { my ($sql, @args) = @_; as_tenant(); return ($dbh->selectrow_array($sql, undef, @args))[0] }
my $n = 0;
# A variant that is a download with so many files.
sub download
{
	my ($sku, %o) = @_;
	as_tenant();
	$f->variant($t, $sku, price => { EUR => 300 }, row => $o{row} // {}, stock => $o{stock} // {});
	for (1 .. $o{files} // 1) {
		my $name = sprintf '%02x/%030x', $n % 256, $n++;
		$dbh->selectrow_array('SELECT catalog.desk_download_add(?, sutler.uuid7(), ?, ?, ?, ?, ?, ?)', undef, $t, $f->{product}{$sku}, $f->{variant}{$sku},
			[$name], ['application/pdf'], [100], ["file$_.pdf"]);
	}
	return mark($sku, %o);
}
sub mark
{
	my ($sku, %o) = @_;
	return value('SELECT catalog.desk_download_save(?, sutler.uuid7(), ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ?, ?, ?, ?, ?)', $t, $f->{product}{$sku},
		$f->{product}{$sku}, $f->{variant}{$sku}, ($o{digital} // 1), $o{counted} // 0, $o{days} // 0, $o{times} // 0, '{}');
}
# An order as checkout places it, of [SKU, pieces]...: its word and id.
sub order
{
	my ($total, @l) = @_;
	my ($cart, $contact, $order) = (Fixture::id(), Fixture::id(), Fixture::id());
	as_tenant();
	$f->add('sales.contact', tenant_id => $t, contact_id => $contact, email => 'buyer@example.test', country => 'ES');
	$f->add('sales.cart', tenant_id => $t, store_id => $store, cart_id => $cart, locale => 'es', currency => 'EUR', contact_id => $contact, payment_method => 'bank_transfer');
	$f->add('sales.cart_line', tenant_id => $t, cart_id => $cart, variant_id => $f->{variant}{ $_->[0] }, quantity => $_->[1]) for @l;
	my $zero = [(0) x @l];
	my $word = value(q{SELECT outcome FROM sales.place_order(?, ?, ?, sha256(?::text::bytea), now() + interval '1 day', ?, 0, 0, 0, ?, '', NULL, NULL, NULL,
		?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', '{}', '{}', '{}')}, $t, $cart, $order, $order, $total, $total, [map { $f->{variant}{ $_->[0] } } @l],
		[map { $_->[1] } @l], $zero, $zero, $zero, $zero, [map { $_->[0] } @l], [('Name') x @l], [('') x @l], [('') x @l], [('IVA') x @l], $zero, $zero);
	return ($word, $order);
}
sub pay { my ($order) = @_; return value(q{SELECT sales.receive_payment(?, ?, (SELECT total FROM sales."order" WHERE order_id = ?), 'statement', 'test')}, $t, $order, $order) }
sub state_of { my ($order) = @_; return value(q{SELECT payment || ' ' || fulfilment FROM sales."order" WHERE order_id = ?}, $order) }
# "file rest state; ..." as the buyer sees it
sub seen { my ($order) = @_; return value(q{SELECT coalesce(string_agg(concat_ws(' ', file_name, rest, state), '; '), '') FROM sales.downloads(?, ?)}, $t, $order) }
sub file_of { my ($sku) = @_; return value('SELECT file_id FROM catalog.download_file WHERE variant_id = ? ORDER BY file_name LIMIT 1', $f->{variant}{$sku}) }
sub take { my ($d, $order, $file) = @_; return ($d->selectrow_array('SELECT outcome FROM sales.download_take(?, ?, sha256(?::text::bytea), NULL, NULL, ?)', undef, $t, $store, $order, $file))[0] }

subtest 'CAT-08 what can be a download' => sub {
	as_tenant();
	$f->variant($t, 'EMPTY', price => { EUR => 300 });
	is mark('EMPTY'), 'files', 'nothing without a file';
	is mark('EMPTY', digital => 0), 'ok', 'said of something else it changes nothing';
	is download('BOOK', files => 2, times => 3), 'ok', 'with files';
	is mark('BOOK', times => 3), 'ok', 'the same again';
	is value("SELECT count(*) FROM audit.entry WHERE action = 'product.downloads' AND target = 'product ' || ?", $f->{product}{BOOK}), 3, 'is in the log once';
	is download('LATER', row => { made_to_order => 1 }), 'made', 'nothing that is made after the order';
	my ($word, $held) = order(1000, ['PLAIN', 1]);
	is $word, 'changed', 'a parcel needs a way of delivery';
	as_tenant();
	for (["UPDATE catalog.variant SET made_to_order = true WHERE variant_id = '$f->{variant}{BOOK}'", 'no download is made to order'],
		["UPDATE catalog.variant SET bundle = true WHERE variant_id = '$f->{variant}{BOOK}'", 'none is a bundle'],
		["INSERT INTO sales.download_use (tenant_id, order_id, variant_id, file_id, used) VALUES ('$t', sutler.uuid7(), sutler.uuid7(), sutler.uuid7(), 1)", 'nothing is fetched without a right']) {
		ok !eval { $dbh->do($_->[0]); 1 }, "the database says: $_->[1]";
	}
};

subtest 'CAT-08 the payment gives the right' => sub {
	my ($word, $order) = order(300, ['BOOK', 1]);
	is $word, 'ok', 'it is ordered without a way of delivery';
	is seen($order), '', 'nothing before it is paid';
	is take($dbh, $order, file_of('BOOK')), 'unknown', 'neither by asking for it';
	is pay($order), 'ok', 'paid';
	is seen($order), 'file1.pdf 3 ok; file2.pdf 3 ok', 'each file so often';
	is state_of($order), 'paid delivered', 'and the order is delivered';
	is value("SELECT count(*) FROM event.outbox WHERE template = 'downloads' AND order_id = ?", $order), 1, 'by one mail';
	value('SELECT true FROM sales.hand_over(?, ?)', $t, $order);
	is value("SELECT count(*) FROM event.outbox WHERE template = 'downloads' AND order_id = ?", $order), 1, 'which does not come again';
	is take($dbh, $order, file_of('BOOK')), 'ok', 'fetched';
	is seen($order), 'file1.pdf 2 ok; file2.pdf 3 ok', 'and counted, that file alone';
	as_tenant($f->{tenant}{bahari});
	is $dbh->selectrow_array('SELECT count(*) FROM sales.downloads(?, ?)', undef, $t, $order), 0, 'T26 to another merchant there is nothing';
	is take($dbh, $order, file_of('BOOK')), 'ok', 'again by the owner';
	my ($free_word, $free) = order(0, ['BOOK', 1]);
	is "$free_word " . state_of($free) . ' ' . seen($free), 'ok paid delivered file1.pdf 3 ok; file2.pdf 3 ok', 'what costs nothing is handed over at once';
	value("SELECT sales.fire(?, ?, 'payment', 'refund', 'test', '')", $t, $free);
	is seen($free), 'file1.pdf 3 ended; file2.pdf 3 ended', 'money given back ends it';
	value("SELECT sales.fire(?, ?, 'payment', 'refund_undone', 'test', '')", $t, $free);
	is seen($free), 'file1.pdf 3 ok; file2.pdf 3 ok', 'and a refund that failed gives it back';
};

subtest 'CAT-08 a part of a bundle, and counted ones' => sub {
	as_tenant();
	$f->variant($t, 'SET', price => { EUR => 1500 });
	$f->variant($t, 'PAIR', price => { EUR => 500 });
	download('SONG');
	my $bundle = sub { my ($sku, @parts) = @_; return value('SELECT catalog.desk_bundle(?, sutler.uuid7(), ?, (SELECT revision FROM catalog.product WHERE product_id = ?), ?, ?, ?)',
		$t, $f->{product}{$sku}, $f->{product}{$sku}, $f->{variant}{$sku}, [@parts], [(1) x @parts]) };
	is $bundle->('SET', 'BOOK', 'PLAIN'), 'ok', 'a book with its file';
	is $bundle->('PAIR', 'BOOK', 'SONG'), 'ok', 'two files';
	is value('SELECT catalog.nothing_to_send(?, ?)', $t, [$f->{variant}{PAIR}]), 1, 'two files are nothing to send';
	is value('SELECT catalog.nothing_to_send(?, ?)', $t, [$f->{variant}{SET}]), 0, 'a book is';
	my ($word, $order) = order(500, ['PAIR', 2]);
	is $word, 'ok', 'ordered';
	pay($order);
	is seen($order), 'file1.pdf 6 ok; file2.pdf 6 ok; file1.pdf 10 ok', 'the parts of both are handed over';
	is state_of($order), 'paid delivered', 'and all is done';
	is download('FEWFILES', counted => 1), 'ok', 'one that is counted';
	$f->stock($t, 'FEWFILES', 'W1', 2);
	($word, $order) = order(300, ['FEWFILES', 2]);
	is join(',', $f->count('FEWFILES')), '2,2', 'is held for its order';
	is mark('FEWFILES'), 'ok', 'whatever becomes of it meanwhile';
	is mark('FEWFILES', counted => 1), 'ok', 'back again';
	is((order(300, ['FEWFILES', 1]))[0], 'sold_out', 'nobody else gets it');
	pay($order);
	is join(',', $f->count('FEWFILES')), '0,0', 'and booked out when it is paid';
	is value('SELECT inventory.reconcile(?)', $t), 0, 'counts are proven by movements and holds';
};

subtest 'CAT-08 the last download, wanted by many at once' => sub {
	my (undef, $order) = order(300, ['BOOK', 2]);
	pay($order);
	my $file = file_of('BOOK');
	my $saw = Race::at_once($dbh, sub { Race::connection($cluster, $database, '_sutler-order') }, $t, map { sub { my ($d) = @_; take($d, $order, $file) } } 1 .. 16);
	is_deeply $saw, { ok => 6, used_up => 10 }, 'exactly as often as it was bought for' or diag explain $saw;
	is seen($order), 'file1.pdf 0 used_up; file2.pdf 6 ok', 'and that is what is counted';
	# A payment that is reported twice at the same moment gives one right and one mail.
	(undef, $order) = order(300, ['BOOK', 1]);
	Race::at_once($dbh, sub { my $d = $cluster->dbh($database); $d->{AutoInactiveDestroy} = 1; $d }, $t,
		map { sub { my ($d) = @_; ($d->selectrow_array("SELECT sales.receive_payment(?, ?, 300, 'statement', 'test')", undef, $t, $order))[0] } } 1 .. 4);
	is value("SELECT count(*) FROM event.outbox WHERE template = 'downloads' AND order_id = ?", $order), 1, 'one payment, one handing over';
};

done_testing;
