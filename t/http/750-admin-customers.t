# Promise: staff find a customer by what they know of him, among those they may see; read all that is
# known on one page; change contact data, notes and tags there; hand out a copy of his data or forget
# him, with a fresh code and a reason; bad input is said at its field and loses nothing.
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
my $ana = Staff->new($shop, $f, 'acme', owner => 1, name => 'Ana Ruiz');
my $acme = $ana->tenant;

sub person
{
	my ($store, $name, %o) = @_;
	my $id = $shop->value('SELECT sutler.uuid7()');
	my $tenant = $f->{tenant}{ $store eq 'three' ? 'bahari' : 'acme' };
	$shop->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
	$f->add('customer.person', tenant_id => $tenant, customer_id => $id, store_id => $f->{store}{$store}, name => $name,
		email => lc($name =~ s/\W+/./gr) . '@example.test', %o);
	$ana->tenant;
	return $id;
}

sub names { my ($page) = @_; return join ',', $page->html =~ m{<th scope="row"><a href="[^"]*/admin/customers/[0-9a-f-]{36}">([^<]+)</a>}g }
sub list { my ($query, $who) = @_; return ($who // $ana)->get('/admin/customers' . ($query // '')) }

like list()->text, qr/Nobody has an account yet/, 'an empty shop says so';
my $eva = person('one', 'Eva Prado', phone => '+34 600 100 200', company => 'Muebles Prado SL', tax_id => 'B12345674', customer_type => 'business');
my $bob = person('two', 'Bob Hill');
my $kim = person('three', 'Kim Other');

subtest 'CUS-01 finding' => sub {
	is names(list()), 'Bob Hill,Eva Prado', 'newest first';
	is names(list('?show=business')), 'Eva Prado', 'businesses';
	is names(list('?show=consumer')), 'Bob Hill', 'private people';
	is names(list("?q=$_")), 'Eva Prado', "by $_" for qw(eva EVA.PRADO@example.test 34600100200 muebles B-1234567-4);
	like $ana->visitor->get('/admin/customers')->html, qr{>Todos, por nombre</option>}, 'orders of rows in the language of the page';
	is names(list('?q=kim')), '', 'T26 nobody of another merchant';
	like list('?q=nobody')->text, qr/No customer fits/, 'nothing found is said';
	person('one', sprintf 'Zoe %02d', $_) for 1 .. 52;
	my @all;
	for my $show (qw(newest name)) {
		my ($page, @seen) = list("?show=$show");
		push @seen, split /,/, names($page);
		my ($next) = $page->html =~ m{rel="next" href="([^"]+)"} or return fail("$show: no second page");
		push @seen, split /,/, names($ana->visitor->get($next =~ s/&amp;/&/gr));
		is scalar @seen, 54, "$show: two pages show everybody";
		my %once = map { $_ => 1 } @seen;
		is scalar keys %once, 54, "$show: and nobody twice";
		is_deeply \@seen, [sort @seen], 'in the order of names' if $show eq 'name';
	}
	$shop->dbh->do('DELETE FROM customer.person WHERE name LIKE ?', undef, 'Zoe%');
};

subtest 'TEN-05 a role in one store' => sub {
	my $two = Staff->new($shop, $f, 'acme', may => ['customers.view', 'customers.edit', 'customers.export', 'customers.erase'], stores => ['two']);
	is names(list('', $two)), 'Bob Hill', 'sees who came there';
	is $two->get("/admin/customers/$eva")->status, 404, 'and nobody else';
	my $page = $two->get("/admin/customers/$bob");
	is $page->status, 200, 'his own is there';
	unlike $page->html, qr{/(?:erase|export)"}, 'what concerns all stores is not offered';
	my ($csrf) = $page->html =~ /name="csrf" value="([^"]+)"/;
	is $two->visitor->post("/en/admin/customers/$eva/note", { csrf => $csrf, words => 'x' })->status, 404, 'no note about another';
	is $two->visitor->post("/en/admin/customers/$bob/erase", { csrf => $csrf, erase_reason => 'because' })->status, 403, 'nor does it go by hand';
	is $shop->value('SELECT erased_at FROM customer.person WHERE customer_id = ?', $bob), undef, 'he is still there';
};

subtest 'CUS-10 CUS-12 the page' => sub {
	is $ana->get("/admin/customers/$kim")->status, 404, 'T26 of another merchant: none';
	$shop->dbh->do(q{INSERT INTO event.outbox (tenant_id, store_id, kind, template, customer_id) VALUES (?, ?, 'mail', 'welcome', ?)}, undef, $acme, $f->{store}{one}, $eva);
	my $page = $ana->get("/admin/customers/$eva");
	like $page->html, qr/value="Muebles Prado SL"/, 'contact data';
	like $page->text, qr/welcome.*Waiting/s, 'what was mailed';
	like $page->text, qr/Nothing was ordered yet/, 'no order is said';
};

my $url = "/admin/customers/$eva";
subtest 'CUS-05 contact data' => sub {
	my $page = $ana->get($url);
	my $bad = $ana->visitor->submit($page, field => 'tax_number', { name => 'Eva P.', type => 'business', tax_number => 'B12', company => '', phone => 'call me' });
	is $bad->status, 422, 'what cannot be is not kept';
	like $bad->html, qr/id="w-$_"/, "$_: said at its field" for qw(tax_number company phone);
	like $bad->html, qr/value="Eva P\."/, 'nothing typed is lost';
	is $ana->visitor->submit($bad, field => 'tax_number', { tax_number => 'b-12345674', company => 'Prado SL', phone => '+34 600 100 201' })->status, 303, 'then it is';
	is $shop->value(q{SELECT concat_ws('|', name, company, tax_id) FROM customer.person WHERE customer_id = ?}, $eva), 'Eva P.|Prado SL|B12345674', 'and as its country writes it';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'customer.changed' AND actor = ?}, $ana->{id}), 1, 'written down';
};

