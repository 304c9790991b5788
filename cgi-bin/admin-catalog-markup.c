/* What plain prices of the chosen store follow in one of its currencies: all of them, or those of one product. */
#include "admin-catalog.h"

#include <string.h>

#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#define NO_PRODUCT "00000000-0000-0000-0000-000000000000"
/* What catalog.markup takes: from next to nothing of the base to a hundred times more than it. */
#define PERCENT_LEAST (-9999)
#define PERCENT_MOST 990000
/* Lines of what a rule would do that people look through. */
#define LINES_MAX 50

static const char *const dos[] = { "look", "save", NULL };

const struct param markup_params[] = { { "currency", PARAM_CODE, .optional = "" }, { 0 } };

const struct param markup_change_params[] = {
	{ "currency", PARAM_CODE },
	{ "over",     PARAM_INT, .min = 0, .max = INT64_C(1) << 40 },
	{ "follows",  PARAM_TEXT, .max = 60, .label = N_("What prices follow") },
	{ "percent",  PARAM_TEXT, .max = 20, .optional = "", .label = N_("Percent on it") },
	{ "rate",     PARAM_TEXT, .max = 20, .optional = "", .label = N_("Rate") },
	{ "ending",   PARAM_CHOICE, .choices = catalog_endings, .optional = "none", .label = N_("Prices end in") },
	{ "take",     PARAM_BOOL, .label = N_("Prices set by hand follow too") },
	{ "do",       PARAM_CHOICE, .choices = dos, .optional = "look" },
	/* Wanted for saving alone. */
	{ "reason",   PARAM_REASON, .optional = "", .label = N_("Reason") },
	{ 0 }
};

/* A rule as catalog.desk_markup() takes it; base "" for none. */
struct rule {
	const char *base, *store, *currency, *rate;
	int64_t percent;
};

static bool one_product(struct req *r)
{
	return strcmp(r->path, "/admin/catalog/markup") != 0;
}

static const char *product_of(struct req *r)
{
	return one_product(r) ? path_text(r, "id") : NO_PRODUCT;
}

static const char *page_path(struct req *r)
{
	return one_product(r) ? mem_printf(r->mem, "%s/admin/catalog/%s/markup", r->prefix, path_text(r, "id")) : req_path(r, "/admin/catalog/markup");
}

static const char *typed(struct req *r, const char *field)
{
	const char *text = r->method == GET ? NULL : param_text(r, field);

	return text == NULL ? "" : text;
}

/* Hundredths of a percent as people write them: 1050 is "10.5". */
static const char *percent_text(struct req *r, int64_t percent)
{
	int64_t part = percent < 0 ? -percent : percent;

	return mem_printf(r->mem, part % 100 == 0 ? "%s%lld" : part % 10 == 0 ? "%s%lld.%lld" : "%s%lld.%02lld", percent < 0 ? "-" : "",
			  (long long)(part / 100), (long long)(part % 10 == 0 ? part % 100 / 10 : part % 100));
}

