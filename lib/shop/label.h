/*
 * label.h -- the address label of a parcel, A6, one to a page: for a label printer, or four to a sheet of A4.
 *
 * Pure, as paper.h.  The parcel's number stands on it as Code 128, for the scanner that opens it again, and the
 * carrier's tracking number when it has one already.
 */
#ifndef SHOP_LABEL_H
#define SHOP_LABEL_H

#include "base/buf.h"
#include "base/locale.h"
#include "base/text.h"

struct label {
	const char *number;             /* "S-1001/2" */
	const char *from, *to;          /* addresses, lines parted by '\n' */
	const char *way;                /* carrier, or the way of delivery */
	const char *tracking;           /* or "" */
	int64_t weight_g;               /* 0: not weighed */
};

struct labels {
	const struct locale *locale;
	const struct text *text;
	const char *store_name, *color; /* "#rrggbb" */
	const char *date;               /* ISO 8601 */
	const struct label *label;
	size_t n;
};

/* The PDF under CTX, a page for each; NULL when the drawing library failed (logged). */
struct buf *label_pdf(const void *ctx, const struct labels *l);

#endif
