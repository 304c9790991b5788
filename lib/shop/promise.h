/*
 * promise.h -- when a parcel will arrive: the estimate shown to the shopper.
 *
 * Pure: no clock, no time zone, no database.  The caller says which day and which
 * minute of it the shop's wall clock shows.  Days are counted on the proleptic
 * Gregorian calendar; a working day is one that is neither a closed weekday nor a
 * holiday.
 *
 * The rule.  Work starts today when the minute is before the cutoff, else on the
 * next day; if that is no working day, on the first working day after it.  The
 * parcel leaves lead_days working days after the start (0: the same day), arrives
 * transit_min_days to transit_max_days working days after it left.
 *
 * Wall-clock time decides, so the days when clocks change need no special care: in
 * a doubled hour a minute before the cutoff is in time both times, and a cutoff
 * inside a skipped hour takes effect at the hour's end.
 *
 * No promise is better than a wrong one: with dates or numbers out of range, or when
 * the calendar has no working day for PROMISE_HORIZON_DAYS, known is false.
 */
#ifndef SHOP_PROMISE_H
#define SHOP_PROMISE_H

#include "base/base.h"

#define PROMISE_MAX_LEAD_DAYS    730    /* two years: the longest made-to-order we show */
#define PROMISE_MAX_TRANSIT_DAYS 180    /* sea freight */
#define PROMISE_HORIZON_DAYS     3660   /* ten years: then the calendar is broken */
#define PROMISE_ISO_LEN          10     /* "2026-11-22" */

#define PROMISE_MONDAY    BIT(0)
#define PROMISE_TUESDAY   BIT(1)
#define PROMISE_WEDNESDAY BIT(2)
#define PROMISE_THURSDAY  BIT(3)
#define PROMISE_FRIDAY    BIT(4)
#define PROMISE_SATURDAY  BIT(5)
#define PROMISE_SUNDAY    BIT(6)

struct promise_input {
	const char *today;              /* the shop's local date, YYYY-MM-DD */
	int minute;                     /* of the local day, 0 to 1439 */
	int cutoff_minute;              /* 0: nothing starts today; 1440: all day counts */
	int lead_days;                  /* the longest among the lines */
	int transit_min_days;
	int transit_max_days;           /* >= transit_min_days */
	unsigned closed_weekdays;       /* PROMISE_SATURDAY | PROMISE_SUNDAY ... */
	const char *const *holidays;    /* YYYY-MM-DD; borrowed, any order */
	size_t nholidays;
};

struct promise {
	bool known;                     /* false: the dates are "" */
	char leaves[PROMISE_ISO_LEN + 1];
	char earliest[PROMISE_ISO_LEN + 1];
	char latest[PROMISE_ISO_LEN + 1];
};

struct promise promise_delivery(const struct promise_input *in);

/* Days since 1970-01-01 of an ISO date of the years 1600 to 9999; false when it is not
   one that exists ("2027-02-29").  After H. Hinnant, "chrono-Compatible Low-Level Date
   Algorithms". */
bool promise_day(const char *iso, int64_t *day_out);

/* Back again; a day outside those years gives "". */
void promise_iso(int64_t day, char out[PROMISE_ISO_LEN + 1]);

/* 0 Monday to 6 Sunday. */
int promise_weekday(int64_t day);

#endif
