#include "shop/import_html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Lists and quotes inside each other; what lies deeper stands at this depth. */
#define DEPTH 8

enum act { PARAGRAPH, ROW, BREAK, ITEM, LIST, NUMBERS, QUOTE, BOLD, ITALIC, STRUCK, CODE, BLOCK, RULE, HEADING, LINK, TABLE, CELL, DROP };

/* A list that is open, the item of it that is, or a quote: what each line inside begins with. */
struct level {
	enum act act;
	int number;                     /* of the last item of a numbered list */
	size_t prefix;                  /* bytes of the prefix in front of it */
};

struct state {
	struct buf *out;
	bool plain;                     /* words alone */
	struct level levels[DEPTH];
	int depth;
	char prefix[DEPTH * 8];         /* of each line: "> " of quotes, blanks below items */
	size_t low;                     /* the least of it since the last word: that of an empty line */
	char *link;                     /* address of the open link */
	int newlines;                   /* wanted before the next word */
	bool broken;                    /* the line is to end before it */
	bool space;                     /* wanted before the next word */
	bool begun;                     /* an item's mark or a heading's was the last that was written */
	bool heading;
	bool code;                      /* what is written stands as it is */
	bool table;                     /* one with a heading, which Markdown has too */
	int cells, rows;                /* of the table: in this row, above it */
	struct buf *rule;               /* the line below its heading */
};

