/*
 * orders.c -- places orders as fast as it can: the load of dev/bench's place_order figures.
 *
 *	orders CONNINFO ROLE TENANT CLIENTS SECONDS CALL < CARTS
 *
 * CALL is "place", the statement that the checkout sends (sales.place_order); "held", the same behind the first
 * step of the checkout, which holds the pieces in a transaction that does not wait for the disk; or "insert", the
 * same rows without stock and without questions (bench.insert_order): the ceiling.  Each
 * line of CARTS is one cart that is ready to be ordered: the call's values with tabs between,
 * \N for null.  CLIENTS processes with a connection each take one line after the other and
 * stop when these or SECONDS are over.  Each order is a transaction of lib/db, as in a
 * program: BEGIN, the tenant and the call in one trip, a look at the outcome, COMMIT.
 *
 * Each client places WARM orders before the clock starts: a connection plans all statements of the
 * call for its first orders (half a second together), and a program's lives for thousands.
 *
 * Prints "warm" when that is done; at the end one line: orders, seconds, p50 and p99 in us, sold out,
 * other outcomes, failures, carts taken (those of the warming, too).
 */
#include "base/base.h"
#include "base/clock.h"
#include "base/mem.h"
#include "db/db.h"
#include "db/rows.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define VALUES 31                       /* parameters of sales.place_order() */
#define CARTS_MAX 1000000
#define TRANSACTION_US INT64_C(10000000)
/* PostgreSQL plans a statement anew five times before it keeps a plan for all values. */
#define WARM 12

struct outcome { const char *word; };
static const struct field fields[] = {
	{ "outcome", FIELD_TEXT, offsetof(struct outcome, word), FIELD_ALWAYS },
};
static const struct shape shape = { "outcome", sizeof(struct outcome), ARRAY_LEN(fields), fields };

#define PARAMETERS "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20," \
	"$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31)"
static const struct query calls[] = {
	{ .name = "place", .kind = QUERY_ONE, .nparams = VALUES, .shape = &shape,
	  .sql = "SELECT s.outcome FROM sales.place_order" PARAMETERS " s" },
	{ .name = "insert", .kind = QUERY_ONE, .nparams = VALUES, .shape = &shape,
	  .sql = "SELECT bench.insert_order" PARAMETERS },
};
/* The cart's token is made of its id in t/bench/orders.sql. */
static const struct query hold = {
	.name = "hold", .kind = QUERY_ONE, .nparams = 2, .shape = &shape,
	.sql = "SELECT c.outcome FROM sales.checkout_start($1, bench.store(), pg_catalog.sha256($2::text::bytea), 'en', 'EUR', '', 0) c",
};

struct call {
	const struct query *q;
	bool held;
};

/* Shared with the clients; each writes its own part. */
struct tally {
	int64_t placed, sold_out, other, failed;
};
static struct tally *tallies;
static size_t *next_line;               /* of all clients: a line is taken once */
static int64_t *latency_us;             /* one per line; 0: not placed, or not counted */
static int64_t *start_us;               /* 0: not all clients are warm */
static int *warm;                       /* how many are */

static const char *lines[CARTS_MAX];
static size_t nlines;

