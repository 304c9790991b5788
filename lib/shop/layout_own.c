#include "shop/layout_own.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/pricing.h"

enum suffix { PLAIN, LOCALE, CURRENCY, WAREHOUSE, ATTRIBUTE };

enum field {
	PRODUCT, STATUS, BRAND, SLUG, NAME, SUMMARY, DESCRIPTION, META_TITLE, META_DESCRIPTION, CATEGORIES, TAGS, TAGS_IN, TAX_CLASS,
	LEAD_TIME, MADE_TO_ORDER, FEATURED, VISIBLE, TIERS_BY, RELATED, ACCESSORIES, ALTERNATIVES, IMAGES, IMAGE_ALT, IMAGE_OPTION, DOCUMENTS, DOCUMENT_TITLE,
	SPEC, SKU, GTIN, OPTION, PRICE, WAS, MARKUP, TIERS, SPECIAL, PARTS, OWN_NAME, OWN_SUMMARY, OWN_DESCRIPTION, WEIGHT, STOCK, VARIANT_MADE, TRACK_STOCK, POSITION, FIELDS
};

/* In which files a column stands: of products, of listings. */
enum file { PRODUCTS = BIT(0), LISTINGS = BIT(1), BOTH = PRODUCTS | LISTINGS };

static const struct column {
	const char *name;
	enum suffix suffix;
	enum file files;
} columns[FIELDS] = {
	[PRODUCT] = { "product", PLAIN, BOTH }, [STATUS] = { "status", PLAIN, PRODUCTS },
	[BRAND] = { "brand", PLAIN, PRODUCTS }, [SLUG] = { "slug", LOCALE, PRODUCTS },
	[NAME] = { "name", LOCALE, BOTH }, [SUMMARY] = { "summary", LOCALE, BOTH },
	[DESCRIPTION] = { "description", LOCALE, BOTH }, [META_TITLE] = { "meta_title", LOCALE, PRODUCTS },
	[META_DESCRIPTION] = { "meta_description", LOCALE, PRODUCTS }, [CATEGORIES] = { "categories", PLAIN, BOTH },
	[TAGS] = { "tags", PLAIN, PRODUCTS }, [TAGS_IN] = { "tags", LOCALE, PRODUCTS },
	[TAX_CLASS] = { "tax_class", PLAIN, PRODUCTS }, [LEAD_TIME] = { "lead_time_days", PLAIN, PRODUCTS },
	[MADE_TO_ORDER] = { "made_to_order", PLAIN, PRODUCTS }, [FEATURED] = { "featured", PLAIN, BOTH },
	[VISIBLE] = { "visible", PLAIN, BOTH }, [TIERS_BY] = { "tiers_by", PLAIN, PRODUCTS },
	[RELATED] = { "related", PLAIN, PRODUCTS }, [ACCESSORIES] = { "accessories", PLAIN, PRODUCTS },
	[ALTERNATIVES] = { "alternatives", PLAIN, PRODUCTS }, [IMAGES] = { "images", PLAIN, BOTH },
	[IMAGE_ALT] = { "image_alt", LOCALE, PRODUCTS }, [IMAGE_OPTION] = { "image_option", PLAIN, PRODUCTS },
	[DOCUMENTS] = { "documents", PLAIN, PRODUCTS }, [DOCUMENT_TITLE] = { "document_title", LOCALE, PRODUCTS },
	[SPEC] = { "spec", ATTRIBUTE, PRODUCTS }, [SKU] = { "sku", PLAIN, BOTH },
	[GTIN] = { "gtin", PLAIN, PRODUCTS }, [OPTION] = { "option", ATTRIBUTE, PRODUCTS },
	[PRICE] = { "price", CURRENCY, BOTH }, [WAS] = { "was", CURRENCY, BOTH },
	[MARKUP] = { "markup", CURRENCY, BOTH },
	[TIERS] = { "tiers", CURRENCY, BOTH }, [WEIGHT] = { "weight_g", PLAIN, PRODUCTS },
	[SPECIAL] = { "special", CURRENCY, BOTH }, [PARTS] = { "parts", PLAIN, PRODUCTS },
	[OWN_NAME] = { "own_name", LOCALE, PRODUCTS }, [OWN_SUMMARY] = { "own_summary", LOCALE, PRODUCTS },
	[OWN_DESCRIPTION] = { "own_description", LOCALE, PRODUCTS },
	[STOCK] = { "stock", WAREHOUSE, PRODUCTS }, [VARIANT_MADE] = { "variant_made_to_order", PLAIN, PRODUCTS },
	[TRACK_STOCK] = { "track_stock", PLAIN, PRODUCTS }, [POSITION] = { "position", PLAIN, LISTINGS },
};

