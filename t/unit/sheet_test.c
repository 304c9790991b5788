/* Promise (T46, T61, T62): a workbook reads as the table it shows, whatever its author made it
   with; one that is made to harm is refused before it costs memory or time; what is written
   reads back, and no text becomes a formula. */
#include "base/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/mem.h"
#include "tap.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static const char book[] = "<workbook xmlns='" MAIN "' xmlns:r='" OFFICE "'><sheets>"
	"<sheet name='Notes' sheetId='1' state='hidden' r:id='rId1'/><sheet name='Products' sheetId='2' r:id='rId2'/></sheets></workbook>";
static const char relations[] = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
	"<Relationship Id='rId1' Type='" OFFICE "/worksheet' Target='worksheets/sheet1.xml'/>"
	"<Relationship Id='rId2' Type='" OFFICE "/worksheet' Target='/xl/worksheets/other.xml'/>"
	"<Relationship Id='rId3' Type='" OFFICE "/sharedStrings' Target='sharedStrings.xml'/></Relationships>";
static const char texts[] = "<sst xmlns='" MAIN "'><si><t>product</t></si><si><r><t>Su</t></r><r><t xml:space='preserve'>ela </t></r>"
	"<rPh><t>read aloud</t></rPh></si><si><t/></si><si><t>a_x000A_b</t></si></sst>";

struct part {
	const char *name, *text;
};

/* The bytes of a zip of N parts. */
static char *zip_of(void *ctx, const struct part *parts, size_t n, size_t *size)
{
	zip_error_t e;
	zip_source_t *into;
	zip_t *z;
	zip_stat_t st;
	char *bytes;

	zip_error_init(&e);
	into = zip_source_buffer_create(NULL, 0, 0, &e);
	z = zip_open_from_source(into, ZIP_TRUNCATE, &e);
	zip_source_keep(into);
	for (size_t i = 0; i < n; i++)
		if (zip_file_add(z, parts[i].name, zip_source_buffer(z, parts[i].text, strlen(parts[i].text), 0), 0) < 0)
			abort();
	if (zip_close(z) != 0 || zip_source_open(into) != 0 || zip_source_stat(into, &st) != 0)
		abort();
	*size = st.size;
	bytes = mem_array(ctx, char, st.size + 1);
	if (zip_source_read(into, bytes, st.size) != (zip_int64_t)st.size)
		abort();
	zip_source_close(into);
	zip_source_free(into);
	return bytes;
}

