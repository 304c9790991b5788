#include "base/csv.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Read at once; also what the delimiter is guessed from, so a header line fits. */
#define BLOCK 65536

/* What is wrong with the record that is being read; the first fault counts. */
enum fault { FINE, TOO_MANY_FIELDS, FIELD_TOO_LONG, RECORD_TOO_LONG, NOT_UTF8, HAS_NUL, WRONG_QUOTES };

static const char *const fault_texts[] = {
	[FINE] = "",
	[TOO_MANY_FIELDS] = "it has more fields than the header has columns",
	[FIELD_TOO_LONG] = "a field is longer than 1 MiB",
	[RECORD_TOO_LONG] = "it is longer than 4 MiB, so a closing quote is missing",
	[NOT_UTF8] = "it is not UTF-8 text",
	[HAS_NUL] = "it holds a zero byte",
	[WRONG_QUOTES] = "its quotes are wrong",
};
_Static_assert(ARRAY_LEN(fault_texts) == WRONG_QUOTES + 1, "a fault lacks its text");

struct csv {
	enum csv_result (*next)(void *user, struct csv_row *row);       /* NULL: a text is read */
	int (*progress)(void *user);
	void *user;
	struct csv_row *given;
	int64_t size, taken;            /* bytes of the file, bytes read of it */

	struct csv_parser parser;
	FILE *file;                     /* NULL: all of the text is in the block */
	char *store;
	const char *block;
	size_t block_len, block_pos;
	char last;                      /* the byte before: CR LF counts as one line end */
	bool ended;

	int64_t line, record_line;      /* of the next byte, of the record */
	int64_t records;
	size_t record_bytes;
	bool inside, complete;          /* a record has begun, has ended */
	bool broken;                    /* the parser cannot find its end */
	enum fault fault;

	struct buf *row;                /* the fields, each closed by a NUL */
	size_t at[CSV_COLUMNS_MAX];
	size_t nfields;

	size_t ncolumns;                /* 0 while the header is read */
	const char **names;
	char why[256];
};

static void blame(struct csv *c, enum fault fault)
{
	if (c->fault == FINE)
		c->fault = fault;
}

/* libcsv: a field is complete. */
static void take_field(void *text, size_t n, void *user)
{
	struct csv *c = user;
	size_t most = c->ncolumns == 0 ? CSV_COLUMNS_MAX : c->ncolumns;

	if (n > CSV_FIELD_MAX)
		blame(c, FIELD_TOO_LONG);
	else if (n > 0 && memchr(text, '\0', n) != NULL)
		blame(c, HAS_NUL);
	else if (!utf8_valid(text, n))
		blame(c, NOT_UTF8);
	/* An empty field past the header's end is a stray delimiter, not data. */
	else if (c->nfields >= most && (n > 0 || c->ncolumns == 0))
		blame(c, TOO_MANY_FIELDS);
	if (c->fault != FINE || c->nfields >= most)
		return;
	c->at[c->nfields++] = c->row->len;
	buf_add(c->row, text, n);
	buf_addc(c->row, '\0');
}

/* libcsv: a record is complete. */
static void take_record(int end, void *user)
{
	struct csv *c = user;

	(void)end;
	c->complete = true;
}

static void parser_start(struct csv *c, unsigned char delimiter)
{
	if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		BUG("libcsv gives no parser");
	csv_set_delim(&c->parser, delimiter);
	/* It would ask for 128 bytes more at a time, and a field may have a million. */
	csv_set_blk_size(&c->parser, BLOCK);
}

/* After an error libcsv would go on in the middle: begin anew with the next line. */
static void parser_again(struct csv *c)
{
	unsigned char delimiter = csv_get_delim(&c->parser);

	csv_free(&c->parser);
	parser_start(c, delimiter);
}

