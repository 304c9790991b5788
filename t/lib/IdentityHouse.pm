package IdentityHouse;

# An identity provider of a test (t/node/identity-house.mjs) and a browser at it.
#
#	my $house = IdentityHouse->new(client => 'shop', secret => 's3cret', back => ["$origin/admin/login/provider/back"]);
#	$house->issuer;
#	$house->set(who => 'sub-1', claims => { email => 'ana@example.test', email_verified => JSON::PP::true });
#	$house->set(spoil => 'nonce');
#	my $url = $house->visit($location);	# through its pages, until it sends the browser away again: where to
#	my @asked = $house->requests;		# 'POST /token', since the last time

use strict;
use warnings;
use House qw(top);
use HTTP::Tiny;
use IO::Handle;
use IPC::Open2 qw(open2);
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;

sub new
{
	my ($class, %o) = @_;
	my $pid = open2(my $out, my $in, 'node', top() . '/t/node/identity-house.mjs', $json->encode(\%o));
	$in->autoflush(1);
	my $self = bless { pid => $pid, in => $in, out => $out, owner => $$ }, $class;
	chomp($self->{issuer} = readline($out) // die "identity-house.mjs ended\n");
	return $self;
}

sub issuer { return $_[0]{issuer} }

sub say_line
{
	my ($self, $what) = @_;
	print { $self->{in} } $json->encode($what), "\n";
	my $answer = readline $self->{out};
	die "identity-house.mjs ended\n" if !defined $answer;
	chomp $answer;
	return $answer;
}

sub set { my ($self, %o) = @_; $self->say_line(\%o); return $self }
sub requests { my ($self) = @_; return @{ $json->decode($self->say_line({ requests => JSON::PP::true })) } }

# A browser without anything kept from before.
sub visit
{
	my ($self, $url) = @_;
	my $http = HTTP::Tiny->new(max_redirect => 0, timeout => 10);
	my %cookies;
	for (1 .. 12) {
		return $url if index($url, "$self->{issuer}/") != 0;
		my $got = $http->get($url, { headers => { Cookie => join '; ', map { "$_=$cookies{$_}" } sort keys %cookies } });
		my $set = $got->{headers}{'set-cookie'} // [];
		for (ref $set ? @$set : $set) {
			my ($name, $value) = /^([^=]+)=([^;]*)/;
			$cookies{$name} = $value;
		}
		$url = $got->{headers}{location} // die "the provider answers $got->{status}: $got->{content}\n";
		$url = "$self->{issuer}$url" if $url =~ m{^/};
	}
	die "the provider goes round and round\n";
}

sub DESTROY
{
	my ($self) = @_;
	return if $self->{owner} != $$;
	local $?;
	close $self->{in};
	waitpid $self->{pid}, 0;
	return;
}

1;
