/*
 * Promise: a merchant's words for a mail can name what the mail knows and nothing else; no
 * template language, no HTML and no script of his or of what people typed passes (reliability
 * T51); words that cannot be used leave the house's in their place, so every mail renders in
 * every language, with and without them.
 */
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "shop/letter.h"

#include <string.h>

#include "tap.h"

static void *ctx;
static struct letter_desk *desk;

static const struct { const char *locale, *tag; } languages[] = { { "en", "en-GB" }, { "es", "es-ES" }, { "id", "id-ID" } };

static struct row_letter_store store_of(size_t language)
{
	return (struct row_letter_store){
		.name = "Shop & Co", .from_name = "Shop & Co", .email = "shop@example.org", .phone = "", .street = "Calle Sol 2", .postal_code = "28001",
		.city = "Madrid", .timezone = "Europe/Madrid", .legal_name = "Shop and Company SL", .tax_id = "B12345678", .locale = languages[language].locale,
		.tag = languages[language].tag, .position = 0, .currency = "EUR", .origin = "https://shop.example", .host = "shop.example",
		.signature = "", .subject = "", .opening = "", .closing = "",
	};
}

static bool has(const char *text, const char *part)
{
	return text != NULL && strstr(text, part) != NULL;
}

/* A mail with each name it knows in each part. */
static const char *all_names(const char *template)
{
	struct buf *b = buf_new(ctx);

	for (const struct letter_name *n = letter_names(template); n->name != NULL; n++)
		buf_printf(b, "%s{{%s}}", b->len > 0 ? " " : "", n->name);
	return b->data;
}

static void test_mail(const char *template, size_t language)
{
	const struct row_letter_store s = store_of(language);
	const struct letter_words none = { "", "", "" };
	struct letter_words house, own = { all_names(template), mem_printf(ctx, "# Own\n\n**%s**", all_names(template)), "Until <b>soon</b>" };
	struct letter_fault fault;
	struct letter plain, with;
	const char *what = mem_printf(ctx, "%s in %s", template, s.locale);

	tap_is_int(letter_sample(desk, ctx, &s, NULL, template, &none, &plain), LETTER_WRITTEN, "%s: in the house's words", what);
	tap_ok(has(plain.text, "Shop and Company SL, B12345678") && has(plain.html, "Shop and Company SL, B12345678"), "%s: says who sells", what);
	tap_ok(letter_house_words(desk, ctx, &s, template, &house), "%s: the house's words can be had", what);
	tap_ok(has(house.opening, "# ") && *house.subject != '\0' && letter_words_check(ctx, house.opening, letter_names(template), &fault) &&
	       letter_words_check(ctx, house.subject, letter_names(template), &fault), "%s: and used", what);
	tap_is_int(letter_sample(desk, ctx, &s, NULL, template, &house, &with), LETTER_WRITTEN, "%s: as somebody's own", what);
	tap_is_str(with.subject, plain.subject, "%s: they say the same in the subject", what);
	tap_is_str(with.text, plain.text, "%s: and in the text", what);
	tap_is_int(letter_sample(desk, ctx, &s, NULL, template, &own, &with), LETTER_WRITTEN, "%s: in other words", what);
	tap_ok(has(with.subject, "Shop & Co") && !has(with.subject, "{{"), "%s: the subject has its names", what);
	tap_ok(has(with.html, "<h1>Own</h1>") && has(with.html, "<strong>") && has(with.html, "Shop &amp; Co</strong>") && !has(with.html, "{{"), "%s: the HTML part too", what);
	tap_ok(has(with.text, "Own\n\n") && !has(with.text, "**") && !has(with.text, "# ") && !has(with.text, "{{"), "%s: the text part without marks", what);
	tap_ok(has(with.html, "Until &lt;b&gt;soon&lt;/b&gt;") && has(with.text, "Until <b>soon</b>"), "%s: HTML of one's own is text", what);
}

static const struct {
	const char *words;
	enum letter_fault_kind kind;
	int line;
} checked[] = {
	{ "", LETTER_FINE, 0 },
	{ "Hello {{person}} and {{ order.number }}", LETTER_FINE, 0 },
	{ "One { and } and {} and }}", LETTER_FINE, 0 },
	{ "[page](/page/terms) [out](https://example.org/a)", LETTER_FINE, 0 },
	{ "Hello\n\n{{persn}}", LETTER_UNKNOWN_NAME, 3 },
	{ "{{email}}", LETTER_UNKNOWN_NAME, 1 },
	{ "{{person", LETTER_BROKEN_NAME, 1 },
	{ "a\n{{per\nson}}", LETTER_BROKEN_NAME, 2 },
	{ "{{}}", LETTER_BROKEN_NAME, 1 },
	{ "{{{person}}}", LETTER_BROKEN_NAME, 1 },
	{ "{{person}}}", LETTER_BROKEN_NAME, 1 },
	{ "{{&person}}", LETTER_BROKEN_NAME, 1 },
	{ "{{#person}}x{{/person}}", LETTER_BROKEN_NAME, 1 },
	{ "{{^person}}x", LETTER_BROKEN_NAME, 1 },
	{ "{{>mail/lines.html}}", LETTER_BROKEN_NAME, 1 },
	{ "{{<layout/mail}}", LETTER_BROKEN_NAME, 1 },
	{ "{{=<% %>=}}", LETTER_BROKEN_NAME, 1 },
	{ "{{! secret }}", LETTER_BROKEN_NAME, 1 },
	/* What Markdown makes of escapes and entities. */
	{ "\\{\\{#person}}", LETTER_BROKEN_NAME, 1 },
	{ "&#123;&#123;{person}}}", LETTER_BROKEN_NAME, 1 },
	{ "{**{>mail/lines.html}}", LETTER_BROKEN_NAME, 1 },
	{ "[x](https://example.org/{{person}})", LETTER_NAME_IN_ADDRESS, 1 },
};

