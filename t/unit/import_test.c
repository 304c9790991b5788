/* Promise (T46, T59, T75): what other shops' files hold becomes text without elements, slugs of
 * plain letters and names that stay in their directory; a slip of the finger gets a hint. */
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
	{ "a line break", "One<br/>Two", "One\nTwo" },
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
