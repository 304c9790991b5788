#include "web/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/exchange.h"
#include "web/limits.h"
#include "web/slot.h"

#include <time.h>

int call_slot_take(const struct worker *w)
{
	const struct timespec pause = { .tv_nsec = LIMIT_CALL_POLL_MS * 1000000L };
	int64_t until_us = clock_steady_us() + LIMIT_CALL_WAIT_MS * INT64_C(1000);
	int slot = slot_take(w->call_fd, 0, w->call_slots);

	while (slot < 0 && clock_steady_us() < until_us) {
		nanosleep(&pause, NULL);
		slot = slot_take(w->call_fd, 0, w->call_slots);
	}
	if (slot < 0)
		log_warn("too many workers wait for courier already", NULL);
	return slot;
}
