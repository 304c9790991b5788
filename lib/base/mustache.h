/*
 * mustache.h -- logic-less templates, compiled once and rendered from views.
 *
 * Complete after the Mustache specification (comments, delimiters,
 * interpolation, inverted, partials, sections, inheritance, dynamic names),
 * with one thing of our own: {{#_}}text{{/_}} is translated when the template is
 * compiled, once per language; the message id is the text as it stands between
 * the tags, tags inside included, runs of white space folded to one space.
 * {{#_ count}}one pair|{{count}} pairs{{/_}} has a plural: the forms stand
 * between bars, and the integer "count" chooses among the language's own forms.
 *
 * Partials and parents are names of templates below the directory, without the
 * ending .mustache; a missing one, and any syntax error, is an error with file
 * and line at compile time.  Interpolation escapes for HTML; {{{x}}} and {{&x}}
 * do not.  Rendering cannot fail; depth is bounded (MUSTACHE_DEPTH_MAX).
 */
#ifndef BASE_MUSTACHE_H
#define BASE_MUSTACHE_H

#include "base/buf.h"
#include "base/locale.h"
#include "base/text.h"
#include "base/view.h"

#define MUSTACHE_DEPTH_MAX 64           /* partials and sections inside each other */

struct templates;                       /* the compiled templates of one language */
struct template;

/* What values are printed with. */
struct render {
	const struct locale *locale;    /* numbers, money, dates; NULL: plain */
	const char *currency;           /* ISO 4217, of money without its own */
	const char *timezone;           /* IANA name, of TIME fields */
	bool plain;                     /* text/plain: interpolation is not escaped (mail text parts) */
};

/* A set that reads DIR/NAME.mustache; TEXT may be NULL (no translation). */
struct templates *templates_new(const void *ctx, const char *dir, const struct text *text);

/* The compiled template, or NULL with a whole sentence in *ERROR (owned by the set). */
const struct template *template_get(struct templates *set, const char *name, const char **error);

/* Compiles SOURCE under NAME into the set, for tests and stored mail texts. */
const struct template *template_compile(struct templates *set, const char *name,
					const char *source, const char **error);

void template_render(const struct template *t, struct view *v, const struct render *how, struct buf *out);

#endif
