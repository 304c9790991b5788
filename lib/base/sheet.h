/*
 * sheet.h -- Excel workbooks (.xlsx) as tables, read and written, over libzip, expat
 * and libxlsxwriter.
 *
 * Reading gives a struct csv of the first sheet that is not hidden, so whoever reads
 * tables reads both; its lines are the sheet's row numbers.  A workbook is a zip of XML
 * that anybody may have made: nothing is unpacked into files, parts are found by the
 * names the workbook itself gives them, sizes are bounded before and while something is
 * read, and a document type (with it every entity) is refused.  Formulas count as the
 * value that was last computed; nothing is computed here.  Dates are the numbers that
 * Excel keeps for them.
 *
 * Nothing is held whole: rows are read one by one, texts that rows share wait in a file
 * without a name.  Writing streams as well, and each text is written as a text: a
 * spreadsheet never takes it for a formula.
 */
#ifndef BASE_SHEET_H
#define BASE_SHEET_H

#include "base/csv.h"

#define SHEET_ENTRIES_MAX 1000          /* files in the zip: a workbook of 100 sheets has 300 */
#define SHEET_BYTES_MAX (400 * 1024 * 1024) /* unpacked, in all: 200 000 rows of 25 cells, 80 bytes of XML each */
#define SHEET_RATIO_MAX 100             /* unpacked to packed; sheets of real shops stay below 40 */
#define SHEET_RATIO_FROM (1024 * 1024)  /* what unpacks to less may be as dense as it likes */
#define SHEET_NAME_MAX 255              /* bytes of a part's name */
#define SHEET_DEPTH_MAX 32              /* elements inside each other; the format has 8 */
#define SHEET_TEXTS_MAX 2000000         /* texts that rows share: 8 bytes of memory each */
#define SHEET_CELL_MAX 32767            /* code points of a cell: the format's own bound */
#define SHEET_ROW_MAX 1048576           /* the last row of the format */

/* Opens a workbook, or N bytes of one that live as long as the reader, and reads the
   header; NULL with a whole sentence in *ERROR (under CTX). */
struct csv *sheet_open(const void *ctx, const char *path, const char **error);
struct csv *sheet_open_bytes(const void *ctx, const void *bytes, size_t n, const char **error);

/* Whether N bytes (the first of a file, 4 at least) begin a zip, which a workbook is. */
bool sheet_begins(const void *bytes, size_t n);
/* A table of either kind, by how the file begins. */
struct csv *sheet_open_any(const void *ctx, const char *path, const char **error);

/* ---- writing ---- */

struct sheet_writer;

/* A workbook of one sheet NAME that appears at PATH by sheet_close(). */
struct sheet_writer *sheet_create(const void *ctx, const char *path, const char *name);
/* Adds a row of N fields (NULL: empty).  NUMBER, when there is one, tells which columns hold plain
   decimals; a field there that is none is a text.
   A text longer than a cell is cut. */
void sheet_put(struct sheet_writer *w, const char *const *fields, size_t n, const bool *number);
/* False when the file could not be written; the writer is over. */
bool sheet_close(struct sheet_writer *w);

#endif
