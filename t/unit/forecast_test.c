/*
 * Promise (INV-09): a forecast is what the books say it is, never below nothing, chosen by weeks it
 * did not see, and says what it missed by.
 */
#include "shop/forecast.h"

#include <math.h>

#include "tap.h"

static bool near(double is, double want, double by)
{
	return fabs(is - want) <= by;
}

/* Hyndman and Athanasopoulos, "Forecasting: principles and practice", 2nd edition, table 7.1:
   oil production of Saudi Arabia 1996 to 2013, alpha 0.834, forecast 542.68. */
static void test_book(void)
{
	static const double oil[] = { 445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43,
		521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34 };
	double ahead[FORECAST_AHEAD];

	forecast_by(FORECAST_SES, oil, ARRAY_LEN(oil), 0.834, 0, 0, ahead);
	tap_ok(near(ahead[0], 542.68, 0.02), "simple smoothing forecasts the book's oil");
	tap_ok(near(ahead[FORECAST_AHEAD - 1], ahead[0], 1e-9), "and no trend");
}

/* By hand: sizes 4, 2, 6 after 2, 3, 3 weeks; alpha 0.5; interval at first 9 / 3. */
static void test_seldom(void)
{
	static const double y[] = { 0, 4, 0, 0, 2, 0, 0, 6, 0 };
	double ahead[FORECAST_AHEAD];
	double size = (4 * 0.5 + 2 * 0.5) * 0.5 + 6 * 0.5, interval = ((3 * 0.5 + 2 * 0.5) * 0.5 + 3 * 0.5) * 0.5 + 3 * 0.5;

	forecast_by(FORECAST_SBA, y, ARRAY_LEN(y), 0.5, 0, 0, ahead);
	tap_ok(near(ahead[0], 0.75 * size / interval, 1e-9), "Croston's quotient, mended by 1 - alpha / 2");
}

static void test_choice(void)
{
	double rising[40], seldom[40] = { 0 }, flat[40], dying[40];
	struct forecast f;

	for (size_t i = 0; i < 40; i++) {
		rising[i] = 10 + 3.0 * (double)i;
		flat[i] = 7;
		dying[i] = i < 30 ? 100 - 3.3 * (double)i : 0;
		if (i % 6 == 2)
			seldom[i] = 5 + (double)(i % 4);
	}
	f = forecast_make(rising, 40);
	tap_ok(f.method == FORECAST_DAMPED && f.ahead[7] > f.ahead[0] && f.ahead[0] > 125, "what rises goes on rising");
	tap_ok(f.tested && near(f.asked, 8 * (10 + 3 * 35.5), 1e-6) && f.missed < 0.1 * f.asked && f.mase > 0, "and is missed by little");
	f = forecast_make(seldom, 40);
	tap_ok(f.method != FORECAST_NONE && f.ahead[0] > 0.5 && f.ahead[0] < 2, "what is seldom asked for is a fraction of a piece a week");
	f = forecast_make(flat, 40);
	tap_ok(f.method == FORECAST_SES && near(f.ahead[0], 7, 1e-9) && f.mase < 0 && f.missed < 1e-9 && f.sigma < 1e-9,
	   "the simplest of equals; no error to compare with");
	f = forecast_make(dying, 40);
	for (size_t h = 0; h < FORECAST_AHEAD; h++)
		tap_ok(f.ahead[h] >= 0, "never below nothing (%zu)", h);
}

static void test_short(void)
{
	static const double y[100] = { [3] = 4, [90] = 2, [97] = 9 };
	struct forecast f = forecast_make(y, 3);

	tap_ok(f.method == FORECAST_NONE && f.ahead[0] <= 0, "three weeks say nothing");
	f = forecast_make(y, 2 * FORECAST_LEAST);
	tap_ok(f.method == FORECAST_SES && !f.tested, "a few weeks: smoothed, not tested");
	f = forecast_make(y + 10, 60);
	tap_ok(f.method == FORECAST_NONE, "nobody asked");
	f = forecast_make(y, 100);
	tap_ok(f.method != FORECAST_NONE && near(f.ahead[0], forecast_make(y + 100 - FORECAST_WEEKS, FORECAST_WEEKS).ahead[0], 1e-12),
	   "a year is looked at, no more");
}

int main(void)
{
	test_book();
	test_seldom();
	test_choice();
	test_short();
	return tap_done();
}
