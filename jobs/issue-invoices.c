/* issue-invoices -- number and draw the invoices of paid orders, and the credit notes of their
 * refunds.  Manual: sutler-issue-invoices(8).
 *
 * In two halves with a commit between them, because the series' row is locked while a
 * number is given and drawing takes a hundred times as long: first number and parties,
 * then the file.  An order stays in accounting.unbilled until both are done, a refund in
 * accounting.uncredited; how it is shared out says sql/functions/credit_note.sql. */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/job.h"
#include "db/query/credit_note.h"
#include "db/query/invoice.h"
#include "shop/country.h"
#include "shop/invoice_pdf.h"

#include <string.h>

#define INVOICES_IN_A_STEP 20           /* between two looks at SIGTERM lies one invoice, 30 ms */
#define LANGUAGES_MAX 32

static const struct text *text_of(struct job_run *j, const char *language)
{
	static struct {
		char name[8];
		const struct text *text;
	} known[LANGUAGES_MAX];
	size_t i = 0;

	while (i < LANGUAGES_MAX - 1 && known[i].text != NULL && strcmp(known[i].name, language) != 0)
		i++;
	if (known[i].text == NULL || strcmp(known[i].name, language) != 0) {
		snprintf(known[i].name, sizeof(known[i].name), "%s", language);
		known[i].text = text_open(j->all, config_text("paths.messages"), language);
	}
	return known[i].text;
}

/* An address with the tax number below it, as it stays on the invoice. */
static const char *party(struct job_run *j, const struct locale *locale, const struct address *a, const char *tax_id)
{
	const char *lines = address_lines(j->mem, a, locale_country(locale, a->country));

	if (*tax_id == '\0')
		return lines;
	return mem_printf(j->mem, "%s\n%s: %s", lines, text_get(text_of(j, locale_language(locale)), N_("Tax number")), tax_id);
}

/* The first half: the number.  NULL when the order is not to be billed or it failed. */
static const char *issue(struct job_run *j, const char *order, const struct locale **locale)
{
	const struct row_invoice_parties *p;
	struct address seller, buyer;
	struct rows *issued;

	job_begin(j, j->tenant);
	q_invoice_try(j->db, order);
	p = row_invoice_parties(q_invoice_parties(j->db, order));
	*locale = locale_get(*p->tag != '\0' ? p->tag : p->locale);
	if (!job_commit(j))
		return NULL;
	seller = (struct address){ .name = p->seller_name, .company = "", .street = p->seller_street, .street2 = "",
		.postal_code = p->seller_postal_code, .city = p->seller_city, .region = p->seller_region,
		.country = p->seller_country };
	buyer = (struct address){ p->name, p->company, p->street, p->street2, p->postal_code, p->city, p->region, p->country };
	job_begin(j, j->tenant);
	issued = q_invoice_issue(j->db, j->tenant, order, party(j, *locale, &seller, p->seller_tax_id),
				 party(j, *locale, &buyer, p->tax_id));
	return job_commit(j) ? row_invoice_issue(issued)->invoice : NULL;
}

static void fill_rows(struct job_run *j, struct invoice *i, struct rows *lines, struct rows *taxes)
{
	struct invoice_line *l = mem_array(j->mem, struct invoice_line, rows_count(lines));
	struct invoice_tax *t = mem_array(j->mem, struct invoice_tax, rows_count(taxes));

	i->nlines = rows_count(lines);
	i->ntaxes = rows_count(taxes);
	i->lines = l;
	i->taxes = t;
	for (size_t k = 0; k < i->nlines; k++) {
		const struct row_invoice_lines *row = row_invoice_lines_at(lines, k);

		l[k] = (struct invoice_line){ row->sku, row->name, row->options, row->quantity, row->unit_price, row->amount, row->part };
	}
	for (size_t k = 0; k < i->ntaxes; k++) {
		const struct row_invoice_taxes *row = row_invoice_taxes_at(taxes, k);

		t[k] = (struct invoice_tax){ row->name, row->rate_ppm, row->base, row->amount };
	}
}

/* The second half: the file, and with it the mail. */
static bool finish(struct job_run *j, const char *invoice, const struct locale *locale)
{
	struct rows *head, *lines, *taxes;
	const struct row_invoice_head *h;
	struct invoice i;
	struct buf *pdf;

	job_begin(j, j->tenant);
	head = q_invoice_head(j->db, invoice);
	lines = q_invoice_lines(j->db, invoice);
	taxes = q_invoice_taxes(j->db, invoice);
	if (!job_commit(j) || !rows_found(head))
		return false;
	h = row_invoice_head(head);
	i = (struct invoice){
		.locale = locale, .text = text_of(j, locale_language(locale)),
		.number = h->number, .issued_on = h->issued_on, .order_number = h->order_number, .ordered_on = h->ordered_on,
		.currency = h->currency, .seller = h->seller, .buyer = h->buyer,
		.store_name = h->store_name, .contact_email = h->contact_email,
		.color_primary = h->color_primary, .color_accent = h->color_accent,
		.coupon_code = h->coupon_code, .delivery_name = h->method_name, .payment_name = h->payment_name,
		.includes_tax = h->includes_tax, .goods_minor = h->goods, .discount_minor = h->discount,
		.shipping_minor = h->shipping, .surcharge_minor = h->surcharge, .total_minor = h->total,
		.due_on = h->due_on,
	};
	fill_rows(j, &i, lines, taxes);
	pdf = invoice_pdf(j->mem, &i);
	if (pdf == NULL)
		return false;
	job_begin(j, j->tenant);
	q_invoice_store(j->db, j->tenant, invoice, pdf->data, pdf->len);
	return job_commit(j);
}

