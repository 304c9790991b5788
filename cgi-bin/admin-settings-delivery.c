/* Ways of delivery of a store, and what a parcel would cost by each. */
#include "admin-settings.h"

#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "front/address_form.h"
#include "shop/country.h"
#include "shop/rules.h"

#include <ctype.h>
#include <string.h>

/* Rows of the form: a store has as many languages and currencies at most (admin-settings-store.c). */
#define LANGUAGES_MAX 6
#define CURRENCIES_MAX 6
/* Zones of one way: every country and the regions of some. */
#define ZONES_MAX 300
/* Steps of a price by weight: more than a carrier's table has. */
#define BANDS_MAX 30
#define PRICES_MAX (CURRENCIES_MAX * BANDS_MAX)

static const struct form_option kind_options[] = {
	{ "flat", N_("One price") }, { "weight", N_("By weight") }, { "item", N_("By pieces") },
};
static const char *const kinds[] = { "flat", "weight", "item", NULL };

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name") }, \
	{ "about_" N, PARAM_TEXT, .max = 500, .optional = "", .label = N_("Description") }
#define CURRENCY(N) \
	{ "currency_" N, PARAM_CODE, .optional = "" }, \
	{ "first_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Price, or of the first piece") }, \
	{ "further_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Each further piece") }, \
	{ "bands_" N, PARAM_BLOCK, .max = 1000, .optional = "", .label = N_("Prices by weight") }, \
	{ "free_" N, PARAM_TEXT, .max = 20, .optional = "", .label = N_("Free from") }
#define METHOD \
	SETTINGS_STORE, \
	{ "kind",     PARAM_CHOICE, .choices = kinds, .label = N_("Price") }, \
	{ "active",   PARAM_BOOL, .label = N_("Offered") }, \
	{ "position", PARAM_INT, .min = 0, .max = 1000, .label = N_("Place in the list") }, \
	{ "days_min", PARAM_INT, .min = 0, .max = 90, .label = N_("Working days on the way, at least") }, \
	{ "days_max", PARAM_INT, .min = 0, .max = 120, .label = N_("Working days on the way, at most") }, \
	{ "zones",    PARAM_BLOCK, .max = 4000, .label = N_("Where it goes") }, \
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"), \
	CURRENCY("0"), CURRENCY("1"), CURRENCY("2"), CURRENCY("3"), CURRENCY("4"), CURRENCY("5")

const struct param delivery_params[] = { { "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 }, METHOD, { 0 } };
const struct param delivery_new_params[] = { { "code", PARAM_SLUG, .label = N_("Name in files") }, METHOD, { 0 } };

const struct param delivery_try_params[] = {
	{ "country",  PARAM_CODE, .optional = "" },
	{ "region",   PARAM_CODE, .optional = "" },
	{ "currency", PARAM_CODE, .optional = "" },
	{ "goods",    PARAM_TEXT, .max = 20, .optional = "" },
	{ "weight",   PARAM_TEXT, .max = 12, .optional = "" },
	{ "pieces",   PARAM_TEXT, .max = 6, .optional = "" },
	{ 0 }
};

static const char *kind_word(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_options); i++)
		if (strcmp(kind_options[i].value, kind) == 0)
			return kind_options[i].label;
	return "";
}

static const char *days_text(struct req *r, int64_t least, int64_t most)
{
	return least == most ? mem_printf(r->mem, "%d", (int)least) : mem_printf(r->mem, "%d\xE2\x80\x93%d", (int)least, (int)most);
}

/* ---- trying ---------------------------------------------------------------------------------------- */

struct parcel {
	const char *country, *region, *currency, *goods_text, *weight_text, *pieces_text;
	int64_t goods, weight, pieces;
	const char *wrong;              /* N_("..."), or NULL */
};

