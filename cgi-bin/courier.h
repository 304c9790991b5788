/*
 * courier.h -- between the files of courier: a call, and what all calls share.
 *
 * courier.c takes questions from the socket and answers them; each area has a file of
 * its own with its rows of calls (courier-payment.c).
 */
#ifndef CGI_BIN_COURIER_H
#define CGI_BIN_COURIER_H

#include "base/breaker.h"
#include "base/call.h"
#include "base/seal.h"
#include "db/db.h"

struct http;
struct identity_cache;

#define COURIER_GATEWAYS 8              /* rows of gateways[] there is room for */

/* One worker process. */
struct courier {
	void *mem;
	struct db *db;
	struct breaker *breaker;
	const struct seal_key *key;     /* NULL: not readable yet */
	struct identity_cache *identity;        /* what providers said; made on first use */
	struct http *http[COURIER_GATEWAYS];    /* by the rows of gateways[]; made on first use */
};

/* One question that was found in order. */
struct errand {
	struct courier *courier;
	void *mem;                      /* freed with the answer */
	const char *tenant, *id;        /* UUIDs */
	int64_t until_us;               /* of clock_steady_us(): nobody waits longer */
	struct call_answer answer;
};

struct errand_kind {
	const char *call;               /* "payment.start" */
	/* Programs that may ask, between spaces, without "_sutler-". */
	const char *callers;
	/* Fills e->answer, which says CALL_UNAVAILABLE when it comes. */
	void (*run)(struct errand *e);
};

/* Runs ASK in a transaction of the errand's tenant, again after conflicts; false: failed, logged.
   It may run several times, so it only asks and remembers. */
bool errand_transaction(struct errand *e, bool read_only, void (*ask)(struct errand *e, void *data), void *data);

/* The key of sealed secrets, or NULL after a log line. */
const struct seal_key *courier_key(struct courier *c);

/* courier-payment.c */
void payment_start(struct errand *e);
void payment_status(struct errand *e);
void payment_expire(struct errand *e);
void payment_refund(struct errand *e);
void payment_capture(struct errand *e);
void payment_release(struct errand *e);
void payment_try(struct errand *e);

/* courier-identity.c */
void identity_try(struct errand *e);
void identity_start(struct errand *e);
void identity_token(struct errand *e);

#endif
