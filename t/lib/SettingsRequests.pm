package SettingsRequests;

# The routes of admin-settings about a store's settings, for Requests.pm: a line for each.

use strict;
use warnings;

my $serial = 0;

# The store one works in, its revision, and a host of its own that is not the main one.
sub store_of { my ($t, $store) = @_; return $t->{f}{store}{$store} }
# What every form says.
sub of { return (store => store_of(@_)) }
sub revision { my ($t, $store) = @_; return (of(@_), revision => $t->value('SELECT revision FROM tenancy.store WHERE store_id = ?', store_of($t, $store))) }
sub a_host
{
	my ($t, $store) = @_;
	my $host = sprintf 'more%d-%d.localhost', $$, $serial++;
	$t->dbh->do(q{INSERT INTO tenancy.host (host, tenant_id, store_id, origin) SELECT ?, tenant_id, store_id, 'http://' || ? FROM tenancy.store WHERE store_id = ?},
		undef, $host, $host, store_of($t, $store));
	return $host;
}

sub entries
{
	return (
		'GET /admin/settings' => Requests::at_desk('/admin/settings'),
		'POST /admin/settings/status' => Requests::at_desk('/admin/settings/status', sub { return (revision(@_), status => 'active', reason => 'as it was') }),
		'GET /admin/settings/store' => Requests::at_desk('/admin/settings/store'),
		'POST /admin/settings/store' => Requests::at_desk('/admin/settings/store', sub {
			return (revision(@_), name => 'Store ' . $serial++, country => 'ES', color_primary => '#1f4e79', color_accent => '#c75b12', guest_checkout => 'plain',
				low_stock => 5, hold_minutes => 15, unpaid_minutes => 60, timezone => 'UTC', cutoff => '14:00');
		}),
		'GET /admin/settings/languages' => Requests::at_desk('/admin/settings/languages'),
		'POST /admin/settings/languages' => Requests::at_desk('/admin/settings/languages', sub {
			my ($t, $store) = @_;
			my ($tags, $currencies) = map { $t->dbh->selectcol_arrayref($_, undef, store_of($t, $store)) }
				'SELECT tag FROM tenancy.store_locale WHERE store_id = ? ORDER BY position', 'SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position';
			return (revision(@_), tag => $tags, currency => $currencies, step => [map { '' } @$currencies], reason => 'as it was');
		}),
		'GET /admin/settings/hosts' => Requests::at_desk('/admin/settings/hosts'),
		'POST /admin/settings/hosts' => Requests::at_desk('/admin/settings/hosts', sub { return (of(@_), host => sprintf('new%d-%d.localhost', $$, $serial++), kind => 'store', reason => 'another name') }),
		'POST /admin/settings/hosts/main' => Requests::at_desk('/admin/settings/hosts/main', sub { return (of(@_), which => a_host(@_), act_reason => 'the new name') }),
		'POST /admin/settings/hosts/remove' => Requests::at_desk('/admin/settings/hosts/remove', sub { return (of(@_), which => a_host(@_), act_reason => 'not used') }),
	);
}

1;
