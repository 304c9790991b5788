#include "web/process.h"

#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

/* --- the FastCGI peer --------------------------------------------------------------- */

struct fcgi_peer {
	struct peer peer;               /* first */
	FCGX_Request request;
	size_t body_read;               /* bytes of the body that were taken */
	bool ended;                     /* the end of the request was written */
};

static const char *fcgi_param(struct peer *p, const char *name)
{
	return FCGX_GetParam(name, ((struct fcgi_peer *)p)->request.envp);
}

static ssize_t fcgi_read(struct peer *p, char *out, size_t n)
{
	FCGX_Stream *in = ((struct fcgi_peer *)p)->request.in;
	int got = FCGX_GetStr(out, (int)n, in);

	((struct fcgi_peer *)p)->body_read += got > 0 ? (size_t)got : 0;
	return got > 0 ? got : FCGX_GetError(in) != 0 ? -1 : 0;
}

/* All of it, however much the kernel takes at a time; changes the parts. */
static bool write_parts(int fd, struct iovec *part, size_t n)
{
	while (n > 0) {
		ssize_t done = writev(fd, part, (int)n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		for (; n > 0 && (size_t)done >= part->iov_len; part++, n--)
			done -= (ssize_t)part->iov_len;
		if (n > 0) {
			part->iov_base = (char *)part->iov_base + done;
			part->iov_len -= (size_t)done;
		}
	}
	return true;
}

/* The largest record whose length fits 16 bits and needs no padding. */
#define RECORD_BYTES 65528
#define PARTS_MAX 2

static FCGI_Header record_head(const FCGX_Request *r, unsigned char type, size_t bytes)
{
	return (FCGI_Header){
		.version = FCGI_VERSION_1, .type = type,
		.requestIdB1 = (unsigned char)(r->requestId >> 8), .requestIdB0 = (unsigned char)r->requestId,
		.contentLengthB1 = (unsigned char)(bytes >> 8), .contentLengthB0 = (unsigned char)bytes,
	};
}

/* Moves the next bytes of LEFT, at most one record, to RECORD behind its head; how many parts. */
static size_t take_record(struct iovec *left, size_t n, struct iovec *record, size_t *bytes)
{
	size_t parts = 0;

	*bytes = 0;
	for (size_t i = 0; i < n && *bytes < RECORD_BYTES; i++) {
		size_t take = left[i].iov_len < RECORD_BYTES - *bytes ? left[i].iov_len : RECORD_BYTES - *bytes;

		if (take == 0)
			continue;
		record[parts++] = (struct iovec){ left[i].iov_base, take };
		left[i].iov_base = (char *)left[i].iov_base + take;
		left[i].iov_len -= take;
		*bytes += take;
	}
	return parts;
}

/* Records of our own instead of libfcgi's stream, which writes 8 kB at a time, then the end
   apart, and wakes the web server for each: a page is one call of the kernel. */
static bool fcgi_write(struct peer *p, const struct iovec *part, size_t n, bool last)
{
	struct fcgi_peer *f = (struct fcgi_peer *)p;
	const FCGX_Request *r = &f->request;
	FCGI_Header end[] = { record_head(r, FCGI_STDOUT, 0), record_head(r, FCGI_END_REQUEST, sizeof(FCGI_EndRequestBody)) };
	FCGI_EndRequestBody done = { .protocolStatus = FCGI_REQUEST_COMPLETE };
	struct iovec left[PARTS_MAX], record[PARTS_MAX + 3];
	size_t bytes, parts, more = 0;

	if (n > PARTS_MAX)
		BUG("%zu parts in one write", n);
	memcpy(left, part, n * sizeof(*part));
	for (size_t i = 0; i < n; i++)
		more += left[i].iov_len;
	while (more > 0) {
		FCGI_Header head;

		parts = 1 + take_record(left, n, record + 1, &bytes);
		head = record_head(r, FCGI_STDOUT, bytes);
		record[0] = (struct iovec){ &head, sizeof(head) };
		more -= bytes;
		if (more == 0 && last) {
			record[parts++] = (struct iovec){ end, sizeof(end) };
			record[parts++] = (struct iovec){ &done, sizeof(done) };
		}
		if (!write_parts(r->ipcFd, record, parts))
			return false;
	}
	f->ended = last;
	return true;
}

/* Whether the web server has said all it will say: the end behind the body is mostly read
   with it already.  Does not wait for what is still to come. */
static bool heard_out(struct fcgi_peer *f)
{
	FCGX_Request *r = &f->request;
	const char *declared = FCGX_GetParam("CONTENT_LENGTH", r->envp);
	int yes = 1, unread = 0;
	char more;

	if (f->body_read != (declared == NULL ? 0 : strtoull(declared, NULL, 10)))
		return false;
	return ioctl(r->ipcFd, FIONBIO, &yes) == 0 && FCGX_GetStr(&more, 1, r->in) == 0 && FCGX_GetError(r->in) == 0 &&
	       ioctl(r->ipcFd, FIONREAD, &unread) == 0 && unread == 0;
}

/* libfcgi shuts the connection down and waits until the web server closes its side.  That is
   needed when it has more to say, for closing would take the answer away with it; else it is
   a sleep for each request. */
static void finish(struct fcgi_peer *f)
{
	FCGX_Request *r = &f->request;

	if (!f->ended) {
		FCGX_Finish_r(r);
	} else if (!heard_out(f)) {
		FCGX_Free(r, 1);
	} else {
		close(r->ipcFd);
		r->ipcFd = -1;
		FCGX_Free(r, 0);
	}
	f->ended = false;
	f->body_read = 0;
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
		finish(&d->peer);
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

static int loop(struct worker *w, int place)
{
	struct served_by d = { .worker = w, .peer = { .peer = { fcgi_param, fcgi_read, fcgi_write } } };
	struct listener l = { .serve = serve_one, .due_ms = traces_due_ms, .idle = write_traces, .data = &d,
			      .counters = w->counters, .place = place };

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

/* What most requests need in all, so that they cost no malloc(); the pages touched stay. */
#define REQUEST_POOL_BYTES (256u * 1024)

static int worker_run(const struct service *s)
{
	struct worker w = { .mem = mem_context(NULL, "worker"), .program = s->data };
	const char *role = mem_printf(w.mem, "_sutler-%s", s->name);
	const char *conninfo = db_conninfo(w.mem, role);
	int status;

	w.pool = mem_pool(w.mem, REQUEST_POOL_BYTES, "requests");
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
	w.turn_places = s->workers > w.program->turns ? s->workers - 1 : s->workers;
	w.turn_fd = s->turn_fd;
	status = loop(&w, s->place);
	mem_free(w.mem);
	return status;
}

static const char *check(const struct program *p)
{
	const struct program_hooks *hooks = p->hooks;

	if (hooks == NULL || (hooks->site_load == NULL && !p->hostless))
		return "no hook finds the shop";
	if (p->admin && hooks->may == NULL)
		return "no hook decides who may";
	for (const struct route *r = p->routes; r->path != NULL; r++)
		if (r->costly && (p->turns < 1 || p->turns > LIMIT_WORKERS))
			return "a costly route, and no turns";
		else if (r->step_up && hooks->prove_again == NULL)
			return "no page asks for the second factor again";
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
