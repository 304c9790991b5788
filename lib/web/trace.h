/*
 * trace.h -- what GET leaves behind: search log, views of products.
 *
 * A page that only reads must not write, so its traces are kept in the worker and
 * inserted after an answer was sent: when LIMIT_TRACES rows are there, when the
 * oldest is LIMIT_TRACE_AGE_MS old, and when the worker ends.  One short
 * transaction per tenant, one statement per kind.  A crash may lose them; nothing
 * that matters may be a trace.
 *
 *	static void insert_views(struct db *db, const struct trace *const *rows, size_t n) ...
 *	static const struct trace_kind view_trace = { "view", insert_views };
 *	trace_add(r, &view_trace, view, sizeof(*view));
 */
#ifndef WEB_TRACE_H
#define WEB_TRACE_H

#include "web/request.h"

struct trace {
	const char *tenant;
	int64_t at_ms;
	const void *row;                /* the kind's own struct */
};

struct trace_kind {
	const char *name;
	/* Queues the statements that insert N rows of one tenant. */
	void (*insert)(struct db *db, const struct trace *const *rows, size_t n);
};

/* Keeps a row; call it from the handler, it counts only if the answer succeeds.  ROW must
   come from mem_*() and is taken over with everything that hangs under it. */
void trace_add(struct req *r, const struct trace_kind *kind, void *row);

/* --- for the loop -------------------------------------------------------------- */
struct trace_keep;
struct trace_keep *trace_keep_new(const void *ctx);
/* Takes over what a request has left. */
void trace_take(struct trace_keep *keep, const struct trace_kind *kind, const char *tenant, int64_t at_ms,
		void *row);
/* Milliseconds until the oldest is due, -1 when there is none. */
int trace_due_ms(const struct trace_keep *keep);
/* Inserts what is due (ALL: everything).  Failures are logged and the rows dropped. */
void trace_write(struct trace_keep *keep, struct db *db, bool all);

#endif
