package Requests;

# A believable request for every route of the shop, for the tests that walk them all
# (Trial.pm).  One line per route: method and path as the route table says them, and a
# function of the trial and the store's code (one, two, three) that returns { path, form,
# cookies }, after preparing what the request needs.  A route without a line fails t/fault.

use strict;
use warnings;

# A cart's cookie and a form with its token.
sub in_cart
{
	my ($t, $store, $path, %form) = @_;
	my $cookies = $t->cart($store);
	return { path => $path, cookies => $cookies, form => { csrf => $t->csrf($cookies->{cart}), %form } };
}

my %ENTRY = (
	# home
	'GET /' => sub { return { path => '/' } },
	'GET /page/{slug}' => sub { return { path => '/page/about' } },
	'GET /theme/{file}' => sub { return { path => '/theme/1a2b3c-4d5e6f.css' } },
	'GET /swatch/{file}' => sub { return { path => '/swatch/1a2b3c.svg' } },
	'GET /robots.txt' => sub { return { path => '/robots.txt' } },
	'GET /{path:rest}' => sub { return { path => '/no/such/page' } },

	# cart
	'GET /cart' => sub { my ($t, $s) = @_; return { path => '/cart', cookies => $t->cart($s) } },
	'POST /cart/items' => sub {
		my ($t, $s) = @_;
		return { path => '/cart/items', cookies => $t->cart($s), form => { variant => $t->{f}->variant_of($s), quantity => 2 } };
	},
	'POST /cart/lines/quantity' => sub {
		my ($t, $s) = @_;
		return in_cart($t, $s, '/cart/lines/quantity', line => $t->{f}->variant_of($s), quantity => 2);
	},
	'POST /cart/lines/remove' => sub {
		my ($t, $s) = @_;
		return in_cart($t, $s, '/cart/lines/remove', line => $t->{f}->variant_of($s));
	},
	'POST /cart/coupon' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/coupon', coupon => 'TENPERCENT') },
	'POST /cart/coupon/remove' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/coupon/remove') },
	'POST /cart/note' => sub { my ($t, $s) = @_; return in_cart($t, $s, '/cart/note', note => 'Please ring twice.') },
	'GET /cart/restore/{token}' => sub { my ($t) = @_; return { path => '/cart/restore/' . $t->token } },
);

sub entry { my ($method, $path) = @_; return $ENTRY{"$method $path"} }

# All entries, as "METHOD path": one of a route that is gone fails the tests too.
sub entries { return sort keys %ENTRY }

1;
