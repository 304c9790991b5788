#include "web/access.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <time.h>

static void name(struct buf *b, const char *what)
{
	buf_adds(b, ",\"");
	buf_adds(b, what);
	buf_adds(b, "\":");
}

static void text(struct buf *b, const char *what, const char *value)
{
	if (value == NULL)
		return;
	name(b, what);
	buf_json(b, value);
}

static void number(struct buf *b, const char *what, int64_t value)
{
	name(b, what);
	buf_int(b, value);
}

void access_log(const struct access *a)
{
	struct buf *b = buf_new(NULL);
	int64_t now_ms = clock_ms();
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	buf_printf(b, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",\"level\":\"info\",\"event\":\"request\"",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		   (int)(now_ms % 1000));
	text(b, "program", a->program);
	text(b, "request", a->id);
	text(b, "front", a->front);
	text(b, "tenant", a->tenant);
	text(b, "method", a->method);
	text(b, "route", a->route);
	number(b, "status", a->status);
	number(b, "bytes", (int64_t)a->bytes);
	number(b, "us", a->time_us);
	number(b, "db_us", a->db_us);
	number(b, "trips", a->trips);
	number(b, "calls", a->calls);
	number(b, "runs", a->runs);
	if (a->call_us > 0)
		number(b, "call_us", a->call_us);
	text(b, "failure", a->failure);
	buf_adds(b, "}\n");
	log_line(b->data, b->len);
	mem_free(b);
}
