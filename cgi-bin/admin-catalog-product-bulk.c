/* One change to many products: shown first, then made with a reason. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

/* What one page of the list can choose. */
#define PRODUCTS_MAX 50
/* Ten times the price at most, in hundredths of a percent; and an end for amounts, minor units. */
#define PERCENT_MAX 90000
#define AMOUNT_MAX INT64_C(1000000000000)

static const char *const whats[] = { "active", "draft", "archived", "show", "hide", "tag", "untag", "tax", "into", "out", "percent", "amount", "markup", NULL };

#define CHOSEN \
	{ "product", PARAM_LIST, .of = PARAM_ID, .max = PRODUCTS_MAX, .label = N_("Choose") }, \
	{ "what",    PARAM_CHOICE, .choices = whats, .label = N_("What to do") }, \
	{ "value",   PARAM_TEXT, .max = 60, .optional = "", .label = N_("Tag, tax class, percent or amount") }, \
	{ "into",    PARAM_ID, .optional = "", .label = N_("Category") }, \
	{ "ending",  PARAM_CHOICE, .choices = catalog_endings, .optional = "none", .label = N_("Prices end in") }

const struct param bulk_params[] = { CHOSEN, { 0 } };
const struct param bulk_do_params[] = { CHOSEN, { "reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };

static const struct { const char *what, *words; bool price, cost; } choices[] = {
	{ "active", N_("Put up for sale") }, { "draft", N_("Make a draft") }, { "archived", N_("Archive") },
	{ "show", N_("Show in this store") }, { "hide", N_("Hide in this store") },
	{ "tag", N_("Add the tag") }, { "untag", N_("Take the tag away") }, { "tax", N_("Set the tax class") },
	{ "into", N_("Put into the category") }, { "out", N_("Take out of the category") },
	{ "percent", N_("Change the price by percent"), true }, { "amount", N_("Change the price by an amount"), true },
	{ "markup", N_("Set the price from cost, by markup in percent"), true, true },
};

static const char *words(const char *what)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		if (strcmp(choices[i].what, what) == 0)
			return choices[i].words;
	BUG("no words for %s", what);
}

void bulk_add_choices(struct req *r, struct view *v)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct view *item;

		if ((choices[i].price && !console_may(r, "catalog.price")) || (choices[i].cost && !console_may_everywhere(r, "catalog.cost")))
			continue;
		item = view_item(v, "whats");
		view_text(item, "value", choices[i].what);
		view_text(item, "label", req_text(r, choices[i].words));
		view_bool(item, "selected", strcmp(form_typed(r, "what", ""), choices[i].what) == 0);
	}
	catalog_add_endings(r, v, form_typed(r, "ending", "none"));
}

/* What is asked for, read from both forms. */
struct change {
	const char *const *products;
	size_t n;
	const char *what, *value, *into;
	bool by_price;
	int64_t percent, more, markup;  /* hundredths of a percent; minor units; MARKUP below 0: none */
};

