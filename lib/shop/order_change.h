/*
 * order_change.h -- an order is changed before it is processed: by its buyer, or by staff.
 *
 * The order is laid out as a cart again and priced by cart_price(), at today's prices,
 * all in the transaction of the request (sql/functions/order_change.sql).  What comes out
 * is either made at once or shown to who asked first and dropped; then he confirms the
 * total that he saw, and only the same total is made.
 *
 *	struct order_change *c = change_begin(r->mem, r->db, &key, &wish);
 *	if (c->outcome == CHANGE_OK)
 *		outcome = seen ? change_make(c) : change_drop(c);
 *
 * Staff come by a door of their own, change_begin_at_desk(): they may add products, choose
 * another way of delivery and country, take something off, and change what is paid already.
 */
#ifndef SHOP_ORDER_CHANGE_H
#define SHOP_ORDER_CHANGE_H

#include "shop/cart.h"
#include "shop/country.h"
#include "shop/order.h"

/* What the order shall be. */
struct change_wish {
	const char **variants;          /* each once; for the buyer of the order's own */
	const int64_t *quantities;      /* 1 to PRICING_MAX_QUANTITY */
	size_t n;
	const char *note;
	struct address ship;            /* for the buyer its country stays that of the order */
	/* at the desk alone */
	const char *method;             /* of delivery */
	int64_t hand_minor;             /* taken off by hand, instead of a coupon; 0: nothing */
};

/* Who changes it at the desk. */
struct change_desk {
	const char *actor;              /* staff id */
	int64_t revision;               /* the order that he saw */
	const char *reason;             /* for the audit log; may be "" until it is made */
};

enum change_outcome {
	CHANGE_OK,
	CHANGE_UNKNOWN,                 /* not his order */
	CHANGE_LATE,                    /* paid, billed or begun meanwhile; at the desk word says which */
	CHANGE_LINES,                   /* no line is left, or one that was none */
	CHANGE_SHORT,                   /* something cannot be had (any more) in that quantity */
	CHANGE_DELIVERY,                /* its way of delivery does not do it */
	CHANGE_CREDIT,                  /* on invoice: more would be owed than the customer may */
	CHANGE_AGAIN                    /* something else changed meanwhile: look again */
};

struct order_change {
	struct db *db;
	struct order_key key;
	unsigned char token[SHA256_LEN];        /* of the cart */
	const char *word;                       /* the database's for outcome: "invoiced" */
	enum change_outcome outcome;            /* what hinders it, by itself */
	const char *currency;
	int64_t old_minor;              /* the total before */
	struct cart *cart;              /* priced; NULL unless CHANGE_OK, CHANGE_SHORT or CHANGE_DELIVERY */
};

/* Lays it out and prices it.  Anything but CHANGE_OK must end in a rollback, or in change_drop()
   where there is a cart. */
struct order_change *change_begin(void *ctx, struct db *db, const struct order_key *key, const struct change_wish *wish);
/* Makes it; anything but CHANGE_OK must end in a rollback. */
enum change_outcome change_make(struct order_change *c);
/* Puts everything back. */
void change_drop(struct order_change *c);

/* The same for staff, of an order of KEY's store. */
struct order_change *change_begin_at_desk(void *ctx, struct db *db, const struct order_key *key, const struct change_desk *desk,
					  const struct change_wish *wish);
enum change_outcome change_make_at_desk(struct order_change *c, const struct change_desk *desk);
void change_drop_at_desk(struct order_change *c);

/* N_("...") */
const char *change_sentence(enum change_outcome o);

/* --- for the two doors ------------------------------------------------------------- */

struct order_change *change_new(void *ctx, struct db *db, const struct order_key *key);
/* What the database said of laying it out: WORD, and of the order; then the price. */
void change_price(void *ctx, struct order_change *c, const char *word, const char *locale, const char *currency, int64_t old_minor);
enum change_outcome change_outcome(const char *word);

#endif
