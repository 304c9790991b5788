# Promise: every route of every program of the console is for who has its permission and for
# nobody else, whatever the role; a role reaches as far as its stores; and of another merchant
# nothing exists.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use House qw(program_rows);
use Requests;
use Staff;
use Test::More;
use Trial;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my @console = grep { $_->{kind} eq 'page' && $_->{name} =~ /^admin-/ } program_rows();
my $t = Trial->new(programs => ['home', 'login', map { $_->{name} } @console]);
my $f = $t->{f};
my @routes = grep { $_->{program} =~ /^admin-/ } $t->routes;
my @permissions = map { $_->{permission} } $t->{shop}->rows('SELECT permission FROM staff.permission ORDER BY 1');
cmp_ok scalar @routes, '>', 10, 'there are routes';
my %known = map { $_ => 1 } @permissions, '', 'self';
is_deeply [grep { !$known{ $_->{permission} } } @routes], [], 'P21 every route asks for a permission that there is';
is_deeply [map { $_->{name} } grep { $_->{permission} eq '' && $_->{path} !~ m{^/admin/login} } @routes], [], 'P21 only signing in is for everybody';
is_deeply [map { $_->{name} } grep { $_->{method} ne 'GET' && $_->{permission} ne '' && $_->{needs} !~ /csrf/ } @routes], [], 'T34 every change holds its token';

# Somebody with exactly one permission, for each, in all stores; and one with none.
my %holder = map { $_ => Staff->new($t->{shop}, $f, 'acme', may => [$_]) } @permissions;
$holder{nothing} = Staff->new($t->{shop}, $f, 'acme');

# What is asked for is made anew, unless it is given: who is sent away changes nothing of it.
sub ask_as
{
	my ($route, $who, $made) = @_;
	my %ask = %{ $made // $t->request($route, 'one') // return };
	my $ask = \%ask;
	$ask->{form} = { %{ $ask->{form} } } if $ask->{form};
	if ($who) {
		my $cookie = $who->session($route->{needs} =~ /step-up/ ? 0 : 60);
		$ask->{cookies} = { staff => $cookie };
		$ask->{form}{csrf} = $t->csrf($cookie) if $ask->{form};
	} else {
		delete $ask->{cookies};
	}
	return $t->ask($route->{program}, $ask);
}

for my $route (grep { $_->{permission} !~ /^(?:|self)$/ } @routes) {
	my $made = $t->request($route, 'one');
	my $bad = ask_as($route, undef, $made)->{status};
	ok $bad == 302 && $route->{method} eq 'GET' || $bad == 403, "$route->{name}: a stranger is sent away ($bad)";
	my @wrong;
	for my $who (sort keys %holder) {
		my $status = ask_as($route, $holder{$who}, $who eq $route->{permission} ? undef : $made)->{status};
		push @wrong, "$who $status" if $who eq $route->{permission} ? $status =~ /^(?:403|5..)$/ : $status != 403;
	}
	is "@wrong", '', "P21 $route->{name}: for who has $route->{permission}, and nobody else";
}
for my $route (grep { $_->{permission} eq 'self' } @routes) {
	my $bad = ask_as($route, undef)->{status};
	ok $bad == 302 || $bad == 403, "$route->{name}: a stranger is sent away ($bad)";
}

# Stores.
my $two = Staff->new($t->{shop}, $f, 'acme', may => [@permissions], stores => ['two']);
for my $route (grep { $_->{permission} =~ /^(?:staff|audit)\./ } @routes) {
	is ask_as($route, $two)->{status}, 403, "TEN-05 $route->{name}: a role in one store is not enough";
}
my $cookie = $two->session(0);
sub choose { my ($store) = @_; return $t->ask('admin-home', { method => 'POST', host => $two->{host}, path => '/admin/store', cookies => { staff => $cookie },
	form => { csrf => $t->csrf($cookie), store => $f->{store}{$store} } })->{status} }
is choose('one'), 404, 'TEN-05 another store of the merchant cannot be chosen';
is choose('three'), 404, 'T26 nor one of another merchant';
is choose('two'), 303, 'his own can';
like $t->ask('admin-home', { method => 'GET', host => $two->{host}, path => '/admin', cookies => { staff => $cookie } })->{body}, qr/Store two/, 'and is shown';

# Another merchant: the session opens nothing there, and his own host knows none of its things.
my $ana = Staff->new($t->{shop}, $f, 'acme', owner => 1);
my $bahari = Staff->new($t->{shop}, $f, 'bahari', owner => 1);
for my $route (grep { $_->{permission} ne '' } @routes) {
	my $ask = $t->request($route, 'three') // next;
	my $mine = $ana->session(0);
	my $form = $ask->{form} ? { %{ $ask->{form} }, csrf => $t->csrf($mine) } : undef;
	my $there = $t->ask($route->{program}, { %$ask, form => $form, cookies => { staff => $mine } })->{status};
	ok $there == 302 && $route->{method} eq 'GET' || $there == 403, "T27 $route->{name}: the session of acme is nobody at bahari ($there)";
	next if $route->{path} !~ /\{\w+:id\}/ && !($ask->{form} && grep { /^[0-9a-f]{8}-[0-9a-f-]{27}$/ } values %{ $ask->{form} });
	my $here = $t->ask($route->{program}, { %$ask, host => $ana->{host}, form => $form, cookies => { staff => $mine } })->{status};
	is $here, 404, "T26 $route->{name}: a thing of bahari does not exist at acme";
}
done_testing;
