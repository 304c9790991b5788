/* The stores of a merchant: what they say of themselves, their languages, currencies and hosts. */
#include "admin-settings.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/country.h"

#include <ctype.h>
#include <string.h>

/* Rows of the forms: a head with more languages or currencies does not fit a phone. */
#define LANGUAGES_MAX 6
#define CURRENCIES_MAX 6
/* As tenancy.store_currency wants it, minor units. */
#define STEP_MAX 100000
#define WEEKDAYS 7

static const struct form_option status_options[] = {
	{ "pending", N_("Not open yet") }, { "active", N_("Open") }, { "inactive", N_("Closed") },
};
static const char *const statuses[] = { "pending", "active", "inactive", NULL };

static const struct form_option guest_options[] = {
	{ "plain", N_("Guests just order") }, { "verified", N_("Guests enter a code that is mailed to them first") },
};
static const char *const guests[] = { "plain", "verified", NULL };

static const struct { const char *name, *label; } days[WEEKDAYS] = {
	{ "closed_0", N_("Closed on Mondays") }, { "closed_1", N_("Closed on Tuesdays") }, { "closed_2", N_("Closed on Wednesdays") },
	{ "closed_3", N_("Closed on Thursdays") }, { "closed_4", N_("Closed on Fridays") }, { "closed_5", N_("Closed on Saturdays") },
	{ "closed_6", N_("Closed on Sundays") },
};

/* ---- all of them ----------------------------------------------------------------------------- */

const struct param status_params[] = {
	SETTINGS_STORE,
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "status",   PARAM_CHOICE, .choices = statuses, .label = N_("Status") },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const char *state_word(const char *status)
{
	for (size_t i = 0; i < ARRAY_LEN(status_options); i++)
		if (strcmp(status_options[i].value, status) == 0)
			return status_options[i].label;
	return "";
}

static void add_store(struct req *r, struct view *v, const struct row_settings_stores *s, const char *here)
{
	struct view *item = view_item(v, "all_stores");

	view_text(item, "store", s->store);
	view_text(item, "name", s->name);
	view_text(item, "code", s->code);
	view_text(item, "state", req_text(r, state_word(s->status)));
	view_text(item, "host", s->host == NULL ? "" : s->host);
	view_text(item, "languages", s->languages);
	view_text(item, "currencies", s->currencies);
	view_bool(item, "current", strcmp(s->store, here) == 0);
	view_bool(item, "may_work", console_works_in(r, s->store));
	view_bool(item, "open", strcmp(s->status, "active") == 0);
	view_bool(item, "waiting", strcmp(s->status, "pending") == 0);
	view_bool(item, "closed", strcmp(s->status, "inactive") == 0);
}

void stores_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *all, *one;
	struct view *v;

	if (store == NULL)
		return;
	all = q_settings_stores(r->db);
	one = q_settings_store(r->db, store);
	v = settings_view(r, "admin-settings/stores", N_("Stores"), "/admin/settings");
	for (size_t i = 0; i < rows_count(all); i++)
		add_store(r, v, row_settings_stores_at(all, i), store);
	view_text(v, "store_name", row_settings_store(one)->name);
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_settings_store(one)->revision));
	form_options(r, v, "states", "status", status_options, ARRAY_LEN(status_options), row_settings_store(one)->status);
	page_html(r, v);
}

/* What sql/functions/settings.sql may find wrong with a store. */
static const struct settings_outcome store_outcomes[] = {
	{ "timezone", "timezone", N_("There is no such time zone. Its name is like Europe/Madrid.") },
	{ "logo", "logo", N_("There is no picture of this name.") },
	{ "favicon", "favicon", N_("There is no picture of this name.") },
};

void status_change(struct req *r)
{
	static const char *const keys[] = { "status" };
	const char *values[] = { param_text(r, "status") }, *store = settings_store(r);

	if (store == NULL)
		return;
	settings_settle(r, stores_show, row_settings_save_store(q_settings_save_store(r->db, r->site->tenant, console_actor(r), store,
		param_int(r, "revision"), keys, 1, values, 1, param_text(r, "reason")))->outcome, NULL, 0,
		N_("The status is saved."), "/admin/settings");
}

