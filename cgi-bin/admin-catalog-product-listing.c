/* How the chosen store shows a product; and what goes with a product, in all stores. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "front/basket.h"

#include <string.h>

/* As many languages as a store has at most. */
#define LANGUAGES_MAX 6
/* What catalog.desk_related() takes. */
#define RELATED_MAX 50

#define OWN(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name") }, \
	{ "summary_" N, PARAM_TEXT, .max = 300, .optional = "", .label = N_("Summary") }, \
	{ "description_" N, PARAM_BLOCK, .max = 20000, .optional = "", .label = N_("Description") }

const struct param listing_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "visible",  PARAM_BOOL, .label = N_("Shown in the shop") },
	{ "featured", PARAM_BOOL, .label = N_("On the home page") },
	{ "place",    PARAM_INT, .min = 0, .max = 1000000, .optional = "0", .label = N_("Place") },
	OWN("0"), OWN("1"), OWN("2"), OWN("3"), OWN("4"), OWN("5"),
	{ 0 }
};

/* What q_admin_listing_pictures gives at most, as the product's page shows. */
#define PICTURES_MAX 60

static const char *const ways[] = { "product", "own", NULL };

const struct param listing_picture_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "pictures", PARAM_CHOICE, .choices = ways, .label = N_("Pictures in this store") },
	{ "media",    PARAM_LIST, .of = PARAM_ID, .max = PICTURES_MAX },
	{ "order",    PARAM_LIST, .of = PARAM_TEXT, .max = PICTURES_MAX, .blanks = true, .label = N_("Place") },
	{ "shown",    PARAM_LIST, .of = PARAM_ID, .max = PICTURES_MAX, .optional = "" },
	{ 0 }
};

static const char *const related_kinds[] = { "related", "accessory", "alternative", NULL };

const struct param related_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "product",  PARAM_LIST, .of = PARAM_ID, .max = RELATED_MAX, .optional = "" },
	{ "order",    PARAM_LIST, .of = PARAM_TEXT, .max = RELATED_MAX, .blanks = true, .optional = "", .label = N_("Place") },
	{ "kind",     PARAM_LIST, .of = PARAM_TEXT, .max = RELATED_MAX, .optional = "", .label = N_("Kind") },
	{ "gone",     PARAM_LIST, .of = PARAM_ID, .max = RELATED_MAX, .optional = "" },
	{ "codes",    PARAM_TEXT, .max = 1000, .optional = "", .label = N_("Add products") },
	{ "as",       PARAM_CHOICE, .choices = related_kinds, .optional = "related", .label = N_("Kind") },
	{ 0 }
};

static const char *some(const char *s)
{
	return s == NULL ? "" : s;
}

/* The page TEMPLATE of the product FOUND; NULL after an answer. */
static struct view *page_of(struct req *r, const char *template, struct rows *found, const char *here)
{
	struct view *v;

	if (!rows_found(found)) {
		page_not_found(r);
		return NULL;
	}
	v = console_view(r, template, row_admin_product(found)->name);
	catalog_tabs(r, v, path_text(r, "id"), here);
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "form_url", mem_printf(r->mem, "%s/admin/catalog/%s/%s", r->prefix, path_text(r, "id"), here));
	return v;
}

/* ---- in the store -------------------------------------------------------------------------- */

static void add_text(struct req *r, struct view *item, const char *name, size_t i, const char *stored)
{
	view_text(item, name, form_typed(r, form_numbered(r, name, i), some(stored)));
	view_text(item, mem_concat(r->mem, name, "_error"), form_error(r, form_numbered(r, name, i)));
}

/* Those of the form that was sent stand as they were typed. */
static void add_pictures(struct req *r, struct view *v, struct rows *pictures)
{
	bool own = rows_count(pictures) > 0 && row_admin_listing_pictures_at(pictures, 0)->own;
	const char *way = form_typed(r, "pictures", own ? "own" : "product");

	view_bool(v, "has_pictures", rows_count(pictures) > 0);
	view_bool(v, "own_pictures", strcmp(way, "own") == 0);
	view_text(v, "pictures_url", mem_printf(r->mem, "%s/admin/catalog/%s/listing/pictures", r->prefix, path_text(r, "id")));
	for (size_t i = 0; i < rows_count(pictures); i++) {
		const struct row_admin_listing_pictures *p = row_admin_listing_pictures_at(pictures, i);
		struct view *item = view_item(v, "pictures");
		size_t at = catalog_typed_in(r, "media", p->media);
		const char *place = mem_printf(r->mem, "%zu", i + 1);

		view_int(item, "n", (int64_t)(at == SIZE_MAX ? i : at));
		view_text(item, "media", p->media);
		view_text(item, "image", mem_concat(r->mem, "/media/", p->name));
		view_text(item, "label", p->label);
		view_text(item, "order", at == SIZE_MAX ? place : form_item(r, "order", at, place));
		view_text(item, "order_error", at == SIZE_MAX ? NULL : form_error(r, form_numbered(r, "order", at)));
		view_bool(item, "shown", at == SIZE_MAX ? p->chosen : catalog_typed_in(r, "shown", p->media) != SIZE_MAX);
	}
}

