/* backup -- save the house each night, where a place is set.  Manual: sutler-backup(8). */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "shop/backup.h"

#include <inttypes.h>

/* A statement of its own connection has no limit; this is for taking the lock. */
#define BUDGET_S (2 * 60 * 60)

static void say(const char *sentence)
{
	log_info("backup", "says", sentence, NULL);
}

static int64_t save(struct job_run *j)
{
	struct backup b = { .mem = j->mem, .say = say };
	const struct backup_wish w = {
		.dir = config_text("paths.backup"),
		.conninfo = mem_printf(j->mem, "%s user='_sutler-backup'", config_text("database.connection")),
		.key_digest = "unknown",        /* the key is not this user's to read */
	};
	const char *set;
	int removed = 0;

	if (*w.dir == '\0') {
		log_info("nothing is saved: paths.backup names no place", NULL);
		return 0;
	}
	set = backup_make(&b, &w);
	if (set != NULL)
		log_info("house is saved", "set", set, "copied", mem_printf(j->mem, "%" PRId64, b.files),
			 "linked", mem_printf(j->mem, "%" PRId64, b.linked), NULL);
	if (set == NULL || !backup_prune(&b, w.dir, (int)config_int("backup.keep_days"), &removed)) {
		log_error("house is not saved", "directory", w.dir, "reason", b.error, NULL);
		job_wrong(j);
		return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "backup", .round = save, .budget_s = BUDGET_S };

	return job_run(&job, argc, argv);
}
