#include "shop/catalog.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/record.h"
#include "base/utf8.h"
#include "db/query/catalog.h"
#include "shop/card.h"

/* What finding a filtered list's cards takes PostgreSQL, ns: of each product that is left by itself, of each that a walk
   passes (in the order by time it is looked up). */
#define EACH_NS 12000
#define STEP_NS 500
/* Products of a category that this worker does not know yet: a guess between. */
#define OF_UNKNOWN 20000
/* Cards that are seen without scrolling: their pictures do not wait. */
#define EAGER_CARDS 4

/* How each order is asked for: going on, going back, behind a key, and before it; and whose rows it is read from. */
static const struct {
	unsigned up, down, after, before, by;
} orders[] = {
	[LIST_PLACE] = { LIST_CARDS_PLACE_UP, LIST_CARDS_PLACE_DOWN, LIST_CARDS_AFTER_PLACE, LIST_CARDS_BEFORE_PLACE },
	[LIST_RANK] = { LIST_CARDS_RANK_UP, LIST_CARDS_RANK_DOWN, LIST_CARDS_AFTER_RANK, LIST_CARDS_BEFORE_RANK },
	[LIST_PRICE] = { LIST_CARDS_PRICE_UP, LIST_CARDS_PRICE_DOWN, LIST_CARDS_AFTER_PRICE, LIST_CARDS_BEFORE_PRICE, LIST_CARDS_BY_PRICE },
	[LIST_PRICE_DOWN] = { LIST_CARDS_PRICE_DOWN, LIST_CARDS_PRICE_UP, LIST_CARDS_BEFORE_PRICE, LIST_CARDS_AFTER_PRICE, LIST_CARDS_BY_PRICE },
	[LIST_NEWEST] = { LIST_CARDS_TIME_DOWN, LIST_CARDS_TIME_UP, LIST_CARDS_BEFORE_TIME, LIST_CARDS_AFTER_TIME },
	[LIST_NAME] = { LIST_CARDS_NAME_UP, LIST_CARDS_NAME_DOWN, LIST_CARDS_AFTER_NAME, LIST_CARDS_BEFORE_NAME, LIST_CARDS_BY_NAME },
};

/* "f." or "b.", the key, "." and the id. */
bool list_cursor_read(const void *ctx, enum list_sort sort, const char *text, struct list_cursor *out)
{
	size_t n = strlen(text);
	const char *key;

	*out = (struct list_cursor){ 0 };
	if (n < 4 + ID_LEN || (text[0] != 'f' && text[0] != 'b') || text[1] != '.' || text[n - ID_LEN - 1] != '.')
		return false;
	out->id = mem_strdup(ctx, text + n - ID_LEN);
	if (!id_valid(out->id))
		return false;
	key = mem_strndup(ctx, text + 2, n - ID_LEN - 3);
	if (sort == LIST_NAME)
		out->name = key;
	else if (!parse_int(key, INT64_MIN / 4, INT64_MAX / 4, &out->key))
		return false;
	if ((sort == LIST_PLACE || sort == LIST_RANK) && (out->key < INT32_MIN || out->key > INT32_MAX))
		return false;
	out->back = text[0] == 'b';
	out->given = true;
	return true;
}

/* Counts from 1; 0: not among them. */
static int64_t rank_of(const struct list_ask *ask, const char *product)
{
	for (size_t i = 0; i < ask->nfound; i++)
		if (strcmp(ask->found[i], product) == 0)
			return (int64_t)(ask->before + i + 1);
	return 0;
}

/* C is the card of ROW. */
static const char *cursor_write(const void *ctx, const struct list_ask *ask, bool back, const struct card *c, const struct row_list_cards *row)
{
	const char *way = back ? "b" : "f";

	switch (ask->sort) {
	case LIST_NAME:
		return mem_printf(ctx, "%s.%s.%s", way, c->name, c->product);
	case LIST_NEWEST:
		return mem_printf(ctx, "%s.%lld.%s", way, (long long)row->created_at, c->product);
	case LIST_RANK:
		return mem_printf(ctx, "%s.%lld.%s", way, (long long)rank_of(ask, c->product), c->product);
	case LIST_PLACE:
		return mem_printf(ctx, "%s.%lld.%s", way, (long long)row->place, c->product);
	case LIST_PRICE:
	case LIST_PRICE_DOWN:
		return mem_printf(ctx, "%s.%lld.%s", way, (long long)c->price, c->product);
	}
	BUG("sort %d", (int)ask->sort);
}

