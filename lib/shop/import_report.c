#include "shop/import_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

void report_init(struct report *r, const void *ctx, const char *path)
{
	*r = (struct report){ .ctx = ctx, .path = path };
	report_keep(r, REPORT_MOST);
}

void report_keep(struct report *r, size_t most)
{
	mem_free(r->faults);
	r->faults = mem_array(r->ctx, struct report_fault, most);
	r->most = most;
}

static void add(struct report *r, bool warning, int64_t line, const char *column, const char *fmt, va_list args)
{
	int64_t *n = warning ? &r->warnings : &r->errors;

	*n += 1;
	if (r->kept == r->most)
		return;
	r->faults[r->kept++] = (struct report_fault){ .line = line, .column = mem_strdup(r->ctx, column),
		.message = mem_vprintf(r->ctx, fmt, args), .warning = warning };
}

void report_error(struct report *r, int64_t line, const char *column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(r, false, line, column, fmt, args);
	va_end(args);
}

void report_warn(struct report *r, int64_t line, const char *column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(r, true, line, column, fmt, args);
	va_end(args);
}

static int by_line(const void *a, const void *b)
{
	const struct report_fault *x = a, *y = b;

	return x->line != y->line ? (x->line > y->line) - (x->line < y->line) : strcmp(x->column, y->column);
}

void report_sort(struct report *r)
{
	qsort(r->faults, r->kept, sizeof(*r->faults), by_line);
}

const char *report_quote(const struct report *r, const char *text)
{
	struct buf *out = buf_new(r->ctx);
	size_t n = strlen(text), step;
	uint32_t c;

	buf_addc(out, '"');
	for (int shown = 0; n > 0; text += step, n -= step, shown++) {
		step = utf8_decode(text, n, &c);
		if (step == 0)
			break;
		if (shown == REPORT_QUOTE_MAX) {
			buf_adds(out, "...");
			break;
		}
		/* controls, and the marks that turn the reading direction */
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
		    || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff)
			buf_addc(out, '?');
		else
			buf_add(out, text, step);
	}
	buf_addc(out, '"');
	return out->data;
}

/* Levenshtein's distance, at most words of WORD_MAX bytes. */
#define WORD_MAX 40

static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t up = row[j], best = corner + (a[i - 1] != b[j - 1]);

			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			corner = up;
		}
	}
	return row[nb];
}

const char *report_nearest(const char *word, const char *const *names, size_t n)
{
	/* A third of the letters may be wrong, and never more than two. */
	size_t most = strlen(word) / 3 < 2 ? strlen(word) / 3 : 2;
	const char *best = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, names[i]);

		if (d <= most && (best == NULL || d < distance(word, best)))
			best = names[i];
	}
	return best;
}
