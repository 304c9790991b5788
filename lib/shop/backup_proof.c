/* The proof of a database: what must be the same after a restore, and what must be right at all.
 *
 * The numbers of rows are sums of hashes of their text, so the order does not count; the
 * connection's settings decide how values are written and are the same each time. The audit
 * chain is reckoned from the rows alone, as sutlerctl audit verify does (sql/functions/audit.sql
 * says what is hashed). */
#include "shop/backup.h"

#include "base/mem.h"

#include <string.h>

/* Text of rows that does not depend on the host; no limits of a page; no partition is skipped. */
#define SETTINGS "-c search_path= -c datestyle=ISO -c timezone=UTC -c intervalstyle=postgres -c bytea_output=hex" \
	" -c extra_float_digits=1 -c standard_conforming_strings=on -c statement_timeout=0 -c lock_timeout=30s" \
	" -c idle_in_transaction_session_timeout=0 -c jit=off"

/* A quarter of all tables is empty; the rest is read once. */
#define TABLES \
	"SELECT c.oid::pg_catalog.regclass::text, EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid" \
	"  AND a.attname = 'tenant_id' AND NOT a.attisdropped)" \
	" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" WHERE n.nspname !~ '^(pg_|information_schema$|public$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition" \
	" ORDER BY c.oid::pg_catalog.regclass::text COLLATE \"C\""
#define SEQUENCES \
	"SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" WHERE n.nspname !~ '^(pg_|information_schema$|public$)' AND c.relkind = 'S' ORDER BY c.oid::pg_catalog.regclass::text COLLATE \"C\""

/* Each gives whole lines.  The last word of a line is how many things are wrong. */
static const char *const ledgers[] = {
	/* Pieces counted, pieces promised, and rows that movements or holds do not prove. */
	"SELECT 'stock ' || s.tenant_id || ' ' || sum(s.on_hand) || ' ' || sum(s.held) || ' ' ||"
	"  count(*) FILTER (WHERE s.on_hand <> coalesce(m.n, 0) OR s.held <> coalesce(h.n, 0))"
	" FROM inventory.stock s"
	" LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id, sum(quantity) AS n FROM inventory.movement GROUP BY 1, 2, 3) m"
	"  USING (tenant_id, variant_id, warehouse_id)"
	" LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id, sum(quantity) AS n FROM inventory.hold GROUP BY 1, 2, 3) h"
	"  USING (tenant_id, variant_id, warehouse_id)"
	" WHERE $1::uuid IS NULL OR s.tenant_id = $1 GROUP BY s.tenant_id ORDER BY s.tenant_id",
	/* What each account received and gave; entries of another currency than their payment's. */
	"SELECT 'money ' || e.tenant_id || ' ' || e.currency || ' ' || a.account || ' ' ||"
	"  sum(CASE WHEN a.receives THEN e.amount ELSE 0 END) || ' ' || sum(CASE WHEN a.receives THEN 0 ELSE e.amount END) || ' ' ||"
	"  count(*) FILTER (WHERE p.currency IS DISTINCT FROM e.currency)"
	" FROM payment.entry e CROSS JOIN LATERAL (VALUES (e.debit, true), (e.credit, false)) a (account, receives)"
	" LEFT JOIN payment.payment p ON p.tenant_id = e.tenant_id AND p.payment_id = e.payment_id"
	" WHERE $1::uuid IS NULL OR e.tenant_id = $1"
	" GROUP BY e.tenant_id, e.currency, a.account ORDER BY e.tenant_id, e.currency COLLATE \"C\", a.account COLLATE \"C\"",
	/* The chain: links, the last one's hash, and links that do not follow or are not what was sealed. */
	"WITH body AS ("
	"  SELECT z.tenant_id, z.seal_no, count(*) AS n, string_agg(x.bytes, ''::bytea ORDER BY e.entry_id) AS bytes"
	"  FROM audit.sealed z JOIN audit.entry e USING (tenant_id, entry_id)"
	"  CROSS JOIN LATERAL (SELECT string_agg(convert_to(octet_length(v.t) || ':' || v.t || ',', 'UTF8'), ''::bytea ORDER BY v.i) AS bytes"
	"   FROM (VALUES (1, e.entry_id::text), (2, (extract(epoch FROM e.at) * 1000000)::bigint::text), (3, e.actor), (4, e.action),"
	"    (5, e.target), (6, e.reason), (7, e.detail)) v (i, t)) x"
	"  WHERE $1::uuid IS NULL OR z.tenant_id = $1 GROUP BY z.tenant_id, z.seal_no"
	"), link AS ("
	"  SELECT s.*, lag(s.hash) OVER w AS before, row_number() OVER w AS place, b.n, b.bytes,"
	"   (SELECT string_agg(convert_to(octet_length(v.t) || ':' || v.t || ',', 'UTF8'), ''::bytea ORDER BY v.i)"
	"    FROM (VALUES (1, s.tenant_id::text), (2, s.seal_no::text), (3, s.first_id::text), (4, s.last_id::text), (5, s.entries::text),"
	"     (6, (extract(epoch FROM s.sealed_at) * 1000000)::bigint::text)) v (i, t)) AS head"
	"  FROM audit.seal s LEFT JOIN body b USING (tenant_id, seal_no) WHERE $1::uuid IS NULL OR s.tenant_id = $1"
	"  WINDOW w AS (PARTITION BY s.tenant_id ORDER BY s.seal_no)"
	") SELECT 'audit ' || l.tenant_id || ' ' || count(*) || ' ' || encode((array_agg(l.hash ORDER BY l.seal_no DESC))[1], 'hex') || ' ' ||"
	"  count(*) FILTER (WHERE l.place <> l.seal_no OR l.previous <> coalesce(l.before, decode(repeat('00', 32), 'hex'))"
	"   OR l.n IS DISTINCT FROM l.entries OR l.hash IS DISTINCT FROM sha256(l.previous || l.head || l.bytes))"
	" FROM link l GROUP BY l.tenant_id ORDER BY l.tenant_id",
};

