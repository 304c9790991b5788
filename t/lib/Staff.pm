package Staff;

# Somebody who works for a merchant of the Fixture, at the console.
#
#	my $ana = Staff->new($shop, $f, 'acme', may => ['home.view'], stores => ['one']);	# signed in, row by row
#	my $ben = Staff->owner($shop, $f, 'acme')->join;	# by the link that sutlerctl prints, through all pages
#	$ben->visitor->get('/admin');
#	$ben->code;						# of the second factor, by oathtool
#	Staff::forgive($shop);					# tries and used codes count no more
#
# Named values of new(): may (permissions of a role of his own), owner (true: the role of owners),
# stores (codes; none: all), name, age_s (since the second factor was shown).
# The console of a tenant answers at admin-SLUG.localhost, which is made when it is missing.

use strict;
use utf8;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use MIME::Base64 qw(encode_base64url);

use constant PASSWORD => 'nine kittens in the attic';

my $serial = 0;

sub host
{
	my ($shop, $f, $slug) = @_;
	my $host = "admin-$slug.localhost";
	my ($store) = $shop->value('SELECT store_id FROM tenancy.store WHERE tenant_id = ? ORDER BY code LIMIT 1', $f->{tenant}{$slug});
	$shop->dbh->do(q{INSERT INTO tenancy.host (host, tenant_id, store_id, kind, origin, is_primary) VALUES (?, ?, ?, 'admin', ?, true) ON CONFLICT DO NOTHING},
		undef, $host, $f->{tenant}{$slug}, $store, $shop->url($host));
	return $host;
}

sub tenant { my ($self) = @_; $self->{shop}->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $self->{tenant}); return $self->{tenant} }

sub made
{
	my ($class, $shop, $f, $slug, %o) = @_;
	my $n = ++$serial;
	my $self = bless { shop => $shop, f => $f, slug => $slug, tenant => $f->{tenant}{$slug}, host => host($shop, $f, $slug), prefix => '/en',
		email => sprintf('staff%d.%d@example.test', $$, $n), name => 'Ana Ruiz', password => PASSWORD, %o }, $class;
	$self->{v} = $shop->visitor($self->{host});
	return $self;
}

