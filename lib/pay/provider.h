/*
 * provider.h -- payment gateways, entered by redirect to their hosted page.
 *
 * One const table of functions per gateway, all in one array (provider.c).  An entry
 * knows its gateway's words and number formats and nothing else: no database, no
 * configuration, no network of its own (it speaks through the struct http it is
 * given), no clock.  Card data never comes near us.
 *
 * Rules for all of them:
 * - Amounts are minor units of ISO 4217 on our side, whatever the gateway counts in.
 *   What cannot be said exactly in its form is refused (PAY_BROKEN), never rounded.
 * - What costs money carries our own id as idempotency key, so the same call made
 *   twice happens once.
 * - PAY_UNKNOWN is an outcome: it may have happened.  Nobody may conclude otherwise
 *   before the gateway was asked again.
 * - What a gateway sends is untrusted until webhook_verify(), and compared with the
 *   order (amount, currency, ids) by payment.apply() even then.
 */
#ifndef PAY_PROVIDER_H
#define PAY_PROVIDER_H

#include "base/http.h"

/* A store's account at a gateway, with its secrets in the clear: never logged or stored. */
struct pay_account {
	const char *tenant;             /* UUID */
	const char *provider;           /* a name of pay_providers[] */
	const char *id;                 /* our UUID; stands in the webhook's address */
	const char *key;                /* "" where only webhooks are read */
	const char *webhook_secret;
	const char *webhook_secret_old; /* while it is rolled; "" */
	bool live;
};

/* What a call needs beside its own arguments.  Answers live under CTX. */
struct pay {
	const void *ctx;
	struct http *http;
	const struct pay_account *account;
	const char *version;            /* of the gateway's interface, from the configuration */
	const char *page_origin;        /* its hosted pages begin with this */
	int64_t deadline_us;            /* of clock_steady_us() */
	/* Set by each call: the gateway answered and is not away, whatever it said.  An old failure
	   that it repeats for the same key is such an answer. */
	bool alive;
};

/* A payment to begin.  The same intent must always come with the same values: they are
   part of the idempotency key's promise. */
struct pay_start {
	const char *tenant, *order, *intent;    /* UUIDs; the intent is the idempotency key */
	const char *order_number, *store_name;  /* what the buyer reads on the hosted page */
	const char *email;              /* "" or the buyer's */
	const char *locale;             /* "es-ES" */
	int64_t amount_minor;
	const char *currency;           /* ISO 4217 */
	const char *success_url, *cancel_url;
	int64_t expires_s;              /* since 1970 UTC: when the hosted page ends */
	bool later;                     /* only authorise; capture() or release() follows */
};

/* The hosted page. */
struct pay_page {
	const char *session_ref, *url;
	int64_t expires_s;
	const char *code;               /* why not, in the gateway's word; "" */
};

struct pay_refund {
	const char *tenant, *order, *intent, *refund;   /* UUIDs; the refund is the idempotency key */
	const char *payment_ref;
	int64_t amount_minor;
	const char *currency;
	bool again;                     /* a call was made before and its answer is not known */
};

/* What is done with an authorisation. */
struct pay_hold {
	const char *intent;             /* UUID; part of the idempotency key */
	const char *payment_ref;
	int64_t amount_minor;           /* to capture; the rest is let go */
	const char *currency;
};

enum pay_kind {
	PAY_NOTHING,            /* known, and of no consequence for money */
	PAY_UNKNOWN_TYPE,       /* a word we do not know */
	PAY_OPEN,               /* the buyer may pay, or a slow method is under way */
	PAY_AUTHORISED,
	PAY_CAPTURED,
	PAY_DECLINED,           /* one try failed; the buyer may try again on the same page */
	PAY_FAILED,             /* for good */
	PAY_EXPIRED,
	PAY_REFUND_PENDING,
	PAY_REFUNDED,
	PAY_REFUND_FAILED,
	PAY_DISPUTED,
	PAY_DISPUTE_WON,
	PAY_DISPUTE_LOST,
	PAY_KINDS
};

/* What a gateway says, in our words: an event, or the answer to a question.  No text is
   NULL; "" where the gateway does not say. */
struct pay_event {
	enum pay_kind kind;
	const char *event_ref;          /* "evt_..."; "" for an answer */
	const char *type;               /* the gateway's word */
	const char *tenant, *order, *intent, *refund;   /* our ids, as it gives them back */
	const char *session_ref, *payment_ref;
	const char *refund_ref;         /* of a refund, or of a dispute; "" when all of a payment's are meant */
	const char *currency;           /* ISO 4217 */
	int64_t amount_minor;           /* of what KIND speaks about */
	int64_t refunded_minor;         /* all that was given back of the payment so far, where it says so */
	const char *code;               /* decline code and the like */
	int64_t created_s;              /* since 1970 UTC, by the gateway's clock; 0 */
	bool live;
};

