/* Money and numbers written by our own code equal what ICU writes, over locales,
   currencies and many values; names, dates and times are those of CLDR. */
#include "base/locale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucurr.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "tap.h"

static const char *const tags[] = {
	"es-ES", "es-MX", "en-GB", "en-US", "id-ID", "de-DE", "fr-FR", "ja-JP", "ar-EG", "hi-IN",
	"de-CH", "de-AT", "fr-CH", "nl-NL", "pt-PT", "he-IL", "fa-IR", "pl-PL",
};
static const char *const currencies[] = { "EUR", "USD", "IDR", "GBP", "JPY", "KWD", "MXN" };

static const int64_t edges[] = {
	0, 1, -1, 9, 10, 99, 100, 101, 999, 1000, 1001, -1000, 9999, 10000, 99999, 100000, 123456, 999999,
	1000000, -1234567, 12345678, 999999999, 1000000000, 123456789012, 9007199254740993, -9007199254740993,
	INT64_MAX, INT64_MIN,
};

/* A number of every size, the same at each run. */
static int64_t value(size_t i)
{
	static uint64_t state = 88172645463325252;

	if (i < ARRAY_LEN(edges))
		return edges[i];
	state ^= state << 13;           /* Marsaglia, xorshift64 */
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)state >> (state % 64);
}

/* MINOR units with EXPONENT digits as ICU takes them: "-12.34". */
static void decimal_text(char out[48], int64_t minor, int exponent)
{
	uint64_t left = minor < 0 ? -(uint64_t)minor : (uint64_t)minor, scale = 1;

	for (int i = 0; i < exponent; i++)
		scale *= 10;
	if (exponent == 0)
		snprintf(out, 48, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)left);
	else
		snprintf(out, 48, "%s%llu.%0*llu", minor < 0 ? "-" : "", (unsigned long long)(left / scale),
			 exponent, (unsigned long long)(left % scale));
}

static UNumberFormat *icu_open(UNumberFormatStyle style, const char *tag)
{
	UErrorCode err = U_ZERO_ERROR;
	UNumberFormat *f = unum_open(style, NULL, 0, tag, NULL, &err);

	if (U_FAILURE(err))
		abort();
	unum_setAttribute(f, UNUM_MINIMUM_GROUPING_DIGITS, UNUM_MINIMUM_GROUPING_DIGITS_AUTO);
	return f;
}

static void icu_text(char out[200], UNumberFormat *f, const char *decimal)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[200];

	unum_formatDecimal(f, decimal, (int32_t)strlen(decimal), wide, 200, NULL, &err);
	u_strToUTF8(out, 200, NULL, wide, -1, &err);
	if (U_FAILURE(err))
		abort();
}

static void icu_double(char out[200], UNumberFormat *f, double v, const char *currency)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[200], code[4];

	u_uastrcpy(code, currency);
	unum_formatDoubleCurrency(f, v, code, wide, 200, NULL, &err);
	u_strToUTF8(out, 200, NULL, wide, -1, &err);
	if (U_FAILURE(err))
		abort();
}

