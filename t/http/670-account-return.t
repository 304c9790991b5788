#!/usr/bin/perl
# Promise: a customer asks on his order's page to send back what he got, within the store's days;
# wrong input loses nothing and changes nothing; how the return stands is shown to him and to who has
# the order's link, and to nobody else.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Customer;
use Fixture;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account deliver))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
my $ana = Customer->new($shop, $f, 'one', prefix => '/en');
my $me = $ana->visitor;
my $b = Buyer->new($shop->visitor('one'), '/en');
$b->add($v->{PLAIN}, 2)->add($v->{FEW}, 1);
$b->ready(email => $ana->{email})->place;
my ($token) = $b->{link} =~ m{/order/([\w-]{43})};
my ($id) = $shop->value('SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, \'UTF8\'))', $token);
my $tenant = $ana->{tenant};
$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
$shop->change('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', $ana->{id}, $id);
my $order = "/en/account/orders/$id";
my $bea = Customer->new($shop, $f, 'one', prefix => '/en')->visitor;

sub returns { return scalar $shop->value(q{SELECT count(*) || ':' || coalesce(string_agg(state, ' '), '') FROM sales.return}) }
sub ask { my (%set) = @_; return $me->submit($me->get("$order/return"), action => "$order/return", %set) }

unlike $me->get($order)->html, qr{\Q$order/return\E}, 'nothing has left: there is nothing to return';
is $me->get("$order/return")->status, 302, 'and the form leads back';
$shop->change('SELECT sales.receive_payment(?, ?, (SELECT amount FROM payment.payment WHERE order_id = ?), ?, ?)', $tenant, $id, $id, 'r', 'test');
$shop->change(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $tenant, $id);
$shop->change(q{SELECT sales.ship(?, ?, ARRAY[1, 2], ARRAY[2, 1], 'Post', 'TRACK-7', 'https://post.example/TRACK-7', 'test')}, $tenant, $id);
like $me->get($order)->html, qr{href="https://post\.example/TRACK-7"[^>]*>TRACK-7}, 'the parcel can be followed';
like $me->get($order)->html, qr{href="\Q$order/return\E"}, 'and sent back';

is $bea->get("$order/return")->status, 404, 'T26 a stranger sees no form';

my $page = $me->get("$order/return");
like $page->text, qr/at most 2/, 'the form knows how many there are';
my $form = $page->form(action => "$order/return") or die 'no form: ' . $page->status . $page->text;
# Posts the form with these pieces, in the order of the lines.
sub post
{
	my ($who, $pieces, %set) = @_;
	my @pieces = @$pieces;
	my @pairs = map { my ($n, $x) = @$_; [ $n, $n eq 'quantity' ? shift @pieces : $set{$n} // $x ] } @{ $form->{fields} };
	push @pairs, [ reason => $set{reason} ] if defined $set{reason} && !grep { $_->[0] eq 'reason' } @pairs;
	return $who->post("$order/return", \@pairs);
}
my $bad = post($me, [1, 0], words => 'Pinches at the toe.');
is $bad->status, 422, 'a return without a reason is asked again';
like $bad->html, qr/Pinches at the toe\./, 'nothing typed is lost';
like $bad->html, qr/value="1"/, 'the pieces neither';
is post($me, [0, 0], reason => 'size')->status, 422, 'a return of nothing';
like post($me, [3, 0], reason => 'size')->text, qr/more pieces than you got/, 'more than he got';
is post($me, [1, 0], reason => 'envy')->status, 422, 'a reason that is none';
is returns(), '0:', 'nothing was asked for';
is post($bea, [1, 0], reason => 'size')->status, 403, 'T26 a stranger cannot post his form';

my $done = post($me, [1, 0], reason => 'size', words => 'Pinches at the toe.');
is $done->status, 303, 'one piece, with a reason';
is returns(), '1:requested', 'is asked for';
my $seen = $me->follow($done);
like $seen->text, qr/We have got your request/, 'which is said';
like $seen->text, qr/RMA-1001 Asked for: we look at it.*1 × Product PLAIN/s, 'ORD-07 and shown with its number';
unlike $seen->html, qr{href="\Q$order/return\E"}, 'one return at a time';
is post($me, [1, 0], reason => 'size')->status, 303, 'asked twice it leads back';
is returns(), '1:requested', 'and is one';

my ($r) = $shop->value('SELECT return_id FROM sales.return');
$shop->change(q{SELECT sales.decide_return(?, NULL, ?, 'approve', 'Please send it to our house <in Elche>.')}, $tenant, $r);
like $me->get($order)->html, qr/Approved: please send it.*our house &lt;in Elche&gt;/s, 'our answer is shown, as text';
like $shop->visitor('one')->get("/en/order/$token")->text, qr/Approved: please send it/, 'to who has the link too';
$shop->job('deliver', '--once');
my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /return/i });
like $mail->{text}, qr/aprobada|approved/, 'a mail tells it';
like $mail->{$_}, qr/RMA-1001/, "ORD-07 with its number, $_" for qw(text html);
$shop->change(q{UPDATE shipping.shipment SET shipped_at = shipped_at - interval '31 days'});
$shop->change(q{SELECT sales.decide_return(?, NULL, ?, 'withdraw', '')}, $tenant, $r);
unlike $me->get($order)->html, qr{href="\Q$order/return\E"}, 'after the days of the store nothing can be asked';
is post($me, [1, 0], reason => 'size')->status, 303, 'nor posted';
is returns(), '1:withdrawn', 'nothing was made';
done_testing();
