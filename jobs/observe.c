/* observe -- take the figures of all merchants together, each minute.  Manual: sutler-observe(8). */
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/job.h"
#include "db/query/observe.h"

/* What was counted so far; moments are the earliest, 0 for none. */
struct figures {
	int64_t tenants, waiting, troubled, oldest, failed, unsealed, unsealed_since, low, lacking, holds, stale_holds, unknown,
		unknown_since, open_work;
};

static void earliest(int64_t *moment, bool has, int64_t other)
{
	if (has && (*moment == 0 || other < *moment))
		*moment = other;
}

static void add(struct figures *f, const struct row_observe_figures *w)
{
	f->tenants++;
	f->waiting += w->waiting;
	f->troubled += w->troubled;
	earliest(&f->oldest, w->has_oldest, w->oldest);
	f->failed += w->failed;
	f->unsealed += w->unsealed;
	earliest(&f->unsealed_since, w->has_unsealed_since, w->unsealed_since);
	f->low += w->low;
	f->lacking += w->lacking;
	f->holds += w->holds;
	f->stale_holds += w->stale_holds;
	f->unknown += w->unknown;
	earliest(&f->unknown_since, w->has_unknown_since, w->unknown_since);
	f->open_work += w->open_work;
}

/* One merchant in a transaction of his own; false when he could not be asked. */
static bool ask(struct job_run *j, const char *tenant, struct figures *f)
{
	void *before = j->mem;
	struct rows *rows;
	bool done;

	j->mem = mem_context(j->all, "tenant");
	job_begin(j, tenant);
	rows = q_observe_figures(j->db, tenant);
	done = job_commit(j) && rows_found(rows);
	if (done)
		add(f, row_observe_figures(rows));
	mem_free(j->mem);
	j->mem = before;
	return done;
}

static const int64_t *moment(const int64_t *ms) { return *ms == 0 ? NULL : ms; }

static bool keep(struct job_run *j, const struct figures *f)
{
	job_begin(j, NULL);
	q_observe_keep(j->db, f->tenants, f->waiting, f->troubled, moment(&f->oldest), f->failed, f->unsealed, moment(&f->unsealed_since),
		     f->low, f->lacking, f->holds, f->stale_holds, f->unknown, moment(&f->unknown_since), f->open_work);
	return job_commit(j);
}

/* Sums over some merchants would look as if things got better: all of them, or what was known before
   stays, and its age tells. */
static int64_t look(struct job_run *j)
{
	struct figures f = { 0 };
	struct rows *tenants;

	job_begin(j, NULL);
	tenants = q_job_tenants(j->db);
	if (!job_commit(j)) {
		job_wrong(j);
		return 0;
	}
	for (size_t i = 0; i < rows_count(tenants); i++) {
		if (job_stopping(j))
			log_warn("time is over before all merchants were asked", NULL);
		if (job_stopping(j) || !ask(j, row_job_tenants_at(tenants, i)->tenant, &f)) {
			job_wrong(j);
			return f.tenants;
		}
	}
	if (!keep(j, &f))
		job_wrong(j);
	return f.tenants;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "observe", .round = look };

	return job_run(&job, argc, argv);
}
