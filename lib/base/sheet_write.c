#include "base/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/mem.h"
#include "base/utf8.h"

struct sheet_writer {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_row_t row;
	bool failed;
};

static void forget(void *p)
{
	struct sheet_writer *w = p;

	/* Closing is the one way to give a workbook's memory and its files back. */
	if (w->book != NULL)
		workbook_close(w->book);
}

struct sheet_writer *sheet_create(const void *ctx, const char *path, const char *name)
{
	struct sheet_writer *w = mem_new(ctx, struct sheet_writer);
	/* Rows go to a file as they come; texts stand in their cells, not in a shared table. */
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };

	mem_on_free(w, forget);
	w->book = workbook_new_opt(path, &options);
	w->sheet = w->book != NULL ? workbook_add_worksheet(w->book, name) : NULL;
	w->failed = w->sheet == NULL;
	if (!w->failed)
		worksheet_freeze_panes(w->sheet, 1, 0);
	return w;
}

static bool is_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	/* A leading zero is a code's, and past 15 digits Excel forgets the rest. */
	if (n == 0 || strlen(s) > 15 || (*s == '0' && n > 1))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(++s, "0123456789");
		s += n;
	}
	return *s == '\0' && n > 0;
}

/* What looks like the escape of a control (sheet.c, unescape()) gets its own: "_x0041_" stays that text. */
static const char *escaped(void *ctx, const char *text)
{
	struct buf *out;

	if (strstr(text, "_x") == NULL)
		return text;
	out = buf_new(ctx);
	for (; *text != '\0'; text++) {
		bool escape = strncmp(text, "_x", 2) == 0 && strspn(text + 2, "0123456789abcdefABCDEF") >= 4 && text[6] == '_';

		buf_adds(out, escape ? "_x005F_" : "");
		buf_addc(out, escape ? 'x' : *text);
		text += escape;
	}
	return out->data;
}

/* Cut where the format ends, between two letters. */
static const char *fitting(void *ctx, const char *whole)
{
	const char *text = escaped(ctx, whole);
	size_t n = strlen(text), at = 0, step;
	uint32_t c;

	if (n <= SHEET_CELL_MAX)
		return text;
	for (size_t i = 0; i < SHEET_CELL_MAX && (step = utf8_decode(text + at, n - at, &c)) > 0; i++)
		at += step;
	return mem_strndup(ctx, text, at);
}

void sheet_put(struct sheet_writer *w, const char *const *fields, size_t n, const bool *number)
{
	void *row = mem_context(w, "row");

	for (size_t i = 0; i < n && !w->failed; i++) {
		lxw_col_t column = (lxw_col_t)i;
		lxw_error error = LXW_NO_ERROR;

		if (fields[i] == NULL || *fields[i] == '\0')
			continue;
		if (number != NULL && number[i] && is_number(fields[i]))
			error = worksheet_write_number(w->sheet, w->row, column, strtod(fields[i], NULL), NULL);
		else
			error = worksheet_write_string(w->sheet, w->row, column, fitting(row, fields[i]), NULL);
		w->failed = error != LXW_NO_ERROR;
	}
	mem_free(row);
	w->row++;
}

bool sheet_close(struct sheet_writer *w)
{
	bool done = w->book != NULL && workbook_close(w->book) == LXW_NO_ERROR && !w->failed;

	w->book = NULL;
	mem_free(w);
	return done;
}
