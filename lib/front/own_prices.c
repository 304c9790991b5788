#include "front/own_prices.h"

#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "db/query/member.h"
#include "web/page.h"
#include "web/session.h"

struct rows *own_prices_ask(struct req *r)
{
	const unsigned char *session = session_hash(r);

	return session == NULL ? NULL : q_member_group(r->db, r->site->tenant, session, SHA256_LEN);
}

static void lower(struct card *c, const struct row_member_prices *p)
{
	if (strcmp(c->product, p->product) != 0 || p->price >= c->price)
		return;
	c->price = p->price;
	c->price_varies = p->varies;
	c->has_was = false;
}

void own_prices_put(struct req *r, struct rows *group, struct card *cards, size_t n, bool asked)
{
	const char **products = mem_array(r->mem, const char *, n);
	struct rows *prices;

	if (group == NULL || n == 0 || !row_member_group(group)->member)
		return;
	for (size_t i = 0; i < n; i++)
		products[i] = cards[i].product;
	if (asked)
		page_ask_again(r);
	prices = q_member_prices(r->db, r->site->tenant, r->site->store, r->currency, products, n, session_hash(r), SHA256_LEN);
	if (asked)
		page_asked(r);
	for (size_t k = 0; k < rows_count(prices); k++)
		for (size_t i = 0; i < n; i++)
			lower(&cards[i], row_member_prices_at(prices, k));
}
