#include "base/utf8.h"

#include <limits.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/mem.h"

/* Everything below is already in NFC (Unicode: the first combining mark). */
#define FIRST_NOT_NFC 0x0300

size_t utf8_decode(const char *s, size_t n, uint32_t *out)
{
	/* By length: the bits a first byte keeps, and the smallest value that needs it. */
	static const struct { unsigned char mask, lead; uint32_t least; } forms[] = {
		[1] = { 0x7f, 0x00, 0 },
		[2] = { 0x1f, 0xc0, 0x80 },
		[3] = { 0x0f, 0xe0, 0x800 },
		[4] = { 0x07, 0xf0, 0x10000 },
	};
	unsigned char lead = n == 0 ? 0 : (unsigned char)s[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t cp = lead & forms[len].mask;

	if (n < len || (lead & (unsigned char)~forms[len].mask) != forms[len].lead)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (cp < forms[len].least || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	*out = cp;
	return len;
}

bool utf8_valid(const char *s, size_t n)
{
	uint32_t cp;

	while (n > 0) {
		size_t step = (unsigned char)*s < 0x80 ? 1 : utf8_decode(s, n, &cp);

		if (step == 0)
			return false;
		s += step;
		n -= step;
	}
	return true;
}

size_t utf8_length(const char *s)
{
	size_t count = 0;

	for (; *s != '\0'; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			count++;
	return count;
}

/* Characters nobody sees that make two texts look alike or turn their order. */
static bool deceives(uint32_t cp)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x00ad, 0x00ad },     /* soft hyphen */
		{ 0x034f, 0x034f },     /* combining grapheme joiner */
		{ 0x061c, 0x061c },     /* Arabic letter mark */
		{ 0x180e, 0x180e },     /* Mongolian vowel separator */
		{ 0x200b, 0x200b },     /* zero-width space */
		{ 0x200e, 0x200f },     /* left-to-right and right-to-left mark */
		{ 0x202a, 0x202e },     /* embeddings and overrides */
		{ 0x2060, 0x206f },     /* word joiner, invisible operators, isolates, shaping */
		{ 0x3164, 0x3164 },     /* Hangul filler */
		{ 0xfeff, 0xfeff },     /* byte order mark */
		{ 0xffa0, 0xffa0 },     /* half-width Hangul filler */
		{ 0xfff9, 0xfffb },     /* interlinear annotation */
		{ 0xe0000, 0xe007f },   /* tags */
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

struct cleaner {
	char *out;              /* as long as the input: nothing here makes text longer */
	size_t len;
	size_t end;             /* after the last character that is to be seen */
	uint32_t before;        /* the last character kept */
	unsigned marks;         /* combining marks since the last base character */
	bool needs_nfc;
};

static bool joiner(uint32_t cp)
{
	return cp == 0x200c || cp == 0x200d;
}

static void keep(struct cleaner *c, uint32_t cp)
{
	bool space = u_isUWhiteSpace((UChar32)cp);

	if (space && c->end == 0)
		return;                 /* white space in front */
	U8_APPEND_UNSAFE(c->out, c->len, cp);
	if (!space && !joiner(cp))
		c->end = c->len;        /* a joiner at the end joins nothing */
	if (cp >= FIRST_NOT_NFC)
		c->needs_nfc = true;
	c->before = cp;
}

/* Letters, digits and signs of ASCII: what most texts consist of, and never anything else. */
static bool plain(uint32_t cp)
{
	return cp > 0x20 && cp < 0x7f;
}

static void keep_plain(struct cleaner *c, uint32_t cp)
{
	c->out[c->len++] = (char)cp;
	c->end = c->len;
	c->before = cp;
	c->marks = 0;
}

/* False when the text must be refused for this character. */
static bool take(struct cleaner *c, uint32_t cp, enum text_kind kind)
{
	if (plain(cp)) {
		keep_plain(c, cp);
		return true;
	}
	if (cp == 0x2028 || cp == 0x2029)
		cp = kind == TEXT_BLOCK ? '\n' : ' ';
	if ((cp == '\n' || cp == '\t') && kind == TEXT_BLOCK) {
		keep(c, cp);
		c->marks = 0;
		return true;
	}
	if (u_charType((UChar32)cp) == U_CONTROL_CHAR || U_IS_UNICODE_NONCHAR((UChar32)cp))
		return false;
	if (deceives(cp))
		return true;
	if (joiner(cp) && c->before < 0x0600)
		return true;
	if (U_GET_GC_MASK((UChar32)cp) & U_GC_M_MASK) {
		if (++c->marks > TEXT_MARKS_MAX)
			return false;
	} else {
		c->marks = 0;
	}
	keep(c, cp);
	return true;
}

static char *to_nfc(const void *ctx, char *s, size_t n)
{
	UErrorCode err = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&err);
	/* One UTF-8 byte gives at most one UTF-16 unit; NFC makes that at most 3 times as
	   long (Unicode FAQ, normalisation), and a unit back to at most 3 bytes. */
	int32_t room = (int32_t)n + 1, nfc_room = (int32_t)n * 3 + 1, len, nfc_len;
	UChar *wide = mem_array(ctx, UChar, (size_t)room);
	UChar *normal = mem_array(wide, UChar, (size_t)nfc_room);
	char *out;

	u_strFromUTF8(wide, room, &len, s, (int32_t)n, &err);
	if (U_SUCCESS(err) && unorm2_isNormalized(nfc, wide, len, &err)) {
		mem_free(wide);
		return s;
	}
	nfc_len = unorm2_normalize(nfc, wide, len, normal, nfc_room, &err);
	if (U_FAILURE(err))
		BUG("NFC fails: %s", u_errorName(err));
	out = mem_array(ctx, char, (size_t)nfc_len * 3 + 1);
	u_strToUTF8(out, nfc_len * 3 + 1, NULL, normal, nfc_len, &err);
	if (U_FAILURE(err))
		BUG("NFC fails: %s", u_errorName(err));
	mem_free(wide);
	mem_free(s);
	return out;
}

char *text_nfc(const void *ctx, const char *s, size_t n)
{
	if (n > TEXT_BYTES_MAX || !utf8_valid(s, n))
		BUG("no text");
	return to_nfc(ctx, mem_strndup(ctx, s, n), n);
}

char *text_clean(const void *ctx, const char *s, size_t n, enum text_kind kind)
{
	struct cleaner c = { .len = 0 };

	if (n > TEXT_BYTES_MAX)
		return NULL;
	c.out = mem_array(ctx, char, n + 1);
	while (n > 0) {
		uint32_t cp;
		size_t step = utf8_decode(s, n, &cp);

		if (step == 1 && n > 1 && s[0] == '\r' && s[1] == '\n') {
			cp = '\n';
			step = 2;
		}
		if (step == 0 || !take(&c, cp, kind)) {
			mem_free(c.out);
			return NULL;
		}
		s += step;
		n -= step;
	}
	c.out[c.end] = '\0';
	return c.needs_nfc ? to_nfc(ctx, c.out, c.end) : c.out;
}

bool parse_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = s != NULL && *s == '-';
	int64_t v = 0;

	if (s == NULL)
		return false;
	s += negative;
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		int digit = *s - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, digit, &v))
			return false;
	}
	/* Counted downwards, so that the smallest number fits. */
	if (!negative && __builtin_sub_overflow((int64_t)0, v, &v))
		return false;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool parse_money(const char *s, int exponent, int64_t *minor_out)
{
	int64_t v = 0;
	int after = -1;         /* digits after the point; -1: no point yet */

	if (exponent < 0 || exponent > 4)
		BUG("currency with %d digits", exponent);
	if (s == NULL || *s < '0' || *s > '9')
		return false;
	for (; *s != '\0'; s++) {
		int digit = *s - '0';

		if (*s == '.' && after < 0) {
			after = 0;
			continue;
		}
		if (digit < 0 || digit > 9 || (after >= 0 && ++after > exponent) ||
		    __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	if (after == 0)
		return false;
	for (after = after < 0 ? 0 : after; after < exponent; after++)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	*minor_out = v;
	return true;
}

bool word_in(const char *word, const char *words)
{
	size_t n = strlen(word);

	if (n == 0 || strchr(word, ' ') != NULL)
		return false;
	for (const char *s = words; (s = strstr(s, word)) != NULL; s++)
		if ((s == words || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0'))
			return true;
	return false;
}

bool is_rate(const char *s)
{
	size_t whole = strspn(s, "0123456789"), part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;

	return whole > 0 && whole <= 9 && (s[whole] == '\0' || (part > 0 && part <= 9 && s[whole + 1 + part] == '\0'))
		&& strpbrk(s, "123456789") != NULL;
}
