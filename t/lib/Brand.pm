package Brand;

# What the merchants of Fixture say about themselves: categories, home page, pages of text.
#
#	my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('home')]);
#	my $f = Fixture->new($shop->dbh);
#	Brand::dress($f, 'acme', 'one', [qw(es en)], $word);
#
# Every text begins with the word, an upper-case language and what it is: "acme ES hero
# title".  So a text at the wrong place can be told, whoever wrote it.
#
# Categories (slug by language: LANG-NAME): shoes with its child boots, heels, and secret
# (not visible).  Blocks, in this order: hero, categories, featured, mission, vision, objectives,
# values, testimonials, sustainability, cta.  Pages: delivery, terms (slug LANG-NAME); the
# first language alone has the page legal.

use strict;
use warnings;

our @BLOCKS = qw(hero categories featured mission vision objectives values testimonials sustainability cta);
my %POINTS = map { $_ => 1 } qw(objectives values testimonials sustainability);

our $DELIVERY = <<'END';
# Top

Text & <b>raw</b> <script>alert(1)</script>

## Below

[good](/page/x) [bad](javascript:alert(1)) ![x src=](/a.png) :[y](/onerror=alert(2)//)
END

sub dress
{
	my ($f, $tenant, $store, $locales, $word) = @_;
	my @ids = (tenant_id => $f->{tenant}{$tenant}, store_id => $f->{store}{$store});
	$f->{dbh}->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{$tenant});
	categories($f, \@ids, $locales, $word);
	blocks($f, \@ids, $locales, $word);
	pages($f, \@ids, $locales, $word);
	$f->add('tenancy.social', @ids, network => 'instagram', url => "https://instagram.com/$word");
	$f->{dbh}->do('INSERT INTO catalog.version (tenant_id, store_id) VALUES (?, ?) ON CONFLICT DO NOTHING', undef,
		@ids[1, 3]);
	return;
}

sub categories
{
	my ($f, $ids, $locales, $word) = @_;
	my $n = 0;
	for my $c (['shoes'], ['boots', 'shoes'], ['heels'], ['secret', undef, 'false']) {
		my ($name, $parent, $visible) = @$c;
		my $id = $f->{category}{"$word $name"} = Fixture::id();
		$f->add('catalog.category', @$ids, category_id => $id, position => $n++, visible => $visible // 'true',
			parent_id => $parent ? $f->{category}{"$word $parent"} : undef);
		$f->add('catalog.category_text', @$ids, category_id => $id, locale => $_, slug => "$_-$name",
			name => "$word \U$_\E $name") for @$locales;
	}
	return;
}

sub blocks
{
	my ($f, $ids, $locales, $word) = @_;
	my $n = 0;
	for my $kind (@BLOCKS) {
		my $id = Fixture::id();
		my $link = $kind =~ /^(?:hero|cta)$/ ? '/cart' : '';
		# The code comes last in the alphabet first: order is by position alone.
		$f->add('content.block', @$ids, block_id => $id, code => sprintf('b%02d', 90 - $n), kind => $kind,
			position => $n++, link => $link);
		for my $l (@$locales) {
			my $say = sub { "$word \U$l\E $kind $_[0]" };
			$f->add('content.block_text', @$ids, block_id => $id, locale => $l, title => $say->('title'),
				body => $say->('body <i>&'), link_text => $link ? $say->('link') : '');
			next if !$POINTS{$kind};
			$f->add('content.block_item', @$ids, block_id => $id, locale => $l, position => $_,
				title => $say->("point $_"), body => $say->("words $_")) for 1, 2;
		}
	}
	return;
}

sub pages
{
	my ($f, $ids, $locales, $word) = @_;
	my $n = 0;
	for my $code (qw(delivery terms legal)) {
		my $id = Fixture::id();
		$f->add('content.page', @$ids, page_id => $id, code => $code, position => $n++);
		$f->add('content.page_text', @$ids, page_id => $id, locale => $_, slug => "$_-$code",
			title => "$word \U$_\E $code", body => $code eq 'delivery' ? $DELIVERY : "$word \U$_\E $code text")
			for $code eq 'legal' ? $locales->[0] : @$locales;
	}
	return;
}

1;
