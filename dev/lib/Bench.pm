package Bench;

# The measuring part of dev/bench: a house with a large catalogue, load, and clocks.
#
#	my $b = Bench->new(products => 10_000, carts => 20_000);
#	$b->start;				# builds, fills a database (kept), starts the stack
#	my $r = $b->load('category', 10);	# 10 s of load: { rps, p50_ms, p99_ms, cpu => {...}, ... }
#	$r = $b->orders('hot', 5);		# the same for orders
#	Bench->new(products => 100_000, orders => 1_000_000, people => 100_000)	# the console's lists instead
#	$b->pss;				# MB per worker, the largest of each program
#	$b->stop;
#
# What is measured is a build without developer hooks, with the settings of production but
# that workers do not make room after some requests.  The limit beside a page is the program
# t/bench/empty, which sends the same bytes through the same nginx and as many workers.

use strict;
use warnings;
use Cluster;
use File::Path qw(make_path remove_tree);
use House qw(alive demoted own_dir program_rows quietly read_file spawn top wait_for write_file);
use Install qw(build say_step);
use IO::Socket::INET;
use List::Util qw(max sum0);
use POSIX ();
use Stack;
use Testbed;
use Time::HiRes qw(time);
use Webserver qw(nginx_http nginx_main nginx_server);

our $HOST = 'bench.localhost';

# Connections of the load, as many as one hot page has at a time; 2 threads drive them.
my $CONNECTIONS = 32;
my $THREADS = 2;
# Clients that place orders: more than the checkout of a busy shop has workers.
my $CLIENTS = 8;
my $TICKS = POSIX::sysconf(POSIX::_SC_CLK_TCK());

# The pages, and which program answers each.
# The lists of the console, likewise.
our %DESK = (order_list => 'admin-orders', order_search => 'admin-orders', product_list => 'admin-catalog',
	stock_list => 'admin-inventory', customer_list => 'admin-customers');
# Who is signed in at the console of t/bench/desk.sql.
my $DESK_HOST = 'desk.localhost';
my $DESK_TOKEN = 'bench-desk-' x 4;
$DESK_TOKEN = substr $DESK_TOKEN, 0, 43;

our %PAGE = (home => 'home', category => 'catalog', first => 'catalog', deep => 'catalog', priced => 'catalog', tagged => 'catalog', filtered => 'catalog', product => 'catalog', search => 'catalog', cart_add => 'cart',
	checkout => 'checkout', order => 'order', sign_in => 'login', account => 'account');
# Pages of somebody: t/bench/people.sql knows who.
my %OF_SOMEBODY = map { $_ => 1 } qw(checkout order sign_in account);

# A catalogue of more products than these is measured itself, no copy of it.
my $MOST_COPIED = 200_000;

sub new
{
	my ($class, %o) = @_;
	my $self = bless { products => 10_000, carts => 20_000, workers => 4, rounds => 1, top => top(), %o }, $class;
	$self->{dir} = $self->{built} ? "$self->{top}/var/bench-built" : "$self->{top}/var/bench";
	$self->{build} = $self->{built} // "$self->{top}/var/build-bench";
	return $self;
}

# ---- the house ----

sub start
{
	my ($self) = @_;
	build(dir => $self->{build}, targets => ['all', 't/bench/empty', 't/bench/orders']) if !$self->{built};
	make_path("$self->{dir}/answers", "$self->{dir}/lists");
	$self->begin_cluster;
	my $template = $self->template;
	my $c = $self->{cluster};
	say_step('starting the programs');
	# A copy of what is large (50 GB at 1 000 000 products) takes as much room again and longer than all the rounds: that is measured
	# itself.  Its carts and new prices stay, and the next run writes the same again.
	$c->dropdb('bench');
	if ($self->{products} > $MOST_COPIED) {
		$c->psql('postgres', qq{ALTER DATABASE "$template" RENAME TO bench});
		$self->{renamed} = $template;
	} else {
		$c->createdb('bench', $template);
	}
	# What making the catalogue and this copy left to be written is written now, not beside the first figures.
	$c->psql('bench', 'CHECKPOINT');
	$c->psql('bench', 'CREATE EXTENSION pg_stat_statements') if $self->{profile};
	$c->psql('bench', 'UPDATE staff.session SET created_at = now(), seen_at = now(), proven_at = now()') if $self->{orders};
	my @rows = grep { $_->{kind} eq 'page' } program_rows();
	push @rows, { name => 'empty', kind => 'page', prefixes => '/empty/,/floor/', workers => $self->{workers}, body => '64k',
		network => '', writes => '', schedule => '' };
	my $build = $self->{build};
	local $ENV{BENCH_ANSWERS} = "$self->{dir}/answers";
	local $ENV{BENCH_WORKERS} = $self->{workers};
	local $ENV{BENCH_DATABASE} = $c->conninfo('bench', '_sutler-cart');
	my $s = $self->{stack} = $self->stack(database => 'bench', prepared => 1, rows => \@rows, web_workers => 2,
		program => sub { my ($row) = @_; $row->{name} eq 'empty' ? "$build/t/bench/empty" : "$build/cgi-bin/$row->{name}" },
		config => { 'web.workers' => $self->{workers}, 'web.request_limit' => 1_000_000_000, 'web.page_memory' => 0 });
	$s->start;
	write_file("$self->{dir}/lists/static", "GET\t/static/css/shop.css\t\t\n");
	return;
}

