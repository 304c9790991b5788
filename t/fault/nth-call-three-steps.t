#!/usr/bin/perl
# Promise: of a page that waits for the gateway, any call of the database may fail, before courier is
# asked, in courier, and after it has answered: the visitor gets a whole page, who asks again gets on, no
# order has two pages that could be paid, and what the order says is what the gateway says (P5, T21, T22).
#
# As t/fault/nth-call.t for the routes of three steps.  The test stands between pages and courier, so
# that it knows which step a call belongs to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use CardOrder;
use Customer;
use Gateway;
use House qw(demoted short_dir wait_for write_file);
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(SOCK_STREAM SOMAXCONN);
use Test::More;
use Trial;

# No transaction of these routes has as many calls, no errand of courier as many transactions.
use constant { MOST_CALLS => 30, MOST_TRANSACTIONS => 8 };

my $between = short_dir("$FindBin::Bin/../../var/test/run/three-steps-$$") . '/courier';
my $t = Trial->new(gateway => 1, programs => [qw(home cart checkout order account webhooks)], services => ['courier'],
	config => { 'paths.courier' => $between });
my $stack = $t->stack;
my $c = CardOrder->new($t->dbh, $t->{f});
$t->dbh->do('UPDATE payment.account SET active = false');
$stack->gateway_account('one');
my $g = Gateway->new($stack->gateway_url);
$g->mode('hold');
sub db { $t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $c->{tenant}); return $t->dbh }
sub value { return (db()->selectrow_array(shift, undef, @_))[0] }

# ---- between pages and courier ----

# The file "plan" says which step is to fail and how: "courier 3 error".
my ($plan, $fault, $missed) = map { "$t->{faults}/$_" } qw(plan fault missed);
my $listen = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $between, Listen => SOMAXCONN) or die "$between: $!\n";
chmod 0777, $between;
my $proxy = fork // die;
if (!$proxy) {
	local $SIG{TERM} = sub { POSIX::_exit(0) };
	while (my $s = $listen->accept) {
		my $line = readline $s // '';
		my ($step, $what) = -e $plan ? split(/ /, House::read_file($plan), 2) : ('');
		# What did not strike before the question shall not strike after it.
		write_file($missed, '') if $step eq 'before' && unlink $fault;
		write_file($fault, $what) if $step eq 'courier';
		my $answer = '';
		if (my $real = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $stack->socket_path('courier'))) {
			syswrite $real, $line;
			1 while sysread $real, $answer, 65536, length $answer;
		}
		write_file($missed, '') if $step eq 'courier' && unlink $fault;
		write_file($fault, $what) if $step eq 'after';
		syswrite $s, $answer;
		close $s;
	}
	POSIX::_exit(0);
}
close $listen;
END { my $status = $?; if ($proxy) { kill 'TERM', $proxy; waitpid $proxy, 0; unlink $between } $? = $status }

# Asks while the N-th call of a transaction of STEP fails once, the first after SKIP others; the
# answer, and whether it struck.
sub struck
{
	my ($ask, $step, $skip, $n, $kind) = @_;
	unlink $missed, $fault;
	write_file($plan, "$step $n $kind once $skip\n");
	write_file($fault, "$n $kind once $skip\n") if $step eq 'before';
	my $got = $t->ask($ask->{program}, $ask);
	my $waits = -e $fault;
	unlink $plan, $fault;
	return ($got, !$waits && !-e $missed);
}

sub broken
{
	my ($got) = @_;
	return 'no answer' if !$got->{status};
	return 'half a page' if $got->{body} =~ /^\s*<!DOCTYPE/i && $got->{body} !~ m{</html>\s*\z};
	return '5xx without request id' if $got->{status} >= 500 && $got->{body} !~ /\b\Q$got->{headers}{'x-request-id'}\E\b/;
	return '';
}

# ---- the routes, each with an order of its own ----

my ($order_route) = grep { $_->{path} eq '/checkout/order' } $t->routes;

