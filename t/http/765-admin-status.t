# Promise: the owner of a shop reads in plain words that all is well, or what is not and what to do; mails that could
# not be delivered go out once more at a press; and nobody learns of another merchant (OPS-11, TEN-02).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(program_rows);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-status))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
$shop->stack->set_origins;
my $dbh = $shop->dbh;
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my $ana = Staff->new($shop, $f, 'acme', owner => 1);
my $siti = Staff->new($shop, $f, 'bahari', owner => 1);
my $ben = Staff->new($shop, $f, 'acme', may => ['status.view']);
my $cal = Staff->new($shop, $f, 'acme', may => ['home.view', 'settings.view']);
my $dan = Staff->new($shop, $f, 'acme', may => ['status.view'], stores => ['one']);

# Every task ran a moment ago.
my @jobs = grep { $_->{kind} =~ /^(?:job|resident)$/ } program_rows();
sub all_ran
{
	$dbh->do(q{INSERT INTO watch.job (job, started_at, ended_at, succeeded_at, ms, runs) VALUES (?, now(), now(), now(), 1234, 1)
		ON CONFLICT (job) DO UPDATE SET succeeded_at = now(), failing = 0}, undef, $_->{name}) for @jobs;
	return;
}
all_ran();
$dbh->do('DELETE FROM event.ready');
$dbh->do('UPDATE inventory.stock SET short = 0');

