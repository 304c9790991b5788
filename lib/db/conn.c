#include "db/internal.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

/* A Unix socket answers at once; a server that takes longer is as good as dead. */
#define CONNECT_TIMEOUT_US INT64_C(3000000)
/* After a failed connect nobody tries again for this long, doubled up to the
   second figure: a dead database costs a request microseconds, not a timeout. */
#define BACKOFF_FIRST_US INT64_C(100000)
#define BACKOFF_LAST_US INT64_C(2000000)

/* Session settings the programs rely on: the text forms that rows.c reads, the
   plans that t/sql/queries.t explains, names that are always qualified, and a
   server that notices within a second when we hung up. */
static const char session_options[] =
	" -c datestyle=ISO -c timezone=UTC -c intervalstyle=iso_8601 -c plan_cache_mode=force_generic_plan"
	/* A page reads a page: under a generic plan LIMIT is a guess, and workers would read ahead of it. */
	" -c max_parallel_workers_per_gather=0"
	" -c search_path= -c client_connection_check_interval=1000 -c standard_conforming_strings=on";

char *db_conninfo(const void *ctx, const char *role)
{
	struct buf *out = buf_new(ctx);

	for (const char *p = config_text("database.connection"); *p != '\0'; p++)
		if (p[0] == '%' && p[1] == 'u')
			buf_adds(out, role), p++;
		else
			buf_addc(out, *p);
	buf_printf(out, " user='%s'", role);
	return out->data;
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

void conn_drop(struct db *db)
{
	if (db->conn != NULL) {
		/* Another process's session is not ours to end: no Terminate message. */
		if (db->conn_pid != getpid() && PQsocket(db->conn) >= 0)
			close(PQsocket(db->conn));
		PQfinish(db->conn);
		db->conn = NULL;
	}
	for (size_t i = 0; i < db->prepared_size; i++)
		mem_free(db->prepared[i].name);
	mem_free(db->prepared);
	db->prepared = NULL;
	db->prepared_size = db->prepared_used = 0;
	db->forget = false;
	db->in_trip = false;
}

/* Waits for EVENTS on the socket; false when the deadline came first. */
static bool wait_for(struct db *db, short events, int64_t deadline_us)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = events };
	int64_t start = clock_steady_us();

	for (;;) {
		int64_t now = clock_steady_us();
		int64_t left_ms = deadline_us <= now ? 0 : (deadline_us - now + 999) / 1000;
		int n;

		if (left_ms == 0 && deadline_us <= now) {
			db->wait_us += now - start;
			return false;
		}
		n = poll(&fd, 1, left_ms > INT_MAX ? INT_MAX : (int)left_ms);
		if (n > 0 || (n < 0 && errno != EINTR)) {
			db->wait_us += clock_steady_us() - start;
			return true;
		}
	}
}

/* The "options" of CONNINFO itself, so that ours add to them. */
static char *options_with(const void *ctx, const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	char *all = NULL;

	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, "options") == 0 && o->val != NULL)
			all = mem_printf(ctx, "%s%s", o->val, session_options);
	PQconninfoFree(options);
	return all != NULL ? all : mem_strdup(ctx, session_options);
}

static bool connect_before(struct db *db, int64_t deadline_us)
{
	void *tmp = mem_context(NULL, "connect");
	const char *keys[] = { "dbname", "application_name", "client_encoding", "options", NULL };
	const char *values[] = { db->conninfo, db->name, "UTF8", options_with(tmp, db->conninfo), NULL };
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	db->conn = PQconnectStartParams(keys, values, 1);
	mem_free(tmp);
	if (db->conn == NULL)
		BUG("libpq has no memory for a connection");
	db->conn_pid = getpid();
	PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	while (PQstatus(db->conn) != CONNECTION_BAD) {
		if (!wait_for(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us))
			return false;
		status = PQconnectPoll(db->conn);
		if (status == PGRES_POLLING_OK)
			return PQsetnonblocking(db->conn, 1) == 0 && PQenterPipelineMode(db->conn) == 1;
		if (status == PGRES_POLLING_FAILED)
			return false;
	}
	return false;
}

