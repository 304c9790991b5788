/* Any bytes as a multipart body: whole or in pieces it is the same form or refused the same
   way, and what is taken is within the limits. */
/* fuzz: lib/web/multipart.c lib/web/form.c lib/base/mem.c lib/base/utf8.c lib/base/log.c lib/base/clock.c lib/base/buf.c */
#include "web/multipart.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum form_result parse(struct inputs *in, const char *s, size_t n, size_t piece)
{
	static const struct upload_limits limits = { .file_bytes = 64, .files = 2 };
	struct multipart *m = multipart_new(in, "b", in, &limits, "/tmp");
	enum form_result r = FORM_OK;

	for (size_t i = 0; r == FORM_OK && i < n; i += piece)
		r = multipart_feed(m, s + i, n - i < piece ? n - i : piece);
	return r == FORM_OK ? multipart_end(m) : r;
}

/* The first byte says how long the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct inputs *whole, *pieces;
	enum form_result r;
	void *ctx;

	if (n == 0)
		return 0;
	ctx = mem_context(NULL, "fuzz");
	whole = inputs_new(ctx);
	pieces = inputs_new(ctx);
	log_open("fuzz", LOG_LEVEL_FATAL);
	r = parse(whole, (const char *)data + 1, n - 1, n);
	if (r == FORM_OK && (parse(pieces, (const char *)data + 1, n - 1, 1u + data[0] % 37) != FORM_OK ||
			     whole->n != pieces->n))
		BUG("pieces read otherwise than the whole");
	for (size_t i = 0; r == FORM_OK && i < whole->n; i++) {
		const struct input *a = &whole->item[i], *b = &pieces->item[i];

		if (strcmp(a->name, b->name) != 0 || strcmp(a->value, b->value) != 0 ||
		    (a->file == NULL) != (b->file == NULL) || !utf8_valid(a->value, strlen(a->value)))
			BUG("input %zu", i);
		if (a->file != NULL && (a->file->size != b->file->size || a->file->size > 64 ||
					strpbrk(a->file->name, "/\\") != NULL))
			BUG("file %zu", i);
	}
	mem_free(ctx);
	return 0;
}
