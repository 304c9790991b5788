/* admin-catalog -- products at the desk of staff.  Manual: sutler-admin-catalog(8). */
#include "admin-catalog.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

const char *catalog_state_word(const char *state)
{
	return strcmp(state, "active") == 0 ? N_("For sale") : strcmp(state, "draft") == 0 ? N_("Draft") : N_("Archived");
}

const char *catalog_amount(struct req *r, int64_t minor, const char *currency)
{
	return console_amount(r, minor, currency);
}

size_t catalog_typed_at(struct req *r, const char *variant, size_t i)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, "variant", k, NULL)) != NULL; k++)
		if (strcmp(typed, variant) == 0)
			return k;
	return i;
}

size_t catalog_typed_in(struct req *r, const char *field, const char *id)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, field, k, NULL)) != NULL; k++)
		if (strcmp(typed, id) == 0)
			return k;
	return SIZE_MAX;
}

/* One more than CATALOG_CODES_MAX: there are too many. */
static size_t take_codes(struct req *r, const char **codes)
{
	const char *s = param_text(r, "codes") == NULL ? "" : param_text(r, "codes");
	size_t n = 0;

	for (s += strspn(s, " ,;"); *s != '\0'; s += strspn(s, " ,;")) {
		size_t len = strcspn(s, " ,;");

		if (n == CATALOG_CODES_MAX)
			return n + 1;
		codes[n++] = mem_strndup(r->mem, s, len);
		s += len;
	}
	return n;
}

bool catalog_take_order(struct req *r, void (*show)(struct req *r), struct catalog_order *out)
{
	size_t norders;
	const char *const *orders = param_list(r, "order", &norders);
	bool good = true;

	out->products = param_list(r, "product", &out->n);
	out->gone = param_list(r, "gone", &out->ngone);
	if (norders != out->n) {
		page_bad_request(r);
		return false;
	}
	out->place = mem_array(r->mem, int64_t, out->n);
	for (size_t i = 0; i < out->n; i++)
		if (!parse_int(orders[i], 0, 1000000, &out->place[i])) {
			field_error(r, form_numbered(r, "order", i), N_("Please enter a whole number: smaller ones come first."));
			good = false;
		}
	out->ncodes = take_codes(r, out->codes);
	if (out->ncodes > CATALOG_CODES_MAX) {
		field_error(r, "codes", N_("Please add at most 20 products at once."));
		good = false;
	}
	if (!good)
		page_again(r, show);
	return good;
}

