/*
 * Promise: translations come from .mo files of either byte order with the plural
 * forms of the language, and no file, however broken, is read beyond its end or
 * makes more than an empty catalogue.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/plural.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

struct message { const char *id; size_t nid; const char *text; size_t ntext; };
#define M(id, text) { id, sizeof(id) - 1, text, sizeof(text) - 1 }

#define HEADER "Content-Type: text/plain; charset=UTF-8\n" \
	"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 ? 1 : 2);\n"

/* Sorted by id, as the format wants it. */
static const struct message messages[] = {
	M("", HEADER),
	M("Cart", "Carrito"),
	M("empty", ""),
	M("pair\0pairs", "par\0pares\0muchos"),
	M("short\0shorts", "uno\0dos"),
};

static char dir[] = "/tmp/text-test-XXXXXX";

static void put(unsigned char *at, uint32_t w, bool big)
{
	for (int i = 0; i < 4; i++)
		at[big ? 3 - i : i] = (unsigned char)(w >> (8 * i));
}

/* A well-formed catalogue; returns its size. */
static size_t build(unsigned char *out, const struct message *m, size_t n, bool big)
{
	size_t at = 28 + 16 * n;
	const uint32_t header[7] = { 0x950412de, 0, (uint32_t)n, 28, (uint32_t)(28 + 8 * n), 0,
		28 };

	for (size_t i = 0; i < 7; i++)
		put(out + 4 * i, header[i], big);
	for (size_t i = 0; i < 2 * n; i++) {
		const char *s = i < n ? m[i].id : m[i - n].text;
		size_t len = i < n ? m[i].nid : m[i - n].ntext;

		put(out + 28 + 8 * i, (uint32_t)len, big);
		put(out + 28 + 8 * i + 4, (uint32_t)at, big);
		memcpy(out + at, s, len + 1);
		at += len + 1;
	}
	return at;
}

static const struct text *open_bytes(const void *ctx, const unsigned char *data, size_t n)
{
	char *path = mem_printf(ctx, "%s/xx.mo", dir);
	FILE *f = fopen(path, "w");
	const struct text *t;

	if (f == NULL || fwrite(data, 1, n, f) != n || fclose(f) != 0)
		BUG("cannot write %s", path);
	t = text_open(ctx, dir, "xx");
	unlink(path);
	return t;
}

static void good(const void *ctx, bool big)
{
	unsigned char data[1024];
	const struct text *t = open_bytes(ctx, data, build(data, messages, ARRAY_LEN(messages),
		big));
	const char *end = big ? "big-endian" : "little-endian";

	tap_is_str(text_get(t, "Cart"), "Carrito", "%s: a message", end);
	tap_is_str(text_get(t, "Cat"), "Cat", "%s: an unknown message", end);
	tap_is_str(text_get(t, "empty"), "empty", "%s: an untranslated message", end);
	tap_is_str(text_get(t, ""), "", "%s: the header is no translation", end);
	tap_is_int(text_plural_count(t), 3, "%s: number of forms", end);
	tap_is_str(text_plural(t, "pair", "pairs", 21), "par", "%s: form for 21", end);
	tap_is_str(text_plural(t, "pair", "pairs", 3), "pares", "%s: form for 3", end);
	tap_is_str(text_plural(t, "pair", "pairs", 11), "muchos", "%s: form for 11", end);
	tap_is_str(text_plural(t, "dog", "dogs", 1), "dog", "%s: untranslated, 1", end);
	tap_is_str(text_plural(t, "dog", "dogs", 0), "dogs", "%s: untranslated, 0", end);
	tap_is_str(text_plural(t, "pair", "other", 3), "other", "%s: another plural", end);
	tap_is_str(text_plural(t, "short", "shorts", 10), "shorts", "%s: a form too few", end);
	tap_ok(text_plural_get(t, "pair", "pairs", 3) == NULL, "%s: a form too many", end);
	tap_ok(text_plural_get(t, "Cart", "Carts", 0) == NULL, "%s: no plural message", end);
}

static const struct { const char *name; size_t at; uint32_t word; } evil[] = {
	{ "magic", 0, 0x12345678 },
	{ "revision", 4, 0x00020000 },
	{ "number of messages", 8, 0xffffffff },
	{ "number of messages, overflowing 32 bits", 8, 0x20000001 },
	{ "table of ids beyond the end", 12, 0xfffffff0 },
	{ "table of ids inside the header", 12, 4 },
	{ "table of texts beyond the end", 16, 0xfffffffc },
	{ "table not aligned", 12, 29 },
	{ "length of an id", 28 + 8, 0xffffffff },
	{ "place of an id", 28 + 12, 0xffffffff },
	{ "length that wraps", 28 + 8, 0xfffffff0 },
	{ "string without its end", 28 + 8, 3 },
	{ "ids not sorted", 28 + 12, 28 + 16 * 5 },
	{ "length of a text", 28 + 8 * 6, 0x7fffffff },
};

