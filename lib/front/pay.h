/*
 * pay.h -- beginning to pay an order by card: from the checkout, from its page, from the account.
 *
 * The attempt is written down in the transaction at hand; then page_call() asks courier
 * for the gateway's hosted page.  What came of it is in the database, and the order's
 * page says it: the handler of the answer needs to know nothing but where to send the
 * browser.  The buyer comes back to the page of the order's link, whoever sent him.
 */
#ifndef FRONT_PAY_H
#define FRONT_PAY_H

#include "db/query/payment.h"
#include "front/front.h"
#include "shop/order.h"
#include "web/call.h"

/* Begins or takes up an attempt to pay the order.  outcome: ok (call "payment.start" with
   intent), paid, review, none, unknown, too_many (noted). */
const struct row_payment_begin *front_begin_payment(struct req *r, const struct order_key *key);

/* The hosted pages' origin, for the page that holds a form which may lead there. */
void front_may_pay(struct req *r);
/* Sends the browser to the hosted page A names; false when it names none. */
bool front_go_pay(struct req *r, const struct call_answer *a);

#endif
