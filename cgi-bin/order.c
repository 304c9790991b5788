/* order -- an order's page for who has its link: confirmation, payment, tracking, invoice.
   Manual: sutler-order(8). */
#include "base/mem.h"
#include "front/front.h"
#include "front/pay.h"
#include "front/receipt.h"

#include <string.h>

/* The key of the link in the path; false when it is none. */
static bool link_key(struct req *r, struct order_key *key)
{
	const char *token = path_text(r, "token");
	unsigned char *link = mem_array(r->mem, unsigned char, SHA256_LEN);

	if (!token_valid(token))
		return false;
	sha256(token, TOKEN_LEN, link);
	*key = (struct order_key){ .tenant = r->site->tenant, .store = r->site->store, .link = link };
	return true;
}

static const char *url_of(struct req *r, const char *what)
{
	return mem_printf(r->mem, "%s/order/%s%s", r->prefix, path_text(r, "token"), what);
}

/* An order with what its payment by card needs beside it. */
struct looked {
	struct receipt receipt;
	struct rows *attempts, *others;
};

/* What the link opens; false when the request was answered by 404. */
static bool look(struct req *r, struct order_key *key, struct looked *q)
{
	if (!link_key(r, key)) {
		page_not_found(r);
		return false;
	}
	q->receipt = receipt_queue(r, key);
	q->attempts = q_payment_attempts(r->db, key->tenant, key->store, key->link, SHA256_LEN);
	q->others = q_payment_others(r->db, key->tenant, key->store, key->link, SHA256_LEN, r->language);
	if (rows_found(q->receipt.head))
		return true;
	page_not_found(r);
	return false;
}

static bool awaits_card(const struct row_order_head *o)
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

static void add_card(struct req *r, struct view *v, const struct row_order_head *o, const struct looked *q, bool checking)
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
	view_bool(v, "awaiting_card", awaits_card(o));
	view_bool(card, "checking", checking);
	view_text(card, "sentence", req_text(r, sentence));
	view_bool(card, "may_pay", may_pay && !checking);
	view_text(card, "url", url_of(r, ""));
	view_bool(card, "has_others", may_pay && !checking && rows_count(q->others) > 0);
	for (size_t i = 0; i < rows_count(q->others); i++) {
		const struct row_payment_others *other = row_payment_others_at(q->others, i);
		struct view *item = view_item(card, "others");

		view_text(item, "method", other->method);
		view_text(item, "name", receipt_method(r, other->method, other->name));
	}
	front_may_pay(r);
}

/* The order's page; CHECKING: the buyer has just come back from paying. */
static void page(struct req *r, const struct looked *q, bool checking)
{
	const struct row_order_head *o = row_order_head(q->receipt.head);
	struct view *v = page_view(r, "order/show");

	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number), NULL);
	receipt_view(r, v, &q->receipt, url_of(r, "/invoice.pdf"));
	add_card(r, v, o, q, checking);
	/* Who is to pay yet is not told that all is done. */
	view_bool(v, "thanks", o->fresh && strcmp(o->state, "open") == 0 && !awaits_card(o));
	view_text(v, "order_url", url_of(r, ""));
	page_html(r, v);
}

static void show(struct req *r)
{
	struct order_key key;
	struct looked q;

	if (look(r, &key, &q))
		page(r, &q, false);
}

/* ---- paying by card ------------------------------------------------------------------------ */

/* Whatever came of it is in the database, and the page says it. */
static void begun(struct req *r, const struct call_answer *a)
{
	if (!front_go_pay(r, a))
		page_redirect(r, url_of(r, ""));
}

/* An hour of the cap on attempts. */
#define ATTEMPTS_WAIT_S 3600

static void pay(struct req *r)
{
	const struct row_payment_begin *b;
	struct order_key key;

	if (!link_key(r, &key)) {
		page_not_found(r);
		return;
	}
	b = front_begin_payment(r, key.link);
	if (strcmp(b->outcome, "ok") == 0)
		page_call(r, "payment.start", b->intent, begun);
	else if (strcmp(b->outcome, "too_many") == 0)
		page_too_many(r, ATTEMPTS_WAIT_S);
	else
		page_redirect(r, url_of(r, ""));
}

static const struct param method_params[] = {
	{ "method", PARAM_TEXT, .max = 32 },
	{ 0 }
};

