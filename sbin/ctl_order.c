/* sutlerctl order, sutlerctl stock -- what staff do until there is a console.
 *
 * Every change is one transaction with its audit entry, through the same functions
 * of the schemas sales and inventory that pages call; what they decline is said. */
#include "base/mem.h"
#include "base/utf8.h"
#include "sbin/ctl.h"

#include <sysexits.h>

struct given {
	const char *store, *tenant, *reason, *carrier, *tracking, *url, *reference;
};

static char **read_given(int argc, char **argv, struct given *g, int *nwords)
{
	const struct ctl_option options[] = {
		{ "store", &g->store }, { "tenant", &g->tenant }, { "reason", &g->reason }, { "carrier", &g->carrier },
		{ "tracking", &g->tracking }, { "url", &g->url }, { "reference", &g->reference }, { 0 }
	};

	*g = (struct given){ .reason = "", .carrier = "", .tracking = "", .url = "", .reference = "" };
	return ctl_options(argc, argv, options, nwords);
}

/* ---- orders ---------------------------------------------------------------------- */

#define FIRE(axis, event) "SELECT sales.fire($1, $2, '" axis "', '" event "', 'sutlerctl', $3)"

static const struct step {
	const char *name, *sql;         /* $1 tenant, $2 order, $3 reason, $4 carrier, $5 tracking, $6 url, $7 reference */
	int params;
} steps[] = {
	{ "pay", "SELECT sales.receive_payment($1, $2, (SELECT p.amount - p.captured FROM payment.payment p WHERE p.order_id = $2::uuid"
		 " ORDER BY p.payment_id LIMIT 1), coalesce(nullif($7, ''), $3), 'sutlerctl')"
		 " WHERE $4::text IS NOT NULL AND $5::text IS NOT NULL AND $6::text IS NOT NULL", 7 },
	{ "produce", FIRE("fulfilment", "produce"), 3 },
	{ "ready", FIRE("fulfilment", "make_ready"), 3 },
	{ "ship", "SELECT sales.ship($1, $2,"
		  " (SELECT coalesce(pg_catalog.array_agg(o.line_no ORDER BY o.line_no), '{}') FROM left_of o),"
		  " (SELECT coalesce(pg_catalog.array_agg(o.pieces ORDER BY o.line_no), '{}') FROM left_of o), $4, $5, $6, 'sutlerctl')"
		  " WHERE $3::text IS NOT NULL", 6 },
	{ "deliver", "SELECT sales.deliver($1, $2, 'sutlerctl') WHERE $3::text IS NOT NULL", 3 },
	{ "cancel", "SELECT sales.cancel($1, $2, 'sutlerctl', $3)", 3 },
};

/* The pieces of each line that have not left yet and stand on no pick list. */
#define LEFT_OF "WITH left_of AS (SELECT l.line_no, l.quantity - l.shipped - l.allotted AS pieces FROM sales.order_line l" \
	" WHERE l.order_id = $2::uuid AND l.ships AND l.quantity > l.shipped + l.allotted) "

static int order_list(PGconn *conn, const char *store)
{
	const PGresult *rows = ctl_ask(conn, "SELECT number, pg_catalog.to_char(placed_at, 'YYYY-MM-DD HH24:MI'), state, payment, fulfilment, currency, total"
				   " FROM sales.\"order\" WHERE store_id = $1 ORDER BY placed_at DESC LIMIT 200", &store, 1);

	for (int i = 0; rows != NULL && i < PQntuples(rows); i++) {
		for (int j = 0; j < 5; j++)
			printf("%s\t", PQgetvalue(rows, i, j));
		ctl_print_money(PQgetvalue(rows, i, 5), PQgetvalue(rows, i, 6));
		putchar('\n');
	}
	return rows == NULL;
}

static int order_show(PGconn *conn, const char *order)
{
	const PGresult *o = ctl_ask(conn, "SELECT number, placed_at, state, payment, fulfilment, currency, total, method_name, payment_method"
				" FROM sales.\"order\" WHERE order_id = $1", &order, 1);
	const PGresult *lines = ctl_ask(conn, "SELECT line_no, quantity, sku, name, options, total FROM sales.order_line WHERE order_id = $1 ORDER BY line_no", &order, 1);
	const PGresult *events = ctl_ask(conn, "SELECT pg_catalog.to_char(at, 'YYYY-MM-DD HH24:MI'), axis, event, to_state, actor, detail"
				     " FROM sales.order_event WHERE order_id = $1 ORDER BY event_id", &order, 1);

	if (o == NULL || lines == NULL || events == NULL || PQntuples(o) == 0)
		return 1;
	printf("order %s of %s: %s, payment %s, %s; %s, %s; total ", PQgetvalue(o, 0, 0), PQgetvalue(o, 0, 1), PQgetvalue(o, 0, 2),
	       PQgetvalue(o, 0, 3), PQgetvalue(o, 0, 4), PQgetvalue(o, 0, 7), PQgetvalue(o, 0, 8));
	ctl_print_money(PQgetvalue(o, 0, 5), PQgetvalue(o, 0, 6));
	putchar('\n');
	for (int i = 0; i < PQntuples(lines); i++) {
		printf("%s\t%s x %s\t%s %s\t", PQgetvalue(lines, i, 0), PQgetvalue(lines, i, 1), PQgetvalue(lines, i, 2), PQgetvalue(lines, i, 3),
		       PQgetvalue(lines, i, 4));
		ctl_print_money(PQgetvalue(o, 0, 5), PQgetvalue(lines, i, 5));
		putchar('\n');
	}
	for (int i = 0; i < PQntuples(events); i++)
		printf("%s\t%s %s -> %s\t%s %s\n", PQgetvalue(events, i, 0), PQgetvalue(events, i, 1), PQgetvalue(events, i, 2), PQgetvalue(events, i, 3),
		       PQgetvalue(events, i, 4), PQgetvalue(events, i, 5));
	return 0;
}

