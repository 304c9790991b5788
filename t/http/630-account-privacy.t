# Promise (P20, T44, T73): a customer gets all that is known of him in one file, within minutes and
# for a week; and is forgotten within a day when he confirmed it by mail: no word of his stays
# in the database, the logs or the files but in invoices, which accounting alone reads; what was
# forgotten stays forgotten after an old backup was restored.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Buyer;
use Cluster;
use Customer;
use Encode qw(decode_utf8);
use File::Find ();
use Fixture;
use House qw(read_file);
use JSON::PP;
use Shop;
use Test::More;

my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order account login deliver))]);
my $f = Fixture->new($shop->dbh);
my $v = $f->{variant};
my $dir = $shop->stack->{dir};
my $serial = 0;
my %word;

# A word that occurs nowhere else.
sub canary { my ($where) = @_; return $word{$where} //= sprintf 'Zq%s%sx%d', ucfirst($where), 'kanari', ++$serial }
sub dbh { return $shop->dbh }

my $c = Customer->new($shop, $f, 'one', prefix => '/en', email => lc(canary('mail')) . '@example.test', name => canary('name'), phone => '+34 600 111 999');
my $me = $c->visitor;

# Everything of the database but what holds invoices, as text.
sub dump_db
{
	my ($out) = @_;
	my $bin = Cluster::bin_dir();
	my $conn = $shop->stack->{cluster}->conninfo($shop->stack->{database});
	my $text = decode_utf8(scalar `'$bin/pg_dump' --data-only --inserts -T accounting.invoice -T accounting.document -d "$conn" 2>&1`);
	die "pg_dump: $text" if $?;
	return $text;
}

sub files_text
{
	my $text = '';
	File::Find::find({ no_chdir => 1, wanted => sub { $text .= read_file($_) if -f $_ && !m{/mail/|/erased$} } }, map { "$dir/$_" } grep { -d "$dir/$_" } qw(log private documents state media));
	return decode_utf8($text);
}

sub found { my ($text) = @_; return join ' ', grep { $text =~ /\Q$word{$_}\E/i } sort keys %word }
sub later { my ($interval) = @_; $shop->change("UPDATE customer.request SET due_at = due_at - ?::interval, expires_at = expires_at - ?::interval", $interval, $interval) }

subtest 'words in every free field' => sub {
	$me->submit($me->get('/en/account/profile'), action => '/en/account/profile', { name => canary('name'), type => 'business', company => canary('company') });
	my %address = (name => canary('receiver'), company => canary('firm'), street => canary('street'), more => canary('more'), postcode => '28013', city => canary('city'), region => 'M',
		phone => '+34 600 111 999');
	is $me->submit($me->get('/en/account/addresses/new'), action => '/en/account/addresses/new', { change_country => undef, %address })->status, 303, 'an address';
	for my $kind (qw(paid open)) {
		my $b = Buyer->new($c->visitor, '/en');
		$b->add($v->{PLAIN}, 1)->start;
		$b->visitor->submit($b->get('/checkout/contact'), action => '/en/checkout/contact', { phone => '+34 600 111 999' });
		my $page = $b->get('/checkout/address');
		my $sent = $b->visitor->submit($page, action => '/en/checkout/address', { change_country => undef, book => '', customer => 'private', country => 'ES', name => canary("$kind-name"), street => canary("$kind-street"),
			more => canary("$kind-more"), postcode => '28013', city => canary("$kind-city"), region => 'M', company => canary("$kind-company"),
			billing_differs => 1, billing_country => 'ES', billing_name => canary("$kind-payer"), billing_street => canary("$kind-payer-street"), billing_postcode => '28013',
			billing_city => canary("$kind-payer-city") });
		is $sent->status, 303, 'its address' or diag $sent->text;
		$b->delivery->payment->place(form => { note => canary("$kind-note") });
		is $b->{page}->status, 200, "an order that is $kind";
	}
	# a guest with the same address, and a cart left in checkout
	my $guest = Buyer->new($shop->visitor('one'), '/en');
	$guest->add($v->{PLAIN}, 1)->ready(email => $c->{email})->place(form => { note => canary('guest-note') });
	my $cart = Buyer->new($c->visitor, '/en');
	$cart->add($v->{PLAIN}, 1);
	$cart->visitor->submit($cart->get('/cart'), action => '/en/cart/note', { note => canary('cart-note') });
	$cart->contact(email => $c->{email});
	my ($paid) = $shop->value('SELECT o.order_id FROM sales."order" o WHERE o.note = ?', canary('paid-note'));
	dbh()->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $c->{tenant});
	$shop->value(q{SELECT sales.receive_payment(?, ?, ?, 'ref', 'test')}, $c->{tenant}, $paid, scalar $shop->value('SELECT total FROM sales."order" WHERE order_id = ?', $paid));
	$shop->job('issue-invoices');
	$shop->change(q{UPDATE event.outbox SET last_error = ? WHERE order_id = ?}, "550 <$c->{email}> unknown", $paid);
	my $dump = dump_db();
	is found($dump), join(' ', sort keys %word), 'all of them are in the database';
};

