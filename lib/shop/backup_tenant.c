/* One merchant: his rows of every table that has any, and back among others.
 *
 * The tables are those of the catalogue that have a column tenant_id; no list is kept by hand.
 * COPY into a table is refused under row-level security, so rows come in through a table of the
 * session, and its policy refuses whatever is of another.  Triggers would write what the rows hold
 * already, and keys between orders and returns go both ways: so the session is one of a
 * replica (the owner may be, by bootstrap.sql), locks nobody out, and asks every foreign key itself. */
#include "shop/backup.h"

#include "base/lines.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>

#define ROWS "rows"
#define SEQUENCES_FILE "sequences"
#define NUMBERS_MAX (1024 * 1024)       /* a line for each store */

/* name, columns that are stored */
#define TABLES \
	"SELECT c.oid::pg_catalog.regclass::text, pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)" \
	" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''" \
	" WHERE n.nspname !~ '^(pg_|information_schema$|public$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition" \
	"  AND EXISTS (SELECT FROM pg_catalog.pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)" \
	" GROUP BY c.oid ORDER BY c.oid::pg_catalog.regclass::text COLLATE \"C\""

/* For each foreign key of such a table a question: how many rows of $1 refer to nothing. */
#define KEYS \
	"SELECT k.conrelid::pg_catalog.regclass || ' ' || k.conname," \
	" pg_catalog.format('SELECT pg_catalog.count(*) FROM %s a WHERE a.tenant_id = $1 AND %s AND NOT EXISTS (SELECT FROM %s z WHERE %s)'," \
	"  k.conrelid::pg_catalog.regclass," \
	"  pg_catalog.string_agg(pg_catalog.format('a.%I IS NOT NULL', f.attname), ' AND ' ORDER BY i.n), k.confrelid::pg_catalog.regclass," \
	"  pg_catalog.string_agg(pg_catalog.format('z.%I = a.%I', t.attname, f.attname), ' AND ' ORDER BY i.n))" \
	" FROM pg_catalog.pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY i (own, other, n)" \
	" JOIN pg_catalog.pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = i.own" \
	" JOIN pg_catalog.pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = i.other" \
	" WHERE k.contype = 'f' AND k.conparentid = 0" \
	"  AND EXISTS (SELECT FROM pg_catalog.pg_attribute x WHERE x.attrelid = k.conrelid AND x.attname = 'tenant_id' AND NOT x.attisdropped)" \
	" GROUP BY k.oid, k.conrelid, k.confrelid, k.conname ORDER BY 1"

/* Numbers of orders count in a sequence for each store. */
#define NUMBERS \
	"SELECT s.store_id FROM tenancy.store s WHERE s.tenant_id = $1" \
	" AND pg_catalog.to_regclass('sales.number_' || pg_catalog.replace(s.store_id::text, '-', '')) IS NOT NULL ORDER BY 1"

bool backup_tenant_names(struct backup *b, PGconn *conn, const char *tenant, const char *sql, const char ***names, size_t *n)
{
	PGresult *r = backup_ask(b, conn, sql, &tenant, 1);

	if (r == NULL)
		return false;
	*n = (size_t)PQntuples(r);
	*names = mem_array(b->mem, const char *, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*names)[i] = mem_strdup(b->mem, PQgetvalue(r, (int)i, 0));
	PQclear(r);
	return true;
}

/* ---- away ---------------------------------------------------------------------------------- */

static const char *file_of(struct backup *b, const char *dir, const char *table)
{
	struct buf *name = buf_new(b->mem);

	buf_printf(name, "%s/" ROWS "/", dir);
	for (; *table != '\0'; table++)
		if (*table != '"')
			buf_addc(name, *table);
	buf_adds(name, ".copy");
	return name->data;
}

static bool copy_out(struct backup *b, PGconn *conn, const char *sql, const char *path)
{
	FILE *f = fopen(path, "wxe");
	PGresult *result;
	char *row;
	int n = 0;
	bool good = f != NULL || backup_fail(b, "cannot make %s: %s", path, strerror(errno));

	if (!good)
		return false;
	result = PQexec(conn, sql);
	good = PQresultStatus(result) == PGRES_COPY_OUT || backup_fail(b, "the database says: %s", PQresultErrorMessage(result));
	PQclear(result);
	while (good && (n = PQgetCopyData(conn, &row, 0)) > 0) {
		good = fwrite(row, 1, (size_t)n, f) == (size_t)n || backup_fail(b, "cannot write %s: %s", path, strerror(errno));
		PQfreemem(row);
	}
	if (good && n < -1)
		good = backup_fail(b, "the database says: %s", PQerrorMessage(conn));
	while (good && (result = PQgetResult(conn)) != NULL)
		PQclear(result);
	if (fclose(f) != 0 && good)
		good = backup_fail(b, "cannot write %s: %s", path, strerror(errno));
	return good;
}

