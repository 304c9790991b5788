/* Promise: sutler-launch starts a job in the minutes that its schedule names and in no other, and understands no more
   than the units and the cron table are made of. */
#include "sbin/launch.h"
#include "t/unit/tap.h"

#define DAY 1440LL
#define WEEK (7 * DAY)
/* Monday, 2026-11-23 00:00 UTC. */
#define MONDAY 29923200LL

/* How often a schedule is due in a week, and the first time, in minutes since Monday; -1: never. */
static long long due(const char *schedule, long long *first)
{
	long long n = 0;

	*first = -1;
	for (long long m = 0; m < WEEK; m++) {
		if (!launch_due(schedule, MONDAY + m))
			continue;
		if (n++ == 0)
			*first = m;
	}
	return n;
}

int main(void)
{
	static const struct { const char *schedule; long long times, first; } of[] = {
		{ "every-1m", WEEK, 0 }, { "every-5m", WEEK / 5, 0 }, { "every-60m", 7 * 24, 0 },
		{ "hourly", 7 * 24, 17 }, { "daily-03:10", 7, 3 * 60 + 10 }, { "daily-23:59", 7, DAY - 1 }, { "daily-00:00", 7, 0 },
		{ "weekly-04:30", 1, 6 * DAY + 4 * 60 + 30 },   /* Sundays */
	};
	static const char *const wrong[] = { "", "daily", "daily-24:00", "daily-12:60", "daily-3:10", "daily-03:10 ", "weekly-", "every-0m", "every-m", "every-5", "monthly" };
	long long first;

	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		tap_is_int(due(of[i].schedule, &first), of[i].times, "%s: so many times a week", of[i].schedule);
		tap_is_int(first, of[i].first, "%s: its first minute of a week", of[i].schedule);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		tap_is_int(due(wrong[i], &first), 0, "'%s' is no schedule", wrong[i]);
	return tap_done();
}
