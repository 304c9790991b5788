/* Questions of sutlerctl to the database. */
#include "base/mem.h"
#include "sbin/ctl.h"

static void drop(void *kept)
{
	PQclear(*(PGresult **)kept);
}

const PGresult *ctl_ask(PGconn *conn, const char *sql, const char *const *params, int n)
{
	PGresult **kept = mem_new(ctl_mem, PGresult *);

	*kept = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);
	mem_on_free(kept, drop);
	if (PQresultStatus(*kept) == PGRES_TUPLES_OK || PQresultStatus(*kept) == PGRES_COMMAND_OK)
		return *kept;
	ctl_fail("%s", PQerrorMessage(conn));
	return NULL;
}

const char *ctl_one(PGconn *conn, const char *sql, const char *const *params, int n)
{
	const PGresult *result = ctl_ask(conn, sql, params, n);

	return result != NULL && PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
}

const char *ctl_find(PGconn *conn, const char *slug, const char *sql, const char *key, const char *what, const char **tenant)
{
	const PGresult *tenants = ctl_ask(conn, "SELECT tenant_id, slug FROM tenancy.tenant ORDER BY slug", NULL, 0);
	const char *found = NULL;

	for (int i = 0; tenants != NULL && i < PQntuples(tenants); i++) {
		const char *id = PQgetvalue(tenants, i, 0), *answer;

		if (slug != NULL && strcmp(PQgetvalue(tenants, i, 1), slug) != 0)
			continue;
		ctl_one(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", &id, 1);
		answer = ctl_one(conn, sql, &key, 1);
		if (*answer == '\0')
			continue;
		if (found != NULL) {
			ctl_fail("more than one tenant has %s %s: choose by --tenant", what, key);
			return NULL;
		}
		found = answer;
		*tenant = id;
	}
	if (found == NULL)
		ctl_fail("there is no %s %s", what, key);
	else
		ctl_one(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", tenant, 1);
	return found;
}
