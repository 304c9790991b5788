/*
 * plural.h -- the plural rule of a gettext catalogue.
 *
 * "plural=n%10==1 && n%100!=11 ? 0 : 1": the C expressions that gettext allows,
 * of n, decimal integers, ?: || && == != < > <= >= + - * / % ! and parentheses
 * (GNU gettext manual, "Additional functions for plural forms").  Parsed once
 * into a small array; size and nesting are bounded, since the text comes from a
 * file.  A division by zero gives 0; arithmetic wraps as unsigned long does.
 */
#ifndef BASE_PLURAL_H
#define BASE_PLURAL_H

#include "base/base.h"

#define PLURAL_NODES_MAX 128            /* Arabic, the longest rule in use, has 39 */
#define PLURAL_NEST_MAX 32              /* parentheses, ! and ?: inside each other */
#define PLURAL_FORMS_MAX 8              /* Arabic has 6 */

struct plural;

/* The rule in TEXT, which ends at ';' or its end; NULL when it is none. */
struct plural *plural_parse(const void *ctx, const char *text);
uint64_t plural_eval(const struct plural *rule, uint64_t n);

#endif
