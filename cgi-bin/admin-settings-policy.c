/* Policies of a store: until when goods come back, and its pages of terms and the like. */
#include "admin-settings.h"

#include "base/id.h"
#include "base/locale.h"
#include "base/markdown.h"
#include "base/mem.h"

#include <string.h>

/* A store has as many languages at most (admin-settings-store.c). */
#define LANGUAGES_MAX 6
/* Code points of a page in a language; a long page of terms has 40 000. */
#define BODY_MAX 60000

const struct param policy_params[] = {
	SETTINGS_STORE,
	{ "return_days",   PARAM_INT, .min = 0, .max = 365, .label = N_("Days to return") },
	{ "check_quality", PARAM_BOOL, .label = N_("Parcels are looked at before they leave") },
	{ 0 }
};

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "title_" N, PARAM_TEXT, .max = 200, .optional = "", .label = N_("Title") }, \
	{ "slug_" N, PARAM_SLUG, .optional = "", .label = N_("Name in the address") }, \
	{ "body_" N, PARAM_BLOCK, .max = BODY_MAX, .optional = "", .label = N_("Text (Markdown)") }
#define PAGE \
	SETTINGS_STORE, \
	{ "position", PARAM_INT, .min = 0, .max = 1000, .label = N_("Place in the list") }, \
	{ "look",     PARAM_BOOL }, \
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5")

const struct param page_params[] = { { "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 }, PAGE, { 0 } };
const struct param page_new_params[] = { { "code", PARAM_SLUG, .label = N_("Name in files") }, PAGE, { 0 } };

void policies_show(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *pages, *policy;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	pages = q_settings_pages(r->db, store, r->language);
	policy = q_settings_policy(r->db, store);
	v = settings_view(r, "admin-settings/policies", N_("Policies"), "/admin/settings/policies");
	for (size_t i = 0; i < rows_count(pages); i++) {
		const struct row_settings_pages *p = row_settings_pages_at(pages, i);
		struct view *item = view_item(v, "pages");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/settings/policies/%s", r->prefix, p->page));
		view_text(item, "title", p->title);
		view_text(item, "code", p->code);
		view_text(item, "languages", p->languages);
		view_time(item, "updated", p->updated);
	}
	view_bool(v, "has_pages", rows_count(pages) > 0);
	f = settings_form(r, v, 0);
	settings_group(&f, N_("Returns and quality"), NULL);
	settings_int(&f, "return_days", N_("Days to return"), row_settings_policy(policy)->return_days);
	settings_hint(&f, N_("From the last parcel on; 0: only you open returns."));
	settings_bool(&f, "check_quality", N_("Parcels are looked at before they leave"), row_settings_policy(policy)->check_quality);
	page_html(r, v);
}

void policy_change(struct req *r)
{
	const char *store = settings_store(r);

	if (store == NULL)
		return;
	settings_settle(r, policies_show, row_settings_save_policy(q_settings_save_policy(r->db, r->site->tenant, console_actor(r), store,
		(int32_t)param_int(r, "return_days"), param_bool(r, "check_quality")))->outcome, NULL, 0,
		N_("It counts from now on."), "/admin/settings/policies");
}

/* ---- a page --------------------------------------------------------------------------------------- */

static void show(struct req *r, const char *page)
{
	const char *store = settings_store(r);
	struct rows *one, *texts;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	/* No page has the request's id. */
	one = q_settings_page(r->db, store, page == NULL ? r->id : page);
	texts = q_settings_page_texts(r->db, store, page == NULL ? r->id : page);
	if (page != NULL && !rows_found(one)) {
		page_not_found(r);
		return;
	}
	v = settings_view(r, "admin-settings/page", page == NULL ? N_("New page") : row_settings_page(one)->code, "/admin/settings/policies");
	view_text(v, "action", page == NULL ? req_path(r, "/admin/settings/policies/new") :
		  mem_printf(r->mem, "%s/admin/settings/policies/%s", r->prefix, page));
	f = settings_form(r, v, page == NULL ? 0 : row_settings_page(one)->revision);
	settings_group(&f, N_("The page"), NULL);
	if (page == NULL) {
		settings_text(&f, "code", N_("Name in files"), "", 32);
		settings_hint(&f, N_("Small letters, digits and -; it stays. The page terms is what checkout asks to accept."));
	}
	settings_int(&f, "position", N_("Place in the list"), page == NULL ? 0 : row_settings_page(one)->position);
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_settings_page_texts *t = row_settings_page_texts_at(texts, i);
		const char *body = form_typed(r, form_numbered(r, "body", i), t->body),
			*title = form_typed(r, form_numbered(r, "title", i), t->title);
		struct view *item;

		settings_group(&f, locale_own_name(locale_get(t->tag)), t->tag);
		settings_hidden(&f, form_numbered(r, "locale", i), t->locale);
		settings_text(&f, form_numbered(r, "title", i), N_("Title"), t->title, 200);
		settings_hint(&f, N_("Empty: the page is not there in this language."));
		settings_text(&f, form_numbered(r, "slug", i), N_("Name in the address"), t->slug, 100);
		settings_block(&f, form_numbered(r, "body", i), N_("Text (Markdown)"), t->body, BODY_MAX);
		if (*title == '\0')
			continue;
		item = view_item(v, "looks");
		view_text(item, "lang", t->tag);
		view_text(item, "title", title);
		view_html(item, "html", markdown_html(r->mem, body, 4));
		view_bool(v, "has_looks", true);
	}
	page_html(r, v);
}

void page_edit_show(struct req *r)
{
	show(r, path_text(r, "id"));
}

void page_new_show(struct req *r)
{
	show(r, NULL);
}

struct texts {
	const char *locale[LANGUAGES_MAX], *title[LANGUAGES_MAX], *slug[LANGUAGES_MAX], *body[LANGUAGES_MAX];
	size_t n;
	bool some, wrong;
};

static void take_texts(struct req *r, struct texts *t)
{
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));

		if (locale == NULL)
			continue;
		t->locale[t->n] = locale;
		t->title[t->n] = settings_given(r, form_numbered(r, "title", i));
		t->slug[t->n] = settings_given(r, form_numbered(r, "slug", i));
		t->body[t->n] = settings_given(r, form_numbered(r, "body", i));
		t->some = t->some || *t->title[t->n] != '\0';
		if (*t->title[t->n] == '\0' && *t->body[t->n] != '\0') {
			field_error(r, form_numbered(r, "title", i), N_("Please give it a title in this language, or leave its text empty."));
			t->wrong = true;
		}
		if (*t->title[t->n] != '\0' && *t->slug[t->n] == '\0') {
			field_error(r, form_numbered(r, "slug", i), N_("Please give it a name for its address: small letters, digits and -."));
			t->wrong = true;
		}
		t->n++;
	}
	if (!t->some && !t->wrong && t->n > 0) {
		field_error(r, "title_0", N_("A page needs a title in one language at least."));
		t->wrong = true;
	}
}

