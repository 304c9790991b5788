/*
 * order.h -- an order as its buyer sees it.
 *
 * An order is opened by a link with 256 random bits; only their hash is stored, with
 * an end (reliability T26); or by the customer whose it is.  What people see of its four states is one word
 * (sales.word() in SQL) and a row of milestones, read from the history that
 * sales.fire() writes: nothing is guessed from dates.
 */
#ifndef SHOP_ORDER_H
#define SHOP_ORDER_H

#include "db/query/order.h"
#include "db/rows.h"

/* By what an order is opened; texts are borrowed. */
struct order_key {
	const char *tenant, *store;
	const unsigned char *link;              /* SHA-256 of the link's token, or NULL */
	const char *order, *customer;           /* UUIDs, or NULL */
};

/* The word of sales.word() as a sentence part, N_("..."). */
const char *order_word(const char *word);

enum milestone {
	MILESTONE_ORDERED, MILESTONE_PAID, MILESTONE_PRODUCTION, MILESTONE_READY, MILESTONE_SHIPPED, MILESTONE_DELIVERED,
	MILESTONE_CANCELLED,
	MILESTONES
};

struct order_step {
	const char *label;              /* N_("...") */
	int64_t at_ms;                  /* when it was reached; 0: not yet */
	bool now;                       /* the last one reached */
	bool bad;                       /* cancelled */
};

/* The milestones of the order, in order, from its rows of order_events; production is
   left out unless it happened, what a cancelled order will not reach too.  ON_DELIVERY: it
   is paid when it arrives.  Returns how many of STEPS are filled. */
size_t order_steps(struct rows *events, bool on_delivery, struct order_step steps[MILESTONES]);

#endif