static const struct tag {
	const char *name;
	enum act act;
	int level;
} tags[] = {
	{ "p", PARAGRAPH }, { "div", PARAGRAPH }, { "section", PARAGRAPH }, { "article", PARAGRAPH }, { "blockquote", QUOTE },
	{ "table", TABLE }, { "tr", ROW }, { "th", CELL }, { "td", CELL }, { "br", BREAK }, { "li", ITEM }, { "ul", LIST }, { "ol", NUMBERS },
	{ "b", BOLD }, { "strong", BOLD }, { "i", ITALIC }, { "em", ITALIC }, { "del", STRUCK }, { "s", STRUCK }, { "strike", STRUCK },
	{ "code", CODE }, { "pre", BLOCK }, { "hr", RULE }, { "h1", HEADING, 2 }, { "h2", HEADING, 2 }, { "h3", HEADING, 3 },
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

/* ---- what is written ---------------------------------------------------------------- */

static void new_line(struct state *s, size_t prefix)
{
	while (s->out->len > 0 && s->out->data[s->out->len - 1] == ' ')
		s->out->data[--s->out->len] = '\0';
	buf_addc(s->out, '\n');
	buf_add(s->out, s->prefix, prefix);
}

static void flush_space(struct state *s)
{
	size_t n = strlen(s->prefix);
	bool words = s->plain || s->table || s->heading;

	if (s->out->len == 0) {
		buf_add(s->out, s->prefix, n);
	} else if (s->begun) {
		/* the mark ended in a blank */
	} else if (s->newlines > 0 && !words) {
		if (s->newlines == 1 && s->broken)
			buf_addc(s->out, '\\');
		if (s->newlines > 1)
			new_line(s, s->low);
		new_line(s, n);
	} else if (s->newlines > 0 || s->space) {
		buf_addc(s->out, ' ');
	}
	s->newlines = 0;
	s->low = n;
	s->space = s->broken = s->begun = false;
}

static void word(struct state *s, const char *text, size_t n)
{
	flush_space(s);
	buf_add(s->out, text, n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\0' || c == '\n' || c == '\t' || c == '\r';
}

/* Whether the word that is to be written begins a line of its own. */
static bool begins_line(const struct state *s)
{
	return s->out->len == 0 || s->begun || (s->newlines > 0 && !s->table && !s->heading);
}

/* Would Markdown take the character at P, which BEFORE precedes, for a mark? */
static bool is_mark(const char *p, char before, bool begins)
{
	size_t digits = strspn(p, "0123456789");

	if (begins) {
		if (strchr("#>=", *p) != NULL || (strchr("-+*", *p) != NULL && (is_blank(p[1]) || p[1] == *p)))
			return true;
	}
	switch (*p) {
	case '`':
		return true;
	case '\\':
		return ispunct((unsigned char)p[1]) || p[1] == '\0' || p[1] == '\n';
	case '*': case '~':
		return !(is_blank(before) && is_blank(p[1]));
	case '_':
		return !(is_blank(before) && is_blank(p[1])) && !(isalnum((unsigned char)before) && isalnum((unsigned char)p[1]));
	case ']':
		return p[1] == '(' || p[1] == ':';
	case '<':
		digits = strcspn(p, ">: @\n");
		return p[digits] == ':' || p[digits] == '@';
	default:
		return false;
	}
}

/* N bytes of text, what looks like Markdown held back. */
static void text(struct state *s, const char *p, size_t n)
{
	bool begins = begins_line(s);
	char before = s->out->len == 0 || begins || s->space ? ' ' : s->out->data[s->out->len - 1];
	size_t digits = strspn(p, "0123456789");

	flush_space(s);
	/* "1. " is a number of a list */
	if (!s->plain && !s->code && begins && digits > 0 && digits < n && digits < 10 && (p[digits] == '.' || p[digits] == ')') && is_blank(p[digits + 1])) {
		buf_add(s->out, p, digits);
		buf_addc(s->out, '\\');
		buf_addc(s->out, p[digits]);
		p += digits + 1;
		n -= digits + 1;
		begins = false;
	}
	for (size_t i = 0; i < n; before = p[i++], begins = false) {
		if (!s->plain && !s->code && (is_mark(p + i, before, begins) || (s->table && p[i] == '|')))
			buf_addc(s->out, '\\');
		buf_addc(s->out, p[i]);
	}
}

/* The bytes of a code point; what a text must not hold becomes nothing. */
static void code_point(struct state *s, uint32_t c)
{
	char b[5] = "";
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
	text(s, b, n);
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
			size_t name = strspn(end + 1, "#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

			if (*entities[i].text == ' ')
				s->space = true;
			else if (*entities[i].text == '&' && name > 0 && end[1 + name] == ';' && !s->plain && !s->code)
				word(s, "\\&", 2);      /* the text itself looks like an entity */
			else
				text(s, entities[i].text, strlen(entities[i].text));
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
	if (s->plain || s->code)
		return;
	if (opening)
		word(s, text, strlen(text));
	else                            /* before the blank that follows the words */
		buf_adds(s->out, text);
}

/* ---- levels ------------------------------------------------------------------------- */

static void open_level(struct state *s, enum act act, const char *prefix)
{
	size_t n = strlen(s->prefix);

	if (s->depth == DEPTH)
		return;
	s->levels[s->depth++] = (struct level){ .act = act, .prefix = n };
	snprintf(s->prefix + n, sizeof(s->prefix) - n, "%s", prefix);
}

/* The innermost level of ACT ends, and whatever was left open in it. */
static void close_level(struct state *s, enum act act)
{
	int i = s->depth;

	while (i > 0 && s->levels[i - 1].act != act)
		i--;
	if (i == 0)
		return;
	s->depth = i - 1;
	s->prefix[s->levels[s->depth].prefix] = '\0';
	if (s->low > strlen(s->prefix))
		s->low = strlen(s->prefix);
}

static struct level *innermost(struct state *s, enum act act)
{
	return s->depth > 0 && s->levels[s->depth - 1].act == act ? &s->levels[s->depth - 1] : NULL;
}

static void begin_item(struct state *s)
{
	struct level *list;
	char sign[16] = "- ";

	/* one that nobody closed */
	if (innermost(s, ITEM) != NULL)
		close_level(s, ITEM);
	list = innermost(s, NUMBERS);
	want_lines(s, 1);
	s->broken = false;
	if (s->plain)
		return;
	if (list != NULL)
		snprintf(sign, sizeof(sign), "%d. ", ++list->number % 1000);
	word(s, sign, strlen(sign));
	s->begun = true;
	open_level(s, ITEM, strlen(sign) == 2 ? "  " : strlen(sign) == 3 ? "   " : strlen(sign) == 4 ? "    " : "     ");
}

static void open_list(struct state *s, enum act act)
{
	want_lines(s, innermost(s, ITEM) != NULL ? 1 : 2);
	s->broken = false;
	open_level(s, act, "");
}

static void close_list(struct state *s, enum act act)
{
	close_level(s, act);
	want_lines(s, innermost(s, ITEM) != NULL ? 1 : 2);
}

/* ---- tables: those with a heading --------------------------------------------------- */

static void begin_cell(struct state *s, const char *tag, size_t n)
{
	bool left = memmem(tag, n, "\"left\"", 6) != NULL, right = memmem(tag, n, "\"right\"", 7) != NULL, middle = memmem(tag, n, "\"center\"", 8) != NULL;

	if (!s->table) {
		s->space = true;
		return;
	}
	if (s->cells++ == 0) {
		s->table = false;
		word(s, "| ", 2);
		s->table = true;
	}
	if (s->rows == 0)
		buf_printf(s->rule, " %s---%s |", left || middle ? ":" : "", right || middle ? ":" : "");
	s->begun = true;
	s->space = false;
}

static void end_cell(struct state *s)
{
	if (!s->table)
		return;
	s->newlines = 0;
	s->space = s->begun = s->broken = false;
	buf_adds(s->out, " | ");
}

static void end_row(struct state *s)
{
	if (s->table && s->cells > 0 && s->rows++ == 0) {
		new_line(s, strlen(s->prefix));
		buf_printf(s->out, "|%s", s->rule->data);
	}
	s->cells = 0;
	s->newlines = 1;
	s->begun = s->broken = false;
}

static void begin_table(struct state *s, const char *tag)
{
	const char *heading = strcasestr(tag, "<th"), *end = strcasestr(tag, "</table");

	want_lines(s, 2);
	s->table = !s->plain && heading != NULL && (end == NULL || heading < end);
	s->cells = s->rows = 0;
	s->rule = buf_new(s->out);
}

/* ---- elements ----------------------------------------------------------------------- */

/* href of the tag's text when it leads to the web or to somebody. */
static char *address(struct state *s, const char *tag, size_t n)
{
	static const char *const good[] = { "http://", "https://", "mailto:", "tel:" };
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
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (strncmp(p, good[i], strlen(good[i])) == 0)
			return mem_strndup(s->out, p, len);
	return NULL;
}

static void open_tag(struct state *s, const struct tag *t, const char *text, size_t n)
{
	switch (t->act) {
	case PARAGRAPH: want_lines(s, 2); break;
	case ROW: want_lines(s, 1); break;
	/* a second one makes a paragraph */
	case BREAK: want_lines(s, s->broken ? 2 : 1); s->broken = true; break;
	case ITEM: begin_item(s); break;
	case LIST: case NUMBERS: open_list(s, t->act); break;
	case QUOTE: want_lines(s, 2); open_level(s, QUOTE, s->plain ? "" : "> "); break;
	case BOLD: mark(s, "**", true); break;
	case ITALIC: mark(s, "*", true); break;
	case STRUCK: mark(s, "~~", true); break;
	case RULE:
		want_lines(s, 2);
		mark(s, "***", true);
		want_lines(s, 2);
		break;
	case HEADING:
		want_lines(s, 2);
		mark(s, t->level == 2 ? "## " : t->level == 3 ? "### " : "#### ", true);
		s->heading = s->begun = !s->plain;
		break;
	case LINK:
		s->link = s->plain || s->code ? NULL : address(s, text, n);
		if (s->link != NULL)
			word(s, "[", 1);
		break;
	case TABLE: begin_table(s, text); break;
	case CELL: begin_cell(s, text, n); break;
	case CODE: case BLOCK: case DROP: break;
	}
}

static void close_tag(struct state *s, const struct tag *t)
{
	switch (t->act) {
	case HEADING: s->heading = false; want_lines(s, 2); break;
	case PARAGRAPH: want_lines(s, 2); break;
	case ITEM: close_level(s, ITEM); want_lines(s, 1); break;
	case ROW: end_row(s); break;
	case BREAK: case RULE: break;
	case LIST: case NUMBERS: close_list(s, t->act); break;
	case QUOTE: close_level(s, QUOTE); want_lines(s, 2); break;
	case BOLD: mark(s, "**", false); break;
	case ITALIC: mark(s, "*", false); break;
	case STRUCK: mark(s, "~~", false); break;
	case LINK:
		if (s->link != NULL)
			buf_printf(s->out, "](%s)", s->link);
		s->link = NULL;
		break;
	case TABLE: s->table = false; want_lines(s, 2); break;
	case CELL: end_cell(s); break;
	case CODE: case BLOCK: case DROP: break;
	}
}

/* The text of N bytes of HTML as it is, without its tags. */
static char *raw_text(struct state *s, const char *html, size_t n)
{
	char *copy = mem_strndup(s->out, html, n);
	struct state raw = { .out = buf_new(s->out), .plain = true, .code = true };

	for (const char *p = copy; *p != '\0'; ) {
		const char *past = *p == '&' ? entity(&raw, p) : p;

		if (*p == '<' && (isalpha((unsigned char)p[1]) || p[1] == '/'))
			p = p[strcspn(p, ">")] != '\0' ? p + strcspn(p, ">") + 1 : p + strlen(p);
		else if (past != p)
			p = past;
		else
			buf_addc(raw.out, *p++);
		raw.space = false;
	}
	return raw.out->data;
}

/* Code in a line: between more backticks than it has itself. */
static void code(struct state *s, const char *html, size_t n)
{
	char *inside = raw_text(s, html, n);
	size_t most = 0;
	bool pad;

	for (char *p = inside; *p != '\0'; p++) {
		size_t ticks = strspn(p, "`");

		most = ticks > most ? ticks : most;
		if (*p == '\n')
			*p = ' ';
		if (ticks > 1)
			p += ticks - 1;
	}
	if (*inside == '\0')
		return;
	pad = *inside == '`' || inside[strlen(inside) - 1] == '`';
	flush_space(s);
	for (size_t i = 0; i <= most; i++)
		buf_addc(s->out, '`');
	buf_printf(s->out, "%s%s%s", pad ? " " : "", inside, pad ? " " : "");
	for (size_t i = 0; i <= most; i++)
		buf_addc(s->out, '`');
}

/* A block of code, line by line. */
static void block(struct state *s, const char *html, size_t n)
{
	char *inside = raw_text(s, html, n), *line;
	const char *fence = strstr(inside, "```") != NULL ? "~~~" : "```";
	size_t prefix;

	want_lines(s, 2);
	word(s, fence, 3);
	prefix = strlen(s->prefix);
	if (*inside != '\0' && inside[strlen(inside) - 1] == '\n')
		inside[strlen(inside) - 1] = '\0';
	while ((line = strsep(&inside, "\n")) != NULL) {
		buf_addc(s->out, '\n');
		buf_add(s->out, s->prefix, prefix);
		buf_adds(s->out, line);
	}
	new_line(s, prefix);
	buf_adds(s->out, fence);
	want_lines(s, 2);
}

/* Past the end tag of NAME behind P, and what lies in between; to the end when there is none. */
static const char *past_element(const char *p, const char *name, size_t *inside)
{
	char stop[16];
	const char *end;

	snprintf(stop, sizeof(stop), "</%s", name);
	end = strcasestr(p, stop);
	*inside = end != NULL ? (size_t)(end - p) : strlen(p);
	end = end != NULL ? strchr(end, '>') : NULL;
	return end != NULL ? end + 1 : p + strlen(p);
}

/* Past the tag at P. */
static const char *tag(struct state *s, const char *p)
{
	bool closing = p[1] == '/';
	const char *name = p + 1 + closing, *end = strchr(p, '>'), *past;
	size_t n = 0, inside;

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

		if (strlen(t->name) != n || strncasecmp(t->name, name, n) != 0)
			continue;
		if (closing)
			close_tag(s, t);
		else
			open_tag(s, t, p, (size_t)(end - p));
		if (closing || end[-1] == '/' || (t->act != DROP && (s->plain || (t->act != CODE && t->act != BLOCK))))
			break;
		past = past_element(end + 1, t->name, &inside);
		if (t->act == CODE)
			code(s, end + 1, inside);
		else if (t->act == BLOCK)
			block(s, end + 1, inside);
		return past;
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

			text(&s, p, n);
			p += n;
		}
	}
	while (s.out->len > 0 && s.out->data[s.out->len - 1] == ' ')
		s.out->data[--s.out->len] = '\0';
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
