#include "base/sheet.h"

#include <errno.h>
#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Read and parsed at once. */
#define BLOCK 16384

#define TOO_LARGE "The workbook is larger than 400 MB unpacked; please split it, or send it as CSV."
#define NOT_A_WORKBOOK "The file is no Excel workbook (.xlsx)."

struct sheet {
	zip_t *zip;
	zip_file_t *part;               /* the sheet's own */
	XML_Parser parser;
	uint64_t most;                  /* unpacked bytes that are read */
	uint64_t total;                 /* unpacked bytes of the sheet, as the zip says */
	uint64_t taken, taken_of_sheet; /* unpacked bytes read: of all, of the sheet */
	const char *why;                /* what is wrong with the file; the first fault counts */
	int depth;
	bool suspended, final, over;    /* stopped at a row; all bytes were given; all were parsed */

	/* what the workbook says of its parts */
	char sheet_id[64], sheet_name[SHEET_NAME_MAX + 1], texts_name[SHEET_NAME_MAX + 1];

	/* texts that rows share: one behind the other in a file, text I from at[I] to at[I + 1] */
	FILE *spool;
	uint32_t *at;
	size_t ntexts, room;
	struct buf *text;               /* the element that is read; a text that is fetched */
	bool collect, phonetic;

	/* the row that is read */
	struct csv_row *row;
	int64_t line;
	size_t column;
	char type[16];
	bool in_row, any;
	enum csv_result result;
};

static void blame(struct sheet *s, const char *why)
{
	if (s->why == NULL)
		s->why = why;
	if (s->parser != NULL)
		XML_StopParser(s->parser, XML_FALSE);
}

/* "http://...main|row" -> "row": transitional and strict files name other spaces. */
static const char *local(const char *name)
{
	const char *bar = strrchr(name, '|');

	return bar != NULL ? bar + 1 : name;
}

static bool is(const char *name, const char *wanted)
{
	return strcmp(local(name), wanted) == 0;
}

static const char *attribute(const char **attributes, const char *name)
{
	for (; *attributes != NULL; attributes += 2)
		if (is(attributes[0], name))
			return attributes[1];
	return "";
}

/* ---- parts of the zip ------------------------------------------------------------- */

/* What a hostile file would cost is known from its directory; and it may lie, so bytes are counted again. */
static const char *look_over(struct sheet *s)
{
	zip_int64_t n = zip_get_num_entries(s->zip, 0);
	uint64_t packed = 0, bytes = 0;

	if (n > SHEET_ENTRIES_MAX)
		return "The workbook holds too many files.";
	for (zip_uint64_t i = 0; i < (zip_uint64_t)n; i++) {
		zip_stat_t st;

		if (zip_stat_index(s->zip, i, 0, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0 || (st.valid & ZIP_STAT_COMP_SIZE) == 0)
			return NOT_A_WORKBOOK;
		if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE)
			return "The workbook is locked by a password; please save it without one.";
		if (strlen(st.name) > SHEET_NAME_MAX)
			return NOT_A_WORKBOOK;
		packed += st.comp_size;
		bytes += st.size;
		if (st.size > s->most || bytes > s->most)
			return TOO_LARGE;
	}
	if (bytes > SHEET_RATIO_FROM && bytes / SHEET_RATIO_MAX > packed)
		return "The workbook is packed far denser than a table can be.";
	return NULL;
}

static zip_file_t *open_part(struct sheet *s, const char *name)
{
	zip_int64_t i = zip_name_locate(s->zip, name, 0);

	return i < 0 ? NULL : zip_fopen_index(s->zip, (zip_uint64_t)i, 0);
}

static void no_doctype(void *user, const char *name, const char *system, const char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	blame(user, "The workbook declares a document type, which no workbook needs.");
}

static void deeper(struct sheet *s)
{
	if (++s->depth > SHEET_DEPTH_MAX)
		blame(s, NOT_A_WORKBOOK);
}

