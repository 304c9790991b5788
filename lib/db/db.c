#include "db/db.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/internal.h"

#include <inttypes.h>
#include <unistd.h>

/* ROLLBACK of a failed transaction takes microseconds; a server that needs longer
   loses the connection instead, which rolls back as surely. */
#define CLEAN_UP_US INT64_C(1000000)

/* The statements of the house itself; prepared like all others. */
static const unsigned text_type[] = { 25 };
static const struct query begin_read_only = {
	.name = "begin_read_only", .kind = QUERY_EXEC, .sql = "BEGIN READ ONLY",
};
static const struct query begin_read_write = {
	.name = "begin_read_write", .kind = QUERY_EXEC, .sql = "BEGIN READ WRITE",
};
static const struct query set_tenant = {
	.name = "set_tenant", .kind = QUERY_EXEC, .nparams = 1, .types = text_type,
	.sql = "SELECT pg_catalog.set_config('sutler.tenant', $1, true)",
};
static const struct query set_lazy_commit = {
	.name = "set_lazy_commit", .kind = QUERY_EXEC,
	.sql = "SELECT pg_catalog.set_config('synchronous_commit', 'off', true)",
};
static const struct query set_timeout = {
	.name = "set_timeout", .kind = QUERY_EXEC, .nparams = 1, .types = text_type,
	.sql = "SELECT pg_catalog.set_config('statement_timeout', $1, true)",
};
static const struct query commit = { .name = "commit", .kind = QUERY_EXEC, .sql = "COMMIT" };

/* What a SQLSTATE (or the start of one) means for the caller.  Appendix A of the
   PostgreSQL manual. */
static const struct {
	const char *sqlstate;
	enum db_failure failure;
	bool forget;                    /* our memory of prepared statements is wrong */
} verdicts[] = {
	{ "40001", DB_RETRY },          /* serialization failure */
	{ "40P01", DB_RETRY },          /* deadlock detected */
	{ "55P03", DB_RETRY },          /* lock not available: lock_timeout */
	{ "26000", DB_RETRY, true },    /* prepared statement does not exist */
	{ "42P05", DB_RETRY, true },    /* prepared statement exists already */
	{ "57014", DB_DEADLINE },       /* query cancelled: statement_timeout */
	{ "53", DB_UNAVAILABLE },       /* insufficient resources: disk, memory, connections */
};

/* States with which the server itself ends the connection. */
static const char *const hang_ups[] = { "08", "57P01", "57P02", "57P03", "57P05", "25P03" };

static bool is_state(const char *sqlstate, const char *of)
{
	return strncmp(sqlstate, of, strlen(of)) == 0;
}

/* ---- memory of prepared statements --------------------------------------- */

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;       /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static struct prepared *slot(struct prepared *table, size_t size, const char *name)
{
	size_t i = hash(name) & (size - 1);

	while (table[i].name != NULL && strcmp(table[i].name, name) != 0)
		i = (i + 1) & (size - 1);
	return &table[i];
}

/* The entry of NAME, new if need be. */
static struct prepared *prepared(struct db *db, const char *name)
{
	struct prepared *p;

	if (2 * db->prepared_used >= db->prepared_size) {
		size_t size = db->prepared_size == 0 ? 64 : 2 * db->prepared_size;
		struct prepared *table = mem_array(db, struct prepared, size);

		for (size_t i = 0; i < db->prepared_size; i++)
			if (db->prepared[i].name != NULL)
				*slot(table, size, db->prepared[i].name) = db->prepared[i];
		mem_free(db->prepared);
		db->prepared = table;
		db->prepared_size = size;
	}
	p = slot(db->prepared, db->prepared_size, name);
	if (p->name == NULL) {
		p->name = mem_strdup(db, name);
		db->prepared_used++;
	}
	return p;
}

