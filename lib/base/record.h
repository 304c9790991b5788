/*
 * record.h -- a list in one text, as the database keeps it for a page.
 *
 * A record ends with U+001E, each of its fields with U+001F; no field holds either, for
 * who writes them takes them out (catalog.field in SQL).  Reading is one walk without
 * copies of the fields, which costs a tenth of reading the same as JSON.
 *
 * A record with fewer fields than asked for reads as if the others were empty, one with
 * more as if they were not there: the writer may be a release ahead or behind.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include "base/base.h"

#define RECORD_END '\x1e'
#define FIELD_END '\x1f'

struct records {
	size_t n, nfields;
	const char **field;             /* n x nfields; never NULL */
};

/* The records of TEXT with NFIELDS fields each, under CTX. */
struct records records_read(const void *ctx, const char *text, size_t nfields);
/* The fields of record I (BUG beyond the end). */
const char *const *record_at(const struct records *r, size_t i);

#endif
