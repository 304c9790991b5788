/* Tables come in as shops export them, each bad record with its line and reason (T62), and
   go out so that no spreadsheet runs a cell (T61). */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

/* A record reads "line|field|field"; a bad one "line!". */
static char *dump(void *ctx, struct csv *c)
{
	struct buf *b = buf_new(ctx);
	enum csv_result r;

	while ((r = csv_next(c)) != CSV_END) {
		buf_int(b, csv_line(c));
		if (r == CSV_BAD)
			buf_adds(b, "!");
		for (size_t i = 0; r == CSV_RECORD && i < csv_columns(c); i++) {
			buf_addc(b, '|');
			buf_adds(b, csv_field(c, i));
		}
		buf_addc(b, ' ');
	}
	return b->data;
}

static const struct { const char *name, *text, *want; } reads[] = {
	{ "LF", "a,b\n1,2\n3,4\n", "2|1|2 3|3|4 " },
	{ "CR LF", "a,b\r\n1,2\r\n3,4\r\n", "2|1|2 3|3|4 " },
	{ "CR", "a,b\r1,2\r3,4\r", "2|1|2 3|3|4 " },
	{ "no line end at the end", "a,b\n1,2\n3,4", "2|1|2 3|3|4 " },
	{ "semicolons", "a;b\n1,5;2\n", "2|1,5|2 " },
	{ "tabs", "a\tb\n1\t2\n\t2\n", "2|1|2 3||2 " },
	{ "a comma inside a quoted name", "\"a,b,c\";d\n1;2\n", "2|1|2 " },
	{ "byte order mark", "\xef\xbb\xbf" "a,b\n1,2\n", "2|1|2 " },
	{ "one column", "a\n1\n\n2\n", "2|1 4|2 " },
	{ "quotes", "a,b\n\"x,\"\"y\"\"\",2\n", "2|x,\"y\"|2 " },
	{ "a line feed in quotes counts as a line", "a,b\n\"1\n2\n3\",x\n4,y\n", "2|1\n2\n3|x 5|4|y " },
	{ "CR LF in quotes", "a,b\r\n\"1\r\n2\",x\r\n3,y\r\n", "2|1\r\n2|x 4|3|y " },
	{ "CR in quotes", "a,b\r\"1\r2\",x\r3,y\r", "2|1\r2|x 4|3|y " },
	{ "a blank line in quotes", "a,b\n\"1\n\n2\",x\n4,y\n", "2|1\n\n2|x 5|4|y " },
	{ "blank lines between", "a,b\n\n\n1,2\n  \n\r\n3,4\n\n", "4|1|2 7|3|4 " },
	{ "blank lines in front", "\n\na,b\n1,2\n", "4|1|2 " },
	{ "short record", "a,b,c\n1\n2,3\n", "2|1|| 3|2|3| " },
	{ "stray delimiters at the end", "a,b\n1,2,,\n", "2|1|2 " },
	{ "long record", "a,b\n1,2,3\n4,5\n", "2! 3|4|5 " },
	{ "spaces around", "a , b\n 1 , \"2\" \n", "2|1|2 " },
	{ "quote inside", "a,b\n5\" heel,2\n3,4\n", "2! 3|3|4 " },
	{ "text behind a quote", "a,b\n\"1\"x,2\n3,4\n", "2! 3|3|4 " },
	{ "quote that never closes", "a,b\n1,2\n\"3,4\n5,6\n", "2|1|2 3! " },
	{ "Latin-1", "a,b\nse\xf1or,2\n3,4\n", "2! 3|3|4 " },
	{ "bad bytes in a record of three lines", "a,b\n\"\xff\n\n\",2\n3,4\n", "2! 5|3|4 " },
	{ "header alone", "a,b\n", "" },
	{ "header alone without line end", "a,b", "" },
	{ "empty quoted record", "a\n\"\"\n1\n", "2| 3|1 " },
};

static void reading(void *ctx)
{
	const char *error = "";

	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		struct csv *c = csv_open_text(ctx, reads[i].text, strlen(reads[i].text), &error);

		tap_is_str(c == NULL ? error : dump(ctx, c), reads[i].want, "read: %s", reads[i].name);
		if (c != NULL)
			tap_is_int(csv_next(c), CSV_END, "stays at the end: %s", reads[i].name);
	}
}

