/* Promise: lines of any length come as they are, and a directory's names in the order that was asked
   for; the walk of a backup and its list of sums have one order. */
#include "base/lines.h"
#include "base/mem.h"
#include "shop/backup.h"
#include "t/unit/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that the tests make hangs here. */
static void *all;

static int backwards(const char *a, const char *z)
{
	return strcmp(z, a);
}

static void put(const char *dir, const char *name)
{
	int fd = open(mem_printf(all, "%s/%s", dir, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static void long_lines(void)
{
	FILE *f = tmpfile();
	struct lines *l = lines_new(all, f);
	const char *line;
	size_t n;

	fputs("short\n\n", f);
	for (int i = 0; i < 100000; i++)
		fputc('x', f);
	fputs("\nlast", f);
	rewind(f);
	tap_is_str(lines_next(l, &n), "short\n", "a line has its line feed");
	tap_is_int((int64_t)n, 6, "and its length");
	tap_is_str(lines_next(l, NULL), "\n", "an empty one");
	line = lines_next(l, &n);
	tap_ok(line != NULL && n == 100001 && line[99999] == 'x' && line[100000] == '\n', "a long one");
	tap_is_str(lines_next(l, NULL), "last", "the last without");
	tap_ok(lines_next(l, NULL) == NULL, "and the end");
	lines_end(l);
	lines_end(NULL);
}

static void names(void)
{
	char dir[] = "/tmp/lines-XXXXXX";
	size_t n;
	const char **list;

	tap_ok(mkdtemp(dir) != NULL, "a directory");
	list = dir_names(all, dir, strcmp, &n);
	tap_ok(list != NULL && n == 0, "is empty");
	put(dir, "b");
	put(dir, "a-1");
	put(dir, "a");
	put(dir, ".hidden");
	list = dir_names(all, dir, strcmp, &n);
	tap_is_int((int64_t)n, 4, "all but itself and the one above");
	tap_is_str(mem_printf(all, "%s %s %s %s", list[0], list[1], list[2], list[3]), ".hidden a a-1 b", "in order");
	list = dir_names(all, dir, backwards, &n);
	tap_is_str(list[0], "b", "or in another");
	for (size_t i = 0; i < n; i++)
		unlink(mem_printf(all, "%s/%s", dir, list[i]));
	rmdir(dir);
	list = dir_names(all, dir, strcmp, &n);
	tap_ok(list == NULL && errno == ENOENT, "what is not there is told");
}

int main(void)
{
	all = mem_context(NULL, "lines_test");
	long_lines();
	names();
	tap_ok(backup_order("a/b", "a-1") < 0 && backup_order("a", "a/b") < 0 && backup_order("a-1", "b") < 0, "what is below a directory comes before its longer names");
	tap_is_int(backup_order("a/b", "a/b"), 0, "a path is itself");
	mem_free(all);
	return tap_done();
}
