/* order -- an order's page for who has its link: confirmation, payment, tracking, invoice.
   Manual: sutler-order(8). */
#include "base/markdown.h"
#include "base/mem.h"
#include "front/basket.h"
#include "front/front.h"
#include "front/pay.h"
#include "shop/order.h"

#include <string.h>

struct order_rows {
	struct rows *head, *lines, *taxes, *events, *parcels, *payment, *attempts, *others, *refunds;
};

static struct order_rows ask(struct req *r, const unsigned char *link)
{
	const char *store = r->site->store;

	return (struct order_rows){
		.head = q_order_head(r->db, link, SHA256_LEN, store),
		.lines = q_order_lines(r->db, link, SHA256_LEN, store),
		.taxes = q_order_taxes(r->db, link, SHA256_LEN, store),
		.events = q_order_events(r->db, link, SHA256_LEN, store),
		.parcels = q_order_parcels(r->db, link, SHA256_LEN, store),
		.payment = q_order_payment(r->db, link, SHA256_LEN, store, r->language),
		.attempts = q_payment_attempts(r->db, link, SHA256_LEN, store),
		.others = q_payment_others(r->db, link, SHA256_LEN, store, r->language),
		.refunds = q_payment_refunds(r->db, link, SHA256_LEN, store),
	};
}

static void money_or_not(struct view *v, const char *name, int64_t minor)
{
	if (minor > 0)
		view_money(v, name, minor);
	else
		view_text(v, name, NULL);
}

static void add_totals(struct req *r, struct view *v, const struct row_order_head *o, struct rows *taxes)
{
	struct view *totals = view_sub(v, "totals");

	/* What was agreed stays in its currency, whatever the page's path says. */
	view_text(totals, "currency", o->currency);
	view_money(totals, "subtotal", o->goods);
	money_or_not(totals, "discount", o->discount);
	view_text(totals, "discount_name", o->coupon_code[0] == '\0' ? NULL : o->coupon_code);
	money_or_not(totals, "shipping", o->shipping);
	view_bool(totals, "shipping_free", o->shipping == 0);
	view_text(totals, "fee", NULL);
	for (size_t i = 0; i < rows_count(taxes); i++) {
		const struct row_order_taxes *t = row_order_taxes_at(taxes, i);
		struct view *item = view_item(totals, "tax");

		view_text(item, "name", basket_tax_name(r, t->name, t->rate_ppm));
		view_text(item, "currency", o->currency);
		view_money(item, "amount", t->amount);
	}
	view_money(totals, "total", o->total);
	view_bool(totals, "tax_included", o->prices_include_tax);
}

static void add_steps(struct req *r, struct view *v, const struct row_order_head *o, struct rows *events)
{
	struct order_step steps[MILESTONES];
	size_t n = order_steps(events, strcmp(o->payment_method, "cod") == 0, steps);

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, "steps");

		view_text(item, "label", req_text(r, steps[i].label));
		if (steps[i].at_ms != 0)
			view_time(item, "at", steps[i].at_ms);
		else
			view_text(item, "at", NULL);
		view_bool(item, "done", steps[i].at_ms != 0 && !steps[i].now);
		view_bool(item, "now", steps[i].now);
		view_bool(item, "bad", steps[i].bad);
	}
}

static const struct { const char *method, *name; } method_names[] = {
	{ "bank_transfer", N_("Bank transfer") }, { "cod", N_("Cash on delivery") }, { "card", N_("Card") },
};

static const char *method_name_of(struct req *r, const char *method, const char *name)
{
	for (size_t i = 0; *name == '\0' && i < ARRAY_LEN(method_names); i++)
		if (strcmp(method_names[i].method, method) == 0)
			return req_text(r, method_names[i].name);
	return name;
}

/* Nothing came for it yet. */
static bool is_due(const struct row_order_head *o)
{
	return strcmp(o->state, "open") == 0 && o->total > 0
		&& (strcmp(o->payment, "pending") == 0 || strcmp(o->payment, "failed") == 0);
}

static bool awaits_card(const struct row_order_head *o)
{
	return is_due(o) && strcmp(o->payment_method, "card") == 0;
}

static void add_payment(struct req *r, struct view *v, const struct row_order_head *o, struct rows *rows)
{
	const struct row_order_payment *p = row_order_payment(rows);
	bool due = is_due(o);
	struct view *transfer = view_sub(v, "transfer");

	view_text(v, "payment_name", method_name_of(r, o->payment_method, p->name));
	view_bool(v, "awaiting_transfer", due && strcmp(o->payment_method, "bank_transfer") == 0);
	view_bool(v, "cash_on_delivery", due && strcmp(o->payment_method, "cod") == 0);
	view_html(transfer, "instructions_html", p->instructions[0] == '\0' ? NULL : markdown_html(r->mem, p->instructions, 3));
	view_text(transfer, "reference", o->number);
	view_text(transfer, "currency", o->currency);
	view_money(transfer, "amount", o->total);
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

static void add_card(struct req *r, struct view *v, const struct row_order_head *o, const struct order_rows *q, const char *token, bool checking)
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
	view_text(card, "url", mem_printf(r->mem, "%s/order/%s", r->prefix, token));
	view_bool(card, "has_others", may_pay && !checking && rows_count(q->others) > 0);
	for (size_t i = 0; i < rows_count(q->others); i++) {
		const struct row_payment_others *other = row_payment_others_at(q->others, i);
		struct view *item = view_item(card, "others");

		view_text(item, "method", other->method);
		view_text(item, "name", method_name_of(r, other->method, other->name));
	}
	front_may_pay(r);
}

