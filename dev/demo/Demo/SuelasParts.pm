# Heels, insoles and components of the sole maker, and the pictures of its pages.
package Demo::SuelasParts;
use strict;
use warnings;
use utf8;

use Demo::Common;

# reference, category, names, material, applications, colours, price, grams, picture, lead days, [es, en] story, options
my @parts = (
	['TA-01', 'tacones-altos', 'Tacón de aguja Salón 105', 'Stiletto heel Salón 105', 'abs', ['dress'], ['black', 'red'], 4.20, 120, { kind => 'heel', form => 'stiletto', heel => 340, material => 'patent' }, 'Aguja de 105 mm con pasador de acero templado y tapa de TPU. Se suministra en pares, lista para forrar o lacar.', 'A 105 mm stiletto with a tempered steel pin and a TPU top lift. Supplied in pairs, ready to cover or lacquer.'],
	['TA-02', 'tacones-altos', 'Tacón de aguja Fino 90', 'Stiletto heel Fino 90', 'abs', ['dress'], ['black', 'beige'], 3.90, 105, { kind => 'heel', form => 'stiletto', heel => 290, material => 'leather' }, 'Aguja de 90 mm de cuello estilizado para salón y sandalia de fiesta.', 'A 90 mm stiletto with a slender neck for court shoes and party sandals.'],
	['TA-03', 'tacones-altos', 'Tacón cono Lola 85', 'Cone heel Lola 85', 'abs', ['dress', 'sandal'], ['black', 'burgundy'], 4.10, 150, { kind => 'heel', form => 'cone', heel => 270, material => 'leather' }, 'Cono de 85 mm que reparte bien el peso: elegante de lejos y cómodo de cerca.', 'An 85 mm cone that spreads the weight well: elegant from afar, comfortable up close.'],
	['TA-04', 'tacones-altos', 'Tacón bloque Macarena 80', 'Block heel Macarena 80', 'wood', ['dress', 'sandal'], ['natural', 'caramel'], 5.60, 210, { kind => 'heel', form => 'block', heel => 240, material => 'wood' }, 'Bloque de haya torneado de 80 mm, lijado fino y sin barnizar para teñir al tono.', 'An 80 mm turned beech block, finely sanded and unvarnished for dyeing to match.'],
	['TA-05', 'tacones-altos', 'Tacón acampanado Movida 75', 'Flared heel Movida 75', 'abs', ['dress'], ['black', 'silver'], 4.40, 190, { kind => 'heel', form => 'flare', heel => 235, material => 'metal' }, 'Perfil acampanado de los setenta, 75 mm, con acabado de espejo o negro.', 'A flared profile from the seventies, 75 mm, in mirror finish or black.'],
	['TA-06', 'tacones-altos', 'Tacón cuña interior Alta 70', 'Inner wedge heel Alta 70', 'cork', ['sandal'], ['natural'], 4.80, 130, { kind => 'heel', form => 'wedge', heel => 220, material => 'cork' }, 'Cuña de corcho aglomerado de 70 mm para forrar; ligera y fácil de lijar.', 'A 70 mm agglomerated cork wedge for covering; light and easy to sand.'],
	['TB-01', 'tacones-bajos-y-cubanos', 'Tacón bloque Carmen 55', 'Block heel Carmen 55', 'leather', ['dress', 'boot'], ['tan', 'black'], 6.20, 230, { kind => 'heel', form => 'block', heel => 180, material => 'leather', stacked => 'yes' }, 'Tapas de cuero apiladas y prensadas, 55 mm, canto desvirado a mano.', 'Stacked and pressed leather lifts, 55 mm, with a hand-trimmed edge.'],
	['TB-02', 'tacones-bajos-y-cubanos', 'Tacón cubano Jerez 45', 'Cuban heel Jerez 45', 'leather', ['boot'], ['brown', 'black'], 5.90, 220, { kind => 'heel', form => 'cuban', heel => 165, material => 'leather', stacked => 'yes' }, 'Cubano clásico de bota campera: trasera inclinada y 45 mm de cuero macizo.', 'The classic Cuban heel of the campero boot: a raked back and 45 mm of solid leather.'],
	['TB-03', 'tacones-bajos-y-cubanos', 'Tacón carrete Mini 35', 'Kitten heel Mini 35', 'abs', ['dress', 'ballet'], ['black', 'beige'], 2.90, 70, { kind => 'heel', form => 'kitten', heel => 150, material => 'leather' }, 'Carrete de 35 mm para salón de diario; tapa clavada de TPU.', 'A 35 mm kitten heel for everyday court shoes; nailed TPU top lift.'],
	['TB-04', 'tacones-bajos-y-cubanos', 'Tacón cubano Ronda 60', 'Cuban heel Ronda 60', 'wood', ['boot', 'dress'], ['caramel'], 6.80, 240, { kind => 'heel', form => 'cuban', heel => 200, material => 'wood' }, 'Madera de haya de 60 mm para bota vaquera y zapato de flamenco; admite clavado.', 'Beech wood, 60 mm, for western boots and flamenco shoes; takes nails.'],
	['TB-05', 'tacones-bajos-y-cubanos', 'Tacón bloque Plaza 40', 'Block heel Plaza 40', 'abs', ['dress', 'casual'], ['black', 'brown'], 3.10, 140, { kind => 'heel', form => 'block', heel => 150, material => 'leather' }, 'Bloque de 40 mm para el salón que se lleva todo el día.', 'A 40 mm block for court shoes worn all day.'],
	['TB-06', 'tacones-bajos-y-cubanos', 'Tacón acampanado Feria 50', 'Flared heel Feria 50', 'wood', ['dress'], ['natural', 'black'], 5.30, 190, { kind => 'heel', form => 'flare', heel => 175, material => 'wood' }, 'Tacón carrete ancho de 50 mm para zapato de baile, en haya encolada.', 'A wide 50 mm flared heel for dance shoes, in laminated beech.'],
	['PC-01', 'plantillas-de-confort', 'Plantilla viscoelástica Nube', 'Memory foam insole Nube', 'memory', ['comfort', 'casual'], ['grey', 'navy'], 4.90, 80, { kind => 'insole', material => 'knit', second => '#e9e4da' }, 'Cinco milímetros de espuma de memoria bajo un tejido que respira. Se recorta con tijera hasta ajustar.', 'Five millimetres of memory foam under a breathable cloth. Trim with scissors to fit.', 'sizes'],
	['PC-02', 'plantillas-de-confort', 'Plantilla de gel Ola', 'Gel insole Ola', 'gel', ['comfort', 'sport'], ['navy'], 6.50, 140, { kind => 'insole', material => 'knit', second => '#cfd9e6', pad => 'yes', padcolour => '#2f7fb8' }, 'Cazoleta de gel en talón y metatarso para quien pasa la jornada de pie.', 'Gel cups at heel and ball for people who stand all day.', 'sizes'],
	['PC-03', 'plantillas-de-confort', 'Plantilla de corcho Dehesa', 'Cork insole Dehesa', 'cork', ['comfort', 'sandal'], ['natural'], 5.80, 90, { kind => 'insole', material => 'cork', second => '#d9c7a8' }, 'Corcho natural con soporte del arco; toma la forma del pie en dos semanas.', 'Natural cork with arch support; takes the shape of the foot in two weeks.', 'sizes'],
	['PC-04', 'plantillas-de-confort', 'Plantilla de látex Brezo', 'Latex insole Brezo', 'latex', ['comfort', 'casual'], ['ecru', 'grey'], 3.60, 70, { kind => 'insole', material => 'canvas', second => '#e8e2d4', holes => 'yes' }, 'Látex perforado con carbón activo que evita olores; lavable a mano.', 'Perforated latex with active carbon against odours; hand washable.', 'sizes'],
	['PC-05', 'plantillas-de-confort', 'Plantilla de trabajo Jornada', 'Work insole Jornada', 'pu', ['safety', 'comfort'], ['black'], 7.40, 120, { kind => 'insole', material => 'knit', second => '#55565b', pad => 'yes', padcolour => '#d8763a' }, 'PU de doble densidad antifatiga, con disipación electrostática para calzado ESD.', 'Dual-density anti-fatigue PU with static dissipation for ESD footwear.', 'sizes'],
	['PC-06', 'plantillas-de-confort', 'Plantilla infantil Saltarín', "Children's insole Saltarín", 'eva', ['kids', 'comfort'], ['green', 'red'], 2.80, 40, { kind => 'insole', material => 'knit', second => '#f1e4c6' }, 'EVA ligera con forro de algodón para el pie que no para quieto.', 'Light EVA with a cotton cover for feet that never stand still.', 'kids'],
	['PV-01', 'plantillas-de-piel', 'Plantilla de badana Clásica', 'Sheepskin insole Clásica', 'leather', ['dress', 'repair'], ['natural', 'black'], 3.90, 50, { kind => 'insole', material => 'leather', second => '#e6dcc8' }, 'Badana de curtición vegetal con base de látex de 2 mm: el acabado que se nota al abrir el zapato.', 'Vegetable-tanned sheepskin on 2 mm latex: the finish one notices on opening the shoe.', 'sizes'],
	['PV-02', 'plantillas-de-piel', 'Plantilla de vaquetilla Señor', 'Calf insole Señor', 'leather', ['dress'], ['tan', 'brown'], 5.20, 60, { kind => 'insole', material => 'leather', second => '#d9c7a8', holes => 'yes' }, 'Vaquetilla perforada con talonera acolchada para zapato cosido.', 'Perforated calf with a padded heel for welted shoes.', 'sizes'],
	['PV-03', 'plantillas-de-piel', 'Media plantilla Discreta', 'Half insole Discreta', 'leather', ['dress', 'comfort'], ['beige', 'black'], 2.60, 25, { kind => 'insole', material => 'leather', second => '#e8e0d0', form => 'half' }, 'Tres cuartos de largo: ajusta el talón sin robar sitio a los dedos.', 'Three quarters long: steadies the heel without taking room from the toes.', 'sizes'],
	['PV-04', 'plantillas-de-piel', 'Palmilla de cartón fibra Base', 'Fibreboard insole board Base', 'fibreboard', ['repair', 'dress'], ['caramel'], 1.40, 60, { kind => 'insole', material => 'canvas', second => '#b98a5b' }, 'Palmilla de montado de 2 mm con cambrillón remachado, para horma estándar.', 'A 2 mm lasting board with riveted shank, for standard lasts.', 'sizes'],
	['RP-01', 'tapas-y-planchas', 'Plancha de goma Estriada 4 mm', 'Ribbed rubber sheet 4 mm', 'rubber', ['repair'], ['black', 'brown', 'tan'], 18.50, 1900, { kind => 'goods', form => 'sheets', material => 'rubber' }, 'Plancha de 60 × 40 cm con dibujo estriado. Se corta con cuchilla y pule bien en el banco.', 'A 60 × 40 cm sheet with a ribbed pattern. Cuts with a knife and finishes well on the bench.'],
	['RP-02', 'tapas-y-planchas', 'Plancha de EVA Ligera 10 mm', 'Light EVA sheet 10 mm', 'eva', ['repair', 'comfort'], ['white', 'black', 'grey'], 14.90, 420, { kind => 'goods', form => 'sheets', material => 'eva' }, 'EVA de 45 Shore C en plancha de 90 × 60 cm para alzas y correcciones.', 'EVA of 45 Shore C in sheets of 90 × 60 cm for lifts and corrections.'],
	['RP-03', 'tapas-y-planchas', 'Plancha de crepé Natural 6 mm', 'Natural crepe sheet 6 mm', 'crepe', ['repair', 'casual'], ['honey'], 26.00, 1500, { kind => 'goods', form => 'sheets', material => 'cork' }, 'Crepé en bruto, 50 × 35 cm, para resolar botín del desierto.', 'Raw crepe, 50 × 35 cm, for resoling desert boots.'],
	['RP-04', 'tapas-y-planchas', 'Tapas de TPU surtidas (50 pares)', 'Assorted TPU top lifts (50 pairs)', 'tpu', ['repair'], ['black', 'beige'], 12.40, 260, { kind => 'goods', form => 'lifts', material => 'rubber' }, 'Cincuenta pares con espiga de 2,5 y 3 mm, en caja de diez medidas.', 'Fifty pairs with 2.5 and 3 mm pins, in a box of ten sizes.'],
	['RP-05', 'tapas-y-planchas', 'Tapas de goma caballero (25 pares)', "Men's rubber top lifts (25 pairs)", 'rubber', ['repair'], ['black', 'brown'], 15.80, 900, { kind => 'goods', form => 'lifts', material => 'rubber' }, 'Goma de alta resistencia de 6 mm con cuña trasera antidesgaste.', 'Hard-wearing 6 mm rubber with an anti-wear back corner.'],
	['MA-01', 'montado-y-acabado', 'Vira de cuero Goodyear (rollo de 25 m)', 'Goodyear leather welt (25 m roll)', 'leather', ['dress', 'repair'], ['natural', 'black'], 38.00, 1400, { kind => 'goods', form => 'coil', material => 'leather' }, 'Vira hendida de 16 × 3 mm, empalmada en bisel y lista para coser.', 'A split welt of 16 × 3 mm, scarf-joined and ready to sew.'],
	['MA-02', 'montado-y-acabado', 'Vira de yute trenzado (rollo de 20 m)', 'Braided jute welt (20 m roll)', 'jute', ['sandal'], ['ecru'], 16.40, 900, { kind => 'goods', form => 'coil', material => 'jute' }, 'Trenza de yute de 20 mm para forrar cuñas y plataformas.', 'A 20 mm jute braid for covering wedges and platforms.'],
	['MA-03', 'montado-y-acabado', 'Cambrillones de acero (50 pares)', 'Steel shanks (50 pairs)', 'steel', ['dress', 'repair'], ['silver'], 21.90, 1600, { kind => 'goods', form => 'shanks', material => 'metal' }, 'Acero templado de 1,2 mm en tres curvas: plana, media y alta.', 'Tempered 1.2 mm steel in three curves: flat, medium and high.'],
	['MA-04', 'montado-y-acabado', 'Cordón de algodón encerado (pack 12)', 'Waxed cotton laces (pack of 12)', 'cotton', ['dress', 'casual'], ['black', 'brown', 'navy', 'burgundy'], 9.80, 160, { kind => 'goods', form => 'laces', material => 'canvas' }, 'Redondo de 2,5 mm con herrete metálico, en 75 cm. Doce pares por paquete.', 'Round, 2.5 mm, with metal tips, 75 cm long. Twelve pairs a pack.'],
	['MA-05', 'montado-y-acabado', 'Cordón plano deportivo (pack 12)', 'Flat trainer laces (pack of 12)', 'cotton', ['sport'], ['white', 'black', 'red', 'navy'], 8.60, 190, { kind => 'goods', form => 'laces', material => 'knit' }, 'Plano de 8 mm y 120 cm, tejido denso que no se afloja.', 'Flat, 8 mm and 120 cm, a dense weave that stays tied.'],
	['MA-06', 'montado-y-acabado', 'Adhesivo de PU Toty 850 (1 kg)', 'PU cement Toty 850 (1 kg)', 'pu', ['repair', 'safety'], ['amber'], 17.20, 1150, { kind => 'goods', form => 'tin', material => 'metal', label => 'TOTY 850' }, 'Para goma, TR, cuero y PVC. Secado de diez minutos y reactivado a 60 °C.', 'For rubber, TR, leather and PVC. Dries in ten minutes, reactivates at 60 °C.'],
	['MA-07', 'montado-y-acabado', 'Crema de acabado de cantos (250 ml)', 'Edge finishing cream (250 ml)', 'leather', ['dress', 'repair'], ['black', 'brown', 'natural'], 6.90, 290, { kind => 'goods', form => 'jar', material => 'metal', label => 'CANTOS' }, 'Cera y pigmento para cantos de suela: brillo en caliente o mate en frío.', 'Wax and pigment for sole edges: glossy when hot, matt when cold.'],
);

