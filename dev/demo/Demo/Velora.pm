# The catalogue of the women's shoe store, in British English.
package Demo::Velora;
use strict;
use warnings;
use utf8;

use Demo::Common;
use List::Util qw(sum);

our @colors = (
	[black => 'Black', 'Hitam', '#242426'], [white => 'White', 'Putih', '#f2f0eb'], [ivory => 'Ivory', 'Gading', '#ebe2d0'],
	[nude => 'Nude', 'Nude', '#d6b196'], [blush => 'Blush', 'Merah muda pucat', '#dba9a4'], [red => 'Red', 'Merah', '#a3222d'],
	[burgundy => 'Burgundy', 'Merah anggur', '#5f1f2e'], [navy => 'Navy', 'Biru tua', '#26324d'],
	[sky => 'Sky blue', 'Biru langit', '#9db9cf'], [sage => 'Sage', 'Hijau sage', '#93a086'],
	[forest => 'Forest green', 'Hijau hutan', '#2f4a3c'], [tan => 'Tan', 'Cokelat muda', '#b07b4c'],
	[chocolate => 'Chocolate', 'Cokelat tua', '#4e3226'], [cognac => 'Cognac', 'Cokelat kemerahan', '#8f4f2a'],
	[grey => 'Grey', 'Abu-abu', '#85868b'], [silver => 'Silver', 'Perak', '#bdbfc5'], [gold => 'Gold', 'Emas', '#c7a459'],
	[mustard => 'Mustard', 'Kuning mustar', '#c99a35'], [lilac => 'Lilac', 'Ungu muda', '#b3a2c4'],
	[teal => 'Teal', 'Hijau kebiruan', '#2c6e70'], [natural => 'Natural', 'Natural', '#d2b48a'], [terracotta => 'Terracotta', 'Terakota', '#b4583a'],
);
my %swatch = map { $_->[0] => $_->[3] } @colors;
my %color = map { $_->[0] => lc $_->[1] } @colors;

our @materials = (
	[leather => 'Leather', 'Kulit'], [suede => 'Suede', 'Suede'], [patent => 'Patent leather', 'Kulit paten'],
	[satin => 'Satin', 'Satin'], [knit => 'Recycled knit', 'Rajut daur ulang'], [canvas => 'Cotton canvas', 'Kanvas katun'],
	[raffia => 'Raffia', 'Rafia'], [croco => 'Embossed leather', 'Kulit emboss'], [glitter => 'Glitter fabric', 'Kain gliter'],
	[eva => 'EVA', 'EVA'], [rubber => 'Rubber', 'Karet'], [batik => 'Batik cotton', 'Katun batik'], [cork => 'Cork', 'Gabus'],
	[synthetic => 'Synthetic leather', 'Kulit sintetis'], [metallic => 'Metallic leather', 'Kulit metalik'],
	[wood => 'Wood', 'Kayu'], [cotton => 'Cotton', 'Katun'], [wax => 'Beeswax', 'Lilin lebah'],
);
our @applications = (
	[work => 'Work', 'Kerja'], [everyday => 'Everyday', 'Sehari-hari'], [occasion => 'Occasion', 'Pesta'], [travel => 'Travel', 'Perjalanan'],
	[summer => 'Summer', 'Musim panas'], [winter => 'Winter', 'Musim hujan'], [sport => 'Active', 'Olahraga'], [school => 'School', 'Sekolah'],
	[worship => 'Prayer and mosque', 'Ibadah'], [care => 'Shoe care', 'Perawatan'],
);
our @all_sizes = ((map { ["uk-$_", "UK $_", "UK $_"] } 3 .. 9), (map { [$_, "EU $_", $_] } 24 .. 45));

my %feel = (
	leather => ['full-grain leather that softens within a few wears', 'Wipe with a damp cloth and feed with a neutral cream every few weeks.'],
	suede => ['fine-napped suede, treated to shrug off a light shower', 'Brush when dry; renew the protector spray each season.'],
	patent => ['patent leather with a mirror finish', 'Wipe with a soft, dry cloth; keep away from dark denim.'],
	satin => ['a heavy satin with a quiet sheen', 'Blot marks at once with a clean cloth; store in the dust bag.'],
	knit => ['a knit spun from recycled bottles that gives where you need it', 'Hand wash at 30 °C and dry away from heat.'],
	canvas => ['a tightly woven cotton canvas', 'Brush off dry dirt and sponge with mild soap.'],
	raffia => ['hand-woven raffia from Madagascar', 'Dust with a dry brush and keep out of heavy rain.'],
	croco => ['calf leather embossed with a crocodile pattern', 'Wipe with a damp cloth and polish lightly.'],
	glitter => ['a fine glitter fabric that does not shed', 'Dab clean; do not rub.'],
	metallic => ['soft leather with a metallic foil', 'Wipe gently with a dry cloth; avoid perfume and alcohol.'],
);
my %label = map { $_->[0] => $_->[1] } @materials;
my %pic_material = (metallic => 'metal', croco => 'croco');

