/* What a handler says is what the visitor gets: once, whole, with every header, and
   nothing when the machinery failed.  The peer and the shop are this test's own. */
#include "web/page.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "tap.h"
#include "web/exchange.h"

struct fake_peer {
	struct peer peer;               /* first */
	const char *method, *uri, *cookie;
	const char *body;
	bool deaf;                      /* gone before the answer */
	struct buf *answer;
};

static const char *param(struct peer *p, const char *name)
{
	struct fake_peer *f = (struct fake_peer *)p;

	if (strcmp(name, "REQUEST_METHOD") == 0)
		return f->method;
	if (strcmp(name, "REQUEST_URI") == 0)
		return f->uri;
	if (strcmp(name, "HTTP_HOST") == 0)
		return "shop.test";
	if (strcmp(name, "HTTP_COOKIE") == 0)
		return f->cookie;
	if (strcmp(name, "HTTP_SEC_FETCH_SITE") == 0)
		return "same-origin";
	if (strcmp(name, "CONTENT_TYPE") == 0 && f->body != NULL)
		return "application/x-www-form-urlencoded";
	return NULL;
}

static ssize_t read_body(struct peer *p, char *out, size_t n)
{
	struct fake_peer *f = (struct fake_peer *)p;
	size_t len = f->body == NULL ? 0 : strlen(f->body);

	if (len > n)
		len = n;
	memcpy(out, f->body == NULL ? "" : f->body, len);
	if (f->body != NULL)
		f->body += len;
	return (ssize_t)len;
}

static bool write_answer(struct peer *p, const struct iovec *part, size_t n, bool last)
{
	struct fake_peer *f = (struct fake_peer *)p;

	(void)last;
	if (f->deaf)
		return false;
	for (size_t i = 0; i < n; i++)
		buf_add(f->answer, part[i].iov_base, part[i].iov_len);
	return true;
}

static enum site_answer site_load(struct db *db, void *ctx, const char *host, int64_t deadline_us, struct site *out)
{
	static const struct site_locale locales[] = { { "en-GB", "en" } };
	static const char *const currencies[] = { "EUR" };

	(void)db, (void)ctx, (void)host, (void)deadline_us;
	*out = (struct site){
		.tenant = "01900000-0000-7000-8000-000000000001", .origin = "https://shop.test", .nlocales = 1,
		.locales = locales, .ncurrencies = 1, .currencies = currencies, .timezone = "UTC",
		.image_origin = "https://img.test",
	};
	return SITE_FOUND;
}

static void say(struct req *r) { page_text(r, "text/plain", "hello"); }
static void go(struct req *r) { page_redirect(r, param_text(r, "next")); }
static void inject(struct req *r) { page_header(r, "X-Name", "a\r\nSet-Cookie: sid=1"); say(r); }
static void fail_first(struct req *r) { req_fail(r, "test"); say(r); }
static void fail_last(struct req *r) { page_cookie_set(r, "cart", "x", 0); req_fail(r, "test"); say(r); }
static void silent(struct req *r) { (void)r; }
static void public_cookie(struct req *r) { page_cookie_set(r, "cart", "x", 0); say(r); }
static void missing(struct req *r) { page_not_found(r); }
static void gone(struct req *r) { page_gone(r); }
static void many(struct req *r) { page_too_many(r, 7); }
static void leave(struct req *r) { page_leave(r, "https://pay.test", param_text(r, "next")); }
static void nothing(struct req *r) { page_nothing(r); }
static void twice(struct req *r) { say(r); say(r); }
static void signed_in(struct req *r) { say(r); }
static void secret(struct req *r) { page_json(r, 200, "{\"a\":1}"); }

static void file(struct req *r)
{
	FILE *f = tmpfile();

	fputs("contents", f);
	fflush(f);
	page_file(r, dup(fileno(f)), 8, "text/csv", "list.csv");
	fclose(f);
}

static const struct param next[] = { { "next", PARAM_TEXT, .optional = "" }, { 0 } };
static const struct route routes[] = {
	{ GET, "/say", say }, { POST, "/say", say }, { GET, "/cached", say, .cache_s = 9 },
	{ GET, "/go", go, .params = next }, { GET, "/inject", inject }, { GET, "/fail-first", fail_first },
	{ GET, "/fail-last", fail_last }, { GET, "/silent", silent }, { GET, "/public-cookie", public_cookie, .cache_s = 9 },
	{ GET, "/missing", missing }, { GET, "/gone", gone }, { GET, "/many", many },
	{ GET, "/leave", leave, .params = next }, { GET, "/nothing", nothing }, { GET, "/twice", twice },
	{ GET, "/in", signed_in, .needs = NEEDS_SESSION }, { GET, "/file", file },
	{ GET, "/secret", secret, .needs = NEEDS_NO_REFERRER }, { 0 }
};

static const struct program_hooks hooks = { .site_load = site_load };
static const struct program program = { .name = "test", .routes = routes, .hooks = &hooks };
static struct worker worker;

static const char *ask(struct fake_peer f)
{
	f.peer = (struct peer){ param, read_body, write_answer };
	f.answer = buf_new(worker.mem);
	exchange_serve(&worker, &f.peer);
	return f.answer->data;
}

