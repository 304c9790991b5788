#!/usr/bin/perl
# Promise: every setting of the table in lib/base/config.c stands in etc/sutler.conf with
# its meaning and its default, and the file names no setting that does not exist.
use strict;
use warnings;
use FindBin;
use Test::More;

my $top = "$FindBin::Bin/../..";
my %macro = (SUTLER_DATADIR => '/usr/share/sutler');

sub slurp {
	my ($path) = @_;
	open my $f, '<', $path or die "$path: $!";
	local $/;
	return <$f>;
}

# "a" MACRO "b" of C, joined.
sub literal {
	my ($c) = @_;
	my $text = '';
	while ($c =~ /"((?:[^"\\]|\\.)*)"|\b([A-Z_]+)\b/g) {
		$text .= defined $1 ? $1 : $macro{$2} // die "unknown macro $2";
	}
	return $text;
}

my (%table, @order);
my ($rows) = slurp("$top/lib/base/config.c") =~ /config_settings\[\] = \{\n(.*?)\n\};/s;
while ($rows =~ /\{ \.name = "([^"]+)"(.*?)(?=\n\t\{)/gs) {
	my ($name, $rest) = ($1, $2);
	my ($fallback) = $rest =~ /\.fallback = ((?:"[^"]*"|[A-Z_]+|\s)+),/;
	my ($meaning) = $rest =~ /\.meaning = ((?:"(?:[^"\\]|\\.)*"|\s)+)/;
	$table{$name} = [literal($fallback), literal($meaning)];
	push @order, $name;
}
cmp_ok(scalar @order, '>', 10, 'the table of settings is found');

my (%sample, @comments, @seen);
my $section = '';
for my $line (split /\n/, slurp("$top/etc/sutler.conf")) {
	if ($line =~ /^\[(\w+)\]$/) {
		$section = $1;
		@comments = ();
	} elsif ($line =~ /^#(\w+) =(?: (.*))?$/) {
		push @seen, "$section.$1";
		$sample{"$section.$1"} = [$2 // '', join(' ', @comments)];
		@comments = ();
	} elsif ($line =~ /^# (.*)$/) {
		push @comments, $1;
	} elsif ($line =~ /\S/) {
		fail("a line of the sample is neither comment nor default: $line");
	}
}
is_deeply(\@seen, \@order, 'the sample has the settings of the table, in its order');
is_deeply($sample{$_}, $table{$_}, "$_: default and meaning") for @order;
done_testing();
