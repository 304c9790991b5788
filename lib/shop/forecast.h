/*
 * forecast.h -- how many pieces of a SKU the coming weeks will ask for.
 *
 * Pure: no clock, no database.  The caller gives the pieces ordered in each week,
 * oldest first, weeks without an order as 0, the running week left out.
 *
 * Three methods, each a weighted mean in which a week counts less the older it is:
 *
 *	SES     simple exponential smoothing (R. G. Brown 1956; Hyndman and
 *	        Athanasopoulos, "Forecasting: principles and practice", section 8.1):
 *	        a level, no trend.
 *	SBA     for demand with many empty weeks.  Croston's method (Operational
 *	        Research Quarterly 23, 1972) smooths the size of an order and the
 *	        weeks between two apart; size / weeks is too much on average, which
 *	        Syntetos and Boylan (International Journal of Forecasting 21, 2005)
 *	        mend by the factor 1 - alpha / 2.
 *	DAMPED  Holt's linear trend with a damped slope (Gardner and McKenzie,
 *	        Management Science 31, 1985): what rises goes on rising, ever less.
 *
 * The weights come from a small grid: those with the least squared error of one week
 * ahead win.  Of a series of FORECAST_TESTED weeks or more the last FORECAST_HELD are
 * held back, each method forecasts them from the rest, and the one with the least mean
 * squared error there is fitted again to all weeks and used.  Squares, because a reorder
 * point needs the mean: the least absolute error is the median's, which is 0 for a SKU
 * that most weeks do not ask for.  Equal errors: the method named first above.
 *
 * What the chosen one missed by in the held-back weeks is told: MASE (Hyndman and
 * Koehler, International Journal of Forecasting 22, 2006), the mean absolute error
 * divided by that of "as last week" over the weeks before; and the two sums of which
 * WAPE is the quotient.  The choice saw these weeks, so the next will be missed by a
 * little more.
 *
 * A week in which nothing was there to be sold counts as one that asked for less.
 */
#ifndef SHOP_FORECAST_H
#define SHOP_FORECAST_H

#include "base/base.h"

#define FORECAST_WEEKS 52       /* of history: a year, so that the season is in it once */
#define FORECAST_AHEAD 8        /* weeks foretold; what lies behind is as the last of them */
#define FORECAST_HELD 8         /* weeks held back: as far as is foretold */
#define FORECAST_TESTED 16      /* weeks from which on methods are compared: as many to learn from as are held back */
#define FORECAST_LEAST 4        /* weeks below which nothing is said: a month */

enum forecast_method { FORECAST_NONE, FORECAST_SES, FORECAST_SBA, FORECAST_DAMPED, FORECAST_METHODS };

struct forecast {
	enum forecast_method method;    /* NONE: too short, or nothing was ever asked for; the rest is 0 */
	double ahead[FORECAST_AHEAD];   /* pieces a week, none below 0 */
	double sigma;                   /* pieces: standard deviation of the error of one week ahead */
	bool tested;                    /* the three below say something */
	double missed, asked;           /* pieces in the held-back weeks: sum of absolute errors, and of demand */
	double mase;                    /* below 0: the weeks before were all alike, so there is no such number */
};

/* "none", "ses", "sba", "damped": as inventory.forecast.method has them. */
const char *forecast_method_name(enum forecast_method method);

/* Forecasts N weeks of PIECES; weeks beyond the last FORECAST_WEEKS are not looked at. */
struct forecast forecast_make(const double *pieces, size_t n);

/* One method with given weights, for the tests: AHEAD weeks behind N (at least 1; DAMPED: 2), and
   the mean squared error of one week ahead.  BETA and PHI are DAMPED's. */
double forecast_by(enum forecast_method method, const double *pieces, size_t n, double alpha, double beta, double phi,
	double ahead[FORECAST_AHEAD]);

#endif
