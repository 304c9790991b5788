/*
 * internal.h -- what the files of lib/db share; nobody else includes it.
 *
 * conn.c owns the socket: it connects, waits with a deadline, hands out results.
 * db.c owns the transaction: what is queued, what is prepared, what failed.
 * rows.c owns the answers.
 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "base/id.h"
#include "db/rows.h"

#include <libpq-fe.h>
#include <sys/types.h>

/* Statements known to one connection, by name; open addressing. */
struct prepared {
	char *name;                     /* NULL: free */
	bool sent;                      /* with this trip */
	bool ready;                     /* its own result said OK */
};

struct db {
	char *conninfo, *name;
	PGconn *conn;
	pid_t conn_pid;                 /* who made the connection */
	int64_t retry_at_us;            /* after a failed connect: not before this moment */
	int64_t backoff_us;
	char *channel;                  /* LISTENed again on every new connection */
	bool locked;                    /* an advisory lock is held: taken again likewise */
	int64_t lock_key;

	struct prepared *prepared;
	size_t prepared_size, prepared_used;
	bool forget;                    /* the server's statements differ from ours: DEALLOCATE ALL */

	const void *ctx;                /* of the open transaction, else NULL */
	char tenant[ID_LEN + 1];        /* "" without tenant */
	bool read_only, lazy_commit;
	int timeout_ms;
	bool lazy_commit_next;
	int timeout_next_ms;
	int64_t deadline_us;
	bool begun;                     /* BEGIN is queued or sent */
	bool ended;                     /* COMMIT was sent, or db_end() */
	bool commit_sent, committed;
	bool in_trip;                   /* sent without its Sync answered yet */
	struct rows *first, **last;     /* queued */

	enum db_failure failure;
	char sqlstate[6];
	const char *failed_query;
	char failed_constraint[64];
	bool failure_logged;

	unsigned trips, calls;
	int64_t wait_us;
#ifdef SUTLER_TEST_HOOKS
	unsigned fault_at, fault_calls; /* fail the n-th call of the transaction */
	char fault_kind[8];
	bool fault_once;
#endif
};

struct rows {
	struct db *db;                  /* while queued */
	struct rows *next;
	const struct query *query;
	const char **values;            /* nparams texts */
	PGresult *result;
	char *structs;                  /* n of the query's shape */
	size_t n;
	int64_t affected;
	bool prepares;                  /* a PREPARE goes before it */
	bool answered;                  /* nothing more will come */
	bool failed;                    /* and it is because something failed */
	const void *zero;               /* the absent row, made when asked for */
};

/* The context of the open transaction (BUG without one). */
const void *db_context(const struct db *db);
/* Latches a failure; the first one stays. */
void db_latch(struct db *db, enum db_failure failure, const char *sqlstate, const char *query);
/* Makes the promise's answer known: sends what is queued if need be. */
void rows_answer(struct rows *r);

/* Takes the result of R over and makes its structs; false when the answer does
   not fit what the query's header says (said in the log). */
bool rows_take(struct rows *r, PGresult *result);

/* Makes sure of a connection before DEADLINE_US; false when there is none. */
bool conn_ready(struct db *db, int64_t deadline_us);
void conn_drop(struct db *db);
/* The next result of the pipeline, or NULL for the end of one statement; *lost is
   set when the connection broke, *late when the deadline passed. */
PGresult *conn_result(struct db *db, int64_t deadline_us, bool *lost, bool *late);
/* One statement outside of any transaction of ours, with a Sync of its own: true
   when it did not fail.  VALUE is $1 or NULL; ANSWER (may be NULL) gets the first
   character of the first value, or NUL. */
bool conn_command(struct db *db, const char *sql, const char *value, int64_t deadline_us, char *answer);

#endif
