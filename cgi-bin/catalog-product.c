/* GET /p/{slug}: a product, and one that is not shown yet; and what a visitor looked at before. */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "base/record.h"
#include "base/utf8.h"
#include "db/query/catalog.h"
#include "shop/card.h"
#include "web/trace.h"

/* Variants told to search engines: more they do not read. */
#define DATA_VARIANTS 100
/* Variants that the cart's page for several at once holds: two fields each in one request. */
#define RUN_VARIANTS 99
/* Products a browser remembers (shop.js); more are not asked for. */
#define RECENT_IDS 12

const struct param recent_params[] = {
	{ "ids", PARAM_TEXT, .max = RECENT_IDS * (ID_LEN + 1), .fold = true, .optional = "" },
	{ 0 }
};

struct variant {
	const char *id, *sku, *gtin, *state;    /* state: in, few, made, out */
	int64_t price;
	const char *title, *label, *swatch, *title2, *label2;   /* NULL: no such option */
};

/* From so many pieces on, the lowest price of the variants. */
struct tier { int64_t quantity, price; };

/* What the handler knows of the product: the page's row, its lists read. */
struct product {
	const struct row_product_page *row;
	struct variant *variants;
	size_t nvariants;
	struct records media, specs, tags, paths, trail, parts;
	struct tier *tiers;                     /* by quantity */
	size_t ntiers;
	int64_t price;                          /* the lowest of one piece, for who asks */
	bool price_varies, member;              /* member: less than for everybody */
	const char *stock;                      /* the best that any variant has */
};

static const char *or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

static int64_t number(const char *text)
{
	int64_t n = 0;

	parse_int(text, INT64_MIN, INT64_MAX, &n);
	return n;
}

/* ---- the row's lists ------------------------------------------------------------ */

/* Fields of a variant's record, as catalog.page_variants writes them. */
enum { V_ID, V_SKU, V_GTIN, V_PRICE, V_WAS, V_TITLE, V_LABEL, V_SWATCH, V_TITLE2, V_LABEL2, V_FIELDS };
/* Of a bundle, for each of its parts (catalog.bundle_page). */
enum { B_BUNDLE, B_QUANTITY, B_NAME, B_OPTIONS, B_SLUG, B_FIELDS };
enum { T_QUANTITY, T_PRICE, T_FIELDS };
enum { M_KIND, M_NAME, M_LABEL, M_BYTES, M_SHOWS, M_FIELDS };
enum { S_LABEL, S_VALUE, S_FIELDS };
enum { G_TAG, G_SLUG, G_FIELDS };
enum { P_LANGUAGE, P_SLUG, P_FIELDS };
enum { C_NAME, C_SLUG, C_FIELDS };

/* A letter of the page's stock, as catalog.page_stock writes it. */
static const char *state_of(char letter)
{
	switch (letter) {
	case 'i': return "in";
	case 'f': return "few";
	case 'm': return "made";
	default: return "out";
	}
}

static void read_variants(struct req *r, struct product *p)
{
	struct records all = records_read(r->mem, p->row->variants, V_FIELDS);
	size_t known = strlen(p->row->stock);

	p->variants = mem_array(r->mem, struct variant, all.n);
	p->nvariants = all.n;
	for (size_t i = 0; i < all.n; i++) {
		const char *const *f = record_at(&all, i);

		p->variants[i] = (struct variant){
			.id = f[V_ID], .sku = f[V_SKU], .gtin = or_null(f[V_GTIN]), .price = number(f[V_PRICE]),
			.state = state_of(i < known ? p->row->stock[i] : '\0'), .title = or_null(f[V_TITLE]), .label = or_null(f[V_LABEL]),
			.swatch = or_null(f[V_SWATCH]), .title2 = or_null(f[V_TITLE2]), .label2 = or_null(f[V_LABEL2]),
		};
	}
}

/* As catalog.stock_of says it for cards. */
static const char *best_state(const struct product *p)
{
	static const char *const best_first[] = { "in", "few", "made" };

	for (size_t s = 0; s < ARRAY_LEN(best_first); s++)
		for (size_t i = 0; i < p->nvariants; i++)
			if (strcmp(p->variants[i].state, best_first[s]) == 0)
				return best_first[s];
	return "out";
}

