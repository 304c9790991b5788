#!/usr/bin/perl
# Promise: a disk that is full - of the database, of the pictures, of temporary files - makes the shop say that it is
# away for a moment, and nothing worse: what was acknowledged is there, nothing is half done, and with room on the
# disk it serves within five seconds, after a crash of the database by its start alone (P5, P10).
#
# Each disk is a small file system in memory, mounted in a namespace of the test's own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Digest::SHA qw(sha256_hex);
use File::Find ();
use File::Path qw(make_path);
use House qw(own_dir top wait_for);
use Picture qw(png);
use Staff;
use Test::More;
use Time::HiRes qw(time);
use Trial;

use constant { DATA_MB => 400, MEDIA_MB => 4, TMP_MB => 4, SERVING_S => 5, TRIES => 3000 };

if (!$ENV{SUTLER_TEST_DISKS}) {
	plan skip_all => 'mounting a small disk needs root' if $> != 0;
	plan skip_all => 'namespaces for mounts are not allowed here' if system('unshare --mount mount -t tmpfs tmpfs /mnt 2>/dev/null') != 0;
	local $ENV{SUTLER_TEST_DISKS} = 1;
	exec 'unshare', '--mount', $^X, $0;
}

my $dir = sprintf '%s/var/test/run/%s-%d', top(), ($0 =~ s{^.*/|\.t$}{}gr), $$;
sub disk
{
	my ($path, $mb, $mode) = @_;
	make_path($path);
	system('mount', '-t', 'tmpfs', '-o', "size=${mb}m,mode=$mode", 'tmpfs', $path) == 0 or die "cannot mount $path\n";
	return $path;
}
my %disk = (data => disk("$dir/pg", DATA_MB, '0755'), media => own_dir(disk("$dir/media", MEDIA_MB, '0750'), 0750), tmp => disk("$dir/tmp", TMP_MB, '1777'));
END { my $status = $?; umount(); $? = $status }
sub umount { system "umount -l '$_' 2>/dev/null" for values %disk; return }

# Until nothing more goes in.
sub fill
{
	my ($name) = @_;
	open my $f, '>>', "$disk{$name}/filler" or die "cannot fill $name: $!\n";
	1 while syswrite $f, 'x' x 65536;
	1 while syswrite $f, 'x';
	die "filling $name: $!\n" if !$!{ENOSPC};
	return;
}
sub room { my ($name) = @_; unlink "$disk{$name}/filler" or die "no filler: $!\n"; return }

my $t = Trial->new(own => 1, workers => 2, env => { TMPDIR => $disk{tmp} }, programs => [qw(home catalog cart admin-login admin-home admin-catalog admin-media)]);
my $shop = $t->{shop};
my $cluster = $t->stack->{cluster};
my $variant = $t->{f}->variant_of('one');
my $product = '/p/' . $t->{f}->slug_of('one');
my @promised;	# tokens of carts that were acknowledged

# Puts something into a new cart; the answer's status.
sub buy
{
	my $page = $shop->visitor('one')->post('/cart/items', { variant => $variant, quantity => 1 });
	push @promised, map { /^(?:__Host-)?cart=([\w-]{43})/ ? $1 : () } $page->headers('set-cookie') if $page->status == 303;
	return $page;
}

sub lost
{
	my %there = map { ($_ => 1) } @{ $t->dbh->selectcol_arrayref(q{
		SELECT encode(k.token_sha256, 'hex') FROM sales.cart_token k JOIN sales.cart_line l USING (tenant_id, cart_id)}) };
	return grep { !$there{ sha256_hex($_) } } @promised;
}

# Buys until one is refused; that answer.
sub refused
{
	my $page;
	for (1 .. TRIES) {
		$page = buy();
		last if $page->status != 303;
	}
	return $page;
}

sub told_to_wait
{
	my ($page, $what) = @_;
	is $page->status, 503, $what;
	is $page->header('retry-after'), 5, '... and when to come again';
	unlike $page->body, qr/No space|could not|SQLSTATE|53100|PANIC/, '... and nothing of what is inside';
	return;
}

