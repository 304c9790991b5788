package Trial;

# The house on trial: every route of every page program, with a request that a visitor
# could send, at three stores of two tenants.  The fault tests walk it, so a new route
# is covered as soon as it has its line in Requests.pm, and fails them until then.
#
#	my $t = Trial->new(own => 1);			# own: a PostgreSQL of its own, to be broken
#	for my $route ($t->routes) { ... }		# { program, method, path, trips, cache_s, needs, params }
#	my $ask = $t->request($route, 'one');		# { method, path, form, cookies, host }, made fresh
#	my $got = $t->ask($route->{program}, $ask);	# straight to the program's socket, as a web server would
#	my $page = $t->visit($ask);			# the same through the web server
#	$t->digest;					# one word for all rows of all tenants
#
# Named values of new(): own; workers (default 1); env for the programs; programs (names); services
# (names, of what only programs reach); and those of Stack.  $t->{shop} is a Shop, $t->{f} the Fixture.

use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 sha256);
use File::Path qw(remove_tree);
use Fixture;
use House qw(own_dir program_rows read_file top wait_for write_file);
use IO::Socket::UNIX;
use MIME::Base64 qw(encode_base64url);
use POSIX ();
use Program;
use Requests;
use Shop;
use Socket qw(SOCK_STREAM);
use Staff;
use Test::More ();
use Time::HiRes qw(time);
use Upload;

# Rows that a page may leave behind although it failed or only read: traces and notes.
my %TRACE = map { $_ => 1 } qw(event.note event.attempt analytics.search analytics.view customer.session migration.applied);

my @trials;

