#include "web/counter.h"

#include "base/log.h"
#include "base/mem.h"
#include "web/route.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const int64_t counter_bounds_us[COUNTER_BUCKETS - 1] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 200000, 500000, 1000000, 2500000, 10000000,
};

struct counters {
	struct counter_head *head;
	struct counter_row *rows;
	size_t bytes;
};

static void unmap(void *ptr)
{
	struct counters *c = ptr;

	munmap(c->head, c->bytes);
}

/* A new file takes the old one's place: readers of the old one keep what they have. */
static int make_file(const char *path, size_t bytes)
{
	char *fresh = mem_printf(NULL, "%s.%d", path, (int)getpid());
	int fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd >= 0 && (ftruncate(fd, (off_t)bytes) != 0 || rename(fresh, path) != 0)) {
		close(fd);
		unlink(fresh);
		fd = -1;
	}
	mem_free(fresh);
	return fd;
}

struct counters *counters_open(const void *ctx, const char *path, const char *program,
			       const struct route *routes, int64_t now_ms)
{
	struct counters *c = mem_new(ctx, struct counters);
	size_t n = 0;
	int fd = -1;

	while (routes[n].path != NULL)
		n++;
	c->bytes = sizeof(*c->head) + (n + 1) * sizeof(*c->rows);
	if (path != NULL && (fd = make_file(path, c->bytes)) < 0)
		log_warn("counters are kept without a file", "path", path, "reason", strerror(errno), NULL);
	c->head = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (c->head == MAP_FAILED)
		BUG("no memory for the counters");
	if (fd >= 0)
		close(fd);
	mem_on_free(c, unmap);
	c->rows = (struct counter_row *)(c->head + 1);
	snprintf(c->head->program, sizeof(c->head->program), "%s", program);
	for (size_t i = 0; i < n; i++)
		snprintf(c->rows[i + 1].route, sizeof(c->rows[i + 1].route), "%s %s",
			 method_name(routes[i].method), routes[i].path);
	c->head->nrows = (int64_t)n + 1;
	c->head->started_ms = c->head->last_ms = now_ms;
	memcpy(c->head->magic, COUNTER_MAGIC, sizeof(c->head->magic));
	return c;
}

struct counter_head *counters_head(struct counters *c)
{
	return c->head;
}

static void grow(int64_t *number, int64_t by)
{
	__atomic_fetch_add(number, by, __ATOMIC_RELAXED);
}

void counter_add(struct counters *c, int index, int status, int64_t time_us, int64_t db_us,
		 unsigned trips, unsigned reruns, int64_t now_ms)
{
	struct counter_row *row = &c->rows[index + 1];
	size_t bucket = 0;

	while (bucket < COUNTER_BUCKETS - 1 && time_us > counter_bounds_us[bucket])
		bucket++;
	grow(&row->requests, 1);
	grow(&row->bucket[bucket], 1);
	grow(&row->time_us, time_us);
	grow(&row->db_us, db_us);
	grow(&row->trips, trips);
	grow(&row->reruns, reruns);
	grow(&row->declined, status >= 400 && status < 500);
	grow(&row->errors, status >= 500);
	__atomic_store_n(&c->head->last_ms, now_ms, __ATOMIC_RELAXED);
}
