/* A handler gets only what its route declares, in the type declared: no price, no
   tenant_id, no "12abc", no 2^63 (T1, T3, T29, T66, T75). */
#include "web/param.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tap.h"
#include "web/form.h"

static void *ctx;
static const char *const colours[] = { "red", "blue", NULL };

static struct param_set *read(const struct param *params, const char *query, bool tags)
{
	struct inputs *in = inputs_new(ctx);

	if (form_urlencoded(in, query, strlen(query)) != FORM_OK)
		return NULL;
	return param_read(ctx, params, in, 2, tags);
}

static const char *repeat(const char *s, int n)
{
	struct buf *b = buf_new(ctx);

	while (n-- > 0)
		buf_adds(b, s);
	return b->data;
}

#define BAD NULL
static const struct { const char *name; struct param p; const char *in, *text; int64_t number; } scalar_cases[] = {
	{ "id", { "v", PARAM_ID }, "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000001" },
	{ "id in capitals", { "v", PARAM_ID }, "0190000A-0000-7000-8000-000000000001", BAD, -1 },
	{ "id, cut", { "v", PARAM_ID }, "01900000-0000-7000-8000-00000000000", BAD, -1 },
	{ "integer", { "v", PARAM_INT }, "-7", "", -7 },
	{ "integer with tail", { "v", PARAM_INT }, "12abc", BAD, -1 },
	{ "integer 1e3", { "v", PARAM_INT }, "1e3", BAD, -1 },
	{ "integer 2^53 - 1", { "v", PARAM_INT }, "9007199254740991", "", 9007199254740991 },
	{ "integer 2^53", { "v", PARAM_INT }, "9007199254740992", BAD, -1 },
	{ "integer 2^63", { "v", PARAM_INT }, "9223372036854775808", BAD, -1 },
	{ "integer below its range", { "v", PARAM_INT, .min = 1, .max = 9 }, "0", BAD, -1 },
	{ "integer above its range", { "v", PARAM_INT, .min = 1, .max = 9 }, "10", BAD, -1 },
	{ "quantity", { "v", PARAM_QUANTITY }, " 12 ", "", 12 },
	{ "quantity 10 000", { "v", PARAM_QUANTITY }, "10000", "", 10000 },
	{ "quantity 10 001", { "v", PARAM_QUANTITY }, "10001", BAD, -1 },
	{ "quantity 0", { "v", PARAM_QUANTITY }, "0", BAD, -1 },
	{ "quantity -1", { "v", PARAM_QUANTITY }, "-1", BAD, -1 },
	{ "quantity 0.5", { "v", PARAM_QUANTITY }, "0.5", BAD, -1 },
	{ "quantity NaN", { "v", PARAM_QUANTITY }, "NaN", BAD, -1 },
	{ "quantity true", { "v", PARAM_QUANTITY }, "true", BAD, -1 },
	{ "quantity +1", { "v", PARAM_QUANTITY }, "%2B1", BAD, -1 },
	{ "quantity in another script", { "v", PARAM_QUANTITY }, "%D9%A1", BAD, -1 },
	{ "text", { "v", PARAM_TEXT }, " a  b ", "a  b" },
	{ "text with a control", { "v", PARAM_TEXT }, "a%07b", BAD, -1 },
	{ "text with a line feed", { "v", PARAM_TEXT }, "a%0Ab", BAD, -1 },
	{ "text with an override", { "v", PARAM_TEXT }, "a%E2%80%AEb", "ab" },
	{ "text, too long", { "v", PARAM_TEXT, .max = 3 }, "abcd", BAD, -1 },
	{ "text, length in characters", { "v", PARAM_TEXT, .max = 3 }, "%C3%B1%C3%B1%C3%B1", "\xc3\xb1\xc3\xb1\xc3\xb1" },
	{ "text, cut", { "v", PARAM_TEXT, .max = 2, .fold = true }, "%C3%B1%C3%B1%C3%B1", "\xc3\xb1\xc3\xb1" },
	{ "block", { "v", PARAM_BLOCK }, "a%0D%0Ab", "a\nb" },
	{ "e-mail", { "v", PARAM_EMAIL }, "Ana.Ruiz%2Bx@shop.example", "Ana.Ruiz+x@shop.example" },
	{ "e-mail without domain", { "v", PARAM_EMAIL }, "ana@", BAD, -1 },
	{ "e-mail without dot", { "v", PARAM_EMAIL }, "ana@localhost", BAD, -1 },
	{ "e-mail, two", { "v", PARAM_EMAIL }, "a@b.example,c@d.example", BAD, -1 },
	{ "e-mail with two @", { "v", PARAM_EMAIL }, "a@b@c.example", BAD, -1 },
	{ "e-mail with a space", { "v", PARAM_EMAIL }, "a b@c.example", BAD, -1 },
	{ "e-mail with header lines", { "v", PARAM_EMAIL }, "a@b.example%0D%0ABcc: x@y.example", BAD, -1 },
	{ "slug", { "v", PARAM_SLUG }, "rubber-sole-2", "rubber-sole-2" },
	{ "slug with a capital", { "v", PARAM_SLUG }, "Rubber", BAD, -1 },
	{ "slug with a slash", { "v", PARAM_SLUG }, "a/b", BAD, -1 },
	{ "slug with hyphens at the ends", { "v", PARAM_SLUG }, "-a", BAD, -1 },
	{ "choice", { "v", PARAM_CHOICE, .choices = colours }, "blue", "blue" },
	{ "choice of another", { "v", PARAM_CHOICE, .choices = colours }, "green", BAD, -1 },
	{ "money", { "v", PARAM_MONEY }, "19.90", "", 1990 },
	{ "money with comma", { "v", PARAM_MONEY }, "19,9", "", 1990 },
	{ "money, negative", { "v", PARAM_MONEY }, "-1", BAD, -1 },
	{ "money with three digits", { "v", PARAM_MONEY }, "1.999", BAD, -1 },
	{ "money, grouped", { "v", PARAM_MONEY }, "1.999,00", BAD, -1 },
	{ "date", { "v", PARAM_DATE }, "2028-02-29", "2028-02-29" },
	{ "date, no leap year", { "v", PARAM_DATE }, "2027-02-29", BAD, -1 },
	{ "date, 1900 was none", { "v", PARAM_DATE }, "1900-02-29", BAD, -1 },
	{ "date, month 13", { "v", PARAM_DATE }, "2027-13-01", BAD, -1 },
	{ "date, day 31", { "v", PARAM_DATE }, "2027-04-31", BAD, -1 },
	{ "date, another form", { "v", PARAM_DATE }, "1/2/2027", BAD, -1 },
	{ "code", { "v", PARAM_CODE }, "summer-26", "SUMMER-26" },
	{ "code with a homoglyph", { "v", PARAM_CODE }, "S%D0%A3MMER", BAD, -1 },
	{ "code, too long", { "v", PARAM_CODE }, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", BAD, -1 },
	{ "secret, blanks kept", { "v", PARAM_SECRET }, "+x+", " x " },
	{ "token, cut", { "v", PARAM_TOKEN }, "abc", BAD, -1 },
};

static void scalars(void)
{
	for (size_t i = 0; i < ARRAY_LEN(scalar_cases); i++) {
		const struct param params[] = { scalar_cases[i].p, { 0 } };
		struct param_set *set = read(params, mem_printf(ctx, "v=%s", scalar_cases[i].in), false);
		const struct param_value *v = &set->value[0];

		tap_ok(set->refused == NULL && (scalar_cases[i].text == BAD) == (v->error != NULL), "%s", scalar_cases[i].name);
		if (scalar_cases[i].text != BAD && *scalar_cases[i].text != '\0')
			tap_is_str(v->text, scalar_cases[i].text, "... its text");
		else if (scalar_cases[i].text != BAD)
			tap_is_int(v->number, scalar_cases[i].number, "... its number");
	}
	{
		const struct param secret[] = { { "v", PARAM_SECRET }, { 0 } };
		struct param_set *set = read(secret, mem_printf(ctx, "v=%s", repeat("x", 1024)), false);

		tap_ok(set->errors == 0 && set->value[0].typed == NULL, "the longest secret; it is not kept for a form");
		tap_ok(read(secret, mem_printf(ctx, "v=%s", repeat("x", 1025)), false)->errors == 1, "and one longer");
	}
}

static const struct param form[] = {
	{ "name", PARAM_TEXT }, { "qty", PARAM_QUANTITY, .optional = "1" }, { "note", PARAM_TEXT, .optional = "" },
	{ "news", PARAM_BOOL }, { "size", PARAM_LIST, .of = PARAM_SLUG, .max = 3, .optional = "" },
	{ "line", PARAM_LIST, .of = PARAM_QUANTITY, .optional = "" }, { 0 }
};

static void sets(void)
{
	static const struct { const char *name, *query; bool refused; size_t errors; } cases[] = {
		{ "what is needed", "name=a", false, 0 }, { "nothing", "", false, 1 },
		{ "what is needed is blank", "name=+", false, 1 }, { "unknown", "name=a&price=1", true, 0 },
		{ "tenant", "name=a&tenant_id=x", true, 0 }, { "twice", "name=a&name=b", true, 0 },
		{ "twice and blank", "name=&name=b", true, 0 }, { "brackets", "name%5B%5D=a", true, 0 },
		{ "checkbox twice", "name=a&news=1&news=0", true, 0 }, { "odd checkbox", "name=a&news=maybe", false, 1 },
		{ "list", "name=a&size=s&size=m&size=l", false, 0 }, { "list, too long", "name=a&size=s&size=m&size=l&size=x", true, 0 },
		{ "list with a bad value", "name=a&size=s&size=M", false, 1 },
		{ "tags of advertisers are refused in a form", "name=a&utm_source=x", true, 0 },
	};
	struct param_set *set;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		set = read(form, cases[i].query, false);
		tap_is_int(set->refused != NULL, cases[i].refused, "set: %s", cases[i].name);
		if (!cases[i].refused)
			tap_is_int((int64_t)set->errors, (int64_t)cases[i].errors, "... errors");
	}
	set = read(form, "name=a&utm_source=x&gclid=y&utm_source=z", true);
	tap_ok(set->refused == NULL, "tags of advertisers are dropped from a page's address");
	set = read(form, "name=a&news=on&line=3&line=4", false);
	tap_ok(param_find(set, "qty")->number == 1 && !param_find(set, "qty")->given, "a default stands in");
	tap_ok(param_find(set, "note")->text == NULL, "an empty default is absent");
	tap_ok(param_find(set, "news")->number == 1, "a checkbox");
	tap_ok(param_find(set, "line")->n == 2 && param_find(set, "line")->list_int[1] == 4, "a list of numbers");
	tap_ok(read(NULL, "", false)->refused == NULL && read(NULL, "a=1", false)->refused != NULL, "a route without parameters takes none");
}

