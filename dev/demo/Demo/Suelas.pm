# The catalogue of the sole maker: soles, heels, insoles and components, in Spanish and English.
package Demo::Suelas;
use strict;
use warnings;
use utf8;

use Demo::Common;

my @locales = qw(es en);
my %swatch;
my @colors = (
	[black => 'Negro', 'Black', '#232325'], [white => 'Blanco', 'White', '#f3f1ec'],
	[brown => 'Marrón', 'Brown', '#5b3d29'], [tan => 'Cuero', 'Tan', '#b67a45'],
	[natural => 'Natural', 'Natural', '#d3ab78'], [honey => 'Miel', 'Honey', '#c98f3c'],
	[beige => 'Beige', 'Beige', '#d9c7a8'], [grey => 'Gris', 'Grey', '#85868a'],
	[navy => 'Azul marino', 'Navy', '#26344f'], [red => 'Rojo', 'Red', '#a8322d'],
	[green => 'Verde botella', 'Bottle green', '#2d4a3b'], [burgundy => 'Burdeos', 'Burgundy', '#5e2230'],
	[ecru => 'Crudo', 'Ecru', '#e8dcc2'], [caramel => 'Caramelo', 'Caramel', '#9d5f33'],
	[amber => 'Ámbar', 'Amber', '#c77f2a'], [silver => 'Plata', 'Silver', '#b9bcc2'],
);
$swatch{ $_->[0] } = $_->[3] for @colors;
my %color = map { $_->[0] => { es => lc $_->[1], en => lc $_->[2] } } @colors;

my @materials = (
	[rubber => 'Goma vulcanizada', 'Vulcanised rubber'], [tr => 'TR (caucho termoplástico)', 'TR (thermoplastic rubber)'],
	[tpu => 'TPU', 'TPU'], [pu => 'Poliuretano (PU)', 'Polyurethane (PU)'], [eva => 'EVA', 'EVA'],
	[leather => 'Cuero', 'Leather'], [crepe => 'Crepé natural', 'Natural crepe'], [cork => 'Corcho', 'Cork'],
	[nitrile => 'Goma nitrílica', 'Nitrile rubber'], [wood => 'Madera de haya', 'Beech wood'],
	[abs => 'ABS', 'ABS'], [latex => 'Espuma de látex', 'Latex foam'], [memory => 'Espuma viscoelástica', 'Memory foam'],
	[steel => 'Acero templado', 'Tempered steel'], [cotton => 'Algodón', 'Cotton'], [jute => 'Yute', 'Jute'],
	[fibreboard => 'Cartón fibra', 'Fibreboard'], [gel => 'Gel de PU', 'PU gel'],
);
my %material = map { $_->[0] => { es => $_->[1], en => $_->[2] } } @materials;
my @applications = (
	[dress => 'Zapato de vestir', 'Dress shoes'], [casual => 'Calzado casual', 'Casual shoes'],
	[sport => 'Deportivo', 'Trainers'], [boot => 'Bota y montaña', 'Boots and hiking'],
	[safety => 'Seguridad y trabajo', 'Safety and work'], [sandal => 'Sandalia y cuña', 'Sandals and wedges'],
	[kids => 'Infantil', "Children's shoes"], [repair => 'Reparación', 'Shoe repair'],
	[comfort => 'Confort y salud', 'Comfort and health'], [ballet => 'Bailarina y mocasín', 'Flats and moccasins'],
);

my %tread = (
	lugs => ['tacos profundos que expulsan el barro y muerden en terreno suelto', 'deep lugs that shed mud and bite on loose ground'],
	ribs => ['estrías transversales que flexionan con el pie', 'cross ribs that flex with the foot'],
	waves => ['un dibujo de ondas que desaloja el agua hacia los lados', 'a wave pattern that leads water to the sides'],
	zigzag => ['un zigzag fino de agarre uniforme en seco y en mojado', 'a fine zigzag with even grip in the dry and the wet'],
	chevron => ['espigas anchas que frenan al bajar y empujan al subir', 'wide chevrons that brake downhill and push uphill'],
	hex => ['celdas hexagonales que reparten la presión en cada apoyo', 'hexagonal cells that spread the pressure of every step'],
	dots => ['tacos redondos que sujetan sin marcar el suelo', 'round studs that hold without marking the floor'],
	pivot => ['círculos de giro bajo el metatarso y estrías en el resto', 'pivot circles under the ball of the foot and ribs elsewhere'],
	smooth => ['la cara lisa, lista para pulir o teñir', 'a smooth face, ready to polish or dye'],
);

