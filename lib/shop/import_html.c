#include "shop/import_html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

struct state {
	struct buf *out;
	bool plain;                     /* words alone */
	int lists[8];                   /* numbers of open lists; -1: bullets */
	int depth;
	char *link;                     /* address of the open link */
	int newlines;                   /* wanted before the next word */
	bool space;                     /* wanted before the next word */
};

enum act { PARAGRAPH, LINE, ITEM, LIST, NUMBERS, BOLD, ITALIC, HEADING, LINK, DROP };

static const struct tag {
	const char *name;
	enum act act;
	int level;
} tags[] = {
	{ "p", PARAGRAPH }, { "div", PARAGRAPH }, { "section", PARAGRAPH }, { "article", PARAGRAPH }, { "blockquote", PARAGRAPH },
	{ "table", PARAGRAPH }, { "tr", LINE }, { "br", LINE }, { "li", ITEM }, { "ul", LIST }, { "ol", NUMBERS }, { "b", BOLD },
	{ "strong", BOLD }, { "i", ITALIC }, { "em", ITALIC }, { "h1", HEADING, 2 }, { "h2", HEADING, 2 }, { "h3", HEADING, 3 },
	{ "h4", HEADING, 4 }, { "h5", HEADING, 4 }, { "h6", HEADING, 4 }, { "a", LINK },
	/* elements whose content is no text of the page */
	{ "script", DROP }, { "style", DROP }, { "iframe", DROP }, { "object", DROP }, { "noscript", DROP }, { "template", DROP },
	{ "svg", DROP }, { "math", DROP }, { "head", DROP }, { "title", DROP }, { "textarea", DROP }, { "select", DROP },
};

static const struct {
	const char *name, *text;
} entities[] = {
	{ "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }, { "nbsp", " " }, { "ndash", "\u2013" },
	{ "mdash", "\u2014" }, { "hellip", "\u2026" }, { "lsquo", "\u2018" }, { "rsquo", "\u2019" }, { "ldquo", "\u201c" },
	{ "rdquo", "\u201d" }, { "laquo", "\u00ab" }, { "raquo", "\u00bb" }, { "euro", "\u20ac" }, { "pound", "\u00a3" },
	{ "deg", "\u00b0" }, { "times", "\u00d7" }, { "trade", "\u2122" }, { "reg", "\u00ae" }, { "copy", "\u00a9" },
	{ "bull", "\u2022" }, { "middot", "\u00b7" }, { "eacute", "\u00e9" }, { "aacute", "\u00e1" }, { "iacute", "\u00ed" },
	{ "oacute", "\u00f3" }, { "uacute", "\u00fa" }, { "ntilde", "\u00f1" }, { "uuml", "\u00fc" }, { "ouml", "\u00f6" },
	{ "auml", "\u00e4" }, { "egrave", "\u00e8" }, { "agrave", "\u00e0" }, { "ccedil", "\u00e7" },
};

static void flush_space(struct state *s)
{
	if (s->out->len > 0) {
		if (s->newlines > 0 && !s->plain)
			for (int i = 0; i < s->newlines && i < 2; i++)
				buf_addc(s->out, '\n');
		else if (s->newlines > 0 || s->space)
			buf_addc(s->out, ' ');
	}
	s->newlines = 0;
	s->space = false;
}

static void word(struct state *s, const char *text, size_t n)
{
	flush_space(s);
	buf_add(s->out, text, n);
}

/* The bytes of a code point; what a text must not hold becomes nothing. */
static void code_point(struct state *s, uint32_t c)
{
	char b[4];
	size_t n = 0;

	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return;
	if (c < 0x80) {
		b[n++] = (char)c;
	} else if (c < 0x800) {
		b[n++] = (char)(0xc0 | c >> 6);
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		b[n++] = (char)(0xe0 | c >> 12);
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | c >> 18);
		b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	}
	word(s, b, n);
}