static bool fill(struct csv *c)
{
	if (c->block_pos < c->block_len)
		return true;
	if (c->file == NULL)
		return false;
	c->block_len = fread(c->store, 1, BLOCK, c->file);
	c->taken += (int64_t)c->block_len;
	c->block_pos = 0;
	return c->block_len > 0;
}

static bool blank(const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if (*s != ' ' && *s != '\r' && *s != '\n' && *s != '\t')
			return false;
	return true;
}

/* Hands libcsv the bytes up to a line end, so at most one record ends in them. */
static void step(struct csv *c)
{
	const char *s = c->block + c->block_pos;
	size_t left = c->block_len - c->block_pos, n = 0;
	bool end_of_line;

	while (n < left && s[n] != '\n' && s[n] != '\r')
		n++;
	end_of_line = n < left;
	n += end_of_line;
	if (!c->inside)
		c->record_line = c->line;
	c->record_bytes += n;
	if (c->record_bytes > CSV_RECORD_MAX) {
		blame(c, RECORD_TOO_LONG);
		c->broken = true;
	} else if (csv_parse(&c->parser, s, n, take_field, take_record, c) != n) {
		blame(c, WRONG_QUOTES);
		c->broken = true;
	}
	c->inside = !c->complete && (c->inside || !blank(s, n));
	if (!c->inside)
		c->record_bytes = 0;
	if (end_of_line && !(s[n - 1] == '\n' && n == 1 && c->last == '\r'))
		c->line++;
	c->last = s[n - 1];
	c->block_pos += n;
}

/* Skips to the end of the line on which the fault was found. */
static void skip_line(struct csv *c)
{
	while (c->last != '\n' && c->last != '\r' && fill(c)) {
		const char *s = c->block + c->block_pos;
		size_t left = c->block_len - c->block_pos, n = 0;

		while (n < left && s[n] != '\n' && s[n] != '\r')
			n++;
		if (n < left) {
			n++;
			c->line++;
		}
		c->last = s[n - 1];
		c->block_pos += n;
	}
}

static enum csv_result bad(struct csv *c)
{
	snprintf(c->why, sizeof(c->why), "The record on line %lld cannot be used: %s.",
		 (long long)c->record_line, fault_texts[c->fault]);
	if (!c->complete) {
		parser_again(c);
		skip_line(c);
	}
	return CSV_BAD;
}

/* A row of another source: what stands past the header's end must be empty. */
static enum csv_result take_given(struct csv *c)
{
	struct csv_row *row = c->given;
	enum csv_result result = c->next(c->user, row);

	c->record_line = row->line;
	if (result == CSV_BAD)
		snprintf(c->why, sizeof(c->why), "%s", row->why);
	for (size_t i = c->ncolumns; result == CSV_RECORD && c->ncolumns > 0 && i < row->n; i++)
		if (row->text->data[row->at[i]] != '\0') {
			snprintf(c->why, sizeof(c->why), "Row %lld cannot be used: %s.", (long long)row->line, fault_texts[TOO_MANY_FIELDS]);
			return CSV_BAD;
		}
	c->nfields = result != CSV_RECORD ? 0 : c->ncolumns > 0 && row->n > c->ncolumns ? c->ncolumns : row->n;
	memcpy(c->at, row->at, c->nfields * sizeof(*c->at));
	return result;
}

static enum csv_result next(struct csv *c)
{
	if (c->next != NULL)
		return take_given(c);
	buf_clear(c->row);
	c->nfields = 0;
	c->record_bytes = 0;
	c->fault = FINE;
	c->inside = c->complete = c->broken = false;
	/* A bad field does not end its record: its rest must not count as another one. */
	while (!c->complete && !c->broken && fill(c))
		step(c);
	if (!c->complete && !c->broken) {
		if (csv_fini(&c->parser, take_field, take_record, c) != 0)
			blame(c, WRONG_QUOTES);
		if (!c->complete && c->fault == FINE)
			return CSV_END;
	}
	return c->fault == FINE ? CSV_RECORD : bad(c);
}

enum csv_result csv_next(struct csv *c)
{
	enum csv_result result;

