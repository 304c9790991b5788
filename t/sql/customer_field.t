#!/usr/bin/perl
# Promise: own fields about customers are of one merchant and at most 20; what stands in one is what its
# kind can be, all of a form or nothing; who is forgotten leaves nothing in them, and a field that goes
# takes its values along, whatever is written at the same moment.
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
my $serial = 0;

sub value { my ($sql, @bind) = @_; return ($dbh->selectrow_array($sql, undef, @bind))[0] }
sub tenant { my ($t) = @_; return $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t) }
sub person
{
	my ($store) = @_;
	my $id = value('SELECT sutler.uuid7()');
	$f->add('customer.person', tenant_id => $acme, customer_id => $id, store_id => $f->{store}{$store}, name => 'Ana', email => 'p' . $serial++ . '@example.test');
	return $id;
}

tenant($acme);
my $staff = value('SELECT sutler.uuid7()');
$f->add('staff.person', tenant_id => $acme, staff_id => $staff, email => 'staff@example.test', name => 'Ben', state => 'active');
my ($ana, $two) = map { person($_) } qw(one two);

sub save { my ($new, $code, $label, $kind, @choices) = @_; return value('SELECT customer.save_field(?, ?, ?, ?, ?, ?, ?)', $acme, $staff, $new, $code, $label, $kind, \@choices) }
sub drop { my ($code) = @_; return value('SELECT customer.drop_field(?, ?, ?, ?)', $acme, $staff, $code, 'not wanted') }
sub fill { my ($who, $store, %v) = @_; my @c = sort keys %v; return join ' ', grep { $_ ne '' } $dbh->selectrow_array('SELECT outcome, wrong FROM customer.desk_fields(?, ?, ?, ?, ?, ?)', undef, $acme, $staff, $store, $who, \@c, [@v{@c}]) }
sub stands { my ($who) = @_; return value(q{SELECT string_agg(code || '=' || value, ' ' ORDER BY code) FROM customer.field_value WHERE customer_id = ?}, $who) // '' }

is save(1, 'SIZE', 'Shoe size', 'number'), 'ok', 'a number';
is save(1, 'BORN', 'Birthday', 'date'), 'ok', 'a day';
is save(1, 'HEEL', 'Heel', 'choice'), 'choices', 'a choice needs choices';
is save(1, 'HEEL', 'Heel', 'choice', 'flat', 'high'), 'ok', 'and has them';
is save(1, 'HINT', 'Hint', 'text'), 'ok', 'a text';
is save(1, 'SIZE', 'Other', 'text'), 'code', 'a code is of one field';
is save(1, 'NEXT', 'SHOE SIZE', 'text'), 'label', 'and so is a name';
is save(0, 'HINT', 'Shoe size', ''), 'label', 'nor is it taken by renaming';
is save(0, 'NONE', 'None', ''), 'gone', 'what is not there is not changed';

my @good = ([SIZE => '38,5', '38.5'], [SIZE => '-2', '-2'], [BORN => '2000-02-29', '2000-02-29'], [HEEL => 'flat', 'flat'], [HINT => "a  <b> 'c'", "a  <b> 'c'"]);
for (@good) {
	my ($code, $given, $kept) = @$_;
	is fill($ana, undef, $code => $given), 'ok', "$code: $given";
	like stands($ana), qr/(?:^| )\Q$code=$kept\E(?: |$)/, "stands as $kept";
}
my $all = stands($ana);
for (['SIZE', 'big'], ['SIZE', '1e5'], ['SIZE', '1.2.3'], ['SIZE', '1' x 16], ['SIZE', "1\n2"], ['BORN', '2001-02-29'], ['BORN', '29.2.2000'], ['BORN', '0000-01-01'], ['HEEL', 'FLAT'], ['HEEL', 'wedge']) {
	is fill($ana, undef, HINT => 'new', @$_), "wrong $_->[0]", "$_->[0] is not $_->[1]" =~ s/\n/ /r;
}
is stands($ana), $all, 'and of such a form nothing is kept';
my $log = value('SELECT count(*) FROM audit.entry');
is fill($ana, undef, SIZE => '-2'), 'ok', 'the same once more';
is value('SELECT count(*) FROM audit.entry'), $log, 'is no change';
is value(q{SELECT count(*) FROM audit.entry WHERE detail LIKE '%2000-02-29%'}), 0, 'the log has no values';
is save(0, 'HEEL', 'Heel', '', 'high'), 'ok', 'a choice goes';
is fill($ana, undef, HEEL => 'flat', HINT => 'x'), 'ok', 'where it was chosen it may stay';
is fill($two, undef, HEEL => 'flat'), 'wrong HEEL', 'and nowhere else';
is fill($ana, undef, HINT => ''), 'ok', 'an empty value';
unlike stands($ana), qr/HINT/, 'empties the field';
is fill($two, $f->{store}{one}, SIZE => 1), 'unknown', 'T26 nobody of another store';
is fill($ana, undef, NONE => 1), 'gone', 'no field that is not there';
like value('SELECT customer.export_data(?, ?)', $acme, $ana), qr/"Birthday": "2000-02-29"/, 'a copy of the data has them';
ok !eval { $f->add('customer.field', tenant_id => $acme, code => 'X', label => 'X', kind => 'text', position => 21); 1 }, 'there is no place behind the 20th';
tenant($bahari);
is value('SELECT customer.save_field(?, ?, true, ?, ?, ?, ?)', $bahari, $staff, 'SIZE', 'Shoe size', 'text', []), 'ok', 'another merchant has fields of the same names';
is value(q{SELECT kind FROM customer.field WHERE tenant_id = ? AND code = 'SIZE'}, $acme), 'number', 'T26 and does not touch these';
tenant($acme);

is value('SELECT customer.desk_erase(?, ?, ?, ?)', $acme, $staff, $ana, 'asked'), 'ok', 'who is forgotten';
is stands($ana), '', 'leaves nothing';
is fill($ana, undef, SIZE => 1), 'erased', 'and gets nothing';

# At the same moment.
my $connect = sub { return Race::connection($s->{cluster}, $s->{db}, '_sutler-admin-customers') };
my $seen = Race::at_once($dbh, $connect, $acme, map { my $n = $_; sub { my ($d) = @_; return ($d->selectrow_array('SELECT customer.save_field(?, ?, true, ?, ?, ?, ?)',
	undef, $acme, $staff, "F$n", "Field $n", 'text', []))[0] } } 1 .. 18);
is_deeply $seen, { ok => 16, full => 2 }, 'of 18 at once those get in for whom there is a place' or diag explain $seen;
my $got_in = value(q{SELECT min(code) FROM customer.field WHERE code ~ '^F[0-9]'});
my @crowd = map { person('one') } 1 .. 6;
$seen = Race::at_once($dbh, $connect, $acme,
	(map { my $who = $_; sub { my ($d) = @_; return ($d->selectrow_array('SELECT outcome FROM customer.desk_fields(?, ?, NULL, ?, ?, ?)', undef, $acme, $staff, $who, [$got_in], ['x']))[0] } } @crowd),
	sub { my ($d) = @_; return 'drop ' . ($d->selectrow_array('SELECT customer.drop_field(?, ?, ?, ?)', undef, $acme, $staff, $got_in, 'why'))[0] });
is $seen->{'drop ok'}, 1, 'a field goes while it is filled in';
is(($seen->{ok} // 0) + ($seen->{gone} // 0), 6, 'each is told what became of it') or diag explain $seen;
is value('SELECT count(*) FROM customer.field_value WHERE code = ?', $got_in), 0, 'and no value is left';
done_testing;
