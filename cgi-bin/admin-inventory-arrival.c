/* Goods that come of a purchase order: scanned or counted, then booked. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/purchase.h"

#include <string.h>

/* As the lines of an order. */
#define LINES_MAX 100
#define PIECES_MOST 10000000
/* As inventory.purchase_receive(), minor units. */
#define LANDED_MAX INT64_C(100000000000)

const struct param arrival_scan_params[] = {
	{ "code",  PARAM_TEXT, .max = 64, .label = N_("SKU or barcode") },
	{ "count", PARAM_QUANTITY, .optional = "1", .label = N_("Pieces") },
	{ 0 }
};

const struct param arrival_params[] = {
	{ "receipt", PARAM_ID },
	{ "variant", PARAM_LIST, .of = PARAM_ID, .max = LINES_MAX },
	{ "seen",    PARAM_LIST, .of = PARAM_INT, .max = LINES_MAX },
	{ "pieces",  PARAM_LIST, .of = PARAM_TEXT, .max = LINES_MAX, .blanks = true, .optional = "", .label = N_("Came now") },
	{ "lot",     PARAM_LIST, .of = PARAM_TEXT, .max = LINES_MAX, .blanks = true, .optional = "", .label = N_("Lot number") },
	{ "expires", PARAM_LIST, .of = PARAM_DATE, .max = LINES_MAX, .blanks = true, .optional = "", .label = N_("Last day") },
	{ "made",    PARAM_LIST, .of = PARAM_DATE, .max = LINES_MAX, .blanks = true, .optional = "", .label = N_("Made on") },
	{ "landed",  PARAM_TEXT, .max = 20, .optional = "", .label = N_("Freight and duty") },
	{ "why",     PARAM_TEXT, .max = 200, .optional = "", .label = N_("Why more came") },
	{ 0 }
};

static void add_line(struct req *r, struct view *v, const struct row_purchase_lines *l, size_t i)
{
	const char *counted = l->counted == 0 ? "" : mem_printf(r->mem, "%lld", (long long)l->counted);
	struct view *item = view_item(v, "lines");
	int64_t rest = l->ordered - l->received;

	view_text(item, "n", mem_printf(r->mem, "%zu", i));
	view_text(item, "variant", l->variant);
	view_text(item, "sku", l->sku);
	view_text(item, "article", *l->article == '\0' ? NULL : l->article);
	view_text(item, "name", l->name);
	view_int(item, "ordered", l->ordered);
	view_int(item, "received", l->received);
	view_int(item, "rest", rest < 0 ? 0 : rest);
	view_bool(item, "over", l->counted > rest);
	view_bool(item, "done", l->counted + l->received == l->ordered);
	view_text(item, "seen", mem_printf(r->mem, "%lld", (long long)l->counted));
	view_text(item, "pieces", form_item(r, "pieces", i, counted));
	view_text(item, "pieces_error", form_error(r, form_numbered(r, "pieces", i)));
	view_bool(item, "by_lot", strcmp(l->lots, "none") != 0);
	view_bool(item, "by_day", strcmp(l->lots, "expiry") == 0);
	view_text(item, "lot", form_item(r, "lot", i, ""));
	view_text(item, "lot_error", form_error(r, form_numbered(r, "lot", i)));
	view_text(item, "expires", form_item(r, "expires", i, ""));
	view_text(item, "expires_error", form_error(r, form_numbered(r, "expires", i)));
	view_text(item, "made", form_item(r, "made", i, ""));
	view_text(item, "made_error", form_error(r, form_numbered(r, "made", i)));
}

void arrival_show(struct req *r)
{
	const char *id = path_text(r, "purchase");
	struct id receipt = id_new();
	struct rows *found, *lines;
	const struct row_purchase_head *p;
	int64_t lack = 0, counted = 0;
	bool lots = false;
	struct view *v;

	if (!stock_may(r, "inventory.purchase"))
		return;
	found = q_purchase_head(r->db, id);
	lines = q_purchase_lines(r->db, id, r->locale);
	p = row_purchase_head(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/arrival", mem_printf(r->mem, "%s %s", req_text(r, N_("Receive")), purchase_name(r, p->number)));
	stock_tabs(r, v, "/purchases");
	view_text(v, "url", stock_url(r, "purchases", id, ""));
	view_text(v, "supplier", p->supplier_name);
	view_text(v, "warehouse", p->warehouse_name);
	view_text(v, "money", p->currency);
	view_bool(v, "open", strcmp(p->state, "sent") == 0 || strcmp(p->state, "partly_received") == 0);
	form_text(r, v, "receipt", mem_strdup(r->mem, receipt.text));
	form_text(r, v, "landed", "");
	form_text(r, v, "why", "");
	view_bool(v, "asks_why", form_error(r, "why") != NULL);
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_purchase_lines *l = row_purchase_lines_at(lines, i);

		add_line(r, v, l, i);
		counted += l->counted;
		lots = lots || strcmp(l->lots, "none") != 0;
		if (l->ordered > l->received + l->counted)
			lack += l->ordered - l->received - l->counted;
	}
	view_bool(v, "lots", lots);
	view_int(v, "lack", lack);
	view_int(v, "counted", counted);
	page_html(r, v);
}

