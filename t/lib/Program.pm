package Program;

# One FastCGI program of the build tree with its own database, and we are the web
# server: for tests of the request's lifecycle, where a real web server would get
# in between (stalled peers, odd parameters, killed backends).
#
#	my $p = Program->new('template');
#	my $got = $p->get('/template');			# { status, headers => { lower => value }, body }
#	my $got = $p->post('/template', { kind => 'idea' }, cookie => 'cart=...');
#	Program->new('caller', file => "$build/t/lib/caller")	# a program of the tests
#	$p->dbh, $p->log, $p->fault('3 retry once'), $p->kill('HUP')
#
# Two stores of two tenants: one.test (es-ES default, en-GB; EUR, USD) and two.test.

use strict;
use warnings;
use Cluster;
use File::Temp qw(tempdir);
use House qw(alive demoted end_pid own_dir read_file spawn top wait_for write_file);
use IO::Socket::UNIX;
use Socket qw(SOMAXCONN SOCK_STREAM);

# FastCGI record types.
use constant { BEGIN_REQUEST => 1, PARAMS => 4, BODY => 5, ANSWER => 6 };

our $TENANT_ONE = '01900000-0000-7000-8000-000000000001';
our $TENANT_TWO = '01900000-0000-7000-8000-000000000002';
our $STORE_ONE = '01900000-0000-7000-8000-000000000011';
our $STORE_TWO = '01900000-0000-7000-8000-000000000012';
# A value of a "cart" cookie: 43 characters of base64url.
our $VISITOR = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';

