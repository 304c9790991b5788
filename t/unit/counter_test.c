/* Figures that several processes count are exact, go on after a restart by the names of their routes, and
   a file that is something else is nothing; and the table of programs is read as it stands. */
#include "web/counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/roster.h"
#include "tap.h"
#include "web/route.h"

enum { PROCESSES = 4, ADDS = 20000 };
#define MINUTE INT64_C(60000)

static void *ctx;
static char path[256];

static void handler(struct req *r) { (void)r; }

static const struct route before[] = { { GET, "/a", handler }, { GET, "/b", handler }, { 0 } };
static const struct route after[] = { { GET, "/b", handler }, { POST, "/new", handler }, { GET, "/a", handler }, { 0 } };

static void together(void)
{
	struct counters *c = counters_open(ctx, path, "x", before, 4, 100 * MINUTE);
	const struct counter_copy *copy;
	int64_t sum = 0;

	for (int p = 0; p < PROCESSES; p++) {
		if (fork() != 0)
			continue;
		for (int i = 0; i < ADDS; i++)
			counter_add(c, i % 2, i % 10 == 0 ? 503 : 200, i % 3 == 0 ? 400 : 3000000, 7, 2, 0, 100 * MINUTE);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	copy = counters_read(ctx, path);
	if (!tap_ok(copy != NULL, "the file is read"))
		return;
	tap_is_int(copy->head->nrows, 3, "a row for each route and one beside");
	for (int i = 0; i < 3; i++)
		sum += copy->rows[i].status[2] + copy->rows[i].status[5];
	tap_is_int(sum, (int64_t)PROCESSES * ADDS, "nothing is lost between processes");
	tap_is_int(copy->rows[1].status[5], PROCESSES * ADDS / 10, "failures by class");
	tap_is_int(copy->rows[1].trips + copy->rows[2].trips, 2 * PROCESSES * ADDS, "round trips");
	tap_is_int(copy->rows[1].db_us + copy->rows[2].db_us, 7 * PROCESSES * ADDS, "time of the database");
	sum = 0;
	for (int i = 0; i < COUNTER_BUCKETS; i++)
		sum += copy->rows[1].bucket[i];
	tap_is_int(sum, PROCESSES * ADDS / 2, "each answer is in one place of the histogram");
	tap_is_int(copy->head->starts, 1, "one start");
	mem_free(c);
}

static void bounds(void)
{
	struct counters *c = counters_open(ctx, NULL, "x", before, 1, 0);
	const struct counter_row *row = (const struct counter_row *)(counters_head(c) + 1) + 1;

	for (int i = 0; i < COUNTER_BOUNDS_COUNT; i++) {
		int64_t here = row->bucket[i], next = row->bucket[i + 1];

		counter_add(c, 0, 200, counter_bounds[i].us, 0, 0, 0, 0);
		counter_add(c, 0, 200, counter_bounds[i].us + 1, 0, 0, 0, 0);
		tap_ok(row->bucket[i] == here + 1 && row->bucket[i + 1] == next + 1, "%ld us and one more are apart", (long)counter_bounds[i].us);
		tap_ok(*counter_bounds[i].reason != '\0' && (i == 0 || counter_bounds[i].us > counter_bounds[i - 1].us), "... in order, with a reason");
	}
	counter_add(c, 0, 0, 1, 0, 0, 0, 0);
	counter_add(c, 0, 9999, 1, 0, 0, 0, 0);
	tap_is_int(row->status[0], 2, "what is no status has a place too");
	mem_free(c);
}

static void hours(void)
{
	struct counters *c = counters_open(ctx, path, "x", after, 2, 170 * MINUTE);
	struct counter_minute sum = { 0 };
	const struct counter_copy *copy;

	counter_add(c, 0, 500, 1, 0, 0, 0, 170 * MINUTE);
	counter_add(c, 0, 200, COUNTER_SLOW_US + 1, 0, 0, 0, 170 * MINUTE);
	counter_add(c, 0, 200, 1, 0, 0, 0, 111 * MINUTE);
	counter_add(c, 0, 200, 1, 0, 0, 0, 110 * MINUTE);
	copy = counters_read(ctx, path);
	counter_hour(copy, 170 * MINUTE, &sum);
	tap_is_int(sum.requests, 3, "the last hour is sixty minutes");
	tap_is_int(sum.errors, 1, "... its failures");
	tap_is_int(sum.slow, 1, "... and what was slow");
	counter_add(c, 0, 200, 1, 0, 0, 0, (170 + COUNTER_MINUTES) * MINUTE);
	sum = (struct counter_minute){ 0 };
	counter_hour(counters_read(ctx, path), (170 + COUNTER_MINUTES) * MINUTE, &sum);
	tap_is_int(sum.requests, 1, "a minute's place that is used again begins at none");
	mem_free(c);
}

static void goes_on(void)
{
	struct counters *c = counters_open(ctx, path, "x", after, 2, 1);
	const struct counter_copy *copy = counters_read(ctx, path);

	tap_is_int(copy->head->starts, 2, "a second start");
	tap_is_int(copy->head->workers, 2, "workers as they are wanted now");
	tap_is_int(copy->head->nrows, 4, "rows of the new table");
	tap_is_str(copy->rows[3].route, "GET /a", "a route in another place");
	tap_is_int(copy->rows[3].status[5], PROCESSES * ADDS / 10, "... goes on where it was");
	tap_is_int(copy->rows[2].status[2], 0, "a new one begins at none");
	counter_worker_is(c, 0, COUNTER_BUSY);
	counter_worker_is(c, 1, COUNTER_IDLE);
	counter_worker_is(c, LIMIT_WORKERS, COUNTER_IDLE);
	copy = counters_read(ctx, path);
	tap_ok(copy->head->worker[0].state == COUNTER_BUSY && copy->head->worker[1].state == COUNTER_IDLE, "workers say what they do");
	mem_free(c);
}

static void other_files(void)
{
	FILE *f = fopen(path, "r+");

	tap_ok(f != NULL && ftruncate(fileno(f), 5000) == 0, "a file that is cut");
	tap_ok(counters_read(ctx, path) == NULL, "... is nothing");
	if (f != NULL)
		fclose(f);
	tap_ok(counters_read(ctx, "/dev/zero") == NULL, "a device is nothing");
	tap_ok(counters_read(ctx, "/nowhere/at/all") == NULL, "and nothing is nothing");
}

static void roster(void)
{
	static struct roster_entry e[ROSTER_MOST];
	const char *top = getenv("SUTLER_TOP");
	size_t n = roster_read(mem_printf(ctx, "%s/etc/programs.tab", top == NULL ? "." : top), e);
	const struct roster_entry *home = NULL, *nightly = NULL, *deliver = NULL;

	for (size_t i = 0; i < n; i++) {
		home = strcmp(e[i].name, "home") == 0 ? &e[i] : home;
		nightly = strcmp(e[i].name, "reconcile-stock") == 0 ? &e[i] : nightly;
		deliver = strcmp(e[i].name, "deliver") == 0 ? &e[i] : deliver;
	}
	tap_ok(home != NULL && !home->job && home->interval_s == 0, "a page is no job");
	tap_ok(nightly != NULL && nightly->job && nightly->interval_s == 86400, "once a day");
	tap_ok(deliver != NULL && deliver->job && deliver->interval_s == 60, "each minute");
	tap_is_int(roster_interval_s("every-5m"), 300, "every five minutes");
	tap_is_int(roster_interval_s("hourly"), 3600, "hourly");
	tap_is_int(roster_interval_s("now and then"), 0, "what nobody understands");
	tap_is_int((int64_t)roster_read("/nowhere", e), 0, "no table, no rows");
}

int main(void)
{
	char dir[] = "/tmp/counter_test.XXXXXX";

	ctx = mem_context(NULL, "test");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/counters-x", dir);
	together();
	goes_on();
	hours();
	other_files();
	bounds();
	roster();
	unlink(path);
	rmdir(dir);
	mem_free(ctx);
	return tap_done();
}