void arrival_scan(struct req *r)
{
	const char *id = path_text(r, "purchase");
	const struct row_purchase_scan *s;

	if (!stock_may(r, "inventory.purchase"))
		return;
	s = row_purchase_scan(q_purchase_scan(r->db, r->site->tenant, id, param_text(r, "code"), param_int(r, "count")));
	stock_scanned(r, s->outcome, s->sku, s->done, s->wanted, arrival_show, stock_url(r, "purchases", id, "/receive"));
}

/* False after what is no number was said at its field. */
static bool read_pieces(struct req *r, const char *const *typed, size_t n, int64_t *pieces)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		pieces[i] = 0;
		if (*typed[i] != '\0' && !parse_int(typed[i], 0, PIECES_MOST, &pieces[i])) {
			field_error(r, form_numbered(r, "pieces", i), N_("Please enter how many pieces came."));
			good = false;
		}
	}
	return good;
}

/* What is wrong with the lot of a line: "expiry ID of the variant", said beside the line's fields. */
static bool lot_wrong(struct req *r, const char *outcome, const char *const *variants, size_t n)
{
	static const struct stock_no words[] = {
		{ "lot", "lot", N_("Please enter the number of the lot.") },
		{ "expiry", "expires", N_("Please enter the last day of the lot.") },
		{ "expired", "expires", N_("This day is over already.") },
		{ "dates", "made", N_("It cannot expire before it was made.") },
		{ "differs", "expires", N_("A lot of this number is here with another last day.") },
		{ "blocked", "lot", N_("This lot is blocked.") },
	};
	const char *variant = strchr(outcome, ' ');

	for (size_t i = 0; variant != NULL && i < n; i++) {
		if (strcmp(variant + 1, variants[i]) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(words); k++) {
			if (strncmp(outcome, words[k].outcome, (size_t)(variant - outcome)) == 0 && words[k].outcome[variant - outcome] == '\0') {
				page_decline(r, arrival_show, form_numbered(r, words[k].field, i), words[k].sentence);
				return true;
			}
		}
	}
	return false;
}

/* Lists of the form that run beside its lines. */
struct lists {
	const char *const *lots, *const *expires, *const *made;
};

/* A form without any is one whose variants have no lots. */
static bool read_lots(struct req *r, struct lists *l, size_t n)
{
	const char **none = mem_array(r->mem, const char *, n + 1);
	size_t nlots, nexpires, nmade;

	l->lots = param_list(r, "lot", &nlots);
	l->expires = param_list(r, "expires", &nexpires);
	l->made = param_list(r, "made", &nmade);
	for (size_t i = 0; i < n; i++)
		none[i] = "";
	if (nlots + nexpires + nmade > 0)
		return nlots == n && nexpires == n && nmade == n;
	l->lots = l->expires = l->made = none;
	return true;
}

void arrival_book(struct req *r)
{
	static const struct stock_no no[] = {
		{ "quantity", NULL, N_("Nothing is counted yet: scan the goods or enter their numbers.") },
		{ "over", "why", N_("More came than was ordered. Say why it is kept, or correct the number.") },
		{ "state", NULL, N_("This order has gone on meanwhile. Please look at it once more.") },
	};
	const char *id = path_text(r, "purchase"), *landed_typed = stock_given(r, "landed");
	size_t n, nseen, npieces;
	const char *const *variants = param_list(r, "variant", &n), *const *typed = param_list(r, "pieces", &npieces);
	const int64_t *seen = param_list_int(r, "seen", &nseen);
	int64_t pieces[LINES_MAX], landed = 0;
	const char *outcome;
	struct lists lists;
	struct rows *found;
	bool good;

	if (!stock_may(r, "inventory.purchase"))
		return;
	if (n != nseen || n != npieces || !read_lots(r, &lists, n)) {
		page_bad_request(r);
		return;
	}
	found = q_purchase_head(r->db, id);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	good = read_pieces(r, typed, n, pieces);
	if (*landed_typed != '\0' && (!console_read_amount(r, landed_typed, row_purchase_head(found)->currency, &landed) || landed > LANDED_MAX)) {
		field_error(r, "landed", N_("Please enter an amount like 19.90."));
		good = false;
	}
	if (!good) {
		page_again(r, arrival_show);
		return;
	}
	outcome = row_purchase_book(q_purchase_book(r->db, r->site->tenant, console_actor(r), param_id(r, "receipt"), id, variants, n, pieces, n, seen, n,
		landed, stock_given(r, "why"), lists.lots, n, lists.expires, n, lists.made, n))->outcome;
	if (!lot_wrong(r, outcome, variants, n))
		stock_settle(r, outcome, stock_url(r, "purchases", id, ""), N_("What came is booked."), arrival_show, no, ARRAY_LEN(no));
}
