#!/usr/bin/perl
# Promise: a report of a gateway counts only when the gateway's own signature over its raw bytes proves
# it for this account and this time; what is refused leaves nothing but a count, and what is taken is
# stored, applied and committed before the gateway hears so, once, whatever comes twice.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Fixture;
use House qw(write_file);
use JSON::PP;
use Shop;
use StripeSigner;
use Test::More;
use Time::HiRes ();

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home webhooks))]);
my $f = Fixture->new($shop->dbh);
my $c = CardOrder->new($shop->dbh, $f);
my $signer = StripeSigner->new;
my $dir = $shop->stack->{dir};
my %SECRET = (one => 'whsec_first', rolled => 'whsec_second', other => 'whsec_of_another_account');

# Accounts as staff make them.
sub secret_file { my ($text) = @_; write_file("$dir/state/$text", "$text\n", 0600); return "$dir/state/$text" }
$shop->dbh->do('DELETE FROM payment.account');
sub ctl { return $shop->stack->ctl('payment', 'account', 'one', 'stripe', @_) }
my ($account) = ctl('--key-file', secret_file('sk_test_1'), '--webhook-secret-file', secret_file($SECRET{one})) =~ m{/webhooks/stripe/(\S+)};
ok $account, 'an account is made, and the address for its reports told';
# An older account of the same store, with another secret.
my ($other) = ctl('--key-file', secret_file('sk_test_2'), '--webhook-secret-file', secret_file($SECRET{other})) =~ m{/webhooks/stripe/(\S+)};
$shop->dbh->do('UPDATE payment.account SET active = false');
$shop->dbh->do('UPDATE payment.account SET active = true WHERE account_id = ?', undef, $account);
is $shop->value(q{SELECT count(*) FROM payment.account WHERE position('sk_test'::bytea IN key_sealed) > 0
	OR position('whsec'::bytea IN webhook_sealed) > 0}), 0, 'no secret lies in the clear';

sub post
{
	my ($body, %o) = @_;
	my $signature = exists $o{signature} ? $o{signature} : $signer->sign($o{signed} // $body, $o{secret} // $SECRET{one}, $o{time} // time);
	return $shop->visitor('one')->request('POST', $o{path} // "/webhooks/stripe/$account", body => $body, headers => {
		'Content-Type' => 'application/json; charset=utf-8', 'Stripe-Signature' => $signature, 'User-Agent' => 'Stripe/1.0',
		Origin => undef, 'Sec-Fetch-Site' => undef });
}
sub paid { my ($o, %e) = @_; return StripeSigner::event('checkout.session.completed', StripeSigner::session($c->{tenant}, $o), %e) }
sub events { return $shop->value('SELECT count(*) FROM payment.event') }
sub traces { return join ' ', map { scalar $shop->value("SELECT count(*) FROM $_") } qw(payment.event payment.entry payment.work event.note audit.entry sales.order_event) }

# ---- T17: what is not proven ----
{
	my $o = $c->order;
	my $body = paid($o);
	my $before = traces();
	(my $altered = $body) =~ s/"payment_status":"paid"/"payment_status": "paid"/;
	isnt $altered, $body, 'an event can be written with other bytes';
	for my $case ([ 'no signature' => signature => undef ], [ 'an empty one' => signature => '' ], [ 'nonsense' => signature => 't=1,v1=00' ],
		[ 'a secret of nobody' => secret => 'whsec_forged' ], [ 'the secret of another account' => secret => $SECRET{other} ],
		[ 'six minutes old' => time => time - 360 ], [ 'from the future' => time => time + 360 ],
		[ 'the body written anew' => signed => $altered ], [ 'another amount' => signed => $body =~ s/1000/1/r ],
		[ 'only the old scheme' => signature => $signer->sign($body, $SECRET{one}, time) =~ s/v1=/v0=/r ]) {
		my ($name, %o) = @$case;
		is post($body, %o)->status, 400, "T17 $name: 400";
	}
	is post('not JSON')->status, 400, 'T17 proven nonsense is refused';
	is post('[]')->status, 400, 'and what is no event';
	is traces(), $before, 'nothing of it is stored';
	is $c->states($o), 'open pending', 'and nothing is paid';
	my $big = '{"x":"' . 'y' x 5_000_000 . '"}';
	is post($big, signature => 't=1,v1=00')->status, 413, 'T17 five megabytes are not even read';
	is post($body, path => "/webhooks/stripe/$other")->status, 400, 'another account of the store';
	is post($body, path => '/webhooks/stripe/' . $c->id)->status, 404, 'an account nobody has';
	is post($body, path => "/webhooks/nopay/$account")->status, 404, 'a gateway nobody has';
	is $shop->visitor('three')->request('POST', "/webhooks/stripe/$account", body => $body, headers => {
		'Stripe-Signature' => $signer->sign($body, $SECRET{one}, time) })->status, 404, 'T27 at another merchant\'s host the account is unknown';
	is $shop->visitor('one')->get("/webhooks/stripe/$account")->status, 405, 'looking is not reporting';
	is traces(), $before, 'still nothing is stored';
	is post($body)->status, 200, 'the same bytes, proven, are taken';
	is $c->states($o), 'open paid', 'and pay the order';
	is $c->books($o), 'gateway 1000, receivable -1000', 'once';
	is post($body, signature => $signer->sign($body, $SECRET{one}, time - 200))->status, 200, 'T18 the same event again';
	is $c->books($o), 'gateway 1000, receivable -1000', 'changes nothing';
	is events(), 1, 'and is stored once';
	is $shop->value('SELECT convert_from(body, \'UTF8\') FROM payment.event'), $body, 'as it came';
	is $shop->value('SELECT outcome FROM payment.event'), 'paid', 'with what it did';
}

