/* home -- the brand's own page, its pages of text, and what no other program answers.
   Manual: sutler-home(8). */
#include "home.h"

#include "base/buf.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "db/query/home.h"
#include "front/color.h"
#include "front/front.h"
#include "front/kept_page.h"
#include "front/own_prices.h"
#include "shop/card.h"
#include "web/limits.h"

#include <string.h>

/* schema.org Organization and WebSite. */
static const char *json_ld(struct req *r)
{
	struct buf *b = buf_new(r->mem);
	const char *home = req_url(r, "/");

	buf_adds(b, "[{\"@context\":\"https://schema.org\",\"@type\":\"Organization\",\"name\":");
	buf_json(b, r->site->name);
	buf_adds(b, ",\"url\":");
	buf_json(b, home);
	buf_adds(b, "},{\"@context\":\"https://schema.org\",\"@type\":\"WebSite\",\"name\":");
	buf_json(b, r->site->name);
	buf_adds(b, ",\"url\":");
	buf_json(b, home);
	buf_adds(b, ",\"potentialAction\":{\"@type\":\"SearchAction\",\"target\":");
	buf_json(b, mem_printf(r->mem, "%s?q={search_term_string}", req_url(r, "/search")));
	buf_adds(b, ",\"query-input\":\"required name=search_term_string\"}}]");
	return b->data;
}

static void show(struct req *r)
{
	const struct home_blocks *b;
	struct rows *rows, *group;
	struct view *v;

	if (kept_page_given(r))
		return;
	group = own_prices_ask(r);
	b = home_blocks(r, &rows);
	v = page_view(r, "home/index");
	view_text(v, "plain_title", b->hero ? NULL : r->site->name);
	home_blocks_add(r, v, b);
	if (rows != NULL) {
		size_t n;
		struct card *cards = cards_read(r->mem, b->n == 0 ? row_home_first(rows)->cards : row_home_featured(rows)->cards, r->prefix, &n);

		own_prices_put(r, group, cards, n, true);
		view_described_list(v, "cards", &shape_card, cards, n);
	}
	front_title(r, v, NULL, b->description);
	view_html(v, "json_ld", json_ld(r));
	page_html(r, v);
	kept_page_put(r);
}

static void text_page(struct req *r)
{
	const char *slug = path_text(r, "slug");
	struct rows *content, *paths, *moved;
	const struct row_page_content *p;
	struct view *v, *page;

	if (kept_page_given(r))
		return;
	content = q_page_content(r->db, r->site->store, r->language, slug);
	paths = q_page_paths(r->db, r->site->store, r->language, slug);
	page_asked(r);
	p = row_page_content(content);
	if (!rows_found(content)) {
		/* Seldom enough for a trip of its own. */
		page_ask_again(r);
		moved = q_page_moved(r->db, r->site->store, r->language, slug);
		page_asked(r);
		if (rows_found(moved))
			page_moved(r, url_to(r, "/page/", row_page_moved(moved)->slug));
		else
			page_not_found(r);
		return;
	}
	v = page_view(r, "home/page");
	page = view_sub(v, "page");
	view_text(page, "name", p->title);
	view_html(page, "html", markdown_html(r->mem, p->body, 2));
	view_date(page, "updated", p->updated);
	front_own_paths(r);
	for (size_t i = 0; i < rows_count(paths); i++)
		front_path_in(r, row_page_paths_at(paths, i)->language, row_page_paths_at(paths, i)->path);
	front_title(r, v, p->title, NULL);
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	front_crumb(v, p->title, NULL);
	page_html(r, v);
	kept_page_put(r);
}

/* The store's colours as a style sheet; its name says all, so it is kept for ever. */
static void theme(struct req *r)
{
	struct color primary, accent;

	if (!color_theme_name(path_text(r, "file"), &primary, &accent)) {
		page_not_found(r);
		return;
	}
	page_text(r, "text/css; charset=utf-8", color_theme_css(r->mem, primary, accent));
}

/* A square of one colour: inline styles are not allowed by the content policy. */
static void swatch(struct req *r)
{
	struct color c;

	if (!color_swatch_name(path_text(r, "file"), &c)) {
		page_not_found(r);
		return;
	}
	page_text(r, "image/svg+xml", mem_printf(r->mem,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\">"
		"<rect width=\"20\" height=\"20\" fill=\"#%02x%02x%02x\"/></svg>", c.r, c.g, c.b));
}

static void robots(struct req *r)
{
	page_text(r, "text/plain; charset=utf-8",
		  "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /order\nDisallow: /search\n"
		  "Disallow: /*/cart\nDisallow: /*/checkout\nDisallow: /*/order\nDisallow: /*/search\n");
}

static void nothing(struct req *r)
{
	page_not_found(r);
}

/* A day: the colours are in the name, a change of them changes the link. */
#define THEME_CACHE_S 86400

static const struct route routes[] = {
	/* One trip less for who is in no price group. */
	{ GET, "/", show, .trips = 3, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET, "/page/{slug}", text_page, .trips = 2, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET, "/theme/{file}", theme, .trips = 1, .cache_s = THEME_CACHE_S, .needs = NEEDS_NO_DATABASE },
	{ GET, "/swatch/{file}", swatch, .trips = 1, .cache_s = THEME_CACHE_S, .needs = NEEDS_NO_DATABASE },
	{ GET, "/robots.txt", robots, .trips = 1, .cache_s = 60 },
	{ GET, "/{path:rest}", nothing, .trips = 1 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program home = {
		.name = "home", .routes = routes, .hooks = &front_hooks, .session = &session_customers,
	};

	return program_run(&home, argc, argv);
}