static const struct param list[] = {
	{ "q", PARAM_TEXT, .optional = "" }, { "filters", PARAM_FILTERS, .max = 3, .optional = "" }, { 0 }
};

/* Names that no row declares, where one row takes them. */
static void filters(void)
{
	static const struct { const char *name, *query; bool refused; size_t n; } cases[] = {
		{ "none", "q=a", false, 0 }, { "two values of one", "color=black&color=red&q=a", false, 2 },
		{ "codes", "heel-height=4.5&a_b=x-l", false, 2 }, { "a blank one", "color=", false, 0 },
		{ "as many as may be", "a=1&b=2&c=3", false, 3 }, { "one more", "a=1&b=2&c=3&d=4", true, 0 },
		{ "a pair twice", "color=red&color=red", true, 0 }, { "capitals", "Color=red", true, 0 },
		{ "a value with a quote", "color=red%27", true, 0 }, { "brackets", "color%5B%5D=red", true, 0 },
		{ "a name that begins with a dash", "-a=1", true, 0 }, { "a long value", "a=1234567890123456789012345678901234567890123456789", true, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct param_set *set = read(list, cases[i].query, false);

		tap_is_int(set->refused != NULL, cases[i].refused, "filters: %s", cases[i].name);
		if (!cases[i].refused)
			tap_is_int((int64_t)param_find(set, "filters")->n, (int64_t)cases[i].n, "... taken");
	}
	tap_is_str(param_find(read(list, "size=42&color=red", false), "filters")->names[1], "color", "names in the order sent");
	tap_ok(read(form, "name=a&color=red", false)->refused != NULL, "a route without such a row takes none");
}

int main(void)
{
	ctx = mem_context(NULL, "param_test");
	scalars();
	sets();
	filters();
	mem_free(ctx);
	return tap_done();
}
