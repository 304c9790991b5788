package Picture;

# Pictures written by hand, for tests of what comes in: a PNG of one colour.
#
#	png(1200, 800, 255, 0, 0)

use strict;
use warnings;
use Compress::Zlib ();
use Exporter 'import';
our @EXPORT_OK = qw(chunk png);

sub chunk
{
	my ($type, $data) = @_;
	return pack('N', length $data) . $type . $data . pack('N', Compress::Zlib::crc32($type . $data));
}

sub png
{
	my ($w, $h, @rgb) = @_;
	my $rows = ("\0" . pack('C3', @rgb) x $w) x $h;
	return "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', $w, $h, 8, 2, 0, 0, 0)) . chunk('tEXt', "Comment\0secret place")
		. chunk('IDAT', Compress::Zlib::compress($rows)) . chunk('IEND', '');
}

1;
