/* The frame around every page: who keeps it, and how it gets into a view. */
#include "front/frame.h"

#include <string.h>
#include <time.h>

#include "base/locale.h"
#include "base/mem.h"
#include "db/query/front.h"
#include "web/page.h"

struct frame {
	char store[37];
	const char *prefix;             /* stands for language and currency */
	int64_t version;
	uint64_t used;                  /* tick of the last use */
	struct view *view;              /* nav, pages, social, payments; the menu as HTML */
	uint64_t serial;                /* of the store's row that house was made from */
	struct view *house;             /* see add_house(); chained above view */
};

static struct frame *kept[FRAMES_KEPT];
static uint64_t tick;

static struct frame *find(const struct req *r)
{
	for (size_t i = 0; i < FRAMES_KEPT; i++) {
		struct frame *f = kept[i];

		if (f == NULL || f->version != front_store(r)->version || strcmp(f->store, r->site->store) != 0 ||
		    strcmp(f->prefix, r->prefix) != 0)
			continue;
		f->used = ++tick;
		return f;
	}
	return NULL;
}

/* The place of the same page in an older version, an empty one, or the one unused longest. */
static struct frame **place(const struct req *r)
{
	struct frame **best = &kept[0];

	for (size_t i = 0; i < FRAMES_KEPT; i++) {
		if (kept[i] != NULL && strcmp(kept[i]->store, r->site->store) == 0 &&
		    strcmp(kept[i]->prefix, r->prefix) == 0)
			return &kept[i];
		if (kept[i] == NULL || (*best != NULL && kept[i]->used < (*best)->used))
			best = &kept[i];
	}
	return best;
}

static const char *keep_url(struct view *v, const struct req *r, const char *kind, const char *slug)
{
	return mem_concat(v, r->prefix, kind, slug);
}

/* Rows come parents first; a child finds its parent's view by id. */
static void add_categories(struct view *v, struct req *r, struct rows *rows)
{
	size_t n = rows_count(rows);
	struct view **at = mem_array(r->mem, struct view *, n);

	for (size_t i = 0; i < n; i++) {
		const struct row_nav_categories *c = row_nav_categories_at(rows, i);
		struct view *item = NULL;

		if (c->parent == NULL) {
			item = view_item(v, "nav");
		} else {
			for (size_t p = 0; p < i && item == NULL; p++)
				if (strcmp(row_nav_categories_at(rows, p)->category, c->parent) == 0) {
					view_bool(at[p], "has_children", true);
					item = view_item(at[p], "children");
				}
			if (item == NULL)
				continue;
		}
		at[i] = item;
		view_text(item, "name", mem_strdup(v, c->name));
		view_text(item, "url", keep_url(v, r, "/c/", c->slug));
	}
	view_bool(v, "has_nav", n > 0);
}

static const char *network_name(const char *network)
{
	static const struct { const char *network, *name; } names[] = {
		{ "facebook", "Facebook" }, { "instagram", "Instagram" }, { "linkedin", "LinkedIn" },
		{ "pinterest", "Pinterest" }, { "tiktok", "TikTok" }, { "whatsapp", "WhatsApp" },
		{ "x", "X" }, { "youtube", "YouTube" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].network, network) == 0)
			return names[i].name;
	return network;
}

static void add_lists(struct view *v, const struct req *r, const struct front *f)
{
	struct view *item;

	for (size_t i = 0; i < rows_count(f->pages); i++) {
		item = view_item(v, "pages");
		view_text(item, "name", mem_strdup(v, row_nav_pages_at(f->pages, i)->title));
		view_text(item, "url", keep_url(v, r, "/page/", row_nav_pages_at(f->pages, i)->slug));
	}
	view_bool(v, "has_pages", rows_count(f->pages) > 0);
	for (size_t i = 0; i < rows_count(f->social); i++) {
		const struct row_nav_social *s = row_nav_social_at(f->social, i);

		item = view_item(v, "social");
		view_text(item, "name", mem_strdup(v, network_name(s->network)));
		view_text(item, "url", mem_strdup(v, s->url));
		view_text(item, "icon", mem_strdup(v, s->network));
	}
	view_bool(v, "has_social", rows_count(f->social) > 0);
	for (size_t i = 0; i < rows_count(f->payments); i++)
		view_text(view_item(v, "payments"), "name", mem_strdup(v, row_nav_payments_at(f->payments, i)->name));
	view_bool(v, "has_payments", rows_count(f->payments) > 0);
}

/* Keeps the frame that this request loaded; under a latch there is nothing to keep. */
static struct frame *load(struct req *r, struct front *f)
{
	struct frame **at, *frame;

