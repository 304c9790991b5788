/* admin-customers -- people with an account: finding them, what is known of them, what may be done.
   Manual: sutler-admin-customers(8). */
#include "admin-customers.h"

#include "base/mem.h"

#include <string.h>

#define PEOPLE_ON_A_PAGE 50

static const char *const shows[] = { "newest", "name", "business", "consumer", NULL };

static const struct param list_params[] = {
	{ "q",      PARAM_TEXT, .max = 100, .optional = "", .fold = true },
	{ "tag",    PARAM_TEXT, .max = 32, .optional = "" },
	{ "show",   PARAM_CHOICE, .choices = shows, .optional = "" },
	{ "group",  PARAM_CODE, .optional = "" },
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

const char *people_scope(struct req *r, const char *permission)
{
	return console_may_everywhere(r, permission) ? NULL : console_store(r);
}

void people_settle(struct req *r, const char *outcome, const struct hindrance *all, size_t n, void (*form)(struct req *r),
		   const char *path, const char *done)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].outcome, outcome) == 0) {
			page_decline(r, form, all[i].field, all[i].sentence);
			return;
		}
	if (strcmp(outcome, "ok") != 0) {
		page_not_found(r);
		return;
	}
	page_flash(r, "ok", done);
	page_redirect(r, req_path(r, path));
}

/* All of them give the same columns. */
_Static_assert(sizeof(struct row_people_newest) == sizeof(struct row_people_search), "a row of the search is a row of the list");
_Static_assert(sizeof(struct row_people_newest) == sizeof(struct row_people_tagged), "so is one with a tag");
_Static_assert(sizeof(struct row_people_newest) == sizeof(struct row_people_grouped), "and one of a group");
_Static_assert(sizeof(struct row_people_newest) == sizeof(struct row_people_by_name), "and one by name");
_Static_assert(sizeof(struct row_people_newest) == sizeof(struct row_people_of_type), "and one of a kind");

struct list {
	struct rows *rows;
	const struct row_people_newest *(*at)(struct rows *rows, size_t i);
};

static const struct row_people_newest *by_name_at(struct rows *rows, size_t i) { return (const void *)row_people_by_name_at(rows, i); }
static const struct row_people_newest *of_type_at(struct rows *rows, size_t i) { return (const void *)row_people_of_type_at(rows, i); }
static const struct row_people_newest *tagged_at(struct rows *rows, size_t i) { return (const void *)row_people_tagged_at(rows, i); }
static const struct row_people_newest *grouped_at(struct rows *rows, size_t i) { return (const void *)row_people_grouped_at(rows, i); }
static const struct row_people_newest *search_at(struct rows *rows, size_t i) { return (const void *)row_people_search_at(rows, i); }
static const struct row_people_newest *newest_at(struct rows *rows, size_t i) { return row_people_newest_at(rows, i); }

static const char *given(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

/* What is typed wins over a tag, a tag over a group, a group over an order of the whole list. */
static struct list ask(struct req *r)
{
	const char *scope = people_scope(r, "customers.view"), *before = param_id(r, "before"), *q = given(r, "q"), *tag = given(r, "tag"), *show = given(r, "show");
	const char *group = given(r, "group");
	const char *from = before == NULL ? r->id : before;
	unsigned in_store = scope != NULL, later = before != NULL;

	if (*q != '\0')
		return (struct list){ q_people_search(r->db, in_store * PEOPLE_SEARCH_IN_STORE | later * PEOPLE_SEARCH_LATER, q, scope, from,
						      PEOPLE_ON_A_PAGE + 1), search_at };
	if (*tag != '\0')
		return (struct list){ q_people_tagged(r->db, in_store * PEOPLE_TAGGED_IN_STORE | later * PEOPLE_TAGGED_LATER, tag, scope, from,
						      PEOPLE_ON_A_PAGE + 1), tagged_at };
	if (*group != '\0')
		return (struct list){ q_people_grouped(r->db, in_store * PEOPLE_GROUPED_IN_STORE | later * PEOPLE_GROUPED_LATER, group, scope, from,
						       PEOPLE_ON_A_PAGE + 1), grouped_at };
	if (strcmp(show, "name") == 0)
		return (struct list){ q_people_by_name(r->db, in_store * PEOPLE_BY_NAME_IN_STORE | later * PEOPLE_BY_NAME_LATER, scope, from,
						       PEOPLE_ON_A_PAGE + 1), by_name_at };
	if (strcmp(show, "business") == 0 || strcmp(show, "consumer") == 0)
		return (struct list){ q_people_of_type(r->db, in_store * PEOPLE_OF_TYPE_IN_STORE | later * PEOPLE_OF_TYPE_LATER, show, scope, from,
						       PEOPLE_ON_A_PAGE + 1), of_type_at };
	return (struct list){ q_people_newest(r->db, in_store * PEOPLE_NEWEST_IN_STORE | later * PEOPLE_NEWEST_LATER, scope, from,
					      PEOPLE_ON_A_PAGE + 1), newest_at };
}

static void list_show(struct req *r)
{
	static const struct form_option orders[] = {
		{ "newest", N_("All, newest first") }, { "name", N_("All, by name") },
		{ "business", N_("Businesses, newest first") }, { "consumer", N_("Private people, newest first") },
	};
	struct view *v = console_view(r, "admin-customers/list", N_("Customers"));
	struct rows *kept = console_searches(r, "/admin/customers");
	struct list l = ask(r);
	size_t n = rows_count(l.rows);
	const char *last = NULL;

	for (size_t i = 0; i < n && i < PEOPLE_ON_A_PAGE; i++) {
		const struct row_people_newest *p = l.at(l.rows, i);
		struct view *item = view_item(v, "people");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, p->customer));
		view_text(item, "name", *p->name != '\0' ? p->name : p->email);
		view_text(item, "email", p->email);
		view_text(item, "phone", p->phone);
		view_text(item, "company", p->company);
		view_bool(item, "business", strcmp(p->type, "business") == 0);
		view_time(item, "made", p->made);
		last = p->customer;
	}
	form_text(r, v, "q", given(r, "q"));
	form_text(r, v, "tag", given(r, "tag"));
	view_text(v, "group", *given(r, "group") == '\0' ? NULL : given(r, "group"));
	form_options(r, v, "orders", "show", orders, ARRAY_LEN(orders), given(r, "show"));
	view_bool(v, "has_people", n > 0);
	view_bool(v, "narrowed", *given(r, "q") != '\0' || *given(r, "tag") != '\0' || *given(r, "group") != '\0' || *given(r, "show") != '\0');
	view_bool(v, "of_store", people_scope(r, "customers.view") != NULL);
	view_text(v, "next_url", n <= PEOPLE_ON_A_PAGE ? NULL : console_search_url(r, "/admin/customers", "before", last));
	view_text(v, "first_url", param_id(r, "before") == NULL ? NULL : console_search_url(r, "/admin/customers", NULL, NULL));
	console_add_searches(r, v, "/admin/customers", kept);
	page_html(r, v);
}

