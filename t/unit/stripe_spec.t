#!/usr/bin/perl
# Promise: the validator of requests to Stripe finds what Stripe would refuse, and our
# stand-in's answers are of the shape that Stripe publishes: else tests against it prove nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use StripeHouse;
use StripeSpec;
use Test::More;

my $spec = StripeSpec->new;
my $fine = 'mode=payment&success_url=https://a.test/&line_items[0][quantity]=2&line_items[0][price_data][currency]=usd'
	. '&line_items[0][price_data][unit_amount]=1999&line_items[0][price_data][product_data][name]=Blue+%26+White+Tee&metadata[order_id]=1001';
sub faults { my ($method, $path, $form) = @_; return join ' ', map { "$_->{param}:$_->{fault}" } $spec->request($method, $path, StripeSpec::decode($form)) }
my $P = '/v1/checkout/sessions';
is_deeply StripeSpec::decode($fine)->{line_items}, [{ quantity => 2, price_data => { currency => 'usd', unit_amount => 1999,
	product_data => { name => 'Blue & White Tee' } } }], 'brackets become objects and lists';
is_deeply StripeSpec::decode('expand%5B%5D=a&expand[]=b'), { expand => [qw(a b)] }, 'written either way';
is faults('POST', $P, $fine), '', 'what Stripe documents is fine';
my %bad = (
	'a name it does not know' => ["$fine&amount=5", 'amount:unknown'],
	'one inside' => ["$fine&line_items[0][price]=p&line_items[0][cost]=5", 'line_items[0][cost]:unknown'],
	'what is missing' => ['mode=payment', 'success_url:missing'],
	'what is missing inside' => ['success_url=x&line_items[0][price_data][unit_amount]=5', 'line_items[0][price_data][currency]:missing'],
	'a number that is none' => ["$fine&expires_at=tomorrow", 'expires_at:value'],
	'a fraction' => ['success_url=x&line_items[0][quantity]=1.5', 'line_items[0][quantity]:value'],
	'a word of another list' => ["$fine&locale=es-ES", 'locale:value'],
	'a list that is none' => ['success_url=x&line_items=5', 'line_items:value'],
	'too long' => ["$fine&client_reference_id=" . 'x' x 201, 'client_reference_id:value'],
	'a value twice' => ["$fine&mode=payment", 'mode (twice):unknown'],
	'a name that is none' => ['success_url=x&[a]=b', '[a]:unknown'],
);
is faults('POST', $P, $bad{$_}[0]), $bad{$_}[1], $_ for sort keys %bad;
is faults('GET', '/v1/refunds', 'payment_intent=pi_1&limit=100'), '', 'a query';
is faults('GET', '/v1/refunds', 'limit=all'), 'limit:value', 'a wrong one';
is faults('POST', '/v1/charges', ''), ':unknown', 'an operation that we do not use';
is faults('POST', "$P/cs_1/expire", 'reason=x'), 'reason:unknown', 'an operation without fields';

# The stand-in, walked through everything a shop can see.
my @events;
my $house = StripeHouse->new(origin => 'http://127.0.0.1:1', on_event => sub { push @events, $_[1]{event} });
my $who = { key => 'sk_test_1', idempotency => 'k1' };
sub api { my ($method, $path, $form, $key) = @_; return $house->api($method, $path, $form, { key => 'sk_test_1', idempotency => $key }) }
my ($status, $session) = api('POST', $P, $fine, 'k1');
is $status, 200, 'a session is made';
is_deeply [$spec->object('checkout.session', $session)], [], '... as Stripe shows it';
is_deeply [(api('POST', $P, $fine, 'k1'))[0, 2]], [200, 1], 'the same key again: the same answer';
is((api('POST', $P, $fine, 'k1'))[1]{id}, $session->{id}, '... of the same session');
is((api('POST', $P, "$fine&locale=es", 'k1'))[1]{error}{type}, 'idempotency_error', 'the key with other values');
is $house->pay($session->{id}, '4000 0000 0000 0002'), 'generic_decline', 'a card that is declined';
is $house->pay($session->{id}, '4000000000009995'), 'insufficient_funds', 'one with too little on it';
is $house->pay($session->{id}, '4000000000003220'), 'authenticate', 'one that asks the bank';
is $house->pay($session->{id}, '4000000000003220', 0), 'payment_intent_authentication_failure', '... which says no';
is $house->pay($session->{id}, '1234'), 'invalid', 'none';
is $house->pay($session->{id}, '4000000000003220', 1), 'ok', '... which says yes';
is $house->pay($session->{id}, '4242424242424242'), 'over', 'a page is paid once';
my (undef, $paid) = api('GET', "$P/$session->{id}", 'expand[0]=payment_intent');
is_deeply [$spec->object('checkout.session', $paid), $spec->object('payment_intent', $paid->{payment_intent})], [], 'a paid session with its payment';
is "$paid->{status} $paid->{payment_status} $paid->{payment_intent}{status}", 'complete paid succeeded', '... is paid';
my $pi = $paid->{payment_intent}{id};
my ($r_status, $refund) = api('POST', '/v1/refunds', "payment_intent=$pi&amount=1000&metadata[refund]=r", 'r1');
is_deeply [$r_status, $spec->object('refund', $refund)], [200], 'a refund';
is((api('POST', '/v1/refunds', "payment_intent=$pi&amount=9999"))[1]{error}{param}, 'amount', 'more than is left');
api('POST', '/v1/refunds', "payment_intent=$pi");
is((api('POST', '/v1/refunds', "payment_intent=$pi"))[1]{error}{code}, 'charge_already_refunded', 'when nothing is left');
my (undef, $list) = api('GET', '/v1/refunds', "payment_intent=$pi&limit=1");
ok @{ $list->{data} } == 1 && $list->{has_more}, 'a list in pages';
$house->dispute($pi, $_) for qw(needs_response lost);
is((api('POST', "$P/$session->{id}/expire", ''))[0], 400, 'a page that was paid cannot be closed');
is(($house->api('GET', "$P/$session->{id}", '', { key => 'sk_test_2' }))[0], 404, 'another account sees nothing of it');
is(($house->api('GET', "$P/$session->{id}", '', { key => 'pk_test_1' }))[0], 401, 'nor does a key that is none');
my %object = map { $_ => 1 } qw(checkout.session payment_intent refund charge dispute);
my @wrong = map { my $e = $_; map { "$e->{type}: $_" } $spec->object('event', $e),
	$object{ $e->{data}{object}{object} } && $e->{type} !~ /^charge\.failed/ ? $spec->object($e->{data}{object}{object}, $e->{data}{object}) : () } @events;
is_deeply \@wrong, [], 'every event and what it holds is of the published shape';
my %seen = map { $_->{type} => 1 } @events;
is_deeply [grep { !$seen{$_} } qw(checkout.session.completed payment_intent.succeeded payment_intent.payment_failed charge.refunded
	refund.created charge.dispute.created charge.dispute.closed)], [], 'and the ones that matter were told';
for (['isk', 550, 'krona of half a step'], ['kwd', 5124, 'a third digit'], ['usd', 10, 'ten cents']) {
	my ($currency, $amount, $what) = @$_;
	is((api('POST', $P, "success_url=https://a.test/&line_items[0][quantity]=1&line_items[0][price_data][currency]=$currency"
		. "&line_items[0][price_data][unit_amount]=$amount&line_items[0][price_data][product_data][name]=x"))[0], 400, "refused: $what");
}
done_testing;
