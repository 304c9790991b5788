/* What a bundle contains: SKUs and pieces of one variant of a product. */
#include "admin-catalog.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Parts of one bundle: more nobody packs by hand, nor reads on a product page. */
#define PARTS_MAX 50
/* Pieces of one part, as catalog.bundle_part allows. */
#define PIECES_MAX 100
/* Empty rows below those that are there; saving brings as many again. */
#define BLANK_ROWS 4
#define SKU_MAX 64

const struct param parts_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "sku",      PARAM_LIST, .of = PARAM_TEXT, .max = PARTS_MAX + BLANK_ROWS, .blanks = true, .optional = "", .label = N_("SKU") },
	{ "pieces",   PARAM_LIST, .of = PARAM_TEXT, .max = PARTS_MAX + BLANK_ROWS, .blanks = true, .optional = "", .label = N_("Pieces") },
	{ 0 }
};

static void add_row(struct req *r, struct view *v, size_t n, const struct row_admin_parts *x)
{
	struct view *item = view_item(v, "parts");
	const char *sku = form_item(r, "sku", n, x == NULL ? "" : x->sku);

	view_text(item, "n", mem_printf(r->mem, "%zu", n));
	view_text(item, "number", mem_printf(r->mem, "%zu", n + 1));
	view_text(item, "sku", sku);
	view_text(item, "name", x != NULL && strcmp(sku, x->sku) == 0 ? x->name : NULL);
	view_text(item, "pieces", form_item(r, "pieces", n, x == NULL ? "" : mem_printf(r->mem, "%d", (int)x->quantity)));
	view_text(item, "sku_error", form_error(r, form_numbered(r, "sku", n)));
	view_text(item, "pieces_error", form_error(r, form_numbered(r, "pieces", n)));
}

/* The variant of this page among those of its product; NULL: of another. */
static const struct row_admin_variants *chosen(struct req *r, struct rows *variants)
{
	for (size_t i = 0; i < rows_count(variants); i++)
		if (strcmp(row_admin_variants_at(variants, i)->variant, path_text(r, "variant")) == 0)
			return row_admin_variants_at(variants, i);
	return NULL;
}

void parts_show(struct req *r)
{
	const char *product = path_text(r, "id");
	const struct row_admin_variants *x;
	struct rows *found, *variants, *parts;
	size_t n;
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, console_store(r), r->language);
	variants = q_admin_variants(r->db, product, r->language);
	parts = q_admin_parts(r->db, product, path_text(r, "variant"));
	x = chosen(r, variants);
	if (!rows_found(found) || x == NULL) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-catalog/parts", row_admin_product(found)->name);
	catalog_tabs(r, v, product, "variants");
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "variants_url", mem_printf(r->mem, "%s/admin/catalog/%s/variants", r->prefix, product));
	view_text(v, "parts_url", mem_printf(r->mem, "%s/admin/catalog/%s/parts/%s", r->prefix, product, x->variant));
	view_text(v, "variant_sku", x->sku);
	view_text(v, "options", *x->options == '\0' ? NULL : x->options);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	n = rows_count(parts);
	for (size_t i = 0; i < n + BLANK_ROWS || form_item(r, "sku", i, NULL) != NULL; i++)
		add_row(r, v, i, i < n ? row_admin_parts_at(parts, i) : NULL);
	page_html(r, v);
}

/* ---- saving -------------------------------------------------------------------------------- */

struct typed {
	const char *skus[PARTS_MAX + BLANK_ROWS];
	int64_t pieces[PARTS_MAX + BLANK_ROWS];
	size_t rows[PARTS_MAX + BLANK_ROWS];    /* where each stands in the form */
	size_t n;
};

/* Rows without SKU are left out; what is wrong is said at its field. */
static bool read_parts(struct req *r, struct typed *t, const char *const *skus, const char *const *pieces, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		if (*skus[i] == '\0')
			continue;
		if (utf8_length(skus[i]) > SKU_MAX) {
			field_error(r, form_numbered(r, "sku", i), N_("No variant has this SKU."));
			good = false;
		}
		if (!parse_int(pieces[i], 1, PIECES_MAX, &t->pieces[t->n])) {
			field_error(r, form_numbered(r, "pieces", i), N_("Please enter whole pieces, 1 to 100."));
			good = false;
		}
		t->skus[t->n] = skus[i];
		t->rows[t->n++] = i;
	}
	return good;
}

/* What stands in the way of a row: "sku 3" is the fourth that was sent. */
static bool row_declined(struct req *r, const struct typed *t, const char *outcome)
{
	static const struct { const char *word, *sentence; } sentences[] = {
		{ "sku ", N_("No variant has this SKU.") },
		{ "self ", N_("A bundle cannot contain itself.") },
		{ "bundle ", N_("This is a bundle itself. Please enter what it contains instead.") },
		{ "twice ", N_("This SKU stands here twice. Please add up the pieces.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		size_t len = strlen(sentences[i].word);
		int64_t n;

		if (strncmp(outcome, sentences[i].word, len) == 0 && parse_int(outcome + len, 0, PARTS_MAX + BLANK_ROWS, &n) && (size_t)n < t->n) {
			page_decline(r, parts_show, form_numbered(r, "sku", t->rows[n]), sentences[i].sentence);
			return true;
		}
	}
	return false;
}

void parts_change(struct req *r)
{
	size_t n, npieces;
	const char *const *skus = param_list(r, "sku", &n), *const *pieces = param_list(r, "pieces", &npieces);
	struct typed *t = mem_new(r->mem, struct typed);
	const char *outcome;

	if (!catalog_may(r, "catalog.edit"))
		return;
	if (npieces != n) {
		page_bad_request(r);
		return;
	}
	if (!read_parts(r, t, skus, pieces, n)) {
		page_again(r, parts_show);
		return;
	}
	if (t->n > PARTS_MAX) {
		page_decline(r, parts_show, NULL, N_("A bundle has at most 50 parts."));
		return;
	}
	outcome = row_admin_save_parts(q_admin_save_parts(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		path_text(r, "variant"), t->skus, t->n, t->pieces, t->n))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", t->n > 0 ? N_("The bundle is saved.") : N_("It is no bundle any more: its stock is counted."));
		page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/parts/%s", r->prefix, path_text(r, "id"), path_text(r, "variant")));
	} else if (!row_declined(r, t, outcome)) {
		catalog_decline(r, parts_show, outcome);
	}
}
