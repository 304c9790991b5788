/* home -- the brand's own page, its pages of text, and what no other program answers.
   Manual: sutler-home(8). */
#include "base/buf.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "db/query/home.h"
#include "front/color.h"
#include "front/front.h"
#include "front/own_prices.h"
#include "shop/card.h"

#include <string.h>

/* How a kind of block is shown: the name of its part in the template. */
static const struct { const char *kind, *part, *icon; } parts[] = {
	{ "hero", "hero", NULL }, { "featured", "featured", NULL },
	{ "categories", "categories", NULL }, { "collections", "categories", NULL },
	{ "mission", "statements", NULL }, { "vision", "statements", NULL },
	{ "objectives", "principles", "check" }, { "values", "principles", "star" },
	{ "testimonials", "testimonials", NULL }, { "sustainability", "sustainability", NULL },
	{ "cta", "cta", NULL },
};

static const char *part_of(const char *kind, const char **icon)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].kind, kind) == 0) {
			*icon = parts[i].icon;
			return parts[i].part;
		}
	return NULL;
}

static void add_items(struct view *part, const char *part_name, const char *icon, struct rows *items, const char *block)
{
	bool quotes = strcmp(part_name, "testimonials") == 0;

	for (size_t i = 0; i < rows_count(items); i++) {
		const struct row_home_items *row = row_home_items_at(items, i);
		struct view *item;

		if (strcmp(row->block, block) != 0)
			continue;
		if (strcmp(part_name, "sustainability") == 0) {
			view_item_text(part, "points", row->title);
			continue;
		}
		item = view_item(part, "items");
		view_text(item, "icon", icon);
		view_text(item, quotes ? "author" : "title", row->title);
		view_text(item, quotes ? "quote" : "text", row->body);
	}
}

/* What the parts of the page are made of. */
struct content {
	struct rows *items, *group, *featured;
	struct view *statements, **with_cards;  /* the parts that show cards */
	size_t ncards;
};

/* Once everything is asked for: the cards, at the prices of who is signed in. */
static void add_cards(struct req *r, const struct content *c, struct rows *first)
{
	const char *texts;
	struct card *cards;
	size_t n;

	page_asked(r);
	texts = first != NULL ? row_home_first(first)->cards : row_home_featured(c->featured)->cards;
	cards = cards_read(r->mem, texts, r->prefix, &n);
	own_prices_put(r, c->group, cards, n, true);
	for (size_t i = 0; i < c->ncards; i++)
		view_described_list(c->with_cards[i], "cards", &shape_card, cards, n);
}

/* One block; mission and vision that stand together share one part. */
static void add_block(struct req *r, struct view *v, const struct row_home_blocks *b, struct content *c)
{
	const char *icon = NULL, *name = part_of(b->kind, &icon);
	struct view *part;

	if (name == NULL)
		return;
	if (strcmp(name, "statements") == 0) {
		struct view *item;

		if (c->statements == NULL)
			c->statements = view_sub(view_item(v, "blocks"), name);
		item = view_item(c->statements, "items");
		view_text(item, "title", b->title);
		view_text(item, "text", b->body);
		return;
	}
	c->statements = NULL;
	part = view_sub(view_item(v, "blocks"), name);
	view_text(part, "title", b->title);
	view_text(part, "text", b->body[0] == '\0' ? NULL : b->body);
	view_text(part, "image", url_media(r->mem, b->image));
	view_text(part, "alt", b->alt);
	view_text(part, "url", b->link[0] == '\0' ? NULL : req_path(r, b->link));
	view_text(part, "link", b->link_text[0] == '\0' ? NULL : b->link_text);
	if (strcmp(name, "featured") == 0) {
		if (c->featured == NULL)
			c->featured = q_home_featured(r->db, r->site->store, r->language, r->currency);
		c->with_cards[c->ncards++] = part;
	} else if (strcmp(name, "categories") == 0) {
		view_rows(part, "items", q_home_categories(r->db, r->site->store, r->language, r->prefix,
							   strcmp(b->kind, "collections") == 0 ? "collection" : "category"));
	} else {
		add_items(part, name, icon, c->items, b->block);
	}
}

/* A shop whose merchant has written nothing yet still shows what it sells. */
static void add_goods(struct req *r, struct view *v, struct content *c)
{
	struct view *part = view_sub(view_item(v, "blocks"), "featured");

	view_text(part, "title", req_text(r, N_("Products")));
	view_text(part, "link", NULL);
	c->with_cards[c->ncards++] = part;
	add_cards(r, c, q_home_first(r->db, r->site->store, r->language, r->currency));
}

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
	struct view *v = page_view(r, "home/index");
	struct rows *blocks = q_home_blocks(r->db, r->site->store, r->language);
	struct content c = { .items = q_home_items(r->db, r->site->store, r->language), .group = own_prices_ask(r) };
	const char *description = NULL;
	bool hero = false;

	c.with_cards = mem_array(r->mem, struct view *, rows_count(blocks) + 1);
	for (size_t i = 0; i < rows_count(blocks); i++) {
		const struct row_home_blocks *b = row_home_blocks_at(blocks, i);

		if (description == NULL)
			description = b->body;
		hero |= strcmp(b->kind, "hero") == 0;
		add_block(r, v, b, &c);
	}
	view_text(v, "plain_title", hero ? NULL : r->site->name);
	if (rows_count(blocks) == 0)
		add_goods(r, v, &c);
	else if (c.featured != NULL)
		add_cards(r, &c, NULL);
	front_title(r, v, NULL, description);
	view_html(v, "json_ld", json_ld(r));
	page_html(r, v);
}

static void text_page(struct req *r)
{
	const char *slug = path_text(r, "slug");
	struct rows *content = q_page_content(r->db, r->site->store, r->language, slug);
	struct rows *paths = q_page_paths(r->db, r->site->store, r->language, slug);
	struct rows *moved = q_page_moved(r->db, r->site->store, r->language, slug);
	const struct row_page_content *p = row_page_content(content);
	struct view *v, *page;

	if (!rows_found(content)) {
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
	{ GET, "/", show, .trips = 3, .cache_s = 2 },
	{ GET, "/page/{slug}", text_page, .trips = 2, .cache_s = 2 },
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
