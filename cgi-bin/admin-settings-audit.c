/* The audit log: who changed what, when and why. */
#include "admin-settings.h"

#include "base/id.h"
#include "base/mem.h"

#include <string.h>

#define ENTRIES_ON_A_PAGE 50

const struct param audit_params[] = {
	{ "by",     PARAM_TEXT, .max = 60, .optional = "" },
	{ "about",  PARAM_TEXT, .max = 100, .optional = "" },
	{ "until",  PARAM_DATE, .optional = "" },
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

static const char *given(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

static void add_entry(struct req *r, struct view *v, const struct row_staff_audit *e)
{
	struct view *item = view_item(v, "entries");

	view_time(item, "at", e->at);
	view_text(item, "who", e->who == NULL ? e->actor : e->who);
	view_text(item, "by_url", mem_printf(r->mem, "%s/admin/audit?by=%s", r->prefix, e->actor));
	view_text(item, "action", e->action);
	view_text(item, "target", e->target);
	view_text(item, "reason", *e->reason == '\0' ? NULL : e->reason);
	view_text(item, "detail", *e->detail == '\0' ? NULL : e->detail);
	view_bool(item, "sealed", e->sealed);
}

void audit_show(struct req *r)
{
	struct view *v = console_view(r, "admin-settings/audit", N_("Audit log"));
	const char *by = given(r, "by"), *about = given(r, "about"), *until = given(r, "until"), *before = param_id(r, "before");
	unsigned mask = (*by != '\0' ? STAFF_AUDIT_BY : 0) | (*about != '\0' ? STAFF_AUDIT_ABOUT : 0) |
			(*until != '\0' ? STAFF_AUDIT_UNTIL : 0) | (before != NULL ? STAFF_AUDIT_LATER : 0);
	struct rows *people = q_staff_people(r->db, r->site->tenant, ""), *kept = console_searches(r, "/admin/audit");
	struct rows *rows = q_staff_audit(r->db, mask, by, about, *until == '\0' ? "2000-01-01" : until,
					  before == NULL ? r->id : before, ENTRIES_ON_A_PAGE + 1);
	size_t n = rows_count(rows);

	for (size_t i = 0; i < n && i < ENTRIES_ON_A_PAGE; i++)
		add_entry(r, v, row_staff_audit_at(rows, i));
	for (size_t i = 0; i < rows_count(people); i++) {
		const struct row_staff_people *p = row_staff_people_at(people, i);
		struct view *item = view_item(v, "people");

		view_text(item, "value", p->staff);
		view_text(item, "label", *p->name != '\0' ? p->name : p->email);
		view_bool(item, "selected", strcmp(by, p->staff) == 0);
	}
	view_bool(v, "has_entries", n > 0);
	form_text(r, v, "about", about);
	form_text(r, v, "until", until);
	view_text(v, "next_url", n <= ENTRIES_ON_A_PAGE ? NULL :
		  console_search_url(r, "/admin/audit", "before", row_staff_audit_at(rows, ENTRIES_ON_A_PAGE - 1)->entry));
	console_add_searches(r, v, "/admin/audit", kept);
	page_html(r, v);
}
