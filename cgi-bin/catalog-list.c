/* A list of products as a view: filters, what is applied, sorts, cards, paging. */
#include "catalog.h"

#include <string.h>

#include "base/buf.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/catalog.h"
#include "shop/keep.h"

/* Facets that stand open when nothing is chosen: they fill a screen. */
#define OPEN_FACETS 3

static const char *const stock_words[STOCK_COUNT] = {
	[STOCK_IN] = N_("In stock"), [STOCK_FEW] = N_("Only a few left"),
	[STOCK_MADE] = N_("Made to order"), [STOCK_OUT] = N_("Out of stock"),
};

static const char *const sort_codes[] = { "recommended", "relevance", "price", "price_desc", "newest", "name", NULL };
static const struct { const char *code, *label; enum list_sort sort; } sorts[] = {
	{ "recommended", N_("Recommended"), LIST_PLACE },
	{ "relevance", N_("Best match"), LIST_RANK },
	{ "price", N_("Price, lowest first"), LIST_PRICE },
	{ "price_desc", N_("Price, highest first"), LIST_PRICE_DOWN },
	{ "newest", N_("Newest first"), LIST_NEWEST },
	{ "name", N_("Name"), LIST_NAME },
};

static const char *const stock_choices[] = { "in", "few", "made", "out", NULL };

/* Typed by hand, and a page of a list has no form to show again: what is no price is
   left out of the list but stays in its field. */
#define PRICE_CHARS 12

#define LIST_PARAMS \
	{ "availability", PARAM_LIST, .of = PARAM_CHOICE, .choices = stock_choices, .max = STOCK_COUNT, .optional = "" }, \
	{ "price_from", PARAM_TEXT, .max = PRICE_CHARS, .fold = true, .optional = "" }, \
	{ "price_to", PARAM_TEXT, .max = PRICE_CHARS, .fold = true, .optional = "" }, \
	{ "sort", PARAM_CHOICE, .choices = sort_codes, .optional = "" }, \
	{ "after", PARAM_TEXT, .max = 280, .optional = "" }, \
	{ "filters", PARAM_FILTERS, .optional = "" }

const struct param list_params[] = { LIST_PARAMS, { 0 } };

/* Longer searches are cut: nobody reads what he typed beyond this. */
#define QUERY_CHARS 200

const struct param search_params[] = {
	{ "q", PARAM_TEXT, .max = QUERY_CHARS, .fold = true, .optional = "" },
	{ "exact", PARAM_BOOL },
	LIST_PARAMS,
	{ 0 }
};

