/*
 * base.h -- the few words every file of sutler knows.
 *
 * Nothing here knows a shop, a database or a request.  A broken invariant is
 * said with BUG(), which logs and aborts: the supervisor starts the process
 * again and the open transaction is gone, so nothing is half done.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1u << (n))

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
/* A function for what is rare inside of what is frequent: not made part of its caller. */
#define RARE __attribute__((noinline, cold))
#define MUST_USE __attribute__((warn_unused_result))

/* Marks a sentence for translation where it stands in a table; the reader
   passes it through text_get().  dev/gen-pot collects N_("...") and _("..."). */
#define N_(sentence) sentence

/* A defect of the program itself: logs the place and aborts. */
NORETURN void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

#endif
