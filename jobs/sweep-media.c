/* sweep-media -- files of the media directory, and downloads, that no merchant names any more.  Manual: sutler-sweep-media(8).
 *
 * All merchants share each directory: a file goes when none of them names it.  So the names of
 * all are read first, and when one of them cannot be read, nothing is removed. */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/job.h"
#include "shop/media.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* It looks through all lines of a merchant's orders: a million in some seconds. */
#define SWEEP_TIMEOUT_MS 60000
/* A night's work is minutes. */
#define SWEEP_BUDGET_S 1800
/* Rows in one transaction. */
#define ROWS_IN_A_BATCH 500

struct names {
	const char **name;
	size_t n, room;
};

/* What is shown to everybody, and what is sold. */
struct all {
	struct names media, goods;
};

static void keep(struct job_run *j, struct names *all, const char *name)
{
	if (all->n == all->room) {
		all->room = all->room == 0 ? 1024 : 2 * all->room;
		all->name = mem_resize(j->mem, all->name, const char *, all->room);
	}
	all->name[all->n++] = mem_strdup(j->mem, name);
}

/* Forgets what a merchant uses nowhere, then reads what he has. */
static bool take_tenant(struct job_run *j, const char *tenant, struct all *all)
{
	struct rows *rows, *goods;
	int64_t forgotten;

	do {
		job_begin(j, tenant);
		rows = q_job_forget_media(j->db, tenant, ROWS_IN_A_BATCH);
		if (!job_commit(j))
			return false;
		forgotten = row_job_forget_media(rows)->forgotten;
		j->done += forgotten;
	} while (forgotten == ROWS_IN_A_BATCH && !job_stopping(j));
	job_begin(j, tenant);
	rows = q_job_media_names(j->db, tenant);
	goods = q_job_download_names(j->db, tenant);
	if (!job_commit(j))
		return false;
	for (size_t i = 0; i < rows_count(rows); i++)
		keep(j, &all->media, row_job_media_names_at(rows, i)->name);
	for (size_t i = 0; i < rows_count(goods); i++)
		keep(j, &all->goods, row_job_download_names_at(goods, i)->name);
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sweep_directory(struct job_run *j, const char *dir, const struct names *all)
{
	int64_t gone;

	if (all->n > 0)
		qsort(all->name, all->n, sizeof(*all->name), compare);
	gone = media_sweep(dir, all->name, all->n, MEDIA_KEEP_S);
	if (gone < 0) {
		log_error("media directory cannot be read", "directory", dir, "reason", strerror(errno), NULL);
		job_wrong(j);
	} else if (gone > 0) {
		log_info("files that nobody names are gone", "directory", dir, "files", mem_printf(j->mem, "%" PRId64, gone), NULL);
	}
}

static int64_t sweep(struct job_run *j)
{
	struct all all = { .media = { NULL, 0, 0 } };
	struct rows *tenants;

	job_begin(j, NULL);
	tenants = q_job_tenants(j->db);
	if (!job_commit(j))
		return -1;
	for (size_t i = 0; i < rows_count(tenants); i++) {
		if (job_stopping(j))
			return 0;
		if (!take_tenant(j, row_job_tenants_at(tenants, i)->tenant, &all))
			return -1;
	}
	sweep_directory(j, config_text("paths.media"), &all.media);
	sweep_directory(j, config_text("paths.downloads"), &all.goods);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "sweep-media", .round = sweep, .timeout_ms = SWEEP_TIMEOUT_MS, .budget_s = SWEEP_BUDGET_S };

	return job_run(&job, argc, argv);
}
