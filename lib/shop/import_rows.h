/*
 * import_rows.h -- what all table imports share: for whom, reading cells, staging.
 *
 * A layout (layout_own.h ...) reads a CSV file row by row and hands what it
 * understood to the put functions here, whatever the file's own form was; a NULL
 * says that the file has no such column and what stands is to be left.  Cells are
 * read by the cell functions, which clean texts (no controls, no marks that turn
 * the reading direction, NFC) and tell every fault with line and column.
 *
 * Everything here lives in the row's context, freed after each row, so a file of
 * any length takes the same memory.
 *
 * An import is one transaction, or, when whoever drives it can go on where it was
 * broken off, several: the file is staged and checked as a whole, then some hundred
 * products come in at a time (parted below).
 */
#ifndef SHOP_IMPORT_ROWS_H
#define SHOP_IMPORT_ROWS_H

#include "base/csv.h"
#include "shop/import_stage.h"

/* Rows of one file: what one transaction and its temporary tables carry well. */
#define IMPORT_ROWS_MAX 200000
/* Rows between two tellings of progress, and what reading is of it all, in thousandths. */
#define IMPORT_TELL_ROWS 500
#define IMPORT_READING 300
/* Products that one transaction of an import by parts brings in: some seconds, so that nobody waits long for what it locks. */
#define IMPORT_PART_PRODUCTS 500
/* Changes of each kind that a preview shows. */
#define IMPORT_SAMPLE "10"
/* Items in one cell: pictures, tags, related products. */
#define IMPORT_LIST_MAX 64

/* Where an import by parts is: the line of the last product that is in; from IMPORT_ROUND on that of the second round,
   which relates products to those further down. */
#define IMPORT_FRESH (-1)
#define IMPORT_ROUND (INT64_C(1) << 40)

struct import_counts;

/* The store that rows are for. */
struct import {
	const void *ctx;                /* of the whole import */
	void *row;                      /* of the row that is read */
	struct stage *stage;
	struct report *report;
	struct csv *csv;
	const char *tenant, *store;     /* ids */
	const char **locales;           /* the first is the store's main one */
	size_t nlocales;
	const char **currencies;
	size_t ncurrencies;
	const char **warehouses;        /* codes of the tenant's, by the store's priority */
	size_t nwarehouses;
	int64_t line;                   /* of the row */
	bool no_pictures;               /* leave pictures and documents as they are */
	const char *pictures;           /* directory of the originals */
	bool trial;                     /* nothing will be committed: what only costs time is left out */
	/* How far it is, in thousandths, and the rows read; false: no more, please.  May be NULL. */
	bool (*progress)(struct import *im, int thousandths, int64_t rows);
	/* Of products, before anything is changed: rows of catalog.import_preview(), or NULL.  May be NULL. */
	void (*preview)(struct import *im, const PGresult *sample);
	/* By parts: called after each in its transaction, with where it came to and what the part did; LAST: nothing follows.
	   It commits, and begins the next (import_again()); false: no more.  NULL: all is one transaction. */
	bool (*parted)(struct import *im, int64_t place, bool last, const struct import_counts *part);
	int64_t place;                  /* where an import by parts goes on; IMPORT_FRESH: at its beginning */
	void *user;                     /* of whoever gave these */
	int64_t rows_read;
};

/* Finds the store by its code (and the tenant's short name when more tenants have such a store), sets the
   tenant, makes the staging tables; false after an error in the report. */
bool import_open(struct import *im, const void *ctx, struct stage *stage, struct report *report,
	const char *tenant, const char *store);
/* The same for a tenant and store known by their ids; what drives it (trial ... user) stands in IM already, the rest is zero. */
bool import_open_for(struct import *im, const void *ctx, struct stage *stage, struct report *report,
	const char *tenant_id, const char *store_id);
/* The next transaction of an import by parts, for the same tenant. */
void import_again(struct import *im);
/* Tells progress and stops the stage when told to. */
void import_progress(struct import *im, int thousandths);
bool import_has_locale(const struct import *im, const char *locale);
bool import_has_currency(const struct import *im, const char *currency);
bool import_has_warehouse(const struct import *im, const char *code);

/* The next row; false at the end.  Bad rows are told and passed over. */
bool import_next(struct import *im);

/* ---- cells: COLUMN may be -1 (there is none): NULL ---- */

