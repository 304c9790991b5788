/* Pick lists, the scanning screens of pick and pack, and parcels.  A scanner types a code and Enter:
   each screen has one field that has the focus, and says aloud what does not belong. */
#include "admin-orders.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

/* Open lists on one page: more than a house walks in a day. */
#define WAVES_MAX 100
/* Orders that go on one list: what fits a trolley. */
#define WAVE_ORDERS_MAX 50

static const char *wave_url(struct req *r, const char *wave, const char *more)
{
	return mem_printf(r->mem, "%s/admin/orders/picks/%s%s", r->prefix, wave, more);
}

void waves_show(struct req *r)
{
	struct rows *rows = q_desk_waves_open(r->db, r->site->tenant, console_store(r), WAVES_MAX);
	struct view *v = console_view(r, "admin-orders/waves", N_("Pick lists"));

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_desk_waves_open *w = row_desk_waves_open_at(rows, i);
		struct view *item = view_item(v, "waves");

		view_text(item, "url", wave_url(r, w->wave, ""));
		view_text(item, "name", w->name);
		view_text(item, "zone", *w->zone == '\0' ? NULL : w->zone);
		view_time(item, "made", w->made);
		view_int(item, "orders", w->orders);
		view_int(item, "pieces", w->pieces);
		view_int(item, "picked", w->picked);
		view_int(item, "packed", w->packed);
	}
	view_bool(v, "has_waves", rows_count(rows) > 0);
	page_html(r, v);
}

const struct param wave_params[] = {
	{ "order",     PARAM_LIST, .of = PARAM_ID, .max = WAVE_ORDERS_MAX, .label = N_("Orders") },
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "zone",      PARAM_TEXT, .max = 16, .optional = "", .label = N_("Zone") },
	{ 0 }
};

void wave_make(struct req *r)
{
	size_t n = 0;
	const char *const *orders = param_list(r, "order", &n);
	const char *zone = param_text(r, "zone");
	const struct row_desk_wave_make *m = row_desk_wave_make(q_desk_wave_make(r->db, DESK_WHO(r), param_id(r, "warehouse"), zone == NULL ? "" : zone,
		(const char **)orders, n));

	if (strcmp(m->outcome, "warehouse") == 0) {
		page_not_found(r);
		return;
	}
	if (strcmp(m->outcome, "ok") != 0) {
		page_decline(r, queue_show, NULL, desk_sentence(m->outcome));
		return;
	}
	page_redirect(r, wave_url(r, m->wave, ""));
}

/* ---- picking ------------------------------------------------------------------------------------------ */

/* Adds the picks of a list, or of one of its orders; says how many pieces lack. */
static int64_t add_picks(struct req *r, struct view *v, struct rows *picks, const char *order, bool packing)
{
	int64_t lack = 0, ready = 0;
	const char *last = "";

	for (size_t i = 0; i < rows_count(picks); i++) {
		const struct row_fulfil_picks *p = row_fulfil_picks_at(picks, i);
		int64_t open = packing ? p->quantity - p->packed : p->quantity - p->picked;
		struct view *item;

		if (order != NULL && strcmp(order, p->order_id) != 0)
			continue;
		item = view_item(v, "picks");
		view_text(item, "place", mem_printf(r->mem, "%s %s", p->zone, p->bin));
		view_text(item, "sku", p->sku);
		view_text(item, "name", p->name);
		view_text(item, "options", *p->options == '\0' ? NULL : p->options);
		view_text(item, "lots", p->lots);
		view_text(item, "number", p->number);
		view_text(item, "order_url", desk_url(r, p->order_id, ""));
		view_int(item, "wanted", p->quantity);
		view_int(item, "lack", open);
		view_bool(item, "done", open == 0);
		lack += open;
		ready += p->picked - p->packed;
		if (order == NULL && strcmp(last, p->order_id) != 0)
			last = p->order_id;
	}
	view_int(v, "lack", lack);
	view_bool(v, "all_done", lack == 0);
	view_bool(v, "has_fetched", ready > 0);
	return lack;
}

