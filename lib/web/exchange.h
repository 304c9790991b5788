/*
 * exchange.h -- the library's own side of a request: from the peer's bytes to the answer.
 *
 * struct req is what a handler sees; struct exchange is everything else that lives
 * as long as the request, across all runs of the handler.  Not for programs.
 *
 * exchange_serve() is the request's life.  It is a list of steps (exchange.c); a
 * step that finds a reason not to go on calls exchange_refuse() and returns false,
 * and what is left to do is the error page.  The peer is a table of functions, so
 * that tests can be the peer.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include "web/call.h"
#include "web/counter.h"
#include "web/form.h"
#include "web/header.h"
#include "web/language.h"
#include "web/limits.h"
#include "web/program.h"
#include "web/trace.h"

#include <sys/types.h>
#include <sys/uio.h>

struct peer {
	/* A FastCGI parameter, or NULL. */
	const char *(*param)(struct peer *p, const char *name);
	/* Up to N bytes of the body; 0 at its end, -1 when the peer is gone. */
	ssize_t (*read)(struct peer *p, char *out, size_t n);
	/* N parts, one behind the other, LAST when nothing follows; false when the peer is gone. */
	bool (*write)(struct peer *p, const struct iovec *part, size_t n, bool last);
};

/* One worker process: what lives longer than a request. */
struct worker {
	void *mem;
	void *pool;                     /* where requests get their memory */
	const struct program *program;
	struct db *db;
	struct site_cache *sites;
	struct languages *languages;
	struct counters *counters;
	struct trace_keep *traces;
	const char *upload_dir;
	int64_t deadline_ms;
	bool secure_cookies;
	bool plain_loopback;            /* net.plain_loopback */
	const char *courier;            /* its socket */
	int call_fd, call_slots;        /* who may wait for it (call.h) */
	int turn_fd, turn_places;       /* who may wait for a costly route (turn.h) */
};

struct answer {
	bool given;                     /* a page_*() call decided what to say */
	int status;
	const char *type;               /* Content-Type, or NULL: no body */
	const char *body;
	size_t size;
	int fd;                         /* or a file instead of a body; -1 */
};

/* What must be said to the visitor instead of running the handler. */
struct refusal {
	int status;
	const char *sentence;           /* N_("...") */
	const char *header, *value;     /* Allow, Retry-After, or NULL */
};

struct afterwards {
	void (*write)(struct req *r, void *data);
	void *data;
};

struct field_error {
	const char *field;              /* "" for the form as a whole */
	const char *label;
	const char *sentence;           /* in the page's language */
};

struct kept_trace {
	const struct trace_kind *kind;
	void *row;
};

struct view_name {
	struct view *view;
	const char *name;
};

/* Step 2 of a route in three steps (call.h). */
struct wanted_call {
	const char *name;               /* NULL: none */
	const char *id, *repeat;
	void (*then)(struct req *r, const struct call_answer *a);
	struct call_answer answer;
};

/* The same when the work is the program's own (apart.h). */
struct wanted_work {
	void (*work)(struct req *r, void *data);        /* NULL: none */
	void (*then)(struct req *r, void *data);
	void *data;
};

struct exchange {
	void *mem;
	struct worker *worker;
	struct peer *peer;
	struct req req;
	int64_t started_us;
	bool head;                      /* HEAD: no body is sent */
	struct target target;
	struct route_match match;
	const struct language *language;

	/* What the visitor sent. */
	const char *body;               /* NEEDS_BODY */
	size_t body_size;
	struct inputs *inputs;
	struct param_set *params;
	const char *csrf;               /* the two fields that belong to the library */
	const char *idempotency_key;
	const char *sid;                /* session cookie's value */
	const char *personal;           /* session cookie, else the first personal one */
	struct flash *flash;            /* that waited for this page */

	/* What came of it. */
	struct refusal refusal;         /* status 0: none */
	enum db_failure failure;        /* of the last run */
	bool site_old;                  /* the database could not say what the site is now */
	const char *failed;             /* req_fail() */
	unsigned runs, trips, calls;
	unsigned reruns;                /* of the transaction at hand, after conflicts */
	int64_t db_us, call_us;
	struct wanted_call call;
	struct wanted_work apart;
	int place, turn;                /* of a costly route; -1: none */
	bool called;                    /* step 2 was made: what runs is step 3, or about it */
	struct answer answer;
	size_t sent;

	/* Of the run at hand; empty again at the start of each. */
	struct headers *headers;
	bool over;                      /* the transaction was ended by page_*() */
	bool asked;                     /* page_asked(): committed before the answer is made */
	void (*declined)(struct req *r);        /* form to show again */
	bool again;                     /* this run shows a form again */
	bool redraw;                    /* ... that is not wrong: it was asked for */
	bool under_latch;               /* this run is an error page without the database */
	struct rows *session_rows;
	struct session session;
	bool session_known;
	struct rows *claim, *earlier;   /* idempotency */
	const char *new_personal;       /* cookie value set in this answer */
	const char *form_action;        /* where forms may lead beside here */
	bool sandbox;                   /* the answer is somebody else's page */
	struct afterwards afterwards[LIMIT_NOTES];
	size_t nafterwards;
	struct afterwards kept_notes[2 * LIMIT_NOTES];  /* of runs before: step 1, or one that declined */
	size_t nkept_notes;
	struct kept_trace traces[LIMIT_NOTES];
	size_t ntraces;
	struct view_name views[8];
	size_t nviews;

	/* Kept from the declined run for the form. */
	struct field_error errors[LIMIT_INPUTS];
	size_t nerrors;
};

/* Answers one request; returns after everything was sent and counted. */
void exchange_serve(struct worker *w, struct peer *p);

/* --- between the library's files ------------------------------------------------ */

void exchange_refuse(struct exchange *x, int status, const char *sentence);

/* body.c: reads the body into inputs or body; false after a refusal. */
bool body_read(struct exchange *x);

/* run.c: runs the handler until its transaction stands, or gives up. */
/* Ends the transaction at hand and adds up what it cost. */
void exchange_end_transaction(struct exchange *x);
void run_handler(struct exchange *x);
/* Runs SHOW as an error page; UNDER_LATCH: without asking the database. */
void run_error(struct exchange *x, void (*show)(struct req *r), bool under_latch);

/* error.c: the page that says STATUS. */
void error_page(struct exchange *x);

/* send.c: head and body to the peer. */
void send_answer(struct exchange *x);
/* The answer is the same for everybody: a cacheable route's 200 to nobody in particular. */
bool exchange_may_cache(const struct exchange *x);

/* page.c */
void page_raw(struct req *r, int status, const char *type, const char *body, size_t n);
bool page_settle(struct req *r);        /* COMMIT; false under a failure */

/* page_view.c: what every view has, added right before rendering. */
void page_fill(struct req *r, struct view *v);
const char *page_template(struct req *r, struct view *v);

/* The name a cookie has on the wire. */
const char *cookie_wire_name(const struct exchange *x, const char *name);

#endif