static void headers(void *ctx)
{
	static const struct { const char *name, *text, *error; } bad[] = {
		{ "empty file", "", "The file is empty; it needs a header with the names of the columns." },
		{ "blank file", " \n\n", "The file is empty; it needs a header with the names of the columns." },
		{ "mark alone", "\xef\xbb\xbf", "The file is empty; it needs a header with the names of the columns." },
		{ "a name twice", "SKU,Price,sku\n", "The header on line 1 has the column \"sku\" twice." },
		{ "Latin-1", "a\xf1o,b\n",
		  "The header cannot be used. The record on line 1 cannot be used: it is not UTF-8 text." },
		{ "wrong quotes", "\"a\"b,c\n",
		  "The header cannot be used. The record on line 1 cannot be used: its quotes are wrong." },
	};
	const char *error = "", *text = "\xef\xbb\xbf" "Title; \"URL handle\" ;Body (HTML);;\nx;y\n";
	struct csv *c = csv_open_text(ctx, text, strlen(text), &error);
	struct buf *wide = buf_new(ctx);

	tap_is_int((int64_t)csv_columns(c), 5, "columns, two without a name");
	tap_is_str(csv_name(c, 1), "URL handle", "a name is trimmed");
	tap_is_int(csv_column(c, "url HANDLE"), 1, "a name is found in any case");
	tap_is_int(csv_column(c, "handle"), -1, "no such column");
	tap_ok(csv_next(c) == CSV_RECORD, "a record");
	tap_is_str(csv_field(c, 4), "", "a padded field");
	tap_is_str(csv_field(c, 99), "", "a field past the end");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		tap_ok(csv_open_text(ctx, bad[i].text, strlen(bad[i].text), &error) == NULL, "header: %s", bad[i].name);
		tap_is_str(error, bad[i].error, "says why: %s", bad[i].name);
	}
	tap_ok(csv_open_text(ctx, "a,b\0c\n1,2\n", 10, &error) == NULL, "header: a zero byte");
	for (int i = 0; i <= CSV_COLUMNS_MAX; i++)
		buf_printf(wide, "%sc%d", i == 0 ? "" : ",", i);
	tap_ok(csv_open_text(ctx, wide->data, wide->len, &error) == NULL, "header: %d columns", CSV_COLUMNS_MAX + 1);
	tap_ok(csv_open(ctx, "/nonexistent.csv", &error) == NULL, "no file");
	tap_is_str(error, "The file /nonexistent.csv cannot be opened: No such file or directory.", "and says so");
}

static void limits(void *ctx)
{
	struct buf *b = buf_new(ctx);
	const char *error = "";
	struct csv *c;

	buf_adds(b, "a,b\nx,");
	memset(buf_room(b, CSV_FIELD_MAX), 'y', CSV_FIELD_MAX);
	buf_grew(b, CSV_FIELD_MAX);
	buf_adds(b, "\nx,");
	memset(buf_room(b, CSV_FIELD_MAX + 1), 'y', CSV_FIELD_MAX + 1);
	buf_grew(b, CSV_FIELD_MAX + 1);
	buf_adds(b, "\nx,z\n");
	c = csv_open_text(ctx, b->data, b->len, &error);
	tap_ok(csv_next(c) == CSV_RECORD && strlen(csv_field(c, 1)) == CSV_FIELD_MAX, "a field at the limit");
	tap_ok(csv_next(c) == CSV_BAD, "a field past the limit");
	tap_is_str(csv_why(c), "The record on line 3 cannot be used: a field is longer than 1 MiB.", "says why");
	tap_ok(csv_next(c) == CSV_RECORD && csv_line(c) == 4, "and reading goes on");

	buf_clear(b);
	buf_adds(b, "a,b\n1,\"open\n");
	for (int i = 0; i < CSV_RECORD_MAX / 4 + 10; i++)
		buf_adds(b, "1,2\n");
	c = csv_open_text(ctx, b->data, b->len, &error);
	tap_ok(csv_next(c) == CSV_BAD && csv_line(c) == 2, "an open quote swallows 4 MiB at most");
	tap_ok(csv_next(c) == CSV_RECORD && strcmp(csv_field(c, 1), "2") == 0, "and reading goes on");

#ifndef __SANITIZE_ADDRESS__	/* where each record costs many times as much, and shows nothing that the others do not */
	buf_clear(b);
	buf_adds(b, "a\n");
	for (int i = 0; i < CSV_RECORDS_MAX + 2; i++)
		buf_adds(b, "1\n");
	c = csv_open_text(ctx, b->data, b->len, &error);
	for (int i = 0; i < CSV_RECORDS_MAX; i++)
		if (csv_next(c) != CSV_RECORD)
			break;
	tap_is_int(csv_line(c), CSV_RECORDS_MAX + 1, "records up to the limit");
	tap_ok(csv_next(c) == CSV_BAD && csv_next(c) == CSV_END, "one more is told, and the rest is not read");
#endif
}