sub new
{
	my ($class, $name, %o) = @_;
	my $build = $o{build} // $ENV{SUTLER_BUILD} // top() . '/var/build';
	my $file = $o{file} // "$build/cgi-bin/$name";
	-x $file or die "$file is not built\n";
	my $dir = tempdir('sutler-t-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $self = bless { name => $name, file => $file, dir => $dir, build => $build, pid => 0, owner => $$,
		workers => $o{workers} // 1, config => $o{config} // {}, env => $o{env} // {},
		args => $o{args} // [] }, $class;
	chmod 0755, $dir;
	own_dir("$dir/run", 0700);
	$self->start_database;
	$self->write_config;
	$self->start;
	return $self;
}

sub start_database
{
	my ($self) = @_;
	my $c = $self->{cluster} = Cluster->new("$self->{dir}/pg");
	my $role = "_sutler-$self->{name}";
	$c->start;
	$c->createdb('sutler');
	# The migrations name it in their policies; the rest of bootstrap.sql is not needed here.
	$c->psql('sutler', 'CREATE ROLE sutler_search');
	$c->psql_file('sutler', $_) for sort(glob top() . '/sql/migrations/*.sql'), top() . '/sql/functions/customer_session.sql';
	# The rights a program to copy needs; those of the shop's programs are in sql/roles.sql.
	$c->psql('sutler', qq{
		CREATE ROLE "$role" LOGIN;
		GRANT USAGE ON SCHEMA sutler, tenancy, event, customer TO "$role";
		GRANT SELECT ON tenancy.host, tenancy.store, tenancy.store_locale, tenancy.store_currency TO "$role";
		REVOKE ALL ON ALL ROUTINES IN SCHEMA customer FROM PUBLIC;
		GRANT EXECUTE ON FUNCTION customer.session_find(uuid, bytea), customer.session_touch(uuid, uuid) TO "$role";
		GRANT SELECT, INSERT, UPDATE ON event.idempotency TO "$role";
		GRANT SELECT, INSERT ON event.note TO "$role";
		ALTER ROLE "$role" SET lock_timeout = '2s';
		INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES
			('$TENANT_ONE', 'one', 'One'), ('$TENANT_TWO', 'two', 'Two');
		INSERT INTO tenancy.store (tenant_id, store_id, code, status, name) VALUES
			('$TENANT_ONE', '$STORE_ONE', 'one', 'active', 'Store One'),
			('$TENANT_TWO', '$STORE_TWO', 'two', 'active', 'Store Two');
		INSERT INTO tenancy.store_locale (tenant_id, store_id, locale, tag, position) VALUES
			('$TENANT_ONE', '$STORE_ONE', 'es', 'es-ES', 0),
			('$TENANT_ONE', '$STORE_ONE', 'en', 'en-GB', 1),
			('$TENANT_TWO', '$STORE_TWO', 'en', 'en-GB', 0);
		INSERT INTO tenancy.store_currency (tenant_id, store_id, currency, position) VALUES
			('$TENANT_ONE', '$STORE_ONE', 'EUR', 0), ('$TENANT_ONE', '$STORE_ONE', 'USD', 1),
			('$TENANT_TWO', '$STORE_TWO', 'GBP', 0);
		INSERT INTO tenancy.host (host, tenant_id, store_id, kind, origin) VALUES
			('one.test', '$TENANT_ONE', '$STORE_ONE', 'store', 'https://one.test'),
			('two.test', '$TENANT_TWO', '$STORE_TWO', 'store', 'https://two.test'),
			('admin.test', '$TENANT_ONE', '$STORE_ONE', 'admin', 'https://admin.test');
	});
	$c->map_roles($role);
	return;
}

sub write_config
{
	my ($self) = @_;
	my %c = (
		'database.connection' => 'host=' . $self->{cluster}->socket_dir . ' dbname=sutler',
		'paths.templates' => top() . '/tmpl', 'paths.messages' => "$self->{dir}/messages",
		'paths.run' => "$self->{dir}/run",
		'paths.courier' => "$self->{dir}/run/courier.sock", %{ $self->{config} });
	my ($text, $section) = ('', '');
	for my $key (sort keys %c) {
		my ($s, $name) = split /\./, $key, 2;
		$text .= "[$s]\n" if $s ne $section;
		$section = $s;
		$text .= "$name = $c{$key}\n";
	}
	write_file("$self->{dir}/sutler.conf", $text);
	return;
}

sub start
{
	my ($self) = @_;
	my $path = "$self->{dir}/run/$self->{name}.sock";
	unlink $path;
	$self->{listen} = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => SOMAXCONN)
		or die "cannot listen on $path: $!\n";
	$self->{pid} = spawn(stdin => $self->{listen}, log => $self->log_file,
		cmd => [demoted($self->{file}, '-w', $self->{workers}, @{ $self->{args} })],
		env => { SUTLER_CONFIG => "$self->{dir}/sutler.conf",
			SUTLER_TEST_FAULT => "$self->{dir}/run/fault", TMPDIR => "$self->{dir}/run",
			%{ $self->{env} } });
	return;
}

sub log_file { my ($self) = @_; return "$self->{dir}/log" }
sub log { my ($self) = @_; return read_file($self->log_file) }
sub dbh { my ($self) = @_; return $self->{dbh} //= $self->{cluster}->dbh('sutler') }
sub kill { my ($self, $signal) = @_; kill $signal, $self->{pid}; return }

# Pids of the workers.
sub workers
{
	my ($self) = @_;
	my $file = "/proc/$self->{pid}/task/$self->{pid}/children";
	return -e $file ? split(' ', read_file($file)) : ();
}

# Makes the N-th database call of each request fail (see lib/db); undef: none.
sub fault
{
	my ($self, $what) = @_;
	my $file = "$self->{dir}/run/fault";
	defined $what ? write_file($file, "$what\n") : unlink $file;
	return;
}

sub stop
{
	my ($self) = @_;
	end_pid($self->{pid}, 40) if $self->{pid};
	$self->{pid} = 0;
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);
	return if $$ != $self->{owner};
	$self->stop;
	$self->{dbh}->disconnect if $self->{dbh};
	$self->{cluster}->stop('immediate') if $self->{cluster};
	return;
}

# ---- being the web server ----------------------------------------------------

sub record
{
	my ($type, $content) = @_;
	return pack('CCnnCC', 1, $type, 1, length $content, 0, 0) . $content;
}