static void read_tiers(struct req *r, struct product *p, struct rows *member)
{
	struct records all = records_read(r->mem, p->row->tiers, T_FIELDS);

	p->tiers = mem_array(r->mem, struct tier, all.n + (member == NULL ? 0 : rows_count(member)));
	p->ntiers = all.n;
	for (size_t i = 0; i < all.n; i++)
		p->tiers[i] = (struct tier){ number(record_at(&all, i)[T_QUANTITY]), number(record_at(&all, i)[T_PRICE]) };
}

/* ---- prices of a group ------------------------------------------------------------ */

static int by_quantity(const void *a, const void *b)
{
	const struct tier *x = a, *y = b;

	if (x->quantity != y->quantity)
		return x->quantity < y->quantity ? -1 : 1;
	return (x->price > y->price) - (x->price < y->price);
}

/* As the cart reckons (lib/shop/pricing.h): the lowest price that is reached counts, so a tier that
   saves nothing is none. */
static void sort_tiers(struct product *p)
{
	int64_t lowest = p->price;
	size_t n = 0;

	qsort(p->tiers, p->ntiers, sizeof(*p->tiers), by_quantity);
	for (size_t i = 0; i < p->ntiers; i++)
		if (p->tiers[i].price < lowest) {
			lowest = p->tiers[i].price;
			p->tiers[n++] = p->tiers[i];
		}
	p->ntiers = n;
}

static void lower(struct product *p, const struct row_product_own_prices *m)
{
	for (size_t i = 0; i < p->nvariants; i++)
		if (strcmp(p->variants[i].id, m->variant) == 0 && m->price < p->variants[i].price) {
			p->variants[i].price = m->price;
			p->member = true;
		}
}

static void read_member(struct product *p, struct rows *member)
{
	for (size_t i = 0; i < rows_count(member); i++) {
		const struct row_product_own_prices *m = row_product_own_prices_at(member, i);

		if (m->min_quantity > 1)
			p->tiers[p->ntiers++] = (struct tier){ m->min_quantity, m->price };
		else
			lower(p, m);
	}
	if (rows_count(member) == 0 || p->nvariants == 0)
		return;
	p->price = p->variants[0].price;
	p->price_varies = p->ntiers > 0;
	for (size_t i = 1; i < p->nvariants; i++) {
		p->price_varies |= p->variants[i].price != p->variants[0].price;
		if (p->variants[i].price < p->price)
			p->price = p->variants[i].price;
	}
	sort_tiers(p);
}

static struct product read_product(struct req *r, const struct row_product_page *row, struct rows *member)
{
	struct product p = {
		.row = row, .price = row->price, .price_varies = row->price_varies,
		.media = records_read(r->mem, row->media, M_FIELDS),
		.specs = records_read(r->mem, row->specs, S_FIELDS), .tags = records_read(r->mem, row->tags, G_FIELDS),
		.paths = records_read(r->mem, row->paths, P_FIELDS), .trail = records_read(r->mem, row->trail, C_FIELDS),
		.parts = records_read(r->mem, row->parts == NULL ? "" : row->parts, B_FIELDS),
	};

	read_variants(r, &p);
	read_tiers(r, &p, member);
	if (member != NULL)
		read_member(&p, member);
	p.stock = best_state(&p);
	return p;
}

/* ---- data for search engines --------------------------------------------------- */

static const char *availability(const char *stock)
{
	static const struct { const char *stock, *word; } words[] = {
		{ "in", "InStock" }, { "few", "LimitedAvailability" }, { "made", "MadeToOrder" }, { "out", "OutOfStock" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].stock, stock) == 0)
			return words[i].word;
	return "OutOfStock";
}

static void put(struct buf *b, const char *name, const char *value)
{
	if (or_null(value) == NULL)
		return;
	buf_adds(b, ",\"");
	buf_adds(b, name);
	buf_adds(b, "\":");
	buf_json(b, value);
}

static void put_offer(struct buf *b, struct req *r, int64_t price, const char *stock, const char *url)
{
	buf_adds(b, ",\"offers\":{\"@type\":\"Offer\"");
	put(b, "price", list_plain_money(r, price));
	put(b, "priceCurrency", r->currency);
	put(b, "availability", mem_concat(r->mem, "https://schema.org/", availability(stock)));
	put(b, "itemCondition", "https://schema.org/NewCondition");
	put(b, "url", url);
	buf_addc(b, '}');
}

