/* One product: what it is called, how it is sold, and its texts, language by language. */
#include "admin-catalog.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"

#include <string.h>

/* Languages of one product form: the console's catalogue has texts in as many at most. */
#define LANGUAGES_MAX 6
/* Tags of one product: a product page shows them in one line. */
#define TAGS_MAX 40
/* As catalog.product_tag wants it, in bytes of ASCII; the database counts letters. */
#define TAG_MAX 60

static const char *const states[] = { "draft", "active", "archived", NULL };

/* The rows of language N; the texts' lengths are those of the database and of what search engines show. */
#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name") }, \
	{ "slug_" N, PARAM_SLUG, .optional = "", .label = N_("Name in the address") }, \
	{ "summary_" N, PARAM_TEXT, .max = 300, .optional = "", .label = N_("Summary") }, \
	{ "description_" N, PARAM_BLOCK, .max = 20000, .optional = "", .label = N_("Description") }, \
	{ "meta_title_" N, PARAM_TEXT, .max = 120, .optional = "", .label = N_("Title for search engines") }, \
	{ "meta_description_" N, PARAM_TEXT, .max = 300, .optional = "", .label = N_("Description for search engines") }, \
	{ "tags_" N, PARAM_TEXT, .max = 1000, .optional = "", .label = N_("Tags") }

#define PRODUCT \
	{ "reference", PARAM_TEXT, .max = 64, .label = N_("Reference") }, \
	{ "status", PARAM_CHOICE, .choices = states, .label = N_("Status") }, \
	{ "brand", PARAM_TEXT, .max = 100, .optional = "", .label = N_("Brand") }, \
	{ "tax_class", PARAM_TEXT, .max = 32, .label = N_("Tax class") }, \
	{ "lead_time_days", PARAM_INT, .min = 0, .max = 365, .optional = "0", .label = N_("Working days until it can leave") }, \
	{ "made_to_order", PARAM_BOOL, .label = N_("Made to order") }, \
	{ "tags", PARAM_TEXT, .max = 1000, .optional = "", .label = N_("Tags") }, \
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5")

