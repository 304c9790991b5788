/* sutlerctl catalog verify -- is what the shop shows still what the truth makes of it?
 *
 * The read model of all products and the counts of all stores are made again, some products at a time, and compared
 * with what was there (sql/functions/catalog_proof.sql).  Each step is a transaction of its own, which locks its
 * products alone: the shop goes on.  It is rolled back, or kept with --mend. */
#include "base/mem.h"
#include "sbin/ctl.h"

#include <stdlib.h>
#include <string.h>

/* Locked together for some 100 ms; and lines printed before the rest is only counted. */
#define PRODUCTS_AT_ONCE "100"
#define LINES_MAX 50

struct proof {
	PGconn *conn;
	const char *tenant, *slug;
	bool mend;
	int lines, differ;
};

static bool command(PGconn *conn, const char *sql)
{
	PGresult *result = ctl_result(conn, sql, NULL, 0);

	PQclear(result);
	return result != NULL;
}

/* The rows (what, part, how many) of one step, printed. */
static bool step(struct proof *p, const char *sql, const char *const *params)
{
	PGresult *found = command(p->conn, "BEGIN") ? ctl_result(p->conn, sql, params, 2) : NULL;

	for (int i = 0; found != NULL && i < PQntuples(found); i++) {
		if (p->lines++ < LINES_MAX)
			printf("%s: %s: %s: %s rows differ\n", p->slug, PQgetvalue(found, i, 0), PQgetvalue(found, i, 1), PQgetvalue(found, i, 2));
		p->differ++;
	}
	PQclear(found);
	return command(p->conn, found != NULL && p->mend ? "COMMIT" : "ROLLBACK") && found != NULL;
}

/* What waits is done first, as the job freshen does it. */
static bool freshen(const struct proof *p)
{
	for (bool more = true; more;) {
		PGresult *taken = ctl_result(p->conn, "SELECT catalog.freshen($1, 500)", &p->tenant, 1);

		if (taken == NULL)
			return false;
		more = strcmp(PQgetvalue(taken, 0, 0), "0") != 0;
		PQclear(taken);
	}
	return true;
}

static bool prove_products(struct proof *p, int *n)
{
	const char *after = "00000000-0000-0000-0000-000000000000";

	for (;;) {
		PGresult *batch = ctl_result(p->conn, "SELECT x.product_id, pg_catalog.array_agg(x.product_id) OVER () FROM (SELECT p.product_id FROM catalog.product p"
			" WHERE p.product_id > $1 ORDER BY p.product_id LIMIT " PRODUCTS_AT_ONCE ") x ORDER BY x.product_id DESC", &after, 1);
		const char *params[] = { p->tenant, NULL };
		bool done;

		if (batch == NULL || PQntuples(batch) == 0) {
			PQclear(batch);
			return batch != NULL;
		}
		*n += PQntuples(batch);
		after = mem_strdup(ctl_mem, PQgetvalue(batch, 0, 0));
		params[1] = PQgetvalue(batch, 0, 1);
		done = step(p, "SELECT 'product ' || r.reference, r.part, r.differs FROM catalog.prove_products($1, $2) r", params);
		PQclear(batch);
		if (!done)
			return false;
	}
}

static bool prove_stores(struct proof *p, int *n)
{
	PGresult *stores = ctl_result(p->conn, "SELECT store_id, code FROM tenancy.store ORDER BY code", NULL, 0);
	bool done = stores != NULL;

	for (int i = 0; done && i < PQntuples(stores); i++) {
		const char *params[] = { p->tenant, PQgetvalue(stores, i, 0) };

		done = step(p, mem_printf(ctl_mem, "SELECT 'store %s', r.part, r.differs FROM catalog.prove_store($1, $2) r", PQgetvalue(stores, i, 1)), params);
		(*n)++;
	}
	PQclear(stores);
	return done;
}

/* Exit status 1 where something differs and is not mended. */
static int verify(PGconn *conn, bool mend)
{
	PGresult *tenants = ctl_result(conn, "SELECT tenant_id, slug FROM tenancy.tenant ORDER BY slug", NULL, 0);
	int status = tenants == NULL;

	for (int i = 0; tenants != NULL && i < PQntuples(tenants); i++) {
		struct proof p = { .conn = conn, .tenant = PQgetvalue(tenants, i, 0), .slug = PQgetvalue(tenants, i, 1), .mend = mend };
		PGresult *set = ctl_result(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", &p.tenant, 1);
		int products = 0, stores = 0;
		/* Counts first: what is mended of products leaves them to freshen. */
		bool done = set != NULL && freshen(&p) && prove_stores(&p, &stores) && prove_products(&p, &products) && freshen(&p);

		PQclear(set);
		if (p.lines > LINES_MAX)
			printf("%s: ... and %d more\n", p.slug, p.lines - LINES_MAX);
		if (done)
			printf("%s: %d products and %d stores: %s\n", p.slug, products, stores,
			       p.differ == 0 ? "nothing differs" : mend ? "what differed is mended" : "see above");
		if (!done || (p.differ > 0 && !mend))
			status = 1;
	}
	PQclear(tenants);
	return status;
}

int ctl_catalog(int argc, char **argv)
{
	bool mend = false;
	const struct ctl_option options[] = { { "mend", .there = &mend }, { 0 } };
	int n, status;
	char **words = ctl_options(argc, argv, options, &n);
	PGconn *conn;

	if (words == NULL || n != 1 || strcmp(words[0], "verify") != 0)
		return ctl_usage("catalog");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = verify(conn, mend);
	PQfinish(conn);
	return status;
}