/* ---- what a store says of itself ------------------------------------------------------------------ */

const struct param store_params[] = {
	SETTINGS_STORE,
	{ "revision",       PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "name",           PARAM_TEXT, .max = 200, .label = N_("Name") },
	{ "contact_email",  PARAM_EMAIL, .optional = "", .label = N_("Mail address") },
	{ "contact_phone",  PARAM_TEXT, .max = 40, .optional = "", .label = N_("Telephone") },
	{ "mail_from_name", PARAM_TEXT, .max = 200, .optional = "", .label = N_("Sender of mails") },
	{ "legal_name",     PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name of the company") },
	{ "tax_id",         PARAM_TEXT, .max = 40, .optional = "", .label = N_("Tax number") },
	{ "street",         PARAM_TEXT, .max = 200, .optional = "", .label = N_("Street and number") },
	{ "postal_code",    PARAM_TEXT, .max = 20, .optional = "", .label = N_("Postal code") },
	{ "city",           PARAM_TEXT, .max = 200, .optional = "", .label = N_("Town or city") },
	{ "region",         PARAM_TEXT, .max = 20, .optional = "", .label = N_("State or region") },
	{ "country",        PARAM_CODE, .label = N_("Country") },
	{ "color_primary",  PARAM_TEXT, .max = 7, .label = N_("Main colour") },
	{ "color_accent",   PARAM_TEXT, .max = 7, .label = N_("Colour of what is to be pressed") },
	{ "logo",           PARAM_TEXT, .max = 200, .optional = "", .label = N_("Logo") },
	{ "favicon",        PARAM_TEXT, .max = 200, .optional = "", .label = N_("Icon") },
	{ "guest_checkout", PARAM_CHOICE, .choices = guests, .label = N_("Without an account") },
	{ "low_stock",      PARAM_INT, .min = 0, .max = 10000, .label = N_("Pieces that are called few") },
	{ "hold_minutes",   PARAM_INT, .min = 1, .max = 60, .label = N_("Minutes that checkout holds stock") },
	{ "unpaid_minutes", PARAM_INT, .min = 30, .max = 10080, .label = N_("Minutes until an unpaid card order is cancelled") },
	{ "timezone",       PARAM_TEXT, .max = 60, .label = N_("Time zone") },
	{ "cutoff",         PARAM_TEXT, .max = 5, .label = N_("Orders until this time leave the same day") },
	{ "split_shipments", PARAM_BOOL, .label = N_("One line may come from several warehouses") },
	{ "closed_0", PARAM_BOOL }, { "closed_1", PARAM_BOOL }, { "closed_2", PARAM_BOOL }, { "closed_3", PARAM_BOOL },
	{ "closed_4", PARAM_BOOL }, { "closed_5", PARAM_BOOL }, { "closed_6", PARAM_BOOL },
	{ "show_bought", PARAM_BOOL }, { "show_viewed", PARAM_BOOL }, { "show_similar", PARAM_BOOL },
	{ 0 }
};

static void add_contact(struct settings_form *f, const struct row_settings_store *s)
{
	settings_group(f, N_("Shown to shoppers"), NULL);
	settings_text(f, "name", N_("Name"), s->name, 200);
	settings_text(f, "contact_email", N_("Mail address"), s->contact_email, 254);
	settings_hint(f, N_("Public, and where answers to mails go."));
	settings_text(f, "contact_phone", N_("Telephone"), s->contact_phone, 40);
	settings_text(f, "mail_from_name", N_("Sender of mails"), s->mail_from_name, 200);
	settings_hint(f, N_("Empty: the name of the store."));
	settings_group(f, N_("Seller, as invoices name him"), NULL);
	settings_text(f, "legal_name", N_("Name of the company"), s->legal_name, 200);
	settings_text(f, "tax_id", N_("Tax number"), s->tax_id, 40);
	settings_text(f, "street", N_("Street and number"), s->street, 200);
	settings_text(f, "postal_code", N_("Postal code"), s->postal_code, 20);
	settings_text(f, "city", N_("Town or city"), s->city, 200);
	settings_text(f, "region", N_("State or region"), s->region, 20);
	settings_country(f, "country", N_("Country"), s->country);
	settings_hint(f, N_("The home of the taxes. Invoices that are written keep the old words."));
}

static void add_ways(struct settings_form *f, const struct row_settings_store *s)
{
	struct req *r = f->r;

	settings_group(f, N_("Look"), NULL);
	settings_color(f, "color_primary", N_("Main colour"), s->color_primary);
	settings_color(f, "color_accent", N_("Colour of what is to be pressed"), s->color_accent);
	settings_text(f, "logo", N_("Logo"), s->logo, 200);
	settings_hint(f, N_("The name of a picture of yours; empty: the name of the store in letters."));
	settings_text(f, "favicon", N_("Icon"), s->favicon, 200);
	settings_group(f, N_("Checkout and stock"), NULL);
	settings_choice(f, "guest_checkout", N_("Without an account"), guest_options, ARRAY_LEN(guest_options), s->guest_checkout);
	settings_int(f, "low_stock", N_("Pieces that are called few"), s->low_stock);
	settings_int(f, "hold_minutes", N_("Minutes that checkout holds stock"), s->hold_minutes);
	settings_int(f, "unpaid_minutes", N_("Minutes until an unpaid card order is cancelled"), s->unpaid_minutes);
	settings_bool(f, "split_shipments", N_("One line may come from several warehouses"), s->split_shipments);
	settings_group(f, N_("Recommendations on product pages"), NULL);
	settings_bool(f, "show_bought", N_("What was bought together with it"), s->show_bought);
	settings_bool(f, "show_viewed", N_("What its visitors looked at as well"), s->show_viewed);
	settings_bool(f, "show_similar", N_("Similar products"), s->show_similar);
	settings_hint(f, N_("Found every night out of orders, visits and attributes; shown behind what you chose yourself."));
	settings_group(f, N_("Days and hours"), NULL);
	settings_text(f, "timezone", N_("Time zone"), s->timezone, 60);
	settings_hint(f, N_("Its name is like Europe/Madrid."));
	settings_text(f, "cutoff", N_("Orders until this time leave the same day"),
		      mem_printf(r->mem, "%02d:%02d", (int)s->cutoff_minute / 60, (int)s->cutoff_minute % 60), 5);
	for (size_t i = 0; i < WEEKDAYS; i++)
		settings_bool(f, days[i].name, days[i].label, (s->closed_weekdays >> i & 1) != 0);
}

void store_show(struct req *r)
{
	const char *store = settings_store(r);
	const struct row_settings_store *s;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	s = row_settings_store(q_settings_store(r->db, store));
	v = settings_view(r, "admin-settings/form", N_("Store details"), "/admin/settings/store");
	view_text(v, "action", req_path(r, "/admin/settings/store"));
	f = settings_form(r, v, s->revision);
	add_contact(&f, s);
	add_ways(&f, s);
	page_html(r, v);
}

/* "14:00" as minutes of the day, or -1. */
static int64_t minute_of(struct req *r, const char *text)
{
	const char *colon = strchr(text, ':'), *hour;
	int64_t h, m;

	if (colon == NULL || strlen(colon) != 3)
		return -1;
	hour = mem_strndup(r->mem, text, (size_t)(colon - text));
	/* Numbers begin with no zero for parse_int(). */
	if (!parse_int(hour + (hour[0] == '0' && hour[1] != '\0'), 0, 24, &h) || !parse_int(colon + 1 + (colon[1] == '0'), 0, 59, &m))
		return -1;
	return h * 60 + m > 24 * 60 ? -1 : h * 60 + m;
}

static bool is_color(const char *s)
{
	return strlen(s) == 7 && *s == '#' && strspn(s + 1, "0123456789abcdef") == 6;
}

/* Says at its field what the declared parameters cannot. */
static bool store_wrong(struct req *r, int64_t cutoff, unsigned closed)
{
	bool wrong = false;
	static const struct { const char *field, *sentence; } sentences[] = {
		{ "contact_phone", N_("This does not look like a telephone number.") },
		{ "country", N_("Please choose one of the offered values.") },
		{ "color_primary", N_("Please give a colour like #1f4e79.") },
		{ "color_accent", N_("Please give a colour like #1f4e79.") },
		{ "cutoff", N_("Please give a time of day like 14:00.") },
		{ "closed_6", N_("One day of the week must be open.") },
	};
	bool bad[] = {
		!phone_good(settings_given(r, "contact_phone")), !country_known(param_text(r, "country")),
		!is_color(param_text(r, "color_primary")), !is_color(param_text(r, "color_accent")), cutoff < 0, closed == BIT(WEEKDAYS) - 1,
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (bad[i]) {
			field_error(r, sentences[i].field, sentences[i].sentence);
			wrong = true;
		}
	return wrong;
}

void store_change(struct req *r)
{
	static const char *const keys[] = { "name", "contact_email", "contact_phone", "mail_from_name", "legal_name", "tax_id", "street", "postal_code",
		"city", "region", "country", "color_primary", "color_accent", "logo", "favicon", "guest_checkout", "timezone",
		"low_stock", "hold_minutes", "unpaid_minutes", "split_shipments", "cutoff_minute", "closed_weekdays",
		"show_bought", "show_viewed", "show_similar" };
	const char *values[ARRAY_LEN(keys)], *store = settings_store(r);
	int64_t cutoff = minute_of(r, param_text(r, "cutoff"));
	unsigned closed = 0;
	size_t n = 0;

	if (store == NULL)
		return;
	for (size_t i = 0; i < WEEKDAYS; i++)
		closed |= param_bool(r, days[i].name) ? BIT(i) : 0;
	if (store_wrong(r, cutoff, closed)) {
		page_again(r, store_show);
		return;
	}
	while (strcmp(keys[n], "low_stock") != 0) {
		values[n] = settings_given(r, keys[n]);
		n++;
	}
	for (; strcmp(keys[n], "split_shipments") != 0; n++)
		values[n] = mem_printf(r->mem, "%lld", (long long)param_int(r, keys[n]));
	values[n++] = param_bool(r, "split_shipments") ? "true" : "false";
	values[n++] = mem_printf(r->mem, "%lld", (long long)cutoff);
	values[n++] = mem_printf(r->mem, "%u", closed);
	for (; n < ARRAY_LEN(keys); n++)
		values[n] = param_bool(r, keys[n]) ? "true" : "false";
	settings_settle(r, store_show, row_settings_save_store(q_settings_save_store(r->db, r->site->tenant, console_actor(r), store,
		param_int(r, "revision"), keys, n, values, n, ""))->outcome, store_outcomes, ARRAY_LEN(store_outcomes),
		N_("The store is saved."), "/admin/settings/store");
}

/* ---- languages and currencies ------------------------------------------------------------------------ */

#define COLUMN(MOST) .of = PARAM_TEXT, .max = MOST, .blanks = true, .optional = ""

const struct param languages_params[] = {
	SETTINGS_STORE,
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "tag",      PARAM_LIST, COLUMN(LANGUAGES_MAX), .label = N_("Languages") },
	{ "currency", PARAM_LIST, COLUMN(CURRENCIES_MAX), .label = N_("Currencies") },
	{ "step",     PARAM_LIST, COLUMN(CURRENCIES_MAX), .label = N_("Smallest amount") },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* Languages that the shop's own words are translated to, as they are spoken where shops of ours are. */
static const char *const spoken[] = { "es-ES", "es-MX", "es-AR", "es-CL", "es-CO", "en-GB", "en-US", "en-IE", "en-AU", "en-SG", "id-ID" };
/* Currencies of these countries and their neighbours; any other that is stored is offered too. */
static const char *const coined[] = { "EUR", "USD", "GBP", "CHF", "IDR", "SGD", "MYR", "AUD", "MXN", "ARS", "CLP", "COP", "JPY", "PLN", "SEK", "DKK", "NOK" };

static const char *language_name(struct req *r, const char *tag)
{
	const struct locale *l = locale_get(tag);
	const char *country = strchr(tag, '-');

	return mem_printf(r->mem, "%s (%s)", locale_own_name(l), country == NULL ? tag : locale_country(l, country + 1));
}

static void add_offer(struct view *item, const char *value, const char *label, const char *current)
{
	struct view *offer = view_item(item, "offers");

	view_text(offer, "value", value);
	view_text(offer, "label", label);
	view_bool(offer, "selected", strcmp(value, current) == 0);
}

static bool among(const char *const *list, size_t n, const char *one)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], one) == 0)
			return true;
	return false;
}