# ---- two secrets while one is rolled ----
ctl('--account', $account, '--webhook-secret-file', secret_file($SECRET{rolled}));
for my $secret (qw(one rolled)) {
	my $o = $c->order;
	is post(paid($o), secret => $SECRET{$secret})->status, 200, "the $secret secret is good while it is rolled";
	is $c->states($o), 'open paid', 'and pays';
}
ctl('--account', $account, '--webhook-secret-file', secret_file('whsec_third'));
is post(paid($c->order))->status, 400, 'the secret before the last is good no more';
ctl('--account', $account, '--webhook-secret-file', secret_file($SECRET{one}));

# ---- T18: what we do not know ----
{
	my $o = $c->order;
	my $n = events();
	is post(StripeSigner::event('customer.tax_id.created', { id => 'txi_1', object => 'tax_id' }))->status, 200, 'T18 an unknown type is taken';
	is post(StripeSigner::event('checkout.session.completed', StripeSigner::session($c->{tenant}, { %$o, intent => $c->id })))->status, 200, 'an unknown attempt too';
	is post(StripeSigner::event('payment_intent.payment_failed', StripeSigner::payment($c->{tenant}, $o, status => 'requires_payment_method',
		last_payment_error => { code => 'card_declined', decline_code => 'insufficient_funds' })))->status, 200, 'a declined card';
	is events(), $n + 3, 'all are kept';
	is $c->states($o), 'open pending', 'the order still waits';
	is $shop->value('SELECT code FROM payment.intent WHERE intent_id = ?', $o->{intent}), 'insufficient_funds', 'and knows why';
	is post(paid($o))->status, 200, 'then it is paid';
	is post(StripeSigner::event('checkout.session.expired', StripeSigner::session($c->{tenant}, $o, status => 'expired', payment_status => 'unpaid')))->status, 200,
		'T18 an end that comes late';
	is $c->states($o), 'open paid', 'takes nothing back';
	is $shop->value(q{SELECT count(*) FROM payment.work WHERE kind = 'unknown'}), 1, 'the unknown attempt is a matter for a person';
	like $shop->stack->ctl('payment', 'review'), qr/\tunknown\t-\t/, 'whom sutlerctl tells';
	my ($matter) = $shop->stack->ctl('payment', 'review') =~ /^(\S+)\t.*\tunknown\t/m;
	$shop->stack->ctl('payment', 'close', $matter, '--reason', 'a test');
	unlike $shop->stack->ctl('payment', 'review'), qr/\tunknown\t/, 'and who is done with it';
	like $shop->stack->ctl('payment', 'show', 'one', $o->{number}), qr/^attempt\tsucceeded\t.*^booked\treceivable to gateway\t/ms, 'an order\'s money is shown';
	like $shop->stack->ctl('payment', 'refund', 'one', $o->{number}, '2.50', '--reason', 'scratched'), qr/done/, 'and given back in part';
	is $c->books($o), 'gateway 1000, receivable -750, refunds_due -250', 'which is booked';
	for my $bad ('-1', '0', '2.505', '1e3', 'x', '99') {
		isnt((($shop->stack->capture($shop->stack->ctl_path, 'payment', 'refund', 'one', $o->{number}, $bad, '--reason', 'x'))[0]), 0, "T20 an amount of $bad is refused");
	}
	my ($refund) = $c->refunds($o);
	is post(StripeSigner::event('refund.updated', { id => 're_1', object => 'refund', amount => 250, currency => 'eur', status => 'succeeded',
		payment_intent => "pi_$o->{intent}", metadata => { tenant => $c->{tenant}, order => $o->{id}, intent => $o->{intent}, refund => $refund } }))->status, 200, 'the gateway has done it';
	is $c->states($o), 'open partly_refunded', 'partly refunded';
	is post(StripeSigner::event('charge.dispute.created', { id => 'dp_1', object => 'dispute', amount => 1000, currency => 'eur', status => 'needs_response',
		payment_intent => "pi_$o->{intent}", charge => 'ch_1', metadata => {} }))->status, 200, 'a dispute';
	is $c->books($o), 'disputed 1000, gateway -250, receivable -750', 'is booked whatever the balance';
}