/* What was asked for, else an ordinary parcel to the store's own country. */
static struct parcel take_parcel(struct req *r, const struct row_settings_store *s, struct rows *currencies)
{
	struct parcel p = { .country = settings_given(r, "country"), .region = settings_given(r, "region"), .currency = settings_given(r, "currency"),
		.goods_text = settings_given(r, "goods"), .weight_text = settings_given(r, "weight"), .pieces_text = settings_given(r, "pieces") };
	bool has = false;

	if (*p.country == '\0') {
		p.country = s->country;
		p.region = *p.region == '\0' ? s->region : p.region;
	}
	for (size_t i = 0; i < rows_count(currencies); i++)
		has = has || strcmp(row_settings_currencies_at(currencies, i)->currency, p.currency) == 0;
	if (!has)
		p.currency = rows_count(currencies) > 0 ? row_settings_currencies_at(currencies, 0)->currency : console_currency(r);
	p.goods_text = *p.goods_text == '\0' ? "50" : p.goods_text;
	p.weight_text = *p.weight_text == '\0' ? "1000" : p.weight_text;
	p.pieces_text = *p.pieces_text == '\0' ? "1" : p.pieces_text;
	if (!parse_money(p.goods_text, currency_exponent(p.currency), &p.goods) || p.goods > PRICING_MAX_PRICE)
		p.wrong = N_("Please give the goods as an amount like 19.90.");
	else if (!parse_int(p.weight_text, 0, PRICING_MAX_WEIGHT_G, &p.weight))
		p.wrong = N_("Please give the weight in whole grams.");
	else if (!parse_int(p.pieces_text, 1, PRICING_MAX_QUANTITY, &p.pieces))
		p.wrong = N_("Please give a number of pieces from 1 to 10,000.");
	return p;
}

/* The parcel's lines for the engine: one piece carries the price and the weight of all. */
static const struct pricing_totals *price_parcel(struct req *r, const struct parcel *p, const struct row_cart_settings *s, struct rows *rules,
						 struct pricing_delivery delivery)
{
	struct pricing_line lines[] = {
		{ .id = "1", .variant_id = "1", .product_id = "1", .tax_class = s->shipping_tax_class, .quantity = 1, .base_minor = p->goods,
		  .weight_g = p->weight },
		{ .id = "2", .variant_id = "2", .product_id = "2", .tax_class = s->shipping_tax_class, .quantity = p->pieces - 1 },
	};
	struct pricing_cart cart = { .settings = rules_settings(s), .destination = { p->country, p->region, "" }, .lines = lines,
		.nlines = p->pieces > 1 ? 2 : 1, .delivery = delivery };

	cart.rules = rules_tax(r->mem, rules, &cart.nrules);
	return pricing_total(r->mem, &cart);
}

static void add_trial(struct req *r, struct view *v, const struct parcel *p, struct rows *methods, struct rows *prices, struct rows *rules,
		      const struct row_cart_settings *s)
{
	for (size_t i = 0; p->wrong == NULL && i < rows_count(methods); i++) {
		const struct row_settings_try *m = row_settings_try_at(methods, i);
		const struct pricing_totals *t = price_parcel(r, p, s, rules, rules_delivery(r->mem, prices, m->method, m->kind, s->shipping_tax_class));
		struct view *item = view_item(v, "offers");

		view_text(item, "name", m->name);
		view_text(item, "days", days_text(r, m->days_min, m->days_max));
		view_text(item, "currency", p->currency);
		view_bool(item, "takes", t->outcome == PRICING_OK);
		view_money(item, "price", t->shipping_minor);
		view_money(item, "tax", t->shipping_tax_minor);
	}
	view_bool(v, "has_offers", p->wrong == NULL && rows_count(methods) > 0);
	view_text(v, "try_wrong", p->wrong == NULL ? NULL : req_text(r, p->wrong));
}

