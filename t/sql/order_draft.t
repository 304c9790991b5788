#!/usr/bin/perl
# Promise: an order that staff put together (ORD-16) is placed once, however many press the button at the same moment; until
# then it holds no stock, and of two who change it one is told; who is forgotten is forgotten in drafts too.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use CardOrder;
use Fixture;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my $c = CardOrder->new($dbh, $f);
my ($tenant, $store) = @$c{qw(tenant store)};
my $actor = $c->id;

sub value { return ($dbh->selectrow_array(@_))[0] }
sub call { my ($d, $name, @p) = @_; return ($d->selectrow_array("SELECT $name(" . join(', ', ('?') x (@p + 1)) . ')', undef, $tenant, @p))[0] }
sub draft { my $id = $c->id; call($dbh, 'sales.draft_new', $actor, $store, $id, 'es', 'EUR') eq 'ok' or die; return $id }
sub put
{
	my ($d, $draft, $revision, $sku, $n, %o) = @_;
	return call($d, 'sales.draft_put', $actor, $store, $draft, $revision, [$f->{variant}{$sku}], [$n], $f->{method}{post}, $o{payment} // 'bank_transfer', 0, '', '',
		$o{email} // 'b@example.test', '', 'consumer', '', 'B', '', 'S', '', '1', 'C', '', 'ES');
}
sub place
{
	my ($d, $draft, $revision, $sku, $n) = @_;
	my $sth = $d->prepare(q{SELECT sales.draft_place(?, ?, ?, ?, ?, sutler.uuid7(), ?, 400, 7, false, '', ?, 0, 0, 0, ?, 'Post', NULL, NULL, ?, ?, '{1000}', '{0}', '{0}', ?, ?, '{P}', '{""}', '{""}',
		'{""}', '{f}', '{1}', '{}', '{}', '{}', '{}')});
	my @p = ($tenant, $actor, $store, $draft, $revision, pack('H*', sprintf '%064x', int(rand(2**31)) * 100_000 + $$), 1000 * $n, 1000 * $n, [$f->{variant}{$sku}], [$n], [1000 * $n], [$sku]);
	$sth->bind_param($_, $p[$_ - 1], $_ == 6 ? { pg_type => DBD::Pg::PG_BYTEA() } : ()) for 1 .. @p;
	$sth->execute;
	return ($sth->fetchrow_array)[0];
}
sub at_once { return Race::at_once($dbh, sub { return $s->dbh }, $tenant, @_) }
sub orders { return value('SELECT count(*) FROM sales."order" WHERE cart_id = ?', undef, $_[0]) }

{
	my $d = draft();
	is(call($dbh, 'sales.draft_new', $actor, $store, $c->id, 'xx', 'EUR'), 'unknown', 'a language the store has not');
	is(put($dbh, $d, 0, 'FEW', 3), 'ok', 'three pieces are wanted');
	is(value('SELECT count(*) FROM inventory.hold'), 0, 'and none held');
	is(put($dbh, $d, 0, 'FEW', 1), 'again', 'who saw an older one is told');
	is(put($dbh, $d, 1, 'FEW', 2, payment => 'gold'), 'way', 'a way of payment the store has not');
	is(call($dbh, 'sales.draft_drop', $actor, $f->{store}{two}, $d, 1), 'unknown', 'another store has no such draft');
	my $seen = at_once(map { sub { return put($_[0], $d, 1, 'FEW', 2) } } 1 .. 6);
	is_deeply($seen, { ok => 1, again => 5 }, 'of six who change it at once one does');
	$seen = at_once(map { sub { return place($_[0], $d, 2, 'FEW', 2) } } 1 .. 8);
	is_deeply($seen, { ok => 1, placed => 7 }, 'of eight who place it at once one does');
	is(orders($d), 1, 'it is one order');
	is(value('SELECT sum(held) FROM inventory.stock WHERE variant_id = ?', undef, $f->{variant}{FEW}), 2, 'that holds its pieces once');
	is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'order.placed'}), 1, 'with one entry in the audit log');
	is(put($dbh, $d, 2, 'FEW', 1), 'placed', 'and is no draft any more');
	is(call($dbh, 'sales.draft_drop', $actor, $store, $d, 2), 'placed', 'nor thrown away');
}

# Two drafts want the last piece, and each is changed while it is placed.
for my $round (1 .. 4) {
	$f->stock($tenant, 'LAST', 'W1', 1 + value('SELECT sum(held) FROM inventory.stock WHERE variant_id = ?', undef, $f->{variant}{LAST}));
	my @d = map { draft() } 1 .. 2;
	put($dbh, $_, 0, 'LAST', 1) for @d;
	my $seen = at_once((map { my $d = $_; sub { $_[0]->do('SAVEPOINT before'); my $w = place($_[0], $d, 1, 'LAST', 1); $_[0]->do('ROLLBACK TO before') if $w ne 'ok'; return $w } } @d),
		(map { my $d = $_; sub { my $w = put($_[0], $d, 1, 'PLAIN', 1); return $w eq 'ok' ? 'changed' : $w } } @d));
	my $placed = orders($d[0]) + orders($d[1]);
	cmp_ok($placed, '<=', 1, "round $round: the last piece is ordered once at most");
	is(value('SELECT sum(held) FROM inventory.stock WHERE variant_id = ?', undef, $f->{variant}{LAST}), value(q{SELECT coalesce(sum(l.quantity), 0) FROM sales.order_line l
		WHERE l.variant_id = ?}, undef, $f->{variant}{LAST}), 'and held for who ordered it') or diag(join ' ', %$seen);
	is(value(q{SELECT count(*) FROM sales.draft d JOIN sales.cart k ON k.cart_id = d.draft_id WHERE d.placed <> (k.state = 'ordered')}), 0, 'drafts say what they are');
}

{
	my ($d, $customer) = (draft(), $c->id);
	$f->add('customer.person', tenant_id => $tenant, store_id => $store, customer_id => $customer, email => 'eva@example.test', name => 'Eva', locale => 'es');
	is(call($dbh, 'sales.draft_customer', $actor, $store, $d, 0, $c->id), 'customer', 'a customer who is none');
	is(call($dbh, 'sales.draft_customer', $actor, $store, $d, 0, $customer), 'ok', 'one who is');
	call($dbh, 'customer.erase', $customer, 'x', 'asked');
	is(value('SELECT count(*) FROM sales.draft WHERE draft_id = ?', undef, $d), 0, 'who is forgotten takes his draft along');
	is(value(q{SELECT count(*) FROM sales.contact WHERE email = 'eva@example.test'}), 0, 'and what it knew of him');
}

done_testing;
