#include "web/slot.h"

#include "base/base.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int slots_new(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		BUG("no memory for the places of %s", name);
	return fd;
}

static bool lock_slot(int fd, int slot, short how)
{
	struct flock l = { .l_type = how, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1 };

	return fcntl(fd, F_SETLK, &l) == 0;
}

int slot_take(int fd, int first, int n)
{
	for (int slot = first; slot < first + n; slot++)
		if (lock_slot(fd, slot, F_WRLCK))
			return slot;
	return -1;
}

void slot_leave(int fd, int slot)
{
	lock_slot(fd, slot, F_UNLCK);
}
