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

/* md4c wrote the markup, so attributes look exactly so; what it escapes cannot end one. */
static void copy_checked(struct buf *out, const char *html, int level)
{
	static const char *const starts[] = { " href=\"", " src=\"" };

	for (const char *s = html; *s != '\0'; ) {
		bool done = false;

		for (size_t i = 0; i < ARRAY_LEN(starts) && !done; i++) {
			size_t n = strlen(starts[i]);
			const char *end;

			if (strncmp(s, starts[i], n) != 0 || (end = strchr(s + n, '"')) == NULL)
				continue;
			buf_add(out, s, n);
			if (good_link(s + n, (size_t)(end - s) - n))
				buf_add(out, s + n, (size_t)(end - s) - n);
			else
				buf_addc(out, '#');
			s = end;
			done = true;
		}
		if (done)
			continue;
		if (s[0] == '<' && (s[1] == 'h' || (s[1] == '/' && s[2] == 'h'))) {
			const char *digit = s + (s[1] == '/' ? 3 : 2);

			if (*digit >= '1' && *digit <= '6') {
				int to = *digit - '1' + level;

				buf_add(out, s, (size_t)(digit - s));
				buf_addc(out, (char)('0' + (to > 6 ? 6 : to)));
				s = digit + 1;
				continue;
			}
		}
		buf_addc(out, *s++);
	}
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
	copy_checked(out, raw->data, level);
	return out->data;
}
