/* JSON from outside is taken only when it is JSON, whole, bounded and of the type asked
   for (T3, T64); json-c alone takes most of what is refused here. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tap.h"

static const struct { const char *name, *text; bool valid; } cases[] = {
	{ "empty object", "{}", true },
	{ "empty array", " [ ] \r\n", true },
	{ "every kind", "{\"a\":[1,-0,0.5,1e3,1E-2,true,false,null,\"x\"],\"b\":{}}", true },
	{ "escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\udc5f\"]", true },
	{ "largest integer", "[9223372036854775807,-9223372036854775808]", true },
	{ "same name in two objects", "[{\"a\":1},{\"a\":1}]", true },
	{ "nothing", "", false },
	{ "white space", "  ", false },
	{ "a number on top", "1", false },
	{ "null on top", "null", false },
	{ "a string on top", "\"a\"", false },
	{ "byte order mark", "\xef\xbb\xbf{}", false },
	{ "NaN", "[NaN]", false },
	{ "Infinity", "[Infinity]", false },
	{ "minus Infinity", "[-Infinity]", false },
	{ "huge exponent", "[1e999]", false },
	{ "single quotes", "{'a':1}", false },
	{ "no quotes", "{a:1}", false },
	{ "raw line feed", "[\"a\nb\"]", false },
	{ "raw tab", "[\"a\tb\"]", false },
	{ "same member twice", "{\"qty\":1,\"qty\":2}", false },
	{ "same member twice, one escaped", "{\"qty\":1,\"\\u0071ty\":2}", false },
	{ "same member twice, deep", "[[{\"a\":{\"b\":1,\"b\":1}}]]", false },
	{ "\\u0000", "[\"ab\\u0000cd\"]", false },
	{ "lone high surrogate", "[\"\\ud83d\"]", false },
	{ "lone low surrogate", "[\"\\udc5f\"]", false },
	{ "high surrogate twice", "[\"\\ud83d\\ud83d\"]", false },
	{ "raw surrogate", "[\"\xed\xa0\xbd\"]", false },
	{ "overlong UTF-8", "[\"\xc0\xaf\"]", false },
	{ "Latin-1", "[\"se\xf1or\"]", false },
	{ "2^63", "[9223372036854775808]", false },
	{ "2^64", "[18446744073709551616]", false },
	{ "leading zero", "[01]", false },
	{ "plus", "[+1]", false },
	{ "no digit before the point", "[.5]", false },
	{ "no digit after the point", "[1.]", false },
	{ "no exponent", "[1e]", false },
	{ "hexadecimal", "[0x10]", false },
	{ "65 digits", "[0.111111111111111111111111111111111111111111111111111111111111111]", false },
	{ "comma at the end", "[1,]", false },
	{ "comma at the end of an object", "{\"a\":1,}", false },
	{ "comma missing", "[1 2]", false },
	{ "colon missing", "{\"a\" 1}", false },
	{ "comment", "[1/*x*/]", false },
	{ "open array", "[1", false },
	{ "open string", "[\"a", false },
	{ "open escape", "[\"\\", false },
	{ "open \\u", "[\"\\u00", false },
	{ "no such escape", "[\"\\x41\"]", false },
	{ "wrong bracket", "[1}", false },
	{ "word of another case", "[True]", false },
	{ "half a word", "[nul]", false },
	{ "two documents", "{}{}", false },
	{ "something behind", "{} x", false },
};

static struct json_object *read_text(void *ctx, const char *text)
{
	const char *error;

	return json_read(ctx, text, strlen(text), &error);
}

static char *nested(void *ctx, int depth)
{
	struct buf *b = buf_new(ctx);

	for (int i = 0; i < depth; i++)
		buf_addc(b, '[');
	for (int i = 0; i < depth; i++)
		buf_addc(b, ']');
	return b->data;
}

static char *many(void *ctx, int nodes)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "[1");
	for (int i = 2; i < nodes; i++)
		buf_adds(b, ",1");
	buf_adds(b, "]");
	return b->data;
}

static void limits(void *ctx)
{
	char *big = mem_array(ctx, char, 10000001);
	const char *error = NULL;
	int64_t start;

	tap_ok(read_text(ctx, nested(ctx, JSON_DEPTH_MAX)) != NULL, "depth %d", JSON_DEPTH_MAX);
	tap_ok(read_text(ctx, nested(ctx, JSON_DEPTH_MAX + 1)) == NULL, "not depth %d", JSON_DEPTH_MAX + 1);
	tap_ok(read_text(ctx, nested(ctx, 100000)) == NULL, "not depth 100 000");
	tap_ok(read_text(ctx, many(ctx, JSON_NODES_MAX)) != NULL, "%d values", JSON_NODES_MAX);
	tap_ok(read_text(ctx, many(ctx, JSON_NODES_MAX + 1)) == NULL, "not %d values", JSON_NODES_MAX + 1);
	memset(big, '[', 10000000);
	start = clock_steady_us();
	tap_ok(json_read(ctx, big, 10000000, &error) == NULL, "not 10 MB");
	tap_ok(clock_steady_us() - start < 10000, "refused in less than 10 ms");
	tap_ok(json_read(ctx, "[1]\0", 4, &error) == NULL, "a NUL behind is not overlooked");
	tap_ok(json_read(ctx, "[\"a\0b\"]", 7, &error) == NULL, "a NUL in a string is refused");
}

