#include "shop/promise.h"

#define FIRST_YEAR 1600
#define LAST_YEAR  9999
#define DAYS_PER_ERA 146097             /* 400 years */
#define EPOCH_SHIFT  719468             /* days from 0000-03-01 to 1970-01-01 */

static int64_t day_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t year = m <= 2 ? y - 1 : y;      /* years begin in March here */
	int64_t era = year / 400, of_era = year % 400;
	int64_t of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_SHIFT;
}

static void civil_from_day(int64_t day, int64_t *y, int64_t *m, int64_t *d)
{
	int64_t z = day + EPOCH_SHIFT, era = z / DAYS_PER_ERA, doe = z % DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = era * 400 + yoe + (*m <= 2);
}

/* N digits at S as a number, -1 when one is none. */
static int digits(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

bool promise_day(const char *iso, int64_t *day_out)
{
	int64_t y, m, d, y2, m2, d2, day;

	if (iso == NULL || strlen(iso) != PROMISE_ISO_LEN || iso[4] != '-' || iso[7] != '-')
		return false;
	y = digits(iso, 4);
	m = digits(iso + 5, 2);
	d = digits(iso + 8, 2);
	if (y < FIRST_YEAR || m < 1 || m > 12 || d < 1)
		return false;
	day = day_from_civil(y, m, d);
	civil_from_day(day, &y2, &m2, &d2);
	if (y2 != y || m2 != m || d2 != d)
		return false;
	*day_out = day;
	return true;
}

void promise_iso(int64_t day, char out[PROMISE_ISO_LEN + 1])
{
	int64_t y, m, d;

	out[0] = '\0';
	if (day < day_from_civil(FIRST_YEAR, 1, 1) || day > day_from_civil(LAST_YEAR, 12, 31))
		return;
	civil_from_day(day, &y, &m, &d);
	for (int i = 3; i >= 0; i--, y /= 10)
		out[i] = (char)('0' + y % 10);
	out[4] = out[7] = '-';
	out[5] = (char)('0' + m / 10);
	out[6] = (char)('0' + m % 10);
	out[8] = (char)('0' + d / 10);
	out[9] = (char)('0' + d % 10);
	out[10] = '\0';
}

int promise_weekday(int64_t day)
{
	int64_t w = (day + 3) % 7;              /* 1970-01-01 was a Thursday */

	return (int)(w < 0 ? w + 7 : w);
}

static bool working(const struct promise_input *in, int64_t day)
{
	char iso[PROMISE_ISO_LEN + 1];

	if (in->closed_weekdays & BIT(promise_weekday(day)))
		return false;
	promise_iso(day, iso);
	for (size_t i = 0; i < in->nholidays; i++)
		if (strcmp(in->holidays[i], iso) == 0)
			return false;
	return true;
}

/* Moves DAY on to a working day, then COUNT working days further; false past LIMIT. */
static bool advance(const struct promise_input *in, int64_t *day, int count, int64_t limit)
{
	for (;; (*day)++) {
		if (*day > limit)
			return false;
		if (working(in, *day) && count-- == 0)
			return true;
	}
}

struct promise promise_delivery(const struct promise_input *in)
{
	struct promise p = { 0 };
	int64_t leaves, earliest, latest, limit;

	if (!promise_day(in->today, &leaves) || in->minute < 0 || in->minute >= 1440
			|| in->cutoff_minute < 0 || in->cutoff_minute > 1440
			|| in->lead_days < 0 || in->lead_days > PROMISE_MAX_LEAD_DAYS
			|| in->transit_min_days < 0 || in->transit_max_days < in->transit_min_days
			|| in->transit_max_days > PROMISE_MAX_TRANSIT_DAYS)
		return p;
	limit = leaves + PROMISE_HORIZON_DAYS;
	if (in->minute >= in->cutoff_minute)
		leaves++;
	if (!advance(in, &leaves, in->lead_days, limit))
		return p;
	earliest = latest = leaves;
	if (!advance(in, &earliest, in->transit_min_days, limit)
			|| !advance(in, &latest, in->transit_max_days, limit))
		return p;
	promise_iso(leaves, p.leaves);
	promise_iso(earliest, p.earliest);
	promise_iso(latest, p.latest);
	p.known = p.latest[0] != '\0';
	if (!p.known)
		return (struct promise){ 0 };
	return p;
}
