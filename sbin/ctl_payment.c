/* sutlerctl payment -- accounts at gateways, refunds, and money matters for a person.
 *
 * Keys come from files, never from the command line, and lie sealed in the database.
 * Every change is one transaction with its audit entry. */
#include "base/config.h"
#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "pay/provider.h"
#include "pay/secret.h"
#include "sbin/ctl.h"

#include <sysexits.h>

struct given {
	const char *tenant, *reason, *key_file, *webhook_file, *account;
	bool live;
};

static char **read_given(int argc, char **argv, struct given *g, int *nwords)
{
	const struct ctl_option options[] = {
		{ "tenant", &g->tenant }, { "reason", &g->reason }, { "key-file", &g->key_file },
		{ "webhook-secret-file", &g->webhook_file }, { "account", &g->account }, { "live", .there = &g->live }, { 0 }
	};

	*g = (struct given){ .reason = "" };
	return ctl_options(argc, argv, options, nwords);
}

/* ---- accounts -------------------------------------------------------------------- */

/* The first line of a file that holds a secret; NULL after a sentence. */
static const char *read_secret(const char *path)
{
	size_t n;
	char *text = ctl_read(path, &n);

	if (text == NULL)
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	if (*text != '\0' && strlen(text) <= SEAL_TEXT_MAX)
		return text;
	ctl_fail("%s holds no secret in its first line", path);
	return NULL;
}

/* A sealed secret as PostgreSQL reads a bytea; NULL for no secret. */
static const char *sealed(const struct seal_key *key, const char *tenant, const char *account, enum pay_secret column, const char *text)
{
	struct buf *out = buf_new(ctl_mem);
	size_t n;
	unsigned char *bytes;

	if (text == NULL)
		return NULL;
	bytes = pay_secret_seal(ctl_mem, key, tenant, account, column, text, &n);
	buf_adds(out, "\\x");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%02x", bytes[i]);
	return out->data;
}

/* A secret that is rolled: the old one opens reports for a day more (sql/functions/gateway_account.sql). */
#define ROLL "UPDATE payment.account SET key_sealed = coalesce($3, key_sealed), live = $6::boolean," \
	" webhook_old_sealed = CASE WHEN $4::bytea IS NULL THEN webhook_old_sealed ELSE $5::bytea END," \
	" webhook_old_until = CASE WHEN $4::bytea IS NULL THEN webhook_old_until ELSE sutler.now() + interval '24 hours' END," \
	" webhook_sealed = coalesce($4, webhook_sealed), key_last = coalesce($7, key_last), revision = revision + 1," \
	" changed_at = sutler.now(), changed_by = NULL, tried_at = NULL, tried = '' WHERE account_id = $2 AND store_id = $1 RETURNING account_id"
#define MAKE "INSERT INTO payment.account (tenant_id, store_id, account_id, provider, live, key_sealed, webhook_sealed, key_last, changed_at)" \
	" VALUES ($1, $2, $3, $4, $5::boolean, $6, $7, coalesce($8, ''), sutler.now())"

/* The last four letters of a key, by which people know it; NULL for none. */
static const char *last_four(const char *secret)
{
	return secret == NULL || strlen(secret) < 12 ? NULL : secret + strlen(secret) - 4;
}

/* A key of the other mode would be refused by the gateway's first answer; better now. */
static bool is_of_mode(const char *provider, const char *secret, bool live)
{
	enum pay_shape shape = secret == NULL ? PAY_SHAPE_NONE : pay_provider(provider)->shape(secret);

	if (shape != (live ? PAY_SHAPE_TEST : PAY_SHAPE_LIVE))
		return true;
	ctl_fail(live ? "this is a key of test mode, and the account is to be --live" : "this key moves real money: say --live");
	return false;
}

