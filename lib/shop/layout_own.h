/*
 * layout_own.h -- sutler's own files of products and listings.
 *
 * One row per variant; the rows of a product follow each other, and its own
 * fields stand in its first row.  A column name may end in ":" and a language
 * (name:es), a currency (price:EUR), a warehouse (stock:ELX) or an attribute
 * (option:size, spec:material).  Lists use "|"; tiers are "10:18.50|50:16.90".
 * All columns are described in sutler-import(5).
 */
#ifndef SHOP_LAYOUT_OWN_H
#define SHOP_LAYOUT_OWN_H

#include "shop/import_rows.h"

bool layout_own_fits(const struct csv *csv);
/* Stages all rows; counts them. */
void layout_own_read(struct import *im, int64_t *rows);
/* The same of a listings file: its columns are a part of those, and position. */
void layout_own_listings(struct import *im, int64_t *rows);

#endif
