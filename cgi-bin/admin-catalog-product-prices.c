/* What a product costs in the chosen store, in one of its currencies: everybody, or a group of customers. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

#define VARIANTS_MAX 200
/* PRICING_MAX_PRICE of lib/shop/pricing.h, minor units. */
#define PRICE_MAX INT64_C(1000000000000)

#define COLUMN .of = PARAM_TEXT, .max = VARIANTS_MAX, .blanks = true, .optional = ""

const struct param prices_params[] = {
	{ "currency", PARAM_CODE, .optional = "" },
	{ "group",    PARAM_CODE, .optional = "" },
	{ 0 }
};

const struct param prices_change_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "currency", PARAM_CODE },
	{ "group",    PARAM_CODE, .optional = "" },
	{ "variant",  PARAM_LIST, .of = PARAM_ID, .max = VARIANTS_MAX },
	{ "price",    PARAM_LIST, COLUMN, .label = N_("Price") },
	{ "was",      PARAM_LIST, COLUMN, .label = N_("Before the reduction") },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* The currency asked for, where the store has it; else NULL. */
static const char *chosen(struct req *r, struct rows *currencies)
{
	const char *asked = param_text(r, "currency");

	for (size_t i = 0; i < rows_count(currencies); i++) {
		const char *one = row_admin_currencies_at(currencies, i)->currency;

		if (asked == NULL || strcmp(one, asked) == 0)
			return one;
	}
	return NULL;
}

/* The code of the group whose prices are meant, "" for everybody's; NULL where there is no such group. */
static const char *chosen_group(struct req *r, struct rows *groups)
{
	const char *asked = param_text(r, "group");

	if (asked == NULL || *asked == '\0')
		return "";
	for (size_t i = 0; i < rows_count(groups); i++)
		if (strcmp(row_admin_price_groups_at(groups, i)->code, asked) == 0)
			return asked;
	return NULL;
}

static const char *list_url(struct req *r, const char *currency, const char *group)
{
	return mem_printf(r->mem, "%s/admin/catalog/%s/prices?currency=%s%s%s", r->prefix, path_text(r, "id"), currency,
			  *group == '\0' ? "" : "&group=", group);
}

static void add_group(struct req *r, struct view *v, const char *label, const char *code, const char *currency, const char *here)
{
	struct view *item = view_item(v, "groups");

	view_text(item, "label", label);
	view_text(item, "url", list_url(r, currency, code));
	view_bool(item, "current", strcmp(code, here) == 0);
	if (strcmp(code, here) == 0 && *here != '\0')
		view_text(v, "group_name", label);
}

static void add_groups(struct req *r, struct view *v, struct rows *groups, const char *currency, const char *here)
{
	size_t n = rows_count(groups);

	add_group(r, v, req_text(r, N_("Everybody")), "", currency, here);
	for (size_t i = 0; i < n; i++)
		add_group(r, v, row_admin_price_groups_at(groups, i)->name, row_admin_price_groups_at(groups, i)->code, currency, here);
	view_bool(v, "has_groups", n > 0);
	view_text(v, "group", here);
}

static void add_currencies(struct req *r, struct view *v, struct rows *currencies, const char *here, const char *group)
{
	for (size_t i = 0; i < rows_count(currencies); i++) {
		const char *one = row_admin_currencies_at(currencies, i)->currency;
		struct view *item = view_item(v, "currencies");

		view_text(item, "label", one);
		view_text(item, "url", list_url(r, one, group));
		view_bool(item, "current", strcmp(one, here) == 0);
	}
	view_bool(v, "has_currencies", rows_count(currencies) > 1);
}

static void add_variant(struct req *r, struct view *v, const struct row_admin_variants *x, const struct row_admin_prices *p, const char *currency, size_t i)
{
	struct view *item = view_item(v, "variants");
	size_t n = catalog_typed_at(r, x->variant, i);

	view_text(item, "n", mem_printf(r->mem, "%zu", n));
	view_text(item, "variant", x->variant);
	view_text(item, "sku", x->sku);
	view_text(item, "options", *x->options == '\0' ? NULL : x->options);
	view_text(item, "price", form_item(r, "price", n, p->has_amount ? catalog_amount(r, p->amount, currency) : ""));
	view_text(item, "was", form_item(r, "was", n, p->has_was ? catalog_amount(r, p->was, currency) : ""));
	view_text(item, "price_error", form_error(r, form_numbered(r, "price", n)));
	view_text(item, "was_error", form_error(r, form_numbered(r, "was", n)));
}