static int account_make(PGconn *conn, const struct given *g, const char *tenant, const char *store, const char *code, const char *provider,
			const struct seal_key *key, const char *secret, const char *webhook)
{
	struct id fresh = id_new();
	const char *id = g->account != NULL ? g->account : fresh.text;
	const char *row[] = { tenant, store, id, provider, g->live ? "true" : "false", sealed(key, tenant, id, PAY_SECRET_KEY, secret),
			      sealed(key, tenant, id, PAY_SECRET_WEBHOOK, webhook), last_four(secret) };
	const char *off[] = { store, provider };

	if (secret == NULL || webhook == NULL)
		return ctl_fail("a new account needs --key-file and --webhook-secret-file");
	if (ctl_ask(conn, "UPDATE payment.account SET active = false WHERE store_id = $1 AND provider = $2 AND active", off, 2) == NULL
	    || ctl_ask(conn, MAKE, row, 8) == NULL)
		return 1;
	printf("address of its reports: /webhooks/%s/%s\n", provider, id);
	return ctl_settle(conn, tenant, "ok", "payment account", mem_printf(ctl_mem, "%s %s", code, id), g->live ? "live" : "test");
}

/* The webhook secret that holds now, sealed as the old one. */
static const char *old_webhook(PGconn *conn, const struct seal_key *key, const char *tenant, const char *account)
{
	const char *hex = ctl_one(conn, "SELECT pg_catalog.encode(webhook_sealed, 'hex') FROM payment.account WHERE account_id = $1", &account, 1);
	size_t n = strlen(hex) / 2;
	unsigned char *bytes = mem_array(ctl_mem, unsigned char, n + 1);

	for (size_t i = 0; i < n; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		bytes[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	return sealed(key, tenant, account, PAY_SECRET_WEBHOOK_OLD,
		      pay_secret_open(ctl_mem, key, tenant, account, PAY_SECRET_WEBHOOK, bytes, n));
}

static int account_roll(PGconn *conn, const struct given *g, const char *tenant, const char *store, const char *code,
			const struct seal_key *key, const char *secret, const char *webhook)
{
	const char *row[] = { store, g->account, sealed(key, tenant, g->account, PAY_SECRET_KEY, secret),
			      sealed(key, tenant, g->account, PAY_SECRET_WEBHOOK, webhook),
			      webhook == NULL ? NULL : old_webhook(conn, key, tenant, g->account), g->live ? "true" : "false", last_four(secret) };

	if (*ctl_one(conn, ROLL, row, 7) == '\0')
		return ctl_fail("store %s has no account %s", code, g->account);
	return ctl_settle(conn, tenant, "ok", "payment account", mem_printf(ctl_mem, "%s %s", code, g->account), "rolled");
}

static int account(PGconn *conn, const struct given *g, const char *tenant, const char *store, const char *code, const char *provider)
{
	const char *error, *found;
	const struct seal_key *key = seal_key_load(ctl_mem, config_text("secrets.key_file"), &error);
	const char *secret = g->key_file == NULL ? NULL : read_secret(g->key_file);
	const char *webhook = g->webhook_file == NULL ? NULL : read_secret(g->webhook_file);

	if (pay_provider(provider) == NULL)
		return ctl_fail("there is no gateway %s", provider);
	if (key == NULL)
		return ctl_fail("%s", error);
	if ((g->key_file != NULL && secret == NULL) || (g->webhook_file != NULL && webhook == NULL) || !is_of_mode(provider, secret, g->live))
		return 1;
	found = g->account == NULL ? "" : ctl_one(conn, "SELECT account_id FROM payment.account WHERE account_id = $1", &g->account, 1);
	return *found != '\0' ? account_roll(conn, g, tenant, store, code, key, secret, webhook)
		: account_make(conn, g, tenant, store, code, provider, key, secret, webhook);
}

static int accounts(PGconn *conn, const char *store)
{
	const PGresult *rows = ctl_ask(conn, "SELECT account_id, provider, CASE WHEN live THEN 'live' ELSE 'test' END, CASE WHEN active THEN 'active' ELSE 'old' END"
				       " FROM payment.account WHERE store_id = $1 ORDER BY account_id", &store, 1);

	for (int i = 0; rows != NULL && i < PQntuples(rows); i++)
		printf("%s\t%s\t%s\t%s\n", PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2), PQgetvalue(rows, i, 3));
	return rows == NULL;
}

/* ---- an order's money -------------------------------------------------------------- */

static int show(PGconn *conn, const char *order)
{
	static const char *const parts[] = {
		"SELECT 'payment', p.method, '', p.currency, p.amount, 'came ' || p.captured || ', given back ' || p.refunded || ' ' || p.reference"
		" FROM payment.payment p WHERE p.order_id = $1 ORDER BY p.payment_id",
		"SELECT 'attempt', i.state, i.intent_id::text, i.currency, i.amount, pg_catalog.concat_ws(' ', i.session_ref, i.payment_ref, i.code,"
		" CASE WHEN i.excess THEN 'pays nothing' END) FROM payment.intent i WHERE i.order_id = $1 ORDER BY i.intent_id",
		"SELECT 'refund', r.state, r.refund_id::text, r.currency, r.amount, pg_catalog.concat_ws(' ', r.actor, r.refund_ref, r.code, r.reason)"
		" FROM payment.refund r JOIN payment.payment p ON p.payment_id = r.payment_id WHERE p.order_id = $1 ORDER BY r.refund_id",
		"SELECT 'credited', CASE WHEN c.takes_back IS NULL THEN 'credit note' ELSE 'taken back' END, c.series || c.number, i.currency, c.total,"
		" 'of invoice ' || i.series || i.number FROM accounting.credit_note c JOIN accounting.invoice i ON i.invoice_id = c.invoice_id"
		" WHERE i.order_id = $1 ORDER BY c.credit_note_id",
		"SELECT 'dispute', d.state, d.dispute_ref, d.currency, d.amount, '' FROM payment.dispute d"
		" JOIN payment.intent i ON i.intent_id = d.intent_id WHERE i.order_id = $1 ORDER BY d.opened_at",
		"SELECT 'booked', e.credit || ' to ' || e.debit, pg_catalog.to_char(e.at, 'YYYY-MM-DD HH24:MI'), e.currency, e.amount, e.reason FROM payment.entry e"
		" JOIN payment.payment p ON p.payment_id = e.payment_id WHERE p.order_id = $1 ORDER BY e.entry_id",
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const PGresult *rows = ctl_ask(conn, parts[i], &order, 1);

		if (rows == NULL)
			return 1;
		for (int j = 0; j < PQntuples(rows); j++) {
			printf("%s\t%s\t%s\t", PQgetvalue(rows, j, 0), PQgetvalue(rows, j, 1), PQgetvalue(rows, j, 2));
			ctl_print_money(PQgetvalue(rows, j, 3), PQgetvalue(rows, j, 4));
			printf("\t%s\n", PQgetvalue(rows, j, 5));
		}
	}
	return 0;
}

bool ctl_read_amount(const char *text, const char *currency, int64_t *minor)
{
	int exponent = currency_exponent(currency);
	const char *dot = strchr(text, '.');
	size_t decimals = dot == NULL ? 0 : strlen(dot + 1);
	struct buf *digits = buf_new(ctl_mem);

	if (exponent < 0 || decimals > (size_t)exponent || (dot != NULL && decimals == 0))
		return false;
	for (const char *s = text; *s != '\0'; s++)
		if (s != dot)
			buf_addc(digits, *s);
	for (size_t i = decimals; i < (size_t)exponent; i++)
		buf_addc(digits, '0');
	return digits->len > 0 && *digits->data != '-' && parse_int(digits->data, 1, INT64_MAX, minor);
}

static int refund(PGconn *conn, const struct given *g, const char *tenant, const char *order, const char *number, const char *amount)
{
	struct id id = id_new();
	const char *currency = ctl_one(conn, "SELECT currency FROM sales.\"order\" WHERE order_id = $1", &order, 1);
	const char *minor = NULL, *answer;
	int64_t n;

	if (strcmp(amount, "all") != 0) {
		if (!ctl_read_amount(amount, currency, &n))
			return ctl_fail("%s is no amount in %s", amount, currency);
		minor = mem_printf(ctl_mem, "%lld", (long long)n);
	}
	answer = ctl_one(conn, "SELECT payment.ask_refund($1, $2, $3, $4, $5, 'sutlerctl', $6)",
			 (const char *const[]){ tenant, order, minor, currency, g->reason, id.text }, 6);
	return ctl_settle(conn, tenant, answer, "payment refund", mem_printf(ctl_mem, "%s %s", number, amount), g->reason);
}

/* ---- matters for a person ------------------------------------------------------------ */

static int review(PGconn *conn, const struct given *g)
{
	const PGresult *tenants = ctl_ask(conn, "SELECT tenant_id, slug FROM tenancy.tenant ORDER BY slug", NULL, 0);

	for (int i = 0; tenants != NULL && i < PQntuples(tenants); i++) {
		const char *tenant = PQgetvalue(tenants, i, 0);
		const PGresult *rows;

		if (g->tenant != NULL && strcmp(PQgetvalue(tenants, i, 1), g->tenant) != 0)
			continue;
		ctl_one(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", &tenant, 1);
		rows = ctl_ask(conn, "SELECT w.work_id, pg_catalog.to_char(w.opened_at, 'YYYY-MM-DD HH24:MI'), w.kind, coalesce(o.number, '-'), w.detail"
			       " FROM payment.work w LEFT JOIN sales.\"order\" o ON o.order_id = w.order_id WHERE w.closed_at IS NULL ORDER BY w.work_id", NULL, 0);
		for (int j = 0; rows != NULL && j < PQntuples(rows); j++)
			printf("%s\t%s\t%s\t%s\t%s\t%s\n", PQgetvalue(rows, j, 0), PQgetvalue(tenants, i, 1), PQgetvalue(rows, j, 1), PQgetvalue(rows, j, 2),
			       PQgetvalue(rows, j, 3), PQgetvalue(rows, j, 4));
		if (rows == NULL)
			return 1;
	}
	return tenants == NULL;
}

static int close_matter(PGconn *conn, const struct given *g, const char *work)
{
	const char *tenant = NULL;
	const char *found = ctl_find(conn, g->tenant, "SELECT work_id FROM payment.work WHERE work_id::text = $1 AND closed_at IS NULL", work, "open matter", &tenant);
	const char *row[] = { work, g->reason };

	if (found == NULL || ctl_ask(conn, "UPDATE payment.work SET closed_at = sutler.now(), closed_by = 'sutlerctl', answer = $2 WHERE work_id = $1", row, 2) == NULL)
		return 1;
	return ctl_settle(conn, tenant, "ok", "payment close", work, g->reason);
}

/* ---- the command ----------------------------------------------------------------------- */

/* "refund STORE ORDER AMOUNT": words behind the first, and whether a reason must be given. */
static const struct form {
	const char *name;
	int words;
	bool reason;
} forms[] = {
	{ "account", 2, false }, { "accounts", 1, false }, { "show", 2, false }, { "refund", 3, true },
	{ "review", 0, false }, { "close", 1, true },
};

static int of_store(PGconn *conn, const struct given *g, char **args)
{
	const char *tenant = NULL, *order;
	const char *store = ctl_find(conn, g->tenant, "SELECT store_id FROM tenancy.store WHERE code = $1", args[1], "store", &tenant);
	const char *key[2] = { store, args[2] };

	if (store == NULL)
		return 1;
	if (strcmp(args[0], "account") == 0)
		return account(conn, g, tenant, store, args[1], args[2]);
	if (strcmp(args[0], "accounts") == 0)
		return accounts(conn, store);
	order = ctl_one(conn, "SELECT order_id FROM sales.\"order\" WHERE store_id = $1 AND number = $2", key, 2);
	if (*order == '\0')
		return ctl_fail("store %s has no order %s", args[1], args[2]);
	return strcmp(args[0], "show") == 0 ? show(conn, order) : refund(conn, g, tenant, order, args[2], args[3]);
}

int ctl_payment(int argc, char **argv)
{
	const struct form *form = NULL;
	struct given g;
	PGconn *conn;
	int status = 1, n;
	char **args = read_given(argc, argv, &g, &n);

	if (args == NULL)
		return ctl_usage("payment");
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(forms); i++)
		if (strcmp(forms[i].name, args[0]) == 0)
			form = &forms[i];
	if (form == NULL || n != form->words + 1 || (form->reason && *g.reason == '\0'))
		return ctl_usage("payment");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	if (ctl_ask(conn, "BEGIN", NULL, 0) != NULL)
		status = form->words == 0 ? review(conn, &g) : strcmp(form->name, "close") == 0 ? close_matter(conn, &g, args[1]) : of_store(conn, &g, args);
	PQfinish(conn);                 /* what was not committed is undone */
	return status;
}
