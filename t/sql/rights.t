#!/usr/bin/perl
# Promise: each program may read and write in the database what its row in t/sql/rights.txt
# says and nothing else; that is enough for every query it is linked with, and nothing of it
# is there for no query's sake.
#
#	perl t/sql/rights.t print > t/sql/rights.txt	after a change of sql/roles.sql; then read the
#							difference: it is what you have given away
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../dev/lib", "$FindBin::Bin/../lib";
use File::Find ();
use House qw(program_rows read_file top);
use JSON::PP;
use Schema;
use Test::More;

my $top = top();
my $build = Schema::build_dir();
my $file = "$top/t/sql/rights.txt";
my $s = Schema->new;
my $dbh = $s->dbh;
$dbh->do("SET search_path = ''");
my %KIND = (r => 'SELECT', a => 'INSERT', w => 'UPDATE', d => 'DELETE', X => 'EXECUTE', U => 'USAGE', D => 'TRUNCATE',
	x => 'REFERENCES', t => 'TRIGGER', c => 'CONNECT', T => 'TEMPORARY', C => 'CREATE');

# ---- what the database says ----

# [role, object, privilege, column or ''] of every grant on what the schema's owner owns.
sub grants
{
	return @{ $dbh->selectall_arrayref(q{
		SELECT role.rolname, o.name, a.privilege_type, o.col
		FROM (
			SELECT c.oid::pg_catalog.regclass::text, '', c.relacl FROM pg_catalog.pg_class c
			JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
			UNION ALL
			SELECT c.oid::pg_catalog.regclass::text, a.attname, a.attacl FROM pg_catalog.pg_attribute a
			JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname !~ '^(pg_|information_schema)' AND a.attacl IS NOT NULL
			UNION ALL
			SELECT p.oid::pg_catalog.regprocedure::text, '', p.proacl FROM pg_catalog.pg_proc p
			JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
			JOIN pg_catalog.pg_roles w ON w.oid = p.proowner
			WHERE n.nspname !~ '^(pg_|information_schema)' AND w.rolname LIKE '\_sutler-%' OR w.rolname = 'sutler_search'
		) o (name, col, acl)
		CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) a
		LEFT JOIN pg_catalog.pg_roles role ON role.oid = a.grantee
		WHERE a.grantee <> a.grantor AND coalesce(role.rolname, 'PUBLIC') NOT IN ('_sutler-owner', 'sutler_backup')
		ORDER BY 1, 2, 3, 4}) };
}

# All roles have these; listing them would bury the rest.
my %COMMON = map { $_ => 1 } 'sutler.now()', 'sutler.uuid7()';

