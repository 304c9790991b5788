/* admin-inventory-reorder -- reorder points: what is low, and orders that fill it up. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/mem.h"
#include "db/query/reorder.h"

#include <string.h>

#define ROWS_ON_A_PAGE 50
#define PIECES_MOST 10000000

const struct param low_params[] = {
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param low_order_params[] = {
	{ "supplier",  PARAM_ID },
	{ "warehouse", PARAM_ID },
	{ 0 }
};

const struct param reorder_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "point",     PARAM_INT, .min = 0, .max = PIECES_MOST, .label = N_("Order again at") },
	{ "up_to",     PARAM_INT, .min = 0, .max = PIECES_MOST, .optional = "0", .label = N_("Fill up to") },
	{ 0 }
};

void low_show(struct req *r)
{
	const char *after = r->method == GET ? param_id(r, "after") : NULL, *last = NULL;
	struct rows *rows, *suppliers;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.purchase"))
		return;
	rows = q_reorder_low(r->db, after == NULL ? 0 : REORDER_LOW_LATER, r->site->tenant, r->locale, after == NULL ? r->id : after, ROWS_ON_A_PAGE + 1);
	suppliers = q_reorder_suppliers(r->db);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/low", N_("Low stock"));
	stock_tabs(r, v, "/low");
	for (size_t i = 0; i < rows_count(suppliers); i++) {
		const struct row_reorder_suppliers *s = row_reorder_suppliers_at(suppliers, i);
		struct view *item = view_item(v, "suppliers");

		view_text(item, "supplier", s->supplier);
		view_text(item, "supplier_name", s->supplier_name);
		view_text(item, "warehouse", s->warehouse);
		view_text(item, "warehouse_name", s->warehouse_name);
		view_int(item, "lines", s->lines);
	}
	for (size_t i = 0; i < n && i < ROWS_ON_A_PAGE; i++) {
		const struct row_reorder_low *o = row_reorder_low_at(rows, i);
		struct view *item = view_item(v, "rows");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, o->variant));
		view_text(item, "sku", o->sku);
		view_text(item, "name", o->name);
		view_text(item, "warehouse", o->warehouse);
		view_int(item, "available", o->available);
		view_int(item, "incoming", o->incoming);
		view_int(item, "point", o->point);
		view_int(item, "up_to", o->up_to);
		view_int(item, "wanted", o->wanted);
		view_text(item, "supplier", o->supplier);
		view_bool(item, "drafted", o->drafted);
		last = o->reorder;
	}
	view_bool(v, "has_suppliers", rows_count(suppliers) > 0);
	view_bool(v, "has_rows", n > 0);
	view_text(v, "first_url", after == NULL ? NULL : console_search_url(r, "/admin/inventory/low", NULL, NULL));
	view_text(v, "next_url", n <= ROWS_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/low", "after", last));
	page_html(r, v);
}

void low_order(struct req *r)
{
	static const struct stock_no no[] = {
		{ "none", NULL, N_("Nothing of it is low any more, or a draft orders it already.") },
	};
	struct id id = id_new();
	const char *purchase = mem_strdup(r->mem, id.text);

	if (!stock_may(r, "inventory.purchase"))
		return;
	stock_settle(r, row_reorder_order(q_reorder_order(r->db, r->site->tenant, console_actor(r), purchase, param_id(r, "supplier"), param_id(r, "warehouse")))->outcome,
		stock_url(r, "purchases", purchase, ""), N_("The draft is made. Look at it, then send it."), low_show, no, ARRAY_LEN(no));
}

void reorder_set(struct req *r)
{
	static const struct stock_no no[] = {
		{ "up_to", "up_to", N_("Please fill up to at least the number at which it is ordered.") },
	};
	const char *id = path_text(r, "id");
	int64_t point = param_int(r, "point"), up_to = param_int(r, "up_to");

	if (!stock_may(r, "inventory.purchase"))
		return;
	stock_settle(r, row_reorder_set(q_reorder_set(r->db, r->site->tenant, console_actor(r), id, param_id(r, "warehouse"), point, up_to == 0 ? point : up_to))->outcome,
		mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, id), N_("The reorder point is kept."), variant_again, no, ARRAY_LEN(no));
}