subtest 'P20 a copy of it' => sub {
	my $page = $me->submit($me->get('/en/account/privacy'), action => '/en/account/privacy/export');
	like $me->follow($page)->text, qr/A mail tells you when it is ready.*It is being put together/s, 'asked for';
	is $me->post('/en/account/privacy/export', { csrf => ($me->get('/en/account/profile')->html =~ /name="csrf" value="([^"]+)"/)[0] })->status, 303, 'once';
	is $shop->value('SELECT count(*) FROM customer.request'), 1, 'there is one request';
	$shop->job('privacy');
	my $show = $me->get('/en/account/privacy');
	my ($url) = $show->html =~ m{href="(/en/account/privacy/[0-9a-f-]{36})"} or die $show->text;
	my $file = $me->get($url);
	is $file->status, 200, 'the next run of the job has it ready';
	is $file->header('content-type'), 'application/json', 'as JSON';
	is $file->header('cache-control'), 'no-store', 'kept by nobody';
	my $data = JSON::PP->new->utf8->decode($file->body);
	is $data->{account}{email}, $c->{email}, 'his account';
	is scalar @{ $data->{orders} }, 3, 'his orders, the one as a guest too';
	is $data->{addresses}[0]{street}, canary('street'), 'his addresses';
	ok exists $data->{$_}, "and $_" for qw(sessions consents mails carts requests);
	my %there = map { ($_ => 1) } split ' ', found(decode_utf8($file->body));
	is join(' ', grep { !$there{$_} } sort keys %word), '', 'every word he ever typed is in it';
	unlike $file->body, qr/sha256|"hash"|token/, 'and no secret';
	my $eve = Customer->new($shop, $f, 'one');
	is $eve->visitor->get($url)->status, 404, 'T26 nobody else gets it';
	$shop->job('deliver', '--once');
	ok $shop->wait_mail(sub { $_[0]{to}[0] eq $c->{email} && $_[0]{subject} =~ /copy|copia/i }), 'a mail says so';
	later('8 days');
	is $me->get($url)->status, 404, 'after a week it is over';
	$shop->job('privacy');
	is join(' ', glob "$dir/private/export/*"), '', 'and the file is gone';
	$me->submit($me->get('/en/account/privacy'), action => '/en/account/privacy/export');
	$shop->job('privacy');
	is scalar(() = glob "$dir/private/export/*"), 1, 'another copy lies there';
};

subtest 'a job that dies' => sub {
	my $d = Customer->new($shop, $f, 'one');
	my ($id) = $shop->value('SELECT sutler.uuid7()');
	dbh()->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $d->{tenant});
	$shop->change(q{INSERT INTO customer.request (tenant_id, request_id, customer_id, store_id, kind, due_at) VALUES (?, ?, ?, ?, 'export', sutler.now())}, $d->{tenant}, $id, $d->{id}, $d->{store});
	# killed behind the file and before the database knew of it
	is $shop->value('SELECT kind FROM customer.take_request(?)', $d->{tenant}), 'export', 'it was taken';
	House::write_file("$dir/private/export/$id.json", 'half');
	$shop->job('privacy');
	is $shop->value('SELECT state FROM customer.request WHERE request_id = ?', $id), 'running', 'others are not kept waiting by it';
	$shop->change(q{UPDATE customer.request SET due_at = sutler.now() WHERE request_id = ?}, $id);
	$shop->job('privacy');
	is $shop->value('SELECT state FROM customer.request WHERE request_id = ?', $id), 'done', 'five minutes later it is done';
	like read_file("$dir/private/export/$id.json"), qr/\Q$d->{email}\E/, 'in the same file';
	$shop->value(q{SELECT customer.erase(?, ?, 'test', '')}, $d->{tenant}, $d->{id});
	$shop->job('privacy');
	ok !-e "$dir/private/export/$id.json", 'which goes with its person';
};

