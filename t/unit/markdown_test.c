/*
 * Promise: what a merchant writes becomes clean HTML: no markup of his own, no link
 * that runs a script, headings below the page's own.
 */
#include "base/markdown.h"

#include <string.h>

#include "base/mem.h"
#include "tap.h"

struct page {
	const char *name, *source;
	int level;
	const char *html;
};

static const struct page pages[] = {
	{ "nothing", "", 2, "" },
	{ "a paragraph", "One *two* **three**.", 2, "<p>One <em>two</em> <strong>three</strong>.</p>\n" },
	{ "a list", "- a\n- b\n", 2, "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n" },
	{ "a numbered list", "3. a\n4. b\n", 2, "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n" },
	{ "struck out", "~~old~~ new", 2, "<p><del>old</del> new</p>\n" },
	{ "headings begin at two", "# A\n\n## B\n", 2, "<h2>A</h2>\n<h3>B</h3>\n" },
	{ "underlined headings too", "A\n=\n\nB\n-\n", 2, "<h2>A</h2>\n<h3>B</h3>\n" },
	{ "whatever the first is", "## A\n\n### B\n", 2, "<h2>A</h2>\n<h3>B</h3>\n" },
	{ "the highest counts", "### B\n\n# A\n", 3, "<h5>B</h5>\n<h3>A</h3>\n" },
	{ "and end at six", "# A\n\n##### E\n", 3, "<h3>A</h3>\n<h6>E</h6>\n" },
	{ "level one leaves them", "# A\n\n###### F\n", 1, "<h1>A</h1>\n<h6>F</h6>\n" },
	{ "a line is no heading", "a\n\n***\n", 2, "<p>a</p>\n<hr>\n" },
	{ "marks of HTML are text", "a < b & c > \"d\"", 2, "<p>a &lt; b &amp; c &gt; &quot;d&quot;</p>\n" },
	{ "entities become characters", "&copy; &#233; &amp; &lt;b&gt; &nothing;", 2,
	  "<p>© é &amp; &lt;b&gt; &amp;nothing;</p>\n" },
	{ "a zero character is replaced", "a&#0;b", 2, "<p>a\xEF\xBF\xBD" "b</p>\n" },
	{ "code is text", "`<b>`\n\n    <script>\n", 2,
	  "<p><code>&lt;b&gt;</code></p>\n<pre><code>&lt;script&gt;\n</code></pre>\n" },
	{ "raw HTML is text", "<b>bold</b> <img src=x onerror=alert(1)>", 2,
	  "<p>&lt;b&gt;bold&lt;/b&gt; &lt;img src=x onerror=alert(1)&gt;</p>\n" },
	{ "a block of HTML too", "<script>\nalert(1)\n</script>\n", 2,
	  "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n" },
	{ "comments too", "<!-- a -->", 2, "<p>&lt;!-- a --&gt;</p>\n" },
	{ "text that looks like a link of ours", "a href=\"javascript:alert(1)\"", 2,
	  "<p>a href=&quot;javascript:alert(1)&quot;</p>\n" },
	{ "a title cannot end its attribute", "[a](/x \"b\\\" onclick=\\\"c\")", 2,
	  "<p><a href=\"/x\" title=\"b&quot; onclick=&quot;c\">a</a></p>\n" },
	{ "an alternative text neither", "![a\" onerror=\"b](/x.png)", 2,
	  "<p><img src=\"/x.png\" alt=\"a&quot; onerror=&quot;b\"></p>\n" },
	{ "words of an attribute inside another", "![x src=](/a) :[y](/onerror=alert(1)//)", 2,
	  "<p><img src=\"/a\" alt=\"x src=\"> :<a href=\"/onerror=alert(1)//\">y</a></p>\n" },
	{ "and outside of all", "a href= [b](javascript:c)", 2, "<p>a href= <a href=\"#\">b</a></p>\n" },
	{ "an address of mail", "hola@suelastoty.example", 2,
	  "<p><a href=\"mailto:hola@suelastoty.example\">hola@suelastoty.example</a></p>\n" },
};

/* Where links may lead: HREF is what stands in the page. */
static const struct { const char *target, *href; } links[] = {
	{ "https://example.com/a?b=c&d=e", "https://example.com/a?b=c&amp;d=e" },
	{ "http://example.com", "http://example.com" },
	{ "HTTPS://example.com", "HTTPS://example.com" },
	{ "mailto:a@example.com", "mailto:a@example.com" },
	{ "tel:+34965550142", "tel:+34965550142" },
	{ "/page/envios", "/page/envios" }, { "envios", "envios" }, { "#top", "#top" }, { "?q=a", "?q=a" },
	{ "javascript:alert(1)", "#" }, { "JaVaScRiPt:alert(1)", "#" }, { "<javascript:alert(1)>", "#" },
	{ "java&#115;cript:alert(1)", "#" }, { "javascript&colon;alert(1)", "#" },
	{ "javascript&#x3a;alert(1)", "#" }, { "javascript&#58;alert(1)", "#" },
	{ "java&Tab;script:alert(1)", "#" }, { "java&NewLine;script:alert(1)", "#" },
	{ "&#1;javascript:alert(1)", "#" }, { "&#x20;javascript:alert(1)", "#" },
	{ "javascript\\:alert(1)", "#" }, { "\\javascript:alert(1)", "#" },
	{ "vbscript:a", "#" }, { "data:text/html;base64,PHNjcmlwdD4=", "#" }, { "data:image/svg+xml,x", "#" },
	{ "file:///etc/passwd", "#" }, { "blob:x", "#" }, { "view-source:x", "#" }, { "x:y", "#" },
	{ "//evil.example", "#" }, { "/\\\\evil.example", "/%5Cevil.example" }, { "/&sol;evil.example", "#" },
};

static void check_links(void *ctx)
{
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		const char *target = links[i].target;

		tap_is_str(markdown_html(ctx, mem_printf(ctx, "[a](%s)", target), 2),
			   mem_printf(ctx, "<p><a href=\"%s\">a</a></p>\n", links[i].href), "link to %s", target);
		tap_is_str(markdown_html(ctx, mem_printf(ctx, "![a](%s)", target), 2),
			   mem_printf(ctx, "<p><img src=\"%s\" alt=\"a\"></p>\n", links[i].href), "picture %s", target);
	}
	tap_is_str(markdown_html(ctx, "[a][b]\n\n[b]: javascript:alert(1)\n", 2), "<p><a href=\"#\">a</a></p>\n",
		   "a target named elsewhere");
	tap_ok(strstr(markdown_html(ctx, "<javascript:alert(1)>", 2), "href=\"javascript") == NULL, "an autolink");
}

int main(void)
{
	void *ctx = mem_context(NULL, "markdown");
	char *big = mem_array(ctx, char, MARKDOWN_MAX + 2);

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		tap_is_str(markdown_html(ctx, pages[i].source, pages[i].level), pages[i].html, "%s", pages[i].name);
	tap_is_str(markdown_html(ctx, NULL, 2), "", "no source");
	check_links(ctx);
	memset(big, 'a', MARKDOWN_MAX);
	tap_is_int((int64_t)strlen(markdown_html(ctx, big, 2)), MARKDOWN_MAX + 8, "the longest page");
	big[MARKDOWN_MAX] = 'a';
	tap_is_str(markdown_html(ctx, big, 2), "", "a longer one is refused");
	mem_free(ctx);
	return tap_done();
}
