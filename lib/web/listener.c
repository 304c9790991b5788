#include "web/process.h"

#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "web/limits.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static volatile sig_atomic_t asked_to_end;

static void on_term(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

/* Whoever reads or writes is stuck and cannot be told to stop. */
static void on_alarm(int sig)
{
	static const char say[] = "{\"level\":\"warn\",\"message\":\"peer stalled, worker ends\"}\n";

	(void)sig;
	(void)!write(STDERR_FILENO, say, sizeof(say) - 1);
	_exit(3);
}

void listener_signals(void)
{
	struct sigaction term = { .sa_handler = on_term }, alarm_action = { .sa_handler = on_alarm };
	sigset_t blocked;

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

static int64_t stall_s(void)
{
#ifdef SUTLER_TEST_HOOKS
	const char *seconds = getenv("SUTLER_TEST_STALL_S");

	if (seconds != NULL)
		return strtol(seconds, NULL, 10);
#endif
	return LIMIT_STALL_S;
}

static int64_t requests_to_serve(void)
{
	int64_t n = config_int("web.request_limit");
	int64_t spread = n / 10;

	/* Not all workers at once. */
	return spread == 0 ? n : n - spread + random_below((uint32_t)(2 * spread));
}

static void be_idle(const struct listener *l, bool last)
{
	if (l->idle != NULL)
		l->idle(l->data, last);
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

int listener_run(const struct listener *l)
{
	int64_t served = 0, enough = requests_to_serve();
	sigset_t while_waiting;
	int waiting = wait_on_socket();

	sigemptyset(&while_waiting);
	counter_worker_is(l->counters, l->place, COUNTER_IDLE);
	while (!asked_to_end && served < enough) {
		struct epoll_event event;
		int due_ms = l->due_ms != NULL ? l->due_ms(l->data) : -1;
		int ready = epoll_pwait(waiting, &event, 1, due_ms, &while_waiting);
		bool good = true;

		if (ready > 0) {
			alarm((unsigned)stall_s());
			counter_worker_is(l->counters, l->place, COUNTER_BUSY);
			good = l->serve(l->data, &served);
			counter_worker_is(l->counters, l->place, COUNTER_IDLE);
			alarm(0);
		}
		if (!good)
			return 1;
		be_idle(l, false);
	}
	be_idle(l, true);
	return 0;
}
