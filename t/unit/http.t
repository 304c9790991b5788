#!/usr/bin/perl
# Promise: a request to a service ends within its time with a verdict that is true: what is
# called "not sent" was never seen by the other side. No redirect is followed, no proxy used,
# no certificate believed that is not proven, and an answer without end is cut (T58).
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use IO::Select;
use IO::Socket::INET;
use House qw(quietly read_file);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $driver = ($ENV{SUTLER_BUILD} // "$FindBin::Bin/../../var/build") . '/t/unit/http_driver';
-x $driver or plan skip_all => "$driver is not built";
my $dir = tempdir(CLEANUP => 1);

sub run
{
	my (@args) = @_;
	open my $out, '-|', $driver, @args or die "cannot run $driver: $!\n";
	my @lines = map { s/\n//r } <$out>;
	close $out;
	return @lines == 2 ? { verdict => $lines[0], reason => $lines[1] }
		: { verdict => $lines[0], status => $lines[1], size => $lines[2], headers => $lines[3], ms => $lines[4], reason => $lines[5],
			again => $lines[6] };
}

# A service in a child: $say->(socket, request); what it was asked is written to $dir/NAME.
my @children;
END { my $status = $?; kill 'KILL', @children; waitpid $_, 0 for @children; $? = $status }
sub service
{
	my ($name, $say, %o) = @_;
	my $class = $o{tls} ? 'IO::Socket::SSL' : 'IO::Socket::INET';
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 8, ReuseAddr => 1) or die "no port: $!";
	my $pid = fork // die;
	if (!$pid) {
		$SIG{PIPE} = 'IGNORE';
		while (my $s = $listen->accept) {
			if ($o{tls}) {
				require IO::Socket::SSL;
				IO::Socket::SSL->start_SSL($s, SSL_server => 1, SSL_cert_file => "$dir/$o{tls}.pem", SSL_key_file => "$dir/$o{tls}.key") or next;
			}
			my $request = '';
			while ($request !~ /\r\n\r\n/ && sysread $s, $request, 4096, length $request) { }
			open my $log, '>>', "$dir/$name" or die $!;
			print {$log} $request;
			close $log;
			$say->($s, $request) if $request =~ /\r\n\r\n/;
			close $s;
		}
		POSIX::_exit(0);
	}
	push @children, $pid;
	return $listen->sockport;
}
sub seen { my ($name) = @_; return -e "$dir/$name" ? read_file("$dir/$name") : '' }
sub answer
{
	my ($body, @headers) = @_;
	return join "\r\n", 'HTTP/1.1 200 OK', 'Content-Length: ' . length $body, 'Connection: close', @headers, '', $body;
}

# ---- addresses that are none of ours ----
for my $url (qw(ftp://a.test http://a.test http://127.0.0.1.evil.test:80 http://localhost:80 https://a.test/ https://u@a.test https://
		file:///etc/passwd http://[::2]:80 http://127.0.0.1), 'https://a.test?x', "https://a\ntest") {
	is run($url, 'GET', '/', 'plain')->{verdict}, 'refused', 'not an address to speak to: ' . $url =~ s/\n/\\n/r;
}
is run('http://127.0.0.1:9', 'GET', '/')->{verdict}, 'refused', 'nor plain http, unless the configuration says so';

# ---- answers ----
my $good = service('good', sub { print { $_[0] } answer('{"a":1}', 'request-id: req_1', 'Stripe-Should-Retry: false', 'Idempotent-Replayed: true') });
my $got = run("http://127.0.0.1:$good", 'POST', '/v1/x', 'plain', 'body=a=1');
is "$got->{verdict} $got->{status} $got->{size} $got->{headers}", 'answered 200 7 req_1 false true', 'an answer with the headers that matter';
like seen('good'), qr{^POST /v1/x HTTP/1\.1\r\n.*Host: 127\.0\.0\.1:$good\r\n}s, 'the request goes to the base and its path';
like seen('good'), qr{Authorization: Bearer secret\r\n.*\r\n\r\na=1$}s, 'with its header and body';
unlike seen('good'), qr{Expect:}i, 'and waits for no permission';
local $ENV{https_proxy} = local $ENV{http_proxy} = local $ENV{ALL_PROXY} = 'http://127.0.0.1:9';
is run("http://127.0.0.1:$good", 'GET', '/', 'plain')->{verdict}, 'answered', 'a proxy of the environment is not used';
is run("http://127.0.0.1:$good", 'GET', 'evil', 'plain')->{verdict}, 'not sent', 'a path that is none is not sent';
unlink "$dir/good";
is run("http://127.0.0.1:$good", 'GET', '/', 'plain', "header=a\r\nX-Evil: 1")->{verdict}, 'not sent', 'nor is a header that begins a second';
is seen('good'), '', '... the other side saw nothing';

my $elsewhere = service('elsewhere', sub { print { $_[0] } answer('caught') });
my $redirect = service('redirect', sub { print { $_[0] } "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:$elsewhere/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" });
is run("http://127.0.0.1:$redirect", 'GET', '/', 'plain')->{status}, 302, 'a redirect is an answer';
is seen('elsewhere'), '', '... and not followed';

# ---- answers without end ----
my $large = service('large', sub { print { $_[0] } "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"; for (1 .. 100) { print { $_[0] } 'x' x 65536 or last } });
$got = run("http://127.0.0.1:$large", 'GET', '/', 'plain');
is "$got->{verdict} $got->{reason}", 'unknown the answer is too large', 'T58 more than 1 MiB is cut while it comes';
my $just = service('just', sub { print { $_[0] } answer('x' x 1048576) });
is run("http://127.0.0.1:$just", 'GET', '/', 'plain')->{size}, 1048576, 'exactly 1 MiB is taken';
my $drip = service('drip', sub { print { $_[0] } "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"; for (1 .. 100) { syswrite $_[0], 'x'; sleep 0.1 } });
$got = run("http://127.0.0.1:$drip", 'GET', '/', 'plain');
ok $got->{verdict} eq 'unknown' && $got->{ms} < 5300, "T58 a drip is given up ($got->{ms} ms)";
my $half = service('half', sub { print { $_[0] } "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{" });
is run("http://127.0.0.1:$half", 'POST', '/', 'plain', 'body=x')->{verdict}, 'unknown', 'half an answer is none';
my $silent = service('silent', sub { sleep 20 });
$got = run("http://127.0.0.1:$silent", 'POST', '/', 'plain', 'body=x', 'deadline=700');
ok $got->{verdict} eq 'unknown' && $got->{ms} >= 600 && $got->{ms} < 1500, "silence ends at the deadline ($got->{ms} ms)";
$got = run("http://127.0.0.1:$silent", 'POST', '/', 'plain', 'body=x');
ok $got->{verdict} eq 'unknown' && $got->{ms} > 4500 && $got->{ms} < 5500, "or after five seconds ($got->{ms} ms)";
is run("http://127.0.0.1:$good", 'GET', '/', 'plain', 'deadline=0')->{verdict}, 'not sent', 'without time left nothing is sent';
my $hangup = service('hangup', sub { });
is run("http://127.0.0.1:$hangup", 'POST', '/', 'plain', 'body=x')->{verdict}, 'unknown', 'a connection that ends without an answer: perhaps it happened';

# ---- surely not sent ----
my $port = do { my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1) or die; $s->sockport };
is run("http://127.0.0.1:$port", 'POST', '/', 'plain', 'body=x')->{verdict}, 'not sent', 'nobody listens';
is run('https://no-such-host.invalid', 'POST', '/', 'body=x', 'deadline=3000')->{verdict}, 'not sent', 'no such name';
# A full queue: connections are neither taken nor refused.
my $full = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1) or die;
my @fill = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $full->sockport, Blocking => 0) } 1 .. 8;
$got = run('http://127.0.0.1:' . $full->sockport, 'POST', '/', 'plain', 'body=x');
ok $got->{ms} < 5300 && $got->{verdict} =~ /^(?:not sent|unknown)$/, "a queue that is full ($got->{verdict}, $got->{ms} ms)";

