/* transfer -- bring catalogues in and take them out, as staff asked for it.  Manual: sutler-transfer(8). */
#include "shop/transfer.h"

#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"

#include <string.h>

enum {
	POLL_MS = 1000,
	STATEMENT_S = 30 * 60,          /* the largest file there may be, on a slow host, many times over */
	TRIES = 3,                      /* one that was killed so often will be killed again */
	WAIT_DAYS = 7,                  /* a file waits so long to be applied or fetched */
	KEEP_DAYS = 400,                /* that there was one is known for more than a year */
	SWEEP_ROUNDS = 60               /* old ones are looked for about once a minute */
};

bool transfer_tell(struct job_run *j, const struct row_transfer_take *t, int thousandths, int64_t rows)
{
	void *mem = j->mem;
	bool go_on;

	j->mem = mem_context(mem, "progress");
	job_begin(j, j->tenant);
	go_on = row_transfer_progress(q_transfer_progress(j->db, j->tenant, t->transfer, thousandths, rows))->go_on;
	/* Not to be told for a moment is no reason to stop. */
	if (!job_commit(j))
		go_on = true;
	mem_free(j->mem);
	j->mem = mem;
	return go_on;
}

void transfer_give_up(struct job_run *j, const struct row_transfer_take *t, const char *state, const char *why)
{
	log_warn("transfer ended early", "tenant", j->tenant, "transfer", t->transfer, "state", state, "why", why, NULL);
	job_begin(j, j->tenant);
	q_transfer_over(j->db, j->tenant, t->transfer, state, why);
	if (!job_commit(j))
		job_wrong(j);
}

static void close_conn(void *p)
{
	PQfinish(*(PGconn **)p);
}

static PGconn *connect_own(struct job_run *j)
{
	PGconn **held = mem_new(j->mem, PGconn *);
	char *set = mem_printf(j->mem, "SET statement_timeout = '%ds'; SET idle_in_transaction_session_timeout = '%ds'", STATEMENT_S, STATEMENT_S);

	*held = PQconnectdb(mem_printf(j->mem, "%s application_name='_sutler-transfer'", db_conninfo(j->mem, "_sutler-transfer")));
	mem_on_free(held, close_conn);
	if (PQstatus(*held) == CONNECTION_OK)
		PQclear(PQexec(*held, set));
	return *held;
}

static int64_t step(struct job_run *j)
{
	struct rows *taken;
	const struct row_transfer_take *t;
	PGconn *conn;

	job_begin(j, j->tenant);
	if (random_below(SWEEP_ROUNDS) == 0)
		q_transfer_sweep(j->db, j->tenant, WAIT_DAYS, KEEP_DAYS);
	taken = q_transfer_take(j->db, j->tenant, TRIES);
	if (!job_commit(j))
		return -1;
	if (rows_count(taken) == 0)
		return 0;
	t = row_transfer_take_at(taken, 0);
	conn = connect_own(j);
	/* It stays taken and is begun anew with the next look. */
	if (PQstatus(conn) != CONNECTION_OK) {
		log_error("transfer has no connection of its own", "tenant", j->tenant, NULL);
		return -1;
	}
	(strcmp(t->direction, "import") == 0 ? transfer_import : transfer_export)(j, conn, t);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "transfer", .resident = true, .step = step, .own_transactions = true, .poll_ms = POLL_MS,
	};

	return job_run(&job, argc, argv);
}