/* One entry for each order of the list, in the order of their numbers on it. */
static void add_orders(struct req *r, struct view *v, const char *wave, struct rows *picks)
{
	bool any = false;

	for (size_t i = 0; i < rows_count(picks); i++) {
		const struct row_fulfil_picks *p = row_fulfil_picks_at(picks, i);
		int64_t wanted = 0, picked = 0, packed = 0;
		bool first = true;
		struct view *item;

		for (size_t k = 0; k < rows_count(picks); k++) {
			const struct row_fulfil_picks *x = row_fulfil_picks_at(picks, k);

			if (strcmp(x->order_id, p->order_id) != 0)
				continue;
			first = first && k >= i;
			wanted += x->quantity;
			picked += x->picked;
			packed += x->packed;
		}
		if (!first)
			continue;
		item = view_item(v, "orders");
		view_text(item, "number", p->number);
		view_text(item, "url", wave_url(r, wave, mem_printf(r->mem, "/orders/%s", p->order_id)));
		view_int(item, "wanted", wanted);
		view_int(item, "picked", picked);
		view_int(item, "packed", packed);
		any = any || packed > 0;
	}
	view_bool(v, "has_parcels", any);
}

/* The list of the path, or NULL after a 404. */
static const struct row_desk_wave *find_wave(struct req *r, struct rows *rows)
{
	if (rows_found(rows))
		return row_desk_wave(rows);
	page_not_found(r);
	return NULL;
}

static void add_wave(struct req *r, struct view *v, const struct row_desk_wave *w)
{
	bool open = strcmp(w->state, "open") == 0;

	view_text(v, "wave", w->wave);
	view_text(v, "name", w->name);
	view_text(v, "warehouse", w->warehouse);
	view_text(v, "zone", *w->zone == '\0' ? NULL : w->zone);
	view_bool(v, "open", open);
	view_bool(v, "may_fulfil", console_may(r, "orders.fulfil"));
}

void wave_show(struct req *r)
{
	const char *id = path_text(r, "wave");
	struct rows *rows = q_desk_wave(r->db, r->site->tenant, console_store(r), id), *picks = q_fulfil_picks(r->db, id);
	const struct row_desk_wave *w = find_wave(r, rows);
	struct view *v;

	if (w == NULL)
		return;
	v = console_view(r, "admin-orders/pick", mem_printf(r->mem, "%s %s", req_text(r, N_("Pick list")), w->name));
	add_wave(r, v, w);
	add_picks(r, v, picks, NULL, false);
	add_orders(r, v, id, picks);
	form_text(r, v, "drop_reason", "");
	page_html(r, v);
}

const struct param scan_params[] = {
	{ "code",  PARAM_TEXT, .max = 64, .label = N_("SKU or barcode") },
	{ "count", PARAM_QUANTITY, .optional = "1", .label = N_("Pieces") },
	{ 0 }
};

/* "3 of 5" is said with the next page: the scanner's hand goes on. */
static void scanned(struct req *r, const char *outcome, const char *sku, int64_t done, int64_t wanted, void (*again)(struct req *r), const char *url)
{
	if (strcmp(outcome, "unknown") == 0 || *outcome == '\0') {
		page_not_found(r);
	} else if (strcmp(outcome, "ok") != 0) {
		page_decline(r, again, "code", desk_sentence(outcome));
	} else {
		page_flash(r, "ok", mem_printf(r->mem, "%s: %lld / %lld", sku, (long long)done, (long long)wanted));
		page_redirect(r, url);
	}
}

void wave_scan(struct req *r)
{
	const char *wave = path_text(r, "wave");
	const struct row_desk_wave_pick *p = row_desk_wave_pick(q_desk_wave_pick(r->db, DESK_WHO(r), wave, param_text(r, "code"), param_int(r, "count")));

	scanned(r, p->outcome, p->sku, p->picked, p->wanted, wave_show, wave_url(r, wave, ""));
}