# Each family: category, names, materials, build of the picture, and the merchant's sentences.
my @families = (
	{ cat => 'suelas-deportivas', code => 'DEP', es => 'Suela de caja', en => 'Cupsole', mats => ['rubber', 'tr'], apps => ['sport', 'casual'],
	  models => [qw(Altea Calpe Dénia Jávea Moraira Benissa Xàbia Oliva Gandía Cullera)], sizes => 'unisex', price => 5.40,
	  colors => [['white', 'black'], ['white', 'ecru'], ['ecru'], ['white', 'navy', 'black'], ['honey', 'white']],
	  treads => [qw(pivot hex ribs waves zigzag)], shore => '58–62 A', thick => 30, drop => 4, grams => 210,
	  pic => { thick => 76, heel => 12, wall => 'ribs', field => 'full', spring => 28 },
	  say => { es => ['{n} es una suela de caja para zapatilla urbana: el corte entra en la caja y se cose por la pared, así que no se despega con el uso.',
	                  'Con {n} la zapatilla gana una pared limpia y fácil de coser. Es la caja que más piden los talleres que empiezan su propia línea.',
	                  'La caja {n} nació para calzado urbano de diario: pared recta, filete marcado y una base que aguanta muchos kilómetros de acera.'],
	           en => ['{n} is a cupsole for everyday trainers: the upper sits inside the cup and is stitched through the wall, so it does not come loose with wear.',
	                  'With {n} a trainer gets a clean wall that is easy to stitch. It is the cup most workshops choose when they start a line of their own.',
	                  'The {n} cup was made for daily city wear: a straight wall, a marked welt line and a base that outlasts many miles of pavement.'] },
	  use => ['Cosido lateral (sidewall) con máquina de canto o a mano; admite pegado previo con adhesivo de PU.', 'Sidewall stitching by machine or by hand; takes PU cement beforehand.'] },
	{ cat => 'suelas-de-montana', code => 'MON', es => 'Suela de tacos', en => 'Lug sole', mats => ['rubber', 'tpu'], apps => ['boot', 'safety'],
	  models => [qw(Aitana Bernia Montgó Puigcampana Maigmó Mariola Penyagolosa Moncayo)], sizes => 'men', price => 8.90,
	  colors => [['black'], ['black', 'brown'], ['brown', 'honey'], ['black', 'green']],
	  treads => ['lugs'], shore => '64–68 A', thick => 38, drop => 14, grams => 390,
	  pic => { thick => 60, heel => 60, wall => 'welt', field => 'full', spring => 40, toplift => '' },
	  say => { es => ['{n} es una suela de bota con taco de 5 mm y tacón integrado. La goma está formulada para no endurecer con el frío.',
	                  'Pensada para bota de monte y de campo, {n} combina un taco abierto con un puente reforzado que protege el arco en terreno irregular.',
	                  'Si sus botas pisan barro, piedra y asfalto el mismo día, {n} es la suela: agarra, limpia sola y se puede coser con vira.'],
	           en => ['{n} is a boot sole with 5 mm lugs and a built-in heel. Its rubber is made not to harden in the cold.',
	                  'Made for hill and country boots, {n} joins an open lug with a stiffened waist that protects the arch on rough ground.',
	                  'If your boots meet mud, rock and tarmac on one day, {n} is the sole: it grips, cleans itself and can be stitched to a welt.'] },
	  use => ['Pegado y cosido Goodyear o Blake; para montaña recomendamos ambas uniones.', 'Cemented and Goodyear or Blake stitched; for mountain boots we advise both.'] },
	{ cat => 'suelas-de-cuero', code => 'CUE', es => 'Suela de cuero', en => 'Leather sole', mats => ['leather'], apps => ['dress', 'repair'],
	  models => [qw(Ducal Cervantes Velázquez Goya Sorolla Murillo Zurbarán Quevedo)], sizes => 'men', price => 12.80,
	  colors => [['natural'], ['natural', 'tan'], ['black', 'natural'], ['tan', 'brown']],
	  treads => ['smooth'], shore => '—', thick => 5, drop => 22, grams => 260,
	  pic => { thick => 24, heel => 84, wall => 'welt', stacked => 'yes', material => 'leather', spring => 30, toe => 60 },
	  say => { es => ['{n} se corta del crupón de vacuno curtido en foso con corteza de castaño y roble. Respira, se amolda al pie y admite medias suelas toda la vida.',
	                  'La suela {n} lleva el canto desvirado y la cara lijada: llega lista para montar en zapato de vestir con vira cosida.',
	                  'Para el zapatero que trabaja a la antigua: {n} es cuero de curtición vegetal, con tacón de tapas de cuero apiladas a mano.'],
	           en => ['{n} is cut from the bend of oak and chestnut pit-tanned cowhide. It breathes, shapes itself to the foot and can be half-soled for life.',
	                  'The {n} sole comes with a trimmed edge and a sanded face, ready for welted dress shoes.',
	                  'For the shoemaker who works the old way: {n} is vegetable-tanned leather with a heel of hand-stacked leather lifts.'] },
	  use => ['Cosido Goodyear o Blake; humedecer antes de formar y teñir el canto al final.', 'Goodyear or Blake stitch; dampen before shaping and dye the edge last.'] },
	{ cat => 'suelas-deportivas', code => 'RUN', es => 'Suela running', en => 'Running sole', mats => ['eva', 'rubber'], apps => ['sport', 'comfort'],
	  models => [qw(Brisa Levante Poniente Tramontana Garbí Siroco Mistral Gregal)], sizes => 'unisex', price => 7.20,
	  colors => [['black', 'red'], ['grey', 'navy'], ['white', 'black'], ['navy']], second => '#f3f1ec',
	  treads => [qw(hex chevron dots waves)], shore => '45–50 C', thick => 34, drop => 8, grams => 165,
	  pic => { thick => 88, heel => 46, profile => 'runner', field => 'full', spring => 56 },
	  say => { es => ['{n} une una entresuela de EVA inyectada con un patín de goma en las zonas de desgaste. Ligera, elástica y muy estable en el talón.',
	                  'En {n} cada gramo cuenta: EVA de doble densidad y patín fino de goma. La eligen marcas de paseo y de carrera suave.',
	                  'La entresuela {n} recupera la forma después de 50.000 flexiones en laboratorio y mantiene la amortiguación kilómetro a kilómetro.'],
	           en => ['{n} joins an injected EVA midsole with rubber where it wears. Light, springy and very steady at the heel.',
	                  'In {n} every gram counts: dual-density EVA and a thin rubber outsole. Walking and easy-running brands choose it.',
	                  'The {n} midsole comes back to shape after 50,000 flexes in the laboratory and keeps its cushioning mile after mile.'] },
	  use => ['Pegado con adhesivo de PU y halogenado previo de la EVA.', 'Cement with PU adhesive after priming the EVA.'] },
	{ cat => 'cunas-y-plataformas', code => 'CUN', es => 'Cuña', en => 'Wedge sole', mats => ['cork', 'eva'], apps => ['sandal', 'casual'],
	  models => [qw(Formentera Ibiza Tabarca Menorca Cabrera Alborán Conejera Dragonera)], sizes => 'women', price => 9.60,
	  colors => [['natural'], ['natural', 'beige'], ['ecru', 'black'], ['caramel']], second => 'same',
	  treads => [qw(waves zigzag ribs dots)], shore => '50–55 C', thick => 20, drop => 50, grams => 240,
	  pic => { thick => 60, heel => 170, profile => 'wedge', material => 'cork', spring => 26, field => 'full' },
	  say => { es => ['{n} es una cuña de 65 mm forrada en corcho natural con patín antideslizante. Pesa la mitad que una cuña de madera.',
	                  'La cuña {n} da altura sin cansar: plataforma delantera de 20 mm y caída suave hacia el empeine.',
	                  'Con {n} la sandalia de verano queda hecha: corcho de dehesa, patín de goma y canto listo para forrar con yute.'],
	           en => ['{n} is a 65 mm wedge covered in natural cork with a non-slip outsole. It weighs half as much as a wooden one.',
	                  'The {n} wedge gives height without tiring the foot: a 20 mm platform in front and a gentle slope.',
	                  'With {n} a summer sandal is nearly done: cork from the dehesa, a rubber outsole and an edge ready to be covered in jute.'] },
	  use => ['Pegado al corte montado; el forro del canto se aplica antes de unir el patín.', 'Cement to the lasted upper; cover the edge before joining the outsole.'] },
	{ cat => 'suelas-finas', code => 'FIN', es => 'Suela fina', en => 'Thin sole', mats => ['tr', 'rubber'], apps => ['ballet', 'dress'],
	  models => [qw(Alba Clara Elena Irene Lucía Nuria Paloma)], sizes => 'women', price => 3.30,
	  colors => [['black'], ['black', 'beige'], ['beige', 'caramel'], ['brown']],
	  treads => [qw(ribs dots waves)], shore => '65–70 A', thick => 6, drop => 8, grams => 120,
	  pic => { thick => 26, heel => 36, spring => 26, toe => 40 },
	  say => { es => ['{n} es una suela fina para bailarina y mocasín: flexible como un guante y con el tacón de 10 mm en la misma pieza.',
	                  'Ligera y discreta, {n} apenas se ve bajo el zapato. El canto sale pulido del molde y no necesita tinte.'],
	           en => ['{n} is a thin sole for ballet flats and moccasins: as supple as a glove, with a 10 mm heel in the same piece.',
	                  'Light and discreet, {n} hardly shows under the shoe. The edge leaves the mould polished and needs no dye.'] },
	  use => ['Pegado directo; admite cosido Blake en corte sin forro.', 'Direct cementing; can be Blake stitched on unlined uppers.'] },
	{ cat => 'suelas-de-seguridad', code => 'SEG', es => 'Suela de seguridad', en => 'Safety sole', mats => ['nitrile', 'pu'], apps => ['safety'],
	  models => ['Forja', 'Dique', 'Cantera', 'Astillero', 'Taller', 'Muelle', 'Andamio'], sizes => 'men', price => 9.80,
	  colors => [['black'], ['black', 'grey']], second => '#4a4b4f',
	  treads => [qw(lugs hex chevron)], shore => '62–66 A', thick => 36, drop => 12, grams => 430,
	  pic => { thick => 74, heel => 40, profile => 'runner', field => 'full', spring => 34 },
	  say => { es => ['{n} resiste hidrocarburos y contacto breve a 300 °C. Diseñada para calzado S3 con plantilla antiperforación.',
	                  'En suelos con aceite o detergente {n} mantiene el agarre; la entresuela absorbe el impacto en el talón durante todo el turno.'],
	           en => ['{n} resists fuel oil and brief contact at 300 °C. Designed for S3 footwear with a puncture-proof insole.',
	                  'On floors with oil or detergent {n} keeps its grip, and the midsole takes the impact at the heel all shift long.'] },
	  use => ['Pegado con adhesivo de PU de dos componentes o inyección directa al corte.', 'Two-part PU cement or direct injection to the upper.'] },
	{ cat => 'cunas-y-plataformas', code => 'PLA', es => 'Plataforma', en => 'Platform sole', mats => ['eva', 'tr'], apps => ['casual', 'sandal'],
	  models => [qw(Serrano Lavapiés Malasaña Gràcia Triana Ruzafa Deusto Albaicín)], sizes => 'women', price => 7.90,
	  colors => [['white', 'black'], ['black'], ['ecru', 'caramel'], ['black', 'red'], ['burgundy']],
	  treads => [qw(zigzag hex lugs waves)], shore => '48–52 C', thick => 45, drop => 10, grams => 280,
	  pic => { thick => 130, heel => 34, profile => 'wedge', wall => 'ribs', field => 'full', spring => 26 },
	  say => { es => ['{n} es una plataforma de 45 mm microporosa: volumen en la pisada y muy poco peso en la mano.',
	                  'La plataforma {n} se inyecta en una sola pieza, con pared acanalada y color en masa que no se pela.'],
	           en => ['{n} is a 45 mm microcellular platform: plenty of volume on the foot, very little weight in the hand.',
	                  'The {n} platform is injected in one piece, with a grooved wall and colour through the mass that cannot peel.'] },
	  use => ['Pegado con cardado ligero; se puede coser por la pared con aguja recta.', 'Cement after light roughing; the wall can be stitched with a straight needle.'] },
	{ cat => 'suelas-infantiles', code => 'INF', es => 'Suela infantil', en => "Children's sole", mats => ['tr', 'eva'], apps => ['kids'],
	  models => ['Peonza', 'Canica', 'Rayuela', 'Cometa', 'Trébol', 'Columpio'], sizes => 'kids', price => 3.10,
	  colors => [['white', 'navy'], ['honey', 'red'], ['white'], ['navy', 'green']],
	  treads => [qw(dots waves hex ribs)], shore => '52–56 A', thick => 18, drop => 2, grams => 95,
	  pic => { thick => 66, heel => 10, wall => 'ribs', field => 'full', spring => 40 },
	  say => { es => ['{n} dobla donde dobla el pie del niño, con puntera subida que protege del roce y un material sin ftalatos.',
	                  'Ancha en los dedos y plana en el talón, {n} respeta el pie que crece. Cumple los límites europeos para artículos infantiles.'],
	           en => ['{n} bends where a child\'s foot bends, with a raised toe that guards against scuffs and a phthalate-free compound.',
	                  'Wide at the toes and flat at the heel, {n} respects a growing foot. It meets the European limits for children\'s articles.'] },
	  use => ['Pegado; la puntera subida admite una línea de cosido de refuerzo.', 'Cementing; the raised toe takes a reinforcing row of stitches.'] },
	{ cat => 'suelas-de-crepe', code => 'CRE', es => 'Suela de crepé', en => 'Crepe sole', mats => ['crepe'], apps => ['casual', 'comfort'],
	  models => [qw(Sahara Duna Oasis Tuareg)], sizes => 'unisex', price => 10.40,
	  colors => [['honey'], ['honey', 'brown'], ['natural'], ['amber']],
	  treads => ['smooth'], shore => '35–40 A', thick => 14, drop => 10, grams => 320,
	  pic => { thick => 58, heel => 26, profile => 'wedge', material => 'cork', spring => 26, tread => 'smooth' },
	  say => { es => ['{n} es crepé natural de látex prensado en planchas: silencioso, elástico y con el tacto de la bota del desierto de siempre.',
	                  'Cada par de {n} tiene su propia veta. El crepé amortigua sin espumas y envejece con carácter.'],
	           en => ['{n} is natural crepe, latex pressed in sheets: quiet, springy and with the feel of the classic desert boot.',
	                  'Every pair of {n} has a grain of its own. Crepe cushions without foams and ages with character.'] },
	  use => ['Pegado con cola de contacto por ambas caras; lijar el canto en frío.', 'Contact cement on both faces; sand the edge cold.'] },
);

