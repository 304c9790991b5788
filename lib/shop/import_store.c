#include "shop/import_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "shop/import_conf.h"
#include "shop/media.h"

void import_media(const void *ctx, struct stage *s, struct report *report, const struct import_pictures *pictures,
		  struct media *list, const int64_t *lines, const char *const *columns, size_t n)
{
	if (pictures->from == NULL || n == 0)
		return;
	media_store(pictures->from, pictures->to, list, n, pictures->workers);
	for (size_t i = 0; i < n; i++) {
		const struct media *m = &list[i];
		const char *values[] = { m->file, m->name, m->mime, mem_printf(ctx, "%lld", (long long)m->bytes),
			m->width > 0 ? mem_printf(ctx, "%d", m->width) : NULL, m->height > 0 ? mem_printf(ctx, "%d", m->height) : NULL };

		if (m->name[0] == '\0')
			report_error(report, lines[i], columns[i], "%s: %s", report_quote(report, m->file), m->why);
		else
			stage_put(s, "import_media", "file, name, mime, bytes, width, height", values, ARRAY_LEN(values));
	}
}

static bool is_picture(const struct conf_entry *e)
{
	return strcmp(e->key, "logo") == 0 || strcmp(e->key, "favicon") == 0 || strcmp(e->key, "image") == 0;
}

static void put_pictures(const void *ctx, struct stage *s, struct report *report, const struct conf *c,
			 const struct import_pictures *pictures)
{
	struct media *list = mem_array(ctx, struct media, c->n);
	int64_t *lines = mem_array(ctx, int64_t, c->n);
	const char **columns = mem_array(ctx, const char *, c->n);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct conf_entry *e = &c->entries[i];
		const char *kind = conf_value(c, e->section, e->name, "kind");

		if (!is_picture(e))
			continue;
		lines[n] = e->line;
		columns[n] = e->key;
		list[n++] = (struct media){ .file = e->value, .wide = kind != NULL && strcmp(kind, "hero") == 0 };
	}
	import_media(ctx, s, report, pictures, list, lines, columns, n);
}

int64_t import_store(const void *ctx, struct stage *s, struct report *report, const char *text, size_t n,
		     const struct import_pictures *pictures)
{
	struct conf *c = conf_read(ctx, text, n, report);

	stage_query(s, "SELECT tenancy.import_begin()", NULL, 0);
	for (size_t i = 0; i < c->n; i++) {
		const struct conf_entry *e = &c->entries[i];
		const char *values[] = { mem_printf(ctx, "%lld", (long long)e->line), e->section, e->name, e->key, e->suffix,
			mem_printf(ctx, "%d", e->position), e->value, e->more };

		stage_put(s, "import_conf", "line, section, name, key, suffix, position, value, more", values, ARRAY_LEN(values));
	}
	put_pictures(ctx, s, report, c, pictures);
	stage_flush(s);
	if (report->errors > 0)         /* the rest cannot be checked without them */
		return 0;
	n = (size_t)strtoll(stage_value(s, "SELECT tenancy.import_store()", NULL), NULL, 10);
	stage_faults(s);
	return (int64_t)n;
}
