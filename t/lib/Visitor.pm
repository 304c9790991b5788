package Visitor;

# One visitor of a store with a cookie jar: an HTTP/1.1 client over a bare socket.
#
# It speaks to 127.0.0.1 and names the host itself, sends the headers that browsers
# send with a form (Origin, Sec-Fetch-Site), keeps Secure cookies over plain HTTP as
# browsers do for localhost, and reads the forms of a page, so that a test submits
# what the page offers and not what the test's author believes it offers.
#
#	my $v = Visitor->new(port => 23456, host => 'suelas.localhost');
#	my $page = $v->get('/p/sole');			# status, header('etag'), body, text
#	$page = $v->submit($page, action => '/cart/items', { quantity => 2 });
#	$page = $v->follow($page);			# 30x up to 5 times; submit(...) does not follow
#	$v->raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");	# the answer as it came
#
# Named values of new(): port, host, tls (true: HTTPS, unverified), agent, timeout_s, from (its own address, 127.0.0.N).

use strict;
use warnings;
use Encode qw(decode_utf8 encode_utf8);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);
use Upload;

sub new
{
	my ($class, %o) = @_;
	return bless { agent => 'sutler-test', timeout_s => 60, cookies => {}, %o }, $class;
}

# The same visitor at another host keeps no cookies; a second tab shares them.
sub tab { my ($self, %o) = @_; return bless { %$self, %o }, ref $self }

sub origin
{
	my ($self) = @_;
	return sprintf '%s://%s:%d', $self->{tls} ? 'https' : 'http', $self->{host}, $self->{port};
}

sub connection
{
	my ($self) = @_;
	my %to = (PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 10, $self->{from} ? (LocalAddr => $self->{from}) : ());
	return IO::Socket::INET->new(%to) || die "cannot connect to port $self->{port}: $!\n" if !$self->{tls};
	require IO::Socket::SSL;
	return IO::Socket::SSL->new(%to, SSL_verify_mode => 0, SSL_hostname => $self->{host})
		|| die "cannot connect to port $self->{port}: " . IO::Socket::SSL::errstr() . "\n";
}