	rows_count(f->categories);
	if (req_failed(r) || r->site->store == NULL)
		return NULL;
	at = place(r);
	mem_free(*at);
	frame = *at = mem_new(NULL, struct frame);
	memcpy(frame->store, r->site->store, sizeof(frame->store) - 1);
	frame->prefix = mem_strdup(frame, r->prefix);
	frame->version = front_store(r)->version;
	frame->used = ++tick;
	frame->view = view_new(frame);
	add_categories(frame->view, r, f->categories);
	add_lists(frame->view, r, f);
	/* Much of what a page's template would go through, and the same on all pages. */
	view_html(frame->view, "menu_html", page_part(r, frame, frame->view, "layout/menu"));
	return frame;
}

/* What the frame needs: travels with the page's own queries. */
static void queue_frame(struct req *r, struct front *f)
{
	f->queued = true;
	f->frame = find(r);
	if (f->frame == NULL) {
		f->categories = q_nav_categories(r->db, r->site->store, r->language);
		f->pages = q_nav_pages(r->db, r->site->store, r->language);
		f->social = q_nav_social(r->db, r->site->store);
		f->payments = q_nav_payments(r->db, r->site->store, r->language);
	}
	if (f->has_cart)
		f->pieces = q_cart_pieces(r->db, f->cart_sha256, SHA256_LEN);
}

static void begin(struct req *r)
{
	struct front *f = mem_new(r->mem, struct front);
	const char *token = req_cookie(r, CART_COOKIE);

	r->front = f;
	/* A shop that is closed or not open yet shows nothing of what it has. */
	if (r->site == NULL || r->site->store == NULL || r->site->status != SITE_ACTIVE)
		return;
	if (r->route != NULL && (r->route->needs & NEEDS_NO_DATABASE) != 0) {
		f->queued = true;
		return;
	}
	if (token != NULL && token_valid(token)) {
		sha256(token, TOKEN_LEN, f->cart_sha256);
		f->has_cart = true;
	}
	/* A form that was sent mostly ends in a redirect, which has no frame; shown again it runs
	   a second time. */
	if (r->method == GET || r->run > 0)
		queue_frame(r, f);
}

static const char *path_in(const struct front *f, const struct req *r, const char *language)
{
	for (size_t i = 0; i < f->npaths; i++)
		if (strcmp(f->path[i].language, language) == 0)
			return f->path[i].path;
	return f->own_paths && strcmp(language, r->language) != 0 ? NULL : r->path;
}

static void add_alternate(struct view *v, const char *lang, const char *url)
{
	struct view *item = view_item(v, "alternates");

	view_text(item, "lang", lang);
	view_text(item, "url", url);
}

/* The language menu leads to the same page; where it has none, to the home page. */
static void add_languages(struct view *v, struct req *r, const struct front *f)
{
	const struct site *s = r->site;

	for (size_t i = 0; i < s->nlocales; i++) {
		const char *path = path_in(f, r, s->locales[i].prefix);
		const char *prefix = site_prefix(r->mem, s, &s->locales[i], r->currency);
		bool current = strcmp(s->locales[i].tag, r->locale) == 0;
		struct view *item = view_item(v, "languages");
		const char *url;

		view_text(item, "lang", s->locales[i].tag);
		view_text(item, "name", locale_own_name(locale_get(s->locales[i].tag)));
		view_text(item, "url", mem_concat(r->mem, prefix, path == NULL ? "/" : path));
		view_bool(item, "current", current);
		if (path == NULL || f->noindex || s->nlocales < 2)
			continue;
		prefix = site_prefix(r->mem, s, &s->locales[i], s->currencies[0]);
		url = mem_concat(r->mem, s->origin, prefix, path);
		add_alternate(v, s->locales[i].tag, url);
		if (i == 0)
			add_alternate(v, "x-default", url);
	}
}

static void add_currencies(struct view *v, struct req *r)
{
	const struct site *s = r->site;
	const struct site_locale *here = &s->locales[0];

	for (size_t i = 0; i < s->nlocales; i++)
		if (strcmp(s->locales[i].tag, r->locale) == 0)
			here = &s->locales[i];
	for (size_t i = 0; i < s->ncurrencies && s->ncurrencies > 1; i++) {
		struct view *item = view_item(v, "currencies");

		view_text(item, "code", s->currencies[i]);
		view_text(item, "name", s->currencies[i]);
		view_text(item, "url", mem_concat(r->mem, site_prefix(r->mem, s, here, s->currencies[i]), r->path));
		view_bool(item, "current", strcmp(s->currencies[i], r->currency) == 0);
	}
}

static void add_contact(struct view *v, const struct store *s)
{
	struct view *contact;
	struct buf *tel;

	if (s->contact_email[0] == '\0' && s->contact_phone[0] == '\0')
		return;
	contact = view_sub(v, "contact");
	view_text(contact, "email", s->contact_email[0] == '\0' ? NULL : s->contact_email);
	if (s->contact_phone[0] != '\0') {
		tel = buf_new(v);
		buf_adds(tel, "tel:");
		for (const char *c = s->contact_phone; *c != '\0'; c++)
			if ((*c >= '0' && *c <= '9') || *c == '+')
				buf_addc(tel, *c);
		view_text(contact, "phone", s->contact_phone);
		view_text(contact, "phone_url", tel->data);
	}
	view_text(contact, "address", s->street[0] == '\0' ? NULL :
		  mem_printf(v, "%s, %s %s", s->street, s->postal_code, s->city));
}

