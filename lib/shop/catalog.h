/*
 * catalog.h -- lists of products: what is asked for, the page of cards, the counts.
 *
 * A list is a category (by slug), or the products that a search found.  Filters are
 * pairs of attribute and value codes: values of one attribute widen the list, further
 * attributes narrow it.  Paging is by key: a cursor names the last card of the page
 * before (or the first of the page after) by what the list is sorted by and its id,
 * so no page costs more than the first, however deep.
 *
 * A category's own data (struct category) changes only with the catalogue's version:
 * it is asked for with category_ask(), read into memory of one's own and kept
 * (keep.h).  Counts of an unfiltered list come with it; those of a filtered one are
 * counted per request: out of bits, or, of what a search found, one by one.
 */
#ifndef SHOP_CATALOG_H
#define SHOP_CATALOG_H

#include "base/view.h"
#include "db/rows.h"
#include "shop/pricing.h"

#define LIST_CARDS 24           /* on a page: full rows of 2, 3 and 4 */
#define LIST_PRICE_MAX PRICING_MAX_PRICE        /* bound of catalog.price.amount */

enum list_sort { LIST_PLACE, LIST_RANK, LIST_PRICE, LIST_PRICE_DOWN, LIST_NEWEST, LIST_NAME };

struct list_cursor {
	bool given;
	bool back;                      /* the page before this key, not after */
	int64_t key;                    /* by number: place, rank, price; by time: ms */
	const char *name;               /* by name */
	const char *id;                 /* of the product */
};
/* Reads TEXT for lists sorted by SORT; false when it is none of ours. */
bool list_cursor_read(const void *ctx, enum list_sort sort, const char *text, struct list_cursor *out);

struct list_ask {
	const char *tenant, *store, *locale, *currency;
	const char *prefix;             /* of links */
	const char *slug;               /* the category; "": the whole store */
	const char *tag;                /* only products that have it; NULL: all */
	const char *category;           /* its id where that is known, else NULL */
	size_t nfound;
	const char *const *found;       /* only these products, best first; NULL: all */
	size_t before;                  /* better ones left out of found by list_cut() */
	bool cut;                       /* found is this page alone */
	size_t nfilters;
	const char *const *names, *const *values;       /* codes of attributes and values */
	size_t nstocks;
	const char *const *stocks;      /* in, few, made, out */
	bool has_from, has_to;
	int64_t from_minor, to_minor;
	enum list_sort sort;
	struct list_cursor cursor;
	size_t some;                    /* only so many, no paging; 0: a page */
	bool weighed, few;              /* by list_weigh() */
};
/* Whether anything narrows the list. */
bool list_filtered(const struct list_ask *ask);
/* Whether its counts come out of bits (catalog.bitmap): filters of a category or the store, or a tag.
   Then they cost little, and list_weigh() wants to see them before the cards are asked for. */
bool list_by_bits(const struct list_ask *ask);
/* COUNTS of a list by bits say how many products of OF (0: not known) are left, and so how the cards are found at the least
   cost: each by itself, or on a walk along the list.  Reads them: what is queued is sent. */
void list_weigh(struct list_ask *ask, struct rows *counts, int64_t of);

/* Of a list of what was found, best first and not filtered, only this page's products stay:
   the database need not look at the others.  Any other list stays as it is. */
void list_cut(struct list_ask *ask);

/* Queues the cards; the counts when the list is filtered. */
struct rows *list_cards(struct db *db, const struct list_ask *ask);
struct rows *list_counts(struct db *db, const struct list_ask *ask);

/* One page out of the rows: at most LIST_CARDS, in the order of the list. */
struct list_page {
	size_t n;
	const char *prev, *next;        /* cursors of the pages around, or NULL */
	struct card *cards;             /* n of them, shown as they are when the page is rendered */
};
/* Puts the cards into V as the list NAME; the first are loaded at once. */
void list_page(const void *ctx, const struct list_ask *ask, struct rows *cards, struct view *v,
	       const char *name, struct list_page *out);

/* ---- filters ----------------------------------------------------------------- */

enum list_stock { STOCK_IN, STOCK_FEW, STOCK_MADE, STOCK_OUT, STOCK_COUNT };
extern const char *const list_stock_codes[STOCK_COUNT];

struct facet_value {
	const char *code, *label;
	int64_t products;
};
struct facet {
	const char *code, *title;
	size_t n;
	struct facet_value *value;
};
struct facets {
	size_t n;
	struct facet *facet;
	int64_t stock[STOCK_COUNT];
	int64_t total;
};

/* The filters of a list and their counts while nothing is filtered. */
struct rows *facets_ask(struct db *db, const char *store, const char *locale, const char *slug);
struct facets *facets_read(const void *ctx, struct rows *rows);
/* The same filters with the counts of a filtered list; values without products stay. */
struct facets *facets_counted(const void *ctx, const struct facets *all, const struct list_ask *ask,
			      struct rows *counts);

/* The same filters with the counts of products that are known by their FACTS (catalog.matches),
   N of them. */
struct facets *facets_of_facts(const void *ctx, const struct facets *all, const char *const *facts, size_t n);
/* Whether a product with these FACTS is sold in the currency. */
bool facts_sold_in(const char *facts, const char *currency);

/* ---- categories --------------------------------------------------------------- */

struct place { const char *name, *slug; };      /* of paths: language and slug */

struct category {
	const char *id, *name, *text, *meta_title, *meta_description;
	const char *image, *alt;        /* path base of the picture at the head, or NULL; what it shows */
	size_t ntrail, nchildren, npaths;
	struct place *trail;            /* the top first, itself last */
	struct place *children;
	struct place *paths;
	struct facets *facets;
};
struct category_promise {
	struct rows *head, *trail, *children, *paths, *facets, *moved;
};
void category_ask(struct db *db, const char *store, const char *locale, const char *slug,
		  struct category_promise *out);
/* NULL when there is none or it is hidden; *MOVED then is the slug it has now, or NULL. */
struct category *category_read(const void *ctx, const struct category_promise *p, const char **moved);

#endif
