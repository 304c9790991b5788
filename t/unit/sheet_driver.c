/* sheet_driver read FILE | write FILE -- a workbook as lines of fields between tabs, or such lines
   as a workbook; t/unit/sheet_openpyxl.t checks both against another program. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sheet.h"

#define COLUMNS 30

static int read_sheet(void *ctx, const char *path)
{
	const char *error;
	struct csv *c = sheet_open(ctx, path, &error);
	enum csv_result r;

	if (c == NULL) {
		puts(error);
		return 1;
	}
	while ((r = csv_next(c)) != CSV_END) {
		printf("%lld", (long long)csv_line(c));
		for (size_t i = 0; r == CSV_RECORD && i < csv_columns(c); i++)
			printf("\t%s", csv_field(c, i));
		puts(r == CSV_BAD ? csv_why(c) : "");
	}
	return 0;
}

static int write_sheet(void *ctx, const char *path)
{
	struct sheet_writer *w = sheet_create(ctx, path, "Products");
	static const bool number[COLUMNS] = { [2] = true };
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *fields[COLUMNS] = { NULL };
		char *rest = line;
		size_t n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (rest != NULL && n < COLUMNS)
			fields[n++] = strsep(&rest, "\t");
		sheet_put(w, fields, n, number);
	}
	return sheet_close(w) ? 0 : 1;
}

int main(int argc, char **argv)
{
	void *ctx = mem_context(NULL, "driver");
	int status;

	if (argc != 3)
		return 64;
	status = strcmp(argv[1], "read") == 0 ? read_sheet(ctx, argv[2]) : write_sheet(ctx, argv[2]);
	mem_free(ctx);
	return status;
}
