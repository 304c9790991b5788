/* reconcile-payments -- ask gateways for answers that did not come, send refunds, end orders that
   nobody paid, forget old reports.  Manual: sutler-reconcile-payments(8). */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/payment.h"
#include "base/call.h"

#include <string.h>

/* Asked in one step: at 5 s for each that is not answered, a run's budget. */
#define CALLS_IN_A_STEP 10
/* Ended in one transaction: each locks an order and its stock rows some 10 ms. */
#define ORDERS_IN_A_STEP 50
/* Old reports emptied in one transaction. */
#define REPORTS_IN_A_STEP 200

/* What is due; its next time is set and committed before anybody is asked, so an answer that
   kills us keeps no other waiting. */
static struct rows *take_due(struct job_run *j)
{
	struct rows *due;

	job_begin(j, j->tenant);
	due = q_payment_take_due(j->db, j->tenant, CALLS_IN_A_STEP);
	return job_commit(j) ? due : NULL;
}

/* courier asks and records; what it answers is for the log.  The same row twice is harmless: its
   id is the idempotency key at the gateway. */
static void ask(struct job_run *j, const struct row_payment_take_due *due)
{
	struct call_answer a;

	call_courier(j->mem, config_text("paths.courier"), due->call, j->tenant, due->id,
		     clock_steady_us() + CALL_MS * INT64_C(1000), &a);
	if (a.outcome == CALL_OK)
		return;
	log_warn("gateway gave no answer", "tenant", j->tenant, "call", due->call, "id", due->id, "code", a.code, NULL);
	if (a.outcome == CALL_UNAVAILABLE)
		job_wrong(j);
}

/* Orders that nobody paid end, and what gateways wrote of buyers long ago. */
static int64_t end_old(struct job_run *j)
{
	struct rows *expired, *emptied;
	int64_t n;

	job_begin(j, j->tenant);
	expired = q_payment_expire(j->db, j->tenant, ORDERS_IN_A_STEP);
	emptied = q_payment_forget(j->db, j->tenant, REPORTS_IN_A_STEP);
	n = row_payment_expire(expired)->ended + row_payment_forget(emptied)->emptied;
	return job_commit(j) ? n : -1;
}

static int64_t reconcile(struct job_run *j)
{
	struct rows *due = take_due(j);
	size_t n = due == NULL ? 0 : rows_count(due);
	int64_t ended;

	for (size_t i = 0; i < n && !job_stopping(j); i++)
		ask(j, row_payment_take_due_at(due, i));
	ended = end_old(j);
	return due == NULL || ended < 0 ? -1 : (int64_t)n + ended;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "reconcile-payments", .own_transactions = true, .step = reconcile };

	return job_run(&job, argc, argv);
}
