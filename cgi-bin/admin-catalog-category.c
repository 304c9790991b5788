/* Categories of the chosen store: the tree, one of it with its texts, and the products in it. */
#include "admin-catalog.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/admin_category.h"
#include "front/basket.h"

#include <string.h>

#define TREE "/admin/catalog/categories"
/* As many languages as a store has at most. */
#define LANGUAGES_MAX 6
/* One page of a category's products: a form of them fits into one request. */
#define PRODUCTS_ON_A_PAGE 60
/* A category of 20 000 products is listed again within this; the request itself has 25 s. */
#define PATIENCE_MS "20000"

static const char *const kinds[] = { "category", "collection", NULL };

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 120, .optional = "", .label = N_("Name") }, \
	{ "slug_" N, PARAM_SLUG, .optional = "", .label = N_("Name in the address") }, \
	{ "description_" N, PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Description") }, \
	{ "meta_title_" N, PARAM_TEXT, .max = 120, .optional = "", .label = N_("Title for search engines") }, \
	{ "meta_description_" N, PARAM_TEXT, .max = 300, .optional = "", .label = N_("Description for search engines") }

#define CATEGORY \
	{ "parent", PARAM_ID, .optional = "", .label = N_("Lies under") }, \
	{ "place", PARAM_INT, .min = 1, .max = 9999, .optional = "", .label = N_("Place") }, \
	{ "visible", PARAM_BOOL, .label = N_("Shown in the shop") }, \
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5")

const struct param category_params[] = { { "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 }, CATEGORY, { 0 } };
const struct param category_new_params[] = { { "kind", PARAM_CHOICE, .choices = kinds, .label = N_("Kind") }, CATEGORY, { 0 } };
const struct param category_add_params[] = {
	{ "kind", PARAM_CHOICE, .choices = kinds, .optional = "category" }, { "parent", PARAM_ID, .optional = "" }, { 0 }
};
const struct param category_show_params[] = { { "after", PARAM_ID, .optional = "" }, { 0 } };
const struct param category_products_params[] = {
	{ "product", PARAM_LIST, .of = PARAM_ID, .max = PRODUCTS_ON_A_PAGE, .optional = "" },
	{ "order",   PARAM_LIST, .of = PARAM_TEXT, .max = PRODUCTS_ON_A_PAGE, .blanks = true, .optional = "", .label = N_("Place") },
	{ "gone",    PARAM_LIST, .of = PARAM_ID, .max = PRODUCTS_ON_A_PAGE, .optional = "" },
	{ "codes",   PARAM_TEXT, .max = 1000, .optional = "", .label = N_("Add products") },
	{ "after",   PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param category_drop_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const char *or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static const char *url_of(struct req *r, const char *category)
{
	return mem_printf(r->mem, "%s" TREE "/%s", r->prefix, category);
}

/* False after an answer. */
static bool has_store(struct req *r)
{
	if (console_store(r) != NULL)
		return true;
	page_forbidden(r, N_("You have no role in any store yet."));
	return false;
}

/* ---- the tree ------------------------------------------------------------------------------ */

void category_tree(struct req *r)
{
	struct view *v = console_view(r, "admin-catalog/categories", N_("Categories"));
	struct rows *tree;
	size_t ncategories = 0, ncollections = 0;

	if (!has_store(r))
		return;
	tree = q_category_tree(r->db, console_store(r), r->language);
	page_asked(r);
	for (size_t i = 0; i < rows_count(tree); i++) {
		const struct row_category_tree *c = row_category_tree_at(tree, i);
		bool category = strcmp(c->kind, "category") == 0;
		struct view *item = view_item(v, category ? "categories" : "collections");

		ncategories += category;
		ncollections += !category;
		view_text(item, "url", url_of(r, c->category));
		view_text(item, "name", *c->name == '\0' ? c->category : c->name);
		view_text(item, "slug", c->slug);
		view_text(item, "depth", mem_printf(r->mem, "%lld", (long long)(c->depth < 8 ? c->depth : 8)));
		view_int(item, "level", c->depth + 1);
		view_bool(item, "hidden", !c->visible);
		view_bool(item, "ruled", c->ruled);
		view_int(item, "put", c->put);
		view_int(item, "shown", c->shown);
		view_text(item, "below_url", category && console_may(r, "catalog.edit") ?
			  mem_printf(r->mem, "%s" TREE "/new?parent=%s", r->prefix, c->category) : NULL);
	}
	view_bool(v, "has_categories", ncategories > 0);
	view_bool(v, "has_collections", ncollections > 0);
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	view_text(v, "store_name", console_store_name(r));
	page_html(r, v);
}

/* ---- the form ------------------------------------------------------------------------------- */

static void add_field(struct req *r, struct view *item, const char *name, size_t i, const char *stored)
{
	const char *field = form_numbered(r, name, i);

	view_text(item, name, form_typed(r, field, stored));
	view_text(item, mem_concat(r->mem, name, "_error"), form_error(r, field));
}

static void add_languages(struct req *r, struct view *v, struct rows *texts)
{
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_category_texts *t = row_category_texts_at(texts, i);
		struct view *item = view_item(v, "languages_of");

		view_text(item, "n", mem_printf(r->mem, "%zu", i));
		view_text(item, "locale", t->locale);
		view_text(item, "language", locale_own_name(locale_get(t->locale)));
		add_field(r, item, "name", i, or_empty(t->name));
		add_field(r, item, "slug", i, or_empty(t->slug));
		add_field(r, item, "description", i, or_empty(t->description));
		add_field(r, item, "meta_title", i, or_empty(t->meta_title));
		add_field(r, item, "meta_description", i, or_empty(t->meta_description));
	}
}

/* Where it can lie: not below itself.  The tree comes in order, so what lies below follows. */
static void add_parents(struct req *r, struct view *v, struct rows *tree, const char *itself, const char *parent)
{
	const char *chosen = form_typed(r, "parent", parent);
	int64_t inside = -1;

	for (size_t i = 0; i < rows_count(tree); i++) {
		const struct row_category_tree *c = row_category_tree_at(tree, i);
		struct view *item;
		struct buf *label;

		if (inside >= 0 && c->depth <= inside)
			inside = -1;
		if (itself != NULL && strcmp(c->category, itself) == 0)
			inside = c->depth;
		if (inside >= 0 || strcmp(c->kind, "category") != 0)
			continue;
		label = buf_new(r->mem);
		for (int64_t k = 0; k < c->depth; k++)
			buf_adds(label, "\342\200\223 ");
		buf_adds(label, c->name);
		item = view_item(v, "parents");
		view_text(item, "value", c->category);
		view_text(item, "label", label->data);
		view_bool(item, "selected", strcmp(c->category, chosen) == 0);
	}
}

static void add_products(struct req *r, struct view *v, const char *category, struct rows *products)
{
	size_t n = rows_count(products);

	for (size_t i = 0; i < n && i < PRODUCTS_ON_A_PAGE; i++) {
		const struct row_category_products *p = row_category_products_at(products, i);
		struct view *item = view_item(v, "products");
		const char *stored = mem_printf(r->mem, "%lld", (long long)p->place);
		size_t at = catalog_typed_in(r, "product", p->product);

		view_text(item, "n", mem_printf(r->mem, "%zu", at == SIZE_MAX ? i : at));
		view_text(item, "product", p->product);
		view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, p->product));
		view_text(item, "name", p->name);
		view_text(item, "reference", p->reference);
		view_text(item, "state", strcmp(p->status, "active") == 0 ? NULL : req_text(r, catalog_state_word(p->status)));
		view_text(item, "image", p->image == NULL ? NULL : mem_concat(r->mem, "/media/", p->image));
		view_text(item, "order", at == SIZE_MAX ? stored : form_item(r, "order", at, stored));
		view_text(item, "order_error", at == SIZE_MAX ? NULL : form_error(r, form_numbered(r, "order", at)));
		view_bool(item, "ticked", catalog_typed_in(r, "gone", p->product) != SIZE_MAX);
	}
	view_bool(v, "has_products", n > 0);
	view_text(v, "next_url", n > PRODUCTS_ON_A_PAGE && r->method == GET ?
		  mem_printf(r->mem, "%s?after=%s", url_of(r, category), row_category_products_at(products, PRODUCTS_ON_A_PAGE - 1)->product) : NULL);
	form_text(r, v, "codes", "");
}

void category_show(struct req *r)
{
	const char *id = path_text(r, "id"), *after = param_id(r, "after");
	struct rows *found, *tree, *texts, *products, *leaves;
	const struct row_category_one *c;
	struct view *v;

	if (!has_store(r))
		return;
	found = q_category_one(r->db, console_store(r), id, r->language);
	tree = q_category_tree(r->db, console_store(r), r->language);
	texts = q_category_texts(r->db, console_store(r), id);
	products = q_category_products(r->db, after == NULL ? 0 : CATEGORY_PRODUCTS_BEHIND, id, after == NULL ? r->id : after, PRODUCTS_ON_A_PAGE + 1);
	leaves = q_category_leaves(r->db, id, r->language);
	if (!rows_found(found) || !rows_found(leaves)) {
		page_not_found(r);
		return;
	}
	c = row_category_one(found);
	v = console_view(r, "admin-catalog/category", c->name);
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)c->revision));
	view_text(v, "category_url", url_of(r, c->category));
	view_text(v, "shop_url", c->visible ? c->shop_url : NULL);
	view_bool(v, "is_collection", strcmp(c->kind, "collection") == 0);
	form_bool(r, v, "visible", c->visible);
	form_text(r, v, "place", mem_printf(r->mem, "%lld", (long long)c->place));
	add_parents(r, v, tree, c->category, or_empty(c->parent));
	add_languages(r, v, texts);
	add_products(r, v, c->category, products);
	view_text(v, "after", after);
	view_int(v, "products_in", row_category_leaves(leaves)->products);
	view_int(v, "below", row_category_leaves(leaves)->below);
	view_text(v, "parent_name", row_category_leaves(leaves)->parent);
	form_text(r, v, "reason", "");
	view_text(v, "rule_url", strcmp(c->kind, "collection") == 0 ? mem_concat(r->mem, url_of(r, c->category), "/rule") : NULL);
	view_bool(v, "ruled", c->match != NULL);
	view_text(v, "picture_url", mem_concat(r->mem, url_of(r, c->category), "/picture"));
	view_text(v, "image", c->image == NULL ? NULL : mem_concat(r->mem, "/media/", c->image));
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	view_bool(v, "may_put", console_may(r, "catalog.edit") && c->match == NULL);
	page_html(r, v);
}