/* Drops what was not confirmed (or all): a PREPARE behind a failed statement never ran. */
static void forget_prepared(struct db *db, bool all)
{
	struct prepared *old = db->prepared;
	size_t size = db->prepared_size;

	db->prepared = NULL;
	db->prepared_size = db->prepared_used = 0;
	for (size_t i = 0; i < size; i++) {
		if (old[i].name != NULL && old[i].ready && !all)
			prepared(db, old[i].name)->ready = true;
		mem_free(old[i].name);
	}
	mem_free(old);
}

/* ---- failure -------------------------------------------------------------- */

void db_latch(struct db *db, enum db_failure failure, const char *sqlstate, const char *query)
{
	if (db->failure != DB_OK)
		return;
	db->failure = failure;
	snprintf(db->sqlstate, sizeof(db->sqlstate), "%s", sqlstate != NULL ? sqlstate : "");
	db->failed_query = query;
	db->failed_constraint[0] = '\0';
	db->failure_logged = false;
}

/* The connection broke: nothing is known of a COMMIT that was on its way. */
static void latch_lost(struct db *db, const char *sqlstate, const char *query)
{
	db_latch(db, db->commit_sent && !db->read_only ? DB_UNKNOWN : DB_RETRY, sqlstate, query);
}

static void latch_late(struct db *db)
{
	db_latch(db, db->commit_sent && !db->read_only ? DB_UNKNOWN : DB_DEADLINE, NULL, NULL);
}

static void latch_error(struct db *db, const PGresult *result, const struct query *q)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

	if (db->failure != DB_OK)
		return;
	if (sqlstate == NULL) {
		latch_lost(db, NULL, q->name);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(hang_ups); i++) {
		if (!is_state(sqlstate, hang_ups[i]))
			continue;
		/* Said of an earlier statement: COMMIT was not reached. */
		if (q == &commit)
			latch_lost(db, sqlstate, q->name);
		else
			db_latch(db, DB_RETRY, sqlstate, q->name);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		if (is_state(sqlstate, verdicts[i].sqlstate)) {
			db->forget |= verdicts[i].forget;
			db_latch(db, verdicts[i].failure, sqlstate, q->name);
		}
	}
	/* "cached plan must not change result type" shares 0A000 with all that is not
	   supported; the function that says it does not depend on lc_messages. */
	if (is_state(sqlstate, "0A000") && function != NULL && strcmp(function, "RevalidateCachedQuery") == 0) {
		db->forget = true;
		db_latch(db, DB_RETRY, sqlstate, q->name);
	}
	db_latch(db, DB_ERROR, sqlstate, q->name);
	if (constraint != NULL)
		snprintf(db->failed_constraint, sizeof(db->failed_constraint), "%s", constraint);
}

enum db_failure db_failure(const struct db *db)
{
	return db->failure;
}

const char *db_sqlstate(const struct db *db)
{
	return db->sqlstate;
}

void db_refuse(struct db *db)
{
	db_latch(db, DB_REFUSED, NULL, NULL);
}

void db_log_failure(const struct db *db)
{
	static const char *const words[] = {
		[DB_OK] = "none", [DB_UNAVAILABLE] = "unavailable", [DB_RETRY] = "retry",
		[DB_UNKNOWN] = "unknown", [DB_DEADLINE] = "deadline", [DB_REFUSED] = "refused",
		[DB_ERROR] = "error",
	};

	if (db->failure == DB_OK || db->failure_logged)
		return;
	((struct db *)db)->failure_logged = true;
	log_error("transaction failed", "failure", words[db->failure], "sqlstate", db->sqlstate,
		  "query", db->failed_query != NULL ? db->failed_query : "",
		  "constraint", db->failed_constraint, NULL);
}

/* ---- injected failures ----------------------------------------------------- */

#ifdef SUTLER_TEST_HOOKS
/* So many transactions fewer are left alone. */
static void write_fault(const char *path, unsigned n, const char *kind, const char *once, unsigned skip)
{
	FILE *f;

	remove(path);
	f = fopen(path, "we");
	if (f != NULL) {
		fprintf(f, "%u %s %s %u\n", n, kind, once, skip);
		fclose(f);
	}
}

