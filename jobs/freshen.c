/* freshen -- keep badges, counts and versions of the catalogue true.  Manual: sutler-freshen(8). */
#include "db/job.h"
#include "db/query/catalog.h"

/* Stale things of one transaction: their listing rows stay locked some 50 ms. */
#define STALE_IN_A_BATCH 500
/* Such a transaction takes a tenth of a second; many times that on a machine that has other work. */
#define STEP_TIMEOUT_MS 60000

static int64_t look(struct job_run *j)
{
	return row_freshen_step(q_freshen_step(j->db, j->tenant, STALE_IN_A_BATCH))->taken;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "freshen", .step = look, .resident = true, .timeout_ms = STEP_TIMEOUT_MS,
	};

	return job_run(&job, argc, argv);
}
