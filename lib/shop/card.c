#include "shop/card.h"

#include <string.h>

#include "base/mem.h"

#define FIELD_END '\x1f'
#define CARD_END '\x1e'

/* In the order of catalog.listing.card. */
enum { C_SLUG, C_NAME, C_IMAGE, C_ALT, C_BADGE, C_BRAND, C_PRICE, C_WAS, C_VARIES, C_PLACE, C_PRODUCT, C_FIELDS };

static const struct field fields[] = {
	{ "product", FIELD_ID, offsetof(struct card, product), FIELD_ALWAYS },
	{ "url", FIELD_TEXT, offsetof(struct card, url), FIELD_ALWAYS },
	{ "name", FIELD_TEXT, offsetof(struct card, name), FIELD_ALWAYS },
	{ "image", FIELD_TEXT, offsetof(struct card, image), FIELD_ALWAYS },
	{ "alt", FIELD_TEXT, offsetof(struct card, alt), FIELD_ALWAYS },
	{ "badge", FIELD_TEXT, offsetof(struct card, badge), FIELD_ALWAYS },
	{ "brand", FIELD_TEXT, offsetof(struct card, brand), FIELD_ALWAYS },
	{ "price", FIELD_MONEY, offsetof(struct card, price), FIELD_ALWAYS },
	{ "was", FIELD_MONEY, offsetof(struct card, was), offsetof(struct card, has_was) },
	{ "price_varies", FIELD_BOOL, offsetof(struct card, price_varies), FIELD_ALWAYS },
	{ "eager", FIELD_BOOL, offsetof(struct card, eager), FIELD_ALWAYS },
};

const struct shape shape_card = {
	.name = "card", .size = sizeof(struct card), .nfields = ARRAY_LEN(fields), .fields = fields,
};

/* An amount written by bigint's own output. */
static int64_t number(const char *s)
{
	int64_t n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return n;
}

static const char *or_null(const char *s) { return *s == '\0' ? NULL : s; }

/* N bytes at TEXT; the slug comes first, so the address is the prefix with the text behind it. */
static void read(const void *ctx, const char *text, size_t n, const char *prefix, struct card *out)
{
	static const char place[] = "/p/";
	size_t before = strlen(prefix), to_slug = before + sizeof(place) - 1;
	char *copy = mem_array(ctx, char, to_slug + n + 1), *at = copy + to_slug;
	const char *f[C_FIELDS];

	memcpy(copy, prefix, before);
	memcpy(copy + before, place, sizeof(place) - 1);
	memcpy(at, text, n);
	for (size_t i = 0; i < C_FIELDS; i++) {
		char *end = memchr(at, FIELD_END, (size_t)(copy + to_slug + n - at));

		/* Written by another release, which had fewer. */
		f[i] = end == NULL ? "" : at;
		if (end == NULL)
			continue;
		*end = '\0';
		at = end + 1;
	}
	*out = (struct card){
		.product = f[C_PRODUCT], .url = copy, .name = f[C_NAME], .image = or_null(f[C_IMAGE]), .alt = f[C_ALT],
		.badge = f[C_BADGE], .brand = or_null(f[C_BRAND]), .price = number(f[C_PRICE]), .was = number(f[C_WAS]),
		.has_was = *f[C_WAS] != '\0', .price_varies = *f[C_VARIES] == 't',
	};
}

void card_read(const void *ctx, const char *text, const char *prefix, struct card *out)
{
	read(ctx, text, strlen(text), prefix, out);
}

struct card *cards_read(const void *ctx, const char *texts, const char *prefix, size_t *n)
{
	const char *end;
	struct card *all;

	*n = 0;
	for (const char *s = texts; s != NULL && (s = strchr(s, CARD_END)) != NULL; s++)
		++*n;
	all = mem_array(ctx, struct card, *n);
	for (size_t i = 0; i < *n; i++, texts = end + 1) {
		end = strchr(texts, CARD_END);
		read(ctx, texts, (size_t)(end - texts), prefix, &all[i]);
	}
	return all;
}
