# Promise: staff give a product its pictures and documents, in order and with words for those who
# cannot see them, and the shop shows them at once. What is no picture, too large, broken or meant
# to harm is refused in words, and the rest is taken; whoever decodes may die, and nothing is lost
# and no half file stays. What nobody names any more is swept away, and what one merchant names stays.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use File::Find ();
use Fixture;
use File::Temp qw(tempdir);
use House qw(own_dir read_file wait_for);
use Picture qw(chunk png);
use Shop;
use Staff;
use Test::More;
use Time::HiRes qw(time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
# A directory of its own: other tests show the demo's pictures, and a sweep would take them.
my $dir = own_dir(tempdir(CLEANUP => 1), 0755);
my $shop = Shop->start(kind => 'empty', media => $dir, rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-catalog admin-media))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my @may = qw(catalog.view catalog.edit);
my $ana = Staff->new($shop, $f, 'acme', may => \@may, name => 'Ana Ruiz');
my $plain = $f->{product}{PLAIN};
my $url = "/admin/media/$plain";

sub file { my ($name, $data) = @_; return { file => $name, data => $data } }
sub sent { my (@files) = @_; return $ana->visitor->submit($ana->get($url), field => 'picture', { picture => \@files }) }
sub files { my @all; File::Find::find(sub { push @all, $File::Find::name if -f && $_ ne '.lock' }, $dir); @all = sort @all; return @all }
sub pictures { return [map { $_->{name} } $shop->rows(q{SELECT m.name FROM catalog.product_media x JOIN catalog.media m USING (tenant_id, media_id)
	WHERE x.product_id = ? AND x.kind = 'image' ORDER BY x.position}, $plain)] }
# Only the size in the header is another: that is all a bomb needs.
sub bomb { my ($w, $h) = @_; return "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', $w, $h, 8, 2, 0, 0, 0)) . chunk('IDAT', '') . chunk('IEND', '') }

my ($red, $blue) = (png(1200, 600, 255, 0, 0), png(300, 300, 0, 0, 255));

subtest 'CAT-05 pictures come in' => sub {
	my $page = $ana->get($url);
	is $page->status, 200, 'a page';
	like $page->text, qr/no picture yet/, 'that says there is none';
	like $ana->get("/admin/catalog/$plain")->html, qr{<a href="/en$url">Pictures</a>}, 'one step from the product';
	like $ana->visitor->submit($page, field => 'picture', {})->html, qr/id="w-picture">Please choose a file/, 'without a file it asks for one';
	is sent(file('red.png', $red), file('blue.jpg', $blue))->status, 303, 'two at once, one under a wrong name';
	$page = $ana->get($url);
	like $page->text, qr/red\.png, 1200 × 600.*blue\.jpg, 300 × 300/s, 'stand there';
	my ($first, $second) = @{ pictures() };
	is scalar files(), 12, 'in three sizes each as WebP and AVIF, and no other file';
	my $shown = $shop->visitor('one')->get("/media/$first-960.webp");
	is $shown->header('content-type'), 'image/webp', 'the web server shows them';
	unlike $shown->{body}, qr/secret place/, 'P29 without what was written into them';
	is $shown->header('vary'), 'Accept', 'and says that it depends on what a browser takes';
	for (['image/avif,image/webp,*/*;q=0.8', 'image/avif'], ['image/webp,image/AVIF;q=0.5', 'image/avif'], ['image/avif;q=0, image/webp', 'image/webp'], ['image/avifx', 'image/webp']) {
		my ($accept, $mime) = @$_;
		my $seen = $shop->visitor('one')->get("/media/$first-960.webp", headers => { Accept => $accept });
		is join(' ', map { $seen->header($_) } qw(content-type vary cache-control)), "$mime Accept public, max-age=31536000, immutable", "with $accept it is $mime";
		is substr($seen->{body}, 8, 4), $mime eq 'image/avif' ? 'avif' : 'WEBP', 'and is one';
	}
	my ($avif) = grep { /\Q$second\E-960\.avif$/ } files();
	rename $avif, "$avif.aside" or die "$avif: $!\n";
	is $shop->visitor('one')->get("/media/$second-960.webp", headers => { Accept => 'image/avif' })->header('content-type'), 'image/webp', 'a picture from before AVIF is shown as it is there';
	rename "$avif.aside", $avif or die "$avif: $!\n";
	is $shop->visitor($ana->{host})->get("/media/$first-240.webp")->status, 200, 'at the console too';
	like $shop->visitor('one')->get('/en/p/plain')->html, qr{id="picture-1"><img src="/media/$first-960\.webp".*id="picture-2"><img src="/media/$second-960}s, 'the product page has them';
	is $shop->value(q{SELECT DISTINCT image FROM catalog.listing WHERE product_id = ?}, $plain), $first, 'and the card the first';
	is $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'product.pictured' AND target = ? AND actor = ?}, "product $plain", $ana->{id}), 1, 'SEC-05 the log knows who';
	is sent(file('again.png', $red))->status, 303, 'the same again';
	is scalar @{ pictures() }, 2, 'is there once';
};

