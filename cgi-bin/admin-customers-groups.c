/* Price groups: what there is of them, one of them, and who is in one. */
#include "admin-customers.h"

#include "base/mem.h"

#include <string.h>

/* Counting goes no further: beyond it a group is simply large. */
#define COUNTED_MOST 100

const struct param group_make_params[] = {
	{ "code", PARAM_CODE, .label = N_("Code") },
	{ "name", PARAM_TEXT, .max = 60, .label = N_("Name") },
	{ 0 }
};
const struct param group_rename_params[] = { { "name", PARAM_TEXT, .max = 60, .label = N_("Name") }, { 0 } };
const struct param group_drop_params[] = { { "reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };
const struct param person_group_params[] = {
	{ "price_group",  PARAM_CODE, .optional = "", .label = N_("Price group") },
	{ "group_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const char *counted(struct req *r, int64_t n)
{
	return mem_printf(r->mem, n > COUNTED_MOST ? "%d+" : "%d", (int)(n > COUNTED_MOST ? COUNTED_MOST : n));
}

/* A group belongs to no store. */
static bool may_change(struct req *r)
{
	if (console_may_everywhere(r, "customers.groups"))
		return true;
	page_forbidden(r, N_("Your role must hold this in all stores: price groups belong to the whole merchant."));
	return false;
}

void groups_show(struct req *r)
{
	struct rows *groups = q_people_groups(r->db, COUNTED_MOST + 1);
	struct view *v = console_view(r, "admin-customers/groups", N_("Price groups"));

	for (size_t i = 0; i < rows_count(groups); i++) {
		const struct row_people_groups *g = row_people_groups_at(groups, i);
		struct view *item = view_item(v, "groups");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/customers/groups/%s", r->prefix, g->code));
		view_text(item, "people_url", mem_printf(r->mem, "%s/admin/customers?group=%s", r->prefix, g->code));
		view_text(item, "code", g->code);
		view_text(item, "name", g->name);
		view_text(item, "members", counted(r, g->members));
		view_text(item, "prices", counted(r, g->prices));
	}
	view_bool(v, "has_groups", rows_count(groups) > 0);
	view_bool(v, "may_change", console_may_everywhere(r, "customers.groups"));
	form_text(r, v, "code", "");
	form_text(r, v, "name", "");
	page_html(r, v);
}

void group_show(struct req *r)
{
	struct rows *found = q_people_group(r->db, path_text(r, "code")), *credits = group_credits(r, path_text(r, "code"));
	const struct row_people_group *g = row_people_group(found);
	struct view *v;

	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-customers/group", g->name);
	view_text(v, "code", g->code);
	view_text(v, "url", mem_printf(r->mem, "%s/admin/customers/groups/%s", r->prefix, g->code));
	view_bool(v, "may_change", console_may_everywhere(r, "customers.groups"));
	form_text(r, v, "name", g->name);
	form_text(r, v, "reason", "");
	group_add_credits(r, v, g->code, credits);
	page_html(r, v);
}

/* What the database answers but "ok" and "gone". */
static const struct hindrance hindrances[] = {
	{ "code", "code", N_("Another group has this code. Please choose another one.") },
	{ "name", "name", N_("Another group has this name. Please choose another one.") },
	{ "members", "reason", N_("Customers are still in this group. Please put them into another one first.") },
	{ "ways", "reason", N_("A way of payment is offered to this group. Please take the group away there first.") },
	{ "prices", "reason", N_("Products still have prices for this group. Please take those away first.") },
};

static void settle(struct req *r, const char *outcome, void (*form)(struct req *r), const char *done)
{
	people_settle(r, outcome, hindrances, ARRAY_LEN(hindrances), form, "/admin/customers/groups", done);
}

static void save(struct req *r, bool fresh, const char *code, void (*form)(struct req *r), const char *done)
{
	if (may_change(r))
		settle(r, row_people_group_save(q_people_group_save(r->db, r->site->tenant, console_actor(r), fresh, code,
			param_text(r, "name")))->outcome, form, done);
}

void group_make(struct req *r)
{
	save(r, true, param_text(r, "code"), groups_show, N_("The group is made. Give it prices at the products, then put customers into it."));
}

void group_rename(struct req *r)
{
	save(r, false, path_text(r, "code"), group_show, N_("The group has its new name."));
}

void group_drop(struct req *r)
{
	if (may_change(r))
		settle(r, row_people_group_drop(q_people_group_drop(r->db, r->site->tenant, console_actor(r), path_text(r, "code"),
			param_text(r, "reason")))->outcome, group_show, N_("The group is gone."));
}

/* ---- of a customer ------------------------------------------------------------------- */

struct rows *person_groups(struct req *r)
{
	return q_people_groups(r->db, 1);
}

void person_add_groups(struct req *r, struct view *v, struct rows *groups, const char *current)
{
	size_t n = rows_count(groups);
	struct form_option *options = mem_array(r->mem, struct form_option, n + 1);

	options[0] = (struct form_option){ "", N_("None: prices of everybody") };
	for (size_t i = 0; i < n; i++) {
		const struct row_people_groups *g = row_people_groups_at(groups, i);

		options[i + 1] = (struct form_option){ g->code, g->name };
		if (strcmp(g->code, current) == 0)
			view_text(v, "group_name", g->name);
	}
	form_options(r, v, "groups", "price_group", options, n + 1, current);
	form_text(r, v, "group_reason", "");
	view_bool(v, "has_groups", n > 0);
}

void person_group(struct req *r)
{
	const char *code = param_text(r, "price_group");
	const char *outcome = row_people_group_set(q_people_group_set(r->db, r->site->tenant, console_actor(r), people_scope(r, "customers.groups"),
		path_text(r, "id"), code == NULL ? "" : code, param_text(r, "group_reason")))->outcome;

	if (strcmp(outcome, "no_group") == 0)
		page_decline(r, person_show, "price_group", N_("This group is gone. Please choose another one."));
	else
		person_settle(r, outcome, "price_group", N_("The price group is saved. It counts from the customer's next page on."));
}
