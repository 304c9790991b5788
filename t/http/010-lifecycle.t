# Promise: a request is taken only when it is whole and ours, the answer carries
# the headers every answer must have, and shared caches get only what anybody may see.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Program;
use Test::More;

my $p = Program->new('template');
my $cookie = "__Host-cart=$Program::VISITOR";

subtest 'hosts' => sub {
	my %status = (
		'one.test' => 200, 'ONE.test' => 200, 'one.test:8443' => 200, 'two.test' => 200,
		'three.test' => 421, 'one.test.' => 421, 'one.test@evil' => 421, 'evil@one.test' => 421,
		'one_test' => 421, 'one.test:x' => 421, 'one.test:' => 421, '' => 421, 'admin.test' => 421,
		'[::1]' => 421, ('a' x 300) => 421,
	);
	for my $host (sort keys %status) {
		my $got = $p->request('GET', '/template', params => { HTTP_HOST => $host });
		is $got->{status}, $status{$host}, 'host ' . substr($host, 0, 20) =~ s/[^ -~]/?/gr;
	}
	is $p->request('GET', '/template', params => { HTTP_HOST => undef })->{status}, 421, 'no host';
	is $p->get('/template', 'X-Forwarded-Host' => 'three.test')->{status}, 200, 'X-Forwarded-Host is not read';
	is $p->get('http://three.test/template')->{status}, 400, 'absolute target';
};

