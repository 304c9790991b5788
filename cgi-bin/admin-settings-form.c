/* Forms of settings: fields as items of a list, so that a page is a table of them. */
#include "admin-settings.h"

#include "base/crypto.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/seal.h"
#include "base/utf8.h"
#include "front/address_form.h"
#include "shop/pricing.h"

#include <string.h>

/* The pages of a store's settings, in the order in which a new store needs them. */
static const struct console_tab tabs[] = {
	{ N_("Store"), "/admin/settings", N_("Stores"), NULL, false },
	{ N_("Store"), "/admin/settings/store", N_("Store details"), NULL, false },
	{ N_("Store"), "/admin/settings/languages", N_("Languages and currencies"), NULL, false },
	{ N_("Store"), "/admin/settings/hosts", N_("Addresses"), NULL, false },
	{ N_("Selling"), "/admin/settings/delivery", N_("Delivery"), NULL, false },
	{ N_("Selling"), "/admin/settings/taxes", N_("Taxes"), NULL, false },
	{ N_("Selling"), "/admin/settings/payment", N_("Payment"), NULL, false },
	{ N_("Papers"), "/admin/settings/policies", N_("Policies"), NULL, false },
	{ N_("Papers"), "/admin/settings/mails", N_("Mails"), NULL, false },
	{ N_("Papers"), "/admin/settings/numbers", N_("Numbers"), NULL, false },
};

const char *settings_store(struct req *r)
{
	const char *store = console_store(r), *of = r->method == POST ? param_id(r, "store") : NULL;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
	} else if (of != NULL && strcmp(of, store) != 0 && !console_works_in(r, of)) {
		page_not_found(r);
		store = NULL;
	} else if (of != NULL && strcmp(of, store) != 0) {
		page_conflict(r, N_("You work in another store by now. Nothing was changed: please go back to that store first."));
		store = NULL;
	}
	return store;
}

struct view *settings_view(struct req *r, const char *template, const char *title, const char *here)
{
	struct view *v = console_view(r, template, title);

	console_tabs(r, v, tabs, ARRAY_LEN(tabs), here);
	view_text(v, "store", console_store(r));
	view_bool(v, "may_edit", console_may(r, "settings.edit"));
	return v;
}

/* ---- fields ---------------------------------------------------------------------------------- */

struct settings_form settings_form(struct req *r, struct view *v, int64_t revision)
{
	const char *now = mem_printf(r->mem, "%lld", (long long)revision), *over = form_typed(r, "revision", NULL);
	struct settings_form f = { .r = r, .v = v, .changed = revision > 0 && over != NULL && strcmp(over, now) != 0 };

	view_text(v, "revision", revision > 0 ? now : NULL);
	return f;
}

void settings_group(struct settings_form *f, const char *title, const char *lang)
{
	f->group = view_item(f->v, "groups");
	view_text(f->group, "title", req_text(f->r, title));
	view_text(f->group, "lang", lang);
}

/* A field with every name that the template looks for: an absent one would be looked for further out. */
static struct view *add(struct settings_form *f, const char *name, const char *label)
{
	static const char *const kinds[] = { "line", "block", "check", "choice", "color", "unseen" };
	struct view *item = f->field = view_item(f->group, "fields");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		view_bool(item, kinds[i], false);
	view_text(item, "name", name);
	view_text(item, "label", *label == '\0' ? "" : req_text(f->r, label));
	view_text(item, "value", "");
	view_text(item, "now", NULL);
	view_text(item, "hint", NULL);
	view_text(item, "note", NULL);
	view_text(item, "mode", NULL);
	view_text(item, "wrong", form_error(f->r, name));
	return item;
}

static struct view *add_value(struct settings_form *f, const char *name, const char *label, const char *value, int max, const char *kind)
{
	const char *typed = form_typed(f->r, name, value);
	struct view *item = add(f, name, label);

	view_bool(item, kind, true);
	view_text(item, "value", typed);
	view_text(item, "now", f->changed && strcmp(typed, value) != 0 ? (*value == '\0' ? "-" : value) : NULL);
	view_text(item, "max", mem_printf(f->r->mem, "%d", max));
	return item;
}

void settings_text(struct settings_form *f, const char *name, const char *label, const char *value, int max)
{
	add_value(f, name, label, value, max, "line");
}

void settings_block(struct settings_form *f, const char *name, const char *label, const char *value, int max)
{
	add_value(f, name, label, value, max, "block");
}

void settings_int(struct settings_form *f, const char *name, const char *label, int64_t value)
{
	view_text(add_value(f, name, label, mem_printf(f->r->mem, "%lld", (long long)value), 12, "line"), "mode", "numeric");
}

void settings_color(struct settings_form *f, const char *name, const char *label, const char *value)
{
	add_value(f, name, label, value, 7, "color");
}

