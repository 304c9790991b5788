/* sutlerctl store -- which stores there are, and where their hosts are reached. */
#include "base/mem.h"
#include "sbin/ctl.h"

static int list(PGconn *conn)
{
	PGresult *tenants = ctl_result(conn, "SELECT tenant_id, slug FROM tenancy.tenant ORDER BY slug", NULL, 0);
	int status = tenants == NULL;

	for (int i = 0; status == 0 && i < PQntuples(tenants); i++) {
		const char *tenant = PQgetvalue(tenants, i, 0);
		PGresult *set = ctl_result(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", &tenant, 1);
		PGresult *stores = set == NULL ? NULL : ctl_result(conn,
			"SELECT s.code, s.status, s.name, coalesce(pg_catalog.string_agg(h.origin, ' ' ORDER BY h.is_primary DESC, h.host), '-')"
			" FROM tenancy.store s LEFT JOIN tenancy.host h ON h.tenant_id = s.tenant_id AND h.store_id = s.store_id"
			" GROUP BY s.store_id, s.code, s.status, s.name ORDER BY s.code", NULL, 0);

		for (int j = 0; stores != NULL && j < PQntuples(stores); j++)
			printf("%s/%s\t%s\t%s\t%s\n", PQgetvalue(tenants, i, 1), PQgetvalue(stores, j, 0), PQgetvalue(stores, j, 1),
			       PQgetvalue(stores, j, 2), PQgetvalue(stores, j, 3));
		status = stores == NULL;
		PQclear(set);
		PQclear(stores);
	}
	PQclear(tenants);
	return status;
}

static int set_origin(PGconn *conn, const char *host, const char *origin)
{
	const char *params[] = { host, origin };
	PGresult *result = ctl_result(conn,
		"WITH changed AS (UPDATE tenancy.host SET origin = $2 WHERE host = $1 RETURNING tenant_id, store_id)"
		" SELECT tenant_id, store_id FROM changed", params, 2);
	const char *entry[] = { "", "", origin };
	PGresult *set, *audit = NULL;
	int status = 1;

	if (result == NULL)
		return 1;
	if (PQntuples(result) == 0) {
		ctl_fail("there is no host %s", host);
	} else {
		entry[0] = PQgetvalue(result, 0, 0);
		entry[1] = PQgetvalue(result, 0, 1);
		set = ctl_result(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", entry, 1);
		if (set != NULL)
			audit = ctl_result(conn, "INSERT INTO audit.entry (tenant_id, actor, action, target, detail)"
				    " VALUES ($1, 'sutlerctl', 'store origin', $2, $3)", entry, 3);
		status = audit == NULL;
		PQclear(set);
		PQclear(audit);
	}
	PQclear(result);
	return status;
}

/* What a web server shows: a host and its origin a line. */
static int hosts(PGconn *conn)
{
	PGresult *result = ctl_result(conn, "SELECT host, origin FROM tenancy.host ORDER BY kind DESC, host", NULL, 0);
	int status = result == NULL;

	for (int i = 0; status == 0 && i < PQntuples(result); i++)
		printf("%s %s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1));
	PQclear(result);
	return status;
}

int ctl_store(int argc, char **argv)
{
	bool all_hosts = argc == 2 && strcmp(argv[1], "hosts") == 0;
	bool listing = argc == 2 && strcmp(argv[1], "list") == 0;
	bool origin = argc == 4 && strcmp(argv[1], "origin") == 0;
	PGconn *conn;
	int status;

	if (!listing && !origin && !all_hosts)
		return ctl_usage("store");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = listing ? list(conn) : all_hosts ? hosts(conn) : set_origin(conn, argv[2], argv[3]);
	PQfinish(conn);
	return status;
}
