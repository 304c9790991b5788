#!/usr/bin/perl
# Promise: no answer of a store ever holds a byte of another tenant, whatever is asked, and
# whatever happens to the database meanwhile (T27, T28).  Every free text of every table
# carries a word of its store or tenant, and the words are looked for in every answer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(program_rows wait_for);
use POSIX ();
use Customer;
use Test::More;
use Time::HiRes qw(time);
use Trial;

use constant { VISITORS => 3, REQUESTS => 220, KILLS_MOST => 300 };

my $t = Trial->new(own => 1, workers => 2);
my %tenant_of = (one => 'acme', two => 'acme', three => 'bahari');
my @stores = sort keys %tenant_of;
my @routes = grep { $t->known($_) } $t->routes;

# Words no text has by itself; a store's page may show its own and its tenant's.
sub word { return "zq$_[0]qz" }
my %foreign = (
	one => [ map { word($_) } qw(two three bahari) ],
	two => [ map { word($_) } qw(one three bahari) ],
	three => [ map { word($_) } qw(one two acme) ],
	# The consoles: what belongs to the other merchant.
	'admin-acme' => [ map { word($_) } qw(three bahari) ],
	'admin-bahari' => [ map { word($_) } qw(one two acme) ],
);

# Names in addresses, and words that decide something, stay as they are.
my $FIXED = qr/^(?:slug|code|sku|host|origin|locale|tag|currency|kind|status|state|link|path|location|template|method|
	\w*sha256|timezone|country|word|reason|axis|event|queue|email_key|postal_code|region|reference|
	customer_group|postal_prefix|\w*tax_class|customer_type|payment_method|verified_email|email|scope|source|address_key|from_state|
	to_state|coupon_code|number|options_key|gtin|swatches|invoice_prefix)$/x;

# Adds the words to every text that takes them; the names of those that did.
sub plant
{
	my $dbh = $t->dbh;
	my %done;
	for my $table ($t->tables) {
		my %column = map { ($_->[0] => $_->[1]) } @{ $dbh->selectall_arrayref(q{
			SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
			WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''}, undef, $table) };
		for my $c (grep { $column{$_} eq 'text' && $_ !~ $FIXED } sort keys %column) {
			for my $code ($column{store_id} ? @stores : 'acme', 'bahari') {
				next if $column{store_id} && !$tenant_of{$code};
				my ($key, $id) = $column{store_id} ? ('store_id', $t->{f}{store}{$code}) : ('tenant_id', $t->{f}{tenant}{$code});
				$dbh->begin_work;
				my $n = eval { $dbh->do(qq{UPDATE $table SET "$c" = "$c" || ' ' || ? WHERE $key = ?}, undef, word($code), $id) } // 0;
				$n > 0 ? do { $dbh->commit; $done{"$table.$c"} = 1 } : $dbh->rollback;
			}
		}
	}
	return \%done;
}

# Foreign words in an answer of the store: head and body.
sub leaks
{
	my ($store, $got) = @_;
	my $all = "$got->{head}\n$got->{body}";
	return grep { index(lc $all, $_) >= 0 } @{ $foreign{$store} };
}

# Something of everything in each store.
my (%order, %cart, %signed);
for my $store (@stores) {
	$signed{$store} = Requests::signed_in($t, $store, '/')->{cookies};
	$order{$store} = Requests::ordered($t, $store)->{path};
	$cart{$store} = Requests::before($t, $store, 'order');
	$t->post($store, '/cart/note', { csrf => $t->csrf($cart{$store}{cart}), note => 'Ring twice' }, $cart{$store});
}
my $planted = plant();
for my $must (qw(catalog.product_text.name catalog.category_text.name content.page_text.body content.block_text.title
	content.block_item.body sales.contact.name sales.contact.street sales.cart.note tenancy.store.name shipping.method_text.name
	sales.order_line.name)) {
	ok($planted->{$must}, "$must carries words");
}
my %seen;