bool list_filtered(const struct list_ask *ask)
{
	return ask->nfilters > 0 || ask->nstocks > 0 || ask->has_from || ask->has_to;
}

bool list_by_bits(const struct list_ask *ask)
{
	return (list_filtered(ask) || ask->tag != NULL) && ask->found == NULL;
}

/* Distinct attributes among the filters: each must match. */
static int64_t wanted(const struct list_ask *ask)
{
	int64_t n = 0;

	for (size_t i = 0; i < ask->nfilters; i++) {
		bool seen = false;

		for (size_t j = 0; j < i; j++)
			seen |= strcmp(ask->names[i], ask->names[j]) == 0;
		n += !seen;
	}
	return n;
}

static const char *tag_of(const struct list_ask *ask)
{
	return ask->tag == NULL ? "" : ask->tag;
}

/* A page and the one product that tells there is more; keys count from 1. */
void list_cut(struct list_ask *ask)
{
	const struct list_cursor *c = &ask->cursor;
	size_t from = 0, to, key = c->given && c->key > 0 ? (size_t)c->key : 0;

	if (ask->found == NULL || ask->sort != LIST_RANK || list_filtered(ask))
		return;
	if (c->given && c->back) {
		to = key == 0 ? 0 : key - 1;
		if (to > ask->nfound)
			to = ask->nfound;
		from = to > LIST_CARDS + 1 ? to - LIST_CARDS - 1 : 0;
	} else {
		from = key > ask->nfound ? ask->nfound : key;
		to = ask->nfound - from > LIST_CARDS + 1 ? from + LIST_CARDS + 1 : ask->nfound;
	}
	ask->found += from;
	ask->nfound = to - from;
	ask->before = from;
	ask->cut = true;
}

/* How the filters are asked for. */
static unsigned filter_fragments(const struct list_ask *ask)
{
	bool between = ask->has_from || ask->has_to, by_price = orders[ask->sort].by == LIST_CARDS_BY_PRICE;

	if (ask->found != NULL)
		return list_filtered(ask) ? LIST_CARDS_SIEVE : 0;
	if (ask->weighed && ask->few)
		return orders[ask->sort].by != 0 ? LIST_CARDS_FEW_CARDS : LIST_CARDS_FEW;
	if (!list_filtered(ask))
		return ask->tag != NULL ? LIST_CARDS_TAGGED : 0;
	/* Along the prices a walk begins and ends with them; the bits know of all else, too. */
	return (between && by_price ? LIST_CARDS_PRICED_ORDER : 0)
		| (ask->nfilters > 0 || ask->nstocks > 0 || ask->tag != NULL || !by_price ? LIST_CARDS_BITS : 0);
}

struct rows *list_cards(struct db *db, const struct list_ask *ask)
{
	const struct list_cursor *c = &ask->cursor;
	unsigned f = filter_fragments(ask) | (c->back ? orders[ask->sort].down : orders[ask->sort].up);

	if (c->given && !ask->cut)
		f |= c->back ? orders[ask->sort].before : orders[ask->sort].after;
	/* All others are read along the order of the category. */
	if (ask->found == NULL && !(f & (LIST_CARDS_FEW | LIST_CARDS_FEW_CARDS)))
		f |= orders[ask->sort].by | (ask->category != NULL ? LIST_CARDS_KNOWN : 0);
	f |= ask->found != NULL ? LIST_CARDS_FOUND : 0;
	return q_list_cards(db, f, ask->tenant, ask->store, ask->locale, ask->currency, ask->slug,
			    ask->category != NULL ? ask->category : ask->store, tag_of(ask), ask->found, ask->nfound,
			    ask->names, ask->nfilters, ask->values, ask->nfilters, wanted(ask), ask->stocks, ask->nstocks,
			    ask->has_from ? ask->from_minor : 0, ask->has_to ? ask->to_minor : LIST_PRICE_MAX, c->key, c->name == NULL ? "" : c->name,
			    ask->sort == LIST_NEWEST ? c->key : 0, c->given ? c->id : ask->store, ask->sort == LIST_NEWEST,
			    (int64_t)(ask->some > 0 ? ask->some : LIST_CARDS + 1));
}