sub serves_soon
{
	my ($what) = @_;
	my $start = time;
	ok wait_for(30, sub { buy()->status == 303 && $shop->visitor('one')->get($product)->status == 200 }), $what;
	cmp_ok time - $start, '<=', SERVING_S, sprintf '... after %.1f s', time - $start;
	return;
}

is buy()->status, 303, 'a cart' for 1 .. 3;

subtest 'the disk of the database' => sub {
	fill('data');
	told_to_wait(refused(), 'when a table cannot grow, who buys is told to wait');
	my $page = $shop->visitor('one')->get($product);
	ok $page->status == 200 || $page->status == 503, 'who looks is served or told to wait: ' . $page->status;
	room('data');
	serves_soon('with room again it serves');
	is_deeply [lost()], [], 'and all ' . @promised . ' promised carts are there';
};

subtest 'no room for the log of the database' => sub {
	fill('data');
	# A new segment of the log is due, and there is no room: the server gives up.
	eval { $cluster->dbh('postgres')->do('SELECT pg_switch_wal()'); buy() } for 1 .. 8;
	ok wait_for(60, sub { eval { buy() }; !$cluster->pid }), 'the database server gives up';
	told_to_wait($shop->visitor('one')->post('/cart/items', { variant => $variant, quantity => 1 }), 'who buys is told to wait');
	told_to_wait($shop->visitor('one')->get('/cart'), 'who looks as well');
	room('data');
	ok eval { $cluster->start; 1 }, 'with room again it starts' or diag $@;
	serves_soon('... and the shop serves, which nobody has started');
	$t->reconnect;
	is_deeply [lost()], [], 'and all ' . @promised . ' promised carts are there';
};

subtest 'the disk of the pictures' => sub {
	my $ana = Staff->new($shop, $t->{f}, 'acme', may => [qw(catalog.view catalog.edit)], name => 'Ana Ruiz');
	my $url = '/admin/media/' . $t->{f}{product}{PLAIN};
	my $send = sub { my ($name, @color) = @_; return $ana->visitor->submit($ana->get($url), field => 'picture', { picture => { file => "$name.png", data => png(1200, 600, @color) } }) };
	my $rows = sub { return $shop->value('SELECT count(*) FROM catalog.media') };
	my $files = sub { my $n = 0; File::Find::find(sub { $n++ if -f && !/^(?:\.lock|filler)$/ }, $disk{media}); return $n };
	is $send->('red', 255, 0, 0)->status, 303, 'a picture comes in';
	my @before = ($rows->(), $files->());
	fill('media');
	my $page = $send->('blue', 0, 0, 255);
	# Others sent with it may have gone in before, so each file has its own sentence.
	is $page->status, 422, 'on a full disk the next is refused';
	like $page->text, qr/Pictures cannot be kept right now\. Nothing was changed/, '... in words';
	is_deeply [$rows->(), $files->()], \@before, '... and nothing of it is left';
	is $shop->visitor('one')->get($product)->status, 200, '... visitors do not notice';
	room('media');
	is $send->('blue', 0, 0, 255)->status, 303, 'with room again it comes in';
	cmp_ok $rows->(), '>', $before[0], '... and is there';
};

subtest 'the disk of temporary files' => sub {
	my $ana = Staff->new($shop, $t->{f}, 'acme', may => [qw(catalog.view catalog.edit)], name => 'Eva Sol');
	fill('tmp');
	is buy()->status, 303, 'who buys does not notice';
	is $shop->visitor('one')->get($product)->status, 200, 'nor who looks';
	is $ana->get('/admin/catalog')->status, 200, 'nor who works with it';
	my $url = '/admin/media/' . $t->{f}{product}{PLAIN};
	my $send = sub { return $ana->visitor->submit($ana->get($url), field => 'picture', { picture => { file => 'green.png', data => png(900, 600, 0, 255, 0) } }) };
	told_to_wait($send->(), 'who sends a picture is told to wait');
	room('tmp');
	is $send->()->status, 303, 'with room again it comes in';
};
done_testing;
