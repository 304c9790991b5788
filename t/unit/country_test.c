/*
 * Promise: an address is checked as its country writes it: what people type is brought
 * into form, what cannot be delivered is said field by field, and nothing else is refused.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "shop/checkout.h"
#include "shop/visitor.h"
#include "shop/order.h"

#include "tap.h"

#include <string.h>

static void *ctx;

static const struct {
	const char *name, *country, *typed, *want;      /* NULL: refused */
} codes[] = {
	{ "Spain", "ES", "28013", "28013" },
	{ "Spain with blanks", "ES", " 28 013 ", "28013" },
	{ "Spain, a digit missing", "ES", "2801", NULL },
	{ "Spain, a digit too many", "ES", "280133", NULL },
	{ "Spain, a letter", "ES", "2801A", NULL },
	{ "Spain, other digits", "ES", "\xd9\xa2\xd9\xa8\xd9\xa0\xd9\xa1\xd9\xa3", NULL },
	{ "Portugal without dash", "PT", "1100053", "1100-053" },
	{ "Portugal, half", "PT", "1100", NULL },
	{ "Germany", "DE", "10119", "10119" },
	{ "France", "FR", "75004", "75004" },
	{ "Italy, leading zeros", "IT", "00184", "00184" },
	{ "London", "GB", "sw1a1aa", "SW1A 1AA" },
	{ "short", "GB", "M1 1AE", "M1 1AE" },
	{ "Glasgow", "GB", "g12 8qq", "G12 8QQ" },
	{ "Croydon", "GB", "CR26XH", "CR2 6XH" },
	{ "not British", "GB", "12345", NULL },
	{ "Dublin", "IE", "d02x285", "D02 X285" },
	{ "Dublin 6W", "IE", "D6W XY00", "D6W XY00" },
	{ "United States", "US", "94103", "94103" },
	{ "ZIP+4", "US", "941031234", "94103-1234" },
	{ "ZIP and a bit", "US", "94103-1", NULL },
	{ "Mexico", "MX", "06000", "06000" },
	{ "Indonesia", "ID", "40115", "40115" },
};

static void test_codes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const char *got = pattern_fit(ctx, country_get(codes[i].country)->postcode, codes[i].typed);

		tap_is_str(got, codes[i].want, "postal code: %s", codes[i].name);
	}
}

static const struct {
	const char *name, *country, *typed, *want;
} taxes[] = {
	{ "Spain", "ES", "B-12.345.678", "B12345678" },
	{ "Spain with prefix", "ES", "es b12345678", "ESB12345678" },
	{ "Spain, short", "ES", "B123", NULL },
	{ "Germany", "DE", "DE123456789", "DE123456789" },
	{ "Germany, letters", "DE", "12345678X", NULL },
	{ "France", "FR", "XX 123 456 789", "XX123456789" },
	{ "Ireland", "IE", "1234567FA", "1234567FA" },
	{ "Mexico", "MX", "ABC010203AB1", "ABC010203AB1" },
	{ "Indonesia", "ID", "01.234.567.8-901.000", "012345678901000" },
	{ "elsewhere", "JP", "T1234567890123", "T1234567890123" },
	{ "elsewhere, signs", "JP", "<script>", NULL },
	{ "elsewhere, short", "JP", "1", NULL },
	{ "empty", "ES", "", NULL },
};

static void test_taxes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(taxes); i++)
		tap_is_str(tax_id_check(ctx, taxes[i].country, taxes[i].typed), taxes[i].want, "tax number: %s", taxes[i].name);
}

static const struct {
	const char *name;
	struct address a;
	const char *wrong;              /* names of the fields, with blanks between */
} addresses[] = {
	{ "whole", { "Ana", "", "Calle 1", "", "28013", "Madrid", "M", "ES" }, "" },
	{ "nothing", { "", "", "", "", "", "", "", "ES" }, "name street postcode city region" },
	{ "a region of another country", { "Ana", "", "Calle 1", "", "28013", "Madrid", "CA-X", "ES" }, "region" },
	{ "the region's name is not its code", { "Ana", "", "Calle 1", "", "28013", "Madrid", "Madrid", "ES" }, "region" },
	{ "a bad code", { "Ana", "", "Calle 1", "", "1", "Madrid", "M", "ES" }, "postcode" },
	{ "Germany asks for no region", { "Eva", "", "Weg 1", "", "10119", "Berlin", "", "DE" }, "" },
	{ "Indonesia wants the second line", { "Siti", "", "Jalan 1", "", "40115", "Bandung", "JB", "ID" }, "more" },
	{ "a country without a row asks for little", { "Jon", "", "Street 1", "", "", "Reykjavik", "", "IS" }, "" },
	{ "but for something", { "Jon", "", "", "", "", "", "", "IS" }, "street city" },
};