static const struct { const char *name, *header; } bad_headers[] = {
	{ "no charset", "Plural-Forms: nplurals=1; plural=0;\n" },
	{ "another charset", "Content-Type: text/plain; charset=ISO-8859-1\n" },
	{ "no number of forms", "charset=UTF-8\nPlural-Forms: plural=0;\n" },
	{ "0 forms", "charset=UTF-8\nPlural-Forms: nplurals=0; plural=0;\n" },
	{ "99 forms", "charset=UTF-8\nPlural-Forms: nplurals=99; plural=0;\n" },
	{ "no rule", "charset=UTF-8\nPlural-Forms: nplurals=2;\n" },
	{ "broken rule", "charset=UTF-8\nPlural-Forms: nplurals=2; plural=n !;\n" },
};

static void bad(const void *ctx)
{
	unsigned char data[1024];
	size_t n = build(data, messages, ARRAY_LEN(messages), false);
	bool empty = true;

	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		const struct text *t;

		build(data, messages, ARRAY_LEN(messages), false);
		put(data + evil[i].at, evil[i].word, false);
		t = open_bytes(ctx, data, n);
		tap_ok(strcmp(text_get(t, "Cart"), "Cart") == 0 && text_plural_count(t) == 2,
		       "refused: %s", evil[i].name);
	}
	build(data, messages, ARRAY_LEN(messages), false);
	for (size_t cut = 0; cut < n; cut++)
		empty = empty && strcmp(text_get(open_bytes(ctx, data, cut), "Cart"), "Cart") == 0;
	tap_ok(empty, "refused: the file cut at any place");
	for (size_t i = 0; i < ARRAY_LEN(bad_headers); i++) {
		struct message two[] = { M("", ""), M("Cart", "Carrito") };

		two[0].text = bad_headers[i].header;
		two[0].ntext = strlen(two[0].text);
		tap_is_str(text_get(open_bytes(ctx, data, build(data, two, 2, false)), "Cart"),
			"Cart",
			   "refused: %s", bad_headers[i].name);
	}
	tap_is_str(text_get(open_bytes(ctx, data, build(data, messages + 1, 1, false)), "Cart"),
		"Cart",
		   "refused: no header entry");
	tap_is_str(text_get(text_open(ctx, dir, "nn"), "Cart"), "Cart", "no file");
	tap_is_str(text_get(text_open(ctx, dir, "../xx"), "Cart"), "Cart",
		"a name that leaves the directory");
	tap_is_str(text_get(NULL, "Cart"), "Cart", "no catalogue");
	tap_is_str(text_plural(NULL, "one", "many", 2), "many", "no catalogue, plural");
}

static const struct { const char *rule; uint64_t n, want; } rules[] = {
	{ "0", 5, 0 }, { "n", 5, 5 }, { "n != 1;", 1, 0 }, { "n != 1", 2, 1 }, { "(n>1)", 1, 0 },
	{ "n==1 ? 0 : n==2 ? 1 : 2", 2, 1 }, { "n==1 ? 0 : n==2 ? 1 : 2", 3, 2 },
	{ "1+2*3-4/2%3", 0, 5 }, { "10-3-2", 0, 5 }, { "!n", 0, 1 }, { "!!n", 7, 1 },
	{ "n<=3 && n>=3 || n==9", 9, 1 }, { "n<=3 && n>=3 || n==9", 4, 0 }, { "n<2 == 1", 1, 1 },
	{ "1 || 0 && 0", 0, 1 }, { "n/0", 4, 0 }, { "n%0", 4, 0 }, { "(((n)))", 3, 3 },
	{ "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", 22,
		1 },
	{ "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", 12,
		2 },
	{ "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5", 103,
		3 },
};

static const char *const bad_rules[] = {
	"", ";", "n +", "(n", "n)", "n ? 1", "n ? 1 :", "x", "n = 1", "n & 1", "1 2", "!", "n == ",
	"99999999999999999999", "n != 1 garbage",
};

static void plurals(const void *ctx)
{
	char deep[400];

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct plural *p = plural_parse(ctx, rules[i].rule);

		tap_is_int(p == NULL ? -1 : (int64_t)plural_eval(p, rules[i].n),
			(int64_t)rules[i].want,
			   "%s for %d", rules[i].rule, (int)rules[i].n);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_rules); i++)
		tap_ok(plural_parse(ctx, bad_rules[i]) == NULL, "no rule: \"%s\"", bad_rules[i]);
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	tap_ok(plural_parse(ctx, deep) == NULL, "too many parentheses");
	memset(deep, '!', sizeof(deep) - 2);
	deep[sizeof(deep) - 2] = 'n';
	tap_ok(plural_parse(ctx, deep) == NULL, "too many negations");
	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = i % 2 == 0 ? 'n' : '+';
	tap_ok(plural_parse(ctx, deep) == NULL, "too many operators");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");

	log_open("text_test", LOG_LEVEL_ERROR);
	if (mkdtemp(dir) == NULL)
		BUG("cannot make %s", dir);
	good(ctx, false);
	good(ctx, true);
	bad(ctx);
	plurals(ctx);
	rmdir(dir);
	mem_free(ctx);
	return tap_done();
}
