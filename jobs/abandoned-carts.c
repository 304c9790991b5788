/* abandoned-carts -- remind people of carts they left.  Manual: sutler-abandoned-carts(8). */
#include "db/job.h"
#include "db/query/job.h"

#define HOUR 3600
#define DAY (24 * HOUR)
#define CARTS_IN_A_BATCH 100

/* A reminder goes out once a cart was left alone so long; never when it was left so long
   ago that nobody remembers it: after days without cron only those are mailed that are
   still worth it.  Between two reminders of a cart lie at least GAP seconds. */
static const struct step {
	int number, after_s, before_s, gap_s;
} steps[] = {
	{ 1, 4 * HOUR,  3 * DAY, 0 },           /* the visit is over, the wish is fresh */
	{ 2, 48 * HOUR, 7 * DAY, 44 * HOUR },   /* the second and last */
};

static int64_t remind(struct job_run *j)
{
	struct rows *queued[sizeof(steps) / sizeof(steps[0])];
	int64_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		queued[i] = q_job_remind(j->db, j->tenant, steps[i].number, steps[i].after_s, steps[i].before_s,
					 steps[i].gap_s, CARTS_IN_A_BATCH);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		n += row_job_remind(queued[i])->queued;
	return n;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "abandoned-carts", .step = remind };

	return job_run(&job, argc, argv);
}
