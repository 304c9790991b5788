/* sutlerctl distribute -- one database on several machines, by Citus.
 *
 * The plan is read from the catalogue: a table of which each unique key holds tenant_id is
 * distributed by it, all of them together, so that the rows of a merchant lie on one
 * machine; a table whose comment says "Reference table" is on every machine; one that says
 * "Table of the host" stays where it is.  A table that is none of these is a mistake of the
 * schema (t/sql/distribute.t looks for it).  Foreign keys go first and come back last: Citus takes
 * them between tables that are distributed already, and some of ours go both ways. */
#include "base/mem.h"
#include "sbin/ctl.h"

#include <string.h>

#define PLACES \
	"SELECT c.oid::pg_catalog.regclass::text AS name," \
	" CASE WHEN pg_catalog.obj_description(c.oid, 'pg_class') LIKE '%Table of the host%' THEN 'host'" \
	"  WHEN pg_catalog.obj_description(c.oid, 'pg_class') LIKE '%Reference table%' THEN 'reference'" \
	"  WHEN a.attnum IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique" \
	"   AND NOT a.attnum = ANY (i.indkey)) THEN 'tenant' ELSE 'nowhere' END AS place" \
	" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped" \
	" WHERE n.nspname !~ '^(pg_|citus|columnar|information_schema$|public$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
/* Of tables that are given somewhere else; partitions follow their table. */
#define KEYS(what) \
	"SELECT " what " FROM pg_catalog.pg_constraint k JOIN (" PLACES ") p ON p.name = k.conrelid::pg_catalog.regclass::text" \
	" WHERE k.contype = 'f' AND k.conparentid = 0 AND p.place <> 'host' ORDER BY 1"

/* Statements, in the order they are run. */
static const struct {
	const char *meaning, *sql;
} steps[] = {
	{ "foreign keys go", KEYS("pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', p.name, k.conname)") },
	{ "reference tables", "SELECT pg_catalog.format('SELECT create_reference_table(%L)', p.name) FROM (" PLACES ") p WHERE p.place = 'reference' ORDER BY 1" },
	{ "tables of merchants",
	  "SELECT pg_catalog.format('SELECT create_distributed_table(%L, ''tenant_id'', colocate_with => %L)', p.name,"
	  "  CASE WHEN p.name = 'tenancy.store' THEN 'none' ELSE 'tenancy.store' END) FROM (" PLACES ") p WHERE p.place = 'tenant'"
	  " ORDER BY p.name <> 'tenancy.store', p.name" },
	{ "foreign keys come back",
	  KEYS("pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', p.name, k.conname, pg_catalog.pg_get_constraintdef(k.oid))") },
	{ "functions run where their merchant is",
	  "SELECT pg_catalog.format('SELECT create_distributed_function(%L, %L, colocate_with => %L)', f.oid::pg_catalog.regprocedure, 'p_tenant', 'tenancy.store')"
	  " FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace"
	  " WHERE f.prosecdef AND f.proargnames[1] = 'p_tenant' AND n.nspname !~ '^(pg_|citus|columnar)' AND f.prokind = 'f' ORDER BY 1" },
};

static bool is_there(PGconn *conn)
{
	return strcmp(ctl_one(conn, "SELECT pg_catalog.count(*) FROM pg_catalog.pg_extension WHERE extname = 'citus'", NULL, 0), "1") == 0;
}

/* Tables that no rule places. */
static bool all_placed(PGconn *conn)
{
	const PGresult *r = ctl_ask(conn, "SELECT p.name FROM (" PLACES ") p WHERE p.place = 'nowhere' ORDER BY 1", NULL, 0);

	for (int i = 0; r != NULL && i < PQntuples(r); i++)
		ctl_fail("%s has a unique key without tenant_id and is not marked: \"Reference table\" or \"Table of the host\" belongs into its comment", PQgetvalue(r, i, 0));
	return r != NULL && PQntuples(r) == 0;
}

/* The statements of all steps are read before the first is run: it changes what they read. */
static int plan(PGconn *conn, bool run)
{
	const PGresult *statements[ARRAY_LEN(steps)];

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if ((statements[i] = ctl_ask(conn, steps[i].sql, NULL, 0)) == NULL)
			return 1;
	if (run && (ctl_ask(conn, "BEGIN", NULL, 0) == NULL || ctl_ask(conn, "SET LOCAL citus.enable_unsafe_triggers = on", NULL, 0) == NULL))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		printf("-- %s: %d\n", steps[i].meaning, PQntuples(statements[i]));
		for (int n = 0; n < PQntuples(statements[i]); n++) {
			printf("%s;\n", PQgetvalue(statements[i], n, 0));
			if (run && ctl_ask(conn, PQgetvalue(statements[i], n, 0), NULL, 0) == NULL)
				return ctl_fail("nothing was changed");
		}
	}
	return run && ctl_ask(conn, "COMMIT", NULL, 0) == NULL;
}

int ctl_distribute(int argc, char **argv)
{
	bool run = false;
	const struct ctl_option options[] = { { "run", .there = &run }, { 0 } };
	PGconn *conn;
	int n, status;
	char **words = ctl_options(argc, argv, options, &n);

	if (words == NULL || n != 0)
		return ctl_usage("distribute");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = all_placed(conn) ? 0 : 1;
	if (status == 0 && run && !is_there(conn))
		status = ctl_fail("the extension citus is not in this database (doc/citus.md says how it comes there); without --run the plan is printed");
	if (status == 0)
		status = plan(conn, run);
	PQfinish(conn);
	return status;
}
