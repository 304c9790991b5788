/*
 * route.h -- which handler answers which path: a table the program runs from.
 *
 * A row says everything the library must know before the handler runs: method,
 * path, the parameters it takes, who may come, what it may cost.  Tests walk
 * the same table ("PROGRAM -r" prints it), so nothing about a page is hidden in
 * code.  program_run() refuses to start on a table that contradicts itself.
 *
 * Paths are compared segment by segment, whole tokens, after the target was
 * decoded once and the locale segment was taken off:
 *	"/cart"            this path and no other ("/cart/" redirects to it)
 *	"/c/{slug}"        one segment; path_text(r, "slug") in the handler
 *	"/orders/{id:id}"  one segment that is a UUID, else the row does not match
 *	"/{path:rest}"     all that remains, slashes included; last in a path
 * Rows are tried in order; the first whose path and method match wins.  A path
 * that matches with no row of the method is 405, no path at all 404.
 */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "base/base.h"
#include "web/param.h"

struct req;

/* HEAD is answered by the GET row; it is never in a table. */
enum method { METHOD_NONE, GET, POST, PUT, PATCH, DELETE };

enum route_needs {
	NEEDS_SESSION = BIT(0),         /* someone signed in; a GET is sent to the sign-in page, else 403 */
	NEEDS_CROSS_SITE = BIT(1),      /* other sites may post here: webhooks, API.  The handler
	                                   proves the sender itself; no cookie is read */
	NEEDS_BODY = BIT(2),            /* the body is taken whole (req_body), not as a form */
	NEEDS_NO_REFERRER = BIT(3),     /* the address holds a secret: Referrer-Policy no-referrer */
	NEEDS_NO_DATABASE = BIT(4),     /* the address says all: answered while the database is away */
};

/* Permission of a row on an admin program that anybody may see (its sign-in page). */
#define PUBLIC ""
/* Of one that everybody who is signed in may: his own matters. */
#define SELF "self"

struct upload_limits {
	size_t file_bytes;              /* of one file */
	unsigned files;                 /* in one request, at most LIMIT_PARTS */
};

struct route {
	enum method method;
	const char *path;
	void (*handler)(struct req *r);
	const struct param *params;     /* NULL: none are taken */
	void (*form)(struct req *r);    /* shown again, 422, when a value is bad; NULL: 400 */
	unsigned trips;                 /* round trips it may cost; 0: the default of its kind (route.c) */
	const char *permission;         /* admin programs: required on every row; anything but PUBLIC is
	                                   for who is signed in, and a change holds the token */
	bool step_up;                   /* who asks showed his second factor a short time ago
	                                   (LIMIT_STEP_UP_S); a change needs .form */
	const char *rate;               /* name of a rate the rate hook knows, or NULL */
	int cache_s;                    /* > 0: shared caches may keep it so long (GET only) */
	unsigned needs;                 /* enum route_needs */
	bool csrf_token;                /* POST: field "csrf" must hold the token; GET: personal page */
	bool idempotent;                /* POST: field "idempotency_key" is required, see idempotency.h */
	bool repeatable;                /* POST: done twice is done once, the handler sees to it: a COMMIT
	                                   whose answer got lost runs again */
	bool costly;                    /* costs time and memory on purpose: waits its turn, see turn.h */
	const struct upload_limits *upload;     /* multipart bodies are taken, files within these */
	int deadline_ms;                /* 0: web.deadline_ms of the configuration */
};

/* What stands between braces in a pattern, and what stood there in the path. */
struct path_part {
	const char *name;
	size_t name_len;
	const char *value;
};
#define PATH_PARTS_MAX 4

struct route_match {
	const struct route *route;              /* NULL: nothing matched */
	bool other_method;                      /* the path exists, under other methods */
	unsigned methods;                       /* BIT(enum method) of those, for Allow */
	size_t nparts;
	struct path_part part[PATH_PARTS_MAX];
};

/* Finds the row of ROUTES (closed by a row without path) for PATH; values of
   parts are copied under CTX. */
void route_find(const void *ctx, const struct route *routes, enum method method,
		const char *path, struct route_match *out);

/* A sentence about what is wrong with the table, or NULL (static memory). */
const char *route_check(const struct route *routes, bool admin);

/* Round trips the row may cost. */
unsigned route_trips(const struct route *route);

/* GET, POST ... from the name; METHOD_NONE for others.  HEAD gives GET and *HEAD. */
enum method method_from(const char *name, bool *head);
const char *method_name(enum method method);

#endif
