#include "shop/layout_foreign.h"

#include "base/crypto.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/import_html.h"

/* Characters of a handle there. */
#define HANDLE_MAX 255

enum field {
	HANDLE, TITLE, BODY, VENDOR, CATEGORY, TYPE, TAGS, PUBLISHED, STATUS, OPTION1_NAME, OPTION2_NAME, OPTION3_NAME, OPTION1, OPTION2,
	OPTION3, SKU, BARCODE, GRAMS, TRACKER, QUANTITY, POLICY, PRICE, COMPARE, TAXABLE, IMAGE, IMAGE_POSITION, IMAGE_ALT, SEO_TITLE,
	SEO_DESCRIPTION, FIELDS
};

/* The older header, and that of about 2024 and later; found without regard to case. */
static const char *const names[FIELDS][2] = {
	[HANDLE] = { "Handle", "URL handle" }, [TITLE] = { "Title", "Title" }, [BODY] = { "Body (HTML)", "Description" },
	[VENDOR] = { "Vendor", "Vendor" }, [CATEGORY] = { "Product Category", "Product category" }, [TYPE] = { "Type", "Type" },
	[TAGS] = { "Tags", "Tags" }, [PUBLISHED] = { "Published", "Published on online store" }, [STATUS] = { "Status", "Status" },
	[OPTION1_NAME] = { "Option1 Name", "Option1 name" }, [OPTION2_NAME] = { "Option2 Name", "Option2 name" },
	[OPTION3_NAME] = { "Option3 Name", "Option3 name" }, [OPTION1] = { "Option1 Value", "Option1 value" },
	[OPTION2] = { "Option2 Value", "Option2 value" }, [OPTION3] = { "Option3 Value", "Option3 value" },
	[SKU] = { "Variant SKU", "SKU" }, [BARCODE] = { "Variant Barcode", "Barcode" },
	[GRAMS] = { "Variant Grams", "Weight value (grams)" }, [TRACKER] = { "Variant Inventory Tracker", "Inventory tracker" },
	[QUANTITY] = { "Variant Inventory Qty", "Inventory quantity" },
	[POLICY] = { "Variant Inventory Policy", "Continue selling when out of stock" }, [PRICE] = { "Variant Price", "Price" },
	[COMPARE] = { "Variant Compare At Price", "Compare-at price" }, [TAXABLE] = { "Variant Taxable", "Charge tax" },
	[IMAGE] = { "Image Src", "Product image URL" }, [IMAGE_POSITION] = { "Image Position", "Image position" },
	[IMAGE_ALT] = { "Image Alt Text", "Image alt text" }, [SEO_TITLE] = { "SEO Title", "SEO title" },
	[SEO_DESCRIPTION] = { "SEO Description", "SEO description" },
};

struct shopify {
	struct import *im;
	int at[FIELDS];
	char handle[65 * 4];            /* of the product whose rows these are */
	char option_names[3][400];
	bool no_options;                /* "Title" and "Default Title": one variant, no choice */
	int variants, images;
};

static int find(const struct csv *csv, enum field f)
{
	int column = csv_column(csv, names[f][0]);

	return column >= 0 ? column : csv_column(csv, names[f][1]);
}

bool layout_shopify_fits(const struct csv *csv)
{
	return find(csv, HANDLE) >= 0 && find(csv, TITLE) >= 0 && find(csv, PRICE) >= 0;
}

static const char *field(struct shopify *s, enum field f, size_t max)
{
	const char *text = cell_text(s->im, s->at[f], max);

	return text != NULL ? text : "";
}

static const char *html(struct shopify *s)
{
	const char *text = cell_block(s->im, s->at[BODY], 500000);

	return text == NULL ? NULL : import_markdown(s->im->row, text);
}