my $old = "$dir/old-backup.sql";
my $bin = Cluster::bin_dir();

subtest 'T44 forgetting must be confirmed by mail, and can be taken back' => sub {
	my $mails = scalar $shop->mails;
	$me->submit($me->get('/en/account/privacy'), action => '/en/account/privacy/erase');
	is $shop->value("SELECT count(*) FROM customer.request WHERE kind = 'erase'"), 0, 'asking at the page alone does nothing';
	$shop->job('deliver', '--once');
	my $mail = $shop->wait_mail(sub { $_[0]{number} > $mails && $_[0]{text} =~ m{/account/privacy/erase/} });
	my ($link) = $mail->{text} =~ m{https?://[^/]+(/\S*account/privacy/erase/[\w-]{43})};
	$link =~ s{^/(?:es/)?account}{/en/account};
	is $shop->visitor('one')->get($link)->status, 302, 'the link alone does not do it either';
	my $eve = Customer->new($shop, $f, 'one');
	my $w = $eve->visitor;
	$w->submit($w->get($link), action => $link);
	is $shop->value("SELECT count(*) FROM customer.request WHERE kind = 'erase'"), 0, 'nor at another\'s account';
	my $done = $me->submit($me->get($link), action => $link);
	like $me->follow($done)->text, qr/Your account will be deleted\..*Keep my account/s, 'both together do';
	my ($hours) = $shop->value("SELECT round(extract(epoch FROM due_at - asked_at) / 3600) FROM customer.request WHERE kind = 'erase'");
	cmp_ok $hours, '<=', 24, 'within a day';
	$shop->job('privacy');
	is $shop->value('SELECT erased_at FROM customer.person WHERE customer_id = ?', $c->{id}), undef, 'not before';
	like $me->follow($me->submit($me->get('/en/account/privacy'), action => '/en/account/privacy/keep'))->text, qr/Your account stays/, 'taken back';
	later('13 hours');
	$shop->job('privacy');
	is $shop->value('SELECT erased_at FROM customer.person WHERE customer_id = ?', $c->{id}), undef, 'it stays';
	like $me->follow($me->submit($me->get($link), action => $link))->text, qr/not valid any more/, 'a link counts once';
	$shop->change(q{INSERT INTO customer.request (tenant_id, customer_id, store_id, kind, due_at) VALUES (?, ?, ?, 'erase', sutler.now())}, $c->{tenant}, $c->{id}, $c->{store});
	my $conn = $shop->stack->{cluster}->conninfo($shop->stack->{database});
	system("'$bin/pg_dump' --data-only -t customer.person -t customer.address -t customer.request -d \"$conn\" > '$old'") == 0 or die 'pg_dump';
};

subtest 'P20 T73 forgotten' => sub {
	dbh()->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $c->{tenant});
	my $before = join '|', $shop->value('SELECT sum(total), count(*) FROM sales."order"');
	$shop->job('privacy');
	is $me->get('/en/account')->status, 302, 'T33 his session ended';
	my %left = map { ($_ => 1) } split ' ', found(dump_db());
	is join(' ', grep { !/^(?:paid-|mail$)/ } sort keys %left), '', 'no word of his is left';
	ok $left{'paid-street'}, 'but of the order that is on its way, with the address for its mails';
	is join('|', $shop->value('SELECT sum(total), count(*) FROM sales."order"')), $before, 'the figures stay';
	is $shop->value('SELECT state FROM sales."order" WHERE number = ?', '1002'), 'cancelled', 'what was not paid is cancelled';
	is join(',', $f->count('PLAIN')), '100,1', 'its pieces are free';
	my ($paid) = $shop->value('SELECT order_id FROM sales."order" WHERE payment = ?', 'paid');
	$shop->value(q{SELECT sales.fire(?, ?, 'fulfilment', 'make_ready', 'test', '')}, $c->{tenant}, $paid);
	$shop->value(q{SELECT sales.ship(?, ?, '{1}', '{1}', 'Post', 'T1', '', 'test')}, $c->{tenant}, $paid);
	$shop->job('privacy');
	isnt $shop->value('SELECT name FROM sales.contact k JOIN sales."order" o USING (contact_id) WHERE o.order_id = ?', $paid), '', 'while it is on its way';
	$shop->value(q{SELECT sales.deliver(?, ?, 'test')}, $c->{tenant}, $paid);
	$shop->job('privacy');
	is found(dump_db()), '', 'once it arrived nothing is left';
	is found(files_text()), '', 'nor in logs and files';
	is join(' ', glob "$dir/private/export/*"), '', 'his copy is gone';
	like $shop->value('SELECT buyer FROM accounting.invoice WHERE order_id = ?', $paid), qr/\Q$word{'paid-payer'}\E/, 'the invoice keeps what the law wants';
	for my $role (map { $_->{name} } House::program_rows()) {
		next if $role eq 'issue-invoices';
		my $may = $shop->value("SELECT has_table_privilege(?, 'accounting.invoice', 'SELECT') OR has_table_privilege(?, 'accounting.document', 'SELECT')", ("_sutler-$role") x 2);
		fail "$role reads invoices" if $may;
	}
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'customer erase' AND target = ?}, $c->{id}), 1, 'the log says that, by id';
	like read_file("$dir/private/erased"), qr/^\d+ $c->{tenant} $c->{id}\n\z/, 'and the register outside the database';
};