static void add_parcel(struct req *r, struct view *v, const struct parcel *p, struct rows *currencies)
{
	size_t n;
	const char *const *codes = address_form_everywhere(r->mem, &n);

	address_form_countries(r, v, "countries", codes, n, 0, p->country);
	view_text(v, "region", p->region);
	view_text(v, "goods", p->goods_text);
	view_text(v, "weight", p->weight_text);
	view_text(v, "pieces", p->pieces_text);
	for (size_t i = 0; i < rows_count(currencies); i++) {
		struct view *item = view_item(v, "try_currencies");

		view_text(item, "value", row_settings_currencies_at(currencies, i)->currency);
		view_bool(item, "selected", strcmp(row_settings_currencies_at(currencies, i)->currency, p->currency) == 0);
	}
}

static void add_methods(struct req *r, struct view *v, struct rows *methods)
{
	for (size_t i = 0; i < rows_count(methods); i++) {
		const struct row_settings_methods *m = row_settings_methods_at(methods, i);
		struct view *item = view_item(v, "methods");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/settings/delivery/%s", r->prefix, m->method));
		view_text(item, "name", m->name);
		view_text(item, "code", m->code);
		view_text(item, "kind", req_text(r, kind_word(m->kind)));
		view_text(item, "zones", m->zones);
		view_text(item, "days", days_text(r, m->days_min, m->days_max));
		view_bool(item, "active", m->active);
		view_text(item, "lacks", *m->lacks == '\0' ? NULL : m->lacks);
	}
	view_bool(v, "has_methods", rows_count(methods) > 0);
}

void deliveries_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *one, *currencies, *methods, *offers, *prices, *rules, *settings;
	struct parcel p;
	struct view *v;

	if (store == NULL)
		return;
	one = q_settings_store(r->db, store);
	currencies = q_settings_currencies(r->db, store);
	methods = q_settings_methods(r->db, store, r->language);
	rules = q_cart_tax_rules(r->db, store);
	p = take_parcel(r, row_settings_store(one), currencies);
	offers = q_settings_try(r->db, r->site->tenant, store, r->language, p.currency, p.country, p.region);
	prices = q_cart_method_prices(r->db, store, p.currency);
	settings = q_cart_settings(r->db, store, p.currency);
	v = settings_view(r, "admin-settings/delivery", N_("Delivery"), "/admin/settings/delivery");
	add_methods(r, v, methods);
	add_parcel(r, v, &p, currencies);
	add_trial(r, v, &p, offers, prices, rules, row_cart_settings(settings));
	page_html(r, v);
}

/* ---- the form ---------------------------------------------------------------------------------------- */

static const char *joined(struct req *r, struct rows *zones)
{
	const char *all = "";

	for (size_t i = 0; i < rows_count(zones); i++)
		all = mem_printf(r->mem, "%s%s%s", all, i == 0 ? "" : ", ", row_settings_method_zones_at(zones, i)->zone);
	return all;
}

static void add_texts(struct settings_form *f, struct rows *texts)
{
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_settings_method_texts *t = row_settings_method_texts_at(texts, i);

		settings_group(f, locale_own_name(locale_get(t->tag)), t->tag);
		settings_hidden(f, form_numbered(f->r, "locale", i), t->locale);
		settings_text(f, form_numbered(f->r, "name", i), N_("Name"), t->name, 200);
		settings_text(f, form_numbered(f->r, "about", i), N_("Description"), t->about, 500);
	}
}

static void add_prices(struct settings_form *f, struct rows *currencies, struct rows *prices, const char *kind)
{
	struct req *r = f->r;

	for (size_t i = 0; i < rows_count(currencies) && i < CURRENCIES_MAX; i++) {
		const char *currency = row_settings_currencies_at(currencies, i)->currency, *bands = "", *first = "", *further = "", *free = "";

		for (size_t k = 0; k < rows_count(prices); k++) {
			const struct row_settings_method_prices *p = row_settings_method_prices_at(prices, k);

			if (strcmp(p->currency, currency) != 0)
				continue;
			if (strcmp(kind, "weight") == 0)
				bands = mem_printf(r->mem, "%s%s%lld: %s", bands, *bands == '\0' ? "" : "\n", (long long)p->up_to_g,
						   settings_amount(r, p->first, currency));
			else
				first = settings_amount(r, p->first, currency);
			if (strcmp(kind, "item") == 0)
				further = settings_amount(r, p->further, currency);
			if (p->has_free_above)
				free = settings_amount(r, p->free_above, currency);
		}
		settings_group(f, currency, NULL);
		settings_hidden(f, form_numbered(r, "currency", i), currency);
		settings_text(f, form_numbered(r, "first", i), N_("Price, or of the first piece"), first, 20);
		settings_text(f, form_numbered(r, "further", i), N_("Each further piece"), further, 20);
		settings_hint(f, N_("For prices by pieces."));
		settings_block(f, form_numbered(r, "bands", i), N_("Prices by weight"), bands, 1000);
		settings_hint(f, N_("A line each: up to so many grams, and the price. 2000: 4.90"));
		settings_text(f, form_numbered(r, "free", i), N_("Free from"), free, 20);
		settings_hint(f, N_("Worth of the goods after discount; empty: never free."));
	}
}

