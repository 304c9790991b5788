/* The blocks of the home page: what the merchant wrote and put in order. */
#include "home.h"

#include "base/mem.h"
#include "db/query/home.h"
#include "front/front.h"
#include "shop/keep.h"
#include "web/page.h"

#include <string.h>

/* Home pages of all stores, languages and currencies that one worker serves at a time; one of ten blocks has 10 kB. */
#define HOMES_KEPT 128
#define HOMES_BYTES (1024u * 1024)

static struct keep *kept;

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

static bool is_statement(const struct row_home_blocks *b)
{
	const char *icon, *name = part_of(b->kind, &icon);

	return name != NULL && strcmp(name, "statements") == 0;
}

/* Mission and vision that stand together share one part: those from FROM on; how many they are. */
static size_t add_statements(struct view *part, struct rows *blocks, size_t from)
{
	size_t i = from;

	for (; i < rows_count(blocks) && is_statement(row_home_blocks_at(blocks, i)); i++) {
		const struct row_home_blocks *b = row_home_blocks_at(blocks, i);
		struct view *item = view_item(part, "items");

		view_text(item, "title", b->title);
		view_text(item, "text", b->body);
	}
	return i - from;
}

static void fill(struct req *r, struct view *part, const char *name, const char *icon, const struct row_home_blocks *b, struct rows *items)
{
	view_text(part, "title", b->title);
	view_text(part, "text", b->body[0] == '\0' ? NULL : b->body);
	view_text(part, "image", url_media(part, b->image));
	view_text(part, "alt", b->alt);
	view_text(part, "url", b->link[0] == '\0' ? NULL : req_path(r, b->link));
	view_text(part, "link", b->link_text[0] == '\0' ? NULL : b->link_text);
	if (strcmp(name, "categories") == 0)
		view_rows(part, "items", q_home_categories(r->db, r->site->store, r->language, r->prefix,
							   strcmp(b->kind, "collections") == 0 ? "collection" : "category"));
	else
		add_items(part, name, icon, items, b->block);
}

/* What is printed later: the queries of all blocks travel together. */
struct asked {
	struct view *view;              /* NULL: cards */
	const struct row_home_blocks *block;
};

/* The cards that go with them; a shop whose merchant has written nothing yet still shows what it sells. */
static struct rows *ask_cards(struct req *r, const struct home_blocks *b)
{
	if (b->n == 0)
		return q_home_first(r->db, r->site->store, r->language, r->currency);
	return b->featured ? q_home_featured(r->db, r->site->store, r->language, r->currency) : NULL;
}

static struct home_blocks *read_blocks(struct req *r, struct rows **cards)
{
	struct rows *rows = q_home_blocks(r->db, r->site->store, r->language), *items = q_home_items(r->db, r->site->store, r->language);
	struct home_blocks *b = mem_new(NULL, struct home_blocks);
	struct asked *asked = mem_array(r->mem, struct asked, rows_count(rows) + 1);
	size_t n = 0;

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_home_blocks *row = row_home_blocks_at(rows, i);
		const char *icon = NULL, *name = part_of(row->kind, &icon);
		struct view *v;

		if (i == 0)
			b->description = mem_strdup(b, row->body);
		if (name == NULL)
			continue;
		b->hero |= strcmp(name, "hero") == 0;
		b->featured |= strcmp(name, "featured") == 0;
		asked[n].block = row;
		if (strcmp(name, "featured") != 0) {
			asked[n].view = v = view_new(r->mem);
			view_text(view_sub(v, "assets"), "icons", mem_concat(v, "/static/", front_assets_version(), "/icons/icons.svg"));
			if (is_statement(row))
				i += add_statements(view_sub(v, name), rows, i) - 1;
			else
				fill(r, view_sub(v, name), name, icon, row, items);
		}
		n++;
	}
	b->n = n;
	*cards = ask_cards(r, b);
	page_asked(r);
	b->parts = mem_array(b, struct home_part, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct row_home_blocks *row = asked[i].block;
		struct home_part *p = &b->parts[i];

		if (asked[i].view != NULL) {
			p->html = page_part(r, b, asked[i].view, "home/block");
			continue;
		}
		p->title = mem_strdup(b, row->title);
		p->url = row->link[0] == '\0' ? NULL : mem_strdup(b, req_path(r, row->link));
		p->link = row->link_text[0] == '\0' ? NULL : mem_strdup(b, row->link_text);
	}
	return b;
}

const struct home_blocks *home_blocks(struct req *r, struct rows **cards)
{
	const char *key = mem_concat(r->mem, r->site->store, " ", r->locale, " ", r->prefix);
	const struct home_blocks *found;
	struct home_blocks *fresh;

	if (kept == NULL)
		kept = keep_new(NULL, HOMES_KEPT, HOMES_BYTES);
	found = keep_find(kept, key, front_store(r)->version);
	if (found != NULL) {
		*cards = ask_cards(r, found);
		page_asked(r);
		return found;
	}
	fresh = read_blocks(r, cards);
	if (req_failed(r))
		mem_steal(r->mem, fresh);
	else
		keep_put(kept, key, front_store(r)->version, fresh);
	return fresh;
}

void home_blocks_add(struct req *r, struct view *v, const struct home_blocks *b)
{
	struct view *item;

	for (size_t i = 0; i < b->n; i++) {
		item = view_item(v, "blocks");
		if (b->parts[i].html != NULL) {
			view_html(item, "html", b->parts[i].html);
			continue;
		}
		item = view_sub(item, "featured");
		view_text(item, "title", b->parts[i].title);
		view_text(item, "url", b->parts[i].url);
		view_text(item, "link", b->parts[i].link);
	}
	if (b->n == 0) {
		item = view_sub(view_item(v, "blocks"), "featured");
		view_text(item, "title", req_text(r, N_("Products")));
	}
}
