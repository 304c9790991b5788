/* order -- an order's page for who has its link: confirmation, tracking, invoice.
   Manual: sutler-order(8). */
#include "base/markdown.h"
#include "base/mem.h"
#include "front/basket.h"
#include "front/front.h"
#include "shop/order.h"

#include <string.h>

struct order_rows {
	struct rows *head, *lines, *taxes, *events, *parcels, *payment;
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

static void add_payment(struct req *r, struct view *v, const struct row_order_head *o, struct rows *rows)
{
	const struct row_order_payment *p = row_order_payment(rows);
	bool cash = strcmp(o->payment_method, "cod") == 0;
	bool due = strcmp(o->payment, "pending") == 0 && strcmp(o->state, "open") == 0 && o->total > 0;
	struct view *transfer = view_sub(v, "transfer");

	view_text(v, "payment_name", p->name[0] != '\0' ? p->name :
		  req_text(r, cash ? N_("Cash on delivery") : N_("Bank transfer")));
	view_bool(v, "awaiting_transfer", due && !cash);
	view_bool(v, "cash_on_delivery", due && cash);
	view_html(transfer, "instructions_html", p->instructions[0] == '\0' ? NULL : markdown_html(r->mem, p->instructions, 3));
	view_text(transfer, "reference", o->number);
	view_text(transfer, "currency", o->currency);
	view_money(transfer, "amount", o->total);
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
	view_bool(v, "thanks", o->fresh && strcmp(o->state, "open") == 0);
}

static bool hash(const char *token, unsigned char out[SHA256_LEN])
{
	if (!token_valid(token))
		return false;
	sha256(token, TOKEN_LEN, out);
	return true;
}

static void show(struct req *r)
{
	const char *token = path_text(r, "token");
	unsigned char link[SHA256_LEN];
	const struct row_order_head *o;
	struct order_rows q;
	struct view *v;

	if (!hash(token, link)) {
		page_not_found(r);
		return;
	}
	q = ask(r, link);
	if (!rows_found(q.head)) {
		page_not_found(r);
		return;
	}
	o = row_order_head(q.head);
	v = page_view(r, "order/show");
	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number), NULL);
	add_head(r, v, o, token);
	add_totals(r, v, o, q.taxes);
	add_steps(r, v, o, q.events);
	add_payment(r, v, o, q.payment);
	view_rows(v, "lines", q.lines);
	view_bool(v, "has_parcels", rows_count(q.parcels) > 0);
	view_rows(v, "parcels", q.parcels);
	page_html(r, v);
}

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

static const struct route routes[] = {
	{ GET, "/order/{token}", show, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ GET, "/order/{token}/invoice.pdf", invoice, .trips = 2, .needs = NEEDS_NO_REFERRER, .csrf_token = true },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program order = { .name = "order", .routes = routes, .hooks = &front_hooks };

	return program_run(&order, argc, argv);
}
