/* cart -- what a shopper is about to buy.  Manual: sutler-cart(8). */
#include "cart.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "db/query/cart.h"
#include "db/query/home.h"
#include "front/basket.h"
#include "front/front.h"
#include "front/own_prices.h"

#include <string.h>

/* ---- the page -------------------------------------------------------------------- */

static void add_actions(struct req *r, struct view *v, const struct cart *c)
{
	for (size_t i = 0; i < c->nlines; i++) {
		const struct cart_line *l = &c->lines[i];
		struct view *item = view_item(v, "lines");
		bool gone = l->price == NULL || l->state == CART_LINE_OUT;

		view_text(item, "id", l->row->variant);
		view_text(item, "name", l->row->name);
		view_text(item, "sku", l->row->sku);
		view_text(item, "url", l->row->slug[0] == '\0' ? NULL : url_to(r, "/p/", l->row->slug));
		view_text(item, "options", l->row->options[0] == '\0' ? NULL : l->row->options);
		view_text(item, "parts", l->row->parts);
		view_text(item, "image", url_media(r->mem, l->row->image));
		view_text(item, "alt", l->row->alt);
		view_int(item, "quantity", l->row->quantity);
		view_int(item, "max_quantity", l->max_quantity > l->row->quantity ? l->max_quantity : l->row->quantity);
		if (l->price != NULL) {
			view_money(item, "unit_price", l->price->unit_minor);
			view_money(item, "line_total", l->price->subtotal_minor);
		} else {
			view_text(item, "unit_price", NULL);
			view_text(item, "line_total", NULL);
		}
		view_text(item, "message", basket_line_message(r, l));
		view_bool(item, "gone", gone);
		view_bool(item, "stops", gone || l->state == CART_LINE_SHORT);
	}
}

static const char *coupon_text(struct req *r, const struct cart *c)
{
	switch (c->coupon) {
	case CART_COUPON_MINIMUM:
		return basket_say(r, N_("counts once you add products for {text} more."),
				  basket_money(r, c->totals->missing_minor));
	case CART_COUPON_NOT_FOR_THIS:
		return req_text(r, N_("is not for these products."));
	case CART_COUPON_DEAD:
		return req_text(r, N_("is no longer valid."));
	case CART_COUPON_OK:
	case CART_COUPON_NONE:
		break;
	}
	return req_text(r, N_("is taken off the total."));
}

static void add_summary(struct req *r, struct view *v, struct cart *c)
{
	int64_t gap = cart_free_gap(c);

	basket_totals(r, v, c);
	view_bool(v, "blocked", c->blocked);
	view_bool(v, "too_large", c->totals->outcome == PRICING_TOO_LARGE);
	if (gap > 0)
		view_money(v, "free_shipping_gap", gap);
	if (c->coupon_code[0] != '\0') {
		struct view *item = view_item(v, "coupons");

		view_text(item, "code", c->coupon_code);
		view_text(item, "text", coupon_text(r, c));
		view_bool(item, "good", c->coupon == CART_COUPON_OK);
	}
	if (cart_nmethods(c) > 0 && !c->intangible) {
		struct promise p = cart_promise(c, cart_method(c, 0));

		view_text(v, "delivery_hint", p.known ? basket_dates(r, p.earliest, p.latest) : NULL);
	}
	form_text(r, v, "note", c->head->note);
}

/* A list of cards, at the prices of who looks. */
static void add_cards(struct req *r, struct view *v, const char *text, struct rows *group)
{
	size_t n;
	struct card *cards = cards_read(r->mem, text, r->prefix, &n);

	own_prices_put(r, group, cards, n, false);
	view_bool(v, "has_cards", n > 0);
	view_described_list(v, "cards", &shape_card, cards, n);
}

static void show(struct req *r)
{
	struct view *v = page_view(r, "cart/show");
	struct cart_key key = basket_key(r);
	struct cart *c = cart_queue(r->mem, r->db, &key);
	struct rows *popular = q_home_featured(r->db, r->site->store, r->language, r->currency);
	struct rows *goes_with = key.token == NULL ? NULL : q_cart_goes_with(r->db, key.token, SHA256_LEN, r->site->store, r->language, r->currency);
	struct rows *group = own_prices_ask(r);

	cart_price(c);
	front_noindex(r);
	front_title(r, v, req_text(r, N_("Your cart")), NULL);
	view_bool(v, "has_lines", c->nlines > 0);
	view_int(v, "line_count", (int64_t)c->nlines);
	if (c->nlines > 0) {
		add_actions(r, v, c);
		add_summary(r, v, c);
	}
	add_cards(r, v, c->nlines > 0 ? row_cart_goes_with(goes_with)->cards : row_home_featured(popular)->cards, group);
	page_html(r, v);
}