static void put_images(struct buf *b, struct req *r, const struct product *p)
{
	bool first = true;

	for (size_t i = 0; i < p->media.n; i++) {
		const char *const *m = record_at(&p->media, i);

		if (strcmp(m[M_KIND], "image") != 0)
			continue;
		buf_adds(b, first ? ",\"image\":[" : ",");
		buf_json(b, mem_concat(r->mem, r->site->origin, "/media/", m[M_NAME], "-960.webp"));
		first = false;
	}
	if (!first)
		buf_addc(b, ']');
}

static const char *variant_name(struct req *r, const char *product, const struct variant *v)
{
	if (v->label == NULL)
		return product;
	return v->label2 == NULL ? mem_concat(r->mem, product, ", ", v->label) :
				   mem_concat(r->mem, product, ", ", v->label, ", ", v->label2);
}

/* schema.org Product, or ProductGroup with its variants. */
static const char *json_ld(struct req *r, const struct product *p)
{
	struct buf *b = buf_new(r->mem);
	const struct row_product_page *h = p->row;
	const char *url = req_url(r, r->path);
	size_t n = p->nvariants;

	buf_adds(b, "{\"@context\":\"https://schema.org\"");
	put(b, "@type", n > 1 ? "ProductGroup" : "Product");
	put(b, "name", h->name);
	put(b, "description", h->summary);
	put(b, "url", url);
	put(b, n > 1 ? "productGroupID" : "sku", n == 1 ? p->variants[0].sku : h->reference);
	if (or_null(h->brand) != NULL) {
		buf_adds(b, ",\"brand\":{\"@type\":\"Brand\"");
		put(b, "name", h->brand);
		buf_addc(b, '}');
	}
	put_images(b, r, p);
	if (n <= 1) {
		put(b, "gtin", n == 1 ? p->variants[0].gtin : NULL);
		put_offer(b, r, p->price, p->stock, url);
	}
	for (size_t i = 0; n > 1 && i < n && i < DATA_VARIANTS; i++) {
		const struct variant *v = &p->variants[i];

		buf_adds(b, i == 0 ? ",\"hasVariant\":[{\"@type\":\"Product\"" : ",{\"@type\":\"Product\"");
		put(b, "name", variant_name(r, h->name, v));
		put(b, "sku", v->sku);
		put(b, "gtin", v->gtin);
		put_offer(b, r, v->price, v->state, url);
		buf_addc(b, '}');
	}
	buf_adds(b, n > 1 ? "]}" : "}");
	return b->data;
}

/* ---- what can be chosen --------------------------------------------------------- */

struct seen { bool few, made, out, prices; };

/* Which of the pictures, counted from 1, shows this value of the first option; 0: none. */
static int64_t picture_of(const struct product *p, const char *label)
{
	int64_t n = 0;

	for (size_t i = 0; label != NULL && i < p->media.n; i++) {
		const char *const *m = record_at(&p->media, i);

		if (strcmp(m[M_KIND], "image") != 0)
			continue;
		n++;
		if (strcmp(m[M_SHOWS], label) == 0)
			return n;
	}
	return 0;
}

static void add_picture(struct view *v, const struct product *p, const struct variant *one)
{
	int64_t n = picture_of(p, one->label);

	if (n > 0)
		view_int(v, "picture", n);
}

static struct view *add_choice(struct req *r, struct view *list, const char *name, const struct variant *v, bool own_price)
{
	struct view *item = view_item(list, name);
	bool sizes = v->label2 != NULL;

	view_text(item, "variant", v->id);
	view_text(item, "label", sizes ? v->label2 : v->label != NULL ? v->label : v->sku);
	view_text(item, "said", sizes ? mem_concat(r->mem, v->label, ", ", v->label2) : v->label != NULL ? v->label : v->sku);
	view_text(item, "badge_class", v->state);
	view_bool(item, "out", strcmp(v->state, "out") == 0);
	if (own_price)
		view_money(item, "price", v->price);
	return item;
}

/* "#101010" as the picture of a square: inline styles are not allowed. */
static const char *swatch(struct req *r, const char *colour)
{
	return colour == NULL ? NULL : mem_concat(r->mem, "/swatch/", colour + 1, ".svg");
}

