#!/usr/bin/perl
# Promise (CAT-19, P17): a large import comes in by parts, and one whose job is killed at any point goes on where it was:
# it ends as one that nobody disturbed, is counted and audited once, and the same file again changes nothing.  One that is
# ended midway says so.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use DBD::Pg;
use House qw(alive wait_for);
use Jobs;
use Test::More;

my $PRODUCTS = 1100;		# more than two parts
my $j = Jobs->new(no_mail => 1);
my %of = map { $_ => $j->merchant($_, locales => [['es', 'es-ES']]) } qw(clean killed);
for my $t (values %of) {
	$j->tenant($t);
	$t->{staff} = Jobs::id();
	$j->put('staff.person', tenant_id => $t->{tenant}, staff_id => $t->{staff}, email => "$t->{slug}\@example.test", state => 'active');
}

# Names twice, products that trade their addresses, one related to the last line: what looks beyond a part.
sub file
{
	my ($turn, $price) = @_;
	my ($left, $right) = $turn ? qw(right left) : qw(left right);
	my @rows = map { [ "P-$_", $_ % 400 ? "Suela $_" : 'Gemela', '', "P-$_", sprintf('%d.%02d', 5 + $_ % 90, $price), $_ % 7, $_ == 1 && $turn ? "P-$PRODUCTS" : '' ] } 1 .. $PRODUCTS;
	@{ $rows[2] }[0, 2, 3] = ('LEFT', $left, 'LEFT');
	@{ $rows[-2] }[0, 2, 3] = ('RIGHT', $right, 'RIGHT');
	return join '', map { join(',', @$_) . "\n" } [qw(product name:es slug:es sku price:EUR stock:A related)], @rows;
}

sub send_file
{
	my ($t, $bytes) = @_;
	my $id = Jobs::id();
	$j->tenant($t);
	$j->put('catalog.transfer', tenant_id => $t->{tenant}, transfer_id => $id, direction => 'import', store_id => $t->{store}, staff_id => $t->{staff},
		state => 'queued', file_name => 'big.csv', layout => 'own', bytes => length $bytes, reason => 'spring');
	my $put = $j->db->prepare('INSERT INTO catalog.transfer_part (tenant_id, transfer_id, part, data) VALUES (?, ?, 0, ?)');
	$put->bind_param(3, undef, { pg_type => DBD::Pg::PG_BYTEA() });
	$put->execute($t->{tenant}, $id, $bytes);
	return $id;
}

sub of { my ($id, $column) = @_; return $j->value("SELECT $column FROM catalog.transfer WHERE transfer_id = ?", $id) }

# The merchant's catalogue in words, without ids.
sub picture
{
	my ($t) = @_;
	my $ids = join ',', map { "'$_'" } $t->{tenant}, $t->{store}, $t->{staff};
	return join "\n", map { $j->value("SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, E'\\n' ORDER BY x::text)), '') FROM ($_) x WHERE true", $t->{tenant}) } (
		'SELECT p.reference, p.status, t.locale, t.slug, t.name, s.position, s.visible FROM catalog.product p JOIN catalog.product_text t USING (tenant_id, product_id) JOIN catalog.store_product s USING (tenant_id, product_id) WHERE p.tenant_id = ?',
		'SELECT v.sku, v.status, p.currency, p.amount, k.on_hand FROM catalog.variant v LEFT JOIN catalog.price p USING (tenant_id, variant_id) LEFT JOIN inventory.stock k USING (tenant_id, variant_id) WHERE v.tenant_id = ?',
		'SELECT a.reference, b.reference AS other, r.position FROM catalog.related r JOIN catalog.product a USING (tenant_id, product_id) JOIN catalog.product b ON b.product_id = r.related_id WHERE r.tenant_id = ?',
		'SELECT l.slug, l.name, l.locale, l.currency, l.price, l.position FROM catalog.listing l WHERE l.tenant_id = ?',
		'SELECT v.sku, m.quantity, m.kind FROM inventory.movement m JOIN catalog.variant v USING (tenant_id, variant_id) WHERE m.tenant_id = ?',
		'SELECT h.locale, h.slug, p.reference FROM catalog.slug_history h JOIN catalog.product p ON p.product_id = h.target_id WHERE h.tenant_id = ?',
		"SELECT e.action, e.reason, (e.detail::jsonb) - 'store' FROM audit.entry e WHERE e.tenant_id = ?");
}

