#!/usr/bin/perl
# Promise: scheduled work never overlaps and may die anywhere (reliability P17): killed at
# random points and run again it leaves the database that one clean run leaves; time is
# the database's (T77), and after days without cron it catches up within bounds (T78).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use DBI;
use House qw(alive wait_for);
use Jobs;
use Test::More;

my $j = Jobs->new(no_mail => 1);
my @merchants = map { $j->merchant("shop-$_") } 1 .. 3;

sub ok_run
{
	my ($name, $want, @args) = @_;
	my ($status, $text) = $j->run($name, @args);
	is($status, $want // 0, "$name ends with " . ($want // 0)) or diag $text;
	return $text;
}

# Holds of carts, $each for every merchant, over since an hour.
sub hold
{
	my ($each) = @_;
	for my $t (@merchants) {
		$j->tenant($t);
		$j->change(q{INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, cart_id, expires_at)
			SELECT ?, sutler.uuid7(), ?, ?, 1, sutler.uuid7(), now() - interval '1 hour' FROM generate_series(1, ?)},
			@$t{qw(tenant variant warehouse)}, $each);
		$j->change('UPDATE inventory.stock SET held = held + ? WHERE variant_id = ?', $each, $t->{variant});
	}
	return;
}

subtest 'T78 a second copy' => sub {
	for my $name (qw(release-holds tend-stock reconcile-stock study-stock abandoned-carts deliver privacy)) {
		my $key = unpack 'N', pack 'H*', sprintf '%08x', crc32($name);
		$j->value('SELECT pg_advisory_lock(?)', $key);
		my $began = time;
		like(ok_run($name), qr/another copy/, "$name: the other ends");
		cmp_ok(time - $began, '<', 3, "$name: at once");
		$j->value('SELECT pg_advisory_unlock(?)', $key);
	}
};

# CRC-32 as zlib reckons it.
sub crc32
{
	my $c = 0xffffffff;
	for my $byte (unpack 'C*', $_[0]) {
		$c ^= $byte;
		$c = $c & 1 ? ($c >> 1) ^ 0xedb88320 : $c >> 1 for 1 .. 8;
	}
	return $c ^ 0xffffffff;
}

subtest 'usage and failure' => sub {
	ok_run('release-holds', 64, '--what');
	ok_run('release-holds', 64, 'what');
	local $ENV{PGHOST};
	$j->write_config('database.connection' => 'host=/nonexistent dbname=shop');
	ok_run('release-holds', 69);
	$j->write_config('log.level' => 'loud');
	ok_run('release-holds', 78);
	$j->write_config;
	$j->change('ALTER TABLE inventory.hold RENAME COLUMN quantity TO q');
	hold_broken();
	$j->change('ALTER TABLE inventory.hold RENAME COLUMN q TO quantity');
	ok_run('release-holds');
};

sub hold_broken
{
	like(ok_run('release-holds', 1), qr/job failed for a tenant/, 'a defect is told');
	return;
}

subtest 'release-holds' => sub {
	hold(450);
	$j->tenant($merchants[0]);
	my $kept = Jobs::id();
	$j->put('inventory.hold', tenant_id => $merchants[0]{tenant}, hold_id => $kept, variant_id => $merchants[0]{variant},
		warehouse_id => $merchants[0]{warehouse}, quantity => 2, cart_id => Jobs::id(), expires_at => $j->value("SELECT now() + interval '5 minutes'"));
	$j->change('UPDATE inventory.stock SET held = held + 2 WHERE variant_id = ?', $merchants[0]{variant});
	ok_run('release-holds');
	is_deeply([ $j->column('SELECT hold_id FROM inventory.hold') ], [$kept], 'only what is over ends');
	is_deeply([ $j->column('SELECT held FROM inventory.stock ORDER BY held') ], [0, 0, 2], 'the pieces are free again');
	# The job's own clock says nothing.
	$j->clock('-1 day');
	ok_run('release-holds');
	is($j->value('SELECT count(*) FROM inventory.hold'), 1, 'the database says: not yet');
	$j->clock('+6 minutes');
	ok_run('release-holds');
	is($j->value('SELECT count(*) FROM inventory.hold'), 0, 'the database says: over');
	$j->clock('');
};

# What a run leaves: everything but times and ids made on the way.
sub picture
{
	return join "\n",
		map { join '|', @$_ } map { @{ $j->db->selectall_arrayref($_) } }
		'SELECT variant_id, on_hand, held, short FROM inventory.stock ORDER BY 1',
		'SELECT count(*) FROM inventory.hold',
		'SELECT cart_id, step FROM marketing.reminder ORDER BY 1, 2',
		'SELECT template, cart_id, state FROM event.outbox ORDER BY 1, 2',
		'SELECT o.cart_id FROM event.ready r JOIN event.outbox o USING (tenant_id, outbox_id) ORDER BY 1',
		'SELECT variant_id, what, counted, proven FROM inventory.difference ORDER BY 1, 2',
		'SELECT variant_id, on_hand, sold_90, age_30 FROM inventory.insight ORDER BY 1',
		'SELECT tenant_id, variants, ended_at IS NOT NULL FROM inventory.study ORDER BY 1';
}

sub wipe
{
	for my $table (qw(event.ready event.outbox marketing.reminder inventory.difference inventory.hold inventory.insight inventory.forecast inventory.study)) {
		$j->change("DELETE FROM $table");
	}
	$j->change('UPDATE inventory.stock SET held = 0');
	return;
}