subtest 'T27 all routes of all stores, one after the other' => sub {
	for my $route (@routes) {
		my (@leaks, @status);
		for my $store (@stores) {
			my $ask = $t->request($route, $store) or next;
			my ($really) = $ask->{host} =~ /^([\w-]+)\./;
			my $got = $t->ask($route->{program}, $ask);
			push @leaks, map { "$store: $_" } leaks($really, $got);
			push @status, $got->{status};
			$seen{$really}++ if index(lc $got->{body}, word($really)) >= 0;
		}
		my @failed = grep { $_ >= 500 || !$_ } @status;
		ok(!@leaks && !@failed, "$route->{name}: @status") or diag join "\n", @leaks;
	}
	cmp_ok($seen{$_} // 0, '>', 3, "pages of $_ show their own words") for @stores;
};

subtest 'T27 names and ids of another tenant' => sub {
	my $f = $t->{f};
	my $mine = Requests::before($t, 'one', 'delivery');
	my $theirs = $t->cart('three')->{cart};
	my %csrf = (csrf => $t->csrf($mine->{cart}));
	my @tries = (
		[ GET => $order{three} ], [ GET => "$order{three}/invoice.pdf" ], [ GET => "/order/$f->{tenant}{bahari}" ],
		[ GET => '/p/sandal' ], [ GET => "/p/$f->{product}{SANDAL}" ], [ GET => "/c/$f->{category}{three}" ],
		[ GET => "/page/$f->{store}{three}" ], [ GET => "/?tenant_id=$f->{tenant}{bahari}" ],
		[ GET => "/?store=$f->{store}{three}" ], [ GET => "/c/shoes?after=$f->{product}{SANDAL}" ],
		[ GET => "/page/about?store_id=$f->{store}{three}" ],
		[ POST => '/cart/items', { variant => $f->{variant}{SANDAL} } ],
		[ POST => '/cart/items', { variant => $f->{variant}{PLAIN}, tenant_id => $f->{tenant}{bahari} } ],
		[ POST => '/cart/items', { variant => $f->{variant}{PLAIN}, store => $f->{store}{three} } ],
		[ POST => '/cart/lines/quantity', { %csrf, line => $f->{variant}{SANDAL}, quantity => 2 } ],
		[ POST => '/cart/lines/remove', { %csrf, line => $f->{variant}{SANDAL} } ],
		[ POST => '/checkout/delivery', { %csrf, method => $f->{method}{jne} } ],
		[ POST => '/checkout/delivery', { %csrf, method => $f->{store}{three} } ],
	);
	my $before = $t->value('SELECT count(*) FROM sales.cart_line WHERE tenant_id = ?', $f->{tenant}{bahari});
	for my $try (@tries) {
		my ($method, $path, $form) = @$try;
		my $ask = { method => $method, host => 'one.localhost', path => $path, form => $form, cookies => $method eq 'POST' ? $mine : {} };
		my $got = $t->ask($t->program_of($path), $ask);
		ok($got->{status} >= 400 && $got->{status} < 500 && !leaks('one', $got), "$method $path: $got->{status}");
	}
	# The cookies of another tenant's shopper open nothing here.
	for my $path ('/cart', '/checkout', '/checkout/review', '/') {
		my $got = $t->get('one', $path, $cart{three});
		ok($got->{status} < 500 && !leaks('one', $got), "$path with a cookie of another tenant: $got->{status}");
	}
	my $got = $t->post('one', '/cart/lines/remove', { csrf => $t->csrf($theirs), line => $f->{variant}{SANDAL} }, { cart => $theirs });
	ok($got->{status} >= 400 && $got->{status} < 500, "changing another tenant's cart by its cookie: $got->{status}");
	$got = $t->get('one', "/cart/restore/$theirs");
	my ($cookie) = map { /cart=([\w-]{43})/ ? $1 : () } @{ $got->{cookies} };
	ok(!leaks('one', $t->get('one', '/cart', { cart => $cookie // $theirs })), 'nor by its mailed link');
	is($t->value('SELECT count(*) FROM sales.cart_line WHERE tenant_id = ?', $f->{tenant}{bahari}), $before, 'nothing of theirs changed');
};

my %sid;

# One visitor at all hosts in turn, until so many requests were answered in spite of all;
# returns (leaks, bad, good).
sub alternate
{
	my ($n) = @_;
	my ($leaks, $bad, $good) = (0, 0, 0);
	srand $n;
	# Not those for whose request something is made first: these are children, and the connection is their parent's.
	my @gets = grep { $_->{method} eq 'GET' && $_->{path} !~ m{^/(?:checkout|cart|order|account|login|admin|p/preview)} } @routes;
	my %still = map { ($_ => { %{ $cart{$_} }, sid => $sid{$_} }) } @stores;
	my $end = time + 90;
	for (my $i = 0; $good < REQUESTS && time < $end; $i++) {
		my $store = $stores[ $i % @stores ];
		my $ask;
		if ($i % 3 == 0) {
			$ask = { method => 'POST', path => '/cart/items', host => "$store.localhost", cookies => {},
				form => { variant => $t->{f}->variant_of($store), quantity => 1 } };
		} elsif ($i % 3 == 1) {
			my $path = ('/cart', '/checkout', '/checkout/review', $order{$store}, '/checkout/address', '/account', '/account/addresses', '/login/sessions')[ int rand 8 ];
			$ask = { method => 'GET', path => $path, host => "$store.localhost", cookies => $still{$store} };
		} else {
			$ask = $t->request($gets[ int rand @gets ], $store);
		}
		my $got = eval { $t->ask($t->program_of($ask->{path}), $ask) } // { status => 0, head => '', body => '' };
		$leaks += () = leaks($store, $got);
		$got->{status} >= 200 && $got->{status} < 400 || $got->{status} == 404 ? $good++ : $got->{status} >= 500 ? 0 : $bad++;
	}
	return ($leaks, $bad, $good);
}

subtest 'T28 T80 alternating tenants while backends are killed and PostgreSQL restarts' => sub {
	my %reader;
	# Somebody is signed in at each of them.
	for my $store (@stores) {
		my $c = Customer->new($t->{shop}, $t->{f}, $store);
		$c->address;
		$sid{$store} = $c->{token};
	}
	$t->dbh->{AutoInactiveDestroy} = 1;
	for my $n (1 .. VISITORS) {
		pipe my $r, my $w or die "pipe: $!";
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			print {$w} join ' ', alternate($n);
			close $w;
			POSIX::_exit(0);
		}
		close $w;
		$reader{$pid} = $r;
	}
	my ($kills, $restarts, $running) = (0, 0, 1);
	my $end = time + 120;
	while ($running && time < $end) {
		# One at random, as often as there is one.
		# On a slow machine kills come faster than answers: they end before the visitors do.
		$kills += $kills >= KILLS_MOST ? 0 : eval { $t->value(q{SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
			WHERE usename LIKE '\_sutler-%' ORDER BY random() LIMIT 1) p}) } // 0;
		if ($kills >= 20 && !$restarts++) {
			$t->stack->{cluster}->stop;
			$t->stack->{cluster}->start;
			$t->reconnect or die "PostgreSQL does not come back\n";
		}
		select undef, undef, undef, 0.03;	# the pace of the kills, not a wait
		$running = grep { waitpid($_, POSIX::WNOHANG()) == 0 } keys %reader;
	}
	my ($leaks, $bad, $good) = (0, 0, 0);
	for my $r (values %reader) {
		my @n = split ' ', readline($r) // '1 1 0';
		$leaks += $n[0];
		$bad += $n[1];
		$good += $n[2];
	}
	is($leaks, 0, 'no answer held a word of another tenant or store');
	is($bad, 0, 'none was refused without reason');
	is($good, VISITORS * REQUESTS, 'the visitors got their answers in the end');
	cmp_ok($kills, '>', 10, "$kills backends were ended");
	is($restarts > 0, 1, 'and the server once restarted');
	for my $store (@stores) {
		ok(wait_for(15, sub { $t->get($store, '/')->{status} == 200 && $t->get($store, '/cart', $cart{$store})->{status} == 200 }),
			"$store is well afterwards");
	}
};

subtest 'row-level security of every table' => sub {
	my $dbh = $t->dbh;
	my ($acme, $bahari) = @{ $t->{f}{tenant} }{qw(acme bahari)};
	# A role that may do everything: only the policies stand in its way.
	$dbh->do('CREATE ROLE probe');
	for my $schema (@{ $dbh->selectcol_arrayref(q{SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'}) }) {
		$dbh->do("GRANT USAGE ON SCHEMA $schema TO probe");
		$dbh->do("GRANT ALL ON ALL TABLES IN SCHEMA $schema TO probe");
		$dbh->do("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA $schema TO probe");
	}
	my %open = map { ($_ => 1) } qw(tenancy.tenant tenancy.host event.ready watch.job watch.house watch.certificate);	# t/sql/lint.t says why
	my @roles = ('probe', '_sutler-owner', map { "_sutler-$_->{name}" } program_rows());
	my $as = sub {
		my ($role, $sql) = @_;
		$dbh->begin_work;
		$dbh->do(qq{SET LOCAL ROLE "$role"});
		$dbh->do("SELECT set_config('sutler.tenant', ?, true)", undef, $acme);
		my $n = eval { $sql =~ /^SELECT/ ? $dbh->selectrow_array($sql) : $dbh->do($sql) + 0 };
		my $state = $dbh->state;
		$dbh->rollback;
		return defined $n ? $n : $state;
	};
	my $with_rows = 0;
	for my $table (grep { !$open{$_} } $t->tables) {
		my @bad;
		for my $role (@roles) {
			my $n = $as->($role, "SELECT count(*) FROM $table WHERE tenant_id = '$bahari'");
			push @bad, "$role reads $n" if $n ne '0' && $n ne '42501';
		}
		my ($rows) = $dbh->selectrow_array("SELECT count(*) FROM $table WHERE tenant_id = '$bahari'");
		my ($own) = $dbh->selectrow_array("SELECT count(*) FROM $table WHERE tenant_id = '$acme'");
		my $columns = join ', ', map { qq{"$_"} } @{ $dbh->selectcol_arrayref(q{SELECT attname FROM pg_attribute
			WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum}, undef, $table) };
		for my $role (qw(probe _sutler-owner)) {
			next if !$rows;
			my ($row) = $dbh->selectrow_array("SELECT to_jsonb(t) FROM $table t WHERE tenant_id = '$bahari' LIMIT 1");
			my $insert = $as->($role, "INSERT INTO $table ($columns) SELECT $columns FROM jsonb_populate_record(NULL::$table, "
				. $dbh->quote($row) . '::jsonb)');
			push @bad, "$role inserts: $insert" if $insert ne '42501';
			my $update = $as->($role, "UPDATE $table SET tenant_id = tenant_id WHERE tenant_id = '$bahari'");
			push @bad, "$role updates: $update" if $update ne '0' && $update ne '42501';
			my $delete = $as->($role, "DELETE FROM $table WHERE tenant_id = '$bahari'");
			push @bad, "$role deletes: $delete" if $delete ne '0' && $delete ne '42501';
		}
		if ($own) {
			my $give = $as->('probe', "UPDATE $table SET tenant_id = '$bahari'");
			push @bad, "gives rows away: $give" if $give =~ /^\d{1,4}$/ && $give > 0;
			my $none = $dbh->selectrow_array("SELECT count(*) FROM $table WHERE tenant_id = '$acme'");
			push @bad, 'rows went' if $none != $own;
		}
		$with_rows++ if $rows;
		ok(!@bad, $table) or diag join "\n", @bad;
	}
	cmp_ok($with_rows, '>', 25, "$with_rows tables hold rows of both");
};
done_testing;
