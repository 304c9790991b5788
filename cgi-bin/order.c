/* order -- an order's page for who has its link: confirmation, payment, tracking, invoice, downloads.
   Manual: sutler-order(8). */
#include "base/mem.h"
#include "front/front.h"
#include "front/pay_page.h"
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
	struct pay pay;
};

/* What the link opens; false when the request was answered by 404. */
static bool look(struct req *r, struct order_key *key, struct looked *q)
{
	if (!link_key(r, key)) {
		page_not_found(r);
		return false;
	}
	q->receipt = receipt_queue(r, key);
	q->pay = pay_queue(r, key);
	if (rows_found(q->receipt.head))
		return true;
	page_not_found(r);
	return false;
}

/* The order's page; CHECKING: the buyer has just come back from paying. */
static void page(struct req *r, const struct looked *q, bool checking)
{
	const struct row_order_head *o = row_order_head(q->receipt.head);
	struct view *v = page_view(r, "order/show");

	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number), NULL);
	receipt_view(r, v, &q->receipt, url_of(r, ""));
	pay_view(r, v, o, &q->pay, checking, url_of(r, ""));
	/* Who is to pay yet is not told that all is done. */
	view_bool(v, "thanks", o->fresh && strcmp(o->state, "open") == 0 && !pay_awaits_card(o));
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

static void pay(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		pay_start(r, &key, url_of(r, ""), begun);
	else
		page_not_found(r);
}

static void closed(struct req *r, const struct call_answer *a)
{
	struct order_key key;

	(void)a;
	if (link_key(r, &key))
		pay_switch_closed(r, &key, url_of(r, ""));
	else
		page_not_found(r);
}

static void change_method(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		pay_switch(r, &key, url_of(r, ""), closed);
	else
		page_not_found(r);
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
	struct pay q;

	if (!link_key(r, &key)) {
		page_not_found(r);
		return;
	}
	q = pay_queue(r, &key);
	for (size_t i = 0; i < rows_count(q.attempts); i++) {
		const struct row_payment_attempts *a = row_payment_attempts_at(q.attempts, i);

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

static void credit_note(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		receipt_credit_note(r, &key);
	else
		page_not_found(r);
}

static void download(struct req *r)
{
	struct order_key key;

	if (link_key(r, &key))
		receipt_download(r, &key, url_of(r, ""));
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
	{ POST, "/order/{token}/method", change_method, .params = pay_method_params, .trips = 5, .needs = NEEDS_NO_REFERRER },
	{ GET,  "/order/{token}/paid", came_back, .params = paid_params, .trips = 4, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/unpaid", left, .trips = 1, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/invoice.pdf", invoice, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/credit-note/{note:id}", credit_note, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/order/{token}/download", download, .params = receipt_download_params, .trips = 3, .needs = NEEDS_NO_REFERRER },
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