void category_new(struct req *r)
{
	struct rows *tree, *texts;
	struct view *v;
	const char *kind, *parent;

	if (!has_store(r))
		return;
	kind = r->method == GET ? param_text(r, "kind") : form_typed(r, "kind", "category");
	parent = r->method == GET ? param_id(r, "parent") : NULL;
	tree = q_category_tree(r->db, console_store(r), r->language);
	/* No category has the request's id: the languages come without texts. */
	texts = q_category_texts(r->db, console_store(r), r->id);
	v = console_view(r, "admin-catalog/category", strcmp(kind, "collection") == 0 ? N_("New collection") : N_("New category"));
	view_bool(v, "is_new", true);
	view_text(v, "kind", kind);
	view_text(v, "category_url", mem_concat(r->mem, r->prefix, TREE "/new"));
	view_bool(v, "is_collection", strcmp(kind, "collection") == 0);
	form_bool(r, v, "visible", true);
	form_text(r, v, "place", "");
	add_parents(r, v, tree, NULL, or_empty(parent));
	add_languages(r, v, texts);
	view_bool(v, "may_edit", true);
	page_html(r, v);
}

/* ---- saving ----------------------------------------------------------------------------------- */

static const struct { const char *outcome, *field, *sentence; } sentences[] = {
	{ "changed", NULL, N_("Somebody else has changed this category meanwhile. What you typed is still here. Look at it in another window, then save again to keep yours.") },
	{ "parent", "parent", N_("A category cannot lie under itself.") },
	{ "deep", "parent", N_("This would lie more than eight levels deep. Please choose another place.") },
	{ "name", "name_0", N_("A category needs a name in one language at least.") },
	{ "taken", NULL, N_("Somebody else has just taken this address. Please choose another.") },
};

