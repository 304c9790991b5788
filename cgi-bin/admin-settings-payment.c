/* Ways of payment of a store: names and instructions in each language, where, for whom, for which amounts, what it costs. */
#include "admin-settings.h"

#include "base/buf.h"
#include "base/locale.h"
#include "base/mem.h"
#include "shop/country.h"

#include <ctype.h>
#include <string.h>

/* A store has as many languages and currencies at most (admin-settings-store.c). */
#define LANGUAGES_MAX 6
#define CURRENCIES_MAX 6
/* Every country there is, and some to spare. */
#define COUNTRIES_MAX 260
/* Customer groups of one way: more than anybody keeps apart. */
#define GROUPS_MAX 100

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name") }, \
	{ "words_" N, PARAM_BLOCK, .max = 4000, .optional = "", .label = N_("Instructions") }
#define CURRENCY(N) \
	{ "currency_" N, PARAM_CODE, .optional = "" }, \
	{ "least_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Orders from") }, \
	{ "most_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Orders up to") }, \
	{ "cost_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Fee") }

const struct param payment_params[] = {
	SETTINGS_STORE,
	{ "over",      PARAM_INT, .min = 0, .max = INT64_C(1) << 40 },
	{ "active",    PARAM_BOOL, .label = N_("Offered") },
	{ "position",  PARAM_INT, .min = 0, .max = 1000, .label = N_("Place in the list") },
	{ "countries", PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Countries") },
	{ "groups",    PARAM_BLOCK, .max = 4000, .optional = "", .label = N_("Customer groups") },
	{ "later",     PARAM_BOOL },
	{ "percent",   PARAM_TEXT, .max = 12, .optional = "", .label = N_("Fee in percent") },
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"),
	CURRENCY("0"), CURRENCY("1"), CURRENCY("2"), CURRENCY("3"), CURRENCY("4"), CURRENCY("5"),
	{ "reason",    PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct { const char *method, *label; } methods[] = {
	{ "card", N_("Card, by a gateway") }, { "bank_transfer", N_("Bank transfer") }, { "cod", N_("Cash on delivery") },
	{ "invoice", N_("On invoice") },
};

static const char *method_word(const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].method, method) == 0)
			return methods[i].label;
	return NULL;
}

void payments_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *rows, *gateways;
	struct view *v;
	bool ready = false;

	if (store == NULL)
		return;
	rows = q_settings_payments(r->db, store, r->language);
	gateways = q_settings_gateways(r->db, store);
	v = settings_view(r, "admin-settings/payments", N_("Payment"), "/admin/settings/payment");
	gateway_list(r, v, gateways);
	for (size_t i = 0; i < rows_count(gateways); i++)
		ready = ready || row_settings_gateways_at(gateways, i)->active;
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_settings_payments *p = row_settings_payments_at(rows, i);
		struct view *item = view_item(v, "methods");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/settings/payment/%s", r->prefix, p->method));
		view_text(item, "kind", req_text(r, method_word(p->method)));
		view_text(item, "name", p->name);
		view_text(item, "countries", *p->countries == '\0' ? req_text(r, N_("Everywhere")) : p->countries);
		view_bool(item, "active", p->active);
		view_bool(item, "lacks", p->active && !ready && strcmp(p->method, "card") == 0);
	}
	page_html(r, v);
}

/* Buyers may be charged for cash on delivery alone: the law of the European Union forbids it for cards, and the rest costs nothing. */
static bool may_cost(const char *method)
{
	return strcmp(method, "cod") == 0;
}

static void show_amounts(struct req *r, struct settings_form *f, const char *method, struct rows *amounts)
{
	for (size_t i = 0; i < rows_count(amounts) && i < CURRENCIES_MAX; i++) {
		const struct row_settings_payment_amounts *a = row_settings_payment_amounts_at(amounts, i);

		settings_group(f, a->currency, NULL);
		settings_hidden(f, form_numbered(r, "currency", i), a->currency);
		settings_text(f, form_numbered(r, "least", i), N_("Orders from"), a->least > 0 ? settings_amount(r, a->least, a->currency) : "", 20);
		settings_text(f, form_numbered(r, "most", i), N_("Orders up to"), a->has_most ? settings_amount(r, a->most, a->currency) : "", 20);
		settings_hint(f, N_("Goods and delivery, as prices are shown. Empty: no limit."));
		if (!may_cost(method))
			continue;
		settings_text(f, form_numbered(r, "cost", i), N_("Fee"), a->surcharge > 0 ? settings_amount(r, a->surcharge, a->currency) : "", 20);
		settings_hint(f, N_("As prices are shown; taxed as delivery is."));
	}
}

