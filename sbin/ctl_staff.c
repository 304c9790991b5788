/* sutlerctl staff -- the first owner of a console, and one who lost everything. */
#include "base/crypto.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sbin/ctl.h"

#include <getopt.h>
#include <string.h>

static const struct option long_options[] = {
	{ "tenant", required_argument, NULL, 't' },
	{ "name", required_argument, NULL, 'n' },
	{ 0 }
};

#define TENANTS "SELECT t.tenant_id FROM tenancy.tenant t WHERE $1::text IS NULL OR t.slug = $1 ORDER BY t.slug LIMIT 2"
#define HOST "SELECT h.origin FROM tenancy.host h WHERE h.tenant_id = $1::uuid AND h.kind = 'admin' ORDER BY h.is_primary DESC, h.host LIMIT 1"

int ctl_make_owner(PGconn *conn, const char *slug, const char *name, const char *email)
{
	const PGresult *tenants = ctl_ask(conn, TENANTS, &slug, 1);
	struct token token = token_new();
	unsigned char hash[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	const char *tenant, *origin;

	if (tenants == NULL)
		return 1;
	if (PQntuples(tenants) != 1)
		return PQntuples(tenants) > 1 ? ctl_fail("there are several tenants: say which by --tenant") : ctl_fail("there is no tenant %s", slug == NULL ? "" : slug);
	tenant = PQgetvalue(tenants, 0, 0);
	if (ctl_ask(conn, "SELECT set_config('sutler.tenant', $1, true)", &tenant, 1) == NULL)
		return 1;
	origin = ctl_one(conn, HOST, &tenant, 1);
	if (*origin == '\0')
		return ctl_fail("this tenant has no host of kind admin: see sutler-import(5)");
	sha256(token.text, TOKEN_LEN, hash);
	hex_encode(hash, sizeof(hash), hex);
	if (ctl_ask(conn, "SELECT staff.make_owner($1, $2, $3, decode($4, 'hex'))", (const char *[]){ tenant, email, name, hex }, 4) == NULL ||
	    ctl_ask(conn, "COMMIT", NULL, 0) == NULL)
		return 1;
	printf("%s/admin/login/join/%s\n", origin, token.text);
	return 0;
}

int ctl_staff(int argc, char **argv)
{
	const char *tenant = NULL, *name = "", *email;
	PGconn *conn;
	int c, status;

	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case 't': tenant = optarg; break;
		case 'n': name = optarg; break;
		default: return ctl_usage("staff");
		}
	if (argc - optind != 2 || strcmp(argv[optind], "owner") != 0)
		return ctl_usage("staff");
	email = argv[optind + 1];
	if (strchr(email, '@') == NULL || text_clean(ctl_mem, email, strlen(email), TEXT_LINE) == NULL)
		return ctl_fail("%s is no mail address", email);
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = ctl_ask(conn, "BEGIN", NULL, 0) == NULL ? 1 : ctl_make_owner(conn, tenant, name, email);
	PQfinish(conn);
	return status;
}
