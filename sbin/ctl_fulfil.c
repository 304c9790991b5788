/* sutlerctl pick, parcel, return -- the work of the warehouse until there is a console.
 *
 * Each verb is one row of a table: the call of one SQL function, which locks, decides,
 * writes history and audit, and answers a word; what it declines is said.  Lists are
 * queries whose rows are printed with tabs. */
#include "base/mem.h"
#include "base/utf8.h"
#include "sbin/ctl.h"

#include <getopt.h>
#include <sysexits.h>

/* What a verb's statement is given, as $1, $2 ...: one letter each.
 *	t tenant  s store  o order (the first argument is its number)  1 2 3 4 arguments  n pieces (1)
 *	m money of the order's currency (argument 2)
 *	r reason  z zone  c carrier  k tracking  u url  w weight in grams  a answer */
struct verb {
	const char *noun, *name, *given;
	int args;                       /* behind the name */
	const char *sql;
	bool list;                      /* print rows, change nothing */
};

#define WAVE(arg) "(SELECT w.wave_id FROM shipping.wave w JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id" \
	" WHERE h.code || '-' || w.number = " arg ")"
#define PARCEL(order, no) "(SELECT k.parcel_id FROM shipping.parcel k WHERE k.order_id = " order "::uuid AND k.parcel_no::text = " no ")"
#define RETURN(order) "(SELECT r.return_id FROM sales.return r WHERE r.order_id = " order "::uuid ORDER BY r.return_no DESC LIMIT 1)"
#define HOUSE(arg) "(SELECT h.warehouse_id FROM inventory.warehouse h WHERE h.code = " arg ")"
/* "PLAIN=2,FEW=1" or "PLAIN": lines and pieces of an order, by SKU. */
#define SPLIT(order, arg) "WITH u AS (SELECT l.line_no, coalesce(nullif(pg_catalog.split_part(x.item, '=', 2), ''), '1')::integer AS pieces" \
	" FROM pg_catalog.unnest(pg_catalog.string_to_array(" arg ", ',')) AS x (item)" \
	" LEFT JOIN sales.order_line l ON l.order_id = " order "::uuid AND pg_catalog.lower(l.sku) = pg_catalog.lower(pg_catalog.split_part(x.item, '=', 1))) "
#define LINES "(SELECT coalesce(pg_catalog.array_agg(coalesce(u.line_no, 0)), '{}') FROM u), (SELECT coalesce(pg_catalog.array_agg(u.pieces), '{}') FROM u)"

