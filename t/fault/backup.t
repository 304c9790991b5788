#!/usr/bin/perl
# Promise (P18, T73): what sutlerctl backup calls a set comes back whole, whatever killed it or the way back:
# the same rows, ledgers, audit chains and files; a changed byte anywhere is refused before anything is
# touched; whoever was forgotten since stays forgotten; one merchant comes back and the others' rows stay.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use File::Find ();
use File::Path qw(make_path remove_tree);
use House qw(alive own_dir read_file spawn top wait_for write_file);
use Jobs;
use Test::More;
use Time::HiRes qw(sleep time);

my $KILLS = $ENV{ASAN_OPTIONS} ? 4 : 8;
my $j = Jobs->new(no_mail => 1);
my ($s, $dir) = ($j->{schema}, $j->{dir});
my $c = $s->{cluster};
my $sets = own_dir("$dir/backup", 0755);
$j->write_config('paths.backup' => $sets, 'secrets.key_file' => "$dir/secret.key");
write_file("$dir/secret.key", 'k' x 32, 0600);
my @m = map { $j->merchant("shop-$_") } 1 .. 2;

# A program of ours with a configuration: its exit status and what it said.
sub ctl_command { my ($db, @args) = @_; return ($s->{ctl}, '--db', $c->conninfo($db, '_sutler-owner'), '--sql', $s->{sql}, @args) }
sub run_at
{
	my ($config, @cmd) = @_;
	my $pid = open(my $out, '-|') // die "cannot fork: $!\n";
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		$ENV{SUTLER_CONFIG} = $config;
		exec @cmd or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $text);
}
sub here { my (@args) = @_; return run_at("$dir/sutler.conf", ctl_command($s->{db}, @args)) }
sub good { my ($what, $status, $text) = @_; is($status, 0, $what) or diag $text; return $text }
sub refused { my ($want, $what, $status, $text) = @_; ok($status != 0 && $text =~ $want, $what) or diag "$status: $text"; return $text }
sub set_in { my ($text) = @_; my ($set) = $text =~ /^(\S+\/sutler-\d{8}T\d{6}Z\S*):/m or die "no set: $text\n"; return $set }

# Another host: an empty database, empty directories.
my $hosts = 0;
sub host
{
	my $n = ++$hosts;
	my %h = (db => "host$n", dir => own_dir("$dir/host$n", 0755));
	own_dir("$h{dir}/$_", 0755) for qw(private media downloads documents);
	$c->createdb($h{db});
	$c->psql_file($h{db}, "$s->{sql}/bootstrap.sql");
	write_file("$h{dir}/sutler.conf", read_file("$dir/sutler.conf") =~ s{\Q$dir\E/(private|media|downloads|documents|secret\.key)\b}{$h{dir}/$1}gr);
	return \%h;
}
sub at { my ($h, @args) = @_; return run_at("$h->{dir}/sutler.conf", ctl_command($h->{db}, @args)) }

# What a killed program left: the server would notice its end at the next word to it.
sub end_sessions
{
	my $left = q{FROM pg_stat_activity WHERE application_name IN ('sutler backup', 'sutlerctl', 'pg_dump') AND pid <> pg_backend_pid()};
	$j->change("SELECT pg_terminate_backend(pid) $left");
	wait_for(20, sub { !$j->value("SELECT count(*) $left") });
	return;
}