static const char *with_point(struct req *r, const char *text)
{
	char *plain = mem_strdup(r->mem, text);

	for (char *c = plain; *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	return plain;
}

static bool read_percent(struct req *r, const char *text, int64_t *out)
{
	bool minus = *text == '-';

	if (!parse_money(with_point(r, text + (minus || *text == '+')), 2, out))
		return false;
	if (minus)
		*out = -*out;
	return *out >= PERCENT_LEAST && *out <= PERCENT_MOST;
}

/* ---- what can be followed ------------------------------------------------------------------ */

static const char *base_value(struct req *r, const char *base, const char *store, const char *currency)
{
	return strcmp(base, "store") == 0 ? mem_printf(r->mem, "store:%s:%s", store, currency)
		: strcmp(base, "cost") == 0 ? mem_printf(r->mem, "cost:%s", currency) : *base == '\0' ? "none" : base;
}

static void add_base(struct view *v, const char *value, const char *label, const char *chosen)
{
	struct view *item = view_item(v, "bases");

	view_text(item, "value", value);
	view_text(item, "label", label);
	view_bool(item, "selected", strcmp(value, chosen) == 0);
}

/* Stores in which who is signed in works, and the one that is followed now; costs for who may see them. */
static void add_bases(struct req *r, struct view *v, struct rows *bases, const char *here, const char *followed, const char *chosen)
{
	add_base(v, "none", req_text(r, one_product(r) ? N_("What all prices of this store follow") : N_("Nothing: prices are set by hand")), chosen);
	if (one_product(r))
		add_base(v, "hand", req_text(r, N_("Nothing: prices of this product are set by hand")), chosen);
	for (size_t i = 0; i < rows_count(bases); i++) {
		const struct row_admin_markup_bases *b = row_admin_markup_bases_at(bases, i);
		const char *value = base_value(r, "store", b->store, b->currency);
		bool own = strcmp(b->store, console_store(r)) == 0;

		if ((own && strcmp(b->currency, here) == 0) || (!console_works_in(r, b->store) && strcmp(value, followed) != 0))
			continue;
		add_base(v, value, mem_printf(r->mem, "%s, %s", own ? req_text(r, N_("Prices of this store")) : b->name, b->currency), chosen);
	}
	for (size_t i = 0; console_may_everywhere(r, "catalog.cost") && i < rows_count(bases); i++) {
		const char *currency = row_admin_markup_bases_at(bases, i)->currency;
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= strcmp(row_admin_markup_bases_at(bases, k)->currency, currency) == 0;
		if (!again)
			add_base(v, base_value(r, "cost", NULL, currency), mem_printf(r->mem, "%s, %s", req_text(r, N_("What goods cost")), currency), chosen);
	}
}

/* "store:ID:EUR", "cost:EUR", "hand", "none"; false: it is none of them. */
static bool read_base(struct req *r, const char *text, struct rule *out)
{
	const char *currency = strrchr(text, ':');

	*out = (struct rule){ .base = "", .currency = param_text(r, "currency"), .rate = "" };
	if (strcmp(text, "none") == 0)
		return true;
	if (one_product(r) && strcmp(text, "hand") == 0) {
		out->base = "hand";
		return true;
	}
	if (currency == NULL || strlen(currency + 1) != 3)
		return false;
	out->currency = currency + 1;
	if (strncmp(text, "cost:", 5) == 0) {
		out->base = "cost";
		return currency == text + 4;
	}
	out->base = "store";
	out->store = mem_strndup(r->mem, text + 6, strncmp(text, "store:", 6) == 0 && currency > text + 6 ? (size_t)(currency - text - 6) : 0);
	return id_valid(out->store);
}

/* False: something is wrong, and said beside its field. */
static bool read_rule(struct req *r, struct rule *out)
{
	const char *sentence = NULL;

	if (!read_base(r, typed(r, "follows"), out)) {
		field_error(r, "follows", N_("Please choose one of these."));
		return false;
	}
	if (*out->base == '\0' || strcmp(out->base, "hand") == 0)
		return true;
	if (!read_percent(r, typed(r, "percent"), &out->percent)) {
		sentence = N_("Please enter a percentage like 5 or -7.5.");
		field_error(r, "percent", sentence);
	}
	out->rate = with_point(r, typed(r, "rate"));
	if (strcmp(out->currency, param_text(r, "currency")) != 0 && !is_rate(out->rate)) {
		sentence = N_("These are two currencies. Please say how much one of the other is in this one, like 1.08.");
		field_error(r, "rate", sentence);
	}
	return sentence == NULL;
}

/* ---- the page ------------------------------------------------------------------------------ */

static const char *chosen_currency(struct req *r, struct view *v, struct rows *currencies)
{
	const char *asked = param_text(r, "currency"), *found = NULL;

	for (size_t i = 0; i < rows_count(currencies); i++) {
		const char *one = row_admin_currencies_at(currencies, i)->currency;

		if (found == NULL && (asked == NULL || *asked == '\0' || strcmp(one, asked) == 0))
			found = one;
	}
	for (size_t i = 0; v != NULL && i < rows_count(currencies); i++) {
		const char *one = row_admin_currencies_at(currencies, i)->currency;
		struct view *item = view_item(v, "currencies");

		view_text(item, "label", one);
		view_text(item, "url", mem_printf(r->mem, "%s?currency=%s", page_path(r), one));
		view_bool(item, "current", strcmp(one, found) == 0);
	}
	return found;
}

static void add_preview(struct req *r, struct view *v, struct rows *preview, const char *currency)
{
	view_bool(v, "looked", preview != NULL);
	view_bool(v, "has_prices", preview != NULL && rows_count(preview) > 0);
	view_bool(v, "more", preview != NULL && rows_count(preview) == LINES_MAX);
	for (size_t i = 0; preview != NULL && i < rows_count(preview); i++) {
		const struct row_admin_markup_preview *p = row_admin_markup_preview_at(preview, i);
		struct view *item = view_item(v, "prices");

		view_text(item, "name", p->name);
		view_text(item, "sku", p->sku);
		view_text(item, "currency", currency);
		view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s/prices?currency=%s", r->prefix, p->product, currency));
		if (p->has_amount)
			view_money(item, "amount", p->amount);
		view_money(item, "fresh", p->fresh);
		view_bool(item, "stays", p->stays);
	}
}

static void add_rule(struct req *r, struct view *v, const struct row_admin_markup *m, struct rows *bases, const char *currency)
{
	bool ruled = m->revision > 0, secret = ruled && strcmp(m->base, "cost") == 0 && !console_may_everywhere(r, "catalog.cost");
	const char *followed = ruled ? base_value(r, m->base, m->base_store, m->base_currency) : "none";
	const char *ending = !ruled || m->ending < 0 ? "none" : mem_printf(r->mem, "%02lld", (long long)m->ending);

	view_bool(v, "secret", secret);
	view_bool(v, "may_price", console_may(r, "catalog.price") && !secret);
	view_text(v, "over", form_typed(r, "over", mem_printf(r->mem, "%lld", (long long)m->revision)));
	add_bases(r, v, bases, currency, followed, form_typed(r, "follows", followed));
	form_text(r, v, "percent", ruled && !secret && strcmp(m->base, "hand") != 0 ? percent_text(r, m->percent) : "");
	form_text(r, v, "rate", ruled && strcmp(m->base_currency, currency) != 0 ? m->rate : "");
	form_bool(r, v, "take", false);
	form_text(r, v, "reason", "");
	catalog_add_endings(r, v, form_typed(r, "ending", ending));
}

static void show(struct req *r, struct rows *preview)
{
	const char *store = console_store(r), *product = product_of(r), *currency;
	const char *asked = param_text(r, "currency") == NULL ? "" : param_text(r, "currency");
	struct rows *found, *currencies, *bases, *state, *rule;
	struct view *v;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = one_product(r) ? q_admin_product(r->db, product, store, r->language) : NULL;
	currencies = q_admin_currencies(r->db, store);
	bases = q_admin_markup_bases(r->db);
	state = q_admin_markup_state(r->db, store, product);
	rule = q_admin_markup(r->db, store, asked, product);
	if (r->method == GET)
		page_asked(r);
	currency = chosen_currency(r, NULL, currencies);
	if (currency == NULL || (found != NULL && !rows_found(found))) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-catalog/markup", found != NULL ? row_admin_product(found)->name : N_("Price rule"));
	if (found != NULL)
		catalog_tabs(r, v, product, "markup");
	view_bool(v, "one_product", found != NULL);
	view_bool(v, "offered", found == NULL || row_admin_markup_state(state)->offered);
	view_bool(v, "walking", row_admin_markup_state(state)->walking);
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "form_url", page_path(r));
	view_text(v, "currency", currency);
	view_bool(v, "has_currencies", rows_count(currencies) > 1);
	chosen_currency(r, v, currencies);
	add_rule(r, v, row_admin_markup(rule), bases, currency);
	add_preview(r, v, preview, currency);
	page_html(r, v);
}

