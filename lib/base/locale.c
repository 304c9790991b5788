#include "base/locale.h"

#include <stdio.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Stores have a handful of locales and zones; a caller that makes up more gets the root
   locale, or a formatter that is opened for one use, and the process does not grow. */
#define LOCALES_MAX 64
#define ZONES_MAX 64

/* A short text of CLDR with its length: signs, separators, currency symbols. */
#define PIECE_MAX 39
struct piece {
	char text[PIECE_MAX];
	unsigned char len;
};

/* How one kind of number is written.  Learnt from what ICU writes for samples, not from
   its pattern: so the space that CLDR puts between "IDR" and digits but not between "$"
   and digits, or a sign inside the currency, needs no rule of ours. */
struct number_format {
	char currency[4];                       /* "" for plain numbers */
	struct piece before[2], after[2];       /* of positive [0] and negative [1] numbers */
	struct piece point, group;
	int first_group, next_group;            /* digits, from the right; 0: none */
	int group_from;                         /* integer digits from which groups are made */
	char digit[10][5];
	int exponent, shown;                    /* of a currency: ISO digits, digits shown when the rest is 0 */
	const char *sign;
	struct number_format *next;
};

struct zone_format {
	const char *timezone;
	UDateFormat *format;
	struct zone_format *next;
};

struct locale {
	const char *given;                      /* the tag it was asked by */
	const char *tag, *language, *own_name;
	char id[ULOC_FULLNAME_CAPACITY];        /* ICU's name */
	bool rtl;
	struct number_format number;
	UDateFormat *date;
	struct made *made;
	struct locale *next;
};

/* What is made when first asked for; apart, so that a locale is const to its users. */
struct made {
	struct number_format *money;
	struct zone_format *zones;
	int nzones;
	UCollator *collator;
	const char *country[26][26];
};

static void *process;
static struct locale *locales, *root;
static int nlocales;

static void sure(UErrorCode err, const char *what, const char *id)
{
	if (U_FAILURE(err))
		BUG("ICU cannot give the %s of locale %s: %s", what, id, u_errorName(err));
}

/* UTF-16 of N units as UTF-8 under CTX. */
static char *utf8(const void *ctx, const UChar *s, int32_t n)
{
	UErrorCode err = U_ZERO_ERROR;
	char *out = mem_array(ctx, char, (size_t)n * 3 + 1);

	u_strToUTF8(out, n * 3 + 1, NULL, s, n, &err);
	sure(err, "text", "any");
	return out;
}

/* What F writes for DECIMAL ("-8.8"), digit by digit: DIGIT is set by the first one met. */
static const char *sample(const void *ctx, UNumberFormat *f, const char *decimal, int fraction)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[256];
	int32_t n;

	unum_setAttribute(f, UNUM_MIN_FRACTION_DIGITS, fraction);
	unum_setAttribute(f, UNUM_MAX_FRACTION_DIGITS, fraction);
	n = unum_formatDecimal(f, decimal, (int32_t)strlen(decimal), wide, ARRAY_LEN(wide), NULL, &err);
	sure(err, "number format", decimal);
	return utf8(ctx, wide, n);
}

static struct piece piece(const char *from, const char *to)
{
	struct piece p = { .len = (unsigned char)(to - from) };

	if (to < from || to - from > PIECE_MAX)
		BUG("CLDR text of %td bytes", to - from);
	memcpy(p.text, from, (size_t)(to - from));
	return p;
}

/* Where the next digit 8 stands, or NULL. */
static const char *eight(const struct number_format *nf, const char *s)
{
	return strstr(s, nf->digit[8]);
}

static void learn_digits(struct number_format *nf, UNumberFormat *f, const char *id)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[8];
	UChar32 zero;
	int32_t n = unum_getSymbol(f, UNUM_ZERO_DIGIT_SYMBOL, wide, ARRAY_LEN(wide), &err);

	sure(err, "digits", id);
	U16_GET(wide, 0, 0, n, zero);
	for (int d = 0; d < 10; d++) {
		size_t len = 0;

		U8_APPEND_UNSAFE(nf->digit[d], len, (uint32_t)(zero + d));
		nf->digit[d][len] = '\0';
	}
}

