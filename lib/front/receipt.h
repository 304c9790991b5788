/*
 * receipt.h -- an order on a page, for who has its link and for its customer.
 *
 * Both programs show the same: the template layout/order prints what receipt_view()
 * puts in.  What may be seen is decided in one place, sales.order_open() in SQL, by the
 * key that every query takes along; what is found under a key that opens nothing is
 * nothing, so a stranger's order is a page that does not exist (reliability T26).
 */
#ifndef FRONT_RECEIPT_H
#define FRONT_RECEIPT_H

#include "shop/order.h"
#include "web/page.h"

/* The promises of a page, under r->mem. */
struct receipt {
	struct rows *head, *lines, *taxes, *events, *parcels, *payment, *refunds, *credits, *returns, *notes, *downloads;
};
struct receipt receipt_queue(struct req *r, const struct order_key *key);

/* Puts the order into V; URL is the path of its page. */
void receipt_view(struct req *r, struct view *v, const struct receipt *q, const char *url);

/* Nothing came for it yet, and it is still wanted. */
bool receipt_due(const struct row_order_head *o);

/* Answers with the file of its invoice; 404 without one. */
void receipt_invoice(struct req *r, const struct order_key *key);
/* The same for the credit note that the path's part "note" names. */
void receipt_credit_note(struct req *r, const struct order_key *key);

/* Counts and answers with the file that the parameter "file" names; where the right to it is over, back to
   BACK with a sentence. */
extern const struct param receipt_download_params[];
void receipt_download(struct req *r, const struct order_key *key, const char *back);

/* The buyer cancels; the answer goes to BACK, with a sentence. */
void receipt_cancel(struct req *r, const struct order_key *key, const char *back);

#endif
