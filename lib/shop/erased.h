/*
 * erased.h -- the register of forgotten customers, outside the database.
 *
 * A backup of yesterday knows who was forgotten today.  So each erasure is first written
 * here, in the file "erased" of the private directory, and then done in the database;
 * after a restore "sutlerctl erase replay" does all of them again (reliability P20, T73).
 * A line holds the moment (ms since 1970), the tenant and the customer: ids, no names.
 * The file is only appended to, one write and one fsync for a line; a line that was cut by
 * a full disk is skipped when it is read, for its erasure was not done.
 */
#ifndef SHOP_ERASED_H
#define SHOP_ERASED_H

#include "base/base.h"

struct erased {
	const char *tenant, *customer;  /* UUIDs */
};

/* Appends a line to the register in DIR; false when it is not safely on the disk (logged). */
bool erased_append(const void *ctx, const char *dir, const char *tenant, const char *customer);

/* All lines of the register in DIR, under CTX, how many in *N; NULL when it cannot be read
   (logged).  A register that is not there is empty. */
const struct erased *erased_read(const void *ctx, const char *dir, size_t *n);

#endif
