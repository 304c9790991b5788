package Stack;

# The whole house in one directory: database, programs, web server, mail catcher.
#
# dev/run uses one under var/run, each test file its own; any number of them live
# side by side, as sockets lie below the directory and ports are chosen free.  What
# runs is written to DIR/pid, so that another process can stop it.
#
#	my $s = Stack->new(dir => "$top/var/run", build => "$top/var/build");
#	$s->start;			# all of the steps below, in order
#	$s->url('suelas.localhost');	# http://suelas.localhost:23456
#	$s->run_job('release-holds');	# as cron would
#	$s->stop;
#
# Named values of new():
#	dir, build	where things live; the build tree with the programs
#	web		nginx (default) or apache
#	tls		true: HTTPS with a throw-away authority
#	limits		true: rates per visitor are limited, as in production
#	cache		true: the web server keeps pages for anybody for a second, as in production
#	cluster		a running Cluster to share; else an own one in DIR/pg
#	database	its database; default sutler
#	durable		fsync on (dev/run)
#	rows, program	rows of programs.tab, and a function that gives a row's program file
#	names		host names of the site; default localhost and everything below it
#	delay		[min, max] ms by which each answer of PostgreSQL is delayed (races)
#	server		hash of settings of the PostgreSQL it starts
#	users		name of a program => Unix user that it runs as, when we are the superuser
#	prepared	true: the database is complete already (a clone), nothing is migrated
#	media		directory of the pictures; default DIR/media
#	config		hash of settings, "section.key" => value, over the defaults
#	web_workers	nginx worker processes
#	key_file	what seals secrets in the database; default DIR/secret.key, made when missing
#	gateway		true: a stand-in for the payment gateway runs as well (t/lib/stripe-stand-in)

use strict;
use warnings;
use Cluster;
use DemoDownload;
use File::Path qw(make_path);
use House qw(alive as_user demoted end_pid free_port own_dir program_rows quietly read_file short_dir spawn
	top user user_id wait_for write_file);
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOMAXCONN);
use Webserver qw(apache_http apache_main apache_server apache_watch nginx_http nginx_main nginx_server nginx_watch);

sub new
{
	my ($class, %o) = @_;
	my $top = top();
	my $self = bless {
		web => 'nginx', database => 'sutler', names => ['localhost', '*.localhost'], config => {},
		rows => $o{rows} // [program_rows()],
		%o,
		top => $top, started => {}, sockets => {},
	}, $class;
	$self->{build} //= $ENV{SUTLER_BUILD} // "$top/var/build";
	$self->{media} //= "$self->{dir}/media";
	my $build = $self->{build};
	$self->{program} //= sub { my ($row) = @_; "$build/cgi-bin/$row->{name}" };
	$self->{config_file} = "$self->{dir}/sutler.conf";
	$self->{socket_dir} = undef;
	return $self;
}

sub start
{
	my ($self) = @_;
	my @steps = qw(prepare_dirs start_cluster start_mail start_gateway start_delay write_config build_database start_programs start_web);
	for my $step (@steps) {
		next if eval { $self->$step; 1 };
		my $why = $@;
		eval { $self->stop };
		die $why;
	}
	return $self;
}

sub prepare_dirs
{
	my ($self) = @_;
	make_path($self->{dir});
	own_dir("$self->{dir}/$_", 0750) for qw(log mail media private downloads documents probe state web);
	own_dir("$self->{dir}/web/$_", 0700) for qw(tmp empty);
	# The web server of dev/run is the same user, a production one shares the group.
	$self->{socket_dir} = short_dir("$self->{dir}/sock");
	make_path("$self->{dir}/pid");
	$self->make_secret_key;
	$self->set_room($self->{room}) if $self->{room};
	return;
}

# What the programs take for the room of their disk, from now on: bytes free and in all.  A test that looks at the
# status page says so by room; else they look at the disk.
sub room_file { my ($self) = @_; return "$self->{dir}/room" }
sub set_room
{
	my ($self, $room) = @_;
	write_file($self->room_file, "@$room\n");
	return;
}

