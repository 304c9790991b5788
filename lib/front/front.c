#include "front/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/mem.h"

const struct store *front_store(const struct req *r)
{
	return r->site->store_data;
}

const unsigned char *front_cart(const struct req *r)
{
	const struct front *f = r->front;

	return f->has_cart ? f->cart_sha256 : NULL;
}

void front_title(struct req *r, struct view *v, const char *title, const char *description)
{
	view_text(v, "page_title", title == NULL || title[0] == '\0' ? r->site->name :
		  mem_concat(r->mem, title, " · ", r->site->name));
	view_text(v, "page_description", description == NULL || description[0] == '\0' ? NULL : description);
}

void front_noindex(struct req *r)
{
	struct front *f = r->front;

	f->noindex = true;
}

void front_path_in(struct req *r, const char *language, const char *path)
{
	struct front *f = r->front;

	if (f->npaths == FRAME_LANGUAGES)
		return;
	f->path[f->npaths].language = language;
	f->path[f->npaths++].path = path;
}

void front_own_paths(struct req *r)
{
	struct front *f = r->front;

	f->own_paths = true;
}

void front_canonical(struct req *r, const char *path)
{
	struct front *f = r->front;

	f->canonical = path;
}

void front_crumb(struct view *v, const char *name, const char *url)
{
	struct view *item = view_item(v, "breadcrumbs");

	view_bool(v, "has_breadcrumbs", true);
	view_text(item, "name", name);
	view_text(item, "url", url);
	view_bool(item, "here", url == NULL);
}

const char *url_to(const struct req *r, const char *a, const char *b)
{
	struct buf *out = buf_new(r->mem);

	buf_adds(out, r->prefix);
	buf_adds(out, a);
	buf_url(out, b);
	return out->data;
}

const char *url_media(const void *ctx, const char *name)
{
	return name == NULL || name[0] == '\0' ? NULL : mem_concat(ctx, "/media/", name);
}

/* The files whose change must reach browsers that keep them for ever. */
static const char *const versioned[] = { "css/shop.css", "js/shop.js", "css/admin.css", "js/admin.js", "icons/icons.svg" };

const char *front_assets_version(void)
{
	static char version[17];
	unsigned char sum[ARRAY_LEN(versioned)][SHA256_LEN] = { { 0 } };
	char hex[SHA256_HEX];

	if (version[0] != '\0')
		return version;
	for (size_t i = 0; i < ARRAY_LEN(versioned); i++) {
		void *ctx = mem_context(NULL, "asset");
		FILE *file = fopen(mem_printf(ctx, "%s/%s", config_text("paths.htdocs"), versioned[i]), "rb");
		struct buf *text = buf_new(ctx);
		size_t n;

		while (file != NULL && (n = fread(buf_room(text, 8192), 1, 8192, file)) > 0)
			buf_grew(text, n);
		if (file != NULL)
			fclose(file);
		sha256(text->data, text->len, sum[i]);
		mem_free(ctx);
	}
	sha256_hex(sum, sizeof(sum), hex);
	memcpy(version, hex, sizeof(version) - 1);
	return version;
}

const char *front_theme(const void *ctx, const struct store *s)
{
	return mem_concat(ctx, "/theme/", s->color_primary + 1, "-", s->color_accent + 1, ".css");
}
