/*
 * The promise (CHK-15, reliability T76): the delivery estimate counts working days on
 * the calendar, by the shop's wall clock, and says nothing when it cannot know.
 */
#include "shop/promise.h"
#include "tap.h"

#define WEEKEND (PROMISE_SATURDAY | PROMISE_SUNDAY)
#define TIME(h, m) ((h) * 60 + (m))
#define NEVER "", "", ""

static const char *const christmas[] = { "2026-12-25", "2027-01-01", "2026-12-08", "2027-01-06" };

static const struct {
	const char *name;
	struct promise_input in;
	const char *leaves, *earliest, *latest;
} cases[] = {
	{ "Monday before the cutoff", { "2026-11-23", TIME(13, 59), TIME(14, 0), 0, 1, 3, WEEKEND },
	  "2026-11-23", "2026-11-24", "2026-11-26" },
	{ "Monday at the cutoff", { "2026-11-23", TIME(14, 0), TIME(14, 0), 0, 1, 3, WEEKEND },
	  "2026-11-24", "2026-11-25", "2026-11-27" },
	{ "Friday after the cutoff leaves on Monday", { "2026-11-27", TIME(15, 0), TIME(14, 0), 0, 1, 2,
		WEEKEND }, "2026-11-30", "2026-12-01", "2026-12-02" },
	{ "Sunday leaves on Monday, whatever the hour", { "2026-11-22", TIME(23, 59), TIME(14, 0), 0, 1,
		1, WEEKEND }, "2026-11-23", "2026-11-24", "2026-11-24" },
	{ "Saturday before the cutoff as well", { "2026-11-21", 0, TIME(14, 0), 0, 0, 0, WEEKEND },
	  "2026-11-23", "2026-11-23", "2026-11-23" },
	{ "ten working days of making", { "2026-11-23", 0, TIME(14, 0), 10, 2, 4, WEEKEND },
	  "2026-12-07", "2026-12-09", "2026-12-11" },
	{ "over Christmas and New Year", { "2026-12-24", TIME(9, 0), TIME(14, 0), 0, 1, 5, WEEKEND,
		christmas, 4 }, "2026-12-24", "2026-12-28", "2027-01-04" },
	{ "ordered on a holiday", { "2026-12-25", TIME(9, 0), TIME(14, 0), 1, 1, 1, WEEKEND,
		christmas, 4 }, "2026-12-29", "2026-12-30", "2026-12-30" },
	{ "the last day of the year", { "2026-12-31", TIME(18, 0), TIME(14, 0), 0, 1, 1, 0 },
	  "2027-01-01", "2027-01-02", "2027-01-02" },
	{ "29 February exists in 2028", { "2028-02-28", TIME(18, 0), TIME(14, 0), 0, 1, 1, 0 },
	  "2028-02-29", "2028-03-01", "2028-03-01" },
	{ "and not in 2027", { "2027-02-28", TIME(18, 0), TIME(14, 0), 0, 1, 1, 0 },
	  "2027-03-01", "2027-03-02", "2027-03-02" },
	{ "2100 is no leap year", { "2100-02-28", TIME(18, 0), TIME(14, 0), 0, 0, 0, 0 },
	  "2100-03-01", "2100-03-01", "2100-03-01" },
	{ "2000 was one", { "2000-02-28", TIME(18, 0), TIME(14, 0), 0, 0, 0, 0 },
	  "2000-02-29", "2000-02-29", "2000-02-29" },
	{ "clocks go forward, 01:59: before a cutoff in the skipped hour", { "2026-03-29", TIME(1, 59),
		TIME(2, 30), 0, 1, 1, 0 }, "2026-03-29", "2026-03-30", "2026-03-30" },
	{ "clocks go forward, 03:00: the minute after, past it", { "2026-03-29", TIME(3, 0),
		TIME(2, 30), 0, 1, 1, 0 }, "2026-03-30", "2026-03-31", "2026-03-31" },
	{ "clocks go back, 02:15, first or second time: in time", { "2026-10-25", TIME(2, 15),
		TIME(2, 30), 0, 1, 1, 0 }, "2026-10-25", "2026-10-26", "2026-10-26" },
	{ "clocks go back, 02:30: too late", { "2026-10-25", TIME(2, 30), TIME(2, 30), 0, 1, 1, 0 },
	  "2026-10-26", "2026-10-27", "2026-10-27" },
	{ "the 31st and a day", { "2026-01-31", TIME(23, 59), TIME(0, 0), 0, 1, 1, 0 },
	  "2026-02-01", "2026-02-02", "2026-02-02" },
	{ "a cutoff of 24:00 counts all day", { "2026-01-31", TIME(23, 59), TIME(24, 0), 0, 1, 1, 0 },
	  "2026-01-31", "2026-02-01", "2026-02-01" },
	{ "open on Sundays only", { "2026-11-23", 0, TIME(14, 0), 1, 1, 1, 0x3f },
	  "2026-12-06", "2026-12-13", "2026-12-13" },
	{ "never open", { "2026-11-23", 0, TIME(14, 0), 0, 1, 1, 0x7f }, NEVER },
	{ "no such day", { "2027-02-29", 0, TIME(14, 0), 0, 1, 1, 0 }, NEVER },
	{ "no date", { "tomorrow", 0, TIME(14, 0), 0, 1, 1, 0 }, NEVER },
	{ "minute 1440", { "2026-11-23", 1440, TIME(14, 0), 0, 1, 1, 0 }, NEVER },
	{ "negative lead", { "2026-11-23", 0, TIME(14, 0), -1, 1, 1, 0 }, NEVER },
	{ "lead above the limit", { "2026-11-23", 0, TIME(14, 0), 731, 1, 1, 0 }, NEVER },
	{ "transit that ends before it begins", { "2026-11-23", 0, TIME(14, 0), 0, 3, 2, 0 }, NEVER },
	{ "past the last year", { "9999-12-31", 0, TIME(14, 0), 0, 1, 1, 0 }, NEVER },
};

