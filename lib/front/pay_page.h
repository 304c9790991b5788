/*
 * pay_page.h -- how an order that waits for a card stands, and how to go on: on its own page
 * and in the account.
 *
 * The page queues pay_queue() beside receipt_queue() and prints layout/pay by pay_view();
 * its two forms are pay_start() and pay_switch().
 */
#ifndef FRONT_PAY_PAGE_H
#define FRONT_PAY_PAGE_H

#include "front/pay.h"

/* Attempts to pay and the other ways of the store, under r->mem. */
struct pay {
	struct rows *attempts, *others;
};
struct pay pay_queue(struct req *r, const struct order_key *key);

/* The order waits for a payment by card. */
bool pay_awaits_card(const struct row_order_head *o);
/* "awaiting_card" and "card" of layout/pay; CHECKING: the buyer has just come back from paying,
   URL: the path of the order's page. */
void pay_view(struct req *r, struct view *v, const struct row_order_head *o, const struct pay *q, bool checking, const char *url);

/* Begins an attempt and asks for its page, then ANSWERED as of page_call(), which sends the
   browser on (front_go_pay); to BACK where there is nothing to pay by card; 404
   where the key opens nothing. */
void pay_start(struct req *r, const struct order_key *key, const char *back,
	       void (*answered)(struct req *r, const struct call_answer *a));

/* The parameter "method" of the form of other ways. */
extern const struct param pay_method_params[];
/* Another way to pay, then BACK.  An open page at the gateway is closed first, or both could be
   paid: ANSWERED then calls pay_switch_closed(). */
void pay_switch(struct req *r, const struct order_key *key, const char *back,
		void (*answered)(struct req *r, const struct call_answer *a));
void pay_switch_closed(struct req *r, const struct order_key *key, const char *back);

#endif
