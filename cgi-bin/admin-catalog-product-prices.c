/* What a product costs in the chosen store, in one of its currencies: everybody, or a group of customers. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

#define VARIANTS_MAX 200
/* PRICING_MAX_PRICE of lib/shop/pricing.h, minor units. */
#define PRICE_MAX INT64_C(1000000000000)

/* A hundred times the cost, in hundredths of a percent. */
#define MARKUP_MAX 990000

static const char *const whats[] = { "save", "fill", NULL };

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
	{ "cost",     PARAM_LIST, COLUMN, .label = N_("Cost") },
	{ "shown",    PARAM_LIST, COLUMN },
	{ "markup",   PARAM_TEXT, .max = 20, .optional = "", .label = N_("Markup in percent") },
	{ "ending",   PARAM_CHOICE, .choices = catalog_endings, .optional = "none", .label = N_("Prices end in") },
	{ "do",       PARAM_CHOICE, .choices = whats, .optional = "save" },
	/* Wanted for saving alone. */
	{ "reason",   PARAM_REASON, .optional = "", .label = N_("Reason") },
	{ 0 }
};

const char *const catalog_endings[] = { "none", "00", "90", "95", "99", NULL };

void catalog_add_endings(struct req *r, struct view *v, const char *chosen)
{
	static const struct form_option labels[] = {
		{ "none", N_("As it comes") }, { "00", ".00" }, { "90", ".90" }, { "95", ".95" }, { "99", ".99" },
	};

	form_options(r, v, "endings", "ending", labels, ARRAY_LEN(labels), chosen);
}

int64_t catalog_ending(struct req *r)
{
	int64_t ending;

	return parse_int(param_text(r, "ending"), 0, 99, &ending) ? ending : -1;
}

int64_t catalog_unit(const char *currency)
{
	/* Without cents no price ends in them: then the unit fits no smallest amount but its own. */
	return currency_exponent(currency) == 2 ? 100 : 1;
}