sub new
{
	my ($class, $shop, $f, $slug, %o) = @_;
	my $self = $class->made($shop, $f, $slug, %o);
	my $tenant = $self->tenant;
	my $dbh = $shop->dbh;
	($self->{id}) = $shop->value('SELECT sutler.uuid7()');
	$dbh->do(q{INSERT INTO staff.person (tenant_id, staff_id, email, name, locale, state) VALUES (?, ?, ?, ?, 'en', 'active')}, undef,
		$tenant, $self->{id}, $self->{email}, $self->{name});
	my $role;
	if ($o{owner}) {
		($role) = $shop->value('SELECT staff.owner_role(?)', $tenant);
	} else {
		($role) = $shop->value('SELECT sutler.uuid7()');
		$dbh->do('INSERT INTO staff.role (tenant_id, role_id, name) VALUES (?, ?, ?)', undef, $tenant, $role, "Role $serial");
		$dbh->do('INSERT INTO staff.role_permission (tenant_id, role_id, permission) VALUES (?, ?, ?)', undef, $tenant, $role, $_) for @{ $o{may} // [] };
	}
	$self->{role} = $role;
	for my $store (@{ $o{stores} // [undef] }) {
		$dbh->do('INSERT INTO staff.assignment (tenant_id, staff_id, role_id, store_id) VALUES (?, ?, ?, ?)', undef, $tenant, $self->{id}, $role,
			defined $store ? $f->{store}{$store} : undef);
	}
	$self->{v}{cookies}{staff} = $self->session($o{age_s} // 0);
	return $self;
}

# A session of his, proven so many seconds ago: its cookie.
sub session
{
	my ($self, $age_s) = @_;
	my $token = encode_base64url(sha256("staff session $$ " . ++$serial));
	my $tenant = $self->tenant;
	$self->{shop}->dbh->do(q{INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at, proven_at)
		VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 hour', sutler.now() - make_interval(secs => ?))}, undef,
		$tenant, sha256_hex($token), $self->{id}, $age_s);
	return $token;
}

# By the sysadmin: { link }.
sub owner
{
	my ($class, $shop, $f, $slug, %o) = @_;
	my $self = $class->made($shop, $f, $slug, %o);
	$self->invite;
	($self->{id}) = $shop->value('SELECT staff_id FROM staff.person WHERE tenant_id = ? AND email = ?', $self->{tenant}, $self->{email});
	return $self;
}

sub invite
{
	my ($self) = @_;
	my $said = $self->{shop}->stack->ctl('staff', 'owner', $self->{email}, '--tenant', $self->{slug}, '--name', $self->{name});
	($self->{link}) = $said =~ m{^https?://[^/]+(/admin/login/join/[\w-]{43})$}m or die "no link: $said\n";
	return $self;
}

sub elsewhere { my ($self, %o) = @_; return bless { %$self, v => $self->{shop}->visitor($self->{host}), %o }, ref $self }
sub visitor { return $_[0]{v} }
sub path { my ($self, $path) = @_; return "$self->{prefix}$path" }
sub get { my ($self, $path, %o) = @_; return $self->{v}->get($self->path($path), %o) }
sub form { my ($self, $path, $values, %by) = @_; return $self->{v}->submit($self->get($path), %by ? %by : (action => $self->path($path)), $values) }

# A code of SECRET now, or STEPS half minutes away.
sub code_of
{
	my ($secret, $steps) = @_;
	my $at = time + 30 * ($steps // 0);
	$secret =~ s/\s//g;
	my $code = `oathtool --totp -b '$secret' --now '\@$at'`;
	$code =~ /^(\d{6})$/ or die "oathtool gives no code\n";
	return $1;
}
sub code { my ($self, $steps) = @_; return code_of($self->{secret}, $steps) }

# Through all pages of the invitation; { secret, codes }.
sub join
{
	my ($self) = @_;
	my $page = $self->{v}->get($self->path($self->{link}));
	die "the link answers " . $page->status . "\n" if $page->status != 200;
	$page = $self->{v}->follow($self->{v}->submit($page, field => 'password', { name => $self->{name}, password => $self->{password} }));
	($self->{secret}) = $page->html =~ m{class="secret">([A-Z2-7 ]+)<} or die "no secret: " . substr($page->text, 0, 500) . "\n";
	$page = $self->{v}->submit($page, field => 'code', { code => $self->code });
	$self->{codes} = [$page->html =~ m{<li><code>([A-Z0-9-]+)</code>}g];
	die "no recovery codes: " . substr($page->text, 0, 500) . "\n" if !@{ $self->{codes} };
	return $self;
}

sub try_password { my ($self, $password, %more) = @_; return $self->{v}->post($self->path('/admin/login'), { email => $self->{email}, password => $password // $self->{password}, %more }) }
sub try_code { my ($self, $code) = @_; return $self->form('/admin/login/code', { code => $code }) }

sub sign_in
{
	my ($self) = @_;
	my $answer = $self->try_password;
	die 'the password answers ' . $answer->status . ': ' . substr($answer->text, 0, 500) . "\n" if $answer->status != 303;
	$answer = $self->try_code($self->code);
	die 'the code answers ' . $answer->status . ': ' . substr($answer->text, 0, 500) . "\n" if $answer->status != 303;
	return $self;
}

sub signed_in { my ($self) = @_; return $self->get('/admin/login/again')->status == 200 }

# Counters of tries and used codes are forgotten.
sub forgive { my ($shop) = @_; $shop->change("DELETE FROM $_") for qw(customer.guess event.attempt staff.totp_step); return }

1;
