/*
 * forecast_driver -- forecasts series written as text, one a line: method, three weights, weeks.
 * forecast_oracle.t compares what it prints with forecast-oracle.py.
 */
#include "shop/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum forecast_method read_method(const char *name)
{
	for (enum forecast_method m = FORECAST_NONE; m < FORECAST_METHODS; m++)
		if (strcmp(forecast_method_name(m), name) == 0)
			return m;
	BUG("no such method");
}

int main(void)
{
	char line[4096], *rest;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *name = (rest = line, strsep(&rest, " \n"));
		double weight[3], y[200], ahead[FORECAST_AHEAD];
		struct forecast f = { 0 };
		size_t n = 0;

		for (size_t i = 0; i < 3; i++)
			weight[i] = strtod(strsep(&rest, " \n"), NULL);
		for (char *w = strsep(&rest, " \n"); w != NULL && *w != '\0' && n < ARRAY_LEN(y); w = strsep(&rest, " \n"))
			y[n++] = strtod(w, NULL);
		if (strcmp(name, "make") == 0) {
			f = forecast_make(y, n);
			printf("%s %.9g", forecast_method_name(f.method), f.sigma);
			for (size_t h = 0; h < FORECAST_AHEAD; h++)
				printf(" %.9g", f.ahead[h]);
			printf(" %.9g %.9g %.9g\n", f.missed, f.asked, f.mase);
			continue;
		}
		printf("%s %.9g", name, forecast_by(read_method(name), y, n, weight[0], weight[1], weight[2], ahead));
		for (size_t h = 0; h < FORECAST_AHEAD; h++)
			printf(" %.9g", ahead[h]);
		printf("\n");
	}
	return 0;
}
