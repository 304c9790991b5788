/* Lots: what came or was made together, when it expires, what becomes of it, and which orders it went into. */
#include "admin-inventory.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"
#include "db/query/lot.h"

#include <string.h>

#define LOTS_ON_A_PAGE 50
/* Movements and orders of a lot on its page. */
#define ROWS_OF_A_LOT 50
/* Days ahead of the list of what expires, when none are said: a month. */
#define DAYS_AHEAD 30
#define DAYS_MOST 3650
/* Shipments of a recall: some MB of text, made within a request's time. */
#define RECALL_MAX 20000
#define PIECES_MOST 10000000
/* Behind which no id comes. */
#define GREATEST_ID "ffffffff-ffff-ffff-ffff-ffffffffffff"

static const char *const shows[] = { "expiring", "expired", "apart", NULL };

static const struct form_option show_options[] = {
	{ "", N_("All lots") },
	{ "expiring", N_("Expires soon") },
	{ "expired", N_("Expired") },
	{ "apart", N_("Set apart") },
};

const struct param lots_params[] = {
	{ "show",    PARAM_CHOICE, .choices = shows, .optional = "" },
	{ "days",    PARAM_INT, .min = 0, .max = DAYS_MOST, .optional = "30" },
	{ "number",  PARAM_TEXT, .max = 40, .optional = "", .fold = true },
	{ "variant", PARAM_ID, .optional = "" },
	{ "after_day", PARAM_DATE, .optional = "" },
	{ "after",   PARAM_ID, .optional = "" },
	{ "before",  PARAM_ID, .optional = "" },
	{ 0 }
};

/* All lots are asked for without a search, so that a page of them is one of the orders of the index. */
_Static_assert(sizeof(struct row_lot_list) == sizeof(struct row_lot_expiring), "both lists have the same columns");

static void add_lot(struct req *r, struct view *v, const struct row_lot_list *l)
{
	struct view *item = view_item(v, "lots");

	view_text(item, "url", stock_url(r, "lots", l->lot, ""));
	view_text(item, "number", *l->number == '\0' ? NULL : l->number);
	view_text(item, "sku", l->sku);
	view_text(item, "product", l->product);
	view_text(item, "warehouse", l->warehouse);
	if (l->expires != NULL)
		view_date(item, "expires", l->expires);
	view_bool(item, "late", l->late);
	view_bool(item, "blocked", l->blocked);
	view_int(item, "on_hand", l->on_hand);
	view_int(item, "apart", l->apart);
	view_bool(item, "is_apart", l->apart > 0);
}

/* The next page of a list by days begins behind a day and a lot. */
static const char *later_url(struct req *r, const struct row_lot_list *last, bool by_day)
{
	if (!by_day)
		return console_search_url(r, "/admin/inventory/lots", "before", last->lot);
	return mem_printf(r->mem, "%s&after_day=%s", console_search_url(r, "/admin/inventory/lots", "after", last->lot), last->expires);
}

static struct rows *ask_days(struct req *r, bool over)
{
	const char *day = param_text(r, "after_day"), *after = param_id(r, "after");
	const struct row_lot_days *d = row_lot_days(q_lot_days(r->db, (int32_t)param_int(r, "days")));
	bool later = day != NULL && after != NULL;

	return q_lot_expiring(r->db, later ? LOT_EXPIRING_LATER : 0, r->locale, over ? "0001-01-01" : d->today, over ? d->yesterday : d->until,
			      later ? day : d->today, later ? after : r->id, LOTS_ON_A_PAGE + 1);
}

static struct rows *ask_all(struct req *r, bool apart)
{
	const char *number = stock_folded(r, stock_given(r, "number")), *variant = param_id(r, "variant"), *before = param_id(r, "before");

	return q_lot_list(r->db, (*number == '\0' ? 0 : LOT_LIST_NAMED) | (variant == NULL ? 0 : LOT_LIST_OF_VARIANT) | (apart ? LOT_LIST_APART : 0),
			  r->locale, number, mem_printf(r->mem, "%s\xf4\x8f\xbf\xbf", number),
			  variant == NULL ? r->id : variant, before == NULL ? GREATEST_ID : before, LOTS_ON_A_PAGE + 1);
}

