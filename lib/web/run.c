#include "web/exchange.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/idempotency.h"
#include "web/limits.h"

#include <string.h>
#include <time.h>

/* Memory and everything a run could have left behind: the next one starts clean. */
static void start_clean(struct exchange *x)
{
	if (x->req.mem != x->mem)
		mem_free(x->req.mem);
	x->req.mem = mem_context(x->mem, "run");
	x->req.run = x->runs;
	x->req.front = NULL;
	x->headers = headers_new(x->req.mem);
	x->answer = (struct answer){ .fd = -1 };
	x->failed = NULL;
	x->over = x->asked = false;
	x->declined = NULL;
	x->session_rows = NULL;
	x->session = (struct session){ 0 };
	x->session_known = false;
	x->claim = x->earlier = NULL;
	x->new_personal = NULL;
	x->nafterwards = x->ntraces = x->nviews = 0;
}

static void finish(struct exchange *x)
{
	struct db *db = x->req.db;

	x->failure = db_failure(db);
	if (x->failure != DB_OK && x->failed == NULL)
		db_log_failure(db);
	x->trips += db_trips(db);
	x->calls += db_calls(db);
	x->db_us += db_wait_us(db);
	db_end(db);
}

/* What must hold before the handler may run and takes the database to know. */
static bool admitted(struct exchange *x)
{
	struct req *r = &x->req;
	const struct program_hooks *hooks = r->program->hooks;
	const struct route *route = r->route;
	int wait_s;

	if ((route->needs & NEEDS_SESSION) != 0 && session_principal(r) == NULL) {
		page_sign_in(r);
		return false;
	}
	if (route->permission != NULL && *route->permission != '\0' && !hooks->may(r, route->permission)) {
		req_note(r, "refused", route->permission);
		page_forbidden(r, N_("You are not allowed to do this."));
		return false;
	}
	wait_s = route->rate != NULL && hooks->rate != NULL ? hooks->rate(r, route->rate) : 0;
	if (wait_s > 0) {
		page_too_many(r, wait_s);
		return false;
	}
	return !req_failed(r);
}

/* True when the key is ours and the work is still to be done. */
static bool first_time(struct exchange *x)
{
	struct req *r = &x->req;
	const char *location;

	if (!r->route->idempotent)
		return true;
	switch (idempotency_read(r, &location)) {
	case IDEMPOTENCY_FIRST:
		return !req_failed(r);
	case IDEMPOTENCY_REPLAY:
		x->claim = NULL;
		page_redirect(r, location);
		return false;
	default:
		exchange_refuse(x, 422, N_("This form was sent before with other values. Please load the page again."));
		x->over = true;
		return false;
	}
}

static void run_once(struct exchange *x, void (*handler)(struct req *r))
{
	struct req *r = &x->req;
	const struct program_hooks *hooks = r->program->hooks;
	bool reads = r->method == GET || x->again;

	start_clean(x);
	db_begin(r->db, r->mem, r->site->tenant, reads, r->deadline_us);
	session_queue(r);
	if (r->route->idempotent && !x->again)
		idempotency_queue(r);
	if (hooks->begin != NULL)
		hooks->begin(r);
	if (x->again || (admitted(x) && first_time(x)))
		handler(r);
	if (!x->over && !req_failed(r))
		req_fail(r, "the handler gave no answer");
	finish(x);
	x->runs++;
}

static bool may_run_again(const struct exchange *x)
{
	const struct route *route = x->req.route;
	bool harmless = x->failure == DB_RETRY ||
		(x->failure == DB_UNKNOWN && (route->idempotent || route->repeatable));

	return harmless && x->runs <= LIMIT_RERUNS && clock_steady_us() < x->req.deadline_us;
}

/* A random part keeps those who collided from colliding again. */
static void pause_before_run(const struct exchange *x)
{
	uint32_t most_us = (LIMIT_RERUN_PAUSE_MS * 1000u) << (x->runs - 1);
	struct timespec t = { .tv_nsec = (long)random_below(most_us) * 1000 };

	nanosleep(&t, NULL);
}

static void give_up(struct exchange *x)
{
	if (x->failed != NULL) {
		exchange_refuse(x, 500, NULL);
		return;
	}
	switch (x->failure) {
	case DB_UNKNOWN:
		exchange_refuse(x, 503, N_("The connection broke while your change was being saved. We do not know "
					   "whether it was: please look before you repeat it."));
		break;
	case DB_UNAVAILABLE:
	case DB_RETRY:
		exchange_refuse(x, 503, N_("The shop is very busy. Nothing was changed; please try again in a moment."));
		break;
	case DB_DEADLINE:
		exchange_refuse(x, 503, N_("This took too long. Nothing was changed; please try again in a moment."));
		break;
	default:
		exchange_refuse(x, 500, NULL);
	}
}

static void check_trips(struct exchange *x, unsigned trips)
{
	const struct route *route = x->req.route;

	if (trips <= route_trips(route) || x->again || x->runs > 1 || x->refusal.status != 0)
		return;
	log_warn("route costs more round trips than its row says", "route", route->path, NULL);
#ifdef SUTLER_TEST_HOOKS
	if (x->answer.fd < 0) {
		x->answer.given = false;
		exchange_refuse(x, 500, N_("This page asks the database more often than its route says."));
	}
#endif
}

/* What a run noted before it declined is written too; its memory stays with it. */
static void keep_notes(struct exchange *x)
{
	memcpy(x->declined_notes, x->afterwards, sizeof(x->declined_notes));
	x->ndeclined_notes = x->nafterwards;
	x->req.mem = x->mem;
}

void run_handler(struct exchange *x)
{
	const struct route *route = x->req.route;
	void (*handler)(struct req *r) = route->handler;
	size_t nerrors;

	if (x->params != NULL && x->params->errors > 0) {
		handler = route->form;
		x->again = true;
	}
	for (;;) {
		nerrors = x->nerrors;
		run_once(x, handler);
		if (x->failed == NULL && x->failure == DB_OK && x->declined == NULL)
			break;
		if (x->failed == NULL && x->failure == DB_OK && !x->again) {
			keep_notes(x);
			handler = x->declined;
			x->again = true;
			continue;
		}
		if (x->failed != NULL || !may_run_again(x)) {
			give_up(x);
			return;
		}
		x->nerrors = nerrors;
		pause_before_run(x);
	}
	check_trips(x, x->trips);
}

void run_error(struct exchange *x, void (*show)(struct req *r), bool under_latch)
{
	struct req *r = &x->req;
	const struct program_hooks *hooks = r->program->hooks;
	enum db_failure failure = x->failure;
	unsigned trips = x->trips, calls = x->calls;
	struct afterwards kept[LIMIT_NOTES];
	size_t nkept = x->nafterwards;
	void *mem = r->mem;

	/* What the handler noted is written although its transaction was rolled back. */
	memcpy(kept, x->afterwards, sizeof(kept));
	r->mem = x->mem;
	start_clean(x);
	if (mem != x->mem)
		mem_steal(x->mem, mem);
	x->under_latch = under_latch;
	db_begin(r->db, r->mem, r->site->tenant, true, r->deadline_us);
	if (under_latch)
		db_refuse(r->db);
	if ((x->sid != NULL || x->personal != NULL))
		session_queue(r);
	if (hooks->begin != NULL)
		hooks->begin(r);
	show(r);
	finish(x);
	if (under_latch)
		x->failure = failure;
	if (!under_latch && failure != DB_OK)
		x->failure = failure;
	x->trips = trips;
	x->calls = calls;
	memcpy(x->afterwards, kept, sizeof(kept));
	x->nafterwards = nkept;
}
