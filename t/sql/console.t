#!/usr/bin/perl
# Promise: what opens the console counts once, whatever comes at the same moment; the database
# holds nothing that opens it; a role reaches as far as its store; and the owner comes by a link
# that sutlerctl tells once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
sub value { return ($dbh->selectrow_array(@_))[0] }
sub all { my ($sql, @bind) = @_; return join ' ', @{ $dbh->selectcol_arrayref($sql, undef, @bind) } }

my ($tenant, $other) = map { sprintf '01900000-0000-7000-8000-%012x', $_ } 1, 2;
my @store = map { sprintf '01900000-0000-7000-8000-%012x', $_ } 11, 12;
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
for ([$tenant, 'acme'], [$other, 'bahari']) {
	as($_->[0]);
	$dbh->do('INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (?, ?, ?)', undef, @$_, $_->[1]);
}
as($tenant);
$dbh->do(q{INSERT INTO tenancy.store (tenant_id, store_id, code, name, timezone) VALUES (?, ?, ?, ?, 'UTC')}, undef, $tenant, $store[$_], "s$_", "Store $_") for 0, 1;

# ---- the owner ----
my ($status, $said) = $s->ctl('staff', 'owner', 'Ana@example.test', '--tenant', 'acme');
is($status, 1, 'without an admin host there is no console');
like($said, qr/no host of kind admin/, 'and it is said');
is(value('SELECT count(*) FROM staff.person'), 0, 'nobody was made');
$dbh->do(q{INSERT INTO tenancy.host (host, tenant_id, store_id, kind, origin, is_primary) VALUES ('admin.test', ?, ?, 'admin', 'https://admin.test', true)},
	undef, $tenant, $store[0]);
($status, $said) = $s->ctl('staff', 'owner', 'Ana@example.test');
is($status, 1, 'two tenants: which one must be said');
is(($s->ctl('staff', 'owner', 'nobody', '--tenant', 'acme'))[0], 1, 'what is no address is refused');
is(($s->ctl('staff', 'owner'))[0], 64, 'no address is wrong usage');
($status, $said) = $s->ctl('staff', 'owner', 'Ana@example.test', '--tenant', 'acme', '--name', 'Ana');
is($status, 0, 'then there is an owner') or diag $said;
my ($token) = $said =~ m{\Ahttps://admin\.test/admin/login/join/([\w-]{43})\n\z};
ok($token, 'and a link is printed');
is(value(q{SELECT encode(token_sha256, 'hex') FROM staff.invitation}), sha256_hex($token), 'P24 the database holds its hash');
my ($again) = ($s->ctl('staff', 'owner', 'ANA@example.test', '--tenant', 'acme'))[1] =~ m{join/([\w-]{43})};
is(value('SELECT count(*) FROM staff.person'), 1, 'the same person again');
is(value(q{SELECT count(*) FROM staff.invitation WHERE used_at IS NULL}), 1, 'the older link ends');
is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'staff.owner' AND actor = 'sutlerctl'}), 2, 'both are in the audit log');

my $ana = value('SELECT staff_id FROM staff.person');
my $seed = '\x' . 'ab' x 49;
sub bytes { my ($n) = @_; return '\x' . sha256_hex($n) }
sub joined { my ($t, $challenge) = @_; return value('SELECT staff.accept(?, ?, ?, ?, ?, ?, ?)', undef, $tenant, '\x' . sha256_hex($t), 'Ana', 'en', '*', bytes($challenge), $seed) }
is(joined($token, 'c0'), undef, 'T41 the older link opens nothing');
is(joined($again, 'c1'), $ana, 'the newer one does');
is(joined($again, 'c2'), undef, 'T41 once');