sub stack
{
	my ($self, %o) = @_;
	return Stack->new(dir => $self->{dir}, build => $self->{build}, cluster => $self->{cluster}, %o);
}

sub stop
{
	my ($self) = @_;
	$self->{stack}->stop if $self->{stack};
	# Which ends PostgreSQL, too.
	if ($self->{renamed}) {
		$self->{cluster}->start;
		$self->{cluster}->psql('postgres', qq{ALTER DATABASE bench RENAME TO "$self->{renamed}"});
	}
	$self->{cluster}->stop if $self->{cluster};
	return;
}

# Begins the cluster, or begins it anew with MORE settings.
sub begin_cluster
{
	my ($self, %more) = @_;
	my $c = Cluster->new("$self->{dir}/pg", durable => 1, settings => {
		shared_buffers => '512MB', max_wal_size => '4GB', checkpoint_timeout => '30min', autovacuum => 'off',
		$self->{profile} ? (shared_preload_libraries => "'pg_stat_statements'", 'pg_stat_statements.track' => 'all') : (), %more });
	$c->stop;
	$c->start;
	$self->{cluster} = $c;
	return;
}

# As a catalogue is made: nobody mourns one that is half made, and of a large one every index is written all over.
sub making
{
	my ($self) = @_;
	return (fsync => 'off', full_page_writes => 'off', max_wal_size => '8GB', $self->{products} > $MOST_COPIED ? (shared_buffers => '4GB', maintenance_work_mem => '1GB') : ());
}

# A database with the catalogue, made once for a state of its sources.
sub template
{
	my ($self) = @_;
	my $name = ($self->{orders} ? 'desk' : 'catalogue') . "_$self->{products}";
	my $stamp = "$self->{dir}/$name.stamp";
	my $want = Testbed->new->fingerprint('t/bench/catalogue.sql', $self->{orders} ? 't/bench/desk.sql'
		: ('t/bench/listings-begin.sql', 't/bench/listings.sql', 't/bench/listings-end.sql', 't/bench/freshen.sql', 't/bench/indexes.sql'));
	my $made = -e $stamp && read_file($stamp) eq $want;
	my $c = $self->{cluster};
	# A run that was killed left it under the name it is measured by.
	$c->psql('postgres', qq{ALTER DATABASE bench RENAME TO "$name"})
		if $made && $self->{products} > $MOST_COPIED && !$c->exists_db($name) && $c->exists_db('bench');
	return $name if $made && $c->exists_db($name);
	say_step("making a catalogue of $self->{products} products" . ($self->{orders} ? " and $self->{orders} orders" : ''));
	unlink $stamp;
	$self->begin_cluster($self->making);
	$self->{cluster}->dropdb($name);
	$self->make_catalogue($name);
	$self->begin_cluster;
	# Without fsync nothing of it need be on the disk yet.
	quietly("$self->{dir}/log/sync", 'sync');
	write_file($stamp, $want);
	return $name;
}