	if (c->ended)
		return CSV_END;
	result = next(c);
	if (result != CSV_END && ++c->records > CSV_RECORDS_MAX) {
		snprintf(c->why, sizeof(c->why), "The file has more than %d records; the rest, from line %lld on, "
			 "is not read.", CSV_RECORDS_MAX, (long long)c->record_line);
		result = CSV_BAD;
		c->ended = true;
	}
	if (result == CSV_END && c->file != NULL && ferror(c->file)) {
		snprintf(c->why, sizeof(c->why), "The file cannot be read after line %lld.", (long long)c->line);
		result = CSV_BAD;
		c->ended = true;
	}
	if (result != CSV_RECORD)
		c->nfields = 0;
	return result;
}

/* The delimiter found most outside quotes in the first record that is not blank. */
static unsigned char guess_delimiter(const char *s, size_t n)
{
	static const char candidates[] = ",;\t";
	size_t found[sizeof(candidates) - 1] = { 0 }, best = 0;
	bool quoted = false, any = false;

	for (; n > 0 && (quoted || !any || (*s != '\n' && *s != '\r')); s++, n--) {
		const char *hit = *s == '\0' ? NULL : strchr(candidates, *s);

		if (*s == '"')
			quoted = !quoted;
		else if (!quoted && hit != NULL)
			found[hit - candidates]++;
		any |= *s != '\n' && *s != '\r' && *s != ' ';
	}
	for (size_t i = 1; i < ARRAY_LEN(found); i++)
		if (found[i] > found[best])
			best = i;
	return (unsigned char)candidates[best];
}

static bool same_name(const char *a, const char *b)
{
	for (; *a != '\0' || *b != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a | 32) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b | 32) : *b;

		if (x != y)
			return false;
	}
	return true;
}

static char *trimmed(const void *ctx, const char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		n--;
	return mem_strndup(ctx, s, n);
}

static bool read_header(struct csv *c, const void *ctx, const char **error)
{
	enum csv_result result = next(c);

	if (result == CSV_BAD)
		*error = mem_printf(ctx, "The header cannot be used. %s", c->why);
	else if (result == CSV_END)
		*error = "The file is empty; it needs a header with the names of the columns.";
	if (result != CSV_RECORD)
		return false;
	c->names = mem_array(c, const char *, c->nfields);
	for (size_t i = 0; i < c->nfields; i++) {
		c->names[i] = trimmed(c->names, c->row->data + c->at[i]);
		for (size_t j = 0; j < i; j++) {
			if (*c->names[i] != '\0' && same_name(c->names[i], c->names[j])) {
				*error = mem_printf(ctx, "The header on line %lld has the column \"%.100s\" twice.",
						    (long long)c->record_line, c->names[i]);
				return false;
			}
		}
	}
	c->ncolumns = c->nfields;
	return true;
}

static void close_reader(void *p)
{
	struct csv *c = p;

	if (c->next == NULL)
		csv_free(&c->parser);
	if (c->file != NULL)
		fclose(c->file);
}

static struct csv *start(struct csv *c, const void *ctx, const char **error)
{
	c->row = buf_new(c);
	c->line = 1;
	fill(c);
	if (c->block_len >= 3 && memcmp(c->block, "\xef\xbb\xbf", 3) == 0)
		c->block_pos = 3;
	parser_start(c, guess_delimiter(c->block + c->block_pos, c->block_len - c->block_pos));
	mem_on_free(c, close_reader);
	if (read_header(c, ctx, error))
		return c;
	mem_free(c);
	return NULL;
}

struct csv *csv_open(const void *ctx, const char *path, const char **error)
{
	struct csv *c = mem_new(ctx, struct csv);

	struct stat st;

