package Shop;

# The house for one test file: http, fault and browser tests begin with
#
#	use FindBin;
#	use lib "$FindBin::Bin/../lib";
#	use Shop;
#	my $shop = Shop->start;			# a copy of the demo, programs, web server, mail
#	my $v = $shop->visitor('suelas');	# Visitor.pm at suelas.localhost
#	my ($n) = $shop->value('SELECT count(*) FROM sales.orders');
#	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /order/ });
#
# Everything is stopped at the end of the file.  When a test failed the directory
# var/test/run/NAME-* stays, with all logs.  Named values of start(): kind => 'empty' for
# a database without shops, and those of Stack->new (limits, config, tls, web).

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file wait_for);
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);
use Encode qw(decode);
use Test::More ();
use Testbed;
use Visitor;

my $bed;

sub start
{
	my ($class, %o) = @_;
	$bed //= Testbed->new;
	my $stack = $bed->stack(%o);
	return bless { stack => $stack, bed => $bed }, $class;
}

END {
	my $status = $?;
	if ($bed) {
		my $failed = $status != 0 || !Test::More->builder->is_passing;
		eval { $bed->end(keep => $failed); 1 } or warn $@;
	}
	$? = $status;
}

# An interrupted test still cleans up behind itself.
$SIG{INT} = $SIG{TERM} = sub { exit 130 };

sub stack { return $_[0]{stack} }
sub port { return $_[0]{stack}->port }
sub url { my ($self, $host) = @_; return $self->{stack}->url(host_of($host)) }
sub host_of { my ($host) = @_; return $host =~ /\./ ? $host : "$host.localhost" }

# A visitor with an empty cookie jar; 'suelas' is short for suelas.localhost.
sub visitor
{
	my ($self, $host, %o) = @_;
	return Visitor->new(port => $self->port, host => host_of($host), tls => $self->{stack}{tls}, %o);
}

# The database as superuser (DBI), where no policy hides anything; or as a role.
sub dbh
{
	my ($self, $role) = @_;
	return $self->{dbh}{ $role // '' } //= $self->{stack}->dbh($role);
}

# First row of a query, as a list.
sub value
{
	my ($self, $sql, @bind) = @_;
	return $self->dbh->selectrow_array($sql, undef, @bind);
}

# All rows of a query, as hashes.
sub rows
{
	my ($self, $sql, @bind) = @_;
	return @{ $self->dbh->selectall_arrayref($sql, { Slice => {} }, @bind) };
}

sub change
{
	my ($self, $sql, @bind) = @_;
	return $self->dbh->do($sql, undef, @bind) + 0;
}

# What lists, searches and product pages read and is not what making it again would give; '' when all is true.
sub untrue { my ($self) = @_; return eval { $self->stack->ctl('catalog', 'verify'); 1 } ? '' : $@ }

# Runs a job as cron would; dies unless it ends well.  Resident jobs take --once.
sub job
{
	my ($self, $name, @args) = @_;
	my ($status, $text) = $self->{stack}->run_job($name, @args);
	die "job $name ends with $status:\n$text" if $status;
	return $text;
}

# All mails caught so far, oldest first: { number, from, to => [], subject, headers =>
# { lower => value }, text, html, raw }.
sub mails
{
	my ($self) = @_;
	return map { read_mail($_) } sort glob $self->{stack}->mail_dir . '/*.eml';
}

sub read_mail
{
	my ($file) = @_;
	my $raw = read_file($file);
	my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;
	$head =~ s/\r?\n[ \t]+/ /g;
	my (%h, @to);
	for (split /\r?\n/, $head) {
		my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
		push @to, $value =~ s/[<>]//gr if $name eq 'X-Envelope-To';
		$h{ lc $name } //= $value;
	}
	my %m = (number => ($file =~ /(\d+)\.eml$/)[0] + 0, raw => $raw, headers => \%h, to => \@to,
		from => $h{'x-envelope-from'} =~ s/[<>]//gr, subject => decode('MIME-Header', $h{subject} // ''));
	read_part(\%m, $h{'content-type'} // 'text/plain', $h{'content-transfer-encoding'} // '', $body // '');
	return \%m;
}

sub read_part
{
	my ($m, $type, $coding, $body) = @_;
	if ($type =~ m{^multipart/}i && $type =~ /boundary="?([^";]+)/i) {
		my @parts = split /^--\Q$1\E(?:--)?[ \t]*\r?\n?/m, $body;
		shift @parts;
		for (grep { /\S/ } @parts) {
			my ($head, $inside) = split /\r?\n\r?\n/, $_, 2;
			$head =~ s/\r?\n[ \t]+/ /g;
			my ($t) = $head =~ /^content-type:\s*(.*?)\r?$/mi;
			my ($c) = $head =~ /^content-transfer-encoding:\s*(\S+)/mi;
			read_part($m, $t // 'text/plain', $c // '', $inside // '');
		}
		return;
	}
	$body = decode_base64($body) if lc $coding eq 'base64';
	$body = decode_qp($body) if lc $coding eq 'quoted-printable';
	if ($type =~ m{^text/(plain|html)}i) {
		my $kind = lc $1 eq 'html' ? 'html' : 'text';
		$m->{$kind} //= decode($type =~ /charset="?([\w-]+)/i ? $1 : 'utf-8', $body);
	} else {
		push @{ $m->{attached} }, { type => $type, body => $body };
	}
	return;
}

# The first mail for which the function is true; runs the job deliver while it waits.
sub wait_mail
{
	my ($self, $wanted, $limit_s) = @_;
	my $found;
	wait_for($limit_s // 20, sub {
		($found) = grep { $wanted->($_) } $self->mails;
		return 1 if $found;
		$self->job('deliver', '--once');
		($found) = grep { $wanted->($_) } $self->mails;
		return $found;
	});
	return $found;
}

1;
