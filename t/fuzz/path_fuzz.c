/* Any request target: the path that comes out has one reading: UTF-8, no control, no
   backslash, no empty or dot segment. */
/* fuzz: lib/web/form.c lib/base/mem.c lib/base/utf8.c lib/base/log.c lib/base/clock.c lib/base/buf.c */
#include "web/form.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	struct target t;

	if (form_target(ctx, mem_strndup(ctx, (const char *)data, n), &t) == FORM_OK) {
		size_t len = strlen(t.path);

		if (t.path[0] != '/' || strstr(t.path, "//") != NULL || strstr(t.path, "/../") != NULL ||
		    strstr(t.path, "/./") != NULL || strchr(t.path, '\\') != NULL || !utf8_valid(t.path, len))
			BUG("path taken");
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)t.path[i] < 0x20)
				BUG("control taken");
	}
	mem_free(ctx);
	return 0;
}