/* ---- adding ---------------------------------------------------------------------- */

static const struct param add_params[] = {
	{ "variant",  PARAM_ID, .label = N_("Product") },
	{ "quantity", PARAM_QUANTITY, .optional = "1", .label = N_("Quantity") },
	{ 0 }
};

const char *decline_sentence(struct req *r, enum cart_outcome o, int64_t available)
{
	if (o == CART_SHORT && available > 0)
		return basket_say_number(r, N_("We have only so many left: {n}. Please choose fewer."), available);
	if (o == CART_SHORT)
		return N_("This product has just been sold out.");
	return cart_sentence(o);
}

/* The token goes to the browser only when the database made a cart for it. */
static void add(struct req *r)
{
	struct token fresh = token_new();
	unsigned char sum[SHA256_LEN];
	const unsigned char *mine = front_cart(r);
	struct rows *rows;
	const struct row_cart_add *a;
	enum cart_outcome o;

	sha256(fresh.text, TOKEN_LEN, sum);
	rows = q_cart_add(r->db, r->site->tenant, r->site->store, mine != NULL ? mine : sum, SHA256_LEN,
			  sum, SHA256_LEN, r->language, r->currency, param_id(r, "variant"),
			  param_int(r, "quantity"), CART_MAX_LINES);
	page_changed(r);
	a = row_cart_add(rows);
	o = cart_outcome(a->outcome);
	if (o != CART_OK) {
		page_decline(r, show, NULL, decline_sentence(r, o, a->available));
		return;
	}
	if (a->made)
		page_cookie_set(r, CART_COOKIE, fresh.text, CART_COOKIE_S);
	page_flash(r, "ok", N_("Added to your cart."));
	page_redirect(r, req_path(r, "/cart"));
}

/* ---- lines ------------------------------------------------------------------------- */

/* 0 takes the line out, as emptying the field of the form suggests. */
static const struct param quantity_params[] = {
	{ "line",     PARAM_ID },
	{ "quantity", PARAM_INT, .min = 0, .max = PRICING_MAX_QUANTITY, .label = N_("Quantity") },
	{ 0 }
};

static void set(struct req *r, int64_t quantity)
{
	const unsigned char *token = front_cart(r);
	struct rows *rows;
	const struct row_cart_set *s;
	enum cart_outcome o;

	if (token == NULL) {
		page_decline(r, show, NULL, cart_sentence(CART_GONE));
		return;
	}
	rows = q_cart_set(r->db, r->site->tenant, r->site->store, token, SHA256_LEN, param_id(r, "line"), quantity);
	page_changed(r);
	s = row_cart_set(rows);
	o = cart_outcome(s->outcome);
	if (o != CART_OK) {
		page_decline(r, show, mem_printf(r->mem, "quantity-%s", param_id(r, "line")),
			     decline_sentence(r, o, s->available));
		return;
	}
	page_redirect(r, req_path(r, "/cart"));
}

static void quantity(struct req *r)
{
	set(r, param_int(r, "quantity"));
}

static const struct param remove_params[] = {
	{ "line", PARAM_ID },
	{ 0 }
};

static void take_out(struct req *r)
{
	set(r, 0);
}

/* ---- coupon ------------------------------------------------------------------------ */

static const struct param coupon_params[] = {
	{ "coupon", PARAM_CODE, .label = N_("Coupon code") },
	{ 0 }
};

/* Beside the declined transaction: guessing is counted although nothing was kept. */
static void count_miss(struct req *r, void *token)
{
	q_cart_coupon_missed(r->db, r->site->tenant, token, SHA256_LEN);
}

static void set_coupon(struct req *r, const char *code)
{
	const unsigned char *token = front_cart(r);
	enum cart_outcome o = CART_GONE;

	if (token != NULL)
		o = cart_outcome(row_cart_set_coupon(q_cart_set_coupon(r->db, r->site->tenant, r->site->store, token,
				 SHA256_LEN, code, r->currency))->outcome);
	if (o == CART_COUPON_UNKNOWN)
		req_afterwards(r, count_miss, mem_copy(r->mem, token, SHA256_LEN));
	if (o != CART_OK) {
		page_decline(r, show, "coupon", cart_sentence(o));
		return;
	}
	page_redirect(r, req_path(r, "/cart"));
}

