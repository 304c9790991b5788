/* Production orders: what is made to order, for whom, until when, and where it was put. */
#include "admin-inventory.h"

#include "base/mem.h"
#include "db/query/lot.h"
#include "db/query/stock_desk.h"

#include <string.h>

#define ORDERS_ON_A_PAGE 50
/* Orders shown of those that wait for one: its figures count all. */
#define LINES_SHOWN 200
#define PIECES_MOST 10000000

static const char *const states[] = { "finished", "cancelled", NULL };

static const struct form_option state_options[] = {
	{ "", N_("Planned and started") },
	{ "finished", N_("Finished") },
	{ "cancelled", N_("Cancelled") },
};

const struct param productions_params[] = {
	{ "state",     PARAM_CHOICE, .choices = states, .optional = "" },
	{ "after_day", PARAM_DATE, .optional = "" },
	{ "after",     PARAM_ID, .optional = "" },
	{ "before",    PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param production_cancel_params[] = {
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param production_finish_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "made",      PARAM_INT, .min = 1, .max = PIECES_MOST, .label = N_("Pieces made") },
	{ "lot",       PARAM_TEXT, .max = 40, .optional = "", .label = N_("Lot number") },
	{ "expires",   PARAM_DATE, .optional = "", .label = N_("Last day") },
	{ "why",       PARAM_TEXT, .max = 200, .optional = "", .label = N_("Why another number") },
	{ 0 }
};

const char *production_name(struct req *r, int64_t number)
{
	return mem_printf(r->mem, "MO-%lld", (long long)number);
}

static void add_state(struct view *v, const char *state)
{
	view_bool(v, "planned", strcmp(state, "planned") == 0);
	view_bool(v, "started", strcmp(state, "started") == 0);
	view_bool(v, "finished", strcmp(state, "finished") == 0);
	view_bool(v, "cancelled", strcmp(state, "cancelled") == 0);
}

_Static_assert(sizeof(struct row_production_due) == sizeof(struct row_production_over), "both lists have the same columns");

static void add_row(struct req *r, struct view *v, const struct row_production_due *p)
{
	struct view *item = view_item(v, "productions");

	view_text(item, "url", stock_url(r, "production", p->production, ""));
	view_text(item, "name", production_name(r, p->number));
	view_text(item, "sku", p->sku);
	view_text(item, "product", p->product);
	add_state(item, p->state);
	view_date(item, "due", p->due);
	view_bool(item, "late", p->late);
	view_int(item, "pieces", p->pieces);
	view_int(item, "orders", p->orders);
}

void productions_show(struct req *r)
{
	const char *state = stock_given(r, "state"), *day = param_text(r, "after_day"), *after = param_id(r, "after"), *before = param_id(r, "before");
	bool open = *state == '\0', later = day != NULL && after != NULL;
	const struct row_production_due *last = NULL;
	struct rows *rows;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.produce"))
		return;
	rows = open ? q_production_due(r->db, later ? PRODUCTION_DUE_LATER : 0, r->locale, later ? day : "0001-01-01", later ? after : r->id, ORDERS_ON_A_PAGE + 1) :
		q_production_over(r->db, before == NULL ? 0 : PRODUCTION_OVER_LATER, r->locale, state, before == NULL ? r->id : before, ORDERS_ON_A_PAGE + 1);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/productions", N_("Production orders"));
	stock_tabs(r, v, "/production");
	for (size_t i = 0; i < n && i < ORDERS_ON_A_PAGE; i++) {
		last = open ? (const void *)row_production_due_at(rows, i) : (const void *)row_production_over_at(rows, i);
		add_row(r, v, last);
	}
	form_options(r, v, "states", "state", state_options, ARRAY_LEN(state_options), state);
	view_bool(v, "has_rows", n > 0);
	view_bool(v, "open", open);
	view_text(v, "first_url", later || before != NULL ? console_search_url(r, "/admin/inventory/production", NULL, NULL) : NULL);
	if (n > ORDERS_ON_A_PAGE)
		view_text(v, "next_url", open ? mem_printf(r->mem, "%s&after_day=%s", console_search_url(r, "/admin/inventory/production", "after", last->production),
			last->due) : console_search_url(r, "/admin/inventory/production", "before", last->production));
	page_html(r, v);
}

static void add_places(struct req *r, struct view *v, struct rows *places)
{
	for (size_t i = 0; i < rows_count(places); i++) {
		const struct row_desk_places *p = row_desk_places_at(places, i);
		struct view *item = view_item(v, "warehouses");

		view_text(item, "value", p->warehouse);
		view_text(item, "label", p->name);
		view_bool(item, "selected", strcmp(form_typed(r, "warehouse", ""), p->warehouse) == 0);
	}
}

void production_show(struct req *r)
{
	const char *id = path_text(r, "production");
	struct rows *found, *lines, *places;
	const struct row_production_one *p;
	struct view *v;

	if (!stock_may(r, "inventory.produce"))
		return;
	found = q_production_one(r->db, id, r->locale);
	lines = q_production_lines(r->db, id, LINES_SHOWN);
	places = q_desk_places(r->db, WAREHOUSES_MAX);
	p = row_production_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/production", mem_printf(r->mem, "%s %s", req_text(r, N_("Production order")), production_name(r, p->number)));
	stock_tabs(r, v, "/production");
	view_text(v, "url", stock_url(r, "production", id, ""));
	view_text(v, "sku", p->sku);
	view_text(v, "product", p->product);
	view_text(v, "variant_url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, p->variant));
	add_state(v, p->state);
	view_date(v, "due", p->due);
	view_bool(v, "late", p->late);
	view_int(v, "wanted", p->wanted);
	if (p->has_made)
		view_int(v, "made", p->made);
	view_text(v, "warehouse", p->warehouse);
	view_text(v, "lot", *p->lot_number == '\0' ? NULL : p->lot_number);
	view_text(v, "reason", *p->reason == '\0' ? NULL : p->reason);
	view_bool(v, "by_lot", strcmp(p->lots, "none") != 0);
	view_bool(v, "by_day", strcmp(p->lots, "expiry") == 0);
	view_bool(v, "looked", p->looked);
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_production_lines *l = row_production_lines_at(lines, i);
		struct view *item = view_item(v, "lines");

		view_text(item, "number", l->number);
		view_text(item, "url", mem_printf(r->mem, "%s/admin/orders/%s", r->prefix, l->order_id));
		view_int(item, "pieces", l->pieces);
		view_date(item, "due", l->due);
		view_bool(item, "done", l->done);
	}
	view_bool(v, "has_lines", rows_count(lines) > 0);
	add_places(r, v, places);
	form_text(r, v, "made", mem_printf(r->mem, "%lld", (long long)p->wanted));
	form_text(r, v, "lot", "");
	form_text(r, v, "expires", "");
	form_text(r, v, "why", "");
	form_text(r, v, "reason", "");
	page_html(r, v);
}

static const struct stock_no no[] = {
	{ "state", NULL, N_("This production order has gone on meanwhile. Please look at it once more.") },
	{ "quantity", "made", N_("Please enter how many pieces were made.") },
	{ "warehouse", "warehouse", N_("Nothing comes into this warehouse.") },
	{ "reason", "why", N_("Another number was made than orders wait for. Please say why.") },
	{ "lot", "lot", N_("Please enter the number of the lot.") },
	{ "expiry", "expires", N_("Please enter the last day of the lot.") },
	{ "expired", "expires", N_("This day is over already.") },
	{ "dates", "expires", N_("It cannot expire before it was made.") },
	{ "differs", "expires", N_("A lot of this number is here with another last day.") },
	{ "blocked", "lot", N_("This lot is blocked.") },
};

static void settle(struct req *r, const char *outcome, const char *done)
{
	stock_settle(r, outcome, stock_url(r, "production", path_text(r, "production"), ""), done, production_show, no, ARRAY_LEN(no));
}

void production_start(struct req *r)
{
	if (stock_may(r, "inventory.produce"))
		settle(r, row_production_start(q_production_start(r->db, r->site->tenant, console_actor(r), path_text(r, "production")))->outcome,
		       N_("Work has begun; the buyers are told."));
}

void production_cancel(struct req *r)
{
	if (stock_may(r, "inventory.produce"))
		settle(r, row_production_cancel(q_production_cancel(r->db, r->site->tenant, console_actor(r), path_text(r, "production"), param_text(r, "reason")))->outcome,
		       N_("It is cancelled; its orders wait for the next one."));
}

void production_finish(struct req *r)
{
	if (stock_may(r, "inventory.produce"))
		settle(r, row_production_finish(q_production_finish(r->db, r->site->tenant, console_actor(r), path_text(r, "production"), param_id(r, "warehouse"),
			(int32_t)param_int(r, "made"), stock_given(r, "lot"), param_text(r, "expires"), stock_given(r, "why")))->outcome,
		       N_("What was made is booked."));
}
