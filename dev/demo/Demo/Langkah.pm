# The catalogue of the Indonesian shoe store, in Bahasa Indonesia.
package Demo::Langkah;
use strict;
use warnings;
use utf8;

use Demo::Common;
use Demo::Velora;   # the same tenant: colours, sizes and materials are shared

my %swatch = map { $_->[0] => $_->[3] } @Demo::Velora::colors;
my %color = map { $_->[0] => lc $_->[2] } @Demo::Velora::colors;
my %label = map { $_->[0] => $_->[2] } @Demo::Velora::materials;

my %feel = (
	leather => ['kulit sapi asli dari penyamakan Garut yang makin lentur setelah beberapa kali dipakai', 'Lap dengan kain lembap, lalu oleskan krim netral sebulan sekali.'],
	suede => ['suede halus yang sudah dilapisi anti-air', 'Sikat saat kering dan hindari hujan lebat.'],
	synthetic => ['kulit sintetis bebas retak yang mudah dibersihkan', 'Cukup lap dengan kain lembap.'],
	canvas => ['kanvas katun tebal dengan jahitan ganda', 'Cuci dengan tangan memakai sabun lembut, lalu keringkan di tempat teduh.'],
	knit => ['rajutan ringan yang membuat kaki tetap sejuk', 'Cuci dengan tangan dan jangan diperas.'],
	batik => ['kain batik cap motif kawung dari perajin Pekalongan', 'Lap perlahan dengan kain lembap; jangan direndam.'],
	eva => ['EVA cetak satu bagian yang ringan dan tahan air', 'Bilas dengan air bersih.'],
	raffia => ['anyaman rafia buatan tangan', 'Bersihkan dengan sikat kering.'],
	rubber => ['karet alam yang lentur dan tidak licin', 'Bilas dengan air bersih.'],
);