my %sizes = (sizes => [qw(36 38 40 42 44 46)], kids => [qw(24 28 32)]);

sub part {
	my ($row, $pictures, $swatch, $color, $material, $price_set, $finish) = @_;
	my ($code, $cat, $es, $en, $mat, $apps, $colors, $price, $grams, $pic, $say_es, $say_en, $sizes) = @$row;
	my $ref = "ST-$code";
	my %pic = %$pic;
	my $kind = delete $pic{kind};
	my $mto = $code =~ /^T[AB]-0[46]$/;
	my $lead = $mto ? 15 : 2;
	my $pack = $es =~ /\((.+)\)/ ? $1 : undef;
	my %p = (ref => $ref, brand => 'Suelas Toty', cats => [$cat, (grep { $_ eq 'repair' } @$apps) ? 'banco-de-reparacion' : ()], lead => $lead, mto => $mto,
		featured => $code =~ /^(TB-01|PC-03)$/ ? 1 : 0, tags => Demo::Suelas::tags($mto ? 'a medida' : 'salida inmediata', $kind eq 'goods' ? 'taller' : ()),
		spec => { material => [$mat], application => $apps }, name => { es => $es, en => $en },
		summary => { es => $say_es, en => $say_en });
	$p{description} = {
		es => "$say_es\n\n## Características\n\n- Material: $material->{$mat}{es}\n- Colores: " . sentence_join('y', map { $color->{$_}{es} } @$colors)
			. "\n- Peso: $grams g\n- " . ($kind eq 'goods' ? 'Formato de taller: ' . ($pack // 'por unidades') : 'Se vende por pares') . "\n\n"
			. ($mto ? "Se fabrica bajo pedido en $lead días laborables." : 'Disponible en nuestro almacén de Elche. ¿Necesita más cantidad de la que ve? Escríbanos y le confirmamos plazo en el día.'),
		en => "$say_en\n\n## Details\n\n- Material: $material->{$mat}{en}\n- Colours: " . sentence_join('and', map { $color->{$_}{en} } @$colors)
			. "\n- Weight: $grams g\n- " . ($kind eq 'goods' ? 'Workshop pack' . ($pack ? ': ' . ($en =~ /\((.+)\)/)[0] : '') : 'Sold by the pair') . "\n\n"
			. ($mto ? "Made to order in $lead working days." : 'In stock at our warehouse in Elche. Do you need more than you see? Write to us and we confirm the lead time the same day.'),
	};
	for my $c (@$colors) {
		my $file = lc("$ref-$c.png");
		push @$pictures, [$file, $kind, 'main', %pic, colour => $swatch->{$c}];
		push @{ $p{images} }, { file => $file, option => $c, alt => { es => "$es en $color->{$c}{es}", en => "$en in $color->{$c}{en}" } };
		for my $s ($sizes ? @{ $sizes{$sizes} } : '') {
			my $qty = $mto ? 0 : stock_for("$ref-$c-$s", $kind eq 'goods' ? 60 : 180, 0);
			push @{ $p{variants} }, { sku => uc("$ref-" . substr($c, 0, 3) . ($s eq '' ? '' : "-$s")), gtin => gtin(1), color => $c, size => $s,
				$price_set->($price), weight => $grams, stock => { ELX => $qty, MEX => int($qty / 6) } };
		}
	}
	return $finish->(\%p);
}

sub products { my ($pictures, @rest) = @_; return map { part($_, $pictures, @rest) } @parts }

# Category cards and the pictures of the home page.
sub scenes {
	my ($w) = @_;
	my @lug = (tread => 'lugs', field => 'full', heel => 60, thick => 60, wall => 'welt', colour => $w->{black});
	return (
		['cat-suelas.png', 'sole', 'main', tread => 'hex', field => 'full', heel => 46, thick => 88, profile => 'runner', colour => $w->{navy}, second => '#f3f1ec'],
		['cat-deportivas.png', 'sole', 'side', tread => 'hex', heel => 46, thick => 88, profile => 'runner', colour => $w->{red}, second => '#f3f1ec'],
		['cat-montana.png', 'sole', 'tread', @lug],
		['cat-cuero.png', 'sole', 'main', material => 'leather', tread => 'smooth', heel => 84, thick => 24, wall => 'welt', stacked => 'yes', toe => 60, colour => $w->{tan}],
		['cat-cunas.png', 'sole', 'side', tread => 'waves', heel => 170, thick => 60, profile => 'wedge', material => 'cork', colour => $w->{natural}],
		['cat-finas.png', 'sole', 'tread', tread => 'waves', heel => 30, thick => 26, colour => $w->{beige}],
		['cat-seguridad.png', 'sole', 'tread', tread => 'hex', field => 'full', heel => 40, thick => 74, profile => 'runner', colour => $w->{black}, second => '#4a4b4f'],
		['cat-infantiles.png', 'sole', 'tread', tread => 'dots', field => 'full', heel => 10, thick => 66, colour => $w->{red}],
		['cat-crepe.png', 'sole', 'side', tread => 'smooth', heel => 26, thick => 58, profile => 'wedge', material => 'cork', colour => $w->{honey}],
		['cat-tacones.png', 'heel', 'main', form => 'block', heel => 200, material => 'leather', stacked => 'yes', colour => $w->{tan}],
		['cat-tacon-alto.png', 'heel', 'main', form => 'stiletto', heel => 330, material => 'patent', colour => $w->{burgundy}],
		['cat-tacon-bajo.png', 'heel', 'main', form => 'cuban', heel => 165, material => 'wood', colour => $w->{caramel}],
		['cat-plantillas.png', 'insole', 'main', material => 'leather', colour => $w->{natural}, second => '#e6dcc8', holes => 'yes'],
		['cat-plantillas-confort.png', 'insole', 'main', material => 'knit', colour => $w->{navy}, second => '#cfd9e6', pad => 'yes', padcolour => '#2f7fb8'],
		['cat-plantillas-vestir.png', 'insole', 'main', material => 'leather', colour => $w->{tan}, second => '#e6dcc8'],
		['cat-componentes.png', 'goods', 'main', form => 'coil', material => 'leather', colour => $w->{natural}],
		['cat-reparacion.png', 'goods', 'main', form => 'sheets', material => 'rubber', colour => $w->{brown}],
		['cat-montado.png', 'goods', 'main', form => 'laces', material => 'canvas', colour => $w->{burgundy}],
		['hero.png', 'hero', 'wide', items => 2,
			item1 => 'sole|plan|.78|760|330|-.10|tread:hex;field:full;profile:runner;heel:46;colour:#26344f;second:#f3f1ec',
			item2 => 'sole|side|.84|690|745|0|material:leather;tread:smooth;heel:84;thick:24;wall:welt;stacked:yes;colour:#b67a45'],
		['sostenibilidad.png', 'hero', 'wide', items => 2,
			item1 => 'sole|side|.80|700|640|0|tread:waves;heel:170;thick:60;profile:wedge;material:cork;colour:#d3ab78;second:#d3ab78',
			item2 => 'insole|main|.50|220|300|0|material:cork;colour:#d3ab78;second:#d9c7a8'],
		['logo.png', 'logo', 'wide'], ['favicon.png', 'favicon', 'square'],
	);
}

1;
