/*
 * Promise: every template below tmpl compiles, with all it names, in English and
 * in each language that has a catalogue, and an empty page of it renders.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/mustache.h"

#include <ftw.h>
#include <string.h>

#include "tap.h"

static const char *const languages[] = { "en", "es", "id" };
static const char ending[] = ".mustache";
static const char top[] = SRCDIR "/tmpl";

static void *ctx;
static struct templates *sets[ARRAY_LEN(languages)];

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);
	struct buf *out = buf_new(ctx);
	const char *name;

	(void)st;
	(void)ftw;
	if (type != FTW_F || n <= sizeof(ending) - 1 ||
	    strcmp(path + n - (sizeof(ending) - 1), ending) != 0)
		return 0;
	name = mem_strndup(ctx, path + sizeof(top), n - sizeof(top) - (sizeof(ending) - 1));
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		const char *error = NULL;
		const struct template *t = template_get(sets[i], name, &error);

		if (!tap_ok(t != NULL, "%s in %s", name, languages[i]))
			tap_note("%s", error);
		else
			template_render(t, view_new(ctx), NULL, out);
	}
	return 0;
}

int main(void)
{
	ctx = mem_context(NULL, "test");
	log_open("template_files_test", LOG_LEVEL_WARN);
	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		sets[i] = templates_new(ctx, top, text_open(ctx, BUILDDIR "/po", languages[i]));
	tap_ok(nftw(top, visit, 16, FTW_PHYS) == 0, "the tree is walked");
	mem_free(ctx);
	return tap_done();
}
