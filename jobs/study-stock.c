/* study-stock -- every night: how fast each SKU sells, how long its pieces have lain, and what the
   coming weeks will ask for.  Manual: sutler-study-stock(8). */
#include "base/mem.h"
#include "db/job.h"
#include "db/query/job.h"
#include "shop/forecast.h"

#include <math.h>
#include <string.h>

#define SKUS_IN_A_STEP 500              /* one transaction: well under a second, and its arrays some hundred KB */
#define STEPS_MOST 4000                 /* two million SKUs of a merchant: beyond, the next night goes on */
#define STATEMENT_MS (60 * 1000)        /* 500 SKUs, each with the orders of a year */
#define BUDGET_S (3 * 60 * 60)          /* it starts in the night and is over in the morning */
#define THOUSANDTHS 1000
#define NONE (-1)                       /* in arrays that hold no NULL */

/* What is kept of the SKUs of a step: a column for each parameter. */
struct study {
	size_t n;
	const char *variant[SKUS_IN_A_STEP], *method[SKUS_IN_A_STEP];
	int64_t begins[SKUS_IN_A_STEP], sigma[SKUS_IN_A_STEP], missed[SKUS_IN_A_STEP], asked[SKUS_IN_A_STEP], mase[SKUS_IN_A_STEP];
	int64_t weeks[SKUS_IN_A_STEP * FORECAST_WEEKS], ahead[SKUS_IN_A_STEP * FORECAST_AHEAD];
};

static int64_t thousandths(double pieces)
{
	return (int64_t)floor(pieces * THOUSANDTHS + 0.5);
}

/* The rows from I on that are of one SKU; where the next begins. */
static size_t read_sku(struct rows *rows, size_t i, struct study *s)
{
	const struct row_job_study_demand *d = row_job_study_demand_at(rows, i);
	const char *variant = d->variant;
	int64_t *weeks = s->weeks + s->n * FORECAST_WEEKS;

	s->variant[s->n] = variant;
	s->begins[s->n] = d->born;
	for (; i < rows_count(rows); i++) {
		d = row_job_study_demand_at(rows, i);
		if (strcmp(d->variant, variant) != 0)
			break;
		if (!d->has_week || d->week < 0 || d->week >= FORECAST_WEEKS)
			continue;
		weeks[d->week] = d->pieces;
		/* What was ordered before the SKU was made here came with it from another shop. */
		if (d->week < s->begins[s->n])
			s->begins[s->n] = d->week;
	}
	return i;
}

static void foretell(struct study *s)
{
	double pieces[FORECAST_WEEKS];
	size_t n = 0;
	struct forecast f;

	for (int64_t w = s->begins[s->n]; w < FORECAST_WEEKS; w++)
		pieces[n++] = (double)s->weeks[s->n * FORECAST_WEEKS + (size_t)w];
	f = forecast_make(pieces, n);
	s->method[s->n] = forecast_method_name(f.method);
	s->sigma[s->n] = thousandths(f.sigma);
	s->missed[s->n] = f.tested ? thousandths(f.missed) : NONE;
	s->asked[s->n] = f.tested ? thousandths(f.asked) : NONE;
	s->mase[s->n] = f.tested && f.mase >= 0 ? thousandths(f.mase) : NONE;
	for (size_t h = 0; h < FORECAST_AHEAD; h++)
		s->ahead[s->n * FORECAST_AHEAD + h] = thousandths(f.ahead[h]);
	s->n++;
}

static int64_t study(struct job_run *j)
{
	struct rows *begun = q_job_study_begin(j->db, j->tenant), *rows, *kept;
	struct study *s = mem_new(j->mem, struct study);

	if (!rows_found(begun))
		return 0;
	rows = q_job_study_demand(j->db, j->tenant, row_job_study_begin(begun)->after, row_job_study_begin(begun)->monday, SKUS_IN_A_STEP);
	for (size_t i = 0; i < rows_count(rows) && s->n < SKUS_IN_A_STEP;) {
		i = read_sku(rows, i, s);
		foretell(s);
	}
	/* Fewer than asked for: these were the last. */
	kept = q_job_study_keep(j->db, j->tenant, s->n < SKUS_IN_A_STEP ? NULL : s->variant[s->n - 1], s->variant, s->n, s->method, s->n, s->begins, s->n,
		s->weeks, s->n * FORECAST_WEEKS, s->ahead, s->n * FORECAST_AHEAD, s->sigma, s->n, s->missed, s->n, s->asked, s->n, s->mase, s->n);
	/* The last step may find none, and is one nevertheless. */
	return row_job_study_keep(kept)->kept + 1;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "study-stock", .step = study, .steps = STEPS_MOST, .timeout_ms = STATEMENT_MS, .budget_s = BUDGET_S,
	};

	return job_run(&job, argc, argv);
}
