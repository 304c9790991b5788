/*
 * request.h -- one request, as a handler sees it.
 *
 * struct req is given to every handler; what it holds is read-only for the
 * handler.  Everything allocated under r->mem lives until the answer was sent;
 * when the handler is run again after a conflict it starts with a fresh r->mem,
 * so a handler keeps nothing in static memory and does nothing to the world but
 * through r->db and page_*().
 *
 * Reading order of a request: README.md in this directory.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/text.h"
#include "db/db.h"
#include "web/param.h"
#include "web/route.h"
#include "web/site.h"

struct exchange;
struct program;
struct session;

struct req {
	void *mem;                      /* of this run of the handler */
	struct db *db;                  /* in this request's transaction */
	const struct program *program;
	const struct route *route;
	const struct site *site;
	const char *id;                 /* UUIDv7, in log lines and on error pages */
	enum method method;             /* HEAD is GET here; the library drops the body */
	const char *path;               /* decoded once, without locale prefix: "/c/boots" */
	const char *prefix;             /* "", "/en", "/es-usd": stands before every link */
	const char *query;              /* as sent, after the '?', or "" */
	const char *locale;             /* tag, "es-ES" */
	const char *language;           /* path prefix of the locale, "es" */
	const char *currency;           /* ISO 4217 */
	const struct text *text;        /* translations of r->locale */
	int64_t now_ms;                 /* wall clock when the request came */
	int64_t deadline_us;            /* clock_steady_us() by which it must be answered */
	unsigned run;                   /* 0, or how often the handler was run before */
	void *front;                    /* lib/front's own, set by its begin hook for each run */
	struct exchange *x;             /* the library's own (exchange.h) */
};

/* A part of the path by its name in the pattern; asking for another is a BUG. */
const char *path_text(const struct req *r, const char *name);

/* A request header by its HTTP name ("User-Agent"), or NULL.  At most LIMIT_HEADER_BYTES. */
const char *req_header(const struct req *r, const char *name);
/* A cookie by the name page_cookie_set() uses, or NULL. */
const char *req_cookie(const struct req *r, const char *name);
/* The peer's address as the web server says it (it alone knows the trusted proxies). */
const char *req_address(const struct req *r);
/* The whole body of a route with NEEDS_BODY. */
const char *req_body(const struct req *r, size_t *n);

/* MSGID in the page's language. */
const char *req_text(const struct req *r, const char *msgid);
/* PATH with the locale prefix before it, for links and redirects. */
const char *req_path(const struct req *r, const char *path);
/* The same with the site's origin: for mails, feeds and canonical links. */
const char *req_url(const struct req *r, const char *path);

/* True when the visitor has a session or cart cookie: the page is his alone. */
bool req_personal(const struct req *r);

/* The machinery failed outside the database (file, library): latches, the answer is 500. */
void req_fail(struct req *r, const char *why);
/* True under the latch: what acts on the world outside the transaction asks first. */
bool req_failed(const struct req *r);

/* Keeps what must survive a rollback (a failed log-in, a refused access): one row of
   event.note, written in a second short transaction before the answer is sent. */
void req_note(struct req *r, const char *kind, const char *detail);
/* The same for a table of one's own: WRITE queues statements in that transaction.
   DATA lives under r->mem. */
void req_afterwards(struct req *r, void (*write)(struct req *r, void *data), void *data);

/* Bad input the handler found itself, beside the declared checks.  SENTENCE is
   N_("...") or already in the page's language; page_decline() says it as well. */
void field_error(struct req *r, const char *field, const char *sentence);

#endif
