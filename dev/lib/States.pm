package States;

# The page doc/states.md, made of the rows of sales.step: for dev/gen-states, and for t/sql/states.t,
# which compares.
#
#	my $text = States::page(States::rows($dbh));

use strict;
use warnings;

my @axes = (
	[ order => 'draft', 'The order itself. Draft: staff put it together; open: agreed; closed: nothing is left to be done.' ],
	[ payment => 'pending', 'The money. What comes from a gateway arrives in any order, so some steps lead back.' ],
	[ fulfilment => 'unfulfilled', 'The goods on their way out. Moves while the order is open.' ],
	[ return => 'none', 'The goods on their way back. Moves while the order is open or closed, one return at a time.' ],
);

# Rows of axis, from, event, to and mail, in one order.
sub rows
{
	my ($dbh) = @_;
	return $dbh->selectall_arrayref(q{SELECT axis, from_state, event, to_state, mail FROM sales.step
		ORDER BY axis COLLATE "C", from_state COLLATE "C", event COLLATE "C"});
}

sub start { my ($axis) = @_; return (map { $_->[1] } grep { $_->[0] eq $axis } @axes)[0] }

sub page
{
	my ($rows) = @_;
	my $text = <<'END';
# States of an order

Made by `dev/gen-states` from the rows of `sales.step`; `t/sql/states.t` compares. Each order has one
state on each of four axes. `sales.place_order()` takes the first step, and `sales.fire()` is the only door to all others: what is not drawn here is refused. The one
word that people see is reckoned from the four by `sales.word()`.
END
	for my $a (@axes) {
		my ($axis, $start, $about) = @$a;
		my @own = grep { $_->[0] eq $axis } @$rows;
		$text .= "\n## $axis\n\n$about\n\n```mermaid\nstateDiagram-v2\n    [*] --> $start\n";
		$text .= "    $_->[1] --> $_->[3] : $_->[2]\n" for @own;
		my %goes = map { $_->[1] => 1 } @own;
		my %ends = map { $_->[3] => 1 } grep { !$goes{ $_->[3] } } @own;
		$text .= "    $_ --> [*]\n" for sort keys %ends;
		$text .= "```\n\n| From | Event | To | Mail to the buyer |\n|---|---|---|---|\n";
		$text .= "| $_->[1] | $_->[2] | $_->[3] | $_->[4] |\n" for @own;
	}
	return $text;
}

1;