my %sizes = (
	men => [39 .. 46], women => [35 .. 41], unisex => [qw(36 38 40 42 44 46)], kids => [qw(24 26 28 30 32 34)],
);
my @all_sizes = (24, 26, 28, 30, 32, 34, 35 .. 46);

sub price_set {
	my ($eur) = @_;
	my $usd = money($eur * 1.09, .05, 2);
	my $e = money($eur, .05, 2);
	return (
		price => { EUR => $e, USD => $usd },
		tiers => { EUR => tiers($e, .01, 2, 25 => .92, 100 => .84, 500 => .76),
			USD => tiers($usd, .01, 2, 25 => .92, 100 => .84, 500 => .76) },
	);
}

# A pair's outer length in mm on the Paris point scale, with the allowance of an outsole.
sub sole_length { my ($size) = @_; return sprintf '%.0f', $size * 20 / 3 + 14 }

sub finish_texts {
	my ($p) = @_;
	for my $l (@locales) {
		$p->{slug}{$l} = slug($p->{name}{$l});
		$p->{meta_title}{$l} = clip("$p->{name}{$l} | Suelas Toty", 68);
		$p->{meta_description}{$l} = clip($p->{summary}{$l}, 155);
	}
	return $p;
}

# Tags in both languages, by the Spanish one or the run of sizes.
my %tag = ('a medida' => 'made to order', 'salida inmediata' => 'quick dispatch', novedad => 'new', taller => 'workshop',
	kids => ['calzado infantil', "children's shoes"], men => ['horma de hombre', "men's lasts"], women => ['horma de mujer', "women's lasts"]);