/* Options and properties in one file: the schema allows three options a product; a file of all products has those of all. */
#define OPTIONS_MAX 64
#define TIERS_MAX 20
/* Of a bundle, and pieces of each: those of the console's page. */
#define PARTS_MAX 50
#define PIECES_MAX 100

struct own {
	struct import *im;
	enum file file;
	int plain[FIELDS];
	int *by_locale[FIELDS];         /* a column for each language of the store */
	int *by_currency[FIELDS];
	int *by_warehouse;
	int options[OPTIONS_MAX], specs[OPTIONS_MAX];
	const char *option_names[OPTIONS_MAX], *spec_names[OPTIONS_MAX];
	size_t noptions, nspecs;
	char reference[65 * 4];         /* of the product whose rows these are; "" before the first */
	int position;                   /* of the variant in it */
};

bool layout_own_fits(const struct csv *csv)
{
	return csv_column(csv, "product") >= 0 && csv_column(csv, "sku") >= 0;
}

/* ---- the header --------------------------------------------------------------------- */

static int find(const struct own *o, enum field f, const char *suffix)
{
	return csv_column(o->im->csv, mem_printf(o->im->row, "%s:%s", columns[f].name, suffix));
}

/* Is NAME a column of FIELD, and does its suffix exist? */
static bool is_column(struct own *o, const char *name, size_t column)
{
	const struct import *im = o->im;
	const char *colon = strchr(name, ':'), *suffix = colon != NULL ? colon + 1 : "";
	size_t n = colon != NULL ? (size_t)(colon - name) : strlen(name);

	for (int f = 0; f < FIELDS; f++) {
		if ((columns[f].files & o->file) == 0 || strlen(columns[f].name) != n || strncasecmp(columns[f].name, name, n) != 0
		    || (columns[f].suffix == PLAIN) != (colon == NULL))
			continue;
		if ((columns[f].suffix == LOCALE && !import_has_locale(im, suffix))
		    || (columns[f].suffix == CURRENCY && !import_has_currency(im, suffix))
		    || (columns[f].suffix == WAREHOUSE && !import_has_warehouse(im, suffix))) {
			report_error(im->report, 1, name, "the store has no %s \"%s\"", columns[f].suffix == LOCALE ? "language"
				     : columns[f].suffix == CURRENCY ? "currency" : "warehouse", suffix);
			return true;
		}
		if (f == OPTION || f == SPEC) {
			size_t *count = f == OPTION ? &o->noptions : &o->nspecs;

			if (*count == OPTIONS_MAX) {
				report_error(im->report, 1, name, "more than %d such columns", OPTIONS_MAX);
				return true;
			}
			(f == OPTION ? o->options : o->specs)[*count] = (int)column;
			(f == OPTION ? o->option_names : o->spec_names)[*count] = mem_strdup(im->ctx, suffix);
			*count += 1;
		}
		return true;
	}
	return false;
}

