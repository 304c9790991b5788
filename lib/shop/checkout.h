/*
 * checkout.h -- the steps from a cart to an order.
 *
 * Contact, (code,) address, (delivery,) payment, review: who buys downloads alone chooses
 * no delivery.  Each step keeps its answers
 * in the database, and which step is the first unfinished one follows from those
 * rows alone.  So a step that was skipped cannot be pretended: pages redirect to
 * the first unfinished step, and placing asks the same function (reliability T23).
 *
 * Placing is one transaction: lock the cart, load and price it again, compare with
 * the total the buyer saw, and hand everything to sales.place_order(), which takes
 * the stock last.  What it declines is an enum value; a declined order leaves
 * nothing behind.
 *
 * The same rule as in cart.h: queue first, look once, one round trip.
 */
#ifndef SHOP_CHECKOUT_H
#define SHOP_CHECKOUT_H

#include "base/text.h"
#include "db/query/account.h"
#include "db/query/checkout.h"
#include "shop/cart.h"
#include "shop/country.h"

/* Pieces that carts from one network address may hold at a time: above a class of a
   school or a firm buying together, far below a shop's stock (reliability T24). */
#define CHECKOUT_HOLD_CAP 500
/* Days an order's link opens its page: a year of warranty claims and a month to spare. */
#define CHECKOUT_LINK_DAYS 400
/* Code points of a note: what fits on a packing slip. */
#define CHECKOUT_NOTE_MAX 1000

enum checkout_step {
	STEP_CONTACT, STEP_VERIFY, STEP_ADDRESS, STEP_DELIVERY, STEP_PAYMENT, STEP_REVIEW,
	CHECKOUT_STEPS
};

struct checkout {
	struct cart *cart;
	struct rows *person_rows, *country_rows, *payment_rows, *terms_rows;
	struct rows *account_rows, *book_rows;          /* NULL: nobody is signed in */
	bool verify;                    /* guests prove their mail address here */
	/* after checkout_look() */
	bool verified;                  /* and this one did, for the address given */
	const struct row_checkout_person *person;       /* zeros when there is none yet */
	const struct row_account_person *account;       /* who is signed in, his mail address proven; else NULL */
	struct address ship, bill;
	const struct row_checkout_payments *payment;    /* chosen and still offered, or NULL */
	const char *terms;              /* slug of the page of terms, or NULL */
	enum checkout_step next;        /* the first unfinished step */
};

/* VERIFY: the store wants guests' mail addresses proven.  CUSTOMER: who is signed in, or NULL;
   the address of a verified account needs no code. */
struct checkout *checkout_queue(void *ctx, struct db *db, const struct cart_key *key, bool verify, const char *customer);
void checkout_look(struct checkout *c);

/* Whether goods and delivery, as prices are shown, are within the limits of a way of payment. */
bool checkout_may_pay(const struct checkout *c, const struct row_checkout_payments *p);

/* Whether STEP may be shown: nothing before it is unfinished. */
bool checkout_may(const struct checkout *c, enum checkout_step step);
/* Last part of the step's path: "contact". */
const char *checkout_step_name(enum checkout_step step);

/* Country codes one may deliver to, sorted, HOME's first, closed by NULL. */
const char *const *checkout_countries(void *ctx, struct rows *country_rows, const char *home, size_t *n);
/* The same for C; downloads go everywhere. */
const char *const *checkout_reach(void *ctx, const struct checkout *c, size_t *n);

enum start_outcome { START_OK, START_GONE, START_EMPTY, START_SHORT, START_HOARDING };
enum start_outcome start_outcome(const char *word);

enum place_outcome {
	PLACE_OK,
	PLACE_AGAIN,                    /* placed before: the new link opens that order */
	PLACE_CHANGED,                  /* not what the buyer saw */
	PLACE_SOLD_OUT,
	PLACE_COUPON_GONE, PLACE_COUPON_USED_UP, PLACE_COUPON_CUSTOMER,
	PLACE_PAYMENT,                  /* the way of payment is not for this amount or customer */
	PLACE_CREDIT,                   /* more would be owed than the customer may */
	PLACE_GONE,                     /* no such cart */
	PLACE_OUTCOMES
};

/* Places the order of the priced cart that checkout_lock locked in this transaction.
   LINK is the SHA-256 of the order's link. */
enum place_outcome checkout_place(struct checkout *c, struct db *db, const unsigned char link[SHA256_LEN]);
/* The cart was ordered already: another link to its order. */
enum place_outcome checkout_place_again(void *ctx, struct db *db, const char *tenant, const char *cart,
					const unsigned char link[SHA256_LEN]);
/* N_("...") */
const char *place_sentence(enum place_outcome o);

/* What the mailed code may answer; N_("..."), NULL for "ok". */
const char *verify_sentence(const char *word);

#endif