subtest 'CAT-05 order, words, colours' => sub {
	my $tenant = $f->{tenant}{acme};
	my %id = map { $_ => $shop->value('SELECT sutler.uuid7()') } qw(color black red);
	$shop->change(q{INSERT INTO catalog.attribute (tenant_id, attribute_id, code) VALUES (?, ?, 'color')}, $tenant, $id{color});
	$shop->change('INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code) VALUES (?, ?, ?, ?)', $tenant, $id{$_}, $id{color}, $_) for qw(black red);
	$shop->change('INSERT INTO catalog.product_option (tenant_id, product_id, attribute_id, position) VALUES (?, ?, ?, 0)', $tenant, $plain, $id{color});
	$shop->change('INSERT INTO catalog.variant_value (tenant_id, variant_id, attribute_id, value_id) SELECT ?, variant_id, ?, ? FROM catalog.variant WHERE product_id = ?',
		$tenant, $id{color}, $id{black}, $plain);
	my ($first, $second) = @{ pictures() };
	my $page = $ana->get($url);
	like $page->html, qr{<option value="$id{black}">black</option>}, 'a picture can show a colour that is sold';
	unlike $page->html, qr{>red</option>}, 'and no other';
	my @media = $page->html =~ /name="media" value="([^"]+)"/g;
	my %form = (place => [1, 1], value => ['', $id{black}], label_0 => ['Una suela roja', ''], label_1 => ['A red sole', 'A blue one']);
	my $bad = $ana->visitor->submit($page, field => 'media', { %form, place => ['x', 0] });
	is $bad->status, 422, 'wrong input comes back';
	like $bad->html, qr/id="w-place_0">.*id="w-place_1">/s, 'each at its field';
	like $bad->html, qr/value="A blue one"/, 'and nothing is lost';
	my $stale = $ana->get($url);
	is $ana->visitor->submit($page, field => 'media', \%form)->status, 303, 'then it is saved';
	is_deeply pictures(), [$second, $first], 'who moves up comes before who stood there';
	like $shop->visitor('one')->get('/en/p/plain')->html, qr{/media/$second-960\.webp"[^>]*alt="A blue one".*alt="A red sole"}s, 'the shop says the words';
	like $shop->visitor('one')->get('/p/plain')->html, qr{alt="Una suela roja"}, 'in its language';
	is $shop->value(q{SELECT image FROM catalog.listing WHERE product_id = ? LIMIT 1}, $plain), $second, 'the card shows the new first';
	is $shop->value('SELECT value_id FROM catalog.product_media WHERE media_id = ?', $media[1]), $id{black}, 'and its colour is kept';
	my $told = $ana->visitor->submit($stale, field => 'media', { label_1 => ['Late', 'Late'] });
	like $told->text, qr/Somebody else has changed this product/, 'two at once: the second is told';
	like $told->html, qr/value="Late"/, 'with what was typed';
	is $ana->visitor->submit($ana->get($url), field => 'media', { value => [$id{red}, ''] })->status, 422, 'a colour nobody sells is refused';
	is $ana->visitor->submit($ana->get($url), field => 'media', { gone => $media[1] })->status, 303, 'one is taken away';
	is_deeply pictures(), [$first], 'from the product';
	unlike $shop->visitor('one')->get('/en/p/plain')->html, qr/$second/, 'and the shop';
	is $shop->visitor('one')->get("/media/$second-960.webp")->status, 200, 'its file stays while pages may show it';
};

