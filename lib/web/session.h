/*
 * session.h -- who is asking.
 *
 * The cookie holds 256 random bits; the database holds their SHA-256 only, in a
 * row that page programs may read and only the log-in programs write.  A token
 * that is not in the table is nobody: it is never adopted.
 *
 * The look-up is queued first in the request's transaction and travels with the
 * page's own queries; the first session_*() call looks at it.  Routes with
 * NEEDS_SESSION look before the handler runs.
 *
 * Two kinds of people sign in, customers and staff, in different tables: each is a
 * struct session_kind.  The last use is written at most every
 * LIMIT_SESSION_TOUCH_S seconds, after the answer was sent.
 */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

#include "web/request.h"

struct rows;

struct session {
	const char *id;                 /* UUID of the session row; NULL: nobody */
	const char *principal;          /* UUID of the customer or staff member */
	const char *name;               /* as people are greeted */
	int64_t seen_ms;
	int64_t created_ms;
	int64_t proven_ms;              /* staff: when the second factor was last shown */
	const void *more;               /* the kind's own row */
};

struct session_kind {
	const char *cookie;             /* "sid" */
	bool strict;                    /* SameSite=Strict */
	/* Queues the look-up of a live session (not expired by the database's clock). */
	struct rows *(*find)(struct req *r, const unsigned char *token_sha256);
	/* Fills OUT from what came; only called when a row was found. */
	void (*read)(struct req *r, struct rows *found, struct session *out);
	/* Queues the write of the last use, in a later transaction of the same tenant. */
	void (*touch)(struct db *db, const char *session_id);
};

/* Rows of customer.session; cookie "sid". */
extern const struct session_kind session_customers;

/* Never NULL; .id is NULL for nobody. */
const struct session *session_get(struct req *r);
/* UUID of who is signed in, or NULL. */
const char *session_principal(struct req *r);

/* What customers are called ("" without a name), or NULL for nobody. */
const char *session_name(struct req *r);

/* SHA-256 (SHA256_LEN bytes) of the session cookie that came, for queries that ask who it is by
   themselves and so need no trip more; NULL when none came.  Whether it lives the database knows. */
const unsigned char *session_hash(const struct req *r);

/* Log-in programs: makes a token, sets the cookie and gives its SHA-256 (SHA256_LEN bytes) for
   the row the caller inserts.  Always a new one: an id that came with the request is never kept. */
const unsigned char *session_start(struct req *r, int64_t ttl_s);
/* The same in two steps, for whom only the database can tell whether it may be: the row is
   written with the hash of a token from token_new(), and when it stands the cookie is set. */
void session_open(struct req *r, const char *token, int64_t ttl_s);
/* Clears the cookie; the caller deletes the row. */
void session_end(struct req *r);

/* --- for the library --------------------------------------------------------- */
void session_queue(struct req *r);      /* before the handler */

#endif
