/*
 * order_columns.h -- a priced cart as the arrays that the database takes.
 *
 * Placing an order and changing one hand over the same: lines and taxes as they were
 * priced, side by side, with names and options as they were shown.
 */
#ifndef SHOP_ORDER_COLUMNS_H
#define SHOP_ORDER_COLUMNS_H

#include "shop/cart.h"

/* The arrays of sales.place_order() and sales.change_order(), under the cart's context. */
struct order_columns {
	size_t n, ntaxes;
	const char **variant, **sku, **name, **options, **image, **label;
	int64_t *quantity, *unit, *discount, *tax, *total, *weight;
	bool *made;
	const char **tax_name;
	int64_t *tax_rate, *tax_base, *tax_amount;
};
struct order_columns order_columns(struct cart *c);

/* Them as arguments of such a query. */
#define ORDER_COLUMNS(k) \
	(k).variant, (k).n, (k).quantity, (k).n, (k).unit, (k).n, (k).discount, (k).n, (k).tax, (k).n, (k).total, (k).n, \
	(k).sku, (k).n, (k).name, (k).n, (k).options, (k).n, (k).image, (k).n, (k).label, (k).n, (k).made, (k).n, (k).weight, (k).n, \
	(k).tax_name, (k).ntaxes, (k).tax_rate, (k).ntaxes, (k).tax_base, (k).ntaxes, (k).tax_amount, (k).ntaxes

#endif
