/* Orders of a customer: the list, one of them, again, and called off. */
#include "account.h"

#include "base/mem.h"
#include "db/query/returns.h"
#include "front/basket.h"
#include "front/front.h"
#include "front/pay_page.h"
#include "front/receipt.h"

#include <string.h>

const struct param orders_params[] = {
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

/* ---- the list ---------------------------------------------------------------------- */

void orders_list(struct req *r, struct view *v, struct rows *rows, size_t most)
{
	view_bool(v, "has_orders", rows_count(rows) > 0);
	for (size_t i = 0; i < rows_count(rows) && i < most; i++) {
		const struct row_account_orders *o = row_account_orders_at(rows, i);
		struct view *item = view_item(v, "orders");

		view_text(item, "number", o->number);
		view_text(item, "url", account_url(r, "/account/orders/", o->order_id));
		view_time(item, "placed", o->placed);
		view_text(item, "word", req_text(r, order_word(o->word)));
		view_text(item, "currency", o->currency);
		view_money(item, "total", o->total);
		view_int(item, "pieces", o->pieces);
		view_text(item, "first", o->first);
	}
}

void orders_show(struct req *r)
{
	const char *after = param_id(r, "after");
	struct rows *rows = q_account_orders(r->db, after == NULL ? 0 : ACCOUNT_ORDERS_LATER, account_customer(r), r->site->store,
					     after, ORDERS_ON_A_PAGE + 1);
	struct view *v = account_view(r, "account/orders", SECTION_ORDERS, N_("Orders"));
	size_t n = rows_count(rows);

	orders_list(r, v, rows, ORDERS_ON_A_PAGE);
	view_text(v, "prev_url", after == NULL ? NULL : req_path(r, "/account/orders"));
	view_text(v, "next_url", n <= ORDERS_ON_A_PAGE ? NULL :
		  account_url(r, "/account/orders?after=", row_account_orders_at(rows, ORDERS_ON_A_PAGE - 1)->order_id));
	page_html(r, v);
}

/* ---- one order --------------------------------------------------------------------- */

static struct order_key own_key(struct req *r)
{
	return (struct order_key){ .tenant = r->site->tenant, .store = r->site->store, .order = path_text(r, "id"),
				   .customer = account_customer(r) };
}

static const char *order_url(struct req *r, const char *what)
{
	return mem_printf(r->mem, "%s/account/orders/%s%s", r->prefix, path_text(r, "id"), what);
}

void order_show(struct req *r)
{
	struct order_key key = own_key(r);
	struct receipt q = receipt_queue(r, &key);
	struct pay pay = pay_queue(r, &key);
	struct rows *choice = q_return_choice(r->db, key.tenant, key.store, key.order, key.customer);
	const char *title;
	struct view *v;

	if (!rows_found(q.head)) {
		page_not_found(r);
		return;
	}
	title = mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), row_order_head(q.head)->number);
	v = account_view(r, "account/order", SECTION_ORDERS, title);
	receipt_view(r, v, &q, order_url(r, ""));
	pay_view(r, v, row_order_head(q.head), &pay, false, order_url(r, ""));
	view_text(v, "order_url", order_url(r, ""));
	view_bool(v, "can_return", rows_count(choice) > 0 && row_return_choice_at(choice, 0)->allowed);
	page_html(r, v);
}

void order_invoice(struct req *r)
{
	struct order_key key = own_key(r);

	receipt_invoice(r, &key);
}

void order_credit_note(struct req *r)
{
	struct order_key key = own_key(r);

	receipt_credit_note(r, &key);
}

void order_download(struct req *r)
{
	struct order_key key = own_key(r);

	receipt_download(r, &key, order_url(r, ""));
}

void order_cancel(struct req *r)
{
	struct order_key key = own_key(r);

	receipt_cancel(r, &key, order_url(r, ""));
}

/* ---- paying it by card --------------------------------------------------------------- */

/* Whatever came of it is in the database, and the page says it. */
static void begun(struct req *r, const struct call_answer *a)
{
	if (!front_go_pay(r, a))
		page_redirect(r, order_url(r, ""));
}

void order_pay(struct req *r)
{
	struct order_key key = own_key(r);

	pay_start(r, &key, order_url(r, ""), begun);
}

static void closed(struct req *r, const struct call_answer *a)
{
	struct order_key key = own_key(r);

	(void)a;
	pay_switch_closed(r, &key, order_url(r, ""));
}

void order_method(struct req *r)
{
	struct order_key key = own_key(r);

	pay_switch(r, &key, order_url(r, ""), closed);
}

/* ---- again --------------------------------------------------------------------------- */

/* What could be had again, in one sentence or two. */
static void say_again(struct req *r, const struct row_account_reorder *a)
{
	const char *said = "";

	if (a->added == a->wanted) {
		page_flash(r, "ok", N_("Everything of that order is in your cart, at today's prices."));
		return;
	}
	if (a->left_out[0] != '\0')
		said = basket_say(r, N_("Not to be had any more: {text}."), a->left_out);
	if (a->fewer[0] != '\0')
		said = mem_printf(r->mem, "%s%s%s", said, said[0] == '\0' ? "" : " ",
				  basket_say(r, N_("Fewer than you had: {text}."), a->fewer));
	if (a->added > 0)
		said = mem_printf(r->mem, "%s %s", said, req_text(r, N_("The rest is in your cart, at today's prices.")));
	page_flash(r, "warn", said);
}

void order_again(struct req *r)
{
	struct token token = token_new();
	unsigned char sum[SHA256_LEN];
	const struct row_account_reorder *a;

	sha256(token.text, TOKEN_LEN, sum);
	a = row_account_reorder(q_account_reorder(r->db, r->site->tenant, r->site->store, path_text(r, "id"), account_customer(r),
		session_get(r)->id, front_cart(r), SHA256_LEN, sum, SHA256_LEN, r->language, r->currency, CART_MAX_LINES));
	if (a->wanted == 0) {
		page_not_found(r);
		return;
	}
	if (a->made)
		page_cookie_set(r, CART_COOKIE, token.text, CART_COOKIE_S);
	say_again(r, a);
	page_redirect(r, a->added > 0 ? req_path(r, "/cart") : order_url(r, ""));
}
