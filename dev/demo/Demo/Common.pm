# What the demo shops' lists share: choices by hash, slugs, prices, stock, attributes.
package Demo::Common;
use strict;
use warnings;
use utf8;
use Exporter 'import';
use List::Util qw(sum);
our @EXPORT = qw(hash pick chance slug gtin clip attribute_rows category_rows stock_for relate money
	tiers sentence_join check_shop);

# FNV-1a over a key: the only source of variety, so the files never change by themselves.
sub hash {
	my $h = 2166136261;
	for my $byte (unpack 'C*', join("\x1f", @_) =~ s/(.)/ord($1) < 128 ? $1 : sprintf('%x', ord $1)/ger) {
		$h = (($h ^ $byte) * 16777619) & 0xffffffff;
	}
	$h ^= $h >> 15;
	$h = ($h * 0x2c1b3c6d) & 0xffffffff;
	return $h ^ ($h >> 12);
}

sub pick { my ($key, @from) = @_; return $from[hash($key) % @from] }
sub chance { my ($key, $percent) = @_; return hash($key) % 100 < $percent }

sub slug {
	my $s = lc shift;
	$s =~ tr/áéíóúüñàèç/aeiouunaec/;
	$s =~ s/[^a-z0-9]+/-/g;
	return $s =~ s/^-|-$//gr;
}

# EAN-13 in the range kept for use inside a house (29...), with its check digit.
my $articles = 0;
sub gtin {
	my ($prefix) = @_;
	my $n = sprintf '29%02d%08d', $prefix, ++$articles;
	my @d = split //, $n;
	my $sum = sum(map { $d[$_] * ($_ % 2 ? 3 : 1) } 0 .. 11);
	return $n . (10 - $sum % 10) % 10;
}

# Cuts at a word, for the fields that search pages shorten anyway.
sub clip {
	my ($text, $most) = @_;
	return $text if length $text <= $most;
	my $cut = substr $text, 0, $most - 1;
	$cut =~ s/\s+\S*$//;
	return $cut =~ s/[,;:.\s]+$//r . '…';
}

sub money { my ($value, $step, $decimals) = @_; return sprintf "%.${decimals}f", int($value / $step + .5) * $step }

# Quantity prices: pairs of quantity and factor on the single price.
sub tiers {
	my ($price, $step, $decimals, @levels) = @_;
	my @t;
	while (my ($from, $factor) = splice @levels, 0, 2) {
		push @t, "$from:" . money($price * $factor, $step, $decimals);
	}
	return join '|', @t;
}

# Some sizes are gone, some nearly, most are there; end sizes are kept thinner.
sub stock_for {
	my ($key, $usual, $edge) = @_;
	my $h = hash($key, 'stock') % 100;
	return 0 if $h < ($edge ? 16 : 7);
	return 1 + hash($key, 'few') % 4 if $h < ($edge ? 32 : 16);
	return int($usual * (45 + hash($key, 'many') % 90) / 100 * ($edge ? .5 : 1)) + 3;
}

