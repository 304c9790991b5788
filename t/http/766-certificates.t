#!/usr/bin/perl
# Promise: before a certificate ends, and when one is shown that browsers refuse, the owner of the shop reads it, and whoever
# runs the host is told by the job's end, the doctor and a figure; what counts is what the web server shows, of each host alone;
# nobody learns of another merchant's hosts (OPS-11, TEN-02).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Fixture;
use House qw(alive demoted end_pid free_port own_dir quietly read_file spawn user_id wait_for write_file);
use HTTP::Tiny;
use IO::Socket::INET;
use POSIX qw(strftime);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home admin-login admin-status watch))]);
my $f = Fixture->new($shop->dbh);
$f->furnish;
my ($stack, $dbh) = ($shop->stack, $shop->dbh);
$stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', owner => 1);
my $siti = Staff->new($shop, $f, 'bahari', owner => 1);
my $tls = own_dir("$stack->{dir}/tls", 0755);
my $log = "$stack->{dir}/log/openssl.log";

# ---- a web server with certificates of all kinds ----

my @ec = qw(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes);
quietly($log, 'openssl', 'req', '-x509', @ec, '-days', 300, '-subj', '/O=Throw <b>away/CN=Authority 1', '-keyout', "$tls/ca.key", '-out', "$tls/ca.pem",
	'-addext', 'keyUsage=critical,keyCertSign,cRLSign');

# The certificate of a host, for NAME, in force for DAYS.
sub certify
{
	my ($host, $days, $name) = @_;
	quietly($log, 'openssl', 'req', @ec, '-subj', '/CN=x', '-keyout', "$tls/$host.key", '-out', "$tls/$host.request");
	write_file("$tls/ext", 'subjectAltName=DNS:' . ($name // $host) . "\nextendedKeyUsage=serverAuth\n");
	quietly($log, 'openssl', 'x509', '-req', '-days', $days, '-in', "$tls/$host.request", '-CA', "$tls/ca.pem", '-CAkey', "$tls/ca.key",
		'-CAcreateserial', '-extfile', "$tls/ext", '-out', "$tls/$host.pem");
	chown user_id(), glob "$tls/*" if $> == 0;
	return;
}
certify('good.localhost', 90);
certify('deep.wild.localhost', 60, '*.wild.localhost');
certify('soon.localhost', 10);
certify('ended.localhost', -1);
certify('elsewhere.example', 90);
quietly($log, 'openssl', 'req', '-x509', @ec, '-days', 90, '-subj', '/CN=self.localhost', '-addext', 'subjectAltName=DNS:self.localhost', '-keyout', "$tls/self.localhost.key", '-out', "$tls/self.localhost.pem");
chown user_id(), glob "$tls/*" if $> == 0;

my ($port, $plain, $dead) = map { free_port() } 1 .. 3;
my $dir = own_dir("$stack->{dir}/nginx", 0755);
own_dir("$dir/tmp", 0700);
my $server;
sub serve
{
	my $servers = join '', map { my ($host, $default) = @$_; <<"END" } ['elsewhere.example', ' default_server'], map { [$_, ''] } qw(good.localhost deep.wild.localhost soon.localhost ended.localhost self.localhost);
	server {
		listen 127.0.0.1:$port ssl$default;
		server_name $host;
		ssl_certificate $tls/$host.pem;
		ssl_certificate_key $tls/$host.key;
		return 204;
	}
END
	my $tmp = join '', map { "\t${_}_temp_path $dir/tmp/$_;\n" } qw(client_body fastcgi proxy uwsgi scgi);
	write_file("$dir/nginx.conf", <<"END");
daemon off;
pid $dir/nginx.pid;
error_log $dir/error.log warn;
worker_processes 1;
events {
	worker_connections 64;
}
http {
	access_log $dir/access.log;
$tmp$servers
	server {
		listen 127.0.0.1:$plain;
		access_log off;
		return 204;
	}
}
END
	end_pid($server, 10) if $server;
	$server = spawn(cmd => [demoted('/usr/sbin/nginx', '-e', "$dir/error.log", '-p', $dir, '-c', "$dir/nginx.conf")], log => "$dir/nginx.log");
	wait_for(20, sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) || !alive($server) }) && alive($server)
		or BAIL_OUT("no web server: see $dir");
	return;
}
END { my $status = $?; end_pid($server, 10) if $server; $? = $status }
serve();
# Takes a connection and says nothing.
my $deaf = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");

sub host
{
	my ($tenant, $store, $name, $at) = @_;
	$dbh->do('INSERT INTO tenancy.host (host, tenant_id, store_id, origin) VALUES (?, ?, ?, ?)', undef, $name, $f->{tenant}{$tenant}, $f->{store}{$store},
		$at == 443 ? "https://$name" : "https://$name:$at");
	return;
}
host('acme', 'one', $_, $port) for qw(good.localhost deep.wild.localhost soon.localhost ended.localhost self.localhost);
host('acme', 'one', 'other.localhost', $port);
host('acme', 'one', 'plain.localhost', $plain);
host('acme', 'one', 'dead.localhost', $dead);
host('acme', 'one', 'deaf.localhost', $deaf->sockport);
host('bahari', 'three', 'their.localhost', $port);
$dbh->do('DELETE FROM event.ready');
$dbh->do('UPDATE inventory.stock SET short = 0');