static void money(void *ctx, const char *tag, const char *currency)
{
	int exponent = currency_exponent(currency), wrong = 0;
	const struct locale *l = locale_get(tag);
	UNumberFormat *f = icu_open(UNUM_CURRENCY, tag);
	struct buf *out = buf_new(ctx);
	UErrorCode err = U_ZERO_ERROR;
	char decimal[48], want[200];
	double scale = exponent == 0 ? 1 : exponent == 2 ? 100 : 1000;
	UChar code[4];

	u_uastrcpy(code, currency);
	unum_setTextAttribute(f, UNUM_CURRENCY_CODE, code, 3, &err);
	for (size_t i = 0; i < 400; i++) {
		int64_t minor = value(i);
		/* The rupiah is the one of these that daily use writes with less digits. */
		int digits = strcmp(currency, "IDR") == 0 && minor % 100 == 0 ? 0 : exponent;

		unum_setAttribute(f, UNUM_MIN_FRACTION_DIGITS, digits);
		unum_setAttribute(f, UNUM_MAX_FRACTION_DIGITS, digits);
		decimal_text(decimal, minor, exponent);
		icu_text(want, f, decimal);
		buf_clear(out);
		locale_money(l, currency, minor, out);
		if (strcmp(out->data, want) != 0 && wrong++ == 0)
			tap_note("%s: %s, not %s", decimal, out->data, want);
		/* Doubles hold 15 digits; the whole way a caller of ICU would go. */
		if (digits == exponent && minor > -1000000000000 && minor < 1000000000000) {
			icu_double(want, f, (double)minor / scale, currency);
			if (strcmp(out->data, want) != 0 && wrong++ == 0)
				tap_note("%s: %s, not %s (double)", decimal, out->data, want);
		}
	}
	unum_close(f);
	tap_is_int(wrong, 0, "money as ICU: %s %s", tag, currency);
}

static void numbers(void *ctx, const char *tag)
{
	const struct locale *l = locale_get(tag);
	UNumberFormat *f = icu_open(UNUM_DECIMAL, tag);
	struct buf *out = buf_new(ctx);
	char decimal[48], want[200];
	int wrong = 0;

	for (size_t i = 0; i < 400; i++) {
		int64_t n = value(i);
		int digits = (int)(i % 5);

		unum_setAttribute(f, UNUM_MIN_FRACTION_DIGITS, digits);
		unum_setAttribute(f, UNUM_MAX_FRACTION_DIGITS, digits);
		decimal_text(decimal, n, digits);
		icu_text(want, f, decimal);
		buf_clear(out);
		locale_decimal(l, decimal, out);
		if (strcmp(out->data, want) != 0 && wrong++ == 0)
			tap_note("%s: %s, not %s", decimal, out->data, want);
		if (digits == 0) {
			buf_clear(out);
			locale_int(l, n, out);
			if (strcmp(out->data, want) != 0 && wrong++ == 0)
				tap_note("%s: %s, not %s (int)", decimal, out->data, want);
		}
	}
	unum_close(f);
	tap_is_int(wrong, 0, "numbers as ICU: %s", tag);
}

#define NBSP "\xc2\xa0"
static void examples(void *ctx)
{
	static const struct { const char *tag, *currency; int64_t minor; const char *want; } cases[] = {
		{ "es-ES", "EUR", 123400, "1234,00" NBSP "\xe2\x82\xac" },
		{ "es-ES", "EUR", 1234500, "12.345,00" NBSP "\xe2\x82\xac" },
		{ "en-GB", "GBP", -1990, "-\xc2\xa3" "19.90" },
		{ "en-US", "IDR", 100, "IDR" NBSP "1" },
		{ "id-ID", "IDR", 15000000, "Rp" NBSP "150.000" },
		{ "id-ID", "IDR", 15000050, "Rp" NBSP "150.000,50" },
		{ "id-ID", "IDR", 15000010, "Rp" NBSP "150.000,10" },
		{ "ja-JP", "JPY", 1500, "\xef\xbf\xa5" "1,500" },
		{ "en-US", "KWD", 1, "KWD" NBSP "0.001" },
		{ "en-US", "HUF", 100000, "HUF" NBSP "1,000" },
		{ "hi-IN", "INR", 1234567800, "\xe2\x82\xb9" "1,23,45,678.00" },
	};
	static const struct { const char *code; int digits; } exponents[] = {
		{ "EUR", 2 }, { "IDR", 2 }, { "JPY", 0 }, { "KWD", 3 }, { "CLF", 4 }, { "AED", 2 }, { "ZMW", 2 },
		{ "XXX", -1 }, { "eur", -1 }, { "EU", -1 }, { "EURO", -1 }, { "", -1 },
	};
	static const struct { const char *name, *text, *want; } odd[] = {
		{ "a percentage", "0.5", "0,5" }, { "a sign", "-21", "-21" }, { "no number", "n/a", "n/a" },
		{ "no digit after the point", "1.", "1." }, { "no digit before it", ".5", ".5" },
		{ "two points", "1.2.3", "1.2.3" }, { "empty", "", "" },
		{ "41 digits", "11111111111111111111111111111111111111111", "11111111111111111111111111111111111111111" },
	};
	struct buf *out = buf_new(ctx);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_clear(out);
		locale_money(locale_get(cases[i].tag), cases[i].currency, cases[i].minor, out);
		tap_is_str(out->data, cases[i].want, "%s, %lld minor units of %s", cases[i].tag,
			   (long long)cases[i].minor, cases[i].currency);
	}
	for (size_t i = 0; i < ARRAY_LEN(exponents); i++)
		tap_is_int(currency_exponent(exponents[i].code), exponents[i].digits, "digits of %s", exponents[i].code);
	tap_is_int(currency_exponent(NULL), -1, "digits of no currency");
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		buf_clear(out);
		locale_decimal(locale_get("es-ES"), odd[i].text, out);
		tap_is_str(out->data, odd[i].want, "decimal: %s", odd[i].name);
	}
}