const struct param product_params[] = { { "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 }, PRODUCT, { 0 } };
const struct param product_new_params[] = { { "sku", PARAM_TEXT, .max = 64, .label = N_("SKU") }, PRODUCT, { 0 } };

static const char *or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* ---- the form ------------------------------------------------------------------------------ */

/* A field of a language: what was typed wins; what somebody else has saved meanwhile stands beside it. */
static void add_field(struct req *r, struct view *item, const char *name, size_t i, const char *stored, bool changed)
{
	const char *field = form_numbered(r, name, i), *typed = form_typed(r, field, stored);

	view_text(item, name, typed);
	view_text(item, mem_concat(r->mem, name, "_error"), form_error(r, field));
	view_text(item, mem_concat(r->mem, name, "_now"), changed && strcmp(typed, stored) != 0 ? stored : NULL);
}

static void add_language(struct req *r, struct view *v, size_t i, const struct row_admin_product_texts *t, bool changed)
{
	struct view *item = view_item(v, "languages_of");

	view_int(item, "n", (int64_t)i);
	view_text(item, "locale", t->locale);
	view_text(item, "language", locale_own_name(locale_get(t->locale)));
	add_field(r, item, "name", i, or_empty(t->name), changed);
	add_field(r, item, "slug", i, or_empty(t->slug), changed);
	add_field(r, item, "summary", i, or_empty(t->summary), changed);
	add_field(r, item, "description", i, or_empty(t->description), changed);
	add_field(r, item, "meta_title", i, or_empty(t->meta_title), changed);
	add_field(r, item, "meta_description", i, or_empty(t->meta_description), changed);
	add_field(r, item, "tags", i, t->tags, changed);
}

static void add_choices(struct req *r, struct view *v, struct rows *taxes, const char *status, const char *tax)
{
	const char *chosen = form_typed(r, "tax_class", tax);

	for (size_t i = 0; states[i] != NULL; i++) {
		struct view *item = view_item(v, "states");

		view_text(item, "value", states[i]);
		view_text(item, "label", req_text(r, catalog_state_word(states[i])));
		view_bool(item, "selected", strcmp(form_typed(r, "status", status), states[i]) == 0);
	}
	for (size_t i = 0; i < rows_count(taxes); i++) {
		const char *class = row_admin_tax_classes_at(taxes, i)->tax_class;
		struct view *item = view_item(v, "tax_classes");

		view_text(item, "value", class);
		view_bool(item, "selected", strcmp(chosen, class) == 0);
	}
}

/* The form over the product P, which a new one has not yet. */
static struct view *form(struct req *r, const char *title, const struct row_admin_product *p, struct rows *texts, struct rows *taxes)
{
	struct view *v = console_view(r, "admin-catalog/product", title);
	bool changed = false;

	if (p != NULL) {
		const char *over = form_typed(r, "revision", NULL), *now = mem_printf(r->mem, "%lld", (long long)p->revision);

		changed = over != NULL && strcmp(over, now) != 0;
		view_text(v, "revision", now);
		view_text(v, "product_url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, p->product));
		view_text(v, "shop_url", p->shop_url);
		catalog_tabs(r, v, p->product, "");
		if (changed) {
			view_text(v, "state_now", req_text(r, catalog_state_word(p->status)));
			view_text(v, "reference_now", p->reference);
			view_text(v, "brand_now", p->brand);
		}
	}
	view_bool(v, "changed", changed);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	view_bool(v, "is_new", p == NULL);
	form_text(r, v, "sku", "");
	form_text(r, v, "reference", p == NULL ? "" : p->reference);
	form_text(r, v, "brand", p == NULL ? "" : p->brand);
	form_text(r, v, "tags", p == NULL ? "" : p->tags);
	form_text(r, v, "lead_time_days", p == NULL ? "0" : mem_printf(r->mem, "%d", (int)p->lead_time_days));
	form_bool(r, v, "made_to_order", p != NULL && p->made_to_order);
	add_choices(r, v, taxes, p == NULL ? "draft" : p->status, p == NULL ? "standard" : p->tax_class);
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++)
		add_language(r, v, i, row_admin_product_texts_at(texts, i), changed);
	return v;
}

void product_show(struct req *r)
{
	const char *store = console_store(r);
	struct rows *found, *texts, *taxes;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, path_text(r, "id"), store, r->language);
	texts = q_admin_product_texts(r->db, path_text(r, "id"));
	taxes = q_admin_tax_classes(r->db);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	page_html(r, form(r, row_admin_product(found)->name, row_admin_product(found), texts, taxes));
}

void product_new(struct req *r)
{
	struct rows *texts, *taxes;

	if (!catalog_may(r, "catalog.edit"))
		return;
	/* No product has the request's id: the languages come without texts. */
	texts = q_admin_product_texts(r->db, r->id);
	taxes = q_admin_tax_classes(r->db);
	page_html(r, form(r, N_("New product"), NULL, texts, taxes));
}

/* ---- saving -------------------------------------------------------------------------------- */

struct texts {
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *slug[LANGUAGES_MAX], *summary[LANGUAGES_MAX],
		*description[LANGUAGES_MAX], *meta_title[LANGUAGES_MAX], *meta_description[LANGUAGES_MAX];
	size_t n;
	const char *tag_locale[TAGS_MAX], *tag[TAGS_MAX];
	size_t ntags;
	bool wrong;                     /* something was said at a field */
};

/* The tags of LIST, parted by commas, in LOCALE ("" for all). */
static void take_tags(struct req *r, struct texts *t, const char *field, const char *locale)
{
	const char *list = or_empty(param_text(r, field));

	while (*list != '\0') {
		size_t n = strcspn(list, ","), from = strspn(list, " ");
		const char *tag;

		while (n > from && list[n - 1] == ' ')
			n--;
		tag = from < n ? mem_strndup(r->mem, list + from, n - from) : "";
		if (strlen(tag) > TAG_MAX || (*tag != '\0' && t->ntags == TAGS_MAX)) {
			field_error(r, field, N_("Please write fewer and shorter tags: 40 at most, each of 60 letters."));
			t->wrong = true;
			return;
		}
		if (*tag != '\0') {
			t->tag_locale[t->ntags] = locale;
			t->tag[t->ntags++] = tag;
		}
		list += strcspn(list, ",");
		list += *list == ',';
	}
}

static struct texts *take_texts(struct req *r)
{
	struct texts *t = mem_new(r->mem, struct texts);

	take_tags(r, t, "tags", "");
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));

		if (locale == NULL)
			continue;
		t->locale[t->n] = locale;
		t->name[t->n] = or_empty(param_text(r, form_numbered(r, "name", i)));
		t->slug[t->n] = or_empty(param_text(r, form_numbered(r, "slug", i)));
		t->summary[t->n] = or_empty(param_text(r, form_numbered(r, "summary", i)));
		t->description[t->n] = or_empty(param_text(r, form_numbered(r, "description", i)));
		t->meta_title[t->n] = or_empty(param_text(r, form_numbered(r, "meta_title", i)));
		t->meta_description[t->n] = or_empty(param_text(r, form_numbered(r, "meta_description", i)));
		take_tags(r, t, form_numbered(r, "tags", i), locale);
		if (*t->name[t->n] == '\0' && *t->summary[t->n] + *t->description[t->n] + *t->meta_title[t->n] + *t->meta_description[t->n] != 0) {
			field_error(r, form_numbered(r, "name", i), N_("Please give it a name in this language, or leave its texts empty."));
			t->wrong = true;
		}
		t->n++;
	}
	return t;
}

