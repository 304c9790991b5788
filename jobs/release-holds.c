/* release-holds -- give back the stock that carts held too long.  Manual: sutler-release-holds(8). */
#include "db/job.h"
#include "db/query/job.h"

/* Holds of one transaction: their stock rows stay locked some 10 ms. */
#define HOLDS_IN_A_BATCH 200

static int64_t release(struct job_run *j)
{
	return row_job_release_holds(q_job_release_holds(j->db, j->tenant, HOLDS_IN_A_BATCH))->released;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "release-holds", .step = release };

	return job_run(&job, argc, argv);
}
