#!/usr/bin/perl
# Promise: a database on another machine is spoken to over TLS with a certificate for each role, as doc/install.md says; a
# program with another role's certificate, without one, or before a server that proves nothing gets no data and says 503.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Cluster;
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use Fixture;
use House qw(free_port own_dir quietly top user_id wait_for write_file);
use Shelf;
use Shop;
use Stack;
use Test::More;

my $dir = sprintf '%s/var/test/run/160-remote-database-%d', top(), $$;
# A line of sutler.conf has 198 bytes, and the connection names three files.
my $tls = own_dir(tempdir('sutler-XXXXXX', TMPDIR => 1, CLEANUP => 1), 0755);
my $log = "$dir/openssl.log";
make_path($dir);
my @ec = qw(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes);
my @roles = qw(home catalog cart);

sub authority
{
	my ($name) = @_;
	quietly($log, 'openssl', 'req', '-x509', @ec, '-days', 30, '-subj', "/CN=$name", '-keyout', "$tls/$name.key", '-out', "$tls/$name.pem",
		'-addext', 'keyUsage=critical,keyCertSign,cRLSign');
	return;
}
sub certificate
{
	my ($name, $subject, $authority, $extra) = @_;
	quietly($log, 'openssl', 'req', @ec, '-subj', "/CN=$subject", '-keyout', "$tls/$name.key", '-out', "$tls/$name.request");
	write_file("$tls/ext", $extra);
	quietly($log, 'openssl', 'x509', '-req', '-days', 30, '-in', "$tls/$name.request", '-CA', "$tls/$authority.pem", '-CAkey', "$tls/$authority.key",
		'-CAcreateserial', '-extfile', "$tls/ext", '-out', "$tls/$name.pem");
	return;
}
sub own { chmod 0600, glob "$tls/*.key"; chown user_id(), glob "$tls/*" if $> == 0; return }

authority($_) for 'ca', 'stranger';
certificate('server', 'localhost', 'ca', "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
certificate("_sutler-$_", "_sutler-$_", 'ca', "extendedKeyUsage=clientAuth\n") for @roles;
own();

my $port = free_port();
my $cluster = Cluster->new("$dir/pg", hba => "hostssl sutler all 127.0.0.1/32 cert\n", settings => {
	listen_addresses => "'127.0.0.1'", port => $port, ssl => 'on', ssl_ca_file => "'$tls/ca.pem'", ssl_cert_file => "'$tls/server.pem'", ssl_key_file => "'$tls/server.key'" });
# Our own tools reach it by the socket, whose name has the port in it.
local $ENV{PGPORT} = $port;
$cluster->start;
my $connection = "host=localhost hostaddr=127.0.0.1 port=$port dbname=sutler sslmode=verify-full sslrootcert=$tls/ca.pem sslcert=$tls/%u.pem sslkey=$tls/%u.key";
my $stack = Stack->new(dir => $dir, media => "$dir/media", web_workers => 1, cluster => $cluster, rows => [Fixture::rows(@roles)], config => { 'web.workers' => 1 });
my $shop = bless { stack => $stack }, 'Shop';
END {
	my $status = $?;
	eval { $stack->stop } if $stack;
	$cluster->stop if $cluster;
	remove_tree($dir) if $status == 0 && Test::More->builder->is_passing;
	$? = $status;
}
$stack->start;
my $f = Fixture->new($shop->dbh);
Shelf::fill($shop, $f);
my $v = $shop->visitor('one');
is $v->get('/en/c/boots')->status, 200, 'on this machine the shop is there';

sub over
{
	my ($how) = @_;
	$stack->{config}{'database.connection'} = $how;
	$stack->write_config;
	$stack->restart_program($_) for @roles;
	return;
}
sub boots { my $page; wait_for(10, sub { $page = $v->get('/en/c/boots'); $page->status != 502 }); return $page }

over($connection);
is boots()->status, 200, 'and over TLS, with a certificate for each role';
is $v->get('/en/')->status, 200, 'the home page, too';
like $shop->dbh->selectrow_array(q{SELECT string_agg(DISTINCT a.usename || ' ' || s.ssl || ' ' || s.client_dn, ', ' ORDER BY a.usename || ' ' || s.ssl || ' ' || s.client_dn)
	FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.usename LIKE '\_sutler-%'}), qr{^_sutler-catalog true /CN=_sutler-catalog, .*_sutler-home true /CN=_sutler-home$},
	'nobody speaks in plain, and each shows its own';

copy("$tls/_sutler-cart.$_", "$tls/kept.$_") && copy("$tls/_sutler-catalog.$_", "$tls/right.$_") && copy("$tls/_sutler-cart.$_", "$tls/_sutler-catalog.$_") or die "cannot copy: $!\n" for 'pem', 'key';
own();
over($connection);
is boots()->status, 503, "with the cart's certificate nobody is the catalogue";
copy("$tls/right.$_", "$tls/_sutler-catalog.$_") for 'pem', 'key';
own();
over($connection =~ s/sslcert=\S+ sslkey=\S+/sslcert=$dir\/none.pem/r);
is boots()->status, 503, 'nor without one';
over($connection =~ s/ca\.pem/stranger.pem/r);
is boots()->status, 503, 'a server that the authority does not know is told nothing';
over($connection =~ s/host=localhost/host=db.example.test/r);
is boots()->status, 503, 'nor one of another name';
over($connection);
is boots()->status, 200, 'set right it serves again';
done_testing;
