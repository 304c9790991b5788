/* reconcile-stock -- prove the counted stock by movements and holds, and make the tables of
   the coming months.  Manual: sutler-reconcile-stock(8). */
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/job.h"

#include <inttypes.h>
#include <stdio.h>

#define MONTHS_AHEAD 3                  /* a job that does not run for a season still breaks nothing */
#define STATEMENT_MS (10 * 60 * 1000)   /* the proof of a tenant is one statement over all its stock */
#define BUDGET_S (4 * 60 * 60)          /* it starts in the night and is over in the morning */

static bool make_months(struct job_run *j)
{
	struct rows *failed;
	bool done;

	j->mem = mem_context(j->all, "months");
	job_begin(j, NULL);
	failed = q_job_make_months(j->db, MONTHS_AHEAD);
	done = job_commit(j);
	for (size_t i = 0; i < rows_count(failed); i++) {
		log_error("partition cannot be made: rows of its month lie in the default one", "table",
			  row_job_make_months_at(failed, i)->partition, NULL);
		job_wrong(j);
	}
	mem_free(j->mem);
	/* Without the tables of a coming month the default ones take its rows. */
	if (!done)
		job_wrong(j);
	return true;
}

static const char *number(const void *ctx, int64_t n)
{
	return mem_printf(ctx, "%" PRId64, n);
}

static int64_t reconcile(struct job_run *j)
{
	struct rows *count = q_job_reconcile(j->db, j->tenant);
	struct rows *wrong = q_job_differences(j->db);

	for (size_t i = 0; i < rows_count(wrong); i++) {
		const struct row_job_differences *d = row_job_differences_at(wrong, i);

		log_error("stock differs from its proof", "tenant", j->tenant, "variant", d->variant,
			  "warehouse", d->warehouse, "what", d->what, "counted", number(j->mem, d->counted),
			  "proven", number(j->mem, d->proven), NULL);
		job_wrong(j);
	}
	j->done += row_job_reconcile(count)->checked;
	/* Once a night and tenant: what was found stays found. */
	return 0;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "reconcile-stock", .start = make_months, .step = reconcile,
		.timeout_ms = STATEMENT_MS, .budget_s = BUDGET_S,
	};

	return job_run(&job, argc, argv);
}
