/* Where a store delivers to: for checkout, and for orders that staff put together. */
#include "shop/checkout.h"

#include "base/mem.h"

#include <string.h>

static const char *const *countries(void *ctx, struct rows *country_rows, const char *home, bool everywhere, size_t *n_out)
{
	size_t rows = rows_count(country_rows), n = 0, all = strlen(country_codes) / 2;
	const char **list = mem_array(ctx, const char *, all + rows + 2);
	bool has_home = false;

	for (size_t i = 0; i < rows; i++) {
		const char *code = row_checkout_countries_at(country_rows, i)->country;

		everywhere = everywhere || strcmp(code, "*") == 0;
		has_home = has_home || strcmp(code, home) == 0;
	}
	if (everywhere || has_home)
		list[n++] = home;
	for (size_t i = 0; everywhere && i < all; i++) {
		const char *code = mem_strndup(ctx, country_codes + 2 * i, 2);

		if (strcmp(code, home) != 0)
			list[n++] = code;
	}
	for (size_t i = 0; !everywhere && i < rows; i++) {
		const char *code = row_checkout_countries_at(country_rows, i)->country;

		if (strcmp(code, home) != 0)
			list[n++] = code;
	}
	*n_out = n;
	return list;
}

const char *const *checkout_countries(void *ctx, struct rows *country_rows, const char *home, size_t *n_out)
{
	return countries(ctx, country_rows, home, false, n_out);
}

const char *const *checkout_reach(void *ctx, const struct checkout *c, size_t *n_out)
{
	return countries(ctx, c->country_rows, c->cart->settings->country, c->cart->intangible, n_out);
}