static void add_refunds(struct req *r, struct view *v, struct rows *refunds)
{
	static const struct { const char *state, *label; } labels[] = {
		{ "done", N_("given back") }, { "failed", N_("could not be given back; we take care of it") },
	};

	view_bool(v, "has_refunds", rows_count(refunds) > 0);
	for (size_t i = 0; i < rows_count(refunds); i++) {
		const struct row_payment_refunds *row = row_payment_refunds_at(refunds, i);
		struct view *item = view_item(v, "refunds");
		const char *label = N_("on its way back to you");

		for (size_t k = 0; k < ARRAY_LEN(labels); k++)
			if (strcmp(labels[k].state, row->state) == 0)
				label = labels[k].label;
		view_text(item, "currency", row->currency);
		view_money(item, "amount", row->amount);
		view_time(item, "at", row->at);
		view_text(item, "label", req_text(r, label));
	}
}

static void add_head(struct req *r, struct view *v, const struct row_order_head *o, const char *token)
{
	struct view *order = view_sub(v, "order");
	struct address ship = { o->name, o->company, o->street, o->street2, o->postal_code, o->city, o->region, o->country };
	struct address bill = { o->billing_name, o->billing_company, o->billing_street, o->billing_street2,
		o->billing_postal_code, o->billing_city, o->billing_region, o->billing_country };

	view_text(order, "number", o->number);
	view_time(order, "placed", o->placed);
	view_text(order, "email", o->email);
	view_text(order, "note", o->note[0] == '\0' ? NULL : o->note);
	view_text(order, "status_label", req_text(r, order_word(o->word)));
	view_text(order, "tax_id", o->tax_id[0] == '\0' ? NULL : o->tax_id);
	view_text(order, "invoice_url", o->has_invoice ?
		  mem_printf(r->mem, "%s/order/%s/invoice.pdf", r->prefix, token) : NULL);
	view_text(v, "ship_to", basket_address(r, &ship));
	view_text(v, "bill_to", basket_address(r, o->has_billing ? &bill : &ship));
	view_text(v, "delivery_name", o->method_name);
	view_text(v, "delivery_date", basket_dates(r, o->promise_from, o->promise_to));
	/* Who is to pay yet is not told that all is done. */
	view_bool(v, "thanks", o->fresh && strcmp(o->state, "open") == 0 && !awaits_card(o));
}

static bool hash(const char *token, unsigned char out[SHA256_LEN])
{
	if (!token_valid(token))
		return false;
	sha256(token, TOKEN_LEN, out);
	return true;
}

/* The order's page; CHECKING: the buyer has just come back from paying. */
static void page(struct req *r, const struct order_rows *q, const char *token, bool checking)
{
	const struct row_order_head *o = row_order_head(q->head);
	struct view *v = page_view(r, "order/show");

	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number), NULL);
	add_head(r, v, o, token);
	add_totals(r, v, o, q->taxes);
	add_steps(r, v, o, q->events);
	add_payment(r, v, o, q->payment);
	add_card(r, v, o, q, token, checking);
	add_refunds(r, v, q->refunds);
	view_rows(v, "lines", q->lines);
	view_bool(v, "has_parcels", rows_count(q->parcels) > 0);
	view_rows(v, "parcels", q->parcels);
	page_html(r, v);
}

/* What the link opens; false when the request was answered by 404. */
static bool look(struct req *r, unsigned char link[SHA256_LEN], struct order_rows *q)
{
	if (!hash(path_text(r, "token"), link)) {
		page_not_found(r);
		return false;
	}
	*q = ask(r, link);
	if (rows_found(q->head))
		return true;
	page_not_found(r);
	return false;
}

static void show(struct req *r)
{
	unsigned char link[SHA256_LEN];
	struct order_rows q;

	if (look(r, link, &q))
		page(r, &q, path_text(r, "token"), false);
}

/* ---- paying by card ------------------------------------------------------------------------ */

static const char *own_path(struct req *r)
{
	return mem_printf(r->mem, "%s/order/%s", r->prefix, path_text(r, "token"));
}

/* Whatever came of it is in the database, and the page says it. */
static void begun(struct req *r, const struct call_answer *a)
{
	if (!front_go_pay(r, a))
		page_redirect(r, own_path(r));
}

/* An hour of the cap on attempts. */
#define ATTEMPTS_WAIT_S 3600

static void pay(struct req *r)
{
	unsigned char link[SHA256_LEN];
	const struct row_payment_begin *b;

	if (!hash(path_text(r, "token"), link)) {
		page_not_found(r);
		return;
	}
	b = front_begin_payment(r, link);
	if (strcmp(b->outcome, "ok") == 0)
		page_call(r, "payment.start", b->intent, begun);
	else if (strcmp(b->outcome, "too_many") == 0)
		page_too_many(r, ATTEMPTS_WAIT_S);
	else
		page_redirect(r, own_path(r));
}

