/* sutlerctl customer, sutlerctl erase -- a customer's data by hand, and again after a restore.
 *
 * What staff look at or forget on a customer's behalf is written into the audit log with
 * their reason, in the same transaction; an erasure goes into the register first, as the
 * job privacy does it (shop/erased.h). */
#include "base/config.h"
#include "base/id.h"
#include "base/mem.h"
#include "sbin/ctl.h"
#include "shop/erased.h"

#include <string.h>
#include <sysexits.h>

struct wish {
	const char *tenant, *reason;
};

static bool set_tenant(PGconn *conn, const char *tenant)
{
	return ctl_ask(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", &tenant, 1) != NULL;
}

/* The customer WHO (id or mail address) and his tenant, set for this transaction; NULL after a
   sentence. */
static const char *find(PGconn *conn, const struct wish *w, const char *who, const char **tenant)
{
	const char *sql = id_valid(who) ? "SELECT customer_id FROM customer.person WHERE customer_id = $1::uuid"
		: "SELECT coalesce(merged_into, customer_id) FROM customer.person"
		  " WHERE email_key = pg_catalog.lower($1::text COLLATE \"C\") COLLATE \"default\"";

	return ctl_find(conn, w->tenant, sql, who, "customer", tenant);
}

static bool audit(PGconn *conn, const char *tenant, const char *action, const char *customer, const char *reason)
{
	const char *entry[] = { tenant, action, customer, reason };

	return ctl_ask(conn, "INSERT INTO audit.entry (tenant_id, actor, action, target, reason) VALUES ($1, 'sutlerctl', $2, $3, $4)", entry, 4) != NULL;
}

static bool commit(PGconn *conn)
{
	return ctl_ask(conn, "COMMIT", NULL, 0) != NULL;
}

/* ---- one customer ----------------------------------------------------------------- */

static int show(PGconn *conn, const char *tenant, const char *customer, const char *reason)
{
	const PGresult *p = ctl_ask(conn, "SELECT customer_id, email, verified_at IS NOT NULL, name, customer_type, locale, created_at, erased_at,"
				" (SELECT pg_catalog.count(*) FROM sales.\"order\" o WHERE o.customer_id = p.customer_id),"
				" (SELECT pg_catalog.string_agg(r.kind || ' ' || r.state || ' ' || r.due_at, ', ') FROM customer.request r"
				"  WHERE r.customer_id = p.customer_id AND r.state IN ('waiting', 'running'))"
				" FROM customer.person p WHERE customer_id = $1", &customer, 1);
	static const char *const names[] = { "customer", "email", "verified", "name", "type", "language", "since", "erased", "orders", "requests" };

	if (p == NULL || PQntuples(p) == 0 || !audit(conn, tenant, "customer show", customer, reason) || !commit(conn))
		return 1;
	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		printf("%s\t%s\n", names[i], PQgetvalue(p, 0, i));
	return 0;
}

static int export(PGconn *conn, const char *tenant, const char *customer, const char *reason)
{
	const char *params[] = { tenant, customer };
	const char *data = ctl_one(conn, "SELECT customer.export_data($1, $2)", params, 2);

	if (*data == '\0')
		return ctl_fail("customer %s is forgotten: there is nothing to export", customer);
	if (!audit(conn, tenant, "customer export", customer, reason) || !commit(conn))
		return 1;
	puts(data);
	return 0;
}

static int erase(PGconn *conn, const char *tenant, const char *customer, const char *reason)
{
	const char *params[] = { tenant, customer, reason };

	if (!erased_append(ctl_mem, config_text("paths.private"), tenant, customer))
		return ctl_fail("the register of erasures cannot be written: nothing was done");
	if (strcmp(ctl_one(conn, "SELECT customer.erase($1, $2, 'sutlerctl', $3)", params, 3), "t") != 0 || !commit(conn))
		return 1;
	printf("customer %s: forgotten\n", customer);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(PGconn *conn, const char *tenant, const char *customer, const char *reason);
} verbs[] = { { "show", show }, { "export", export }, { "erase", erase } };

int ctl_customer_data(int argc, char **argv)
{
	struct wish w = { 0 };
	const struct ctl_option options[] = { { "tenant", &w.tenant }, { "reason", &w.reason }, { 0 } };
	const char *tenant = NULL, *customer;
	PGconn *conn;
	int status = 1, n;
	char **words = ctl_options(argc, argv, options, &n);

	/* An option of another verb. */
	if (words == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (n < 1 || strcmp(verbs[i].name, words[0]) != 0)
			continue;
		if (n != 2 || w.reason == NULL || *w.reason == '\0')
			return ctl_usage("customer");
		conn = ctl_connect();
		if (conn == NULL)
			return 1;
		if (ctl_ask(conn, "BEGIN", NULL, 0) != NULL && (customer = find(conn, &w, words[1], &tenant)) != NULL)
			status = verbs[i].run(conn, tenant, customer, w.reason);
		PQfinish(conn);         /* what was not committed is undone */
		return status;
	}
	return -1;
}

/* ---- after a restore ------------------------------------------------------------------ */

/* One line of the register: -1 it failed, 0 no such customer in this backup, 1 forgotten now, 2 before. */
static int replay_one(PGconn *conn, const struct erased *e)
{
	const char *params[] = { e->tenant, e->customer };
	const char *before, *done;

	if (ctl_ask(conn, "BEGIN", NULL, 0) == NULL || !set_tenant(conn, e->tenant))
		return -1;
	before = ctl_one(conn, "SELECT erased_at FROM customer.person WHERE tenant_id = $1 AND customer_id = $2", params, 2);
	done = ctl_one(conn, "SELECT customer.erase($1, $2, 'sutlerctl', 'replayed after a restore')", params, 2);
	if (*done == '\0' || !commit(conn))
		return -1;
	return strcmp(done, "t") != 0 ? 0 : *before != '\0' ? 2 : 1;
}

int ctl_erase(int argc, char **argv)
{
	size_t n, counts[3] = { 0 };
	const struct erased *list;
	PGconn *conn;

	if (argc != 2 || strcmp(argv[1], "replay") != 0)
		return ctl_usage("erase");
	list = erased_read(ctl_mem, config_text("paths.private"), &n);
	if (list == NULL)
		return ctl_fail("the register of erasures cannot be read");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	for (size_t i = 0; i < n; i++) {
		int what = replay_one(conn, &list[i]);

		if (what < 0) {
			PQfinish(conn);
			return ctl_fail("stopped at customer %s; run it again", list[i].customer);
		}
		counts[what]++;
	}
	PQfinish(conn);
	printf("%zu in the register: %zu forgotten now, %zu before, %zu not in this database\n", n, counts[1], counts[2], counts[0]);
	return 0;
}
