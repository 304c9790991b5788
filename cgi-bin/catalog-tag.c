/* GET /t/{slug}: the products that have a tag. */
#include "catalog.h"

#include "base/mem.h"
#include "db/query/catalog.h"
#include "front/kept_page.h"

/* Fewer products than this are no page that a search engine should send people to. */
#define TAG_THIN 3

static void head(struct req *r, struct view *v, const struct row_tag_head *h, int64_t total)
{
	struct view *head = view_sub(v, "category");

	view_text(head, "kind", req_text(r, N_("Tag")));
	view_text(head, "name", h->name);
	view_bool(v, "has_children", false);
	front_title(r, v, h->name, NULL);
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	front_crumb(v, h->name, NULL);
	/* A tag of one language has no page in the others. */
	if (!h->everywhere)
		front_own_paths(r);
	if (total < TAG_THIN)
		front_noindex(r);
}

void tag(struct req *r)
{
	const char *slug = path_text(r, "slug");
	const struct facets *counted;
	struct store_facets all;
	struct list_view l;
	struct rows *found, *cards, *counts, *known;
	struct view *v;

	if (kept_page_given(r))
		return;
	if (!list_read(r, &l, url_to(r, "/t/", slug), "", LIST_PLACE)) {
		page_not_found(r);
		return;
	}
	l.ask.tag = slug;
	store_facets_ask(r, &all);
	found = q_tag_head(r->db, r->site->store, r->language, r->currency, slug);
	counts = list_counts(r->db, &l.ask);
	list_weigh(&l.ask, counts, all.facets == NULL ? 0 : all.facets->total);
	cards = list_cards(r->db, &l.ask);
	l.group = own_prices_ask(r);
	known = list_known(r, &l);
	page_asked(r);
	store_facets_read(r, &all);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (!list_all_known(&l, known)) {
		page_bad_request(r);
		return;
	}
	v = page_view(r, "catalog/category");
	counted = facets_counted(r->mem, all.facets, &l.ask, counts);
	head(r, v, row_tag_head(found), counted->total);
	list_show(r, v, &l, counted->total, counted, NULL, cards);
	page_html(r, v);
	kept_page_put(r);
}