static void take_text(void *user, const char *text, int n)
{
	struct sheet *s = user;

	if (!s->collect)
		return;
	if (s->text->len + (size_t)n > CSV_FIELD_MAX) {
		blame(s, "A cell of the workbook is longer than 1 MiB.");
		return;
	}
	buf_add(s->text, text, (size_t)n);
}

static void new_parser(struct sheet *s, XML_StartElementHandler start, XML_EndElementHandler end)
{
	if (s->parser != NULL)
		XML_ParserFree(s->parser);
	s->parser = XML_ParserCreateNS(NULL, '|');
	if (s->parser == NULL)
		BUG("expat gives no parser");
	XML_SetUserData(s->parser, s);
	XML_SetElementHandler(s->parser, start, end);
	XML_SetCharacterDataHandler(s->parser, take_text);
	XML_SetStartDoctypeDeclHandler(s->parser, no_doctype);
	s->depth = 0;
	s->collect = s->phonetic = s->suspended = s->final = s->over = false;
}

/* Goes on with PART until its end, a stop or a fault. */
static void parse_some(struct sheet *s, zip_file_t *part)
{
	enum XML_Status status = XML_STATUS_OK;

	if (s->suspended) {
		s->suspended = false;
		status = XML_ResumeParser(s->parser);
		s->over = status == XML_STATUS_OK && s->final;
	}
	while (status == XML_STATUS_OK && s->why == NULL && !s->over) {
		void *room = XML_GetBuffer(s->parser, BLOCK);
		zip_int64_t n = room == NULL ? -1 : zip_fread(part, room, BLOCK);

		if (n < 0) {
			blame(s, "The workbook is damaged.");
			return;
		}
		s->taken += (uint64_t)n;
		if (part == s->part)
			s->taken_of_sheet += (uint64_t)n;
		if (s->taken > s->most) {
			blame(s, TOO_LARGE);
			return;
		}
		s->final = n == 0;
		status = XML_ParseBuffer(s->parser, (int)n, n == 0);
		s->over = status == XML_STATUS_OK && s->final;
	}
	if (status == XML_STATUS_SUSPENDED) {
		s->suspended = true;
	} else if (status == XML_STATUS_ERROR && s->why == NULL) {
		s->why = "The workbook is damaged: one of its parts is no well-formed XML.";
	}
}

/* All of a part; false when there is none. */
static bool read_part(struct sheet *s, const char *name, XML_StartElementHandler start, XML_EndElementHandler end)
{
	zip_file_t *part = open_part(s, name);

	if (part == NULL)
		return false;
	new_parser(s, start, end);
	parse_some(s, part);
	zip_fclose(part);
	return true;
}

/* ---- the workbook: which part is the sheet ------------------------------------------ */

static void workbook_start(void *user, const char *name, const char **attributes)
{
	struct sheet *s = user;

	deeper(s);
	if (is(name, "sheet") && *s->sheet_id == '\0' && strstr(attribute(attributes, "state"), "idden") == NULL)
		snprintf(s->sheet_id, sizeof(s->sheet_id), "%s", attribute(attributes, "id"));
}

