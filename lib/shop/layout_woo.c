#include "shop/layout_foreign.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "shop/import_html.h"

/* Attribute columns; the widest exports of others have 4, ours as many as a product has options and properties. */
#define ATTRIBUTES_MAX 40

/* Characters of a summary, as in sutler's own files. */
#define SUMMARY_MAX 500

enum field {
	ID, TYPE, SKU, GTIN, NAME, PUBLISHED, FEATURED, VISIBILITY, SHORT, DESCRIPTION, SALE_FROM, SALE_TO, TAX_STATUS, TAX_CLASS, IN_STOCK,
	STOCK, BACKORDERS, SALE, REGULAR, CATEGORIES, TAGS, IMAGES, PARENT, UPSELLS, CROSS, BRANDS, FIELDS
};

static const char *const names[FIELDS] = {
	[ID] = "ID", [TYPE] = "Type", [SKU] = "SKU", [GTIN] = "GTIN, UPC, EAN, or ISBN", [NAME] = "Name", [PUBLISHED] = "Published",
	[FEATURED] = "Is featured?", [VISIBILITY] = "Visibility in catalog", [SHORT] = "Short description", [DESCRIPTION] = "Description",
	[SALE_FROM] = "Date sale price starts", [SALE_TO] = "Date sale price ends", [TAX_STATUS] = "Tax status", [TAX_CLASS] = "Tax class",
	[IN_STOCK] = "In stock?", [STOCK] = "Stock", [BACKORDERS] = "Backorders allowed?", [SALE] = "Sale price", [REGULAR] = "Regular price",
	[CATEGORIES] = "Categories", [TAGS] = "Tags", [IMAGES] = "Images", [PARENT] = "Parent", [UPSELLS] = "Upsells", [CROSS] = "Cross-sells",
	[BRANDS] = "Brands",
};

struct woo {
	struct import *im;
	int at[FIELDS];
	int weight;                     /* its unit stands in the header: "Weight (lbs)" */
	const char *weight_unit;
	int attributes[ATTRIBUTES_MAX], values[ATTRIBUTES_MAX];
	int nattributes;
	int position;
};

bool layout_woo_fits(const struct csv *csv)
{
	return csv_column(csv, "Type") >= 0 && csv_column(csv, "Regular price") >= 0 && csv_column(csv, "Name") >= 0;
}

static void read_header(struct woo *w)
{
	const struct import *im = w->im;

	for (int f = 0; f < FIELDS; f++)
		w->at[f] = csv_column(im->csv, names[f]);
	w->weight = -1;
	for (size_t i = 0; i < csv_columns(im->csv); i++) {
		const char *name = csv_name(im->csv, i);

		if (strncasecmp(name, "Weight (", 8) == 0) {
			w->weight = (int)i;
			w->weight_unit = mem_strndup(im->ctx, name + 8, strcspn(name + 8, ")"));
		}
	}
	for (int i = 0; i < ATTRIBUTES_MAX; i++) {
		w->attributes[i] = csv_column(im->csv, mem_printf(im->ctx, "Attribute %d name", i + 1));
		w->values[i] = csv_column(im->csv, mem_printf(im->ctx, "Attribute %d value(s)", i + 1));
		if (w->attributes[i] >= 0 && w->values[i] >= 0)
			w->nattributes = i + 1;
	}
}

static const char *field(struct woo *w, enum field f, size_t max)
{
	const char *text = cell_text(w->im, w->at[f], max);

	return text != NULL ? text : "";
}

/* The kind of the row: its first word that is no modifier. */
static const char *kind_of(struct woo *w)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = cell_list(w->im, w->at[TYPE], ',', parts);

	for (size_t i = 0; i < n; i++)
		if (strcasecmp(parts[i], "downloadable") != 0 && strcasecmp(parts[i], "virtual") != 0 && *parts[i] != '\0')
			return parts[i];
	return "simple";
}

