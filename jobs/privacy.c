/* privacy -- copies of customers' data, and forgetting them.  Manual: sutler-privacy(8).
 *
 * A request is taken first, in a transaction of its own: from then on an erasure cannot be
 * taken back, and a job that dies finds it again.  A copy has the name of its request, so
 * that none is left that nobody knows of; it is written under another name and renamed, so
 * that a page never gives half of it.  An erasure is written into the register
 * before it is done: rather one that is done twice than one that a restore forgets. */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/privacy.h"
#include "shop/erased.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A statement reads all orders of one person: some 10 000 in this time. */
#define PRIVACY_TIMEOUT_MS 60000

static bool start(struct job_run *j)
{
	const char *dir = mem_printf(j->all, "%s/export", config_text("paths.private"));

	j->data = mem_strdup(j->all, dir);
	if (mkdir(dir, 0750) == 0 || errno == EEXIST)
		return true;
	log_error("directory of exports cannot be made", "directory", dir, "reason", strerror(errno), NULL);
	return false;
}

/* ---- a copy ------------------------------------------------------------------------- */

static bool write_file(struct job_run *j, const char *name, const char *text)
{
	const char *path = mem_printf(j->mem, "%s/%s", (const char *)j->data, name);
	const char *half = mem_printf(j->mem, "%s.part", path);
	int fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t n = strlen(text);
	/* The program account reads it by the directory's group, whatever our umask is. */
	bool done = fd >= 0 && fchmod(fd, 0640) == 0;

	while (done && n > 0) {
		ssize_t wrote = write(fd, text, n);

		done = wrote > 0;
		text += done ? wrote : 0;
		n -= done ? (size_t)wrote : 0;
	}
	done = done && fsync(fd) == 0;
	if (fd >= 0)
		done = close(fd) == 0 && done;
	done = done && rename(half, path) == 0;
	if (!done)
		log_error("export cannot be written", "file", path, "reason", strerror(errno), NULL);
	return done;
}

static bool export(struct job_run *j, const char *request, const char *customer)
{
	const struct row_privacy_export *e;
	const char *name = mem_printf(j->mem, "%s.json", request);

	job_begin(j, j->tenant);
	e = row_privacy_export(q_privacy_export(j->db, j->tenant, customer));
	if (!job_commit(j) || e->data == NULL || !write_file(j, name, e->data))
		return false;
	job_begin(j, j->tenant);
	q_privacy_export_done(j->db, j->tenant, request);
	return job_commit(j);
}

/* ---- forgetting ---------------------------------------------------------------------- */

static bool erase(struct job_run *j, const char *customer)
{
	if (!erased_append(j->mem, config_text("paths.private"), j->tenant, customer))
		return false;
	job_begin(j, j->tenant);
	q_privacy_erase(j->db, j->tenant, customer, "customer", "own wish");
	return job_commit(j);
}

/* ---- the walk ----------------------------------------------------------------------- */

/* Files whose week is over, and those of who was forgotten. */
static int64_t tidy(struct job_run *j)
{
	struct rows *old;
	int64_t done = 0;

	job_begin(j, j->tenant);
	q_privacy_erase_orders(j->db, j->tenant);
	old = q_privacy_old_exports(j->db, j->tenant);
	if (!job_commit(j))
		return -1;
	for (size_t i = 0; i < rows_count(old); i++) {
		const struct row_privacy_old_exports *o = row_privacy_old_exports_at(old, i);
		const char *path = mem_printf(j->mem, "%s/%s", (const char *)j->data, o->file);

		unlink(mem_printf(j->mem, "%s.part", path));
		if (unlink(path) != 0 && errno != ENOENT) {
			log_error("export cannot be removed", "file", path, "reason", strerror(errno), NULL);
			job_wrong(j);
			continue;
		}
		job_begin(j, j->tenant);
		q_privacy_export_gone(j->db, j->tenant, o->request);
		done += job_commit(j);
	}
	return done;
}

static int64_t step(struct job_run *j)
{
	const struct row_privacy_take *t;
	struct rows *taken;
	bool done;

	job_begin(j, j->tenant);
	taken = q_privacy_take(j->db, j->tenant);
	t = row_privacy_take(taken);
	if (!job_commit(j))
		return -1;
	if (!rows_found(taken))
		return tidy(j);
	done = strcmp(t->kind, "export") == 0 ? export(j, t->request, t->customer) : erase(j, t->customer);
	if (done)
		return 1;
	log_error("request of a customer could not be done", "tenant", j->tenant, "request", t->request, NULL);
	job_wrong(j);
	return -1;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "privacy", .start = start, .step = step, .own_transactions = true, .timeout_ms = PRIVACY_TIMEOUT_MS,
	};

	return job_run(&job, argc, argv);
}