static void test_check(void)
{
	for (size_t i = 0; i < ARRAY_LEN(checked); i++) {
		struct letter_fault fault;
		bool ok = letter_words_check(ctx, checked[i].words, letter_names("order-placed"), &fault);

		tap_ok(ok == (checked[i].kind == LETTER_FINE) && fault.kind == checked[i].kind && fault.line == checked[i].line,
		       "words %zu are checked", i);
		if (fault.kind != checked[i].kind || fault.line != checked[i].line)
			tap_note("kind %d, line %d", (int)fault.kind, fault.line);
	}
}

/* Values that people typed, and names that are empty. */
static void test_values(void)
{
	const struct render how = { .locale = locale_get("en-GB"), .currency = "EUR", .timezone = "UTC" };
	const struct letter_name *names = letter_names("order-placed");
	struct view *v = view_new(ctx);

	view_text(v, "person", "<script>x</script> [a](https://evil.example) {{order.number}} **b**");
	view_text(view_sub(v, "order"), "number", "A\r\nBcc: all@example.org");
	tap_is_str(letter_words_print(ctx, "*{{person}}*", names, v, &how, LETTER_HTML, "https://shop.example"),
		   "<p><em>&lt;script&gt;x&lt;/script&gt; [a](https://evil.example) {{order.number}} **b**</em></p>\n",
		   "a name is text, not HTML, not Markdown and no template");
	tap_is_str(letter_words_print(ctx, "{{order.number}}", names, v, &how, LETTER_SUBJECT, ""), "A  Bcc: all@example.org",
		   "a subject is one line");
	tap_is_str(letter_words_print(ctx, "One\nFrom {{promise_from}} to {{promise_to}}\nTwo", names, v, &how, LETTER_PLAIN, ""), "One\nTwo",
		   "a line with an empty name is left out");
	tap_is_str(letter_words_print(ctx, "{{delivery_name}}", names, v, &how, LETTER_SUBJECT, ""), "", "maybe all of it");
	tap_is_str(letter_words_print(ctx, "[t](/page/terms) <script>alert(1)</script> [j](javascript:alert(1))", names, v, &how, LETTER_HTML, "https://shop.example"),
		   "<p><a href=\"https://shop.example/page/terms\">t</a> &lt;script&gt;alert(1)&lt;/script&gt; <a href=\"#\">j</a></p>\n",
		   "paths lead to the shop, scripts nowhere");
	tap_is_str(letter_words_print(ctx, "[t](/page/terms)", names, v, &how, LETTER_PLAIN, "https://shop.example"), "[t](https://shop.example/page/terms)",
		   "in plain text too");
	tap_ok(letter_words_print(ctx, "{{{person}}}", names, v, &how, LETTER_HTML, "") == NULL, "what cannot be used prints nothing");
}

/* Stored words that a release knows no more. */
static void test_fallback(void)
{
	const struct row_letter_store s = store_of(1);
	const struct letter_words none = { "", "", "" }, broken = { "{{gone}}", "{{#x}}", "{{{person}}}" };
	struct letter plain, with;

	letter_sample(desk, ctx, &s, NULL, "shipped", &none, &plain);
	tap_is_int(letter_sample(desk, ctx, &s, NULL, "shipped", &broken, &with), LETTER_WRITTEN, "broken words lose no mail");
	tap_is_str(with.subject, plain.subject, "the house's subject");
	tap_is_str(with.text, plain.text, "the house's text");
	tap_is_str(with.html, plain.html, "the house's HTML");
	tap_is_int(letter_sample(desk, ctx, &s, NULL, "no-such-mail", &none, &with), LETTER_UNKNOWN, "no mail of that name");
	tap_ok(letter_title("trial") == NULL && letter_names("no-such-mail") == NULL, "and no words for it");
}

int main(void)
{
	size_t n = 0;

	ctx = mem_context(NULL, "test");
	log_open("letter_test", LOG_LEVEL_FATAL);
	desk = letter_desk_new(ctx, SRCDIR "/tmpl", BUILDDIR "/po");
	for (; letter_template(n) != NULL; n++)
		for (size_t i = 0; i < ARRAY_LEN(languages); i++)
			test_mail(letter_template(n), i);
	tap_ok(n >= 30, "all mails are there");
	test_check();
	test_values();
	test_fallback();
	mem_free(ctx);
	return tap_done();
}