# type, category, code, names, materials, colours, sizes, price in rupiah, weight, picture, variations, sentences
my @families = (
	{ type => 'Sneakers', cat => 'sneakers-pria', code => 'SP', names => [qw(Bromo Rinjani Semeru Merapi Kerinci Lawu Slamet Gede)], mats => [qw(canvas knit synthetic)],
	  colors => [['white', 'black'], ['navy', 'grey'], ['black'], ['forest', 'ivory']], sizes => [39 .. 44], price => 349_000, grams => 640, apps => ['everyday', 'sport'],
	  pic => { style => 'sneaker', thick => 76 }, vary => [{ bottom => 'cup', heel => 20, toecap => 'yes', trim => 'plain', sole => '#b98a5b' }, { bottom => 'run', heel => 40, thick => 86, accent => 1 }, { bottom => 'cup', heel => 22, accent => 1 }],
	  say => ['{n} dirancang untuk hari yang panjang: naik motor pagi hari, jalan kaki siang hari, nongkrong malam hari.',
	          'Sol {n} empuk tetapi tidak mudah kempis, jadi kaki tetap segar sampai pulang.', 'Ringan, rapi, dan mudah dipadukan: {n} cocok untuk kampus maupun kantor santai.'] },
	{ type => 'Sneakers', cat => 'sneakers-wanita', code => 'SW', names => [qw(Melati Kenanga Cempaka Anggrek Dahlia Teratai Seruni Kamboja)], mats => [qw(canvas knit synthetic)],
	  colors => [['white', 'blush'], ['lilac', 'white'], ['ivory'], ['sky', 'black']], sizes => [36 .. 41], price => 329_000, grams => 520, apps => ['everyday', 'sport'],
	  pic => { style => 'sneaker', thick => 76 }, vary => [{ bottom => 'cup', heel => 20, accent => 1 }, { bottom => 'cup', heel => 18, trim => 'slip' }, { bottom => 'run', heel => 40, thick => 86, accent => 1 }],
	  say => ['{n} nyaman sejak pertama dipakai. Bagian tumitnya lembut sehingga tidak membuat lecet.', 'Dengan {n}, penampilan santai tetap terlihat rapi. Solnya ringan dan tidak licin di lantai keramik.'] },
	{ type => 'Pantofel', cat => 'pantofel', code => 'PF', names => [qw(Wibawa Pratama Bagaskara Adiguna Mahardika Satria)], mats => [qw(leather synthetic)],
	  colors => [['black'], ['black', 'chocolate'], ['cognac']], sizes => [39 .. 44], price => 489_000, grams => 860, apps => ['work', 'occasion'],
	  pic => { style => 'loafer', form => 'block', heel => 90, thick => 24, trim => 'laces', stacked => 'yes', heelcolour => '#4e3226' }, vary => [{}, { thick => 30 }],
	  say => ['{n} menemani rapat, wisuda, dan hari pernikahan. Potongannya ramping dengan ujung yang tidak terlalu lancip.', 'Jahitan rapat dan sol karet anti-selip membuat {n} siap dipakai setiap hari kerja.'] },
	{ type => 'Loafer', cat => 'pantofel', code => 'LO', names => [qw(Senja Fajar Lembayung Purnama Samudra Cakrawala)], mats => [qw(leather suede synthetic)],
	  colors => [['chocolate', 'black'], ['tan'], ['navy', 'cognac']], sizes => [39 .. 44], price => 429_000, grams => 720, apps => ['work', 'everyday'],
	  pic => { style => 'loafer', form => 'block', heel => 70, thick => 22 }, vary => [{ trim => 'penny' }, { trim => 'tassel' }, { trim => 'bit' }, { trim => 'plain' }],
	  say => ['Tanpa tali, tanpa ribet: {n} mudah dilepas saat masuk masjid atau rumah.', '{n} pas dengan celana kain maupun jin. Alas kakinya dilapisi busa agar tidak cepat lelah.'] },
	{ type => 'Sepatu Balet', cat => 'flat-shoes', code => 'FL', names => [qw(Ayu Larasati Kirana Puspita Rengganis Arum Maheswari Dewi)], mats => [qw(synthetic batik leather)],
	  colors => [['black', 'nude'], ['terracotta', 'navy'], ['blush'], ['ivory', 'black']], sizes => [36 .. 41], price => 219_000, grams => 300, apps => ['work', 'everyday'],
	  pic => { style => 'pump', form => 'block', heel => 30, thick => 13, toe => 6 }, vary => [{ trim => 'bow' }, {}, { strap => 'jane' }, { trim => 'buckle' }],
	  say => ['{n} lembut di kaki dan mudah dilipat ke dalam tas. Cocok untuk ganti sepatu setelah seharian di kantor.', 'Ujung membulat, sol lentur, dan bantalan di tumit: {n} dibuat untuk dipakai dari pagi sampai malam.'] },
	{ type => 'Sepatu Hak', cat => 'sepatu-hak', code => 'HK', names => [qw(Ratna Citra Saraswati Paramita Indira Nirmala)], mats => [qw(synthetic leather suede)],
	  colors => [['black', 'red'], ['nude'], ['burgundy', 'black']], sizes => [36 .. 41], price => 299_000, grams => 480, apps => ['work', 'occasion'],
	  pic => { style => 'pump', heel => 190, thick => 13, toe => 36 }, vary => [{ form => 'block', heel => 180 }, { form => 'kitten', strap => 'sling', heel => 150 }, { form => 'block', strap => 'ankle', heel => 210 }],
	  say => ['Hak {n} lebar dan stabil, jadi tetap percaya diri di lantai marmer maupun trotoar.', '{n} memberi kesan anggun tanpa membuat kaki pegal. Ada bantalan tambahan di bagian depan.'] },
	{ type => 'Sandal Kulit', cat => 'sandal-kulit', code => 'SK', names => [qw(Baduy Toraja Sasak Bugis Minang Dayak Betawi Osing)], mats => [qw(leather suede)],
	  colors => [['chocolate', 'tan'], ['black'], ['cognac', 'black']], sizes => [39 .. 44], price => 259_000, grams => 560, apps => ['everyday', 'worship', 'travel'],
	  pic => { style => 'sandal', thick => 58, heel => 14, bottom => 'cup', mid => '#8d6239', sole => '#3b2a1e' }, vary => [{ trim => 'two', buckles => 'yes' }, { trim => 'slide' }, { trim => 'cross' }, { trim => 'thong' }],
	  say => ['{n} dikerjakan perajin di Magetan dengan jahitan tangan. Kulitnya tebal, tapaknya mengikuti bentuk kaki.', 'Dipakai ke masjid, ke warung, atau ke luar kota: {n} awet dan solnya bisa diganti.'] },
	{ type => 'Sandal Jepit', cat => 'sandal-jepit', code => 'SJ', names => [qw(Kuta Sanur Parangtritis Losari Senggigi Pangandaran Anyer Derawan)], mats => [qw(eva rubber)],
	  colors => [['teal', 'black'], ['navy', 'mustard'], ['black', 'red'], ['sage']], sizes => [qw(36 38 40 42 44)], price => 69_000, grams => 280, apps => ['everyday', 'travel'],
	  pic => { style => 'sandal', trim => 'thong', thick => 52, heel => 10, bottom => 'cup', bedmaterial => 'eva' }, vary => [{}, { thick => 64 }],
	  say => ['{n} ringan seperti kapas dan tidak licin di lantai basah.', 'Tali {n} lembut di sela jari, jadi nyaman meskipun dipakai berjalan jauh.'] },
	{ type => 'Sandal Wanita', cat => 'sandal-wanita', code => 'WN', names => [qw(Mayang Sekar Intan Mutiara Safira Kemuning)], mats => [qw(synthetic batik raffia)],
	  colors => [['tan', 'black'], ['terracotta'], ['gold', 'ivory']], sizes => [36 .. 41], price => 189_000, grams => 380, apps => ['everyday', 'occasion'],
	  pic => { style => 'sandal', heelcolour => '#cba46c' }, vary => [{ form => 'wedge', heel => 150, thick => 56, trim => 'cross', heelmaterial => 'jute' }, { heel => 16, thick => 24, trim => 'slide' }, { form => 'block', heel => 140, trim => 'toe', strap => 'ankle' }],
	  say => ['{n} manis untuk kondangan dan cukup santai untuk jalan sore.', 'Tapak {n} empuk, talinya tidak mengikat terlalu kencang, dan warnanya mudah dipadukan dengan kebaya maupun jin.'] },
	{ type => 'Sepatu Sekolah', cat => 'anak', code => 'AN', names => [qw(Pandai Ceria Juara Rajin Tangkas)], mats => [qw(canvas synthetic)],
	  colors => [['black'], ['black', 'white']], sizes => [qw(28 30 32 34 36)], price => 179_000, grams => 380, apps => ['school'],
	  pic => { style => 'sneaker', bottom => 'cup', heel => 16, thick => 74, mid => '#2a2a2c', sole => '#2a2a2c', laces => '#2a2a2c' }, vary => [{ trim => 'plain', toecap => 'yes' }, { trim => 'stripe' }],
	  say => ['{n} kuat menghadapi jam olahraga dan upacara. Ujung depannya dilapisi karet agar tidak cepat rusak.', 'Ringan dan mudah dibersihkan, {n} membantu anak siap belajar setiap hari.'] },
	{ type => 'Bot', cat => 'bot', code => 'BT', names => [qw(Rimba Belantara Cadas Tebing Kelana)], mats => [qw(suede leather)],
	  colors => [['chocolate', 'black'], ['tan'], ['black']], sizes => [39 .. 44], price => 559_000, grams => 1080, apps => ['travel', 'winter'],
	  pic => { style => 'boot', shaft => 480, tall => 580 }, vary => [{ bottom => 'run', thick => 88, heel => 28, trim => 'laces', mid => '#2b2a2a', sole => '#1c1c1c' }, { form => 'block', heel => 90, thick => 28, trim => 'gore', stacked => 'yes' }],
	  say => ['{n} siap menempuh jalan berbatu dan musim hujan. Solnya bergerigi dan jahitannya rapat.', 'Setinggi mata kaki, {n} melindungi tanpa terasa berat.'] },
);

