#!/usr/bin/perl
# Promise: a price group is of one merchant; what names it names one that is there, whatever happens at
# the same moment; it cannot go while somebody is in it or a price is for it; each change is written
# down; and whose prices count is told by a living session, of nobody else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Fixture;
use Race;
use Schema;
use Test::More;

my $s = Schema->new;
my $dbh = $s->dbh;
my $f = Fixture->new($dbh);
my ($acme, $bahari) = @{ $f->{tenant} }{qw(acme bahari)};
my ($serial, $one) = (0, $f->{store}{one});

sub value { my ($sql, @bind) = @_; return ($dbh->selectrow_array($sql, undef, @bind))[0] }
sub tenant { my ($t) = @_; return $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t) }

sub person
{
	my ($store) = @_;
	my $id = value('SELECT sutler.uuid7()');
	$f->add('customer.person', tenant_id => $acme, customer_id => $id, store_id => $f->{store}{$store}, name => 'Ana Ruiz', email => 'p' . $serial++ . '@example.test');
	return $id;
}

tenant($acme);
my $staff = value('SELECT sutler.uuid7()');
$f->add('staff.person', tenant_id => $acme, staff_id => $staff, email => 'staff@example.test', name => 'Ben', state => 'active');
my ($ana, $eva) = map { person($_) } qw(one two);

sub save { my ($new, $code, $name) = @_; return value('SELECT customer.save_group(?, ?, ?, ?, ?)', $acme, $staff, $new, $code, $name) }
sub drop { my ($code) = @_; return value('SELECT customer.drop_group(?, ?, ?, ?)', $acme, $staff, $code, 'not wanted') }
sub put { my ($store, $who, $code) = @_; return value('SELECT customer.desk_group(?, ?, ?, ?, ?, ?)', $acme, $staff, $store, $who, $code, 'buys much') }
sub price
{
	my ($code, $amount) = @_;
	return value('SELECT catalog.desk_prices(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', $acme, $staff, $f->{product}{PLAIN},
		value('SELECT revision FROM catalog.product WHERE product_id = ?', $f->{product}{PLAIN}), $one, 'EUR', $code, [$f->{variant}{PLAIN}], [$amount], [-1], 'by hand');
}
sub audits { my ($action) = @_; return value('SELECT count(*) FROM audit.entry WHERE action = ?', $action) }

is save(1, 'TRADE', 'Resellers'), 'ok', 'a group is made';
is save(1, 'TRADE', 'Others'), 'code', 'a code is of one group';
is save(1, 'CLUB', 'RESELLERS'), 'name', 'and so is a name, however it is written';
is save(1, 'CLUB', 'Club'), 'ok', 'another one';
is save(0, 'CLUB', 'resellers'), 'name', 'nor is a name taken by renaming';
is save(0, 'CLUB', 'The club'), 'ok', 'it is renamed';
is save(0, 'NONE', 'x'), 'gone', 'one that is not there is not';
is audits('group.made') . audits('group.renamed'), '21', 'what happened is written down, and nothing else';
is value(q{SELECT count(*) FROM audit.entry WHERE action LIKE 'group.%' AND actor = ?}, $staff), 3, 'with who did it';

is put(undef, $ana, 'TRADE'), 'ok', 'a customer is in it';
is put(undef, $ana, 'TRADE'), 'ok', 'twice is once';
is audits('customer.grouped'), 1, 'in the log as well';
is value(q{SELECT reason || detail FROM audit.entry WHERE action = 'customer.grouped'}), 'buys much{"from" : "", "to" : "TRADE"}', 'which knows why, from where and to where';
is put(undef, $ana, 'NONE'), 'no_group', 'of no group that is not there';
is put($one, $eva, 'TRADE'), 'unknown', 'T26 nobody of another store';
is drop('TRADE'), 'members', 'a group in use stays';
is put(undef, $ana, ''), 'ok', 'out of it';

