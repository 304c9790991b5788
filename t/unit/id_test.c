/* Ids never repeat and sort in the order they were made: over a million of them, when
   the clock steps back, and in parent and child after a fork. */
#include "base/id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tap.h"

enum { MANY = 1000000, FORKED = 2000, CHILDREN = 4 };

static int64_t id_ms(const struct id *id)
{
	char hex[13];

	memcpy(hex, id->text, 8);
	memcpy(hex + 8, id->text + 9, 4);
	hex[12] = '\0';
	return (int64_t)strtoull(hex, NULL, 16);
}

static void million(void *ctx)
{
	struct id *id = mem_array(ctx, struct id, MANY);
	int64_t before = clock_ms();
	bool sorted = true, form = true;

	for (int i = 0; i < MANY; i++)
		id[i] = id_new();
	for (int i = 0; i < MANY; i++) {
		form &= id_valid(id[i].text) && id[i].text[14] == '7' && strchr("89ab", id[i].text[19]) != NULL;
		/* Strictly rising means unique as well. */
		sorted &= i == 0 || strcmp(id[i - 1].text, id[i].text) < 0;
	}
	tap_ok(form, "a million ids have the form of UUIDv7");
	tap_ok(sorted, "a million ids rise strictly");
	tap_ok(id_ms(&id[0]) >= before && id_ms(&id[0]) < before + 5000, "the first 48 bits are ms since 1970");
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct id *)a)->text, ((const struct id *)b)->text);
}

/* Parent and children make ids at the same moment from the same state. */
static void after_fork(void *ctx)
{
	struct id *all = mem_array(ctx, struct id, FORKED * (CHILDREN + 1));
	struct id last = id_new();
	size_t n = 0, bytes = FORKED * sizeof(struct id);
	bool twice = false, later = true;
	int from[CHILDREN][2];

	for (int c = 0; c < CHILDREN; c++) {
		if (pipe(from[c]) != 0)
			abort();
		if (fork() == 0) {
			FILE *to_parent = fdopen(from[c][1], "w");

			for (int i = 0; i < FORKED; i++) {
				struct id id = id_new();

				fwrite(&id, sizeof(id), 1, to_parent);
			}
			fclose(to_parent);
			_exit(0);
		}
		close(from[c][1]);
	}
	for (int i = 0; i < FORKED; i++)
		all[n++] = id_new();
	for (int c = 0; c < CHILDREN; c++) {
		FILE *child = fdopen(from[c][0], "r");

		n += fread(all + n, sizeof(struct id), FORKED, child);
		fclose(child);
		wait(NULL);
	}
	tap_is_int((int64_t)(n * sizeof(struct id)), (int64_t)bytes * (CHILDREN + 1), "all children answered");
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 1; i < n; i++) {
		twice |= strcmp(all[i - 1].text, all[i].text) == 0;
		/* The random half alone must differ too: a copied pool would show here. */
		twice |= strcmp(all[i - 1].text + 19, all[i].text + 19) == 0;
	}
	for (size_t i = 0; i < n; i++)
		later &= strcmp(last.text, all[i].text) < 0;
	tap_ok(!twice, "parent and %d children share no id and no random half", CHILDREN);
	tap_ok(later, "ids made after the fork sort after those before it");
}

static void clock_back(void)
{
#ifdef SUTLER_TEST_HOOKS
	char path[] = "/tmp/id-test-XXXXXX";
	struct id before = id_new(), after;
	int fd = mkstemp(path);
	bool sorted = true;

	if (write(fd, "-3600000", 8) != 8)
		abort();
	setenv("SUTLER_TEST_CLOCK", path, 1);
	for (int i = 0; i < 10000; i++) {
		after = id_new();
		sorted &= strcmp(before.text, after.text) < 0;
		before = after;
	}
	tap_ok(sorted, "ids rise while the clock stands an hour back");
	unsetenv("SUTLER_TEST_CLOCK");
	close(fd);
	unlink(path);
#else
	tap_skip("release build", "ids rise while the clock stands an hour back");
#endif
}

static void forms(void)
{
	static const struct { const char *name, *text; bool valid; } cases[] = {
		{ "version 7", "01890a5d-ac96-774b-bcce-b302099a8057", true },
		{ "version 4", "f47ac10b-58cc-4372-a567-0e02b2c3d479", true },
		{ "nil", "00000000-0000-0000-0000-000000000000", true },
		{ "upper case", "01890A5D-ac96-774b-bcce-b302099a8057", false },
		{ "braces", "{01890a5d-ac96-774b-bcce-b302099a8057}", false },
		{ "no dashes", "01890a5dac96774bbcceb302099a8057", false },
		{ "one short", "01890a5d-ac96-774b-bcce-b302099a805", false },
		{ "one long", "01890a5d-ac96-774b-bcce-b302099a80570", false },
		{ "a letter g", "01890a5d-ac96-774b-bcce-b302099a805g", false },
		{ "dash moved", "01890a5da-c96-774b-bcce-b302099a8057", false },
		{ "line feed", "01890a5d-ac96-774b-bcce-b302099a8057\n", false },
		{ "empty", "", false },
		{ "nothing", NULL, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_int(id_valid(cases[i].text), cases[i].valid, "id_valid: %s", cases[i].name);
}

static void packed(void)
{
	static const char *const ids[] = {
		"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "01890a5d-ac96-774b-bcce-b302099a8057",
		"0a1b2c3d-4e5f-6789-9abc-def012345678",
	};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct id_packed p = id_pack(ids[i]);

		tap_is_str(id_unpack(&p).text, ids[i], "%s is packed and back", ids[i]);
	}
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");

	million(ctx);
	after_fork(ctx);
	clock_back();
	packed();
	forms();
	mem_free(ctx);
	return tap_done();
}