static const struct verb verbs[] = {
	{ "pick", "lists", "", 0, "SELECT h.code || '-' || w.number, pg_catalog.to_char(w.created_at, 'YYYY-MM-DD HH24:MI'), w.zone,"
	  " pg_catalog.sum(p.picked) || ' of ' || pg_catalog.sum(p.quantity) || ' fetched', pg_catalog.sum(p.packed) || ' packed'"
	  " FROM shipping.wave w JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id JOIN shipping.pick p ON p.wave_id = w.wave_id"
	  " WHERE w.state = 'open' GROUP BY h.code, w.number, w.created_at, w.zone ORDER BY 1", true },
	{ "pick", "show", "1", 1, "SELECT coalesce(pl.zone, ''), coalesce(pl.bin, ''), l.sku, l.name, l.options, 'order ' || o.number, p.picked || ' of ' || p.quantity, p.packed || ' packed'"
	  " FROM shipping.pick p JOIN shipping.wave w ON w.wave_id = p.wave_id JOIN sales.order_line l ON l.order_id = p.order_id AND l.line_no = p.line_no"
	  " JOIN sales.\"order\" o ON o.order_id = p.order_id LEFT JOIN inventory.place pl ON pl.warehouse_id = w.warehouse_id AND pl.variant_id = p.variant_id"
	  " WHERE p.wave_id = " WAVE("$1") " ORDER BY 1, 2, 3, o.number", true },
	{ "pick", "make", "t12zs", 2, "SELECT m.outcome || ' ' || coalesce($2 || '-' || m.number || ', ' || m.pieces || ' pieces', '') FROM shipping.make_wave($1, NULL, " HOUSE("$2") ", $4,"
	  " (SELECT pg_catalog.array_agg(o.order_id) FROM sales.\"order\" o WHERE o.store_id = $5 AND o.number = ANY (pg_catalog.string_to_array($3, ',')))) m", false },
	{ "pick", "scan", "t12n", 2, "SELECT p.outcome || ' ' || CASE WHEN p.outcome IN ('ok', 'surplus') THEN p.sku || ': ' || p.picked || ' of ' || p.wanted ELSE '' END"
	  " FROM shipping.pick($1, NULL, " WAVE("$2") ", $3, $4::integer) p", false },
	{ "pick", "pack", "t1o3n", 3, "SELECT p.outcome || ' ' || CASE WHEN p.outcome IN ('ok', 'surplus') THEN p.sku || ': ' || p.packed || ' of ' || p.wanted ELSE '' END"
	  " FROM shipping.pack($1, NULL, " WAVE("$2") ", $3, $4, $5::integer) p", false },
	{ "pick", "drop", "t1r", 1, "SELECT shipping.drop_wave($1, NULL, " WAVE("$2") ", $3)", false },
	{ "pick", "place", "t1234", 4, "SELECT inventory.set_place($1, NULL, " HOUSE("$2") ", (SELECT v.variant_id FROM catalog.variant v WHERE v.sku_key = pg_catalog.lower($3)), $4, $5)", false },
	{ "parcel", "list", "o", 1, "SELECT k.parcel_no, k.state, k.quality, k.weight_g || ' g', coalesce(s.carrier || ' ' || s.tracking_number, ''),"
	  " CASE WHEN s.delivered_at IS NOT NULL THEN 'arrived' ELSE '' END, (SELECT pg_catalog.string_agg(x.quantity || ' x ' || l.sku, ', ' ORDER BY x.line_no)"
	  " FROM shipping.parcel_line x JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no WHERE x.parcel_id = k.parcel_id)"
	  " FROM shipping.parcel k LEFT JOIN shipping.shipment s ON s.shipment_id = k.shipment_id WHERE k.order_id = $1 ORDER BY 1", true },
	{ "parcel", "close", "to2w", 2, "SELECT shipping.close_parcel($1, NULL, " PARCEL("$2", "$3") ", $4::integer)", false },
	{ "parcel", "pass", "to2r", 2, "SELECT shipping.check_parcel($1, NULL, " PARCEL("$2", "$3") ", true, $4)", false },
	{ "parcel", "fail", "to2r", 2, "SELECT shipping.check_parcel($1, NULL, " PARCEL("$2", "$3") ", false, $4)", false },
	{ "parcel", "unpack", "to2r", 2, "SELECT shipping.unpack($1, NULL, " PARCEL("$2", "$3") ", $4)", false },
	{ "parcel", "send", "to2cku", 2, "SELECT shipping.send($1, NULL, " PARCEL("$2", "$3") ", $4, $5, $6)", false },
	{ "parcel", "arrived", "to2", 2, "SELECT shipping.arrived($1, NULL, (SELECT k.shipment_id FROM shipping.parcel k WHERE k.order_id = $2::uuid AND k.parcel_no::text = $3))", false },
	{ "return", "list", "", 0, "SELECT o.number, r.return_no, r.state, r.wish, r.reason, pg_catalog.to_char(r.created_at, 'YYYY-MM-DD HH24:MI')"
	  " FROM sales.return r JOIN sales.\"order\" o ON o.order_id = r.order_id WHERE r.state IN ('requested', 'approved', 'received') ORDER BY r.created_at", true },
	{ "return", "show", "o", 1, "SELECT r.return_no, r.state, x.line_no, l.sku, x.quantity || ' announced', x.received || ' came', x.restocked || ' restocked', x.scrapped || ' scrapped',"
	  " x.quarantined || ' set apart', pg_catalog.regexp_replace(r.words, '[[:cntrl:]]+', ' ', 'g') FROM sales.return r JOIN sales.return_line x ON x.return_id = r.return_id"
	  " JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no WHERE r.order_id = $1 ORDER BY 1, 3", true },
	{ "return", "open", "to23r", 3, SPLIT("$2", "$3") "SELECT sales.staff_return($1, NULL, $2, sutler.uuid7(), 'refund', $4, $5, " LINES ")", false },
	{ "return", "approve", "toa", 1, "SELECT sales.decide_return($1, NULL, " RETURN("$2") ", 'approve', $3)", false },
	{ "return", "refuse", "toa", 1, "SELECT sales.decide_return($1, NULL, " RETURN("$2") ", 'refuse', $3)", false },
	{ "return", "withdraw", "to", 1, "SELECT sales.decide_return($1, NULL, " RETURN("$2") ", 'withdraw', '')", false },
	{ "return", "receive", "to2", 2, "SELECT sales.receive_return($1, NULL, " RETURN("$2") ", " HOUSE("$3") ", '{}', '{}')", false },
	{ "return", "restock", "to2nr", 2, "SELECT sales.inspect_return($1, NULL, " RETURN("$2") ", (SELECT l.line_no FROM sales.order_line l WHERE l.order_id = $2::uuid AND l.sku = $3"
	  " ORDER BY 1 LIMIT 1), 'restock', $4::integer, $5)", false },
	{ "return", "scrap", "to2nr", 2, "SELECT sales.inspect_return($1, NULL, " RETURN("$2") ", (SELECT l.line_no FROM sales.order_line l WHERE l.order_id = $2::uuid AND l.sku = $3"
	  " ORDER BY 1 LIMIT 1), 'scrap', $4::integer, $5)", false },
	{ "return", "quarantine", "to2nr", 2, "SELECT sales.inspect_return($1, NULL, " RETURN("$2") ", (SELECT l.line_no FROM sales.order_line l WHERE l.order_id = $2::uuid AND l.sku = $3"
	  " ORDER BY 1 LIMIT 1), 'quarantine', $4::integer, $5)", false },
	{ "return", "refund", "tomr", 2, "SELECT sales.refund_return($1, NULL, " RETURN("$2") ", nullif($3, 'all')::bigint, $4, sutler.uuid7())", false },
	{ "order", "close", "tor", 1, "SELECT sales.close($1, NULL, $2, $3)", false },
	{ "order", "note", "to2", 2, "SELECT sales.note($1, NULL, $2, false, $3)", false },
	{ "order", "tell", "to2", 2, "SELECT sales.note($1, NULL, $2, true, $3)", false },
	{ "order", "tag", "to2", 2, "SELECT sales.tag($1, NULL, $2, $3, true)", false },
	{ "order", "untag", "to2", 2, "SELECT sales.tag($1, NULL, $2, $3, false)", false },
};