static void read_header(struct own *o)
{
	struct import *im = o->im;
	const char *names[FIELDS];

	for (int f = 0; f < FIELDS; f++)
		names[f] = columns[f].name;
	for (size_t i = 0; i < csv_columns(im->csv); i++) {
		const char *name = csv_name(im->csv, i), *near;

		if (*name == '\0' || is_column(o, name, i))
			continue;
		near = report_nearest(mem_strndup(im->row, name, strcspn(name, ":")), names, FIELDS);
		report_warn(im->report, 1, name, "the column is not known and not read%s%s%s", near != NULL ? "; did you mean " : "",
			    near != NULL ? near : "", near != NULL ? "?" : "");
	}
	for (int f = 0; f < FIELDS; f++) {
		bool read = (columns[f].files & o->file) != 0;

		o->plain[f] = read && columns[f].suffix == PLAIN ? csv_column(im->csv, columns[f].name) : -1;
		o->by_locale[f] = mem_array(im->ctx, int, im->nlocales);
		o->by_currency[f] = mem_array(im->ctx, int, im->ncurrencies);
		for (size_t i = 0; i < im->nlocales; i++)
			o->by_locale[f][i] = read && columns[f].suffix == LOCALE ? find(o, f, im->locales[i]) : -1;
		for (size_t i = 0; i < im->ncurrencies; i++)
			o->by_currency[f][i] = read && columns[f].suffix == CURRENCY ? find(o, f, im->currencies[i]) : -1;
	}
	o->by_warehouse = mem_array(im->ctx, int, im->nwarehouses);
	for (size_t i = 0; i < im->nwarehouses; i++)
		o->by_warehouse[i] = o->file == PRODUCTS ? find(o, STOCK, im->warehouses[i]) : -1;
	for (int f = PRODUCT; f <= SKU; f += SKU - PRODUCT)
		if (o->plain[f] < 0 && (f == PRODUCT || o->file == PRODUCTS))
			report_error(im->report, 1, columns[f].name, "the file needs this column");
}

static void put_flags(struct own *o)
{
	static const struct {
		enum field field;
		const char *flag;
	} money[] = { { PRICE, "price" }, { WAS, "was" }, { TIERS, "tiers" }, { SPECIAL, "special" }, { MARKUP, "markup" } };
	struct import *im = o->im;

	if (o->plain[CATEGORIES] >= 0)
		put_flag(im, "categories", "");
	if (o->plain[TAGS] >= 0)
		put_flag(im, "tags", "");
	for (size_t i = 0; i < im->nlocales; i++)
		if (o->by_locale[TAGS_IN][i] >= 0)
			put_flag(im, "tags", im->locales[i]);
	if (o->noptions > 0)
		put_flag(im, "options", "");
	if (o->plain[PARTS] >= 0)
		put_flag(im, "parts", "");
	if (o->plain[RELATED] >= 0)
		put_flag(im, "related", "");
	if (o->plain[ACCESSORIES] >= 0)
		put_flag(im, "accessory", "");
	if (o->plain[ALTERNATIVES] >= 0)
		put_flag(im, "alternative", "");
	if (o->plain[IMAGES] >= 0 && !im->no_pictures)
		put_flag(im, "image", "");
	if (o->plain[DOCUMENTS] >= 0 && !im->no_pictures)
		put_flag(im, "document", "");
	for (size_t i = 0; i < o->nspecs; i++)
		put_flag(im, "spec", o->spec_names[i]);
	for (size_t k = 0; k < ARRAY_LEN(money); k++)
		for (size_t i = 0; i < im->ncurrencies; i++)
			if (o->by_currency[money[k].field][i] >= 0)
				put_flag(im, money[k].flag, im->currencies[i]);
}

/* ---- a product's first row ----------------------------------------------------------- */

static void take_list(struct own *o, int column, const char *kind, const char *name, size_t max)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = cell_list(o->im, column, '|', parts);

	for (size_t i = 0; i < n; i++) {
		if (*parts[i] == '\0')
			continue;
		if (utf8_length(parts[i]) > max)
			import_error(o->im, column, "%s is longer than %zu characters", report_quote(o->im->report, parts[i]), max);
		else
			put_item(o->im, column, o->reference, kind, name, parts[i], (int)i, NULL);
	}
}