sub secret_key_file { my ($self) = @_; return $self->{key_file} // "$self->{dir}/secret.key" }

# What seals the gateways' keys in the database: made once, as a sysadmin does.
sub make_secret_key
{
	my ($self) = @_;
	my $file = $self->secret_key_file;
	return if -e $file;
	write_file($file, unpack('H*', random_bytes(32)) . "\n", 0600);
	return;
}

sub random_bytes
{
	my ($n) = @_;
	open my $f, '<:raw', '/dev/urandom' or die "cannot read /dev/urandom: $!\n";
	read($f, my $bytes, $n) == $n or die "/dev/urandom gives too little\n";
	return $bytes;
}

# ---- what runs: one file per process ----

sub stat_start
{
	my ($pid) = @_;
	return -e "/proc/$pid/stat" ? (split ' ', read_file("/proc/$pid/stat") =~ s/^.*\) //sr)[19] : '';
}

sub remember
{
	my ($self, $name, $pid) = @_;
	write_file("$self->{dir}/pid/$name", "$pid " . stat_start($pid) . "\n");
	return;
}

# Pid of a process of ours, 0 when it is gone; a number taken by a stranger does not count.
sub running
{
	my ($self, $name) = @_;
	my $file = "$self->{dir}/pid/$name";
	return 0 if !-e $file;
	my ($pid, $start) = split ' ', read_file($file);
	return alive($pid) && stat_start($pid) eq $start ? $pid : 0;
}

sub end
{
	my ($self, $name, $patience_s, $signal) = @_;
	my $pid = $self->running($name);
	end_pid($pid, $patience_s, $signal) if $pid;
	unlink "$self->{dir}/pid/$name";
	return;
}

# Ends everything, visitors' side first, so that nobody sees half a house.
sub stop
{
	my ($self) = @_;
	my @names = map { s{.*/}{}r } glob "$self->{dir}/pid/*";
	my %rank = (jobs => 0, nginx => 1, apache => 1, mail => 8, gateway => 8, delay => 9);
	$self->end($_, 12, $_ eq 'nginx' ? 'QUIT' : 'TERM')
		for sort { ($rank{$a} // 5) <=> ($rank{$b} // 5) } grep { $_ ne 'postgres' } @names;
	$_->close for values %{ $self->{sockets} };
	$self->{sockets} = {};
	my $own = $self->{own_cluster} // Cluster->new("$self->{dir}/pg");
	$own->stop if -d "$self->{dir}/pg";
	return;
}

# ---- database ----

sub start_cluster
{
	my ($self) = @_;
	return if $self->{cluster};
	$self->{own_cluster} = $self->{cluster} = Cluster->new("$self->{dir}/pg", durable => $self->{durable}, settings => $self->{server},
		users => $self->{users});
	$self->{cluster}->start;
	return;
}

# A slow way to the database for the programs; dbh() takes the short one.
sub delay_dir { my ($self) = @_; return short_dir("$self->{dir}/slow") }

sub start_delay
{
	my ($self) = @_;
	return if !$self->{delay} || $self->running('delay');
	my $log = "$self->{dir}/log/delay.log";
	my $socket = $self->delay_dir . '/.s.PGSQL.5432';
	unlink $socket;
	my $pid = spawn(cmd => [demoted($^X, "$self->{top}/t/lib/delay-proxy", $self->delay_dir,
		$self->{cluster}->socket_dir . '/.s.PGSQL.5432', @{ $self->{delay} })], log => $log);
	$self->remember('delay', $pid);
	wait_for(10, sub { -S $socket || !alive($pid) }) && -S $socket or die "the delay proxy did not start: see $log\n";
	return;
}

sub ctl_path { my ($self) = @_; return "$self->{build}/sbin/sutlerctl" }

# bootstrap.sql (owner and database settings) is the superuser's part; everything
# else is sutlerctl's, as in production.
sub build_database
{
	my ($self) = @_;
	my $c = $self->{cluster};
	return $self->set_origins if $self->{prepared};
	$c->createdb($self->{database}) if !$c->exists_db($self->{database});
	$c->psql_file($self->{database}, "$self->{top}/sql/bootstrap.sql");
	$c->map_roles;
	$self->ctl('migrate');
	return;
}

# The demo shops, by the imports a merchant uses.  Drawn pictures are kept in
# var/demo, which dev/run and the tests share.
sub load_demo
{
	my ($self) = @_;
	my $drawn = own_dir("$self->{top}/var/demo", 0755);
	local $ENV{BUILD} = $self->{build};
	my ($status, $text) = $self->capture("$self->{top}/dev/load-demo", $drawn);
	write_file("$self->{dir}/log/demo.log", $text);
	die "the demo shops do not load:\n" . join('', last_lines($text, 20)) if $status;
	# Counts, filters and availability, which the resident job keeps.
	my ($stale, $why) = $self->run_job('freshen', '--once');
	die "the demo shops' lists are not made:\n$why" if $stale;
	$self->set_origins;
	return;
}

sub last_lines
{
	my ($text, $n) = @_;
	my @lines = split /^/, $text;
	splice @lines, 0, @lines - $n if @lines > $n;
	return @lines;
}

# The database as superuser, under no policy: the truth behind the pages; or as a role.
sub dbh
{
	my ($self, $role) = @_;
	return $self->{cluster}->dbh($self->{database}, $role);
}

# ---- configuration ----

sub ports
{
	my ($self) = @_;
	return $self->{ports} if $self->{ports};
	my $file = "$self->{dir}/ports";
	my %old = -e $file ? read_file($file) =~ /^(\w+) (\d+)$/mg : ();
	my %new;
	for my $name (qw(http https smtp mailbox gateway watch)) {
		# A port that our own running server holds stays its port.
		my $ours = $self->running($name =~ /^(?:http|watch)/ ? $self->{web} : $name eq 'gateway' ? $name : 'mail');
		$new{$name} = $ours && $old{$name} ? $old{$name} : free_port($old{$name});
	}
	write_file($file, join '', map { "$_ $new{$_}\n" } sort keys %new);
	return $self->{ports} = \%new;
}

sub scheme { my ($self) = @_; return $self->{tls} ? 'https' : 'http' }
sub port { my ($self) = @_; return $self->ports->{ $self->scheme } }

sub url
{
	my ($self, $host) = @_;
	return sprintf '%s://%s:%d', $self->scheme, $host, $self->port;
}

sub mailbox_url { my ($self) = @_; return 'http://localhost:' . $self->ports->{mailbox} }

sub gateway_url { my ($self) = @_; return 'http://127.0.0.1:' . $self->ports->{gateway} }

# The settings that this directory needs; the rest keeps its default.
sub settings
{
	my ($self) = @_;
	my ($top, $dir, $build) = @$self{qw(top dir build)};
	return {
		'database.connection' => sprintf('host=%s dbname=%s',
			$self->{delay} ? $self->delay_dir : $self->{cluster}->socket_dir, $self->{database}),
		'paths.templates' => "$top/tmpl",
		'paths.messages' => "$build/po",
		'paths.sql' => "$top/sql",
		'paths.htdocs' => "$top/htdocs",
		'paths.media' => $self->{media},
		'paths.private' => "$dir/private",
		'paths.downloads' => "$dir/downloads",
		'paths.documents' => "$dir/documents",
		'watch.probe' => "$dir/probe",
		'paths.run' => "$dir/state",
		'paths.courier' => $self->socket_path('courier'),
		'secrets.key_file' => $self->secret_key_file,
		'net.plain_loopback' => 'yes',
		'pay.stripe_url' => $self->gateway_url,
		'pay.stripe_pages' => $self->gateway_url,
		'mail.smtp' => 'smtp://127.0.0.1:' . $self->ports->{smtp},
		'web.secure_cookies' => $self->{tls} ? 'yes' : 'no',
		%{ $self->{config} },
	};
}

sub write_config
{
	my ($self) = @_;
	my $s = $self->settings;
	my (%by, $text);
	for my $name (grep { defined $s->{$_} } keys %$s) {
		my ($section, $key) = split /\./, $name, 2;
		$by{$section}{$key} = $s->{$name};
	}
	$text = "; Written by dev/run or a test; changes are lost.\n";
	for my $section (sort keys %by) {
		$text .= "[$section]\n";
		$text .= "$_ = $by{$section}{$_}\n" for sort keys %{ $by{$section} };
	}
	write_file($self->{config_file}, $text, 0640);
	return;
}

# Links in mail and canonical addresses name the host's origin, port and all.
sub set_origins
{
	my ($self) = @_;
	$self->{cluster}->psql($self->{database}, sprintf "UPDATE tenancy.host SET origin = '%s://' || host || ':%d'",
		$self->scheme, $self->port);
	return;
}

sub environment
{
	my ($self) = @_;
	return (SUTLER_CONFIG => $self->{config_file}, $self->{room} ? (SUTLER_TEST_ROOM => $self->room_file) : ());
}

# ---- programs and jobs ----

# The listening socket of a program, made once and kept, so that the program behind
# it can be exchanged without a visitor noticing.
sub listen_on
{
	my ($self, $name) = @_;
	return $self->{sockets}{$name} if $self->{sockets}{$name};
	my $path = $self->socket_path($name);
	unlink $path;
	my $old = umask 0117;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => SOMAXCONN);
	umask $old;
	die "cannot listen on $path: $!\n" if !$socket;
	chown user_id(), $path if $> == 0;
	return $self->{sockets}{$name} = $socket;
}

sub socket_path
{
	my ($self, $name) = @_;
	return "$self->{socket_dir}/$name.sock";
}

sub as_program
{
	my ($self, $name, @cmd) = @_;
	my $user = ($self->{users} // {})->{$name};
	return defined $user ? as_user($user, @cmd) : demoted(@cmd);
}

sub start_programs
{
	my ($self) = @_;
	$self->start_program($_) for grep { $_->{kind} =~ /^(?:page|service)$/ } @{ $self->{rows} };
	return;
}

sub start_program
{
	my ($self, $row) = @_;
	my $file = $self->{program}->($row);
	# A row may come before its program: t/style/programs.t complains about that, and the
	# rest of the house runs.
	return warn "$row->{name} of programs.tab has no program yet\n"
		if !-x $file && !-e "$self->{top}/cgi-bin/$row->{name}.c";
	die "program $row->{name} of programs.tab is not built ($file)\n" if !-x $file;
	my $pid = spawn(cmd => [$self->as_program($row->{name}, $file)], stdin => $self->listen_on($row->{name}), umask => 077,
		env => { $self->environment }, log => "$self->{dir}/log/$row->{name}.log");
	$self->remember($row->{name}, $pid);
	return $pid;
}

# A new copy on the same socket first, then the old one is asked to end.
sub restart_program
{
	my ($self, $name) = @_;
	my ($row) = grep { $_->{name} eq $name } @{ $self->{rows} };
	my $old = $self->running($name);
	my $pid = $self->start_program($row);
	end_pid($old, 40) if $old;
	return $pid;
}

# Runs a command of ours as the unprivileged user; (exit status, output).
sub capture
{
	my ($self, @cmd) = @_;
	my $pid = open(my $out, '-|') // die "cannot fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', '/dev/null' if !$self->{keep_stdin};
		my %env = $self->environment;
		@ENV{keys %env} = values %env;
		umask 077;
		my @all = $self->as_program($cmd[0] =~ s{.*/}{}r, @cmd);
		exec { $all[0] } @all or do { print "cannot run $all[0]: $!\n"; POSIX::_exit(127) };
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8 || ($? & 127 ? 128 + ($? & 127) : 0), $text);
}

sub ctl
{
	my ($self, @args) = @_;
	my ($status, $text) = $self->capture($self->ctl_path, @args);
	die "sutlerctl @args ends with $status:\n$text" if $status != 0;
	return $text;
}

sub run_job
{
	my ($self, $name, @args) = @_;
	return $self->capture("$self->{build}/jobs/$name", @args);
}

# The clock that starts jobs each minute, as cron would (dev/run only).
sub start_jobs
{
	my ($self) = @_;
	my @jobs = grep { $_->{kind} =~ /^(?:job|resident)$/ } @{ $self->{rows} };
	return if !@jobs || $self->running('jobs');
	my $pid = spawn(cmd => [demoted($^X, "$self->{top}/dev/jobs-loop", "$self->{build}/jobs", "$self->{dir}/log")],
		env => { $self->environment }, umask => 077, log => "$self->{dir}/log/jobs.log");
	$self->remember('jobs', $pid);
	return;
}

# ---- mail ----

sub mail_dir { my ($self) = @_; return "$self->{dir}/mail" }

sub start_mail
{
	my ($self) = @_;
	return if $self->running('mail');
	my $p = $self->ports;
	my $pid = spawn(cmd => [demoted($^X, "$self->{top}/t/lib/mail-catcher", '--dir', $self->mail_dir,
		'--smtp', $p->{smtp}, '--http', $p->{mailbox})], log => "$self->{dir}/log/mail.log", umask => 077);
	$self->remember('mail', $pid);
	$self->wait_port($p->{$_}, 'the mail catcher', 'mail') for qw(smtp mailbox);
	return;
}

# ---- payment gateway ----

sub start_gateway
{
	my ($self) = @_;
	return if !$self->{gateway} || $self->running('gateway');
	my $port = $self->ports->{gateway};
	my $pid = spawn(cmd => [demoted($^X, "$self->{top}/t/lib/stripe-stand-in", '--port', $port,
		'--dir', "$self->{dir}/state")], log => "$self->{dir}/log/gateway.log", umask => 077);
	$self->remember('gateway', $pid);
	$self->wait_port($port, 'the stand-in of the payment gateway', 'gateway');
	return;
}

# The account of a store at the stand-in, made once as staff make it; { account, key, secret }.
# The stand-in is told each time where the store hears its reports.
sub gateway_account
{
	my ($self, $code) = @_;
	my $dbh = $self->dbh;
	my ($tenant, $store, $host) = $dbh->selectrow_array(q{SELECT s.tenant_id, s.store_id, h.host FROM tenancy.store s
		JOIN tenancy.host h ON h.tenant_id = s.tenant_id AND h.store_id = s.store_id AND h.kind = 'store'
		WHERE s.code = ? ORDER BY h.is_primary DESC LIMIT 1}, undef, $code) or die "there is no store $code\n";
	my ($key, $secret) = map { "$self->{dir}/state/gateway-$code.$_" } qw(key secret);
	my $known = -e $secret;
	-e $key or write_file($key, "sk_test_" . unpack('H*', random_bytes(12)) . "\n", 0600);
	-e $secret or write_file($secret, "whsec_" . unpack('H*', random_bytes(24)) . "\n", 0600);
	my ($account) = $dbh->selectrow_array('SELECT account_id FROM payment.account WHERE tenant_id = ? AND store_id = ? AND active', undef, $tenant, $store);
	($account) = $self->ctl('payment', 'account', $code, 'stripe', '--key-file', $key, '--webhook-secret-file', $secret)
		=~ m{/webhooks/stripe/(\S+)} if !$account || !$known;
	$dbh->disconnect;
	my %made = (account => $account, key => read_file($key) =~ s/\s//gr, secret => read_file($secret) =~ s/\s//gr);
	require HTTP::Tiny;
	my $told = HTTP::Tiny->new->post_form($self->gateway_url . '/_control/endpoint', { key => $made{key}, secret => $made{secret},
		url => $self->url($host) . "/webhooks/stripe/$account" });
	die "the stand-in of the gateway does not listen: $told->{status} $told->{content}\n" if !$told->{success};
	return \%made;
}

# The same for each store there is.
sub open_accounts
{
	my ($self) = @_;
	my $dbh = $self->dbh;
	my $codes = $dbh->selectcol_arrayref('SELECT code FROM tenancy.store ORDER BY code');
	$dbh->disconnect;
	$self->gateway_account($_) for @$codes;
	return;
}

# The consoles of the demo, each with an owner who came in by the pages that a merchant uses; what
# his authenticator would hold is kept in the state directory.  A list of
# { name, url, email, password, secret }.
sub open_consoles
{
	my ($self) = @_;
	my @hosts = @{ $self->dbh->selectall_arrayref(q{SELECT h.host, t.slug FROM tenancy.host h JOIN tenancy.tenant t ON t.tenant_id = h.tenant_id
		WHERE h.kind = 'admin' AND h.is_primary
		ORDER BY (SELECT count(*) FROM tenancy.store s WHERE s.tenant_id = t.tenant_id) DESC, h.host}) };
	my @consoles = map { $self->open_console(@$_) } @hosts;
	$consoles[0]{name} = 'admin' if @consoles;
	return @consoles;
}

sub open_console
{
	my ($self, $host, $slug) = @_;
	my %o = (name => "admin-$slug", url => $self->url($host) . '/admin', email => "owner\@$slug.example", password => 'the keys of the whole shop');
	my $kept = "$self->{dir}/state/owner-$slug.secret";
	my ($there) = $self->dbh->selectrow_array(q{SELECT count(*) FROM staff.person p JOIN staff.totp t USING (tenant_id, staff_id)
		JOIN tenancy.tenant n USING (tenant_id) WHERE n.slug = ? AND p.email = ?}, undef, $slug, $o{email});
	if (!$there || !-e $kept) {
		require Visitor;
		my $v = Visitor->new(port => $self->port, host => $host, tls => $self->{tls}, timeout_s => 35);
		my ($link) = $self->ctl('staff', 'owner', $o{email}, '--tenant', $slug, '--name', 'Demo owner') =~ m{^https?://[^/]+(/\S+)}m;
		my $page = $v->follow($v->submit($v->get($link), field => 'password', { password => $o{password} }));
		my ($secret) = $page->html =~ m{class="secret">([A-Z2-7 ]+)<} or die "the owner of $slug gets no second factor: " . $page->status . "\n";
		my $code = `oathtool --totp -b '${\ $secret =~ s/ //gr}'`;
		my $done = $v->submit($page, field => 'code', { code => $code =~ s/\s//gr });
		die "the owner of $slug is not let in: " . $done->status . "\n" if $done->status != 200;
		DemoDownload::sell($v, $DemoDownload::GOODS{$slug}) if $DemoDownload::GOODS{$slug};
		write_file($kept, "$secret\n", 0600);
	}
	return { %o, secret => read_file($kept) =~ s/\s+\z//r };
}

sub wait_port
{
	my ($self, $port, $what, $name) = @_;
	my $answers = wait_for(20, sub {
		IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) || !$self->running($name) });
	return if $answers && $self->running($name);
	die "$what did not start: see $self->{dir}/log and $self->{dir}/web\n";
}

# ---- web server ----

sub make_certificate
{
	my ($self) = @_;
	my $tls = "$self->{dir}/tls";
	my $names = join ',', map { "DNS:$_" } grep { $_ ne 'localhost' } @{ $self->{names} };
	my $text = -e "$tls/names" ? read_file("$tls/names") : '';
	return if $text eq $names;
	own_dir($tls, 0700);
	my $log = "$self->{dir}/log/openssl.log";
	quietly($log, qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj),
		'/CN=sutler throw-away authority', '-keyout', "$tls/ca.key", '-out', "$tls/ca.pem",
		'-addext', 'keyUsage=critical,keyCertSign,cRLSign');
	quietly($log, qw(openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost),
		'-keyout', "$tls/key.pem", '-out', "$tls/request.pem");
	write_file("$tls/ext", "subjectAltName=DNS:localhost,$names\nextendedKeyUsage=serverAuth\n");
	quietly($log, qw(openssl x509 -req -days 30 -in), "$tls/request.pem", '-CA', "$tls/ca.pem",
		'-CAkey', "$tls/ca.key", '-CAcreateserial', '-extfile', "$tls/ext", '-out', "$tls/cert.pem");
	if ($> == 0) {
		chown user_id(), glob "$tls/*";
	}
	write_file("$tls/names", $names);
	return;
}

sub start_web
{
	my ($self) = @_;
	return if $self->running($self->{web});
	my $web = "$self->{dir}/web";
	my $p = $self->ports;
	$self->make_certificate if $self->{tls};
	my %o = (rows => $self->{rows}, sockets => $self->{socket_dir}, htdocs => "$self->{top}/htdocs",
		media => $self->{media}, limits => $self->{limits}, cache => $self->{cache} && "$web/pages", dir => $web, names => $self->{names},
		(grep { $_->{name} eq 'watch' } @{ $self->{rows} }) ? (watch_port => $p->{watch}) : (),
		http_port => $p->{http}, workers => $self->{web_workers},
		$self->{tls} ? (https_port => $p->{https}, cert => "$self->{dir}/tls/cert.pem",
			key => "$self->{dir}/tls/key.pem") : ());
	my @cmd;
	write_file("$web/watch.conf", $self->{web} eq 'apache' ? apache_watch(%o) : nginx_watch(%o)) if $o{watch_port};
	if ($self->{web} eq 'apache') {
		write_file("$web/http.conf", apache_http(%o, pages => "$web/pages"));
		write_file("$web/server.conf", apache_server(%o));
		write_file("$web/apache.conf", apache_main(%o));
		@cmd = ('/usr/sbin/apache2', '-f', "$web/apache.conf");
		quietly("$web/check.log", demoted(@cmd, '-t'));
		push @cmd, '-DFOREGROUND';
	} else {
		write_file("$web/http.conf", nginx_http(%o));
		write_file("$web/server.conf", nginx_server(%o));
		write_file("$web/nginx.conf", nginx_main(%o));
		@cmd = ('/usr/sbin/nginx', '-e', "$web/error.log", '-p', $web, '-c', "$web/nginx.conf");
		quietly("$web/check.log", demoted(@cmd, '-t'));
	}
	my $pid = spawn(cmd => [demoted(@cmd)], log => "$web/server.log");
	$self->remember($self->{web}, $pid);
	$self->wait_port($self->port, $self->{web}, $self->{web});
	return;
}

1;