# Sends bytes as they are and returns every byte of the answer until the peer closes.
sub raw
{
	my ($self, $bytes, %o) = @_;
	my $s = $self->connection;
	local $SIG{PIPE} = 'IGNORE';
	print {$s} $bytes;
	$s->flush;
	shutdown $s, 1 if $o{half_close};
	return read_all($s, $o{timeout_s} // $self->{timeout_s});
}

sub read_all
{
	my ($s, $timeout_s) = @_;
	my ($answer, $end) = ('', time + $timeout_s);
	my $select = IO::Select->new($s);
	while (1) {
		my $left = $end - time;
		last if $left <= 0;
		next if !(ref $s eq 'IO::Socket::SSL' && $s->pending) && !$select->can_read($left);
		my $n = sysread $s, $answer, 65536, length $answer;
		last if !$n;
	}
	return $answer;
}

sub get { my ($self, $path, %o) = @_; return $self->request('GET', $path, %o) }

# A form as a browser posts it; $form is a hash (values may be arrays) or a list of pairs.  A value
# { file => NAME, data => BYTES } is a file (Upload.pm).
sub post
{
	my ($self, $path, $form, %o) = @_;
	my @pairs = ref $form eq 'HASH' ? map { my $k = $_; map { [$k, $_] } ref $form->{$k} eq 'ARRAY' ? @{ $form->{$k} } : $form->{$k} }
		sort keys %$form : @{ $form // [] };
	if (Upload::has_file(\@pairs)) {
		my ($type, $body) = Upload::multipart(\@pairs);
		return $self->request('POST', $path, body => $body, %o, headers => { 'Content-Type' => $type, %{ $o{headers} // {} } });
	}
	return $self->request('POST', $path, body => join('&', map { escape($_->[0]) . '=' . escape($_->[1]) } @pairs), %o,
		headers => { 'Content-Type' => 'application/x-www-form-urlencoded', %{ $o{headers} // {} } });
}

sub escape
{
	my ($text) = @_;
	$text = encode_utf8($text // '');
	return $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger;
}

# Named values: headers (hash; undef leaves one out), body (bytes), no_cookies,
# cross_site (no Origin of ours).  Returns a Visitor::Page.
sub request
{
	my ($self, $method, $path, %o) = @_;
	my %h = ('User-Agent' => $self->{agent}, Accept => 'text/html', Host => "$self->{host}:$self->{port}");
	if ($method ne 'GET' && $method ne 'HEAD') {
		@h{'Origin', 'Sec-Fetch-Site'} = ($self->origin, 'same-origin');
	}
	$h{'Content-Length'} = length $o{body} if defined $o{body};
	my $jar = $self->{cookies};
	$h{Cookie} = join '; ', map { "$_=$jar->{$_}" } sort keys %$jar if %$jar && !$o{no_cookies};
	%h = (%h, %{ $o{headers} // {} });
	my $text = "$method $path HTTP/1.1\r\n"
		. join('', map { defined $h{$_} ? "$_: $h{$_}\r\n" : () } sort keys %h) . "Connection: close\r\n\r\n";
	my $started = time;
	my $answer = $self->raw($text . ($o{body} // ''));
	my $page = Visitor::Page->parse($answer, $method);
	@$page{qw(path method seconds)} = ($path, $method, time - $started);
	$self->take_cookies($page) if !$o{no_cookies};
	return $page;
}

sub take_cookies
{
	my ($self, $page) = @_;
	for my $line ($page->headers('set-cookie')) {
		my ($name, $value, $rest) = $line =~ /^([^=;\s]+)=([^;]*)(.*)$/ or next;
		if ($rest =~ /;\s*max-age=(?:0|-)/i || $value eq '') {
			delete $self->{cookies}{$name};
		} else {
			$self->{cookies}{$name} = $value;
		}
	}
	return;
}

# Follows redirects inside the store with GET.
sub follow
{
	my ($self, $page) = @_;
	for (1 .. 5) {
		last if $page->status !~ /^30[1237]$/;
		$page = $self->get($self->local($page->header('location')));
	}
	return $page;
}

sub local
{
	my ($self, $url) = @_;
	return $url =~ s{^https?://[^/]+}{}r || '/';
}

# Submits a form of the page: chosen by action => path (without query), id or
# button text; %$values replace what the page holds.  undef leaves a field out.
sub submit
{
	my ($self, $page, $by, $which, $values) = @_;
	my $form = $page->form($by, $which) or die "no form with $by '$which' on $page->{path}\n";
	my (@pairs, %done);
	my %new = %{ $values // {} };
	for my $pair (@{ $form->{fields} }) {
		my ($name, $value) = @$pair;
		if (!exists $new{$name}) {
			push @pairs, $pair;
		} elsif (!$done{$name}++ && defined $new{$name}) {
			push @pairs, map { [$name, $_] } ref $new{$name} eq 'ARRAY' ? @{ $new{$name} } : $new{$name};
		}
	}
	for my $name (grep { !$done{$_} && defined $new{$_} } sort keys %new) {
		die "the form has no field '$name'\n" if !$form->{names}{$name};
		push @pairs, map { [$name, $_] } ref $new{$name} eq 'ARRAY' ? @{ $new{$name} } : $new{$name};
	}
	my $path = $self->local($form->{action} || $page->{path});
	return $self->post($path, \@pairs) if $form->{method} eq 'post';
	return $self->get($path =~ s/\?.*//r . '?' . join '&', map { escape($_->[0]) . '=' . escape($_->[1]) } @pairs);
}

package Visitor::Page;

use strict;
use warnings;
use Encode ();

sub parse
{
	my ($class, $answer, $method) = @_;
	my ($head, $body) = split /\r\n\r\n/, $answer, 2;
	my ($line, @lines) = split /\r\n/, $head // '';
	my ($status) = ($line // '') =~ m{^HTTP/1\.[01] (\d{3})};
	my %headers;
	for (@lines) {
		push @{ $headers{ lc $1 } }, $2 if /^([^:\s]+):\s*(.*)$/;
	}
	$body //= '';
	$body = dechunk($body) if lc($headers{'transfer-encoding'}[0] // '') eq 'chunked' && $method ne 'HEAD';
	return bless { status => $status // 0, headers => \%headers, body => $body, answer => $answer }, $class;
}

sub dechunk
{
	my ($in) = @_;
	my $out = '';
	while ($in =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) {
		my $n = hex $1;
		last if !$n;
		$out .= substr $in, 0, $n, '';
		$in =~ s/^\r\n//;
	}
	return $out;
}

sub status { return $_[0]{status} }
sub body { return $_[0]{body} }
sub header { my ($self, $name) = @_; return ($self->headers($name))[0] // '' }
sub headers { my ($self, $name) = @_; return @{ $self->{headers}{ lc $name } // [] } }
sub html { my ($self) = @_; return $self->{html} //= Encode::decode_utf8($self->{body}) }

# What a reader sees, with white space folded.
sub text
{
	my ($self) = @_;
	my $t = $self->html;
	$t =~ s/<(script|style|template)\b.*?<\/\1>//gis;
	$t =~ s/<!--.*?-->//gs;
	$t =~ s/<[^>]+>/ /g;
	return unescape($t) =~ s/[\s\x{a0}]+/ /gr;
}

sub title { my ($self) = @_; return $self->html =~ m{<title>(.*?)</title>}s ? unescape($1) : '' }

sub unescape
{
	my ($t) = @_;
	my %named = (amp => '&', lt => '<', gt => '>', quot => '"', apos => "'", nbsp => "\x{a0}");
	$t =~ s/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/defined $1 ? chr hex $1 : defined $2 ? chr $2 : $named{$3} \/\/ "&$3;"/ge;
	return $t;
}

sub attributes
{
	my ($tag) = @_;
	my %a;
	while ($tag =~ /([A-Za-z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g) {
		$a{ lc $1 } //= unescape($2 // $3 // $4 // '');
	}
	return \%a;
}

# All values of an attribute of an element: attribute('a', 'href').
sub attribute
{
	my ($self, $element, $name) = @_;
	my @found;
	my $html = $self->html;
	while ($html =~ /<$element\b([^>]*)>/gi) {
		my $a = attributes($1);
		push @found, $a->{$name} if exists $a->{$name};
	}
	return @found;
}

sub links { my ($self) = @_; return $self->attribute('a', 'href') }

# Every form: { action, method, id, fields => [[name, value] as a browser would send],
# names => { every name the form has }, buttons => [texts] }.
sub forms
{
	my ($self) = @_;
	my $html = $self->html =~ s/<!--.*?-->//gsr;
	my @forms;
	while ($html =~ m{<form\b([^>]*)>(.*?)</form>}gis) {
		my ($tag, $inside) = (attributes($1), $2);
		my %f = (action => $tag->{action} // '', method => lc($tag->{method} // 'get'), id => $tag->{id} // '',
			fields => [], names => {}, buttons => []);
		read_fields(\%f, $inside);
		# Fields elsewhere on the page that say whose they are.
		if ($f{id} ne '') {
			my $rest = $html =~ s{<form\b.*?</form>}{}gisr;
			read_fields(\%f, join '', grep { (attributes($_)->{form} // '') eq $f{id} }
				$rest =~ m{(<input\b[^>]*>|<select\b.*?</select>|<textarea\b.*?</textarea>|<button\b.*?</button>)}gis);
		}
		push @forms, \%f;
	}
	return @forms;
}

sub read_fields
{
	my ($f, $html) = @_;
	while ($html =~ m{<(input|button|select|textarea)\b([^>]*)>}gis) {
		my ($kind, $a) = (lc $1, attributes($2));
		my $inside = $kind ne 'input' && scalar($html =~ m{\G(.*?)</$kind>}gcis) ? $1 : '';
		my $type = lc($a->{type} // ($kind eq 'button' ? 'submit' : 'text'));
		if ($kind eq 'button' || $type eq 'submit') {
			push @{ $f->{buttons} }, $kind eq 'button' ? unescape($inside =~ s/<[^>]*>//gr) =~ s/^\s+|\s+$//gr : $a->{value} // '';
			$f->{names}{ $a->{name} } = 1 if defined $a->{name};
			next;
		}
		my $name = $a->{name} // next;
		$f->{names}{$name} = 1;
		next if exists $a->{disabled} || $type =~ /^(?:button|reset|image|file)$/;
		if ($kind eq 'textarea') {
			push @{ $f->{fields} }, [$name, unescape($inside =~ s/^\r?\n//r)];
		} elsif ($kind eq 'select') {
			push @{ $f->{fields} }, selected($name, $inside, exists $a->{multiple});
		} elsif ($type eq 'checkbox' || $type eq 'radio') {
			push @{ $f->{fields} }, [$name, $a->{value} // 'on'] if exists $a->{checked};
		} else {
			push @{ $f->{fields} }, [$name, $a->{value} // ''];
		}
	}
	return;
}

sub selected
{
	my ($name, $inside, $multiple) = @_;
	my (@chosen, $first);
	while ($inside =~ m{<option\b([^>]*)>([^<]*)}gi) {
		my ($a, $text) = (attributes($1), unescape($2) =~ s/^\s+|\s+$//gr);
		next if exists $a->{disabled};
		my $value = $a->{value} // $text;
		$first //= $value;
		push @chosen, [$name, $value] if exists $a->{selected};
	}
	return @chosen if @chosen || $multiple || !defined $first;
	return [$name, $first];
}

sub form
{
	my ($self, $by, $which) = @_;
	for my $f ($self->forms) {
		return $f if $by eq 'action' && $f->{action} =~ m{^(?:https?://[^/]+)?\Q$which\E(?:\?.*)?\z};
		return $f if $by eq 'id' && $f->{id} eq $which;
		return $f if $by eq 'button' && grep { index($_, $which) >= 0 } @{ $f->{buttons} };
		return $f if $by eq 'field' && $f->{names}{$which};
	}
	return;
}

1;
