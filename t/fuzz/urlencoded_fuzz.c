/* Any bytes as a form: what is taken is UTF-8 without NUL, and
   within the limits. */
/* fuzz: lib/web/form.c lib/base/mem.c lib/base/utf8.c lib/base/log.c lib/base/clock.c lib/base/buf.c */
#include "web/form.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "web/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	struct inputs *in = inputs_new(ctx);

	if (form_urlencoded(in, (const char *)data, n) == FORM_OK)
		for (size_t i = 0; i < in->n; i++)
			if (!utf8_valid(in->item[i].value, strlen(in->item[i].value)) || *in->item[i].name == '\0' ||
			    strlen(in->item[i].name) > LIMIT_NAME_BYTES)
				BUG("input %zu should have been refused", i);
	if (in->n > in->most)
		BUG("%zu inputs", in->n);
	mem_free(ctx);
	return 0;
}
