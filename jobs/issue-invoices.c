/* issue-invoices -- number and draw the invoices of paid orders.  Manual: sutler-issue-invoices(8).
 *
 * In two halves with a commit between them, because the series' row is locked while a
 * number is given and drawing takes a hundred times as long: first number and parties,
 * then the file.  An order stays in accounting.unbilled until both are done. */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/job.h"
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

		l[k] = (struct invoice_line){ row->sku, row->name, row->options, row->quantity, row->unit_price, row->amount };
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
		.shipping_minor = h->shipping, .total_minor = h->total,
	};
	fill_rows(j, &i, lines, taxes);
	pdf = invoice_pdf(j->mem, &i);
	if (pdf == NULL)
		return false;
	job_begin(j, j->tenant);
	q_invoice_store(j->db, j->tenant, invoice, pdf->data, pdf->len);
	return job_commit(j);
}

static bool bill(struct job_run *j, const char *order)
{
	const struct locale *locale;
	const char *invoice = issue(j, order, &locale);

	if (invoice != NULL && finish(j, invoice, locale))
		return true;
	log_error("order could not be billed", "tenant", j->tenant, "order", order, NULL);
	job_wrong(j);
	return false;
}

static int64_t bill_some(struct job_run *j)
{
	void *mem = j->mem;
	struct rows *orders;
	int64_t done = 0;

	job_begin(j, j->tenant);
	orders = q_invoice_unbilled(j->db, INVOICES_IN_A_STEP);
	if (!job_commit(j))
		return -1;
	for (size_t i = 0; i < rows_count(orders) && !job_stopping(j); i++) {
		j->mem = mem_context(mem, "order");
		done += bill(j, row_invoice_unbilled_at(orders, i)->order_id);
		mem_free(j->mem);
	}
	j->mem = mem;
	return done;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "issue-invoices", .step = bill_some, .own_transactions = true };

	return job_run(&job, argc, argv);
}
