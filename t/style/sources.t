#!/usr/bin/perl
# Promise: code stays readable and in its place. Files up to 40 KB, functions up to 80
# lines; no SQL and no HTML in programs; memory only by contexts above the base layer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);
use Sources qw(tracked code_of functions_of);
use Test::More;

use constant { FILE_MAX => 40 * 1024, FUNCTION_MAX => 80 };

# path or path:function => why it may be longer.
my %longer = (
	'COPYING' => 'the licence as the FSF wrote it',
	'po/es.po' => 'one entry per message', 'po/id.po' => 'one entry per message',
	't/sql/rights.txt' => 'one line per right, as rights.t prints them',
	'sql/roles.sql' => 'who may do what is read in one place: it is taken away and given in one transaction',
	't/browser/package-lock.json' => 'written by npm',
	'sql/migrations/0004-sales.sql' => 'one domain, with a comment on every column',
	'dev/draw/shoe.c:*' => 'drawings: one stroke after the other',
);

my @text = grep { !m{^sql/demo/|^t/data/release-[\d.]+\.sql\.xz$|\.(?:png|jpg|webp|pdf|ico|mo)$} } tracked(qr{.});
my @large = grep { !$longer{$_} && -s top() . "/$_" > FILE_MAX } @text;
is_deeply(\@large, [], 'no file is larger than 40 KB');
my @gone = grep { my ($file) = split /:/; !-e top() . "/$file" } sort keys %longer;
is_deeply(\@gone, [], 'every exception is of a file that exists');

my @c = tracked(qr{\.c$});
my @long;
for my $file (@c) {
	push @long, map { "$file:$_->[0] has $_->[2] lines" } grep { $_->[2] > FUNCTION_MAX && !$longer{"$file:$_->[0]"}
		&& !$longer{"$file:*"} }
		functions_of($file);
}
is_deeply(\@long, [], 'no function is longer than 80 lines');

my %bad;
for my $file (grep { m{^(?:cgi-bin|jobs)/} } @c) {
	my $code = code_of($file, 1);
	while ($code =~ /("(?:[^"\\\n]|\\.)*")/g) {
		my $string = $1;
		push @{ $bad{$file} }, $string
			if $string =~ /"\s*(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS)\b/i
			|| $string =~ m{</?(?:p|div|span|a|h[1-6]|ul|li|table|form|input|html|body|br)\b[^"]*>}i;
	}
}
is_deeply(\%bad, {}, 'no SQL and no HTML in programs and jobs');

my %heap;
for my $file (grep { m{^(?:lib/(?:shop|front|web|pay|ship|notify|channel)|cgi-bin|jobs)/} } @c) {
	my @calls = code_of($file) =~ /(?<![\w.>])(malloc|calloc|realloc|free|strdup|strndup|asprintf|vasprintf)\s*\(/g;
	$heap{$file} = \@calls if @calls;
}
is_deeply(\%heap, {}, 'memory comes from contexts');

my (@todo, @spaces);
for my $file (grep { m{\.(?:c|h|pm|t|pl|sql|mjs|js|css|am|sh)$|^dev/[\w-]+$} && !m{^t/style/} } @text) {
	my $text = read_file(top() . "/$file");
	push @todo, $file if $text =~ /\b(?:TODO|FIXME|HACK)\b/;
	push @spaces, $file if $text =~ /[ \t]+$/m || $text !~ /\n\z/ && length $text;
}
is_deeply(\@todo, [], 'nothing is left for later in a comment');
is_deeply(\@spaces, [], 'no blanks at line ends, a newline at the end');

# The rules must be able to fail.
is(scalar(functions_of('t/lib/hello.c')), 1, 'functions are found');
like(code_of('t/lib/hello.c'), qr/FCGX_Accept_r/, 'code is read');
done_testing;
