#include "web/turn.h"

#include "base/clock.h"
#include "base/mem.h"
#include "web/exchange.h"
#include "web/limits.h"
#include "web/slot.h"

#include <time.h>

/* The places of w->turn_fd: first who waits or works, then who works. */
#define WORKING LIMIT_WORKERS

/* A turn, or -1 when none became free in time. */
static int wait_for_turn(const struct worker *w)
{
	const struct timespec pause = { .tv_nsec = LIMIT_TURN_POLL_MS * 1000000L };
	int64_t until_us = clock_steady_us() + LIMIT_TURN_WAIT_MS * INT64_C(1000);
	int turn = slot_take(w->turn_fd, WORKING, w->program->turns);

	while (turn < 0 && clock_steady_us() < until_us) {
		nanosleep(&pause, NULL);
		turn = slot_take(w->turn_fd, WORKING, w->program->turns);
	}
	return turn;
}

bool turn_take(struct exchange *x)
{
	const struct worker *w = x->worker;

	x->place = x->turn = -1;
	if (!x->req.route->costly)
		return true;
	x->place = slot_take(w->turn_fd, 0, w->turn_places);
	if (x->place >= 0)
		x->turn = wait_for_turn(w);
	if (x->turn >= 0)
		return true;
	turn_leave(x);
	exchange_refuse(x, 429, N_("Too many people want this at the same moment. Please try again in a few seconds."));
	x->refusal.header = "Retry-After";
	x->refusal.value = mem_printf(x->mem, "%d", LIMIT_TURN_RETRY_S);
	return false;
}

void turn_leave(struct exchange *x)
{
	if (x->turn >= 0)
		slot_leave(x->worker->turn_fd, x->turn);
	if (x->place >= 0)
		slot_leave(x->worker->turn_fd, x->place);
	x->place = x->turn = -1;
}
