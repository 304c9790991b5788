/* GET /c/{slug}: the products of a category. */
#include "catalog.h"

#include "base/buf.h"
#include "base/mem.h"
#include "front/kept_page.h"
#include "shop/keep.h"

/* Categories of all stores and languages that one worker serves at a time; one with 50
   filter values and its texts is about 12 kB. */
#define CATEGORIES_KEPT 256
#define CATEGORY_BYTES (4u * 1024 * 1024)

static struct keep *kept;

/* What is kept of a category: its rows, and its filters as they are printed. */
struct kept_category {
	struct category *category;
	const char *facets_html;
};

/* The prefix stands for language and currency. */
static const char *keep_key(struct req *r, const char *slug)
{
	return mem_concat(r->mem, r->site->store, r->prefix, "/", slug);
}

/* schema.org BreadcrumbList. */
static const char *json_ld(struct req *r, const struct category *c)
{
	struct buf *b = buf_new(r->mem);

	buf_adds(b, "{\"@context\":\"https://schema.org\",\"@type\":\"BreadcrumbList\",\"itemListElement\":[");
	for (size_t i = 0; i < c->ntrail; i++) {
		buf_adds(b, i == 0 ? "{\"@type\":\"ListItem\",\"position\":" : ",{\"@type\":\"ListItem\",\"position\":");
		buf_int(b, (int64_t)i + 1);
		buf_adds(b, ",\"name\":");
		buf_json(b, c->trail[i].name);
		buf_adds(b, ",\"item\":");
		buf_json(b, req_url(r, mem_concat(r->mem, "/c/", c->trail[i].slug)));
		buf_addc(b, '}');
	}
	buf_adds(b, "]}");
	return b->data;
}

static void head(struct req *r, struct view *v, const struct category *c)
{
	struct view *head = view_sub(v, "category");

	view_text(head, "name", c->name);
	view_text(head, "text", c->text[0] == '\0' ? NULL : c->text);
	view_text(head, "image", c->image);
	view_text(head, "alt", c->alt);
	for (size_t i = 0; i < c->nchildren; i++) {
		struct view *item = view_item(v, "children");

		view_text(item, "name", c->children[i].name);
		view_text(item, "url", url_to(r, "/c/", c->children[i].slug));
	}
	view_bool(v, "has_children", c->nchildren > 0);
	view_html(v, "json_ld", json_ld(r, c));
	front_title(r, v, c->meta_title[0] == '\0' ? c->name : c->meta_title,
		    c->meta_description[0] == '\0' ? c->text : c->meta_description);
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	for (size_t i = 0; i < c->ntrail; i++)
		front_crumb(v, c->trail[i].name, i + 1 == c->ntrail ? NULL : url_to(r, "/c/", c->trail[i].slug));
	front_own_paths(r);
	for (size_t i = 0; i < c->npaths; i++)
		front_path_in(r, c->paths[i].name, mem_concat(r->mem, "/c/", c->paths[i].slug));
}

/* The category out of what this request asked for, kept for those to come. */
static const struct kept_category *read_and_keep(struct req *r, const char *key, const struct category_promise *p)
{
	const char *moved;
	struct kept_category *k = mem_new(NULL, struct kept_category);

	k->category = category_read(k, p, &moved);
	if (k->category == NULL) {
		mem_free(k);
		if (moved != NULL)
			page_moved(r, url_to(r, "/c/", moved));
		else
			page_not_found(r);
		return NULL;
	}
	if (req_failed(r))
		return mem_steal(r->mem, k);
	k->facets_html = list_facets_html(r, k, k->category->facets);
	keep_put(kept, key, front_store(r)->version, k);
	return k;
}

void category(struct req *r)
{
	const char *slug = path_text(r, "slug"), *key = keep_key(r, slug);
	const struct kept_category *k;
	struct category_promise p;
	struct list_view l;
	struct rows *cards, *counts = NULL, *known;
	struct view *v;

	if (kept_page_given(r))
		return;
	if (!list_read(r, &l, url_to(r, "/c/", slug), slug, LIST_PLACE)) {
		page_not_found(r);
		return;
	}
	if (kept == NULL)
		kept = keep_new(NULL, CATEGORIES_KEPT, CATEGORY_BYTES);
	k = keep_find(kept, key, front_store(r)->version);
	if (k == NULL)
		category_ask(r->db, r->site->store, r->language, slug, &p);
	else
		l.ask.category = k->category->id;
	known = list_known(r, &l);
	if (list_filtered(&l.ask))
		counts = list_counts(r->db, &l.ask);
	if (list_by_bits(&l.ask))
		list_weigh(&l.ask, counts, k == NULL ? 0 : k->category->facets->total);
	cards = list_cards(r->db, &l.ask);
	l.group = own_prices_ask(r);
	page_asked(r);
	if (k == NULL && (k = read_and_keep(r, key, &p)) == NULL)
		return;
	if (!list_all_known(&l, known)) {
		page_bad_request(r);
		return;
	}
	v = page_view(r, "catalog/category");
	head(r, v, k->category);
	if (counts == NULL) {
		list_show(r, v, &l, k->category->facets->total, NULL, k->facets_html, cards);
	} else {
		const struct facets *counted = facets_counted(r->mem, k->category->facets, &l.ask, counts);

		list_show(r, v, &l, counted->total, counted, NULL, cards);
	}
	page_html(r, v);
	kept_page_put(r);
}
