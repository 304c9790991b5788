#include "pay/stripe.h"

#include "base/locale.h"

#include <string.h>

/* --- amounts -------------------------------------------------------------------------- */

/* Stripe counts in hundredths, but not always:
   - whole units, where it calls a currency zero-decimal (the ariary is one, though ISO 4217
     gives it two digits);
   - thousandths, of which the last digit must be 0;
   - hundredths of currencies that have none any more: krona of Iceland and shilling of
     Uganda are sent as 100 for 1 and nothing else ("special cases" of its list; sending
     1 for 1 charges a hundredth, or is refused). */
static const struct unit {
	char currency[4];
	signed char digits;             /* behind the point, at Stripe */
	short step;                     /* an amount is a multiple of this */
} units[] = {
	{ "BHD", 3, 10 }, { "BIF", 0, 1 }, { "CLP", 0, 1 }, { "DJF", 0, 1 }, { "GNF", 0, 1 },
	{ "ISK", 2, 100 }, { "JOD", 3, 10 }, { "JPY", 0, 1 }, { "KMF", 0, 1 }, { "KRW", 0, 1 },
	{ "KWD", 3, 10 }, { "MGA", 0, 1 }, { "OMR", 3, 10 }, { "PYG", 0, 1 }, { "RWF", 0, 1 },
	{ "TND", 3, 10 }, { "UGX", 2, 100 }, { "VND", 0, 1 }, { "VUV", 0, 1 }, { "XAF", 0, 1 },
	{ "XOF", 0, 1 }, { "XPF", 0, 1 },
};

/* "Max 8 digits (12 for a few currencies)": beyond that is no shop's order. */
#define AMOUNT_MAX INT64_C(999999999999)

static bool unit_of(const char *currency, struct unit *out)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(units[i].currency, currency) == 0) {
			*out = units[i];
			return true;
		}
	}
	*out = (struct unit){ .digits = 2, .step = 1 };
	/* A currency of other digits that stands not above is none Stripe takes. */
	return currency_exponent(currency) == 2;
}

/* N, counted with FROM digits behind the point, counted with TO. */
static bool shift(int64_t n, int from, int to, int64_t *out)
{
	for (; from < to; from++)
		if (__builtin_mul_overflow(n, 10, &n))
			return false;
	for (; from > to; from--) {
		if (n % 10 != 0)
			return false;
		n /= 10;
	}
	*out = n;
	return true;
}

bool stripe_amount(const char *currency, int64_t minor, int64_t *out)
{
	struct unit u;

	return minor > 0 && unit_of(currency, &u) && shift(minor, currency_exponent(currency), u.digits, out) &&
	       *out % u.step == 0 && *out <= AMOUNT_MAX;
}

bool stripe_minor(const char *currency, int64_t amount, int64_t *out)
{
	char upper[4] = "";
	struct unit u;

	if (strlen(currency) != 3)
		return false;
	for (int i = 0; i < 3; i++)
		upper[i] = (char)(currency[i] >= 'a' && currency[i] <= 'z' ? currency[i] - 'a' + 'A' : currency[i]);
	return amount >= 0 && unit_of(upper, &u) && shift(amount, u.digits, currency_exponent(upper), out);
}

/* --- forms ------------------------------------------------------------------------------ */

static bool stands_for_itself(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       strchr("-._~*", c) != NULL;
}

static void escaped(struct buf *form, const char *s, const char *also)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (stands_for_itself(c) || strchr(also, c) != NULL)
			buf_addc(form, *s);
		else if (c == ' ')
			buf_addc(form, '+');
		else
			buf_printf(form, "%%%02X", c);
	}
}

void stripe_form_text(struct buf *form, const char *name, const char *value)
{
	if (form->len > 0)
		buf_addc(form, '&');
	escaped(form, name, "[]");
	buf_addc(form, '=');
	escaped(form, value, "");
}

void stripe_form_int(struct buf *form, const char *name, int64_t value)
{
	stripe_form_text(form, name, "");
	buf_int(form, value);
}

/* --- languages -------------------------------------------------------------------------- */

/* What the hosted page speaks; the whole tag is tried first. */
static const char *const locales[] = {
	"bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu",
	"id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl",
	"sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
};

const char *stripe_locale(const char *tag)
{
	size_t language = strcspn(tag, "-");

	for (size_t i = 0; i < ARRAY_LEN(locales); i++)
		if (strcmp(locales[i], tag) == 0)
			return locales[i];
	for (size_t i = 0; i < ARRAY_LEN(locales); i++)
		if (strlen(locales[i]) == language && strncmp(locales[i], tag, language) == 0)
			return locales[i];
	return "auto";
}

/* Letters and digits, and enough of them that none were lost in copying. */
static bool is_rest(const char *s)
{
	size_t n = strlen(s);

	return n >= 8 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=") == n;
}

enum pay_shape stripe_shape(const char *text)
{
	static const struct { const char *begin; enum pay_shape shape; } shapes[] = {
		{ "sk_test_", PAY_SHAPE_TEST }, { "rk_test_", PAY_SHAPE_TEST },
		{ "sk_live_", PAY_SHAPE_LIVE }, { "rk_live_", PAY_SHAPE_LIVE },
		{ "pk_test_", PAY_SHAPE_PUBLIC }, { "pk_live_", PAY_SHAPE_PUBLIC },
		{ "whsec_", PAY_SHAPE_WEBHOOK },
	};

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t n = strlen(shapes[i].begin);

		if (strncmp(text, shapes[i].begin, n) == 0)
			return is_rest(text + n) ? shapes[i].shape : PAY_SHAPE_NONE;
	}
	return PAY_SHAPE_NONE;
}
