#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int run, failed;

static void result(bool yes, const char *name, va_list args)
{
	printf("%sok %d - ", yes ? "" : "not ", ++run);
	vprintf(name, args);
	putchar('\n');
	if (!yes)
		failed++;
	fflush(stdout);
}

bool tap_ok(bool yes, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	result(yes, name, args);
	va_end(args);
	return yes;
}

bool tap_is_str(const char *got, const char *want, const char *name, ...)
{
	bool yes = got == want || (got != NULL && want != NULL && strcmp(got, want) == 0);
	va_list args;

	va_start(args, name);
	result(yes, name, args);
	va_end(args);
	if (!yes)
		tap_note("got:  %s\nwant: %s", got ? got : "(null)", want ? want : "(null)");
	return yes;
}

bool tap_is_int(int64_t got, int64_t want, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	result(got == want, name, args);
	va_end(args);
	if (got != want)
		tap_note("got:  %lld\nwant: %lld", (long long)got, (long long)want);
	return got == want;
}

void tap_note(const char *fmt, ...)
{
	char line[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	for (char *s = line, *part; (part = strsep(&s, "\n")) != NULL; )
		printf("# %s\n", part);
	fflush(stdout);
}

void tap_skip(const char *why, const char *name)
{
	printf("ok %d - %s # SKIP %s\n", ++run, name, why);
}

int tap_done(void)
{
	printf("1..%d\n", run);
	return failed != 0 || run == 0;
}