sub rupiah { my ($v) = @_; return int($v / 1000 + .5) * 1000 - 100 }

sub finish {
	my ($p) = @_;
	$p->{slug}{id} = slug($p->{name}{id});
	$p->{meta_title}{id} = clip("$p->{name}{id} | Langkah Raya", 68);
	$p->{meta_description}{id} = clip($p->{summary}{id}, 155);
	return $p;
}

sub shoe {
	my ($f, $i, $pictures) = @_;
	my $name = $f->{names}[$i];
	my $ref = sprintf 'LR-%s-%02d', $f->{code}, $i + 1;
	my @c = @{ $f->{colors}[$i % @{ $f->{colors} }] };
	my $mat = $f->{mats}[$i % @{ $f->{mats} }];
	my %vary = %{ $f->{vary}[$i % @{ $f->{vary} }] };
	my $accent = delete $vary{accent};
	my $sale = hash($ref, 'promo') % 8 == 0;
	my $price = rupiah($f->{price} * (1 + (hash($ref, 'harga') % 31 - 10) / 100));
	my @sizes = @{ $f->{sizes} };
	my ($feel, $care) = @{ $feel{$mat} };
	my $mto = $f->{code} eq 'SK' && $i == 7;
	my $lead = $mto ? 12 : 1;
	my %p = (ref => $ref, brand => 'Langkah Raya', cats => [$f->{cat}, $sale ? 'promo' : (), $i % 5 == 1 ? 'baru-datang' : (), $mat eq 'batik' ? 'batik-pekalongan' : ()], lead => $lead, mto => $mto,
		featured => $i == 0 && $f->{code} =~ /SP|SW|PF|FL|SK|BT/ || $i == 1 && $f->{code} =~ /SP|FL/ ? 1 : 0, tags => [$sale ? 'promo' : (), $i % 5 == 1 ? 'baru' : (), $mat eq 'batik' ? 'batik' : ()],
		spec => { material => [$mat], application => $f->{apps} }, name => { id => "$f->{type} $name" });
	push @{ $p{tags} }, 'buatan Indonesia' unless @{ $p{tags} };
	my $cl = sentence_join('dan', map { $color{$_} } @c);
	$p{summary}{id} = "$f->{type} $name dari " . ($label{$mat} eq 'EVA' ? 'EVA' : lc $label{$mat}) . ", tersedia dalam warna $cl, ukuran $sizes[0] sampai $sizes[-1].";
	$p{description}{id} = ($f->{say}[$i % @{ $f->{say} }] =~ s/\{n\}/$name/gr) . " Bahannya $feel.\n\n## Keunggulan\n\n- "
		. pick($ref, $f->{pic}{style} eq 'sandal' ? ('Alas kaki empuk', 'Permukaan alas kaki tidak licin', 'Alas kaki mengikuti bentuk kaki')
			: ('Alas kaki empuk dan bisa dilepas', 'Alas kaki berlapis busa lateks', 'Alas kaki menyerap keringat')) . "\n- "
		. pick("$ref sol", 'Sol karet anti-selip', 'Sol ringan dan lentur', $f->{code} eq 'SJ' ? () : 'Sol dijahit dan dilem agar tahan lama')
		. "\n- Ukuran standar; jika ragu, pilih satu nomor lebih besar\n\n## Perawatan\n\n$care\n\n"
		. ($mto ? "Dibuat sesuai pesanan oleh perajin kami dalam $lead hari kerja." : $f->{code} eq 'SJ' ? 'Dibuat di Mojokerto, Jawa Timur. Tali putus dalam enam bulan kami ganti.' : pick("$ref asal", 'Dibuat di Cibaduyut, Bandung. Garansi jahitan enam bulan.', 'Dibuat di Mojokerto, Jawa Timur. Garansi lem dan jahitan enam bulan.', 'Dibuat perajin Magetan. Garansi jahitan enam bulan.'));
	my %pic = (%{ $f->{pic} }, %vary, material => $mat eq 'synthetic' ? 'leather' : $mat);
	my $file = lc $ref;
	my @view;
	for my $c (@c) {
		my %q = (%pic, colour => $swatch{$c});
		$q{second} = $swatch{ { white => 'teal', black => 'mustard', navy => 'terracotta', grey => 'black', forest => 'mustard', ivory => 'tan', blush => 'white', lilac => 'white', sky => 'navy' }->{$c} // 'ivory' } if $accent;
		if ($f->{code} eq 'SJ') {
			my $bed = { teal => '#1e5c50', black => '#3a3b40', navy => '#26324d', mustard => '#7a5a1e', red => '#7a1c24', sage => '#6f7c62' }->{$c};
			%q = (%q, mid => $bed, sole => $bed, bed => $swatch{$c}, colour => $c eq 'mustard' ? $swatch{navy} : $swatch{mustard});
		}
		push @$pictures, ["$file-$c.png", 'shoe', 'side', %q];
		push @{ $p{images} }, { file => "$file-$c.png", option => $c, alt => { id => "$p{name}{id} warna $color{$c}, tampak samping" } };
		@view = %q unless @view;
	}
	push @$pictures, ["$file-sepasang.png", 'shoe', 'pair', @view];
	push @{ $p{images} }, { file => "$file-sepasang.png", option => $c[0], alt => { id => "Sepasang $p{name}{id} warna $color{$c[0]}" } };
	for my $c (@c) {
		for my $s (@sizes) {
			my $qty = $mto || ($i % 9 == 6 && $c eq $c[-1]) ? 0 : stock_for("$ref-$c-$s", 36, $s == $sizes[0] || $s == $sizes[-1]);
			push @{ $p{variants} }, { sku => uc("$ref-" . substr($c, 0, 3) . "-$s"), gtin => gtin(3), color => $c, size => $s,
				price => { IDR => $sale ? rupiah($price * .8) : $price }, was => $sale ? { IDR => $price } : {}, tiers => {},
				weight => $f->{grams}, stock => { JKT => $qty, SBY => int($qty * .4) } };
		}
	}
	return finish(\%p);
}

my @extras = (
	['Tas Selempang Nusantara', 'tas', 'leather', ['cognac', 'black'], 359_000, 480, { kind => 'bag', form => 'crossbody' }, 'Tas selempang kulit dengan penutup magnet. Muat ponsel, dompet, dan botol minum kecil.'],
	['Tas Jinjing Pasar Seni', 'tas', 'batik', ['terracotta', 'navy'], 189_000, 420, { kind => 'bag', form => 'tote', material2 => 'leather', second => '#4e3226' }, 'Tas jinjing batik cap dengan alas kulit sintetis. Cukup lebar untuk laptop dan bekal.'],
	['Ransel Jelajah', 'tas', 'canvas', ['forest', 'navy', 'black'], 299_000, 720, { kind => 'bag', form => 'backpack', material2 => 'leather', second => '#6b4328' }, 'Ransel kanvas 18 liter dengan kantong depan. Tali bahunya tebal dan tidak mudah melorot.'],
	['Dompet Genggam Pesta', 'tas', 'batik', ['burgundy', 'teal'], 149_000, 220, { kind => 'bag', form => 'clutch' }, 'Dompet genggam batik untuk kondangan, lengkap dengan tali pergelangan.'],
	['Ikat Pinggang Garut', 'perawatan', 'leather', ['black', 'chocolate'], 139_000, 180, { kind => 'goods', form => 'belt' }, 'Kulit sapi tiga sentimeter dengan gesper kuningan. Bisa dipotong sesuai ukuran pinggang.'],
	['Kaus Kaki Katun', 'perawatan', 'cotton', ['white', 'black', 'navy'], 29_000, 50, { kind => 'goods', form => 'socks' }, 'Katun sisir yang menyerap keringat, cocok untuk sekolah dan kantor.'],
	['Sikat Sepatu Kayu', 'perawatan', 'wood', ['natural'], 45_000, 160, { kind => 'goods', form => 'brush', label => 'LANGKAH' }, 'Sikat bulu halus bergagang kayu mahoni untuk kulit dan suede.'],
	['Krim Semir Lilin Lebah', 'perawatan', 'wax', ['black', 'chocolate', 'natural'], 39_000, 110, { kind => 'goods', form => 'jar', label => 'KRIM SEMIR' }, 'Krim semir dari lilin lebah yang mengilapkan sekaligus melembapkan kulit.'],
);

sub extra {
	my ($row, $i, $pictures) = @_;
	my ($name, $cat, $mat, $colors, $price, $grams, $pic, $text) = @$row;
	my $ref = sprintf 'LR-AK-%02d', $i + 1;
	my %pic = %$pic;
	my $kind = delete $pic{kind};
	my %p = (ref => $ref, brand => 'Langkah Raya', cats => [$cat, $mat eq 'batik' ? 'batik-pekalongan' : ()], lead => 1, featured => 0, tags => ['buatan Indonesia'],
		spec => { material => [$mat], application => [$cat eq 'tas' ? 'everyday' : 'care'] }, name => { id => $name }, summary => { id => ($text =~ /^(.+?\.)(?:\s|$)/)[0] });
	$p{description}{id} = "$text\n\n## Rincian\n\n- Bahan: " . lc($label{$mat}) . "\n- Berat: $grams g\n- Pilihan warna: " . sentence_join('dan', map { $color{$_} } @$colors);
	for my $c (@$colors) {
		my $file = lc "$ref-$c.png";
		push @$pictures, [$file, $kind, 'main', material => $mat eq 'synthetic' ? 'leather' : $mat, %pic, colour => $swatch{$c},
			$pic{form} eq 'socks' ? (second => $swatch{$c eq 'white' ? 'teal' : 'white'}, material => 'knit') : ()];
		push @{ $p{images} }, { file => $file, option => $c, alt => { id => "$name warna $color{$c}" } };
		my $qty = stock_for("$ref-$c", 50, 0);
		push @{ $p{variants} }, { sku => uc("$ref-" . substr $c, 0, 3), gtin => gtin(3), color => $c, size => '', price => { IDR => rupiah($price) },
			was => {}, tiers => {}, weight => $grams, stock => { JKT => $qty, SBY => int($qty / 3) } };
	}
	return finish(\%p);
}

# Bags of the sister store Velora, shown here by names, texts and prices of our own; the stock is shared.
# reference, colours, name, price, sentence
my @guests = (
	['VL-BG-01', ['tan', 'black', 'burgundy'], 'Tas Jinjing Margot', 2_490_000, 'Tas kulit yang muat laptop, baju hangat, dan buku. Dibuat di Porto untuk merek saudara kami, Velora.'],
	['VL-BG-03', ['black', 'cognac', 'sage'], 'Tas Selempang Romilly', 1_690_000, 'Tas selempang kulit dengan penutup magnet dan satu saku sepanjang ponsel.'],
	['VL-BG-05', ['blush', 'black'], 'Dompet Pesta Seraphina', 1_090_000, 'Dompet genggam satin tebal bertali pergelangan, pasangan sepatu hak untuk kondangan.'],
	['VL-BG-06', ['gold', 'silver'], 'Dompet Pesta Ottoline', 1_190_000, 'Kulit metalik yang berkilau lembut. Muat kunci, kartu, lipstik, dan undangan.'],
	['VL-BG-07', ['chocolate', 'black'], 'Ransel Tamsin', 2_390_000, 'Ransel kulit lembut dengan saku tersembunyi di punggung dan ritsleting dua arah.'],
);

sub listings {
	my $n = 0;
	return map {
		my ($ref, $colors, $name, $price, $say) = @$_;
		my @own = (visible => 'yes', featured => 'no', position => 500 + ++$n, categories => 'tas', 'name:id' => $name, 'summary:id' => $say,
			'description:id' => "$say\n\nKoleksi Velora, merek saudara kami dari London. Dikirim dari gudang kami di Jakarta.");
		map { +{ product => $ref, ($_ eq $colors->[0] ? @own : ()), sku => uc("$ref-" . substr $_, 0, 3), 'price:IDR' => rupiah($price) } } @$colors;
	} @guests;
}

my @categories = (
	['*', 'lr-sp-02-sepasang.png', ['Baru datang', 'Model terbaru yang baru saja masuk rak kami.']],
	['*', 'lr-fl-02-terracotta.png', ['Batik Pekalongan', 'Sepatu, sandal, dan tas dari batik cap karya perajin Pekalongan.']],
	['', 'kat-pria.png', ['Pria', 'Sneakers, pantofel, bot, dan sandal untuk langkah yang mantap.']],
	['pria', 'kat-sneakers-pria.png', ['Sneakers pria', 'Ringan, empuk, dan siap menemani hari yang panjang.']],
	['pria', 'kat-pantofel.png', ['Pantofel', 'Pantofel dan loafer untuk kantor, wisuda, dan kondangan.']],
	['pria', 'kat-bot.png', ['Bot', 'Bot kulit dan suede untuk jalan berbatu dan musim hujan.']],
	['pria', 'kat-sandal-kulit.png', ['Sandal kulit', 'Buatan tangan perajin Magetan.']],
	['', 'kat-wanita.png', ['Wanita', 'Flat shoes, hak, sneakers, dan sandal yang nyaman sepanjang hari.']],
	['wanita', 'kat-sneakers-wanita.png', ['Sneakers wanita', 'Santai, rapi, dan tidak membuat lecet.']],
	['wanita', 'kat-flat.png', ['Flat shoes', 'Lembut, lentur, dan mudah dilipat.']],
	['wanita', 'kat-hak.png', ['Sepatu hak', 'Hak stabil dengan bantalan tambahan.']],
	['wanita', 'kat-sandal-wanita.png', ['Sandal wanita', 'Manis untuk kondangan, santai untuk sore hari.']],
	['', 'kat-keluarga.png', ['Keluarga', 'Untuk anak sekolah dan seluruh isi rumah.']],
	['keluarga', 'kat-anak.png', ['Anak', 'Sepatu sekolah yang kuat dan ringan.']],
	['keluarga', 'kat-jepit.png', ['Sandal jepit', 'Ringan, tidak licin, dan warnanya segar.']],
	['', 'kat-aksesori.png', ['Aksesori', 'Tas, ikat pinggang, dan perawatan sepatu.']],
	['aksesori', 'kat-tas.png', ['Tas', 'Kulit, kanvas, dan batik buatan perajin lokal.']],
	['aksesori', 'kat-perawatan.png', ['Perawatan', 'Semir, sikat, kaus kaki, dan ikat pinggang.']],
	['', 'kat-promo.png', ['Promo', 'Hemat dua puluh persen selama persediaan masih ada.']],
);

sub scenes {
	my @cup = (bottom => 'cup', thick => 74, heel => 20);
	my %s = %swatch;
	return (
		['kat-pria.png', 'shoe', 'pair', style => 'loafer', form => 'block', heel => 90, thick => 24, trim => 'laces', stacked => 'yes', heelcolour => '#4e3226', colour => $s{chocolate}],
		['kat-sneakers-pria.png', 'shoe', 'side', style => 'sneaker', bottom => 'run', thick => 86, heel => 40, material => 'knit', colour => $s{navy}, second => $s{terracotta}],
		['kat-pantofel.png', 'shoe', 'side', style => 'loafer', form => 'block', heel => 90, thick => 24, trim => 'laces', colour => $s{black}],
		['kat-bot.png', 'shoe', 'pair', style => 'boot', bottom => 'run', thick => 88, heel => 28, shaft => 480, tall => 580, trim => 'laces', mid => '#2b2a2a', sole => '#1c1c1c', colour => $s{tan}, material => 'suede'],
		['kat-sandal-kulit.png', 'shoe', 'pair', style => 'sandal', @cup, mid => '#8d6239', sole => '#3b2a1e', trim => 'two', buckles => 'yes', colour => $s{chocolate}],
		['kat-wanita.png', 'shoe', 'pair', style => 'pump', form => 'block', heel => 190, thick => 13, toe => 30, colour => $s{red}, material => 'suede'],
		['kat-sneakers-wanita.png', 'shoe', 'pair', style => 'sneaker', @cup, sole => '#c99b62', colour => $s{white}, second => $s{blush}],
		['kat-flat.png', 'shoe', 'pair', style => 'pump', form => 'block', heel => 30, thick => 13, trim => 'bow', colour => $s{terracotta}, material => 'batik', second => $s{chocolate}, material2 => 'leather'],
		['kat-hak.png', 'shoe', 'side', style => 'pump', form => 'block', heel => 210, strap => 'ankle', thick => 13, toe => 30, colour => $s{burgundy}],
		['kat-sandal-wanita.png', 'shoe', 'side', style => 'sandal', form => 'wedge', heel => 160, thick => 56, trim => 'cross', heelmaterial => 'jute', heelcolour => '#cba46c', colour => $s{tan}],
		['kat-keluarga.png', 'shoe', 'pair', style => 'sandal', @cup, trim => 'slide', mid => '#2c6e70', sole => '#2c6e70', bed => '#3b8c8a', bedmaterial => 'eva', colour => $s{mustard}, material => 'eva'],
		['kat-anak.png', 'shoe', 'pair', style => 'sneaker', @cup, mid => '#2a2a2c', sole => '#2a2a2c', toecap => 'yes', trim => 'plain', material => 'canvas', colour => $s{black}],
		['kat-jepit.png', 'shoe', 'pair', style => 'sandal', bottom => 'cup', thick => 52, heel => 10, trim => 'thong', mid => '#1e5c50', sole => '#1e5c50', bed => $s{teal}, bedmaterial => 'eva', material => 'eva', colour => $s{mustard}],
		['kat-aksesori.png', 'bag', 'main', form => 'tote', material => 'batik', material2 => 'leather', second => '#4e3226', colour => $s{teal}],
		['kat-tas.png', 'bag', 'main', form => 'crossbody', colour => $s{cognac}],
		['kat-perawatan.png', 'goods', 'main', form => 'jar', colour => $s{chocolate}, label => 'KRIM SEMIR'],
		['kat-promo.png', 'shoe', 'pair', style => 'sneaker', @cup, colour => $s{sky}, second => $s{navy}, material => 'canvas'],
		['hero.png', 'hero', 'wide', items => 2, item1 => "shoe|side|-.60|1530|560|0|style:sneaker;bottom:run;thick:86;heel:40;material:knit;colour:$s{teal};second:$s{mustard}",
			item2 => "shoe|side|.84|640|770|0|style:sneaker;bottom:run;thick:86;heel:40;material:knit;colour:$s{navy};second:$s{terracotta}"],
		['perajin.png', 'hero', 'wide', items => 2, item1 => "shoe|side|.62|160|600|0|style:pump;form:block;heel:30;thick:13;trim:bow;material:batik;colour:$s{terracotta};second:$s{chocolate}",
			item2 => "shoe|side|.80|740|770|0|style:sandal;bottom:cup;thick:58;heel:14;mid:#8d6239;sole:#3b2a1e;trim:two;buckles:yes;colour:$s{chocolate}"],
		['logo.png', 'logo', 'wide'], ['favicon.png', 'favicon', 'square'],
	);
}

sub shop {
	my (@products, @pictures);
	for my $f (@families) {
		push @products, map { shoe($f, $_, \@pictures) } 0 .. $#{ $f->{names} };
	}
	push @products, map { extra($extras[$_], $_, \@pictures) } 0 .. $#extras;
	relate(\@products);
	push @pictures, scenes();
	my $own = sub { map { [$_->[0], $_->[2], @$_ > 3 ? $_->[3] : ()] } @_ };
	return check_shop({
		code => 'langkah', locales => ['id'], currencies => ['IDR'], warehouses => ['JKT', 'SBY'], specs => ['material', 'application'],
		listings => [listings()],
		products => \@products, pictures => \@pictures, categories => category_rows(['id'], 'Langkah Raya', @categories),
		attributes => attribute_rows(['id'], ['color', ['Warna'], $own->(@Demo::Velora::colors)], ['size', ['Ukuran'], $own->(@Demo::Velora::all_sizes)],
			['material', ['Bahan'], $own->(@Demo::Velora::materials)], ['application', ['Keperluan'], $own->(@Demo::Velora::applications)]),
	});
}

1;