static void show_groups(struct req *r, struct settings_form *f, const struct row_settings_payments *p, struct rows *groups)
{
	struct buf *names = buf_new(r->mem);

	settings_block(f, "groups", N_("Customer groups"), p->groups, 4000);
	for (size_t i = 0; i < rows_count(groups); i++)
		buf_printf(names, "%s%s (%s)", i > 0 ? ", " : "", row_settings_groups_at(groups, i)->code, row_settings_groups_at(groups, i)->name);
	settings_hint(f, N_("Codes of groups, parted by commas; empty: everybody."));
	if (rows_count(groups) > 0)
		settings_note(f, N_("There are:"), names->data);
}

void payment_show(struct req *r)
{
	const char *store = settings_store(r), *method = path_text(r, "method");
	const struct row_settings_payments *p = NULL;
	struct rows *rows, *texts, *amounts, *groups;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	rows = q_settings_payments(r->db, store, r->language);
	texts = q_settings_payment_texts(r->db, store, method);
	amounts = q_settings_payment_amounts(r->db, store, method);
	groups = q_settings_groups(r->db, r->site->tenant);
	for (size_t i = 0; i < rows_count(rows); i++)
		if (strcmp(row_settings_payments_at(rows, i)->method, method) == 0)
			p = row_settings_payments_at(rows, i);
	if (p == NULL) {
		page_not_found(r);
		return;
	}
	v = settings_view(r, "admin-settings/form", method_word(method), "/admin/settings/payment");
	view_text(v, "action", mem_printf(r->mem, "%s/admin/settings/payment/%s", r->prefix, method));
	view_text(v, "back_url", req_path(r, "/admin/settings/payment"));
	view_text(v, "back_label", req_text(r, N_("All ways of payment")));
	view_bool(v, "wants_reason", true);
	f = settings_form(r, v, 0);
	f.changed = strcmp(form_typed(r, "over", mem_printf(r->mem, "%lld", (long long)p->revision)), mem_printf(r->mem, "%lld", (long long)p->revision)) != 0;
	settings_group(&f, N_("Where and when"), NULL);
	settings_hidden(&f, "over", mem_printf(r->mem, "%lld", (long long)p->revision));
	settings_bool(&f, "active", N_("Offered"), p->active);
	if (strcmp(method, "card") == 0) {
		settings_bool(&f, "later", N_("Authorise first, capture later"), p->later);
		settings_hint(&f, N_("The bank keeps the money for a week. It is captured when the first parcel leaves, or on the order's page, all or a part of it."));
	}
	settings_int(&f, "position", N_("Place in the list"), p->position);
	settings_block(&f, "countries", N_("Countries"), p->countries, 2000);
	settings_hint(&f, N_("Countries of two letters, parted by commas; empty: everywhere."));
	show_groups(r, &f, p, groups);
	if (may_cost(method)) {
		settings_text(&f, "percent", N_("Fee in percent"), p->ppm > 0 ? settings_percent(r, p->ppm) : "", 12);
		settings_hint(&f, N_("Of goods and delivery, beside the fee in each currency."));
	}
	show_amounts(r, &f, method, amounts);
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_settings_payment_texts *t = row_settings_payment_texts_at(texts, i);

		settings_group(&f, locale_own_name(locale_get(t->tag)), t->tag);
		settings_hidden(&f, form_numbered(r, "locale", i), t->locale);
		settings_text(&f, form_numbered(r, "name", i), N_("Name"), t->name, 200);
		settings_block(&f, form_numbered(r, "words", i), N_("Instructions"), t->instructions, 4000);
		settings_hint(&f, N_("Shown with the order and in its mail: bank, account number."));
	}
	page_html(r, v);
}

struct way {
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *words[LANGUAGES_MAX], *country[COUNTRIES_MAX], *group[GROUPS_MAX];
	const char *currency[CURRENCIES_MAX];
	int64_t least[CURRENCIES_MAX], most[CURRENCIES_MAX], cost[CURRENCIES_MAX], ppm;
	size_t n, ncountries, ngroups, ncurrencies;
	bool wrong;
};

static void say(struct req *r, struct way *t, const char *field, const char *sentence)
{
	field_error(r, field, sentence);
	t->wrong = true;
}

