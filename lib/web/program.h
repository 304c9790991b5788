/*
 * program.h -- a FastCGI program: a name, a table of routes, and main is one call.
 *
 *	int main(int argc, char **argv)
 *	{
 *		static const struct program cart = {
 *			.name = "cart", .routes = routes, .hooks = &front_hooks,
 *			.session = &session_customers,
 *		};
 *		return program_run(&cart, argc, argv);
 *	}
 *
 * program_run() reads the configuration, takes the listening socket on fd 0,
 * starts workers and keeps them alive until SIGTERM (finish what runs, exit 0)
 * or SIGHUP (the same, then begin again with new configuration and program file).
 * The database role is _sutler-NAME.  Options: -w WORKERS, -i SECONDS (leave
 * when idle so long), -r (print the routes), -l (print the limits), -V.
 *
 * The library knows no shop.  What it must ask, it asks through the hooks that
 * lib/front supplies once for all programs; each says when it is called and what
 * may be done in it.
 */
#ifndef WEB_PROGRAM_H
#define WEB_PROGRAM_H

#include "web/apart.h"
#include "web/call.h"
#include "web/page.h"
#include "web/request.h"
#include "web/route.h"
#include "web/session.h"
#include "web/site.h"

struct program_hooks {
	/* The site of HOST, its texts under CTX.  Not in a transaction: the hook opens its own
	   (db_begin ... db_commit, db_end).  Must. */
	enum site_answer (*site_load)(struct db *db, void *ctx, const char *host,
				      int64_t deadline_us, struct site *out);
	/* Before each run of a handler, in its transaction: queue promises that the
	   chrome will need, set r->front.  May. */
	void (*begin)(struct req *r);
	/* Layout data for a view about to be rendered, still in the transaction; also for
	   error pages, then perhaps under the latch, when every row is absent.  May. */
	void (*chrome)(struct req *r, struct view *v);
	/* Whether who asks may do PERMISSION.  Must on admin programs. */
	bool (*may)(struct req *r, const char *permission);
	/* Seconds to wait when the rate NAME is used up, else 0.  May. */
	int (*rate)(struct req *r, const char *name);
	/* Path of the sign-in page (without prefix); "?next=PATH" is added.  NULL: 403. */
	const char *sign_in;
	/* Path of the page that asks for the second factor again, as sign_in.  Must where a route
	   has step_up. */
	const char *prove_again;
	/* Template of error pages; gets status, headline, sentence, missing (404, 410), again
	   (429, 503), retry (503 of a page that can be loaded again).  NULL: the plain page. */
	const char *error_template;
	/* Path of the plain page's style sheet, for when not even the site is known.  May. */
	const char *plain_style;
	/* Cookies besides the session that make a page personal ("cart"), closed by NULL. */
	const char *const *personal_cookies;
};

struct program {
	const char *name;                       /* of the database role too: _sutler-NAME */
	const struct route *routes;             /* closed by an empty row */
	const struct program_hooks *hooks;
	const struct session_kind *session;     /* NULL: this program reads no sessions */
	bool calls;                             /* may ask courier (page_call) */
	int turns;                              /* of its costly routes so many work at a time (turn.h) */
	bool hostless;                          /* answers under any name and is of no store: what watches the house */
	bool admin;                             /* answers on admin hosts, and only there */
	int workers;                            /* 0: 2 x cores */
};

/* Runs PROGRAM; returns the exit status for main. */
int program_run(const struct program *program, int argc, char **argv);

#endif
