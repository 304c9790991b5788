#include "front/console.h"

#include <inttypes.h>
#include <string.h>

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/console.h"
#include "front/frame.h"
#include "shop/staff_language.h"
#include "web/page.h"

/* r->front of a console page: queued with the session's look-up. */
struct console {
	struct rows *stores;
};

/* ---- whose console it is ------------------------------------------------------------ */

/* The store's first language leads, where the console speaks it. */
static void speak(void *ctx, struct site *site)
{
	struct site_locale *l = mem_array(ctx, struct site_locale, STAFF_LANGUAGES);
	const struct staff_language *first = staff_language(site->nlocales > 0 ? site->locales[0].prefix : "", "");
	size_t n = 1;

	l[0] = (struct site_locale){ first->tag, first->prefix };
	for (size_t i = 0; i < STAFF_LANGUAGES; i++)
		if (&staff_languages[i] != first)
			l[n++] = (struct site_locale){ staff_languages[i].tag, staff_languages[i].prefix };
	site->locales = l;
	site->nlocales = n;
}

static enum site_answer load(struct db *db, void *ctx, const char *host, int64_t deadline_us, struct site *out)
{
	enum site_answer answer = front_site_load(db, ctx, host, deadline_us, out);

	if (answer != SITE_FOUND)
		return answer;
	speak(ctx, out);
	out->ncurrencies = 1;
	/* A shop that is closed or not open yet is when it needs its console. */
	out->status = SITE_ACTIVE;
	return SITE_FOUND;
}

/* ---- who is signed in ----------------------------------------------------------------- */

static struct rows *find(struct req *r, const unsigned char *hash)
{
	struct console *c = mem_new(r->mem, struct console);
	struct rows *session = q_console_session(r->db, hash, SHA256_LEN);

	c->stores = q_console_stores(r->db, hash, SHA256_LEN);
	r->front = c;
	return session;
}

static void read(struct req *r, struct rows *found, struct session *out)
{
	const struct row_console_session *s = row_console_session(found);

	(void)r;
	out->id = s->session_id;
	out->principal = s->staff_id;
	out->name = *s->name != '\0' ? s->name : s->email;
	out->created_ms = s->created;
	out->seen_ms = s->seen;
	out->proven_ms = s->proven;
	out->more = s;
}

static void touch(struct db *db, const char *session_id)
{
	q_console_touch(db, session_id);
}

const struct session_kind session_staff = {
	.cookie = "staff", .strict = true, .find = find, .read = read, .touch = touch,
};

/* NULL for nobody. */
static const struct row_console_session *row(struct req *r)
{
	return session_get(r)->more;
}

const char *console_actor(struct req *r)
{
	return session_principal(r);
}

const char *console_store(struct req *r)
{
	return row(r) == NULL ? NULL : row(r)->store;
}

const char *console_store_name(struct req *r)
{
	return row(r) == NULL ? "" : row(r)->store_name;
}

bool console_works_in(struct req *r, const char *store)
{
	const struct console *c = r->front;

	for (size_t i = 0; c != NULL && i < rows_count(c->stores); i++)
		if (strcmp(row_console_stores_at(c->stores, i)->store, store) == 0)
			return true;
	return false;
}

const char *console_currency(struct req *r)
{
	return row(r) == NULL || *row(r)->currency == '\0' ? r->currency : row(r)->currency;
}

const char *console_timezone(struct req *r)
{
	return row(r) == NULL ? "UTC" : row(r)->timezone;
}

const char *console_amount(struct req *r, int64_t minor, const char *currency)
{
	int exponent = currency_exponent(currency);
	int64_t unit = 1;

	for (int i = 0; i < exponent; i++)
		unit *= 10;
	return exponent == 0 ? mem_printf(r->mem, "%" PRId64, minor) :
	       mem_printf(r->mem, "%" PRId64 ".%0*" PRId64, minor / unit, exponent, minor % unit);
}