sub new
{
	my ($class, %o) = @_;
	my $own = delete $o{own};
	my $env = delete $o{env} // {};
	my $workers = delete $o{workers} // 1;
	my $want = delete $o{programs};
	my $furnish = delete $o{furnish} // 1;
	my %service = map { $_ => 1 } @{ delete $o{services} // [] };
	my $build = $ENV{SUTLER_BUILD} // top() . '/var/build';
	# What is being written comes without its program: t/style/programs.t complains.
	# watch is of no store and answers while the database is away: t/http/040-watch.t.
	my @rows = grep { my $r = $_; $r->{kind} eq 'page' && $r->{name} ne 'watch' && -x "$build/cgi-bin/$r->{name}"
		&& (!$want || grep { $_ eq $r->{name} } @$want) } program_rows();
	push @rows, grep { $service{ $_->{name} } } program_rows();
	my $config = { 'web.workers' => $workers, %{ delete $o{config} // {} } };
	my $self = bless { rows => \@rows, owner => $$ }, $class;
	$self->{faults} = own_dir(sprintf('%s/var/test/run/%s-%d-control', top(), ($0 =~ s{^.*/|\.t$}{}gr), $$), 0755);
	local @ENV{ 'SUTLER_TEST_FAULT', 'SUTLER_TEST_CLOCK', keys %$env } =
		("$self->{faults}/fault", "$self->{faults}/clock", values %$env);
	push @trials, $self;
	$self->{shop} = $own ? $self->own_shop(rows => \@rows, config => $config, %o)
		: Shop->start(kind => 'empty', rows => \@rows, config => $config, %o);
	$self->{f} = Fixture->new($self->dbh);
	if ($furnish) {
		$self->{f}->furnish;
		# Nobody is to be told that there is no more.
		$self->{f}->stock($self->{f}{tenant}{acme}, 'PLAIN', 'W1', 1_000_000);
		$self->{f}->stock($self->{f}{tenant}{bahari}, 'SANDAL', 'B1', 1_000_000);
	}
	$self->{shop}{stack}->set_origins;
	return $self;
}

# The same requests in a house that has the demo in it (a Shop): its merchant toty stands for acme, its store
# suelas for store one, so that pages are as full as those of a real day.
sub of_demo
{
	my ($class, $shop) = @_;
	my $self = bless { rows => [grep { $_->{kind} eq 'page' } program_rows()], owner => $$, shop => $shop }, $class;
	$self->{f} = Fixture->of_demo($shop->dbh);
	# Requests ask at these.
	my $desk = 'admin-acme.localhost';
	$shop->change(q{INSERT INTO tenancy.host (host, tenant_id, store_id, origin, kind) VALUES (?, ?, ?, ?, ?)}, $_->[0],
		$self->{f}{tenant}{acme}, $self->{f}{store}{one}, $shop->url($_->[0]), $_->[1]) for ['one.localhost', 'store'], [$desk, 'admin'];
	# Programs look for new hosts once a second.
	wait_for(10, sub { $self->ask('login', { method => 'GET', host => 'one.localhost', path => '/login' })->{status} == 200
		&& $self->ask('admin-login', { method => 'GET', host => $desk, path => '/en/admin/login' })->{status} == 200 }) or die "the demo's hosts do not answer\n";
	return $self;
}

# A house with its own cluster: others run their tests on the shared one.
sub own_shop
{
	my ($self, %o) = @_;
	my $dir = sprintf '%s/var/test/run/%s-%d', top(), ($0 =~ s{^.*/|\.t$}{}gr), $$;
	my $stack = $self->{own} = Stack->new(dir => $dir, media => "$dir/media", web_workers => 1,
		web => $ENV{SUTLER_TEST_WEB} // 'nginx', %o);
	$stack->start;
	return bless { stack => $stack }, 'Shop';
}

# Before the END of Shop, which stops what it started.
END {
	my $status = $?;
	$_->end for grep { $$ == $_->{owner} } splice @trials;
	$? = $status;
}

sub end
{
	my ($self) = @_;
	$_->disconnect for grep { defined } values %{ $self->{shop}{dbh} // {} };
	my $good = $? == 0 && Test::More->builder->is_passing;
	if ($self->{own}) {
		$self->{own}->stop;
		remove_tree($self->{own}{dir}) if $good;
	}
	remove_tree($self->{faults});
	return;
}

sub stack { return $_[0]{shop}{stack} }
sub dbh { return $_[0]{shop}->dbh }
sub value { my ($self, @q) = @_; return $self->{shop}->value(@q) }
sub rows { my ($self, @q) = @_; return $self->{shop}->rows(@q) }

# After the server was restarted under us.
sub reconnect
{
	my ($self) = @_;
	$self->{shop}{dbh} = {};
	$self->{digest} = 0;
	return wait_for(20, sub { eval { $self->dbh; 1 } });
}

# ---- routes ----

# Every row of every route table, as the programs print them.
sub routes
{
	my ($self) = @_;
	return @{ $self->{routes} } if $self->{routes};
	my @all;
	for my $row (grep { $_->{kind} eq 'page' } @{ $self->{rows} }) {
		my $file = $self->stack->{build} . "/cgi-bin/$row->{name}";
		for my $line (split /\n/, `'$file' -r`) {
			my %r = (program => $row->{name});
			@r{qw(method path trips cache_s permission needs params)} = split /\t/, $line, 7;
			$r{name} = "$row->{name} $r{method} $r{path}";
			push @all, \%r;
		}
	}
	$self->{routes} = \@all;
	return @all;
}

# A believable request of a route at a store (one, two, three), or nothing when its entry
# says that the store has no such thing.
sub request
{
	my ($self, $route, $store) = @_;
	my $make = Requests::entry($route->{method}, $route->{path}) // return;
	my $ask = $make->($self, $store) // return;
	return { method => $route->{method}, host => "$store.localhost", store => $store, %$ask };
}

sub known { my ($self, $route) = @_; return defined Requests::entry($route->{method}, $route->{path}) }

# ---- asking ----

my $serial = 0;

sub key { return encode_base64url(sha256(join ' ', 'key', $$, $serial++)) }
sub token { return encode_base64url(sha256(join ' ', 'token', $$, $serial++)) }
sub csrf { my ($self, $cookie) = @_; return encode_base64url(hmac_sha256('csrf', $cookie)) }

sub socket_to
{
	my ($self, $program) = @_;
	return IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $self->stack->socket_path($program))
		// die "cannot connect to $program: $!\n";
}

# The bytes of a request as the web server hands them on.
sub bytes_of
{
	my ($self, $ask) = @_;
	my %h;
	my $cookies = $ask->{cookies} // {};
	$h{Cookie} = join '; ', map { "$_=$cookies->{$_}" } sort keys %$cookies if %$cookies;
	my $form = $ask->{form};
	my @pairs = ref $form eq 'HASH' ? map { my $k = $_; map { [$k, $_] } ref $form->{$k} eq 'ARRAY' ? @{ $form->{$k} } : $form->{$k} } sort keys %$form : ();
	my ($type, $body) = Upload::has_file(\@pairs) ? Upload::multipart(\@pairs)
		: ('application/x-www-form-urlencoded', defined $form ? Program::form_body($form) : '');
	@h{'Content-Type', 'Sec-Fetch-Site'} = ($type, 'same-origin') if $ask->{method} ne 'GET';
	return Program::bytes_of($ask->{method}, $ask->{path}, $body, { %h, %{ $ask->{headers} // {} } },
		{ HTTP_HOST => $ask->{host},
		REMOTE_ADDR => join('.', 10, map { int rand 256 } 1 .. 3) });
}

sub ask
{
	my ($self, $program, $ask) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $s = $self->socket_to($program);
	$s->syswrite($self->bytes_of($ask));
	return Program::read_answer($s);
}

# Which program answers a path, by programs.tab.
sub program_of
{
	my ($self, $path) = @_;
	my ($best, $len) = ('home', 0);
	for my $row (@{ $self->{rows} }) {
		for my $prefix (split /,/, $row->{prefixes}) {
			($best, $len) = ($row->{name}, length $prefix)
				if length $prefix > $len && $path =~ m{^\Q$prefix\E} && ($prefix =~ m{/$} || $path =~ m{^\Q$prefix\E(?:[/?]|$)});
		}
	}
	return $best;
}

sub post
{
	my ($self, $store, $path, $form, $cookies) = @_;
	return $self->ask($self->program_of($path), { method => 'POST', host => "$store.localhost", path => $path,
		form => $form, cookies => $cookies });
}

sub get
{
	my ($self, $store, $path, $cookies) = @_;
	return $self->ask($self->program_of($path), { method => 'GET', host => "$store.localhost", path => $path,
		cookies => $cookies });
}

# Through the web server.
sub visit
{
	my ($self, $ask) = @_;
	my $v = $self->{shop}->visitor($ask->{host}, timeout_s => 40);
	$v->{cookies} = { %{ $ask->{cookies} // {} } };
	return $ask->{method} eq 'GET' ? $v->get($ask->{path}, headers => $ask->{headers}) : $v->post($ask->{path}, $ask->{form});
}

# A cart of the store with something in it: its cookie.
sub cart
{
	my ($self, $store) = @_;
	my $got = $self->post($store, '/cart/items', { variant => $self->{f}->variant_of($store), quantity => 1 });
	my ($token) = map { /^(?:__Host-)?cart=([\w-]{43});/ ? $1 : () } @{ $got->{cookies} };
	return { cart => $token // die "no cart at store $store: $got->{status}\n$got->{body}\n" };
}

# ---- faults, logs, rows ----

# Makes the N-th database call of each transaction fail (lib/db): "3 retry once"; undef: none.
sub fault
{
	my ($self, $what) = @_;
	my $file = "$self->{faults}/fault";
	defined $what ? write_file($file, "$what\n") : unlink $file;
	return;
}
sub fault_waits { my ($self) = @_; return -e "$self->{faults}/fault" }

# Steps the clock of all programs.
sub clock { my ($self, $ms) = @_; write_file("$self->{faults}/clock", "$ms\n"); return }

sub log { my ($self, $program) = @_; return read_file($self->stack->{dir} . "/log/$program.log") }

# Asks, and reads the program's own line about it (cacheable pages do not name their request).
sub ask_logged
{
	my ($self, $program, $ask) = @_;
	my $from = length $self->log($program);
	my $got = $self->ask($program, $ask);
	my $line;
	wait_for(5, sub { ($line) = grep { /"event":"request".*\}$/ } split /\n/, substr $self->log($program), $from; $line })
		or die "$program logs nothing about $ask->{path}\n";
	my %said = map { s/^"|"$//gr } $line =~ /"(\w+)":("[^"]*"|-?\d+)/g;
	return ($got, \%said);
}

sub workers
{
	my ($self, $program) = @_;
	my $pid = $self->stack->running($program);
	my $file = "/proc/$pid/task/$pid/children";
	return $pid && -e $file ? split(' ', read_file($file)) : ();
}

# All tables that hold rows of a tenant.
sub tables
{
	my ($self) = @_;
	return map { $_->[0] } @{ $self->dbh->selectall_arrayref(q{
		SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
		ORDER BY 1}) };
}

# One word that changes when any row of any table but traces does.
sub digest
{
	my ($self) = @_;
	my $dbh = $self->dbh;
	if (!$self->{digest}++) {
		# Empty files, as of most months' partitions, are not opened.
		$dbh->do(q{CREATE FUNCTION pg_temp.digest(relations text[]) RETURNS text LANGUAGE plpgsql AS $$
			DECLARE r text; part text; whole text := '';
			BEGIN
				FOREACH r IN ARRAY relations LOOP
					CONTINUE WHEN pg_relation_size(r::regclass) = 0;
					EXECUTE 'SELECT sum(hashtextextended(t::text, 0))::text FROM ' || r || ' t' INTO part;
					-- Dead rows make a file of an empty table.
					whole := whole || coalesce(r || part || ' ', '');
				END LOOP;
				RETURN md5(whole);
			END $$});
		my @skip = map { "$_" } sort keys %TRACE;
		$self->{relations} = $dbh->selectcol_arrayref(q{
			SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
			WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND c.relkind = 'r'
				AND coalesce(i.inhparent, c.oid)::regclass::text <> ALL (?)
			ORDER BY 1}, undef, \@skip);
	}
	return $dbh->selectrow_array('SELECT pg_temp.digest(?)', undef, $self->{relations});
}

1;
