package StripeHouse;

# What Stripe does behind its interface, as far as a shop can tell: Checkout Sessions,
# PaymentIntents, refunds, disputes, idempotency keys, events.  t/lib/stripe-stand-in puts
# HTTP around it.  All in memory; an account is an API key.
#
#	my $house = StripeHouse->new(origin => 'http://127.0.0.1:4242', on_event => sub { my ($key, $event) = @_; ... });
#	my ($status, $answer, %more) = $house->api($method, $path, $form, { key, idempotency });
#	$house->pay($session_id, $card);	# as the buyer does; ok, declined code, authenticate
#
# Every request is held against Stripe's published interface first (StripeSpec.pm): what that
# does not know is refused as Stripe refuses it, and counted in {problems}.

use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use JSON::PP;
use StripeSpec;
use Time::HiRes ();

use constant { TRUE => JSON::PP::true, FALSE => JSON::PP::false };

# Currencies counted otherwise than in hundredths, as Stripe lists them.
my %WHOLE = map { $_ => 1 } qw(bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf);
my %STEP = ((map { $_ => 10 } qw(bhd jod kwd omr tnd)), (map { $_ => 100 } qw(isk ugx)));

# Test cards of Stripe's documentation, and what they do.
our %CARD = (
	'4242424242424242' => 'ok',
	'4000000000000002' => 'card_declined generic_decline',
	'4000000000009995' => 'card_declined insufficient_funds',
	'4000000000003220' => 'authenticate',
);

sub new
{
	my ($class, %o) = @_;
	return bless { spec => StripeSpec->new, serial => 0, sessions => {}, payments => {}, refunds => {}, disputes => {},
		keys => {}, events => [], problems => [], refund_as => 'succeeded', %o }, $class;
}

