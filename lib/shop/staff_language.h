/*
 * staff_language.h -- what the console speaks, whatever its stores do: the languages that
 * the house's own words are translated to.
 *
 * A person's language (staff.person.locale) is one of the prefixes; "" while nobody said.
 */
#ifndef SHOP_STAFF_LANGUAGE_H
#define SHOP_STAFF_LANGUAGE_H

#include "base/base.h"

#define STAFF_LANGUAGES 3

struct staff_language {
	const char *tag, *prefix;       /* "en-GB"; "en", as paths of the console begin */
};

extern const struct staff_language staff_languages[STAFF_LANGUAGES];

/* The language of that prefix, else that of OTHERWISE, else the first. */
const struct staff_language *staff_language(const char *prefix, const char *otherwise);

#endif
