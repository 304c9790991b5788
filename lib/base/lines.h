/*
 * lines.h -- long files line by line, and what is in a directory, under a context.
 *
 * A line may be as long as memory allows (a row of a dump); the room for it is used again for
 * the next one.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/base.h"

#include <stdio.h>

struct lines;

/* Reads FILE, which is closed with CTX or by lines_end(). */
struct lines *lines_new(const void *ctx, FILE *file);
/* The next line with its line feed, which the last may lack, and a NUL behind; *N bytes (may be
   NULL).  NULL at the end.  It is good until the next call. */
char *lines_next(struct lines *l, size_t *n);
void lines_end(struct lines *l);                             /* NULL is fine */

/* The names in a directory without "." and "..", in the order of ORDER, *N of them; NULL with errno
   when it cannot be read. */
const char **dir_names(const void *ctx, const char *path, int (*order)(const char *a, const char *z), size_t *n);

#endif