void lots_show(struct req *r)
{
	const char *show = stock_given(r, "show");
	bool expiring = strcmp(show, "expiring") == 0, by_day = expiring || strcmp(show, "expired") == 0;
	struct rows *kept, *rows;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.view"))
		return;
	kept = console_searches(r, "/admin/inventory/lots");
	rows = by_day ? ask_days(r, !expiring) : ask_all(r, strcmp(show, "apart") == 0);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/lots", N_("Lots"));
	stock_tabs(r, v, "/lots");
	console_add_searches(r, v, "/admin/inventory/lots", kept);
	for (size_t i = 0; i < n && i < LOTS_ON_A_PAGE; i++)
		add_lot(r, v, by_day ? (const void *)row_lot_expiring_at(rows, i) : row_lot_list_at(rows, i));
	form_options(r, v, "shows", "show", show_options, ARRAY_LEN(show_options), show);
	form_text(r, v, "number", stock_given(r, "number"));
	form_text(r, v, "days", mem_printf(r->mem, "%lld", (long long)param_int(r, "days")));
	view_text(v, "variant", param_id(r, "variant"));
	view_bool(v, "has_lots", n > 0);
	view_bool(v, "filtered", *show != '\0' || *stock_given(r, "number") != '\0' || param_id(r, "variant") != NULL);
	view_text(v, "first_url", param_id(r, "before") == NULL && param_id(r, "after") == NULL ? NULL : console_search_url(r, "/admin/inventory/lots", NULL, NULL));
	view_text(v, "next_url", n <= LOTS_ON_A_PAGE ? NULL : later_url(r, by_day ? (const void *)row_lot_expiring_at(rows, LOTS_ON_A_PAGE - 1) :
									row_lot_list_at(rows, LOTS_ON_A_PAGE - 1), by_day));
	page_html(r, v);
}

/* ---- one lot -------------------------------------------------------------------------------- */