void markup_show(struct req *r)
{
	show(r, NULL);
}

/* ---- saving -------------------------------------------------------------------------------- */

static void save(struct req *r, const struct rule *m)
{
	static const struct { const char *outcome, *field, *sentence; } sentences[] = {
		{ "changed", NULL, N_("Somebody else has changed this rule meanwhile. What you typed is still here. Look at the page in another window, then save again.") },
		{ "circle", "follows", N_("That store follows this one already: prices cannot follow themselves.") },
	};
	const char *currency = param_text(r, "currency"), *outcome;

	outcome = row_admin_save_markup(q_admin_save_markup(r->db, r->site->tenant, console_actor(r), console_store(r), currency, product_of(r),
		param_int(r, "over"), m->base, m->store, m->currency, m->rate, m->percent, catalog_ending(r), currency_exponent(currency),
		currency_exponent(m->currency), param_bool(r, "take"), param_text(r, "reason")))->outcome;
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(outcome, sentences[i].outcome) == 0) {
			page_decline(r, markup_show, sentences[i].field, sentences[i].sentence);
			return;
		}
	if (strcmp(outcome, "ok") != 0) {
		page_not_found(r);
		return;
	}
	page_flash(r, "ok", N_("The rule is saved, and prices follow it."));
	page_redirect(r, mem_printf(r->mem, "%s?currency=%s", page_path(r), currency));
}

void markup_change(struct req *r)
{
	const char *currency = param_text(r, "currency");
	struct rule m;
	bool saves = strcmp(param_text(r, "do"), "save") == 0, good = read_rule(r, &m), follows;

	if (console_store(r) == NULL || currency_exponent(currency) < 0) {
		page_bad_request(r);
		return;
	}
	if (saves && *typed(r, "reason") == '\0') {
		field_error(r, "reason", N_("Please fill in this field."));
		good = false;
	}
	if (!good) {
		page_again(r, markup_show);
		return;
	}
	/* What goods cost could be read off the prices; those of a store he does not work in are not his to read. */
	if (strcmp(m.base, "cost") == 0 && !catalog_may(r, "catalog.cost"))
		return;
	if (strcmp(m.base, "store") == 0 && !console_works_in(r, m.store)) {
		page_not_found(r);
		return;
	}
	follows = strcmp(m.base, "store") == 0 || strcmp(m.base, "cost") == 0;
	if (saves)
		save(r, &m);
	else
		show(r, !follows ? NULL : q_admin_markup_preview(r->db, r->site->tenant, console_store(r), currency, product_of(r), m.base, m.store, m.currency,
			m.rate, m.percent, catalog_ending(r), currency_exponent(currency), currency_exponent(m.currency), param_bool(r, "take"), LINES_MAX));
}