/* An entity at P; past it, or P when it is none. */
static const char *entity(struct state *s, const char *p)
{
	const char *end = strchr(p, ';');
	size_t n = end != NULL ? (size_t)(end - p - 1) : 0;

	if (n == 0 || n > 10)
		return p;
	if (p[1] == '#') {
		bool hex = p[2] == 'x' || p[2] == 'X';
		char *stop;
		unsigned long c = strtoul(p + (hex ? 3 : 2), &stop, hex ? 16 : 10);

		if (stop != end)
			return p;
		code_point(s, (uint32_t)(c == 160 ? ' ' : c));
		return end + 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (strlen(entities[i].name) == n && strncasecmp(entities[i].name, p + 1, n) == 0) {
			if (*entities[i].text == ' ')
				s->space = true;
			else
				word(s, entities[i].text, strlen(entities[i].text));
			return end + 1;
		}
	return p;
}

static void want_lines(struct state *s, int n)
{
	if (s->newlines < n)
		s->newlines = n;
}

static void mark(struct state *s, const char *text, bool opening)
{
	if (s->plain)
		return;
	if (opening)
		word(s, text, strlen(text));
	else                            /* before the blank that follows the words */
		buf_adds(s->out, text);
}

static void begin_item(struct state *s)
{
	int *number = s->depth > 0 ? &s->lists[s->depth - 1] : NULL;
	char text[24];

	want_lines(s, 1);
	if (s->plain)
		return;
	if (number != NULL && *number >= 0)
		snprintf(text, sizeof(text), "%d. ", ++*number);
	else
		snprintf(text, sizeof(text), "- ");
	word(s, text, strlen(text));
}

/* href of the tag's text when it leads to the web. */
static char *address(struct state *s, const char *tag, size_t n)
{
	const char *p = memmem(tag, n, "href=", 5);
	char quote;
	size_t len;

	if (p == NULL || (p[5] != '"' && p[5] != '\''))
		return NULL;
	quote = p[5];
	p += 6;
	for (len = 0; p + len < tag + n && p[len] != quote; len++)
		if ((unsigned char)p[len] <= ' ' || strchr("()<>\\", p[len]) != NULL)
			return NULL;
	return strncmp(p, "http://", 7) == 0 || strncmp(p, "https://", 8) == 0 ? mem_strndup(s->out, p, len) : NULL;
}

static void open_tag(struct state *s, const struct tag *t, const char *text, size_t n)
{
	switch (t->act) {
	case PARAGRAPH: want_lines(s, 2); break;
	case LINE: want_lines(s, 1); break;
	case ITEM: begin_item(s); break;
	case LIST: case NUMBERS:
		want_lines(s, 2);
		if (s->depth < (int)ARRAY_LEN(s->lists))
			s->lists[s->depth++] = t->act == NUMBERS ? 0 : -1;
		break;
	case BOLD: mark(s, "**", true); break;
	case ITALIC: mark(s, "*", true); break;
	case HEADING:
		want_lines(s, 2);
		mark(s, t->level == 2 ? "## " : t->level == 3 ? "### " : "#### ", true);
		break;
	case LINK:
		s->link = s->plain ? NULL : address(s, text, n);
		if (s->link != NULL)
			word(s, "[", 1);
		break;
	case DROP: break;
	}
}

static void close_tag(struct state *s, const struct tag *t)
{
	switch (t->act) {
	case PARAGRAPH: case HEADING: want_lines(s, 2); break;
	case LINE: case ITEM: want_lines(s, 1); break;
	case LIST: case NUMBERS:
		want_lines(s, 2);
		if (s->depth > 0)
			s->depth--;
		break;
	case BOLD: mark(s, "**", false); break;
	case ITALIC: mark(s, "*", false); break;
	case LINK:
		if (s->link != NULL)
			buf_printf(s->out, "](%s)", s->link);
		s->link = NULL;
		break;
	case DROP: break;
	}
}

/* Past the tag at P. */
static const char *tag(struct state *s, const char *p)
{
	bool closing = p[1] == '/';
	const char *name = p + 1 + closing, *end = strchr(p, '>');
	size_t n = 0;

	if (strncmp(p, "<!--", 4) == 0) {
		end = strstr(p, "-->");
		return end != NULL ? end + 3 : p + strlen(p);
	}
	while (isalnum((unsigned char)name[n]))
		n++;
	if (end == NULL)
		return p + strlen(p);
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		const struct tag *t = &tags[i];
		char stop[16];
		const char *past;

		if (strlen(t->name) != n || strncasecmp(t->name, name, n) != 0)
			continue;
		if (closing)
			close_tag(s, t);
		else
			open_tag(s, t, p, (size_t)(end - p));
		if (t->act != DROP || closing || end[-1] == '/')
			break;
		snprintf(stop, sizeof(stop), "</%s", t->name);
		past = strcasestr(end, stop);
		end = past != NULL ? strchr(past, '>') : NULL;
		return end != NULL ? end + 1 : p + strlen(p);
	}
	return end + 1;
}

static char *convert(const void *ctx, const char *html, bool plain)
{
	struct state s = { .out = buf_new(ctx), .plain = plain };

	for (const char *p = html; *p != '\0'; ) {
		if (*p == '<' && (isalpha((unsigned char)p[1]) || p[1] == '/' || p[1] == '!')) {
			p = tag(&s, p);
		} else if (*p == '&') {
			const char *past = entity(&s, p);

			if (past == p)
				word(&s, p++, 1);
			else
				p = past;
		} else if (isspace((unsigned char)*p)) {
			s.space = true;
			p++;
		} else {
			size_t n = strcspn(p + 1, "<& \t\r\n") + 1;

			word(&s, p, n);
			p += n;
		}
	}
	return s.out->data;
}

char *import_markdown(const void *ctx, const char *html)
{
	return convert(ctx, html, false);
}

char *import_plain(const void *ctx, const char *html, size_t max)
{
	char *text = convert(ctx, html, true), *cut = text, *space = NULL;
	size_t n = 0, step;
	uint32_t c;

	for (; *cut != '\0' && n < max; cut += step, n++) {
		step = utf8_decode(cut, strlen(cut), &c);
		if (step == 0)
			break;
		if (*cut == ' ')
			space = cut;
	}
	if (*cut != '\0')
		*(space != NULL ? space : cut) = '\0';
	return text;
}
