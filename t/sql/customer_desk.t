#!/usr/bin/perl
# Promise: what staff do to a customer is done to that customer of that merchant and, where a role holds
# in one store, of that store; it is written to the audit log by field and never by value; who is
# forgotten stays forgotten, notes and tags with him.
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

sub one { return ($dbh->selectrow_array(@_))[0] }
sub value { my ($sql, @bind) = @_; return one($sql, undef, @bind) }
sub tenant { my ($t) = @_; return $dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t) }

sub person
{
	my ($store, %o) = @_;
	my $tenant = $store eq 'three' ? $bahari : $acme;
	my $id = value('SELECT sutler.uuid7()');
	tenant($tenant);
	$f->add('customer.person', tenant_id => $tenant, customer_id => $id, store_id => $f->{store}{$store}, name => 'Ana Ruiz', email => 'p' . $serial++ . '@example.test', %o);
	tenant($acme);
	return $id;
}

tenant($acme);
my $staff = value('SELECT sutler.uuid7()');
$f->add('staff.person', tenant_id => $acme, staff_id => $staff, email => 'staff@example.test', name => 'Ben', state => 'active');
my ($ana, $two, $foreign) = map { person($_) } qw(one two three);

sub edit { my ($store, $id, @to) = @_; return value('SELECT customer.desk_edit(?, ?, ?, ?, ?, ?, ?, ?, ?)', $acme, $staff, $store, $id, @to) }
sub jot { my ($store, $id, $words) = @_; return value('SELECT customer.desk_note(?, ?, ?, ?, ?)', $acme, $staff, $store, $id, $words) }
sub tag { my ($store, $id, $tag, $on) = @_; return value('SELECT customer.desk_tag(?, ?, ?, ?, ?, ?, 3)', $acme, $staff, $store, $id, $tag, $on ? 1 : 0) }
sub audits { my ($id) = @_; return value('SELECT count(*) FROM audit.entry WHERE target = ?', "customer $id") }

my @new = ('Ana Ruiz Gil', '+34600100200', 'business', 'Muebles SL', 'B12345674');
is edit(undef, $ana, @new), 'ok', 'contact data are changed';
is value(q{SELECT concat_ws('|', name, phone, customer_type, company, tax_id) FROM customer.person WHERE customer_id = ?}, $ana), join('|', @new), 'as they were typed';
is value(q{SELECT detail::json->>'fields' FROM audit.entry WHERE action = 'customer.changed' AND actor = ?}, $staff),
	'["name","phone","type","company","tax_id"]', 'the log names the fields';
is value(q{SELECT count(*) FROM audit.entry WHERE detail LIKE '%Muebles%' OR detail LIKE '%600100200%' OR detail LIKE '%Gil%'}), 0, 'and never what stood in them';
is edit(undef, $ana, @new), 'ok', 'the same once more';
is audits($ana), 1, 'is no change';

is jot(undef, $ana, 'Rings twice'), 'ok', 'a note is kept';
is tag(undef, $ana, 'VIP', 1), 'ok', 'a tag is put on';
is value('SELECT tag FROM customer.person_tag WHERE customer_id = ?', $ana), 'vip', 'in small letters';
my $before = audits($ana);
is tag(undef, $ana, 'vip', 1), 'ok', 'twice is once';
is tag(undef, $ana, 'other', 0), 'ok', 'what is not on is not taken off';
is audits($ana), $before, 'and neither is a change';
tag(undef, $ana, $_, 1) for qw(b c);
is tag(undef, $ana, 'd', 1), 'full', 'there is an end to tags';
is tag(undef, $ana, 'c', 0), 'ok', 'one comes off';
is value('SELECT count(*) FROM customer.person_tag WHERE customer_id = ?', $ana), 2, 'two stay';

# Stores and merchants.
for my $case (['another store', $f->{store}{one}, $two], ['another merchant', undef, $foreign], ['nobody', undef, value('SELECT sutler.uuid7()')]) {
	my ($name, $store, $id) = @$case;
	is edit($store, $id, @new), 'unknown', "T26 contact data of $name";
	is jot($store, $id, 'x'), 'unknown', "T26 a note about $name";
	is tag($store, $id, 'x', 1), 'unknown', "T26 a tag of $name";
	is audits($id), 0, 'nothing is written down';
}
is value('SELECT customer.desk_export(?, ?, ?, ?)', $acme, $staff, $foreign, 'because'), undef, 'T26 no copy of another merchant';
is value('SELECT customer.desk_erase(?, ?, ?, ?)', $acme, $staff, $foreign, 'because'), 'unknown', 'T26 nor is he forgotten';
tenant($bahari);
is value('SELECT erased_at FROM customer.person WHERE customer_id = ?', $foreign), undef, 'he is there';
tenant($acme);
is jot($f->{store}{two}, $two, 'x'), 'ok', 'of the chosen store it goes';

# A tag stands in the store of its customer, where a list of that store finds it.
my $tagged = person('two');
is tag(undef, $tagged, 'vip', 1), 'ok', 'whoever may everywhere tags somebody of any store';
is value('SELECT store_id FROM customer.person_tag WHERE customer_id = ?', $tagged), $f->{store}{two}, 'the tag knows the store of the account';
ok !eval { $dbh->do('UPDATE customer.person_tag SET store_id = ? WHERE customer_id = ?', undef, $f->{store}{one}, $tagged); 1 }, 'and cannot lie in another';
$dbh->do('UPDATE customer.person SET store_id = ? WHERE customer_id = ?', undef, $f->{store}{one}, $tagged);
is value('SELECT store_id FROM customer.person_tag WHERE customer_id = ?', $tagged), $f->{store}{one}, 'it moves with the account';

# A copy and the end.
my $copy = value('SELECT customer.desk_export(?, ?, ?, ?)', $acme, $staff, $ana, 'asked by letter');
like $copy, qr/"Rings twice"/, 'a copy has the notes';
like $copy, qr/"vip"/, 'and the tags';
is value(q{SELECT reason FROM audit.entry WHERE action = 'customer.exported'}), 'asked by letter', 'the log knows why';
is value('SELECT customer.desk_erase(?, ?, ?, ?)', $acme, $staff, $ana, 'asked by letter'), 'ok', 'a customer is forgotten';
is value('SELECT name || phone || company || tax_id FROM customer.person WHERE customer_id = ?', $ana), '', 'nothing names him';
is value('SELECT (SELECT count(*) FROM customer.person_note WHERE customer_id = $1) + (SELECT count(*) FROM customer.person_tag WHERE customer_id = $1)', $ana), 0, 'notes and tags are gone';
is value(q{SELECT actor || reason FROM audit.entry WHERE action = 'customer erase' AND target = ?}, $ana), $staff . 'asked by letter', 'the log knows who and why';
is edit(undef, $ana, @new), 'erased', 'nothing can be written about him any more';
is jot(undef, $ana, 'x'), 'erased', 'no note';
is value('SELECT customer.desk_erase(?, ?, ?, ?)', $acme, $staff, $ana, 'again'), 'erased', 'once is enough';
done_testing;