static void put_alias(struct woo *w, const char *alias, const char *reference, const char *weight)
{
	if (*alias != '\0')
		stage_put(w->im->stage, "import_alias", "alias, reference, weight_g", (const char *const[]){ alias, reference, weight }, 3);
}

/* "A > B, C \, D": categories between commas, a backslash keeps a comma in a name. */
static void take_categories(struct woo *w, const char *reference)
{
	char *text = mem_strdup(w->im->row, field(w, CATEGORIES, 4000)), *to = text;
	const char *path[8];
	size_t n = 0;
	int position = 0;

	for (char *from = text, *start = text; ; from++) {
		bool end = *from == '\0', comma = *from == ',', level = *from == '>';

		if (*from == '\\' && from[1] == ',') {
			*to++ = *++from;
			continue;
		}
		if (!end && !comma && !level) {
			*to++ = *from;
			continue;
		}
		while (to > start && to[-1] == ' ')
			to--;
		*to = '\0';
		start += strspn(start, " ");
		if (*start != '\0' && n < ARRAY_LEN(path))
			path[n++] = mem_strdup(w->im->row, start);
		start = to = from + 1;
		if ((end || comma) && n > 0) {
			put_item(w->im, w->at[CATEGORIES], reference, "category", NULL, foreign_category(w->im, path, n, false), position++, NULL);
			n = 0;
		}
		if (end)
			return;
	}
}

static void take_references(struct woo *w, enum field f, const char *reference, int first)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = foreign_list(w->im, w->at[f], parts);

	for (size_t i = 0; i < n; i++)
		if (*parts[i] != '\0')
			put_item(w->im, w->at[f], reference, "related", NULL, parts[i], first + (int)i, NULL);
}

static void take_images(struct woo *w, const char *reference)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = foreign_list(w->im, w->at[IMAGES], parts);

	for (size_t i = 0; i < n; i++)
		foreign_picture(w->im, w->at[IMAGES], reference, parts[i], (int)i);
}

/* What every product may have; those that its variations choose among are taken out in the second pass. */
static void take_specs(struct woo *w, const char *reference)
{
	struct import *im = w->im;

	for (int i = 0; i < w->nattributes; i++) {
		const char *name = cell_text(im, w->attributes[i], 60), *parts[IMPORT_LIST_MAX], *attribute;
		const char *raw = csv_field(im->csv, (size_t)w->values[i]);
		size_t n = strchr(raw, '|') != NULL ? cell_list(im, w->values[i], '|', parts) : foreign_list(im, w->values[i], parts);

		for (size_t j = 0; name != NULL && *name != '\0' && j < n; j++)
			if (*parts[j] != '\0') {
				const char *value = foreign_value(im, name, parts[j], &attribute);

				put_item(im, w->values[i], reference, "spec", attribute, value, (int)j, NULL);
			}
	}
}

/* The first brand of the list. */
static const char *brand(struct woo *w)
{
	const char *parts[IMPORT_LIST_MAX];

	if (w->at[BRANDS] < 0)
		return NULL;
	if (foreign_list(w->im, w->at[BRANDS], parts) == 0)
		return "";
	if (utf8_length(parts[0]) <= 100)
		return parts[0];
	import_error(w->im, w->at[BRANDS], "the text is longer than %d characters", 100);
	return NULL;
}

