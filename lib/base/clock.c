#include "base/clock.h"

#include <time.h>

#ifdef SUTLER_TEST_HOOKS
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The file is read at each call, so a test steps a program that is running. */
static int64_t test_offset_ms(void)
{
	const char *path = secure_getenv("SUTLER_TEST_CLOCK");
	char digits[32];
	ssize_t n;
	int fd;

	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(fd, digits, sizeof(digits) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	digits[n] = '\0';
	return strtoll(digits, NULL, 10);
}
#else
static int64_t test_offset_ms(void)
{
	return 0;
}
#endif

int64_t clock_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		BUG("the wall clock cannot be read");
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + test_offset_ms();
}

int64_t clock_steady_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		BUG("the monotonic clock cannot be read");
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
