/* The checks of t/sql/db.t: lib/db against a real server. */
#include "t/unit/tap.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/db.h"
#include "t/sql/query/scratch.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define A "01900000-0000-7000-8000-00000000000a"
#define B "01900000-0000-7000-8000-00000000000b"
#define SECOND INT64_C(1000000)

static void *mem, *ctx;
static struct db *db;
static PGconn *admin;

static void begin_for(const char *tenant, bool read_only, int64_t us)
{
	mem_free(ctx);
	ctx = mem_context(mem, "request");
	db_begin(db, ctx, tenant, read_only, clock_steady_us() + us);
}

static void begin(const char *tenant)
{
	begin_for(tenant, false, 10 * SECOND);
}

static enum db_failure finish(void)
{
	enum db_failure f = db_commit(db);

	db_end(db);
	return f;
}

/* Commits, ends, and says how it went. */
static void done(enum db_failure want, const char *name)
{
	enum db_failure f = finish();

	tap_ok(f == want, "%s: ends with %d (sqlstate \"%s\", wanted %d)", name, f, db_sqlstate(db), want);
}

static int64_t as_admin(const char *sql)
{
	PGresult *r = PQexec(admin, sql);
	int64_t n = PQntuples(r) > 0 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;

	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		tap_note("admin: %s", PQerrorMessage(admin));
	PQclear(r);
	return n;
}

static int64_t pid_of(struct db *d)
{
	int64_t pid;
	void *m = mem_context(mem, "pid");

	db_begin(d, m, NULL, false, clock_steady_us() + 5 * SECOND);
	pid = row_state(q_state(d))->pid;
	db_commit(d);
	db_end(d);
	mem_free(m);
	return pid;
}

/* The next visitor finds a clean connection: another tenant, none of the rows. */
static void next_is_clean(const char *after)
{
	struct rows *state, *n;

	begin(B);
	state = q_state(db);
	n = q_count_items(db);
	tap_ok(strcmp(row_state(state)->tenant, B) == 0 && row_count_items(n)->n == 0,
	       "after %s the next transaction has its own tenant and sees no foreign row", after);
	done(DB_OK, "and it");
}

static void promises(void)
{
	struct rows *a, *b, *c;

	as_admin("TRUNCATE scratch.item");
	begin(A);
	a = q_add_item(db, 1, "one");
	b = q_add_item(db, 2, "two");
	c = q_list_items(db, LIST_ITEMS_DOWN, 0, 0);
	tap_is_int(db_trips(db), 0, "queries only queue");
	tap_is_int((int64_t)rows_count(c), 2, "the last promise is looked at first");
	tap_is_int(db_trips(db), 1, "one look sends everything queued");
	tap_is_int(rows_affected(a) + rows_affected(b), 2, "the others came along");
	tap_is_str(row_list_items_at(c, 0)->name, "two:no:no", "in their order, texts with colons untouched");
	tap_is_int(db_trips(db), 1, "and cost nothing more");
	tap_is_int(db_calls(db), 3, "calls are counted without BEGIN and the tenant");
	done(DB_OK, "two rows added");

	begin(A);
	c = q_list_items(db, LIST_ITEMS_UP | LIST_ITEMS_ABOVE, 1, 0);
	tap_is_int(finish(), DB_OK, "COMMIT travels with what is queued");
	tap_is_int(db_trips(db), 1, "in one round trip");
	tap_ok(rows_count(c) == 1 && row_list_items(c)->id == 2, "fragments choose, rows outlive the transaction");
	mem_free(ctx);
	ctx = NULL;

	begin(A);
	tap_is_int(finish(), DB_OK, "a transaction without queries");
	tap_is_int(db_trips(db), 0, "costs no round trip");
}

static void two_flushes(void)
{
	char first[32];
	struct rows *r;

	begin(A);
	snprintf(first, sizeof(first), "%s", row_state(q_state(db))->xact);
	r = q_state(db);
	tap_is_str(row_state(r)->xact, first, "two flushes are one transaction");
	tap_is_str(row_state(r)->tenant, A, "under one tenant");
	tap_is_int(db_trips(db), 2, "two round trips");
	done(DB_OK, "two flushes");
}

