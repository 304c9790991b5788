#!/usr/bin/perl
# Promise: the doors of a store's settings change what they are asked to and nothing else, refuse what
# was filled in over an older state, and of two who take the same at the same moment one is told; no
# door opens on another merchant's store.
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
my ($one, $three) = @{ $f->{store} }{qw(one three)};
my $actor = '01900000-0000-7000-8000-00000000aaaa';
sub value { return ($dbh->selectrow_array(shift, undef, @_))[0] }
sub as { my ($t) = @_; $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return }
sub revision { return value('SELECT revision FROM tenancy.store WHERE store_id = ?', $_[0]) }
sub store { my ($tenant, $store, $revision, %new) = @_; my @k = sort keys %new;
	return value('SELECT tenancy.desk_store(?, ?, ?, ?, ?, ?, ?)', $tenant, $actor, $store, $revision, \@k, [@new{@k}], '') }

# ---- the store ----
as($acme);
my $was = revision($one);
is(store($acme, $one, $was, city => 'Elche', low_stock => 7), 'ok', 'a store is changed');
is(value(q{SELECT city || low_stock FROM tenancy.store WHERE store_id = ?}, $one), 'Elche7', 'as asked');
cmp_ok(revision($one), '>', $was, 'and its revision counts');
is(store($acme, $one, $was, city => 'Elx'), 'changed', 'a form over the older one is refused');
is(store($acme, $one, revision($one), city => 'Elche'), 'ok', 'nothing new is nothing');
is(value(q{SELECT count(*) FROM audit.entry WHERE action = 'store.changed'}), 1, 'and no entry of the log');
is(store($acme, $one, revision($one), revision => 1), 'gone', 'what is no setting is not set');
is(store($acme, $one, revision($one), tenant_id => $bahari), 'gone', 'least of all whose it is');
is(store($acme, $three, 1, city => 'Elx'), 'gone', 'T26 nor another merchant\'s store');
is(store($bahari, $three, 1, city => 'Elx'), 'gone', 'T26 whatever tenant is said');

# ---- languages and currencies ----
sub languages { my ($tags, $money, $steps, $revision) = @_;
	return value('SELECT tenancy.desk_languages(?, ?, ?, ?, ?, ?, ?, ?)', $acme, $actor, $one, $revision // revision($one), $tags, $money, $steps, 'why') }
is(languages(['es-ES', 'es-MX', 'en-GB', 'en-US'], ['EUR'], [1]), 'ok', 'languages and currencies are set');
is(value(q{SELECT string_agg(locale || ' ' || position, ', ' ORDER BY position) FROM tenancy.store_locale WHERE store_id = ?}, $one), 'es 0, es-mx 1, en 2, en-us 3',
	'a second country of a language has it in its path, as a store file has');
is(languages([], ['EUR'], [1]), 'language', 'none is refused');
is(languages(['es-ES', 'es-ES'], ['EUR'], [1]), 'language', 'one twice too');
is(languages(['es-ES'], ['EUR', 'EUR'], [1, 1]), 'currency', 'likewise currencies');
is(languages(['es-ES'], ['EUR'], [1], 1), 'changed', 'and an old form');

# ---- hosts ----
sub role { return $s->dbh('_sutler-admin-settings') }
sub add { my ($t, $store, $host) = @_; return value('SELECT tenancy.desk_host_add(?, ?, ?, ?, ?, ?)', $t, $actor, $store, $host, 'store', 'why') }
is(add($acme, $one, 'shop.example.test'), 'ok', 'a store gets a host');
is(add($acme, $one, 'shop.example.test'), 'here', 'once');
is(add($acme, $three, 'more.example.test'), 'gone', 'T26 another merchant\'s store gets none');
as($bahari);
is(add($bahari, $three, 'shop.example.test'), 'taken', 'T26 nor does another merchant get that host');
is(value('SELECT tenancy.desk_host_remove(?, ?, ?, ?, ?)', $bahari, $actor, $three, 'shop.example.test', 'why'), 'gone', 'T26 or take it away');
as($acme);
my $seen = Race::at_once($dbh, sub { role() }, $acme, map { sub { return ($_[0]->selectrow_array('SELECT tenancy.desk_host_add(?, ?, ?, ?, ?, ?)', undef,
	$acme, $actor, $one, 'race.example.test', 'store', 'why'))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, here => 5 }, 'of six who add it at once, one does') or diag explain $seen;
my $revision = revision($one);
$seen = Race::at_once($dbh, sub { role() }, $acme, map { my $n = $_; sub { return ($_[0]->selectrow_array('SELECT tenancy.desk_store(?, ?, ?, ?, ?, ?, ?)', undef,
	$acme, $actor, $one, $revision, ['city'], ["Town $n"], ''))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, changed => 5 }, 'of six who save one store, one does') or diag explain $seen;
# ---- taxes ----
my @rate = ($acme, $actor, $one);
$seen = Race::at_once($dbh, sub { role() }, $acme, map { my $n = $_; sub { return ($_[0]->selectrow_array(
	'SELECT accounting.desk_rate(?, ?, ?, sutler.uuid7(), ?, ?, ?, ?, ?, ?, 70000, ?, 1, false, true, ?, ?, ?)', undef, @rate, "r$n", 'standard', 'JP', '', '', 'any', 'Tax', 'taxed', '2090-01-01', 'why'))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, overlap => 5 }, 'of six rates for the same at the same time, one counts') or diag explain $seen;
my $rate = value(q{SELECT tax_rate_id FROM accounting.tax_rate WHERE store_id = ? AND country = 'JP'}, $one);
$seen = Race::at_once($dbh, sub { role() }, $acme, map { sub { return ($_[0]->selectrow_array(
	'SELECT accounting.desk_follow_rate(?, ?, ?, ?, sutler.uuid7(), 80000, ?, ?, ?)', undef, @rate, $rate, 'Tax', '2091-01-01', 'why'))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, ended => 5 }, 'of six that would follow it, one does') or diag explain $seen;
as($bahari);
is(value('SELECT accounting.desk_end_rate(?, ?, ?, ?, ?, ?)', $bahari, $actor, $three, $rate, '2092-01-01', 'why'), 'gone', 'T26 another merchant ends none of it');
as($acme);

# ---- payment ----
as($acme);
my $over = value(q{SELECT revision FROM payment.method WHERE store_id = ? AND method = 'cod'}, $one);
my @locales = map { $_->[0] } @{ $dbh->selectall_arrayref('SELECT locale FROM tenancy.store_locale WHERE store_id = ?', undef, $one) };
my $way = 'SELECT payment.desk_way(?, ?, ?, ?, ?, false, 3, 0, false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
my @none = map { [] } 1 .. 5;
$seen = Race::at_once($dbh, sub { role() }, $acme, map { my $n = $_; sub { return ($_[0]->selectrow_array($way, undef,
	$acme, $actor, $one, 'cod', $over, \@locales, [map { "Cash $n" } @locales], [map { '' } @locales], ['ES'], @none, 'why'))[0] } } 1 .. 6);
is_deeply($seen, { ok => 1, changed => 5 }, 'of six who save one way of payment, one does') or diag explain $seen;
is(value($way, $bahari, $actor, $one, 'cod', 0, \@locales, [map { 'x' } @locales], [map { '' } @locales], [], @none, 'why'), 'gone',
	'T26 another merchant changes none of it');

my $d = role();
ok(!eval { local $d->{PrintError} = 0; $d->do("UPDATE tenancy.store SET name = 'x'"); 1 }, 'the program itself writes nothing');
$d->disconnect;

done_testing;
