package Upload;

# Forms with files, as browsers send them: multipart/form-data (RFC 7578).
#
#	my ($type, $body) = Upload::multipart([[csrf => $token], [picture => { file => 'a.png', data => $bytes }]]);
#	Upload::has_file(\@pairs)

use strict;
use warnings;
use Encode qw(encode_utf8);

sub has_file { my ($pairs) = @_; return scalar grep { ref $_->[1] eq 'HASH' } @$pairs }

sub multipart
{
	my ($pairs) = @_;
	my $boundary = 'sutler-boundary-8c1f6e2b';
	my $body = '';
	for my $pair (@$pairs) {
		my ($name, $value) = @$pair;
		my $file = ref $value eq 'HASH';
		$body .= "--$boundary\r\nContent-Disposition: form-data; name=\"$name\"";
		$body .= sprintf '; filename="%s"', encode_utf8($value->{file}) =~ s/"/%22/gr if $file;
		$body .= "\r\nContent-Type: " . ($value->{type} // 'application/octet-stream') if $file;
		$body .= "\r\n\r\n" . ($file ? $value->{data} : encode_utf8($value // '')) . "\r\n";
	}
	return ("multipart/form-data; boundary=$boundary", "$body--$boundary--\r\n");
}

1;