is price('NONE', 800), 'gone', 'no price for no group';
is price('TRADE', 800), 'ok', 'a price for the group';
is value('SELECT price FROM catalog.listing WHERE product_id = ? AND store_id = ? AND currency = ? LIMIT 1', $f->{product}{PLAIN}, $one, 'EUR'), 1000, 'is not everybody\'s';
is value(q{SELECT detail::jsonb->>'group' FROM audit.entry WHERE action = 'product.priced'}), 'TRADE', 'the log says whose';
is drop('TRADE'), 'prices', 'a group with a price stays';
is price('TRADE', -1), 'ok', 'the price goes';
is value('SELECT amount FROM catalog.price WHERE variant_id = ? AND store_id = ? AND currency = ?', $f->{variant}{PLAIN}, $one, 'EUR'), 1000, 'and everybody\'s stays';
is drop('TRADE'), 'ok', 'an unused group goes';
is drop('TRADE'), 'gone', 'once';

# What no function may pass by.
ok !eval { $dbh->do(q{UPDATE customer.person SET price_group = 'NONE' WHERE customer_id = ?}, undef, $ana); 1 }, 'nobody is in a group that is not there';
ok !eval { $f->add('catalog.price', tenant_id => $acme, store_id => $one, variant_id => $f->{variant}{PLAIN}, currency => 'EUR', customer_group => 'NONE', amount => 1); 1 },
	'no price is for one';
put(undef, $ana, 'CLUB');
ok !eval { $dbh->do(q{DELETE FROM customer.price_group WHERE code = 'CLUB'}); 1 }, 'one in use cannot be deleted';

# Other merchants.
my $connect = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-customers') };
my $foreign = $connect->();
$foreign->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $bahari);
is(($foreign->selectrow_array('SELECT count(*) FROM customer.price_group'))[0], 0, 'T26 another merchant sees no group');
$foreign->disconnect;
tenant($bahari);
is value('SELECT customer.save_group(?, ?, true, ?, ?)', $bahari, $staff, 'CLUB', 'The club'), 'ok', 'and has one of the same name';
tenant($acme);

# Who is signed in.
my $hash = sub { my ($word) = @_; return value(q{SELECT encode(sha256(convert_to(?, 'UTF8')), 'hex')}, $word) };
my $of = sub { my ($tenant, $word) = @_; return value(q{SELECT customer.session_group(?, decode(?, 'hex'))}, $tenant, $hash->($word)) };
$dbh->do(q{INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at) VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 hour')},
	undef, $acme, $hash->('a'), $ana);
is $of->($acme, 'a'), 'CLUB', 'a session tells its group';
is $of->($acme, 'b'), undef, 'a guess does not';
tenant($bahari);
is $of->($bahari, 'a'), undef, 'T26 nor at another merchant';
tenant($acme);
$dbh->do(q{UPDATE customer.session SET expires_at = sutler.now()});
is $of->($acme, 'a'), undef, 'nor one that has ended';

# At the same moment.
save(1, 'RACE', 'Race');
my @crowd = map { person('one') } 1 .. 6;
my $seen = Race::at_once($dbh, $connect, $acme,
	(map { my $who = $_; sub { my ($d) = @_; return ($d->selectrow_array('SELECT customer.desk_group(?, ?, NULL, ?, ?, ?)', undef, $acme, $staff, $who, 'RACE', 'why'))[0] } } @crowd),
	sub { my ($d) = @_; return 'drop ' . ($d->selectrow_array('SELECT customer.drop_group(?, ?, ?, ?)', undef, $acme, $staff, 'RACE', 'why'))[0] });
my $left = value(q{SELECT count(*) FROM customer.price_group WHERE code = 'RACE'});
is value(q{SELECT count(*) FROM customer.person WHERE price_group = 'RACE'}), $seen->{ok} // 0, 'who was put into it is in it';
is(($seen->{'drop ok'} // 0) + $left, 1, 'a group went before anybody came, or stayed') or diag explain $seen;
is(($seen->{ok} // 0) + ($seen->{no_group} // 0), 6, 'and nobody was told anything else') or diag explain $seen;
done_testing;