static void take_categories(struct shopify *s)
{
	const char *type = field(s, TYPE, 200), *path = field(s, CATEGORY, 500), *parts[IMPORT_LIST_MAX];
	size_t n;

	if (*type != '\0') {
		put_item(s->im, s->at[TYPE], s->handle, "category", NULL, foreign_category(s->im, &type, 1, true), 0, NULL);
	} else if (*path != '\0') {
		n = cell_list(s->im, s->at[CATEGORY], '>', parts);
		if (n > 0)              /* the standard taxonomy is deep: its last word is what a shopper looks for */
			put_item(s->im, s->at[CATEGORY], s->handle, "category", NULL, foreign_category(s->im, &parts[n - 1], 1, true), 0, NULL);
	}
}

static void take_product(struct shopify *s)
{
	struct import *im = s->im;
	const char *published = cell_bool(im, s->at[PUBLISHED], "true");
	struct product_row p = { .reference = s->handle, .status = cell_choice(im, s->at[STATUS], "active draft archived", "active"),
		.brand = cell_text(im, s->at[VENDOR], 100), .visible = published };
	const char *slug = import_slugify(im->row, field(s, HANDLE, HANDLE_MAX), 120), *title = field(s, TITLE, 200);
	struct text_row t = { .reference = s->handle, .locale = im->locales[0], .slug = slug, .name = title, .description = html(s),
		.meta_title = cell_text(im, s->at[SEO_TITLE], 200), .meta_description = cell_text(im, s->at[SEO_DESCRIPTION], 500) };

	s->variants = s->images = 0;
	put_product(im, &p);
	if (*title == '\0')
		import_error(im, s->at[TITLE], "the first row of a product needs a title");
	else
		put_text(im, &t);
	take_categories(s);
	foreign_tags(im, s->at[TAGS], s->handle);
	for (int i = 0; i < 3; i++)
		snprintf(s->option_names[i], sizeof(s->option_names[i]), "%s", field(s, OPTION1_NAME + (enum field)i, 60));
	s->no_options = strcasecmp(s->option_names[0], "Title") == 0 && strcasecmp(field(s, OPTION1, 200), "Default Title") == 0;
	if (strcmp(cell_bool(im, s->at[TAXABLE], "true") != NULL ? cell_bool(im, s->at[TAXABLE], "true") : "true", "false") == 0)
		import_warn(im, s->at[TAXABLE], "the product is not taxed there; here its tax class is standard until you change it");
}

/* The SKU, or one made of handle and option values: the same row gives the same one. */
static const char *sku_of(struct shopify *s)
{
	const char *sku = field(s, SKU, 64), *made = s->handle;

	if (*sku == '\'')
		sku++;
	if (*sku != '\0')
		return sku;
	for (int i = 0; i < 3 && !s->no_options; i++)
		if (*field(s, OPTION1 + (enum field)i, 200) != '\0')
			made = mem_printf(s->im->row, "%s-%s", made, import_slugify(s->im->row, field(s, OPTION1 + (enum field)i, 200), 20));
	return mem_strndup(s->im->row, made, 64);
}

static void take_price(struct shopify *s, const char *sku)
{
	struct import *im = s->im;
	const char *amount = cell_money(im, s->at[PRICE], im->currencies[0]), *was = cell_money(im, s->at[COMPARE], im->currencies[0]);
	int64_t now, old;

	if (amount == NULL)
		return;
	/* compare-at prices that are no reduction are common and mean nothing */
	if (was != NULL && (!parse_int(was, 0, INT64_MAX, &old) || !parse_int(amount, 0, INT64_MAX, &now) || old <= now))
		was = NULL;
	put_price(im, s->at[PRICE], sku, im->currencies[0], 1, amount, was);
}

