/*
 * site.h -- whose shop is asked: from the host name to tenant, store and languages.
 *
 * The host is looked up exactly as it stands in our table; nothing else of the
 * request (SERVER_NAME, X-Forwarded-Host, an absolute target) can choose a
 * tenant.  An unknown host is 421.  Links and mails use .origin, which comes
 * from the table, never the Host header.
 *
 * The look-up itself belongs to lib/front (program_hooks.site_load), because
 * the library knows no shop; this file keeps the answers, at most
 * LIMIT_SITE_AGE_MS old.  While the database is away an older answer serves, so
 * that the error page still looks like the shop.
 */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "base/base.h"

struct db;
struct program;

enum site_status { SITE_ACTIVE, SITE_INACTIVE, SITE_PENDING };

struct site_locale {
	const char *tag;                /* BCP 47: "es-ES" */
	const char *prefix;             /* its segment in paths: "es" */
};

struct site {
	const char *host;               /* lower case, without port */
	const char *tenant;             /* UUID */
	const char *store;              /* UUID; NULL on an admin host of the whole tenant */
	const char *origin;             /* "https://shop.example", with the port if there is one */
	const char *name;               /* for pages without theme */
	bool admin;                     /* the console's host: page programs do not answer here */
	enum site_status status;
	size_t nlocales;                /* at least 1; [0] is the default and has no prefix in paths */
	const struct site_locale *locales;
	size_t ncurrencies;             /* at least 1; ISO 4217; [0] is the default */
	const char *const *currencies;
	const char *timezone;           /* IANA */
	const char *image_origin;       /* another origin that serves pictures, or NULL */
	const void *store_data;         /* lib/front's own */
};

enum site_answer { SITE_FOUND, SITE_UNKNOWN, SITE_UNAVAILABLE };

/* Host of a Host header: lower case, port taken off; NULL when it is no host name. */
const char *site_host(const void *ctx, const char *header);

struct site_cache;
struct site_cache *site_cache_new(const void *ctx);

/* The site of HOST, asked through PROGRAM's hook when the cache has none that is
   fresh.  SITE_UNAVAILABLE may still give an old *OUT.  What is given stays until the
   next call: a worker answers one request at a time. */
enum site_answer site_find(struct site_cache *cache, const struct program *program, struct db *db,
			   const char *host, int64_t deadline_us, const struct site **out);

/* The locale or currency segment of a path.  Takes "/es-usd/cart" apart for SITE:
   REST "/cart", LOCALE and CURRENCY as the site spells them, PREFIX "/es-usd" as links
   need it ("" for the default).  CANONICAL is false when the prefix says what is the
   default anyway or is not in lower case: redirect to PREFIX + REST. */
struct site_path {
	const char *rest;
	const struct site_locale *locale;
	const char *currency;
	const char *prefix;
	bool canonical;
};
void site_path(const void *ctx, const struct site *site, const char *path, struct site_path *out);

/* The prefix of LOCALE and CURRENCY for links: "", "/en", "/es-usd". */
const char *site_prefix(const void *ctx, const struct site *site, const struct site_locale *locale,
			const char *currency);

#endif
