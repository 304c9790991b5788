/*
 * invoice_pdf.h -- an invoice, or a credit note to one, drawn on A4.
 *
 * Pure: what is given is drawn, nothing is asked or reckoned, and the same input
 * gives the same bytes on the same machine, so a document can be made again and
 * compared.  Long invoices go on over pages, each with the table's head and its
 * number.  Words come in the language of TEXT, figures as LOCALE writes them.
 * Everything that must stand on an invoice in the EU (Directive 2006/112/EC, article
 * 226) has its place here: date, number, both parties with their tax numbers,
 * quantity and nature of the goods, taxable amount per rate, rate, tax payable.  A credit note
 * names the invoice it corrects, with its date (article 219).
 */
#ifndef SHOP_INVOICE_PDF_H
#define SHOP_INVOICE_PDF_H

#include "base/buf.h"
#include "base/locale.h"
#include "base/text.h"

struct invoice_line {
	const char *sku, *name, *options;
	int64_t quantity, unit_minor, amount_minor;     /* amount: before the discount of the whole */
	bool part;                                      /* of the bundle above, which has the money */
};

struct invoice_tax {
	const char *name;
	int64_t rate_ppm, base_minor, amount_minor;
};

enum invoice_kind {
	INVOICE_BILL,
	INVOICE_CREDIT,                 /* money went back */
	INVOICE_TAKEN_BACK,             /* and did not arrive: a credit note is taken back */
	INVOICE_KINDS
};

struct invoice {
	enum invoice_kind kind;
	const char *corrects, *corrected_on;    /* of a credit note: the invoice's number and date */
	const char *takes_back;                 /* number of the credit note, or NULL */
	int64_t net_minor;                      /* of a credit note */
	const struct locale *locale;
	const struct text *text;
	const char *number, *issued_on, *order_number, *ordered_on;     /* dates in ISO 8601 */
	const char *currency;
	const char *due_on;                             /* when it is to be paid; NULL: it is paid */
	const char *seller, *buyer;                     /* lines parted by '\n' */
	const char *store_name, *contact_email;
	const char *color_primary, *color_accent;       /* "#rrggbb" */
	const char *coupon_code, *delivery_name, *payment_name;
	bool includes_tax;
	int64_t goods_minor, discount_minor, shipping_minor, surcharge_minor, total_minor;
	const struct invoice_line *lines;
	size_t nlines;
	const struct invoice_tax *taxes;
	size_t ntaxes;
};

/* The PDF under CTX; NULL when the drawing library failed (logged). */
struct buf *invoice_pdf(const void *ctx, const struct invoice *i);

#endif