/* Files with their labels in each language, and for pictures the option value they show. */
static void take_files(struct own *o, enum field files, enum field labels, const char *kind)
{
	const char *parts[IMPORT_LIST_MAX], *texts[IMPORT_LIST_MAX], *options[IMPORT_LIST_MAX];
	size_t n = cell_list(o->im, o->plain[files], '|', parts);
	size_t noptions = files == IMAGES ? cell_list(o->im, o->plain[IMAGE_OPTION], '|', options) : 0;

	if (o->im->no_pictures)
		return;
	if (noptions > n)
		import_error(o->im, o->plain[IMAGE_OPTION], "there are more option values than pictures");
	for (size_t i = 0; i < n; i++)
		if (*parts[i] != '\0')
			put_item(o->im, o->plain[files], o->reference, kind, NULL, parts[i], (int)i, i < noptions ? options[i] : NULL);
	for (size_t l = 0; l < o->im->nlocales; l++) {
		size_t ntexts = cell_list(o->im, o->by_locale[labels][l], '|', texts);

		if (ntexts > n)
			import_error(o->im, o->by_locale[labels][l], "there are more texts than files");
		for (size_t i = 0; i < ntexts && i < n; i++)
			put_label(o->im, o->reference, kind, (int)i, o->im->locales[l], texts[i]);
	}
}

static void take_texts(struct own *o)
{
	struct import *im = o->im;

	for (size_t l = 0; l < im->nlocales; l++) {
		struct text_row t = { .reference = o->reference, .locale = im->locales[l],
			.slug = cell_slug(im, o->by_locale[SLUG][l]), .name = cell_text(im, o->by_locale[NAME][l], 200),
			.summary = cell_text(im, o->by_locale[SUMMARY][l], 500),
			.description = cell_block(im, o->by_locale[DESCRIPTION][l], 100000),
			.meta_title = cell_text(im, o->by_locale[META_TITLE][l], 200),
			.meta_description = cell_text(im, o->by_locale[META_DESCRIPTION][l], 500) };

		if (t.name != NULL && *t.name != '\0')
			put_text(im, &t);
		else if (t.name != NULL && ((t.slug != NULL && *t.slug != '\0') || (t.description != NULL && *t.description != '\0')))
			import_error(im, o->by_locale[NAME][l], "the name is empty");
	}
}

/* The store's own, in the columns NAME, SUMMARY and DESCRIPTION. */
static void take_own_texts(struct own *o, enum field name, enum field summary, enum field description)
{
	struct import *im = o->im;

	for (size_t l = 0; l < im->nlocales; l++)
		if (o->by_locale[name][l] >= 0 || o->by_locale[summary][l] >= 0 || o->by_locale[description][l] >= 0)
			put_own_text(im, &(struct text_row){ .reference = o->reference, .locale = im->locales[l],
				.name = cell_text(im, o->by_locale[name][l], 200),
				.summary = cell_text(im, o->by_locale[summary][l], 500),
				.description = cell_block(im, o->by_locale[description][l], 100000) });
}

/* Rules of prices: "store suelas +10% .95", "store suelas:EUR*1.08 -5%", "cost +80% .95", "cost :USD*0.92 +80%", "hand". */
static void take_markups(struct own *o)
{
	struct import *im = o->im;

	for (size_t c = 0; c < im->ncurrencies; c++) {
		int column = o->by_currency[MARKUP][c];
		const char *text = column < 0 ? NULL : cell_text(im, column, 200);
		struct markup_row m = { .reference = o->reference, .currency = im->currencies[c] };

		if (text == NULL || *text == '\0')
			continue;
		if (import_markup(im->row, text, &m))
			put_markup(im, column, &m);
		else
			import_error(im, column, "%s is not a rule of prices, like store suelas +10%% .95, cost +80%% or hand", report_quote(im->report, text));
	}
}