static void no_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

PGconn *backup_connect(struct backup *b, const char *conninfo, const char *role)
{
	const char *keys[] = { "dbname", "application_name", "client_encoding", "options", NULL };
	const char *values[] = { conninfo, "sutler backup", "UTF8", SETTINGS, NULL };
	PGconn *conn = PQconnectdbParams(keys, values, 1);

	if (PQstatus(conn) != CONNECTION_OK) {
		backup_fail(b, "no connection to the database: %s", PQerrorMessage(conn));
	} else {
		PQsetNoticeReceiver(conn, no_notice, NULL);
		if (role == NULL || backup_do(b, conn, mem_printf(b->mem, "SET ROLE \"%s\"", role)))
			return conn;
	}
	PQfinish(conn);
	return NULL;
}

static bool good_answer(struct backup *b, PGconn *conn, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
		return true;
	return backup_fail(b, "the database says: %s%s%s", message != NULL ? message : PQerrorMessage(conn),
			   detail != NULL ? "; " : "", detail != NULL ? detail : "");
}

bool backup_do(struct backup *b, PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	bool good = good_answer(b, conn, result);

	PQclear(result);
	return good;
}

PGresult *backup_ask(struct backup *b, PGconn *conn, const char *sql, const char *const *params, int n)
{
	PGresult *result = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);

	if (good_answer(b, conn, result))
		return result;
	PQclear(result);
	return NULL;
}

/* A line from one row of SQL. */
static bool add_line(struct backup *b, PGconn *conn, const char *word, const char *name, const char *sql, const char *tenant, struct buf *out)
{
	PGresult *r = backup_ask(b, conn, sql, &tenant, tenant != NULL);

	if (r == NULL)
		return false;
	buf_printf(out, "%s %s", word, name);
	for (int i = 0; i < PQnfields(r); i++)
		buf_printf(out, " %s", PQgetvalue(r, 0, i));
	buf_addc(out, '\n');
	PQclear(r);
	return true;
}

bool backup_proof(struct backup *b, PGconn *conn, const char *tenant, struct buf *out)
{
	PGresult *tables = backup_ask(b, conn, TABLES, NULL, 0);
	PGresult *sequences = backup_ask(b, conn, SEQUENCES, NULL, 0);
	bool good = tables != NULL && sequences != NULL;

	for (int i = 0; good && i < PQntuples(tables); i++) {
		const char *name = PQgetvalue(tables, i, 0);
		bool has_tenant = PQgetvalue(tables, i, 1)[0] == 't';

		if (tenant == NULL || has_tenant)
			good = add_line(b, conn, "table", name, mem_printf(b->mem,
				"SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)), 0) FROM %s t%s",
				name, tenant != NULL ? " WHERE tenant_id = $1" : ""), tenant, out);
	}
	for (int i = 0; good && tenant == NULL && i < PQntuples(sequences); i++) {
		const char *name = PQgetvalue(sequences, i, 0);

		good = add_line(b, conn, "sequence", name, mem_printf(b->mem, "SELECT last_value, is_called FROM %s", name), NULL, out);
	}
	for (size_t l = 0; good && l < ARRAY_LEN(ledgers); l++) {
		PGresult *r = backup_ask(b, conn, ledgers[l], &tenant, 1);

		good = r != NULL;
		for (int i = 0; good && i < PQntuples(r); i++)
			buf_printf(out, "%s\n", PQgetvalue(r, i, 0));
		PQclear(r);
	}
	PQclear(tables);
	PQclear(sequences);
	return good;
}

const char *backup_proof_wrong(struct backup *b, const char *proof)
{
	struct buf *wrong = buf_new(b->mem);
	char *rest = mem_strdup(b->mem, proof), *line;

	buf_adds(wrong, "");
	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *last = strrchr(line, ' ');

		if (last != NULL && strcmp(last, " 0") != 0 &&
		    (strncmp(line, "stock ", 6) == 0 || strncmp(line, "money ", 6) == 0 || strncmp(line, "audit ", 6) == 0))
			buf_printf(wrong, "%s%s", wrong->len > 0 ? "; " : "", line);
	}
	return wrong->data;
}

bool backup_proof_same(struct backup *b, const char *saved, const char *now)
{
	char *old = mem_strdup(b->mem, saved), *new = mem_strdup(b->mem, now), *a, *z;

	if (strcmp(saved, now) == 0)
		return true;
	do {
		a = strsep(&old, "\n");
		z = strsep(&new, "\n");
	} while (a != NULL && z != NULL && strcmp(a, z) == 0);
	return backup_fail(b, "the database is not what was saved: the backup says \"%s\", restored is \"%s\"",
			   a != NULL ? a : "nothing more", z != NULL ? z : "nothing more");
}
