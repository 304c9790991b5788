/* GET /search and /search/suggest: what a search finds, and how it helps. */
#include "catalog.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/record.h"
#include "db/query/catalog.h"
#include "db/query/search.h"
#include "shop/keep.h"
#include "web/trace.h"

/* A statement of a search may take so long: a search that is a bomb is given up. */
#define SEARCH_MS "500"
/* Searches a worker keeps until the catalogue changes, 10 kB for one that finds a hundred products by
   dozens of filters, 24 kB for one that finds a thousand: the pages of one search and what many look for
   are found and counted once. With more a worker would not stay below 12 MB. */
#define SEARCHES_KEPT 512
#define SEARCHES_BYTES (4400u * 1024)

/* Shown when nothing was found: two rows. */
#define POPULAR_CARDS 8

const struct param suggest_params[] = {
	{ "q", PARAM_TEXT, .max = 100, .fold = true, .optional = "" },
	{ 0 }
};

/* ---- the search log ---------------------------------------------------------------- */

struct searched { const char *id, *store, *locale, *query, *corrected; int64_t hits; };

static void insert_searches(struct db *db, const struct trace *const *rows, size_t n)
{
	const char *texts[5][LIST_CARDS];
	int64_t hits[LIST_CARDS];

	for (size_t from = 0; from < n; from += LIST_CARDS) {
		size_t some = n - from < LIST_CARDS ? n - from : LIST_CARDS;

		for (size_t i = 0; i < some; i++) {
			const struct searched *s = rows[from + i]->row;

			texts[0][i] = s->id;
			texts[1][i] = s->store;
			texts[2][i] = s->locale;
			texts[3][i] = s->query;
			texts[4][i] = s->corrected;
			hits[i] = s->hits;
		}
		q_searches_insert(db, texts[0], some, texts[1], some, texts[2], some, texts[3], some, texts[4], some, hits, some);
	}
}

static void leave_search(struct req *r, const char *query, const char *corrected, size_t hits)
{
	static const struct trace_kind kind = { "search", insert_searches };
	struct searched *s = mem_new(r->mem, struct searched);

	s->id = mem_strdup(s, id_new().text);
	s->store = mem_strdup(s, r->site->store);
	s->locale = mem_strdup(s, r->language);
	s->query = mem_strdup(s, query);
	s->corrected = mem_strdup(s, corrected == NULL ? "" : corrected);
	s->hits = (int64_t)hits;
	trace_add(r, &kind, s);
}

/* ---- results -------------------------------------------------------------------------- */

static const char *search_url(struct req *r, const char *q, bool exact)
{
	return mem_printf(r->mem, "%s%s", url_to(r, "/search?q=", q), exact ? "&exact=1" : "");
}

/* The longest word of the query: the one whose neighbours are worth showing. */
static const char *main_word(struct req *r, const char *q)
{
	const char *best = "";
	size_t best_n = 0;

	while (*q != '\0') {
		size_t n = strcspn(q, " ");

		if (n > best_n) {
			best_n = n;
			best = q;
		}
		q += n + (q[n] == ' ');
	}
	return mem_strndup(r->mem, best, best_n);
}

static void add_near(struct req *r, struct view *v, struct rows *near)
{
	for (size_t i = 0; near != NULL && i < rows_count(near); i++) {
		const char *word = row_search_near_at(near, i)->shown;
		struct view *item = view_item(v, "near");

		view_text(item, "word", word);
		view_text(item, "url", search_url(r, word, false));
	}
	view_bool(v, "has_near", near != NULL && rows_count(near) > 0);
}

/* What a search found: enough for its pages, and the filters beside them while none is chosen. */
struct kept_search {
	const char *corrected, *facets_html;
	size_t n;
	struct id_packed *ids;
};
static struct keep *searches;

struct results {
	const char *q, *corrected;
	bool exact;
	struct list_view list;
	const char **facts;             /* of all that was found, when it was not kept */
	size_t nfound;
	const char *facets_html;        /* while nothing is chosen */
	struct rows *near, *popular, *cards, *counts, *known;
};

