package Customer;

# A customer who is signed in, made row by row: for tests of what stands behind the log-in.
#
#	my $ana = Customer->new($shop, $f, 'one', name => 'Ana López');
#	$ana->{id}, $ana->{email}, $ana->visitor		# with the session's cookie
#	my $twin = $ana->visitor;				# another device: the same session
#	my $path = $ana->order($variant, 2);			# a path of the account, "/account/orders/ID"
#
# Named values of new(): email, name, phone, company, customer_type, age_s (of the session).

use strict;
use utf8;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use MIME::Base64 qw(encode_base64url);
use Buyer;

my $serial = 0;

sub new
{
	my ($class, $shop, $f, $code, %o) = @_;
	my $n = ++$serial;
	my $dbh = $shop->dbh;
	my ($tenant, $store) = $shop->value('SELECT tenant_id, store_id FROM tenancy.store WHERE code = ?', $code);
	my $self = bless { shop => $shop, f => $f, tenant => $tenant, store => $store, host => $code, prefix => $o{prefix} // '',
		email => $o{email} // "customer$n\@example.test", id => sprintf('01900000-0000-7000-9000-%012x', $n),
		session => sprintf('01900000-0000-7000-a000-%012x', $n), token => encode_base64url(sha256("session $$ $n")) }, $class;
	$dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	$dbh->do(q{INSERT INTO customer.person (tenant_id, customer_id, email, verified_at, name, phone, company, customer_type, locale, store_id)
		VALUES (?, ?, ?, sutler.now(), ?, ?, ?, ?, ?, ?)}, undef, $tenant, $self->{id}, $self->{email}, $o{name} // 'Ana López',
		$o{phone} // '', $o{company} // '', $o{customer_type} // 'consumer', $o{locale} // 'es', $store);
	$dbh->do(q{INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, created_at, expires_at)
		VALUES (?, ?, decode(?, 'hex'), ?, sutler.now() - make_interval(secs => ?), sutler.now() + interval '30 days')}, undef,
		$tenant, $self->{session}, sha256_hex($self->{token}), $self->{id}, $o{age_s} // 60);
	return $self;
}

sub visitor
{
	my ($self, %o) = @_;
	my $v = $self->{shop}->visitor($o{host} // $self->{host});
	$v->{cookies}{sid} = $self->{token};
	return $v;
}

# One more entry of his address book.
sub address
{
	my ($self, %o) = @_;
	my $id = sprintf '01900000-0000-7000-b000-%012x', ++$serial;
	$self->{shop}->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $self->{tenant});
	my %row = (name => 'Ana López', street => 'Calle Mayor 1', postal_code => '28013', city => 'Madrid', region => 'M', country => 'ES', %o);
	$self->{f}->add('customer.address', tenant_id => $self->{tenant}, address_id => $id, customer_id => $self->{id}, %row);
	return $id;
}

# The token of a mailed link that confirms the wish to be forgotten.
sub erase_token
{
	my ($self) = @_;
	my $token = encode_base64url(sha256("erase $$ " . ++$serial));
	$self->{shop}->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $self->{tenant});
	$self->{shop}->dbh->do(q{INSERT INTO customer.token (tenant_id, token_sha256, customer_id, purpose, expires_at)
		VALUES (?, decode(?, 'hex'), ?, 'erase', sutler.now() + interval '1 day')}, undef, $self->{tenant}, sha256_hex($token), $self->{id});
	return $token;
}

# An order placed by a guest that became his: its path in the account.
sub order
{
	my ($self, $variant, $quantity) = @_;
	my $b = Buyer->new($self->{shop}->visitor($self->{host}), $self->{prefix});
	$b->add($variant, $quantity // 1)->ready(email => $self->{email})->place;
	my ($token) = $b->{link} =~ m{/order/([\w-]{43})};
	my ($order) = $self->{shop}->value('SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, \'UTF8\'))', $token);
	$self->{shop}->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $self->{tenant});
	$self->{shop}->change('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', $self->{id}, $order);
	return "/account/orders/$order";
}

1;
