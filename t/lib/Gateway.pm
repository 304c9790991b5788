package Gateway;

# The Stripe stand-in of a test's house: what happened there, and what shall happen.
#
#	my $shop = Shop->start(gateway => 1);
#	my $g = Gateway->new($shop->stack->gateway_url);
#	$g->endpoint(key => 'sk_test_one', url => 'http://one.localhost:80/webhooks/stripe/ID', secret => 'whsec_one');
#	$g->mode('hold');				# events wait until deliver()
#	my ($session) = $g->sessions;			# as Stripe's objects
#	$g->pay($session->{id}, '4242424242424242');	# 'ok', or the decline code
#	my @answers = $g->deliver(map { $_->{id} } $g->events);	# { id, status, ms }
#	$g->behave('POST /v1/refunds', 'drop');		# see t/lib/stripe-stand-in
#	is_deeply($g->problems, [], 'Stripe would have understood all of it');

use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;

sub new
{
	my ($class, $url) = @_;
	return bless { url => $url, http => HTTP::Tiny->new(timeout => 60) }, $class;
}

sub ask
{
	my ($self, $name, %form) = @_;
	my $got = $self->{http}->post_form("$self->{url}/_control/$name", \%form);
	die "stand-in: $name: $got->{status} $got->{content}\n" if !$got->{success};
	return JSON::PP->new->utf8->allow_nonref->decode($got->{content});
}

sub endpoint { my ($self, %o) = @_; return $self->ask('endpoint', %o) }
sub mode { my ($self, $mode) = @_; return $self->ask('mode', webhooks => $mode) }
sub behave { my ($self, $path, $as, $times) = @_; return $self->ask('behave', path => "^$path\$", as => $as, times => $times // 1) }
sub clear { my ($self) = @_; return $self->ask('clear') }
sub pay { my ($self, $session, $card, $bank) = @_; return $self->ask('pay', session => $session, card => $card // '4242424242424242', defined $bank ? (bank => $bank) : ()) }
sub settle { my ($self, $session, $good) = @_; return $self->ask('settle', session => $session, good => $good) }
sub revoke { my ($self, $key) = @_; return $self->ask('revoke', key => $key) }
sub expire { my ($self, $session) = @_; return $self->ask('expire', session => $session) }
sub refund { my ($self, $payment, $amount) = @_; return $self->ask('refund', payment => $payment, amount => $amount) }
sub refunds_end_as { my ($self, $status) = @_; return $self->ask('refund_as', status => $status) }
sub end_refund { my ($self, $refund, $status) = @_; return $self->ask('end_refund', refund => $refund, status => $status) }
sub lapse { my ($self, $payment) = @_; return $self->ask('lapse', payment => $payment) }
sub dispute { my ($self, $payment, $status) = @_; return $self->ask('dispute', payment => $payment, status => $status // 'needs_response') }
sub deliver { my ($self, @ids) = @_; return @{ $self->ask('deliver', ids => join ',', @ids) } }
sub deliver_all { my ($self) = @_; return @{ $self->ask('deliver_all') } }
# All, or those of an order alone.
sub events { my ($self, $order) = @_; return @{ $self->ask('events', defined $order ? (order => $order) : ()) } }
sub sessions { my ($self, $order) = @_; return @{ $self->ask('sessions', defined $order ? (order => $order) : ()) } }
sub requests { my ($self, $what) = @_; return grep { !defined $what || "$_->{method} $_->{path}" =~ /^$what$/ } @{ $self->ask('requests') } }
sub problems { my ($self) = @_; return $self->ask('problems') }

1;
