/*
 * locale.h -- numbers, money and dates as people write them, by ICU.
 *
 * A locale is opened once per process and BCP 47 tag ("es-ES", "id-ID") and
 * lives as long as the process.  Money and integers are printed by our own
 * code from the signs, separators, groups and digits learnt from ICU once per
 * locale and currency (ICU per value costs 15 us a page, see the performance
 * notes); dates go through ICU formatters kept with the locale.
 *
 * What is written equals ICU's own output with the locale's minimum grouping
 * digits (Spain: 1234,00 but 12.345,00) and the locale's default digits (Egypt:
 * Arabic-Indic ones); t/unit/locale_test.c compares the two.
 */
#ifndef BASE_LOCALE_H
#define BASE_LOCALE_H

#include "base/buf.h"

struct locale;

/* The locale for a BCP 47 tag; an unknown tag gives the root locale ("und").  Never NULL.
   At most 64 locales are opened in a process; further tags give the root locale too. */
const struct locale *locale_get(const char *tag);
const char *locale_tag(const struct locale *l);          /* "es-ES" */
const char *locale_language(const struct locale *l);     /* "es" */
bool locale_rtl(const struct locale *l);
/* The language's own name, capitalised: "Espanol" with its tilde. */
const char *locale_own_name(const struct locale *l);
/* A country's name (ISO 3166-1 alpha-2) in this language; what is no such code comes back. */
const char *locale_country(const struct locale *l, const char *country);

/* Order of two names as people of this language sort them: below 0, 0 or above. */
int locale_compare(const struct locale *l, const char *a, const char *b);

void locale_int(const struct locale *l, int64_t n, struct buf *out);
/* MINOR units of CURRENCY.  Digits after the separator are those of ISO 4217; where CLDR
   shows less in daily use ("cash digits": rupiah, forint, krona 0) and the rest is zero,
   it is left out: Rp 150.000, but Rp 150.000,50.  What currency_exponent() does not know
   is a BUG. */
void locale_money(const struct locale *l, const char *currency, int64_t minor, struct buf *out);
/* The sign beside a field for an amount: the narrow one of CLDR ("£", "€", "Rp"), or the code
   of a currency that has none. */
const char *locale_currency_sign(const struct locale *l, const char *currency);
/* A decimal number given as text ("21", "-0.5"), with the locale's separators and all its
   digits; what is no such number, or has more than 40 digits, is printed as it is. */
void locale_decimal(const struct locale *l, const char *decimal, struct buf *out);
/* ISO 8601 yyyy-mm-dd in the locale's medium form; what is no date is printed as it is. */
void locale_date(const struct locale *l, const char *iso, struct buf *out);
/* A moment (ms since 1970 UTC): date and time, medium and short, in TIMEZONE
   (IANA name; an unknown one counts as UTC). */
void locale_time(const struct locale *l, int64_t ms, const char *timezone, struct buf *out);

/* Digits after the point of an ISO 4217 currency (EUR 2, IDR 2, JPY 0), or -1. */
int currency_exponent(const char *currency);

#endif
