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
 *
 * One worker of a program always stays free for pages that do not wait: when all others
 * wait already, a call is answered CALL_UNAVAILABLE at once, without courier being asked.
 * It does not wait for one of them: who came behind it would wait for it in the socket's
 * queue, and for courier after that.
 *
 * Cookies, flashes and headers of step 1 are gone: THEN says them.  Notes are kept.
 * The trips of a route's row are those of both transactions together.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "base/call.h"

struct req;

#define CALL_RESERVE_MS 1000            /* ms of the request's own time kept for step 3 */

/* Ends the handler: COMMIT, the call, then THEN in a transaction of its own.
   CALL is "AREA.VERB", ID a UUID.  A program without .calls may not (BUG). */
void page_call(struct req *r, const char *call, const char *id,
	       void (*then)(struct req *r, const struct call_answer *a));

/* Of an idempotent route, before page_call(): a repetition of the form is sent to the local PATH
   and calls nothing (BUG without). */
void page_call_repeated(struct req *r, const char *path);

/* --- for the library: who may wait --------------------------------------------------- */

struct worker;

/* A place of w->call_fd (slot.h); -1: all are taken. */
int call_slot_take(const struct worker *w);

#endif
