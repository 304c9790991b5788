/* A request target is decoded once, and has one reading or none (T52 to T55); a redirect
   stays on our site (T56). */
#include "base/mem.h"
#include "tap.h"
#include "web/form.h"
#include "web/limits.h"
#include "web/page.h"

#include <string.h>

int main(void)
{
	static const struct { const char *in, *path, *query; } targets[] = {
		{ "/", "/", "" }, { "/cart", "/cart", "" }, { "/cart/", "/cart/", "" }, { "/a?b=c", "/a", "b=c" },
		{ "/a?b?c", "/a", "b?c" }, { "/a?", "/a", "" }, { "/%C3%B1", "/\xc3\xb1", "" }, { "/a%20b", "/a b", "" },
		{ "/a+b", "/a+b", "" }, { "/a;b", "/a;b", "" }, { "/...", "/...", "" }, { "/a/.b", "/a/.b", "" },
		{ "/%2541", "/%41", "" }, { "/a?x=%2f", "/a", "x=%2f" },
		{ "", NULL, NULL }, { "a", NULL, NULL }, { "*", NULL, NULL }, { "http://x/", NULL, NULL },
		{ "//x", NULL, NULL }, { "/a//b", NULL, NULL }, { "/.", NULL, NULL }, { "/..", NULL, NULL },
		{ "/a/../b", NULL, NULL }, { "/a/%2e%2E/b", NULL, NULL }, { "/a/.", NULL, NULL }, { "/a%2Fb", NULL, NULL },
		{ "/a%5cb", NULL, NULL }, { "/a\\b", NULL, NULL }, { "/a%00", NULL, NULL }, { "/a%0Ab", NULL, NULL },
		{ "/a%7f", NULL, NULL }, { "/%", NULL, NULL }, { "/%4", NULL, NULL }, { "/%zz", NULL, NULL },
		{ "/%ff", NULL, NULL }, { "/%c0%af", NULL, NULL }, { "/a\r\nb", NULL, NULL },
	};
	static const struct { const char *in, *want; } locals[] = {
		{ "/", "/" }, { "/cart", "/cart" }, { "/en/cart?x=//y", "/en/cart?x=//y" }, { NULL, "/" }, { "", "/" },
		{ "cart", "/" }, { "//evil.test", "/" }, { "/\\evil.test", "/" }, { "/a\\b", "/" }, { "https:/x", "/" },
		{ "https://evil.test", "/" }, { "/\t/evil.test", "/" }, { "/a\r\nSet-Cookie: x", "/" }, { "/ /x", "/" },
		{ "javascript:x", "/" },
	};
	void *ctx = mem_context(NULL, "path_test");
	char long_one[LIMIT_URI_BYTES + 2];

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct target t = { NULL, NULL };

		tap_is_int(form_target(ctx, targets[i].in, &t) == FORM_OK, targets[i].path != NULL, "target '%s'", targets[i].in);
		tap_is_str(t.path, targets[i].path, "... its path");
		tap_is_str(t.query, targets[i].query, "... its query");
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[0] = '/';
	long_one[LIMIT_URI_BYTES + 1] = '\0';
	tap_is_int(form_target(ctx, long_one, &(struct target){ 0 }), FORM_TOO_LARGE, "one byte too long");
	long_one[LIMIT_URI_BYTES] = '\0';
	tap_is_int(form_target(ctx, long_one, &(struct target){ 0 }), FORM_OK, "the longest");
	for (size_t i = 0; i < ARRAY_LEN(locals); i++)
		tap_is_str(page_local(locals[i].in), locals[i].want, "redirect to '%s'", locals[i].in);
	mem_free(ctx);
	return tap_done();
}
