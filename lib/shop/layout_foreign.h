/*
 * layout_foreign.h -- product files of other shop systems: Shopify, WooCommerce.
 *
 * They have one language and one currency: texts go to the store's first
 * language, prices to its first currency, stock to its first warehouse.
 * Attributes, values and categories that the store lacks are made.  Pictures are
 * addresses: a file of that name in the directory of pictures is taken, else the
 * picture is left out with a warning; nothing is fetched from the network.
 * Columns that mean nothing here are passed over.  What maps to what is
 * described in sutler-import(5).
 */
#ifndef SHOP_LAYOUT_FOREIGN_H
#define SHOP_LAYOUT_FOREIGN_H

#include "shop/import_rows.h"

/* Both generations of Shopify's header. */
bool layout_shopify_fits(const struct csv *csv);
void layout_shopify_read(struct import *im, int64_t *rows);

bool layout_woo_fits(const struct csv *csv);
void layout_woo_read(struct import *im, int64_t *rows);

/* SQL that ends the staging of these: what is missing is made, parents are found. */
#define LAYOUT_FOREIGN_FINISH "SELECT catalog.import_make($1, $2)"

/* What both do. */

/* An option or property by the names people gave it; the codes are made of them.  Returns the
   value's code. */
const char *foreign_value(struct import *im, const char *attribute, const char *value, const char **attribute_code);
/* A category by its path, names from the top; returns its slug.  ANYWHERE: the name alone is known, and one
   of that name is it wherever it stands. */
const char *foreign_category(struct import *im, const char *const *names, size_t n, bool anywhere);
/* The parts of a cell between commas, trimmed; "\\," is a comma in a part.  Their number. */
size_t foreign_list(struct import *im, int column, const char *parts[static IMPORT_LIST_MAX]);
/* A picture by its address or file name, the POSITION-th of the product. */
void foreign_picture(struct import *im, int column, const char *reference, const char *address, int position);
/* Tags between commas; those too long for one are left out. */
void foreign_tags(struct import *im, int column, const char *reference);
/* A decimal of UNIT (g, kg, lb, lbs, oz) as grams in text; NULL for an empty cell. */
const char *foreign_weight(struct import *im, int column, const char *unit);
/* A GTIN, or "" with a warning when it is none. */
const char *foreign_gtin(struct import *im, int column);
/* A stock number as others write it ("12", "-3", "4.0"): never below zero.  NULL: none. */
const char *foreign_stock(struct import *im, int column);

#endif
