/*
 * apart.h -- a page that works long without the database: a route in three steps.
 *
 *	static void add(struct req *r)                  step 1: a transaction that looks
 *	{                                               whether the work may be done
 *		...
 *		page_apart(r, convert, added, work);
 *	}
 *	static void convert(struct req *r, void *data)  step 2: the work, with no transaction open
 *	static void added(struct req *r, void *data)    step 3: a transaction that records what came of it
 *
 * A transaction that waits for a picture to be decoded holds its locks and its snapshot, and
 * the server ends it after some seconds.  So the first is committed, then the work is done,
 * and a second one begins.
 *
 * DATA lives under the r->mem of step 1, which stays until the answer was sent.  The work is
 * done once; only transactions are run again after a conflict.  It must leave the world so that
 * nobody minds when step 3 never comes, and ends before r->deadline_us with time left for it.
 * Nothing is admitted again: what step 1 found may have changed, and step 3 looks once more.
 *
 * Cookies, flashes and headers of step 1 are gone: step 3 says them.  Notes are kept.  The trips
 * of a route's row are those of both transactions together.  A route that does this is .costly,
 * so that work waits for work and pages wait for none (turn.h).
 */
#ifndef WEB_APART_H
#define WEB_APART_H

#include "base/base.h"

struct req;

#define APART_RESERVE_MS 2000           /* ms of the request's own time kept for step 3 */

/* Ends the handler of a costly route: COMMIT, WORK, then THEN in a transaction of its own. */
void page_apart(struct req *r, void (*work)(struct req *r, void *data), void (*then)(struct req *r, void *data), void *data);

#endif
