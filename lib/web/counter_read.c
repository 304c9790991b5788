/* Figures of other programs: read, never trusted. */
#include "web/counter.h"

#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file: all of it up to MOST bytes, or -1. */
static ssize_t read_whole(const char *path, void *out, size_t most)
{
	/* Not a pipe that never ends, nor what a link leads to. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, out, most, 0);
	close(fd);
	return n;
}

const struct counter_copy *counters_read(const void *ctx, const char *path)
{
	size_t most = sizeof(struct counter_head) + (LIMIT_ROUTES + 1) * sizeof(struct counter_row);
	struct counter_copy *copy = mem_new(ctx, struct counter_copy);
	struct counter_head *head = mem_alloc(copy, most, "copy of counters");
	struct counter_row *rows = (struct counter_row *)(head + 1);
	ssize_t n = read_whole(path, head, most);

	if (n < (ssize_t)sizeof(*head) || memcmp(head->magic, COUNTER_MAGIC, sizeof(head->magic)) != 0 ||
	    head->nrows < 1 || head->nrows > LIMIT_ROUTES + 1 ||
	    (size_t)n != sizeof(*head) + (size_t)head->nrows * sizeof(*rows)) {
		mem_free(copy);
		return NULL;
	}
	head->program[sizeof(head->program) - 1] = '\0';
	for (int64_t i = 0; i < head->nrows; i++)
		rows[i].route[sizeof(rows[i].route) - 1] = '\0';
	copy->head = head;
	copy->rows = rows;
	return copy;
}

/* A name as programs.tab has them. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < 32 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && name[0] != '-';
}

/* The program whose figures the entry of the directory leads to, and their file; NULL: none. */
static const char *program_of(const void *ctx, const char *dir, const char *entry, const char **path)
{
	static const char prefix[] = "counters-";

	if (strncmp(entry, prefix, sizeof(prefix) - 1) == 0) {
		*path = mem_printf(ctx, "%s/%s", dir, entry);
		entry += sizeof(prefix) - 1;
	} else {
		*path = mem_printf(ctx, "%s/%s/counters", dir, entry);
	}
	return is_name(entry) ? entry : NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct counter_named *)a)->program, ((const struct counter_named *)b)->program);
}

size_t counters_read_all(const void *ctx, const char *dir, struct counter_named *out)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;

	while (d != NULL && n < COUNTER_PROGRAMS && (e = readdir(d)) != NULL) {
		const char *path, *name = program_of(ctx, dir, e->d_name, &path);
		const struct counter_copy *copy = name == NULL ? NULL : counters_read(ctx, path);

		if (copy != NULL)
			out[n++] = (struct counter_named){ mem_strdup(ctx, name), copy };
	}
	if (d != NULL)
		closedir(d);
	qsort(out, n, sizeof(*out), by_name);
	return n;
}

void counter_hour(const struct counter_copy *c, int64_t now_ms, struct counter_minute *sum)
{
	int64_t now = now_ms / 60000;

	for (size_t i = 0; i < COUNTER_MINUTES; i++) {
		const struct counter_minute *m = &c->head->minute[i];

		if (m->minute <= now - 60 || m->minute > now)
			continue;
		sum->requests += m->requests;
		sum->errors += m->errors;
		sum->slow += m->slow;
	}
}
