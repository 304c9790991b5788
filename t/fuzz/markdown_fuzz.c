/* Any text: the HTML has no element that md4c does not write, and no attribute that leads
   anywhere but to http, https, mailto, tel or this site. */
/* fuzz: lib/base/markdown.c lib/base/buf.c lib/base/mem.c lib/base/log.c lib/base/clock.c lib/base/utf8.c */
#include "base/markdown.h"

#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_element(const char *s)
{
	static const char *const known[] = {
		"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "em", "strong", "del", "code", "pre", "hr", "br",
		"blockquote", "a", "img", "table", "thead", "tbody", "tr", "th", "td",
	};
	size_t n;

	s += *s == '/';
	n = strspn(s, "abcdefghijklmnopqrstuvwxyz123456");
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i]) == n && memcmp(known[i], s, n) == 0)
			return;
	BUG("an element that nobody wrote: %.20s", s);
}

/* Every attribute is known; a link's scheme as well. */
static const char *check_attributes(const char *s)
{
	static const char *const known[] = { " href=\"", " src=\"", " title=\"", " alt=\"", " start=\"", " align=\"",
					     " class=\"" };
	static const char *const schemes[] = { "http:", "https:", "mailto:", "tel:" };

	while (*s == ' ') {
		size_t i = 0, colon;
		bool good = false;

		while (i < ARRAY_LEN(known) && strncmp(s, known[i], strlen(known[i])) != 0)
			i++;
		if (i == ARRAY_LEN(known))
			BUG("an attribute that nobody wrote: %.20s", s);
		s += strlen(known[i]);
		colon = strcspn(s, ":\"");
		if (i < 2 && s[colon] == ':' && *s != '/' && *s != '#') {
			for (size_t k = 0; k < ARRAY_LEN(schemes); k++)
				good = good || strncasecmp(s, schemes[k], strlen(schemes[k])) == 0;
			if (!good)
				BUG("a link that leads elsewhere: %.40s", s);
		}
		s = strchr(s, '"');
		if (s == NULL)
			BUG("an attribute without end");
		s++;
	}
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	char *source = mem_array(ctx, char, n + 1);

	memcpy(source, data, n);
	source[n] = '\0';
	for (const char *s = markdown_html(ctx, source, 2); *s != '\0'; s++)
		if (*s == '<') {
			check_element(s + 1);
			s += strcspn(s, " >");
			s = check_attributes(s);
			if (*s != '>')
				BUG("an element without end: %.20s", s);
		}
	mem_free(ctx);
	return 0;
}
