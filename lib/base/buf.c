#include "base/buf.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST 128                   /* a short line fits without growing */

struct buf *buf_new(const void *ctx)
{
	struct buf *b = mem_new(ctx, struct buf);

	b->size = BUF_FIRST;
	b->data = mem_array(b, char, b->size);
	return b;
}

void buf_grow(struct buf *b, size_t n)
{
	size_t need, size = b->size;

	if (__builtin_add_overflow(b->len, n, &need) || __builtin_add_overflow(need, 1, &need))
		BUG("buffer of %zu + %zu bytes", b->len, n);
	while (size < need && size <= SIZE_MAX / 2)
		size *= 2;
	b->data = mem_resize(b, b->data, char, size);
	b->size = size;
}

void buf_grew(struct buf *b, size_t n)
{
	if (n >= b->size - b->len)
		BUG("buffer grew by %zu, its room is %zu", n, b->size - b->len);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->size - b->len;
	va_list args, again;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(b->data + b->len, room, fmt, args);
	va_end(args);
	if (n < 0)
		BUG("cannot format \"%s\"", fmt);
	if ((size_t)n >= room)
		vsnprintf(buf_room(b, (size_t)n), (size_t)n + 1, fmt, again);
	va_end(again);
	b->len += (size_t)n;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->data[0] = '\0';
}

static const char *html_escape(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	default: return "&#39;";
	}
}

/* Sixteen bytes that the processor compares at once (a vector type of GCC and Clang). */
typedef unsigned char block __attribute__((vector_size(16)));

/* Is one of the block at S to be escaped?  Two pairs of the five differ in one bit only. */
static inline bool html_block_special(const char *s)
{
	uint64_t half[2];
	block c, found;

	memcpy(&c, s, sizeof(c));
	found = (block)((c == '"') | ((c | 1) == '\'') | ((c | 2) == '>'));
	memcpy(half, &found, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* Where in S, from I on, the first byte stands that is escaped; or N.  Most texts have none. */
static size_t html_plain(const char *s, size_t i, size_t n)
{
	static const bool special[256] = {
		['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true,
	};

	for (; n - i >= sizeof(block); i += sizeof(block)) {
		if (html_block_special(s + i))
			break;
	}
	/* What is left is less than a block: the last block of all holds it. */
	if (n - i < sizeof(block) && n >= sizeof(block) && !html_block_special(s + n - sizeof(block)))
		return n;
	while (i < n && !special[(unsigned char)s[i]])
		i++;
	return i;
}

void buf_html(struct buf *b, const char *s, size_t n)
{
	for (size_t from = 0; from < n;) {
		size_t to = html_plain(s, from, n);

		buf_add(b, s + from, to - from);
		if (to < n)
			buf_adds(b, html_escape(s[to]));
		from = to + 1;
	}
}

static bool unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void buf_url(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	if (s == NULL)
		return;
	for (;;) {
		unsigned char c;
		size_t n = 0;

		while (unreserved((unsigned char)s[n]))
			n++;
		buf_add(b, s, n);
		if (s[n] == '\0')
			return;
		c = (unsigned char)s[n];
		buf_add(b, (const char[3]){ '%', hex[c >> 4], hex[c & 15] }, 3);
		s += n + 1;
	}
}

/* Length of the well-formed UTF-8 sequence at S (The Unicode Standard, table 3-7), 0 if none. */
static size_t utf8_sequence(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	switch (s[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return n;
}

/* JavaScript ends a line at U+2028 and U+2029, JSON does not. */
static bool js_line_end(const unsigned char *s, size_t n)
{
	return n == 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9);
}

/* What stands in a JSON string as it is. */
static bool json_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

static void json_escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"': buf_adds(b, "\\\""); break;
	case '\\': buf_adds(b, "\\\\"); break;
	case '\n': buf_adds(b, "\\n"); break;
	case '\r': buf_adds(b, "\\r"); break;
	case '\t': buf_adds(b, "\\t"); break;
	default: buf_printf(b, "\\u%04x", c);
	}
}

void buf_json(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)(text != NULL ? text : "");

	buf_addc(b, '"');
	while (*s != '\0') {
		size_t plain = 0, n;

		while (json_plain(s[plain]))
			plain++;
		buf_add(b, s, plain);
		s += plain;
		if (*s == '\0')
			break;
		n = utf8_sequence(s);
		if (n == 0)
			buf_adds(b, "\xef\xbf\xbd");
		else if (n == 1)
			json_escape(b, *s);
		else if (js_line_end(s, n))
			buf_adds(b, s[2] == 0xa8 ? "\\u2028" : "\\u2029");
		else
			buf_add(b, s, n);
		s += n == 0 ? 1 : n;
	}
	buf_addc(b, '"');
}

void buf_int(struct buf *b, int64_t n)
{
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (n < 0)
		buf_addc(b, '-');
	buf_add(b, digits + at, sizeof(digits) - at);
}
