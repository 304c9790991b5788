/*
 * call.h -- a page that must wait for the outside: a route in three steps.
 *
 *	static void pay(struct req *r)                  step 1: a transaction that records
 *	{                                               what is wanted
 *		...
 *		page_call(r, "payment.start", intent, answered);
 *	}
 *	static void answered(struct req *r, const struct call_answer *a)
 *	{                                               step 3: a transaction that reads or
 *		...                                     records what came of it
 *		page_leave(r, GATEWAY, a->url);
 *	}
 *
 * Step 2 is the library's: when the COMMIT of step 1 is known to stand, courier is
 * asked to do CALL with the row ID of the request's tenant, with no transaction
 * open, 5 s at most.  Only the transactions are run again after a conflict, never
 * the call.  If COMMIT's outcome is unknown there is no call, and the answer is the
 * usual 503 (an idempotent route is run again first: it finds its own row).
 *
 * courier does the work and records it; its answer is a courtesy.  A page that gets
 * CALL_UNKNOWN knows as much as the database says.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "base/base.h"

struct req;

#define CALL_MS 5000                    /* ms a page waits for courier at most (P15) */
#define CALL_LINE_MAX 8192              /* bytes of courier's answer */

enum call_outcome {
	CALL_OK,
	CALL_DECLINE,           /* the other side said no; code says why */
	CALL_UNKNOWN,           /* asked, and no answer in time: it may have happened */
	CALL_UNAVAILABLE        /* did not happen: courier or the other side is away */
};

/* No text is NULL. */
struct call_answer {
	enum call_outcome outcome;
	const char *url;                /* to send the browser to, or "" */
	const char *code;               /* the other side's word, or "" */
	const char *state;              /* of the row, as courier left it, or "" */
};

/* Ends the handler of a POST route: COMMIT, the call, then THEN in a transaction of its own.
   CALL is "AREA.VERB", ID a UUID.  A program without .calls may not (BUG). */
void page_call(struct req *r, const char *call, const char *id,
	       void (*then)(struct req *r, const struct call_answer *a));

/* The peer's side, without a request: asks the socket DIR/courier.sock.  Texts live under CTX. */
void call_courier(const void *ctx, const char *dir, const char *call, const char *tenant,
		  const char *id, int64_t deadline_us, struct call_answer *out);

#endif