/* A workbook whose sheet holds ROWS. */
static struct csv *with_rows(void *ctx, const char *rows, const char **error)
{
	const char *sheet = mem_printf(ctx, "<worksheet xmlns='" MAIN "'><sheetData>%s</sheetData></worksheet>", rows);
	const struct part parts[] = { { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", relations },
		{ "xl/sharedStrings.xml", texts }, { "xl/worksheets/other.xml", sheet } };
	size_t n;
	char *bytes = zip_of(ctx, parts, ARRAY_LEN(parts), &n);

	return sheet_open_bytes(ctx, bytes, n, error);
}

static char *dump(void *ctx, struct csv *c)
{
	struct buf *b = buf_new(ctx);
	enum csv_result r;

	for (int i = 0; (r = csv_next(c)) != CSV_END && i < 1000; i++) {
		buf_int(b, csv_line(c));
		if (r == CSV_BAD)
			buf_printf(b, "! %s", csv_why(c));
		for (size_t k = 0; r == CSV_RECORD && k < csv_columns(c); k++) {
			buf_addc(b, '|');
			buf_adds(b, csv_field(c, k));
		}
		buf_addc(b, '\n');
	}
	return b->data;
}

#define HEAD "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='inlineStr'><is><t>sku</t></is></c><c r='C1' t='str'><v>price</v></c></row>"
#define TEXT(cell, text) "<c r='" cell "' t='inlineStr'><is><t>" text "</t></is></c>"

static const struct { const char *name, *rows, *want; } reads[] = {
	{ "shared and inline texts, a number", HEAD "<row r='2'><c r='A2' t='s'><v>1</v></c>" TEXT("B2", "S-1") "<c r='C2'><v>19.9</v></c></row>",
	  "2|Suela |S-1|19.9\n" },
	{ "a cell left out", HEAD "<row r='2'><c r='C2'><v>5</v></c></row>", "2|||5\n" },
	{ "rows left out keep their numbers", HEAD "<row r='7'>" TEXT("A7", "x") "</row>", "7|x||\n" },
	{ "without addresses", "<row><c t='s'><v>0</v></c></row><row><c><v>3</v></c></row>", "2|3\n" },
	{ "a formula counts as its value", HEAD "<row r='2'><c r='A2' t='str'><f>CONCAT(B2)</f><v>made</v></c><c r='C2'><f>1+1</f><v>2</v></c></row>", "2|made||2\n" },
	{ "a formula that was never computed is empty", HEAD "<row r='2'>" TEXT("A2", "x") "<c r='C2'><f>1+1</f></c></row>", "2|x||\n" },
	{ "a text that looks like a formula", HEAD "<row r='2'>" TEXT("A2", "=1+1") "</row>", "2|=1+1||\n" },
	{ "how Excel keeps decimals", HEAD "<row r='2'><c r='A2'><v>18.500000000000002</v></c><c r='B2'><v>1.2345678E7</v></c><c r='C2'><v>0.1</v></c></row>",
	  "2|18.5|12345678|0.1\n" },
	{ "long digits stay", HEAD "<row r='2'><c r='A2'><v>4006381333931</v></c><c r='B2'><v>12345678901234567</v></c></row>", "2|4006381333931|12345678901234567|\n" },
	{ "yes and no", HEAD "<row r='2'><c r='A2' t='b'><v>1</v></c><c r='B2' t='b'><v>0</v></c></row>", "2|y|n|\n" },
	{ "controls in their escape", HEAD "<row r='2'><c r='A2' t='s'><v>3</v></c>" TEXT("B2", "_x00e9_ _x0041") "</row>", "2|a\nb|_x00e9_ _x0041|\n" },
	{ "an empty row is none", HEAD "<row r='2'/><row r='3'><c r='A3' s='4'/></row><row r='4'>" TEXT("A4", "x") "</row>", "4|x||\n" },
	{ "cells that are empty past the header", HEAD "<row r='2'>" TEXT("A2", "x") TEXT("F2", "") "</row>", "2|x||\n" },
	{ "cells past the header", HEAD "<row r='2'>" TEXT("F2", "y") "</row><row r='3'>" TEXT("A3", "x") "</row>",
	  "2! Row 2 cannot be used: it has more fields than the header has columns.\n3|x||\n" },
	{ "an error is told", HEAD "<row r='2'><c r='C2' t='e'><v>#DIV/0!</v></c></row><row r='3'>" TEXT("A3", "x") "</row>",
	  "2! Row 2 cannot be used: cell 3 holds the error #DIV/0!.\n3|x||\n" },
	{ "a shared text there is not", HEAD "<row r='2'><c r='A2' t='s'><v>99</v></c></row><row r='3'>" TEXT("A3", "x") "</row>",
	  "2! Row 2 cannot be used: it names a text that the workbook does not have.\n3|x||\n" },
	{ "cells backwards", HEAD "<row r='2'>" TEXT("B2", "x") TEXT("A2", "y") "</row>", "2! The workbook is damaged: its cells are out of order.\n" },
	{ "rows backwards", HEAD "<row r='3'>" TEXT("A3", "x") "</row><row r='2'/>", "3|x||\n4! The workbook is damaged: its rows are out of order.\n" },
	{ "XML that ends early", HEAD "<row r='2'>" TEXT("A2", "x") "</row></sheetData>", "2|x||\n3! The workbook is damaged: one of its parts is no well-formed XML.\n" },
};

static void reading(void *ctx)
{
	const char *error = "";

	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		struct csv *c = with_rows(ctx, reads[i].rows, &error);

		tap_is_str(c == NULL ? error : dump(ctx, c), reads[i].want, "read: %s", reads[i].name);
		if (c != NULL) {
			tap_is_int(csv_next(c), CSV_END, "stays at the end: %s", reads[i].name);
			tap_ok(csv_progress(c) >= 0 && csv_progress(c) <= 1000, "progress: %s", reads[i].name);
		}
	}
	tap_ok(with_rows(ctx, "", &error) == NULL, "an empty sheet is refused");
	tap_is_str(error, "The file is empty; it needs a header with the names of the columns.", "and says why");
}