#define ASK(m, u) ask((struct fake_peer){ .method = (m), .uri = (u) })

static void statuses(void)
{
	static const struct { const char *method, *uri, *status, *has, *has_not; } cases[] = {
		{ "GET", "/say", "200 OK", "\r\n\r\nhello", "Set-Cookie" },
		{ "HEAD", "/say", "200 OK", "Content-Length: 5\r\n", "hello" },
		{ "GET", "/cached", "200 OK", "Cache-Control: public, max-age=0, s-maxage=9\r\nETag: \"", "X-Request-Id" },
		{ "GET", "/go?next=/cart", "302 Found", "Location: /cart\r\n", NULL },
		{ "GET", "/go?next=//evil.test", "302 Found", "Location: /\r\n", "evil" },
		{ "GET", "/go?next=/%5Cevil.test", "302 Found", "Location: /\r\n", "evil" },
		{ "GET", "/go", "302 Found", "Location: /\r\n", NULL },
		{ "GET", "/inject", "500 Internal", NULL, "Set-Cookie" },
		{ "GET", "/fail-first", "500 Internal", "Cache-Control: no-store", "hello" },
		{ "GET", "/fail-last", "500 Internal", "Something went wrong on our side", "Set-Cookie" },
		{ "GET", "/silent", "500 Internal", NULL, NULL },
		{ "GET", "/public-cookie", "500 Internal", NULL, "Set-Cookie" },
		{ "GET", "/missing", "404 Not Found", "Page not found", NULL },
		{ "GET", "/gone", "410 Gone", NULL, NULL },
		{ "GET", "/many", "429 Too Many", "Retry-After: 7\r\n", NULL },
		{ "GET", "/leave?next=https://pay.test/x", "302 Found", "Location: https://pay.test/x\r\n", NULL },
		{ "GET", "/leave?next=https://pay.test.evil/", "500 Internal", NULL, "Location" },
		{ "GET", "/leave?next=https://pay.test@evil/", "500 Internal", NULL, "Location" },
		{ "GET", "/nothing", "204 No Content", NULL, "Content-Length" },
		{ "GET", "/in", "403 Forbidden", "Please sign in", "hello" },
		{ "GET", "/file", "200 OK", "filename=\"list.csv\"", NULL },
		{ "GET", "/secret", "200 OK", "Referrer-Policy: no-referrer\r\n", NULL },
		{ "POST", "/say", "200 OK", "Cache-Control: no-store\r\n", NULL },
		{ "POST", "/go", "405 Method Not Allowed", "Allow: GET, HEAD\r\n", NULL },
		{ "GET", "/say?x=1", "400 Bad Request", NULL, "hello" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = ASK(cases[i].method, cases[i].uri);

		tap_ok(strncmp(got, "Status: ", 8) == 0 && strncmp(got + 8, cases[i].status, strlen(cases[i].status)) == 0,
		       "%s %s: %s", cases[i].method, cases[i].uri, cases[i].status);
		if (cases[i].has != NULL)
			tap_ok(strstr(got, cases[i].has) != NULL, "... with what belongs to it");
		if (cases[i].has_not != NULL)
			tap_ok(strstr(got, cases[i].has_not) == NULL, "... and without %s", cases[i].has_not);
		tap_ok(strstr(got, "X-Content-Type-Options: nosniff\r\n") != NULL &&
		       strstr(got, "img-src 'self' data: https://img.test;") != NULL, "... and the headers of all");
	}
	tap_ok(strstr(ASK("GET", "/file"), "\r\n\r\ncontents") != NULL, "a file is sent");
	ask((struct fake_peer){ .method = "GET", .uri = "/file", .deaf = true });
	tap_ok(true, "a peer that is gone harms nobody");
}

/* A program that answers twice is wrong and must not go on. */
static void bugs(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ASK("GET", "/twice");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "a handler that answers twice ends the process");
}

static void growth(void)
{
	size_t before;

	ASK("GET", "/say");
	before = mem_total(worker.sites) + mem_total(worker.languages) + mem_total(worker.db);
	for (int i = 0; i < 1000; i++) {
		ASK("GET", "/say");
		ASK("GET", "/missing");
	}
	tap_is_int((int64_t)(mem_total(worker.sites) + mem_total(worker.languages) + mem_total(worker.db)), (int64_t)before,
		   "2000 requests later the worker holds as much as before");
}

int main(void)
{
	log_open("page", LOG_LEVEL_FATAL);
	worker = (struct worker){ .mem = mem_context(NULL, "page_test"), .program = &program, .deadline_ms = 5000,
				  .secure_cookies = true, .upload_dir = "/tmp" };
	/* The access lines of thousands of requests are not looked at here. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	worker.db = db_open(worker.mem, "host=/nonexistent", "page_test");
	worker.sites = site_cache_new(worker.mem);
	worker.languages = languages_new(worker.mem, "/nonexistent", "/nonexistent");
	worker.counters = counters_open(worker.mem, NULL, "test", routes, 1, 0);
	worker.traces = trace_keep_new(worker.mem);
	statuses();
	bugs();
	growth();
	mem_free(worker.mem);
	return tap_done();
}
