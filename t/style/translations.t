#!/usr/bin/perl
# Promise: every text of every page exists in every language of the house: dev/gen-pot
# finds no message that a catalogue lacks, the catalogues are well formed, a translation
# has the tags, marks and figures of its message, and no sentence of a program gets past N_().
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Encode qw(decode_utf8 encode_utf8);
use House qw(read_file top);
use Sources qw(tracked);
use Test::More;

my $top = top();
my $out = `cd '$top' && dev/gen-pot --check 2>&1`;
is($?, 0, 'no catalogue lacks a message') or diag($out);

# Entries of a catalogue: [ flags, forms of the message, forms of the translation ].
sub entries
{
	my ($po) = @_;
	my @found;
	for my $block (split /\n{2,}/, decode_utf8(read_file("$top/$po"))) {
		my ($flags) = $block =~ /^#,(.*)$/m;
		my (@said, @done, $to);
		for my $line (grep { !/^#/ } split /\n/, $block) {
			$line =~ /^(?:(msgid(?:_plural)?|msgstr(?:\[\d+\])?) )?"(.*)"$/ or next;
			push @{ $to = $1 =~ /^msgid/ ? \@said : \@done }, '' if defined $1;
			$to->[-1] .= $2;
		}
		push @found, [$flags // '', \@said, \@done] if @said && $said[0] ne '';
	}
	return @found;
}

# What must stand in a translation as in its message: tags of templates, elements, marks
# that programs fill in, printf's figures.
sub marks { return join ' ', sort $_[0] =~ /(\{\{[^}]*\}\}+|\{\w+\}|<[^>]*>|%[-\d.\$]*[a-zA-Z%]|&\w+;)/g }

sub ending { return $_[0] =~ /([.?!:…,])$/ ? $1 : '' }

for my $po (tracked(qr{^po/\w+\.po$})) {
	my $check = `msgfmt --check -o /dev/null '$top/$po' 2>&1`;
	is($?, 0, "$po is well formed") or diag($check);
	my @entries = entries($po);
	cmp_ok(scalar @entries, '>', 250, "$po has its messages");
	my @fuzzy = grep { $_->[0] =~ /fuzzy/ } @entries;
	is(scalar @fuzzy, 0, "$po holds nothing unsure") or diag(map { encode_utf8("$_->[1][0]\n") } @fuzzy);
	my (@marks, @ends, @spaces);
	for my $e (@entries) {
		my ($said, $done) = @$e[1, 2];
		for my $form (@$done) {
			# A form of a plural may leave out the number.
			my $same = grep { marks($_) eq marks($form) } @$said;
			push @marks, "$said->[0] => $form" if !$same && !(@$said > 1 && marks($form) eq '');
			push @spaces, "$said->[0] => $form" if $form =~ /^\s|\s$|\s\s/;
		}
		# A sentence stays a sentence: full stops at both ends or at none.
		push @ends, "$said->[0] => $done->[0]" if (ending($said->[0]) eq '.') != (ending($done->[0]) eq '.')
			&& length $said->[0] > 12 && ending($said->[0]) =~ /^\.?$/;
	}
	is_deeply(\@marks, [], "$po: tags, marks and figures are those of the message");
	is_deeply(\@ends, [], "$po: a sentence ends as one");
	is_deeply(\@spaces, [], "$po: no spaces at the ends or two in a row");
}

# A literal that goes to a reader without N_() would never be translated.
my @bare;
for my $file (tracked(qr{^(?:lib|cgi-bin|jobs)/.*\.c$})) {
	my $text = decode_utf8(read_file("$top/$file"));
	while ($text =~ /\b(req_text|page_flash|page_decline|page_forbidden|page_error)\(([^;]*?)"((?:[^"\\]|\\.)*)"/g) {
		my ($call, $before, $words) = ($1, $2, $3);
		push @bare, "$file: $words" if $words =~ /^[A-Z].* |^[A-Z][a-z]+$/ && $before !~ /N_\(\s*$/;
	}
}
is_deeply(\@bare, [], 'every sentence of a program stands in N_()');

# Words of a template outside of its tags and messages.
my @loose;
for my $file (tracked(qr{^tmpl/.*\.mustache$})) {
	my $text = decode_utf8(read_file("$top/$file"));
	$text =~ s/\{\{!.*?\}\}//gs;
	$text =~ s/\{\{#_(?: \w+)?\}\}.*?\{\{\/_(?: \w+)?\}\}//gs;
	$text =~ s/\{\{[^}]*\}\}+/ /g;
	$text =~ s/<(style|script)\b.*?<\/\1>//gs;
	$text =~ s/<[^<>]*?\b(?:alt|title|aria-label|placeholder)="([^"]*)"/ >$1< </gs;
	1 while $text =~ s/<[^<>]*>/ /gs;
	# Words that are the same in every language.
	$text =~ s/\b(?:IBAN|BIC|PDF|Subject|Shopify|WooCommerce)\b/ /g;
	push @loose, "$file: $1" if $text =~ /\b([A-Za-z]{3,}(?: [a-z]+)*)/;
}
is_deeply(\@loose, [], 'every word of a template stands in a message');
done_testing;
