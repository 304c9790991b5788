/* Any bytes: text_clean() agrees with utf8_valid(), its result is valid and clean already,
   and the number parsers stay within their bounds. */
/* fuzz: lib/base/utf8.c lib/base/mem.c lib/base/log.c lib/base/clock.c */
#include "base/utf8.h"

#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	char *text = mem_strndup(ctx, (const char *)data, n);
	int64_t v;

	for (enum text_kind kind = TEXT_LINE; kind <= TEXT_BLOCK; kind++) {
		char *clean = text_clean(ctx, (const char *)data, n, kind), *twice;

		if (clean == NULL)
			continue;
		if (!utf8_valid((const char *)data, n) || !utf8_valid(clean, strlen(clean)))
			BUG("text that is not UTF-8 was taken");
		twice = text_clean(ctx, clean, strlen(clean), kind);
		if (twice == NULL || strcmp(clean, twice) != 0)
			BUG("clean text is not clean");
	}
	if (parse_int(text, -5, 999, &v) && (v < -5 || v > 999))
		BUG("an integer out of bounds");
	if (parse_money(text, 2, &v) && v < 0)
		BUG("negative money");
	mem_free(ctx);
	return 0;
}