# Everything in a database, table by table; of one merchant where $tenant is given.
sub rows_of
{
	my ($db, $tenant, $not) = @_;
	my $dbh = $c->dbh($db);
	my %all;
	for my $row (@{ $dbh->selectall_arrayref(q{SELECT c.oid::regclass::text, bool_or(a.attname = 'tenant_id') FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1}) }) {
		my ($table, $has) = @$row;
		next if $tenant && !$has;
		my $which = !$tenant ? '' : $not ? "WHERE tenant_id <> '$tenant'" : "WHERE tenant_id = '$tenant'";
		my ($n, $sum) = $dbh->selectrow_array("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM $table t $which");
		$all{$table} = "$n " . ($sum // '');
	}
	$dbh->disconnect;
	return \%all;
}
sub files_of
{
	my ($top) = @_;
	my %all;
	File::Find::find({ no_chdir => 1, wanted => sub { $all{ $File::Find::name =~ s{^\Q$top\E/}{}r } = sha256_hex(read_file($_)) if -f } }, $top) if -d $top;
	return \%all;
}

# ---- a house with something of everything ----
my @orders = map { my $t = $_; map { $j->order($t, email => "buyer$_\@example.org", quantity => $_) } 1 .. 4 } @m;
$j->pay($_) for @orders[0, 1, 4];
for my $t (@m) {
	my $n = $t == $m[0] ? 'a' : 'b';
	make_path("$dir/media/${n}0", "$dir/downloads/${n}1");
	my ($media, $sold) = ("${n}0/" . $n x 30, "${n}1/" . '2' x 30);
	write_file("$dir/media/$media-$_.webp", "picture $n $_" x 1000) for 240, 480;
	write_file("$dir/downloads/$sold", "goods of $n");
	$j->tenant($t);
	$j->put('catalog.media', tenant_id => $t->{tenant}, media_id => Jobs::id(), name => $media, mime => 'image/webp', bytes => 1);
	$j->put('catalog.download_file', tenant_id => $t->{tenant}, file_id => Jobs::id(), variant_id => $t->{variant}, name => $sold,
		file_name => 'x.txt', mime => 'text/plain', bytes => 1);
	$t->{person} = Jobs::id();
	$j->put('customer.person', tenant_id => $t->{tenant}, customer_id => $t->{person}, store_id => $t->{store}, email => "forget.me\@$t->{slug}.org", name => 'Forget Me');
	$j->change(q{INSERT INTO audit.entry (tenant_id, actor, action, target) SELECT ?, 'test', 'made', i::text FROM generate_series(1, 20) i}, $t->{tenant});
}
good('audit entries are sealed', $j->run('seal-audit', '--once'));
write_file("$dir/private/erased", "1 $m[0]{tenant} " . Jobs::id() . "\n");
my ($before, $files) = (rows_of($s->{db}), { map { $_ => files_of("$dir/$_") } qw(media downloads private) });

my $set;
subtest 'P18 there and back' => sub {
	$set = set_in(my $text = good('backup', here('backup', $sets)));
	like($text, qr/the key .* is not in it/, 'what is not in it is told');
	is(system("cd '$set' && sha256sum --check --quiet SHA256SUMS"), 0, 'the sums are those of coreutils');
	ok(!grep({ /\.part$|\.gone$/ } glob "$sets/*"), 'nothing half is left');
	is((stat $set)[2] & 07, 0, 'and it is not for everybody');
	unlike(join('', map { -f $_ ? read_file($_) : '' } "$set/manifest", glob("$set/private/* $set/config/*")), qr/k{32}/, 'the key is nowhere in it');
	good('restore --check', here('restore', $set, '--check'));
	my $h = host();
	$text = good('restore', at($h, 'restore', $set));
	like($text, qr/counts, ledgers and audit chains are those of the backup/, '... says so');
	like($text, qr/secret\.key is not the key of this backup: keys of gateways/, '... and what it lacks without the key');
	my $now = rows_of($h->{db});
	is($now->{'audit.entry'} =~ s/ .*//r, ($before->{'audit.entry'} =~ s/ .*//r) + 2, 'each merchant\'s log tells of it');
	delete @$_{qw(audit.entry migration.applied)} for $now, my $was = { %$before };
	is_deeply($now, $was, 'all other rows are the same');
	is_deeply(files_of("$h->{dir}/$_"), $files->{$_}, "$_ too") for qw(media downloads private);
	good('the chains are whole', at($h, 'audit', 'verify', '--anchor', "$h->{dir}/private/audit-anchor.log"));
	good('nothing is left to migrate', at($h, 'migrate'));
	my $rights = "SELECT md5(string_agg(c.oid::regclass || ' ' || coalesce(c.relacl::text, ''), ',' ORDER BY c.oid::regclass::text)) FROM pg_class c"
		. " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information)' AND NOT c.relispartition";
	is($c->psql($h->{db}, $rights), $c->psql($s->{db}, $rights), 'the same rights');
	my $owners = "SELECT md5(string_agg(p.oid::regprocedure || ' ' || p.proowner || p.prosrc, ',' ORDER BY p.oid::regprocedure::text)) FROM pg_proc p"
		. " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information|public)'";
	is($c->psql($h->{db}, $owners), $c->psql($s->{db}, $owners), 'functions of the same owners');
	is($c->dbh($h->{db}, '_sutler-home')->selectrow_array('SELECT count(*) FROM tenancy.store'), 0, 'row-level security is there');
	refused(qr/database is not empty: --replace/, 'a second time it is refused', at($h, 'restore', $set));
	good('but with --replace', at($h, 'restore', $set, '--replace'));
	$now = rows_of($h->{db});
	is($now->{'sales."order"'}, $before->{'sales."order"'}, 'the same again');
	ok(-e ((glob "$h->{dir}/private/audit-anchor.log.before-*")[0] // ''), 'heads that the host had written down are kept');
	is($now->{'audit.entry'} =~ s/ .*//r, ($before->{'audit.entry'} =~ s/ .*//r) + 2, 'of one backup, not of two');
};

subtest 'the key apart' => sub {
	refused(qr/must not lie with what it opens/, 'not among the backups', here('backup', $sets, '--with-key', "$sets/key"));
	my $text = good('elsewhere', here('backup', $sets, '--with-key', "$dir/key.copy"));
	is(read_file("$dir/key.copy"), 'k' x 32, 'a copy');
	is(sprintf('%o', (stat "$dir/key.copy")[2] & 07777), '600', 'for nobody else');
	refused(qr/key\.copy/, 'an older copy is not written over', here('backup', $sets, '--with-key', "$dir/key.copy"));
	my $h = host();
	write_file("$dir/wrong.key", 'w' x 32, 0600);
	refused(qr/is not the key that the secrets of this backup were sealed with/, 'another key is refused', at($h, 'restore', $set, '--key', "$dir/wrong.key"));
	unlike(good('with its key', at($h, 'restore', $set, '--key', "$dir/key.copy")), qr/must be entered again/, 'nothing is missing');
	is(read_file("$h->{dir}/secret.key"), 'k' x 32, 'it is in its place');
};

subtest 'the second set takes what the first has' => sub {
	sleep 1.1;
	my $two = set_in(good('backup', here('backup', $sets)));
	my ($file) = glob "$two/media/a0/*-240.webp";
	cmp_ok((stat $file)[3], '>=', 2, 'pictures are linked');
	is((stat "$two/private/erased")[3], 1, 'what grows is copied');
	good('and whole by itself', here('restore', $two, '--check'));
};

subtest 'a changed byte anywhere' => sub {
	my @all = grep { -f } map { my $d = $_; glob "$d/*" } $set, glob("$set/config $set/private $set/media/* $set/downloads/*");
	cmp_ok(scalar @all, '>', 6, 'files of all kinds');
	my $copy = "$dir/spoiled";
	my $h = host();
	for my $file (@all) {
		remove_tree($copy);
		system('cp', '-a', $set, $copy) == 0 or die 'cp';
		my $victim = $file =~ s{^\Q$set\E}{$copy}r;
		my $bytes = read_file($victim);
		next if $bytes eq '';
		# Not through the hard link.
		unlink $victim;
		substr($bytes, int(length($bytes) / 2), 1) ^= "\x01";
		write_file($victim, $bytes);
		refused(qr/is not what was saved|was changed|manifest|that is no backup/, 'refused: ' . ($file =~ s{^\Q$set\E/}{}r), at($h, 'restore', $copy));
	}
	remove_tree($copy);
	system('cp', '-a', $set, $copy);
	unlink((glob "$copy/media/a0/*")[0]);
	refused(qr/is missing/, 'a missing file', at($h, 'restore', $copy));
	write_file("$copy/media/a0/more", 'x');
	refused(qr/does not belong to the backup|is missing/, 'one too many', at($h, 'restore', $copy));
	system('cp', '-a', "$set/.", $copy);
	write_file("$copy/manifest", substr(read_file("$set/manifest"), 0, -40));
	refused(qr/cut off|changed/, 'a manifest that was cut', at($h, 'restore', $copy));
	is($c->psql($h->{db}, q{SELECT count(*) FROM pg_namespace WHERE nspname = 'sales'}), 0, 'the database was not touched');
	is_deeply(files_of("$h->{dir}/media"), {}, 'nor any file');
	remove_tree($copy);
};

subtest 'versions' => sub {
	my $copy = "$dir/newer";
	for (['newer release', sub { $_[0] =~ s/^migration \d+/migration 9999/mr }, qr/newer than these programs/], ['format', sub { $_[0] =~ s/^sutler-backup 1/sutler-backup 2/r }, qr/newer release/]) {
		my ($what, $change, $want) = @$_;
		system('cp', '-a', $set, $copy);
		my $text = $change->(read_file("$set/manifest"));
		$text =~ s/^end .*\n\z//m;
		unlink "$copy/manifest";
		write_file("$copy/manifest", $text . 'end ' . sha256_hex($text) . "\n");
		refused($want, $what, at(host(), 'restore', $copy));
		remove_tree($copy);
	}
	# Rows that are not those of the manifest: nothing comes to be.
	system('cp', '-a', $set, $copy);
	my $text = read_file("$set/manifest") =~ s/^(table sales\."order" )(\d+)/$1 . ($2 + 1)/mer;
	$text =~ s/^end .*\n\z//m;
	unlink "$copy/manifest";
	write_file("$copy/manifest", $text . 'end ' . sha256_hex($text) . "\n");
	my $h = host();
	refused(qr/is not what was saved: the backup says "table sales/, 'another number of orders', at($h, 'restore', $copy));
	is($c->psql($h->{db}, q{SELECT count(*) FROM pg_namespace WHERE nspname = 'sales'}), 0, 'nothing was made');
	remove_tree($copy);
};

subtest 'T73 forgotten stays forgotten' => sub {
	my $t = $m[0];
	$j->tenant($t);
	good('erase', here('customer', 'erase', $t->{person}, '--reason', 'test'));
	sleep 1.1;
	my $later = set_in(good('a newer backup carries the register', here('backup', $sets)));
	my $h = host();
	like(good('the older set', at($h, 'restore', $set)), qr/^1 customers of the register .* forgotten again/m, 'forgets again, by what lies beside it');
	is($c->psql($h->{db}, "SELECT count(*) FROM customer.person WHERE email = 'forget.me\@shop-1.org'"), 0, 'he is not there');
	is($c->psql($h->{db}, "SELECT count(*) FROM customer.person WHERE email = 'forget.me\@shop-2.org'"), 1, 'the other merchant\'s is');
	like(read_file("$h->{dir}/private/erased"), qr/ $t->{tenant} $t->{person}$/m, 'the host\'s own register has him');
};

subtest 'one merchant' => sub {
	my ($t, $other) = @m;
	my $one = set_in(good('backup --tenant', here('backup', $sets, '--tenant', $t->{slug})));
	my $was = rows_of($s->{db}, $t->{tenant});
	my @missing = grep { !-e "$one/rows/" . (s/"//gr) . '.copy' } keys %$was;
	is_deeply(\@missing, [], 'a file for every table of merchants: ' . keys %$was);
	is_deeply([sort map { s{.*/}{}r } glob "$one/media/*/*"], [sort map { s{.*/}{}r } glob "$dir/media/a0/*"], 'his pictures alone');
	unlike(join('', map { read_file($_) } glob "$one/rows/*"), qr/$other->{tenant}/, 'no row of another');
	refused(qr/is a backup of the merchant shop-1: say --tenant/, 'not as a whole', here('restore', $one));
	refused(qr/is here: --replace/, 'he is here', here('restore', $one, '--tenant', $t->{slug}));
	# Both go on; then one comes back.
	$j->pay($j->order($_, email => 'later@example.org', quantity => 1)) for @m;
	my $others = rows_of($s->{db}, $t->{tenant}, 1);
	good('with --replace', here('restore', $one, '--tenant', $t->{slug}, '--replace'));
	my $now = rows_of($s->{db}, $t->{tenant});
	is($now->{'audit.entry'} =~ s/ .*//r, ($was->{'audit.entry'} =~ s/ .*//r) + 1, 'his log tells of it');
	delete $_->{'audit.entry'} for $now, $was;
	is_deeply($now, $was, 'his rows are those of the backup');
	is_deeply(rows_of($s->{db}, $t->{tenant}, 1), $others, 'all others\' rows stayed');
	my $o = $j->order($t, email => 'next@example.org');
	is($o->{number}, 'S-1006', 'a number that was given since is not given again');
	is($c->psql($s->{db}, "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal"), 0, 'no trigger was left aside');
	# Into a host where only the other lives.
	my $h = host();
	good('a host', at($h, 'migrate'));
	my $two = set_in(good('backup of the other', here('backup', $sets, '--tenant', $other->{slug})));
	good('the other', at($h, 'restore', $two, '--tenant', $other->{slug}));
	$others = rows_of($h->{db}, $t->{tenant}, 1);
	good('and this one beside him', at($h, 'restore', $one, '--tenant', $t->{slug}));
	is_deeply(rows_of($h->{db}, $t->{tenant}, 1), $others, 'who was there is as he was');
	good('chains', at($h, 'audit', 'verify'));
	is($c->psql($h->{db}, qq{SELECT number FROM sales."order" WHERE tenant_id = '$t->{tenant}' ORDER BY 1 LIMIT 1}), 'S-1001', 'his orders are there');
	# A row that would be of another.
	my $copy = "$dir/foreign";
	system('cp', '-a', $one, $copy);
	my $rows = read_file("$copy/rows/catalog.media.copy") =~ s/\Q$t->{tenant}\E/$other->{tenant}/gr;
	write_file("$copy/rows/catalog.media.copy", $rows);
	my $sums = read_file("$copy/SHA256SUMS") =~ s{^\w+(  rows/catalog\.media\.copy)$}{sha256_hex($rows) . $1}mer;
	write_file("$copy/SHA256SUMS", $sums);
	my $text = read_file("$copy/manifest") =~ s/^end .*\n\z//mr =~ s/^sums \w+/'sums ' . sha256_hex($sums)/mer;
	write_file("$copy/manifest", $text . 'end ' . sha256_hex($text) . "\n");
	refused(qr/row-level security/, 'a row of another in his backup is refused by the policy', at($h, 'restore', $copy, '--tenant', $t->{slug}, '--replace'));
	is_deeply(rows_of($h->{db}, $t->{tenant}, 1), $others, 'and nothing changed');
};

subtest 'kill -9 anywhere' => sub {
	my $whole = 0;
	for my $i (1 .. $KILLS) {
		my $pid = spawn(cmd => [ctl_command($s->{db}, 'backup', $sets)], log => "$dir/kill.log", env => { SUTLER_CONFIG => "$dir/sutler.conf" });
		sleep rand 1.5;
		kill 'KILL', $pid;
		wait_for(10, sub { !alive($pid) });
		end_sessions();
		for my $left (grep { m{/sutler-[^./]+$} } glob "$sets/*") {
			my ($status, $text) = here('restore', $left, '--check');
			fail("$left is no whole set: $text") if $status;
			$whole++;
		}
	}
	ok($whole, 'whatever is called a set is one');
	sleep 1.1;
	my $after = set_in(good('the next one', here('backup', $sets)));
	ok(!grep({ /\.part$/ } glob "$sets/*"), 'cleans up');

	my $h = host();
	good('a restored host', at($h, 'restore', $set));
	$c->psql($h->{db}, q{UPDATE tenancy.tenant SET name = 'before'});
	my ($old, $new) = (0, 0);
	for my $i (1 .. $KILLS) {
		my $pid = spawn(cmd => [ctl_command($h->{db}, 'restore', $after, '--replace')], log => "$dir/kill.log", env => { SUTLER_CONFIG => "$h->{dir}/sutler.conf" });
		sleep rand 2.5;
		kill 'KILL', $pid;
		wait_for(10, sub { !alive($pid) });
		end_sessions();
		my $names = $c->psql($h->{db}, 'SELECT string_agg(DISTINCT name, chr(44)) FROM tenancy.tenant');
		if ($names eq 'before') { $old++ } else {
			$new++;
			is($c->psql($h->{db}, 'SELECT count(*) FROM sales."order"'), $j->value('SELECT count(*) FROM sales."order"'), "kill $i: all of it");
			good("kill $i: finished by", at($h, 'migrate'));
			$c->psql($h->{db}, q{UPDATE tenancy.tenant SET name = 'before'});
		}
	}
	ok($old, "$old kills left the database before, $new the one after");
	good('and again it comes back', at($h, 'restore', $after, '--replace'));
	good('with whole chains', at($h, 'audit', 'verify'));
};

subtest 'who is in the way' => sub {
	my $h = host();
	good('a host', at($h, 'restore', $set));
	my $program = $c->dbh($h->{db}, '_sutler-home');
	refused(qr/programs are running \(_sutler-home\): stop them first/, 'a running program', at($h, 'restore', $set, '--replace'));
	$program->disconnect;
	open my $lock, '>', "$sets/.lock" or die;
	flock $lock, 2;
	refused(qr/another backup is writing/, 'another backup', here('backup', $sets));
	close $lock;
	refused(qr/no merchant nobody/, 'a merchant that is not', here('backup', $sets, '--tenant', 'nobody'));
	refused(qr/cannot read .*manifest/, 'what is no set', here('restore', $sets));
	my ($status) = here('backup');
	is($status, 64, 'no directory');
	($status) = here('backup', $sets, '--keep', 'forever');
	is($status, 64, 'no number of days');
	SKIP: {
		# A disk of 200 kB, which the dump does not fit on.
		own_dir("$dir/small", 0755);
		skip 'no small disk here', 2 if system("mount -t tmpfs -o size=200k tmpfs '$dir/small' 2>/dev/null") != 0;
		refused(qr/disk is full|No space left|pg_dump failed/, 'a full disk', here('backup', "$dir/small/sets"));
		is_deeply([grep { !/\.lock$/ } glob "$dir/small/sets/*"], [], 'leaves nothing');
		system("umount '$dir/small'");
	}
};

subtest 'an end' => sub {
	my ($oldest) = sort grep { m{/sutler-[^./]+$} } glob "$sets/*";
	my $old = "$sets/sutler-20200101T000000Z";
	rename $oldest, $old or die;
	rename((sort grep { m{/sutler-[^./-]+-shop-1$} } glob "$sets/*")[0], "$sets/sutler-20200102T000000Z-shop-1");
	sleep 1.1;
	like(good('backup --keep', here('backup', $sets, '--keep', '35d')), qr/^2 sets older than 35 days are gone$/m, 'says what went');
	ok(!-e $old, 'it is gone');
	cmp_ok(scalar(grep { m{/sutler-[^./]+$} } glob "$sets/*"), '>=', 2, 'the others are not');
};

subtest 'the jobs' => sub {
	sleep 1.1;
	my $n = () = glob "$sets/sutler-*";
	good('backup', $j->run('backup'));
	is(scalar(() = glob "$sets/sutler-*"), $n + 1, 'saves');
	my ($status, $text) = $j->run('drill');
	is($status, 0, 'drill') or diag $text;
	my ($row) = $j->rows('SELECT * FROM sutler.drill ORDER BY at DESC LIMIT 1');
	is("$row->{outcome} $row->{detail}", 'good ', 'its report');
	cmp_ok($row->{tables}, '>', 190, '... all tables');
	cmp_ok($row->{bytes}, '>', 100_000, '... and bytes');
	is($c->psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname = 'sutler_drill'}), 0, 'the scratch database is gone');
	$c->psql('postgres', 'ALTER ROLE "_sutler-drill" NOCREATEDB');
	($status, $text) = $j->run('drill');
	is($status, 1, 'without the right to make a database');
	like($j->value('SELECT detail FROM sutler.drill ORDER BY at DESC LIMIT 1'), qr/may not make databases: .*CREATEDB/, '... it says how to give it');
	$c->psql('postgres', 'ALTER ROLE "_sutler-drill" CREATEDB');
	my ($newest) = reverse sort grep { m{/sutler-[^./-]+$} } glob "$sets/*";
	my $dump = read_file("$newest/database.dump");
	substr($dump, length($dump) / 2, 1) ^= "\x01";
	write_file("$newest/database.dump", $dump);
	($status) = $j->run('drill');
	is($status, 1, 'a spoiled dump');
	like($j->value('SELECT detail FROM sutler.drill ORDER BY at DESC LIMIT 1'), qr/database\.dump is not what was saved/, '... is told');
	remove_tree($newest);
	# A ledger that was wrong when it was saved.
	$c->psql($s->{db}, 'SET session_replication_role = replica; UPDATE inventory.stock SET on_hand = on_hand + 1');
	sleep 1.1;
	like((here('backup', $sets))[1], qr/saved as it is, but not right: stock /, 'a count that nothing proves is saved and told');
	($status) = $j->run('drill');
	is($status, 1, 'and the drill');
	like($j->value('SELECT detail FROM sutler.drill ORDER BY at DESC LIMIT 1'), qr/not right: stock /, '... says it');
	$c->psql($s->{db}, 'SET session_replication_role = replica; UPDATE inventory.stock SET on_hand = on_hand - 1');
	remove_tree($_) for grep { m{/sutler-[^./-]+$} } glob "$sets/*";
	($status) = $j->run('drill');
	is($j->value('SELECT detail FROM sutler.drill ORDER BY at DESC LIMIT 1'), "there is no backup in $sets", 'no backup is told');
	$j->write_config('paths.backup' => '');
	($status) = $j->run('backup');
	is($status, 0, 'off, backup does nothing');
	($status) = $j->run('drill');
	is($status, 0, 'nor does the drill');
};

done_testing;