subtest 'P29 T59 T60 what is refused' => sub {
	my ($before, @had) = (pictures(), files());
	my $page = sent(file('bomb.png', bomb(30_000, 30_000)), file('fifty.png', bomb(10_000, 5_000)), file('cut.png', substr $red, 0, length($red) / 2),
		file('page.png', '<!doctype html><script>alert(1)</script>'), file('x.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
		file('../../evil.gif', "GIF89a/*\0\0\0*/=1;alert(1)"), file('empty.png', ''), file('good.png', png(20, 20, 9, 9, 9)));
	is $page->status, 422, 'is said';
	my $text = $page->text;
	like $text, qr/$_/, $_ for 'bomb\.png ?: This picture has more than 40 million pixels', 'fifty\.png ?: This picture has more than 40 million',
		'cut\.png ?: This picture is broken', 'page\.png ?: This is no JPEG, PNG or WebP', 'x\.svg ?: SVG is not taken', 'evil\.gif ?: This is no JPEG', 'empty\.png ?: This file is empty';
	unlike $text, qr{\.\./}, 'by its name alone';
	like $text, qr/others are added below/, 'the others are taken';
	is scalar @{ pictures() }, @$before + 1, 'the good one';
	is scalar files(), @had + 6, 'and no other file';
	is sent(file('large.png', "\x89PNG\r\n\x1a\n" . "\0" x (13 << 20)))->status, 413, 'T64 more than 12 MiB are not even read';
	my $many = sent(map { file("$_.png", png(8, 8, $_, 1, 1)) } 1 .. 18);
	like $many->text, qr/at most 18 pictures/, 'a product has its bounds';
	is scalar @{ pictures() }, @$before + 1, 'and none of too many is added';
	my $one = Staff->new($shop, $f, 'acme', may => \@may, stores => ['one']);
	unlike $one->get($url)->html, qr/name="picture"/, 'TEN-05 who works in one store looks';
	my $siti = Staff->new($shop, $f, 'bahari', may => \@may);
	is $siti->get($url)->status, 404, 'T26 another merchant has no such product';
};

subtest 'CAT-20 documents' => sub {
	my $pdf = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
	my $send = sub { my (@f) = @_; return $ana->visitor->submit($ana->get($url), field => 'sheet', { sheet => \@f }) };
	like $send->(file('no.pdf', 'hello'))->text, qr/no\.pdf ?: This is no PDF/, 'a PDF is told by its bytes';
	is $send->(file('sheet.pdf', $pdf))->status, 303, 'one comes in';
	my $page = $ana->get($url);
	my ($form) = grep { grep { $_ eq 'Save documents' } @{ $_->{buttons} } } $page->forms;
	ok $form, 'has a form of its own';
	is $ana->visitor->submit($page, button => 'Save documents', { label_1 => 'Data sheet' })->status, 303, 'and a title';
	my $shown = $shop->visitor('one')->get('/en/p/plain');
	my ($href) = $shown->html =~ m{<a href="(/media/[^"]+\.pdf)"[^>]*>.*?Data sheet}s;
	is $shop->visitor('one')->get($href)->{body}, $pdf, 'the shop hands it out as it came';
	is scalar(grep { /Technical/ } $shown->text), 1, 'among the technical sheets';
};

subtest 'the same picture from several at once' => sub {
	my $data = png(700, 500, 1, 200, 3);
	my $page = $ana->get($url);
	my @had = files();
	my @children = map {
		my $pid = fork // die $!;
		if (!$pid) {
			my $status = $ana->visitor->submit($page, field => 'picture', { picture => file('same.png', $data) })->status;
			POSIX::_exit($status == 303 ? 0 : 1);
		}
		$pid;
	} 1 .. 4;
	is join(' ', map { waitpid $_, 0; $? } @children), '0 0 0 0', 'all may bring it';
	is $shop->value(q{SELECT count(*) FROM catalog.media WHERE file_name = 'same.png'}), 1, 'it is one row';
	is scalar files(), @had + 6, 'and one picture';
};

# The processes of admin-media's workers that decode, once there are any.
sub decoding
{
	my $pid = $shop->stack->running('admin-media');
	my $children = sub { my ($of) = @_; my $file = "/proc/$of/task/$of/children"; return -e $file ? split ' ', read_file($file) : () };
	return map { $children->($_) } $children->($pid);
}

