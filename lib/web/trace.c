#include "web/trace.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"
#include "web/limits.h"

#include <string.h>

struct kept {
	struct trace trace;             /* first */
	const struct trace_kind *kind;
	bool done;
};

struct trace_keep {
	void *mem;                      /* of all rows; freed when they are written */
	struct kept row[LIMIT_TRACES];
	size_t n;
	int64_t oldest_us;
};

void trace_add(struct req *r, const struct trace_kind *kind, void *row)
{
	struct exchange *x = r->x;

	if (x->ntraces == LIMIT_NOTES)
		BUG("more than %d traces in one request", LIMIT_NOTES);
	x->traces[x->ntraces++] = (struct kept_trace){ kind, row };
}

struct trace_keep *trace_keep_new(const void *ctx)
{
	struct trace_keep *keep = mem_new(ctx, struct trace_keep);

	keep->mem = mem_context(keep, "traces");
	return keep;
}

void trace_take(struct trace_keep *keep, const struct trace_kind *kind, const char *tenant, int64_t at_ms,
		void *row)
{
	struct kept *k = &keep->row[keep->n];

	if (keep->n == LIMIT_TRACES)
		return;                 /* the loop writes before this; a trace may be lost */
	if (keep->n++ == 0)
		keep->oldest_us = clock_steady_us();
	mem_steal(keep->mem, row);
	*k = (struct kept){ .kind = kind };
	k->trace = (struct trace){ mem_strdup(keep->mem, tenant), at_ms, row };
}

int trace_due_ms(const struct trace_keep *keep)
{
	int64_t left_ms;

	if (keep->n == 0)
		return -1;
	left_ms = LIMIT_TRACE_AGE_MS - (clock_steady_us() - keep->oldest_us) / 1000;
	return left_ms < 0 ? 0 : (int)left_ms;
}

/* All rows of one tenant in one transaction, each kind in one call. */
static void write_tenant(struct trace_keep *keep, struct db *db, const char *tenant)
{
	const struct trace *rows[LIMIT_TRACES];

	db_begin(db, keep->mem, tenant, false, clock_steady_us() + 2000000);
	for (size_t i = 0; i < keep->n; i++) {
		const struct trace_kind *kind = keep->row[i].kind;
		size_t n = 0;

		for (size_t j = i; j < keep->n; j++) {
			struct kept *k = &keep->row[j];

			if (!k->done && k->kind == kind && strcmp(k->trace.tenant, tenant) == 0) {
				rows[n++] = &k->trace;
				k->done = true;
			}
		}
		if (n > 0)
			kind->insert(db, rows, n);
	}
	if (db_commit(db) != DB_OK)
		db_log_failure(db);
	db_end(db);
}

void trace_write(struct trace_keep *keep, struct db *db, bool all)
{
	int due = trace_due_ms(keep);

	/* The traces of one more request must always fit. */
	if (due < 0 || !(all || due == 0 || keep->n > LIMIT_TRACES - LIMIT_NOTES))
		return;
	for (size_t i = 0; i < keep->n; i++)
		if (!keep->row[i].done)
			write_tenant(keep, db, keep->row[i].trace.tenant);
	mem_free(keep->mem);
	keep->mem = mem_context(keep, "traces");
	keep->n = 0;
}
