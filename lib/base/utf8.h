/*
 * utf8.h -- text as the world sends it.
 *
 * text_clean() is the one door for text from outside: it refuses what is not
 * UTF-8 (overlong forms and surrogates too), refuses controls other than the
 * line feed and tab a multi-line field may have, drops bidirectional overrides
 * and zero-width characters that only deceive, folds CR LF to LF, trims, and
 * brings the rest into NFC.  Lengths are counted in code points.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/base.h"

bool utf8_valid(const char *s, size_t n);
/* The code point at S and its length in bytes (1 to 4); 0 when the N bytes do not begin with one. */
size_t utf8_decode(const char *s, size_t n, uint32_t *out);
size_t utf8_length(const char *s);                          /* code points of a valid string */

/* Nothing a person types is longer; it also keeps ICU's int lengths far from their end. */
#define TEXT_BYTES_MAX (4 * 1024 * 1024)
/* Combining marks in a row; UAX #15 "Stream-Safe Text Format" knows no language with more. */
#define TEXT_MARKS_MAX 30

enum text_kind { TEXT_LINE, TEXT_BLOCK };                   /* BLOCK keeps line feeds and tabs */

/* The cleaned text under CTX, or NULL when it must be refused (also when a limit
   above is passed). */
char *text_clean(const void *ctx, const char *s, size_t n, enum text_kind kind);

/* Whether WORD, not empty and without blanks, is one of WORDS, which stand between blanks. */
bool word_in(const char *word, const char *words);

/* N bytes of valid UTF-8 in NFC under CTX, otherwise as they are: for passwords. */
char *text_nfc(const void *ctx, const char *s, size_t n);

/* Strict decimal integer, whole string, no sign but '-', no spaces, within bounds. */
bool parse_int(const char *s, int64_t min, int64_t max, int64_t *out);
/* "19.90" to minor units with EXPONENT digits (0 to 4); no sign, no grouping, a digit on
   both sides of a point; false when more digits stand after the point than the currency
   has, or on overflow. */
bool parse_money(const char *s, int exponent, int64_t *minor_out);
/* Whether S is a rate of exchange: a plain decimal above 0 with at most nine digits on either side of the point. */
bool is_rate(const char *s);

#endif