/* Group sizes from "888888888888888", and how many digits a number needs to have any. */
static void learn_groups(struct number_format *nf, UNumberFormat *f, const void *tmp)
{
	static const char eights[] = "888888888888888";
	size_t width = strlen(nf->digit[8]);
	int run = 0, total = (int)sizeof(eights) - 1, left = total;
	const char *first_gap = NULL;

	for (const char *s = eight(nf, sample(tmp, f, eights, 0)); left > 0; run = 0) {
		const char *end;

		for (; strncmp(s, nf->digit[8], width) == 0; s += width, left--)
			run++;
		if (left == 0)
			break;
		end = eight(nf, s);
		if (first_gap == NULL) {
			first_gap = s;
			nf->group = piece(s, end);
		}
		nf->next_group = run;   /* the last but one run: after the leftmost, maybe short, one */
		s = end;
	}
	if (first_gap == NULL)
		return;
	nf->first_group = run;
	for (int n = run + 1; n <= total; n++) {
		const char *s = eight(nf, sample(tmp, f, eights + total - n, 0));

		if (memcmp(s + width * (size_t)(n - run), nf->group.text, nf->group.len) == 0) {
			nf->group_from = n;
			return;
		}
	}
	nf->first_group = 0;
}

static void learn(struct number_format *nf, UNumberFormat *f, const char *id)
{
	void *tmp = mem_context(NULL, "samples");
	size_t width;

	/* As CLDR has it for the locale: 1234 but 12.345 in Spain. */
	unum_setAttribute(f, UNUM_MINIMUM_GROUPING_DIGITS, UNUM_MINIMUM_GROUPING_DIGITS_AUTO);
	learn_digits(nf, f, id);
	width = strlen(nf->digit[8]);
	for (int negative = 0; negative < 2; negative++) {
		const char *s = sample(tmp, f, negative ? "-8.8" : "8.8", 1);
		const char *whole = eight(nf, s), *part = whole == NULL ? NULL : eight(nf, whole + width);

		if (part == NULL)
			BUG("ICU writes 8.8 in locale %s as %s", id, s);
		nf->before[negative] = piece(s, whole);
		nf->point = piece(whole + width, part);
		nf->after[negative] = piece(part + width, part + strlen(part));
	}
	learn_groups(nf, f, tmp);
	mem_free(tmp);
}

static void learn_number(struct locale *l)
{
	UErrorCode err = U_ZERO_ERROR;
	UNumberFormat *f = unum_open(UNUM_DECIMAL, NULL, 0, l->id, NULL, &err);

	sure(err, "number format", l->id);
	learn(&l->number, f, l->id);
	unum_close(f);
}

/* "£" where the language has a short sign for CODE, else the code itself, as CLDR says. */
static const char *learn_sign(const struct locale *l, const UChar *code)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t n;
	const UChar *sign = ucurr_getName(code, l->id, UCURR_NARROW_SYMBOL_NAME, NULL, &n, &err);

	sure(err, "currency sign", l->id);
	return utf8(process, sign, n);
}

static struct number_format *learn_money(const struct locale *l, const char *currency)
{
	struct number_format *nf = mem_new(process, struct number_format);
	UErrorCode err = U_ZERO_ERROR;
	UNumberFormat *f = unum_open(UNUM_CURRENCY, NULL, 0, l->id, NULL, &err);
	UChar code[4];
	int cash;

	nf->exponent = currency_exponent(currency);
	if (nf->exponent < 0)
		BUG("%.10s is no currency", currency);
	sure(err, "money format", l->id);
	u_uastrcpy(code, currency);
	unum_setTextAttribute(f, UNUM_CURRENCY_CODE, code, 3, &err);
	cash = ucurr_getDefaultFractionDigitsForUsage(code, UCURR_USAGE_CASH, &err);
	sure(err, "money format", currency);
	nf->shown = cash < nf->exponent ? cash : nf->exponent;
	memcpy(nf->currency, currency, sizeof(nf->currency));
	nf->sign = learn_sign(l, code);
	learn(nf, f, l->id);
	unum_close(f);
	return nf;
}

/* Room for 19 digits, each with a separator, and what stands around them. */
#define NUMBER_MAX 1024

static char *put(char *out, const struct piece *p)
{
	memcpy(out, p->text, p->len);
	return out + p->len;
}

static char *put_digit(char *out, const struct number_format *nf, char digit)
{
	for (const char *s = nf->digit[digit - '0']; *s != '\0'; s++)
		*out++ = *s;
	return out;
}

/* WHOLE and PART are ASCII digits; PART may be empty. */
static void write_number(const struct number_format *nf, bool negative, const char *whole, int nwhole,
			 const char *part, int npart, struct buf *out)
{
	char text[NUMBER_MAX], *s = put(text, &nf->before[negative]);
	bool groups = nf->first_group > 0 && nwhole >= nf->group_from;

	for (int i = 0; i < nwhole; i++) {
		int left = nwhole - i;  /* digits from here on */

		if (groups && i > 0 && left >= nf->first_group &&
		    (left - nf->first_group) % nf->next_group == 0)
			s = put(s, &nf->group);
		s = put_digit(s, nf, whole[i]);
	}
	if (npart > 0)
		s = put(s, &nf->point);
	for (int i = 0; i < npart; i++)
		s = put_digit(s, nf, part[i]);
	s = put(s, &nf->after[negative]);
	buf_add(out, text, (size_t)(s - text));
}

