/* Any bytes as a workbook, and as the XML of a sheet inside a good one: the reader ends, lines
   rise, fields are UTF-8, and who is refused hears a sentence. */
/* fuzz: lib/base/sheet.c lib/base/csv.c lib/base/utf8.c lib/base/buf.c lib/base/mem.c lib/base/log.c lib/base/clock.c */
#include "base/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char book[] = "<workbook xmlns:r='r'><sheets><sheet r:id='a'/></sheets></workbook>";
static const char relations[] = "<Relationships><Relationship Id='a' Target='s.xml'/><Relationship Id='b' Type='x/sharedStrings' Target='t.xml'/></Relationships>";
static const char texts[] = "<sst><si><t>one</t></si><si><t>two</t></si></sst>";

static void add(zip_t *z, const char *name, const void *bytes, size_t n)
{
	if (zip_file_add(z, name, zip_source_buffer(z, bytes, n, 0), 0) < 0)
		abort();
}

/* A workbook whose sheet is DATA. */
static void *wrap(const void *ctx, const uint8_t *data, size_t n, size_t *size)
{
	zip_error_t e;
	zip_source_t *into = zip_source_buffer_create(NULL, 0, 0, &e);
	zip_t *z = zip_open_from_source(into, ZIP_TRUNCATE, &e);
	zip_stat_t st;
	char *bytes;

	zip_source_keep(into);
	add(z, "xl/workbook.xml", book, strlen(book));
	add(z, "xl/_rels/workbook.xml.rels", relations, strlen(relations));
	add(z, "xl/t.xml", texts, strlen(texts));
	add(z, "xl/s.xml", data, n);
	if (zip_close(z) != 0 || zip_source_open(into) != 0 || zip_source_stat(into, &st) != 0)
		abort();
	*size = st.size;
	bytes = mem_alloc_array(ctx, st.size + 1, 1, "zip");
	zip_source_read(into, bytes, st.size);
	zip_source_close(into);
	zip_source_free(into);
	return bytes;
}

static void read_all(const void *ctx, const void *bytes, size_t n)
{
	const char *error = NULL;
	struct csv *c = sheet_open_bytes(ctx, bytes, n, &error);
	enum csv_result result;
	int64_t line = 0;

	if (c == NULL && (error == NULL || error[strlen(error) - 1] != '.'))
		BUG("refused without a sentence");
	while (c != NULL && (result = csv_next(c)) != CSV_END) {
		if (csv_line(c) <= line || csv_progress(c) < 0 || csv_progress(c) > 1000)
			BUG("line %lld after line %lld", (long long)csv_line(c), (long long)line);
		line = csv_line(c);
		for (size_t i = 0; result == CSV_RECORD && i < csv_columns(c); i++)
			if (!utf8_valid(csv_field(c, i), strlen(csv_field(c, i))))
				BUG("a field that is not UTF-8");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	size_t size;
	void *zip;

	read_all(ctx, data, n);
	zip = wrap(ctx, data, n, &size);
	read_all(ctx, zip, size);
	mem_free(ctx);
	return 0;
}
