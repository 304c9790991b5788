/* The link that shows a product to somebody without an account of staff, before the store shows it to everybody. */
#include "admin-catalog.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <string.h>

/* TOKEN: of the link that was just made, which is shown this once; or NULL.  NULL after an answer. */
static struct view *preview_view(struct req *r, const char *token)
{
	const char *id = path_text(r, "id");
	struct rows *product = q_admin_product(r->db, id, console_store(r), r->language), *link = q_admin_preview(r->db, console_store(r), id);
	const struct row_admin_preview *l = row_admin_preview(link);
	struct view *v;

	if (!rows_found(product)) {
		page_not_found(r);
		return NULL;
	}
	v = console_view(r, "admin-catalog/preview", row_admin_product(product)->name);
	catalog_tabs(r, v, id, NULL);
	view_text(v, "preview_url", mem_printf(r->mem, "%s/admin/catalog/%s/preview", r->prefix, id));
	view_text(v, "shop_url", row_admin_product(product)->shop_url);
	view_bool(v, "has_link", l->has);
	if (l->has)
		view_time(v, "until", l->expires);
	view_int(v, "hours", l->hours);
	view_text(v, "link", token == NULL ? NULL : mem_printf(r->mem, "%s/p/preview/%s", l->origin, token));
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	return v;
}

void preview_show(struct req *r)
{
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	v = preview_view(r, NULL);
	if (v != NULL)
		page_html(r, v);
}

/* Only the hash is kept: the page that answers is the one that can show the link. */
void preview_make(struct req *r)
{
	struct token token = token_new();
	unsigned char hash[SHA256_LEN];
	struct view *v;

	sha256(token.text, TOKEN_LEN, hash);
	if (strcmp(row_admin_preview_make(q_admin_preview_make(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"), hash,
							       SHA256_LEN))->outcome, "ok") != 0) {
		page_not_found(r);
		return;
	}
	v = preview_view(r, mem_strdup(r->mem, token.text));
	if (v != NULL)
		page_html(r, v);
}

void preview_end(struct req *r)
{
	if (!row_admin_preview_end(q_admin_preview_end(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id")))->known) {
		page_not_found(r);
		return;
	}
	page_flash(r, "ok", N_("No link of a preview counts any more."));
	page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/%s/preview", r->prefix, path_text(r, "id")));
}
