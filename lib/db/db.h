/*
 * db.h -- one connection, one transaction per request, queries that travel together.
 *
 * A generated query function (db/query/NAME.h) only queues its statement on the
 * connection's pipeline and returns a promise, struct rows (db/rows.h); the
 * first look at any promise sends everything queued with one Sync and reads all
 * results: one round trip.  BEGIN and set_config('sutler.tenant') are queued
 * before the first query, COMMIT by db_commit() with whatever is still queued.
 *
 * Failure is sticky: the first failure of a transaction is latched, every later
 * call is a no-op, promises are empty, and the caller at the top (lib/web, or a
 * job's loop) asks db_failure() once.  So code between carries no error plumbing.
 *
 * After db_end() the connection is idle and outside any transaction, whatever
 * happened: ROLLBACK where needed, else the connection is reset.  A transaction
 * left open would serve the next visitor under the previous tenant.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/base.h"
#include "base/shape.h"

struct db;
struct rows;

enum db_failure {
	DB_OK,
	DB_UNAVAILABLE,         /* no connection to be had: answer 503 */
	DB_RETRY,               /* 40001, 40P01, 55P03 lock timeout, 0A000 cached plan, 26000, or connection
	                           lost before COMMIT was sent: the whole transaction may run again */
	DB_UNKNOWN,             /* COMMIT was sent and no answer came: done or not, nobody knows */
	DB_DEADLINE,            /* the request's time is over, or statement_timeout */
	DB_REFUSED,             /* the latch was set by the caller (db_refuse) */
	DB_ERROR                /* anything else: a defect; logged with SQLSTATE, without parameters */
};

/* The connection is made on first use and again after it was lost.  CONNINFO is
   libpq's; NAME shows in pg_stat_activity. */
struct db *db_open(const void *ctx, const char *conninfo, const char *name);
/* The setting database.connection for ROLE, under CTX: %u in it, of a certificate's file, stands for the role. */
char *db_conninfo(const void *ctx, const char *role);

/* Starts a transaction (queued, not sent).  CTX owns all results.  TENANT is a
   UUID, or NULL for work without tenant (reference tables only).  DEADLINE_US is
   a moment of clock_steady_us() after which waiting ends with DB_DEADLINE. */
void db_begin(struct db *db, const void *ctx, const char *tenant, bool read_only, int64_t deadline_us);

/* Settings of the next db_begin() only: synchronous_commit off (a lost hold costs
   nothing), and the statement timeout in ms for jobs (0: the role's own). */
void db_begin_lazy_commit(struct db *db);
void db_begin_timeout(struct db *db, int statement_timeout_ms);

/* Sends COMMIT with everything queued and reads all.  DB_OK means committed. */
enum db_failure db_commit(struct db *db);

/* Sends what is queued and reads it, without ending the transaction. */
void db_flush(struct db *db);

/* Ends the transaction if db_commit() did not, and leaves the connection idle. */
void db_end(struct db *db);

enum db_failure db_failure(const struct db *db);
const char *db_sqlstate(const struct db *db);           /* of the failure, or "" */
/* Latches a failure that the caller found itself. */
void db_refuse(struct db *db);
/* Logs how a failed transaction failed, once. */
void db_log_failure(const struct db *db);

/* Since db_begin(): round trips, statements, and time spent waiting, us. */
unsigned db_trips(const struct db *db);
unsigned db_calls(const struct db *db);
int64_t db_wait_us(const struct db *db);

/* A session-level advisory lock for jobs; false when another holds it.  Needs a
   connection; KEY is one of the job's own (the crc32 of its name). */
bool db_try_lock(struct db *db, int64_t key);

/* The socket (or -1 while not connected), for a ppoll() that also waits for
   notifications; db_notified() reads what came and is true when one did. */
int db_socket(const struct db *db);
bool db_listen(struct db *db, const char *channel);
bool db_notified(struct db *db);

/* Drops the prepared-statement memory and the connection (tests, fork). */
void db_disconnect(struct db *db);

#endif
