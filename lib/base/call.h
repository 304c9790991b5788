/*
 * call.h -- asking courier, the one program that reaches services outside.
 *
 * One question and one answer per connection of its Unix socket, each a line of
 * JSON.  A question names a call ("payment.start"), the tenant and a row's id:
 * courier reads the row itself, so that nobody can aim it at anything else.  It does
 * the work, records it, and answers.
 *
 * Page programs ask by page_call() (web/call.h), jobs ask here.
 */
#ifndef BASE_CALL_H
#define BASE_CALL_H

#include "base/base.h"

#define CALL_MS 5000                    /* ms courier is waited for at most (P15) */
#define CALL_LINE_MAX 8192              /* bytes of courier's answer */

enum call_outcome {
	CALL_OK,
	CALL_DECLINE,           /* the other side said no; code says why */
	CALL_UNKNOWN,           /* asked, and no answer in time: it may have happened */
	CALL_UNAVAILABLE        /* did not happen: courier or the other side is away */
};

/* "ok", "decline", "unknown", "unavailable". */
const char *call_outcome_word(enum call_outcome outcome);

/* No text is NULL. */
struct call_answer {
	enum call_outcome outcome;
	const char *url;                /* to send the browser to, or "" */
	const char *code;               /* the other side's word, or "" */
	const char *state;              /* of the row, as courier left it, or "" */
	const char *back;               /* what page_call_repeated() was given, or "" */
};

/* Asks courier at SOCKET until UNTIL_US of clock_steady_us(), and CALL_MS at most.  Texts of
   OUT live under CTX. */
void call_courier(const void *ctx, const char *socket, const char *call, const char *tenant,
		  const char *id, int64_t until_us, struct call_answer *out);

#endif