# The last button of the checkout, by card.
sub last_button
{
	db();
	my $ask = $t->request($order_route, 'one');
	db()->do(q{UPDATE sales.cart c SET payment_method = 'card' FROM sales.cart_token k WHERE k.cart_id = c.cart_id
		AND k.token_sha256 = sha256(convert_to(?, 'UTF8'))}, undef, $ask->{cookies}{cart});
	db()->do('DELETE FROM event.attempt');
	return { %$ask, program => 'checkout' };
}
sub order_of
{
	my ($ask) = @_;
	return value(q{SELECT o.order_id FROM sales."order" o JOIN sales.cart_token k ON k.cart_id = o.cart_id
		WHERE k.token_sha256 = sha256(convert_to(?, 'UTF8'))}, $ask->{cookies}{cart});
}
sub sessions_of { my ($id) = @_; return $g->sessions($id) }

# An order whose page at the gateway is open: { id, path, session }.
sub placed
{
	my $ask = last_button();
	my $got = $t->ask('checkout', $ask);
	my $id = order_of($ask) // die "no order: $got->{status}\n";
	my ($session) = sessions_of($id);
	my ($path) = $session->{success_url} =~ m{^https?://[^/]+(/\S*/?order/[\w-]{43})};
	return { id => $id, path => $path, session => $session };
}
# The same when that page has ended, and the shop knows it.
sub ended
{
	my $o = placed();
	$g->expire($o->{session}{id});
	$g->deliver_all;
	return $o;
}
sub of_link { my ($o, $method, $what, $form) = @_; return { program => 'order', method => $method, host => 'one.localhost', path => "$o->{path}$what", form => $form, order => $o->{id} } }
# The same from the account of a customer whose order it becomes.
sub of_account
{
	my ($o, $what, $form) = @_;
	my $who = Customer->new($t->{shop}, $t->{f}, 'one');
	db()->do('UPDATE sales."order" SET customer_id = ? WHERE order_id = ?', undef, $who->{id}, $o->{id});
	return { program => 'account', method => 'POST', host => 'one.localhost', path => "/account/orders/$o->{id}$what", order => $o->{id},
		cookies => { sid => $who->{token} }, form => { csrf => $t->csrf($who->{token}), %$form } };
}
my @routes = (
	# name, the request, what it comes to: a page that can be paid, another way, or paid; and how calls
	# fail.  The account's routes are the order's with another key: what is lost there was lost here.
	['POST /checkout/order', \&last_button, 'page', qw(error retry lost)],
	['POST /order/{token}/pay', sub { return of_link(ended(), 'POST', '/pay', {}) }, 'page', qw(error lost)],
	['POST /order/{token}/method', sub { return of_link(placed(), 'POST', '/method', { method => 'bank_transfer' }) }, 'other', qw(error lost)],
	['GET /order/{token}/paid', sub { my $o = placed(); $g->pay($o->{session}{id}); return of_link($o, 'GET', '/paid') }, 'paid', qw(error lost)],
	['POST /account/orders/{id:id}/pay', sub { return of_account(ended(), '/pay', {}) }, 'page', 'error'],
	['POST /account/orders/{id:id}/method', sub { return of_account(placed(), '/method', { method => 'bank_transfer' }) }, 'other', 'error'],
);

# What is wrong with the order afterwards, or nothing.
sub lies
{
	my ($id, $want) = @_;
	my @open = grep { $_->{status} eq 'open' } sessions_of($id);
	my %ours = map { $_ => 1 } @{ db()->selectcol_arrayref(q{SELECT session_ref FROM payment.intent WHERE order_id = ? AND state = 'open'}, undef, $id) };
	my ($state, $method) = db()->selectrow_array(q{SELECT state || ' ' || payment, payment_method FROM sales."order" WHERE order_id = ?}, undef, $id);
	my @bad;
	push @bad, scalar(@open) . ' pages could be paid' if @open > 1;
	push @bad, 'a page is open that the order does not know' if grep { !$ours{ $_->{id} } } @open;
	push @bad, 'the order knows a page that is not open' if $want ne 'paid' && keys %ours > @open;
	if ($want eq 'page') {
		push @bad, "$state $method" if "$state $method" ne 'open pending card';
		push @bad, 'nothing can be paid' if !@open;
		# It is paid, and that is told twice.
		$g->pay($open[0]{id}) if @open;
		$g->deliver($_->{id}) for ($g->events($id)) x 2;
	} elsif ($want eq 'other') {
		push @bad, "$state $method" if "$state $method" ne 'open pending bank_transfer';
		push @bad, 'a page could still be paid' if @open;
		return @bad;
	}
	my $total = value('SELECT total FROM sales."order" WHERE order_id = ?', $id);
	push @bad, 'paid, but ' . $c->states({ id => $id }) if $c->states({ id => $id }) ne 'open paid';
	push @bad, 'books: ' . $c->books({ id => $id }) if $c->books({ id => $id }) ne "gateway $total, receivable -$total";
	push @bad, 'charged more than once' if 1 != grep { $_->{payment_status} eq 'paid' } sessions_of($id);
	push @bad, 'mails: ' . $c->mails({ id => $id }) if 1 != (() = $c->mails({ id => $id }) =~ /payment-received/g);
	return @bad;
}

# One call of one transaction of a step fails: whether there is such a call, and what is wrong then.
sub fails
{
	my ($make, $want, $step, $skip, $n, $kind) = @_;
	my $ask = $make->();
	my ($got, $struck) = struck($ask, $step, $skip, $n, $kind);
	my $what = "$kind at $n of transaction $skip $step: $got->{status}";
	return (0, broken($got) ? "$what: " . broken($got) : ()) if !$struck;
	my @bad = broken($got) ? "$what: " . broken($got) : ();
	# What the visitor does then: the same again.
	my $again = $t->ask($ask->{program}, $ask);
	push @bad, "$what, again $again->{status}" if $again->{status} >= 400;
	# And what the house does by itself.
	db()->do(q{UPDATE payment.intent SET ask_at = sutler.now() WHERE state IN ('new', 'unknown', 'open')});
	$stack->run_job('reconcile-payments');
	my $id = $ask->{order} // order_of($ask);
	push @bad, map { "$what, then $_" } defined $id ? lies($id, $want) : 'no order';
	return (1, @bad);
}

for my $route (@routes) {
	my ($name, $make, $want, @kinds) = @$route;
	my (@bad, %calls, %transactions);
	for my $kind (@kinds) {
		for my $step (qw(before courier after)) {
			# The pages have one transaction on either side; courier has several.
			for my $skip (0 .. ($step eq 'courier' ? MOST_TRANSACTIONS : 0)) {
				my $n;
				for ($n = 1; $n <= MOST_CALLS; $n++) {
					my ($struck, @wrong) = fails($make, $want, $step, $skip, $n, $kind);
					push @bad, @wrong;
					last if !$struck;
					$calls{$step}++ if $kind eq 'error';
				}
				last if $n == 1;
				$transactions{$step} = $skip + 1;
			}
		}
	}
	is join("\n", @bad), '', sprintf '%s: each of its calls may fail: %s', $name, join ', ', map { sprintf '%d %s', $calls{$_} // 0, $_ } qw(before courier after);
	cmp_ok $calls{before} // 0, '>=', 3, '... those before courier is asked';
	cmp_ok $transactions{courier} // 0, '>=', 2, '... those of several transactions of courier';
	cmp_ok $calls{after} // 0, '>=', 1, '... and after it' if $want ne 'page';
}
is_deeply $g->problems, [], 'Stripe would have understood all of it';
is value('SELECT inventory.reconcile(?)', $c->{tenant}), 0, 'counts are proven by movements and holds';
done_testing;