	c->file = fopen(path, "re");
	if (c->file == NULL) {
		*error = mem_printf(ctx, "The file %s cannot be opened: %s.", path, strerror(errno));
		mem_free(c);
		return NULL;
	}
	c->size = fstat(fileno(c->file), &st) == 0 ? (int64_t)st.st_size : 0;
	c->store = mem_array(c, char, BLOCK);
	c->block = c->store;
	return start(c, ctx, error);
}

struct csv *csv_open_text(const void *ctx, const char *text, size_t n, const char **error)
{
	struct csv *c = mem_new(ctx, struct csv);

	c->block = text;
	c->block_len = n;
	return start(c, ctx, error);
}

struct csv *csv_open_source(const void *ctx, enum csv_result (*next_row)(void *user, struct csv_row *row),
			    int (*progress)(void *user), void *user, const char **error)
{
	struct csv *c = mem_new(ctx, struct csv);

	c->next = next_row;
	c->progress = progress;
	c->user = user;
	c->given = mem_new(c, struct csv_row);
	c->given->text = c->row = buf_new(c);
	mem_on_free(c, close_reader);
	if (read_header(c, ctx, error))
		return c;
	mem_free(c);
	return NULL;
}

int csv_progress(const struct csv *c)
{
	if (c->progress != NULL)
		return c->progress(c->user);
	if (c->file == NULL)
		return c->block_len == 0 ? 1000 : (int)(c->block_pos * 1000 / c->block_len);
	return c->size <= 0 || c->taken >= c->size ? 1000 : (int)(c->taken * 1000 / c->size);
}

size_t csv_columns(const struct csv *c)
{
	return c->ncolumns;
}

const char *csv_name(const struct csv *c, size_t column)
{
	return column < c->ncolumns ? c->names[column] : "";
}

int csv_column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->ncolumns; i++)
		if (same_name(c->names[i], name))
			return (int)i;
	return -1;
}

int64_t csv_line(const struct csv *c)
{
	return c->record_line;
}

const char *csv_field(const struct csv *c, size_t column)
{
	return column < c->nfields ? c->row->data + c->at[column] : "";
}

const char *csv_why(const struct csv *c)
{
	return c->why;
}

/* A plain number: "-12.50" begins like a formula and is none. */
static bool plain_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (n == 0)
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(++s, "0123456789");
		s += n;
	}
	return *s == '\0' && n > 0;
}

/* Also the full-width forms, which some spreadsheets fold. */
static bool may_run(const char *s)
{
	static const char *const full_width[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

	if (*s == '\0' || plain_number(s))
		return false;
	if (strchr("=+-@\t\r\n", *s) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(full_width); i++)
		if (strncmp(s, full_width[i], 3) == 0)
			return true;
	return false;
}

/* What was put with an apostrophe in front; one that stood there before got a second, so that it stays. */
static bool neutralised(const char *s)
{
	return may_run(s + strspn(s, "'"));
}

const char *csv_cell(const struct csv *c, size_t column)
{
	const char *s = csv_field(c, column);

	return c->next == NULL && *s == '\'' && neutralised(s) ? s + 1 : s;
}

void csv_put(struct buf *out, const char *const *fields, size_t n, bool for_people)
{
	for (size_t i = 0; i < n; i++) {
		const char *s = fields[i] == NULL ? "" : fields[i];
		bool neutral = for_people && neutralised(s);
		size_t len = strlen(s);
		/* Readers trim bare fields and skip blank lines: such fields are quoted too. */
		bool quote = neutral || s[strcspn(s, ",;\t\"\r\n")] != '\0' || (n == 1 && len == 0) ||
			     (len > 0 && (s[0] == ' ' || s[len - 1] == ' '));

		if (i > 0)
			buf_addc(out, ',');
		if (quote)
			buf_addc(out, '"');
		if (neutral)
			buf_addc(out, '\'');
		for (; *s != '\0'; s++) {
			if (*s == '"')
				buf_addc(out, '"');
			buf_addc(out, *s);
		}
		if (quote)
			buf_addc(out, '"');
	}
	buf_adds(out, "\r\n");
}
