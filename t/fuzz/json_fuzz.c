/* Any bytes: json_read() refuses them with a sentence, or gives a tree within the limits
   whose texts are UTF-8 without a zero byte. */
/* fuzz: lib/base/json.c lib/base/utf8.c lib/base/mem.c lib/base/log.c lib/base/clock.c */
#include "base/json.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void visit(struct json_object *v, int depth)
{
	static const char *const names[] = { "a", "qty", NULL };
	const char *text = json_text(v);
	int64_t i;
	bool yes;

	if (depth > JSON_DEPTH_MAX)
		BUG("a tree deeper than the limit");
	if (text != NULL && !utf8_valid(text, strlen(text)))
		BUG("a text that is not UTF-8");
	json_int(v, INT64_MIN, INT64_MAX, &i);
	json_money(v, 2, &i);
	json_flag(v, &yes);
	json_unknown(v, names);
	for (size_t k = 0; k < json_count(v); k++)
		visit(json_item(v, k), depth + 1);
	for (const char *const *name = names; *name != NULL; name++)
		if (json_member(v, *name) != NULL)
			visit(json_member(v, *name), depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	const char *error = NULL;
	struct json_object *top = json_read(ctx, (const char *)data, n, &error);

	if (top == NULL && (error == NULL || error[strlen(error) - 1] != '.'))
		BUG("refused without a sentence");
	if (top != NULL)
		visit(top, 1);
	mem_free(ctx);
	return 0;
}