/* Cleaned text of at most MAX characters; "" for an empty cell; NULL also after a fault. */
const char *cell_text(struct import *im, int column, size_t max);
const char *cell_block(struct import *im, int column, size_t max);
/* Codes: the letters of a slug, an attribute or SKU.  Empty cells give "". */
const char *cell_slug(struct import *im, int column);
const char *cell_code(struct import *im, int column);
const char *cell_sku(struct import *im, int column, size_t max);
/* "true" or "false"; EMPTY for an empty cell. */
const char *cell_bool(struct import *im, int column, const char *empty);
/* A whole number between, as text; EMPTY for an empty cell. */
const char *cell_int(struct import *im, int column, int64_t min, int64_t max, const char *empty);
/* Minor units as text; NULL for an empty cell and after a fault. */
const char *cell_money(struct import *im, int column, const char *currency);
/* A word of CHOICES (between spaces); EMPTY for an empty cell. */
const char *cell_choice(struct import *im, int column, const char *choices, const char *empty);
/* A day ("2027-12-25") or moment ("2027-12-25 09:30") as a moment; LAST: a day stands for its end.  NULL: it is none. */
const char *import_moment(const void *ctx, const char *text, bool last);
/* The parts of a cell between SEPARATOR, trimmed; their number. */
size_t cell_list(struct import *im, int column, char separator, const char *parts[static IMPORT_LIST_MAX]);

void import_error(struct import *im, int column, const char *fmt, ...) PRINTF_LIKE(3, 4);
void import_warn(struct import *im, int column, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "Suela de caña" -> "suela-de-cana": letters and digits of ASCII with hyphens; "" when nothing is left. */
const char *import_slugify(const void *ctx, const char *name, size_t max);

/* ---- staging ---- */

void put_flag(struct import *im, const char *kind, const char *name);
void put_attribute(struct import *im, const char *attribute, const char *value, const char *locale, const char *label,
	const char *swatch, const char *position, const char *filterable);

struct product_row {
	const char *reference, *status, *brand, *tax_class, *lead_time_days, *made_to_order, *featured, *visible, *tiers_by, *position;
};
void put_product(struct import *im, const struct product_row *p);

struct text_row {
	const char *reference, *locale, *slug, *name, *summary, *description, *meta_title, *meta_description;
};
/* A missing or empty slug is made of the name. */
void put_text(struct import *im, const struct text_row *t);
/* Texts of a store's own: name, summary and description alone. */
void put_own_text(struct import *im, const struct text_row *t);

/* KIND: category, tag (NAME is its language, or NULL: all), related, spec (NAME is the attribute), image, document. */
void put_item(struct import *im, int column, const char *reference, const char *kind, const char *name, const char *value,
	int position, const char *option_value);
void put_label(struct import *im, const char *reference, const char *kind, int position, const char *locale, const char *label);

struct variant_row {
	const char *reference, *sku, *gtin, *made_to_order, *track_stock, *weight_g;
	int position;
};
void put_variant(struct import *im, const struct variant_row *v);
void put_option(struct import *im, int column, const char *sku, const char *attribute, const char *value, int position);
void put_price(struct import *im, int column, const char *sku, const char *currency, int64_t min_quantity, const char *amount,
	const char *was);
/* A price of some days, in the store's clock: from STARTS until ENDS, "2027-12-25 00:00". */
void put_special(struct import *im, int column, const char *sku, const char *currency, const char *amount, const char *was,
	const char *starts, const char *ends);
/* A part of the bundle SKU. */
/* A rule of prices as catalog.markup has it, percent in hundredths. */
struct markup_row {
	const char *reference, *currency, *base, *base_store, *base_currency, *rate;
	int64_t percent, ending;
};
/* What catalog.markup takes: from next to nothing to a hundred times more. */
#define MARKUP_LEAST (-9999)
#define MARKUP_MOST 990000
/* "store suelas:EUR*1.08 +10% .95" into all but reference and currency, which are there; false: it is none. */
bool import_markup(const void *ctx, const char *text, struct markup_row *m);
void put_markup(struct import *im, int column, const struct markup_row *m);
void put_part(struct import *im, int column, const char *sku, const char *part, const char *quantity, int position);
void put_stock(struct import *im, int column, const char *sku, const char *warehouse, const char *quantity);

#endif