/* "-7.5" with EXPONENT decimals: -750 at two. */
static bool read_signed(struct req *r, const char *typed, int exponent, int64_t most, int64_t *out)
{
	bool minus = *typed == '-';
	char *plain = mem_strdup(r->mem, typed + (minus || *typed == '+'));

	for (char *c = plain; *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	if (!parse_money(plain, exponent, out) || *out == 0 || *out > most)
		return false;
	if (minus)
		*out = -*out;
	return true;
}

/* Says what is wrong with it; false then. */
static bool read_change(struct req *r, struct change *c)
{
	const char *sentence = NULL;

	c->products = param_list(r, "product", &c->n);
	c->what = param_text(r, "what");
	c->value = param_text(r, "value") == NULL ? "" : param_text(r, "value");
	c->into = param_id(r, "into");
	c->percent = c->more = 0;
	c->markup = -1;
	c->by_price = strcmp(c->what, "percent") == 0 || strcmp(c->what, "amount") == 0 || strcmp(c->what, "markup") == 0;
	if (strcmp(c->what, "markup") == 0 && !catalog_read_markup(r, c->value, &c->markup))
		sentence = N_("Please enter a markup in percent, like 80 or 42.5.");
	if (strcmp(c->what, "percent") == 0 && !(read_signed(r, c->value, 2, PERCENT_MAX, &c->percent) && c->percent > -10000))
		sentence = N_("Please enter a percentage like 5 or -7.5.");
	else if (strcmp(c->what, "amount") == 0 && !read_signed(r, c->value, currency_exponent(console_currency(r)), AMOUNT_MAX, &c->more))
		sentence = N_("Please enter an amount like 1.50 or -2.");
	else if ((strcmp(c->what, "tag") == 0 || strcmp(c->what, "untag") == 0 || strcmp(c->what, "tax") == 0) && *c->value == '\0')
		sentence = N_("Please fill in this field.");
	if (sentence != NULL)
		field_error(r, "value", sentence);
	if ((strcmp(c->what, "into") == 0 || strcmp(c->what, "out") == 0) && c->into == NULL) {
		sentence = N_("Please choose a category.");
		field_error(r, "into", sentence);
	}
	return sentence == NULL;
}

/* Products are the merchant's, prices the store's. */
static bool may(struct req *r, const struct change *c)
{
	if (!c->by_price)
		return catalog_may(r, "catalog.edit");
	if (!console_may(r, "catalog.price")) {
		page_forbidden(r, N_("Your role does not let you change prices."));
		return false;
	}
	/* What goods cost could be read off the prices. */
	return c->markup < 0 || catalog_may(r, "catalog.cost");
}

static void add_prices(struct req *r, struct view *v, struct rows *names, struct rows *prices)
{
	for (size_t i = 0; i < rows_count(prices); i++) {
		const struct row_admin_reprice *p = row_admin_reprice_at(prices, i);
		struct view *item = view_item(v, "prices");

		view_text(item, "sku", p->sku);
		view_text(item, "currency", console_currency(r));
		if (p->has_amount)
			view_money(item, "amount", p->amount);
		view_money(item, "fresh", p->fresh);
		for (size_t k = 0; k < rows_count(names); k++)
			if (strcmp(row_admin_names_at(names, k)->product, p->product) == 0)
				view_text(item, "name", row_admin_names_at(names, k)->name);
	}
}

void bulk_look(struct req *r)
{
	struct change c;
	struct rows *names, *prices = NULL;
	struct view *v;

	if (console_store(r) == NULL || param_text(r, "what") == NULL) {
		page_bad_request(r);
		return;
	}
	if (!read_change(r, &c)) {
		page_again(r, product_list);
		return;
	}
	if (!may(r, &c))
		return;
	names = q_admin_names(r->db, c.products, c.n);
	if (c.by_price)
		prices = q_admin_reprice(r->db, r->site->tenant, console_store(r), console_currency(r), c.products, c.n, c.percent, c.more, c.markup,
			catalog_unit(console_currency(r)), catalog_ending(r));
	if (rows_count(names) != c.n) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-catalog/bulk", N_("Change several products"));
	view_text(v, "words", req_text(r, words(c.what)));
	view_text(v, "detail", *c.value == '\0' ? NULL : c.value);
	view_text(v, "what", c.what);
	view_text(v, "value", c.value);
	view_text(v, "into", c.into == NULL ? "" : c.into);
	view_text(v, "ending", param_text(r, "ending"));
	view_bool(v, "by_markup", c.markup >= 0);
	view_bool(v, "by_price", c.by_price);
	form_text(r, v, "reason", "");
	for (size_t i = 0; i < rows_count(names); i++) {
		const struct row_admin_names *p = row_admin_names_at(names, i);
		struct view *item = view_item(v, "products");

		view_text(item, "product", p->product);
		view_text(item, "name", p->name);
		view_text(item, "state", req_text(r, catalog_state_word(p->status)));
	}
	if (prices != NULL)
		add_prices(r, v, names, prices);
	page_html(r, v);
}

static void decline(struct req *r, const char *outcome)
{
	static const struct { const char *outcome, *field, *sentence; } sentences[] = {
		{ "price", "value", N_("A price would become too high.") },
		{ "tax_class", "value", N_("There is no such tax class.") },
		{ "rule", "into", N_("A rule chooses the products of this collection.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(outcome, sentences[i].outcome) == 0)
			page_decline(r, product_list, sentences[i].field, sentences[i].sentence);
}

void bulk_do(struct req *r)
{
	struct change c;
	const char *outcome;

	if (console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	if (!read_change(r, &c)) {
		page_again(r, product_list);
		return;
	}
	if (!may(r, &c))
		return;
	outcome = row_admin_bulk(q_admin_bulk(r->db, r->site->tenant, console_actor(r), console_store(r), c.products, c.n, c.by_price ? "price" : c.what,
		c.value, c.into, console_currency(r), c.percent, c.more, c.markup, catalog_unit(console_currency(r)), catalog_ending(r),
		param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The products are changed."));
		page_redirect(r, req_path(r, "/admin/catalog?order=changed"));
	} else if (strcmp(outcome, "gone") == 0) {
		page_not_found(r);
	} else {
		decline(r, outcome);
	}
}