static void add_choices(struct req *r, struct view *v, const struct product *p, bool own_price)
{
	size_t n = p->nvariants;
	const struct variant *before = NULL;
	struct view *shade = NULL;

	if (n == 1)
		view_text(v, "variant", p->variants[0].id);
	for (size_t i = 0; n > 1 && i < n; i++) {
		const struct variant *one = &p->variants[i];

		if (one->label2 == NULL) {
			view_bool(v, "single", true);
			view_text(v, "option_name", one->title != NULL ? one->title : req_text(r, N_("Version")));
			add_picture(add_choice(r, v, "options", one, own_price), p, one);
			continue;
		}
		view_bool(v, "matrix", true);
		if (before == NULL || strcmp(before->label, one->label) != 0) {
			shade = view_item(v, "shades");
			view_text(shade, "name", one->label);
			view_text(shade, "colour", swatch(r, one->swatch));
			add_picture(shade, p, one);
		}
		add_choice(r, shade, "sizes", one, own_price);
		before = one;
	}
}

static struct seen look(const struct product *p)
{
	struct seen s = { 0 };

	for (size_t i = 0; i < p->nvariants; i++) {
		const struct variant *v = &p->variants[i];

		s.few |= strcmp(v->state, "few") == 0;
		s.made |= strcmp(v->state, "made") == 0;
		s.out |= strcmp(v->state, "out") == 0;
		s.prices |= v->price != p->variants[0].price;
	}
	return s;
}

static void add_variants(struct req *r, struct view *v, const struct product *p)
{
	struct seen s = look(p);

	add_choices(r, v, p, s.prices);
	view_bool(v, "has_few", s.few);
	view_bool(v, "has_made", s.made);
	view_bool(v, "has_out", s.out);
	view_bool(v, "several", p->nvariants > 1 && p->nvariants <= RUN_VARIANTS);
	view_bool(v, "has_legend", p->nvariants > 1 && (s.few || s.made || s.out));
}

/* ---- the rest of the page --------------------------------------------------------- */

static void add_tiers(struct req *r, struct view *v, const struct product *p)
{
	int64_t plain = p->price;

	for (size_t i = 0; i < p->ntiers; i++) {
		const struct tier *t = &p->tiers[i];
		struct view *item = view_item(v, "tiers");
		int64_t percent = plain > t->price ? (plain - t->price) * 100 / plain : 0;

		view_int(item, "from", t->quantity);
		view_money(item, "price", t->price);
		view_text(item, "saving", percent > 0 ? mem_printf(r->mem, "%lld %%", (long long)percent) : NULL);
	}
	view_bool(v, "has_tiers", p->ntiers > 0);
}

static void add_image(struct req *r, struct view *v, const char *const *m, int64_t n, const char *name)
{
	struct view *item = view_item(v, "images");

	view_text(item, "image", url_media(r->mem, m[M_NAME]));
	view_text(item, "alt", m[M_LABEL][0] == '\0' ? name : m[M_LABEL]);
	view_int(item, "n", n);
	view_bool(item, "first", n == 1);
}

static void add_sheet(struct req *r, struct view *v, const char *const *m)
{
	struct view *item = view_item(v, "sheets");

	view_text(item, "name", m[M_LABEL][0] == '\0' ? req_text(r, N_("Technical sheet")) : m[M_LABEL]);
	view_text(item, "url", url_media(r->mem, m[M_NAME]));
	view_text(item, "size", mem_printf(r->mem, "%lld kB", (long long)(number(m[M_BYTES]) + 1023) / 1024));
}

static void add_media(struct req *r, struct view *v, const struct product *p)
{
	int64_t images = 0, sheets = 0;

	for (size_t i = 0; i < p->media.n; i++) {
		const char *const *m = record_at(&p->media, i);

		if (strcmp(m[M_KIND], "image") == 0)
			add_image(r, v, m, ++images, p->row->name);
		else
			add_sheet(r, v, m), sheets++;
	}
	view_bool(v, "has_images", images > 0);
	view_bool(v, "many_images", images > 1);
	view_bool(v, "has_sheets", sheets > 0);
}

static const char *bundle_label(const struct product *p, const char *bundle)
{
	for (size_t i = 0; p->nvariants > 1 && i < p->nvariants; i++)
		if (strcmp(p->variants[i].id, bundle) == 0)
			return p->variants[i].label;
	return NULL;
}