/* ASCII digits of N without sign, at least LEAST of them, ending at END. */
static char *digits_of(int64_t n, int least, char *end)
{
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

	for (; left > 0 || least > 0; left /= 10, least--)
		*--end = (char)('0' + left % 10);
	return end;
}

void locale_int(const struct locale *l, int64_t n, struct buf *out)
{
	char ascii[24], *end = ascii + sizeof(ascii), *s = digits_of(n, 1, end);

	write_number(&l->number, n < 0, s, (int)(end - s), "", 0, out);
}

static const struct number_format *money_of(const struct locale *l, const char *currency)
{
	struct number_format *nf = l->made->money;

	while (nf != NULL && strcmp(nf->currency, currency) != 0)
		nf = nf->next;
	if (nf == NULL) {
		nf = learn_money(l, currency);
		nf->next = l->made->money;
		l->made->money = nf;
	}
	return nf;
}

const char *locale_currency_sign(const struct locale *l, const char *currency)
{
	return money_of(l, currency)->sign;
}

void locale_money(const struct locale *l, const char *currency, int64_t minor, struct buf *out)
{
	char ascii[24], *end = ascii + sizeof(ascii), *s;
	const struct number_format *nf = money_of(l, currency);
	int part;

	s = digits_of(minor, nf->exponent + 1, end);
	part = nf->exponent;
	if (part > nf->shown) {
		int zeros = 0;

		while (zeros < part - nf->shown && end[-1 - zeros] == '0')
			zeros++;
		if (zeros == part - nf->shown)
			part = nf->shown;
	}
	write_number(nf, minor < 0, s, (int)(end - s) - nf->exponent, end - nf->exponent, part, out);
}

void locale_decimal(const struct locale *l, const char *decimal, struct buf *out)
{
	bool negative = *decimal == '-';
	const char *whole = decimal + negative;
	size_t nwhole = strspn(whole, "0123456789"), npart = 0;
	const char *part = whole + nwhole;

	if (*part == '.') {
		part++;
		npart = strspn(part, "0123456789");
	}
	/* Anything else than a number of sensible length is printed as it came. */
	if (nwhole == 0 || part[npart] != '\0' || (part > whole + nwhole && npart == 0) || nwhole + npart > 40)
		buf_adds(out, decimal);
	else
		write_number(&l->number, negative, whole, (int)nwhole, part, (int)npart, out);
}

/* The name of a language or country as ICU gives it, under the process. */
static char *display(int32_t (*name_of)(const char *, const char *, UChar *, int32_t, UErrorCode *),
		     const char *what, const char *in)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[200];
	int32_t n = name_of(what, in, wide, ARRAY_LEN(wide), &err);

	sure(err, "name", in);
	return utf8(process, wide, n);
}

static const char *capitalised(const char *s)
{
	char first[5];
	size_t len = 0, n;
	uint32_t cp;

	n = utf8_decode(s, strlen(s), &cp);
	if (n == 0)
		return s;
	U8_APPEND_UNSAFE(first, len, (uint32_t)u_totitle((UChar32)cp));
	return mem_printf(process, "%.*s%s", (int)len, first, s + n);
}

static bool language_known(const char *language)
{
	char have[ULOC_LANG_CAPACITY];

	for (int32_t i = 0; i < uloc_countAvailable(); i++) {
		UErrorCode err = U_ZERO_ERROR;

		uloc_getLanguage(uloc_getAvailable(i), have, sizeof(have), &err);
		if (U_SUCCESS(err) && strcmp(have, language) == 0)
			return true;
	}
	return false;
}

static UDateFormat *date_format(const struct locale *l, UDateFormatStyle time, const char *zone)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[64];
	int32_t n;
	UDateFormat *f;

	u_strFromUTF8(wide, ARRAY_LEN(wide), &n, zone, -1, &err);
	if (U_FAILURE(err))             /* no zone has such a name */
		n = (int32_t)(u_uastrcpy(wide, "Etc/UTC"), u_strlen(wide));
	err = U_ZERO_ERROR;
	f = udat_open(time, UDAT_MEDIUM, l->id, wide, n, NULL, 0, &err);
	sure(err, "date format", l->id);
	return f;
}

static struct locale *open_locale(const char *given, const char *id)
{
	struct locale *l = mem_new(process, struct locale);
	char text[ULOC_FULLNAME_CAPACITY];
	UErrorCode err = U_ZERO_ERROR;

