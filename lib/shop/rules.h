/*
 * rules.h -- what a store's rows mean to the pricing engine.
 *
 * A cart reckons by them, and so does whoever shows what a cart would cost.  The rows are
 * those of the queries cart_settings, cart_tax_rules and cart_method_prices; texts are
 * borrowed from them, arrays are made under CTX.
 */
#ifndef SHOP_RULES_H
#define SHOP_RULES_H

#include "db/query/cart.h"
#include "shop/pricing.h"

struct pricing_settings rules_settings(const struct row_cart_settings *s);
const struct pricing_tax_rule *rules_tax(const void *ctx, struct rows *rows, size_t *n_out);
/* The way METHOD of KIND ("flat", "weight", "item") among PRICES. */
struct pricing_delivery rules_delivery(const void *ctx, struct rows *prices, const char *method, const char *kind, const char *tax_class);

#endif
