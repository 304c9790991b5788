/*
 * basket.h -- a cart in the templates: lines and totals as every page shows them.
 *
 * The cart page, the summary beside the checkout and the order's page print the same
 * parts (layout/line, layout/totals); here their data is put together, with the
 * sentences about stock and the names of taxes in the visitor's language.
 */
#ifndef FRONT_BASKET_H
#define FRONT_BASKET_H

#include "shop/cart.h"
#include "shop/country.h"
#include "web/page.h"

/* Whose cart the request is about, in the page's language and currency. */
struct cart_key basket_key(const struct req *r);

/* lines (layout/line), line_count; has_lines. */
void basket_lines(struct req *r, struct view *v, const struct cart *c);
/* totals (layout/totals). */
void basket_totals(struct req *r, struct view *v, const struct cart *c);

/* What is to be said about a line, or NULL. */
const char *basket_line_message(struct req *r, const struct cart_line *line);

/* "IVA (21 %)"; a name that says its rate already stays. */
const char *basket_tax_name(struct req *r, const char *name, int64_t rate_ppm);
/* MSGID in the page's language with N, as people write it, for "{n}"; and TEXT for "{text}". */
const char *basket_say_number(struct req *r, const char *msgid, int64_t n);
const char *basket_say(struct req *r, const char *msgid, const char *text);
/* An amount in the page's currency. */
const char *basket_money(struct req *r, int64_t minor);
/* "Arrives between 3 Dec 2026 and 7 Dec 2026"; NULL when no date is known. */
const char *basket_dates(struct req *r, const char *earliest, const char *latest);
/* The address as on a parcel; the country only where it is another than the store's. */
const char *basket_address(struct req *r, const struct address *a);

#endif