/* The prefix stands for language and currency. */
static const char *search_key(struct req *r, const struct results *s)
{
	return mem_printf(r->mem, "%s%s?%d%s", r->site->store, r->prefix, s->exact, s->q);
}

static bool take_kept(struct req *r, struct results *s)
{
	const struct kept_search *k = keep_find(searches, search_key(r, s), front_store(r)->version);
	const char **ids;
	struct id *texts;

	if (k == NULL)
		return false;
	s->facets_html = k->facets_html;
	ids = mem_array(r->mem, const char *, k->n);
	texts = mem_array(r->mem, struct id, k->n);
	for (size_t i = 0; i < k->n; i++) {
		texts[i] = id_unpack(&k->ids[i]);
		ids[i] = texts[i].text;
	}
	s->corrected = k->corrected;
	s->list.ask.found = ids;
	s->list.ask.nfound = s->nfound = k->n;
	return true;
}

/* The first trip: what is found and can be bought in the page's currency.  It comes as one text: a thousand rows would
   cost each side more than to find them. */
static void find(struct req *r, struct results *s)
{
	const struct row_search_find *row = row_search_find(q_search_find(r->db, r->site->store, r->language, s->q, s->exact));
	char *hits = mem_strdup(r->mem, row->hits == NULL ? "" : row->hits), *end;
	size_t n = 0;
	const char **ids;

	for (const char *p = hits; (p = strchr(p, RECORD_END)) != NULL; p++)
		n++;
	ids = mem_array(r->mem, const char *, n);
	s->facts = mem_array(r->mem, const char *, n);
	for (; (end = strchr(hits, RECORD_END)) != NULL; hits = end + 1) {
		char *facts;

		*end = '\0';
		facts = strchr(hits, FIELD_END);
		if (facts == NULL || !facts_sold_in(facts + 1, r->currency))
			continue;
		*facts = '\0';
		ids[s->nfound] = hits;
		s->facts[s->nfound++] = facts + 1;
	}
	s->list.ask.found = ids;
	s->list.ask.nfound = s->nfound;
	s->corrected = s->nfound > 0 ? row->corrected : NULL;
}

/* The filters of all that was found; and the search is kept for the next one. */
static void count(struct req *r, struct results *s, const struct facets *all, const char *const *ids)
{
	const struct facets *counted = facets_of_facts(r->mem, all, s->facts, s->nfound);
	struct kept_search *k;

	s->facets_html = list_facets_html(r, r->mem, counted);
	if (req_failed(r))
		return;
	k = mem_new(NULL, struct kept_search);
	k->corrected = mem_strdup(k, s->corrected);
	k->facets_html = mem_strdup(k, s->facets_html);
	k->n = s->nfound;
	k->ids = mem_array(k, struct id_packed, k->n);
	for (size_t i = 0; i < k->n; i++)
		k->ids[i] = id_pack(ids[i]);
	keep_put(searches, search_key(r, s), front_store(r)->version, k);
}

/* The second trip: the page of what was found, or help. */
static void ask(struct req *r, struct results *s)
{
	struct list_ask popular = {
		.tenant = r->site->tenant, .store = r->site->store, .locale = r->language, .currency = r->currency, .prefix = r->prefix, .slug = "",
		.some = POPULAR_CARDS,
	};

	if (s->nfound > 0) {
		struct list_ask page = s->list.ask;

		list_cut(&page);
		s->cards = list_cards(r->db, &page);
		if (list_filtered(&s->list.ask))
			s->counts = list_counts(r->db, &s->list.ask);
		s->list.ask = page;
	} else {
		s->popular = list_cards(r->db, &popular);
		if (s->q != NULL)
			s->near = q_search_near(r->db, r->site->store, r->language, main_word(r, s->q));
	}
	s->known = list_known(r, &s->list);
	s->list.group = own_prices_ask(r);
	page_asked(r);
}

