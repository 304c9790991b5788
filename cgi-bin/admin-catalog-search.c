/* What shoppers search for, and words that mean the same to them. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "db/query/admin_search.h"
#include "front/basket.h"

#include <string.h>

/* Looked through for the two lists, the merchant's latest: some 20 ms. */
#define SEARCHES_LATEST 10000
#define QUERIES_SHOWN 25
/* 200 lines of some 100 characters. */
#define BODY_MAX 20000

const struct param sought_show_params[] = { { "language", PARAM_TEXT, .max = 16, .optional = "" }, { 0 } };

const struct param sought_params[] = {
	{ "language", PARAM_TEXT, .max = 16 },
	{ "mark",     PARAM_TEXT, .max = 64 },
	{ "words",    PARAM_BLOCK, .max = BODY_MAX, .optional = "", .label = N_("Words that mean the same") },
	{ 0 }
};

static const char *url_of(struct req *r, const char *locale)
{
	return mem_printf(r->mem, "%s/admin/catalog/search?language=%s", r->prefix, locale);
}

/* The language asked for, or the store's first one; NULL: the store does not speak it. */
static const char *add_languages(struct req *r, struct view *v, struct rows *locales)
{
	const char *asked = param_text(r, "language"), *chosen = NULL;

	for (size_t i = 0; i < rows_count(locales); i++) {
		const char *locale = row_search_locales_at(locales, i)->locale;
		bool current = asked == NULL ? i == 0 : strcmp(asked, locale) == 0;
		struct view *item = view_item(v, "languages_of");

		view_text(item, "url", url_of(r, locale));
		view_text(item, "locale", locale);
		view_text(item, "language", locale_own_name(locale_get(locale)));
		view_bool(item, "current", current);
		if (current)
			chosen = locale;
	}
	view_bool(v, "has_languages", rows_count(locales) > 1);
	return chosen;
}

static void add_typed(struct view *v, const char *list, const char *has, struct rows *typed)
{
	for (size_t i = 0; i < rows_count(typed); i++) {
		const struct row_search_typed *t = row_search_typed_at(typed, i);
		struct view *item = view_item(v, list);

		view_text(item, "query", t->query);
		view_text(item, "corrected", *t->corrected == '\0' ? NULL : t->corrected);
		view_int(item, "times", t->times);
		view_int(item, "found", t->found);
	}
	view_bool(v, has, rows_count(typed) > 0);
}

void sought_show(struct req *r)
{
	struct view *v = console_view(r, "admin-catalog/search", N_("Search in the shop"));
	const char *store = console_store(r), *locale;
	const struct row_search_synonyms *s;
	struct rows *locales, *synonyms, *typed, *in_vain;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	locales = q_search_locales(r->db, store);
	locale = add_languages(r, v, locales);
	if (locale == NULL) {
		page_not_found(r);
		return;
	}
	synonyms = q_search_synonyms(r->db, r->site->tenant, store, locale);
	typed = q_search_typed(r->db, 0, store, locale, SEARCHES_LATEST, QUERIES_SHOWN);
	in_vain = q_search_typed(r->db, SEARCH_TYPED_IN_VAIN, store, locale, SEARCHES_LATEST, QUERIES_SHOWN);
	if (r->method == GET)
		page_asked(r);
	s = row_search_synonyms(synonyms);
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "locale", locale);
	view_text(v, "search_url", req_path(r, "/admin/catalog/search"));
	view_text(v, "mark", form_typed(r, "mark", s->mark));
	view_text(v, "words", form_typed(r, "words", s->words));
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	add_typed(v, "typed", "has_typed", typed);
	add_typed(v, "in_vain", "has_in_vain", in_vain);
	page_html(r, v);
}

void sought_change(struct req *r)
{
	/* What is wrong with a line; the outcome ends with its number. */
	static const struct { const char *outcome, *sentence; } wrong[] = {
		{ "alone ", N_("Line {text}: please write at least two words that differ, with a comma between them.") },
		{ "many ", N_("Line {text}: these are more than 20 words.") },
		{ "long ", N_("Line {text}: a word has more than 60 characters. Is a comma missing?") },
		{ "empty ", N_("Line {text}: there is a word in it that no search looks for, such as an article.") },
	};
	const char *body = param_text(r, "words"), *outcome;

	if (console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	outcome = row_search_save(q_search_save(r->db, r->site->tenant, console_actor(r), console_store(r), param_text(r, "language"),
		param_text(r, "mark"), body == NULL ? "" : body))->outcome;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (strncmp(outcome, wrong[i].outcome, strlen(wrong[i].outcome)) == 0) {
			page_decline(r, sought_show, "words", basket_say(r, wrong[i].sentence, outcome + strlen(wrong[i].outcome)));
			return;
		}
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The words are saved."));
		page_redirect(r, url_of(r, param_text(r, "language")));
	} else if (strcmp(outcome, "lines") == 0) {
		page_decline(r, sought_show, "words", N_("These are more than 200 lines."));
	} else if (strcmp(outcome, "changed") == 0) {
		page_decline(r, sought_show, NULL, N_("Somebody else has changed these words meanwhile. What you typed is still here. Look at theirs in another window, then save again to keep yours."));
	} else {
		page_not_found(r);
	}
}
