package StripeSigner;

# Reports as Stripe sends them: bodies of events, signed by Stripe's own library.
#
#	my $signer = StripeSigner->new;
#	my $header = $signer->sign($body, $secret, time);
#	my $body = StripeSigner::event('checkout.session.completed', { id => 'cs_1', ... }, id => 'evt_1');

use strict;
use warnings;
use House qw(top);
use IO::Handle;
use IPC::Open2 qw(open2);
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;

sub new
{
	my ($class) = @_;
	my $pid = open2(my $out, my $in, 'node', top() . '/t/node/stripe-sign.mjs');
	$in->autoflush(1);
	return bless { pid => $pid, in => $in, out => $out, owner => $$ }, $class;
}

sub sign
{
	my ($self, $body, $secret, $time) = @_;
	print { $self->{in} } $json->encode({ payload => $body, secret => $secret, timestamp => $time }), "\n";
	my $header = readline $self->{out};
	die "stripe-sign.mjs ended\n" if !defined $header;
	chomp $header;
	return $header;
}

sub DESTROY
{
	my ($self) = @_;
	return if $self->{owner} != $$;
	local $?;
	close $self->{in};
	waitpid $self->{pid}, 0;
	return;
}

# An event about OBJECT; named values override the envelope.
my $serial = 0;
sub event
{
	my ($type, $object, %o) = @_;
	return $json->encode({ id => sprintf('evt_%06d', ++$serial), object => 'event', api_version => '2022-11-15', created => time,
		livemode => JSON::PP::false, pending_webhooks => 1, request => { id => undef, idempotency_key => undef }, type => $type,
		data => { object => $object }, %o });
}

# A finished hosted page of an order's attempt.
sub session
{
	my ($tenant, $o, %o) = @_;
	return { id => "cs_$o->{intent}", object => 'checkout.session', mode => 'payment', status => 'complete', payment_status => 'paid',
		client_reference_id => $o->{intent}, payment_intent => "pi_$o->{intent}", amount_total => $o->{total} + 0, currency => 'eur',
		livemode => JSON::PP::false, metadata => { tenant => $tenant, order => $o->{id}, intent => $o->{intent} }, %o };
}

# The payment itself, as in payment_intent.*.
sub payment
{
	my ($tenant, $o, %o) = @_;
	return { id => "pi_$o->{intent}", object => 'payment_intent', status => 'succeeded', amount => $o->{total} + 0,
		amount_received => $o->{total} + 0, currency => 'eur', livemode => JSON::PP::false,
		metadata => { tenant => $tenant, order => $o->{id}, intent => $o->{intent} }, %o };
}

1;