static void show(struct req *r, const char *method)
{
	const char *store = settings_store(r);
	struct rows *one, *texts, *zones, *prices, *currencies;
	const struct row_settings_method *m;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	/* No way of delivery has the request's id. */
	one = q_settings_method(r->db, store, method == NULL ? r->id : method);
	texts = q_settings_method_texts(r->db, store, method == NULL ? r->id : method);
	zones = q_settings_method_zones(r->db, store, method == NULL ? r->id : method);
	prices = q_settings_method_prices(r->db, store, method == NULL ? r->id : method);
	currencies = q_settings_currencies(r->db, store);
	if (method != NULL && !rows_found(one)) {
		page_not_found(r);
		return;
	}
	m = method == NULL ? NULL : row_settings_method(one);
	v = settings_view(r, "admin-settings/form", m == NULL ? N_("New way of delivery") : m->code, "/admin/settings/delivery");
	view_text(v, "action", m == NULL ? req_path(r, "/admin/settings/delivery/new") : mem_printf(r->mem, "%s/admin/settings/delivery/%s", r->prefix, method));
	view_text(v, "back_url", req_path(r, "/admin/settings/delivery"));
	view_text(v, "back_label", req_text(r, N_("All ways of delivery")));
	f = settings_form(r, v, m == NULL ? 0 : m->revision);
	settings_group(&f, N_("How it goes"), NULL);
	if (m == NULL) {
		settings_text(&f, "code", N_("Name in files"), "", 32);
		settings_hint(&f, N_("Small letters, digits and -; it stays."));
	}
	settings_bool(&f, "active", N_("Offered"), m == NULL || m->active);
	settings_choice(&f, "kind", N_("Price"), kind_options, ARRAY_LEN(kind_options), m == NULL ? "flat" : m->kind);
	settings_int(&f, "days_min", N_("Working days on the way, at least"), m == NULL ? 1 : m->days_min);
	settings_int(&f, "days_max", N_("Working days on the way, at most"), m == NULL ? 5 : m->days_max);
	settings_int(&f, "position", N_("Place in the list"), m == NULL ? 0 : m->position);
	settings_block(&f, "zones", N_("Where it goes"), joined(r, zones), 4000);
	settings_hint(&f, N_("Countries of two letters, parted by commas; * is everywhere. ES-GC is one region, and -ES-GC takes it out."));
	add_texts(&f, texts);
	add_prices(&f, currencies, prices, m == NULL ? "flat" : m->kind);
	page_html(r, v);
}

void delivery_show(struct req *r)
{
	show(r, path_text(r, "id"));
}

void delivery_new(struct req *r)
{
	show(r, NULL);
}

/* ---- saving -------------------------------------------------------------------------------------------- */

struct way {
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *about[LANGUAGES_MAX];
	size_t ntexts;
	const char *country[ZONES_MAX], *region[ZONES_MAX], *sign[ZONES_MAX];
	size_t nzones;
	const char *currency[PRICES_MAX];
	int64_t grams[PRICES_MAX], first[PRICES_MAX], further[PRICES_MAX], free[PRICES_MAX];
	size_t nprices;
	bool wrong;                     /* something was said at a field */
};

