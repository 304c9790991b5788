/*
 * import_tables.h -- attributes, categories, products and listings from CSV files.
 *
 * Each reads the file once into the staging tables of an opened import and then
 * merges; the counts come back, faults are in the report.  Formats:
 * sutler-import(5).
 */
#ifndef SHOP_IMPORT_TABLES_H
#define SHOP_IMPORT_TABLES_H

#include "shop/import_rows.h"
#include "shop/import_store.h"

struct import_counts {
	int64_t rows, created, updated, unchanged, skipped;
	const char *layout;             /* of products: which was read */
	int64_t products;               /* of an import by parts: in the file */
	int64_t pictures;               /* converted now */
};

/* What a store says of the tenant's products in its own way. */
void import_listings(struct import *im, const struct import_pictures *pictures, struct import_counts *out);
void import_attributes(struct import *im, struct import_counts *out);
void import_categories(struct import *im, const struct import_pictures *pictures, struct import_counts *out);
/* LAYOUT: own, shopify, woocommerce or auto.  UPDATE: products that are there are changed. */
void import_products(struct import *im, const char *layout, bool update, const struct import_pictures *pictures,
	struct import_counts *out);

#endif