subtest 'language and currency stand in the path' => sub {
	like $p->get('/template')->{body}, qr/lang="es-ES"/, 'default';
	like $p->get('/en/template')->{body}, qr/lang="en-GB".*href="\/en\/template\/new"/s, 'prefix, and links keep it';
	like $p->get('/en-usd/template')->{body}, qr/href="\/en-usd\/template\/new"/, 'with currency';
	like $p->get('/es-usd/template')->{body}, qr/href="\/es-usd\/template\/new"/, 'currency alone';
	my %moved = ('/es/template?before=' => '/template?before=', '/EN/template' => '/en/template',
		'/es-eur/template' => '/template', '/en-eur/template' => '/en/template', '/en' => '/en/',
		'/template/' => '/template', '/en/template/' => '/en/template');
	for my $from (sort keys %moved) {
		my $got = $p->get($from);
		is "$got->{status} " . ($got->{headers}{location} // ''), "301 $moved{$from}", "$from moves";
	}
	is $p->get('/id/template')->{status}, 404, 'a language the store does not speak';
	is $p->get('/en-idr/template')->{status}, 404, 'a currency the store does not take';
};

subtest 'targets' => sub {
	for my $bad ('/template%2fnew', '/template/%2e%2e/x', '/template/../x', '//template', '/template%00',
		'/template%zz', '/template%ff', '/a%5cb', '/template%0d%0aX:y', 'template', '') {
		is $p->request('GET', $bad)->{status}, 400, "target '$bad'";
	}
	is $p->get('/' . 'a' x 5000)->{status}, 414, 'too long';
	is $p->get('/nothing')->{status}, 404, 'no such page';
	is $p->get('/template/not-an-id')->{status}, 404, 'a part that is no id';
	is $p->get('/template/01900000-0000-7000-8000-00000000ffff')->{status}, 404, 'an id of nothing';
	is $p->get('/template/new/x.css')->{status}, 404, 'nothing is answered below a page';
};

subtest 'methods' => sub {
	my $got = $p->request('PUT', '/template');
	is $got->{status}, 405, 'a method the page does not know';
	is $got->{headers}{allow}, 'GET, HEAD, POST', 'Allow says which it knows';
	is $p->request($_, '/template')->{status}, 501, "method $_" for 'TRACE', 'CONNECT', 'get', 'BREW', '';
	my $head = $p->request('HEAD', '/template');
	my $get = $p->get('/template');
	is "$head->{status} $head->{body}", '200 ', 'HEAD has no body';
	is $head->{headers}{$_}, $get->{headers}{$_}, "HEAD says the same $_"
		for 'content-length', 'etag', 'cache-control', 'content-type';
};

subtest 'parameters' => sub {
	my $id = '01900000-0000-7000-8000-000000000001';
	my %status = (
		"before=$id" => 200, '' => 200, "before=" => 200, 'utm_source=mail&gclid=1' => 200,
		"before=$id&before=$id" => 400, 'before=abc' => 400, 'price=1' => 400, 'tenant_id=x' => 400,
		'before[]=1' => 400, 'before=%zz' => 400, 'before=%00' => 400, 'before=%ff' => 400, '=x' => 400,
		join('&', map { "p$_=1" } 1 .. 201) => 400, join('&', map { "utm_source=1" } 1 .. 201) => 400,
	);
	is $p->get("/template?$_")->{status}, $status{$_}, 'query ' . substr($_, 0, 30) for sort keys %status;
};

subtest 'every answer carries the headers' => sub {
	my @answers = ($p->get('/template'), $p->get('/nothing'), $p->get('/es/template'),
		$p->get('/template/new'), $p->post('/template', {}, Origin => 'https://evil', 'Sec-Fetch-Site' => undef),
		$p->request('GET', '/template', params => { HTTP_HOST => 'three.test' }), $p->get('/template?x=1'));
	for my $got (@answers) {
		my $h = $got->{headers};
		ok $h->{'x-content-type-options'} eq 'nosniff' && $h->{'x-frame-options'} eq 'DENY'
			&& $h->{'referrer-policy'} && $h->{'cross-origin-opener-policy'} && $h->{'permissions-policy'}
			&& $h->{'content-security-policy'} =~ /default-src 'none'.*frame-ancestors 'none'/
			&& $h->{'cache-control'}, "status $got->{status}";
		is $h->{'cache-control'}, 'no-store', "status $got->{status} is not stored"
			if $got->{status} != 200 || @{ $got->{cookies} };
	}
	is $p->get('/template')->{headers}{'strict-transport-security'}, 'max-age=63072000', 'HSTS on https';
};

subtest 'caches' => sub {
	my $first = $p->get('/template');
	is $first->{headers}{'cache-control'}, 'public, max-age=0, s-maxage=1', 'a page for anybody';
	is @{ $first->{cookies} }, 0, 'sets no cookie';
	unlike $first->{body}, qr/name="csrf"/, 'carries no token';
	my $etag = $first->{headers}{etag};
	for my $match ($etag, "W/$etag", '"x", ' . $etag, '*') {
		my $got = $p->get('/template', 'If-None-Match' => $match);
		is "$got->{status} $got->{body}", '304 ', "If-None-Match $match";
	}
	is $p->get('/template', 'If-None-Match' => '"other"')->{status}, 200, 'another tag';
	for my $name ('__Host-cart', '__Host-sid') {
		my $got = $p->get('/template', Cookie => "$name=$Program::VISITOR", 'If-None-Match' => $etag);
		is "$got->{status} $got->{headers}{'cache-control'}", '200 no-store', "with $name it is personal";
	}
	is $p->get('/template', Cookie => 'a=b')->{headers}{'cache-control'}, $first->{headers}{'cache-control'},
		'a stranger\'s cookie changes nothing';
};

subtest 'who is signed in' => sub {
	my $got = $p->get('/template/me?');
	is "$got->{status} $got->{headers}{location}", '302 /login?next=%2Ftemplate%2Fme', 'nobody: to the sign-in page and back';
	$p->dbh->do(q{INSERT INTO customer.person (tenant_id, customer_id, email, store_id) VALUES (?,
		'01900000-0000-7000-8000-0000000000aa', 'ana@example.test', ?)}, undef, $Program::TENANT_ONE, $Program::STORE_ONE);
	$p->dbh->do(q{INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at, seen_at)
		VALUES (?, sutler.uuid7(), sha256(?::bytea), '01900000-0000-7000-8000-0000000000aa', now() + interval '1 day',
			now() - interval '1 hour')}, undef, $Program::TENANT_ONE, $Program::VISITOR);
	$got = $p->get('/template/me', Cookie => "__Host-sid=$Program::VISITOR");
	is "$got->{status} $got->{body}", "200 01900000-0000-7000-8000-0000000000aa\n", 'the session is found by its hash';
	is $p->request('GET', '/template/me', params => { HTTP_HOST => 'two.test',
		HTTP_COOKIE => "__Host-sid=$Program::VISITOR" })->{status}, 302, 'another tenant does not know it';
	is $p->get('/template/me', Cookie => "sid=$Program::VISITOR")->{status}, 302, 'a cookie without prefix is not ours';
	is $p->get('/template/me', Cookie => '__Host-sid=' . 'A' x 43)->{status}, 302, 'an unknown id is nobody';
	ok House::wait_for(10, sub { $p->get('/template');
		$p->dbh->selectrow_array(q{SELECT seen_at > now() - interval '1 minute' FROM customer.session}) }),
		'the last use is written after the answer';
	$p->dbh->do(q{UPDATE customer.session SET expires_at = now()});
	is $p->get('/template/me', Cookie => "__Host-sid=$Program::VISITOR")->{status}, 302, 'T33 an expired one is nobody';
	$p->dbh->do(q{UPDATE customer.session SET expires_at = now() + interval '1 day', seen_at = now() - interval '31 days'});
	is $p->get('/template/me', Cookie => "__Host-sid=$Program::VISITOR")->{status}, 302, 'T33 nor one that was idle for a month';
	$p->dbh->do(q{UPDATE customer.session SET seen_at = now() - interval '29 days'});
	is $p->get('/template/me', Cookie => "__Host-sid=$Program::VISITOR")->{status}, 200, 'a day less is somebody';
	$p->dbh->do(q{UPDATE customer.person SET erased_at = now()});
	is $p->get('/template/me', Cookie => "__Host-sid=$Program::VISITOR")->{status}, 302, 'T33 unless the person was erased';
};

