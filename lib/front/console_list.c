/* Lists of the console: their search as an address, and searches that somebody keeps. */
#include "front/console.h"

#include <string.h>

#include "base/buf.h"
#include "db/query/console.h"
#include "web/form.h"
#include "web/page.h"

/* A place in a list, and what libraries add: no part of a search. */
static bool is_search(const struct input *in)
{
	static const char *const not[] = { "before", "after", "after_sku", "csrf", "reason" };

	for (size_t i = 0; i < ARRAY_LEN(not); i++)
		if (strcmp(in->name, not[i]) == 0)
			return false;
	return in->value[strspn(in->value, " ")] != '\0';
}

const char *console_search_query(struct req *r, const char *query)
{
	struct inputs *in = inputs_new(r->mem);
	struct buf *b = buf_new(r->mem);

	if (form_urlencoded(in, query, strlen(query)) != FORM_OK)
		return "";
	for (size_t i = 0; i < in->n; i++) {
		if (!is_search(&in->item[i]))
			continue;
		if (b->len > 0)
			buf_addc(b, '&');
		buf_url(b, in->item[i].name);
		buf_addc(b, '=');
		buf_url(b, in->item[i].value);
	}
	return b->len == 0 ? "" : b->data;
}

const char *console_search_url(struct req *r, const char *path, const char *name, const char *value)
{
	const char *query = console_search_query(r, r->query);
	struct buf *b = buf_new(r->mem);

	buf_printf(b, "%s%s", r->prefix, path);
	if (*query != '\0')
		buf_printf(b, "?%s", query);
	if (name != NULL) {
		buf_printf(b, "%c%s=", *query == '\0' ? '?' : '&', name);
		buf_url(b, value);
	}
	return b->data;
}

struct rows *console_searches(struct req *r, const char *path)
{
	return q_console_searches(r->db, r->site->tenant, console_actor(r), path);
}

void console_add_searches(struct req *r, struct view *v, const char *path, struct rows *kept)
{
	const char *here = console_search_query(r, r->query);
	struct buf *manage = buf_new(r->mem);

	for (size_t i = 0; i < rows_count(kept); i++) {
		const struct row_console_searches *s = row_console_searches_at(kept, i);
		struct view *item = view_item(v, "searches");
		struct buf *url = buf_new(r->mem);

		buf_printf(url, "%s%s?%s", r->prefix, path, s->query);
		view_text(item, "name", s->name);
		view_text(item, "url", url->data);
		view_bool(item, "current", strcmp(here, s->query) == 0);
	}
	buf_printf(manage, "%s/admin/searches?at=", r->prefix);
	buf_url(manage, path);
	if (*here != '\0') {
		buf_adds(manage, "&search=");
		buf_url(manage, here);
	}
	view_bool(v, "has_searches", rows_count(kept) > 0);
	view_bool(v, "searching", *here != '\0');
	view_text(v, "all_url", req_path(r, path));
	view_text(v, "searches_url", manage->data);
}