#define CHANGE .form = person_show, .permission = "customers.edit", .csrf_token = true, .trips = 5

#define FIELDS(shown) .form = shown, .permission = "customers.edit", .csrf_token = true, .trips = 5
#define GROUPS .permission = "customers.groups", .csrf_token = true, .trips = 5

static const struct route routes[] = {
	{ GET,  "/admin/customers", list_show, .params = list_params, .permission = "customers.view", .trips = 3 },
	{ GET,  "/admin/customers/{id:id}", person_show, .permission = "customers.view", .trips = 3 },
	{ POST, "/admin/customers/{id:id}/edit", person_edit, .params = person_edit_params, CHANGE },
	{ POST, "/admin/customers/{id:id}/note", person_note, .params = person_note_params, CHANGE },
	{ POST, "/admin/customers/{id:id}/tag", person_tag, .params = person_tag_params, CHANGE },
	{ POST, "/admin/customers/{id:id}/group", person_group, .params = person_group_params, .form = person_show,
	  .permission = "customers.groups", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/customers/{id:id}/credit", person_credit, .params = credit_params, .form = person_show,
	  .permission = "customers.credit", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/customers/groups", groups_show, .permission = "customers.view", .trips = 3 },
	{ POST, "/admin/customers/groups", group_make, .params = group_make_params, .form = groups_show, GROUPS },
	{ GET,  "/admin/customers/groups/{code}", group_show, .permission = "customers.view", .trips = 3 },
	{ POST, "/admin/customers/groups/{code}", group_rename, .params = group_rename_params, .form = group_show, GROUPS },
	{ POST, "/admin/customers/groups/{code}/drop", group_drop, .params = group_drop_params, .form = group_show, GROUPS },
	{ POST, "/admin/customers/groups/{code}/credit", group_credit, .params = credit_params, .form = group_show,
	  .permission = "customers.credit", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/customers/{id:id}/fields", person_fields, .params = person_fields_params, CHANGE },
	{ GET,  "/admin/customers/fields", fields_show, .permission = "customers.view", .trips = 3 },
	{ POST, "/admin/customers/fields", field_make, .params = field_make_params, FIELDS(fields_show) },
	{ GET,  "/admin/customers/fields/{code}", field_show, .permission = "customers.view", .trips = 3 },
	{ POST, "/admin/customers/fields/{code}", field_change, .params = field_change_params, FIELDS(field_show) },
	{ POST, "/admin/customers/fields/{code}/drop", field_drop, .params = field_drop_params, FIELDS(field_show) },
	{ GET,  "/admin/customers/{id:id}/merge", merge_show, .params = merge_show_params, .permission = "customers.merge", .trips = 4 },
	{ POST, "/admin/customers/{id:id}/merge", merge, .params = merge_params, .form = merge_show,
	  .permission = "customers.merge", .csrf_token = true, .step_up = true, .trips = 5 },
	{ POST, "/admin/customers/{id:id}/export", person_export, .params = person_export_params, .form = person_show,
	  .permission = "customers.export", .csrf_token = true, .step_up = true, .trips = 5 },
	{ POST, "/admin/customers/{id:id}/erase", person_erase, .params = person_erase_params, .form = person_show,
	  .permission = "customers.erase", .csrf_token = true, .step_up = true, .trips = 5 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_customers = {
		.name = "admin-customers", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
	};

	return program_run(&admin_customers, argc, argv);
}
