#include "db/job.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/args.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <zlib.h>

/* What a transaction may take in all beside its longest statement. */
#define SLACK_US INT64_C(5000000)
/* Before a step runs again: long enough for whoever was in the way to be through. */
#define PAUSE_MS 20

struct tenant_row {
	const char *tenant;
};
static const struct field tenant_fields[] = {
	{ "tenant", FIELD_ID, offsetof(struct tenant_row, tenant), FIELD_ALWAYS },
};
static const struct shape tenant_shape = { "job_tenants", sizeof(struct tenant_row), 1, tenant_fields };
static const struct query tenants_query = {
	.name = "job_tenants", .kind = QUERY_MANY, .shape = &tenant_shape,
	.sql = "SELECT tenant_id FROM tenancy.tenant ORDER BY tenant_id",
};

/* How the run went, for who watches the house (sql/functions/watch.sql). */
static const unsigned ran_types[] = { 20, 20, 16 };     /* int8, int8, bool */
static const struct query ran_query = {
	.name = "job_ran", .kind = QUERY_EXEC, .nparams = 3, .types = ran_types,
	.sql = "SELECT watch.job_ran($1, $2, $3)",
};

static volatile sig_atomic_t asked_to_end;

static void on_term(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

static void catch_signals(void)
{
	struct sigaction end = { .sa_handler = on_term };

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool job_stopping(const struct job_run *j)
{
	return asked_to_end || clock_steady_us() >= j->until_us;
}

void job_wrong(struct job_run *j)
{
	j->wrong = true;
}

void job_found(struct job_run *j)
{
	j->found = true;
}

static int timeout_ms(const struct job *job)
{
	return job->timeout_ms > 0 ? job->timeout_ms : JOB_TIMEOUT_MS;
}

void job_begin(struct job_run *j, const char *tenant)
{
	int ms = timeout_ms(j->job);

	db_begin_timeout(j->db, ms);
	db_begin(j->db, j->mem, tenant, false, clock_steady_us() + ms * INT64_C(1000) + SLACK_US);
}

bool job_commit(struct job_run *j)
{
	bool done = db_commit(j->db) == DB_OK;

	if (!done)
		db_log_failure(j->db);
	db_end(j->db);
	return done;
}

static void pause_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* One step in its own transaction; -1 when it failed for good. */
static int64_t step_in_transaction(struct job_run *j)
{
	for (int run = 1;; run++) {
		enum db_failure failure;
		int64_t n;

		job_begin(j, j->tenant);
		n = j->job->step(j);
		failure = db_commit(j->db);
		if (failure == DB_OK) {
			db_end(j->db);
			return n;
		}
		if ((failure != DB_RETRY && failure != DB_UNKNOWN) || run == JOB_TRIES || asked_to_end)
			db_log_failure(j->db);
		db_end(j->db);
		if ((failure != DB_RETRY && failure != DB_UNKNOWN) || run == JOB_TRIES || asked_to_end)
			return -1;
		pause_ms(PAUSE_MS + random_below(PAUSE_MS));
	}
}

/* All of a tenant's steps of this round; how many things were done. */
static int64_t serve_tenant(struct job_run *j, const char *tenant)
{
	int most = j->job->steps > 0 ? j->job->steps : JOB_STEPS;
	int64_t done = 0, n = 1;

	for (int i = 0; i < most && n > 0 && !job_stopping(j); i++) {
		j->tenant = tenant;
		j->mem = mem_context(j->all, "step");
		n = j->job->own_transactions ? j->job->step(j) : step_in_transaction(j);
		mem_free(j->mem);
		j->mem = NULL;
		if (n > 0)
			done += n;
	}
	j->tenant = NULL;
	if (n > 0 && !job_stopping(j))
		log_warn("job leaves work for its next run", "tenant", tenant, NULL);
	if (n < 0) {
		log_error("job failed for a tenant", "tenant", tenant, NULL);
		job_wrong(j);
	}
	return done;
}

/* Begins anywhere in the ring of tenants: under a budget nobody is always last. */
static int64_t walk_tenants(struct job_run *j)
{
	void *mem = mem_context(j->all, "round");
	struct rows *tenants;
	size_t n, first;
	int64_t done = 0;

	j->mem = mem;
	job_begin(j, NULL);
	tenants = db_queue(j->db, &tenants_query, NULL);
	if (!job_commit(j)) {
		job_wrong(j);
		mem_free(mem);
		return 0;
	}
	n = rows_count(tenants);
	first = n > 0 ? random_below((uint32_t)n) : 0;
	for (size_t i = 0; i < n && !job_stopping(j); i++) {
		const struct tenant_row *row = rows_get(tenants, (first + i) % n, &tenant_shape);

		done += serve_tenant(j, row->tenant);
	}
	mem_free(mem);
	return done;
}

static int64_t one_round(struct job_run *j)
{
	int64_t done;

	if (j->job->round == NULL)
		return walk_tenants(j);
	j->mem = mem_context(j->all, "round");
	done = j->job->round(j);
	mem_free(j->mem);
	j->mem = NULL;
	return done;
}

/* Until the next round of the poll is due, or SIGTERM. */
static void wait_a_while(const struct job *job, int64_t since_us)
{
	int64_t poll_ms = job->poll_ms > 0 ? job->poll_ms : JOB_POLL_MS;
	int64_t left_us = since_us + poll_ms * 1000 - clock_steady_us();
	struct timespec t = { left_us / 1000000, left_us % 1000000 * 1000 };
	sigset_t ends, before;

	if (left_us <= 0)
		return;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, &before);
	if (!asked_to_end)
		ppoll(NULL, 0, &t, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void work(struct job_run *j, bool once)
{
	if (!j->job->resident || once) {
		j->done += one_round(j);
		return;
	}
	while (!job_stopping(j)) {
		int64_t began = clock_steady_us();

		j->done += one_round(j);
		if (!job_stopping(j))
			wait_a_while(j->job, began);
	}
}

static int usage(const struct job *job)
{
	fprintf(stderr, "usage: %s", job->name);
	if (job->resident)
		fputs(" [--once]", stderr);
	for (const struct job_option *o = job->options; o != NULL && o->name != NULL; o++)
		fprintf(stderr, " [--%s %s]", o->name, o->argument);
	fputs("\n", stderr);
	return EX_USAGE;
}

/* Puts the options where they belong; false when one is not known. */
static bool read_options(const struct job *job, int argc, char **argv, bool *once)
{
	for (int i = 1; i < argc; i++) {
		const struct job_option *o = job->options;

		if (job->resident && strcmp(argv[i], "--once") == 0) {
			*once = true;
			continue;
		}
		if (strncmp(argv[i], "--", 2) != 0 || i + 1 == argc)
			return false;
		while (o != NULL && o->name != NULL && strcmp(o->name, argv[i] + 2) != 0)
			o++;
		if (o == NULL || o->name == NULL)
			return false;
		*o->value = argv[++i];
	}
	return true;
}

static void open_log(const char *name)
{
	enum log_level level = LOG_LEVEL_INFO;

	log_level_parse(config_text("log.level"), &level);
	log_open(name, level);
}

/* 0: the lock is ours; else what to end with. */
static bool take_lock(struct db *db, const char *name, int *status)
{
	int64_t key = (int64_t)crc32(0, (const unsigned char *)name, (unsigned)strlen(name));

	if (db_try_lock(db, key))
		return true;
	*status = db_socket(db) >= 0 ? 0 : EX_UNAVAILABLE;
	if (*status == 0)
		log_info("another copy of the job is running", NULL);
	else
		log_error("job has no database", NULL);
	return false;
}

static void say_done(const struct job_run *j, int64_t began_us)
{
	char done[24], ms[24];

	snprintf(done, sizeof(done), "%" PRId64, j->done);
	snprintf(ms, sizeof(ms), "%" PRId64, (clock_steady_us() - began_us) / 1000);
	if (j->wrong)
		log_warn("job ended with something wrong", "done", done, "ms", ms, NULL);
	else
		log_info("job done", "done", done, "ms", ms, NULL);
}

/* A run that cannot be booked is as one that was not: who watches sees that none came. */
static void book(struct job_run *j, int64_t began_us)
{
	char ms[ARG_SIZE], done[ARG_SIZE];
	const char *values[] = {
		arg_int(ms, (clock_steady_us() - began_us) / 1000), arg_int(done, j->done), arg_bool(j->wrong),
	};

	j->mem = mem_context(j->all, "book");
	job_begin(j, NULL);
	db_queue(j->db, &ran_query, values);
	job_commit(j);
	mem_free(j->mem);
	j->mem = NULL;
}

int job_run(const struct job *job, int argc, char **argv)
{
	int64_t began = clock_steady_us();
	int64_t stay = job->resident ? JOB_STAY_S : job->budget_s > 0 ? job->budget_s : JOB_BUDGET_S;
	struct job_run j = { .job = job, .until_us = began + stay * 1000000 };
	const char *error, *role;
	bool once = false;
	int status = 0;

	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts(SUTLER_VERSION);
		return 0;
	}
	if (!read_options(job, argc, argv, &once))
		return usage(job);
	if (!config_load(&error)) {
		fprintf(stderr, "%s: %s\n", job->name, error);
		return EX_CONFIG;
	}
	open_log(job->name);
	catch_signals();
	j.all = mem_context(NULL, job->name);
	role = mem_printf(j.all, "_sutler-%s", job->name);
	j.db = db_open(j.all, db_conninfo(j.all, role), role);
	if (take_lock(j.db, job->name, &status)) {
		if (job->start != NULL && !job->start(&j))
			job_wrong(&j);
		else
			work(&j, once);
		say_done(&j, began);
		book(&j, began);
		status = j.wrong || j.found ? 1 : 0;
	}
	mem_free(j.all);
	return status;
}
