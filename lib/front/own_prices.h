/*
 * own_prices.h -- cards at the prices of who is signed in.
 *
 * A card carries everybody's price; a member of a price group pays the lower of that and his
 * group's (lib/shop/pricing.h).  A page asks together with all else whether who comes with a
 * session is in a group, and only for a member what he pays for the cards it turned out to
 * show: one statement and one trip more.  Who comes without a session costs nothing, and who
 * comes with one is never answered out of a cache nor kept in one.
 *
 *	struct rows *group = own_prices_ask(r);
 *	...
 *	page_asked(r);
 *	own_prices_put(r, group, cards, n, true);
 *
 * The prices are asked for with the cookie, not with the group that was told before: a page
 * never shows those of a group that its reader has left.
 */
#ifndef FRONT_OWN_PRICES_H
#define FRONT_OWN_PRICES_H

#include "db/rows.h"
#include "shop/card.h"
#include "web/request.h"

/* NULL for who comes without a session. */
struct rows *own_prices_ask(struct req *r);
/* Lowers prices of CARDS, and takes the price before away where it did; ASKED says that page_asked() was called. */
void own_prices_put(struct req *r, struct rows *group, struct card *cards, size_t n, bool asked);

#endif
