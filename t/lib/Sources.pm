package Sources;

# The tracked text of the checkout, for the style tests.

use strict;
use warnings;
use Exporter qw(import);
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use House qw(read_file top);

our @EXPORT_OK = qw(tracked code_of functions_of);

# Paths (relative to the checkout) of tracked files that match the pattern; without
# git, as in a release archive, whatever is in the source directories.
sub tracked
{
	my ($pattern) = @_;
	my $top = top();
	my @all = -e "$top/.git" ? split /\n/, `git -C '$top' ls-files`
		: map { s{^\./}{}r } split /\n/, `cd '$top' && find . -type f -not -path './var/*' -not -path '*/node_modules/*'`;
	return grep { $_ =~ $pattern && -f "$top/$_" } @all;
}

# C without comments; strings stay when $keep_strings, line numbers always.
sub code_of
{
	my ($path, $keep_strings) = @_;
	my $text = read_file(top() . "/$path");
	$text =~ s{(/\*.*?\*/)|//[^\n]*|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}{
		defined $1 ? "\n" x ($1 =~ tr/\n//) : defined $2 ? ($keep_strings ? $2 : '""') : ''}gse;
	return $text;
}

# [name, first line, number of lines] of every function of a C file in K&R layout.
sub functions_of
{
	my ($path) = @_;
	my @lines = split /\n/, code_of($path);
	my (@found, $start, $name);
	for my $i (0 .. $#lines) {
		if ($lines[$i] eq '{') {
			$start = $i;
			my $head = join ' ', @lines[($i > 6 ? $i - 6 : 0) .. $i - 1];
			($name) = $head =~ /(\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*$/;
		} elsif ($lines[$i] eq '}' && defined $start) {
			push @found, [$name // '?', $start + 1, $i - $start + 1];
			undef $start;
		}
	}
	return @found;
}

1;
