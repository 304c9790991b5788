/*
 * job.h -- a scheduled task: a name, a step, and main is one call.
 *
 *	int main(int argc, char **argv)
 *	{
 *		static const struct job job = { .name = "release-holds", .step = release };
 *		return job_run(&job, argc, argv);
 *	}
 *
 * job_run() reads the configuration, logs in as _sutler-NAME and takes the
 * advisory lock of that name: a second copy ends at once with status 0.  Then it
 * goes tenant by tenant and calls the step in a transaction of its own, again as
 * long as the step says that it did something, within bounds: after days without
 * cron one run catches up with a part and the next run goes on.
 *
 * A step finds what is to be done in the database and nowhere else, and leaves it
 * done there in the same transaction.  So killing a job anywhere and running it
 * again gives what one clean run gives, and a step whose outcome is unknown may
 * run again.  What reaches outside the database says in its own file why it may.
 *
 * A resident job (.resident) is started each minute, stays JOB_STAY_S and looks
 * each JOB_POLL_MS; --once makes a single round of it.  SIGTERM ends a job between
 * two steps.  One tenant's failure is logged and does not keep the others waiting.
 *
 * Exit status: 0 done, or another copy runs; 1 something failed or was found
 * wrong (job_wrong(), job_found()); 64 wrong usage, 69 no database, 78 wrong configuration.
 */
#ifndef DB_JOB_H
#define DB_JOB_H

#include "db/rows.h"

#define JOB_STAY_S 55           /* of a resident job: cron starts the next one after 60 */
#define JOB_POLL_MS 1000        /* between two rounds of a resident job, unless the job says otherwise */
#define JOB_BUDGET_S 50         /* of one run, unless the job says more: jobs of a minute do not pile up */
#define JOB_STEPS 200           /* of one tenant in one round, unless the job says otherwise */
#define JOB_TRIES 3             /* runs of a step that may simply run again */
#define JOB_TIMEOUT_MS 5000     /* of one statement, unless the job says more */

/* A run, as its steps see it. */
struct job_run {
	const struct job *job;
	void *all;              /* memory of the whole run */
	void *mem;              /* memory of this step, freed behind it */
	struct db *db;
	const char *tenant;     /* whose turn it is; NULL in a round */
	int64_t done;           /* things done, for the log */
	bool wrong, found;      /* job_wrong(), job_found() */
	int64_t until_us;       /* clock_steady_us() after which no further step begins */
	void *data;             /* the job's own, set by its start() */
};

/* An option of a job beside --once and -V: --NAME ARGUMENT. */
struct job_option {
	const char *name, *argument;
	const char **value;             /* where it is put; NULL while not given */
};

struct job {
	const char *name;               /* of the role too: _sutler-NAME */
	bool resident;

	/* What one tenant needs next.  Returns how many things were done; more than 0: call
	   again.  Must, unless there is a round. */
	int64_t (*step)(struct job_run *j);
	/* The step opens its transactions itself, by job_begin() and job_commit(). */
	bool own_transactions;
	/* Instead of the walk over tenants: the same for all together.  Own transactions. */
	int64_t (*round)(struct job_run *j);
	/* Once, before the first step and outside any transaction; false ends with status 1.  May. */
	bool (*start)(struct job_run *j);

	const struct job_option *options;       /* closed by an empty row; may */
	int steps, budget_s, timeout_ms, poll_ms;       /* 0: the numbers above */
};

/* Runs JOB; returns the exit status for main. */
int job_run(const struct job *job, int argc, char **argv);

/* A transaction of TENANT (NULL: none) in j->mem, with the job's timeout. */
void job_begin(struct job_run *j, const char *tenant);
/* Commits and ends it; false after a failure, which is logged. */
bool job_commit(struct job_run *j);

/* Whether to stop before the next thing: SIGTERM came or the time is over. */
bool job_stopping(const struct job_run *j);
/* Something is not as it should be: the run ends with status 1.  Say what in the log. */
void job_wrong(struct job_run *j);
/* What the job looks at is not as it should be, and the job is: the run ends with status 1, so that who looks
   after the host is told, and is booked as one that went well. */
void job_found(struct job_run *j);

#endif
