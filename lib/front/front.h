/*
 * front.h -- what the pages of a shop share.
 *
 * lib/web knows no shop and lib/shop no HTTP; here both meet: the store behind a
 * host, the frame around every page (navigation, footer, languages), the cart's
 * cookie and the way a URL is written.  Programs name front_hooks in their struct
 * program and call the functions below from their handlers.
 *
 * The frame changes only with the store's catalogue, so a worker keeps it per
 * store, language and currency, under the catalogue's version that came with the
 * site (at most LIMIT_SITE_AGE_MS old); what comes from the store's own row is
 * made when that row is read.  A worker that does not have it yet lets
 * the frame's queries travel with the page's own: no page costs a further trip.
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "base/crypto.h"
#include "db/rows.h"
#include "web/program.h"

extern const struct program_hooks front_hooks;

#define CART_COOKIE "cart"

/* The store of the request; lives as long as the site. */
struct store {
	const char *name;
	const char *logo, *favicon;     /* media names, or "" */
	const char *color_primary, *color_accent;       /* "#rrggbb" */
	const char *contact_email, *contact_phone;
	const char *street, *postal_code, *city, *country;
	bool prices_include_tax;
	bool guest_verified;            /* a guest's mail address must be proven by a code */
	int64_t low_stock;
	int64_t version;                /* of the catalogue */
	bool many_brands;               /* its goods are of more than one brand: cards name it */
	uint64_t serial;                /* another one for each time the row is read */
	int64_t mark;                   /* another one for another row, other languages or currencies */
};
const struct store *front_store(const struct req *r);

/* SHA-256 of the cart cookie (SHA256_LEN bytes), or NULL when there is none. */
const unsigned char *front_cart(const struct req *r);

/* Title (without the store's name, which is added) and description for search engines. */
void front_title(struct req *r, struct view *v, const char *title, const char *description);
/* Keeps the page out of search engines: cart, checkout, results. */
void front_noindex(struct req *r);
/* The page's path in a language of the store ("es"), where it is not the same as here:
   for hreflang and the language menu.  PATH is without prefix; kept by reference. */
void front_path_in(struct req *r, const char *language, const char *path);
/* This page does not exist in the other languages unless front_path_in() said where. */
void front_own_paths(struct req *r);
/* Canonical path where it is not r->path; with query if that makes another page. */
void front_canonical(struct req *r, const char *path);
/* Adds a place to the breadcrumbs; URL NULL: the page itself, last. */
void front_crumb(struct view *v, const char *name, const char *url);

/* prefix + A + B, B escaped as one component of a path: url_to(r, "/p/", slug). */
const char *url_to(const struct req *r, const char *a, const char *b);
/* "/media/NAME", or NULL for an empty name. */
const char *url_media(const void *ctx, const char *name);

/* The version of the static files (a hash over them), and the theme of a store:
   "/theme/1f4e79-c75b12.css". */
const char *front_assets_version(void);
const char *front_theme(const void *ctx, const struct store *s);

#endif
