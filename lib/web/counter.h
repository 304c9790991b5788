/*
 * counter.h -- figures of a program, in a mapped file that all workers share.
 *
 * The file RUNDIR/counters-NAME is made by the master and mapped by its workers;
 * any program may map it and read it while they run.  All numbers are native
 * 64-bit integers that only grow (until the program starts again), added with
 * relaxed atomics: a reader may see one of two numbers a moment earlier than the
 * other.  Layout: struct counter_head, then nrows of struct counter_row; row 0
 * counts what no route took (unknown host, 404, malformed).
 *
 * Buckets of time: upper bounds in counter_bounds_us[], the last has none.
 */
#ifndef WEB_COUNTER_H
#define WEB_COUNTER_H

#include "base/base.h"

#define COUNTER_MAGIC "SUTLERC1"
#define COUNTER_BUCKETS 14
extern const int64_t counter_bounds_us[COUNTER_BUCKETS - 1];

struct counter_head {
	char magic[8];
	int64_t nrows;
	int64_t started_ms;             /* clock_ms() of the master's start */
	int64_t last_ms;                /* of the last request */
	int64_t crashes;                /* workers that ended unasked */
	int64_t reserved[3];
	char program[64];
};

struct counter_row {
	char route[112];                /* "GET /c/{slug}", NUL-terminated */
	int64_t requests;
	int64_t declined;               /* 4xx */
	int64_t errors;                 /* 5xx */
	int64_t reruns;
	int64_t time_us;
	int64_t db_us;
	int64_t trips;
	int64_t bucket[COUNTER_BUCKETS];
};

struct route;
struct counters;

/* PATH NULL, or a file that cannot be made (logged): figures are kept without a file. */
struct counters *counters_open(const void *ctx, const char *path, const char *program,
			       const struct route *routes, int64_t now_ms);
struct counter_head *counters_head(struct counters *c);
/* INDEX of the route in its table, or -1. */
void counter_add(struct counters *c, int index, int status, int64_t time_us, int64_t db_us,
		 unsigned trips, unsigned reruns, int64_t now_ms);

#endif
