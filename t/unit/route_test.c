/* A path finds its row and no other; a table that contradicts itself does not start; a
   store's languages and currencies stand in the path (T54). */
#include "web/route.h"

#include <string.h>

#include "base/mem.h"
#include "tap.h"
#include "web/form.h"
#include "web/site.h"

static void *ctx;

static void handler(struct req *r)
{
	(void)r;
}

static const struct route table[] = {
	{ GET, "/", handler }, { GET, "/cart", handler }, { POST, "/cart", handler },
	{ GET, "/c/{slug}", handler }, { GET, "/c/new", handler }, { GET, "/o/{id:id}", handler },
	{ GET, "/o/{id:id}/lines/{n}", handler }, { GET, "/files/{path:rest}", handler }, { 0 }
};

#define UUID "01900000-0000-7000-8000-000000000001"

static void finding(void)
{
	static const struct { enum method method; const char *path, *route, *part; bool other; } cases[] = {
		{ GET, "/", "/", NULL }, { GET, "/cart", "/cart", NULL }, { POST, "/cart", "/cart", NULL },
		{ PUT, "/cart", NULL, NULL, true }, { GET, "/cart/", NULL, NULL }, { GET, "/carts", NULL, NULL },
		{ GET, "/Cart", NULL, NULL }, { GET, "/c/boots", "/c/{slug}", "boots" },
		{ GET, "/c/new", "/c/{slug}", "new" }, { GET, "/c/", NULL, NULL }, { GET, "/c/a/b", NULL, NULL },
		{ GET, "/c", NULL, NULL }, { GET, "/o/" UUID, "/o/{id:id}", UUID }, { GET, "/o/1", NULL, NULL },
		{ GET, "/o/" UUID "x", NULL, NULL }, { GET, "/o/" UUID "/lines/7", "/o/{id:id}/lines/{n}", UUID },
		{ GET, "/files/a/b.css", "/files/{path:rest}", "a/b.css" }, { GET, "/files/", NULL, NULL },
		{ GET, "/x.css", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct route_match m;

		route_find(ctx, table, cases[i].method, cases[i].path, &m);
		tap_is_str(m.route != NULL ? m.route->path : NULL, cases[i].route, "%s", cases[i].path);
		tap_is_str(m.route != NULL && m.nparts > 0 ? m.part[0].value : NULL, cases[i].part, "... its part");
		tap_is_int(m.route == NULL && m.other_method, cases[i].other, "... other methods");
	}
}

static void checking(void)
{
	static const struct param twice[] = { { "a", PARAM_INT }, { "a", PARAM_INT }, { 0 } };
	static const struct param own[] = { { "csrf", PARAM_TOKEN }, { 0 } };
	static const struct param bad_default[] = { { "n", PARAM_QUANTITY, .optional = "0" }, { 0 } };
	static const struct param no_choices[] = { { "n", PARAM_CHOICE }, { 0 } };
	static const struct upload_limits none = { .files = 0 };
	static const struct { const char *name; bool admin, right; struct route rows[3]; } cases[] = {
		{ "a plain row", false, true, { { GET, "/a", handler } } },
		{ "an admin row", true, true, { { GET, "/a", handler, .permission = "order.read" } } },
		{ "an admin row for anybody, said so", true, true, { { GET, "/a", handler, .permission = PUBLIC } } },
		{ "a change by staff without its token", true, false, { { POST, "/a", handler, .permission = "order.edit" } } },
		{ "a change by staff", true, true, { { POST, "/a", handler, .permission = "order.edit", .csrf_token = true } } },
		{ "step-up of a stranger", true, false, { { GET, "/a", handler, .permission = PUBLIC, .step_up = true } } },
		{ "step-up of a change without form", true, false, { { POST, "/a", handler, .permission = "x", .csrf_token = true, .step_up = true } } },
		{ "step-up of a change", true, true, { { POST, "/a", handler, .form = handler, .permission = "x", .csrf_token = true, .step_up = true } } },
		{ "step-up outside admin", false, false, { { GET, "/a", handler, .step_up = true } } },
		{ "an admin row without permission", true, false, { { GET, "/a", handler } } },
		{ "a permission outside admin", false, false, { { GET, "/a", handler, .permission = "x" } } },
		{ "no rows", false, false, { { 0 } } },
		{ "no handler", false, false, { { GET, "/a", NULL } } },
		{ "no method", false, false, { { METHOD_NONE, "/a", handler } } },
		{ "no slash", false, false, { { GET, "a", handler } } },
		{ "empty segment", false, false, { { GET, "/a//b", handler } } },
		{ "brace inside", false, false, { { GET, "/a{b}", handler } } },
		{ "rest not last", false, false, { { GET, "/{a:rest}/b", handler } } },
		{ "unknown kind", false, false, { { GET, "/{a:int}", handler } } },
		{ "the same row twice", false, false, { { GET, "/a", handler }, { GET, "/a", handler } } },
		{ "cacheable POST", false, false, { { POST, "/a", handler, .cache_s = 1 } } },
		{ "cacheable with session", false, false, { { GET, "/a", handler, .cache_s = 1, .needs = NEEDS_SESSION } } },
		{ "idempotent GET", false, false, { { GET, "/a", handler, .idempotent = true } } },
		{ "repeatable GET", false, false, { { GET, "/a", handler, .repeatable = true } } },
		{ "cross-site with token", false, false, { { POST, "/a", handler, .needs = NEEDS_CROSS_SITE, .csrf_token = true } } },
		{ "upload of nothing", false, false, { { POST, "/a", handler, .upload = &none } } },
		{ "parameter twice", false, false, { { GET, "/a", handler, .params = twice } } },
		{ "parameter of the library", false, false, { { POST, "/a", handler, .params = own } } },
		{ "default that is no value", false, false, { { GET, "/a", handler, .params = bad_default } } },
		{ "choice without choices", false, false, { { GET, "/a", handler, .params = no_choices } } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_int(route_check(cases[i].rows, cases[i].admin) == NULL, cases[i].right, "table: %s", cases[i].name);
	tap_ok(route_check(table, false) == NULL, "table: the one above");
}

static void methods(void)
{
	bool head;

	tap_ok(method_from("HEAD", &head) == GET && head, "HEAD is GET without a body");
	tap_ok(method_from("POST", &head) == POST && !head, "POST");
	tap_ok(method_from("post", &head) == METHOD_NONE && method_from("", &head) == METHOD_NONE &&
	       method_from(NULL, &head) == METHOD_NONE && method_from("TRACE", &head) == METHOD_NONE, "nothing else");
}

static void places(void)
{
	static const struct site_locale locales[] = { { "es-ES", "es" }, { "en-GB", "en" }, { "pt-BR", "pt-br" } };
	static const char *const currencies[] = { "EUR", "USD" };
	static const struct site site = {
		.nlocales = ARRAY_LEN(locales), .locales = locales, .ncurrencies = 2, .currencies = currencies,
	};
	static const struct { const char *path, *rest, *tag, *currency, *prefix; bool canonical; } cases[] = {
		{ "/", "/", "es-ES", "EUR", "", true }, { "/cart", "/cart", "es-ES", "EUR", "", true },
		{ "/en/cart", "/cart", "en-GB", "EUR", "/en", true }, { "/en/", "/", "en-GB", "EUR", "/en", true },
		{ "/en", "/", "en-GB", "EUR", "/en", false }, { "/EN/cart", "/cart", "en-GB", "EUR", "/en", false },
		{ "/es/cart", "/cart", "es-ES", "EUR", "", false }, { "/es-eur/", "/", "es-ES", "EUR", "", false },
		{ "/es-usd/cart", "/cart", "es-ES", "USD", "/es-usd", true },
		{ "/en-usd/", "/", "en-GB", "USD", "/en-usd", true }, { "/en-eur/x", "/x", "en-GB", "EUR", "/en", false },
		{ "/pt-br/x", "/x", "pt-BR", "EUR", "/pt-br", true }, { "/pt-br-usd/x", "/x", "pt-BR", "USD", "/pt-br-usd", true },
		{ "/fr/x", "/fr/x", "es-ES", "EUR", "", true }, { "/en-gbp/x", "/en-gbp/x", "es-ES", "EUR", "", true },
		{ "/english/x", "/english/x", "es-ES", "EUR", "", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct site_path p;

		site_path(ctx, &site, cases[i].path, &p);
		tap_is_str(p.rest, cases[i].rest, "place %s", cases[i].path);
		tap_is_str(p.locale->tag, cases[i].tag, "... language");
		tap_is_str(p.currency, cases[i].currency, "... currency");
		tap_is_str(p.prefix, cases[i].prefix, "... prefix of links");
		tap_is_int(p.canonical, cases[i].canonical, "... canonical");
	}
}

static void hosts(void)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "shop.test", "shop.test" }, { "Shop.TEST", "shop.test" }, { "shop.test:8080", "shop.test" },
		{ "shop.test.", NULL }, { "shop.test:", NULL }, { "shop.test:80a", NULL }, { "shop.test:123456", NULL },
		{ "a@shop.test", NULL }, { "shop_test", NULL }, { "", NULL }, { ":80", NULL }, { NULL, NULL },
		{ "shop.test/x", NULL }, { "shop.test evil", NULL }, { "[::1]", NULL }, { "sh\xc3\xb3p.test", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_str(site_host(ctx, cases[i].in), cases[i].want, "host %s", cases[i].in);
}

int main(void)
{
	ctx = mem_context(NULL, "route_test");
	finding();
	checking();
	methods();
	places();
	hosts();
	mem_free(ctx);
	return tap_done();
}
