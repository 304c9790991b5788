/*
 * link.h -- addresses of a store's pages for who has no request: mails, gateways.
 *
 * The same prefix as pages have: nothing for the default language and currency, else
 * "/en" or "/es-usd".
 */
#ifndef SHOP_LINK_H
#define SHOP_LINK_H

#include "base/base.h"

struct link_store {
	const char *origin;             /* "https://shop.example" */
	const char *locale;             /* path segment of the language, "en" */
	bool default_locale;
	const char *currency;           /* the store's default, ISO 4217 */
};

/* "https://shop.example/en": what stands before the path of a page in CURRENCY ("": the default). */
char *link_base(const void *ctx, const struct link_store *s, const char *currency);

#endif