void listing_show(struct req *r)
{
	const char *product = path_text(r, "id"), *store = console_store(r);
	struct rows *found, *stores, *texts, *pictures;
	struct view *v;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, store, r->language);
	stores = q_admin_listings(r->db, product);
	texts = q_admin_listing_texts(r->db, product, store);
	pictures = q_admin_listing_pictures(r->db, product, store, r->language);
	if (r->method == GET)
		page_asked(r);
	v = page_of(r, "admin-catalog/listing", found, "listing");
	if (v == NULL)
		return;
	view_text(v, "shop_url", row_admin_product(found)->shop_url);
	view_text(v, "store_name", console_store_name(r));
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	for (size_t i = 0; i < rows_count(stores); i++) {
		const struct row_admin_listings *s = row_admin_listings_at(stores, i);
		struct view *item = view_item(v, "stores");
		bool here = strcmp(s->store, store) == 0;

		view_text(item, "name", s->name);
		view_bool(item, "here", here);
		view_text(item, "state", req_text(r, s->visible ? N_("Shown") : s->offered ? N_("Hidden") : N_("Not offered")));
		if (!here)
			continue;
		form_bool(r, v, "visible", s->visible);
		form_bool(r, v, "featured", s->featured);
		form_text(r, v, "place", mem_printf(r->mem, "%lld", (long long)s->place));
	}
	view_bool(v, "many_stores", rows_count(stores) > 1);
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_admin_listing_texts *t = row_admin_listing_texts_at(texts, i);
		struct view *item = view_item(v, "languages_of");

		view_int(item, "n", (int64_t)i);
		view_text(item, "locale", t->locale);
		view_text(item, "language", locale_own_name(locale_get(t->locale)));
		view_text(item, "usual", t->usual);
		add_text(r, item, "name", i, t->name);
		add_text(r, item, "summary", i, t->summary);
		add_text(r, item, "description", i, t->description);
	}
	add_pictures(r, v, pictures);
	page_html(r, v);
}

void listing_change(struct req *r)
{
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *summary[LANGUAGES_MAX], *description[LANGUAGES_MAX], *outcome;
	size_t n = 0;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		locale[n] = param_text(r, form_numbered(r, "locale", i));
		if (locale[n] == NULL)
			continue;
		name[n] = some(param_text(r, form_numbered(r, "name", i)));
		summary[n] = some(param_text(r, form_numbered(r, "summary", i)));
		description[n] = some(param_text(r, form_numbered(r, "description", i)));
		n++;
	}
	outcome = row_admin_save_listing(q_admin_save_listing(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"),
		param_int(r, "revision"), param_bool(r, "visible"), param_bool(r, "featured"), param_int(r, "place"),
		locale, n, name, n, summary, n, description, n))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		catalog_decline(r, listing_show, outcome);
		return;
	}
	page_flash(r, "ok", N_("The product is saved."));
	page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/listing", r->prefix, path_text(r, "id")));
}

/* Which pictures of the product the store shows, and in which order. */
void listing_pictures(struct req *r)
{
	size_t n, norders, nshown, chosen = 0;
	const char *const *media = param_list(r, "media", &n), *const *orders = param_list(r, "order", &norders), *const *shown = param_list(r, "shown", &nshown);
	const char *picture[PICTURES_MAX], *outcome;
	int64_t place[PICTURES_MAX];
	bool own = strcmp(param_text(r, "pictures"), "own") == 0, good = true;

	if (console_store(r) == NULL || n != norders) {
		page_bad_request(r);
		return;
	}
	for (size_t i = 0; own && i < n; i++) {
		bool wanted = false;

		for (size_t k = 0; k < nshown; k++)
			wanted |= strcmp(shown[k], media[i]) == 0;
		if (!wanted)
			continue;
		if (!parse_int(orders[i], 0, 1000000, &place[chosen])) {
			field_error(r, form_numbered(r, "order", i), N_("Please enter a whole number: smaller ones come first."));
			good = false;
		}
		picture[chosen++] = media[i];
	}
	if (own && chosen == 0) {
		field_error(r, "pictures", N_("Please choose at least one picture, or show those of the product."));
		good = false;
	}
	if (!good) {
		page_again(r, listing_show);
		return;
	}
	outcome = row_admin_save_listing_pictures(q_admin_save_listing_pictures(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"),
		param_int(r, "revision"), picture, chosen, place, chosen))->outcome;
	if (strcmp(outcome, "offered") == 0) {
		page_decline(r, listing_show, "pictures", N_("This store does not offer the product: show it in the shop first."));
		return;
	}
	if (strcmp(outcome, "ok") != 0) {
		catalog_decline(r, listing_show, outcome);
		return;
	}
	page_flash(r, "ok", N_("The product is saved."));
	page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/listing", r->prefix, path_text(r, "id")));
}

/* ---- what goes with it --------------------------------------------------------------------- */

