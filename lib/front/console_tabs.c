/* The pages of an area, in groups. */
#include "front/console.h"

#include <string.h>

#include "base/mem.h"

#define ROW_MAX 6       /* tabs that stand side by side on a phone in at most three rows; more are parted into groups */

static bool seen(struct req *r, const struct console_tab *t)
{
	return t->permission == NULL || (t->everywhere ? console_may_everywhere(r, t->permission) : console_may(r, t->permission));
}

static void add(struct req *r, struct view *v, const char *list, const char *path, const char *label, bool current)
{
	struct view *item = view_item(v, list);

	view_text(item, "url", req_path(r, path));
	view_text(item, "label", req_text(r, label));
	view_bool(item, "current", current);
}

void console_tabs(struct req *r, struct view *v, const struct console_tab *tabs, size_t n, const char *here)
{
	const char *group = NULL, *last = NULL;
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		shown += seen(r, &tabs[i]);
		if (strcmp(tabs[i].path, here) == 0)
			group = tabs[i].group;
	}
	for (size_t i = 0; i < n; i++) {
		if (!seen(r, &tabs[i]))
			continue;
		/* A group leads to the first of its pages that one may see. */
		if (shown > ROW_MAX && (last == NULL || strcmp(last, tabs[i].group) != 0))
			add(r, v, "tab_groups", tabs[i].path, tabs[i].group, group != NULL && strcmp(group, tabs[i].group) == 0);
		last = tabs[i].group;
		if (shown <= ROW_MAX || (group != NULL && strcmp(group, tabs[i].group) == 0))
			add(r, v, "tabs", tabs[i].path, tabs[i].label, strcmp(tabs[i].path, here) == 0);
	}
	view_bool(v, "grouped", shown > ROW_MAX);
}
