/* courier -- the one program of the page side that reaches services outside.
   Manual: sutler-courier(8). */
#include "courier.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/process.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	QUESTION_MAX = 1024,            /* bytes of a question; ours have 200 */
	QUESTION_MS = 1000,             /* until it has come: callers send it at once */
	DB_MS = 2000,                   /* of one transaction */
	TRIES = 3,                      /* of a transaction after conflicts */
	RETRY_MS = 20                   /* longest pause before the first of them, doubled for the next */
};

/* Whom each call serves.  Its row's index is its row in the counters file. */
static const struct errand_kind kinds[] = {
	{ "payment.start", "checkout order account", payment_start },
	{ "payment.status", "order reconcile-payments", payment_status },
	{ "payment.expire", "order account reconcile-payments", payment_expire },
	{ "payment.refund", "admin-orders reconcile-payments", payment_refund },
	{ "payment.capture", "admin-orders reconcile-payments", payment_capture },
	{ "payment.release", "admin-orders reconcile-payments", payment_release },
	{ "payment.try", "admin-settings", payment_try },
	{ "identity.try", "admin-settings", identity_try },
	{ "identity.start", "admin-login", identity_start },
	{ "identity.token", "admin-login", identity_token },
};

/* Shared by all workers: made before they are. */
static struct breaker *circuits;

/* The same for the library: what -r prints and the counters file names. */
static const struct route calls[] = {
	{ POST, "payment.start", .trips = 2 },
	{ POST, "payment.status", .trips = 2 },
	{ POST, "payment.expire", .trips = 2 },
	{ POST, "payment.refund", .trips = 2 },
	{ POST, "payment.capture", .trips = 2 },
	{ POST, "payment.release", .trips = 2 },
	{ POST, "payment.try", .trips = 2 },
	{ POST, "identity.try", .trips = 2 },
	{ POST, "identity.start", .trips = 2 },
	{ POST, "identity.token", .trips = 3 },
	{ 0 }
};
_Static_assert(ARRAY_LEN(calls) == ARRAY_LEN(kinds) + 1, "each call has its row");

/* --- transactions --------------------------------------------------------------------------- */

bool errand_transaction(struct errand *e, bool read_only, void (*ask)(struct errand *e, void *data), void *data)
{
	struct db *db = e->courier->db;

	for (int tries = 1;; tries++) {
		struct timespec pause = { .tv_nsec = (long)random_below(RETRY_MS * 1000u << tries) * 1000 };
		enum db_failure failure;

		db_begin(db, e->mem, e->tenant, read_only, clock_steady_us() + DB_MS * INT64_C(1000));
		ask(e, data);
		failure = db_commit(db);
		if (failure != DB_OK && ((failure != DB_RETRY && failure != DB_UNKNOWN) || tries == TRIES)) {
			db_log_failure(db);
			db_end(db);
			return false;
		}
		db_end(db);
		if (failure == DB_OK)
			return true;
		nanosleep(&pause, NULL);
	}
}

const struct seal_key *courier_key(struct courier *c)
{
	const char *error = NULL;

	/* Not only at the start: it may be put there later. */
	if (c->key == NULL)
		c->key = seal_key_load(c->mem, config_text("secrets.key_file"), &error);
	if (error != NULL)
		log_error("gateway keys cannot be opened", "reason", error, NULL);
	return c->key;
}

/* --- who asks, and what ------------------------------------------------------------------------ */

/* The socket's mode lets in the house alone; this says which program of it may ask for what.
   The superuser and our own user (a house of one user, as in development) may all. */
static bool may_ask(int fd, const struct errand_kind *kind)
{
	static const char prefix[] = "_sutler-";
	struct ucred peer;
	socklen_t n = sizeof(peer);
	const struct passwd *user;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	user = getpwuid(peer.uid);
	return user != NULL && strncmp(user->pw_name, prefix, strlen(prefix)) == 0 &&
	       word_in(user->pw_name + strlen(prefix), kind->callers);
}

/* The question's line under CTX, or NULL: none came whole and in time. */
static char *read_question(const void *ctx, int fd)
{
	int64_t until_us = clock_steady_us() + QUESTION_MS * INT64_C(1000);
	char line[QUESTION_MAX + 1];
	size_t n = 0;

	while (n < QUESTION_MAX) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = (until_us - clock_steady_us() + 999) / 1000;
		ssize_t got;

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0)
			return NULL;
		got = recv(fd, line + n, QUESTION_MAX - n, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return NULL;
		n += (size_t)got;
		/* One line and nothing behind it. */
		if (line[n - 1] == '\n')
			return memchr(line, '\n', n) == line + n - 1 ? mem_strndup(ctx, line, n - 1) : NULL;
	}
	return NULL;
}

static const struct errand_kind *kind_of(const char *call)
{
	for (size_t i = 0; call != NULL && i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].call, call) == 0)
			return &kinds[i];
	return NULL;
}

