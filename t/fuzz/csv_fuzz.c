/* Any bytes: the reader ends, lines never go back, fields are UTF-8, and a record that is
   written again reads back as it was. */
/* fuzz: lib/base/csv.c lib/base/utf8.c lib/base/buf.c lib/base/mem.c lib/base/log.c lib/base/clock.c */
#include "base/csv.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The fields under a header "c0,c1,...", so that the count is right. */
static void again(const void *ctx, const struct csv *c)
{
	const char *fields[CSV_COLUMNS_MAX], *names[CSV_COLUMNS_MAX], *error;
	size_t n = csv_columns(c);
	struct buf *b = buf_new(ctx);
	struct csv *copy;

	for (size_t i = 0; i < n; i++) {
		fields[i] = csv_field(c, i);
		names[i] = mem_printf(ctx, "c%zu", i);
		if (!utf8_valid(fields[i], strlen(fields[i])))
			BUG("a field that is not UTF-8");
	}
	csv_put(b, names, n, false);
	csv_put(b, fields, n, false);
	copy = csv_open_text(ctx, b->data, b->len, &error);
	if (copy == NULL || csv_next(copy) != CSV_RECORD)
		BUG("a record that was written cannot be read");
	for (size_t i = 0; i < n; i++)
		if (strcmp(csv_field(copy, i), fields[i]) != 0)
			BUG("field %zu reads back as another", i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	const char *error = NULL;
	struct csv *c = csv_open_text(ctx, (const char *)data, n, &error);
	enum csv_result result;
	int64_t line = 0;

	if (c == NULL && (error == NULL || error[strlen(error) - 1] != '.'))
		BUG("refused without a sentence");
	while (c != NULL && (result = csv_next(c)) != CSV_END) {
		void *record = mem_context(ctx, "record");

		if (csv_line(c) < line)
			BUG("line %lld after line %lld", (long long)csv_line(c), (long long)line);
		line = csv_line(c);
		if (result == CSV_RECORD)
			again(record, c);
		mem_free(record);
	}
	mem_free(ctx);
	return 0;
}