static void show(struct req *r, struct results *s, const struct facets *all)
{
	struct view *v = page_view(r, "catalog/search");
	const char *title = s->q == NULL ? req_text(r, N_("Search")) : mem_printf(r->mem, "%s: %s", req_text(r, N_("Search")), s->q);

	view_text(v, "q", s->q);
	view_text(v, "corrected", s->corrected);
	if (s->corrected != NULL)
		view_text(v, "exact_url", search_url(r, s->q, true));
	if (s->nfound > 0 && s->counts != NULL) {
		const struct facets *counted = facets_counted(r->mem, all, &s->list.ask, s->counts);

		list_show(r, v, &s->list, counted->total, counted, NULL, s->cards);
	} else if (s->nfound > 0) {
		list_show(r, v, &s->list, (int64_t)s->nfound, NULL, s->facets_html, s->cards);
	} else {
		struct list_ask popular = { .sort = LIST_PLACE, .prefix = r->prefix };
		struct list_page page;

		list_page(r->mem, &popular, s->popular, v, "popular", &page);
		own_prices_put(r, s->list.group, page.cards, page.n, true);
		view_bool(v, "has_popular", page.n > 0);
		add_near(r, v, s->near);
	}
	front_title(r, v, title, NULL);
	front_noindex(r);
	page_html(r, v);
}

void search(struct req *r)
{
	struct store_facets all;
	const char *const *ids;
	struct results s = { .q = param_text(r, "q"), .exact = param_bool(r, "exact") };

	if (!list_read(r, &s.list, req_path(r, "/search"), "", LIST_RANK)) {
		page_not_found(r);
		return;
	}
	s.list.q = s.q == NULL ? "" : s.q;
	s.list.exact = s.exact;
	if (searches == NULL)
		searches = keep_new(NULL, SEARCHES_KEPT, SEARCHES_BYTES);
	store_facets_ask(r, &all);
	if (s.q != NULL && !take_kept(r, &s)) {
		q_search_within(r->db, SEARCH_MS);
		find(r, &s);
	}
	ids = s.list.ask.found;
	ask(r, &s);
	store_facets_read(r, &all);
	if (s.nfound > 0 && s.facets_html == NULL)
		count(r, &s, all.facets, ids);
	if (!list_all_known(&s.list, s.known)) {
		page_bad_request(r);
		return;
	}
	if (s.q != NULL && !s.list.ask.cursor.given && !list_filtered(&s.list.ask))
		leave_search(r, s.q, s.corrected, s.nfound);
	show(r, &s, all.facets);
}

static void put_hit(struct buf *b, bool *first, const char *text, const char *url)
{
	buf_adds(b, *first ? "{\"text\":" : ",{\"text\":");
	*first = false;
	buf_json(b, text);
	buf_adds(b, ",\"url\":");
	buf_json(b, url);
	buf_addc(b, '}');
}

void suggest(struct req *r)
{
	const char *q = param_text(r, "q");
	struct rows *words, *products;
	struct buf *b = buf_new(r->mem);
	bool first = true;

	buf_adds(b, "{\"hits\":[");
	/* One letter begins too much to be of help. */
	if (q != NULL && strlen(q) >= 2) {
		q_search_within(r->db, SEARCH_MS);
		words = q_suggest_words(r->db, r->site->store, r->language, q);
		products = q_suggest_products(r->db, r->site->store, r->language, r->currency, r->prefix, q);
		page_asked(r);
		for (size_t i = 0; i < rows_count(words); i++)
			put_hit(b, &first, row_suggest_words_at(words, i)->shown,
				search_url(r, row_suggest_words_at(words, i)->shown, false));
		for (size_t i = 0; i < rows_count(products); i++)
			put_hit(b, &first, row_suggest_products_at(products, i)->name, row_suggest_products_at(products, i)->url);
	}
	buf_adds(b, "]}");
	page_json(r, 200, b->data);
}