/* Fills E from LINE; what is wrong with it, or NULL. */
static const char *read_errand(const char *line, struct errand *e, const struct errand_kind **kind)
{
	static const char *const members[] = { "call", "tenant", "id", "until_us", NULL };
	int64_t now_us = clock_steady_us();
	const char *error;
	struct json_object *top = json_read(e->mem, line, strlen(line), &error);

	if (top == NULL)
		return error;
	if (json_unknown(top, members) != NULL)
		return "it says more than a question may";
	*kind = kind_of(json_text(json_member(top, "call")));
	if (*kind == NULL)
		return "there is no such call";
	e->tenant = json_text(json_member(top, "tenant"));
	e->id = json_text(json_member(top, "id"));
	if (e->tenant == NULL || !id_valid(e->tenant) || e->id == NULL || !id_valid(e->id))
		return "an id is none";
	e->until_us = now_us + CALL_MS * INT64_C(1000);
	if (json_member(top, "until_us") != NULL) {
		if (!json_int(json_member(top, "until_us"), 0, INT64_MAX, &e->until_us))
			return "its time is none";
		if (e->until_us > now_us + CALL_MS * INT64_C(1000))
			e->until_us = now_us + CALL_MS * INT64_C(1000);
	}
	return NULL;
}

/* Whether somebody still waits: a question that lay in the queue for too long is not begun. */
static bool is_awaited(int fd, const struct errand *e)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return e->until_us > clock_steady_us() && (poll(&p, 1, 0) <= 0 || (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0);
}

/* --- the answer ---------------------------------------------------------------------------------- */

static void send_text(int fd, struct errand *e)
{
	const struct call_answer *a = &e->answer;
	struct buf *b = buf_new(e->mem);

	buf_printf(b, "{\"outcome\":\"%s\",\"url\":", call_outcome_word(a->outcome));
	buf_json(b, a->url);
	buf_adds(b, ",\"code\":");
	buf_json(b, a->code);
	buf_adds(b, ",\"state\":");
	buf_json(b, a->state);
	buf_adds(b, "}\n");
	/* The buffer of a socket takes a line; who hung up need not be told. */
	(void)!send(fd, b->data, b->len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void say_done(const struct errand *e, const struct errand_kind *kind, int64_t began_us)
{
	char ms[24];

	snprintf(ms, sizeof(ms), "%lld", (long long)((clock_steady_us() - began_us) / 1000));
	log_info("call done", "call", kind->call, "tenant", e->tenant, "id", e->id, "outcome",
		 call_outcome_word(e->answer.outcome), "state", e->answer.state, "code", e->answer.code, "ms", ms, NULL);
}

struct listening {
	const struct service *service;
	struct courier courier;
};

static void serve(struct listening *l, int fd)
{
	int64_t began_us = clock_steady_us();
	void *mem = mem_context(l->courier.mem, "errand");
	struct errand e = {
		.courier = &l->courier, .mem = mem,
		.answer = { .outcome = CALL_UNAVAILABLE, .url = "", .code = "refused", .state = "", .back = "" },
	};
	const struct errand_kind *kind = NULL;
	const char *line = read_question(mem, fd), *wrong = line == NULL ? "no whole line came" : read_errand(line, &e, &kind);
	int status = 400;

	if (wrong == NULL && !may_ask(fd, kind))
		wrong = "the caller may not";
	if (wrong != NULL) {
		log_warn("question refused", "reason", wrong, "call", kind != NULL ? kind->call : "", NULL);
	} else if (!is_awaited(fd, &e)) {
		log_warn("nobody waits for the answer any more", "call", kind->call, "id", e.id, NULL);
		e.answer.code = "too_late";
		status = 503;
	} else {
		e.answer.code = "";
		kind->run(&e);
		say_done(&e, kind, began_us);
		status = e.answer.outcome == CALL_OK ? 200 : e.answer.outcome == CALL_DECLINE ? 422 : 503;
	}
	send_text(fd, &e);
	counter_add(l->service->counters, kind == NULL ? -1 : (int)(kind - kinds), status, clock_steady_us() - began_us,
		    0, 0, 0, clock_ms());
	mem_free(mem);
}

static bool take_one(void *data, int64_t *served)
{
	int fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		serve(data, fd);
		close(fd);
		++*served;
		return true;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
		return true;
	log_error("cannot accept", "reason", strerror(errno), NULL);
	return false;
}

static int work(const struct service *s)
{
	void *mem = mem_context(NULL, "worker");
	const char *role = mem_printf(mem, "_sutler-%s", s->name);
	struct listening l = {
		.service = s,
		.courier = { .mem = mem, .breaker = circuits },
	};
	struct listener how = { .serve = take_one, .data = &l, .counters = s->counters, .place = s->place };
	int status;

	listener_signals();
	l.courier.db = db_open(mem, db_conninfo(mem, role), role);
	courier_key(&l.courier);
	status = listener_run(&how);
	mem_free(mem);
	return status;
}

int main(int argc, char **argv)
{
	/* A gateway that hangs holds them 5 s each until its circuit opens; others go on meanwhile. */
	struct service courier = { .name = "courier", .routes = calls, .workers = 4, .worker = work };

	circuits = breaker_new(NULL);
	return service_run(&courier, argc, argv);
}