subtest 'who decodes is killed' => sub {
	my ($before, @had) = (pictures(), files());
	# Some hundred milliseconds of work.
	my $data = png(4800, 4800, 7, 7, 7);
	my $page = $ana->get($url);
	pipe my $in, my $out or die $!;
	my $pid = fork // die $!;
	if (!$pid) {
		my $told = $ana->visitor->submit($page, field => 'picture', { picture => file('big.png', $data) });
		binmode $out, ':utf8';
		print {$out} $told->status, ' ', $told->text;
		close $out;
		POSIX::_exit(0);
	}
	close $out;
	ok wait_for(20, sub { my @who = decoding(); kill 'KILL', @who if @who; scalar @who }), 'while it works';
	my $said = do { local $/; <$in> };
	waitpid $pid, 0;
	like $said, qr/^422 .*big\.png ?: This picture could not be read/s, 'staff are told';
	is_deeply pictures(), $before, 'the product is as it was';
	is scalar files(), scalar @had, 'and no half file stays';
	is sent(file('big.png', $data))->status, 303, 'the next try succeeds';
};

subtest 'no room on the disk' => sub {
	my @had = files();
	chmod 0555, $dir, grep { -d } glob "$dir/*";
	my $told = $> == 0 && !defined getpwnam('postgres') ? undef : sent(file('none.png', png(33, 33, 1, 2, 3)));
	chmod 0755, $dir, grep { -d } glob "$dir/*";
	SKIP: {
		skip 'the superuser may write everywhere', 2 if !$told;
		like $told->text, qr/none\.png ?: Pictures cannot be kept right now/, 'P34 is said';
		is scalar files(), scalar @had, 'and leaves nothing';
	}
};

subtest 'what nobody names' => sub {
	my $taken = sub { my ($name) = @_; return scalar grep { index($_, $name) >= 0 } files() };
	my ($keeps, $drops) = (png(40, 40, 50, 60, 70), png(41, 41, 50, 60, 70));
	is sent(file('keeps.png', $keeps), file('drops.png', $drops))->status, 303, 'two pictures';
	my ($k, $d) = map { $shop->value('SELECT name FROM catalog.media WHERE file_name = ? AND tenant_id = ?', $_, $f->{tenant}{acme}) } qw(keeps.png drops.png);
	my $siti = Staff->new($shop, $f, 'bahari', may => \@may);
	my $sandal = "/admin/media/$f->{product}{SANDAL}";
	is $siti->visitor->submit($siti->get($sandal), field => 'picture', { picture => file('own.png', $keeps) })->status, 303, 'one of which another merchant has too';
	my @gone = map { $_->{media_id} } $shop->rows('SELECT media_id FROM catalog.media WHERE name IN (?, ?) AND tenant_id = ?', $k, $d, $f->{tenant}{acme});
	is $ana->visitor->submit($ana->get($url), field => 'media', { gone => \@gone })->status, 303, 'both leave the product';
	$shop->job('sweep-media');
	ok $taken->($k) == 6 && $taken->($d) == 6, 'nothing goes on the first day';
	$shop->change("UPDATE catalog.media SET created_at = created_at - interval '2 days'");
	utime time - 2 * 86_400, time - 2 * 86_400, files();
	# Brought again the same day: its file counts as new.
	is sent(file('drops.png', $drops))->status, 303, 'one comes back';
	$shop->job('sweep-media');
	is $taken->($d), 6, 'and stays';
	is $taken->($k), 6, 'as does what another merchant names';
	is $shop->value('SELECT count(*) FROM catalog.media WHERE name = ? AND tenant_id = ?', $k, $f->{tenant}{acme}), 0, 'whom it belonged to forgot it';
	my ($media) = $shop->value('SELECT media_id FROM catalog.media WHERE name = ?', $d);
	is $ana->visitor->submit($ana->get($url), field => 'media', { gone => $media })->status, 303, 'it leaves for good';
	utime time - 2 * 86_400, time - 2 * 86_400, files();
	$shop->job('sweep-media');
	is $taken->($d), 0, 'then it is gone';
	my %named = map { $_->{name} => 1 } $shop->rows('SELECT name FROM catalog.media');
	is_deeply [grep { !/\.pdf$/ && !$named{ m{/(../[0-9a-f]{30})-\d+\.(?:webp|avif)$} ? $1 : '' } } files()], [], 'every file has its name';
};
is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