const struct param drop_params[] = {
	{ "drop_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void wave_drop(struct req *r)
{
	const char *outcome = row_desk_wave_drop(q_desk_wave_drop(r->db, DESK_WHO(r), path_text(r, "wave"), param_text(r, "drop_reason")))->outcome;

	if (strcmp(outcome, "unknown") == 0 || *outcome == '\0') {
		page_not_found(r);
	} else if (strcmp(outcome, "ok") != 0) {
		page_decline(r, wave_show, NULL, desk_sentence(outcome));
	} else {
		page_flash(r, "ok", N_("The list is given up; what was not packed is free again."));
		page_redirect(r, req_path(r, "/admin/orders/picks"));
	}
}

/* ---- packing ---------------------------------------------------------------------------------------------- */

void pack_show(struct req *r)
{
	const char *wave = path_text(r, "wave"), *id = path_text(r, "id");
	struct rows *rows = q_desk_wave(r->db, r->site->tenant, console_store(r), wave), *picks = q_fulfil_picks(r->db, wave);
	struct rows *head = q_desk_head(r->db, console_store(r), id), *parcels = q_desk_parcels(r->db, id);
	const struct row_desk_wave *w = find_wave(r, rows);
	struct view *v;

	if (w == NULL)
		return;
	if (!rows_found(head)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-orders/pack", mem_printf(r->mem, "%s %s", req_text(r, N_("Pack order")), row_desk_head(head)->number));
	add_wave(r, v, w);
	view_text(v, "id", id);
	view_text(v, "number", row_desk_head(head)->number);
	add_picks(r, v, picks, id, true);
	for (size_t i = 0; i < rows_count(parcels); i++) {
		const struct row_desk_parcels *k = row_desk_parcels_at(parcels, i);
		struct view *item;

		if (strcmp(k->state, "packing") != 0)
			continue;
		item = view_item(v, "parcels");
		view_text(item, "parcel", k->parcel);
		view_int(item, "no", k->parcel_no);
		view_text(item, "items", k->items);
	}
	form_text(r, v, "weight", "");
	page_html(r, v);
}

void pack_scan(struct req *r)
{
	const char *wave = path_text(r, "wave"), *id = path_text(r, "id");
	const struct row_desk_wave_pack *p = row_desk_wave_pack(q_desk_wave_pack(r->db, DESK_WHO(r), wave, id, param_text(r, "code"), param_int(r, "count")));

	scanned(r, p->outcome, p->sku, p->packed, p->wanted, pack_show, wave_url(r, wave, mem_printf(r->mem, "/orders/%s", id)));
}

/* ---- parcels ------------------------------------------------------------------------------------------------ */

const struct param close_params[] = {
	{ "weight", PARAM_INT, .min = 0, .max = 1000000, .optional = "0", .label = N_("Weight in grams") },
	{ 0 }
};

void parcel_close(struct req *r)
{
	desk_settle(r, row_desk_parcel_close(q_desk_parcel_close(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "parcel"),
		param_int(r, "weight")))->outcome, "weight", N_("The parcel is closed."));
}

static const char *const verdicts[] = { "pass", "fail", NULL };

const struct param check_params[] = {
	{ "verdict", PARAM_CHOICE, .choices = verdicts, .label = N_("Verdict") },
	{ "check_reason", PARAM_TEXT, .max = 200, .optional = "", .label = N_("Reason") },
	{ 0 }
};

void parcel_check(struct req *r)
{
	const char *reason = param_text(r, "check_reason");
	bool good = strcmp(param_text(r, "verdict"), "pass") == 0;

	desk_settle(r, row_desk_parcel_check(q_desk_parcel_check(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "parcel"), good,
		reason == NULL ? "" : reason))->outcome, "check_reason", good ? N_("The parcel may leave.") : N_("The parcel stays in the house."));
}

const struct param unpack_params[] = {
	{ "unpack_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void parcel_unpack(struct req *r)
{
	desk_settle(r, row_desk_parcel_unpack(q_desk_parcel_unpack(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "parcel"),
		param_text(r, "unpack_reason")))->outcome, "unpack_reason", N_("The parcel is taken apart; its pieces are free for another list."));
}

const struct param send_params[] = {
	{ "carrier",  PARAM_TEXT, .max = 60, .label = N_("Carrier") },
	{ "tracking", PARAM_TEXT, .max = 60, .optional = "", .label = N_("Tracking number") },
	{ "url",      PARAM_TEXT, .max = 300, .optional = "", .label = N_("Tracking link") },
	{ 0 }
};

void parcel_send(struct req *r)
{
	const char *tracking = param_text(r, "tracking"), *url = param_text(r, "url");
	const char *outcome = row_desk_parcel_send(q_desk_parcel_send(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "parcel"),
		param_text(r, "carrier"), tracking == NULL ? "" : tracking, url == NULL ? "" : url))->outcome;

	desk_settle(r, outcome, strcmp(outcome, "url") == 0 ? "url" : NULL, N_("The parcel is on its way; the buyer is told."));
}

/* The path names the shipment. */
void parcel_arrived(struct req *r)
{
	desk_settle(r, row_desk_arrived(q_desk_arrived(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "parcel")))->outcome, NULL,
		    N_("The parcel has arrived."));
}
