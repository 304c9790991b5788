/* Ways of payment of a store: names and instructions in each language, where, on and off. */
#include "admin-settings.h"

#include "base/locale.h"
#include "base/mem.h"
#include "shop/country.h"

#include <ctype.h>
#include <string.h>

/* A store has as many languages at most (admin-settings-store.c). */
#define LANGUAGES_MAX 6
/* Every country there is, and some to spare. */
#define COUNTRIES_MAX 260

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "name_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Name") }, \
	{ "words_" N, PARAM_BLOCK, .max = 4000, .optional = "", .label = N_("Instructions") }

const struct param payment_params[] = {
	SETTINGS_STORE,
	{ "over",      PARAM_INT, .min = 0, .max = INT64_C(1) << 40 },
	{ "active",    PARAM_BOOL, .label = N_("Offered") },
	{ "position",  PARAM_INT, .min = 0, .max = 1000, .label = N_("Place in the list") },
	{ "countries", PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Countries") },
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"),
	{ "reason",    PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct { const char *method, *label; } methods[] = {
	{ "card", N_("Card, by a gateway") }, { "bank_transfer", N_("Bank transfer") }, { "cod", N_("Cash on delivery") },
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
	for (size_t i = 0; i < rows_count(gateways); i++) {
		const struct row_settings_gateways *g = row_settings_gateways_at(gateways, i);
		struct view *item = view_item(v, "gateways");

		view_text(item, "provider", g->provider);
		view_text(item, "account", g->account);
		view_bool(item, "active", g->active);
		view_bool(item, "live", g->live);
		view_time(item, "made", g->made);
		view_text(item, "reports", mem_printf(r->mem, "/webhooks/%s/%s", g->provider, g->account));
		ready = ready || g->active;
	}
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
	view_bool(v, "has_gateways", rows_count(gateways) > 0);
	page_html(r, v);
}

void payment_show(struct req *r)
{
	const char *store = settings_store(r), *method = path_text(r, "method");
	const struct row_settings_payments *p = NULL;
	struct rows *rows, *texts;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	rows = q_settings_payments(r->db, store, r->language);
	texts = q_settings_payment_texts(r->db, store, method);
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
	settings_int(&f, "position", N_("Place in the list"), p->position);
	settings_block(&f, "countries", N_("Countries"), p->countries, 2000);
	settings_hint(&f, N_("Countries of two letters, parted by commas; empty: everywhere."));
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

struct texts {
	const char *locale[LANGUAGES_MAX], *name[LANGUAGES_MAX], *words[LANGUAGES_MAX], *country[COUNTRIES_MAX];
	size_t n, ncountries;
	bool wrong;
};

static void take_countries(struct req *r, struct texts *t)
{
	char *text = mem_strdup(r->mem, settings_given(r, "countries")), *word;

	for (char *p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	while ((word = strsep(&text, ", \n\t")) != NULL) {
		if (*word == '\0')
			continue;
		if (!country_known(word) || t->ncountries == COUNTRIES_MAX) {
			field_error(r, "countries", N_("Please write countries like ES, parted by commas."));
			t->wrong = true;
			return;
		}
		t->country[t->ncountries++] = word;
	}
}

void payment_change(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "name", NULL, N_("Somebody has given the store another language meanwhile. Please give it a name in that language too.") },
	};
	struct texts *t = mem_new(r->mem, struct texts);
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
		if (*t->name[t->n++] == '\0') {
			field_error(r, form_numbered(r, "name", i), N_("Please give it a name in this language."));
			t->wrong = true;
		}
	}
	take_countries(r, t);
	if (t->wrong) {
		page_again(r, payment_show);
		return;
	}
	settings_settle(r, payment_show, row_settings_save_payment(q_settings_save_payment(r->db, r->site->tenant, console_actor(r), store, method,
		param_int(r, "over"), param_bool(r, "active"), (int32_t)param_int(r, "position"), t->locale, t->n, t->name, t->n, t->words, t->n,
		t->country, t->ncountries, param_text(r, "reason")))->outcome, outcomes, ARRAY_LEN(outcomes),
		N_("The way of payment is saved."), "/admin/settings/payment");
}
