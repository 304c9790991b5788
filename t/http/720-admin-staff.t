# Promise: an owner invites, changes and suspends people and makes roles; nobody gives away more
# than he has or shuts the last owner out, whatever happens at the same moment; every change wants
# a recent code and a reason, and stands in the audit log, where it is found.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Race;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home admin-settings))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz');
sub entries { return $shop->value('SELECT count(*) FROM audit.entry WHERE action = ?', @_) }
sub role_id { return $shop->value('SELECT role_id FROM staff.role WHERE name = ?', @_) }

subtest 'SEC-01 a role and an invitation' => sub {
	my $page = $ana->get('/admin/roles/new');
	is scalar(() = $page->html =~ /name="permission"/g), $shop->value('SELECT count(*) FROM staff.permission'), 'every permission has its words';
	is_deeply [sort map { /value="([a-z.]+)"/ ? $1 : () } $page->html =~ /<input type="checkbox" name="permission"[^>]*>/g],
		[map { $_->{permission} } $shop->rows('SELECT permission FROM staff.permission ORDER BY 1')], 'the table of words is that of the database';
	my $answer = $ana->visitor->submit($page, field => 'permission', { name => 'Packer', permission => ['orders.view', 'home.view'], reason => '' });
	is $answer->status, 422, 'SEC-04 a reason is wanted';
	like $answer->html, qr/id="w-reason">/, 'said at its field';
	like $answer->html, qr/value="Packer"/, 'nothing that was typed is lost';
	like $answer->html, qr/value="orders\.view" checked/, 'nor ticked';
	is $ana->visitor->submit($answer, field => 'permission', { reason => 'we hire' })->status, 303, 'then it is made';
	is join(' ', map { $_->{permission} } $shop->rows('SELECT permission FROM staff.role_permission WHERE role_id = ? ORDER BY 1', role_id('Packer'))), 'home.view orders.view', 'as it was ticked';
	is $ana->visitor->post('/en/admin/roles/new', { csrf => 'x', name => 'Y', reason => 'abc' })->status, 403, 'T34 not without the page\'s token';
	$page = $ana->get('/admin/staff');
	$answer = $ana->visitor->submit($page, field => 'email', { email => 'Ben@example.test', name => 'Ben Ode', role => role_id('Packer'), store => $f->{store}{one}, reason => 'season' });
	is $answer->status, 200, 'somebody is invited';
	my ($link) = $answer->html =~ m{>https?://[^<]+(/admin/login/join/[\w-]{43})<};
	ok $link, 'by a link that is shown';
	is $ana->visitor->submit($ana->get('/admin/staff'), field => 'email', { email => 'ben@example.test', name => 'B', role => role_id('Packer'), reason => 'again' })->status, 422, 'not twice';
	my $ben = Staff->made($shop, $f, 'acme', link => $link, name => 'Ben Ode');
	$ben->join;
	like $ben->get('/admin')->text, qr/Store one/, 'he comes in and sees his store';
	is $ben->get('/admin/staff')->status, 403, 'and no more than his role';
	unlike $ben->get('/admin')->html, qr{href="/en/admin/staff"}, 'nor is he led there';
	$ana->{ben} = $shop->value("SELECT staff_id FROM staff.person WHERE email_key = 'ben\@example.test'");
	my $b = $ben->visitor;
	$page = $ana->get("/admin/staff/$ana->{ben}");
	is $ana->visitor->submit($page, action => "/en/admin/staff/$ana->{ben}/suspend", { reason => 'left us' })->status, 303, 'he is suspended';
	is $b->get('/en/admin')->status, 302, 'T33 and out at once';
	is $ana->visitor->submit($ana->get("/admin/staff/$ana->{ben}"), action => "/en/admin/staff/$ana->{ben}/restore", { reason => 'came back' })->status, 303, 'and let in again';
};

subtest 'SEC-01 invitations by mail' => sub {
	my $invite = sub { my ($email, %more) = @_; return $ana->visitor->submit($ana->get('/admin/staff'), field => 'email',
		{ email => $email, name => 'Eva', role => role_id('Packer'), store => '', reason => 'more hands', %more }) };
	my $person = sub { return $shop->value('SELECT staff_id FROM staff.person WHERE email_key = ?', @_) };
	my $act = sub { my ($id, $what, %more) = @_; return $ana->visitor->submit($ana->get("/admin/staff/$id"), action => "/en/admin/staff/$id/$what", { reason => 'because', %more }) };
	my $mails = sub { return [map { "$_->{template} $_->{state}" } $shop->rows('SELECT template, state FROM event.outbox WHERE staff_id = ? ORDER BY outbox_id', @_)] };
	my $answer = $invite->('eva@example.test', locale => 'es');
	like $answer->text, qr/A mail with a link is on its way to eva\@example\.test/, 'a mail goes out, which is said';
	like $answer->html, qr{/admin/login/join/[\w-]{43}<}, 'and the link is there to copy, for who has no mail';
	my $eva = $person->('eva@example.test');
	is_deeply $mails->($eva), ['staff-invitation waiting'], 'one mail, of ids alone';
	is $shop->value('SELECT locale FROM staff.person WHERE staff_id = ?', $eva), 'es', 'in her language';
	is $shop->value('SELECT count(*) FROM staff.invitation WHERE staff_id = ?', $eva), 1, 'P24 its link is not made before it is sent';
	like $ana->get('/admin/staff')->text, qr/eva\@example\.test.*?Invited The mail is on its way\. Link until/, 'the list says how it stands';
	$invite->('fay@example.test', mail => undef);
	is_deeply $mails->($person->('fay@example.test')), [], 'none when none is wanted';
	my ($link) = $act->($eva, 'link')->html =~ m{(/admin/login/join/[\w-]{43})<};
	is scalar @{ $mails->($eva) }, 2, 'sent again, it is another mail';
	is $shop->value('SELECT count(*) FROM staff.invitation WHERE staff_id = ? AND used_at IS NULL', $eva), 1, 'and the older link ends';
	is $shop->visitor($ana->{host})->get("/en$link")->status, 200, 'the newer opens';
	$shop->change("UPDATE event.outbox SET state = 'failed', last_error = 'no such box' WHERE staff_id = ?", $eva);
	like $ana->get("/admin/staff/$eva")->text, qr/The mail could not be sent\./, 'a mail that was refused is told';
	my $page = $ana->get("/admin/staff/$eva");
	like $page->html, qr{formaction="/en/admin/staff/$eva/withdraw"}, 'it can be withdrawn';
	is $ana->visitor->post("/en/admin/staff/$eva/withdraw", { csrf => $page->html =~ /name="csrf" value="([^"]+)"/, reason => 'because' })->status, 303, 'and is';
	is $shop->visitor($ana->{host})->get("/en$link")->status, 410, 'T41 and opens nothing any more';
	is $shop->value('SELECT state FROM staff.person WHERE staff_id = ?', $eva), 'suspended', 'nor does a provider let her in';
	is entries('staff.withdrawn'), 1, 'it is in the audit log';
	unlike $ana->get("/admin/staff/$ana->{ben}")->html, qr{/withdraw"}, 'nothing is offered to withdraw where no link is open';
	my $cem = Staff->new($shop, $f, 'acme', may => ['staff.view', 'staff.manage']);
	my ($csrf) = $cem->get('/admin/staff')->html =~ /name="csrf" value="([^"]+)"/;
	is $cem->visitor->post("/en/admin/staff/$ana->{id}/withdraw", { csrf => $csrf, reason => 'because' })->status, 422, 'not by who may less';
	is $shop->value('SELECT state FROM staff.person WHERE staff_id = ?', $ana->{id}), 'active', 'whose place stays';
};

