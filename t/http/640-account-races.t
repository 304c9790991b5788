# Promise: tabs and devices of one customer, and customers among each other, may do all at the
# same moment: no piece is held twice or lost, an order is changed or cancelled, an address
# book keeps its limit and its one default.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Customer;
use Fixture;
use Shop;
use Test::More;

use constant AT_ONCE => 12;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account))], config => { 'web.workers' => 6 });
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};

# All of them at one moment, each in a process of its own; their words, sorted and counted.
sub together
{
	my (@work) = @_;
	pipe my $gate_r, my $gate_w or die "pipe: $!\n";
	my @out;
	for my $work (@work) {
		my $pid = open(my $out, '-|') // die "fork: $!\n";
		if (!$pid) {
			close $gate_w;
			sysread $gate_r, my $nothing, 1;	# until the gate opens
			print eval { $work->() } // "died $@";
			close STDOUT;
			require POSIX;
			POSIX::_exit(0);
		}
		push @out, $out;
	}
	close $gate_r;
	close $gate_w;
	my %count;
	$count{ do { local $/; readline $_ } }++ for @out;
	return join ' ', map { "$_:$count{$_}" } sort keys %count;
}

sub csrf { return ($_[0]->get('/account/profile')->html =~ /name="csrf" value="([^"]+)"/)[0] }

# Every hold belongs to a live order and stock counts just those.
sub sound
{
	my ($name) = @_;
	is $shop->value('SELECT count(*) FROM inventory.stock s WHERE s.held <> coalesce((SELECT sum(h.quantity) FROM inventory.hold h
		WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id), 0)'), 0, "$name: stock counts what is held";
	is $shop->value(q{SELECT count(*) FROM inventory.hold h LEFT JOIN sales."order" o ON o.order_id = h.order_id WHERE o.state IS DISTINCT FROM 'open'}), 0,
		"$name: all of it for open orders";
	is $shop->value(q{SELECT count(*) FROM sales.cart WHERE state = 'open'}), 0, "$name: no cart is left";
	return;
}

subtest 'an address book' => sub {
	my $ana = Customer->new($shop, $f, 'one');
	my $token = csrf($ana->visitor);
	my $said = together(map { my $n = $_; sub {
		return $ana->visitor->post('/account/addresses/new', { csrf => $token, country => 'ES', name => "N$n", street => 'S', postcode => '28013', city => 'C', region => 'M',
			for_delivery => 1 })->status;
	} } 1 .. 25);
	is $said, '303:20 422:5', 'twenty fit and five do not';
	is join('|', $shop->value('SELECT count(*), count(*) FILTER (WHERE is_shipping), count(*) FILTER (WHERE is_billing) FROM customer.address WHERE customer_id = ?', $ana->{id})),
		'20|1|1', 'with one default each';
};

# Posts a change of the order's one line and confirms what it costs.
sub change
{
	my ($c, $path, $variant, $quantity, $token) = @_;
	my $me = $c->visitor;
	my $ask = $me->post("$path/change", [ [ csrf => $token ], [ variant => $variant ], [ quantity => $quantity ], [ name => 'Ana' ], [ street => 'S' ],
		[ postcode => '28013' ], [ city => 'C' ], [ region => 'M' ] ]);
	return $ask->status if $ask->status != 200;
	return $me->submit($ask, action => "$path/change")->status;
}

subtest 'the last pieces' => sub {
	# three are there, one is held by each of two; both want another
	my @c = map { Customer->new($shop, $f, 'one') } 1 .. 2;
	my @order = map { $_->order($v->{FEW}, 1) } @c;
	my @token = map { csrf($_->visitor) } @c;
	my $said = together(map { my $i = $_; sub { change($c[$i], $order[$i], $v->{FEW}, 2, $token[$i]) } } 0, 1);
	is $said, '303:1 422:1', 'one gets it';
	is join(',', $f->count('FEW')), '3,3', 'all three are held';
	sound('the last pieces');
};

subtest 'one order from many tabs' => sub {
	my $c = Customer->new($shop, $f, 'one');
	my $order = $c->order($v->{PLAIN}, 5);
	my ($id) = $order =~ m{([^/]+)$};
	my $token = csrf($c->visitor);
	together(map { my $n = $_; sub { change($c, $order, $v->{PLAIN}, $n, $token) } } 1 .. AT_ONCE);
	my ($pieces, $held, $total, $amount, $lines) = $shop->value(q{SELECT (SELECT sum(quantity) FROM sales.order_line WHERE order_id = o.order_id),
		(SELECT sum(quantity) FROM inventory.hold WHERE order_id = o.order_id), o.total, (SELECT amount FROM payment.payment WHERE order_id = o.order_id),
		(SELECT sum(total) FROM sales.order_line WHERE order_id = o.order_id) + o.shipping FROM sales."order" o WHERE o.order_id = ?}, $id);
	is $held, $pieces, 'it holds what it says';
	is $amount, $total, 'what is to be paid is its total';
	is $lines, $total, 'which is that of its lines';
	sound('many tabs');
	my $said = together((map { sub { change($c, $order, $v->{PLAIN}, 3, $token) } } 1 .. 4),
		(map { sub { 'c' . $c->visitor->post("$order/cancel", { csrf => $token })->status } } 1 .. 4));
	is $shop->value('SELECT state FROM sales."order" WHERE order_id = ?', $id), 'cancelled', 'a change at the same moment does not bring it back';
	is $shop->value(q{SELECT count(*) FROM sales.order_event WHERE order_id = ? AND event = 'cancel'}, $id), 1, 'it is cancelled once';
	unlike $said, qr/died|5\d\d/, "all are answered: $said";
	sound('cancelled');
};

done_testing;