static void add_languages(struct req *r, struct view *v, struct rows *tags, bool changed)
{
	const char *all = "";

	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *stored = i < rows_count(tags) ? row_settings_languages_at(tags, i)->tag : "", *typed = form_item(r, "tag", i, stored);
		struct view *item = view_item(v, "languages_of");

		view_int(item, "n", (int64_t)i);
		view_text(item, "label", i == 0 ? req_text(r, N_("The store's own")) : mem_printf(r->mem, "%zu.", i + 1));
		view_text(item, "tag_wrong", form_error(r, form_numbered(r, "tag", i)));
		for (size_t k = 0; k < ARRAY_LEN(spoken); k++)
			add_offer(item, spoken[k], language_name(r, spoken[k]), typed);
		for (size_t k = 0; k < rows_count(tags); k++)
			if (!among(spoken, ARRAY_LEN(spoken), row_settings_languages_at(tags, k)->tag))
				add_offer(item, row_settings_languages_at(tags, k)->tag, language_name(r, row_settings_languages_at(tags, k)->tag), typed);
		all = *stored == '\0' ? all : mem_printf(r->mem, "%s%s%s", all, *all == '\0' ? "" : ", ", stored);
	}
	view_text(v, "languages_now", changed ? all : NULL);
}

static void add_currencies(struct req *r, struct view *v, struct rows *rows, bool changed)
{
	const char *all = "";

	for (size_t i = 0; i < CURRENCIES_MAX; i++) {
		const struct row_settings_currencies *c = i < rows_count(rows) ? row_settings_currencies_at(rows, i) : NULL;
		const char *stored = c == NULL ? "" : c->currency, *typed = form_item(r, "currency", i, stored);
		struct view *item = view_item(v, "currencies_of");

		view_int(item, "n", (int64_t)i);
		view_text(item, "label", i == 0 ? req_text(r, N_("Shown first")) : mem_printf(r->mem, "%zu.", i + 1));
		view_text(item, "currency_wrong", form_error(r, form_numbered(r, "currency", i)));
		view_text(item, "step_wrong", form_error(r, form_numbered(r, "step", i)));
		view_text(item, "step", form_item(r, "step", i, c == NULL ? "" : settings_amount(r, c->step, c->currency)));
		for (size_t k = 0; k < ARRAY_LEN(coined); k++)
			add_offer(item, coined[k], coined[k], typed);
		for (size_t k = 0; k < rows_count(rows); k++)
			if (!among(coined, ARRAY_LEN(coined), row_settings_currencies_at(rows, k)->currency))
				add_offer(item, row_settings_currencies_at(rows, k)->currency, row_settings_currencies_at(rows, k)->currency, typed);
		all = *stored == '\0' ? all : mem_printf(r->mem, "%s%s%s", all, *all == '\0' ? "" : ", ", stored);
	}
	view_text(v, "currencies_now", changed ? all : NULL);
}

