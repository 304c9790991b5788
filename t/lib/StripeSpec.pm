package StripeSpec;

# Holds requests to Stripe, and the answers of our stand-in, against Stripe's published
# interface (t/data/stripe-openapi.json).
#
#	my $spec = StripeSpec->new;
#	my $tree = StripeSpec::decode('metadata[a]=1&expand[]=x');	# { metadata => {a=>1}, expand => ['x'] }
#	my @faults = $spec->request('POST', '/v1/refunds', $tree);	# { param, fault, say }
#	@faults = $spec->object('refund', $answer);			# sentences
#
# A fault is unknown (no such parameter), missing, or value (of the wrong type, too long, no
# word of the list).  A path that the file does not have is a fault as well.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;

my $FILE = dirname(abs_path(__FILE__)) . '/../data/stripe-openapi.json';

sub new
{
	my ($class, $file) = @_;
	open my $in, '<:raw', $file // $FILE or die "Stripe's interface cannot be read: $!\n";
	my $spec = JSON::PP->new->utf8->decode(do { local $/; <$in> });
	my @paths = map { my $p = $_; my $re = join '[^/]+', map { quotemeta } split /\{\w+\}/, $p, -1; [qr/^$re$/, $spec->{paths}{$p}] }
		sort { ($a =~ tr/{//) <=> ($b =~ tr/{//) } keys %{ $spec->{paths} };
	return bless { paths => \@paths, schemas => $spec->{schemas} }, $class;
}

# ---- forms ----

sub unescape { my ($s) = @_; return $s =~ tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }

# a[b][0][c]=v&a[d][]=w as nested hashes; a level whose names are numbers or empty is an array.
sub decode
{
	my ($form) = @_;
	my %tree;
	for my $pair (grep { length } split /&/, $form // '') {
		my ($name, $value) = map { unescape($_) } split /=/, $pair, 2;
		my ($first, $rest) = $name =~ /^([^\[\]]+)((?:\[[^\[\]]*\])*)$/ or return { "\0" => $name };
		my @keys = ($first, $rest =~ /\[([^\[\]]*)\]/g);
		my $at = \%tree;
		while (@keys > 1) {
			my $key = shift @keys;
			$key = keys %$at if $key eq '';
			$at->{$key} = {} if ref $at->{$key} ne 'HASH';
			$at = $at->{$key};
		}
		my $key = $keys[0] eq '' ? keys %$at : $keys[0];
		return { "\0" => "$name (twice)" } if exists $at->{$key};
		$at->{$key} = $value // '';
	}
	return arrays(\%tree, 1);
}

sub arrays
{
	my ($v, $top) = @_;
	return $v if ref $v ne 'HASH';
	$_ = arrays($_) for values %$v;
	my @keys = keys %$v;
	return $v if $top || !@keys || grep { !/^\d+$/ } @keys;
	return [map { $v->{$_} } sort { $a <=> $b } @keys];
}

# ---- requests ----

sub operation
{
	my ($self, $method, $path) = @_;
	my ($found) = grep { $path =~ $_->[0] && $_->[1]{ lc $method } } @{ $self->{paths} };
	return $found ? $found->[1]{ lc $method } : undef;
}

sub request
{
	my ($self, $method, $path, $tree) = @_;
	my $op = $self->operation($method, $path) or return { param => '', fault => 'unknown', say => "no operation $method $path" };
	return { param => $tree->{"\0"}, fault => 'unknown', say => 'a name that cannot be read' } if exists $tree->{"\0"};
	my $schema = $method eq 'GET' ? {
		properties => { map { $_->{in} eq 'query' ? ($_->{name} => $_->{schema}) : () } @{ $op->{parameters} } },
		required => [map { $_->{in} eq 'query' && $_->{required} ? $_->{name} : () } @{ $op->{parameters} }],
		type => 'object',
	} : $op->{form} // { type => 'object', properties => {} };
	return value('', $schema, $tree);
}

sub fault { my ($param, $fault, $say) = @_; return { param => $param, fault => $fault, say => "$param $say" } }

# All faults of a value by its schema.
sub value
{
	my ($name, $schema, $v) = @_;
	if ($schema->{anyOf}) {
		my @all = map { [value($name, $_, $v)] } @{ $schema->{anyOf} };
		return (grep { !@$_ } @all) ? () : @{ $all[0] };
	}
	my $type = $schema->{type} // '';
	return object_value($name, $schema, $v) if $type eq 'object';
	if ($type eq 'array') {
		return fault($name, 'value', 'is no list') if ref $v ne 'ARRAY';
		return map { value("${name}[$_]", $schema->{items}, $v->[$_]) } 0 .. $#$v;
	}
	return fault($name, 'value', 'is no plain value') if ref $v;
	return fault($name, 'value', 'is no integer') if $type eq 'integer' && $v !~ /^-?\d{1,18}$/;
	return fault($name, 'value', 'is no number') if $type eq 'number' && $v !~ /^-?\d+(?:\.\d+)?$/;
	return fault($name, 'value', 'is neither true nor false') if $type eq 'boolean' && $v !~ /^(?:true|false)$/;
	return fault($name, 'value', 'is too long') if $schema->{maxLength} && length $v > $schema->{maxLength};
	return fault($name, 'value', "is none of the words: $v") if $schema->{enum} && !grep { $_ eq $v } @{ $schema->{enum} };
	return;
}

sub object_value
{
	my ($name, $schema, $v) = @_;
	return fault($name, 'value', 'is no object') if ref $v ne 'HASH';
	my $inside = sub { $name eq '' ? $_[0] : "${name}[$_[0]]" };
	my @faults = map { exists $v->{$_} ? () : fault($inside->($_), 'missing', 'is missing') } @{ $schema->{required} // [] };
	for my $key (sort keys %$v) {
		my $of = ($schema->{properties} // {})->{$key} // $schema->{additionalProperties};
		push @faults, ref $of eq 'HASH' ? value($inside->($key), $of, $v->{$key}) : fault($inside->($key), 'unknown', 'is not known');
	}
	return @faults;
}

# ---- answers ----

# What an object of an answer lacks or has of another type.  Members the era did not know are
# fine: Stripe adds some every month.
sub object
{
	my ($self, $name, $v) = @_;
	my $schema = $self->{schemas}{$name} or return "no object $name";
	my @faults = map { exists $v->{$_} ? () : "$name has no $_" } @{ $schema->{required} };
	for my $key (sort keys %{ $schema->{properties} }) {
		next if !exists $v->{$key};
		my $of = $schema->{properties}{$key};
		push @faults, "$name: $key is of another type" if !fits($of, $v->{$key});
	}
	return @faults;
}

sub fits
{
	my ($of, $v) = @_;
	my $type = $of->{type} // '';
	return $of->{nullable} ? 1 : 0 if !defined $v && $type ne '';
	return ref $v eq 'HASH' if $type eq 'object';
	return ref $v eq 'ARRAY' if $type eq 'array';
	return JSON::PP::is_bool($v) ? 1 : 0 if $type eq 'boolean';
	return !ref $v && $v =~ /^-?\d+$/ ? 1 : 0 if $type eq 'integer';
	return !ref $v && (!$of->{enum} || grep { $_ eq $v } @{ $of->{enum} }) ? 1 : 0 if $type eq 'string';
	return 1;
}

1;