static void read_lines(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (nlines < CARTS_MAX && (n = getline(&line, &size, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		lines[nlines++] = mem_strdup(NULL, line);
	}
	free(line);
}

/* False, and counted, when the transaction comes out otherwise than ok. */
static bool run(struct db *db, const void *mem, const char *tenant, const struct query *q, const char *const *values, struct tally *t)
{
	const struct outcome *o;
	bool ok;

	db_begin(db, mem, tenant, false, clock_steady_us() + TRANSACTION_US);
	o = rows_get(db_queue(db, q, values), 0, &shape);
	ok = strcmp(o->word, "ok") == 0;
	if (strcmp(o->word, "sold_out") == 0)
		t->sold_out++;
	else if (!ok)
		t->other++;
	if (db_commit(db) != DB_OK) {
		db_log_failure(db);
		t->failed++;
		ok = false;
	}
	db_end(db);
	return ok;
}

static void place(struct db *db, const char *tenant, const struct call *call, size_t at, struct tally *t)
{
	void *mem = mem_context(NULL, "order");
	char *rest = mem_strdup(mem, lines[at]);
	const char *values[VALUES];
	int64_t begun_us = clock_steady_us();

	for (size_t i = 0; i < VALUES; i++) {
		const char *value = strsep(&rest, "\t");

		values[i] = value == NULL || strcmp(value, "\\N") == 0 ? NULL : value;
	}
	if (call->held)
		db_begin_lazy_commit(db);
	if ((!call->held || run(db, mem, tenant, &hold, values, t)) && run(db, mem, tenant, call->q, values, t)) {
		t->placed++;
		latency_us[at] = clock_steady_us() - begun_us;
	}
	mem_free(mem);
}

static bool place_next(struct db *db, const char *tenant, const struct call *call, struct tally *t, size_t *at)
{
	*at = __atomic_fetch_add(next_line, 1, __ATOMIC_RELAXED);
	if (*at >= nlines)
		return false;
	place(db, tenant, call, *at, t);
	return true;
}

static void client(char **argv, size_t me, int64_t seconds)
{
	struct db *db = db_open(NULL, mem_printf(NULL, "%s user='%s'", argv[1], argv[2]), argv[2]);
	const struct call call = { &calls[strcmp(argv[6], "insert") == 0], strcmp(argv[6], "held") == 0 };
	struct tally *t = &tallies[me];
	size_t at;

	for (int i = 0; i < WARM && place_next(db, argv[3], &call, t, &at); i++)
		latency_us[at] = 0;
	t->placed = t->sold_out = 0;    /* what else came out is no good now either */
	__atomic_fetch_add(warm, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(start_us, __ATOMIC_ACQUIRE) == 0)
		usleep(1000);
	while (clock_steady_us() < *start_us + seconds * 1000000 && place_next(db, argv[3], &call, t, &at))
		;
	mem_free(db);
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print(size_t clients, int64_t took_us)
{
	struct tally sum = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < clients; i++) {
		sum.placed += tallies[i].placed;
		sum.sold_out += tallies[i].sold_out;
		sum.other += tallies[i].other;
		sum.failed += tallies[i].failed;
	}
	for (size_t i = 0; i < nlines; i++)
		if (latency_us[i] > 0)
			latency_us[n++] = latency_us[i];
	qsort(latency_us, n, sizeof(*latency_us), by_size);
	printf("%lld %.3f %lld %lld %lld %lld %lld %zu\n", (long long)sum.placed, (double)took_us / 1e6,
	       n > 0 ? (long long)latency_us[n / 2] : 0, n > 0 ? (long long)latency_us[n * 99 / 100] : 0,
	       (long long)sum.sold_out, (long long)sum.other, (long long)sum.failed, *next_line < nlines ? *next_line : nlines);
}

static void *shared(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		exit(1);
	return at;
}

int main(int argc, char **argv)
{
	int64_t seconds, clients;

	if (argc != 7 || (clients = strtol(argv[4], NULL, 10)) < 1 || (seconds = strtol(argv[5], NULL, 10)) < 1) {
		fprintf(stderr, "usage: orders CONNINFO ROLE TENANT CLIENTS SECONDS place|held|insert < CARTS\n");
		return 2;
	}
	read_lines();
	next_line = shared(sizeof(*next_line));
	tallies = shared((size_t)clients * sizeof(*tallies));
	latency_us = shared((nlines + 1) * sizeof(*latency_us));
	start_us = shared(sizeof(*start_us));
	warm = shared(sizeof(*warm));
	for (int64_t i = 0; i < clients; i++)
		if (fork() == 0)
			client(argv, (size_t)i, seconds);
	/* One that died is no longer waited for: its orders are missing from the figures. */
	while (__atomic_load_n(warm, __ATOMIC_ACQUIRE) < clients && waitpid(-1, NULL, WNOHANG) == 0)
		usleep(1000);
	printf("warm\n");
	fflush(stdout);
	__atomic_store_n(start_us, clock_steady_us(), __ATOMIC_RELEASE);
	while (wait(NULL) > 0)
		;
	print((size_t)clients, clock_steady_us() - *start_us);
	return 0;
}
