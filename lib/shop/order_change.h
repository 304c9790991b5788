/*
 * order_change.h -- a buyer changes his order before it is processed.
 *
 * The order is laid out as a cart again and priced by cart_price(), at today's prices,
 * all in the transaction of the request (sql/functions/order_change.sql).  What comes out
 * is either made at once or shown to the buyer first and dropped; then he confirms the
 * total that he saw, and only the same total is made.
 *
 *	struct order_change *c = change_begin(r->mem, r->db, &key, &wish);
 *	if (c->outcome == CHANGE_OK)
 *		outcome = seen ? change_make(c) : change_drop(c);
 */
#ifndef SHOP_ORDER_CHANGE_H
#define SHOP_ORDER_CHANGE_H

#include "shop/cart.h"
#include "shop/country.h"
#include "shop/order.h"

/* What the order shall be. */
struct change_wish {
	const char **variants;          /* of the order's own; each once */
	const int64_t *quantities;      /* 1 to PRICING_MAX_QUANTITY */
	size_t n;
	const char *note;
	struct address ship;            /* its country stays that of the order */
};

enum change_outcome {
	CHANGE_OK,
	CHANGE_UNKNOWN,                 /* not his order */
	CHANGE_LATE,                    /* paid, billed or begun meanwhile */
	CHANGE_LINES,                   /* no line is left, or one that was none */
	CHANGE_SHORT,                   /* something cannot be had (any more) in that quantity */
	CHANGE_DELIVERY,                /* its way of delivery does not do it */
	CHANGE_AGAIN                    /* something else changed meanwhile: look again */
};

struct order_change {
	struct db *db;
	struct order_key key;
	unsigned char token[SHA256_LEN];        /* of the cart */
	enum change_outcome outcome;            /* what hinders it, by itself */
	const char *currency;
	int64_t old_minor;              /* the total before */
	struct cart *cart;              /* priced; NULL unless CHANGE_OK, CHANGE_SHORT or CHANGE_DELIVERY */
};

/* Lays it out and prices it.  Anything but CHANGE_OK must end in a rollback. */
struct order_change *change_begin(void *ctx, struct db *db, const struct order_key *key, const struct change_wish *wish);
/* Makes it; anything but CHANGE_OK must end in a rollback. */
enum change_outcome change_make(struct order_change *c);
/* Puts everything back. */
void change_drop(struct order_change *c);

/* N_("...") */
const char *change_sentence(enum change_outcome o);

#endif
