/* admin-catalog -- products at the desk of staff.  Manual: sutler-admin-catalog(8). */
#include "admin-catalog.h"

#include <inttypes.h>
#include <string.h>

#include "base/locale.h"
#include "base/mem.h"

bool catalog_may(struct req *r, const char *permission)
{
	if (console_may_everywhere(r, permission))
		return true;
	page_forbidden(r, N_("Products belong to all stores: a role in one of them is not enough for this."));
	return false;
}

const char *catalog_state_word(const char *state)
{
	return strcmp(state, "active") == 0 ? N_("For sale") : strcmp(state, "draft") == 0 ? N_("Draft") : N_("Archived");
}

const char *catalog_amount(struct req *r, int64_t minor)
{
	int exponent = currency_exponent(console_currency(r));
	int64_t unit = 1;

	for (int i = 0; i < exponent; i++)
		unit *= 10;
	return exponent == 0 ? mem_printf(r->mem, "%" PRId64, minor) :
	       mem_printf(r->mem, "%" PRId64 ".%0*" PRId64, minor / unit, exponent, minor % unit);
}

#define SEE .permission = "catalog.view", .trips = 3
#define EDIT .permission = "catalog.edit", .csrf_token = true, .trips = 6

static const struct route routes[] = {
	/* products */
	{ GET,  "/admin/catalog", product_list, .params = product_list_params, SEE },
	{ GET,  "/admin/catalog/new", product_new, .permission = "catalog.edit", .trips = 3 },
	{ POST, "/admin/catalog/new", product_make, .params = product_new_params, .form = product_new, EDIT },
	{ GET,  "/admin/catalog/{id:id}", product_show, SEE },
	{ POST, "/admin/catalog/{id:id}", product_change, .params = product_params, .form = product_show, EDIT },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_catalog = {
		.name = "admin-catalog", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
	};

	return program_run(&admin_catalog, argc, argv);
}