static void take_variant(struct shopify *s)
{
	struct import *im = s->im;
	const char *sku = sku_of(s), *policy = field(s, POLICY, 20), *tracker = cell_text(im, s->at[TRACKER], 60);
	bool tracked = tracker == NULL || *tracker != '\0', goes_on = strcasecmp(policy, "continue") == 0 || strcasecmp(policy, "true") == 0;
	struct variant_row v = { .reference = s->handle, .sku = sku, .position = s->variants++, .gtin = foreign_gtin(im, s->at[BARCODE]),
		.made_to_order = s->at[POLICY] < 0 ? NULL : goes_on ? "true" : "false",
		.track_stock = s->at[TRACKER] < 0 ? NULL : tracked ? "true" : "false", .weight_g = foreign_weight(im, s->at[GRAMS], "g") };
	const char *stock = foreign_stock(im, s->at[QUANTITY]), *attribute;
	int options = 0;

	put_variant(im, &v);
	for (int i = 0; i < 3 && !s->no_options; i++) {
		const char *value = field(s, OPTION1 + (enum field)i, 200);

		if (*value == '\0')
			continue;
		if (*s->option_names[i] == '\0') {
			import_error(im, s->at[OPTION1 + (enum field)i], "the product's first row names no such option");
			continue;
		}
		value = foreign_value(im, s->option_names[i], value, &attribute);
		put_option(im, s->at[OPTION1 + (enum field)i], sku, attribute, value, options++);
	}
	take_price(s, sku);
	if (stock != NULL && tracked && im->nwarehouses > 0)
		put_stock(im, s->at[QUANTITY], sku, im->warehouses[0], stock);
}

static void take_image(struct shopify *s)
{
	const char *address = field(s, IMAGE, 2000), *alt = field(s, IMAGE_ALT, 500);

	if (*address == '\0')
		return;
	foreign_picture(s->im, s->at[IMAGE], s->handle, address, s->images);
	if (*alt != '\0')
		put_label(s->im, s->handle, "image", s->images, s->im->locales[0], alt);
	s->images++;
}

/* The reference: the handle, or of one that is too long its beginning and a digest, so that the same one gives the same. */
static const char *reference_of(struct shopify *s)
{
	const char *handle = field(s, HANDLE, HANDLE_MAX);
	char digest[SHA256_HEX];

	if (utf8_length(handle) <= 64)
		return handle;
	sha256_hex(handle, strlen(handle), digest);
	return mem_printf(s->im->row, "%s-%.12s", import_slugify(s->im->row, handle, 50), digest);
}

static void take_row(struct shopify *s)
{
	struct import *im = s->im;
	const char *handle = reference_of(s);
	bool first = strcmp(handle, s->handle) != 0;

	if (*handle == '\0' || strchr(handle, ' ') != NULL) {
		import_error(im, s->at[HANDLE], *handle == '\0' ? "the handle is empty" : "a handle has no spaces");
		return;
	}
	if (first) {
		snprintf(s->handle, sizeof(s->handle), "%s", handle);
		take_product(s);
	}
	/* a row without options and price is a further picture */
	if (first || *field(s, OPTION1, 200) != '\0' || *field(s, PRICE, 40) != '\0')
		take_variant(s);
	take_image(s);
}

void layout_shopify_read(struct import *im, int64_t *rows)
{
	struct shopify *s = mem_new(im->ctx, struct shopify);

	s->im = im;
	for (int f = 0; f < FIELDS; f++)
		s->at[f] = find(im->csv, (enum field)f);
	put_flag(im, "options", "");
	put_flag(im, "price", im->currencies[0]);
	if (s->at[COMPARE] >= 0)
		put_flag(im, "was", im->currencies[0]);
	if (s->at[TAGS] >= 0)
		put_flag(im, "tags", "");
	if (s->at[IMAGE] >= 0 && !im->no_pictures)
		put_flag(im, "image", "");
	while (import_next(im)) {
		if (++*rows > IMPORT_ROWS_MAX) {
			import_error(im, -1, "the file has more than %d rows: split it", IMPORT_ROWS_MAX);
			return;
		}
		take_row(s);
	}
}