/* A new connection takes up again what the old one held.  A lock that another
   process has taken meanwhile is gone: this one must not go on as if it had it. */
static bool restore(struct db *db, int64_t deadline_us)
{
	if (db->channel != NULL) {
		char *name = PQescapeIdentifier(db->conn, db->channel, strlen(db->channel));
		char *sql = mem_printf(NULL, "LISTEN %s", name);
		bool listening = conn_command(db, sql, NULL, deadline_us, NULL);

		PQfreemem(name);
		mem_free(sql);
		if (!listening)
			return false;
	}
	if (db->locked) {
		char key[24], answer;

		snprintf(key, sizeof(key), "%" PRId64, db->lock_key);
		if (!conn_command(db, "SELECT pg_catalog.pg_try_advisory_lock($1::bigint)", key,
				  deadline_us, &answer) || answer != 't') {
			log_error("advisory lock was lost with the connection", NULL);
			return false;
		}
	}
	return true;
}

bool conn_ready(struct db *db, int64_t deadline_us)
{
	int64_t now = clock_steady_us();

	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK && db->conn_pid == getpid())
		return true;
	conn_drop(db);
	if (now < db->retry_at_us)
		return false;
	if (deadline_us > now + CONNECT_TIMEOUT_US)
		deadline_us = now + CONNECT_TIMEOUT_US;
	if (connect_before(db, deadline_us) && restore(db, deadline_us)) {
		db->backoff_us = 0;
		return true;
	}
	log_warn("no connection to the database", "state",
		 db->conn != NULL && PQstatus(db->conn) == CONNECTION_BAD ? "refused" : "no answer", NULL);
	conn_drop(db);
	db->backoff_us = db->backoff_us == 0 ? BACKOFF_FIRST_US : 2 * db->backoff_us;
	if (db->backoff_us > BACKOFF_LAST_US)
		db->backoff_us = BACKOFF_LAST_US;
	db->retry_at_us = clock_steady_us() + db->backoff_us;
	return false;
}

PGresult *conn_result(struct db *db, int64_t deadline_us, bool *lost, bool *late)
{
	*lost = *late = false;
	if (db->conn == NULL) {
		*lost = true;
		return NULL;
	}
	for (;;) {
		/* A write that fails is no verdict: the server's last words may still be there to read. */
		bool unsent = PQflush(db->conn) == 1;

		if (!PQisBusy(db->conn)) {
			PGresult *result = PQgetResult(db->conn);

			*lost = result == NULL && PQstatus(db->conn) == CONNECTION_BAD;
			return result;
		}
		if (!wait_for(db, unsent ? POLLIN | POLLOUT : POLLIN, deadline_us)) {
			*late = true;
			return NULL;
		}
		if (!PQconsumeInput(db->conn) && PQisBusy(db->conn)) {
			*lost = true;
			return NULL;
		}
	}
}

bool conn_command(struct db *db, const char *sql, const char *value, int64_t deadline_us, char *answer)
{
	bool ok = true, lost, late, synced = false;
	PGresult *result;

	if (answer != NULL)
		*answer = '\0';
	if (PQsendQueryParams(db->conn, sql, value != NULL, NULL, &value, NULL, NULL, 0) != 1
	    || PQpipelineSync(db->conn) != 1)
		return false;
	while (!synced) {
		result = conn_result(db, deadline_us, &lost, &late);
		if (lost || late)
			return false;
		switch (result == NULL ? PGRES_COMMAND_OK : PQresultStatus(result)) {
		case PGRES_PIPELINE_SYNC:
			synced = true;
			break;
		case PGRES_TUPLES_OK:
			if (answer != NULL && PQntuples(result) > 0 && PQnfields(result) > 0)
				*answer = PQgetvalue(result, 0, 0)[0];
			break;
		case PGRES_COMMAND_OK:
			break;
		default:
			ok = false;
		}
		PQclear(result);
	}
	return ok;
}
