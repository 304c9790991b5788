package LoginRequests;

# The routes of login, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;

# A mailed link of a customer.
sub mailed
{
	my ($t, $store, $purpose, $form) = @_;
	my ($token, $change) = ($t->token);
	my @ids = Requests::ids($t, $store);
	if ($purpose =~ /^(?:email|undo)$/) {
		($change) = $t->value(q{INSERT INTO customer.email_change (tenant_id, change_id, customer_id, old_email, new_email, done_at)
			SELECT tenant_id, sutler.uuid7(), customer_id, email, ?, CASE WHEN ? = 'undo' THEN now() END FROM customer.person
			WHERE tenant_id = ? AND customer_id = ? RETURNING change_id}, sprintf('new%d.%d@example.test', $$, $serial++), $purpose, @ids);
	}
	$t->dbh->do(q{INSERT INTO customer.token (tenant_id, customer_id, token_sha256, purpose, change_id, expires_at)
		VALUES (?, ?, sha256(convert_to(?, 'UTF8')), ?, ?, now() + interval '1 hour')}, undef, @ids, $token, $purpose, $change);
	return { path => "/login/$purpose/$token", $form ? (form => $form) : () };
}

# The password is reset and mail addresses change in between.
sub entrance
{
	my ($t, $store) = @_;
	my ($email) = $t->value('SELECT email FROM customer.person WHERE customer_id = ?', Requests::customer($t, $store)->{id});
	return (email => $email, password => Requests::customer($t, $store)->{password});
}

sub entries
{
	return (
		'GET /login' => sub { return { path => '/login' } },
		'POST /login' => sub { my ($t, $s) = @_; return { path => '/login', form => { entrance($t, $s) } } },
		'POST /login/out' => sub {
			my ($t, $s) = @_;
			my $ask = Requests::signed_in($t, $s, '/login/out', {});
			# The session's end shows by the cart's cookie that ends with it: sessions themselves are traces.
			my ($tenant, $person) = Requests::ids($t, $s);
			$t->dbh->do(q{INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, customer_id)
				VALUES (?, ?, sutler.uuid7(), 'en', 'EUR', ?) ON CONFLICT DO NOTHING}, undef, $tenant, $t->{f}{store}{$s}, $person);
			$t->dbh->do(q{INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id, session_id)
				SELECT c.tenant_id, sha256(convert_to(?, 'UTF8')), c.cart_id, s.session_id FROM sales.cart c, customer.session s
				WHERE c.tenant_id = ? AND c.customer_id = ? AND c.state = 'open' AND s.token_sha256 = sha256(convert_to(?, 'UTF8'))}, undef,
				$t->token, $tenant, $person, $ask->{cookies}{sid});
			return $ask;
		},
		'GET /login/register' => sub { return { path => '/login/register' } },
		'POST /login/register' => sub {
			my ($t) = @_;
			return { path => '/login/register', form => { name => 'Lee', email => sprintf('lee%d.%d@example.test', $$, $serial++),
				password => 'kopi susu tanpa gula' } };
		},
		'GET /login/register/sent' => sub { return { path => '/login/register/sent' } },
		'GET /login/verify/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'verify') },
		'POST /login/verify/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'verify', { password => Requests::customer($t, $s)->{password} }) },
		'GET /login/reset' => sub { return { path => '/login/reset' } },
		'POST /login/reset' => sub { my ($t, $s) = @_; return { path => '/login/reset', form => { email => Requests::customer($t, $s)->{email} } } },
		'GET /login/reset/sent' => sub { return { path => '/login/reset/sent' } },
		'GET /login/reset/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'reset') },
		'POST /login/reset/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'reset', { password => Requests::customer($t, $s)->{password} }) },
		'GET /login/password' => sub { my ($t, $s) = @_; return Requests::signed_in($t, $s, '/login/password') },
		'POST /login/password' => sub {
			my ($t, $s) = @_;
			my %e = entrance($t, $s);
			return Requests::signed_in($t, $s, '/login/password', { current => $e{password}, password => $e{password} });
		},
		'GET /login/email' => sub { my ($t, $s) = @_; return Requests::signed_in($t, $s, '/login/email') },
		'POST /login/email' => sub {
			my ($t, $s) = @_;
			my %e = entrance($t, $s);
			return Requests::signed_in($t, $s, '/login/email', { email => sprintf('next%d.%d@example.test', $$, $serial++), password => $e{password} });
		},
		'GET /login/email/sent' => sub { my ($t, $s) = @_; return Requests::signed_in($t, $s, '/login/email/sent') },
		'GET /login/email/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'email') },
		'POST /login/email/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'email', {}) },
		'GET /login/undo/{token}' => sub { my ($t, $s) = @_; return mailed($t, $s, 'undo') },
		'POST /login/undo/{token}' => sub {
			my ($t, $s) = @_;
			# The one before left no password: this customer is done with.
			my $ask = mailed($t, $s, 'undo', {});
			Requests::forget($t, $s);
			return $ask;
		},
		'GET /login/undo/done' => sub { return { path => '/login/undo/done' } },
		'GET /login/sessions' => sub { my ($t, $s) = @_; return Requests::signed_in($t, $s, '/login/sessions') },
		'POST /login/sessions/end' => sub {
			my ($t, $s) = @_;
			my $ask = Requests::signed_in($t, $s, '/login/sessions/end', {});
			($ask->{form}{session}) = $t->value("SELECT session_id FROM customer.session WHERE token_sha256 = sha256(convert_to(?, 'UTF8'))",
				Requests::signed_in($t, $s, '/')->{cookies}{sid});
			return $ask;
		},
		'POST /login/sessions/end-others' => sub { my ($t, $s) = @_; return Requests::signed_in($t, $s, '/login/sessions/end-others', {}) },
	);
}

1;