static void take_product(struct woo *w, const char *reference)
{
	struct import *im = w->im;
	const char *published = cell_int(im, w->at[PUBLISHED], -1, 1, "1"), *visibility = field(w, VISIBILITY, 20);
	const char *tax = field(w, TAX_CLASS, 40), *name = field(w, NAME, 200), *text = cell_block(im, w->at[DESCRIPTION], 500000);
	const char *brief = cell_block(im, w->at[SHORT], 50000);
	struct product_row p = { .reference = reference,
		.status = published != NULL && strcmp(published, "-1") == 0 ? "draft" : "active",
		.brand = brand(w), .featured = cell_bool(im, w->at[FEATURED], "false"),
		.visible = (published != NULL && strcmp(published, "0") == 0) || strcasecmp(visibility, "hidden") == 0 ? "false" : "true",
		.tax_class = w->at[TAX_CLASS] < 0 ? NULL : *tax == '\0' || strcasecmp(tax, "parent") == 0 ? "standard" : tax };
	struct text_row t = { .reference = reference, .locale = im->locales[0], .name = name,
		.summary = brief == NULL ? NULL : import_plain(im->row, brief, SUMMARY_MAX),
		.description = text == NULL ? NULL : import_markdown(im->row, text) };

	put_product(im, &p);
	if (*name == '\0')
		import_error(im, w->at[NAME], "the name is empty");
	else
		put_text(im, &t);
	if (strcasecmp(field(w, TAX_STATUS, 20), "none") == 0)
		import_warn(im, w->at[TAX_STATUS], "the product is not taxed there; here its tax class is %s until you change it",
			    p.tax_class != NULL ? p.tax_class : "standard");
	take_categories(w, reference);
	foreign_tags(im, w->at[TAGS], reference);
	take_images(w, reference);
	take_references(w, UPSELLS, reference, 0);
	take_references(w, CROSS, reference, IMPORT_LIST_MAX);
	take_specs(w, reference);
}

/* A sale price of some days, which count whole.  One without a first day holds since ever. */
static void take_sale(struct woo *w, const char *sku, const char *sale)
{
	struct import *im = w->im;
	const char *from = field(w, SALE_FROM, 40), *to = field(w, SALE_TO, 40);
	const char *starts = import_moment(im->row, *from != '\0' ? from : "1970-01-01", false);
	const char *ends = *to != '\0' ? import_moment(im->row, to, true) : "infinity";

	if (starts == NULL || ends == NULL)
		import_error(im, starts == NULL ? w->at[SALE_FROM] : w->at[SALE_TO], "%s is not a day like 2026-11-20",
			     report_quote(im->report, starts == NULL ? from : to));
	else
		put_special(im, w->at[SALE], sku, im->currencies[0], sale, NULL, starts, ends);
}

static void take_price(struct woo *w, const char *sku)
{
	struct import *im = w->im;
	const char *regular = cell_money(im, w->at[REGULAR], im->currencies[0]), *sale = cell_money(im, w->at[SALE], im->currencies[0]);
	int64_t now, old;

	if (sale != NULL && (*field(w, SALE_FROM, 40) != '\0' || *field(w, SALE_TO, 40) != '\0')) {
		take_sale(w, sku, sale);
		sale = NULL;
	}
	if (regular == NULL)
		return;
	if (sale != NULL && parse_int(sale, 0, INT64_MAX, &now) && parse_int(regular, 0, INT64_MAX, &old) && now < old)
		put_price(im, w->at[SALE], sku, im->currencies[0], 1, sale, regular);
	else
		put_price(im, w->at[REGULAR], sku, im->currencies[0], 1, regular, NULL);
}

static void take_variant(struct woo *w, const char *reference, const char *sku)
{
	struct import *im = w->im;
	const char *in_stock = field(w, IN_STOCK, 20), *stock = field(w, STOCK, 30), *back = field(w, BACKORDERS, 20);
	bool counted = *stock != '\0' && strcasecmp(stock, "parent") != 0;
	bool out = strcmp(in_stock, "0") == 0, later = strcmp(back, "1") == 0 || strcasecmp(back, "notify") == 0;
	struct variant_row v = { .reference = reference, .sku = sku, .position = w->position++, .gtin = foreign_gtin(im, w->at[GTIN]),
		.made_to_order = w->at[BACKORDERS] < 0 && w->at[IN_STOCK] < 0 ? NULL : later || strcasecmp(in_stock, "backorder") == 0 ? "true" : "false",
		/* An empty cell is stock that nobody counts; a file without the column says nothing of it. */
		.track_stock = w->at[STOCK] < 0 && !out ? NULL : counted || out ? "true" : "false",
		.weight_g = w->weight < 0 ? NULL : foreign_weight(im, w->weight, w->weight_unit) };
	const char *quantity = counted ? foreign_stock(im, w->at[STOCK]) : out ? "0" : NULL;

	put_variant(im, &v);
	take_price(w, sku);
	if (quantity != NULL && im->nwarehouses > 0)
		put_stock(im, w->at[STOCK], sku, im->warehouses[0], quantity);
}

