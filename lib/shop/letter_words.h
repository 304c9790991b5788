/*
 * letter_words.h -- what a merchant says in his mails in place of the house's words.
 *
 * Of every mail he may change the subject, the opening (heading, greeting and
 * introduction) and add a closing; lines, sums, codes and links stay, so that no mail
 * can lose what it is for.  Words are Markdown with names in double braces that stand
 * for something of the mail: {{person}}.  Nothing else of the template language is
 * there: no sections, no partials, nothing unescaped; raw HTML is shown as text.
 * A line with a name that is empty in a mail is left out.
 */
#ifndef SHOP_LETTER_WORDS_H
#define SHOP_LETTER_WORDS_H

#include "base/buf.h"
#include "base/mustache.h"

#define LETTER_SUBJECT_MAX 200          /* code points: mail programs show fewer */
#define LETTER_WORDS_MAX 4000           /* code points of opening or closing: a page of paper */

/* "" in a part: the house's own, or nothing. */
struct letter_words {
	const char *subject, *opening, *closing;
};

/* A name that words may use; MEANING is N_("..."). */
struct letter_name {
	const char *name, *meaning;
};

enum letter_fault_kind { LETTER_FINE, LETTER_UNKNOWN_NAME, LETTER_BROKEN_NAME, LETTER_NAME_IN_ADDRESS };

struct letter_fault {
	enum letter_fault_kind kind;
	int line;                       /* from 1 */
	const char *name;               /* what stood between the braces */
};

/* Whether WORDS can be used where NAMES (ended by a NULL name) are known; else *FAULT says what and where. */
bool letter_words_check(const void *ctx, const char *words, const struct letter_name *names, struct letter_fault *fault);

/*
 * The words as they go out, with the values of V: a subject in one line, plain text, or
 * HTML (paths of the site under ORIGIN).  NULL after a log line: they cannot be used.
 * "": all of it was left out.
 */
enum letter_form { LETTER_SUBJECT, LETTER_PLAIN, LETTER_HTML };
char *letter_words_print(const void *ctx, const char *words, const struct letter_name *names, struct view *v,
			 const struct render *how, enum letter_form form, const char *origin);

/* Markdown as plain text: without stars and the signs of headings. */
char *letter_without_marks(const void *ctx, const char *markdown);

#endif
