/* The door of staff. */
#include "shop/order_change.h"

#include "db/query/desk.h"
#include "shop/order_columns.h"

struct order_change *change_begin_at_desk(void *ctx, struct db *db, const struct order_key *k, const struct change_desk *desk, const struct change_wish *w)
{
	struct order_change *c = change_new(ctx, db, k);
	const struct row_desk_edit_begin *b;

	b = row_desk_edit_begin(q_desk_edit_begin(db, k->tenant, k->store, k->order, desk->revision, c->token, SHA256_LEN,
		w->variants, w->n, w->quantities, w->n, w->method, w->hand_minor, w->note, w->ship.name, w->ship.company, w->ship.street, w->ship.street2,
		w->ship.postal_code, w->ship.city, w->ship.region, w->ship.country));
	change_price(ctx, c, b->outcome, b->locale, b->currency, b->total);
	return c;
}

enum change_outcome change_make_at_desk(struct order_change *c, const struct change_desk *desk)
{
	const struct pricing_totals *t = c->cart->totals;
	struct order_columns k = order_columns(c->cart);
	struct promise p = cart_promise(c->cart, c->cart->method);

	c->word = row_desk_edit_make(q_desk_edit_make(c->db, c->key.tenant, desk->actor, c->key.store, c->key.order, c->token, SHA256_LEN, desk->reason,
		t->goods_minor, t->discount_minor, t->shipping_minor, t->tax_minor, t->total_minor, cart_way_name(c->cart), p.known ? p.earliest : NULL,
		p.known ? p.latest : NULL, c->cart->coupon == CART_COUPON_OK, ORDER_COLUMNS(k)))->outcome;
	return change_outcome(c->word);
}

void change_drop_at_desk(struct order_change *c)
{
	q_desk_edit_drop(c->db, c->key.tenant, c->key.store, c->key.order, c->token, SHA256_LEN);
}