static void coupon(struct req *r)
{
	set_coupon(r, param_text(r, "coupon"));
}

static void coupon_off(struct req *r)
{
	set_coupon(r, "");
}

/* ---- note and mailed link ------------------------------------------------------------ */

static const struct param note_params[] = {
	{ "note", PARAM_BLOCK, .max = 1000, .optional = "", .label = N_("Note") },
	{ 0 }
};

static void note(struct req *r)
{
	const unsigned char *token = front_cart(r);
	const char *text = param_text(r, "note");

	if (token == NULL || !row_cart_set_note(q_cart_set_note(r->db, r->site->tenant, r->site->store, token,
			SHA256_LEN, text == NULL ? "" : text))->kept) {
		page_decline(r, show, "note", cart_sentence(CART_GONE));
		return;
	}
	page_flash(r, "ok", N_("Your note is kept."));
	page_redirect(r, req_path(r, "/cart"));
}

/* The address holds the secret: it moves into the cookie and out of sight.  Whether it
   opens anything shows on the cart page, the same for a guess and an old link. */
static void restore(struct req *r)
{
	const char *token = path_text(r, "token");

	if (!token_valid(token)) {
		page_not_found(r);
		return;
	}
	page_cookie_set(r, CART_COOKIE, token, CART_COOKIE_S);
	page_redirect(r, req_path(r, "/cart"));
}

/* ---- no more reminders ------------------------------------------------------------- */

/* What a mail program posts by itself (RFC 8058 section 3.1), and what our own form posts. */
#define ONE_CLICK "List-Unsubscribe=One-Click"

static void show_opt_out(struct req *r, bool done)
{
	struct view *v = page_view(r, "cart/optout");

	front_noindex(r);
	front_title(r, v, req_text(r, N_("Reminders")), NULL);
	view_bool(v, "done", done);
	page_html(r, v);
}

static void ask_opt_out(struct req *r)
{
	show_opt_out(r, false);
}

/* Comes from anywhere: the token in the address is the proof.  A guess and an old link
   are answered like the real one. */
static void opt_out(struct req *r)
{
	const char *token = path_text(r, "token"), *body;
	unsigned char hash[SHA256_LEN];
	size_t n;

	body = req_body(r, &n);
	if (!token_valid(token) || body == NULL || memmem(body, n, ONE_CLICK, strlen(ONE_CLICK)) == NULL) {
		page_not_found(r);
		return;
	}
	sha256(token, TOKEN_LEN, hash);
	q_cart_opt_out(r->db, r->site->tenant, hash, sizeof(hash));
	show_opt_out(r, true);
}

static const struct route routes[] = {
	/* One trip less for who is in no price group. */
	{ GET,  "/cart", show, .trips = 3 },
	{ POST, "/cart/items", add, .params = add_params, .form = show, .trips = 3 },
	{ GET,  "/cart/run/{product:id}", run_show, .trips = 2 },
	{ POST, "/cart/run/{product:id}", run_add, .params = run_params, .form = run_show, .trips = 3 },
	{ POST, "/cart/lines/quantity", quantity, .params = quantity_params, .form = show, .csrf_token = true, .trips = 3 },
	{ POST, "/cart/lines/remove", take_out, .params = remove_params, .csrf_token = true, .trips = 3 },
	{ POST, "/cart/coupon", coupon, .params = coupon_params, .form = show, .csrf_token = true, .trips = 3 },
	{ POST, "/cart/coupon/remove", coupon_off, .csrf_token = true, .trips = 3 },
	{ POST, "/cart/note", note, .params = note_params, .form = show, .csrf_token = true, .trips = 3 },
	{ GET,  "/cart/restore/{token}", restore, .trips = 1, .needs = NEEDS_NO_REFERRER },
	{ GET,  "/cart/no-reminders/{token}", ask_opt_out, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ POST, "/cart/no-reminders/{token}", opt_out, .trips = 2,
	  .needs = NEEDS_NO_REFERRER | NEEDS_CROSS_SITE | NEEDS_BODY },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program cart = {
		.name = "cart", .routes = routes, .hooks = &front_hooks, .session = &session_customers,
	};

	return program_run(&cart, argc, argv);
}