subtest 'reminders' => sub {
	my $t = $merchants[0];
	my %c = map { $_ => $j->cart($t, email => "$_\@example.org", reminders => $_ ne 'unasked') }
		qw(fresh old older ancient unasked opted ordered empty);
	my %age = (fresh => '3 hours', old => '5 hours', older => '60 hours', ancient => '8 days');
	$j->change("UPDATE sales.cart SET touched_at = now() - interval '" . ($age{$_} // '5 hours') . "' WHERE cart_id = ?", $c{$_}{cart})
		for keys %c;
	$j->change("UPDATE sales.cart SET state = 'ordered' WHERE cart_id = ?", $c{ordered}{cart});
	$j->change('DELETE FROM sales.cart_line WHERE cart_id = ?', $c{empty}{cart});
	$j->tenant($t);
	$j->change("INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (?, sha256('opted'), ?)", $t->{tenant}, $c{opted}{cart});
	is($j->value("SELECT marketing.opt_out(?, sha256('opted'))", $t->{tenant}), 1, 'who has the link opts out');
	is($j->value("SELECT marketing.opt_out(?, sha256('guess'))", $t->{tenant}), 0, 'a guess does nothing');
	$j->change('UPDATE sales.cart SET reminders = true WHERE cart_id = ?', $c{opted}{cart});
	my $mailed = sub { join ' ', sort map { my $cart = $_; grep { $c{$_}{cart} eq $cart } keys %c } $j->column('SELECT cart_id FROM event.outbox ORDER BY 1') };
	ok_run('abandoned-carts') for 1 .. 2;
	is($mailed->(), 'old older', 'those who left and wish it, once');
	$j->clock('+43 hours');
	ok_run('abandoned-carts');
	is($mailed->(), 'fresh old older', 'the next one; no second reminder yet');
	$j->clock('+45 hours');
	ok_run('abandoned-carts') for 1 .. 2;
	is($mailed->(), 'fresh old old older older', 'the second after two days');
	$j->clock('+6 days');
	ok_run('abandoned-carts') for 1 .. 3;
	is($mailed->(), 'fresh fresh old old older older', 'never a third');
	$j->clock('');
	wipe();
	$j->change('DELETE FROM sales.cart_line');
};

subtest 'T78 after three days without cron' => sub {
	my @carts = map { $j->cart($merchants[1], email => "late$_\@example.org", reminders => 1) } 1 .. 250;
	$j->change("UPDATE sales.cart SET touched_at = now() - interval '70 hours' WHERE cart_id = ANY(?)", [map { $_->{cart} } @carts]);
	ok_run('abandoned-carts');
	is($j->value('SELECT count(*) FROM event.outbox'), 250, 'one mail each, not one for each missed step');
	wipe();
	hold(300);
	ok_run('release-holds');
	is($j->value('SELECT count(*) FROM inventory.hold'), 0, 'all holds end');
	wipe();
	$j->change('DELETE FROM sales.cart_line');
};

subtest 'reconcile-stock' => sub {
	my $text = ok_run('reconcile-stock');
	unlike($text, qr/differs/, 'all is proven');
	$j->change('UPDATE inventory.stock SET on_hand = on_hand + 5 WHERE variant_id = ?', $merchants[2]{variant});
	$text = ok_run('reconcile-stock', 1);
	like($text, qr/stock differs from its proof.*"what":"on_hand","counted":"1005","proven":"1000"/, 'a difference is told');
	is($j->value('SELECT count(*) FROM inventory.difference'), 1, 'and kept');
	ok_run('reconcile-stock');
	is($j->value('SELECT count(*) FROM inventory.difference'), 1, 'told once');
	$j->change('UPDATE inventory.stock SET on_hand = on_hand - 5 WHERE variant_id = ?', $merchants[2]{variant});
	my $months = $j->value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'event.outbox'::regclass");
	$j->clock('+2 months');
	ok_run('reconcile-stock');
	is($j->value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'event.outbox'::regclass"), $months + 2, 'tables of the coming months are made');
	is($j->value(q{SELECT count(*) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relkind = 'r' AND NOT c.relforcerowsecurity}), 0,
		'each under its policy');
	$j->clock('');
	wipe();
};

subtest 'T78 killed at random points' => sub {
	my @carts = map { $j->cart($_, email => 'k@example.org', reminders => 1) } map { ($_) x 120 } @merchants;
	$j->change("UPDATE sales.cart SET touched_at = now() - interval '5 hours' WHERE cart_id = ANY(?)", [map { $_->{cart} } @carts]);
	my $prepare = sub {
		wipe();
		hold(900);
		$j->change('UPDATE inventory.stock SET held = held + 1 WHERE variant_id = ?', $merchants[1]{variant});
	};
	my @jobs = qw(release-holds abandoned-carts reconcile-stock study-stock);
	$prepare->();
	$j->run($_) for @jobs;
	my $clean = picture();
	my $killed = 0;
	for my $round (1 .. 5) {
		$prepare->();
		for my $name (@jobs) {
			$killed += $j->kill_after(4 + int rand 60, $name) for 1 .. 7;
			$j->run($name);
		}
		is(picture(), $clean, "round $round: the same as one clean run");
	}
	cmp_ok($killed, '>=', 20, "$killed kills");
};

done_testing;
