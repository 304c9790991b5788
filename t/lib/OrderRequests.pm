package OrderRequests;

# The routes of admin-orders where staff put orders together or change them, and those of downloads, for Requests.pm: a line for each.

use strict;
use warnings;
use File::Path qw(make_path);
use House qw(write_file);

# What the form of an order holds: MADE is the order, as Requests::desk_order() makes it.
sub composed
{
	my ($t, $store, $made, %more) = @_;
	return (variant => $made->{variant}, quantity => 1, method => $t->{f}{method}{ { one => 'post', two => 'parcel', three => 'jne' }->{$store} },
		%{ Requests::address_of($store) }, %more);
}

# A request about an order that is not begun.
sub on_edit
{
	my ($path, $form) = @_;
	my $made;
	return Requests::at_desk(sub {
		my ($t, $store) = @_;
		$made = Requests::desk_order($t, $store, unpaid => 1);
		return "/admin/orders/$made->{id}$path";
	}, $form && sub { my ($t, $store) = @_; return $form->($t, $store, $made) });
}

# A draft of the store with what MADE tells of one line; { id, variant }.
sub draft
{
	my ($t, $store) = @_;
	my $f = $t->{f};
	my ($slug, $locale, $currency) = $store eq 'three' ? qw(bahari id IDR) : ('acme', 'en', 'EUR');
	my ($id) = $t->dbh->selectrow_array('SELECT sutler.uuid7()');
	$t->dbh->do("SELECT set_config('sutler.tenant', ?, false)", undef, $f->{tenant}{$slug});
	my ($said) = $t->dbh->selectrow_array('SELECT sales.draft_new(?, NULL, ?, ?, ?, ?)', undef, $f->{tenant}{$slug}, $f->{store}{$store}, $id, $locale, $currency);
	die "draft: $said\n" if $said ne 'ok';
	return { id => $id, variant => $f->variant_of($store) };
}

# A request about such a draft.
sub on_draft
{
	my ($path, $form) = @_;
	my $made;
	return Requests::at_desk(sub {
		my ($t, $store) = @_;
		$made = draft($t, $store);
		return "/admin/orders/drafts/$made->{id}$path";
	}, $form && sub { my ($t, $store) = @_; return $form->($t, $store, $made) });
}

# Somebody for whom an order is put together.
my $people = 0;
sub person
{
	my ($t, $store) = @_;
	my ($id) = $t->dbh->selectrow_array('SELECT sutler.uuid7()');
	$t->{f}->add('customer.person', tenant_id => $t->{f}{tenant}{ $store eq 'three' ? 'bahari' : 'acme' }, customer_id => $id, store_id => $t->{f}{store}{$store}, name => 'Eva Gil',
		email => sprintf('draft%d.%d@example.test', $$, $people++));
	return $id;
}

# A file of the order's first line that can be fetched, or was (SPENT): its id.
sub a_download
{
	my ($t, $order, %o) = @_;
	my ($tenant, $variant) = $t->dbh->selectrow_array('SELECT tenant_id, variant_id FROM sales.order_line WHERE order_id = ? ORDER BY line_no LIMIT 1', undef, $order);
	my ($file, $name) = $t->dbh->selectrow_array('SELECT id, left(sum, 2) || $$/$$ || substr(sum, 3, 30) FROM (SELECT id, md5(id::text) AS sum FROM (SELECT sutler.uuid7() AS id) a) b');
	my $dir = $t->{shop}->stack->{dir} . '/downloads/' . substr $name, 0, 2;
	make_path($dir);
	write_file("$dir/" . substr($name, 3), 'a pattern');
	$t->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $tenant);
	$t->dbh->do(q{UPDATE sales.order_line SET digital = true, ships = false, made_to_order = false WHERE order_id = ? AND variant_id = ?}, undef, $order, $variant);
	$t->dbh->do(q{INSERT INTO catalog.download_file (tenant_id, file_id, variant_id, name, file_name, mime, bytes) VALUES (?, ?, ?, ?, 'pattern.pdf', 'application/pdf', 9)},
		undef, $tenant, $file, $variant, $name);
	$t->dbh->do(q{INSERT INTO sales.download (tenant_id, order_id, variant_id, expires_at, times) VALUES (?, ?, ?, sutler.now() + interval '1 day', 5)}, undef, $tenant, $order, $variant);
	return $file;
}

# The file of an order that its link opens, or that is of the customer.
sub by_link
{
	my ($t, $store) = @_;
	my $ask = Requests::ordered($t, $store);
	my ($order) = $t->value(q{SELECT order_id FROM sales.order_token WHERE token_sha256 = sha256(convert_to(?, 'UTF8'))}, $ask->{path} =~ m{([\w-]{43})$});
	return { path => "$ask->{path}/download", form => { file => a_download($t, $order) } };
}
my $fetched;
sub by_customer
{
	my ($t, $c, $store) = @_;
	my $path = Requests::own_order($t, $c, $store);
	$fetched = a_download($t, $path =~ m{([^/]+)$});
	return "$path/download";
}

sub entries
{
	return (
		'GET /admin/orders/drafts' => Requests::at_desk('/admin/orders/drafts'),
		'POST /admin/orders/drafts' => Requests::at_desk('/admin/orders/drafts', sub { return $_[1] eq 'three' ? (locale => 'id', currency => 'IDR') : (locale => 'en', currency => 'EUR') }),
		'GET /admin/orders/drafts/{draft:id}' => on_draft('?find=eva'),
		'POST /admin/orders/drafts/{draft:id}' => on_draft('', sub { return (composed(@_), revision => 0, step => 'save', email => 'eva@example.test') }),
		'POST /admin/orders/drafts/{draft:id}/customer' => on_draft('/customer', sub { return (revision => 0, person => person(@_)) }),
		'POST /admin/orders/drafts/{draft:id}/drop' => on_draft('/drop', sub { return (revision => 0) }),
		'POST /admin/orders/{id:id}/returns/{return:id}/exchange' => Requests::on_order('received', '/admin/orders/{id}/returns/{return}/exchange', sub { return () }),
		'POST /order/{token}/download' => \&by_link,
		'POST /account/orders/{id:id}/download' => Requests::of_customer(\&by_customer, sub { return { file => $fetched } }),
		'POST /admin/orders/{id:id}/downloads' => Requests::at_desk(sub {
			my ($t, $store) = @_;
			my $made = Requests::desk_order($t, $store);
			a_download($t, $made->{id});
			return "/admin/orders/$made->{id}/downloads";
		}, sub { return (renew_reason => 'a new telephone') }),
		'GET /admin/orders/{id:id}/edit' => on_edit('/edit'),
		'POST /admin/orders/{id:id}/edit' => on_edit('/edit', sub { return (composed(@_), revision => 0, step => 'look') }),
	);
}

1;
