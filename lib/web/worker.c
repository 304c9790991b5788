#include "web/process.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"
#include "web/limits.h"

#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t asked_to_end;

static void on_term(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

/* libfcgi is stuck in read() or write() and cannot be told to stop. */
static void on_alarm(int sig)
{
	static const char say[] = "{\"level\":\"warn\",\"message\":\"peer stalled, worker ends\"}\n";

	(void)sig;
	(void)!write(STDERR_FILENO, say, sizeof(say) - 1);
	_exit(3);
}

/* --- the FastCGI peer --------------------------------------------------------------- */

struct fcgi_peer {
	struct peer peer;               /* first */
	FCGX_Request request;
};

static const char *fcgi_param(struct peer *p, const char *name)
{
	return FCGX_GetParam(name, ((struct fcgi_peer *)p)->request.envp);
}

static ssize_t fcgi_read(struct peer *p, char *out, size_t n)
{
	FCGX_Stream *in = ((struct fcgi_peer *)p)->request.in;
	int got = FCGX_GetStr(out, (int)n, in);

	return got > 0 ? got : FCGX_GetError(in) != 0 ? -1 : 0;
}

static bool fcgi_write(struct peer *p, const char *data, size_t n)
{
	FCGX_Stream *out = ((struct fcgi_peer *)p)->request.out;

	return n == 0 || FCGX_PutStr(data, (int)n, out) == (int)n;
}

/* --- the loop ------------------------------------------------------------------------- */

static int64_t stall_s(void)
{
#ifdef SUTLER_TEST_HOOKS
	const char *seconds = getenv("SUTLER_TEST_STALL_S");

	if (seconds != NULL)
		return strtol(seconds, NULL, 10);
#endif
	return LIMIT_STALL_S;
}

/* One connection, if we are the one who gets it.  Returns false when accepting is broken. */
static bool serve_one(struct worker *w, struct fcgi_peer *p, int64_t *served)
{
	int rc;

	alarm((unsigned)stall_s());
	rc = FCGX_Accept_r(&p->request);
	if (rc == 0) {
		exchange_serve(w, &p->peer);
		FCGX_Finish_r(&p->request);
		++*served;
	}
	alarm(0);
	if (rc == 0 || rc == -EAGAIN || rc == -EWOULDBLOCK || rc == -EINTR || rc == -ECONNABORTED)
		return true;
	/* What the peer said was no FastCGI: its fault, not ours. */
	if (rc == FCGX_PROTOCOL_ERROR || rc == FCGX_PARAMS_ERROR || rc == FCGX_UNSUPPORTED_VERSION ||
	    rc == FCGX_CALL_SEQ_ERROR)
		return true;
	log_error("cannot accept", "reason", strerror(rc < 0 ? -rc : rc), NULL);
	return false;
}

static int64_t requests_to_serve(void)
{
	int64_t n = config_int("web.request_limit");
	int64_t spread = n / 10;

	/* Not all workers at once. */
	return spread == 0 ? n : n - spread + random_below((uint32_t)(2 * spread));
}

static int loop(struct worker *w)
{
	struct fcgi_peer p = { .peer = { fcgi_param, fcgi_read, fcgi_write } };
	int64_t served = 0, enough = requests_to_serve();
	sigset_t while_waiting;

	if (FCGX_InitRequest(&p.request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("libfcgi cannot start", NULL);
	sigemptyset(&while_waiting);
	while (!asked_to_end && served < enough) {
		struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
		int due_ms = trace_due_ms(w->traces);
		struct timespec wait = { due_ms / 1000, due_ms % 1000 * 1000000L };
		int ready = ppoll(&fd, 1, due_ms < 0 ? NULL : &wait, &while_waiting);

		if (ready > 0 && !serve_one(w, &p, &served))
			return 1;
		trace_write(w->traces, w->db, false);
	}
	trace_write(w->traces, w->db, true);
	return 0;
}

static void catch_signals(void)
{
	struct sigaction term = { .sa_handler = on_term }, alarm_action = { .sa_handler = on_alarm };
	sigset_t blocked;

	/* After FCGX_Init(), which installs handlers of its own. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGALRM, &alarm_action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
}

/* Files without a name: on the private temporary directory of the unit. */
static const char *upload_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && *dir == '/' ? dir : "/tmp";
}

int worker_run(const struct service *s)
{
	struct worker w = { .mem = mem_context(NULL, "worker"), .program = s->program };
	const char *role = mem_printf(w.mem, "_sutler-%s", s->program->name);
	const char *conninfo = mem_printf(w.mem, "%s user='%s'", config_text("database.connection"), role);
	int status;

	if (FCGX_Init() != 0)
		log_fatal("libfcgi cannot start", NULL);
	catch_signals();
	w.db = db_open(w.mem, conninfo, role);
	w.sites = site_cache_new(w.mem);
	w.languages = languages_new(w.mem, config_text("paths.templates"), config_text("paths.messages"));
	w.traces = trace_keep_new(w.mem);
	w.counters = s->counters;
	w.upload_dir = upload_dir();
	w.deadline_ms = config_int("web.deadline_ms");
	w.secure_cookies = config_bool("web.secure_cookies");
	w.plain_loopback = config_bool("net.plain_loopback");
	w.courier = config_text("paths.courier");
	status = loop(&w);
	mem_free(w.mem);
	return status;
}