sub tags {
	my @both = map { ref $tag{$_} ? $tag{$_} : [$_, $tag{$_}] } @_;
	return { es => [map { $_->[0] } @both], en => [map { $_->[1] } @both] };
}

sub sole {
	my ($f, $i, $pictures) = @_;
	my $model = $f->{models}[$i];
	my $ref = sprintf 'ST-%s-%02d', $f->{code}, $i + 1;
	my $tread = $f->{treads}[$i % @{ $f->{treads} }];
	my @c = @{ $f->{colors}[$i % @{ $f->{colors} }] };
	my $mat = $f->{mats}[$i % @{ $f->{mats} }];
	my $mto = $i % 5 == 3;
	my $lead = $mto ? 10 + hash($ref, 'lead') % 3 * 5 : 2;
	my $grams = $f->{grams} + hash($ref, 'g') % 40 - 20;
	my $base = $f->{price} * (1 + (hash($ref, 'price') % 31 - 12) / 100);
	my @sizes = @{ $sizes{ $f->{sizes} } };
	my $file = lc "$ref";
	my %p = (ref => $ref, brand => 'Suelas Toty', cats => [$f->{cat}, $i == 1 ? 'novedades' : (), (grep { $_ eq 'repair' } @{ $f->{apps} }) ? 'banco-de-reparacion' : ()],
		lead => $lead, mto => $mto, featured => $i == 0,
		tags => tags($mto ? 'a medida' : 'salida inmediata', $tag{ $f->{sizes} } ? $f->{sizes} : (), $i == 1 ? 'novedad' : ()),
		spec => { material => [$f->{second} && $mat eq 'eva' && $f->{code} eq 'RUN' ? ('eva', 'rubber') : $mat], application => $f->{apps} });
	$p{name} = { es => "$f->{es} $model", en => "$f->{en} $model" };
	my ($m, $t) = ($material{$mat}, $tread{$tread});
	# a leather sole "of leather" would say it twice
	my $of = $mat =~ /^(leather|crepe)$/ ? ['', ''] : ['de ' . lcfirst_keep($m->{es}) . ' ', 'in ' . lcfirst_keep($m->{en}) . ' '];
	my ($face_es, $face_en) = $tread eq 'smooth' ? ('La planta se entrega con', 'It comes with') : ('La huella lleva', 'The tread has');
	$p{summary} = {
		es => "$f->{es} $of->[0]con $t->[0]. Tallas $sizes[0] a $sizes[-1], en " . sentence_join('y', map { $color{$_}{es} } @c) . '.',
		en => "$f->{en} $of->[1]with $t->[1]. Sizes $sizes[0] to $sizes[-1], in " . sentence_join('and', map { $color{$_}{en} } @c) . '.',
	};
	my @why = @{ $f->{say}{es} };
	my $w = $i % @why;
	my %h = (thick => $f->{thick} + hash($ref, 't') % 3, heel => $f->{drop} + $f->{thick} + hash($ref, 'd') % 4);
	$p{description} = {
		es => ($f->{say}{es}[$w] =~ s/\{n\}/$model/gr) . "\n\n$face_es $t->[0].\n\n## Características\n\n"
			. "- Material: $m->{es}\n" . ($f->{shore} eq '—' ? '' : "- Dureza: $f->{shore} Shore\n")
			. "- Altura en el talón: $h{heel} mm; en la planta: $h{thick} mm\n- Peso por par (talla media): unos " . 2 * $grams . " g\n- Se vende por pares\n\n"
			. "## Montaje\n\n$f->{use}[0]\n\n"
			. ($mto ? "Se fabrica bajo pedido: cuente con $lead días laborables. Desde 500 pares podemos ajustar color y dureza a su muestra." : 'En almacén de Elche; los pedidos recibidos antes de las 13:00 salen el mismo día laborable.'),
		en => ($f->{say}{en}[$w] =~ s/\{n\}/$model/gr) . "\n\n$face_en $t->[1].\n\n## Details\n\n"
			. "- Material: $m->{en}\n" . ($f->{shore} eq '—' ? '' : "- Hardness: $f->{shore} Shore\n")
			. "- Height at the heel: $h{heel} mm; at the ball: $h{thick} mm\n- Weight per pair (middle size): about " . 2 * $grams . " g\n- Sold by the pair\n\n"
			. "## Assembly\n\n$f->{use}[1]\n\n"
			. ($mto ? "Made to order: allow $lead working days. From 500 pairs we can match colour and hardness to your sample." : 'In stock in Elche; orders received before 13:00 leave on the same working day.'),
	};
	my %pic = (tread => $tread, %{ $f->{pic} });
	$pic{tread} = $f->{pic}{tread} if $f->{pic}{tread};
	delete $pic{toplift};
	$pic{material} //= { leather => 'leather', eva => 'eva', pu => 'eva', cork => 'cork' }->{$mat} // 'rubber';
	for my $c (@c) {
		my %q = (%pic, colour => $swatch{$c});
		$q{second} = $f->{second} eq 'same' ? $swatch{$c} : $f->{second} if $f->{second};
		if (($f->{second} // '') eq 'same' && $mat eq 'cork') { @q{qw(colour second)} = ('#6b4a33', $swatch{$c}) ; $q{colour} = $swatch{$c}; }
		$q{material} = 'eva' if $q{material} eq 'cork' && $mat eq 'eva';
		push @$pictures, ["$file-$c.png", 'sole', 'main', %q];
		push @{ $p{images} }, { file => "$file-$c.png", option => $c,
			alt => { es => "$p{name}{es} en $color{$c}{es}, planta y perfil", en => "$p{name}{en} in $color{$c}{en}, tread and side" } };
	}
	push @$pictures, ["$file-huella.png", 'sole', 'tread', %pic, colour => $swatch{ $c[0] },
		$f->{second} && $f->{second} ne 'same' ? (second => $f->{second}) : ()];
	push @{ $p{images} }, { file => "$file-huella.png", option => $c[0],
		alt => { es => "Detalle de la huella de $p{name}{es}", en => "Close-up of the tread of $p{name}{en}" } };
	push @$pictures, ["$file-ficha.pdf", 'sheet', 'a4', %pic, colour => $swatch{ $c[0] }, reference => $ref,
		title_es => $p{name}{es}, title_en => $p{name}{en}, material_es => $m->{es}, material_en => $m->{en},
		hardness => $f->{shore}, heel_mm => $h{heel}, ball_mm => $h{thick}, use_es => $f->{use}[0], use_en => $f->{use}[1],
		row => [map { my $L = sole_length($_); join '|', $_, $L, sprintf('%.0f', $L * .357), sprintf('%.0f', $L * .245), int(2 * $grams * ($_ / $sizes[@sizes / 2]) ** 2) } @sizes]];
	push @{ $p{docs} }, { file => "$file-ficha.pdf", title => { es => "Ficha técnica $ref", en => "Technical sheet $ref" } };
	for my $c (@c) {
		for my $s (@sizes) {
			my $n = $s - $sizes[0];
			my $key = "$ref-$c-$s";
			my $qty = $mto ? 0 : stock_for($key, 240, $s == $sizes[0] || $s == $sizes[-1]);
			push @{ $p{variants} }, { sku => uc("$ref-" . substr($c, 0, 3) . "-$s"), gtin => gtin(1), color => $c, size => $s,
				price_set($base * ($n > 5 && $f->{sizes} ne 'kids' ? 1.06 : 1)), weight => int(2 * $grams * (.8 + .05 * $n)),
				stock => { ELX => $qty, MEX => $mto ? 0 : int($qty / 5) } };
		}
	}
	return finish_texts(\%p);
}

sub lcfirst_keep { my ($s) = @_; return $s =~ /^[A-Z]{2}/ ? $s : lcfirst $s }

require Demo::SuelasParts;

my @categories = (
	['*', 'st-run-02-navy.png', ['Novedades', 'Los modelos que han entrado en catálogo esta temporada.'], ['New in', 'The models that joined the catalogue this season.']],
	['*', 'cat-reparacion.png', ['Banco de reparación', 'Lo que un zapatero usa a diario: cuero, tapas, planchas y fornituras.'], ['Repair bench', 'What a shoe repairer uses every day: leather, top pieces, sheets and findings.']],
	['', 'cat-suelas.png', ['Suelas', 'Suelas por pares para calzado de vestir, urbano, deportivo y de trabajo, fabricadas en Elche.'], ['Soles', 'Soles by the pair for dress, city, sports and work shoes, made in Elche.']],
	['suelas', 'cat-deportivas.png', ['Suelas deportivas', 'Cajas para coser y suelas de EVA con patín para zapatilla urbana y de running.'], ['Trainer soles', 'Stitchable cups and EVA soles with rubber outsoles for city and running shoes.']],
	['suelas', 'cat-montana.png', ['Suelas de montaña', 'Suelas de tacos para bota de monte, campo y moto.'], ['Hiking soles', 'Lug soles for hill, country and motorcycle boots.']],
	['suelas', 'cat-cuero.png', ['Suelas de cuero', 'Cuero de curtición vegetal para zapato de vestir y restauración.'], ['Leather soles', 'Vegetable-tanned leather for dress shoes and restoration.']],
	['suelas', 'cat-cunas.png', ['Cuñas y plataformas', 'Altura ligera en corcho, EVA y TR para sandalia y moda.'], ['Wedges and platforms', 'Light height in cork, EVA and TR for sandals and fashion.']],
	['suelas', 'cat-finas.png', ['Suelas finas', 'Suelas discretas y flexibles para bailarina, mocasín y salón.'], ['Thin soles', 'Discreet, supple soles for flats, moccasins and court shoes.']],
	['suelas', 'cat-seguridad.png', ['Suelas de seguridad', 'Agarre y resistencia para calzado laboral S1 a S3.'], ['Safety soles', 'Grip and resistance for S1 to S3 work footwear.']],
	['suelas', 'cat-infantiles.png', ['Suelas infantiles', 'Flexibles, ligeras y sin ftalatos, de la talla 24 a la 34.'], ["Children's soles", 'Supple, light and phthalate-free, from size 24 to 34.']],
	['suelas', 'cat-crepe.png', ['Suelas de crepé', 'Crepé natural para botín del desierto y calzado confort.'], ['Crepe soles', 'Natural crepe for desert boots and comfort shoes.']],
	['', 'cat-tacones.png', ['Tacones', 'Tacones sueltos de ABS, madera y cuero, con su tapa montada.'], ['Heels', 'Loose heels in ABS, wood and leather, with the top lift fitted.']],
	['tacones', 'cat-tacon-alto.png', ['Tacones altos', 'Aguja y cono de 70 a 105 mm con pasador de acero.'], ['High heels', 'Stiletto and cone heels of 70 to 105 mm with a steel pin.']],
	['tacones', 'cat-tacon-bajo.png', ['Tacones bajos y cubanos', 'Bloque, cubano y carrete de 25 a 60 mm.'], ['Low and Cuban heels', 'Block, Cuban and kitten heels of 25 to 60 mm.']],
	['', 'cat-plantillas.png', ['Plantillas', 'Plantillas de confort, vestir y trabajo, por pares.'], ['Insoles', 'Insoles for comfort, dress and work, by the pair.']],
	['plantillas', 'cat-plantillas-confort.png', ['Plantillas de confort', 'Espuma, gel y corcho que cuidan la pisada.'], ['Comfort insoles', 'Foam, gel and cork that look after every step.']],
	['plantillas', 'cat-plantillas-vestir.png', ['Plantillas de piel', 'Badana y vaquetilla para el acabado interior del zapato.'], ['Leather insoles', 'Sheepskin and calf for the inside finish of the shoe.']],
	['', 'cat-componentes.png', ['Componentes', 'Lo que el taller gasta cada día: tapas, planchas, viras, cambrillones y cordones.'], ['Components', 'What a workshop uses every day: top lifts, sheets, welts, shanks and laces.']],
	['componentes', 'cat-reparacion.png', ['Tapas y planchas', 'Goma en plancha y tapas para reparación.'], ['Top lifts and sheets', 'Sheet rubber and top lifts for repair.']],
	['componentes', 'cat-montado.png', ['Montado y acabado', 'Viras, cambrillones, cordones, adhesivos y cremas.'], ['Lasting and finishing', 'Welts, shanks, laces, cements and creams.']],
);

sub shop {
	my (@products, @pictures);
	for my $f (@families) {
		push @products, map { sole($f, $_, \@pictures) } 0 .. $#{ $f->{models} };
	}
	push @products, Demo::SuelasParts::products(\@pictures, \%swatch, \%color, \%material, \&price_set, \&finish_texts);
	relate(\@products);
	push @pictures, Demo::SuelasParts::scenes(\%swatch);
	return check_shop({
		code => 'suelas', locales => \@locales, currencies => ['EUR', 'USD'], warehouses => ['ELX', 'MEX'],
		specs => ['material', 'application'], products => \@products, pictures => \@pictures,
		categories => category_rows(\@locales, 'Suelas Toty', @categories),
		attributes => attribute_rows(\@locales,
			['color', ['Color', 'Colour'], @colors], ['size', ['Talla', 'Size'], (map { [$_, $_, $_] } @all_sizes)],
			['material', ['Material', 'Material'], @materials], ['application', ['Aplicación', 'Application'], @applications]),
	});
}

1;