sub lines
{
	my %of;
	for my $g (grep { !$COMMON{ $_->[1] } } grants()) {
		my ($role, $object, $privilege, $column) = @$g;
		($role //= 'PUBLIC') =~ s/^_sutler-//;
		push @{ $of{$role}{$object}{$privilege} }, $column;
	}
	my @lines;
	for my $role (sort keys %of) {
		for my $object (sort keys %{ $of{$role} }) {
			my $p = $of{$role}{$object};
			push @lines, join "\t", $role, $object, join ' ', map { my $c = join ',', sort grep { $_ ne '' } @{ $p->{$_} };
				$c eq '' ? $_ : "$_($c)" } sort keys %$p;
		}
	}
	return @lines;
}

if (@ARGV && $ARGV[0] eq 'print') {
	print join '', grep { /^#/ } split /^/, read_file($file);
	print "$_\n" for lines();
	exit 0;
}

# ---- the matrix, in both directions ----
my %want = map { ($_ => 1) } grep { !/^(?:#|\s*$)/ } split /\n/, read_file($file);
my %have = map { ($_ => 1) } lines();
cmp_ok(scalar keys %want, '>', 20, 'rights.txt has lines');
is_deeply([ grep { !$want{$_} } sort keys %have ], [], 'no role has a right that rights.txt does not name');
is_deeply([ grep { !$have{$_} } sort keys %want ], [], 'every right that rights.txt names is there');

# What must not be, whatever both say.
my %never = (
	'home and catalog do not see people' => qr/^(?:home|catalog)\t(?:sales\.(?:contact|"?order|verification|coupon)|customer\.(?!session_(?:find|touch|group)\()|marketing\.|audit\.|payment\.payment)/,
	'pages do not read the books' => qr/^(?:home|catalog|cart|checkout|order|account)\taccounting\.(?:invoice|document|series|sealed)\t/,
	'nobody reads credentials but through the door that login has' => qr/^\S+\t\S*\.credential\t|^(?!login\t)\S+\tcustomer\.(?:login_|guess_|set_password|reset)/,
	'nobody but login touches sessions, and it by its doors' => qr/^\S+\tcustomer\.(?:session|device|guess|token)\t/,
	'nobody changes or empties the audit' => qr/^\S+\taudit\.\S+\t.*(?:DELETE|TRUNCATE)/,
	'pages do not write stock' => qr/^(?:home|catalog|cart|checkout|order|account)\tinventory\.\S+\t.*(?:INSERT|UPDATE|DELETE)/,
	'nothing is for everybody' => qr/^PUBLIC\t/,
	'no program empties tables or puts triggers on them' => qr/TRUNCATE|REFERENCES|TRIGGER/,
	'the tokens of carts and orders are never changed' => qr/^\S+\tsales\.(?:cart|order)_token\t.*UPDATE/,
);
for my $rule (sort keys %never) {
	is_deeply([ grep { $_ =~ $never{$rule} } sort keys %have ], [], $rule);
}

# ---- enough for what each program is linked with ----
my @all = split /\n/, do { my @o; File::Find::find({ no_chdir => 1, wanted => sub { push @o, $_ if /\.o\z/ } },
	map { "$build/$_" } 'lib', 'cgi-bin', 'jobs'); join "\n", @o };
my (%defines, %needs);
for my $o (@all) {
	for (split /\n/, `nm '$o'`) {
		my ($type, $name) = /\s([A-Za-z]) (\S+)$/ or next;
		$needs{$o}{$name} = 1 if $type eq 'U';
		$defines{$name} //= $o if $type =~ /[TDRBC]/;
	}
}

# Queries reached from the program's own objects, through those they call.
sub queries_of
{
	my ($row) = @_;
	my $dir = $row->{kind} =~ /^(?:page|service)$/ ? 'cgi-bin' : 'jobs';
	(my $n = $row->{name}) =~ s/-/_/g;
	my @todo = grep { m{/\Q$dir\E/(?:\Q$row->{name}\E|\Q$n\E)(?:-[^/]*)?\.o$} } @all;
	my %own = map { %{ $needs{$_} } } @todo;
	my (%seen, %q);
	while (defined(my $o = shift @todo)) {
		next if $seen{$o}++;
		for my $name (keys %{ $needs{$o} // {} }) {
			if ($name =~ /^q_(\w+)$/) {
				$q{$1} = 1;
				next;
			}
			push @todo, $defines{$name} if $defines{$name} && $defines{$name} !~ m{/db/query/};
		}
	}
	# The web library is linked whole; it asks these only for who uses them.
	my $routes = $dir eq 'cgi-bin' ? `'$build/cgi-bin/$row->{name}' -r` : '';
	delete @q{qw(web_idempotency web_idempotency_claim web_idempotency_keep)} if $routes !~ /\bidempotent\b/;
	delete @q{qw(web_session web_session_touch)} if !$own{session_customers};
	delete $q{web_note} if !$own{req_note} && !$dbh->selectrow_array(
		q{SELECT pg_catalog.has_table_privilege(?, 'event.note', 'INSERT')}, undef, "_sutler-$row->{name}");
	return sort keys %q;
}

my @files = sort glob "$top/sql/query/*.sql";
my %query = map { ($_->{name} => $_) } @{ JSON::PP->new->utf8->decode(
	scalar `'$^X' '$top/dev/gen-queries' --list-json @{[ map { "'$_'" } @files ]}`) };
my %TYPE = (2950 => 'uuid', 25 => 'text', 20 => 'bigint', 23 => 'integer', 21 => 'smallint', 16 => 'boolean', 1082 => 'date',
	1184 => 'timestamptz', 17 => 'bytea', 705 => 'unknown', 2951 => 'uuid[]', 1009 => 'text[]', 1016 => 'bigint[]', 1000 => 'boolean[]');

# Statements of a C file, but for those that staging tables or what only sutlerctl does.
sub own_statements
{
	my ($file) = @_;
	my $text = read_file($file) =~ s/"\s*\\?\n\s*"//gr;
	return map { my $sql = $_; my $n = () = $sql =~ /\$\d/g; my ($most) = sort { $b <=> $a } $sql =~ /\$(\d)/g;
		$sql =~ /pg_temp|tenancy\.tenant\b|WHERE code =|import_(?:attributes|categories|listings)\(/ ? ()
			: [{ name => $sql, params => [map { { oid => 705 } } 1 .. $most // 0] }, { sql => $sql }] } $text =~ /"(SELECT [^"]*)"/g;
}

# The error that a role gets for a query, or nothing: EXPLAIN looks at the rights of all
# tables, columns and functions before it answers.
sub refused
{
	my ($role, $q, $v) = @_;
	my $types = join ',', map { $TYPE{ $_->{oid} } // die "oid $_->{oid}\n" } @{ $q->{params} };
	my $nulls = join ',', map { 'NULL' } @{ $q->{params} };
	$dbh->do('SAVEPOINT q');
	my $ok = eval {
		$dbh->do(qq{SET LOCAL ROLE "_sutler-$role"});
		$dbh->do('PREPARE q' . ($types ? "($types)" : '') . " AS $v->{sql}", { pg_direct => 1 });
		$dbh->do('EXPLAIN EXECUTE q' . ($nulls ? "($nulls)" : ''), { pg_direct => 1 });
		1;
	};
	my $why = $ok ? '' : $@;
	$dbh->do('ROLLBACK TO SAVEPOINT q');
	$dbh->do('DEALLOCATE ALL');
	return $why =~ s/ at \S+ line.*//sr;
}

$dbh->{pg_placeholder_nocolons} = 1;
$dbh->do('SET plan_cache_mode = force_generic_plan');
$dbh->do(q{SELECT pg_catalog.set_config('sutler.tenant', '01900000-0000-7000-8000-000000000001', false)});
$dbh->begin_work;
my @unneeded;
for my $row (program_rows()) {
	my $role = $row->{name};
	my $source = ($row->{kind} =~ /^(?:page|service)$/ ? 'cgi-bin' : 'jobs') . "/$role.c";
	next if !-e "$top/$source";	# t/style/programs.t wants it written
	my @names = queries_of($row);
	# Who saves asks nothing as itself, but as the role that sees all (t/sql/roles.t).
	cmp_ok(scalar @names, '>', 0, "$role is linked with queries") if $role ne 'backup';
	my @variants = map { my $q = $query{$_}; map { [$q, $_] } @{ $q->{variants} } } grep { $query{$_} } @names;
	# The walk through the tenants, and how the run went, are of lib/db itself, which knows no query files; a job of rounds does not walk.
	push @variants, map { my $n = () = /\$\d/g; [{ name => $_, params => [map { { oid => 705 } } 1 .. $n] }, { sql => $_ }] }
		grep { !/ FROM tenancy\.tenant / || read_file("$top/$source") !~ /\.round = / }
		read_file("$top/lib/db/job.c") =~ /"(SELECT (?:[^"]* FROM tenancy\.tenant |watch\.)[^"]*)"/g if $source =~ /^jobs/;
	# The imports run over a connection of their own (lib/shop/import_stage.h): what their steps ask stands in C.
	push @variants, map { own_statements($_) } "$top/lib/shop/import_rows.c", "$top/lib/shop/import_tables.c", "$top/lib/shop/layout_foreign.h", glob "$top/lib/shop/transfer_*.c"
		if $role eq 'transfer';
	my @bad = map { my $why = refused($role, @$_); $why ? "$_->[0]{name}: $why" : () } @variants;
	ok(!@bad, "$role may run its queries") or diag join "\n", @bad;
	# A right without which all of them still run is there for nothing.
	my @given = grep { ($_->[0] // '') eq "_sutler-$role" && !$COMMON{ $_->[1] } } grants();
	my %columns;
	$columns{"$_->[1] $_->[2]"}++ for @given;
	for my $g (@given) {
		my (undef, $object, $privilege, $column) = @$g;
		# Beside other columns, that of the tenant says nothing that the role does not know.
		next if $column eq 'tenant_id' && $columns{"$object $privilege"} > 1;
		(my $bare = $object) =~ s/\(.*//;
		my $on = $object =~ /\(/ ? "FUNCTION $object" : $object;
		$dbh->do('SAVEPOINT taken');
		$dbh->do("REVOKE $privilege" . ($column eq '' ? '' : " ($column)") . " ON $on FROM \"_sutler-$role\"");
		my $needed = grep { $_->[1]{sql} =~ /\Q$bare\E(?!\w)/ && refused($role, @$_) } @variants;
		$dbh->do('ROLLBACK TO SAVEPOINT taken');
		push @unneeded, join ' ', $role, $privilege, $object, $column if !$needed;
	}
}
$dbh->rollback;
ok(!@unneeded, 'every right is needed by a query of its program') or diag join "\n", @unneeded;
$dbh->disconnect;
done_testing;
