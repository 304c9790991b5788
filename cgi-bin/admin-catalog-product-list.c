/* All products: found by their words, narrowed by filters, paged by key. */
#include "admin-catalog.h"

#include "base/mem.h"

#include <string.h>

#define LIST "/admin/catalog"
#define PRODUCTS_ON_A_PAGE 50
/* catalog.desk_lack: what is missing everywhere, in no store of its own. */
#define NO_STORE "00000000-0000-0000-0000-000000000000"

static const char *const states[] = { "active", "draft", "archived", NULL };
static const char *const lacks[] = { "picture", "price", "stock", NULL };
static const char *const orders[] = { "newest", "changed", "name", NULL };

const struct param product_list_params[] = {
	{ "q",        PARAM_TEXT, .max = 100, .fold = true, .optional = "" },
	{ "state",    PARAM_CHOICE, .choices = states, .optional = "" },
	{ "category", PARAM_ID, .optional = "" },
	{ "brand",    PARAM_TEXT, .max = 100, .fold = true, .optional = "" },
	{ "without",  PARAM_CHOICE, .choices = lacks, .optional = "" },
	{ "order",    PARAM_CHOICE, .choices = orders, .optional = "newest" },
	{ "after",    PARAM_ID, .optional = "" },
	{ 0 }
};

static const char *given(struct req *r, const char *name)
{
	const char *value = strcmp(name, "category") == 0 ? param_id(r, name) : param_text(r, name);

	return value == NULL ? "" : value;
}

_Static_assert((int)ADMIN_PRODUCTS_FOUND == (int)ADMIN_LACKING_FOUND && (int)ADMIN_PRODUCTS_BY_CHANGED == (int)ADMIN_LACKING_BY_CHANGED,
	       "both queries of the list have the same fragments");

/* Which fragments of admin_products and admin_lacking the search wants. */
static unsigned fragments(struct req *r)
{
	static const struct { const char *name, *value; unsigned bit, later; } wanted[] = {
		{ "q", NULL, ADMIN_PRODUCTS_FOUND, 0 },
		{ "state", NULL, ADMIN_PRODUCTS_IN_STATE, 0 },
		{ "category", NULL, ADMIN_PRODUCTS_IN_CATEGORY, 0 },
		{ "brand", NULL, ADMIN_PRODUCTS_OF_BRAND, 0 },
		{ "order", "newest", 0, ADMIN_PRODUCTS_AFTER_NEW },
		{ "order", "changed", ADMIN_PRODUCTS_BY_CHANGED, ADMIN_PRODUCTS_AFTER_CHANGED },
		{ "order", "name", ADMIN_PRODUCTS_BY_NAME, ADMIN_PRODUCTS_AFTER_NAME },
	};
	bool later = param_given(r, "after");
	unsigned mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const char *value = given(r, wanted[i].name);

		if (*value != '\0' && (wanted[i].value == NULL || strcmp(wanted[i].value, value) == 0))
			mask |= wanted[i].bit | (later ? wanted[i].later : 0);
	}
	return mask;
}

/* Ids of products alone: one more than a page shows says that there is another page. */
static struct rows *find(struct req *r)
{
	const char *category = param_id(r, "category"), *after = param_id(r, "after"), *lack = given(r, "without");
	bool of_store = strcmp(lack, "price") == 0;

	if (*lack == '\0')
		return q_admin_products(r->db, fragments(r), r->site->tenant, given(r, "q"), given(r, "state"), category, given(r, "brand"), after,
					PRODUCTS_ON_A_PAGE + 1, given(r, "order"));
	return q_admin_lacking(r->db, fragments(r), r->site->tenant, given(r, "q"), given(r, "state"), category, given(r, "brand"), after,
			       PRODUCTS_ON_A_PAGE + 1, given(r, "order"), lack, of_store ? console_store(r) : NO_STORE, of_store ? console_currency(r) : "");
}

static const char *found_at(struct req *r, struct rows *found, size_t i)
{
	return *given(r, "without") == '\0' ? row_admin_products_at(found, i)->product : row_admin_lacking_at(found, i)->product;
}

