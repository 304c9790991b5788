/*
 * notifier.h -- ways out of the house for what people are told.
 *
 * One const table of functions per way; SMTP is the first.  A notifier takes a
 * finished notice and knows nothing of shops, orders or templates.  It reaches the
 * network, so only jobs link it.
 *
 * Sending cannot be made exactly once: when the answer to the last byte is lost
 * nobody knows whether the notice went out.  A notice therefore carries an id that
 * is the same at every try (the mail's Message-ID), so that mail servers and
 * readers can see that two are one.
 */
#ifndef NOTIFY_NOTIFIER_H
#define NOTIFY_NOTIFIER_H

#include "base/base.h"

/* A file that goes along; the data stays the caller's. */
struct notice_file {
	const char *name, *type;        /* "invoice.pdf", "application/pdf" */
	const void *data;
	size_t size;
};

/* What is said to whom.  All texts are UTF-8; "" and NULL are the same. */
struct notice {
	const char *id, *host;          /* Message-ID: <id@host> */
	int64_t date_ms;                /* since 1970 UTC */
	const char *from, *from_name;
	const char *reply_to;
	const char *to, *to_name;
	const char *subject;
	const char *text, *html;        /* lines end with \n */
	const char *stop_url;           /* one-click opt-out (RFC 8058) of what was not asked for; or NULL */
	const struct notice_file *files;
	size_t nfiles;
};

enum notify_outcome {
	NOTIFY_SENT,            /* taken by the other side */
	NOTIFY_LATER,           /* not now, or nobody knows: try again */
	NOTIFY_REFUSED,         /* never: trying again is of no use */
	NOTIFY_DOWN             /* the server itself is away or refuses us: no notice's fault */
};

struct notify_settings {
	const char *url;                /* smtp://HOST:PORT or smtps://HOST:PORT */
	const char *user, *password;    /* NULL: no log-in */
	const char *envelope;           /* where what cannot be delivered comes back to */
	bool must_encrypt;              /* STARTTLS or nothing, on smtp:// */
};

/* What the house's settings say (mail.*); all under CTX.  False after a log line: the password
   cannot be read. */
bool notify_configured(const void *ctx, struct notify_settings *out);

struct notify_session;

struct notifier {
	const char *name;
	/* Must.  Opens nothing yet; connections are made when needed, kept for the next
	   notice, and closed when CTX is freed. */
	struct notify_session *(*open)(const void *ctx, const struct notify_settings *settings);
	/* Must.  Sends N.  *REASON is a short text without personal data that lives until the
	   next call.  Idempotent only as told above: the same id, perhaps twice. */
	enum notify_outcome (*send)(struct notify_session *s, const struct notice *n, const char **reason);
};

extern const struct notifier notifier_smtp;

#endif
