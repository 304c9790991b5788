/* Promise: a card reads as the database wrote it, and one of another release does no harm. */
#include "base/mem.h"
#include "shop/card.h"
#include "t/unit/tap.h"

#include <string.h>

#define F "\x1f"

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	struct card c, *all;
	size_t n;

	card_read(ctx, "boot" F "Boot" F "/media/ab/cd" F "A boot" F "badge/few" F "Acme" F "4990" F "5990" F "true" F "-3" F "id" F, "/en", &c);
	tap_is_str(c.url, "/en/p/boot", "address with its prefix");
	tap_is_str(c.name, "Boot", "name");
	tap_is_str(c.image, "/media/ab/cd", "picture");
	tap_is_str(c.alt, "A boot", "its text");
	tap_is_str(c.badge, "badge/few", "badge");
	tap_is_str(c.brand, "Acme", "brand");
	tap_is_int(c.price, 4990, "price");
	tap_ok(c.has_was && c.was == 5990, "price before");
	tap_ok(c.price_varies, "prices vary");
	tap_is_str(c.product, "id", "product");
	card_read(ctx, "boot" F "Boot" F F F "badge/in" F F "0" F F "false" F "0" F "id" F, "", &c);
	tap_ok(c.image == NULL && c.brand == NULL && !c.has_was && !c.price_varies, "what a product has not is absent");
	card_read(ctx, "boot" F "Boot" F, "", &c);
	tap_ok(strcmp(c.name, "Boot") == 0 && *c.product == '\0' && *c.badge == '\0', "fields that are missing are empty");
	all = cards_read(ctx, "a" F "A" F "\x1e" "b" F "B" F "\x1e", "/es", &n);
	tap_is_int((int64_t)n, 2, "two cards in one text");
	tap_is_str(all[1].url, "/es/p/b", "each with its own address");
	tap_is_str(all[0].name, "A", "and its own fields");
	cards_read(ctx, NULL, "", &n);
	tap_is_int((int64_t)n, 0, "no text, no card");
	mem_free(ctx);
	return tap_done();
}