static void add_product(struct req *r, struct view *v, const struct row_admin_products_shown *p)
{
	struct view *item = view_item(v, "products");
	view_text(item, "id", p->product);
	view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, p->product));
	view_text(item, "name", p->name);
	view_text(item, "reference", p->reference);
	view_text(item, "image", p->image == NULL ? NULL : mem_concat(r->mem, "/media/", p->image));
	view_text(item, "state", req_text(r, catalog_state_word(p->status)));
	view_bool(item, "hidden", strcmp(p->status, "active") == 0 && !p->visible);
	view_int(item, "skus", p->skus);
	view_int(item, "pieces", p->pieces);
	view_text(item, "currency", console_currency(r));
	if (p->has_low) {
		view_money(item, "low", p->low);
		if (p->high != p->low)
			view_money(item, "high", p->high);
	}
	view_text(item, "category", p->category);
	view_time(item, "changed", p->changed);
	view_bool(item, "ticked", r->method != GET);
}

/* The choices of the search form; what was chosen stands there again. */
static void add_search(struct req *r, struct view *v, struct rows *categories)
{
	static const struct form_option state[] = { { "active", N_("For sale") }, { "draft", N_("Draft") }, { "archived", N_("Archived") } };
	static const struct form_option lack[] = { { "picture", N_("Without picture") }, { "price", N_("Without price") }, { "stock", N_("Without stock") } };
	static const struct form_option order[] = { { "newest", N_("Newest") }, { "changed", N_("Last changed") }, { "name", N_("Name") } };
	const struct { const char *field; const struct form_option *options; size_t n; } selects[] = {
		{ "state", state, ARRAY_LEN(state) }, { "without", lack, ARRAY_LEN(lack) }, { "order", order, ARRAY_LEN(order) },
	};

	form_text(r, v, "q", given(r, "q"));
	form_text(r, v, "brand", given(r, "brand"));
	form_text(r, v, "value", "");
	for (size_t i = 0; i < ARRAY_LEN(selects); i++)
		form_options(r, v, mem_concat(r->mem, selects[i].field, "s"), selects[i].field, selects[i].options, selects[i].n, given(r, selects[i].field));
	for (size_t i = 0; i < rows_count(categories); i++) {
		const struct row_admin_categories *c = row_admin_categories_at(categories, i);
		struct view *item = view_item(v, "categories");

		view_text(item, "value", c->category);
		view_text(item, "label", c->name);
		view_bool(item, "selected", strcmp(given(r, "category"), c->category) == 0);
		view_bool(item, "into", strcmp(form_typed(r, "into", ""), c->category) == 0);
	}
}

/* What was chosen in a form that comes back: the search it was chosen from is not known any more. */
static size_t typed(struct req *r, const char **ids)
{
	size_t n = 0;

	while (n < PRODUCTS_ON_A_PAGE && form_item(r, "product", n, NULL) != NULL) {
		ids[n] = form_item(r, "product", n, NULL);
		n++;
	}
	return n;
}

void product_list(struct req *r)
{
	struct view *v = console_view(r, "admin-catalog/products", N_("Products"));
	const char *store = console_store(r);
	struct rows *categories, *kept, *found, *shown;
	const char **ids;
	size_t n;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	categories = q_admin_categories(r->db, store, r->language);
	kept = console_searches(r, LIST);
	found = find(r);
	ids = mem_array(r->mem, const char *, PRODUCTS_ON_A_PAGE);
	n = typed(r, ids);
	for (size_t i = 0; n == i && i < rows_count(found) && i < PRODUCTS_ON_A_PAGE; i++)
		ids[n++] = found_at(r, found, i);
	shown = q_admin_products_shown(r->db, ids, n, store, console_currency(r), r->language);
	if (r->method == GET)
		page_asked(r);
	for (size_t i = 0; i < rows_count(shown); i++)
		add_product(r, v, row_admin_products_shown_at(shown, i));
	add_search(r, v, categories);
	console_add_searches(r, v, LIST, kept);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	view_bool(v, "may_import", console_may_everywhere(r, "catalog.import"));
	view_bool(v, "may_export", console_may_everywhere(r, "catalog.export"));
	bulk_add_choices(r, v);
	view_bool(v, "has_products", n > 0);
	view_bool(v, "searched", *given(r, "without") != '\0' || (fragments(r) & ~(unsigned)(ADMIN_PRODUCTS_BY_CHANGED | ADMIN_PRODUCTS_BY_NAME)));
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "next_url", r->method == GET && rows_count(found) > n ? console_search_url(r, LIST, "after", ids[n - 1]) : NULL);
	page_html(r, v);
}