my @families = (
	{ cat => 'courts', type => 'Court Shoe', code => 'CT', price => 89, grams => 520, apps => ['work', 'occasion'], mm => [85, 95, 70, 100],
	  names => [qw(Adelaide Beatrix Camille Delphine Evangeline Florence Genevieve Harriet Isolde Juliette Katharina Leonie Marguerite Noelle Odette Penelope)],
	  mats => [qw(leather patent suede croco)], colors => [['black', 'nude'], ['red', 'black'], ['navy'], ['nude', 'burgundy', 'black'], ['forest', 'chocolate']],
	  pic => { style => 'pump', form => 'stiletto', toe => 56, thick => 13 }, vary => [{ toe => 60 }, { toe => 30, form => 'cone' }, { toe => 66 }, { form => 'stiletto', platform => 26, toe => 20 }],
	  say => ['{n} is the court shoe we measure the others against: a clean topline, a pointed toe and a heel that stays put under you.',
	          'Cut a little higher at the side so that the heel never slips, {n} goes from the morning train to a late table without complaint.',
	          'With {n} the line of the leg does the talking. There is no trim, no buckle, only good proportions.'] },
	{ cat => 'block-heels', type => 'Block Heel', code => 'BH', price => 82, grams => 580, apps => ['work', 'everyday'], mm => [55, 65, 45, 75],
	  names => [qw(Agnes Bridget Cordelia Dorothea Edith Frances Greta Helena Ingrid Josephine Kitty Lavinia)],
	  mats => [qw(suede leather patent)], colors => [['black', 'burgundy'], ['chocolate'], ['forest', 'black'], ['tan', 'navy'], ['blush', 'black']],
	  pic => { style => 'pump', form => 'block', toe => 26, thick => 14 }, vary => [{ strap => 'jane' }, {}, { strap => 'ankle' }, { trim => 'buckle' }],
	  say => ['A block heel spreads your weight, and {n} does it beautifully: steady on cobbles, composed on parquet.',
	          '{n} was drawn for people who stand all day and dance afterwards. The heel is wide, the footbed is padded, the look is light.',
	          'Think of {n} as the sensible heel with better manners: stable, quiet and never frumpy.'] },
	{ cat => 'slingbacks', type => 'Slingback', code => 'SB', price => 79, grams => 430, apps => ['work', 'occasion'], mm => [45, 40, 60],
	  names => [qw(Amelie Blanche Clemence Daphne Elodie Fleur Giselle Hermine)],
	  mats => [qw(leather patent satin)], colors => [['black', 'ivory'], ['nude', 'sage'], ['lilac'], ['black', 'red']],
	  pic => { style => 'pump', strap => 'sling', form => 'kitten', toe => 60, thick => 13 }, vary => [{}, { cap => 'yes', second => '#242426' }, { trim => 'bow' }],
	  say => ['{n} shows just enough heel. The elastic in the sling does the adjusting, so you fasten it once and forget it.',
	          'A slingback for warm offices and cool evenings. {n} sits low, walks easily and looks sharper than it feels.'] },
	{ cat => 'ballet-flats', type => 'Ballet Flat', code => 'BF', price => 62, grams => 320, apps => ['everyday', 'travel'], mm => [10, 12, 8],
	  names => [qw(Anya Bella Colette Dulcie Estelle Freya Gigi Hattie Ines Josie Kezia Lottie Mabel Nell)],
	  mats => [qw(leather suede patent metallic)], colors => [['black', 'nude', 'red'], ['blush', 'black'], ['navy', 'tan'], ['gold'], ['ivory', 'black']],
	  pic => { style => 'pump', form => 'block', toe => 6, thick => 13 }, vary => [{ trim => 'bow' }, { strap => 'jane' }, {}, { trim => 'buckle' }, { cap => 'yes', second => '#242426' }],
	  say => ['{n} folds flat in a handbag and springs back the moment you need it. The sole is stitched, not just glued.',
	          'The flat you reach for without thinking. {n} has a cushioned footbed and a soft edge that does not rub.',
	          '{n} borrows its cut from the rehearsal room: round toe, low vamp, nothing in the way.'] },
	{ cat => 'loafers', type => 'Loafer', code => 'LF', price => 84, grams => 480, apps => ['work', 'everyday'], mm => [22, 25, 30],
	  names => [qw(Alexandra Bronte Constance Darcy Eleanor Fenella Georgina Honor Imogen Jemima Kendal Lorna)],
	  mats => [qw(leather suede patent croco)], colors => [['black', 'chocolate'], ['tan'], ['burgundy', 'black'], ['cognac', 'navy'], ['ivory']],
	  pic => { style => 'loafer', form => 'block', thick => 22 }, vary => [{ trim => 'penny' }, { trim => 'bit' }, { trim => 'tassel' }, { trim => 'plain', thick => 40 }],
	  say => ['{n} starts firm and becomes yours by the third wear. The apron is stitched by hand and the sole can be replaced.',
	          'Half menswear, wholly yours. {n} takes the classic loafer and trims it down for a narrower foot.',
	          'From Monday\'s meeting to Sunday\'s walk, {n} asks only for a decent pair of socks.'] },
	{ cat => 'trainers', type => 'Trainer', code => 'TR', price => 74, grams => 560, apps => ['everyday', 'travel', 'sport'], mm => [32, 38, 30],
	  names => [qw(Arden Brook Cove Dale Ember Fern Glen Haven Isla Juniper Kestrel Linnet Marlow Nova)],
	  mats => [qw(leather canvas knit suede)], colors => [['white', 'black'], ['ivory', 'sage'], ['navy', 'grey'], ['white', 'lilac'], ['sky', 'white']],
	  pic => { style => 'sneaker', thick => 74 }, vary => [{ bottom => 'cup', heel => 22, sole => '#c99b62', accent => 1 }, { bottom => 'cup', heel => 18, toecap => 'yes', trim => 'plain' }, { bottom => 'run', heel => 38, thick => 86, trim => 'stripe', accent => 1 }, { bottom => 'cup', trim => 'slip', heel => 18 }],
	  say => ['{n} keeps its shape after a year of school runs. The cup sole is stitched all round and the insole comes out to wash.',
	          'A trainer for people who walk to work. {n} is light, steady and looks right with a coat.',
	          'Nothing on {n} shouts: a clean side, a soft collar and a sole that is kind to city pavements.'] },
	{ cat => 'ankle-boots', type => 'Ankle Boot', code => 'AB', price => 118, grams => 820, apps => ['winter', 'everyday'], mm => [50, 65, 35, 80],
	  names => [qw(Astrid Bryony Coraline Demelza Elspeth Fionnuala Gwen Hester Isadora Jocasta Keziah Lilias Morwenna Nerys)],
	  mats => [qw(leather suede croco)], colors => [['black', 'chocolate'], ['cognac'], ['black', 'burgundy'], ['tan', 'black'], ['forest', 'black']],
	  pic => { style => 'boot', shaft => 500, tall => 600, toe => 18, thick => 18 }, vary => [{ trim => 'zip', form => 'block' }, { trim => 'gore', form => 'block', stacked => 'yes' }, { trim => 'laces', form => 'cuban' }, { trim => 'plain', form => 'cone', strap => 'buckle' }],
	  say => ['{n} hugs the ankle and leaves room for a sock. The zip runs on the inside, so the outside stays clean.',
	          'Rain on the way in, sun on the way home: {n} copes with both, on a rubber forepart that grips.',
	          'Cut close and finished by hand, {n} works under trousers as well as with a winter dress.'] },
	{ cat => 'knee-boots', type => 'Knee Boot', code => 'KB', price => 168, grams => 1240, apps => ['winter', 'work'], mm => [60, 45, 85],
	  names => [qw(Arabella Briseis Cressida Desdemona Esmeralda Guinevere)],
	  mats => [qw(leather suede)], colors => [['black', 'chocolate'], ['cognac', 'black'], ['burgundy']],
	  pic => { style => 'boot', shaft => 1120, tall => 1240, toe => 24, thick => 18 }, vary => [{ trim => 'zip', form => 'block', band => 'yes' }, { trim => 'plain', form => 'block', stacked => 'yes' }, { trim => 'zip', form => 'stiletto' }],
	  say => ['{n} rises to just below the knee, with a hidden gusset that gives up to three centimetres at the calf.',
	          'One long line from knee to toe. {n} is cut from whole hides, so there is no seam down the front.'] },
	{ cat => 'heeled-sandals', type => 'Heeled Sandal', code => 'HS', price => 86, grams => 460, apps => ['occasion', 'summer'], mm => [75, 60, 90, 85],
	  names => [qw(Allegra Bianca Carmela Donatella Elettra Fiorella Ginevra Loredana Mirella Ornella)],
	  mats => [qw(leather metallic satin suede)], colors => [['black', 'gold'], ['nude', 'red'], ['silver'], ['terracotta', 'black'], ['teal']],
	  pic => { style => 'sandal', strap => 'ankle', thick => 13 }, vary => [{ trim => 'toe', form => 'block' }, { trim => 'cross', form => 'block' }, { trim => 'toe', form => 'stiletto' }, { trim => 'toe', form => 'flare', bow => 'yes' }],
	  say => ['{n} holds the foot with two slim straps and a buckle you can do up with one hand. Made for weddings that end at dawn.',
	          'Bare, balanced and properly padded under the ball of the foot: {n} is an evening sandal you keep on.'] },
	{ cat => 'flat-sandals', type => 'Flat Sandal', code => 'FS', price => 58, grams => 360, apps => ['summer', 'travel'], mm => [20, 25],
	  names => [qw(Acacia Bluebell Clover Dahlia Flora Hazel Ivy Jasmine)],
	  mats => [qw(leather suede metallic)], colors => [['tan', 'black'], ['chocolate', 'ivory'], ['gold'], ['black', 'terracotta']],
	  pic => { style => 'sandal', thick => 54, heel => 12, bottom => 'cup', mid => '#b58a5a', sole => '#6a4b30' }, vary => [{ trim => 'two', buckles => 'yes', bedmaterial => 'cork' }, { trim => 'slide' }, { trim => 'cross' }, { trim => 'thong' }],
	  say => ['{n} moulds to your foot over the first week and then simply disappears. The footbed is leather over cork.',
	          'Slip it on by the door and keep it on until dark. {n} is the flat sandal for bare-legged days.'] },
	{ cat => 'wedges', type => 'Wedge Sandal', code => 'WS', price => 72, grams => 540, apps => ['summer', 'everyday'], mm => [60, 45, 70],
	  names => [qw(Almeria Benicia Corfu Delos Elba Faro Gozo Hydra)],
	  mats => [qw(leather suede canvas raffia)], colors => [['tan', 'ivory'], ['navy', 'natural'], ['black'], ['terracotta', 'sage']],
	  pic => { style => 'sandal', form => 'wedge', thick => 60, strap => 'ankle', heelcolour => '#cba46c' }, vary => [{ trim => 'cross', heelmaterial => 'jute' }, { trim => 'closed', heelmaterial => 'jute' }, { trim => 'slide', heelmaterial => 'cork' }],
	  say => ['{n} gives you height without the wobble. The wedge is wound with natural jute by a workshop that has done it since 1961.',
	          'For gravel paths, garden parties and piers: {n} is the raised sandal that does not sink in.'] },
);