	l->given = mem_strdup(process, given);
	snprintf(l->id, sizeof(l->id), "%s", id);
	uloc_toLanguageTag(id, text, sizeof(text), false, &err);
	l->tag = mem_strdup(process, text);
	uloc_getLanguage(id, text, sizeof(text), &err);
	sure(err, "language", id);
	l->language = mem_strdup(process, *text == '\0' ? "und" : text);
	l->own_name = capitalised(display(uloc_getDisplayLanguage, l->language, id));
	l->rtl = uloc_isRightToLeft(id);
	l->made = mem_new(process, struct made);
	learn_number(l);
	l->date = date_format(l, UDAT_NONE, "Etc/UTC");
	l->next = locales;
	locales = l;
	nlocales++;
	return l;
}

const struct locale *locale_get(const char *tag)
{
	char id[ULOC_FULLNAME_CAPACITY], language[ULOC_LANG_CAPACITY];
	UErrorCode err = U_ZERO_ERROR;
	int32_t parsed = 0;

	for (const struct locale *l = locales; l != NULL; l = l->next)
		if (strcmp(l->given, tag) == 0)
			return l;
	if (root == NULL) {
		process = mem_context(NULL, "locales");
		root = open_locale("und", "");
	}
	uloc_forLanguageTag(tag, id, sizeof(id), &parsed, &err);
	if (U_FAILURE(err) || err == U_STRING_NOT_TERMINATED_WARNING ||
	    (size_t)parsed != strlen(tag) || nlocales >= LOCALES_MAX)
		return root;
	uloc_getLanguage(id, language, sizeof(language), &err);
	if (U_FAILURE(err) || !language_known(language))
		return root;
	return open_locale(tag, id);
}

const char *locale_tag(const struct locale *l)
{
	return l->tag;
}

const char *locale_language(const struct locale *l)
{
	return l->language;
}

bool locale_rtl(const struct locale *l)
{
	return l->rtl;
}

const char *locale_own_name(const struct locale *l)
{
	return l->own_name;
}

const char *locale_country(const struct locale *l, const char *country)
{
	const char **slot;
	char id[4];

	if (strlen(country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')
		return country;
	slot = &l->made->country[country[0] - 'A'][country[1] - 'A'];
	if (*slot == NULL) {
		snprintf(id, sizeof(id), "_%s", country);
		*slot = display(uloc_getDisplayCountry, id, l->id);
	}
	return *slot;
}

int locale_compare(const struct locale *l, const char *a, const char *b)
{
	UErrorCode err = U_ZERO_ERROR;
	UCollationResult order;

	if (l->made->collator == NULL)
		l->made->collator = ucol_open(l->id, &err);
	sure(err, "collator", l->id);
	order = ucol_strcollUTF8(l->made->collator, a, -1, b, -1, &err);
	sure(err, "order", l->id);
	return (int)order;
}

static void write_moment(UDateFormat *f, int64_t ms, struct buf *out)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[200];
	char text[sizeof(wide) / sizeof(*wide) * 3];
	int32_t n = udat_format(f, (UDate)ms, wide, ARRAY_LEN(wide), NULL, &err), bytes;

	u_strToUTF8(text, sizeof(text), &bytes, wide, n, &err);
	sure(err, "date", "any");
	buf_add(out, text, (size_t)bytes);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible
   Low-Level Date Algorithms", days_from_civil). */
static int64_t days_since_1970(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = y / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool parse_date(const char *iso, int64_t *days_out)
{
	static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	char part[3][5] = { "" };
	int64_t y, m, d;
	bool leap;

	if (strlen(iso) != 10 || iso[4] != '-' || iso[7] != '-')
		return false;
	memcpy(part[0], iso, 4);
	memcpy(part[1], iso + 5, 2);
	memcpy(part[2], iso + 8, 2);
	if (!parse_int(part[0], 1, 9999, &y) || !parse_int(part[1], 1, 12, &m) || !parse_int(part[2], 1, 31, &d))
		return false;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (d > month_days[m - 1] + (m == 2 && leap))
		return false;
	*days_out = days_since_1970(y, m, d);
	return true;
}

void locale_date(const struct locale *l, const char *iso, struct buf *out)
{
	int64_t days;

	if (parse_date(iso, &days))
		write_moment(l->date, days * 86400000, out);
	else
		buf_adds(out, iso);
}

void locale_time(const struct locale *l, int64_t ms, const char *timezone, struct buf *out)
{
	struct made *made = l->made;
	struct zone_format *z = made->zones;

	while (z != NULL && strcmp(z->timezone, timezone) != 0)
		z = z->next;
	if (z == NULL && made->nzones >= ZONES_MAX) {
		UDateFormat *f = date_format(l, UDAT_SHORT, timezone);

		write_moment(f, ms, out);
		udat_close(f);
		return;
	}
	if (z == NULL) {
		z = mem_new(process, struct zone_format);
		z->timezone = mem_strdup(process, timezone);
		z->format = date_format(l, UDAT_SHORT, timezone);
		z->next = made->zones;
		made->zones = z;
		made->nzones++;
	}
	write_moment(z->format, ms, out);
}
