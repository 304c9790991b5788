/*
 * Promise: every kind of template data (texts, numbers, lists, described rows,
 * sources asked late) is found under its name, prints as its type says, and is
 * true or false in sections as shape.h says.
 */
#include "base/mem.h"
#include "base/mustache.h"

#include <string.h>

#include "tap.h"

struct card {
	const char *name, *badge, *currency;
	int64_t price, was, stock, added;
	bool has_was, has_stock, sale;
	const char *day, *body;
};

static const struct field card_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct card, name), FIELD_ALWAYS },
	{ "badge", FIELD_TEXT, offsetof(struct card, badge), FIELD_ALWAYS },
	{ "currency", FIELD_TEXT, offsetof(struct card, currency), FIELD_ALWAYS },
	{ "price", FIELD_MONEY, offsetof(struct card, price), FIELD_ALWAYS },
	{ "was", FIELD_MONEY, offsetof(struct card, was), offsetof(struct card, has_was) },
	{ "stock", FIELD_INT, offsetof(struct card, stock), offsetof(struct card, has_stock) },
	{ "added", FIELD_TIME, offsetof(struct card, added), FIELD_ALWAYS },
	{ "sale", FIELD_BOOL, offsetof(struct card, sale), FIELD_ALWAYS },
	{ "day", FIELD_DATE, offsetof(struct card, day), FIELD_ALWAYS },
	{ "body", FIELD_HTML, offsetof(struct card, body), FIELD_ALWAYS },
};
static const struct shape card_shape = { "card", sizeof(struct card), ARRAY_LEN(card_fields),
	card_fields };

struct pair { const char *name; };
static const struct field pair_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct pair, name), FIELD_ALWAYS },
};
static const struct shape pair_shape = { "pair", sizeof(struct pair), 1, pair_fields };

static const struct card cards[] = {
	{ .name = "Boot <1>", .currency = "JPY", .price = 1990, .was = 2500, .has_was = true,
	  .stock = 0, .has_stock = true, .sale = true, .day = "2026-03-01", .added = 86400000,
	  .body = "<b>x</b>" },
	{ .name = "Shoe", .badge = "", .currency = NULL, .price = -5, .day = NULL, .added = -1 },
};

struct counted {
	struct view_source source;
	size_t n;
	int asked;
};

static void resolve(struct view_source *self, const struct shape **shape, const void **rows,
		    size_t *n)
{
	struct counted *c = (struct counted *)(void *)self;

	c->asked++;
	*shape = &card_shape;
	*rows = cards;
	*n = c->n;
}

static const struct { const char *name, *source, *want; } cases[] = {
	{ "text", "{{text}}|{{{text}}}|{{&text}}", "a&amp;b|a&b|a&b" },
	{ "text in section", "{{#text}}[{{.}}]{{/text}}", "[a&amp;b]" },
	{ "absent text", "{{#null}}x{{/null}}{{^null}}no{{/null}}{{null}}", "no" },
	{ "empty text is false", "{{#empty}}x{{/empty}}{{^empty}}no{{/empty}}", "no" },
	{ "0 is a value", "{{#zero}}{{zero}}{{/zero}}{{^zero}}no{{/zero}}", "0" },
	{ "true and false", "{{yes}} {{no}} {{#yes}}y{{/yes}}{{#no}}n{{/no}}", "true false y" },
	{ "money of the page", "{{price}}", "12.34" },
	{ "money of the view", "{{yen.price}}", "1234" },
	{ "negative money", "{{debt}}", "-0.05" },
	{ "date and time", "{{day}} {{moment}}", "2026-03-01 1970-01-01T00:00:01Z" },
	{ "HTML only raw", "{{html}}{{{html}}}", "&lt;i&gt;<i>" },
	{ "nested view", "{{sub.inner.name}}{{#sub}}{{inner.name}}{{/sub}}", "deepdeep" },
	{ "items", "{{#items}}{{name}}{{^name}}-{{/name}},{{/items}}", "one,-,three,text," },
	{ "texts", "{{#texts}}{{.}};{{/texts}}", "a;b;" },
	{ "empty list", "{{#none}}x{{/none}}{{^none}}none{{/none}}", "none" },
	{ "a list is no map", "{{cards.name}}{{items.name}}", "" },
	{ "one row", "{{card.name}} {{card.price}} {{card.was}}", "Boot &lt;1&gt; 1990 2500" },
	{ "absent row", "{{#gone}}x{{/gone}}{{gone.name}}{{^gone}}gone{{/gone}}", "gone" },
	{ "rows", "{{#cards}}{{name}}={{price}};{{/cards}}", "Boot &lt;1&gt;=1990;Shoe=-0.05;" },
	{ "nullable fields", "{{#cards}}{{#was}}{{was}}{{/was}}{{^was}}-{{/was}}"
	  "{{#stock}}{{stock}}{{/stock}}{{^stock}}-{{/stock}};{{/cards}}", "25000;--;" },
	{ "fields by type", "{{#cards}}{{sale}},{{day}},{{added}},{{{body}}};{{/cards}}",
	  "true,2026-03-01,1970-01-02T00:00:00Z,<b>x</b>;false,,1969-12-31T23:59:59Z,;" },
	{ "null and empty fields",
		"{{#cards}}{{^badge}}-{{/badge}}{{#badge}}x{{/badge}}{{/cards}}", "--" },
	{ "a null field hides outer names", "{{#cards}}{{#day}}d{{/day}}{{/cards}}", "d" },
	{ "outer names from rows", "{{#cards}}{{text}}{{/cards}}", "a&amp;ba&amp;b" },
	{ "rows in rows", "{{#cards}}{{#pairs}}{{name}}{{price}} {{/pairs}}{{name}};{{/cards}}",
	  "p1990 q1990 Boot &lt;1&gt;;p-0.05 q-0.05 Shoe;" },
	{ "inverted rows", "{{^cards}}x{{/cards}}{{^norows}}none{{/norows}}", "none" },
	{ "lazy rows", "{{#lazy}}{{name}};{{/lazy}}", "Boot &lt;1&gt;;Shoe;" },
	{ "lazy row", "{{single.name}}", "Boot &lt;1&gt;" },
	{ "lazy absent row", "{{^missing}}missing{{/missing}}{{missing.name}}", "missing" },
	{ "chained below", "{{base_name}} {{text}}", "base a&amp;b" },
	{ "chained twice", "{{lowest}}", "lowest" },
	{ "replaced", "{{replaced}}", "second" },
	{ "a value prints nothing", "[{{sub}}{{cards}}{{items}}{{card}}]", "[]" },
};

