/*
 * clock.h -- the one clock of the C side.
 *
 * In a developer build SUTLER_TEST_CLOCK names a file holding ms to add, so that
 * tests can step the time of running programs; a release build has no such door.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

int64_t clock_ms(void);                 /* wall clock, ms since 1970 UTC */
int64_t clock_steady_us(void);          /* monotonic, us: for durations and deadlines */

#endif
