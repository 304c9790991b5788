package OrderRequests;

# The routes of admin-orders where staff put orders together or change them, for Requests.pm: a line for each.

use strict;
use warnings;

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

sub entries
{
	return (
		'GET /admin/orders/{id:id}/edit' => on_edit('/edit'),
		'POST /admin/orders/{id:id}/edit' => on_edit('/edit', sub { return (composed(@_), revision => 0, step => 'look') }),
	);
}

1;