static void say(struct req *r, struct way *m, const char *field, const char *sentence)
{
	field_error(r, field, sentence);
	m->wrong = true;
}

static void take_texts(struct req *r, struct way *m)
{
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));

		if (locale == NULL)
			continue;
		m->locale[m->ntexts] = locale;
		m->name[m->ntexts] = settings_given(r, form_numbered(r, "name", i));
		m->about[m->ntexts] = settings_given(r, form_numbered(r, "about", i));
		if (*m->name[m->ntexts++] == '\0')
			say(r, m, form_numbered(r, "name", i), N_("Please give it a name in this language."));
	}
}

/* "ES", "*", "ES-GC", "-ES-GC". */
static bool take_zone(struct way *m, char *word)
{
	const char *sign = *word == '-' ? "-" : "";
	char *country = word + (*word == '-'), *hyphen = strchr(country, '-');
	const char *region = hyphen == NULL ? "" : hyphen + 1;

	if (hyphen != NULL)
		*hyphen = '\0';
	if (m->nzones == ZONES_MAX || (strcmp(country, "*") == 0 ? hyphen != NULL || *sign != '\0' : !country_known(country)))
		return false;
	if (hyphen != NULL && (*region == '\0' || strlen(region) > 3 || strspn(region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(region)))
		return false;
	m->country[m->nzones] = country;
	m->region[m->nzones] = region;
	m->sign[m->nzones++] = sign;
	return true;
}

static void take_zones(struct req *r, struct way *m)
{
	char *text = mem_strdup(r->mem, settings_given(r, "zones")), *word;
	bool somewhere = false;

	for (char *p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	while ((word = strsep(&text, ", \n\t")) != NULL) {
		if (*word == '\0')
			continue;
		if (!take_zone(m, word)) {
			say(r, m, "zones", N_("Please write countries like ES, regions like ES-GC, or * for everywhere."));
			return;
		}
		somewhere = somewhere || *m->sign[m->nzones - 1] == '\0';
	}
	if (!somewhere)
		say(r, m, "zones", N_("It goes to one country at least."));
}

/* The amount in FIELD, OTHERWISE when it is empty. */
static int64_t take_amount(struct req *r, struct way *m, const char *field, const char *currency, int64_t otherwise)
{
	const char *text = settings_given(r, field);
	int64_t minor;

	if (*text == '\0')
		return otherwise;
	if (settings_take_amount(r, text, currency, &minor))
		return minor;
	say(r, m, field, N_("Please give an amount like 19.90."));
	return 0;
}

static void add_price(struct way *m, const char *currency, int64_t grams, int64_t first, int64_t further, int64_t free)
{
	size_t n = m->nprices++;

	m->currency[n] = currency;
	m->grams[n] = grams;
	m->first[n] = first;
	m->further[n] = further;
	m->free[n] = free;
}

/* Lines of "2000: 4.90", weights rising. */
static void take_bands(struct req *r, struct way *m, const char *field, const char *currency, int64_t free)
{
	char *text = mem_strdup(r->mem, settings_given(r, field)), *line;
	int64_t before = 0;
	size_t n = 0;

	while ((line = strsep(&text, "\n")) != NULL) {
		char *colon = strchr(line, ':'), *price;
		int64_t grams, minor;

		if (line[strspn(line, " ")] == '\0')
			continue;
		if (colon != NULL)
			*colon = '\0';
		price = colon == NULL ? line : colon + 1 + strspn(colon + 1, " ");
		for (char *comma = strchr(price, ','); comma != NULL; comma = NULL)
			*comma = '.';
		if (colon == NULL || ++n > BANDS_MAX || !parse_int(line + strspn(line, " "), before + 1, PRICING_MAX_WEIGHT_G, &grams)
		    || !parse_money(price, currency_exponent(currency), &minor) || minor > PRICING_MAX_PRICE) {
			say(r, m, field, N_("Please write a line for each step, weights rising: 2000: 4.90"));
			return;
		}
		add_price(m, currency, grams, minor, 0, free);
		before = grams;
	}
	if (n == 0)
		say(r, m, field, N_("A price by weight needs one step at least."));
}

static void take_prices(struct req *r, struct way *m, size_t i, const char *currency)
{
	static const struct { const char *field, *kinds, *sentence; } fit[] = {
		{ "first", " flat item ", N_("A price by weight stands in the lines below.") },
		{ "further", " item ", N_("This is for prices by pieces alone.") },
		{ "bands", " weight ", N_("This is for prices by weight alone.") },
	};
	const char *kind = param_text(r, "kind");
	int64_t free = take_amount(r, m, form_numbered(r, "free", i), currency, -1), first, further;

	for (size_t k = 0; k < ARRAY_LEN(fit); k++)
		if (strstr(fit[k].kinds, kind) == NULL && *settings_given(r, form_numbered(r, fit[k].field, i)) != '\0')
			say(r, m, form_numbered(r, fit[k].field, i), fit[k].sentence);
	if (strcmp(kind, "weight") == 0) {
		take_bands(r, m, form_numbered(r, "bands", i), currency, free);
		return;
	}
	first = take_amount(r, m, form_numbered(r, "first", i), currency, -1);
	further = take_amount(r, m, form_numbered(r, "further", i), currency, 0);
	if (first < 0)
		say(r, m, form_numbered(r, "first", i), N_("Please give a price; 0 is free."));
	add_price(m, currency, 0, first, further, free);
}

static const struct settings_outcome outcomes[] = {
	{ "code", "code", N_("Another way of delivery has this name.") },
	{ "many", NULL, N_("A store has 40 ways of delivery at most.") },
	{ "name", NULL, N_("Somebody has given the store another language meanwhile. Please give it a name in that language too.") },
	{ "price", NULL, N_("Somebody has given the store another currency meanwhile. Please give it a price in that currency too.") },
};

static void save(struct req *r, const char *method, bool make, void (*again)(struct req *r))
{
	struct way *m = mem_new(r->mem, struct way);
	const char *store = settings_store(r), *outcome;

	if (store == NULL)
		return;
	take_texts(r, m);
	take_zones(r, m);
	for (size_t i = 0; i < CURRENCIES_MAX; i++) {
		const char *currency = param_text(r, form_numbered(r, "currency", i));

		if (currency != NULL && currency_exponent(currency) >= 0)
			take_prices(r, m, i, currency);
	}
	if (param_int(r, "days_max") < param_int(r, "days_min"))
		say(r, m, "days_max", N_("At most is not less than at least."));
	if (m->wrong) {
		page_again(r, again);
		return;
	}
	outcome = row_settings_save_method(q_settings_save_method(r->db, r->site->tenant, console_actor(r), store, method, make,
		make ? 0 : param_int(r, "revision"), make ? param_text(r, "code") : "", param_text(r, "kind"), param_bool(r, "active"),
		(int32_t)param_int(r, "position"), (int32_t)param_int(r, "days_min"), (int32_t)param_int(r, "days_max"),
		m->locale, m->ntexts, m->name, m->ntexts, m->about, m->ntexts, m->country, m->nzones, m->region, m->nzones, m->sign, m->nzones,
		m->currency, m->nprices, m->grams, m->nprices, m->first, m->nprices, m->further, m->nprices, m->free, m->nprices))->outcome;
	if (strncmp(outcome, "step ", 5) == 0)
		page_decline(r, again, NULL, N_("An amount is no multiple of the smallest one of its currency."));
	else
		settings_settle(r, again, outcome, outcomes, ARRAY_LEN(outcomes), N_("The way of delivery is saved."), "/admin/settings/delivery");
}

void delivery_change(struct req *r)
{
	save(r, path_text(r, "id"), false, delivery_show);
}

void delivery_make(struct req *r)
{
	struct id id = id_new();

	save(r, mem_strdup(r->mem, id.text), true, delivery_new);
}