# ---- at the same moment ----
sub race
{
	my ($n, $sql, @bind) = @_;
	return Race::at_once($dbh, sub { Race::connection($s->{cluster}, $s->{db}, '_sutler-owner') }, $tenant,
		map { my $i = $_; sub { my ($d) = @_; return ($d->selectrow_array($sql, undef, map { ref $_ eq 'CODE' ? $_->($i) : $_ } @bind))[0] // 'none' } } 1 .. $n);
}
my $enter = 'SELECT outcome FROM staff.enter(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
my $codes = [map { sha256_hex("recovery $_") } 1 .. 10];
sub entering { my ($challenge, $step, $recovery, $codes) = @_; return ($enter, $tenant, $challenge, $step, $recovery, $codes, sub { bytes("s$challenge$_[0]") }, 'Firefox', undef, undef, sub { bytes("d$challenge$_[0]") }) }
sub challenge
{
	my ($n) = @_;
	$dbh->do(q{INSERT INTO staff.challenge (tenant_id, token_sha256, staff_id, purpose, expires_at) VALUES (?, ?, ?, 'code', now() + interval '10 minutes')},
		undef, $tenant, bytes($n), $ana);
	return bytes($n);
}
is_deeply(race(20, entering(bytes('c1'), 1000, undef, $codes)), { ok => 1, gone => 19 }, 'the second factor is set up once');
is(value('SELECT count(*) FROM staff.recovery'), 10, 'with ten recovery codes');
challenge("p$_") for 1 .. 20;
is_deeply(race(20, $enter, $tenant, sub { bytes("p$_[0]") }, 1001, undef, [], sub { bytes("q$_[0]") }, 'Firefox', undef, undef, sub { bytes("r$_[0]") }),
	{ ok => 1, used => 19 }, 'P25 T43 one code is one log-in, tried 20 times at the same moment');
for ([1001, 'used', 'the same step'], [1000, 'used', 'the one before'], [1002, 'ok', 'the next']) {
	my ($step, $want, $name) = @$_;
	is((value($enter, undef, $tenant, challenge("o$step"), $step, undef, [], bytes("os$step"), '', undef, undef, bytes("od$step"))), $want, "T43 $name: $want");
}
challenge("v$_") for 1 .. 20;
is_deeply(race(20, $enter, $tenant, sub { bytes("v$_[0]") }, undef, bytes('recovery 3'), [], sub { bytes("w$_[0]") }, '', undef, undef, sub { bytes("x$_[0]") }),
	{ ok => 1, used => 19 }, 'T43 a recovery code counts once');
is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'staff.recovery_code'}), 1, 'and is in the audit log');
my $session = value('SELECT session_id FROM staff.session LIMIT 1');
is_deeply(race(20, 'SELECT staff.prove_again(?, ?, ?, ?)', $tenant, $session, 1003, sub { bytes("t$_[0]") }), { 1 => 1, 0 => 19 }, 'P25 asked again too');
my ($third) = ($s->ctl('staff', 'owner', 'ana@example.test', '--tenant', 'acme'))[1] =~ m{join/([\w-]{43})};
is_deeply(race(20, 'SELECT staff.accept(?, ?, ?, ?, ?, ?, ?)', $tenant, '\x' . sha256_hex($third), 'Ana', 'en', '*', sub { bytes("j$_[0]") }, $seed),
	{ $ana => 1, none => 19 }, 'T41 an invitation counts once');
is(value('SELECT count(*) FROM staff.session') + value('SELECT count(*) FROM staff.totp') + value('SELECT count(*) FROM staff.recovery'), 0,
	'T33 and ends all that opened the console before');

# ---- an invitation and its mail ----
{
	my $fay = value('SELECT sutler.uuid7()');
	$dbh->do(q{INSERT INTO staff.person (tenant_id, staff_id, email) VALUES (?, ?, 'fay@example.test')}, undef, $tenant, $fay);
	my $invite = sub { $dbh->do('SELECT staff.make_invitation(?, ?, ?, ?)', undef, $tenant, $fay, bytes($_[0]), $store[0]); return value('SELECT max(outbox_id::text) FROM event.outbox WHERE staff_id = ?', undef, $fay) };
	my $try = sub { my ($mail, $link) = @_; return value('SELECT email FROM staff.invitation_for_mail(?, ?, ?)', undef, $tenant, $mail, bytes($link)) };
	my $open = sub { return value('SELECT count(*) FROM staff.invitation WHERE staff_id = ? AND used_at IS NULL', undef, $fay) };
	my $mail = $invite->('shown');
	is($try->($mail, "mailed $_"), 'fay@example.test', "try $_ of the mail has its own link") for 1 .. 3;
	is(value('SELECT count(DISTINCT expires_at) FROM staff.invitation WHERE mail_id = ?', undef, $mail), 1, 'all end with the invitation');
	my $joined = race(4, 'SELECT staff.accept(?, ?, ?, ?, ?, ?, ?)', $tenant, sub { bytes($_[0] == 4 ? 'shown' : "mailed $_[0]") }, 'Fay', 'es', '*', sub { bytes("y$_[0]") }, $seed);
	is_deeply($joined, { $fay => 1, none => 3 }, 'T41 of four links of one invitation one counts, all used at the same moment');
	is($open->(), 0, 'none of them opens anything more');
	is($try->($mail, 'late'), undef, 'and a later try of the mail makes none');
	$mail = $invite->('second');
	my $newer = $invite->('third');
	is($try->($mail, 'older'), undef, 'the mail of an invitation that was replaced is not wanted');
	$dbh->do(q{SELECT staff.end_invitations(?, ?)}, undef, $tenant, $fay);
	is($try->($newer, 'newer'), undef, 'nor that of one withdrawn');
	$mail = $invite->('fourth');
	race(8, q{SELECT CASE WHEN ?::int % 2 = 0 THEN (SELECT email FROM staff.invitation_for_mail(?, ?, ?)) ELSE staff.end_invitations(?, ?)::text END},
		sub { $_[0] }, $tenant, $mail, sub { bytes("v$_[0]") }, $tenant, $fay);
	is($open->(), 0, 'withdrawn while tries of its mail are under way, no link stays open');
	as($other);
	is(value('SELECT count(*) FROM staff.open_invitations(?)', undef, $other), 0, 'another merchant sees none');
	as($tenant);
	$dbh->do('DELETE FROM staff.credential WHERE staff_id = ?', undef, $fay);
	$dbh->do(q{UPDATE staff.person SET state = 'suspended' WHERE staff_id = ?}, undef, $fay);
}

