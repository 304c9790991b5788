/*
 * Promise: no template, however broken, makes the compiler or the renderer read
 * or write out of place, and every rendering ends.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/mustache.h"

#include <string.h>

struct row { const char *name; int64_t n; };

static const struct field row_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct row, name), FIELD_ALWAYS },
	{ "n", FIELD_INT, offsetof(struct row, n), FIELD_ALWAYS },
};
static const struct shape row_shape = { "row", sizeof(struct row), 2, row_fields };
static const struct row rows[] = { { "<a>", 1 }, { NULL, 2 } };

static struct view *data(const void *ctx)
{
	struct view *v = view_new(ctx), *item = view_item(v, "l");

	view_text(v, "a", "x\n&");
	view_text(v, "p", "p");
	view_int(v, "n", 3);
	view_bool(v, "t", true);
	view_text(view_sub(v, "s"), "a", "inner");
	view_text(item, "a", "first");
	view_item_text(v, "l", "second");
	view_described_list(v, "r", &row_shape, rows, 2);
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What stands before the first byte 1 is the partial "p", which the rest may name. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct render how = { .currency = "EUR" };
	void *ctx = mem_context(NULL, "fuzz");
	struct templates *set = templates_new(ctx, NULL, NULL);
	const char *source = mem_strndup(ctx, (const char *)bytes, n), *error = NULL;
	const char *cut = strchr(source, '\x01');
	const struct template *t;

	log_open("fuzz", LOG_LEVEL_FATAL);
	if (cut != NULL) {
		template_compile(set, "p", mem_strndup(ctx, source, (size_t)(cut - source)),
			&error);
		source = cut + 1;
	}
	t = template_compile(set, "q", source, &error);
	if ((t == NULL) != (error != NULL))
		BUG("a failure without a sentence, or the other way round");
	if (t != NULL)
		template_render(t, data(ctx), &how, buf_new(ctx));
	mem_free(ctx);
	return 0;
}