static void latch(void)
{
	struct rows *before, *bad, *after, *late;

	as_admin("TRUNCATE scratch.item");
	begin(A);
	before = q_add_item(db, 1, "lost with the failure");
	bad = q_fail_with(db, "P0001");
	after = q_any_item(db);
	tap_ok(!rows_found(after), "a query behind a failed one is absent");
	tap_is_int(db_failure(db), DB_ERROR, "the failure is latched");
	tap_is_str(db_sqlstate(db), "P0001", "with the SQLSTATE of the first one");
	tap_is_str(row_any_item(after)->name, "", "an absent row reads as empty texts");
	late = q_count_items(db);
	tap_ok(!rows_found(late) && row_count_items(late)->n == 0, "later queries are no-ops");
	tap_ok(rows_affected(before) == 0 && rows_affected(bad) == 0, "nothing of a failed trip shows");
	tap_is_int(db_trips(db), 1, "nothing was sent after the failure");
	done(DB_ERROR, "a failed transaction");
	next_is_clean("a failed statement");
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 0, "nothing of it is in the table");

	begin(A);
	db_refuse(db);
	q_add_item(db, 9, "refused");
	done(DB_REFUSED, "a refused transaction");
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 0, "nothing was sent under the latch");
}

static void verdicts(void)
{
	static const struct { const char *sqlstate; enum db_failure want; } cases[] = {
		{ "40001", DB_RETRY }, { "40P01", DB_RETRY }, { "55P03", DB_RETRY }, { "26000", DB_RETRY },
		{ "57014", DB_DEADLINE }, { "53100", DB_UNAVAILABLE }, { "23505", DB_ERROR },
		{ "22003", DB_ERROR }, { "0A000", DB_ERROR }, { "42501", DB_ERROR },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin(A);
		q_fail_with(db, cases[i].sqlstate);
		done(cases[i].want, cases[i].sqlstate);
	}
	begin_for(A, true, 10 * SECOND);
	q_add_item(db, 5, "x");
	done(DB_ERROR, "a write in a read-only transaction");
	db_begin_timeout(db, 50);
	begin(A);
	q_nap(db, 5);
	done(DB_DEADLINE, "statement_timeout of 50 ms");
	begin(A);
	tap_is_str(row_state(q_state(db))->timeout, "0", "the timeout held for one transaction");
	done(DB_OK, "and the next");
	db_begin_lazy_commit(db);
	begin(A);
	tap_is_str(row_state(q_state(db))->sync, "off", "lazy commit");
	done(DB_OK, "lazy commit");
	begin(A);
	tap_is_str(row_state(q_state(db))->sync, "on", "for one transaction");
	done(DB_OK, "and the next");
	begin(A);
	q_fail_at_commit(db);
	done(DB_ERROR, "a deferred constraint that fails in COMMIT");
	tap_is_str(db_sqlstate(db), "23505", "says so");
}

static void leaks(void)
{
	struct rows *unsent;
	int64_t pid;

	as_admin("TRUNCATE scratch.item");
	begin(A);
	q_add_item(db, 1, "left open");
	pid = row_state(q_state(db))->pid;
	unsent = q_count_items(db);
	db_end(db);
	tap_ok(as_admin(mem_printf(ctx, "SELECT (state = 'idle')::int FROM pg_stat_activity WHERE pid = %" PRId64,
				   pid)) == 1, "a transaction left open is ended by db_end()");
	tap_ok(!rows_found(unsent), "what was not sent is absent");
	next_is_clean("a transaction left open");
	begin(NULL);
	tap_is_str(row_state(q_state(db))->tenant, "", "without tenant there is none");
	tap_is_int(row_count_items(q_count_items(db))->n, 0, "and no row");
	done(DB_OK, "without tenant");
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 0, "nothing of it stays");
}

