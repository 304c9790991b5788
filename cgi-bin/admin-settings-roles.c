/* Roles: bundles of permissions under a name. */
#include "admin-settings.h"

#include "base/id.h"
#include "base/mem.h"

#include <string.h>

/* Every permission there is (staff.permission), with its words; by area, as a table shows them. */
static const struct { const char *permission, *area, *label; } permissions[] = {
	{ "home.view", N_("Home"), N_("See the day at a glance") },
	{ "catalog.view", N_("Catalogue"), N_("See products") },
	{ "catalog.edit", N_("Catalogue"), N_("Change products") },
	{ "catalog.price", N_("Catalogue"), N_("Change prices") },
	{ "catalog.cost", N_("Catalogue"), N_("See and set what goods cost") },
	{ "catalog.import", N_("Catalogue"), N_("Import files") },
	{ "catalog.export", N_("Catalogue"), N_("Export files") },
	{ "inventory.view", N_("Inventory"), N_("See stock") },
	{ "inventory.adjust", N_("Inventory"), N_("Correct and move stock") },
	{ "inventory.purchase", N_("Inventory"), N_("Order from suppliers") },
	{ "inventory.inspect", N_("Inventory"), N_("Inspect what comes in") },
	{ "inventory.produce", N_("Inventory"), N_("Run production orders") },
	{ "orders.view", N_("Orders"), N_("See orders") },
	{ "orders.edit", N_("Orders"), N_("Change orders") },
	{ "orders.discount", N_("Orders"), N_("Take something off by hand") },
	{ "orders.fulfil", N_("Orders"), N_("Pick, pack and ship") },
	{ "orders.cancel", N_("Orders"), N_("Cancel orders") },
	{ "orders.returns", N_("Orders"), N_("Take returns") },
	{ "orders.pay", N_("Orders"), N_("Book money by hand") },
	{ "orders.refund", N_("Orders"), N_("Give money back") },
	{ "orders.export", N_("Orders"), N_("Export files") },
	{ "customers.view", N_("Customers"), N_("See customers") },
	{ "customers.edit", N_("Customers"), N_("Change customers") },
	{ "customers.groups", N_("Customers"), N_("Decide who pays which prices") },
	{ "customers.credit", N_("Customers"), N_("Decide who pays on invoice") },
	{ "customers.merge", N_("Customers"), N_("Join two accounts of a customer") },
	{ "customers.export", N_("Customers"), N_("Export personal data") },
	{ "customers.erase", N_("Customers"), N_("Erase personal data") },
	{ "settings.view", N_("Settings"), N_("See settings") },
	{ "settings.edit", N_("Settings"), N_("Change settings") },
	{ "staff.view", N_("Staff"), N_("See staff and roles") },
	{ "staff.manage", N_("Staff"), N_("Change staff and roles") },
	{ "audit.view", N_("Audit log"), N_("Search the audit log") },
	{ "status.view", N_("Status"), N_("See how the shop runs") },
	{ "status.mend", N_("Status"), N_("Try again what failed") },
};

const struct param role_params[] = {
	{ "name",       PARAM_TEXT, .max = 60, .label = N_("Name of the role") },
	{ "permission", PARAM_LIST, .of = PARAM_TEXT, .max = 50, .optional = "", .label = N_("Permissions") },
	{ "reason",     PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* What stands in the form when it comes back, else LIST. */
static bool ticked(struct req *r, const char *list, const char *permission)
{
	size_t n;
	const char *const *given;

	if (r->method == GET)
		return console_listed(list, permission);
	given = param_list(r, "permission", &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(given[i], permission) == 0)
			return true;
	return false;
}

/* The permissions by area; only those the person has himself can be ticked. */
static void add_permissions(struct req *r, struct view *v, const char *list)
{
	struct view *area = NULL;

	for (size_t i = 0; i < ARRAY_LEN(permissions); i++) {
		struct view *item;

		if (i == 0 || strcmp(permissions[i].area, permissions[i - 1].area) != 0) {
			area = view_item(v, "areas");
			view_text(area, "area", req_text(r, permissions[i].area));
		}
		item = view_item(area, "permissions");
		view_text(item, "permission", permissions[i].permission);
		view_text(item, "label", req_text(r, permissions[i].label));
		view_bool(item, "ticked", ticked(r, list, permissions[i].permission));
		view_bool(item, "locked", !console_may_everywhere(r, permissions[i].permission));
	}
}

void roles_show(struct req *r)
{
	struct view *v = console_view(r, "admin-settings/roles", N_("Roles"));
	struct rows *roles = q_staff_roles(r->db);

	for (size_t i = 0; i < rows_count(roles); i++) {
		const struct row_staff_roles *o = row_staff_roles_at(roles, i);
		struct view *item = view_item(v, "roles");

		view_text(item, "url", o->is_owner ? NULL : mem_printf(r->mem, "%s/admin/roles/%s", r->prefix, o->role));
		view_text(item, "name", o->is_owner ? req_text(r, N_("Owner")) : o->name);
		view_int(item, "people", o->people);
		view_bool(item, "all", o->is_owner);
		for (size_t k = 0; k < ARRAY_LEN(permissions); k++)
			if (!o->is_owner && console_listed(o->permissions, permissions[k].permission))
				view_text(view_item(item, "permissions"), "label", req_text(r, permissions[k].label));
	}
	view_bool(v, "may_manage", console_may_everywhere(r, "staff.manage"));
	page_html(r, v);
}

static void role_form(struct req *r, const char *title, const char *name, const char *list)
{
	struct view *v = console_view(r, "admin-settings/role", title);

	view_bool(v, "may_manage", console_may_everywhere(r, "staff.manage"));
	form_text(r, v, "name", name);
	add_permissions(r, v, list);
	page_html(r, v);
}

void role_new(struct req *r)
{
	role_form(r, N_("New role"), "", "");
}

static void save(struct req *r, const char *role, bool make, void (*form)(struct req *r))
{
	size_t n;
	const char *const *given = param_list(r, "permission", &n);
	const char *outcome;

	/* Only what there is: a hand-made request is refused whole. */
	for (size_t i = 0, k; i < n; i++) {
		for (k = 0; k < ARRAY_LEN(permissions) && strcmp(permissions[k].permission, given[i]) != 0; k++)
			;
		if (k == ARRAY_LEN(permissions)) {
			page_bad_request(r);
			return;
		}
	}
	outcome = row_staff_save_role(q_staff_save_role(r->db, r->site->tenant, console_actor(r), role, make, param_text(r, "name"), given, n,
							param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "gone") == 0) {
		page_not_found(r);
	} else if (strcmp(outcome, "ok") != 0) {
		page_decline(r, form, strcmp(outcome, "taken") == 0 ? "name" : NULL, settings_sentence(outcome));
	} else {
		page_flash(r, "ok", N_("The role is saved. It counts from the next request of each person on."));
		page_redirect(r, req_path(r, "/admin/roles"));
	}
}

void role_make(struct req *r)
{
	struct id id = id_new();

	save(r, mem_strdup(r->mem, id.text), true, role_new);
}

void role_edit(struct req *r)
{
	struct rows *roles = q_staff_roles(r->db);

	for (size_t i = 0; i < rows_count(roles); i++) {
		const struct row_staff_roles *o = row_staff_roles_at(roles, i);

		if (strcmp(o->role, path_text(r, "id")) == 0 && !o->is_owner) {
			role_form(r, N_("Change a role"), o->name, o->permissions);
			return;
		}
	}
	page_not_found(r);
}

void role_change(struct req *r)
{
	save(r, path_text(r, "id"), false, role_edit);
}
