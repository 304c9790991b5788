# Promise: machines can tell how the house does.  /healthz answers while the program lives, /readyz while visitors may
# be sent, with the reason when not, and both need no store's name; /metrics is right by the judgement of Prometheus'
# own tool, counts what was asked, holds nothing of any merchant, and is for this host or who knows the token.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(read_file top wait_for write_file);
use HTTP::Tiny;
use JSON::PP;
use Shop;
use Test::More;
use Visitor;

my $apache = ($ENV{SUTLER_TEST_WEB} // '') eq 'apache';
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog watch observe release-holds))], config => { 'web.workers' => 2 });
my $f = Fixture->new($shop->dbh);
$f->furnish;
my $stack = $shop->stack;
my $port = $stack->ports->{watch};
my $v = Visitor->new(port => $stack->port, host => 'one.localhost');

# Somebody who knows no name of the house.
sub ask
{
	my ($path, %headers) = @_;
	my $got = HTTP::Tiny->new(timeout => 20)->get("http://127.0.0.1:$port$path", { headers => \%headers });
	return $got;
}
sub figures { return ask('/metrics')->{content} }

# NAME{label="value",...} => number.
sub samples
{
	my ($page) = @_;
	return map { /^([a-z_]+(?:\{.*\})?) (\S+)$/ ? ($1 => $2) : () } split /\n/, $page;
}

sub checked
{
	my ($page, $what) = @_;
	my $file = "$stack->{dir}/metrics.txt";
	write_file($file, $page);
	my $said = `promtool check metrics < '$file' 2>&1`;
	ok $? == 0 && $said !~ /error/, $what or diag $said;
	return;
}

subtest 'whether it lives' => sub {
	my $got = ask('/healthz');
	is $got->{status}, 200, 'under no name at all';
	is_deeply decode_json($got->{content}), { status => 'alive' }, '... as JSON';
	is $got->{headers}{'cache-control'}, 'no-store', '... that nobody keeps';
	is ask('/healthz?x=1')->{status}, 400, 'what it does not know is refused';
	is ask('/elsewhere')->{status}, 404, 'there is nothing else';
	is(HTTP::Tiny->new->request('POST', "http://127.0.0.1:$port/healthz")->{status}, 405, 'it changes nothing');
	is $v->get('/healthz')->status, 200, 'a store answers it too, for this host';
};

subtest 'whether it is ready' => sub {
	my $got = ask('/readyz');
	is $got->{status}, 200, 'with a database and a disk it is';
	is_deeply decode_json($got->{content}), { status => 'ready', reasons => [] }, '... and says so';
	my $probe = "$stack->{dir}/probe";
	rename $probe, "$probe.away";
	$got = ask('/readyz');
	is $got->{status}, 503, 'not when nothing can be written';
	is_deeply decode_json($got->{content}), { status => 'unready', reasons => ['disk'] }, '... which is the reason';
	is $got->{headers}{'retry-after'}, 5, '... and when to ask again';
	rename "$probe.away", $probe;
	my ($version) = $shop->rows('SELECT version, name, sha256 FROM migration.applied ORDER BY version DESC LIMIT 1');
	$shop->dbh->do('DELETE FROM migration.applied WHERE version = ?', undef, $version->{version});
	is_deeply decode_json(ask('/readyz')->{content})->{reasons}, ['schema'], 'a schema older than the programs is a reason';
	$shop->dbh->do('INSERT INTO migration.applied (version, name, sha256) VALUES (?, ?, ?)', undef, @$version{qw(version name sha256)});
	is ask('/readyz')->{status}, 200, 'afterwards all is well';
};

