/* What both doors of a change share. */
#include "shop/order_change.h"

#include "base/mem.h"

#include <string.h>

enum change_outcome change_outcome(const char *word)
{
	static const struct { const char *word; enum change_outcome outcome; } words[] = {
		{ "ok", CHANGE_OK }, { "unknown", CHANGE_UNKNOWN }, { "not_allowed", CHANGE_LATE }, { "lines", CHANGE_LINES },
		{ "sold_out", CHANGE_SHORT }, { "credit", CHANGE_CREDIT }, { "changed", CHANGE_AGAIN }, { "again", CHANGE_AGAIN }, { "product", CHANGE_LINES },
		{ "begun", CHANGE_LATE }, { "invoiced", CHANGE_LATE }, { "given_back", CHANGE_LATE }, { "paying", CHANGE_LATE },
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
	return !cart_has_way(c) || c->totals->outcome != PRICING_OK ? CHANGE_DELIVERY : CHANGE_OK;
}

struct order_change *change_new(void *ctx, struct db *db, const struct order_key *k)
{
	struct order_change *c = mem_new(ctx, struct order_change);
	struct token token = token_new();

	c->db = db;
	c->key = *k;
	sha256(token.text, TOKEN_LEN, c->token);
	return c;
}

/* What the database said, and the price. */
void change_price(void *ctx, struct order_change *c, const char *word, const char *locale, const char *currency, int64_t old_minor)
{
	struct cart_key key = { .tenant = c->key.tenant, .store = c->key.store, .token = c->token, .locale = locale, .currency = currency,
		.order = c->key.order };

	c->word = word;
	c->outcome = change_outcome(word);
	c->currency = currency;
	c->old_minor = old_minor;
	if (c->outcome != CHANGE_OK)
		return;
	c->cart = cart_queue(ctx, c->db, &key);
	cart_price(c->cart);
	c->outcome = judge(c->cart);
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
	case CHANGE_CREDIT:
		return N_("With this more would be open than was agreed for payment on invoice. Nothing was changed.");
	case CHANGE_AGAIN:
		return N_("Something changed while you were here. Please look at the new total before you confirm.");
	}
	return "";
}
