/* forget -- what is over about log-ins: counters, links, sessions.  Manual: sutler-forget(8). */
#include "db/job.h"
#include "db/query/job.h"

/* Of each kind in one transaction: some 10 ms. */
#define ROWS_IN_A_BATCH 500

static int64_t forget(struct job_run *j)
{
	return row_job_forget(q_job_forget(j->db, j->tenant, ROWS_IN_A_BATCH))->forgotten;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "forget", .step = forget };

	return job_run(&job, argc, argv);
}