# ---- a kept connection that has died in the meantime ----
my $once = service('once', sub {
	print { $_[0] } "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
});
$got = run("http://127.0.0.1:$once", 'POST', '/', 'plain', 'body=x', 'twice');
my $posts = () = seen('once') =~ m{POST / }g;
is "$got->{verdict} $got->{again} $posts", 'answered answered 2', 'a POST is sent once for each that was asked';

# ---- certificates ----
my $log = "$dir/openssl.log";
for my $who (qw(one two)) {
	quietly($log, qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=localhost), '-addext',
		$who eq 'one' ? 'subjectAltName=IP:127.0.0.1,DNS:localhost' : 'subjectAltName=DNS:elsewhere.test', '-keyout', "$dir/$who.key", '-out', "$dir/$who.pem");
}
my $tls = service('tls', sub { print { $_[0] } answer('{}') }, tls => 'one');
is run("https://127.0.0.1:$tls", 'GET', '/', "ca=$dir/one.pem")->{verdict}, 'answered', 'a certificate of the authority in the configuration';
is run("https://127.0.0.1:$tls", 'GET', '/')->{verdict}, 'not sent', 'one that the system does not know';
my $wrong = service('wrong', sub { print { $_[0] } answer('{}') }, tls => 'two');
is run("https://127.0.0.1:$wrong", 'POST', '/', "ca=$dir/two.pem", 'body=x')->{verdict}, 'not sent', 'one for another name';
is seen('wrong'), '', '... and what was to be sent was not';
is run("https://127.0.0.1:$good", 'POST', '/', "ca=$dir/one.pem", 'body=x')->{verdict}, 'not sent', 'a service without TLS';
done_testing;
