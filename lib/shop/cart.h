/*
 * cart.h -- a cart with its price: the same figures on every page and in the order.
 *
 * cart_queue() queues every query the price of a cart depends on (lines, price
 * rows, tiers, tax rules, coupon, delivery methods, the store's settings), so that
 * they travel in one round trip; cart_price() looks at them and asks the pricing
 * engine.  The cart page, the steps of checkout and the placing transaction all go
 * through these two, so the total a buyer saw is reckoned again by the very same
 * code when the order is placed, and only an equal one is placed (reliability T2).
 *
 * A cart is found by the hash of its token and only in its own store; one whose
 * order was placed is no cart any more.  Prices are those of the page's currency: a
 * line that has none there, is not sold any more or cannot be had in that quantity
 * is left out of the totals or marked, and blocks checkout.  Taxes are those of
 * the store's own country until a destination is known.
 *
 * Everything lives under the context given to cart_queue() and ends with it.
 */
#ifndef SHOP_CART_H
#define SHOP_CART_H

#include "base/crypto.h"
#include "db/query/cart.h"
#include "db/rows.h"
#include "shop/pricing.h"
#include "shop/promise.h"

/* The engine's own limit: more lines could not be priced. */
#define CART_MAX_LINES PRICING_MAX_LINES
/* Seconds a cart's cookie lives: "what you add stays here for your next visit". */
#define CART_COOKIE_S (90 * 86400)

/* Whose cart, in which store, how it is shown.  Texts are borrowed. */
struct cart_key {
	const char *tenant, *store;             /* UUIDs */
	const unsigned char *token;             /* SHA-256 of the token; NULL: no cart */
	const char *locale;                     /* key of translated content: "es" */
	const char *currency;
	/* Whose prices besides everybody's; both NULL: nobody's. */
	const unsigned char *session;           /* SHA-256 of who is signed in by it */
	const char *order;                      /* UUID: the cart stands for this order or draft of the desk, of whoever ordered it */
};

enum cart_line_state {
	CART_LINE_OK,
	CART_LINE_FEW,                  /* can be had, and not many more: say how many */
	CART_LINE_MADE,                 /* made to order: takes its days */
	CART_LINE_SHORT,                /* fewer are left than wanted */
	CART_LINE_OUT,                  /* none are left */
	CART_LINE_GONE,                 /* not sold any more */
	CART_LINE_NO_PRICE              /* not sold in this currency */
};

struct cart_line {
	const struct row_cart_lines *row;
	enum cart_line_state state;
	const struct pricing_line_total *price;         /* NULL: not in the totals */
	int64_t max_quantity;           /* what the shopper may ask for */
};

enum cart_coupon_state {
	CART_COUPON_NONE,
	CART_COUPON_OK,
	CART_COUPON_MINIMUM,            /* totals->missing_minor are missing */
	CART_COUPON_NOT_FOR_THIS,       /* none of the goods is eligible */
	CART_COUPON_DEAD                /* over, used up, unknown or not for this currency */
};

struct cart {
	void *ctx;
	struct cart_key key;
	/* promises */
	struct rows *head_rows, *settings_rows, *line_rows, *tier_rows, *member_rows, *category_rows, *coupon_rows, *scope_rows,
		*rule_rows, *method_rows, *method_price_rows, *holiday_rows;
	/* after cart_price() */
	bool found;                     /* there is an open cart, perhaps without lines */
	const struct row_cart_head *head;
	const struct row_cart_settings *settings;
	struct cart_line *lines;
	size_t nlines;
	int64_t pieces;
	bool blocked;                   /* a line cannot be had: no checkout until changed */
	bool intangible;                /* all of it are downloads: nothing is sent, no way of delivery is chosen */
	enum cart_coupon_state coupon;
	const char *coupon_code;        /* what was asked for, or "" */
	const struct row_cart_methods *method;  /* chosen and still offered, or NULL */
	int64_t lead_days;              /* the longest of the lines made to order */
	struct pricing_cart input;
	const struct pricing_totals *totals;    /* never NULL */
};

/* Queues everything; with a NULL token only what an empty cart's page needs. */
struct cart *cart_queue(void *ctx, struct db *db, const struct cart_key *key);

/* Looks and prices.  Under a latched failure the cart is not found and empty. */
void cart_price(struct cart *c);

/* The ways of delivery to the destination: how many, the Ith, and the cart's totals
   and dates with it.  NOT_DELIVERABLE totals mean that it does not take this weight. */
size_t cart_nmethods(struct cart *c);
const struct row_cart_methods *cart_method(struct cart *c, size_t i);
const struct pricing_totals *cart_totals_with(struct cart *c, const struct row_cart_methods *method);
/* What a way of payment would cost, as prices are shown. */
int64_t cart_surcharge_of(struct cart *c, int64_t fixed_minor, int64_t percent_ppm);
/* METHOD NULL: nothing arrives, and no date is known. */
struct promise cart_promise(struct cart *c, const struct row_cart_methods *method);

/* How much more the goods must cost for free delivery by one of the methods; 0: none or reached. */
int64_t cart_free_gap(struct cart *c);

/* Its way of delivery is chosen, or none is needed; its name, or "". */
bool cart_has_way(const struct cart *c);
const char *cart_way_name(const struct cart *c);

/* Whether an order may be made of it: found, with lines, none in the way. */
bool cart_ready(const struct cart *c);

/* What adding, changing and coupons may answer; the sentence is N_("..."), NULL for OK. */
enum cart_outcome {
	CART_OK,
	CART_UNAVAILABLE,               /* not sold here, or not in this currency */
	CART_SHORT,                     /* fewer are left */
	CART_FULL,                      /* CART_MAX_LINES */
	CART_TOO_MANY,                  /* PRICING_MAX_QUANTITY of one */
	CART_GONE,                      /* no such cart or line */
	CART_COUPON_UNKNOWN, CART_COUPON_EARLY, CART_COUPON_OVER, CART_COUPON_USED_UP, CART_COUPON_CURRENCY,
	CART_COUPON_TOO_MANY_TRIES,
	CART_OUTCOMES
};
/* By the word of a SQL function; one it does not know is a BUG.  Empty, as under a latched
   failure, is CART_GONE. */
enum cart_outcome cart_outcome(const char *word);
const char *cart_sentence(enum cart_outcome outcome);

#endif
