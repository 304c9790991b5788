/* Nothing from outside becomes a header line of its own (T51); tokens, flashes and tags are
   taken only when they are ours (T34, T70). */
#include "web/header.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tap.h"
#include "web/csrf.h"
#include "web/flash.h"
#include "web/limits.h"

static void *ctx;

static void adding(void)
{
	static const struct { const char *name, *value; bool taken; } cases[] = {
		{ "Location", "/cart", true }, { "X-A", "", true }, { "X-A", "a\tb", true },
		{ "X-A", "a\r\nSet-Cookie: b", false }, { "X-A", "a\nb", false }, { "X-A", "a\rb", false },
		{ "X-A", "\x7f", false }, { "X-A", "\xc3\xb1", false }, { "X-A", "\x01", false }, { "X-A", NULL, false },
		{ "X A", "b", false }, { "", "b", false }, { "X:", "b", false }, { "X\r\n", "b", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct headers *h = headers_new(ctx);
		bool taken = header_add(h, cases[i].name, cases[i].value);

		tap_is_int(taken, cases[i].taken, "header %zu", i);
		tap_is_int(h->refused, !cases[i].taken, "... a refused one spoils the answer");
		tap_is_int((int64_t)h->text->len, cases[i].taken ? (int64_t)(strlen(cases[i].name) + strlen(cases[i].value) + 4) : 0,
			   "... and is not half there");
	}
}

static const char *cookie(const char *name, const char *value, struct cookie_options how)
{
	struct headers *h = headers_new(ctx);

	return header_cookie(h, name, value, &how) ? h->text->data : NULL;
}

static void cookies(void)
{
	tap_is_str(cookie("sid", "abc", (struct cookie_options){ .secure = true }),
		   "Set-Cookie: __Host-sid=abc; Path=/; HttpOnly; SameSite=Lax; Secure\r\n", "a session cookie");
	tap_is_str(cookie("sid", "abc", (struct cookie_options){ .ttl_s = 60, .strict = true }),
		   "Set-Cookie: sid=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60\r\n", "a strict one with an end");
	tap_is_str(cookie("sid", "abc", (struct cookie_options){ .ttl_s = -1, .secure = true }),
		   "Set-Cookie: __Host-sid=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0\r\n", "one taken back");
	tap_is_str(cookie("sid", "a;b", (struct cookie_options){ 0 }), NULL, "a value with ';'");
	tap_is_str(cookie("sid", "a b", (struct cookie_options){ 0 }), NULL, "a value with a space");
	tap_is_str(cookie("sid", "a\r\nb", (struct cookie_options){ 0 }), NULL, "a value with a line's end");
	tap_is_str(cookie("s=d", "a", (struct cookie_options){ 0 }), NULL, "a name with '='");
}

static void tags(void)
{
	static const struct { const char *header; bool matches; } cases[] = {
		{ "\"a\"", true }, { "W/\"a\"", true }, { "\"b\", \"a\"", true }, { "\"b\",W/\"a\" ", true }, { "*", true },
		{ "\"b\"", false }, { "a", false }, { "", false }, { NULL, false }, { "\"a", false }, { "\"ab\"", false },
		{ "\"b", false }, { ",,,", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_int(header_etag_matches(cases[i].header, "\"a\""), cases[i].matches, "If-None-Match %s", cases[i].header);
}

static void origins(void)
{
	static const struct { const char *site, *origin; bool right; } cases[] = {
		{ "same-origin", NULL, true }, { "same-origin", "https://evil", true }, { NULL, "https://shop.test", true },
		{ "", "https://shop.test", true }, { "same-site", "https://shop.test", false }, { "cross-site", NULL, false },
		{ "none", NULL, false }, { "Same-Origin", NULL, false }, { NULL, NULL, false }, { NULL, "", false },
		{ NULL, "null", false }, { NULL, "http://shop.test", false }, { NULL, "https://shop.test.evil", false },
		{ NULL, "https://shop.tes", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_int(csrf_headers(cases[i].site, cases[i].origin, "https://shop.test") == NULL, cases[i].right,
			   "Sec-Fetch-Site %s, Origin %s", cases[i].site, cases[i].origin);
}

static void tokens(void)
{
	const char *token = csrf_token(ctx, "key");

	tap_ok(csrf_token_right("key", token), "a token of the visitor's own");
	tap_ok(!csrf_token_right("other", token) && !csrf_token_right(NULL, token), "of another's, of nobody's");
	tap_ok(!csrf_token_right("key", NULL) && !csrf_token_right("key", "") && !csrf_token_right("key", "key"), "none");
}

static void flashes(void)
{
	const struct flash f = { "ok", "Se guard\xc3\xb3 \"esto\"; <b>" };
	struct flash out = { NULL, NULL };
	const char *packed = flash_pack(ctx, "key", &f);
	char *long_text = mem_alloc(ctx, 1001, "text");

	tap_ok(flash_unpack(ctx, "key", packed, &out), "a flash comes back");
	tap_is_str(out.text, f.text, "as it was");
	tap_is_str(out.kind, "ok", "with its kind");
	tap_ok(header_cookie(headers_new(ctx), "flash", packed, &(struct cookie_options){ 0 }), "it is a cookie's value");
	tap_ok(!flash_unpack(ctx, "other", packed, &out), "not for another visitor");
	tap_ok(!flash_unpack(ctx, NULL, packed, &out), "not for nobody");
	for (size_t i = 0; i + 1 < strlen(packed); i++) {
		char *bent = mem_strdup(ctx, packed);

		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		if (flash_unpack(ctx, "key", bent, &out))
			tap_ok(false, "changed at %zu", i);
	}
	tap_ok(!flash_unpack(ctx, "key", csrf_token(ctx, "key"), &out), "a CSRF token is no flash");
	for (int i = 0; i < 1000; i += 2)
		memcpy(long_text + i, "\xc3\xb1", 2);
	packed = flash_pack(ctx, "key", &(struct flash){ "info", long_text });
	tap_ok(flash_unpack(ctx, "key", packed, &out) && strlen(out.text) == LIMIT_FLASH_BYTES, "a long one is cut between characters");
}

static void names(void)
{
	struct headers *h = headers_new(ctx);

	header_attachment(h, "a\"b;\r\n\xc3\xb1.pdf");
	tap_is_str(h->text->data, "Content-Disposition: attachment; filename=\"a_b____.pdf\"; "
		   "filename*=UTF-8''a%22b%3B%0D%0A%C3%B1.pdf\r\n", "a file's name in both spellings");
}

int main(void)
{
	log_open("header", LOG_LEVEL_FATAL);
	ctx = mem_context(NULL, "header_test");
	adding();
	cookies();
	tags();
	origins();
	tokens();
	flashes();
	names();
	mem_free(ctx);
	return tap_done();
}