sub stream
{
	my ($type, $content) = @_;
	my $out = '';
	$out .= record($type, substr $content, 0, 32768, '') while length $content;
	return $out . record($type, '');
}

sub pair
{
	my ($name, $value) = @_;
	return join('', map { length($_) < 128 ? pack('C', length) : pack('N', length($_) | 0x80000000) }
		$name, $value) . $name . $value;
}

sub connection
{
	my ($self) = @_;
	return IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => "$self->{dir}/run/$self->{name}.sock")
		// die "cannot connect: $!\n";
}

# The bytes of a whole request.
sub bytes_of
{
	my ($method, $uri, $body, $headers, $params) = @_;
	my %p = (REQUEST_METHOD => $method, REQUEST_URI => $uri, HTTP_HOST => 'one.test',
		SERVER_PROTOCOL => 'HTTP/1.1', REMOTE_ADDR => '192.0.2.1', %{ $params // {} });
	$p{CONTENT_LENGTH} //= length $body;
	for my $name (keys %$headers) {
		my $key = uc $name =~ tr/-/_/r;
		$p{ $key eq 'CONTENT_TYPE' ? $key : "HTTP_$key" } = $headers->{$name};
	}
	defined $p{$_} or delete $p{$_} for keys %p;
	return record(BEGIN_REQUEST, pack 'nCx5', 1, 0)
		. stream(PARAMS, join '', map { pair($_, $p{$_}) } sort keys %p) . stream(BODY, $body);
}

# Sends a request and reads the answer; status 0 when the worker hung up without one.
sub request
{
	my ($self, $method, $uri, %o) = @_;
	my $s = $self->connection;
	local $SIG{PIPE} = 'IGNORE';
	$s->syswrite(bytes_of($method, $uri, $o{body} // '', $o{headers} // {}, $o{params}));
	return read_answer($s);
}

sub read_answer
{
	my ($s) = @_;
	my ($in, $out) = ('', '');
	while (1) {
		while (length $in >= 8) {
			my (undef, $type, undef, $len, $pad) = unpack 'CCnnC', $in;
			last if length $in < 8 + $len + $pad;
			$out .= substr $in, 8, $len if $type == ANSWER;
			substr $in, 0, 8 + $len + $pad, '';
		}
		last if !sysread $s, $in, 65536, length $in;
	}
	my ($head, $body) = split /\r\n\r\n/, $out, 2;
	my %got = (status => 0, headers => {}, cookies => [], body => $body // '', head => $head // '');
	for my $line (split /\r\n/, $head // '') {
		my ($name, $value) = $line =~ /^([^:]+): (.*)$/ or next;
		push @{ $got{cookies} }, $value if $name eq 'Set-Cookie';
		$got{headers}{ lc $name } = $value;
	}
	$got{status} = $1 if ($got{headers}{status} // '') =~ /^(\d+)/;
	return \%got;
}

sub get
{
	my ($self, $uri, %headers) = @_;
	return $self->request('GET', $uri, headers => \%headers);
}

sub form_body
{
	my ($form) = @_;
	my $escape = sub { $_[0] =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger };
	return $form if !ref $form;
	my @pairs = ref $form eq 'HASH' ? map { my $name = $_; map { ($name => $_) } ref $form->{$name} eq 'ARRAY' ? @{ $form->{$name} } : $form->{$name} } sort keys %$form : @$form;
	my @out;
	while (my ($name, $value) = splice @pairs, 0, 2) {
		push @out, $escape->($name) . '=' . $escape->($value);
	}
	return join '&', @out;
}

# A form as our own page would send it; headers given replace its own (undef: without).
sub post
{
	my ($self, $uri, $form, %headers) = @_;
	my %h = ('Content-Type' => 'application/x-www-form-urlencoded', 'Sec-Fetch-Site' => 'same-origin',
		Origin => 'https://one.test', %headers);
	delete $h{$_} for grep { !defined $h{$_} } keys %h;
	return $self->request('POST', $uri, body => form_body($form), headers => \%h);
}

1;
