/*
 * Promise: strings grow without losing a byte, and what is escaped for HTML,
 * URLs and JSON cannot break out of the place it is put into.
 */
#include "base/buf.h"
#include "base/mem.h"

#include <limits.h>
#include <string.h>

#include "tap.h"

static const struct {
	const char *name, *text, *html, *url, *json;
} escapes[] = {
	{ "empty", "", "", "", "\"\"" },
	{ "plain", "abc-._~9", "abc-._~9", "abc-._~9", "\"abc-._~9\"" },
	{ "markup", "<a href=\"x\">&'</a>", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;",
	  "%3Ca%20href%3D%22x%22%3E%26%27%3C%2Fa%3E", "\"\\u003ca href=\\\"x\\\">&'\\u003c/a>\"" },
	{ "UTF-8", "\xc3\xb1", "\xc3\xb1", "%C3%B1", "\"\xc3\xb1\"" },
	{ "controls", "a\n\t\r\x01", "a\n\t\r\x01", "a%0A%09%0D%01", "\"a\\n\\t\\r\\u0001\"" },
	{ "not UTF-8", "\xff" "a", "\xff" "a", "%FFa", "\"\xef\xbf\xbd" "a\"" },
	{ "cut sequence", "\xe2\x82", "\xe2\x82", "%E2%82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "surrogate", "\xed\xa0\x80", "\xed\xa0\x80", "%ED%A0%80",
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "overlong", "\xc0\xaf", "\xc0\xaf", "%C0%AF", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "line separator", "\xe2\x80\xa8", "\xe2\x80\xa8", "%E2%80%A8", "\"\\u2028\"" },
	{ "four bytes", "\xf0\x9f\x91\x9f", "\xf0\x9f\x91\x9f", "%F0%9F%91%9F",
	  "\"\xf0\x9f\x91\x9f\"" },
};

static const struct { int64_t n; const char *text; } integers[] = {
	{ 0, "0" }, { 7, "7" }, { -7, "-7" }, { 1000, "1000" },
	{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
};

static void growing(const void *ctx)
{
	struct buf *b = buf_new(ctx);
	bool same = true;

	tap_is_str(b->data, "", "a new string is empty");
	for (int i = 0; i < 10000; i++)
		buf_addc(b, (char)('a' + i % 26));
	for (int i = 0; i < 10000; i++)
		same = same && b->data[i] == 'a' + i % 26;
	tap_ok(same && b->len == 10000 && b->data[10000] == '\0', "10 000 bytes one by one");
	buf_clear(b);
	tap_is_str(b->data, "", "clear");
	buf_add(b, "a\0b", 3);
	tap_ok(b->len == 3 && memcmp(b->data, "a\0b", 4) == 0, "NUL bytes are kept");
	buf_clear(b);
	buf_adds(b, NULL);
	tap_is_int((int64_t)b->len, 0, "NULL adds nothing");
	buf_printf(b, "%0*d", 5000, 1);
	tap_ok(b->len == 5000 && b->data[4999] == '1', "printf longer than the room");
	buf_printf(b, "-%s", "end");
	tap_is_str(b->data + 4999, "1-end", "printf appends");
	buf_clear(b);
	memcpy(buf_room(b, 3), "xyz", 3);
	buf_grew(b, 3);
	tap_is_str(b->data, "xyz", "room and grew");
}

/* What is to be escaped is found wherever it stands in a text of any length. */
static void html_places(const void *ctx)
{
	enum { LONGEST = 70 };
	static const char special[] = "&<>\"'";
	struct buf *b = buf_new(ctx), *want = buf_new(ctx);
	size_t wrong = 0;

	for (size_t n = 1; n <= LONGEST; n++)
		for (size_t at = 0; at < n; at++)
			for (const char *c = special; *c != '\0'; c++) {
				char text[LONGEST];
				static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

				memset(text, 'x', n);
				text[at] = *c;
				text[0] = at != 0 && n % 2 == 0 ? '<' : text[0];
				buf_clear(b);
				buf_clear(want);
				buf_html(b, text, n);
				for (size_t i = 0; i < n; i++)
					if (i == at)
						buf_adds(want, entities[c - special]);
					else if (text[i] == '<')
						buf_adds(want, "&lt;");
					else
						buf_addc(want, text[i]);
				wrong += b->len != want->len || strcmp(b->data, want->data) != 0;
			}
	tap_is_int((int64_t)wrong, 0, "each of the five is escaped at each place");
}

/* Texts of mem.h: one longer than what is formatted on the stack, and parts joined. */
static void texts(const void *ctx)
{
	const char *text = mem_printf(ctx, "%0*d-%s", 2000, 1, "end");

	tap_ok(strlen(text) == 2004 && strcmp(text + 1999, "1-end") == 0, "a long text is formatted whole");
	tap_is_str(mem_printf(ctx, "%0*d", 511, 7) + 508, "007", "the longest short one");
	tap_is_str(mem_printf(ctx, "%0*d", 512, 7) + 509, "007", "the shortest long one");
	tap_is_str(mem_concat(ctx, "/p/", "", "a", ".html"), "/p/a.html", "parts are joined");
	tap_is_str(mem_concat(ctx, ""), "", "of nothing comes an empty text");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	struct buf *b = buf_new(ctx);

	growing(ctx);
	html_places(ctx);
	texts(ctx);
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		buf_clear(b);
		buf_html(b, escapes[i].text, strlen(escapes[i].text));
		tap_is_str(b->data, escapes[i].html, "HTML: %s", escapes[i].name);
		buf_clear(b);
		buf_url(b, escapes[i].text);
		tap_is_str(b->data, escapes[i].url, "URL: %s", escapes[i].name);
		buf_clear(b);
		buf_json(b, escapes[i].text);
		tap_is_str(b->data, escapes[i].json, "JSON: %s", escapes[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(integers); i++) {
		buf_clear(b);
		buf_int(b, integers[i].n);
		tap_is_str(b->data, integers[i].text, "integer %s", integers[i].text);
	}
	mem_free(ctx);
	return tap_done();
}