static void signs(void)
{
	static const struct { const char *tag, *currency, *want; } cases[] = {
		{ "en-GB", "GBP", "£" }, { "es-ES", "EUR", "€" }, { "id-ID", "IDR", "Rp" }, { "es-ES", "USD", "$" },
		{ "ja-JP", "JPY", "￥" }, { "en-GB", "KWD", "KWD" }, { "en-GB", "CHF", "CHF" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_str(locale_currency_sign(locale_get(cases[i].tag), cases[i].currency), cases[i].want, "sign of %s in %s",
			   cases[i].currency, cases[i].tag);
}

static void names(void)
{
	static const struct { const char *tag, *language, *own, *spain; bool rtl; } cases[] = {
		{ "es-ES", "es", "Espa\xc3\xb1ol", "Espa\xc3\xb1" "a", false },
		{ "en-GB", "en", "English", "Spain", false },
		{ "id-ID", "id", "Indonesia", "Spanyol", false },
		{ "fr-FR", "fr", "Fran\xc3\xa7" "ais", "Espagne", false },
		{ "ar-EG", "ar", "\xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\xa9",
		  "\xd8\xa5\xd8\xb3\xd8\xa8\xd8\xa7\xd9\x86\xd9\x8a\xd8\xa7", true },
	};
	static const char *const strange[] = { "xx-YY", "qqq", "", "es_ES@x=y", "../../etc", "es-ES-", "e" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct locale *l = locale_get(cases[i].tag);

		tap_is_str(locale_tag(l), cases[i].tag, "tag of %s", cases[i].tag);
		tap_is_str(locale_language(l), cases[i].language, "language of %s", cases[i].tag);
		tap_is_str(locale_own_name(l), cases[i].own, "own name of %s", cases[i].tag);
		tap_is_str(locale_country(l, "ES"), cases[i].spain, "Spain in %s", cases[i].tag);
		tap_is_int(locale_rtl(l), cases[i].rtl, "direction of %s", cases[i].tag);
		tap_ok(locale_get(cases[i].tag) == l, "%s is opened once", cases[i].tag);
	}
	for (size_t i = 0; i < ARRAY_LEN(strange); i++)
		tap_is_str(locale_tag(locale_get(strange[i])), "und", "root locale for \"%s\"", strange[i]);
	tap_is_str(locale_country(locale_get("es-ES"), "e1"), "e1", "no country code comes back as it is");
	tap_is_str(locale_country(locale_get("es-ES"), "QQ"), "QQ", "no such country");
}

static void dates(void *ctx)
{
	static const struct { const char *tag, *iso, *want; } days[] = {
		{ "es-ES", "2026-11-22", "22 nov 2026" },
		{ "en-GB", "2026-11-22", "22 Nov 2026" },
		{ "en-US", "2024-02-29", "Feb 29, 2024" },
		{ "id-ID", "2026-01-01", "1 Jan 2026" },
		{ "de-DE", "1999-12-31", "31.12.1999" },
		{ "en-GB", "2023-02-29", "2023-02-29" },
		{ "en-GB", "soon", "soon" },
		{ "en-GB", "2026-13-01", "2026-13-01" },
		{ "en-GB", "2026-1-01x", "2026-1-01x" },
	};
	static const struct { const char *tag, *zone; int64_t ms; const char *want; } moments[] = {
		{ "es-ES", "Europe/Madrid", 1774747800000, "29 mar 2026, 3:30" },        /* the gap day, after it */
		{ "en-GB", "Europe/Madrid", 1774744200000, "29 Mar 2026, 01:30" },       /* and before */
		{ "id-ID", "Asia/Jakarta", 0, "1 Jan 1970, 07.00" },
		{ "en-GB", "Etc/UTC", 951782400000, "29 Feb 2000, 00:00" },
		{ "en-GB", "No/Such_Zone", 951782400000, "29 Feb 2000, 00:00" },
		{ "en-GB", "\xff", 951782400000, "29 Feb 2000, 00:00" },
	};
	struct buf *out = buf_new(ctx);
	char zone[32];

	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		buf_clear(out);
		locale_date(locale_get(days[i].tag), days[i].iso, out);
		tap_is_str(out->data, days[i].want, "date %s in %s", days[i].iso, days[i].tag);
	}
	for (int round = 1; round <= 2; round++) {
		for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
			buf_clear(out);
			locale_time(locale_get(moments[i].tag), moments[i].ms, moments[i].zone, out);
			tap_is_str(out->data, moments[i].want, "moment %zu in %s, round %d", i, moments[i].tag, round);
		}
		/* More zones than are kept: the second round opens each for one use. */
		for (int i = 0; i < 100; i++) {
			snprintf(zone, sizeof(zone), "Made/Up%d", i);
			locale_time(locale_get("en-GB"), 0, zone, out);
		}
	}
}

