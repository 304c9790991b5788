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

const struct counter_bound counter_bounds[COUNTER_BOUNDS_COUNT] = {
#define COUNTER_BOUND(us, reason) { us, reason },
	COUNTER_BOUNDS(COUNTER_BOUND)
#undef COUNTER_BOUND
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
static int make_file(const char *fresh, size_t bytes)
{
	int fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd >= 0 && ftruncate(fd, (off_t)bytes) != 0) {
		close(fd);
		unlink(fresh);
		fd = -1;
	}
	return fd;
}

static const struct counter_row *row_of(const struct counter_copy *old, const char *route)
{
	for (int64_t i = 0; i < old->head->nrows; i++)
		if (strcmp(old->rows[i].route, route) == 0)
			return &old->rows[i];
	return NULL;
}

/* Goes on where the file before ended. */
static void go_on(struct counters *c, const struct counter_copy *old)
{
	for (int64_t i = 0; i < c->head->nrows; i++) {
		const struct counter_row *row = row_of(old, c->rows[i].route);

		if (row != NULL)
			c->rows[i] = *row;
	}
	c->head->starts = old->head->starts;
	c->head->crashes = old->head->crashes;
	c->head->recycles = old->head->recycles;
	memcpy(c->head->minute, old->head->minute, sizeof(c->head->minute));
}

static void fill(struct counters *c, const char *program, const struct route *routes, size_t n, int workers, int64_t now_ms)
{
	snprintf(c->head->program, sizeof(c->head->program), "%s", program);
	for (size_t i = 0; i < n; i++)
		snprintf(c->rows[i + 1].route, sizeof(c->rows[i + 1].route), "%s %s",
			 method_name(routes[i].method), routes[i].path);
	c->head->nrows = (int64_t)n + 1;
	c->head->workers = workers;
	c->head->started_ms = c->head->last_ms = now_ms;
	memcpy(c->head->magic, COUNTER_MAGIC, sizeof(c->head->magic));
}

struct counters *counters_open(const void *ctx, const char *path, const char *program,
			       const struct route *routes, int workers, int64_t now_ms)
{
	struct counters *c = mem_new(ctx, struct counters);
	char *fresh = path == NULL ? NULL : mem_printf(ctx, "%s.%d", path, (int)getpid());
	const struct counter_copy *old = path == NULL ? NULL : counters_read(c, path);
	size_t n = 0;
	int fd = -1;

	while (routes[n].path != NULL)
		n++;
	c->bytes = sizeof(*c->head) + (n + 1) * sizeof(*c->rows);
	if (path != NULL && (fd = make_file(fresh, c->bytes)) < 0)
		log_warn("counters are kept without a file", "path", path, "reason", strerror(errno), NULL);
	c->head = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (c->head == MAP_FAILED)
		BUG("no memory for the counters");
	mem_on_free(c, unmap);
	c->rows = (struct counter_row *)(c->head + 1);
	fill(c, program, routes, n, workers, now_ms);
	if (old != NULL)
		go_on(c, old);
	c->head->starts++;
	if (fd >= 0) {
		if (rename(fresh, path) != 0) {
			log_warn("counters are kept without a file", "path", path, "reason", strerror(errno), NULL);
			unlink(fresh);
		}
		close(fd);
	}
	mem_free((void *)old);
	mem_free(fresh);
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

/* Who is first in a minute clears its place; what two of them lose to each other is one request. */
static void count_minute(struct counter_head *head, int64_t minute, bool error, bool slow)
{
	struct counter_minute *m = &head->minute[minute % COUNTER_MINUTES];

	if (__atomic_load_n(&m->minute, __ATOMIC_RELAXED) != minute) {
		__atomic_store_n(&m->requests, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&m->errors, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&m->slow, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&m->minute, minute, __ATOMIC_RELAXED);
	}
	grow(&m->requests, 1);
	if (error)
		grow(&m->errors, 1);
	if (slow)
		grow(&m->slow, 1);
}

void counter_add(struct counters *c, int index, int status, int64_t time_us, int64_t db_us,
		 unsigned trips, unsigned reruns, int64_t now_ms)
{
	struct counter_row *row = &c->rows[index + 1];
	size_t bucket = 0;

	while (bucket < COUNTER_BOUNDS_COUNT && time_us > counter_bounds[bucket].us)
		bucket++;
	grow(&row->status[status >= 100 && status < 600 ? status / 100 : 0], 1);
	grow(&row->bucket[bucket], 1);
	grow(&row->time_us, time_us);
	if (trips > 0) {
		grow(&row->db_us, db_us);
		grow(&row->trips, trips);
	}
	if (reruns > 0)
		grow(&row->reruns, reruns);
	count_minute(c->head, now_ms / 60000, status >= 500, time_us > COUNTER_SLOW_US);
	__atomic_store_n(&c->head->last_ms, now_ms, __ATOMIC_RELAXED);
}

void counter_worker_is(struct counters *c, int place, enum counter_state state)
{
	if (c != NULL && place >= 0 && place < LIMIT_WORKERS)
		__atomic_store_n(&c->head->worker[place].state, state, __ATOMIC_RELAXED);
}
