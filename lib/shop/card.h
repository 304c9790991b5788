/*
 * card.h -- a product as it stands in a list.
 *
 * catalog.listing.card holds all that a card shows in one text, and catalog.placement has it
 * beside the order of lists, so that a list reads one index and nothing else.  Its fields end with
 * U+001F, in the order of sql/migrations/0010-pages.sql.  tmpl/layout/card prints struct
 * card as it is.
 */
#ifndef SHOP_CARD_H
#define SHOP_CARD_H

#include "base/view.h"

struct card {
	const char *product;            /* id */
	const char *url;                /* path with the prefix of language and currency */
	const char *name;
	const char *image;              /* path base of the picture, or NULL */
	const char *alt;
	const char *badge;              /* template of its badge: badge/in ... */
	const char *brand;              /* or NULL */
	int64_t price, was;             /* minor units */
	bool has_was;
	bool price_varies;              /* "from" */
	bool eager;                     /* the picture does not wait; false as read */
};
extern const struct shape shape_card;

/* Reads TEXT; what the card points to belongs to CTX.  Fields that are
   missing, as another release may have written it, are empty. */
void card_read(const void *ctx, const char *text, const char *prefix, struct card *out);

/* Reads N cards that each end with U+001E, as string_agg() made them; NULL or "": none. */
struct card *cards_read(const void *ctx, const char *texts, const char *prefix, size_t *n);

#endif