/* Blocks of a file end anywhere: in quotes, between CR and LF, inside a character. */
static void blocks(void *ctx)
{
	char path[] = "/tmp/csv-test-XXXXXX";
	struct buf *b = buf_new(ctx);
	const char *error = "";
	bool same = true;

	close(mkstemp(path));
	for (int shift = 0; shift < 40; shift++) {
		struct csv *file, *memory;
		FILE *f = fopen(path, "w");
		char *from_file;

		buf_clear(b);
		buf_printf(b, "a%.*s,b\r\n", shift, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		for (int i = 0; i < 5000; i++)
			buf_adds(b, "\"\xe2\x82\xac\r\n\n,\",  \"\"\"2\"\"\" \r\n\r\n");
		if (f == NULL || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0)
			abort();
		file = csv_open(ctx, path, &error);
		memory = csv_open_text(ctx, b->data, b->len, &error);
		from_file = dump(ctx, file);
		/* Four lines a record, the first on line 2. */
		same &= strcmp(from_file, dump(ctx, memory)) == 0 && strstr(from_file, " 19998|") != NULL;
		mem_free(file);
	}
	unlink(path);
	tap_ok(same, "a file in blocks reads as a text in memory, wherever the blocks end");
}

static void writing(void *ctx)
{
	static const struct { const char *name, *field, *plain, *people; } cells[] = {
		{ "a word", "shoe", "shoe", "shoe" },
		{ "empty", "", "", "" },
		{ "nothing", NULL, "", "" },
		{ "comma", "a,b", "\"a,b\"", "\"a,b\"" },
		{ "semicolon", "a;b", "\"a;b\"", "\"a;b\"" },
		{ "quote", "5\" heel", "\"5\"\" heel\"", "\"5\"\" heel\"" },
		{ "line feed", "a\nb", "\"a\nb\"", "\"a\nb\"" },
		{ "spaces around", " a ", "\" a \"", "\" a \"" },
		{ "formula", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"" },
		{ "plus", "+1+1", "+1+1", "\"'+1+1\"" },
		{ "minus", "-1+1", "-1+1", "\"'-1+1\"" },
		{ "at", "@SUM(A1)", "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "tab", "\t=1", "\"\t=1\"", "\"'\t=1\"" },
		{ "CR", "\r=1", "\"\r=1\"", "\"'\r=1\"" },
		{ "full-width equals", "\xef\xbc\x9d" "1", "\xef\xbc\x9d" "1", "\"'\xef\xbc\x9d" "1\"" },
		{ "formula behind a delimiter", ",=1;=2\"", "\",=1;=2\"\"\"", "\",=1;=2\"\"\"" },
		{ "negative number", "-12.50", "-12.50", "-12.50" },
		{ "telephone", "+34600000000", "+34600000000", "\"'+34600000000\"" },
		{ "minus alone", "-", "-", "\"'-\"" },
	};
	const char *error = "", *all[ARRAY_LEN(cells)], *names[ARRAY_LEN(cells)], *empty[] = { "" };
	struct buf *b = buf_new(ctx);
	struct csv *c;
	bool same = true;

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		const char *fields[] = { "x", cells[i].field };

		all[i] = cells[i].field;
		names[i] = cells[i].name;
		buf_clear(b);
		csv_put(b, fields, 2, false);
		tap_is_str(b->data, mem_printf(ctx, "x,%s\r\n", cells[i].plain), "plain: %s", cells[i].name);
		buf_clear(b);
		csv_put(b, fields, 2, true);
		tap_is_str(b->data, mem_printf(ctx, "x,%s\r\n", cells[i].people), "for people: %s", cells[i].name);
	}
	buf_clear(b);
	csv_put(b, names, ARRAY_LEN(names), false);
	csv_put(b, all, ARRAY_LEN(all), false);
	c = csv_open_text(ctx, b->data, b->len, &error);
	csv_next(c);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		same &= strcmp(csv_field(c, i), all[i] == NULL ? "" : all[i]) == 0;
	tap_ok(same, "what is written plainly reads back as it was");
	buf_clear(b);
	csv_put(b, empty, 1, false);
	tap_is_str(b->data, "\"\"\r\n", "a record of one empty field is no blank line");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");

	reading(ctx);
	headers(ctx);
	limits(ctx);
	blocks(ctx);
	writing(ctx);
	mem_free(ctx);
	return tap_done();
}
