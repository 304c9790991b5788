#include "web/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/exchange.h"
#include "web/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

int call_slots_new(void)
{
	int fd = memfd_create("calls", MFD_CLOEXEC);

	if (fd < 0)
		BUG("no memory for the slots of calls");
	return fd;
}

/* Locks of a byte each: the kernel frees them with the process, whatever ends it. */
static bool lock_slot(int fd, int slot, short how)
{
	struct flock l = { .l_type = how, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1 };

	return fcntl(fd, F_SETLK, &l) == 0;
}

static int free_slot(const struct worker *w)
{
	for (int slot = 0; slot < w->call_slots; slot++)
		if (lock_slot(w->call_fd, slot, F_WRLCK))
			return slot;
	return -1;
}

int call_slot_take(const struct worker *w)
{
	const struct timespec pause = { .tv_nsec = LIMIT_CALL_POLL_MS * 1000000L };
	int64_t until_us = clock_steady_us() + LIMIT_CALL_WAIT_MS * INT64_C(1000);
	int slot = free_slot(w);

	while (slot < 0 && clock_steady_us() < until_us) {
		nanosleep(&pause, NULL);
		slot = free_slot(w);
	}
	if (slot < 0)
		log_warn("too many workers wait for courier already", NULL);
	return slot;
}

void call_slot_leave(const struct worker *w, int slot)
{
	lock_slot(w->call_fd, slot, F_UNLCK);
}
