/* drill -- try each week whether the newest backup comes back.  Manual: sutler-drill(8).
 *
 * Every byte is read against its sum, and the dump becomes a database of its own on the same server,
 * where counts, ledgers and audit chains are reckoned again; then that database goes. What it
 * found is a row; what is wrong ends the job with status 1, so that OnFailure= writes to root. */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/drill.h"
#include "shop/backup.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define BUDGET_S (2 * 60 * 60)
/* The job backup runs each night; a night that was missed may be a restart. */
#define OLD_AFTER_S (2 * 24 * 60 * 60)
#define DETAIL_MAX 1000                 /* bytes of a report's sentence */

static void say(const char *sentence)
{
	log_info("drill", "says", sentence, NULL);
}

static bool is_young(struct backup *b, const struct backup_set *set)
{
	struct tm t = { 0 };
	int64_t age;

	if (strptime(set->made, "%Y%m%dT%H%M%SZ", &t) == NULL)
		return backup_fail(b, "%s: nobody knows when it was made", set->path);
	age = clock_ms() / 1000 - (int64_t)timegm(&t);
	return age <= OLD_AFTER_S || backup_fail(b, "the newest backup is %" PRId64 " hours old", age / 3600);
}

static bool try_it(struct backup *b, struct backup_set *set, const char *conninfo)
{
	const char *wrong;

	if (!backup_open(b, set->path, set) || !backup_verify(b, set) || !backup_try(b, set, conninfo))
		return false;
	wrong = backup_proof_wrong(b, set->proof);
	if (*wrong != '\0')
		return backup_fail(b, "it came back as it was saved, but that was not right: %s", wrong);
	return is_young(b, set);
}

static int64_t tables_in(const char *proof)
{
	int64_t n = 0;

	for (const char *s = proof; s != NULL && *s != '\0'; s = strchr(s, '\n') != NULL ? strchr(s, '\n') + 1 : NULL)
		n += strncmp(s, "table ", 6) == 0;
	return n;
}

static int64_t drill(struct job_run *j)
{
	struct backup b = { .mem = j->mem, .say = say };
	struct backup_set set = { 0 };
	const char *dir = config_text("paths.backup"), *name = "", *detail;
	int64_t began = clock_steady_us();
	bool good;

	if (*dir == '\0') {
		log_info("there is nothing to try: paths.backup names no place", NULL);
		return 0;
	}
	set.path = backup_newest(&b, dir, "whole");
	if (set.path != NULL)
		name = strrchr(set.path, '/') + 1;
	good = set.path != NULL ? try_it(&b, &set, mem_printf(j->mem, "%s user='_sutler-drill'", config_text("database.connection")))
		: backup_fail(&b, "there is no backup in %s", dir);
	detail = good ? "" : mem_strndup(j->mem, b.error, strnlen(b.error, DETAIL_MAX));
	job_begin(j, NULL);
	q_drill_report(j->db, name, good ? "good" : "bad", (int)((clock_steady_us() - began) / 1000000), b.files > 0 ? b.files : set.files, b.bytes,
		       good ? tables_in(set.proof) : 0, detail);
	if (!job_commit(j))
		job_wrong(j);
	if (good) {
		log_info("backup comes back", "set", name, NULL);
		return 1;
	}
	log_error("backup does not come back", "set", name, "reason", detail, NULL);
	job_wrong(j);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "drill", .round = drill, .budget_s = BUDGET_S };

	return job_run(&job, argc, argv);
}
