# Promise: what changes something is asked for by our own page, done once, and
# declined kindly: the form comes back with everything in it and a sentence at the field.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(hmac_sha256 sha256);
use MIME::Base64 qw(encode_base64url);
use Program;
use Test::More;

my $p = Program->new('template', workers => 3);
my $cookie = "__Host-cart=$Program::VISITOR";
my $csrf = encode_base64url(hmac_sha256('csrf', $Program::VISITOR));
my $serial = 0;

sub key { return encode_base64url(sha256('key' . $serial++)) }
sub notes { return $p->dbh->selectrow_array('SELECT count(*) FROM event.note WHERE program = ?', undef, 'template') }

sub a_note
{
	my (%f) = @_;
	return { kind => 'idea', detail => 'note ' . $serial++, csrf => $csrf, idempotency_key => key(), %f };
}

sub without { my ($f, @names) = @_; my %f = %$f; delete @f{@names}; return \%f }

subtest 'the page carries what its form needs' => sub {
	my $got = $p->get('/template/new', Cookie => $cookie);
	like $got->{body}, qr/name="csrf" value="\Q$csrf\E"/, 'the token is an HMAC under the visitor\'s cookie';
	like $got->{body}, qr/name="idempotency_key" value="[\w-]{43}"/, 'and a key of its own';
	is @{ $got->{cookies} }, 0, 'a visitor who has a cookie keeps it';
	my $new = $p->get('/template/new');
	my ($token) = $new->{cookies}[0]
		=~ /^__Host-cart=([\w-]{43}); Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=\d+$/;
	ok $token, 'a new visitor gets one, locked to the host';
	my $his = encode_base64url(hmac_sha256('csrf', $token));
	like $new->{body}, qr/name="csrf" value="\Q$his\E"/, 'and the token for it, in the same answer';
};

