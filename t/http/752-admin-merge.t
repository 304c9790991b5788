#!/usr/bin/perl
# Promise: staff see who may be the same person, look at two accounts side by side and make one of them, with
# a fresh code and a reason; the account that stays has everything, the other opens nothing of its own any
# more: its address opens the one that stays, and who asks there for a password is told so by mail alone.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Buyer;
use Fixture;
use List::Util qw(max);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home cart checkout order login account admin-login admin-home admin-customers))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ben = Staff->new($shop, $f, 'acme', owner => 1);
my $acme = $ben->tenant;

sub account { my (%o) = @_; return Account->make($shop, $f, 'one', prefix => '/en', %o) }
sub id_of { my ($a) = @_; return scalar $shop->value('SELECT customer_id FROM customer.person WHERE email = ?', $a->{email}) }
sub set { my ($a, %o) = @_; $ben->tenant; return $shop->dbh->do('UPDATE customer.person SET ' . join(', ', map { "$_ = ?" } sort keys %o) . ' WHERE email = ?', undef, (map { $o{$_} } sort keys %o), $a->{email}) }
sub newest { return max 0, map { $_->{number} } $shop->mails }
sub mails_after { my ($n, $to) = @_; $shop->job('deliver', '--once'); return grep { $_->{number} > $n && $_->{to}[0] eq $to } $shop->mails }

my ($kept, $gone, $other) = (account(), account(password => 'tres tristes tigres comen'), account());
my ($keep, $go, $third) = map { id_of($_) } $kept, $gone, $other;
my $at = "/admin/customers/$keep";

subtest 'who may be the same' => sub {
	unlike $ben->get($at)->text, qr/Perhaps the same person/, 'nobody, at first';
	set($kept, phone => '+34 600-100-200', name => 'Ana Ruiz');
	set($gone, phone => '+34600100200', name => 'Ana María Ruiz');
	like $ben->get($at)->text, qr/Perhaps the same person: Ana María Ruiz \Q$gone->{email}\E · one · same telephone number/, 'who has the same telephone number, however it is written';
	set($other, name => 'ANA RUIZ');
	for my $row ([$keep, '28013'], [$third, '28013']) {
		$f->add('customer.address', tenant_id => $acme, address_id => scalar $shop->value('SELECT sutler.uuid7()'), customer_id => $row->[0], country => 'ES', postal_code => $row->[1], street => "Street of $row->[0]");
	}
	like $ben->get($at)->text, qr/\Q$other->{email}\E · one · same name and postal code/, 'who has the same name at the same postal code';
	$shop->change(q{UPDATE customer.address SET postal_code = '28014' WHERE customer_id = ?}, $third);
	unlike $ben->get($at)->text, qr/\Q$other->{email}\E/, 'a namesake elsewhere is not';
	my $kim = Staff->new($shop, $f, 'acme', may => ['customers.view', 'customers.merge'], stores => ['one']);
	unlike $kim->get($at)->text, qr/Perhaps the same/, 'TEN-05 with a role in one store it is not shown';
	is $kim->get("$at/merge")->status, 403, 'nor done';
};

subtest 'side by side' => sub {
	my $page = $ben->get("$at/merge");
	is $page->status, 200, 'one asks for the other';
	unlike $page->html, qr/name="keep"/, 'and nothing can be done yet';
	my $none = $ben->get("$at/merge?mail=nobody%40example.test");
	like $none->html, qr/id="w-mail">No other account has this address/, 'an address without account is said at its field';
	like $none->html, qr/value="nobody\@example\.test"/, 'and stays there';
	like $ben->get("$at/merge?mail=" . $kept->{email} =~ s/\@/%40/r)->html, qr/id="w-mail"/, 'so is its own';
	my $both = $ben->get("$at/merge?mail=" . $gone->{email} =~ s/\@/%40/r);
	like $both->text, qr/Name Ana Ruiz Ana María Ruiz/, 'two are compared line by line';
	like $both->html, qr/name="keep" value="$keep" checked/, 'the one we came from stays';
	my $no = $ben->visitor->submit($both, field => 'keep', { keep => $go, reason => '' });
	is $no->status, 422, 'SEC-04 a reason is wanted';
	like $no->html, qr/name="keep" value="$go" checked/, 'the choice is not lost';
	is $ben->get("/admin/customers/$f->{store}{one}/merge")->status, 404, 'of nobody there is no page';
	my $old = Staff->new($shop, $f, 'acme', owner => 1, age_s => 3600);
	my $late = $old->visitor->submit($old->get("$at/merge?other=$go"), field => 'keep', { reason => 'asked' });
	is $late->status, 422, 'SEC-02 without a fresh code nothing is done';
	is $shop->value('SELECT count(*) FROM customer.person WHERE merged_into IS NOT NULL'), 0, 'two are two';
};

subtest 'one of two' => sub {
	$gone->sign_in;
	my $b = Buyer->new($gone->visitor, '/en');
	$b->add($f->{variant}{PLAIN}, 1)->ready(email => $gone->{email})->place;
	$b->add($f->{variant}{FEW}, 2);
	my $before = newest();
	my $done = $ben->visitor->submit($ben->get("$at/merge?other=$go"), field => 'keep', { reason => 'he asked at the desk' });
	is $done->status . ' ' . $done->header('location'), "303 /en$at", 'they are one, and we are there';
	like $ben->get($at)->text, qr/Number.*1001.*Open carts.*Pieces: 2/s, 'with the order and the cart of the other';
	my $page = $ben->get("/admin/customers/$go");
	like $page->text, qr/joined to another one/, 'the other says where it went';
	like $page->html, qr{href="/en$at"}, 'and leads there';
	like $ben->get('/admin/customers?q=' . $gone->{email} =~ s/\@/%40/r)->html, qr{/admin/customers/$keep"}, 'its address still finds the person';
	ok !$gone->signed_in, 'its sessions are over';
	is $ben->get("$at/merge?other=$go")->html =~ /name="keep"/, '', 'there is nothing to join any more';
	for my $a ($kept, $gone) {
		my @told = grep { $_->{subject} =~ /Your accounts are one now/ } mails_after($before, $a->{email});
		is scalar @told, 1, 'each address is told';
		my $mail = $told[0];
		like $mail->{text}, qr/in the account of \w…\@/, 'which one it is';
		unlike $mail->{text}, qr/\Q$kept->{email}\E/, 'but not all of its address' if $a == $gone;
	}
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'customer.merged' AND actor = ? AND reason = 'he asked at the desk'}, $ben->{id}), 2, 'the log has it at both';
};

subtest 'its address' => sub {
	my $was = $gone->elsewhere->try;
	is $was->status, 422, 'its own password is dead';
	unlike $was->text, qr/\Q$kept->{email}\E|joined/, 'a stranger learns nothing';
	my $in = $gone->elsewhere;
	is $in->try($kept->{password})->status, 303, 'that of the one that stays opens it';
	ok $in->signed_in, 'and signs in there';
	my $before = newest();
	$gone->elsewhere->step('/login/reset', '/login/reset', { email => $gone->{email} }, '/login/reset/sent$');
	my @told = mails_after($before, $gone->{email});
	is scalar @told, 1, 'who asks for a password there gets a mail';
	like $told[0]{subject}, qr/Your accounts are one now/, 'that says what happened';
	unlike $told[0]{text}, qr{/login/reset/[\w-]{20}}, 'and no link that sets one';
};
done_testing;
