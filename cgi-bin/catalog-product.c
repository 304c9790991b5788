/* GET /p/{slug}: a product; and what a visitor looked at before. */
#include "catalog.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "db/query/catalog.h"
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

struct promises {
	struct rows *head, *variants, *tiers, *media, *specs, *tags, *related, *paths, *trail, *moved;
};

static void ask(struct req *r, const char *slug, struct promises *p)
{
	const char *store = r->site->store, *locale = r->language, *currency = r->currency;

	p->head = q_product_head(r->db, store, locale, currency, slug);
	p->variants = q_product_variants(r->db, store, locale, currency, slug);
	p->tiers = q_product_tiers(r->db, store, locale, currency, slug);
	p->media = q_product_media(r->db, store, locale, currency, slug);
	p->specs = q_product_specs(r->db, store, locale, currency, slug);
	p->tags = q_product_tags(r->db, store, locale, currency, slug);
	p->related = q_product_related(r->db, store, locale, currency, slug, r->prefix);
	p->paths = q_product_paths(r->db, store, locale, currency, slug);
	p->trail = q_product_trail(r->db, store, locale, currency, slug);
	p->moved = q_product_moved(r->db, store, locale, currency, slug);
	page_asked(r);
}

static const char *or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
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
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void put_offer(struct buf *b, struct req *r, int64_t price, const char *stock, const char *url)
{
	buf_adds(b, ",\"offers\":{\"@type\":\"Offer\"");
	put(b, "price", list_plain_money(r, price));
	put(b, "priceCurrency", r->currency);
	put(b, "availability", mem_printf(r->mem, "https://schema.org/%s", availability(stock)));
	put(b, "itemCondition", "https://schema.org/NewCondition");
	put(b, "url", url);
	buf_addc(b, '}');
}

static void put_images(struct buf *b, struct req *r, struct rows *media)
{
	bool first = true;

	for (size_t i = 0; i < rows_count(media); i++) {
		const struct row_product_media *m = row_product_media_at(media, i);

		if (strcmp(m->kind, "image") != 0)
			continue;
		buf_adds(b, first ? ",\"image\":[" : ",");
		buf_json(b, mem_printf(r->mem, "%s/media/%s-960.webp", r->site->origin, m->name));
		first = false;
	}
	if (!first)
		buf_addc(b, ']');
}

static const char *variant_name(struct req *r, const char *product, const struct row_product_variants *v)
{
	if (v->label == NULL)
		return product;
	return v->label2 == NULL ? mem_printf(r->mem, "%s, %s", product, v->label) :
				   mem_printf(r->mem, "%s, %s, %s", product, v->label, v->label2);
}