static bool save_numbers(struct backup *b, PGconn *conn, const char *tenant, const char *dir)
{
	PGresult *stores = backup_ask(b, conn, NUMBERS, &tenant, 1);
	struct buf *text = buf_new(b->mem);
	bool good = stores != NULL;

	buf_adds(text, "");
	for (int i = 0; good && i < PQntuples(stores); i++) {
		const char *store = PQgetvalue(stores, i, 0);
		PGresult *r = backup_ask(b, conn, "SELECT pg_catalog.format('SELECT last_value, is_called FROM sales.%I', 'number_' || pg_catalog.replace($1, '-', ''))", &store, 1);
		PGresult *now = r != NULL ? backup_ask(b, conn, PQgetvalue(r, 0, 0), NULL, 0) : NULL;

		good = now != NULL;
		if (good)
			buf_printf(text, "%s %s %s\n", store, PQgetvalue(now, 0, 0), PQgetvalue(now, 0, 1));
		PQclear(r);
		PQclear(now);
	}
	PQclear(stores);
	return good && backup_write_file(b, mem_printf(b->mem, "%s/" ROWS "/" SEQUENCES_FILE, dir), 0640, text->data, text->len);
}

bool backup_tenant_rows(struct backup *b, PGconn *conn, const char *tenant, const char *dir)
{
	PGresult *tables = backup_ask(b, conn, TABLES, NULL, 0);
	char *quoted = PQescapeLiteral(conn, tenant, strlen(tenant));
	bool good = tables != NULL && quoted != NULL && backup_mkdirs(b, dir, ROWS "/x", 0750);

	for (int i = 0; good && i < PQntuples(tables); i++) {
		const char *name = PQgetvalue(tables, i, 0);

		good = copy_out(b, conn, mem_printf(b->mem, "COPY (SELECT %s FROM %s WHERE tenant_id = %s) TO STDOUT (FORMAT text, HEADER)",
						    PQgetvalue(tables, i, 1), name, quoted), file_of(b, dir, name));
	}
	PQfreemem(quoted);
	PQclear(tables);
	return good && save_numbers(b, conn, tenant, dir);
}

/* ---- and back --------------------------------------------------------------------------------- */