subtest 'T73 an old backup comes back' => sub {
	my $conn = $shop->stack->{cluster}->conninfo($shop->stack->{database});
	dbh()->do('SET session_replication_role = replica');
	dbh()->do('DELETE FROM customer.' . $_) for qw(request address person);
	system("'$bin/psql' -q -v ON_ERROR_STOP=1 -d \"$conn\" -c 'SET session_replication_role = replica' -f '$old' > /dev/null") == 0 or die 'psql';
	dbh()->do('SET session_replication_role = origin');
	isnt found(dump_db()), '', 'he is there again';
	like $shop->stack->ctl('erase', 'replay'), qr/^1 in the register: 1 forgotten now, 0 before, 0 not/, 'the register is done again';
	is found(dump_db()), '', 'and he is forgotten';
	like $shop->stack->ctl('erase', 'replay'), qr/0 forgotten now, 1 before/, 'twice is once';
	open my $reg, '>>', "$dir/private/erased" or die; print {$reg} '12 half a li'; close $reg;
	like $shop->stack->ctl('erase', 'replay'), qr/^1 in the register/, 'half a line is none';
};

subtest 'staff' => sub {
	my $d = Customer->new($shop, $f, 'one', name => 'Staff Asks');
	$d->address(street => 'Somewhere 5');
	my ($status, $text) = $shop->stack->capture($shop->stack->ctl_path, 'customer', 'show', $d->{email});
	is $status, 64, 'without a reason nobody is looked at';
	like $shop->stack->ctl('customer', 'show', $d->{email}, '--reason', 'ticket 1'), qr/name\tStaff Asks/, 'with one he is';
	like $shop->stack->ctl('customer', 'export', uc $d->{email}, '--reason', 'ticket 2'), qr/Somewhere 5/, 'all of him';
	like $shop->stack->ctl('customer', 'erase', $d->{id}, '--reason', 'ticket 3'), qr/forgotten/, 'and forgotten';
	is join('|', map { "$_->{action} $_->{reason}" } $shop->rows('SELECT action, reason FROM audit.entry WHERE target = ? ORDER BY entry_id', $d->{id})),
		'customer show ticket 1|customer export ticket 2|customer erase ticket 3', 'each with its entry';
	like read_file("$dir/private/erased"), qr/\Q$d->{id}\E\n\z/, 'and in the register, on a line of its own';
	($status, $text) = $shop->stack->capture($shop->stack->ctl_path, 'customer', 'erase', 'nobody@example.test', '--reason', 'x');
	is $status, 1, 'nobody is an error';
};

done_testing;