enum pay_outcome {
	PAY_OK,
	PAY_DECLINE,            /* the gateway said no to this; CODE says why.  Nothing happened */
	PAY_UNKNOWN,            /* it may have happened */
	PAY_UNAVAILABLE,        /* it did not happen: no connection, or told to come later */
	PAY_BROKEN              /* we asked wrongly (key, amount, version): nothing happened, staff must look */
};

/* What a text that was entered as a secret looks like; by its form alone. */
enum pay_shape {
	PAY_SHAPE_TEST,         /* an API key of the gateway's test mode */
	PAY_SHAPE_LIVE,         /* an API key that moves real money */
	PAY_SHAPE_PUBLIC,       /* a key that is for browsers: of no use here */
	PAY_SHAPE_WEBHOOK,      /* a secret of webhook signatures */
	PAY_SHAPE_NONE          /* none of this gateway's */
};

enum pay_proof { PAY_PROVEN, PAY_FORGED, PAY_TOO_OLD };

struct payment_provider {
	const char *name;               /* of payment.account.provider */
	const char *label;              /* "Stripe" */
	/* The request header with a webhook's proof, "Stripe-Signature". */
	const char *webhook_header;

	/* Must.  What SECRET looks like.  Reaches nothing. */
	enum pay_shape (*shape)(const char *secret);
	/* Must.  Whether the gateway lets the account in with its key, asked by a question that changes
	   nothing.  When it is not PAY_OK, *CODE is "key" (it does not know it), "rights" (it does, but not
	   for payments), "mode" (a key of test mode at an account of real money, or the other way round:
	   not asked), or the gateway's word. */
	enum pay_outcome (*look)(struct pay *p, const char **code);

	/* Must.  Makes the hosted page.  Idempotent by the intent's id for 24 h: a second call finds
	   the page that an unanswered one has made.  OUT->code is set when it is not PAY_OK. */
	enum pay_outcome (*start)(struct pay *p, const struct pay_start *s, struct pay_page *out);
	/* Must.  How the payment of a hosted page stands.  Changes nothing. */
	enum pay_outcome (*status)(struct pay *p, const char *session_ref, struct pay_event *out);
	/* Must.  Closes a hosted page and says how its payment stands: PAY_EXPIRED, or what had
	   happened before.  Idempotent: a closed page stays closed. */
	enum pay_outcome (*expire)(struct pay *p, const char *session_ref, struct pay_event *out);
	/* Must.  Captures once what AMOUNT says of an authorisation.  Idempotent by intent and amount
	   for 24 h; when it is captured or gone already PAY_DECLINE or PAY_BROKEN: then status() tells. */
	enum pay_outcome (*capture)(struct pay *p, const struct pay_hold *h, struct pay_event *out);
	/* Must.  Lets an authorisation go.  Idempotent by the intent for 24 h; else as capture(). */
	enum pay_outcome (*release)(struct pay *p, const struct pay_hold *h, struct pay_event *out);
	/* Must.  Gives money back.  Idempotent by the refund's id for 24 h; with AGAIN the gateway is
	   first asked for a refund that carries our id, so that a lost answer never pays twice. */
	enum pay_outcome (*refund)(struct pay *p, const struct pay_refund *r, struct pay_event *out);
	/* Must.  How a refund stands.  Changes nothing. */
	enum pay_outcome (*refund_status)(struct pay *p, const char *refund_ref, struct pay_event *out);

	/* Must.  Whether the account's gateway wrote the N bytes of BODY within the last minutes;
	   HEADER may be NULL.  Constant time.  Reaches nothing. */
	enum pay_proof (*webhook_verify)(const struct pay_account *a, const char *header,
					 const void *body, size_t n, int64_t now_s);
	/* Must.  What a proven body says; false with a sentence in *ERROR when it is no event.
	   Everything in OUT lives under CTX.  Reaches nothing. */
	bool (*webhook_parse)(const void *ctx, const char *body, size_t n, struct pay_event *out,
			      const char **error);
};

extern const struct payment_provider *const pay_providers[];    /* closed by NULL */
/* NULL when there is no such gateway. */
const struct payment_provider *pay_provider(const char *name);

/* The word payment.apply() takes: "captured", "declined" ... */
const char *pay_kind_word(enum pay_kind kind);
/* "ok", "decline", "unknown", "unavailable", "broken". */
const char *pay_outcome_word(enum pay_outcome outcome);

#define PAY_WEBHOOK_AGE_S 300           /* P3: an older or younger signature is refused */

#endif
