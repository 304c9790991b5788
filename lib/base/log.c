#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

/* Written at the end of a line that did not fit; room for it is always kept. */
static const char truncated[] = "\",\"truncated\":true}";

/* A line is made on the stack: the log must work when memory does not. */
struct line {
	char data[LOG_LINE_MAX];
	size_t len;
	bool full;
};

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_FATAL] = "fatal",
};
_Static_assert(ARRAY_LEN(level_names) == LOG_LEVEL_FATAL + 1, "a level lacks its name");

static const char *program_name = "sutler";
static enum log_level lowest = LOG_LEVEL_INFO;
static const char *request;
static const char *(*latched_failure)(void);

void log_open(const char *program, enum log_level level)
{
	program_name = program;
	lowest = level;
}

void log_request(const char *request_id)
{
	request = request_id;
}

void log_latch(const char *(*why)(void))
{
	latched_failure = why;
}

bool log_level_parse(const char *name, enum log_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Adds all N bytes or none; nothing follows what did not fit. */
static void add(struct line *l, const char *s, size_t n)
{
	if (l->full || n > sizeof(l->data) - sizeof(truncated) - l->len) {
		l->full = true;
		return;
	}
	memcpy(l->data + l->len, s, n);
	l->len += n;
}

static void add_literal(struct line *l, const char *s)
{
	add(l, s, strlen(s));
}

/* What a terminal, a log reader or an eye could take for something else is
   written as an escape: controls (C1 too), bidirectional marks, line separators. */
static bool must_escape(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff;
}

static void add_escaped(struct line *l, const char *s)
{
	size_t left = strlen(s);
	char hex[8];

	while (left > 0 && !l->full) {
		uint32_t cp;
		size_t n = utf8_decode(s, left, &cp);

		if (n == 0) {
			n = 1;
			cp = 0xfffd;
			add_literal(l, "\\ufffd");
		} else if (cp == '"' || cp == '\\') {
			hex[0] = '\\';
			hex[1] = (char)cp;
			add(l, hex, 2);
		} else if (must_escape(cp)) {
			snprintf(hex, sizeof(hex), "\\u%04x", cp & 0xffff);
			add(l, hex, 6);
		} else {
			add(l, s, n);
		}
		s += n;
		left -= n;
	}
}

/* Once the line is full it stands inside a text, which truncated[] closes. */
static void add_field(struct line *l, const char *name, const char *value)
{
	size_t start = l->len;

	if (l->full)
		return;
	add_literal(l, ",\"");
	add_escaped(l, name);
	add_literal(l, "\":\"");
	if (l->full) {
		/* Not even the name fits: leave the line as it was, inside the string before. */
		l->len = start - 1;
		return;
	}
	add_escaped(l, value);
	if (!l->full)
		l->data[l->len++] = '"';
}

static void begin(struct line *l, enum log_level level)
{
	int64_t ms = clock_ms();
	time_t seconds = (time_t)(ms / 1000);
	char text[96];
	struct tm tm;
	int n;

	l->len = 0;
	l->full = false;
	gmtime_r(&seconds, &tm);
	n = snprintf(text, sizeof(text),
		     "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",\"level\":\"%s\",\"pid\":%d",
		     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		     (int)(ms % 1000), level_names[level], (int)getpid());
	add(l, text, (size_t)n);
	add_field(l, "program", program_name);
	if (request != NULL)
		add_field(l, "request", request);
}

/* One system call, so lines of several workers do not mix. */
static void write_line(const char *data, size_t n)
{
	char newline[] = "\n";
	struct iovec part[2] = {
		{ (void *)(uintptr_t)data, n },
		{ newline, 1 },
	};

	while (writev(STDERR_FILENO, part, 2) < 0 && errno == EINTR)
		;
}

static void finish(struct line *l)
{
	if (l->full) {
		memcpy(l->data + l->len, truncated, sizeof(truncated) - 1);
		l->len += sizeof(truncated) - 1;
	} else {
		l->data[l->len++] = '}';
	}
	write_line(l->data, l->len);
}

static void log_pairs(enum log_level level, const char *message, va_list pairs)
{
	const char *name;
	struct line l;

	if (level < lowest)
		return;
	begin(&l, level);
	add_field(&l, "message", message);
	while ((name = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);

		add_field(&l, name, value == NULL ? "(none)" : value);
	}
	finish(&l);
}

#define LOG_AT(level) \
	va_list pairs; \
	va_start(pairs, message); \
	log_pairs(level, message, pairs); \
	va_end(pairs)

void log_debug(const char *message, ...)
{
	LOG_AT(LOG_LEVEL_DEBUG);
}

void log_info(const char *message, ...)
{
	LOG_AT(LOG_LEVEL_INFO);
}

void log_warn(const char *message, ...)
{
	LOG_AT(LOG_LEVEL_WARN);
}

void log_error(const char *message, ...)
{
	LOG_AT(LOG_LEVEL_ERROR);
}

void log_fatal(const char *message, ...)
{
	LOG_AT(LOG_LEVEL_FATAL);
	exit(EX_SOFTWARE);
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	const char *first = latched_failure == NULL ? NULL : latched_failure();
	char message[1024], place[256];
	struct line l;
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	snprintf(place, sizeof(place), "%s:%d", file, line);
	begin(&l, LOG_LEVEL_FATAL);
	add_field(&l, "message", message);
	add_field(&l, "bug", place);
	if (first != NULL)
		add_field(&l, "after", first);
	finish(&l);
	abort();
}

void log_line(const char *json, size_t n)
{
	struct line l;

	if (n < LOG_LINE_MAX) {
		write_line(json, n);
		return;
	}
	/* Cut JSON is no JSON: the start of the line goes in as a text. */
	begin(&l, LOG_LEVEL_WARN);
	add_field(&l, "message", "a log line is too long");
	memcpy(l.data + l.len, ",\"line\":\"", 9);
	l.len += 9;
	add_escaped(&l, json);
	if (!l.full)
		l.data[l.len++] = '"';
	finish(&l);
}
