#!/usr/bin/perl
# Promise: every mail of an order goes out once, in the language of the order, with links
# that open it; a failing recipient or an absent mail server loses none and holds up
# nobody; killed anywhere, deliver sends at most one mail twice, and that with the same
# Message-ID (reliability P6, T51).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use House qw(wait_for alive);
use Jobs;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $j = Jobs->new;
my $t = $j->merchant('suelas');
my $other = $j->merchant('otra', locales => [['id', 'id-ID']], currency => 'IDR');

sub deliver { my ($status, $text) = $j->run('deliver', '--once'); is($status, $_[0] // 0, 'deliver ends well') or diag $text; return $text }
sub state_of { my ($o, $template) = @_; return $j->value('SELECT state FROM event.outbox WHERE order_id = ? AND template = ?', $o->{order}, $template) }

subtest 'an order in Spanish and one in English' => sub {
	my $es = $j->order($t, quantity => 2, email => 'ana@example.org');
	$j->put('tenancy.store_text', tenant_id => $t->{tenant}, store_id => $t->{store}, locale => 'es', mail_signature => "Un abrazo,\nel taller");
	my $en = $j->order($t, email => 'joe@example.org', name => 'Joe', locale => 'en');
	deliver();
	my %by = map { $_->{to}[0] => $_ } $j->mails;
	is(scalar keys %by, 2, 'two mails');
	my $m = $by{'ana@example.org'};
	like($m->{subject}, qr/\Q$es->{number}\E/, 'the subject names the order');
	like($m->{$_}, qr/30,25\s*€/, "$_: the total as Spaniards write it") for qw(text html);
	like($m->{text}, qr/ES91 2100 0418 4502 0005 1332/, 'text: where to transfer to');
	unlike($m->{text}, qr/\*\*/, 'text: without Markdown');
	like($m->{html}, qr/<strong>ES91 2100/, 'html: Markdown');
	like($m->{text}, qr/Calle Sol 2\n28001 Madrid/, 'the address');
	like($m->{headers}{from}, qr/<hola\@suelas\.example\.org>/, 'from the store');
	like($m->{headers}{'reply-to'}, qr/hola\@suelas/, 'answers go to the store');
	is($m->{headers}{'message-id'}, '<' . $j->value('SELECT outbox_id FROM event.outbox WHERE order_id = ?', $es->{order})
		. '@suelas.example.org>', 'the id is the outbox row');
	is($m->{headers}{'auto-submitted'}, 'auto-generated', 'no out-of-office answers, please');
	my ($token) = $m->{text} =~ m{https://suelas\.example\.org/order/([\w-]{43})} or fail 'no link';
	is($j->value(q{SELECT order_id FROM sales.order_token WHERE token_sha256 = decode(?, 'hex')
		AND expires_at > now() + interval '179 days'}, sha256_hex($token)), $es->{order}, 'the link opens the order');
	like($by{'joe@example.org'}{text}, qr{https://suelas\.example\.org/en/order/}, 'English: link with its prefix');
	like($by{'joe@example.org'}{text}, qr/€18\.15/, 'English: the total as the British write it');
	like($m->{text}, qr/\n\nUn abrazo,\nel taller\n\n--\n/, 'text: the store\'s last words');
	like($m->{html}, qr{<p>Un abrazo,<br>el taller<br></p>}, 'html: the same');
	unlike($by{'joe@example.org'}{text}, qr/abrazo/, 'in its language alone');
	like($by{'joe@example.org'}{text}, qr/Thank you for your order/, 'English words');
	is($j->value('SELECT count(*) FROM event.ready'), 0, 'the queue is empty');
	is(state_of($es, 'order-placed'), 'done', 'and the row done');
};

subtest 'each state has its mail' => sub {
	$j->forget_mails;
	my $o = $j->order($t, email => 'cleo@example.org');
	$j->tenant($o);
	$j->change('SELECT event.queue_mail(?, ?, ?, ?, NULL, NULL)', @$o{qw(tenant store)}, $_, $o->{order})
		for $j->column("SELECT DISTINCT mail FROM sales.step WHERE mail NOT IN ('', 'order-placed')");
	$j->put('shipping.shipment', tenant_id => $o->{tenant}, shipment_id => Jobs::id(), order_id => $o->{order},
		carrier => 'SEUR', tracking_number => 'XY123', tracking_url => 'https://seur.example/XY123');
	deliver();
	my @mails = $j->mails;
	is(scalar @mails, $j->value("SELECT count(DISTINCT mail) FROM sales.step WHERE mail <> ''"), 'one each');
	is(scalar(grep { $_->{subject} =~ /\Q$o->{number}\E/ && length $_->{html} > 1000 && $_->{text} =~ m{/order/[\w-]{43}} } @mails),
		scalar @mails, 'with number, both parts and link');
	my ($shipped) = grep { $_->{text} =~ /XY123/ } @mails;
	ok($shipped && $shipped->{html} =~ m{href="https://seur\.example/XY123"}, 'the parcel can be followed');
};

subtest 'a code for a guest' => sub {
	$j->forget_mails;
	my $c = $j->cart($t, email => 'gina@example.org');
	$j->put('sales.verification', tenant_id => $c->{tenant}, cart_id => $c->{cart}, email_sha256 => '\x' . sha256_hex('gina@example.org'),
		expires_at => $j->value("SELECT now() + interval '10 minutes'"));
	$j->change('SELECT event.queue_mail(?, ?, ?, NULL, ?, NULL)', @$c{qw(tenant store)}, 'verify-code', $c->{cart});
	my $text = deliver();
	my ($m) = $j->mails;
	my ($code) = $m->{text} =~ /^\s*(\d{6})\s*$/m;
	ok(defined $code, 'six digits');
	is($j->value('SELECT encode(code_sha256, \'hex\') FROM sales.verification WHERE cart_id = ?', $c->{cart}), sha256_hex("$c->{cart}$code"),
		'its hash is stored');
	unlike($text, qr/$code|gina/, 'neither code nor address is logged');
	$j->change("UPDATE sales.verification SET expires_at = now() - interval '1 second'");
	$j->change('SELECT event.queue_mail(?, ?, ?, NULL, ?, NULL)', @$c{qw(tenant store)}, 'verify-code', $c->{cart});
	deliver();
	is(scalar $j->mails, 1, 'no code after its time');
	is($j->value("SELECT count(*) FROM event.outbox WHERE state = 'dropped'"), 1, 'the row says so');
};

subtest 'an invitation to the console' => sub {
	$j->forget_mails;
	$j->put('tenancy.host', tenant_id => $t->{tenant}, store_id => $t->{store}, host => 'admin.suelas.example.org', kind => 'admin', origin => 'https://admin.suelas.example.org', is_primary => 1);
	my $invite = sub {
		my ($email, %more) = @_;
		my $id = Jobs::id();
		$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $id, email => $email, name => 'Ben Ode', locale => 'id', %more);
		$j->change('SELECT staff.make_invitation(?, ?, ?, ?)', $t->{tenant}, $id, '\x' . sha256_hex("shown to $email"), $t->{store});
		return $id;
	};
	my $ben = $invite->('ben@example.org');
	my $log = deliver();
	my ($m) = $j->mails;
	my ($token) = $m->{text} =~ m{https://admin\.suelas\.example\.org/id/admin/login/join/([\w-]{43})};
	ok(defined $token, 'brings a link of the console, in his language, which the store does not speak');
	like($m->{text}, qr/Halo Ben Ode/, 'and is written in it');
	is($j->value('SELECT count(*) FROM staff.invitation WHERE token_sha256 = ?', '\x' . sha256_hex($token)), 1, 'its hash is stored');
	like($m->{html}, qr{href="[^"]+/\Q$token\E"}, 'also in the HTML part');
	unlike($log, qr/\Q$token\E|ben\@/, 'neither link nor address is logged');
	is(join(' ', $j->column('SELECT mail FROM staff.open_invitations(?)', $t->{tenant})), 'sent', 'the console knows that it went out');
	$invite->('fail-550@example.org');
	my $gone = $invite->('cem@example.org');
	$j->change('SELECT staff.end_invitations(?, ?)', $t->{tenant}, $gone);
	deliver();
	is(scalar $j->mails, 1, 'none when it was withdrawn meanwhile');
	is(join(' ', $j->column('SELECT mail FROM staff.open_invitations(?) ORDER BY 1', $t->{tenant})), 'failed sent', 'one that was refused is told');
};

subtest 'words of the merchant' => sub {
	$j->forget_mails;
	my %at = (tenant_id => $t->{tenant}, store_id => $t->{store}, locale => 'es');
	$j->put('tenancy.mail_text', %at, template => 'order-placed', subject => 'Gracias, {{person}}: {{order.number}}',
		opening => "# Hola, {{person}}\n\nEl **taller** ya tiene su pedido {{order.number}}.\nLlega el {{promise_to}}.", closing => 'Lea las [condiciones](/page/terms).');
	$j->put('tenancy.mail_text', %at, template => 'invoice', opening => '{{{person}}} {{no.more}}');
	my $o = $j->order($t, email => 'ana@example.org', name => 'Ana <b>Ruiz</b>');
	my $other = $j->order($t, email => 'joe@example.org', name => 'Joe', locale => 'en');
	my $log = deliver();
	my %by = map { $_->{to}[0] => $_ } $j->mails;
	my $m = $by{'ana@example.org'};
	is($m->{subject}, "Gracias, Ana <b>Ruiz</b>: $o->{number}", 'her subject');
	like($m->{html}, qr{<h1>Hola, Ana &lt;b&gt;Ruiz&lt;/b&gt;</h1>\s*<p>El <strong>taller</strong> ya tiene su pedido \Q$o->{number}\E}, 'her opening, names as text');
	like($m->{html}, qr{href="https://suelas\.example\.org/page/terms"}, 'her closing leads to the shop');
	unlike($m->{text}, qr/Gracias por|\*\*|\{\{/, 'in plain text in place of the house\'s words');
	like($m->{$_}, qr/30,25\s*€|18,15\s*€/, "$_: sums stay") for qw(text html);
	like($m->{text}, qr{https://suelas\.example\.org/order/[\w-]{43}}, 'the link stays');
	like($by{'joe@example.org'}{text}, qr/Thank you for your order/, 'another language has its own');
	unlike($log, qr/words/, 'nothing to be said in the log');
	$j->forget_mails;
	$j->change("UPDATE tenancy.mail_text SET opening = '{{#person}}', subject = '{{gone}}' WHERE template = 'order-placed'");
	$o = $j->order($t, email => 'ana@example.org');
	$log = deliver();
	($m) = $j->mails;
	like($m->{subject}, qr/\Q$o->{number}\E/, 'words that cannot be used: the house\'s subject');
	like($m->{text}, qr/Gracias/, 'and text');
	like($m->{html}, qr/condiciones/, 'what can be used stays');
	is(state_of($o, 'order-placed'), 'done', 'no mail is lost');
	like($log, qr/mail goes out in the words of the house.*order-placed/, 'the log says so');
	$j->change('DELETE FROM tenancy.mail_text');
};

subtest 'a trial to oneself' => sub {
	$j->forget_mails;
	my ($staff, $gone) = map { Jobs::id() } 1, 2;
	$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $staff, email => 'eva@example.org', name => 'Eva', state => 'active');
	$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $gone, email => 'gone@example.org', name => 'Gone', state => 'suspended');
	$j->tenant($t);
	$j->change('SELECT tenancy.desk_mail_trial(?, ?, ?, ?, ?, ?, ?, ?)', $t->{tenant}, $_, $t->{store}, 'reset', 'es', 'Prueba: {{person}}', '', 'Adiós') for $staff, $gone;
	deliver();
	my @mails = $j->mails;
	is(scalar @mails, 1, 'one mail, for who is suspended gets none');
	is($mails[0]{to}[0], 'eva@example.org', 'to who asked');
	like($mails[0]{subject}, qr/^Prueba: \w+/, 'in the words that were tried');
	like($mails[0]{text}, qr/Adiós\n.*Nada de esto es real|Adiós\n/s, 'with its closing');
	unlike($mails[0]{text}, qr{/login/reset/}, 'and no link that opens anything');
	is($j->value('SELECT count(*) FROM customer.token'), 0, 'for none was made');
};

subtest 'recipients that fail' => sub {
	$j->forget_mails;
	my %o = map { $_ => $j->order($t, email => "$_\@example.org") } qw(fail-550 fail-451 data-554 data-452 drop good);
	my $text = deliver();
	unlike($text, qr/example\.org/, 'no address is logged');
	is(state_of($o{'fail-550'}, 'order-placed'), 'failed', 'refused for good');
	is(state_of($o{'data-554'}, 'order-placed'), 'failed', 'the message refused for good');
	is(state_of($o{$_}, 'order-placed'), 'waiting', "$_ is tried again") for qw(fail-451 data-452 drop);
	is(state_of($o{good}, 'order-placed'), 'done', 'the others go');
	like($j->value('SELECT last_error FROM event.outbox WHERE order_id = ?', $o{'fail-550'}{order}), qr/RCPT 550/, 'why it failed');
	my $wait = $j->value('SELECT extract(epoch FROM r.due_at - now()) FROM event.ready r JOIN event.outbox o USING (outbox_id)
		WHERE o.order_id = ?', $o{'fail-451'}{order});
	ok($wait > 50 && $wait <= 60, 'after a minute');
	$j->due_now;
	deliver();
	$wait = $j->value('SELECT extract(epoch FROM r.due_at - now()) FROM event.ready r JOIN event.outbox o USING (outbox_id)
		WHERE o.order_id = ?', $o{'fail-451'}{order});
	ok($wait > 110 && $wait <= 120, 'then after two');
	for (3 .. 12) { $j->due_now; $j->run('deliver', '--once') }
	is(state_of($o{'fail-451'}, 'order-placed'), 'failed', 'given up after twelve');
	is($j->value('SELECT attempts FROM event.outbox WHERE order_id = ?', $o{'fail-451'}{order}), 12, 'tries are counted');
	is($j->value('SELECT count(*) FROM event.ready'), 0, 'nothing waits');
};

subtest 'the answer is lost' => sub {
	$j->forget_mails;
	my $o = $j->order($t, email => 'lost@example.org');
	deliver();
	is(state_of($o, 'order-placed'), 'waiting', 'nobody knows: again');
	$j->due_now;
	deliver();
	my @ids = map { $_->{headers}{'message-id'} } $j->mails;
	is(scalar @ids, 2, 'the mail came twice');
	is($ids[0], $ids[1], 'with the same id');
	$j->change('UPDATE event.outbox SET state = ? WHERE order_id = ?', 'done', $o->{order});
	$j->due_now;
	deliver();
	is($j->value('SELECT count(*) FROM event.ready'), 0, 'what is done leaves the queue');
};

subtest 'what a person typed' => sub {
	$j->forget_mails;
	my $bad = $j->order($t, email => 'eve@example.org', name => "Eve\r\nBcc: all\@example.org");
	my $html = $j->order($t, email => 'mal@example.org', name => '<script>x</script>', product => '"><img src=x>');
	deliver();
	is(state_of($bad, 'order-placed'), 'failed', 'a name with a line break reaches no header');
	my ($m) = $j->mails;
	is(scalar $j->mails, 1, 'and no mailbox');
	unlike($m->{html}, qr/<script|<img src=x/, 'markup is shown as text');
	like($m->{text}, qr/<script>x/, 'and stays itself in plain text');
};

subtest 'the mail server is away' => sub {
	$j->forget_mails;
	$j->stop_mail;
	my $o = $j->order($t, email => 'dora@example.org');
	for (1 .. 3) { $j->due_now; deliver() }
	is($j->value('SELECT attempts FROM event.outbox WHERE order_id = ?', $o->{order}), 0, 'that costs a mail no tries');
	$j->start_mail;
	$j->due_now;
	deliver();
	is(state_of($o, 'order-placed'), 'done', 'it goes when the server is back');
};

subtest 'another language and currency' => sub {
	$j->forget_mails;
	$j->order($other, email => 'budi@example.org', locale => 'id', currency => 'IDR');
	deliver();
	my ($m) = $j->mails;
	like($m->{html}, qr/<html lang="id-ID"/, 'Indonesian');
	like($m->{text}, qr/Rp/, 'in rupiah');
};

subtest 'one at a time, and kills' => sub {
	$j->forget_mails;
	my $first = $j->start('deliver');
	ok(wait_for(10, sub { $j->value("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND a.application_name = '_sutler-deliver'") }), 'one runs');
	my $began = time;
	my ($status, $text) = $j->run('deliver');
	is($status, 0, 'a second copy ends well');
	like($text, qr/another copy/, 'and says why');
	cmp_ok(time - $began, '<', 5, 'at once');
	my $o = $j->order($t, email => 'quick@example.org');
	ok(wait_for(10, sub { scalar $j->mails }), 'the resident one sends within seconds');
	kill 'TERM', $first;
	ok(wait_for(10, sub { !alive($first) }), 'SIGTERM ends it');

	$j->forget_mails;
	my ($killed, $buyers) = (0, 0);
	for (1 .. 400) {
		# A machine that is done before it is killed often enough gets more to do.
		if (!$j->value('SELECT count(*) FROM event.ready')) {
			last if $killed > 3;
			$j->order($t, email => 'buyer' . ++$buyers . '@example.org') for 1 .. 25;
		}
		$j->due_now;
		$killed += $j->kill_after(5 + int rand 60, 'deliver', '--once');
	}
	cmp_ok($killed, '>', 3, "killed $killed times");
	for (1 .. 3) { $j->due_now; $j->run('deliver', '--once') }
	is($j->value('SELECT count(*) FROM event.ready'), 0, 'then all are out');
	is($j->value("SELECT count(*) FROM event.outbox WHERE state = 'waiting'"), 0, 'and booked');
	my (%ids, %to);
	for my $m ($j->mails) {
		$ids{ $m->{headers}{'message-id'} }++;
		$to{ $m->{to}[0] }{ $m->{headers}{'message-id'} } = 1;
	}
	is(scalar keys %to, $buyers, 'every buyer has his mail');
	is(scalar(grep { keys %$_ != 1 } values %to), 0, 'under one id each');
	my $twice = grep { $_ > 1 } values %ids;
	cmp_ok($twice, '<=', $killed, "at most one twice for each kill ($twice)");
};

done_testing;