void settings_bool(struct settings_form *f, const char *name, const char *label, bool value)
{
	struct view *item = add(f, name, label);
	bool ticked = form_ticked(f->r, name, value);

	view_bool(item, "check", true);
	view_bool(item, "ticked", ticked);
	view_text(item, "now", f->changed && ticked != value ? req_text(f->r, value ? N_("Yes") : N_("No")) : NULL);
}

void settings_choice(struct settings_form *f, const char *name, const char *label, const struct form_option *options, size_t n,
		     const char *value)
{
	const char *typed = form_typed(f->r, name, value);
	struct view *item = add(f, name, label);

	view_bool(item, "choice", true);
	form_options(f->r, item, "options", name, options, n, value);
	for (size_t i = 0; i < n && f->changed && strcmp(typed, value) != 0; i++)
		if (strcmp(options[i].value, value) == 0)
			view_text(item, "now", req_text(f->r, options[i].label));
}

void settings_country(struct settings_form *f, const char *name, const char *label, const char *value)
{
	const char *typed = form_typed(f->r, name, value);
	struct view *item = add(f, name, label);
	size_t n;
	const char *const *codes = address_form_everywhere(f->r->mem, &n);

	view_bool(item, "choice", true);
	address_form_countries(f->r, item, "options", codes, n, 0, typed);
	if (f->changed && strcmp(typed, value) != 0)
		view_text(item, "now", locale_country(locale_get(f->r->locale), value));
}

void settings_hidden(struct settings_form *f, const char *name, const char *value)
{
	struct view *item = add(f, name, "");

	view_bool(item, "unseen", true);
	view_text(item, "value", value);
}

void settings_hint(struct settings_form *f, const char *hint)
{
	view_text(f->field, "hint", req_text(f->r, hint));
}

void settings_note(struct settings_form *f, const char *words, const char *what)
{
	view_text(f->field, "note", mem_printf(f->r->mem, "%s %s", req_text(f->r, words), what));
}

/* ---- values and outcomes ------------------------------------------------------------------------- */

const char *settings_given(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

const char *settings_amount(struct req *r, int64_t minor, const char *currency)
{
	int exponent = currency_exponent(currency);
	int64_t unit = 1;

	for (int i = 0; i < exponent; i++)
		unit *= 10;
	return exponent <= 0 ? mem_printf(r->mem, "%lld", (long long)minor) :
		mem_printf(r->mem, "%lld.%0*lld", (long long)(minor / unit), exponent, (long long)(minor % unit));
}

static bool take_decimal(struct req *r, const char *text, int digits, int64_t most, int64_t *out)
{
	char *plain = mem_strdup(r->mem, text), *comma = strchr(plain, ',');

	if (comma != NULL)
		*comma = '.';
	return parse_money(plain, digits, out) && *out <= most;
}

bool settings_take_amount(struct req *r, const char *text, const char *currency, int64_t *minor)
{
	return take_decimal(r, text, currency_exponent(currency), PRICING_MAX_PRICE, minor);
}

/* Digits of a percentage behind the point: a rate is exact in parts per million. */
#define RATE_DIGITS 4

const char *settings_percent(struct req *r, int64_t ppm)
{
	char *s = mem_printf(r->mem, "%lld.%04lld", (long long)ppm / 10000, (long long)ppm % 10000);
	size_t n = strlen(s);

	while (s[n - 1] == '0')
		s[--n] = '\0';
	if (s[n - 1] == '.')
		s[n - 1] = '\0';
	return s;
}

bool settings_take_percent(struct req *r, const char *text, int64_t *ppm)
{
	return take_decimal(r, text, RATE_DIGITS, PRICING_PPM, ppm);
}

const char *const settings_no_seal_key = N_("The server has no key yet to seal this with, so it was not kept. Please ask whoever runs the server to run sutlerctl migrate.");

const unsigned char *settings_seal_key(struct req *r)
{
	struct rows *rows = q_settings_seal_key(r->db);
	size_t n = 0;
	const unsigned char *public = rows_found(rows) ? hex_decode(r->mem, row_settings_seal_key(rows)->public_hex, &n) : NULL;

	return n == SEAL_PUBLIC_LEN ? public : NULL;
}

void settings_decline(struct req *r, void (*show)(struct req *r), const char *outcome, const struct settings_outcome *table, size_t n)
{
	if (strcmp(outcome, "gone") == 0) {
		page_not_found(r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].outcome, outcome) == 0) {
			page_decline(r, show, table[i].field, table[i].sentence);
			return;
		}
	page_decline(r, show, NULL, N_("Somebody else has changed these settings meanwhile. What you typed is still here; "
		"where it differs, what is saved now stands below it. Save again to keep yours."));
}

void settings_settle(struct req *r, void (*show)(struct req *r), const char *outcome, const struct settings_outcome *table, size_t n,
		     const char *done, const char *path)
{
	if (strcmp(outcome, "ok") != 0) {
		settings_decline(r, show, outcome, table, n);
		return;
	}
	page_flash(r, "ok", done);
	page_redirect(r, req_path(r, path));
}