sub sentence_join {
	my ($and, @items) = @_;
	return $items[0] if @items == 1;
	return join(', ', @items[0 .. $#items - 1]) . " $and $items[-1]";
}

# { name => [label per locale..., { value => [labels..., swatch] }] } in order.
sub attribute_rows {
	my ($locales, @attributes) = @_;
	my @rows;
	my $at = 0;
	for my $a (@attributes) {
		my ($code, $labels, @values) = @$a;
		push @rows, { attribute => $code, value => '', position => ++$at,
			map { ("label:$locales->[$_]" => $labels->[$_]) } 0 .. $#$locales };
		my $n = 0;
		for my $v (@values) {
			my ($value, @rest) = @$v;
			push @rows, { attribute => $code, value => $value, position => ++$n, swatch => $rest[@$locales],
				map { ("label:$locales->[$_]" => $rest[$_]) } 0 .. $#$locales };
		}
	}
	return \@rows;
}

# Rows from [parent slug, '' or '*' for a collection, image, [name, description] per locale].
sub category_rows {
	my ($locales, $shop_name, @list) = @_;
	my (@rows, %n);
	for my $c (@list) {
		my ($parent, $image, @texts) = @$c;
		my %row = (parent => $parent eq '*' ? '' : $parent, image => $image, position => ++$n{$parent},
			kind => $parent eq '*' ? 'collection' : 'category');
		for my $i (0 .. $#$locales) {
			my ($name, $description) = @{ $texts[$i] };
			my $l = $locales->[$i];
			@row{"slug:$l", "name:$l", "description:$l"} = (slug($name), $name, $description);
			$row{"meta_title:$l"} = "$name | $shop_name";
			$row{"meta_description:$l"} = clip($description, 155);
		}
		push @rows, \%row;
	}
	return \@rows;
}

# Each product points to four others of its leaf category, the next ones in a ring.
sub relate {
	my ($products) = @_;
	my %by;
	push @{ $by{ $_->{cats}[0] } }, $_ for @$products;
	for my $ring (values %by) {
		for my $i (0 .. $#$ring) {
			my %seen = ($ring->[$i]{ref} => 1);
			my @next = grep { !$seen{$_}++ } map { $ring->[($i + $_ * (1 + $i % 2)) % @$ring]{ref} } 1 .. 6;
			splice @next, 4 if @next > 4;
			$ring->[$i]{related} = \@next;
		}
	}
}

# The lists are written by hand: a slip in them must stop here, not in a shop.
sub check_shop {
	my ($shop) = @_;
	my (%ref, %sku, %slug, %value, %cat, %file);
	$value{"$_->{attribute} $_->{value}"} = 1 for @{ $shop->{attributes} };
	$cat{ $_->{"slug:$shop->{locales}[0]"} } = 1 for @{ $shop->{categories} };
	$file{ $_->[0] }++ for @{ $shop->{pictures} };
	for (grep { $file{$_} > 1 } keys %file) { die "$shop->{code}: picture $_ twice\n" }
	for my $c (@{ $shop->{categories} }) {
		die "$shop->{code}: parent $c->{parent}\n" if $c->{parent} ne '' && !$cat{ $c->{parent} };
		die "$shop->{code}: category picture $c->{image}\n" unless $file{ $c->{image} };
	}
	$cat{ $_->{"slug:$shop->{locales}[0]"} } = 0 for grep { $_->{kind} eq 'collection' } @{ $shop->{categories} };
	my %shown;
	for my $p (@{ $shop->{products} }) {
		my $where = "$shop->{code} $p->{ref}";
		die "$where twice\n" if $ref{ $p->{ref} }++;
		for my $l (@{ $shop->{locales} }) {
			die "$where: slug $p->{slug}{$l} twice\n" if $slug{"$l $p->{slug}{$l}"}++;
			die "$where: no $_ in $l\n"
				for grep { ($p->{$_}{$l} // '') eq '' } qw(name summary description meta_title meta_description);
		}
		defined $cat{$_} or die "$where: category $_\n" for @{ $p->{cats} };
		$shown{$_}++ for @{ $p->{cats} };
		die "$where: no tags in $_\n" for grep { ref $p->{tags} eq 'HASH' && !@{ $p->{tags}{$_} } } @{ $shop->{locales} };
		$file{ $_->{file} } or die "$where: picture $_->{file}\n" for @{ $p->{images} }, @{ $p->{docs} // [] };
		for my $name (keys %{ $p->{spec} }) {
			$value{"$name $_"} or die "$where: $name $_\n" for @{ $p->{spec}{$name} };
		}
		for my $v (@{ $p->{variants} }) {
			die "$where: $v->{sku} twice\n" if $sku{ $v->{sku} }++;
			$value{"color $v->{color}"} or die "$where: color $v->{color}\n" if ($v->{color} // '') ne '';
			$value{"size $v->{size}"} or die "$where: size $v->{size}\n" if ($v->{size} // '') ne '';
		}
	}
	for my $slug (grep { !$cat{$_} && ($shown{$_} // 0) < 4 } keys %cat) { die "$shop->{code}: collection $slug is nearly empty\n" }
	return $shop;
}

1;
