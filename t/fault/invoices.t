#!/usr/bin/perl
# Promise: each paid order has exactly one invoice, one file and one mail with it; the
# numbers of a series have no gap and no double, whoever issues in parallel, and killing
# the job anywhere changes nothing of that (reliability P17; ACC-01).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use Jobs;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $j = Jobs->new;
my $t = $j->merchant('suelas');
my $other = $j->merchant('otra');

sub bill { my ($status, $text) = $j->run('issue-invoices'); is($status, 0, 'issue-invoices ends well') or diag $text; return }

subtest 'one invoice and its mail' => sub {
	my $paid = $j->order($t, quantity => 3);
	my $open = $j->order($t);
	$j->pay($paid);
	bill() for 1 .. 2;
	is($j->value('SELECT count(*) FROM accounting.invoice'), 1, 'the paid order has its invoice, the other none');
	my ($i) = $j->rows('SELECT * FROM accounting.invoice');
	is($i->{order_id}, $paid->{order}, 'of that order');
	like($i->{seller}, qr/suelas, S\.L\.\n.*B12345678/s, 'with the seller');
	like($i->{buyer}, qr/Ana Núñez\nCalle Sol 2\n28001 Madrid/, 'and the buyer');
	is($j->value('SELECT count(*) FROM accounting.unbilled'), 0, 'nothing is left to bill');
	is($j->value(q{SELECT encode(sha256(pdf), 'hex') = encode(sha256, 'hex') FROM accounting.document}), 1, 'the file and its hash');
	$j->run('deliver', '--once');
	my ($m) = grep { $_->{attached} } $j->mails;
	ok($m, 'a mail brings it') or return;
	like($m->{subject}, qr/\Q$i->{series}$i->{number}\E/, 'and names it');
	is(sha256_hex($m->{attached}[0]{body}), $j->value(q{SELECT encode(sha256, 'hex') FROM accounting.document}), 'the file is the stored one');
	my $text = $j->pdf_text($m->{attached}[0]{body});
	for my $want ($i->{series} . $i->{number}, $paid->{number}, 'Ana Núñez', 'Suela de tacón', '36,30 €', '6,05 €', '42,35 €', '21 %') {
		like($text, qr/\Q$want\E/, "it shows $want");
	}
	my ($base, $tax) = $text =~ /21 %\s+([\d,]+) €\s+([\d,]+) €/;
	s/,/./ for $base, $tax;
	is(sprintf('%.2f', $base + $tax), '42.35', 'base and tax make the total');
};

subtest 'killed between the halves' => sub {
	my $o = $j->order($t);
	$j->pay($o);
	$j->tenant($t);
	$j->value('SELECT accounting.issue_invoice(?, ?, ?, ?)', $t->{tenant}, $o->{order}, 'seller', 'buyer');
	bill();
	is($j->value('SELECT count(*) FROM accounting.document d JOIN accounting.invoice i USING (invoice_id) WHERE i.order_id = ?', $o->{order}), 1,
		'the file comes with the next run');
	is($j->value('SELECT seller FROM accounting.invoice WHERE order_id = ?', $o->{order}), 'seller', 'the invoice stays what it was');
};

subtest 'one that cannot be billed does not hold up the others' => sub {
	my $bad = $j->order($t);
	$j->pay($bad);
	$j->change("UPDATE sales.\"order\" SET payment = 'failed' WHERE order_id = ?", $bad->{order});
	my @good = map { $j->order($t) } 1 .. 25;
	$j->pay($_) for @good;
	my ($status, $text) = $j->run('issue-invoices');
	is($status, 1, 'the job says that something is wrong');
	like($text, qr/order could not be billed.*$bad->{order}/, 'and what');
	is($j->value('SELECT count(*) FROM accounting.unbilled'), 1, 'the others have their invoices');
	$j->change("UPDATE sales.\"order\" SET payment = 'paid' WHERE order_id = ?", $bad->{order});
	bill();
};

sub whole
{
	my ($what) = @_;
	is($j->value(q{SELECT count(*) FROM (SELECT s.next_number - 1 AS last, count(*) AS n, max(i.number) AS top, min(i.number) AS low
		FROM accounting.series s JOIN accounting.invoice i USING (tenant_id, store_id, series) GROUP BY s.tenant_id, s.store_id, s.series, s.next_number) x
		WHERE last <> n OR top <> n OR low <> 1}), 0, "$what: numbers without gap");
	is($j->value(q{SELECT count(*) FROM sales."order" o WHERE o.payment = 'paid'
		AND (SELECT count(*) FROM accounting.invoice i JOIN accounting.document d USING (invoice_id) WHERE i.order_id = o.order_id) <> 1}), 0,
		"$what: each paid order has one invoice with one file");
	is($j->value(q{SELECT count(*) FROM sales."order" o WHERE o.payment = 'paid'
		AND (SELECT count(*) FROM event.outbox m WHERE m.order_id = o.order_id AND m.template = 'invoice') <> 1}), 0, "$what: and one mail");
	return;
}

subtest 'issued in parallel' => sub {
	my @orders = map { $j->order($t) } 1 .. 60;
	$j->pay($_) for @orders;
	my @pids;
	for my $w (0 .. 5) {
		my $pid = fork // die;
		if (!$pid) {
			my $db = $j->{schema}->dbh('_sutler-issue-invoices');
			$db->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t->{tenant});
			for my $o (sort { rand() <=> 0.5 } @orders) {
				eval { $db->selectrow_array('SELECT accounting.issue_invoice(?, ?, ?, ?)', undef, $t->{tenant}, $o->{order}, 's', 'b'); 1 }
					or warn $@;
			}
			$db->disconnect;
			POSIX::_exit(0);
		}
		push @pids, $pid;
	}
	waitpid $_, 0 for @pids;
	bill();
	whole('six at once');
};

subtest 'killed at random points' => sub {
	$j->pay($j->order($_)) for ($t, $other) x 40;
	my $killed = 0;
	for (1 .. 40) {
		$killed += $j->kill_after(5 + int rand 100, 'issue-invoices');
	}
	bill();
	cmp_ok($killed, '>', 5, "$killed kills");
	whole('after the kills');
	is($j->value('SELECT count(*) FROM accounting.unbilled'), 0, 'nothing is left to bill');
};

done_testing;
