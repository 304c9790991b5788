#!/usr/bin/perl
# Promise: the package installs into a Debian 12 that has nothing else, and into one where it was broken off;
# with PostgreSQL and either web server, sutlerctl setup makes a shop in which a stranger buys; an upgrade keeps
# what was sold and what the administrator changed; removing keeps the shop, purging leaves nothing secret.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Chroot;
use File::Path qw(make_path);
use House qw(program_rows read_file top wait_for write_file);
use Test::More;
use Units qw(user_of);

plan skip_all => 'making a Debian in a directory needs root' if $> != 0;
my $top = top();
# t/package/build.t made them; alone, this file makes them itself.
system "$top/dev/package > /dev/null" if !Chroot::debs()->{sutler};
my $deb = Chroot::debs()->{sutler};
ok($deb, 'there is a package') or BAIL_OUT('no package');
my $install = 'apt-get -q install -y --no-install-recommends';
my @rows = program_rows();
my @setup = qw(sutlerctl setup --host shop.example --admin-host admin.shop.example --country DE --owner-email owner@shop.example);

# The same with a higher version: what an upgrade brings.
sub newer
{
	my $dir = "$top/var/package-newer";
	my $script = <<'END';
set -e
rm -rf "$1"; mkdir -p "$1/tree"
dpkg-deb -R "$2" "$1/tree"
version=$(sed -n 's/^Version: //p' "$1/tree/DEBIAN/control")
sed -i "s/^Version: .*/Version: $version+newer1/" "$1/tree/DEBIAN/control"
echo '# of the newer release' >> "$1/tree/etc/sutler/sutler.conf"
cat > "$1/tree/usr/share/sutler/sql/functions/zz_newer.sql" <<'SQL'
CREATE OR REPLACE FUNCTION sutler.newer() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SQL
(cd "$1/tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$1/tree" "$1/sutler-newer.deb"
rm -rf "$1/tree"
END
	system('sh', '-c', "{ $script } > '$top/var/log/newer.log' 2>&1", 'sh', $dir, $deb) == 0 or die "no newer package: see var/log/newer.log\n";
	return "$dir/sutler-newer.deb";
}

# ---- alone: no database, no web server ----

{
	my $d = Chroot->new('alone');
	$d->put($deb, '/tmp/sutler.deb');
	$d->write('/usr/sbin/policy-rc.d', "#!/bin/sh\nexit 101\n", 0755);
	$d->runs("$install /tmp/sutler.deb", 'it installs with what it needs and nothing else');
	is($d->says(join '; ', map { 'id -u ' . user_of($_) . ' > /dev/null 2>&1 || echo ' . user_of($_) } @rows), '', 'each program has its user');
	is($d->says('stat -c "%a %U %G %s" /etc/sutler/secret.key'), '640 root _sutler-secrets 32', 'the key is made, for whom it is');
	is($d->says('stat -c "%a %G" /var/lib/sutler/media /var/lib/sutler/private'), "2775 _sutler-media\n2770 _sutler-private", 'and so are the directories');
	like($d->says('sutlerctl config'), qr/^#?connection = dbname=sutler$/m, 'sutlerctl works');
	like($d->says('sutlerctl check'), qr/no connection to the database/, '... and says that there is no database yet');
	my ($status, $said) = $d->inside("@setup");
	is($status, 1, 'setup does not go without a database');
	like($said, qr/On this host: apt install postgresql, and then sutlerctl setup again/, '... and says how to get one');
	($status, $said) = $d->inside('sutlerctl doctor');
	is($status, 1, 'the doctor is not content');
	like($said, qr/^BAD   database .*\n +-> start PostgreSQL, or run sutlerctl setup/m, '... for there is no database');
	like($said, qr/^skip  roles +needs the database$/m, '... and does not say well of what he could not see');
	like($said, qr/^BAD   webserver .*no web server of this host/m, '... nor a web server');
	is($d->says('setpriv --reuid=_sutler-cart --regid=_sutler-cart --init-groups cat /etc/sutler/secret.key > /dev/null 2>&1 && echo readable'), '', 'the cart reads no key');
	is($d->says('setpriv --reuid=_sutler-courier --regid=_sutler-courier --init-groups cat /etc/sutler/secret.key > /dev/null 2>&1 && echo readable'), 'readable', 'courier does');
	is($d->says('for p in /usr/libexec/sutler/cgi-bin/* /usr/libexec/sutler/jobs/*; do ldd $p | grep "not found"; done'), '', 'every program finds its libraries');
	is($d->says('for p in /usr/libexec/sutler/cgi-bin/*; do $p -V > /dev/null || echo $p; done'), '', '... and says its version');

	# A second time, and after being broken off.
	my $key = $d->says('md5sum < /etc/sutler/secret.key');
	$d->runs("$install --reinstall /tmp/sutler.deb", 'it installs once more');
	is($d->says('md5sum < /etc/sutler/secret.key'), $key, '... with the same key');
	$d->runs('rm -rf /etc/sutler/secret.key /var/lib/sutler/private; echo x > /etc/sutler/secret.key.new.broken; echo x > /etc/sutler/sutler.conf.d/package.conf.new; '
		. 'dpkg --unpack /tmp/sutler.deb && dpkg --configure sutler', 'after a configuration that was broken off');
	is($d->says('stat -c "%a %G %s" /etc/sutler/secret.key; ls -A /etc/sutler /etc/sutler/sutler.conf.d; ls -d /var/lib/sutler/private'),
		"640 _sutler-secrets 32\n/etc/sutler:\nsecret.key\nsutler.conf\nsutler.conf.d\n\n/etc/sutler/sutler.conf.d:\n/var/lib/sutler/private", 'all is there, and nothing of the half');

	# An existing server, by preseeding.
	$d->runs('echo "sutler sutler/dbconfig-install boolean false" | debconf-set-selections; echo "sutler sutler/database-connection string host=/run/elsewhere dbname=shop" | '
		. 'debconf-set-selections; dpkg-reconfigure sutler', 'told of another database');
	like($d->says('sutlerctl config'), qr{^connection = host=/run/elsewhere dbname=shop$}m, '... it is the one');
	$key = $d->says('md5sum < /etc/sutler/secret.key');
	$d->runs('echo "[log]" >> /etc/sutler/sutler.conf; echo x > /var/lib/sutler/private/x; apt-get -q remove -y sutler', 'it is removed');
	ok($d->there('/etc/sutler/secret.key') && $d->there('/var/lib/sutler/private/x') && !$d->there('/usr/sbin/sutlerctl'), '... and keeps key and files');
	$d->runs("$install /tmp/sutler.deb", 'and installed again');
	is($d->says('md5sum < /etc/sutler/secret.key'), $key, '... it has its key');
	like($d->read('/etc/sutler/sutler.conf'), qr/^\[log\]\n\z/m, '... and its settings');
	$d->runs('apt-get -q purge -y sutler', 'it is purged');
	is(leftovers($d), '', '... and nothing of it is left');
	$d->end;
}

# Files with our name, but for what apt and dpkg remember and what we brought.
sub leftovers
{
	my ($d) = @_;
	return $d->says('ls -d /etc/sutler /var/lib/sutler /usr/share/sutler /usr/libexec/sutler /etc/cron.d/sutler 2> /dev/null; find / -xdev -name "*sutler*" -not -path "/tmp/*" '
		. '-not -path "/var/log/*" -not -path "/proc/*" -not -path "/sys/*" -not -path "/run/*" -not -path "/var/lib/dpkg/*" -not -path "/var/cache/*"');
}

# ---- with a database and a web server: set up, browse, buy, upgrade, remove, purge ----

sub run_job { my ($d, $name) = @_; return $d->runs("setpriv --reuid=_sutler-$name --regid=_sutler-$name --init-groups /usr/libexec/sutler/jobs/$name --once", "the job $name runs") }

# One piece by a stranger from outside of the tree's files, in its network.
sub buy
{
	my ($d, $what) = @_;
	my $number = `nsenter --net=/proc/$d->{inner}/ns/net $^X $top/t/package/buy shop.example trowel DE 2>&1`;
	like($number, qr/^\d+$/, $what) or diag $d->says('tail -n 5 /var/log/sutler-*.log /var/log/nginx/error.log /var/log/apache2/error.log 2> /dev/null');
	return $number =~ s/\s//gr;
}

my $newer = newer();
for my $server (qw(nginx apache2)) {
	my $d = Chroot->new($server);
	my $package = $server eq 'nginx' ? 'nginx-light' : 'apache2';
	$d->put($deb, '/tmp/sutler.deb');
	$d->put($newer, '/tmp/newer.deb');
	# nginx comes with it, Apache later: the package hears of it by its trigger.
	$d->runs("$install postgresql curl " . ($server eq 'nginx' ? "$package openssl" : 'openssl') . ' && pg_ctlcluster 15 main start || pg_lsclusters', "$server: PostgreSQL" . ($server eq 'nginx' ? ' and nginx' : ''));
	wait_for(30, sub { $d->says('setpriv --reuid=postgres --regid=postgres --init-groups psql -Atc "SELECT 1"') eq '1' }) or diag 'PostgreSQL does not answer';
	$d->runs("$install /tmp/sutler.deb", "$server: sutler is installed");
	my $roles = $d->says(q{setpriv --reuid=postgres --regid=postgres --init-groups psql -Atc "SELECT datname || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'sutler' UNION ALL SELECT count(*)::text FROM pg_roles WHERE rolname LIKE '\\_sutler-%' UNION ALL SELECT count(*)::text FROM pg_authid WHERE rolpassword IS NOT NULL"});
	is($roles, "sutler UTF8\n" . (@rows + 1) . "\n0", '... dbconfig-common made database and roles, none with a password');
	is($d->says("grep -h dbc_dbpass= /etc/dbconfig-common/sutler.conf; grep -A3 -E '^Name: sutler/(pgsql/app-pass|app-password-confirm)' /var/cache/debconf/passwords.dat | grep Value: | grep -v 'Value: *\$'"), "dbc_dbpass=''", '... and none is written down');
	is($d->says('sutlerctl doctor --quiet --only config,users,key,directories,database,roles,encoding,schema,extensions,connections'), '', '... of this release, and every program logs in as itself');

	my $said = $d->runs("@setup --store garden --name 'The Garden' --bank-account 'DE02 1203 0000 0000 2020 51' --delivery-price 4.90", 'sutlerctl setup makes a store');
	my ($link) = $said =~ m{(https://admin\.shop\.example/admin/login/join/\S+)};
	ok($link, '... and prints the link of the owner');
	my $before = $d->says('setpriv --reuid=_sutler-owner --regid=_sutler-owner --init-groups pg_dump -a -d sutler | grep -v "^[\\\\]\\(un\\)\\?restrict" | md5sum');
	$said = $d->runs("@setup --store garden", '... run again');
	like($said, qr/the store garden is there already and stays as it is\nowner\@shop\.example is invited as owner already/, '... it says that all is there');
	is($d->says('setpriv --reuid=_sutler-owner --regid=_sutler-owner --init-groups pg_dump -a -d sutler | grep -v "^[\\\\]\\(un\\)\\?restrict" | md5sum'), $before, '... and changes nothing');
	if ($server eq 'apache2') {
		$d->runs("$install $package", 'Apache comes later');
		ok($d->there('/etc/apache2/sites-enabled/sutler.conf'), '... and shows the store at once');
	}
	$d->runs($server eq 'nginx' ? 'pidof nginx > /dev/null || nginx' : 'pidof apache2 > /dev/null || apache2ctl start', "$server runs");
	$d->inside('setsid sutler-launch > /var/log/launch.log 2>&1 < /dev/null &');
	wait_for(30, sub { $d->there('/run/sutler/home.sock') }) or diag $d->says('cat /var/log/launch.log');
	$d->write('/tmp/products.csv', <<'END');
product,status,slug:de,name:de,sku,price:EUR,stock:MAIN
T-1,active,trowel,Kelle,T-1-A,12.50,9
END
	$d->runs('sutlerctl import products /tmp/products.csv --store garden', 'a product comes in');
	run_job($d, 'freshen');
	is($d->says('curl -sk -o /dev/null -w "%{http_code}" --resolve shop.example:443:127.0.0.1 https://shop.example/'), '200', 'the store answers');
	is($d->says('curl -s -o /dev/null -w "%{http_code} %{redirect_url}" --resolve shop.example:80:127.0.0.1 http://shop.example/x?y=1'), '301 https://shop.example/x?y=1', '... and leads to HTTPS');
	my ($path) = ($link // '') =~ m{example(/.*)};
	is($d->says("curl -sk -o /dev/null -w '%{http_code}' --resolve admin.shop.example:443:127.0.0.1 https://admin.shop.example" . ($path // '')), '200', '... and the link lets the owner in');
	is($d->says('curl -sk -o /dev/null -w "%{http_code}" --resolve shop.example:443:127.0.0.1 https://shop.example/admin/login'), '421', '... at the console\'s host alone');
	my $first = buy($d, "$server: a stranger buys");
	like($d->says('sutlerctl order list --store garden'), qr/\Q$first\E/, '... and the shop knows of it');
	doctor($d) if $server eq 'nginx';

	# The next release, on what was changed by hand.
	$d->runs('printf "[web]\nworkers = 1\n" > /tmp/own && cat /tmp/own >> /etc/sutler/sutler.conf; echo "# by hand" >> ' . ($server eq 'nginx' ? '/etc/nginx/sites-available/sutler' : '/etc/apache2/sites-available/sutler.conf'), 'changes by hand');
	# Broken off in the middle of its maintainer script: the next try goes on.
	my ($status) = $d->inside('dpkg --unpack --force-confold /tmp/newer.deb && { timeout -s KILL 0.3 dpkg --configure --force-confold sutler; dpkg --configure --force-confold --pending; }');
	is($status, 0, "$server: an upgrade whose configuration was killed, and went on");
	is($d->says('dpkg-query -W -f \'${Version} ${db:Status-Abbrev}\' sutler'), $d->says('dpkg-deb -f /tmp/newer.deb Version') . ' ii', '... it is installed');
	is($d->says(q{setpriv --reuid=_sutler-owner --regid=_sutler-owner --init-groups psql -At -d sutler -c "SELECT sutler.newer()"}), '1', '... its functions are in the database');
	like($d->read('/etc/sutler/sutler.conf'), qr/^\[web\]\nworkers = 1\n\z/m, '... the settings changed by hand hold');
	like($d->read($server eq 'nginx' ? '/etc/nginx/sites-available/sutler' : '/etc/apache2/sites-available/sutler.conf'), qr/^# by hand$/m, '... so does the site');
	like($d->says('sutlerctl order list --store garden'), qr/\Q$first\E/, '... the order is there');
	isnt(buy($d, '... and a stranger buys again'), $first, '... another order');

	# Away with it.
	$d->inside('kill $(cat /run/sutler/launch.pid)');
	$d->runs('apt-get -q remove -y sutler', "$server: it is removed");
	is($d->says($server eq 'nginx' ? 'nginx -t > /dev/null 2>&1; echo $?; ls /etc/nginx/sites-enabled' : 'apache2ctl configtest > /dev/null 2>&1; echo $?; ls /etc/apache2/sites-enabled'),
		$server eq 'nginx' ? "0\ndefault" : "0\n000-default.conf", '... the web server goes on without it');
	is($d->says(q{setpriv --reuid=postgres --regid=postgres --init-groups psql -Atc "SELECT datname FROM pg_database WHERE datname = 'sutler'"}), 'sutler', '... the database stays');
	$d->runs("$install /tmp/newer.deb && echo 'sutler sutler/dbconfig-remove boolean true' | debconf-set-selections && echo 'sutler sutler/purge boolean true' | debconf-set-selections && apt-get -q purge -y sutler",
		'... purged with the word that the database may go') if $server eq 'apache2';
	$d->runs('apt-get -q purge -y sutler', '... purged') if $server eq 'nginx';
	is($d->says(q{setpriv --reuid=postgres --regid=postgres --init-groups psql -Atc "SELECT datname FROM pg_database WHERE datname = 'sutler'"}), $server eq 'nginx' ? 'sutler' : '',
		$server eq 'nginx' ? '... nobody said that the database may go, so it stays' : '... it went');
	is(join("\n", grep { !m{^/var/lib/postgresql/|^/var/tmp/sutler\.} } split /\n/, leftovers($d)), '', '... and nothing secret is left');
	$d->end;
}
system('rm', '-rf', "$top/var/package-newer");

# ---- the doctor: each check, broken and seen ----

sub doctor
{
	my ($d) = @_;
	my $well = $d->says('sutlerctl doctor --only config,users,key,directories,disk,database,roles,encoding,schema,extensions,connections,stores,locales,sockets,schedule,jobs,webserver,hosts');
	unlike($well, qr/BAD/, 'the doctor finds nothing wrong') or diag $well;
	my $sql = sub { my ($s) = @_; return qq{setpriv --reuid=postgres --regid=postgres --init-groups psql -q -d sutler -c "$s"} };
	for my $case (
		# check, how it is broken, how it is mended, what he says
		['config', 'printf "[web]\nwokers = 1\n" > /etc/sutler/sutler.conf.d/x.conf', 'rm /etc/sutler/sutler.conf.d/x.conf', qr{x\.conf:2: There is no setting web\.wokers}],
		['users', 'gpasswd -d _sutler-courier _sutler-secrets', 'gpasswd -a _sutler-courier _sutler-secrets', qr/_sutler-courier is not in the group _sutler-secrets/],
		['key', 'chmod 0644 /etc/sutler/secret.key', 'chmod 0640 /etc/sutler/secret.key', qr/may be read or written by others \(mode 0644\)/],
		['key', 'chgrp root /etc/sutler/secret.key', 'chgrp _sutler-secrets /etc/sutler/secret.key', qr/the programs cannot open what it seals/],
		['directories', 'chmod 2755 /var/lib/sutler/media', 'chmod 2775 /var/lib/sutler/media', qr{group _sutler-media cannot write into /var/lib/sutler/media}],
		['directories', 'chmod 2775 /var/lib/sutler/private', 'chmod 2770 /var/lib/sutler/private', qr{private can be looked into by everybody}],
		['disk', 'mount -t tmpfs -o size=4m tmpfs /var/lib/sutler/media', 'umount /var/lib/sutler/media', qr{/var/lib/sutler/media: \d MB are free}],
		['roles', $sql->(q{ALTER ROLE \"_sutler-cart\" NOLOGIN}), $sql->(q{ALTER ROLE \"_sutler-cart\" LOGIN}), qr/cart cannot log in: .*not permitted to log in/],
		['schema', 'cp -r /usr/share/sutler/sql/migrations /tmp/m; echo "SELECT 1;" > /usr/share/sutler/sql/migrations/9999-next.sql', 'rm /usr/share/sutler/sql/migrations/9999-next.sql', qr/1 migrations of this release are not applied\n +-> run sutlerctl migrate/],
		['extensions', $sql->('ALTER EXTENSION unaccent RENAME TO x') . ' || ' . $sql->(q{UPDATE pg_extension SET extname = 'gone' WHERE extname = 'unaccent'}), $sql->(q{UPDATE pg_extension SET extname = 'unaccent' WHERE extname = 'gone'}), qr/the extension unaccent is missing/],
		['stores', $sql->(q{UPDATE payment.method SET active = false}), $sql->(q{UPDATE payment.method SET active = true}), qr/garden takes no money: no way of payment/],
		['locales', 'mv /usr/share/sutler/messages /tmp/messages', 'mv /tmp/messages /usr/share/sutler/messages', qr/there are no sentences in de/],
		['sockets', 'mv /run/sutler/cart.sock /run/x', 'mv /run/x /run/sutler/cart.sock', qr/nobody listens for cart/],
		['sockets', 'chgrp root /run/sutler/cart.sock', 'chgrp www-data /run/sutler/cart.sock', qr/the web server may not ask cart/],
		['schedule', 'mv /run/sutler/launch.pid /run/x', 'mv /run/x /run/sutler/launch.pid', qr/nobody starts the jobs: there is neither systemd nor cron/],
		['schedule', 'mkdir -p /run/systemd/system; echo "* * * * * root /usr/libexec/sutler/jobs/deliver" > /var/spool/x; mkdir -p /var/spool/cron/crontabs /etc/systemd/system/multi-user.target.wants; '
			. 'mv /var/spool/x /var/spool/cron/crontabs/root; [ -e /etc/systemd/system/multi-user.target.wants/sutler.target ] || touch /etc/systemd/system/multi-user.target.wants/sutler.target',
			'rm -r /run/systemd/system /var/spool/cron/crontabs/root', qr{timers start the jobs, and /var/spool/cron/crontabs/root starts them too}],
		['jobs', $sql->(q{INSERT INTO event.ready (tenant_id, outbox_id, due_at) SELECT tenant_id, sutler.uuid7(), now() - interval '1 hour' FROM tenancy.tenant}), $sql->(q{DELETE FROM event.ready WHERE due_at < now() - interval '50 minutes'}), qr/deliver does not do its work: 1 mails are due/],
		['mail', 'true', 'true', qr{smtp://localhost:25 does not take mail: .*\n +-> install a mail server}],
		['webserver', 'mv /etc/nginx/sites-enabled/sutler /tmp/site', 'mv /tmp/site /etc/nginx/sites-enabled/sutler', qr/no web server of this host is told of the stores\n +-> run sutlerctl webserver/],
		['hosts', $sql->(q{UPDATE tenancy.host SET origin = 'https://shop.example:4443' WHERE kind = 'store'}), $sql->(q{UPDATE tenancy.host SET origin = 'https://shop.example' WHERE kind = 'store'}), qr/shop\.example does not answer here/],
		['certificates', 'true', 'true', qr/shop\.example has a certificate that it signed itself/],
		['certificates', 'cd /etc/sutler/tls; for h in shop.example admin.shop.example; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=$h -addext subjectAltName=DNS:$h -keyout $h.key -out $h.pem; done', 'rm /etc/sutler/tls/*.pem /etc/sutler/tls/*.key',
			qr/the certificate of shop\.example ends in [23] days/],
		['certificates', 'cd /etc/sutler/tls; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=other -addext subjectAltName=DNS:other -keyout shop.example.key -out shop.example.pem', 'rm /etc/sutler/tls/*.pem /etc/sutler/tls/*.key',
			qr/shop\.example\.pem is for another host than shop\.example/],
		['connections', 'echo "max_connections = 60" > /etc/postgresql/15/main/conf.d/x.conf; pg_ctlcluster 15 main restart', 'rm /etc/postgresql/15/main/conf.d/x.conf; pg_ctlcluster 15 main restart', qr/but max_connections is 60\n +-> set max_connections = \d+ in/],
		['database', 'pg_ctlcluster 15 main stop', 'pg_ctlcluster 15 main start', qr/connection to server .* failed/],
	) {
		my ($check, $break, $mend, $says) = @$case;
		my ($status, $said) = $d->inside("{ $break; } > /tmp/broken.log 2>&1");
		$said = $d->says("sutlerctl doctor --only $check");
		like($said, $says, "the doctor says: $check") or diag $d->says('cat /tmp/broken.log');
		like($said, qr/^ {19} -> \S/m, '... and what to do');
		$d->inside("{ $mend; } > /tmp/mended.log 2>&1");
	}
	my $json = $d->says('sutlerctl doctor --json --only config,mail');
	like($json, qr/\A\[\n  \{"check": "config", "state": "well", "said": "[^"]+"\},\n  \{"check": "mail", "state": "bad", "said": ".*", "mend": ".*"\}\n\]\z/, '... as JSON too');
	my ($status) = $d->inside('sutlerctl doctor --only config');
	is($status, 0, '... and his exit status says that all is well');
	($status) = $d->inside('sutlerctl doctor --only nonsense');
	is($status, 64, '... or that he was asked for what there is not');
	return;
}
done_testing;
