#include "web/exchange.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/idempotency.h"
#include "web/limits.h"
#include "web/slot.h"

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
	x->new_personal = x->form_action = NULL;
	x->sandbox = false;
	x->nafterwards = x->ntraces = x->nviews = 0;
}

void exchange_end_transaction(struct exchange *x)
{
	struct db *db = x->req.db;

	x->trips += db_trips(db);
	x->calls += db_calls(db);
	x->db_us += db_wait_us(db);
	db_end(db);
}

static void finish(struct exchange *x)
{
	x->failure = db_failure(x->req.db);
	if (x->failure != DB_OK && x->failed == NULL)
		db_log_failure(x->req.db);
	exchange_end_transaction(x);
}

/* Sensitive: the second factor was shown a short time ago, else it is asked for first.  A form
   that was long on the way comes back with all that was typed. */
static bool proven_again(struct req *r)
{
	int64_t age_ms;

	/* Looking at the session costs a round trip: only where it is wanted. */
	if (!r->route->step_up || req_failed(r))
		return true;
	age_ms = r->now_ms - session_get(r)->proven_ms;
	if (age_ms <= LIMIT_STEP_UP_S * (r->method == GET ? 1000LL : 2000LL))
		return true;
	if (r->method == GET)
		page_send_to(r, r->program->hooks->prove_again);
	else
		page_decline(r, r->route->form, NULL, N_("It is a while since you showed a code. Please confirm in another window that it is you, then send this again."));
	return false;
}

/* What must hold before the handler may run and takes the database to know. */
static bool admitted(struct exchange *x)
{
	struct req *r = &x->req;
	const struct program_hooks *hooks = r->program->hooks;
	const struct route *route = r->route;
	bool staff = route->permission != NULL && *route->permission != '\0';
	int wait_s;

	if (((route->needs & NEEDS_SESSION) != 0 || staff) && session_principal(r) == NULL) {
		page_sign_in(r);
		return false;
	}
	if (staff && !hooks->may(r, route->permission)) {
		req_note(r, "refused", route->permission);
		page_forbidden(r, N_("You are not allowed to do this."));
		return false;
	}
	if (!proven_again(r))
		return false;
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
	if (r->route->idempotent && !x->again && !x->called)
		idempotency_queue(r);
	if (hooks->begin != NULL)
		hooks->begin(r);
	if (x->again || x->called || (admitted(x) && first_time(x)))
		handler(r);
	if (!x->over && !req_failed(r))
		req_fail(r, "the handler gave no answer");
	finish(x);
	x->runs++;
}

static bool may_run_again(const struct exchange *x)
{
	const struct route *route = x->req.route;
	/* After the call there is no claim that a run could find its own work by. */
	bool harmless = x->failure == DB_RETRY ||
		(x->failure == DB_UNKNOWN && (route->idempotent || route->repeatable) && (!x->called || x->apart.work != NULL));

	return harmless && x->reruns < LIMIT_RERUNS && clock_steady_us() < x->req.deadline_us;
}

/* A random part keeps those who collided from colliding again. */
static void pause_before_run(const struct exchange *x)
{
	uint32_t most_us = (LIMIT_RERUN_PAUSE_MS * 1000u) << x->reruns;
	struct timespec t = { .tv_nsec = (long)random_below(most_us) * 1000 };

	nanosleep(&t, NULL);
}

static void give_up(struct exchange *x)
{
	/* Work apart is nobody else's: when nothing was recorded, nothing was changed. */
	if (x->called && x->apart.work == NULL) {
		exchange_refuse(x, x->failed != NULL || x->failure == DB_ERROR ? 500 : 503,
				N_("What you asked for was passed on, but we cannot show what came of it right now. "
				   "Please look before you repeat it."));
		return;
	}
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

	if (trips <= route_trips(route) || x->again || x->runs > 1u + x->called || x->refusal.status != 0)
		return;
	log_warn("route costs more round trips than its row says", "route", route->path, NULL);
#ifdef SUTLER_TEST_HOOKS
	if (x->answer.fd < 0) {
		x->answer.given = false;
		exchange_refuse(x, 500, N_("This page asks the database more often than its route says."));
	}
#endif
}

/* What a run noted before it declined, or before the call, is written too; its memory stays
   with it. */
static void keep_notes(struct exchange *x)
{
	for (size_t i = 0; i < x->nafterwards && x->nkept_notes < ARRAY_LEN(x->kept_notes); i++)
		x->kept_notes[x->nkept_notes++] = x->afterwards[i];
	x->req.mem = x->mem;
}

static void third_step(struct req *r)
{
	if (r->x->apart.work != NULL)
		r->x->apart.then(r, r->x->apart.data);
	else
		r->x->call.then(r, &r->x->call.answer);
}

static void work_apart(struct exchange *x)
{
	int64_t began = clock_steady_us();

	keep_notes(x);
	x->called = true;
	x->reruns = 0;
	x->apart.work(&x->req, x->apart.data);
	x->call_us = clock_steady_us() - began;
}

/* Step 2: the first transaction stands, none is open, and whatever comes is an answer. */
static void make_call(struct exchange *x)
{
	const struct worker *w = x->worker;
	int64_t began = clock_steady_us(), until_us = began + CALL_MS * INT64_C(1000);
	int64_t last_us = x->req.deadline_us - CALL_RESERVE_MS * INT64_C(1000);
	int slot = call_slot_take(w);

	keep_notes(x);
	x->called = true;
	x->reruns = 0;
	x->call.answer = (struct call_answer){ .outcome = CALL_UNAVAILABLE, .url = "", .code = "busy", .state = "", .back = "" };
	if (slot >= 0) {
		call_courier(x->mem, w->courier, x->call.name, x->req.site->tenant, x->call.id,
			     until_us < last_us ? until_us : last_us, &x->call.answer);
		slot_leave(w->call_fd, slot);
	}
	if (x->call.repeat != NULL)
		x->call.answer.back = x->call.repeat;
	x->call_us = clock_steady_us() - began;
}

/* After a run that went well: what is to run next, if anything. */
static bool next_step(struct exchange *x, void (**handler)(struct req *r))
{
	if (x->declined != NULL && !x->again) {
		keep_notes(x);
		x->again = true;
		*handler = x->declined;
		return true;
	}
	if (x->apart.work != NULL && !x->called) {
		work_apart(x);
		*handler = third_step;
		return true;
	}
	if (x->call.name != NULL && !x->called) {
		make_call(x);
		*handler = third_step;
		return true;
	}
	return false;
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
		if (x->failed == NULL && x->failure == DB_OK) {
			if (next_step(x, &handler))
				continue;
			break;
		}
		if (x->failed != NULL || !may_run_again(x)) {
			give_up(x);
			return;
		}
		x->nerrors = nerrors;
		pause_before_run(x);
		x->reruns++;
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