struct rows *list_counts(struct db *db, const struct list_ask *ask)
{
	int64_t from = ask->has_from ? ask->from_minor : 0, to = ask->has_to ? ask->to_minor : LIST_PRICE_MAX;

	if (list_by_bits(ask))
		return q_filter_counts(db, ask->tenant, ask->store, ask->locale, ask->currency, ask->slug, ask->names, ask->nfilters,
				       ask->values, ask->nfilters, ask->stocks, ask->nstocks, from, to, tag_of(ask));
	return q_found_counts(db, ask->store, ask->locale, ask->currency, ask->found, ask->nfound, ask->names, ask->nfilters, ask->values,
			      ask->nfilters, ask->stocks, ask->nstocks, from, to);
}

/* A row of either query of counts. */
struct count {
	const char *code, *value, *stock;
	int64_t products;
};

static struct count count_at(const struct list_ask *ask, struct rows *counts, size_t i)
{
	if (list_by_bits(ask)) {
		const struct row_filter_counts *row = row_filter_counts_at(counts, i);

		return (struct count){ row->code, row->value, row->stock, row->products };
	} else {
		const struct row_found_counts *row = row_found_counts_at(counts, i);

		return (struct count){ row->code, row->value, row->stock, row->products };
	}
}

static bool asks_stock(const struct list_ask *ask, const char *code)
{
	for (size_t i = 0; i < ask->nstocks; i++)
		if (strcmp(ask->stocks[i], code) == 0)
			return true;
	return ask->nstocks == 0;
}

void list_weigh(struct list_ask *ask, struct rows *counts, int64_t of)
{
	int64_t left = 0;

	if (of == 0)
		of = OF_UNKNOWN;
	for (size_t i = 0; i < rows_count(counts); i++) {
		struct count c = count_at(ask, counts, i);

		if (c.code[0] == '\0' && asks_stock(ask, c.stock))
			left += c.products;
	}
	ask->weighed = true;
	/* left * EACH_NS against (LIST_CARDS + 1) * of / left * STEP_NS; both fit, a store has less than 2^31 products */
	ask->few = left * left <= (LIST_CARDS + 1) * of * STEP_NS / EACH_NS;
}

void list_page(const void *ctx, const struct list_ask *ask, struct rows *cards, struct view *v,
	       const char *name, struct list_page *out)
{
	size_t count = rows_count(cards), n = count > LIST_CARDS ? LIST_CARDS : count;
	struct card *page = mem_array(ctx, struct card, n);
	bool back = ask->cursor.back, more = count > n;

	*out = (struct list_page){ .n = n, .cards = page };
	for (size_t i = 0; i < n; i++) {
		card_read(ctx, row_list_cards_at(cards, back ? n - 1 - i : i)->card, ask->prefix, &page[i]);
		page[i].eager = i < EAGER_CARDS;
	}
	if (n > 0 && (back ? more : ask->cursor.given))
		out->prev = cursor_write(ctx, ask, true, &page[0], row_list_cards_at(cards, back ? n - 1 : 0));
	if (n > 0 && (back || more))
		out->next = cursor_write(ctx, ask, false, &page[n - 1], row_list_cards_at(cards, back ? 0 : n - 1));
	view_described_list(v, name, &shape_card, page, n);
}

/* ---- filters ----------------------------------------------------------------- */

const char *const list_stock_codes[STOCK_COUNT] = {
	[STOCK_IN] = "in", [STOCK_FEW] = "few", [STOCK_MADE] = "made", [STOCK_OUT] = "out",
};

