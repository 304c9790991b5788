/* A configuration with a mistake is refused with file and line (T85), and what
   config_print() says is what config_load() reads. */
#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

static char path[] = "/tmp/config-test-XXXXXX";

/* *error is "" when it says yes.  Read it in a statement after this one: the arguments of one call have no order. */
static bool load(const char *text, size_t n, const char **error)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0)
		abort();
	setenv("SUTLER_CONFIG", path, 1);
	*error = "";
	return config_load(error);
}

static void mistakes(void *ctx)
{
	static char long_line[1000];
	static const struct { const char *name, *text, *error; } cases[] = {
		{ "unknown setting", "[database]\nconnetion = x\n", ":2: There is no setting database.connetion." },
		{ "unknown section", "[data]\nconnection = x\n", ":2: There is no setting data.connection." },
		{ "no section", "connection = x\n", ":1: There is no setting .connection." },
		{ "no name", "[web]\n\nworkers\n", ":3: This is no [section], no name = value and no comment." },
		{ "open section", "[web\n", ":1: This is no [section], no name = value and no comment." },
		{ "twice", "[web]\nworkers = 1\nworkers = 2\n", ":3: The setting web.workers is given twice." },
		{ "number with a unit", "[web]\ndeadline_ms = 25s\n",
		  ":2: The setting web.deadline_ms is a whole number from 100 to 600000." },
		{ "number too large", "[web]\nworkers = 257\n", ":2: The setting web.workers is a whole number from 0 to 256." },
		{ "neither yes nor no", "[web]\nsecure_cookies = maybe\n", ":2: The setting web.secure_cookies is yes or no." },
		{ "relative path", "[paths]\nmedia = media\n", ":2: The setting paths.media is a path from the root (/...)." },
		{ "an origin with a slash", "[pay]\nstripe_url = https://api.test/\n",
		  ":2: The setting pay.stripe_url is https://HOST, perhaps with a port, and no slash at its end." },
		{ "an origin of nothing", "[pay]\nstripe_pages = api.test\n",
		  ":2: The setting pay.stripe_pages is https://HOST, perhaps with a port, and no slash at its end." },
		{ "no such level", "[log]\nlevel = loud\n", ":2: The setting log.level is one of: debug info warn error." },
		{ "part of a level", "[log]\nlevel = warn error\n", ":2: The setting log.level is one of: debug info warn error." },
		{ "empty level", "[log]\nlevel =\n", ":2: The setting log.level is one of: debug info warn error." },
		{ "Latin-1", "[mail]\nuser = se\xf1or\n", ":2: The value of mail.user is not UTF-8." },
		{ "the first mistake counts", "[web]\nworkers = x\nfoo = 1\n", ":2: The setting web.workers is a whole number from 0 to 256." },
		{ "long line", long_line, ":1: The line is longer than 198 bytes, or holds a NUL." },
	};
	const char *error;

	memset(long_line, '#', sizeof(long_line) - 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		tap_ok(!load(cases[i].text, strlen(cases[i].text), &error), "refused: %s", cases[i].name);
		tap_is_str(error, mem_printf(ctx, "%s%s", path, cases[i].error), "says why: %s", cases[i].name);
	}
	tap_ok(!load("[web]\nwork\0ers = 1\n", 18, &error), "refused: a NUL");
	setenv("SUTLER_CONFIG", "/nonexistent/sutler.conf", 1);
	tap_ok(!config_load(&error), "refused: a file asked for by name that is not there");
	tap_is_str(error, "/nonexistent/sutler.conf: The file cannot be read: No such file or directory.", "and says so");
}

static void round_trip(void *ctx)
{
	static const char text[] =
		"\xef\xbb\xbf; a comment\r\n[web]\r\nworkers=4 ; another\n# one more\nsecure_cookies = no\n"
		"[database]\nconnection = host=/run/postgresql dbname=shop\n[log]\nlevel = debug\n";
	struct buf *first = buf_new(ctx), *second = buf_new(ctx), *none = buf_new(ctx);
	const char *error;

	tap_ok(load(text, strlen(text), &error), "a file with marks, comments and both line ends");
	tap_is_int(config_int("web.workers"), 4, "a number");
	tap_ok(!config_bool("web.secure_cookies"), "a switch");
	tap_is_str(config_text("database.connection"), "host=/run/postgresql dbname=shop", "a text with = in it");
	tap_is_str(config_text("mail.smtp"), "smtp://localhost:25", "a default");
	config_print(first);
	tap_ok(load(first->data, first->len, &error), "what is printed can be read");
	tap_is_str(error, "", "with no complaint");
	config_print(second);
	tap_is_str(second->data, first->data, "and says the same");
	tap_ok(load("", 0, &error), "an empty file");
	tap_is_int(config_int("web.workers"), 0, "leaves nothing of the file before");
	config_print(none);
	tap_ok(strstr(none->data, "\n#workers = 0\n") != NULL, "defaults are printed behind #");
}

static void put(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

/* What the package writes beside the file: read first, so that the file wins. */
static void directory(void *ctx)
{
	char *dir = mem_printf(ctx, "%s.d", path), *a = mem_printf(ctx, "%s/a.conf", dir), *b = mem_printf(ctx, "%s/b.conf", dir);
	char *other = mem_printf(ctx, "%s/c.conf.dpkg-old", dir);
	const char *error, *text = "[web]\nworkers = 3\n";

	if (mkdir(dir, 0700) != 0)
		abort();
	put(a, "[database]\nconnection = dbname=a\n[web]\nworkers = 1\nrequest_limit = 7\n");
	put(b, "[database]\nconnection = dbname=b\n[web]\nworkers = 2\n");
	put(other, "nonsense\n");
	tap_ok(load(text, strlen(text), &error), "files beside the file");
	tap_is_str(error, "", "are read without complaint");
	tap_is_str(config_text("database.connection"), "dbname=b", "the later one wins");
	tap_is_int(config_int("web.workers"), 3, "the file itself wins over all");
	tap_is_int(config_int("web.request_limit"), 7, "and what nobody else says is the first one's");
	put(b, "[web]\nwokers = 2\n");
	tap_ok(!load(text, strlen(text), &error), "refused: a mistake in one of them");
	tap_is_str(error, mem_printf(ctx, "%s:2: There is no setting web.wokers.", b), "says where");
	unlink(a), unlink(b), unlink(other), rmdir(dir);
}

static void table(void)
{
	bool sound = true;

	for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
		sound &= strchr(s->name, '.') != NULL && s->meaning != NULL && s->fallback != NULL;
		if (s->type == CONFIG_INT)
			sound &= config_int(s->name) >= s->min && config_int(s->name) <= s->max && s->min < s->max;
		else if (s->type == CONFIG_BOOL)
			config_bool(s->name);
		else
			sound &= config_text(s->name) != NULL;
	}
	tap_ok(sound, "every default is of its type and within its bounds");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");

	table();
	close(mkstemp(path));
	mistakes(ctx);
	round_trip(ctx);
	directory(ctx);
	unlink(path);
	mem_free(ctx);
	return tap_done();
}
