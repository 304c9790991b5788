/* Searches of the console's lists that somebody keeps under a name: his own alone. */
#include "admin-home.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/query/console.h"

/* As long as the longest list's form can make it. */
#define SEARCH_MAX 1000

const struct param searches_params[] = {
	{ "at",     PARAM_TEXT, .max = 40 },
	{ "search", PARAM_TEXT, .max = SEARCH_MAX, .optional = "" },
	{ 0 }
};

const struct param keep_params[] = {
	{ "at",     PARAM_TEXT, .max = 40 },
	{ "search", PARAM_TEXT, .max = SEARCH_MAX },
	{ "name",   PARAM_TEXT, .max = 60, .label = N_("Name of this search") },
	{ 0 }
};

const struct param forget_params[] = {
	{ "at", PARAM_TEXT, .max = 40 },
	{ 0 }
};

/* PATH of a list and QUERY, which may be "". */
static const char *list_url(struct req *r, const char *path, const char *query)
{
	return mem_printf(r->mem, "%s%s%s%s", r->prefix, path, *query == '\0' ? "" : "?", query);
}

static const char *searched(struct req *r)
{
	const char *given = r->route->params == forget_params ? NULL : param_text(r, "search");

	return given == NULL ? "" : console_search_query(r, given);
}

void searches_show(struct req *r)
{
	const char *at = param_text(r, "at"), *search = searched(r);
	struct view *v;
	struct rows *kept;

	if (at == NULL || !console_place(r, at)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-home/searches", N_("Kept searches"));
	kept = console_searches(r, at);
	view_text(v, "at", at);
	view_text(v, "search", *search == '\0' ? NULL : search);
	view_text(v, "back_url", list_url(r, at, search));
	for (size_t i = 0; i < rows_count(kept); i++) {
		const struct row_console_searches *s = row_console_searches_at(kept, i);
		struct view *item = view_item(v, "searches");

		view_text(item, "id", s->search);
		view_text(item, "name", s->name);
		view_text(item, "url", list_url(r, at, s->query));
	}
	view_bool(v, "has_searches", rows_count(kept) > 0);
	page_html(r, v);
}

void search_keep(struct req *r)
{
	const char *at = param_text(r, "at"), *search = searched(r), *outcome;

	if (!console_place(r, at) || *search == '\0') {
		page_not_found(r);
		return;
	}
	outcome = row_admin_home_keep_search(q_admin_home_keep_search(r->db, r->site->tenant, console_actor(r), at, param_text(r, "name"), search))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		page_decline(r, searches_show, "name", N_("You keep 20 searches of this list already. Please forget one first."));
		return;
	}
	page_flash(r, "ok", N_("The search is kept."));
	page_redirect(r, list_url(r, at, search));
}

void search_forget(struct req *r)
{
	const char *at = param_text(r, "at");
	struct buf *back = buf_new(r->mem);

	if (!console_place(r, at) ||
	    !row_admin_home_drop_search(q_admin_home_drop_search(r->db, r->site->tenant, console_actor(r), path_text(r, "id")))->done) {
		page_not_found(r);
		return;
	}
	buf_printf(back, "%s/admin/searches?at=", r->prefix);
	buf_url(back, at);
	page_flash(r, "ok", N_("The search is forgotten."));
	page_redirect(r, back->data);
}