/* The same values as people of Spain write them, and raw as machines do. */
static const struct { const char *name, *source, *want; } spanish[] = {
	{ "integer", "{{big}} {{&big}}", "1.234.567 1234567" },
	{ "money", "{{price}} {{{price}}}", "12,34\xc2\xa0\xe2\x82\xac 12.34" },
	{ "money of the row", "{{#card}}{{was}}{{/card}}", "2500\xc2\xa0JPY" },
	{ "date", "{{day}} {{&day}}", "1 mar 2026 2026-03-01" },
	{ "time", "{{&moment}}", "1970-01-01T00:00:01Z" },
};

static struct counted lazy = { { resolve, false }, 2, 0 };
static struct counted single = { { resolve, true }, 1, 0 };
static struct counted missing = { { resolve, true }, 0, 0 };
static struct counted unused = { { resolve, false }, 2, 0 };
static const struct pair pairs[] = { { "p" }, { "q" } };

static void fill(struct view *v)
{
	view_text(v, "text", "a&b");
	view_text(v, "null", NULL);
	view_text(v, "empty", "");
	view_int(v, "zero", 0);
	view_bool(v, "yes", true);
	view_bool(v, "no", false);
	view_money(v, "price", 1234);
	view_money(v, "debt", -5);
	view_money(view_sub(v, "yen"), "price", 1234);
	view_text(view_sub(v, "yen"), "currency", "JPY");
	view_date(v, "day", "2026-03-01");
	view_time(v, "moment", 1999);
	view_html(v, "html", "<i>");
	view_text(view_sub(view_sub(v, "sub"), "inner"), "name", "deep");
	view_text(view_item(v, "items"), "name", "one");
	view_item(v, "items");
	view_text(view_item(v, "items"), "name", "three");
	view_text(view_item(v, "items"), "name", "text");
	view_item_text(v, "texts", "a");
	view_item_text(v, "texts", "b");
	view_described_list(v, "none", &card_shape, NULL, 0);
	view_described_list(v, "norows", &card_shape, cards, 0);
	view_described_list(v, "cards", &card_shape, cards, 2);
	view_described_list(v, "pairs", &pair_shape, pairs, 2);
	view_described(v, "card", &card_shape, &cards[0]);
	view_described(v, "gone", &card_shape, NULL);
	view_lazy(v, "lazy", &lazy.source);
	view_lazy(v, "single", &single.source);
	view_lazy(v, "missing", &missing.source);
	view_lazy(v, "unused", &unused.source);
	view_text(v, "replaced", "first");
	view_text(v, "replaced", "second");
	view_int(v, "big", 1234567);
}

int main(void)
{
	static const struct render how = { .currency = "EUR" };
	struct render local = { .locale = locale_get("es-ES"), .currency = "EUR" };
	void *ctx = mem_context(NULL, "test");
	struct templates *set = templates_new(ctx, NULL, NULL);
	struct view *v = view_new(ctx), *below = view_new(ctx), *lowest = view_new(ctx);
	struct buf *out = buf_new(ctx);

	fill(v);
	view_text(below, "base_name", "base");
	view_text(below, "text", "hidden");
	view_text(lowest, "lowest", "lowest");
	view_chain(v, below);
	view_chain(v, lowest);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *error = NULL;
		const struct template *t = template_compile(set, cases[i].name, cases[i].source,
			&error);

		buf_clear(out);
		if (t != NULL)
			template_render(t, v, &how, out);
		tap_is_str(t != NULL ? out->data : error, cases[i].want, "%s", cases[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(spanish); i++) {
		buf_clear(out);
		template_render(template_compile(set, "es", spanish[i].source, NULL), v, &local,
			out);
		tap_is_str(out->data, spanish[i].want, "in Spanish: %s", spanish[i].name);
	}
	tap_is_int(lazy.asked, 1, "a source is asked once");
	tap_is_int(unused.asked, 0, "a source that is not looked at is not asked");
	mem_free(ctx);
	return tap_done();
}
