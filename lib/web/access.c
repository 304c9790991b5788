#include "web/access.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <time.h>

static void text(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, value);
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
	text(b, "tenant", a->tenant);
	text(b, "method", a->method);
	text(b, "route", a->route);
	buf_printf(b, ",\"status\":%d,\"bytes\":%zu,\"us\":%lld,\"db_us\":%lld,\"trips\":%u,\"calls\":%u,\"runs\":%u",
		   a->status, a->bytes, (long long)a->time_us, (long long)a->db_us, a->trips, a->calls, a->runs);
	if (a->call_us > 0)
		buf_printf(b, ",\"call_us\":%lld", (long long)a->call_us);
	text(b, "failure", a->failure);
	buf_adds(b, "}\n");
	log_line(b->data, b->len);
	mem_free(b);
}
