/*
 * csv.h -- tables as files, read record by record over libcsv, and written.
 *
 * Reading takes what shops export: RFC 4180, and also UTF-8 with a byte order
 * mark, line ends LF, CRLF or CR, the delimiters comma, semicolon and tab (the
 * one found most in the header), blank lines, spaces around unquoted fields, and
 * records with too few fields, which are padded with empty ones.  A record with
 * too many fields, wrong quotes, bytes that are no UTF-8 or a field past a limit
 * is bad: its line and reason are told and reading goes on with the next line.
 * The file is never held whole.
 *
 * The first record is the header; names are trimmed and found without regard to
 * ASCII case, and no name may come twice.  The line of a record is the one it
 * starts on, counted from 1, as an editor shows it.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

#define CSV_COLUMNS_MAX 512             /* Shopify's widest export has about 100 */
#define CSV_FIELD_MAX (1024 * 1024)     /* bytes: a product description with pictures inside */
#define CSV_RECORD_MAX (4 * 1024 * 1024) /* bytes: what a wrong quote can swallow at most */
#define CSV_RECORDS_MAX 1000000         /* a longer file is to be split by who sends it */

struct csv;

enum csv_result { CSV_RECORD, CSV_BAD, CSV_END };

/* A row of a source that is no text (base/sheet.h): its fields, each closed by a NUL, and where they
   begin.  TEXT and WHY belong to the reader. */
struct csv_row {
	struct buf *text;
	size_t at[CSV_COLUMNS_MAX];
	size_t n;
	int64_t line;
	char why[256];                  /* after CSV_BAD: a whole sentence */
};

/* Opens a file, or N bytes that live as long as the reader, and reads the header; NULL with
   a whole sentence in *ERROR (under CTX).  The reader closes its file when CTX is freed. */
struct csv *csv_open(const void *ctx, const char *path, const char **error);
struct csv *csv_open_text(const void *ctx, const char *text, size_t n, const char **error);
/* The same over rows that NEXT(USER) gives, the header first; PROGRESS(USER) is how much of it was
   read, in thousandths.  A field is as the source has it: csv_cell() takes nothing away. */
struct csv *csv_open_source(const void *ctx, enum csv_result (*next)(void *user, struct csv_row *row),
	int (*progress)(void *user), void *user, const char **error);

size_t csv_columns(const struct csv *c);
const char *csv_name(const struct csv *c, size_t column);    /* as in the file, trimmed */
int csv_column(const struct csv *c, const char *name);       /* -1: there is no such column */

/* The next record.  After CSV_BAD csv_why() is the reason, a whole sentence with the line;
   fields and reason live until the next call. */
enum csv_result csv_next(struct csv *c);
int64_t csv_line(const struct csv *c);                       /* where the record starts */
const char *csv_field(const struct csv *c, size_t column);   /* never NULL; "" past the end */
/* The field without the apostrophe that csv_put() set FOR_PEOPLE. */
const char *csv_cell(const struct csv *c, size_t column);
const char *csv_why(const struct csv *c);
/* How much of the file was read, in thousandths. */
int csv_progress(const struct csv *c);

/* Adds one record of N fields (NULL: empty), quoted where needed, ended by CR LF.  FOR_PEOPLE
   neutralises what a spreadsheet would run as a formula by an apostrophe in front (OWASP
   "CSV Injection"); plain numbers stay numbers.  Read back, csv_cell() gives what was put. */
void csv_put(struct buf *out, const char *const *fields, size_t n, bool for_people);

#endif