/* The words of a list, in capitals, each once; false: more than there is room for, or one that GOOD does not know. */
static bool take_list(struct req *r, const char *field, bool (*good)(const char *word), const char **list, size_t room, size_t *n)
{
	char *text = mem_strdup(r->mem, settings_given(r, field)), *word;

	for (char *p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	while ((word = strsep(&text, ", \r\n\t")) != NULL) {
		bool had = *word == '\0';

		for (size_t i = 0; i < *n; i++)
			had = had || strcmp(list[i], word) == 0;
		if (had)
			continue;
		if (*n == room || (good != NULL && !good(word)))
			return false;
		list[(*n)++] = word;
	}
	return true;
}

/* The amount in FIELD, OTHERWISE when it is empty. */
static int64_t take_amount(struct req *r, struct way *t, const char *field, const char *currency, int64_t otherwise)
{
	const char *text = settings_given(r, field);
	int64_t minor = otherwise;

	if (*text != '\0' && !settings_take_amount(r, text, currency, &minor))
		say(r, t, field, N_("Please give an amount like 19.90."));
	return minor;
}

static void take_amounts(struct req *r, struct way *t, bool costs)
{
	for (size_t i = 0; i < CURRENCIES_MAX; i++) {
		const char *currency = param_text(r, form_numbered(r, "currency", i));
		size_t k = t->ncurrencies;

		if (currency == NULL || currency_exponent(currency) < 0)
			continue;
		t->ncurrencies++;
		t->currency[k] = currency;
		t->least[k] = take_amount(r, t, form_numbered(r, "least", i), currency, 0);
		t->most[k] = take_amount(r, t, form_numbered(r, "most", i), currency, -1);
		t->cost[k] = costs ? take_amount(r, t, form_numbered(r, "cost", i), currency, 0) : 0;
		if (t->most[k] == 0 || (t->most[k] > 0 && t->most[k] < t->least[k]))
			say(r, t, form_numbered(r, "most", i), N_("The largest amount must not be smaller than the least."));
	}
	if (costs && *settings_given(r, "percent") != '\0' && !settings_take_percent(r, settings_given(r, "percent"), &t->ppm))
		say(r, t, "percent", N_("Please give a percentage like 2 or 2.5."));
}

void payment_change(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "group", "groups", N_("There is no customer group of such a code. Please write codes of groups that there are, parted by commas.") },
		{ "amount", NULL, N_("The store has lost one of these currencies meanwhile. Please open the page again.") },
		{ "name", NULL, N_("Somebody has given the store another language meanwhile. Please give it a name in that language too.") },
	};
	struct way *t = mem_new(r->mem, struct way);
	const char *store = settings_store(r), *method = path_text(r, "method");

	if (store == NULL)
		return;
	if (method_word(method) == NULL) {
		page_not_found(r);
		return;
	}
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));

		if (locale == NULL)
			continue;
		t->locale[t->n] = locale;
		t->name[t->n] = settings_given(r, form_numbered(r, "name", i));
		t->words[t->n] = settings_given(r, form_numbered(r, "words", i));
		if (*t->name[t->n++] == '\0')
			say(r, t, form_numbered(r, "name", i), N_("Please give it a name in this language."));
	}
	if (!take_list(r, "countries", country_known, t->country, COUNTRIES_MAX, &t->ncountries))
		say(r, t, "countries", N_("Please write countries like ES, parted by commas."));
	if (!take_list(r, "groups", NULL, t->group, GROUPS_MAX, &t->ngroups))
		say(r, t, "groups", N_("These are more groups than can be kept apart: please write fewer."));
	take_amounts(r, t, may_cost(method));
	if (t->wrong) {
		page_again(r, payment_show);
		return;
	}
	settings_settle(r, payment_show, row_settings_save_payment(q_settings_save_payment(r->db, r->site->tenant, console_actor(r), store, method,
		param_int(r, "over"), param_bool(r, "active"), (int32_t)param_int(r, "position"), (int32_t)t->ppm,
		strcmp(method, "card") == 0 && param_bool(r, "later"), t->locale, t->n, t->name, t->n,
		t->words, t->n, t->country, t->ncountries, t->group, t->ngroups, t->currency, t->ncurrencies, t->least, t->ncurrencies,
		t->most, t->ncurrencies, t->cost, t->ncurrencies, param_text(r, "reason")))->outcome, outcomes, ARRAY_LEN(outcomes),
		N_("The way of payment is saved."), "/admin/settings/payment");
}