static void decline(struct req *r, void (*show)(struct req *r), const char *outcome, const char *const *locales, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].outcome, outcome) == 0) {
			page_decline(r, show, sentences[i].field, sentences[i].sentence);
			return;
		}
	for (size_t i = 0; i < n; i++)
		if (strncmp(outcome, "slug ", 5) == 0 && strcmp(outcome + 5, locales[i]) == 0) {
			page_decline(r, show, form_numbered(r, "slug", i), N_("Another category has this address. Please choose another."));
			return;
		}
	page_not_found(r);
}

static void save(struct req *r, const char *category, bool make, void (*show)(struct req *r))
{
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *slug[LANGUAGES_MAX], *description[LANGUAGES_MAX], *title[LANGUAGES_MAX],
		*meta[LANGUAGES_MAX], *outcome;
	size_t n = 0;
	bool wrong = false;

	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		locale[n] = param_text(r, form_numbered(r, "locale", i));
		if (locale[n] == NULL)
			continue;
		name[n] = or_empty(param_text(r, form_numbered(r, "name", i)));
		slug[n] = or_empty(param_text(r, form_numbered(r, "slug", i)));
		description[n] = or_empty(param_text(r, form_numbered(r, "description", i)));
		title[n] = or_empty(param_text(r, form_numbered(r, "meta_title", i)));
		meta[n] = or_empty(param_text(r, form_numbered(r, "meta_description", i)));
		if (*name[n] == '\0' && *description[n] + *title[n] + *meta[n] != 0) {
			field_error(r, form_numbered(r, "name", i), N_("Please give it a name in this language, or leave its texts empty."));
			wrong = true;
		}
		n++;
	}
	if (wrong) {
		page_again(r, show);
		return;
	}
	q_category_patience(r->db, PATIENCE_MS);
	outcome = row_category_save(q_category_save(r->db, r->site->tenant, console_actor(r), console_store(r), category, make,
		make ? 0 : param_int(r, "revision"), make ? param_text(r, "kind") : "", param_id(r, "parent"), param_int(r, "place"), param_bool(r, "visible"),
		locale, n, name, n, slug, n, description, n, title, n, meta, n))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		decline(r, show, outcome, locale, n);
		return;
	}
	page_flash(r, "ok", make ? N_("The category is made.") : N_("The category is saved."));
	page_redirect(r, make ? url_of(r, category) : mem_concat(r->mem, r->prefix, TREE));
}