# ---- roles ----
my $role = value('SELECT sutler.uuid7()');
$dbh->do('INSERT INTO staff.role (tenant_id, role_id, name) VALUES (?, ?, ?)', undef, $tenant, $role, 'Packer');
$dbh->do('INSERT INTO staff.role_permission (tenant_id, role_id, permission) VALUES (?, ?, ?)', undef, $tenant, $role, $_) for 'orders.view', 'orders.fulfil';
my $ben = value('SELECT sutler.uuid7()');
$dbh->do(q{INSERT INTO staff.person (tenant_id, staff_id, email, state) VALUES (?, ?, 'ben@example.test', 'active')}, undef, $tenant, $ben);
$dbh->do('INSERT INTO staff.assignment (tenant_id, staff_id, role_id, store_id) VALUES (?, ?, ?, ?)', undef, $tenant, $ben, $role, $store[1]);
my $may = 'SELECT p FROM staff.permissions(?, ?, ?) p ORDER BY p';
is(all($may, $tenant, $ben, $store[1]), 'orders.fulfil orders.view', 'TEN-05 a role counts in its store');
is(all($may, $tenant, $ben, $store[0]), '', 'TEN-05 and in no other');
is(all('SELECT p FROM staff.permissions_everywhere(?, ?) p', $tenant, $ben), '', 'nor where all stores are meant');
is(all($may, $tenant, $ana, $store[0]), all('SELECT permission FROM staff.permission ORDER BY 1'), 'the owner may everything');
is(all('SELECT code FROM staff.stores_of(?, ?)', $tenant, $ben), 's1', 'he sees his store');
is(all('SELECT code FROM staff.stores_of(?, ?)', $tenant, $ana), 's0 s1', 'the owner all');
sub session { my ($who, $n, %o) = @_; $dbh->do(q{INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, store_id, expires_at)
	VALUES (?, sutler.uuid7(), ?, ?, ?, now() + interval '1 hour')}, undef, $tenant, bytes($n), $who, $o{store}); return }
session($ben, 'ben');
my $find = 'SELECT store_name || may FROM staff.session_find(?, ?)';
is(value($find, undef, $tenant, bytes('ben')), 'Store 1 orders.fulfil orders.view ', 'a session knows store and permissions');
is(value($find, undef, $other, bytes('ben')), undef, 'T27 not at another tenant');
my ($sid) = value('SELECT session_id FROM staff.session WHERE staff_id = ?', undef, $ben);
ok(!value('SELECT staff.choose_store(?, ?, ?)', undef, $tenant, $sid, $store[0]), 'TEN-05 he cannot choose another store');
ok(value('SELECT staff.choose_store(?, ?, ?)', undef, $tenant, $sid, $store[1]), 'but his own');
for (["UPDATE staff.person SET state = 'suspended' WHERE staff_id = ?", "UPDATE staff.person SET state = 'active' WHERE staff_id = ?", 'suspended'],
	["UPDATE staff.session SET seen_at = now() - interval '121 minutes' WHERE staff_id = ?", 'UPDATE staff.session SET seen_at = now() WHERE staff_id = ?', 'idle'],
	['UPDATE staff.session SET expires_at = now() WHERE staff_id = ?', "UPDATE staff.session SET expires_at = now() + interval '1 hour' WHERE staff_id = ?", 'old']) {
	my ($end, $begin, $name) = @$_;
	$dbh->do($end, undef, $ben);
	is(value($find, undef, $tenant, bytes('ben')), undef, "T33 $name: the session is over");
	$dbh->do($begin, undef, $ben);
	ok(value($find, undef, $tenant, bytes('ben')), 'and lives otherwise');
}
ok(!eval { $dbh->do('INSERT INTO staff.role (tenant_id, role_id, name, is_owner) VALUES (?, sutler.uuid7(), ?, true)', undef, $tenant, 'Second'); 1 }, 'there is one role of owners');
$dbh->disconnect;
done_testing;