static void prepared_again(void)
{
	begin(A);
	q_fail_with(db, "P0001");
	q_fresh_after_failure(db);
	done(DB_ERROR, "a first PREPARE behind a failed statement");
	begin(A);
	tap_is_int(row_fresh_after_failure(q_fresh_after_failure(db))->n, 42, "is prepared when next needed");
	done(DB_OK, "then");

	begin(A);
	q_forget(db);
	done(DB_RETRY, "statements that the server does not know any more");
	tap_is_str(db_sqlstate(db), "26000", "by that SQLSTATE");
	next_is_clean("lost statements");

	begin(A);
	tap_is_int(row_changing(q_changing(db))->v, 7, "a row of a table");
	done(DB_OK, "before");
	as_admin("ALTER TABLE scratch.changing ALTER v TYPE bigint");
	begin(A);
	q_changing(db);
	done(DB_RETRY, "cached plan must not change result type");
	tap_is_str(db_sqlstate(db), "0A000", "by that SQLSTATE");
	begin(A);
	tap_is_int(row_changing(q_changing(db))->v, 7, "the row of the changed table");
	done(DB_OK, "run again");
}

/* A transaction of five steps; the backend is killed before step AT. */
static void killed_before(int at)
{
	int64_t pid = pid_of(db);
	enum db_failure f;

	as_admin("TRUNCATE scratch.item");
	begin(A);
	for (int step = 0; step < 6; step++) {
		if (step == at) {
			char *gone = mem_printf(ctx, "SELECT count(*) FROM pg_stat_activity WHERE pid = %" PRId64, pid);

			as_admin(mem_printf(ctx, "SELECT pg_terminate_backend(%" PRId64 ", 5000)", pid));
			tap_is_int(as_admin(gone), 0, "the backend is gone before step %d", at);
		}
		switch (step) {
		case 0: q_add_item(db, 1, "one"); break;
		case 1: db_flush(db); break;
		case 2: q_add_item(db, 2, "two"); break;
		case 3: db_flush(db); break;
		case 4: q_add_item(db, 3, "three"); break;
		}
	}
	/* Dead before COMMIT was put on the wire, but only the answer tells: unknown is allowed
	   for the last trip alone. */
	f = finish();
	tap_ok(at < 4 ? f == DB_RETRY : f == DB_RETRY || f == DB_UNKNOWN,
	       "killed before step %d: %d (%s)", at, f, db_sqlstate(db));
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 0, "nothing is half done");
	next_is_clean("a killed backend");
}

static void killed(void)
{
	for (int at = 0; at < 6; at++)
		killed_before(at);
	begin(A);
	q_add_item(db, 1, "one");
	q_die(db);
	q_add_item(db, 2, "two");
	done(DB_RETRY, "the backend ends during a statement before COMMIT");
	next_is_clean("that");
	begin(A);
	q_die_at_commit(db);
	done(DB_UNKNOWN, "the backend ends during COMMIT");
	next_is_clean("that");
}

static void late(void)
{
	int64_t pid = pid_of(db), start = clock_steady_us(), until;
	char *running = mem_printf(mem, "SELECT count(*) FROM pg_stat_activity WHERE pid = %" PRId64, pid);

	begin_for(A, false, SECOND / 5);
	q_nap(db, 30);
	db_flush(db);
	tap_ok(clock_steady_us() - start < SECOND, "the deadline ends the waiting");
	done(DB_DEADLINE, "a query of 30 s with 0.2 s");
	next_is_clean("the deadline");
	until = clock_steady_us() + 10 * SECOND;
	while (as_admin(running) != 0 && clock_steady_us() < until)
		poll(NULL, 0, 20);
	tap_is_int(as_admin(running), 0, "the server gives the query up");

	pid = pid_of(db);
	kill((pid_t)pid, SIGSTOP);
	begin_for(A, true, SECOND / 5);
	q_count_items(db);
	done(DB_DEADLINE, "a backend that stands still");
	kill((pid_t)pid, SIGCONT);
	next_is_clean("a backend that stood still");
	pid = pid_of(db);
	kill((pid_t)pid, SIGSTOP);
	begin_for(A, false, SECOND / 5);
	q_count_items(db);
	done(DB_UNKNOWN, "COMMIT was sent to a backend that stands still");
	kill((pid_t)pid, SIGCONT);
	begin_for(A, false, -1);
	q_count_items(db);
	done(DB_DEADLINE, "a deadline already past");
}

