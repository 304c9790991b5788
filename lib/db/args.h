/*
 * args.h -- how generated query functions write their parameters.
 *
 * Parameters travel in PostgreSQL's text format.  Each function returns the text
 * of one value; _or_null takes a pointer (NULL is SQL NULL).  Numbers are written
 * into a buffer of the caller; arrays and bytes into the context of the running
 * transaction.  Formats: PostgreSQL 15 manual, 8.5 (dates), 8.15 (arrays), 8.4 (bytea).
 */
#ifndef DB_ARGS_H
#define DB_ARGS_H

#include "db/rows.h"

#define ARG_SIZE 40             /* the longest number or time, with the NUL */

const char *arg_int(char buf[static ARG_SIZE], int64_t n);
const char *arg_int_or_null(char buf[static ARG_SIZE], const int64_t *n);
/* A timestamptz of ms since 1970 UTC. */
const char *arg_time(char buf[static ARG_SIZE], int64_t ms);
const char *arg_time_or_null(char buf[static ARG_SIZE], const int64_t *ms);
const char *arg_bool(bool yes);
const char *arg_bool_or_null(const bool *yes);

/* A bytea in hex form.  N bytes at DATA; with _or_null a NULL pointer is SQL NULL,
   else it is the empty value. */
const char *arg_bytes(struct db *db, const void *data, size_t n);
const char *arg_bytes_or_null(struct db *db, const void *data, size_t n);

/* Arrays of one dimension; a NULL item of texts is a NULL element. */
const char *arg_texts(struct db *db, const char *const *items, size_t n);
const char *arg_texts_or_null(struct db *db, const char *const *items, size_t n);
const char *arg_ints(struct db *db, const int64_t *items, size_t n);
const char *arg_ints_or_null(struct db *db, const int64_t *items, size_t n);
const char *arg_bools(struct db *db, const bool *items, size_t n);
const char *arg_bools_or_null(struct db *db, const bool *items, size_t n);

#endif
