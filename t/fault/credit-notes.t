#!/usr/bin/perl
# Promise: whatever of a billed order's money goes back, in how many parts and by how many at once, has
# its credit notes: one for each refund, with one file and one mail, numbered without gap or double in a
# series of their own; each splits its amount into net and taxes in proportion, and those of an order
# that was paid back wholly are together its invoice, to the last cent (ACC-01, PAY-10).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use Jobs;
use List::Util qw(min sum0);
use POSIX ();
use Race;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $seed = $ENV{SUTLER_TEST_SEED} // time;
srand $seed;
diag "seed $seed";
my $j = Jobs->new;
my $t = $j->merchant('suelas');
my $other = $j->merchant('otra');

sub bill { my ($status, $text) = $j->run('issue-invoices'); is($status, 0, 'issue-invoices ends well') or diag $text; return }
sub refund
{
	my ($o, $amount) = @_;
	$j->tenant($o);
	return $j->value(q{SELECT payment.ask_refund(?, ?, ?, 'EUR', 'test', 'test', sutler.uuid7())}, $o->{tenant}, $o->{order}, $amount);
}
sub notes
{
	my ($o) = @_;
	return $j->rows('SELECT c.* FROM accounting.credit_note c JOIN accounting.invoice i USING (tenant_id, invoice_id)
		WHERE i.order_id = ? ORDER BY c.number', $o->{order});
}
# Taxes of the order's credit notes together: "210000 base amount, ..."
sub taxes
{
	my ($o) = @_;
	return $j->value(q{SELECT coalesce(string_agg(x.row_no || ' ' || x.base || ' ' || x.amount, ', ' ORDER BY x.row_no), '') FROM (
		SELECT g.row_no, sum(g.base) AS base, sum(g.amount) AS amount FROM accounting.invoice i
		JOIN accounting.credit_note c USING (tenant_id, invoice_id) JOIN accounting.credit_note_tax g USING (tenant_id, credit_note_id)
		WHERE i.order_id = ? GROUP BY g.row_no) x}, $o->{order});
}
sub order_taxes
{
	my ($o) = @_;
	return $j->value(q{SELECT coalesce(string_agg(row_no || ' ' || base || ' ' || amount, ', ' ORDER BY row_no), '') FROM sales.order_tax WHERE order_id = ?}, $o->{order});
}
# Another set of taxes for an order: [name, ppm, base, amount] ..., net in all.
sub retax
{
	my ($o, $net, @rows) = @_;
	my $tax = sum0 map { $_->[3] } @rows;
	$j->tenant($o);
	$j->change('DELETE FROM sales.order_tax WHERE order_id = ?', $o->{order});
	my $n = 0;
	$j->change('INSERT INTO sales.order_tax (tenant_id, order_id, row_no, name, rate_ppm, base, amount) VALUES (?, ?, ?, ?, ?, ?, ?)',
		$o->{tenant}, $o->{order}, ++$n, @$_) for @rows;
	$j->change('UPDATE sales."order" SET goods = ?, shipping = 0, tax = ?, total = ? WHERE order_id = ?', $net + $tax, $tax, $net + $tax, $o->{order});
	$j->change('UPDATE payment.payment SET amount = ? WHERE order_id = ?', $net + $tax, $o->{order});
	$o->{total} = $net + $tax;
	return $o;
}

subtest 'a part, then the rest' => sub {
	my $o = $j->order($t, quantity => 3);		# 42.35 with 7.35 of 21 %
	$j->pay($o);
	is(refund($o, 1000), 'ok', 'ten euros go back before the order is billed');
	bill() for 1 .. 2;
	my ($c) = notes($o);
	is(join(' ', @$c{qw(net tax total)}), '826 174 1000', '21 % of 8.26 are 1.74');
	is(taxes($o), '1 826 174', 'by its rate');
	like($c->{series}, qr/\d{4}-R$/, 'in a series of its own');
	is($j->value('SELECT count(*) FROM accounting.invoice'), 1, 'the invoice stays what it is');
	is($j->value(q{SELECT detail FROM sales.order_event WHERE order_id = ? AND event = 'credit_note'}, $o->{order}), "$c->{series}$c->{number}", 'the order\'s history names it');
	$j->run('deliver', '--once');
	my ($m) = grep { ($_->{attached} // [])->[0] && $_->{subject} =~ /rectificativa/i } $j->mails;
	ok($m, 'a mail brings it') or return;
	like($m->{subject}, qr/\Q$c->{series}$c->{number}\E/, 'and names it');
	like($m->{text}, qr/10,00/, 'with the amount');
	is(sha256_hex($m->{attached}[0]{body}), $j->value(q{SELECT encode(sha256, 'hex') FROM accounting.credit_document}), 'the file is the stored one');
	my $text = $j->pdf_text($m->{attached}[0]{body});
	my ($i) = $j->rows('SELECT * FROM accounting.invoice WHERE order_id = ?', $o->{order});
	for my $want ('Factura rectificativa', "$c->{series}$c->{number}", "$i->{series}$i->{number}", 'Rectifica la factura', 'Ana Núñez', '8,26 €', '1,74 €', '10,00 €', '21 %') {
		like($text, qr/\Q$want\E/, "it shows $want");
	}
	is(refund($o), 'ok', 'the rest goes back');
	bill();
	is(scalar(notes($o)), 2, 'with a second credit note');
	is(taxes($o), order_taxes($o), 'both together are the invoice\'s taxes');
	is(sum0(map { $_->{total} } notes($o)), 4235, 'and its total');
	is($j->value('SELECT count(*) FROM accounting.uncredited'), 0, 'nothing is left to credit');
};

subtest 'the shares' => sub {
	my $share = sub { my ($amount, @w) = @_; return join ' ', @{ $j->value('SELECT accounting.share(?, ?)', $amount, \@w) } };
	is($share->(2, 1, 1, 1), '1 1 0', 'the first of equal remainders');
	is($share->(5, 3, 3, 4), '2 1 2', 'the largest remainders');
	is($share->(7, 5, 0, 2), '5 0 2', 'all of it');
	is($share->(1, 0, 1), '0 1', 'nothing takes nothing');
	is($share->(4_000_000_000_000_000, 4_503_599_627_370_495, 4_503_599_627_370_496), '2000000000000000 2000000000000000', 'the largest amounts, exactly');
};

subtest 'many parts, of any taxes' => sub {
	my @sets = (
		[ 'two rates' => 150_00, ['IVA', 210_000, 100_00, 21_00], ['IVA', 100_000, 50_00, 5_00] ],
		[ 'three rates and odd cents' => 12_347, ['IVA', 210_000, 3_333, 700], ['IVA', 100_000, 8_999, 900], ['IVA', 40_000, 15, 1] ],
		[ 'a part without tax' => 200_00, ['VAT', 200_000, 120_01, 24_00] ],
		[ 'two taxes on the same' => 999_97, ['GST', 50_000, 999_97, 50_00], ['QST', 99_750, 999_97, 99_75] ],
		[ 'no tax at all' => 77_77 ],
		[ 'a tax of nothing' => 10_01, ['VAT', 0, 10_01, 0] ],
	);
	for my $set (@sets) {
		my ($name, $net, @rows) = @$set;
		for my $round (1 .. 3) {
			my $o = retax($j->order($t), $net, @rows);
			$j->pay($o);
			my ($left, @asked) = ($o->{total});
			while ($left > 0) {
				my $part = $round == 1 ? min($left, 1 + int($o->{total} / 7)) : 1 + int rand min($left, $o->{total} / 3);
				is(refund($o, $part), 'ok', "$name: $part") or return;
				push @asked, $part;
				$left -= $part;
			}
			$j->value('SELECT accounting.issue_invoice(?, ?, ?, ?)', $t->{tenant}, $o->{order}, 's', 'b');
			$j->value('SELECT accounting.issue_credit_note(?, u.refund_id, false) FROM accounting.uncredited u JOIN payment.refund r USING (tenant_id, refund_id)
				JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ? AND u.refund_id = ?', $t->{tenant}, $o->{order}, $_)
				for map { $_->{refund_id} } $j->rows('SELECT r.refund_id FROM payment.refund r JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ? ORDER BY r.refund_id', $o->{order});
			my @n = notes($o);
			is(join(' ', sort { $a <=> $b } map { $_->{total} } @n), join(' ', sort { $a <=> $b } @asked), "$name: each refund has its own amount");
			is(sum0(map { $_->{net} } @n), $net, '... their net is the invoice\'s');
			is(taxes($o), order_taxes($o), '... their taxes too, row by row');
			is($j->value('SELECT count(*) FROM accounting.credit_note_tax g JOIN accounting.credit_note c USING (tenant_id, credit_note_id)
				JOIN accounting.invoice i USING (tenant_id, invoice_id) WHERE i.order_id = ? AND (g.base < 0 OR g.amount < 0)', $o->{order}), 0, '... nothing is below zero');
			# Of one rate the tax of each part is the rate's, to a cent.
			is(scalar(grep { abs($_->{tax} - $_->{total} * sum0(map { $_->[3] } @rows) / $o->{total}) > @rows + 1 } @n), 0, '... each part has its share of tax');
		}
	}
	bill();
};

sub whole
{
	my ($what) = @_;
	is($j->value(q{SELECT count(*) FROM (SELECT s.next_number - 1 AS last, count(*) AS n, max(c.number) AS top, min(c.number) AS low
		FROM accounting.series s JOIN accounting.credit_note c USING (tenant_id, store_id, series) GROUP BY s.tenant_id, s.store_id, s.series, s.next_number) x
		WHERE last <> n OR top <> n OR low <> 1}), 0, "$what: numbers without gap");
	is($j->value(q{SELECT count(*) FROM payment.refund r WHERE r.state = 'done' AND (SELECT count(*) FROM accounting.credit_note c
		JOIN accounting.credit_document d USING (tenant_id, credit_note_id) WHERE c.refund_id = r.refund_id AND c.takes_back IS NULL AND c.total = r.amount) <> 1}), 0,
		"$what: each refund has one credit note of its amount, with one file");
	is($j->value(q{SELECT count(*) FROM accounting.credit_note c WHERE (SELECT count(*) FROM event.outbox m WHERE m.template = 'credit-note' AND m.change_id = c.credit_note_id) <> 1}), 0,
		"$what: and one mail");
	is($j->value('SELECT count(*) FROM accounting.uncredited'), 0, "$what: nothing is left to credit");
	return;
}

# Each in a process and a connection of its own: how the words came out.
sub at_once
{
	my ($role, @work) = @_;
	return Race::at_once($j->{db}, sub { my $d = $j->{schema}->dbh($role); $d->{pg_server_prepare} = 0; return $d }, $t->{tenant}, @work);
}

subtest 'twenty parts at once' => sub {
	for my $round (1 .. 3) {
		my $o = retax($j->order($t), 150_00, ['IVA', 210_000, 100_00, 21_00], ['IVA', 100_000, 50_00, 5_00]);	# 176.00
		$j->pay($o);
		bill();
		my $seen = at_once(undef, map { my $part = 500 + 37 * $_; sub { my ($d) = @_;
			return ($d->selectrow_array(q{SELECT payment.ask_refund(?, ?, ?, 'EUR', 'race', 'test', sutler.uuid7())}, undef, $t->{tenant}, $o->{order}, $part))[0] } } 1 .. 20);
		my $given = $j->value(q{SELECT sum(r.amount) FROM payment.refund r JOIN payment.payment p USING (tenant_id, payment_id) WHERE p.order_id = ?}, $o->{order});
		is(sum0(values %$seen), 20, 'twenty were asked: ' . join ', ', map { "$_ $seen->{$_}" } sort keys %$seen);
		cmp_ok($given, '<=', 176_00, "round $round: $given went back, no more than came in");
		# And their credit notes, twenty at once, in any order, each by two.
		my @refunds = map { $_->{refund_id} } $j->rows('SELECT refund_id FROM accounting.uncredited');
		at_once('_sutler-issue-invoices', map { my $r = $_; sub { my ($d) = @_;
			return defined(($d->selectrow_array('SELECT accounting.issue_credit_note(?, ?, false)', undef, $t->{tenant}, $r))[0]) ? 'ok' : 'none' } } sort { rand() <=> 0.5 } @refunds, @refunds);
		bill();
		is(sum0(map { $_->{total} } notes($o)), $given, 'the credit notes sum to what went back');
		is(refund($o), 'ok', 'the rest goes back') if $given < 176_00;
		bill();
		is(taxes($o), order_taxes($o), 'and all together are the invoice');
		whole("round $round");
	}
};

subtest 'money that came back' => sub {
	my $o = $j->order($t);
	$j->pay($o);
	refund($o, 500);
	bill();
	my ($c) = notes($o);
	# What the gateway's report does (payment.refund_state).
	$j->tenant($o);
	$j->value('SELECT accounting.to_credit(?, ?, true)', $t->{tenant}, $c->{refund_id}) for 1 .. 2;
	bill();
	my (undef, $back) = notes($o);
	is($back->{takes_back}, $c->{credit_note_id}, 'the credit note is taken back by another');
	is(join(' ', @$back{qw(net tax total)}), join(' ', map { -$_ } @$c{qw(net tax total)}), 'of the same amounts, below zero');
	is(taxes($o), '1 0 0', 'together they are nothing');
	# Not behind all the others.
	$j->change('DELETE FROM event.ready r USING event.outbox o WHERE o.outbox_id = r.outbox_id AND o.change_id IS DISTINCT FROM ?', $back->{credit_note_id});
	$j->run('deliver', '--once');
	my ($m) = grep { ($_->{attached} // [])->[0] && $_->{subject} =~ /\Q$back->{series}$back->{number}\E/ } $j->mails;
	ok($m, 'a mail brings it') or return;
	like($j->pdf_text($m->{attached}[0]{body}), qr/Anulación de factura\s+rectificativa.*Anula la factura rectificativa\s+\Q$c->{series}$c->{number}\E/s, 'which names the first');
	is(refund($o), 'ok', 'then all of it goes back in another way');
	bill();
	my @n = notes($o);
	is($n[-1]{total}, $o->{total} - 500, 'whose credit note is of its amount');
};

subtest 'killed at random points' => sub {
	for my $m (($t, $other) x 30) {
		my $o = $j->order($m);
		$j->pay($o);
		refund($o, 100 + int rand 500) for 1 .. 2;
	}
	my $killed = 0;
	$killed += $j->kill_after(20 + int rand 150, 'issue-invoices') for 1 .. 30;
	bill();
	cmp_ok($killed, '>', 5, "$killed kills");
	whole('after the kills');
	is($j->value(q{SELECT count(*) FROM accounting.credit_note a JOIN accounting.invoice i USING (tenant_id, store_id, series, number)}), 0,
		'no credit note has the number of an invoice');
};

done_testing;