/* What bundles contain: one list for each. */
static void add_sets(struct req *r, struct view *v, const struct product *p)
{
	struct view *set = NULL;

	for (size_t i = 0; i < p->parts.n; i++) {
		const char *const *b = record_at(&p->parts, i);
		struct view *item;

		if (i == 0 || strcmp(b[B_BUNDLE], record_at(&p->parts, i - 1)[B_BUNDLE]) != 0) {
			set = view_item(v, "sets");
			view_text(set, "label", bundle_label(p, b[B_BUNDLE]));
		}
		item = view_item(set, "parts");
		view_int(item, "pieces", number(b[B_QUANTITY]));
		view_text(item, "name", b[B_NAME]);
		view_text(item, "options", or_null(b[B_OPTIONS]));
		view_text(item, "url", or_null(b[B_SLUG]) == NULL ? NULL : url_to(r, "/p/", b[B_SLUG]));
	}
	view_bool(v, "has_sets", p->parts.n > 0);
}

static void add_specs(struct view *v, const struct product *p)
{
	for (size_t i = 0; i < p->specs.n; i++) {
		struct view *item = view_item(v, "specs");

		view_text(item, "label", record_at(&p->specs, i)[S_LABEL]);
		view_text(item, "value", record_at(&p->specs, i)[S_VALUE]);
	}
	view_bool(v, "has_specs", p->specs.n > 0);
}

static void add_head(struct req *r, struct view *v, const struct product *product)
{
	const struct row_product_page *h = product->row;
	struct view *p = view_sub(v, "product");

	view_text(p, "id", h->product);
	view_text(p, "name", h->name);
	view_text(p, "sku", h->reference);
	view_text(p, "brand", or_null(h->brand));
	view_text(p, "summary", or_null(h->summary));
	view_html(p, "description_html", or_null(h->description) == NULL ? NULL : markdown_html(r->mem, h->description, 3));
	view_money(p, "price", product->price);
	if (h->has_was && !product->member)
		view_money(p, "was", h->was);
	if (product->member)
		view_money(p, "everybody", h->price);
	view_bool(p, "price_varies", product->price_varies);
	view_bool(p, "tax_included", front_store(r)->prices_include_tax);
	view_bool(p, "download", strcmp(h->digital, "all") == 0);
	view_bool(p, "some_downloads", strcmp(h->digital, "some") == 0);
	view_text(p, "badge", mem_printf(r->mem, "badge/%s", product->stock));
	view_bool(p, "buyable", strcmp(product->stock, "out") != 0);
	if (h->lead_time_days > 0)
		view_int(v, "lead_days", h->lead_time_days);
	view_text(view_sub(v, "form"), "quantity", "1");
	front_title(r, v, h->meta_title[0] == '\0' ? h->name : h->meta_title,
		    h->meta_description[0] == '\0' ? h->summary : h->meta_description);
}

static void add_tags(struct req *r, struct view *v, const struct product *p)
{
	for (size_t i = 0; i < p->tags.n; i++) {
		struct view *item = view_item(v, "tags");

		view_text(item, "name", record_at(&p->tags, i)[G_TAG]);
		view_text(item, "url", url_to(r, "/t/", record_at(&p->tags, i)[G_SLUG]));
	}
	view_bool(v, "has_tags", p->tags.n > 0);
}

static void add_assurance(struct req *r, struct view *v, bool download)
{
	static const struct { const char *icon, *text; } all[] = {
		{ "truck", N_("Delivery cost and date are shown before you order") },
		{ "clock", N_("You fetch it as soon as it is paid") },
		{ "check", N_("You pay exactly the total you saw") },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		/* Of what is sent the first, of a download the second. */
		if (i == (download ? 0 : 1))
			continue;
		struct view *item = view_item(v, "assure");

		view_text(item, "icon", all[i].icon);
		view_text(item, "text", req_text(r, all[i].text));
	}
}

static void add_ways(struct req *r, struct view *v, const struct product *p)
{
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	for (size_t i = 0; i < p->trail.n; i++)
		front_crumb(v, record_at(&p->trail, i)[C_NAME], url_to(r, "/c/", record_at(&p->trail, i)[C_SLUG]));
	front_crumb(v, p->row->name, NULL);
	front_own_paths(r);
	for (size_t i = 0; i < p->paths.n; i++)
		front_path_in(r, record_at(&p->paths, i)[P_LANGUAGE], mem_printf(r->mem, "/p/%s", record_at(&p->paths, i)[P_SLUG]));
}