sub page { return $_[0]->get('/admin/status') }
sub findings { return join ' | ', map { s/<[^>]+>//gr } page($_[0])->html =~ m{<div class="note \w+"><p><strong>(.*?)</strong>}gs }
# A mail of a store, waiting; with fields of its row set.
sub mail
{
	my ($tenant, $store, %set) = @_;
	$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	my ($id) = $shop->value("SELECT event.queue_mail(?, ?, 'order_placed', NULL, NULL, NULL)", $tenant, $f->{store}{$store});
	$dbh->do("UPDATE event.outbox SET $_ = ? WHERE outbox_id = ?", undef, $set{$_}, $id) for keys %set;
	$dbh->do('DELETE FROM event.ready WHERE outbox_id = ?', undef, $id) if ($set{state} // '') eq 'failed';
	return $id;
}

subtest 'a fresh house' => sub {
	$dbh->do('DELETE FROM watch.job');
	my %row = map { $_->{name} => $_ } @jobs;
	my @late = page($ana)->html =~ m{<td>[^<]*<span class="muted small">([\w-]+)</span></td><td><span class="tag bad">}g;
	is join(' ', sort @late), join(' ', sort grep { $row{$_}{schedule} !~ /^(?:daily|weekly)-/ } keys %row), 'what runs at night or once a week need not have run yet';
	my @plain = grep { page($ana)->html =~ m{<td>\Q$_\E <span} } keys %row;
	is "@plain", '', 'each task says what it does';
	all_ran();
};

subtest 'who sees it' => sub {
	is page($ana)->status, 200, 'the owner';
	is page($ben)->status, 200, 'who may';
	is page($cal)->status, 403, 'nobody else';
	is page($dan)->status, 403, 'nor who may in one store alone: it is of the whole merchant';
	like page($ana)->html, qr{<a[^>]* href="/en/admin/status" aria-current="page"}, 'the console leads there';
	is $ana->visitor->get('/en/admin/status?x=1')->status, 400, 'what it does not know is refused';
};

subtest 'all is well' => sub {
	is findings($ana), '', 'nothing is to be done';
	like page($ana)->text, qr/All is well\./, 'and it says so';
	my $text = page($ana)->html;
	is_deeply [grep { $text !~ m{<span class="muted small">\Q$_\E</span></td><td><span class="tag ok">} } map { $_->{name} } @jobs], [], 'every task of the house stands there, and runs';
	unlike $text =~ s/<span class="muted small">[^<]*//gr, qr/<td>(?:deliver|observe)\b/, '... each in words';
	like $text, qr/<td class="num">1\.2</, '... with its seconds';
	like $text, qr{<dt>sutler</dt><dd>\d+\.\d+.*PostgreSQL 15\.}s, 'versions';
};

subtest 'what is not well' => sub {
	my @cases = (
		[qr/^Mails wait longer than they should: 1$/, sub { mail($acme, 'one', last_error => '450 later', created_at => '2020-01-01') }, sub { $dbh->do('DELETE FROM event.ready') }],
		[qr/^Tasks that do not run as they should: 1$/, sub { $dbh->do(q{UPDATE watch.job SET succeeded_at = now() - interval '12 minutes' WHERE job = 'deliver'}) }, \&all_ran],
		[qr/^Tasks that do not run as they should: 1$/, sub { $dbh->do(q{DELETE FROM watch.job WHERE job = 'freshen'}) }, \&all_ran],
		[qr/^Tasks that do not run as they should: 1$/, sub { $dbh->do(q{UPDATE watch.job SET succeeded_at = NULL, failing = 1 WHERE job = 'study-stock'}) }, \&all_ran],
		[qr/^More is promised than there is, of so many goods: 1$/, sub { $dbh->do('UPDATE inventory.stock SET short = 1 WHERE ctid = (SELECT ctid FROM inventory.stock WHERE tenant_id = ? LIMIT 1)', undef, $acme) },
			sub { $dbh->do('UPDATE inventory.stock SET short = 0') }],
		[qr/^The disk is getting full\.$/, sub { $shop->stack->set_room([9_000_000_000, 200_000_000_000]) }, sub { $shop->stack->set_room([100_000_000_000, 200_000_000_000]) }],
		[qr/^The disk is almost full\.$/, sub { $shop->stack->set_room([1_000_000_000, 200_000_000_000]) }, sub { $shop->stack->set_room([9_000_000_000, 20_000_000_000]) }],
		[qr/^Entries of the audit log are not sealed: 1$/, sub { $dbh->do(q{INSERT INTO audit.entry (tenant_id, at, actor, action, target) VALUES (?, now() - interval '11 minutes', 'x', 'y', 'z')}, undef, $acme) },
			sub { $dbh->do(q{DELETE FROM audit.entry WHERE action = 'y'}) }],
	);
	for my $case (@cases) {
		my ($says, $break, $mend) = @$case;
		$break->();
		like findings($ana), $says, "it says: $says";
		is findings($siti), '', '... to the merchant it concerns' if $says !~ /Tasks|disk/;
		unlike page($ana)->text, qr/All is well/, '... and not that all is well';
		$mend->();
		is findings($ana), '', '... and no more when that is over';
	}
	$dbh->do(q{DELETE FROM watch.job WHERE job = 'reconcile-stock'});
	is findings($ana), '', 'a task of the night need not have run on the first day';
	all_ran();
};

subtest 'mails that failed' => sub {
	my $id = mail($acme, 'one', state => 'failed', done_at => 'now', last_error => '550 no such mailbox <b>');
	my $other = mail($bahari, 'three', state => 'failed', done_at => 'now', last_error => '550 elsewhere');
	my $old = mail($acme, 'one', state => 'failed', done_at => '2020-01-01', last_error => '550 long ago');
	like findings($ana), qr/^Mails that could not be delivered: 1$/, 'they are told of';
	my $html = page($ana)->html;
	like $html, qr/550 no such mailbox &lt;b&gt;/, 'with what the mail server said';
	unlike $html, qr/elsewhere|long ago/, 'not of another merchant, nor of long ago';
	unlike page($ben)->html, qr/Send again/, 'who may only look has no button';
	my ($csrf) = $html =~ /name="csrf" value="([^"]+)"/;
	my ($bens) = page($ben)->html =~ /name="csrf" value="([^"]+)"/;
	my $again = sub { my ($who, $mail, $token) = @_; $who->visitor->post("/en/admin/status/mails/$mail/again", { csrf => $token // $csrf })->status };
	is $again->($ben, $id, $bens // 'x'), 403, '... and no right';
	is $again->($ana, $id, 'x'), 403, 'without its token the form does nothing';
	is $shop->value('SELECT state FROM event.outbox WHERE outbox_id = ?', $id), 'failed', '... so far';
	is $again->($ana, $id), 303, 'the owner sends it again';
	is $shop->value(q{SELECT state || ' ' || attempts FROM event.outbox WHERE outbox_id = ?}, $id), 'waiting 0', '... with all its tries';
	is $shop->value('SELECT count(*) FROM event.ready WHERE outbox_id = ? AND due_at <= now()', $id), 1, '... now';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'mail.again' AND actor = ?}, $ana->{id}), 1, '... and the audit log knows';
	like page($ana)->text, qr/The mail is on its way once more\./, '... and he is told';
	is $again->($ana, $id), 303, 'twice does no harm';
	like page($ana)->text, qr/not among those that failed any more/, '... and says so';
	is $again->($ana, $other), 404, 'another merchant\'s is not there';
	is $again->($ana, $old), 303, 'an old one cannot be sent';
	is $shop->value("SELECT string_agg(state, ' ') FROM event.outbox WHERE outbox_id IN (?, ?)", $other, $old), 'failed failed', '... they stay';
};

subtest 'languages' => sub {
	like $ana->visitor->get('/admin/status')->html, qr{<h1>Estado</h1>}, 'in Spanish';
	like $ana->visitor->get('/id/admin/status')->html, qr{<h1>Status</h1>.*Tugas}s, 'in Indonesian';
};

done_testing;
