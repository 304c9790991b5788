/* Promise (T46, T59, T75): what other shops' files hold becomes text without elements, slugs of
 * plain letters and names that stay in their directory; a slip of the finger gets a hint. */
#include "base/markdown.h"
#include "base/mem.h"
#include "shop/import_html.h"
#include "shop/import_report.h"
#include "shop/import_rows.h"
#include "shop/media.h"
#include "tap.h"

#include <string.h>

static const struct {
	const char *name, *html, *markdown;
} pages[] = {
	{ "plain text", "Just words", "Just words" },
	{ "paragraphs", "<p>One</p>\n<p>Two</p>", "One\n\nTwo" },
	{ "a line break", "One<br/>Two", "One\\\nTwo" },
	{ "two line breaks", "One<br><br>Two", "One\n\nTwo" },
	{ "a line break at the end", "<p>One<br></p><p>Two</p>", "One\n\nTwo" },
	{ "what looks like Markdown", "<p>1. a *b* and_c_d [x](y) ~z~ # `e`</p><p># f</p><p>- g</p>", "1\\. a \\*b\\* and_c_d [x\\](y) \\~z\\~ # \\`e\\`\n\n\\# f\n\n\\- g" },
	{ "3 * 4", "3 * 4 - 5, a_b, [c]", "3 * 4 - 5, a_b, [c]" },
	{ "a table without heading", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc" },
	{ "bold and italics", "A <b>b</b> <em>c</em>.", "A **b** *c*." },
	{ "lists", "<ul><li>One</li><li>Two</li></ul><ol><li>A</li><li>B</li></ol>", "- One\n- Two\n\n1. A\n2. B" },
	{ "headings", "<h1>Top</h1>text", "## Top\n\ntext" },
	{ "entities", "a &amp; b &lt;c&gt; &#8364; &#x20AC; &eacute; &none; & d", "a & b <c> \u20ac \u20ac \u00e9 &none; & d" },
	{ "a script", "a<script>alert('<b>')</script>b", "ab" },
	{ "a script that is never closed", "a<script>alert(1)", "a" },
	{ "a style in capitals", "a<STYLE>p{}</STYLE>b", "ab" },
	{ "an event attribute", "<img src=x onerror=\"alert(1)\">b", "b" },
	{ "a link", "<a href=\"https://shop.example/a\">here</a>", "[here](https://shop.example/a)" },
	{ "a link to a script", "<a href=\"javascript:alert(1)\">here</a>", "here" },
	{ "a link with brackets in its address", "<a href=\"https://x.example/)[a](b\">here</a>", "here" },
	{ "a comment", "a<!-- <script> -->b", "ab" },
	{ "a tag that is never closed", "a<b", "a" },
	{ "less-than in text", "3 < 4", "3 < 4" },
	{ "controls as entities", "a&#1;&#0;&#x7f;b", "ab" },
	{ "nothing", "", "" },
};

/* Markdown whose page comes back as the same page, and as the same Markdown from then on. */
static const struct {
	const char *name, *markdown;
} written[] = {
	{ "paragraphs", "One *two* **three**.\n\nFour ~~five~~." }, { "line breaks", "One  \nTwo\\\nThree" },
	{ "headings", "## Top\n\ntext\n\n### Below\n\nmore\n\n#### Last" }, { "a rule", "One\n\n---\n\nTwo" },
	{ "lists", "- One\n- Two\n\nthen\n\n1. A\n2. B" }, { "lists in lists", "- One\n  - Inner\n    1. Deep\n    2. Deeper\n- Two" },
	{ "a loose list", "- One\n\n- Two\n\n  Second paragraph\n\n- Three" },
	{ "a list of ten", "1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g\n8. h\n9. i\n10. j\n    - k" },
	{ "a quote", "He said\n\n> One\n>\n> Two\n> > Inner\n\nand left" }, { "a list in a quote", "> - One\n> - Two\n>\n> end" },
	{ "a quote in a list", "- One\n\n  > Said\n\n- Two" }, { "links", "[here](https://a.example/b?c=1&d=2), [mail](mailto:x@a.example), x@a.example" },
	{ "code", "Use `a*b` and `` `c` ``.\n\n```\nint *a;\n\n  if (b < c && d)\n```\n\nend" },
	{ "a table", "| A | B\\|b |\n|:--|--:|\n| 1 | *2* |\n| 3 |  |\n\nend" },
	{ "signs", "1\\. not a list, 2 * 3 * 4, \\*so\\*, a_b_c, \\_d\\_, \\[e\\](f), \\`g\\`, \\# h, &amp;amp;, \\\\*, <b>, 5 < 6" },
	{ "signs at the beginning", "\\# a\n\n\\- b\n\n\\+ c\n\n\\> d\n\n3\\) e\n\n\\=== f\n\n\\--- g" },
	{ "numbers and words", "- 2 x 3\n- 1\\. a\n- \\- b" }, { "other letters", "Suela de ca\u00f1a \u2013 \u201cfuerte\u201d \U0001f45f" },
};

static const struct {
	const char *name, *slug;
} slugs[] = {
	{ "Suela de Ca\u00f1a", "suela-de-cana" }, { "  Gro\u00dfe \u00c4pfel! ", "grosse-apfel" }, { "Women's 40/41", "womens-40-41" },
	{ "\u0421\u0430\u043f\u043e\u0433\u0438", "sapogi" }, { "---", "" }, { "\U0001f45f", "" },
};

static const struct {
	const char *name;
	bool safe;
} files[] = {
	{ "a.png", true }, { "sub/a.png", true }, { "../a.png", false }, { "/a.png", false }, { "sub/../a.png", false }, { "a\\b.png", false },
	{ "", false }, { ".hidden", false }, { "sub/.hidden", false }, { "a//b", false }, { "a/", false }, { "a\nb", false }, { "a b.png", true },
};

int main(void)
{
	static const char *const words[] = { "price", "color", "name" };
	void *ctx = mem_context(NULL, "test");
	struct report report;

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		tap_is_str(import_markdown(ctx, pages[i].html), pages[i].markdown, "%s", pages[i].name);
	for (size_t i = 0; i < ARRAY_LEN(written); i++) {
		const char *page = markdown_html(ctx, written[i].markdown, 2), *back = import_markdown(ctx, page);

		tap_is_str(markdown_html(ctx, back, 2), page, "%s come back as the same page", written[i].name);
		tap_is_str(import_markdown(ctx, markdown_html(ctx, back, 2)), back, "%s: and stay", written[i].name);
	}
	tap_is_str(import_plain(ctx, "<p>One <b>two</b></p><p>three four</p>", 12), "One two", "words alone are cut at a word's end");
	for (size_t i = 0; i < ARRAY_LEN(slugs); i++)
		tap_is_str(import_slugify(ctx, slugs[i].name, 100), slugs[i].slug, "the slug of \"%s\"", slugs[i].name);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		tap_ok(media_name_safe(files[i].name) == files[i].safe, "file name %zu is %s", i, files[i].safe ? "taken" : "refused");
	tap_is_str(report_nearest("colour", words, 3), "color", "the nearest word");
	tap_ok(report_nearest("stock", words, 3) == NULL, "no word is near");
	report_init(&report, ctx, "file");
	tap_is_str(report_quote(&report, "a\x1b[31mb\u202ec"), "\"a?[31mb?c\"", "a quoted text is safe on a terminal");
	for (int i = 0; i < REPORT_MOST + 5; i++)
		report_error(&report, 200 - i, "", "fault %d", i);
	report_sort(&report);
	tap_ok(report.errors == REPORT_MOST + 5 && report.kept == REPORT_MOST, "all faults are counted, the first are kept");
	tap_ok(report.faults[0].line < report.faults[1].line, "in the order of lines");
	mem_free(ctx);
	return tap_done();
}
