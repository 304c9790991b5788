/*
 * password_common.h -- words and numbers that attackers try first.
 *
 * Written for this house from what everybody knows of such lists: words (found alone, twice, with
 * digits and signs around, or with digits for letters) and rows of keys.  About 600 entries refuse
 * many thousands of passwords.  In the order of strcmp(): t/unit/password_test.c looks.
 */
#ifndef BASE_PASSWORD_COMMON_H
#define BASE_PASSWORD_COMMON_H

#include <stddef.h>

extern const char *const password_common[];
extern const size_t password_common_count;

#endif
