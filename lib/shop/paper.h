/*
 * paper.h -- what the warehouse prints: packing slip, pick list, slip of a return, purchase order.  A4.
 *
 * Pure, as invoice_pdf.h: what is given is drawn, and the same input gives the same bytes.
 * The number stands on it as Code 128 as well, for the scanner that opens it again.
 */
#ifndef SHOP_PAPER_H
#define SHOP_PAPER_H

#include "base/buf.h"
#include "base/locale.h"
#include "base/text.h"

enum paper_kind {
	PAPER_PICK,                     /* rows in the order of the walk, with place and order */
	PAPER_SLIP,                     /* what lies in a parcel, or in an order */
	PAPER_RETURN,                   /* what comes back, laid into the parcel by the buyer */
	PAPER_PURCHASE,                 /* what is ordered from a supplier, with prices */
	PAPER_KINDS
};

struct paper_row {
	const char *place, *number;     /* PAPER_PICK; else "" */
	const char *sku, *name, *options;
	int64_t quantity;
	const char *price, *amount;     /* PAPER_PURCHASE: as they are printed */
};

struct paper {
	enum paper_kind kind;
	const struct locale *locale;
	const struct text *text;
	const char *number;             /* "S-1001": heading and barcode */
	const char *store_name, *color; /* "#rrggbb" */
	const char *date;               /* ISO 8601 */
	const char *from, *to;          /* addresses, lines parted by '\n'; "" for a pick list */
	const char *total;              /* PAPER_PURCHASE: as it is printed */
	const char *note;               /* the buyer's words, or "" */
	const char *way;                /* of delivery, or the warehouse */
	const struct paper_row *rows;
	size_t nrows;
};

/* The PDF under CTX; NULL when the drawing library failed (logged). */
struct buf *paper_pdf(const void *ctx, const struct paper *p);

#endif
