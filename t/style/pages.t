# Promise: a page program is whole: built, declared, within its prefixes, with its
# templates, its manual page that names every route and parameter, and a test that asks it.
# The six steps of CONTRIBUTING.md; each failure names the step.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib";
use House qw(program_rows read_file top);
use Test::More;

my $top = top();
my $build = $ENV{SUTLER_BUILD} // "$top/var/build";
my %row = map { $_->{name} => $_ } grep { $_->{kind} eq 'page' } program_rows();
my $make = read_file("$top/cgi-bin/Makemodule.am");
my $tests = join '', map { read_file($_) } glob "$top/t/http/*.t $top/t/browser/*.ts $top/t/lib/*.pm";

# The programs: sources with a main of their own.
my %source = map { my $text = read_file($_); $text =~ /\bprogram_run\(/ ? (m{/([\w-]+)\.c$} => $text) : () }
	glob "$top/cgi-bin/*.c";
ok scalar keys %source, 'there are page programs';

# Whether $path stands under one of the prefixes of a row.
sub within
{
	my ($path, $prefixes) = @_;
	for my $prefix (split /,/, $prefixes) {
		return 1 if $prefix eq '/' || $path eq $prefix || index($path, $prefix =~ s{/?$}{/}r) == 0;
	}
	return 0;
}

for my $name (sort keys %source) {
	my $template = $name eq 'template';     # the program to copy: not installed, so no row and no manual
	like $make, qr/^(cgi|noinst)_PROGRAMS \+= %D%\/\Q$name\E$/m, "step 1: $name is built (cgi-bin/Makemodule.am)";
	ok $template || $row{$name}, "step 2: $name has a row in etc/programs.tab";
	for my $view ($source{$name} =~ /page_view\(r,\s*"([^"]+)"\)/g) {
		ok -e "$top/tmpl/$view.mustache", "step 4: $name has its template $view";
	}
	my @routes = -x "$build/cgi-bin/$name" ? `'$build/cgi-bin/$name' -r` : ();
	is $?, 0, "step 1: $name starts and prints its routes" if @routes;
	ok scalar @routes, "step 1: $name has routes (built in $build)";
	my $manual = !$template && -e "$top/man/sutler-$name.8" ? read_file("$top/man/sutler-$name.8") =~ s/\\[&-]//gr : '';
	for my $line (@routes) {
		chomp $line;
		my ($method, $path, undef, undef, undef, undef, $params) = split /\t/, $line, -1;
		(my $fixed = $path) =~ s{/?\{.*}{};
		ok index($tests, $fixed) >= 0, "step 6: a test asks $method $path";
		next if $template;
		ok within($path, $row{$name}{prefixes} // ''), "step 2: $path is under a prefix of $name" if $row{$name};
		ok index($manual, $path) >= 0, "step 5: sutler-$name(8) names $path";
		ok index($manual, $_) >= 0, "step 5: sutler-$name(8) names the parameter $_"
			for map { s/\?$//r } split /,/, $params;
	}
}

done_testing;