static bool copy_in(struct backup *b, PGconn *conn, const char *path)
{
	FILE *f = fopen(path, "re");
	PGresult *result;
	struct lines *rows;
	const char *line;
	size_t n;
	bool good = f != NULL || backup_fail(b, "cannot read %s: %s", path, strerror(errno));

	if (!good)
		return false;
	rows = lines_new(b->mem, f);
	result = PQexec(conn, "COPY pg_temp.came FROM STDIN (FORMAT text, HEADER MATCH)");
	good = PQresultStatus(result) == PGRES_COPY_IN || backup_fail(b, "the database says: %s", PQresultErrorMessage(result));
	PQclear(result);
	while (good && (line = lines_next(rows, &n)) != NULL)
		good = PQputCopyData(conn, line, (int)n) == 1 || backup_fail(b, "the database takes no more rows: %s", PQerrorMessage(conn));
	good = good && (PQputCopyEnd(conn, NULL) == 1 || backup_fail(b, "the database takes no more rows: %s", PQerrorMessage(conn)));
	while (good && (result = PQgetResult(conn)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			good = backup_fail(b, "%s: %s", path, PQresultErrorMessage(result));
		PQclear(result);
	}
	lines_end(rows);
	return good;
}

static bool load_table(struct backup *b, PGconn *conn, const struct backup_set *set, const char *name, const char *columns)
{
	return backup_do(b, conn, mem_printf(b->mem, "CREATE TEMP TABLE came ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", columns, name))
		&& copy_in(b, conn, file_of(b, set->path, name))
		&& backup_do(b, conn, mem_printf(b->mem, "INSERT INTO %s (%s) SELECT %s FROM pg_temp.came; DROP TABLE pg_temp.came", name, columns, columns));
}

static bool load_numbers(struct backup *b, PGconn *conn, const struct backup_set *set)
{
	size_t n;
	char *rest = backup_read_file(b, mem_printf(b->mem, "%s/" ROWS "/" SEQUENCES_FILE, set->path), NUMBERS_MAX, &n), *line;
	bool good = rest != NULL;

	while (good && (line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		const char *store = strsep(&line, " "), *last = strsep(&line, " ");
		const char *params[] = { set->tenant, store, last, line };
		PGresult *r;

		if (line == NULL)
			return backup_fail(b, "%s: its sequences are not as they were written", set->path);
		r = backup_ask(b, conn, "SELECT sales.prepare_store($1, $2)", params, 2);
		good = r != NULL;
		PQclear(r);
		/* A number is given once: a sequence that went on meanwhile does not go back. */
		r = good ? backup_ask(b, conn, "SELECT pg_catalog.setval(q, greatest($3::bigint, pg_catalog.pg_sequence_last_value(q)),"
			" $4::boolean OR pg_catalog.pg_sequence_last_value(q) IS NOT NULL)"
			" FROM (SELECT ('sales.number_' || pg_catalog.replace($2, '-', ''))::pg_catalog.regclass) s (q) WHERE $1::uuid IS NOT NULL", params, 4) : NULL;
		good = r != NULL;
		PQclear(r);
	}
	return good;
}

/* The first foreign key that leads nowhere ends it. */
static bool check_keys(struct backup *b, PGconn *conn, const char *tenant)
{
	PGresult *keys = backup_ask(b, conn, KEYS, NULL, 0);
	bool good = keys != NULL;

	for (int i = 0; good && i < PQntuples(keys); i++) {
		PGresult *r = backup_ask(b, conn, PQgetvalue(keys, i, 1), &tenant, 1);

		good = r != NULL && (strcmp(PQgetvalue(r, 0, 0), "0") == 0 ||
			backup_fail(b, "%s rows refer to what is not there (%s)", PQgetvalue(r, 0, 0), PQgetvalue(keys, i, 0)));
		PQclear(r);
	}
	PQclear(keys);
	return good;
}

static bool is_here(struct backup *b, PGconn *conn, const struct backup_set *set, bool *here)
{
	const char *params[] = { set->tenant, set->slug };
	PGresult *r = backup_ask(b, conn, "SELECT tenant_id FROM tenancy.tenant WHERE tenant_id = $1 OR slug = $2", params, 2);
	bool good = r != NULL;

	*here = good && PQntuples(r) > 0;
	if (*here && (PQntuples(r) > 1 || strcmp(PQgetvalue(r, 0, 0), set->tenant) != 0))
		good = backup_fail(b, "another merchant is called %s here", set->slug);
	PQclear(r);
	return good;
}

/* The same migrations: rows of another schema may lack what its functions want. */
static bool same_schema(struct backup *b, PGconn *conn, const struct backup_set *set)
{
	PGresult *r = backup_ask(b, conn, "SELECT name FROM migration.applied ORDER BY version DESC LIMIT 1", NULL, 0);
	bool good = r != NULL && PQntuples(r) == 1;

	if (good && strcmp(PQgetvalue(r, 0, 0), set->migration) != 0)
		good = backup_fail(b, "the backup of the merchant ends at migration %s, this database at %s: both must be of one release;"
				   " restore a whole backup of that time elsewhere, bring it to this release, and take the merchant from there",
				   set->migration, PQgetvalue(r, 0, 0));
	PQclear(r);
	return good;
}

bool backup_tenant_load(struct backup *b, PGconn *conn, const struct backup_set *set, bool replace)
{
	struct buf *proof = buf_new(b->mem);
	PGresult *tables, *r;
	bool here, good;

	buf_adds(proof, "");
	if (!same_schema(b, conn, set) || !is_here(b, conn, set, &here))
		return false;
	if (here && !replace)
		return backup_fail(b, "the merchant %s is here: --replace takes his rows away first", set->slug);
	r = backup_ask(b, conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", &set->tenant, 1);
	good = r != NULL;
	PQclear(r);
	r = good ? PQexec(conn, "SET LOCAL session_replication_role = replica") : NULL;
	if (good && PQresultStatus(r) != PGRES_COMMAND_OK)
		good = backup_fail(b, "the owner of the tables may not put triggers aside: run sql/bootstrap.sql of this release again, as it says");
	PQclear(r);
	tables = good ? backup_ask(b, conn, TABLES, NULL, 0) : NULL;
	good = tables != NULL;
	for (int i = 0; good && here && i < PQntuples(tables); i++) {
		r = backup_ask(b, conn, mem_printf(b->mem, "DELETE FROM %s WHERE tenant_id = $1", PQgetvalue(tables, i, 0)), &set->tenant, 1);
		good = r != NULL;
		PQclear(r);
	}
	for (int i = 0; good && i < PQntuples(tables); i++)
		good = load_table(b, conn, set, PQgetvalue(tables, i, 0), PQgetvalue(tables, i, 1));
	PQclear(tables);
	return good && load_numbers(b, conn, set) && check_keys(b, conn, set->tenant)
		&& backup_proof(b, conn, set->tenant, proof) && backup_proof_same(b, set->proof, proof->data)
		&& backup_do(b, conn, "SET LOCAL session_replication_role = origin");
}
