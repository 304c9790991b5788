#!/usr/bin/perl
# Promise: what Prometheus and Grafana are given works: the rules are right by the judgement of promtool, each
# alert comes when it must and stays away when it need not, says what it means, and leads to a part of the guide
# that there is; rules and dashboard name only figures that /metrics has (t/http/040-watch.t has that page).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use File::Temp qw(tempdir);
use House qw(read_file top write_file);
use JSON::PP;
use Test::More;

my $top = top();
my $dir = tempdir(CLEANUP => 1);
my $rules = "$top/etc/monitoring/sutler.rules.yml";
my $text = read_file($rules);
my $source = join '', map { read_file("$top/cgi-bin/$_.c") } qw(watch watch-metrics);

my $said = `promtool check rules '$rules' 2>&1`;
is $?, 0, 'promtool takes the rules' or diag $said;
write_file("$dir/prometheus.yml", read_file("$top/etc/monitoring/prometheus.yml") =~ s{/usr/share/sutler/monitoring}{$top/etc/monitoring}r);
$said = `promtool check config '$dir/prometheus.yml' 2>&1`;
is $?, 0, '... and the example of a configuration' or diag $said;

my @alerts = $text =~ /- alert: (\w+)/g;
cmp_ok scalar @alerts, '>', 15, 'there are alerts';
my $guide = read_file("$top/doc/watching.md");
for my $alert (@alerts) {
	my ($rule) = $text =~ /- alert: $alert\n(.*?)(?=\n      - alert:|\z)/s;
	like $rule, qr/severity: (?:critical|warning|info)\n/, "$alert has a severity";
	like $rule, qr/summary: >-\n\s+\S/, '... a sentence';
	my ($anchor) = $rule =~ m{runbook_url: /usr/share/doc/sutler-doc/watching\.md#([a-z]+)};
	ok $anchor && $guide =~ /^### \Q$alert\E$/m && lc $alert eq $anchor, '... and a part of the guide';
	my $part = $guide =~ /^### \Q$alert\E\n\n(.*?)(?=^##|\z)/ms ? $1 : '';
	cmp_ok length $part, '>', 80, '... that says what to do';
}

# Each case as a file for promtool; one run of it tells of all.
my %case = map { my ($name, @c) = split /\t/; ($name => \@c) } grep { !/^#/ } split /\n/, read_file("$top/t/data/alerts.tab");
is_deeply [sort keys %case], [sort @alerts], 'every alert has a case';
sub quoted { my ($s) = @_; return "'" . ($s =~ s/'/''/gr) . "'" }

# The tests that make promtool say which alerts come: it is told that none does.
sub comes
{
	my ($alert, $at, $series) = @_;
	my $out = "rule_files: [$rules]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n";
	for (split / ; /, $series) {
		my ($name, $values) = /^(\S+\{.*\}) (\S+)$/ or die "not a series: $_\n";
		$out .= '      - series: ' . quoted($name) . "\n        values: " . quoted($values) . "\n";
	}
	$out .= "    alert_rule_test:\n      - eval_time: $at\n        alertname: $alert\n        exp_alerts: []\n";
	write_file("$dir/case.yml", $out);
	my $answer = `promtool test rules '$dir/case.yml' 2>&1`;
	return undef if $answer !~ /SUCCESS|got:/;
	return $answer =~ /got:\s*\[\s*0:\s*Labels/s ? 1 : 0;
}
for my $alert (@alerts) {
	my ($at, $bad, $good) = @{ $case{$alert} // next };
	is comes($alert, $at, $bad), 1, "$alert comes";
	is comes($alert, $at, $good), 0, '... and stays away';
}

# What stands in the dashboard.
my $board = decode_json(read_file("$top/etc/monitoring/sutler-dashboard.json"));
my @panels = @{ $board->{panels} };
cmp_ok scalar @panels, '>', 10, 'the dashboard has panels';
my %id;
ok !(grep { $id{ $_->{id} }++ } @panels), '... each with a number of its own';
my @exprs = map { map { $_->{expr} } @{ $_->{targets} } } @panels;
for my $expr (@exprs) {
	write_file("$dir/query.yml", "groups:\n  - name: g\n    rules:\n      - record: x:y\n        expr: " . quoted($expr) . "\n");
	my $answer = `promtool check rules '$dir/query.yml' 2>&1`;
	is $?, 0, "promtool understands $expr" or diag $answer;
}
my %has = map { $_ => 1 } $source =~ /"(sutler_[a-z_]+)/g;
my @named = do { my %n; grep { !$n{$_}++ } join("\n", $text, @exprs) =~ /\b(sutler_[a-z_]+)/g };
is_deeply [grep { !$has{ $_ =~ s/_(?:bucket|sum|count)$//r } } sort @named], [], 'no figure is named that there is not';
done_testing;
