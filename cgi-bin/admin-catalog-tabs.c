/* Pages of one product, whichever program shows them. */
#include "admin-catalog-tabs.h"

#include <string.h>

#include "base/mem.h"

bool catalog_may(struct req *r, const char *permission)
{
	if (console_may_everywhere(r, permission))
		return true;
	page_forbidden(r, N_("Products belong to all stores: a role in one of them is not enough for this."));
	return false;
}

void catalog_tabs(struct req *r, struct view *v, const char *product, const char *here)
{
	static const struct { const char *name, *before, *behind, *label; } tabs[] = {
		{ "", "/admin/catalog/", "", N_("Product") },
		{ "variants", "/admin/catalog/", "/variants", N_("Variants") },
		{ "prices", "/admin/catalog/", "/prices", N_("Prices") },
		{ "special", "/admin/catalog/", "/special", N_("Special prices") },
		{ "listing", "/admin/catalog/", "/listing", N_("In this store") },
		{ "related", "/admin/catalog/", "/related", N_("Related products") },
		{ "media", "/admin/media/", "", N_("Pictures") },
		{ "downloads", "/admin/media/", "/downloads", N_("Downloads") },
	};

	for (size_t i = 0; i < ARRAY_LEN(tabs); i++) {
		struct view *item = view_item(v, "tabs");

		view_text(item, "url", mem_printf(r->mem, "%s%s%s%s", r->prefix, tabs[i].before, product, tabs[i].behind));
		view_text(item, "label", req_text(r, tabs[i].label));
		view_bool(item, "current", here != NULL && strcmp(tabs[i].name, here) == 0);
	}
}