sub finish {
	my ($p) = @_;
	$p->{slug}{en} = slug($p->{name}{en});
	$p->{meta_title}{en} = clip("$p->{name}{en} | Velora", 68);
	$p->{meta_description}{en} = clip($p->{summary}{en}, 155);
	return $p;
}

sub pounds { my ($v) = @_; return sprintf '%.2f', int($v + .5) }

sub shoe {
	my ($f, $i, $pictures) = @_;
	my $name = $f->{names}[$i];
	my $ref = sprintf 'VL-%s-%02d', $f->{code}, $i + 1;
	my @c = @{ $f->{colors}[$i % @{ $f->{colors} }] };
	my $mat = $f->{mats}[$i % @{ $f->{mats} }];
	my $mm = $f->{mm}[$i % @{ $f->{mm} }];
	my %vary = %{ $f->{vary}[$i % @{ $f->{vary} }] };
	my $accent = delete $vary{accent};
	my $price = pounds($f->{price} * (1 + (hash($ref, 'price') % 37 - 12) / 100));
	my $sale = hash($ref, 'sale') % 9 == 0;
	my $type = { gore => 'Chelsea Boot', laces => $f->{code} eq 'AB' ? 'Lace-up Boot' : '', jane => 'Mary Jane', slip => 'Slip-on', bit => 'Horsebit Loafer',
		tassel => 'Tassel Loafer', penny => 'Penny Loafer', thong => 'Toe-post Sandal', slide => $f->{code} eq 'FS' ? 'Slide' : '' }->{ $vary{strap} && $vary{strap} eq 'jane' ? 'jane' : $vary{trim} // '' } || $f->{type};
	my ($feel, $care) = @{ $feel{$mat} };
	my %p = (ref => $ref, brand => 'Velora', cats => [$f->{cat}, $sale ? 'sale' : (), $i % 6 == 1 ? 'new-in' : (), $mat =~ /^(satin|metallic)$/ ? 'wedding-guest' : ()], lead => 1, featured => $i == 0 && $f->{code} =~ /CT|BF|LF|TR|AB|HS/ || $i == 1 && $f->{code} =~ /CT|LF/ ? 1 : 0,
		tags => [$sale ? 'sale' : (), $i % 6 == 1 ? 'new in' : (), $mm >= 70 ? 'high heel' : $mm >= 40 ? 'mid heel' : 'flat'],
		spec => { material => [$mat], application => $f->{apps} }, name => { en => "$name $type" });
	my $heel = $mm <= 15 ? "a barely-there $mm mm heel" : $f->{code} eq 'TR' ? "a $mm mm sole" : $f->{code} eq 'WS' ? "a $mm mm wedge" : $f->{code} =~ /FS|LF/ ? "a comfortable $mm mm lift" : "a $mm mm heel";
	$p{summary}{en} = "$name in $label{$mat}, on $heel. " . (@c > 1 ? 'Choose ' : 'In ') . sentence_join('or', map { $color{$_} } @c) . ', UK 3 to 8.';
	$p{summary}{en} =~ s/in (\w)/'in ' . lc $1/e;
	$p{description}{en} = ($f->{say}[$i % @{ $f->{say} }] =~ s/\{n\}/$name/gr) . " The upper is $feel.\n\n## Fit and feel\n\n"
		. "- Sits on $heel\n- " . pick($ref, 'True to size; between sizes, take the larger', 'True to size, with a medium width', 'Slightly generous: between sizes, take the smaller')
		. "\n- Padded footbed with extra cushioning under the ball\n- " . pick("$ref lining", 'Lined in breathable leather', 'Lined in soft goatskin', 'Lined in moisture-wicking textile')
		. "\n\n## Made well\n\n" . pick("$ref made", 'Made in a family workshop near Porto that has worked with us since our first season.', 'Made in Elche, in a workshop of forty people who cut, stitch and last under one roof.', 'Made in the Marche, where shoemaking is still learned at the bench.')
		. " Can be resoled by our repair service.\n\n## Care\n\n$care";
	my %pic = (%{ $f->{pic} }, %vary, material => $pic_material{$mat} // $mat);
	$pic{heel} //= $mm * 3.6;
	my $file = lc $ref;
	my @view;
	for my $c (@c) {
		my %q = (%pic, colour => $swatch{$c});
		$q{second} = $swatch{ { white => 'forest', black => 'grey', ivory => 'tan', sage => 'ivory', navy => 'terracotta', grey => 'mustard', lilac => 'white', sky => 'navy' }->{$c} // 'ivory' } if $accent;
		$q{second} = $swatch{nude} if ($q{trim} // '') eq 'cross' && $c ne 'nude';
		push @$pictures, ["$file-$c.png", 'shoe', 'side', %q];
		push @{ $p{images} }, { file => "$file-$c.png", option => $c, alt => { en => "$p{name}{en} in $color{$c}, side view" } };
		@view = %q unless @view;
	}
	push @$pictures, ["$file-pair.png", 'shoe', 'pair', @view];
	push @{ $p{images} }, { file => "$file-pair.png", option => $c[0], alt => { en => "A pair of $p{name}{en}s in $color{$c[0]}" } };
	for my $c (@c) {
		for my $s (3 .. 8) {
			my $key = "$ref-$c-$s";
			my $qty = $i % 11 == 7 && $c eq $c[0] ? 0 : stock_for($key, 22, $s == 3 || $s == 8);
			push @{ $p{variants} }, { sku => uc("$ref-" . substr($c, 0, 3) . "-$s"), gtin => gtin(2), color => $c, size => "uk-$s",
				price => { GBP => $sale ? pounds($price * .7) : $price }, was => $sale ? { GBP => $price } : {}, tiers => {},
				weight => int($f->{grams} * (.86 + .04 * $s)), stock => { LON => $qty, JKT => int($qty / 4) } };
		}
	}
	return finish(\%p);
}

# Bags and care: name, category, material, colours, price, grams, picture, text
my @extras = (
	['Margot Tote', 'bags', 'leather', ['tan', 'black', 'burgundy'], 145, 860, { kind => 'bag', form => 'tote' }, 'A tote that takes a laptop, a jumper and the book you mean to finish. Cut from one weight of leather, with painted edges and feet on the base.'],
	['Sidonie Tote', 'bags', 'canvas', ['ivory', 'navy'], 68, 540, { kind => 'bag', form => 'tote', second => '#8f4f2a', material2 => 'leather' }, 'Heavy cotton canvas over a leather base: light on the shoulder, at home on the beach and in the market.'],
	['Romilly Crossbody', 'bags', 'leather', ['black', 'cognac', 'sage'], 98, 480, { kind => 'bag', form => 'crossbody' }, 'Worn across the body or short on the shoulder, with a magnetic clasp and one pocket exactly as long as a phone.'],
	['Vivienne Crossbody', 'bags', 'croco', ['forest', 'black'], 112, 520, { kind => 'bag', form => 'crossbody' }, 'Embossed calf and a brass-toned clasp. The strap unclips when the evening calls for a clutch.'],
	['Seraphina Clutch', 'bags', 'satin', ['blush', 'black'], 64, 260, { kind => 'bag', form => 'clutch' }, 'An envelope in heavy satin with a wrist loop, cut to match our evening sandals.'],
	['Ottoline Clutch', 'bags', 'metallic', ['gold', 'silver'], 72, 280, { kind => 'bag', form => 'clutch' }, 'Foil leather that catches candlelight. Inside: room for keys, cards, a lipstick and the invitation.'],
	['Tamsin Backpack', 'bags', 'leather', ['chocolate', 'black'], 138, 780, { kind => 'bag', form => 'backpack' }, 'A backpack with the manners of a handbag: soft leather, hidden back pocket, two-way zip.'],
	['Wren Belt', 'bags', 'leather', ['tan', 'black'], 38, 190, { kind => 'goods', form => 'belt' }, 'Bridle leather, three centimetres wide, with a solid brass buckle. It will outlast the trousers.'],
	['Horsehair Shoe Brush', 'shoe-care', 'wood', ['natural'], 14, 180, { kind => 'goods', form => 'brush', label => 'VELORA' }, 'Real horsehair set in oiled beech. Brings back the shine in a dozen strokes and never scratches.'],
	['Beeswax Shoe Cream', 'shoe-care', 'wax', ['black', 'tan', 'ivory'], 11, 120, { kind => 'goods', form => 'jar', label => 'SHOE CREAM' }, 'Beeswax, carnauba and a little pigment. Feeds leather and hides scuffs; a jar lasts about two years.'],
	['Suede Protector', 'shoe-care', 'wax', ['sage'], 13, 290, { kind => 'goods', form => 'spray', label => 'PROTECT' }, 'A water-based protector without fluorocarbons. Two light coats before the first wear keep rain and stains out.'],
	['Cotton Ankle Socks', 'shoe-care', 'cotton', ['ivory', 'blush', 'navy'], 9, 60, { kind => 'goods', form => 'socks' }, 'Fine organic cotton with a hand-linked toe, so there is no seam to feel in a loafer.'],
);

sub extra {
	my ($row, $i, $pictures) = @_;
	my ($name, $cat, $mat, $colors, $price, $grams, $pic, $text) = @$row;
	my $ref = sprintf 'VL-%s-%02d', $cat eq 'bags' ? 'BG' : 'CA', $i + 1;
	my %pic = %$pic;
	my $kind = delete $pic{kind};
	my %p = (ref => $ref, brand => 'Velora', cats => [$cat, $mat =~ /^(satin|metallic)$/ ? 'wedding-guest' : ()], lead => 1, featured => 0, tags => [$cat eq 'bags' ? 'gift' : 'care'],
		spec => { material => [$mat], application => [$cat eq 'bags' ? 'everyday' : 'care'] }, name => { en => $name }, summary => { en => ($text =~ /^(.+?[.:])(?:\s|$)/)[0] =~ s/:$/./r });
	$p{description}{en} = "$text\n\n## Details\n\n- Material: " . lc($label{$mat}) . "\n- Weight: $grams g\n- " . ($cat eq 'bags' ? 'Comes in a cotton dust bag' : 'Made in Europe');
	for my $c (@$colors) {
		my $file = lc "$ref-$c.png";
		push @$pictures, [$file, $kind, 'main', %pic, colour => $swatch{$c}, material => $pic_material{$mat} // $mat,
			$pic{form} eq 'socks' ? (second => $swatch{$c eq 'ivory' ? 'sage' : 'ivory'}, material => 'knit') : ()];
		push @{ $p{images} }, { file => $file, option => $c, alt => { en => "$name in $color{$c}" } };
		my $qty = stock_for("$ref-$c", 30, 0);
		push @{ $p{variants} }, { sku => uc("$ref-" . substr $c, 0, 3), gtin => gtin(2), color => $c, size => '', price => { GBP => pounds($price) },
			was => {}, tiers => {}, weight => $grams, stock => { LON => $qty, JKT => int($qty / 3) } };
	}
	return finish(\%p);
}

# A set of what stands above: name, price, picture, text, parts.
my @sets = (
	['Shoe Care Set', 32, { form => 'brush', label => 'CARE SET' }, 'Brush, ivory cream and suede protector together, for less than one by one. All a new pair needs in its first year.',
	 [['VL-CA-09-NAT', 1], ['VL-CA-10-IVO', 1], ['VL-CA-11-SAG', 1]]],
);

sub set {
	my ($row, $i, $pictures, $grams) = @_;
	my ($name, $price, $pic, $text, $parts) = @$row;
	my $ref = sprintf 'VL-ST-%02d', $i + 1;
	my $file = lc "$ref.png";
	push @$pictures, [$file, 'goods', 'main', %$pic, colour => $swatch{natural}, material => 'wood'];
	return finish({ ref => $ref, brand => 'Velora', cats => ['shoe-care'], lead => 1, featured => 0, tags => ['care', 'gift'], spec => { application => ['care'] },
		name => { en => $name }, summary => { en => $text }, description => { en => "$text\n\n## Details\n\n- Three products\n- Made in Europe" },
		images => [{ file => $file, option => '', alt => { en => "$name: a shoe brush" } }], related => [map { $_->[0] =~ /^(VL-CA-\d+)/ } @$parts],
		variants => [{ sku => $ref, gtin => '', color => '', size => '', price => { GBP => pounds($price) }, was => {}, tiers => {},
			weight => sum(map { $grams->{ $_->[0] } * $_->[1] } @$parts), stock => {}, parts => join '|', map { "$_->[0]:$_->[1]" } @$parts }] });
}

my @categories = (
	['*', 'vl-ct-02-pair.png', ['New in', 'Fresh off the last: this season\'s first pairs.']],
	['*', 'vl-hs-08-silver.png', ['Wedding guest', 'Satin and metallics to dance in until the last train.']],
	['', 'cat-heels.png', ['Heels', 'Courts, slingbacks and block heels, from a gentle 40 mm to a proper 100.']],
	['heels', 'cat-courts.png', ['Courts', 'Pointed, almond or round: the court shoe in leather, suede and patent.']],
	['heels', 'cat-block.png', ['Block heels', 'Steady heels for long days, with straps and without.']],
	['heels', 'cat-sling.png', ['Slingbacks', 'Open at the heel, sharp at the toe.']],
	['', 'cat-flats.png', ['Flats', 'Ballet flats, loafers and trainers for every mile of the day.']],
	['flats', 'cat-ballet.png', ['Ballet flats', 'Soft, light and stitched to last.']],
	['flats', 'cat-loafers.png', ['Loafers', 'Penny, tassel and horsebit, trimmed down for a narrower foot.']],
	['flats', 'cat-trainers.png', ['Trainers', 'Clean lines and kind soles for people who walk.']],
	['', 'cat-boots.png', ['Boots', 'Ankle and knee boots for weather and for show.']],
	['boots', 'cat-ankle.png', ['Ankle boots', 'Zips, gussets and laces on heels of every height.']],
	['boots', 'cat-knee.png', ['Knee boots', 'Long lines with a little give at the calf.']],
	['', 'cat-sandals.png', ['Sandals', 'For warm days and late nights.']],
	['sandals', 'cat-heeled.png', ['Heeled sandals', 'Evening sandals you keep on.']],
	['sandals', 'cat-flat-sandals.png', ['Flat sandals', 'Leather over cork, and slides for the garden.']],
	['sandals', 'cat-wedges.png', ['Wedges', 'Height in jute and cork, without the wobble.']],
	['', 'cat-extras.png', ['Bags and care', 'What goes with the shoes, and what keeps them well.']],
	['bags-and-care', 'cat-bags.png', ['Bags', 'Totes, crossbodies and clutches in our shoe leathers.']],
	['bags-and-care', 'cat-care.png', ['Shoe care', 'Brushes, creams, protectors and socks.']],
	['', 'cat-sale.png', ['Sale', 'Last sizes and last season, thirty per cent less.']],
);

sub scenes {
	my @w = (material => 'leather');
	my @court = (style => 'pump', form => 'stiletto', heel => 320, toe => 60, thick => 13);
	my @boot = (style => 'boot', thick => 18, toe => 18);
	return (
		['cat-heels.png', 'shoe', 'pair', @court, colour => $swatch{burgundy}, material => 'patent'],
		['cat-courts.png', 'shoe', 'side', @court, colour => $swatch{red}, material => 'patent'],
		['cat-block.png', 'shoe', 'side', style => 'pump', form => 'block', heel => 220, strap => 'jane', toe => 20, colour => $swatch{forest}, material => 'suede'],
		['cat-sling.png', 'shoe', 'side', style => 'pump', form => 'kitten', heel => 160, strap => 'sling', toe => 60, colour => $swatch{lilac}, material => 'satin'],
		['cat-flats.png', 'shoe', 'pair', style => 'loafer', form => 'block', heel => 80, thick => 22, trim => 'penny', colour => $swatch{cognac}, @w],
		['cat-ballet.png', 'shoe', 'pair', style => 'pump', heel => 36, form => 'block', trim => 'bow', colour => $swatch{blush}, @w],
		['cat-loafers.png', 'shoe', 'side', style => 'loafer', form => 'block', heel => 80, thick => 22, trim => 'tassel', colour => $swatch{burgundy}, @w],
		['cat-trainers.png', 'shoe', 'pair', style => 'sneaker', bottom => 'cup', heel => 22, thick => 74, sole => '#c99b62', colour => $swatch{white}, second => $swatch{sage}, @w],
		['cat-boots.png', 'shoe', 'pair', @boot, heel => 200, form => 'block', shaft => 500, tall => 600, trim => 'zip', colour => $swatch{chocolate}, @w],
		['cat-ankle.png', 'shoe', 'side', @boot, heel => 120, form => 'block', stacked => 'yes', shaft => 500, tall => 600, trim => 'gore', colour => $swatch{cognac}, material => 'suede'],
		['cat-knee.png', 'shoe', 'side', @boot, heel => 220, form => 'block', shaft => 1120, tall => 1240, trim => 'zip', colour => $swatch{black}, @w],
		['cat-sandals.png', 'shoe', 'pair', style => 'sandal', form => 'block', heel => 230, strap => 'ankle', trim => 'toe', colour => $swatch{gold}, material => 'metal'],
		['cat-heeled.png', 'shoe', 'side', style => 'sandal', form => 'stiletto', heel => 310, strap => 'ankle', trim => 'toe', colour => $swatch{red}, @w],
		['cat-flat-sandals.png', 'shoe', 'pair', style => 'sandal', thick => 54, heel => 12, bottom => 'cup', mid => '#b58a5a', sole => '#6a4b30', trim => 'two', buckles => 'yes', bedmaterial => 'cork', colour => $swatch{tan}, @w],
		['cat-wedges.png', 'shoe', 'side', style => 'sandal', form => 'wedge', heel => 200, thick => 60, strap => 'ankle', trim => 'closed', heelmaterial => 'jute', heelcolour => '#cba46c', colour => $swatch{navy}, material => 'canvas'],
		['cat-extras.png', 'bag', 'main', form => 'crossbody', colour => $swatch{sage}, @w],
		['cat-bags.png', 'bag', 'main', form => 'tote', colour => $swatch{burgundy}, @w],
		['cat-care.png', 'goods', 'main', form => 'brush', colour => '#b07a45', label => 'VELORA'],
		['cat-sale.png', 'shoe', 'pair', style => 'pump', form => 'block', heel => 200, strap => 'ankle', toe => 20, colour => $swatch{teal}, material => 'suede'],
		['hero.png', 'hero', 'wide', items => 2, item1 => "shoe|side|-.62|1500|585|0|style:pump;form:stiletto;heel:320;toe:60;thick:13;material:patent;colour:$swatch{burgundy}",
			item2 => "shoe|side|.80|680|770|0|style:pump;form:stiletto;heel:320;toe:60;thick:13;material:patent;colour:$swatch{burgundy}"],
		['repair.png', 'hero', 'wide', items => 2, item1 => 'goods|main|.70|420|640|0|form:brush;colour:#b07a45;label:VELORA',
			item2 => "shoe|side|.72|790|740|0|style:loafer;form:block;heel:80;thick:22;trim:penny;material:leather;colour:$swatch{cognac}"],
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
	my %grams = map { map { $_->{sku} => $_->{weight} } @{ $_->{variants} } } @products;
	push @products, map { set($sets[$_], $_, \@pictures, \%grams) } 0 .. $#sets;
	push @pictures, scenes();
	my $two = sub { map { [$_->[0], $_->[1], @$_ > 3 ? $_->[3] : ()] } @_ };
	return check_shop({
		code => 'velora', locales => ['en'], currencies => ['GBP'], warehouses => ['LON', 'JKT'], specs => ['material', 'application'],
		products => \@products, pictures => \@pictures, categories => category_rows(['en'], 'Velora', @categories),
		attributes => attribute_rows(['en'], ['color', ['Colour'], $two->(@colors)], ['size', ['Size'], $two->(@all_sizes)],
			['material', ['Material'], $two->(@materials)], ['application', ['Occasion'], $two->(@applications)]),
	});
}

1;