/* A target is relative to the folder xl, or begins with "/". */
static void part_name(char out[static SHEET_NAME_MAX + 1], const char *target)
{
	snprintf(out, SHEET_NAME_MAX + 1, "%s%s", *target == '/' ? "" : "xl/", *target == '/' ? target + 1 : target);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static void relations_start(void *user, const char *name, const char **attributes)
{
	struct sheet *s = user;
	const char *target = attribute(attributes, "Target");

	deeper(s);
	if (!is(name, "Relationship") || strlen(target) > SHEET_NAME_MAX - 4)
		return;
	if (strcmp(attribute(attributes, "Id"), s->sheet_id) == 0)
		part_name(s->sheet_name, target);
	else if (ends_with(attribute(attributes, "Type"), "/sharedStrings"))
		part_name(s->texts_name, target);
}

static void any_end(void *user, const char *name)
{
	struct sheet *s = user;

	(void)name;
	s->depth--;
}

/* ---- texts that rows share ------------------------------------------------------------ */

static void texts_start(void *user, const char *name, const char **attributes)
{
	struct sheet *s = user;

	(void)attributes;
	deeper(s);
	if (is(name, "si"))
		buf_clear(s->text);
	/* How a word is read aloud is not part of the text. */
	if (is(name, "rPh"))
		s->phonetic = true;
	s->collect = is(name, "t") && !s->phonetic;
}

static void texts_end(void *user, const char *name)
{
	struct sheet *s = user;

	s->depth--;
	s->collect = false;
	if (is(name, "rPh"))
		s->phonetic = false;
	if (!is(name, "si"))
		return;
	if (s->ntexts + 2 > s->room) {
		s->room = s->room == 0 ? 1024 : s->room * 2;
		s->at = mem_resize(s, s->at, uint32_t, s->room);
		s->at[0] = 0;
	}
	if (s->ntexts == SHEET_TEXTS_MAX) {
		blame(s, "The workbook has more than two million different texts; please split it, or send it as CSV.");
		return;
	}
	if (fwrite(s->text->data, 1, s->text->len, s->spool) != s->text->len)
		blame(s, "There is no room to read the workbook.");
	s->at[s->ntexts + 1] = s->at[s->ntexts] + (uint32_t)s->text->len;
	s->ntexts++;
}

static bool fetch_text(struct sheet *s, const char *index)
{
	int64_t i;
	size_t n;

	if (!parse_int(index, 0, (int64_t)s->ntexts - 1, &i))
		return false;
	n = s->at[i + 1] - s->at[i];
	buf_clear(s->text);
	if (pread(fileno(s->spool), buf_room(s->text, n), n, s->at[i]) != (ssize_t)n)
		return false;
	s->text->len = n;
	s->text->data[n] = '\0';
	return true;
}

/* ---- cells ------------------------------------------------------------------------------ */

/* "AB12" -> 27; -1 for what is no address. */
static int64_t column_of(const char *address)
{
	int64_t n = 0;

	for (; *address >= 'A' && *address <= 'Z'; address++) {
		n = n * 26 + (*address - 'A' + 1);
		if (n > 16384)
			return -1;
	}
	return n - 1;
}

static int hex4(const char *s)
{
	int n = 0;

	for (int i = 0; i < 4; i++) {
		int digit = s[i] >= '0' && s[i] <= '9' ? s[i] - '0' : s[i] >= 'A' && s[i] <= 'F' ? s[i] - 'A' + 10
			: s[i] >= 'a' && s[i] <= 'f' ? s[i] - 'a' + 10 : -1;

		if (digit < 0)
			return -1;
		n = n * 16 + digit;
	}
	return n;
}

/* Controls travel as _xHHHH_ (ECMA-376 part 1, 22.9.2.19 ST_Xstring); never longer than it was. */
static size_t unescape(char *text, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		int c = n - i >= 7 && text[i] == '_' && text[i + 1] == 'x' && text[i + 6] == '_' ? hex4(text + i + 2) : -1;

		if (c <= 0 || c > 0x7f) {
			text[out++] = text[i];
			continue;
		}
		text[out++] = (char)c;
		i += 6;
	}
	text[out] = '\0';
	return out;
}

/* Excel keeps 18.5 as 1.8500000000000001E1 when it likes: 15 digits are what it shows. */
static void plain_number(struct buf *text)
{
	char *end, digits[64];
	double value = strtod(text->data, &end);

	if (*end != '\0' || end == text->data || !isfinite(value))
		return;
	/* As it stands it may be longer than a double is exact: a number typed into a text. */
	if (strspn(text->data, "-0123456789") == text->len)
		return;
	if (value == trunc(value) && fabs(value) < 1e15)
		snprintf(digits, sizeof(digits), "%.0f", value);
	else if (fabs(value) >= 1e-4 && fabs(value) < 1e15)
		snprintf(digits, sizeof(digits), "%.15g", value);
	else
		return;
	buf_clear(text);
	buf_adds(text, digits);
}

