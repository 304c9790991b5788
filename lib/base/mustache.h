/*
 * mustache.h -- logic-less templates, compiled once and rendered from views.
 *
 * Complete after the Mustache specification (comments, delimiters,
 * interpolation, inverted, partials, sections, inheritance, dynamic names); its
 * optional lambdas are not supported, a template has no functions.  One thing is
 * our own: {{#_}}text{{/_}} is translated when the template is compiled, once per
 * language; the message id is the text as it stands between the tags, tags
 * inside included, runs of white space folded to one space and none at the ends.
 * {{#_ count}}one pair|{{count}} pairs{{/_ count}} has a plural: the two forms
 * stand between bars, and the integer "count" chooses among the language's own
 * forms.  A translation may use only the tags of its message; one that does not
 * compile is logged, and the message stands as it is.
 *
 * Values are printed as people of the locale write them and escaped for HTML;
 * {{{x}}} and {{&x}} print the machine's form without escaping: plain digits,
 * money as 19.90, dates and moments (UTC) in ISO 8601.  Without a locale all is
 * printed so.  False in sections are what is absent, false, an empty text and an
 * empty list; 0 is a value.
 *
 * Partials and parents are names of templates below the directory, without the
 * ending .mustache; a missing one, and any syntax error, is an error with file
 * and line at compile time.  Partials may name themselves.  A dynamic one that is
 * missing when it is rendered is logged and prints nothing.  In a set without a
 * directory templates come by template_compile() alone, in any order, and a
 * missing partial prints nothing.  Rendering cannot fail; past one of the bounds
 * below it stops where it is and logs that once.
 */
#ifndef BASE_MUSTACHE_H
#define BASE_MUSTACHE_H

#include "base/buf.h"
#include "base/locale.h"
#include "base/text.h"
#include "base/view.h"

#define MUSTACHE_DEPTH_MAX 64           /* partials and sections inside each other */
#define MUSTACHE_STEPS_MAX 4000000      /* tags rendered: a page of 24 cards has 1000 */
#define MUSTACHE_OUTPUT_MAX (32u << 20) /* bytes: more than any page or mail */
#define MUSTACHE_SOURCE_MAX (256u << 10) /* bytes of one template */

struct templates;                       /* the compiled templates of one language */
struct template;

/* What values are printed with. */
struct render {
	const struct locale *locale;    /* numbers, money, dates; NULL: plain */
	const char *currency;           /* ISO 4217, of money without its own */
	const char *timezone;           /* IANA name, of TIME fields */
	bool plain;                     /* text/plain: interpolation is not escaped (mail text parts) */
};

/* A set that reads DIR/NAME.mustache (DIR NULL: reads nothing); TEXT may be NULL (no
   translation) and must live as long as the set. */
struct templates *templates_new(const void *ctx, const char *dir, const struct text *text);

/* The compiled template, or NULL with a whole sentence in *ERROR (may be NULL;
   the sentence is the set's own and lives until its next error). */
const struct template *template_get(struct templates *set, const char *name, const char **error);

/* Compiles SOURCE under NAME into the set, for tests and stored mail texts; a new
   SOURCE for a known NAME replaces it, unless it is wrong. */
const struct template *template_compile(struct templates *set, const char *name,
					const char *source, const char **error);

void template_render(const struct template *t, struct view *v, const struct render *how, struct buf *out);

#endif
