#include "shop/forecast.h"

#include <math.h>

/* The grids: fine enough that halving the steps changes a forecast by less than its error
   (Gardner, International Journal of Forecasting 22, 2006, on how flat the optimum is). */
static const double ses_alphas[] = { 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
static const double sba_alphas[] = { 0.05, 0.1, 0.15, 0.2, 0.3 };
static const double damped_alphas[] = { 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9 };
static const double damped_betas[] = { 0.02, 0.05, 0.1, 0.2, 0.3 };
static const double damped_phis[] = { 0.8, 0.9, 0.95, 0.98 };

/* Where smoothing begins: the mean of the first four weeks. */
#define BEGINNING 4

const char *forecast_method_name(enum forecast_method method)
{
	static const char *const names[FORECAST_METHODS] = {
		[FORECAST_NONE] = "none", [FORECAST_SES] = "ses", [FORECAST_SBA] = "sba", [FORECAST_DAMPED] = "damped",
	};

	return names[method];
}

static double mean(const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += y[i];
	return n == 0 ? 0 : sum / (double)n;
}

static void all_alike(double ahead[FORECAST_AHEAD], double value)
{
	for (size_t h = 0; h < FORECAST_AHEAD; h++)
		ahead[h] = value > 0 ? value : 0;
}

static double by_ses(const double *y, size_t n, double alpha, double ahead[FORECAST_AHEAD])
{
	double level = mean(y, n < BEGINNING ? n : BEGINNING), squares = 0;

	for (size_t i = 0; i < n; i++) {
		double error = y[i] - level;

		squares += error * error;
		level += alpha * error;
	}
	all_alike(ahead, level);
	return squares / (double)n;
}

/* Size and interval change only in weeks that ask for something.  The interval begins as the
   mean one of the series, the size as the first. */
static double by_sba(const double *y, size_t n, double alpha, double ahead[FORECAST_AHEAD])
{
	double size = 0, interval = 1, since = 1, squares = 0, now;
	size_t asking = 0;

	for (size_t i = n; i-- > 0;) {
		if (y[i] > 0) {
			size = y[i];
			asking++;
		}
	}
	if (asking > 0)
		interval = (double)n / (double)asking;
	now = (1 - alpha / 2) * size / interval;
	for (size_t i = 0; i < n; i++) {
		squares += (y[i] - now) * (y[i] - now);
		if (y[i] > 0) {
			size += alpha * (y[i] - size);
			interval += alpha * (since - interval);
			now = (1 - alpha / 2) * size / interval;
			since = 0;
		}
		since++;
	}
	all_alike(ahead, now);
	return squares / (double)n;
}

static double by_damped(const double *y, size_t n, double alpha, double beta, double phi, double ahead[FORECAST_AHEAD])
{
	size_t k = n / 2 < BEGINNING ? n / 2 : BEGINNING;
	double level = mean(y, k), slope = (mean(y + k, k) - level) / (double)k, squares = 0, sum = 0, damp = 1;

	for (size_t i = 0; i < n; i++) {
		double foretold = level + phi * slope, before = level;

		squares += (y[i] - foretold) * (y[i] - foretold);
		level = foretold + alpha * (y[i] - foretold);
		slope = beta * (level - before) + (1 - beta) * phi * slope;
	}
	for (size_t h = 0; h < FORECAST_AHEAD; h++) {
		damp *= phi;
		sum += damp;
		ahead[h] = fmax(level + sum * slope, 0);
	}
	return squares / (double)n;
}

double forecast_by(enum forecast_method method, const double *pieces, size_t n, double alpha, double beta, double phi,
	double ahead[FORECAST_AHEAD])
{
	if (method == FORECAST_SES)
		return by_ses(pieces, n, alpha, ahead);
	if (method == FORECAST_SBA)
		return by_sba(pieces, n, alpha, ahead);
	return by_damped(pieces, n, alpha, beta, phi, ahead);
}

/* The best weights of one method, found so far. */
struct fit {
	double squares;                 /* mean squared error of one week ahead; below 0: none yet */
	double ahead[FORECAST_AHEAD];
};

static void attempt(struct fit *best, enum forecast_method method, const double *y, size_t n, double alpha, double beta, double phi)
{
	struct fit f = { 0 };

	f.squares = forecast_by(method, y, n, alpha, beta, phi, f.ahead);
	if (best->squares < 0 || f.squares < best->squares)
		*best = f;
}

static struct fit fit(enum forecast_method method, const double *y, size_t n)
{
	struct fit best = { .squares = -1 };

	if (method == FORECAST_SES) {
		for (size_t a = 0; a < ARRAY_LEN(ses_alphas); a++)
			attempt(&best, method, y, n, ses_alphas[a], 0, 0);
	} else if (method == FORECAST_SBA) {
		for (size_t a = 0; a < ARRAY_LEN(sba_alphas); a++)
			attempt(&best, method, y, n, sba_alphas[a], 0, 0);
	} else {
		for (size_t a = 0; a < ARRAY_LEN(damped_alphas); a++)
			for (size_t b = 0; b < ARRAY_LEN(damped_betas); b++)
				for (size_t p = 0; p < ARRAY_LEN(damped_phis); p++)
					attempt(&best, method, y, n, damped_alphas[a], damped_betas[b], damped_phis[p]);
	}
	return best;
}

/* Chooses by the weeks held back, and says what the chosen one missed by. */
static void compare(const double *y, size_t n, struct forecast *out)
{
	size_t before = n - FORECAST_HELD;
	const double *held = y + before;
	double best = -1, usual = 0;

	for (enum forecast_method m = FORECAST_SES; m < FORECAST_METHODS; m++) {
		struct fit f = fit(m, y, before);
		double squares = 0, missed = 0;

		for (size_t h = 0; h < FORECAST_HELD; h++) {
			squares += (held[h] - f.ahead[h]) * (held[h] - f.ahead[h]);
			missed += fabs(held[h] - f.ahead[h]);
		}
		if (best < 0 || squares < best) {
			best = squares;
			out->method = m;
			out->missed = missed;
		}
	}
	for (size_t i = 1; i < before; i++)
		usual += fabs(y[i] - y[i - 1]) / (double)(before - 1);
	out->tested = true;
	out->asked = mean(held, FORECAST_HELD) * FORECAST_HELD;
	out->mase = usual > 0 ? out->missed / FORECAST_HELD / usual : -1;
}

_Static_assert(FORECAST_HELD <= FORECAST_AHEAD, "what is held back is foretold");

struct forecast forecast_make(const double *pieces, size_t n)
{
	struct forecast out = { .mase = -1 };
	struct fit f;

	if (n > FORECAST_WEEKS) {
		pieces += n - FORECAST_WEEKS;
		n = FORECAST_WEEKS;
	}
	if (n < FORECAST_LEAST || mean(pieces, n) <= 0)
		return out;
	out.method = FORECAST_SES;
	if (n >= FORECAST_TESTED)
		compare(pieces, n, &out);
	f = fit(out.method, pieces, n);
	for (size_t h = 0; h < FORECAST_AHEAD; h++)
		out.ahead[h] = f.ahead[h];
	out.sigma = sqrt(f.squares);
	return out;
}
