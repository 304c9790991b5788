/* Names and values come out of what browsers send exactly as meant, or not at all
   (T65, T66): query strings, cookies, request targets, multipart in pieces of any size. */
#include "web/form.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "tap.h"
#include "web/limits.h"
#include "web/multipart.h"

static void *ctx;

static const char *result_name(enum form_result r)
{
	static const char *const names[] = { "ok", "malformed", "too many", "too large" };

	return names[r];
}

/* "name=value|name=value", or the reason why not. */
static const char *shown(const struct inputs *in, enum form_result r)
{
	struct buf *b = buf_new(ctx);

	if (r != FORM_OK)
		return result_name(r);
	for (size_t i = 0; i < in->n; i++)
		buf_printf(b, "%s%s=%s", i > 0 ? "|" : "", in->item[i].name, in->item[i].value);
	return b->data;
}

static void urlencoded(void)
{
	static const struct { const char *name, *in, *want; } cases[] = {
		{ "empty", "", "" },
		{ "one", "a=1", "a=1" },
		{ "several", "a=1&b=2&a=3", "a=1|b=2|a=3" },
		{ "plus and escapes", "a=x+y%2Bz%26%3D&b%20c=%C3%B1", "a=x y+z&=|b c=\xc3\xb1" },
		{ "no value", "a&b=", "a=|b=" },
		{ "empty pairs", "&&a=1&", "a=1" },
		{ "value with '='", "a=b=c", "a=b=c" },
		{ "semicolon separates nothing", "a=1;b=2", "a=1;b=2" },
		{ "no name", "=1", "malformed" },
		{ "bad escape", "a=%zz", "malformed" },
		{ "cut escape", "a=%4", "malformed" },
		{ "lone percent", "a=%", "malformed" },
		{ "NUL", "a=%00", "malformed" },
		{ "NUL in the name", "a%00=1", "malformed" },
		{ "no UTF-8", "a=%ff", "malformed" },
		{ "overlong slash", "a=%c0%af", "malformed" },
		{ "half a character", "a=%c3", "malformed" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct inputs *in = inputs_new(ctx);
		enum form_result r = form_urlencoded(in, cases[i].in, strlen(cases[i].in));

		tap_is_str(shown(in, r), cases[i].want, "urlencoded: %s", cases[i].name);
	}
}

static void bounds(void)
{
	struct buf *b = buf_new(ctx);
	struct inputs *in = inputs_new(ctx);

	for (int i = 0; i < LIMIT_INPUTS; i++)
		buf_printf(b, "p%d=1&", i);
	tap_is_str(result_name(form_urlencoded(in, b->data, b->len)), "ok", "as many parameters as allowed");
	tap_is_int((int64_t)in->n, LIMIT_INPUTS, "all are there");
	buf_adds(b, "one=more");
	tap_is_str(result_name(form_urlencoded(inputs_new(ctx), b->data, b->len)), "too many", "and one more");
	buf_clear(b);
	for (int i = 0; i < LIMIT_NAME_BYTES; i++)
		buf_addc(b, 'n');
	tap_is_str(result_name(form_urlencoded(inputs_new(ctx), b->data, b->len)), "ok", "the longest name");
	buf_addc(b, 'n');
	tap_is_str(result_name(form_urlencoded(inputs_new(ctx), b->data, b->len)), "malformed", "and one longer");
}

static void cookies(void)
{
	static const struct { const char *name, *header, *want; } cases[] = {
		{ "alone", "sid=abc", "abc" },
		{ "among others", "a=b; sid=abc; c=d", "abc" },
		{ "the first of two", "sid=abc; sid=def", "abc" },
		{ "without space", "a=b;sid=abc", "abc" },
		{ "trailing blanks", "sid=abc  ; a=b", "abc" },
		{ "name is a part of another", "xsid=no; sidx=no; sid=abc", "abc" },
		{ "absent", "a=b", NULL },
		{ "no header", NULL, NULL },
		{ "empty header", "", NULL },
		{ "empty value", "sid=", NULL },
		{ "quoted value", "sid=\"abc\"", NULL },
		{ "control in the value", "sid=a\x01" "bc", NULL },
		{ "other case", "SID=abc", NULL },
		{ "no '='", "sid", NULL },
	};
	struct buf *b = buf_new(ctx);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_str(form_cookie(ctx, cases[i].header, "sid"), cases[i].want, "cookie: %s", cases[i].name);
	for (int i = 0; i < LIMIT_COOKIES; i++)
		buf_adds(b, "a=b; ");
	buf_adds(b, "sid=abc");
	tap_is_str(form_cookie(ctx, b->data, "sid"), NULL, "cookie: behind more than a browser keeps");
}

static void types(void)
{
	static const struct { const char *in; enum form_type type; const char *boundary; } cases[] = {
		{ NULL, FORM_NONE, NULL }, { "", FORM_NONE, NULL },
		{ "application/x-www-form-urlencoded", FORM_URLENCODED, NULL },
		{ "Application/X-WWW-Form-Urlencoded; charset=utf-8", FORM_URLENCODED, NULL },
		{ "application/x-www-form-urlencodedx", FORM_OTHER, NULL },
		{ "text/plain", FORM_OTHER, NULL },
		{ "multipart/form-data; boundary=----x", FORM_MULTIPART, "----x" },
		{ "multipart/form-data; charset=utf-8; boundary=\"a b\"", FORM_MULTIPART, "a b" },
		{ "multipart/form-data", FORM_OTHER, NULL },
		{ "multipart/form-data; boundary=", FORM_OTHER, NULL },
		{ "multipart/form-data; boundary=\"x", FORM_OTHER, NULL },
		{ "multipart/form-data; boundary=a\r\nb", FORM_OTHER, NULL },
		{ "multipart/mixed; boundary=x", FORM_OTHER, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *boundary;

		tap_is_int(form_type(ctx, cases[i].in, &boundary), cases[i].type, "type: %s", cases[i].in);
		tap_is_str(boundary, cases[i].boundary, "... and its boundary");
	}
}

#define FIELD(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

/* The whole of TEXT fed in pieces of SIZE bytes. */
static const char *multipart(const char *text, size_t size, const struct upload_limits *limits)
{
	struct inputs *in = inputs_new(ctx);
	struct multipart *m = multipart_new(ctx, "b", in, limits, "/tmp");
	enum form_result r = FORM_OK;

	for (size_t i = 0, n = strlen(text); r == FORM_OK && i < n; i += size)
		r = multipart_feed(m, text + i, n - i < size ? n - i : size);
	return shown(in, r == FORM_OK ? multipart_end(m) : r);
}

static void multiparts(void)
{
	static const struct upload_limits limits = { .file_bytes = 10, .files = 1 };
	static const struct { const char *name, *in, *want; } cases[] = {
		{ "one field", FIELD("a") "1\r\n--b--\r\n", "a=1" },
		{ "two fields", FIELD("a") "1\r\n" FIELD("b") "2\r\n--b--", "a=1|b=2" },
		{ "empty field", FIELD("a") "\r\n--b--", "a=" },
		{ "lines in a field", FIELD("a") "x\r\ny\r\n\r\n--b--", "a=x\r\ny\r\n" },
		{ "preamble and epilogue", "hello\r\n" FIELD("a") "1\r\n--b--bye\r\n--b\r\n", "a=1" },
		{ "almost a boundary", FIELD("a") "\r\n--\r\n-b\r-\r\n--c\r\n--b--", "a=\r\n--\r\n-b\r-\r\n--c" },
		{ "blanks behind the boundary", "--b \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--", "a=1" },
		{ "header names in any case", "--b\r\ncontent-DISPOSITION: form-data; name=\"a\"\r\n\r\n1\r\n--b--", "a=1" },
		{ "no end", FIELD("a") "1\r\n", "malformed" },
		{ "nothing", "", "malformed" },
		{ "no field", "--b--", "" },
		{ "text behind the boundary", "--bx\r\n", "malformed" },
		{ "no name", "--b\r\nContent-Disposition: form-data; filename=\"x\"\r\n\r\n1\r\n--b--", "malformed" },
		{ "empty name", FIELD("") "1\r\n--b--", "malformed" },
		{ "no disposition", "--b\r\nX: y\r\n\r\n1\r\n--b--", "malformed" },
		{ "another disposition", "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--b--", "malformed" },
		{ "no UTF-8", FIELD("a") "\xff\r\n--b--", "malformed" },
		{ "nested", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed\r\n\r\n1\r\n--b--", "malformed" },
		{ "a name inside a quoted value",
		  "--b\r\nContent-Disposition: form-data; x=\"; name=\"; name=\"a\"\r\n\r\n1\r\n--b--", "a=1" },
		{ "a file", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n1234567890\r\n--b--", "a=" },
		{ "a file too large", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n12345678901\r\n--b--",
		  "too large" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *whole = multipart(cases[i].in, 65536, &limits);
		bool same = true;

		tap_is_str(whole, cases[i].want, "multipart: %s", cases[i].name);
		for (size_t size = 1; size < 12; size++)
			same = same && strcmp(multipart(cases[i].in, size, &limits), whole) == 0;
		tap_ok(same, "... in pieces too");
	}
	tap_is_str(multipart("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n1\r\n--b--", 99, NULL),
		   "too many", "multipart: a file where none is taken");
}

static void files(void)
{
	static const struct upload_limits limits = { .file_bytes = 100, .files = 1 };
	static const char text[] = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"..\\x/y.png\"\r\n"
				   "Content-Type: image/png\r\n\r\nsole\r\n--b--";
	struct inputs *in = inputs_new(ctx);
	struct multipart *m = multipart_new(ctx, "b", in, &limits, "/tmp");
	char bytes[8] = "", hex[65];

	tap_ok(multipart_feed(m, text, strlen(text)) == FORM_OK && in->n == 1, "a file is taken");
	tap_is_str(in->item[0].file->name, "y.png", "its name without directories");
	tap_is_str(in->item[0].file->claimed_type, "image/png", "the type it claims");
	tap_is_int((int64_t)in->item[0].file->size, 4, "its size");
	tap_ok(read(in->item[0].file->fd, bytes, sizeof(bytes)) == 4 && memcmp(bytes, "sole", 4) == 0, "its bytes, from the start");
	hex_encode(in->item[0].file->sha256, 32, hex);
	tap_is_str(hex, "979a3a5fbffb6dfb58216e581222907305b11ee6d13a9c31c843ff3fcfe337dd",
		   "and their digest");
}

int main(void)
{
	log_open("form", LOG_LEVEL_FATAL);
	ctx = mem_context(NULL, "form_test");
	urlencoded();
	bounds();
	cookies();
	types();
	multiparts();
	files();
	mem_free(ctx);
	return tap_done();
}