static void take_product(struct own *o)
{
	struct import *im = o->im;
	struct product_row p = { .reference = o->reference,
		.status = cell_choice(im, o->plain[STATUS], "draft active archived", "active"),
		.brand = cell_text(im, o->plain[BRAND], 100),
		.tax_class = cell_code(im, o->plain[TAX_CLASS]),
		.lead_time_days = cell_int(im, o->plain[LEAD_TIME], 0, 365, "0"),
		.made_to_order = cell_bool(im, o->plain[MADE_TO_ORDER], "false"),
		.featured = cell_bool(im, o->plain[FEATURED], "false"),
		.visible = cell_bool(im, o->plain[VISIBLE], "true"),
		.tiers_by = cell_choice(im, o->plain[TIERS_BY], "product variant", "product") };

	if (p.tax_class != NULL && *p.tax_class == '\0')
		p.tax_class = "standard";
	put_product(im, &p);
	take_texts(o);
	take_own_texts(o, OWN_NAME, OWN_SUMMARY, OWN_DESCRIPTION);
	take_list(o, o->plain[CATEGORIES], "category", NULL, 121);
	take_list(o, o->plain[TAGS], "tag", NULL, 60);
	for (size_t i = 0; i < im->nlocales; i++)
		take_list(o, o->by_locale[TAGS_IN][i], "tag", im->locales[i], 60);
	take_list(o, o->plain[RELATED], "related", NULL, 64);
	take_list(o, o->plain[ACCESSORIES], "accessory", NULL, 64);
	take_list(o, o->plain[ALTERNATIVES], "alternative", NULL, 64);
	take_markups(o);
	take_files(o, IMAGES, IMAGE_ALT, "image");
	take_files(o, DOCUMENTS, DOCUMENT_TITLE, "document");
	for (size_t i = 0; i < o->nspecs; i++) {
		const char *parts[IMPORT_LIST_MAX];
		size_t n = cell_list(im, o->specs[i], '|', parts);

		for (size_t j = 0; j < n; j++)
			if (*parts[j] != '\0')
				put_item(im, o->specs[i], o->reference, "spec", o->spec_names[i], parts[j], (int)j, NULL);
	}
}

/* What a store has of its own. */
static void take_listing(struct own *o)
{
	struct import *im = o->im;

	put_product(im, &(struct product_row){ .reference = o->reference,
		.featured = cell_bool(im, o->plain[FEATURED], "false"),
		.visible = cell_bool(im, o->plain[VISIBLE], "true"),
		.position = cell_int(im, o->plain[POSITION], 0, 1000000, NULL) });
	take_own_texts(o, NAME, SUMMARY, DESCRIPTION);
	take_markups(o);
	take_list(o, o->plain[CATEGORIES], "category", NULL, 121);
	take_files(o, IMAGES, IMAGE_ALT, "image");
}

/* ---- a variant ----------------------------------------------------------------------- */

static void take_tiers(struct own *o, const char *sku, size_t c)
{
	struct import *im = o->im;
	const char *parts[IMPORT_LIST_MAX], *currency = im->currencies[c];
	int column = o->by_currency[TIERS][c];
	size_t n = cell_list(im, column, '|', parts);
	int64_t before = 1, quantity, minor;

	for (size_t i = 0; i < n; i++) {
		const char *colon = strchr(parts[i], ':');

		if (colon == NULL || n > TIERS_MAX || !parse_int(mem_strndup(im->row, parts[i], (size_t)(colon - parts[i])), before + 1, 10000, &quantity)
		    || !parse_money(colon + 1, currency_exponent(currency), &minor) || minor > PRICING_MAX_PRICE) {
			import_error(im, column, "%s is not a tier: quantities rise from 2 to 10000, like 10:18.50|50:16.90",
				     report_quote(im->report, parts[i]));
			return;
		}
		before = quantity;
		put_price(im, column, sku, currency, quantity, mem_printf(im->row, "%lld", (long long)minor), NULL);
	}
}

