package Probes;

# What t/lib/probe.c, put in a program's place, may do by the program's row of programs.tab.
#
#	my $want = expected($row, launch => 1);		# { 'inet' => 0, 'write-media' => 1, ... }
#	my $got = verdicts($what_it_printed);		# the same; what was refused in { why }
#
# launch is true below sutler-launch, which has no mounts of its own to give: /tmp is everybody's there.

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(expected verdicts);

# Nobody's, whatever the row says.
my @NEVER = qw(netlink packet read-process-1 read-shadow read-kernel-log write-state write-settings write-programs write-sockets write-logs write-spool
	write-kernel run-own run-scratch run-media run-private run-downloads run-shell trace peek user-space user-space-by-clone mount-space mount chroot
	write-and-run-memory written-memory-run keys kernel-programs performance page-faults rings real-time become-root host-name set-user-id give-away
	device many-files core-files);
# Everybody's.
my @ALWAYS = qw(unix settings read-media write-own write-scratch);

sub expected
{
	my ($row, %o) = @_;
	my %has = map { ($_ => 1) } split /,/, "$row->{writes},$row->{reads}";
	my %writes = map { ($_ => 1) } split /,/, $row->{writes};
	my $out = $row->{network} eq 'out' ? 1 : 0;
	return {
		map({ ($_ => 0) } @NEVER), map({ ($_ => 1) } @ALWAYS),
		inet => $out, inet6 => $out, udp => $out,
		secret => $has{secrets} // 0, 'read-private' => $has{private} // 0, 'read-downloads' => $has{downloads} // 0,
		map({ ("write-$_" => $writes{$_} // 0) } qw(media private downloads)),
		# Without a mount of its own it sees that others run, and nothing of what they hold.
		'see-others' => $o{launch} ? 1 : 0,
	};
}

sub verdicts
{
	my ($said) = @_;
	return { map { /^(\S+) (\S+)$/ ? ($1 => $2 eq 'yes' ? 1 : 0) : () } split /\n/, $said };
}

1;
