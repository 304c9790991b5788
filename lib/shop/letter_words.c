#include "shop/letter_words.h"

#include "base/log.h"
#include "base/markdown.h"
#include "base/mem.h"

#include <string.h>

#define NAME_MAX_BYTES 40               /* longer than the longest name */

static bool known(const struct letter_name *names, const char *name)
{
	for (; names->name != NULL; names++)
		if (strcmp(names->name, name) == 0)
			return true;
	return false;
}

/* The next name at or behind S: *START at its braces, *END behind them.  NULL: no more; "" in place of
   what is no plain name, so that no other tag of the template language passes. */
static const char *next_name(const void *ctx, const char *s, const char **start, const char **end)
{
	const char *from, *to;

	*start = strstr(s, "{{");
	if (*start == NULL)
		return NULL;
	from = *start + 2;
	to = strstr(from, "}}");
	*end = to == NULL ? from + strlen(from) : to + 2;
	if (to == NULL || memchr(from, '\n', (size_t)(to - from)) != NULL)
		return "";
	from += strspn(from, " ");
	while (to > from && to[-1] == ' ')
		to--;
	if (to <= from || to - from > NAME_MAX_BYTES || (size_t)(to - from) != strspn(from, "abcdefghijklmnopqrstuvwxyz_.") || **end == '}')
		return "";
	return mem_strndup(ctx, from, (size_t)(to - from));
}

static bool scan(const void *ctx, const char *words, const struct letter_name *names, struct letter_fault *fault)
{
	const char *start, *end, *name;
	int line = 1;

	for (const char *s = words; (name = next_name(ctx, s, &start, &end)) != NULL; s = end) {
		for (; s < start; s++)
			line += *s == '\n';
		if (*name != '\0' && known(names, name))
			continue;
		*fault = (struct letter_fault){ *name == '\0' ? LETTER_BROKEN_NAME : LETTER_UNKNOWN_NAME, line,
			mem_strndup(ctx, start, strcspn(start, "\n") < NAME_MAX_BYTES ? strcspn(start, "\n") : NAME_MAX_BYTES) };
		if (*name != '\0')
			fault->name = name;
		return false;
	}
	return true;
}

bool letter_words_check(const void *ctx, const char *words, const struct letter_name *names, struct letter_fault *fault)
{
	const char *html;

	*fault = (struct letter_fault){ LETTER_FINE, 0, "" };
	if (!scan(ctx, words, names, fault))
		return false;
	/* Escapes and entities of Markdown can make braces of what were none: what is compiled is looked at as well. */
	html = markdown_html(ctx, words, 1);
	if (strstr(html, "%7B%7B") != NULL) {
		*fault = (struct letter_fault){ LETTER_NAME_IN_ADDRESS, 1, "" };
		return false;
	}
	if (!scan(ctx, html, names, fault) || !scan(ctx, letter_without_marks(ctx, words), names, fault)) {
		fault->line = 1;
		return false;
	}
	return true;
}

char *letter_without_marks(const void *ctx, const char *s)
{
	struct buf *b = buf_new(ctx);

	for (bool first = true; *s != '\0'; s++) {
		if (first && *s == '#' && s[strspn(s, "#")] == ' ') {
			s += strspn(s, "#");
			s += strspn(s, " ");
		}
		first = *s == '\n';
		if (s[0] == '*' && s[1] == '*')
			s++;
		else if (*s == '\0')
			break;
		else
			buf_addc(b, *s);
	}
	buf_add(b, "", 0);
	return b->data;
}

/* ---- printing ----------------------------------------------------------------------------------- */

/* NULL after a log line. */
static char *print(const void *ctx, const char *source, struct view *v, const struct render *how)
{
	const char *error = NULL;
	const struct template *t = template_compile(templates_new(ctx, NULL, NULL), "words", source, &error);
	struct buf *b = buf_new(ctx);

	if (t == NULL) {
		log_error("words of a mail do not compile", "reason", error, NULL);
		return NULL;
	}
	template_render(t, v, how, b);
	buf_add(b, "", 0);
	return b->data;
}

/* Whether all that LINE names is there in this mail. */
static bool filled(const void *ctx, const char *line, struct view *v, const struct render *how)
{
	const char *start, *end, *name;

	for (const char *s = line; (name = next_name(ctx, s, &start, &end)) != NULL; s = end) {
		const char *there = print(ctx, mem_printf(ctx, "{{#%s}}x{{/%s}}", name, name), v, how);

		if (there == NULL || *there == '\0')
			return false;
	}
	return true;
}

static const char *filled_lines(const void *ctx, const char *words, struct view *v, const struct render *how)
{
	struct buf *b = buf_new(ctx);
	char *rest = mem_strdup(ctx, words), *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (filled(ctx, line, v, how))
			buf_printf(b, "%s%s", b->len > 0 ? "\n" : "", line);
	buf_add(b, "", 0);
	return b->data;
}

/* Addresses of the site itself lead there from a mail as well: MARK is what stands before their slash. */
static const char *with_origin(const void *ctx, const char *text, const char *mark, const char *origin)
{
	struct buf *b = buf_new(ctx);
	size_t n = strlen(mark);
	const char *at;

	for (; (at = strstr(text, mark)) != NULL; text = at + n) {
		buf_add(b, text, (size_t)(at - text) + n);
		if (at[n] == '/' && at[n + 1] != '/')
			buf_adds(b, origin);
	}
	buf_adds(b, text);
	buf_add(b, "", 0);
	return b->data;
}

char *letter_words_print(const void *ctx, const char *words, const struct letter_name *names, struct view *v,
			 const struct render *how, enum letter_form form, const char *origin)
{
	struct letter_fault fault;
	struct render as = *how;
	char *out;

	if (!letter_words_check(ctx, words, names, &fault)) {
		log_error("words of a mail cannot be used", "line", mem_printf(ctx, "%d", fault.line), "reason",
			  fault.kind == LETTER_UNKNOWN_NAME ? "unknown name" : fault.kind == LETTER_BROKEN_NAME ? "broken name" : "name in an address", NULL);
		return NULL;
	}
	as.plain = form != LETTER_HTML;
	words = filled_lines(ctx, words, v, &as);
	if (form == LETTER_HTML)
		words = with_origin(ctx, with_origin(ctx, markdown_html(ctx, words, 1), "href=\"", origin), "src=\"", origin);
	else if (form == LETTER_PLAIN)
		words = with_origin(ctx, letter_without_marks(ctx, words), "](", origin);
	out = print(ctx, words, v, &as);
	/* One line, whatever the values hold. */
	for (char *s = out; form == LETTER_SUBJECT && s != NULL && *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			*s = ' ';
	return out;
}
