package Install;

# Installs what is missing: Debian packages of dev/packages, npm packages of the
# browser tests, and builds the checkout.

use strict;
use warnings;
use Exporter qw(import);
use File::Path qw(make_path);
use House qw(quietly read_file top write_file);
use Digest::SHA qw(sha1_hex);

our @EXPORT_OK = qw(install_packages install_node_tools build say_step);

# One short friendly line on what happens now.
sub say_step
{
	my ($text) = @_;
	local $| = 1;
	print "· $text\n";
	return;
}

sub has_command
{
	my ($name) = @_;
	return grep { -x "$_/$name" } split(/:/, $ENV{PATH} // ''), '/usr/sbin', '/sbin';
}

# Packages of dev/packages that are not there; those below the heading "# package" for whoever builds some.
sub missing_packages
{
	my ($package_too) = @_;
	my ($all) = split /^# package\n/m, read_file(top() . '/dev/packages'), $package_too ? 1 : 2;
	my @wanted;
	for my $line (split /\n/, $all) {
		next if $line !~ /^([a-z0-9][a-z0-9.+-]+)(?:\s+unless\s+(\S+))?/;
		push @wanted, $1 if !$2 || !has_command($2);
	}
	my %have;
	open my $dpkg, '-|', 'dpkg-query', '-W', '-f', '${db:Status-Abbrev} ${Package} ${Provides}\n'
		or die "cannot run dpkg-query: is this Debian?\n";
	while (<$dpkg>) {
		next if !s/^ii\s+//;
		$have{$_} = 1 for grep { /^[a-z0-9]/ } split /[\s,]+/;
	}
	close $dpkg;
	return grep { !$have{$_} } @wanted;
}

sub install_packages
{
	my ($package_too) = @_;
	my @missing = missing_packages($package_too);
	return if !@missing;
	say_step('installing ' . @missing . ' Debian package' . (@missing == 1 ? '' : 's') . ": @missing");
	my @sudo = $> == 0 ? () : has_command('sudo') ? ('sudo')
		: die "these packages are missing, and there is neither root nor sudo to install them:\n  @missing\n";
	quietly(top() . '/var/log/install.log', @sudo, top() . '/dev/install-packages', @missing);
	my @still = missing_packages($package_too);
	die "could not install: @still (see var/log/install.log)\n" if @still;
	return;
}

# The node packages of t/NAME, in t/NAME/node_modules.
#	browser	Playwright, axe-core, Lighthouse and the HTML checker
#	node	libraries of outside services, which speak to our programs as those do
sub install_node_tools
{
	my ($name) = @_;
	my $dir = top() . "/t/$name";
	my $stamp = "$dir/node_modules/.installed";
	my $sum = sha1_hex(join '', map { read_file("$dir/$_") } 'package.json', 'package-lock.json');
	return if -e $stamp && read_file($stamp) eq $sum;
	say_step("installing the tools of t/$name");
	# The user's own npm settings (registry, proxy) stay in force.
	quietly(top() . '/var/log/npm.log', 'npm', '--prefix', $dir, 'ci', '--no-audit', '--no-fund', '--ignore-scripts');
	write_file($stamp, $sum);
	return;
}

# Builds in a directory of its own; returns it.  Named values: dir, configure (array
# of options), targets (array).
sub build
{
	my (%o) = @_;
	my $top = top();
	my ($dir, $log) = ($o{dir}, "$o{dir}/build.log");
	make_path($dir);
	unlink $log;
	my $newest = newest("$top/configure.ac", "$top/Makefile.am", glob("$top/*/Makemodule.am $top/lib/*/Makemodule.am"));
	if (!-e "$top/configure" || newest("$top/configure") < $newest || !-e "$top/Makefile.in") {
		say_step('making configure');
		chdir $top or die "cannot go to $top: $!\n";
		quietly($log, 'autoreconf', '-fi');
	}
	chdir $dir or die "cannot go to $dir: $!\n";
	my $options = join ' ', @{ $o{configure} // [] };
	if (!-e "$dir/Makefile" || !-e "$dir/options" || read_file("$dir/options") ne $options) {
		say_step('configuring');
		quietly($log, "$top/configure", '-q', @{ $o{configure} // [] });
		write_file("$dir/options", $options);
	}
	say_step('building');
	my $cores = () = read_file('/proc/cpuinfo') =~ /^processor\s*:/mg;
	# One after the other: "all" is a make of its own, and two at once write the same files.
	quietly($log, 'make', '-s', '-j' . ($cores || 1), $_) for @{ $o{targets} // ['all'] };
	chdir $top;
	return $dir;
}

sub newest
{
	my $newest = 0;
	for (@_) {
		my $t = (stat)[9] // 0;
		$newest = $t if $t > $newest;
	}
	return $newest;
}

1;