void prices_show(struct req *r)
{
	const char *product = path_text(r, "id"), *store = console_store(r), *currency, *group;
	struct rows *found, *variants, *currencies, *groups, *prices;
	struct view *v;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, store, r->language);
	variants = q_admin_variants(r->db, product, r->language);
	currencies = q_admin_currencies(r->db, store);
	groups = q_admin_price_groups(r->db);
	currency = chosen(r, currencies);
	group = chosen_group(r, groups);
	if (!rows_found(found) || currency == NULL || group == NULL) {
		page_not_found(r);
		return;
	}
	prices = q_admin_prices(r->db, product, store, currency, group);
	if (r->method == GET)
		page_asked(r);
	v = console_view(r, "admin-catalog/prices", row_admin_product(found)->name);
	catalog_tabs(r, v, product, "prices");
	view_text(v, "currency", currency);
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "product_url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, product));
	view_bool(v, "may_price", console_may(r, "catalog.price"));
	form_text(r, v, "reason", "");
	add_currencies(r, v, currencies, currency, group);
	add_groups(r, v, groups, currency, group);
	for (size_t i = 0; i < rows_count(variants) && i < rows_count(prices); i++)
		add_variant(r, v, row_admin_variants_at(variants, i), row_admin_prices_at(prices, i), currency, i);
	page_html(r, v);
}

/* ---- saving -------------------------------------------------------------------------------- */

bool catalog_read_amount(struct req *r, const char *typed, int exponent, int64_t *out)
{
	char *plain = mem_strdup(r->mem, typed);

	for (char *c = plain; strchr(typed, '.') == NULL && *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	*out = -1;
	return *plain == '\0' || (parse_money(plain, exponent, out) && *out >= 0 && *out <= PRICE_MAX);
}

static bool check(struct req *r, size_t i, const char *price, const char *was, int exponent, int64_t *amount, int64_t *before)
{
	if (!catalog_read_amount(r, price, exponent, amount)) {
		field_error(r, form_numbered(r, "price", i), N_("Please enter an amount like 19.90."));
		return false;
	}
	if (!catalog_read_amount(r, was, exponent, before)) {
		field_error(r, form_numbered(r, "was", i), N_("Please enter an amount like 19.90."));
		return false;
	}
	if (*before >= 0 && (*amount < 0 || *before <= *amount)) {
		field_error(r, form_numbered(r, "was", i), N_("The price before the reduction must be higher than the price."));
		return false;
	}
	return true;
}

void prices_change(struct req *r)
{
	const char *currency = param_text(r, "currency"), *product = path_text(r, "id"), *outcome;
	const char *group = param_text(r, "group") == NULL ? "" : param_text(r, "group");
	size_t n, nprices, nwas;
	const char *const *variants = param_list(r, "variant", &n), *const *prices = param_list(r, "price", &nprices),
		*const *was = param_list(r, "was", &nwas);
	int64_t amounts[VARIANTS_MAX], before[VARIANTS_MAX];
	bool good = true;

	if (nprices != n || nwas != n || console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		good &= check(r, i, prices[i], was[i], currency_exponent(currency), &amounts[i], &before[i]);
	if (!good) {
		page_again(r, prices_show);
		return;
	}
	outcome = row_admin_save_prices(q_admin_save_prices(r->db, r->site->tenant, console_actor(r), product, param_int(r, "revision"), console_store(r),
		currency, group, variants, n, amounts, n, before, n, param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		catalog_decline(r, prices_show, outcome);
		return;
	}
	page_flash(r, "ok", N_("The prices are saved."));
	page_redirect(r, list_url(r, currency, group));
}
