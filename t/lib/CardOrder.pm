package CardOrder;

# Orders by card in a database with the Fixture's rows, for tests of what gateways report.
#
#	my $c = CardOrder->new($dbh, $f);		# an account at a gateway for store one
#	my $o = $c->order(sku => 'PLAIN', pieces => 2);	# { id, number, token, total, intent, address }
#	$c->begin($o);					# [outcome, intent] of an attempt to pay
#	$c->attempt($o);				# an attempt whose page is open
#	$c->states($o);					# "open pending"
#	$c->books($o);					# "gateway 1000, receivable -1000"
#
# Named values of order(): sku, pieces, total, method, intent (0: no attempt), coupon, age (minutes).

use strict;
use warnings;
use Fixture;

sub new
{
	my ($class, $dbh, $f) = @_;
	my $self = bless { dbh => $dbh, f => $f, tenant => $f->{tenant}{acme}, store => $f->{store}{one}, next => 5000 }, $class;
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $self->{tenant});
	$f->payment($self->{tenant}, $self->{store}, 'card', [qw(es en)]);
	$self->{account} = $self->account;
	return $self;
}

sub value { my ($self, @q) = @_; return ($self->{dbh}->selectrow_array(@q))[0] }
sub list { my ($self, @q) = @_; return @{ $self->{dbh}->selectcol_arrayref(@q) } }
sub id { my ($self) = @_; return $self->value('SELECT sutler.uuid7()') }

# An account at a gateway; named values are its columns.
sub account
{
	my ($self, %row) = @_;
	my $id = Fixture::id();
	$self->{f}->add('payment.account', tenant_id => $self->{tenant}, store_id => $self->{store}, account_id => $id, provider => 'stripe',
		key_sealed => '\x00', webhook_sealed => '\x00', %row);
	return $id;
}

sub order
{
	my ($self, @o) = @_;
	my %o = (sku => 'PLAIN', pieces => 1, total => 1000, method => 'card', intent => 1, coupon => '', age => 0, @o);
	my ($order, $cart, $contact) = map { $self->id } 1 .. 3;
	my ($f, $dbh, $tenant, $store) = @$self{qw(f dbh tenant store)};
	my $n = $self->{next}++;
	my $variant = $f->{variant}{ $o{sku} };
	$f->add('sales.contact', tenant_id => $tenant, contact_id => $contact, email => "b$n\@example.test", country => 'ES', name => 'B');
	$f->add('sales.cart', tenant_id => $tenant, store_id => $store, cart_id => $cart, locale => 'es', currency => 'EUR', state => 'ordered');
	$f->add('sales.order', tenant_id => $tenant, store_id => $store, order_id => $order, number => $n, cart_id => $cart, locale => 'es',
		currency => 'EUR', customer_type => 'consumer', prices_include_tax => 1, tax_rounding => 'line', goods => $o{total}, discount => 0,
		shipping => 0, tax => 0, total => $o{total}, contact_id => $contact, method_id => $self->id, method_name => 'Post',
		payment_method => $o{method}, coupon_code => $o{coupon}, state => 'open', payment => 'pending');
	$dbh->do(q{UPDATE sales."order" SET placed_at = placed_at - make_interval(mins => ?) WHERE order_id = ?}, undef, $o{age}, $order);
	$f->add('sales.order_line', tenant_id => $tenant, order_id => $order, line_no => 1, variant_id => $variant, sku => $o{sku},
		name => 'P', quantity => $o{pieces}, unit_price => $o{total}, discount => 0, tax => 0, total => $o{total});
	$f->add('payment.payment', tenant_id => $tenant, payment_id => $self->id, order_id => $order, method => $o{method}, currency => 'EUR',
		amount => $o{total});
	my $short = $self->value('SELECT inventory.take(?, ?, NULL, ?, NULL, \'\', ?, ?)', undef, $tenant, $store, $order, [$variant], [$o{pieces}]);
	die "no stock of $o{sku}\n" if $short;
	my $token = sprintf '%043d', $n;
	$dbh->do(q{INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at)
		VALUES (?, sha256(convert_to(?, 'UTF8')), ?, sutler.now() + interval '1 day')}, undef, $tenant, $token, $order);
	my $made = { id => $order, number => $n, token => $token, total => $o{total}, address => "address of $n" };
	$made->{intent} = $self->attempt($made) if $o{intent};
	return $made;
}

sub begin
{
	my ($self, $o, $address) = @_;
	return $self->{dbh}->selectrow_array(q{SELECT b.outcome, b.intent_id FROM payment.begin_intent(?, ?, sha256(convert_to(?, 'UTF8')), NULL, NULL, ?, ?) b},
		undef, $self->{tenant}, $self->{store}, $o->{token}, $self->id, $address // $o->{address});
}

sub attempt
{
	my ($self, $o) = @_;
	my ($outcome, $intent) = $self->begin($o);
	die "attempt: $outcome\n" if $outcome ne 'ok';
	my $opened = $self->value(q{SELECT payment.opened(?, ?, ?, 'https://pay.test/', sutler.now() + interval '31 minutes')}, undef,
		$self->{tenant}, $intent, "cs_$intent");
	die "opened: $opened\n" if $opened ne 'ok';
	return $intent;
}

# What a gateway says of an order's attempt, as programs pass it on; named values override.
sub said
{
	my ($self, $d, $o, $kind, %e) = @_;
	my $intent = $e{of} // $o->{intent};
	my %is = (account => $self->{account}, event => '', live => 0, said_tenant => $self->{tenant}, intent => $intent, order => $o->{id},
		session_ref => "cs_$intent", payment_ref => "pi_$intent", refund => '', refund_ref => '', currency => 'EUR', amount => $o->{total},
		refunded => 0, code => '', %e);
	return ($d->selectrow_array('SELECT payment.apply(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', undef, $self->{tenant}, $is{account}, $is{event}, $kind,
		@is{qw(live said_tenant intent order session_ref payment_ref refund refund_ref currency amount refunded code)}))[0];
}

sub states
{
	my ($self, $o) = @_;
	return join ' ', $self->{dbh}->selectrow_array(q{SELECT state, payment FROM sales."order" WHERE order_id = ?}, undef, $o->{id});
}

sub mails { my ($self, $o) = @_; return join ' ', $self->list('SELECT template FROM event.outbox WHERE order_id = ? ORDER BY template', undef, $o->{id}) }
sub held { my ($self, $o) = @_; return $self->value('SELECT coalesce(sum(quantity), 0) FROM inventory.hold WHERE order_id = ?', undef, $o->{id}) }
sub work { my ($self, $o) = @_; return join ' ', $self->list('SELECT kind FROM payment.work WHERE order_id = ? ORDER BY kind', undef, $o->{id}) }

sub refunds
{
	my ($self, $o) = @_;
	return $self->list(q{SELECT r.refund_id FROM payment.refund r JOIN payment.payment p USING (tenant_id, payment_id)
		WHERE p.order_id = ? ORDER BY r.refund_id}, undef, $o->{id});
}

# The balance of each account of an order that is not even.
sub books
{
	my ($self, $o) = @_;
	my $r = $self->{dbh}->selectall_arrayref(q{SELECT a, sum(m) FROM payment.payment p JOIN payment.entry e USING (tenant_id, payment_id)
		CROSS JOIN LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) AS x (a, m)
		WHERE p.order_id = ? GROUP BY a HAVING sum(m) <> 0 ORDER BY a}, undef, $o->{id});
	return join ', ', map { "$_->[0] $_->[1]" } @$r;
}

1;
