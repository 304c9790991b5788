/* Promise: five failures in a row open a circuit, in whichever processes they were met; then
   one caller each 30 s is let through, and a success closes it (reliability P15). */
#include "base/breaker.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

#define S INT64_C(1000000)

static void *mem;

static void opens_and_closes(void)
{
	struct breaker *b = breaker_new(mem);
	int64_t now = 100 * S;

	for (int i = 1; i < BREAKER_FAILURES; i++)
		tap_ok(!breaker_tell(b, "a", false, now) && breaker_allows(b, "a", now), "failure %d stops nobody", i);
	breaker_tell(b, "a", true, now);
	for (int i = 1; i < BREAKER_FAILURES; i++)
		breaker_tell(b, "a", false, now);
	tap_ok(breaker_allows(b, "a", now), "a success in between begins the count again");
	tap_ok(breaker_tell(b, "a", false, now), "the fifth in a row opens");
	tap_ok(!breaker_allows(b, "a", now), "nobody is let through");
	tap_ok(breaker_allows(b, "b", now), "but to another account");
	tap_ok(!breaker_tell(b, "a", false, now), "a late failure opens nothing more");
	tap_ok(!breaker_allows(b, "a", now + 29 * S), "not after 29 s");
	tap_ok(breaker_allows(b, "a", now + 30 * S), "after 30 s one is");
	tap_ok(!breaker_allows(b, "a", now + 30 * S) && !breaker_allows(b, "a", now + 59 * S), "and no other");
	breaker_tell(b, "a", false, now + 35 * S);
	tap_ok(!breaker_allows(b, "a", now + 59 * S), "it failed: still open");
	tap_ok(breaker_allows(b, "a", now + 60 * S), "the next probe comes 30 s after the last");
	tap_ok(breaker_tell(b, "a", true, now + 61 * S), "it succeeds: closed");
	tap_ok(breaker_allows(b, "a", now + 61 * S) && breaker_allows(b, "a", now + 61 * S), "all are let through");
}

static void in_processes(void)
{
	struct breaker *b = breaker_new(mem);
	int status;

	for (int i = 0; i < BREAKER_FAILURES; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			breaker_tell(b, "a", false, S);
			/* Some leave without a word. */
			if (i % 2 == 0)
				raise(SIGKILL);
			_exit(0);
		}
		waitpid(pid, &status, 0);
	}
	tap_ok(!breaker_allows(b, "a", S), "failures of five processes are five");
}

static void many_keys(void)
{
	struct breaker *b = breaker_new(mem);
	char key[32];

	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_tell(b, "away", false, S);
	for (int i = 0; i < BREAKER_KEYS - 1; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		breaker_tell(b, key, true, 2 * S + i);
	}
	tap_ok(!breaker_allows(b, "away", 3 * S), "as many keys as there is room for are known");
	breaker_tell(b, "one more", true, 4 * S);
	tap_ok(!breaker_allows(b, "away", 5 * S), "one more takes the place unused for longest");
}

int main(void)
{
	mem = mem_context(NULL, "test");
	opens_and_closes();
	in_processes();
	many_keys();
	mem_free(mem);
	return tap_done();
}
