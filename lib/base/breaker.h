/*
 * breaker.h -- a circuit breaker: who is known to be away is not waited for.
 *
 * One circuit per key (an account at a gateway).  After BREAKER_FAILURES failures in
 * a row it opens: nobody asks any more, the answer is "away" at once.  Every
 * BREAKER_PROBE_S one caller is let through as a probe; its success closes the
 * circuit, its failure keeps it open.
 *
 * The state lies in memory shared by all processes forked after breaker_new(): five
 * failures are five, whichever workers met them.  A worker that dies with the lock
 * leaves it usable.  When there are more keys than BREAKER_KEYS, the one unused for
 * longest is forgotten, which at worst lets a few callers wait again.
 */
#ifndef BASE_BREAKER_H
#define BASE_BREAKER_H

#include "base/base.h"

#define BREAKER_FAILURES 5              /* in a row; one hiccup stops nobody (P15) */
#define BREAKER_PROBE_S 30              /* between two probes */
#define BREAKER_KEYS 512                /* accounts that pay within minutes of each other */
#define BREAKER_KEY_LEN 63

struct breaker;

struct breaker *breaker_new(const void *ctx);
/* Whether KEY may be asked now; NOW_US of clock_steady_us().  Who is let through tells. */
bool breaker_allows(struct breaker *b, const char *key, int64_t now_us);
/* What became of it.  True when that opened or closed the circuit. */
bool breaker_tell(struct breaker *b, const char *key, bool good, int64_t now_us);

#endif
