#!/usr/bin/perl
# Promise: each sentence by which an import tells what is wrong with a file is one that the console knows to
# translate (cgi-bin/admin-catalog-fault.c).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Test::More;

my $top = top();
my @known = map { my $s = $_; $s =~ s/\\"/"/g; join '.+', map { quotemeta } split /\{\d\}/, $s, -1 }
	read_file("$top/cgi-bin/admin-catalog-fault.c") =~ /^\tN_\("((?:[^"\\]|\\.)+)"\),$/mg;
cmp_ok(scalar @known, '>', 80, 'the console knows ' . @known . ' sentences');

# What is put together of pieces of its own, each with a sentence of its own.
my %made = ('%s' => [], '%s is not %s' => [], 'the store has no %s "%s"' => [map { qq{the store has no $_ "x"} } qw(language currency warehouse)],
	'the column is not known and not read%s%s%s' => ['the column is not known and not read', 'the column is not known and not read; did you mean x?'],
	'The header cannot be used. %s' => ['The header cannot be used. x']);
# For sutlerctl alone: a page knows its store.
my $by_hand = qr/^(?:tenants? %s |there is no store|The file %s cannot be opened)/;

my %said;
for my $file (glob("$top/lib/shop/import_rows.c $top/lib/shop/import_tables.c $top/lib/shop/layout_*.c $top/lib/base/csv.c")) {
	my $text = read_file($file);
	my $name = $file =~ s{^\Q$top\E/}{}r;
	while ($text =~ /\b(?:import_error|import_warn|report_error|report_warn)\(im(?:port)?(?:->report)?, (?:[^;"]|"[^"]{0,12}")*?,\s*((?:[^;]|;(?=[^"\n]*"))+?)\);/gs) {
		$said{$_} = $name for grep { / / } $1 =~ /"((?:[^"\\]|\\.)*)"/g;
	}
	$said{"x is not $_"} = $name for $text =~ /\bbad\(im, column, text, (?:mem_printf\(im->row, )?"((?:[^"\\]|\\.)*)"/g, $text =~ /\bletters\(im, [^"]*?(?:SMALL "[^"]*", )"([^"]*)"\)/g;
	$said{$_} = $name for $text =~ /(?:snprintf\(c->why, sizeof\(c->why\), |\*error = (?:mem_printf\(ctx, )?)"((?:[^"\\]|\\.)*)"[,;)]/g;
	$said{"Row 1 cannot be used: $_."} = $name for $text =~ /^\t\[[A-Z_0-9]+\] = "([^"]+)",$/mg && $name =~ /csv/ ? $text =~ /^\t\[[A-Z_0-9]+\] = "([^"]+)",$/mg : ();
}
for my $file (map { "$top/sql/functions/$_.sql" } qw(import_catalog import_products catalog_markup)) {
	my $text = read_file($file);
	while ($text =~ /import_fault \(line, col, message[^)]*\)\s*SELECT((?:(?!;\n).)*?)\n\tFROM/gs) {
		$said{ $_ =~ s/''/'/gr } = $file =~ s{^\Q$top\E/}{}r for grep { / / } $1 =~ /'((?:[^']|'')*)'/g;
	}
}
cmp_ok(scalar keys %said, '>', 60, 'imports say ' . keys(%said) . ' sentences');
for my $s (sort keys %said) {
	my $plain = $s =~ s/\\"/"/gr =~ s/^%\.0s//r =~ s/%%/%/gr;
	next if $plain =~ $by_hand || $plain =~ /^;/;
	for my $m (@{ $made{$plain} // [$plain =~ s/%(?:\.\d+)?(?:zu|lld|[sd])/x/gr] }) {
		ok(scalar(grep { $m =~ /^$_$/ } @known), $m) or diag "$said{$s} says it";
	}
}
done_testing;