/* People's order of names, not that of bytes. */
static void order(void)
{
	static const struct { const char *tag, *less, *more; } cases[] = {
		{ "es-ES", "Bélgica", "Bután" }, { "es-ES", "Albania", "Árbol" }, { "es-ES", "nz", "ñ" }, { "es-ES", "ñ", "o" },
		{ "en-GB", "apple", "Banana" }, { "sv-SE", "Zebra", "Åland" }, { "de-DE", "Österreich", "Polen" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct locale *l = locale_get(cases[i].tag);

		tap_ok(locale_compare(l, cases[i].less, cases[i].more) < 0 &&
		       locale_compare(l, cases[i].more, cases[i].less) > 0,
		       "%s before %s in %s", cases[i].less, cases[i].more, cases[i].tag);
	}
	tap_is_int(locale_compare(locale_get("es-ES"), "España", "España"), 0, "the same name");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	char made_up[32];

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		for (size_t j = 0; j < ARRAY_LEN(currencies); j++)
			money(ctx, tags[i], currencies[j]);
		numbers(ctx, tags[i]);
	}
	examples(ctx);
	signs();
	names();
	order();
	dates(ctx);
	for (int i = 0; i < 1000; i++) {
		snprintf(made_up, sizeof(made_up), "es-x-made%d", i);
		locale_get(made_up);
	}
	tap_is_str(locale_tag(locale_get("es-x-another")), "und", "made-up tags end in the root locale");
	tap_is_str(locale_tag(locale_get("es-ES")), "es-ES", "and leave the others alone");
	mem_free(ctx);
	return tap_done();
}
