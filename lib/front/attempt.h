/*
 * attempt.h -- trying to sign in with a password: what customers and staff share.
 *
 * The database counts a try before the password is looked at and takes it back when it was
 * right (customer.guess_admit()); here the password is compared, and what is to be said about
 * it.  What was counted stays only when the transaction commits: answer by page_redirect() or
 * attempt_declines(), which shows the form in this same transaction.
 */
#ifndef FRONT_ATTEMPT_H
#define FRONT_ATTEMPT_H

#include "web/page.h"

enum proof {
	PROOF_RIGHT,
	PROOF_WRONG,                    /* of an account that is not there too, after the same work */
	PROOF_WAIT,
	PROOF_MORE                      /* too many guesses at this account today */
};

struct attempt {
	enum proof proof;
	int64_t wait_s;                 /* PROOF_WAIT */
	const char *person;             /* PROOF_RIGHT, as what follows */
	bool verified;                  /* customers: the address was proven once */
	const char *hash;               /* to be stored instead, "" where the stored one will do */
};

/* What the database said (OUTCOME "ok", "wait" for WAIT_S, "proof") and, when it was ok, whether
   PASSWORD fits STORED, the hash of PERSON (both NULL: there is no account). */
struct attempt attempt_judge(struct req *r, const char *outcome, int64_t wait_s, const char *person,
			     const char *stored, const char *password);

/* What to say about an attempt that was not right; MORE is the sentence for PROOF_MORE. */
const char *attempt_sentence(struct req *r, const struct attempt *a, const char *more);

/* Shows the form V again in this same transaction, 422 or 429, with SENTENCE at FIELD; A may be NULL. */
void attempt_declines(struct req *r, struct view *v, const struct attempt *a, const char *field, const char *sentence);

/* Whether PASSWORD may be chosen by the owner of OWN, else the field password gets its error and
   FORM shows again. */
bool attempt_fit(struct req *r, const char *password, const char *own, void (*form)(struct req *r));
/* Its hash, under r->mem. */
const char *attempt_hash(struct req *r, const char *password);

/* "Firefox, Windows": enough to know one's own browsers by; "" for others. */
const char *attempt_browser(struct req *r);

#endif
