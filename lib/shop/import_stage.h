/*
 * import_stage.h -- one import: a transaction, staging tables, faults.
 *
 * A file is read once, row by row, and its values are copied into temporary
 * tables (made by catalog.import_begin() or tenancy.import_begin()); what belongs
 * together is then checked and merged by the SQL functions of
 * sql/functions/import*.sql in the same transaction.  So the file's size costs
 * memory in neither program, references inside the file may point forward, and a
 * kill at any moment leaves the database as it was.  Temporary tables have no row
 * policy, so COPY is allowed there; merging goes through the policies with the
 * tenant set, so a file can never reach another tenant's rows.
 *
 * Failure is sticky: after the first one every call is a no-op and stage_commit()
 * says false.
 */
#ifndef SHOP_IMPORT_STAGE_H
#define SHOP_IMPORT_STAGE_H

#include "shop/import_report.h"

#include <libpq-fe.h>

struct stage;

/* A transaction on CONN.  The caller set the tenant, or does it with stage_tenant().  The
   connection stays the caller's. */
struct stage *stage_begin(const void *ctx, PGconn *conn, struct report *report);
/* Chooses the tenant of the transaction by id. */
void stage_tenant(struct stage *s, const char *tenant);

/* Adds a row of N values (NULL: SQL NULL) to the temporary TABLE; each table always gets the
   same columns, named in COLUMNS ("line, sku"). */
void stage_put(struct stage *s, const char *table, const char *columns, const char *const *values, size_t n);
/* Sends what was added. */
void stage_flush(struct stage *s);

/* Runs one statement with N text parameters; NULL after a failure.  The result lives as long
   as the stage. */
const PGresult *stage_query(struct stage *s, const char *sql, const char *const *params, size_t n);
/* The same with one text parameter or none, and one value as answer ("" after a failure). */
const char *stage_value(struct stage *s, const char *sql, const char *param);

/* Reads the faults that SQL found (pg_temp.import_fault) into the report. */
void stage_faults(struct stage *s);

/* Whoever drives the import wants no more of it: every further call is a no-op. */
void stage_stop(struct stage *s, const char *why);
/* The machinery failed; the sentence stands in *WHY. */
bool stage_failed(const struct stage *s, const char **why);
/* It failed by others: a lock they held, a deadlock, the server going away.  The same again may do. */
bool stage_may_retry(const struct stage *s);
bool stage_commit(struct stage *s);
/* The next transaction of the same stage; what stage_query() gave in the one before is gone, but for the first. */
void stage_again(struct stage *s);
void stage_rollback(struct stage *s);

#endif
