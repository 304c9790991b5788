/*
 * rows.h -- what a query will have answered.
 *
 * A promise: the first function below that looks inside flushes the pipeline.
 * Rows are structs as the query's header line declares them; their texts point
 * into the result and live as long as the request's context.  After a failure a
 * list is empty and a row absent; row accessors never return NULL: an absent row
 * reads as zeros and empty texts, and rows_found() tells.
 */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include "base/view.h"
#include "db/db.h"

size_t rows_count(struct rows *r);
bool rows_found(struct rows *r);                /* at least one row came */
int64_t rows_affected(struct rows *r);          /* of INSERT, UPDATE, DELETE */

/* Row I (BUG beyond the end; row 0 of an absent one is the zero row), checked to
   be of SHAPE.  Use the generated row_NAME() and row_NAME_at(). */
const void *rows_get(struct rows *r, size_t i, const struct shape *shape);

/* A list of rows, or a single row, as template data: asked only when rendered. */
void view_rows(struct view *v, const char *name, struct rows *r);
void view_row(struct view *v, const char *name, struct rows *r);

/* What generated code calls. */
enum query_kind { QUERY_MANY, QUERY_ONE, QUERY_EXEC };

/* A part of a query: always there, only when one of some fragments was asked for, or only when none of some was. */
struct query_piece {
	unsigned with, without;         /* bits of the mask; 0: always */
	const char *sql;
};

struct query {
	const char *name;               /* prepared under this name */
	const char *sql;                /* one statement, $1..; NULL: put together from pieces */
	enum query_kind kind;
	unsigned nparams;
	const unsigned *types;          /* type oids of the parameters */
	const unsigned char *picks;     /* which of the values they are, counted from 0; NULL: all in turn */
	const struct shape *shape;      /* NULL for QUERY_EXEC */
	uint64_t may_be_null;           /* bit I: column I may be NULL */
	const struct query_piece *pieces;
	size_t npieces;
	unsigned nfragments;
};

/* The query with the fragments of the mask, named "NAME:MASK"; put together once
   for each combination and kept for the life of the process.  An unknown bit is a BUG. */
const struct query *query_variant(const struct query *q, unsigned fragments);

/* Queues the query; VALUES are text-format parameters (NULL is SQL NULL) and are
   copied.  Never NULL.  Called outside db_begin() .. db_commit() it is a BUG. */
struct rows *db_queue(struct db *db, const struct query *q, const char *const *values);

#endif