# ---- P3: order and number of reports, over the wire: 24 of the 720 ----
{
	my %ends;
	my @order = ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [0, 2, 1, 3], [3, 0, 1, 2]);
	for my $i (0 .. 23) {
		my $o = $c->order;
		my @events = (paid($o), StripeSigner::event('payment_intent.succeeded', StripeSigner::payment($c->{tenant}, $o)),
			StripeSigner::event('payment_intent.payment_failed', StripeSigner::payment($c->{tenant}, $o, status => 'requires_payment_method',
				last_payment_error => { code => 'card_declined' })),
			StripeSigner::event('charge.refunded', { id => 'ch_2', object => 'charge', amount => 1000, amount_refunded => 400, currency => 'eur',
				payment_intent => "pi_$o->{intent}", livemode => JSON::PP::false, refunded => JSON::PP::false, metadata => { tenant => $c->{tenant}, order => $o->{id}, intent => $o->{intent} } }));
		my @way = @{ $order[$i % 6] };
		is post($events[$_])->status, 200, 'taken' for @way, $way[$i % 4];
		$ends{ $c->states($o) . ' ' . $c->books($o) . ' ' . $c->mails($o) }++;
	}
	is_deeply \%ends, { 'open partly_refunded gateway 600, receivable -600 payment-received refund-made' => 24 }, 'P3 one end for 24 ways';
}

# ---- T19: the answer is lost, or the worker dies on the way ----
{
	my $o = $c->order;
	my $body = paid($o);
	my $request = sprintf "POST /webhooks/stripe/%s HTTP/1.1\r\nHost: one.localhost:%d\r\nContent-Type: application/json\r\nStripe-Signature: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		$account, $shop->port, $signer->sign($body, $SECRET{one}, time), length $body, $body;
	# The gateway hangs up as soon as it has spoken.
	my $s = $shop->visitor('one')->connection;
	print {$s} $request;
	$s->flush;
	close $s;
	House::wait_for(10, sub { $c->states($o) ne 'open pending' || post($body)->status == 200 });
	is post($body)->status, 200, 'T19 the report comes again';
	is $c->states($o), 'open paid', 'the order is paid';
	is $c->books($o), 'gateway 1000, receivable -1000', 'once';
	is $c->mails($o), 'payment-received', 'with one mail';
}

# ---- a shop that is closed is heard, and answers come fast ----
{
	my $o = $c->order;
	$shop->dbh->do(q{UPDATE tenancy.store SET status = 'inactive' WHERE code = 'one'});
	House::wait_for(5, sub { $shop->visitor('one')->get('/')->status == 410 });
	is post(paid($o))->status, 200, 'the gateway of a closed shop is heard';
	is $c->states($o), 'open paid', 'and its report counts';
	$shop->dbh->do(q{UPDATE tenancy.store SET status = 'active' WHERE code = 'one'});
	my $slowest = 0;
	for (1 .. 40) {
		my $page = post(paid($c->order(sku => 'TIERS')));
		die $page->status if $page->status != 200;
		$slowest = $page->{seconds} if $page->{seconds} > $slowest;
	}
	cmp_ok $slowest, '<', 1, sprintf 'P3 forty reports are taken within a second each (%.3f s the slowest)', $slowest;
}
done_testing;
