package Jobs;

# A database with a small merchant or two, a mail catcher, and the jobs: for tests that
# kill them, start them twice and look at what is left.  No web server.
#
#	my $j = Jobs->new;			# skips the whole test when nothing is built
#	my $t = $j->merchant('suelas');		# { tenant, store, variant, warehouse ... }
#	my $o = $j->order($t, email => 'ana@example.org', quantity => 2);
#	$j->pay($o);
#	my ($status, $text) = $j->run('deliver', '--once');
#	my @mails = $j->mails;
#
# The database's clock can be stepped: $j->clock('+3 days').

use strict;
use utf8;
use warnings;
use House qw(alive end_pid free_port own_dir spawn wait_for write_file demoted top);
use Schema;
use Shop ();
use Stack ();
use Test::More ();

my $n = 0;

sub new
{
	my ($class, %o) = @_;
	my $build = Schema::build_dir();
	for my $job (qw(release-holds deliver)) {
		-x "$build/jobs/$job" or Test::More::plan(skip_all => "$build/jobs/$job is not built");
	}
	my $schema = Schema->new;
	my $self = bless { schema => $schema, build => $build, dir => $schema->{dir}, owner => $$, pids => [] }, $class;
	$self->{db} = $schema->dbh;
	own_dir("$self->{dir}/$_", 0755) for qw(mail private downloads documents state);
	$self->start_mail if !$o{no_mail};
	$self->write_config(%{ $o{config} // {} });
	return $self;
}

sub start_mail
{
	my ($self) = @_;
	my ($smtp, $http) = ($self->{smtp} //= free_port(), $self->{mailbox} //= free_port());
	$self->{catcher} = spawn(cmd => [demoted($^X, top() . '/t/lib/mail-catcher', '--dir', "$self->{dir}/mail",
		'--smtp', $smtp, '--http', $http)], log => "$self->{dir}/catcher.log", umask => 022);
	wait_for(20, sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $smtp) })
		or die "the mail catcher does not start\n";
	return;
}

sub stop_mail { my ($self) = @_; end_pid(delete $self->{catcher}) if $self->{catcher}; return }

sub write_config
{
	my ($self, %more) = @_;
	my $top = top();
	my %s = ('database.connection' => sprintf('host=%s dbname=%s', $self->{schema}{cluster}->socket_dir, $self->{schema}{db}),
		'paths.templates' => "$top/tmpl", 'paths.messages' => "$self->{build}/po", 'paths.media' => "$self->{dir}/media",
		'paths.private' => "$self->{dir}/private", 'paths.downloads' => "$self->{dir}/downloads", 'paths.documents' => "$self->{dir}/documents",
		'paths.run' => "$self->{dir}/state", 'mail.smtp' => 'smtp://127.0.0.1:' . ($self->{smtp} // 25), %more);
	my %by;
	for (sort keys %s) {
		my ($section, $key) = split /\./, $_, 2;
		push @{ $by{$section} }, "$key = $s{$_}\n";
	}
	write_file("$self->{dir}/sutler.conf", join '', map { ("[$_]\n", @{ $by{$_} }) } sort keys %by);
	return;
}

sub db { return $_[0]{db} }
sub value { my ($self, $sql, @bind) = @_; return scalar $self->{db}->selectrow_array($sql, undef, @bind) }
sub rows { my ($self, $sql, @bind) = @_; return @{ $self->{db}->selectall_arrayref($sql, { Slice => {} }, @bind) } }
sub change { my ($self, $sql, @bind) = @_; return $self->{db}->do($sql, undef, @bind) + 0 }
sub column { my ($self, $sql, @bind) = @_; return map { $_->[0] } @{ $self->{db}->selectall_arrayref($sql, undef, @bind) } }

# Everything the database says about time, moved; '' is the real time again.
sub clock
{
	my ($self, $by) = @_;
	my $more = $by eq '' ? '' : " + interval '$by'";
	$self->change("CREATE OR REPLACE FUNCTION sutler.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
		AS \$\$ SELECT pg_catalog.now()$more \$\$");
	return;
}

sub tenant { my ($self, $t) = @_; $self->{db}->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t->{tenant}); return }

sub id { return sprintf '%08x-0000-7000-8000-%012d', time - 1_600_000_000, ++$n }

sub put
{
	my ($self, $table, %row) = @_;
	my @k = sort keys %row;
	$self->{db}->do("INSERT INTO $table (" . join(', ', @k) . ') VALUES (' . join(', ', ('?') x @k) . ')', undef, @row{@k});
	return;
}

# A merchant with one store in Spanish and English, one product and $stock pieces of it.
sub merchant
{
	my ($self, $slug, %o) = @_;
	my %t = (slug => $slug, map { $_ => id() } qw(tenant store product variant warehouse method));
	my @t = (tenant_id => $t{tenant});
	my @s = (@t, store_id => $t{store});
	$self->put('tenancy.tenant', @t, slug => $slug, name => $slug);
	$self->tenant(\%t);
	$self->put('tenancy.store', @s, code => $slug, status => 'active', name => "Tienda $slug", legal_name => "$slug, S.L.",
		tax_id => 'B12345678', timezone => 'Europe/Madrid', contact_email => "hola\@$slug.example.org", contact_phone => '+34 900 000 000',
		street => 'Calle Mayor 1', postal_code => '03600', city => 'Elda', country => 'ES', order_prefix => 'S-',
		invoice_prefix => 'F', mail_from_name => "Señas de $slug", %{ $o{store} // {} });
	my @locales = @{ $o{locales} // [['es', 'es-ES'], ['en', 'en-GB']] };
	$self->put('tenancy.store_locale', @s, locale => $locales[$_][0], tag => $locales[$_][1], position => $_) for 0 .. $#locales;
	$self->put('tenancy.store_currency', @s, currency => $o{currency} // 'EUR', position => 0);
	$self->put('tenancy.host', host => "$slug.example.org", @s, origin => "https://$slug.example.org", is_primary => 1);
	$self->put('accounting.tax_class', @t, tax_class => 'standard');
	$self->put('inventory.warehouse', @t, warehouse_id => $t{warehouse}, code => 'A', name => 'A', country => 'ES');
	$self->put('inventory.store_warehouse', @s, warehouse_id => $t{warehouse});
	$self->put('catalog.product', @t, product_id => $t{product}, reference => 'SU-100');
	$self->put('catalog.product_text', @t, product_id => $t{product}, locale => $_->[0], slug => "suela-$_->[0]", name => "Suela $_->[0]")
		for @locales;
	$self->put('catalog.variant', @t, variant_id => $t{variant}, product_id => $t{product}, sku => 'SU-100-38');
	$self->put('payment.method', @s, method => 'bank_transfer');
	$self->put('payment.method_text', @s, method => 'bank_transfer', locale => $_->[0], name => 'Transferencia',
		instructions => 'Cuenta **ES91 2100 0418 4502 0005 1332**') for @locales;
	$self->change('SELECT inventory.adjust(?, ?, ?, ?, ?, ?, ?, NULL)', $t{tenant}, $t{variant}, $t{warehouse}, $o{stock} // 1000,
		'receipt', 'test', 'test');
	$self->change('SELECT sales.prepare_store(?, ?)', $t{tenant}, $t{store});
	return \%t;
}

# A cart with a contact: { cart, contact, %$t }.
sub cart
{
	my ($self, $t, %o) = @_;
	my %c = (%$t, cart => id(), contact => id(), quantity => $o{quantity} // 1);
	$self->tenant($t);
	$self->put('sales.contact', tenant_id => $t->{tenant}, contact_id => $c{contact}, email => $o{email} // 'ana@example.org',
		name => $o{name} // 'Ana Núñez', street => 'Calle Sol 2', postal_code => '28001', city => 'Madrid', country => 'ES');
	$self->put('sales.cart', tenant_id => $t->{tenant}, store_id => $t->{store}, cart_id => $c{cart}, locale => $o{locale} // 'es',
		currency => $o{currency} // 'EUR', contact_id => $c{contact}, method_id => $t->{method}, payment_method => $o{payment} // 'bank_transfer',
		reminders => $o{reminders} ? 1 : 0);
	$self->put('sales.cart_line', tenant_id => $t->{tenant}, cart_id => $c{cart}, variant_id => $t->{variant}, quantity => $c{quantity});
	return \%c;
}

# An order of one line (12.10 a piece, 21 % included), placed by the shop's own function.
sub order
{
	my ($self, $t, %o) = @_;
	my $c = $self->cart($t, %o);
	my $q = $c->{quantity};
	my ($goods, $ship) = ($q * 1210, 605);
	my $total = $goods + $ship;
	my $tax = int($total - $total / 1.21 + 0.5);
	$c->{order} = id();
	my $row = $self->{db}->selectrow_hashref('SELECT * FROM sales.place_order(?, ?, ?, sha256(?::bytea), now() + interval \'1 day\',
		?, 0, ?, ?, ?, ?, current_date + 3, current_date + 5, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', undef,
		$t->{tenant}, $c->{cart}, $c->{order}, $c->{order}, $goods, $ship, $tax, $total, 'Mensajero',
		[$t->{variant}], [$q], [1210], [0], [int($goods - $goods / 1.21 + 0.5)], [$goods], ['SU-100-38'], [$o{product} // 'Suela de tacón'],
		['Negro, 38'], [''], ['IVA'], ['false'], [100], ['IVA'], [210000], [$total - $tax], [$tax]);
	die "order: $row->{outcome}\n" if $row->{outcome} ne 'ok';
	@$c{qw(number total)} = ($row->{number}, $total);
	return $c;
}

sub pay
{
	my ($self, $o) = @_;
	$self->tenant($o);
	my $answer = $self->value('SELECT sales.receive_payment(?, ?, ?, ?, ?)', @$o{qw(tenant order total)}, 'ref', 'test');
	die "pay: $answer\n" if $answer ne 'ok';
	return;
}

# Runs a job to its end: (exit status, what it said).
sub run
{
	my ($self, $name, @args) = @_;
	my $pid = open(my $out, '-|') // die "cannot fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>&', \*STDOUT;
		$ENV{SUTLER_CONFIG} = "$self->{dir}/sutler.conf";
		exec "$self->{build}/jobs/$name", @args or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8 || ($? & 127 ? 128 + ($? & 127) : 0), $text);
}

# Starts a job and returns its pid.
sub start
{
	my ($self, $name, @args) = @_;
	my $pid = spawn(cmd => ["$self->{build}/jobs/$name", @args], log => "$self->{dir}/$name.log",
		env => { SUTLER_CONFIG => "$self->{dir}/sutler.conf", @{ $self->{env} // [] } });
	push @{ $self->{pids} }, $pid;
	return $pid;
}

# Starts a job and kills it after $ms; true when it was killed while it ran.
sub kill_after
{
	my ($self, $ms, $name, @args) = @_;
	my $pid = $self->start($name, @args);
	my $ended = wait_for($ms / 1000, sub { !alive($pid) });
	kill 'KILL', $pid if !$ended;
	wait_for(10, sub { !alive($pid) });
	# The server ends the dead one's session, and with it the lock, a moment later.
	wait_for(10, sub { !$self->value('SELECT count(*) FROM pg_stat_activity WHERE application_name = ?', "_sutler-$name") });
	return !$ended;
}

# The text of a PDF, laid out, with plain blanks.
sub pdf_text
{
	my ($self, $pdf) = @_;
	my $file = "$self->{dir}/read.pdf";
	open my $f, '>:raw', $file or die $!;
	print {$f} $pdf;
	close $f;
	open my $p, '-|:utf8', 'pdftotext', '-layout', $file, '-' or return '';
	local $/;
	return <$p> =~ s/[\x{a0}\x{202f}]/ /gr;
}

sub mails { my ($self) = @_; return map { Shop::read_mail($_) } sort glob "$self->{dir}/mail/*.eml" }
sub forget_mails { my ($self) = @_; unlink glob "$self->{dir}/mail/*.eml"; return }

# All due now, whatever the back-off.
sub due_now { my ($self) = @_; return $self->change('UPDATE event.ready SET due_at = sutler.now()') }

sub DESTROY
{
	my ($self) = @_;
	return if $self->{owner} != $$;
	local $?;
	end_pid($_, 2) for grep { alive($_) } @{ $self->{pids} };
	$self->stop_mail;
	$self->{db}->disconnect if $self->{db};
	return;
}

1;