static void types(void *ctx)
{
	static const char *const known[] = { "n", "t", NULL };
	struct json_object *o = read_text(ctx, "{\"n\":3,\"f\":3.0,\"e\":1e3,\"s\":\"12abc\",\"q\":\"3\",\"t\":true,"
		"\"z\":null,\"a\":[1,null,\"x\"],\"o\":{\"n\":-1},\"m\":145000.00,\"big\":2147483648}");
	const char *const not_int[] = { "f", "e", "s", "q", "t", "z", "a", "o", "none" };
	int64_t n = 0;
	bool yes = false;

	tap_ok(json_int(json_member(o, "n"), 1, 999, &n) && n == 3, "an integer");
	for (size_t i = 0; i < ARRAY_LEN(not_int); i++)
		tap_ok(!json_int(json_member(o, not_int[i]), INT64_MIN, INT64_MAX, &n), "\"%s\" is no integer", not_int[i]);
	tap_ok(!json_int(json_member(o, "n"), 4, 999, &n) && !json_int(json_member(o, "n"), 0, 2, &n), "out of bounds");
	tap_ok(!json_int(json_member(o, "big"), 0, INT32_MAX, &n), "2^31 is not bent into an int");
	tap_ok(json_int(json_member(json_member(o, "o"), "n"), -5, 5, &n) && n == -1, "below a member");
	tap_ok(json_flag(json_member(o, "t"), &yes) && yes, "a boolean");
	tap_ok(!json_flag(json_member(o, "n"), &yes) && !json_flag(json_member(o, "s"), &yes), "neither 3 nor text is one");
	tap_is_str(json_text(json_member(o, "s")), "12abc", "a string");
	tap_ok(json_text(json_member(o, "n")) == NULL && json_text(json_member(o, "z")) == NULL, "neither 3 nor null is one");
	tap_is_int((int64_t)json_count(json_member(o, "a")), 3, "items");
	tap_is_str(json_text(json_item(json_member(o, "a"), 2)), "x", "an item");
	tap_ok(json_item(json_member(o, "a"), 1) == NULL && json_item(json_member(o, "a"), 3) == NULL &&
	       json_item(o, 0) == NULL, "null, no item, no array");
	tap_ok(json_member(json_member(json_member(o, "none"), "x"), "y") == NULL, "a chain over nothing");
	tap_ok(json_money(json_member(o, "m"), 2, &n) && n == 14500000, "money as a number keeps its digits");
	tap_ok(json_money(json_member(o, "q"), 2, &n) && n == 300, "money as a string");
	tap_ok(!json_money(json_member(o, "e"), 2, &n) && !json_money(json_member(o, "t"), 2, &n) &&
	       !json_money(json_member(o, "s"), 2, &n), "no money");
	tap_is_str(json_unknown(o, known), "f", "the first member that is not known");
	tap_ok(json_unknown(read_text(ctx, "{\"t\":1}"), known) == NULL, "all members known");
	tap_ok(json_is_object(o) && !json_is_array(o) && json_is_array(json_member(o, "a")), "object and array");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test"), *sub;
	const char *error = NULL;
	bool sentences = true;
	size_t before;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_object *o = json_read(ctx, cases[i].text, strlen(cases[i].text), &error);

		tap_is_int(o != NULL, cases[i].valid, "%s: %s", cases[i].valid ? "taken" : "refused", cases[i].name);
		if (o == NULL)
			sentences &= strncmp(error, "The JSON text cannot be read at line ", 37) == 0 &&
				     error[strlen(error) - 1] == '.';
	}
	tap_ok(sentences, "every refusal is a sentence with the place");
	json_read(ctx, "{\n \"a\": tru}", 12, &error);
	tap_is_str(error, "The JSON text cannot be read at line 2, column 7: a value is missing.", "line and column");
	limits(ctx);
	types(ctx);
	before = mem_total(ctx);
	sub = mem_context(ctx, "request");
	read_text(sub, many(sub, 5000));
	mem_free(sub);
	tap_is_int((int64_t)mem_total(ctx), (int64_t)before, "the tree goes with its context");
	mem_free(ctx);
	return tap_done();
}