const struct param lot_params[] = {
	{ "before", PARAM_ID, .optional = "" },
	{ "sent_before", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param lot_adjust_params[] = {
	{ "quantity", PARAM_INT, .min = -PIECES_MOST, .max = PIECES_MOST, .label = N_("Pieces more or less") },
	{ "code",     PARAM_CHOICE, .choices = stock_codes, .label = N_("Why") },
	{ "words",    PARAM_TEXT, .max = 200, .optional = "", .label = N_("In words") },
	{ 0 }
};

const struct param lot_block_params[] = {
	{ "block_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param lot_scrap_params[] = {
	{ "pieces", PARAM_INT, .min = 1, .max = PIECES_MOST, .label = N_("Pieces") },
	{ "scrap_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param lot_recall_params[] = {
	{ "recall_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "quantity", "quantity", N_("Please enter how many pieces more (5) or less (-5) there are.") },
	{ "negative", "quantity", N_("The lot has fewer pieces.") },
	{ "reason", "words", N_("Please say in a few words why.") },
	{ "state", NULL, N_("This lot is no longer as it was. Please look at it once more.") },
};

static void add_facts(struct req *r, struct view *v, const struct row_lot_one *l)
{
	view_text(v, "number", *l->number == '\0' ? NULL : l->number);
	view_text(v, "sku", l->sku);
	view_text(v, "product", l->product);
	view_text(v, "variant_url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, l->variant));
	view_text(v, "warehouse", l->warehouse);
	if (l->expires != NULL)
		view_date(v, "expires", l->expires);
	if (l->made != NULL)
		view_date(v, "made", l->made);
	view_text(v, "supplier", l->supplier);
	if (l->purchase != NULL) {
		view_text(v, "source", purchase_name(r, l->purchase_number));
		view_text(v, "source_url", stock_url(r, "purchases", l->purchase, ""));
	} else if (l->production != NULL) {
		view_text(v, "source", production_name(r, l->production_number));
		view_text(v, "source_url", stock_url(r, "production", l->production, ""));
	}
	view_bool(v, "late", l->late);
	view_bool(v, "blocked", l->blocked);
	view_text(v, "why", l->apart > 0 || l->blocked ? stock_reason(r, l->why) : NULL);
	view_int(v, "on_hand", l->on_hand);
	view_int(v, "apart", l->apart);
	view_int(v, "waits", l->waits);
	view_int(v, "shipped", l->shipped);
	view_bool(v, "is_apart", l->apart > 0);
	view_bool(v, "is_waiting", l->waits > 0);
	view_bool(v, "may_release", l->blocked);
}

static void add_ledger(struct req *r, struct view *v, const char *lot, struct rows *rows)
{
	size_t n = rows_count(rows);

	for (size_t i = 0; i < n && i < ROWS_OF_A_LOT; i++) {
		const struct row_lot_ledger *m = row_lot_ledger_at(rows, i);
		struct view *item = view_item(v, "movements");

		view_time(item, "at", m->at);
		view_text(item, "quantity", mem_printf(r->mem, "%+lld", (long long)m->quantity));
		view_text(item, "kind", stock_kind(r, m->kind));
		view_text(item, "who", m->who == NULL ? m->source : m->who);
		view_text(item, "order", m->number);
		view_text(item, "reason", *m->reason == '\0' ? NULL : stock_reason(r, m->reason));
	}
	view_bool(v, "has_movements", n > 0);
	view_text(v, "older_url", n <= ROWS_OF_A_LOT ? NULL : stock_url(r, "lots", lot, mem_printf(r->mem, "?before=%s#ledger",
		row_lot_ledger_at(rows, ROWS_OF_A_LOT - 1)->movement)));
}

static void add_orders(struct req *r, struct view *v, const char *lot, struct rows *rows)
{
	size_t n = rows_count(rows);

	for (size_t i = 0; i < n && i < ROWS_OF_A_LOT; i++) {
		const struct row_lot_orders *o = row_lot_orders_at(rows, i);
		struct view *item = view_item(v, "orders");

		view_text(item, "number", o->number);
		view_time(item, "sent", o->sent);
		view_int(item, "pieces", o->pieces);
		view_int(item, "returned", o->returned);
	}
	view_bool(v, "has_orders", n > 0);
	view_text(v, "earlier_url", n <= ROWS_OF_A_LOT ? NULL : stock_url(r, "lots", lot, mem_printf(r->mem, "?sent_before=%s#orders",
		row_lot_orders_at(rows, ROWS_OF_A_LOT - 1)->shipment)));
}

static void page(struct req *r, const char *before, const char *sent_before)
{
	const char *id = path_text(r, "lot");
	struct rows *found, *others, *ledger, *orders;
	const struct row_lot_one *l;
	struct view *v;

	if (!stock_may(r, "inventory.view"))
		return;
	found = q_lot_one(r->db, id, r->locale);
	others = q_lot_others(r->db, id);
	ledger = q_lot_ledger(r->db, before == NULL ? 0 : LOT_LEDGER_LATER, id, before == NULL ? r->id : before, ROWS_OF_A_LOT + 1);
	orders = q_lot_orders(r->db, sent_before == NULL ? 0 : LOT_ORDERS_LATER, id, sent_before == NULL ? r->id : sent_before, ROWS_OF_A_LOT + 1);
	l = row_lot_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/lot", *l->number == '\0' ? N_("Pieces without a lot number") : mem_printf(r->mem, "%s %s", req_text(r, N_("Lot")), l->number));
	stock_tabs(r, v, "/lots");
	view_text(v, "url", stock_url(r, "lots", id, ""));
	add_facts(r, v, l);
	for (size_t i = 0; i < rows_count(others); i++) {
		const struct row_lot_others *o = row_lot_others_at(others, i);
		struct view *item = view_item(v, "others");

		view_text(item, "url", stock_url(r, "lots", o->lot, ""));
		view_text(item, "warehouse", o->warehouse);
		view_int(item, "on_hand", o->on_hand);
		view_int(item, "apart", o->apart);
	}
	add_ledger(r, v, id, ledger);
	add_orders(r, v, id, orders);
	view_bool(v, "may_change", console_may_everywhere(r, "inventory.adjust"));
	view_bool(v, "may_recall", console_may_everywhere(r, "orders.export"));
	stock_add_codes(r, v, "damaged");
	form_text(r, v, "quantity", "");
	form_text(r, v, "words", "");
	form_text(r, v, "block_reason", "");
	form_text(r, v, "pieces", mem_printf(r->mem, "%lld", (long long)l->apart));
	form_text(r, v, "scrap_reason", "");
	form_text(r, v, "recall_reason", "");
	page_html(r, v);
}

void lot_show(struct req *r)
{
	page(r, param_id(r, "before"), param_id(r, "sent_before"));
}

/* Behind a form that came back: its parameters are others. */
void lot_again(struct req *r)
{
	page(r, NULL, NULL);
}

static void settle(struct req *r, const char *outcome, const char *done, const struct stock_no *words, size_t n)
{
	stock_settle(r, outcome, stock_url(r, "lots", path_text(r, "lot"), ""), done, lot_again, words, n);
}

void lot_adjust(struct req *r)
{
	const char *words = stock_given(r, "words"), *code = param_text(r, "code");

	if (stock_may(r, "inventory.adjust"))
		settle(r, row_lot_adjust(q_lot_adjust(r->db, r->site->tenant, console_actor(r), path_text(r, "lot"), (int32_t)param_int(r, "quantity"),
			*words == '\0' ? code : mem_printf(r->mem, "%s: %s", code, words)))->outcome, N_("The lot is corrected."), no, ARRAY_LEN(no));
}

static void stop(struct req *r, bool block, const char *done)
{
	if (stock_may(r, "inventory.adjust"))
		settle(r, row_lot_block(q_lot_block(r->db, r->site->tenant, console_actor(r), path_text(r, "lot"), block, param_text(r, "block_reason")))->outcome,
		       done, no, ARRAY_LEN(no));
}

void lot_block(struct req *r)
{
	stop(r, true, N_("The lot is blocked: nothing of it leaves."));
}

void lot_release(struct req *r)
{
	stop(r, false, N_("The lot may be sold again."));
}

void lot_scrap(struct req *r)
{
	static const struct stock_no words[] = { { "negative", "pieces", N_("Fewer pieces are set apart.") } };

	if (stock_may(r, "inventory.adjust"))
		settle(r, row_lot_scrap(q_lot_scrap(r->db, r->site->tenant, console_actor(r), path_text(r, "lot"), (int32_t)param_int(r, "pieces"),
			param_text(r, "scrap_reason")))->outcome, N_("The pieces are thrown away."), words, ARRAY_LEN(words));
}

/* Who is to be told: a file, and an entry in the audit log. */
void lot_recall(struct req *r)
{
	static const char *const head[] = { "order", "store", "sent", "pieces", "returned", "name", "email" };
	const char *id = path_text(r, "lot");
	struct rows *found, *rows;
	struct buf *b = buf_new(r->mem);

	if (!stock_may(r, "orders.export"))
		return;
	found = q_lot_one(r->db, id, r->locale);
	rows = q_lot_recall(r->db, r->site->tenant, console_actor(r), id, param_text(r, "recall_reason"), RECALL_MAX);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	csv_put(b, head, ARRAY_LEN(head), true);
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_lot_recall *x = row_lot_recall_at(rows, i);
		const char *fields[] = { x->number, x->store, x->sent, mem_printf(r->mem, "%lld", (long long)x->pieces),
			mem_printf(r->mem, "%lld", (long long)x->returned), x->name, x->email };

		csv_put(b, fields, ARRAY_LEN(fields), true);
	}
	page_header(r, "Content-Disposition", "attachment; filename=\"recall.csv\"");
	page_text(r, "text/csv; charset=utf-8", b->data);
}

/* ---- how a variant is looked after ------------------------------------------------------------ */

static const char *const ways[] = { "none", "number", "expiry", NULL };

static const struct form_option way_options[] = {
	{ "none", N_("No lots") },
	{ "number", N_("Lots with a number") },
	{ "expiry", N_("Lots with a number and a last day") },
};

const struct param care_params[] = {
	{ "lots",    PARAM_CHOICE, .choices = ways, .label = N_("Lots") },
	{ "inspect", PARAM_BOOL },
	{ "whole",   PARAM_BOOL },
	{ 0 }
};

void care_add(struct req *r, struct view *v, struct rows *care)
{
	const struct row_care_of *c = row_care_of(care);
	bool known = rows_found(care);

	form_options(r, v, "ways", "lots", way_options, ARRAY_LEN(way_options), known ? c->lots : "none");
	form_bool(r, v, "inspect", known && c->looked);
	form_bool(r, v, "whole", false);
	view_bool(v, "by_lot", known && strcmp(c->lots, "none") != 0);
}

const char *care_save(struct req *r)
{
	return row_care_save(q_care_save(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_bool(r, "whole"), param_text(r, "lots"),
					 param_bool(r, "inspect")))->outcome;
}
