/* Promise: who has room is left alone, and who runs out of it is told, by what is free and by its share. */
#include "base/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tap.h"

static const struct {
	uint64_t free_mb, size_mb;
	enum room_state state;
} cases[] = {
	{ 255, 300, ROOM_SHORT }, { 256, 300, ROOM_ENOUGH }, { 0, 1000000, ROOM_SHORT }, { 1023, 100000, ROOM_SHORT }, { 1024, 100000, ROOM_LOW },
	{ 1023, 20460, ROOM_LOW }, { 1023, 20461, ROOM_SHORT }, { 1023, 10231, ROOM_LOW }, { 1023, 10230, ROOM_ENOUGH }, { 10239, 1000000, ROOM_LOW },
	{ 10240, 1000000, ROOM_ENOUGH }, { 90000, 1000000, ROOM_ENOUGH },
};

int main(void)
{
	struct room room = { 0 };
	struct statvfs fs;
	char path[] = "/tmp/room-test-XXXXXX";
	FILE *f;

	unsetenv("SUTLER_TEST_ROOM");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		room = (struct room){ cases[i].free_mb << 20, cases[i].size_mb << 20 };
		tap_is_int(room_state(&room), cases[i].state, "%u of %u MB", (unsigned)cases[i].free_mb, (unsigned)cases[i].size_mb);
	}
	room = (struct room){ 0, 0 };
	tap_is_int(room_percent(&room), 0, "nothing of nothing");
	tap_ok(room_at("/", &room) && room.size > 0 && room.free <= room.size, "a disk");
	tap_ok(statvfs("/", &fs) == 0 && room.size <= fs.f_blocks * fs.f_frsize, "what root keeps for itself is not part of it");
	errno = 0;
	tap_ok(!room_at("/no/such/path", &room) && errno == ENOENT, "no such path");
	errno = 0;
	tap_ok(!room_at("/proc", &room) && errno == ENOTSUP, "one that does not say");
	close(mkstemp(path));
	setenv("SUTLER_TEST_ROOM", path, 1);
	f = fopen(path, "w");
	fprintf(f, "7 9\n");
	fclose(f);
#ifdef SUTLER_TEST_HOOKS
	tap_ok(room_at("/no/such/path", &room) && room.free == 7 && room.size == 9, "a test says how much");
	tap_ok(truncate(path, 0) == 0 && room_at("/", &room) && room.size > 9, "an empty file says nothing");
#else
	tap_ok(room_at("/", &room) && room.size > 9, "a release build has no door");
#endif
	unlink(path);
	return tap_done();
}
