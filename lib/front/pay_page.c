#include "front/pay_page.h"

#include "front/document.h"
#include "front/receipt.h"

#include <string.h>

struct pay pay_queue(struct req *r, const struct order_key *k)
{
	return (struct pay){
		.attempts = q_payment_attempts(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.others = q_payment_others(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, r->language),
	};
}

bool pay_awaits_card(const struct row_order_head *o)
{
	return receipt_due(o) && strcmp(o->payment_method, "card") == 0;
}

/* What became of the last attempt to pay by card; an open page knows of a declined card. */
static const struct {
	const char *state;
	bool declined;
	const char *sentence;
	bool may_pay;
} attempts[] = {
	{ "new", false, N_("The payment page could not be reached just now. Your order is kept and nothing was charged; "
			   "please try again in a moment."), true },
	{ "unknown", false, N_("The payment page could not be reached just now. Your order is kept and nothing was charged; "
			       "please try again in a moment."), true },
	{ "open", false, N_("The payment was not completed yet. Your order is kept for you."), true },
	{ "open", true, N_("The card was declined and nothing was charged. Please try again, or with another card."), true },
	{ "failed", false, N_("The payment did not succeed and nothing was charged. Your order is kept for you; please try again."), true },
	{ "expired", false, N_("The payment page has closed without a payment. Your order is kept for you; you can pay it now."), true },
	{ "review", false, N_("A payment has reached us that we must look at. You need not do anything; we will write to you."), false },
};

void pay_view(struct req *r, struct view *v, const struct row_order_head *o, const struct pay *q, bool checking, const char *url)
{
	const struct row_payment_attempts *last = row_payment_attempts_at(q->attempts, 0);
	const char *sentence = N_("The payment was not completed yet. Your order is kept for you.");
	struct view *card = view_sub(v, "card");
	bool may_pay = true, none = rows_count(q->attempts) == 0;

	for (size_t i = 0; !none && i < ARRAY_LEN(attempts); i++)
		if (strcmp(attempts[i].state, last->state) == 0 && (!attempts[i].declined || *last->code != '\0')) {
			sentence = attempts[i].sentence;
			may_pay = attempts[i].may_pay;
		}
	view_bool(v, "awaiting_card", pay_awaits_card(o));
	view_bool(card, "checking", checking);
	view_text(card, "sentence", req_text(r, sentence));
	view_bool(card, "may_pay", may_pay && !checking);
	view_text(card, "url", url);
	view_bool(card, "has_others", may_pay && !checking && rows_count(q->others) > 0);
	for (size_t i = 0; i < rows_count(q->others); i++) {
		const struct row_payment_others *other = row_payment_others_at(q->others, i);
		struct view *item = view_item(card, "others");

		view_text(item, "method", other->method);
		view_text(item, "name", front_method(r, other->method, other->name));
	}
	front_may_pay(r);
}

/* An hour of the cap on attempts. */
#define ATTEMPTS_WAIT_S 3600

void pay_start(struct req *r, const struct order_key *key, const char *back,
	       void (*answered)(struct req *r, const struct call_answer *a))
{
	const struct row_payment_begin *b = front_begin_payment(r, key);

	if (strcmp(b->outcome, "ok") == 0)
		page_call(r, "payment.start", b->intent, answered);
	else if (strcmp(b->outcome, "too_many") == 0)
		page_too_many(r, ATTEMPTS_WAIT_S);
	else if (strcmp(b->outcome, "unknown") == 0)
		page_not_found(r);
	else
		page_redirect(r, back);
}

const struct param pay_method_params[] = {
	{ "method", PARAM_TEXT, .max = 32 },
	{ 0 }
};

static struct rows *switch_method(struct req *r, const struct order_key *k)
{
	return q_payment_switch(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, param_text(r, "method"));
}

/* The page at the gateway was closed, or had been paid: either way the order says it. */
void pay_switch_closed(struct req *r, const struct order_key *key, const char *back)
{
	switch_method(r, key);
	page_redirect(r, back);
}

void pay_switch(struct req *r, const struct order_key *key, const char *back,
		void (*answered)(struct req *r, const struct call_answer *a))
{
	struct rows *switched = switch_method(r, key);
	struct pay q = pay_queue(r, key);

	if (strcmp(row_payment_switch(switched)->outcome, "unknown") == 0) {
		page_not_found(r);
		return;
	}
	if (strcmp(row_payment_switch(switched)->outcome, "open") == 0)
		for (size_t i = 0; i < rows_count(q.attempts); i++) {
			const struct row_payment_attempts *a = row_payment_attempts_at(q.attempts, i);

			if (strcmp(a->state, "open") == 0) {
				page_call(r, "payment.expire", a->intent, answered);
				return;
			}
		}
	page_redirect(r, back);
}