static void promises(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct promise p = promise_delivery(&cases[i].in);

		tap_is_str(p.leaves, cases[i].leaves, "%s: leaves", cases[i].name);
		tap_is_str(p.earliest, cases[i].earliest, "%s: earliest", cases[i].name);
		tap_is_str(p.latest, cases[i].latest, "%s: latest", cases[i].name);
		tap_ok(p.known == (*cases[i].latest != '\0'), "%s: known", cases[i].name);
	}
}

/* Walks the whole calendar with a second, naive count of days. */
static void calendar(void)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day, first;
	int y = 1600, m = 1, d = 1, weekday = 5;        /* 1600-01-01 was a Saturday */
	unsigned wrong = 0;

	tap_ok(promise_day("1600-01-01", &first), "the first year");
	for (day = first; y < 10000; day++) {
		bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
		char iso[PROMISE_ISO_LEN + 1], want[32];
		int64_t back;

		promise_iso(day, iso);
		snprintf(want, sizeof(want), "%04d-%02d-%02d", y, m, d);
		if (strcmp(iso, want) != 0 || !promise_day(want, &back) || back != day
				|| promise_weekday(day) != weekday)
			wrong++;
		weekday = (weekday + 1) % 7;
		if (++d > lengths[m - 1] + (m == 2 && leap)) {
			d = 1;
			if (++m > 12) {
				m = 1;
				y++;
			}
		}
	}
	tap_is_int(day - first, 3068037, "8400 years are 21 * 146097 days");
	tap_is_int(wrong, 0, "every day from 1600 to 9999 goes there and back");
	tap_ok(promise_day("1970-01-01", &day) && day == 0, "1970-01-01 is day 0");
}

static void refusals(void)
{
	static const char *const bad[] = { "", "2026-1-01", "2026-13-01", "2026-00-10", "2026-04-31",
		"2026-01-00", "2026/01/01", "2026-01-011", " 026-01-01", "1599-12-31", "2026-01-1a" };
	int64_t day;
	char iso[PROMISE_ISO_LEN + 1] = "x";

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		tap_ok(!promise_day(bad[i], &day), "\"%s\" is no date", bad[i]);
	tap_ok(!promise_day(NULL, &day), "NULL is no date");
	promise_iso(INT64_C(4000000), iso);
	tap_is_str(iso, "", "a day past 9999 has no text");
}

int main(void)
{
	promises();
	calendar();
	refusals();
	return tap_done();
}
