#include "web/process.h"

#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"

#include <errno.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

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

struct served_by {
	struct worker *worker;
	struct fcgi_peer peer;
};

/* One connection, if we are the one who gets it. */
static bool serve_one(void *data, int64_t *served)
{
	struct served_by *d = data;
	int rc = FCGX_Accept_r(&d->peer.request);

	if (rc == 0) {
		exchange_serve(d->worker, &d->peer.peer);
		FCGX_Finish_r(&d->peer.request);
		++*served;
	}
	if (rc == 0 || rc == -EAGAIN || rc == -EWOULDBLOCK || rc == -EINTR || rc == -ECONNABORTED)
		return true;
	/* What the peer said was no FastCGI: its fault, not ours. */
	if (rc == FCGX_PROTOCOL_ERROR || rc == FCGX_PARAMS_ERROR || rc == FCGX_UNSUPPORTED_VERSION ||
	    rc == FCGX_CALL_SEQ_ERROR)
		return true;
	log_error("cannot accept", "reason", strerror(rc < 0 ? -rc : rc), NULL);
	return false;
}

static int traces_due_ms(void *data)
{
	return trace_due_ms(((struct served_by *)data)->worker->traces);
}

static void write_traces(void *data, bool last)
{
	struct worker *w = ((struct served_by *)data)->worker;

	trace_write(w->traces, w->db, last);
}

static int loop(struct worker *w)
{
	struct served_by d = { .worker = w, .peer = { .peer = { fcgi_param, fcgi_read, fcgi_write } } };
	struct listener l = { .serve = serve_one, .due_ms = traces_due_ms, .idle = write_traces, .data = &d };

	if (FCGX_InitRequest(&d.peer.request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("libfcgi cannot start", NULL);
	return listener_run(&l);
}

/* Files without a name: on the private temporary directory of the unit. */
static const char *upload_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && *dir == '/' ? dir : "/tmp";
}

static int worker_run(const struct service *s)
{
	struct worker w = { .mem = mem_context(NULL, "worker"), .program = s->data };
	const char *role = mem_printf(w.mem, "_sutler-%s", s->name);
	const char *conninfo = mem_printf(w.mem, "%s user='%s'", config_text("database.connection"), role);
	int status;

	if (FCGX_Init() != 0)
		log_fatal("libfcgi cannot start", NULL);
	/* After FCGX_Init(), which installs handlers of its own. */
	listener_signals();
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
	w.call_fd = s->call_fd;
	w.call_slots = s->workers > 1 ? s->workers - 1 : 1;
	status = loop(&w);
	mem_free(w.mem);
	return status;
}

static const char *check(const struct program *p)
{
	const struct program_hooks *hooks = p->hooks;

	if (hooks == NULL || hooks->site_load == NULL)
		return "no hook finds the shop";
	if (p->admin && hooks->may == NULL)
		return "no hook decides who may";
	return route_check(p->routes, p->admin);
}

int program_run(const struct program *program, int argc, char **argv)
{
	struct service s = {
		.name = program->name, .routes = program->routes, .workers = program->workers,
		.worker = worker_run, .data = program,
	};
	const char *wrong = check(program);

	if (wrong != NULL) {
		fprintf(stderr, "%s: %s\n", program->name, wrong);
		return EX_SOFTWARE;
	}
	return service_run(&s, argc, argv);
}
