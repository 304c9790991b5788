/* order -- an order's page for who has its link: confirmation, tracking, invoice.
   Manual: sutler-order(8). */
#include "base/mem.h"
#include "front/front.h"
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

static void show(struct req *r)
{
	const struct row_order_head *o;
	struct order_key key;
	struct receipt q;
	struct view *v;

	if (!link_key(r, &key)) {
		page_not_found(r);
		return;
	}
	q = receipt_queue(r, &key);
	if (!rows_found(q.head)) {
		page_not_found(r);
		return;
	}
	o = row_order_head(q.head);
	v = page_view(r, "order/show");
	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number), NULL);
	receipt_view(r, v, &q, url_of(r, "/invoice.pdf"));
	view_bool(v, "thanks", o->fresh && strcmp(o->state, "open") == 0);
	view_text(v, "order_url", url_of(r, ""));
	page_html(r, v);
}

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

static const struct route routes[] = {
	{ GET,  "/order/{token}", show, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET,  "/order/{token}/invoice.pdf", invoice, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/order/{token}/cancel", cancel, .trips = 3, .needs = NEEDS_NO_REFERRER },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program order = {
		.name = "order", .routes = routes, .hooks = &front_hooks, .session = &session_customers,
	};

	return program_run(&order, argc, argv);
}
