package Webserver;

# Configuration of nginx and Apache, made from etc/programs.tab.
#
# Both servers get the same three pieces, in production and in dev/run alike:
#	http	 what stands once per server: maps, limits, log format
#	server	 what stands in each server or virtual host that shows stores: routing,
#		 static files, FastCGI parameters, headers of the server's own answers
#	watch	 a server of its own for who watches the house
#	main	 a whole configuration for dev/run and the tests, around the others
#
# FastCGI programs trust REQUEST_URI, REQUEST_METHOD, HTTP_HOST, CONTENT_*,
# QUERY_STRING, HTTP_* and REMOTE_ADDR as given here, and route on REQUEST_URI
# alone: a path that the server decodes otherwise reaches at worst the wrong
# program, which answers 404.
#
# Every function takes named values:
#	rows	  of programs.tab (House::program_rows)
#	sockets	  directory of NAME.sock
#	htdocs	  directory of the static files		media	directory of the pictures
#	limits	  true: rates and connections per visitor are limited
#	cache	  directory where nginx keeps pages for a second (Apache: in memory); none: nothing is kept
#	pages	  file of Apache's memory for them
#	http_port https_port cert key names dir		of main only

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(apache_http nginx_http nginx_server nginx_watch nginx_main apache_server apache_watch apache_main location_pattern
	error_pages);

# A locale and perhaps a currency in front of a path: /es/cart, /es-usd/cart, /pt-br-usd/cart.
my $LOCALE = '(?:/[a-z]{2}(?:-[a-z]{2,4}){0,2})?';