# The clock of the tests, which they may step.
sub now
{
	my $file = $ENV{SUTLER_TEST_CLOCK} // '';
	my $ms = 0;
	if ($file ne '' && open my $in, '<', $file) {
		($ms) = (<$in> // '') =~ /^(-?\d+)/;
	}
	return int(Time::HiRes::time() + ($ms // 0) / 1000);
}

sub id
{
	my ($self, $prefix) = @_;
	return $prefix . substr(sha256_hex(join ' ', $$, ++$self->{serial}, Time::HiRes::time(), rand), 0, 24);
}

sub live { my ($key) = @_; return $key =~ /^(?:sk|rk)_live_/ ? TRUE : FALSE }

# ---- errors ----

sub error
{
	my ($status, $type, %more) = @_;
	return ($status, { error => { type => $type, map { defined $more{$_} ? ($_ => $more{$_}) : () } keys %more } });
}

sub invalid { my ($message, %more) = @_; return error(400, 'invalid_request_error', message => $message, %more) }

# ---- the interface ----

# (status, answer, replayed)
sub api
{
	my ($self, $method, $path, $form, $who) = @_;
	my $key = $who->{key};
	return error(401, 'invalid_request_error', message => 'Invalid API Key provided') if $key !~ /^(?:sk|rk)_(?:test|live)_\w+$/ || $self->{revoked}{$key};
	# A restricted key of ours may do refunds and nothing else.
	return error(403, 'invalid_request_error', message => 'The provided key does not have the required permissions for this endpoint')
		if $key =~ /^rk_\w+refundsonly/ && $path !~ m{^/v1/refunds};
	my $tree = StripeSpec::decode($form);
	my @faults = $self->{spec}->request($method, $path, $tree);
	if (@faults) {
		push @{ $self->{problems} }, map { "$method $path: $_->{say}" } @faults;
		my $f = $faults[0];
		return error(404, 'invalid_request_error', message => "Unrecognized request URL ($method: $path)") if $f->{param} eq '';
		return invalid("Invalid request: $f->{say}", param => $f->{param},
			code => { unknown => 'parameter_unknown', missing => 'parameter_missing', value => 'parameter_invalid' }->{ $f->{fault} });
	}
	my $kept = $method eq 'POST' && defined $who->{idempotency} ? $self->{keys}{"$key $who->{idempotency}"} : undef;
	if ($kept) {
		return error(400, 'idempotency_error', message => 'Keys for idempotent requests can only be used with the same parameters they were first used with.')
			if $kept->{asked} ne "$path?$form";
		return error(409, 'invalid_request_error', code => 'idempotency_key_in_use', message => 'There is currently another in-progress request using this key.')
			if !$kept->{answer};
		return (@{ $kept->{answer} }, 1);
	}
	my ($status, $answer) = $self->run($method, $path, $tree, $key);
	# Refused before anything was begun: Stripe keeps no result of that.
	$self->keep($who, "$path?$form", $status, $answer) if $method eq 'POST' && $status != 400 && $status != 404;
	return ($status, $answer);
}

sub keep
{
	my ($self, $who, $asked, @answer) = @_;
	return if !defined $who->{idempotency};
	$self->{keys}{"$who->{key} $who->{idempotency}"} = { asked => $asked, answer => @answer ? \@answer : undef };
	return;
}

sub run
{
	my ($self, $method, $path, $tree, $key) = @_;
	my ($collection, $id, $verb) = $path =~ m{^/v1/(checkout/sessions|payment_intents|refunds)(?:/([^/]+))?(?:/(\w+))?$};
	return $self->list_sessions($tree, $key) if $collection eq 'checkout/sessions' && !defined $id && $method eq 'GET';
	return $self->make_session($tree, $key) if $collection eq 'checkout/sessions' && !defined $id;
	return $self->make_refund($tree, $key) if $collection eq 'refunds' && $method eq 'POST';
	return $self->list_refunds($tree, $key) if $collection eq 'refunds' && !defined $id;
	my $in = { 'checkout/sessions' => 'sessions', payment_intents => 'payments', refunds => 'refunds' }->{$collection};
	my $x = $self->{$in}{$id};
	return error(404, 'invalid_request_error', code => 'resource_missing', message => "No such object: $id") if !$x || $x->{key} ne $key;
	$self->expire_due;
	return $self->end_hold($x, $verb, $tree) if defined $verb && $in eq 'payments';
	if (defined $verb) {
		return invalid('Only Checkout Sessions with a status in ["open"] can be expired.') if $x->{is}{status} ne 'open';
		$self->expire($x);
	}
	return (200, $self->shown($x, $tree->{expand}));
}

# A copy, with what was asked for in full.
sub shown
{
	my ($self, $x, $expand) = @_;
	my %copy = %{ $x->{is} };
	for my $name (grep { $_ eq 'payment_intent' } @{ $expand // [] }) {
		my $p = $self->{payments}{ $copy{$name} // '' };
		$copy{$name} = $p->{is} if $p;
	}
	return \%copy;
}

# ---- sessions ----

sub list_sessions
{
	my ($self, $tree, $key) = @_;
	my @all = map { $_->{is} } sort { $b->{is}{created} <=> $a->{is}{created} } grep { $_->{key} eq $key } values %{ $self->{sessions} };
	my $limit = $tree->{limit} // 10;
	return (200, { object => 'list', url => '/v1/checkout/sessions', data => [grep { defined } @all[0 .. $limit - 1]], has_more => @all > $limit ? TRUE : FALSE });
}

sub amount_fault
{
	my ($currency, $amount) = @_;
	return ('Invalid currency', param => 'currency') if $currency !~ /^[a-z]{3}$/;
	return ('Invalid amount: ' . uc($currency) . ' is charged in steps', code => 'invalid_charge_amount_no_decimal_compatible')
		if $amount % ($STEP{$currency} // 1);
	return ('The Checkout Session\'s total amount is too small', code => 'amount_too_small') if $amount < ($WHOLE{$currency} ? 1 : 50);
	return ('Amount must be no more than 8 digits', code => 'amount_too_large') if $amount > 99_999_999 && $currency ne 'idr';
	return;
}

sub make_session
{
	my ($self, $t, $key) = @_;
	return invalid('Only payments are made here', param => 'mode') if ($t->{mode} // 'payment') ne 'payment';
	my @lines = @{ $t->{line_items} // [] };
	return invalid('You must provide line items', param => 'line_items', code => 'parameter_missing') if !@lines;
	my $total = 0;
	for my $line (@lines) {
		my $p = $line->{price_data} or return invalid('price_data is missing', param => 'line_items');
		return invalid('unit_amount must not be negative', param => 'line_items') if ($p->{unit_amount} // -1) < 0;
		$total += $p->{unit_amount} * ($line->{quantity} // 1);
	}
	my $currency = $lines[0]{price_data}{currency};
	my ($message, %more) = amount_fault($currency, $total);
	return invalid($message, %more) if $message;
	my $ends = $t->{expires_at} // now() + 86_400;
	return invalid('The expires_at timestamp must be between 30 minutes and 24 hours from now', param => 'expires_at')
		if $ends < now() + 1790 || $ends > now() + 86_400;
	for (qw(success_url cancel_url)) {
		return invalid("Not a valid URL: $_", param => $_, code => 'url_invalid') if defined $t->{$_} && $t->{$_} !~ m{^https?://[^\s/]+/};
	}
	return invalid('Invalid email address', param => 'customer_email', code => 'email_invalid')
		if defined $t->{customer_email} && $t->{customer_email} !~ /^[^\s@]+@[^\s@]+$/;
	return invalid('At most 50 keys', param => 'metadata') if keys %{ $t->{metadata} // {} } > 50;
	my $id = $self->id(live($key) ? 'cs_live_' : 'cs_test_');
	my $x = $self->{sessions}{$id} = { key => $key, name => $lines[0]{price_data}{product_data}{name},
		intent_metadata => $t->{payment_intent_data}{metadata} // {}, intent_capture => $t->{payment_intent_data}{capture_method} // 'automatic', is => {
			id => $id, object => 'checkout.session', mode => 'payment', livemode => live($key), created => now(),
			amount_subtotal => $total + 0, amount_total => $total + 0, currency => $currency, status => 'open', payment_status => 'unpaid',
			payment_intent => undef, url => "$self->{origin}/c/pay/$id", success_url => $t->{success_url},
			cancel_url => $t->{cancel_url}, client_reference_id => $t->{client_reference_id}, metadata => $t->{metadata} // {},
			customer => undef, customer_email => $t->{customer_email}, customer_details => undef, expires_at => $ends + 0,
			locale => $t->{locale}, payment_method_types => ['card'], shipping_options => [], custom_fields => [],
			automatic_tax => { enabled => FALSE, status => undef }, custom_text => {},
		} };
	return (200, { %{ $x->{is} } });
}

sub expire
{
	my ($self, $x) = @_;
	return if $x->{is}{status} ne 'open';
	$x->{is}{status} = 'expired';
	$x->{is}{url} = undef;
	my $p = $self->{payments}{ $x->{is}{payment_intent} // '' };
	$self->cancel($p) if $p;
	$self->event($x->{key}, 'checkout.session.expired', $x->{is});
	return;
}

sub cancel
{
	my ($self, $p, $why) = @_;
	return if $p->{is}{status} !~ /^requires_/;
	@{ $p->{is} }{qw(status cancellation_reason canceled_at amount_capturable)} = ('canceled', $why // 'automatic', now(), 0);
	$self->event($p->{key}, 'payment_intent.canceled', $p->{is});
	return;
}

# Pages whose time is over.
sub expire_due
{
	my ($self) = @_;
	for my $x (values %{ $self->{sessions} }) {
		$self->expire($x) if $x->{is}{status} eq 'open' && $x->{is}{expires_at} <= now();
	}
	return;
}

# ---- paying ----

sub payment_of
{
	my ($self, $x) = @_;
	my $id = $x->{is}{payment_intent} //= $self->id('pi_');
	return $self->{payments}{$id} //= { key => $x->{key}, given_back => 0, session => $x->{is}{id}, is => {
		id => $id, object => 'payment_intent', amount => $x->{is}{amount_total}, amount_received => 0, amount_capturable => 0,
		currency => $x->{is}{currency}, status => 'requires_payment_method', created => now(), livemode => $x->{is}{livemode},
		capture_method => $x->{intent_capture}, confirmation_method => 'automatic', payment_method_types => ['card'],
		metadata => $x->{intent_metadata}, latest_charge => undef, last_payment_error => undef, cancellation_reason => undef,
	} };
}

# What the buyer does with a card: ok, authenticate, over, invalid, or the decline code.  PASSED:
# what the bank's page said.  "slow" is a method whose money comes days later.
sub pay
{
	my ($self, $id, $card, $passed) = @_;
	$self->expire_due;
	my $x = $self->{sessions}{$id} // return 'over';
	return 'over' if $x->{is}{status} ne 'open';
	my $what = $card eq 'slow' ? 'slow' : $CARD{ $card =~ s/[ -]//gr } // return 'invalid';
	my $p = $self->payment_of($x);
	if ($what eq 'authenticate') {
		$p->{is}{status} = 'requires_action';
		return $what if !defined $passed;
		$what = $passed ? 'ok' : 'payment_intent_authentication_failure';
	}
	if ($what eq 'slow') {
		$p->{is}{status} = 'processing';
		$self->complete($x, 'unpaid');
		return 'ok';
	}
	if ($what ne 'ok') {
		my ($code, $decline) = split / /, $what;
		$p->{is}{status} = 'requires_payment_method';
		$p->{is}{last_payment_error} = { type => 'card_error', code => $code, $decline ? (decline_code => $decline) : (),
			message => 'Your card was declined.' };
		$self->event($x->{key}, 'charge.failed', { id => $self->id('ch_'), object => 'charge', payment_intent => $p->{is}{id} });
		$self->event($x->{key}, 'payment_intent.payment_failed', $p->{is});
		return $decline // $code;
	}
	if ($p->{is}{capture_method} eq 'manual') {
		$self->authorise($p);
		$self->complete($x, 'unpaid');
		return 'ok';
	}
	$self->capture($p);
	$self->complete($x, 'paid');
	return 'ok';
}

sub capture
{
	my ($self, $p, $amount) = @_;
	my $is = $p->{is};
	my $kept = $is->{status} eq 'requires_capture';
	@$is{qw(status amount_received amount_capturable last_payment_error)} = ('succeeded', ($amount // $is->{amount}) + 0, 0, undef);
	$is->{latest_charge} //= $self->id('ch_');
	$self->event($p->{key}, $kept ? 'charge.captured' : 'charge.succeeded', $self->charge($p));
	$self->event($p->{key}, 'payment_intent.succeeded', $is);
	# The page of an authorisation was complete and unpaid until now.
	$self->{sessions}{ $p->{session} }{is}{payment_status} = 'paid' if $kept;
	return;
}

# The bank keeps the money until it is captured or let go.
sub authorise
{
	my ($self, $p) = @_;
	my $is = $p->{is};
	@$is{qw(status amount_capturable last_payment_error latest_charge)} = ('requires_capture', $is->{amount}, undef, $self->id('ch_'));
	$self->event($p->{key}, 'charge.succeeded', $self->charge($p));
	$self->event($p->{key}, 'payment_intent.amount_capturable_updated', $is);
	return;
}

# POST /v1/payment_intents/ID/capture or /cancel
sub end_hold
{
	my ($self, $p, $verb, $t) = @_;
	my $is = $p->{is};
	return invalid("This PaymentIntent could not be ${verb}d because it has a status of $is->{status}.", code => 'payment_intent_unexpected_state')
		if $is->{status} ne 'requires_capture' && !($verb eq 'cancel' && $is->{status} =~ /^requires_/);
	if ($verb eq 'cancel') {
		$self->cancel($p, $t->{cancellation_reason});
		return (200, { %$is });
	}
	my $amount = $t->{amount_to_capture} // $is->{amount_capturable};
	return invalid('The requested capture amount is greater than the amount you can capture for this charge.', param => 'amount_to_capture', code => 'amount_too_large')
		if $amount < 1 || $amount > $is->{amount_capturable};
	$self->capture($p, $amount);
	return (200, { %$is });
}

# An authorisation that nobody captured in its time.
sub lapse
{
	my ($self, $payment) = @_;
	my $p = $self->{payments}{$payment} // return 0;
	return 0 if $p->{is}{status} ne 'requires_capture';
	$self->cancel($p);
	$self->event($p->{key}, 'charge.expired', $self->charge($p));
	return 1;
}

sub complete
{
	my ($self, $x, $status) = @_;
	@{ $x->{is} }{qw(status payment_status url)} = ('complete', $status, undef);
	$self->event($x->{key}, 'checkout.session.completed', $x->{is});
	return;
}

# The money of a slow method comes, or does not.
sub settle
{
	my ($self, $id, $good) = @_;
	my $x = $self->{sessions}{$id} // return 0;
	my $p = $self->{payments}{ $x->{is}{payment_intent} // '' } // return 0;
	return 0 if $p->{is}{status} ne 'processing';
	if ($good) {
		$self->capture($p);
		$x->{is}{payment_status} = 'paid';
	} else {
		$p->{is}{status} = 'requires_payment_method';
		$p->{is}{last_payment_error} = { type => 'card_error', code => 'payment_method_provider_decline', message => 'No money came.' };
		$self->event($p->{key}, 'payment_intent.payment_failed', $p->{is});
	}
	$self->event($x->{key}, 'checkout.session.async_payment_' . ($good ? 'succeeded' : 'failed'), $x->{is});
	return 1;
}

sub charge
{
	my ($self, $p) = @_;
	my $is = $p->{is};
	return { id => $is->{latest_charge}, object => 'charge', amount => $is->{amount}, amount_captured => $is->{amount_received},
		amount_refunded => $p->{given_back}, currency => $is->{currency}, created => now(), livemode => $is->{livemode},
		paid => TRUE, captured => $is->{amount_received} ? TRUE : FALSE, refunded => $p->{given_back} >= $is->{amount} ? TRUE : FALSE, disputed => FALSE,
		status => 'succeeded', payment_intent => $is->{id}, metadata => $is->{metadata},
		billing_details => { email => undef, name => undef } };
}

# ---- refunds and disputes ----

sub make_refund
{
	my ($self, $t, $key) = @_;
	my $p = $self->{payments}{ $t->{payment_intent} // '' };
	return error(404, 'invalid_request_error', code => 'resource_missing', param => 'payment_intent', message => 'No such payment_intent')
		if !$p || $p->{key} ne $key;
	return invalid('This PaymentIntent has no successful charge to refund.') if $p->{is}{status} ne 'succeeded';
	my $left = $p->{is}{amount_received} - $p->{given_back};
	my $amount = $t->{amount} // $left;
	return invalid('Charge has already been refunded.', code => 'charge_already_refunded') if $left <= 0;
	return invalid("Refund amount is greater than unrefunded amount on charge", param => 'amount') if $amount > $left || $amount <= 0;
	return (200, { %{ $self->refund($p, $amount, $t->{metadata} // {})->{is} } });
}

sub refund
{
	my ($self, $p, $amount, $metadata) = @_;
	my $id = $self->id('re_');
	my $x = $self->{refunds}{$id} = { key => $p->{key}, payment => $p, at => ++$self->{serial}, is => {
		id => $id, object => 'refund', amount => $amount + 0, currency => $p->{is}{currency}, created => now(), reason => undef,
		status => $self->{refund_as}, charge => $p->{is}{latest_charge}, payment_intent => $p->{is}{id}, metadata => $metadata } };
	$p->{given_back} += $amount;
	$self->event($p->{key}, 'charge.refunded', $self->charge($p));
	$self->event($p->{key}, 'refund.created', $x->{is});
	return $x;
}

# A refund that was pending, or done, ends: succeeded or failed.
sub end_refund
{
	my ($self, $id, $status) = @_;
	my $x = $self->{refunds}{$id} // return 0;
	$x->{is}{status} = $status;
	if ($status eq 'failed') {
		$x->{is}{failure_reason} = 'expired_or_canceled_card';
		$x->{payment}{given_back} -= $x->{is}{amount};
	}
	$self->event($x->{key}, $status eq 'failed' ? 'refund.failed' : 'refund.updated', $x->{is});
	return 1;
}

sub list_refunds
{
	my ($self, $t, $key) = @_;
	my @all = map { $_->{is} } sort { $b->{at} <=> $a->{at} } grep { $_->{key} eq $key
		&& (!defined $t->{payment_intent} || $_->{is}{payment_intent} eq $t->{payment_intent}) } values %{ $self->{refunds} };
	my $most = $t->{limit} // 10;
	return (200, { object => 'list', url => '/v1/refunds', has_more => @all > $most ? TRUE : FALSE,
		data => [@all > $most ? @all[0 .. $most - 1] : @all] });
}

# The buyer's bank takes money back; later it is won or lost.
sub dispute
{
	my ($self, $payment, $status) = @_;
	my $p = $self->{payments}{$payment} // return 0;
	my $d = $self->{disputes}{$payment} //= { id => $self->id('dp_'), object => 'dispute', amount => $p->{is}{amount},
		currency => $p->{is}{currency}, charge => $p->{is}{latest_charge}, payment_intent => $payment, created => now(),
		livemode => $p->{is}{livemode}, reason => 'fraudulent', status => 'needs_response', metadata => {},
		is_charge_refundable => FALSE, evidence => {}, evidence_details => {}, balance_transactions => [] };
	$d->{status} = $status if $status ne 'needs_response';
	$self->event($p->{key}, $status eq 'needs_response' ? 'charge.dispute.created' : 'charge.dispute.closed', $d);
	return 1;
}

# ---- events ----

sub event
{
	my ($self, $key, $type, $object) = @_;
	# As it is now: what happens later does not change what was told.
	my $copy = JSON::PP->new->decode(JSON::PP->new->encode($object));
	my $e = { id => $self->id('evt_'), object => 'event', api_version => '2022-11-15', created => now(), type => $type,
		livemode => live($key), pending_webhooks => 1, data => { object => $copy }, request => { id => undef, idempotency_key => undef } };
	push @{ $self->{events} }, { key => $key, event => $e, sent => 0 };
	$self->{on_event}->($key, $self->{events}[-1]) if $self->{on_event};
	return;
}

1;