void languages_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *one, *tags, *currencies;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	one = q_settings_store(r->db, store);
	tags = q_settings_languages(r->db, store);
	currencies = q_settings_currencies(r->db, store);
	v = settings_view(r, "admin-settings/languages", N_("Languages and currencies"), "/admin/settings/languages");
	f = settings_form(r, v, row_settings_store(one)->revision);
	add_languages(r, v, tags, f.changed);
	add_currencies(r, v, currencies, f.changed);
	page_html(r, v);
}

struct money_list {
	const char *currency[CURRENCIES_MAX];
	int64_t step[CURRENCIES_MAX];
	size_t n;
	bool wrong;
};

static void take_currency(struct req *r, struct money_list *m, size_t i, const char *currency, const char *step)
{
	int exponent = currency_exponent(currency);
	int64_t minor = 1;
	bool good = exponent >= 0 && !among(m->currency, m->n, currency);

	if (!good)
		field_error(r, form_numbered(r, "currency", i), N_("Please choose each currency once."));
	else if (*step != '\0' && (!parse_money(step, exponent, &minor) || minor < 1 || minor > STEP_MAX)) {
		field_error(r, form_numbered(r, "step", i), N_("Please give an amount like 0.05, more than nothing."));
		good = false;
	}
	m->wrong = m->wrong || !good;
	if (good) {
		m->currency[m->n] = currency;
		m->step[m->n++] = minor;
	}
}

