#include "shop/rules.h"

#include "base/mem.h"

#include <string.h>

static enum pricing_who who(const char *word)
{
	if (strcmp(word, "consumer") == 0)
		return PRICING_ONLY_CONSUMER;
	return strcmp(word, "business") == 0 ? PRICING_ONLY_BUSINESS : PRICING_ANYONE;
}

static enum pricing_treatment treatment(const char *word)
{
	if (strcmp(word, "exempt") == 0)
		return PRICING_EXEMPT;
	return strcmp(word, "reverse_charge") == 0 ? PRICING_REVERSE_CHARGE : PRICING_TAXED;
}

const struct pricing_tax_rule *rules_tax(const void *ctx, struct rows *rows, size_t *n_out)
{
	size_t n = rows_count(rows);
	struct pricing_tax_rule *rules = mem_array(ctx, struct pricing_tax_rule, n);

	for (size_t i = 0; i < n; i++) {
		const struct row_cart_tax_rules *t = row_cart_tax_rules_at(rows, i);

		rules[i] = (struct pricing_tax_rule){
			.name = t->name, .tax_class = t->tax_class, .country = t->country, .region = t->region,
			.postal = t->postal, .rate_ppm = t->rate_ppm, .priority = (int)t->priority,
			.who = who(t->customer_type), .treatment = treatment(t->treatment),
			.compound = t->compound, .shipping = t->shipping,
		};
	}
	*n_out = n;
	return rules;
}

struct pricing_settings rules_settings(const struct row_cart_settings *s)
{
	return (struct pricing_settings){
		.prices_include_tax = s->prices_include_tax,
		.step_minor = s->step,
		.rounding = strcmp(s->tax_rounding, "line") == 0 ? PRICING_ROUND_LINE : PRICING_ROUND_DOCUMENT,
		.other_place = s->keep_gross ? PRICING_KEEP_GROSS : PRICING_KEEP_NET,
		.shipping_tax = strcmp(s->shipping_tax, "class") == 0 ? PRICING_SHIPPING_CLASS :
			PRICING_SHIPPING_PROPORTIONAL,
		.home = { s->country, s->region, s->postal_code },
	};
}

struct pricing_delivery rules_delivery(const void *ctx, struct rows *prices, const char *method, const char *kind, const char *tax_class)
{
	size_t n = rows_count(prices);
	struct pricing_band *bands = mem_array(ctx, struct pricing_band, n);
	struct pricing_delivery d = { .tax_class = tax_class, .bands = bands };

	d.kind = strcmp(kind, "weight") == 0 ? DELIVERY_BY_WEIGHT : strcmp(kind, "item") == 0 ? DELIVERY_BY_ITEM : DELIVERY_FLAT;
	for (size_t i = 0; i < n; i++) {
		const struct row_cart_method_prices *p = row_cart_method_prices_at(prices, i);

		if (strcmp(p->method, method) != 0)
			continue;
		if (d.kind == DELIVERY_BY_WEIGHT)
			bands[d.nbands++] = (struct pricing_band){ p->up_to_g, p->first };
		d.price_minor = p->first;
		d.further_minor = p->further;
		if (p->has_free_above)
			d.free_from_minor = p->free_above > 0 ? p->free_above : 1;
	}
	return d;
}
