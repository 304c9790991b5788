/* Warehouses: which there are, which stores sell from them, and switching one off. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/warehouse.h"
#include "front/address_form.h"

#include <string.h>

/* Stores of one merchant in one form. */
#define STORES_MAX 100

#define WAREHOUSE \
	{ "code",    PARAM_CODE, .max = 16, .label = N_("Code") }, \
	{ "name",    PARAM_TEXT, .max = 80, .label = N_("Name") }, \
	{ "country", PARAM_TEXT, .max = 2, .label = N_("Country") }

const struct param warehouse_make_params[] = { WAREHOUSE, { 0 } };

const struct param warehouse_params[] = {
	WAREHOUSE,
	{ "store", PARAM_LIST, .of = PARAM_ID, .max = STORES_MAX, .optional = "" },
	{ "rank",  PARAM_LIST, .of = PARAM_TEXT, .max = STORES_MAX, .blanks = true, .optional = "", .label = N_("Place in the row") },
	{ 0 }
};

const struct param warehouse_switch_params[] = {
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "letters", "code", N_("Please use letters, digits and dashes, at most 16, with a letter or digit first.") },
	{ "code", "code", N_("Another warehouse has this code.") },
	{ "country", "country", N_("Please choose a country.") },
	{ "closed", NULL, N_("Nothing is sold from a warehouse that is switched off. Switch it on first.") },
	{ "reason", "reason", N_("Please say in a few words why.") },
	{ "state", NULL, N_("Somebody has switched it already.") },
	{ "stock", NULL, N_("Something still lies there or is promised from there. Move it to another warehouse or correct it first.") },
	{ "transfer", NULL, N_("A transfer is on its way there, or being put together. Finish it first.") },
	{ "purchase", NULL, N_("A purchase order goes there. Receive or cancel it first.") },
	{ "returns", NULL, N_("Returned goods wait there. Look at them first.") },
	{ "count", NULL, N_("Stock is being counted there. Finish the count first.") },
};

static void countries(struct req *r, struct view *v, const char *current)
{
	size_t n;
	const char *const *codes = address_form_everywhere(r->mem, &n);

	address_form_countries(r, v, "countries", codes, n, 0, form_typed(r, "country", current));
}

/* False after it has said at its field that there is no such country. */
static bool country_good(struct req *r, void (*form)(struct req *r))
{
	if (country_known(param_text(r, "country")))
		return true;
	page_decline(r, form, "country", N_("Please choose a country."));
	return false;
}

void warehouses_show(struct req *r)
{
	struct rows *rows = q_warehouses_all(r->db, WAREHOUSES_MAX);
	struct view *v = console_view(r, "admin-inventory/warehouses", N_("Warehouses"));
	const struct locale *locale = locale_get(r->locale);

	stock_tabs(r, v, "/warehouses");
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_warehouses_all *w = row_warehouses_all_at(rows, i);
		struct view *item = view_item(v, "warehouses");

		view_text(item, "url", stock_url(r, "warehouses", w->warehouse, ""));
		view_text(item, "code", w->code);
		view_text(item, "name", w->name);
		view_text(item, "country", locale_country(locale, w->country));
		view_text(item, "stores", *w->stores == '\0' ? NULL : w->stores);
		view_bool(item, "off", !w->active);
	}
	view_bool(v, "has_warehouses", rows_count(rows) > 0);
	view_bool(v, "may_change", console_may_everywhere(r, "inventory.adjust"));
	view_bool(v, "making", r->method == POST);
	form_text(r, v, "code", "");
	form_text(r, v, "name", "");
	countries(r, v, "");
	page_html(r, v);
}

void warehouse_make(struct req *r)
{
	struct id id = id_new();
	const char *warehouse = mem_strdup(r->mem, id.text);

	if (!stock_may(r, "inventory.adjust") || !country_good(r, warehouses_show))
		return;
	stock_settle(r, row_warehouse_save(q_warehouse_save(r->db, r->site->tenant, console_actor(r), warehouse, true, param_text(r, "code"),
		param_text(r, "name"), param_text(r, "country"), NULL, 0, NULL, 0))->outcome, stock_url(r, "warehouses", warehouse, ""),
		N_("The warehouse is there. Say which stores sell from it."), warehouses_show, no, ARRAY_LEN(no));
}