/* A language and country like es-ES. */
static bool is_tag(const char *s)
{
	size_t n = strlen(s);

	return (n == 5 || n == 6) && s[n - 3] == '-' && strspn(s, "abcdefghijklmnopqrstuvwxyz") == n - 3 && isupper((unsigned char)s[n - 2])
		&& isupper((unsigned char)s[n - 1]);
}

void languages_change(struct req *r)
{
	struct money_list m = { .n = 0 };
	const char *tags[LANGUAGES_MAX], *store = settings_store(r), *outcome;
	size_t nt, nc, ns, n = 0;
	const char *const *tag = param_list(r, "tag", &nt), *const *currency = param_list(r, "currency", &nc), *const *step = param_list(r, "step", &ns);

	if (store == NULL)
		return;
	for (size_t i = 0; i < nt && i < LANGUAGES_MAX; i++) {
		if (*tag[i] == '\0')
			continue;
		if (!is_tag(tag[i]) || among(tags, n, tag[i])) {
			field_error(r, form_numbered(r, "tag", i), N_("Please choose each language once."));
			m.wrong = true;
		}
		tags[n++] = tag[i];
	}
	for (size_t i = 0; i < nc && i < CURRENCIES_MAX; i++)
		if (*currency[i] != '\0')
			take_currency(r, &m, i, currency[i], i < ns ? step[i] : "");
	if (n == 0)
		field_error(r, "tag_0", N_("A store speaks one language at least."));
	if (m.n == 0 && !m.wrong)
		field_error(r, "currency_0", N_("A store sells in one currency at least."));
	if (n == 0 || m.n == 0 || m.wrong) {
		page_again(r, languages_show);
		return;
	}
	outcome = row_settings_save_languages(q_settings_save_languages(r->db, r->site->tenant, console_actor(r), store, param_int(r, "revision"),
		tags, n, m.currency, m.n, m.step, m.n, param_text(r, "reason")))->outcome;
	if (strncmp(outcome, "step ", 5) == 0)
		page_decline(r, languages_show, NULL, N_("A delivery has a price that is no multiple of the smallest amount of its currency. Please change the delivery first."));
	else
		settings_settle(r, languages_show, outcome, NULL, 0, N_("Languages and currencies are saved."), "/admin/settings/languages");
}

