/* The variants of a product: SKU, GTIN, weight, state; and new combinations of its options. */
#include "admin-catalog.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

/* As the functions of sql/functions/catalog_desk.sql allow; a larger matrix nobody can look at. */
#define VARIANTS_MAX 200
#define SKU_MAX 64
#define WEIGHT_MAX_G 1000000

/* Items are read here, one by one, so that each mistake is said at its own field. */
#define COLUMN .of = PARAM_TEXT, .max = VARIANTS_MAX, .blanks = true, .optional = ""

static const char *const states[] = { "active", "archived", NULL };

const struct param variants_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "variant",  PARAM_LIST, .of = PARAM_ID, .max = VARIANTS_MAX },
	{ "sku",      PARAM_LIST, COLUMN, .label = N_("SKU") },
	{ "gtin",     PARAM_LIST, COLUMN, .label = N_("GTIN") },
	{ "weight",   PARAM_LIST, COLUMN, .label = N_("Weight in grams") },
	{ "state",    PARAM_LIST, .of = PARAM_CHOICE, .choices = states, .max = VARIANTS_MAX, .label = N_("Status") },
	{ 0 }
};

const struct param combine_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "value",    PARAM_LIST, .of = PARAM_ID, .max = 60, .optional = "" },
	{ 0 }
};

static void add_variant(struct req *r, struct view *v, const struct row_admin_variants *x, size_t i)
{
	struct view *item = view_item(v, "variants");
	size_t n = catalog_typed_at(r, x->variant, i);

	view_text(item, "n", mem_printf(r->mem, "%zu", n));
	view_text(item, "variant", x->variant);
	view_text(item, "options", *x->options == '\0' ? NULL : x->options);
	view_text(item, "parts_url", mem_printf(r->mem, "%s/admin/catalog/%s/parts/%s", r->prefix, path_text(r, "id"), x->variant));
	view_int(item, "parts", x->parts);
	view_bool(item, "is_bundle", x->parts > 0);
	view_text(item, "sku", form_item(r, "sku", n, x->sku));
	view_text(item, "gtin", form_item(r, "gtin", n, x->gtin));
	view_text(item, "weight", form_item(r, "weight", n, mem_printf(r->mem, "%d", (int)x->weight_g)));
	view_bool(item, "archived", strcmp(form_item(r, "state", n, x->status), "archived") == 0);
	view_text(item, "sku_error", form_error(r, form_numbered(r, "sku", n)));
	view_text(item, "gtin_error", form_error(r, form_numbered(r, "gtin", n)));
	view_text(item, "weight_error", form_error(r, form_numbered(r, "weight", n)));
}

static bool ticked(struct req *r, const char *value)
{
	const char *typed;

	for (size_t i = 0; (typed = form_item(r, "value", i, NULL)) != NULL; i++)
		if (strcmp(typed, value) == 0)
			return true;
	return false;
}

static void add_values(struct req *r, struct view *v, struct rows *values)
{
	struct view *attribute = NULL;

	for (size_t i = 0; i < rows_count(values); i++) {
		const struct row_admin_option_values *o = row_admin_option_values_at(values, i);
		struct view *item;

		if (i == 0 || strcmp(o->attribute, row_admin_option_values_at(values, i - 1)->attribute) != 0) {
			attribute = view_item(v, "attributes");
			view_text(attribute, "label", o->label);
		}
		item = view_item(attribute, "values");
		view_text(item, "value", o->value);
		view_text(item, "label", o->value_label);
		view_bool(item, "ticked", ticked(r, o->value));
	}
	view_bool(v, "has_attributes", rows_count(values) > 0);
}

void variants_show(struct req *r)
{
	const char *product = path_text(r, "id");
	struct rows *found, *variants, *values;
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, console_store(r), r->language);
	variants = q_admin_variants(r->db, product, r->language);
	values = q_admin_option_values(r->db, product, r->language);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-catalog/variants", row_admin_product(found)->name);
	catalog_tabs(r, v, product, "variants");
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "product_url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, product));
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	for (size_t i = 0; i < rows_count(variants); i++)
		add_variant(r, v, row_admin_variants_at(variants, i), i);
	add_values(r, v, values);
	page_html(r, v);
}

/* ---- saving -------------------------------------------------------------------------------- */

static bool all_digits(const char *s, size_t min, size_t max)
{
	size_t n = strspn(s, "0123456789");

	return s[n] == '\0' && n >= min && n <= max;
}

/* Says what is wrong with row I; its weight comes out. */
static bool check(struct req *r, size_t i, const char *sku, const char *gtin, const char *weight, int64_t *weight_out)
{
	bool good = true;

	if (*sku == '\0' || utf8_length(sku) > SKU_MAX) {
		field_error(r, form_numbered(r, "sku", i), N_("Please enter a SKU of at most 64 letters."));
		good = false;
	}
	if (*gtin != '\0' && !all_digits(gtin, 8, 14)) {
		field_error(r, form_numbered(r, "gtin", i), N_("A GTIN has 8 to 14 digits."));
		good = false;
	}
	if (*weight == '\0')
		weight = "0";
	if (!all_digits(weight, 1, 7) || !parse_int(weight, 0, WEIGHT_MAX_G, weight_out)) {
		field_error(r, form_numbered(r, "weight", i), N_("Please enter whole grams, at most 1 000 000."));
		good = false;
	}
	return good;
}

/* Back to the page, or to what was in the way. */
static void settle(struct req *r, const char *outcome, const char *done)
{
	size_t n;
	const char *const *variants;

	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", done);
		page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/variants", r->prefix, path_text(r, "id")));
		return;
	}
	if (strncmp(outcome, "sku ", 4) == 0) {
		variants = param_list(r, "variant", &n);
		for (size_t i = 0; i < n; i++)
			if (strcmp(variants[i], outcome + 4) == 0) {
				page_decline(r, variants_show, form_numbered(r, "sku", i), N_("Another variant has this SKU."));
				return;
			}
	}
	catalog_decline(r, variants_show, outcome);
}

void variants_change(struct req *r)
{
	size_t n, nskus, ngtins, nweights, nstates;
	const char *const *variants = param_list(r, "variant", &n), *const *skus = param_list(r, "sku", &nskus),
		*const *gtins = param_list(r, "gtin", &ngtins), *const *weights = param_list(r, "weight", &nweights),
		*const *state = param_list(r, "state", &nstates);
	int64_t grams[VARIANTS_MAX];
	bool good = true;

	if (!catalog_may(r, "catalog.edit"))
		return;
	if (nskus != n || ngtins != n || nweights != n || nstates != n) {
		page_bad_request(r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		good &= check(r, i, skus[i], gtins[i], weights[i], &grams[i]);
	if (!good) {
		page_again(r, variants_show);
		return;
	}
	settle(r, row_admin_save_variants(q_admin_save_variants(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		variants, n, skus, n, gtins, n, grams, n, state, n))->outcome, N_("The variants are saved."));
}

void variants_combine(struct req *r)
{
	size_t n;
	const char *const *values = param_list(r, "value", &n);

	if (!catalog_may(r, "catalog.edit"))
		return;
	settle(r, row_admin_combine(q_admin_combine(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		values, n))->outcome, N_("The missing variants are made."));
}
