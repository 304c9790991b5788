/*
 * keep.h -- what a worker remembers of the catalogue between requests.
 *
 * A category's texts, trail and filters change only with its store's catalogue, so
 * a worker reads them once and keeps them under the version that came with the
 * request's site (catalog.version, bumped by freshen).  An entry of another version
 * is never given.  Bounded twice: by entries and by bytes; what was used longest ago
 * makes room.
 */
#ifndef SHOP_KEEP_H
#define SHOP_KEEP_H

#include "base/base.h"

struct keep;

/* At most SLOTS things of together BYTES (mem_total() of each). */
struct keep *keep_new(const void *ctx, size_t slots, size_t bytes);

/* What was kept as KEY at VERSION, or NULL. */
const void *keep_find(struct keep *k, const char *key, int64_t version);

/* Takes THING (from mem_*()) over with all below it, in the place of an older one of
   KEY.  Others may be freed: hold nothing that keep_find() gave across this call. */
void keep_put(struct keep *k, const char *key, int64_t version, void *thing);

/* For tests. */
size_t keep_count(const struct keep *k);
size_t keep_bytes(const struct keep *k);

#endif
