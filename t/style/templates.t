#!/usr/bin/perl
# Promise: text that reaches a page is escaped. {{{ }}} and {{& }} stand only in the
# templates named here, each with the reason why its value is HTML made by us.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Sources qw(tracked);
use Test::More;

my %allowed = (
	'tmpl/catalog/category.mustache' => 'structured data: JSON made by the database, < escaped',
	'tmpl/catalog/filters.mustache' => 'catalog/facets as it was printed',
	'tmpl/layout/checkout.mustache' => 'layout/logo as it was printed',
	'tmpl/layout/shop.mustache' => 'layout/menu, assets, logo and foot as they were printed',
	'tmpl/catalog/product.mustache' => 'descriptions: Markdown rendered by md4c without raw HTML; structured data',
	'tmpl/home/index.mustache' => 'blocks that home/block printed; structured data',
	'tmpl/layout/mail.mustache' => 'words of the merchant: Markdown rendered by md4c without raw HTML, then names alone, escaped',
	'tmpl/mail/order-changed.html.mustache' => 'how to pay: Markdown rendered by md4c without raw HTML',
	'tmpl/mail/order-placed.html.mustache' => 'how to pay: Markdown rendered by md4c without raw HTML',
	'tmpl/layout/order.mustache' => 'how to pay: Markdown rendered by md4c without raw HTML',
	'tmpl/home/page.mustache' => 'content pages: Markdown rendered by md4c without raw HTML',
	'tmpl/admin-settings/page.mustache' => 'the preview of content pages, likewise',
);
# {{&x}} is also a number in the machine's form, as attributes want it: these names only.
my $number = qr/(?:max_|min_)?quantity|count|page|number|position|width|height/;
my @templates = tracked(qr{^tmpl/.*\.mustache$});
cmp_ok(scalar @templates, '>', 5, 'the templates are found');
my (%raw, @script);
for my $file (@templates) {
	my $text = read_file(top() . "/$file") =~ s/\{\{!.*?\}\}//gsr;
	$raw{$file} = 1 if $text =~ /\{\{\{|\{\{\s*&\s*(?!$number\s*\}\})/ && $file !~ /\.txt\.mustache$/;
	# The policy of pages forbids them: they would not run.
	push @script, $file if $text =~ /\son[a-z]+\s*=\s*["']|<script(?![^>]*(?:\ssrc=|type="application\/ld\+json"))|\sstyle="/
		&& $file !~ m{^tmpl/(?:mail|documents)/};
}
is_deeply([grep { !$allowed{$_} } sort keys %raw], [], 'unescaped values only where listed');
is_deeply([grep { !$raw{$_} } sort keys %allowed], [], 'the list names no template without one');
is_deeply(\@script, [], 'no inline script, handler or style');
done_testing;