/* ---- views, for "recently viewed" --------------------------------------------------- */

struct viewed { const char *id, *store, *product, *token; };

static void insert_views(struct db *db, const struct trace *const *rows, size_t n)
{
	const char *ids[LIST_CARDS], *stores[LIST_CARDS], *products[LIST_CARDS], *tokens[LIST_CARDS];

	for (size_t from = 0; from < n; from += LIST_CARDS) {
		size_t some = n - from < LIST_CARDS ? n - from : LIST_CARDS;

		for (size_t i = 0; i < some; i++) {
			const struct viewed *one = rows[from + i]->row;

			ids[i] = one->id;
			stores[i] = one->store;
			products[i] = one->product;
			tokens[i] = one->token;
		}
		q_views_insert(db, ids, some, stores, some, products, some, tokens, some);
	}
}

static void leave_view(struct req *r, const char *product_id)
{
	static const struct trace_kind kind = { "view", insert_views };
	char hex[SHA256_HEX];
	struct viewed *one;

	if (front_cart(r) == NULL)
		return;
	hex_encode(front_cart(r), SHA256_LEN, hex);
	one = mem_new(r->mem, struct viewed);
	one->id = mem_strdup(one, id_new().text);
	one->store = mem_strdup(one, r->site->store);
	one->product = mem_strdup(one, product_id);
	one->token = mem_strdup(one, hex);
	trace_add(r, &kind, one);
}

/* Kinds of what goes with the product, in the order of catalog.page_related(); a member's prices of all
   of them are asked for at once. */
static void add_related(struct req *r, struct view *v, const struct product *p, struct rows *group)
{
	static const char *const kinds[] = { "related", "accessories", "alternatives", "bought", "viewed", "similar" };
	char *rest = p->row->related == NULL ? NULL : mem_strdup(r->mem, p->row->related);
	struct card *of[ARRAY_LEN(kinds)], *cards;
	size_t count[ARRAY_LEN(kinds)] = { 0 }, all = 0, at = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && rest != NULL; i++) {
		of[i] = cards_read(r->mem, strsep(&rest, "\x1d"), r->prefix, &count[i]);
		all += count[i];
	}
	cards = mem_array(r->mem, struct card, all);
	for (size_t i = 0; i < ARRAY_LEN(kinds); at += count[i++])
		for (size_t n = 0; n < count[i]; n++)
			cards[at + n] = of[i][n];
	own_prices_put(r, group, cards, all, true);
	at = 0;
	for (size_t i = 0; i < ARRAY_LEN(kinds); at += count[i++]) {
		if (count[i] == 0)
			continue;
		view_described_list(v, kinds[i], &shape_card, cards + at, count[i]);
		view_bool(v, mem_concat(r->mem, "has_", kinds[i]), true);
	}
}

/* No product has this slug: perhaps one had.  A trip of its own, which those who find what they
   look for are spared. */
static void look_elsewhere(struct req *r, const char *slug)
{
	struct rows *moved;

	page_ask_again(r);
	moved = q_product_moved(r->db, r->site->store, r->language, r->currency, slug);
	page_asked(r);
	if (rows_found(moved))
		page_moved(r, url_to(r, "/p/", row_product_moved(moved)->slug));
	else
		page_not_found(r);
}

void product(struct req *r)
{
	const char *slug = path_text(r, "slug");
	struct rows *page = q_product_page(r->db, r->site->store, r->language, r->currency, slug), *member = NULL, *group = own_prices_ask(r);
	const unsigned char *session = session_hash(r);
	struct product p;
	struct view *v;

	if (session != NULL)
		member = q_product_own_prices(r->db, r->site->tenant, r->site->store, r->language, r->currency, slug, session, SHA256_LEN);
	page_asked(r);
	if (!rows_found(page)) {
		if (!req_failed(r))
			look_elsewhere(r, slug);
		return;
	}
	p = read_product(r, row_product_page(page), member);
	v = page_view(r, "catalog/product");
	add_head(r, v, &p);
	add_variants(r, v, &p);
	add_tiers(r, v, &p);
	add_media(r, v, &p);
	add_assurance(r, v, strcmp(p.row->digital, "all") == 0);
	add_sets(r, v, &p);
	add_specs(v, &p);
	add_tags(r, v, &p);
	add_related(r, v, &p, group);
	add_ways(r, v, &p);
	view_html(v, "json_ld", json_ld(r, &p));
	leave_view(r, p.row->product);
	page_html(r, v);
}