sub make_catalogue
{
	my ($self, $name) = @_;
	my $s = $self->stack(database => $name);
	$s->prepare_dirs;
	$s->write_config;
	$s->build_database;
	$self->sql($name, 'catalogue.sql', products => $self->{products});
	if ($self->{orders}) {
		$self->sql($name, 'desk.sql', map({ ($_ => $self->{$_}) } qw(orders people)), token => $DESK_TOKEN);
		return;
	}
	$self->sql($name, 'listings-begin.sql');
	$self->halves($name, 'listings.sql');
	$self->halves($name, 'listings-end.sql');
	$self->{cluster}->psql($name, 'VACUUM (ANALYZE)');
	# The work of the job freshen, all of it in one step: it would count the store again for each 500.
	$self->sql($name, 'freshen.sql');
	$self->halves($name, 'indexes.sql');
	return;
}

# Runs a file of t/bench twice at once, each for its half.
sub halves
{
	my ($self, $name, $file) = @_;
	my $parts = 2;
	my @pids = map { my $part = $_; $self->aside(sub { $self->sql($name, $file, parts => $parts, part => $part) }) } 0 .. $parts - 1;
	waitpid($_, 0) == $_ && $? == 0 or die "$file fails\n" for @pids;
	return;
}

sub aside
{
	my ($self, $work) = @_;
	my $pid = fork // die "cannot fork: $!\n";
	return $pid if $pid;
	my $ok = eval { $work->(); 1 };
	print STDERR $@ if !$ok;
	POSIX::_exit($ok ? 0 : 1);
}

# Runs a file of t/bench with variables; its output.
sub sql
{
	my ($self, $database, $file, %variables) = @_;
	return $self->{cluster}->psql_file($database, "$self->{top}/t/bench/$file", map { ('-v', "$_=$variables{$_}") } sort keys %variables);
}

# ---- what is asked for ----

# Writes the lists of addresses; and what the empty program answers beside each page.
sub prepare_pages
{
	my ($self, @pages) = @_;
	for my $page (@pages) {
		my $list = $page eq 'cart_add'
			? $self->sql('bench', 'carts.sql', carts => 2000, lines => 8000, products => $self->{products})
			: $OF_SOMEBODY{$page} ? $self->sql('bench', 'people.sql', page => $page)
			: join "\n", map { "GET\t$_\t\t" } split /\n/, $self->sql('bench', 'addresses.sql', page => $page);
		write_file("$self->{dir}/lists/$page", "$list\n");
		$self->keep_answer($page, split /\n/, $list);
	}
	return;
}

# A second nginx before the same programs, which keeps pages for anybody as in production; and in its
# static files one of as many bytes as the page.
sub prepare_kept
{
	my ($self, $page) = @_;
	my ($s, $dir) = ($self->{stack}, "$self->{dir}/kept");
	own_dir("$dir/$_", 0755) for '.', 'tmp', 'htdocs/css', 'htdocs';
	write_file("$dir/htdocs/css/page.css", 'x' x $self->{bytes}{$page});
	write_file("$self->{dir}/lists/kept-static", "GET\t/static/css/page.css\t\t\n");
	write_file("$self->{dir}/lists/kept-$page", read_file("$self->{dir}/lists/$page"));
	my %o = (rows => $s->{rows}, sockets => $s->{socket_dir}, htdocs => "$dir/htdocs", media => $s->{media}, dir => $dir, names => [$HOST],
		http_port => House::free_port(), workers => 2, cache => "$dir/pages");
	write_file("$dir/http.conf", nginx_http(%o));
	write_file("$dir/server.conf", nginx_server(%o));
	write_file("$dir/nginx.conf", nginx_main(%o));
	my $pid = spawn(cmd => [demoted('/usr/sbin/nginx', '-e', "$dir/error.log", '-p', $dir, '-c', "$dir/nginx.conf")], log => "$dir/server.log");
	$s->remember('kept', $pid);
	$self->{kept_port} = $o{http_port};
	wait_for(10, sub { !alive($pid) || IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $o{http_port}) }) && alive($pid)
		or die "the nginx that keeps pages did not start: see $dir\n";
	return;
}

# Whole pages of lists are kept by the catalogue's workers, BYTES of each, or not at all (0).
sub keep_pages
{
	my ($self, $bytes) = @_;
	$self->{stack}{config}{'web.page_memory'} = $bytes;
	$self->{stack}->write_config;
	$self->{stack}->restart_program('catalog');
	return;
}

