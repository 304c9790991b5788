/*
 * import_conf.h -- a store file: sections, settings, values of many lines.
 *
 *	; a comment, or # a comment, on lines of their own
 *	[delivery standard]
 *	kind = weight
 *	name.es = Mensajeria
 *	body.es = The first line
 *		and the next, which begins with a tab or spaces;
 *		.
 *		a dot alone is an empty line.
 *
 * A section is a kind and a name; a setting is a key with an optional suffix, a
 * language or a currency.  Which there are, and what their values look like, is
 * the table conf_keys[] in import_conf.c; sutler-import(5) describes it.  Values
 * are brought into the form the database takes (money in minor units, rates in
 * millionths, one row per item of a list) on the way into the staging table.
 *
 * inih is not used here: as built for Debian it cuts lines at 200 bytes and ends
 * values at " ;", which texts of a shop have.
 */
#ifndef SHOP_IMPORT_CONF_H
#define SHOP_IMPORT_CONF_H

#include "shop/import_report.h"

/* A store file is texts of pages: the demo's longest has 30 kB. */
#define CONF_BYTES_MAX (2 * 1024 * 1024)
#define CONF_ENTRIES_MAX 20000

struct conf_entry {
	int64_t line;                   /* of the key, or of the list's item */
	const char *section, *name;     /* "delivery", "standard" */
	const char *key, *suffix;       /* "name", "es" */
	int position;                   /* of the item in a list, from 0; else 0 */
	const char *value, *more;       /* as the database takes it; more: the second half of a pair */
};

struct conf {
	const void *ctx;
	struct conf_entry *entries;     /* checked, in the order of the file */
	size_t n;
	const char **locales;           /* of the store: "es" */
	const char **tags;              /* "es-ES" */
	size_t nlocales;
	const char **currencies;
	size_t ncurrencies;
};

/* Reads N bytes of a store file; faults go to the report, and what is wrong is left out. */
struct conf *conf_read(const void *ctx, const char *text, size_t n, struct report *report);
/* The value of a plain setting, or NULL. */
const char *conf_value(const struct conf *c, const char *section, const char *name, const char *key);

#endif