static bool bill(struct job_run *j, struct rows *orders, size_t k)
{
	const char *order = row_invoice_unbilled_at(orders, k)->order_id;
	const struct locale *locale;
	const char *invoice = issue(j, order, &locale);

	if (invoice != NULL && finish(j, invoice, locale))
		return true;
	log_error("order could not be billed", "tenant", j->tenant, "order", order, NULL);
	job_wrong(j);
	return false;
}

/* ---- credit notes -------------------------------------------------------------------- */

/* Its number; NULL when there is nothing to credit (GOOD) or it failed. */
static const char *issue_credit(struct job_run *j, const struct row_credit_wanted *w, bool *good)
{
	struct rows *issued;

	job_begin(j, j->tenant);
	q_credit_try(j->db, w->refund, w->taken_back);
	*good = job_commit(j);
	if (!*good)
		return NULL;
	job_begin(j, j->tenant);
	issued = q_credit_issue(j->db, j->tenant, w->refund, w->taken_back);
	*good = job_commit(j);
	return *good ? row_credit_issue(issued)->note : NULL;
}

static struct buf *draw_credit(struct job_run *j, const struct row_credit_head *h, struct rows *taxes)
{
	const struct locale *locale = locale_get(*h->tag != '\0' ? h->tag : h->locale);
	const struct text *text = text_of(j, locale_language(locale));
	struct invoice_tax *t = mem_array(j->mem, struct invoice_tax, rows_count(taxes));
	int64_t shown = h->includes_tax ? h->total : h->net;
	struct invoice_line line = { .sku = h->order_number, .name = text_get(text, N_("Refund")), .options = "", .quantity = 1,
				     .unit_minor = shown, .amount_minor = shown };
	struct invoice i = {
		.kind = h->takes_back == NULL ? INVOICE_CREDIT : INVOICE_TAKEN_BACK, .takes_back = h->takes_back,
		.corrects = h->invoice_number, .corrected_on = h->invoiced_on, .net_minor = h->net,
		.locale = locale, .text = text, .number = h->number, .issued_on = h->issued_on,
		.order_number = h->order_number, .ordered_on = h->ordered_on, .currency = h->currency,
		.seller = h->seller, .buyer = h->buyer, .store_name = h->store_name, .contact_email = h->contact_email,
		.color_primary = h->color_primary, .color_accent = h->color_accent,
		.coupon_code = "", .delivery_name = "", .payment_name = "", .includes_tax = h->includes_tax,
		.total_minor = h->total, .lines = &line, .nlines = 1, .taxes = t, .ntaxes = rows_count(taxes),
	};

	for (size_t k = 0; k < i.ntaxes; k++) {
		const struct row_credit_taxes *row = row_credit_taxes_at(taxes, k);

		t[k] = (struct invoice_tax){ row->name, row->rate_ppm, row->base, row->amount };
	}
	return invoice_pdf(j->mem, &i);
}

static bool finish_credit(struct job_run *j, const char *note)
{
	struct rows *head, *taxes;
	struct buf *pdf;

	job_begin(j, j->tenant);
	head = q_credit_head(j->db, note);
	taxes = q_credit_taxes(j->db, note);
	if (!job_commit(j) || !rows_found(head))
		return false;
	pdf = draw_credit(j, row_credit_head(head), taxes);
	if (pdf == NULL)
		return false;
	job_begin(j, j->tenant);
	q_credit_store(j->db, j->tenant, note, pdf->data, pdf->len);
	return job_commit(j);
}

static bool credit(struct job_run *j, struct rows *wanted, size_t k)
{
	const struct row_credit_wanted *w = row_credit_wanted_at(wanted, k);
	bool good;
	const char *note = issue_credit(j, w, &good);

	if (good && (note == NULL || finish_credit(j, note)))
		return true;
	log_error("refund could not be credited", "tenant", j->tenant, "refund", w->refund, NULL);
	job_wrong(j);
	return false;
}

/* ---- the job --------------------------------------------------------------------------- */

/* Some of what ASK finds, each with memory of its own; how many went well, or -1. */
static int64_t do_some(struct job_run *j, struct rows *(*ask)(struct db *db, int64_t most),
		       bool (*one)(struct job_run *j, struct rows *rows, size_t k))
{
	void *mem = j->mem;
	struct rows *rows;
	int64_t done = 0;

	job_begin(j, j->tenant);
	rows = ask(j->db, INVOICES_IN_A_STEP);
	if (!job_commit(j))
		return -1;
	for (size_t k = 0; k < rows_count(rows) && !job_stopping(j); k++) {
		j->mem = mem_context(mem, "document");
		done += one(j, rows, k);
		mem_free(j->mem);
	}
	j->mem = mem;
	return done;
}

/* Invoices first: a credit note names its own. */
static int64_t bill_and_credit(struct job_run *j)
{
	int64_t billed = do_some(j, q_invoice_unbilled, bill);
	int64_t credited = billed < 0 ? -1 : do_some(j, q_credit_wanted, credit);

	return billed < 0 || credited < 0 ? -1 : billed + credited;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "issue-invoices", .step = bill_and_credit, .own_transactions = true };

	return job_run(&job, argc, argv);
}