static void values(void)
{
	static const char *const us[] = { A, B };
	static const char *const ts[] = { "plain", "q\"uo\\te", "", "NULL", NULL, "{a,b}", "ñ漢" };
	static const int64_t ns[] = { INT64_MIN, 0, INT64_MAX };
	static const bool bs[] = { true, false };
	int64_t m = -5, i = 7, atn = -1;
	bool bn = true;
	const struct row_echo_values *r;

	begin(A);
	r = row_echo_values(q_echo_values(db, A, "täxt 'quoted'", NULL, INT64_MIN, &m, -32768, &i, true, &bn,
		"2024-02-29", INT64_C(1709210096789), &atn, "\0\377x", 3, NULL, 0, us, 2, ts, 7, ns, 3,
		NULL, 0, bs, 2));
	tap_is_str(r->u, A, "uuid");
	tap_is_str(r->t, "täxt 'quoted'", "text");
	tap_ok(r->c == NULL, "null text");
	tap_ok(r->n == INT64_MIN, "int");
	tap_ok(r->has_m && r->m == -5, "money?");
	tap_is_int(r->s, -32768, "smallint");
	tap_ok(r->has_i && r->i == 7, "int4?");
	tap_ok(r->b && r->has_bn && r->bn, "bool");
	tap_is_str(r->d, "2024-02-29", "date");
	tap_is_int(r->at, INT64_C(1709210096789), "time");
	tap_ok(r->has_atn && r->atn == -1, "time before 1970");
	tap_is_str(r->raw, "00ff78", "bytea");
	tap_ok(r->raw_null == NULL, "null bytea");
	tap_is_str(r->us, "{" A "," B "}", "uuid[]");
	tap_is_str(r->ts, "{plain,\"q\\\"uo\\\\te\",\"\",\"NULL\",NULL,\"{a,b}\",ñ漢}", "text[]");
	tap_is_str(r->ns, "{-9223372036854775808,0,9223372036854775807}", "int[]");
	tap_ok(r->ms == NULL, "null array");
	tap_is_str(r->bs, "{t,f}", "bool[]");
	r = row_echo_values(q_echo_values(db, A, "", NULL, 0, NULL, 0, NULL, false, NULL, NULL, 0, NULL,
		"", 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0));
	tap_ok(!r->has_m && !r->has_i && !r->has_bn && !r->has_atn && r->d == NULL, "nulls");
	tap_is_str(r->ts, "{}", "an empty array");
	tap_is_int(r->at, 0, "1970");
	done(DB_OK, "values");

	begin(A);
	q_null_number(db);
	done(DB_ERROR, "a null where the header promises a number");
	begin(A);
	q_text_number(db);
	done(DB_ERROR, "a text where the header promises a number");
	begin(A);
	q_add_item(db, 1, "1");
	q_add_item(db, 2, "2");
	tap_ok(!rows_found(q_any_item(db)), "two rows where the header promises one are a failure");
	done(DB_ERROR, "two rows for one");
}

static void big_batch(void)
{
	struct rows *r[200];
	int64_t sum = 0;

	begin(A);
	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		r[i] = q_big(db, 200000);
	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		sum += (int64_t)strlen(row_big(r[i])->t);
	tap_is_int(sum, INT64_C(40000000), "40 MB of answers to one batch do not block");
	tap_is_int(db_trips(db), 1, "one round trip");
	done(DB_OK, "a big batch");
}

static void unavailable(void)
{
	struct db *dead = db_open(mem, "host=/nonexistent dbname=x", "dead");
	int64_t start = clock_steady_us();

	for (int i = 0; i < 100; i++) {
		void *m = mem_context(mem, "dead");

		db_begin(dead, m, A, true, clock_steady_us() + SECOND);
		q_count_items(dead);
		if (db_commit(dead) != DB_UNAVAILABLE)
			tap_ok(false, "a dead database is unavailable");
		db_end(dead);
		mem_free(m);
	}
	tap_ok(clock_steady_us() - start < SECOND, "a dead database costs 100 requests less than a second");
	mem_free(dead);
}

