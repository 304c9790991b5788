package Shelf;

# Shelves of goods for store one of the Fixture: categories, options, many products.
#
#	my $f = Fixture->new($shop->dbh);
#	Shelf::fill($shop, $f);
#
# Categories (es / en):  calzado / footwear -> botas / boots, sandalias / sandals;
#	oculta / hidden (not visible) -> dentro / inside.
# Attributes: color (black, brown, red), size (38, 39), material (leather, rubber).
# Products in boots: bota-01 .. bota-60 (in English boot-01 ..), N at N EUR, position N.
#	colour: black when N is odd, brown when even; material: leather up to 30, rubber above.
#	Each has sizes 38 and 39; 39 of every tenth costs a cent more.  In stock: 10, but N = 7: 2, N = 8: 0.
# Product sandalia in sandals, red, rubber, 15.00; not translated.
# freshen() runs what is stale, as the job does.

use strict;
use warnings;
use Fixture;

use constant BOOTS => 60;

sub freshen
{
	my ($shop, $f) = @_;
	my $dbh = $shop->dbh;
	for my $tenant (values %{ $f->{tenant} }) {
		$dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $tenant);
		1 while $dbh->selectrow_array('SELECT catalog.freshen(?, 500)', undef, $tenant);
	}
	return;
}

sub attributes
{
	my ($f, @t) = @_;
	my %words = (
		color => ['Color', 'Colour', black => ['Negro', 'Black'], brown => ['Marrón', 'Brown'], red => ['Rojo', 'Red']],
		size => ['Talla', 'Size', 38 => [38, 38], 39 => [39, 39]],
		material => ['Material', 'Material', leather => ['Cuero', 'Leather'], rubber => ['Caucho', 'Rubber']],
	);
	my %swatch = (black => '#101010', brown => '#663300', red => '#cc0000');
	my $n = 0;
	for my $code (qw(color size material)) {
		my ($es, $en, @values) = @{ $words{$code} };
		my $id = $f->{attribute}{$code} = Fixture::id();
		$f->add('catalog.attribute', @t, attribute_id => $id, code => $code, position => $n++);
		$f->add('catalog.attribute_text', @t, attribute_id => $id, locale => 'es', label => $es);
		$f->add('catalog.attribute_text', @t, attribute_id => $id, locale => 'en', label => $en);
		while (my ($value, $labels) = splice @values, 0, 2) {
			my $v = $f->{value}{$value} = Fixture::id();
			$f->add('catalog.attribute_value', @t, value_id => $v, attribute_id => $id, code => $value,
				swatch => $swatch{$value}, position => $n++);
			$f->add('catalog.attribute_value_text', @t, value_id => $v, locale => 'es', label => $labels->[0]);
			$f->add('catalog.attribute_value_text', @t, value_id => $v, locale => 'en', label => $labels->[1]);
		}
	}
	return;
}

sub categories
{
	my ($f, @s) = @_;
	my $n = 0;
	for my $c (['footwear', undef, 'calzado', 'Calzado', 'Footwear'], ['boots', 'footwear', 'botas', 'Botas', 'Boots'],
		['sandals', 'footwear', 'sandalias', 'Sandalias', 'Sandals'], ['hidden', undef, 'oculta', 'Oculta', 'Hidden'],
		['inside', 'hidden', 'dentro', 'Dentro', 'Inside']) {
		my ($en, $parent, $es, $es_name, $en_name) = @$c;
		my $id = $f->{category}{$en} = Fixture::id();
		$f->add('catalog.category', @s, category_id => $id, parent_id => $parent && $f->{category}{$parent},
			position => $n++, visible => $en eq 'hidden' ? 'false' : 'true');
		$f->add('catalog.category_text', @s, category_id => $id, locale => 'es', slug => $es, name => $es_name,
			description => "Todo en \L$es_name");
		$f->add('catalog.category_text', @s, category_id => $id, locale => 'en', slug => $en, name => $en_name);
	}
	return;
}

