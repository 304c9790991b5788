/*
 * tap.h -- tests in C speak TAP (Test Anything Protocol 12), read by prove.
 *
 * Each check prints "ok" or "not ok" with its name; a failed one says what came
 * and what was wanted.  tap_done() prints the plan and gives main's exit status.
 */
#ifndef T_UNIT_TAP_H
#define T_UNIT_TAP_H

#include "base/base.h"

bool tap_ok(bool yes, const char *name, ...) PRINTF_LIKE(2, 3);
bool tap_is_str(const char *got, const char *want, const char *name, ...) PRINTF_LIKE(3, 4);
bool tap_is_int(int64_t got, int64_t want, const char *name, ...) PRINTF_LIKE(3, 4);
void tap_note(const char *fmt, ...) PRINTF_LIKE(1, 2);
void tap_skip(const char *why, const char *name);
MUST_USE int tap_done(void);

#endif