/* SUTLER_TEST_FAULT names a file "N KIND [once [SKIP]]": the N-th call of db_queue(), a
   trip or db_commit() of every transaction fails as if the server had said so; the next
   SKIP transactions are left alone. */
static void read_fault(struct db *db)
{
	const char *path = getenv("SUTLER_TEST_FAULT");
	FILE *f = path != NULL ? fopen(path, "re") : NULL;
	char once[8] = "";
	unsigned skip = 0;

	db->fault_at = db->fault_calls = 0;
	if (f == NULL)
		return;
	if (fscanf(f, "%u %7s %7s %u", &db->fault_at, db->fault_kind, once, &skip) < 2)
		memcpy(db->fault_kind, "error", sizeof("error"));
	db->fault_once = strcmp(once, "once") == 0;
	fclose(f);
	if (skip > 0) {
		write_fault(path, db->fault_at, db->fault_kind, once, skip - 1);
		db->fault_at = 0;
	}
}

/* Counts a call; true when it is the one to fail, which is latched then. */
static bool faulty(struct db *db, bool committing)
{
	if (db->fault_at == 0 || db->failure != DB_OK || ++db->fault_calls != db->fault_at)
		return false;
	if (db->fault_once)
		remove(getenv("SUTLER_TEST_FAULT"));
	if (strcmp(db->fault_kind, "lost") == 0) {
		/* A lost COMMIT is sent: done, and nobody hears of it. */
		if (committing)
			return true;
		conn_drop(db);
		db_latch(db, DB_RETRY, "08006", "injected");
	} else if (strcmp(db->fault_kind, "retry") == 0) {
		db_latch(db, DB_RETRY, "40001", "injected");
	} else {
		db_latch(db, DB_ERROR, "XX000", "injected");
	}
	return true;
}
#else
#define read_fault(db) ((void)(db))
#define faulty(db, committing) ((void)(db), (void)(committing), false)
#endif

/* ---- queue and trip --------------------------------------------------------- */

static void done_with(void *ptr)
{
	struct rows *r = ptr;

	if (r->db != NULL) {
		/* Freed while queued: the context went before db_end(). */
		struct rows **link = &r->db->first;

		while (*link != r)
			link = &(*link)->next;
		*link = r->next;
		if (r->db->last == &r->next)
			r->db->last = link;
	}
	PQclear(r->result);
}

static struct rows *rows_new(struct db *db, const struct query *q)
{
	struct rows *r = mem_new(db->ctx, struct rows);

	r->query = q;
	mem_on_free(r, done_with);
	return r;
}

/* What of the values the statement's parameter I is. */
static const char *picked(const struct query *q, const char *const *values, unsigned i)
{
	return values[q->picks != NULL ? q->picks[i] : i];
}

static void enqueue(struct db *db, const struct query *q, const char *const *values, struct rows *r)
{
	size_t pointers = (q->nparams + 1) * sizeof(*r->values), bytes = pointers;
	char *text;

	for (unsigned i = 0; i < q->nparams; i++)
		bytes += picked(q, values, i) != NULL ? strlen(picked(q, values, i)) + 1 : 0;
	/* One piece of memory: the pointers, behind them the texts. */
	r->values = mem_alloc_array(r, bytes, 1, "parameters");
	text = (char *)r->values + pointers;
	for (unsigned i = 0; i < q->nparams; i++) {
		const char *value = picked(q, values, i);
		size_t n;

		if (value == NULL)
			continue;
		n = strlen(value) + 1;
		r->values[i] = memcpy(text, value, n);
		text += n;
	}
	r->db = db;
	*db->last = r;
	db->last = &r->next;
}

static void enqueue_own(struct db *db, const struct query *q, const char *value)
{
	enqueue(db, q, &value, rows_new(db, q));
}