void catalog_decline(struct req *r, void (*show)(struct req *r), const char *outcome)
{
	static const struct { const char *outcome, *sentence; } sentences[] = {
		{ "changed", N_("Somebody else has changed this product meanwhile. What you typed is still here. Look at the product once more, then save again to keep yours.") },
		{ "taken", N_("Somebody else has just taken this SKU, or these options exist already. Please look again.") },
		{ "nothing", N_("Please choose at least one value.") },
		{ "options", N_("A product has at most three options.") },
		{ "other_options", N_("The variants of this product differ in other options. Choose values of exactly those.") },
		{ "many", N_("These are more than 200 variants. Please choose fewer values.") },
		{ "stock", N_("Pieces of this variant lie in a warehouse or are promised. A bundle has no stock of its own: please book them out first.") },
		{ "inside", N_("Another bundle contains this variant, so it cannot be a bundle itself.") },
		{ "cost", N_("A delivery has changed what goods cost meanwhile. What you typed is still here. Look at the prices in another window, then correct the costs.") },
		{ "step", N_("Prices of this store are rounder than this: please leave out the small change.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].outcome, outcome) == 0) {
			page_decline(r, show, NULL, sentences[i].sentence);
			return;
		}
	page_not_found(r);
}

#define SEE .permission = "catalog.view", .trips = 3
#define EDIT .permission = "catalog.edit", .csrf_token = true, .trips = 6

/* A file of the largest size into the database, or out of it, on a busy host. */
#define UPLOAD_DEADLINE_MS 30000

/* Taking over the prices of 100 000 products takes some seconds. */
#define RULE_DEADLINE_MS 30000

static const struct route routes[] = {
	/* products */
	{ GET,  "/admin/catalog", product_list, .params = product_list_params, SEE },
	{ GET,  "/admin/catalog/new", product_new, .permission = "catalog.edit", .trips = 3 },
	{ POST, "/admin/catalog/new", product_make, .params = product_new_params, .form = product_new, EDIT },
	{ POST, "/admin/catalog/bulk", bulk_look, .params = bulk_params, .form = product_list, EDIT },
	{ POST, "/admin/catalog/bulk/do", bulk_do, .params = bulk_do_params, .form = bulk_look, EDIT },
	/* files that come in; the upload costs a trip for each piece of it */
	{ GET,  "/admin/catalog/{id:id}/preview", preview_show, SEE },
	{ POST, "/admin/catalog/{id:id}/preview", preview_make, EDIT },
	{ POST, "/admin/catalog/{id:id}/preview/end", preview_end, EDIT },
	{ GET,  "/admin/catalog/import", import_list, .params = import_list_params, .permission = "catalog.import", .trips = 3 },
	{ POST, "/admin/catalog/import", import_take, .params = import_params, .form = import_list, .permission = "catalog.import", .csrf_token = true,
	  .upload = &import_limits, .deadline_ms = UPLOAD_DEADLINE_MS, .trips = 6 + CATALOG_FILE_BYTES / CATALOG_PART_BYTES },
	{ GET,  "/admin/catalog/import/{id:id}", import_show, .params = transfer_params, .permission = "catalog.import", .trips = 3 },
	{ GET,  "/admin/catalog/import/{id:id}/errors.csv", import_faults, .permission = "catalog.import", .trips = 3 },
	{ POST, "/admin/catalog/import/{id:id}/apply", import_apply, .params = import_apply_params, .form = import_show, .permission = "catalog.import",
	  .csrf_token = true, .trips = 6 },
	{ POST, "/admin/catalog/import/{id:id}/cancel", import_cancel, .form = import_show, .permission = "catalog.import", .csrf_token = true, .trips = 6 },
	/* files that go out */
	{ GET,  "/admin/catalog/export", export_list, .params = export_list_params, .permission = "catalog.export", .trips = 3 },
	{ POST, "/admin/catalog/export", export_ask, .params = catalog_export_params, .form = export_list, .permission = "catalog.export", .csrf_token = true,
	  .trips = 6 },
	{ GET,  "/admin/catalog/export/{id:id}", export_show, .params = transfer_params, .permission = "catalog.export", .trips = 3 },
	{ GET,  "/admin/catalog/export/{id:id}/file", export_file, .permission = "catalog.export", .deadline_ms = UPLOAD_DEADLINE_MS,
	  .trips = 3 + CATALOG_EXPORT_PARTS },
	{ POST, "/admin/catalog/export/{id:id}/cancel", export_cancel, .form = export_show, .permission = "catalog.export", .csrf_token = true, .trips = 6 },
	{ GET,  "/admin/catalog/{id:id}", product_show, SEE },
	{ POST, "/admin/catalog/{id:id}", product_change, .params = product_params, .form = product_show, EDIT },
	{ GET,  "/admin/catalog/{id:id}/variants", variants_show, SEE },
	{ POST, "/admin/catalog/{id:id}/variants", variants_change, .params = variants_params, .form = variants_show, EDIT },
	{ POST, "/admin/catalog/{id:id}/combine", variants_combine, .params = combine_params, .form = variants_show, EDIT },
	{ GET,  "/admin/catalog/{id:id}/parts/{variant:id}", parts_show, SEE },
	{ POST, "/admin/catalog/{id:id}/parts/{variant:id}", parts_change, .params = parts_params, .form = parts_show, EDIT },
	{ GET,  "/admin/catalog/{id:id}/prices", prices_show, .params = prices_params, SEE },
	{ POST, "/admin/catalog/{id:id}/prices", prices_change, .params = prices_change_params, .form = prices_show,
	  .permission = "catalog.price", .csrf_token = true, .trips = 6 },
	{ GET,  "/admin/catalog/{id:id}/listing", listing_show, SEE },
	{ POST, "/admin/catalog/{id:id}/listing", listing_change, .params = listing_params, .form = listing_show, EDIT },
	{ POST, "/admin/catalog/{id:id}/listing/pictures", listing_pictures, .params = listing_picture_params, .form = listing_show, EDIT },
	{ GET,  "/admin/catalog/{id:id}/related", related_show, SEE },
	{ POST, "/admin/catalog/{id:id}/related", related_change, .params = related_params, .form = related_show, EDIT },
	{ GET,  "/admin/catalog/{id:id}/special", special_show, .params = special_params, SEE },
	{ POST, "/admin/catalog/{id:id}/special", special_change, .params = special_change_params, .form = special_show,
	  .permission = "catalog.price", .csrf_token = true, .trips = 6 },
	/* what prices follow; the rule of a store is carried out for the first products at once */
	{ GET,  "/admin/catalog/markup", markup_show, .params = markup_params, SEE },
	{ POST, "/admin/catalog/markup", markup_change, .params = markup_change_params, .form = markup_show, .permission = "catalog.price", .csrf_token = true,
	  .deadline_ms = RULE_DEADLINE_MS, .trips = 6 },
	{ GET,  "/admin/catalog/{id:id}/markup", markup_show, .params = markup_params, SEE },
	{ POST, "/admin/catalog/{id:id}/markup", markup_change, .params = markup_change_params, .form = markup_show, .permission = "catalog.price",
	  .csrf_token = true, .trips = 6 },
	/* search in the shop */
	{ GET,  "/admin/catalog/search", sought_show, .params = sought_show_params, .permission = "catalog.view", .trips = 4 },
	{ POST, "/admin/catalog/search", sought_change, .params = sought_params, .form = sought_show, EDIT },
	/* categories */
	{ GET,  "/admin/catalog/categories", category_tree, SEE },
	{ GET,  "/admin/catalog/categories/new", category_new, .params = category_add_params, .permission = "catalog.edit", .trips = 3 },
	{ POST, "/admin/catalog/categories/new", category_make, .params = category_new_params, .form = category_new, EDIT },
	{ GET,  "/admin/catalog/categories/{id:id}", category_show, .params = category_show_params, SEE },
	{ POST, "/admin/catalog/categories/{id:id}", category_change, .params = category_params, .form = category_show, EDIT },
	{ POST, "/admin/catalog/categories/{id:id}/delete", category_drop, .params = category_drop_params, .form = category_show, EDIT },
	{ POST, "/admin/catalog/categories/{id:id}/products", category_put, .params = category_products_params, .form = category_show, EDIT },
	{ GET,  "/admin/catalog/categories/{id:id}/picture", picture_show, .params = picture_list_params, SEE },
	{ POST, "/admin/catalog/categories/{id:id}/picture", picture_change, .params = picture_params, .form = picture_show, EDIT },
	{ GET,  "/admin/catalog/categories/{id:id}/rule", rule_show, SEE },
	{ POST, "/admin/catalog/categories/{id:id}/rule", rule_change, .params = rule_params, .form = rule_show, EDIT },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_catalog = {
		.name = "admin-catalog", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
	};

	return program_run(&admin_catalog, argc, argv);
}