static const char *const answers[][2] = {
	{ "unknown", "there is no such thing" },
	{ "warehouse", "there is no such warehouse" },
	{ "empty", "nothing is to be fetched there: unpaid, not held there, or on a list already" },
	{ "over", "it is closed, gone or cancelled" },
	{ "code", "nobody knows this code" },
	{ "wrong", "this piece does not belong here" },
	{ "surplus", "that is more than is wanted" },
	{ "quality", "quality has not passed it" },
	{ "not_allowed", "its state does not allow it" },
	{ "short", "its pieces are not held in that warehouse" },
	{ "lot", "a lot in this parcel has expired or is blocked: take it apart" },
	{ "url", "the tracking link must begin with http:// or https://" },
	{ "reason", "say why" },
	{ "open", "something of it is still under way" },
	{ "lines", "not these lines, or not so many pieces" },
	{ "late", "it cannot be returned any more" },
	{ "amount", "nothing is left to be given back for it" },
	{ "too_much", "more than came in and was not given back" },
	{ "none", "nothing came in for it" },
	{ "words", "1 to 2 000 characters, please" },
	{ "tag", "a tag has 1 to 32 characters" },
	{ "long", "a zone has at most 16 characters, a bin 32" },
};

struct given {
	const char *store, *tenant, *reason, *zone, *carrier, *tracking, *url, *weight, *pieces, *answer;
};

static bool read_given(int argc, char **argv, struct given *g)
{
	static const struct option long_options[] = {
		{ "store", required_argument, NULL, 's' }, { "tenant", required_argument, NULL, 't' }, { "reason", required_argument, NULL, 'r' },
		{ "zone", required_argument, NULL, 'z' }, { "carrier", required_argument, NULL, 'c' }, { "tracking", required_argument, NULL, 'k' },
		{ "url", required_argument, NULL, 'u' }, { "weight", required_argument, NULL, 'w' }, { "pieces", required_argument, NULL, 'n' },
		{ "answer", required_argument, NULL, 'a' }, { 0 }
	};
	int c;

	*g = (struct given){ .reason = "", .zone = "", .carrier = "", .tracking = "", .url = "", .weight = "0", .pieces = "1", .answer = "" };
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case 's': g->store = optarg; break;
		case 't': g->tenant = optarg; break;
		case 'r': g->reason = optarg; break;
		case 'z': g->zone = optarg; break;
		case 'c': g->carrier = optarg; break;
		case 'k': g->tracking = optarg; break;
		case 'u': g->url = optarg; break;
		case 'w': g->weight = optarg; break;
		case 'n': g->pieces = optarg; break;
		case 'a': g->answer = optarg; break;
		default: return false;
		}
	return true;
}

static bool is_number(const char *text, int64_t most)
{
	int64_t n;

	return parse_int(text, 0, most, &n);
}