subtest 'who may ask for a change' => sub {
	my @rows = (
		# Sec-Fetch-Site, Origin, status
		[ 'same-origin', 'https://one.test', 303 ], [ 'same-origin', undef, 303 ],
		[ 'same-origin', 'https://evil.test', 303 ], [ undef, 'https://one.test', 303 ],
		[ 'cross-site', 'https://one.test', 403 ], [ 'same-site', 'https://one.test', 403 ],
		[ 'none', 'https://one.test', 403 ], [ undef, undef, 403 ], [ undef, 'null', 403 ],
		[ undef, 'https://two.test', 403 ], [ undef, 'http://one.test', 403 ],
		[ undef, 'https://one.test.evil', 403 ], [ undef, 'https://one.test:443', 403 ],
	);
	for my $row (@rows) {
		my ($site, $origin, $status) = @$row;
		my $before = notes();
		my $got = $p->post('/template', a_note(), Cookie => $cookie, 'Sec-Fetch-Site' => $site, Origin => $origin);
		is $got->{status}, $status, join ' ', map { $_ // '-' } $site, $origin;
		is notes() - $before, $status == 303 ? 1 : 0, '... and what is written';
	}
	my %token = ('none' => without(a_note(), 'csrf'), 'another' => a_note(csrf => 'A' x 43),
		'empty' => a_note(csrf => ''), 'cut' => a_note(csrf => substr $csrf, 0, 42));
	is $p->post('/template', $token{$_}, Cookie => $cookie)->{status}, 403, "token: $_" for sort keys %token;
	is $p->post('/template', a_note())->{status}, 403, 'the token without its cookie';
	is $p->post('/template', a_note(), Cookie => '__Host-cart=' . 'B' x 43)->{status}, 403,
		'the token of another visitor';
	my $before = notes();
	is $p->post('/template', a_note(), Cookie => $cookie, 'Content-Type' => 'text/plain')->{status}, 415, 'text/plain';
	is $p->get('/template?kind=idea&detail=x', Cookie => $cookie)->{status}, 400, 'GET does not change';
	is $p->post('/template?kind=idea', a_note(), Cookie => $cookie)->{status}, 400, 'half in the address';
	is notes(), $before, 'nothing was written';
};

subtest 'fields' => sub {
	my $before = notes();
	for my $bad ([ kind => 'idea', detail => 'x', status => 'paid' ], [ kind => 'idea', kind => 'idea', detail => 'x' ],
		[ kind => 'idea', detail => 'x', tenant_id => 1 ], [ kind => 'idea', detail => "a\0b" ],
		[ kind => 'idea', detail => "\xff" ]) {
		is $p->post('/template', [ @$bad, csrf => $csrf, idempotency_key => key() ], Cookie => $cookie)->{status},
			400, "refused whole: $bad->[0] $bad->[2] " . ($bad->[4] // '');
	}
	is $p->post('/template', 'detail=' . 'x' x 70000, Cookie => $cookie)->{status}, 413, 'a body that is too large';
	is $p->post('/template', join('&', map { "p$_=" } 1 .. 1300), Cookie => $cookie)->{status}, 400, 'too many fields';
	is $p->post('/template', a_note(idempotency_key => 'short'), Cookie => $cookie)->{status}, 400, 'a key that is none';

	my $got = $p->post('/template', a_note(kind => 'worry', detail => ' ', loud => 1), Cookie => $cookie);
	is $got->{status}, 422, 'an empty field brings the form back';
	like $got->{body}, qr/id="w-detail">[^<]+</, 'with a sentence at it';
	like $got->{body}, qr/role="alert".*href="#f-detail"/s, 'summed up on top';
	like $got->{body}, qr/value="worry" selected.*name="loud" value="1" checked/s, 'and everything that was entered';
	is $p->post('/template', a_note(kind => 'rant'), Cookie => $cookie)->{status}, 422, 'a value that is not offered';
	is $p->post('/template', a_note(detail => 'x' x 81), Cookie => $cookie)->{status}, 422, 'too long by one';
	like $p->post('/template', a_note(detail => '"><script>' . 'x' x 80), Cookie => $cookie)->{body},
		qr/value="&quot;&gt;&lt;script&gt;x/, 'what was entered is text';
	is notes(), $before, 'nothing was written';
	is $p->post('/template', a_note(detail => "\xf0\x9f\x91\x9f" x 80), Cookie => $cookie)->{status}, 303,
		'length counts characters';
	is $p->post('/template', a_note(detail => "a\xe2\x80\xaeb\xe2\x80\x8bc"), Cookie => $cookie)->{status}, 303,
		'with deceiving characters';
	is $p->dbh->selectrow_array(q{SELECT detail FROM event.note ORDER BY note_id DESC LIMIT 1}), 'abc',
		'they are dropped';
};

subtest 'the shop declines' => sub {
	my $form = a_note(detail => 'noted once', kind => 'worry');
	is $p->post('/template', $form, Cookie => $cookie)->{status}, 303, 'the first time';
	my $again = a_note(detail => 'noted once', kind => 'worry');
	my $before = notes();
	my $got = $p->post('/template', $again, Cookie => $cookie);
	is $got->{status}, 422, 'the second time';
	like $got->{body}, qr/value="noted once".*This was noted before\./s, 'the form with the sentence and what was typed';
	like $got->{body}, qr/value="$again->{idempotency_key}"/, 'its key is not used up';
	is notes(), $before, 'nothing was written';
	is $p->dbh->selectrow_array('SELECT count(*) FROM event.idempotency WHERE status = 0'), 0, 'no claim is left behind';
	is $p->post('/template', a_note(%$again, detail => 'noted twice'), Cookie => $cookie)->{status}, 303,
		'corrected and sent again with the same key it is done';
};

subtest 'once' => sub {
	my $form = a_note();
	my $before = notes();
	my @got = map { $p->post('/template', $form, Cookie => $cookie) } 1 .. 3;
	is join(' ', map { "$_->{status} $_->{headers}{location}" } @got), join(' ', ('303 /template') x 3),
		'the same answer each time';
	is notes() - $before, 1, 'done once';
	is $p->post('/template', { %$form, detail => 'other' }, Cookie => $cookie)->{status}, 422,
		'the same key with other values';
	is notes() - $before, 1, 'is not done';
	my %headers = (Cookie => $cookie, 'Sec-Fetch-Site' => 'same-origin',
		'Content-Type' => 'application/x-www-form-urlencoded');
	is $p->request('POST', '/template', params => { HTTP_HOST => 'two.test' }, headers => \%headers,
		body => Program::form_body($form))->{status}, 303, 'another tenant has keys of its own';

	$form = a_note();
	my @s = map { $p->connection } 1 .. 3;
	$before = notes();
	$_->syswrite(Program::bytes_of('POST', '/template', Program::form_body($form), \%headers)) for @s;
	is join(' ', map { Program::read_answer($_)->{status} } @s), '303 303 303', 'three at the same moment get one answer';
	is notes() - $before, 1, 'done once';

	$p->dbh->do(q{UPDATE event.idempotency SET expires_at = now() - interval '1 second'});
	$before = notes();
	is $p->post('/template', { %$form, detail => 'after a week' }, Cookie => $cookie)->{status}, 303,
		'a key that expired is new again';
	is notes() - $before, 1, 'and done';
};

subtest 'flash' => sub {
	my $got = $p->post('/template', a_note(), Cookie => $cookie);
	my ($flash) = map { /^__Host-flash=([^;]+);.*Max-Age=60/ } @{ $got->{cookies} };
	ok $flash, 'travels in a cookie that lives a minute';
	my $page = $p->get('/template', Cookie => "$cookie; __Host-flash=$flash");
	like $page->{body}, qr/role="status" class="ok">Your note was saved\./, 'is said on the next page';
	is $page->{headers}{'cache-control'}, 'no-store', 'which no cache keeps';
	like join(' ', @{ $page->{cookies} }), qr/__Host-flash=;.*Max-Age=0/, 'once';
	# The third character of the HMAC changes, not its last: that one carries spare bits.
	my $forged = $flash =~ s/(\.[^.]{2})(.)([^.]*)$/$1 . ($2 eq 'A' ? 'B' : 'A') . $3/er;
	for my $bad ($forged, $flash =~ s/^ok/bad/r, 'x', 'ok.x', 'ok.eA.' . 'A' x 43) {
		unlike $p->get('/template', Cookie => "$cookie; __Host-flash=$bad")->{body}, qr/role="status"/, 'not when forged';
	}
	unlike $p->get('/template', Cookie => "__Host-flash=$flash")->{body}, qr/role="status"/, 'not for somebody else';
};

subtest 'uploads' => sub {
	my $part = sub {
		my ($name, $content, $file) = @_;
		return "--xyz\r\nContent-Disposition: form-data; name=\"$name\""
			. (defined $file ? "; filename=\"$file\"\r\nContent-Type: image/png" : '') . "\r\n\r\n$content\r\n";
	};
	my $send = sub {
		my ($body, $type) = @_;
		return $p->post('/template/file', $body, 'Content-Type' => $type // 'multipart/form-data; boundary=xyz');
	};
	my $bytes = join '', map { chr } 0 .. 255;
	my $got = $send->($part->('file', $bytes, 'C:\\a\\../../pic.png') . $part->('title', 'x') . "--xyz--\r\n");
	is $got->{status}, 200, 'a file comes';
	is $got->{body}, $bytes, 'as it was sent';
	$got = $send->($part->('file', "\r\n--xy\r\n--yzz", '../../../etc/passwd') . "--xyz--");
	is $got->{body}, "\r\n--xy\r\n--yzz", 'what looks almost like a boundary is content';
	is $got->{headers}{'content-disposition'}, "attachment; filename=\"passwd\"; filename*=UTF-8''passwd",
		'only the last part of its name is kept';
	$got = $send->($part->('file', 'x', "s\xc3\xb3le;.png") . "--xyz--");
	is $got->{headers}{'content-disposition'}, "attachment; filename=\"s_le_.png\"; filename*=UTF-8''s%C3%B3le%3B.png",
		'names are encoded';
	my %bad = (
		'no end' => [ 400, $part->('file', 'x', 'a') ],
		'two files' => [ 400, $part->('file', 'x', 'a') x 2 . '--xyz--' ],
		'too large' => [ 413, $part->('file', 'x' x 1100000, 'a') . '--xyz--' ],
		'a field too large' => [ 413, $part->('title', 'x' x 70000) . '--xyz--' ],
		'a file where a field is' => [ 400, $part->('title', 'x', 'a') . '--xyz--' ],
		'a field where a file is' => [ 400, $part->('file', 'x') . '--xyz--' ],
		'an unknown field' => [ 400, $part->('other', 'x') . '--xyz--' ],
		'10 000 parts' => [ 400, $part->('title', '') x 10000 . '--xyz--' ],
		'an endless header' => [ 413, "--xyz\r\nX: " . 'y' x 5000 . "\r\n\r\nx\r\n--xyz--" ],
		'nothing' => [ 400, '' ],
		'nested' => [ 400, "--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n"
			. "Content-Type: multipart/mixed; boundary=q\r\n\r\nx\r\n--xyz--" ],
	);
	is $send->($bad{$_}[1])->{status}, $bad{$_}[0], $_ for sort keys %bad;
	is $send->('x', "multipart/form-data; boundary=$_")->{status}, 415, "boundary '$_'" for '', 'x' x 71, '"x';
	is $send->('x', 'multipart/form-data')->{status}, 415, 'no boundary at all';
	is $p->post('/template', 'x', Cookie => $cookie, 'Content-Type' => 'multipart/form-data; boundary=xyz')->{status},
		415, 'a page that takes no files';
	is scalar(grep { !m{/(counters-template|template\.sock)$} } glob "$p->{dir}/run/*"), 0, 'no file is left';
};

done_testing;