static void start_transaction(struct db *db)
{
	char ms[16];

	if (db->begun)
		return;
	db->begun = true;
	enqueue_own(db, db->read_only ? &begin_read_only : &begin_read_write, NULL);
	enqueue_own(db, &set_tenant, db->tenant);
	if (db->lazy_commit)
		enqueue_own(db, &set_lazy_commit, NULL);
	if (db->timeout_ms > 0) {
		snprintf(ms, sizeof(ms), "%d", db->timeout_ms);
		enqueue_own(db, &set_timeout, ms);
	}
}

const void *db_context(const struct db *db)
{
	if (db->ctx == NULL)
		BUG("query outside a transaction");
	return db->ctx;
}

struct rows *db_queue(struct db *db, const struct query *q, const char *const *values)
{
	struct rows *r;

	if (db->ctx == NULL)
		BUG("query %s outside a transaction", q->name);
	r = rows_new(db, q);
	if (db->failure == DB_OK && db->ended)
		BUG("query %s after COMMIT", q->name);
	if (db->failure != DB_OK || faulty(db, false)) {
		r->answered = r->failed = true;
		return r;
	}
	db->calls++;
	start_transaction(db);
	enqueue(db, q, values, r);
	return r;
}

/* Everything queued and not sent gets its answer: none. */
static void discard_queue(struct db *db)
{
	while (db->first != NULL) {
		struct rows *r = db->first;

		db->first = r->next;
		r->db = NULL;
		r->answered = r->failed = true;
	}
	db->last = &db->first;
}

/* Puts the whole queue and one Sync into libpq's buffer.  Nothing is read yet; a
   large batch may already be on its way. */
static bool send_queue(struct db *db)
{
	for (struct rows *r = db->first; r != NULL; r = r->next) {
		const struct query *q = r->query;
		struct prepared *p = prepared(db, q->name);

		if (!p->ready && !p->sent) {
			if (!PQsendPrepare(db->conn, q->name, q->sql, (int)q->nparams, q->types))
				return false;
			r->prepares = p->sent = true;
		}
		if (q == &commit)
			db->commit_sent = true;
		if (!PQsendQueryPrepared(db->conn, q->name, (int)q->nparams, r->values, NULL, NULL, 0))
			return false;
	}
	return PQpipelineSync(db->conn) == 1;
}

/* The next result, after latching what went wrong with the connection itself;
   *gone says that nothing more can be read from it. */
static PGresult *next_result(struct db *db, bool *gone)
{
	bool lost, late;
	PGresult *result = conn_result(db, db->deadline_us, &lost, &late);

	*gone = lost || late;
	if (*gone && !db->committed) {
		if (late)
			latch_late(db);
		else
			latch_lost(db, NULL, NULL);
	}
	return result;
}

static void take_answer(struct db *db, struct rows *r, PGresult *result)
{
	if (r->query == &commit) {
		db->committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
		if (!db->committed)
			db_latch(db, DB_ERROR, "25P02", r->query->name);
	}
	if (db->failure != DB_OK)
		PQclear(result);
	else if (!rows_take(r, result))
		db_latch(db, DB_ERROR, NULL, r->query->name);
}

/* One statement's results up to the NULL that ends them: of its PREPARE when
   PREPARING, else its answer. */
static bool read_statement(struct db *db, struct rows *r, bool preparing)
{
	PGresult *result;
	bool gone;

	while ((result = next_result(db, &gone)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
			if (!preparing) {
				take_answer(db, r, result);
				continue;
			}
			prepared(db, r->query->name)->ready = true;
		} else if (status == PGRES_FATAL_ERROR) {
			latch_error(db, result, r->query);
		} else if (status != PGRES_PIPELINE_ABORTED) {
			BUG("query %s answered with %s", r->query->name, PQresStatus(status));
		}
		PQclear(result);
	}
	return !gone;
}

