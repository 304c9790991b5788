/* An order on a page. */
#include "front/receipt.h"

#include "base/config.h"
#include "base/crypto.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "db/query/returns.h"
#include "front/basket.h"
#include "front/document.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct receipt receipt_queue(struct req *r, const struct order_key *k)
{
	return (struct receipt){
		.head = q_order_head(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.lines = q_order_lines(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.taxes = q_order_taxes(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.events = q_order_events(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.parcels = q_order_parcels(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.payment = q_order_payment(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, r->language),
		.returns = q_returns_of(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.notes = q_order_notes(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.refunds = q_order_refunds(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.downloads = q_order_downloads(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
		.credits = q_order_credits(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer),
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
	money_or_not(totals, "fee", o->surcharge);
	view_text(totals, "fee_name", req_text(r, N_("Cash on delivery fee")));
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

bool receipt_due(const struct row_order_head *o)
{
	return strcmp(o->state, "open") == 0 && o->total > 0 &&
		(strcmp(o->payment, "pending") == 0 || strcmp(o->payment, "failed") == 0);
}

static void add_payment(struct req *r, struct view *v, const struct row_order_head *o, struct rows *rows)
{
	const struct row_order_payment *p = row_order_payment(rows);
	struct view *transfer = view_sub(v, "transfer");
	bool due = receipt_due(o);

	view_text(v, "payment_name", front_method(r, o->payment_method, p->name));
	view_bool(v, "awaiting_transfer", due && strcmp(o->payment_method, "bank_transfer") == 0);
	view_bool(v, "on_invoice", due && strcmp(o->payment_method, "invoice") == 0);
	if (o->due_on != NULL)
		view_date(v, "due_on", o->due_on);
	else
		view_text(v, "due_on", NULL);
	view_bool(v, "cash_on_delivery", due && strcmp(o->payment_method, "cod") == 0);
	view_html(transfer, "instructions_html", p->instructions[0] == '\0' ? NULL : markdown_html(r->mem, p->instructions, 3));
	view_text(transfer, "reference", o->number);
	view_text(transfer, "currency", o->currency);
	view_money(transfer, "amount", o->due);
	if (due && o->due < o->total) {
		struct view *part = view_sub(v, "part_paid");

		view_text(part, "currency", o->currency);
		view_money(part, "came", o->total - o->due);
		view_money(part, "due", o->due);
	}
}

static void add_refunds(struct req *r, struct view *v, struct rows *refunds)
{
	static const struct { const char *state, *label; } labels[] = {
		{ "done", N_("given back") }, { "failed", N_("could not be given back; we take care of it") },
	};

	view_bool(v, "has_refunds", rows_count(refunds) > 0);
	for (size_t i = 0; i < rows_count(refunds); i++) {
		const struct row_order_refunds *row = row_order_refunds_at(refunds, i);
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

static void add_credits(struct req *r, struct view *v, struct rows *credits, const char *url)
{
	for (size_t i = 0; i < rows_count(credits); i++) {
		const struct row_order_credits *row = row_order_credits_at(credits, i);
		struct view *item = view_item(v, "credits");

		view_text(item, "name", row->name);
		view_text(item, "url", mem_printf(r->mem, "%s/credit-note/%s", url, row->note));
	}
}

static const struct { const char *state, *label; } rights[] = {
	{ "ok", "" },
	{ "expired", N_("The time for this download is over. Please write to us if you still need it.") },
	{ "used_up", N_("This download was fetched as often as agreed. Please write to us if you still need it.") },
	{ "ended", N_("This download has ended: its money was given back.") },
};

static const char *right_sentence(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(rights); i++)
		if (strcmp(rights[i].state, state) == 0)
			return rights[i].label;
	return "";
}

static void add_downloads(struct req *r, struct view *v, struct rows *downloads, const char *url)
{
	view_bool(v, "has_downloads", rows_count(downloads) > 0);
	view_text(v, "download_url", mem_printf(r->mem, "%s/download", url));
	for (size_t i = 0; i < rows_count(downloads); i++) {
		const struct row_order_downloads *d = row_order_downloads_at(downloads, i);
		struct view *item = view_item(v, "downloads");
		bool ok = strcmp(d->state, "ok") == 0;

		view_text(item, "name", d->name);
		view_text(item, "options", d->options);
		view_text(item, "file", d->file);
		view_text(item, "file_name", d->file_name);
		view_text(item, "size", front_size(r, d->bytes));
		view_int(item, "rest", d->rest);
		view_time(item, "until", d->expires);
		view_bool(item, "ok", ok);
		view_text(item, "why", ok ? NULL : req_text(r, right_sentence(d->state)));
	}
}

static void add_notes(struct view *v, struct rows *notes)
{
	view_bool(v, "has_notes", rows_count(notes) > 0);
	view_rows(v, "notes", notes);
}

static void add_returns(struct req *r, struct view *v, struct rows *returns)
{
	static const struct { const char *state, *label; } labels[] = {
		{ "requested", N_("Asked for: we look at it") }, { "approved", N_("Approved: please send it") },
		{ "received", N_("Received: we look at the goods") }, { "returned", N_("Taken back") }, { "refused", N_("Refused") },
	};

	view_bool(v, "has_returns", rows_count(returns) > 0);
	for (size_t i = 0; i < rows_count(returns); i++) {
		const struct row_returns_of *row = row_returns_of_at(returns, i);
		struct view *item = view_item(v, "returns");

		for (size_t k = 0; k < ARRAY_LEN(labels); k++)
			if (strcmp(labels[k].state, row->state) == 0)
				view_text(item, "label", req_text(r, labels[k].label));
		view_text(item, "number", row->number);
		view_text(item, "items", row->items);
		view_text(item, "answer", row->answer);
		view_time(item, "at", row->at);
	}
}

static void add_head(struct req *r, struct view *v, const struct row_order_head *o, const char *url)
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
	view_text(order, "invoice_url", o->has_invoice ? mem_printf(r->mem, "%s/invoice.pdf", url) : NULL);
	view_text(v, "ship_to", basket_address(r, &ship));
	view_text(v, "bill_to", basket_address(r, o->has_billing ? &bill : &ship));
	view_text(v, "delivery_name", o->method_name[0] == '\0' ? NULL : o->method_name);
	view_text(v, "delivery_date", basket_dates(r, o->promise_from, o->promise_to));
	view_bool(v, "can_cancel", o->can_cancel);
	view_bool(v, "can_change", o->can_change);
}

void receipt_view(struct req *r, struct view *v, const struct receipt *q, const char *url)
{
	const struct row_order_head *o = row_order_head(q->head);

	add_head(r, v, o, url);
	add_totals(r, v, o, q->taxes);
	add_steps(r, v, o, q->events);
	add_payment(r, v, o, q->payment);
	add_refunds(r, v, q->refunds);
	add_credits(r, v, q->credits, url);
	add_returns(r, v, q->returns);
	add_notes(v, q->notes);
	add_downloads(r, v, q->downloads, url);
	view_rows(v, "lines", q->lines);
	view_bool(v, "has_parcels", rows_count(q->parcels) > 0);
	view_rows(v, "parcels", q->parcels);
}

/* ---- its invoice -------------------------------------------------------------------- */

void receipt_invoice(struct req *r, const struct order_key *k)
{
	struct rows *rows = q_order_invoice(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer);
	const struct row_order_invoice *i = row_order_invoice(rows);

	front_pdf(r, "invoice", rows_found(rows), i->name, i->pdf_hex);
}

void receipt_credit_note(struct req *r, const struct order_key *k)
{
	struct rows *rows = q_order_credit(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, path_text(r, "note"));
	const struct row_order_credit *c = row_order_credit(rows);

	front_pdf(r, "credit-note", rows_found(rows), c->name, c->pdf_hex);
}

/* ---- its downloads -------------------------------------------------------------------- */

const struct param receipt_download_params[] = {
	{ "file", PARAM_ID },
	{ 0 }
};

/* The file is opened before its fetch is committed: one that is not there is not counted. */
void receipt_download(struct req *r, const struct order_key *k, const char *back)
{
	struct rows *rows = q_order_download(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, param_id(r, "file"));
	const struct row_order_download *d = row_order_download(rows);
	struct stat st;
	int fd;

	if (!rows_found(rows) || strcmp(d->outcome, "unknown") == 0) {
		page_not_found(r);
		return;
	}
	if (strcmp(d->outcome, "ok") != 0) {
		page_flash(r, "warn", right_sentence(d->outcome));
		page_redirect(r, back);
		return;
	}
	fd = open(mem_printf(r->mem, "%s/%s", config_text("paths.downloads"), d->name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		req_fail(r, "a file that was sold is not there");
		return;
	}
	page_file(r, fd, (size_t)st.st_size, d->mime, d->file_name);
}

/* ---- calling it off ----------------------------------------------------------------- */

void receipt_cancel(struct req *r, const struct order_key *k, const char *back)
{
	const char *outcome = row_order_cancel(q_order_cancel(r->db, k->tenant, k->store, k->link, SHA256_LEN,
							      k->order, k->customer))->outcome;

	if (strcmp(outcome, "unknown") == 0) {
		page_not_found(r);
		return;
	}
	if (strcmp(outcome, "ok") == 0)
		page_flash(r, "ok", N_("The order is cancelled. Nothing is to be paid for it."));
	else
		page_flash(r, "warn", N_("This order cannot be cancelled here any more. Please write to us: we will see what can be done."));
	page_redirect(r, back);
}
