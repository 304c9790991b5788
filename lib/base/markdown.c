#include "base/markdown.h"

#include <md4c-html.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void add(const MD_CHAR *text, MD_SIZE n, void *out)
{
	buf_add(out, text, n);
}

/* Schemes a link may have; everything else that has one is taken out. */
static bool good_link(const char *href, size_t n)
{
	static const char *const good[] = { "http://", "https://", "mailto:", "tel:", "#" };

	if (n > 0 && href[0] == '/')
		return !(n > 1 && (href[1] == '/' || href[1] == '\\'));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (n >= strlen(good[i]) && strncasecmp(href, good[i], strlen(good[i])) == 0)
			return true;
	return memchr(href, ':', n) == NULL;
}

/* NAME="VALUE" at S: what md4c escapes cannot end the value.  NULL when it is not so. */
static const char *copy_attribute(struct buf *out, const char *s)
{
	size_t name = strcspn(s, "=> ");
	bool link = (name == 4 && memcmp(s, "href", 4) == 0) || (name == 3 && memcmp(s, "src", 3) == 0);
	const char *value = s + name + 2, *end;

	if (s[name] != '=' || s[name + 1] != '"' || (end = strchr(value, '"')) == NULL)
		return NULL;
	buf_add(out, s, name + 2);
	if (link && !good_link(value, (size_t)(end - value)))
		buf_addc(out, '#');
	else
		buf_add(out, value, (size_t)(end - value));
	buf_addc(out, '"');
	return end + 1;
}

/* The tag at S, its headings moved; gives what follows it. */
static const char *copy_tag(struct buf *out, const char *s, int level)
{
	size_t name = strcspn(s, " >");
	const char *digit = s + name - 1;

	if (name >= 3 && digit[-1] == 'h' && *digit >= '1' && *digit <= '6') {
		int to = *digit - '1' + level;

		buf_add(out, s, name - 1);
		buf_addc(out, (char)('0' + (to > 6 ? 6 : to)));
	} else {
		buf_add(out, s, name);
	}
	for (s += name; *s == ' '; ) {
		buf_addc(out, *s++);
		s = copy_attribute(out, s);
		if (s == NULL)
			return NULL;
	}
	if (*s != '>')
		return NULL;
	buf_addc(out, '>');
	return s + 1;
}

/* md4c writes every < of the source as &lt;, so one that stands there begins a tag. */
static bool copy_checked(struct buf *out, const char *html, int level)
{
	while (*html != '\0') {
		size_t text = strcspn(html, "<");

		buf_add(out, html, text);
		html += text;
		if (*html == '\0')
			break;
		html = copy_tag(out, html, level);
		if (html == NULL)
			return false;
	}
	return true;
}

/* The highest heading that md4c wrote, 1 to 6; 1 without any. */
static int highest(const char *html)
{
	int found = 7;

	for (const char *s = strstr(html, "<h"); s != NULL; s = strstr(s + 2, "<h"))
		if (s[2] >= '1' && s[2] <= '6' && s[3] == '>' && s[2] - '0' < found)
			found = s[2] - '0';
	return found > 6 ? 1 : found;
}

char *markdown_html(const void *ctx, const char *source, int level)
{
	struct buf *raw, *out;
	size_t n = source == NULL ? 0 : strlen(source);

	if (n == 0 || n > MARKDOWN_MAX)
		return mem_strdup(ctx, "");
	raw = buf_new(ctx);
	if (md_html(source, (MD_SIZE)n, add, raw,
		    MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEEMAILAUTOLINKS,
		    MD_HTML_FLAG_SKIP_UTF8_BOM) != 0)
		return mem_strdup(ctx, "");
	out = buf_new(ctx);
	return copy_checked(out, raw->data, level + 1 - highest(raw->data)) ? out->data : mem_strdup(ctx, "");
}