subtest 'SEC-01 nobody gives more than he has' => sub {
	my $cem = Staff->new($shop, $f, 'acme', may => ['staff.view', 'staff.manage', 'orders.view']);
	my ($owner) = $shop->value('SELECT role_id FROM staff.role WHERE tenant_id = ? AND is_owner', $f->{tenant}{acme});
	my $rich = Staff->new($shop, $f, 'acme', may => ['orders.refund']);
	my $send = sub { my ($path, %form) = @_; my ($csrf) = $cem->get('/admin/staff')->html =~ /name="csrf" value="([^"]+)"/;
		return $cem->visitor->post("/en$path", { csrf => $csrf, reason => 'because', %form })->status };
	is $send->('/admin/staff', email => 'x@example.test', locale => 'en', name => 'X', role => $owner), 422, 'not the owners\' role';
	is $send->('/admin/staff', email => 'x@example.test', locale => 'en', name => 'X', role => $rich->{role}), 422, 'not one with more than his';
	is $send->("/admin/staff/$cem->{id}/role", role => $owner), 422, 'not to himself either';
	is $send->("/admin/staff/$ana->{id}/suspend"), 422, 'an owner is not his to suspend';
	is $send->("/admin/staff/$rich->{id}/link"), 422, 'nor does he get a link for who may more';
	is $send->("/admin/roles/$cem->{role}", name => 'Mine', permission => 'orders.refund'), 422, 'his own role does not grow';
	is $send->("/admin/roles/$rich->{role}", name => 'Poor'), 422, 'nor is a greater one his to change';
	is $send->("/admin/roles/$owner", name => 'Poor'), 404, 'the owners\' cannot be changed at all';
	is $send->('/admin/roles/new', name => 'Z', permission => 'all.things'), 400, 'nor what is not there be given';
	is $send->('/admin/staff', email => 'y@example.test', locale => 'en', name => 'Y', role => role_id('Packer')), 422, 'Packer has home.view, he has not';
	is $send->('/admin/roles/new', name => 'Reader', permission => 'orders.view'), 303, 'what he has he gives';
	is $shop->value('SELECT count(*) FROM staff.person WHERE email IN (?, ?)', 'x@example.test', 'y@example.test'), 0, 'nobody was invited';
};

