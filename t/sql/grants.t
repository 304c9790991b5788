#!/usr/bin/perl
# Promise: what a program's role may do is what rights.txt says when it is tried, not only when it is looked up:
# each role logs in and tries to read, add, change and delete in every column of every table, and to call every
# function.  No role reads the hash of a password.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use House qw(program_rows read_file top);
use Schema;
use Test::More;

my $top = top();
my $s = Schema->new;
my $dbh = $s->dbh;
$dbh->do("SET search_path = ''");

# ---- what rights.txt says ----
# role => object => privilege => { column => 1 }, '' for all of them.
my %says;
for my $line (grep { !/^(?:#|\s*$)/ } split /\n/, read_file("$top/t/sql/rights.txt")) {
	my ($role, $object, $rights) = split /\t/, $line;
	while ($rights =~ /(\w+)(?:\(([^)]*)\))?/g) {
		$says{$role}{$object}{$1}{$_} = 1 for defined $2 ? split(/,/, $2) : '';
	}
}
cmp_ok(scalar keys %says, '>', 20, 'rights.txt has roles');

sub may
{
	my ($role, $object, $privilege, $column) = @_;
	my $of = $says{$role}{$object}{$privilege} // return 0;
	return $of->{''} || $of->{$column} ? 1 : 0;
}

# ---- what there is ----
my @columns = @{ $dbh->selectall_arrayref(q{
	SELECT c.oid::pg_catalog.regclass::text, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attgenerated <> '' OR a.attidentity = 'a'
	FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
	WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY 1, a.attnum}) };
my @functions = @{ $dbh->selectall_arrayref(q{
	SELECT p.oid::pg_catalog.regprocedure::text, n.nspname, p.proname,
		coalesce((SELECT pg_catalog.string_agg(pg_catalog.format_type(t, NULL), E'\t' ORDER BY i) FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY x (t, i)), '')
	FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_roles w ON w.oid = p.proowner
	WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND p.prokind = 'f' AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
		AND p.provariadic = 0
	ORDER BY 1}) };
cmp_ok(scalar @columns, '>', 1000, scalar(@columns) . ' columns');
cmp_ok(scalar @functions, '>', 200, scalar(@functions) . ' functions');

# Statements that touch no row and still ask for the right; [statement, object, privilege, column].
sub tries
{
	my @tries;
	my %seen;
	for my $c (@columns) {
		my ($table, $name, $type, $made) = @$c;
		my $q = $dbh->quote_identifier($name);
		push @tries, ["SELECT $q FROM $table WHERE false", $table, 'SELECT', $name];
		push @tries, ["INSERT INTO $table ($q) SELECT NULL::$type WHERE false", $table, 'INSERT', $name],
			["UPDATE $table SET $q = NULL::$type WHERE false", $table, 'UPDATE', $name] if !$made;
		push @tries, ["DELETE FROM $table WHERE false", $table, 'DELETE', ''] if !$seen{$table}++;
	}
	for my $f (@functions) {
		my ($signature, $schema, $name, $types) = @$f;
		my @types = split /\t/, $types;
		my $n = 0;
		my $from = join ', ', map { "NULL::$_ AS a" . $n++ } @types;
		my $call = sprintf '%s.%s(%s)', map({ $dbh->quote_identifier($_) } $schema, $name), join ', ', map { "x.a$_" } 0 .. $#types;
		# Behind OFFSET nothing is known when it is planned, so nothing is left out.
		push @tries, ["SELECT $call FROM (SELECT " . ($from || '1') . ' OFFSET 0) x WHERE false', $signature, 'EXECUTE', ''];
	}
	return @tries;
}

# Tries them all in one go, on the server; what was refused, as a text of 0 and 1.  Whoever may not even do
# that (a role makes nothing) brings its list along.
sub tried
{
	my ($as, $tries) = @_;
	my $list = join ', ', map { $as->quote($_->[0]) } @$tries;
	$as->begin_work;
	$as->do(qq{DO \$try\$
		DECLARE
			statement text;
			result text := '';
		BEGIN
			FOREACH statement IN ARRAY ARRAY[$list]::text[] LOOP
				BEGIN
					EXECUTE statement;
					result := result || '1';
				EXCEPTION
					WHEN insufficient_privilege THEN result := result || '0';
					WHEN OTHERS THEN result := result || '1';
				END;
			END LOOP;
			PERFORM pg_catalog.set_config('sutler.tried', result, false);
		END
		\$try\$}, { pg_direct => 1, pg_placeholder_dollaronly => 1 });
	my ($result) = $as->selectrow_array(q{SELECT pg_catalog.current_setting('sutler.tried')});
	$as->rollback;
	return $result;
}

# All roles have these (t/sql/rights.t).
my %COMMON = map { $_ => 1 } 'sutler.now()', 'sutler.uuid7()';
my @tries = tries();
my ($given, $refused) = (0, 0);
for my $row (program_rows()) {
	my $role = $row->{name};
	my $as = $s->dbh("_sutler-$role");
	$as->do(q{SET statement_timeout = '60s'});
	$as->do(q{SELECT pg_catalog.set_config('sutler.tenant', '01900000-0000-7000-8000-000000000001', false)});
	my ($got, @wrong) = ('');
	# Some hundreds at a time: each is a part of one transaction.
	for (my $i = 0; $i < @tries; $i += 500) {
		my @part = @tries[$i .. ($i + 499 < $#tries ? $i + 499 : $#tries)];
		$got .= tried($as, \@part);
	}
	is(length $got, scalar @tries, "$role tries " . @tries . ' things');
	for my $i (0 .. $#tries) {
		my ($statement, $object, $privilege, $column) = @{ $tries[$i] };
		my $want = $COMMON{$object} ? 1 : may($role, $object, $privilege, $column);
		my $have = substr $got, $i, 1;
		$have ? $given++ : $refused++;
		push @wrong, ($have ? 'may ' : 'may not ') . "$privilege $object $column" if $have != $want;
	}
	is_deeply(\@wrong, [], '... and gets what its lines give, nothing else');
	$as->disconnect;
}
note "$given tries succeeded, $refused were refused";
cmp_ok($given, '>', 1000, 'rights are given');
cmp_ok($refused, '>', 10 * $given, '... and much more is refused');

# ---- hashes ----
my @hashes = grep { $_->[1] =~ /^(?:hash|password|scrypt|password_hash|secret_sealed)$/ || "$_->[0].$_->[1]" =~ /credential\.(?!tenant_id|person_id|staff_id|customer_id)/ } @columns;
cmp_ok(scalar @hashes, '>', 1, 'there are columns with hashes: ' . join ' ', map { "$_->[0].$_->[1]" } @hashes);
my @readers = @{ $dbh->selectcol_arrayref(q{
	SELECT DISTINCT pg_catalog.replace(r.rolname, '_sutler-', '') || ' ' || p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
	CROSS JOIN pg_catalog.pg_roles r
	WHERE n.nspname IN ('customer', 'staff') AND p.prosrc ~ '\mcredential\M' AND pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')
		AND pg_catalog.pg_get_function_result(p.oid) ~ '\m(hash|scrypt|password)'
		AND r.rolname LIKE '\_sutler-%' AND r.rolname <> '_sutler-owner' ORDER BY 1}) };
is_deeply([grep { !/^(?:login|admin-login) / } @readers], [], 'a function that tells a hash is for login and admin-login alone');
cmp_ok(scalar @readers, '>', 0, "... of these: @readers");
for my $h (@hashes) {
	is_deeply([grep { may($_, $h->[0], 'SELECT', $h->[1]) } sort keys %says], [], "$h->[0].$h->[1] is read by no role");
}
$dbh->disconnect;
done_testing;
