# Promise: what a category page and a product page cost the program catalog is known, and does not
# creep up: the instructions of a request, counted by callgrind, are at most 5 % above the figures in
# t/data/instructions.tab.
#
# Instructions do not depend on what else the machine does: the middle five of nine requests differ by a
# hundredth of a per cent.  On a slow machine one or two of the nine also write the traces of those before,
# which are no part of the page.  They are those of the developer build, in a worker that has shown the page before and keeps
# no whole pages.  After a
# change that is meant, SUTLER_INSTRUCTIONS=update dev/test http/930* writes today's figures; say why in
# the table's last column.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(own_dir read_file top wait_for write_file);
use IO::Socket::UNIX;
use Program;
use Shop;
use Socket qw(SOCK_STREAM);
use Test::More;

# WARM: caches, prepared statements and the pools of memory are as they stay.  SPREAD: per cent.
use constant { WARM => 8, REQUESTS => 9, LEAVE => 2, MOST_ABOVE => 1.05, MOST_SPREAD => 2, PRODUCTS => 24 };

my $table = top() . '/t/data/instructions.tab';
my %page = (category => '/c/shoes', product => '/p/plain');
my $build = $ENV{SUTLER_BUILD} // top() . '/var/build';
my $dir = own_dir(sprintf('%s/var/test/run/instructions-%d', top(), $$), 0755);
# A file for each request, written when it leaves exchange_serve(); what is outside is libfcgi's.
write_file("$dir/catalog", "#!/bin/sh\nexec valgrind --tool=callgrind --trace-children=yes --toggle-collect=exchange_serve --dump-after=exchange_serve"
	. " --callgrind-out-file='$dir/out.%p' '$build/cgi-bin/catalog' \"\$@\"\n", 0755);

# What a worker knows of a store stays as it is.
$ENV{SUTLER_TEST_SITE_AGE_MS} = 3600_000;
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows('catalog')], program => sub { "$dir/catalog" }, config => { 'web.workers' => 1, 'web.page_memory' => 0 });
my $f = Fixture->new($shop->dbh);
$f->furnish;
# A page full of goods.
my $t = $f->{tenant}{acme};
$f->in_bulk(sub { for my $n (1 .. PRODUCTS) {
	my $sku = sprintf 'SHOE%02d', $n;
	$f->variant($t, $sku, price => { EUR => 1000 + $n }, stock => { W1 => 10 }, stores => ['one']);
	$f->add('catalog.category_product', tenant_id => $t, store_id => $f->{store}{one}, category_id => $f->{category}{one}, product_id => $f->{product}{$sku});
} });
$shop->job('freshen', '--once');

sub ask
{
	my ($path) = @_;
	my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $shop->stack->socket_path('catalog')) // die "no catalog: $!\n";
	$s->syswrite(Program::bytes_of('GET', $path, '', {}, { HTTP_HOST => 'one.localhost', REMOTE_ADDR => '10.0.0.1' }));
	my $got = Program::read_answer($s);
	die "$path answers $got->{status}\n$got->{body}\n" if $got->{status} != 200;
	return $got;
}

# The instructions of one request.
my %seen;
sub instructions
{
	my ($path) = @_;
	my $got = ask($path);
	my @new;
	wait_for(20, sub { @new = grep { !$seen{$_} && read_file($_) =~ /^(?:summary|totals): \d+/m } glob "$dir/out.*.[0-9]*"; @new == 1 })
		or die "callgrind tells of " . @new . " requests, not of one\n";
	$seen{ $new[0] } = 1;
	return (read_file($new[0]) =~ /^(?:summary|totals): (\d+)/m)[0], $got;
}

my (%figure, %reason);
for (grep { !/^#/ } split /\n/, read_file($table)) {
	my ($name, $ir, $why) = split /\t+/;
	($figure{$name}, $reason{$name}) = ($ir, $why);
}
is_deeply [sort keys %figure], [sort keys %page], 'the table has a figure for each page';
like((instructions($page{category}))[1]{body}, qr{href="/p/shoe\d\d"}, 'the category is full of goods');

my %now;
for my $name (sort keys %page) {
	instructions($page{$name}) for 1 .. WARM;
	my @ir = sort { $a <=> $b } map { (instructions($page{$name}))[0] } 1 .. REQUESTS;
	my ($least, $middle, $most) = @ir[LEAVE, $#ir / 2, $#ir - LEAVE];
	my $spread = 100 * ($most - $least) / $middle;
	$now{$name} = $middle;
	diag sprintf '%s: %d instructions a request (%+.1f %% of the figure; spread %.2f %%)', $name, $middle,
		100 * $middle / $figure{$name} - 100, $spread if $figure{$name};
	cmp_ok $spread, '<=', MOST_SPREAD, "$name: most of " . REQUESTS . ' requests agree';
	next if ($ENV{SUTLER_INSTRUCTIONS} // '') eq 'update';
	cmp_ok $middle, '<=', $figure{$name} * MOST_ABOVE, "$name: no more than before";
}
if (($ENV{SUTLER_INSTRUCTIONS} // '') eq 'update') {
	my ($head) = read_file($table) =~ /\A((?:#.*\n)*)/;
	write_file($table, $head . join '', map { join("\t", $_, $now{$_}, $reason{$_}) . "\n" } sort keys %now);
}
done_testing;