/* The row's fault; reading goes on with the next row. */
static void bad_row(struct sheet *s, const char *why)
{
	if (s->result == CSV_BAD)
		return;
	s->result = CSV_BAD;
	snprintf(s->row->why, sizeof(s->row->why), "Row %lld cannot be used: %s.", (long long)s->line, why);
}

static void take_cell(struct sheet *s)
{
	struct csv_row *row = s->row;
	char why[64];

	if (strcmp(s->type, "s") == 0 && s->text->len > 0 && !fetch_text(s, s->text->data)) {
		bad_row(s, "it names a text that the workbook does not have");
		return;
	}
	if (strcmp(s->type, "e") == 0) {
		snprintf(why, sizeof(why), "cell %zu holds the error %.20s", s->column + 1, s->text->data);
		bad_row(s, why);
		return;
	}
	if (strcmp(s->type, "b") == 0 && s->text->len == 1)
		s->text->data[0] = s->text->data[0] == '1' ? 'y' : 'n';
	else if (strcmp(s->type, "n") == 0)
		plain_number(s->text);
	else
		s->text->len = unescape(s->text->data, s->text->len);
	if (s->text->len == 0)
		return;
	if (s->column >= CSV_COLUMNS_MAX) {
		bad_row(s, "it has more cells than a table may have");
		return;
	}
	if (row->text->len + s->text->len + s->column > CSV_RECORD_MAX) {
		bad_row(s, "it is longer than 4 MiB");
		return;
	}
	for (; row->n < s->column; row->n++) {
		row->at[row->n] = row->text->len;
		buf_addc(row->text, '\0');
	}
	row->at[row->n++] = row->text->len;
	buf_add(row->text, s->text->data, s->text->len);
	buf_addc(row->text, '\0');
	s->any = true;
}

static void row_start(struct sheet *s, const char **attributes)
{
	const char *number = attribute(attributes, "r");
	int64_t line = s->line + 1;

	if (*number != '\0' && !parse_int(number, s->line + 1, SHEET_ROW_MAX, &line)) {
		blame(s, "The workbook is damaged: its rows are out of order.");
		return;
	}
	s->line = line;
	s->in_row = true;
	s->any = false;
	s->column = SIZE_MAX;           /* before the first */
	s->result = CSV_RECORD;
	buf_clear(s->row->text);
	s->row->n = 0;
	s->row->line = line;
}

static void cell_start(struct sheet *s, const char **attributes)
{
	const char *address = attribute(attributes, "r"), *type = attribute(attributes, "t");
	int64_t column = *address == '\0' ? (int64_t)(s->column + 1) : column_of(address);

	buf_clear(s->text);
	if (column < 0 || (s->column != SIZE_MAX && (size_t)column <= s->column)) {
		blame(s, "The workbook is damaged: its cells are out of order.");
		return;
	}
	s->column = (size_t)column;
	snprintf(s->type, sizeof(s->type), "%s", *type == '\0' ? "n" : type);
}

static void sheet_start(void *user, const char *name, const char **attributes)
{
	struct sheet *s = user;

	deeper(s);
	if (is(name, "row"))
		row_start(s, attributes);
	else if (s->in_row && is(name, "c"))
		cell_start(s, attributes);
	else if (s->in_row && is(name, "rPh"))
		s->phonetic = true;
	s->collect = s->in_row && s->column != SIZE_MAX && !s->phonetic && (is(name, "v") || is(name, "t"));
}

static void sheet_end(void *user, const char *name)
{
	struct sheet *s = user;

	s->depth--;
	s->collect = false;
	if (s->in_row && is(name, "rPh"))
		s->phonetic = false;
	if (s->in_row && is(name, "c") && s->why == NULL)
		take_cell(s);
	if (is(name, "row") && s->in_row) {
		s->in_row = false;
		if (s->any || s->result == CSV_BAD)
			XML_StopParser(s->parser, XML_TRUE);
	}
}

/* The csv reader asks for the next row. */
static enum csv_result next_row(void *user, struct csv_row *row)
{
	struct sheet *s = user;