struct rows *facets_ask(struct db *db, const char *store, const char *locale, const char *slug)
{
	return q_list_facets(db, store, locale, slug);
}

static struct facet *add_facet(struct facets *f, const char *code, const char *title)
{
	struct facet *one;

	f->facet = mem_resize(f, f->facet, struct facet, f->n + 1);
	one = &f->facet[f->n++];
	*one = (struct facet){ .code = mem_strdup(f, code), .title = mem_strdup(f, title) };
	return one;
}

static void add_value(struct facets *f, struct facet *one, const char *code, const char *label, int64_t products)
{
	one->value = mem_resize(f, one->value, struct facet_value, one->n + 1);
	one->value[one->n++] = (struct facet_value){ mem_strdup(f, code), mem_strdup(f, label), products };
}

struct facets *facets_read(const void *ctx, struct rows *rows)
{
	struct facets *f = mem_new(ctx, struct facets);
	struct facet *one = NULL;

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_list_facets *row = row_list_facets_at(rows, i);

		if (row->stock > 0 && row->stock <= STOCK_COUNT) {
			f->stock[row->stock - 1] = row->products;
			f->total += row->products;
			continue;
		}
		if (one == NULL || strcmp(one->code, row->code) != 0)
			one = add_facet(f, row->code, row->title);
		add_value(f, one, row->value, row->label, row->products);
	}
	return f;
}

static void count_value(struct facets *f, const struct count *row)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t j = 0; strcmp(f->facet[i].code, row->code) == 0 && j < f->facet[i].n; j++)
			if (strcmp(f->facet[i].value[j].code, row->value) == 0)
				f->facet[i].value[j].products = row->products;
}

/* The same filters without any product. */
static struct facets *facets_emptied(const void *ctx, const struct facets *all)
{
	struct facets *f = mem_new(ctx, struct facets);

	f->n = all->n;
	f->facet = mem_array(f, struct facet, all->n);
	for (size_t i = 0; i < all->n; i++) {
		f->facet[i] = all->facet[i];
		f->facet[i].value = mem_copy(f, all->facet[i].value, all->facet[i].n * sizeof(struct facet_value));
		for (size_t j = 0; j < f->facet[i].n; j++)
			f->facet[i].value[j].products = 0;
	}
	return f;
}

struct facets *facets_counted(const void *ctx, const struct facets *all, const struct list_ask *ask,
			      struct rows *counts)
{
	struct facets *f = facets_emptied(ctx, all);

	for (size_t i = 0; i < rows_count(counts); i++) {
		struct count row = count_at(ask, counts, i);

		if (row.code[0] != '\0') {
			count_value(f, &row);
			continue;
		}
		for (size_t s = 0; s < STOCK_COUNT; s++)
			if (strcmp(list_stock_codes[s], row.stock) == 0) {
				f->stock[s] = row.products;
				f->total += asks_stock(ask, row.stock) ? row.products : 0;
			}
	}
	return f;
}

/* ---- filters of what was found: counted here ------------------------------------- */

/* The next of the fields that end with FIELD_END, of *N bytes; NULL after the last. */
static const char *next_fact(const char **at, size_t *n)
{
	const char *fact = *at, *end = strchr(fact, FIELD_END);

	if (end == NULL)
		return NULL;
	*n = (size_t)(end - fact);
	*at = end + 1;
	return fact;
}

/* Called some ten thousand times for a search that finds a thousand. */
static bool same(const char *s, size_t n, const char *code)
{
	return s[0] == code[0] && strncmp(s, code, n) == 0 && code[n] == '\0';
}

bool facts_sold_in(const char *facts, const char *currency)
{
	size_t n;
	const char *all;

	if (next_fact(&facts, &n) == NULL || (all = next_fact(&facts, &n)) == NULL)
		return false;
	for (size_t len = strlen(currency); n >= len; all++, n--)
		if (memcmp(all, currency, len) == 0)
			return true;
	return false;
}

