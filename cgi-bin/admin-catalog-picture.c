/* The picture at the head of a category: one of those the merchant has, and what it shows in each language. */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "db/query/admin_category.h"

#include <string.h>

/* As many languages as a store has at most. */
#define LANGUAGES_MAX 6
/* Small pictures of one page: some 400 KB. */
#define PICTURES_ON_A_PAGE 48
/* As catalog.category_text has room for. */
#define ALT_MAX 200

const struct param picture_list_params[] = { { "before", PARAM_ID, .optional = "" }, { 0 } };

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "alt_" N, PARAM_TEXT, .max = ALT_MAX, .optional = "", .label = N_("What the picture shows") }

const struct param picture_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "picture",  PARAM_ID, .optional = "", .label = N_("Picture") },
	{ "before",   PARAM_ID, .optional = "" },
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"),
	{ 0 }
};

static const char *url_of(struct req *r, const char *behind)
{
	return mem_printf(r->mem, "%s/admin/catalog/categories/%s%s", r->prefix, path_text(r, "id"), behind);
}

/* Those of this page; the one it has by itself where they have not got it. */
static void add_pictures(struct req *r, struct view *v, struct rows *library, const struct row_category_one *c)
{
	const char *chosen = form_typed(r, "picture", c->media == NULL ? "" : c->media);
	bool found = *chosen == '\0';

	for (size_t i = 0; i < rows_count(library) && i < PICTURES_ON_A_PAGE; i++) {
		const struct row_category_library *m = row_category_library_at(library, i);
		struct view *item = view_item(v, "pictures");
		bool selected = strcmp(chosen, m->media) == 0;

		view_text(item, "media", m->media);
		view_text(item, "image", mem_concat(r->mem, "/media/", m->name));
		view_text(item, "label", *m->file_name == '\0' ? m->media : m->file_name);
		view_bool(item, "selected", selected);
		found |= selected;
	}
	if (!found && c->media != NULL && strcmp(chosen, c->media) == 0) {
		struct view *kept = view_sub(v, "kept");

		view_text(kept, "media", c->media);
		view_text(kept, "image", mem_concat(r->mem, "/media/", c->image));
	}
	view_bool(v, "without", *chosen == '\0');
	view_bool(v, "has_pictures", rows_count(library) > 0);
}

static void add_languages(struct req *r, struct view *v, struct rows *texts)
{
	for (size_t i = 0; i < rows_count(texts) && i < LANGUAGES_MAX; i++) {
		const struct row_category_texts *t = row_category_texts_at(texts, i);
		struct view *item;

		/* Words stand where the category has a name. */
		if (t->name == NULL)
			continue;
		item = view_item(v, "languages_of");
		view_text(item, "n", mem_printf(r->mem, "%zu", i));
		view_text(item, "locale", t->locale);
		view_text(item, "language", locale_own_name(locale_get(t->locale)));
		view_text(item, "alt", form_typed(r, form_numbered(r, "alt", i), t->alt));
		view_text(item, "alt_error", form_error(r, form_numbered(r, "alt", i)));
	}
}

void picture_show(struct req *r)
{
	const char *id = path_text(r, "id"), *before = param_id(r, "before");
	struct rows *found, *texts, *library;
	const struct row_category_one *c;
	struct view *v;
	size_t n;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_category_one(r->db, console_store(r), id, r->language);
	texts = q_category_texts(r->db, console_store(r), id);
	library = q_category_library(r->db, before == NULL ? 0 : CATEGORY_LIBRARY_OLDER, before == NULL ? r->id : before, PICTURES_ON_A_PAGE + 1);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (r->method == GET)
		page_asked(r);
	c = row_category_one(found);
	n = rows_count(library);
	v = console_view(r, "admin-catalog/picture", N_("Choose a picture"));
	view_text(v, "name", c->name);
	view_text(v, "category_url", url_of(r, ""));
	view_text(v, "picture_url", url_of(r, "/picture"));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)c->revision));
	view_text(v, "before", before);
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	add_pictures(r, v, library, c);
	add_languages(r, v, texts);
	view_text(v, "first_url", before == NULL ? NULL : url_of(r, "/picture"));
	view_text(v, "next_url", n <= PICTURES_ON_A_PAGE ? NULL : mem_printf(r->mem, "%s?before=%s", url_of(r, "/picture"),
		  row_category_library_at(library, PICTURES_ON_A_PAGE - 1)->media));
	page_html(r, v);
}

void picture_change(struct req *r)
{
	const char *locale[LANGUAGES_MAX], *alt[LANGUAGES_MAX], *outcome;
	size_t n = 0;

	if (console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *typed = param_text(r, form_numbered(r, "alt", i));

		locale[n] = param_text(r, form_numbered(r, "locale", i));
		if (locale[n] != NULL)
			alt[n++] = typed == NULL ? "" : typed;
	}
	outcome = row_category_picture_save(q_category_picture_save(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"),
		param_int(r, "revision"), param_id(r, "picture"), locale, n, alt, n))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The picture is saved."));
		page_redirect(r, url_of(r, ""));
	} else if (strcmp(outcome, "picture") == 0) {
		page_decline(r, picture_show, "picture", N_("This picture is not there any more. Please choose another."));
	} else if (strcmp(outcome, "changed") == 0) {
		page_decline(r, picture_show, NULL, N_("Somebody else has changed this category meanwhile. What you typed is still here. Look at it in another window, then save again to keep yours."));
	} else {
		page_not_found(r);
	}
}
