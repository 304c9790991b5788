/*
 * Promise: no .mo file makes the reader look beyond its end, loop without bound
 * or hand out a text that is not terminated.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static size_t sink;

/* text_open() wants a file DIR/LANG.mo; it is written anew for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char dir[] = "/tmp/mo-fuzz-XXXXXX";
	static char path[64];
	void *ctx = mem_context(NULL, "fuzz");
	const struct text *t;
	FILE *f;

	if (path[0] == '\0') {
		log_open("fuzz", LOG_LEVEL_FATAL);
		if (mkdtemp(dir) == NULL)
			BUG("cannot make %s", dir);
		snprintf(path, sizeof(path), "%s/xx.mo", dir);
	}
	f = fopen(path, "w");
	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		BUG("cannot write %s", path);
	t = text_open(ctx, dir, "xx");
	sink += strlen(text_get(t, "Cart")) + strlen(text_get(t, "a"));
	for (uint64_t i = 0; i < 5; i++) {
		unsigned form = text_plural_form(t, i);
		const char *s = text_plural_get(t, "pair", "pairs", form);

		if (form >= text_plural_count(t))
			BUG("form %u of %u", form, text_plural_count(t));
		sink += s == NULL ? 0 : strlen(s);
		sink += strlen(text_plural(t, "a", "b", i));
	}
	mem_free(ctx);
	return 0;
}