# Headers that every answer carries; the programs send them themselves, so the
# server adds them to its own answers only.  Strict-Transport-Security is apart.
my @HEADERS = (
	['X-Content-Type-Options', 'nosniff'],
	['X-Frame-Options', 'DENY'],
	['Referrer-Policy', 'strict-origin-when-cross-origin'],
	['Cross-Origin-Opener-Policy', 'same-origin'],
	['Cross-Origin-Resource-Policy', 'same-origin'],
	['Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(self)'],
	['Content-Security-Policy', "default-src 'none'; style-src 'self'; img-src 'self'; "
		. "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
);
my $HSTS = 'max-age=63072000; includeSubDomains';

# Requests per second that one visitor may make of a program, and the burst that is
# let through at once; anything not named is a page (reliability.md, section 3).
my %RATE = (
	page => { rate => '20r/s', burst => 60 },
	search => { rate => '5r/s', burst => 20 },
	# The database counts tries exactly; here only the workers are kept from drowning.
	login => { rate => '60r/m', burst => 30 },
	'admin-login' => { rate => '60r/m', burst => 30 },
	webhooks => { rate => '50r/s', burst => 100 },
	api => { rate => '10r/s', burst => 50 },
);

# Requests of a program under way at a time, and what the next is answered.  Log-in hashes two
# passwords at a time and says 429 by itself when all its places are taken; of more than 34 it
# need not even hear.
my %UNDER_WAY = (
	page => { most => 256, status => 503 },
	login => { most => 34, status => 429 },
	'admin-login' => { most => 34, status => 429 },
);

# Programs with pages that are the same for everybody: the web server may keep them as long as they say.
# t/http/140-kept-pages.t compares with their route tables.
my %KEPT = map { $_ => 1 } qw(home catalog);
# Who sends one of these always reaches the program (lib/front: session, cart, sentence to be said once).
my $PERSONAL = '(?:^|;\s*)(?:__Host-)?(?:sid|cart|staff|staff-step|flash)=';
# 8 000 pages for each MB of keys; files of pages that nobody asked for in ten minutes go.  What is old is
# shown only while the program cannot answer.
my %KEEP = (keys => '8m', files => '256m', inactive => '10m', memory => 64 << 20, page => 512 << 10);
# Where who watches asks, when no host's name is to matter.
use constant WATCH_PORT => 9469;

my @STATIC_DIRS = qw(css js img icons fonts);

# [regular expression, row] for each prefix, longest first: the order of a first match.
sub location_pattern
{
	my ($rows) = @_;
	my @all;
	for my $row (grep { $_->{kind} eq 'page' } @$rows) {
		for my $prefix (split /,/, $row->{prefixes}) {
			next if $prefix eq '/';
			my $end = $prefix =~ m{/\z} ? '' : '(?:/|$)';
			push @all, [$prefix, "^$LOCALE" . quotemeta_path($prefix) . $end, $row];
		}
	}
	return map { [@$_[1, 2]] } sort { length $b->[0] <=> length $a->[0] || $a->[0] cmp $b->[0] } @all;
}

sub quotemeta_path
{
	my ($path) = @_;
	return $path =~ s/([^A-Za-z0-9_\/-])/\\$1/gr;
}

# The row of the program that answers whatever no other row claims, or nothing.
sub home_row
{
	my ($rows) = @_;
	return (grep { $_->{kind} eq 'page' && grep { $_ eq '/' } split /,/, $_->{prefixes} } @$rows)[0];
}

# Status => path of the prepared error pages in htdocs/error (503.html and so on).
sub error_pages
{
	my ($htdocs) = @_;
	return map { m{/(\d{3})\.html$} ? ($1 => "/error/$1.html") : () } sort glob "$htdocs/error/*.html";
}

sub bytes
{
	my ($size) = @_;
	my ($n, $unit) = $size =~ /^(\d+)([kKmM]?)$/ or die "not a size: $size\n";
	return $n * (lc $unit eq 'k' ? 1024 : lc $unit eq 'm' ? 1048576 : 1);
}

# ---- nginx ----

sub nginx_http
{
	my (%o) = @_;
	my $out = <<'END';
# Part of http {}: once per nginx.  Made from programs.tab by gen-webserver.

# One visitor is an IPv4 address or an IPv6 /64.
map $remote_addr $sutler_visitor {
	"~^(?<sutler_net>(?:[0-9a-f]{1,4}:){1,4})"  $sutler_net;
	default                                     $remote_addr;
}
# Files named with a version never change.
map $request_uri $sutler_static_age {
	"~^/static/[0-9a-f]{8,64}/"   "public, max-age=31536000, immutable";
	"~^/static/[^?]*\?v=[0-9a-zA-Z]+$"  "public, max-age=31536000, immutable";
	default                       "public, max-age=300";
}
# How a picture ends for who asked: pages name the WebP, beside which an AVIF lies (lib/shop/media.h).
map $http_accept $sutler_picture_end {
	"~*image/avif\s*(?:$|,|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))"  avif;
	default  webp;
}
# A program sends these headers itself: the server adds them only where none came.
END
	for my $h (@HEADERS) {
		my ($up, $var) = header_variables($h->[0]);
		$out .= sprintf "map \$%s \$%s {\n\t\"\"       \"%s\";\n\tdefault  \"\";\n}\n", $up, $var, $h->[1];
	}
	$out .= <<"END";
map \$https\$upstream_http_strict_transport_security \$sutler_strict_transport_security {
	"on"     "$HSTS";
	default  "";
}
# What nginx answers itself is never kept by anybody.
map \$upstream_http_cache_control\$status \$sutler_cache_control {
	"~^[45]\\d\\d\$"  "no-store";
	default        "";
}
END
	if ($o{limits}) {
		$out .= "limit_req_status 429;\nlimit_conn_status 503;\n"
			. "limit_conn_zone \$sutler_visitor zone=sutler_visitor:8m;\n"
			. "limit_conn_zone \$sutler_program zone=sutler_program:1m;\n";
		$out .= "limit_req_zone \$sutler_visitor zone=sutler_$_:8m rate=$RATE{$_}{rate};\n"
			for sort keys %RATE;
	}
	$out .= <<"END" if $o{cache};
# A page for anybody is kept until the second ends in which it was made, so that it is never older:
# nginx counts whole seconds, and a key of its own for even and odd ones cuts off the rest.
map \$msec \$sutler_second {
	"~[02468]\\.\\d+\$"  even;
	default             odd;
}
map \$http_cookie \$sutler_personal {
	"~$PERSONAL"  1;
	default  "";
}
fastcgi_cache_path $o{cache} levels=1:2 keys_zone=sutler_pages:$KEEP{keys} inactive=$KEEP{inactive} max_size=$KEEP{files} use_temp_path=off;
END
	return $out;
}

sub header_variables
{
	my $name = lc shift =~ tr/-/_/r;
	return ("upstream_http_$name", "sutler_$name");
}

# Every FastCGI parameter, written out: Debian's file may be another one, and it
# must hold HTTP_HOST (nginx has checked $host) and an empty HTTP_PROXY.
my @PARAMS = (
	[REQUEST_METHOD => '$request_method'], [REQUEST_URI => '$request_uri'],
	[REQUEST_SCHEME => '$scheme'], [HTTPS => '$https if_not_empty'],
	[QUERY_STRING => '$query_string'],
	[CONTENT_TYPE => '$content_type'], [CONTENT_LENGTH => '$content_length'],
	[REQUEST_ID => '$request_id'], [SCRIPT_NAME => '""'], [GATEWAY_INTERFACE => 'CGI/1.1'],
	[SERVER_PROTOCOL => '$server_protocol'], [SERVER_PORT => '$server_port'],
	[REMOTE_ADDR => '$remote_addr'], [HTTP_HOST => '$host'], [HTTP_PROXY => '""'],
);

sub nginx_server
{
	my (%o) = @_;
	my $out = <<'END';
# Part of server {}: shows stores.  Made from programs.tab by gen-webserver.
server_tokens off;
merge_slashes on;
client_header_buffer_size 1k;
large_client_header_buffers 4 8k;
client_header_timeout 10s;
client_body_timeout 15s;
send_timeout 15s;
keepalive_timeout 20s;
client_max_body_size 64k;
disable_symlinks if_not_owner;

fastcgi_connect_timeout 2s;
fastcgi_send_timeout 15s;
fastcgi_read_timeout 30s;
fastcgi_request_buffering on;
# A program that shows one request at a time must not be held by an idle connection.
fastcgi_keep_conn off;
fastcgi_next_upstream off;
fastcgi_intercept_errors off;
fastcgi_hide_header X-Powered-By;
fastcgi_buffer_size 16k;
fastcgi_buffers 32 8k;
END
	$out .= sprintf "fastcgi_param %-18s %s;\n", @$_ for @PARAMS;
	$out .= "\n# Session cookies are SameSite, so compressing personal pages tells no other site anything.\n"
		. "gzip on;\ngzip_min_length 1024;\ngzip_comp_level 4;\ngzip_vary on;\n"
		. "gzip_types text/css text/javascript application/javascript application/json image/svg+xml "
		. "application/xml text/xml application/rss+xml text/plain;\n\n";
	my $headers = join '', map { sprintf "add_header %s \$%s always;\n", $_, (header_variables($_))[1] }
		((map { $_->[0] } @HEADERS), 'Strict-Transport-Security', 'Cache-Control');
	$out .= $headers;
	$out .= "limit_conn sutler_visitor 30;\n" if $o{limits};
	$out .= <<'END' if $o{cache};

# Kept is what a program allows; whoever has a session or a cart is neither shown it nor leaves any.
fastcgi_cache_key "$sutler_second $request_method $scheme://$host$request_uri";
fastcgi_cache_bypass $sutler_personal $http_authorization;
fastcgi_no_cache $sutler_personal $http_authorization;
fastcgi_cache_use_stale error timeout http_500 http_503;
END
	$out .= "\n" . nginx_errors($o{htdocs}, $headers) . nginx_static(%o, headers => $headers);
	$out .= nginx_location("~ \"$_->[0]\"", $_->[1], %o) for location_pattern($o{rows});
	my $home = home_row($o{rows});
	$out .= $home ? nginx_location('/', $home, %o) : "location / {\n\treturn 404;\n}\n";
	return $out;
}

# The server's own error answers.  A program that is not there is 503: come back soon.
sub nginx_errors
{
	my ($htdocs, $headers) = @_;
	my %page = error_pages($htdocs);
	my $out = $page{503} ? "error_page 502 503 504 =503 /error/503.html;\n" : "error_page 502 504 =503 \@down;\n"
		. "location \@down {\n\tinternal;\n\tadd_header Retry-After 5 always;\n$headers\treturn 503;\n}\n";
	# Who asks too often or too much at once is told when to come again; a program's own 429 says it itself.
	$out .= "error_page 429 \@wait;\nlocation \@wait {\n\tinternal;\n\tadd_header Retry-After 5 always;\n$headers\treturn 429;\n}\n";
	$out .= "error_page $_ $page{$_};\n" for grep { $_ !~ /^50|429/ } sort keys %page;
	$out .= "location ^~ /error/ {\n\tinternal;\n\troot $htdocs;\n"
		. "\tadd_header Retry-After 5 always;\n\tadd_header Cache-Control no-store always;\n"
		. "\tadd_header X-Content-Type-Options nosniff always;\n"
		. "\tadd_header Content-Security-Policy \"default-src 'none'; style-src 'self' 'unsafe-inline'; "
		. "frame-ancestors 'none'\" always;\n}\n" if %page;
	return $out;
}

sub nginx_static
{
	my (%o) = @_;
	my $dirs = join '|', @STATIC_DIRS;
	my $indented = $o{headers} =~ s/^(?=.)/\t/mgr;
	return <<"END";
location ~ "^/static/(?:[0-9a-f]{8,64}/)?(?<sutler_file>(?:$dirs)/[A-Za-z0-9_][A-Za-z0-9_./-]*)\$" {
	root $o{htdocs};
	try_files /\$sutler_file =404;
	limit_except GET { deny all; }
	access_log off;
	add_header Cache-Control \$sutler_static_age;
$indented}
location ~ "^/media/(?<sutler_picture>[A-Za-z0-9_][A-Za-z0-9_./-]*)\\.webp\$" {
	root $o{media};
	try_files /\$sutler_picture.\$sutler_picture_end /\$sutler_picture.webp =404;
	limit_except GET { deny all; }
	access_log off;
	types { image/webp webp; image/avif avif; }
	add_header Vary Accept;
	add_header Cache-Control "public, max-age=31536000, immutable";
$indented}
location ~ "^/media/(?<sutler_media>[A-Za-z0-9_][A-Za-z0-9_./-]*)\$" {
	# Names are hashes of the content; active content would run as the store.
	root $o{media};
	try_files /\$sutler_media =404;
	limit_except GET { deny all; }
	access_log off;
	types {
		image/jpeg jpg jpeg; image/png png; image/webp webp; image/avif avif;
		image/svg+xml svg; application/pdf pdf;
	}
	default_type application/octet-stream;
	add_header Cache-Control "public, max-age=31536000, immutable";
$indented}
location /static/ {
	return 404;
}
location /media/ {
	return 404;
}
END
}

sub nginx_location
{
	my ($match, $row, %o) = @_;
	my $rate = $RATE{ $row->{name} } ? $row->{name} : 'page';
	return nginx_watch_location($match, $row, %o) if $row->{name} eq 'watch';
	my $under_way = $UNDER_WAY{ $row->{name} } // $UNDER_WAY{page};
	my $limits = $o{limits} ? "\tset \$sutler_program $row->{name};\n\tlimit_conn sutler_visitor 30;\n"
		. "\tlimit_conn sutler_program $under_way->{most};\n\tlimit_conn_status $under_way->{status};\n"
		. "\tlimit_req zone=sutler_$rate burst=$RATE{$rate}{burst} nodelay;\n" : '';
	my $kept = $o{cache} && $KEPT{ $row->{name} } ? "\tfastcgi_cache sutler_pages;\n" : '';
	return "location $match {\n\tclient_max_body_size $row->{body};\n$limits$kept"
		. "\tfastcgi_pass unix:$o{sockets}/$row->{name}.sock;\n}\n";
}

# Who watches the house comes from this host; others ask by a server of their own (the guide says how).
sub nginx_watch_location
{
	my ($match, $row, %o) = @_;
	return "location $match {\n\tallow 127.0.0.1;\n\tallow ::1;\n\tdeny all;\n\taccess_log off;\n"
		. "\tfastcgi_pass unix:$o{sockets}/$row->{name}.sock;\n}\n";
}

# A server of its own for who watches: any name of the host, a port of this host alone.
sub nginx_watch
{
	my (%o) = @_;
	my ($row) = grep { $_->{name} eq 'watch' } @{ $o{rows} };
	my $listen = $o{watch_port} // WATCH_PORT;
	my $params = join '', map { sprintf "\tfastcgi_param %-18s %s;\n", @$_ } @PARAMS;
	my $places = join '', map { s/^(?=.)/\t/mgr } map { nginx_watch_location("= $_", $row, %o) } split /,/, $row->{prefixes};
	return <<"END";
# Part of http {}: whether this host lives, is ready, and its figures.  Made from programs.tab by gen-webserver.
# Who asks from elsewhere (a load balancer, Prometheus) needs a "listen" of his network and an "allow" in each location.
server {
	listen 127.0.0.1:$listen;
	server_name _;
	server_tokens off;
	client_max_body_size 1k;
	fastcgi_connect_timeout 2s;
	fastcgi_read_timeout 10s;
	fastcgi_keep_conn off;
$params$places	location / {
		return 404;
	}
}
END
}

# A whole nginx.conf whose every path lies under $o{dir}.
sub nginx_main
{
	my (%o) = @_;
	my $watch = $o{watch_port} ? "\tinclude $o{dir}/watch.conf;\n" : '';
	my $names = join ' ', @{ $o{names} };
	my $ssl = $o{https_port} ? <<"END" : '';
	ssl_certificate $o{cert};
	ssl_certificate_key $o{key};
	ssl_protocols TLSv1.2 TLSv1.3;
	ssl_session_cache shared:sutler:1m;
END
	my @listen = $o{https_port} ? "127.0.0.1:$o{https_port} ssl http2" : "127.0.0.1:$o{http_port}";
	my $listen = join '', map { "\t\tlisten $_;\n" } @listen;
	my $default = join '', map { "\t\tlisten $_ default_server;\n" } @listen;
	my $workers = $o{workers} // 2;
	my $tmp = join '', map { "\t${_}_temp_path $o{dir}/tmp/$_;\n" } qw(client_body fastcgi proxy uwsgi scgi);
	return <<"END";
# A whole nginx for one directory.  Made by gen-webserver; changes are lost.
daemon off;
pid $o{dir}/nginx.pid;
error_log $o{dir}/error.log warn;
worker_processes $workers;
worker_shutdown_timeout 10s;
events {
	worker_connections 2048;
}
http {
$tmp	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	charset utf-8;
	charset_types text/css text/javascript application/javascript text/plain;
	log_format sutler '\$remote_addr [\$time_iso8601] \$host "\$request" \$status \$body_bytes_sent '
		'\$request_time \$upstream_response_time \$request_id';
	access_log $o{dir}/access.log sutler;
	sendfile on;
	tcp_nopush on;
	server_names_hash_bucket_size 128;
	server_tokens off;
$ssl	include $o{dir}/http.conf;

	# A host that nobody named here is not ours.
	server {
$default		server_name _;
		add_header X-Content-Type-Options nosniff always;
		add_header Cache-Control no-store always;
		return 421;
	}
	server {
$listen		server_name $names;
		include $o{dir}/server.conf;
	}
$watch}
END
}

# ---- Apache ----

# What stands once per Apache, outside of every <VirtualHost>.
sub apache_http
{
	my (%o) = @_;
	return "# Once per Apache.  Made from programs.tab by gen-webserver.\n" . ($o{cache} ? <<"END" : '');
# Pages for anybody, kept in memory.
CacheSocache "shmcb:$o{pages}($KEEP{memory})"
CacheSocacheMaxSize $KEEP{page}
END
}

sub apache_server
{
	my (%o) = @_;
	my $dirs = join '|', @STATIC_DIRS;
	my $out = <<"END";
# Part of <VirtualHost>: shows stores.  Made from programs.tab by gen-webserver.
# Apache hands a request on as it comes, so a slow sender holds a program's worker
# until RequestReadTimeout ends it: nginx is the better choice where you have one.
ServerSignature Off
TraceEnable Off
AllowEncodedSlashes Off
UseCanonicalName Off
RequestReadTimeout header=10-20,MinRate=500 body=20,MinRate=500
LimitRequestLine 8190
LimitRequestFields 64
LimitRequestFieldSize 8190
LimitRequestBody 65536
KeepAliveTimeout 20
ProxyTimeout 30
# No empty names between slashes are merged: programs see what the visitor sent.
MergeSlashes Off
# The host without port, in lower case, and no proxy of the visitor's choice.
ProxyFCGISetEnvIf "true" HTTP_HOST "%{tolower:%{SERVER_NAME}}"
ProxyFCGIBackendType GENERIC
# What Apache's own log calls the request (mod_unique_id, where it is loaded).
ProxyFCGISetEnvIf "true" REQUEST_ID "%{reqenv:UNIQUE_ID}"
RequestHeader unset Proxy early
END
	$out .= sprintf "Header always set %s \"%s\" \"expr=-z %%{resp:%s}\"\n", $_->[0], $_->[1], $_->[0] for @HEADERS;
	$out .= "Header always set Strict-Transport-Security \"$HSTS\" "
		. "\"expr=-z %{resp:Strict-Transport-Security} && %{HTTPS} == 'on'\"\n";
	$out .= "Header always set Cache-Control no-store "
		. "\"expr=-z %{resp:Cache-Control} && %{REQUEST_STATUS} -ge 400\"\n";
	$out .= "Header always set Retry-After 5 \"expr=-z %{resp:Retry-After} && %{REQUEST_STATUS} -eq 503\"\n";
	$out .= <<'END';
AddOutputFilterByType DEFLATE text/html text/css text/javascript application/javascript application/json image/svg+xml application/xml application/rss+xml text/plain
DeflateCompressionLevel 4
END
	$out .= <<"END" if $o{cache};
# Kept is what a program allows, in memory and never longer than it says; whoever has a session or a cart
# is neither shown it nor leaves any.
CacheQuickHandler off
CacheStaleOnError on
# A request with no-store neither reads what is kept nor leaves any.
RequestHeader set Cache-Control no-store "expr=%{HTTP_COOKIE} =~ /$PERSONAL/ || -n %{HTTP:Authorization}"
# What has no length is not kept in memory; the programs' own is right.
SetEnv ap_trust_cgilike_cl yes
END
	my %page = error_pages($o{htdocs});
	$out .= "ErrorDocument $_ $page{$_}\n" for sort keys %page;
	$out .= "ErrorDocument $_ $page{503}\n" for $page{503} ? grep { !$page{$_} } (502, 504) : ();
	$out .= <<"END";
<Directory "$o{htdocs}">
	Options None
	AllowOverride None
	Require all granted
</Directory>
<Directory "$o{media}">
	Options None
	AllowOverride None
	Require all granted
</Directory>
Alias "/error/" "$o{htdocs}/error/"
AliasMatch "^/static/(?:[0-9a-f]{8,64}/)?((?:$dirs)/[A-Za-z0-9_][A-Za-z0-9_./-]*)\$" "$o{htdocs}/\$1"
AliasMatch "^/media/([A-Za-z0-9_][A-Za-z0-9_./-]*)\$" "$o{media}/\$1"
DirectorySlash Off
<LocationMatch "^/static/">
	Header set Cache-Control "public, max-age=300" "expr=%{REQUEST_STATUS} -lt 400"
	Header set Cache-Control "public, max-age=31536000, immutable" \\
		"expr=%{REQUEST_STATUS} -lt 400 && (%{REQUEST_URI} =~ m#^/static/[0-9a-f]{8,64}/# || %{QUERY_STRING} =~ /^v=[0-9a-zA-Z]+\$/)"
</LocationMatch>
<LocationMatch "^/media/">
	Header set Cache-Control "public, max-age=31536000, immutable" "expr=%{REQUEST_STATUS} -lt 400"
</LocationMatch>
# Pages name a picture's WebP; who takes AVIF gets the one that lies beside it (lib/shop/media.h).
RewriteEngine On
RewriteCond "%{HTTP:Accept}" "image/avif\\s*(?:\$|,|;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|\$)))" [NC]
RewriteCond "$o{media}/\$1.avif" -f
RewriteRule "^/media/([A-Za-z0-9_][A-Za-z0-9_./-]*)\\.webp\$" "/media/\$1.avif" [PT]
<LocationMatch "^/media/.*\\.(?:webp|avif)\$">
	Header merge Vary Accept
</LocationMatch>
END
	my $home = home_row($o{rows});
	my $others = join "", map { "(?!" . substr($_->[0], 1) . ")" } location_pattern($o{rows});
	my $own = "^(?!/(?:static|media|error)/)$others";
	$out .= apache_location($own, $home, %o) if $home;
	$out .= apache_location(@$_, %o) for apart(location_pattern($o{rows}));
	return $out;
}

# The same patterns, none of which matches below a longer one: Apache applies all sections that
# match, the last one winning.
sub apart
{
	my @all = @_;
	return map {
		my $own = $_;
		my $begin = $own->[0] =~ s/\(\?:[^()]*\)\z//r;
		my @below = grep { $_ != $own && index($_->[0], "$begin/") == 0 } @all;
		["^" . join('', map { '(?!' . substr($_->[0], 1) . ')' } @below) . substr($own->[0], 1), $own->[1]];
	} @all;
}

sub apache_location
{
	my ($pattern, $row, %o) = @_;
	my $auth = $row->{name} =~ /^(?:api|watch)$/ ? "\tCGIPassAuth On\n" : '';
	# Who watches the house comes from this host (apache_watch).
	$auth .= "\tRequire local\n" if $row->{name} eq 'watch';
	# A page that may be kept is asked for whole: since 2.4.71 Apache spoils what it keeps in memory when the program
	# answers that it did not change (AH02360, "too short"), and has nothing to show while the program cannot answer.
	my $kept = $o{cache} && $KEPT{ $row->{name} } ? "\tCacheEnable socache\n"
		. "\tProxyFCGISetEnvIf \"! (%{HTTP_COOKIE} =~ /$PERSONAL/ || -n %{HTTP:Authorization})\" !HTTP_IF_NONE_MATCH\n" : '';
	return "<LocationMatch \"$pattern\">\n"
		. "\tSetHandler \"proxy:unix:$o{sockets}/$row->{name}.sock|fcgi://$row->{name}/\"\n"
		# LimitRequestBody does not bind what is handed on.
		. "\t<If \"-n %{req_novary:Content-Length} && %{req_novary:Content-Length} -gt " . bytes($row->{body}) . "\">\n"
		. "\t\tRedirectMatch 413 .*\n\t</If>\n$auth$kept</LocationMatch>\n";
}

# A server of its own for who watches: any name of the host, a port of this host alone.
sub apache_watch
{
	my (%o) = @_;
	my ($row) = grep { $_->{name} eq 'watch' } @{ $o{rows} };
	my $listen = $o{watch_port} // WATCH_PORT;
	my $places = join '', map { s/^(?=.)/\t/mgr } map { apache_location("^$_\$", $row, %o) } split /,/, $row->{prefixes};
	return <<"END";
# Whether this host lives, is ready, and its figures.  Made from programs.tab by gen-webserver.
# Who asks from elsewhere (a load balancer, Prometheus) needs a "Listen" of his network and a "Require ip" for "Require local".
Listen 127.0.0.1:$listen
<VirtualHost 127.0.0.1:$listen>
	ServerName watch.invalid
	ServerSignature Off
	TraceEnable Off
	LimitRequestBody 1024
	ProxyTimeout 10
	ProxyFCGISetEnvIf "true" HTTP_HOST "%{tolower:%{SERVER_NAME}}"
	ProxyFCGIBackendType GENERIC
	RequestHeader unset Proxy early
$places</VirtualHost>
END
}

sub apache_main
{
	my (%o) = @_;
	my @modules = qw(mpm_event authz_core authz_host unique_id mime alias rewrite dir headers env setenvif reqtimeout proxy proxy_fcgi
		filter deflate);
	push @modules, 'socache_shmcb' if $o{https_port} || $o{cache};
	push @modules, 'cache', 'cache_socache' if $o{cache};
	push @modules, 'ssl' if $o{https_port};
	my $load = join '', map { my $f = $_; "LoadModule ${f}_module /usr/lib/apache2/modules/mod_$f.so\n" } @modules;
	my $port = $o{https_port} || $o{http_port};
	my $ssl = $o{https_port} ? <<"END" : '';
	SSLEngine on
	SSLCertificateFile $o{cert}
	SSLCertificateKeyFile $o{key}
	SSLProtocol -all +TLSv1.2 +TLSv1.3
END
	my $watch = $o{watch_port} ? "Include $o{dir}/watch.conf\n" : '';
	my ($first, @more) = @{ $o{names} };
	my $alias = @more ? "\tServerAlias @more\n" : '';
	return <<"END";
# A whole Apache for one directory.  Made by gen-webserver; changes are lost.
$load
ServerRoot $o{dir}
DefaultRuntimeDir $o{dir}
PidFile $o{dir}/apache.pid
Mutex file:$o{dir} default
ErrorLog $o{dir}/error.log
LogLevel warn
LogFormat "%a [%{%FT%T%z}t] %{Host}i \\"%r\\" %>s %B %D %{UNIQUE_ID}e" sutler
CustomLog $o{dir}/access.log sutler
TypesConfig /etc/mime.types
AddType text/javascript js mjs
AddType image/webp webp
AddType image/avif avif
AddDefaultCharset Off
AddCharset utf-8 .css .js .txt .html
ServerName localhost
ServerTokens Prod
HttpProtocolOptions Strict
Listen 127.0.0.1:$port
Timeout 30
StartServers 1
ServerLimit 4
ThreadsPerChild 64
MinSpareThreads 16
MaxSpareThreads 128
MaxRequestWorkers 256
DocumentRoot $o{dir}/empty
<Directory />
	Options None
	AllowOverride None
	Require all denied
</Directory>
<Directory "$o{dir}/empty">
	Require all granted
</Directory>

Include $o{dir}/http.conf
# A host that nobody named here is not ours.
<VirtualHost 127.0.0.1:$port>
	ServerName default.invalid
${ssl}	Header always set X-Content-Type-Options nosniff
	Header always set Cache-Control no-store
	Redirect 421 /
</VirtualHost>
<VirtualHost 127.0.0.1:$port>
	ServerName $first
$alias${ssl}	Include $o{dir}/server.conf
</VirtualHost>
$watch
END
}

1;
