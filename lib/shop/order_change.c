#include "shop/order_change.h"

#include "base/mem.h"
#include "shop/order_columns.h"

#include <string.h>

static enum change_outcome outcome_of(const char *word)
{
	static const struct { const char *word; enum change_outcome outcome; } words[] = {
		{ "ok", CHANGE_OK }, { "unknown", CHANGE_UNKNOWN }, { "not_allowed", CHANGE_LATE }, { "lines", CHANGE_LINES },
		{ "sold_out", CHANGE_SHORT }, { "changed", CHANGE_AGAIN },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].outcome;
	return CHANGE_UNKNOWN;          /* the absent row of a failed request */
}

/* What the priced cart says of it. */
static enum change_outcome judge(const struct cart *c)
{
	if (!cart_ready(c))
		return CHANGE_SHORT;
	return c->method == NULL || c->totals->outcome != PRICING_OK ? CHANGE_DELIVERY : CHANGE_OK;
}

struct order_change *change_begin(void *ctx, struct db *db, const struct order_key *k, const struct change_wish *w)
{
	struct order_change *c = mem_new(ctx, struct order_change);
	const struct row_order_change_begin *b;
	struct token token = token_new();
	struct cart_key key;

	c->db = db;
	c->key = *k;
	sha256(token.text, TOKEN_LEN, c->token);
	b = row_order_change_begin(q_order_change_begin(db, k->tenant, k->store, k->order, k->customer, c->token, SHA256_LEN,
		w->variants, w->n, w->quantities, w->n, w->note,
		w->ship.name, w->ship.company, w->ship.street, w->ship.street2, w->ship.postal_code, w->ship.city, w->ship.region));
	c->outcome = outcome_of(b->outcome);
	c->currency = b->currency;
	c->old_minor = b->total;
	if (c->outcome != CHANGE_OK)
		return c;
	key = (struct cart_key){
		.tenant = k->tenant, .store = k->store, .token = c->token, .locale = b->locale, .currency = b->currency, .order = k->order,
	};
	c->cart = cart_queue(ctx, db, &key);
	cart_price(c->cart);
	c->outcome = judge(c->cart);
	return c;
}

enum change_outcome change_make(struct order_change *c)
{
	const struct pricing_totals *t = c->cart->totals;
	struct order_columns k = order_columns(c->cart);
	struct promise p = cart_promise(c->cart, c->cart->method);
	size_t n = c->cart->nlines;
	struct rows *r;

	r = q_order_change(c->db, c->key.tenant, c->key.store, c->key.order, c->key.customer, c->token, SHA256_LEN,
		t->goods_minor, t->discount_minor, t->shipping_minor, t->tax_minor, t->total_minor,
		p.known ? p.earliest : NULL, p.known ? p.latest : NULL, c->cart->coupon == CART_COUPON_OK,
		k.variant, n, k.quantity, n, k.unit, n, k.discount, n, k.tax, n, k.total, n,
		k.sku, n, k.name, n, k.options, n, k.image, n, k.label, n, k.made, n, k.weight, n,
		k.tax_name, t->ntaxes, k.tax_rate, t->ntaxes, k.tax_base, t->ntaxes, k.tax_amount, t->ntaxes);
	return outcome_of(row_order_change(r)->outcome);
}

void change_drop(struct order_change *c)
{
	q_order_change_drop(c->db, c->key.tenant, c->key.store, c->key.order, c->key.customer, c->token, SHA256_LEN);
}

const char *change_sentence(enum change_outcome o)
{
	switch (o) {
	case CHANGE_OK:
	case CHANGE_UNKNOWN:
		return "";
	case CHANGE_LATE:
		return N_("This order cannot be changed here any more. Please write to us: we will see what can be done.");
	case CHANGE_LINES:
		return N_("An order needs at least one product. To call it off, please cancel it.");
	case CHANGE_SHORT:
		return N_("One of the products cannot be had in this quantity any more. Nothing was changed.");
	case CHANGE_DELIVERY:
		return N_("The way of delivery does not take this. Nothing was changed; please write to us.");
	case CHANGE_AGAIN:
		return N_("Something changed while you were here. Please look at the new total before you confirm.");
	}
	return "";
}
