/* tend-stock -- set apart what expired, and gather what is to be made.  Manual: sutler-tend-stock(8). */
#include "db/job.h"
#include "db/query/job.h"

/* Lots of one transaction: each locks the stock row of its variant. */
#define LOTS_IN_A_BATCH 50
/* Lines of orders that join production orders in one transaction. */
#define LINES_IN_A_BATCH 100

static int64_t tend(struct job_run *j)
{
	struct rows *done = q_job_tend_stock(j->db, j->tenant, LOTS_IN_A_BATCH, LINES_IN_A_BATCH);

	return row_job_tend_stock(done)->done;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "tend-stock", .step = tend };

	return job_run(&job, argc, argv);
}