bool console_read_amount(struct req *r, const char *typed, const char *currency, int64_t *out)
{
	char *plain = mem_strdup(r->mem, typed);

	for (char *c = plain; strchr(typed, '.') == NULL && *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	return parse_money(plain, currency_exponent(currency), out);
}

/* Whole words are compared. */
bool console_listed(const char *list, const char *permission)
{
	size_t n = strlen(permission);

	for (const char *s = strstr(list, permission); s != NULL; s = strstr(s + 1, permission))
		if (s != list && s[-1] == ' ' && s[n] == ' ')
			return true;
	return false;
}

bool console_may(struct req *r, const char *permission)
{
	return row(r) != NULL && *permission != '\0' && console_listed(row(r)->may, permission);
}

bool console_may_everywhere(struct req *r, const char *permission)
{
	return row(r) != NULL && *permission != '\0' && console_listed(row(r)->may_all, permission);
}

/* What belongs to no store alone is allowed by a role in all of them. */
static bool of_all_stores(const char *permission)
{
	return strncmp(permission, "staff.", 6) == 0 || strncmp(permission, "audit.", 6) == 0 ||
	       strncmp(permission, "status.", 7) == 0;
}

static bool may(struct req *r, const char *permission)
{
	if (strcmp(permission, SELF) == 0)
		return row(r) != NULL;
	return of_all_stores(permission) ? console_may_everywhere(r, permission) : console_may(r, permission);
}

/* ---- the frame -------------------------------------------------------------------------- */

/* Places of the console in the order of a working day.  One that somebody may not see is not shown. */
static const struct { const char *path, *label, *permission, *icon, *also; } places[] = {
	{ "/admin", N_("Home"), "home.view", "target" },
	{ "/admin/orders", N_("Orders"), "orders.view", "cart" },
	{ "/admin/catalog", N_("Products"), "catalog.view", "box", "/admin/media" },
	{ "/admin/inventory", N_("Stock"), "inventory.view", "pin" },
	{ "/admin/customers", N_("Customers"), "customers.view", "user" },
	{ "/admin/settings", N_("Settings"), "settings.view", "filter" },
	{ "/admin/staff", N_("Staff"), "staff.view", "team" },
	{ "/admin/roles", N_("Roles"), "staff.view", "shield" },
	{ "/admin/audit", N_("Audit log"), "audit.view", "file" },
	{ "/admin/status", N_("Status"), "status.view", "check" },
};

bool console_place(struct req *r, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strcmp(path, places[i].path) == 0)
			return may(r, places[i].permission);
	return false;
}

static bool within(const char *path, const char *place)
{
	size_t n = strlen(place);

	return strcmp(path, place) == 0 || (strcmp(place, "/admin") != 0 && strncmp(path, place, n) == 0 && path[n] == '/');
}

static void add_places(struct req *r, struct view *v)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct view *item;

		if (!may(r, places[i].permission))
			continue;
		item = view_item(v, "places");
		view_text(item, "label", req_text(r, places[i].label));
		view_text(item, "url", req_path(r, places[i].path));
		view_text(item, "icon", places[i].icon);
		view_bool(item, "current", within(r->path, places[i].path) || (places[i].also != NULL && within(r->path, places[i].also)));
	}
}

static void add_stores(struct req *r, struct view *v)
{
	const struct console *c = r->front;
	const char *here = console_store(r);
	size_t n = c == NULL ? 0 : rows_count(c->stores);

	for (size_t i = 0; i < n; i++) {
		const struct row_console_stores *s = row_console_stores_at(c->stores, i);
		struct view *item = view_item(v, "stores");

		view_text(item, "store", s->store);
		view_text(item, "name", s->name);
		view_bool(item, "current", here != NULL && strcmp(here, s->store) == 0);
	}
	view_bool(v, "has_stores", n > 1);
}

static void add_languages(struct req *r, struct view *v)
{
	for (size_t i = 0; i < r->site->nlocales; i++) {
		const struct site_locale *l = &r->site->locales[i];
		struct view *item = view_item(v, "languages");

		view_text(item, "lang", l->tag);
		view_text(item, "name", locale_own_name(locale_get(l->tag)));
		view_text(item, "url", mem_printf(r->mem, "%s%s", site_prefix(r->mem, r->site, l, r->currency), r->path));
		view_bool(item, "current", strcmp(l->tag, r->locale) == 0);
	}
}

static void chrome(struct req *r, struct view *v)
{
	struct view *assets = view_sub(v, "assets"), *me;
	const char *version = front_assets_version();

	view_text(assets, "css", mem_printf(r->mem, "/static/%s/css/admin.css", version));
	view_text(assets, "js", mem_printf(r->mem, "/static/%s/js/admin.js", version));
	view_text(assets, "icons", mem_printf(r->mem, "/static/%s/icons/icons.svg", version));
	view_text(assets, "favicon", mem_printf(r->mem, "/static/%s/icons/favicon.svg", version));
	view_text(v, "merchant", r->site->name);
	add_languages(r, v);
	if (r->program->session == NULL || session_principal(r) == NULL)
		return;
	me = view_sub(v, "me");
	view_text(me, "name", session_name(r));
	view_text(v, "store_name", console_store_name(r));
	add_places(r, v);
	add_stores(r, v);
}

struct view *console_view(struct req *r, const char *template, const char *title)
{
	struct view *v = page_view(r, template);

	view_text(v, "heading", req_text(r, title));
	view_text(v, "page_title", req_text(r, title));
	return v;
}

static const char *const personal_cookies[] = { "staff-step", NULL };

const struct program_hooks console_hooks = {
	.site_load = load,
	.chrome = chrome,
	.may = may,
	.sign_in = "/admin/login",
	.prove_again = "/admin/login/again",
	.error_template = "admin/error",
	.plain_style = "/static/css/admin.css",
	.personal_cookies = personal_cookies,
};