static struct rows *switch_method(struct req *r, const struct order_key *key)
{
	return q_payment_switch(r->db, key->tenant, key->store, key->link, SHA256_LEN, param_text(r, "method"));
}

/* The page at the gateway was closed, or had been paid: either way the order says it. */
static void closed(struct req *r, const struct call_answer *a)
{
	struct order_key key;

	(void)a;
	if (link_key(r, &key))
		switch_method(r, &key);
	page_redirect(r, url_of(r, ""));
}

/* Another way to pay.  An open page at the gateway is closed first, or both could be paid. */
static void change_method(struct req *r)
{
	struct rows *switched, *attempts_made;
	struct order_key key;

	if (!link_key(r, &key)) {
		page_not_found(r);
		return;
	}
	switched = switch_method(r, &key);
	attempts_made = q_payment_attempts(r->db, key.tenant, key.store, key.link, SHA256_LEN);
	if (strcmp(row_payment_switch(switched)->outcome, "open") == 0)
		for (size_t i = 0; i < rows_count(attempts_made); i++) {
			const struct row_payment_attempts *a = row_payment_attempts_at(attempts_made, i);

			if (strcmp(a->state, "open") == 0) {
				page_call(r, "payment.expire", a->intent, closed);
				return;
			}
		}
	page_redirect(r, url_of(r, ""));
}

/* ---- back from the gateway ------------------------------------------------------------------- */

/* The page looks again by itself so often, after so many seconds: reports come within a few. */
#define LOOKS 6
#define LOOK_S 3

static const struct param paid_params[] = {
	{ "look", PARAM_INT, .min = 1, .max = LOOKS, .optional = "1" },
	{ 0 }
};

/* The address proves nothing: what counts is what the gateway told courier (T16). */
static void answered(struct req *r, const struct call_answer *a)
{
	int64_t n = param_int(r, "look");
	struct order_key key;
	struct looked q;

	(void)a;
	if (!look(r, &key, &q))
		return;
	if (!receipt_due(row_order_head(q.receipt.head))) {
		page_redirect(r, url_of(r, ""));
		return;
	}
	if (n < LOOKS)
		page_header(r, "Refresh", mem_printf(r->mem, "%d; url=%s/paid?look=%d", LOOK_S, url_of(r, ""), (int)n + 1));
	page(r, &q, n < LOOKS);
}

static void came_back(struct req *r)
{
	struct order_key key;
	struct rows *made;

	if (!link_key(r, &key)) {
		page_not_found(r);
		return;
	}
	made = q_payment_attempts(r->db, key.tenant, key.store, key.link, SHA256_LEN);
	for (size_t i = 0; i < rows_count(made); i++) {
		const struct row_payment_attempts *a = row_payment_attempts_at(made, i);

		if (strcmp(a->state, "open") == 0 || strcmp(a->state, "unknown") == 0) {
			page_call(r, "payment.status", a->intent, answered);
			return;
		}
	}
	page_redirect(r, url_of(r, ""));
}

/* The buyer left the gateway's page without paying: the order's page lets him go on. */
static void left(struct req *r)
{
	page_redirect(r, url_of(r, ""));
}

/* ---- the invoice, and calling it off ------------------------------------------------------------ */

static void invoice(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		receipt_invoice(r, &key);
	else
		page_not_found(r);
}

static void cancel(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		receipt_cancel(r, &key, url_of(r, ""));
	else
		page_not_found(r);
}

/* Forms carry no token of their own: the address is the secret, and other sites are refused. */
static const struct route routes[] = {
	{ GET,  "/order/{token}", show, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/order/{token}/pay", pay, .trips = 4, .needs = NEEDS_NO_REFERRER },
	{ POST, "/order/{token}/method", change_method, .params = method_params, .trips = 5, .needs = NEEDS_NO_REFERRER },
	{ GET,  "/order/{token}/paid", came_back, .params = paid_params, .trips = 4, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/unpaid", left, .trips = 1, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/invoice.pdf", invoice, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/order/{token}/cancel", cancel, .trips = 3, .needs = NEEDS_NO_REFERRER },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program order = {
		.name = "order", .routes = routes, .hooks = &front_hooks, .session = &session_customers, .calls = true,
	};

	return program_run(&order, argc, argv);
}
