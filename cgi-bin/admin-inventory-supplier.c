/* Suppliers: whom the merchant buys from, and what they sell under which name and price. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/purchase.h"

#include <string.h>

#define SUPPLIERS_ON_A_PAGE 50
#define ITEMS_ON_A_PAGE 100
/* Days a delivery may take, as the tables allow. */
#define DAYS_MAX 1000
/* A price of a piece, minor units: as inventory.purchase_draft(). */
#define PRICE_MAX INT64_C(100000000000)

const struct param suppliers_params[] = {
	{ "after", PARAM_CODE, .max = 16, .optional = "" },
	{ 0 }
};

const struct param supplier_page_params[] = {
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param supplier_params[] = {
	{ "code",     PARAM_CODE, .max = 16, .label = N_("Code") },
	{ "name",     PARAM_TEXT, .max = 100, .label = N_("Name") },
	{ "email",    PARAM_EMAIL, .optional = "", .label = N_("E-mail address") },
	{ "phone",    PARAM_TEXT, .max = 40, .optional = "", .label = N_("Phone") },
	{ "currency", PARAM_CODE, .max = 3, .label = N_("Currency") },
	{ "days",     PARAM_INT, .min = 0, .max = DAYS_MAX, .optional = "0", .label = N_("Days until it comes") },
	{ "over",     PARAM_INT, .min = 0, .max = 100, .optional = "0", .label = N_("More than ordered, percent") },
	{ "note",     PARAM_BLOCK, .max = 1000, .optional = "", .label = N_("Note") },
	{ "off",      PARAM_BOOL },
	{ "inspect",  PARAM_BOOL },
	{ 0 }
};

const struct param supplier_item_params[] = {
	{ "sku",       PARAM_TEXT, .max = 64, .label = N_("SKU or barcode") },
	{ "article",   PARAM_TEXT, .max = 64, .optional = "", .label = N_("Supplier's article number") },
	{ "price",     PARAM_TEXT, .max = 20, .label = N_("Price without tax") },
	{ "least",     PARAM_INT, .min = 1, .max = 10000000, .optional = "1", .label = N_("At least") },
	{ "item_days", PARAM_INT, .min = 0, .max = DAYS_MAX, .optional = "", .label = N_("Days until it comes") },
	{ 0 }
};

const struct param supplier_drop_params[] = {
	{ "variant", PARAM_ID },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "letters", "code", N_("Please use letters, digits and dashes, at most 16, with a letter or digit first.") },
	{ "code", "code", N_("Another supplier has this code.") },
	{ "currency", "currency", N_("There are prices in the old currency. Take them away first.") },
	{ "sku", "sku", N_("No product of ours has this SKU or barcode.") },
};

/* False after it was said at its field. */
static bool currency_good(struct req *r, void (*form)(struct req *r))
{
	if (currency_exponent(param_text(r, "currency")) >= 0)
		return true;
	page_decline(r, form, "currency", N_("Please enter a currency like EUR or USD."));
	return false;
}

static struct rows *save(struct req *r, const char *supplier, bool fresh)
{
	return q_supplier_save(r->db, r->site->tenant, console_actor(r), supplier, fresh, param_text(r, "code"), param_text(r, "name"),
		stock_given(r, "email"), stock_given(r, "phone"), param_text(r, "currency"), param_int(r, "days"), param_int(r, "over") * 10000,
		!param_bool(r, "off"), stock_given(r, "note"), param_bool(r, "inspect"));
}

