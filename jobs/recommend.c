/* recommend -- every night: what is bought together, looked at together, and alike; how popular it is.
   Manual: sutler-recommend(8). */
#include "db/job.h"
#include "db/query/job.h"

#define PRODUCTS_IN_A_STEP 100          /* one transaction: some ms for each product that sells */
#define STEPS_MOST 20000                /* two million products of a merchant: beyond, the next night goes on */
#define STATEMENT_MS (60 * 1000)        /* 100 products, each with 500 orders */
#define BUDGET_S (3 * 60 * 60)          /* it starts in the night and is over in the morning */

static int64_t recommend(struct job_run *j)
{
	int64_t n = row_job_recommend(q_job_recommend(j->db, j->tenant, PRODUCTS_IN_A_STEP))->done;

	j->done += n;
	return n;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "recommend", .step = recommend, .steps = STEPS_MOST, .timeout_ms = STATEMENT_MS, .budget_s = BUDGET_S,
	};

	return job_run(&job, argc, argv);
}