static int order_step(PGconn *conn, const struct step *step, const char *tenant, const char *order, const char *number, const struct given *g)
{
	const char *params[] = { tenant, order, g->reason, g->carrier, g->tracking, g->url, g->reference };
	const char *sql = strcmp(step->name, "ship") == 0 ? mem_printf(ctl_mem, LEFT_OF "%s", step->sql) : step->sql;

	return ctl_settle(conn, tenant, ctl_one(conn, sql, params, step->params), mem_printf(ctl_mem, "order %s", step->name), number, g->reason);
}

static int order_run(PGconn *conn, const char *what, const char *number, const struct given *g)
{
	const char *tenant = NULL, *order, *key[2];
	const char *store = ctl_find(conn, g->tenant, "SELECT store_id FROM tenancy.store WHERE code = $1", g->store, "store", &tenant);

	if (store == NULL)
		return 1;
	if (strcmp(what, "list") == 0)
		return order_list(conn, store);
	key[0] = store;
	key[1] = number;
	order = ctl_one(conn, "SELECT order_id FROM sales.\"order\" WHERE store_id = $1 AND number = $2", key, 2);
	if (*order == '\0')
		return ctl_fail("store %s has no order %s", g->store, number);
	if (strcmp(what, "show") == 0)
		return order_show(conn, order);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (strcmp(steps[i].name, what) == 0)
			return order_step(conn, &steps[i], tenant, order, number, g);
	return ctl_usage("order");
}

int ctl_order(int argc, char **argv)
{
	struct given g;
	PGconn *conn;
	int status, n;
	char **words;

	if (argc > 1 && ctl_fulfil_knows("order", argv[1]))
		return ctl_fulfil(argc, argv);
	words = read_given(argc, argv, &g, &n);
	if (words == NULL || g.store == NULL || n < 1 || n != (strcmp(words[0], "list") == 0 ? 1 : 2))
		return ctl_usage("order");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = ctl_ask(conn, "BEGIN", NULL, 0) == NULL || order_run(conn, words[0], n == 2 ? words[1] : "", &g);
	PQfinish(conn);                 /* what was not committed is undone */
	return status;
}

/* ---- stock ----------------------------------------------------------------------- */

static int stock_show(PGconn *conn, const char *variant)
{
	const PGresult *rows = ctl_ask(conn, "SELECT w.code, s.on_hand, s.held, s.on_hand - s.held FROM inventory.stock s"
				   " JOIN inventory.warehouse w ON w.warehouse_id = s.warehouse_id WHERE s.variant_id = $1 ORDER BY w.code", &variant, 1);

	for (int i = 0; rows != NULL && i < PQntuples(rows); i++)
		printf("%s\t%s on hand\t%s held\t%s free\n", PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2), PQgetvalue(rows, i, 3));
	return rows == NULL;
}

static int stock_adjust(PGconn *conn, const char *tenant, const char *variant, char **args, const struct given *g)
{
	const char *warehouse = ctl_one(conn, "SELECT warehouse_id FROM inventory.warehouse WHERE code = $1", (const char *const[]){ args[2] }, 1);
	const char *params[] = { tenant, variant, warehouse, args[3], g->reason };
	int64_t n;

	if (*warehouse == '\0')
		return ctl_fail("there is no warehouse %s", args[2]);
	if (!parse_int(*args[3] == '+' ? args[3] + 1 : args[3], -10000000, 10000000, &n) || n == 0)
		return ctl_fail("%s is no number of pieces", args[3]);
	return ctl_settle(conn, tenant, ctl_one(conn, "SELECT inventory.adjust($1, $2, $3, $4, 'adjustment', $5, 'sutlerctl', NULL)", params, 5), "stock adjust",
		      mem_printf(ctl_mem, "%s %s %s", args[1], args[2], args[3]), g->reason);
}

int ctl_stock(int argc, char **argv)
{
	struct given g;
	const char *tenant = NULL, *variant;
	bool show, adjust;
	PGconn *conn;
	char **args;
	int status = 1, n;

	/* "-3" is a number, not options */
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1] >= '0' && argv[i][1] <= '9')
			argv[i] = mem_printf(ctl_mem, " %s", argv[i]);
	args = read_given(argc, argv, &g, &n);
	if (args == NULL)
		return ctl_usage("stock");
	for (int i = 0; i < n; i++)
		args[i] += strspn(args[i], " ");
	show = n == 2 && strcmp(args[0], "show") == 0;
	adjust = n == 4 && strcmp(args[0], "adjust") == 0 && *g.reason != '\0';
	if (!show && !adjust)
		return ctl_usage("stock");
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	if (ctl_ask(conn, "BEGIN", NULL, 0) != NULL) {
		variant = ctl_find(conn, g.tenant, "SELECT variant_id FROM catalog.variant WHERE sku_key = pg_catalog.lower($1)", args[1], "SKU", &tenant);
		if (variant != NULL)
			status = show ? stock_show(conn, variant) : stock_adjust(conn, tenant, variant, args, &g);
	}
	PQfinish(conn);
	return status;
}
