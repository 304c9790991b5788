/* sutlerctl customer -- accounts that the house makes itself. */
#include "base/crypto.h"
#include "base/mem.h"
#include "base/password.h"
#include "base/utf8.h"
#include "sbin/ctl.h"

#include <string.h>

struct given {
	const char *store, *tenant, *name;
	bool password_stdin;
	bool keep;                      /* an account that is there is left as it is */
};

static char **read_given(int argc, char **argv, struct given *g, int *nwords)
{
	const struct ctl_option options[] = {
		{ "store", &g->store }, { "tenant", &g->tenant }, { "name", &g->name },
		{ "password-stdin", .there = &g->password_stdin }, { "keep", .there = &g->keep }, { 0 }
	};

	*g = (struct given){ .name = "" };
	return ctl_options(argc, argv, options, nwords);
}

/* The first line of standard input, or a new one: 132 random bits that can be copied. */
static const char *password(const struct given *g)
{
	char line[PASSWORD_MAX + 2] = "";

	if (!g->password_stdin)
		return mem_strndup(ctl_mem, token_new().text, 22);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return "";
	line[strcspn(line, "\r\n")] = '\0';
	return mem_strdup(ctl_mem, line);
}

static int refuse_password(enum password_fault fault)
{
	static const char *const why[] = {
		[PASSWORD_SHORT] = "is shorter than 8 bytes", [PASSWORD_LONG] = "is longer than 1024 bytes",
		[PASSWORD_COMMON] = "is among the first that anybody would guess", [PASSWORD_BROKEN] = "is no text in UTF-8",
	};

	return ctl_fail("the password %s", why[fault]);
}

/* The language of the store's first page. */
#define STORE_LOCALE "SELECT l.locale FROM tenancy.store_locale l WHERE l.store_id = $1::uuid ORDER BY l.position LIMIT 1"

/* Writes the account and its audit entry: its id, "" when the address has one, NULL after a sentence. */
static const char *write_account(PGconn *conn, const char *tenant, const char *store, const char *email, const char *name, const char *hash)
{
	const char *params[] = { tenant, store, email, name, hash, ctl_one(conn, STORE_LOCALE, &store, 1) };
	const PGresult *made = ctl_ask(conn, "SELECT coalesce(customer.add($1, $2, $3, $4, $5, $6)::text, '')", params, 6);
	const char *entry[] = { tenant, made == NULL ? "" : PQgetvalue(made, 0, 0) };

	if (made == NULL || *entry[1] == '\0')
		return made == NULL ? NULL : "";
	if (ctl_ask(conn, "INSERT INTO audit.entry (tenant_id, actor, action, target) VALUES ($1, 'sutlerctl', 'customer add', $2)", entry, 2) == NULL ||
	    ctl_ask(conn, "COMMIT", NULL, 0) == NULL)
		return NULL;
	return entry[1];
}

static int add(PGconn *conn, const struct given *g, const char *email)
{
	const char *tenant, *store, *secret = password(g), *customer;
	enum password_fault fault = password_check(secret, email);
	char hash[PASSWORD_HASH_MAX];

	if (fault != PASSWORD_FINE)
		return refuse_password(fault);
	if (strchr(email, '@') == NULL || text_clean(ctl_mem, email, strlen(email), TEXT_LINE) == NULL)
		return ctl_fail("%s is no mail address", email);
	store = ctl_find(conn, g->tenant, "SELECT s.store_id FROM tenancy.store s WHERE s.code = $1", g->store, "store", &tenant);
	if (store == NULL)
		return 1;
	if (!password_hash(secret, hash))
		return ctl_fail("the password cannot be hashed");
	customer = write_account(conn, tenant, store, email, g->name, hash);
	if (customer == NULL)
		return 1;
	if (*customer == '\0')
		return g->keep ? 0 : ctl_fail("%s has an account at %s already", email, g->store);
	printf("customer add %s: done\n", email);
	if (!g->password_stdin)
		printf("password %s\n", secret);
	return 0;
}

int ctl_customer(int argc, char **argv)
{
	struct given g;
	PGconn *conn;
	int status = ctl_customer_data(argc, argv), n;
	char **words;

	if (status >= 0)
		return status;
	words = read_given(argc, argv, &g, &n);
	if (words == NULL || g.store == NULL || n != 2 || strcmp(words[0], "add") != 0)
		return ctl_usage("customer");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = ctl_ask(conn, "BEGIN", NULL, 0) == NULL ? 1 : add(conn, &g, words[1]);
	PQfinish(conn);
	return status;
}