static void test_addresses(void)
{
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct address a = addresses[i].a;
		struct address_error errors[ADDRESS_FIELDS];
		size_t n = address_check(ctx, &a, errors);
		struct buf *got = buf_new(ctx);

		buf_adds(got, "");
		for (size_t k = 0; k < n; k++) {
			buf_adds(got, k > 0 ? " " : "");
			buf_adds(got, address_field_name(errors[k].field));
			if (errors[k].sentence == NULL)
				buf_adds(got, "?");
		}
		tap_is_str(got->data, addresses[i].wrong, "address: %s", addresses[i].name);
	}
	struct address left = { "Eva", "", "Weg 1", "", "10119", "Berlin", "M", "DE" };
	struct address_error errors[ADDRESS_FIELDS];

	address_check(ctx, &left, errors);
	tap_is_str(left.region, "", "address: a field the country's form does not show is dropped");
}

static void test_lines(void)
{
	struct address es = { "Ana", "Suelas SL", "Calle 1", "2 B", "03201", "Elche", "A", "ES" };
	struct address us = { "Joe", "", "1 Main St", "", "94103", "San Francisco", "CA", "US" };
	struct address madrid = { "Ana", "", "Calle 1", "", "28013", "Madrid", "M", "ES" };

	tap_is_str(address_lines(ctx, &es, ""), "Ana\nSuelas SL\nCalle 1\n2 B\n03201 Elche\nAlicante", "lines: Spain");
	tap_is_str(address_lines(ctx, &us, "United States"), "Joe\n1 Main St\nSan Francisco, California\n94103\nUnited States", "lines: abroad");
	tap_is_str(address_lines(ctx, &madrid, ""), "Ana\nCalle 1\n28013 Madrid", "lines: a region like its city is said once");
}

/* Every row of the table: codes are unique, names there, patterns fit their example. */
static void test_table(void)
{
	bool unique = true, named = true, examples = true, known = true, sorted = true;

	for (const char *s = country_codes; s[0] != '\0'; s += 2) {
		char code[3] = { s[0], s[1], '\0' };
		const struct country *c = country_get(code);

		sorted = sorted && (s[2] == '\0' || strncmp(s, s + 2, 2) < 0);
		if (c->code[0] == '\0')
			continue;
		known = known && country_known(code);
		examples = examples && pattern_fit(ctx, c->postcode, c->example) != NULL &&
			strcmp(pattern_fit(ctx, c->postcode, c->example), c->example) == 0;
		for (const struct region *g = c->regions; g != NULL && g->code != NULL; g++) {
			named = named && g->name[0] != '\0';
			for (const struct region *h = g + 1; h->code != NULL; h++)
				unique = unique && strcmp(g->code, h->code) != 0 && strcmp(g->name, h->name) != 0;
		}
	}
	tap_ok(strlen(country_codes) == 2 * 249, "table: the 249 codes of ISO 3166-1");
	tap_ok(sorted, "table: sorted, none twice");
	tap_ok(known, "table: every country is one of them");
	tap_ok(unique, "table: no region twice");
	tap_ok(named, "table: all have names");
	tap_ok(examples, "table: every example fits its pattern");
	tap_ok(!country_known("XX") && !country_known("es") && !country_known("E") && !country_known("ESP") && !country_known(""),
	       "table: what is no country");
}

static void test_hold_key(void)
{
	char a[SHA256_HEX], b[SHA256_HEX];
	static const struct { const char *name, *one, *two; int64_t later_ms; bool same; } cases[] = {
		{ "same address", "192.0.2.1", "192.0.2.1", 0, true },
		{ "another address", "192.0.2.1", "192.0.2.2", 0, false },
		{ "the next day", "192.0.2.1", "192.0.2.1", 86400000, false },
		{ "one /64 of IPv6 is one visitor", "2001:db8::1", "2001:db8::ffff", 0, true },
		{ "another /64 is another", "2001:db8::1", "2001:db8:0:1::1", 0, false },
		{ "no address", "", "", 0, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		visitor_key("01900000-0000-7000-8000-000000000001", cases[i].one, 1800000000000, a);
		visitor_key("01900000-0000-7000-8000-000000000001", cases[i].two, 1800000000000 + cases[i].later_ms, b);
		tap_ok((strcmp(a, b) == 0) == cases[i].same, "T24 hold key: %s", cases[i].name);
	}
	visitor_key("01900000-0000-7000-8000-000000000002", "192.0.2.1", 1800000000000, b);
	visitor_key("01900000-0000-7000-8000-000000000001", "192.0.2.1", 1800000000000, a);
	tap_ok(strcmp(a, b) != 0, "T24 hold key: another tenant");
}

static void test_words(void)
{
	static const char *const words[] = { "draft", "pending", "paid", "in_production", "ready", "shipped", "delivered",
		"closed", "returned", "cancelled" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		tap_ok(order_word(words[i])[0] != '\0', "state %s has a word", words[i]);
	tap_is_str(order_word("constructor"), "", "another has none");
	tap_ok(verify_sentence("ok") == NULL && verify_sentence("wrong") != NULL && verify_sentence("gone") != NULL, "words about codes");
}

int main(void)
{
	ctx = mem_context(NULL, "test");
	test_codes();
	test_taxes();
	test_addresses();
	test_lines();
	test_table();
	test_hold_key();
	test_words();
	mem_free(ctx);
	return tap_done();
}
