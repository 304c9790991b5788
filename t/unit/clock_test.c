/* The clock: one wall clock that tests can step while a program runs, and a steady one
   that never goes back. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static bool near(int64_t got, int64_t want)
{
	return got >= want - 5000 && got <= want + 5000;
}

int main(void)
{
	char path[] = "/tmp/clock-test-XXXXXX";
	int64_t wall = (int64_t)time(NULL) * 1000, steady = clock_steady_us();
	bool back = false;

	unsetenv("SUTLER_TEST_CLOCK");
	tap_ok(near(clock_ms(), wall), "the wall clock counts ms since 1970");
	for (int i = 0; i < 100000; i++) {
		int64_t now = clock_steady_us();

		back |= now < steady;
		steady = now;
	}
	tap_ok(!back, "the steady clock never goes back");
#ifdef SUTLER_TEST_HOOKS
	close(mkstemp(path));
	setenv("SUTLER_TEST_CLOCK", path, 1);
	put(path, "86400000\n");
	tap_ok(near(clock_ms(), wall + 86400000), "a day forward");
	put(path, "-3600000\n");
	tap_ok(near(clock_ms(), wall - 3600000), "an hour back, in the same process");
	put(path, "");
	tap_ok(near(clock_ms(), wall), "an empty file adds nothing");
	unlink(path);
	tap_ok(near(clock_ms(), wall), "a missing file adds nothing");
#else
	close(mkstemp(path));
	setenv("SUTLER_TEST_CLOCK", path, 1);
	put(path, "86400000\n");
	tap_ok(near(clock_ms(), wall), "a release build has no door to the clock");
	unlink(path);
#endif
	return tap_done();
}