static void save(struct req *r, const char *page, bool make, void (*again)(struct req *r))
{
	static const struct settings_outcome outcomes[] = {
		{ "code", "code", N_("Another page has this name.") },
		{ "many", NULL, N_("A store has 200 pages at most.") },
	};
	struct texts *t = mem_new(r->mem, struct texts);
	const char *store = settings_store(r), *outcome;

	if (store == NULL)
		return;
	if (param_bool(r, "look")) {
		page_redraw(r, again);
		return;
	}
	take_texts(r, t);
	if (t->wrong) {
		page_again(r, again);
		return;
	}
	outcome = row_settings_save_page(q_settings_save_page(r->db, r->site->tenant, console_actor(r), store, page, make,
		make ? 0 : param_int(r, "revision"), make ? param_text(r, "code") : "", (int32_t)param_int(r, "position"),
		t->locale, t->n, t->slug, t->n, t->title, t->n, t->body, t->n))->outcome;
	for (size_t i = 0; i < t->n; i++)
		if (strncmp(outcome, "slug ", 5) == 0 && strcmp(outcome + 5, t->locale[i]) == 0) {
			page_decline(r, again, form_numbered(r, "slug", i), N_("Another page has this address. Please choose another."));
			return;
		}
	settings_settle(r, again, outcome, outcomes, ARRAY_LEN(outcomes), N_("The page is saved."), "/admin/settings/policies");
}

void page_change(struct req *r)
{
	save(r, path_text(r, "id"), false, page_edit_show);
}

void page_make(struct req *r)
{
	struct id id = id_new();

	save(r, mem_strdup(r->mem, id.text), true, page_new_show);
}
