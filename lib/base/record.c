#include "base/record.h"

#include <string.h>

#include "base/mem.h"

static size_t count(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, RECORD_END)) != NULL) {
		text++;
		n++;
	}
	return n;
}

struct records records_read(const void *ctx, const char *text, size_t nfields)
{
	struct records r = { .n = count(text), .nfields = nfields };
	char *at = r.n == 0 ? NULL : mem_strdup(ctx, text);

	if (r.n == 0)
		return r;
	r.field = mem_array(ctx, const char *, r.n * nfields);
	for (size_t i = 0; i < r.n; i++) {
		char *end = strchr(at, RECORD_END);

		*end = '\0';
		for (size_t f = 0; f < nfields; f++) {
			char *stop = strchr(at, FIELD_END);

			r.field[i * nfields + f] = stop == NULL ? "" : at;
			if (stop != NULL) {
				*stop = '\0';
				at = stop + 1;
			}
		}
		at = end + 1;
	}
	return r;
}

const char *const *record_at(const struct records *r, size_t i)
{
	if (i >= r->n)
		BUG("record %zu of %zu", i, r->n);
	return r->field + i * r->nfields;
}