void suppliers_show(struct req *r)
{
	const char *after = r->method == GET ? stock_given(r, "after") : "", *last = NULL;
	struct rows *rows;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.purchase"))
		return;
	rows = q_suppliers_all(r->db, after, SUPPLIERS_ON_A_PAGE + 1);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/suppliers", N_("Suppliers"));
	stock_tabs(r, v, "/suppliers");
	for (size_t i = 0; i < n && i < SUPPLIERS_ON_A_PAGE; i++) {
		const struct row_suppliers_all *s = row_suppliers_all_at(rows, i);
		struct view *item = view_item(v, "suppliers");

		view_text(item, "url", stock_url(r, "suppliers", s->supplier, ""));
		view_text(item, "code", s->code);
		view_text(item, "name", s->name);
		view_text(item, "email", *s->email == '\0' ? NULL : s->email);
		view_text(item, "currency", s->currency);
		view_int(item, "days", s->lead_days);
		view_int(item, "items", s->items);
		view_bool(item, "off", !s->active);
		last = s->code;
	}
	view_bool(v, "has_suppliers", n > 0);
	view_bool(v, "making", r->method == POST);
	view_text(v, "next_url", n <= SUPPLIERS_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/suppliers", "after", last));
	form_text(r, v, "code", "");
	form_text(r, v, "name", "");
	form_text(r, v, "email", "");
	form_text(r, v, "phone", "");
	form_text(r, v, "currency", console_currency(r));
	form_text(r, v, "days", "");
	form_text(r, v, "over", "0");
	form_text(r, v, "note", "");
	form_bool(r, v, "off", false);
	form_bool(r, v, "inspect", false);
	page_html(r, v);
}

void supplier_make(struct req *r)
{
	struct id id = id_new();
	const char *supplier = mem_strdup(r->mem, id.text);

	if (!stock_may(r, "inventory.purchase") || !currency_good(r, suppliers_show))
		return;
	stock_settle(r, row_supplier_save(save(r, supplier, true))->outcome, stock_url(r, "suppliers", supplier, ""),
		N_("The supplier is there. Say what is bought from them."), suppliers_show, no, ARRAY_LEN(no));
}

static void add_items(struct req *r, struct view *v, const char *supplier, const char *currency, struct rows *items)
{
	size_t n = rows_count(items);

	for (size_t i = 0; i < n && i < ITEMS_ON_A_PAGE; i++) {
		const struct row_supplier_items *x = row_supplier_items_at(items, i);
		struct view *item = view_item(v, "items");

		view_text(item, "variant", x->variant);
		view_text(item, "stock_url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, x->variant));
		view_text(item, "sku", x->sku);
		view_text(item, "article", x->article);
		view_text(item, "currency", currency);
		view_money(item, "price", x->price);
		view_int(item, "least", x->least);
		if (x->has_lead_days)
			view_int(item, "days", x->lead_days);
	}
	view_bool(v, "has_items", n > 0);
	view_text(v, "next_url", n <= ITEMS_ON_A_PAGE ? NULL :
		  stock_url(r, "suppliers", supplier, mem_printf(r->mem, "?after=%s", row_supplier_items_at(items, ITEMS_ON_A_PAGE - 1)->variant)));
}

void supplier_show(struct req *r)
{
	const char *id = path_text(r, "supplier"), *after = r->method == GET ? param_id(r, "after") : NULL;
	struct rows *found, *items;
	const struct row_supplier_one *s;
	struct view *v;

	if (!stock_may(r, "inventory.purchase"))
		return;
	found = q_supplier_one(r->db, id);
	items = q_supplier_items(r->db, after == NULL ? 0 : SUPPLIER_ITEMS_LATER, id, after == NULL ? r->id : after, ITEMS_ON_A_PAGE + 1);
	s = row_supplier_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/supplier", s->name);
	stock_tabs(r, v, "/suppliers");
	view_text(v, "url", stock_url(r, "suppliers", id, ""));
	view_text(v, "order_url", mem_printf(r->mem, "%s/admin/inventory/purchases/new?supplier=%s", r->prefix, id));
	view_text(v, "orders_url", mem_printf(r->mem, "%s/admin/inventory/purchases?supplier=%s", r->prefix, id));
	view_text(v, "money", s->currency);
	view_bool(v, "active", s->active);
	form_text(r, v, "code", s->code);
	form_text(r, v, "name", s->name);
	form_text(r, v, "email", s->email);
	form_text(r, v, "phone", s->phone);
	form_text(r, v, "currency", s->currency);
	form_text(r, v, "days", mem_printf(r->mem, "%lld", (long long)s->lead_days));
	form_text(r, v, "over", mem_printf(r->mem, "%lld", (long long)(s->over_ppm / 10000)));
	form_text(r, v, "note", s->note);
	form_bool(r, v, "off", !s->active);
	form_bool(r, v, "inspect", s->looked);
	form_text(r, v, "sku", "");
	form_text(r, v, "article", "");
	form_text(r, v, "price", "");
	form_text(r, v, "least", "1");
	form_text(r, v, "item_days", "");
	add_items(r, v, id, s->currency, items);
	page_html(r, v);
}

void supplier_change(struct req *r)
{
	const char *id = path_text(r, "supplier");

	if (!stock_may(r, "inventory.purchase") || !currency_good(r, supplier_show))
		return;
	stock_settle(r, row_supplier_save(save(r, id, false))->outcome, stock_url(r, "suppliers", id, ""), N_("The supplier is saved."),
		supplier_show, no, ARRAY_LEN(no));
}

void supplier_item(struct req *r)
{
	const char *id = path_text(r, "supplier");
	struct rows *found;
	int64_t price;

	if (!stock_may(r, "inventory.purchase"))
		return;
	found = q_supplier_one(r->db, id);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (!console_read_amount(r, param_text(r, "price"), row_supplier_one(found)->currency, &price) || price > PRICE_MAX) {
		page_decline(r, supplier_show, "price", N_("Please enter an amount like 19.90."));
		return;
	}
	stock_settle(r, row_supplier_item_save(q_supplier_item_save(r->db, r->site->tenant, console_actor(r), id, param_text(r, "sku"), stock_given(r, "article"),
		price, param_int(r, "least"), param_given(r, "item_days") ? param_int(r, "item_days") : -1))->outcome, stock_url(r, "suppliers", id, "#items"),
		N_("It is in the supplier's list."), supplier_show, no, ARRAY_LEN(no));
}

void supplier_drop(struct req *r)
{
	const char *id = path_text(r, "supplier");

	if (!stock_may(r, "inventory.purchase"))
		return;
	stock_settle(r, row_supplier_item_drop(q_supplier_item_drop(r->db, r->site->tenant, console_actor(r), id, param_id(r, "variant")))->outcome,
		stock_url(r, "suppliers", id, "#items"), N_("It is taken out of the supplier's list."), supplier_show, no, ARRAY_LEN(no));
}