static const struct form_option kind_labels[] = {
	{ "related", N_("Goes well with it") }, { "accessory", N_("Accessory for it") }, { "alternative", N_("Alternative to it") },
};

static bool kind_known(const char *kind)
{
	for (size_t i = 0; related_kinds[i] != NULL; i++)
		if (strcmp(related_kinds[i], kind) == 0)
			return true;
	return false;
}

static void add_kinds(struct req *r, struct view *item, const char *chosen)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_labels); i++) {
		struct view *one = view_item(item, "kinds");

		view_text(one, "value", kind_labels[i].value);
		view_text(one, "label", req_text(r, kind_labels[i].label));
		view_bool(one, "selected", strcmp(kind_labels[i].value, chosen) == 0);
	}
}

/* What the job recommend found, and why. */
static void add_recommended(struct req *r, struct view *v, struct rows *found)
{
	static const struct form_option words[] = {
		{ "bought", N_("Bought together with it") }, { "viewed", N_("Looked at by its visitors") }, { "similar", N_("Similar to it") },
	};

	for (size_t i = 0; i < rows_count(found); i++) {
		const struct row_admin_recommended *c = row_admin_recommended_at(found, i);
		struct view *item = view_item(v, "recommended");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, c->product));
		view_text(item, "name", c->name);
		for (size_t w = 0; w < ARRAY_LEN(words); w++)
			if (strcmp(words[w].value, c->kind) == 0)
				view_text(item, "why", req_text(r, words[w].label));
		view_int(item, "together", c->together);
		view_int(item, "of_all", c->of_all);
		view_bool(item, "off", !c->shown);
	}
	view_bool(v, "has_recommended", rows_count(found) > 0);
}

void related_show(struct req *r)
{
	const char *product = path_text(r, "id"), *store = console_store(r);
	struct rows *found, *related, *recommended;
	struct view *v;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, store, r->language);
	related = q_admin_related(r->db, product);
	recommended = q_admin_recommended(r->db, product, store);
	if (r->method == GET)
		page_asked(r);
	v = page_of(r, "admin-catalog/related", found, "related");
	if (v == NULL)
		return;
	for (size_t i = 0; i < rows_count(related); i++) {
		const struct row_admin_related *p = row_admin_related_at(related, i);
		struct view *item = view_item(v, "products");
		size_t at = catalog_typed_in(r, "product", p->product);
		const char *stored = mem_printf(r->mem, "%lld", (long long)p->place);

		view_int(item, "n", (int64_t)(at == SIZE_MAX ? i : at));
		view_text(item, "product", p->product);
		view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, p->product));
		view_text(item, "name", p->name);
		view_text(item, "reference", p->reference);
		view_text(item, "state", strcmp(p->status, "active") == 0 ? NULL : req_text(r, catalog_state_word(p->status)));
		view_text(item, "image", p->image == NULL ? NULL : mem_concat(r->mem, "/media/", p->image));
		view_text(item, "order", at == SIZE_MAX ? stored : form_item(r, "order", at, stored));
		view_text(item, "order_error", at == SIZE_MAX ? NULL : form_error(r, form_numbered(r, "order", at)));
		view_bool(item, "ticked", catalog_typed_in(r, "gone", p->product) != SIZE_MAX);
		add_kinds(r, item, at == SIZE_MAX ? p->kind : form_item(r, "kind", at, p->kind));
	}
	form_options(r, v, "ways", "as", kind_labels, ARRAY_LEN(kind_labels), "related");
	view_bool(v, "has_products", rows_count(related) > 0);
	add_recommended(r, v, recommended);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	form_text(r, v, "codes", "");
	page_html(r, v);
}

void related_change(struct req *r)
{
	struct catalog_order o;
	const char *outcome;
	bool known = true;
	size_t nkinds;
	const char *const *kinds = param_list(r, "kind", &nkinds);

	if (!catalog_may(r, "catalog.edit") || !catalog_take_order(r, related_show, &o))
		return;
	for (size_t i = 0; i < nkinds; i++)
		known &= kind_known(kinds[i]);
	if (nkinds != o.n || !known) {
		page_bad_request(r);
		return;
	}
	outcome = row_admin_save_related(q_admin_save_related(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		o.products, o.n, o.place, o.n, kinds, nkinds, o.gone, o.ngone, o.codes, o.ncodes, param_text(r, "as")))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The related products are saved."));
		page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/related", r->prefix, path_text(r, "id")));
	} else if (strncmp(outcome, "unknown ", 8) == 0) {
		page_decline(r, related_show, "codes", basket_say(r, N_("No product has this reference, SKU or address: {text}"), outcome + 8));
	} else if (strcmp(outcome, "itself") == 0) {
		page_decline(r, related_show, "codes", N_("A product does not go with itself."));
	} else if (strcmp(outcome, "full") == 0) {
		page_decline(r, related_show, "codes", N_("At most 50 products go with one."));
	} else {
		catalog_decline(r, related_show, outcome);
	}
}