/* A comma is a decimal point for most of our shoppers. */
static bool read_price(struct req *r, const char *name, int64_t *minor)
{
	char *plain = mem_strdup(r->mem, param_text(r, name));

	if (plain == NULL)
		return false;
	for (char *c = plain; strchr(plain, '.') == NULL && *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	return parse_money(plain, currency_exponent(r->currency), minor) && *minor <= LIST_PRICE_MAX;
}

bool list_read(struct req *r, struct list_view *l, const char *path, const char *slug, enum list_sort basic)
{
	struct list_ask *a = &l->ask;
	const char *after = param_text(r, "after"), *sort = param_text(r, "sort");

	*l = (struct list_view){ .path = path };
	*a = (struct list_ask){
		.tenant = r->site->tenant, .store = r->site->store, .locale = r->language, .currency = r->currency, .prefix = r->prefix, .slug = slug,
		.sort = basic,
	};
	a->nfilters = param_filters(r, "filters", &a->names, &a->values);
	a->stocks = param_list(r, "availability", &a->nstocks);
	a->has_from = read_price(r, "price_from", &a->from_minor);
	a->has_to = read_price(r, "price_to", &a->to_minor);
	for (size_t i = 0; i < ARRAY_LEN(sorts) && sort != NULL; i++)
		if (strcmp(sorts[i].code, sort) == 0 && sorts[i].sort != basic &&
		    sorts[i].sort != (basic == LIST_RANK ? LIST_PLACE : LIST_RANK)) {
			l->sort = sorts[i].code;
			a->sort = sorts[i].sort;
		}
	return after == NULL || list_cursor_read(r->mem, a->sort, after, &a->cursor);
}

struct rows *list_known(struct req *r, const struct list_view *l)
{
	return l->ask.nfilters == 0 ? NULL : q_list_known(r->db, l->ask.names, l->ask.nfilters);
}

bool list_all_known(const struct list_view *l, struct rows *known)
{
	for (size_t i = 0; i < l->ask.nfilters; i++) {
		bool found = false;

		for (size_t j = 0; j < rows_count(known); j++)
			found |= strcmp(row_list_known_at(known, j)->code, l->ask.names[i]) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* ---- what the whole store can be filtered by --------------------------------------- */

/* Stores and languages whose filters a worker keeps, each about 10 kB. */
#define FACETS_KEPT 64
#define FACETS_BYTES (1024u * 1024)

static struct keep *kept;

void store_facets_ask(struct req *r, struct store_facets *f)
{
	*f = (struct store_facets){ .key = mem_concat(r->mem, r->site->store, "/", r->language) };
	if (kept == NULL)
		kept = keep_new(NULL, FACETS_KEPT, FACETS_BYTES);
	f->facets = keep_find(kept, f->key, front_store(r)->version);
	if (f->facets == NULL)
		f->rows = facets_ask(r->db, r->site->store, r->language, "");
}

void store_facets_read(struct req *r, struct store_facets *f)
{
	struct facets *fresh;

	if (f->facets != NULL)
		return;
	f->facets = fresh = facets_read(NULL, f->rows);
	if (req_failed(r))
		mem_steal(r->mem, fresh);
	else
		keep_put(kept, f->key, front_store(r)->version, fresh);
}

/* ---- addresses ---------------------------------------------------------------- */

/* What is left out of a list's address. */
struct without {
	size_t filter, stock;           /* index, or NONE */
	bool prices;
};
#define NONE ((size_t)-1)
static const struct without nothing = { NONE, NONE, false };

static void add(struct buf *b, bool *first, const char *name, const char *value)
{
	buf_addc(b, *first ? '?' : '&');
	*first = false;
	buf_url(b, name);
	buf_addc(b, '=');
	buf_url(b, value);
}

/* Minor units as people type them: "12.50". */
const char *list_plain_money(struct req *r, int64_t minor)
{
	int exponent = currency_exponent(r->currency);
	struct buf *b = buf_new(r->mem);
	int64_t unit = 1;

	for (int i = 0; i < exponent; i++)
		unit *= 10;
	buf_int(b, minor / unit);
	if (minor % unit == 0)
		return b->data;
	buf_addc(b, '.');
	for (int64_t rest = minor % unit; unit > 1; rest %= unit) {
		unit /= 10;
		buf_addc(b, (char)('0' + rest / unit));
	}
	return b->data;
}

static const char *list_url(struct req *r, const struct list_view *l, struct without w, const char *after)
{
	struct buf *b = buf_new(r->mem);
	bool first = true;

	buf_adds(b, l->path);
	if (l->q != NULL)
		add(b, &first, "q", l->q);
	if (l->exact)
		add(b, &first, "exact", "1");
	for (size_t i = 0; i < l->ask.nfilters; i++)
		if (i != w.filter)
			add(b, &first, l->ask.names[i], l->ask.values[i]);
	for (size_t i = 0; i < l->ask.nstocks; i++)
		if (i != w.stock)
			add(b, &first, "availability", l->ask.stocks[i]);
	if (l->ask.has_from && !w.prices)
		add(b, &first, "price_from", list_plain_money(r, l->ask.from_minor));
	if (l->ask.has_to && !w.prices)
		add(b, &first, "price_to", list_plain_money(r, l->ask.to_minor));
	if (l->sort != NULL)
		add(b, &first, "sort", l->sort);
	if (after != NULL)
		add(b, &first, "after", after);
	return b->data;
}

/* The list with nothing applied. */
static const char *clear_url(struct req *r, const struct list_view *l)
{
	struct list_view all = { .path = l->path, .q = l->q, .exact = l->exact, .sort = l->sort };

	return list_url(r, &all, nothing, NULL);
}

/* ---- filters ------------------------------------------------------------------ */

static size_t chosen(const struct list_ask *a, const char *name, const char *value)
{
	for (size_t i = 0; i < a->nfilters; i++)
		if (strcmp(a->names[i], name) == 0 && strcmp(a->values[i], value) == 0)
			return i;
	return NONE;
}

/* A value of a filter as its box shows it (tmpl/catalog/facets): pages have dozens. */
struct choice {
	const char *name, *value, *label;
	int64_t count;
	bool checked;
};

static const struct field choice_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct choice, name), FIELD_ALWAYS },
	{ "value", FIELD_TEXT, offsetof(struct choice, value), FIELD_ALWAYS },
	{ "label", FIELD_TEXT, offsetof(struct choice, label), FIELD_ALWAYS },
	{ "count", FIELD_INT, offsetof(struct choice, count), FIELD_ALWAYS },
	{ "checked", FIELD_BOOL, offsetof(struct choice, checked), FIELD_ALWAYS },
};

static const struct shape shape_choice = {
	.name = "choice", .size = sizeof(struct choice), .nfields = ARRAY_LEN(choice_fields), .fields = choice_fields,
};

static void add_applied(struct view *v, const char *label, const char *url)
{
	struct view *item = view_item(v, "applied");

	view_text(item, "label", label);
	view_text(item, "url", url);
}

static void add_choices(struct view *v, const char *title, const struct choice *choices, size_t n, bool open)
{
	struct view *facet = view_item(v, "facets");

	view_text(facet, "title", title);
	view_described_list(facet, "values", &shape_choice, choices, n);
	view_bool(facet, "open", open);
}

