/*
 * idempotency.h -- what must not happen twice.
 *
 * A form on a route with .idempotent carries a hidden field "idempotency_key"
 * with {{idempotency_key}}: 256 random bits made with the page.  The first
 * statement of the request's transaction claims the key: a row of
 * event.idempotency keyed by SHA-256 of principal, route and key.  A second
 * request with the same key waits at that row.  When the first commits, the
 * second finds the stored redirect and gets the same answer; when it rolls back
 * (declined, failed), the claim is gone with it: only success consumes a key.
 * The same key with other values is 422.  A COMMIT whose answer was lost is run
 * again: the re-run finds its own row, or does the work.
 *
 * Success is page_redirect(); any other answer rolls the transaction back.
 */
#ifndef WEB_IDEMPOTENCY_H
#define WEB_IDEMPOTENCY_H

#include "web/request.h"

enum idempotency { IDEMPOTENCY_FIRST, IDEMPOTENCY_REPLAY, IDEMPOTENCY_OTHER };

/* Queues claim and look-up, before the handler. */
void idempotency_queue(struct req *r);
/* What they found; for a replay *LOCATION is where the first answer sent the browser. */
enum idempotency idempotency_read(struct req *r, const char **location);
/* Queues the result to be remembered, before COMMIT. */
void idempotency_keep(struct req *r, int status, const char *location);

#endif