bool catalog_read_markup(struct req *r, const char *typed, int64_t *out)
{
	char *plain = mem_strdup(r->mem, typed);

	for (char *c = plain; *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	return parse_money(plain, 2, out) && *out >= 0 && *out <= MARKUP_MAX;
}

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

/* Where VARIANT stands in the form that was sent, or I. */
static size_t row_of(struct req *r, const char *variant, size_t i)
{
	size_t n = 0;
	const char *const *sent = r->method == GET ? NULL : param_list(r, "variant", &n);

	for (size_t k = 0; k < n; k++)
		if (strcmp(sent[k], variant) == 0)
			return k;
	return i;
}

/* What the form that was sent has in row N of FIELD; else STORED. */
static const char *cell(struct req *r, const char *field, size_t n, const char *stored)
{
	size_t sent = 0;
	const char *const *typed = r->method == GET ? NULL : param_list(r, field, &sent);

	return n < sent ? typed[n] : stored;
}

static const char *percent(struct req *r, int64_t part, int64_t whole)
{
	int64_t twice = part * 200 / whole;

	/* A half away from zero. */
	return mem_printf(r->mem, "%lld %%", (long long)((twice + (twice < 0 ? -1 : 1)) / 2));
}

/* What the variant costs us, and what is left of its price as it is kept; both without tax. */
static void add_cost(struct req *r, struct view *item, const struct row_admin_costs *k, const char *currency, size_t n)
{
	const char *stored = k->has_cost ? catalog_amount(r, k->cost, currency) : "";

	view_text(item, "cost", cell(r, "cost", n, stored));
	view_text(item, "shown", cell(r, "shown", n, stored));
	view_text(item, "cost_error", form_error(r, form_numbered(r, "cost", n)));
	view_text(item, "margin", k->has_cost && k->has_net && k->net > 0 ? percent(r, k->net - k->cost, k->net) : NULL);
	view_text(item, "markup", k->has_cost && k->has_net && k->cost > 0 ? percent(r, k->net - k->cost, k->cost) : NULL);
}

static struct view *add_variant(struct req *r, struct view *v, const struct row_admin_variants *x, const struct row_admin_prices *p, const char *currency, size_t i,
			struct rows *filled)
{
	struct view *item = view_item(v, "variants");
	size_t n = row_of(r, x->variant, i);
	const struct row_admin_marked_up *m = filled != NULL && n < rows_count(filled) ? row_admin_marked_up_at(filled, n) : NULL;

	view_text(item, "n", mem_printf(r->mem, "%zu", n));
	view_text(item, "variant", x->variant);
	view_text(item, "sku", x->sku);
	view_text(item, "options", *x->options == '\0' ? NULL : x->options);
	view_text(item, "price", m != NULL && m->has_fresh ? catalog_amount(r, m->fresh, currency) :
		  cell(r, "price", n, p->has_amount ? catalog_amount(r, p->amount, currency) : ""));
	view_bool(item, "reckoned", p->reckoned);
	view_text(item, "was", cell(r, "was", n, p->has_was ? catalog_amount(r, p->was, currency) : ""));
	view_text(item, "price_error", form_error(r, form_numbered(r, "price", n)));
	view_text(item, "was_error", form_error(r, form_numbered(r, "was", n)));
	return item;
}

static const char *typed(struct req *r, const char *field)
{
	const char *text = r->method == GET ? NULL : param_text(r, field);

	return text == NULL ? "" : text;
}

/* FILLED, or NULL: prices in the place of those typed, in the order of the form. */
static void show(struct req *r, struct rows *filled)
{
	const char *product = path_text(r, "id"), *store = console_store(r), *currency, *group;
	struct rows *found, *variants, *currencies, *groups, *prices, *costs;
	bool may_cost = console_may_everywhere(r, "catalog.cost"), any = false;
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
	/* Of a group's prices there is none: a cost belongs to the plain one. */
	may_cost &= *group == '\0';
	costs = may_cost ? q_admin_costs(r->db, r->site->tenant, product, store, currency) : NULL;
	if (r->method == GET)
		page_asked(r);
	v = console_view(r, "admin-catalog/prices", row_admin_product(found)->name);
	catalog_tabs(r, v, product, "prices");
	view_text(v, "currency", currency);
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "product_url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, product));
	view_bool(v, "may_price", console_may(r, "catalog.price"));
	view_bool(v, "may_cost", may_cost);
	view_text(view_sub(v, "form"), "reason", typed(r, "reason"));
	view_text(view_sub(v, "form"), "markup", typed(r, "markup"));
	catalog_add_endings(r, v, r->method == GET ? "none" : param_text(r, "ending"));
	view_bool(v, "filled", filled != NULL);
	add_currencies(r, v, currencies, currency, group);
	add_groups(r, v, groups, currency, group);
	view_text(v, "rule_url", mem_printf(r->mem, "%s/admin/catalog/%s/markup?currency=%s", r->prefix, product, currency));
	for (size_t i = 0; i < rows_count(prices); i++)
		any |= row_admin_prices_at(prices, i)->reckoned;
	view_bool(v, "has_reckoned", any);
	for (size_t i = 0; i < rows_count(variants) && i < rows_count(prices); i++) {
		const struct row_admin_variants *x = row_admin_variants_at(variants, i);
		struct view *item = add_variant(r, v, x, row_admin_prices_at(prices, i), currency, i, filled);

		if (may_cost && i < rows_count(costs))
			add_cost(r, item, row_admin_costs_at(costs, i), currency, row_of(r, x->variant, i));
	}
	page_html(r, v);
}

void prices_show(struct req *r)
{
	show(r, NULL);
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

/* What a form says of costs, side by side; absent columns are none. */
struct costs {
	size_t n;
	int64_t cost[VARIANTS_MAX], shown[VARIANTS_MAX];
};

/* False: answered already, or something is wrong beside a field (then GOOD is false). */
static bool take_costs(struct req *r, size_t n, int exponent, struct costs *out, bool *good)
{
	size_t nshown;
	const char *const *cost = param_list(r, "cost", &out->n), *const *shown = param_list(r, "shown", &nshown);

	if (out->n == 0 && nshown == 0)
		return true;
	if (!catalog_may(r, "catalog.cost"))
		return false;
	if (out->n != n || nshown != n) {
		page_bad_request(r);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!catalog_read_amount(r, shown[i], exponent, &out->shown[i])) {
			page_bad_request(r);
			return false;
		}
		if (!catalog_read_amount(r, cost[i], exponent, &out->cost[i])) {
			field_error(r, form_numbered(r, "cost", i), N_("Please enter an amount like 19.90."));
			*good = false;
		}
	}
	return true;
}

/* Prices of what goods cost, put into the form and not saved. */
static void fill(struct req *r, const struct costs *k)
{
	const char *currency = param_text(r, "currency");
	int64_t markup;

	if (!catalog_may(r, "catalog.cost"))
		return;
	if (!catalog_read_markup(r, typed(r, "markup"), &markup)) {
		field_error(r, "markup", N_("Please enter a markup in percent, like 80 or 42.5."));
		page_again(r, prices_show);
		return;
	}
	show(r, q_admin_marked_up(r->db, r->site->tenant, path_text(r, "id"), console_store(r), currency, k->cost, k->n, markup,
		catalog_unit(currency), catalog_ending(r)));
}

void prices_change(struct req *r)
{
	const char *currency = param_text(r, "currency"), *product = path_text(r, "id"), *outcome;
	const char *group = param_text(r, "group") == NULL ? "" : param_text(r, "group");
	size_t n, nprices, nwas;
	const char *const *variants = param_list(r, "variant", &n), *const *prices = param_list(r, "price", &nprices),
		*const *was = param_list(r, "was", &nwas);
	int64_t amounts[VARIANTS_MAX], before[VARIANTS_MAX];
	struct costs costs;
	bool good = true, saves = strcmp(param_text(r, "do"), "save") == 0;

	if (nprices != n || nwas != n || console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	if (!take_costs(r, n, currency_exponent(currency), &costs, &good))
		return;
	for (size_t i = 0; saves && i < n; i++)
		good &= check(r, i, prices[i], was[i], currency_exponent(currency), &amounts[i], &before[i]);
	if (saves && *typed(r, "reason") == '\0') {
		field_error(r, "reason", N_("Please fill in this field."));
		good = false;
	}
	if (!good) {
		page_again(r, prices_show);
		return;
	}
	if (!saves) {
		fill(r, &costs);
		return;
	}
	outcome = row_admin_save_prices(q_admin_save_prices(r->db, r->site->tenant, console_actor(r), product, param_int(r, "revision"), console_store(r),
		currency, group, variants, n, amounts, n, before, n, param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0 && costs.n > 0)
		outcome = row_admin_save_cost(q_admin_save_cost(r->db, r->site->tenant, console_actor(r), product, currency, variants, n, costs.cost, n,
			costs.shown, n, param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		catalog_decline(r, prices_show, outcome);
		return;
	}
	page_flash(r, "ok", N_("The prices are saved."));
	page_redirect(r, list_url(r, currency, group));
}