subtest 'stores that are not open' => sub {
	my %status = (inactive => 410, pending => 503, active => 200);
	for my $state (qw(inactive pending active)) {
		$p->dbh->do('UPDATE tenancy.store SET status = ? WHERE code = ?', undef, $state, 'two');
		ok House::wait_for(5, sub { $p->request('GET', '/template', params => { HTTP_HOST => 'two.test' })->{status}
			== $status{$state} }), "$state answers $status{$state} within the cache's second";
	}
};

subtest 'the access line and the counters' => sub {
	my $id = $p->get('/nothing?secret=1', Cookie => $cookie)->{headers}{'x-request-id'};
	ok House::wait_for(5, sub { $p->log =~ /"request":"$id"/ }), 'one line by the request id';
	my ($line) = grep { /"request":"$id"/ && /"event":"request"/ } split /\n/, $p->log;
	like $line, qr/"program":"template".*"method":"GET".*"status":404/, 'says what happened';
	unlike $p->log, qr/secret|192\.0\.2\.1|$Program::VISITOR/, 'the log has no query, address or cookie';
	my $file = House::read_file("$p->{dir}/run/counters-template");
	is substr($file, 0, 8), 'SUTLERC2', 'the counters are a mapped file';
	is unpack('q', substr $file, 8, 8), 7, 'one row for each route and one for the rest';
	my ($head, $bytes) = (128 + 64 * 32 + 64 * 64, 304);
	my @row = map { substr $file, $head + $_ * $bytes, $bytes } 0 .. 6;
	is unpack('Z*', $row[1]), 'GET /template', 'rows carry their route';
	cmp_ok unpack('q', substr $row[1], 112 + 2 * 8, 8), '>', 20, 'and count answers by class';
	cmp_ok unpack('q', substr $row[0], 112 + 4 * 8, 8), '>', 0, 'those too that no route took';
};

done_testing;