# The addresses of a page that everybody asks for: as many as a worker keeps.
sub prepare_hot
{
	my ($self, $page) = @_;
	my @list = split /^/, read_file("$self->{dir}/lists/$page");
	write_file("$self->{dir}/lists/hot-$page", join '', @list[0 .. ($#list < 63 ? $#list : 63)]);
	return;
}

# The lists of addresses of the console's lists.
sub prepare_desk
{
	my ($self, @lists) = @_;
	for my $list (@lists) {
		write_file("$self->{dir}/lists/$list", join '', map { "GET\t$_\tstaff=$DESK_TOKEN\t\n" } split /\n/,
			$self->sql('bench', 'desk-addresses.sql', list => $list));
	}
	return;
}

# The answer of middle size among some, as the program sends it: the empty one gives the same.
sub keep_answer
{
	my ($self, $page, @list) = @_;
	my @some = sort { length $a <=> length $b } map { $self->ask($_) } @list[map { $_ * int(@list / 15) } 0 .. 14];
	my $answer = $some[7];
	my ($head, $body) = split /\r\n\r\n/, $answer, 2;
	my ($status) = $head =~ m{^HTTP/1\.1 (.*)\r\n};
	# What nginx says itself is not the program's.
	my @own = grep { !/^(?:Server|Date|Connection|Transfer-Encoding|Content-Length|Vary):/i } split /\r\n/, $head =~ s/^.*\r\n//r;
	my $length = length $body ? "Content-Length: " . length($body) . "\r\n" : '';
	write_file("$self->{dir}/answers/$page", "Status: $status\r\n" . join('', map { "$_\r\n" } @own) . "$length\r\n$body");
	my $base = join '', map { s{^(\w+)\t[^\t]*}{$1\t/empty/$page}r . "\n" } @list;
	write_file("$self->{dir}/lists/empty-$page", $base);
	write_file("$self->{dir}/lists/floor-$page", $base =~ s{\t/empty/}{\t/floor/}gr);
	$self->{bytes}{$page} = length $body;
	return;
}

# One line of a list, asked for once; the whole answer.
sub ask
{
	my ($self, $line) = @_;
	my ($method, $path, $cookie, $body) = split /\t/, $line, -1;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{stack}->port) or die "nginx does not answer: $!\n";
	print {$s} "$method $path HTTP/1.1\r\nHost: $HOST\r\nConnection: close\r\n",
		$cookie ne '' ? "Cookie: $cookie\r\n" : '',
		$method eq 'POST' ? "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nContent-Length: " . length($body) . "\r\n" : '',
		"\r\n", $body;
	my $answer = do { local $/; <$s> } // '';
	die "$method $path answers:\n" . substr($answer, 0, 400) . "\n" if $answer !~ m{^HTTP/1\.1 (?:200|303) };
	return $answer;
}

# ---- clocks ----

# CPU seconds used so far by the processes of each class.
sub cpu
{
	my ($self) = @_;
	my %roots = (postgres => $self->{cluster}->pid, map { ($_ => $self->{stack}->running($_)) } 'nginx', 'kept', 'empty', sort values %PAGE);
	my %by;
	for my $stat (glob '/proc/[0-9]*/stat') {
		open my $f, '<', $stat or next;
		my ($pid, $rest) = (<$f> // '') =~ /^(\d+) \(.*\) (.*)/s or next;
		my @f = split ' ', $rest;
		$by{$pid} = { parent => $f[1], own => ($f[11] + $f[12]) / $TICKS, gone => ($f[13] + $f[14]) / $TICKS };
	}
	my %used;
	for my $class (keys %roots) {
		my $root = $roots{$class} or next;
		$used{$class} = ($by{$root}{gone} // 0) + sum0 map { $by{$_}{own} } grep { $_ == $root || $by{$_}{parent} == $root } keys %by;
	}
	return \%used;
}

# Round trips and statements per request of a program, out of the last lines of its log.
sub trips
{
	my ($self, $program) = @_;
	open my $f, '<', "$self->{dir}/log/$program.log" or return;
	seek $f, max(0, (-s $f) - 200_000), 0;
	my ($n, $trips, $calls) = (0, 0, 0);
	while (<$f>) {
		/"event":"request".*"trips":(\d+),"calls":(\d+)/ or next;
		($n, $trips, $calls) = ($n + 1, $trips + $1, $calls + $2);
	}
	return $n ? { trips => $trips / $n, statements => $calls / $n } : undef;
}

sub workers
{
	my ($self, $program) = @_;
	my $master = $self->{stack}->running($program);
	return $master ? split ' ', read_file("/proc/$master/task/$master/children") : ();
}

# Proportional memory of a process, MB.
sub pss_of
{
	my ($pid, $kind) = @_;
	return (read_file("/proc/$pid/smaps_rollup") =~ /^$kind:\s+(\d+) kB/m)[0] / 1024;
}

# The largest worker of each program, MB; with kind Pss_Anon only what it allocated itself, for
# its part of shared libraries changes with every process of the machine.
sub pss
{
	my ($self, $kind) = @_;
	return { map { my $program = $_; ($program => max(0, map { pss_of($_, $kind // 'Pss') } $self->workers($program))) }
		sort keys %{ { reverse %PAGE } } };
}

# Where the database's time went, the most first (only with profile).
sub statements
{
	my ($self) = @_;
	return "\nCalls, mean ms and share of the database's time by statement; those inside functions stand alone too:\n"
		. $self->{cluster}->psql('bench', q{SELECT format('%9s %8s %5s %%  %s', calls, round(mean_exec_time::numeric, 4),
			round((100 * total_exec_time / sum(total_exec_time) OVER ())::numeric, 1), left(regexp_replace(query, '\s+', ' ', 'g'), 110))
			FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
			ORDER BY total_exec_time DESC LIMIT 30}) . "\n";
}

sub forget_statements
{
	my ($self) = @_;
	$self->{cluster}->psql('bench', 'SELECT pg_stat_statements_reset()');
	return;
}

# ---- load ----

sub load
{
	my ($self, $list, $seconds, %o) = @_;
	my $before = $self->cpu;
	my @mine = POSIX::times();
	my $start = time;
	my $text = $self->wrk($list, $seconds, %o);
	my $took = time - $start;
	my @now = POSIX::times();
	my $after = $self->cpu;
	my ($n, $us, $p50, $p99, $bad, $errors, $p95) = $text =~ /^RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$/m
		or die "wrk fails:\n$text";
	die "$list: $bad answers of 400 and above, $errors connections broke\n" if $bad || $errors || !$n;
	my %cpu = map { ($_ => 1000 * ($after->{$_} - ($before->{$_} // 0)) / $n) } keys %$after;
	$cpu{load} = 1000 * ($now[3] + $now[4] - $mine[3] - $mine[4]) / $TICKS / $n;
	return { rps => $n / ($us / 1e6), p50_ms => $p50 / 1000, p95_ms => $p95 / 1000, p99_ms => $p99 / 1000, requests => $n, cpu => \%cpu,
		seconds => $took };
}

sub wrk
{
	my ($self, $list, $seconds, %o) = @_;
	my @cmd = ('wrk', '-t', $o{threads} // $THREADS, '-c', $o{connections} // $CONNECTIONS, '-d', "${seconds}s", '--timeout', '10s',
		'-s', "$self->{top}/t/bench/load.lua", sprintf('http://127.0.0.1:%d', $list =~ /^kept-/ ? $self->{kept_port} : $self->{stack}->port), '--',
		"$self->{dir}/lists/$list", $DESK{$list} ? $DESK_HOST : $HOST);
	open my $out, '-|', @cmd or die "cannot run wrk: $!\n";
	my $text = do { local $/; <$out> } // '';
	close $out;
	return $text;
}

# What a list of so many new prices takes that sutlerctl imports, and the p95 of a page by one client: before, meanwhile, and, as the
# limit of this machine, beside a loop that keeps one core busy and touches nothing.
sub prices
{
	my ($self, $prices, $page) = @_;
	my ($file, $took) = ("$self->{dir}/prices.csv", "$self->{dir}/prices.took");
	my @alone = (connections => 1, threads => 1);
	write_file($file, $self->sql('bench', 'prices.sql', prices => $prices) . "\n");
	chmod 0644, $file;
	$self->load($page, 2, @alone);
	my $before = $self->load($page, 5, @alone)->{p95_ms};
	my $loop = $self->aside(sub { 1 while 1 });
	my $busy = $self->load($page, 5, @alone)->{p95_ms};
	kill 'KILL', $loop;
	waitpid $loop, 0;
	my @meanwhile;
	my $pid = $self->aside(sub {
		my $start = time;
		$self->{stack}->ctl('import', 'products', $file, '--store', 'bench', '--update');
		write_file($took, time - $start);
	});
	push @meanwhile, $self->load($page, 2, @alone)->{p95_ms} while waitpid($pid, POSIX::WNOHANG()) == 0;
	die "the prices did not come in\n" if $? != 0;
	# The last turn went on without it.
	pop @meanwhile if @meanwhile > 1;
	@meanwhile = sort { $a <=> $b } @meanwhile;
	return { prices => $prices, seconds => 0 + read_file($took), p95_ms => $meanwhile[@meanwhile / 2], p95_before_ms => $before, p95_busy_ms => $busy };
}

# What single statements take that a page or a desk waits for, each one after the other on one connection, in the plan that a program
# has: name -> { n, p50_ms, p95_ms, p99_ms }.  completion and correction as the search asks them; price, a price that changes, until
# every list shows it.
sub moments
{
	my ($self) = @_;
	my $known = $self->{cluster}->dbh('bench');
	my ($tenant, $store) = $known->selectrow_array('SELECT bench.tenant(), bench.store()');
	my $words = $known->selectcol_arrayref(q{SELECT word FROM catalog.word WHERE locale = 'en' AND length(word) > 4 ORDER BY md5(word) LIMIT 500});
	# A hundredth wants so many.
	@$words or die "the catalogue has no words\n";
	push @$words, @$words while @$words < 200;
	my %moments;
	my $shop = $self->{cluster}->dbh('bench', '_sutler-catalog');
	my $begin = sub { my ($dbh) = @_; $dbh->do('SET plan_cache_mode = force_generic_plan'); $dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant) };
	$begin->($_) for $known, $shop;
	my $completion = $shop->prepare(named_query("$self->{top}/sql/query/search.sql", 'suggest_words'));
	# What the search calls for itself no program may.
	my $correction = $known->prepare('SELECT catalog.correct($1, $2, $3)');
	for my $round (1, 2) {		# the first warms what a worker that serves has warm
		$moments{completion} = timed(map { my $begun = substr $_, 0, 2 + length($_) % 3; sub { $completion->execute($store, 'en', $begun) } } @$words);
		$moments{correction} = timed(map { my $wrong = substr($_, 0, 2) . substr($_, 3, 1) . substr($_, 2, 1) . substr($_, 4);
			sub { $correction->execute($store, 'en', $wrong) } } @$words);
	}
	# One price of each of so many products.
	my $prices = $known->selectall_arrayref(q{SELECT DISTINCT ON (p.product_id) p.product_id, o.revision, v.variant_id, r.amount + CASE WHEN r.amount % 2 = 0 THEN 1 ELSE -1 END,
			coalesce(r.was, -1)
		FROM (SELECT product_id FROM bench.product ORDER BY md5(n::text) LIMIT 120) p JOIN catalog.product o USING (product_id) JOIN catalog.variant v USING (product_id)
		JOIN catalog.price r ON r.store_id = bench.store() AND r.variant_id = v.variant_id AND r.currency = 'EUR' AND r.customer_group = '' AND r.min_quantity = 1
			AND r.starts_at = '-infinity'});
	my $desk = $self->{cluster}->dbh('bench', '_sutler-admin-catalog');
	$begin->($desk);
	my $price = $desk->prepare(q{SELECT catalog.desk_prices($1, $1, $2, $3, $4, 'EUR', '', ARRAY[$5::uuid], ARRAY[$6::bigint], ARRAY[$7::bigint], 'dev/bench')});
	my @change = map { my ($product, $revision, @to) = @$_; sub {
		$price->execute($tenant, $product, $revision, $store, @to);
		my ($said) = $price->fetchrow_array;
		$said eq 'ok' or die "a price cannot be changed: $said\n";
	} } @$prices;
	timed(splice @change, 0, 20);
	$moments{price} = timed(@change);
	$_->finish for $completion, $correction, $price;
	$_->disconnect for $known, $shop, $desk;
	return \%moments;
}

sub timed
{
	my (@calls) = @_;
	my @ms;
	for my $call (@calls) {
		my $start = time;
		$call->();
		push @ms, 1000 * (time - $start);
	}
	@ms = sort { $a <=> $b } @ms;
	return { n => scalar @ms, map { ("p${_}_ms" => $ms[int($#ms * $_ / 100 + 0.5)]) } 50, 95, 99 };
}

# The text of a query of sql/query/*.sql, its parameters numbered as they come.
sub named_query
{
	my ($file, $name) = @_;
	my ($text) = read_file($file) =~ /^-- \Q$name\E\([^\n]*\n-- [^\n]*\n(.*?)(?:\n\n|\z)/ms or die "$file has no query $name\n";
	my (%number, $n);
	return $text =~ s/(?<!:):(\w+)/'$' . ($number{$1} \/\/= ++$n)/ger;
}

# ---- orders ----

sub prepare_orders
{
	my ($self) = @_;
	$self->sql('bench', 'orders.sql', carts => $self->{carts});
	for my $pile (qw(spread insert hot held)) {
		my @lines = split /\n/, $self->{cluster}->psql('bench', "COPY (SELECT * FROM bench.pile('$pile')) TO STDOUT");
		# COPY doubles the backslash of a bytea; nothing else in it is escaped.
		$self->{piles}{$pile} = [map { s/\\\\/\\/gr . "\n" } @lines];
		# The ceiling is measured beside the four others, of which two are hot.
		$self->{share}{$pile} = int(@lines / $self->{rounds} / { insert => 4, spread => 1, hot => 2, held => 1 }->{$pile});
	}
	$self->{cluster}->psql('bench', 'CHECKPOINT');
	return;
}

# Each commit waits so many us more, as on a disk that takes so long: of connections made from now on.
sub slow_commits
{
	my ($self, $us) = @_;
	$self->{cluster}->psql('bench', "ALTER DATABASE bench SET commit_delay = $us; ALTER DATABASE bench SET commit_siblings = " . ($us ? 0 : 5));
	return;
}

# Orders of a pile for some seconds, or until this turn's part of it is ordered; carts that were
# ordered do not come again.
sub orders
{
	my ($self, $pile, $seconds) = @_;
	my $lines = $self->{piles}{$pile};
	my $file = "$self->{dir}/lists/orders-now";
	my $last = ($self->{share}{$pile} < @$lines ? $self->{share}{$pile} : @$lines) - 1;
	write_file($file, join '', @$lines[0 .. $last]);
	my $tenant = $self->{cluster}->psql('bench', 'SELECT bench.tenant()');
	my $command = join ' ', map { "'" . s/'/'\\''/gr . "'" } demoted("$self->{build}/t/bench/orders",
		sprintf("host=%s dbname=bench", $self->{cluster}->socket_dir), '_sutler-checkout', $tenant, $CLIENTS, $seconds,
		$pile =~ /^(?:insert|held)$/ ? $pile : 'place');
	open my $out, '-|', "$command < '$file' 2>&1" or die "cannot place orders: $!\n";
	my $warm = <$out> // '';
	my $before = $self->cpu;
	my $text = $warm . do { local $/; <$out> // '' };
	close $out;
	my $after = $self->cpu;
	my ($placed, $took, $p50, $p99, $sold_out, $other, $failed, $taken) = $text =~ /^(\d+) ([\d.]+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$/m
		or die "orders fail:\n" . substr($text, -1000);
	die "$pile: $other orders came out otherwise, $failed failed\n" . substr($text, 0, 1000) if $other || $failed || !$placed;
	splice @$lines, 0, $taken;
	return { rps => $placed / $took, p50_ms => $p50 / 1000, p99_ms => $p99 / 1000, requests => $placed, sold_out => $sold_out,
		cpu => { postgres => 1000 * ($after->{postgres} - $before->{postgres}) / $placed } };
}

# What must be so after all orders: each stock's held pieces are the pieces of its holds and not
# more than there are; and each order that was counted is there.
sub oversold
{
	my ($self) = @_;
	return $self->{cluster}->psql('bench', q{SELECT count(*) FROM inventory.stock s
		LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id, sum(quantity) AS pieces FROM inventory.hold h
			WHERE EXISTS (SELECT FROM bench.cart c JOIN sales."order" o ON o.cart_id = c.cart_id
				WHERE c.pile <> 'insert' AND o.order_id = h.order_id) GROUP BY 1, 2, 3) h
			USING (tenant_id, variant_id, warehouse_id)
		WHERE s.held > s.on_hand OR s.held <> coalesce(h.pieces, 0)});
}

1;