subtest 'SEC-02 sensitive: a recent code' => sub {
	my $old = Staff->new($shop, $f, 'acme', owner => 1, age_s => 3600);
	is $old->get('/admin/roles/new')->header('location'), '/en/admin/login/again?next=%2Fen%2Fadmin%2Froles%2Fnew', 'a form asks for it first';
	my $page = $old->get('/admin/staff');
	is $page->status, 200, 'looking does not';
	my $answer = $old->visitor->submit($page, field => 'email', { email => 'dee@example.test', name => 'Dee', role => role_id('Packer'), reason => 'season' });
	is $answer->status, 422, 'a change without it comes back';
	like $answer->text, qr/a while since you showed a code/, 'and says so';
	like $answer->html, qr/value="dee\@example\.test"/, 'with all that was typed';
	is $shop->value("SELECT count(*) FROM staff.person WHERE email = 'dee\@example.test'"), 0, 'nothing was done';
	$shop->change("UPDATE staff.person SET state = 'suspended' WHERE staff_id = ?", $old->{id});
};

subtest 'the last owner' => sub {
	my $page = $ana->get("/admin/staff/$ana->{id}");
	my $answer = $ana->visitor->submit($page, action => "/en/admin/staff/$ana->{id}/suspend", { reason => 'tired' });
	is $answer->status, 422, 'cannot be suspended';
	like $answer->text, qr/last owner/, 'and is told why';
	my @owners = ($ana, map { Staff->new($shop, $f, 'acme', owner => 1) } 1 .. 7);
	my $stack = $shop->stack;
	my $seen = Race::at_once($shop->dbh, sub { Race::connection($stack->{cluster}, $stack->{database}, '_sutler-admin-settings') }, $f->{tenant}{acme},
		map { my $i = $_; sub { my ($d) = @_; return ($d->selectrow_array('SELECT staff.set_suspended(?, ?, ?, true, ?)', undef, $f->{tenant}{acme},
			$owners[($i + 1) % 8]{id}, $owners[$i]{id}, 'race'))[0] } } 0 .. 7);
	is $shop->value(q{SELECT count(*) FROM staff.person p WHERE p.state = 'active' AND staff.is_owner(p.tenant_id, p.staff_id)}), 1, 'eight who suspend each other at once leave one';
	is $seen->{last_owner}, 1, 'who is told so' or diag explain $seen;
	$shop->change(q{UPDATE staff.person p SET state = 'active' WHERE p.staff_id = ?}, $ana->{id});
	$ana->{v}{cookies}{staff} = $ana->session(0);
};