static void add_stores(struct req *r, struct view *v, struct rows *stores)
{
	for (size_t i = 0; i < rows_count(stores); i++) {
		const struct row_warehouse_stores *s = row_warehouse_stores_at(stores, i);
		const char *rank = s->has_rank ? mem_printf(r->mem, "%lld", (long long)s->rank) : "";
		const char *field = mem_printf(r->mem, "rank_%zu", i);
		struct view *item = view_item(v, "sellers");

		view_text(item, "n", mem_printf(r->mem, "%zu", i));
		view_text(item, "store", s->store);
		view_text(item, "name", s->name);
		view_text(item, "rank", form_item(r, "rank", i, rank));
		view_text(item, "rank_error", form_error(r, field));
	}
}

void warehouse_show(struct req *r)
{
	const char *id = path_text(r, "warehouse");
	struct rows *found = q_warehouse_one(r->db, id), *stores = q_warehouse_stores(r->db, id);
	const struct row_warehouse_one *w = row_warehouse_one(found);
	struct view *v;

	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/warehouse", w->name);
	stock_tabs(r, v, "/warehouses");
	view_text(v, "url", stock_url(r, "warehouses", id, ""));
	view_text(v, "stock_url", mem_printf(r->mem, "%s/admin/inventory?warehouse=%s", r->prefix, id));
	view_bool(v, "off", !w->active);
	view_bool(v, "anything", w->anything);
	view_bool(v, "may_change", console_may_everywhere(r, "inventory.adjust"));
	form_text(r, v, "code", w->code);
	form_text(r, v, "name", w->name);
	form_text(r, v, "reason", "");
	countries(r, v, w->country);
	if (w->active)
		add_stores(r, v, stores);
	page_html(r, v);
}

/* Ranks out of the form: an empty one is -1.  False after what is no number was said at its field. */
static bool read_ranks(struct req *r, const char *const *typed, size_t n, int64_t *ranks)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		ranks[i] = -1;
		if (*typed[i] != '\0' && !parse_int(typed[i], 0, 1000, &ranks[i])) {
			field_error(r, mem_printf(r->mem, "rank_%zu", i), N_("Please enter a number from 0 to 1000, or nothing."));
			good = false;
		}
	}
	return good;
}

void warehouse_change(struct req *r)
{
	const char *id = path_text(r, "warehouse");
	size_t nstores, nranks;
	const char *const *stores = param_list(r, "store", &nstores), *const *typed = param_list(r, "rank", &nranks);
	int64_t ranks[STORES_MAX];

	if (!stock_may(r, "inventory.adjust"))
		return;
	if (nstores != nranks) {
		page_bad_request(r);
		return;
	}
	if (!read_ranks(r, typed, nranks, ranks)) {
		page_again(r, warehouse_show);
		return;
	}
	if (!country_good(r, warehouse_show))
		return;
	stock_settle(r, row_warehouse_save(q_warehouse_save(r->db, r->site->tenant, console_actor(r), id, false, param_text(r, "code"),
		param_text(r, "name"), param_text(r, "country"), stores, nstores, ranks, nranks))->outcome, stock_url(r, "warehouses", id, ""),
		N_("The warehouse is saved."), warehouse_show, no, ARRAY_LEN(no));
}

static void turn(struct req *r, bool on, const char *done)
{
	const char *id = path_text(r, "warehouse");

	if (!stock_may(r, "inventory.adjust"))
		return;
	stock_settle(r, row_warehouse_switch(q_warehouse_switch(r->db, r->site->tenant, console_actor(r), id, on, param_text(r, "reason")))->outcome,
		stock_url(r, "warehouses", id, ""), done, warehouse_show, no, ARRAY_LEN(no));
}

void warehouse_off(struct req *r)
{
	turn(r, false, N_("The warehouse is switched off."));
}

void warehouse_on(struct req *r)
{
	turn(r, true, N_("The warehouse is in use again."));
}
