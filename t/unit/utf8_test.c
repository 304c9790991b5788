/* Text from outside is clean or refused (T75), and numbers are taken whole or not at all
   (T3, T5): no "12abc", no 1e3, no silent wrap. */
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"

static void validity(void)
{
	static const struct { const char *name, *text; size_t n; bool valid; } cases[] = {
		{ "empty", "", 0, true },
		{ "ASCII", "shoe", 4, true },
		{ "two, three and four bytes", "\xc3\xb1\xe2\x82\xac\xf0\x9f\x91\x9f", 9, true },
		{ "U+10FFFF", "\xf4\x8f\xbf\xbf", 4, true },
		{ "U+110000", "\xf4\x90\x80\x80", 4, false },
		{ "overlong slash", "\xc0\xaf", 2, false },
		{ "overlong NUL", "\xc0\x80", 2, false },
		{ "overlong in three", "\xe0\x80\xaf", 3, false },
		{ "overlong in four", "\xf0\x80\x80\xaf", 4, false },
		{ "lone surrogate", "\xed\xa0\x80", 3, false },
		{ "surrogate pair (CESU-8)", "\xed\xa0\xbd\xed\xb1\x9f", 6, false },
		{ "cut at the end", "\xe2\x82", 2, false },
		{ "continuation alone", "\x80", 1, false },
		{ "five bytes", "\xf8\x88\x80\x80\x80", 5, false },
		{ "FE", "\xfe", 1, false },
		{ "Latin-1", "se\xf1or", 5, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_int(utf8_valid(cases[i].text, cases[i].n), cases[i].valid, "UTF-8: %s", cases[i].name);
	tap_is_int((int64_t)utf8_length("\xc3\xb1\xe2\x82\xac\xf0\x9f\x91\x9fx"), 4, "length is in code points");
}

#define REFUSED NULL
static const struct { const char *name, *in, *line, *block; } cleans[] = {
	{ "plain", "blue shoe", "blue shoe", "blue shoe" },
	{ "spaces around", "  blue  shoe \xc2\xa0", "blue  shoe", "blue  shoe" },
	{ "nothing but space", " \xe3\x80\x80 ", "", "" },
	{ "two lines", "a\nb", REFUSED, "a\nb" },
	{ "CR LF", "a\r\nb", REFUSED, "a\nb" },
	{ "lone CR", "a\rb", REFUSED, REFUSED },
	{ "tab", "a\tb", REFUSED, "a\tb" },
	{ "escape", "\x1b[31m", REFUSED, REFUSED },
	{ "DEL", "a\x7f", REFUSED, REFUSED },
	{ "C1 control", "a\xc2\x85" "b", REFUSED, REFUSED },
	{ "noncharacter", "a\xef\xbf\xbf", REFUSED, REFUSED },
	{ "line separator", "a\xe2\x80\xa8" "b", "a b", "a\nb" },
	{ "right-to-left override", "abc\xe2\x80\xae" "fdp.exe", "abcfdp.exe", "abcfdp.exe" },
	{ "isolate", "\xe2\x81\xa6" "a\xe2\x81\xa9", "a", "a" },
	{ "zero-width space", "ad\xe2\x80\x8bmin", "admin", "admin" },
	{ "byte order mark", "\xef\xbb\xbf" "admin", "admin", "admin" },
	{ "soft hyphen", "ad\xc2\xadmin", "admin", "admin" },
	{ "zero-width joiner between Latin letters", "ad\xe2\x80\x8dmin", "admin", "admin" },
	{ "zero-width joiner in a family", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
	  "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7" },
	{ "joiner at the end", "\xf0\x9f\x91\xa9\xe2\x80\x8d \xe2\x80\x8d", "\xf0\x9f\x91\xa9", "\xf0\x9f\x91\xa9" },
	{ "Persian non-joiner", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae",
	  "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae" },
	{ "Arabic stays", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
	  "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85" },
	{ "e and acute become one", "caf\x65\xcc\x81", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "marks in another order", "a\xcc\x81\xcc\xa3", "\xe1\xba\xa1\xcc\x81", "\xe1\xba\xa1\xcc\x81" },
	{ "Angstrom sign", "\xe2\x84\xab", "\xc3\x85", "\xc3\x85" },
	{ "ligature is not folded (NFC, not NFKC)", "\xef\xac\x81", "\xef\xac\x81", "\xef\xac\x81" },
	{ "overlong", "\xc0\xaf", REFUSED, REFUSED },
	{ "cut", "a\xe2\x82", REFUSED, REFUSED },
};

static void cleaning(void *ctx)
{
	char *marks = mem_array(ctx, char, 20002), *big;

	for (size_t i = 0; i < ARRAY_LEN(cleans); i++) {
		size_t n = strlen(cleans[i].in);

		tap_is_str(text_clean(ctx, cleans[i].in, n, TEXT_LINE), cleans[i].line, "line: %s", cleans[i].name);
		tap_is_str(text_clean(ctx, cleans[i].in, n, TEXT_BLOCK), cleans[i].block, "block: %s", cleans[i].name);
	}
	tap_ok(text_clean(ctx, "a\0b", 3, TEXT_BLOCK) == NULL, "a NUL is refused");
	marks[0] = 'a';
	for (int i = 0; i < 10000; i++)
		memcpy(marks + 1 + 2 * i, "\xcc\x81", 2);
	tap_ok(text_clean(ctx, marks, 20001, TEXT_LINE) == NULL, "10 000 combining marks are refused");
	tap_ok(text_clean(ctx, marks, 1 + 2 * TEXT_MARKS_MAX, TEXT_LINE) != NULL, "%d are not", TEXT_MARKS_MAX);
	tap_ok(text_clean(ctx, marks, 3 + 2 * TEXT_MARKS_MAX, TEXT_LINE) == NULL, "%d are", TEXT_MARKS_MAX + 1);
	big = mem_array(ctx, char, TEXT_BYTES_MAX + 1);
	memset(big, 'a', TEXT_BYTES_MAX + 1);
	tap_ok(text_clean(ctx, big, TEXT_BYTES_MAX, TEXT_LINE) != NULL, "a text at the limit");
	tap_ok(text_clean(ctx, big, TEXT_BYTES_MAX + 1, TEXT_LINE) == NULL, "a text past the limit is refused");

	/* Clean text is clean: a second pass changes nothing. */
	bool same = true;

	for (size_t i = 0; i < ARRAY_LEN(cleans); i++) {
		const char *once = text_clean(ctx, cleans[i].in, strlen(cleans[i].in), TEXT_BLOCK);

		if (once != NULL)
			same &= strcmp(once, text_clean(ctx, once, strlen(once), TEXT_BLOCK)) == 0;
	}
	tap_ok(same, "cleaning twice is cleaning once");
}

static void integers(void)
{
	static const struct { const char *text; int64_t min, max; bool valid; int64_t want; } cases[] = {
		{ "1", 1, 999, true, 1 },
		{ "999", 1, 999, true, 999 },
		{ "1000", 1, 999, false, 0 },
		{ "0", 1, 999, false, 0 },
		{ "-1", 1, 999, false, 0 },
		{ "-1", -5, 5, true, -1 },
		{ "007", 1, 999, true, 7 },
		{ "0.5", 0, 999, false, 0 },
		{ "1e3", 0, 9999, false, 0 },
		{ "12abc", 0, 999, false, 0 },
		{ "NaN", 0, 999, false, 0 },
		{ "true", 0, 999, false, 0 },
		{ "+1", 0, 999, false, 0 },
		{ " 1", 0, 999, false, 0 },
		{ "1 ", 0, 999, false, 0 },
		{ "1\n", 0, 999, false, 0 },
		{ "0x10", 0, 999, false, 0 },
		{ "1,000", 0, 9999, false, 0 },
		{ "--1", -5, 5, false, 0 },
		{ "-", -5, 5, false, 0 },
		{ "", -5, 5, false, 0 },
		{ "\xd9\xa1", 0, 999, false, 0 },       /* Arabic-Indic 1 */
		{ "2147483648", 0, INT32_MAX, false, 0 },
		{ "2147483648", 0, INT64_MAX, true, 2147483648 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
		{ "18446744073709551617", 0, INT64_MAX, false, 0 },     /* 2^64 + 1 */
		{ "99999999999999999999999999999999999999999", 0, INT64_MAX, false, 0 },
		{ NULL, 0, 999, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t n = 0;

		tap_ok(parse_int(cases[i].text, cases[i].min, cases[i].max, &n) == cases[i].valid &&
		       n == cases[i].want, "integer \"%s\" is %s",
		       cases[i].text == NULL ? "(none)" : strcmp(cases[i].text, "1\n") == 0 ? "1\\n" : cases[i].text,
		       cases[i].valid ? "taken" : "refused");
	}
}

static void money(void)
{
	static const struct { const char *text; int exponent; bool valid; int64_t want; } cases[] = {
		{ "19.90", 2, true, 1990 },
		{ "19.9", 2, true, 1990 },
		{ "19", 2, true, 1900 },
		{ "0", 2, true, 0 },
		{ "0.01", 2, true, 1 },
		{ "19.905", 2, false, 0 },
		{ "19.900", 2, false, 0 },
		{ "19.", 2, false, 0 },
		{ ".5", 2, false, 0 },
		{ "1.2.3", 2, false, 0 },
		{ "-1", 2, false, 0 },
		{ "+1", 2, false, 0 },
		{ "1,50", 2, false, 0 },
		{ "1 000", 2, false, 0 },
		{ "1e3", 2, false, 0 },
		{ "NaN", 2, false, 0 },
		{ "", 2, false, 0 },
		{ "1500", 0, true, 1500 },
		{ "1500.0", 0, false, 0 },
		{ "1.234", 3, true, 1234 },
		{ "1.5", 4, true, 15000 },
		{ "92233720368547758.07", 2, true, INT64_MAX },
		{ "92233720368547758.08", 2, false, 0 },
		{ "92233720368547759", 2, false, 0 },
		{ "9223372036854775808", 0, false, 0 },
		{ NULL, 2, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t n = 0;

		tap_ok(parse_money(cases[i].text, cases[i].exponent, &n) == cases[i].valid && n == cases[i].want,
		       "money \"%s\" with %d digits is %s", cases[i].text == NULL ? "(none)" : cases[i].text,
		       cases[i].exponent, cases[i].valid ? "taken" : "refused");
	}
}

static void words(void)
{
	tap_ok(word_in("a", "a") && word_in("bc", "a bc d") && word_in("d", "a bc d"), "a word of a list is found");
	tap_ok(!word_in("b", "a bc d") && !word_in("c", "a bc d") && !word_in("abc", "a bc d"), "a part of one, or more, is not");
	tap_ok(!word_in("", "a b") && !word_in("a b", "a b") && !word_in("a", ""), "nor is nothing, nor two of them");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");

	words();
	validity();
	cleaning(ctx);
	integers();
	money();
	mem_free(ctx);
	return tap_done();
}
