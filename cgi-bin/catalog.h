/*
 * catalog.h -- the inside of the program catalog: its pages, and the view of a list
 * that categories and search share.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include "front/front.h"
#include "front/own_prices.h"
#include "shop/catalog.h"
#include "web/limits.h"

/* A list as the page's address asks for it.  PATH is the page's own, with prefix. */
struct list_view {
	struct list_ask ask;
	const char *path;
	const char *q;                  /* of a search, or NULL */
	bool exact;                     /* q is not to be corrected */
	const char *sort;               /* as in the address; NULL: the default */
	struct rows *group;             /* own_prices_ask() */
};

/* Reads filters, sort and cursor; BASIC is the order without "sort".  False when the
   address holds a cursor that is none: then the page does not exist. */
bool list_read(struct req *r, struct list_view *l, const char *path, const char *slug, enum list_sort basic);
/* Whether the attributes asked for exist: queued, then looked at. */
struct rows *list_known(struct req *r, const struct list_view *l);
bool list_all_known(const struct list_view *l, struct rows *known);
/* The filters of the whole store, which a worker keeps: asked for when it has them not, and
   read once the page asked for all it needs. */
struct store_facets {
	const struct facets *facets;
	const char *key;
	struct rows *rows;
};
void store_facets_ask(struct req *r, struct store_facets *f);
void store_facets_read(struct req *r, struct store_facets *f);

/* The filters of a list without any, as they are printed: a text under CTX for list_show(). */
const char *list_facets_html(struct req *r, const void *ctx, const struct facets *facets);
/* Filters, applied filters, sorts, cards and paging into V once page_asked() was called, of a list of TOTAL products.  FACETS_HTML is what
   list_facets_html() made while nothing is chosen; FACETS are needed only where it is NULL. */
void list_show(struct req *r, struct view *v, const struct list_view *l, int64_t total, const struct facets *facets,
	       const char *facets_html, struct rows *cards);

/* Minor units without currency, as people type them and data formats want them: "12.50". */
const char *list_plain_money(struct req *r, int64_t minor);

extern const struct param list_params[];        /* of a category */
extern const struct param search_params[];
extern const struct param recent_params[], suggest_params[];

void category(struct req *r);
void product(struct req *r);
void preview(struct req *r);
void recent(struct req *r);
void search(struct req *r);
void suggest(struct req *r);
void tag(struct req *r);

#endif