	s->row = row;
	row->n = 0;
	if (s->over || s->why != NULL)
		return CSV_END;
	parse_some(s, s->part);
	if (s->why != NULL) {
		snprintf(row->why, sizeof(row->why), "%s", s->why);
		row->line = s->line + !s->in_row;
		return CSV_BAD;
	}
	return s->suspended ? s->result : CSV_END;
}

static int progress(void *user)
{
	struct sheet *s = user;

	return s->total == 0 || s->taken_of_sheet >= s->total ? 1000 : (int)(s->taken_of_sheet * 1000 / s->total);
}

/* ---- opening ----------------------------------------------------------------------------- */

static void close_sheet(void *p)
{
	struct sheet *s = p;

	if (s->parser != NULL)
		XML_ParserFree(s->parser);
	if (s->part != NULL)
		zip_fclose(s->part);
	if (s->zip != NULL)
		zip_discard(s->zip);
	if (s->spool != NULL)
		fclose(s->spool);
}

static const char *open_sheet(struct sheet *s)
{
	const char *why = look_over(s);
	zip_stat_t st;

	if (why != NULL)
		return why;
	s->spool = tmpfile();
	if (s->spool == NULL)
		return "There is no room to read the workbook.";
	if (!read_part(s, "xl/workbook.xml", workbook_start, any_end) || *s->sheet_id == '\0'
	    || !read_part(s, "xl/_rels/workbook.xml.rels", relations_start, any_end) || *s->sheet_name == '\0')
		return s->why != NULL ? s->why : NOT_A_WORKBOOK;
	if (*s->texts_name != '\0' && s->why == NULL)
		read_part(s, s->texts_name, texts_start, texts_end);
	if (s->why != NULL || fflush(s->spool) != 0)
		return s->why != NULL ? s->why : "There is no room to read the workbook.";
	s->part = open_part(s, s->sheet_name);
	if (s->part == NULL || zip_stat(s->zip, s->sheet_name, 0, &st) != 0)
		return NOT_A_WORKBOOK;
	s->total = st.size;
	new_parser(s, sheet_start, sheet_end);
	return NULL;
}

static struct csv *start(const void *ctx, struct sheet *s, const char **error)
{
	struct csv *c;

	s->most = SHEET_BYTES_MAX;
#ifdef SUTLER_TEST_HOOKS
	if (getenv("SUTLER_TEST_SHEET_BYTES") != NULL)
		s->most = strtoull(getenv("SUTLER_TEST_SHEET_BYTES"), NULL, 10);
#endif
	mem_on_free(s, close_sheet);
	s->text = buf_new(s);
	*error = s->zip == NULL ? NOT_A_WORKBOOK : open_sheet(s);
	c = *error == NULL ? csv_open_source(ctx, next_row, progress, s, error) : NULL;
	if (c == NULL)
		mem_free(s);
	else
		mem_steal(c, s);
	return c;
}

struct csv *sheet_open(const void *ctx, const char *path, const char **error)
{
	struct sheet *s = mem_new(ctx, struct sheet);
	int code;

	s->zip = zip_open(path, ZIP_RDONLY, &code);
	return start(ctx, s, error);
}

struct csv *sheet_open_bytes(const void *ctx, const void *bytes, size_t n, const char **error)
{
	struct sheet *s = mem_new(ctx, struct sheet);
	zip_error_t code;
	zip_source_t *source;

	zip_error_init(&code);
	source = zip_source_buffer_create(bytes, n, 0, &code);
	s->zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &code);
	if (s->zip == NULL && source != NULL)
		zip_source_free(source);
	zip_error_fini(&code);
	return start(ctx, s, error);
}

bool sheet_begins(const void *bytes, size_t n)
{
	return n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

struct csv *sheet_open_any(const void *ctx, const char *path, const char **error)
{
	char begin[4];
	FILE *f = fopen(path, "re");
	size_t n = f != NULL ? fread(begin, 1, sizeof(begin), f) : 0;

	if (f != NULL)
		fclose(f);
	/* A file that cannot be opened is csv_open()'s to tell. */
	return (sheet_begins(begin, n) ? sheet_open : csv_open)(ctx, path, error);
}
