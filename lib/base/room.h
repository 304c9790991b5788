/*
 * room.h -- how much room the disk of a path has, and whether somebody must look.
 *
 * In a developer build SUTLER_TEST_ROOM names a file "FREE SIZE" in bytes, so that what a test
 * finds does not depend on the disk it runs on; a release build has no such door.
 */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include "base/base.h"

struct room {
	uint64_t free, size;    /* bytes, for who is not root; the shares df(1) prints are of this size */
};

enum room_state { ROOM_ENOUGH, ROOM_LOW, ROOM_SHORT };

/* False with errno set when nobody knows: no such path, or a file system that does not say. */
bool room_at(const char *path, struct room *room);
unsigned room_percent(const struct room *room);         /* free, rounded down */
/* Judged by the limits in room.c: the status page and sutlerctl doctor say the same. */
enum room_state room_state(const struct room *room);

#endif