sub clean { my ($file) = @_; my $id = send_file($of{clean}, $file); $j->run('transfer', '--once') for 1 .. 2; return $id }

# Once behind a part that is in, then anywhere.
sub killed
{
	my ($file) = @_;
	my $id = send_file($of{killed}, $file);
	my ($kills, $at) = (0, -1);
	my $pid = $j->start('transfer', '--once');
	wait_for(60, sub { of($id, 'place') > 0 || !alive($pid) });
	kill 'KILL', $pid;
	wait_for(20, sub { !alive($pid) && !$j->value(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = '_sutler-transfer'}) });
	cmp_ok(of($id, 'place'), '>', 0, 'killed when a part was in');
	is(of($id, 'state'), 'applying', 'it is under way still');
	for (1 .. 6) {
		$at = of($id, 'place');
		$kills += $j->kill_after(50 + int rand 1500, 'transfer', '--once');
		cmp_ok(of($id, 'place'), '>=', $at, 'it never goes back');
	}
	# What did not come further three times is given up; here somebody looks after it.
	$j->change(q{UPDATE catalog.transfer SET tries = 0 WHERE transfer_id = ?}, $id);
	$j->run('transfer', '--once') for 1 .. 2;
	note("$kills more kills");
	return $id;
}

for my $turn (0, 1) {
	subtest $turn ? 'products that are there' : 'new products' => sub {
		my $file = file($turn, 90 + $turn);
		my ($whole, $broken) = (clean($file), killed($file));
		is(of($broken, 'state'), 'done', 'it comes to its end') or diag of($broken, 'why');
		is(of($whole, 'state'), 'done', 'as the other does') or diag of($whole, 'why');
		is(picture($of{killed}), picture($of{clean}), 'with the same catalogue, ledger and audit log');
		is(of($broken, "concat_ws(' ', created, updated, unchanged, skipped)"), of($whole, "concat_ws(' ', created, updated, unchanged, skipped)"), 'and the same figures');
		my $before = picture($of{killed});
		my $again = send_file($of{killed}, $file);
		$j->run('transfer', '--once') for 1 .. 2;
		is(of($again, "concat_ws(' ', state, created, updated, unchanged)"), "done 0 0 $PRODUCTS", 'the same file again changes nothing');
		is(picture($of{killed}), $before, 'not a row');
	};
}

subtest 'ended midway' => sub {
	my $t = $of{killed};
	my $id = send_file($t, file(1, 50));
	my $pid = $j->start('transfer', '--once');
	wait_for(60, sub { of($id, 'place') > 0 || !alive($pid) });
	is($j->value('SELECT catalog.transfer_cancel(?, ?, ?, ?)', @$t{qw(tenant staff store)}, $id), 'asked', 'somebody wants it to end');
	wait_for(60, sub { !alive($pid) });
	is(of($id, 'state'), 'cancelled', 'it ends');
	cmp_ok(of($id, 'updated'), '>', 0, 'what is in by then stays');
	is($j->value(q{SELECT detail::jsonb ->> 'partly' FROM audit.entry WHERE tenant_id = ? AND target = ?}, $t->{tenant}, "import $id"), 'true', 'and is in the audit log');
	is($j->value(q{SELECT count(*) FROM catalog.listing l JOIN catalog.variant v USING (tenant_id, product_id) JOIN catalog.price p USING (tenant_id, variant_id)
		WHERE l.tenant_id = ? AND l.price <> p.amount}, $t->{tenant}), 0, 'no card differs from its price');
};

done_testing;
