/* seal-audit -- chain what was answered for, so that tampering shows.  Manual: sutler-seal-audit(8). */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 5000                    /* what a thief of the last entries has for it */
#define ENTRIES_IN_A_SEAL 1000          /* one hash over some 300 kB: 5 ms */

static const char *anchor_option;

/* A chain that ends early looks whole; only a head that was written down elsewhere tells.
   One line, one write, behind the commit: a head that is not written is covered by the next. */
static bool write_anchor(struct job_run *j, int64_t seal_no, const char *hash)
{
	const char *path = j->data;
	char *line = mem_printf(j->mem, "%" PRId64 " %s %" PRId64 " %s\n", clock_ms() / 1000, j->tenant, seal_no, hash);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	size_t n = strlen(line);
	bool done = fd >= 0 && write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;

	if (!done)
		log_error("anchor of the audit chain cannot be written", "file", path, "reason", strerror(errno), NULL);
	if (fd >= 0)
		close(fd);
	return done;
}

static bool start(struct job_run *j)
{
	j->data = anchor_option != NULL ? mem_strdup(j->all, anchor_option)
		: mem_printf(j->all, "%s/audit-anchor.log", config_text("paths.private"));
	return true;
}

static int64_t seal(struct job_run *j)
{
	const struct row_audit_seal_some *s;
	struct rows *sealed;

	job_begin(j, j->tenant);
	sealed = q_audit_seal_some(j->db, j->tenant, ENTRIES_IN_A_SEAL);
	if (!job_commit(j))
		return -1;
	if (!rows_found(sealed))
		return 0;
	s = row_audit_seal_some(sealed);
	/* The log goes another way than the file: both tell the head. */
	log_info("audit chain grew", "tenant", j->tenant, "seal", mem_printf(j->mem, "%" PRId64, s->seal_no),
		 "hash", s->hash, NULL);
	if (!write_anchor(j, s->seal_no, s->hash))
		job_wrong(j);
	return s->sealed;
}

int main(int argc, char **argv)
{
	static const struct job_option options[] = {
		{ "anchor", "FILE", &anchor_option },
		{ 0 }
	};
	static const struct job job = {
		.name = "seal-audit", .resident = true, .poll_ms = POLL_MS, .start = start, .step = seal, .own_transactions = true, .options = options,
	};

	return job_run(&job, argc, argv);
}