subtest 'CUS-13 consent' => sub {
	like $ana->get($url)->text, qr/Consent No reminders were asked for/, 'none was asked for';
	my $cart = $shop->value('SELECT sutler.uuid7()');
	$f->add('sales.cart', tenant_id => $acme, store_id => $f->{store}{one}, cart_id => $cart, locale => 'en', currency => 'EUR', customer_id => $eva, reminders => 1);
	like $ana->get($url)->text, qr/Consent Reminders of carts Asked for at checkout: one · \d/, 'where and when it was';
	$shop->dbh->do(q{INSERT INTO marketing.opt_out (tenant_id, email_sha256) SELECT ?, sha256(convert_to(email_key, 'UTF8')) FROM customer.person WHERE customer_id = ?}, undef, $acme, $eva);
	like $ana->get($url)->text, qr/Consent No reminders Refused by the link of a mail: \d/, 'a refusal stands above it, with its time';
};

subtest 'CUS-09 notes and tags' => sub {
	is $ana->visitor->submit($ana->get($url), field => 'words', { words => '' })->status, 422, 'an empty note is none';
	is $ana->visitor->submit($ana->get($url), field => 'words', { words => 'Rings <b>twice</b>' })->status, 303, 'a note';
	like $ana->get($url)->html, qr{Rings &lt;b&gt;twice}, 'is shown as it was written';
	is $ana->visitor->submit($ana->get($url), field => 'tag', { tag => 'Trade' })->status, 303, 'a tag';
	is names(list('?tag=TRADE')), 'Eva P.', 'finds who has it';
	my ($csrf) = $ana->get($url)->html =~ /name="csrf" value="([^"]+)"/;
	is $ana->visitor->post("/en$url/tag", { csrf => $csrf, tag => 'trade', off => 1 })->status, 303, 'and comes off';
	is names(list('?tag=trade')), '', 'then nobody has it';
};

subtest 'a copy, and forgetting' => sub {
	my $no = $ana->visitor->submit($ana->get($url), field => 'export_reason', { export_reason => '' });
	is $no->status, 422, 'SEC-04 a reason is wanted';
	my $copy = $ana->visitor->submit($ana->get($url), field => 'export_reason', { export_reason => 'asked by letter' });
	is $copy->status, 200, 'a copy';
	like $copy->header('content-disposition'), qr/attachment; filename="customer-$eva\.json"/, 'as a file';
	like $copy->{body}, qr/"Prado SL"/, 'of what is known';
	is $ana->visitor->submit($ana->get($url), field => 'erase_reason', { erase_reason => 'asked by letter' })->status, 303, 'forgotten';
	my $page = $ana->get($url);
	like $page->text, qr/This customer was forgotten/, 'the page says so';
	unlike $page->html, qr/Prado|Eva|Rings/, 'and knows nothing more';
	is names(list()), 'Bob Hill', 'nor does the list';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action IN ('customer.exported', 'customer erase') AND actor = ? AND reason = 'asked by letter'}, $ana->{id}), 2, 'both are written down';
};
done_testing;
