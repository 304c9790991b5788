#!/usr/bin/perl
# Promise: a merchant defines fields of his own about customers and staff fill them in on the page of a
# customer; what cannot be comes back with its sentence at its field and loses nothing (CUS-09).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-home admin-customers))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ben = Staff->new($shop, $f, 'acme', owner => 1);
my $acme = $ben->tenant;
my $eva = $shop->value('SELECT sutler.uuid7()');
$f->add('customer.person', tenant_id => $acme, customer_id => $eva, store_id => $f->{store}{one}, name => 'Eva Prado', email => 'eva@example.test');
my $url = "/admin/customers/$eva";

sub make { my (%v) = @_; return $ben->visitor->submit($ben->get('/admin/customers/fields'), field => 'kind', \%v) }
sub stands { return join ' ', map { "$_->{code}=$_->{value}" } $shop->rows('SELECT code, value FROM customer.field_value WHERE customer_id = ? ORDER BY code', $eva) }
# The fields of the page filled in, in their order.
sub fill
{
	my ($page, @values) = @_;
	my $form = $page->form(action => "/en$url/fields") or die 'no such form';
	return $ben->visitor->post("/en$url/fields", [map { [$_->[0], $_->[0] eq 'value' ? shift @values : $_->[1]] } @{ $form->{fields} }]);
}

subtest 'which there are' => sub {
	like $ben->get('/admin/customers/fields')->text, qr/There are no own fields yet/, 'none, and it is said';
	unlike $ben->get($url)->html, qr{$eva/fields"}, 'a customer has none either';
	my $bad = make(code => 'no blanks', label => '', kind => 'text');
	is $bad->status, 422, 'what cannot be is not made';
	like $bad->html, qr/id="w-$_"/, "$_: said at its field" for qw(code label);
	my $list = make(code => 'heel', label => 'Heel', kind => 'choice', choices => " \n");
	like $list->html, qr/id="w-choices">Please enter what can be chosen/, 'a list needs something to choose';
	like $list->html, qr/value="choice" selected/, 'and its kind is not lost';
	is make(code => 'heel', label => 'Heel', kind => 'choice', choices => "flat\r\n high \nflat\n\n<b>wedge</b>")->status, 303, 'it is made';
	is $shop->value(q{SELECT array_to_string(choices, '|') FROM customer.field WHERE code = 'HEEL'}), 'flat|high|<b>wedge</b>', 'of lines, each once, without blanks around';
	like make(code => 'many', label => 'Many', kind => 'choice', choices => join "\n", 1 .. 51)->html, qr/id="w-choices">A list has at most 50/, 'there is an end to choices';
	is make(code => 'size', label => 'Shoe size', kind => 'number')->status, 303, 'a number';
	is make(code => 'born', label => 'Birthday', kind => 'date')->status, 303, 'a day';
	is make(code => 'hint', label => 'Hint', kind => 'text')->status, 303, 'a text';
	like make(code => 'SIZE', label => 'X', kind => 'text')->html, qr/id="w-code">Another field has this code/, 'a code is of one field';
	like $ben->get('/admin/customers/fields')->text, qr/Heel HEEL Choice of a list Shoe size SIZE Number/, 'the list has them in order';
	my $change = $ben->visitor->submit($ben->get('/admin/customers/fields/HEEL'), field => 'label', { label => 'Heel of the shoe' });
	is $change->status, 303, 'one has another name now';
	is $shop->value(q{SELECT array_to_string(choices, '|') FROM customer.field WHERE code = 'HEEL'}), 'flat|high|<b>wedge</b>', 'and the same choices';
	is $ben->get('/admin/customers/fields/NONE')->status, 404, 'of another there is no page';
};

subtest 'filled in' => sub {
	my $page = $ben->get($url);
	like $page->html, qr{<option>&lt;b&gt;wedge&lt;/b&gt;</option>}, 'the page offers the choices as they are written';
	my $bad = fill($page, 'high', 'big', '2001-02-29', 'likes <i>red</i>');
	is $bad->status, 422, 'what cannot be is not kept';
	like $bad->html, qr/id="w-value_$_"/, "$_: said at its field" for 1, 2;
	unlike $bad->html, qr/id="w-value_[03]"/, 'and only there';
	like $bad->html, qr/<option selected>high</, 'a choice is not lost';
	like $bad->html, qr/value="likes &lt;i&gt;red&lt;\/i&gt;"/, 'nor what was typed';
	is stands(), '', 'nothing was kept';
	is fill($bad, 'high', '38,5', '2000-02-29', 'likes red')->status, 303, 'then it fits';
	is stands(), 'BORN=2000-02-29 HEEL=high HINT=likes red SIZE=38.5', 'and stands there';
	like $ben->get($url)->html, qr/value="38\.5"/, 'as the page shows it';
	is $shop->value(q{SELECT detail::json->>'fields' FROM audit.entry WHERE action = 'customer.changed' AND actor = ?}, $ben->{id}), '["BORN","HEEL","HINT","SIZE"]', 'the log names the fields';
	is $ben->visitor->post("/en$url/fields", [[csrf => ($page->html =~ /name="csrf" value="([^"]+)"/)[0]], [field => 'SIZE'], [field => 'BORN'], [value => 1]])->status, 400, 'a form with a hole is none';
};

subtest 'who may' => sub {
	my $kim = Staff->new($shop, $f, 'acme', may => ['customers.view', 'customers.edit'], stores => ['one']);
	unlike $kim->get('/admin/customers/fields')->html, qr/name="kind"/, 'TEN-05 with a role in one store fields are looked at';
	my ($csrf) = $kim->get($url)->html =~ /name="csrf" value="([^"]+)"/;
	is $kim->visitor->post('/en/admin/customers/fields', { csrf => $csrf, code => 'X', label => 'X', kind => 'text' })->status, 403, 'not made';
	is $kim->visitor->post("/en$url/fields", [[csrf => $csrf], [field => 'SIZE'], [value => 40]])->status, 303, 'but filled in for customers of that store';
	my $lee = Staff->new($shop, $f, 'acme', may => ['customers.view'], stores => ['one']);
	like $lee->get($url)->html, qr/<fieldset class="plain" disabled>\s*<legend class="vh">Own fields/, 'who may look, looks';
};

subtest 'the end' => sub {
	my $no = $ben->visitor->submit($ben->get('/admin/customers/fields/SIZE'), field => 'reason', { reason => '' });
	is $no->status, 422, 'SEC-04 a reason is wanted';
	is $ben->visitor->submit($ben->get('/admin/customers/fields/SIZE'), field => 'reason', { reason => 'nobody asks' })->status, 303, 'a field goes';
	unlike stands(), qr/SIZE/, 'with what stood in it';
	unlike $ben->get($url)->text, qr/Shoe size/, 'and from the page';
};
done_testing;