static const struct { const char *outcome, *field, *sentence; } sentences[] = {
	{ "changed", NULL, N_("Somebody else has changed this product meanwhile. What you typed is still here; where it differs, what is saved now stands below it. Save again to keep yours.") },
	{ "reference", "reference", N_("Another product has this reference.") },
	{ "sku", "sku", N_("Another variant has this SKU.") },
	{ "tax_class", "tax_class", N_("Please choose one of the offered values.") },
	{ "name", "name_0", N_("A product needs a name in one language at least.") },
	{ "taken", NULL, N_("Somebody else has just taken this reference, SKU or address. Please choose another.") },
};

/* Says at its field what was in the way. */
static void decline(struct req *r, void (*show)(struct req *r), const char *outcome, const struct texts *t)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].outcome, outcome) == 0) {
			page_decline(r, show, sentences[i].field, sentences[i].sentence);
			return;
		}
	for (size_t i = 0; i < t->n; i++)
		if (strncmp(outcome, "slug ", 5) == 0 && strcmp(outcome + 5, t->locale[i]) == 0) {
			page_decline(r, show, form_numbered(r, "slug", i), N_("Another product has this address. Please choose another."));
			return;
		}
	page_not_found(r);
}

static void save(struct req *r, const char *product, bool make, void (*show)(struct req *r))
{
	const struct texts *t;
	const char *outcome;

	if (!catalog_may(r, "catalog.edit"))
		return;
	t = take_texts(r);
	if (t->wrong) {
		page_again(r, show);
		return;
	}
	outcome = row_admin_save(q_admin_save(r->db, r->site->tenant, console_actor(r), product, make, console_store(r),
		make ? param_text(r, "sku") : "", make ? 0 : param_int(r, "revision"), param_text(r, "reference"), param_text(r, "status"),
		or_empty(param_text(r, "brand")), param_text(r, "tax_class"), (int32_t)param_int(r, "lead_time_days"), param_bool(r, "made_to_order"),
		t->locale, t->n, t->name, t->n, t->slug, t->n, t->summary, t->n, t->description, t->n, t->meta_title, t->n,
		t->meta_description, t->n, t->tag_locale, t->ntags, t->tag, t->ntags))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		decline(r, show, outcome, t);
		return;
	}
	page_flash(r, "ok", make ? N_("The product is made.") : N_("The product is saved."));
	page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, product));
}

void product_make(struct req *r)
{
	struct id id = id_new();

	save(r, mem_strdup(r->mem, id.text), true, product_new);
}

void product_change(struct req *r)
{
	save(r, path_text(r, "id"), false, product_show);
}