static void take_variation(struct woo *w, const char *sku)
{
	struct import *im = w->im;
	const char *parent = field(w, PARENT, 64), *attribute;
	int options = 0;

	if (*parent == '\0') {
		import_error(im, w->at[PARENT], "a variation needs a parent");
		return;
	}
	if (strcmp(field(w, PUBLISHED, 5), "0") == 0) {
		import_warn(im, w->at[PUBLISHED], "a variation that is not published is left out");
		return;
	}
	take_variant(w, parent, sku);
	for (int i = 0; i < w->nattributes; i++) {
		const char *name = cell_text(im, w->attributes[i], 60), *value = cell_text(im, w->values[i], 200);

		if (name == NULL || value == NULL || *name == '\0')
			continue;
		if (options == 3) {
			import_error(im, w->attributes[i], "a variant has at most 3 options");
			return;
		}
		/* an empty value means any */
		value = foreign_value(im, name, *value != '\0' ? value : "Any", &attribute);
		put_option(im, w->values[i], sku, attribute, value, options++);
	}
}

static void take_row(struct woo *w)
{
	struct import *im = w->im;
	const char *kind = kind_of(w), *sku = field(w, SKU, 64), *id = field(w, ID, 20);
	const char *reference = *sku != '\0' ? sku : mem_printf(im->row, "wc-%s", id), *weight;

	if (*sku == '\0' && *id == '\0') {
		import_error(im, w->at[SKU], "the row has neither SKU nor ID");
		return;
	}
	if (strcasecmp(kind, "variation") == 0) {
		take_variation(w, reference);
		return;
	}
	if (strcasecmp(kind, "simple") != 0 && strcasecmp(kind, "variable") != 0) {
		import_warn(im, w->at[TYPE], strcasecmp(kind, "grouped") == 0 ? "a grouped product is left out; its parts come in themselves"
			    : strcasecmp(kind, "external") == 0 ? "an external product is left out: it is sold elsewhere"
			    : "a product of this type is not known here and left out");
		return;
	}
	weight = w->weight < 0 ? NULL : foreign_weight(im, w->weight, w->weight_unit);
	put_alias(w, sku, reference, weight);
	if (*id != '\0')
		put_alias(w, mem_printf(im->row, "id:%s", id), reference, weight);
	take_product(w, reference);
	if (strcasecmp(kind, "simple") == 0)
		take_variant(w, reference, reference);
}

void layout_woo_read(struct import *im, int64_t *rows)
{
	struct woo *w = mem_new(im->ctx, struct woo);

	w->im = im;
	read_header(w);
	put_flag(im, "options", "");
	/* There is no archive: what is archived here goes out, and comes back, as a draft. */
	put_flag(im, "no archive", "");
	put_flag(im, "price", im->currencies[0]);
	if (w->at[SALE] >= 0)
		put_flag(im, "was", im->currencies[0]);
	/* Of no currency: there is one such price there, others that are here stay. */
	if (w->at[SALE] >= 0)
		put_flag(im, "special", "");
	if (w->at[CATEGORIES] >= 0)
		put_flag(im, "categories", "");
	if (w->at[TAGS] >= 0)
		put_flag(im, "tags", "");
	if (w->at[IMAGES] >= 0 && !im->no_pictures)
		put_flag(im, "image", "");
	while (import_next(im)) {
		if (++*rows > IMPORT_ROWS_MAX) {
			import_error(im, -1, "the file has more than %d rows: split it", IMPORT_ROWS_MAX);
			return;
		}
		take_row(w);
	}
}