static bool read_sync(struct db *db)
{
	bool gone = false, synced = false;

	while (!synced && !gone) {
		PGresult *result = next_result(db, &gone);

		if (result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR)
			latch_error(db, result, &commit);
		synced = result != NULL && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
		PQclear(result);
	}
	return synced;
}

static bool read_answers(struct db *db)
{
	for (struct rows *r = db->first; r != NULL; r = r->next) {
		if (r->prepares && !read_statement(db, r, true))
			return false;
		if (!read_statement(db, r, false))
			return false;
	}
	return read_sync(db);
}

/* A connection for this trip.  Inside a transaction only the one it began on will
   do: another would run the rest outside of it. */
static bool have_connection(struct db *db)
{
	if (clock_steady_us() >= db->deadline_us) {
		db_latch(db, DB_DEADLINE, NULL, NULL);
		return false;
	}
	if (db->trips > 0) {
		if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
			return true;
		latch_lost(db, NULL, NULL);
		return false;
	}
	if (db->conn != NULL && PQtransactionStatus(db->conn) != PQTRANS_IDLE)
		conn_drop(db);
	if (conn_ready(db, db->deadline_us))
		return true;
	db_latch(db, DB_UNAVAILABLE, NULL, NULL);
	return false;
}

/* Sends the queue, reads all answers: the one place where anybody waits. */
static void trip(struct db *db)
{
	if (!have_connection(db)) {
		discard_queue(db);
		return;
	}
	db->trips++;
	db->in_trip = true;
	if (!send_queue(db))
		latch_lost(db, NULL, NULL);
	else if (read_answers(db))
		db->in_trip = false;
	if (db->in_trip)
		conn_drop(db);
	if (db->failure != DB_OK) {
		forget_prepared(db, false);
		discard_queue(db);
		return;
	}
	for (struct rows *r = db->first; r != NULL; r = r->next) {
		r->db = NULL;
		r->answered = true;
	}
	db->first = NULL;
	db->last = &db->first;
}

void rows_answer(struct rows *r)
{
	if (!r->answered)
		db_flush(r->db);
	if (!r->answered)
		r->answered = r->failed = true;
}

/* ---- the transaction --------------------------------------------------------- */

static void close_db(void *ptr)
{
	struct db *db = ptr;

	discard_queue(db);
	if (db->conn != NULL && db->conn_pid != getpid() && PQsocket(db->conn) >= 0)
		close(PQsocket(db->conn));
	PQfinish(db->conn);
}

struct db *db_open(const void *ctx, const char *conninfo, const char *name)
{
	struct db *db = mem_new(ctx, struct db);

	db->conninfo = mem_strdup(db, conninfo);
	db->name = mem_strdup(db, name);
	db->last = &db->first;
	mem_on_free(db, close_db);
	return db;
}

void db_begin_lazy_commit(struct db *db)
{
	db->lazy_commit_next = true;
}

void db_begin_timeout(struct db *db, int statement_timeout_ms)
{
	db->timeout_next_ms = statement_timeout_ms;
}

void db_begin(struct db *db, const void *ctx, const char *tenant, bool read_only, int64_t deadline_us)
{
	if (db->ctx != NULL)
		BUG("transaction begun inside a transaction");
	if (tenant != NULL && !id_valid(tenant))
		BUG("tenant is no UUID");
	db->ctx = ctx;
	snprintf(db->tenant, sizeof(db->tenant), "%s", tenant != NULL ? tenant : "");
	db->read_only = read_only;
	db->lazy_commit = db->lazy_commit_next;
	db->timeout_ms = db->timeout_next_ms;
	db->lazy_commit_next = false;
	db->timeout_next_ms = 0;
	db->deadline_us = deadline_us;
	db->begun = db->ended = db->commit_sent = db->committed = false;
	db->failure = DB_OK;
	db->sqlstate[0] = db->failed_constraint[0] = '\0';
	db->failed_query = NULL;
	db->failure_logged = false;
	db->trips = db->calls = 0;
	db->wait_us = 0;
	read_fault(db);
}