/* schema.org Product, or ProductGroup with its variants. */
static const char *json_ld(struct req *r, const struct row_product_head *h, const struct promises *p)
{
	struct buf *b = buf_new(r->mem);
	const char *url = req_url(r, r->path);
	size_t n = rows_count(p->variants);

	buf_printf(b, "{\"@context\":\"https://schema.org\",\"@type\":\"%s\"", n > 1 ? "ProductGroup" : "Product");
	put(b, "name", h->name);
	put(b, "description", h->summary);
	put(b, "url", url);
	put(b, n > 1 ? "productGroupID" : "sku", n > 1 ? h->reference : row_product_variants(p->variants)->sku);
	if (or_null(h->brand) != NULL) {
		buf_adds(b, ",\"brand\":{\"@type\":\"Brand\"");
		put(b, "name", h->brand);
		buf_addc(b, '}');
	}
	put_images(b, r, p->media);
	if (n <= 1) {
		put(b, "gtin", n == 1 ? row_product_variants(p->variants)->gtin : NULL);
		put_offer(b, r, h->price, h->stock, url);
	}
	for (size_t i = 0; n > 1 && i < n && i < DATA_VARIANTS; i++) {
		const struct row_product_variants *v = row_product_variants_at(p->variants, i);

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

static void add_choice(struct req *r, struct view *list, const char *name, const struct row_product_variants *v,
		       bool own_price)
{
	struct view *item = view_item(list, name);
	bool sizes = v->label2 != NULL;

	view_text(item, "variant", v->variant);
	view_text(item, "label", sizes ? v->label2 : v->label != NULL ? v->label : v->sku);
	view_text(item, "said", sizes ? mem_printf(r->mem, "%s, %s", v->label, v->label2) : v->label != NULL ? v->label : v->sku);
	view_text(item, "badge_class", v->state);
	view_bool(item, "out", strcmp(v->state, "out") == 0);
	if (own_price)
		view_money(item, "price", v->price);
}

/* "#101010" as the picture of a square: inline styles are not allowed. */
static const char *swatch(struct req *r, const char *colour)
{
	return colour == NULL ? NULL : mem_printf(r->mem, "/swatch/%s.svg", colour + 1);
}

static void add_choices(struct req *r, struct view *v, struct rows *rows, bool own_price)
{
	size_t n = rows_count(rows);
	const struct row_product_variants *before = NULL;
	struct view *shade = NULL;

	if (n == 1)
		view_text(v, "variant", row_product_variants(rows)->variant);
	for (size_t i = 0; n > 1 && i < n; i++) {
		const struct row_product_variants *one = row_product_variants_at(rows, i);

		if (one->label2 == NULL) {
			view_bool(v, "single", true);
			view_text(v, "option_name", one->title != NULL ? one->title : req_text(r, N_("Version")));
			add_choice(r, v, "options", one, own_price);
			continue;
		}
		view_bool(v, "matrix", true);
		if (before == NULL || strcmp(before->label, one->label) != 0) {
			shade = view_item(v, "shades");
			view_text(shade, "name", one->label);
			view_text(shade, "colour", swatch(r, one->swatch));
		}
		add_choice(r, shade, "sizes", one, own_price);
		before = one;
	}
}

static struct seen look(struct rows *variants)
{
	struct seen s = { 0 };

	for (size_t i = 0; i < rows_count(variants); i++) {
		const struct row_product_variants *v = row_product_variants_at(variants, i);

		s.few |= strcmp(v->state, "few") == 0;
		s.made |= strcmp(v->state, "made") == 0;
		s.out |= strcmp(v->state, "out") == 0;
		s.prices |= v->price != row_product_variants(variants)->price;
	}
	return s;
}

static void add_variants(struct req *r, struct view *v, struct rows *variants)
{
	struct seen s = look(variants);

	add_choices(r, v, variants, s.prices);
	view_bool(v, "has_few", s.few);
	view_bool(v, "has_made", s.made);
	view_bool(v, "has_out", s.out);
	view_bool(v, "several", rows_count(variants) > 1 && rows_count(variants) <= RUN_VARIANTS);
	view_bool(v, "has_legend", rows_count(variants) > 1 && (s.few || s.made || s.out));
}

/* ---- the rest of the page --------------------------------------------------------- */

static void add_tiers(struct req *r, struct view *v, struct rows *tiers, int64_t plain)
{
	for (size_t i = 0; i < rows_count(tiers); i++) {
		const struct row_product_tiers *t = row_product_tiers_at(tiers, i);
		struct view *item = view_item(v, "tiers");
		int64_t percent = plain > t->price ? (plain - t->price) * 100 / plain : 0;

		view_int(item, "from", t->quantity);
		view_money(item, "price", t->price);
		view_text(item, "saving", percent > 0 ? mem_printf(r->mem, "%lld %%", (long long)percent) : NULL);
	}
	view_bool(v, "has_tiers", rows_count(tiers) > 0);
}

static void add_image(struct req *r, struct view *v, const struct row_product_media *m, int64_t n, const char *name)
{
	struct view *item = view_item(v, "images");

	view_text(item, "image", url_media(r->mem, m->name));
	view_text(item, "alt", m->label == NULL ? name : m->label);
	view_int(item, "n", n);
	view_bool(item, "first", n == 1);
}

static void add_sheet(struct req *r, struct view *v, const struct row_product_media *m)
{
	struct view *item = view_item(v, "sheets");

	view_text(item, "name", m->label == NULL ? req_text(r, N_("Technical sheet")) : m->label);
	view_text(item, "url", url_media(r->mem, m->name));
	view_text(item, "size", mem_printf(r->mem, "%lld kB", (long long)(m->bytes + 1023) / 1024));
}

static void add_media(struct req *r, struct view *v, struct rows *media, const char *name)
{
	int64_t images = 0, sheets = 0;

	for (size_t i = 0; i < rows_count(media); i++) {
		const struct row_product_media *m = row_product_media_at(media, i);

		if (strcmp(m->kind, "image") == 0)
			add_image(r, v, m, ++images, name);
		else
			add_sheet(r, v, m), sheets++;
	}
	view_bool(v, "has_images", images > 0);
	view_bool(v, "many_images", images > 1);
	view_bool(v, "has_sheets", sheets > 0);
}

static void add_head(struct req *r, struct view *v, const struct row_product_head *h, struct rows *variants)
{
	struct view *p = view_sub(v, "product");

	view_text(p, "id", h->product);
	view_text(p, "name", h->name);
	view_text(p, "sku", h->reference);
	view_text(p, "brand", or_null(h->brand));
	view_text(p, "summary", or_null(h->summary));
	view_html(p, "description_html", or_null(h->description) == NULL ? NULL : markdown_html(r->mem, h->description, 3));
	view_money(p, "price", h->price);
	if (h->has_was)
		view_money(p, "was", h->was);
	view_bool(p, "price_varies", h->price_varies);
	view_bool(p, "tax_included", front_store(r)->prices_include_tax);
	view_text(p, "badge", mem_printf(r->mem, "badge/%s", h->stock));
	view_bool(p, "buyable", strcmp(h->stock, "out") != 0 && rows_count(variants) > 0);
	if (h->lead_time_days > 0)
		view_int(v, "lead_days", h->lead_time_days);
	view_text(view_sub(v, "form"), "quantity", "1");
	front_title(r, v, h->meta_title[0] == '\0' ? h->name : h->meta_title,
		    h->meta_description[0] == '\0' ? h->summary : h->meta_description);
}

static void add_tags(struct req *r, struct view *v, struct rows *tags)
{
	for (size_t i = 0; i < rows_count(tags); i++) {
		const struct row_product_tags *t = row_product_tags_at(tags, i);
		struct view *item = view_item(v, "tags");

		view_text(item, "name", t->tag);
		view_text(item, "url", url_to(r, "/t/", t->slug));
	}
	view_bool(v, "has_tags", rows_count(tags) > 0);
}

static void add_assurance(struct req *r, struct view *v)
{
	static const struct { const char *icon, *text; } all[] = {
		{ "truck", N_("Delivery cost and date are shown before you order") },
		{ "check", N_("You pay exactly the total you saw") },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct view *item = view_item(v, "assure");

		view_text(item, "icon", all[i].icon);
		view_text(item, "text", req_text(r, all[i].text));
	}
}

static void add_ways(struct req *r, struct view *v, const struct promises *p, const char *name)
{
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	for (size_t i = 0; i < rows_count(p->trail); i++)
		front_crumb(v, row_product_trail_at(p->trail, i)->name, url_to(r, "/c/", row_product_trail_at(p->trail, i)->slug));
	front_crumb(v, name, NULL);
	front_own_paths(r);
	for (size_t i = 0; i < rows_count(p->paths); i++)
		front_path_in(r, row_product_paths_at(p->paths, i)->language,
			      mem_printf(r->mem, "/p/%s", row_product_paths_at(p->paths, i)->slug));
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

void product(struct req *r)
{
	const char *slug = path_text(r, "slug");
	const struct row_product_head *h;
	struct promises p;
	struct view *v;

	ask(r, slug, &p);
	h = row_product_head(p.head);
	if (!rows_found(p.head)) {
		if (rows_found(p.moved))
			page_moved(r, url_to(r, "/p/", row_product_moved(p.moved)->slug));
		else
			page_not_found(r);
		return;
	}
	v = page_view(r, "catalog/product");
	add_head(r, v, h, p.variants);
	add_variants(r, v, p.variants);
	add_tiers(r, v, p.tiers, h->price);
	add_media(r, v, p.media, h->name);
	add_assurance(r, v);
	view_rows(v, "specs", p.specs);
	view_bool(v, "has_specs", rows_count(p.specs) > 0);
	add_tags(r, v, p.tags);
	view_rows(v, "related", p.related);
	view_bool(v, "has_related", rows_count(p.related) > 0);
	add_ways(r, v, &p, h->name);
	view_html(v, "json_ld", json_ld(r, h, &p));
	leave_view(r, h->product);
	page_html(r, v);
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

	view_bool(v, "many_brands", front_store(r)->many_brands);
	if (n > 0)
		view_rows(v, "cards", q_recent_cards(r->db, r->site->store, r->language, r->currency, r->prefix, ids, n));
	else if (front_cart(r) != NULL)
		view_rows(v, "cards", q_viewed_cards(r->db, r->site->store, r->language, r->currency, r->prefix,
						     front_cart(r), SHA256_LEN));
	page_fragment(r, v);
}