/* ---- before it is shown --------------------------------------------------------------- */

/* The same as the row of a page that is shown. */
static struct row_product_page as_page(const struct row_product_preview *m)
{
	return (struct row_product_page){
		.product = m->product, .name = m->name, .reference = m->reference, .brand = m->brand, .summary = m->summary, .description = m->description,
		.meta_title = "", .meta_description = "", .price = m->price, .was = m->was, .has_was = m->has_was, .price_varies = m->price_varies,
		.lead_time_days = m->lead_time_days, .variants = m->variants, .tiers = m->tiers, .media = m->media, .specs = m->specs, .tags = m->tags,
		.paths = "", .trail = m->trail, .stock = m->stock, .related = m->related, .digital = "none", .parts = NULL,
	};
}

/* Nobody can buy it, search engines are told nothing, and no trace of the visit is left. */
static void show_preview(struct req *r, const struct row_product_preview *m)
{
	const struct row_product_page row = as_page(m);
	struct product p = read_product(r, &row, NULL);
	struct view *v = page_view(r, "catalog/product");

	add_head(r, v, &p);
	view_bool(v, "preview", true);
	view_time(v, "preview_until", m->expires);
	view_bool(view_sub(v, "product"), "buyable", false);
	if (p.nvariants == 0)
		view_text(view_sub(v, "product"), "price", req_text(r, N_("No price yet")));
	add_tiers(r, v, &p);
	add_media(r, v, &p);
	add_specs(v, &p);
	add_tags(r, v, &p);
	add_related(r, v, &p, NULL);
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	for (size_t i = 0; i < p.trail.n; i++)
		front_crumb(v, record_at(&p.trail, i)[C_NAME], url_to(r, "/c/", record_at(&p.trail, i)[C_SLUG]));
	front_crumb(v, m->name, NULL);
	page_header(r, "X-Robots-Tag", "noindex, nofollow");
	front_noindex(r);
	page_html(r, v);
}

void preview(struct req *r)
{
	const char *token = path_text(r, "token");
	const struct row_product_preview *m;
	unsigned char hash[SHA256_LEN];
	struct rows *rows;

	if (!token_valid(token)) {
		page_not_found(r);
		return;
	}
	sha256(token, TOKEN_LEN, hash);
	rows = q_product_preview(r->db, r->site->tenant, r->site->store, r->language, r->currency, hash, SHA256_LEN);
	m = row_product_preview(rows);
	if (!rows_found(rows))
		page_not_found(r);
	else if (m->slug != NULL)
		page_redirect(r, url_to(r, "/p/", m->slug));
	else
		show_preview(r, m);
}

/* The ids of a list with commas; what is no id is left out. */
static size_t read_ids(struct req *r, const char *text, const char **ids)
{
	size_t n = 0;

	while (text != NULL && *text != '\0' && n < RECENT_IDS) {
		size_t len = strcspn(text, ",");
		const char *id = mem_strndup(r->mem, text, len);

		if (id_valid(id))
			ids[n++] = id;
		text += len + (text[len] == ',');
	}
	return n;
}

/* What this browser remembers; else what the cart's owner looked at. */
void recent(struct req *r)
{
	const char *ids[RECENT_IDS];
	size_t n = read_ids(r, param_text(r, "ids"), ids);
	struct view *v = page_view(r, "catalog/recent");

	struct rows *group = own_prices_ask(r), *known = NULL, *seen = NULL;
	struct card *cards;

	view_bool(v, "many_brands", front_store(r)->many_brands);
	if (n > 0)
		known = q_recent_cards(r->db, r->site->store, r->language, r->currency, ids, n);
	else if (front_cart(r) != NULL)
		seen = q_viewed_cards(r->db, r->site->store, r->language, r->currency, front_cart(r), SHA256_LEN);
	page_asked(r);
	cards = cards_read(r->mem, known != NULL ? row_recent_cards(known)->cards : seen != NULL ? row_viewed_cards(seen)->cards : NULL, r->prefix, &n);
	own_prices_put(r, group, cards, n, true);
	view_described_list(v, "cards", &shape_card, cards, n);
	page_fragment(r, v);
}
