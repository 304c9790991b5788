/* What the subcommands that change shops share: questions, tenants, audit entries, amounts. */
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sbin/ctl.h"

static void drop(void *kept)
{
	PQclear(*(PGresult **)kept);
}

PGresult *ctl_result(PGconn *conn, const char *sql, const char *const *params, int n)
{
	PGresult *result = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);

	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	ctl_fail("%s", PQerrorMessage(conn));
	PQclear(result);
	return NULL;
}

const PGresult *ctl_ask(PGconn *conn, const char *sql, const char *const *params, int n)
{
	PGresult **kept = mem_new(ctl_mem, PGresult *);

	*kept = ctl_result(conn, sql, params, n);
	mem_on_free(kept, drop);
	return *kept;
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

static const char *const answers[][2] = {
	{ "not_allowed", "the order's state does not allow it" },
	{ "unknown", "there is no such order" },
	{ "amount", "the amount is not what is due" },
	{ "lines", "its pieces are not held, or have left already" },
	{ "negative", "less than nothing would lie there" },
	{ "currency", "it is paid in another currency" },
	{ "none", "nothing came in for it" },
	{ "too_much", "more than came in and was not given back" },
};

int ctl_settle(PGconn *conn, const char *tenant, const char *answer, const char *action, const char *target, const char *reason)
{
	const char *entry[] = { tenant, action, target, reason };

	if (strcmp(answer, "ok") == 0) {
		if (ctl_ask(conn, "INSERT INTO audit.entry (tenant_id, actor, action, target, reason) VALUES ($1, 'sutlerctl', $2, $3, $4)", entry, 4) != NULL
		    && ctl_ask(conn, "COMMIT", NULL, 0) != NULL) {
			printf("%s %s: done\n", action, target);
			return 0;
		}
		return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (strcmp(answers[i][0], answer) == 0)
			return ctl_fail("%s %s: %s", action, target, answers[i][1]);
	return ctl_fail("%s %s: %s", action, target, *answer != '\0' ? answer : "it failed");
}

void ctl_print_money(const char *currency, const char *minor)
{
	struct buf *out = buf_new(ctl_mem);
	int64_t n;

	if (parse_int(minor, INT64_MIN, INT64_MAX, &n) && currency_exponent(currency) >= 0)
		locale_money(locale_get("en-GB"), currency, n, out);
	fputs(out->data, stdout);
}