subtest 'figures of requests' => sub {
	my %before = samples(figures());
	$v->get('/c/shoes') for 1 .. 3;
	$v->get('/c/nothing-of-that-kind');
	my $page = figures();
	checked($page, 'promtool takes the page');
	my %now = samples($page);
	my $of = 'program="catalog",method="GET",route="/c/{slug}"';
	my $grew = sub { my ($name) = @_; ($now{$name} // 0) - ($before{$name} // 0) };
	is $grew->("sutler_requests_total{$of,status=\"2xx\"}"), 3, 'answers are counted by class';
	is $grew->("sutler_requests_total{$of,status=\"4xx\"}"), 1, '... those that were declined too';
	is $grew->("sutler_request_duration_seconds_count{$of}"), 4, 'times of all of them';
	is $now{"sutler_request_duration_seconds_bucket{$of,le=\"+Inf\"}"}, $now{"sutler_request_duration_seconds_count{$of}"}, '... the last place has all';
	my @counts = map { $now{"sutler_request_duration_seconds_bucket{$of,le=\"$_\"}"} }
		qw(0.0005 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.2 0.5 1 2 5);
	is_deeply [sort { $a <=> $b } @counts], \@counts, '... and each what is below it';
	cmp_ok $now{"sutler_request_database_seconds_total{$of}"}, '>', 0, 'time of the database';
	cmp_ok $now{"sutler_request_database_seconds_total{$of}"}, '<=', $now{"sutler_request_duration_seconds_sum{$of}"}, '... which is part of the whole';
	cmp_ok $grew->("sutler_request_round_trips_total{$of}"), '>=', 4, 'round trips';
	is $now{'sutler_workers_wanted{program="catalog"}'}, 2, 'workers that are wanted';
	is $now{'sutler_workers{program="catalog",state="idle"}'} + $now{'sutler_workers{program="catalog",state="busy"}'}, 2, '... and are there';
	cmp_ok $now{'sutler_workers{program="watch",state="busy"}'}, '>=', 1, 'who asks keeps one busy';
	is $now{'sutler_database_up'}, 1, 'the database answers';
	cmp_ok $now{'sutler_disk_free_bytes'}, '>', 0, 'there is room';
};

subtest 'processes' => sub {
	my %before = samples(figures());
	my $master = $stack->running('catalog');
	my ($pid) = split / /, read_file("/proc/$master/task/$master/children");
	kill KILL => $pid;
	ok wait_for(10, sub { my %now = samples(figures()); $now{'sutler_worker_crashes_total{program="catalog"}'} == $before{'sutler_worker_crashes_total{program="catalog"}'} + 1
		&& $now{'sutler_workers{program="catalog",state="idle"}'} == 2 }), 'a crash is counted, and another worker is there';
	my $asked = $before{'sutler_requests_total{program="catalog",method="GET",route="/c/{slug}",status="2xx"}'};
	$stack->restart_program('catalog');
	ok wait_for(10, sub { my %now = samples(figures()); ($now{'sutler_program_starts_total{program="catalog"}'} // 0) > $before{'sutler_program_starts_total{program="catalog"}'} }), 'a start is counted';
	my %now = samples(figures());
	is $now{'sutler_requests_total{program="catalog",method="GET",route="/c/{slug}",status="2xx"}'}, $asked, 'what was counted before stays';
};

subtest 'figures of the house' => sub {
	my $acme = $f->{tenant}{acme};
	my $dbh = $shop->dbh;
	my %none = samples(figures());
	is((grep { /^sutler_outbox/ } keys %none), 0, 'nothing is said that nobody counted');
	is_deeply [grep { !exists $none{"sutler_job_interval_seconds{job_name=\"$_\"}"} } qw(deliver observe reconcile-stock)], [], 'every task has its interval';
	my @mail = map { $shop->value('SELECT event.queue_mail(?, ?, ?, NULL, NULL, NULL)', $acme, $f->{store}{one}, 'order_placed') } 1 .. 3;
	$dbh->do(q{UPDATE event.outbox SET last_error = '450 later', attempts = 1, created_at = now() - interval '1 hour' WHERE outbox_id = ?}, undef, $mail[0]);
	$dbh->do(q{UPDATE event.outbox SET state = 'failed', done_at = now() WHERE outbox_id = ?}, undef, $mail[1]);
	$dbh->do('DELETE FROM event.ready WHERE outbox_id = ?', undef, $mail[1]);
	$dbh->do('UPDATE inventory.stock SET short = 2 WHERE ctid = (SELECT ctid FROM inventory.stock LIMIT 1)');
	$shop->job('observe');
	$shop->job('release-holds');
	my $page = figures();
	checked($page, 'promtool takes the page');
	my %now = samples($page);
	is $now{sutler_tenants}, $shop->value('SELECT count(*) FROM tenancy.tenant'), 'all merchants were asked';
	is "$now{sutler_outbox_waiting} $now{sutler_outbox_troubled} $now{sutler_outbox_failed}", '2 1 1', 'mails: on their way, in trouble, given up';
	cmp_ok abs($now{sutler_outbox_oldest_seconds} - 3600), '<', 60, '... since when';
	is $now{sutler_stock_short}, 1, 'what is short';
	is $now{sutler_audit_unsealed}, $shop->value('SELECT count(*) FROM audit.entry'), 'what is to be sealed';
	cmp_ok $now{sutler_figures_age_seconds}, '<', 30, 'and how old that is';
	cmp_ok abs($now{'sutler_job_last_success_timestamp_seconds{job_name="release-holds"}'} - time), '<', 30, 'when a task last succeeded';
	is $now{'sutler_job_failing{job_name="release-holds"}'}, 0, '... and whether it fails';
	cmp_ok $now{'sutler_job_duration_seconds{job_name="observe"}'}, '>', 0, '... and how long it took';
	my @words = map { values %$_ } $shop->rows('SELECT tenant_id::text, name, slug FROM tenancy.tenant'), $shop->rows('SELECT host FROM tenancy.host'),
		$shop->rows('SELECT sku FROM catalog.variant'), $shop->rows('SELECT store_id::text, code FROM tenancy.store');
	is_deeply [grep { $page =~ /\b\Q$_\E\b/ } grep { length > 3 } @words], [], 'no merchant is named';
};

# What must not be: a program that was taken over writes what it likes into its own file.
subtest 'a file that lies' => sub {
	my $run = "$stack->{dir}/state";
	my $whole = read_file("$run/counters-catalog");
	my $at = index $whole, 'GET /c/{slug}';
	my $lie = "G\n# HELP \"x\\ \xff\x01 1\n";
	substr $whole, $at, length $lie, $lie;
	write_file("$run/counters-liar", $whole, 0644);
	write_file("$run/counters-short", substr($whole, 0, 5000), 0644);
	write_file("$run/counters-long", $whole =~ s/^(.{8}).{8}/$1 . pack 'q', 1 << 40/esr, 0644);
	symlink '/etc/passwd', "$run/counters-link";
	mkdir "$run/Bad Name";
	write_file("$run/Bad Name/counters", $whole, 0644);
	my $page = figures();
	checked($page, 'promtool still takes the page');
	like $page, qr/program="liar"/, '... it speaks for itself alone';
	unlike $page, qr/program="(?:short|long|link|Bad Name)"/, '... and what is no such file is left out';
	unlink map { "$run/counters-$_" } qw(liar short long link);
};

subtest 'who may see them' => sub {
	is $v->get('/metrics')->status, 200, 'this host, of a store too';
	my $conf = read_file("$stack->{dir}/web/" . 'watch.conf') . read_file("$stack->{dir}/web/server.conf");
	if ($apache) {
		is(scalar(() = $conf =~ /^\tRequire local|^\t\tRequire local/mg), 6, 'all places of both servers are for this host');
	} else {
		is(scalar(() = $conf =~ /allow 127\.0\.0\.1;\n\s*allow ::1;\n\s*deny all;/g), 6, 'all places of both servers are for this host');
	}
	my $file = "$stack->{dir}/state/token";
	write_file($file, "a token that is long enough\n", 0644);
	$stack->{config}{'watch.token_file'} = $file;
	$stack->write_config;
	$stack->restart_program('watch');
	my $got = ask('/metrics');
	is $got->{status}, 401, 'with a token nobody else sees them';
	like $got->{headers}{'www-authenticate'}, qr/^Bearer/, '... and is told what is wanted';
	is ask('/metrics', Authorization => 'Bearer a token that is long enougH')->{status}, 401, 'a wrong one does not help';
	is ask('/metrics', Authorization => 'Bearer a token that is long enough')->{status}, 200, 'the right one does';
	is ask('/healthz')->{status}, 200, 'health needs none';
	write_file($file, "short\n", 0644);
	is ask('/metrics', Authorization => 'Bearer short')->{status}, 401, 'one that can be guessed opens nothing';
	unlink $file;
	is ask('/metrics')->{status}, 401, 'nor does a file that is gone';
};

subtest 'one line a request, which the web server knows too' => sub {
	my $got = $v->get('/c/shoes');
	my ($line) = grep { /"event":"request"/ && m{"route":"/c/\{slug\}"} } reverse split /\n/, read_file("$stack->{dir}/log/catalog.log");
	my $said = decode_json($line);
	like $said->{front} // '', qr/^[0-9A-Za-z\@_-]{16,64}$/, 'it has the web server\'s id';
	ok wait_for(10, sub { read_file("$stack->{dir}/web/access.log") =~ /\Q$said->{front}\E$/m }), '... which stands in the log of the web server';
	is_deeply [grep { !defined $said->{$_} } qw(time level program request tenant method route status bytes us db_us trips calls runs)], [], 'and all that is asked of it';
};

done_testing;
