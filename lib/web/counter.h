/*
 * counter.h -- figures of a program, in a mapped file that all workers share.
 *
 * The file RUNDIR/counters-NAME (of a systemd service: counters in its own runtime directory)
 * is made by the master and mapped by its workers; any program that may read it may do so
 * while they run.  All numbers are native 64-bit integers, added with relaxed
 * atomics: a reader may see one of two numbers a moment earlier than the other.  Layout:
 * struct counter_head, then nrows of struct counter_row; row 0 counts what no route took
 * (unknown host, 404, malformed).
 *
 * Numbers only grow.  A program that starts again goes on with those of the file it finds, by
 * the names of its routes: what a monitor has seen is not seen a second time, and a program
 * that left because nobody asked for it keeps its history.
 *
 * sutler-watch(8) says what it all means to who looks on.
 */
#ifndef WEB_COUNTER_H
#define WEB_COUNTER_H

#include "base/base.h"
#include "web/limits.h"

#define COUNTER_MAGIC "SUTLERC2"

/* Upper bounds of the times of answers, in us; what takes longer has none. */
#define COUNTER_BOUNDS(B) \
	B(500, "a page from the cache of a worker") \
	B(1000, "one round trip on a quiet host") \
	B(2500, "a page of the shop on a quiet host") \
	B(5000, "twice that") \
	B(10000, "a page of the shop under load") \
	B(25000, "a form that commits to a disk") \
	B(50000, "the bound of one statement (OPS-19)") \
	B(100000, "what people feel as at once") \
	B(200000, "the bound of the interface's p95 (OPS-19)") \
	B(500000, "the bound of a search; a password's hash") \
	B(1000000, "a password's hash on a busy host") \
	B(2000000, "the bound of a page (OPS-19)") \
	B(5000000, "the bound of an upload of 10 MB, of a call of courier and of a statement")

enum {
#define COUNTER_BOUND_ONE(us, reason) + 1
	COUNTER_BOUNDS_COUNT = 0 COUNTER_BOUNDS(COUNTER_BOUND_ONE),
#undef COUNTER_BOUND_ONE
	COUNTER_BUCKETS = COUNTER_BOUNDS_COUNT + 1,
	COUNTER_CLASSES = 6,            /* status / 100; 0: nothing was answered */
	COUNTER_MINUTES = 64,           /* the last hour and what a late reader needs */
};
struct counter_bound { int64_t us; const char *reason; };
extern const struct counter_bound counter_bounds[COUNTER_BOUNDS_COUNT];

enum counter_state { COUNTER_ABSENT, COUNTER_IDLE, COUNTER_BUSY };

/* One minute of the clock; a place is used again after COUNTER_MINUTES. */
struct counter_minute {
	int64_t minute;                 /* since 1970 */
	int64_t requests;
	int64_t errors;                 /* 5xx */
	int64_t slow;                   /* above COUNTER_SLOW_US */
};
#define COUNTER_SLOW_US 2000000         /* the bound of a page (OPS-19) */

/* Written by one worker alone: a line of the processor's cache for each. */
struct counter_worker {
	int64_t state;                  /* enum counter_state */
	int64_t reserved[7];
};

struct counter_head {
	char magic[8];
	int64_t nrows;
	int64_t started_ms;             /* clock_ms() of the master's start */
	int64_t last_ms;                /* of the last request */
	int64_t starts;                 /* of the master: also by SIGHUP */
	int64_t crashes;                /* workers that ended unasked */
	int64_t recycles;               /* workers that had served enough */
	int64_t workers;                /* that there are to be */
	char program[64];
	struct counter_minute minute[COUNTER_MINUTES];
	struct counter_worker worker[LIMIT_WORKERS];
};

struct counter_row {
	char route[112];                /* "GET /c/{slug}", NUL-terminated */
	int64_t status[COUNTER_CLASSES];
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
			       const struct route *routes, int workers, int64_t now_ms);
struct counter_head *counters_head(struct counters *c);
/* INDEX of the route in its table, or -1. */
void counter_add(struct counters *c, int index, int status, int64_t time_us, int64_t db_us,
		 unsigned trips, unsigned reruns, int64_t now_ms);
/* What the worker at PLACE does now; C may be NULL. */
void counter_worker_is(struct counters *c, int place, enum counter_state state);

/* A copy of the figures in the file PATH as they are now, made under CTX: whoever writes it is
   not trusted, so what a reader gets holds together.  NULL: there is none, or it is something else. */
struct counter_copy {
	const struct counter_head *head;
	const struct counter_row *rows;         /* head->nrows of them; routes end */
};
const struct counter_copy *counters_read(const void *ctx, const char *path);

/* All of the house that may be read, by name: those of the files DIR/counters-NAME and
   DIR/NAME/counters.  A program is called what its file is called, not what it says. */
#define COUNTER_PROGRAMS 64
struct counter_named {
	const char *program;
	const struct counter_copy *copy;
};
size_t counters_read_all(const void *ctx, const char *dir, struct counter_named *out);

/* Adds to SUM what happened in the sixty minutes up to NOW. */
void counter_hour(const struct counter_copy *c, int64_t now_ms, struct counter_minute *sum);

#endif