static void add_facet(struct req *r, struct view *v, const struct list_view *l, const struct facet *f, bool open)
{
	struct choice *choices = mem_array(r->mem, struct choice, f->n);
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		size_t at = chosen(&l->ask, f->code, f->value[i].code);
		struct without w = nothing;

		if (f->value[i].products == 0 && at == NONE)
			continue;
		choices[n++] = (struct choice){ f->code, f->value[i].code, f->value[i].label, f->value[i].products, at != NONE };
		if (at == NONE)
			continue;
		open = true;
		w.filter = at;
		add_applied(v, mem_concat(r->mem, f->title, ": ", f->value[i].label), list_url(r, l, w, NULL));
	}
	if (n > 0)
		add_choices(v, f->title, choices, n, open);
}

static void add_stock(struct req *r, struct view *v, const struct list_view *l, const struct facets *f)
{
	struct choice *choices = mem_array(r->mem, struct choice, STOCK_COUNT);
	bool any = false;
	size_t n = 0;

	for (size_t s = 0; s < STOCK_COUNT; s++) {
		size_t at = NONE;
		struct without w = nothing;

		for (size_t i = 0; i < l->ask.nstocks; i++)
			if (strcmp(l->ask.stocks[i], list_stock_codes[s]) == 0)
				at = i;
		if (f->stock[s] == 0 && at == NONE)
			continue;
		choices[n++] = (struct choice){ "availability", list_stock_codes[s], req_text(r, stock_words[s]), f->stock[s], at != NONE };
		if (at == NONE)
			continue;
		any = true;
		w.stock = at;
		add_applied(v, req_text(r, stock_words[s]), list_url(r, l, w, NULL));
	}
	add_choices(v, req_text(r, N_("Availability")), choices, n, any);
}

static void add_prices(struct req *r, struct view *v, const struct list_view *l)
{
	const struct locale *locale = locale_get(r->locale);
	const struct list_ask *a = &l->ask;
	struct buf *b = buf_new(r->mem);
	struct without w = nothing;

	view_text(v, "price_from", param_text(r, "price_from"));
	view_text(v, "price_to", param_text(r, "price_to"));
	view_text(v, "currency_sign", locale_currency_sign(locale, r->currency));
	if (!a->has_from && !a->has_to)
		return;
	w.prices = true;
	if (a->has_from)
		locale_money(locale, r->currency, a->from_minor, b);
	buf_adds(b, " – ");
	if (a->has_to)
		locale_money(locale, r->currency, a->to_minor, b);
	add_applied(v, b->data, list_url(r, l, w, NULL));
}

static void add_sorts(struct req *r, struct view *v, const struct list_view *l)
{
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		struct view *item;

		if (sorts[i].sort == (l->q == NULL ? LIST_RANK : LIST_PLACE))
			continue;
		item = view_item(v, "sorts");
		view_text(item, "value", sorts[i].code);
		view_text(item, "label", req_text(r, sorts[i].label));
		view_bool(item, "selected", sorts[i].sort == l->ask.sort);
	}
}

static void add_facets(struct req *r, struct view *v, const struct list_view *l, const struct facets *facets)
{
	for (size_t i = 0; i < facets->n; i++)
		add_facet(r, v, l, &facets->facet[i], i < OPEN_FACETS);
	add_stock(r, v, l, facets);
}

const char *list_facets_html(struct req *r, const void *ctx, const struct facets *facets)
{
	const struct list_view nothing_chosen = { .path = "" };
	struct view *v = view_new(r->mem);

	add_facets(r, v, &nothing_chosen, facets);
	return page_part(r, ctx, v, "catalog/facets");
}

void list_show(struct req *r, struct view *v, const struct list_view *l, int64_t total, const struct facets *facets,
	       const char *facets_html, struct rows *cards)
{
	struct list_page page;

	list_page(r->mem, &l->ask, cards, v, "cards", &page);
	own_prices_put(r, l->group, page.cards, page.n, true);
	view_bool(v, "has_cards", page.n > 0);
	view_text(v, "action", l->path);
	view_int(v, "total", total);
	if (facets_html != NULL)
		view_html(v, "facets_html", facets_html);
	else
		add_facets(r, v, l, facets);
	add_prices(r, v, l);
	add_sorts(r, v, l);
	view_bool(v, "has_applied", list_filtered(&l->ask));
	view_text(v, "clear_url", clear_url(r, l));
	view_text(v, "prev_url", page.prev == NULL ? NULL : list_url(r, l, nothing, page.prev));
	view_text(v, "next_url", page.next == NULL ? NULL : list_url(r, l, nothing, page.next));
	view_bool(v, "has_pages_nav", page.prev != NULL || page.next != NULL);
	if (list_filtered(&l->ask) || l->ask.cursor.given)
		front_noindex(r);
}