static const struct param method_params[] = {
	{ "method", PARAM_TEXT, .max = 32 },
	{ 0 }
};

static struct rows *switch_method(struct req *r, const unsigned char *link)
{
	return q_payment_switch(r->db, r->site->tenant, r->site->store, link, SHA256_LEN, param_text(r, "method"));
}

/* The page at the gateway was closed, or had been paid: either way the order says it. */
static void closed(struct req *r, const struct call_answer *a)
{
	unsigned char link[SHA256_LEN];

	(void)a;
	if (hash(path_text(r, "token"), link))
		switch_method(r, link);
	page_redirect(r, own_path(r));
}

/* Another way to pay.  An open page at the gateway is closed first, or both could be paid. */
static void change_method(struct req *r)
{
	unsigned char link[SHA256_LEN];
	struct rows *switched, *attempts_made;

	if (!hash(path_text(r, "token"), link)) {
		page_not_found(r);
		return;
	}
	switched = switch_method(r, link);
	attempts_made = q_payment_attempts(r->db, link, SHA256_LEN, r->site->store);
	if (strcmp(row_payment_switch(switched)->outcome, "open") == 0)
		for (size_t i = 0; i < rows_count(attempts_made); i++) {
			const struct row_payment_attempts *a = row_payment_attempts_at(attempts_made, i);

			if (strcmp(a->state, "open") == 0) {
				page_call(r, "payment.expire", a->intent, closed);
				return;
			}
		}
	page_redirect(r, own_path(r));
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
static void looked(struct req *r, const struct call_answer *a)
{
	unsigned char link[SHA256_LEN];
	struct order_rows q;
	int64_t n = param_int(r, "look");

	(void)a;
	if (!look(r, link, &q))
		return;
	if (!is_due(row_order_head(q.head))) {
		page_redirect(r, own_path(r));
		return;
	}
	if (n < LOOKS)
		page_header(r, "Refresh", mem_printf(r->mem, "%d; url=%s/paid?look=%d", LOOK_S, own_path(r), (int)n + 1));
	page(r, &q, path_text(r, "token"), n < LOOKS);
}

static void came_back(struct req *r)
{
	unsigned char link[SHA256_LEN];
	struct rows *made;

	if (!hash(path_text(r, "token"), link)) {
		page_not_found(r);
		return;
	}
	made = q_payment_attempts(r->db, link, SHA256_LEN, r->site->store);
	for (size_t i = 0; i < rows_count(made); i++) {
		const struct row_payment_attempts *a = row_payment_attempts_at(made, i);

		if (strcmp(a->state, "open") == 0 || strcmp(a->state, "unknown") == 0) {
			page_call(r, "payment.status", a->intent, looked);
			return;
		}
	}
	page_redirect(r, own_path(r));
}

/* The buyer left the gateway's page without paying: the order's page lets him go on. */
static void left(struct req *r)
{
	page_redirect(r, own_path(r));
}

/* ---- the invoice ------------------------------------------------------------------------------ */

/* Letters, digits and dashes of an invoice's number; whatever else a prefix has becomes a dash. */
static const char *file_name(void *ctx, const char *number)
{
	char *name = mem_strdup(ctx, number);

	for (char *s = name; *s != '\0'; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", *s) == NULL)
			*s = '-';
	return name;
}

static void invoice(struct req *r)
{
	unsigned char link[SHA256_LEN];
	const unsigned char *pdf = NULL;
	const struct row_order_invoice *i;
	struct rows *rows;
	size_t n = 0;

	if (!hash(path_text(r, "token"), link)) {
		page_not_found(r);
		return;
	}
	rows = q_order_invoice(r->db, r->site->tenant, link, SHA256_LEN);
	i = row_order_invoice(rows);
	if (rows_found(rows))
		pdf = hex_decode(r->mem, i->pdf_hex, &n);
	if (pdf == NULL) {
		page_not_found(r);
		return;
	}
	page_header(r, "Content-Disposition", mem_printf(r->mem, "inline; filename=\"invoice-%s.pdf\"", file_name(r->mem, i->name)));
	page_bytes(r, "application/pdf", pdf, n);
}

/* Forms carry no token of their own: the address is the secret, and other sites are refused. */
static const struct route routes[] = {
	{ GET, "/order/{token}", show, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/order/{token}/pay", pay, .trips = 4, .needs = NEEDS_NO_REFERRER },
	{ POST, "/order/{token}/method", change_method, .params = method_params, .trips = 5, .needs = NEEDS_NO_REFERRER },
	{ GET, "/order/{token}/paid", came_back, .params = paid_params, .trips = 4, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET, "/order/{token}/unpaid", left, .trips = 1, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET, "/order/{token}/invoice.pdf", invoice, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program order = {
		.name = "order", .routes = routes, .hooks = &front_hooks, .session = &session_customers, .calls = true,
	};

	return program_run(&order, argc, argv);
}
