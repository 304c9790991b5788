/* The buyer's door. */
#include "shop/order_change.h"

#include "shop/order_columns.h"

struct order_change *change_begin(void *ctx, struct db *db, const struct order_key *k, const struct change_wish *w)
{
	struct order_change *c = change_new(ctx, db, k);
	const struct row_order_change_begin *b;

	b = row_order_change_begin(q_order_change_begin(db, k->tenant, k->store, k->order, k->customer, c->token, SHA256_LEN,
		w->variants, w->n, w->quantities, w->n, w->note,
		w->ship.name, w->ship.company, w->ship.street, w->ship.street2, w->ship.postal_code, w->ship.city, w->ship.region));
	change_price(ctx, c, b->outcome, b->locale, b->currency, b->total);
	return c;
}

enum change_outcome change_make(struct order_change *c)
{
	const struct pricing_totals *t = c->cart->totals;
	struct order_columns k = order_columns(c->cart);
	struct promise p = cart_promise(c->cart, c->cart->method);

	c->word = row_order_change(q_order_change(c->db, c->key.tenant, c->key.store, c->key.order, c->key.customer, c->token, SHA256_LEN,
		t->goods_minor, t->discount_minor, t->shipping_minor, t->tax_minor, t->total_minor, p.known ? p.earliest : NULL, p.known ? p.latest : NULL,
		c->cart->coupon == CART_COUPON_OK, ORDER_COLUMNS(k)))->outcome;
	return change_outcome(c->word);
}

void change_drop(struct order_change *c)
{
	q_order_change_drop(c->db, c->key.tenant, c->key.store, c->key.order, c->key.customer, c->token, SHA256_LEN);
}