/* One price of some days: "16.90@2026-11-20..2026-11-30", "16.90<19.90@2026-11-20 08:00..2026-11-30 20:00". */
static bool take_special(struct own *o, const char *sku, size_t c, const char *text)
{
	struct import *im = o->im;
	const char *currency = im->currencies[c], *at = strchr(text, '@'), *dots = at != NULL ? strstr(at, "..") : NULL;
	char *amount = dots != NULL ? mem_strndup(im->row, text, (size_t)(at - text)) : NULL, *was = amount != NULL ? strchr(amount, '<') : NULL;
	const char *starts = dots != NULL ? import_moment(im->row, mem_strndup(im->row, at + 1, (size_t)(dots - at - 1)), false) : NULL;
	const char *ends = dots == NULL ? NULL : dots[2] == '\0' ? "infinity" : import_moment(im->row, dots + 2, true);
	int64_t minor, old = 0;

	if (was != NULL)
		*was++ = '\0';
	if (starts == NULL || ends == NULL || !parse_money(amount, currency_exponent(currency), &minor) || minor > PRICING_MAX_PRICE
	    || (was != NULL && (!parse_money(was, currency_exponent(currency), &old) || old <= minor || old > PRICING_MAX_PRICE)))
		return false;
	put_special(im, o->by_currency[SPECIAL][c], sku, currency, mem_printf(im->row, "%lld", (long long)minor),
		    was == NULL ? NULL : mem_printf(im->row, "%lld", (long long)old), starts, ends);
	return true;
}

static void take_specials(struct own *o, const char *sku, size_t c)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = cell_list(o->im, o->by_currency[SPECIAL][c], '|', parts);

	for (size_t i = 0; i < n; i++)
		if (!take_special(o, sku, c, parts[i])) {
			import_error(o->im, o->by_currency[SPECIAL][c], "%s is not a price of some days, like 16.90@2026-11-20..2026-11-30",
				     report_quote(o->im->report, parts[i]));
			return;
		}
}

