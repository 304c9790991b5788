package DemoDownload;

# Something in a demo shop that is sold as a download: made by the pages of the console, as its merchant would.
#
#	DemoDownload::sell($visitor, \%goods);		# signed in at the console
#	DemoDownload::pdf('A title', 'a line', ...);	# a page to print

use strict;
use utf8;
use warnings;
use Compress::Zlib qw(compress crc32);
use Encode qw(encode);

our %GOODS = (toty => {
	reference => 'TOTY-TEMPLATE', prices => { EUR => '4.50', USD => '4.90' },
	names => { es => 'Plantilla para medir hormas (PDF)', en => 'Template to measure lasts (PDF)' },
	summaries => { es => 'Se imprime en una hoja A4 y mide largo y ancho de la horma en milímetros.',
		en => 'Prints on one sheet of A4 and measures length and width of a last in millimetres.' },
	category => 'Componentes', file => 'last-template-a4.pdf',
});

# Dies with the page's words unless it is answered by a redirect.
sub must
{
	my ($what, $page) = @_;
	die "$what answers " . $page->status . ': ' . substr($page->text, 0, 600) . "\n" if $page->status != 303;
	return $page;
}

sub sell
{
	my ($v, $g) = @_;
	my $new = $v->get('/admin/catalog/new');
	my %at = reverse $new->html =~ m{name="locale_(\d)" value="(\w\w)}g;
	my %language = map { ("name_$at{$_}" => $g->{names}{$_}, "summary_$at{$_}" => $g->{summaries}{$_}) } keys %at;
	my $made = must('the new product', $v->submit($new, field => 'sku', { reference => $g->{reference}, sku => $g->{reference}, status => 'active', %language }));
	my ($product) = $made->header('location') =~ m{/admin/catalog/([0-9a-f-]{36})} or die "no product\n";
	for my $currency (sort keys %{ $g->{prices} }) {
		must("the price in $currency", $v->submit($v->get("/admin/catalog/$product/prices?currency=$currency"), field => 'price', { price => $g->{prices}{$currency}, reason => 'first price' }));
	}
	must('the picture', $v->submit($v->get("/admin/media/$product"), field => 'picture', { picture => { file => 'template.png', data => picture() } }));
	my ($category) = $v->get('/admin/catalog/categories')->html =~ m{href="(/admin/catalog/categories/[0-9a-f-]{36})">\Q$g->{category}\E<} or die "no category $g->{category}\n";
	must('the category', $v->submit($v->get($category), field => 'codes', { codes => $g->{reference} }));
	my $page = $v->get("/admin/media/$product/downloads");
	must('the file', $v->submit($page, field => 'file', { file => { file => $g->{file}, data => pdf($g->{names}{en}, 'Print at 100 %. The ruler below is 160 mm long.') } }));
	must('the download', $v->submit($v->get("/admin/media/$product/downloads"), field => 'digital', { digital => 1 }));
	return $product;
}

# A sheet with a ruler, seen from above: a PNG.
sub picture
{
	my ($n, $rows) = (960, '');
	my %shade = (' ' => pack('C3', 0xee, 0xea, 0xe2), '.' => pack('C3', 0xff, 0xff, 0xff), '#' => pack('C3', 0x45, 0x2a, 0x1a));
	for my $y (0 .. $n - 1) {
		my $line = join '', map {
			my $sheet = $_ >= 200 && $_ < 760 && $y >= 80 && $y < 880;
			my $tick = ($_ - 260) % 10 < 2 && $_ >= 260 && $_ < 702 && $y <= 640 && $y > 640 - (($_ - 260) % 100 < 2 ? 120 : ($_ - 260) % 50 < 2 ? 80 : 50);
			$tick || ($sheet && $y > 640 && $y < 646 && $_ >= 260 && $_ < 702) ? '#' : $sheet ? '.' : ' ';
		} 0 .. $n - 1;
		$rows .= "\0" . join '', @shade{ split //, $line };
	}
	my $chunk = sub { my ($name, $data) = @_; return pack('N', length $data) . $name . $data . pack 'N', crc32($name . $data) };
	return "\x89PNG\r\n\x1a\n" . $chunk->('IHDR', pack 'NNCCCCC', $n, $n, 8, 2, 0, 0, 0) . $chunk->('IDAT', compress($rows)) . $chunk->('IEND', '');
}

# A PDF of one page with these lines and a ruler; as small as the format allows.
sub pdf
{
	my (@lines) = @_;
	my $points = 72 / 25.4;
	my $page = "BT /F 16 Tf 60 770 Td " . join(' 0 -24 Td ', map { '(' . encode('iso-8859-1', $_) =~ s/([()\\])/\\$1/gr . ') Tj' } @lines) . " ET\n0.8 w\n";
	$page .= sprintf "%.2f 600 m %.2f %d l S\n", 60 + $_ * $points, 60 + $_ * $points, 600 + ($_ % 10 ? $_ % 5 ? 6 : 10 : 16) for 0 .. 160;
	$page .= sprintf "60 600 m %.2f 600 l S\n", 60 + 160 * $points;
	my @objects = ('<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
		'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>',
		'<< /Length ' . length($page) . " >>\nstream\n${page}endstream", '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
	my ($file, @at) = ("%PDF-1.4\n");
	for my $n (1 .. @objects) {
		push @at, length $file;
		$file .= "$n 0 obj\n$objects[$n - 1]\nendobj\n";
	}
	return $file . sprintf("xref\n0 %d\n0000000000 65535 f \n", @objects + 1) . join('', map { sprintf "%010d 00000 n \n", $_ } @at)
		. sprintf("trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", @objects + 1, length $file);
}

1;
