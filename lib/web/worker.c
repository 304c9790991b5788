#include "web/process.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"
#include "web/limits.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
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
		finish(p);
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

/* All workers wait on the same socket; a connection wakes one of them, where poll() would wake
   all who then fight for it. */
static int wait_on_socket(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
		log_fatal("cannot wait on the socket", "reason", strerror(errno), NULL);
	return fd;
}

static int loop(struct worker *w)
{
	struct fcgi_peer p = { .peer = { fcgi_param, fcgi_read, fcgi_write } };
	int64_t served = 0, enough = requests_to_serve();
	sigset_t while_waiting;
	int waiting = wait_on_socket();

	if (FCGX_InitRequest(&p.request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("libfcgi cannot start", NULL);
	sigemptyset(&while_waiting);
	while (!asked_to_end && served < enough) {
		struct epoll_event event;
		int ready = epoll_pwait(waiting, &event, 1, trace_due_ms(w->traces), &while_waiting);

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

/* What most requests need in all, so that they cost no malloc(); the pages touched stay. */
#define REQUEST_POOL_BYTES (256u * 1024)

int worker_run(const struct service *s)
{
	struct worker w = { .mem = mem_context(NULL, "worker"), .program = s->program };
	const char *role = mem_printf(w.mem, "_sutler-%s", s->program->name);
	const char *conninfo = mem_printf(w.mem, "%s user='%s'", config_text("database.connection"), role);
	int status;

	w.pool = mem_pool(w.mem, REQUEST_POOL_BYTES, "requests");
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
	status = loop(&w);
	mem_free(w.mem);
	return status;
}
