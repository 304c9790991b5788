/*
 * transfer.h -- the work of the job transfer: a catalogue that comes in, one that goes out.
 *
 * The import itself goes on a connection of its own (shop/import_stage.h), some hundred
 * products in a transaction that also notes how far it came: a job that is killed goes on there.
 * What people see of its progress, and what was found, is written by the job's own connection,
 * which commits at once.
 */
#ifndef SHOP_TRANSFER_H
#define SHOP_TRANSFER_H

#include "db/job.h"
#include "db/query/transfer.h"

#include <libpq-fe.h>

/* Bytes of one row of catalog.transfer_part: the pages of admin-catalog send as many at once. */
#define TRANSFER_PART_BYTES (1024 * 1024)

/* Notes how far it is; false when somebody wants it to end. */
bool transfer_tell(struct job_run *j, const struct row_transfer_take *t, int thousandths, int64_t rows);
/* It failed or was ended: STATE and WHY ("interrupted", or what the database said). */
void transfer_give_up(struct job_run *j, const struct row_transfer_take *t, const char *state, const char *why);

/* CONN is a connection of this transfer alone. */
void transfer_import(struct job_run *j, PGconn *conn, const struct row_transfer_take *t);
void transfer_export(struct job_run *j, PGconn *conn, const struct row_transfer_take *t);

#endif