# A product with variants: product($f, ref => ..., es => [slug, name], en => ..., price => minor, ...).
sub product
{
	my ($f, %p) = @_;
	my @t = (tenant_id => $f->{tenant}{acme});
	my @s = (@t, store_id => $f->{store}{one});
	my $id = $f->{product}{ $p{ref} } = Fixture::id();
	my @p = (@t, product_id => $id);
	$f->add('catalog.product', @p, reference => $p{ref}, brand => $p{brand} // 'Norte', created_at => $p{created} // '2026-01-01');
	for my $locale (grep { $p{$_} } qw(es en)) {
		$f->add('catalog.product_text', @p, locale => $locale, slug => $p{$locale}[0], name => $p{$locale}[1],
			summary => $p{$locale}[2] // '', description => $p{$locale}[3] // '');
	}
	$f->add('catalog.store_product', @s, product_id => $id, position => $p{position} // 0);
	$f->add('catalog.category_product', @s, category_id => $f->{category}{$_}, product_id => $id, position => $p{position} // 0)
		for @{ $p{categories} // [] };
	$f->add('catalog.product_value', @p, attribute_id => $f->{attribute}{material}, value_id => $f->{value}{ $p{material} }) if $p{material};
	my $n = 0;
	for my $option (@{ $p{options} // [] }) {
		$f->add('catalog.product_option', @p, attribute_id => $f->{attribute}{$option}, position => $n++);
	}
	$n = 0;
	for my $v (@{ $p{variants} }) {
		my $variant = $f->{variant}{ $v->{sku} } = Fixture::id();
		$f->add('catalog.variant', @p, variant_id => $variant, sku => $v->{sku}, position => $n++,
			options_key => join('/', map { $v->{$_} } @{ $p{options} // [] }));
		$f->add('catalog.variant_value', @t, variant_id => $variant, attribute_id => $f->{attribute}{$_},
			value_id => $f->{value}{ $v->{$_} }) for @{ $p{options} // [] };
		$f->add('catalog.price', @s, variant_id => $variant, currency => 'EUR', amount => $v->{price});
		$f->stock($f->{tenant}{acme}, $v->{sku}, 'W1', $v->{stock} // 10) if ($v->{stock} // 10) > 0;
	}
	return $id;
}

sub fill
{
	my ($shop, $f) = @_;
	my $dbh = $shop->dbh;
	my @t = (tenant_id => $f->{tenant}{acme});
	my @s = (@t, store_id => $f->{store}{one});
	$dbh->begin_work;
	$dbh->do("SELECT set_config('sutler.tenant', ?, true), set_config('sutler.relist', 'later', true)", undef, $f->{tenant}{acme});
	attributes($f, @t);
	categories($f, @s);
	my @made;
	for my $i (1 .. BOOTS) {
		my $no = sprintf '%02d', $i;
		my $stock = { 7 => 1, 8 => 0 }->{$i} // 10;
		push @made, product($f, ref => "BT-$no", es => ["bota-$no", "Bota cómoda $no"], en => ["boot-$no", "Comfortable boot $no"],
			position => $i, categories => ['boots'], material => $i <= 30 ? 'leather' : 'rubber', options => [qw(color size)],
			created => sprintf('2026-01-01 00:00:%02d', $i - 1),
			variants => [map { { sku => "BT-$no-$_", color => $i % 2 ? 'black' : 'brown', size => $_, stock => $stock,
				price => $i * 100 + ($_ == 39 && $i % 10 == 0 ? 1 : 0) } } 38, 39]);
	}
	push @made, product($f, ref => 'SD-01', es => ['sandalia', 'Sandalia de goma', 'Fresca en verano'], categories => ['sandals'],
		material => 'rubber', options => ['color'], variants => [{ sku => 'SD-01-R', color => 'red', price => 1500 }]);
	$dbh->do('SELECT catalog.relist(?, ?)', undef, $f->{tenant}{acme}, \@made);
	$dbh->commit;
	freshen($shop, $f);
	return;
}

1;