static void locks(void)
{
	const char *conninfo = getenv("SUTLER_TEST_CONNINFO");
	struct db *one = db_open(mem, conninfo, "one"), *two = db_open(mem, conninfo, "two");
	int64_t until = clock_steady_us() + 5 * SECOND;
	bool got = false;

	tap_ok(db_try_lock(one, 77), "a job takes its lock");
	tap_ok(!db_try_lock(two, 77), "a second copy does not get it");
	as_admin(mem_printf(mem, "SELECT pg_terminate_backend(%" PRId64 ", 5000)", pid_of(one)));
	while (!got && clock_steady_us() < until)
		got = db_try_lock(two, 77);
	tap_ok(got, "the lock goes with its connection");
	tap_is_int(pid_of(one), 0, "who lost it does not go on");
	mem_free(one);
	mem_free(two);
}

static void notifications(void)
{
	struct db *ear = db_open(mem, getenv("SUTLER_TEST_CONNINFO"), "ear");
	struct pollfd fd = { .events = POLLIN };

	tap_ok(db_listen(ear, "scratch"), "a worker listens");
	tap_ok(!db_notified(ear), "nothing yet");
	begin(A);
	q_tell(db);
	done(DB_OK, "NOTIFY");
	fd.fd = db_socket(ear);
	tap_ok(poll(&fd, 1, 5000) == 1 && db_notified(ear), "its socket wakes up");
	tap_ok(!db_notified(ear), "once");
	mem_free(ear);
}

static void fault(const char *text)
{
	FILE *f = fopen(getenv("SUTLER_TEST_FAULT"), "we");

	fputs(text, f);
	fclose(f);
}

static void injected(void)
{
	enum db_failure f = DB_ERROR;
	char text[32];
	int n;

	as_admin("TRUNCATE scratch.item");
	for (n = 1; n < 20 && f == DB_ERROR; n++) {
		snprintf(text, sizeof(text), "%d", n);
		fault(text);
		begin(A);
		q_add_item(db, 1, "one");
		q_add_item(db, 2, "two");
		db_flush(db);
		q_add_item(db, 3, "three");
		f = finish();
	}
	/* 3 queries, 1 flush, 1 commit fail; the sixth call does not exist. */
	tap_is_int(n, 7, "the n-th call fails for each of the 5 calls");
	tap_is_int(f, DB_OK, "and none fails past the last");
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 3, "only the last run was committed");
	fault("1 retry once");
	begin(A);
	q_add_item(db, 4, "four");
	done(DB_RETRY, "injected retry");
	begin(A);
	q_add_item(db, 4, "four");
	done(DB_OK, "run again");
	fault("2 lost once");
	begin(A);
	q_add_item(db, 5, "five");
	done(DB_UNKNOWN, "a lost COMMIT");
	tap_is_int(as_admin("SELECT count(*) FROM scratch.item"), 5, "was done all the same");
	fault("2 lost once");
	begin(A);
	q_count_items(db);
	db_flush(db);
	done(DB_RETRY, "a connection lost before COMMIT");
	next_is_clean("injected failures");
}

static void growth(void)
{
	size_t before = 0;

	for (int i = 0; i < 1200; i++) {
		begin(A);
		q_list_items(db, i % 2 ? LIST_ITEMS_UP : LIST_ITEMS_DOWN, 0, 0);
		if (i % 3 == 0)
			q_fail_with(db, "P0001");
		finish();
		mem_free(ctx);
		ctx = NULL;
		if (i == 200)
			before = mem_total(mem);
	}
	tap_is_int((int64_t)mem_total(mem), (int64_t)before, "1000 requests leave no memory behind");
}

int main(void)
{
	const char *conninfo = getenv("SUTLER_TEST_CONNINFO");

	if (conninfo == NULL)
		return tap_done();
	log_open("db_check", LOG_LEVEL_FATAL);
	mem = mem_context(NULL, "test");
	admin = PQconnectdb(getenv("SUTLER_TEST_ADMIN"));
	db = db_open(mem, conninfo, "db_check");
	promises();
	two_flushes();
	latch();
	verdicts();
	leaks();
	prepared_again();
	killed();
	late();
	values();
	big_batch();
	unavailable();
	locks();
	notifications();
	injected();
	growth();
	PQfinish(admin);
	mem_free(mem);
	return tap_done();
}
