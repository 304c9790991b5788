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
	static const struct { const char *group, *name, *before, *behind, *label; } pages[] = {
		{ N_("Product"), "", "/admin/catalog/", "", N_("Product") },
		{ N_("Product"), "variants", "/admin/catalog/", "/variants", N_("Variants") },
		{ N_("Product"), "media", "/admin/media/", "", N_("Pictures") },
		{ N_("Product"), "downloads", "/admin/media/", "/downloads", N_("Downloads") },
		{ N_("Selling"), "prices", "/admin/catalog/", "/prices", N_("Prices") },
		{ N_("Selling"), "markup", "/admin/catalog/", "/markup", N_("Price rule") },
		{ N_("Selling"), "special", "/admin/catalog/", "/special", N_("Special prices") },
		{ N_("Selling"), "listing", "/admin/catalog/", "/listing", N_("In this store") },
		{ N_("Selling"), "related", "/admin/catalog/", "/related", N_("Related products") },
	};
	struct console_tab *tabs = mem_array(r->mem, struct console_tab, ARRAY_LEN(pages));
	const char *path = "";

	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		tabs[i] = (struct console_tab){ .group = pages[i].group, .label = pages[i].label,
			.path = mem_printf(r->mem, "%s%s%s", pages[i].before, product, pages[i].behind) };
		if (here != NULL && strcmp(pages[i].name, here) == 0)
			path = tabs[i].path;
	}
	console_tabs(r, v, tabs, ARRAY_LEN(pages), path);
}
