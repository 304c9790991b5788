/* Promise (P20, T73): the register of forgotten customers takes one whole line for each, also
   behind one that a full disk cut, and gives back whole lines alone. */
#include "base/log.h"
#include "base/mem.h"
#include "shop/erased.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TENANT "01900000-0000-7000-8000-000000000001"
#define ANA "01900000-0000-7000-9000-000000000001"
#define EVE "01900000-0000-7000-9000-000000000002"

static void write_raw(const char *path, const char *text)
{
	FILE *f = fopen(path, "ae");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	char dir[] = "/tmp/sutler-erased-XXXXXX";
	const struct erased *list;
	const char *path;
	size_t n;

	log_open("erased_test", LOG_LEVEL_ERROR);
	if (mkdtemp(dir) == NULL)
		return 1;
	path = mem_printf(ctx, "%s/erased", dir);
	list = erased_read(ctx, dir, &n);
	tap_ok(list != NULL && n == 0, "a register that is not there is empty");
	tap_ok(erased_append(ctx, dir, TENANT, ANA), "a line is written");
	list = erased_read(ctx, dir, &n);
	tap_ok(n == 1 && strcmp(list[0].tenant, TENANT) == 0 && strcmp(list[0].customer, ANA) == 0, "and read");
	write_raw(path, "1790000000000 " TENANT " 01900000-00");
	list = erased_read(ctx, dir, &n);
	tap_ok(list != NULL && n == 1, "half a line is none");
	tap_ok(erased_append(ctx, dir, TENANT, EVE), "the next one is written");
	list = erased_read(ctx, dir, &n);
	tap_ok(n == 2 && strcmp(list[1].customer, EVE) == 0, "on a line of its own");
	write_raw(path, "\nwhatever\n12 a b\n" "1 " TENANT " " ANA " more\n");
	list = erased_read(ctx, dir, &n);
	tap_ok(list != NULL && n == 2, "what is no line of ours is skipped");
	tap_ok(!erased_append(ctx, "/nonexistent", TENANT, ANA), "a register that cannot be written is said");
	unlink(path);
	rmdir(dir);
	mem_free(ctx);
	return tap_done();
}