static const char *refusal(void *ctx, const struct part *parts, size_t n)
{
	const char *error = "";
	size_t size;
	char *bytes = zip_of(ctx, parts, n, &size);

	return sheet_open_bytes(ctx, bytes, size, &error) == NULL ? error : "taken";
}

/* What an attacker sends. */
static void hostile(void *ctx)
{
	const char *doctype = "<!DOCTYPE worksheet [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
		"<worksheet xmlns='" MAIN "'><sheetData><row r='1'><c r='A1' t='str'><v>&b;</v></c></row></sheetData></worksheet>";
	const char *outside = "<!DOCTYPE workbook SYSTEM 'file:///etc/passwd'><workbook/>", *error = "";
	const struct part lol[] = { { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", relations }, { "xl/sharedStrings.xml", texts },
		{ "xl/worksheets/other.xml", doctype } };
	const struct part external[] = { { "xl/workbook.xml", outside } }, other[] = { { "word/document.xml", "<x/>" } };
	const struct part broken[] = { { "xl/workbook.xml", "<workbook" } };
	const struct part lost[] = { { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", relations } };
	struct buf *deep = buf_new(ctx), *zeros = buf_new(ctx);
	struct part *many = mem_array(ctx, struct part, SHEET_ENTRIES_MAX + 1);
	const struct part bomb[] = { { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", relations }, { "xl/worksheets/other.xml", NULL } };
	struct part bombs[ARRAY_LEN(bomb)];

	tap_is_str(refusal(ctx, lol, ARRAY_LEN(lol)), "The header cannot be used. The workbook declares a document type, which no workbook needs.", "entities are refused");
	tap_is_str(refusal(ctx, external, 1), "The workbook declares a document type, which no workbook needs.", "a document type outside too");
	tap_is_str(refusal(ctx, other, 1), "The file is no Excel workbook (.xlsx).", "a zip of something else");
	tap_is_str(refusal(ctx, broken, 1), "The workbook is damaged: one of its parts is no well-formed XML.", "broken XML");
	tap_is_str(refusal(ctx, lost, 2), "The file is no Excel workbook (.xlsx).", "a sheet that is not there");
	for (int i = 0; i <= SHEET_DEPTH_MAX; i++)
		buf_adds(deep, "<a>");
	tap_is_str(refusal(ctx, &(struct part){ "xl/workbook.xml", deep->data }, 1), "The file is no Excel workbook (.xlsx).", "elements too deep");
	for (int i = 0; i <= SHEET_ENTRIES_MAX; i++)
		many[i] = (struct part){ mem_printf(ctx, "f%d", i), "" };
	tap_is_str(refusal(ctx, many, SHEET_ENTRIES_MAX + 1), "The workbook holds too many files.", "very many files");
	memset(buf_room(zeros, 8 * SHEET_RATIO_FROM), ' ', 8 * SHEET_RATIO_FROM);
	buf_grew(zeros, 8 * SHEET_RATIO_FROM);
	memcpy(bombs, bomb, sizeof(bomb));
	bombs[2].text = zeros->data;
	tap_is_str(refusal(ctx, bombs, ARRAY_LEN(bombs)), "The workbook is packed far denser than a table can be.", "a zip bomb");
	tap_ok(sheet_open_bytes(ctx, "PK\3\4", 4, &error) == NULL, "four bytes");
	tap_is_str(error, "The file is no Excel workbook (.xlsx).", "and says why");
	tap_ok(sheet_open(ctx, "/nonexistent.xlsx", &error) == NULL, "no file");
	tap_ok(sheet_begins("PK\3\4", 4) && !sheet_begins("PK\3", 3) && !sheet_begins("a,b\n", 4), "how a zip begins");
}

/* The directory of a zip says what unpacking costs; one that lies is caught while it unpacks. */
static void liar(void *ctx)
{
	struct buf *rows = buf_new(ctx);
	const char *error = "", *sheet;
	struct part parts[] = { { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", relations }, { "xl/sharedStrings.xml", texts },
		{ "xl/worksheets/other.xml", NULL } };
	struct csv *c;
	char *bytes, *at;
	size_t n;

	for (int i = 2; i < 4000; i++)
		buf_printf(rows, "<row r='%d'><c r='A%d'><v>%d</v></c></row>", i, i, i);
	sheet = mem_printf(ctx, "<worksheet xmlns='" MAIN "'><sheetData>" HEAD "%s</sheetData></worksheet>", rows->data);
	parts[3].text = sheet;
	bytes = zip_of(ctx, parts, ARRAY_LEN(parts), &n);
	/* its central directory: signature, then the size 24 bytes on; that of the last entry */
	at = NULL;
	for (size_t i = 0; i + 46 < n; i++)
		if (memcmp(bytes + i, "PK\1\2", 4) == 0)
			at = bytes + i;
	if (at == NULL)
		abort();
	memcpy(at + 24, "\x40\0\0\0", 4);
	setenv("SUTLER_TEST_SHEET_BYTES", "20000", 1);
	c = sheet_open_bytes(ctx, bytes, n, &error);
	unsetenv("SUTLER_TEST_SHEET_BYTES");
	tap_ok(c != NULL, "a zip that lies about a size looks harmless");
	at = dump(ctx, c);
	tap_ok(strstr(at, "larger than 400 MB") != NULL || strstr(at, "damaged") != NULL, "and is stopped at the bound");
}

static void writing(void *ctx)
{
	static const char *const head[] = { "product", "name", "price", "stock" }, *const rows[][4] = {
		{ "A-1", "=1+1", "19.90", "5" }, { "007", "+SUM(A1)", "-3", "x" }, { "@cmd", "a\nb", "", NULL },
		{ "caf\xc3\xa9", "_x0041_ & <b>", "1234567890123456789", "01" },
	};
	static const bool number[] = { false, false, true, true };
	char path[] = "/tmp/sheet-test-XXXXXX";
	const char *error = "";
	struct sheet_writer *w;
	struct csv *c;

	close(mkstemp(path));
	w = sheet_create(ctx, path, "Products");
	sheet_put(w, head, 4, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		sheet_put(w, rows[i], 4, number);
	tap_ok(sheet_close(w), "a workbook is written");
	c = sheet_open_any(ctx, path, &error);
	tap_is_str(c == NULL ? error : dump(ctx, c), "2|A-1|=1+1|19.9|5\n3|007|+SUM(A1)|-3|x\n4|@cmd|a\nb||\n"
		   "5|caf\xc3\xa9|_x0041_ & <b>|1234567890123456789|01\n", "and reads back, formulas as texts");
	mem_free(c);
	unlink(path);
	w = sheet_create(ctx, "/nonexistent/x.xlsx", "Products");
	sheet_put(w, head, 4, NULL);
	tap_ok(!sheet_close(w), "a directory that is not there is told");
}

/* What a person gets as CSV, an apostrophe before what would run, reads back as it was. */
static void apostrophes(void *ctx)
{
	static const char *const fields[] = { "=1+1", "'=1+1", "''@x", "-5", "'plain", "+34 600" };
	struct buf *b = buf_new(ctx);
	const char *error = "";
	struct csv *c;

	buf_adds(b, "a,b,c,d,e,f\r\n");
	csv_put(b, fields, ARRAY_LEN(fields), true);
	c = csv_open_text(ctx, b->data, b->len, &error);
	tap_ok(c != NULL && csv_next(c) == CSV_RECORD && *csv_field(c, 0) == '\'', "a formula is neutralised");
	for (size_t i = 0; c != NULL && i < ARRAY_LEN(fields); i++)
		tap_is_str(csv_cell(c, i), fields[i], "and reads back: %s", fields[i]);
}

int main(void)
{
	void *ctx = mem_context(NULL, "sheet test");

	reading(ctx);
	hostile(ctx);
	liar(ctx);
	writing(ctx);
	apostrophes(ctx);
	mem_free(ctx);
	return tap_done();
}
