/* Goods that came in and wait until somebody has looked at them. */
#include "admin-inventory.h"

#include "base/mem.h"
#include "db/query/lot.h"

#include <string.h>

#define WAITING_ON_A_PAGE 50
#define PIECES_MOST 10000000
/* Before which no id comes. */
#define LEAST_ID "00000000-0000-0000-0000-000000000000"

const struct param inspects_params[] = {
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

static const char *const verdicts[] = { "pass", "scrap", "back", NULL };

static const struct form_option verdict_options[] = {
	{ "pass", N_("Good: on the shelf") },
	{ "scrap", N_("Bad: throw away") },
	{ "back", N_("Bad: back to the supplier") },
};

const struct param verdict_params[] = {
	{ "verdict", PARAM_CHOICE, .choices = verdicts, .label = N_("Verdict") },
	{ "pieces",  PARAM_INT, .min = 1, .max = PIECES_MOST, .label = N_("Pieces") },
	{ "words",   PARAM_TEXT, .max = 200, .optional = "", .label = N_("Reason") },
	{ 0 }
};

void inspects_show(struct req *r)
{
	const char *after = param_id(r, "after"), *last = NULL;
	struct rows *rows;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.inspect"))
		return;
	rows = q_inspect_list(r->db, r->locale, after == NULL ? LEAST_ID : after, WAITING_ON_A_PAGE + 1);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/inspects", N_("Inspection"));
	stock_tabs(r, v, "/inspections");
	for (size_t i = 0; i < n && i < WAITING_ON_A_PAGE; i++) {
		const struct row_inspect_list *w = row_inspect_list_at(rows, i);
		struct view *item = view_item(v, "goods");

		view_text(item, "url", stock_url(r, "inspections", w->inspection, ""));
		view_time(item, "at", w->at);
		view_text(item, "sku", w->sku);
		view_text(item, "product", w->product);
		view_text(item, "warehouse", w->warehouse);
		view_text(item, "lot", w->lot);
		view_text(item, "source", w->purchase != NULL ? mem_printf(r->mem, "%s · %s", purchase_name(r, w->purchase_number), w->supplier) :
			  w->production != NULL ? production_name(r, w->production_number) : NULL);
		view_int(item, "pieces", w->pieces);
		view_int(item, "waits", w->waits);
		last = w->inspection;
	}
	view_bool(v, "has_goods", n > 0);
	view_text(v, "first_url", after == NULL ? NULL : console_search_url(r, "/admin/inventory/inspections", NULL, NULL));
	view_text(v, "next_url", n <= WAITING_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/inspections", "after", last));
	page_html(r, v);
}

void inspect_show(struct req *r)
{
	const char *id = path_text(r, "inspection");
	const struct row_inspect_one *w;
	struct rows *found;
	struct view *v;
	int64_t waits;

	if (!stock_may(r, "inventory.inspect"))
		return;
	found = q_inspect_one(r->db, id, r->locale);
	w = row_inspect_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	waits = w->pieces - w->passed - w->scrapped - w->sent_back;
	v = console_view(r, "admin-inventory/inspect", mem_printf(r->mem, "%s %s", req_text(r, N_("Inspection of")), w->sku));
	stock_tabs(r, v, "/inspections");
	view_text(v, "url", stock_url(r, "inspections", id, ""));
	view_text(v, "product", w->product);
	view_text(v, "variant_url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, w->variant));
	view_text(v, "warehouse", w->warehouse);
	view_time(v, "at", w->at);
	view_text(v, "lot", w->number);
	view_text(v, "lot_url", w->lot == NULL ? NULL : stock_url(r, "lots", w->lot, ""));
	view_text(v, "source", w->purchase != NULL ? purchase_name(r, w->purchase_number) : w->production != NULL ? production_name(r, w->production_number) : NULL);
	view_text(v, "source_url", w->purchase != NULL ? stock_url(r, "purchases", w->purchase, "") :
		  w->production != NULL ? stock_url(r, "production", w->production, "") : NULL);
	view_int(v, "pieces", w->pieces);
	view_int(v, "passed", w->passed);
	view_int(v, "scrapped", w->scrapped);
	view_int(v, "sent_back", w->sent_back);
	view_int(v, "waits", waits);
	view_bool(v, "open", waits > 0);
	/* What was made here goes back to nobody. */
	form_options(r, v, "verdicts", "verdict", verdict_options, w->purchase == NULL ? ARRAY_LEN(verdict_options) - 1 : ARRAY_LEN(verdict_options), "pass");
	form_text(r, v, "pieces", mem_printf(r->mem, "%lld", (long long)waits));
	form_text(r, v, "words", "");
	page_html(r, v);
}

void inspect_say(struct req *r)
{
	static const struct stock_no no[] = {
		{ "quantity", "pieces", N_("Fewer pieces wait.") },
		{ "reason", "words", N_("Please say in a few words why.") },
		{ "supplier", "verdict", N_("They came from no supplier.") },
		{ "expired", "verdict", N_("The lot has expired meanwhile: it cannot be sold.") },
		{ "blocked", "verdict", N_("The lot is blocked: it cannot be sold.") },
	};
	const char *id = path_text(r, "inspection");

	if (stock_may(r, "inventory.inspect"))
		stock_settle(r, row_inspect_say(q_inspect_say(r->db, r->site->tenant, console_actor(r), id, param_text(r, "verdict"), (int32_t)param_int(r, "pieces"),
			stock_given(r, "words")))->outcome, stock_url(r, "inspections", id, ""), N_("The verdict is booked."), inspect_show, no, ARRAY_LEN(no));
}
