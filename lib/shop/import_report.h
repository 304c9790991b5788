/*
 * import_report.h -- what was wrong with a file, by line and column.
 *
 * An import goes on after a fault, so that one run tells the merchant all of
 * them; nothing comes in while there is one.  All faults are counted, the first
 * REPORT_MOST are kept (or as many as report_keep() says): a file in a wrong encoding has a fault in every line and
 * nobody reads ten thousand.  Texts from the file are shown shortened and without
 * control characters, so a report is safe on a terminal.
 */
#ifndef SHOP_IMPORT_REPORT_H
#define SHOP_IMPORT_REPORT_H

#include "base/base.h"

/* Faults kept; more than a screen is not read, all are counted. */
#define REPORT_MOST 100
/* The same where the report becomes a file of its own, with which somebody mends his. */
#define REPORT_FILE_MOST 5000
/* Characters of a text of the file inside a message. */
#define REPORT_QUOTE_MAX 40

struct report_fault {
	int64_t line;                   /* from 1; 0: the file as a whole */
	const char *column;             /* the column's or setting's name; "" for the whole line */
	const char *message;            /* a sentence without full stop */
	bool warning;                   /* told, but the import goes on */
};

struct report {
	const void *ctx;
	const char *path;
	struct report_fault *faults;    /* in the order they were found */
	size_t kept, most;
	int64_t errors, warnings;       /* all, kept or not */
};

void report_init(struct report *r, const void *ctx, const char *path);
void report_error(struct report *r, int64_t line, const char *column, const char *fmt, ...) PRINTF_LIKE(4, 5);
void report_warn(struct report *r, int64_t line, const char *column, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Keeps up to MOST faults; before the first. */
void report_keep(struct report *r, size_t most);
/* Orders the kept faults by line. */
void report_sort(struct report *r);

/* TEXT of the file for a message, in double quotes, under the report's context. */
const char *report_quote(const struct report *r, const char *text);
/* The one of the N names nearest to WORD, or NULL when none is near (a slip or two of the finger). */
const char *report_nearest(const char *word, const char *const *names, size_t n);

#endif