subtest 'kept searches' => sub {
	my $post = sub {
		my ($who, $path, %form) = @_;
		my ($csrf) = $who->get('/admin/login/again')->html =~ /name="csrf" value="([^"]+)"/;
		return $who->visitor->post($who->path($path), { csrf => $csrf, %form })->status;
	};
	my $page = $ana->get('/admin/audit');
	unlike $page->html, qr/Keep this search/, 'the whole list is no search';
	$page = $ana->get('/admin/audit?by=&about=no+such&until=');
	my ($form) = $page->html =~ m{href="([^"]+)">Keep this search} or fail 'a search can be kept';
	$page = $ana->get($form =~ s/&amp;/&/gr =~ s{^/en}{}r);
	is $ana->visitor->submit($page, field => 'name', { name => ' ' })->status, 422, 'not without a name';
	$page = $ana->visitor->follow($ana->visitor->submit($page, field => 'name', { name => 'Öd & "leer"' }));
	is $page->{path}, '/en/admin/audit?about=no%20such', 'back to the search, without what was empty';
	like $page->html, qr{<a href="/en/admin/audit\?about=no%20such" aria-current="page">Öd &amp; &quot;leer&quot;</a>}, 'its name stands above the list';
	unlike $ana->get('/admin/audit?about=x&before=' . $ana->{id})->html, qr{aria-current="page">Öd}, 'another search is not it';
	is $shop->value('SELECT count(*) FROM staff.search'), 1, 'one row';
	is $post->($ana, '/admin/searches', at => '/admin/audit', search => 'about=two', name => 'Öd & "leer"'), 303, 'the name once more';
	is $shop->value('SELECT string_agg(query, $$ $$) FROM staff.search'), 'about=two', 'takes the new search';
	is $post->($ana, '/admin/searches', at => $_, search => 'q=1', name => 'x'), 404, "'$_' is no place" for '/admin/nowhere', '//evil.test', 'javascript:1';
	is $post->($ana, '/admin/searches', at => '/admin/audit', search => $_, name => 'x'), 404, "'$_' is no search" for 'before=1', 'a=%zz', '&&';
	$post->($ana, '/admin/searches', at => '/admin/audit', search => 'about=1', name => "n$_") for 1 .. 19;
	is $post->($ana, '/admin/searches', at => '/admin/audit', search => 'about=1', name => 'one more'), 422, 'a list has twenty';
	my ($id) = $shop->value(q{SELECT search_id FROM staff.search WHERE name = 'n1'});
	my $ben = Staff->new($shop, $f, 'acme', may => ['audit.view']);
	unlike $ben->get('/admin/audit')->html, qr/>n1</, 'who works beside does not see them';
	is $post->($ben, "/admin/searches/$id/forget", at => '/admin/audit'), 404, 'and cannot take one away';
	is $post->($ana, "/admin/searches/$id/forget", at => '/admin/audit'), 303, 'she can';
	is $shop->value(q{SELECT count(*) FROM staff.search WHERE name = 'n1'}), 0, 'and it is gone';
};

subtest 'SEC-05 the audit log' => sub {
	for (['role.made', 'we hire'], ['staff.invited', 'season'], ['staff.suspended', 'left us'], ['staff.restored', 'came back']) {
		my ($action, $reason) = @$_;
		is $shop->value('SELECT count(*) FROM audit.entry WHERE action = ? AND reason = ? AND actor = ?', $action, $reason, $ana->{id}), 1, "$action with who and why";
	}
	my $page = $ana->get('/admin/audit');
	like $page->text, qr/Ana Ruiz staff\.restored/, 'is shown with names';
	$page = $ana->get("/admin/audit?about=staff%20$ana->{ben}&by=$ana->{id}");
	is join(' ', $page->html =~ m{<td><code>([a-z._]+)</code>}g), 'staff.restored staff.suspended staff.invited', 'by person and thing, newest first';
	is $ana->get('/admin/audit?until=2020-01-01')->text =~ /Nothing was written down that fits/ ? 1 : 0, 1, 'by time';
	$shop->change(q{INSERT INTO audit.entry (tenant_id, entry_id, actor, action, target) SELECT ?, sutler.uuid7(), 'test', 'many.things', 'thing ' || n FROM generate_series(1, 120) n}, $f->{tenant}{acme});
	my (@seen, $path);
	for ($path = '/en/admin/audit?by=test'; $path; ) {
		my $p = $ana->visitor->get($path);
		push @seen, $p->html =~ m{<td class="long-word small">thing (\d+)</td>}g;
		($path) = $p->html =~ m{<a class="btn" href="([^"]+)">Older};
		$path =~ s/&amp;/&/g if $path;
	}
	is scalar @seen, 120, 'three pages hold all';
	is scalar keys %{ { map { $_ => 1 } @seen } }, 120, 'each once';
	my $bahari = Staff->new($shop, $f, 'bahari', owner => 1);
	unlike $bahari->get('/admin/audit')->html, qr/many\.things|staff\.restored/, 'T26 and none of another merchant';
	is $bahari->get("/admin/staff/$ana->{ben}")->status, 404, 'T26 nor his people';
	$shop->job('seal-audit', '--once');
	my $told = $shop->stack->ctl('audit', 'verify');
	like $told, qr/^acme: \d+ seals over \d+ entries/m, 'SEC-06 and it is sealed and proven';
	unlike $ana->get('/admin/audit?by=test')->html, qr/not sealed yet/, 'which the page shows';
};
done_testing;