# Settings beside the house's.
sub settings
{
	my (%s) = @_;
	$stack->{config} = { %{ $stack->{config} }, %s };
	$stack->write_config;
	return;
}
settings('net.ca_file' => "$tls/ca.pem");

sub check { return $stack->run_job('check-certificates') }
sub page { return $_[0]->get('/admin/status') }
sub findings { return join ' | ', map { s/<[^>]+>//gr } page($_[0])->html =~ m{<div class="note \w+"><p><strong>(.*?)</strong>}gs }
# host => what the page says of it.
sub states { return page($_[0])->html =~ m{<td class="long-word">([^<]*)</td><td><span class="tag \w*">([^<]*)</span>}g }
sub doctor { return $stack->capture($stack->ctl_path, 'doctor', '--only', 'shown') }
sub figures { return HTTP::Tiny->new(timeout => 20)->get('http://127.0.0.1:' . $stack->ports->{watch} . '/metrics')->{content} }
sub all_ran
{
	$dbh->do(q{INSERT INTO watch.job (job, started_at, ended_at, succeeded_at, ms, runs) VALUES (?, now(), now(), now(), 1, 1)
		ON CONFLICT (job) DO UPDATE SET succeeded_at = now(), failing = 0}, undef, $_->{name}) for grep { $_->{kind} =~ /^(?:job|resident)$/ } House::program_rows();
	return;
}

subtest 'before anybody looked' => sub {
	all_ran();
	is findings($ana), '', 'nobody is alarmed';
	unlike page($ana)->text, qr/Certificates/, 'nothing is told of what nobody knows';
	my ($status, $said) = doctor();
	like $said, qr/^skip +shown +nobody has looked yet/m, 'the doctor says so';
	unlike figures(), qr/sutler_certificate/, 'there is no figure';
};

my %want = ('good.localhost' => 'good', 'deep.wild.localhost' => 'good', 'soon.localhost' => 'ends within 14 days', 'ended.localhost' => 'has ended',
	'self.localhost' => 'browsers warn of it', 'other.localhost' => 'for another name', map { ("$_.localhost" => 'not reached') } qw(plain dead deaf));

subtest 'all kinds' => sub {
	my ($status, $said) = check();
	is $status, 1, 'the job ends so that whoever runs the host is told' or diag $said;
	my %named = $said =~ /"message":"certificate wants a look","host":"([^"]*)","state":"([^"]*)"/g;
	is_deeply \%named, { 'soon.localhost' => 'ends', 'ended.localhost' => 'ended', 'self.localhost' => 'untrusted', 'other.localhost' => 'misnamed', 'their.localhost' => 'misnamed',
		map { ("$_.localhost" => 'unreached') } qw(plain dead deaf) }, '... of each by name' or diag $said;
	is $shop->value(q{SELECT failing FROM watch.job WHERE job = 'check-certificates'}), 0, '... though the task did its work';
	my %end = map { ($_->{host} => $_) } $shop->rows('SELECT host, fault, issuer, fits, trusted, extract(epoch FROM ends_at - now()) AS left FROM tenancy.certificate');
	for (['good.localhost', 90], ['soon.localhost', 10], ['ended.localhost', -1]) {
		my ($host, $days) = @$_;
		cmp_ok abs($end{$host}{left} - $days * 86400), '<', 600, "$host: its end";
	}
	is $end{'good.localhost'}{issuer}, 'Throw <b>away, Authority 1', 'who signed it';
	is_deeply [map { "$end{$_}{fits}$end{$_}{trusted}" } qw(good.localhost deep.wild.localhost other.localhost self.localhost)], [qw(11 11 01 10)], 'name and chain are judged apart';
	is_deeply [map { $end{"$_.localhost"}{fault} ne '' ? 1 : 0 } qw(plain dead deaf good)], [1, 1, 1, 0], 'why none was shown';
	is read_file("$dir/access.log"), '', 'nothing was asked for behind the handshake';
};

subtest 'the owner' => sub {
	is_deeply { states($ana) }, \%want, 'reads how each is, in words';
	is findings($ana), 'Addresses of which browsers warn, or which do not answer: 6 | Certificates that end within 14 days: 1', '... and what to do';
	like page($ana)->html, qr/<td>Throw &lt;b&gt;away, Authority 1</, '... and who signed it';
	is_deeply [(page($ana)->html =~ m{<td class="long-word">([^<]*)</td><td><span class="tag (?:bad|warn)">}g)[0, 1]], [qw(dead.localhost deaf.localhost)], '... the worst first';
	is_deeply { states($siti) }, { 'their.localhost' => 'for another name' }, 'of another merchant nothing';
	like $ana->visitor->get('/admin/status')->text, qr/termina en menos de 14 días/, 'in Spanish';
	like $ana->visitor->get('/id/admin/status')->text, qr/berakhir dalam 14 hari/, 'in Indonesian';
};

subtest 'who runs the host' => sub {
	my ($status, $said) = doctor();
	is $status, 1, 'the doctor is not content';
	like $said, qr/^BAD +shown /m, '... and says so';
	like $said, qr/for soon\.localhost a certificate is shown that ends in 10 days/, '... of what ends';
	like $said, qr/for ended\.localhost a certificate is shown that has ended/, '... has ended';
	like $said, qr/for other\.localhost a certificate of another name is shown/, '... is for another name';
	like $said, qr/for self\.localhost a certificate is shown of which browsers warn/, '... signed itself';
	like $said, qr/for dead\.localhost no certificate is shown: \S/, '... or is not there';
	like $said, qr/^ +-> \S/m, '... and what to do';
	my $page = figures();
	write_file("$stack->{dir}/metrics.txt", $page);
	my $judged = `promtool check metrics < '$stack->{dir}/metrics.txt' 2>&1`;
	ok $? == 0 && $judged !~ /error/, 'promtool takes the page' or diag $judged;
	my %n = $page =~ /^sutler_certificates\{state="(\w+)"\} (\d+)$/mg;
	is_deeply \%n, { good => 2, ends => 1, ended => 1, misnamed => 2, untrusted => 1, unreached => 3 }, 'figures: hosts by state';
	my ($first) = $page =~ /^sutler_certificate_earliest_expiry_timestamp_seconds (\S+)$/m;
	cmp_ok abs(($first // 0) - time + 86400), '<', 600, '... and when the first ends';
	unlike $page, qr/soon|ended\.localhost/, '... and no name';
};

subtest 'mended' => sub {
	my %bad = map { ($_ => 1) } grep { $want{$_} ne 'good' } keys %want;
	delete @bad{qw(soon.localhost ended.localhost)};
	$dbh->do('DELETE FROM tenancy.host WHERE host = ANY (?)', undef, [keys %bad, 'their.localhost']);
	is $shop->value('SELECT count(*) FROM tenancy.certificate WHERE host = ANY (?)', [keys %bad]), 0, 'a host that goes takes its certificate along';
	certify($_, 90) for qw(soon.localhost ended.localhost);
	my ($status, $said) = check();
	is $status, 1, 'new files that the web server never took into use are of no use';
	serve();
	($status, $said) = check();
	is $status, 0, 'when it did, all is well' or diag $said;
	is findings($ana), '', '... for the owner';
	is_deeply { states($ana) }, { map { ($_ => 'good') } grep { !$bad{$_} } keys %want }, '... who sees that';
	($status, $said) = doctor();
	like $said, qr/^well +shown +4 are good$/m, '... and for the doctor';
	like figures(), qr/^sutler_certificates\{state="ended"\} 0$/m, '... and the figures';
};

subtest 'time goes on' => sub {
	$dbh->do(q{UPDATE tenancy.certificate SET ends_at = now() + interval '13 days' WHERE host = 'good.localhost'});
	is findings($ana), 'Certificates that end within 14 days: 1', 'what ends is told though nobody looked again';
	$dbh->do(q{UPDATE tenancy.certificate SET ends_at = now() - interval '1 second' WHERE host = 'good.localhost'});
	is findings($ana), 'Addresses of which browsers warn, or which do not answer: 1', '... and what has ended';
};

subtest 'settings' => sub {
	settings('watch.tls_port' => $dead);
	check();
	is_deeply [$shop->rows(q{SELECT DISTINCT fault <> '' AS f FROM tenancy.certificate})], [{ f => 1 }], 'the port of the setting is asked in place of the address\'s';
	settings('watch.tls_port' => $port);
	$dbh->do(q{UPDATE tenancy.host SET origin = 'https://' || host WHERE host = 'good.localhost'});
	my ($status, $said) = check();
	is $status, 0, '... and that answers for an address without a port' or diag $said;
	settings('watch.tls_address' => '127.0.0.2');
	check();
	is { states($ana) }->{'good.localhost'}, 'not reached', 'the address too';
	$dbh->do(q{UPDATE tenancy.host SET origin = 'http://' || host WHERE host = 'soon.localhost'});
	settings('watch.tls_address' => '127.0.0.1', 'net.ca_file' => '');
	check();
	is { states($ana) }->{'good.localhost'}, 'browsers warn of it', 'without our authority the system\'s count';
	settings('net.ca_file' => "$tls/none.pem");
	check();
	is { states($ana) }->{'good.localhost'}, 'browsers warn of it', '... and where there are none, nothing is trusted';
	is { states($ana) }->{'soon.localhost'}, undef, 'what is reached without TLS has none';
	settings('watch.tls_address' => '');
	($status, $said) = check();
	is $status, 0, 'where nobody is to be asked nobody is' or diag $said;
	is $shop->value('SELECT count(*) FROM tenancy.certificate'), 0, '... and nothing is kept';
	unlike page($ana)->text, qr/Certificates/, '... nor told';
	is findings($ana), '', '... nor complained of';
};

done_testing;