/* The argument that names the order: pick pack has the list before it. */
static const char *order_number(const struct verb *v, char **args)
{
	return args[strcmp(v->name, "pack") == 0];
}

static const char *value_of(char letter, const struct given *g, char **args, const char *tenant, const char *store, const char *order)
{
	switch (letter) {
	case 't': return tenant;
	case 's': return store;
	case 'm': return args[1];
	case 'o': return order;
	case 'r': return g->reason;
	case 'z': return g->zone;
	case 'c': return g->carrier;
	case 'k': return g->tracking;
	case 'u': return g->url;
	case 'w': return g->weight;
	case 'n': return g->pieces;
	case 'a': return g->answer;
	default: return args[letter - '1'];
	}
}

/* "12.50" becomes minor units; "all" stays. */
static bool read_money(PGconn *conn, const char *order, char **amount)
{
	int64_t n;

	if (strcmp(*amount, "all") == 0)
		return true;
	if (!ctl_read_amount(*amount, ctl_one(conn, "SELECT currency FROM sales.\"order\" WHERE order_id = $1", &order, 1), &n))
		return false;
	*amount = mem_printf(ctl_mem, "%lld", (long long)n);
	return true;
}

static int print_rows(const PGresult *rows)
{
	for (int i = 0; rows != NULL && i < PQntuples(rows); i++)
		for (int j = 0; j < PQnfields(rows); j++)
			printf("%s%c", PQgetvalue(rows, i, j), j + 1 < PQnfields(rows) ? '\t' : '\n');
	return rows == NULL;
}

/* "ok", perhaps with words behind it; or why not. */
static int settle(PGconn *conn, const struct verb *v, const char *said)
{
	if (strncmp(said, "ok", 2) == 0 && (said[2] == '\0' || said[2] == ' ')) {
		if (ctl_ask(conn, "COMMIT", NULL, 0) == NULL)
			return 1;
		printf("%s %s: %s\n", v->noun, v->name, strlen(said) > 3 ? said + 3 : "done");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		size_t n = strlen(answers[i][0]);

		if (strncmp(said, answers[i][0], n) == 0 && (said[n] == '\0' || said[n] == ' '))
			return ctl_fail("%s %s: %s", v->noun, v->name, answers[i][1]);
	}
	return ctl_fail("%s %s: %s", v->noun, v->name, *said != '\0' ? said : "it failed");
}

static int run(PGconn *conn, const struct verb *v, char **args, const struct given *g)
{
	const char *tenant = NULL, *params[8], *order = "";
	const char *store = ctl_find(conn, g->tenant, "SELECT store_id FROM tenancy.store WHERE code = $1", g->store, "store", &tenant);
	int n = 0;

	if (store == NULL)
		return 1;
	if (strchr(v->given, 'o') != NULL) {
		const char *key[] = { store, order_number(v, args) };

		order = ctl_one(conn, "SELECT order_id FROM sales.\"order\" WHERE store_id = $1 AND number = $2", key, 2);
		if (*order == '\0')
			return ctl_fail("store %s has no order %s", g->store, key[1]);
	}
	if (strchr(v->given, 'm') != NULL && !read_money(conn, order, &args[1]))
		return ctl_fail("%s is no amount of this order", args[1]);
	for (const char *c = v->given; *c != '\0'; c++)
		params[n++] = value_of(*c, g, args, tenant, store, order);
	if (v->list)
		return print_rows(ctl_ask(conn, v->sql, params, n));
	return settle(conn, v, ctl_one(conn, v->sql, params, n));
}

bool ctl_fulfil_knows(const char *noun, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].noun, noun) == 0 && strcmp(verbs[i].name, name) == 0)
			return true;
	return false;
}

int ctl_fulfil(int argc, char **argv)
{
	const char *noun = argv[0];
	const struct verb *v = NULL;
	struct given g;
	PGconn *conn;
	int status;

	if (!read_given(argc, argv, &g) || g.store == NULL || optind >= argc ||
	    !is_number(g.pieces, 10000) || !is_number(g.weight, 1000000))
		return ctl_usage(noun);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].noun, noun) == 0 && strcmp(verbs[i].name, argv[optind]) == 0 && verbs[i].args == argc - optind - 1)
			v = &verbs[i];
	if (v == NULL)
		return ctl_usage(noun);
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = ctl_ask(conn, "BEGIN", NULL, 0) == NULL || run(conn, v, argv + optind + 1, &g);
	PQfinish(conn);                 /* what was not committed is undone */
	return status;
}