static void add_store(struct view *v, struct req *r)
{
	const struct store *s = front_store(r);
	struct view *store = view_sub(v, "store");
	const struct tm *t;
	struct tm tm;
	time_t now = (time_t)(r->now_ms / 1000);

	view_text(store, "name", s->name);
	view_text(store, "home_url", mem_concat(v, r->prefix, "/"));
	view_text(store, "logo", s->logo[0] == '\0' ? NULL : url_media(v, s->logo));
	add_contact(v, s);
	t = gmtime_r(&now, &tm);
	view_bool(v, "many_brands", s->many_brands);
	view_text(v, "year", mem_printf(v, "%d", t->tm_year + 1900));
	view_bool(v, "has_currencies", r->site->ncurrencies > 1);
	view_bool(v, "has_pick", r->site->nlocales > 1 || r->site->ncurrencies > 1);
	view_text(v, "pick_label", mem_concat(v, locale_own_name(locale_get(r->locale)), ", ", r->currency));
}

static void add_assets(struct view *v, struct req *r)
{
	struct view *a = view_sub(v, "assets");
	const char *version = front_assets_version();

	view_text(a, "css", mem_concat(v, "/static/", version, "/css/shop.css"));
	view_text(a, "js", mem_concat(v, "/static/", version, "/js/shop.js"));
	view_text(a, "icons", mem_concat(v, "/static/", version, "/icons/icons.svg"));
	view_text(a, "favicon", front_store(r)->favicon[0] != '\0' ?
		  mem_concat(v, url_media(v, front_store(r)->favicon), "-240.webp") :
		  mem_concat(v, "/static/", version, "/icons/favicon.svg"));
	view_text(a, "theme", front_theme(v, front_store(r)));
}

/* What depends on nothing but the store's own row, the prefix and what BELOW (may be NULL)
   holds: names, addresses, and the parts of a page made of them, as they are printed. */
static struct view *house_new(const void *ctx, struct req *r, struct view *below)
{
	struct view *v = view_new(ctx);

	if (below != NULL)
		view_chain(v, below);
	add_store(v, r);
	add_assets(v, r);
	view_html(v, "assets_html", page_part(r, v, v, "layout/assets"));
	view_html(v, "logo_html", page_part(r, v, v, "layout/logo"));
	view_html(v, "foot_html", page_part(r, v, v, "layout/foot"));
	return v;
}

/* It refers to the store's row, so it is made anew with each that is read. */
static struct view *house(struct req *r, struct frame *frame)
{
	if (frame == NULL)
		return house_new(r->mem, r, NULL);
	if (frame->house == NULL || frame->serial != front_store(r)->serial) {
		mem_free(frame->house);
		frame->house = house_new(frame, r, frame->view);
		frame->serial = front_store(r)->serial;
	}
	return frame->house;
}

/* Who is signed in; the look-up came with the page's own queries.  A page that caches keep is
   the same for everybody: who has a session cookie never gets one of those. */
static void add_account(struct view *v, struct req *r)
{
	const char *name = r->program->session == NULL ? NULL : session_name(r);

	if (name == NULL)
		return;
	view_text(view_sub(v, "account"), "who", name[0] == '\0' ? NULL : name);
}

static void chrome(struct req *r, struct view *v)
{
	struct front *f = r->front;

	if (r->site == NULL || r->site->store == NULL || f == NULL)
		return;
	if (!f->queued && r->site->status == SITE_ACTIVE)
		queue_frame(r, f);
	if (f->frame == NULL && f->categories != NULL)
		f->frame = load(r, f);
	view_chain(v, house(r, f->frame));
	view_bool(v, "noindex", f->noindex);
	if (!f->noindex)
		view_text(v, "canonical", req_url(r, f->canonical != NULL ? f->canonical : r->path));
	if (f->pieces != NULL && row_cart_pieces(f->pieces)->pieces > 0)
		view_int(v, "cart_count", row_cart_pieces(f->pieces)->pieces);
	add_account(v, r);
	add_languages(v, r, f);
	add_currencies(v, r);
}

static const char *const personal_cookies[] = { CART_COOKIE, NULL };

const struct program_hooks front_hooks = {
	.site_load = front_site_load,
	.begin = begin,
	.chrome = chrome,
	.sign_in = "/login",
	.error_template = "home/error",
	.plain_style = "/static/css/shop.css",
	.personal_cookies = personal_cookies,
};
