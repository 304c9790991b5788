/* Every event is one line of valid JSON whatever a value holds (T71), is bounded and says
   when it was cut, and a BUG() ends the process after naming its place. */
#include "base/log.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static char got[4 * LOG_LINE_MAX];
static int status;

/* What DO writes to standard error, run in a child. */
static void capture(void (*run)(const char *), const char *arg)
{
	size_t len = 0;
	ssize_t n;
	int p[2];

	if (pipe(p) != 0)
		abort();
	fflush(stdout);
	if (fork() == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		dup2(p[1], STDERR_FILENO);
		close(p[0]);
		close(p[1]);
		run(arg);
		_exit(0);
	}
	close(p[1]);
	while ((n = read(p[0], got + len, sizeof(got) - 1 - len)) > 0)
		len += (size_t)n;
	got[len] = '\0';
	close(p[0]);
	wait(&status);
}

static json_object *parsed(void)
{
	struct json_tokener *tok = json_tokener_new();
	size_t len = strlen(got);
	json_object *o;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = len < 2 || got[len - 1] != '\n' || strchr(got, '\n') != got + len - 1
		? NULL : json_tokener_parse_ex(tok, got, (int)len - 1);
	if (json_tokener_get_error(tok) != json_tokener_success)
		o = NULL;
	json_tokener_free(tok);
	if (o == NULL)
		tap_note("no single line of JSON: %.2000s", got);
	return o;
}

static const char *member(json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static void one(const char *value)
{
	log_open("cart", LOG_LEVEL_INFO);
	log_request("0190-req");
	log_debug("not shown", NULL);
	log_warn("mail was refused", "delivery", value, "code", "550", NULL);
}

static void values(void)
{
	static char long_text[20000];
	static const struct { const char *name, *value, *want; } cases[] = {
		{ "plain", "d-1", "d-1" },
		{ "quote and backslash", "a\"b\\c", "a\"b\\c" },
		{ "a line feed makes no second line", "a\n{\"level\":\"fatal\"}", "a\n{\"level\":\"fatal\"}" },
		{ "terminal escape", "\x1b[31mred", "\x1b[31mred" },
		{ "C1 escape", "\xc2\x9b" "31m", "\xc2\x9b" "31m" },
		{ "right-to-left override", "\xe2\x80\xae" "txt.exe", "\xe2\x80\xae" "txt.exe" },
		{ "other scripts", "\xc3\xb1 \xe6\x97\xa5 \xf0\x9f\x91\x9f", "\xc3\xb1 \xe6\x97\xa5 \xf0\x9f\x91\x9f" },
		{ "invalid UTF-8", "a\xff" "b", "a\xef\xbf\xbd" "b" },
		{ "overlong slash", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "nothing", NULL, "(none)" },
	};
	json_object *o;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		capture(one, cases[i].value);
		o = parsed();
		tap_is_str(member(o, "delivery"), cases[i].want, "value: %s", cases[i].name);
		tap_ok(strpbrk(got, "\x1b\x9b") == NULL || strstr(cases[i].name, "script") != NULL,
		       "no raw escape: %s", cases[i].name);
		json_object_put(o);
	}
	capture(one, "d-1");
	o = parsed();
	tap_is_str(member(o, "level"), "warn", "level");
	tap_is_str(member(o, "program"), "cart", "program");
	tap_is_str(member(o, "request"), "0190-req", "request");
	tap_is_str(member(o, "message"), "mail was refused", "message");
	tap_is_str(member(o, "code"), "550", "second pair");
	tap_ok(member(o, "time") != NULL && strlen(member(o, "time")) == 24 && member(o, "time")[23] == 'Z',
	       "time is ISO 8601 UTC with ms: %s", member(o, "time"));
	tap_ok(json_object_get_int(json_object_object_get(o, "pid")) > 1, "pid");
	json_object_put(o);

	/* Around the limit every length must give one valid line. */
	memset(long_text, 'x', sizeof(long_text) - 1);
	bool all = true, cut = false, bounded = true;

	for (size_t n = LOG_LINE_MAX - 300; n < LOG_LINE_MAX + 20; n++) {
		capture(one, long_text + sizeof(long_text) - 1 - n);
		o = parsed();
		all &= o != NULL;
		bounded &= strlen(got) <= LOG_LINE_MAX + 1;
		cut |= member(o, "truncated") != NULL;
		json_object_put(o);
	}
	tap_ok(all, "a line around the limit is valid JSON at every length");
	tap_ok(bounded, "no line passes the limit");
	tap_ok(cut, "a line that was cut says so");
}

static void whole(const char *json)
{
	log_line(json, strlen(json));
}

static void fatal(const char *why)
{
	log_fatal("database is of another release", "why", why, NULL);
}

static const char *latched(void)
{
	return "database is gone";
}

static void bug(const char *what)
{
	log_latch(latched);
	bug_at("lib/shop/cart.c", 12, "cart %s has no owner", what);
}

static void ends(void)
{
	static char huge[LOG_LINE_MAX * 2];
	json_object *o;

	capture(whole, "{\"route\":\"/cart\"}");
	tap_is_str(got, "{\"route\":\"/cart\"}\n", "a whole line goes out as it is");
	memset(huge, '"', sizeof(huge) - 1);
	capture(whole, huge);
	o = parsed();
	tap_is_str(member(o, "message"), "a log line is too long", "a whole line past the limit is replaced");
	json_object_put(o);

	capture(fatal, "42");
	o = parsed();
	tap_is_str(member(o, "level"), "fatal", "log_fatal logs");
	tap_is_int(WEXITSTATUS(status), 70, "log_fatal exits with 70");
	json_object_put(o);

	capture(bug, "c-1");
	o = parsed();
	tap_is_str(member(o, "bug"), "lib/shop/cart.c:12", "BUG names its place");
	tap_is_str(member(o, "message"), "cart c-1 has no owner", "BUG names its reason");
	tap_is_str(member(o, "after"), "database is gone", "BUG names the failure that was latched before");
	tap_is_int(WTERMSIG(status), 6, "BUG aborts");
	json_object_put(o);
}

int main(void)
{
	enum log_level level = LOG_LEVEL_INFO;

	values();
	ends();
	tap_ok(log_level_parse("error", &level) && level == LOG_LEVEL_ERROR, "level by name");
	tap_ok(!log_level_parse("loud", &level), "no such level");
	return tap_done();
}