void db_flush(struct db *db)
{
	if (db->failure != DB_OK || db->first == NULL || faulty(db, false))
		return;
	trip(db);
}

enum db_failure db_commit(struct db *db)
{
	bool lose;

	if (db->ctx == NULL || db->ended)
		BUG("COMMIT without a transaction");
	if (db->failure != DB_OK)
		return db->failure;
	if (!db->begun) {
		db->ended = true;
		return DB_OK;
	}
	lose = faulty(db, true);
	if (db->failure != DB_OK)
		return db->failure;
	enqueue_own(db, &commit, NULL);
	db->ended = true;
	trip(db);
	if (lose && db->failure == DB_OK) {
		conn_drop(db);
		latch_lost(db, "08006", "injected");
	}
	return db->failure;
}

/* Leaves the connection idle, or no connection at all. */
static void clean_up(struct db *db)
{
	int64_t until = clock_steady_us() + CLEAN_UP_US;

	if (db->in_trip || PQstatus(db->conn) != CONNECTION_OK) {
		conn_drop(db);
		return;
	}
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE && !conn_command(db, "ROLLBACK", NULL, until, NULL)) {
		conn_drop(db);
		return;
	}
	if (db->forget) {
		if (!conn_command(db, "DEALLOCATE ALL", NULL, until, NULL)) {
			conn_drop(db);
			return;
		}
		forget_prepared(db, true);
		db->forget = false;
	}
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE || PQpipelineStatus(db->conn) != PQ_PIPELINE_ON)
		conn_drop(db);
}

void db_end(struct db *db)
{
	discard_queue(db);
	db->ctx = NULL;
	db->ended = true;
	if (db->conn != NULL)
		clean_up(db);
}

unsigned db_trips(const struct db *db)
{
	return db->trips;
}

unsigned db_calls(const struct db *db)
{
	return db->calls;
}

int64_t db_wait_us(const struct db *db)
{
	return db->wait_us;
}

/* ---- outside of transactions --------------------------------------------------- */

/* A command that waits for nobody: a lock that is only tried, LISTEN. */
#define COMMAND_US INT64_C(5000000)

static bool outside(struct db *db)
{
	if (db->ctx != NULL)
		BUG("session command inside a transaction");
	return conn_ready(db, clock_steady_us() + COMMAND_US);
}

bool db_try_lock(struct db *db, int64_t key)
{
	char text[24], answer = '\0';

	if (!outside(db))
		return false;
	snprintf(text, sizeof(text), "%" PRId64, key);
	if (!conn_command(db, "SELECT pg_catalog.pg_try_advisory_lock($1::bigint)", text,
			  clock_steady_us() + COMMAND_US, &answer)) {
		conn_drop(db);
		return false;
	}
	if (answer != 't')
		return false;
	db->locked = true;
	db->lock_key = key;
	return true;
}

int db_socket(const struct db *db)
{
	return db->conn != NULL ? PQsocket(db->conn) : -1;
}

bool db_listen(struct db *db, const char *channel)
{
	char *old = db->channel;

	/* A new connection LISTENs by itself; so a present one is given up for one. */
	db->channel = mem_strdup(db, channel);
	mem_free(old);
	if (db->ctx != NULL)
		BUG("LISTEN inside a transaction");
	conn_drop(db);
	return outside(db);
}

bool db_notified(struct db *db)
{
	PGnotify *n;
	bool came = false;

	if (db->conn == NULL)
		return false;
	if (!PQconsumeInput(db->conn)) {
		/* What was notified meanwhile is unknown: look. */
		conn_drop(db);
		return true;
	}
	while ((n = PQnotifies(db->conn)) != NULL) {
		PQfreemem(n);
		came = true;
	}
	return came;
}

void db_disconnect(struct db *db)
{
	if (db->ctx != NULL)
		db_end(db);
	conn_drop(db);
}