/* What a bundle contains: "SKU:2|SKU", pieces behind the last colon. */
static void take_parts(struct own *o, const char *sku)
{
	struct import *im = o->im;
	const char *parts[IMPORT_LIST_MAX];
	int column = o->plain[PARTS];
	size_t n = cell_list(im, column, '|', parts);

	if (n > PARTS_MAX) {
		import_error(im, column, "the list has more than %d items", PARTS_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *colon = strrchr(parts[i], ':');
		int64_t pieces = 1;
		size_t length = colon != NULL ? (size_t)(colon - parts[i]) : strlen(parts[i]);

		if (*parts[i] == '\0')
			continue;
		if (length == 0 || length > 64 * 4 || (colon != NULL && !parse_int(colon + 1, 1, PIECES_MAX, &pieces))) {
			import_error(im, column, "%s is not a part: an SKU and 1 to 100 pieces, like SOLE-40:2", report_quote(im->report, parts[i]));
			return;
		}
		put_part(im, column, sku, mem_strndup(im->row, parts[i], length), mem_printf(im->row, "%lld", (long long)pieces), (int)i + 1);
	}
}

static void take_prices(struct own *o, const char *sku)
{
	struct import *im = o->im;

	for (size_t c = 0; c < im->ncurrencies; c++) {
		const char *amount = cell_money(im, o->by_currency[PRICE][c], im->currencies[c]);
		const char *was = cell_money(im, o->by_currency[WAS][c], im->currencies[c]);
		int64_t now, old;

		take_specials(o, sku, c);
		if (amount == NULL)
			continue;
		if (was != NULL && parse_int(was, 0, INT64_MAX, &old) && parse_int(amount, 0, INT64_MAX, &now) && old <= now) {
			import_error(im, o->by_currency[WAS][c], "the former price must be higher than the price");
			was = NULL;
		}
		put_price(im, o->by_currency[PRICE][c], sku, im->currencies[c], 1, amount, was);
		take_tiers(o, sku, c);
	}
}

static const char *gtin_of(struct import *im, int column)
{
	const char *text = cell_text(im, column, 20);

	if (text == NULL || *text == '\0')
		return text;
	if (strlen(text) >= 8 && strlen(text) <= 14 && strspn(text, "0123456789") == strlen(text))
		return text;
	import_error(im, column, "%s is not a GTIN of 8 to 14 digits", report_quote(im->report, text));
	return NULL;
}

static void take_variant(struct own *o)
{
	struct import *im = o->im;
	const char *sku = cell_sku(im, o->plain[SKU], 64);
	struct variant_row v = { .reference = o->reference, .sku = sku, .position = o->position++,
		.gtin = gtin_of(im, o->plain[GTIN]),
		.made_to_order = cell_bool(im, o->plain[VARIANT_MADE], "false"),
		.track_stock = cell_bool(im, o->plain[TRACK_STOCK], "true"),
		.weight_g = cell_int(im, o->plain[WEIGHT], 0, 1000000, "0") };
	int options = 0;

	if (sku == NULL || *sku == '\0') {
		if (sku != NULL && o->file == PRODUCTS)
			import_error(im, o->plain[SKU], "the SKU is empty");
		for (size_t i = 0; o->file == LISTINGS && i < im->ncurrencies; i++)
			if (cell_money(im, o->by_currency[PRICE][i], im->currencies[i]) != NULL)
				import_error(im, o->by_currency[PRICE][i], "a price needs the SKU of a variant");
		return;
	}
	put_variant(im, &v);
	for (size_t i = 0; i < o->noptions; i++) {
		const char *value = cell_code(im, o->options[i]);

		if (value == NULL || *value == '\0')
			continue;
		if (options == 3)
			import_error(im, o->options[i], "a variant has at most 3 options");
		else
			put_option(im, o->options[i], sku, o->option_names[i], value, options++);
	}
	take_prices(o, sku);
	take_parts(o, sku);
	for (size_t i = 0; i < im->nwarehouses; i++) {
		const char *quantity = cell_int(im, o->by_warehouse[i], 0, 10000000, NULL);

		if (quantity != NULL)
			put_stock(im, o->by_warehouse[i], sku, im->warehouses[i], quantity);
	}
}

static void read_file(struct import *im, enum file file, int64_t *rows)
{
	struct own *o = mem_new(im->ctx, struct own);

	o->im = im;
	o->file = file;
	read_header(o);
	if (im->report->errors > 0)
		return;
	put_flags(o);
	while (import_next(im)) {
		const char *reference = cell_sku(im, o->plain[PRODUCT], 64);

		if (++*rows > IMPORT_ROWS_MAX) {
			import_error(im, -1, "the file has more than %d rows: split it", IMPORT_ROWS_MAX);
			return;
		}
		if (reference == NULL)
			continue;
		if (*reference == '\0' && *o->reference == '\0') {
			import_error(im, o->plain[PRODUCT], "the first row needs a product");
			continue;
		}
		if (*reference != '\0' && strcmp(reference, o->reference) != 0) {
			snprintf(o->reference, sizeof(o->reference), "%s", reference);
			o->position = 0;
			(o->file == PRODUCTS ? take_product : take_listing)(o);
		}
		take_variant(o);
	}
}

void layout_own_read(struct import *im, int64_t *rows)
{
	read_file(im, PRODUCTS, rows);
}

void layout_own_listings(struct import *im, int64_t *rows)
{
	read_file(im, LISTINGS, rows);
}
