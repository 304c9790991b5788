/*
 * text.h -- translated sentences, from gettext's .mo files mapped by our own reader.
 *
 * One struct text per language and process; no setlocale(), so one process
 * speaks all languages of its stores.  A missing catalogue or message gives the
 * message id itself.  The .mo is untrusted as a file: lengths and offsets are
 * checked once when it is opened.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/base.h"

struct text;

/* Opens DIR/LANG.mo (LANG like "es").  Never NULL: without a file it is empty. */
const struct text *text_open(const void *ctx, const char *dir, const char *lang);

/* The translation of MSGID, else MSGID.  text may be NULL. */
const char *text_get(const struct text *text, const char *msgid);

/* The form for N; without a translation MSGID when N is 1, else PLURAL. */
const char *text_plural(const struct text *text, const char *msgid, const char *plural, uint64_t n);

/* How many plural forms the language has, and which one N takes (0-based). */
unsigned text_plural_count(const struct text *text);
unsigned text_plural_form(const struct text *text, uint64_t n);
/* Form FORM of the pair, or NULL when it is not translated. */
const char *text_plural_get(const struct text *text, const char *msgid, const char *plural, unsigned form);

#endif