void category_make(struct req *r)
{
	struct id id = id_new();

	if (has_store(r))
		save(r, mem_strdup(r->mem, id.text), true, category_new);
}

void category_change(struct req *r)
{
	if (has_store(r))
		save(r, path_text(r, "id"), false, category_show);
}

void category_drop(struct req *r)
{
	const char *outcome;

	if (!has_store(r))
		return;
	q_category_patience(r->db, PATIENCE_MS);
	outcome = row_category_drop(q_category_drop(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"),
		param_int(r, "revision"), param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		decline(r, category_show, outcome, NULL, 0);
		return;
	}
	page_flash(r, "ok", N_("The category is deleted. Its products are still in the shop."));
	page_redirect(r, mem_concat(r->mem, r->prefix, TREE));
}

/* ---- its products -------------------------------------------------------------------------------- */

void category_put(struct req *r)
{
	const char *id = path_text(r, "id"), *outcome;
	struct catalog_order o;

	if (!has_store(r) || !catalog_take_order(r, category_show, &o))
		return;
	outcome = row_category_put(q_category_put(r->db, r->site->tenant, console_actor(r), console_store(r), id,
		o.products, o.n, o.place, o.n, o.gone, o.ngone, o.codes, o.ncodes))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The products of the category are saved."));
		page_redirect(r, url_of(r, id));
	} else if (strncmp(outcome, "unknown ", 8) == 0) {
		page_decline(r, category_show, "codes", basket_say(r, N_("No product has this reference, SKU or address: {text}"), outcome + 8));
	} else if (strcmp(outcome, "rule") == 0) {
		page_decline(r, category_show, NULL, N_("A rule chooses the products of this collection."));
	} else {
		page_not_found(r);
	}
}