/* ---- hosts --------------------------------------------------------------------------------------------- */

static const struct form_option kind_options[] = { { "store", N_("The shop") }, { "admin", N_("This console") } };
static const char *const kinds[] = { "store", "admin", NULL };

const struct param host_params[] = {
	SETTINGS_STORE,
	{ "host",   PARAM_TEXT, .max = 253, .label = N_("Host") },
	{ "kind",   PARAM_CHOICE, .choices = kinds, .label = N_("Shows") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param host_act_params[] = {
	SETTINGS_STORE,
	{ "which",      PARAM_TEXT, .max = 253, .label = N_("Host") },
	{ "act_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void hosts_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *rows;
	struct view *v;
	size_t others = 0;

	if (store == NULL)
		return;
	rows = q_settings_hosts(r->db, r->site->tenant, store);
	v = settings_view(r, "admin-settings/hosts", N_("Addresses"), "/admin/settings/hosts");
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_settings_hosts *h = row_settings_hosts_at(rows, i);
		struct view *item = view_item(v, "hosts");

		view_text(item, "host", h->host);
		view_text(item, "origin", h->origin);
		view_text(item, "kind", req_text(r, strcmp(h->kind, "admin") == 0 ? N_("This console") : N_("The shop")));
		view_bool(item, "main", h->main);
		if (h->main)
			continue;
		others++;
		item = view_item(v, "choices");
		view_text(item, "value", h->host);
		view_text(item, "label", h->host);
		view_bool(item, "selected", strcmp(form_typed(r, "which", ""), h->host) == 0);
	}
	view_bool(v, "has_others", others > 0);
	form_options(r, v, "kinds", "kind", kind_options, ARRAY_LEN(kind_options), "store");
	page_html(r, v);
}

static const struct settings_outcome host_outcomes[] = {
	{ "taken", "host", N_("This host leads to another shop already.") },
	{ "here", "host", N_("This host leads to this store already.") },
	{ "many", "host", N_("This store has as many hosts as it can have. Please remove one first.") },
	{ "main", "which", N_("Links and mails name this host. Please make another the main one first.") },
};

/* HOST in small letters, or NULL when it is no host name. */
static const char *host_name(struct req *r, const char *host)
{
	char *s = mem_strdup(r->mem, host);
	size_t n = strlen(s);

	for (char *p = s; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n && isalnum((unsigned char)s[0]) && isalnum((unsigned char)s[n - 1])
		&& strstr(s, "..") == NULL ? s : NULL;
}

void host_add(struct req *r)
{
	const char *store = settings_store(r), *host = host_name(r, param_text(r, "host"));

	if (store == NULL)
		return;
	if (host == NULL) {
		page_decline(r, hosts_show, "host", N_("Please give a host name like shop.example.com."));
		return;
	}
	settings_settle(r, hosts_show, row_settings_add_host(q_settings_add_host(r->db, r->site->tenant, console_actor(r), store, host,
		param_text(r, "kind"), param_text(r, "reason")))->outcome, host_outcomes, ARRAY_LEN(host_outcomes),
		N_("The host is added."), "/admin/settings/hosts");
}

void host_main(struct req *r)
{
	const char *store = settings_store(r);

	if (store == NULL)
		return;
	settings_settle(r, hosts_show, row_settings_main_host(q_settings_main_host(r->db, r->site->tenant, console_actor(r), store,
		param_text(r, "which"), param_text(r, "act_reason")))->outcome, host_outcomes, ARRAY_LEN(host_outcomes),
		N_("Links and mails name this host from now on."), "/admin/settings/hosts");
}

void host_remove(struct req *r)
{
	const char *store = settings_store(r);

	if (store == NULL)
		return;
	if (strcmp(param_text(r, "which"), r->site->host) == 0) {
		page_decline(r, hosts_show, "which", N_("You are at this host right now. Please remove it from another one."));
		return;
	}
	settings_settle(r, hosts_show, row_settings_remove_host(q_settings_remove_host(r->db, r->site->tenant, console_actor(r), store,
		param_text(r, "which"), param_text(r, "act_reason")))->outcome, host_outcomes, ARRAY_LEN(host_outcomes),
		N_("The host is removed."), "/admin/settings/hosts");
}
