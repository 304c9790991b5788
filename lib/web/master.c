#include "web/process.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/limits.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct child {
	pid_t pid;                      /* 0: none */
	int64_t started_us;
	int64_t not_before_us;          /* when the next one may start */
	int64_t pause_ms;               /* after a crash; doubles */
};

struct master {
	struct service *service;
	struct child child[LIMIT_WORKERS];
	bool stopping;                  /* who ends now was asked to */
	sigset_t signals;               /* blocked; taken by sigtimedwait() */
};

static void start(struct master *m, struct child *c)
{
	pid_t parent = getpid(), pid;

	m->service->place = (int)(c - m->child);
	pid = fork();
	if (pid < 0) {
		log_error("cannot start a worker", "reason", strerror(errno), NULL);
		c->not_before_us = clock_steady_us() + LIMIT_RESTART_MAX_MS * 1000LL;
		return;
	}
	if (pid == 0) {
		/* A worker without its master would never be told to end. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		exit(m->service->worker(m->service));
	}
	c->pid = pid;
	c->started_us = clock_steady_us();
}

static void start_due(struct master *m)
{
	for (int i = 0; i < m->service->workers; i++) {
		struct child *c = &m->child[i];

		if (c->pid == 0 && clock_steady_us() >= c->not_before_us)
			start(m, c);
	}
}

/* A worker that ends as asked is replaced at once; one that crashes, after a pause that
   doubles as long as its successors crash within a minute. */
static void ended(struct master *m, struct child *c, int status)
{
	int64_t now = clock_steady_us();
	struct counters *counters = m->service->counters;
	char how[32];

	c->pid = 0;
	counter_worker_is(counters, (int)(c - m->child), COUNTER_ABSENT);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		__atomic_fetch_add(&counters_head(counters)->recycles, !m->stopping, __ATOMIC_RELAXED);
		c->pause_ms = 0;
		c->not_before_us = now;
		return;
	}
	snprintf(how, sizeof(how), WIFSIGNALED(status) ? "signal %d" : "status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	__atomic_fetch_add(&counters_head(counters)->crashes, 1, __ATOMIC_RELAXED);
	if (c->pause_ms == 0 || now - c->started_us > 60000000)
		c->pause_ms = LIMIT_RESTART_MS;
	else if (c->pause_ms < LIMIT_RESTART_MAX_MS)
		c->pause_ms = c->pause_ms * 2 < LIMIT_RESTART_MAX_MS ? c->pause_ms * 2 : LIMIT_RESTART_MAX_MS;
	c->not_before_us = now + c->pause_ms * 1000;
	log_error("worker crashed", "how", how, NULL);
}

static void reap(struct master *m)
{
	int status;
	pid_t pid;

	/* Workers from before a SIGHUP are in no slot; they end by themselves. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < m->service->workers; i++)
			if (m->child[i].pid == pid)
				ended(m, &m->child[i], status);
}

static void tell_all(struct master *m, int sig)
{
	for (int i = 0; i < m->service->workers; i++)
		if (m->child[i].pid > 0)
			kill(m->child[i].pid, sig);
}

static bool any_left(struct master *m)
{
	for (int i = 0; i < m->service->workers; i++)
		if (m->child[i].pid > 0)
			return true;
	return false;
}

static int wait_signal(struct master *m, int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	return sigtimedwait(&m->signals, NULL, &t);
}

static int stop(struct master *m)
{
	int64_t until = clock_steady_us() + LIMIT_STOP_S * 1000000LL;

	m->stopping = true;
	tell_all(m, SIGTERM);
	for (reap(m); any_left(m) && clock_steady_us() < until; reap(m))
		wait_signal(m, 200);
	tell_all(m, SIGKILL);
	return any_left(m) ? 1 : 0;
}

/* Reads the configuration in a child, so that a bad one leaves ours as it is. */
static bool config_is_right(void)
{
	const char *error = NULL;
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (config_load(&error))
			_exit(0);
		log_error("new configuration refused, the old one stays", "reason", error, NULL);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* New configuration and new program file: the old workers finish what they have, and this
   process becomes the new master under the same id. */
static void begin_again(struct master *m)
{
	if (!config_is_right())
		return;
	tell_all(m, SIGTERM);
	/* Signals stay blocked: another SIGHUP, or a SIGTERM, that comes before the new program listens to
	   them would end it with the workers that still have visitors. */
	execv("/proc/self/exe", m->service->argv);
	log_error("cannot begin again", "reason", strerror(errno), NULL);
}

static bool idle(const struct master *m)
{
	const struct counter_head *head = counters_head(m->service->counters);

	return m->service->idle_s > 0 &&
	       clock_ms() - __atomic_load_n(&head->last_ms, __ATOMIC_RELAXED) > m->service->idle_s * 1000LL;
}

int master_run(struct service *s)
{
	struct master m = { .service = s };

	sigemptyset(&m.signals);
	sigaddset(&m.signals, SIGTERM);
	sigaddset(&m.signals, SIGINT);
	sigaddset(&m.signals, SIGHUP);
	sigaddset(&m.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &m.signals, NULL);
	for (;;) {
		int sig;

		reap(&m);
		start_due(&m);
		sig = wait_signal(&m, LIMIT_RESTART_MS);
		if (sig == SIGTERM || sig == SIGINT || idle(&m))
			return stop(&m);
		if (sig == SIGHUP)
			begin_again(&m);
	}
}