/* Looked for from *AT on and around: facts and filters come in the same order. */
static struct facet *facet_of(struct facets *f, const char *name, size_t n, size_t *at)
{
	for (size_t i = 0; i < f->n; i++) {
		struct facet *one = &f->facet[(*at + i) % f->n];

		if (same(name, n, one->code)) {
			*at = (*at + i) % f->n;
			return one;
		}
	}
	return NULL;
}

static void count_facts(struct facets *f, const char *facts)
{
	size_t n, value_n, at = 0;
	const char *stock = next_fact(&facts, &n), *attribute, *value;

	for (size_t s = 0; stock != NULL && s < STOCK_COUNT; s++)
		f->stock[s] += same(stock, n, list_stock_codes[s]);
	next_fact(&facts, &n);
	while ((attribute = next_fact(&facts, &n)) != NULL && (value = next_fact(&facts, &value_n)) != NULL) {
		struct facet *one = facet_of(f, attribute, n, &at);

		for (size_t j = 0; one != NULL && j < one->n; j++)
			if (same(value, value_n, one->value[j].code)) {
				one->value[j].products++;
				break;
			}
	}
}

struct facets *facets_of_facts(const void *ctx, const struct facets *all, const char *const *facts, size_t n)
{
	struct facets *f = facets_emptied(ctx, all);

	for (size_t i = 0; i < n; i++)
		count_facts(f, facts[i]);
	f->total = (int64_t)n;
	return f;
}

/* ---- categories --------------------------------------------------------------- */

void category_ask(struct db *db, const char *store, const char *locale, const char *slug,
		  struct category_promise *out)
{
	out->head = q_category_head(db, store, locale, slug);
	out->trail = q_category_trail(db, store, locale, slug);
	out->children = q_category_children(db, store, locale, slug);
	out->paths = q_category_paths(db, store, locale, slug);
	out->facets = q_list_facets(db, store, locale, slug);
	out->moved = q_category_moved(db, store, locale, slug);
}

static bool read_trail(struct category *c, struct rows *rows)
{
	size_t n = rows_count(rows);

	c->trail = mem_array(c, struct place, n);
	for (size_t i = 0; i < n; i++) {
		const struct row_category_trail *row = row_category_trail_at(rows, i);

		if (!row->visible)
			return false;
		/* Not translated: it has no page in this language. */
		if (row->slug != NULL)
			c->trail[c->ntrail++] = (struct place){ mem_strdup(c, row->name), mem_strdup(c, row->slug) };
	}
	return c->ntrail > 0;
}

struct category *category_read(const void *ctx, const struct category_promise *p, const char **moved)
{
	const struct row_category_head *head = row_category_head(p->head);
	struct category *c = mem_new(ctx, struct category);

	*moved = NULL;
	if (!rows_found(p->head) || !read_trail(c, p->trail)) {
		*moved = rows_found(p->moved) ? row_category_moved(p->moved)->slug : NULL;
		mem_free(c);
		return NULL;
	}
	c->id = mem_strdup(c, head->category);
	c->name = mem_strdup(c, head->name);
	c->text = mem_strdup(c, head->description);
	c->meta_title = mem_strdup(c, head->meta_title);
	c->meta_description = mem_strdup(c, head->meta_description);
	c->image = head->image == NULL ? NULL : mem_strdup(c, head->image);
	c->alt = mem_strdup(c, head->alt);
	c->nchildren = rows_count(p->children);
	c->children = mem_array(c, struct place, c->nchildren);
	for (size_t i = 0; i < c->nchildren; i++) {
		const struct row_category_children *row = row_category_children_at(p->children, i);

		c->children[i] = (struct place){ mem_strdup(c, row->name), mem_strdup(c, row->slug) };
	}
	c->npaths = rows_count(p->paths);
	c->paths = mem_array(c, struct place, c->npaths);
	for (size_t i = 0; i < c->npaths; i++) {
		const struct row_category_paths *row = row_category_paths_at(p->paths, i);

		c->paths[i] = (struct place){ mem_strdup(c, row->language), mem_strdup(c, row->slug) };
	}
	c->facets = facets_read(c, p->facets);
	return c;
}
